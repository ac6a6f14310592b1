//! What holds for any text that is read as SQL.

use argocd_atlas_plugin::diag::{Code, Diagnostics};
use argocd_atlas_plugin::source::{Excerpt, Sources};
use sql::catalogue::Catalogue;
use sql::catalogue::diff::diff;
use sql::catalogue::order::{self, order};
use sql::definition::Script;
use sql::dialect::Dialect;
use sql::parse;

use super::File;

/// Statements stand in order and apart, and nothing but blanks, comments and semicolons lies between.
pub(crate) fn check_split(dialect: Dialect, text: &str) {
    let mut sources = Sources::default();
    let file = sources.add("schema.sql", text);
    let mut diagnostics = Diagnostics::default();
    let scripts = parse::scripts(&[Excerpt::of_file(file, text)], dialect, &mut diagnostics);
    places(&diagnostics, &sources);
    let [script] = scripts.as_slice() else { panic!("a script for a text") };
    let is_flawed = diagnostics.sorted().iter().any(|found| {
        // Characters that no statement has, and texts that are not read at all.
        matches!(found.code, Code::SqlUnterminated | Code::SqlStrayText | Code::LimitExceeded)
    });
    let is_plain = !is_flawed && !has_client_commands(text);
    let mut end = 0;
    for statement in &script.statements {
        let range = statement.span.range();
        assert!(!range.is_empty(), "an empty statement in {text:?}");
        assert!(text.get(range.clone()).is_some(), "{range:?} is no part of {text:?}");
        assert!(end <= range.start, "statements overlap at {} in {text:?}", range.start);
        if is_plain {
            only_blanks(&text[end..range.start], dialect);
        }
        end = range.end;
    }
    if is_plain {
        only_blanks(&text[end..], dialect);
    }
}

/// Whether a text may hold what a client program takes for itself: `DELIMITER`, `COPY` data, `GO`,
/// psql's and SQLite's commands, MySQL's conditional comments. What is left out for these has tests
/// of its own beside the splitter.
fn has_client_commands(text: &str) -> bool {
    let words = ["delimiter", "copy", "format", "values", "source", "insert"];
    let lower = text.to_ascii_lowercase();
    let begins = |line: &str| {
        let line = line.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{feff}');
        line.starts_with(['/', '.', '#', '\\']) || line.starts_with("go")
    };
    words.iter().any(|word| lower.contains(word))
        || ["\\", "/*!", "/*m!"].iter().any(|mark| lower.contains(mark))
        || lower.split('\n').any(begins)
}

/// A reader of gaps that shares nothing with the lexer.
fn only_blanks(gap: &str, dialect: Dialect) {
    let nests = matches!(dialect, Dialect::Postgres | Dialect::SqlServer);
    let mut rest = gap;
    while let Some(first) = rest.chars().next() {
        let is_line_comment =
            rest.starts_with("--") || (rest.starts_with('#') && dialect != Dialect::SqlServer);
        rest = if is_line_comment {
            rest.split_once('\n').map_or("", |(_, after)| after)
        } else if rest.starts_with("/*") {
            after_comment(rest, nests)
        } else {
            let is_blank =
                first.is_ascii_whitespace() || matches!(first, '\0' | '\u{b}' | '\u{feff}');
            assert!(is_blank || first == ';', "{first:?} belongs to no statement: {gap:?}");
            &rest[first.len_utf8()..]
        };
    }
}

fn after_comment(text: &str, nests: bool) -> &str {
    let mut depth = 0;
    let mut at = 0;
    loop {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") && (nests || depth == 0) {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += 1;
        }
        if depth == 0 {
            return &text[at..];
        }
    }
}

/// The files of a schema are read, ordered and made into a catalogue; the same files give the same
/// result, which differs from itself in nothing.
pub(crate) fn check_schema(dialect: Dialect, files: &[File]) {
    let mut sources = Sources::default();
    let texts: Vec<Excerpt> = files
        .iter()
        .map(|(path, text)| Excerpt::of_file(sources.add(path.as_str(), text.as_str()), text))
        .collect();
    let mut diagnostics = Diagnostics::default();
    let scripts = parse::scripts(&texts, dialect, &mut diagnostics);
    assert_eq!(scripts.len(), files.len(), "a script for every file");
    let again = parse::scripts(&texts, dialect, &mut Diagnostics::default());
    assert_eq!(scripts, again, "the same text is read the same way");
    let named: Vec<order::File<'_>> = files
        .iter()
        .zip(&scripts)
        .map(|((path, _), script)| order::File { path, script })
        .collect();
    let sorted = order(dialect, &named).unwrap_or_else(|cycle| {
        assert!(!cycle.rest.is_empty(), "a cycle has at least two files");
        diagnostics.report(cycle);
        (0..files.len()).collect()
    });
    let mut numbers = sorted.clone();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..files.len()), "every file once: {sorted:?}");
    let scripts: Vec<&Script> = sorted.iter().map(|&at| &scripts[at]).collect();
    let catalogue = Catalogue::build(dialect, &scripts, &mut diagnostics);
    // Of two columns with one name, which is an error, either may be the one that is meant.
    if !diagnostics.has_errors() {
        assert_eq!(diff(&catalogue, &catalogue), [], "a schema does not differ from itself");
    }
    let empty = Catalogue::empty(dialect);
    let (gone, new) = (diff(&catalogue, &empty), diff(&empty, &catalogue));
    let n_things = catalogue.tables.len() + catalogue.views.len();
    assert!(gone.len() >= n_things && new.len() >= n_things, "each table comes and goes");
    places(&diagnostics, &sources);
}

fn places(diagnostics: &Diagnostics, sources: &Sources) {
    for found in diagnostics.sorted() {
        super::inside(found.primary, sources);
        found.labels.iter().for_each(|label| super::inside(label.span, sources));
    }
}
