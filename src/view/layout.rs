//! A picture's boxes in columns: where each stands, so that arrows run from left to right and cross
//! as little as sweeps of barycenters can manage.
//!
//! A lane is as many columns wide as it has arrows in a row within it. An arrow that spans several
//! columns is led through places of its own between the boxes; arrows of one box share them. Everything is a function of the
//! picture: ties are broken by the order of the boxes.

use std::collections::BTreeMap;

use crate::view::graph::{Lane, Picture};

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A box, by its number in the picture.
    Box(usize),
    /// Where arrows of a box pass on their way to later columns, by the box's number.
    Pass(usize),
}

/// What stands in a column from top to bottom, each with the middle of its height.
pub type Column = Vec<(Slot, f64)>;

/// Where everything stands.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// From left to right.
    pub columns: Vec<Column>,
    /// The height of it all.
    pub height: f64,
    /// For each arrow whether it runs from left to right; what is part of a cycle, or contradicts a
    /// pin, does not.
    pub is_forward: Vec<bool>,
}

/// How tall things are.
#[derive(Clone, Debug)]
pub struct Sizes {
    /// Each box.
    pub nodes: Vec<f64>,
    /// The way of an arrow between boxes.
    pub pass: f64,
    /// Between two things in a column.
    pub gap: f64,
}

/// Sweeps over all columns, there and back, that look for an order with fewer crossings.
const SWEEPS: usize = 12;
/// Sweeps that move what stands next to each other to the same height; straight needs more of them.
const SETTLING: usize = 60;
/// The most places that arrows are led through, each as often as one is; past it they run straight.
pub const PASSES: usize = 20_000;

/// Lays a picture out, a lane after the other.
pub fn layout(picture: &Picture, sizes: &Sizes) -> (Layout, Vec<Lane>) {
    let (lanes, column_of) = columns(picture);
    let edges: Vec<(usize, usize)> =
        picture.edges.iter().map(|edge| (edge.from, edge.to)).collect();
    (spread(&column_of, lanes.len(), &edges, sizes), lanes)
}

/// Lays boxes out whose columns are known.
pub fn spread(
    column_of: &[usize],
    n_columns: usize,
    edges: &[(usize, usize)],
    sizes: &Sizes,
) -> Layout {
    let is_forward = |&(from, to): &(usize, usize)| column(column_of, from) < column(column_of, to);
    let mut web = Web::of(column_of, n_columns, edges.iter().copied().filter(is_forward));
    web.order();
    let heights = web.place(sizes);
    let place = |point: &usize| {
        Some((web.points.get(*point)?.place, heights.get(*point).copied().unwrap_or(0.0)))
    };
    let column = |points: &Vec<usize>| points.iter().filter_map(place).collect();
    let columns: Vec<Column> = web.columns.iter().map(column).collect();
    let bottom = |column: &Column| {
        column.last().map_or(0.0, |(place, middle)| middle + sizes.of(*place) / 2.0)
    };
    let height = columns.iter().map(bottom).fold(0.0, f64::max);
    Layout { columns, height, is_forward: edges.iter().map(is_forward).collect() }
}

/// How many arrows in a row lead to each box: a column for each. Arrows of a cycle do not count.
pub fn depths(n_nodes: usize, edges: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut graph: crate::graph::Graph<(), ()> = crate::graph::Graph::default();
    (0..n_nodes).for_each(|_| _ = graph.add_node(()));
    edges.for_each(|(from, to)| _ = graph.add_edge(from, to, ()));
    let components = graph.components();
    let mut depth = vec![0usize; n_nodes];
    for node in graph.order() {
        let counts =
            |edge: &&crate::graph::Edge<()>| components.get(edge.from) != components.get(edge.to);
        let before = graph.incoming(node).filter(counts).map(|edge| column(&depth, edge.from) + 1);
        let deepest = before.max().unwrap_or(0);
        if let Some(place) = depth.get_mut(node) {
            *place = deepest;
        }
    }
    depth
}

impl Sizes {
    fn of(&self, place: Slot) -> f64 {
        match place {
            Slot::Box(node) => self.nodes.get(node).copied().unwrap_or(0.0),
            Slot::Pass(_) => self.pass,
        }
    }
}

fn column(column_of: &[usize], node: usize) -> usize {
    column_of.get(node).copied().unwrap_or(0)
}

/// The lane of every column, and the column of every box: the boxes of a lane stand behind what
/// they wait for in it.
fn columns(picture: &Picture) -> (Vec<Lane>, Vec<usize>) {
    let lane = |node: usize| picture.nodes.get(node).map(|node| node.lane);
    let within = picture.edges.iter().filter(|edge| lane(edge.from) == lane(edge.to));
    let depth = depths(picture.nodes.len(), within.map(|edge| (edge.from, edge.to)));
    let mut lanes: Vec<Lane> = Vec::new();
    let mut first_of: BTreeMap<Lane, usize> = BTreeMap::new();
    // First how wide each lane is, then where it begins.
    for (node, depth) in picture.nodes.iter().zip(&depth) {
        let width = first_of.entry(node.lane).or_insert(1);
        *width = (depth + 1).max(*width);
    }
    for (&lane, first) in &mut first_of {
        let width = std::mem::replace(first, lanes.len());
        lanes.extend(std::iter::repeat_n(lane, width));
    }
    let column_of = picture.nodes.iter().zip(&depth);
    let column_of = column_of
        .map(|(node, depth)| first_of.get(&node.lane).copied().unwrap_or(0) + depth)
        .collect();
    (lanes, column_of)
}

/// A box, or a place where an arrow passes, with its neighbours in the columns beside it.
struct Point {
    place: Slot,
    left: Vec<usize>,
    right: Vec<usize>,
}

/// All points, and the points of each column from top to bottom.
struct Web {
    points: Vec<Point>,
    columns: Vec<Vec<usize>>,
}

impl Web {
    fn of(
        column_of: &[usize],
        n_columns: usize,
        edges: impl Iterator<Item = (usize, usize)>,
    ) -> Web {
        let point = |place| Point { place, left: Vec::new(), right: Vec::new() };
        let boxes = (0..column_of.len()).map(|node| point(Slot::Box(node)));
        let mut web = Web { points: boxes.collect(), columns: vec![Vec::new(); n_columns] };
        for (node, &column) in column_of.iter().enumerate() {
            web.stand(node, column);
        }
        let mut passes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut n_passed = 0;
        for (source, target) in edges {
            let (from, to) = (column(column_of, source), column(column_of, target));
            let mut last = source;
            let has_room = n_passed + (to - from) < PASSES;
            n_passed += if has_room { to - from - 1 } else { 0 };
            for between in (from + 1..to).filter(|_| has_room) {
                let key = (source, between);
                last = match passes.get(&key) {
                    Some(&pass) => pass,
                    None => {
                        let pass = web.points.len();
                        web.points.push(point(Slot::Pass(source)));
                        web.stand(pass, between);
                        web.join(last, pass);
                        passes.insert(key, pass);
                        pass
                    }
                };
            }
            web.join(last, target);
        }
        web
    }

    fn stand(&mut self, point: usize, column: usize) {
        if let Some(points) = self.columns.get_mut(column) {
            points.push(point);
        }
    }

    fn join(&mut self, left: usize, right: usize) {
        if let Some(point) = self.points.get_mut(left) {
            point.right.push(right);
        }
        if let Some(point) = self.points.get_mut(right) {
            point.left.push(left);
        }
    }

    /// Sweeps to and fro, and keeps the order with the fewest crossings.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.columns.clone());
        for sweep in 0..SWEEPS {
            let to_right = sweep % 2 == 0;
            let columns: Vec<usize> = match to_right {
                true => (1..self.columns.len()).collect(),
                false => (0..self.columns.len().saturating_sub(1)).rev().collect(),
            };
            let mut ranks = self.ranks();
            for column in columns {
                self.sort_column(column, to_right, &mut ranks);
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.columns.clone());
            }
        }
        self.columns = best.1;
    }

    /// Orders a column by where the neighbours on one side stand; a point without any keeps its
    /// place among the others. `ranks` are those of all points, before and after.
    fn sort_column(&mut self, column: usize, by_left: bool, ranks: &mut [f64]) {
        let rank = |point: usize| ranks.get(point).copied().unwrap_or(0.0);
        let Some(points) = self.columns.get(column) else { return };
        let mut keyed: Vec<(f64, usize)> = points
            .iter()
            .map(|&point| {
                let beside = self.points.get(point);
                let beside = beside.map(|p| if by_left { &p.left } else { &p.right });
                let beside = beside.map_or(&[][..], Vec::as_slice);
                let sum: f64 = beside.iter().map(|&other| rank(other)).sum();
                let mean = if beside.is_empty() { rank(point) } else { sum / to_f64(beside.len()) };
                (mean, point)
            })
            .collect();
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        if let Some(points) = self.columns.get_mut(column) {
            *points = keyed.into_iter().map(|(_, point)| point).collect();
            rank_column(points, ranks);
        }
    }

    /// How far down its column every point stands, from 0 to 1.
    fn ranks(&self) -> Vec<f64> {
        let mut ranks = vec![0.0; self.points.len()];
        self.columns.iter().for_each(|points| rank_column(points, &mut ranks));
        ranks
    }

    /// How many arrows cross: inversions between neighbouring columns, by a Fenwick tree.
    fn crossings(&self) -> usize {
        let mut number_of = vec![0usize; self.points.len()];
        for points in &self.columns {
            for (number, &point) in points.iter().enumerate() {
                if let Some(place) = number_of.get_mut(point) {
                    *place = number;
                }
            }
        }
        let number = |point: usize| number_of.get(point).copied().unwrap_or(0);
        let mut crossings = 0;
        for pair in self.columns.windows(2) {
            let [left, right] = pair else { continue };
            let mut tree = vec![0usize; right.len() + 1];
            let mut n_before = 0;
            for &point in left {
                let mut ends: Vec<usize> = self
                    .points
                    .get(point)
                    .map(|p| p.right.iter().map(|&to| number(to)).collect())
                    .unwrap_or_default();
                ends.sort_unstable();
                for &end in &ends {
                    crossings += n_before - sum(&tree, end + 1);
                }
                for &end in &ends {
                    add(&mut tree, end + 1);
                    n_before += 1;
                }
            }
        }
        crossings
    }

    /// Heights: each point wants to stand level with its neighbours; the order is kept.
    fn place(&self, sizes: &Sizes) -> Vec<f64> {
        let size = |point: usize| self.points.get(point).map_or(0.0, |p| sizes.of(p.place));
        let mut heights = vec![0.0; self.points.len()];
        for points in &self.columns {
            let mut top = 0.0;
            for &point in points {
                set(&mut heights, point, top + size(point) / 2.0);
                top += size(point) + sizes.gap;
            }
        }
        for sweep in 0..SETTLING {
            for number in 0..self.columns.len() {
                let column = if sweep % 2 == 0 { number } else { self.columns.len() - 1 - number };
                let Some(points) = self.columns.get(column) else { continue };
                let wanted: Vec<(f64, f64)> =
                    points.iter().map(|&point| self.wanted(point, &heights)).collect();
                let offsets: Vec<f64> = points
                    .iter()
                    .scan(0.0, |top, &point| {
                        let middle = *top + size(point) / 2.0;
                        *top += size(point) + sizes.gap;
                        Some(middle)
                    })
                    .collect();
                for (&point, height) in points.iter().zip(apart(&wanted, &offsets)) {
                    set(&mut heights, point, height);
                }
            }
        }
        let top = |heights: &[f64]| {
            let tops = heights.iter().enumerate().map(|(point, middle)| middle - size(point) / 2.0);
            tops.fold(f64::INFINITY, f64::min)
        };
        let top = top(&heights);
        if top.is_finite() {
            heights.iter_mut().for_each(|height| *height -= top);
        }
        heights
    }

    /// Where a point would like to stand, and how much that counts: the way of a long arrow is to be
    /// straight above all.
    fn wanted(&self, point: usize, heights: &[f64]) -> (f64, f64) {
        let here = heights.get(point).copied().unwrap_or(0.0);
        let Some(Point { place, left, right }) = self.points.get(point) else { return (here, 1.0) };
        let beside = left.iter().chain(right);
        let (sum, count) = beside.fold((0.0, 0.0), |(sum, count), &other| {
            (sum + heights.get(other).copied().unwrap_or(0.0), count + 1.0)
        });
        match place {
            _ if count == 0.0 => (here, 0.1),
            Slot::Box(_) => (sum / count, 1.0),
            Slot::Pass(_) => (sum / count, 2.0),
        }
    }
}

fn rank_column(points: &[usize], ranks: &mut [f64]) {
    for (number, &point) in points.iter().enumerate() {
        set(ranks, point, (to_f64(number) + 0.5) / to_f64(points.len()));
    }
}

/// The heights nearest to the wanted ones that keep the order and the distances (pool adjacent
/// violators). `wanted` has a weight with each, `offsets` how far down each stands at the least.
fn apart(wanted: &[(f64, f64)], offsets: &[f64]) -> Vec<f64> {
    // Blocks of neighbours that touch: the sum of what they want, their weight, how many they are.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for (&(want, weight), offset) in wanted.iter().zip(offsets) {
        blocks.push(((want - offset) * weight, weight, 1));
        while let [.., before, last] = blocks.as_slice() {
            if before.0 / before.1 <= last.0 / last.1 {
                break;
            }
            let joined = (before.0 + last.0, before.1 + last.1, before.2 + last.2);
            blocks.truncate(blocks.len() - 2);
            blocks.push(joined);
        }
    }
    let shifts = blocks.iter().flat_map(|&(sum, weight, n)| std::iter::repeat_n(sum / weight, n));
    shifts.zip(offsets).map(|(shift, offset)| shift + offset).collect()
}

fn set(heights: &mut [f64], point: usize, height: f64) {
    if let Some(place) = heights.get_mut(point) {
        *place = height;
    }
}

fn to_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

fn sum(tree: &[usize], mut index: usize) -> usize {
    let mut total = 0;
    while index > 0 {
        total += tree.get(index).copied().unwrap_or(0);
        index &= index - 1;
    }
    total
}

fn add(tree: &mut [usize], mut index: usize) {
    while let Some(place) = tree.get_mut(index) {
        *place += 1;
        index += index & index.wrapping_neg();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unit;
    use crate::view::graph::{Edge, Node, Role};

    fn laid_out(picture: &Picture) -> Layout {
        let nodes = vec![10.0; picture.nodes.len()];
        layout(picture, &Sizes { nodes, pass: 2.0, gap: 5.0 }).0
    }

    fn picture(waves: &[i64], edges: &[(usize, usize)]) -> Picture {
        let node = |(number, &wave): (usize, &i64)| Node {
            unit: Unit::App(number),
            lane: Lane::Wave(wave),
            role: Role::App,
            kind: "App".to_owned(),
            name: format!("n{number}"),
            makes: Vec::new(),
            why: String::new(),
            is_pinned: false,
            only: Vec::new(),
        };
        let edge = |&(from, to): &(usize, usize)| Edge {
            from,
            to,
            by: String::new(),
            is_blocking: true,
            is_default: false,
        };
        Picture {
            nodes: waves.iter().enumerate().map(node).collect(),
            edges: edges.iter().map(edge).collect(),
        }
    }

    fn order(layout: &Layout) -> Vec<Vec<Slot>> {
        let column = |column: &Column| column.iter().map(|(place, _)| *place).collect();
        layout.columns.iter().map(column).collect()
    }

    #[test]
    fn arrows_that_cross_are_untangled() {
        let layout = laid_out(&picture(&[0, 0, 1, 1], &[(0, 3), (1, 2)]));
        assert_eq!(order(&layout), [[Slot::Box(0), Slot::Box(1)], [Slot::Box(3), Slot::Box(2)]],);
    }

    #[test]
    fn a_long_arrow_passes_between_the_boxes() {
        let layout = laid_out(&picture(&[0, 1, 2], &[(0, 1), (0, 2)]));
        assert_eq!(order(&layout)[1], [Slot::Box(1), Slot::Pass(0)]);
        let [(_, upper), (_, lower)] = layout.columns[1][..] else { panic!() };
        assert!(lower - upper >= 10.0 / 2.0 + 5.0 + 2.0 / 2.0 - 1e-9);
    }

    #[test]
    fn within_a_lane_what_waits_stands_behind() {
        let layout = laid_out(&picture(&[0, 0], &[(1, 0)]));
        assert_eq!(order(&layout), [[Slot::Box(1)], [Slot::Box(0)]]);
        assert_eq!(layout.is_forward, [true]);
    }

    #[test]
    fn a_cycle_is_laid_out_all_the_same() {
        let layout = laid_out(&picture(&[0, 1], &[(0, 1), (1, 0)]));
        assert_eq!(layout.is_forward, [true, false]);
    }

    #[test]
    fn nothing_is_nothing() {
        assert!(laid_out(&Picture::default()).columns.is_empty());
    }
}
