//! Dependencies by kind: what custom resources refer to, the namespaces that are made by objects of
//! other kinds, operators that the Operator Lifecycle Manager installs, and databases, users and
//! grants that operators make in a database.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::{SmolStr, format_smolstr};

use crate::link::index::{Index, Spot, fits_namespace};
use crate::link::infer::Schema;
use crate::link::jobs::{database_of, edge};
use crate::link::known::references::{self, Place, Reference, To};
use crate::link::known::{self, group_of};
use crate::link::{Findings, Found, Ids, addresses, pods, short};
use crate::links::{Links, Origin};
use crate::model::{Desired, Placement, Unit};
use crate::syntax::Manifest;
use crate::syntax::node::Node;

const OLM: &str = "operators.coreos.com";

/// What is known without a look at any pod.
pub(super) fn certain(index: &Index<'_>) -> Findings {
    let mut found = Findings::default();
    let specs = SpecsByObject::of(index);
    for (unit, manifest) in manifests(index) {
        for reference in references::of(manifest) {
            for place in references::places(&manifest.node, reference.path) {
                if found.is_full() {
                    return found;
                }
                refers(index, &specs, unit, manifest, reference, &place, &mut found);
            }
        }
    }
    projects(index, &mut found);
    subscriptions(index, &mut found);
    found
}

/// The plain manifests that take part, with their units.
fn manifests<'a>(index: &Index<'a>) -> impl Iterator<Item = (Unit, &'a Manifest)> {
    let manifests = index.project.manifests.iter().enumerate();
    manifests
        .filter(|(_, manifest)| !manifest.is_hook)
        .map(|(number, manifest)| (Unit::Manifest(number), &manifest.written))
}

// References.

/// Specs by the custom resources that they become.
struct SpecsByObject<'a> {
    schemas: BTreeMap<(&'static str, &'a str), Unit>,
}

impl<'a> SpecsByObject<'a> {
    fn of(index: &Index<'a>) -> SpecsByObject<'a> {
        let schemas = index.project.schemas.iter().enumerate().map(|(number, schema)| {
            let kind = match schema.desired {
                Desired::Migrations(_) => "AtlasMigration",
                Desired::Sql(_) | Desired::Hcl(_) | Desired::Registry(_) => "AtlasSchema",
            };
            ((kind, schema.common.name.as_str()), Unit::Schema(number))
        });
        SpecsByObject { schemas: schemas.collect() }
    }
}

fn refers(
    index: &Index<'_>,
    specs: &SpecsByObject<'_>,
    unit: Unit,
    manifest: &Manifest,
    reference: &Reference,
    place: &Place<'_>,
    found: &mut Findings,
) {
    let text = place.name.str().unwrap_or_default();
    let own = index.namespace(unit);
    let beside = |key: &str| place.parent.get(key).and_then(Node::str);
    let (group, kind) = match reference.to {
        To::Kind(group, kind) | To::NeededBy(group, kind) => (group, kind),
        To::KindBeside(group, kind) => match beside("kind") {
            // A parent of a route may be a Service.
            Some("Service") => return behind(index, unit, reference, place, found),
            Some(kind) => (own_group(place, group), kind),
            None => (own_group(place, group), kind),
        },
        To::Service => match beside("kind") {
            None | Some("Service") => return behind(index, unit, reference, place, found),
            Some(_) => return,
        },
        To::Host => return hosts(index, unit, reference, place, found),
    };
    let namespace = match has_no_namespace(kind) {
        true => None,
        false => beside("namespace").or_else(|| beside("sourceNamespace")).or(own),
    };
    let mut firsts: Vec<Unit> = index.objects(kind, text, namespace);
    firsts.retain(|&first| match index.manifest(first) {
        Some(manifest) => group_of(manifest) == group,
        None => true,
    });
    if group == known::ATLAS
        && let Some((&(kind, _), &schema)) = specs.schemas.get_key_value(&(kind_of(kind), text))
        && !kind.is_empty()
    {
        firsts.push(schema);
    }
    for first in firsts.into_iter().filter(|&first| first != unit) {
        let (first, then, kind) = match reference.to {
            To::NeededBy(..) => (unit, first, manifest.kind.value.as_str()),
            To::Kind(..) | To::KindBeside(..) | To::Service | To::Host => (first, unit, kind),
        };
        let by = format_smolstr!("its {}", short(kind));
        found.push(Found { gates: reference.gates, ..edge(first, then, place.name.span, by) });
    }
}

/// The group that is written beside a name: `group`, or that of `apiVersion`.
fn own_group<'a>(place: &Place<'a>, default: &'a str) -> &'a str {
    let text = |key: &str| place.parent.get(key).and_then(Node::str);
    text("group").or_else(|| text("apiVersion").map(crate::object::group)).unwrap_or(default)
}

fn kind_of(kind: &str) -> &'static str {
    ["AtlasSchema", "AtlasMigration"].into_iter().find(|known| *known == kind).unwrap_or("")
}

/// Kinds that have no namespace, of those that others refer to.
fn has_no_namespace(kind: &str) -> bool {
    kind.starts_with("Cluster") && kind.len() > "Cluster".len()
        || matches!(kind, "GatewayClass" | "ProviderConfig")
}

/// What answers behind the Service of a name.
fn behind(
    index: &Index<'_>,
    unit: Unit,
    reference: &Reference,
    place: &Place<'_>,
    found: &mut Findings,
) {
    let own = index.namespace(unit);
    let namespace = place.parent.get("namespace").and_then(Node::str).or(own);
    for &first in index.backends(place.name.str().unwrap_or_default(), namespace) {
        if first != unit {
            let link = edge(first, unit, place.name.span, "its backend");
            found.push(Found { gates: reference.gates, ..link });
        }
    }
}

/// What answers at `host:port`, `host:port,host:port`, or a URL.
fn hosts(
    index: &Index<'_>,
    unit: Unit,
    reference: &Reference,
    place: &Place<'_>,
    found: &mut Findings,
) {
    let text = place.name.str().unwrap_or_default();
    let listed = text.split(',').filter_map(addresses::host).map(|address| address.host);
    for host in listed.chain(addresses::in_text(text).map(|address| address.host)) {
        if found.is_full() || !index.spend(1) {
            return;
        }
        for spot in index.spots(&host, index.namespace(unit)) {
            if let Spot::Unit(first) = spot
                && first != unit
            {
                let link = edge(first, unit, place.name.span, "its server");
                found.push(Found { gates: reference.gates, ..link });
            }
        }
    }
}

// Namespaces that are made by a kind which Argo CD does not pull in front of what is in them.

fn projects(index: &Index<'_>, found: &mut Findings) {
    let is_project = |manifest: &Manifest| {
        group_of(manifest) == "project.openshift.io"
            && matches!(&*manifest.kind.value, "Project" | "ProjectRequest")
    };
    let mut by_name: BTreeMap<&str, Unit> = BTreeMap::new();
    for (unit, manifest) in manifests(index).filter(|(_, manifest)| is_project(manifest)) {
        by_name.entry(&manifest.name.value).or_insert(unit);
    }
    if by_name.is_empty() {
        return;
    }
    for unit in index.project.units() {
        let takes_part = match unit {
            Unit::Manifest(number) => index.project.manifests.get(number).is_some_and(|manifest| {
                let kind = manifest.written.kind.value.as_str();
                !manifest.is_hook && !is_project(&manifest.written) && kind != "Namespace"
            }),
            Unit::Database(_) | Unit::Schema(_) | Unit::App(_) => true,
            Unit::EverySchema => false,
        };
        let namespace = index.namespace(unit).filter(|_| takes_part);
        if let Some(&project) = namespace.and_then(|name| by_name.get(name))
            && let Some(place) = index.project.place(unit)
        {
            let written = index.manifest(unit).and_then(|manifest| manifest.namespace.as_ref());
            let span = written.map_or(place, |namespace| namespace.span);
            found.push(edge(project, unit, span, "its namespace"));
        }
    }
    // A binding comes no earlier than the account that it names.
    for (unit, manifest) in manifests(index).filter(|(_, it)| it.kind.value == "ClusterRoleBinding")
    {
        let subjects = manifest.node.get("subjects").and_then(Node::items).unwrap_or_default();
        for namespace in subjects.iter().filter_map(|subject| subject.get("namespace")) {
            let project = namespace.str().and_then(|name| by_name.get(name));
            if let Some(&project) = project.filter(|_| index.spend(1)) {
                found.push(edge(project, unit, namespace.span, "the namespace of its account"));
            }
        }
    }
}

// Operators that the Operator Lifecycle Manager installs.

/// A Subscription: it installs an operator, and with it definitions that are in no manifest.
struct Subscription {
    unit: Unit,
    words: Vec<String>,
}

fn subscriptions(index: &Index<'_>, found: &mut Findings) {
    let of_kind = |kind: &'static str| {
        manifests(index)
            .filter(move |(_, manifest)| group_of(manifest) == OLM && manifest.kind.value == kind)
    };
    let mut all = Vec::new();
    let groups: Vec<(Unit, &Manifest)> = of_kind("OperatorGroup").collect();
    for (unit, manifest) in of_kind("Subscription") {
        let package = manifest.node.at(&["spec", "name"]).and_then(Node::str);
        let package = package.unwrap_or(&manifest.name.value);
        all.push(Subscription { unit, words: package_words(package) });
        for &(group, _) in groups.iter().take_while(|_| index.spend(1)) {
            if fits_namespace(index.namespace(group), index.namespace(unit)) {
                let link =
                    edge(group, unit, manifest.kind.span, "the OperatorGroup of its namespace");
                // OLM waits for the group by itself, so that a written wave may well be earlier.
                found.push(Found { gates: false, origin: Origin::Mentioned, ..link });
            }
        }
    }
    if all.is_empty() {
        return;
    }
    let definitions =
        manifests(index).filter(|(_, it)| it.kind.value == "CustomResourceDefinition");
    let defined: BTreeSet<&str> =
        definitions.filter_map(|(_, it)| it.node.at(&["spec", "group"])?.str()).collect();
    let mut kinds: BTreeMap<(&str, &str), Vec<Unit>> = BTreeMap::new();
    for (_, manifest) in manifests(index) {
        let (group, kind) = (group_of(manifest), manifest.kind.value.as_str());
        if group != OLM && !defined.contains(group) && !is_kubernetes(group) {
            kinds.entry((group, kind)).or_insert_with(|| {
                // Every package is compared with the kind.
                match index.spend(N_WORDS * all.len()) {
                    true => called_alike(&all, group, kind),
                    false => Vec::new(),
                }
            });
        }
    }
    let others: Vec<Unit> = all.iter().map(|it| it.unit).collect();
    for ((group, _), installers) in &mut kinds {
        if installers.is_empty() && is_custom(group) && !USUALLY_THERE.contains(group) {
            installers.clone_from(&others);
        }
    }
    for (unit, manifest) in manifests(index) {
        let kind = (group_of(manifest), manifest.kind.value.as_str());
        if let Some(installers) = kinds.get(&kind) {
            installed(index, installers, unit, manifest.kind.span, found);
        }
    }
    let project = index.project;
    let atlas = called_alike(&all, known::ATLAS, "AtlasSchema");
    for (number, schema) in project.schemas.iter().enumerate() {
        installed(index, &atlas, Unit::Schema(number), schema.common.place, found);
    }
    let mut cnpg = called_alike(&all, "postgresql.cnpg.io", "Cluster");
    if cnpg.is_empty() {
        cnpg = others;
    }
    for (number, database) in project.databases.iter().enumerate() {
        if matches!(database.placement, Placement::CloudNativePg(_)) {
            installed(index, &cnpg, Unit::Database(number), database.common.place, found);
        }
    }
}

fn installed(
    index: &Index<'_>,
    installers: &[Unit],
    unit: Unit,
    span: crate::source::Span,
    found: &mut Findings,
) {
    for &first in installers.iter().take_while(|_| index.spend(1)) {
        if found.is_full() {
            return;
        }
        found.push(edge(first, unit, span, "its operator, which the Subscription installs"));
    }
}

/// The most words of a package, or of a group, that are compared.
const N_WORDS: usize = 8;

/// Which Subscriptions install the operator of a kind, as their packages are called. For a kind of
/// OpenShift's platform, which is there without any, the whole name has to be alike.
fn called_alike(all: &[Subscription], group: &str, kind: &str) -> Vec<Unit> {
    const LEAST: usize = 6;
    let kind = short(kind).to_ascii_lowercase();
    let own: Vec<String> = group_words(group).chain([kind.clone()]).collect();
    let is_alike = |subscription: &&Subscription| {
        if !is_custom(group) {
            let whole = subscription.words.concat();
            return whole.len() >= LEAST && (whole.contains(&kind) || kind.contains(&whole));
        }
        let alias = ALIASES
            .iter()
            .any(|(package, of)| *of == group && subscription.words.join("-").contains(package));
        alias || subscription.words.iter().any(|word| own.iter().any(|own| are_alike(word, own)))
    };
    all.iter().filter(is_alike).map(|it| it.unit).collect()
}

/// Packages that are not called like the group of their kinds, in words with `-` between them.
const ALIASES: [(&str, &str); 8] = [
    ("cloudnative-pg", "postgresql.cnpg.io"),
    ("cloud-native-postgresql", "postgresql.k8s.enterprisedb.io"),
    ("amq-streams", "kafka.strimzi.io"),
    ("rhbk", "k8s.keycloak.org"),
    ("gitops", "argoproj.io"),
    ("serverless", "operator.knative.dev"),
    ("servicemesh", "maistra.io"),
    ("pipelines", "operator.tekton.dev"),
];

/// Groups whose operators are usually there before anything of a project is.
const USUALLY_THERE: [&str; 21] = [
    "argoproj.io",
    "constraints.gatekeeper.sh",
    "crd.antrea.io",
    "k8s.cni.cncf.io",
    "k8s.ovn.org",
    "kyverno.io",
    "nmstate.io",
    "objectbucket.io",
    "policies.kyverno.io",
    "security.istio.io",
    "bitnami.com",
    "cert-manager.io",
    "acme.cert-manager.io",
    "crd.projectcalico.org",
    "cilium.io",
    "external-secrets.io",
    "monitoring.coreos.com",
    "monitoring.rhobs",
    known::ATLAS,
    "traefik.io",
    "networking.istio.io",
];

/// Whether a group is one of custom resources that an operator may define: not Kubernetes' own, nor
/// OpenShift's platform.
fn is_custom(group: &str) -> bool {
    const OPENSHIFT: [&str; 24] = [
        "apps",
        "authorization",
        "build",
        "cloudcredential",
        "config",
        "console",
        "controlplane.operator",
        "helm",
        "image",
        "imageregistry.operator",
        "ingress.operator",
        "machine",
        "machineconfiguration",
        "monitoring",
        "network.operator",
        "network",
        "oauth",
        "operator",
        "project",
        "quota",
        "route",
        "samples.operator",
        "security",
        "template",
    ];
    let is_platform =
        group.strip_suffix(".openshift.io").is_some_and(|part| OPENSHIFT.contains(&part))
            || matches!(group, "user.openshift.io" | "tuned.openshift.io");
    !is_platform && !is_kubernetes(group) && !group.starts_with("argocd-atlas-plugin")
}

fn is_kubernetes(group: &str) -> bool {
    ["", "apps", "batch", "autoscaling", "policy", "extensions", "events"].contains(&group)
        || group.ends_with(".k8s.io")
}

/// The words of a package's name that say whose it is.
fn package_words(package: &str) -> Vec<String> {
    const COMMON: [&str; 14] = [
        "operator",
        "operators",
        "community",
        "certified",
        "openshift",
        "kubernetes",
        "cluster",
        "product",
        "stable",
        "redhat",
        "red",
        "hat",
        "rh",
        "marketplace",
    ];
    let package = short(package);
    let words = package.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase);
    let words = words.filter(|word| word.len() > 1 && !COMMON.contains(&word.as_str()));
    words.take(N_WORDS).collect()
}

fn group_words(group: &str) -> impl Iterator<Item = String> {
    const COMMON: [&str; 12] = [
        "io",
        "com",
        "org",
        "dev",
        "net",
        "k8s",
        "co",
        "app",
        "apps",
        "operator",
        "openshift",
        "in",
    ];
    let words = short(group).split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.map(str::to_ascii_lowercase);
    words.filter(|word| !word.is_empty() && !COMMON.contains(&word.as_str())).take(N_WORDS)
}

/// Whether two words are the same, or one is the beginning of the other.
fn are_alike(one: &str, other: &str) -> bool {
    const LEAST: usize = 4;
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    one == other || short.len() >= LEAST && long.starts_with(short)
}

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
        entry.spots = match known.server {
            Some((path, kind)) => {
                let name = text(path).unwrap_or_default();
                let servers = index.objects(kind, name, index.namespace(unit)).into_iter();
                servers.map(Spot::Unit).collect()
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
fn provider_spots(index: &Index<'_>, unit: Unit, manifest: &Manifest) -> BTreeSet<Spot> {
    let name = manifest.node.at(&["spec", "providerConfigRef", "name"]).and_then(Node::str);
    let configs = index.objects("ProviderConfig", name.unwrap_or("default"), None).into_iter();
    let configs = configs.filter_map(|config| index.manifest(config));
    let own: Vec<&Manifest> =
        configs.filter(|config| group_of(config) == group_of(manifest)).collect();
    let mut spots = BTreeSet::new();
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
        spots.extend(makers.filter(is_server).map(Spot::Unit));
        if let Some(number) = index.written("Secret", name, namespace)
            && let Some(endpoint) = index.value(number, "endpoint")
            && let Some(address) = addresses::host(&endpoint)
        {
            spots.extend(index.spots(&address.host, namespace));
        }
    }
    spots
}

/// Schemas come after what is made in their database, or on its server.
pub(super) fn before_schemas(
    index: &Index<'_>,
    entries: &[Schema],
    schemas: &[Schema],
    found: &mut Findings,
) {
    let mut by_spot: BTreeMap<&Spot, Vec<&Schema>> = BTreeMap::new();
    let mut by_name: BTreeMap<&str, Vec<&Schema>> = BTreeMap::new();
    for entry in entries {
        for spot in &entry.spots {
            by_spot.entry(spot).or_default().push(entry);
        }
        for name in entry.databases.iter().filter(|_| entry.spots.is_empty()) {
            by_name.entry(name).or_default().push(entry);
        }
    }
    if by_spot.is_empty() && by_name.is_empty() {
        return;
    }
    for schema in schemas {
        let Some(span) = index.project.place(schema.unit) else { continue };
        let here = schema.spots.iter().filter_map(|spot| by_spot.get(spot)).flatten();
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
    for entry in entries.iter().filter(|entry| entry.spots.is_empty()) {
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
        let clusters: BTreeSet<Spot> = clusters.map(Spot::Unit).collect();
        let database = text(&["spec", "dbname"]).unwrap_or_default();
        let is_its = |schema: &&Schema| {
            index.spend(1)
                && schema.spots.iter().any(|spot| clusters.contains(spot))
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
        let Some(place) = references::places(&manifest.node, path).into_iter().next() else {
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
                let (true, Some(span)) = (is_user && edge.weight.gates, edge.weight.span) else {
                    continue;
                };
                let by = format_smolstr!("its {}", short(server));
                found.push(self::edge(unit, then, span, by));
            }
        }
    }
}
