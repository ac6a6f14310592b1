//! Secrets and ConfigMaps that come by a detour: copied from another namespace, filled from the
//! status of a resource, synced while a pod mounts a class, made for an Ingress.
//!
//! Whoever reads them comes no earlier than what brings them. It costs no wave: all of these
//! controllers act without Argo CD, and none of them says in the object's health that it has.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::link::index::{Index, fits_namespace};
use crate::link::known::{self, MadeName, group_of, references};
use crate::link::{kinds, pods};
use crate::model::Unit;
use crate::syntax::Manifest;
use crate::syntax::node::{Meaning, Node};

/// What brings Secrets and ConfigMaps, by their kind and name.
#[derive(Default)]
pub(super) struct Detours {
    by_name: BTreeMap<(&'static str, SmolStr), Vec<Brings>>,
}

struct Brings {
    first: Unit,
    /// Where it brings it to, if that is known.
    namespace: Option<SmolStr>,
}

impl Detours {
    pub(super) fn of(index: &Index<'_>) -> Detours {
        let mut detours = Detours::default();
        for (unit, manifest) in kinds::manifests(index) {
            if !index.spend(1) {
                break;
            }
            detours.exported(index, unit, manifest);
            detours.copied(index, unit, manifest);
            detours.served(index, unit, manifest);
        }
        detours.synced(index);
        detours
    }

    /// What brings an object that is read from a namespace.
    pub(super) fn to(
        &self,
        index: &Index<'_>,
        kind: &'static str,
        name: &str,
        namespace: Option<&str>,
    ) -> Vec<Unit> {
        if self.by_name.is_empty() {
            return Vec::new();
        }
        let all = self.by_name.get(&(kind, name.into())).map(Vec::as_slice).unwrap_or_default();
        let all = all.iter().take_while(|_| index.spend(1));
        let here = all.filter(|it| fits_namespace(it.namespace.as_deref(), namespace));
        here.map(|it| it.first).collect()
    }

    fn add(&mut self, kind: &'static str, name: &str, namespace: Option<&str>, first: Unit) {
        let all = self.by_name.entry((kind, name.into())).or_default();
        all.push(Brings { first, namespace: namespace.map(SmolStr::from) });
    }

    /// AWS's controllers write a field of a resource's status into an object that is there already.
    fn exported(&mut self, index: &Index<'_>, unit: Unit, manifest: &Manifest) {
        if (group_of(manifest), manifest.kind.value.as_str()) != ("services.k8s.aws", "FieldExport")
        {
            return;
        }
        let text = |part| manifest.node.at(&["spec", "to", part]).and_then(Node::str);
        let kind = match text("kind") {
            Some("configmap") => "ConfigMap",
            Some("secret") => "Secret",
            Some(_) | None => return,
        };
        let namespace = text("namespace").or(index.namespace(unit));
        self.add(kind, text("name").unwrap_or_default(), namespace, unit);
    }

    /// What a controller copies into other namespaces, or from another one.
    fn copied(&mut self, index: &Index<'_>, unit: Unit, manifest: &Manifest) {
        /// Where kinds write the annotations of the Secret that is made for them.
        const OF_SECRET: [&[&str]; 8] = [
            &["metadata", "annotations"],
            &["spec", "secretTemplate", "annotations"],
            &["spec", "inheritedMetadata", "annotations"],
            &["spec", "template", "metadata", "annotations"],
            &["spec", "template", "secret", "metadata", "annotations"],
            &["spec", "target", "template", "metadata", "annotations"],
            &["spec", "destination", "annotations"],
            &["spec", "externalSecretSpec", "target", "template", "metadata", "annotations"],
        ];
        const TO_OTHERS: [&str; 6] = [
            "reflector.v1.k8s.emberstack.com/reflection-allowed",
            "reflector.v1.k8s.emberstack.com/reflection-auto-enabled",
            "replicator.v1.mittwald.de/replicate-to",
            "replicator.v1.mittwald.de/replicate-to-matching",
            "replicator.v1.mittwald.de/replication-allowed",
            "kubed.appscode.com/sync",
        ];
        const FROM_ANOTHER: [&str; 2] = [
            "reflector.v1.k8s.emberstack.com/reflects",
            "replicator.v1.mittwald.de/replicate-from",
        ];
        let annotated = |name: &&str| {
            let mut places = OF_SECRET.iter().filter_map(|path| manifest.node.at(path));
            places.any(|annotations| annotations.get(name).is_some())
        };
        let made = || known::secrets_made(manifest).into_iter().filter_map(exact);
        if made().next().is_some() && TO_OTHERS.iter().any(annotated) {
            made().for_each(|name| self.add("Secret", &name, None, unit));
        }
        let own = manifest.name.value.as_str();
        let kind = match manifest.kind.value.as_str() {
            "Secret" => "Secret",
            "ConfigMap" => "ConfigMap",
            "ClusterPolicy" | "Policy" if group_of(manifest) == "kyverno.io" => {
                return self.cloned(index, unit, manifest);
            }
            _ => return,
        };
        let annotations = manifest.node.at(&["metadata", "annotations"]);
        let values = FROM_ANOTHER.iter().filter_map(|name| annotations?.get(name)?.str());
        for (namespace, name) in values.flat_map(references::annotated) {
            let from = namespace.or(index.namespace(unit));
            let makers = match kind {
                "Secret" => index.makers(name, from),
                _ => index.map_makers(name, from),
            };
            makers.into_iter().for_each(|first| self.add(kind, own, index.namespace(unit), first));
        }
    }

    /// A policy of Kyverno clones a Secret or a ConfigMap into namespaces.
    fn cloned(&mut self, index: &Index<'_>, unit: Unit, policy: &Manifest) {
        let rules = policy.node.at(&["spec", "rules"]).and_then(Node::items).unwrap_or_default();
        for rule in rules.iter().filter_map(|rule| rule.get("generate")) {
            let text = |path: &[&str]| rule.at(path).and_then(Node::str);
            let (Some(kind), Some(name)) = (text(&["kind"]), text(&["name"])) else { continue };
            let kind = match kind {
                "Secret" => "Secret",
                "ConfigMap" => "ConfigMap",
                _ => continue,
            };
            self.add(kind, name, None, unit);
            let (from, of) = (text(&["clone", "namespace"]), text(&["clone", "name"]));
            let makers = match (kind, of) {
                ("Secret", Some(of)) => index.makers(of, from),
                (_, Some(of)) => index.map_makers(of, from),
                (_, None) => Vec::new(),
            };
            makers.into_iter().for_each(|first| self.add(kind, name, None, first));
        }
    }

    /// cert-manager makes the certificate of an Ingress or a Gateway that says who issues it.
    fn served(&mut self, index: &Index<'_>, unit: Unit, manifest: &Manifest) {
        const BY: [&str; 3] =
            ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme"];
        let annotations = manifest.node.at(&["metadata", "annotations"]);
        if !BY.iter().any(|name| annotations.is_some_and(|it| it.get(name).is_some())) {
            return;
        }
        let path: &[&str] = match (group_of(manifest), manifest.kind.value.as_str()) {
            ("networking.k8s.io" | "extensions", "Ingress") => &["spec", "tls", "*", "secretName"],
            ("gateway.networking.k8s.io", "Gateway") => {
                &["spec", "listeners", "*", "tls", "certificateRefs", "*", "name"]
            }
            _ => return,
        };
        let namespace = index.namespace(unit);
        for place in references::name_sites(&manifest.node, path) {
            self.add("Secret", place.name.str().unwrap_or_default(), namespace, unit);
        }
    }

    /// The driver for Secrets makes one only while some pod mounts its class.
    fn synced(&mut self, index: &Index<'_>) {
        let is_class = |manifest: &Manifest| {
            group_of(manifest) == "secrets-store.csi.x-k8s.io"
                && manifest.kind.value == "SecretProviderClass"
        };
        let mut classes: BTreeMap<&str, Vec<(Unit, Vec<&str>)>> = BTreeMap::new();
        for (unit, class) in kinds::manifests(index).filter(|(_, it)| is_class(it)) {
            let objects = class.node.at(&["spec", "secretObjects"]).and_then(Node::items);
            let names = objects.unwrap_or_default().iter();
            let names: Vec<&str> = names.filter_map(|it| it.get("secretName")?.str()).collect();
            names.iter().for_each(|name| self.add("Secret", name, index.namespace(unit), unit));
            classes.entry(&class.name.value).or_default().push((unit, names));
        }
        if classes.is_empty() {
            return;
        }
        for (unit, workload) in kinds::manifests(index).filter(|(_, it)| pods::is_workload(it)) {
            let namespace = index.namespace(unit);
            for (kind, read) in pods::reads(workload).needed {
                let known = classes.get(&*read.name).filter(|_| kind == "SecretProviderClass");
                let known = known.into_iter().flatten().take_while(|_| index.spend(1));
                for (class, names) in known {
                    if !fits_namespace(index.namespace(*class), namespace) {
                        continue;
                    }
                    for name in names.iter().take_while(|_| index.spend(1)) {
                        self.add("Secret", name, namespace, unit);
                    }
                }
            }
        }
    }
}

fn exact(name: MadeName) -> Option<SmolStr> {
    match name {
        MadeName::Exact(name) => Some(name),
        MadeName::Begins(_) | MadeName::Ends(_) => None,
    }
}

/// Whether a scalar says yes.
pub(super) fn is_true(node: Option<&Node>) -> bool {
    let scalar = node.and_then(Node::scalar);
    scalar.is_some_and(|it| it.meaning == Meaning::Bool(true) || it.text == "true")
}
