//! `generate` for many directories in one process: what `tests/conformance/reading` runs its streams with, since most of
//! the time of a process is its beginning and its end.
//!
//! A line of standard input is a JSON list of arguments, as for `generate manifests`. The answer is a line on standard
//! output: the exit code, and for 0 what `generate manifests` and `generate waves --format json` print.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a tool of a test fails by panicking")]
#![allow(dead_code, reason = "the binary's module has more than is used here")]

#[path = "../../../src/main/run.rs"]
mod run;

use std::io::{self, BufRead, Write};

use argocd_atlas_plugin::cli::{Cli, Command, ManifestsArgs};
use argocd_atlas_plugin::runner::{Form, Guard};
use argocd_atlas_plugin::{emit, view};
use clap::Parser;
use run::Run;
use serde_json::{Value, json};

fn main() {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let arguments: Vec<String> = serde_json::from_str(&line.unwrap()).unwrap();
        let words = ["generate", "manifests"].map(str::to_owned).into_iter().chain(arguments);
        let answer = match Cli::try_parse_from(words) {
            Ok(Cli { command: Some(Command::Manifests(args)), .. }) => answer(&args),
            other => panic!("not the arguments of `manifests`: {other:?}"),
        };
        writeln!(out, "{answer}").unwrap();
        out.flush().unwrap();
    }
}

/// What `commands::manifests` and `commands::waves` do, of one compilation.
fn answer(args: &ManifestsArgs) -> Value {
    let Ok(run) = Run::of(&args.project) else { return json!({ "code": 2 }) };
    run.report().unwrap();
    if run.diagnostics.has_errors() {
        return json!({ "code": 1 });
    }
    let (mut manifests, mut waves) = (Vec::new(), Vec::new());
    emit::manifests(&run.compilation.plan, &run.compilation.project, &run.sources, &mut manifests)
        .unwrap();
    let mut guard = Guard::new(&mut waves, Form::Json);
    view::waves::json(&run.compilation, &run.sources, &mut guard).unwrap();
    guard.flush().unwrap();
    drop(guard);
    let [manifests, waves] = [manifests, waves].map(|text| String::from_utf8(text).unwrap());
    json!({ "code": 0, "manifests": manifests, "waves": waves })
}
