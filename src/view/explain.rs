//! `generate explain NAME|CODE`: why something has its wave, or what a diagnostic means.

use std::io::{self, Write};

use crate::diag::Code;
use crate::model::Unit;
use crate::pipeline::Compilation;
use crate::plan::Scheduled;
use crate::source::Sources;
use crate::view::waves::{precedes, waits};

/// The page on diagnostics: the one place where they are described.
const PAGE: &str = include_str!("../../docs/diagnostics.md");

/// The section of a code on the page on diagnostics, if `word` is one.
pub fn code(word: &str) -> Option<&'static str> {
    let code = Code::ALL.iter().find(|code| code.name() == word)?;
    let heading = format!("\n## {}\n", code.name());
    let (_, rest) = PAGE.split_once(&heading)?;
    let section = rest.split_once("\n## ").map_or(rest, |(section, _)| section);
    Some(section.trim())
}

/// The units that a name stands for: `shop`, `App/shop`, or an object that one of them makes.
pub fn units(name: &str, compilation: &Compilation) -> Vec<Unit> {
    let project = &compilation.project;
    let scheduled = compilation.plan.units.iter().map(|scheduled| scheduled.unit);
    let fits = |unit: &Unit| {
        let label = project.label(*unit);
        label == name || label.split_once('/').is_some_and(|(_, bare)| bare == name)
    };
    let mut found: Vec<Unit> = scheduled.filter(fits).collect();
    let objects = compilation.plan.objects.iter().filter(|planned| !planned.is_hook);
    found.extend(
        objects
            .filter(|planned| planned.object.id().label() == name)
            .map(|planned| planned.object.owner),
    );
    found.sort_unstable();
    found.dedup();
    found
}

/// Everything that has a name, for a "did you mean".
pub fn names(compilation: &Compilation) -> Vec<String> {
    let units = compilation.plan.units.iter();
    let labels = units.map(|scheduled| compilation.project.label(scheduled.unit));
    let mut names: Vec<String> = labels.filter(|label| label.contains('/')).collect();
    names.sort_unstable();
    names
}

/// Says why a unit has its wave, back to what waits for nothing.
///
/// # Errors
/// When `out` cannot be written to.
pub fn unit(
    unit: Unit,
    compilation: &Compilation,
    sources: &Sources,
    out: &mut impl Write,
) -> io::Result<()> {
    let project = &compilation.project;
    let Some(mut at) = scheduled(compilation, unit) else { return Ok(()) };
    let place = project.place(unit).map(|span| sources.place(span)).unwrap_or_default();
    writeln!(out, "wave {}: {} ({place})", at.wave, project.label(unit))?;
    if let Some(pin) = project.pin(unit) {
        writeln!(out, "  the wave is written ({})", sources.place(pin.span))?;
    }
    let mut lead = "  ";
    while let Some(edge) = at.because {
        match at.unit {
            Unit::EverySchema => {
                writeln!(out, "  the last of which is {}", last(edge, compilation, sources))?;
            }
            Unit::Manifest(_) | Unit::Database(_) | Unit::Schema(_) | Unit::App(_) => {
                writeln!(out, "{lead}{}", waits(edge, compilation, sources))?;
            }
        }
        lead = "  which ";
        let first = compilation.links.edge(edge).from;
        match compilation.plan.units.get(first) {
            Some(next) => at = next,
            None => break,
        }
    }
    if at.because.is_none() && !at.is_pinned {
        writeln!(out, "{lead}waits for nothing")?;
    }
    while let Some(edge) = at.for_the_sake_of {
        writeln!(out, "  {} {}", project.label(at.unit), precedes(edge, compilation, sources))?;
        match compilation.plan.units.get(compilation.links.edge(edge).to) {
            Some(next) => at = next,
            None => break,
        }
        if let Some(pin) = project.pin(at.unit) {
            let (label, place) = (project.label(at.unit), sources.place(pin.span));
            writeln!(out, "  {label} has wave {} by what is written ({place})", pin.value)?;
        }
    }
    others(unit, compilation, sources, out)?;
    makes(unit, compilation, out)
}

/// The schema that comes last, with its place.
fn last(edge: crate::graph::EdgeId, compilation: &Compilation, sources: &Sources) -> String {
    let schema = *compilation.links.node(compilation.links.edge(edge).from);
    let place = compilation.project.place(schema).map(|span| sources.place(span));
    format!("{} ({})", compilation.project.label(schema), place.unwrap_or_default())
}

/// What else it waits for, without which its wave would be the same.
fn others(
    unit: Unit,
    compilation: &Compilation,
    sources: &Sources,
    out: &mut impl Write,
) -> io::Result<()> {
    let Some(at) = scheduled(compilation, unit) else { return Ok(()) };
    let ids = compilation.links.incoming_ids(at.node);
    for &edge in ids.iter().filter(|&&edge| Some(edge) != at.because) {
        writeln!(out, "  also {}", waits(edge, compilation, sources))?;
    }
    let first =
        |edge: &crate::graph::Edge<_>| compilation.project.label(*compilation.links.node(edge.to));
    let waiting: Vec<String> = compilation.links.outgoing(at.node).map(first).collect();
    let mut waiting: Vec<&str> =
        waiting.iter().map(String::as_str).filter(|label| label.contains('/')).collect();
    waiting.dedup();
    if !waiting.is_empty() {
        writeln!(out, "  before {}", waiting.join(", "))?;
    }
    Ok(())
}

fn makes(unit: Unit, compilation: &Compilation, out: &mut impl Write) -> io::Result<()> {
    let objects = compilation.plan.objects.iter();
    let labels: Vec<String> = objects
        .filter(|planned| planned.object.owner == unit)
        .map(|planned| planned.object.id().label())
        .collect();
    writeln!(
        out,
        "  makes {}",
        if labels.is_empty() { "nothing".into() } else { labels.join(", ") }
    )
}

fn scheduled(compilation: &Compilation, unit: Unit) -> Option<&Scheduled> {
    compilation.plan.units.iter().find(|scheduled| scheduled.unit == unit)
}
