//! Strategic-merge patches on generated objects: the escape hatch of every spec.
//!
//! Lists of objects merge by Kubernetes' own keys (`spec::kubernetes`), all others are replaced, as are
//! the lists of custom resources, which have no such keys. A patch that says what the object cannot have is
//! refused here and not by the API server. `$patch: delete` and
//! `$patch: replace` work as in `kubectl patch`; null removes a field.

use crate::annotation;
use crate::diag::problems::output::{InvalidPatch, PatchMatchesNothing};
use crate::diag::problems::security::LimitExceeded;
use crate::diag::{Diagnostics, message};
use crate::lower::PATCH_STEPS;
use crate::object::Object;
use crate::spec::{FieldType, Patch, kubernetes, shape};
use crate::syntax::node::{Data, Node};
use crate::value::{Map, Value};

/// Applies the patches of a spec to what it makes; `steps` is what is left of [`PATCH_STEPS`].
pub(super) fn apply(
    patches: &[Patch],
    objects: &mut [Object],
    steps: &mut usize,
    diagnostics: &mut Diagnostics,
) {
    for patch in patches {
        if *steps == 0 {
            return;
        }
        let fits = |object: &Object| {
            let name = patch.target.name.as_ref();
            object.kind() == patch.target.kind.value
                && name.is_none_or(|name| object.name() == name.value)
        };
        if !objects.iter().any(fits) {
            let known = objects.iter().map(|object| object.id().label()).collect();
            let target = match &patch.target.name {
                Some(name) => format!("{}/{}", patch.target.kind.value, name.value),
                None => patch.target.kind.value.to_string(),
            };
            let has_kind = objects.iter().any(|object| object.kind() == patch.target.kind.value);
            let name = patch.target.name.as_ref().filter(|_| has_kind);
            let primary = name.unwrap_or(&patch.target.kind).span;
            diagnostics.report(PatchMatchesNothing { primary, target, known });
        }
        let mut is_first = true;
        for object in objects.iter_mut().filter(|object| fits(object)) {
            let before = Object { manifest: outline(object), ..*object };
            let of = kubernetes::find(object.api_version(), object.kind());
            if let Some(of) = of.filter(|_| is_first) {
                shape::check_patch(&patch.patch, object.kind(), of, diagnostics);
            }
            is_first = false;
            let mut patched = Value::Map(std::mem::take(&mut object.manifest));
            let mut merging = Merging { steps, diagnostics };
            merging.merge(&mut patched, &patch.patch, of, None);
            if let Value::Map(map) = patched {
                object.manifest = map;
            }
            if object.annotation(annotation::WAVE).is_some() {
                let annotations = patch.patch.at(&["metadata", "annotations"]);
                let wave = annotations.and_then(|annotations| annotations.get(annotation::WAVE));
                diagnostics.report(InvalidPatch {
                    primary: wave.map_or(patch.span, |wave| wave.span),
                    message: "a patch cannot set the sync wave".into(),
                    help: "write `wave: N` under `spec`, or leave the wave to the dependencies"
                        .into(),
                });
            }
            if *steps == 0 {
                let message = message!(
                    "applying the patches takes more than {PATCH_STEPS} steps",
                    PATCH_STEPS
                );
                let help = "write fewer or smaller patches".into();
                diagnostics.report(LimitExceeded { primary: patch.span, message, help });
                return;
            }
            if object.id() != before.id() {
                diagnostics.report(InvalidPatch {
                    primary: patch.span,
                    message: message!(
                        "the patch changes the identity of `{label}`",
                        label = before.id().label()
                    ),
                    help:
                        "remove `apiVersion`, `kind`, `metadata.name` and `metadata.namespace` from the patch"
                            .into(),
                });
            }
        }
    }
}

/// What an object is known by, apart from it.
fn outline(object: &Object) -> Map {
    let metadata = object.manifest.get("metadata").and_then(Value::as_map);
    let names = ["name", "generateName", "namespace"].into_iter();
    let names = names.filter_map(|key| Some((key, metadata?.get(key)?.clone())));
    super::outline(object.api_version(), object.kind(), Map::of_distinct(names))
}

/// A patch that is being merged.
struct Merging<'a> {
    steps: &'a mut usize,
    diagnostics: &'a mut Diagnostics,
}

impl Merging<'_> {
    /// Takes what it costs to look through so many fields; whether there is as much left.
    fn may_look_through(&mut self, n_fields: usize) -> bool {
        *self.steps = self.steps.saturating_sub(n_fields + 1);
        *self.steps > 0
    }

    /// Merges a patch into a value of some shape; `merge_key` is that of the list, where it is one.
    fn merge(
        &mut self,
        value: &mut Value,
        patch: &Node,
        of: Option<&'static FieldType>,
        merge_key: Option<&'static str>,
    ) {
        match (&mut *value, &patch.data) {
            (Value::Map(map), Data::Mapping(_)) if directive(patch) == Some("replace") => {
                *map = without_directives(patch);
            }
            (Value::Map(map), Data::Mapping(entries)) => {
                for entry in entries {
                    let key = entry.key.value.as_str();
                    if !self.may_look_through(map.len()) {
                        return;
                    }
                    if key.starts_with('$') {
                        unknown_directive(entry, self.diagnostics);
                    } else if entry.value.is_null() || directive(&entry.value) == Some("delete") {
                        map.remove(key);
                    } else {
                        let field = field(of, key);
                        let inner = field.map(|field| &field.shape);
                        let merge_key = field.and_then(|field| field.merge_key);
                        match map.get_mut(key) {
                            Some(there) => self.merge(there, &entry.value, inner, merge_key),
                            None => map.set(key.to_owned(), fresh(&entry.value)),
                        }
                    }
                }
            }
            (Value::List(items), Data::Sequence(patches)) => match merge_key {
                Some(key) => self.merge_lists(items, patches, key, item(of)),
                None => *value = fresh(patch),
            },
            _ => *value = fresh(patch),
        }
    }

    fn merge_lists(
        &mut self,
        items: &mut Vec<Value>,
        patches: &[Node],
        key: &str,
        of: Option<&'static FieldType>,
    ) {
        if patches.iter().any(|patch| directive(patch) == Some("replace")) {
            let kept = patches.iter().filter(|patch| directive(patch) != Some("replace"));
            *items = kept.map(fresh).collect();
            return;
        }
        for patch in patches {
            if !self.may_look_through(items.len()) {
                return;
            }
            let Some(wanted) = patch.get(key).map(scalar_text) else {
                self.diagnostics.report(InvalidPatch {
                    primary: patch.span,
                    message: message!(
                        "items of this list are matched by `{key}`, which is missing here",
                        key
                    ),
                    help: message!("add `{key}:`", key),
                });
                continue;
            };
            let text = |value: &Value| match value {
                Value::Int(number) => number.to_string(),
                Value::Number(text) | Value::String(text) => text.to_string(),
                Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => String::new(),
            };
            let place =
                items.iter().position(|item| item.at(&[key]).map(text).as_deref() == Some(wanted));
            match (place, directive(patch)) {
                (Some(place), Some("delete")) => _ = items.remove(place),
                (None, Some("delete")) => {}
                (Some(place), _) => {
                    if let Some(item) = items.get_mut(place) {
                        self.merge(item, patch, of, None);
                    }
                }
                (None, _) => items.push(fresh(patch)),
            }
        }
    }
}

/// What a field of an object holds, where the object is Kubernetes' own.
fn field(of: Option<&'static FieldType>, name: &str) -> Option<&'static kubernetes::Field> {
    let Some(FieldType::Type(of)) = of else { return None };
    of.field(name)
}

/// What each item of a list holds.
fn item(of: Option<&'static FieldType>) -> Option<&'static FieldType> {
    let Some(FieldType::List(item)) = of else { return None };
    Some(item)
}

fn scalar_text(node: &Node) -> &str {
    node.scalar().map_or("", |scalar| scalar.text.as_str())
}

fn directive(node: &Node) -> Option<&str> {
    node.get("$patch")?.str()
}

fn unknown_directive(entry: &crate::syntax::node::Entry, diagnostics: &mut Diagnostics) {
    let is_known = entry.key.value == "$patch"
        && matches!(entry.value.str(), Some("delete" | "replace" | "merge"));
    if !is_known {
        diagnostics.report(InvalidPatch {
            primary: entry.key.span,
            message: message!("the directive `{key}` is not supported", key = entry.key.value),
            help: "use `$patch: delete`, `$patch: replace`, or null to remove a field".into(),
        });
    }
}

/// What a patch is where nothing was before: its values, without nulls and directives.
fn fresh(node: &Node) -> Value {
    match &node.data {
        Data::Scalar(_) => Value::from(node),
        Data::Sequence(items) => {
            let kept = items.iter().filter(|item| directive(item) != Some("delete"));
            Value::List(kept.map(fresh).collect())
        }
        Data::Mapping(_) => Value::Map(without_directives(node)),
    }
}

fn without_directives(node: &Node) -> Map {
    let entries = node.entries().unwrap_or_default().iter();
    let kept = entries.filter(|entry| {
        !entry.key.value.starts_with('$')
            && !entry.value.is_null()
            && directive(&entry.value) != Some("delete")
    });
    Map::of_distinct(kept.map(|entry| (entry.key.value.clone(), fresh(&entry.value))))
}
