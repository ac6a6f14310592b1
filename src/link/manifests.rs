//! What can become healthy only with its workload is never put before it (rule 4 of the waves):
//! autoscalers, Ingresses, LoadBalancer Services and APIServices come no earlier than what they
//! serve, and a claim is in the wave of the first pod that mounts it.

use std::collections::BTreeSet;

use crate::link::index::Index;
use crate::link::infer::{admission_hooks, no_earlier};
use crate::link::{Findings, Found, Ids, kinds, known, pods, servers, short};
use crate::links::{Link, Links, Origin};
use crate::model::Unit;
use crate::object::is_claim;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// Everything that goes with a workload, with that workload.
pub(super) fn followers(index: &Index<'_>) -> Findings {
    let mut found = Findings::default();
    let manifests = || {
        let manifests = index.project.manifests.iter().enumerate();
        manifests.filter(|(_, manifest)| !manifest.is_hook)
    };
    let has_claims = manifests().any(|(_, manifest)| is_claim(&manifest.written.kind.value));
    for (number, manifest) in manifests() {
        if found.is_full() {
            return found;
        }
        let (unit, written) = (Unit::Manifest(number), &manifest.written);
        follow(index, unit, written, &mut found);
        if has_claims && !known::is_built_in(known::group_of(written)) {
            claims_of_resource(index, unit, written, &mut found);
        }
    }
    claims_of_apps(index, &mut found);
    addressed(index, &mut found);
    found
}

/// What gives out addresses comes no later than what is healthy only with one: LoadBalancer Services,
/// Ingresses, Gateways.
fn addressed(index: &Index<'_>, found: &mut Findings) {
    let pools: Vec<Unit> = index.address_pools().to_vec();
    let mut controllers = Vec::new();
    for (unit, manifest) in kinds::manifests(index).filter(|(_, it)| pods::is_workload(it)) {
        if pods::images(manifest).any(servers::is_ingress_controller) {
            controllers.push(unit);
        }
    }
    if pools.is_empty() && controllers.is_empty() {
        return;
    }
    for (unit, manifest) in kinds::manifests(index) {
        let (firsts, by) = match (known::group_of(manifest), manifest.kind.value.as_str()) {
            ("", "Service") if is_load_balancer(manifest) => (&pools, "what gives it an address"),
            ("networking.k8s.io" | "extensions", "Ingress")
            | ("gateway.networking.k8s.io", "Gateway") => (&controllers, "its controller"),
            _ => continue,
        };
        for &first in firsts.iter().take_while(|_| index.spend(1)) {
            let span = manifest.kind.span;
            found.extend([no_earlier(first, unit, span, by, Origin::Mentioned)]);
        }
    }
}

/// Whether a Service gets an address from outside.
pub(super) fn is_load_balancer(service: &Manifest) -> bool {
    service.node.at(&["spec", "type"]).and_then(Node::str) == Some("LoadBalancer")
}

/// What makes a manifest go with its workload.
enum HealthFollows {
    /// It names a workload.
    Scaler(&'static [&'static str]),
    /// It leads to Services.
    Ingress,
    /// It is the Service, and needs an address from outside.
    LoadBalancer,
    /// It names one Service.
    Api,
}

fn health_follows(manifest: &Manifest) -> Option<HealthFollows> {
    const SCALE_TARGET: &[&str] = &["spec", "scaleTargetRef"];
    let kind = manifest.kind.value.as_str();
    match (known::group_of(manifest), kind) {
        ("autoscaling", "HorizontalPodAutoscaler") | ("keda.sh", "ScaledObject") => {
            Some(HealthFollows::Scaler(SCALE_TARGET))
        }
        ("autoscaling.k8s.io", "VerticalPodAutoscaler") => {
            Some(HealthFollows::Scaler(&["spec", "targetRef"]))
        }
        ("networking.k8s.io" | "extensions", "Ingress") => Some(HealthFollows::Ingress),
        ("apiregistration.k8s.io", "APIService") => Some(HealthFollows::Api),
        ("", "Service") => is_load_balancer(manifest).then_some(HealthFollows::LoadBalancer),
        _ => None,
    }
}

fn follow(index: &Index<'_>, then: Unit, manifest: &Manifest, found: &mut Findings) {
    let node = &manifest.node;
    match health_follows(manifest) {
        Some(HealthFollows::Scaler(path)) => found.extend(scale_target(index, then, node, path)),
        Some(HealthFollows::Ingress) => {
            let mut seen = BTreeSet::new();
            let names = backends(node.get("spec")).into_iter();
            for name in names.filter(|name| seen.insert(name.str())) {
                found.extend(behind(index, then, name, "its backend"));
            }
        }
        Some(HealthFollows::LoadBalancer) => found.extend(behind_itself(index, then, manifest)),
        Some(HealthFollows::Api) => {
            if let Some(name) = node.at(&["spec", "service", "name"]) {
                found.extend(behind(index, then, name, "its service"));
            }
        }
        None if pods::is_workload(manifest) => {
            claims(index, then, manifest, found);
            claims_of_templates(index, then, manifest, found);
        }
        None if is_claim(&manifest.kind.value) => sources(index, then, manifest, found),
        None => admission(index, then, manifest, found),
    }
}

/// A configuration of admission comes no earlier than the server that it asks: until that answers,
/// everything that it looks at is refused.
fn admission(index: &Index<'_>, then: Unit, manifest: &Manifest, found: &mut Findings) {
    for hook in admission_hooks(manifest) {
        let Some(service) = hook.at(&["clientConfig", "service"]) else { continue };
        let Some(name) = service.get("name") else { continue };
        let namespace = service.get("namespace").and_then(Node::str);
        let servers = index.backends(name.str().unwrap_or_default(), namespace).iter();
        let by = "its service";
        found.extend(servers.map(|&it| no_earlier(it, then, name.span, by, Origin::Mentioned)));
    }
}

fn goes_with(first: Unit, then: Unit, name: &Node, by: &str) -> Found {
    let (span, by) = (Some(name.span), by.to_owned());
    Found { first, then, span, by: by.into(), is_blocking: false, origin: Origin::Follows }
}

fn scale_target(index: &Index<'_>, then: Unit, node: &Node, path: &[&str]) -> Vec<Found> {
    let Some(target) = node.at(path) else { return Vec::new() };
    let kind = target.get("kind").and_then(Node::str).unwrap_or("Deployment");
    let Some(name) = target.get("name") else { return Vec::new() };
    let by = path.last().copied().unwrap_or_default();
    let namespace = index.namespace(then);
    let mut units = index.objects(kind, name.str().unwrap_or_default(), namespace);
    // Degraded, and so the end of a sync, is an autoscaler before some operator has made its workload; a
    // VerticalPodAutoscaler (`targetRef`) has no health.
    if units.is_empty() && path.contains(&"scaleTargetRef") {
        units = index.that_may_make_more(namespace);
    }
    units.into_iter().map(|first| goes_with(first, then, name, by)).collect()
}

/// What answers behind a Service.
fn behind(index: &Index<'_>, then: Unit, name: &Node, by: &str) -> impl Iterator<Item = Found> {
    let units = index.backends(name.str().unwrap_or_default(), index.namespace(then));
    let others = units.iter().filter(move |&&unit| unit != then);
    others.map(move |&first| goes_with(first, then, name, by))
}

fn behind_itself(
    index: &Index<'_>,
    then: Unit,
    manifest: &Manifest,
) -> impl Iterator<Item = Found> {
    let place = manifest.node.at(&["spec", "selector"]).unwrap_or(&manifest.node);
    let units = index.backends(&manifest.name.value, index.namespace(then)).iter();
    units.map(move |&first| goes_with(first, then, place, "its selector"))
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

/// What a claim is filled from: a snapshot, another claim, a resource of a controller.
fn sources(index: &Index<'_>, then: Unit, claim: &Manifest, found: &mut Findings) {
    for field in ["dataSource", "dataSourceRef"] {
        let Some(source) = claim.node.at(&["spec", field]) else { continue };
        let text = |part: &str| source.get(part).and_then(Node::str);
        let (Some(kind), Some(name)) = (text("kind"), source.get("name")) else { continue };
        let namespace = text("namespace").or(index.namespace(then));
        let firsts = index.objects(kind, name.str().unwrap_or_default(), namespace).into_iter();
        found.extend(
            firsts
                .filter(|&first| first != then)
                .map(|first| no_earlier(first, then, name.span, field, Origin::Mentioned)),
        );
    }
}

/// The claims that the pods of a workload mount.
fn claims(index: &Index<'_>, then: Unit, workload: &Manifest, found: &mut Findings) {
    let volumes = pods::spec(workload).and_then(|spec| spec.get("volumes")?.items());
    let names = volumes
        .unwrap_or_default()
        .iter()
        .filter_map(|volume| volume.at(&["persistentVolumeClaim", "claimName"]));
    let namespace = index.namespace(then);
    let runs_at_once = pods::runs_at_once(workload);
    for name in names {
        let text = name.str().unwrap_or_default();
        let mut claims = index.objects("PersistentVolumeClaim", text, namespace);
        let is_written = !claims.is_empty();
        if !is_written {
            claims = makers_of_claim(index, text, namespace);
        }
        let others = claims.into_iter().filter(|&first| first != then);
        found.extend(others.map(|first| match runs_at_once && is_written {
            true => goes_with(first, then, name, "claimName"),
            // What runs later, if ever, binds no claim.
            false => no_earlier(first, then, name.span, "claimName", Origin::Mentioned),
        }));
    }
}

/// The claims that the pods of a custom resource mount, by the fields that are called so.
fn claims_of_resource(index: &Index<'_>, then: Unit, manifest: &Manifest, found: &mut Findings) {
    const FIELDS: [&str; 6] =
        ["claimName", "existingClaim", "persistentVolumeClaimName", "pvc", "pvcName", "claim"];
    let mut stack = vec![&manifest.node];
    while let Some(node) = stack.pop() {
        if !index.spend(1) {
            return;
        }
        stack.extend(node.items().unwrap_or_default());
        for entry in node.entries().unwrap_or_default() {
            stack.push(&entry.value);
            let Some(name) = entry.value.str().filter(|_| FIELDS.contains(&&*entry.key.value))
            else {
                continue;
            };
            let claims = index.objects("PersistentVolumeClaim", name, index.namespace(then));
            let by = entry.key.value.as_str();
            found.extend(claims.into_iter().map(|it| goes_with(it, then, &entry.value, short(by))));
        }
    }
}

/// Who makes a claim that nobody writes: a StatefulSet for each of its pods, or a DataVolume.
fn makers_of_claim(index: &Index<'_>, claim: &str, namespace: Option<&str>) -> Vec<Unit> {
    let mut makers = index.objects("DataVolume", claim, namespace);
    let Some((base, number)) = claim.rsplit_once('-') else { return makers };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return makers;
    }
    for (at, _) in base.match_indices('-').take_while(|_| index.spend(1)) {
        let set = base.get(at + 1..).unwrap_or_default();
        makers.extend(index.objects("StatefulSet", set, namespace));
    }
    makers
}

/// The claims that are written in the place of those that a StatefulSet would make: `data-db-0`.
fn claims_of_templates(index: &Index<'_>, then: Unit, workload: &Manifest, found: &mut Findings) {
    /// So many pods are looked at.
    const MAX_PODS: usize = 16;
    if workload.kind.value != "StatefulSet" || !pods::runs_at_once(workload) {
        return;
    }
    let templates = workload.node.at(&["spec", "volumeClaimTemplates"]).and_then(Node::items);
    let names = templates.unwrap_or_default().iter();
    for name in names.filter_map(|template| template.at(&["metadata", "name"])) {
        let Some(text) = name.str().filter(|text| text.len() <= 63) else { continue };
        for number in (0..MAX_PODS).take_while(|_| index.spend(1)) {
            let claim = format!("{text}-{}-{number}", short(&workload.name.value));
            let claims =
                index.objects("PersistentVolumeClaim", &claim, index.namespace(then)).into_iter();
            found.extend(claims.map(|first| goes_with(first, then, name, "volumeClaimTemplates")));
        }
    }
}

/// The claims that Apps mount.
fn claims_of_apps(index: &Index<'_>, found: &mut Findings) {
    for (number, app) in index.project.apps.iter().enumerate() {
        let then = Unit::App(number);
        for volume in &app.volumes {
            let name = volume.source.at(&["persistentVolumeClaim", "claimName"]);
            let name = name.and_then(crate::value::Value::as_str).unwrap_or_default();
            let claims = index.objects("PersistentVolumeClaim", name, index.namespace(then));
            found.extend(claims.into_iter().map(|first| {
                let (span, by) = (index.project.place(then), "volumes".to_owned());
                Found {
                    first,
                    then,
                    span,
                    by: by.into(),
                    is_blocking: false,
                    origin: Origin::Follows,
                }
            }));
        }
    }
}

/// Whatever names a claim comes no earlier than the pods that mount it: the claim is in the wave of the
/// first of them.
pub(super) fn after_their_pods(index: &Index<'_>, ids: &Ids, links: &Links) -> Findings {
    let mut found = Findings::default();
    for (number, manifest) in index.project.manifests.iter().enumerate() {
        let Some(claim) = ids.of(Unit::Manifest(number)) else { continue };
        if !is_claim(&manifest.written.kind.value) {
            continue;
        }
        let of =
            |origin: Origin| links.outgoing(claim).filter(move |edge| edge.weight.origin == origin);
        for user in of(Origin::Mentioned) {
            for pod in of(Origin::Follows) {
                if found.is_full() || !index.spend(1) {
                    return found;
                }
                let Link { span, by, .. } = user.weight.clone();
                let (first, then) = (*links.node(pod.to), *links.node(user.to));
                let origin = Origin::Mentioned;
                found.push(Found { first, then, span, by, is_blocking: false, origin });
            }
        }
    }
    found
}
