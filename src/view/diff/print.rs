//! A difference as text, as a comment for a pull request and as JSON. What can lose data comes
//! first, and is the last to be left out where there is too much to print.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Map as JsonMap, Value as Json, json};
use smol_str::SmolStr;
use sql::catalogue::change::{Outcome, Piece, Severity};
use sql::catalogue::hazard::{Hazard, Row};

use crate::diag::render::Style;
use crate::diag::secrets::hidden;
use crate::source::printable;
use crate::view::diff::{
    COMMENT, Difference, Differences, FieldChange, Item, Loss, MAX_NAME_LEN, MAX_TEXT_LEN, Notice,
    Only, PRINTED, Pair, Revert, SchemaChange, SchemaChanges, Side, State, Verdict, Version,
    WaveChange, Window,
};
use crate::view::markdown::{code, code_in_table, shortened};
use crate::view::{graph, mermaid};

/// `1 destructive, 2 risky and 3 safe schema changes; ...`.
fn summary(difference: &Difference) -> String {
    let schema: Vec<String> = Severity::ALL
        .iter()
        .map(|severity| (difference.count(*severity), severity.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let mut parts = Vec::new();
    if !schema.is_empty() {
        parts.push(format!("schema changes: {}", schema.join(", ")));
    }
    let (n_refused, n_perhaps) = difference.n_refused();
    for (n, words) in [(n_refused, "refused"), (n_perhaps, "perhaps refused")] {
        if n > 0 {
            parts.push(format!("{n} {words}"));
        }
    }
    let windows: Vec<String> = Verdict::ALL
        .iter()
        .map(|verdict| (difference.count_windows(*verdict), verdict.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if !windows.is_empty() {
        parts.push(format!("rollouts: {}", windows.join(", ")));
    }
    let Difference {
        schemas: _,
        windows: _,
        silent: _,
        infrastructure,
        added,
        removed,
        changed,
        waves,
    } = difference;
    if !infrastructure.is_empty() {
        parts.push(format!("databases and objects: {} to look at", infrastructure.len()));
    }
    let objects: Vec<String> =
        [(added.len(), "added"), (removed.len(), "removed"), (changed.len(), "changed")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
    if !objects.is_empty() {
        parts.push(format!("objects: {}", objects.join(", ")));
    }
    if !waves.is_empty() {
        parts.push(format!("waves: {} moved", waves.len()));
    }
    if parts.is_empty() { "nothing changes".to_owned() } else { parts.join("; ") }
}

/// The summary of the base, which is not all where there are environments.
fn base_summary(differences: &Differences) -> String {
    match differences.base.is_empty() && !differences.others.is_empty() {
        true => "nothing changes without an environment".to_owned(),
        false => summary(&differences.base),
    }
}

/// What stands before what Kubernetes or a server refuses, in place of a severity.
const REFUSED: &str = "refused";
/// What stands before what a revert does, in place of a severity.
const ON_REVERT: &str = "on revert";

/// One thing to print.
#[derive(Clone, Copy)]
enum Line<'a> {
    Schema(&'a str),
    Change(&'a SchemaChanges, &'a SchemaChange),
    Revert(&'a SchemaChanges, &'a Revert),
    Window(&'a Window),
    Silent(&'a BTreeMap<String, String>),
    Notice(&'a Notice),
    Removed(&'a Item),
    Added(&'a Item),
    Changed(&'a Item),
    Field(&'a FieldChange),
    Wave(&'a WaveChange),
}

/// What of a difference is printed, where there is room for a number of bytes.
struct Selection<T> {
    /// By schema: its heading, its changes, and what a revert does.
    schemas: Vec<(T, Vec<T>, Vec<T>)>,
    windows: Vec<T>,
    silent: Option<T>,
    infrastructure: Vec<T>,
    removed: Vec<T>,
    added: Vec<T>,
    changed: Vec<(T, Vec<T>)>,
    waves: Vec<T>,
    /// How many of what is left out.
    left_out: Vec<(usize, &'static str)>,
    room: usize,
}

/// What is said of a change of each severity that is left out.
fn left_out_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Destructive => "destructive schema changes",
        Severity::Risky => "risky schema changes",
        Severity::Unknown => "unknown schema changes",
        Severity::Safe => "safe schema changes",
        Severity::Cosmetic => "cosmetic schema changes",
    }
}

/// Chooses what is printed: what can lose data first, until there is no more room. From then on
/// everything is left out and counted. `print` gives a line, and what it takes.
fn select<T>(
    difference: &Difference,
    room: usize,
    print: impl Fn(Line<'_>) -> (usize, T),
) -> Selection<T> {
    let Difference { schemas, windows, silent, infrastructure, added, removed, changed, waves } =
        difference;
    let mut left = room;
    let mut is_full = false;
    let mut left_out: Vec<(usize, &'static str)> = Vec::new();
    let mut leave_out = |n: usize, word| left_out.extend((n > 0).then_some((n, word)));
    let mut take = |line: Line<'_>| {
        if is_full {
            return None;
        }
        let (cost, printed) = print(line);
        is_full = cost > left;
        left = left.saturating_sub(cost);
        (!is_full).then_some(printed)
    };
    let mut by_schema: Vec<(Option<T>, Vec<T>, Vec<T>)> =
        schemas.iter().map(|_| (None, Vec::new(), Vec::new())).collect();
    leave_out(
        of_severity(schemas, Severity::Destructive, &mut by_schema, &mut take),
        left_out_word(Severity::Destructive),
    );
    // Those to split come first.
    let window_lines: Vec<T> =
        windows.iter().map_while(|window| take(Line::Window(window))).collect();
    leave_out(windows.len() - window_lines.len(), "rollouts");
    let silent_line = match silent.is_empty() {
        true => None,
        false => take(Line::Silent(silent)),
    };
    leave_out(usize::from(!silent.is_empty() && silent_line.is_none()), "notes on `requires`");
    let notices: Vec<T> =
        infrastructure.iter().map_while(|notice| take(Line::Notice(notice))).collect();
    leave_out(infrastructure.len() - notices.len(), "notes on databases and objects");
    let removed_lines: Vec<T> =
        removed.iter().map_while(|item| take(Line::Removed(item))).collect();
    leave_out(removed.len() - removed_lines.len(), "removed objects");
    leave_out(
        of_severity(schemas, Severity::Risky, &mut by_schema, &mut take),
        left_out_word(Severity::Risky),
    );
    leave_out(
        of_severity(schemas, Severity::Unknown, &mut by_schema, &mut take),
        left_out_word(Severity::Unknown),
    );
    leave_out(of_reverts(schemas, &mut by_schema, &mut take), "revert notes");
    let wave_lines: Vec<T> = waves.iter().map_while(|wave| take(Line::Wave(wave))).collect();
    leave_out(waves.len() - wave_lines.len(), "moved waves");
    let objects = changed.iter().map_while(|object| take(Line::Changed(&object.item)));
    let mut changed_lines: Vec<(T, Vec<T>)> = objects.map(|line| (line, Vec::new())).collect();
    leave_out(changed.len() - changed_lines.len(), "changed objects");
    for (object, (_, lines)) in changed.iter().zip(&mut changed_lines) {
        lines.extend(object.fields.iter().map_while(|field| take(Line::Field(field))));
    }
    let n_fields: usize = changed.iter().map(|object| object.fields.len() + object.n_more).sum();
    let n_printed: usize = changed_lines.iter().map(|(_, lines)| lines.len()).sum();
    leave_out(n_fields - n_printed, "changed values");
    let added_lines: Vec<T> = added.iter().map_while(|item| take(Line::Added(item))).collect();
    leave_out(added.len() - added_lines.len(), "added objects");
    leave_out(
        of_severity(schemas, Severity::Safe, &mut by_schema, &mut take),
        left_out_word(Severity::Safe),
    );
    leave_out(
        of_severity(schemas, Severity::Cosmetic, &mut by_schema, &mut take),
        left_out_word(Severity::Cosmetic),
    );
    let by_schema = by_schema.into_iter();
    Selection {
        schemas: by_schema.filter_map(|(head, lines, back)| Some((head?, lines, back))).collect(),
        windows: window_lines,
        silent: silent_line,
        infrastructure: notices,
        removed: removed_lines,
        added: added_lines,
        changed: changed_lines,
        waves: wave_lines,
        left_out,
        room: left,
    }
}

/// The lines of one schema: its heading, its changes, and what a revert does.
type OfSchema<T> = (Option<T>, Vec<T>, Vec<T>);

/// Takes the changes of one severity, and says for how many there was no room.
fn of_severity<T>(
    schemas: &[SchemaChanges],
    severity: Severity,
    by_schema: &mut [OfSchema<T>],
    take: &mut dyn FnMut(Line<'_>) -> Option<T>,
) -> usize {
    let mut n_left_out = 0;
    for (schema, (heading, lines, _)) in schemas.iter().zip(by_schema) {
        for change in schema.changes.iter().filter(|change| change.change.severity == severity) {
            if heading.is_none() {
                *heading = take(Line::Schema(&schema.schema));
            }
            match take(Line::Change(schema, change)) {
                Some(line) => lines.push(line),
                None => n_left_out += 1,
            }
        }
    }
    n_left_out
}

/// Takes what a revert does, and says for how much there was no room.
fn of_reverts<T>(
    schemas: &[SchemaChanges],
    by_schema: &mut [OfSchema<T>],
    take: &mut dyn FnMut(Line<'_>) -> Option<T>,
) -> usize {
    let mut n_left_out = 0;
    for (schema, (heading, _, lines)) in schemas.iter().zip(by_schema) {
        for revert in &schema.on_revert {
            if heading.is_none() {
                *heading = take(Line::Schema(&schema.schema));
            }
            match take(Line::Revert(schema, revert)) {
                Some(line) => lines.push(line),
                None => n_left_out += 1,
            }
        }
    }
    n_left_out
}

/// `3 safe schema changes, 12 changed values`.
fn counted(left_out: &[(usize, &'static str)]) -> String {
    let words = left_out.iter().map(|(number, word)| match number {
        1 => format!("1 {}", word.trim_end_matches('s')),
        number => format!("{number} {word}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What is said, with names in backticks.
fn words(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Words(words) => (*words).to_owned(),
        Piece::Name(name) => format!("`{}`", shortened(&printable(hidden(name)), MAX_NAME_LEN)),
    };
    pieces.iter().map(piece).collect()
}

/// What is said, for a cell of a table in a comment.
fn cell(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Words(words) => (*words).to_owned(),
        Piece::Name(name) => code_in_table(&hidden(name)),
    };
    pieces.iter().map(piece).collect()
}

/// What happens when a change is reverted.
fn revert_pieces(revert: &Revert) -> Vec<Piece> {
    match revert {
        Revert::Change(change) => change.pieces(),
        Revert::Migrations { is_allowed: false } => vec![Piece::Words(
            "refused: the operator does not go back to an older version; write a new migration that undoes this one",
        )],
        Revert::Migrations { is_allowed: true } => vec![Piece::Words(
            "the operator undoes the migrations (`migrateDown`), and what they made is dropped",
        )],
    }
}

/// The most Apps without `requires` that a line names, and that JSON lists.
const MAX_NAMED: usize = 3;
const MAX_SILENT: usize = 1_000;

/// `App/shop with Schema/shop: one change is enough`.
fn window_pieces(window: &Window) -> Vec<Piece> {
    use Piece::{Name, Words};
    let n_changes = window.split.len();
    let verdict = match window.verdict {
        Verdict::Split if n_changes > 2 => Words(": split this change into three"),
        Verdict::Split => Words(": split this change into two"),
        Verdict::Unknown => Words(": not known"),
        Verdict::Refused => Words(": not rolled out"),
        Verdict::Enough => Words(": one change is enough"),
    };
    let mut pieces =
        vec![Name(window.app.clone()), Words(" with "), Name(window.schema.clone()), verdict];
    if window.verdict == Verdict::Enough {
        for note in &window.notes {
            pieces.push(Words("; "));
            pieces.extend_from_slice(note);
        }
    }
    pieces
}

/// What stands below: the pairs that do not hold, each once with all times at which they meet for the
/// same reasons, and the split.
fn window_lines(window: &Window) -> Vec<Vec<Piece>> {
    use Piece::{Name, Words};
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    if window.verdict == Verdict::Enough {
        return lines;
    }
    lines.extend(window.notes.iter().cloned());
    let failing: Vec<&Pair> = window.pairs.iter().filter(|it| it.holds != Some(true)).collect();
    let is_same = |one: &Pair, other: &Pair| {
        (one.version, &one.reasons, one.n_more) == (other.version, &other.reasons, other.n_more)
    };
    for (at, pair) in failing.iter().enumerate() {
        let mut before = failing.iter().take(at);
        if before.any(|other| is_same(other, pair)) {
            continue;
        }
        let mut line = vec![Words(match pair.version {
            Version::Old => "the old version, ",
            Version::New => "the new version, ",
        })];
        let same = failing.iter().filter(|other| is_same(other, pair));
        for (at, other) in same.enumerate() {
            line.extend([Words(if at == 0 { "" } else { "; " }), Words(other.when)]);
        }
        for (at, reason) in pair.reasons.iter().enumerate() {
            line.push(Words(if at == 0 { ": " } else { "; " }));
            line.extend_from_slice(reason);
        }
        if pair.n_more > 0 {
            line.extend([Words("; and "), Name(pair.n_more.to_string()), Words(" more")]);
        }
        lines.push(line);
    }
    for (edits, head) in window.split.iter().zip(["change 1: ", "change 2: ", "change 3: "]) {
        let mut line = vec![Words(head)];
        for (at, edit) in edits.iter().enumerate() {
            if at > 0 {
                line.push(Words("; "));
            }
            line.extend_from_slice(edit);
        }
        lines.push(line);
    }
    lines
}

/// The Apps without `requires`, and what to write.
fn silent_pieces(silent: &BTreeMap<String, String>) -> Vec<Piece> {
    use Piece::{Name, Words};
    let mut pieces = Vec::new();
    for (at, app) in silent.keys().take(MAX_NAMED).enumerate() {
        if at > 0 {
            pieces.push(Words(", "));
        }
        pieces.push(Name(app.clone()));
    }
    if silent.len() > MAX_NAMED {
        let n_more = silent.len() - MAX_NAMED;
        pieces.extend([Words(" and "), Name(n_more.to_string()), Words(" more")]);
    }
    let schema = silent.values().next().map_or("", String::as_str);
    let contract =
        format!("requires: {{{schema}: {{TABLE: {{read: [COLUMN], write: [COLUMN]}}}}}}");
    pieces.extend([
        Words(": may use a schema that changes, without `requires` for it; write for example "),
        Name(contract),
    ]);
    pieces
}

fn window_json(window: &Window) -> Json {
    let Window { app, schema, verdict, pairs, notes, split, accepted } = window;
    let all = |lines: &[Vec<Piece>]| -> Vec<String> { lines.iter().map(|it| words(it)).collect() };
    let pair = |pair: &Pair| {
        let Pair { version, state, holds, when, reasons, n_more } = pair;
        json!({
            "version": match version {
                Version::Old => "old",
                Version::New => "new",
            },
            "schema": match state {
                State::Before => "old",
                State::After => "new",
                State::Reverted => "reverted",
            },
            "when": when,
            "holds": holds,
            "reasons": all(reasons),
            "moreReasons": n_more,
        })
    };
    json!({
        "app": shortened(&hidden(app), 3 * MAX_TEXT_LEN),
        "schema": shortened(&hidden(schema), 3 * MAX_TEXT_LEN),
        "verdict": verdict.word(),
        "pairs": pairs.iter().map(pair).collect::<Vec<_>>(),
        "notes": all(notes),
        "split": split.iter().map(|edits| all(edits)).collect::<Vec<_>>(),
        "accepted": accepted,
    })
}

/// The word for what becomes of a change.
fn outcome_word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Made => "made",
        Outcome::Stays(_) => "stays",
        Outcome::Skipped => "skipped",
        Outcome::Refused => "refused",
        Outcome::HeldBack => "heldBack",
        Outcome::Fails(clash) if clash.is_certain() => "fails",
        Outcome::Fails(_) => "unknown",
    }
}

/// The most groups of environments that are printed; no one reads more.
const MAX_GROUPS: usize = 20;

/// How much room the base has, and each group of environments: what is lost there must not give way
/// to what is harmless here.
fn shares(room: usize, n_groups: usize) -> (usize, usize) {
    match n_groups {
        0 => (room, 0),
        n => (room / 2, room / 2 / n),
    }
}

/// The groups that are printed, and how many environments are in the others.
fn groups(differences: &Differences) -> (&[Only], usize) {
    let (shown, rest) = differences.others.split_at(differences.others.len().min(MAX_GROUPS));
    (shown, rest.iter().map(|only| only.environments.len()).sum())
}

/// The most environments that are named in a heading.
const MAX_ENVIRONMENTS: usize = 10;

/// The most environments that are listed for programs.
const MAX_LISTED: usize = 1_000;

/// Names in a list, each by `show`.
pub(super) fn listed(names: &[SmolStr], show: impl Fn(&str) -> String) -> String {
    let shown: Vec<String> = names.iter().take(MAX_ENVIRONMENTS).map(|name| show(name)).collect();
    match names.len().saturating_sub(MAX_ENVIRONMENTS) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `environment` or `environments`.
pub(super) fn noun(names: &[SmolStr]) -> &'static str {
    if names.len() == 1 { "environment" } else { "environments" }
}

/// What is said of environments before all else: where something is lost, and which of them only one of
/// the states has.
fn about_environments(differences: &Differences, show: impl Fn(&str) -> String) -> Vec<String> {
    let Differences { base: _, others, added, removed } = differences;
    // A new name for what was removed is compared with nothing.
    let not_compared = if differences.may_be_renamed() { ", not compared" } else { "" };
    let mut lines = Vec::new();
    type Is = fn(&Difference) -> bool;
    let classes: [(&str, Is); 3] = [
        ("destructive", |it| it.n_destructive() > 0),
        ("refused", |it| it.n_refused() != (0, 0)),
        ("to be split", |it| it.n_split() > 0),
    ];
    for (word, is_so) in classes {
        let those = others.iter().filter(|only| is_so(&only.difference));
        let names: Vec<SmolStr> = those.flat_map(|only| only.environments.clone()).collect();
        if !names.is_empty() {
            lines.push(format!(
                "{word} with the {} {}: see below",
                noun(&names),
                listed(&names, &show)
            ));
        }
    }
    if !added.is_empty() {
        lines.push(format!("new {}: {}{not_compared}", noun(added), listed(added, &show)));
    }
    if !removed.is_empty() {
        lines.push(format!(
            "removed {}: {}; an Application that names it is no longer rendered",
            noun(removed),
            listed(removed, &show)
        ));
    }
    lines
}

/// A name as it is shown on a terminal.
pub(super) fn shown_name(name: &str) -> String {
    format!("`{}`", shortened(&printable(hidden(name)), MAX_NAME_LEN))
}

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
        Line::Removed(item) => format!("  - {}", shown(&item.words())),
        Line::Added(item) => format!("  + {}", shown(&item.words())),
        Line::Changed(item) => format!("  ~ {}", shown(&item.words())),
        Line::Field(field) => format!("      {}", shown(&field.words())),
        Line::Wave(WaveChange { unit, old, new, why }) => {
            format!("  {}: {old} -> {new}, {}", shown(unit), printable(why.as_str()))
        }
    }
}

/// What is said about a change, for a line of its own.
pub(super) fn change_text(change: &SchemaChange) -> String {
    let SchemaChange { change, place, note, accepted: _, at: _ } = change;
    let mut text = words(&change.pieces());
    if let (None, Some(place)) = (change.new_place, place) {
        text.push_str(&format!(" ({})", printable(place.as_str())));
    }
    for more in [&change.costs(), note].into_iter().filter(|more| !more.is_empty()) {
        text.push_str(&format!("\n{}", words(more)));
    }
    text
}

/// What is said of schemas, databases and rollouts, each in a line.
pub(super) fn first_lines(difference: &Difference) -> Vec<String> {
    let changes = difference.schemas.iter().flat_map(|schema| &schema.changes);
    let changes = changes.map(|change| words(&change.change.pieces()));
    let notices = difference.infrastructure.iter().map(|notice| words(&notice.pieces));
    let windows = difference.windows.iter().map(|window| words(&window_pieces(window)));
    changes.chain(notices).chain(windows).collect()
}

/// The same of a database or an object.
pub(super) fn notice_text(notice: &Notice) -> String {
    match notice.at {
        Some(_) => words(&notice.pieces),
        None => format!("{} ({})", words(&notice.pieces), printable(notice.place.as_str())),
    }
}

/// The same of a rollout, with the pairs that do not hold and the split.
pub(super) fn window_text(window: &Window) -> String {
    let lines = window_lines(window).into_iter().map(|line| format!("\n{}", words(&line)));
    std::iter::once(words(&window_pieces(window))).chain(lines).collect()
}

impl Item {
    fn words(&self) -> String {
        let Item { object, owner } = self;
        if object == owner { object.clone() } else { format!("{object} of {owner}") }
    }
}

impl FieldChange {
    fn words(&self) -> String {
        let FieldChange { path, old, new } = self;
        match (old, new) {
            (Some(old), Some(new)) if old == new => format!("{path}: {new}, changed"),
            (Some(old), Some(new)) => format!("{path}: {old} -> {new}"),
            (None, Some(new)) => format!("{path}: {new}, new"),
            (Some(old), None) => format!("{path}: {old}, removed"),
            (None, None) => path.clone(),
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

/// A line below what is accepted.
fn accepted_line(reason: Option<&str>) -> String {
    let line = |reason| format!("\n               accepted: {}", printable(reason));
    reason.map(line).unwrap_or_default()
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
        Line::Removed(item) => format!("- removed: {}", code(&item.words())),
        Line::Added(item) => format!("- added: {}", code(&item.words())),
        Line::Changed(item) => format!("- changed: {}", code(&item.words())),
        Line::Field(field) => format!("  - {}", code(&field.words())),
        Line::Wave(WaveChange { unit, old, new, why }) => {
            format!("| {} | {old} | {new} | {} |", code_in_table(unit), code_in_table(why))
        }
    }
}

/// Prints differences for programs.
///
/// # Errors
/// When `out` cannot be written to.
pub fn json(differences: &Differences, out: &mut impl Write) -> io::Result<()> {
    let (groups, n_not_shown) = groups(differences);
    let (base_room, room) = shares(PRINTED, groups.len());
    let mut document = json_of(&differences.base, base_room);
    document.insert("summary".to_owned(), json!(base_summary(differences)));
    let shown = |names: &[SmolStr]| -> Vec<String> {
        names
            .iter()
            .take(MAX_LISTED)
            .map(|name| shortened(&printable(hidden(name)), MAX_NAME_LEN))
            .collect()
    };
    let only = groups.iter().map(|only| {
        let mut object = json_of(&only.difference, room);
        object.insert("environments".to_owned(), json!(shown(&only.environments)));
        object.insert("lacks".to_owned(), json!(only.lacks));
        Json::Object(object)
    });
    let Differences { added, removed, .. } = differences;
    let environments = json!({
        "added": shown(added),
        "removed": shown(removed),
        "only": only.collect::<Vec<_>>(),
        "notShown": n_not_shown,
    });
    document.insert("environments".to_owned(), environments);
    serde_json::to_writer_pretty(&mut *out, &Json::Object(document))?;
    writeln!(out)
}

fn json_of(difference: &Difference, room: usize) -> JsonMap<String, Json> {
    let selection = select(difference, room, |line| {
        let line = json_line(line);
        (pretty_len(&line), line)
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
        left_out,
        room: _,
    } = selection;
    let changed: Vec<Json> = changed
        .into_iter()
        .map(|(mut object, fields)| {
            if let Json::Object(object) = &mut object {
                object.insert("fields".to_owned(), Json::Array(fields));
            }
            object
        })
        .collect();
    let left_out: JsonMap<String, Json> =
        left_out.into_iter().map(|(number, word)| (word.to_owned(), json!(number))).collect();
    let (mut schema_changes, mut on_revert) = (Vec::new(), Vec::new());
    for (_, changes, back) in schemas {
        schema_changes.extend(changes);
        on_revert.extend(back);
    }
    let fields = [
        ("summary", json!(summary(difference))),
        ("schemaChanges", json!(schema_changes)),
        ("onRevert", json!(on_revert)),
        ("rollouts", json!(windows)),
        ("withoutRequires", silent.unwrap_or(Json::Array(Vec::new()))),
        ("infrastructure", json!(infrastructure)),
        ("objects", json!({ "added": added, "removed": removed, "changed": changed })),
        ("waves", json!(waves)),
        ("leftOut", json!(left_out)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// About what a small object takes with its indentation.
fn pretty_len(value: &Json) -> usize {
    const INDENTATION: usize = 120;
    value.to_string().len() + INDENTATION
}

/// What the server does while a change is made.
fn hazard(row: &Row) -> Json {
    let Row { kind: _, engine: _, since: _, until: _, source, hazard } = row;
    let Hazard { rewrites, scans, waits, can_fail, is_reversible, fix } = hazard;
    json!({
        "rewrites": rewrites,
        "scans": scans,
        "waits": waits.word(),
        "canFail": can_fail,
        "reversible": is_reversible,
        "fix": (!fix.is_empty()).then_some(fix),
        "source": source.word(),
    })
}

fn json_line(line: Line<'_>) -> Json {
    let shown = |text: &str| shortened(text, 3 * MAX_TEXT_LEN);
    let item = |item: &Item| json!({ "object": shown(&item.object), "owner": shown(&item.owner) });
    match line {
        Line::Schema(_) => Json::Null,
        Line::Change(schema, SchemaChange { change, place, note, accepted, at: _ }) => json!({
            "schema": shown(&schema.schema),
            "severity": change.severity.word(),
            "outcome": outcome_word(&change.outcome),
            "table": shown(&hidden(&change.table)),
            "change": words(&change.pieces()),
            "hazard": change.hazard.map(hazard),
            "note": (!note.is_empty()).then(|| words(note)),
            "accepted": accepted,
            "place": place,
        }),
        Line::Revert(schema, revert) => json!({
            "schema": shown(&schema.schema),
            "change": words(&revert_pieces(revert)),
        }),
        Line::Window(window) => window_json(window),
        Line::Silent(silent) => {
            let apps = silent.iter().take(MAX_SILENT);
            Json::Array(apps.map(|(app, _)| Json::from(shown(&hidden(app)))).collect())
        }
        Line::Notice(notice @ Notice { loss, pieces, place, accepted, at: _ }) => json!({
            "severity": notice.severity().word(),
            "refused": *loss == Loss::Refused,
            "change": words(pieces),
            "accepted": accepted,
            "place": place,
        }),
        Line::Removed(object) | Line::Added(object) | Line::Changed(object) => item(object),
        Line::Field(FieldChange { path, old, new }) => {
            json!({ "path": path, "old": old, "new": new })
        }
        Line::Wave(WaveChange { unit, old, new, why }) => {
            json!({ "unit": shown(unit), "old": old, "new": new, "why": why })
        }
    }
}
