//! `generate check`: the diagnostics alone, for machines. `github` and `sarif` are the formats that
//! other programs prescribe.

use std::io::{self, Write};

use serde_json::json;

use crate::diag::accept::Accepted;
use crate::diag::secrets::hidden;
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{FileId, Sources, Span, printable};
use crate::view::waves;

/// How files are called for programs that start from the repository and not from the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    prefix: String,
}

impl Files {
    /// `prefix` is the project's directory within the repository, with `/` between its parts, and
    /// empty when it is the repository itself.
    pub fn below(prefix: impl Into<String>) -> Files {
        Files { prefix: prefix.into() }
    }

    /// The path of a file from the repository's root; none for what is no file of it, such as a
    /// flag or a variable.
    pub fn path(&self, file: FileId, sources: &Sources) -> Option<String> {
        let source = Some(sources.get(file)).filter(|source| source.is_in_project())?;
        let path = &source.path;
        match self.prefix.as_str() {
            "" => Some(path.clone()),
            prefix => Some(format!("{prefix}/{path}")),
        }
    }
}

/// Prints one JSON document: `{"diagnostics": [...], "accepted": [...]}`; lines and columns count from 1.
///
/// # Errors
/// When `out` cannot be written to.
pub fn json(diagnostics: &Diagnostics, sources: &Sources, out: &mut impl Write) -> io::Result<()> {
    // Paths are repeated for each label: diagnostics are not held in memory together.
    let all = diagnostics.sorted().into_iter().map(|found| diagnostic(found, sources));
    writeln!(out, "{{")?;
    waves::list("diagnostics", 1, all, out)?;
    writeln!(out, ",")?;
    let accepted = diagnostics.accepted().into_iter().map(|Accepted { diagnostic: found, by }| {
        let mut value = diagnostic(found, sources);
        if let Some(object) = value.as_object_mut() {
            object.insert("reason".to_owned(), json!(shown_reason(&by.reason)));
            object.insert("acceptedAt".to_owned(), place(by.place, sources));
        }
        value
    });
    waves::list("accepted", 1, accepted, out)?;
    writeln!(out, "\n}}")
}

/// Prints what is accepted at its line, one to a line: where, which code, why, and what was reported.
///
/// # Errors
/// When `out` cannot be written to.
pub fn accepted(
    diagnostics: &Diagnostics,
    sources: &Sources,
    out: &mut impl Write,
) -> io::Result<()> {
    for Accepted { diagnostic, by } in diagnostics.accepted() {
        let (place, code) = (sources.place(by.place), by.subject.name());
        let (reason, what) = (shown_reason(&by.reason), printable(diagnostic.message.as_str()));
        writeln!(out, "{place}: {code}: {reason} (accepted: {what})")?;
    }
    Ok(())
}

/// The reason of an acceptance, without what looks like a secret.
pub(super) fn shown_reason(reason: &str) -> String {
    printable(hidden(reason)).into_owned()
}

fn diagnostic(found: &Diagnostic, sources: &Sources) -> serde_json::Value {
    let labels: Vec<_> = found
        .labels
        .iter()
        .map(|label| json!({ "place": place(label.span, sources), "text": label.text }))
        .collect();
    let mut value = json!({
        "severity": found.severity().word(),
        "code": found.code.name(),
        "message": found.message,
        "place": place(found.primary, sources),
        "labels": labels,
        "help": found.help,
    });
    if let Some(names) = found.found_in.environments()
        && let Some(object) = value.as_object_mut()
    {
        let names: Vec<_> = names.iter().map(|name| printable(name.as_str())).collect();
        object.insert("environments".to_owned(), json!(names));
    }
    value
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
