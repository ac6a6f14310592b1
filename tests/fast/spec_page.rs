//! `docs/spec.md` knows the fields that the parser knows, and all its examples compile.

#![expect(clippy::expect_used, reason = "a test stops at what it did not expect")]
#![expect(clippy::disallowed_methods, reason = "the page is written when it is blessed")]

use argocd_atlas_plugin::diag::{Diagnostics, Severity};
use argocd_atlas_plugin::emit;
use argocd_atlas_plugin::environment::{self, Environment};
use argocd_atlas_plugin::pipeline::compile;
use argocd_atlas_plugin::source::Sources;
use serde_json::json;

const PAGE: &str = include_str!("../../docs/spec.md");

/// The project that the examples stand in.
const BESIDE: [(&str, &str); 7] = [
    (
        "beside.yaml",
        "\
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: shop-db}
spec: {engine: mysql, external: {host: db.example.com}}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec: {database: shop-db, sql: create table users (id int);}
",
    ),
    ("schema/users.sql", "create table users (id int);\n"),
    ("schema.hcl", "schema \"shop\" {}\n"),
    ("migrations/1_users.sql", "create table users (id int);\n"),
    ("migrations/atlas.sum", "@sum"),
    ("other/1.sql", ""),
    ("my.cnf", "[mysqld]\n"),
];

fn environment() -> Environment {
    environment::from_variables(std::iter::once(("ARGOCD_APP_NAMESPACE".into(), "shop".into())))
}

/// The errors of a project.
fn errors(text: &str, beside: bool) -> Vec<String> {
    let mut sources = Sources::default();
    let root = sources.add_virtual(".", "");
    sources.add("app.yaml", text);
    for (path, text) in BESIDE.iter().filter(|(path, _)| beside || *path != "beside.yaml") {
        let text = if *text == "@sum" { sum() } else { (*text).to_owned() };
        sources.add(*path, text);
    }
    let mut diagnostics = Diagnostics::default();
    compile(&mut sources, root, &environment(), |_, _, _| {}, &mut diagnostics);
    let found = diagnostics.sorted();
    let errors = found.iter().filter(|found| found.severity() == Severity::Error);
    errors.map(|found| format!("{}: {}", found.code.name(), found.message)).collect()
}

/// What `atlas migrate hash` writes for the one migration.
fn sum() -> String {
    use argocd_atlas_plugin::atlas_sum::{Migration, Sum};
    let text = BESIDE.iter().find(|(path, _)| *path == "migrations/1_users.sql").expect("it").1;
    Sum::of(&[Migration { name: "1_users.sql", bytes: text.as_bytes() }]).text()
}

/// The rows of the table in a section: field and example.
fn rows(section: &str) -> Vec<(&'static str, &'static str)> {
    let heading = format!("\n## {section}\n");
    let (_, rest) = PAGE.split_once(&heading).expect("the section is there");
    let section = rest.split("\n## ").next().unwrap_or(rest);
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let field = cells.first().copied().unwrap_or_default().trim_matches('`');
        (field, cells.last().copied().unwrap_or_default().trim_matches('`'))
    })
    .collect()
}

#[test]
fn the_tables_are_those_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/spec.md");
    let mut expected = PAGE.to_owned();
    for (section, table) in argocd_atlas_plugin::spec::page() {
        let heading = format!("\n## {section}\n");
        let start = expected.find(&heading).expect("the section is there");
        let rest = expected.get(start..).expect("it begins at a line");
        let first = start + rest.find("\n| field |").expect("it has a table") + 1;
        let rest = expected.get(first..).expect("it begins at a line");
        let end = first + rest.find("\n\n").expect("the table ends") + 1;
        expected.replace_range(first..end, &table);
    }
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        std::fs::write(path, &expected).expect("the page can be written");
        return;
    }
    assert!(PAGE == expected, "docs/spec.md is stale: BLESS=1 cargo test --test fast spec_page::");
}

/// What stands under `spec` in the example of a row, with what the kind needs besides.
fn whole(kind: &str, example: &str) -> String {
    let has = |names: &[&str]| {
        names.iter().any(|name| {
            example.starts_with(&format!("{name}:")) || example.contains(&format!(", {name}:"))
        })
    };
    let needs: &[(&[&str], &str)] = match kind {
        "Database" => &[(&["engine"], "engine: mysql")],
        "Schema" => &[
            (&["database", "url", "urlFrom"], "database: shop-db"),
            (
                &["sql", "files", "hcl", "migrations", "registry"],
                "sql: create table users (id int);",
            ),
        ],
        _ => &[(&["image"], "image: example")],
    };
    let missing = needs.iter().filter(|(names, _)| !has(names)).map(|(_, text)| *text);
    std::iter::once(example).chain(missing).collect::<Vec<_>>().join(", ")
}

fn document(kind: &str, spec: &str) -> String {
    format!(
        "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: {kind}\nmetadata: {{name: example}}\n\
         spec: {{{spec}}}\n"
    )
}

/// The rows that a kind has: its own, and those of all kinds.
fn all_rows(kind: &str) -> Vec<(&'static str, &'static str)> {
    let shared = rows("What all kinds have");
    // An empty patch on what only one kind makes.
    let shared = shared.into_iter().filter(|(field, _)| *field != "patches");
    rows(kind).into_iter().chain(shared).collect()
}

#[test]
fn every_example_of_a_field_compiles() {
    for kind in ["Database", "Schema", "App"] {
        for (field, example) in all_rows(kind) {
            let first = field.split('.').next().unwrap_or(field);
            let is_in_it = example.starts_with(&format!("{first}:"))
                || example.contains(&format!(", {first}:"));
            assert!(is_in_it, "the example of `{field}` has it: {example}");
            let text = document(kind, &whole(kind, example));
            let errors = errors(&text, true);
            assert!(errors.is_empty(), "{kind}, `{field}`: {errors:#?}\n{text}");
        }
    }
}

/// Who uses a Database: some of its fields are printed there alone.
const USER: &str = "\
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: user}
spec: {database: example, sql: create table users (id int);}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: user}
spec: {image: example, env: {URL: '${user.url}'}}
";

/// What is printed for a project of one spec of which one field is set otherwise; nothing where that is
/// an error. `null` takes the field out.
fn printed(kind: &str, spec: &str, edit: Option<(&str, &str)>) -> Option<String> {
    let mut sources = Sources::default();
    let root = sources.add_virtual(".", "");
    sources.add("app.yaml", document(kind, spec));
    if kind == "Database" {
        sources.add("user.yaml", USER);
    }
    for (path, text) in BESIDE {
        sources.add(path, if text == "@sum" { sum() } else { text.to_owned() });
    }
    let set = edit.map(|(path, value)| {
        let edits = json!({ format!("{kind}/example:spec.{path}"): value });
        json!([{ "name": "set", "map": edits }]).to_string()
    });
    let variables = [("ARGOCD_APP_NAMESPACE".into(), "shop".into())];
    let set = set.map(|set| ("ARGOCD_APP_PARAMETERS".into(), set.into()));
    let environment = environment::from_variables(variables.into_iter().chain(set));
    let mut diagnostics = Diagnostics::default();
    let found = compile(&mut sources, root, &environment, |_, _, _| {}, &mut diagnostics);
    let is_wrong = diagnostics.sorted().iter().any(|found| found.severity() == Severity::Error);
    let mut bytes = Vec::new();
    emit::manifests(&found.plan, &found.project, &sources, &mut bytes).expect("memory is there");
    (!is_wrong).then(|| String::from_utf8(bytes).expect("YAML is UTF-8"))
}

/// Another value of what has to be there.
const OTHERWISE: [(&str, &str); 19] = [
    ("sqlServer", "{acceptEula: true, edition: Standard}"),
    ("sqlServer.edition", "Standard"),
    ("credentials.app.secret", "other"),
    ("disruptionBudget.maxUnavailable", "50%"),
    ("disruptionBudget.minAvailable", "1"),
    ("engine", "mariadb"),
    ("storage.size", "20Gi"),
    ("external", "{host: other.example.com}"),
    ("external.host", "other.example.com"),
    ("cloudNativePG.storage", "20Gi"),
    ("credentials.user", "other"),
    ("vars.0.key", "other"),
    ("vars.0.value", "other"),
    ("image", "other"),
    ("autoscaling.max", "11"),
    ("ports.0.port", "81"),
    ("job.run", "once"),
    ("ingress.host", "other.example.com"),
    ("httpRoute.parentRefs", "[{name: other}]"),
];

/// Without these the project would be no other, but none: which of them is there decides what the whole
/// Schema becomes (`testdata/schema` has a case for each), and `config` goes with `envName`.
const DECIDES: [&str; 16] = [
    "sqlServer.acceptEula",
    "database",
    "url",
    "urlFrom",
    "sql",
    "files",
    "hcl",
    "migrations",
    "registry",
    "devUrl",
    "envName",
    "vars.0.valueFrom",
    "httpRoute",
    "cloud",
    "cloud.tokenFrom",
    "migrateDown.autoApprove",
];

/// A field that is read and never printed: nothing else would notice.
#[test]
fn every_field_changes_what_is_printed() {
    for kind in ["Database", "Schema", "App"] {
        // What all kinds have is looked at where a project waits for something.
        let rows = if kind == "App" { all_rows(kind) } else { rows(kind) };
        for (field, example) in rows {
            let spec = whole(kind, example);
            let path = field.replace("ports.", "ports.0.").replace("vars.", "vars.0.");
            let with = printed(kind, &spec, None).expect("every example compiles");
            let without = printed(kind, &spec, Some((&path, "null")));
            let otherwise = OTHERWISE.iter().find(|(name, _)| *name == path);
            if field == "requires" {
                // A question, not a part of what is printed: `testdata/errors/contract-broken` has an answer.
                continue;
            }
            let other = match (without, otherwise) {
                (Some(without), _) => without,
                (None, Some((_, value))) => printed(kind, &spec, Some((&path, value)))
                    .unwrap_or_else(|| panic!("{kind}: `{path}` cannot be {value}")),
                (None, None) => {
                    assert!(DECIDES.contains(&path.as_str()), "{kind}: `{path}` has to be there");
                    continue;
                }
            };
            assert!(with != other, "{kind}: `{field}` is printed nowhere");
        }
    }
}

#[test]
fn every_block_compiles() {
    let blocks = PAGE.split("\n```yaml\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("\n```").next().unwrap_or(rest));
    let mut n_blocks = 0;
    for block in blocks {
        let is_whole = block.contains("name: shop-db\n") && block.contains("kind: Database\n");
        let errors = errors(&format!("{block}\n"), !is_whole);
        assert!(errors.is_empty(), "{errors:#?}\n{block}");
        n_blocks += 1;
    }
    assert!(n_blocks >= 5, "{n_blocks}");
}

/// What is inferred stands between these lines, written by `BLESS=1 cargo test --test fast spec_page::`.
const INFERRED: (&str, &str) = ("<!-- inferred: begin -->\n\n", "<!-- inferred: end -->\n");

#[test]
fn the_table_of_inferred_dependencies_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/spec.md");
    let (before, rest) = PAGE.split_once(INFERRED.0).expect("the page has the first line");
    let (_, after) = rest.split_once(INFERRED.1).expect("the page has the last line");
    let table = argocd_atlas_plugin::link::page();
    let expected = [before, INFERRED.0, &table, "\n", INFERRED.1, after];
    let expected = expected.concat();
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        std::fs::write(path, &expected).expect("the page can be written");
        return;
    }
    assert!(PAGE == expected, "docs/spec.md is stale: BLESS=1 cargo test --test fast spec_page::");
}
