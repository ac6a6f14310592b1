//! Real schemas and small ones of our own: how much is understood, which mistakes are noticed and
//! in which line, and that nothing valid is refused.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests read files, cut ASCII and say what they find"
)]

use std::collections::BTreeMap;

use crate::common::is_thorough;
use crate::sql_support::{Schema, corpus, fixture, mutants, report};
use argocd_atlas_plugin::diag::Severity;
use sql::definition::ParseStatus;
use sql::dialect::Dialect;

fn own() -> Vec<Schema> {
    let dialects = ["mysql", "postgres", "sqlite"];
    let joined = |dialect: &&str| Schema {
        name: format!("{dialect}/*.sql"),
        dialect: Dialect::of_scheme(dialect),
        text: fixture(dialect).into_iter().map(|(_, text)| text).collect(),
    };
    dialects.iter().map(joined).collect()
}

/// Our own schemas, and in a thorough run the real ones.
fn schemas() -> Vec<Schema> {
    let real = if is_thorough() { corpus() } else { Vec::new() };
    own().into_iter().chain(real).collect()
}

#[test]
fn real_schemas_are_understood_and_none_is_refused() {
    let mut shares: BTreeMap<Dialect, [usize; 4]> = BTreeMap::new();
    let mut warnings = 0;
    for schema in schemas() {
        let report = report(schema.dialect, &schema.text);
        for (severity, line, code, message) in &report.found {
            assert!(*severity < Severity::Error, "{}:{line}: {code}: {message}", schema.name);
            if *severity == Severity::Warning {
                warnings += 1;
                println!("{}:{line}: {code}: {message}", schema.name);
            }
        }
        let share = shares.entry(schema.dialect).or_default();
        for statement in report.scripts.iter().flat_map(|script| &script.statements) {
            share[statement.status as usize] += 1;
        }
    }
    println!("{warnings} warnings");
    for (dialect, [read, accepted, passed, unread]) in shares {
        let defining = read + accepted + unread;
        let understood = 100.0 * (read + accepted) as f64 / defining.max(1) as f64;
        println!(
            "{}: {understood:.1} % of {defining} defining statements understood; {passed} others",
            dialect.name()
        );
        assert_eq!(ParseStatus::Unread as usize, 3);
        if dialect.is_known() {
            assert!(understood >= 99.5, "{}: {understood}", dialect.name());
        }
    }
    assert!(warnings <= 1, "{warnings} warnings on valid schemas");
}

#[test]
fn mistakes_are_noticed_in_their_line() {
    let mut kinds: BTreeMap<(&str, Dialect), [usize; 3]> = BTreeMap::new();
    let known = |schema: &Schema| schema.dialect.is_known();
    for schema in schemas().into_iter().filter(known) {
        let before = report(schema.dialect, &schema.text).found.len();
        for mutant in mutants(schema.dialect, &schema.text, 3) {
            let after = report(schema.dialect, &mutant.text).found;
            let count = kinds.entry((mutant.kind, schema.dialect)).or_default();
            count[0] += 1;
            let noticed = after.len() > before;
            let near = noticed
                && after.iter().any(|(severity, line, ..)| {
                    *severity > Severity::Note && line.abs_diff(mutant.line) <= 1
                });
            let exact = noticed
                && after
                    .iter()
                    .any(|(severity, line, ..)| *severity > Severity::Note && *line == mutant.line);
            count[1] += usize::from(near);
            count[2] += usize::from(exact);
            if !exact {
                let line = mutant.text.lines().nth(mutant.line - 1).unwrap_or_default().trim();
                let said = after.first().map(|(_, line, code, _)| format!("{line}: {code}"));
                println!("{}:{}: {}: {line:?}: {said:?}", schema.name, mutant.line, mutant.kind);
            }
        }
    }
    let mut total = [0, 0, 0];
    for ((kind, dialect), [all, near, exact]) in &kinds {
        println!(
            "{kind}, {}: {all} made, {exact} noticed in the line, {near} in it or the next",
            dialect.name()
        );
        total = [total[0] + all, total[1] + near, total[2] + exact];
    }
    println!("{} made, {} in the line, {} in it or the next", total[0], total[2], total[1]);
    assert!(total[2] * 100 >= total[0] * 97, "{total:?}");
}
