//! What is said to be left out by Atlas, against the probes that `tests/cluster/atlas/left_out_test.go`
//! runs through Atlas's own engine.

#![expect(clippy::disallowed_methods, reason = "the probes are read from the disk")]
#![expect(clippy::expect_used, reason = "a test stops at what it did not expect")]

use std::fs;
use std::path::Path;

use argocd_atlas_plugin::diag::{Code, Diagnostics};
use argocd_atlas_plugin::left_out::TABLE;
use argocd_atlas_plugin::source::{Excerpt, Sources};
use sql::definition::Effect;
use sql::dialect::Dialect;
use sql::parse::scripts;

use crate::common::compile_text;

/// One probe: its name, what is said, whether Atlas fails, and its SQL.
struct Probe {
    name: String,
    says: Vec<String>,
    fails: bool,
    sql: String,
}

fn probes(engine: &str) -> Vec<Probe> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql_fixtures/left_out");
    let text = fs::read_to_string(path.join(format!("{engine}.sql"))).expect("the probes");
    let parts = text.split("-- probe: ").skip(1);
    let probe = |part: &str| {
        let (name, sql) = part.split_once('\n').expect("a name");
        let says =
            sql.lines().find_map(|line| line.strip_prefix("-- says:")).expect("what is said");
        let says = says.split(',').map(|one| one.trim().to_owned());
        Probe {
            name: name.to_owned(),
            says: says.filter(|one| !one.is_empty()).collect(),
            fails: sql.contains("\n-- fails: ") || sql.starts_with("-- fails: "),
            sql: sql.to_owned(),
        }
    };
    parts.map(probe).collect()
}

/// What is left out, as the probes write it.
fn said(dialect: Dialect, sql: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let file = sources.add("schema.sql", sql);
    let mut diagnostics = Diagnostics::default();
    let scripts = scripts(&[Excerpt::of_file(file, sql)], dialect, &mut diagnostics);
    let text = |effect: &Effect| {
        let name = effect.name.as_ref().map(|name| format!(" {}", name.name.text));
        format!("{:?}{}", effect.class, name.unwrap_or_default())
    };
    let statements = scripts.iter().flat_map(|script| &script.statements);
    statements.flat_map(|statement| &statement.effects).map(text).collect()
}

#[test]
fn probes_are_told_as_atlas_takes_them() {
    for (engine, dialect) in [("postgres", Dialect::Postgres), ("mariadb", Dialect::MariaDb)] {
        let probes = probes(engine);
        assert!(probes.len() > 5);
        for probe in probes {
            let sql = probe.sql.replace('\n', "\n    ");
            let spec = format!(
                "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: Schema\nmetadata:\n  name: shop\nspec:\n  url: {engine}://db.example.com/shop\n  sql: |\n    {sql}"
            );
            let run = compile_text(&spec);
            let found: Vec<_> = run
                .diagnostics
                .sorted()
                .into_iter()
                .filter(|found| found.code == Code::AtlasLeavesOut)
                .collect();
            let is_need = |text: &str| text.ends_with("needs it here");
            let places = |needs: bool| {
                let labels = found.iter().flat_map(|found| &found.labels);
                labels.filter(|label| is_need(&label.text) == needs).count()
            };
            let count = found.len() + places(false);
            let name = &probe.name;
            assert_eq!(count, probe.says.len(), "{name}: {found:?}");
            assert_eq!(places(true) > 0, probe.fails, "{name}: {found:?}");
            let said = said(dialect, &probe.sql);
            for one in &probe.says {
                assert!(said.contains(one), "{name}: {one} is not in {said:?}");
            }
        }
    }
}

#[test]
fn every_row_has_a_probe_or_none_can_be() {
    let probed: Vec<String> = ["postgres", "mariadb"]
        .into_iter()
        .flat_map(probes)
        .flat_map(|probe| probe.says)
        .map(|one| one.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    let without: Vec<String> = TABLE
        .iter()
        .map(|row| format!("{:?}", row.class))
        .filter(|class| !probed.contains(class))
        .collect();
    assert_eq!(
        without,
        [
            "Package",
            "VirtualTable",
            "Subscription",
            "Language",
            "AccessMethod",
            "Tablespace",
            "Synonym"
        ]
    );
}
