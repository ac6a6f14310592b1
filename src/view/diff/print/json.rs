//! A difference for programs.

use std::io::{self, Write};

use serde_json::{Map as JsonMap, Value as Json, json};
use smol_str::SmolStr;
use sql::catalogue::change::{Outcome, Piece};
use sql::catalogue::hazard::{Hazard, Row};

use crate::diag::secrets::hidden;
use crate::source::printable;
use crate::view::diff::print::select::{Line, Selection, select};
use crate::view::diff::print::words::{
    MAX_SILENT, base_summary, groups, revert_pieces, shares, summary, words,
};
use crate::view::diff::{
    Difference, Differences, Event, FieldChange, Item, Loss, MAX_NAME_LEN, MAX_TEXT_LEN,
    NewMigration, Notice, PRINTED, Pair, Reach, SchemaChange, State, Version, WaveChange, When,
    Window,
};
use crate::view::markdown::shortened;

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

/// The most environments that are listed for programs.
const MAX_LISTED: usize = 1_000;

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
        events,
        migrations,
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
        ("sync", json!(events.into_iter().map(|(_, event)| event).collect::<Vec<_>>())),
        ("migrations", json!(migrations)),
        ("leftOut", json!(left_out)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The bytes that a value takes where it is printed with its indentation.
pub(in crate::view::diff) fn pretty_len(value: &Json) -> usize {
    // How far in an item of a list of a group of environments stands; the line break is one more.
    const INDENTATION: usize = 13;
    let text = format!("{value:#}");
    text.len() + INDENTATION * text.split('\n').count()
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
        Line::Event(Event { when, act, item: of, effects, reach }) => json!({
            "phase": match when {
                When::Hook => "hook",
                When::Wave(_) => "wave",
                When::Last => "last",
                When::Never => "never",
            },
            "wave": match when {
                When::Wave(wave) => Some(wave),
                When::Hook | When::Last | When::Never => None,
            },
            "action": act.word(),
            "object": shown(&of.object),
            "owner": shown(&of.owner),
            "effects": effects.iter().map(|effect| words(effect)).collect::<Vec<_>>(),
            // Like `holds` of a rollout: null where it is not known.
            "reached": match reach {
                Reach::Reached => Some(true),
                Reach::Perhaps => None,
                Reach::Not => Some(false),
            },
        }),
        Line::Migration(NewMigration { schema, file, lines, n_more }) => json!({
            "schema": shown(schema),
            "file": shown(file),
            "sql": lines.join("\n"),
            "moreLines": n_more,
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
