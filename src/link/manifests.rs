//! What plain manifests say about each other and about the objects of specs.
//!
//! Here: what can become healthy only with its workload is never put before it (rule 4 of the
//! waves): an autoscaler and an Ingress come no earlier than what they serve, and a claim is in
//! the wave of the first pod that mounts it.

use std::collections::BTreeMap;

use crate::model::{Placement, Project, Unit, Workload};
use crate::object::is_claim;
use crate::source::Span;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// A dependency that was found and not written.
pub(crate) struct Found {
    pub(crate) first: Unit,
    pub(crate) then: Unit,
    pub(crate) span: Option<Span>,
    pub(crate) by: String,
    pub(crate) gates: bool,
}

/// Where the objects are that others name.
struct Index<'a> {
    project: &'a Project,
    /// Workloads by kind and name.
    workloads: BTreeMap<(&'a str, &'a str), Unit>,
    /// What answers behind a Service, by the Service's name.
    services: BTreeMap<&'a str, Vec<Unit>>,
    /// Claims by name.
    claims: BTreeMap<&'a str, Unit>,
}

/// Autoscalers, Ingresses and claims with what they belong to.
pub(crate) fn followers(project: &Project) -> Vec<Found> {
    let index = Index::of(project);
    let manifests = project.manifests.iter().enumerate();
    let mut found: Vec<Found> = manifests
        .flat_map(|(number, manifest)| index.follow(Unit::Manifest(number), &manifest.written))
        .collect();
    found.extend(index.claims_of_apps());
    found
}

impl<'a> Index<'a> {
    fn of(project: &'a Project) -> Index<'a> {
        let mut index = Index {
            project,
            workloads: BTreeMap::new(),
            services: BTreeMap::new(),
            claims: BTreeMap::new(),
        };
        for (number, database) in project.databases.iter().enumerate() {
            if let Placement::InCluster(server) = &database.placement {
                let kind = if server.storage.is_some() { "StatefulSet" } else { "Deployment" };
                let name = database.common.name.as_str();
                index.workloads.insert((kind, name), Unit::Database(number));
                index.services.entry(name).or_default().push(Unit::Database(number));
            }
        }
        for (number, app) in project.apps.iter().enumerate() {
            if let Workload::Service(_) = &app.workload {
                let name = app.common.name.as_str();
                index.workloads.insert(("Deployment", name), Unit::App(number));
                index.services.entry(name).or_default().push(Unit::App(number));
            }
        }
        let manifests = project.manifests.iter().enumerate();
        for (number, manifest) in manifests.filter(|(_, manifest)| !manifest.is_hook) {
            let (kind, name) = (&*manifest.written.kind.value, &*manifest.written.name.value);
            if crate::object::is_workload(kind) {
                index.workloads.insert((kind, name), Unit::Manifest(number));
            } else if is_claim(kind) {
                index.claims.insert(name, Unit::Manifest(number));
            }
        }
        index.add_plain_services();
        index
    }

    /// A plain Service leads to the plain workloads whose pods have its labels.
    fn add_plain_services(&mut self) {
        let project = self.project;
        let is_service =
            |manifest: &&crate::model::Manifest| manifest.written.kind.value == "Service";
        for service in project.manifests.iter().filter(is_service) {
            let Some(selector) = service.written.node.at(&["spec", "selector"]) else { continue };
            let matching = project.manifests.iter().enumerate().filter(|(_, manifest)| {
                let written = &manifest.written;
                crate::object::is_workload(&written.kind.value)
                    && !manifest.is_hook
                    && pod_labels(written).is_some_and(|labels| has_all(labels, selector))
            });
            let units: Vec<Unit> = matching.map(|(number, _)| Unit::Manifest(number)).collect();
            self.services.entry(&service.written.name.value).or_default().extend(units);
        }
    }

    fn follow(&self, then: Unit, manifest: &Manifest) -> Vec<Found> {
        let node = &manifest.node;
        match manifest.kind.value.as_str() {
            "HorizontalPodAutoscaler" => self.scale_target(then, node).into_iter().collect(),
            "Ingress" => {
                let mut names = Vec::new();
                backends(node.get("spec"), &mut names);
                names.iter().flat_map(|name| self.backend(then, name)).collect()
            }
            kind if crate::object::is_workload(kind) => {
                let mut names = Vec::new();
                claims(node.get("spec"), &mut names);
                names.iter().filter_map(|name| self.claim(then, name)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn scale_target(&self, then: Unit, node: &Node) -> Option<Found> {
        let target = node.at(&["spec", "scaleTargetRef"])?;
        let (kind, name) = (target.get("kind")?.str()?, target.get("name")?);
        let first = *self.workloads.get(&(kind, name.str()?))?;
        let by = "scaleTargetRef".to_owned();
        Some(Found { first, then, span: Some(name.span), by, gates: false })
    }

    fn backend(&self, then: Unit, name: &Node) -> Vec<Found> {
        let units = name.str().and_then(|name| self.services.get(name));
        let found = |&first: &Unit| {
            let by = "its backend".to_owned();
            Found { first, then, span: Some(name.span), by, gates: false }
        };
        units.into_iter().flatten().map(found).collect()
    }

    fn claim(&self, then: Unit, name: &Node) -> Option<Found> {
        let first = *self.claims.get(name.str()?)?;
        let by = "claimName".to_owned();
        Some(Found { first, then, span: Some(name.span), by, gates: false })
    }

    /// The claims that Apps mount.
    fn claims_of_apps(&self) -> Vec<Found> {
        let apps = self.project.apps.iter().enumerate();
        let volumes = apps.flat_map(|(number, app)| {
            app.volumes.iter().map(move |volume| (Unit::App(number), volume))
        });
        volumes
            .filter_map(|(then, volume)| {
                let name = volume.source.at(&["persistentVolumeClaim", "claimName"])?.as_str()?;
                let first = *self.claims.get(name)?;
                let by = "volumes".to_owned();
                Some(Found { first, then, span: None, by, gates: false })
            })
            .collect()
    }
}

fn pod_labels(workload: &Manifest) -> Option<&Node> {
    let node = &workload.node;
    match workload.kind.value.as_str() {
        "Pod" => node.at(&["metadata", "labels"]),
        "CronJob" => node.at(&["spec", "jobTemplate", "spec", "template", "metadata", "labels"]),
        _ => node.at(&["spec", "template", "metadata", "labels"]),
    }
}

fn has_all(labels: &Node, selector: &Node) -> bool {
    let wanted = selector.entries().unwrap_or_default();
    let has = |entry: &crate::syntax::node::Entry| {
        let label = labels.get(&entry.key.value).and_then(Node::str);
        label.is_some() && label == entry.value.str()
    };
    !wanted.is_empty() && wanted.iter().all(has)
}

/// The names of the Services that an Ingress leads to, in both forms that there have been.
fn backends<'a>(node: Option<&'a Node>, names: &mut Vec<&'a Node>) {
    let Some(node) = node else { return };
    let default = [node.get("defaultBackend"), node.get("backend")];
    let rules = node.get("rules").and_then(Node::items).unwrap_or_default();
    let paths = rules
        .iter()
        .filter_map(|rule| rule.at(&["http", "paths"])?.items())
        .flatten()
        .filter_map(|path| path.get("backend"));
    for backend in default.into_iter().flatten().chain(paths) {
        names.extend(backend.at(&["service", "name"]).or_else(|| backend.get("serviceName")));
    }
}

/// The names of the claims that the pods of a workload mount.
fn claims<'a>(spec: Option<&'a Node>, names: &mut Vec<&'a Node>) {
    let Some(spec) = spec else { return };
    let pod = spec.at(&["template", "spec"]);
    let job_pod = spec.at(&["jobTemplate", "spec", "template", "spec"]);
    let volumes = job_pod.or(pod).unwrap_or(spec).get("volumes").and_then(Node::items);
    let claims = volumes.unwrap_or_default().iter();
    names.extend(claims.filter_map(|volume| volume.at(&["persistentVolumeClaim", "claimName"])));
}
