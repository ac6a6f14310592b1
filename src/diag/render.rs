//! Diagnostics as text: `path:line:col: error[code]: cause`, an excerpt of the source, help.
//!
//! The first line says it all, since Argo CD shows it in its UI as plain text; what follows is for
//! people at a terminal. Nothing from a file is printed raw: control characters are escaped, and
//! places that are concealed show as asterisks.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;
use std::rc::Rc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diag::{Diagnostic, Diagnostics, Severity, secrets};
use crate::source::{FileId, Source, Sources, Span, is_unseen, printable, shortly};

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// With ANSI colours.
    Colored,
}

/// Lines between two places that are still shown in one excerpt.
const NEAR: usize = 30;
/// The longest excerpt, in bytes: no one reads a longer line, and each problem would show it again.
const EXCERPT: usize = 16 * 1024;
/// Bytes of sources that are searched for secrets to print excerpts of them, each as a whole. Past it,
/// diagnostics have no excerpt: hostile input must not cost time, and nobody reads that many.
const MAX_SEARCHED: usize = 3 * 1024 * 1024;
/// Bytes of excerpts and help that are printed; past it, a diagnostic has its first line alone.
const MAX_BELOW: usize = 1024 * 1024;
/// The most places beside its own that are marked for one diagnostic: a cycle may have thousands.
pub const PLACES: usize = 30;
/// The most diagnostics that are printed.
pub const MAX_PRINTED: usize = 500;

/// Prints all diagnostics that are at least as bad as `least`, and a line that counts them.
///
/// # Errors
/// When `out` cannot be written to.
pub fn text(
    diagnostics: &Diagnostics,
    least: Severity,
    sources: &Sources,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    let shown: Vec<&Diagnostic> =
        diagnostics.sorted().into_iter().filter(|found| found.severity() >= least).collect();
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colored => Renderer::styled(),
    };
    let mut excerpts = Excerpts::of(diagnostics, sources);
    excerpts.is_from_here = true;
    let mut left = MAX_BELOW;
    for (number, found) in shown.iter().take(MAX_PRINTED).enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", headline(found, sources, style))?;
        // One that marks thirty places of files with long paths takes 14 KiB.
        let below = if left > 0 { below(found, &excerpts, &renderer) } else { String::new() };
        left = left.saturating_sub(below.len());
        if !below.is_empty() {
            writeln!(out, "{below}")?;
        }
    }
    if let Some(summary) = summary(&shown) {
        writeln!(out, "\n{summary}")?;
    }
    if diagnostics.n_left_out() > 0 {
        writeln!(out, "{} more were left out", diagnostics.n_left_out())?;
    }
    Ok(())
}

/// The excerpt and the help of one diagnostic, without its first line.
pub(crate) fn details(found: &Diagnostic, excerpts: &Excerpts<'_>) -> String {
    below(found, excerpts, &Renderer::plain())
}

fn below(found: &Diagnostic, excerpts: &Excerpts<'_>, renderer: &Renderer) -> String {
    let groups = [body(found, excerpts)];
    let rendered = renderer.render(&groups);
    let lines: Vec<&str> = rendered.lines().map(str::trim_end).collect();
    lines.join("\n")
}

/// `path:line:col: error[code]: cause`.
fn headline(found: &Diagnostic, sources: &Sources, style: Style) -> String {
    let position = sources.position(found.primary);
    // The first `: ` ends the place, whatever a file is called.
    let path = printable(sources.shown_path(found.primary.file)).replace(": ", ":\\u{20}");
    let (severity, code) = (found.severity(), found.code.name());
    let word = match style {
        Style::Plain => format!("{}[{code}]", severity.word()),
        Style::Colored => {
            let color = match severity {
                Severity::Error => "31",
                Severity::Warning => "33",
                Severity::Note => "36",
            };
            format!("\u{1b}[1;{color}m{}[{code}]\u{1b}[0m", severity.word())
        }
    };
    format!(
        "{path}:{}:{}: {word}: {}",
        position.line,
        position.column,
        printable(found.message.as_str())
    )
}

/// `2 errors, 1 warning`, where there is more than one thing to count.
fn summary(shown: &[&Diagnostic]) -> Option<String> {
    let count = |severity| shown.iter().filter(|found| found.severity() == severity).count();
    let words = |(severity, word): (Severity, &str)| match count(severity) {
        0 => None,
        1 => Some(format!("1 {word}")),
        more => Some(format!("{more} {word}s")),
    };
    let parts: Vec<String> =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
            .into_iter()
            .filter_map(words)
            .collect();
    let left_out = shown.len().saturating_sub(MAX_PRINTED);
    match (shown.len(), left_out) {
        (0 | 1, _) => None,
        (_, 0) => Some(parts.join(", ")),
        (_, left_out) => Some(format!("{}; {left_out} of them not shown", parts.join(", "))),
    }
}

/// The excerpts and the help of one diagnostic.
fn body<'a>(found: &'a Diagnostic, excerpts: &Excerpts<'a>) -> Group<'a> {
    let sources = excerpts.sources;
    let level = match found.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let at_primary = found.at_primary.as_deref().unwrap_or_default();
    let mut places = vec![(found.primary, at_primary, AnnotationKind::Primary)];
    let labels = found.labels.iter().take(PLACES);
    places.extend(labels.map(|label| (label.span, label.text.as_str(), AnnotationKind::Context)));
    let mut group = Group::with_level(level);
    while let Some(&(first, _, _)) = places.first() {
        let line = sources.position(first).line;
        let is_near = |span: Span| {
            span.file == first.file && sources.position(span).line.abs_diff(line) <= NEAR
        };
        let (near, far) = places.into_iter().partition(|&(span, _, _)| is_near(span));
        places = far;
        if let Some(excerpt) = excerpt(first.file, &near, excerpts) {
            group = group.element(excerpt);
        }
    }
    let left_out = found.labels.len().saturating_sub(PLACES) + found.n_more_places;
    if left_out > 0 {
        group = group.element(Level::NOTE.message(format!("{left_out} more places are not shown")));
    }
    if let Some(sentence) = found.found_in.sentence() {
        group = group.element(Level::NOTE.message(printable(sentence)));
    }
    let help = found.help.iter().map(|help| Level::HELP.message(printable(help.as_str())));
    help.fold(group, Group::element)
}

/// A few lines of a file with the places in them marked.
fn excerpt<'a>(
    file: FileId,
    places: &[(Span, &'a str, AnnotationKind)],
    excerpts: &Excerpts<'a>,
) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let source = excerpts.sources.get(file);
    if source.text().is_empty() {
        return None;
    }
    let line_of = |span: &Span| source.position(span.start as usize).line;
    let first = places.iter().map(|(span, ..)| line_of(span)).min()?;
    let last = places.iter().map(|(span, ..)| line_of(span)).max()?;
    let window = source.lines(first, last);
    if window.len() > EXCERPT {
        return None;
    }
    let text = excerpts.masked(file, window.clone())?;
    let annotations = places.iter().map(|(span, label, kind)| {
        // `annotate-snippets` panics where a place begins inside a character.
        let within = |at: usize| source.boundary(at).clamp(window.start, window.end) - window.start;
        let (start, end) = (within(span.range().start), within(span.range().end));
        // A place that goes on over several lines is shown by its first.
        let line_end = text.get(start..).and_then(|rest| rest.find(['\n', '\r']));
        let end = line_end.map_or(end, |length| end.min(start + length)).max(start);
        let label = (!label.is_empty()).then(|| printable(*label));
        kind.span(start..end).label(label)
    });
    let annotations: Vec<_> = annotations.collect();
    let path = match excerpts.is_from_here {
        true => excerpts.sources.shown_path(file),
        false => source.path.as_str().into(),
    };
    let path = printable(shortly(&path)).into_owned();
    Some(Snippet::source(text).line_start(first).path(path).annotations(annotations))
}

/// The places that are never shown. A project may have hundreds of thousands of them, and each excerpt asks
/// for those in a few lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Concealed {
    /// By place, each with the furthest end of all up to it in its file.
    places: Vec<(Span, u32)>,
}

impl Concealed {
    pub(crate) fn of(places: &[Span]) -> Concealed {
        let mut sorted = places.to_vec();
        sorted.sort_unstable();
        let mut furthest = (None, 0);
        let places = sorted.into_iter().map(|span| {
            let before = if furthest.0 == Some(span.file) { furthest.1 } else { 0 };
            furthest = (Some(span.file), span.end.max(before));
            (span, furthest.1)
        });
        Concealed { places: places.collect() }
    }

    /// Those that lie in a part of a file.
    fn within(&self, file: FileId, window: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let from = self.places.partition_point(|(span, furthest)| {
            (span.file, *furthest as usize) <= (file, window.start)
        });
        let places = self.places.get(from..).unwrap_or_default().iter().map(|(span, _)| *span);
        let (start, end) = (window.start, window.end);
        let here = places.take_while(move |span| span.file == file && (span.start as usize) < end);
        here.map(Span::range).filter(move |range| range.end > start)
    }
}

/// Where secrets are in a file, in order, none within another.
type Secrets = Rc<[Range<usize>]>;

/// Ranges in order, with those that overlap as one.
fn joined(ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => joined.push(range),
        }
    }
    joined
}

/// The sources as diagnostics show them. Many diagnostics show the same lines, so what was found to be
/// secret there is kept.
pub(crate) struct Excerpts<'a> {
    sources: &'a Sources,
    concealed: &'a Concealed,
    /// What looks like a secret in a file.
    secrets: RefCell<BTreeMap<FileId, Secrets>>,
    /// Whether files are named from where the person stands, and not from the project's directory.
    is_from_here: bool,
    /// Bytes that may still be searched.
    left: Cell<usize>,
}

impl<'a> Excerpts<'a> {
    pub(crate) fn of(diagnostics: &'a Diagnostics, sources: &'a Sources) -> Excerpts<'a> {
        Excerpts {
            sources,
            concealed: diagnostics.concealed(),
            secrets: RefCell::default(),
            is_from_here: false,
            left: Cell::new(MAX_SEARCHED),
        }
    }

    /// A part of a text of at most `EXCERPT` bytes in which secrets are asterisks, and what a terminal may
    /// act on is a sign: byte for byte, so that places stay where they are. `None` where too much was
    /// searched before.
    fn masked(&self, file: FileId, window: Range<usize>) -> Option<String> {
        let source = self.sources.get(file);
        let mut hidden: Vec<Range<usize>> = self.concealed.within(file, &window).collect();
        let guessed = self.secrets(file, source)?;
        let first = guessed.partition_point(|range| range.end <= window.start);
        let here = guessed.get(first..).unwrap_or_default().iter();
        hidden.extend(here.take_while(|range| range.start < window.end).cloned());
        hidden.sort_unstable_by_key(|range| range.start);
        let mut hidden = hidden.into_iter().peekable();
        // Ranges may overlap: everything before this is hidden.
        let mut hidden_to = 0;
        let text = source.text().get(window.clone()).unwrap_or_default();
        let mut masked = String::with_capacity(text.len());
        for (offset, character) in text.char_indices() {
            let place = window.start + offset;
            while let Some(range) = hidden.next_if(|range| range.start <= place) {
                hidden_to = hidden_to.max(range.end);
            }
            match place < hidden_to && !matches!(character, '\n' | '\r') {
                true => (0..character.len_utf8()).for_each(|_| masked.push('*')),
                false => masked.push(shown(character)),
            }
        }
        Some(masked)
    }

    /// What looks like a secret anywhere in a file. What a line holds may be told by one far above it: a
    /// statement, a name with a value of many lines, the beginning of a key.
    fn secrets(&self, file: FileId, source: &Source) -> Option<Secrets> {
        if let Some(found) = self.secrets.borrow().get(&file) {
            return Some(Rc::clone(found));
        }
        let text = source.text();
        self.left.set(self.left.get().checked_sub(text.len())?);
        // What is known to the byte needs no guess.
        let known: Vec<usize> =
            self.concealed.within(file, &(0..text.len())).map(|range| range.start).collect();
        let is_known = |start: usize| {
            let next = known.partition_point(|known| *known < start);
            known.get(next).is_some_and(|known| *known <= start + 1)
        };
        let mut found = secrets::found(text, is_known);
        found.sort_unstable_by_key(|range| range.start);
        let found: Secrets = joined(found).into();
        self.secrets.borrow_mut().insert(file, Rc::clone(&found));
        Some(found)
    }
}

/// A sign of as many bytes for a character that the renderer would print raw: the controls beyond
/// ASCII, of which U+009B alone begins an escape sequence, and what cannot be seen.
fn shown(character: char) -> char {
    let is_raw = is_unseen(character) || (character.is_control() && !character.is_ascii());
    match (is_raw, character.len_utf8()) {
        (false, _) | (true, 0 | 1) => character,
        (true, 2) => '¿',
        (true, 3) => char::REPLACEMENT_CHARACTER,
        // An inverse question mark, which has four bytes as well.
        (true, _) => '\u{1fbc4}',
    }
}
