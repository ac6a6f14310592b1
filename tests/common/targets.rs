//! The bodies of the fuzz targets: bytes in, a panic if anything does not hold. libFuzzer calls them
//! through `fuzz/fuzz_targets`, and `tests/fast/regressions.rs` with what was found before.

use std::collections::BTreeMap;

use ::sql::dialect::Dialect;
use argocd_atlas_plugin::atlas_sum::{self, Migration, Sum};
use argocd_atlas_plugin::environment::{self, Environment};
use argocd_atlas_plugin::source::{STANDARD_INPUT, is_carried, is_manifest_name};

use super::{File, pictures, sql};

/// What a target does with an input.
pub(crate) type Target = fn(&[u8]);

/// Every target by its name.
pub(crate) const ALL: [(&str, Target); 7] = [
    ("yaml", yaml),
    ("sql_split", sql_split),
    ("sql_read", sql_read),
    ("compile", compile),
    ("parameters", parameters),
    ("views", views),
    ("atlas_sum", atlas_sum),
];

/// A YAML file.
pub(crate) fn yaml(data: &[u8]) {
    // `read` refuses manifests in any other encoding.
    if let Ok(text) = std::str::from_utf8(data) {
        super::yaml::check(text);
    }
}

/// The number of a dialect as a digit, then a SQL file.
pub(crate) fn sql_split(data: &[u8]) {
    let (dialect, text) = in_dialect(data);
    sql::check_split(dialect, &text);
}

/// The number of a dialect as a digit, then a project of SQL files.
pub(crate) fn sql_read(data: &[u8]) {
    let (dialect, text) = in_dialect(data);
    sql::check_schema(dialect, &project(&text).0);
}

fn in_dialect(data: &[u8]) -> (Dialect, String) {
    let (first, rest) = data.split_first().unwrap_or((&b'0', &[]));
    let number = usize::from(first.wrapping_sub(b'0')) % Dialect::ALL.len();
    (Dialect::ALL[number], carried(&String::from_utf8_lossy(rest)))
}

/// A project.
pub(crate) fn compile(data: &[u8]) {
    let (files, environment) = project(&String::from_utf8_lossy(data));
    super::invariants_of_anything(&files, &environment);
}

/// A project, for the views that `invariants` leaves out.
pub(crate) fn views(data: &[u8]) {
    let (files, environment) = project(&String::from_utf8_lossy(data));
    pictures::check(&super::compile(&files, &environment));
}

/// Variables (`ARGOCD_APP_PARAMETERS=[...]`) and flags (`--image web=...`) over a small project. A
/// line that is neither goes on with what is before it.
pub(crate) fn parameters(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    super::invariants_of_anything(&shop(), &told(&text));
}

/// Names of migrations, an `atlas.sum` behind an empty line, and the text of every migration.
pub(crate) fn atlas_sum(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (names, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
    let names: Vec<&str> = names.lines().collect();
    let _ = atlas_sum::names(&names);
    let _ = atlas_sum::checkpoint(rest.as_bytes());
    let directory: Vec<Migration<'_>> =
        names.iter().map(|name| Migration { name, bytes: rest.as_bytes() }).collect();
    let right = Sum::of(&directory);
    assert!(right.compare(&right).is_empty(), "a sum does not differ from itself");
    // A carriage return at the end of a line belongs to the line's end.
    if let Ok(found) = Sum::parse(&rest.replace('\r', "")) {
        assert_eq!(Sum::parse(&found.text()).as_ref(), Ok(&found), "what is printed is read back");
        let _ = found.compare(&right);
    }
}

/// Files behind lines `=== path`, the first of which may be left out, and what Argo CD says behind
/// `=== $environment`, one `NAME=value` or flag a line.
pub(crate) fn project(text: &str) -> (Vec<File>, Environment) {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut environment = super::in_namespace("shop");
    let headed =
        if text.starts_with("=== ") { text.to_owned() } else { format!("=== app.yaml\n{text}") };
    for part in format!("\n{headed}").split("\n=== ").skip(1) {
        let (path, body) = part.split_once('\n').unwrap_or((part, ""));
        if path == "$environment" {
            environment = told(body);
        } else if is_path(path) {
            // The split took the end of the last line.
            files.entry(path.to_owned()).or_insert_with(|| carried_in(path, &format!("{body}\n")));
        }
    }
    let folders: Vec<String> = files.keys().map(|path| format!("{path}/")).collect();
    // No folder has the name of a file.
    files.retain(|path, _| !folders.iter().any(|folder| path.starts_with(folder)));
    (files.into_iter().collect(), environment)
}

/// Whether `read` could list a file under this path.
fn is_path(path: &str) -> bool {
    let is_name = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains('\0');
    path == STANDARD_INPUT || (path.len() < 4096 && path.split('/').all(is_name))
}

/// `read` refuses what Argo CD cannot carry in every file but manifests, which `parse` looks at.
fn carried_in(path: &str, text: &str) -> String {
    if is_manifest_name(path) { text.to_owned() } else { carried(text) }
}

fn carried(text: &str) -> String {
    text.chars().filter(|character| is_carried(*character)).collect()
}

fn told(text: &str) -> Environment {
    let mut settings: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let is_name = |name: &str| name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        let variable = line.split_once('=').filter(|(name, _)| is_name(name));
        let flag = line.split_once(' ').filter(|(name, _)| name.starts_with("--"));
        match (variable.or(flag), settings.last_mut()) {
            (Some((name, value)), _) => settings.push((name.to_owned(), value.to_owned())),
            (None, Some((_, value))) => *value += &format!("\n{line}"),
            (None, None) => {}
        }
    }
    let variables = settings.iter().map(|(name, value)| (name.into(), value.into()));
    let mut environment = environment::from_variables(variables);
    for (name, value) in settings {
        let flags = &mut environment.flags;
        match name.as_str() {
            "--environment" => flags.environment = Some(value),
            "--image" => flags.images.push(value),
            "--replicas" => flags.replicas.push(value),
            "--set" => flags.set.push(value),
            "--namespace" => environment.namespace = Some(value.into()),
            _ => {}
        }
    }
    environment
}

/// Every kind of spec, a plain manifest and two environments.
fn shop() -> Vec<File> {
    project(include_str!("shop.txt")).0
}
