//! `docs/limits.md` and the constants say the same, and every bound is shown by a case or a test.
#![expect(clippy::disallowed_methods, reason = "a test reads the page")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use argocd_atlas_plugin::diag::render::{self, Style};
use argocd_atlas_plugin::diag::{self, Diagnostics, Severity};
use argocd_atlas_plugin::environment;
use argocd_atlas_plugin::parse::{self, yaml};
use argocd_atlas_plugin::pipeline;
use argocd_atlas_plugin::resolve::files;
use argocd_atlas_plugin::source::Sources;
use argocd_atlas_plugin::{link, lower, read};

/// What a project of one file reports, with these parameters.
fn report(text: &str, parameters: &str) -> String {
    let mut sources = Sources::default();
    let root = sources.add_virtual("input", "");
    sources.add("a.yaml", text);
    let variables = [("ARGOCD_APP_PARAMETERS".into(), parameters.into())];
    let environment = environment::from_variables(variables.into_iter());
    let mut diagnostics = Diagnostics::default();
    pipeline::compile(&mut sources, root, &environment, |_, _, _| {}, &mut diagnostics);
    let mut out = Vec::new();
    render::text(&diagnostics, Severity::Note, &sources, Style::Plain, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn app(name: &str, fields: &str) -> String {
    format!(
        "---\napiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {{name: {name}}}\nspec: {{image: i{fields}}}\n"
    )
}

#[test]
fn a_report_is_bounded() {
    let many: String = (0..1_500).map(|n| app(&format!("a{n}"), ", x: y")).collect();
    let report = report(&many, "");
    let printed = report.lines().filter(|line| line.contains(": error[")).count();
    assert_eq!(printed, render::MAX_PRINTED);
    let end = format!("{} errors; {} of them not shown\n500 more were left out\n", diag::KEPT, 500);
    assert!(report.ends_with(&end), "{}", report.lines().last().unwrap());
}

#[test]
fn a_message_is_bounded() {
    let report = report(&app("a", &format!(", dependsOn: [{}]", "x".repeat(5_000))), "");
    let first = report.lines().next().unwrap();
    let message = first.split_once("]: ").unwrap().1;
    assert_eq!(message.chars().count(), diag::TEXT + 1, "{message}");
    assert!(message.ends_with('…'));
}

#[test]
fn problems_in_yaml_are_bounded() {
    let report = report(&"--- [\n".repeat(2 * yaml::Budget::PROBLEMS), "");
    assert!(report.contains(&format!("more than {} ", yaml::Budget::PROBLEMS)), "{report}");
}

#[test]
fn parameters_are_bounded() {
    let parameters = |n: usize| {
        let value = "x".repeat(n);
        format!("[{{\"name\": \"set\", \"map\": {{\"App/a:env.A\": \"{value}\"}}}}]")
    };
    let overhead = parameters(0).len();
    assert_eq!(report(&app("a", ""), &parameters(1024)), "");
    let just = report(&app("a", ""), &parameters(parse::MAX_PARAMETERS_LEN - overhead));
    assert!(!just.contains("the parameters have more"), "{just}");
    let expected = format!("the parameters have more than {} bytes", parse::MAX_PARAMETERS_LEN);
    for more in [1, 100 * parse::MAX_PARAMETERS_LEN] {
        let report =
            report(&app("a", ""), &parameters(parse::MAX_PARAMETERS_LEN - overhead + more));
        assert!(report.contains(&expected), "{}", report.get(..500).unwrap_or(&report));
        assert!(report.len() < 10_000, "{} bytes of report", report.len());
    }
}

#[test]
fn the_page_has_the_numbers_of_the_code() {
    let constants = [
        ("read::FILE_SIZE", read::FILE_SIZE),
        ("read::TOTAL_SIZE", read::TOTAL_SIZE),
        ("read::ENTRIES", read::ENTRIES as u64),
        ("read::PATHS", read::PATHS as u64),
        ("read::DEPTH", read::DEPTH as u64),
        ("yaml::Budget::NODES", yaml::Budget::NODES as u64),
        ("yaml::Budget::BYTES", yaml::Budget::BYTES as u64),
        ("yaml::Budget::COPIED_NODES", yaml::Budget::COPIED_NODES as u64),
        ("yaml::Budget::COPIED_BYTES", yaml::Budget::COPIED_BYTES as u64),
        ("yaml::Budget::DOCUMENTS", yaml::Budget::DOCUMENTS as u64),
        ("yaml::Budget::DEPTH", yaml::Budget::DEPTH as u64),
        ("yaml::Budget::PROBLEMS", yaml::Budget::PROBLEMS as u64),
        ("parse::MAX_PARAMETERS_LEN", parse::MAX_PARAMETERS_LEN as u64),
        ("parse::MERGE_STEPS", parse::MERGE_STEPS as u64),
        ("files::TAKEN", files::TAKEN),
        ("files::STEPS", files::STEPS as u64),
        ("files::WILDCARDS", files::WILDCARDS as u64),
        ("files::ALTERNATIVES", files::ALTERNATIVES as u64),
        ("sql::Budget::SCHEMA", sql::parse::Budget::SCHEMA as u64),
        ("sql::Budget::BYTES", sql::parse::Budget::BYTES as u64),
        ("sql::Budget::STATEMENTS", sql::parse::Budget::STATEMENTS as u64),
        ("sql::Budget::SCHEMA_WORDS", sql::parse::Budget::SCHEMA_WORDS as u64),
        ("sql::Budget::WORDS", sql::parse::Budget::WORDS as u64),
        ("sql::Budget::DELIMITER", sql::parse::Budget::DELIMITER as u64),
        ("link::INFERRED", link::INFERRED as u64),
        ("link::STEPS", link::STEPS as u64),
        ("lower::SIZE", lower::SIZE as u64),
        ("lower::PATCH_STEPS", lower::PATCH_STEPS as u64),
        ("diag::KEPT", diag::KEPT as u64),
        ("diag::TEXT", diag::TEXT as u64),
        ("render::MAX_PRINTED", render::MAX_PRINTED as u64),
    ];
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/limits.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let numbers: Vec<(&str, u64)> =
        rows.iter().map(|row| (row[0].trim_matches('`'), row[1].parse().unwrap())).collect();
    assert_eq!(numbers, constants, "docs/limits.md and the code");
    for row in rows {
        let case = row[3].trim_matches('`');
        if case == "tests/fast/limits.rs" {
            continue;
        }
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/limits");
        let report = std::fs::read_to_string(format!("{folder}/{case}/manifests.stderr.txt"));
        let report = report.unwrap_or_else(|error| panic!("{case}: {error}"));
        let mut words = report.split(|c: char| !c.is_ascii_digit());
        assert!(words.any(|word| word == row[1]), "{case} does not show {}", row[1]);
    }
}
