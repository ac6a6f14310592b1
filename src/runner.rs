//! Keeps the log of a CI job free of commands that the project wrote.
//!
//! GitHub's runner reads every line of standard output and standard error. A line that begins with
//! `::name ...::` is a command, and so is `##[name ...]` anywhere in a line (actions/runner
//! `ActionCommand.cs`, `TryParseV2` and `TryParse`); Azure Pipelines reads `##vso[...]` and TeamCity
//! `##teamcity[...]`. The text of a project can hold all of these, so everything that is printed goes
//! through a [`Guard`]. What it puts there means the same wherever the format allows it; in plain text it
//! is a `?` in place of one character, so that nothing moves.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::source::is_unseen;

/// What is printed, which decides how a character can be written in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines for people: one character becomes `?`.
    Text,
    /// Commands for GitHub's runner: lines begin with `::` as they should.
    Commands,
    /// JSON: `\u0023`. What cannot be seen is written in this way too.
    Json,
    /// HTML, SVG and DOT: `&#35;`.
    Markup,
    /// YAML, which `emit::yaml` writes without commands, and texts of our own.
    Own,
}

/// Whether a text holds a command for a runner, wherever its lines begin.
pub fn has_command(text: &str) -> bool {
    let is_possible = match text.is_ascii() {
        true => text.contains("##") || text.contains("::"),
        false => text.contains(['#', ':']),
    };
    if !is_possible {
        return false;
    }
    let mut place = LineState::default();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if place.begins_command(character, rest.as_str()) {
            return true;
        }
    }
    false
}

/// A line of text without a command.
pub fn harmless(line: &str) -> Cow<'_, str> {
    if !has_command(line) {
        return Cow::Borrowed(line);
    }
    let mut out = Vec::new();
    let mut guard = Guard::new(&mut out, Form::Text);
    // A `Vec` takes everything.
    let _ = guard.write_all(line.as_bytes());
    drop(guard);
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// What stands before a character in its line.
#[derive(Clone, Copy, Debug)]
struct LineState {
    /// Nothing but spaces so far.
    is_start: bool,
    /// The last character that can be seen.
    last: Option<char>,
    /// The line began with a single `:`.
    is_after_colon: bool,
}

impl Default for LineState {
    fn default() -> LineState {
        LineState { is_start: true, last: None, is_after_colon: false }
    }
}

impl LineState {
    /// Goes on by one character. Says whether it is the second of two that begin a command: .NET
    /// passes over what cannot be seen when it compares texts, so that is passed over here.
    fn begins_command(&mut self, character: char, rest: &str) -> bool {
        if matches!(character, '\n' | '\r') {
            *self = LineState::default();
            return false;
        }
        if is_unseen(character) {
            return false;
        }
        let is_command = match character {
            '#' => self.last == Some('#') && opens_bracket(rest),
            // `:::` names no command; excerpts have it before a second file.
            ':' => self.is_after_colon && !rest.starts_with(':'),
            _ => false,
        };
        self.is_after_colon = self.is_start && character == ':';
        self.is_start &= character.is_whitespace();
        self.last = Some(character);
        is_command
    }
}

/// Whether a word of letters and then `[` comes next: `[`, `vso[`, `teamcity[`. A word is short, and
/// a long one counts as a command without being read.
fn opens_bracket(rest: &str) -> bool {
    const WORD: usize = 64;
    let is_word = |character: &char| character.is_ascii_alphanumeric() || is_unseen(*character);
    let mut after = rest.chars().skip_while(is_word);
    after.next() == Some('[') || rest.chars().take(WORD).filter(is_word).count() == WORD
}

/// A writer that lets no command through to a runner.
#[derive(Debug)]
pub struct Guard<W: Write> {
    inner: W,
    form: Form,
    /// What is not decided yet: the end of what was written, from its last line on.
    pending: Vec<u8>,
    place: LineState,
}

/// A longer line is decided before its end is known.
const LONG_LINE: usize = 1 << 16;
/// So much of a long line is kept back: what a command begins with is shorter.
const KEPT_BACK: usize = 1 << 10;

impl<W: Write> Guard<W> {
    /// Guards a writer.
    pub fn new(inner: W, form: Form) -> Guard<W> {
        Guard { inner, form, pending: Vec::new(), place: LineState::default() }
    }

    /// Passes on the first bytes of what is pending; the rest is looked at, too.
    fn pass(&mut self, end: usize) -> io::Result<()> {
        let rest = self.pending.get(end..).unwrap_or_default().to_vec();
        let mut bytes = std::mem::replace(&mut self.pending, rest);
        let begin = bytes.get(..end).unwrap_or_default();
        if self.is_harmless(begin) {
            return self.inner.write_all(begin);
        }
        let mut end = end;
        if std::str::from_utf8(begin).is_err() {
            bytes = String::from_utf8_lossy(begin).into_owned().into_bytes();
            end = bytes.len();
        }
        let text = String::from_utf8_lossy(&bytes);
        let mut passed = String::with_capacity(end);
        for (at, character) in text.char_indices().take_while(|(at, _)| *at < end) {
            let after = text.get(at + character.len_utf8()..).unwrap_or_default();
            let is_command = self.place.begins_command(character, after)
                && !(self.form == Form::Commands && character == ':');
            match self.form {
                Form::Text | Form::Commands if is_command => passed.push('?'),
                Form::Markup if is_command => passed += &format!("&#{};", u32::from(character)),
                Form::Json if is_command || is_escaped(character) => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        passed += &format!("\\u{unit:04x}");
                    }
                }
                Form::Text | Form::Commands | Form::Markup | Form::Json | Form::Own => {
                    passed.push(character);
                }
            }
        }
        self.inner.write_all(passed.as_bytes())
    }

    /// Whether there is no command in ASCII text, which nearly all is: told without a look at each character.
    fn is_harmless(&mut self, begin: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(begin) else { return false };
        let is_open = self.place.is_after_colon || self.place.last == Some('#');
        if is_open || !text.is_ascii() || text.contains("##") || text.contains("::") {
            return false;
        }
        let is_ordinary = !text.contains('\u{7f}');
        if is_ordinary {
            let line = text.rfind(['\n', '\r']).and_then(|at| text.get(at..)).unwrap_or(text);
            line.chars().for_each(|character| _ = self.place.begins_command(character, ""));
        }
        is_ordinary
    }
}

/// What `serde_json` prints as it is, although a terminal acts on it.
fn is_escaped(character: char) -> bool {
    is_unseen(character)
        || (character.is_control() && !character.is_ascii_control())
        || character == '\u{7f}'
}

impl<W: Write> Write for Guard<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.form == Form::Own {
            return self.inner.write(bytes);
        }
        self.pending.extend_from_slice(bytes);
        let end = match self.pending.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None if self.pending.len() > LONG_LINE => {
                // Up to the beginning of a character.
                let most = self.pending.len() - KEPT_BACK;
                let is_begin = |at: &usize| self.pending.get(*at).is_some_and(|b| b & 0xc0 != 0x80);
                (0..=most).rev().find(is_begin).unwrap_or(0)
            }
            None => return Ok(bytes.len()),
        };
        self.pass(end)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass(self.pending.len())?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for Guard<W> {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guarded(form: Form, parts: &[&str]) -> String {
        let mut out = Vec::new();
        let mut guard = Guard::new(&mut out, form);
        for part in parts {
            let _ = guard.write_all(part.as_bytes());
        }
        drop(guard);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn a_command_is_written_in_another_way() {
        for (plain, text, json, markup) in [
            ("a ##[x]", "a #?[x]", "a #\\u0023[x]", "a #&#35;[x]"),
            ("###[x]", "##?[x]", "##\\u0023[x]", "##&#35;[x]"),
            ("##vso[x]", "#?vso[x]", "#\\u0023vso[x]", "#&#35;vso[x]"),
            (" ::x::y", " :?x::y", " :\\u003ax::y", " :&#58;x::y"),
            (
                "a\n\u{3000}::x::",
                "a\n\u{3000}:?x::",
                "a\n\u{3000}:\\u003ax::",
                "a\n\u{3000}:&#58;x::",
            ),
            (" ::: a.yaml:1", " ::: a.yaml:1", " ::: a.yaml:1", " ::: a.yaml:1"),
            ("## a [b] ::x", "## a [b] ::x", "## a [b] ::x", "## a [b] ::x"),
        ] {
            assert_eq!(guarded(Form::Text, &[plain]), text);
            assert_eq!(guarded(Form::Json, &[plain]), json);
            assert_eq!(guarded(Form::Markup, &[plain]), markup);
            assert_eq!(guarded(Form::Own, &[plain]), plain);
            assert_eq!(has_command(plain), plain != text, "{plain}");
        }
        assert_eq!(guarded(Form::Commands, &["::error::##[x]\n"]), "::error::#?[x]\n");
    }

    #[test]
    fn a_command_in_parts_or_around_what_cannot_be_seen_is_found() {
        assert_eq!(guarded(Form::Text, &["a #", "#", "[x]\n", "::", "x::"]), "a #?[x]\n:?x::");
        assert_eq!(guarded(Form::Text, &["#\u{200b}#\u{ad}[x]"]), "#\u{200b}?\u{ad}[x]");
        let long = "é".repeat(LONG_LINE);
        let expected = format!("{long}#?[x]{long}");
        assert_eq!(guarded(Form::Text, &[&long, "#", "#[x]", &long]), expected);
        assert_eq!(guarded(Form::Text, &[&"#".repeat(100_000), "[x]"]).matches('?').count(), 1);
    }

    #[test]
    fn json_shows_what_cannot_be_seen() {
        assert_eq!(
            guarded(Form::Json, &["\"\u{9b}\u{202e}\u{e0041}é\""]),
            "\"\\u009b\\u202e\\udb40\\udc41é\""
        );
    }
}
