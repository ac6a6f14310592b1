//! What custom resources name anywhere in their `spec` (rule 9 of the waves): other custom
//! resources, Secrets and ConfigMaps, and the addresses of servers.
//!
//! Kinds of which the documentation says what they refer to are in `link::known`. Here nothing is
//! known of a kind but how people call such fields, so that nearly all of it costs no wave.

use std::collections::BTreeSet;

use crate::link::index::{BYTES, Index, is_custom};
use crate::link::infer::{inferred, is_database, made_secrets, no_earlier, not_before};
use crate::link::{Findings, Found, addresses, known, pods, short};
use crate::links::Origin;
use crate::model::Unit;
use crate::source::Span;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// The longest name that Kubernetes takes, in bytes.
const MAX_NAME_LEN: usize = 253;

/// Everything that a custom resource names.
pub(super) fn named(index: &Index<'_>, unit: Unit, manifest: &Manifest, found: &mut Findings) {
    if !is_custom(manifest) || is_policy(manifest) {
        return;
    }
    // A controller that makes a Secret needs nothing of what it writes into it.
    let makes_secrets = !known::secrets_made(manifest).is_empty();
    let is_template = makes_secrets && known::services_made(manifest).is_empty();
    let spec = manifest.node.get("spec").into_iter();
    let mut stack: Vec<Field<'_>> =
        spec.map(|node| Field { node, key: "", is_secret: false, is_map: false }).collect();
    let namespace = child_namespace(manifest).or(index.namespace(unit));
    let is_way_in = is_way_in(manifest);
    let (seen, secrets) = (BTreeSet::new(), BTreeSet::new());
    let mut names = Names { index, unit, is_way_in, namespace, seen, secrets, found };
    while let Some(Field { node, key, is_secret, is_map }) = stack.pop() {
        if names.found.is_full() {
            return;
        }
        if let Some(text) = node.str() {
            let by = if is_secret { Some("Secret") } else { is_map.then_some("ConfigMap") };
            names.text(text, key, by, node.span);
            if is_values(manifest, text) {
                names.values(text, node.span);
            }
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
        // `kind` beside it says what a name is of, whatever the field is called.
        let is_of_another = kind.is_some_and(|kind| !matches!(kind, "Secret" | "ConfigMap"));
        for entry in entries {
            let own = entry.key.value.as_str();
            if selects(own, &entry.value) {
                continue;
            }
            // `key: app.conf` and `namespace: shop` beside a name are no names of their own.
            let is_beside = matches!(own, "key" | "namespace") && node.get("name").is_some();
            let may_be_its = !(own == "name" && is_of_another || is_beside);
            let is_secret = is_secret || kind == Some("Secret") || speaks_of_secrets(own);
            let is_secret = is_secret && may_be_its;
            let is_map = is_map || kind == Some("ConfigMap") || own.starts_with("configMap");
            let is_map = is_map && may_be_its;
            // `cluster: {name: pg}` says as much as `clusterName: pg`, `name: DB_HOST` what is beside it.
            let key = match own {
                "name" if kind == Some("Service") => "service",
                "name" => key,
                "value" => text_of("name").unwrap_or(own),
                _ => own,
            };
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
    // A store of Secrets is an object of its own.
    !key.contains("secretstore")
        && !key.contains("configmap")
        && WORDS.iter().any(|word| key.contains(word))
}

/// Whether an object says what others may do: whom a pod may talk to, how it may look. It needs
/// nothing of what it names, and what it names may need it first: where all traffic is forbidden, no
/// server becomes healthy before the policy that allows its own.
pub(super) fn is_policy(manifest: &Manifest) -> bool {
    const GROUPS: [&str; 12] = [
        "cilium.io",
        "crd.antrea.io",
        "crd.projectcalico.org",
        "projectcalico.org",
        "k8s.ovn.org",
        "security.istio.io",
        "policy.linkerd.io",
        "kyverno.io",
        "policies.kyverno.io",
        "constraints.gatekeeper.sh",
        "templates.gatekeeper.sh",
        "mutations.gatekeeper.sh",
    ];
    GROUPS.contains(&known::group_of(manifest))
}

/// Whether an object is a road for traffic: like an Ingress, it is healthy without what is behind it.
fn is_way_in(manifest: &Manifest) -> bool {
    const KINDS: [&str; 7] = [
        "DestinationRule",
        "HTTPProxy",
        "Mapping",
        "ServiceEntry",
        "VirtualServer",
        "VirtualServerRoute",
        "VirtualService",
    ];
    let kind = manifest.kind.value.as_str();
    KINDS.contains(&kind) || kind.ends_with("Route") || kind.starts_with("IngressRoute")
}

/// Whether a field selects objects by their labels, which names none of them.
pub(super) fn selects(key: &str, value: &Node) -> bool {
    const LABELS: [&str; 4] = ["matchLabels", "matchExpressions", "matchNames", "labels"];
    let is_selector = key == "selector" || key.ends_with("Selector");
    // `selector: {secret: {name: token}}` and `tokenSelector: {name: token, key: value}` refer.
    let are_labels = || {
        let labels = value.entries().unwrap_or_default();
        value.get("name").is_none() && labels.iter().all(|label| label.value.str().is_some())
    };
    LABELS.contains(&key) || is_selector && are_labels()
}

/// The namespace of what an Application of Argo CD or a release of Flux holds.
pub(super) fn child_namespace(manifest: &Manifest) -> Option<&str> {
    let path: &[&str] = match (known::group_of(manifest), manifest.kind.value.as_str()) {
        ("argoproj.io", "Application") => &["spec", "destination", "namespace"],
        ("helm.toolkit.fluxcd.io", "HelmRelease") => &["spec", "targetNamespace"],
        _ => return None,
    };
    manifest.node.at(path).and_then(Node::str)
}

/// Whether a text is that of Helm values, or of other YAML that an Application holds.
fn is_values(manifest: &Manifest, text: &str) -> bool {
    let groups = ["argoproj.io", "helm.toolkit.fluxcd.io"];
    groups.contains(&known::group_of(manifest)) && text.trim_end().contains('\n')
}

/// A key of a text of YAML that has more below it.
struct Above<'t> {
    indent: usize,
    key: &'t str,
    is_secret: bool,
    is_map: bool,
}

struct Names<'f, 'a> {
    index: &'f Index<'a>,
    unit: Unit,
    /// It leads traffic to what it names, and needs none of it.
    is_way_in: bool,
    /// Where it looks for what it names.
    namespace: Option<&'f str>,
    /// What was found already.
    seen: BTreeSet<(Unit, bool)>,
    /// The Secrets that were looked through already.
    secrets: BTreeSet<usize>,
    found: &'f mut Findings,
}

impl Names<'_, '_> {
    fn push(&mut self, first: Unit, span: Span, by: &str, is_blocking: bool, origin: Origin) {
        if first != self.unit && self.seen.insert((first, is_blocking)) {
            self.found.push(match is_blocking {
                true => Found { origin, ..inferred(first, self.unit, span, by) },
                false => no_earlier(first, self.unit, span, by, origin),
            });
        }
    }

    /// An object by kind and name.
    fn object(&mut self, kind: &str, name: &Node) {
        let text = name.str().unwrap_or_default();
        // Nothing needs a Service to be there but for what answers behind it.
        let origin = if kind == "Service" { Origin::Mentioned } else { Origin::Inferred };
        for first in self.index.objects(kind, text, self.namespace) {
            let is_worth_it = self.index.manifest(first).is_none_or(|manifest| {
                is_custom(manifest) || pods::is_workload(manifest) || self.index.has_wave(first)
            });
            if is_worth_it {
                self.push(first, name.span, &format!("its {}", short(kind)), false, origin);
            }
        }
    }

    /// A text that is as a whole the name of something.
    fn text(&mut self, text: &str, key: &str, kind: Option<&'static str>, span: Span) {
        if text.is_empty() || text.len() > MAX_NAME_LEN || text.contains([' ', '\n', '/', ':']) {
            return;
        }
        if let Some(kind) = kind {
            let by = format!("`{}`", short(key));
            let read = pods::Read { name: text.into(), key: None, span, by: by.as_str().into() };
            match kind {
                "Secret" => {
                    let read = [read];
                    made_secrets(self.index, self.unit, self.namespace, &read, self.found);
                    self.behind_secret(text, span);
                }
                _ => {
                    let (index, namespace) = (self.index, self.namespace);
                    not_before(index, self.unit, namespace, kind, &read, &by, self.found);
                }
            }
            if kind == "Secret" {
                return;
            }
        }
        let stem = stem(key);
        if stem.len() < 3 {
            return;
        }
        if let Some(kind) = kind_of_stem(&stem) {
            for first in self.index.objects(kind, text, self.namespace) {
                let by = format!("`{}`", short(key));
                self.push(first, span, &by, false, Origin::Mentioned);
            }
        }
        for first in self.index.resources(text, self.namespace) {
            let is_meant = self.index.manifest(first).is_some_and(|manifest| {
                let kind = manifest.kind.value.to_ascii_lowercase();
                kind == stem || kind.ends_with(&stem) || stem.ends_with(&kind)
            });
            if is_meant {
                self.push(first, span, &format!("`{}`", short(key)), false, Origin::Inferred);
            }
        }
    }

    /// What a text of YAML names, line by line: `name: shop-db` below `secretKeyRef:` is a Secret.
    fn values(&mut self, text: &str, span: Span) {
        let mut above: Vec<Above<'_>> = Vec::new();
        for line in text.lines() {
            if self.found.is_full() || !self.index.spend(1) {
                return;
            }
            let bare = line.trim_start_matches([' ', '-']);
            let indent = line.len() - bare.len();
            let Some((key, value)) = bare.split_once(':') else { continue };
            while above.last().is_some_and(|above| above.indent >= indent) {
                above.pop();
            }
            let key = key.trim_matches(['"', '\'']);
            let value = value.trim().trim_matches(['"', '\'']);
            let last = above.last();
            let is_secret = last.is_some_and(|it| it.is_secret) || speaks_of_secrets(key);
            let is_map = last.is_some_and(|it| it.is_map) || key.starts_with("configMap");
            let named = last.filter(|_| key == "name").map_or(key, |above| above.key);
            if value.is_empty() {
                above.push(Above { indent, key, is_secret, is_map });
            } else {
                let by = if is_secret { Some("Secret") } else { is_map.then_some("ConfigMap") };
                self.text(value, named, by, span);
            }
        }
    }

    /// The servers that a Secret of the project names, be it by the template of an `ExternalSecret`.
    fn behind_secret(&mut self, name: &str, span: Span) {
        let index = self.index;
        let number = index.written("Secret", name, self.namespace);
        let Some(number) = number.filter(|&number| self.secrets.insert(number)) else { return };
        // A server that is given the Secret is not one of those that it names.
        if index.manifest(self.unit).is_some_and(|it| !known::services_made(it).is_empty()) {
            return;
        }
        for (key, datum) in index.data(number) {
            let text = datum.text().filter(|text| index.spend(1 + text.len() / BYTES));
            let Some(text) = text else { return };
            self.addresses(&text, key, span);
        }
    }

    /// The servers that a text names.
    fn addresses(&mut self, text: &str, key: &str, span: Span) {
        let (index, namespace) = (self.index, self.namespace);
        let plain = addresses::without_templates(text);
        let whole = addresses::host_list(&plain).filter(|it| addresses::names_host(key, it));
        for address in addresses::everywhere(&plain).chain(whole) {
            let Some(service) = index.service_of_host(&address.host, namespace) else { continue };
            for first in index.units_behind(service) {
                let is_blocking = !self.is_way_in && is_database(index, first);
                self.push(
                    first,
                    span,
                    &format!("`{}`", short(key)),
                    is_blocking,
                    Origin::Mentioned,
                );
            }
        }
    }
}

/// The names in a custom resource of what its controller writes, by how people call such fields:
/// `operatorSpec.secrets`, `connInfoSecretTarget`, `writeOutputsToSecret`, `tokens[].secretName`.
pub(super) fn outputs(manifest: &Manifest) -> Vec<&str> {
    const WORDS: [&str; 8] = [
        "output",
        "target",
        "writeto",
        "conninfo",
        "generated",
        "operatorspec",
        "export",
        "publish",
    ];
    /// The most names of one object.
    const MAX: usize = 32;
    let speaks = |key: &str| {
        let key = key.to_ascii_lowercase();
        WORDS.iter().any(|word| key.contains(word)) || key == "tokens"
    };
    let mut found = Vec::new();
    let spec = manifest.node.get("spec").into_iter();
    let mut stack: Vec<(&Node, &str, bool)> = spec.map(|node| (node, "", false)).collect();
    while let Some((node, key, is_output)) = stack.pop() {
        if found.len() >= MAX {
            break;
        }
        if let Some(text) = node.str().filter(|_| is_output)
            && (key == "name" || key.to_ascii_lowercase().ends_with("secretname"))
            && text.len() <= MAX_NAME_LEN
        {
            found.push(text);
        }
        stack.extend(node.items().unwrap_or_default().iter().map(|it| (it, key, is_output)));
        for entry in node.entries().unwrap_or_default() {
            let own = entry.key.value.as_str();
            stack.push((&entry.value, own, is_output || speaks(own)));
        }
    }
    found
}

/// The kind of Kubernetes' own that a field names an object of: `sourcePVC`, `deploymentName`.
fn kind_of_stem(stem: &str) -> Option<&'static str> {
    const KINDS: [(&str, &str); 8] = [
        ("pvc", "PersistentVolumeClaim"),
        ("claim", "PersistentVolumeClaim"),
        ("deployment", "Deployment"),
        ("statefulset", "StatefulSet"),
        ("daemonset", "DaemonSet"),
        ("cronjob", "CronJob"),
        ("job", "Job"),
        ("pod", "Pod"),
    ];
    KINDS.iter().find(|(end, _)| stem.ends_with(end)).map(|(_, kind)| *kind)
}

/// What a field refers to: `cluster` for `clusterRef`, `clusterName` and `clusters`.
pub(super) fn stem(key: &str) -> String {
    const ENDS: [&str; 8] =
        ["refs", "ref", "references", "reference", "names", "name", "from", "id"];
    let key = key.to_ascii_lowercase();
    let stem = ENDS.iter().find_map(|end| key.strip_suffix(end)).unwrap_or(&key);
    stem.trim_end_matches(['_', '-']).to_owned()
}
