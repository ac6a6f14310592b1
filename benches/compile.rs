//! How long a project takes from its texts to its manifests, and each of the two ends of that.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

#[path = "support/project.rs"]
mod project;

use argocd_atlas_plugin::diag::Diagnostics;
use argocd_atlas_plugin::emit;
use argocd_atlas_plugin::environment::{self, Environment};
use argocd_atlas_plugin::parse::yaml::{self, Budget};
use argocd_atlas_plugin::pipeline::{self, Compilation};
use argocd_atlas_plugin::source::{FileId, Sources, is_manifest_name};
use divan::{Bencher, counter::ItemsCount};

#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

const SPECS: &[usize] = &[3, 100, 1_000, 10_000];

/// A project whose texts are all loaded.
fn loaded(specs: usize) -> (Sources, FileId) {
    let mut sources = Sources::default();
    let root = sources.add_virtual("project", "");
    for (path, text) in project::files(specs) {
        sources.add(path, text);
    }
    (sources, root)
}

fn environment() -> Environment {
    let namespace = ("ARGOCD_APP_NAMESPACE".into(), "shop".into());
    environment::from_variables(std::iter::once(namespace))
}

fn compiled(sources: &mut Sources, root: FileId) -> Compilation {
    let mut diagnostics = Diagnostics::default();
    let environment = environment();
    let compilation =
        pipeline::compile(sources, root, &environment, |_, _, _| {}, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{:?}", diagnostics.sorted());
    compilation
}

/// All manifests and specs as trees.
#[divan::bench(args = SPECS, max_time = 3)]
fn read_yaml(bencher: Bencher<'_, '_>, specs: usize) {
    let (sources, _) = loaded(specs);
    bencher.counter(ItemsCount::new(specs)).bench(|| {
        let mut budget = Budget::default();
        let mut diagnostics = Diagnostics::default();
        let manifests = sources.files().filter(|(_, source)| is_manifest_name(&source.path));
        let documents = manifests.map(|(file, source)| {
            yaml::documents(file, source.text(), &mut budget, &mut diagnostics).len()
        });
        documents.sum::<usize>()
    });
}

/// From the texts to the plan.
#[divan::bench(args = SPECS, max_time = 3)]
fn compile(bencher: Bencher<'_, '_>, specs: usize) {
    let prepare = || loaded(specs);
    let run = |(mut sources, root): (Sources, FileId)| compiled(&mut sources, root);
    bencher.counter(ItemsCount::new(specs)).with_inputs(prepare).bench_values(run);
}

/// From the plan to the printed manifests.
#[divan::bench(args = SPECS, max_time = 3)]
fn emit_yaml(bencher: Bencher<'_, '_>, specs: usize) {
    let (mut sources, root) = loaded(specs);
    let Compilation { plan, project, .. } = compiled(&mut sources, root);
    bencher.counter(ItemsCount::new(specs)).bench(|| {
        let mut out = Vec::new();
        emit::manifests(&plan, &project, &sources, &mut out).unwrap();
        out
    });
}
