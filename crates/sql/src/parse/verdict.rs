//! What `sqlparser` says about a statement: the one place where it is called.
//!
//! It can abort the process on flat chains of operators (its trees are dropped by recursion), so
//! that it is asked on a large stack alone, and about no statement over 64 KiB.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{Builder, JoinHandle};

use sqlparser::parser::{Parser, ParserError};

use crate::dialect::Dialect;

/// No real statement but an `INSERT` is over 44 KiB.
pub(crate) const MAX_STATEMENT: usize = 64 * 1024;
/// No real statement has more than a few of these operators.
const MAX_COPIES: usize = 100;
const STACK: usize = 256 * 1024 * 1024;

/// Who is asked: a thread with a large stack, since there is no other way to have one. It begins with the
/// first question, and ends with this.
#[derive(Debug, Default)]
pub struct Verdicts {
    /// Nothing until the first question; then nothing inside, if no thread can be started.
    asked: Option<Option<Asked>>,
}

#[derive(Debug)]
struct Asked {
    questions: Sender<(Dialect, Vec<String>)>,
    answers: Receiver<Vec<Verdict>>,
    thread: JoinHandle<()>,
}

impl Verdicts {
    /// What it says about statements, in their order. Where no thread can be started, nothing.
    pub(crate) fn of(&mut self, statements: Vec<String>, dialect: Dialect) -> Vec<Verdict> {
        if statements.is_empty() {
            return Vec::new();
        }
        let Some(asked) = self.asked.get_or_insert_with(Asked::begin) else { return Vec::new() };
        let sent = asked.questions.send((dialect, statements)).is_ok();
        let Some(said) = sent.then(|| asked.answers.recv().ok()).flatten() else {
            self.end();
            return Vec::new();
        };
        said
    }

    /// Waits for the thread, and goes on with what may have gone wrong there.
    fn end(&mut self) {
        if let Some(Asked { questions, answers: _, thread }) = self.asked.take().flatten() {
            drop(questions);
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

impl Drop for Verdicts {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.end();
        }
    }
}

impl Asked {
    fn begin() -> Option<Asked> {
        let (questions, to_answer) = mpsc::channel::<(Dialect, Vec<String>)>();
        let (to_ask, answers) = mpsc::channel();
        let answer = move || {
            for (dialect, statements) in to_answer {
                let said = statements.iter().map(|text| verdict(text, dialect)).collect();
                if to_ask.send(said).is_err() {
                    return;
                }
            }
        };
        let thread =
            Builder::new().name("sqlparser".to_owned()).stack_size(STACK).spawn(answer).ok()?;
        Some(Asked { questions, answers, thread })
    }
}

/// What it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It can read it.
    Accepts,
    /// It cannot, from this byte of the statement on, where it says which.
    Refuses(Option<usize>),
    /// It was not asked: the statement would take it too long, or there is no large stack.
    None,
}

/// Asks about a statement, where the stack is large.
fn verdict(text: &str, dialect: Dialect) -> Verdict {
    let grammar = dialect.grammar();
    if text.len() > MAX_STATEMENT || copies_too_much(text, grammar.copying_operators) {
        return Verdict::None;
    }
    // `(row).*` is unknown to it.
    let without_rows = text.contains(").*").then(|| text.replace(").*", ")  "));
    match Parser::parse_sql(grammar.theirs, without_rows.as_deref().unwrap_or(text)) {
        Ok(_) => Verdict::Accepts,
        Err(ParserError::TokenizerError(message) | ParserError::ParserError(message)) => {
            Verdict::Refuses(place(&message, text))
        }
        Err(ParserError::RecursionLimitExceeded) => Verdict::None,
    }
}

/// Whether a text has too many of the operators that `sqlparser` is slow at.
fn copies_too_much(text: &str, copying: &[&str]) -> bool {
    let is_copying = |word: &&str| copying.iter().any(|other| word.eq_ignore_ascii_case(other));
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    !copying.is_empty() && words.filter(is_copying).nth(MAX_COPIES).is_some()
}

/// Its errors carry their place as text alone: `... at Line: 2, Column: 5`.
fn place(message: &str, text: &str) -> Option<usize> {
    let (_, place) = message.rsplit_once("Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    let line: usize = line.trim().parse().ok()?;
    let digits = column.split(|c: char| !c.is_ascii_digit()).next()?;
    let column: usize = digits.parse().ok()?;
    let mut start = 0;
    for _ in 1..line {
        start += text.get(start..)?.find('\n')? + 1;
    }
    let rest = text.get(start..)?;
    let within = rest.char_indices().nth(column.checked_sub(1)?).map_or(rest.len(), |(at, _)| at);
    Some(start + within)
}
