//! The objects of two states: which are new, which are gone, and the values of those that differ.

use std::collections::BTreeMap;

use crate::annotation;
use crate::diag::secrets::{MASK, hidden};
use crate::object::ObjectId;
use crate::plan::Planned;
use crate::value::{Map, Value};
use crate::view::diff::{
    ChangedObject, Difference, FIELDS, FieldChange, Item, MAX_NAME_LEN, MAX_PATH_LEN, MAX_TEXT_LEN,
    Side,
};
use crate::view::markdown::shortened;
use crate::view::mask::masked_lines;

pub(super) fn by_id<'a>(side: Side<'a>) -> BTreeMap<ObjectId<'a>, usize> {
    let objects = side.compilation.plan.objects.iter().enumerate();
    objects.map(|(index, planned)| (planned.object.id(), index)).collect()
}

pub(super) fn objects(old: Side<'_>, new: Side<'_>, difference: &mut Difference) {
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
