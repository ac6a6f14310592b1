//! Two catalogues -> what changes between them, the dangerous first.
//!
//! Says what the change means for rows and clients, not how the database gets there: that is
//! Atlas's to plan. What Atlas is told not to do is for `policy` to say.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use smol_str::{SmolStr, format_smolstr};

use crate::catalogue::change::{Change, Outcome, Severity, What};
use crate::catalogue::types::{Fit, Normal, fit};
use crate::catalogue::{Catalogue, Table, View, folded};
use crate::definition::{Column, ForeignKey, Key, KeyKind, ObjectKind};
use crate::dialect::Dialect;
use crate::source::Span;

/// What changes from one catalogue to the other: destructive first, then by table, then in the
/// order of [`What`].
pub fn diff(old: &Catalogue, new: &Catalogue) -> Vec<Change> {
    let mut changes = Changes { dialect: new.dialect, guesses: GUESSES, out: Vec::new() };
    let (dropped, added) = (missing_in(old, new), missing_in(new, old));
    let renamed = renamed_tables(new.dialect, &dropped, &added, &mut changes.guesses);
    for (table, renamed) in dropped.iter().zip(renamed) {
        let what = match renamed {
            Some(found) => What::TableRenamed { to: found.name.shown().into() },
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
        if let Some(after) = new.tables.get(name) {
            changes.table(before, after);
        }
    }
    changes.views(old, new);
    changes.types(old, new);
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
        let outcome = Outcome::Made;
        self.out.push(Change {
            severity,
            table: table.into(),
            what,
            outcome,
            new_place,
            old_place,
        });
    }

    fn table(&mut self, old: &Table, new: &Table) {
        let table = new.name.shown();
        self.columns(&table, old, new);
        self.keys(&table, old, new);
        self.foreign_keys(&table, old, new);
    }

    fn columns(&mut self, table: &str, old: &Table, new: &Table) {
        let dialect = self.dialect;
        let mut taken: BTreeSet<SmolStr> = BTreeSet::new();
        let (pairs, added) = pairs(dialect, old, new);
        let (old_names, new_names) = (texts(old), texts(new));
        let mut candidates: Option<Vec<Candidate<'_>>> = None;
        for ((at, before), after) in old.columns.iter().enumerate().zip(pairs) {
            if let Some(after) = after {
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
                        What::ColumnRenamed { column, to: after.name.text.clone() },
                        Some(after.name.span),
                    )
                }
                None => (What::ColumnDropped { column }, None),
            };
            self.add(Severity::Destructive, table, what, place, Some(before.name.span));
        }
        for (_, after) in added {
            if !old.open && !old_names.contains(after.name.text.as_str()) {
                let mandatory = !after.is_optional();
                let severity = if mandatory { Severity::Risky } else { Severity::Safe };
                let what = What::ColumnAdded { column: after.name.text.clone(), mandatory };
                self.add(severity, table, what, Some(after.name.span), None);
            }
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
                self.add(severity, table, what, Some(new.span), Some(old.span));
            }
        }
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
        let default = |column: &Column| column.default.as_ref().map(|text| text.to_lowercase());
        if default(before) != default(after) {
            let gone = after.default.is_none();
            let is_needed = gone && !after.is_optional();
            let severity = if is_needed { Severity::Risky } else { Severity::Safe };
            let what = What::DefaultChanged { column: column(), gone };
            self.add(severity, table, what, new_place, old_place);
        }
    }

    fn keys(&mut self, table: &str, old: &Table, new: &Table) {
        let dialect = self.dialect;
        let shape = |key: &Key| {
            let columns: Vec<SmolStr> =
                key.columns.iter().map(|column| folded(dialect, column)).collect();
            let name = key.expressions.then(|| key.name.as_ref().map(|name| folded(dialect, name)));
            (key.kind, columns, name, key.partial)
        };
        let before: BTreeSet<_> = old.keys.iter().map(shape).collect();
        let after: BTreeSet<_> = new.keys.iter().map(shape).collect();
        for key in &old.keys {
            if !after.contains(&shape(key)) {
                let severity =
                    if key.kind == KeyKind::Index { Severity::Safe } else { Severity::Risky };
                let what = What::KeyDropped { key: key_name(key), kind: key.kind };
                self.add(severity, table, what, None, Some(key.span));
            }
        }
        for key in &new.keys {
            if !before.contains(&shape(key)) {
                let blocks_writes = dialect.grammar().server.indexes_block_writes
                    && !key.concurrently
                    && !key.in_table
                    && key.kind != KeyKind::Primary;
                let unique = key.kind != KeyKind::Index;
                let severity =
                    if unique || blocks_writes { Severity::Risky } else { Severity::Safe };
                let what = What::KeyAdded { key: key_name(key), kind: key.kind, blocks_writes };
                self.add(severity, table, what, Some(key.span), None);
            }
        }
    }

    fn foreign_keys(&mut self, table: &str, old: &Table, new: &Table) {
        let dialect = self.dialect;
        let shape = |key: &ForeignKey| {
            let fold_all = |columns: &[_]| {
                columns.iter().map(|column| folded(dialect, column)).collect::<Vec<_>>()
            };
            (fold_all(&key.columns), folded(dialect, &key.table.name), fold_all(&key.referred))
        };
        let mut new_keys = BTreeMap::new();
        // Two keys may differ in nothing but what they do.
        let mut unchanged = BTreeSet::new();
        for after in &new.foreign_keys {
            new_keys.entry(shape(after)).or_insert(after);
            unchanged.insert((shape(after), after.actions.as_str()));
        }
        let old_keys: BTreeSet<_> = old.foreign_keys.iter().map(shape).collect();
        for before in &old.foreign_keys {
            match new_keys.get(&shape(before)) {
                None => {
                    let what = What::ForeignKeyDropped { key: foreign_key_name(before) };
                    self.add(Severity::Risky, table, what, None, Some(before.span));
                }
                Some(_) if unchanged.contains(&(shape(before), before.actions.as_str())) => {}
                Some(after) => {
                    let what = What::ForeignKeyChanged {
                        key: foreign_key_name(after),
                        to: after.actions.clone(),
                    };
                    let place = (Some(after.span), Some(before.span));
                    self.add(Severity::Risky, table, what, place.0, place.1);
                }
            }
        }
        for after in &new.foreign_keys {
            if !old_keys.contains(&shape(after)) {
                let what = What::ForeignKeyAdded { key: foreign_key_name(after) };
                self.add(Severity::Risky, table, what, Some(after.span), None);
            }
        }
    }

    /// Types that are gone, where they are objects of their own.
    fn types(&mut self, old: &Catalogue, new: &Catalogue) {
        let types = old.objects.iter().filter(|((kind, _), _)| *kind == ObjectKind::Type);
        for (key @ (_, name), span) in types {
            if !new.objects.contains_key(key) {
                self.add(Severity::Safe, &name.name, What::TypeDropped, None, Some(*span));
            }
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
                    if view_shape(self.dialect, before) != view_shape(self.dialect, after) =>
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
