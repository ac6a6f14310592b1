//! One change of a schema: what it is, how much it can break, what becomes of it, and the words
//! for all of that.

use smol_str::SmolStr;

use crate::catalogue::hazard::{Kind, Row, Source};
use crate::definition::{CheckKind, Class, KeyKind, PropertyKind, Whole};
use crate::source::Span;

/// How much a change can break. Ordered from most to least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Rows or values are lost, or clients of the old schema break for certain.
    Destructive,
    /// It may fail on the rows that there are, or lock a table for long.
    Risky,
    /// What it costs on this server is not known.
    Unknown,
    /// Old clients and old rows do not notice.
    Safe,
    /// A comment, which nothing depends on.
    Cosmetic,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: &'static [Severity] = &[
        Severity::Destructive,
        Severity::Risky,
        Severity::Unknown,
        Severity::Safe,
        Severity::Cosmetic,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Destructive => "destructive",
            Severity::Risky => "risky",
            Severity::Unknown => "unknown",
            Severity::Safe => "safe",
            Severity::Cosmetic => "cosmetic",
        }
    }
}

/// What changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A table is gone.
    TableDropped,
    /// A table is gone and one of another name has nearly the same columns.
    TableRenamed {
        /// Its new name.
        to: SmolStr,
        /// A statement renames it, and its rows stay.
        is_certain: bool,
    },
    /// A view is gone.
    ViewDropped,
    /// A column is gone.
    ColumnDropped {
        /// The column.
        column: SmolStr,
    },
    /// A column is gone and another of the same type stands in its place.
    ColumnRenamed {
        /// The column.
        column: SmolStr,
        /// Its new name.
        to: SmolStr,
        /// A statement renames it, and its values stay.
        is_certain: bool,
    },
    /// A column holds less than before.
    ColumnNarrowed {
        /// The column.
        column: SmolStr,
        /// Its type so far.
        from: SmolStr,
        /// Its type from now on.
        to: SmolStr,
    },
    /// A column's type changes to one of another kind.
    TypeChanged {
        /// The column.
        column: SmolStr,
        /// Its type so far.
        from: SmolStr,
        /// Its type from now on.
        to: SmolStr,
    },
    /// A column holds more than before.
    ColumnWidened {
        /// The column.
        column: SmolStr,
        /// Its type so far.
        from: SmolStr,
        /// Its type from now on.
        to: SmolStr,
    },
    /// A column becomes `NOT NULL`.
    NotNull {
        /// The column.
        column: SmolStr,
        /// It has a default.
        default: bool,
    },
    /// A column may be null from now on.
    Nullable {
        /// The column.
        column: SmolStr,
    },
    /// A column's default changes.
    DefaultChanged {
        /// The column.
        column: SmolStr,
        /// It has none any more.
        gone: bool,
    },
    /// A new column.
    ColumnAdded {
        /// The column.
        column: SmolStr,
        /// It is `NOT NULL` without a default: the server refuses it if the table has rows.
        mandatory: bool,
    },
    /// A key or index is gone.
    KeyDropped {
        /// Its name, or its columns.
        key: SmolStr,
        /// Which kind.
        kind: KeyKind,
    },
    /// A new key or index.
    KeyAdded {
        /// Its name, or its columns.
        key: SmolStr,
        /// Which kind.
        kind: KeyKind,
        /// Postgres builds it while writes to the table wait.
        blocks_writes: bool,
    },
    /// A foreign key is gone.
    ForeignKeyDropped {
        /// Its columns and what they refer to.
        key: SmolStr,
    },
    /// A new foreign key.
    ForeignKeyAdded {
        /// Its columns and what they refer to.
        key: SmolStr,
    },
    /// What happens to a foreign key's rows changes.
    ForeignKeyChanged {
        /// Its columns and what they refer to.
        key: SmolStr,
        /// What happens from now on.
        to: SmolStr,
    },
    /// A foreign key has another name.
    ForeignKeyRenamed {
        /// Its columns and what they refer to.
        key: SmolStr,
        /// What it was called.
        from: SmolStr,
        /// What it is called.
        to: SmolStr,
    },
    /// A key or index is built in another way: its order, method, predicate or options change.
    KeyChanged {
        /// Its name, or its columns.
        key: SmolStr,
        /// Which kind.
        kind: KeyKind,
        /// What it was called, where nothing but the name changes.
        renamed_from: Option<SmolStr>,
    },
    /// A check or exclusion is gone.
    CheckDropped {
        /// Which.
        check: CheckName,
    },
    /// A new check or exclusion.
    CheckAdded {
        /// Which.
        check: CheckName,
    },
    /// A check or exclusion says something else.
    CheckChanged {
        /// Which.
        check: CheckName,
    },
    /// Something that is set for a table or column changes.
    PropertyChanged {
        /// The column; none for the table.
        column: Option<SmolStr>,
        /// What is set.
        property: PropertyKind,
        /// What it was, where that is a word; none where it was not set.
        from: Option<SmolStr>,
        /// What it is, where that is a word; none where it is not set.
        to: Option<SmolStr>,
    },
    /// The comment of something changes.
    CommentChanged,
    /// The definition of a view changed.
    ViewChanged,
    /// An object other than a table, view or index was dropped.
    ObjectDropped {
        /// What it is.
        class: Class,
        /// The table that it belongs to.
        on: Option<SmolStr>,
    },
    /// Such a thing is new.
    ObjectAdded {
        /// What it is.
        class: Class,
        /// The table that it belongs to.
        on: Option<SmolStr>,
    },
    /// Such a thing is defined in another way.
    ObjectChanged {
        /// What it is.
        class: Class,
        /// The table that it belongs to.
        on: Option<SmolStr>,
    },
    /// A statement that is compared as a whole is new, or gone.
    WholeChanged {
        /// What it is about.
        of: Whole,
        /// It is gone.
        gone: bool,
    },
    /// A label of an enum is gone.
    LabelDropped {
        /// All labels that remain come before those that are dropped: Atlas plans nothing.
        is_last: bool,
        /// The label.
        label: SmolStr,
    },
    /// A label of an enum is new.
    LabelAdded {
        /// The label.
        label: SmolStr,
    },
    /// The labels of an enum stand in another order.
    LabelsReordered,
    /// A schema is gone.
    SchemaDropped,
    /// A new schema.
    SchemaAdded,
    /// A new type.
    TypeAdded,
    /// A type is gone.
    TypeDropped,
    /// A new table.
    TableAdded,
    /// A new view.
    ViewAdded,
}

/// A check, as people refer to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CheckName {
    /// Which kind.
    pub kind: CheckKind,
    /// Its name, if it has one.
    pub name: Option<SmolStr>,
    /// The column with which it was written.
    pub column: Option<SmolStr>,
}

/// A table or column that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone<'a> {
    /// A table, and what it is perhaps called now.
    Table(Option<&'a SmolStr>),
    /// A column, and what it is perhaps called now.
    Column(&'a SmolStr, Option<&'a SmolStr>),
}

impl What {
    /// The table or column that is gone, if that is what changes.
    pub fn gone(&self) -> Option<Gone<'_>> {
        Some(match self {
            What::TableDropped => Gone::Table(None),
            What::TableRenamed { to, .. } => Gone::Table(Some(to)),
            What::ColumnDropped { column } => Gone::Column(column, None),
            What::ColumnRenamed { column, to, .. } => Gone::Column(column, Some(to)),
            What::ViewDropped
            | What::ColumnNarrowed { .. }
            | What::TypeChanged { .. }
            | What::ColumnWidened { .. }
            | What::NotNull { .. }
            | What::Nullable { .. }
            | What::DefaultChanged { .. }
            | What::ColumnAdded { .. }
            | What::KeyDropped { .. }
            | What::KeyAdded { .. }
            | What::ForeignKeyDropped { .. }
            | What::ForeignKeyAdded { .. }
            | What::ForeignKeyChanged { .. }
            | What::ForeignKeyRenamed { .. }
            | What::KeyChanged { .. }
            | What::CheckDropped { .. }
            | What::CheckAdded { .. }
            | What::CheckChanged { .. }
            | What::PropertyChanged { .. }
            | What::CommentChanged
            | What::ViewChanged
            | What::ObjectDropped { .. }
            | What::ObjectAdded { .. }
            | What::ObjectChanged { .. }
            | What::WholeChanged { .. }
            | What::LabelDropped { .. }
            | What::LabelAdded { .. }
            | What::LabelsReordered
            | What::SchemaDropped
            | What::SchemaAdded
            | What::TypeAdded
            | What::TypeDropped
            | What::TableAdded
            | What::ViewAdded => return None,
        })
    }

    /// The column whose type changes, if that is what changes.
    pub(crate) fn retyped(&self) -> Option<&SmolStr> {
        if let What::ColumnNarrowed { column, .. }
        | What::TypeChanged { column, .. }
        | What::ColumnWidened { column, .. } = self
        {
            return Some(column);
        }
        None
    }
}

/// What becomes of a change, given what Atlas is told not to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// It is made.
    #[default]
    Made,
    /// What is dropped stays in the database.
    Stays(Stays),
    /// It is not made, because its kind is one that never is.
    Skipped,
    /// The operator refuses it, and with it all others of the schema.
    Refused,
    /// It is one of these others.
    HeldBack,
    /// The server refuses it, because of something that stays.
    Fails(Clash),
}

/// What something that stays does to those who no longer know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stays {
    /// Nothing.
    Quietly,
    /// A `NOT NULL` column without a default: an INSERT that omits it fails.
    Mandatory,
    /// A table with a foreign key that stays as well: a row of this table that is referred to cannot be
    /// deleted.
    Refers(SmolStr),
}

/// Why the server refuses a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clash {
    /// A column that stays has the type that is dropped.
    TypeInUse(SmolStr),
    /// The column that stays numbers itself, which needs a key on it, and the only one of its table that
    /// may.
    Numbered,
    /// A foreign key of a table that stays refers to the key that is dropped, or to the column whose type
    /// changes.
    ReferredBy(SmolStr),
    /// A column is computed from others of its table, perhaps from the one whose type changes.
    PerhapsComputed(SmolStr),
    /// A foreign key of another table refers to the key that is dropped, or to the column whose type
    /// changes, and is dropped as well, perhaps later.
    PerhapsReferredBy(SmolStr),
    /// The server numbers the foreign keys of the table that have no names, and one behind this one gets
    /// its number, by which Atlas confuses them.
    PerhapsConfused,
    /// A view reads the table, and perhaps the column whose type changes.
    PerhapsViewed(SmolStr),
    /// The column that stays has the name of the new one, but for the case of its letters.
    NameTaken,
    /// Atlas plans neither to remove a label of an enum nor to reorder them.
    Labels,
}

impl Clash {
    /// Whether the server refuses the change for certain.
    pub fn is_certain(&self) -> bool {
        match self {
            Clash::TypeInUse(_)
            | Clash::Numbered
            | Clash::ReferredBy(_)
            | Clash::NameTaken
            | Clash::Labels => true,
            Clash::PerhapsComputed(_)
            | Clash::PerhapsReferredBy(_)
            | Clash::PerhapsConfused
            | Clash::PerhapsViewed(_) => false,
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// How much it can break.
    pub severity: Severity,
    /// The table, view or type.
    pub table: SmolStr,
    /// What changes.
    pub what: What,
    /// What becomes of it.
    pub outcome: Outcome,
    /// Which row of the table of hazards is about it.
    pub kind: Kind,
    /// What the server does, where that is known.
    pub hazard: Option<&'static Row>,
    /// Where the new schema says so; `None` for what is gone.
    pub new_place: Option<Span>,
    /// Where the old schema had it; `None` for what is new. It lies in the old sources.
    pub old_place: Option<Span>,
}

/// A part of what is said about a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words of ours.
    Words(&'static str),
    /// A name or type of the project, which may hold anything.
    Name(String),
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.pieces().into_iter().try_for_each(|piece| match piece {
            Piece::Words(words) => f.write_str(words),
            Piece::Name(name) => write!(f, "`{name}`"),
        })
    }
}

impl Change {
    /// What the server does while the change is made, and what to do instead; empty where nobody notices,
    /// or where it is not made.
    pub fn costs(&self) -> Vec<Piece> {
        let is_made = match &self.outcome {
            Outcome::Made => true,
            Outcome::Fails(clash) => !clash.is_certain(),
            Outcome::Stays(_) | Outcome::Skipped | Outcome::Refused | Outcome::HeldBack => false,
        };
        let mut parts = Vec::new();
        match self.hazard.filter(|_| is_made) {
            None if is_made && self.severity == Severity::Unknown => {
                parts.push("what it costs on this server is not known");
            }
            Some(row) => {
                parts.push(row.hazard.words());
                let is_of_rows = row.hazard.scans || !row.hazard.fix.is_empty();
                parts.push(match (row.hazard.can_fail, is_of_rows) {
                    (false, _) => "",
                    (true, true) => "it can fail on existing data",
                    (true, false) => "it can fail on what depends on it",
                });
                parts.push(row.hazard.fix);
                let is_read = row.source == Source::Manual && row.hazard.is_felt();
                parts.push(if is_read { "this is from the manual of the server" } else { "" });
            }
            None => {}
        }
        let mut pieces = Vec::new();
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            if !pieces.is_empty() {
                pieces.push(Piece::Words("; "));
            }
            pieces.push(Piece::Words(part));
        }
        pieces
    }

    /// What is said about it, with what comes from the project told apart.
    pub fn pieces(&self) -> Vec<Piece> {
        match &self.outcome {
            Outcome::Stays(stays) => self.staying(stays),
            Outcome::Fails(Clash::Numbered) => {
                let mut pieces = self.staying(&Stays::Quietly);
                let words = ", which the server refuses: it numbers itself, and would have no key";
                pieces.push(Piece::Words(words));
                pieces
            }
            outcome @ (Outcome::Made
            | Outcome::Skipped
            | Outcome::Refused
            | Outcome::HeldBack
            | Outcome::Fails(_)) => {
                self.changing().into_iter().chain(self.becoming(outcome)).collect()
            }
        }
    }

    /// `table x stays in the database, NOT NULL without a default: ...`
    fn staying(&self, stays: &Stays) -> Vec<Piece> {
        use Piece::{Name, Words};
        let table = || Name(self.table.to_string());
        if let What::LabelDropped { label, .. } = &self.what {
            let stays = Words(" stays in the database: Atlas only adds labels");
            return vec![
                Words("label "),
                Name(label.to_string()),
                Words(" of type "),
                table(),
                stays,
            ];
        }
        let of_table = |column: &str| Name(format!("{}.{column}", self.table));
        let (kind, name, to) = match self.what.gone() {
            Some(Gone::Column(column, to)) => {
                ("column ", of_table(column), to.map(|to| of_table(to)))
            }
            Some(Gone::Table(to)) => ("table ", table(), to.map(|to| Name(to.to_string()))),
            None => ("", table(), None),
        };
        let mut pieces = vec![Words(kind), name, Words(" stays in the database")];
        if matches!(self.what.gone(), Some(Gone::Table(_))) {
            pieces.push(Words(", where nothing manages it any more"));
        }
        match stays {
            Stays::Quietly => {}
            Stays::Mandatory => pieces
                .push(Words(", NOT NULL without a default: an INSERT that does not name it fails")),
            Stays::Refers(other) => pieces.extend([
                Words(", with its foreign key: a row of "),
                Name(other.to_string()),
                Words(" that it refers to cannot be deleted"),
            ]),
        }
        if let Some(to) = to {
            pieces.extend([Words("; perhaps renamed to "), to, Words(", which begins empty")]);
        }
        pieces
    }

    /// What is said behind a change that is not simply made.
    fn becoming(&self, outcome: &Outcome) -> Vec<Piece> {
        use Piece::{Name, Words};
        let name = |text: &SmolStr| Name(text.to_string());
        match outcome {
            Outcome::Made | Outcome::Stays(_) | Outcome::Fails(Clash::Numbered) => Vec::new(),
            Outcome::Skipped => vec![Words(", not made because of `policy.skip`")],
            Outcome::HeldBack => vec![Words(", not made, as the operator refuses another change")],
            Outcome::Refused => vec![Words(", refused by the operator (`destructive: error`)")],
            Outcome::Fails(Clash::TypeInUse(column)) => vec![
                Words(", refused by the server: column "),
                name(column),
                Words(" has this type, and stays in the database"),
            ],
            Outcome::Fails(Clash::ReferredBy(table)) => vec![
                Words(", refused by the server: table "),
                name(table),
                Words(" refers to it, and stays in the database"),
            ],
            Outcome::Fails(Clash::PerhapsComputed(column)) => vec![
                Words(", refused by the server if column "),
                name(column),
                Words(" is computed from it"),
            ],
            Outcome::Fails(Clash::PerhapsViewed(view)) => vec![
                Words(", refused by the server if view "),
                name(view),
                Words(" uses it: drop the view in a change before"),
            ],
            Outcome::Fails(Clash::NameTaken) => vec![Words(
                ", refused by the server: the column stays, and its name differs from the new one in nothing but case",
            )],
            Outcome::Fails(Clash::Labels) => vec![Words(
                ", refused by Atlas: it can only add labels; make another type and change the columns to it",
            )],
            Outcome::Fails(Clash::PerhapsConfused) => vec![Words(
                ", perhaps refused by the server: the foreign keys of this table have no names, and Atlas confuses their numbers; name them (`CONSTRAINT x FOREIGN KEY`) in a change before",
            )],
            Outcome::Fails(Clash::PerhapsReferredBy(table)) => vec![
                Words(
                    ", refused by the server if Atlas makes it before it drops the foreign key of ",
                ),
                name(table),
                Words(" that refers to it: drop the key in a change before"),
            ],
        }
    }

    /// What changes, whatever becomes of it.
    fn changing(&self) -> Vec<Piece> {
        use Piece::Words;
        let name = |text: &str| Piece::Name(text.to_owned());
        let table = || name(&self.table);
        let of_table = |column: &str| Piece::Name(format!("{}.{column}", self.table));
        let column = |column: &str, words| vec![Words("column "), of_table(column), Words(words)];
        let types = |column: &str, words, from: &str, to: &str| {
            let (from, to) = (name(from), name(to));
            vec![Words("column "), of_table(column), Words(words), from, Words(" to "), to]
        };
        let key = |kind: KeyKind, key: &str, words| {
            vec![Words(kind.words()), Words(" "), name(key), Words(" on "), table(), Words(words)]
        };
        let foreign_key = |key: &str, words| {
            vec![Words("foreign key "), name(key), Words(" of "), table(), Words(words)]
        };
        let with = |mut pieces: Vec<Piece>, last: &str| {
            pieces.push(name(last));
            pieces
        };
        match &self.what {
            What::TableDropped => vec![Words("table "), table(), Words(" dropped")],
            What::TableRenamed { to, is_certain } => {
                let words = match is_certain {
                    true => " renamed to ",
                    false => " dropped, perhaps renamed to ",
                };
                with(vec![Words("table "), table(), Words(words)], to)
            }
            What::ViewDropped => vec![Words("view "), table(), Words(" dropped")],
            What::ColumnDropped { column: of } => column(of, " dropped"),
            What::ColumnRenamed { column: of, to, is_certain: true } => {
                with(column(of, " renamed to "), to)
            }
            What::ColumnRenamed { column: of, to, is_certain: false } => {
                with(column(of, " dropped, perhaps renamed to "), to)
            }
            What::ColumnNarrowed { column, from, to } => types(column, " narrowed from ", from, to),
            What::TypeChanged { column, from, to } => types(column, " changed from ", from, to),
            What::ColumnWidened { column, from, to } => types(column, " widened from ", from, to),
            What::NotNull { column: of, default: false } => {
                column(of, " made NOT NULL without a default")
            }
            What::NotNull { column: of, default: true } => column(of, " made NOT NULL"),
            What::Nullable { column: of } => column(of, " made nullable"),
            What::DefaultChanged { column, gone } => {
                let words = if *gone { " removed" } else { " changed" };
                vec![Words("default of column "), of_table(column), Words(words)]
            }
            What::ColumnAdded { column: of, mandatory: true } => {
                column(of, " added, NOT NULL without a default")
            }
            What::ColumnAdded { column: of, mandatory: false } => column(of, " added"),
            What::KeyDropped { key: of, kind } => key(*kind, of, " dropped"),
            What::KeyAdded { key: of, kind, blocks_writes: true } => {
                key(*kind, of, " added without CONCURRENTLY")
            }
            What::KeyAdded { key: of, kind, blocks_writes: false } => key(*kind, of, " added"),
            What::ForeignKeyDropped { key } => foreign_key(key, " dropped"),
            What::ForeignKeyAdded { key } => foreign_key(key, " added"),
            What::ForeignKeyChanged { key, to } if to.is_empty() => {
                foreign_key(key, " changed to no action")
            }
            What::ForeignKeyChanged { key, to } => with(foreign_key(key, " changed to "), to),
            What::ForeignKeyRenamed { key, from, to } => {
                let mut pieces = with(foreign_key(key, " renamed from "), from);
                pieces.extend([Words(" to "), name(to)]);
                pieces
            }
            What::KeyChanged { key: of, kind, renamed_from: None } => {
                key(*kind, of, " changed, and so built again")
            }
            What::KeyChanged { key: of, kind, renamed_from: Some(from) } => {
                let mut pieces = key(*kind, from, " renamed to ");
                pieces.push(name(of));
                pieces
            }
            What::CheckDropped { check } => self.check(check, " dropped"),
            What::CheckAdded { check } => self.check(check, " added"),
            What::CheckChanged { check } => self.check(check, " changed"),
            What::PropertyChanged { column, property, from, to } => {
                self.property(column.as_ref(), *property, from.as_ref(), to.as_ref())
            }
            What::CommentChanged => vec![Words("comment on "), table(), Words(" changed")],
            What::ObjectDropped { class, on } => self.object(*class, on.as_ref(), " dropped"),
            What::ObjectAdded { class, on } => self.object(*class, on.as_ref(), " added"),
            What::ObjectChanged { class, on } => self.object(*class, on.as_ref(), " changed"),
            What::WholeChanged { of: Whole::Permission, gone: true } => {
                vec![Words("a statement that sets permissions is removed")]
            }
            What::WholeChanged { of: Whole::Permission, gone: false } => {
                vec![Words("a statement that sets permissions is added")]
            }
            What::WholeChanged { of: Whole::Other, gone: true } => {
                vec![Words("a statement whose effect is not known is removed")]
            }
            What::WholeChanged { of: Whole::Other, gone: false } => {
                vec![Words("a statement whose effect is not known is added")]
            }
            What::LabelDropped { label, .. } => {
                vec![Words("label "), name(label), Words(" of type "), table(), Words(" dropped")]
            }
            What::LabelAdded { label } => {
                vec![Words("label "), name(label), Words(" of type "), table(), Words(" added")]
            }
            What::LabelsReordered => vec![Words("labels of type "), table(), Words(" reordered")],
            What::SchemaDropped => vec![Words("schema "), table(), Words(" dropped")],
            What::SchemaAdded => vec![Words("schema "), table(), Words(" added")],
            What::TypeAdded => vec![Words("type "), table(), Words(" added")],
            What::ViewChanged => vec![Words("view "), table(), Words(" changed")],
            What::TypeDropped => vec![Words("type "), table(), Words(" dropped")],
            What::TableAdded => vec![Words("table "), table(), Words(" added")],
            What::ViewAdded => vec![Words("view "), table(), Words(" added")],
        }
    }

    /// `check `c` of `t` dropped`.
    fn check(&self, check: &CheckName, words: &'static str) -> Vec<Piece> {
        let kind = match check.kind {
            CheckKind::Check => "check",
            CheckKind::Exclusion => "exclusion constraint",
        };
        let mut pieces = vec![Piece::Words(kind)];
        if let Some(name) = &check.name {
            pieces.extend([Piece::Words(" "), Piece::Name(name.to_string())]);
        }
        let of = match &check.column {
            Some(column) if check.name.is_none() => format!("{}.{column}", self.table),
            Some(_) | None => self.table.to_string(),
        };
        pieces.extend([Piece::Words(" of "), Piece::Name(of), Piece::Words(words)]);
        pieces
    }

    /// `trigger `a` on `t` changed`.
    fn object(&self, class: Class, on: Option<&SmolStr>, words: &'static str) -> Vec<Piece> {
        let mut pieces = vec![Piece::Words(class.words())];
        if !self.table.is_empty() {
            pieces.extend([Piece::Words(" "), Piece::Name(self.table.to_string())]);
        }
        if let Some(on) = on {
            pieces.extend([Piece::Words(" on "), Piece::Name(on.to_string())]);
        }
        pieces.push(Piece::Words(words));
        pieces
    }

    /// `collation of column `t.a` changed from `x` to `y``.
    fn property(
        &self,
        column: Option<&SmolStr>,
        property: PropertyKind,
        from: Option<&SmolStr>,
        to: Option<&SmolStr>,
    ) -> Vec<Piece> {
        use Piece::{Name, Words};
        let of: [Piece; 2] = match column {
            Some(column) => [Words("column "), Name(format!("{}.{column}", self.table))],
            None => [Words("table "), Name(self.table.to_string())],
        };
        let turned = |words: [&'static str; 2]| match to {
            Some(_) => Words(words[0]),
            None => Words(words[1]),
        };
        if property == PropertyKind::Unlogged {
            return of.into_iter().chain([turned([" made unlogged", " made logged"])]).collect();
        }
        let noun = match property {
            PropertyKind::Collation => "collation of ",
            PropertyKind::Charset => "character set of ",
            PropertyKind::Numbering => "numbering of ",
            PropertyKind::Computed => "expression of ",
            PropertyKind::Stored => "storage of the values of ",
            PropertyKind::OnUpdate => "ON UPDATE of ",
            PropertyKind::Engine => "storage engine of ",
            PropertyKind::Partitioning => "partitioning of ",
            PropertyKind::Inheritance => "inheritance of ",
            PropertyKind::Unlogged => "persistence of ",
            PropertyKind::RowSecurity => "row-level security of ",
            PropertyKind::ForcedRowSecurity => "row-level security for the owner of ",
            PropertyKind::ReplicaIdentity => "replica identity of ",
            PropertyKind::Versioning => "history of ",
            PropertyKind::RowFormat => "row format of ",
            PropertyKind::Comment => "comment on ",
            PropertyKind::Placement => "storage of ",
            PropertyKind::Settings => "settings of ",
            PropertyKind::Other => "definition of ",
        };
        let mut pieces = vec![Words(noun)];
        pieces.extend(of);
        match (from, to) {
            (Some(from), Some(to)) if !from.is_empty() && !to.is_empty() && from != to => {
                let (from, to) = (Name(from.to_string()), Name(to.to_string()));
                pieces.extend([Words(" changed from "), from, Words(" to "), to]);
            }
            (Some(_), Some(_)) | (None, None) => pieces.push(Words(" changed")),
            (None, Some(to)) if to.is_empty() => pieces.push(Words(" added")),
            (None, Some(to)) => pieces.extend([Words(" set to "), Name(to.to_string())]),
            (Some(_), None) => pieces.push(Words(" removed")),
        }
        pieces
    }
}
