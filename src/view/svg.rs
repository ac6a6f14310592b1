//! A picture, drawn: waves as lanes from left to right.
//!
//! The colours are variables that follow the reader's light or dark mode. Text is measured by a
//! table of widths that no common sans-serif font exceeds by much, so that it stays inside its box
//! wherever it is drawn.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io::{self, Write};

use crate::source::is_unseen;
use crate::view::graph::{Edge, Lane, Node, Picture, Role};
use crate::view::layout::{self, Layout, Sizes, Slot};

/// The colours, for a picture that stands alone and for a page that holds one.
pub const COLORS: &str = include_str!("svg/colors.css");
/// How the parts of a picture look.
pub const STYLE: &str = include_str!("svg/picture.css");

/// Between the edge of the picture and what is in it.
const MARGIN: f64 = 16.0;
/// The line above a lane that names it.
const HEADING: f64 = 34.0;
/// Between a lane's border and its boxes.
const PADDING: f64 = 16.0;
/// Between two lanes, and between two columns of one: where arrows turn.
const CHANNEL: f64 = 56.0;
/// The names are cut to this many pixels.
const MAX_WIDTH: f64 = 320.0;
/// From so many boxes in a column on, boxes have a single line.
const DENSE: usize = 12;

/// Prints a picture that stands alone.
///
/// # Errors
/// When `out` cannot be written to.
pub fn print(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    let style = format!("<style>{COLORS}{STYLE}</style>");
    draw(picture, &style, |_| None, out)
}

/// Prints a picture as an element. `head` goes to its beginning; `link` says where a box leads to.
///
/// # Errors
/// When `out` cannot be written to.
pub fn draw(
    picture: &Picture,
    head: &str,
    link: impl Fn(&Node) -> Option<String>,
    out: &mut impl Write,
) -> io::Result<()> {
    let scene = Scene::of(picture);
    let (width, height) = (scene.width, scene.height);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"waves\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" aria-labelledby=\"waves-title waves-desc\">\n\
         <title id=\"waves-title\">{}</title>\n<desc id=\"waves-desc\">{}</desc>\n{head}\n",
        escape(&title(picture)),
        escape(&description(picture)),
    );
    let _ = writeln!(svg, "<rect class=\"ground\" width=\"{width:.0}\" height=\"{height:.0}\"/>");
    scene.draw_lanes(&mut svg);
    // Arrows first, so that no box is crossed out by one.
    let mut bends = layout::PASSES;
    for (edge, &is_forward) in picture.edges.iter().zip(&scene.layout.is_forward) {
        scene.edge(edge, is_forward, &mut bends, &mut svg);
        out.write_all(svg.as_bytes())?;
        svg.clear();
    }
    for (number, node) in picture.nodes.iter().enumerate() {
        scene.node(number, node, link(node).as_deref(), &mut svg);
        out.write_all(svg.as_bytes())?;
        svg.clear();
    }
    out.write_all(svg.as_bytes())?;
    out.write_all(b"</svg>\n")
}

fn title(picture: &Picture) -> String {
    let waves = lanes(picture).keys().filter(|lane| matches!(lane, Lane::Wave(_))).count();
    format!("{} in {}", count(picture.nodes.len(), "step"), count(waves, "wave"))
}

fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// The whole picture in words, for who cannot see it.
fn description(picture: &Picture) -> String {
    let lane = |(lane, members): (Lane, Vec<&Node>)| {
        let labels: Vec<String> = members.into_iter().map(Node::label).collect();
        format!("{}: {}.", lane.title(), labels.join(", "))
    };
    lanes(picture).into_iter().map(lane).collect::<Vec<_>>().join(" ")
}

/// The boxes of each lane.
fn lanes(picture: &Picture) -> BTreeMap<Lane, Vec<&Node>> {
    let mut lanes: BTreeMap<Lane, Vec<&Node>> = BTreeMap::new();
    for node in &picture.nodes {
        lanes.entry(node.lane).or_default().push(node);
    }
    lanes
}

/// Everything with its place on the canvas.
struct Scene<'a> {
    picture: &'a Picture,
    /// The escaped name of each box: arrows say it again and again.
    labels: Vec<String>,
    layout: Layout,
    /// The lane of each column.
    lanes: Vec<Lane>,
    /// The left side of each column, and its width.
    columns: Vec<(f64, f64)>,
    /// For each box its column and the middle of its height.
    boxes: Vec<(usize, f64)>,
    /// The heights at which the arrows of a box pass the columns between.
    passes: BTreeMap<(usize, usize), f64>,
    node_height: f64,
    is_dense: bool,
    width: f64,
    height: f64,
}

impl<'a> Scene<'a> {
    fn of(picture: &'a Picture) -> Scene<'a> {
        let most = lanes(picture).values().map(Vec::len).max();
        let is_dense = most.unwrap_or(0) > DENSE;
        let (node_height, pass, gap) = match is_dense {
            true => (26.0, 6.0, 7.0),
            false => (46.0, 8.0, 14.0),
        };
        let nodes = vec![node_height; picture.nodes.len()];
        let (layout, lanes) = layout::layout(picture, &Sizes { nodes, pass, gap });
        let mut boxes = vec![(0, 0.0); picture.nodes.len()];
        let mut passes = BTreeMap::new();
        let mut columns = Vec::new();
        let mut left = MARGIN + PADDING;
        let mut lane = lanes.first().copied();
        for (number, (column, &its_lane)) in layout.columns.iter().zip(&lanes).enumerate() {
            if lane != Some(its_lane) {
                left += 2.0 * PADDING;
                lane = Some(its_lane);
            }
            let mut width: f64 = 60.0;
            for &(place, middle) in column {
                let middle = middle + MARGIN + HEADING + PADDING;
                match place {
                    Slot::Box(node) => {
                        if let (Some(spot), Some(node)) =
                            (boxes.get_mut(node), picture.nodes.get(node))
                        {
                            *spot = (number, middle);
                            width = width.max(box_width(node, is_dense));
                        }
                    }
                    Slot::Pass(from) => _ = passes.insert((from, number), middle),
                }
            }
            columns.push((left, width));
            left += width + CHANNEL;
        }
        let width = (left - CHANNEL + PADDING + MARGIN).max(160.0);
        let height = MARGIN * 2.0 + HEADING + PADDING * 2.0 + layout.height;
        Scene {
            picture,
            labels: picture.nodes.iter().map(|node| escape(&node.label())).collect(),
            layout,
            lanes,
            columns,
            boxes,
            passes,
            node_height,
            is_dense,
            width,
            height,
        }
    }

    fn draw_lanes(&self, svg: &mut String) {
        // The columns of a lane stand side by side: the first and the last of them.
        let mut sides: BTreeMap<Lane, [(f64, f64); 2]> = BTreeMap::new();
        for (&lane, &column) in self.lanes.iter().zip(&self.columns) {
            sides.entry(lane).or_insert([column; 2])[1] = column;
        }
        for (lane, [first, last]) in sides {
            let (left, right) = (first.0 - PADDING, last.0 + last.1 + PADDING);
            let kind = if lane == Lane::Hooks { "lane hooks" } else { "lane" };
            let _ = writeln!(
                svg,
                "<rect class=\"{kind}\" x=\"{left:.1}\" y=\"{MARGIN}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"10\"/>\
                 <text class=\"lane-title\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                right - left,
                self.height - 2.0 * MARGIN,
                left + PADDING,
                MARGIN + 24.0,
                lane.title(),
            );
        }
    }

    fn column(&self, number: usize) -> (f64, f64) {
        self.columns.get(number).copied().unwrap_or_default()
    }

    /// Draws an arrow. `bends` are the places that arrows may still be led through; without any they
    /// run straight.
    fn edge(&self, edge: &Edge, is_forward: bool, bends: &mut usize, svg: &mut String) {
        let (Some(&(from, start)), Some(&(to, end))) =
            (self.boxes.get(edge.from), self.boxes.get(edge.to))
        else {
            return;
        };
        let mut class = String::from("edge");
        if edge.is_default {
            class.push_str(" default");
        }
        if !is_forward {
            class.push_str(" back");
        }
        let (left, width) = self.column(from);
        let mut path = format!("M{} {}", Px(left + self.own_width(edge.from, width)), Px(start));
        match is_forward {
            true if from < to => {
                let mut at = (left + width, start);
                let _ = write!(path, "H{}", Px(at.0));
                let between = self.passes.range((edge.from, from + 1)..(edge.from, to));
                for (&(_, column), &height) in between.take(*bends) {
                    *bends -= 1;
                    let (left, width) = self.column(column);
                    curve(at, (left, height), &mut path);
                    let _ = write!(path, "H{}", Px(left + width));
                    at = (left + width, height);
                }
                curve(at, (self.column(to).0 - ARROW, end), &mut path);
            }
            // What runs against the waves goes round below.
            true | false => {
                let (to_left, _) = self.column(to);
                let out = left + width + CHANNEL / 3.0;
                let low = start.max(end) + self.node_height;
                let back = to_left - CHANNEL / 3.0;
                let _ = write!(
                    path,
                    "C{out:.1} {start:.1} {out:.1} {low:.1} {:.1} {low:.1}H{:.1}C{back:.1} {low:.1} {back:.1} {end:.1} {:.1} {end:.1}",
                    left + width / 2.0,
                    to_left + self.column(to).1 / 2.0,
                    to_left - ARROW,
                );
            }
        }
        let tip = self.column(to).0;
        let label = |node: usize| self.labels.get(node).map(String::as_str).unwrap_or_default();
        let _ = writeln!(
            svg,
            "<g class=\"{class}\" data-from=\"{}\" data-to=\"{}\"><title>{} waits for {} ({})</title><path d=\"{path}\"/>\
             <path class=\"tip\" d=\"M{} {}l-{ARROW} -4v8z\"/></g>",
            edge.from,
            edge.to,
            label(edge.to),
            label(edge.from),
            escape(&edge.by),
            Px(tip),
            Px(end),
        );
    }

    /// A junction is narrower than its column.
    fn own_width(&self, number: usize, column: f64) -> f64 {
        match self.picture.nodes.get(number) {
            Some(node) if node.role == Role::Junction => box_width(node, self.is_dense),
            Some(_) | None => column,
        }
    }

    fn node(&self, number: usize, node: &Node, link: Option<&str>, svg: &mut String) {
        let Some(&(column, middle)) = self.boxes.get(number) else { return };
        let (left, width) = self.column(column);
        let width = self.own_width(number, width);
        let (height, top) = (self.node_height, middle - self.node_height / 2.0);
        let role = node.role.word();
        let _ = write!(svg, "<g class=\"node {role}\" data-node=\"{number}\">");
        let _ = write!(
            svg,
            "<title>{}</title>",
            escape(&format!("{} ({}): {}", node.label(), node.lane.title(), node.why))
        );
        if let Some(link) = link {
            let _ = write!(svg, "<a href=\"{}\">", escape(link));
        }
        let _ = write!(
            svg,
            "<rect class=\"box\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height}\" rx=\"6\"/>\
             <rect class=\"stripe\" x=\"{:.1}\" y=\"{:.1}\" width=\"3\" height=\"{:.1}\" rx=\"1.5\"/>",
            left + 6.0,
            top + 6.0,
            height - 12.0,
        );
        let text = left + 16.0;
        let room = width - 26.0;
        match (self.is_dense, node.role) {
            (_, Role::Junction) => {
                let name = fit(&node.name, room, 12.0);
                let _ = write!(
                    svg,
                    "<text class=\"kind\" x=\"{text:.1}\" y=\"{:.1}\">{}</text>",
                    middle + 4.0,
                    escape(&name),
                );
            }
            (true, _) => {
                let name = fit(&node.name, room - measure(&node.kind, 11.0) - 8.0, 12.0);
                let _ = write!(
                    svg,
                    "<text class=\"name small\" x=\"{text:.1}\" y=\"{:.1}\">{}</text>\
                     <text class=\"kind end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                    middle + 4.0,
                    escape(&name),
                    left + width - 10.0,
                    middle + 4.0,
                    escape(&node.kind),
                );
            }
            (false, _) => {
                let _ = write!(
                    svg,
                    "<text class=\"name\" x=\"{text:.1}\" y=\"{:.1}\">{}</text>\
                     <text class=\"kind\" x=\"{text:.1}\" y=\"{:.1}\">{}</text>",
                    middle - 3.0,
                    escape(&fit(&node.name, room, 13.5)),
                    middle + 14.0,
                    escape(&fit(&second_line(node, room), room, 11.0)),
                );
            }
        }
        if node.is_pinned {
            let _ = write!(
                svg,
                "<circle class=\"pin\" cx=\"{:.1}\" cy=\"{top:.1}\" r=\"4\"/>",
                left + width - 8.0,
            );
        }
        svg.push_str(if link.is_some() { "</a></g>\n" } else { "</g>\n" });
    }
}

/// The length of an arrow's tip.
pub(crate) const ARROW: f64 = 7.0;

/// A coordinate with one decimal. A picture may have millions of them, and the standard library takes
/// four times as long to write a float.
#[derive(Clone, Copy)]
struct Px(f64);

impl fmt::Display for Px {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_possible_truncation, reason = "`as` stops at the bounds of the type")]
        let tenths = (self.0 * 10.0).round_ties_even() as i64;
        let sign = if tenths < 0 { "-" } else { "" };
        write!(out, "{sign}{}.{}", tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10)
    }
}

pub(crate) fn curve(from: (f64, f64), to: (f64, f64), path: &mut String) {
    if (from.1 - to.1).abs() < 0.5 {
        let _ = write!(path, "L{} {}", Px(to.0), Px(to.1));
        return;
    }
    let bend = (to.0 - from.0) * 0.55;
    let _ = write!(
        path,
        "C{} {} {} {} {} {}",
        Px(from.0 + bend),
        Px(from.1),
        Px(to.0 - bend),
        Px(to.1),
        Px(to.0),
        Px(to.1),
    );
}

/// `App · Deployment, Service`, or `App · 5 objects` where that is too long; a manifest's kind.
fn second_line(node: &Node, room: f64) -> String {
    let made = node.made();
    if made.is_empty() {
        return node.kind.clone();
    }
    let line = format!("{} · {made}", node.kind);
    match measure(&line, 11.0) <= room {
        true => line,
        false => format!("{} · {} objects", node.kind, node.makes.len()),
    }
}

fn box_width(node: &Node, is_dense: bool) -> f64 {
    let text = match (is_dense, node.role) {
        (_, Role::Junction) => measure(&node.name, 12.0),
        (true, _) => measure(&node.name, 12.0) + 8.0 + measure(&node.kind, 11.0),
        (false, _) => {
            measure(&node.name, 13.5).max(measure(&second_line(node, MAX_WIDTH - 26.0), 11.0))
        }
    };
    (text + 26.0).clamp(60.0, MAX_WIDTH)
}

/// The width of a text in pixels, rather more than it is: sizes of DejaVu Sans Bold, the widest of
/// the fonts that stand in for one another.
pub(crate) fn measure(text: &str, size: f64) -> f64 {
    let em = |character: char| match character {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.33,
        'f' | 't' | 'r' | ' ' | '(' | ')' | '[' | ']' | '/' | '-' => 0.42,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 1.05,
        'A'..='Z' => 0.78,
        'a'..='z' | '0'..='9' | '_' => 0.71,
        character if character.is_ascii() => 0.84,
        character if u32::from(character) < 0x1100 => 0.8,
        _ => 1.1,
    };
    text.chars().map(em).sum::<f64>() * size
}

/// A text cut in its middle to fit a width: names differ at both ends.
pub(crate) fn fit(text: &str, width: f64, size: f64) -> String {
    if measure(text, size) <= width {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let (mut front, mut back) = (String::new(), Vec::new());
    let (mut ahead, mut behind) = (characters.iter(), characters.iter().rev());
    let mut used = measure("…", size);
    for turn in 0..characters.len() {
        let next = if turn % 2 == 0 { ahead.next() } else { behind.next() };
        let Some(&character) = next else { break };
        used += measure(&character.to_string(), size);
        if used > width {
            break;
        }
        if turn % 2 == 0 { front.push(character) } else { back.push(character) }
    }
    let back: String = back.into_iter().rev().collect();
    format!("{}…{}", front.trim_end(), back.trim_start())
}

/// A text inside XML or HTML, in an element or a quoted attribute.
pub fn escape(plain: &str) -> String {
    let is_plain = |byte: u8| {
        matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')
    };
    if plain.bytes().all(is_plain) {
        return plain.to_owned();
    }
    let mut text = String::with_capacity(plain.len());
    for character in plain.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            '\n' | '\t' => text.push(character),
            // XML knows no controls, and what turns the direction can hide a text.
            character if character.is_control() => text.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => text.push('\u{fffd}'),
            // What joins letters and what chooses a picture is a part of many scripts.
            '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' => text.push(character),
            character if is_unseen(character) => text.push('\u{fffd}'),
            character => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_element() {
        assert_eq!(escape("<a href='x'>&\"\u{0}"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\u{fffd}");
    }

    #[test]
    fn a_long_name_keeps_both_its_ends() {
        let cut = fit("payments-reconciliation-worker-eu-west-1", 140.0, 12.0);
        assert!(cut.starts_with("payments") && cut.ends_with("west-1"), "{cut}");
        assert!(measure(&cut, 12.0) <= 140.0);
        assert_eq!(fit("short", 140.0, 12.0), "short");
    }
}
