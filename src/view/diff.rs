//! `generate diff`: what a change does to the database, to the objects and to the waves; what can
//! lose data comes first, and is the last to be left out where there is too much to print.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Map as JsonMap, Value as Json, json};
use sql::catalogue::Catalogue;
use sql::catalogue::diff::{self, Change, Piece, Severity, What};

use crate::annotation;
use crate::diag::render::Style;
use crate::diag::secrets::{MASK, hidden};
use crate::model::Unit;
use crate::object::ObjectId;
use crate::pipeline::Compilation;
use crate::plan::Planned;
use crate::source::{Sources, printable};
use crate::value::{Map, Value};
use crate::view::markdown::{code, code_in_table, shortened};
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
    pub changed: Vec<ChangedObject>,
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

/// An object that has other values.
#[derive(Debug, PartialEq, Eq)]
pub struct ChangedObject {
    /// The object.
    pub item: Item,
    /// The values.
    pub fields: Vec<FieldChange>,
    /// How many more there are, beyond [`FIELDS`] of all objects.
    pub n_more: usize,
}

/// The most values that are kept of all objects; the rest is counted.
pub const FIELDS: usize = 10_000;
/// The most bytes of a comment: GitHub takes 65,536 characters, and refuses what is longer.
pub const COMMENT: usize = 64_000;
/// The most bytes that are printed as text or JSON.
pub const PRINTED: usize = 4 << 20;
/// The longest path of a value, and the longest place, in characters.
const MAX_PATH_LEN: usize = 200;
/// The longest name in what is said about a schema, in characters.
const MAX_NAME_LEN: usize = 120;
/// The longest reason and the longest value, in characters.
const MAX_TEXT_LEN: usize = 300;

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
            side.compilation.catalogues.of(*index?).catalogue.clone()
        };
        let (was, is) = (find(old, before.get(name)), find(new, after.get(name)));
        let dialect = was.as_ref().or(is.as_ref()).map(|catalogue| catalogue.dialect);
        let Some(dialect) = dialect else { continue };
        let empty = || Catalogue::empty(dialect);
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
            let place = place.map(|place| shortened(&place, MAX_PATH_LEN));
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
    let mut room = FIELDS;
    for (id, &index) in &after {
        let Some(planned) = new.compilation.plan.objects.get(index) else { continue };
        match before.get(id).and_then(|&index| old.compilation.plan.objects.get(index)) {
            None => difference.added.push(item(new, planned)),
            // What is in it says no more than the key that the schema names.
            Some(_) if planned.object.is_recheck() && planned.object.kind() == "Secret" => {}
            Some(was) => {
                let (fields, n_more) = field_changes(was, planned, room);
                room -= fields.len();
                if !fields.is_empty() || n_more > 0 {
                    let item = item(new, planned);
                    difference.changed.push(ChangedObject { item, fields, n_more });
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

/// The values that differ, at the most so many, and how many more there are.
fn field_changes(old: &Planned, new: &Planned, most: usize) -> (Vec<FieldChange>, usize) {
    if old.object.manifest == new.object.manifest {
        return (Vec::new(), 0);
    }
    let (was, is) = (masked_lines(&old.object), masked_lines(&new.object));
    let mut walk = Walk { most, ..Walk::default() };
    walk.maps((&old.object.manifest, Some(&was)), (&new.object.manifest, Some(&is)));
    (walk.changes, walk.n_more)
}

/// A value, and what may be shown of it; none where all of it is secret.
#[derive(Clone, Copy)]
struct Part<'a> {
    value: &'a Value,
    shown: Option<&'a Value>,
}

impl<'a> Part<'a> {
    /// The values of a mapping by their keys.
    fn of_map(map: &'a Map, shown: Option<&'a Map>) -> BTreeMap<&'a str, Part<'a>> {
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

/// A step from a value to one in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step<'a> {
    Key(&'a str),
    Name(&'a str),
    Index(usize),
}

/// A walk through two values at once, down to what differs. It takes time by their size and not by
/// their depth: equal parts are not compared before, and a path is put into words for what differs alone.
#[derive(Default)]
struct Walk<'a> {
    steps: Vec<Step<'a>>,
    /// The words for the first of these steps.
    words: Vec<String>,
    most: usize,
    changes: Vec<FieldChange>,
    n_more: usize,
}

impl<'a> Walk<'a> {
    /// Compares two values. Recursion is bounded by the reader's depth.
    fn compare(&mut self, old: Option<Part<'a>>, new: Option<Part<'a>>) {
        match (old, new) {
            (
                Some(Part { value: Value::Map(old), shown: was_shown }),
                Some(Part { value: Value::Map(new), shown: is_shown }),
            ) => {
                let map = |shown: Option<&'a Value>| match shown {
                    Some(Value::Map(map)) => Some(map),
                    Some(_) | None => None,
                };
                self.maps((old, map(was_shown)), (new, map(is_shown)));
            }
            (
                Some(Part { value: Value::List(old), shown: was_shown }),
                Some(Part { value: Value::List(new), shown: is_shown }),
            ) => self.lists(&Part::of_list(old, was_shown), &Part::of_list(new, is_shown)),
            (old, new) if old.map(|part| part.value) == new.map(|part| part.value) => {}
            (old, new) => self.change(old, new),
        }
    }

    /// Compares two mappings, each with what may be shown of it.
    fn maps(&mut self, old: (&'a Map, Option<&'a Map>), new: (&'a Map, Option<&'a Map>)) {
        let (was, is) = (Part::of_map(old.0, old.1), Part::of_map(new.0, new.1));
        let fresh = new.0.iter().map(|(key, _)| key).filter(|key| !was.contains_key(key));
        for key in old.0.iter().map(|(key, _)| key).chain(fresh) {
            self.step(Step::Key(key), was.get(key).copied(), is.get(key).copied());
        }
    }

    fn step(&mut self, step: Step<'a>, old: Option<Part<'a>>, new: Option<Part<'a>>) {
        self.steps.push(step);
        self.compare(old, new);
        self.steps.pop();
        self.words.truncate(self.steps.len());
    }

    /// Items that have names are compared by name, others by place.
    fn lists(&mut self, old: &[Part<'a>], new: &[Part<'a>]) {
        let Some((was, is)) = by_name(old).zip(by_name(new)) else {
            for index in 0..old.len().max(new.len()) {
                let (old, new) = (old.get(index).copied(), new.get(index).copied());
                self.step(Step::Index(index), old, new);
            }
            return;
        };
        let fresh = new.iter().filter_map(name).filter(|name| !was.contains_key(name));
        for name in old.iter().filter_map(name).chain(fresh) {
            self.step(Step::Name(name), was.get(name).copied(), is.get(name).copied());
        }
    }

    fn change(&mut self, old: Option<Part<'_>>, new: Option<Part<'_>>) {
        // Waves are compared by themselves.
        if self.steps == ["metadata", "annotations", annotation::WAVE].map(Step::Key) {
            return;
        }
        if self.changes.len() >= self.most {
            self.n_more += 1;
            return;
        }
        for step in self.steps.iter().skip(self.words.len()) {
            self.words.push(match *step {
                Step::Key(key) => joined(self.words.is_empty(), &named_shortly(key)),
                Step::Name(name) => format!("[{}]", named_shortly(name)),
                Step::Index(index) => format!("[{index}]"),
            });
        }
        let words = |part: Part<'_>| shortened(&part.words(), MAX_TEXT_LEN);
        let path = shortened(&self.words.concat(), MAX_PATH_LEN);
        self.changes.push(FieldChange { path, old: old.map(words), new: new.map(words) });
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
    // Whether a word is a password may be told by what stands behind it.
    let looked_at = name.char_indices().nth(4 * MAX_NAME_LEN).map_or(name.len(), |(end, _)| end);
    let name = hidden(name.get(..looked_at).unwrap_or_default());
    match name.char_indices().nth(MAX_NAME_LEN) {
        Some((end, _)) => format!("{}...", name.get(..end).unwrap_or_default()),
        None => name,
    }
}

fn joined(is_first: bool, key: &str) -> String {
    match (is_first, key.contains(['.', '/'])) {
        (true, _) => key.to_owned(),
        (false, true) => format!("[{key}]"),
        (false, false) => format!(".{key}"),
    }
}

/// A value in few words.
fn shown(value: &Value) -> String {
    const MAX_VALUE_LEN: usize = 80;
    const KEYS: usize = 30;
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Number(text) => text.to_string(),
        Value::String(text) if text.contains('\n') => {
            format!("(text of {} lines)", text.lines().count())
        }
        Value::String(text) if text.chars().count() > MAX_VALUE_LEN => {
            let beginning: String = text.chars().take(MAX_VALUE_LEN).collect();
            format!("\"{beginning}...\" ({} characters)", text.chars().count())
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
            let why = match scheduled.held_by {
                Some(edge) => waits(edge, new.compilation, new.sources),
                None if scheduled.is_pinned => "the wave is written".to_owned(),
                None => "waits for nothing".to_owned(),
            };
            let why = shortened(&why, MAX_TEXT_LEN);
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

/// One thing to print.
#[derive(Clone, Copy)]
enum Line<'a> {
    Schema(&'a str),
    Change(&'a SchemaChanges, &'a Change, Option<&'a str>),
    Removed(&'a Item),
    Added(&'a Item),
    Changed(&'a Item),
    Field(&'a FieldChange),
    Wave(&'a WaveChange),
}

/// What of a difference is printed, where there is room for a number of bytes.
struct Selection<T> {
    /// By schema: its heading and its changes.
    schemas: Vec<(T, Vec<T>)>,
    removed: Vec<T>,
    added: Vec<T>,
    changed: Vec<(T, Vec<T>)>,
    waves: Vec<T>,
    /// How many of what is left out.
    left_out: Vec<(usize, &'static str)>,
    room: usize,
}

/// What is said of a change of each severity that is left out.
fn left_out_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Destructive => "destructive schema changes",
        Severity::Risky => "risky schema changes",
        Severity::Safe => "safe schema changes",
    }
}

/// Chooses what is printed: what can lose data first, until there is no more room. From then on
/// everything is left out and counted. `print` gives a line, and what it takes.
fn select<T>(
    difference: &Difference,
    room: usize,
    print: impl Fn(Line<'_>) -> (usize, T),
) -> Selection<T> {
    let Difference { schemas, added, removed, changed, waves } = difference;
    let mut left = room;
    let mut is_full = false;
    let mut left_out: Vec<(usize, &'static str)> = Vec::new();
    let mut leave_out = |n: usize, word| left_out.extend((n > 0).then_some((n, word)));
    let mut take = |line: Line<'_>| {
        if is_full {
            return None;
        }
        let (cost, printed) = print(line);
        is_full = cost > left;
        left = left.saturating_sub(cost);
        (!is_full).then_some(printed)
    };
    let mut by_schema: Vec<(Option<T>, Vec<T>)> =
        schemas.iter().map(|_| (None, Vec::new())).collect();
    let mut of_severity = |severity, take: &mut dyn FnMut(Line<'_>) -> Option<T>| {
        let mut n_left_out = 0;
        for (schema, (heading, lines)) in schemas.iter().zip(&mut by_schema) {
            for (change, place) in &schema.changes {
                if change.severity != severity {
                    continue;
                }
                if heading.is_none() {
                    *heading = take(Line::Schema(&schema.schema));
                }
                match take(Line::Change(schema, change, place.as_deref())) {
                    Some(line) => lines.push(line),
                    None => n_left_out += 1,
                }
            }
        }
        n_left_out
    };
    leave_out(of_severity(Severity::Destructive, &mut take), left_out_word(Severity::Destructive));
    let removed_lines: Vec<T> =
        removed.iter().map_while(|item| take(Line::Removed(item))).collect();
    leave_out(removed.len() - removed_lines.len(), "removed objects");
    leave_out(of_severity(Severity::Risky, &mut take), left_out_word(Severity::Risky));
    let wave_lines: Vec<T> = waves.iter().map_while(|wave| take(Line::Wave(wave))).collect();
    leave_out(waves.len() - wave_lines.len(), "moved waves");
    let objects = changed.iter().map_while(|object| take(Line::Changed(&object.item)));
    let mut changed_lines: Vec<(T, Vec<T>)> = objects.map(|line| (line, Vec::new())).collect();
    leave_out(changed.len() - changed_lines.len(), "changed objects");
    for (object, (_, lines)) in changed.iter().zip(&mut changed_lines) {
        lines.extend(object.fields.iter().map_while(|field| take(Line::Field(field))));
    }
    let n_fields: usize = changed.iter().map(|object| object.fields.len() + object.n_more).sum();
    let n_printed: usize = changed_lines.iter().map(|(_, lines)| lines.len()).sum();
    leave_out(n_fields - n_printed, "changed values");
    let added_lines: Vec<T> = added.iter().map_while(|item| take(Line::Added(item))).collect();
    leave_out(added.len() - added_lines.len(), "added objects");
    leave_out(of_severity(Severity::Safe, &mut take), left_out_word(Severity::Safe));
    Selection {
        schemas: by_schema.into_iter().filter_map(|(head, lines)| Some((head?, lines))).collect(),
        removed: removed_lines,
        added: added_lines,
        changed: changed_lines,
        waves: wave_lines,
        left_out,
        room: left,
    }
}

/// `3 safe schema changes, 12 changed values`.
fn counted(left_out: &[(usize, &'static str)]) -> String {
    let words = left_out.iter().map(|(number, word)| match number {
        1 => format!("1 {}", word.trim_end_matches('s')),
        number => format!("{number} {word}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What a change is, with names in backticks.
fn change_words(change: &Change) -> String {
    let piece = |piece| match piece {
        Piece::Words(words) => words.to_owned(),
        Piece::Name(name) => format!("`{}`", shortened(&printable(hidden(&name)), MAX_NAME_LEN)),
    };
    change.pieces().into_iter().map(piece).collect()
}

/// Prints a difference for a terminal.
///
/// # Errors
/// When `out` cannot be written to.
pub fn text(difference: &Difference, style: Style, out: &mut impl Write) -> io::Result<()> {
    let selection = select(difference, PRINTED, |line| {
        let line = text_line(line, style);
        (line.len() + 1, line)
    });
    let Selection { schemas, removed, added, changed, waves, left_out, room: _ } = selection;
    writeln!(out, "{}", summary(difference))?;
    if !left_out.is_empty() {
        writeln!(out, "not shown, beyond {PRINTED} bytes: {}", counted(&left_out))?;
    }
    for (schema, changes) in schemas {
        writeln!(out, "\n{schema}")?;
        changes.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    if !(added.is_empty() && removed.is_empty() && changed.is_empty()) {
        writeln!(out, "\nobjects")?;
    }
    removed.iter().chain(&added).try_for_each(|line| writeln!(out, "{line}"))?;
    for (object, fields) in changed {
        writeln!(out, "{object}")?;
        fields.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    if !waves.is_empty() {
        writeln!(out, "\nwaves")?;
    }
    waves.iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn text_line(line: Line<'_>, style: Style) -> String {
    let shown = |text: &str| shortened(&printable(text), 3 * MAX_TEXT_LEN);
    match line {
        Line::Schema(schema) => shown(schema),
        Line::Change(_, change, place) => {
            let place = place.map(|place| format!(" ({})", printable(place))).unwrap_or_default();
            format!("  {}  {}{place}", painted(change.severity, style), change_words(change))
        }
        Line::Removed(item) => format!("  - {}", shown(&item.words())),
        Line::Added(item) => format!("  + {}", shown(&item.words())),
        Line::Changed(item) => format!("  ~ {}", shown(&item.words())),
        Line::Field(field) => format!("      {}", shown(&field.words())),
        Line::Wave(WaveChange { unit, old, new, why }) => {
            format!("  {}: {old} -> {new}, {}", shown(unit), printable(why.as_str()))
        }
    }
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
const MAX_BOXES: usize = 40;

/// What changes and what it is joined to, as a picture that GitHub and GitLab draw.
fn picture(difference: &Difference, new: Side<'_>) -> io::Result<String> {
    let Difference { schemas, added, removed: _, changed, waves } = difference;
    let owners = added.iter().chain(changed.iter().map(|object| &object.item));
    let labels: BTreeSet<&str> = owners
        .map(|item| item.owner.as_str())
        .chain(schemas.iter().map(|schema| schema.schema.as_str()))
        .chain(waves.iter().map(|change| change.unit.as_str()))
        .collect();
    if labels.len() > MAX_BOXES {
        return Ok(String::new());
    }
    let picture = graph::picture(new.compilation, new.sources).around(&labels);
    if picture.nodes.len() < 2 || picture.nodes.len() > MAX_BOXES {
        return Ok(String::new());
    }
    let mut drawn = Vec::new();
    mermaid::print(&picture, &mut drawn)?;
    // No backtick is in it: `mermaid` writes one as an entity.
    Ok(format!("\n```mermaid\n{}```\n", String::from_utf8_lossy(&drawn)))
}

/// What a heading, the summary and what is said about what is left out may take of a comment.
const HEAD: usize = 2_000;

/// Prints a difference as a comment for a pull request: a summary, the schema changes, the waves
/// around what changes, and the rest folded. It is never longer than [`COMMENT`].
///
/// # Errors
/// When `out` cannot be written to.
pub fn markdown(difference: &Difference, new: Side<'_>, out: &mut impl Write) -> io::Result<()> {
    let selection = select(difference, COMMENT - HEAD, |line| {
        let line = markdown_line(line);
        (line.len() + 1, line)
    });
    let Selection { schemas, removed, added, changed, waves, left_out, room } = selection;
    let sign = match difference.count(Severity::Destructive) {
        0 => "",
        _ => ":warning: ",
    };
    writeln!(out, "### Database and rollout\n\n{sign}{}", summary(difference))?;
    if !left_out.is_empty() {
        writeln!(
            out,
            "\n**This comment is cut.** Not shown: {}. `generate diff` without `--format markdown` shows more.",
            counted(&left_out),
        )?;
    }
    for (schema, changes) in schemas {
        writeln!(out, "{schema}")?;
        changes.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    if !waves.is_empty() {
        writeln!(out, "\n**Waves**\n\n| | before | after | why |\n|---|---|---|---|")?;
    }
    waves.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    let picture = picture(difference, new)?;
    if picture.len() <= room {
        write!(out, "{picture}")?;
    }
    let n_shown = removed.len() + added.len() + changed.len();
    if n_shown == 0 {
        return Ok(());
    }
    let n_objects = difference.removed.len() + difference.added.len() + difference.changed.len();
    writeln!(out, "\n<details><summary>Objects ({n_objects})</summary>\n")?;
    removed.iter().chain(&added).try_for_each(|line| writeln!(out, "{line}"))?;
    for (object, fields) in changed {
        writeln!(out, "{object}")?;
        fields.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    writeln!(out, "\n</details>")
}

fn markdown_line(line: Line<'_>) -> String {
    match line {
        Line::Schema(schema) => {
            format!("\n**{}**\n\n| | change | where |\n|---|---|---|", code(schema))
        }
        Line::Change(_, change, place) => {
            let word = match change.severity {
                Severity::Destructive => "**destructive**",
                Severity::Risky => "risky",
                Severity::Safe => "safe",
            };
            let piece = |piece| match piece {
                Piece::Words(words) => words.to_owned(),
                Piece::Name(name) => code_in_table(&hidden(&name)),
            };
            let words: String = change.pieces().into_iter().map(piece).collect();
            format!("| {word} | {words} | {} |", place.map(code_in_table).unwrap_or_default())
        }
        Line::Removed(item) => format!("- removed: {}", code(&item.words())),
        Line::Added(item) => format!("- added: {}", code(&item.words())),
        Line::Changed(item) => format!("- changed: {}", code(&item.words())),
        Line::Field(field) => format!("  - {}", code(&field.words())),
        Line::Wave(WaveChange { unit, old, new, why }) => {
            format!("| {} | {old} | {new} | {} |", code_in_table(unit), code_in_table(why))
        }
    }
}

/// Prints a difference for programs.
///
/// # Errors
/// When `out` cannot be written to.
pub fn json(difference: &Difference, out: &mut impl Write) -> io::Result<()> {
    let selection = select(difference, PRINTED, |line| {
        let line = json_line(line);
        (pretty_len(&line), line)
    });
    let Selection { schemas, removed, added, changed, waves, left_out, room: _ } = selection;
    let changed: Vec<Json> = changed
        .into_iter()
        .map(|(mut object, fields)| {
            if let Json::Object(object) = &mut object {
                object.insert("fields".to_owned(), Json::Array(fields));
            }
            object
        })
        .collect();
    let left_out: JsonMap<String, Json> =
        left_out.into_iter().map(|(number, word)| (word.to_owned(), json!(number))).collect();
    let document = json!({
        "summary": summary(difference),
        "schemaChanges": schemas.into_iter().flat_map(|(_, changes)| changes).collect::<Vec<_>>(),
        "objects": { "added": added, "removed": removed, "changed": changed },
        "waves": waves,
        "leftOut": left_out,
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// About what a small object takes with its indentation.
fn pretty_len(value: &Json) -> usize {
    const INDENTATION: usize = 120;
    value.to_string().len() + INDENTATION
}

fn json_line(line: Line<'_>) -> Json {
    let shown = |text: &str| shortened(text, 3 * MAX_TEXT_LEN);
    let item = |item: &Item| json!({ "object": shown(&item.object), "owner": shown(&item.owner) });
    match line {
        Line::Schema(_) => Json::Null,
        Line::Change(schema, change, place) => json!({
            "schema": shown(&schema.schema),
            "severity": change.severity.word(),
            "table": shown(&hidden(&change.table)),
            "change": change_words(change),
            "place": place,
        }),
        Line::Removed(object) | Line::Added(object) | Line::Changed(object) => item(object),
        Line::Field(FieldChange { path, old, new }) => {
            json!({ "path": path, "old": old, "new": new })
        }
        Line::Wave(WaveChange { unit, old, new, why }) => {
            json!({ "unit": shown(unit), "old": old, "new": new, "why": why })
        }
    }
}
