//! What is known of other people's kinds: which Secrets and Services their controllers make, what
//! they refer to, and where the pods of workloads are described. Only what their documentation
//! promises is listed. `docs/spec.md` prints these tables (`link::rules`).

pub(super) mod made;
pub(super) mod pods;
pub(super) mod references;

use smol_str::SmolStr;

use crate::syntax::Manifest;
use crate::syntax::node::Node;
use made::{MADE, Makes, Named};
use references::To;

/// The group of the Atlas Operator's kinds.
pub(super) const ATLAS: &str = "db.atlasgo.io";

/// The name of a thing that a controller makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MadeName {
    /// Just this.
    Exact(SmolStr),
    /// Anything that begins so.
    Begins(SmolStr),
    /// Anything that ends so.
    Ends(SmolStr),
}

/// What is known to be made for an object.
fn makes(owner: &Manifest) -> impl Iterator<Item = &'static Makes> {
    let is_of = |made: &&Makes| made.kind == owner.kind.value && made.group == group_of(owner);
    MADE.iter().filter(is_of)
}

/// The Secrets that a controller makes for an object, some time after it is applied.
pub(super) fn secrets_made(owner: &Manifest) -> Vec<MadeName> {
    // Crossplane's resources write their connection details into a Secret that they name.
    let connection = owner.node.at(&["spec", "writeConnectionSecretToRef", "name"]);
    let connection = connection.and_then(Node::str).map(|name| MadeName::Exact(name.into()));
    let known = makes(owner).flat_map(|made| made.secrets);
    let known = known.filter(|name| !matches!(name, Named::AtUnlessGiven(_)));
    known.flat_map(|name| name.of(owner)).chain(connection).collect()
}

/// The Secrets that a controller makes for an object if they are not there: the object names them,
/// and whoever else has them in the project gives them to it.
pub(super) fn secrets_made_unless_given(owner: &Manifest) -> Vec<MadeName> {
    let known = makes(owner).flat_map(|made| made.secrets);
    let known = known.filter(|name| matches!(name, Named::AtUnlessGiven(_)));
    known.flat_map(|name| name.of(owner)).collect()
}

/// The Services that a controller makes for an object.
pub(super) fn services_made(owner: &Manifest) -> Vec<MadeName> {
    makes(owner).flat_map(|made| made.services).flat_map(|name| name.of(owner)).collect()
}

/// The ConfigMaps that a controller makes for an object, some time after it is applied.
pub(super) fn config_maps_made(owner: &Manifest) -> Vec<MadeName> {
    makes(owner).flat_map(|made| made.config_maps).flat_map(|name| name.of(owner)).collect()
}

/// The objects of its own group that an object refers to: kind, and the name where it is written.
pub(super) fn references(owner: &Manifest) -> Vec<(&str, &Node)> {
    let mut found = Vec::new();
    for reference in references::of(owner) {
        let (group, kind, is_beside) = match reference.to {
            To::Kind(group, kind) => (group, kind, false),
            To::KindBeside(group, kind) => (group, kind, true),
            To::NeededBy(..) | To::OfScope(..) | To::Service | To::Host => continue,
        };
        if group != reference.group {
            continue;
        }
        for place in references::name_sites(&owner.node, reference.path) {
            let beside = place.parent.get("kind").filter(|_| is_beside).and_then(Node::str);
            found.push((beside.unwrap_or(kind), place.name));
        }
    }
    found
}

/// Where kinds that log in somewhere keep the Secrets that they read.
const READS: [(&str, &str, &[&str]); 8] = [
    ("postgresql.cnpg.io", "Cluster", &["spec", "bootstrap", "initdb", "secret", "name"]),
    ("postgresql.cnpg.io", "Cluster", &["spec", "superuserSecret", "name"]),
    ("postgresql.cnpg.io", "Cluster", &["spec", "certificates", "serverTLSSecret"]),
    ("cert-manager.io", "Issuer", &["spec", "ca", "secretName"]),
    ("cert-manager.io", "ClusterIssuer", &["spec", "ca", "secretName"]),
    ("k8s.mariadb.com", "User", &["spec", "passwordSecretKeyRef", "name"]),
    ("mysql.oracle.com", "InnoDBCluster", &["spec", "secretName"]),
    ("moco.cybozu.com", "MySQLCluster", &["spec", "rootPasswordSecretKeyRef", "name"]),
];

/// The names of the Secrets that an object of a known kind reads.
pub(super) fn read_secrets(owner: &Manifest) -> Vec<&Node> {
    let of = READS
        .iter()
        .filter(|(group, kind, _)| *group == group_of(owner) && *kind == owner.kind.value);
    of.filter_map(|(_, _, path)| owner.node.at(path)).collect()
}

/// Whether an object says by URL where its server is: that server has to run first.
pub(super) fn names_server(owner: &Manifest) -> bool {
    let kind = owner.kind.value.as_str();
    match group_of(owner) {
        "external-secrets.io" => matches!(kind, "SecretStore" | "ClusterSecretStore"),
        "cert-manager.io" => matches!(kind, "Issuer" | "ClusterIssuer"),
        "secrets.hashicorp.com" => kind == "VaultConnection",
        _ => false,
    }
}

/// Whether an object is the desired state of a database.
pub(super) fn is_schema(manifest: &Manifest) -> bool {
    group_of(manifest) == ATLAS && matches!(&*manifest.kind.value, "AtlasSchema" | "AtlasMigration")
}

/// The name of the Helm release that an Application of Argo CD installs.
pub(super) fn release_of(manifest: &Manifest) -> Option<&str> {
    if (group_of(manifest), manifest.kind.value.as_str()) != ("argoproj.io", "Application") {
        return None;
    }
    let name = manifest.node.at(&["spec", "source", "helm", "releaseName"]).and_then(Node::str);
    name.or(Some(manifest.name.value.as_str()))
}

/// Whether an object gives addresses to LoadBalancer Services: without it they get none.
pub(super) fn gives_addresses(manifest: &Manifest) -> bool {
    match (group_of(manifest), manifest.kind.value.as_str()) {
        ("metallb.io", kind) => kind != "BFDProfile" && kind != "Community",
        ("cilium.io", kind) => matches!(
            kind,
            "CiliumLoadBalancerIPPool" | "CiliumL2AnnouncementPolicy" | "CiliumBGPPeeringPolicy"
        ),
        ("purelb.io", kind) => kind == "ServiceGroup",
        _ => false,
    }
}

/// By what else the objects of a Helm release are called: the `fullnameOverride` of its values.
pub(super) fn full_names(manifest: &Manifest) -> Vec<&str> {
    const KEYS: [&str; 2] = ["fullnameOverride", "nameOverride"];
    let (objects, text): (&[&[&str]], &[&str]) =
        match (group_of(manifest), manifest.kind.value.as_str()) {
            ("argoproj.io", "Application") => (
                &[&["spec", "source", "helm", "valuesObject"]],
                &["spec", "source", "helm", "values"],
            ),
            ("helm.toolkit.fluxcd.io", "HelmRelease") => (&[&["spec", "values"]], &[]),
            ("helm.cattle.io", "HelmChart") => (&[], &["spec", "valuesContent"]),
            _ => return Vec::new(),
        };
    let objects = objects.iter().filter_map(|path| manifest.node.at(path));
    let mut found: Vec<&str> =
        objects.flat_map(|values| KEYS.iter().filter_map(|key| values.get(key)?.str())).collect();
    let parameters = manifest.node.at(&["spec", "source", "helm", "parameters"]);
    let parameters = parameters.and_then(Node::items).unwrap_or_default().iter();
    found.extend(parameters.filter_map(|it| {
        let is_name = it.get("name").and_then(Node::str).is_some_and(|name| KEYS.contains(&name));
        it.get("value").and_then(Node::str).filter(|_| is_name)
    }));
    let text = manifest.node.at(text).and_then(Node::str).filter(|_| !text.is_empty());
    found.extend(text.unwrap_or_default().lines().filter_map(|line| {
        // Values of a part of the chart are its own affair.
        let value =
            KEYS.iter().find_map(|key| line.strip_prefix(key)?.trim_start().strip_prefix(':'));
        value.map(|value| value.trim().trim_matches(['"', '\'']))
    }));
    found.retain(|name| !name.is_empty());
    found
}

/// The hosts under which an Ingress or a route leads into the cluster, each with the host of its Service.
pub(super) fn public_hosts(manifest: &Manifest) -> Vec<(&str, &str)> {
    /// The most hosts, and the most Services, of one object.
    const MAX: usize = 20;
    fn items<'n>(of: &'n Node, path: &[&str]) -> impl Iterator<Item = &'n Node> + use<'n> {
        of.at(path).and_then(Node::items).unwrap_or_default().iter().take(MAX)
    }
    fn text<'n>(of: &'n Node, path: &[&str]) -> Option<&'n str> {
        of.at(path).and_then(Node::str)
    }
    let node = &manifest.node;
    let hosts = |path: &[&str]| items(node, path).filter_map(Node::str).collect::<Vec<_>>();
    let (hosts, services): (Vec<&str>, Vec<&str>) =
        match (group_of(manifest), manifest.kind.value.as_str()) {
            ("networking.k8s.io", "Ingress") => {
                let rules = items(node, &["spec", "rules"]);
                let of_rule = rules.filter_map(|rule| {
                    let host = rule.get("host").and_then(Node::str)?;
                    let paths = items(rule, &["http", "paths"]);
                    let name = |path| text(path, &["backend", "service", "name"]);
                    Some(paths.filter_map(name).map(move |service| (host, service)))
                });
                return of_rule.flatten().collect();
            }
            ("route.openshift.io", "Route") => {
                let host = text(node, &["spec", "host"]);
                let service = text(node, &["spec", "to", "name"]);
                (host.into_iter().collect(), service.into_iter().collect())
            }
            ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute" | "TLSRoute") => {
                let rules = items(node, &["spec", "rules"]);
                let backends = rules.flat_map(|rule| items(rule, &["backendRefs"]));
                let services = backends.filter_map(|backend| text(backend, &["name"]));
                (hosts(&["spec", "hostnames"]), services.take(MAX).collect())
            }
            ("networking.istio.io", "VirtualService") => {
                let routes = ["http", "tls", "tcp"].into_iter();
                let routes = routes.flat_map(|of| items(node, &["spec", of]));
                let routes = routes.flat_map(|route| items(route, &["route"]));
                let services = routes.filter_map(|route| text(route, &["destination", "host"]));
                (hosts(&["spec", "hosts"]), services.take(MAX).collect())
            }
            _ => return Vec::new(),
        };
    let pairs = hosts.iter().flat_map(|host| services.iter().map(move |service| (*host, *service)));
    pairs.collect()
}

/// The custom resources whose pods a selector means, by the labels that their operators give to pods.
pub(super) fn selected_by_operators(selector: &Node) -> Vec<(&'static str, &str)> {
    const LABELS: [(&str, &str); 10] = [
        ("cnpg.io/cluster", "Cluster"),
        ("cnpg.io/poolerName", "Pooler"),
        ("postgresql", "Cluster"),
        ("cluster-name", "postgresql"),
        ("postgres-operator.crunchydata.com/cluster", "PostgresCluster"),
        ("strimzi.io/cluster", "Kafka"),
        ("app.kubernetes.io/instance", "MariaDB"),
        ("app.kubernetes.io/instance", "PerconaXtraDBCluster"),
        ("mysql.oracle.com/cluster", "InnoDBCluster"),
        ("stackgres.io/cluster-name", "SGCluster"),
    ];
    let named = |(label, kind): (&'static str, &'static str)| {
        Some((kind, selector.get(label).and_then(Node::str)?))
    };
    LABELS.into_iter().filter_map(named).collect()
}

/// Whether a group is one of Kubernetes itself. Others that end in `.k8s.io` are defined by whoever
/// installs them: `gateway.networking.k8s.io`, `sparkoperator.k8s.io`.
pub(super) fn is_built_in(group: &str) -> bool {
    const GROUPS: [&str; 21] = [
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "custom.metrics.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "external.metrics.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "metrics.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    ];
    // A group of custom resources has a dot.
    !group.contains('.') || GROUPS.contains(&group)
}

/// The group of an object's kind.
pub(super) fn group_of(manifest: &Manifest) -> &str {
    crate::object::group(&manifest.api_version.value)
}
