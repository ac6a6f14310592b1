//! The history of migrations: what another state of the project had, and this one no longer has as
//! it was.
//!
//! In: two projects. Out: problems. A version that has been applied is not run again, and Atlas does
//! not compare its hash (`Executor.Pending` of `ariga.io/atlas`): an edit in it changes nothing in
//! the database, so that Git and the database differ from then on.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::diag::Diagnostics;
use crate::diag::problems::history::{EditedMigration, LateMigration, MissingMigration};
use crate::model::{Desired, MigrationDir, Migrations, Project, Schema};
use crate::source::{Excerpt, Span};

/// Compares the migrations of every Schema that both states have.
pub fn check(old: &Project, new: &Project, diagnostics: &mut Diagnostics) {
    let before: BTreeMap<&str, &Schema> =
        old.schemas.iter().map(|schema| (schema.common.name.as_str(), schema)).collect();
    for schema in &new.schemas {
        let Some(was) = before.get(schema.common.name.as_str()) else { continue };
        let (Some((then, _)), Some((now, migrations))) = (files(was), files(schema)) else {
            continue;
        };
        compare(then, now, (schema, migrations), diagnostics);
    }
}

type File = (SmolStr, Excerpt);

fn files(schema: &Schema) -> Option<(&[File], &Migrations)> {
    let Desired::Migrations(migrations) = &schema.desired else { return None };
    match &migrations.directory {
        MigrationDir::Local { files, .. } => Some((files, migrations)),
        MigrationDir::Remote { .. } => None,
    }
}

fn compare(
    then: &[File],
    now: &[File],
    (schema, migrations): (&Schema, &Migrations),
    diagnostics: &mut Diagnostics,
) {
    let here: BTreeMap<&str, &Excerpt> =
        now.iter().map(|(name, text)| (name.as_str(), text)).collect();
    let there: BTreeSet<&str> = then.iter().map(|(name, _)| name.as_str()).collect();
    let mut added: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
    for file in now.iter().filter(|(name, _)| !there.contains(name.as_str())) {
        added.entry(file.1.text.as_str()).or_default().push(file);
    }
    let mut renamed: BTreeSet<&str> = BTreeSet::new();
    // Atlas runs files in the order of their names.
    let last = then.iter().map(|(name, _)| name).max();
    for (name, was) in then {
        let Some(is) = here.get(name.as_str()) else {
            let new_names =
                added.get_mut(was.text.as_str()).filter(|_| !was.text.trim().is_empty());
            let new_name = new_names.and_then(Vec::pop);
            renamed.extend(new_name.map(|(name, _)| name.as_str()));
            let primary = new_name.map_or(schema.common.place, |(_, text)| beginning(text));
            let new_name = new_name.map(|(name, _)| name.as_str());
            let was_last = last == Some(name);
            diagnostics.report(MissingMigration { primary, name, new_name, was_last });
            continue;
        };
        if let Some(primary) = first_change(&was.text, is) {
            diagnostics.report(EditedMigration { primary, name });
        }
    }
    let Some(last) = last else { return };
    let order = migrations.exec_order.as_deref().unwrap_or("linear");
    let is_late = |name: &SmolStr| {
        name < last && !there.contains(name.as_str()) && !renamed.contains(name.as_str())
    };
    for (name, text) in now.iter().filter(|(name, _)| is_late(name) && order != "non-linear") {
        let skipped = order == "linear-skip";
        diagnostics.report(LateMigration { primary: beginning(text), name, last, skipped });
    }
}

/// The first line of a file.
fn beginning(text: &Excerpt) -> Span {
    text.locate(0..text.text.find('\n').unwrap_or(text.text.len()))
}

/// The first line that is not what it was.
fn first_change(was: &str, is: &Excerpt) -> Option<Span> {
    if was == is.text {
        return None;
    }
    let mut start = 0;
    let mut then = was.split_inclusive('\n');
    for line in is.text.split_inclusive('\n') {
        if then.next() != Some(line) {
            return Some(is.locate(start..start + line.trim_end().len()));
        }
        start += line.len();
    }
    Some(is.locate(is.text.trim_end().len()..is.text.len()))
}
