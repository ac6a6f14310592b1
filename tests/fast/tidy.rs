//! What no compiler checks: which module imports which, that the codes, their page and their tests
//! agree, and what lies at the top of the repository.
#![expect(clippy::disallowed_methods, reason = "the source is read from the disk")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use argocd_atlas_plugin::diag::Code;

/// What each module may import, in reading order. A stage imports its input's and its output's
/// module and the vocabulary, never another stage.
const IMPORTS: &[(&str, &[&str])] = &[
    // Vocabulary: what everyone may know.
    ("source", &[]),
    ("runner", &["source"]),
    ("diag", &["parameters", "source", "syntax"]),
    ("value", &[]),
    ("quantity", &[]),
    ("distinct", &[]),
    ("annotation", &[]),
    ("parameters", &["source", "syntax"]),
    ("engine", &[]),
    ("dialect", &[]),
    ("graph", &[]),
    // The world outside.
    ("environment", &[]),
    ("revision", &[]),
    ("read", &["diag", "revision", "source"]),
    ("write", &[]),
    // What the stages hand on.
    ("syntax", &["source", "value"]),
    // `parse` for one thing: the types of a dialect stand in the table of its words.
    ("catalogue", &["diag", "dialect", "parse", "source"]),
    ("atlas_sum", &[]),
    ("model", &["catalogue", "engine", "source", "syntax", "value"]),
    ("links", &["diag", "graph", "model", "source"]),
    ("object", &["model", "source", "value"]),
    ("plan", &["graph", "model", "object"]),
    // The stages, each from what is before it to what is behind it.
    (
        "parse",
        &[
            "catalogue",
            "diag",
            "dialect",
            "environment",
            "parameters",
            "quantity",
            "source",
            "syntax",
            "value",
        ],
    ),
    (
        "resolve",
        &[
            "annotation",
            "atlas_sum",
            "catalogue",
            "diag",
            "distinct",
            "engine",
            "environment",
            "model",
            "quantity",
            "source",
            "syntax",
            "value",
        ],
    ),
    // Reads the SQL in the model, by the one part of `parse` that knows no YAML.
    ("inspect", &["atlas_sum", "catalogue", "diag", "dialect", "model", "parse", "source"]),
    ("link", &["diag", "graph", "links", "model", "object", "source", "syntax", "value"]),
    (
        "lower",
        &[
            "annotation",
            "atlas_sum",
            "diag",
            "distinct",
            "engine",
            "environment",
            "model",
            "object",
            "source",
            "syntax",
            "value",
        ],
    ),
    (
        "schedule",
        &[
            "annotation",
            "diag",
            "graph",
            "links",
            "model",
            "object",
            "plan",
            "source",
            "syntax",
            "value",
        ],
    ),
    ("emit", &["model", "plan", "runner", "source", "value"]),
    // Alone in naming every stage.
    (
        "pipeline",
        &[
            "diag",
            "environment",
            "inspect",
            "link",
            "links",
            "lower",
            "model",
            "parse",
            "plan",
            "resolve",
            "schedule",
            "source",
        ],
    ),
    (
        "view",
        &[
            "annotation",
            "catalogue",
            "diag",
            "emit",
            "engine",
            "environment",
            "graph",
            "links",
            "model",
            "object",
            "parameters",
            // The JSON Schema describes what these two take.
            "parse",
            "pipeline",
            "plan",
            "resolve",
            "source",
            "value",
        ],
    ),
    ("cli", &[]),
];

/// Who may use a part of the standard library that reaches outside.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("std::fs", &["read", "write"]),
    ("std::env", &["environment"]),
    ("std::process", &["main", "revision"]),
    ("std::net", &[]),
    // A line that says that something is going on.
    ("std::time", &["main"]),
    ("std::thread", &["main", "parse"]),
];

/// What lies at the top of the repository, beside files whose names begin with a dot.
const TOP: &[&str] = &[
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "benches",
    "clippy.toml",
    "deny.toml",
    "deploy",
    "docs",
    "examples",
    "fuzz",
    "justfile",
    "plugin.yaml",
    "release",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "src",
    "target",
    "testdata",
    "tests",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder whose name ends like this, with its text.
fn files(folder: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found.sort();
    found
}

/// `src/parse/yaml/plain.rs` is a part of `parse`.
fn module(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// The text without comments and without the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().map(|line| match line.find("//") {
        // A URL in a string is no comment.
        Some(at) if !line.get(..at).unwrap_or_default().ends_with(':') => {
            line.get(..at).unwrap_or_default()
        }
        Some(_) | None => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Every word that follows `prefix`, and every first word of a `{...}` list there.
fn words_after(text: &str, prefix: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
    };
    let mut found = BTreeSet::new();
    for rest in text.split(prefix).skip(1) {
        match rest.strip_prefix('{') {
            Some(list) => {
                let list = list.split('}').next().unwrap_or_default();
                found.extend(list.split(',').map(word).filter(|word| !word.is_empty()));
            }
            None => _ = found.insert(word(rest)),
        }
    }
    found
}

#[test]
fn imports_follow_the_table() {
    let table: BTreeMap<&str, &[&str]> = IMPORTS.iter().copied().collect();
    let mut wrong = BTreeSet::new();
    for (path, text) in files(&root().join("src"), ".rs") {
        let module = module(&path);
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let Some(allowed) = table.get(module.as_str()) else {
            wrong.insert(format!("`{module}` is not in the table of tests/fast/tidy.rs"));
            continue;
        };
        for imported in words_after(&code(&text), "crate::") {
            let is_macro_or_own = imported == module;
            if !is_macro_or_own && !allowed.contains(&imported.as_str()) {
                let path = path.strip_prefix(root()).unwrap().display();
                wrong.insert(format!("{path}: `{module}` may not import `{imported}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_of_imports_names_what_is_imported() {
    let mut used: BTreeSet<(String, String)> = BTreeSet::new();
    for (path, text) in files(&root().join("src"), ".rs") {
        let imported = words_after(&code(&text), "crate::").into_iter();
        used.extend(imported.map(|imported| (module(&path), imported)));
    }
    for (module, allowed) in IMPORTS {
        for imported in *allowed {
            let pair = ((*module).to_owned(), (*imported).to_owned());
            assert!(used.contains(&pair), "`{module}` no longer imports `{imported}`");
        }
    }
}

#[test]
fn only_main_names_the_command_line() {
    let main = fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(words_after(&main, "argocd_atlas_plugin::").contains("cli"));
    assert!(!IMPORTS.iter().any(|(_, allowed)| allowed.contains(&"cli")));
}

#[test]
fn the_world_outside_has_few_doors() {
    for (path, text) in files(&root().join("src"), ".rs") {
        let module = module(&path);
        for (door, users) in OUTSIDE {
            let is_used = code(&text).contains(door);
            assert!(!is_used || users.contains(&module.as_str()), "`{module}` uses `{door}`");
        }
    }
}

#[test]
fn modules_stand_in_reading_order() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let listed: Vec<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let place = |name: &str| listed.iter().position(|listed| *listed == name).unwrap();
    let stages =
        ["read", "parse", "resolve", "link", "lower", "schedule", "emit", "pipeline", "view"];
    let places: Vec<usize> = stages.iter().map(|stage| place(stage)).collect();
    assert!(places.is_sorted(), "the stages stand in the order in which they run: {listed:?}");
    let known: BTreeSet<&str> = IMPORTS.iter().map(|(module, _)| *module).collect();
    assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), known, "lib.rs and the table");
}

#[test]
fn every_file_says_what_it_is_for() {
    for (path, text) in files(&root().join("src"), ".rs") {
        assert!(text.starts_with("//! "), "{} has no module documentation", path.display());
    }
}

#[test]
fn nothing_is_left_undone() {
    let marks = [
        concat!("todo", "!("),
        concat!("dbg", "!("),
        concat!("#[", "ignore"),
        concat!("unimpl", "emented!("),
    ];
    for folder in ["src", "tests"] {
        for (path, text) in files(&root().join(folder), ".rs") {
            for mark in marks {
                assert!(!text.contains(mark), "{} has `{mark}`", path.display());
            }
        }
    }
}

#[test]
fn the_top_of_the_repository_is_short() {
    let names = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    let unknown: Vec<String> =
        names.filter(|name| !name.starts_with('.') && !TOP.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "at the top of the repository: {unknown:?}");
}

#[test]
fn codes_are_unique_words() {
    let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(names.len(), Code::ALL.len(), "each code has a name of its own");
    for name in names {
        let fits = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
        assert!(name.split('-').all(fits), "`{name}` is not kebab-case");
    }
}

#[test]
fn every_code_is_provoked_by_a_golden_case() {
    let printed: String =
        files(&root().join("testdata"), ".stderr.txt").into_iter().map(|(_, text)| text).collect();
    let missing: Vec<&str> = Code::ALL
        .iter()
        .map(|code| code.name())
        .filter(|name| !printed.contains(&format!("[{name}]: ")))
        .collect();
    assert!(missing.is_empty(), "no golden case provokes {missing:?}");
}

#[test]
fn every_code_has_its_section_in_the_order_of_the_table() {
    let page = fs::read_to_string(root().join("docs/diagnostics.md")).unwrap();
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(sections, codes, "docs/diagnostics.md and src/diag/codes.rs");
}
