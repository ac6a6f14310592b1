//! `generate diff`: what a change does to the database, to the objects and to the waves; what can
//! lose data comes first.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::json;

use crate::annotation;
use crate::catalogue::diff::{self, Change, Severity, What};
use crate::diag::render::Style;
use crate::diag::secrets::{MASK, hidden};
use crate::model::Unit;
use crate::object::ObjectId;
use crate::pipeline::Compilation;
use crate::plan::Planned;
use crate::source::{Sources, printable};
use crate::value::{Map, Value};
use crate::view::mask::masked_lines;
use crate::view::waves::waits;
use crate::view::{graph, mermaid};

/// One side of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What was compiled.
    pub compilation: &'a Compilation,
    /// From what.
    pub sources: &'a Sources,
}

/// What differs between two states of a directory.
#[derive(Debug, Default)]
pub struct Difference {
    /// By Schema, what its SQL changes; the most dangerous first.
    pub schemas: Vec<SchemaChanges>,
    /// Objects that are new.
    pub added: Vec<Item>,
    /// Objects that are gone.
    pub removed: Vec<Item>,
    /// Objects that have other values.
    pub changed: Vec<(Item, Vec<FieldChange>)>,
    /// Waves that are not what they were.
    pub waves: Vec<WaveChange>,
}

/// The changes of one schema.
#[derive(Debug)]
pub struct SchemaChanges {
    /// `Schema/shop`.
    pub schema: String,
    /// What changes, with the place that says so.
    pub changes: Vec<(Change, Option<String>)>,
}

/// An object and whose it is.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// `Deployment/shop`.
    pub object: String,
    /// `App/shop`; the same as the object for a plain manifest.
    pub owner: String,
}

/// One value that is not what it was.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// `spec.template.spec.containers[shop].image`.
    pub path: String,
    /// What it was; none for what is new.
    pub old: Option<String>,
    /// What it is; none for what is gone.
    pub new: Option<String>,
}

/// One wave that is not what it was.
#[derive(Debug)]
pub struct WaveChange {
    /// `App/shop`.
    pub unit: String,
    /// What it was.
    pub old: i64,
    /// What it is.
    pub new: i64,
    /// Why.
    pub why: String,
}

/// Compares two states.
pub fn difference(old: Side<'_>, new: Side<'_>) -> Difference {
    let mut difference = Difference { schemas: schemas(old, new), ..Difference::default() };
    objects(old, new, &mut difference);
    difference.waves = waves(old, new);
    difference
}

impl Difference {
    /// How many schema changes of a severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        let changes = self.schemas.iter().flat_map(|schema| &schema.changes);
        changes.filter(|(change, _)| change.severity == severity).count()
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let Difference { schemas, added, removed, changed, waves } = self;
        schemas.is_empty()
            && added.is_empty()
            && removed.is_empty()
            && changed.is_empty()
            && waves.is_empty()
    }
}

fn schemas(old: Side<'_>, new: Side<'_>) -> Vec<SchemaChanges> {
    let catalogues = |side: Side<'_>| -> BTreeMap<String, usize> {
        let schemas = side.compilation.project.schemas.iter().enumerate();
        schemas.map(|(index, schema)| (schema.common.name.to_string(), index)).collect()
    };
    let (before, after) = (catalogues(old), catalogues(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut all: Vec<SchemaChanges> = Vec::new();
    for name in names {
        let find = |side: Side<'_>, index: Option<&usize>| {
            let schema = side.compilation.project.schemas.get(*index?)?;
            schema.catalogue.clone()
        };
        let (was, is) = (find(old, before.get(name)), find(new, after.get(name)));
        let dialect = was.as_ref().or(is.as_ref()).map(|catalogue| catalogue.dialect);
        let Some(dialect) = dialect else { continue };
        let empty = || crate::catalogue::Catalogue::empty(dialect);
        let both_known = (was.is_some() || !before.contains_key(name))
            && (is.is_some() || !after.contains_key(name));
        if !both_known {
            continue;
        }
        let mut changes = diff::diff(&was.unwrap_or_else(empty), &is.unwrap_or_else(empty));
        let schema = after.get(name).and_then(|&index| new.compilation.project.schemas.get(index));
        if schema.is_some_and(|schema| schema.policy.concurrent_create == Some(true)) {
            changes.iter_mut().for_each(built_concurrently);
        }
        let placed = changes.into_iter().map(|change| {
            let place = match (change.new_place, change.old_place) {
                (Some(span), _) => Some(new.sources.place(span)),
                (None, Some(span)) => Some(format!("{} before", old.sources.place(span))),
                (None, None) => None,
            };
            (change, place)
        });
        let changes: Vec<(Change, Option<String>)> = placed.collect();
        if !changes.is_empty() {
            all.push(SchemaChanges { schema: format!("Schema/{name}"), changes });
        }
    }
    all.sort_by_key(|schema| schema.changes.first().map(|(change, _)| change.severity));
    all
}

/// With `policy.concurrentIndex.create` Atlas builds indexes while the table is written to.
fn built_concurrently(change: &mut Change) {
    if let What::KeyAdded { blocks_writes, .. } = &mut change.what
        && *blocks_writes
    {
        *blocks_writes = false;
        change.severity = Severity::Safe;
    }
}

fn by_id<'a>(side: Side<'a>) -> BTreeMap<ObjectId<'a>, usize> {
    let objects = side.compilation.plan.objects.iter().enumerate();
    objects.map(|(index, planned)| (planned.object.id(), index)).collect()
}

fn objects(old: Side<'_>, new: Side<'_>, difference: &mut Difference) {
    let (before, after) = (by_id(old), by_id(new));
    let item = |side: Side<'_>, planned: &Planned| Item {
        object: planned.object.id().label(),
        owner: side.compilation.project.label(planned.object.owner),
    };
    for (id, &index) in &after {
        let Some(planned) = new.compilation.plan.objects.get(index) else { continue };
        match before.get(id).and_then(|&index| old.compilation.plan.objects.get(index)) {
            None => difference.added.push(item(new, planned)),
            Some(was) => {
                let fields = field_changes(was, planned);
                if !fields.is_empty() {
                    difference.changed.push((item(new, planned), fields));
                }
            }
        }
    }
    for (_, &index) in before.iter().filter(|(id, _)| !after.contains_key(id)) {
        difference
            .removed
            .extend(old.compilation.plan.objects.get(index).map(|was| item(old, was)));
    }
}

fn field_changes(old: &Planned, new: &Planned) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    if old.object.manifest == new.object.manifest {
        return changes;
    }
    let of = |planned: &Planned| {
        (Value::Map(planned.object.manifest.clone()), Value::Map(masked_lines(&planned.object)))
    };
    let (was, is) = (of(old), of(new));
    let part = |(value, shown)| Part { value, shown: Some(shown) };
    compare("", Some(part((&was.0, &was.1))), Some(part((&is.0, &is.1))), &mut changes);
    let wave = format!("metadata.annotations[{}]", annotation::WAVE);
    changes.retain(|change| change.path != wave);
    changes
}

/// A value, and what may be shown of it; none where all of it is secret.
#[derive(Clone, Copy)]
struct Part<'a> {
    value: &'a Value,
    shown: Option<&'a Value>,
}

impl<'a> Part<'a> {
    /// The values of a mapping by their keys.
    fn of_map(map: &'a Map, shown: Option<&'a Value>) -> BTreeMap<&'a str, Part<'a>> {
        let shown = match shown {
            Some(Value::Map(map)) => Some(map),
            Some(_) | None => None,
        };
        // What is masked has the same keys in the same order, but those that are masked themselves.
        let mut shown = shown.into_iter().flat_map(Map::iter).map(|(_, value)| value);
        map.iter().map(|(key, value)| (key, Part { value, shown: shown.next() })).collect()
    }

    /// The items of a list.
    fn of_list(items: &'a [Value], shown: Option<&'a Value>) -> Vec<Part<'a>> {
        let shown = match shown {
            Some(Value::List(items)) => items.as_slice(),
            _ => &[],
        };
        let items = items.iter().enumerate();
        items.map(|(number, value)| Part { value, shown: shown.get(number) }).collect()
    }

    fn words(self) -> String {
        match self.shown {
            Some(Value::String(text)) if text == MASK => MASK.to_owned(),
            Some(value) => shown(value),
            None => MASK.to_owned(),
        }
    }
}

/// Compares two values, down to what differs. Recursion is bounded by the reader's depth.
fn compare(
    path: &str,
    old: Option<Part<'_>>,
    new: Option<Part<'_>>,
    changes: &mut Vec<FieldChange>,
) {
    match (old, new) {
        (Some(was), Some(is)) if was.value == is.value => {}
        (
            Some(Part { value: Value::Map(old), shown: was_shown }),
            Some(Part { value: Value::Map(new), shown: is_shown }),
        ) => {
            let (was, is) = (Part::of_map(old, was_shown), Part::of_map(new, is_shown));
            let fresh = new.iter().map(|(key, _)| key).filter(|key| !was.contains_key(key));
            for key in old.iter().map(|(key, _)| key).chain(fresh) {
                let (old, new) = (was.get(key).copied(), is.get(key).copied());
                if old.map(|part| part.value) != new.map(|part| part.value) {
                    compare(&join(path, key), old, new, changes);
                }
            }
        }
        (
            Some(Part { value: Value::List(old), shown: was_shown }),
            Some(Part { value: Value::List(new), shown: is_shown }),
        ) => {
            lists(path, &Part::of_list(old, was_shown), &Part::of_list(new, is_shown), changes);
        }
        (was, is) => {
            let (old, new) = (was.map(Part::words), is.map(Part::words));
            changes.push(FieldChange { path: path.to_owned(), old, new });
        }
    }
}

/// Items that have names are compared by name, others by place.
fn lists(path: &str, old: &[Part<'_>], new: &[Part<'_>], changes: &mut Vec<FieldChange>) {
    let named = by_name(old).zip(by_name(new));
    let Some((was, is)) = named else {
        for index in 0..old.len().max(new.len()) {
            let (old, new) = (old.get(index).copied(), new.get(index).copied());
            compare(&format!("{path}[{index}]"), old, new, changes);
        }
        return;
    };
    let names = |items: &[Part<'_>]| items.iter().filter_map(name).map(str::to_owned).collect();
    let (old, new): (Vec<String>, Vec<String>) = (names(old), names(new));
    let fresh = new.iter().filter(|name| !was.contains_key(name.as_str()));
    for name in old.iter().chain(fresh) {
        let path = format!("{path}[{}]", named_shortly(name));
        let (before, after) = (was.get(name.as_str()).copied(), is.get(name.as_str()).copied());
        compare(&path, before, after, changes);
    }
}

/// The items of a list by their names, if each has one of its own.
fn by_name<'a>(items: &[Part<'a>]) -> Option<BTreeMap<&'a str, Part<'a>>> {
    let named: Option<BTreeMap<&str, Part<'_>>> =
        items.iter().map(|item| Some((name(item)?, *item))).collect();
    named.filter(|named| named.len() == items.len())
}

fn name<'a>(item: &Part<'a>) -> Option<&'a str> {
    item.value.at(&["name"])?.as_str()
}

/// A key or name as it stands in a path: without what looks like a secret, and not too long, since
/// each value below repeats it.
fn named_shortly(name: &str) -> String {
    const LONGEST: usize = 120;
    let name = hidden(name);
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", name.get(..end).unwrap_or_default()),
        None => name,
    }
}

fn join(path: &str, key: &str) -> String {
    let key = named_shortly(key);
    match (path.is_empty(), key.contains(['.', '/'])) {
        (true, _) => key,
        (false, true) => format!("{path}[{key}]"),
        (false, false) => format!("{path}.{key}"),
    }
}

/// A value in few words.
fn shown(value: &Value) -> String {
    const LONGEST: usize = 80;
    const KEYS: usize = 30;
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Number(text) => text.to_string(),
        Value::String(text) if text.contains('\n') => {
            format!("(text of {} lines)", text.lines().count())
        }
        Value::String(text) if text.chars().count() > LONGEST => {
            let beginning: String = text.chars().take(LONGEST).collect();
            format!("\"{beginning}...\"")
        }
        Value::String(text) => format!("\"{text}\""),
        Value::List(items) if items.is_empty() => "[]".to_owned(),
        Value::Map(map) if map.is_empty() => "{}".to_owned(),
        Value::List(items) => format!("(list of {})", items.len()),
        Value::Map(map) => {
            let keys = map.iter().map(|(key, _)| named_shortly(key));
            let first: Vec<String> = keys.take(KEYS).collect();
            let more = if map.len() > KEYS { ", ..." } else { "" };
            format!("{{{}{more}}}", first.join(", "))
        }
    }
}

fn waves(old: Side<'_>, new: Side<'_>) -> Vec<WaveChange> {
    let before: BTreeMap<String, i64> = old
        .compilation
        .plan
        .units
        .iter()
        .map(|scheduled| (old.compilation.project.label(scheduled.unit), scheduled.wave))
        .collect();
    let moved = new.compilation.plan.units.iter().filter(|unit| unit.unit != Unit::EverySchema);
    moved
        .filter_map(|scheduled| {
            let unit = new.compilation.project.label(scheduled.unit);
            let old = *before.get(&unit)?;
            let why = match scheduled.because {
                Some(edge) => waits(edge, new.compilation, new.sources),
                None if scheduled.is_pinned => "the wave is written".to_owned(),
                None => "waits for nothing".to_owned(),
            };
            (old != scheduled.wave).then_some(WaveChange { unit, old, new: scheduled.wave, why })
        })
        .collect()
}

/// `1 destructive, 2 risky and 3 safe schema changes; ...`.
fn summary(difference: &Difference) -> String {
    let severities = [Severity::Destructive, Severity::Risky, Severity::Safe];
    let schema: Vec<String> = severities
        .into_iter()
        .map(|severity| (difference.count(severity), severity.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let mut parts = Vec::new();
    if !schema.is_empty() {
        parts.push(format!("schema changes: {}", schema.join(", ")));
    }
    let Difference { schemas: _, added, removed, changed, waves } = difference;
    let objects: Vec<String> =
        [(added.len(), "added"), (removed.len(), "removed"), (changed.len(), "changed")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
    if !objects.is_empty() {
        parts.push(format!("objects: {}", objects.join(", ")));
    }
    if !waves.is_empty() {
        parts.push(format!("waves: {} moved", waves.len()));
    }
    if parts.is_empty() { "nothing changes".to_owned() } else { parts.join("; ") }
}

/// Prints a difference for a terminal.
///
/// # Errors
/// When `out` cannot be written to.
pub fn text(difference: &Difference, style: Style, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", summary(difference))?;
    for SchemaChanges { schema, changes } in &difference.schemas {
        writeln!(out, "\n{schema}")?;
        for (change, place) in changes {
            let place = place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
            let word = painted(change.severity, style);
            writeln!(out, "  {word}  {}", printable(format!("{change}{place}")))?;
        }
    }
    let Difference { schemas: _, added, removed, changed, waves } = difference;
    if !(added.is_empty() && removed.is_empty() && changed.is_empty()) {
        writeln!(out, "\nobjects")?;
    }
    for item in removed {
        writeln!(out, "  - {}", printable(item.words()))?;
    }
    for item in added {
        writeln!(out, "  + {}", printable(item.words()))?;
    }
    for (item, fields) in changed {
        writeln!(out, "  ~ {}", printable(item.words()))?;
        for field in fields {
            writeln!(out, "      {}", printable(field.words()))?;
        }
    }
    if !waves.is_empty() {
        writeln!(out, "\nwaves")?;
    }
    for change in waves {
        let WaveChange { unit, old, new, why } = change;
        writeln!(out, "  {}", printable(format!("{unit}: {old} -> {new}, {why}")))?;
    }
    Ok(())
}

impl Item {
    fn words(&self) -> String {
        let Item { object, owner } = self;
        if object == owner { object.clone() } else { format!("{object} of {owner}") }
    }
}

impl FieldChange {
    fn words(&self) -> String {
        let FieldChange { path, old, new } = self;
        match (old, new) {
            (Some(old), Some(new)) if old == new => format!("{path}: {new}, changed"),
            (Some(old), Some(new)) => format!("{path}: {old} -> {new}"),
            (None, Some(new)) => format!("{path}: {new}, new"),
            (Some(old), None) => format!("{path}: {old}, removed"),
            (None, None) => path.clone(),
        }
    }
}

/// The word for a severity, wide enough for all of them.
fn painted(severity: Severity, style: Style) -> String {
    let word = format!("{:<11}", severity.word());
    let code = match severity {
        Severity::Destructive => "1;31",
        Severity::Risky => "33",
        Severity::Safe => "32",
    };
    match style {
        Style::Plain => word,
        Style::Colored => format!("\u{1b}[{code}m{word}\u{1b}[0m"),
    }
}

/// The most boxes that a picture in a comment has.
const MOST_BOXES: usize = 40;

/// What changes and what it is joined to, as a picture that GitHub and GitLab draw.
fn picture(difference: &Difference, new: Side<'_>, out: &mut impl Write) -> io::Result<()> {
    let Difference { schemas, added, removed: _, changed, waves } = difference;
    let owners = added.iter().chain(changed.iter().map(|(item, _)| item));
    let labels: BTreeSet<&str> = owners
        .map(|item| item.owner.as_str())
        .chain(schemas.iter().map(|schema| schema.schema.as_str()))
        .chain(waves.iter().map(|change| change.unit.as_str()))
        .collect();
    let picture = graph::picture(new.compilation, new.sources).around(&labels);
    if picture.nodes.len() < 2 || picture.nodes.len() > MOST_BOXES {
        return Ok(());
    }
    writeln!(out, "\n```mermaid")?;
    mermaid::print(&picture, out)?;
    writeln!(out, "```")
}

/// Prints a difference as a comment for a pull request: a summary, the schema changes, the waves
/// around what changes, and the rest folded.
///
/// # Errors
/// When `out` cannot be written to.
pub fn markdown(difference: &Difference, new: Side<'_>, out: &mut impl Write) -> io::Result<()> {
    let sign = match difference.count(Severity::Destructive) {
        0 => "",
        _ => ":warning: ",
    };
    writeln!(out, "### Database and rollout\n\n{sign}{}", escaped(&summary(difference)))?;
    for SchemaChanges { schema, changes } in &difference.schemas {
        writeln!(out, "\n**{}**\n\n| | change | where |\n|---|---|---|", escaped(schema))?;
        for (change, place) in changes {
            let word = match change.severity {
                Severity::Destructive => "**destructive**",
                Severity::Risky => "risky",
                Severity::Safe => "safe",
            };
            let place = place.as_deref().map(code).unwrap_or_default();
            writeln!(out, "| {word} | {} | {place} |", cell(&change.to_string()))?;
        }
    }
    let Difference { schemas: _, added, removed, changed, waves } = difference;
    if !waves.is_empty() {
        writeln!(out, "\n**Waves**\n\n| | before | after | why |\n|---|---|---|---|")?;
        for WaveChange { unit, old, new, why } in waves {
            writeln!(out, "| {} | {old} | {new} | {} |", code(unit), escaped(why))?;
        }
    }
    picture(difference, new, out)?;
    let n_objects = added.len() + removed.len() + changed.len();
    if n_objects == 0 {
        return Ok(());
    }
    writeln!(out, "\n<details><summary>Objects ({n_objects})</summary>\n")?;
    for (word, items) in [("removed", removed), ("added", added)] {
        for item in items {
            writeln!(out, "- {word}: {}", code(&item.words()))?;
        }
    }
    for (item, fields) in changed {
        writeln!(out, "- changed: {}", code(&item.words()))?;
        for field in fields {
            writeln!(out, "  - {}", code(&field.words()))?;
        }
    }
    writeln!(out, "\n</details>")
}

/// Text that Markdown takes for nothing else. What stands in backticks stays code.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in printable(text).chars() {
        if matches!(character, '\\' | '*' | '_' | '<' | '>' | '|' | '[' | ']' | '#' | '~' | '@') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A message whose names stand in backticks, in the cell of a table.
fn cell(text: &str) -> String {
    let parts = printable(text);
    let parts = parts.split('`').enumerate().map(|(number, part)| match number % 2 {
        0 => escaped(part),
        _ => code(part),
    });
    parts.collect()
}

/// Code that may hold anything but a line end.
fn code(text: &str) -> String {
    let text = printable(text).replace('|', "\\|");
    match text.contains('`') {
        true => format!("`` {text} ``"),
        false => format!("`{text}`"),
    }
}

/// Prints a difference for programs.
///
/// # Errors
/// When `out` cannot be written to.
pub fn json(difference: &Difference, out: &mut impl Write) -> io::Result<()> {
    let item = |item: &Item| json!({ "object": item.object, "owner": item.owner });
    let schemas: Vec<_> = difference
        .schemas
        .iter()
        .flat_map(|schema| {
            schema.changes.iter().map(|(change, place)| {
                json!({
                    "schema": schema.schema,
                    "severity": change.severity.word(),
                    "table": &*change.table,
                    "change": change.to_string(),
                    "place": place,
                })
            })
        })
        .collect();
    let changed: Vec<_> = difference
        .changed
        .iter()
        .map(|(changed, fields)| {
            let fields: Vec<_> = fields
                .iter()
                .map(|field| json!({ "path": field.path, "old": field.old, "new": field.new }))
                .collect();
            json!({ "object": changed.object, "owner": changed.owner, "fields": fields })
        })
        .collect();
    let waves: Vec<_> = difference
        .waves
        .iter()
        .map(|change| {
            json!({ "unit": change.unit, "old": change.old, "new": change.new, "why": change.why })
        })
        .collect();
    let document = json!({
        "summary": summary(difference),
        "schemaChanges": schemas,
        "objects": {
            "added": difference.added.iter().map(item).collect::<Vec<_>>(),
            "removed": difference.removed.iter().map(item).collect::<Vec<_>>(),
            "changed": changed,
        },
        "waves": waves,
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
