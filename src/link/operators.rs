//! Operators that are installed by an object of the project, with definitions that are in no manifest:
//! which custom resources wait for which Subscription, Helm release or Crossplane provider.

use std::collections::{BTreeMap, BTreeSet};

use crate::link::index::{Index, fits_namespace};
use crate::link::jobs::edge;
use crate::link::kinds::manifests;
use crate::link::known::{self, group_of};
use crate::link::{Findings, Found, short};
use crate::links::Origin;
use crate::model::{Hosting, Unit};
use crate::syntax::Manifest;
use crate::syntax::node::Node;
use smol_str::format_smolstr;

const OLM: &str = "operators.coreos.com";
const OLM_1: &str = "olm.operatorframework.io";

/// What installs an operator, and the words of its package's name.
struct Subscription {
    unit: Unit,
    words: Vec<String>,
    /// Whether it may well install kinds that are not called like its package.
    is_any: bool,
}

pub(super) fn subscriptions(index: &Index<'_>, found: &mut Findings) {
    let of_kind = |kind: &'static str| {
        manifests(index)
            .filter(move |(_, manifest)| group_of(manifest) == OLM && manifest.kind.value == kind)
    };
    let mut all = Vec::new();
    let groups: Vec<(Unit, &Manifest)> = of_kind("OperatorGroup").collect();
    for (unit, manifest) in of_kind("Subscription") {
        let package = manifest.node.at(&["spec", "name"]).and_then(Node::str);
        let package = package.unwrap_or(&manifest.name.value);
        all.push(Subscription { unit, words: package_words(package), is_any: true });
        for &(group, _) in groups.iter().take_while(|_| index.spend(1)) {
            if fits_namespace(index.namespace(group), index.namespace(unit)) {
                let link =
                    edge(group, unit, manifest.kind.span, "the OperatorGroup of its namespace");
                // OLM waits for the group by itself, so that a written wave may well be earlier.
                found.push(Found { is_blocking: false, origin: Origin::Mentioned, ..link });
            }
        }
    }
    for (unit, manifest) in manifests(index).filter(|(_, it)| is_extension(it)) {
        let package = manifest.node.at(&["spec", "source", "catalog", "packageName"]);
        let package = package.and_then(Node::str).unwrap_or(&manifest.name.value);
        all.push(Subscription { unit, words: package_words(package), is_any: true });
    }
    for (unit, manifest) in manifests(index) {
        if let Some(package) = package_of(manifest) {
            all.push(Subscription { unit, words: package_words(package), is_any: false });
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
        let is_own = matches!(group, OLM | OLM_1) || package_of(manifest).is_some();
        if !is_own && !defined.contains(group) && !known::is_built_in(group) {
            kinds.entry((group, kind)).or_insert_with(|| {
                // Every package is compared with the kind.
                match index.spend(N_WORDS * all.len()) {
                    true => called_alike(&all, group, kind),
                    false => Vec::new(),
                }
            });
        }
    }
    let others: Vec<Unit> = all.iter().filter(|it| it.is_any).map(|it| it.unit).collect();
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
        if matches!(database.hosting, Hosting::CloudNativePg(_)) {
            installed(index, &cnpg, Unit::Database(number), database.common.place, found);
        }
    }
}

/// What OLM 1 has in the place of a Subscription.
fn is_extension(manifest: &Manifest) -> bool {
    group_of(manifest) == OLM_1 && manifest.kind.value == "ClusterExtension"
}

/// The package that a Helm release of an operator, or a provider of Crossplane, installs.
fn package_of(manifest: &Manifest) -> Option<&str> {
    /// Charts of operators that are not called so.
    const OPERATORS: [&str; 22] = [
        "argo-rollouts",
        "argo-workflows",
        "cert-manager",
        "cloudnative-pg",
        "crossplane",
        "eck-operator-crds",
        "external-secrets",
        "gatekeeper",
        "istio-base",
        "istiod",
        "keda",
        "knative",
        "kube-prometheus-stack",
        "kyverno",
        "longhorn",
        "metallb",
        "rook-ceph",
        "sealed-secrets",
        "secrets-store-csi-driver",
        "trust-manager",
        "velero",
        "victoria-metrics-k8s-stack",
    ];
    let at = |path: &[&str]| manifest.node.at(path).and_then(Node::str);
    let chart = match (group_of(manifest), manifest.kind.value.as_str()) {
        ("pkg.crossplane.io", "Provider") => {
            let package = at(&["spec", "package"])?;
            let package = package.rsplit('/').next().unwrap_or(package);
            return Some(package.split([':', '@']).next().unwrap_or(package));
        }
        ("helm.toolkit.fluxcd.io", "HelmRelease") => {
            at(&["spec", "chart", "spec", "chart"]).or(at(&["spec", "chartRef", "name"]))?
        }
        ("helm.cattle.io", "HelmChart") => at(&["spec", "chart"])?,
        _ => return None,
    };
    let chart = chart.rsplit('/').next().unwrap_or(chart);
    (chart.contains("operator") || OPERATORS.contains(&chart)).then_some(chart)
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
        let kind = index.manifest(first).map_or("Subscription", |it| it.kind.value.as_str());
        let by = format_smolstr!("its operator, which the {} installs", short(kind));
        if first != unit {
            found.push(edge(first, unit, span, by));
        }
    }
}

/// The most words of a package, or of a group, that are compared.
const N_WORDS: usize = 8;

/// Which Subscriptions install the operator of a kind, as their packages are called. For a kind of
/// OpenShift's platform, which is there without any, the whole name has to be alike.
fn called_alike(all: &[Subscription], group: &str, kind: &str) -> Vec<Unit> {
    const MIN_WORD_LEN: usize = 6;
    let kind = short(kind).to_ascii_lowercase();
    let own: Vec<String> = group_words(group).chain([kind.clone()]).collect();
    let is_alike = |subscription: &&Subscription| {
        if !is_custom(group) {
            let whole = subscription.words.concat();
            return whole.len() >= MIN_WORD_LEN && (whole.contains(&kind) || kind.contains(&whole));
        }
        let alias = ALIASES
            .iter()
            .any(|(package, of)| *of == group && subscription.words.join("-").contains(package));
        alias || subscription.words.iter().any(|word| own.iter().any(|own| are_alike(word, own)))
    };
    all.iter().filter(is_alike).map(|it| it.unit).collect()
}

/// Packages that are not called like the group of their kinds, in words with `-` between them.
const ALIASES: [(&str, &str); 10] = [
    ("kube-prometheus-stack", "monitoring.coreos.com"),
    ("sealed-secrets", "bitnami.com"),
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
const USUALLY_THERE: [&str; 25] = [
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
    // What is said to belong to Kubernetes, and comes with most clusters.
    "autoscaling.k8s.io",
    "gateway.networking.k8s.io",
    "policy.networking.k8s.io",
    "snapshot.storage.k8s.io",
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
    !is_platform && !known::is_built_in(group) && !group.starts_with("argocd-atlas-plugin")
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
    const MIN_WORD_LEN: usize = 4;
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    one == other || short.len() >= MIN_WORD_LEN && long.starts_with(short)
}
