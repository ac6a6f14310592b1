//! Diagnostics: what is wrong, where, and what to write instead.
//!
//! Every problem is a struct of its own (`diag::problems`) that turns into a [`Diagnostic`]; its
//! severity belongs to its [`Code`], and its place is a field, so that neither can be forgotten.
//! Stages add to [`Diagnostics`] and carry on; `diag::render` prints them.

pub mod accept;
pub(crate) mod characters;
pub mod codes;
pub mod environments;
mod message;
pub mod problems;
pub mod render;
pub mod secrets;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::effort::Effort;
use crate::source::{FileId, Sources, Span, printable};
use accept::{Acceptance, Acceptances, Accepted, Levels, Subject};
pub use codes::Code;
use environments::FoundIn;
pub use message::{Message, TEXT};
pub(crate) use message::{Quote, message};
pub use sql::near::nearest;

/// How bad it is. Ordered from least to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; never fails anything.
    Note,
    /// Probably not meant; fails `check --deny warnings` and nothing else.
    Warning,
    /// Certainly wrong: nothing is printed, exit code 1.
    Error,
}

impl Severity {
    /// The word for it: `error`, `warning`, `note`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// Another place that belongs to the problem, with what to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// One thing to tell the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of problem it is; also decides the severity.
    pub code: Code,
    /// Where it is.
    pub primary: Span,
    /// What is wrong: lower case, names in backticks, no full stop.
    pub message: String,
    /// What to say right at the place, if it adds to the message.
    pub at_primary: Option<String>,
    /// Other places that belong to it.
    pub labels: Vec<Label>,
    /// How many more places belong to it that are not even kept.
    pub n_more_places: usize,
    /// What to write instead.
    pub help: Vec<String>,
    /// Where it is found, when all environments are looked at.
    pub found_in: FoundIn,
    /// The severity that the command line gives it, if it does.
    level: Option<Severity>,
}

impl Diagnostic {
    /// A problem at a place. Its texts, here and below, have masked the secrets in what they quote; what a
    /// terminal would act on is escaped here.
    pub fn new(code: Code, primary: Span, message: impl Into<Message>) -> Diagnostic {
        Diagnostic {
            code,
            primary,
            message: words(&message.into()),
            at_primary: None,
            labels: Vec::new(),
            n_more_places: 0,
            help: Vec::new(),
            found_in: FoundIn::Base,
            level: None,
        }
    }

    /// Says something right at the primary place.
    #[must_use]
    pub fn at(mut self, text: impl Into<Message>) -> Diagnostic {
        self.at_primary = Some(words(&text.into()));
        self
    }

    /// Shows another place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<Message>) -> Diagnostic {
        self.labels.push(Label { span, text: words(&text.into()) });
        self
    }

    /// Says that more places belong to it than are shown.
    #[must_use]
    pub fn and_more_places(mut self, n_more_places: usize) -> Diagnostic {
        self.n_more_places += n_more_places;
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub fn help(mut self, text: impl Into<Message>) -> Diagnostic {
        self.help.push(words(&text.into()));
        self
    }

    /// The severity of its code, or that of the command line.
    pub fn severity(&self) -> Severity {
        self.level.unwrap_or(self.code.severity())
    }
}

/// What a run has found so far.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    n_errors: usize,
    n_left_out: usize,
    levels: Levels,
    /// The comments that accept something, once they have been read.
    acceptances: Option<Acceptances>,
    /// What is accepted at its line.
    accepted: Vec<Accepted>,
    /// Whether there were more errors than are kept, of which nobody knows whether they are accepted.
    has_lost_errors: bool,
    /// What the stages have used of their limits.
    pub effort: Effort,
    /// What other environments have used before: the limits on reading are smaller by it.
    pub used_before: Effort,
    concealed: Vec<Span>,
    /// The same, to find them by; made when somebody asks.
    concealed_index: OnceLock<render::Concealed>,
}

/// The most errors that are kept, and the most of what is less: no one reads more, and whoever
/// makes a million of them is not to be paid for it in memory.
pub const KEPT: usize = 1_000;
/// Beyond so many nobody is helped by a guess at what one more of them means.
const MAX_GUESSED_NAMES: usize = 200;

impl Diagnostics {
    /// Adds a problem.
    pub fn report(&mut self, problem: impl Into<Diagnostic>) {
        // Not even put into words, which may mean a search for the nearest name.
        if self.n_errors >= KEPT {
            self.n_left_out += 1;
            return;
        }
        let found = problem.into();
        let is_error = found.severity() == Severity::Error;
        if !is_error && self.found.len() - self.n_errors >= KEPT {
            self.n_left_out += 1;
            return;
        }
        self.n_errors += usize::from(is_error);
        self.found.push(found);
    }

    /// Adds a problem that is costly to describe, where there may be very many of them.
    pub fn report_with<P: Into<Diagnostic>>(&mut self, problem: impl FnOnce() -> P) {
        match self.n_errors >= KEPT {
            true => self.n_left_out += 1,
            false => self.report(problem()),
        }
    }

    /// Whether what was found is still few enough to look through all files for what may be meant.
    pub fn are_few(&self) -> bool {
        self.found.len() < MAX_GUESSED_NAMES
    }

    /// For a run in which the command line gives codes these levels.
    pub fn with_levels(levels: Levels) -> Diagnostics {
        Diagnostics { levels, ..Diagnostics::default() }
    }

    /// Takes out what is accepted at its line, and gives everything else the severity that the command
    /// line says. What is reported later is not affected until this is called again.
    pub fn settle(&mut self, sources: &Sources) {
        let mut acceptances = match self.acceptances.take() {
            Some(acceptances) => acceptances,
            None => Acceptances::of(sources, self),
        };
        self.has_lost_errors |= self.n_errors >= KEPT && self.n_left_out > 0;
        let found = std::mem::take(&mut self.found);
        for mut diagnostic in found {
            let code = diagnostic.code;
            let line = (diagnostic.primary.file, sources.position(diagnostic.primary).line);
            if code.may_be_accepted()
                && let Some(by) = acceptances.at(Subject::Code(code), line)
            {
                self.accepted.push(Accepted { diagnostic, by: by.clone() });
            } else if let Some(severity) = self.levels.severity(code) {
                diagnostic.level = Some(severity);
                self.found.push(diagnostic);
            }
        }
        let errors = self.found.iter().filter(|found| found.severity() == Severity::Error);
        self.n_errors = errors.count();
        self.acceptances = Some(acceptances);
    }

    /// Reports the comments that accept what is not there.
    pub fn report_unused_acceptances(&mut self) {
        let acceptances = self.acceptances.take();
        if let Some(acceptances) = &acceptances {
            acceptances.report_unused(self);
        }
        self.acceptances = acceptances;
    }

    /// Forgets what was found, once it has been shown.
    pub fn forget_found(&mut self) {
        let Diagnostics { levels, acceptances, concealed, .. } = std::mem::take(self);
        *self = Diagnostics { levels, acceptances, concealed, ..Diagnostics::default() };
    }

    /// What comments accept of changes, with what they say.
    pub fn accepted_changes(&self) -> impl Iterator<Item = &Acceptance> {
        self.acceptances.iter().flat_map(Acceptances::of_changes)
    }

    /// What is accepted at its line, by file and place.
    pub fn accepted(&self) -> Vec<&Accepted> {
        let mut accepted: Vec<&Accepted> = self.accepted.iter().collect();
        accepted.sort_by_key(|it| (it.by.place, it.diagnostic.primary, it.diagnostic.code));
        accepted.dedup();
        accepted
    }

    /// How many were reported beyond those that are kept.
    pub fn n_left_out(&self) -> usize {
        self.n_left_out
    }

    /// Adds all that another run has found.
    pub fn append(&mut self, other: Diagnostics) {
        self.n_left_out += other.n_left_out;
        self.has_lost_errors |= other.has_lost_errors;
        self.accepted.extend(other.accepted);
        other.found.into_iter().for_each(|found| self.report(found));
        self.concealed.extend(other.concealed);
        self.concealed_index = OnceLock::new();
    }

    /// Whether an error of the same file has said already what is wrong with a field: what lacks it follows
    /// from that.
    pub fn explains(&self, file: FileId, field: &str) -> bool {
        let quoted = format!("`{field}");
        let is_about =
            |text: &String| text.contains(&quoted) || text.contains(&format!("{field}: "));
        self.found.iter().take(MAX_GUESSED_NAMES).any(|found| {
            found.primary.file == file
                && matches!(found.code, Code::WrongType | Code::UnknownField)
                && (is_about(&found.message) || found.help.iter().any(is_about))
        })
    }

    /// Never shows what stands at a place, in no excerpt: a password.
    pub fn conceal(&mut self, span: Span) {
        self.concealed.push(span);
        self.concealed_index = OnceLock::new();
    }

    /// The places that are never shown.
    pub(crate) fn concealed(&self) -> &render::Concealed {
        self.concealed_index.get_or_init(|| render::Concealed::of(&self.concealed))
    }

    /// Whether an error is among them: then nothing may be printed.
    pub fn has_errors(&self) -> bool {
        self.n_errors > 0 || self.has_lost_errors
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// In the order in which to show them: errors first, then by file and place; each once. Before
    /// all others comes a bound that was met, since it is why the rest may not be all.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = self.found.iter().collect();
        sorted.sort_by(|a, b| {
            let key = |d: &Diagnostic| {
                let is_bound = d.code == Code::LimitExceeded;
                (std::cmp::Reverse((d.severity(), is_bound)), d.primary, d.code)
            };
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        sorted.dedup();
        // What could not be read is no value, which is no news.
        let start = |found: &Diagnostic| (found.primary.file, found.primary.start);
        let is_unread = |found: &Diagnostic| found.code <= Code::UnprintableText;
        let unread: BTreeSet<(FileId, u32)> =
            sorted.iter().filter(|found| is_unread(found)).map(|found| start(found)).collect();
        sorted.retain(|found| is_unread(found) || !unread.contains(&start(found)));
        sorted
    }
}

/// A message as it is shown: without what a terminal would act on, cut where it gets too long to be
/// read.
fn words(message: &Message) -> String {
    match message::beginning(message.as_str(), TEXT) {
        (kept, true) => printable(kept).into_owned(),
        (kept, false) => format!("{}…", printable(kept)),
    }
}
