//! Random whole projects: specs whose fields are those of the examples in `docs/spec.md`, so that a
//! new field takes part by itself, with references, plain manifests, an environment and parameters.
//! `PROJECTS=20000 cargo test --profile optimized --test fast projects::` tries more of them.
#![expect(clippy::disallowed_methods, reason = "a variable asks for more projects")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;

use crate::common::{File, compile, in_namespace, invariants, n_cases, pictures, targets};
use argocd_atlas_plugin::atlas_sum::{Migration, Sum};
use argocd_atlas_plugin::environment::{self, Environment};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

const PAGE: &str = include_str!("../../docs/spec.md");

/// Whole manifests that something in a project may go with.
const PLAIN: [&str; 9] = [
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: \"on\", b: \"012\"}}",
    "{apiVersion: v1, kind: Secret, metadata: {name: shop-db-credentials}, stringData: {username: u, password: p}}",
    "{apiVersion: v1, kind: Service, metadata: {name: legacy}, spec: {selector: {app: legacy}, ports: [{port: 80}]}}",
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: legacy}, spec: {template: {metadata: {labels: {app: legacy}}, spec: {containers: [{name: a, image: nginx, env: [{name: DB, value: shop-db}]}]}}}}",
    "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: mysql, annotations: {argocd.argoproj.io/sync-wave: \"-2\"}}, spec: {serviceName: mysql, template: {metadata: {labels: {app: mysql}}, spec: {containers: [{name: a, image: \"mysql:8\"}]}}}}",
    "{apiVersion: batch/v1, kind: Job, metadata: {generateName: seed-, annotations: {argocd.argoproj.io/hook: PostSync}}, spec: {template: {spec: {containers: [{name: a, image: seed}]}}}}",
    "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}",
    "{apiVersion: db.atlasgo.io/v1alpha1, kind: AtlasSchema, metadata: {name: plain}, spec: {url: \"mysql://mysql:3306/a\", schema: {sql: \"create table a (id int);\"}}}",
    "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: listed}}]}",
];

/// A spec before it is written.
#[derive(Clone, Debug)]
struct Spec {
    kind: &'static str,
    name: String,
    fields: Map<String, Value>,
}

/// A project before it is written.
#[derive(Clone, Debug)]
struct Random {
    specs: Vec<Spec>,
    plain: Vec<&'static str>,
    /// What the environment `prod` says of one of the specs.
    overlay: Option<(Index, Map<String, Value>)>,
    in_prod: bool,
}

/// The examples in a kind's table, each a few fields that go together.
fn examples(kind: &str) -> Vec<Map<String, Value>> {
    let (_, rest) = PAGE.split_once(&format!("\n## {kind}\n")).unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let example = |row: &str| row.trim_matches('|').rsplit(" | ").next().unwrap().trim().to_owned();
    let parsed = |text: String| {
        let braced = format!("{{{}}}", text.trim_matches('`'));
        serde_saphyr::from_str(&braced).or_else(|_| serde_saphyr::from_str(text.trim_matches('`')))
    };
    rows.map(|row| parsed(example(row)).unwrap()).collect()
}

fn spec(kind: &'static str, names: &[&'static str], base: Value) -> impl Strategy<Value = Spec> {
    let needs = ["shop-db", "shop", "web", "Database/db-2", "App/worker", "ConfigMap/settings"];
    let more = prop_oneof![
        12 => Just(json!({})),
        3 => subsequence(needs.to_vec(), 0..3).prop_map(|needs| json!({"dependsOn": needs})),
        1 => (-2..6i64).prop_map(|wave| json!({"wave": wave})),
        1 => Just(json!({"patches": [{"target": {"kind": "Deployment"}, "patch": {"metadata": {"labels": {"a": "b"}}}}]})),
        1 => Just(json!({"env": {"A": "${shop.url}", "B": "$$x ${web.host}"}})),
    ];
    let chosen = prop::collection::vec(select(examples(kind)), 0..3);
    (select(names.to_vec()), chosen, more).prop_map(move |(name, chosen, more)| {
        let mut fields = base.as_object().unwrap().clone();
        chosen.into_iter().for_each(|example| fields.extend(example));
        fields.extend(more.as_object().unwrap().clone());
        Spec { kind, name: name.to_owned(), fields }
    })
}

fn any_spec() -> impl Strategy<Value = Spec> {
    prop_oneof![
        spec("Database", &["db-2", "db-3"], json!({"engine": "postgres"})),
        spec(
            "Schema",
            &["audit", "stats"],
            json!({"database": "shop-db", "sql": "create table t (id int);"})
        ),
        spec("App", &["web", "worker", "api"], json!({"image": "web:1"})),
    ]
}

fn project() -> impl Strategy<Value = Random> {
    let specs = prop::collection::vec(any_spec(), 0..5);
    let overlay = prop::option::of((any::<Index>(), select(examples("App"))));
    let plain = subsequence(PLAIN.to_vec(), 0..4);
    (specs, plain, overlay, any::<bool>()).prop_map(|(specs, plain, overlay, in_prod)| {
        // What the examples of the page refer to, and of two specs with one name the first.
        let database = json!({"engine": "mysql", "storage": "1Gi"});
        let schema = json!({"database": "shop-db", "files": ["schema/*.sql"]});
        let first = [("Database", "shop-db", database), ("Schema", "shop", schema)];
        let first = first.into_iter().map(|(kind, name, fields)| Spec {
            kind,
            name: name.to_owned(),
            fields: fields.as_object().unwrap().clone(),
        });
        let mut known = BTreeMap::new();
        let mut is_new = |spec: &Spec| known.insert(spec.name.clone(), ()).is_none();
        let specs = first.chain(specs).filter(|spec| is_new(spec)).collect();
        Random { specs, plain, overlay, in_prod }
    })
}

fn document(spec: &Spec, fields: &Map<String, Value>) -> String {
    let version = "argocd-atlas-plugin/v1alpha1";
    let Spec { kind, name, .. } = spec;
    let spec =
        json!({"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": fields});
    format!("---\n{spec}\n")
}

impl Random {
    fn documents(&self) -> Vec<String> {
        let plain = self.plain.iter().map(|text| format!("---\n{text}\n"));
        self.specs.iter().map(|spec| document(spec, &spec.fields)).chain(plain).collect()
    }

    /// The files beside the documents.
    fn beside(&self) -> Vec<File> {
        let (mut files, _) = targets::project(include_str!("../common/beside.txt"));
        let text = |wanted: &str| files.iter().find(|(path, _)| path == wanted).unwrap().1.clone();
        let users = text("migrations/1_users.sql");
        let sum = Sum::of(&[Migration { name: "1_users.sql", bytes: users.as_bytes() }]).text();
        files.push(("migrations/atlas.sum".to_owned(), sum));
        if let Some((which, fields)) = &self.overlay {
            let text = document(which.get(&self.specs), fields);
            files.push(("environments/prod/app.yaml".to_owned(), text));
        }
        files
    }

    /// All documents in one file.
    fn in_one_file(&self) -> Vec<File> {
        let mut files = self.beside();
        files.push(("app.yaml".to_owned(), self.documents().concat()));
        files
    }

    /// Each document in a file of its own, in another order.
    fn in_many_files(&self) -> Vec<File> {
        let mut files = self.beside();
        let documents = self.documents().into_iter().rev().enumerate();
        files.extend(documents.map(|(number, text)| (format!("f/{number}.yml"), text)));
        files
    }

    fn environment(&self) -> Environment {
        let namespace = ("ARGOCD_APP_NAMESPACE".into(), "shop".into());
        let prod = ("ENVIRONMENT".into(), "prod".into());
        let has_prod = self.in_prod && self.overlay.is_some();
        environment::from_variables(std::iter::once(namespace).chain(has_prod.then_some(prod)))
    }
}

/// How many projects a property is tried on: `PROJECTS=20000` asks for more of them.
fn n_projects() -> u32 {
    let wanted = std::env::var("PROJECTS").ok().and_then(|text| text.parse().ok());
    wanted.unwrap_or_else(|| n_cases(64))
}

/// Manifests without the comments that say where they come from.
fn without_places(manifests: &str) -> Vec<String> {
    let documents = manifests.split("---\n# ").skip(1);
    documents.map(|text| text.split_once('\n').unwrap().1.to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(n_projects()) })]

    #[test]
    fn projects_keep_the_invariants(random in project()) {
        let (files, environment) = (random.in_one_file(), random.environment());
        invariants(&files, &environment);
        pictures::check(&compile(&files, &environment));
    }

    #[test]
    fn where_a_document_stands_changes_nothing(random in project()) {
        let environment = random.environment();
        let one = compile(&random.in_one_file(), &environment);
        let many = compile(&random.in_many_files(), &environment);
        prop_assert_eq!(without_places(&one.manifests()), without_places(&many.manifests()));
        prop_assert_eq!(one.waves(), many.waves());
    }

    #[test]
    fn what_is_printed_is_a_project_with_the_same_waves(random in project()) {
        let first = compile(&random.in_one_file(), &random.environment());
        if first.diagnostics.has_errors() {
            return Ok(());
        }
        let manifests = first.manifests();
        let files = [("all.yaml".to_owned(), manifests.clone())];
        let second = compile(&files, &in_namespace("shop"));
        prop_assert!(!second.diagnostics.has_errors(), "{}\n{}", manifests, second.report());
        let (mut before, mut after) = (without_places(&manifests), without_places(&second.manifests()));
        before.sort();
        after.sort();
        prop_assert_eq!(before, after);
    }
}

/// Projects that are all refused would show little.
#[test]
fn many_of_the_projects_are_right() {
    let mut runner = TestRunner::deterministic();
    let right = (0..200).filter(|_| {
        let random = project().new_tree(&mut runner).unwrap().current();
        !compile(&random.in_one_file(), &random.environment()).diagnostics.has_errors()
    });
    let n_right = right.count();
    assert!((60..200).contains(&n_right), "{n_right} of 200 have no errors");
}
