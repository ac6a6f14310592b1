//! The application to which a migration Job belongs, where no address and no Secret tells: it runs the
//! same image, or it reads the same configuration of a database.
//!
//! `rails db:migrate`, `airflow db migrate` and `kong migrations up` run in the image of the application
//! itself, which finds its database by what is built into it or is put in by the cluster.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::{SmolStr, format_smolstr};

use crate::link::index::{BYTES, Index, fits_namespace};
use crate::link::infer::{Schema, is_database, might_serve_data};
use crate::link::jobs::{database_of, edge, telling};
use crate::link::pods::{self, Reads, VariableValue};
use crate::link::servers::{Image, image};
use crate::link::{Before, Findings, Found, Ids, addresses, cut, is_explicit, short};
use crate::links::{Links, Origin};
use crate::model::Unit;
use crate::source::Span;

/// Images that everybody runs, by the last part of their names.
const COMMON: [&str; 48] = [
    "al2023",
    "almalinux",
    "alpine",
    "amazonlinux",
    "aws-cli",
    "azure-cli",
    "base",
    "bash",
    "bun",
    "busybox",
    "buster",
    "centos",
    "cli",
    "cloud-sdk",
    "composer",
    "corretto",
    "curl",
    "debian",
    "deno",
    "docker",
    "dotnet",
    "eclipse-temurin",
    "fedora",
    "git",
    "golang",
    "helm",
    "jq",
    "jre",
    "k8s",
    "kubectl",
    "node",
    "nodejs",
    "openjdk",
    "os-shell",
    "perl",
    "php",
    "python",
    "rockylinux",
    "ruby",
    "rust",
    "scratch",
    "sh",
    "shell",
    "toolbox",
    "tools",
    "ubi",
    "ubuntu",
    "utils",
];

/// What migration Jobs have in common with others.
#[derive(Default)]
struct Marks<'a> {
    by_image: BTreeMap<&'a str, Vec<Unit>>,
    /// By the number of the manifest.
    by_config_map: BTreeMap<usize, Vec<Unit>>,
    /// Those whose databases are known: whoever names a database as well has been compared with them.
    with_database: BTreeSet<Unit>,
}

/// Who waits for a migration Job because it is of the same application. Whatever is known otherwise
/// says more: nothing is found that contradicts an edge.
pub(in crate::link) fn of(
    index: &Index<'_>,
    jobs: &BTreeSet<Unit>,
    ids: &Ids,
    links: &Links,
) -> Findings {
    let mut found = Findings::default();
    let mut marks = Marks::default();
    for &job in jobs {
        let images = images(index, job).filter(|(name, _)| is_of_one_application(name));
        images.for_each(|(name, _)| marks.by_image.entry(name).or_default().push(job));
        let Some(reads) = reads(index, job) else { continue };
        if names_database(index, job, &reads) {
            marks.with_database.insert(job);
        }
        for (number, _) in config_maps(index, job, &reads) {
            marks.by_config_map.entry(number).or_default().push(job);
        }
    }
    marks.by_config_map.retain(|&number, _| speaks_of_database(index, number));
    if marks.by_image.is_empty() && marks.by_config_map.is_empty() {
        return found;
    }
    let entries: Vec<Schema> = jobs.iter().map(|&job| Schema::new(job)).collect();
    let before = Before::schemas(index, ids, links, &entries);
    for unit in index.project.units() {
        let is_candidate = !jobs.contains(&unit)
            && !is_explicit(index.project, unit)
            && !might_serve_data(index, unit)
            && !is_database(index, unit);
        if found.is_full() || !is_candidate {
            continue;
        }
        for (first, span, by) in marks.shared(index, unit) {
            if !before.has(unit, first) {
                // It contradicts no wave that somebody wrote.
                found.push(Found { origin: Origin::Mentioned, ..edge(first, unit, span, by) });
            }
        }
    }
    found
}

impl Marks<'_> {
    /// The Jobs with which a workload shares something, each once, with where it says so.
    fn shared(&self, index: &Index<'_>, unit: Unit) -> Vec<(Unit, Span, SmolStr)> {
        let Some(reads) = reads(index, unit) else { return Vec::new() };
        let namespace = index.namespace(unit);
        let mut seen = BTreeSet::new();
        let mut shared = Vec::new();
        // Looked at where it matters.
        let mut names_one: Option<bool> = None;
        let mut share = |jobs: &[Unit], span: Span, by: &dyn Fn() -> SmolStr| {
            for &job in jobs.iter().take_while(|_| index.spend(1)) {
                let fits = fits_namespace(index.namespace(job), namespace);
                let is_compared = self.with_database.contains(&job)
                    && *names_one.get_or_insert_with(|| names_database(index, unit, &reads));
                if fits && !is_compared && seen.insert(job) {
                    shared.push((job, span, by()));
                }
            }
        };
        for (name, span) in images(index, unit) {
            let jobs = self.by_image.get(name).map(Vec::as_slice).unwrap_or_default();
            share(jobs, span, &|| format_smolstr!("image `{}`, which both run", short(name)));
        }
        for (number, read) in config_maps(index, unit, &reads) {
            let jobs = self.by_config_map.get(&number).map(Vec::as_slice).unwrap_or_default();
            let by = || format_smolstr!("ConfigMap `{}`, which both read", short(read.0));
            share(jobs, read.1, &by);
        }
        shared
    }
}

fn names_database(index: &Index<'_>, unit: Unit, reads: &Reads) -> bool {
    !database_of(index, unit, reads, &mut Findings::default()).endpoints.is_empty()
}

/// Whether two units run the image of one application.
pub(in crate::link) fn share_image(index: &Index<'_>, one: Unit, other: Unit) -> bool {
    let own: BTreeSet<&str> = images(index, one).map(|(name, _)| name).collect();
    let mut others = images(index, other).take_while(|_| index.spend(1));
    others.any(|(name, _)| own.contains(name) && is_of_one_application(name))
}

/// Whether two units read one ConfigMap or Secret of the project.
pub(in crate::link) fn share_file(index: &Index<'_>, one: Unit, other: Unit) -> bool {
    let files = |unit: Unit| -> BTreeSet<usize> {
        let namespace = index.namespace(unit);
        let Some(reads) = reads(index, unit) else { return BTreeSet::new() };
        let variables = reads.containers.iter().flatten();
        let named = variables.filter_map(|variable| match &variable.value {
            VariableValue::Text(_) => None,
            VariableValue::Secret { name, .. } | VariableValue::AllOfSecret { name, .. } => {
                Some(("Secret", name))
            }
            VariableValue::ConfigMap { name, .. } | VariableValue::AllOfConfigMap { name, .. } => {
                Some(("ConfigMap", name))
            }
        });
        let maps = reads.config_maps.iter().map(|map| ("ConfigMap", &map.name));
        let all = named.chain(maps).chain(reads.secret_files().map(|it| ("Secret", &it.name)));
        let all = all.take_while(|_| index.spend(1));
        all.filter_map(|(kind, name)| index.written(kind, name, namespace)).collect()
    };
    !files(one).is_disjoint(&files(other))
}

/// The images of a workload, with where they are written.
fn images<'a>(index: &Index<'a>, unit: Unit) -> Box<dyn Iterator<Item = (&'a str, Span)> + 'a> {
    match unit {
        Unit::App(number) => {
            let app = index.project.apps.get(number);
            Box::new(app.map(|app| (app.image.as_str(), app.common.place)).into_iter())
        }
        Unit::Manifest(_) => {
            Box::new(index.manifest(unit).map(pods::image_nodes).into_iter().flatten())
        }
        Unit::Database(_) | Unit::Schema(_) | Unit::EverySchema => Box::new(std::iter::empty()),
    }
}

fn reads(index: &Index<'_>, unit: Unit) -> Option<Reads> {
    match unit {
        Unit::App(number) => index.project.apps.get(number).map(pods::app_reads),
        Unit::Manifest(number) => {
            let manifest = index.project.manifests.get(number)?;
            let is_workload = !manifest.is_hook && pods::is_workload(&manifest.written);
            is_workload.then(|| pods::reads(&manifest.written))
        }
        Unit::Database(_) | Unit::Schema(_) | Unit::EverySchema => None,
    }
}

/// The ConfigMaps of the project that a workload reads, by the numbers of their manifests.
fn config_maps<'r>(
    index: &'r Index<'_>,
    unit: Unit,
    reads: &'r Reads,
) -> impl Iterator<Item = (usize, (&'r str, Span))> {
    let variables =
        reads.containers.iter().flatten().filter_map(|variable| match &variable.value {
            VariableValue::ConfigMap { name, .. } | VariableValue::AllOfConfigMap { name, .. } => {
                Some((name.as_str(), variable.span))
            }
            VariableValue::Text(_)
            | VariableValue::Secret { .. }
            | VariableValue::AllOfSecret { .. } => None,
        });
    let files = reads.config_maps.iter().map(|read| (read.name.as_str(), read.span));
    let namespace = index.namespace(unit);
    files
        .chain(variables)
        .filter_map(move |read| Some((index.written("ConfigMap", read.0, namespace)?, read)))
}

/// Whether an image is that of an application, and no tool or server that many applications have.
fn is_of_one_application(name: &str) -> bool {
    let bare = name.split('@').next().unwrap_or(name);
    let last = bare.rsplit('/').next().unwrap_or(bare);
    let last = last.split(':').next().unwrap_or(last).to_ascii_lowercase();
    let is_common = COMMON.iter().any(|common| {
        last.strip_prefix(common)
            .is_some_and(|rest| rest.trim_matches(['-', '.']).bytes().all(|it| it.is_ascii_digit()))
    });
    !last.is_empty()
        && !is_common
        && !telling::is_tool(name)
        && matches!(image(name), Image::Unknown)
}

/// Whether what a ConfigMap holds is about an SQL database.
fn speaks_of_database(index: &Index<'_>, number: usize) -> bool {
    /// The longest part of a value that is looked at, in bytes.
    const MAX_LEN: usize = 64 * 1024;
    index.data(number).any(|(key, datum)| {
        addresses::has_sql_word(key)
            || datum.text().is_some_and(|text| {
                let text = cut(&text, MAX_LEN);
                index.spend(1 + text.len() / BYTES) && addresses::has_sql_word(text)
            })
    })
}
