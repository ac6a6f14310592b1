//! What makes the operator hold a database against its schema again (docs/health.md, "Checked again").

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use argocd_atlas_plugin::atlas_sum::{Migration, Sum};
use argocd_atlas_plugin::value::Value;

use crate::common::compile_text;

/// The database, what is said beside it, and the schema.
fn project(database: &str, schema: &str) -> String {
    format!(
        "apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {{name: shop-db}}
spec:
  engine: postgres
{database}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {{name: shop}}
spec:
  database: shop-db
{schema}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {{name: shop-api}}
spec: {{image: \"shop:1\", env: {{PGHOST: \"${{shop.host}}\"}}}}
"
    )
}

/// The spec of the operator's resource, whose change is a new generation.
fn spec(text: &str) -> Value {
    let compiled = compile_text(text);
    assert!(!compiled.diagnostics.has_errors(), "{}", compiled.report());
    let mut documents = compiled.documents().into_iter();
    let is_atlas = |document: &Value| {
        let kind = document.at(&["kind"]).and_then(Value::as_str).unwrap();
        kind.starts_with("Atlas")
    };
    documents.find(is_atlas).unwrap().at(&["spec"]).unwrap().clone()
}

const SQL: &str = "  sql: create table users (id int primary key);";
const OWN_DEV: &str = "  sql: create table users (id int primary key);
  devUrlFrom: {secretKeyRef: {name: dev, key: url}}";

#[test]
fn another_server_is_another_spec() {
    const PATCH: &str = "  patches:
  - target: {kind: Deployment}
    patch: {spec: {template: {metadata: {annotations: {restarted: now}}}}}";
    let servers = [
        "",
        "  version: \"16\"",
        "  image: registry.example.com/postgres:17",
        "  args: [-c, max_connections=50]",
        "  configFiles: {/etc/postgres.conf: {text: \"a = 1\"}}",
        "  configFiles: {/etc/postgres.conf: {text: \"a = 2\"}}",
        "  resources: {limits: {memory: 1Gi}}",
        "  database: other",
        "  credentials: {secret: other}",
        "  storage: 1Gi",
        "  storage: 2Gi",
        "  storage: {size: 1Gi, className: fast}",
        "  cloudNativePG: {instances: 1, storage: 1Gi}",
        "  cloudNativePG: {instances: 1, storage: 2Gi}",
        PATCH,
    ];
    for schema in [SQL, OWN_DEV] {
        let specs: Vec<Value> =
            servers.iter().map(|server| spec(&project(server, schema))).collect();
        for (number, one) in specs.iter().enumerate() {
            for (other, two) in specs.iter().enumerate().skip(number + 1) {
                assert_ne!(one, two, "{} and {}", servers[number], servers[other]);
            }
        }
    }
}

#[test]
fn what_does_not_run_the_database_changes_nothing() {
    let text = project("", SQL);
    let other = text.replace("shop:1", "shop:2").replace("name: shop-api", "name: shop-web");
    assert_eq!(spec(&text), spec(&other));
}

#[test]
fn a_plain_server_counts_as_well() {
    let text = |image: &str| {
        format!(
            "apiVersion: apps/v1
kind: Deployment
metadata: {{name: pg, labels: {{app: pg}}}}
spec:
  selector: {{matchLabels: {{app: pg}}}}
  template:
    metadata: {{labels: {{app: pg}}}}
    spec: {{containers: [{{name: pg, image: \"{image}\", ports: [{{containerPort: 5432}}]}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: pg}}
spec: {{selector: {{app: pg}}, ports: [{{port: 5432}}]}}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {{name: shop}}
spec:
  url: postgres://u@pg.shop:5432/shop?search_path=public
{SQL}
"
        )
    };
    assert_ne!(spec(&text("postgres:16")), spec(&text("postgres:17")));
    assert_eq!(spec(&text("postgres:16")), spec(&text("postgres:16")));
}

#[test]
fn migrations_of_a_database_that_keeps_nothing_are_made_anew() {
    let files = |database: &str| {
        let name = "20260101000000_users.sql";
        let sql = "create table users (id int primary key);\n";
        let sum = Sum::of(&[Migration { name, bytes: sql.as_bytes() }]).text();
        let schema = "  migrations: migrations";
        vec![
            ("app.yaml".to_owned(), project(database, schema)),
            (format!("migrations/{name}"), sql.to_owned()),
            ("migrations/atlas.sum".to_owned(), sum),
        ]
    };
    let compile = |database: &str| {
        crate::common::compile(&files(database), &crate::common::in_namespace("shop"))
    };
    let config_map = |database: &str| {
        let compiled = compile(database);
        assert!(!compiled.diagnostics.has_errors(), "{}", compiled.report());
        let is_map = |it: &Value| it.at(&["kind"]).and_then(Value::as_str) == Some("ConfigMap");
        let map = compiled.documents().into_iter().find(is_map)?;
        let options = ["metadata", "annotations", "argocd.argoproj.io/sync-options"];
        let options = map.at(&options).and_then(Value::as_str).unwrap().to_owned();
        let name = map.at(&["metadata", "name"]).and_then(Value::as_str).unwrap().to_owned();
        Some((name, options))
    };
    let (name, options) = config_map("").unwrap();
    assert_eq!(options, "Force=true,Replace=true,PruneLast=true");
    assert_ne!(name, config_map("  version: \"16\"").unwrap().0);
    assert_eq!(config_map("  storage: 1Gi"), None);
}
