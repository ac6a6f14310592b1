//! What custom resources name anywhere in their `spec` (rule 9 of the waves): other custom
//! resources, Secrets and ConfigMaps, and the addresses of servers.
//!
//! Kinds of which the documentation says what they refer to are in `link::known`. Here nothing is
//! known of a kind but how people call such fields, so that nearly all of it costs no wave.

use std::collections::BTreeSet;

use crate::link::index::{Index, is_custom};
use crate::link::infer::{inferred, is_database, made_secrets, no_earlier, not_before};
use crate::link::{Findings, addresses, known, pods, short};
use crate::links::Origin;
use crate::model::Unit;
use crate::source::Span;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// The longest name that Kubernetes takes, in bytes.
const LONGEST_NAME: usize = 253;

/// Everything that a custom resource names.
pub(super) fn named(index: &Index<'_>, unit: Unit, manifest: &Manifest, found: &mut Findings) {
    if !is_custom(manifest) {
        return;
    }
    // A controller that makes a Secret needs nothing of what it writes into it.
    let makes_secrets = !known::secrets_made(manifest).is_empty();
    let is_template = makes_secrets && known::services_made(manifest).is_empty();
    let spec = manifest.node.get("spec").into_iter();
    let mut stack: Vec<Field<'_>> =
        spec.map(|node| Field { node, key: "", is_secret: false, is_map: false }).collect();
    let mut names = Names { index, unit, seen: BTreeSet::new(), found };
    while let Some(Field { node, key, is_secret, is_map }) = stack.pop() {
        if names.found.is_full() {
            return;
        }
        if let Some(text) = node.str() {
            let by = if is_secret { Some("Secret") } else { is_map.then_some("ConfigMap") };
            names.text(text, key, by, node.span);
            if !is_template && key != "image" {
                names.addresses(text, key, node.span);
            }
        }
        for item in node.items().unwrap_or_default() {
            stack.push(Field { node: item, key, is_secret, is_map });
        }
        let entries = node.entries().unwrap_or_default();
        let text_of = |name: &str| node.get(name).and_then(Node::str);
        let kind = text_of("kind");
        if let (Some(kind), Some(name)) = (kind, node.get("name")) {
            names.object(kind, name);
        }
        for entry in entries {
            let own = entry.key.value.as_str();
            let is_secret = is_secret || kind == Some("Secret") || speaks_of_secrets(own);
            let is_map = is_map || kind == Some("ConfigMap") || own.starts_with("configMap");
            // `cluster: {name: pg}` says as much as `clusterName: pg`.
            let key = if own == "name" { key } else { own };
            stack.push(Field { node: &entry.value, key, is_secret, is_map });
        }
    }
}

/// A value, and what it is called.
struct Field<'n> {
    node: &'n Node,
    key: &'n str,
    /// It may name a Secret.
    is_secret: bool,
    /// It may name a ConfigMap.
    is_map: bool,
}

fn speaks_of_secrets(key: &str) -> bool {
    const WORDS: [&str; 9] =
        ["secret", "credential", "password", "token", "auth", "cert", "tls", "apikey", "keyref"];
    let key = key.to_ascii_lowercase();
    WORDS.iter().any(|word| key.contains(word))
}

struct Names<'f, 'a> {
    index: &'f Index<'a>,
    unit: Unit,
    /// What was found already.
    seen: BTreeSet<(Unit, bool)>,
    found: &'f mut Findings,
}

impl Names<'_, '_> {
    fn push(&mut self, first: Unit, span: Span, by: &str, gates: bool, origin: Origin) {
        if first != self.unit && self.seen.insert((first, gates)) {
            self.found.push(match gates {
                true => inferred(first, self.unit, span, by),
                false => no_earlier(first, self.unit, span, by, origin),
            });
        }
    }

    /// An object by kind and name.
    fn object(&mut self, kind: &str, name: &Node) {
        let text = name.str().unwrap_or_default();
        for first in self.index.objects(kind, text, self.index.namespace(self.unit)) {
            let is_worth_it = self.index.manifest(first).is_none_or(|manifest| {
                is_custom(manifest) || pods::is_workload(manifest) || self.index.has_wave(first)
            });
            if is_worth_it {
                self.push(
                    first,
                    name.span,
                    &format!("its {}", short(kind)),
                    false,
                    Origin::Inferred,
                );
            }
        }
    }

    /// A text that is as a whole the name of something.
    fn text(&mut self, text: &str, key: &str, kind: Option<&'static str>, span: Span) {
        if text.is_empty() || text.len() > LONGEST_NAME || text.contains([' ', '\n', '/', ':']) {
            return;
        }
        if let Some(kind) = kind {
            let by = format!("`{}`", short(key));
            let read = pods::Read { name: text.into(), key: None, span, by: by.as_str().into() };
            match kind {
                "Secret" => made_secrets(self.index, self.unit, &[read], self.found),
                _ => not_before(self.index, self.unit, kind, &read, &by, self.found),
            }
            if kind == "Secret" {
                return;
            }
        }
        let stem = stem(key);
        if stem.len() < 3 {
            return;
        }
        for first in self.index.resources(text, self.index.namespace(self.unit)) {
            let is_meant = self.index.manifest(first).is_some_and(|manifest| {
                let kind = manifest.kind.value.to_ascii_lowercase();
                kind == stem || kind.ends_with(&stem) || stem.ends_with(&kind)
            });
            if is_meant {
                self.push(first, span, &format!("`{}`", short(key)), false, Origin::Inferred);
            }
        }
    }

    /// The servers that a text names.
    fn addresses(&mut self, text: &str, key: &str, span: Span) {
        let index = self.index;
        let namespace = index.namespace(self.unit);
        let plain = addresses::without_templates(text);
        let whole = addresses::host_list(&plain).filter(|_| addresses::may_name_host(key));
        for address in addresses::everywhere(&plain).chain(whole) {
            let Some(service) = index.service_of_host(&address.host, namespace) else { continue };
            for first in index.units_behind(service) {
                let gates = is_database(index, first);
                self.push(first, span, &format!("`{}`", short(key)), gates, Origin::Mentioned);
            }
        }
    }
}

/// What a field refers to: `cluster` for `clusterRef`, `clusterName` and `clusters`.
fn stem(key: &str) -> String {
    const ENDS: [&str; 8] =
        ["refs", "ref", "references", "reference", "names", "name", "from", "id"];
    let key = key.to_ascii_lowercase();
    let stem = ENDS.iter().find_map(|end| key.strip_suffix(end)).unwrap_or(&key);
    stem.trim_end_matches(['_', '-']).to_owned()
}
