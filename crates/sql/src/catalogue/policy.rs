//! What becomes of the changes between two catalogues, given what Atlas is told not to do.
//!
//! A drop that is left out leaves something behind, and a server holds to that: what stays may
//! refuse rows of the new version, or make a change of something else fail. Each of these clashes
//! was seen with Atlas's own planning (`ariga.io/atlas` 1.2.3) on PostgreSQL 15 and MariaDB 10.11
//! (`tests/cluster/atlas`).

use std::collections::{BTreeMap, BTreeSet};

use smol_str::{SmolStr, format_smolstr};

use crate::catalogue::change::{Change, Clash, Gone, Outcome, Severity, Stays, What};
use crate::catalogue::diff::{self, key_name};
use crate::catalogue::hazard::{self, Kind};
use crate::catalogue::{Catalogue, Name, Table, folded};
use crate::definition::{Column, ForeignKey, Ident, Key, KeyKind, PropertyKind};
use crate::dialect::Dialect;

/// What Atlas is told to do with a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The kinds of change that are never made, in Atlas's spelling: `drop_table`.
    pub skips: BTreeSet<&'static str>,
    /// A plan that contains `DROP ` is refused.
    pub refuses_drops: bool,
    /// Indexes are built while the table is written to.
    pub builds_concurrently: bool,
    /// What changes is what statements do, and not what Atlas plans.
    pub runs_statements: bool,
    /// The major version of the server, where it is known.
    pub version: Option<u32>,
    /// The server is another one that speaks the dialect, and what it costs there is not known.
    pub is_relative: bool,
}

/// What changes from one catalogue to the other, with what becomes of each change: destructive
/// first, then by table, then in the order of [`What`].
pub fn planned(old: &Catalogue, new: &Catalogue, policy: &Policy) -> Vec<Change> {
    let mut changes = diff::diff(old, new);
    for change in &mut changes {
        if !policy.runs_statements {
            not_renamed(change);
            if matches!(change.what, What::LabelDropped { is_last: true, .. }) {
                (change.severity, change.outcome) =
                    (Severity::Risky, Outcome::Stays(Stays::Quietly));
            }
        }
        if policy.builds_concurrently {
            built_concurrently(change);
        }
        if let Some(kind) = kind(&change.what)
            && (policy.skips.contains(kind) || is_in_skipped_table(&change.what, policy))
        {
            skip(change, old, new);
        }
    }
    for change in &mut changes {
        hazard::judge(
            change,
            if policy.is_relative { Dialect::Generic } else { new.dialect },
            policy.version,
        );
    }
    clashes(old, new, policy, &mut changes);
    let is_made = |change: &Change| change.outcome == Outcome::Made;
    let refuses = |change: &Change| is_made(change) && drops(&change.what, new);
    if policy.refuses_drops && changes.iter().any(refuses) {
        for change in changes.iter_mut().filter(|change| is_made(change)) {
            let drops = drops(&change.what, new);
            change.outcome = if drops { Outcome::Refused } else { Outcome::HeldBack };
        }
    }
    diff::sort(&mut changes);
    changes
}

/// Atlas compares states: it drops what a statement of the desired schema renames.
fn not_renamed(change: &mut Change) {
    if let What::TableRenamed { is_certain, .. } | What::ColumnRenamed { is_certain, .. } =
        &mut change.what
        && std::mem::take(is_certain)
    {
        change.severity = Severity::Destructive;
        change.kind = Kind::of(&change.what);
    }
}

fn built_concurrently(change: &mut Change) {
    if let What::KeyAdded { blocks_writes, kind, .. } = &mut change.what
        && *blocks_writes
    {
        *blocks_writes = false;
        if *kind == KeyKind::Index {
            change.severity = Severity::Safe;
        }
        change.kind = change.kind.concurrently();
    }
}

/// What Atlas calls a change; nothing for what it cannot be told to leave out.
fn kind(what: &What) -> Option<&'static str> {
    Some(match what {
        What::TableDropped | What::TableRenamed { .. } => "drop_table",
        What::ColumnDropped { .. } | What::ColumnRenamed { .. } => "drop_column",
        What::ColumnNarrowed { .. }
        | What::TypeChanged { .. }
        | What::ColumnWidened { .. }
        | What::NotNull { .. }
        | What::Nullable { .. }
        | What::DefaultChanged { .. } => "modify_column",
        What::ColumnAdded { .. } => "add_column",
        What::KeyDropped { kind: KeyKind::Unique | KeyKind::Index, .. } => "drop_index",
        What::KeyAdded { kind: KeyKind::Unique | KeyKind::Index, .. } => "add_index",
        What::ForeignKeyDropped { .. } => "drop_foreign_key",
        What::ForeignKeyAdded { .. } => "add_foreign_key",
        What::ForeignKeyChanged { .. } | What::ForeignKeyRenamed { .. } => "modify_foreign_key",
        What::TableAdded => "add_table",
        What::SchemaDropped => "drop_schema",
        What::PropertyChanged { column: Some(_), .. } => "modify_column",
        What::KeyChanged { kind: KeyKind::Unique | KeyKind::Index, .. } => "modify_index",
        What::KeyDropped { kind: KeyKind::Primary, .. }
        | What::KeyAdded { kind: KeyKind::Primary, .. }
        | What::KeyChanged { kind: KeyKind::Primary, .. }
        | What::CheckDropped { .. }
        | What::CheckAdded { .. }
        | What::CheckChanged { .. }
        | What::PropertyChanged { column: None, .. }
        | What::CommentChanged
        | What::ObjectDropped { .. }
        | What::ObjectAdded { .. }
        | What::ObjectChanged { .. }
        | What::WholeChanged { .. }
        | What::LabelDropped { .. }
        | What::LabelAdded { .. }
        | What::LabelsReordered
        | What::SchemaAdded
        | What::TypeAdded
        | What::ViewDropped
        | What::ViewChanged
        | What::ViewAdded
        | What::TypeDropped => return None,
    })
}

/// Whether a change is one of a table, none of which is changed.
fn is_in_skipped_table(what: &What, policy: &Policy) -> bool {
    let is_of_table = !matches!(
        what,
        What::TableDropped
            | What::TableRenamed { .. }
            | What::TableAdded
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
            | What::ViewDropped
            | What::ViewChanged
            | What::ViewAdded
    );
    is_of_table && policy.skips.contains("modify_table")
}

fn skip(change: &mut Change, old: &Catalogue, new: &Catalogue) {
    let table = old.table_called(&change.table);
    let (stays, severity, to) = match change.what.gone() {
        // Nothing manages a table that Git no longer names.
        Some(Gone::Table(to)) => match table.and_then(|table| holding(table, old, new)) {
            Some(other) => (Stays::Refers(other), Severity::Risky, to),
            None => (Stays::Quietly, Severity::Risky, to),
        },
        Some(Gone::Column(column, to)) => {
            let column = table.and_then(|table| table.column_written(column));
            match column.is_none_or(Column::is_optional) {
                true => (Stays::Quietly, Severity::Safe, to),
                false => (Stays::Mandatory, Severity::Risky, to),
            }
        }
        None if change.what == What::SchemaDropped => (Stays::Quietly, Severity::Safe, None),
        None => {
            change.outcome = Outcome::Skipped;
            // The new version may need it.
            let is_new = matches!(change.what, What::TableAdded | What::ColumnAdded { .. });
            change.severity = if is_new { Severity::Risky } else { Severity::Safe };
            return;
        }
    };
    let is_renamed = to.is_some();
    change.severity = if is_renamed { Severity::Risky } else { severity };
    change.outcome = Outcome::Stays(stays);
}

/// The table that is still there and whose rows a foreign key of one that stays holds on to.
fn holding(table: &Table, old: &Catalogue, new: &Catalogue) -> Option<SmolStr> {
    let lets_go = |key: &ForeignKey| {
        ["cascade", "set null", "set default"]
            .iter()
            .any(|action| key.actions.contains(&format!("on delete {action}")))
    };
    let keys = table.foreign_keys.iter().filter(|key| !lets_go(key));
    let referred = keys.filter_map(|key| new.tables.get(&old.name(&key.table)));
    referred.map(|table| table.name.shown().into()).next()
}

/// What a server holds to while it makes other changes: what stays of the old catalogue, and what
/// refers to what.
#[derive(Default)]
struct Held<'a> {
    /// Statements run as they are.
    runs_statements: bool,
    /// By the name of a type, in lower case, a column that has it and stays.
    types: BTreeMap<SmolStr, SmolStr>,
    /// By table, the foreign keys that refer to it and are gone from Git.
    referring: BTreeMap<Name, Vec<Referring<'a>>>,
    /// By table, as it is shown, and by name, the keys of the tables that are referred to.
    keys: BTreeMap<(SmolStr, SmolStr), &'a Key>,
    /// By table, as it is shown, a column that stays and numbers itself.
    numbered: BTreeSet<(SmolStr, SmolStr)>,
    /// The tables, as they are shown, in which an unnamed foreign key behind one that is dropped remains.
    renumbered: BTreeSet<SmolStr>,
    /// By table, as it is shown, a column that is computed from others.
    computed: BTreeMap<SmolStr, SmolStr>,
    /// By table, as it is shown, a view that reads it.
    viewed: BTreeMap<SmolStr, SmolStr>,
}

/// A foreign key that Git no longer names.
struct Referring<'a> {
    key: &'a ForeignKey,
    /// The table that has it, as it is shown.
    table: SmolStr,
    /// The table stays, and the key with it; or else it is dropped in the same plan.
    stays: bool,
}

impl<'a> Held<'a> {
    fn by(old: &'a Catalogue, new: &Catalogue, changes: &[Change]) -> Held<'a> {
        let mut held = Held::default();
        let staying = changes.iter().filter(|change| matches!(change.outcome, Outcome::Stays(_)));
        for change in staying {
            let Some(table) = old.table_called(&change.table) else { continue };
            if let Some(Gone::Column(column, _)) = change.what.gone() {
                let Some(column) = table.column_written(column) else { continue };
                held.column(&change.table, column);
                if column.identity {
                    held.numbered.insert((change.table.clone(), column.name.text.clone()));
                }
            } else {
                table.columns.iter().for_each(|column| held.column(&change.table, column));
                for key in &table.foreign_keys {
                    held.refers(old, key, &change.table, true);
                }
            }
        }
        for (name, table) in &old.tables {
            let shown: SmolStr = table.name.shown().into();
            if let Some(column) = table.columns.iter().find(|column| column.generated) {
                held.computed.insert(shown.clone(), column.name.text.clone());
            }
            let Some(after) = new.tables.get(name) else { continue };
            let kept: BTreeSet<_> =
                after.foreign_keys.iter().map(|key| shape(new.dialect, key)).collect();
            let unnamed = table.foreign_keys.iter().filter(|key| key.name.is_none());
            let mut remain = unnamed.map(|key| kept.contains(&shape(old.dialect, key)));
            if remain.any(|remains| !remains) && remain.any(|remains| remains) {
                held.renumbered.insert(shown.clone());
            }
            for key in &table.foreign_keys {
                if !kept.contains(&shape(old.dialect, key)) && old.name(&key.table) != *name {
                    held.refers(old, key, &shown, false);
                }
            }
        }
        for view in old.views.values() {
            for table in view.reads.iter().filter_map(|read| old.table(read)) {
                let shown = table.name.shown().into();
                held.viewed.entry(shown).or_insert_with(|| view.name.shown().into());
            }
        }
        for name in held.referring.keys() {
            let Some(table) = old.tables.get(name) else { continue };
            let shown: SmolStr = table.name.shown().into();
            for key in &table.keys {
                held.keys.entry((shown.clone(), key_name(key))).or_insert(key);
            }
        }
        held
    }

    /// A column that stays.
    fn column(&mut self, table: &SmolStr, column: &Column) {
        if let Some(data_type) = &column.data_type {
            let shown = format_smolstr!("{table}.{}", column.name.text);
            self.types.entry(data_type.name.to_lowercase().into()).or_insert(shown);
        }
    }

    fn refers(&mut self, old: &Catalogue, key: &'a ForeignKey, table: &SmolStr, stays: bool) {
        let referring = Referring { key, table: table.clone(), stays };
        self.referring.entry(old.name(&key.table)).or_default().push(referring);
    }

    /// The foreign key that needs a key which is dropped; one that stays counts before one that is
    /// dropped as well.
    fn needs_key(
        &self,
        old: &Catalogue,
        new: &Catalogue,
        table: &SmolStr,
        key: &SmolStr,
    ) -> Option<Clash> {
        let (before, after) = (old.table_called(table)?, new.table_called(table)?);
        let referring = self.referring.get(&old.name(&before.name))?;
        let dropped = self.keys.get(&(table.clone(), key.clone()))?;
        let columns = fold_all(old.dialect, &dropped.columns);
        if after.keys.iter().any(|key| fold_all(new.dialect, &key.columns) == columns) {
            return None;
        }
        let needs = |of: &&Referring<'_>| match of.key.referred.is_empty() {
            true => dropped.kind == KeyKind::Primary,
            false => fold_all(old.dialect, &of.key.referred) == columns,
        };
        most_certain(referring.iter().filter(needs))
    }

    /// The foreign key that refers to a column whose type changes; one that stays counts before one that
    /// is dropped as well.
    fn needs_column(&self, new: &Catalogue, table: &str, column: &SmolStr) -> Option<Clash> {
        let after = new.table_called(table)?;
        let referring = self.referring.get(&new.name(&after.name))?;
        let is_it = |name: &Ident| name.text.to_lowercase() == column.to_lowercase();
        let refers = |of: &&Referring<'_>| match of.key.referred.is_empty() {
            true => after.primary_key().is_some_and(|key| key.columns.iter().any(is_it)),
            false => of.key.referred.iter().any(is_it),
        };
        most_certain(referring.iter().filter(refers))
    }
}

/// The clash with foreign keys of which one is in the way.
fn most_certain<'h>(referring: impl Iterator<Item = &'h Referring<'h>>) -> Option<Clash> {
    let found = referring.max_by_key(|of| of.stays)?;
    let table = found.table.clone();
    Some(match found.stays {
        true => Clash::ReferredBy(table),
        false => Clash::PerhapsReferredBy(table),
    })
}

fn fold_all(dialect: Dialect, names: &[Ident]) -> Vec<SmolStr> {
    names.iter().map(|name| folded(dialect, name)).collect()
}

/// What tells one foreign key of a table from another.
fn shape(dialect: Dialect, key: &ForeignKey) -> (Vec<SmolStr>, SmolStr, Vec<SmolStr>) {
    let table = folded(dialect, &key.table.name);
    (fold_all(dialect, &key.columns), table, fold_all(dialect, &key.referred))
}

/// Finds the changes that a server refuses because of what it holds to.
fn clashes(old: &Catalogue, new: &Catalogue, policy: &Policy, changes: &mut [Change]) {
    let runs_statements = policy.runs_statements;
    let held = Held { runs_statements, ..Held::by(old, new, changes) };
    for change in changes.iter_mut().filter(|change| change.outcome != Outcome::Skipped) {
        if let Some(clash) = clash(change, &held, old, new) {
            change.severity = change.severity.min(Severity::Risky);
            change.outcome = Outcome::Fails(clash);
        }
    }
}

fn clash(change: &Change, held: &Held<'_>, old: &Catalogue, new: &Catalogue) -> Option<Clash> {
    let server = &new.dialect.grammar().server;
    let Change { table, what, .. } = change;
    let is_case_alone = |to: &SmolStr, column: &SmolStr| to.to_lowercase() == column.to_lowercase();
    if let What::ColumnRenamed { column, to, is_certain: false } = what
        && is_case_alone(to, column)
    {
        let stays = matches!(change.outcome, Outcome::Stays(_));
        return stays.then_some(Clash::NameTaken);
    }
    if matches!(what, What::LabelDropped { is_last: false, .. } | What::LabelsReordered) {
        return (!held.runs_statements).then_some(Clash::Labels);
    }
    if *what == What::TypeDropped {
        return held.types.get(&*table.to_lowercase()).cloned().map(Clash::TypeInUse);
    }
    if let Some(Gone::Column(column, _)) = what.gone() {
        let is_numbered = held.numbered.contains(&(table.clone(), column.clone()));
        return (server.numbered_column_needs_key && is_numbered).then_some(Clash::Numbered);
    }
    if let What::KeyDropped { key, kind } = what {
        let is_held = server.keeps_what_is_referred_to || *kind != KeyKind::Index;
        return is_held.then(|| held.needs_key(old, new, table, key)).flatten();
    }
    if matches!(what, What::ForeignKeyDropped { .. }) {
        let is_confused = server.foreign_keys_are_numbered && held.renumbered.contains(table);
        return is_confused.then_some(Clash::PerhapsConfused);
    }
    let changed = what.retyped()?;
    if server.keeps_what_is_referred_to
        && let Some(clash) = held.needs_column(new, table, changed)
    {
        return Some(clash);
    }
    if !server.keeps_what_is_computed_from {
        return None;
    }
    let computed = held.computed.get(table).filter(|computed| *computed != changed);
    let computed = computed.map(|computed| Clash::PerhapsComputed(computed.clone()));
    let viewed = held.viewed.get(table).filter(|_| !held.runs_statements);
    computed.or_else(|| viewed.map(|view| Clash::PerhapsViewed(view.clone())))
}

/// Whether the statement that makes a change contains `DROP `, for which the operator searches.
fn drops(what: &What, new: &Catalogue) -> bool {
    let server = &new.dialect.grammar().server;
    match what {
        What::TableDropped
        | What::TableRenamed { .. }
        | What::ViewDropped
        | What::ColumnDropped { .. }
        | What::ColumnRenamed { .. }
        | What::KeyDropped { .. }
        | What::ForeignKeyDropped { .. }
        | What::ForeignKeyChanged { .. }
        | What::ForeignKeyRenamed { .. }
        | What::KeyChanged { .. }
        | What::CheckDropped { .. }
        | What::CheckChanged { .. }
        | What::ObjectDropped { .. }
        | What::SchemaDropped
        | What::TypeDropped => true,
        // A primary key or column is changed by a `MODIFY`, or made anew with its table.
        What::PropertyChanged {
            to: None,
            property: PropertyKind::Numbering | PropertyKind::Computed,
            ..
        } => server.relaxes_by_drop || server.tables_are_made_anew,
        What::PropertyChanged { property: PropertyKind::Comment, .. } | What::CommentChanged => {
            false
        }
        What::PropertyChanged { .. } | What::CheckAdded { .. } => server.tables_are_made_anew,
        What::Nullable { .. } | What::DefaultChanged { gone: true, .. } => {
            server.relaxes_by_drop || server.tables_are_made_anew
        }
        What::ColumnNarrowed { .. }
        | What::TypeChanged { .. }
        | What::ColumnWidened { .. }
        | What::NotNull { .. }
        | What::DefaultChanged { gone: false, .. }
        | What::KeyAdded { kind: KeyKind::Primary, .. }
        | What::ForeignKeyAdded { .. } => server.tables_are_made_anew,
        What::ColumnAdded { .. }
        | What::KeyAdded { kind: KeyKind::Unique | KeyKind::Index, .. }
        | What::ViewChanged
        | What::ObjectAdded { .. }
        | What::ObjectChanged { .. }
        | What::WholeChanged { .. }
        | What::LabelDropped { .. }
        | What::LabelAdded { .. }
        | What::LabelsReordered
        | What::SchemaAdded
        | What::TypeAdded
        | What::TableAdded
        | What::ViewAdded => false,
    }
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

    fn check(dialect: Dialect, policy: &Policy, old: &str, new: &str, expected: &[&str]) {
        let (old, new) = (catalogue(dialect, old), catalogue(dialect, new));
        let found: Vec<String> = planned(&old, &new, policy)
            .iter()
            .map(|change| format!("{}: {change}", change.severity.word()))
            .collect();
        assert_eq!(found, expected);
    }

    fn defer() -> Policy {
        let skips = BTreeSet::from(["drop_schema", "drop_table", "drop_column"]);
        Policy { skips, ..Policy::default() }
    }

    #[test]
    fn what_is_deferred_stays() {
        let old =
            "create table u (id int primary key, a int, b int not null, c int not null default 1);
            create table l (id int, u int references u (id));
            create table m (id int, u int references u (id) on delete cascade);";
        let new = "create table u (id int primary key);";
        check(
            Dialect::Postgres,
            &defer(),
            old,
            new,
            &[
                "risky: table `l` stays in the database, where nothing manages it any more, with its foreign key: a row of `u` that it refers to cannot be deleted",
                "risky: table `m` stays in the database, where nothing manages it any more",
                "risky: column `u.b` stays in the database, NOT NULL without a default: an INSERT that does not name it fails",
                "safe: column `u.a` stays in the database",
                "safe: column `u.c` stays in the database",
            ],
        );
        check(
            Dialect::Postgres,
            &defer(),
            "create table users (id int, name text);",
            "create table people (id int, full_name text);",
            &[
                "risky: table `users` stays in the database, where nothing manages it any more",
                "safe: table `people` added",
            ],
        );
        check(
            Dialect::Postgres,
            &defer(),
            "create table users (id int, name text);",
            "create table people (id int, name text);",
            &[
                "risky: table `users` stays in the database, where nothing manages it any more; perhaps renamed to `people`, which begins empty",
                "safe: table `people` added",
            ],
        );
    }

    #[test]
    fn what_stays_makes_other_changes_fail() {
        let type_in_use = "risky: type `st` dropped, refused by the server: column `t.s` has this type, and stays in the database";
        check(
            Dialect::Postgres,
            &defer(),
            "create type st as enum ('a'); create table t (id int, s st);",
            "create table t (id int);",
            &[type_in_use, "safe: column `t.s` stays in the database"],
        );
        check(
            Dialect::Postgres,
            &defer(),
            "create type st as enum ('a'); create table t (id int, s st);",
            "create table u (a text);",
            &[
                type_in_use,
                "risky: table `t` stays in the database, where nothing manages it any more",
                "safe: table `u` added",
            ],
        );
        check(
            Dialect::Postgres,
            &Policy::default(),
            "create type st as enum ('a'); create table t (id int, s st);",
            "create table t (id int);",
            &["destructive: column `t.s` dropped", "safe: type `st` dropped"],
        );
        check(
            Dialect::MariaDb,
            &defer(),
            "create table t (id int auto_increment primary key, b int not null);",
            "create table t (b int primary key);",
            &[
                "risky: column `t.id` stays in the database, which the server refuses: it numbers itself, and would have no key",
                "risky: primary key `(id)` on `t` dropped",
                "risky: primary key `(b)` on `t` added",
            ],
        );
        let old = "create table p (id int primary key, code int unique);
            create table c (p int, foreign key (p) references p (code));
            create table d (p int, foreign key (p) references p (id) on delete cascade);";
        check(
            Dialect::MariaDb,
            &defer(),
            old,
            "create table p (id bigint primary key, code int);",
            &[
                "risky: table `c` stays in the database, where nothing manages it any more, with its foreign key: a row of `p` that it refers to cannot be deleted",
                "risky: table `d` stays in the database, where nothing manages it any more",
                "risky: column `p.id` widened from `int` to `bigint`, refused by the server: table `d` refers to it, and stays in the database",
                "risky: unique key `(code)` on `p` dropped, refused by the server: table `c` refers to it, and stays in the database",
            ],
        );
        check(
            Dialect::MariaDb,
            &defer(),
            "create table p (id int primary key); create table c (a int, b int, foreign key (a) references p (id), foreign key (b) references p (id));",
            "create table p (id int primary key); create table c (a int, b int, foreign key (b) references p (id));",
            &[
                "risky: foreign key `(a) -> p` of `c` dropped, perhaps refused by the server: the foreign keys of this table have no names, and Atlas confuses their numbers; name them (`CONSTRAINT x FOREIGN KEY`) in a change before",
            ],
        );
        // Found by the random changes of the cluster suite: Atlas makes the change of `p` first.
        check(
            Dialect::MariaDb,
            &defer(),
            "create table p (id int primary key); create table c (p int, foreign key (p) references p (id));",
            "create table p (id bigint primary key); create table c (p int);",
            &[
                "risky: foreign key `(p) -> p` of `c` dropped",
                "risky: column `p.id` widened from `int` to `bigint`, refused by the server if Atlas makes it before it drops the foreign key of `c` that refers to it: drop the key in a change before",
            ],
        );
        check(
            Dialect::Postgres,
            &defer(),
            "create table t (a int, b int generated always as (a + 1) stored);",
            "create table t (a bigint);",
            &[
                "risky: column `t.a` widened from `int` to `bigint`, refused by the server if column `b` is computed from it",
                "safe: column `t.b` stays in the database",
            ],
        );
    }

    #[test]
    fn the_operator_refuses_what_contains_drop() {
        let refuses = Policy { refuses_drops: true, ..Policy::default() };
        let old =
            "create table t (a int not null default 1, b int, c int); create index i on t (b);";
        let new = "create table t (a int, b int, d int);";
        let gone = [
            "destructive: column `t.c` dropped, perhaps renamed to `d`, refused by the operator (`destructive: error`)",
            "safe: column `t.a` made nullable, refused by the operator (`destructive: error`)",
            "safe: default of column `t.a` removed, refused by the operator (`destructive: error`)",
            "safe: column `t.d` added, not made, as the operator refuses another change",
            "safe: index `i` on `t` dropped, refused by the operator (`destructive: error`)",
        ];
        check(Dialect::Postgres, &refuses, old, new, &gone);
        // MySQL needs no DROP for either of the two, and builds the table again for the first.
        let held_back = [
            "destructive: column `t.c` dropped, perhaps renamed to `d`, refused by the operator (`destructive: error`)",
            "risky: column `t.a` made nullable, not made, as the operator refuses another change",
            "safe: default of column `t.a` removed, not made, as the operator refuses another change",
            "safe: column `t.d` added, not made, as the operator refuses another change",
            "safe: index `i` on `t` dropped, refused by the operator (`destructive: error`)",
        ];
        check(Dialect::MySql, &refuses, old, new, &held_back);
        let relaxed = "create table t (a int, b int, c int); create index i on t (b);";
        let made = ["risky: column `t.a` made nullable", "safe: default of column `t.a` removed"];
        check(Dialect::MySql, &refuses, old, relaxed, &made);
    }

    #[test]
    fn what_is_skipped_is_not_made() {
        let skips = BTreeSet::from(["add_column", "modify_table"]);
        check(
            Dialect::Postgres,
            &Policy { skips, ..Policy::default() },
            "create table t (a int not null); create table u (a int);",
            "create table t (a int, b int); create index i on t (b);",
            &[
                "destructive: table `u` dropped",
                "risky: column `t.b` added, not made because of `policy.skip`",
                "safe: column `t.a` made nullable, not made because of `policy.skip`",
                "safe: index `i` on `t` added without CONCURRENTLY, not made because of `policy.skip`",
            ],
        );
    }
}
