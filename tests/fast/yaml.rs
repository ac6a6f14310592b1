//! What is printed is read back as the same value: by our reader, by the rules of other resolvers
//! written down here a second time, and by `kubectl` and PyYAML where they are installed. What is
//! read never panics and never points outside its file.
#![expect(clippy::disallowed_methods, reason = "other YAML readers are run as programs")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use argocd_atlas_plugin::diag::Diagnostics;
use argocd_atlas_plugin::emit;
use argocd_atlas_plugin::parse::yaml::{self, Budget};
use argocd_atlas_plugin::source::Sources;
use argocd_atlas_plugin::value::{Map, Value};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

/// Strings that some YAML printer or reader has got wrong.
fn hostile() -> Vec<String> {
    let words = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", ".nan", ".inf",
        "-.inf", "+.inf", "infinity", "none",
    ];
    let others = [
        "",
        " ",
        "  ",
        "~",
        "012",
        "08",
        "0",
        "-0",
        "1",
        "+1",
        "0x1F",
        "0x_1",
        "0X1f",
        "0o14",
        "0b101",
        "0b-1",
        "1_000",
        "1__0",
        "1_",
        "_1",
        "1e3",
        "1E+3",
        "1.",
        ".5",
        ".5_0",
        "+.5",
        "-.5e1",
        "1.5",
        "1e400",
        "0x1p-2",
        "9223372036854775808",
        "12:30:45",
        "190:20:30",
        "1:60",
        "12:30:45.5",
        "2024-01-01",
        "2001-1-2",
        "2001-12-14t21:59:43.10-05:00",
        "2001-12-14 21:59:43.10 -5",
        "10Gi",
        "500m",
        "1.2.3",
        "10.0.0.1",
        "1,000",
        "<<",
        "=",
        "-",
        "--",
        "---",
        "...",
        "--- a",
        "... a",
        "... x: y",
        "... xyz",
        "--- xyz",
        "---a",
        "?",
        "? a",
        "!",
        "!a",
        "!!str a",
        "&",
        "&a",
        "*",
        "*a",
        "%",
        "%a",
        "@",
        "@a",
        "`",
        "`a`",
        "|",
        "|-",
        ">",
        "> a",
        "#",
        "# a",
        "a #b",
        "a#b",
        ":",
        ": a",
        "a:",
        "a: b",
        "a:b",
        "a ::b",
        "::",
        ",",
        ", a",
        "a, b",
        "[",
        "[a]",
        "]",
        "{",
        "{a}",
        "}",
        "{{ a }}",
        "${a.b}",
        "$(A)",
        "'",
        "'a'",
        "it's",
        "''",
        "\"",
        "\"a\"",
        "a\"b",
        "\\",
        "a\\b",
        "\\n",
        "\\x41",
        "- a",
        "-a",
        "-c",
        "--a=b",
        "- - a",
        " a",
        "a ",
        "\ta",
        "a\t",
        "a\tb",
        "a  b",
        "\t",
        "\n",
        "\n\n",
        "a\n",
        "a\n\n",
        "a\n\n\n",
        "\na",
        "\n\na\n",
        "a\nb",
        "a\nb\n",
        "a\n\nb\n",
        " a\nb\n",
        "a\n b\n",
        "\n a\n",
        " \na\n",
        "  \n  \na",
        "\ta\nb",
        "\n\ta",
        "a\n\tb\n",
        "a \nb \n",
        "a\n \n",
        "a\n ",
        "a\n  \nb",
        "a\n   ",
        "a\n\n ",
        "---\n",
        "a\n---\nb\n",
        "a\n...\n",
        "# a\nb\n",
        "a: b\nc: d\n",
        "- a\n- b\n",
        "|\n",
        "%YAML 1.1\n---\n",
        "a\r\nb\r\n",
        "a\rb",
        "\r",
        "\r\n",
        "a\r",
        "a\n\r\n",
        "é",
        "é\nü\n",
        "e\u{301}",
        "日本語",
        "😀",
        "😀\n😀\n",
        "\u{a0}",
        "a\u{a0}b",
        "\u{2028}",
        "a\u{2028}b",
        "a\u{2029}b\n",
        "\u{feff}",
        "\u{feff}a\n",
        "a\u{feff}b",
        "\u{200b}",
        "\u{202e}a",
        "\u{e000}",
        "\u{fffd}",
        "\u{10ffff}",
        "\u{ad}",
        "\u{1fffe}",
    ];
    let cases = |word: &str| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        let title = first.into_iter().chain(characters).collect();
        [word.to_owned(), word.to_uppercase(), title, word.to_owned() + " "]
    };
    let words = words.iter().flat_map(|word| cases(word));
    let long =
        ["x".repeat(5_000), "x ".repeat(3_000) + "y", "x: ".repeat(2_000), "a\n".repeat(500)];
    words.chain(others.map(str::to_owned)).chain(long).collect()
}

fn text() -> impl Strategy<Value = String> {
    // Everything that has a meaning somewhere in YAML, and a few letters and digits.
    let tricky = proptest::sample::select(
        " \t\n\n\r-?:,[]{}#&*!|>'\"%@`~=<+._/\\$0189abefinostxyzENOTZ\u{a0}\u{2028}\u{feff}é😀"
            .chars()
            .collect::<Vec<_>>(),
    );
    let numeric =
        proptest::sample::select("0123456789_.:-+exobEXtTZ infa".chars().collect::<Vec<_>>());
    let line = prop_oneof!["[ a#:-]{0,5}", "\t?[a-z ]{0,8}", Just(String::new())];
    prop_oneof![
        2 => proptest::sample::select(hostile()),
        4 => proptest::collection::vec(tricky, 0..12).prop_map(String::from_iter),
        3 => proptest::collection::vec(numeric, 1..8).prop_map(String::from_iter),
        3 => (proptest::collection::vec(line, 1..6), 0..4_usize)
            .prop_map(|(lines, ends)| lines.join("\n") + &"\n".repeat(ends)),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<i64>().prop_map(Value::Int),
        6 => text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            proptest::collection::vec((text(), inner), 0..5).prop_map(|entries| {
                let with = |map: Map, (key, value): (String, Value)| map.with(key, value);
                Value::Map(entries.into_iter().fold(Map::new(), with))
            }),
        ]
    })
}

fn printed(value: &Value) -> String {
    let mut out = Vec::new();
    emit::yaml::document(value, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn read(text: &str) -> Result<Vec<Value>, String> {
    let mut diagnostics = Diagnostics::default();
    let file = Sources::default().add("app.yaml", text);
    let nodes = yaml::documents(file, text, &mut Budget::default(), &mut diagnostics);
    match diagnostics.sorted().first() {
        Some(problem) => Err(problem.message.clone()),
        None => Ok(nodes.iter().map(Value::from).collect()),
    }
}

/// A number that is read keeps its notation; ours has one for each value.
fn as_read(value: &Value) -> Value {
    match value {
        Value::Int(value) => Value::Number(value.to_string().into()),
        Value::List(items) => Value::List(items.iter().map(as_read).collect()),
        Value::Map(map) => Value::Map(Map::of_distinct(
            map.iter().map(|(key, value)| (key.to_owned(), as_read(value))),
        )),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn as_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Number(text) => serde_json::from_str(text).unwrap(),
        Value::String(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(as_json).collect(),
        Value::Map(map) => {
            map.iter().map(|(key, value)| (key.to_owned(), as_json(value))).collect()
        }
    }
}

/// A string in every position that a string can have.
fn everywhere(text: &str) -> Value {
    let inner = Map::new().with(text.to_owned(), text).with("z", text);
    let list: Vec<Value> = vec![
        text.into(),
        vec![text, text].into(),
        inner.clone().into(),
        Map::new().with("a", text).into(),
    ];
    let map = Map::new().with("list", list.clone()).with("map", inner).with(text.to_owned(), list);
    Value::Map(map.with("last", text))
}

#[test]
fn hostile_strings_come_back() {
    for text in hostile() {
        for value in [Value::from(text.clone()), everywhere(&text)] {
            let printed = printed(&value);
            assert_eq!(read(&printed), Ok(vec![as_read(&value)]), "{text:?}:\n{printed}");
        }
    }
}

#[test]
fn numbers_keep_their_notation() {
    for number in
        ["0", "-1", "012", "08", "1_000", "0x1F", "0o14", "0b1", "1e3", "1.50", ".5", ".inf"]
    {
        let value = Value::Map(Map::new().with("a", Value::Number(number.into())));
        assert_eq!(read(&printed(&value)), Ok(vec![value]));
    }
}

proptest! {
    #![proptest_config(Config { cases: crate::common::n_cases(1_000), failure_persistence: None, ..Config::default() })]

    #[test]
    fn trees_come_back(value in tree()) {
        let printed = printed(&value);
        prop_assert_eq!(read(&printed), Ok(vec![as_read(&value)]), "{}", printed);
    }

    #[test]
    fn a_document_does_not_leak_into_the_next(first in tree(), second in tree()) {
        let both = format!("{}---\n{}", printed(&first), printed(&second));
        prop_assert_eq!(read(&both), Ok(vec![as_read(&first), as_read(&second)]), "{}", both);
    }

    #[test]
    fn plain_strings_are_strings_to_every_resolver(text in text()) {
        let printed = printed(&Value::from(text.clone()));
        if printed.strip_suffix('\n') == Some(&text) {
            prop_assert!(!resolvers::some_take_for_another_type(&text), "{text:?}");
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        crate::common::yaml::check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_soup_of_yaml_is_read_without_panic(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES.to_vec()), 0..40)
    ) {
        crate::common::yaml::check(&pieces.concat());
    }

    #[test]
    fn cut_and_damaged_documents_are_read_without_panic(
        value in tree(), cut in any::<prop::sample::Index>(), piece in proptest::sample::select(PIECES.to_vec())
    ) {
        let printed = printed(&value);
        let mut characters: Vec<char> = printed.chars().collect();
        let at = cut.index(characters.len() + 1);
        crate::common::yaml::check(&characters.iter().take(at).collect::<String>());
        characters.splice(at..at, piece.chars());
        crate::common::yaml::check(&characters.iter().collect::<String>());
    }
}

const PIECES: &[&str] = &[
    "a",
    "b: ",
    "c:",
    "- ",
    "? ",
    ": ",
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    "\r\n",
    "\t",
    " ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "&x ",
    "*x",
    "*x ",
    "*y",
    "<<: ",
    "<<: *x",
    "!!str ",
    "!!int ",
    "!foo ",
    "! ",
    "|",
    "|-\n",
    "|2\n",
    ">+\n",
    "\"",
    "'",
    "\\",
    "\\x7f",
    "\\u0085",
    "#",
    " # c",
    "---\n",
    "...\n",
    "--- ",
    "%YAML 1.1\n",
    "é",
    "😀",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\u{7f}",
    "\u{1}",
    "\0",
    "null",
    "~",
    "on",
    "012",
    "1e3",
    "@",
    "`",
    "%",
    "{{ x }}",
    "<<<<<<< HEAD\n",
    "=======\n",
];

/// A document with many strings as keys and values, as a manifest so that `kubectl` takes it.
fn manifest() -> Value {
    let mut runner = TestRunner::deterministic();
    let random = std::iter::repeat_with(|| text().new_tree(&mut runner).unwrap().current());
    let texts: Vec<String> = hostile().into_iter().chain(random.take(3_000)).collect();
    let values = texts.iter().zip(0..).map(|(text, index)| (format!("k{index}"), text.as_str()));
    let values = Map::of_distinct(values);
    let keys: BTreeMap<String, i64> = texts.iter().cloned().zip(0..).collect();
    let lists: Vec<Value> = texts.iter().map(|text| vec![text.as_str()].into()).collect();
    let data =
        Map::new().with("values", values).with("keys", Map::of_distinct(keys)).with("lists", lists);
    let metadata = Map::new().with("name", "x").with("labels", Map::new().with("z", "z"));
    let map = Map::new().with("apiVersion", "example.com/v1").with("kind", "Texts");
    Value::Map(map.with("metadata", metadata).with("data", data))
}

/// Runs another reader on a document; `None` when it is not installed.
fn reader(program: &str, arguments: &[&str], input: &str) -> Option<Vec<u8>> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take()?;
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().ok()?;
    let _ = writer.join();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

#[test]
fn other_readers_take_it_for_the_same_value() {
    let value = manifest();
    let printed = printed(&value);
    let expected = as_json(&value);
    let python = "import sys, json, yaml; json.dump(yaml.load(sys.stdin.buffer, getattr(yaml, 'CSafeLoader', \
                  yaml.SafeLoader)), sys.stdout)";
    let has_python = Command::new("python3").args(["-c", "import yaml"]).output();
    let has_python = has_python.is_ok_and(|output| output.status.success());
    let pyyaml = has_python.then(|| reader("python3", &["-c", python], &printed)).flatten();
    let label = ["label", "--local", "-f", "-", "-o", "json", "z=z"];
    let kubectl = reader("kubectl", &label, &printed);
    for (name, output) in [("PyYAML", pyyaml), ("kubectl", kubectl)] {
        let Some(output) = output else {
            writeln!(std::io::stderr(), "skipped: {name} is not installed").unwrap();
            continue;
        };
        let found: serde_json::Value = serde_json::from_slice(&output).unwrap();
        for part in ["values", "keys", "lists"] {
            let (found, expected) = (&found["data"][part], &expected["data"][part]);
            if let (Some(found), Some(expected)) = (found.as_object(), expected.as_object()) {
                let differing: Vec<_> =
                    expected.iter().filter(|(key, value)| found.get(*key) != Some(value)).collect();
                assert!(differing.is_empty(), "{name}: {differing:?}");
            }
            assert_eq!(found, expected, "{name}");
        }
    }
}

/// What other readers resolve plain scalars to, from their own sources and not from ours: PyYAML's
/// `resolver.py`, go-yaml's `resolve.go`, and the core schema of YAML 1.2.
mod resolvers {
    pub(crate) fn some_take_for_another_type(text: &str) -> bool {
        bool_or_null(text)
            || int(text)
            || float(text)
            || timestamp(text)
            || text == "<<"
            || text == "="
    }

    fn bool_or_null(text: &str) -> bool {
        let words = ["y", "n", "yes", "no", "true", "false", "on", "off", "null", "~", ""];
        words.contains(&text.to_lowercase().as_str())
    }

    fn unsigned(text: &str) -> &str {
        text.strip_prefix(['+', '-']).unwrap_or(text)
    }

    fn made_of(text: &str, characters: &str) -> bool {
        !text.is_empty() && text.chars().all(|character| characters.contains(character))
    }

    /// `0b[0-1_]+ | 0[0-7_]+ | (?:0|[1-9][0-9_]*) | 0x[0-9a-fA-F_]+ | [1-9][0-9_]*(?::[0-5]?[0-9])+`,
    /// and `0o`.
    fn int(text: &str) -> bool {
        let text = unsigned(text).to_lowercase();
        match (text.strip_prefix("0x"), text.strip_prefix("0o"), text.strip_prefix("0b")) {
            (Some(hex), _, _) => made_of(hex, "0123456789abcdef_"),
            (_, Some(octal), _) => made_of(octal, "01234567_"),
            (_, _, Some(binary)) => made_of(unsigned(binary), "01_"),
            _ => text.starts_with(|c: char| c.is_ascii_digit()) && made_of(&text, "0123456789_:"),
        }
    }

    /// `[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)? | \.[0-9][0-9_]*(...)? | [0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*
    /// | \.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN)`, and exponents without a point or a sign.
    fn float(text: &str) -> bool {
        let text = unsigned(text).to_lowercase();
        let (mantissa, exponent) = match text.split_once('e') {
            Some((mantissa, exponent)) => (mantissa, Some(unsigned(exponent))),
            None => (text.as_str(), None),
        };
        text == ".inf"
            || text == ".nan"
            || mantissa.starts_with(|c: char| c.is_ascii_digit() || c == '.')
                && mantissa.contains(|c: char| c.is_ascii_digit())
                && made_of(mantissa, "0123456789_.:")
                && exponent.is_none_or(|exponent| made_of(exponent, "0123456789_"))
    }

    /// `[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}` with or without a time behind it.
    fn timestamp(text: &str) -> bool {
        let (year, rest) = text.split_at_checked(4).unwrap_or_default();
        made_of(year, "0123456789") && rest.starts_with('-') && made_of(rest, "0123456789-:.+tTzZ ")
    }
}
