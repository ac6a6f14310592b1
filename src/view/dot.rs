//! A picture for Graphviz.

use std::io::{self, Write};

use crate::source::is_unseen;
use crate::view::graph::{Node, Picture, Role};

/// Prints a graph from left to right, a cluster for each lane.
///
/// # Errors
/// When `out` cannot be written to.
pub fn print(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "digraph waves {{")?;
    writeln!(out, "  rankdir=LR")?;
    writeln!(out, "  graph [fontname=\"Helvetica\", newrank=true]")?;
    writeln!(out, "  node [fontname=\"Helvetica\", shape=box, style=rounded]")?;
    let mut lane = None;
    let mut n_lanes = 0;
    for (number, node) in picture.nodes.iter().enumerate() {
        if lane != Some(node.lane) {
            if lane.is_some() {
                writeln!(out, "  }}")?;
            }
            writeln!(out, "  subgraph cluster_{n_lanes} {{")?;
            writeln!(out, "    label={}", quoted(&node.lane.title()))?;
            writeln!(out, "    color=\"#8c959f\"")?;
            n_lanes += 1;
            lane = Some(node.lane);
        }
        writeln!(out, "    n{number} [{}]", attributes(node))?;
    }
    if lane.is_some() {
        writeln!(out, "  }}")?;
    }
    for edge in &picture.edges {
        let style = if edge.is_default { ", style=dashed" } else { "" };
        writeln!(out, "  n{} -> n{} [tooltip={}{style}]", edge.from, edge.to, quoted(&edge.by))?;
    }
    writeln!(out, "}}")
}

fn attributes(node: &Node) -> String {
    let made = node.made();
    let label = if made.is_empty() { node.label() } else { format!("{}\n{made}", node.label()) };
    let style = match node.role {
        Role::Database => "shape=cylinder, color=\"#b7791f\"",
        Role::Schema => "color=\"#8250df\"",
        Role::App => "color=\"#1f6feb\"",
        Role::Manifest => "color=\"#6e7781\"",
        Role::Hook => "color=\"#6e7781\", style=\"rounded,dashed\"",
        Role::Junction => "color=\"#6e7781\", shape=ellipse, style=dashed",
    };
    format!("label={}, tooltip={}, {style}", quoted(&label), quoted(&node.why))
}

/// A quoted string of the DOT language. `\` begins an escape there, and entities are read.
fn quoted(plain: &str) -> String {
    let mut text = String::with_capacity(plain.len() + 2);
    text.push('"');
    for character in plain.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '&' => text.push_str("&amp;"),
            character if character.is_control() || is_unseen(character) => text.push('\u{fffd}'),
            character => text.push(character),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(quoted("a\"b\\N\n&x\u{7}"), r#""a\"b\\N\n&amp;x�""#);
    }
}
