//! Two catalogues -> what changes between them, the dangerous first.
//!
//! Says what the change means for rows and clients, not how the database gets there: that is
//! Atlas's to plan. What Atlas is told not to do is for `policy` to say.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use smol_str::{SmolStr, format_smolstr};

use crate::catalogue::change::{Change, CheckName, Outcome, Severity, What};
use crate::catalogue::hazard::Kind;
use crate::catalogue::types::{Fit, Normal, fit};
use crate::catalogue::{Catalogue, DefinitionKey, Name, Table, View, folded};
use crate::definition::{
    Check, Class, Column, Defined, ForeignKey, Ident, Key, KeyKind, ObjectKind, ObjectName, Print,
    Property, PropertyKind, Whole,
};
use crate::dialect::Dialect;
use crate::dialect::grammar::Folding;
use crate::source::Span;

/// What changes from one catalogue to the other: destructive first, then by table, then in the
/// order of [`What`].
pub fn diff(old: &Catalogue, new: &Catalogue) -> Vec<Change> {
    let mut changes = Changes { dialect: new.dialect, guesses: GUESSES, out: Vec::new() };
    let (mut dropped, mut added) = (missing_in(old, new), missing_in(new, old));
    let by_statement = renamed_by_statement(old, new, &dropped);
    for (before, after) in &by_statement {
        let to = after.name.shown().into();
        let what = What::TableRenamed { to, is_certain: true };
        let places = (Some(after.name.span()), Some(before.name.span()));
        changes.add(Severity::Destructive, &before.name.shown(), what, places.0, places.1);
        changes.table(before, after);
    }
    let (from, to): (BTreeSet<Span>, BTreeSet<Span>) =
        by_statement.iter().map(|(old, new)| (old.name.span(), new.name.span())).unzip();
    dropped.retain(|table| !from.contains(&table.name.span()));
    added.retain(|table| !to.contains(&table.name.span()));
    let renamed = renamed_tables(new.dialect, &dropped, &added, &mut changes.guesses);
    for (table, renamed) in dropped.iter().zip(renamed) {
        let what = match renamed {
            Some(found) => What::TableRenamed { to: found.name.shown().into(), is_certain: false },
            None => What::TableDropped,
        };
        changes.add(
            Severity::Destructive,
            &table.name.shown(),
            what,
            None,
            Some(table.name.span()),
        );
    }
    for table in &added {
        let place = Some(table.name.span());
        changes.add(Severity::Safe, &table.name.shown(), What::TableAdded, place, None);
    }
    for (name, before) in &old.tables {
        if let Some(after) = new.tables.get(name)
            && !changes.recased_table(name, before, after)
        {
            changes.table(before, after);
        }
    }
    changes.views(old, new);
    changes.types(old, new);
    changes.definitions(old, new);
    changes.comments(old, new);
    sort(&mut changes.out);
    changes.out
}

/// Brings changes into the order in which they are told.
pub(super) fn sort(changes: &mut [Change]) {
    changes.sort_by(|a, b| {
        (a.severity, &a.table, &a.what, a.new_place).cmp(&(
            b.severity,
            &b.table,
            &b.what,
            b.new_place,
        ))
    });
}

fn missing_in<'a>(from: &'a Catalogue, other: &Catalogue) -> Vec<&'a Table> {
    let tables = from.tables.iter().filter(|(name, _)| !other.tables.contains_key(name));
    tables.map(|(_, table)| &**table).collect()
}

/// The tables that a statement renames: each that is gone, and what it is called now.
fn renamed_by_statement<'a>(
    old: &Catalogue,
    new: &'a Catalogue,
    dropped: &[&'a Table],
) -> Vec<(&'a Table, &'a Table)> {
    let mut by_former: BTreeMap<&Name, &Table> = BTreeMap::new();
    for (name, table) in new.tables.iter().filter(|(name, _)| !old.tables.contains_key(name)) {
        by_former.extend(
            table.former.iter().filter(|former| *former != name).map(|former| (former, &**table)),
        );
    }
    let mut taken = BTreeSet::new();
    let found = dropped.iter().filter_map(|before| {
        let after = *by_former.get(&old.name(&before.name))?;
        taken.insert(new.name(&after.name)).then_some((*before, after))
    });
    found.collect()
}

/// For each table that is gone the new one that it may have become; each stands for one at the most. First
/// those of the very same columns, which are found without comparing all with all: a schema may rename
/// thousands of tables.
fn renamed_tables<'a>(
    dialect: Dialect,
    dropped: &[&Table],
    added: &[&'a Table],
    guesses: &mut usize,
) -> Vec<Option<&'a Table>> {
    let column_names = |table: &Table| -> BTreeSet<SmolStr> {
        table.columns.iter().map(|column| folded(dialect, &column.name)).collect()
    };
    let mut by_columns: BTreeMap<BTreeSet<SmolStr>, VecDeque<usize>> = BTreeMap::new();
    for (at, table) in added.iter().enumerate().filter(|(_, table)| !table.columns.is_empty()) {
        by_columns.entry(column_names(table)).or_default().push_back(at);
    }
    let same = |table: &&Table| by_columns.get_mut(&column_names(table))?.pop_front();
    let mut found: Vec<Option<usize>> = dropped.iter().map(same).collect();
    let taken: BTreeSet<usize> = found.iter().flatten().copied().collect();
    let mut free: BTreeSet<usize> = (0..added.len()).filter(|at| !taken.contains(at)).collect();
    for (table, found) in dropped.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
        for &at in &free {
            if *guesses == 0 {
                break;
            }
            let candidate = added.get(at);
            if candidate.is_some_and(|other| looks_renamed(dialect, table, other, guesses)) {
                *found = Some(at);
                break;
            }
        }
        if let Some(at) = *found {
            free.remove(&at);
        }
    }
    found.into_iter().map(|at| added.get(at?).copied()).collect()
}

/// Most of the columns are the same.
fn looks_renamed(dialect: Dialect, old: &Table, new: &Table, guesses: &mut usize) -> bool {
    let (before, after) = (old.columns.len(), new.columns.len());
    let is_close = before.min(after) * 5 >= before.max(after) * 4;
    let cost = before.min(after) + 1;
    if !is_close || *guesses < cost {
        *guesses = guesses.saturating_sub(1);
        return false;
    }
    *guesses -= cost;
    let is_shared = |column: &&Column| new.column(dialect, &column.name).is_some();
    let shared = old.columns.iter().filter(is_shared).count();
    shared > 0 && shared * 5 >= before.max(after) * 4
}

/// How many pairs of columns are compared to guess what was renamed: enough for every real change.
const GUESSES: usize = 300_000;

/// What each column of a table is in the other one, and what is new there, with its place. A name may stand for two columns: where the
/// collation tells `A` from `a`, the text decides, and in what was not fully understood the order.
fn pairs<'a>(
    dialect: Dialect,
    old: &Table,
    new: &'a Table,
) -> (Vec<Option<&'a Column>>, Vec<(usize, &'a Column)>) {
    let mut by_name: BTreeMap<SmolStr, VecDeque<usize>> = BTreeMap::new();
    let mut by_text: BTreeMap<(SmolStr, &str), VecDeque<usize>> = BTreeMap::new();
    for (at, column) in new.columns.iter().enumerate() {
        let name = folded(dialect, &column.name);
        by_text.entry((name.clone(), column.name.text.as_str())).or_default().push_back(at);
        by_name.entry(name).or_default().push_back(at);
    }
    let exact = old.columns.iter().map(|before| {
        let key = (folded(dialect, &before.name), before.name.text.as_str());
        by_text.get_mut(&key)?.pop_front()
    });
    let mut found: Vec<Option<usize>> = exact.collect();
    let mut taken: BTreeSet<usize> = found.iter().flatten().copied().collect();
    for (before, found) in old.columns.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
        let Some(named) = by_name.get_mut(&folded(dialect, &before.name)) else { continue };
        *found = std::iter::from_fn(|| named.pop_front()).find(|at| !taken.contains(at));
        taken.extend(*found);
    }
    let free = new.columns.iter().enumerate().filter(|(at, _)| !taken.contains(at));
    (found.into_iter().map(|at| new.columns.get(at?)).collect(), free.collect())
}

/// The names of a table's columns, as they are written.
fn texts(table: &Table) -> BTreeSet<&str> {
    table.columns.iter().map(|column| column.name.text.as_str()).collect()
}

struct Changes {
    dialect: Dialect,
    guesses: usize,
    out: Vec<Change>,
}

impl Changes {
    fn add(
        &mut self,
        severity: Severity,
        table: &str,
        what: What,
        new_place: Option<Span>,
        old_place: Option<Span>,
    ) {
        let kind = Kind::of(&what);
        self.add_as(kind, severity, table, what, (new_place, old_place));
    }

    /// Adds a change that the table of hazards has a row of its own for.
    fn add_as(
        &mut self,
        kind: Kind,
        severity: Severity,
        table: &str,
        what: What,
        (new_place, old_place): (Option<Span>, Option<Span>),
    ) {
        self.out.push(Change {
            severity,
            table: table.into(),
            what,
            outcome: Outcome::Made,
            kind,
            hazard: None,
            new_place,
            old_place,
        });
    }

    /// A table whose name changes in nothing but the case of its letters, where the database may compare
    /// names without it: Atlas takes them for two.
    fn recased_table(&mut self, name: &Name, before: &Table, after: &Table) -> bool {
        let (old, new) = (&before.name.name.text, &after.name.name.text);
        let is_by_statement = after.former.contains(name);
        if old == new || is_by_statement || self.dialect.grammar().names.folding != Folding::Lower {
            return false;
        }
        let what = What::TableRenamed { to: after.name.shown().into(), is_certain: false };
        let places = (Some(after.name.span()), Some(before.name.span()));
        self.add(Severity::Destructive, &before.name.shown(), what, places.0, places.1);
        true
    }

    fn table(&mut self, old: &Table, new: &Table) {
        let table = new.name.shown();
        self.columns(&table, old, new);
        self.keys(&table, old, new);
        self.foreign_keys(&table, old, new);
        self.checks(&table, old, new);
        let place = (Some(new.name.span()), Some(old.name.span()));
        self.properties(&table, None, (&old.properties, &new.properties), place);
    }

    fn columns(&mut self, table: &str, old: &Table, new: &Table) {
        let dialect = self.dialect;
        let mut taken: BTreeSet<SmolStr> = BTreeSet::new();
        let (pairs, added) = pairs(dialect, old, new);
        let (old_names, new_names) = (texts(old), texts(new));
        let mut candidates: Option<Vec<Candidate<'_>>> = None;
        let formers = added.iter().flat_map(|(_, after)| {
            let after: &Column = after;
            after.former.iter().map(move |former| (former.as_str(), after))
        });
        let by_former: BTreeMap<&str, &Column> = formers.collect();
        for ((at, before), after) in old.columns.iter().enumerate().zip(pairs) {
            if let Some(after) = after {
                self.column(table, before, after);
                self.recased(table, before, after);
                continue;
            }
            let by_statement = by_former.get(before.name.text.as_str()).copied();
            if let Some(after) = by_statement.filter(|of| !taken.contains(&of.name.text)) {
                let (column, to) = (before.name.text.clone(), after.name.text.clone());
                taken.insert(to.clone());
                let what = What::ColumnRenamed { column, to, is_certain: true };
                let (new, old) = (Some(after.name.span), Some(before.name.span));
                self.add(Severity::Destructive, table, what, new, old);
                self.column(table, before, after);
                continue;
            }
            if new.open || new_names.contains(before.name.text.as_str()) {
                continue;
            }
            let candidates = candidates.get_or_insert_with(|| {
                let new = added.iter().filter(|(_, new)| old.column(dialect, &new.name).is_none());
                new.map(|(at, after)| Candidate::of(dialect, *at, after)).collect()
            });
            let before_it = Candidate::of(dialect, at, before);
            let renamed = renamed_column(&before_it, candidates, &mut self.guesses)
                .filter(|after| !taken.contains(&after.name.text));
            let column = before.name.text.clone();
            let (what, place) = match renamed {
                Some(after) => {
                    taken.insert(after.name.text.clone());
                    (
                        What::ColumnRenamed {
                            column,
                            to: after.name.text.clone(),
                            is_certain: false,
                        },
                        Some(after.name.span),
                    )
                }
                None => (What::ColumnDropped { column }, None),
            };
            self.add(Severity::Destructive, table, what, place, Some(before.name.span));
        }
        for (_, after) in added {
            let is_renamed = taken.contains(&after.name.text)
                && after.former.iter().any(|former| old_names.contains(former.as_str()));
            if !old.open && !is_renamed && !old_names.contains(after.name.text.as_str()) {
                let mandatory = !after.is_optional();
                let severity = if mandatory { Severity::Risky } else { Severity::Safe };
                let what = What::ColumnAdded { column: after.name.text.clone(), mandatory };
                let kind = Kind::of_new_column(self.dialect, after);
                self.add_as(kind, severity, table, what, (Some(after.name.span), None));
            }
        }
    }

    /// A column whose name changes in nothing but the case of its letters, where the database compares
    /// names without it: Atlas takes them for two.
    fn recased(&mut self, table: &str, before: &Column, after: &Column) {
        let (old, new) = (&before.name.text, &after.name.text);
        let is_by_statement = after.former.contains(old);
        if old != new && self.dialect.grammar().names.folding == Folding::Lower {
            let (column, to) = (old.clone(), new.clone());
            let what = What::ColumnRenamed { column, to, is_certain: is_by_statement };
            let severity = match is_by_statement {
                true => Severity::Safe,
                false => Severity::Destructive,
            };
            let places = (Some(after.name.span), Some(before.name.span));
            self.add(severity, table, what, places.0, places.1);
        }
    }

    fn column(&mut self, table: &str, before: &Column, after: &Column) {
        let column = || after.name.text.clone();
        let (new_place, old_place) = (Some(after.span), Some(before.span));
        if let (Some(old), Some(new)) = (&before.data_type, &after.data_type) {
            let (from, to) = (old.text.clone(), new.text.clone());
            let column = column();
            let change = match fit(self.dialect, old, new) {
                Fit::Same => None,
                Fit::Wider => Some((Severity::Safe, What::ColumnWidened { column, from, to })),
                Fit::Narrower => {
                    Some((Severity::Destructive, What::ColumnNarrowed { column, from, to }))
                }
                Fit::Different => Some((Severity::Risky, What::TypeChanged { column, from, to })),
            };
            if let Some((severity, what)) = change {
                let kind = Kind::of_retyped(self.dialect, old, new);
                self.add_as(kind, severity, table, what, (Some(new.span), Some(old.span)));
            }
        }
        if before.data_type.is_some() != after.data_type.is_some() && !after.generated {
            let text = |column: &Column| {
                column.data_type.as_ref().map_or("(none)".into(), |of| of.text.clone())
            };
            let (from, to) = (text(before), text(after));
            let what = What::TypeChanged { column: column(), from, to };
            self.add(Severity::Risky, table, what, new_place, old_place);
        }
        self.properties(
            table,
            Some((before, after)),
            (&before.properties, &after.properties),
            (new_place, old_place),
        );
        match (before.not_null, after.not_null) {
            (false, true) => {
                let what = What::NotNull { column: column(), default: after.default.is_some() };
                self.add(Severity::Risky, table, what, new_place, old_place);
            }
            (true, false) => {
                self.add(
                    Severity::Safe,
                    table,
                    What::Nullable { column: column() },
                    new_place,
                    old_place,
                );
            }
            (true, true) | (false, false) => {}
        }
        if before.default_print != after.default_print {
            let gone = after.default.is_none();
            let is_needed = gone && !after.is_optional();
            let severity = if is_needed { Severity::Risky } else { Severity::Safe };
            let what = What::DefaultChanged { column: column(), gone };
            self.add(severity, table, what, new_place, old_place);
        }
    }

    fn keys(&mut self, table: &str, old: &Table, new: &Table) {
        let dialect = self.dialect;
        let identity = |key: &'_ Key| Identity {
            shape: key_shape(dialect, key),
            details: (key.method.clone(), key.details),
            // The name of a primary key counts for nothing.
            name: key
                .name
                .as_ref()
                .filter(|_| key.kind != KeyKind::Primary)
                .map(|name| folded(dialect, name)),
        };
        let (pairs, added) = paired(&old.keys, &new.keys, identity, true);
        for (key, after) in pairs {
            let Some(after) = after else {
                let severity =
                    if key.kind == KeyKind::Index { Severity::Safe } else { Severity::Risky };
                let what = What::KeyDropped { key: key_name(key), kind: key.kind };
                self.add(severity, table, what, None, Some(key.span));
                continue;
            };
            let is_same = identity(key).details == identity(after).details;
            let names = identity(key).name.zip(identity(after).name);
            let is_renamed = names.is_some_and(|(old, new)| old != new);
            if is_same && !is_renamed {
                self.key_comment(table, key, after);
                continue;
            }
            let renamed_from = is_same.then(|| key_name(key));
            let what = What::KeyChanged { key: key_name(after), kind: key.kind, renamed_from };
            self.add(Severity::Risky, table, what, Some(after.span), Some(key.span));
        }
        for key in added {
            let blocks_writes = dialect.grammar().server.indexes_block_writes
                && !key.concurrently
                && !key.in_table
                && key.kind != KeyKind::Primary;
            let unique = key.kind != KeyKind::Index;
            let severity = if unique || blocks_writes { Severity::Risky } else { Severity::Safe };
            let what = What::KeyAdded { key: key_name(key), kind: key.kind, blocks_writes };
            let kind = Kind::of_new_key(key);
            self.add_as(kind, severity, table, what, (Some(key.span), None));
        }
    }

    fn key_comment(&mut self, table: &str, before: &Key, after: &Key) {
        if before.comment != after.comment {
            let name = format!("{table}.{}", key_name(after));
            let places = (Some(after.span), Some(before.span));
            self.add(Severity::Cosmetic, &name, What::CommentChanged, places.0, places.1);
        }
    }

    fn checks(&mut self, table: &str, old: &Table, new: &Table) {
        let dialect = self.dialect;
        let identity = |check: &'_ Check| Identity {
            shape: check.kind,
            details: (check.print, check.tail.clone(), check.validated),
            // Of those without a name the column decides.
            name: match &check.name {
                Some(name) => Some(folded(dialect, name)),
                None => check.column.as_ref().map(|column| format_smolstr!(" {column}")),
            },
        };
        let is_named = |check: &Check| check.name.is_some();
        let (pairs, added) = paired(&old.checks, &new.checks, identity, false);
        for (before, after) in pairs {
            let check = check_name(after.unwrap_or(before));
            let (severity, what) = match after {
                Some(after) if identity(before).details == identity(after).details => {
                    let are_named = is_named(before) && is_named(after);
                    if !are_named || identity(before).name == identity(after).name {
                        continue;
                    }
                    (Severity::Risky, What::CheckChanged { check })
                }
                Some(_) => (Severity::Risky, What::CheckChanged { check }),
                None => (Severity::Safe, What::CheckDropped { check }),
            };
            self.add(severity, table, what, after.map(|of| of.span), Some(before.span));
        }
        for after in added {
            let what = What::CheckAdded { check: check_name(after) };
            let kind = Kind::of_new_check(after);
            self.add_as(kind, Severity::Risky, table, what, (Some(after.span), None));
        }
    }

    /// What is set for a table, or for one of its columns.
    fn properties(
        &mut self,
        table: &str,
        columns: Option<(&Column, &Column)>,
        (old, new): (&[Property], &[Property]),
        (new_place, old_place): (Option<Span>, Option<Span>),
    ) {
        let is_numbered = |column: &Column| column.identity;
        let is_renumbered = columns.is_some_and(|(old, new)| is_numbered(old) != is_numbered(new));
        if old.is_empty() && new.is_empty() && !is_renumbered {
            return;
        }
        let find = |among: &[Property], kind| -> Option<Property> {
            among.iter().find(|property| property.kind == kind).cloned()
        };
        let kinds = old.iter().chain(new).map(|property| property.kind);
        let mut kinds: BTreeSet<PropertyKind> = kinds.collect();
        // A serial column numbers itself without saying so.
        kinds.extend(columns.is_some().then_some(PropertyKind::Numbering));
        // Whether a column's values are stored means nothing where it is computed on one side only.
        let is_computed = |among: &[Property]| find(among, PropertyKind::Computed).is_some();
        if is_computed(old) != is_computed(new) {
            kinds.remove(&PropertyKind::Stored);
        }
        for property in kinds {
            let (before, after) = (find(old, property), find(new, property));
            let value = |of: &Option<Property>| of.as_ref().map(|of| of.value.clone());
            let (mut from, mut to) = (value(&before), value(&after));
            let print = |of: &Option<Property>| of.as_ref().map(|of| of.print);
            let mut is_changed = print(&before) != print(&after);
            if let (PropertyKind::Numbering, Some((before, after))) = (property, columns) {
                let is_set = |column: &Column| column.identity.then(SmolStr::default);
                is_changed |= before.identity != after.identity;
                (from, to) = (is_set(before), is_set(after));
            }
            if !is_changed {
                continue;
            }
            let places = (
                after.as_ref().map(|of| of.span).or(new_place),
                before.as_ref().map(|of| of.span).or(old_place),
            );
            let severity = property_severity(property, from.as_ref(), to.as_ref());
            let column = columns.map(|(_, after)| after.name.text.clone());
            let what = What::PropertyChanged { column, property, from, to };
            self.add(severity, table, what, places.0, places.1);
        }
    }

    /// Compares functions, triggers, policies and other named objects that are not tables or views.
    fn definitions(&mut self, old: &Catalogue, new: &Catalogue) {
        let is_listed = |key: &DefinitionKey| {
            !matches!(key.0, Class::View | Class::MaterializedView | Class::RowSecurity)
        };
        // Told by tables and types already.
        let is_told = |key: &DefinitionKey| matches!(key.0, Class::Partition | Class::Domain);
        let gone_table = |catalogue: &Catalogue, on: &Option<Name>| {
            on.as_ref().is_some_and(|on| {
                !catalogue.tables.contains_key(on) && !catalogue.views.contains_key(on)
            })
        };
        // Of one name and several signatures, those that are on one side only are paired.
        let short = |key: &DefinitionKey| (key.0, key.1.clone(), key.2.clone());
        let mut only_new: BTreeMap<_, Vec<&Defined>> = BTreeMap::new();
        for (key, after) in new.definitions.iter().filter(|(key, _)| is_listed(key)) {
            if !old.definitions.contains_key(key) {
                only_new.entry(short(key)).or_default().push(after);
            }
        }
        for (key, before) in old.definitions.iter().filter(|(key, _)| is_listed(key)) {
            let same = new.definitions.get(key);
            let other = || only_new.get_mut(&short(key)).and_then(Vec::pop);
            let shown = before.name.as_ref().map(ObjectName::shown).unwrap_or_default();
            let on = before.on.as_ref().map(|on| on.shown().into());
            let class = before.class;
            match same.or_else(other) {
                Some(after) if after.print == before.print => {}
                Some(after) => {
                    let what = What::ObjectChanged { class: after.class, on };
                    let kind = Kind::of(&what);
                    let places = (Some(after.span), Some(before.span));
                    self.add_as(kind, Severity::Risky, &shown, what, places);
                }
                None if is_told(key) || gone_table(new, &key.2) => {}
                None => {
                    let what = What::ObjectDropped { class, on };
                    self.add(Severity::Risky, &shown, what, None, Some(before.span));
                }
            }
        }
        let is_new_type = |of: &Defined| {
            let name = of.name.as_ref().map(|name| (ObjectKind::Type, new.name(name)));
            name.is_some_and(|key| {
                new.objects.contains_key(&key) && !old.objects.contains_key(&key)
            })
        };
        for ((class, _, on), added) in only_new {
            // What is only altered here is there before, or is an enum, which is told with the types.
            let is_altered = |of: &&&Defined| of.is_altered && !is_new_type(of);
            for after in added.iter().filter(is_altered) {
                let shown = after.name.as_ref().map(ObjectName::shown).unwrap_or_default();
                let what = What::ObjectChanged { class: after.class, on: None };
                self.add(Severity::Risky, &shown, what, Some(after.span), None);
            }
            if matches!(class, Class::Partition | Class::Domain) {
                continue;
            }
            // What comes with its table is a part of it.
            let is_of_old_table = !gone_table(old, &on);
            for after in added.into_iter().filter(|after| !after.is_altered) {
                let shown = after.name.as_ref().map(ObjectName::shown).unwrap_or_default();
                let acts = matches!(
                    class,
                    Class::Trigger
                        | Class::Policy
                        | Class::Rule
                        | Class::EventTrigger
                        | Class::Event
                );
                let severity =
                    if acts && is_of_old_table { Severity::Risky } else { Severity::Safe };
                let on = after.on.as_ref().map(|on| on.shown().into());
                let what = What::ObjectAdded { class: after.class, on };
                let kind = match is_of_old_table {
                    true => Kind::of(&what),
                    false => Kind::TableAdded,
                };
                self.add_as(kind, severity, &shown, what, (Some(after.span), None));
            }
        }
        for (said, span) in &old.wholes {
            if !new.wholes.contains_key(said) {
                self.whole(said.0, true, (None, Some(*span)));
            }
        }
        for (said, span) in &new.wholes {
            if !old.wholes.contains_key(said) {
                self.whole(said.0, false, (Some(*span), None));
            }
        }
    }

    /// A statement that is compared as a whole.
    fn whole(&mut self, of: Whole, gone: bool, places: (Option<Span>, Option<Span>)) {
        let severity = match of {
            Whole::Permission => Severity::Risky,
            Whole::Other => Severity::Unknown,
        };
        self.add(severity, "", What::WholeChanged { of, gone }, places.0, places.1);
    }

    fn comments(&mut self, old: &Catalogue, new: &Catalogue) {
        let targets: BTreeSet<&SmolStr> = old.comments.keys().chain(new.comments.keys()).collect();
        for target in targets {
            let (before, after) = (old.comments.get(target), new.comments.get(target));
            let print = |of: Option<&(Print, Span)>| of.map(|(print, _)| *print);
            if print(before) != print(after) {
                let place = |of: Option<&(Print, Span)>| of.map(|(_, span)| *span);
                let places = (place(after), place(before));
                self.add(Severity::Cosmetic, target, What::CommentChanged, places.0, places.1);
            }
        }
    }

    fn foreign_keys(&mut self, table: &str, old: &Table, new: &Table) {
        let dialect = self.dialect;
        let fold_all = |columns: &[Ident]| -> Vec<SmolStr> {
            columns.iter().map(|column| folded(dialect, column)).collect()
        };
        let identity = |key: &'_ ForeignKey| Identity {
            shape: (
                fold_all(&key.columns),
                folded(dialect, &key.table.name),
                fold_all(&key.referred),
            ),
            details: actions(dialect, key),
            name: key.name.as_ref().map(|name| folded(dialect, name)),
        };
        let (pairs, added) = paired(&old.foreign_keys, &new.foreign_keys, identity, true);
        for (before, after) in pairs {
            let Some(after) = after else {
                let what = What::ForeignKeyDropped { key: foreign_key_name(before) };
                self.add(Severity::Risky, table, what, None, Some(before.span));
                continue;
            };
            let key = foreign_key_name(after);
            let (was, is) = (identity(before), identity(after));
            let what = match (before.name.as_ref(), after.name.as_ref()) {
                _ if was.details != is.details => {
                    What::ForeignKeyChanged { key, to: is.details.into() }
                }
                (Some(from), Some(to)) if was.name != is.name => {
                    let (from, to) = (from.text.clone(), to.text.clone());
                    What::ForeignKeyRenamed { key, from, to }
                }
                _ => continue,
            };
            let place = (Some(after.span), Some(before.span));
            self.add(Severity::Risky, table, what, place.0, place.1);
        }
        for after in added {
            let what = What::ForeignKeyAdded { key: foreign_key_name(after) };
            let kind = match after.not_valid {
                true => Kind::ForeignKeyAddedNotValid,
                false => Kind::ForeignKeyAdded,
            };
            self.add_as(kind, Severity::Risky, table, what, (Some(after.span), None));
        }
    }

    /// Types and schemas, where they are objects of their own, and the labels of enums.
    fn types(&mut self, old: &Catalogue, new: &Catalogue) {
        let listed =
            |(kind, _): &&(ObjectKind, Name)| matches!(kind, ObjectKind::Type | ObjectKind::Schema);
        for (key @ (kind, name), span) in old.objects.iter().filter(|(key, _)| listed(key)) {
            if !new.objects.contains_key(key) {
                let is_schema = *kind == ObjectKind::Schema;
                let what = if is_schema { What::SchemaDropped } else { What::TypeDropped };
                let severity = if is_schema { Severity::Risky } else { Severity::Safe };
                self.add(severity, &name.name, what, None, Some(*span));
            }
        }
        for (key @ (kind, name), span) in new.objects.iter().filter(|(key, _)| listed(key)) {
            if !old.objects.contains_key(key) {
                let is_schema = *kind == ObjectKind::Schema;
                let what = if is_schema { What::SchemaAdded } else { What::TypeAdded };
                self.add(Severity::Safe, &name.name, what, Some(*span), None);
            }
        }
        for (name, before) in &old.enums {
            if let Some(after) = new.enums.get(name) {
                let place = |catalogue: &Catalogue| {
                    catalogue.objects.get(&(ObjectKind::Type, name.clone())).copied()
                };
                self.labels(&name.name, (before, after), (place(new), place(old)));
            }
        }
    }

    fn labels(
        &mut self,
        name: &str,
        (before, after): (&[SmolStr], &[SmolStr]),
        places: (Option<Span>, Option<Span>),
    ) {
        let (old, new): (BTreeSet<_>, BTreeSet<_>) =
            (before.iter().collect(), after.iter().collect());
        // `alterEnum` of ariga.io/atlas 1.2.3 compares each label that remains with the place that it had.
        let mut remain = after.iter().filter(|label| old.contains(label)).zip(before);
        let is_last = remain.all(|(is, was)| is == was);
        for label in before.iter().filter(|label| !new.contains(label)) {
            let what = What::LabelDropped { label: label.clone(), is_last };
            self.add(Severity::Destructive, name, what, places.0, places.1);
        }
        for label in after.iter().filter(|label| !old.contains(label)) {
            let what = What::LabelAdded { label: label.clone() };
            self.add(Severity::Safe, name, what, places.0, places.1);
        }
        let kept = before.iter().filter(|label| new.contains(label));
        if kept.ne(after.iter().filter(|label| old.contains(label))) {
            self.add(Severity::Risky, name, What::LabelsReordered, places.0, places.1);
        }
    }

    fn views(&mut self, old: &Catalogue, new: &Catalogue) {
        for (name, before) in &old.views {
            let written = before.name.shown();
            match new.views.get(name) {
                None => {
                    let place = Some(before.name.span());
                    self.add(Severity::Destructive, &written, What::ViewDropped, None, place);
                }
                Some(after)
                    if view_shape(self.dialect, before) != view_shape(self.dialect, after)
                        || view_print(old, name) != view_print(new, name) =>
                {
                    let place = (Some(after.name.span()), Some(before.name.span()));
                    self.add(Severity::Risky, &written, What::ViewChanged, place.0, place.1);
                }
                Some(_) => {}
            }
        }
        for (name, after) in &new.views {
            if !old.views.contains_key(name) {
                let place = Some(after.name.span());
                self.add(Severity::Safe, &after.name.shown(), What::ViewAdded, place, None);
            }
        }
    }
}

/// What a view says.
fn view_print(catalogue: &Catalogue, name: &Name) -> Option<(Class, Print)> {
    let of_class = |class: Class| {
        let key = (class, name.clone(), None, Print::NONE);
        catalogue.definitions.get(&key).map(|defined| (class, defined.print))
    };
    of_class(Class::View).or_else(|| of_class(Class::MaterializedView))
}

/// What tells one key of a table from another.
type KeyShape = (KeyKind, Vec<SmolStr>, Option<Option<SmolStr>>, bool);

fn key_shape(dialect: Dialect, key: &Key) -> KeyShape {
    let columns = key.columns.iter().map(|column| folded(dialect, column)).collect();
    let name = key.expressions.then(|| key.name.as_ref().map(|name| folded(dialect, name)));
    (key.kind, columns, name, key.partial)
}

/// What two keys or checks are told apart by.
#[derive(PartialEq, Eq)]
struct Identity<S, D> {
    /// Two that differ in this are never one.
    shape: S,
    /// All else that they say.
    details: D,
    name: Option<SmolStr>,
}

/// Which of the old ones each new one is: those that are the same in everything first, then those that differ
/// in a name that one of them does not have, then those of one name, and then, where `by_shape`, those of one
/// shape. Also those that are new.
fn paired<'a, T, S: Ord + Clone, D: Ord + Clone>(
    old: &'a [T],
    new: &'a [T],
    identity: impl Fn(&'a T) -> Identity<S, D>,
    by_shape: bool,
) -> (Vec<(&'a T, Option<&'a T>)>, Vec<&'a T>) {
    let before: Vec<Identity<S, D>> = old.iter().map(&identity).collect();
    let after: Vec<Identity<S, D>> = new.iter().map(&identity).collect();
    if before == after {
        return (old.iter().zip(new.iter().map(Some)).collect(), Vec::new());
    }
    let mut found: Vec<Option<usize>> = vec![None; old.len()];
    let mut taken: Vec<bool> = vec![false; new.len()];
    for pass in Pass::ALL.iter().filter(|pass| by_shape || **pass != Pass::Shape) {
        let mut free: BTreeMap<_, VecDeque<usize>> = BTreeMap::new();
        for (at, of) in after.iter().enumerate().filter(|(at, _)| taken.get(*at) == Some(&false)) {
            if let Some(key) = pass.key(of, false) {
                free.entry(key).or_default().push_back(at);
            }
        }
        for (of, found) in before.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            let candidates = pass.key(of, true).and_then(|key| free.get_mut(&key));
            *found = candidates.and_then(VecDeque::pop_front);
            if let Some(taken) = found.and_then(|at| taken.get_mut(at)) {
                *taken = true;
            }
        }
    }
    let pairs = old.iter().zip(found).map(|(of, at)| (of, at.and_then(|at| new.get(at))));
    let added = new.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(of, _)| of);
    (pairs.collect(), added.collect())
}

/// How an old object is matched with a new one, from the strictest way to the loosest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Everything,
    /// Equal but for the name, which the new object lacks.
    Unnamed,
    /// Equal but for the name, which the old object lacks.
    Named,
    Name,
    Shape,
}

impl Pass {
    const ALL: &'static [Pass] =
        &[Pass::Everything, Pass::Unnamed, Pass::Named, Pass::Name, Pass::Shape];

    /// What is compared of an old or a new one; nothing of those that are not considered.
    fn key<S: Clone, D: Clone>(
        self,
        of: &Identity<S, D>,
        is_old: bool,
    ) -> Option<(S, Option<D>, Option<Option<SmolStr>>)> {
        let (shape, details) = (of.shape.clone(), of.details.clone());
        match self {
            Pass::Everything => Some((shape, Some(details), Some(of.name.clone()))),
            Pass::Unnamed => (is_old || of.name.is_none()).then_some((shape, Some(details), None)),
            Pass::Named => (!is_old || of.name.is_none()).then_some((shape, Some(details), None)),
            Pass::Name => of.name.is_some().then(|| (shape, None, Some(of.name.clone()))),
            Pass::Shape => Some((shape, None, None)),
        }
    }
}

fn check_name(check: &Check) -> CheckName {
    let name = check.name.as_ref().map(|name| name.text.clone());
    CheckName { kind: check.kind, name, column: check.column.clone() }
}

/// What happens to the rows of a foreign key, without what happens anyway.
fn actions(dialect: Dialect, key: &ForeignKey) -> String {
    let restricts = dialect.grammar().server.keeps_what_is_referred_to;
    let mut parts: Vec<String> = Vec::new();
    let mut words = key.actions.split(' ').peekable();
    while let Some(word) = words.next() {
        let of = words.next().unwrap_or_default();
        if word != "on" {
            if of != "simple" {
                parts.push(format!("{word} {of}"));
            }
            continue;
        }
        let mut action = words.next().unwrap_or_default().to_owned();
        while let Some(more) = words.next_if(|next| !matches!(*next, "on" | "match")) {
            action.push(' ');
            action.push_str(more);
        }
        if action != "no action" && !(restricts && action == "restrict") {
            parts.push(format!("on {of} {action}"));
        }
    }
    parts.sort();
    parts.retain(|part| !part.trim().is_empty());
    parts.extend((!key.tail.is_empty()).then(|| key.tail.to_string()));
    parts.extend((!key.validated).then(|| "not valid".to_owned()));
    parts.join(" ")
}

/// How much a change of a property can break.
fn property_severity(
    property: PropertyKind,
    from: Option<&SmolStr>,
    to: Option<&SmolStr>,
) -> Severity {
    let is_gone = to.is_none();
    match property {
        PropertyKind::Comment => Severity::Cosmetic,
        PropertyKind::Charset => match from.zip(to) {
            Some((from, to)) if is_narrower(from, to) => Severity::Destructive,
            Some(_) | None => Severity::Risky,
        },
        // What was written to the column is lost, and so is the history of the rows.
        PropertyKind::Computed if from.is_none() => Severity::Destructive,
        PropertyKind::Versioning if is_gone => Severity::Destructive,
        PropertyKind::Settings | PropertyKind::ReplicaIdentity => Severity::Safe,
        PropertyKind::Other => Severity::Unknown,
        PropertyKind::Collation
        | PropertyKind::Numbering
        | PropertyKind::Computed
        | PropertyKind::Stored
        | PropertyKind::OnUpdate
        | PropertyKind::Engine
        | PropertyKind::Partitioning
        | PropertyKind::Inheritance
        | PropertyKind::Unlogged
        | PropertyKind::RowSecurity
        | PropertyKind::ForcedRowSecurity
        | PropertyKind::Versioning
        | PropertyKind::Placement
        | PropertyKind::RowFormat => Severity::Risky,
    }
}

/// Whether a character set has not all characters of another one.
fn is_narrower(from: &str, to: &str) -> bool {
    let rank = |name: &str| match name {
        "ascii" => Some(0),
        "latin1" | "latin2" | "latin5" | "latin7" | "cp1250" | "cp1251" | "cp1252" | "koi8r" => {
            Some(1)
        }
        "utf8" | "utf8mb3" | "ucs2" => Some(2),
        "utf8mb4" | "utf16" | "utf16le" | "utf32" => Some(3),
        _ => None,
    };
    let is_other = |name: &str| rank(name) == Some(1);
    match (rank(from), rank(to)) {
        (Some(before), Some(after)) => {
            after < before || (from != to && is_other(from) && is_other(to))
        }
        (_, None) => from != to,
        (None, Some(after)) => after < 2,
    }
}

fn view_shape(dialect: Dialect, view: &View) -> (Option<Vec<SmolStr>>, BTreeSet<SmolStr>) {
    let columns = view.columns.as_ref();
    let columns =
        columns.map(|columns| columns.iter().map(|column| folded(dialect, column)).collect());
    (columns, view.reads.iter().map(|name| folded(dialect, &name.name)).collect())
}

/// A column, with what it is compared by.
struct Candidate<'a> {
    /// Its place in the table.
    at: usize,
    column: &'a Column,
    lower: String,
    data_type: Option<Normal>,
}

impl<'a> Candidate<'a> {
    fn of(dialect: Dialect, at: usize, column: &'a Column) -> Candidate<'a> {
        let data_type = column.data_type.as_ref().map(|written| Normal::of(dialect, written));
        Candidate { at, column, lower: column.name.text.to_lowercase(), data_type }
    }

    /// What comparing two may take, in steps of about a thousand pairs of letters: names may be as long as a
    /// file, and a type may have as many members.
    fn cost(&self, other: &Candidate<'_>) -> usize {
        let n_members = |of: &Candidate<'_>| of.data_type.as_ref().map_or(0, |of| of.args.len());
        let members = n_members(self).min(n_members(other));
        self.lower.len().saturating_mul(other.lower.len()) / 1_000 + members / 100 + 1
    }

    fn has_similar_name(&self, other: &Candidate<'_>) -> bool {
        let (a, b) = (self.lower.as_str(), other.lower.as_str());
        strsim::jaro_winkler(a, b) > 0.8 || a.contains(b) || b.contains(a)
    }
}

/// A new column of the same type that stands where the old one stood, or whose name is similar. Candidates
/// are in the order of their table.
fn renamed_column<'a>(
    before: &Candidate<'_>,
    candidates: &[Candidate<'a>],
    guesses: &mut usize,
) -> Option<&'a Column> {
    let in_place = candidates.binary_search_by_key(&before.at, |candidate| candidate.at).ok();
    let in_place = in_place.and_then(|at| candidates.get(at));
    if let Some(candidate) = in_place.filter(|of| of.data_type == before.data_type) {
        return Some(candidate.column);
    }
    for candidate in candidates {
        *guesses = guesses.checked_sub(before.cost(candidate))?;
        if candidate.data_type == before.data_type && before.has_similar_name(candidate) {
            return Some(candidate.column);
        }
    }
    None
}

pub(super) fn key_name(key: &Key) -> SmolStr {
    match &key.name {
        Some(name) => name.text.clone(),
        None => {
            let columns: Vec<&str> =
                key.columns.iter().map(|column| column.text.as_str()).collect();
            format_smolstr!("({})", columns.join(", "))
        }
    }
}

fn foreign_key_name(key: &ForeignKey) -> SmolStr {
    let columns: Vec<&str> = key.columns.iter().map(|column| column.text.as_str()).collect();
    format_smolstr!("({}) -> {}", columns.join(", "), key.table.shown())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::scripts;
    use crate::source::{Excerpt, Sources};

    fn catalogue(dialect: Dialect, text: &str) -> Catalogue {
        let mut sources = Sources::default();
        let excerpt = Excerpt::of_file(sources.add("a.sql", text), text);
        let mut problems = Vec::new();
        let scripts = scripts(&[excerpt], dialect, &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        Catalogue::build(dialect, &scripts.iter().collect::<Vec<_>>(), &mut problems)
    }

    /// Checks what changes from one schema to another.
    fn check(dialect: Dialect, old: &str, new: &str, expected: &[&str]) {
        let found: Vec<String> = diff(&catalogue(dialect, old), &catalogue(dialect, new))
            .iter()
            .map(|change| format!("{}: {change}", change.severity.word()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_collation_may_tell_two_columns_of_one_name() {
        let one = "create table t (A int, a varchar(10) not null);";
        let turned = "create table t (a varchar(10) not null, A int);";
        check(Dialect::SqlServer, one, one, &[]);
        check(Dialect::SqlServer, one, turned, &[]);
        let fewer = "create table t (A int);";
        check(Dialect::SqlServer, one, fewer, &["destructive: column `t.a` dropped"]);
        check(Dialect::SqlServer, turned, fewer, &["destructive: column `t.a` dropped"]);
        let added = "risky: column `t.a` added, NOT NULL without a default";
        check(Dialect::SqlServer, fewer, one, &[added]);
    }

    #[test]
    fn the_same_schema_changes_nothing() {
        let old = "create table a (id int primary key, b varchar(10) default 'x', unique (b));";
        let new = "CREATE TABLE A (ID integer PRIMARY KEY, b character varying(10) DEFAULT 'x'); ALTER TABLE a ADD UNIQUE (b);";
        check(Dialect::Postgres, old, new, &[]);
        check(Dialect::MySql, "create table a (b int(11));", "create table a (b integer);", &[]);
    }

    #[test]
    fn what_is_lost_comes_first() {
        let old = "create table users (id bigint primary key, email varchar(255), name text, age int, gone date);
            create table log (id int);";
        let new = "create table users (id int primary key, email varchar(100) not null, name varchar(9), years int, extra text not null);
            create index by_age on users (years);
            create view v as select id from users;";
        check(
            Dialect::Postgres,
            old,
            new,
            &[
                "destructive: table `log` dropped",
                "destructive: column `users.gone` dropped",
                "destructive: column `users.age` dropped, perhaps renamed to `years`",
                "destructive: column `users.email` narrowed from `varchar(255)` to `varchar(100)`",
                "destructive: column `users.id` narrowed from `bigint` to `int`",
                "destructive: column `users.name` narrowed from `text` to `varchar(9)`",
                "risky: column `users.email` made NOT NULL without a default",
                "risky: column `users.extra` added, NOT NULL without a default",
                "risky: index `by_age` on `users` added without CONCURRENTLY",
                "safe: column `users.years` added",
                "safe: view `v` added",
            ],
        );
    }

    #[test]
    fn foreign_keys_and_enums_are_compared() {
        let old = "create table p (id int primary key);
            create table c (p int, s enum('a','b'), foreign key (p) references p (id));";
        let new = "create table p (id int primary key);
            create table c (p int, s enum('a'), foreign key (p) references p (id) on delete cascade);";
        check(
            Dialect::MySql,
            old,
            new,
            &[
                "destructive: column `c.s` narrowed from `enum('a','b')` to `enum('a')`",
                "risky: foreign key `(p) -> p` of `c` changed to `on delete cascade`",
            ],
        );
    }
}
