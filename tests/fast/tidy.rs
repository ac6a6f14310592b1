//! What no compiler checks: which module imports which, that the codes, their page and their tests
//! agree, and what lies at the top of the repository.
#![expect(clippy::disallowed_methods, reason = "the source is read from the disk")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use argocd_atlas_plugin::diag::{Code, Severity};

/// What each module may import, in reading order. A stage imports its input's and its output's
/// module and the vocabulary, never another stage. `sql::` are the modules of `crates/sql`, which
/// import each other alone.
const IMPORTS: &[(&str, &[&str])] = &[
    // The SQL reader: each of its modules knows those before it.
    ("sql::source", &[]),
    ("sql::near", &[]),
    ("sql::word", &[]),
    ("sql::dialect", &["sql::word"]),
    ("sql::problem", &["sql::source"]),
    ("sql::definition", &["sql::source"]),
    ("sql::query", &["sql::definition", "sql::source"]),
    ("sql::extensions", &["sql::definition"]),
    (
        "sql::parse",
        &[
            "sql::definition",
            "sql::dialect",
            "sql::extensions",
            "sql::near",
            "sql::problem",
            "sql::query",
            "sql::source",
            "sql::word",
        ],
    ),
    (
        "sql::catalogue",
        &[
            "sql::definition",
            "sql::dialect",
            "sql::extensions",
            "sql::near",
            "sql::problem",
            "sql::query",
            "sql::source",
        ],
    ),
    // Vocabulary: what everyone may know.
    ("source", &["sql::source"]),
    ("runner", &["source"]),
    ("effort", &[]),
    // It puts what is wrong in SQL into words.
    (
        "diag",
        &[
            "effort",
            "left_out",
            "parameters",
            "source",
            "sql::catalogue",
            "sql::definition",
            "sql::near",
            "sql::problem",
            "syntax",
        ],
    ),
    ("value", &[]),
    ("quantity", &[]),
    ("unique_names", &[]),
    ("annotation", &[]),
    ("left_out", &["sql::definition"]),
    ("parameters", &["left_out", "source", "syntax"]),
    ("engine", &[]),
    ("graph", &[]),
    // The world outside.
    ("environment", &[]),
    ("revision", &[]),
    ("read", &["diag", "revision", "source"]),
    ("write", &[]),
    // What the stages hand on.
    ("syntax", &["source", "value"]),
    // The table of fields, and the types and readers that come from it.
    ("spec", &["diag", "quantity", "source", "sql::catalogue", "syntax", "value"]),
    ("atlas_sum", &[]),
    ("model", &["engine", "source", "spec", "sql::catalogue", "syntax", "value"]),
    ("catalogues", &["source", "sql::catalogue", "sql::dialect", "sql::parse"]),
    ("links", &["diag", "graph", "model", "source"]),
    ("object", &["annotation", "model", "source", "value"]),
    ("plan", &["graph", "model", "object"]),
    // The stages, each from what is before it to what is behind it.
    (
        "parse",
        &["diag", "effort", "environment", "left_out", "parameters", "source", "spec", "syntax"],
    ),
    (
        "resolve",
        &[
            "annotation",
            "atlas_sum",
            "diag",
            "unique_names",
            "engine",
            "environment",
            "model",
            "object",
            "source",
            "spec",
            "sql::catalogue",
            "syntax",
            "value",
        ],
    ),
    (
        "inspect",
        &[
            "atlas_sum",
            "catalogues",
            "diag",
            "engine",
            "left_out",
            "model",
            "source",
            "sql::catalogue",
            "sql::definition",
            "sql::dialect",
            "sql::parse",
        ],
    ),
    ("link", &["diag", "effort", "graph", "links", "model", "object", "source", "syntax", "value"]),
    (
        "lower",
        &[
            "annotation",
            "atlas_sum",
            "catalogues",
            "diag",
            "unique_names",
            "engine",
            "environment",
            "graph",
            "links",
            "model",
            "object",
            "source",
            "spec",
            "sql::parse",
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
    // Two states of a project, for what looks at a change.
    ("history", &["diag", "model", "source"]),
    (
        "pipeline",
        &[
            "catalogues",
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
            "diag",
            "emit",
            "graph",
            "links",
            "model",
            "object",
            "parameters",
            "pipeline",
            "plan",
            "quantity",
            "source",
            "sql::catalogue",
            "sql::definition",
            "sql::dialect",
            "sql::parse",
            "sql::query",
            "syntax",
            "value",
        ],
    ),
    // Files and manifests for which no project is compiled.
    ("generator", &["diag", "emit", "engine", "environment", "parse", "source", "spec", "value"]),
    ("cli", &[]),
];

/// Who may use a part of the standard library that reaches outside.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("std::fs", &["read", "write"]),
    ("std::env", &["environment"]),
    ("std::process", &["main", "revision"]),
    ("std::net", &[]),
    // A line that says that something is going on; the end of a `git` that waits for a pipe.
    ("std::time", &["main", "revision"]),
    ("std::thread", &["main", "revision", "sql::parse"]),
    // Past it a message quotes a text that nobody has masked.
    ("of_quoted(", &["diag"]),
];

/// What lies at the top of the repository, beside files whose names begin with a dot.
const TOP: &[&str] = &[
    "action.yml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "benches",
    "clippy.toml",
    "crates",
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

/// The folders of the product's own code, with what the names of their modules begin with.
const ROOMS: &[(&str, &str)] = &[("src", ""), ("crates/sql/src", "sql::")];

/// Every file of the product's own code: its module, its path and its text.
/// `src/parse/yaml/plain.rs` is a part of `parse`, `crates/sql/src/parse/read.rs` of `sql::parse`.
fn sources() -> Vec<(String, PathBuf, String)> {
    let mut found = Vec::new();
    for (folder, prefix) in ROOMS {
        let folder = root().join(folder);
        for (path, text) in files(&folder, ".rs") {
            let first = path.strip_prefix(&folder).unwrap().components().next().unwrap();
            let first = first.as_os_str().to_string_lossy();
            let module = format!("{prefix}{}", first.trim_end_matches(".rs"));
            found.push((module, path.strip_prefix(root()).unwrap().to_owned(), text));
        }
    }
    found
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

/// Every word that follows `prefix`, and every first word of a `{...}` list there. What is a part of
/// a longer path, as in `problems::sql::`, is not meant.
fn words_after(text: &str, prefix: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
    };
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices(prefix) {
        let before = text.get(..at).unwrap_or_default();
        if before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':')) {
            continue;
        }
        let rest = text.get(at + prefix.len()..).unwrap_or_default();
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

/// The modules that a module imports, as the table calls them, itself left out.
fn imports(module: &str, text: &str) -> BTreeSet<String> {
    let code = code(text);
    let own = if module.starts_with("sql::") { "sql::" } else { "" };
    let near = words_after(&code, "crate::").into_iter().map(|word| format!("{own}{word}"));
    // Some modules have a part of their own that is called `sql`.
    let is_room = |name: &String| IMPORTS.iter().any(|(module, _)| module == name);
    let of_sql = words_after(&code, "sql::").into_iter().map(|word| format!("sql::{word}"));
    near.chain(of_sql.filter(is_room)).filter(|imported| imported != module).collect()
}

#[test]
fn imports_follow_the_table() {
    let table: BTreeMap<&str, &[&str]> = IMPORTS.iter().copied().collect();
    let mut wrong = BTreeSet::new();
    for (module, path, text) in sources() {
        if matches!(module.as_str(), "lib" | "main" | "sql::lib") {
            continue;
        }
        let Some(allowed) = table.get(module.as_str()) else {
            wrong.insert(format!("`{module}` is not in the table of tests/fast/tidy.rs"));
            continue;
        };
        for imported in imports(&module, &text) {
            if !allowed.contains(&imported.as_str()) {
                let path = path.display();
                wrong.insert(format!("{path}: `{module}` may not import `{imported}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_of_imports_names_what_is_imported() {
    let mut used: BTreeSet<(String, String)> = BTreeSet::new();
    for (module, _, text) in sources() {
        let imported = imports(&module, &text).into_iter();
        used.extend(imported.map(|imported| (module.clone(), imported)));
    }
    for (module, allowed) in IMPORTS {
        for imported in *allowed {
            let pair = ((*module).to_owned(), (*imported).to_owned());
            assert!(used.contains(&pair), "`{module}` no longer imports `{imported}`");
        }
    }
}

#[test]
fn the_sql_reader_stands_on_nothing_of_the_program() {
    let manifest = fs::read_to_string(root().join("crates/sql/Cargo.toml")).unwrap();
    let below = manifest.split("[dependencies]").nth(1).unwrap();
    let below = below.split("\n[").next().unwrap().lines();
    let names: Vec<&str> = below
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split([' ', '.', '=']).next().filter(|name| !name.is_empty()))
        .collect();
    assert_eq!(names, ["smol_str", "sqlparser", "strsim"], "what crates/sql depends on");
    let listed = modules("crates/sql/src/lib.rs");
    for (module, allowed) in IMPORTS.iter().filter(|(module, _)| module.starts_with("sql::")) {
        let place = |name: &str| listed.iter().position(|listed| name == format!("sql::{listed}"));
        for imported in *allowed {
            assert!(place(imported) < place(module), "`{module}` stands before `{imported}`");
        }
    }
    for (module, path, text) in sources() {
        let text = code(&text).to_ascii_lowercase();
        for foreign in ["yaml", "kubernetes", "argocd"] {
            let knows = module.starts_with("sql::") && text.contains(foreign);
            assert!(!knows, "{} knows of `{foreign}`", path.display());
        }
    }
}

#[test]
fn no_reader_asks_which_dialect_it_is() {
    for (module, path, text) in sources() {
        let named = words_after(&code(&text), "Dialect::");
        let of_all = ["ALL", "Generic", "of_scheme"];
        let others: Vec<&String> =
            named.iter().filter(|name| !of_all.contains(&name.as_str())).collect();
        let may = module == "sql::dialect" || others.is_empty();
        assert!(may, "{} names {others:?}: ask its `Grammar`", path.display());
    }
}

/// The modules that a `lib.rs` lists, in its order.
fn modules(lib: &str) -> Vec<String> {
    let lib = fs::read_to_string(root().join(lib)).unwrap();
    let module = |line: &str| {
        let name = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?;
        name.strip_suffix(';').map(str::to_owned)
    };
    lib.lines().filter_map(module).collect()
}

#[test]
fn only_main_names_the_command_line() {
    let main = fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(words_after(&main, "argocd_atlas_plugin::").contains("cli"));
    assert!(!IMPORTS.iter().any(|(_, allowed)| allowed.contains(&"cli")));
}

#[test]
fn the_world_outside_has_few_doors() {
    for (module, _, text) in sources() {
        for (door, users) in OUTSIDE {
            let is_used = code(&text).contains(door);
            assert!(!is_used || users.contains(&module.as_str()), "`{module}` uses `{door}`");
        }
    }
}

#[test]
fn modules_stand_in_reading_order() {
    let listed = modules("src/lib.rs");
    let place = |name: &str| listed.iter().position(|listed| *listed == name).unwrap();
    let stages =
        ["read", "parse", "resolve", "link", "lower", "schedule", "emit", "pipeline", "view"];
    let places: Vec<usize> = stages.iter().map(|stage| place(stage)).collect();
    assert!(places.is_sorted(), "the stages stand in the order in which they run: {listed:?}");
    let of_sql = modules("crates/sql/src/lib.rs").into_iter().map(|name| format!("sql::{name}"));
    let listed: BTreeSet<String> = listed.into_iter().chain(of_sql).collect();
    let known: BTreeSet<String> = IMPORTS.iter().map(|(module, _)| (*module).to_owned()).collect();
    assert_eq!(listed, known, "the two `lib.rs` and the table");
}

#[test]
fn every_file_says_what_it_is_for() {
    for (_, path, text) in sources() {
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
    for folder in ["src", "crates", "tests"] {
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

/// The lines between which `docs/diagnostics.md` lists the codes by subject.
const INDEX: (&str, &str) = ("<!-- index: begin -->\n\n", "\n<!-- index: end -->\n");

#[test]
fn the_index_of_diagnostics_lists_every_code() {
    let mut index = String::from("| subject | errors | warnings and notes |\n|---|---|---|\n");
    for (subject, codes) in Code::GROUPS {
        let links = |is_wanted: &dyn Fn(Severity) -> bool| {
            let wanted = codes.iter().filter(|code| is_wanted(code.severity()));
            let links = wanted.map(|code| format!("[`{0}`](#{0})", code.name()));
            links.collect::<Vec<_>>().join(", ")
        };
        let errors = links(&|severity| severity == Severity::Error);
        let others = links(&|severity| severity != Severity::Error);
        index.push_str(&format!("| {subject} | {errors} | {others} |\n"));
    }
    let path = root().join("docs/diagnostics.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(INDEX.0).expect("the page has an index");
    let (_, after) = rest.split_once(INDEX.1).expect("the index has an end");
    let expected = format!("{before}{}{index}{}{after}", INDEX.0, INDEX.1);
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, expected).unwrap();
        return;
    }
    assert!(
        page == expected,
        "docs/diagnostics.md is stale: BLESS=1 cargo test --test fast tidy::"
    );
}

#[test]
fn every_code_has_its_section_in_the_order_of_the_table() {
    let page = fs::read_to_string(root().join("docs/diagnostics.md")).unwrap();
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(sections, codes, "docs/diagnostics.md and src/diag/codes.rs");
}
