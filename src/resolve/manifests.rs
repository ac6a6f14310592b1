//! Plain manifests: those that are written twice, and what Argo CD or Kubernetes refuses of them.

use std::collections::BTreeMap;

use crate::diag::Diagnostics;
use crate::diag::problems::names::RepeatedObject;
use crate::diag::problems::output::GenerateName;
use crate::diag::problems::spec::WrongType;
use crate::environment::Environment;
use crate::model::Hook;
use crate::object::is_cluster_wide;
use crate::syntax::Manifest;
use crate::syntax::node::{Data, Entry, Meaning, Node};

/// Without those that are written a second time, word for word: Argo CD would keep one and warn
/// (`RepeatedResourceWarning`). The namespace that the Application goes to may be written or not.
pub(crate) fn distinct(
    manifests: Vec<Manifest>,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Vec<Manifest> {
    let mut first: BTreeMap<(String, String, String, String), usize> = BTreeMap::new();
    let mut kept: Vec<Manifest> = Vec::with_capacity(manifests.len());
    for manifest in manifests {
        if manifest.node.at(&["metadata", "name"]).is_none() {
            kept.push(manifest);
            continue;
        }
        let own = manifest.namespace.as_ref().map(|namespace| namespace.value.as_str());
        let group = manifest.api_version.value.split_once('/').map_or("", |(group, _)| group);
        let namespace = match is_cluster_wide(group, &manifest.kind.value) {
            true => "",
            false => own.or(environment.namespace.as_deref()).unwrap_or_default(),
        };
        let id = [&manifest.name.value, &manifest.kind.value].map(|text| text.to_string());
        let [name, kind] = id;
        let key = (name, kind, group.to_owned(), namespace.to_owned());
        let known = first.get(&key).and_then(|&number| kept.get(number));
        match known.filter(|known| is_same(known, &manifest)) {
            Some(known) => diagnostics.report(RepeatedObject {
                primary: manifest.name.span,
                first: known.name.span,
                object: format!("{}/{}", manifest.kind.value, manifest.name.value),
            }),
            None => {
                first.entry(key).or_insert(kept.len());
                kept.push(manifest);
            }
        }
    }
    kept
}

/// Whether two manifests say the same, but for the namespace, which is the same in the end.
fn is_same(one: &Manifest, other: &Manifest) -> bool {
    let comparison = |key: &str| -> fn(&Node, &Node) -> bool {
        match key {
            "metadata" => says_the_same_but_namespace,
            _ => says_the_same,
        }
    };
    match (one.node.entries(), other.node.entries()) {
        (Some(one), Some(other)) => are_the_same(one, other, comparison),
        _ => false,
    }
}

fn says_the_same_but_namespace(one: &Node, other: &Node) -> bool {
    let (Some(one), Some(other)) = (one.entries(), other.entries()) else {
        return says_the_same(one, other);
    };
    // First of all, so that no comparison costs more than the smaller of the two.
    if one.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let [one, other] = [one, other].map(|entries| {
        entries.iter().filter(|entry| entry.key.value != "namespace").collect::<Vec<&Entry>>()
    });
    are_the_same(one, other, |_| says_the_same)
}

/// Whether two values are the same, wherever they are written and in whatever order their keys are.
fn says_the_same(one: &Node, other: &Node) -> bool {
    match (&one.data, &other.data) {
        (Data::Scalar(one), Data::Scalar(other)) => {
            one.text == other.text && one.meaning == other.meaning
        }
        (Data::Sequence(one), Data::Sequence(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| says_the_same(a, b))
        }
        (Data::Mapping(one), Data::Mapping(other)) => are_the_same(one, other, |_| says_the_same),
        _ => false,
    }
}

/// Whether two mappings have the same keys with the same values, by the comparison of each key.
fn are_the_same<'a, E: IntoIterator<Item = &'a Entry, IntoIter: ExactSizeIterator>>(
    one: E,
    other: E,
    comparison: impl Fn(&str) -> fn(&Node, &Node) -> bool,
) -> bool {
    let (one, other) = (one.into_iter(), other.into_iter());
    if one.len() != other.len() {
        return false;
    }
    let [one, other] = [one, other].map(|entries| {
        let mut entries: Vec<&Entry> = entries.collect();
        entries.sort_by(|a, b| a.key.value.cmp(&b.key.value));
        entries
    });
    one.iter()
        .zip(other)
        .all(|(a, b)| a.key.value == b.key.value && comparison(&a.key.value)(&a.value, &b.value))
}

/// Reports what Argo CD cannot apply, and values that Kubernetes refuses to read.
pub(crate) fn check(written: &Manifest, hook: Option<&Hook>, diagnostics: &mut Diagnostics) {
    let metadata = |key: &str| written.node.at(&["metadata", key]);
    if let Some(prefix) = metadata("generateName").filter(|_| metadata("name").is_none())
        && hook.is_none()
    {
        let name = format!("{}/{}", written.kind.value, written.name.value);
        diagnostics.report(GenerateName { primary: prefix.span, name });
    }
    if hook.is_some_and(|hook| hook.phases.is_empty()) {
        return;
    }
    let group = written.api_version.value.split_once('/').map_or("", |(group, _)| group);
    let kind = written.kind.value.as_str();
    let template: &[&str] = match (group, kind) {
        ("", "Pod") => &[],
        ("batch", "CronJob") => &["spec", "jobTemplate", "spec", "template"],
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("batch", "Job")
        | ("", "ReplicationController")
        | ("argoproj.io", "Rollout")
        | ("apps.openshift.io", "DeploymentConfig")
        | ("serving.knative.dev", "Service" | "Configuration")
        | ("apps.kruise.io", "CloneSet" | "StatefulSet" | "DaemonSet" | "BroadcastJob") => {
            &["spec", "template"]
        }
        ("keda.sh", "ScaledJob") => &["spec", "jobTargetRef", "template"],
        ("", "ConfigMap") => return texts(&written.node, "data", false, diagnostics),
        ("", "Secret") => return texts(&written.node, "stringData", true, diagnostics),
        _ => return,
    };
    let Some(spec) = written.node.at(template).and_then(|template| template.get("spec")) else {
        return;
    };
    for list in ["initContainers", "containers"] {
        for container in spec.get(list).and_then(Node::items).unwrap_or_default() {
            check_container(container, diagnostics);
        }
    }
}

fn check_container(container: &Node, diagnostics: &mut Diagnostics) {
    for variable in container.get("env").and_then(Node::items).unwrap_or_default() {
        if let Some(value) = variable.get("value").filter(|value| is_no_text(value)) {
            let name = variable.get("name").and_then(Node::str).unwrap_or("value");
            diagnostics.report(WrongType::to_quote(value, name));
        }
    }
    for name in ["command", "args"] {
        let items = container.get(name).and_then(Node::items).unwrap_or_default();
        for item in items.iter().filter(|item| is_no_text(item)) {
            diagnostics.report(WrongType::to_quote_unseen(item, name));
        }
    }
}

/// A mapping of strings, which are secrets or not.
fn texts(node: &Node, field: &str, is_secret: bool, diagnostics: &mut Diagnostics) {
    let entries = node.get(field).and_then(Node::entries).unwrap_or_default();
    for entry in entries.iter().filter(|entry| is_no_text(&entry.value)) {
        let (value, name) = (&entry.value, &entry.key.value);
        diagnostics.report(match is_secret {
            true => WrongType::to_quote_unseen(value, name),
            false => WrongType::to_quote(value, name),
        });
    }
}

/// Whether a value is one that Kubernetes refuses for a string. Nothing at all is an empty string.
fn is_no_text(node: &Node) -> bool {
    match node.scalar() {
        Some(scalar) => !matches!(scalar.meaning, Meaning::String | Meaning::Null),
        None => true,
    }
}
