//! `docs/spec.md` knows the fields that the parser knows, and all its examples compile.

#![expect(clippy::expect_used, reason = "a test stops at what it did not expect")]
#![expect(clippy::disallowed_methods, reason = "the page is written when it is blessed")]

use std::collections::BTreeSet;

use argocd_atlas_plugin::diag::{Diagnostics, Severity};
use argocd_atlas_plugin::environment::{self, Environment};
use argocd_atlas_plugin::pipeline::compile;
use argocd_atlas_plugin::source::Sources;
use argocd_atlas_plugin::view;
use serde_json::Value;

const PAGE: &str = include_str!("../../docs/spec.md");

/// Fields that the page names and this version does not have.
const NOT_YET: [&str; 0] = [];

/// Fields whose own fields are in the tables; those of all others are as in Kubernetes, or the
/// operator's.
const TAKEN_APART: [&str; 16] = [
    "storage",
    "credentials",
    "external",
    "cloudNativePG",
    "migrateDown",
    "cloud",
    "vars",
    "policy",
    "policy.concurrentIndex",
    "autoscaling",
    "ports",
    "disruptionBudget",
    "job",
    "ingress",
    "httpRoute",
    "",
];

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

/// The fields of a kind, with dots between a field and its own fields.
fn fields(kind: &str) -> BTreeSet<String> {
    let schema: Value = serde_json::from_str(&view::json_schema::text()).expect("it is JSON");
    let mut found = BTreeSet::new();
    let spec = spec_of(&schema, kind).expect("the schema has the kind");
    collect("", spec, &mut found);
    found
}

/// The part of the schema that is a kind's `spec`.
fn spec_of<'a>(schema: &'a Value, kind: &str) -> Option<&'a Value> {
    let mut stack = vec![schema];
    while let Some(value) = stack.pop() {
        let properties = value.get("properties");
        let named = properties.and_then(|it| it.get("kind")).map(|it| {
            it.get("const").and_then(Value::as_str) == Some(kind)
                || it.get("enum").and_then(|it| it.get(0)).and_then(Value::as_str) == Some(kind)
        });
        if named == Some(true) && properties.and_then(|it| it.get("spec")).is_some() {
            return properties.and_then(|it| it.get("spec"));
        }
        match value {
            Value::Object(map) => stack.extend(map.values()),
            Value::Array(items) => stack.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    None
}

fn collect(path: &str, schema: &Value, found: &mut BTreeSet<String>) {
    for part in ["anyOf", "oneOf"] {
        for way in schema.get(part).and_then(Value::as_array).into_iter().flatten() {
            collect(path, way, found);
        }
    }
    if let Some(items) = schema.get("items") {
        collect(path, items, found);
    }
    for (name, property) in
        schema.get("properties").and_then(Value::as_object).into_iter().flatten()
    {
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        if TAKEN_APART.contains(&path) {
            found.insert(below.clone());
            collect(&below, property, found);
        }
    }
}

#[test]
fn the_tables_have_the_fields_of_the_parser() {
    let shared: BTreeSet<String> =
        rows("What all kinds have").iter().map(|(field, _)| (*field).to_owned()).collect();
    for kind in ["Database", "Schema", "App"] {
        let mut page: BTreeSet<String> =
            rows(kind).iter().map(|(field, _)| (*field).to_owned()).collect();
        page.extend(shared.iter().cloned());
        let known: BTreeSet<String> =
            fields(kind).into_iter().filter(|field| !field.starts_with("patches.")).collect();
        let not_yet = |field: &&String| NOT_YET.contains(&field.as_str());
        let missing: Vec<&String> = known.difference(&page).collect();
        let unknown: Vec<&String> = page.difference(&known).filter(|it| !not_yet(it)).collect();
        assert!(missing.is_empty(), "{kind}: docs/spec.md lacks {missing:?}");
        assert!(unknown.is_empty(), "{kind}: docs/spec.md has {unknown:?}");
    }
}

#[test]
fn every_example_of_a_field_compiles() {
    let has = |example: &str, names: &[&str]| {
        names.iter().any(|name| {
            example.starts_with(&format!("{name}:")) || example.contains(&format!(", {name}:"))
        })
    };
    for (kind, shared) in [("Database", true), ("Schema", true), ("App", true)] {
        let own = rows(kind).into_iter();
        let both = rows("What all kinds have").into_iter().filter(|_| shared);
        for (field, example) in own.chain(both) {
            if example.starts_with("see ") || NOT_YET.contains(&field) {
                continue;
            }
            let first = field.split('.').next().unwrap_or(field);
            assert!(has(example, &[first]), "the example of `{field}` has it: {example}");
            let mut spec = example.to_owned();
            let add = |spec: &mut String, names: &[&str], text: &str| {
                if !has(example, names) {
                    *spec = format!("{spec}, {text}");
                }
            };
            match kind {
                "Database" => add(&mut spec, &["engine"], "engine: mysql"),
                "Schema" => {
                    add(&mut spec, &["database", "url", "urlFrom"], "database: shop-db");
                    let desired = ["sql", "files", "hcl", "migrations", "registry"];
                    add(&mut spec, &desired, "sql: create table users (id int);");
                }
                _ => add(&mut spec, &["image"], "image: example"),
            }
            let text = format!(
                "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: {kind}\nmetadata: {{name: example}}\n\
                 spec: {{{spec}}}\n"
            );
            let errors = errors(&text, true);
            assert!(errors.is_empty(), "{kind}, `{field}`: {errors:#?}\n{text}");
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
