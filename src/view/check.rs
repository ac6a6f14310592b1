//! `generate check`: the diagnostics alone, for machines.

use std::io::{self, Write};

use serde_json::json;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{Sources, Span};

/// Prints one JSON document: `{"diagnostics": [...]}`; lines and columns count from 1.
///
/// # Errors
/// When `out` cannot be written to.
pub fn json(diagnostics: &Diagnostics, sources: &Sources, out: &mut impl Write) -> io::Result<()> {
    let all: Vec<_> =
        diagnostics.sorted().into_iter().map(|found| diagnostic(found, sources)).collect();
    serde_json::to_writer_pretty(&mut *out, &json!({ "diagnostics": all }))?;
    writeln!(out)
}

fn diagnostic(found: &Diagnostic, sources: &Sources) -> serde_json::Value {
    let labels: Vec<_> = found
        .labels
        .iter()
        .map(|label| json!({ "place": place(label.span, sources), "text": label.text }))
        .collect();
    json!({
        "severity": found.severity().word(),
        "code": found.code.name(),
        "message": found.message,
        "place": place(found.primary, sources),
        "labels": labels,
        "help": found.help,
    })
}

fn place(span: Span, sources: &Sources) -> serde_json::Value {
    let source = sources.get(span.file);
    let (start, end) = (source.position(span.start as usize), source.position(span.end as usize));
    json!({
        "file": source.path,
        "line": start.line,
        "column": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}
