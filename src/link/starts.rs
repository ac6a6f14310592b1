//! What pods cannot start without, beside what they read: an image that is built in the project, a
//! pod beside which they are placed, what is injected into them.
//!
//! It costs no wave: the pod waits by itself, but it waits for ever where what it waits for comes in
//! a later wave.

use std::collections::{BTreeMap, BTreeSet};

use crate::link::detours::is_true;
use crate::link::index::{BYTES, Index, fits_namespace, is_custom};
use crate::link::infer::no_earlier;
use crate::link::known::{group_of, references};
use crate::link::pods::VariableValue;
use crate::link::scripts::ByLabel;
use crate::link::{Findings, infer, kinds, pods, servers};
use crate::links::Origin;
use crate::model::Unit;
use crate::source::Span;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// Everything that pods start after.
pub(super) fn after(index: &Index<'_>) -> Findings {
    let mut found = Findings::default();
    let built = Built::of(index);
    let injected = Injected::of(index);
    let by_label = ByLabel::of(index);
    pushed(index, &mut found);
    for (unit, manifest) in kinds::manifests(index) {
        if found.is_full() || !index.spend(1) {
            break;
        }
        built.bases(index, unit, manifest, &mut found);
        if pods::is_workload(manifest) {
            built.images(index, unit, manifest, &mut found);
            injected.put_into(index, unit, manifest, &mut found);
            beside(index, unit, manifest, &by_label, &mut found);
        }
    }
    found
}

/// The images that Jobs and pipelines of the project push to registries elsewhere.
fn pushed(index: &Index<'_>, found: &mut Findings) {
    /// Custom resources that build images.
    const BUILDERS: [&str; 6] = [
        "tekton.dev",
        "shipwright.io",
        "kpack.io",
        "build.kpack.io",
        "kaniko.build",
        "buildkit.io",
    ];
    let mut users: BTreeMap<&str, Vec<(Unit, Span)>> = BTreeMap::new();
    for (unit, manifest) in kinds::manifests(index).filter(|(_, it)| pods::is_workload(it)) {
        for container in pods::containers(manifest) {
            if let Some((image, span)) =
                container.get("image").and_then(|it| Some((it.str()?, it.span)))
                && image.contains('/')
            {
                users.entry(image).or_default().push((unit, span));
                // A builder may be told the name alone: `tag: registry.example.com/shop`.
                if let Some((name, tag)) =
                    image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))
                    && !tag.is_empty()
                {
                    users.entry(name).or_default().push((unit, span));
                }
            }
        }
    }
    if users.is_empty() {
        return;
    }
    for (unit, manifest) in kinds::manifests(index) {
        let mut texts = Vec::new();
        if pods::is_workload(manifest) && !pods::is_server_kind(manifest) {
            let reads = pods::reads(manifest);
            let all = reads.containers.into_iter().flatten();
            // What a Job runs itself it does not push.
            texts.extend(all.filter(|it| !it.name.contains(' ')).filter_map(|it| match it.value {
                VariableValue::Text(text) => Some(text.to_string()),
                VariableValue::Secret { .. }
                | VariableValue::ConfigMap { .. }
                | VariableValue::AllOfConfigMap { .. }
                | VariableValue::AllOfSecret { .. } => None,
            }));
        } else if BUILDERS.contains(&group_of(manifest)) {
            let mut nodes = Vec::new();
            infer::collect_texts(manifest.node.get("spec"), &mut nodes);
            texts.extend(nodes.iter().filter_map(|node| node.str().map(str::to_owned)));
        }
        for text in texts.into_iter().take_while(|text| index.spend(1 + text.len() / BYTES)) {
            let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ';' | ',');
            for word in text.split(is_end) {
                let word = word.strip_prefix("docker://").unwrap_or(word);
                for &(user, span) in users.get(word).into_iter().flatten() {
                    if found.is_full() || !index.spend(1) {
                        return;
                    }
                    push(unit, user, span, "what pushes its image", found);
                }
            }
        }
    }
}

fn push(first: Unit, then: Unit, span: Span, by: &'static str, found: &mut Findings) {
    if first != then {
        found.push(no_earlier(first, then, span, by, Origin::Mentioned));
    }
}

/// The images that BuildConfigs of OpenShift push to image streams, by the name of the stream.
struct Built<'a> {
    by_stream: BTreeMap<&'a str, Vec<Unit>>,
}

/// The place of the registry of OpenShift, as pods name it.
const OWN_REGISTRIES: [&str; 3] = [
    "image-registry.openshift-image-registry.svc",
    "docker-registry.default.svc",
    "default-route-openshift-image-registry",
];

impl<'a> Built<'a> {
    fn of(index: &Index<'a>) -> Built<'a> {
        let mut by_stream: BTreeMap<&str, Vec<Unit>> = BTreeMap::new();
        let builds = kinds::manifests(index).filter(|(_, it)| is_build(it));
        for (unit, build) in builds {
            let to = build.node.at(&["spec", "output", "to"]);
            let is_tag = to.and_then(|to| to.get("kind")?.str()) == Some("ImageStreamTag");
            let name = to.and_then(|to| to.get("name")?.str()).filter(|_| is_tag);
            by_stream.entry(stream(name.unwrap_or_default())).or_default().push(unit);
        }
        by_stream.remove("");
        Built { by_stream }
    }

    /// What a build starts from may be built too.
    fn bases(&self, index: &Index<'_>, unit: Unit, manifest: &Manifest, found: &mut Findings) {
        if self.by_stream.is_empty() || !is_build(manifest) {
            return;
        }
        for strategy in ["dockerStrategy", "sourceStrategy", "customStrategy"] {
            let from = manifest.node.at(&["spec", "strategy", strategy, "from"]);
            self.tag(index, unit, from, found);
        }
        let sources = manifest.node.at(&["spec", "source", "images"]).and_then(Node::items);
        for source in sources.unwrap_or_default() {
            self.tag(index, unit, source.get("from"), found);
        }
    }

    /// `{kind: ImageStreamTag, name: app:latest}`.
    fn tag(&self, index: &Index<'_>, unit: Unit, from: Option<&Node>, found: &mut Findings) {
        let Some(from) = from else { return };
        let text = |part| from.get(part).and_then(Node::str);
        if text("kind") != Some("ImageStreamTag") {
            return;
        }
        if let Some(name) = from.get("name") {
            let namespace = text("namespace").or(index.namespace(unit));
            self.push(index, unit, name.str().unwrap_or_default(), namespace, name.span, found);
        }
    }

    fn push(
        &self,
        index: &Index<'_>,
        unit: Unit,
        name: &str,
        namespace: Option<&str>,
        span: Span,
        found: &mut Findings,
    ) {
        let builds = self.by_stream.get(stream(name)).into_iter().flatten();
        for &build in builds.take_while(|_| index.spend(1)) {
            if fits_namespace(index.namespace(build), namespace) {
                push(build, unit, span, "the build of its image", found);
            }
        }
    }

    /// The images of a workload, and what its triggers put in their place.
    fn images(&self, index: &Index<'_>, unit: Unit, manifest: &Manifest, found: &mut Findings) {
        if self.by_stream.is_empty() {
            return;
        }
        let own = index.namespace(unit);
        for container in pods::containers(manifest) {
            let Some(image) = container.get("image") else { continue };
            let mut parts = image.str().unwrap_or_default().rsplit('/');
            let (name, namespace, registry) = (parts.next(), parts.next(), parts.next());
            let is_own =
                registry.is_some_and(|it| OWN_REGISTRIES.iter().any(|known| it.starts_with(known)));
            // One word is an image stream of the own namespace, where it has such a one.
            let namespace = match namespace {
                None => own,
                Some(namespace) if is_own => Some(namespace),
                Some(_) => continue,
            };
            self.push(index, unit, name.unwrap_or_default(), namespace, image.span, found);
        }
        let triggers = manifest.node.at(&["spec", "triggers"]).and_then(Node::items);
        for trigger in triggers.unwrap_or_default() {
            self.tag(index, unit, trigger.at(&["imageChangeParams", "from"]), found);
        }
        let annotation = ["metadata", "annotations", "image.openshift.io/triggers"];
        let annotation = manifest.node.at(&annotation);
        let text = annotation.and_then(Node::str).filter(|text| index.spend(text.len() / BYTES));
        let triggers: Option<serde_json::Value> =
            text.and_then(|text| serde_json::from_str(text).ok());
        for from in triggers.iter().filter_map(|it| it.as_array()).flatten() {
            let text = |part: &str| from.get("from")?.get(part)?.as_str();
            if let (Some(name), Some(annotation)) = (text("name"), annotation)
                && text("kind") == Some("ImageStreamTag")
            {
                let namespace = text("namespace").or(own);
                self.push(index, unit, name, namespace, annotation.span, found);
            }
        }
    }
}

fn is_build(manifest: &Manifest) -> bool {
    group_of(manifest) == "build.openshift.io" && manifest.kind.value == "BuildConfig"
}

/// `app` of `app:latest` and `app@sha256:...`.
fn stream(tag: &str) -> &str {
    tag.split([':', '@']).next().unwrap_or(tag)
}

/// What injects something into pods when they are made, or when they start.
#[derive(Default)]
struct Injected<'a> {
    /// The components of Dapr: with the Apps that they are for, if not for all.
    components: Vec<(Unit, Vec<&'a str>)>,
    /// Vault, and its injector.
    vaults: Vec<Unit>,
    /// Device plugins, by the words of their names and images, and what makes operators bring them, by
    /// its group.
    devices: BTreeMap<String, BTreeSet<Unit>>,
    /// What brings devices that it names itself.
    named_devices: BTreeMap<&'a str, Vec<Unit>>,
    /// What brings the runtime classes of Kata.
    runtimes: Vec<Unit>,
}

impl<'a> Injected<'a> {
    fn of(index: &Index<'a>) -> Injected<'a> {
        const COMPONENTS: [&str; 4] = ["Component", "Configuration", "HTTPEndpoint", "Resiliency"];
        let mut injected = Injected::default();
        for (unit, manifest) in kinds::manifests(index) {
            if group_of(manifest) == "dapr.io" && COMPONENTS.contains(&&*manifest.kind.value) {
                let scopes = manifest.node.get("scopes").and_then(Node::items);
                let scopes = scopes.unwrap_or_default().iter().filter_map(Node::str);
                injected.components.push((unit, scopes.collect()));
            }
            match (group_of(manifest), manifest.kind.value.as_str()) {
                ("sriovnetwork.openshift.io", "SriovNetworkNodePolicy") => {
                    let name = manifest.node.at(&["spec", "resourceName"]).and_then(Node::str);
                    injected.named_devices.entry(name.unwrap_or_default()).or_default().push(unit);
                }
                ("kataconfiguration.openshift.io", "KataConfig") => injected.runtimes.push(unit),
                _ => {}
            }
            if !pods::is_workload(manifest) {
                if is_custom(manifest) {
                    let group = group_of(manifest).to_owned();
                    injected.devices.entry(group).or_default().insert(unit);
                }
                continue;
            }
            if pods::images(manifest).any(servers::is_vault) {
                injected.vaults.push(unit);
            }
            let name = manifest.name.value.as_str();
            let mut texts = pods::images(manifest).chain([name]);
            let is_plugin = texts
                .any(|it| it.contains("plugin") || it.contains("driver") || it.contains("csi"));
            if manifest.kind.value == "DaemonSet" && is_plugin {
                let texts = pods::images(manifest).chain([name]);
                let words = texts.flat_map(|it| it.split(|c: char| !c.is_ascii_alphanumeric()));
                for word in words.filter(|word| word.len() > 2).take_while(|_| index.spend(1)) {
                    let word = word.to_ascii_lowercase();
                    injected.devices.entry(word).or_default().insert(unit);
                }
            }
        }
        injected
    }

    fn put_into(&self, index: &Index<'_>, unit: Unit, workload: &Manifest, found: &mut Findings) {
        let annotations =
            pods::template(workload).and_then(|it| it.at(&["metadata", "annotations"]));
        let annotation = |name: &str| annotations.and_then(|it| it.get(name));
        let namespace = index.namespace(unit);
        let enabled = annotation("dapr.io/enabled");
        if let Some(enabled) = enabled.filter(|it| is_true(Some(it))) {
            let id = annotation("dapr.io/app-id").and_then(Node::str).unwrap_or_default();
            let all = self.components.iter().take_while(|it| index.spend(1 + it.1.len()));
            for (component, scopes) in all {
                let is_for = scopes.is_empty() || scopes.contains(&id);
                if is_for && fits_namespace(index.namespace(*component), namespace) {
                    push(*component, unit, enabled.span, "its component of Dapr", found);
                }
            }
        }
        let injects = annotation("vault.hashicorp.com/agent-inject");
        if let Some(injects) = injects.filter(|it| is_true(Some(it))) {
            for &vault in self.vaults.iter().take_while(|_| index.spend(1)) {
                push(vault, unit, injects.span, "what Vault injects", found);
            }
        }
        self.devices(index, unit, workload, found);
        self.networks(index, unit, annotation("k8s.v1.cni.cncf.io/networks"), found);
        let spec = pods::spec(workload);
        let runtime = spec.and_then(|spec| spec.get("runtimeClassName"));
        let is_kata = |it: &&Node| it.str().is_some_and(|name| name.starts_with("kata"));
        if let Some(runtime) = runtime.filter(is_kata) {
            for &first in self.runtimes.iter().take_while(|_| index.spend(1)) {
                push(first, unit, runtime.span, "its runtime class", found);
            }
        }
        let volumes = spec.and_then(|spec| spec.get("volumes")?.items()).unwrap_or_default();
        for driver in volumes.iter().filter_map(|volume| volume.at(&["csi", "driver"])) {
            let name = driver.str().unwrap_or_default();
            let word = name.split('.').next().unwrap_or(name);
            let plugins = self.devices.get(word).into_iter().flatten();
            for &plugin in plugins.take_while(|_| index.spend(1)) {
                push(plugin, unit, driver.span, "the driver of its volume", found);
            }
        }
        let scheduler = spec.and_then(|spec| spec.get("schedulerName"));
        if let Some((name, span)) = scheduler.and_then(|it| Some((it.str()?, it.span))) {
            for first in index.objects("Deployment", name, None) {
                push(first, unit, span, "its scheduler", found);
            }
        }
    }

    /// The networks beside the pod's own: `shop/net@eth1, other`.
    fn networks(&self, index: &Index<'_>, unit: Unit, named: Option<&Node>, found: &mut Findings) {
        let Some(named) = named else { return };
        for (namespace, name) in references::annotated(named.str().unwrap_or_default()) {
            let name = name.split('@').next().unwrap_or(name);
            for kind in ["NetworkAttachmentDefinition", "SriovNetwork"] {
                // A SriovNetwork makes the definition in a namespace that it names.
                let of = namespace.or(index.namespace(unit)).filter(|_| kind != "SriovNetwork");
                for first in
                    index.objects(kind, name, of).into_iter().take_while(|_| index.spend(1))
                {
                    push(first, unit, named.span, "its network", found);
                }
            }
        }
    }

    /// `nvidia.com/gpu: 1` is there when the plugin of that vendor has said so.
    fn devices(&self, index: &Index<'_>, unit: Unit, workload: &Manifest, found: &mut Findings) {
        for container in pods::containers(workload) {
            let limits = container.at(&["resources", "limits"]).and_then(Node::entries);
            for limit in limits.unwrap_or_default() {
                let Some((domain, name)) = limit.key.value.split_once('/') else { continue };
                let vendor = domain.rsplit('.').nth(1).unwrap_or(domain);
                let vendors = [vendor, domain].into_iter().filter(|_| domain != "kubernetes.io");
                let plugins = vendors.filter_map(|it| self.devices.get(it)).flatten();
                let named = self.named_devices.get(name).into_iter().flatten();
                for &plugin in plugins.chain(named).take_while(|_| index.spend(1)) {
                    push(plugin, unit, limit.key.span, "its device plugin", found);
                }
            }
        }
    }
}

/// A pod that has to be placed beside others is pending until these are there.
fn beside(
    index: &Index<'_>,
    unit: Unit,
    workload: &Manifest,
    by_label: &ByLabel<'_>,
    found: &mut Findings,
) {
    const TERMS: [&str; 4] =
        ["affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "*"];
    let Some(spec) = pods::spec(workload) else { return };
    let path: Vec<&str> = TERMS.into_iter().chain(["labelSelector"]).collect();
    for selector in references::sites(spec, &path) {
        let labels = labels_of(selector);
        let units = by_label.having(index, &labels, index.namespace(unit));
        // The first pod that has the labels itself needs no other.
        if !units.contains(&unit) {
            for first in units {
                push(first, unit, selector.span, "the pods that it is placed beside", found);
            }
        }
    }
}

/// `a=b,c=d` of a selector of labels; of expressions those that allow one value.
fn labels_of(selector: &Node) -> String {
    let of_map = selector.get("matchLabels").and_then(Node::entries).unwrap_or_default();
    let of_map = of_map.iter().filter_map(|it| Some((it.key.value.as_str(), it.value.str()?)));
    let expressions = selector.get("matchExpressions").and_then(Node::items).unwrap_or_default();
    let of_expressions = expressions.iter().filter_map(|expression| {
        let text = |part| expression.get(part).and_then(Node::str);
        match (text("operator"), expression.get("values").and_then(Node::items)) {
            (Some("In"), Some([value])) => Some((text("key")?, value.str()?)),
            _ => None,
        }
    });
    let pairs: Vec<String> =
        of_map.chain(of_expressions).map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join(",")
}

/// The workloads of an account that a binding of rights names: without its rights they fail.
pub(super) fn bound(index: &Index<'_>, binding: Unit, manifest: &Manifest, found: &mut Findings) {
    let subjects = manifest.node.get("subjects").and_then(Node::items).unwrap_or_default();
    let accounts: Vec<(&str, Option<&str>)> = subjects
        .iter()
        .filter(|it| it.get("kind").and_then(Node::str) == Some("ServiceAccount"))
        .filter_map(|it| Some((it.get("name")?.str()?, it.get("namespace").and_then(Node::str))))
        .collect();
    let workloads = kinds::manifests(index).filter(|(_, it)| pods::is_workload(it));
    for (unit, workload) in workloads {
        if found.is_full() || !index.spend(1 + accounts.len()) {
            return;
        }
        let own = pods::service_account(workload).unwrap_or("default");
        let is_meant = accounts.iter().any(|(name, namespace)| {
            *name == own && fits_namespace(*namespace, index.namespace(unit))
        });
        if is_meant {
            push(binding, unit, workload.name.span, "the rights of its account", found);
        }
    }
}
