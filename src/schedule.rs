//! Graph + objects -> plan: which wave everything is in, and the order of the output.
//!
//! The wave of a unit is the length of the longest path of gating edges that ends there, so there
//! are as few waves as the graph allows. Written waves are kept and everything else is arranged
//! around them, below zero where that is what it takes.

use std::collections::{BTreeMap, BTreeSet};

use crate::annotation;
use crate::diag::problems::waves::{PinHoldsBack, Step, WavePinContradicts, WavePinDoubtful};
use crate::diag::{Diagnostics, render};
use crate::graph::{Edge, EdgeId, NodeId};
use crate::links::{Link, Links, Origin, step};
use crate::model::{Hook, Phase, Project, Unit};
use crate::object::{
    Object, apply_rank, group, is_claim, is_cluster_wide, is_healthy_at_once, why_it_follows,
};
use crate::plan::{Plan, Planned, Scheduled};
use crate::source::Spanned;
use crate::syntax::Manifest;
use crate::syntax::node::{Meaning, Node};
use crate::value::Value;

/// Schedules the objects of a project.
pub fn plan(
    project: &Project,
    links: &Links,
    objects: Vec<Object>,
    diagnostics: &mut Diagnostics,
) -> Plan {
    let units = waves(project, links, diagnostics);
    let waves: BTreeMap<Unit, i64> =
        units.iter().map(|scheduled| (scheduled.unit, scheduled.wave)).collect();
    let objects: Vec<Planned> = objects
        .into_iter()
        .map(|mut object| match waves.get(&object.owner) {
            Some(&wave) => {
                let wave = if object.is_recheck() { wave.saturating_sub(1) } else { wave };
                // A hook of the Sync phase is passed through as it is: its wave is its own.
                if !is_plain_hook(project, object.owner) {
                    object.annotate(annotation::WAVE, &wave.to_string());
                }
                Planned { wave, is_hook: false, object }
            }
            None => {
                // gitops-engine `pkg/sync/syncwaves/waves.go`.
                let keys = [annotation::WAVE, annotation::HELM_WEIGHT];
                let mut waves = keys.iter().filter_map(|key| object.annotation(key)?.parse().ok());
                Planned { wave: waves.next().unwrap_or(0), is_hook: true, object }
            }
        })
        .collect();
    let objects = apply_adjust_deps(in_order(objects), project.namespace.as_deref());
    Plan { objects, units }
}

fn is_plain_hook(project: &Project, unit: Unit) -> bool {
    let Unit::Manifest(index) = unit else { return false };
    project.manifests.get(index).is_some_and(|manifest| manifest.hook.is_some())
}

/// Argo CD's order: phase, wave, kind, name (gitops-engine `pkg/sync/sync_tasks.go`).
fn in_order(objects: Vec<Planned>) -> Vec<Planned> {
    let ranked = objects.into_iter().map(|planned| {
        let object = &planned.object;
        let phase = phase(object);
        let rank = (phase.is_none(), phase, planned.wave, apply_rank(object.kind()));
        ((rank, object.name().to_owned()), planned)
    });
    let mut ranked: Vec<_> = ranked.collect();
    ranked.sort_by(|(rank, one), (other_rank, other)| {
        rank.cmp(other_rank).then_with(|| one.object.id().cmp(&other.object.id()))
    });
    ranked.into_iter().map(|(_, planned)| planned).collect()
}

/// The phase in which an object is applied, the first where it is a hook of several; none for a hook
/// that no sync applies.
fn phase(object: &Object) -> Option<Phase> {
    let written = |key| {
        let value = object.at(&["metadata", "annotations", key])?;
        // Kubernetes reads null as an empty text.
        if *value == Value::Null { Some("") } else { value.as_str() }
    };
    match Hook::phases(written(annotation::HOOK), written(annotation::HELM_HOOK)) {
        None => Some(Phase::Sync),
        Some(phases) => phases.into_iter().min(),
    }
}

/// Argo CD applies a Namespace, and then a CustomResourceDefinition, before the first object that
/// needs it, in that object's wave and phase, whatever its own say (`sync_tasks.go`, `adjustDeps`).
fn apply_adjust_deps(objects: Vec<Planned>, destination: Option<&str>) -> Vec<Planned> {
    let namespace = |object: &Object| match (object.id().group, object.kind()) {
        ("", "Namespace") => Role::Needed(object.name().to_owned()),
        // Whatever names no namespace counts as one of the Application's, cluster-wide or not. Of
        // what is cluster-wide Argo CD takes away the one that is written (`state.go`,
        // `DeduplicateTargetObjects`).
        (group, kind) => object
            .namespace()
            .filter(|_| !is_cluster_wide(group, kind))
            .or(destination)
            .map_or(Role::Neither, |name| Role::Needs(name.to_owned())),
    };
    let definition = |object: &Object| {
        let text = |path: &[&str]| object.at(path).and_then(Value::as_str);
        match (object.id().group, object.kind()) {
            (group @ "apiextensions.k8s.io", kind @ "CustomResourceDefinition") => {
                match (text(&["spec", "group"]), text(&["spec", "names", "kind"])) {
                    (Some(group), Some(kind)) => Role::Needed(format!("{group}/{kind}")),
                    _ => Role::Needs(format!("{group}/{kind}")),
                }
            }
            (group, kind) => Role::Needs(format!("{group}/{kind}")),
        }
    };
    let has = |objects: &[Planned], kind| objects.iter().any(|one| one.object.kind() == kind);
    let objects = match has(&objects, "Namespace") {
        true => pulled(objects, namespace),
        false => objects,
    };
    match has(&objects, "CustomResourceDefinition") {
        true => pulled(objects, definition),
        false => objects,
    }
}

/// What an object is for others of its list.
enum Role {
    Needed(String),
    Needs(String),
    Neither,
}

/// Puts what is needed right in front of the first object that needs it, unless it is there.
fn pulled(objects: Vec<Planned>, role: impl Fn(&Object) -> Role) -> Vec<Planned> {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut before: BTreeMap<usize, Vec<Planned>> = BTreeMap::new();
    let mut kept: Vec<Planned> = Vec::new();
    for mut planned in objects {
        let is_applied = phase(&planned.object).is_some();
        match role(&planned.object) {
            _ if !is_applied => {}
            Role::Needed(key) => {
                if let Some(&place) = first.get(&key) {
                    planned.wave = kept.get(place).map_or(planned.wave, |needing| needing.wave);
                    before.entry(place).or_default().push(planned);
                    continue;
                }
            }
            Role::Needs(key) => _ = first.entry(key).or_insert(kept.len()),
            Role::Neither => {}
        }
        kept.push(planned);
    }
    let mut ordered = Vec::with_capacity(kept.len());
    for (place, planned) in kept.into_iter().enumerate() {
        ordered.extend(before.remove(&place).unwrap_or_default());
        ordered.push(planned);
    }
    ordered
}

/// The waves of all units, in the order of the graph's nodes.
fn waves(project: &Project, links: &Links, diagnostics: &mut Diagnostics) -> Vec<Scheduled> {
    let levels = Levels::of(project, links);
    let mut paths = BTreeMap::new();
    for node in 0..links.nodes().len() {
        levels.check_pin(node, &mut paths, diagnostics);
    }
    let mut units: Vec<Scheduled> = (0..links.nodes().len())
        .map(|node| Scheduled {
            unit: *links.node(node),
            node,
            wave: levels.wave(node),
            held_by: levels.held_by(node),
            pulled_by: levels.pulled_by(node),
            is_pinned: levels.pin(node).is_some(),
            is_put_off: false,
        })
        .collect();
    claims_join_their_pods(project, links, &levels, &mut units);
    put_off(project, links, &mut units);
    what_others_read_comes_first(project, links, &mut units);
    report_held_back(project, links, &units, diagnostics);
    units
}

/// What does not become healthy by itself is in the last wave: a Job that is suspended, a Deployment that
/// is paused (Argo CD calls both Suspended), a claim that waits for a pod which no manifest has. In any
/// earlier wave Argo CD would wait for it before it applies the next one.
fn put_off(project: &Project, links: &Links, units: &mut [Scheduled]) {
    let Some(last) = units.iter().map(|scheduled| scheduled.wave).max() else { return };
    let waiting = waiting_classes(project);
    let stuck: Vec<NodeId> = units
        .iter()
        .filter(|scheduled| scheduled.wave < last)
        .filter(|scheduled| match scheduled.unit {
            Unit::Manifest(index) => project.manifests.get(index).is_some_and(|manifest| {
                !manifest.is_hook
                    && waits_for_somebody(links, scheduled.node, &manifest.written, &waiting)
            }),
            Unit::Database(_) | Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => false,
        })
        .map(|scheduled| scheduled.node)
        .collect();
    // A few in all: whoever suspends thousands of Jobs has no order among them.
    const MOST: usize = 100;
    for node in stuck.into_iter().take(MOST) {
        let reached = links.reachable(node);
        let after = |other: usize| other == node || reached.get(other) == Some(&true);
        let is_free = |scheduled: &Scheduled| !scheduled.is_pinned || !after(scheduled.node);
        if units.iter().all(is_free) {
            for scheduled in units.iter_mut().filter(|scheduled| after(scheduled.node)) {
                scheduled.is_put_off = scheduled.wave < last;
                scheduled.wave = scheduled.wave.max(last);
            }
        }
    }
}

/// Whether an object waits for a person, or for a pod that nobody makes.
fn waits_for_somebody(
    links: &Links,
    node: NodeId,
    manifest: &Manifest,
    waiting: &BTreeSet<&str>,
) -> bool {
    let is_true = |path: &[&str]| {
        let scalar = manifest.node.at(path).and_then(Node::scalar);
        scalar.is_some_and(|scalar| scalar.meaning == Meaning::Bool(true))
    };
    let kind = manifest.kind.value.as_str();
    match (group(&manifest.api_version.value), kind) {
        ("batch", "Job") => is_true(&["spec", "suspend"]),
        ("apps", "Deployment") => is_true(&["spec", "paused"]),
        ("", _) if is_claim(kind) => {
            let mut mounting = links.outgoing(node);
            is_held_back(manifest, waiting)
                && mounting.all(|edge| edge.weight.origin != Origin::Follows)
        }
        _ => false,
    }
}

/// Where something that reads a ConfigMap may be below wave zero, a ConfigMap without a wave is in
/// the first of these waves: it costs no wait, and a pod that reads it may be there.
fn what_others_read_comes_first(project: &Project, links: &Links, units: &mut [Scheduled]) {
    let is_at_once = |unit: Unit| match unit {
        Unit::Manifest(index) => project
            .manifests
            .get(index)
            .is_some_and(|manifest| is_healthy_at_once(&manifest.written.kind.value)),
        Unit::Database(_) | Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => false,
    };
    let readers = units.iter().filter(|scheduled| !is_at_once(scheduled.unit));
    let first = readers.map(|scheduled| scheduled.wave).min().unwrap_or(0).min(0);
    for scheduled in units.iter_mut().filter(|scheduled| !scheduled.is_pinned) {
        let waits = links.incoming(scheduled.node).next().is_some();
        if !waits && is_at_once(scheduled.unit) {
            scheduled.wave = first.min(scheduled.wave);
        }
    }
}

/// Reports a written wave that would wait for a later one (rule 4).
fn report_held_back(
    project: &Project,
    links: &Links,
    units: &[Scheduled],
    diagnostics: &mut Diagnostics,
) {
    let follows = |link: &Link| link.origin == Origin::Follows;
    let waiting = waiting_classes(project);
    for scheduled in units {
        let Some(pin) = project.pin(scheduled.unit) else { continue };
        let Unit::Manifest(index) = scheduled.unit else { continue };
        let Some(manifest) = project.manifests.get(index) else { continue };
        let written = &manifest.written;
        if !is_held_back(written, &waiting) {
            continue;
        }
        let mounting = links.outgoing(scheduled.node).filter(|edge| follows(&edge.weight));
        let serving = links.incoming(scheduled.node).filter(|edge| follows(&edge.weight));
        let needs = match is_claim(&written.kind.value) {
            true => {
                let pods = mounting.filter_map(|edge| units.get(edge.to));
                pods.min_by_key(|unit| unit.wave)
            }
            false => serving.filter_map(|edge| units.get(edge.from)).max_by_key(|unit| unit.wave),
        };
        let Some(needs) = needs.filter(|needs| needs.wave > pin.value) else { continue };
        let Some(needs_span) = project.place(needs.unit) else { continue };
        diagnostics.report(PinHoldsBack {
            primary: pin.span,
            name: project.label(scheduled.unit),
            wave: pin.value,
            needs: project.label(needs.unit),
            needs_span,
            needs_wave: needs.wave,
            why: why_it_follows(&manifest.written.kind.value),
        });
    }
}

/// Whether an object cannot become healthy before what it goes with: a claim that waits for its
/// first pod, an autoscaler without a target, an APIService without its server. An Ingress and a
/// LoadBalancer get their address from their controller alone.
fn is_held_back(manifest: &Manifest, waits: &BTreeSet<&str>) -> bool {
    let kind = manifest.kind.value.as_str();
    let at = |path: &[&str]| manifest.node.at(path).and_then(Node::str);
    match kind {
        "HorizontalPodAutoscaler" | "ScaledObject" | "APIService" => true,
        _ if is_claim(kind) => {
            let class = at(&["spec", "storageClassName"]);
            at(&["spec", "volumeName"]).is_none() && class.is_none_or(|class| waits.contains(class))
        }
        _ => false,
    }
}

/// The storage classes that bind a claim with its first pod: those of the project that say so, and
/// those that clusters are delivered with. Of a class that somebody else made nothing is known; the
/// one that is taken where none is written is nearly always one of these.
fn waiting_classes(project: &Project) -> BTreeSet<&str> {
    const KNOWN: [&str; 24] = [
        "gp2",
        "gp2-csi",
        "gp3",
        "gp3-csi",
        "ebs-sc",
        "auto-ebs-sc",
        "standard-rwo",
        "premium-rwo",
        "standard-rwx",
        "premium-rwx",
        "managed-csi",
        "managed-csi-premium",
        "managed-premium",
        "default",
        "oci-bv",
        "hcloud-volumes",
        "local-path",
        "local-storage",
        "openebs-hostpath",
        "openebs-lvmpv",
        "topolvm-provisioner",
        "lvms-vg1",
        "microk8s-hostpath",
        "thin-csi-topology",
    ];
    let mut waiting = BTreeSet::from(KNOWN);
    for class in project.manifests.iter().map(|manifest| &manifest.written) {
        if class.kind.value == "StorageClass" {
            let mode = class.node.get("volumeBindingMode").and_then(Node::str);
            match mode == Some("WaitForFirstConsumer") {
                true => waiting.insert(class.name.value.as_str()),
                false => waiting.remove(class.name.value.as_str()),
            };
        }
    }
    waiting
}

/// A claim is in the wave of the first pod that mounts it: earlier, it could not bind and would
/// hold the sync back for good; later, the pod could not start.
fn claims_join_their_pods(
    project: &Project,
    links: &Links,
    levels: &Levels<'_>,
    units: &mut [Scheduled],
) {
    for scheduled in units.iter_mut().filter(|scheduled| !scheduled.is_pinned) {
        let Unit::Manifest(index) = scheduled.unit else { continue };
        if project
            .manifests
            .get(index)
            .is_some_and(|manifest| is_claim(&manifest.written.kind.value))
        {
            let pods = links.outgoing_ids(scheduled.node).iter().copied();
            let pods = pods.filter(|&id| links.edge(id).weight.origin == Origin::Follows);
            let first = pods.min_by_key(|&pod| levels.wave(links.edge(pod).to));
            let wave = first.map(|pod| levels.wave(links.edge(pod).to));
            if let Some(wave) = wave.filter(|&wave| wave >= scheduled.wave) {
                scheduled.wave = wave;
                scheduled.pulled_by = first;
            }
        }
    }
}

/// The arithmetic of waves.
struct Levels<'a> {
    project: &'a Project,
    links: &'a Links,
    pins: Vec<Option<Spanned<i64>>>,
    waves: Vec<i64>,
    /// Which group of nodes that wait for each other a node is in: they are all in one wave.
    groups: Vec<usize>,
    /// The nodes of every group.
    members: BTreeMap<usize, Vec<NodeId>>,
}

fn weight(link: &Link) -> i64 {
    i64::from(link.is_blocking)
}

/// How far apart a dependency puts two units, unless it is the safe default alone.
fn known_weight(link: &Link) -> Option<i64> {
    (link.origin != Origin::Default).then(|| weight(link))
}

/// The same where what is inferred costs no wave.
fn relaxed_weight(link: &Link) -> Option<i64> {
    match link.origin {
        Origin::Written | Origin::Follows => Some(weight(link)),
        Origin::Inferred | Origin::Mentioned => Some(0),
        Origin::Default => None,
    }
}

/// The same for what somebody wrote, or what cannot be otherwise.
fn written_weight(link: &Link) -> Option<i64> {
    matches!(link.origin, Origin::Written | Origin::Follows).then(|| weight(link))
}

/// Which dependencies count, and how much.
struct Tier {
    weight: fn(&Link) -> Option<i64>,
    /// Whether what is inferred of the users of schemas and Jobs counts.
    has_uses: bool,
}

impl<'a> Levels<'a> {
    fn of(project: &'a Project, links: &'a Links) -> Levels<'a> {
        let n_nodes = links.nodes().len();
        let pins = links.nodes().iter().map(|&unit| project.pin(unit)).collect();
        // Edges within a group do not count: either they cost no wave, or the cycle has been
        // reported, and a preview still wants waves.
        let groups = links.components();
        let mut members: BTreeMap<usize, Vec<NodeId>> = BTreeMap::new();
        for (node, &group) in groups.iter().enumerate() {
            members.entry(group).or_default().push(node);
        }
        let waves = vec![0; n_nodes];
        let mut levels = Levels { project, links, pins, waves, groups, members };
        let order = levels.order();
        // Between pins not everything may fit: then the safe default yields, then that what is
        // inferred gets a wave of its own, then that its users come after a schema or a Job, which
        // cannot be ready before what these name, and last what is inferred at all.
        let tier = |weight, has_uses| Tier { weight, has_uses };
        let tiers = [
            tier(|link| Some(weight(link)), true),
            tier(known_weight, true),
            tier(relaxed_weight, true),
            tier(relaxed_weight, false),
            tier(written_weight, true),
        ];
        let [full, known, relaxed, _, written] = &tiers;
        let latest = tiers.each_ref().map(|tier| levels.latest(&order, tier));
        let [latest_of_all, latest_known, latest_relaxed, latest_named, latest_written] = &latest;
        let bound = |latest: &[i64], group: usize| latest.get(group).copied().unwrap_or(i64::MAX);
        for &group in &order {
            let floor = bound(latest_of_all, group).min(0);
            let steps = [
                (full, latest_known),
                (known, latest_relaxed),
                (relaxed, latest_relaxed),
                (known, latest_named),
                (relaxed, latest_named),
            ];
            let fitting = steps.into_iter().find_map(|(tier, latest)| {
                let earliest = levels.earliest(group, tier).unwrap_or(floor).max(floor);
                Some(earliest).filter(|&earliest| earliest <= bound(latest, group))
            });
            let earliest = fitting.unwrap_or_else(|| {
                // Even what costs no wave does not fit between pins. What can be kept of it is kept, and
                // what cannot counts in neither direction: the group comes no later for it than it
                // would without us. What is written counts all the same, and is reported where it
                // contradicts.
                let latest = bound(latest_named, group);
                let kept = levels.before(group, relaxed).filter(|&wave| wave <= latest).max();
                let written = levels.earliest(group, written);
                let least = latest.min(bound(latest_written, group)).min(0);
                kept.into_iter().chain(written).max().map_or(least, |wave| wave.max(least))
            });
            for &node in levels.members.get(&group).map(Vec::as_slice).unwrap_or_default() {
                let wave = levels.pins.get(node).copied().flatten().map(|pin| pin.value);
                if let Some(place) = levels.waves.get_mut(node) {
                    *place = wave.unwrap_or(earliest);
                }
            }
        }
        levels
    }

    /// The groups, each after all that it waits for.
    fn order(&self) -> Vec<usize> {
        let mut graph = crate::graph::Graph::<(), ()>::default();
        self.groups.iter().for_each(|_| _ = graph.add_node(()));
        for edge in self.links.edges() {
            if let (Some(&from), Some(&to)) = (self.groups.get(edge.from), self.groups.get(edge.to))
                && from != to
            {
                graph.add_edge(from, to, ());
            }
        }
        let is_group = |node: &usize| self.members.contains_key(node);
        graph.order().into_iter().filter(is_group).collect()
    }

    /// The nodes of a group.
    fn members(&self, group: usize) -> impl Iterator<Item = NodeId> {
        self.members.get(&group).into_iter().flatten().copied()
    }

    /// The latest wave that each group may have for the sake of pins in it and behind it.
    fn latest(&self, order: &[usize], tier: &Tier) -> Vec<i64> {
        let mut latest = vec![i64::MAX; self.links.nodes().len()];
        for &group in order.iter().rev() {
            let edges = self.members(group).flat_map(|node| self.links.outgoing(node));
            let edges = edges.filter(|edge| self.counts(edge.from, edge.to));
            let behind = edges.filter_map(|edge| {
                let (group, weight) = (*self.groups.get(edge.to)?, self.weight(edge, tier)?);
                let bound = self.pin(edge.to).or_else(|| latest.get(group).copied())?;
                (bound != i64::MAX).then(|| bound - weight)
            });
            let own = self.pins_beside_others(group);
            let bound = behind.chain(own).min();
            if let (Some(bound), Some(place)) = (bound, latest.get_mut(group)) {
                *place = bound;
            }
        }
        latest
    }

    /// The pins in a group of several: the others of it are in that wave too.
    fn pins_beside_others(&self, group: usize) -> impl Iterator<Item = i64> {
        let is_one = self.members(group).nth(1).is_none();
        self.members(group).filter(move |_| !is_one).filter_map(|node| self.pin(node))
    }

    /// The earliest wave that what a group waits for allows.
    fn earliest(&self, group: usize, tier: &Tier) -> Option<i64> {
        self.before(group, tier).chain(self.pins_beside_others(group)).max()
    }

    /// The wave that each dependency of a group allows.
    fn before(&self, group: usize, tier: &Tier) -> impl Iterator<Item = i64> {
        let edges = self.members(group).flat_map(|node| self.links.incoming(node));
        let before = edges.filter(|edge| self.counts(edge.from, edge.to));
        before.filter_map(|edge| Some(self.wave(edge.from) + self.weight(edge, tier)?))
    }

    /// How far apart a dependency puts two nodes, if it counts.
    fn weight(&self, edge: &Edge<Link>, tier: &Tier) -> Option<i64> {
        let is_use = edge.weight.origin == Origin::Inferred && self.runs_to_an_end(edge.from);
        (tier.weight)(&edge.weight).filter(|_| tier.has_uses || !is_use)
    }

    fn counts(&self, from: NodeId, to: NodeId) -> bool {
        self.groups.get(from) != self.groups.get(to)
    }

    fn wave(&self, node: NodeId) -> i64 {
        self.waves.get(node).copied().unwrap_or(0)
    }

    fn pin(&self, node: NodeId) -> Option<i64> {
        self.pins.get(node).copied().flatten().map(|pin| pin.value)
    }

    /// The edge that puts a node into its wave: the first that allows no earlier one. Whoever follows
    /// these edges back comes to an end: among nodes that wait for each other they lead to earlier
    /// ones alone.
    fn held_by(&self, node: NodeId) -> Option<EdgeId> {
        let wave = self.wave(node);
        let ids = self.links.incoming_ids(node);
        let tight = ids.iter().copied().filter(|&id| {
            let edge = self.links.edge(id);
            let leads_back = self.counts(edge.from, edge.to) || edge.from < node;
            leads_back && self.wave(edge.from) + weight(&edge.weight) == wave
        });
        // That two are in the first wave together says nothing, unless they belong together.
        let says_much = |&id: &EdgeId| {
            let link = &self.links.edge(id).weight;
            link.is_blocking || !matches!(link.origin, Origin::Inferred | Origin::Mentioned)
        };
        let firm = tight.clone().find(says_much);
        firm.or_else(|| tight.clone().next().filter(|_| wave > 0))
    }

    /// The edge to what a node is below wave 0 for: something pinned, or on the way to it.
    fn pulled_by(&self, node: NodeId) -> Option<EdgeId> {
        let wave = self.wave(node);
        if wave >= 0 || self.pin(node).is_some() {
            return None;
        }
        let ids = self.links.outgoing_ids(node);
        let mut tight = ids.iter().copied().filter(|&id| {
            let edge = self.links.edge(id);
            self.counts(edge.from, edge.to) && self.wave(edge.to) - weight(&edge.weight) == wave
        });
        tight.next()
    }

    /// Reports a pin that is too early for what its node waits for.
    fn check_pin(
        &self,
        node: NodeId,
        paths: &mut BTreeMap<NodeId, Path>,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(pin) = self.pins.get(node).copied().flatten() else { return };
        let incoming = self.links.incoming(node).filter(|edge| self.counts(edge.from, edge.to));
        let incoming = incoming.filter(|edge| self.is_doubtful(edge, pin.value));
        let lowest = incoming.map(|edge| self.wave(edge.from) + weight(&edge.weight)).max();
        let Some(lowest) = lowest else { return };
        let Some(id) = self.tight_if(node, lowest, |edge| self.is_doubtful(edge, pin.value)) else {
            return;
        };
        let mut path = self.path_to_pin(self.links.edge(id).from, paths);
        path.take(self.links, id);
        let Some(other) = self.pins.get(path.source).copied().flatten() else { return };
        // What goes with a workload has a warning of its own, but for pods that come before a claim
        // which they mount; a written wave outdoes a default.
        let is_before_claim = path.n_steps == 1 && self.is_claim(path.source);
        if path.has(Origin::Follows) && !is_before_claim || path.has(Origin::Default) {
            return;
        }
        // A path may have thousands of steps, and there may be thousands of paths.
        let n_shown = path.n_steps.min(render::PLACES - 1);
        let n_more = path.n_steps - n_shown;
        let name = || self.project.label(*self.links.node(node));
        if is_before_claim || path.has(Origin::Inferred) || path.has(Origin::Mentioned) {
            let (primary, wave) = (pin.span, pin.value);
            diagnostics.report_with(|| {
                let steps = self.steps(id, n_shown);
                WavePinDoubtful { primary, name: name(), wave, lowest, steps, n_more }
            });
            return;
        }
        diagnostics.report_with(|| WavePinContradicts {
            primary: pin.span,
            name: name(),
            wave: pin.value,
            other_span: other.span,
            other: self.project.label(*self.links.node(path.source)),
            other_wave: other.value,
            lowest,
            steps: self.steps(id, n_shown),
            n_more,
        });
    }

    /// Whether a pin is too early for the sake of an edge. What is inferred counts only where the
    /// reader is strictly earlier than what it reads, but for schemas and Jobs: an address alone
    /// says nothing, and many things that are healthy only together are put into one wave.
    fn is_doubtful(&self, edge: &Edge<Link>, pin: i64) -> bool {
        let first = self.wave(edge.from);
        match edge.weight.origin {
            Origin::Written | Origin::Follows | Origin::Default => {
                first + weight(&edge.weight) > pin
            }
            Origin::Inferred if self.runs_to_an_end(edge.from) => {
                first + weight(&edge.weight) > pin
            }
            Origin::Inferred => first > pin,
            Origin::Mentioned => false,
        }
    }

    fn is_claim(&self, node: NodeId) -> bool {
        let Unit::Manifest(index) = *self.links.node(node) else { return false };
        let manifest = self.project.manifests.get(index);
        manifest.is_some_and(|manifest| is_claim(&manifest.written.kind.value))
    }

    /// Whether a node is a schema or a Job: whoever waits for it needs what it has done.
    fn runs_to_an_end(&self, node: NodeId) -> bool {
        match *self.links.node(node) {
            Unit::Schema(_) | Unit::EverySchema => true,
            Unit::Manifest(index) => self.project.manifests.get(index).is_some_and(|manifest| {
                let kind = manifest.written.kind.value.as_str();
                matches!(kind, "AtlasSchema" | "AtlasMigration" | "Job")
            }),
            Unit::Database(_) | Unit::App(_) => false,
        }
    }

    /// The edge that lets a node begin no earlier than in a wave.
    fn tight(&self, node: NodeId, wave: i64) -> Option<EdgeId> {
        self.tight_if(node, wave, |_| true)
    }

    fn tight_if(
        &self,
        node: NodeId,
        wave: i64,
        is_wanted: impl Fn(&Edge<Link>) -> bool,
    ) -> Option<EdgeId> {
        let ids = self.links.incoming_ids(node);
        ids.iter().copied().find(|&id| {
            let edge = self.links.edge(id);
            self.counts(edge.from, edge.to)
                && self.wave(edge.from) + weight(&edge.weight) == wave
                && is_wanted(edge)
        })
    }

    /// The path from a node back to the pin that makes it wait so long. Each node is looked at once,
    /// however many ask.
    fn path_to_pin(&self, node: NodeId, paths: &mut BTreeMap<NodeId, Path>) -> Path {
        let mut walked = Vec::new();
        let mut node = node;
        let mut path = loop {
            if let Some(&path) = paths.get(&node) {
                break path;
            }
            let tight = self.tight(node, self.wave(node)).filter(|_| self.pin(node).is_none());
            let Some(id) = tight else { break Path::from(node) };
            walked.push(id);
            node = self.links.edge(id).from;
        };
        for &id in walked.iter().rev() {
            path.take(self.links, id);
            paths.insert(self.links.edge(id).to, path);
        }
        path
    }

    /// The first steps of the path back from an edge.
    fn steps(&self, id: EdgeId, n_steps: usize) -> Vec<Step> {
        let next = |&id: &EdgeId| {
            let node = self.links.edge(id).from;
            self.tight(node, self.wave(node))
        };
        let ids = std::iter::successors(Some(id), next).take(n_steps);
        ids.filter_map(|id| step(self.project, self.links, id)).collect()
    }
}

/// A path of edges back to a node.
#[derive(Clone, Copy)]
struct Path {
    source: NodeId,
    n_steps: usize,
    /// Which origins its edges have, one bit each.
    origins: u8,
}

impl Path {
    fn from(source: NodeId) -> Path {
        Path { source, n_steps: 0, origins: 0 }
    }

    /// Makes it longer by an edge.
    fn take(&mut self, links: &Links, id: EdgeId) {
        self.n_steps += 1;
        self.origins |= 1 << links.edge(id).weight.origin as u8;
    }

    fn has(self, origin: Origin) -> bool {
        self.origins & 1 << origin as u8 != 0
    }
}
