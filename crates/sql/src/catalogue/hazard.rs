//! What a server does while a change is made: whether it rewrites the table, whom it keeps waiting, and on
//! what it can fail.
//!
//! Most rows were measured on real servers, and `tests/hazards.rs` compares them with the servers again.
//! Rows from a server's manual are marked as such. A change without a row is unknown, never safe.

use crate::catalogue::change::{Change, Outcome, Severity, What};
use crate::definition::{Check, CheckKind, Class, Column, Key, KeyKind, PropertyKind, TypeName};
use crate::dialect::Dialect;
use crate::dialect::grammar::Costs;

pub use table::ROWS;

mod table;

/// Which change of a database: finer than [`What`] where the cost differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A table, with all that belongs to it.
    TableAdded,
    /// A table is gone.
    TableDropped,
    /// A table has another name.
    TableRenamed,
    /// A view.
    ViewAdded,
    /// A view is gone.
    ViewDropped,
    /// A view says something else.
    ViewChanged,
    /// A column that may be null, without a default.
    ColumnAdded,
    /// A column with a default that is the same for all rows.
    ColumnAddedConstant,
    /// A column with a default that may differ from row to row.
    ColumnAddedVolatile,
    /// A computed column that is stored.
    ColumnAddedStored,
    /// A computed column that is not stored.
    ColumnAddedVirtual,
    /// A column that numbers itself.
    ColumnAddedNumbered,
    /// A `NOT NULL` column without a default.
    ColumnAddedMandatory,
    /// A column is gone.
    ColumnDropped,
    /// A column has another name.
    ColumnRenamed,
    /// A type that stores the same values alike, and bounds them less.
    TypeRelaxed,
    /// A `varchar` of MySQL whose length may need one more byte than before.
    TypeGrown,
    /// A label of an enum of MySQL is added behind all others.
    TypeExtended,
    /// A type that holds all values of the one before, and stores them otherwise.
    TypeWidened,
    /// Any other change of a type.
    TypeChanged,
    /// A column becomes `NOT NULL`.
    NotNull,
    /// A column may be null.
    Nullable,
    /// A default.
    DefaultChanged,
    /// How a column numbers itself.
    NumberingChanged,
    /// The expression of a generated column, or whether its value is stored.
    ComputedChanged,
    /// A generated column became an ordinary one.
    ComputedDropped,
    /// The collation of a column.
    ColumnCollation,
    /// The character set of a column.
    ColumnCharset,
    /// `ON UPDATE`.
    OnUpdate,
    /// All else that is set for a column.
    ColumnSettings,
    /// A primary key.
    PrimaryKeyAdded,
    /// A primary key is gone.
    PrimaryKeyDropped,
    /// A unique key.
    UniqueAdded,
    /// A unique index that is built while others write.
    UniqueAddedConcurrently,
    /// An index.
    IndexAdded,
    /// An index that is built while others write.
    IndexAddedConcurrently,
    /// A `FULLTEXT` index.
    FullTextAdded,
    /// An index of another special kind: spatial, columnstore.
    SpecialIndexAdded,
    /// A unique key is gone.
    UniqueDropped,
    /// An index is gone.
    IndexDropped,
    /// A key is built in another way.
    KeyChanged,
    /// A key has another name.
    KeyRenamed,
    /// A foreign key.
    ForeignKeyAdded,
    /// A foreign key that the rows that there are need not fulfil.
    ForeignKeyAddedNotValid,
    /// A foreign key is gone.
    ForeignKeyDropped,
    /// What a foreign key does to rows.
    ForeignKeyChanged,
    /// A check.
    CheckAdded,
    /// A check that the rows that there are need not fulfil.
    CheckAddedNotValid,
    /// A check or exclusion is gone.
    CheckDropped,
    /// A check or exclusion says something else.
    CheckChanged,
    /// An exclusion constraint.
    ExclusionAdded,
    /// The storage engine.
    Engine,
    /// How a table is divided.
    Partitioning,
    /// The character set that new columns of a table have.
    TableCharset,
    /// The collation that new columns of a table have.
    TableCollation,
    /// From which tables a table inherits.
    Inheritance,
    /// A table becomes unlogged, or logged.
    Unlogged,
    /// Row-level security.
    RowSecurity,
    /// What tells rows apart for replication.
    ReplicaIdentity,
    /// The history of rows.
    Versioning,
    /// How rows are stored.
    RowFormat,
    /// Where a table is stored.
    Placement,
    /// All else that is set for a table.
    TableSettings,
    /// A comment.
    Comment,
    /// A function or procedure.
    RoutineAdded,
    /// A function or procedure says something else.
    RoutineChanged,
    /// A function or procedure is gone.
    RoutineDropped,
    /// A trigger.
    TriggerAdded,
    /// A trigger says something else.
    TriggerChanged,
    /// A trigger is gone.
    TriggerDropped,
    /// A policy.
    PolicyAdded,
    /// A policy says something else.
    PolicyChanged,
    /// A policy is gone.
    PolicyDropped,
    /// A sequence.
    SequenceAdded,
    /// A type, domain or schema.
    TypeAdded,
    /// A type is gone, on which nothing depends.
    TypeDropped,
    /// A label of an enum of PostgreSQL.
    LabelAdded,
    /// Anything else.
    Other,
}

/// Whose behaviour it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    MariaDb,
    /// MySQL.
    MySql,
    /// Every database.
    Any,
}

/// How it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Seen on servers.
    Measured,
    /// Read in the manual.
    Manual,
    /// It follows from what the change is: nothing that is there is touched.
    Nature,
}

/// Who waits while the change is made. A lock that is held for no longer than it takes to write a few rows
/// of the system's tables counts as nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waits {
    /// Nobody.
    Nobody,
    /// Who writes to the table.
    Writers,
    /// Who reads it as well.
    Everyone,
}

/// What a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// All rows are written again.
    pub rewrites: bool,
    /// All rows are read.
    pub scans: bool,
    /// Who waits meanwhile.
    pub waits: Waits,
    /// It fails on some rows.
    pub can_fail: bool,
    /// Making the opposite change afterwards brings back all that was there.
    pub is_reversible: bool,
    /// What to do instead, or with it; empty where nothing is better.
    pub fix: &'static str,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The change.
    pub kind: Kind,
    /// Whose server.
    pub engine: Engine,
    /// The first major version.
    pub since: u32,
    /// The last one.
    pub until: u32,
    /// How it is known.
    pub source: Source,
    /// What the server does.
    pub hazard: Hazard,
}

impl Hazard {
    /// Whether anybody notices while the change is made.
    pub fn is_felt(&self) -> bool {
        self.rewrites || self.can_fail || self.waits != Waits::Nobody
    }

    /// What is said about it, for people.
    pub fn words(&self) -> &'static str {
        match (self.rewrites, self.waits) {
            (true, Waits::Everyone) => {
                "the server writes the whole table again; reads and writes wait meanwhile"
            }
            (true, Waits::Writers) => "the server copies the whole table; writes wait meanwhile",
            (true, Waits::Nobody) => {
                "the server builds the whole table again, while it is read and written"
            }
            (false, Waits::Everyone) => {
                "the server reads the whole table; reads and writes wait meanwhile"
            }
            (false, Waits::Writers) => "the server reads the whole table; writes wait meanwhile",
            (false, Waits::Nobody) => "",
        }
    }
}

impl Waits {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Waits::Nobody => "nobody",
            Waits::Writers => "writers",
            Waits::Everyone => "everyone",
        }
    }
}

impl Source {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Source::Measured => "measured",
            Source::Manual => "manual",
            Source::Nature => "by nature",
        }
    }
}

/// The row for a change on a server of a version, or of any. Where several rows could hold, the worst.
pub fn find(kind: Kind, dialect: Dialect, version: Option<u32>) -> Option<&'static Row> {
    let engine = match dialect.grammar().server.costs {
        Costs::Postgres => Engine::Postgres,
        Costs::MariaDb => Engine::MariaDb,
        Costs::MySql => Engine::MySql,
        Costs::Unknown => Engine::Any,
    };
    let holds = |row: &&Row| {
        let is_of_version = version.is_none_or(|of| row.since <= of && of <= row.until);
        row.kind == kind && (row.engine == engine || row.engine == Engine::Any) && is_of_version
    };
    let cost = |row: &&Row| {
        let Hazard { rewrites, waits, can_fail, .. } = row.hazard;
        (row.hazard.is_felt(), waits, rewrites, can_fail)
    };
    ROWS.iter().filter(holds).max_by_key(cost)
}

/// Says what the server does for a change; what is called safe is not, if that is felt, or not known.
pub(super) fn judge(change: &mut Change, dialect: Dialect, version: Option<u32>) {
    if matches!(change.outcome, Outcome::Stays(_) | Outcome::Skipped) {
        return;
    }
    change.hazard = find(change.kind, dialect, version);
    if change.severity == Severity::Safe {
        change.severity = match change.hazard {
            None => Severity::Unknown,
            Some(row) if row.hazard.is_felt() => Severity::Risky,
            Some(_) => Severity::Safe,
        };
    }
}

impl Kind {
    /// The kind of a change, as far as that follows from it alone.
    pub(super) fn of(what: &What) -> Kind {
        match what {
            What::TableDropped => Kind::TableDropped,
            What::TableRenamed { is_certain: true, .. } => Kind::TableRenamed,
            What::TableRenamed { is_certain: false, .. } => Kind::TableDropped,
            What::TableAdded => Kind::TableAdded,
            What::ViewDropped => Kind::ViewDropped,
            What::ViewAdded => Kind::ViewAdded,
            What::ViewChanged => Kind::ViewChanged,
            What::ColumnDropped { .. } => Kind::ColumnDropped,
            What::ColumnRenamed { is_certain: true, .. } => Kind::ColumnRenamed,
            What::ColumnRenamed { is_certain: false, .. } => Kind::ColumnDropped,
            What::ColumnNarrowed { .. } | What::TypeChanged { .. } | What::ColumnWidened { .. } => {
                Kind::TypeChanged
            }
            What::NotNull { .. } => Kind::NotNull,
            What::Nullable { .. } => Kind::Nullable,
            What::DefaultChanged { .. } => Kind::DefaultChanged,
            What::ColumnAdded { mandatory: true, .. } => Kind::ColumnAddedMandatory,
            What::ColumnAdded { mandatory: false, .. } => Kind::Other,
            What::KeyDropped { kind: KeyKind::Primary, .. } => Kind::PrimaryKeyDropped,
            What::KeyDropped { kind: KeyKind::Unique, .. } => Kind::UniqueDropped,
            What::KeyDropped { kind: KeyKind::Index, .. } => Kind::IndexDropped,
            What::KeyAdded { .. } => Kind::Other,
            What::KeyChanged { renamed_from: None, .. } => Kind::KeyChanged,
            What::KeyChanged { renamed_from: Some(_), .. } => Kind::KeyRenamed,
            What::ForeignKeyDropped { .. } => Kind::ForeignKeyDropped,
            What::ForeignKeyAdded { .. } => Kind::ForeignKeyAdded,
            What::ForeignKeyChanged { .. } | What::ForeignKeyRenamed { .. } => {
                Kind::ForeignKeyChanged
            }
            What::CheckDropped { .. } => Kind::CheckDropped,
            What::CheckAdded { .. } => Kind::CheckAdded,
            What::CheckChanged { .. } => Kind::CheckChanged,
            What::PropertyChanged { property: PropertyKind::Computed, to: None, .. } => {
                Kind::ComputedDropped
            }
            What::PropertyChanged { column, property, .. } => {
                Kind::of_property(*property, column.is_some())
            }
            What::CommentChanged => Kind::Comment,
            What::ObjectDropped { class, .. } => Kind::of_class(*class, Doing::Drops),
            What::ObjectAdded { class, .. } => Kind::of_class(*class, Doing::Adds),
            What::ObjectChanged { class, .. } => Kind::of_class(*class, Doing::Changes),
            What::LabelAdded { .. } => Kind::LabelAdded,
            What::TypeAdded | What::SchemaAdded => Kind::TypeAdded,
            What::TypeDropped => Kind::TypeDropped,
            What::WholeChanged { .. }
            | What::LabelDropped { .. }
            | What::LabelsReordered
            | What::SchemaDropped => Kind::Other,
        }
    }

    fn of_property(property: PropertyKind, is_column: bool) -> Kind {
        match property {
            PropertyKind::Collation if is_column => Kind::ColumnCollation,
            PropertyKind::Collation => Kind::TableCollation,
            PropertyKind::Charset if is_column => Kind::ColumnCharset,
            PropertyKind::Charset => Kind::TableCharset,
            PropertyKind::Numbering => Kind::NumberingChanged,
            PropertyKind::Computed | PropertyKind::Stored => Kind::ComputedChanged,
            PropertyKind::OnUpdate => Kind::OnUpdate,
            PropertyKind::Engine => Kind::Engine,
            PropertyKind::Partitioning => Kind::Partitioning,
            PropertyKind::Inheritance => Kind::Inheritance,
            PropertyKind::Unlogged => Kind::Unlogged,
            PropertyKind::RowSecurity | PropertyKind::ForcedRowSecurity => Kind::RowSecurity,
            PropertyKind::ReplicaIdentity => Kind::ReplicaIdentity,
            PropertyKind::Versioning => Kind::Versioning,
            PropertyKind::RowFormat => Kind::RowFormat,
            PropertyKind::Placement => Kind::Placement,
            PropertyKind::Comment => Kind::Comment,
            PropertyKind::Other => Kind::Other,
            PropertyKind::Settings if is_column => Kind::ColumnSettings,
            PropertyKind::Settings => Kind::TableSettings,
        }
    }

    fn of_class(class: Class, doing: Doing) -> Kind {
        let is = |of: Class| class.namespace() == of;
        let kinds = match () {
            () if is(Class::Function) => {
                [Kind::RoutineAdded, Kind::RoutineChanged, Kind::RoutineDropped]
            }
            () if is(Class::Trigger) => {
                [Kind::TriggerAdded, Kind::TriggerChanged, Kind::TriggerDropped]
            }
            () if is(Class::Policy) => {
                [Kind::PolicyAdded, Kind::PolicyChanged, Kind::PolicyDropped]
            }
            () if is(Class::Sequence) => [Kind::SequenceAdded, Kind::Other, Kind::Other],
            () if is(Class::Domain) => [Kind::TypeAdded, Kind::Other, Kind::TypeDropped],
            () => [Kind::Other; 3],
        };
        let [added, changed, dropped] = kinds;
        match doing {
            Doing::Adds => added,
            Doing::Changes => changed,
            Doing::Drops => dropped,
        }
    }

    /// The kind of a new column: what its value is for the rows that there are.
    pub(super) fn of_new_column(dialect: Dialect, column: &Column) -> Kind {
        let is_set = |kind| column.properties.iter().any(|property| property.kind == kind);
        let server = &dialect.grammar().server;
        match () {
            () if column.generated && is_set(PropertyKind::Stored) => Kind::ColumnAddedStored,
            () if column.generated && is_set(PropertyKind::Computed) => Kind::ColumnAddedVirtual,
            () if column.generated => Kind::Other,
            () if column.identity => Kind::ColumnAddedNumbered,
            () if !column.is_optional() => Kind::ColumnAddedMandatory,
            // It may be a domain, whose check is made for every row.
            () if column.data_type.as_ref().is_some_and(|of| !of.known)
                && server.bodies_are_text
                && column.default.is_some() =>
            {
                Kind::ColumnAddedVolatile
            }
            () => match &column.default {
                None => Kind::ColumnAdded,
                Some(default) if is_constant(default) => Kind::ColumnAddedConstant,
                Some(_) => Kind::ColumnAddedVolatile,
            },
        }
    }

    /// The kind of a change of a type.
    pub(super) fn of_retyped(dialect: Dialect, old: &TypeName, new: &TypeName) -> Kind {
        match super::types::retype(dialect, old, new) {
            super::types::Retype::Relaxed => Kind::TypeRelaxed,
            super::types::Retype::Grown => Kind::TypeGrown,
            super::types::Retype::Extended => Kind::TypeExtended,
            super::types::Retype::Wider => Kind::TypeWidened,
            super::types::Retype::Other => Kind::TypeChanged,
        }
    }

    pub(super) fn of_new_key(key: &Key) -> Kind {
        match (key.kind, key.method.as_str()) {
            (KeyKind::Primary, _) => Kind::PrimaryKeyAdded,
            (_, "fulltext") => Kind::FullTextAdded,
            (_, "spatial" | "vector" | "columnstore" | "clustered") => Kind::SpecialIndexAdded,
            (KeyKind::Unique, _) if key.concurrently => Kind::UniqueAddedConcurrently,
            (KeyKind::Unique, _) => Kind::UniqueAdded,
            (KeyKind::Index, _) if key.concurrently => Kind::IndexAddedConcurrently,
            (KeyKind::Index, _) => Kind::IndexAdded,
        }
    }

    pub(super) fn of_new_check(check: &Check) -> Kind {
        match check.kind {
            CheckKind::Exclusion => Kind::ExclusionAdded,
            CheckKind::Check if check.not_valid => Kind::CheckAddedNotValid,
            CheckKind::Check => Kind::CheckAdded,
        }
    }

    /// The same, where indexes are built while others write.
    pub(super) fn concurrently(self) -> Kind {
        match () {
            () if self == Kind::IndexAdded => Kind::IndexAddedConcurrently,
            () if self == Kind::UniqueAdded => Kind::UniqueAddedConcurrently,
            () => self,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Adds,
    Changes,
    Drops,
}

/// What a default may call and be the same for all rows of a statement: the functions of the time, and types,
/// whose arguments stand in parentheses too.
const CONSTANT_CALLS: &[&str] = &[
    "now",
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "transaction_timestamp",
    "statement_timestamp",
    "varchar",
    "varying",
    "char",
    "character",
    "bpchar",
    "numeric",
    "decimal",
    "bit",
    "timestamp",
    "timestamptz",
    "time",
    "interval",
    "array",
];

/// Whether a default is the same for all rows: it calls nothing but [`CONSTANT_CALLS`].
fn is_constant(default: &str) -> bool {
    let mut quote: Option<char> = None;
    let mut word = String::new();
    for letter in default.chars() {
        match quote {
            Some(open) => {
                if letter == open {
                    quote = None;
                }
            }
            None if letter == '\'' || letter == '"' => {
                quote = Some(letter);
                word.clear();
                if letter == '"' {
                    // The name of a function may be quoted.
                    return false;
                }
            }
            None if letter.is_alphanumeric() || letter == '_' => {
                word.push(letter.to_ascii_lowercase());
            }
            None if letter == '(' => {
                if !word.is_empty() && !CONSTANT_CALLS.contains(&word.as_str()) {
                    return false;
                }
                word.clear();
            }
            None if letter.is_whitespace() => {
                // A blank may stand before the parenthesis.
            }
            None => word.clear(),
        }
        if word.len() > MAX_WORD {
            return false;
        }
    }
    true
}

/// Longer than every name in [`CONSTANT_CALLS`], with some words before it.
const MAX_WORD: usize = 64;
