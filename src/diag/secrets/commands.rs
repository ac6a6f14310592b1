//! Passwords among the arguments of commands: what follows `--password`, and what each program calls
//! it in one letter.

use std::ops::Range;

use crate::diag::secrets::names::{Ending, MAX_NAME_LEN, ending, is_name, is_strong_secret};
use crate::diag::secrets::programs::{ALL, COMMANDS, LITERALS, PAIRS, Takes};
use crate::diag::secrets::values::{is_harmless, is_secret_value};

/// Reads the words of a command from left to right.
#[derive(Default)]
pub(crate) struct Arguments {
    takes: Option<Takes>,
    pending: Option<Pending>,
    /// The word before.
    before: String,
    /// How many words that are no flags came since the command, and what `-b` and `-n` say of them.
    n_words: u8,
    is_batch: bool,
    is_printed: bool,
    /// A word before says that what has a sign is a secret.
    has_signs: bool,
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
    /// The name of a Secret, or a secret.
    Object,
    /// Words that are none come first, and flags may.
    After(u8),
}

impl Arguments {
    /// Whether the next word may be a secret.
    pub(crate) fn is_pending(&self) -> bool {
        self.is_pending_word() || self.has_signs
    }

    /// Whether the next word may be a secret that has any sign in it.
    pub(super) fn is_pending_word(&self) -> bool {
        match self.pending {
            // These go on to the end of the command.
            Some(Pending::After(ALL | LITERALS | PAIRS)) | None => false,
            Some(_) => true,
        }
    }

    /// Whether the next words may be `name=secret`.
    pub(super) fn is_pending_literal(&self) -> bool {
        self.pending == Some(Pending::After(LITERALS))
    }

    /// Whether the next word may be `user,secret`.
    pub(super) fn is_pending_pair(&self) -> bool {
        self.pending == Some(Pending::UserSecret)
    }

    /// Another command begins.
    pub(crate) fn end(&mut self) {
        *self = Arguments::default();
    }

    /// The next word of the command; returns what is secret in it.
    pub(crate) fn word(&mut self, word: &str) -> Option<Range<usize>> {
        let found = self.next_word(word);
        if self.takes.is_some() {
            self.before.clear();
            self.before.push_str(word.get(..word.len().min(32)).unwrap_or_default());
        }
        found
    }

    fn next_word(&mut self, word: &str) -> Option<Range<usize>> {
        // What is read from a file, or follows `<<<`.
        if word.starts_with('<') && word.len() <= 3 {
            if word.len() == 1 {
                self.pending = None;
            }
            return None;
        }
        let pending = self.pending.take();
        let is_flag = word.starts_with('-') && word.len() > 1;
        match pending {
            Some(Pending::After(n_more)) if is_flag => self.pending = Some(Pending::After(n_more)),
            Some(Pending::After(0)) => return self.last(word),
            Some(Pending::After(all @ (ALL | LITERALS | PAIRS))) => {
                self.pending = Some(Pending::After(all));
                return match all {
                    // What begins with `@` is read from a file.
                    LITERALS if word.contains("=@") => None,
                    LITERALS => after(word, &['=']),
                    PAIRS if matches!(self.before.as_str(), "with" | "without" | "only") => None,
                    PAIRS if word.contains("://") || word.contains("::") => None,
                    PAIRS => after(word, &[':']),
                    _ => (!is_harmless(word)).then_some(0..word.len()),
                };
            }
            Some(Pending::After(n_more)) => {
                self.pending = Some(Pending::After(n_more - 1));
                return None;
            }
            Some(Pending::UserSecret) => return after(word, &[':', '%', ',']),
            Some(Pending::Source) => {
                let is_literal = word.starts_with("pass:");
                return is_literal
                    .then_some("pass:".len()..word.len())
                    .filter(|range| !range.is_empty());
            }
            Some(Pending::Literal) => return after(word, &['=']),
            Some(Pending::Secret | Pending::Object) if is_flag => {}
            Some(Pending::Object) => return is_in_object(word).then_some(0..word.len()),
            Some(Pending::Secret) => return (!is_harmless(word)).then_some(0..word.len()),
            None => {}
        }
        match word.strip_prefix('-') {
            Some(rest) => self.flag(rest),
            None => self.plain(word),
        }
    }

    /// The word that a secret has come to: `login x`, and not `login username=u`.
    fn last(&mut self, word: &str) -> Option<Range<usize>> {
        // A variable of PowerShell: `$password`.
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_:.".contains(&byte);
        if word.strip_prefix('$').is_some_and(|name| name.bytes().all(is_letter)) {
            return None;
        }
        if let Some((name, value)) = word.split_once('=')
            && !name.is_empty()
            && !value.is_empty()
            && !value.starts_with('=')
        {
            if !is_flag(name) {
                self.pending = Some(Pending::After(0));
                return None;
            }
            return after(word, &['=']);
        }
        (!is_harmless(word)).then_some(0..word.len())
    }

    /// A word that is no flag and no value of one.
    fn plain(&mut self, word: &str) -> Option<Range<usize>> {
        if let Some(takes) = self.takes {
            if let Some(found) = self.argument(word, &takes) {
                return found;
            }
            self.n_words = self.n_words.saturating_add(1);
            if takes.has_batch && self.is_batch {
                let n_before = if self.is_printed { 2 } else { 3 };
                return (self.n_words == n_before && !is_harmless(word)).then_some(0..word.len());
            }
        }
        let name = word.rsplit('/').next().unwrap_or_default();
        // `docker login` takes other flags than `docker`; what has its own keeps them.
        let has_own = |takes: Takes| takes.secrets.iter().any(|flag| ["p", "t"].contains(flag));
        let keeps = name == "login" && self.takes.is_some_and(has_own);
        if let Some(takes) = takes(name).filter(|_| !keeps) {
            let first = takes.after.iter().find(|(argument, _)| argument.is_empty());
            let pending = first.map(|(_, n_before)| Pending::After(*n_before));
            *self = Arguments { takes: Some(takes), pending, ..Arguments::default() };
        }
        None
    }

    /// An argument that is a secret, or says that one follows; nothing where it is neither.
    fn argument(&mut self, word: &str, takes: &Takes) -> Option<Option<Range<usize>>> {
        let is_after = |(argument, _): &&(&str, u8)| match argument.split_once(' ') {
            Some((first, second)) => self.before == first && word == second,
            None if argument.ends_with('.') => word.starts_with(argument),
            None => word == *argument,
        };
        if let Some(&(_, n_before)) = takes.after.iter().find(is_after) {
            self.pending = Some(Pending::After(n_before));
            return Some(None);
        }
        if self.has_signs
            && let Some(secret) = takes.signs.iter().find_map(|sign| word.strip_prefix(sign))
        {
            let start = word.len() - secret.len();
            return Some((!secret.is_empty() && !is_harmless(secret)).then_some(start..word.len()));
        }
        self.has_signs |= !takes.signs.is_empty() && word.eq_ignore_ascii_case("setuser");
        if takes.has_names && word.len() <= MAX_NAME_LEN && !word.contains("://") {
            let name = word.rsplit([':', '.', '/']).next().unwrap_or_default();
            // `CONFIG GET requirepass`
            let is_asked = ["get", "unset", "delete"]
                .iter()
                .any(|verb| self.before.eq_ignore_ascii_case(verb));
            if !word.contains('=') && is_name(name) && !is_asked {
                self.pending = Some(Pending::After(0));
                return Some(None);
            }
        }
        if takes.has_logins && !word.starts_with(['/', '@']) && word.contains('/') {
            let start = word.find('/')? + 1;
            let end = word.get(start..)?.find('@').map_or(word.len(), |length| start + length);
            let password = word.get(start..end)?;
            // `u/"x"@h`
            if start == word.len() {
                self.pending = Some(Pending::Secret);
            }
            return Some((!password.is_empty() && !is_harmless(password)).then_some(start..end));
        }
        None
    }

    /// A flag, without its first `-`.
    fn flag(&mut self, rest: &str) -> Option<Range<usize>> {
        let takes = self.takes.unwrap_or(Takes::NOTHING);
        if !rest.starts_with('-') && takes.has_batch {
            self.is_batch |= rest.contains('b');
            self.is_printed |= rest.contains('n');
            return None;
        }
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
            } else if is_one_of(&["from-literal"]) || is_one_of(takes.literals) {
                Some(Pending::Literal)
            } else if is_one_of(&["passin", "passout"])
                || (is_one_of(&["pass"]) && takes.has_sources)
            {
                Some(Pending::Source)
            } else if ending(name) == Some(Ending::Secret) && !is_strong_secret(name, false) {
                // `pulumi config set --secret password x`
                (!takes.has_names).then_some(Pending::Object)
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
                (Some(Pending::Object), Some(value)) => {
                    return is_in_object(value).then(|| shift(0..value.len()));
                }
                (Some(_), Some(value)) => {
                    return (!is_harmless(value) && !value.is_empty())
                        .then(|| shift(0..value.len()));
                }
            }
        }
        self.bundle(rest, &takes)
    }

    /// `-psecret`, `-uuser:secret`, `-sSu user:secret`
    fn bundle(&mut self, rest: &str, takes: &Takes) -> Option<Range<usize>> {
        if rest.starts_with('-') || LONG_FLAGS.contains(&rest) {
            return None;
        }
        let pair = takes.pairs.iter().find_map(|flag| rest.strip_prefix(*flag));
        if let Some(pair) = pair.filter(|pair| pair.contains(':') || pair.contains('%')) {
            let start = rest.len() + 1 - pair.len();
            let range = after(pair, &[':', '%'])?;
            return Some(start + range.start..start + range.end);
        }
        let is_letter = |byte: u8| byte.is_ascii_alphabetic();
        let last = rest.get(rest.len().saturating_sub(1)..).unwrap_or_default();
        let is_bundle = (2..=6).contains(&rest.len()) && rest.bytes().all(is_letter);
        if is_bundle && takes.pairs.contains(&last) {
            self.pending = Some(Pending::UserSecret);
            return None;
        }
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

/// Whether the value of `--secret` is what a Secret holds, rather than its name.
fn is_in_object(word: &str) -> bool {
    is_secret_value("aSecret", word) && !is_harmless(word)
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

/// Whether a word is a command that takes secrets.
pub(super) fn is_command(word: &str) -> bool {
    takes(word).is_some()
}

fn takes(name: &str) -> Option<Takes> {
    if !is_letter_of_command(name) {
        return None;
    }
    COMMANDS.iter().find(|(names, _)| names.contains(&name)).map(|(_, takes)| *takes)
}

/// Flags with one `-` that are words, and begin as a flag to which a secret is attached.
const LONG_FLAGS: [&str; 12] = [
    "port",
    "ports",
    "protocol",
    "pipe",
    "plugin",
    "prompt",
    "pager",
    "password",
    "passphrase",
    "parallel",
    "all",
    "auth",
];

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
