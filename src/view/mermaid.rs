//! A picture as Mermaid, which GitHub and GitLab draw inside Markdown.

use std::io::{self, Write};

use crate::source::is_unseen;
use crate::view::graph::{Lane, Node, Picture, Role};
use crate::view::markdown::shortened;

/// Prints a flowchart from left to right, a subgraph for each lane.
///
/// # Errors
/// When `out` cannot be written to.
pub fn print(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    let mut lane = None;
    for (number, node) in picture.nodes.iter().enumerate() {
        if lane != Some(node.lane) {
            if lane.is_some() {
                writeln!(out, "  end")?;
            }
            writeln!(out, "  subgraph {}[\"{}\"]", lane_id(node.lane), node.lane.title())?;
            lane = Some(node.lane);
        }
        writeln!(out, "    {}", shape(number, node))?;
    }
    if lane.is_some() {
        writeln!(out, "  end")?;
    }
    for edge in &picture.edges {
        let arrow = if edge.is_default { "-.->" } else { "-->" };
        writeln!(out, "  n{} {arrow} n{}", edge.from, edge.to)?;
    }
    classes(picture, out)
}

/// No minus sign may stand in an id.
fn lane_id(lane: Lane) -> String {
    match lane {
        Lane::Wave(wave) if wave < 0 => format!("before{}", wave.unsigned_abs()),
        Lane::Wave(wave) => format!("wave{wave}"),
        Lane::Hooks => "hooks".to_owned(),
    }
}

fn shape(number: usize, node: &Node) -> String {
    let made = node.made();
    let second = if made.is_empty() { String::new() } else { format!("<br/>{}", text(&made)) };
    let label = format!("{}{second}", text(&node.label()));
    let word = node.role.word();
    match node.role {
        Role::Database => format!("n{number}[(\"{label}\")]:::{word}"),
        Role::Schema => format!("n{number}[[\"{label}\"]]:::{word}"),
        Role::Junction => format!("n{number}([\"{label}\"]):::{word}"),
        Role::App | Role::Manifest | Role::Hook => format!("n{number}[\"{label}\"]:::{word}"),
    }
}

/// Colours that are legible on GitHub's light and dark backgrounds: a border, and no filling of
/// their own.
fn classes(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    for role in Role::ALL {
        if !picture.nodes.iter().any(|node| node.role == role) {
            continue;
        }
        let style = match role {
            Role::Database => "stroke:#b7791f,stroke-width:2px",
            Role::Schema => "stroke:#8250df,stroke-width:2px",
            Role::App => "stroke:#1f6feb,stroke-width:2px",
            Role::Manifest => "stroke:#6e7781,stroke-width:1px",
            Role::Hook => "stroke:#6e7781,stroke-width:1px,stroke-dasharray:4 3",
            Role::Junction => "stroke:#6e7781,stroke-width:1px,stroke-dasharray:2 2",
        };
        writeln!(out, "  classDef {} {style}", role.word())?;
    }
    Ok(())
}

/// The longest text in a box, in characters.
const MAX_TEXT_LEN: usize = 120;

/// A text that Mermaid shows as it is: entities for everything that it could act on. What is no
/// letter or digit can be part of Markdown, HTML or an entity there.
fn text(plain: &str) -> String {
    let plain = shortened(plain, MAX_TEXT_LEN);
    let mut text = String::with_capacity(plain.len());
    let mut rest = plain.chars();
    while let Some(character) = rest.next() {
        // Before a space these could begin an item of a list.
        let is_item = matches!(character, '.' | '-') && rest.as_str().starts_with(' ');
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | ',' | '.' | '/' | '-' if !is_item => {
                text.push(character);
            }
            // Zero width and direction marks could make one name look like another.
            character if character.is_alphanumeric() && !is_unseen(character) => {
                text.push(character);
            }
            character if character.is_control() => text.push_str("#65533;"),
            character => text += &format!("#{};", u32::from(character)),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(text("App/shop-api.v1"), "App/shop-api.v1");
        assert_eq!(text("a\"]:::x"), "a#34;#93;#58;#58;#58;x");
        assert_eq!(text("<b>&amp;\n"), "#60;b#62;#38;amp#59;#65533;");
        assert_eq!(text("\u{202e}x"), "#8238;x");
        assert_eq!(text("1. a - b"), "1#46; a #45; b");
        assert_eq!(text("%%{init}`~~~"), "#37;#37;#123;init#125;#96;#126;#126;#126;");
    }
}
