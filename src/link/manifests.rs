//! What can become healthy only with its workload is never put before it (rule 4 of the waves):
//! autoscalers, Ingresses, LoadBalancer Services and APIServices come no earlier than what they
//! serve, and a claim is in the wave of the first pod that mounts it.

use crate::link::index::Index;
use crate::link::{Findings, Found, known, pods};
use crate::links::Origin;
use crate::model::Unit;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// Everything that goes with a workload, with that workload.
pub(super) fn followers(index: &Index<'_>) -> Findings {
    let mut found = Findings::default();
    let manifests = index.project.manifests.iter().enumerate();
    for (number, manifest) in manifests.filter(|(_, manifest)| !manifest.is_hook) {
        if found.is_full() {
            return found;
        }
        found.extend(follow(index, Unit::Manifest(number), &manifest.written));
    }
    found.extend(claims_of_apps(index));
    found
}

/// What makes a manifest go with its workload.
enum Follower {
    /// It names a workload.
    Scaler(&'static [&'static str]),
    /// It leads to Services.
    Ingress,
    /// It is the Service, and needs an address from outside.
    LoadBalancer,
    /// It names one Service.
    Api,
}

fn kind_of_follower(manifest: &Manifest) -> Option<Follower> {
    const SCALE_TARGET: &[&str] = &["spec", "scaleTargetRef"];
    let kind = manifest.kind.value.as_str();
    match (known::group_of(manifest), kind) {
        ("autoscaling", "HorizontalPodAutoscaler") | ("keda.sh", "ScaledObject") => {
            Some(Follower::Scaler(SCALE_TARGET))
        }
        ("autoscaling.k8s.io", "VerticalPodAutoscaler") => {
            Some(Follower::Scaler(&["spec", "targetRef"]))
        }
        ("networking.k8s.io" | "extensions", "Ingress") => Some(Follower::Ingress),
        ("apiregistration.k8s.io", "APIService") => Some(Follower::Api),
        ("", "Service") => {
            let of_type = manifest.node.at(&["spec", "type"]).and_then(Node::str);
            (of_type == Some("LoadBalancer")).then_some(Follower::LoadBalancer)
        }
        _ => None,
    }
}

fn follow(index: &Index<'_>, then: Unit, manifest: &Manifest) -> Vec<Found> {
    let node = &manifest.node;
    match kind_of_follower(manifest) {
        Some(Follower::Scaler(path)) => scale_target(index, then, node, path),
        Some(Follower::Ingress) => {
            let names = backends(node.get("spec"));
            names.into_iter().flat_map(|name| behind(index, then, name, "its backend")).collect()
        }
        Some(Follower::LoadBalancer) => behind_itself(index, then, manifest),
        Some(Follower::Api) => {
            let name = node.at(&["spec", "service", "name"]);
            name.map(|name| behind(index, then, name, "its service")).unwrap_or_default()
        }
        None if pods::is_workload(manifest) => claims(index, then, manifest),
        None => Vec::new(),
    }
}

fn goes_with(first: Unit, then: Unit, name: &Node, by: &str) -> Found {
    let (span, by) = (Some(name.span), by.to_owned());
    Found { first, then, span, by, gates: false, origin: Origin::Follows }
}

fn scale_target(index: &Index<'_>, then: Unit, node: &Node, path: &[&str]) -> Vec<Found> {
    let Some(target) = node.at(path) else { return Vec::new() };
    let kind = target.get("kind").and_then(Node::str).unwrap_or("Deployment");
    let Some(name) = target.get("name") else { return Vec::new() };
    let by = path.last().copied().unwrap_or_default();
    let units = index.objects(kind, name.str().unwrap_or_default(), index.namespace(then));
    units.into_iter().map(|first| goes_with(first, then, name, by)).collect()
}

/// What answers behind a Service.
fn behind(index: &Index<'_>, then: Unit, name: &Node, by: &str) -> Vec<Found> {
    let units = index.backends(name.str().unwrap_or_default(), index.namespace(then));
    let others = units.into_iter().filter(|&unit| unit != then);
    others.map(|first| goes_with(first, then, name, by)).collect()
}

fn behind_itself(index: &Index<'_>, then: Unit, manifest: &Manifest) -> Vec<Found> {
    let place = manifest.node.at(&["spec", "selector"]).unwrap_or(&manifest.node);
    let units = index.backends(&manifest.name.value, index.namespace(then));
    units.into_iter().map(|first| goes_with(first, then, place, "its selector")).collect()
}

/// The names of the Services that an Ingress leads to, in both forms that there have been.
fn backends(node: Option<&Node>) -> Vec<&Node> {
    let Some(node) = node else { return Vec::new() };
    let default = [node.get("defaultBackend"), node.get("backend")];
    let rules = node.get("rules").and_then(Node::items).unwrap_or_default();
    let paths = rules
        .iter()
        .filter_map(|rule| rule.at(&["http", "paths"])?.items())
        .flatten()
        .filter_map(|path| path.get("backend"));
    let backends = default.into_iter().flatten().chain(paths);
    backends
        .filter_map(|backend| {
            backend.at(&["service", "name"]).or_else(|| backend.get("serviceName"))
        })
        .collect()
}

/// The claims that the pods of a workload mount.
fn claims(index: &Index<'_>, then: Unit, workload: &Manifest) -> Vec<Found> {
    let volumes = pods::spec(workload).and_then(|spec| spec.get("volumes")?.items());
    let names = volumes
        .unwrap_or_default()
        .iter()
        .filter_map(|volume| volume.at(&["persistentVolumeClaim", "claimName"]));
    let namespace = index.namespace(then);
    names
        .flat_map(|name| {
            let claims =
                index.objects("PersistentVolumeClaim", name.str().unwrap_or_default(), namespace);
            claims.into_iter().map(|first| goes_with(first, then, name, "claimName"))
        })
        .collect()
}

/// The claims that Apps mount.
fn claims_of_apps(index: &Index<'_>) -> Vec<Found> {
    let apps = index.project.apps.iter().enumerate();
    let volumes = apps.flat_map(|(number, app)| {
        app.volumes.iter().map(move |volume| (Unit::App(number), volume))
    });
    volumes
        .flat_map(|(then, volume)| {
            let name = volume.source.at(&["persistentVolumeClaim", "claimName"]);
            let name = name.and_then(crate::value::Value::as_str).unwrap_or_default();
            let claims = index.objects("PersistentVolumeClaim", name, index.namespace(then));
            claims.into_iter().map(move |first| {
                let (span, by) = (index.project.place(then), "volumes".to_owned());
                Found { first, then, span, by, gates: false, origin: Origin::Follows }
            })
        })
        .collect()
}
