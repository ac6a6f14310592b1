//! A directed graph that knows no Kubernetes: order, cycles, levels.
//!
//! An edge runs from what comes first to what waits for it. Everything here takes time linear in
//! nodes and edges, but for the exact cycles, which are looked for only where there is one; nothing
//! recurses, and the result depends on nothing but the order in which nodes and edges were added.

use std::collections::VecDeque;

/// A node, by the order in which nodes were added.
pub type NodeId = usize;
/// An edge, by the order in which edges were added.
pub type EdgeId = usize;

/// Nodes and edges, each with something of its own.
#[derive(Clone, Debug)]
pub struct Graph<N, W> {
    nodes: Vec<N>,
    edges: Vec<Edge<W>>,
    outgoing: Vec<Vec<EdgeId>>,
    incoming: Vec<Vec<EdgeId>>,
}

/// One edge.
#[derive(Clone, Debug)]
pub struct Edge<W> {
    /// What comes first.
    pub from: NodeId,
    /// What waits for it.
    pub to: NodeId,
    /// What is known of the edge.
    pub weight: W,
}

impl<N, W> Default for Graph<N, W> {
    fn default() -> Self {
        Graph { nodes: Vec::new(), edges: Vec::new(), outgoing: Vec::new(), incoming: Vec::new() }
    }
}

#[expect(clippy::indexing_slicing, reason = "ids are handed out by the graph alone")]
impl<N, W> Graph<N, W> {
    /// Adds a node.
    pub fn add_node(&mut self, node: N) -> NodeId {
        self.nodes.push(node);
        self.outgoing.push(Vec::new());
        self.incoming.push(Vec::new());
        self.nodes.len() - 1
    }

    /// Adds an edge between two nodes of this graph.
    pub fn add_edge(&mut self, from: NodeId, to: NodeId, weight: W) -> EdgeId {
        let id = self.edges.len();
        self.edges.push(Edge { from, to, weight });
        self.outgoing[from].push(id);
        self.incoming[to].push(id);
        id
    }

    /// All nodes.
    pub fn nodes(&self) -> &[N] {
        &self.nodes
    }

    /// All edges.
    pub fn edges(&self) -> &[Edge<W>] {
        &self.edges
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> &N {
        &self.nodes[id]
    }

    /// An edge.
    pub fn edge(&self, id: EdgeId) -> &Edge<W> {
        &self.edges[id]
    }

    /// The edges that lead to a node.
    pub fn incoming(&self, id: NodeId) -> impl DoubleEndedIterator<Item = &Edge<W>> {
        self.incoming[id].iter().map(|&edge| &self.edges[edge])
    }

    /// The ids of the edges that lead to a node.
    pub fn incoming_ids(&self, id: NodeId) -> &[EdgeId] {
        &self.incoming[id]
    }

    /// The ids of the edges that leave a node.
    pub fn outgoing_ids(&self, id: NodeId) -> &[EdgeId] {
        &self.outgoing[id]
    }

    /// The edges that leave a node.
    pub fn outgoing(&self, id: NodeId) -> impl DoubleEndedIterator<Item = &Edge<W>> {
        self.outgoing[id].iter().map(|&edge| &self.edges[edge])
    }

    /// Every node that can be reached from `start`, itself not included unless by a cycle.
    pub fn reachable(&self, start: NodeId) -> Vec<bool> {
        let mut seen = vec![false; self.nodes.len()];
        let mut stack = vec![start];
        while let Some(node) = stack.pop() {
            for edge in self.outgoing(node) {
                if !std::mem::replace(&mut seen[edge.to], true) {
                    stack.push(edge.to);
                }
            }
        }
        seen
    }

    /// The nodes in an order in which each comes after all that it waits for. Nodes of a cycle, and
    /// what waits for them, come last.
    pub fn order(&self) -> Vec<NodeId> {
        let mut waits: Vec<usize> = self.incoming.iter().map(Vec::len).collect();
        let mut ready: VecDeque<NodeId> =
            (0..self.nodes.len()).filter(|&node| waits[node] == 0).collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some(node) = ready.pop_front() {
            order.push(node);
            for edge in self.outgoing(node) {
                waits[edge.to] -= 1;
                if waits[edge.to] == 0 {
                    ready.push_back(edge.to);
                }
            }
        }
        let stuck = (0..self.nodes.len()).filter(|&node| waits[node] > 0);
        order.extend(stuck);
        order
    }

    /// One shortest cycle for every group of nodes that wait for each other, as its edges in order.
    pub fn cycles(&self) -> Vec<Vec<EdgeId>> {
        let components = self.components();
        // A component is named after its lowest node, which is where its cycle is told from.
        let mut has_cycle = vec![false; self.nodes.len()];
        for edge in &self.edges {
            if components[edge.from] == components[edge.to] {
                has_cycle[components[edge.from]] = true;
            }
        }
        let starts = (0..self.nodes.len()).filter(|&node| has_cycle[node]);
        // One for all groups, of which each writes its own part.
        let mut came_by: Vec<Option<EdgeId>> = vec![None; self.nodes.len()];
        starts.filter_map(|start| self.shortest_cycle(start, &components, &mut came_by)).collect()
    }

    /// The shortest way from a node back to itself within its group. `came_by` says nothing of that yet.
    fn shortest_cycle(
        &self,
        start: NodeId,
        components: &[usize],
        came_by: &mut [Option<EdgeId>],
    ) -> Option<Vec<EdgeId>> {
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for &id in &self.outgoing[node] {
                let to = self.edges[id].to;
                if components[to] != components[start] || came_by[to].is_some() {
                    continue;
                }
                came_by[to] = Some(id);
                if to == start {
                    return Some(self.path_back(start, came_by));
                }
                queue.push_back(to);
            }
        }
        None
    }

    fn path_back(&self, start: NodeId, came_by: &[Option<EdgeId>]) -> Vec<EdgeId> {
        let mut path = Vec::new();
        let mut node = start;
        while let Some(id) = came_by[node] {
            path.push(id);
            node = self.edges[id].from;
            if node == start {
                break;
            }
        }
        path.reverse();
        path
    }

    /// For every node the number of its strongly connected component: the lowest of its nodes.
    pub fn components(&self) -> Vec<usize> {
        // Kosaraju: nodes by the time at which a search leaves them, then searches backwards.
        let mut left = Vec::with_capacity(self.nodes.len());
        let mut seen = vec![false; self.nodes.len()];
        for start in 0..self.nodes.len() {
            if std::mem::replace(&mut seen[start], true) {
                continue;
            }
            let mut stack = vec![(start, 0)];
            while let Some((node, next)) = stack.pop() {
                match self.outgoing[node].get(next) {
                    Some(&edge) => {
                        stack.push((node, next + 1));
                        let to = self.edges[edge].to;
                        if !std::mem::replace(&mut seen[to], true) {
                            stack.push((to, 0));
                        }
                    }
                    None => left.push(node),
                }
            }
        }
        let mut component = vec![usize::MAX; self.nodes.len()];
        for &root in left.iter().rev() {
            if component[root] != usize::MAX {
                continue;
            }
            let mut members = Vec::new();
            let mut stack = vec![root];
            component[root] = root;
            while let Some(node) = stack.pop() {
                members.push(node);
                for edge in self.incoming(node) {
                    if component[edge.from] == usize::MAX {
                        component[edge.from] = root;
                        stack.push(edge.from);
                    }
                }
            }
            let lowest = members.iter().copied().min().unwrap_or(root);
            members.iter().for_each(|&member| component[member] = lowest);
        }
        component
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(n_nodes: usize, edges: &[(usize, usize)]) -> Graph<(), ()> {
        let mut graph = Graph::default();
        (0..n_nodes).for_each(|_| _ = graph.add_node(()));
        edges.iter().for_each(|&(from, to)| _ = graph.add_edge(from, to, ()));
        graph
    }

    #[test]
    fn order_puts_everything_after_what_it_waits_for() {
        assert_eq!(graph(4, &[(3, 0), (0, 2), (1, 2)]).order(), [1, 3, 0, 2]);
    }

    #[test]
    fn a_graph_without_cycles_has_none() {
        assert!(graph(4, &[(0, 1), (1, 2), (0, 2), (3, 2)]).cycles().is_empty());
    }

    #[test]
    fn a_cycle_is_shown_whole_and_as_short_as_it_is() {
        // 0 -> 1 -> 2 -> 0 is the long way round; 0 -> 2 -> 0 the short one.
        let graph = graph(4, &[(0, 1), (1, 2), (2, 0), (0, 2), (2, 3)]);
        assert_eq!(graph.cycles(), [vec![3, 2]]);
    }

    #[test]
    fn what_waits_for_itself_is_a_cycle() {
        assert_eq!(graph(1, &[(0, 0)]).cycles(), [vec![0]]);
    }

    #[test]
    fn two_cycles_are_two_findings() {
        assert_eq!(graph(4, &[(0, 1), (1, 0), (2, 3), (3, 2), (1, 2)]).cycles().len(), 2);
    }

    #[test]
    fn a_chain_of_a_million_overflows_no_stack() {
        let n_nodes = 1_000_000;
        let edges: Vec<_> = (1..n_nodes).map(|node| (node - 1, node)).collect();
        let graph = graph(n_nodes, &edges);
        assert_eq!(graph.order().len(), n_nodes);
        assert!(graph.cycles().is_empty());
    }
}
