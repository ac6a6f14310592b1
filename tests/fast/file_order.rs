//! The order of files: a file comes after the file that it needs, whatever their names.
#![allow(clippy::print_stdout, reason = "a test says what it finds")]

use argocd_atlas_plugin::diag::Diagnostics;
use argocd_atlas_plugin::source::{Excerpt, Sources};
use sql::catalogue::order::{File, order};
use sql::parse::scripts;

use crate::sql_support::probes::{APART, PROBES, Probe};

/// The order of a probe's two files: `ba` where the first waits for the second.
fn order_of(probe: &Probe) -> String {
    let texts = [("a.sql", probe.needs), ("b.sql", probe.needed)];
    let mut sources = Sources::default();
    let excerpts: Vec<Excerpt> = texts
        .iter()
        .map(|(name, text)| Excerpt::of_file(sources.add(*name, *text), text))
        .collect();
    let scripts = scripts(&excerpts, probe.dialect, &mut Diagnostics::default());
    let files: Vec<File<'_>> =
        texts.iter().zip(&scripts).map(|((path, _), script)| File { path, script }).collect();
    match order(probe.dialect, &files) {
        Ok(order) => order.iter().map(|at| if *at == 0 { 'a' } else { 'b' }).collect(),
        Err(cycle) => cycle.path().join(" -> "),
    }
}

#[test]
fn a_file_comes_after_the_file_that_it_needs() {
    let wrong: Vec<String> = PROBES
        .iter()
        .filter_map(|probe| {
            let found = order_of(probe);
            (found != "ba").then(|| format!("{}: {}: {found}", probe.dialect.name(), probe.name))
        })
        .collect();
    println!("{} of {} are right", PROBES.len() - wrong.len(), PROBES.len());
    assert!(PROBES.len() >= 60);
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn files_that_do_not_need_each_other_stay_as_they_are() {
    let wrong: Vec<String> = APART
        .iter()
        .filter_map(|probe| {
            let found = order_of(probe);
            (found != "ab").then(|| format!("{}: {}: {found}", probe.dialect.name(), probe.name))
        })
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}
