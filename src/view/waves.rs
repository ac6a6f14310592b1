//! `generate waves`: what is applied when, and why.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::diag::render::printable;
use crate::graph::EdgeId;
use crate::model::Unit;
use crate::pipeline::Compilation;
use crate::plan::Scheduled;
use crate::source::Sources;

/// Prints a table: the wave, what is in it, why, and where that is written.
///
/// # Errors
/// When `out` cannot be written to.
pub fn table(compilation: &Compilation, sources: &Sources, out: &mut impl Write) -> io::Result<()> {
    let mut rows = vec![["WAVE", "WHAT", "MAKES", "WHY", "FILE"].map(str::to_owned)];
    let mut units: Vec<&Scheduled> = compilation.plan.units.iter().collect();
    units.sort_by_key(|scheduled| (scheduled.wave, scheduled.unit));
    let made = made(compilation);
    for scheduled in units {
        let Some(place) = compilation.project.place(scheduled.unit) else { continue };
        rows.push([
            scheduled.wave.to_string(),
            compilation.project.label(scheduled.unit),
            made.get(&scheduled.unit).map(|kinds| kinds.join(", ")).unwrap_or_default(),
            why(scheduled, compilation, sources),
            sources.place(place),
        ]);
    }
    for planned in compilation.plan.objects.iter().filter(|planned| planned.is_hook) {
        rows.push([
            "hook".to_owned(),
            planned.object.id().label(),
            planned.object.kind().to_owned(),
            "Argo CD runs it by its own annotations".to_owned(),
            sources.place(planned.object.place),
        ]);
    }
    let widths: Vec<usize> = (0..5)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| printable(cell).chars().count()).max().unwrap_or(0)
        })
        .collect();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{:width$}  ", printable(cell));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The kinds of the objects that each unit makes.
fn made(compilation: &Compilation) -> BTreeMap<Unit, Vec<&str>> {
    let mut made: BTreeMap<Unit, Vec<&str>> = BTreeMap::new();
    for planned in &compilation.plan.objects {
        made.entry(planned.object.owner).or_default().push(planned.object.kind());
    }
    made
}

/// Why a unit is in its wave, in a few words.
fn why(scheduled: &Scheduled, compilation: &Compilation, sources: &Sources) -> String {
    if scheduled.is_pinned {
        let pin = compilation.project.pin(scheduled.unit);
        let place = pin.map(|pin| sources.place(pin.span)).unwrap_or_default();
        return format!("the wave is written ({place})");
    }
    match scheduled.because {
        Some(edge) => waits(edge, compilation, sources),
        None if scheduled.for_the_sake_of.is_some() => {
            let edge = scheduled.for_the_sake_of;
            edge.map(|edge| precedes(edge, compilation, sources)).unwrap_or_default()
        }
        None => match scheduled.unit {
            Unit::Manifest(_) => "no wave is written".to_owned(),
            Unit::Database(_) | Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => {
                "waits for nothing".to_owned()
            }
        },
    }
}

/// `goes before Schema/shop (app.yaml:9, dependsOn)`, or `goes with` where both are in one wave.
pub(crate) fn precedes(edge: EdgeId, compilation: &Compilation, sources: &Sources) -> String {
    let edge = compilation.links.edge(edge);
    let then = compilation.project.label(*compilation.links.node(edge.to));
    let by = &edge.weight.by;
    let verb = if edge.weight.gates { "goes before" } else { "goes with" };
    match edge.weight.span {
        Some(span) => format!("{verb} {then} ({}, {by})", sources.place(span)),
        None => format!("{verb} {then} ({by})"),
    }
}

/// `waits for Schema/shop (app.yaml:9, dependsOn)`.
pub(crate) fn waits(edge: EdgeId, compilation: &Compilation, sources: &Sources) -> String {
    let edge = compilation.links.edge(edge);
    let first = compilation.project.label(*compilation.links.node(edge.from));
    let by = &edge.weight.by;
    let verb =
        if edge.weight.gates || edge.weight.span.is_none() { "waits for" } else { "goes with" };
    match edge.weight.span {
        Some(span) => format!("{verb} {first} ({}, {by})", sources.place(span)),
        None => format!("{verb} {first} ({by}: no dependency is written)"),
    }
}
