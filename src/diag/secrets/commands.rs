//! Passwords among the arguments of commands: what follows `--password`, and what each program calls
//! it in one letter.

use std::ops::Range;

use crate::diag::secrets::names::{MAX_NAME_LEN, is_harmless, is_name};
use crate::diag::secrets::shapes::{COMMANDS, Takes};

/// Reads the words of a command from left to right.
#[derive(Default)]
pub(crate) struct Arguments {
    takes: Option<Takes>,
    pending: Option<Pending>,
}

/// What the next word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    /// A secret, all of it.
    Secret,
    /// `user:secret`.
    UserSecret,
    /// `pass:secret`, or where it is.
    Source,
    /// `name=secret`.
    Literal,
    /// Words that are none come first.
    After(u8),
}

impl Arguments {
    /// Whether the next word may be a secret.
    pub(crate) fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Another command begins.
    pub(crate) fn end(&mut self) {
        *self = Arguments::default();
    }

    /// The next word of the command; returns what is secret in it.
    pub(crate) fn word(&mut self, word: &str) -> Option<Range<usize>> {
        let pending = self.pending.take();
        match pending {
            Some(Pending::After(n_more)) if !word.starts_with('-') => {
                self.pending = Some(match n_more {
                    0 | 1 => Pending::Secret,
                    more => Pending::After(more - 1),
                });
                return None;
            }
            // A flag among them.
            Some(Pending::After(n_more)) => self.pending = Some(Pending::After(n_more)),
            Some(Pending::UserSecret) => return after(word, &[':', '%', ',']),
            Some(Pending::Source) => {
                let is_literal = word.starts_with("pass:");
                return is_literal
                    .then_some("pass:".len()..word.len())
                    .filter(|range| !range.is_empty());
            }
            Some(Pending::Literal) => return after(word, &['=']),
            Some(Pending::Secret) if word.starts_with('-') && word.len() > 1 => {}
            Some(Pending::Secret) => return (!is_harmless(word)).then_some(0..word.len()),
            None => {}
        }
        match word.strip_prefix('-') {
            Some(rest) => self.flag(rest),
            None => {
                let name = word.rsplit('/').next().unwrap_or_default();
                let is_row = |row: &&(&[&str], Takes)| row.0.contains(&name);
                let may_be = is_letter_of_command(name);
                if let Some((_, takes)) = COMMANDS.iter().filter(|_| may_be).find(is_row) {
                    self.takes = Some(*takes);
                }
                let subcommand = self.takes.and_then(|takes| {
                    takes.after.iter().find(|(subcommand, _)| *subcommand == word)
                });
                if let Some(&(_, n_before)) = subcommand {
                    self.pending = Some(match n_before {
                        0 => Pending::Secret,
                        n_before => Pending::After(n_before),
                    });
                }
                None
            }
        }
    }

    /// A flag, without its first `-`.
    fn flag(&mut self, rest: &str) -> Option<Range<usize>> {
        let takes = self.takes.unwrap_or(Takes::NOTHING);
        let name = rest.strip_prefix('-').unwrap_or(rest);
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (name, None),
        };
        // `--password=x`, whose value is masked as any other.
        let start = rest.len() + 1 - value.map_or(0, str::len);
        let shift = |range: Range<usize>| start + range.start..start + range.end;
        if name.len() <= MAX_NAME_LEN {
            let is_one_of = |names: &[&str]| names.contains(&name);
            let pending = if is_one_of(takes.pairs) && rest != name.to_owned() + "=" {
                Some(Pending::UserSecret)
            } else if is_one_of(&["from-literal"]) {
                Some(Pending::Literal)
            } else if is_one_of(&["passin", "passout"])
                || (is_one_of(&["pass"]) && takes.has_sources)
            {
                Some(Pending::Source)
            } else if is_flag(name) || is_one_of(takes.secrets) {
                Some(Pending::Secret)
            } else {
                None
            };
            match (pending, value) {
                (None, _) => {}
                (pending, None) => {
                    self.pending = pending;
                    return None;
                }
                (Some(Pending::UserSecret), Some(value)) => {
                    return after(value, &[':', '%', ',']).map(shift);
                }
                (Some(Pending::Literal), Some(value)) => return after(value, &['=']).map(shift),
                (Some(Pending::Source), Some(value)) => {
                    return value.starts_with("pass:").then(|| shift("pass:".len()..value.len()));
                }
                (Some(_), Some(value)) => {
                    return (!is_harmless(value) && !value.is_empty())
                        .then(|| shift(0..value.len()));
                }
            }
        }
        // `-psecret`
        let attached = takes.attached.iter().find_map(|flag| rest.strip_prefix(*flag))?;
        let start = rest.len() + 1 - attached.len();
        let is_secret = !attached.is_empty() && !is_harmless(attached) && attached != "$";
        is_secret.then_some(start..start + attached.len())
    }

    /// Whether a word is a flag to which its secret is attached, and which so far has none.
    pub(crate) fn is_attached(&self, word: &str) -> bool {
        let attached = self.takes.map_or(&[] as &[&str], |takes| takes.attached);
        word.strip_prefix('-').is_some_and(|flag| attached.contains(&flag))
    }
}

/// What stands behind the first of some signs.
fn after(word: &str, signs: &[char]) -> Option<Range<usize>> {
    let start = word.find(signs)? + 1;
    let value = word.get(start..)?;
    (!value.is_empty() && !is_harmless(value) && value != "$").then_some(start..word.len())
}

/// Whether an option of a command takes a secret: `password`, and not `password-file`.
pub(super) fn is_flag(name: &str) -> bool {
    is_name(name) || name == "secret"
}

/// A look at its first letter and its length first: every word of a file is asked about.
fn is_letter_of_command(word: &str) -> bool {
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would complain")]
    const LENGTHS: [u32; 128] = {
        let mut lengths = [0; 128];
        let mut row = 0;
        while row < COMMANDS.len() {
            let names = COMMANDS[row].0;
            let mut at = 0;
            while at < names.len() {
                lengths[(names[at].as_bytes()[0] & 127) as usize] |= 1 << (names[at].len() & 31);
                at += 1;
            }
            row += 1;
        }
        lengths
    };
    let first = word.bytes().next().map_or(0, usize::from);
    let lengths = LENGTHS.get(first).copied().unwrap_or_default();
    word.len() < 32 && lengths & (1 << word.len()) != 0
}
