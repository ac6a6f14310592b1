//! Passwords in sentences: `the password is hunter2`. Which word is one is a guess: what has a digit or a
//! sign in it, and a last word that is none of the words that people say of passwords.

use std::ops::Range;

use crate::diag::secrets::assigned::last_word;
use crate::diag::secrets::names::is_name;
use crate::diag::secrets::values::is_harmless;

/// Last words of sentences about passwords.
const SAID: &[&str] = &[
    "absent",
    "bcrypt",
    "correct",
    "current",
    "default",
    "different",
    "elsewhere",
    "empty",
    "fixed",
    "hidden",
    "incorrect",
    "invalid",
    "known",
    "mandatory",
    "missing",
    "needed",
    "nothing",
    "optional",
    "plaintext",
    "present",
    "private",
    "public",
    "random",
    "secret",
    "static",
    "strong",
    "temporary",
    "undefined",
    "unique",
    "unknown",
    "unset",
    "wrong",
];
/// Ends of such words: `required`, `expiring`, `changeable`.
const ENDS: &[&str] = &["ed", "ing", "able", "ible", "ent", "ive", "less", "ly", "ten", "own"];
/// Names that have a digit: what a password is kept as.
const METHODS: &[&str] = &[
    "sha", "md", "base", "bcrypt", "scrypt", "argon", "pbkdf", "utf", "oauth", "rs", "hs", "v",
    "aes",
];

/// Hands over the word that a sentence says a password is.
pub(super) fn said(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
    for (at, is) in line.match_indices(" is") {
        let name = last_word(line.get(..at).unwrap_or_default());
        if !is_name(name) && !name.eq_ignore_ascii_case("secret") {
            continue;
        }
        let rest = line.get(at + is.len()..).unwrap_or_default();
        let value = rest.trim_start_matches([':', '=', ' ']);
        if value.len() == rest.len() {
            continue;
        }
        let bare = value.trim_start_matches(['"', '\'', '`', '\\', '(']);
        let is_quoted = value.starts_with(['"', '\'']);
        let ends = [' ', '"', '\'', '`', ',', ';', ')', '\t', '\\', '<'];
        let length = bare.find(ends).unwrap_or(bare.len());
        let word = bare.get(..length).unwrap_or_default();
        let word = word.trim_end_matches(['.', '!', '?', ':', '*', '_', '|']);
        let after = bare.get(length..).unwrap_or_default();
        let after = after.trim_start_matches(['"', '\'', '`', '\\']);
        let is_last = after.is_empty() || after.starts_with(['.', ';', ')', '<', '|']);
        let is_last =
            is_last || after.trim().is_empty() || is_quoted && after.starts_with([' ', ',']);
        if is_secret(word, is_quoted, is_last) && !is_harmless(bare) {
            let start = line.len() - bare.len();
            add(start..start + word.len());
        }
    }
}

fn is_secret(word: &str, is_quoted: bool, is_last: bool) -> bool {
    let n_digits = word.bytes().filter(u8::is_ascii_digit).count();
    let method = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
    let is_method = METHODS.iter().any(|name| method.eq_ignore_ascii_case(name));
    let has_sign = word.contains(['!', '@', '#', '$', '%', '^', '&']);
    if word.len() < 4 || is_method || (n_digits == 0 && is_name(word)) {
        return false;
    }
    if n_digits == word.len() {
        return is_last;
    }
    if n_digits > 0 || has_sign || is_quoted && is_last {
        return true;
    }
    is_last
        && word.len() >= 6
        && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !SAID.iter().any(|said| word.eq_ignore_ascii_case(said))
        && !ENDS.iter().any(|end| word.ends_with(end))
}
