//! What custom resources name in fields that say nothing of it (rule 9 of the waves): `repository`,
//! `configuration.name`, `gateways`. Only what something in the project makes, or is, counts.
//!
//! A selector of a key, and a field for configuration, name a Secret that has to be there. Any other
//! text may only happen to be called so, and costs no wave.

use crate::link::index::{Index, is_custom};
use crate::link::infer::{made_secrets, no_earlier};
use crate::link::kinds::manifests;
use crate::link::known::{self, group_of};
use crate::link::{Findings, STEPS, names, pods, short};
use crate::links::Origin;
use crate::model::Unit;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// The longest text that is looked up: a namespace and a name, in bytes.
const MAX_TEXT_LEN: usize = 2 * 253 + 1;
/// How many keys above a text say what it is.
const N_KEYS: usize = 4;

/// Fields that name a Secret by their documentation alone: the group, and the last keys.
const SECRETS: [(&str, [&str; 2]); 3] = [
    ("minio.min.io", ["users", "name"]),
    ("volsync.backube", ["restic", "repository"]),
    ("volsync.backube", ["syncthing", "name"]),
];

/// What was found by fields.
#[derive(Default)]
pub(super) struct Named {
    /// Secrets that are read for certain.
    pub(super) secrets: Findings,
    /// What comes no later than whoever has its name as a text.
    pub(super) namesakes: Findings,
}

/// What custom resources name in fields of any name. That takes a part of the steps at the most, so
/// that enough are left for what is known better.
pub(super) fn named(index: &Index<'_>) -> Named {
    let mut found = Named::default();
    let floor = index.n_left().saturating_sub(STEPS / 8);
    for (unit, manifest) in manifests(index) {
        let group = group_of(manifest);
        let takes_part = !known::is_built_in(group) && !known::is_schema(manifest);
        if !takes_part || names::is_policy(manifest) {
            continue;
        }
        let namespace = names::child_namespace(manifest).or(index.namespace(unit));
        let mut fields = Fields { index, unit, manifest, namespace, floor, found: &mut found };
        fields.walk();
    }
    found
}

/// A value, and the keys above it, the nearest last.
#[derive(Clone, Copy)]
struct Field<'n> {
    node: &'n Node,
    parent: Option<&'n Node>,
    keys: [&'n str; N_KEYS],
    /// It is about a ConfigMap.
    is_map: bool,
}

struct Fields<'f, 'a> {
    index: &'f Index<'a>,
    unit: Unit,
    manifest: &'f Manifest,
    namespace: Option<&'f str>,
    /// As many steps have to be left.
    floor: usize,
    found: &'f mut Named,
}

impl Fields<'_, '_> {
    fn walk(&mut self) {
        let spec = self.manifest.node.get("spec").into_iter();
        let keys = [""; N_KEYS];
        let mut stack: Vec<Field<'_>> =
            spec.map(|node| Field { node, parent: None, keys, is_map: false }).collect();
        while let Some(field) = stack.pop() {
            if self.found.secrets.is_full() || self.index.n_left() < self.floor {
                return;
            }
            if let Some(text) = field.node.str() {
                self.text(text, &field);
            }
            let Field { node, parent, keys, is_map } = field;
            for node in node.items().unwrap_or_default() {
                stack.push(Field { node, parent, keys, is_map });
            }
            for entry in node.entries().unwrap_or_default() {
                let key = entry.key.value.as_str();
                if names::selects(key, &entry.value) {
                    continue;
                }
                let mut keys = keys;
                keys.rotate_left(1);
                if let Some(last) = keys.last_mut() {
                    *last = key;
                }
                let is_map = is_map || key.to_ascii_lowercase().contains("configmap");
                let parent = Some(node);
                stack.push(Field { node: &entry.value, parent, keys, is_map });
            }
        }
    }

    fn text(&mut self, text: &str, field: &Field<'_>) {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/');
        if text.is_empty() || text.len() > MAX_TEXT_LEN || !text.chars().all(is_name) {
            return;
        }
        let mut parts = text.split('/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(name), None, None) => {
                self.secret(name, self.namespace, is_read(self.manifest, field), field);
                self.resources(name, self.namespace, field);
            }
            (Some(first), Some(second), rest) => {
                // `Secret/key`, or both behind a namespace; and `namespace/name`.
                let is_read = speaks_of_secrets(field.keys);
                match rest {
                    Some(_) => self.secret(second, Some(first), is_read, field),
                    None => self.secret(first, self.namespace, is_read, field),
                }
                if rest.is_none() {
                    self.resources(second, Some(first), field);
                }
            }
            (None, ..) | (Some(_), None, Some(_)) => {}
        }
    }

    /// A text that is the name of a Secret which something here makes.
    fn secret(&mut self, name: &str, namespace: Option<&str>, is_read: bool, field: &Field<'_>) {
        let (index, unit) = (self.index, self.unit);
        if field.is_map || pods::is_workload(self.manifest) {
            return;
        }
        let makers = index.makers(name, namespace);
        // What makes the Secret itself names it as well.
        if makers.is_empty() || makers.contains(&unit) || !index.spend(1) {
            return;
        }
        let by = format!("`{}`", short(field.keys.last().copied().unwrap_or_default()));
        let has_namesake =
            || index.resources(name, namespace).iter().any(|it| !makers.contains(it));
        if is_read && !has_namesake() {
            let (span, by) = (field.node.span, by.as_str().into());
            let read = pods::Read { name: name.into(), key: None, span, by };
            made_secrets(index, unit, namespace, &[read], &mut self.found.secrets);
            return;
        }
        let namesakes = makers
            .iter()
            .map(|&maker| no_earlier(maker, unit, field.node.span, by.as_str(), Origin::Mentioned));
        self.found.namesakes.extend(namesakes);
    }

    /// A text that is the name of a custom resource: of its own vendor, or of a kind that some key
    /// above it has the name of.
    fn resources(&mut self, name: &str, namespace: Option<&str>, field: &Field<'_>) {
        let (index, unit) = (self.index, self.unit);
        let is_own_name = name == self.manifest.name.value;
        for first in index.resources(name, namespace) {
            if first == unit || !index.spend(1) {
                continue;
            }
            let is_meant = index.manifest(first).is_some_and(|manifest| {
                let kind = manifest.kind.value.to_ascii_lowercase();
                let is_kin = vendor(group_of(manifest)) == vendor(group_of(self.manifest));
                is_custom(manifest)
                    && (is_kin && !is_own_name || field.keys.iter().any(|key| is_kind(key, &kind)))
            });
            if is_meant {
                let by = format!("`{}`", short(field.keys.last().copied().unwrap_or_default()));
                let span = field.node.span;
                self.found.namesakes.push(no_earlier(first, unit, span, by, Origin::Mentioned));
            }
        }
    }
}

/// Whether a text at such a place, if it is the name of a Secret, is there to read it.
fn is_read(manifest: &Manifest, field: &Field<'_>) -> bool {
    let [.., above, key] = field.keys;
    let text = |name: &str| field.parent.and_then(|parent| parent.get(name)?.str());
    // What says whose name it is says it of something else, but for Secrets.
    if text("kind").is_some_and(|kind| kind != "Secret") {
        return false;
    }
    let group = group_of(manifest);
    let is_documented = |(of, keys): &(&str, [&str; 2])| *of == group && *keys == [above, key];
    let is_configuration = |key: &str| {
        let key = key.to_ascii_lowercase();
        key.contains("config") && !key.contains("providerconfig") || key.ends_with("data")
    };
    match key {
        "name" => {
            text("key").is_some() || is_configuration(above) || SECRETS.iter().any(is_documented)
        }
        _ => is_configuration(key) || SECRETS.iter().any(is_documented),
    }
}

fn speaks_of_secrets(keys: [&str; N_KEYS]) -> bool {
    keys.last().is_some_and(|key| key.to_ascii_lowercase().contains("secret"))
}

/// Whether a key is called like a kind, or like the end of its name: `gateways`, `lokiStack`,
/// `templateRef` for `TriggerTemplate`.
fn is_kind(key: &str, kind: &str) -> bool {
    const MIN_LEN: usize = 3;
    let stem = names::stem(key);
    let singular = match stem.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => stem.strip_suffix('s').unwrap_or(&stem).to_owned(),
    };
    [stem, singular].iter().any(|stem| stem.len() >= MIN_LEN && kind.ends_with(stem.as_str()))
}

/// Whose kinds the kinds of a group are: the last two parts of it.
fn vendor(group: &str) -> &str {
    // These belong to many.
    let is_shared = |vendor: &str| matches!(vendor, "k8s.io" | "x-k8s.io");
    let before = group.rmatch_indices('.').nth(1).map(|(at, _)| at + 1);
    let vendor = before.and_then(|at| group.get(at..)).unwrap_or(group);
    if is_shared(vendor) { group } else { vendor }
}
