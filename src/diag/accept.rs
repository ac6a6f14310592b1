//! What is accepted at its line with a reason, and the severity that the command line gives a code.
//!
//! `# generate: allow CODE reason` in YAML, `-- generate: allow CODE reason` in SQL and `//` in HCL stand
//! at the end of the line that they are about, or in lines of their own before it. A change has no line
//! where something is dropped: `generate: allow destructive users.nick reason` names what changes, and
//! may stand anywhere; it holds for the change that adds it, and not for later ones.

use std::collections::BTreeMap;

use crate::diag::codes::Code;
use crate::diag::problems::accept::{InvalidAcceptance, UnusedAcceptance};
use crate::diag::{Diagnostic, Diagnostics, Severity, nearest};
use crate::source::{FileId, Source, Sources, Span};

/// What a comment begins with that accepts something, behind the sign of the comment.
const MARK: &str = "generate: allow";
/// The longest reason that is kept, in characters.
const MAX_REASON_LEN: usize = 300;

/// What can be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Diagnostics of this code.
    Code(Code),
    /// Changes that lose data or break clients: what `diff --deny destructive` fails on.
    Destructive,
    /// Changes that are refused: what `diff --deny refused` fails on.
    Refused,
    /// Changes that have to be split: what `diff --deny split` fails on.
    Split,
}

impl Subject {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Subject::Code(code) => code.name(),
            Subject::Destructive => "destructive",
            Subject::Refused => "refused",
            Subject::Split => "split",
        }
    }

    fn called(word: &str) -> Option<Subject> {
        let changes = [Subject::Destructive, Subject::Refused, Subject::Split];
        let mut all = Code::ALL.iter().map(|&code| Subject::Code(code)).chain(changes);
        all.find(|subject| subject.name() == word)
    }
}

/// A comment that accepts something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// What it accepts.
    pub subject: Subject,
    /// What changes, as `diff` names it (`users.nick`, `Database/shop`); empty for a code.
    pub object: String,
    /// Why, in the words of whoever accepts it.
    pub reason: String,
    /// Where the comment is.
    pub place: Span,
}

/// The acceptances of a project, by file and line.
#[derive(Clone, Debug, Default)]
pub(super) struct Acceptances {
    all: Vec<Acceptance>,
    by_line: BTreeMap<(FileId, usize), Vec<usize>>,
    used: Vec<bool>,
}

impl Acceptances {
    /// Reads the comments of all files, and reports those that accept nothing.
    pub(super) fn of(sources: &Sources, diagnostics: &mut Diagnostics) -> Acceptances {
        let mut found = Acceptances::default();
        for (file, source) in sources.iter() {
            if source.is_in_project() && source.text().contains(MARK) {
                found.read(file, source, diagnostics);
            }
        }
        found.used = vec![false; found.all.len()];
        found
    }

    fn read(&mut self, file: FileId, source: &Source, diagnostics: &mut Diagnostics) {
        let mut start = 0;
        // Those of the comments right before the next line.
        let mut pending: Vec<usize> = Vec::new();
        for (number, line) in source.text().split_inclusive('\n').enumerate() {
            let is_comment = is_comment(line);
            if let Some(at) = mark(line) {
                let end = start + line.trim_end().len();
                let place = Span::new(file, start + at..end);
                let text = line.get(at..).unwrap_or_default().trim_end();
                match acceptance(text, place, diagnostics.are_few()) {
                    Ok(acceptance) => {
                        pending.push(self.all.len());
                        self.all.push(acceptance);
                    }
                    Err(problem) => diagnostics.report(problem),
                }
            }
            start += line.len();
            if !is_comment && !line.trim().is_empty() && !pending.is_empty() {
                self.by_line.entry((file, number + 1)).or_default().append(&mut pending);
            }
        }
    }

    /// What accepts something at a line, which counts as used from now on.
    pub(super) fn at(&mut self, subject: Subject, line: (FileId, usize)) -> Option<&Acceptance> {
        let there = self.by_line.get(&line)?;
        let all = &self.all;
        let is_it = |&&number: &&usize| all.get(number).is_some_and(|it| it.subject == subject);
        let number = *there.iter().find(is_it)?;
        self.used.get_mut(number).map(|used| *used = true)?;
        self.all.get(number)
    }

    /// What is accepted of changes.
    pub(super) fn of_changes(&self) -> impl Iterator<Item = &Acceptance> {
        self.all.iter().filter(|it| !matches!(it.subject, Subject::Code(_)))
    }

    /// Reports those that nothing needed. What is accepted of a change is seen in `diff` alone.
    pub(super) fn report_unused(&self, diagnostics: &mut Diagnostics) {
        for (acceptance, _) in self.all.iter().zip(&self.used).filter(|(_, used)| !**used) {
            if let Subject::Code(code) = acceptance.subject {
                diagnostics
                    .report(UnusedAcceptance { primary: acceptance.place, code: code.name() });
            }
        }
    }
}

/// Where in a line the mark of an acceptance is: right behind the sign of a comment.
fn mark(line: &str) -> Option<usize> {
    let at = line.find(MARK)?;
    let before = line.get(..at)?.trim_end_matches([' ', '\t']);
    ["#", "--", "//"].iter().any(|sign| before.ends_with(sign)).then_some(at)
}

/// Whether a line holds nothing but a comment.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["#", "--", "//"].iter().any(|sign| line.starts_with(sign))
}

/// What `generate: allow CODE reason` accepts.
/// Of few mistakes only it is told what may be meant.
fn acceptance(text: &str, place: Span, are_few: bool) -> Result<Acceptance, InvalidAcceptance> {
    let rest = text.strip_prefix(MARK).unwrap_or_default();
    let (word, reason) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
    let invalid = |why| InvalidAcceptance { primary: place, code: word.to_owned(), why };
    let Some(subject) = Subject::called(word).filter(|_| rest.starts_with([' ', '\t'])) else {
        let known = Code::ALL.iter().map(|code| code.name());
        let nearest = if are_few { nearest(word, known) } else { None };
        let nearest = nearest.map(str::to_owned);
        return Err(invalid(Why::Unknown { nearest }));
    };
    if let Subject::Code(code) = subject
        && !code.may_be_accepted()
    {
        return Err(invalid(Why::Certain));
    }
    let (object, reason) = match subject {
        Subject::Code(_) => ("", reason),
        Subject::Destructive | Subject::Refused | Subject::Split => {
            reason.trim().split_once(char::is_whitespace).unwrap_or((reason, ""))
        }
    };
    if !reason.contains(char::is_alphanumeric) {
        return Err(invalid(Why::NoReason));
    }
    let reason = reason.trim().chars().take(MAX_REASON_LEN).collect();
    let object = object.chars().take(MAX_REASON_LEN).collect();
    Ok(Acceptance { subject, object, reason, place })
}

/// Why a comment accepts nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// There is no such code.
    Unknown {
        /// The one that may be meant.
        nearest: Option<String>,
    },
    /// What has this code is certainly wrong.
    Certain,
    /// No reason is given.
    NoReason,
}

/// What the command line makes of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Not reported.
    Allow,
    /// A warning.
    Warn,
    /// An error.
    Deny,
}

impl Level {
    fn flag(self) -> &'static str {
        match self {
            Level::Allow => "--allow",
            Level::Warn => "--warn",
            Level::Deny => "--deny",
        }
    }
}

/// The levels that the command line gives to codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    by_code: BTreeMap<Code, Level>,
}

impl Levels {
    /// Gives a level to a code.
    ///
    /// # Errors
    /// What is wrong with that: the code is unknown, has another level as well, or cannot be lowered.
    pub fn set(&mut self, name: &str, level: Level) -> Result<(), String> {
        let flag = level.flag();
        let Some(&code) = Code::ALL.iter().find(|code| code.name() == name) else {
            let known = Code::ALL.iter().map(|code| code.name());
            let nearest = nearest(name, known).map(|it| format!("; did you mean `{it}`?"));
            let nearest = nearest.unwrap_or_default();
            return Err(format!("`{flag} {name}`: there is no such diagnostic code{nearest}"));
        };
        if level != Level::Deny && !code.may_be_accepted() {
            return Err(format!(
                "`{flag} {name}`: what has this code is certainly wrong, and nothing can be generated from it"
            ));
        }
        match self.by_code.insert(code, level) {
            Some(other) if other != level => {
                Err(format!("`{name}` has both `{}` and `{flag}`", other.flag()))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The severity of a code; none where it is not reported.
    pub fn severity(&self, code: Code) -> Option<Severity> {
        match self.by_code.get(&code) {
            Some(Level::Allow) => None,
            Some(Level::Warn) => Some(Severity::Warning),
            Some(Level::Deny) => Some(Severity::Error),
            None => Some(code.severity()),
        }
    }
}

/// A diagnostic that is accepted at its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What is accepted.
    pub diagnostic: Diagnostic,
    /// By which comment.
    pub by: Acceptance,
}
