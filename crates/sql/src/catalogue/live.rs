//! The tables of a schema while statements change them.
//!
//! In: one change after another. Out: the tables that are left. A hostile schema makes very many
//! changes to very many columns, so that each change and each look-up costs no more than the
//! logarithm of what there is: what is dropped leaves an empty place behind, and whoever refers to
//! a name keeps a number, behind which the name may change.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use smol_str::SmolStr;

use crate::catalogue::{Name, Table, folded, of_name};
use crate::definition::{
    Check, Column, ForeignKey, Ident, Key, KeyKind, ObjectName, Property, PropertyKind,
    TableDefinition,
};
use crate::dialect::Dialect;
use crate::dialect::grammar::IndexNames;
use crate::source::Span;

/// The tables that there are, each with a number of its own.
pub(super) struct Tables {
    dialect: Dialect,
    places: Vec<Option<Live>>,
    by_name: BTreeMap<Name, usize>,
    /// By the index's name the table and the place in it, since `DROP INDEX` may name no table.
    indexes: BTreeMap<SmolStr, Vec<(usize, usize)>>,
    /// What foreign keys call tables, without the schema.
    referred: Names,
}

/// A table that may still change.
pub(super) struct Live {
    dialect: Dialect,
    pub(super) name: ObjectName,
    pub(super) open: bool,
    columns: Vec<Option<Column>>,
    /// The columns' names with their places; of equal names the first counts.
    by_name: BTreeSet<(SmolStr, usize)>,
    keys: Vec<Option<Held<Key>>>,
    foreign_keys: Vec<Option<Held<ForeignKey>>>,
    checks: Vec<Option<Check>>,
    properties: Vec<Property>,
    former: Vec<Name>,
    /// The names of columns that it had at some time.
    once: BTreeSet<SmolStr>,
    /// A constraint was dropped by a name that the server gave it: any key may be gone.
    pub(super) lost_constraint: bool,
    /// Of every name the keys and foreign keys with it.
    constraints: BTreeMap<SmolStr, Vec<Constraint>>,
    primary_keys: Vec<usize>,
    /// What keys call columns.
    referred: Names,
}

/// A key with the numbers of its columns' names.
struct Held<T> {
    key: T,
    columns: Vec<usize>,
    /// The number of the name of the table that a foreign key refers to.
    table: Option<usize>,
}

#[derive(Clone, Copy)]
enum Constraint {
    Key(usize),
    ForeignKey(usize),
    Check(usize),
}

/// How many keys of one table, or indexes of one name, are looked at: real schemas have fewer, and each
/// statement looks.
const MAX_SEARCHED: usize = 200;

impl Tables {
    pub(super) fn new(dialect: Dialect) -> Tables {
        Tables {
            dialect,
            places: Vec::new(),
            by_name: BTreeMap::new(),
            indexes: BTreeMap::new(),
            referred: Names::default(),
        }
    }

    /// The number of the table that a name means; `anywhere` where no schema was written.
    pub(super) fn find(&self, name: &Name, anywhere: bool) -> Option<usize> {
        of_name(&self.by_name, name, anywhere).map(|(_, place)| *place)
    }

    pub(super) fn exactly(&self, name: &Name) -> Option<&Live> {
        self.by_name.get(name).and_then(|place| self.get(*place))
    }

    pub(super) fn get(&self, place: usize) -> Option<&Live> {
        self.places.get(place)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut Live> {
        self.places.get_mut(place)?.as_mut()
    }

    /// The last name before this one, and the first that is not.
    pub(super) fn before(&self, name: &Name) -> Option<&Name> {
        self.by_name.range(..name).next_back().map(|(name, _)| name)
    }

    pub(super) fn behind(&self, name: &Name) -> Option<&Name> {
        self.by_name.range(name..).next().map(|(name, _)| name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &Name> {
        self.by_name.keys()
    }

    /// The tables by name.
    pub(super) fn all(&self) -> impl Iterator<Item = &Live> {
        self.by_name.values().filter_map(|place| self.get(*place))
    }

    /// Adds a table with its keys, in the place of one of that name, if there is one.
    pub(super) fn create(
        &mut self,
        name: Name,
        table: &TableDefinition,
        columns: Vec<Column>,
    ) -> usize {
        let place = self.places.len();
        let live = Live::new(self.dialect, table.name.clone(), columns);
        self.places.push(Some(live));
        if let Some(replaced) = self.by_name.insert(name, place) {
            self.empty(replaced);
        }
        for key in &table.keys {
            self.add_key(place, key);
        }
        for key in &table.foreign_keys {
            self.add_foreign_key(place, key);
        }
        if let Some(live) = self.get_mut(place) {
            table.checks.iter().for_each(|check| live.add_check(check));
            live.properties.clone_from(&table.properties);
        }
        place
    }

    pub(super) fn add_key(&mut self, place: usize, key: &Key) {
        let dialect = self.dialect;
        let Some(table) = self.get_mut(place) else { return };
        let number = table.add_key(key);
        if let Some(name) = &key.name {
            self.indexes.entry(folded(dialect, name)).or_default().push((place, number));
        }
    }

    pub(super) fn add_foreign_key(&mut self, place: usize, key: &ForeignKey) {
        let refers_to = self.referred.number(folded(self.dialect, &key.table.name));
        if let Some(table) = self.get_mut(place) {
            table.add_foreign_key(key, refers_to);
        }
    }

    /// Where there is an index of this name: of the table in one place, or of the schema of it.
    pub(super) fn index_named(&self, name: &Ident, of: usize, names: IndexNames) -> Option<Span> {
        let found = self.indexes.get(&folded(self.dialect, name))?;
        let schema = |place: usize| self.get(place).map(|table| &table.name.schema);
        let fold = |of: Option<&Option<Ident>>| {
            of.and_then(Option::as_ref).map(|schema| folded(self.dialect, schema))
        };
        let is_in = |place: usize| match names {
            IndexNames::Unknown => false,
            IndexNames::OfTable => place == of,
            IndexNames::OfSchema => fold(schema(place)) == fold(schema(of)),
        };
        let mut there =
            found.iter().rev().take(MAX_SEARCHED).filter(|(place, _)| is_in(*place)).filter_map(
                |(place, number)| {
                    let key = &self.get(*place)?.keys.get(*number)?.as_ref()?.key;
                    key.name
                        .as_ref()
                        .filter(|own| own.text == name.text && own.span != name.span)
                        .map(|own| own.span)
                },
            );
        there.next()
    }

    /// Nothing is known of an index of this name any more.
    pub(super) fn forget_index(&mut self, name: &Ident) {
        self.indexes.remove(&folded(self.dialect, name));
    }

    /// `DROP INDEX`.
    pub(super) fn drop_index(&mut self, name: &Ident) {
        for (place, number) in self.indexes.remove(&folded(self.dialect, name)).unwrap_or_default()
        {
            if let Some(key) = self.get_mut(place).and_then(|table| table.keys.get_mut(number)) {
                *key = None;
            }
        }
    }

    /// `DROP TABLE`.
    pub(super) fn remove(&mut self, name: &Name, anywhere: bool) -> bool {
        let found = of_name(&self.by_name, name, anywhere).map(|(name, _)| name.clone());
        let removed = found.and_then(|name| self.by_name.remove(&name));
        if let Some(place) = removed {
            self.empty(place);
        }
        removed.is_some()
    }

    /// Gives a table another name; the foreign keys that refer to it follow.
    pub(super) fn rename(&mut self, name: &Name, anywhere: bool, to: &Ident, mut new: Name) {
        let found = of_name(&self.by_name, name, anywhere).map(|(name, _)| name.clone());
        let Some(old) = found else { return };
        if new.schema.is_none() {
            new.schema.clone_from(&old.schema);
        }
        self.referred.rename(&old.name, new.name.clone(), to);
        if let Some(place) = self.insert_again(&old, new)
            && let Some(table) = self.get_mut(place)
        {
            table.former.push(old);
            table.name.name = to.clone();
        }
    }

    /// `SET SCHEMA`.
    pub(super) fn move_to(&mut self, name: &Name, anywhere: bool, to: &ObjectName, new: Name) {
        let found = of_name(&self.by_name, name, anywhere).map(|(name, _)| name.clone());
        let Some(old) = found else { return };
        if let Some(place) = self.insert_again(&old, new)
            && let Some(table) = self.get_mut(place)
        {
            table.name = to.clone();
        }
    }

    fn insert_again(&mut self, old: &Name, new: Name) -> Option<usize> {
        let place = self.by_name.remove(old)?;
        if let Some(replaced) = self.by_name.insert(new, place) {
            self.empty(replaced);
        }
        Some(place)
    }

    fn empty(&mut self, place: usize) {
        if let Some(table) = self.places.get_mut(place) {
            *table = None;
        }
    }

    /// What is left in the end.
    pub(super) fn finish(mut self) -> BTreeMap<Name, Box<Table>> {
        let referred = self.referred.settled();
        let places = &mut self.places;
        let finished = self.by_name.into_iter().filter_map(|(name, place)| {
            let table = places.get_mut(place)?.take()?;
            Some((name, Box::new(table.finish(&referred))))
        });
        finished.collect()
    }
}

impl Live {
    fn new(dialect: Dialect, name: ObjectName, columns: Vec<Column>) -> Live {
        let named = columns.iter().enumerate();
        let by_name = named.map(|(place, column)| (folded(dialect, &column.name), place)).collect();
        Live {
            dialect,
            name,
            open: false,
            columns: columns.into_iter().map(Some).collect(),
            by_name,
            keys: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            properties: Vec::new(),
            former: Vec::new(),
            lost_constraint: false,
            once: BTreeSet::new(),
            constraints: BTreeMap::new(),
            primary_keys: Vec::new(),
            referred: Names::default(),
        }
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().flatten()
    }

    fn place(&self, name: &Ident) -> Option<usize> {
        let wanted = (folded(self.dialect, name), 0);
        let next = self.by_name.range((Bound::Included(&wanted), Bound::Unbounded)).next();
        next.filter(|(found, _)| *found == wanted.0).map(|(_, place)| *place)
    }

    pub(super) fn column(&self, name: &Ident) -> Option<&Column> {
        self.place(name).and_then(|place| self.columns.get(place)?.as_ref())
    }

    /// The primary key, if nothing may have taken it away.
    pub(super) fn primary_key(&self) -> Option<&Key> {
        let mut keys = self
            .primary_keys
            .iter()
            .take(MAX_SEARCHED)
            .filter_map(|number| self.keys.get(*number)?.as_ref());
        keys.next().map(|held| &held.key).filter(|key| {
            !self.lost_constraint && key.columns.iter().all(|column| self.has_column(column))
        })
    }

    /// Whether a key says that these columns are unique, or may say so: `any` of it counts where the
    /// server takes any index. The primary key, where none are named.
    pub(super) fn may_be_unique(&self, columns: &[Ident]) -> bool {
        if self.lost_constraint || self.keys.len() > MAX_SEARCHED {
            return true;
        }
        let fold = |column: &Ident| folded(self.dialect, column);
        let wanted: BTreeSet<SmolStr> = columns.iter().map(fold).collect();
        self.keys.iter().flatten().map(|held| &held.key).any(|key| match key.kind {
            KeyKind::Index => false,
            KeyKind::Primary if columns.is_empty() => true,
            KeyKind::Primary | KeyKind::Unique => {
                // A key of an index (`USING INDEX`) has columns that are not known here.
                let is_opaque = key.columns.is_empty();
                is_opaque
                    || !key.partial
                        && key.columns.iter().map(fold).collect::<BTreeSet<_>>() == wanted
            }
        })
    }

    pub(super) fn has_column(&self, name: &Ident) -> bool {
        self.place(name).is_some()
    }

    /// Whether it has a column of this name, or had one.
    pub(super) fn once_had(&self, name: &Ident) -> bool {
        self.has_column(name) || self.once.contains(&folded(self.dialect, name))
    }

    pub(super) fn column_mut(&mut self, name: &Ident) -> Option<&mut Column> {
        let place = self.place(name)?;
        self.columns.get_mut(place)?.as_mut()
    }

    /// Adds a column, if there is none of that name.
    pub(super) fn add_column(&mut self, column: &Column) {
        if !self.has_column(&column.name) {
            self.once.insert(folded(self.dialect, &column.name));
            self.by_name.insert((folded(self.dialect, &column.name), self.columns.len()));
            self.columns.push(Some(column.clone()));
        }
    }

    /// Takes a column away, and the keys that hold it.
    pub(super) fn drop_column(&mut self, name: &Ident) {
        let folded = folded(self.dialect, name);
        self.referred.forget(&folded);
        if let Some(place) = self.place(name) {
            self.once.insert(folded.clone());
            self.by_name.remove(&(folded, place));
            if let Some(column) = self.columns.get_mut(place) {
                *column = None;
            }
        }
    }

    /// Puts another column in the place of one; whether there is one.
    pub(super) fn redefine(&mut self, old: &Ident, column: &Column) -> bool {
        let Some(found) = self.column_mut(old) else { return false };
        let former = std::mem::take(&mut found.former);
        *found = Column { name: old.clone(), former, ..column.clone() };
        self.rename_column(old, &column.name);
        true
    }

    /// Gives a column another name, in keys as well.
    pub(super) fn rename_column(&mut self, from: &Ident, to: &Ident) {
        let (old, new) = (folded(self.dialect, from), folded(self.dialect, to));
        if let Some(place) = self.place(from) {
            if let Some(column) = self.columns.get_mut(place).and_then(Option::as_mut) {
                if column.name.text != to.text {
                    column.former.push(std::mem::take(&mut column.name.text));
                }
                column.name = to.clone();
            }
            self.once.extend([old.clone(), new.clone()]);
            self.by_name.remove(&(old.clone(), place));
            self.by_name.insert((new.clone(), place));
        }
        self.referred.rename(&old, new, to);
    }

    fn add_key(&mut self, key: &Key) -> usize {
        let number = self.keys.len();
        if let Some(name) = &key.name {
            let of_name = self.constraints.entry(folded(self.dialect, name)).or_default();
            of_name.push(Constraint::Key(number));
        }
        if key.kind == KeyKind::Primary {
            self.primary_keys.push(number);
            self.is_not_null(key);
        }
        let columns = self.numbers(&key.columns);
        self.keys.push(Some(Held { key: key.clone(), columns, table: None }));
        number
    }

    fn add_foreign_key(&mut self, key: &ForeignKey, refers_to: usize) {
        if let Some(name) = &key.name {
            let number = self.foreign_keys.len();
            let of_name = self.constraints.entry(folded(self.dialect, name)).or_default();
            of_name.push(Constraint::ForeignKey(number));
        }
        let columns = self.numbers(&key.columns);
        let held = Held { key: key.clone(), columns, table: Some(refers_to) };
        self.foreign_keys.push(Some(held));
    }

    fn numbers(&mut self, columns: &[Ident]) -> Vec<usize> {
        let dialect = self.dialect;
        columns.iter().map(|column| self.referred.number(folded(dialect, column))).collect()
    }

    /// The columns of a primary key are never null.
    fn is_not_null(&mut self, key: &Key) {
        let counts = self.dialect.grammar().server.integer_keys_count;
        for name in &key.columns {
            if let Some(column) = self.column_mut(name) {
                column.not_null = true;
                let integer = column.data_type.as_ref().is_some_and(|of| of.name == "integer");
                // SQLite's rowid numbers itself.
                column.identity |= counts && key.columns.len() == 1 && integer;
            }
        }
    }

    pub(super) fn drop_constraint(&mut self, name: &Ident) {
        let mut named = self.constraints.remove(&folded(self.dialect, name)).unwrap_or_default();
        if named.is_empty() {
            named.extend(self.unnamed(&folded(self.dialect, name)));
        }
        self.lost_constraint |= named.is_empty();
        for constraint in named {
            match constraint {
                Constraint::Key(number) => {
                    if let Some(key) = self.keys.get_mut(number) {
                        *key = None;
                    }
                }
                Constraint::ForeignKey(number) => {
                    if let Some(key) = self.foreign_keys.get_mut(number) {
                        *key = None;
                    }
                }
                Constraint::Check(number) => {
                    if let Some(check) = self.checks.get_mut(number) {
                        *check = None;
                    }
                }
            }
        }
    }

    /// The constraint without a name to which PostgreSQL gives this one: `orders_pkey`, `orders_a_b_key`,
    /// `orders_customer_fkey`, `orders_a_check` (`ChooseIndexName`, `ChooseConstraintName`). MySQL calls a
    /// key by its first column.
    fn unnamed(&self, name: &str) -> Option<Constraint> {
        if self.dialect.grammar().types.sized_texts {
            let mut keys = self.keys.iter().enumerate().take(MAX_SEARCHED);
            let is_it = |key: &Key| {
                let first = key.columns.first().map(|column| folded(self.dialect, column));
                key.name.is_none()
                    && key.kind != KeyKind::Primary
                    && first.is_some_and(|first| first == name)
            };
            let found = keys.find(|(_, held)| held.as_ref().is_some_and(|held| is_it(&held.key)));
            return found.map(|(number, _)| Constraint::Key(number));
        }
        let table = folded(self.dialect, &self.name.name);
        let rest = name.strip_prefix(table.as_str())?.strip_prefix('_')?;
        let joined = |columns: &[Ident]| {
            let names = columns.iter().map(|column| folded(self.dialect, column).to_string());
            names.collect::<Vec<_>>().join("_")
        };
        let keys = self.keys.iter().enumerate().take(MAX_SEARCHED);
        let key = keys.filter_map(|(number, held)| Some((number, &held.as_ref()?.key)));
        let mut key = key.filter(|(_, key)| key.name.is_none());
        let is_key = |key: &Key| match key.kind {
            KeyKind::Primary => rest == "pkey",
            KeyKind::Unique | KeyKind::Index => {
                rest.strip_suffix("_key").is_some_and(|of| of == joined(&key.columns))
            }
        };
        if let Some((number, _)) = key.find(|(_, key)| is_key(key)) {
            return Some(Constraint::Key(number));
        }
        let foreign = self.foreign_keys.iter().enumerate().take(MAX_SEARCHED);
        let mut foreign = foreign.filter_map(|(number, held)| Some((number, &held.as_ref()?.key)));
        let is_foreign = |key: &ForeignKey| {
            key.name.is_none()
                && rest.strip_suffix("_fkey").is_some_and(|of| of == joined(&key.columns))
        };
        if let Some((number, _)) = foreign.find(|(_, key)| is_foreign(key)) {
            return Some(Constraint::ForeignKey(number));
        }
        // The text of a check is not kept: of several without a name nobody knows which it is.
        let checks = self.checks.iter().enumerate().take(MAX_SEARCHED);
        let unnamed = checks.filter(|(_, it)| it.as_ref().is_some_and(|it| it.name.is_none()));
        let unnamed: Vec<usize> = unnamed.map(|(number, _)| number).collect();
        match unnamed.as_slice() {
            [one] if rest.ends_with("check") => Some(Constraint::Check(*one)),
            _ => None,
        }
    }

    pub(super) fn add_check(&mut self, check: &Check) {
        if let Some(name) = &check.name {
            let of_name = self.constraints.entry(folded(self.dialect, name)).or_default();
            of_name.push(Constraint::Check(self.checks.len()));
        }
        self.checks.push(Some(check.clone()));
    }

    /// `VALIDATE CONSTRAINT`.
    pub(super) fn validate(&mut self, name: &Ident) {
        for constraint in self.constraints.get(&folded(self.dialect, name)).into_iter().flatten() {
            match constraint {
                Constraint::Key(_) => {}
                Constraint::ForeignKey(number) => {
                    if let Some(Some(held)) = self.foreign_keys.get_mut(*number) {
                        held.key.validated = true;
                    }
                }
                Constraint::Check(number) => {
                    if let Some(Some(check)) = self.checks.get_mut(*number) {
                        check.validated = true;
                    }
                }
            }
        }
    }

    /// `RENAME CONSTRAINT`, `RENAME INDEX`.
    pub(super) fn rename_constraint(&mut self, from: &Ident, to: &Ident) {
        let renamed = self.constraints.remove(&folded(self.dialect, from)).unwrap_or_default();
        for constraint in &renamed {
            let name = match constraint {
                Constraint::Key(number) => {
                    self.keys.get_mut(*number).and_then(Option::as_mut).map(|of| &mut of.key.name)
                }
                Constraint::ForeignKey(number) => {
                    let key = self.foreign_keys.get_mut(*number).and_then(Option::as_mut);
                    key.map(|of| &mut of.key.name)
                }
                Constraint::Check(number) => {
                    self.checks.get_mut(*number).and_then(Option::as_mut).map(|of| &mut of.name)
                }
            };
            if let Some(name) = name {
                *name = Some(to.clone());
            }
        }
        self.constraints.entry(folded(self.dialect, to)).or_default().extend(renamed);
    }

    /// Sets something for the table, or for a column of it.
    pub(super) fn set_property(&mut self, column: Option<&Ident>, property: &Property) {
        let among = match column {
            None => Some(&mut self.properties),
            Some(name) => self.column_mut(name).map(|column| &mut column.properties),
        };
        if let Some(among) = among {
            property.clone().set(among);
        }
    }

    /// `DROP IDENTITY`, `DROP EXPRESSION`.
    pub(super) fn forget_value(&mut self, name: &Ident) {
        use PropertyKind::{Computed, Numbering, Stored};
        if let Some(column) = self.column_mut(name) {
            (column.identity, column.generated) = (false, false);
            let is_value = |of: &Property| matches!(of.kind, Computed | Numbering | Stored);
            column.properties.retain(|property| !is_value(property));
        }
    }

    pub(super) fn drop_primary_key(&mut self) {
        for number in std::mem::take(&mut self.primary_keys) {
            if let Some(key) = self.keys.get_mut(number) {
                *key = None;
            }
        }
    }

    fn finish(self, tables: &[Settled]) -> Table {
        let settled = self.referred.settled();
        let dialect = self.dialect;
        let columns: Vec<Column> = self.columns.into_iter().flatten().collect();
        let key = |held: Held<Key>| {
            let columns = renamed(held.key.columns, &held.columns, &settled)?;
            Some(Key { columns, ..held.key })
        };
        let foreign_key = |held: Held<ForeignKey>| {
            let columns = renamed(held.key.columns, &held.columns, &settled)?;
            let mut table = held.key.table;
            let name = held.table.and_then(|number| tables.get(number)?.written.as_ref());
            if let Some(name) = name {
                table.name = Ident { span: table.name.span, ..name.clone() };
            }
            Some(ForeignKey { columns, table, ..held.key })
        };
        let keys = self.keys.into_iter().flatten().filter_map(key).collect();
        let foreign_keys = self.foreign_keys.into_iter().flatten().filter_map(foreign_key);
        let foreign_keys = foreign_keys.collect();
        let checks = self.checks.into_iter().flatten().collect();
        let table = Table::new(dialect, self.name, columns, keys, foreign_keys, self.open);
        Table { checks, properties: self.properties, former: self.former, ..table }
    }
}

/// The columns of a key as they are called in the end; nothing when one of them is gone.
fn renamed(columns: Vec<Ident>, numbers: &[usize], settled: &[Settled]) -> Option<Vec<Ident>> {
    let pairs = columns.into_iter().zip(numbers);
    let name = |(column, number): (Ident, &usize)| match settled.get(*number) {
        Some(Settled { gone: true, .. }) => None,
        Some(Settled { written: Some(name), .. }) => {
            Some(Ident { span: column.span, ..name.clone() })
        }
        Some(Settled { written: None, .. }) | None => Some(column),
    };
    pairs.map(name).collect()
}

/// Names that change while others refer to them.
#[derive(Default)]
struct Names {
    /// The number of every name as it is now.
    now: BTreeMap<SmolStr, usize>,
    entries: Vec<Entry>,
}

#[derive(Default)]
struct Entry {
    /// The entry of the same name, since this one was renamed to it.
    same_as: Option<usize>,
    settled: Settled,
}

/// What has become of a name.
#[derive(Clone, Default)]
struct Settled {
    /// As it was written when it changed last.
    written: Option<Ident>,
    /// What it named was dropped.
    gone: bool,
}

impl Names {
    fn number(&mut self, name: SmolStr) -> usize {
        let entries = &mut self.entries;
        *self.now.entry(name).or_insert_with(|| {
            entries.push(Entry::default());
            entries.len() - 1
        })
    }

    fn rename(&mut self, from: &str, to: SmolStr, written: &Ident) {
        let Some(number) = self.now.remove(from) else { return };
        let other = *self.now.entry(to).or_insert(number);
        if let Some(entry) = self.entries.get_mut(number) {
            entry.settled.written = Some(written.clone());
            entry.same_as = (other != number).then_some(other);
        }
    }

    fn forget(&mut self, name: &str) {
        let number = self.now.remove(name);
        if let Some(entry) = number.and_then(|number| self.entries.get_mut(number)) {
            entry.settled.gone = true;
        }
    }

    /// What has become of each, by number.
    fn settled(&self) -> Vec<Settled> {
        let mut out: Vec<Option<Settled>> = vec![None; self.entries.len()];
        for start in 0..self.entries.len() {
            let mut path = Vec::new();
            let mut next = Some(start);
            let mut last: Option<Settled> = None;
            while let Some(number) = next {
                last = out.get(number).cloned().flatten();
                if last.is_some() {
                    break;
                }
                path.push(number);
                next = self.entries.get(number).and_then(|entry| entry.same_as);
            }
            for number in path.into_iter().rev() {
                let own = self.entries.get(number).map(|entry| entry.settled.clone());
                let own = own.unwrap_or_default();
                let settled = match last {
                    Some(of) => Settled { written: of.written.or(own.written), gone: of.gone },
                    None => own,
                };
                if let Some(place) = out.get_mut(number) {
                    *place = Some(settled.clone());
                }
                last = Some(settled);
            }
        }
        out.into_iter().map(Option::unwrap_or_default).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ident(text: &str) -> Ident {
        let file = crate::source::Sources::default().add("a.sql", "");
        Ident { text: text.into(), quoted: false, span: Span::new(file, 0..0) }
    }

    #[test]
    fn names_are_followed() {
        let mut names = Names::default();
        let (a, b) = (names.number("a".into()), names.number("b".into()));
        names.rename("a", "c".into(), &ident("C"));
        names.rename("c", "b".into(), &ident("B"));
        let c = names.number("c".into());
        names.rename("b", "d".into(), &ident("D"));
        names.forget("c");
        let settled = names.settled();
        let written = |number: usize| settled[number].written.as_ref().map(|of| of.text.as_str());
        assert_eq!((written(a), written(b), written(c)), (Some("D"), Some("D"), None));
        assert_eq!((settled[a].gone, settled[b].gone, settled[c].gone), (false, false, true));
    }
}
