//! What of a difference is printed where there is not room for all of it.

use std::collections::BTreeMap;

use sql::catalogue::change::Severity;

use crate::view::diff::{
    Difference, Event, FieldChange, Item, NewMigration, Notice, Reach, Revert, SchemaChange,
    SchemaChanges, WaveChange, When, Window,
};

/// One thing to print.
#[derive(Clone, Copy)]
pub(super) enum Line<'a> {
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
    Event(&'a Event),
    Migration(&'a NewMigration),
}

/// What of a difference is printed, where there is room for a number of bytes.
pub(super) struct Selection<T> {
    /// By schema: its heading, its changes, and what a revert does.
    pub(super) schemas: Vec<(T, Vec<T>, Vec<T>)>,
    pub(super) windows: Vec<T>,
    pub(super) silent: Option<T>,
    pub(super) infrastructure: Vec<T>,
    pub(super) removed: Vec<T>,
    pub(super) added: Vec<T>,
    pub(super) changed: Vec<(T, Vec<T>)>,
    pub(super) waves: Vec<T>,
    /// What the sync does, each with its heading.
    pub(super) events: Vec<(String, T)>,
    pub(super) migrations: Vec<T>,
    /// How many of what is left out.
    pub(super) left_out: Vec<(usize, &'static str)>,
    pub(super) room: usize,
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
pub(super) fn select<T>(
    difference: &Difference,
    room: usize,
    print: impl Fn(Line<'_>) -> (usize, T),
) -> Selection<T> {
    let Difference {
        schemas,
        windows,
        silent,
        infrastructure,
        added,
        removed,
        changed,
        waves,
        events,
        migrations,
    } = difference;
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
    let event_lines = events.iter().map_while(|it| Some((heading(it), take(Line::Event(it))?)));
    let event_lines: Vec<(String, T)> = event_lines.collect();
    leave_out(events.len() - event_lines.len(), "steps of the sync");
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
    let sql = migrations.iter().map_while(|it| take(Line::Migration(it)));
    let migration_lines: Vec<T> = sql.collect();
    leave_out(migrations.len() - migration_lines.len(), "texts of migrations");
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
        events: event_lines,
        migrations: migration_lines,
        left_out,
        room: left,
    }
}

/// What stands above what happens in one wave.
fn heading(event: &Event) -> String {
    let reach = match event.reach {
        Reach::Reached => "",
        Reach::Perhaps => " (not reached if an earlier wave is refused)",
        Reach::Not => " (not reached: an earlier wave is refused)",
    };
    match event.when {
        When::Hook => "hooks, in their own phases".to_owned(),
        When::Wave(wave) => format!("wave {wave}{reach}"),
        When::Last => format!("after the last wave{reach}"),
        When::Never => "not at all".to_owned(),
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
pub(super) fn counted(left_out: &[(usize, &'static str)]) -> String {
    let words = left_out.iter().map(|(number, word)| match number {
        1 => format!("1 {}", word.trim_end_matches('s')),
        number => format!("{number} {word}"),
    });
    words.collect::<Vec<_>>().join(", ")
}
