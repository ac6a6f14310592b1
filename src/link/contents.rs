//! What custom resources make in a server: databases, users and grants of a database, topics and queues
//! of a server of queues.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::{SmolStr, format_smolstr};

use crate::link::index::{Endpoint, Index};
use crate::link::infer::Schema;
use crate::link::jobs::{database_of, edge};
use crate::link::kinds::manifests;
use crate::link::known::references::{self};
use crate::link::known::{self, group_of};
use crate::link::{Findings, Ids, addresses, pods, short};
use crate::links::Links;
use crate::model::Unit;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

// What is made in a database.

/// A kind that stands for something in a database: the database itself, or who may use it.
pub(super) struct InDatabase {
    pub(super) group: &'static str,
    pub(super) kind: &'static str,
    /// Where its server is named; none: in a Secret.
    server: Option<(&'static [&'static str], &'static str)>,
    /// Where the name of the database is written, if it is about one.
    name: Option<&'static [&'static str]>,
    /// Whether its own name is the database's, where none is written.
    is_named_so: bool,
    /// Where the Secret of its password is named.
    secret: Option<&'static [&'static str]>,
}

const fn in_database(
    group: &'static str,
    kind: &'static str,
    server: Option<(&'static [&'static str], &'static str)>,
    name: Option<&'static [&'static str]>,
    is_named_so: bool,
    secret: Option<&'static [&'static str]>,
) -> InDatabase {
    InDatabase { group, kind, server, name, is_named_so, secret }
}

const CLUSTER: Option<(&[&str], &str)> = Some((&["spec", "cluster", "name"], "Cluster"));
const MARIADB: Option<(&[&str], &str)> = Some((&["spec", "mariaDbRef", "name"], "MariaDB"));
const MYSQL: Option<(&[&str], &str)> = Some((&["spec", "clusterRef", "name"], "MysqlCluster"));
const NAME: Option<&[&str]> = Some(&["spec", "name"]);
const DATABASE: Option<&[&str]> = Some(&["spec", "database"]);
const EXTERNAL: Option<&[&str]> = Some(&["metadata", "annotations", "crossplane.io/external-name"]);
const GRANTED: Option<&[&str]> = Some(&["spec", "forProvider", "database"]);
const PASSWORD: Option<&[&str]> = Some(&["spec", "passwordSecretKeyRef", "name"]);
const CONNECTION: Option<&[&str]> = Some(&["spec", "writeConnectionSecretToRef", "name"]);

pub(super) const IN_DATABASES: &[InDatabase] = &[
    in_database("postgresql.cnpg.io", "Database", CLUSTER, NAME, false, None),
    in_database(
        "postgresql.cnpg.io",
        "DatabaseRole",
        CLUSTER,
        None,
        false,
        Some(&["spec", "passwordSecret", "name"]),
    ),
    in_database("k8s.mariadb.com", "Database", MARIADB, NAME, true, None),
    in_database("k8s.mariadb.com", "User", MARIADB, None, false, PASSWORD),
    in_database("k8s.mariadb.com", "Grant", MARIADB, DATABASE, false, None),
    in_database("mysql.presslabs.org", "MysqlDatabase", MYSQL, DATABASE, true, None),
    in_database("mysql.presslabs.org", "MysqlUser", MYSQL, None, false, None),
    in_database("postgresql.sql.crossplane.io", "Database", None, EXTERNAL, true, None),
    in_database("postgresql.sql.crossplane.io", "Role", None, None, false, CONNECTION),
    in_database("postgresql.sql.crossplane.io", "Grant", None, GRANTED, false, None),
    in_database("mysql.sql.crossplane.io", "Database", None, EXTERNAL, true, None),
    in_database("mysql.sql.crossplane.io", "User", None, None, false, CONNECTION),
    in_database("mysql.sql.crossplane.io", "Grant", None, GRANTED, false, None),
    in_database("mssql.sql.crossplane.io", "Database", None, EXTERNAL, true, None),
    in_database("mssql.sql.crossplane.io", "User", None, None, false, CONNECTION),
    in_database("mssql.sql.crossplane.io", "Grant", None, GRANTED, false, None),
    in_database("db.movetokube.com", "Postgres", None, DATABASE, true, None),
];

/// Databases, users and grants that operators make, described like schemas.
pub(super) fn made_in_databases(index: &Index<'_>) -> Vec<Schema> {
    let mut entries = Vec::new();
    for (unit, manifest) in manifests(index) {
        let (group, kind) = (group_of(manifest), manifest.kind.value.as_str());
        let known = IN_DATABASES.iter().find(|it| it.kind == kind && it.group == group);
        let Some(known) = known else { continue };
        let text = |path: &[&str]| manifest.node.at(path).and_then(Node::str);
        let mut entry = Schema::new(unit);
        entry.endpoints = match known.server {
            Some((path, kind)) => {
                let name = text(path).unwrap_or_default();
                let servers = index.objects(kind, name, index.namespace(unit)).into_iter();
                servers.map(Endpoint::Unit).collect()
            }
            None => provider_spots(index, unit, manifest),
        };
        let name = known.name.and_then(text).filter(|name| *name != "*");
        let own = || known.is_named_so.then_some(manifest.name.value.as_str());
        entry.databases.extend(name.or_else(own).map(SmolStr::from));
        if let Some(secret) = known.secret.and_then(|path| manifest.node.at(path)) {
            let name = secret.str().map(SmolStr::from);
            entry.secrets.extend(name.map(|name| pods::Read {
                name,
                key: None,
                span: secret.span,
                by: SmolStr::new_static("its password"),
            }));
        }
        entries.push(entry);
    }
    entries
}

/// The server behind the ProviderConfig of a resource of Crossplane's provider-sql.
fn provider_spots(index: &Index<'_>, unit: Unit, manifest: &Manifest) -> BTreeSet<Endpoint> {
    let name = manifest.node.at(&["spec", "providerConfigRef", "name"]).and_then(Node::str);
    let configs = index.objects("ProviderConfig", name.unwrap_or("default"), None).into_iter();
    let configs = configs.filter_map(|config| index.manifest(config));
    let own: Vec<&Manifest> =
        configs.filter(|config| group_of(config) == group_of(manifest)).collect();
    let mut endpoints = BTreeSet::new();
    for config in own {
        let path = ["spec", "credentials", "connectionSecretRef"];
        let Some(secret) = config.node.at(&path) else { continue };
        let text = |key: &str| secret.get(key).and_then(Node::str);
        let Some(name) = text("name") else { continue };
        let namespace = text("namespace").or(index.namespace(unit));
        let makers = index.makers(name, namespace).into_iter();
        let is_server = |maker: &Unit| match index.manifest(*maker) {
            Some(maker) => !known::services_made(maker).is_empty(),
            None => true,
        };
        endpoints.extend(makers.filter(is_server).map(Endpoint::Unit));
        if let Some(number) = index.written("Secret", name, namespace)
            && let Some(endpoint) = index.value(number, "endpoint")
            && let Some(address) = addresses::host(&endpoint)
        {
            endpoints.extend(index.endpoints(&address.host, namespace));
        }
    }
    endpoints
}

/// Schemas come after what is made in their database, or on its server.
pub(super) fn before_schemas(
    index: &Index<'_>,
    entries: &[Schema],
    schemas: &[Schema],
    found: &mut Findings,
) {
    let mut by_endpoint: BTreeMap<&Endpoint, Vec<&Schema>> = BTreeMap::new();
    let mut by_name: BTreeMap<&str, Vec<&Schema>> = BTreeMap::new();
    for entry in entries {
        for endpoint in &entry.endpoints {
            by_endpoint.entry(endpoint).or_default().push(entry);
        }
        for name in entry.databases.iter().filter(|_| entry.endpoints.is_empty()) {
            by_name.entry(name).or_default().push(entry);
        }
    }
    if by_endpoint.is_empty() && by_name.is_empty() {
        return;
    }
    for schema in schemas {
        let Some(span) = index.project.place(schema.unit) else { continue };
        let here =
            schema.endpoints.iter().filter_map(|endpoint| by_endpoint.get(endpoint)).flatten();
        let here = here.filter(|entry| {
            let are_one = || entry.databases.iter().any(|name| schema.databases.contains(name));
            entry.databases.is_empty() || schema.databases.is_empty() || are_one()
        });
        let called = schema.databases.iter().filter_map(|name| by_name.get(name.as_str()));
        for entry in here.chain(called.flatten()) {
            if found.is_full() || !index.spend(1) {
                return;
            }
            found.push(edge(entry.unit, schema.unit, span, "its database"));
        }
    }
}

/// Workloads that name a database of which nobody knows the server wait for it.
pub(super) fn by_name(index: &Index<'_>, entries: &[Schema], found: &mut Findings) {
    let mut by_name: BTreeMap<&str, Vec<Unit>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.endpoints.is_empty()) {
        for name in &entry.databases {
            by_name.entry(name).or_default().push(entry.unit);
        }
    }
    if by_name.is_empty() {
        return;
    }
    let plain = manifests(index).filter(|(_, manifest)| pods::is_workload(manifest));
    let plain = plain.map(|(unit, manifest)| (unit, pods::reads(manifest)));
    let apps = index.project.apps.iter().enumerate();
    let apps = apps.map(|(number, app)| (Unit::App(number), pods::app_reads(app)));
    for (unit, reads) in plain.chain(apps) {
        // What serves them is found elsewhere.
        let named = database_of(index, unit, &reads, &mut Findings::default());
        let Some(span) = index.project.place(unit) else { continue };
        let firsts = named.databases.iter().filter_map(|name| by_name.get(name.as_str()));
        for &first in firsts.flatten() {
            if found.is_full() || !index.spend(1) {
                return;
            }
            found.push(edge(first, unit, span, "its database"));
        }
    }
}

/// Publications of single tables, and subscriptions, need the tables: they come after the schemas of
/// their database.
pub(super) fn after_schemas(index: &Index<'_>, schemas: &[Schema], found: &mut Findings) {
    let mut publications: BTreeMap<&str, Vec<Unit>> = BTreeMap::new();
    let mut replicating = Vec::new();
    for (unit, manifest) in manifests(index) {
        let kind = manifest.kind.value.as_str();
        if group_of(manifest) != "postgresql.cnpg.io"
            || !matches!(kind, "Publication" | "Subscription")
        {
            continue;
        }
        if kind == "Publication"
            && let Some(name) = manifest.node.at(&["spec", "name"]).and_then(Node::str)
        {
            publications.entry(name).or_default().push(unit);
        }
        replicating.push((unit, manifest));
    }
    for (unit, manifest) in replicating {
        let text = |path: &[&str]| manifest.node.at(path).and_then(Node::str);
        if let Some(name) = manifest.node.at(&["spec", "publicationName"]) {
            for &first in publications.get(name.str().unwrap_or_default()).into_iter().flatten() {
                if !index.spend(1) {
                    return;
                }
                found.push(edge(first, unit, name.span, "its Publication"));
            }
        }
        let cluster = text(&["spec", "cluster", "name"]).unwrap_or_default();
        let clusters = index.objects("Cluster", cluster, index.namespace(unit)).into_iter();
        let clusters: BTreeSet<Endpoint> = clusters.map(Endpoint::Unit).collect();
        let database = text(&["spec", "dbname"]).unwrap_or_default();
        let is_its = |schema: &&Schema| {
            index.spend(1)
                && schema.endpoints.iter().any(|endpoint| clusters.contains(endpoint))
                && (schema.databases.is_empty() || schema.databases.contains(database))
        };
        for schema in schemas.iter().filter(is_its) {
            if found.is_full() {
                return;
            }
            found.push(edge(schema.unit, unit, manifest.kind.span, "the tables of its database"));
        }
    }
}

// What is made in the server of queues.

type InQueue = (&'static str, &'static str, &'static [&'static str], &'static str);

/// Kinds that stand for something in a server of queues, where their server is named, and its kind.
pub(super) const IN_QUEUES: &[InQueue] = &[
    ("kafka.strimzi.io", "KafkaTopic", &["metadata", "labels", "strimzi.io/cluster"], "Kafka"),
    ("kafka.strimzi.io", "KafkaUser", &["metadata", "labels", "strimzi.io/cluster"], "Kafka"),
    ("rabbitmq.com", "Vhost", IN_RABBITMQ, "RabbitmqCluster"),
    ("rabbitmq.com", "Queue", IN_RABBITMQ, "RabbitmqCluster"),
    ("rabbitmq.com", "Exchange", IN_RABBITMQ, "RabbitmqCluster"),
    ("rabbitmq.com", "Binding", IN_RABBITMQ, "RabbitmqCluster"),
    ("rabbitmq.com", "User", IN_RABBITMQ, "RabbitmqCluster"),
    ("rabbitmq.com", "Permission", IN_RABBITMQ, "RabbitmqCluster"),
];
const IN_RABBITMQ: &[&str] = &["spec", "rabbitmqClusterReference", "name"];

/// Workloads that use a server of queues come after the topics, queues and users in it.
pub(super) fn before_users(index: &Index<'_>, ids: &Ids, links: &Links, found: &mut Findings) {
    for (unit, manifest) in manifests(index) {
        let (group, kind) = (group_of(manifest), manifest.kind.value.as_str());
        let known = IN_QUEUES.iter().find(|known| known.0 == group && known.1 == kind);
        let Some((_, _, path, server)) = known else { continue };
        let Some(place) = references::name_sites(&manifest.node, path).into_iter().next() else {
            continue;
        };
        let namespace = place.parent.get("namespace").and_then(Node::str);
        let namespace = namespace.or(index.namespace(unit));
        let name = place.name.str().unwrap_or_default();
        for node in index.objects(server, name, namespace).into_iter().filter_map(|it| ids.of(it)) {
            for edge in links.outgoing(node) {
                if found.is_full() || !index.spend(1) {
                    return;
                }
                let then = *links.node(edge.to);
                let is_user = match then {
                    Unit::App(_) => true,
                    Unit::Manifest(_) => index.manifest(then).is_some_and(pods::is_workload),
                    Unit::Database(_) | Unit::Schema(_) | Unit::EverySchema => false,
                };
                let (true, Some(span)) = (is_user && edge.weight.is_blocking, edge.weight.span)
                else {
                    continue;
                };
                let by = format_smolstr!("its {}", short(server));
                found.push(self::edge(unit, then, span, by));
            }
        }
    }
}
