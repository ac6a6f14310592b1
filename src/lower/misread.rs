//! What Argo CD would read differently from what is printed, or could not read at all.
//!
//! This is the last look at every object, whatever made it: a plain manifest, a spec, a patch. Argo CD
//! reads the output twice, from YAML and again from JSON (`cmpserver/plugin/plugin.go`,
//! `reposerver/repository/repository.go`), takes lists apart, and looks at names, labels and annotations
//! through accessors that yield nothing at all where one value has the wrong type.

use crate::annotation;
use crate::diag::problems::output::MisreadObject;
use crate::diag::{Diagnostics, Message, message};
use crate::model::{Project, Unit};
use crate::object::Object;
use crate::source::Span;
use crate::syntax::node::{Data, Node};
use crate::value::{Map, Value};

/// The longest key: go-yaml looks for the `:` at most 1,024 characters after the key's opening quote
/// (`yaml_simple_key_is_valid` in `scannerc.go`), and the quotes count.
const MAX_KEY_LEN: usize = 1022;
/// How much of a long key a message shows.
const SHOWN: usize = 40;

/// Reports every object that Argo CD would not read as it is printed.
pub(super) fn report(project: &Project, objects: &[Object], diagnostics: &mut Diagnostics) {
    for object in objects {
        let is_plain = project.common(object.owner).is_none();
        if let Some(Misread { path, message, help }) = misread(&object.manifest, is_plain) {
            let primary = span_of(project, object, &path).unwrap_or(object.place);
            diagnostics.report(MisreadObject { primary, message, help });
        }
    }
}

/// One fault, and where in the object it is.
struct Misread<'a> {
    path: Vec<Step<'a>>,
    message: Message,
    help: Message,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

fn fault<'a>(
    path: &[&'a str],
    message: impl Into<Message>,
    help: &'static str,
) -> Option<Misread<'a>> {
    let path = path.iter().map(|key| Step::Key(key)).collect();
    Some(Misread { path, message: message.into(), help: help.into() })
}

fn misread(manifest: &Map, is_plain: bool) -> Option<Misread<'_>> {
    items(manifest)
        .or_else(|| header(manifest))
        .or_else(|| metadata(manifest))
        .or_else(|| inside(manifest, is_plain))
}

/// `unstructured.IsList`, and `isNullList` in Argo CD's `repository.go`.
fn items(manifest: &Map) -> Option<Misread<'_>> {
    match manifest.get("items")? {
        Value::List(_) => fault(
            &["items"],
            "Argo CD splits an object with an `items` list and applies the items instead",
            "write each item as a separate document, or use a `List` (`apiVersion: v1`, `kind: List`)",
        ),
        Value::Null if manifest.get("spec").is_none() && manifest.get("status").is_none() => fault(
            &["items"],
            "Argo CD drops an object whose `items` is null",
            "remove `items`, or give it a value",
        ),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Map(_) => None,
    }
}

/// An object without a kind ends the reading of the whole output (`unstructuredJSONScheme.Decode`), and
/// so does an `apiVersion` that `schema.ParseGroupVersion` refuses: the kind is then taken to be empty.
fn header(manifest: &Map) -> Option<Misread<'_>> {
    let text = |key: &str| manifest.get(key).and_then(Value::as_str).unwrap_or_default();
    if text("kind").is_empty() {
        return fault(
            &["kind"],
            "Argo CD cannot read an object without a `kind`",
            "write the kind of the object",
        );
    }
    let api_version = text("apiVersion");
    let is_valid = match api_version.split_once('/') {
        None => !api_version.is_empty(),
        Some((group, version)) => {
            !group.is_empty() && !version.is_empty() && !version.contains('/')
        }
    };
    let help = "write `GROUP/VERSION`, or `v1` for the core kinds";
    (!is_valid)
        .then(|| fault(&["apiVersion"], "`apiVersion` is not a group and a version", help))?
}

/// `Unstructured.GetName`, `GetLabels`, `GetAnnotations`: each gives nothing where a type is wrong, so
/// that one number among the annotations hides the wave and every hook.
fn metadata(manifest: &Map) -> Option<Misread<'_>> {
    let Some(Value::Map(metadata)) = manifest.get("metadata") else {
        return fault(&["metadata"], "`metadata` must be a mapping", "add `metadata.name`");
    };
    for key in ["name", "generateName", "namespace"] {
        let Some(value) = metadata.get(key) else { continue };
        if !matches!(value, Value::String(_) | Value::Null) {
            let path = ["metadata", key];
            return fault(&path, message!("`metadata.{key}` must be a string", key), "quote it");
        }
    }
    let text = |key: &str| metadata.get(key).and_then(Value::as_str).unwrap_or_default();
    if text("name").is_empty() && text("generateName").is_empty() {
        return fault(&["metadata", "name"], "`metadata.name` is empty", "write a name");
    }
    let annotation = |key: &str| metadata.get("annotations")?.at(&[key]);
    let hooks = [annotation::HOOK, annotation::HELM_HOOK];
    let is_hook = hooks.into_iter().any(|key| annotation(key).is_some());
    ["labels", "annotations"].into_iter().find_map(|key| {
        let entries = match metadata.get(key)? {
            Value::Map(entries) => entries,
            Value::Null => return None,
            Value::Bool(_)
            | Value::Int(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::List(_) => {
                let message = message!("`metadata.{key}` must be a mapping of strings", key);
                return fault(
                    &["metadata", key],
                    message,
                    "write `key: \"value\"` for each of them",
                );
            }
        };
        // A wave that is a number becomes a text, except of a hook, which stays as it is written.
        let is_fixed = |name: &str| name == annotation::WAVE && !is_hook;
        let is_text = |value: &Value| matches!(value, Value::String(_) | Value::Null);
        let (name, _) = entries.iter().find(|(name, value)| !is_text(value) && !is_fixed(name))?;
        let one = key.trim_end_matches('s');
        let message = message!(
            "the {one} `{name}` must be a string: otherwise Argo CD ignores all {key}",
            one,
            name = shown(name),
            key
        );
        fault(&["metadata", key, name], message, "quote its value")
    })
}

/// Keys that are too long to be read back, and numbers that JSON cannot hold.
fn inside(manifest: &Map, is_plain: bool) -> Option<Misread<'_>> {
    let mut path = Vec::new();
    let (message, help) = in_map(manifest, is_plain, &mut path)?;
    Some(Misread { path, message, help })
}

type Found = Option<(Message, Message)>;

/// The path leads to what was found, if anything was. The depth is that of the reader.
fn in_map<'a>(map: &'a Map, is_plain: bool, path: &mut Vec<Step<'a>>) -> Found {
    for (key, value) in map.iter() {
        path.push(Step::Key(key));
        if json_len(key) > MAX_KEY_LEN {
            let message = message!(
                "the key `{key}` has more than {MAX_KEY_LEN} characters in JSON; Argo CD cannot read it",
                key = shown(key),
                MAX_KEY_LEN
            );
            return Some((message, "use a shorter key".into()));
        }
        let found = in_value(value, is_plain, path);
        if found.is_some() {
            return found;
        }
        path.pop();
    }
    None
}

fn in_value<'a>(value: &'a Value, is_plain: bool, path: &mut Vec<Step<'a>>) -> Found {
    match value {
        Value::Map(map) => in_map(map, is_plain, path),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Item(index));
                let found = in_value(item, is_plain, path);
                if found.is_some() {
                    return found;
                }
                path.pop();
            }
            None
        }
        // Of a plain manifest that has been reported, at each of its places.
        Value::Number(text) if !is_plain && !text.bytes().any(|byte| byte.is_ascii_digit()) => {
            let message = message!("Argo CD cannot pass on the number `{text}`", text);
            Some((message, message!("quote it if it is text: `\"{text}\"`", text)))
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The characters of a text as Go's `encoding/json` writes it, without the quotes.
fn json_len(text: &str) -> usize {
    if text.len() <= MAX_KEY_LEN / 6 {
        return text.len();
    }
    let width = |character: char| match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => 6,
        _ => 1,
    };
    text.chars().map(width).sum()
}

fn shown(text: &str) -> Message {
    Message::beginning_of(text, SHOWN)
}

/// Where it is written, or as near to it as is known: in the manifest, or in the patch that brought it.
fn span_of(project: &Project, object: &Object, path: &[Step<'_>]) -> Option<Span> {
    if let Unit::Manifest(index) = object.owner {
        return Some(deepest(&project.manifests.get(index)?.written.node, path).0);
    }
    let patches = project.common(object.owner)?.patches.iter().rev();
    let aimed = patches.filter(|patch| {
        let is_named = |name: &crate::syntax::Text| name.value == object.name();
        patch.target.kind.value == object.kind() && patch.target.name.as_ref().is_none_or(is_named)
    });
    let found = aimed.map(|patch| deepest(&patch.patch, path));
    found.max_by_key(|(_, depth)| *depth).filter(|(_, depth)| *depth > 0).map(|(span, _)| span)
}

/// The place of the last step of a path that is there, and how many are.
fn deepest(node: &Node, path: &[Step<'_>]) -> (Span, usize) {
    let (mut node, mut span) = (node, node.span);
    for (depth, step) in path.iter().enumerate() {
        let next = match (&node.data, step) {
            (Data::Mapping(entries), Step::Key(key)) => {
                let entry = entries.iter().find(|entry| entry.key.value == *key);
                entry.map(|entry| (&entry.value, entry.key.span))
            }
            (Data::Sequence(items), Step::Item(index)) => {
                items.get(*index).map(|item| (item, item.span))
            }
            (Data::Mapping(_) | Data::Sequence(_) | Data::Scalar(_), _) => None,
        };
        let Some(next) = next else { return (span, depth) };
        (node, span) = next;
    }
    (span, path.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_as_long_as_go_writes_them() {
        for (text, expected) in [("<", 6), ("\"", 2), ("\u{2028}", 6), ("\u{1}", 6), ("é", 1)] {
            assert_eq!(json_len(&text.repeat(1000)), expected * 1000, "{text:?}");
        }
    }
}
