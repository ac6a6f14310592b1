//! What a database holds after a change of its schema, and whether a contract still holds there.
//!
//! In: what the database holds, what Git has, and what Atlas is told not to do. Out: what it holds
//! then ([`apply`]), and of a contract whether it holds, with each reason ([`holds`]). A change may
//! refuse rows that were taken before, for example by a new check: then a contract that names
//! columns cannot tell, and the answer is a doubt, never that it holds.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::catalogue::change::{Change, Gone, Outcome, What};
use crate::catalogue::family::family;
use crate::catalogue::policy::{self, Policy};
use crate::catalogue::requires::{self, Breach, Doubt, Requirement, Work};
use crate::catalogue::{Catalogue, ColumnNames, diff};
use crate::definition::{Class, KeyKind, Property, PropertyKind, TypeName};

/// What becomes of the plan for a whole schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is made.
    Applied,
    /// The operator refuses it, and nothing changes.
    Refused,
    /// The server or Atlas refuses a part of it, and what was made before that stays or not.
    Fails,
}

/// A database after a change of its schema.
#[derive(Debug)]
pub struct Applied {
    /// What it holds.
    pub catalogue: Catalogue,
    /// What became of the plan.
    pub fate: Fate,
}

/// What a database holds after Git's schema is applied to it.
pub fn apply(database: &Catalogue, git: &Catalogue, policy: &Policy) -> Applied {
    applied(database, git, &policy::planned(database, git, policy))
}

/// The same, where the changes are known.
pub fn applied(database: &Catalogue, git: &Catalogue, changes: &[Change]) -> Applied {
    let fate = |change: &Change| match &change.outcome {
        Outcome::Refused | Outcome::HeldBack => Some(Fate::Refused),
        Outcome::Fails(clash) if clash.is_certain() => Some(Fate::Fails),
        Outcome::Fails(_) | Outcome::Made | Outcome::Stays(_) | Outcome::Skipped => None,
    };
    if let Some(fate) = changes.iter().find_map(fate) {
        return Applied { catalogue: database.clone(), fate };
    }
    let mut catalogue = git.clone();
    // By table, the columns that stay.
    let mut columns: BTreeMap<&str, Vec<&SmolStr>> = BTreeMap::new();
    for change in changes.iter().filter(|change| matches!(change.outcome, Outcome::Stays(_))) {
        match change.what.gone() {
            Some(Gone::Column(column, _)) => {
                columns.entry(&change.table).or_default().push(column);
            }
            Some(Gone::Table(_)) => {
                let Some(table) = database.table_called(&change.table) else { continue };
                let name = database.name(&table.name);
                catalogue.tables.entry(name).or_insert_with(|| Box::new(table.clone()));
            }
            None => {}
        }
    }
    for (name, staying) in columns {
        let Some(before) = database.table_called(name) else { continue };
        let Some(after) = catalogue.tables.get_mut(&database.name(&before.name)) else { continue };
        let staying = staying.into_iter().filter_map(|column| before.column_written(column));
        after.columns.extend(staying.cloned());
        let names = after.columns.iter().map(|column| &column.name);
        after.names = ColumnNames::new(git.dialect, names);
    }
    catalogue.index();
    Applied { catalogue, fate: Fate::Applied }
}

/// Changes that may make a difference to a contract although it names nothing that is gone.
#[derive(Debug, Default)]
pub struct Felt {
    /// By table, as it is shown, in lower case.
    by_table: BTreeMap<String, Vec<Touch>>,
    /// Those that may concern every table.
    anywhere: Vec<Touch>,
    /// How many there are.
    n_touches: usize,
}

/// One of them.
#[derive(Clone, Debug)]
struct Touch {
    /// What tells it from the others.
    number: usize,
    change: Change,
    reads: Scope,
    writes: Scope,
}

/// To whom it may make a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    /// Nobody.
    Nobody,
    /// Who uses this column, in lower case.
    Column(String),
    /// Who writes rows without it.
    Omitted(String),
    /// Everybody who uses the table.
    Table,
}

impl Felt {
    /// What changes from one state of a database to another, where that is known as changes.
    pub fn of(from: &Catalogue, to: &Catalogue, changes: &[Change]) -> Felt {
        let mut felt = Felt::default();
        let mut refusing = Refusing::default();
        for change in changes {
            match &change.outcome {
                Outcome::Stays(_) | Outcome::Refused | Outcome::HeldBack => continue,
                // Of what is only half applied, nothing is certain.
                Outcome::Skipped | Outcome::Fails(_) => {
                    let (reads, writes) = (Scope::Table, Scope::Table);
                    felt.add(change, &change.table, reads, writes);
                }
                Outcome::Made => felt.made(change, from, to, &mut refusing),
            }
        }
        felt
    }

    /// What differs between two states of a database, whatever led from one to the other.
    pub fn between(from: &Catalogue, to: &Catalogue) -> Felt {
        Felt::of(from, to, &diff::diff(from, to))
    }

    /// Adds the changes that are not made, or perhaps not: what the schema says of their tables is not
    /// what the database holds.
    pub fn add_unmade(&mut self, changes: &[Change]) {
        for change in changes {
            if matches!(change.outcome, Outcome::Skipped | Outcome::Fails(_)) {
                self.add(change, &change.table, Scope::Table, Scope::Table);
            }
        }
    }

    fn add(&mut self, change: &Change, table: &str, reads: Scope, writes: Scope) {
        let touch = self.touch(change, reads, writes);
        self.by_table.entry(table.to_lowercase()).or_default().push(touch);
    }

    fn anywhere(&mut self, change: &Change, reads: Scope, writes: Scope) {
        let touch = self.touch(change, reads, writes);
        self.anywhere.push(touch);
    }

    fn touch(&mut self, change: &Change, reads: Scope, writes: Scope) -> Touch {
        self.n_touches += 1;
        Touch { number: self.n_touches, change: change.clone(), reads, writes }
    }

    fn made<'a>(
        &mut self,
        change: &'a Change,
        from: &Catalogue,
        to: &Catalogue,
        refusing: &mut Refusing<'a>,
    ) {
        use Scope::{Nobody, Table};
        let of = |column: &SmolStr| Scope::Column(column.to_lowercase());
        let is_unique = |kind: KeyKind| kind != KeyKind::Index;
        let table = change.table.as_str();
        match &change.what {
            What::ColumnNarrowed { column, .. } | What::TypeChanged { column, .. } => {
                let reads =
                    if keeps_family(change, column, from, to) { Nobody } else { of(column) };
                self.add(change, table, reads, of(column));
            }
            What::ColumnWidened { column, .. } => {
                if !keeps_family(change, column, from, to) {
                    self.add(change, table, of(column), of(column));
                }
            }
            // It may write, or from now on find, a NULL.
            What::NotNull { column, default } => {
                self.add(change, table, Nobody, of(column));
                if *default {
                    self.other_default(change, column, to, refusing);
                }
            }
            What::DefaultChanged { column, .. } => {
                self.other_default(change, column, to, refusing);
            }
            What::Nullable { column } => self.add(change, table, of(column), Nobody),
            // Without a unique key, `ON CONFLICT` fails.
            What::KeyAdded { kind, .. }
            | What::KeyDropped { kind, .. }
            | What::KeyChanged { kind, .. }
                if is_unique(*kind) =>
            {
                self.add(change, table, Nobody, Table);
            }
            What::ForeignKeyAdded { .. }
            | What::ForeignKeyChanged { .. }
            | What::CheckAdded { .. }
            | What::CheckChanged { .. } => self.add(change, table, Nobody, Table),
            What::PropertyChanged { column, property, .. } => {
                self.property(change, column.as_ref(), *property, to);
            }
            What::ViewChanged => self.add(change, table, Table, Table),
            What::ObjectAdded { class, on } => self.object(change, *class, on.as_ref(), true),
            What::ObjectDropped { class, on } | What::ObjectChanged { class, on } => {
                self.object(change, *class, on.as_ref(), false);
            }
            What::WholeChanged { .. } => self.anywhere(change, Table, Table),
            What::LabelDropped { .. } | What::LabelsReordered => {
                self.anywhere(change, Nobody, Table);
            }
            // Its expression may fail on what is written.
            What::ColumnAdded { column, .. } => {
                let added = to.table_called(table).and_then(|table| table.column_called(column));
                if added.is_some_and(|added| added.generated) {
                    self.add(change, table, Nobody, Table);
                }
            }
            // The contract itself names what these change, or nobody notices.
            What::TableDropped
            | What::TableRenamed { .. }
            | What::ViewDropped
            | What::ColumnDropped { .. }
            | What::ColumnRenamed { .. }
            | What::KeyAdded { .. }
            | What::KeyDropped { .. }
            | What::KeyChanged { .. }
            | What::ForeignKeyDropped { .. }
            | What::ForeignKeyRenamed { .. }
            | What::CheckDropped { .. }
            | What::CommentChanged
            | What::LabelAdded { .. }
            | What::SchemaDropped
            | What::SchemaAdded
            | What::TypeAdded
            | What::TypeDropped
            | What::TableAdded
            | What::ViewAdded => {}
        }
    }

    /// A column of rows that do not name it has another value from now on, which keys and checks may refuse.
    fn other_default<'a>(
        &mut self,
        change: &'a Change,
        column: &SmolStr,
        to: &Catalogue,
        refusing: &mut Refusing<'a>,
    ) {
        let lower = column.to_lowercase();
        if refusing.may_refuse(&change.table, &lower, to) {
            self.add(change, &change.table, Scope::Nobody, Scope::Omitted(lower));
        }
    }

    fn property(
        &mut self,
        change: &Change,
        column: Option<&SmolStr>,
        property: PropertyKind,
        to: &Catalogue,
    ) {
        use Scope::{Nobody, Table};
        // What is always numbered cannot be updated any more, and a contract reads what it updates.
        let is_always = |column: &SmolStr| {
            let table = to.table_called(&change.table);
            let column = table.and_then(|table| table.column_called(column));
            column.is_some_and(|column| {
                let mut properties = column.properties.iter();
                properties.any(|of| of.kind == PropertyKind::Numbering && of.value == "always")
            })
        };
        let of = column.map_or(Table, |column| Scope::Column(column.to_lowercase()));
        let (reads, writes) = match property {
            PropertyKind::Numbering if column.is_some_and(is_always) => (of.clone(), of),
            PropertyKind::Charset
            | PropertyKind::Collation
            | PropertyKind::Settings
            | PropertyKind::Numbering
            | PropertyKind::Partitioning
            | PropertyKind::Inheritance
            | PropertyKind::RowFormat => (Nobody, of),
            PropertyKind::Computed
            | PropertyKind::RowSecurity
            | PropertyKind::ForcedRowSecurity
            | PropertyKind::Other => (of.clone(), of),
            PropertyKind::Stored
            | PropertyKind::OnUpdate
            | PropertyKind::Engine
            | PropertyKind::Unlogged
            | PropertyKind::ReplicaIdentity
            | PropertyKind::Versioning
            | PropertyKind::Placement
            | PropertyKind::Comment => return,
        };
        self.add(change, &change.table, reads, writes);
    }

    fn object(&mut self, change: &Change, class: Class, on: Option<&SmolStr>, is_new: bool) {
        use Scope::{Nobody, Table};
        let (reads, writes) = match class {
            Class::Trigger => (Nobody, Table),
            Class::Rule | Class::Policy | Class::RowSecurity | Class::Permission => (Table, Table),
            Class::Event
            | Class::EventTrigger
            | Class::Publication
            | Class::Subscription
            | Class::Statistics => return,
            Class::View
            | Class::MaterializedView
            | Class::Function
            | Class::Procedure
            | Class::Aggregate
            | Class::Package
            | Class::Sequence
            | Class::Extension
            | Class::Domain
            | Class::CompositeType
            | Class::RangeType
            | Class::BaseType
            | Class::Partition
            | Class::VersionedTable
            | Class::ForeignTable
            | Class::VirtualTable
            | Class::ForeignServer
            | Class::Cast
            | Class::Operator
            | Class::Collation
            | Class::Conversion
            | Class::TextSearch
            | Class::Language
            | Class::AccessMethod
            | Class::Tablespace
            | Class::Synonym
            | Class::Role
            | Class::Data
            | Class::Call => {
                // What uses a new one is new as well.
                if is_new {
                    return;
                }
                (Table, Table)
            }
        };
        match on {
            Some(table) => self.add(change, table, reads, writes),
            None => self.anywhere(change, reads, writes),
        }
    }
}

/// What may refuse a value that a default gives, by table: each table is read once, however many of its
/// columns change.
#[derive(Default)]
struct Refusing<'a> {
    by_table: BTreeMap<&'a str, Refused>,
}

/// The columns of one table whose values may be refused.
enum Refused {
    /// All of them.
    All,
    /// Those in a key, in lower case.
    Columns(BTreeSet<String>),
}

impl<'a> Refusing<'a> {
    fn may_refuse(&mut self, table: &'a str, column: &str, to: &Catalogue) -> bool {
        match self.by_table.entry(table).or_insert_with(|| Refused::of(table, to)) {
            Refused::All => true,
            Refused::Columns(columns) => columns.contains(column),
        }
    }
}

impl Refused {
    fn of(table: &str, to: &Catalogue) -> Refused {
        let Some(table) = to.table_called(table) else { return Refused::Columns(BTreeSet::new()) };
        let unique = || table.keys.iter().filter(|key| key.kind != KeyKind::Index);
        let is_divided =
            |of: &Property| matches!(of.kind, PropertyKind::Partitioning | PropertyKind::Other);
        if !table.checks.is_empty()
            || unique().any(|key| key.expressions || key.partial)
            || table.properties.iter().any(is_divided)
        {
            return Refused::All;
        }
        let of_keys = unique().flat_map(|key| &key.columns);
        let of_foreign_keys = table.foreign_keys.iter().flat_map(|key| &key.columns);
        let columns = of_keys.chain(of_foreign_keys);
        Refused::Columns(columns.map(|name| name.text.to_lowercase()).collect())
    }
}

/// Whether a column's type changes within its family.
fn keeps_family(change: &Change, column: &str, from: &Catalogue, to: &Catalogue) -> bool {
    let found = |catalogue: &Catalogue| {
        let table = catalogue.table_called(&change.table)?;
        let data_type: &TypeName = table.column_called(column)?.data_type.as_ref()?;
        family(catalogue.dialect, data_type)
    };
    let (before, after) = (found(from), found(to));
    before.is_some() && before == after
}

/// Whether a contract holds in one state of a database, and why not.
#[derive(Clone, Debug, Default)]
pub struct Held<'a> {
    /// What is certainly not kept.
    pub breaches: Vec<Breach<'a>>,
    /// Why the rest is not certain.
    pub doubts: Vec<Doubt<'a>>,
    /// Changes that may refuse what is written, or return something else.
    pub changes: Vec<&'a Change>,
}

impl Held<'_> {
    /// Whether it certainly holds.
    pub fn is_certain(&self) -> bool {
        self.breaches.is_empty() && self.doubts.is_empty() && self.changes.is_empty()
    }
}

/// Holds a contract against a database, and against the changes that led there from a state in which
/// the version of this contract ran.
pub fn holds<'a>(
    contract: &'a [Requirement],
    database: &'a Catalogue,
    felt: &'a Felt,
    work: &mut Work,
) -> Held<'a> {
    let requires::Check { breaches, mut doubts, unseen: _ } =
        requires::check(database, contract, work);
    let mut changes: Vec<&Change> = Vec::new();
    // One table may be named in several ways.
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for required in contract {
        let written = required.table.value.as_str();
        let table = database.table_called(written).map(|table| &table.name);
        let view = || database.view_called(written).map(|view| &view.name);
        let name = table.or_else(view).map(|name| name.shown().to_lowercase());
        let of_table = name.and_then(|name| felt.by_table.get(&name)).map_or(&[][..], |of| of);
        if !work.take(of_table.len() + felt.anywhere.len()) {
            doubts.push(Doubt::TooMuch);
            break;
        }
        let lower = |needed: &[requires::Needed]| -> BTreeSet<String> {
            needed.iter().map(|needed| needed.column.value.to_lowercase()).collect()
        };
        let (reads, writes) = (lower(&required.reads), lower(&required.writes));
        let is_felt = |scope: &Scope, columns: &BTreeSet<String>, is_used: bool| match scope {
            Scope::Nobody => false,
            Scope::Column(column) => columns.contains(column),
            Scope::Omitted(column) => is_used && !columns.contains(column),
            Scope::Table => is_used,
        };
        for touch in of_table.iter().chain(&felt.anywhere) {
            let is_felt = is_felt(&touch.reads, &reads, true)
                || is_felt(&touch.writes, &writes, !writes.is_empty());
            if is_felt && told.insert(touch.number) {
                changes.push(&touch.change);
            }
        }
    }
    doubts.sort_unstable();
    doubts.dedup();
    Held { breaches, doubts, changes }
}
