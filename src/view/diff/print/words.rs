//! What is said of a difference in words, whatever the format.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use sql::catalogue::change::{Piece, Severity};

use crate::diag::secrets::hidden;
use crate::source::printable;
use crate::view::diff::{
    Difference, Differences, FieldChange, Item, MAX_NAME_LEN, Notice, Only, Pair, Revert,
    SchemaChange, Verdict, Version, Window,
};
use crate::view::markdown::shortened;

/// `1 destructive, 2 risky and 3 safe schema changes; ...`.
pub(super) fn summary(difference: &Difference) -> String {
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
        events: _,
        migrations: _,
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
pub(super) fn base_summary(differences: &Differences) -> String {
    match differences.base.is_empty() && !differences.others.is_empty() {
        true => "nothing changes without an environment".to_owned(),
        false => summary(&differences.base),
    }
}

/// What stands before what Kubernetes or a server refuses, in place of a severity.
pub(super) const REFUSED: &str = "refused";

/// What stands before what a revert does, in place of a severity.
pub(super) const ON_REVERT: &str = "on revert";

/// What is said, with names in backticks.
pub(super) fn words(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Words(words) => (*words).to_owned(),
        Piece::Name(name) => format!("`{}`", shortened(&printable(hidden(name)), MAX_NAME_LEN)),
    };
    pieces.iter().map(piece).collect()
}

/// What happens when a change is reverted.
pub(super) fn revert_pieces(revert: &Revert) -> Vec<Piece> {
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
pub(super) const MAX_NAMED: usize = 3;
pub(super) const MAX_SILENT: usize = 1_000;

/// `App/shop with Schema/shop: one change is enough`.
pub(super) fn window_pieces(window: &Window) -> Vec<Piece> {
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
pub(super) fn window_lines(window: &Window) -> Vec<Vec<Piece>> {
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
pub(super) fn silent_pieces(silent: &BTreeMap<String, String>) -> Vec<Piece> {
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

/// The most groups of environments that are printed; no one reads more.
pub(super) const MAX_GROUPS: usize = 20;

/// How much room the base has, and each group of environments: what is lost there must not give way
/// to what is harmless here.
pub(super) fn shares(room: usize, n_groups: usize) -> (usize, usize) {
    match n_groups {
        0 => (room, 0),
        n => (room / 2, room / 2 / n),
    }
}

/// The groups that are printed, and how many environments are in the others.
pub(super) fn groups(differences: &Differences) -> (&[Only], usize) {
    let (shown, rest) = differences.others.split_at(differences.others.len().min(MAX_GROUPS));
    (shown, rest.iter().map(|only| only.environments.len()).sum())
}

/// The most environments that are named in a heading.
pub(super) const MAX_ENVIRONMENTS: usize = 10;

/// Names in a list, each by `show`.
pub(in crate::view::diff) fn listed(names: &[SmolStr], show: impl Fn(&str) -> String) -> String {
    let shown: Vec<String> = names.iter().take(MAX_ENVIRONMENTS).map(|name| show(name)).collect();
    match names.len().saturating_sub(MAX_ENVIRONMENTS) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `environment` or `environments`.
pub(in crate::view::diff) fn noun(names: &[SmolStr]) -> &'static str {
    if names.len() == 1 { "environment" } else { "environments" }
}

/// What is said of environments before all else: where something is lost, and which of them only one of
/// the states has.
pub(super) fn about_environments(
    differences: &Differences,
    show: impl Fn(&str) -> String,
) -> Vec<String> {
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
pub(in crate::view::diff) fn shown_name(name: &str) -> String {
    format!("`{}`", shortened(&printable(hidden(name)), MAX_NAME_LEN))
}

/// What is said about a change, for a line of its own.
pub(in crate::view::diff) fn change_text(change: &SchemaChange) -> String {
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
pub(in crate::view::diff) fn first_lines(difference: &Difference) -> Vec<String> {
    let changes = difference.schemas.iter().flat_map(|schema| &schema.changes);
    let changes = changes.map(|change| words(&change.change.pieces()));
    let notices = difference.infrastructure.iter().map(|notice| words(&notice.pieces));
    let windows = difference.windows.iter().map(|window| words(&window_pieces(window)));
    changes.chain(notices).chain(windows).collect()
}

/// The same of a database or an object.
pub(in crate::view::diff) fn notice_text(notice: &Notice) -> String {
    match notice.at {
        Some(_) => words(&notice.pieces),
        None => format!("{} ({})", words(&notice.pieces), printable(notice.place.as_str())),
    }
}

/// The same of a rollout, with the pairs that do not hold and the split.
pub(in crate::view::diff) fn window_text(window: &Window) -> String {
    let lines = window_lines(window).into_iter().map(|line| format!("\n{}", words(&line)));
    std::iter::once(words(&window_pieces(window))).chain(lines).collect()
}

impl Item {
    pub(super) fn words(&self) -> String {
        let Item { object, owner } = self;
        if object == owner { object.clone() } else { format!("{object} of {owner}") }
    }
}

impl FieldChange {
    pub(super) fn words(&self) -> String {
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
