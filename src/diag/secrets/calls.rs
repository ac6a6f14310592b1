//! Arguments of functions in a program: `define('DB_PASSWORD', 'x')`, `setPassword("x")`,
//! `mysqli_connect('h', 'u', 'x')`.

use std::ops::Range;

use crate::diag::secrets::assigned::{is_one_of, last_word};
use crate::diag::secrets::names::{MAX_NAME_LEN, is_header, is_name};
use crate::diag::secrets::rules::{COMPARERS, FUNCTIONS, SETTERS, Secrets};
use crate::diag::secrets::values::is_harmless;

/// Bytes of the arguments of a function that are read: each `(` of a text may begin some.
const MAX_ARGUMENTS_LEN: usize = 512;
const MAX_ARGUMENTS: usize = 8;

/// Hands over the places of secrets among arguments.
pub(super) fn secrets(text: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut hidden_to = 0;
    for (at, _) in text.match_indices('(') {
        if at < hidden_to {
            continue;
        }
        let before = text.get(..at).unwrap_or_default();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let n_letters = before.bytes().rev().take(48).take_while(is_part).count();
        let function = before.get(at - n_letters..).unwrap_or_default();
        let count = found.len();
        if let Some((n_least, secrets)) = known(before, function) {
            of_function(text, at + 1, n_least, secrets, found);
        }
        let quote = bytes
            .get(at + 1..)
            .unwrap_or_default()
            .iter()
            .take(8)
            .position(|byte| *byte != b' ' && *byte != b'\\');
        let quote_at = at + 1 + quote.unwrap_or(0);
        if let Some(&quote @ (b'\'' | b'"')) = bytes.get(quote_at) {
            let range = if is_one_of(function, SETTERS) {
                set(text, quote_at, quote)
            } else if takes_secret(function)
                || is_one_of(function, COMPARERS) && is_called_on_secret(before, function)
            {
                first(text, quote_at, quote)
            } else {
                None
            };
            found.extend(range);
        }
        for range in found.get(count..).unwrap_or_default() {
            hidden_to = hidden_to.max(range.end);
        }
    }
    // `http.basic_auth 'u', 'x'` of Ruby.
    const BARE: &str = "basic_auth ";
    for (at, _) in text.match_indices(BARE) {
        let start = at + BARE.len();
        if text.get(start..).is_some_and(|rest| rest.starts_with(['\'', '"'])) {
            of_function(text, start, 2, Secrets::At(1), found);
        }
    }
}

/// [`FUNCTIONS`]
fn known(before: &str, function: &str) -> Option<(usize, Secrets)> {
    let is_known = |name: &str| match name.rsplit_once('.') {
        None => function.eq_ignore_ascii_case(name),
        Some((_, last)) => {
            function.eq_ignore_ascii_case(last)
                && before
                    .get(before.len().saturating_sub(name.len())..)
                    .is_some_and(|path| path.len() == name.len() && path.eq_ignore_ascii_case(name))
        }
    };
    let row = FUNCTIONS.iter().find(|(name, ..)| function.len() >= 2 && is_known(name))?;
    Some((row.1, row.2))
}

/// Hides strings among the arguments that begin at a place.
fn of_function(
    text: &str,
    start: usize,
    n_least: usize,
    secrets: Secrets,
    found: &mut Vec<Range<usize>>,
) {
    let arguments = arguments(text, start);
    let n_arguments = arguments.len();
    if n_arguments < n_least {
        return;
    }
    let numbers = match secrets {
        Secrets::At(number) => number..number + 1,
        Secrets::From(number) => number..n_arguments,
        Secrets::Last => n_arguments - 1..n_arguments,
        Secrets::All | Secrets::AfterUser | Secrets::Pairs(_) | Secrets::AfterName => {
            0..n_arguments
        }
    };
    for range in arguments
        .get(numbers.start.min(n_arguments)..numbers.end.min(n_arguments))
        .unwrap_or_default()
    {
        let argument = text.get(range.clone()).unwrap_or_default();
        let bare = argument.trim_start();
        // `b'x'`, `"x".getBytes()`; one with a name in front has a name that tells what it is.
        let prefix = bare.len() - bare.trim_start_matches(['b', 'r', 'u', 'f', '\\']).len();
        let quoted = bare.get(prefix..).unwrap_or_default();
        let Some(quote) = quoted.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) else {
            continue;
        };
        let inside = quoted.get(1..).unwrap_or_default();
        let length = inside.find(quote).unwrap_or(inside.len());
        let secret = inside.get(..length).unwrap_or_default().trim_end_matches('\\');
        if secret.is_empty() || is_harmless(secret) || is_name(secret) || secret.contains("://") {
            continue;
        }
        let place = range.end - inside.len();
        found.push(place..place + secret.len());
    }
}

/// What commas separate from a place on, up to the `)` that closes, without what is in quotes and
/// brackets.
fn arguments(text: &str, start: usize) -> Vec<Range<usize>> {
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let mut arguments = Vec::new();
    let (mut depth, mut quote, mut is_escaped) = (0_usize, None, false);
    let mut begin = start;
    for (offset, &byte) in rest.iter().take(MAX_ARGUMENTS_LEN).enumerate() {
        let at = start + offset;
        match (quote, byte) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), b'\\') => is_escaped = true,
            (Some(open), byte) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}' | b';') if depth == 0 => {
                arguments.push(begin..at);
                return arguments;
            }
            (None, b')' | b']' | b'}') => depth -= 1,
            (None, b',') if depth == 0 => {
                arguments.push(begin..at);
                begin = at + 1;
                if arguments.len() >= MAX_ARGUMENTS {
                    return arguments;
                }
            }
            (None, _) => {}
        }
    }
    arguments.push(begin..start + rest.len().min(MAX_ARGUMENTS_LEN));
    arguments
}

/// Whether a function is named after the secret that it takes.
fn takes_secret(function: &str) -> bool {
    const READERS: [&str; 9] =
        ["get", "find", "fetch", "has", "is", "read", "load", "new", "generate"];
    let is_reader = READERS.iter().any(|verb| function.starts_with(verb));
    function.len() > 2 && !is_reader && is_name(function)
}

/// `password.equals("x")`, `expect(token).toBe("x")`
fn is_called_on_secret(before: &str, function: &str) -> bool {
    let object = before.strip_suffix(function).and_then(|before| before.strip_suffix('.'));
    object.is_some_and(|object| is_name(last_word(object.trim_end_matches(')'))))
}

/// What is given to the name of a secret: the rest of the line.
fn set(text: &str, quote_at: usize, quote: u8) -> Option<Range<usize>> {
    let inside = text.as_bytes().get(quote_at + 1..)?;
    let length = inside.iter().take(MAX_NAME_LEN).position(|byte| *byte == quote)?;
    let name = text.get(quote_at + 1..quote_at + 1 + length)?.trim_end_matches('\\');
    if !is_name(name) && !is_header(name) {
        return None;
    }
    let value = text.get(quote_at + 2 + length..)?.trim_start_matches([' ', '\n', '\t']);
    let value = value.strip_prefix(',')?.trim_start_matches([' ', '\n', '\t']);
    if !value.starts_with(['\'', '"', '\\']) || is_harmless(value) {
        return None;
    }
    let line = value.split('\n').next().unwrap_or_default();
    let start = text.len() - value.len();
    Some(start..start + line.trim_end().len())
}

/// The first argument, or all up to the last where there are more, each a string in a line:
/// `setPassword("x")`, `change_password('u', 'x')`.
fn first(text: &str, quote_at: usize, quote: u8) -> Option<Range<usize>> {
    let inside = text.get(quote_at + 1..)?;
    let line = inside.bytes().take(256).position(|byte| byte == b')' || byte == b'\n');
    let line = inside.get(..line?)?;
    let quote = char::from(quote);
    let (length, last) = (line.find(quote)?, line.rfind(quote)?);
    let secret = line.get(..length)?.trim_end_matches('\\');
    let is_word = !secret.is_empty() && !secret.contains(' ') && !is_harmless(secret);
    let is_pair = line.get(length + 1..last).is_some_and(|rest| {
        rest.trim_start().strip_prefix(',').is_some_and(|rest| rest.trim_start().starts_with(quote))
    });
    let end = if is_pair { last } else { secret.len() };
    (is_word && !is_name(secret)).then_some(quote_at + 1..quote_at + 1 + end)
}
