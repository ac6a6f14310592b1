//! A difference for a terminal.

use std::io::{self, Write};

use sql::catalogue::change::{Piece, Severity};

use crate::diag::render::Style;
use crate::source::printable;
use crate::view::diff::print::select::{Line, Selection, counted, select};
use crate::view::diff::print::words::{
    ON_REVERT, REFUSED, about_environments, base_summary, groups, listed, noun, revert_pieces,
    shares, shown_name, silent_pieces, summary, window_lines, window_pieces, words,
};
use crate::view::diff::{
    Difference, Differences, Event, Loss, MAX_TEXT_LEN, NewMigration, Notice, Only, PRINTED,
    SchemaChange, Verdict, WaveChange,
};
use crate::view::markdown::shortened;

/// Prints differences for a terminal.
///
/// # Errors
/// When `out` cannot be written to.
pub fn text(differences: &Differences, style: Style, out: &mut impl Write) -> io::Result<()> {
    let (groups, n_not_shown) = groups(differences);
    let (base_room, room) = shares(PRINTED, groups.len());
    writeln!(out, "{}", base_summary(differences))?;
    for line in about_environments(differences, shown_name) {
        writeln!(out, "{line}")?;
    }
    text_of(&differences.base, base_room, style, out)?;
    for Only { environments, difference, lacks } in groups {
        let names = listed(environments, shown_name);
        writeln!(out, "\nonly with the {} {names}", noun(environments))?;
        for line in lacks {
            writeln!(out, "  not there: {line}")?;
        }
        if !difference.is_empty() {
            writeln!(out, "{}", summary(difference))?;
            text_of(difference, room, style, out)?;
        }
    }
    if n_not_shown > 0 {
        writeln!(
            out,
            "\n{n_not_shown} more environments differ in other ways: use `--environment`"
        )?;
    }
    Ok(())
}

/// Prints one difference, below its summary.
fn text_of(
    difference: &Difference,
    room: usize,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    let selection = select(difference, room, |line| {
        let line = text_line(line, style);
        (line.len() + 1, line)
    });
    let Selection {
        schemas,
        windows,
        silent,
        infrastructure,
        removed,
        added,
        changed,
        waves,
        events,
        migrations,
        left_out,
        room: _,
    } = selection;
    if !left_out.is_empty() {
        writeln!(out, "not shown, beyond {room} bytes: {}", counted(&left_out))?;
    }
    if !infrastructure.is_empty() {
        writeln!(out, "\ndatabases and objects")?;
    }
    infrastructure.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    for (schema, changes, on_revert) in schemas {
        writeln!(out, "\n{schema}")?;
        changes.iter().chain(&on_revert).try_for_each(|line| writeln!(out, "{line}"))?;
    }
    if !windows.is_empty() || silent.is_some() {
        writeln!(out, "\nrollouts")?;
    }
    windows.iter().chain(&silent).try_for_each(|line| writeln!(out, "{line}"))?;
    if !events.is_empty() {
        writeln!(out, "\nwhat the sync does")?;
    }
    let mut above = String::new();
    for (heading, line) in events {
        if heading != above {
            writeln!(out, "  {heading}")?;
            above = heading;
        }
        writeln!(out, "{line}")?;
    }
    if !migrations.is_empty() {
        writeln!(out, "\nnew migrations")?;
    }
    migrations.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    if !(added.is_empty() && removed.is_empty() && changed.is_empty()) {
        writeln!(out, "\nobjects")?;
    }
    removed.iter().chain(&added).try_for_each(|line| writeln!(out, "{line}"))?;
    for (object, fields) in changed {
        writeln!(out, "{object}")?;
        fields.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    if !waves.is_empty() {
        writeln!(out, "\nwaves")?;
    }
    waves.iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn text_line(line: Line<'_>, style: Style) -> String {
    let shown = |text: &str| shortened(&printable(text), 3 * MAX_TEXT_LEN);
    match line {
        Line::Schema(schema) => shown(schema),
        Line::Change(_, SchemaChange { change, place, note, accepted, at: _ }) => {
            let place = place.as_deref().map(printable);
            let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
            let below = |pieces: &[Piece]| match pieces.is_empty() {
                true => String::new(),
                false => format!("\n               {}", words(pieces)),
            };
            let (costs, note) = (below(&change.costs()), below(note));
            let severity = painted(change.severity, style);
            let accepted = accepted_line(accepted.as_deref());
            format!("  {severity}  {}{place}{costs}{note}{accepted}", words(&change.pieces()))
        }
        Line::Revert(_, revert) => {
            format!("  {:<11}  {}", ON_REVERT, words(&revert_pieces(revert)))
        }
        Line::Window(window) => {
            let code = match window.verdict {
                Verdict::Split => "1;31",
                Verdict::Refused => "33",
                Verdict::Unknown => "36",
                Verdict::Enough => "32",
            };
            let word = in_style(window.verdict.word(), code, style);
            let mut text = format!("  {word}  {}", words(&window_pieces(window)));
            for line in window_lines(window) {
                text.push_str(&format!("\n               {}", words(&line)));
            }
            text.push_str(&accepted_line(window.accepted.as_deref()));
            text
        }
        Line::Silent(silent) => {
            let word = in_style("unknown", "36", style);
            format!("  {word}  {}", words(&silent_pieces(silent)))
        }
        Line::Notice(notice @ Notice { pieces, place, accepted, .. }) => {
            let word = match notice.loss {
                Loss::Refused => in_style(REFUSED, "33", style),
                Loss::Data | Loss::Care | Loss::Perhaps => painted(notice.severity(), style),
            };
            let accepted = accepted_line(accepted.as_deref());
            format!("  {word}  {} ({}){accepted}", words(pieces), printable(place.as_str()))
        }
        Line::Event(Event { when: _, act, item, effects, reach: _ }) => {
            let word = act.word();
            let mut text = format!("    {word:<8}  {}", shown(&item.words()));
            for effect in effects {
                text.push_str(&format!("\n              {}", words(effect)));
            }
            text
        }
        Line::Migration(NewMigration { schema, file, lines, n_more }) => {
            let mut text = format!("  {} of {}", shown(file), shown(schema));
            for line in lines {
                text.push_str(&format!("\n    | {line}"));
            }
            if *n_more > 0 {
                text.push_str(&format!("\n    ({n_more} more lines)"));
            }
            text
        }
        Line::Removed(item) => format!("  - {}", shown(&item.words())),
        Line::Added(item) => format!("  + {}", shown(&item.words())),
        Line::Changed(item) => format!("  ~ {}", shown(&item.words())),
        Line::Field(field) => format!("      {}", shown(&field.words())),
        Line::Wave(WaveChange { unit, old, new, why }) => {
            format!("  {}: {old} -> {new}, {}", shown(unit), printable(why.as_str()))
        }
    }
}

/// The word for a severity, wide enough for all of them.
fn painted(severity: Severity, style: Style) -> String {
    let code = match severity {
        Severity::Destructive => "1;31",
        Severity::Risky => "33",
        Severity::Unknown => "36",
        Severity::Safe => "32",
        Severity::Cosmetic => "2",
    };
    in_style(severity.word(), code, style)
}

fn in_style(word: &str, code: &str, style: Style) -> String {
    match style {
        Style::Plain => format!("{word:<11}"),
        Style::Colored => format!("\u{1b}[{code}m{word:<11}\u{1b}[0m"),
    }
}

/// A line below what is accepted.
fn accepted_line(reason: Option<&str>) -> String {
    let line = |reason| format!("\n               accepted: {}", printable(reason));
    reason.map(line).unwrap_or_default()
}
