//! Dependencies by kind: what custom resources refer to, and the namespaces that are made by objects of
//! other kinds.

use std::collections::BTreeMap;

use smol_str::format_smolstr;

use crate::link::index::{BYTES, Endpoint, Index, fits_namespace};
use crate::link::infer::no_earlier;
use crate::link::jobs::edge;
use crate::link::known::references::{self, NameSite, Reference, To};
use crate::link::known::{self, group_of};
use crate::link::pods::VariableValue;
use crate::link::{Findings, Found, addresses, operators, pods, servers, short, starts};
use crate::links::Origin;
use crate::model::{Desired, Unit};
use crate::source::Span;
use crate::syntax::Manifest;
use crate::syntax::node::{Meaning, Node};

/// What is known without a look at any pod.
pub(super) fn certain(index: &Index<'_>) -> Findings {
    let mut found = Findings::default();
    let specs = SpecsByObject::of(index);
    for (unit, manifest) in manifests(index) {
        for reference in references::of(manifest) {
            for place in references::name_sites(&manifest.node, reference.path) {
                if found.is_full() {
                    return found;
                }
                refers(index, &specs, unit, manifest, reference, &place, &mut found);
            }
        }
    }
    solvers(index, &mut found);
    annotations(index, &mut found);
    needed_by_annotations(index, &mut found);
    definitions(index, &mut found);
    provisioners(index, &mut found);
    owners(index, &mut found);
    projects(index, &mut found);
    operators::subscriptions(index, &mut found);
    found
}

/// The plain manifests that take part, with their units.
pub(super) fn manifests<'a>(index: &Index<'a>) -> impl Iterator<Item = (Unit, &'a Manifest)> {
    let manifests = index.project.manifests.iter().enumerate();
    manifests
        .filter(|(_, manifest)| !manifest.is_hook)
        .map(|(number, manifest)| (Unit::Manifest(number), &manifest.written))
}

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
    place: &NameSite<'_>,
    found: &mut Findings,
) {
    let text = place.name.str().unwrap_or_default();
    let own = index.namespace(unit);
    let beside = |key: &str| place.parent.get(key).and_then(Node::str);
    // Hashicorp's kinds write `namespace/name`.
    let (before, text) = match text.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, text),
    };
    let (group, kind) = match reference.to {
        To::Kind(group, kind) | To::NeededBy(group, kind) => (group, kind),
        To::KindBeside(group, kind) => match beside("kind") {
            // A parent of a route may be a Service.
            Some("Service") => return behind(index, unit, reference, place, found),
            Some(kind) => (own_group(place, group), kind),
            None => (own_group(place, group), kind),
        },
        To::OfScope(group, kind, of_cluster) => {
            let scope = place.parent.get("clusterScope").and_then(Node::scalar);
            let is_of_cluster = scope.is_some_and(|it| it.meaning == Meaning::Bool(true));
            (group, if is_of_cluster { of_cluster } else { kind })
        }
        To::Service => match beside("kind") {
            None | Some("Service") => return behind(index, unit, reference, place, found),
            Some(_) => return,
        },
        To::Host => return hosts(index, unit, reference, place, found),
    };
    let namespace = match has_no_namespace(kind) {
        true => None,
        false => before.or(beside("namespace")).or_else(|| beside("sourceNamespace")).or(own),
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
            To::Kind(..) | To::KindBeside(..) | To::OfScope(..) | To::Service | To::Host => {
                (first, unit, kind)
            }
        };
        let by = format_smolstr!("its {}", short(kind));
        found.push(Found {
            is_blocking: reference.is_blocking,
            ..edge(first, then, place.name.span, by)
        });
    }
}

/// Objects that define a kind, from which their controllers make a CustomResourceDefinition.
fn definitions(index: &Index<'_>, found: &mut Findings) {
    let mut defined: BTreeMap<(&str, &str), Vec<Unit>> = BTreeMap::new();
    for (unit, manifest) in manifests(index) {
        let at = |path: &[&str]| manifest.node.at(path).and_then(Node::str);
        let (group, kinds) = match (group_of(manifest), manifest.kind.value.as_str()) {
            ("apiextensions.crossplane.io", "CompositeResourceDefinition") => (
                at(&["spec", "group"]),
                [at(&["spec", "names", "kind"]), at(&["spec", "claimNames", "kind"])],
            ),
            ("templates.gatekeeper.sh", "ConstraintTemplate") => (
                Some("constraints.gatekeeper.sh"),
                [at(&["spec", "crd", "spec", "names", "kind"]), None],
            ),
            ("kro.run", "ResourceGraphDefinition") => (
                at(&["spec", "schema", "group"]).or(Some("kro.run")),
                [at(&["spec", "schema", "kind"]), None],
            ),
            _ => continue,
        };
        for kind in kinds.into_iter().flatten() {
            defined.entry((group.unwrap_or_default(), kind)).or_default().push(unit);
        }
    }
    if defined.is_empty() {
        return;
    }
    for (unit, manifest) in manifests(index) {
        let kind = (group_of(manifest), manifest.kind.value.as_str());
        for &first in defined.get(&kind).into_iter().flatten().take_while(|_| index.spend(1)) {
            if first != unit && !found.is_full() {
                found.push(edge(first, unit, manifest.kind.span, "its definition"));
            }
        }
    }
}

/// The workload that provides the volumes of a StorageClass, which it names among its variables or
/// arguments. What uses the class comes no earlier than that.
fn provisioners(index: &Index<'_>, found: &mut Findings) {
    let mut classes: BTreeMap<&str, Vec<(Unit, Span)>> = BTreeMap::new();
    for (unit, manifest) in manifests(index) {
        let is_class = manifest.kind.value == "StorageClass";
        if let Some(name) = manifest.node.get("provisioner").filter(|_| is_class)
            && let Some(text) = name.str()
        {
            classes.entry(text).or_default().push((unit, name.span));
        }
    }
    for (unit, manifest) in manifests(index) {
        let is_volume = manifest.kind.value == "PersistentVolume";
        if let Some(name) = manifest.node.at(&["spec", "csi", "driver"]).filter(|_| is_volume)
            && let Some(text) = name.str()
        {
            classes.entry(text).or_default().push((unit, name.span));
        }
    }
    if classes.is_empty() {
        return;
    }
    for (unit, manifest) in manifests(index).filter(|(_, it)| pods::is_workload(it)) {
        by_vendor(index, unit, manifest, &classes, found);
        let reads = pods::reads(manifest);
        let texts = reads.containers.iter().flatten().filter_map(|it| match &it.value {
            VariableValue::Text(text) => Some(text.as_str()),
            VariableValue::Secret { .. }
            | VariableValue::ConfigMap { .. }
            | VariableValue::AllOfSecret { .. }
            | VariableValue::AllOfConfigMap { .. } => None,
        });
        for text in texts.take_while(|text| index.spend(1 + text.len() / BYTES)) {
            let words = text.split(['=', ',', ' ', '\n', '"']);
            let words = words.flat_map(|word| {
                // `rancher.io/local-path` is one, and so is a folder that is called like a driver.
                let folders = word.split('/').filter(|folder| folder.len() < word.len());
                std::iter::once(word).chain(folders)
            });
            for word in words {
                for &(class, span) in classes.get(word).into_iter().flatten() {
                    if found.is_full() || !index.spend(1) {
                        return;
                    }
                    let by = "its provisioner";
                    found.push(no_earlier(unit, class, span, by, Origin::Mentioned));
                }
            }
        }
    }
}

/// An issuer of cert-manager answers by the solver that it names: the server of an API of that group.
fn solvers(index: &Index<'_>, found: &mut Findings) {
    const GROUP: &[&str] = &["spec", "acme", "solvers", "*", "dns01", "webhook", "groupName"];
    let is_issuer = |it: &Manifest| {
        group_of(it) == "cert-manager.io" && matches!(&*it.kind.value, "Issuer" | "ClusterIssuer")
    };
    for (unit, issuer) in manifests(index).filter(|(_, it)| is_issuer(it)) {
        for group in references::sites(&issuer.node, GROUP) {
            for api in index.of_kind("APIService").take_while(|_| index.spend(1)) {
                let Some(manifest) = index.manifest(api) else { continue };
                let at = |path: &[&str]| manifest.node.at(path).and_then(Node::str);
                if at(&["spec", "group"]) != group.str() {
                    continue;
                }
                let (name, namespace) =
                    (at(&["spec", "service", "name"]), at(&["spec", "service", "namespace"]));
                let servers = index.backends(name.unwrap_or_default(), namespace).iter().copied();
                let by = "its solver";
                found.extend(
                    servers
                        .chain([api])
                        .map(|it| no_earlier(it, unit, group.span, by, Origin::Mentioned)),
                );
            }
        }
    }
}

/// A manager of volumes may have its driver's name in its program alone: `driver.longhorn.io` is that of
/// `longhornio/longhorn-manager`.
fn by_vendor(
    index: &Index<'_>,
    unit: Unit,
    workload: &Manifest,
    classes: &BTreeMap<&str, Vec<(Unit, Span)>>,
    found: &mut Findings,
) {
    if !pods::images(workload).any(servers::is_platform) {
        return;
    }
    let texts = pods::images(workload).chain([workload.name.value.as_str()]);
    let words = texts.flat_map(|it| it.split(|c: char| !c.is_ascii_alphanumeric()));
    let words: Vec<&str> = words.filter(|word| word.len() > 2).collect();
    for (provisioner, classes) in classes {
        let domain = provisioner.split('/').next().unwrap_or(provisioner);
        // `nfs.csi.k8s.io` is that of `csi-nfs-node`.
        let is_driver = !index.objects("CSIDriver", provisioner, None).is_empty();
        let vendor = match is_driver {
            true => domain.split('.').next(),
            false => domain.rsplit('.').nth(1),
        };
        let is_of = vendor.is_some_and(|vendor| words.contains(&vendor));
        if !index.spend(1) {
            return;
        }
        for &(class, span) in classes.iter().filter(|_| is_of).take_while(|_| index.spend(1)) {
            found.push(no_earlier(unit, class, span, "its provisioner", Origin::Mentioned));
        }
    }
}

/// Custom resources that become healthy only with what names them in an annotation.
fn needed_by_annotations(index: &Index<'_>, found: &mut Findings) {
    for (unit, manifest) in manifests(index) {
        for (annotation, group, kind) in references::NEEDED_BY_ANNOTATIONS {
            let value = manifest.node.at(&["metadata", "annotations", annotation]);
            let Some(value) = value else { continue };
            let names = references::annotated(value.str().unwrap_or_default());
            for (namespace, name) in names.into_iter().take_while(|_| index.spend(1)) {
                let namespace = namespace.or(index.namespace(unit));
                let objects = index.objects(kind, name, namespace).into_iter();
                let objects = objects
                    .filter(|&then| index.manifest(then).is_some_and(|it| group_of(it) == *group));
                let by = "the annotation that names it";
                let origin = Origin::Mentioned;
                found.extend(objects.map(|then| no_earlier(unit, then, value.span, by, origin)));
            }
        }
    }
}

/// Custom resources that annotations name.
fn annotations(index: &Index<'_>, found: &mut Findings) {
    for (unit, manifest) in manifests(index) {
        let annotations = manifest.node.at(&["metadata", "annotations"]).and_then(Node::entries);
        for entry in annotations.unwrap_or_default() {
            let key = entry.key.value.as_str();
            let known =
                references::ANNOTATIONS.iter().filter(|(annotation, ..)| *annotation == key);
            for (_, group, kind) in known {
                let names = references::annotated(entry.value.str().unwrap_or_default());
                for (namespace, name) in names.into_iter().take_while(|_| index.spend(1)) {
                    let namespace = match has_no_namespace(kind) {
                        true => None,
                        false => namespace.or(index.namespace(unit)),
                    };
                    let span = entry.value.span;
                    let firsts = index.objects(kind, name, namespace).into_iter();
                    let firsts = firsts.filter(|&first| {
                        first != unit
                            && index.manifest(first).is_some_and(|it| group_of(it) == *group)
                    });
                    let by = format_smolstr!("its {kind}");
                    found.extend(
                        firsts.map(|first| {
                            no_earlier(first, unit, span, by.clone(), Origin::Mentioned)
                        }),
                    );
                }
            }
        }
    }
}

/// A database of CloudNativePG comes after the role that owns it.
fn owners(index: &Index<'_>, found: &mut Findings) {
    let of_kind = |kind: &'static str| {
        manifests(index)
            .filter(move |(_, it)| group_of(it) == "postgresql.cnpg.io" && it.kind.value == kind)
    };
    let mut roles: BTreeMap<(&str, &str), Vec<Unit>> = BTreeMap::new();
    for (unit, role) in of_kind("DatabaseRole") {
        let name = role.node.at(&["spec", "name"]).and_then(Node::str);
        let cluster = role.node.at(&["spec", "cluster", "name"]).and_then(Node::str);
        if let Some(cluster) = cluster {
            roles.entry((cluster, name.unwrap_or(&role.name.value))).or_default().push(unit);
        }
    }
    for (unit, database) in of_kind("Database") {
        let Some(owner) = database.node.at(&["spec", "owner"]) else { continue };
        let cluster = database.node.at(&["spec", "cluster", "name"]).and_then(Node::str);
        let key = (cluster.unwrap_or_default(), owner.str().unwrap_or_default());
        for &first in roles.get(&key).into_iter().flatten().take_while(|_| index.spend(1)) {
            if fits_namespace(index.namespace(first), index.namespace(unit)) {
                found.push(edge(first, unit, owner.span, "its owner"));
            }
        }
    }
}

/// The group that is written beside a name: `group`, or that of `apiVersion`.
fn own_group<'a>(place: &NameSite<'a>, default: &'a str) -> &'a str {
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
    place: &NameSite<'_>,
    found: &mut Findings,
) {
    let own = index.namespace(unit);
    let namespace = place.parent.get("namespace").and_then(Node::str).or(own);
    let name = place.name.str().unwrap_or_default();
    // A route to a Service that is not there is Degraded.
    let made = match index.service(name, namespace) {
        Some(_) => Vec::new(),
        None => index.may_serve(name, namespace),
    };
    for first in index.backends(name, namespace).iter().copied().chain(made) {
        if first != unit {
            let link = edge(first, unit, place.name.span, "its backend");
            let is_blocking = reference.is_blocking;
            // Like an Ingress it may well be there first.
            found.push(Found { is_blocking, origin: Origin::Mentioned, ..link });
        }
    }
}

/// What answers at `host:port`, `host:port,host:port`, or a URL.
fn hosts(
    index: &Index<'_>,
    unit: Unit,
    reference: &Reference,
    place: &NameSite<'_>,
    found: &mut Findings,
) {
    let text = place.name.str().unwrap_or_default();
    let listed = text.split(',').filter_map(addresses::host).map(|address| address.host);
    for host in listed.chain(addresses::in_text(text).map(|address| address.host)) {
        if found.is_full() || !index.spend(1) {
            return;
        }
        for endpoint in index.endpoints(&host, index.namespace(unit)) {
            if let Endpoint::Unit(first) = endpoint
                && first != unit
            {
                let link = edge(first, unit, place.name.span, "its server");
                found.push(Found { is_blocking: reference.is_blocking, ..link });
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
    // What runs with an account comes no earlier than its rights.
    let is_binding =
        |it: &Manifest| matches!(&*it.kind.value, "ClusterRoleBinding" | "RoleBinding");
    for (unit, binding) in manifests(index).filter(|(_, it)| is_binding(it)) {
        starts::bound(index, unit, binding, found);
    }
}
