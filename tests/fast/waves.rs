//! The waves of random projects against an oracle: the longest path, computed in another way than
//! the product does; and random projects through the shared invariants.
#![expect(clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::common::{Compiled, compile_text, in_namespace, n_cases};
use proptest::prelude::*;

/// What a node of a random project is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Database,
    External,
    Schema,
    App,
    Deployment,
    ConfigMap,
}

/// A random project: nodes, what each of them waits for, and pins.
#[derive(Clone, Debug)]
struct Random {
    kinds: Vec<Kind>,
    /// `(waits, for)`, by number.
    edges: Vec<(usize, usize)>,
    pins: Vec<Option<i64>>,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        1 => Just(Kind::Database),
        1 => Just(Kind::External),
        2 => Just(Kind::Schema),
        4 => Just(Kind::App),
        2 => Just(Kind::Deployment),
        1 => Just(Kind::ConfigMap),
    ]
}

/// Projects of a few nodes with edges in any direction: many of them have cycles.
fn any_project() -> impl Strategy<Value = Random> {
    prop::collection::vec(kind(), 1..12).prop_flat_map(|kinds| {
        let n = kinds.len();
        let edges = prop::collection::vec((0..n, 0..n), 0..n + 2);
        let pins =
            prop::collection::vec(prop_oneof![6 => Just(None), 1 => (-3..6i64).prop_map(Some)], n);
        (edges, pins).prop_map(move |(edges, pins)| Random { kinds: kinds.clone(), edges, pins })
    })
}

/// Projects without cycles: each node waits for earlier ones only.
fn acyclic_project() -> impl Strategy<Value = Random> {
    any_project().prop_map(|mut random| {
        random.edges.retain_mut(|(waits, first)| {
            if waits < first {
                std::mem::swap(waits, first);
            }
            waits != first
        });
        random
    })
}

fn label(kind: Kind, number: usize) -> String {
    let name = match kind {
        Kind::Database | Kind::External => "Database",
        Kind::Schema => "Schema",
        Kind::App => "App",
        Kind::Deployment => "Deployment",
        Kind::ConfigMap => "ConfigMap",
    };
    format!("{name}/n{number}")
}

impl Random {
    fn label(&self, number: usize) -> String {
        label(self.kinds[number], number)
    }

    /// Every dependency is written, so that the safe default adds none.
    fn text(&self) -> String {
        // Something that makes an object in any case.
        let mut text = String::from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: any}\n");
        for (number, kind) in self.kinds.iter().enumerate() {
            let needs = self.edges.iter().filter(|(waits, _)| *waits == number);
            let needs: Vec<String> = needs.map(|(_, first)| self.label(*first)).collect();
            let pin = self.pins[number];
            let spec = |kind: &str, fields: &str| {
                let pin = pin.map(|pin| format!("\n  wave: {pin}")).unwrap_or_default();
                let needs = needs.join(", ");
                format!(
                    "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: {kind}\nmetadata:\n  name: \
                     n{number}\nspec:\n  {fields}\n  dependsOn: [{needs}]{pin}\n"
                )
            };
            let plain = |version: &str, kind: &str| {
                let pin = pin.map(|pin| format!("\n    argocd.argoproj.io/sync-wave: \"{pin}\""));
                let (pin, needs) = (pin.unwrap_or_default(), needs.join(", "));
                format!(
                    "apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: n{number}\n  \
                     annotations:\n    argocd-atlas-plugin/depends-on: \"{needs}\"{pin}\n"
                )
            };
            let document = match kind {
                Kind::Database => spec("Database", "engine: postgres"),
                Kind::External => spec("Database", "engine: mysql\n  external: {host: db}"),
                Kind::Schema => {
                    spec("Schema", "url: mysql://db/x\n  sql: create table t (id int);")
                }
                Kind::App => spec("App", "image: web"),
                Kind::Deployment => plain("apps/v1", "Deployment"),
                Kind::ConfigMap => plain("v1", "ConfigMap"),
            };
            let _ = write!(text, "---\n{document}");
        }
        text
    }

    /// Whether the edge needs a wave between: rule 3 of the waves, said again.
    fn is_blocking(&self, waits: usize, first: usize) -> bool {
        match (self.kinds[first], self.kinds[waits]) {
            // Nothing is run, so there is nothing to wait for.
            (Kind::External, _) => false,
            // It is there as soon as it is applied, and applied before what runs pods.
            (Kind::ConfigMap, Kind::ConfigMap) => true,
            (Kind::ConfigMap, _) => false,
            (Kind::Database | Kind::Schema | Kind::App | Kind::Deployment, _) => true,
        }
    }

    /// Whether some node waits for itself, by closing the relation.
    fn has_cycle(&self) -> bool {
        let n = self.kinds.len();
        let mut reaches = vec![vec![false; n]; n];
        self.edges.iter().for_each(|&(waits, first)| reaches[waits][first] = true);
        for middle in 0..n {
            for from in 0..n {
                for to in 0..n {
                    reaches[from][to] |= reaches[from][middle] && reaches[middle][to];
                }
            }
        }
        (0..n).any(|node| reaches[node][node])
    }

    /// The waves without pins: relaxed until nothing changes (Bellman and Ford).
    fn longest_paths(&self) -> Vec<i64> {
        let mut waves = vec![0; self.kinds.len()];
        for _ in 0..self.kinds.len() {
            for &(waits, first) in &self.edges {
                let least = waves[first] + i64::from(self.is_blocking(waits, first));
                waves[waits] = waves[waits].max(least);
            }
        }
        waves
    }

    /// The wave that every node needs at the least for the sake of pins before it.
    fn pinned_paths(&self) -> Vec<i64> {
        let mut waves: Vec<i64> = self.pins.iter().map(|pin| pin.unwrap_or(i64::MIN / 2)).collect();
        for _ in 0..self.kinds.len() {
            for &(waits, first) in &self.edges {
                let least = waves[first] + i64::from(self.is_blocking(waits, first));
                waves[waits] = waves[waits].max(least);
            }
        }
        waves
    }
}

fn waves(compiled: &Compiled) -> BTreeMap<String, i64> {
    compiled.waves()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(n_cases(256)) })]

    #[test]
    fn a_wave_is_the_longest_path(mut random in acyclic_project()) {
        random.pins.iter_mut().for_each(|pin| *pin = None);
        let compiled = compile_text(&random.text());
        prop_assert!(!compiled.diagnostics.has_errors(), "{}", compiled.report());
        let waves = waves(&compiled);
        for (number, expected) in random.longest_paths().into_iter().enumerate() {
            prop_assert_eq!(waves[&random.label(number)], expected, "{}", random.label(number));
        }
    }

    #[test]
    fn cycles_are_always_found_with_a_path_that_exists(random in any_project()) {
        let compiled = compile_text(&random.text());
        let cycles: Vec<String> = compiled
            .headlines()
            .into_iter()
            .filter_map(|line| Some(line.split_once("error[dependency-cycle]: dependency cycle: ")?.1.to_owned()))
            .collect();
        prop_assert_eq!(!cycles.is_empty(), random.has_cycle());
        for cycle in cycles {
            let names: Vec<&str> = cycle.split(" -> ").collect();
            prop_assert_eq!(names.first(), names.last());
            for (waits, first) in names.iter().zip(names.iter().skip(1)) {
                let is_written = random.edges.iter().any(|&(one, other)| {
                    random.label(one) == **waits && random.label(other) == **first
                });
                prop_assert!(is_written, "{} does not wait for {}", waits, first);
            }
        }
    }

    #[test]
    fn pins_are_kept_or_contradict(random in acyclic_project()) {
        let compiled = compile_text(&random.text());
        let needed = random.pinned_paths();
        let contradicts = random.pins.iter().zip(&needed).any(|(pin, needed)| pin.is_some_and(|pin| pin < *needed));
        let headlines = compiled.headlines();
        let is_reported = headlines.iter().any(|line| line.contains("error[wave-pin-contradicts]"));
        prop_assert_eq!(is_reported, contradicts, "{:?}", headlines);
        if contradicts {
            return Ok(());
        }
        let waves = waves(&compiled);
        for (number, pin) in random.pins.iter().enumerate() {
            if let Some(pin) = pin {
                prop_assert_eq!(waves[&random.label(number)], *pin);
            }
        }
        for &(waits, first) in &random.edges {
            let (before, after) = (waves[&random.label(first)], waves[&random.label(waits)]);
            let least = before + i64::from(random.is_blocking(waits, first));
            prop_assert!(after >= least, "{} {} {}", random.label(waits), after, least);
        }
    }

    #[test]
    fn random_projects_keep_the_invariants(random in any_project(), cut in 0..400usize) {
        let text = random.text();
        let files = vec![("a.yaml".to_owned(), text.clone()), ("b/c.yaml".to_owned(), String::new())];
        crate::common::invariants(&files, &in_namespace("shop"));
        // What is cut off anywhere is still no reason to panic.
        let cut = text.get(..cut.min(text.len())).unwrap_or_default();
        crate::common::invariants(&[("a.yaml".to_owned(), cut.to_owned())], &in_namespace("shop"));
    }
}

/// A chain of apps, and one schema that all of as many others wait for by the safe default.
#[test]
fn ten_thousand_specs_are_no_trouble() {
    let app = |name: &str, needs: &str| {
        format!(
            "---\napiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {{name: \
             {name}}}\nspec: {{image: web{needs}}}\n"
        )
    };
    let mut text = String::from(
        "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: Schema\nmetadata: {name: s}\nspec: {url: \
         'mysql://db/x', sql: create table t (id int);}\n",
    );
    for number in 0..5000 {
        let first = if number == 0 { "s".to_owned() } else { format!("a{}", number - 1) };
        text.push_str(&app(&format!("a{number}"), &format!(", dependsOn: [{first}]")));
        text.push_str(&app(&format!("b{number}"), ""));
    }
    let compiled = compile_text(&text);
    assert!(!compiled.diagnostics.has_errors(), "{:?}", compiled.headlines().first());
    let waves = compiled.waves();
    assert_eq!((waves["Schema/s"], waves["App/a4999"], waves["App/b4999"]), (0, 5000, 1));
}

/// Strings that some reader of YAML takes for something else.
const HOSTILE: &[&str] = &[
    "on",
    "off",
    "y",
    "n",
    "yes",
    "No",
    "true",
    "null",
    "~",
    "012",
    "0o14",
    "0x1F",
    "0b11",
    "1_000",
    "1e3",
    ".5",
    "1.",
    "+1",
    "-0",
    ".inf",
    ".nan",
    "12:30:45",
    "2024-01-01",
    "2001-12-14t21:59:43.10-05:00",
    "=",
    "<<",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "|",
    ">",
    "-",
    "- a",
    "?",
    ": a",
    "a: b",
    "a #b",
    "#a",
    "[a]",
    "{a}",
    "'a'",
    "\"a\"",
    "a\\b",
    " a ",
    "",
    "😀",
    "é",
    "a\u{2028}b",
    "\u{feff}a",
    "---",
    "...",
    "a\tb",
    "a\nb",
    "a\r\nb",
    "$x",
    "$$x",
];

/// Fields that take any text, and where that text is in the output: kind of the object, then path.
fn slots(text: &str) -> Vec<(String, &'static str, Vec<&'static str>)> {
    let spec = |kind: &str, meta: String, fields: String| {
        format!(
            "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: {kind}\nmetadata:\n  name: x\n{meta}spec:\n{fields}"
        )
    };
    let app = |fields: String| spec("App", String::new(), format!("  image: web\n{fields}"));
    let schema = |fields: String| {
        spec(
            "Schema",
            String::new(),
            format!("  url: mysql://db/x\n  sql: create table t (id int);\n{fields}"),
        )
    };
    let database =
        |fields: String| spec("Database", String::new(), format!("  engine: mysql\n{fields}"));
    let pod = ["spec", "template", "spec", "containers", "0"];
    let container = |rest: &[&'static str]| pod.iter().chain(rest).copied().collect::<Vec<_>>();
    vec![
        (app(format!("  args:\n  - {text}\n")), "Deployment", container(&["args", "0"])),
        (app(format!("  command:\n  - {text}\n")), "Deployment", container(&["command", "0"])),
        (app(format!("  env:\n    A: {text}\n")), "Deployment", container(&["env", "0", "value"])),
        (
            app(format!("  image: {text}\n").replace("  image: web\n", ""))
                .replace("  image: web\n", ""),
            "Deployment",
            container(&["image"]),
        ),
        (
            spec("App", format!("  annotations:\n    a: {text}\n"), "  image: web\n".to_owned()),
            "Deployment",
            vec!["metadata", "annotations", "a"],
        ),
        (
            spec("App", format!("  labels:\n    a: {text}\n"), "  image: web\n".to_owned()),
            "Deployment",
            vec!["metadata", "labels", "a"],
        ),
        (schema(format!("  exclude:\n  - {text}\n")), "AtlasSchema", vec!["spec", "exclude", "0"]),
        (schema(format!("  schemas:\n  - {text}\n")), "AtlasSchema", vec!["spec", "schemas", "0"]),
        (schema(format!("  envName: {text}\n")), "AtlasSchema", vec!["spec", "envName"]),
        (
            schema(format!("  vars:\n  - key: a\n    value: {text}\n")),
            "AtlasSchema",
            vec!["spec", "vars", "0", "value"],
        ),
        (database(format!("  args:\n  - {text}\n")), "Deployment", container(&["args", "0"])),
        (
            database(format!("  credentials:\n    user: u\n    password: {text}\n")),
            "Secret",
            vec!["stringData", "password"],
        ),
        (database(format!("  version: {text}\n")), "Deployment", container(&["image"])),
    ]
}

/// A text as it may be written: in double quotes, and bare where that is one scalar on one line.
fn notations(text: &str) -> Vec<String> {
    let quoted = serde_json::to_string(text).unwrap();
    let is_bare = text.chars().all(|c| c.is_ascii_alphanumeric() || "._+-~:=".contains(c));
    let is_indicator = matches!(text, "" | "-" | "?" | "---" | "..." | "=") || text.ends_with(':');
    match is_bare && !is_indicator && !text.starts_with(": ") {
        true => vec![quoted, text.to_owned()],
        false => vec![quoted],
    }
}

/// Every hostile string in every field that takes text means the same string to a reader that is
/// not ours, or is an error with a place.
#[test]
fn strings_stay_strings_in_every_field() {
    let mut checked = 0;
    for text in HOSTILE {
        for written in notations(text) {
            for (input, kind, path) in slots(&written) {
                let compiled = compile_text(&input);
                if compiled.diagnostics.has_errors() {
                    assert_eq!(compiled.manifests(), "");
                    continue;
                }
                let documents = compiled.manifests();
                let object = documents.split("---\n#").find_map(|part| {
                    let body = part.split_once('\n')?.1;
                    let value: serde_json::Value = serde_saphyr::from_str(body).ok()?;
                    (value["kind"] == kind).then_some(value)
                });
                let object = object.unwrap_or_else(|| panic!("no {kind} in {documents}"));
                let found =
                    path.iter().try_fold(&object, |value, key| match key.parse::<usize>() {
                        Ok(index) => value.get(index),
                        Err(_) => value.get(*key),
                    });
                let is_version = path.last() == Some(&"image") && input.contains("version:");
                let expected = match is_version {
                    true => format!("mysql:{text}"),
                    false => (*text).to_owned(),
                };
                assert_eq!(
                    found.and_then(|value| value.as_str()),
                    Some(expected.as_str()),
                    "{written} in {input}"
                );
                checked += 1;
            }
        }
    }
    assert!(checked > 400, "{checked} of them were printed");
}
