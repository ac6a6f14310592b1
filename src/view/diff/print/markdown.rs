//! A difference as a comment for a pull request.

use std::collections::BTreeSet;
use std::io::{self, Write};

use sql::catalogue::change::{Piece, Severity};

use crate::diag::secrets::hidden;
use crate::view::diff::print::select::{Line, Selection, counted, select};
use crate::view::diff::print::words::{
    ON_REVERT, REFUSED, about_environments, base_summary, groups, listed, noun, revert_pieces,
    shares, silent_pieces, summary, window_lines, window_pieces,
};
use crate::view::diff::{
    COMMENT, Difference, Differences, Event, Loss, NewMigration, Notice, Only, SchemaChange, Side,
    Verdict, WaveChange,
};
use crate::view::markdown::{code, code_in_table};
use crate::view::{graph, mermaid};

/// What is said, for a cell of a table in a comment.
fn cell(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Words(words) => (*words).to_owned(),
        Piece::Name(name) => code_in_table(&hidden(name)),
    };
    pieces.iter().map(piece).collect()
}

/// The most boxes that a picture in a comment has.
const MAX_BOXES: usize = 40;

/// What changes and what it is joined to, as a picture that GitHub and GitLab draw.
fn picture(difference: &Difference, new: Side<'_>) -> io::Result<String> {
    let Difference {
        schemas,
        windows: _,
        silent: _,
        infrastructure: _,
        added,
        removed: _,
        changed,
        waves,
        events: _,
        migrations: _,
    } = difference;
    let owners = added.iter().chain(changed.iter().map(|object| &object.item));
    let labels: BTreeSet<&str> = owners
        .map(|item| item.owner.as_str())
        .chain(schemas.iter().map(|schema| schema.schema.as_str()))
        .chain(waves.iter().map(|change| change.unit.as_str()))
        .collect();
    if labels.len() > MAX_BOXES {
        return Ok(String::new());
    }
    let picture = graph::picture(new.compilation, new.sources).around(&labels);
    if picture.nodes.len() < 2 || picture.nodes.len() > MAX_BOXES {
        return Ok(String::new());
    }
    let mut drawn = Vec::new();
    mermaid::print(&picture, &mut drawn)?;
    // No backtick is in it: `mermaid` writes one as an entity.
    Ok(format!("\n```mermaid\n{}```\n", String::from_utf8_lossy(&drawn)))
}

/// What a heading, the summary and what is said about what is left out may take of a comment.
const HEAD: usize = 4_000;

/// The same of a group of environments.
const GROUP_HEAD: usize = 1_600;

/// Prints differences as a comment for a pull request: a summary, the schema changes, the waves
/// around what changes, and the rest folded. It is never longer than [`COMMENT`].
///
/// # Errors
/// When `out` cannot be written to.
pub fn markdown(differences: &Differences, new: Side<'_>, out: &mut impl Write) -> io::Result<()> {
    let (groups, n_not_shown) = groups(differences);
    // Each group has a heading, which may name ten environments.
    let heads = HEAD + groups.len() * GROUP_HEAD;
    let (base_room, room) = shares(COMMENT.saturating_sub(heads), groups.len());
    let loses = differences.all().any(|it| it.n_destructive() + it.n_split() > 0);
    let sign = if loses { ":warning: " } else { "" };
    writeln!(out, "### Database and rollout\n\n{sign}{}", base_summary(differences))?;
    for line in about_environments(differences, code) {
        writeln!(out, "\n{line}")?;
    }
    markdown_of(&differences.base, base_room, Some(new), out)?;
    for Only { environments, difference, lacks } in groups {
        let names = listed(environments, code);
        writeln!(out, "\n#### Only with the {} {names}", noun(environments))?;
        for (number, line) in lacks.iter().enumerate() {
            let gap = if number == 0 { "\n" } else { "" };
            writeln!(out, "{gap}- not there: {}", code(line))?;
        }
        if !difference.is_empty() {
            writeln!(out, "\n{}", signed_summary(difference))?;
            markdown_of(difference, room, None, out)?;
        }
    }
    if n_not_shown > 0 {
        writeln!(
            out,
            "\n{n_not_shown} more environments differ in other ways; see `generate diff --environment NAME`."
        )?;
    }
    Ok(())
}

/// The summary, with a sign where something is lost.
fn signed_summary(difference: &Difference) -> String {
    let sign =
        if difference.n_destructive() + difference.n_split() > 0 { ":warning: " } else { "" };
    format!("{sign}{}", summary(difference))
}

/// Prints one difference below its summary; a picture only where the new state is given.
fn markdown_of(
    difference: &Difference,
    room: usize,
    new: Option<Side<'_>>,
    out: &mut impl Write,
) -> io::Result<()> {
    let selection = select(difference, room, |line| {
        let line = markdown_line(line);
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
        room,
    } = selection;
    if !left_out.is_empty() {
        writeln!(
            out,
            "\n**This comment is cut.** Not shown: {}. `generate diff` without `--format markdown` shows more.",
            counted(&left_out),
        )?;
    }
    if !infrastructure.is_empty() {
        writeln!(out, "\n**Databases and objects**\n\n| | change | where |\n|---|---|---|")?;
    }
    infrastructure.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    for (schema, changes, on_revert) in schemas {
        writeln!(out, "{schema}")?;
        changes.iter().chain(&on_revert).try_for_each(|line| writeln!(out, "{line}"))?;
    }
    if !windows.is_empty() || silent.is_some() {
        writeln!(out, "\n**Rollouts**\n")?;
    }
    windows.iter().chain(&silent).try_for_each(|line| writeln!(out, "{line}"))?;
    if !events.is_empty() {
        writeln!(out, "\n**What the sync does**\n")?;
    }
    let mut above = String::new();
    for (heading, line) in events {
        if heading != above {
            writeln!(out, "- {heading}")?;
            above = heading;
        }
        writeln!(out, "{line}")?;
    }
    if !migrations.is_empty() {
        let n_migrations = migrations.len();
        writeln!(out, "\n<details><summary>SQL of new migrations ({n_migrations})</summary>")?;
        migrations.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        writeln!(out, "\n</details>")?;
    }
    if !waves.is_empty() {
        writeln!(out, "\n**Waves**\n\n| | before | after | why |\n|---|---|---|---|")?;
    }
    waves.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    let picture = new.map(|new| picture(difference, new)).transpose()?.unwrap_or_default();
    if picture.len() <= room {
        write!(out, "{picture}")?;
    }
    let n_shown = removed.len() + added.len() + changed.len();
    if n_shown == 0 {
        return Ok(());
    }
    let n_objects = difference.removed.len() + difference.added.len() + difference.changed.len();
    writeln!(out, "\n<details><summary>Objects ({n_objects})</summary>\n")?;
    removed.iter().chain(&added).try_for_each(|line| writeln!(out, "{line}"))?;
    for (object, fields) in changed {
        writeln!(out, "{object}")?;
        fields.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    writeln!(out, "\n</details>")
}

/// The SQL of a migration between fences that are longer than any in it.
fn sql(migration: &NewMigration) -> String {
    let NewMigration { schema, file, lines, n_more } = migration;
    let rows = |line: &String| line.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(lines.iter().map(rows).max().unwrap_or(0).max(2) + 1);
    let mut text = format!("\n{} of {}\n\n{fence}sql\n", code(file), code(schema));
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text.push_str(&fence);
    if *n_more > 0 {
        text.push_str(&format!("\n\n{n_more} more lines are not shown."));
    }
    text
}

fn accepted_in_table(reason: Option<&str>) -> String {
    reason.map(|reason| format!("; accepted: {}", code_in_table(reason))).unwrap_or_default()
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Destructive => "**destructive**",
        Severity::Risky | Severity::Unknown | Severity::Safe | Severity::Cosmetic => {
            severity.word()
        }
    }
}

fn markdown_line(line: Line<'_>) -> String {
    match line {
        Line::Schema(schema) => {
            format!("\n**{}**\n\n| | change | where |\n|---|---|---|", code(schema))
        }
        Line::Change(_, SchemaChange { change, place, note, accepted, at: _ }) => {
            let word = severity_word(change.severity);
            let mut pieces = change.pieces();
            for more in [&change.costs(), note].into_iter().filter(|more| !more.is_empty()) {
                pieces.push(Piece::Words("; "));
                pieces.extend_from_slice(more);
            }
            let place = place.as_deref().map(code_in_table).unwrap_or_default();
            let accepted = accepted_in_table(accepted.as_deref());
            format!("| {word} | {}{accepted} | {place} |", cell(&pieces))
        }
        Line::Window(window) => {
            let word = match window.verdict {
                Verdict::Split => "**split**",
                verdict @ (Verdict::Unknown | Verdict::Refused | Verdict::Enough) => verdict.word(),
            };
            let accepted = accepted_in_table(window.accepted.as_deref());
            let mut text = format!("- {word}: {}{accepted}", cell(&window_pieces(window)));
            for line in window_lines(window) {
                text.push_str(&format!("\n  - {}", cell(&line)));
            }
            text
        }
        Line::Silent(silent) => format!("- unknown: {}", cell(&silent_pieces(silent))),
        Line::Notice(notice @ Notice { pieces, place, accepted, .. }) => {
            let word = match notice.loss {
                Loss::Refused => REFUSED,
                Loss::Data | Loss::Care | Loss::Perhaps => severity_word(notice.severity()),
            };
            let accepted = accepted_in_table(accepted.as_deref());
            format!("| {word} | {}{accepted} | {} |", cell(pieces), code_in_table(place))
        }
        Line::Revert(_, revert) => {
            format!("| {ON_REVERT} | {} | |", cell(&revert_pieces(revert)))
        }
        Line::Event(Event { when: _, act, item, effects, reach: _ }) => {
            let mut text = format!("  - {}: {}", act.word(), code(&item.words()));
            for effect in effects {
                text.push_str(&format!("\n    - {}", cell(effect)));
            }
            text
        }
        Line::Migration(migration) => sql(migration),
        Line::Removed(item) => format!("- removed: {}", code(&item.words())),
        Line::Added(item) => format!("- added: {}", code(&item.words())),
        Line::Changed(item) => format!("- changed: {}", code(&item.words())),
        Line::Field(field) => format!("  - {}", code(&field.words())),
        Line::Wave(WaveChange { unit, old, new, why }) => {
            format!("| {} | {old} | {new} | {} |", code_in_table(unit), code_in_table(why))
        }
    }
}
