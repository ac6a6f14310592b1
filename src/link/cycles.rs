//! What waits for itself: an inferred dependency may be wrong, so it is never an error.
//!
//! Where nothing that somebody wrote is in a cycle, all of it comes in one wave: nothing in it comes
//! before what it needs, and Argo CD applies it as it would without waves. Where something written
//! is, the inferred dependencies that contradict it are left out. Both without noise.

use std::collections::{BTreeMap, BTreeSet};

use crate::effort::Effort;
use crate::graph::{EdgeId, NodeId};
use crate::link::index::Index;
use crate::link::infer::is_database;
use crate::link::{Findings, Found, Ids, known, scripts};
use crate::links::{Link, Links, Origin};
use crate::model::Unit;

/// The most steps along edges that are taken to find out what may stay in a cycle.
const STEPS: usize = 20_000_000;

/// What becomes of an inferred edge in a cycle.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    /// It costs no wave any more.
    Softened,
    Dropped,
}

/// Links of which only what is written, or costs no wave, is in a cycle.
pub(super) fn settled(index: &Index<'_>, links: Links, effort: &mut Effort) -> Links {
    let groups = links.components();
    let mut inside: BTreeMap<usize, Vec<EdgeId>> = BTreeMap::new();
    for (id, edge) in links.edges().iter().enumerate() {
        if let (Some(from), Some(to)) = (groups.get(edge.from), groups.get(edge.to))
            && from == to
        {
            inside.entry(*from).or_default().push(id);
        }
    }
    inside.retain(|_, ids| ids.iter().any(|&id| is_inferred(&links.edge(id).weight)));
    if inside.is_empty() {
        return links;
    }
    let mut fates = vec![Fate::Kept; links.edges().len()];
    let mut left = STEPS;
    for ids in inside.values() {
        Cycle { index, links: &links, ids, fates: &mut fates }.settle(&mut left);
    }
    effort.add(STEPS - left, STEPS);
    let mut kept = Links::default();
    links.nodes().iter().for_each(|&unit| _ = kept.add_node(unit));
    for (edge, fate) in links.edges().iter().zip(fates) {
        let weight = edge.weight.clone();
        _ = match fate {
            Fate::Kept => kept.add_edge(edge.from, edge.to, weight),
            Fate::Softened => {
                kept.add_edge(edge.from, edge.to, Link { is_blocking: false, ..weight })
            }
            Fate::Dropped => continue,
        };
    }
    kept
}

/// What bare words may mean, but for what would close a cycle: a word is never worth another dependency.
pub(super) fn harmless(links: &Links, ids: &Ids, guesses: Vec<Found>) -> Findings {
    if guesses.is_empty() {
        return Findings::default();
    }
    let mut graph = crate::graph::Graph::<(), ()>::default();
    links.nodes().iter().for_each(|_| _ = graph.add_node(()));
    for edge in links.edges() {
        graph.add_edge(edge.from, edge.to, ());
    }
    let ends = |found: &Found| Some((ids.of(found.first)?, ids.of(found.then)?));
    for (from, to) in guesses.iter().filter_map(ends) {
        graph.add_edge(from, to, ());
    }
    let groups = graph.components();
    let mut found = Findings::default();
    let closes_none =
        |guess: &Found| ends(guess).is_some_and(|(from, to)| groups.get(from) != groups.get(to));
    found.extend(guesses.into_iter().filter(closes_none));
    found
}

/// The cycles of what somebody wrote: one for every group of units that wait for each other.
pub(super) fn written(links: &Links) -> Vec<Vec<EdgeId>> {
    let mut graph = crate::graph::Graph::<(), EdgeId>::default();
    links.nodes().iter().for_each(|_| _ = graph.add_node(()));
    for (id, edge) in links.edges().iter().enumerate() {
        if !is_inferred(&edge.weight) {
            graph.add_edge(edge.from, edge.to, id);
        }
    }
    let of_links = |cycle: Vec<EdgeId>| cycle.into_iter().map(|id| graph.edge(id).weight).collect();
    graph.cycles().into_iter().map(of_links).collect()
}

fn is_inferred(link: &Link) -> bool {
    matches!(link.origin, Origin::Inferred | Origin::Mentioned)
}

/// The edges between units that wait for each other.
struct Cycle<'c, 'a> {
    index: &'c Index<'a>,
    links: &'c Links,
    ids: &'c [EdgeId],
    fates: &'c mut [Fate],
}

impl Cycle<'_, '_> {
    fn settle(&mut self, left: &mut usize) {
        let links = self.links;
        let has_written = self.ids.iter().any(|&id| is_hard(&links.edge(id).weight));
        let has_strong = self.ids.iter().any(|&id| self.is_strong(id));
        let n_inferred = self.ids.iter().filter(|&&id| is_inferred(&links.edge(id).weight)).count();
        let n_steps = n_inferred.saturating_mul(2 * self.ids.len());
        let one_by_one = (has_written || has_strong) && n_steps <= *left;
        if one_by_one {
            *left -= n_steps;
            return self.one_by_one();
        }
        let fate = if has_written { Fate::Dropped } else { Fate::Softened };
        for &id in self.ids {
            if is_inferred(&links.edge(id).weight) {
                self.set(id, fate);
            }
        }
    }

    /// Adds the edges by how much they say, and looks what each of them closes.
    fn one_by_one(&mut self) {
        let links = self.links;
        let mut ranked: Vec<(usize, EdgeId)> =
            self.ids.iter().map(|&id| (self.rank(id), id)).collect();
        ranked.sort_unstable();
        let mut there = Edges::default();
        for (_, id) in ranked {
            let edge = links.edge(id);
            if is_inferred(&edge.weight) {
                let closed = there.closed_by(links, edge.from, edge.to);
                if !closed.is_empty() {
                    let is_contradicted = closed.iter().any(|&id| is_hard(&links.edge(id).weight));
                    let is_weak = !edge.weight.is_blocking
                        && !self.is_made(id)
                        && self.is_data(edge.to)
                        && closed.iter().any(|&id| self.is_strong(id));
                    if is_contradicted || is_weak {
                        self.set(id, Fate::Dropped);
                        continue;
                    }
                    let softened = closed.into_iter().chain([id]);
                    for id in softened.filter(|&id| is_inferred(&links.edge(id).weight)) {
                        self.set(id, Fate::Softened);
                    }
                }
            }
            there.add(links, id);
        }
    }

    fn rank(&self, id: EdgeId) -> usize {
        let edge = self.links.edge(id);
        match () {
            () if !is_inferred(&edge.weight) => 0,
            () if self.is_strong(id) => 1,
            () if edge.weight.is_blocking => 2,
            () if !self.is_data(edge.to) => 3,
            () => 4,
        }
    }

    fn set(&mut self, id: EdgeId, fate: Fate) {
        if let Some(place) = self.fates.get_mut(id) {
            *place = fate;
        }
    }

    /// Whether an edge is one of those that this program is for: from a database or a schema.
    fn is_strong(&self, id: EdgeId) -> bool {
        let edge = self.links.edge(id);
        let is_kept = self.fates.get(id) == Some(&Fate::Kept);
        is_kept && edge.weight.is_blocking && is_inferred(&edge.weight) && self.is_data(edge.from)
    }

    /// Whether the script of a Job makes what the other one waits for.
    fn is_made(&self, id: EdgeId) -> bool {
        let edge = self.links.edge(id);
        edge.weight.origin == Origin::Inferred
            && self.index.manifest(*self.links.node(edge.from)).is_some_and(scripts::runs_once)
    }

    fn is_data(&self, node: NodeId) -> bool {
        let unit = *self.links.node(node);
        let is_schema = match unit {
            Unit::Schema(_) => true,
            Unit::Manifest(_) => self.index.manifest(unit).is_some_and(known::is_schema),
            Unit::Database(_) | Unit::App(_) | Unit::EverySchema => false,
        };
        is_schema || is_database(self.index, unit)
    }
}

/// Whether somebody wrote that the one has to be healthy before the other.
fn is_hard(link: &Link) -> bool {
    link.is_blocking && !is_inferred(link)
}

/// Edges that are there so far, by their ends.
#[derive(Default)]
struct Edges {
    outgoing: BTreeMap<NodeId, Vec<EdgeId>>,
    incoming: BTreeMap<NodeId, Vec<EdgeId>>,
}

impl Edges {
    fn add(&mut self, links: &Links, id: EdgeId) {
        let edge = links.edge(id);
        self.outgoing.entry(edge.from).or_default().push(id);
        self.incoming.entry(edge.to).or_default().push(id);
    }

    /// The edges of the cycles that one more edge would close.
    fn closed_by(&self, links: &Links, from: NodeId, to: NodeId) -> Vec<EdgeId> {
        let behind = reached(&self.outgoing, to, |id| links.edge(id).to);
        if !behind.contains(&from) {
            return Vec::new();
        }
        let before = reached(&self.incoming, from, |id| links.edge(id).from);
        let both = |node: NodeId| behind.contains(&node) && before.contains(&node);
        let starts = behind.iter().filter(|&&node| both(node));
        let edges = starts.filter_map(|node| self.outgoing.get(node)).flatten().copied();
        edges.filter(|&id| both(links.edge(id).to)).collect()
    }
}

/// A node and everything that can be reached from it.
fn reached(
    edges: &BTreeMap<NodeId, Vec<EdgeId>>,
    start: NodeId,
    end: impl Fn(EdgeId) -> NodeId,
) -> BTreeSet<NodeId> {
    let mut seen = BTreeSet::from([start]);
    let mut stack = vec![start];
    while let Some(node) = stack.pop() {
        for &id in edges.get(&node).into_iter().flatten() {
            if seen.insert(end(id)) {
                stack.push(end(id));
            }
        }
    }
    seen
}
