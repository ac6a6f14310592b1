//! Compilation -> picture: lanes, boxes and arrows, whatever they are drawn as.
//!
//! `mermaid`, `dot`, `svg` and `html` draw a [`Picture`] and look at nothing else of the graph. An
//! arrow that other arrows imply is left out. Hooks take no part in the waves and have a lane of
//! their own, without arrows.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::links::{Link, Origin};
use crate::model::{Project, Unit};
use crate::pipeline::Compilation;
use crate::source::Sources;
use crate::view::waves;

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// The boxes, by lane and then in the order of the project.
    pub nodes: Vec<Node>,
    /// The arrows, by the boxes that they join.
    pub edges: Vec<Edge>,
}

/// What a lane holds. Ordered from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// What has this wave.
    Wave(i64),
    /// What Argo CD runs by its own annotations.
    Hooks,
}

impl Lane {
    /// What stands above it.
    pub fn title(self) -> String {
        match self {
            Lane::Wave(wave) => format!("wave {wave}"),
            Lane::Hooks => "hooks".to_owned(),
        }
    }
}

/// What a box stands for; decides its shape and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A database.
    Database,
    /// A schema.
    Schema,
    /// An application.
    App,
    /// A plain manifest.
    Manifest,
    /// A hook.
    Hook,
    /// Where the arrows of several schemas meet.
    Junction,
}

impl Role {
    /// Every role, for style sheets.
    pub const ALL: [Role; 6] =
        [Role::Database, Role::Schema, Role::App, Role::Manifest, Role::Hook, Role::Junction];

    /// One word for it: the name of its class in a style sheet.
    pub fn word(self) -> &'static str {
        match self {
            Role::Database => "database",
            Role::Schema => "schema",
            Role::App => "app",
            Role::Manifest => "manifest",
            Role::Hook => "hook",
            Role::Junction => "junction",
        }
    }
}

/// A box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it stands for.
    pub unit: Unit,
    /// Its lane.
    pub lane: Lane,
    /// What it stands for, in a word.
    pub role: Role,
    /// The kind: `App`, `Deployment`.
    pub kind: String,
    /// The name.
    pub name: String,
    /// The kinds of the objects that it makes.
    pub makes: Vec<String>,
    /// Why it is where it is.
    pub why: String,
    /// Whether its wave is written.
    pub is_pinned: bool,
    /// The environments in which it is there, or in this lane; empty for what is in the base.
    pub only: Vec<SmolStr>,
}

impl Node {
    /// `Schema/shop`.
    pub fn label(&self) -> String {
        match self.role {
            Role::Junction => self.name.clone(),
            Role::Database | Role::Schema | Role::App | Role::Manifest | Role::Hook => {
                format!("{}/{}", self.kind, self.name)
            }
        }
    }

    /// The second line of a box: the kinds that it makes, nothing for a manifest, which makes itself; or
    /// the environments that have it.
    pub fn made(&self) -> String {
        let n_more = self.only.len().saturating_sub(MAX_NAMED);
        let named: Vec<&str> = self.only.iter().take(MAX_NAMED).map(SmolStr::as_str).collect();
        match (self.role, named.as_slice(), n_more) {
            (_, [_, ..], 0) => format!("only {}", named.join(", ")),
            (_, [_, ..], more) => format!("only {} and {more} more", named.join(", ")),
            (Role::Database | Role::Schema | Role::App, [], _) => self.makes.join(", "),
            (Role::Manifest | Role::Hook | Role::Junction, [], _) => String::new(),
        }
    }
}

/// An arrow from what comes first to what waits for it; the numbers are places in
/// [`Picture::nodes`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// What comes first.
    pub from: usize,
    /// What waits.
    pub to: usize,
    /// How that is said: `dependsOn`.
    pub by: String,
    /// Whether what comes first has to be healthy first.
    pub is_blocking: bool,
    /// Whether nobody wrote it: the safe default.
    pub is_default: bool,
}

/// The most environments that a box names.
const MAX_NAMED: usize = 4;
/// Up to so many arrows of the safe default are drawn one by one, without a junction.
const MAX_PLAIN_ARROWS: usize = 6;
/// The most boxes among which implied arrows are looked for: it takes a bit for each pair.
const MAX_REDUCED_BOXES: usize = 5_000;

/// The picture of a compiled project.
pub fn picture(compilation: &Compilation, sources: &Sources) -> Picture {
    let mut nodes = nodes(compilation, sources);
    let mut edges = edges(compilation);
    spread_junction(&mut nodes, &mut edges);
    let numbers: BTreeMap<Unit, usize> =
        nodes.iter().enumerate().map(|(number, node)| (node.unit, number)).collect();
    let drawn = edges.into_iter().filter_map(|(from, to, edge)| {
        let (from, to) = (*numbers.get(&from)?, *numbers.get(&to)?);
        Some(Edge { from, to, ..edge })
    });
    let mut edges: Vec<Edge> = drawn.collect();
    edges.sort();
    edges.dedup_by_key(|edge| (edge.from, edge.to));
    if nodes.len() <= MAX_REDUCED_BOXES {
        edges = without_implied(nodes.len(), edges);
    }
    Picture { nodes, edges }
}

fn nodes(compilation: &Compilation, sources: &Sources) -> Vec<Node> {
    let (project, plan) = (&compilation.project, &compilation.plan);
    let made = waves::made(compilation);
    let scheduled = plan.units.iter().map(|scheduled| {
        let (kind, name) = kind_and_name(project, scheduled.unit);
        Node {
            unit: scheduled.unit,
            lane: Lane::Wave(scheduled.wave),
            role: role(scheduled.unit),
            kind,
            name,
            makes: made.get(&scheduled.unit).into_iter().flatten().map(|&k| k.into()).collect(),
            why: waves::why(scheduled, compilation, sources),
            is_pinned: scheduled.is_pinned,
            only: Vec::new(),
        }
    });
    let hooks = plan.objects.iter().filter(|planned| planned.is_hook).map(|planned| Node {
        unit: planned.object.owner,
        lane: Lane::Hooks,
        role: Role::Hook,
        kind: planned.object.kind().to_owned(),
        name: planned.object.name().to_owned(),
        makes: vec![planned.object.kind().to_owned()],
        why: waves::HOOK.to_owned(),
        is_pinned: false,
        only: Vec::new(),
    });
    let mut nodes: Vec<Node> = scheduled.chain(hooks).collect();
    nodes.sort_by_key(|node| (node.lane, node.unit));
    nodes
}

fn kind_and_name(project: &Project, unit: Unit) -> (String, String) {
    let label = project.label(unit);
    match label.split_once('/') {
        Some((kind, name)) => (kind.to_owned(), name.to_owned()),
        None => (String::new(), label),
    }
}

pub(crate) fn role(unit: Unit) -> Role {
    match unit {
        Unit::Manifest(_) => Role::Manifest,
        Unit::Database(_) => Role::Database,
        Unit::Schema(_) => Role::Schema,
        Unit::App(_) => Role::App,
        Unit::EverySchema => Role::Junction,
    }
}

impl Picture {
    /// The boxes of some labels and those that an arrow joins to them, with the arrows among them.
    pub fn around(&self, labels: &BTreeSet<&str>) -> Picture {
        let is_named: Vec<bool> =
            self.nodes.iter().map(|node| labels.contains(node.label().as_str())).collect();
        let named = |number: usize| is_named.get(number).copied().unwrap_or(false);
        let mut kept: BTreeSet<usize> = (0..self.nodes.len()).filter(|&n| named(n)).collect();
        for edge in self.edges.iter().filter(|edge| named(edge.from) || named(edge.to)) {
            kept.extend([edge.from, edge.to]);
        }
        let numbers: BTreeMap<usize, usize> = kept.iter().copied().zip(0..).collect();
        let nodes = kept.iter().filter_map(|&number| self.nodes.get(number).cloned()).collect();
        let edges = self.edges.iter().filter_map(|edge| {
            let (from, to) = (*numbers.get(&edge.from)?, *numbers.get(&edge.to)?);
            Some(Edge { from, to, ..edge.clone() })
        });
        Picture { nodes, edges: edges.collect() }
    }
}

impl Picture {
    /// Adds the boxes that an environment has and the base has not, or has in another lane, with their
    /// arrows.
    pub fn add(&mut self, environment: &SmolStr, other: &Picture) {
        let mut known: BTreeMap<BoxId, Vec<usize>> = BTreeMap::new();
        for (number, node) in self.nodes.iter().enumerate() {
            known.entry(box_id(node)).or_default().push(number);
        }
        // Two namespaces may have one name: the second box is the second one here.
        let mut n_seen: BTreeMap<BoxId, usize> = BTreeMap::new();
        let mut numbers = Vec::with_capacity(other.nodes.len());
        for node in &other.nodes {
            let id = box_id(node);
            let nth = n_seen.entry(id.clone()).or_default();
            let there = known.get(&id).and_then(|numbers| numbers.get(*nth)).copied();
            *nth += 1;
            numbers.push(there.unwrap_or(self.nodes.len()));
            match there.and_then(|number| self.nodes.get_mut(number)) {
                Some(known) if known.only.is_empty() => {}
                Some(known) => known.only.push(environment.clone()),
                None => {
                    let only = vec![environment.clone()];
                    self.nodes.push(Node { only, ..node.clone() });
                }
            }
        }
        let is_only =
            |number: usize| self.nodes.get(number).is_some_and(|node: &Node| !node.only.is_empty());
        for edge in &other.edges {
            let (Some(&from), Some(&to)) = (numbers.get(edge.from), numbers.get(edge.to)) else {
                continue;
            };
            if is_only(from) || is_only(to) {
                self.edges.push(Edge { from, to, ..edge.clone() });
            }
        }
        self.sort();
    }

    /// Puts the boxes of a lane together again.
    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by_key(|&number| self.nodes.get(number).map(|node| node.lane));
        let places: BTreeMap<usize, usize> = order.iter().copied().zip(0..).collect();
        let nodes = std::mem::take(&mut self.nodes);
        let mut placed: Vec<(usize, Node)> = nodes
            .into_iter()
            .enumerate()
            .filter_map(|(number, node)| Some((*places.get(&number)?, node)))
            .collect();
        placed.sort_by_key(|(place, _)| *place);
        self.nodes = placed.into_iter().map(|(_, node)| node).collect();
        for edge in &mut self.edges {
            edge.from = places.get(&edge.from).copied().unwrap_or(edge.from);
            edge.to = places.get(&edge.to).copied().unwrap_or(edge.to);
        }
        self.edges.sort();
        self.edges.dedup_by_key(|edge| (edge.from, edge.to));
    }
}

/// What makes two boxes of two environments the same.
type BoxId = (Lane, Role, String, String);

fn box_id(node: &Node) -> BoxId {
    (node.lane, node.role, node.kind.clone(), node.name.clone())
}

/// The arrows between units, not numbered yet.
fn edges(compilation: &Compilation) -> Vec<(Unit, Unit, Edge)> {
    let links = &compilation.links;
    let edge = |edge: &crate::graph::Edge<Link>| {
        let (from, to) = (*links.node(edge.from), *links.node(edge.to));
        let Link { span: _, by, is_blocking, origin } = &edge.weight;
        let (by, is_default) = (by.to_string(), *origin == Origin::Default);
        (from, to, Edge { from: 0, to: 0, by, is_blocking: *is_blocking, is_default })
    };
    links.edges().iter().map(edge).collect()
}

/// Draws the arrows of the safe default one by one where they are few.
fn spread_junction(nodes: &mut Vec<Node>, edges: &mut Vec<(Unit, Unit, Edge)>) {
    let is_before = |edge: &&(Unit, Unit, Edge)| edge.1 == Unit::EverySchema;
    let is_behind = |edge: &&(Unit, Unit, Edge)| edge.0 == Unit::EverySchema;
    let before: Vec<_> = edges.iter().filter(is_before).cloned().collect();
    let behind: Vec<_> = edges.iter().filter(is_behind).cloned().collect();
    if before.len() * behind.len() > MAX_PLAIN_ARROWS {
        return;
    }
    nodes.retain(|node| node.unit != Unit::EverySchema);
    edges.retain(|edge| edge.0 != Unit::EverySchema && edge.1 != Unit::EverySchema);
    for (schema, _, edge) in &before {
        edges.extend(behind.iter().map(|(_, app, _)| (*schema, *app, edge.clone())));
    }
}

/// Leaves out every arrow that a longer way implies. Arrows of a cycle stay.
fn without_implied(n_nodes: usize, edges: Vec<Edge>) -> Vec<Edge> {
    let mut graph: crate::graph::Graph<(), ()> = crate::graph::Graph::default();
    (0..n_nodes).for_each(|_| _ = graph.add_node(()));
    edges.iter().for_each(|edge| _ = graph.add_edge(edge.from, edge.to, ()));
    let components = graph.components();
    let in_cycle = |edge: &Edge| components.get(edge.from) == components.get(edge.to);
    // What can be reached from a node by at least one arrow, a bit a node.
    let n_words = n_nodes.div_ceil(64);
    let bit = |node: usize| (node / 64, 1u64 << (node % 64));
    let mut reached: Vec<Vec<u64>> = vec![Vec::new(); n_nodes];
    let mut implied: BTreeSet<(usize, usize)> = BTreeSet::new();
    for node in graph.order().into_iter().rev() {
        let mut far = vec![0u64; n_words];
        for edge in graph.outgoing(node) {
            let behind = reached.get(edge.to).into_iter().flatten();
            far.iter_mut().zip(behind).for_each(|(word, more)| *word |= more);
        }
        for edge in graph.outgoing(node) {
            let (word, mask) = bit(edge.to);
            if far.get(word).is_some_and(|bits| bits & mask != 0) {
                implied.insert((node, edge.to));
            }
        }
        for edge in graph.outgoing(node) {
            let (word, mask) = bit(edge.to);
            far.get_mut(word).into_iter().for_each(|bits| *bits |= mask);
        }
        if let Some(place) = reached.get_mut(node) {
            *place = far;
        }
    }
    let stays = |edge: &Edge| in_cycle(edge) || !implied.contains(&(edge.from, edge.to));
    edges.into_iter().filter(stays).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduced(edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
        let edge = |&(from, to): &(usize, usize)| Edge {
            from,
            to,
            by: String::new(),
            is_blocking: true,
            is_default: false,
        };
        let left = without_implied(6, edges.iter().map(edge).collect());
        left.into_iter().map(|edge| (edge.from, edge.to)).collect()
    }

    #[test]
    fn an_implied_arrow_is_left_out() {
        assert_eq!(reduced(&[(0, 1), (0, 2), (0, 3), (1, 2), (2, 3)]), [(0, 1), (1, 2), (2, 3)]);
    }

    #[test]
    fn an_arrow_that_nothing_implies_stays() {
        assert_eq!(reduced(&[(0, 1), (0, 2), (1, 3), (2, 3)]), [(0, 1), (0, 2), (1, 3), (2, 3)]);
    }

    #[test]
    fn a_cycle_stays_whole() {
        assert_eq!(reduced(&[(0, 1), (1, 2), (2, 0)]), [(0, 1), (1, 2), (2, 0)]);
    }
}
