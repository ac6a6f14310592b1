//! Names and their values in one line: `password: x`, `{"name": "DB_PASSWORD", "value": "x"}`.

use std::ops::Range;

use crate::diag::secrets::addresses::is_place;
use crate::diag::secrets::lines::Line;
use crate::diag::secrets::names::{MAX_NAME_LEN, is_foreign, is_header, is_name};
use crate::diag::secrets::rules::{MAPPINGS, NO_PASSWORD_USERS};
use crate::diag::secrets::values::{is_code, is_harmless, is_made, is_secret_value};

/// Hands over what looks like the value of a name in one line; `add` says whether it was taken.
pub(super) fn values(
    line: &str,
    is_named: bool,
    last: &mut Line,
    add: &mut impl FnMut(Range<usize>) -> bool,
) {
    let mut is_named = is_named;
    let mut value_here: Option<Range<usize>> = None;
    let mut quotes = Quotes::default();
    let mut hidden_to = 0;
    for (at, sign) in line.match_indices([':', '=']) {
        let (Some(text_before), Some(after)) = (line.get(..at), line.get(at + 1..)) else {
            continue;
        };
        let key = dotted(text_before, last_word(text_before));
        let value = after.trim_start();
        let start = line.len() - value.len();
        if is_one_of(key, NAMING) {
            let (name, rest) = name_of(value);
            let name = named_by(key, name);
            // Asked for every `key=` of a line: what has other signs in it is no name.
            let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:$".contains(&byte);
            let names = name.bytes().all(is_part) && (is_name(name) || is_header(name));
            // Another field may stand between a name and its value.
            if names || is_one_of(key, &["name", "key", "id"]) {
                is_named = names;
                (last.has_secret_name, last.has_name) = (is_named, true);
            }
            if let Some(range) = value_here.take().filter(|_| is_named) {
                add(range);
            }
            // `<string name="api_key">x</string>`
            let content = rest.filter(|content| is_named && !content.starts_with('<'));
            if let Some(content) = content.filter(|_| start >= hidden_to) {
                let length = content.find("</").unwrap_or(content.len());
                let begin = line.len() - content.len();
                if length > 0 && !is_harmless(content) {
                    add(begin..begin + length);
                    hidden_to = begin + length;
                }
            }
        }
        if is_no_value(text_before, key, sign, after) {
            continue;
        }
        let is_value_key = is_one_of(key, VALUES);
        let is_value = is_named && is_value_key;
        if is_value_key && !is_named && value_here.is_none() {
            let end = closed(value).map_or(value.len(), |length| length);
            value_here = Some(start..start + end);
        }
        let is_secret = || {
            is_value
                || is_secret_value(key, value)
                || is_query(text_before, key, value)
                || is_jaas(key, sign, after)
                || is_foreign_name(text_before, key)
                || anchor(value).is_some_and(is_name)
        };
        if start < hidden_to || !is_secret() {
            continue;
        }
        // `:=` and `=>`
        let value = value.trim_start_matches(['=', '>', '~']).trim_start();
        let is_type = !key.is_empty()
            && value.starts_with(|c: char| c.is_ascii_alphabetic())
            && value.split([',', ';']).next().is_some_and(|value| {
                value.as_bytes().windows(3).take(MAX_NAME_LEN).any(|part| part == b" = ")
            });
        let start = line.len() - value.len();
        if value.is_empty() {
            (last.value, last.is_open) = (Some(0), true);
        } else if is_mapping(value) {
            // What it says of itself is no secret, and what it has as its value is one.
            is_named = true;
        } else if !is_harmless(value) || is_type {
            let is_whole = is_tuple(text_before, key);
            let closed = closed(value).filter(|_| !is_whole && !quotes.is_within(line, start));
            let end = closed.map_or_else(|| quotes.end(line, start), |length| start + length);
            if start < end && add(start..end) {
                if closed.is_none() {
                    last.value = Some(0);
                    last.quote =
                        opened(value).filter(|_| sign == "=" && is_first(text_before, key));
                }
                hidden_to = end;
            }
        }
    }
    last.value_here = value_here;
}

/// Fields that name what another field has the value of.
const NAMING: &[&str] = &[
    "name",
    "key",
    "id",
    "option",
    "property",
    "field",
    "attribute",
    "header",
    "param",
    "parameter",
    "setting",
    "type",
    "path",
];

/// The other field. [`NAMING`]
const VALUES: &[&str] = &["value", "val", "default", "defaultvalue", "string"];

/// What a field names: `type: password`, `path: /data/password` of a patch.
fn named_by<'a>(field: &str, name: &'a str) -> &'a str {
    match field.to_ascii_lowercase().as_str() {
        "type" if name != "password" => "",
        "path" => name.rsplit_once('/').map_or("", |(_, last)| last),
        _ => name,
    }
}

/// `пароль: x`, whose letters are not of ASCII; the last of them may be.
fn is_foreign_name(before: &str, key: &str) -> bool {
    let bare = before.trim_end().trim_end_matches(['"', '\'', '`', '\\', ']']);
    let letters = bare.strip_suffix(key).unwrap_or(bare);
    letters.ends_with(|c: char| !c.is_ascii()) && is_foreign(bare)
}

/// `&db_password x`
fn anchor(value: &str) -> Option<&str> {
    let rest = value.strip_prefix('&')?;
    let (name, _) = rest.get(..rest.len().min(MAX_NAME_LEN)).unwrap_or(rest).split_once(' ')?;
    Some(name)
}

/// Whether the names before a sign are several: `user, password = "u", "x"`.
fn is_tuple(before: &str, key: &str) -> bool {
    let mut from = before.len().saturating_sub(2 * MAX_NAME_LEN);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_, ([])".contains(c);
    let names = before.get(from..).unwrap_or_default().trim_start();
    from == 0
        && names.contains(',')
        && names.chars().all(is_part)
        && names.trim_end_matches([' ', ')', ']']).ends_with(key)
}

/// `getenv("DB_PASSWORD") or "x"`, `process.env.TOKEN || 'x'`: what stands in for a secret that is not
/// set.
pub(super) fn defaults(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
    for sign in ["||", "??", " or "] {
        for (at, _) in line.match_indices(sign) {
            let value = line.get(at + sign.len()..).unwrap_or_default();
            let value = value.trim_start_matches(['=', ' ']);
            let quote = value.chars().next();
            let quote = quote.filter(|c| matches!(c, '"' | '\'') || *c == '`' && sign != " or ");
            let Some(quote) = quote else { continue };
            let before = line.get(..at).unwrap_or_default();
            let before = before.trim_end_matches([' ', ')', ']', '"', '\'', '\\']);
            if !is_name(last_word(before)) {
                continue;
            }
            let inside = value.get(1..).unwrap_or_default();
            let length = inside.find(quote).unwrap_or(inside.len());
            let start = line.len() - inside.len();
            if length > 0 && !is_harmless(value) && !inside.starts_with('$') {
                add(start..start + length);
            }
        }
    }
}

/// What `name:` and the like are followed by, and the content of the element of XML that it ends.
fn name_of(value: &str) -> (&str, Option<&str>) {
    let ends = |(at, byte): (usize, &u8)| {
        matches!(byte, b',' | b'}' | b' ' | b'>') || (at > 0 && matches!(byte, b'"' | b'\''))
    };
    let end = value.as_bytes().iter().take(MAX_NAME_LEN).enumerate().position(ends);
    let end = end.or((value.len() < MAX_NAME_LEN).then_some(value.len()));
    let name = end.and_then(|end| value.get(..end)).unwrap_or_default();
    let rest = end.and_then(|end| value.get(end..)).unwrap_or_default();
    let content = rest.trim_start_matches(['"', '\'']).strip_prefix('>');
    (name.trim_matches(['"', '\'', '\\']), content)
}

pub(super) fn is_one_of(key: &str, words: &[&str]) -> bool {
    words.iter().any(|word| key.eq_ignore_ascii_case(word))
}

/// Whether what follows a sign is not given to a name: a port, a parameter, what is compared with.
fn is_no_value(before: &str, key: &str, sign: &str, after: &str) -> bool {
    if key.is_empty() {
        return false;
    }
    let name = before.trim_end_matches(['"', '\'', ' ', '!']).strip_suffix(key).unwrap_or_default();
    // `${PASSWORD:?must be set}`
    if name.ends_with("${") && after.starts_with('?') {
        return true;
    }
    // `[ "x$PASSWORD" = "x" ]`
    let is_compared = after.starts_with(' ') || before.ends_with('!') || after.starts_with('=');
    if name.ends_with(['$', '{']) && is_compared {
        let other = after.trim_start_matches(['=', ' ', '"', '\'']);
        let length = other.find(['"', '\'', ' ', ']', ';']).unwrap_or(other.len());
        if length < 4 || other.starts_with('$') || other.get(..length).is_some_and(is_harmless) {
            return true;
        }
    }
    // `password != other`
    if before.ends_with('!') && !after.trim_start_matches(['=', ' ']).starts_with(['"', '\'']) {
        return true;
    }
    if sign == ":" {
        let same = after.trim_start().strip_prefix(key);
        return is_place(before, key, after)
            || same.is_some_and(|rest| rest.starts_with([',', ';', ')']));
    }
    is_code(key, after)
}

/// `{type: string, minLength: 8}`, `{path: token, expirationSeconds: 3600}`
fn is_mapping(value: &str) -> bool {
    let Some(inside) = value.strip_prefix('{') else { return false };
    let inside = inside.trim_start_matches([' ', '"', '\'', '\\']);
    let key = inside.split([':', '"', '\'', ' ', '\\']).next().unwrap_or_default();
    MAPPINGS.contains(&key)
}

/// The parameter of a URL that signs it, or that is called `key`.
fn is_query(before: &str, key: &str, value: &str) -> bool {
    const SIGNATURES: [&str; 5] =
        ["sig", "signature", "sv_sig", "x-amz-signature", "x-goog-signature"];
    const KEYS: [&str; 7] = ["key", "code", "auth", "k", "access", "session", "sid"];
    let is_signature = is_one_of(key, &SIGNATURES);
    if !is_signature && !is_one_of(key, &KEYS) {
        return false;
    }
    let is_parameter =
        before.strip_suffix(key).is_some_and(|before| before.ends_with(['?', '&', ';']));
    is_parameter && (is_signature || is_made(value))
}

/// `user_admin="x"` of JAAS
fn is_jaas(key: &str, sign: &str, after: &str) -> bool {
    key.strip_prefix("user_").is_some_and(|user| {
        let is_name = user.bytes().all(|byte| byte.is_ascii_alphanumeric());
        sign == "="
            && is_name
            && after.trim_start_matches('\\').starts_with('"')
            && !NO_PASSWORD_USERS.contains(&user)
    })
}

/// The length of a value in quotes that is over with them.
fn closed(value: &str) -> Option<usize> {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inside = value.get(1..)?;
    let mut is_escaped = false;
    for (at, character) in inside.char_indices() {
        if character == quote && !is_escaped {
            let rest = inside.get(at + 1..).unwrap_or_default();
            let is_over =
                rest.is_empty() || rest.starts_with([',', '}', ']', ';', ')', '/', '>', ' ']);
            return is_over.then_some(at + 2);
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    None
}

/// Whether a name begins its line: `export PASSWORD="x`.
fn is_first(before: &str, key: &str) -> bool {
    let bare = before.trim_start();
    bare.strip_prefix("export ").unwrap_or(bare).trim_end() == key
}

/// The quote of a value that is not over with its line.
fn opened(value: &str) -> Option<char> {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inside = value.trim_start_matches(quote);
    // What a command prints ends elsewhere.
    let is_literal = !inside.is_empty() && !inside.contains([quote, '$', '`', '(']);
    (is_literal && value.len() - inside.len() != 2).then_some(quote)
}

/// Backticks in a line: what stands between two of them, as in a message, ends with the second.
#[derive(Default)]
pub(super) struct Quotes {
    counted_to: usize,
    is_open: bool,
}

impl Quotes {
    fn is_within(&mut self, line: &str, start: usize) -> bool {
        let before = line.get(self.counted_to..start).unwrap_or_default();
        self.is_open ^= before.bytes().filter(|byte| *byte == b'`').count() % 2 == 1;
        self.counted_to = start.max(self.counted_to);
        self.is_open
    }

    /// Where a value ends that begins here: with the line, or with its quotation. Places have to be
    /// asked for from left to right.
    pub(super) fn end(&mut self, line: &str, start: usize) -> usize {
        self.is_within(line, start);
        let value = line.get(start..).filter(|_| self.is_open).unwrap_or_default();
        // One within a word is a part of the value.
        let closes = |at: &usize| {
            let after = value.get(at + 1..).unwrap_or_default();
            !after.starts_with(|c: char| c.is_alphanumeric() || c == '`')
        };
        let mut ends = value.match_indices('`').map(|(at, _)| at).filter(closes);
        ends.next().map_or(line.len(), |end| start + end)
    }
}

/// The name that ends here, without its quotes.
pub(super) fn last_word(text: &str) -> &str {
    // A longer one is not a name, and a long run of quotes and colons is walked back from each of them.
    let mut from = text.len().saturating_sub(2 * MAX_NAME_LEN);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let text = text.get(from..).unwrap_or_default();
    // `||=`, `+=`, `!=`
    let text = text.trim_end().trim_end_matches(['|', '?', '+', '&', '!']).trim_end();
    let text = text.trim_end_matches(['"', '\'', '`', '\\', ']', ':']);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let start = text.rfind(|c: char| !is_part(c));
    let start = start.map_or(0, |at| at + text.get(at..).map_or(0, first_length));
    text.get(start..).unwrap_or_default()
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// `fs.s3a.secret.key`, `jwt.secret`: a last word that says little, with the one before it.
fn dotted<'a>(text: &'a str, word: &'a str) -> &'a str {
    if !is_one_of(word, &["key", "id", "keys", "secret", "login"]) {
        return word;
    }
    let end = text.trim_end().trim_end_matches(['"', '\'', '`', '\\', ']', ':']);
    let before = end.strip_suffix(word).and_then(|before| before.strip_suffix('.'));
    let Some(before) = before else { return word };
    let length = before.bytes().rev().take(MAX_NAME_LEN).take_while(u8::is_ascii_alphanumeric);
    let start = before.len() - length.count();
    end.get(start..).unwrap_or(word)
}
