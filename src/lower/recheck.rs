//! What makes the Atlas Operator hold a database against its schema again (docs/health.md).
//!
//! The operator looks when the spec of its resource changes, and at every event of what the resource refers to. So the
//! spec names what runs the database, and what it refers to is made anew by every sync.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::{SmolStr, format_smolstr};

use crate::annotation::{HOOK, HOOK_DELETE_POLICY, SYNC_OPTIONS};
use crate::graph::NodeId;
use crate::links::Links;
use crate::lower::labels::{self, Component};
use crate::lower::{hash, outline};
use crate::model::{Project, Schema, SecretKey, Unit};
use crate::object::{Object, is_workload};
use crate::value::{Map, Value};

/// What of the project runs a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    /// A hash of it: another one may be an empty database under the same address.
    pub(super) hash: SmolStr,
    /// Its data goes with its pod.
    pub(super) keeps_nothing: bool,
}

/// Everything that may run a database.
pub(super) struct Servers<'a> {
    links: &'a Links,
    nodes: BTreeMap<Unit, NodeId>,
    servers: BTreeMap<Unit, Server>,
}

impl<'a> Servers<'a> {
    pub(super) fn of_project(project: &Project, links: &'a Links) -> Servers<'a> {
        // Nobody asks where there is no schema.
        let nodes = links.nodes().iter().filter(|_| !project.schemas.is_empty());
        let nodes = nodes.enumerate().map(|(node, &unit)| (unit, node)).collect();
        Servers { links, nodes, servers: BTreeMap::new() }
    }

    /// Takes over what the objects of a unit run, after its patches.
    pub(super) fn add(&mut self, unit: Unit, objects: &[Object]) {
        if self.nodes.is_empty() || !matches!(unit, Unit::Database(_) | Unit::Manifest(_)) {
            return;
        }
        let runs = |object: &&Object| {
            let id = object.id();
            let ends = matches!(id.kind, "Job" | "CronJob");
            let is_cluster = (id.group, id.kind) == ("postgresql.cnpg.io", "Cluster");
            is_cluster || is_workload(id.kind) && !ends
        };
        let of_object = |object: &Object| {
            let spec = object.manifest.get("spec")?;
            let text = hash::of_value(spec);
            let hash = hash::suffix([(object.kind(), text.as_str())]).into();
            Some(Server { hash, keeps_nothing: keeps_nothing(object) })
        };
        let found: Vec<Server> = objects.iter().filter(runs).filter_map(of_object).collect();
        if let Some(server) = Server::all(found.iter()) {
            self.servers.insert(unit, server);
        }
    }

    /// What a schema waits for that runs a database: its Database, or the plain manifests behind its address.
    pub(super) fn of(&self, schema: Unit) -> Option<Server> {
        let node = self.nodes.get(&schema);
        let edges = node.into_iter().flat_map(|&node| self.links.incoming(node));
        let before =
            edges.filter(|edge| edge.weight.is_blocking).map(|edge| self.links.node(edge.from));
        Server::all(before.filter_map(|unit| self.servers.get(unit)))
    }
}

impl Server {
    fn all<'a>(servers: impl Iterator<Item = &'a Server>) -> Option<Server> {
        let servers: Vec<&Server> = servers.collect();
        let hashes: BTreeSet<&str> = servers.iter().map(|server| server.hash.as_str()).collect();
        let hash = match (hashes.first(), hashes.len()) {
            (None, _) => return None,
            (Some(hash), 1) => (*hash).into(),
            (Some(_), _) => hash::suffix(hashes.iter().map(|hash| (*hash, ""))).into(),
        };
        let keeps_nothing = servers.iter().any(|server| server.keeps_nothing);
        Some(Server { hash, keeps_nothing })
    }
}

/// Whether no volume of a workload outlives its pod.
fn keeps_nothing(object: &Object) -> bool {
    const SHORT_LIVED: [&str; 6] =
        ["name", "emptyDir", "configMap", "secret", "projected", "downwardAPI"];
    if object.id().group == "postgresql.cnpg.io" {
        return false;
    }
    let list = |path: &[&str]| object.at(path).and_then(Value::as_list).unwrap_or_default();
    let pod: &[&str] = match object.kind() {
        "Pod" => &["spec", "volumes"],
        _ => &["spec", "template", "spec", "volumes"],
    };
    let is_kept = |volume: &Value| {
        let fields = volume.as_map().into_iter().flat_map(Map::iter);
        fields
            .filter(|(_, value)| **value != Value::Null)
            .any(|(key, _)| !SHORT_LIVED.contains(&key))
    };
    list(&["spec", "volumeClaimTemplates"]).is_empty() && !list(pod).iter().any(is_kept)
}

/// The key of the Secret that `devURLFrom` names. It changes with what runs the database, and so does the spec of the
/// resource: Argo CD then waits until the operator has looked.
pub(super) fn key(schema: &Schema, server: Option<&Server>) -> SecretKey {
    let key = match server {
        Some(server) => format_smolstr!("devURL.{}", server.hash),
        None => "devURL".into(),
    };
    SecretKey { name: name(schema), key }
}

/// The name of what is made anew by every sync.
pub(super) fn name(schema: &Schema) -> SmolStr {
    format_smolstr!("{}-recheck", schema.common.name)
}

/// The Secret, a hook that every sync deletes and makes again. Its value is the URL of the dev database if there is one;
/// to the operator an empty one is the same as none.
pub(super) fn secret(schema: &Schema, key: &SecretKey) -> Map {
    let metadata = metadata(schema, Map::new());
    let url = schema.dev_url.as_deref().unwrap_or_default();
    let data = Map::of_distinct([(key.key.clone(), url)]);
    outline("v1", "Secret", metadata).with("type", "Opaque").with("stringData", data)
}

/// The desired schema in a ConfigMap, a hook as well: where the Secret of the dev database is not ours.
pub(super) fn config_map(schema: &Schema, key: &SmolStr, text: String) -> Map {
    // Server-side apply keeps no copy in an annotation.
    let metadata = metadata(schema, Map::new().with(SYNC_OPTIONS, "ServerSideApply=true"));
    let data = Map::of_distinct([(key.clone(), text)]);
    outline("v1", "ConfigMap", metadata).with("data", data)
}

/// The annotations of the spec are left out: some of them mean something else on a hook.
fn metadata(schema: &Schema, annotations: Map) -> Map {
    let hook = annotations.with(HOOK, "Sync").with(HOOK_DELETE_POLICY, "BeforeHookCreation");
    let mut metadata = labels::metadata(&schema.common, Component::Schema, &name(schema), &[]);
    metadata.set("annotations", hook);
    metadata
}

/// The options of a ConfigMap that every sync deletes and makes again.
pub(super) const ANEW: [&str; 2] = ["Force=true", "Replace=true"];
