//! `generate check --format github`: workflow commands, which GitHub shows on the lines of a pull
//! request (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>).

use std::io::{self, Write};

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::source::{Sources, Span, printable};
use crate::view::check::Files;

/// Prints a command for each diagnostic.
///
/// # Errors
/// When `out` cannot be written to.
pub fn print(
    diagnostics: &Diagnostics,
    sources: &Sources,
    files: &Files,
    out: &mut impl Write,
) -> io::Result<()> {
    for found in diagnostics.sorted() {
        writeln!(out, "{}", of_diagnostic(found, sources, files))?;
    }
    Ok(())
}

fn of_diagnostic(found: &Diagnostic, sources: &Sources, files: &Files) -> String {
    let mut text = found.message.clone();
    for label in &found.labels {
        text.push_str(&format!("\n{}: {}", sources.place(label.span), label.text));
    }
    if let Some(sentence) = found.found_in.sentence() {
        text.push_str(&format!("\nnote: {}", printable(sentence)));
    }
    for help in &found.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    let title = found.code.name();
    command(found.severity(), title, Some(found.primary), &text, sources, files)
}

/// A command that says something about a place, if there is one.
pub(super) fn command(
    severity: Severity,
    title: &str,
    at: Option<Span>,
    text: &str,
    sources: &Sources,
    files: &Files,
) -> String {
    let word = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let title = format!("title={}", property(title));
    match (at, at.and_then(|span| place(span, sources, files))) {
        (_, Some(place)) => format!("::{word} {place},{title}::{}", data(text)),
        // Without a file of the repository the annotation itself says where.
        (Some(span), None) => {
            format!("::{word} {title}::{}", data(&format!("{}: {text}", sources.place(span))))
        }
        (None, None) => format!("::{word} {title}::{}", data(text)),
    }
}

fn place(span: Span, sources: &Sources, files: &Files) -> Option<String> {
    let path = files.path(span.file, sources)?;
    let source = sources.get(span.file);
    let start = source.position(span.range().start);
    let end = source.position(span.range().end);
    // GitHub takes columns only for a place on a single line.
    let columns = match start.line == end.line {
        true => format!(",col={},endColumn={}", start.column, end.column),
        false => String::new(),
    };
    let (line, end_line) = (start.line, end.line);
    Some(format!("file={},line={line},endLine={end_line}{columns}", property(&printable(&path))))
}

/// The text behind `::` (actions/toolkit `command.ts`, `escapeData`).
fn data(plain: &str) -> String {
    plain.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value between the commas (actions/toolkit `command.ts`, `escapeProperty`).
fn property(plain: &str) -> String {
    data(plain).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_begin_a_command_of_its_own() {
        assert_eq!(data("100%\n::set-env::x"), "100%25%0A::set-env::x");
        assert_eq!(property("a,b:c\r\n"), "a%2Cb%3Ac%0D%0A");
    }
}
