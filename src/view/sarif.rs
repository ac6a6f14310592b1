//! `generate check --format sarif`: SARIF 2.1.0, which code scanning reads
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::source::{Sources, Span, printable};
use crate::view::check::{Files, shown_reason};
use crate::view::{explain, waves};

/// Prints one run with every rule and every diagnostic.
///
/// # Errors
/// When `out` cannot be written to.
pub fn print(
    diagnostics: &Diagnostics,
    sources: &Sources,
    files: &Files,
    out: &mut impl Write,
) -> io::Result<()> {
    let found = diagnostics.sorted().into_iter().map(|found| result(found, sources, files));
    let accepted = diagnostics.accepted().into_iter().map(|accepted| {
        let mut value = result(&accepted.diagnostic, sources, files);
        let reason = plain(&shown_reason(&accepted.by.reason));
        // SARIF 3.27.23: the result is there, and counts no more.
        let suppressions = json!([{ "kind": "inSource", "justification": reason }]);
        if let Some(object) = value.as_object_mut() {
            object.insert("suppressions".to_owned(), suppressions);
        }
        value
    });
    let rules: Vec<Value> = Code::ALL.iter().map(|code| rule(*code)).collect();
    run(&rules, found.chain(accepted), out)
}

/// Prints one run with some rules.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn run(
    rules: &[Value],
    results: impl Iterator<Item = Value>,
    out: &mut impl Write,
) -> io::Result<()> {
    let driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules,
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver },
            // Columns count characters, as in every other format.
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "The repository." } } },
            "results": [],
        }],
    });
    // Paths and places are repeated for each label: results are not held in memory together. No text
    // comes before them but those above.
    let log = format!("{log:#}");
    let (before, after) = log.split_once("      \"results\": []").unwrap_or((log.as_str(), ""));
    write!(out, "{before}")?;
    waves::list("results", 3, results, out)?;
    writeln!(out, "{after}")
}

pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn rule(code: Code) -> Value {
    let section = explain::code(code.name()).unwrap_or_default();
    let paragraphs = section.split("\n\n").map(str::trim);
    // The first paragraph of a section is the severity alone.
    let prose = paragraphs.filter(|text| !text.is_empty() && *text != code.severity().word());
    let first = prose.map(|text| text.replace('\n', " ")).next();
    let description = first.unwrap_or_else(|| code.name().replace('-', " "));
    let help = if section.is_empty() { description.as_str() } else { section };
    json!({
        "id": code.name(),
        "name": camel_case(code.name()),
        "shortDescription": { "text": first_sentence(&description) },
        "fullDescription": { "text": description },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

/// `UnknownField`: what SARIF wants a rule's name to look like.
fn camel_case(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(capital).collect()
}

fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(sentence, _)| sentence).trim_end_matches('.')
}

fn result(found: &Diagnostic, sources: &Sources, files: &Files) -> Value {
    let index = Code::ALL.iter().position(|code| *code == found.code);
    let mut text = found.message.clone();
    if files.path(found.primary.file, sources).is_none() {
        text = format!("{}: {text}", sources.place(found.primary));
    }
    if let Some(sentence) = found.found_in.sentence() {
        text.push_str(&format!("\nnote: {}", printable(sentence)));
    }
    for help in &found.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    let related = found.labels.iter().filter_map(|label| {
        let location = location(label.span, sources, files)?;
        Some(with(location, "message", json!({ "text": plain(&label.text) })))
    });
    let related: Vec<Value> = related
        .zip(0..)
        .map(|(location, id)| Value::Object(with(location, "id", json!(id))))
        .collect();
    let mut result = Map::new();
    result.insert("ruleId".to_owned(), json!(found.code.name()));
    result.insert("ruleIndex".to_owned(), json!(index));
    result.insert("level".to_owned(), json!(level(found.severity())));
    result.insert("message".to_owned(), json!({ "text": plain(&text) }));
    if let Some(location) = location(found.primary, sources, files) {
        result.insert("locations".to_owned(), json!([location]));
    }
    if !related.is_empty() {
        result.insert("relatedLocations".to_owned(), json!(related));
    }
    Value::Object(result)
}

/// A text in which a viewer finds no link and no placeholder (SARIF 3.11.5, 3.11.6): `[text](url)` is
/// one, and where `{0}` occurs, braces are written twice.
pub(super) fn plain(text: &str) -> String {
    let text = text.replace("](", "] (");
    let has_placeholder = text.split('{').skip(1).any(|after| {
        let rest = after.trim_start_matches(|character: char| character.is_ascii_digit());
        rest.len() < after.len() && rest.starts_with('}')
    });
    match has_placeholder {
        true => text.replace('{', "{{").replace('}', "}}"),
        false => text,
    }
}

fn with(mut object: Map<String, Value>, key: &str, value: Value) -> Map<String, Value> {
    object.insert(key.to_owned(), value);
    object
}

/// A place in a file of the repository; SARIF knows no others.
pub(super) fn location(span: Span, sources: &Sources, files: &Files) -> Option<Map<String, Value>> {
    let path = files.path(span.file, sources)?;
    let source = sources.get(span.file);
    let (start, end) = (source.position(span.range().start), source.position(span.range().end));
    let region = json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    });
    let artifact = json!({ "uri": uri(&path), "uriBaseId": "%SRCROOT%" });
    let physical = json!({ "artifactLocation": artifact, "region": region });
    Some(with(Map::new(), "physicalLocation", physical))
}

/// A path as a relative URI reference (RFC 3986). It names no scheme, since `:` is escaped, and no host,
/// since it does not begin with `/`.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            byte => _ = write!(uri, "%{byte:02X}"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_uri() {
        assert_eq!(uri("deploy/app one.yaml"), "deploy/app%20one.yaml");
        assert_eq!(uri("a:b#c"), "a%3Ab%23c");
        assert_eq!(uri("//evil.example/é%"), "evil.example/%C3%A9%25");
    }

    #[test]
    fn a_message_holds_no_link_and_no_placeholder() {
        assert_eq!(plain("[a](https://b) ${c.d}"), "[a] (https://b) ${c.d}");
        assert_eq!(plain("{0} {a} {{1}"), "{{0}} {{a}} {{{{1}}");
    }

    #[test]
    fn the_first_sentence_is_the_short_description() {
        assert_eq!(first_sentence("The text is not YAML. And so on."), "The text is not YAML");
        assert_eq!(camel_case("unknown-field"), "UnknownField");
    }
}
