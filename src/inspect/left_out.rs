//! What Atlas leaves out of a schema: a warning for each kind of it, and the names that no contract may
//! rest on.
//!
//! One warning a kind and schema, at the first of them; the others are its further places. A schema of
//! forty views is one thing to decide, and not forty.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::{SmolStr, StrExt};
use sql::catalogue::{Catalogue, Name};
use sql::definition::{
    Class, Definition, Effect, ObjectName, Script, Statement, Strength, Use, UseKind,
};

use crate::diag::problems::left_out::{Gone, LeftOut, WrittenAs};
use crate::diag::{Diagnostics, Message, message};
use crate::left_out::{self, Fate, Login, Mode, Words};
use crate::model::Project;
use crate::source::Span;

/// The most further places that a warning keeps; the rest are counted.
const MAX_PLACES: usize = 1_000;
/// The most names in a message.
const MAX_NAMES: usize = 5;

/// What a schema will not have, for those who rest on it.
#[derive(Debug, Default)]
pub(super) struct Missing {
    /// Views and tables that are left out, by their names and schemas in lower case.
    relations: BTreeMap<SmolStr, BTreeMap<Option<SmolStr>, (Class, Span)>>,
    /// Tables that Atlas cannot create, and what they need.
    failing: BTreeMap<Name, (Class, SmolStr, Span)>,
}

/// Something that is left out.
struct Item<'a> {
    effect: &'a Effect,
    /// What cannot be created without it: the table, and the place that needs it.
    needed: Option<(&'a ObjectName, Span)>,
}

/// Reports what is left out of a schema whose scripts, in order, define the catalogue.
pub(super) fn report(
    scripts: &[&Script],
    catalogue: &Catalogue,
    extensions: &BTreeSet<SmolStr>,
    written: WrittenAs,
    diagnostics: &mut Diagnostics,
) -> Missing {
    let mut items = remaining(scripts, catalogue, extensions);
    let mut missing = Missing::default();
    find_needed(&mut items, scripts, catalogue, &mut missing);
    let mut groups: BTreeMap<(bool, Class), Vec<&Item<'_>>> = BTreeMap::new();
    for item in &items {
        missing.add(item.effect);
        groups.entry((item.needed.is_none(), item.effect.class)).or_default().push(item);
    }
    let any_fails = items.iter().any(|item| item.needed.is_some());
    for ((is_unneeded, class), items) in groups {
        let then = match (is_unneeded, class == Class::Extension) {
            (false, _) => Then::Fails,
            (true, true) => Then::Depends,
            (true, false) if any_fails => Then::Nothing,
            (true, false) => Then::Ready,
        };
        report_group(class, then, &items, written, diagnostics);
    }
    missing
}

/// The extensions that CloudNativePG creates in a database of the project, by its kind `Database`.
pub(super) fn extensions(project: &Project) -> BTreeSet<SmolStr> {
    let mut names = BTreeSet::new();
    for manifest in &project.manifests {
        let written = &manifest.written;
        let is_database = written.api_version.value.starts_with("postgresql.cnpg.io/")
            && written.kind.value == "Database";
        let listed = written.node.at(&["spec", "extensions"]).filter(|_| is_database);
        for extension in listed.and_then(|node| node.items()).unwrap_or_default() {
            let text = |key| extension.get(key).and_then(|node| node.str());
            if let Some(name) = text("name").filter(|_| text("ensure") != Some("absent")) {
                names.insert(name.to_lowercase_smolstr());
            }
        }
    }
    names
}

/// How two effects are told to be of one object.
type Key = (Class, Name, Option<Name>);

/// What is left out and not removed again, in order.
fn remaining<'a>(
    scripts: &[&'a Script],
    catalogue: &Catalogue,
    extensions: &BTreeSet<SmolStr>,
) -> Vec<Item<'a>> {
    let mut found: Vec<Option<&'a Effect>> = Vec::new();
    let mut places: BTreeMap<Key, usize> = BTreeMap::new();
    let statements = scripts.iter().flat_map(|script| &script.statements);
    for effect in statements.flat_map(|statement| &statement.effects) {
        let is_extension = effect.class == Class::Extension;
        let name = effect.name.as_ref().filter(|_| has_identity(effect.class));
        if is_extension
            && name.is_some_and(|name| extensions.contains(&*name.name.text.to_lowercase()))
            || left_out::fate(effect.class, Mode::Declarative, Login::Absent) != Fate::LeftOut
        {
            continue;
        }
        let on = effect.on.as_ref().map(|table| catalogue.name(table));
        let key = name.map(|name| (effect.class.namespace(), catalogue.name(name), on));
        match key {
            Some(key) if effect.removes => {
                let place = places.remove(&key).and_then(|place| found.get_mut(place));
                if let Some(place) = place {
                    *place = None;
                }
            }
            Some(key) => {
                places.entry(key).or_insert_with(|| {
                    found.push(Some(effect));
                    found.len() - 1
                });
            }
            None if !effect.removes => found.push(Some(effect)),
            None => {}
        }
    }
    let item = |effect| Item { effect, needed: None };
    found.into_iter().flatten().map(item).collect()
}

/// Whether the name of an effect is that of the object itself.
fn has_identity(class: Class) -> bool {
    !matches!(class, Class::Data | Class::Permission | Class::Call | Class::Cast)
}

/// Finds which tables need what is left out, and takes away the sequences of serial columns.
fn find_needed<'a>(
    items: &mut Vec<Item<'a>>,
    scripts: &[&'a Script],
    catalogue: &Catalogue,
    missing: &mut Missing,
) {
    let mut by_name: BTreeMap<(UseKind, Name), usize> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        if let (Some(kind), Some(name)) = (use_kind(item.effect.class), &item.effect.name) {
            by_name.insert((kind, lower(catalogue.name(name))), at);
        }
    }
    if by_name.is_empty() {
        return;
    }
    let mut serial: BTreeSet<usize> = BTreeSet::new();
    for statement in scripts.iter().flat_map(|script| &script.statements) {
        let Some(table) = changed_table(statement) else { continue };
        for used in statement.uses.iter().filter(|used| used.strength == Strength::Hard) {
            let place = place_of(used, &by_name, catalogue);
            let Some((at, item)) = place.and_then(|at| Some((at, items.get_mut(at)?))) else {
                continue;
            };
            if used.kind == UseKind::Sequence
                && catalogue.dialect.names_sequences_in_text()
                && is_serial_name(&used.name.name.text)
            {
                serial.insert(at);
                continue;
            }
            let span = used.name.span();
            item.needed.get_or_insert((table, span));
            let name = item.effect.name.as_ref().map(|name| name.name.text.clone());
            let need = (item.effect.class, name.unwrap_or_default(), span);
            missing.failing.entry(catalogue.name(table)).or_insert(need);
        }
    }
    let mut at = 0;
    items.retain(|_| {
        at += 1;
        !serial.contains(&(at - 1))
    });
}

fn place_of(
    used: &Use,
    by_name: &BTreeMap<(UseKind, Name), usize>,
    catalogue: &Catalogue,
) -> Option<usize> {
    let kind = used.kind;
    if !matches!(kind, UseKind::Type | UseKind::Function | UseKind::Sequence) {
        return None;
    }
    // `REFERENCES tags (id)` looks like the call of a function `tags`.
    if kind == UseKind::Function && catalogue.table(&used.name).is_some() {
        return None;
    }
    by_name.get(&(kind, lower(catalogue.name(&used.name)))).copied()
}

fn lower(name: Name) -> Name {
    let schema = name.schema.map(|schema| schema.to_lowercase_smolstr());
    Name { name: name.name.to_lowercase_smolstr(), schema }
}

/// How tables need objects of a class.
fn use_kind(class: Class) -> Option<UseKind> {
    let used = [
        (Class::Domain, UseKind::Type),
        (Class::Function, UseKind::Function),
        (Class::Sequence, UseKind::Sequence),
    ];
    used.into_iter().find(|(of, _)| *of == class.namespace()).map(|(_, kind)| kind)
}

/// The table that a statement creates or changes in a way that Atlas applies.
fn changed_table(statement: &Statement) -> Option<&ObjectName> {
    match statement.definition.as_ref()? {
        Definition::Table(table) => {
            let is_applied = statement.effects.is_empty() && !table.temporary;
            is_applied.then_some(&table.name)
        }
        Definition::Alter { table, .. } | Definition::Index { table, .. } => Some(table),
        Definition::DropTables(_)
        | Definition::RenameTables(_)
        | Definition::DropSchemas(_)
        | Definition::DropIndexes(_)
        | Definition::View(_)
        | Definition::Object { .. }
        | Definition::UseSchema(_) => None,
    }
}

/// A default by a sequence of such a name is a serial column for Atlas (`reNextval` in its
/// `sql/postgres/inspect.go`): the sequence comes with the column.
fn is_serial_name(name: &str) -> bool {
    let rest = name.strip_suffix("_seq").unwrap_or_default();
    rest.split_once('_').is_some_and(|(table, column)| !table.is_empty() && !column.is_empty())
}

/// What comes of it that something is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// The resource is Ready.
    Ready,
    /// Atlas fails to create what needs it.
    Fails,
    /// It fails where something needs it, unless the database has it.
    Depends,
    /// That is said of others.
    Nothing,
}

fn report_group(
    class: Class,
    then: Then,
    items: &[&Item<'_>],
    written: WrittenAs,
    diagnostics: &mut Diagnostics,
) {
    let (Some((first, others)), Some(row)) = (items.split_first(), left_out::row(class)) else {
        return;
    };
    let names: Vec<String> = items
        .iter()
        .take(MAX_NAMES)
        .filter_map(|item| item.effect.name.as_ref().map(ObjectName::shown))
        .collect();
    let others = others.iter().map(|item| item.effect.span);
    diagnostics.report(LeftOut {
        primary: first.effect.span,
        message: cause(row.words, &names, items.len(), then),
        needed: first.needed.map(|(table, span)| {
            (span, message!("`{table}` needs it here", table = table.shown()))
        }),
        others: others.take(MAX_PLACES).collect(),
        n_more: items.len().saturating_sub(MAX_PLACES + 1),
        class,
        written,
    });
}

/// What is left out, and what then happens.
fn cause(words: Words, names: &[String], count: usize, then: Then) -> Message {
    let is_nameless = names.is_empty();
    let quoted = names.iter().map(|name| message!("`{name}`", name));
    let names = Message::joined(quoted, ", ");
    let (what, one) = match (words, count) {
        (Words::Object(one, _), 1) if is_nameless => {
            (message!("this statement creates {one}", one), true)
        }
        (Words::Object(_, many), _) if is_nameless => {
            (message!("{count} statements create {many}", count, many), false)
        }
        (Words::Object(one, _), 1) => (message!("{names} is {one}", names, one), true),
        (Words::Object(_, many), _) if count <= MAX_NAMES => {
            (message!("{names} are {many}", names, many), false)
        }
        (Words::Object(_, many), _) => {
            let rest = count - MAX_NAMES;
            (message!("{names} and {rest} more are {many}", names, rest, many), false)
        }
        (Words::Statement(one, _), 1) => (message!("this statement {one}", one), true),
        (Words::Statement(_, many), _) => {
            (message!("{count} statements {many}", count, many), false)
        }
    };
    let it = if one { "it" } else { "them" };
    match then {
        Then::Ready => message!(
            "{what}: without a login Atlas leaves {it} out, and the AtlasSchema is Ready all the same",
            what,
            it
        ),
        Then::Fails => message!(
            "{what}: without a login Atlas leaves {it} out, and fails to create what needs {it}",
            what,
            it
        ),
        Then::Depends => message!(
            "{what}: without a login Atlas leaves {it} out, and fails to create what needs {it} unless the database has {it}",
            what,
            it
        ),
        Then::Nothing => message!("{what}: without a login Atlas leaves {it} out", what, it),
    }
}

impl Missing {
    fn add(&mut self, effect: &Effect) {
        let Some(name) = &effect.name else { return };
        if matches!(
            effect.class.namespace(),
            Class::View | Class::MaterializedView | Class::Partition
        ) {
            let schema = name.schema.as_ref().map(|schema| schema.text.to_lowercase_smolstr());
            let of_name = self.relations.entry(name.name.text.to_lowercase_smolstr()).or_default();
            of_name.entry(schema).or_insert((effect.class, effect.span));
        }
    }

    /// Why a table of a contract will not be there.
    pub(super) fn find(&self, written: &str, catalogue: &Catalogue) -> Option<Gone> {
        let lower = written.to_lowercase();
        let (schema, name) = match lower.split_once('.') {
            Some((schema, name)) => (Some(schema), name),
            None => (None, lower.as_str()),
        };
        let of_name = self.relations.get(name);
        let found = of_name.and_then(|of_name| match schema {
            Some(schema) => of_name.get(&Some(schema.into())).or_else(|| of_name.get(&None)),
            None => of_name.values().next(),
        });
        if let Some((class, span)) = found {
            let Words::Object(one, _) = left_out::row(*class)?.words else { return None };
            return Some(Gone::Itself { class: *class, what: one, created: *span });
        }
        let table = catalogue.table_called(written)?;
        let (class, need, span) = self.failing.get(&catalogue.name(&table.name))?;
        let Words::Object(one, _) = left_out::row(*class)?.words else { return None };
        Some(Gone::Need { class: *class, what: one, need: need.clone(), used: *span })
    }
}
