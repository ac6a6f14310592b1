//! `generate explain NAME|CODE`: why something has its wave, or what a diagnostic means.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::diag::Code;
use crate::model::Unit;
use crate::pipeline::Compilation;
use crate::plan::Scheduled;
use crate::source::{Sources, printable};
use crate::view::drops::Drops;
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

/// The most lines about all units of a name. That is enough for a unit that has to do with every
/// other one; twenty thousand of one name would each repeat what stands below the one before.
const LINES: usize = 50_000;

/// Says why units have their waves, each back to what waits for nothing. After many lines that way is
/// cut after its first step.
///
/// # Errors
/// When `out` cannot be written to.
pub fn print(
    units: &[Unit],
    compilation: &Compilation,
    sources: &Sources,
    out: &mut impl Write,
) -> io::Result<()> {
    let Compilation { project, plan, .. } = compilation;
    let scheduled = plan.units.iter().zip(steps(compilation));
    let scheduled: BTreeMap<Unit, (&Scheduled, usize)> =
        scheduled.map(|(scheduled, n_steps)| (scheduled.unit, (scheduled, n_steps))).collect();
    let mut made: BTreeMap<Unit, Vec<String>> = BTreeMap::new();
    for planned in &plan.objects {
        let mut label = planned.object.id().label();
        if planned.object.is_recheck() {
            label.push_str(&format!(" (wave {})", planned.wave));
        }
        made.entry(planned.object.owner).or_default().push(label);
    }
    let mut left = LINES;
    for (number, &unit) in units.iter().enumerate() {
        let Some(&(at, n_steps)) = scheduled.get(&unit) else { continue };
        let end = if number > 0 { "\n" } else { "" };
        let place = project.place(unit).map(|span| sources.place(span)).unwrap_or_default();
        writeln!(out, "{end}wave {}: {} ({place})", at.wave, project.label(unit))?;
        let most = Most { steps: left.max(1), others: left.max(3) };
        for reason in reasons((at, n_steps), compilation, sources, most) {
            left = left.saturating_sub(reason.names.len().max(1));
            writeln!(out, "  {}", printable(reason.text))?;
        }
        let made = made.get(&unit).map_or_else(|| "nothing".to_owned(), |made| made.join(", "));
        writeln!(out, "  makes {made}")?;
        if let Some(drops) = Drops::of(unit, project) {
            writeln!(out, "  {}", drops.sentence())?;
        }
    }
    Ok(())
}

/// One line of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The line.
    pub text: String,
    /// What it names, in the order of their labels in the line.
    pub names: Vec<Unit>,
}

/// How much is said of one unit.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    /// Steps of the way back.
    pub steps: usize,
    /// What else it waits for, and what waits for it.
    pub others: usize,
}

/// Why a unit has its wave, back to what waits for nothing, and what else it has to do with. It comes
/// with the number of steps of its way back (see [`steps`]).
pub fn reasons(
    (scheduled, n_steps): (&Scheduled, usize),
    compilation: &Compilation,
    sources: &Sources,
    most: Most,
) -> Vec<Reason> {
    let mut reasons = way(scheduled, compilation, sources, most.steps);
    if let Some(more @ 1..) = n_steps.checked_sub(most.steps) {
        let steps = if more == 1 { "step" } else { "steps" };
        reasons.push(Reason { text: format!("... {more} more {steps}"), names: Vec::new() });
    }
    others(scheduled, compilation, sources, most.others, &mut reasons);
    reasons
}

fn way(
    scheduled: &Scheduled,
    compilation: &Compilation,
    sources: &Sources,
    most: usize,
) -> Vec<Reason> {
    let Compilation { project, links, plan, .. } = compilation;
    let mut reasons = Vec::new();
    let mut say = |text: String, names: &[Unit]| {
        reasons.push(Reason { text, names: names.to_vec() });
    };
    if let Some(pin) = project.pin(scheduled.unit) {
        say(format!("the wave is written ({})", sources.place(pin.span)), &[]);
    }
    let mut at = scheduled;
    let mut lead = "";
    let mut n_steps = 0;
    while let Some(edge) = at.held_by.filter(|_| n_steps < most) {
        let first = links.edge(edge).from;
        let names = [*links.node(first)];
        match at.unit {
            Unit::EverySchema => {
                let last = last(edge, compilation, sources);
                say(format!("the last of which is {last}"), &names);
            }
            Unit::Manifest(_) | Unit::Database(_) | Unit::Schema(_) | Unit::App(_) => {
                say(format!("{lead}{}", waits(edge, compilation, sources)), &names);
            }
        }
        n_steps += 1;
        lead = "which ";
        match plan.units.get(first) {
            Some(next) => at = next,
            None => break,
        }
    }
    if at.held_by.is_none() && !at.is_pinned {
        say(format!("{lead}waits for nothing"), &[]);
    }
    let is_at_the_end = at.held_by.is_none();
    while let Some(edge) = at.pulled_by.filter(|_| is_at_the_end && n_steps < most) {
        let then = links.edge(edge).to;
        let text = format!("{} {}", project.label(at.unit), precedes(edge, compilation, sources));
        say(text, &[at.unit, *links.node(then)]);
        n_steps += 1;
        match plan.units.get(then) {
            Some(next) => at = next,
            None => break,
        }
        if let Some(pin) = project.pin(at.unit) {
            let (label, place) = (project.label(at.unit), sources.place(pin.span));
            let text = format!("{label} has wave {} by what is written ({place})", pin.value);
            say(text, &[at.unit]);
        }
    }
    reasons
}

/// How many steps the way back from every unit has, by its place in the plan.
pub fn steps(compilation: &Compilation) -> Vec<usize> {
    let Compilation { links, plan, .. } = compilation;
    let n_units = plan.units.len();
    let unit = |node: usize| plan.units.get(node);
    let sake = |node: usize| Some(links.edge(unit(node)?.pulled_by?).to);
    let behind = lengths(n_units, sake, |_| 0);
    let held_by = |node: usize| Some(links.edge(unit(node)?.held_by?).from);
    lengths(n_units, held_by, |node| behind.get(node).copied().unwrap_or(0))
}

/// How far it is from every node to the end of its chain, where `at_end` says what is left.
fn lengths(
    n_nodes: usize,
    next: impl Fn(usize) -> Option<usize>,
    at_end: impl Fn(usize) -> usize,
) -> Vec<usize> {
    let mut lengths: Vec<Option<usize>> = vec![None; n_nodes];
    for start in 0..n_nodes {
        let mut chain = Vec::new();
        let mut at = Some(start);
        while let Some(node) = at
            && let Some(length @ None) = lengths.get_mut(node)
        {
            // A chain ends; if one did not, this would.
            *length = Some(0);
            chain.push(node);
            at = next(node);
        }
        for &node in chain.iter().rev() {
            let behind = next(node).map(|next| lengths.get(next).copied().flatten().unwrap_or(0));
            if let Some(length) = lengths.get_mut(node) {
                *length = Some(behind.map_or_else(|| at_end(node), |behind| behind + 1));
            }
        }
    }
    lengths.into_iter().map(Option::unwrap_or_default).collect()
}

/// The schema that comes last, with its place.
fn last(edge: crate::graph::EdgeId, compilation: &Compilation, sources: &Sources) -> String {
    let schema = *compilation.links.node(compilation.links.edge(edge).from);
    let place = compilation.project.place(schema).map(|span| sources.place(span));
    format!("{} ({})", compilation.project.label(schema), place.unwrap_or_default())
}

/// What else it waits for, without which its wave would be the same, and what waits for it.
fn others(
    at: &Scheduled,
    compilation: &Compilation,
    sources: &Sources,
    most: usize,
    reasons: &mut Vec<Reason>,
) {
    let Compilation { project, links, .. } = compilation;
    let ids = links.incoming_ids(at.node);
    let also = || ids.iter().filter(|&&edge| Some(edge) != at.held_by);
    for &edge in also().take(most) {
        let text = format!("also {}", waits(edge, compilation, sources));
        reasons.push(Reason { text, names: vec![*links.node(links.edge(edge).from)] });
    }
    if let Some(more @ 1..) = also().count().checked_sub(most) {
        reasons.push(Reason { text: format!("... also waits for {more} more"), names: Vec::new() });
    }
    let waiting = links.outgoing(at.node).map(|edge| *links.node(edge.to));
    let mut waiting: Vec<Unit> = waiting.filter(|&unit| unit != Unit::EverySchema).collect();
    waiting.dedup();
    if waiting.is_empty() {
        return;
    }
    let labels: Vec<String> = waiting.iter().take(most).map(|&unit| project.label(unit)).collect();
    let more = match waiting.len().checked_sub(most) {
        Some(more @ 1..) => format!(", ... {more} more"),
        Some(0) | None => String::new(),
    };
    waiting.truncate(most);
    let text = format!("before {}{more}", labels.join(", "));
    reasons.push(Reason { text, names: waiting });
}
