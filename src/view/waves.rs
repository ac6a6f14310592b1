//! `generate waves`: what is applied when, and why.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value as Json, json};

use crate::diag::render::Style;
use crate::graph::EdgeId;
use crate::model::Unit;
use crate::object::Object;
use crate::pipeline::Compilation;
use crate::plan::Scheduled;
use crate::source::{Sources, printable};
use crate::view::drops::Drops;
use crate::view::graph::{self, Lane, Role};

/// Why a hook has no wave of ours.
pub(crate) const HOOK: &str = "Argo CD runs it by its own annotations";

/// How a table is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// With colours or without.
    pub style: Style,
    /// How wide the terminal is; none where the output is no terminal: then a line is as long as it
    /// has to be, and every line says its wave, so that programs can read them.
    pub width: Option<usize>,
}

impl Layout {
    /// As a pipe gets it.
    pub const PLAIN: Layout = Layout { style: Style::Plain, width: None };
}

/// One line of the table.
struct Row {
    lane: Lane,
    role: Role,
    what: String,
    makes: String,
    why: String,
    place: String,
}

/// The names of the columns.
const HEAD: [&str; 5] = ["WAVE", "WHAT", "MAKES", "WHY", "FILE"];
/// Between two columns.
const GAP: usize = 2;
/// A column that is narrower than this is not worth reading.
const MIN_COLUMN_WIDTH: usize = 22;

/// Prints a table: the wave, what is in it, why, and where that is written.
///
/// # Errors
/// When `out` cannot be written to.
pub fn table(
    compilation: &Compilation,
    sources: &Sources,
    layout: Layout,
    out: &mut impl Write,
) -> io::Result<()> {
    let rows = rows(compilation, sources);
    let cells = rows.iter().map(|row| row_cells(row).map(str::chars).map(Iterator::count));
    let widest = cells.fold(HEAD.map(str::len), |mut widest, row| {
        widest.iter_mut().zip(row).for_each(|(most, width)| *most = width.max(*most));
        widest
    });
    let Some(width) = layout.width else {
        return every_line(&rows, &widest, layout.style, out);
    };
    match columns(&widest, width) {
        Some(widths) => by_wave(&rows, &widths, layout.style, out),
        None => stacked(&rows, width, layout.style, out),
    }
}

fn rows(compilation: &Compilation, sources: &Sources) -> Vec<Row> {
    let mut units: Vec<&Scheduled> = compilation.plan.units.iter().collect();
    units.sort_by_key(|scheduled| (scheduled.wave, scheduled.unit));
    let made = made(compilation);
    let makes = |unit: Unit| {
        let kinds = made.get(&unit).map(|kinds| kinds.join(", ")).unwrap_or_default();
        match Drops::of(unit, &compilation.project) {
            Some(drops) => format!("{kinds} ({})", drops.shortly()),
            None => kinds,
        }
    };
    let unit = |scheduled: &&Scheduled| {
        let place = compilation.project.place(scheduled.unit)?;
        Some(Row {
            lane: Lane::Wave(scheduled.wave),
            role: graph::role(scheduled.unit),
            what: compilation.project.label(scheduled.unit),
            makes: makes(scheduled.unit),
            why: printable(why(scheduled, compilation, sources)).into_owned(),
            place: sources.place(place),
        })
    };
    let hooks = compilation.plan.objects.iter().filter(|planned| planned.is_hook);
    let hook = |planned: &crate::plan::Planned| Row {
        lane: Lane::Hooks,
        role: Role::Hook,
        what: planned.object.id().label(),
        makes: printable(planned.object.kind()).into_owned(),
        why: HOOK.to_owned(),
        place: sources.place(planned.object.place),
    };
    units.iter().filter_map(unit).chain(hooks.map(hook)).collect()
}

/// What stands in the columns; the wave comes by itself.
fn row_cells(row: &Row) -> [&str; 5] {
    let Row { lane: _, role: _, what, makes, why, place } = row;
    ["", what, makes, why, place]
}

fn wave(lane: Lane) -> String {
    match lane {
        Lane::Wave(wave) => wave.to_string(),
        Lane::Hooks => "hook".to_owned(),
    }
}

/// The widest that a column is made for programs: one long name is not to widen every line.
const ALIGNED: usize = 200;

/// The table for programs, and for people who look at what a program kept.
fn every_line(
    rows: &[Row],
    widths: &[usize; 5],
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    let widths = &widths.map(|width| width.min(ALIGNED));
    line(&HEAD.map(str::to_owned), widths, |_| Paint::Head, style, out)?;
    for row in rows {
        let [_, what, makes, why, place] = row_cells(row).map(str::to_owned);
        let cells = [wave(row.lane), what, makes, why, place];
        line(&cells, widths, |column| paint(column, row.role), style, out)?;
    }
    Ok(())
}

/// The table for a terminal: each wave is named once, and what does not fit goes on below.
fn by_wave(
    rows: &[Row],
    widths: &[usize; 5],
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    line(&HEAD.map(str::to_owned), widths, |_| Paint::Head, style, out)?;
    let mut lane = None;
    for row in rows {
        let wrapped: Vec<Vec<String>> =
            row_cells(row).iter().zip(widths).map(|(cell, &width)| wrap(cell, width)).collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(1);
        for number in 0..height {
            let mut cells: [String; 5] = std::array::from_fn(|column| {
                let lines = wrapped.get(column);
                lines.and_then(|lines| lines.get(number)).cloned().unwrap_or_default()
            });
            if number == 0 && lane != Some(row.lane) {
                cells[0] = wave(row.lane);
                lane = Some(row.lane);
            }
            line(&cells, widths, |column| paint(column, row.role), style, out)?;
        }
    }
    Ok(())
}

/// For a terminal that is too narrow for columns.
fn stacked(rows: &[Row], width: usize, style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut lane = None;
    for row in rows {
        if lane != Some(row.lane) {
            writeln!(out, "{}", painted(&row.lane.title(), Paint::Wave, style))?;
            lane = Some(row.lane);
        }
        writeln!(out, "  {}", painted(&row.what, Paint::Role(row.role), style))?;
        for text in [&row.why, &row.makes] {
            for part in wrap(text, width.saturating_sub(4).max(MIN_COLUMN_WIDTH)) {
                writeln!(out, "    {}", painted(&part, Paint::Faint, style))?;
            }
        }
    }
    Ok(())
}

/// The widths of the columns on a terminal, if they fit at all: WHY gives way first, then MAKES.
fn columns(widest: &[usize; 5], width: usize) -> Option<[usize; 5]> {
    let mut widths = *widest;
    for column in [3, 2] {
        let whole: usize = widths.iter().sum::<usize>() + GAP * (HEAD.len() - 1);
        let over = whole.saturating_sub(width);
        if let Some(column) = widths.get_mut(column) {
            *column = column.saturating_sub(over).max(MIN_COLUMN_WIDTH.min(*column));
        }
    }
    let whole: usize = widths.iter().sum::<usize>() + GAP * (HEAD.len() - 1);
    (whole <= width).then_some(widths)
}

/// A text in lines of at most `width` characters, broken between words where that is possible.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let length = |text: &str| text.chars().count();
        match lines.last_mut() {
            Some(last) if length(last) + 1 + length(word) <= width => {
                last.push(' ');
                last.push_str(word);
            }
            Some(_) | None => {
                let letters: Vec<char> = word.chars().collect();
                lines.extend(letters.chunks(width.max(1)).map(|part| part.iter().collect()));
            }
        }
    }
    lines
}

/// What a piece of text is, which decides its colour.
#[derive(Clone, Copy)]
enum Paint {
    Head,
    Wave,
    Role(Role),
    Plain,
    Faint,
}

fn paint(column: usize, role: Role) -> Paint {
    match column {
        0 => Paint::Wave,
        1 => Paint::Role(role),
        4 => Paint::Faint,
        _ => Paint::Plain,
    }
}

fn line(
    cells: &[String; 5],
    widths: &[usize; 5],
    paint: impl Fn(usize) -> Paint,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    let last = cells.iter().rposition(|cell| !cell.is_empty()).unwrap_or(0);
    let mut text = String::new();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate().take(last + 1) {
        text.push_str(&painted(cell, paint(column), style));
        if column < last {
            let room = width.saturating_sub(cell.chars().count()) + GAP;
            text.extend(std::iter::repeat_n(' ', room));
        }
    }
    writeln!(out, "{text}")
}

fn painted(text: &str, paint: Paint, style: Style) -> String {
    let code = match paint {
        Paint::Plain => "",
        Paint::Head => "2",
        Paint::Faint => "2",
        Paint::Wave => "1",
        Paint::Role(Role::Database) => "33",
        Paint::Role(Role::Schema) => "35",
        Paint::Role(Role::App) => "34",
        Paint::Role(Role::Manifest | Role::Hook | Role::Junction) => "36",
    };
    match style {
        Style::Colored if !code.is_empty() && !text.is_empty() => {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        }
        Style::Colored | Style::Plain => text.to_owned(),
    }
}

/// Prints one JSON document: `{"hooks": [...], "waves": [{"units": [...], "wave"}]}`, a value after
/// the other: the dependencies of a large project are not held in memory twice.
///
/// # Errors
/// When `out` cannot be written to.
pub fn json(compilation: &Compilation, sources: &Sources, out: &mut impl Write) -> io::Result<()> {
    let mut waves: BTreeMap<i64, Vec<&Scheduled>> = BTreeMap::new();
    for scheduled in &compilation.plan.units {
        if compilation.project.place(scheduled.unit).is_some() {
            waves.entry(scheduled.wave).or_default().push(scheduled);
        }
    }
    let mut objects: BTreeMap<Unit, Vec<&Object>> = BTreeMap::new();
    for planned in &compilation.plan.objects {
        objects.entry(planned.object.owner).or_default().push(&planned.object);
    }
    let hooks = compilation.plan.objects.iter().filter(|planned| planned.is_hook);
    let hook = |planned: &crate::plan::Planned| {
        let place = planned.object.place;
        json!({
            "name": planned.object.id().label(),
            "object": object_json(&planned.object),
            "file": sources.get(place.file).path,
            "line": sources.position(place).line,
        })
    };
    writeln!(out, "{{")?;
    list("hooks", 1, hooks.map(hook), out)?;
    write!(out, ",\n  \"waves\": [")?;
    for (number, (wave, mut units)) in waves.into_iter().enumerate() {
        units.sort_by_key(|scheduled| scheduled.unit);
        write!(out, "{}\n    {{\n      \"units\": [", comma(number))?;
        for (number, scheduled) in units.into_iter().enumerate() {
            write!(out, "{}", comma(number))?;
            let objects = objects.get(&scheduled.unit).map_or(&[][..], Vec::as_slice);
            unit_json(scheduled, objects, compilation, sources, out)?;
        }
        write!(out, "\n      ],\n      \"wave\": {wave}\n    }}")?;
    }
    // There is a wave in every project that has no errors, but in one of hooks alone.
    writeln!(out, "{}]\n}}", if compilation.plan.units.is_empty() { "" } else { "\n  " })
}

fn object_json(object: &Object) -> Json {
    let crate::object::ObjectId { group, kind, namespace, name } = object.id();
    json!({ "group": group, "kind": kind, "namespace": namespace, "name": name })
}

fn unit_json(
    scheduled: &Scheduled,
    objects: &[&Object],
    compilation: &Compilation,
    sources: &Sources,
    out: &mut impl Write,
) -> io::Result<()> {
    let Compilation { project, links, .. } = compilation;
    let Some(place) = project.place(scheduled.unit) else { return Ok(()) };
    writeln!(out, "\n        {{")?;
    if let Some(drops) = Drops::of(scheduled.unit, project) {
        writeln!(out, "          \"destructive\": {},", json!(drops.word()))?;
    }
    writeln!(out, "          \"file\": {},", json!(sources.get(place.file).path))?;
    writeln!(out, "          \"isPinned\": {},", scheduled.is_pinned)?;
    writeln!(out, "          \"line\": {},", sources.position(place).line)?;
    writeln!(out, "          \"name\": {},", json!(project.label(scheduled.unit)))?;
    list("objects", 5, objects.iter().map(|object| object_json(object)), out)?;
    writeln!(out, ",")?;
    let edge = |edge: &crate::graph::Edge<crate::links::Link>| {
        json!({
            "name": project.label(*links.node(edge.from)),
            "by": &*edge.weight.by,
            "place": edge.weight.span.map(|span| sources.place(span)),
            "gates": edge.weight.is_blocking,
        })
    };
    list("waitsFor", 5, links.incoming(scheduled.node).map(edge), out)?;
    writeln!(out, ",\n          \"why\": {}", json!(why(scheduled, compilation, sources)))?;
    write!(out, "        }}")
}

/// Prints a list as the value of a key, indented as all of it is, an item after the other.
pub(crate) fn list(
    key: &str,
    depth: usize,
    items: impl Iterator<Item = Json>,
    out: &mut impl Write,
) -> io::Result<()> {
    let indent = "  ".repeat(depth);
    write!(out, "{indent}\"{key}\": [")?;
    let mut n_items = 0;
    for item in items {
        // Within a text of JSON there is no line end.
        let text = format!("{item:#}").replace('\n', &format!("\n{indent}  "));
        write!(out, "{}\n{indent}  {text}", comma(n_items))?;
        n_items += 1;
    }
    if n_items > 0 {
        write!(out, "\n{indent}")?;
    }
    write!(out, "]")
}

fn comma(number: usize) -> &'static str {
    if number == 0 { "" } else { "," }
}

/// The kinds of the objects that each unit makes.
pub(crate) fn made(compilation: &Compilation) -> BTreeMap<Unit, Vec<&str>> {
    let mut made: BTreeMap<Unit, Vec<&str>> = BTreeMap::new();
    for planned in &compilation.plan.objects {
        made.entry(planned.object.owner).or_default().push(planned.object.kind());
    }
    made
}

/// Why a unit is in its wave, in a few words.
pub(crate) fn why(scheduled: &Scheduled, compilation: &Compilation, sources: &Sources) -> String {
    if scheduled.is_pinned {
        let pin = compilation.project.pin(scheduled.unit);
        let place = pin.map(|pin| sources.place(pin.span)).unwrap_or_default();
        return format!("the wave is written ({place})");
    }
    if scheduled.is_put_off {
        return "does not become healthy by itself: last".to_owned();
    }
    match scheduled.held_by {
        Some(edge) => waits(edge, compilation, sources),
        None if scheduled.pulled_by.is_some() => {
            let edge = scheduled.pulled_by;
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
    let verb = if edge.weight.is_blocking { "goes before" } else { "goes with" };
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
    let verb = if edge.weight.is_blocking || edge.weight.span.is_none() {
        "waits for"
    } else {
        "goes with"
    };
    match edge.weight.span {
        Some(span) => format!("{verb} {first} ({}, {by})", sources.place(span)),
        None => format!("{verb} {first} ({by}: no dependency is written)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_and_long_words_break() {
        assert_eq!(wrap("waits for Schema/shop", 11), ["waits for", "Schema/shop"]);
        assert_eq!(wrap("abcdefg", 3), ["abc", "def", "g"]);
        assert_eq!(wrap("", 3), [""; 0]);
    }

    #[test]
    fn why_gives_way_first_and_then_makes() {
        assert_eq!(columns(&[4, 20, 30, 60, 12], 140), Some([4, 20, 30, 60, 12]));
        assert_eq!(columns(&[4, 20, 30, 60, 12], 120), Some([4, 20, 30, 46, 12]));
        assert_eq!(columns(&[4, 20, 30, 60, 12], 90), Some([4, 20, 24, 22, 12]));
        assert_eq!(columns(&[4, 20, 30, 60, 12], 60), None);
    }
}
