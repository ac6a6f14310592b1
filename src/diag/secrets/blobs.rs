//! What is a secret wherever it is: private keys, tokens that say whose they are, elements of XML that
//! are named after a secret.

use std::ops::Range;

use crate::diag::secrets::names::{MAX_NAME_LEN, is_name};
use crate::diag::secrets::tokens::TOKENS;
use crate::diag::secrets::values::is_harmless;

/// `-----BEGIN PRIVATE KEY-----` and all up to its end.
pub(super) fn private_keys(text: &str, found: &mut Vec<Range<usize>>) {
    const BEGIN: &str = "-----BEGIN ";
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(BEGIN)) {
        let start = from + at + BEGIN.len();
        let rest = text.get(start..).unwrap_or_default();
        from = start;
        let header: String = rest.chars().take(80).collect();
        let Some(header_len) = header.find("-----") else { continue };
        if !header.get(..header_len).is_some_and(is_secret_block) {
            continue;
        }
        let body = start + header_len + "-----".len();
        let length = text.get(body..).and_then(|rest| rest.find("-----END"));
        let end = length.map_or(text.len(), |length| body + length);
        let mut at = body;
        for line in text.get(body..end).unwrap_or_default().split_inclusive('\n') {
            let bare = line.trim();
            let indent = line.len() - line.trim_start().len();
            if !bare.is_empty() {
                found.push(at + indent..at + indent + bare.len());
            }
            at += line.len();
        }
        from = end;
    }
}

/// What stands between `BEGIN` and `END`: a private key, or the shared one of OpenVPN.
fn is_secret_block(kind: &str) -> bool {
    kind.contains("PRIVATE KEY") || kind.to_ascii_uppercase().contains("STATIC KEY")
}

/// By the first byte of a token, which bytes may be its second.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would complain")]
const SECONDS: [u128; 128] = {
    let mut seconds = [0; 128];
    let mut at = 0;
    while at < TOKENS.len() {
        let start = TOKENS[at].start.as_bytes();
        seconds[(start[0] & 127) as usize] |= 1 << (start[1] & 127);
        at += 1;
    }
    seconds
};

/// Tokens that begin with the name of who gave them out.
pub(super) fn tokens(text: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut before = b' ';
    // For each token where the run of its characters ends that was looked at last, and where the last digit
    // of it is: many may begin in one run.
    let mut runs = None;
    for (at, &byte) in bytes.iter().enumerate() {
        let begins =
            !is_word(before) || (before == b'n' && at >= 2 && bytes.get(at - 2) == Some(&b'\\'));
        before = byte;
        if !begins || !(is_word(byte) || byte == b'$' || byte == b'{') {
            continue;
        }
        let second = bytes.get(at + 1).map_or(0, |byte| byte & 127);
        if SECONDS.get(usize::from(byte)).is_none_or(|seconds| seconds >> second & 1 == 0) {
            continue;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        for (number, token) in TOKENS.iter().enumerate() {
            let is_start = |token: &crate::diag::secrets::tokens::Token| {
                token.start.as_bytes().first() == Some(&byte)
                    && rest.starts_with(token.start.as_bytes())
            };
            if !is_start(token) {
                continue;
            }
            let runs = runs.get_or_insert([(0, 0); TOKENS.len()]);
            let Some(run) = runs.get_mut(number) else { continue };
            let tail = at + token.start.len();
            if run.0 <= tail {
                let is_part = |byte: &u8| {
                    byte.is_ascii_alphanumeric() || token.with.as_bytes().contains(byte)
                };
                let bytes = bytes.get(tail..).unwrap_or_default();
                let length = bytes.iter().take_while(|byte| is_part(byte)).count();
                let bytes = bytes.get(..length).unwrap_or_default();
                let digit =
                    bytes.iter().rposition(u8::is_ascii_digit).map_or(0, |at| tail + at + 1);
                *run = (tail + length, digit);
            }
            let (end, digit) = *run;
            if end - tail >= token.min_len && digit > tail {
                let start = if token.is_shown { tail } else { at };
                let overlaps =
                    found.last().is_some_and(|last| last.start <= start && last.end >= end);
                if !overlaps {
                    found.push(start..end);
                }
                break;
            }
        }
    }
}

/// `<password>x</password>`.
pub(super) fn elements(text: &str, found: &mut Vec<Range<usize>>) {
    if !text.contains("</") {
        return;
    }
    let mut hidden_to = 0;
    for (at, _) in text.match_indices('<') {
        if at < hidden_to {
            continue;
        }
        let rest = text.get(at + 1..).unwrap_or_default();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte);
        let length = rest.bytes().take(MAX_NAME_LEN).take_while(is_part).count();
        let name = rest.get(..length).unwrap_or_default();
        let name = name.rsplit([':', '.']).next().unwrap_or_default();
        if !is_name(name) && !matches!(name, "secret" | "Secret") {
            continue;
        }
        let attributes = rest.get(length..).unwrap_or_default();
        let head = attributes.bytes().take(1024).position(|byte| byte == b'>' || byte == b'<');
        let Some(close) = head.filter(|at| attributes.as_bytes().get(*at) == Some(&b'>')) else {
            continue;
        };
        if attributes.get(..close).is_some_and(|head| head.ends_with('/')) {
            continue;
        }
        let start = at + 1 + length + close + 1;
        let Some(end) = text.get(start..).and_then(|rest| rest.find("</")) else {
            found.push(start..text.len());
            return;
        };
        let content = text.get(start..start + end).unwrap_or_default();
        hidden_to = start + end;
        if !content.trim().is_empty() && !is_harmless(content.trim()) {
            found.push(start..start + end);
        }
    }
}

/// `<name>api.key</name><value>x</value>`, `<setting name="ApiKey"><value>x</value></setting>`.
pub(super) fn named_elements(text: &str, found: &mut Vec<Range<usize>>) {
    if !text.contains("</") {
        return;
    }
    for (at, _) in text.match_indices('<') {
        if !text.get(at + 1..).is_some_and(is_value_element) {
            continue;
        }
        let before = text.get(..at).unwrap_or_default().trim_end();
        let mut from = before.len().saturating_sub(512);
        while !before.is_char_boundary(from) {
            from += 1;
        }
        if !element_name(before.get(from..).unwrap_or_default()).is_some_and(is_name) {
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let head = rest.bytes().take(256).position(|byte| byte == b'>');
        let Some(start) = head.map(|length| at + length + 1) else { continue };
        let content = text.get(start..).unwrap_or_default();
        let Some(length) = content.find("</") else {
            found.push(start..text.len());
            return;
        };
        let content = content.get(..length).unwrap_or_default().trim();
        if !content.is_empty() && !is_harmless(content) {
            found.push(start..start + length);
        }
    }
}

/// `value>`, `beans:value>`, `param-value>`, `string>`
fn is_value_element(rest: &str) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-:".contains(byte);
    let length = rest.bytes().take(64).take_while(is_part).count();
    let name = rest.get(..length).unwrap_or_default();
    let last = name.rsplit([':', '-', '_']).next().unwrap_or_default();
    last.eq_ignore_ascii_case("value") || last.eq_ignore_ascii_case("string")
}

/// What the value is called that comes next: by an element before it, or by the one that it is in.
fn element_name(before: &str) -> Option<&str> {
    let tag_start = before.rfind('<')?;
    let tag = before.get(tag_start..)?;
    // `</name>`, `</param-name>`, and the first of two strings.
    let closed = tag.strip_prefix("</").and_then(|tag| tag.strip_suffix('>'));
    let closed = closed.and_then(|name| name.rsplit([':', '-', '_']).next());
    let names = |name: &&str| {
        ["name", "key", "string"].iter().any(|other| name.eq_ignore_ascii_case(other))
    };
    if closed.as_ref().is_some_and(names) {
        let content = before.get(..tag_start)?;
        return content.rfind('>').and_then(|end| content.get(end + 1..)).map(str::trim);
    }
    let tag = tag.strip_suffix('>')?;
    let attribute = [" name=", " key=", " Name=", " id="]
        .iter()
        .find_map(|attribute| tag.find(attribute).and_then(|at| tag.get(at + attribute.len()..)))?;
    let value = attribute.trim_start_matches(['\\', '"', '\'']);
    value.split(['\\', '"', '\'']).next()
}

/// Tokens that are known by their parts: a bot of Discord has three, the first the number of it in base64,
/// and one of Telegram two, `123456789:AA...`.
pub(super) fn of_bots(text: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    let n_after = |from: usize| {
        bytes.get(from..).unwrap_or_default().iter().take(80).take_while(is_part).count()
    };
    for (at, _) in text.match_indices('.') {
        let before = bytes.get(..at).unwrap_or_default();
        let n_before = before.iter().rev().take(32).take_while(is_part).count();
        let is_number = matches!(before.get(at - n_before), Some(b'M' | b'N' | b'O'));
        let (n_time, time_end) = (n_after(at + 1), at + 1 + n_after(at + 1));
        if (23..=28).contains(&n_before)
            && is_number
            && (6..=7).contains(&n_time)
            && bytes.get(time_end) == Some(&b'.')
            && (27..=60).contains(&n_after(time_end + 1))
        {
            found.push(at - n_before..time_end + 1 + n_after(time_end + 1));
        }
    }
    for (at, _) in text.match_indices(":AA") {
        let before = bytes.get(..at).unwrap_or_default();
        let n_digits =
            before.iter().rev().take(12).take_while(|byte| byte.is_ascii_digit()).count();
        if (8..=11).contains(&n_digits) && (33..=40).contains(&n_after(at + 1)) {
            found.push(at + 1..at + 1 + n_after(at + 1));
        }
    }
}

/// Tokens that say in their middle whose they are.
pub(super) fn marked(text: &str, found: &mut Vec<Range<usize>>) {
    const MARK: &str = ".atlasv1.";
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    for (at, _) in text.match_indices(MARK) {
        let bytes = text.as_bytes();
        let before = bytes.get(..at).unwrap_or_default();
        let n_before = before.iter().rev().take(64).take_while(|byte| is_part(byte)).count();
        let after = bytes.get(at + MARK.len()..).unwrap_or_default();
        let n_after = after.iter().take(256).take_while(|byte| is_part(byte)).count();
        found.push(at - n_before..at + MARK.len() + n_after);
    }
}

/// The data of a Secret that is written in a text, as YAML or JSON.
pub(super) fn documents(text: &str, found: &mut Vec<Range<usize>>) {
    if !text.contains("Secret") {
        return;
    }
    let mut document = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n').chain(["---"]) {
        if line.starts_with("---") {
            let end = at.min(text.len());
            if text.get(document..end).is_some_and(is_of_secret) {
                data(text, document..end, found);
            }
            document = end;
        }
        at += line.len();
    }
}

fn is_of_secret(document: &str) -> bool {
    document.match_indices("Secret").any(|(at, word)| {
        let before =
            document.get(..at).unwrap_or_default().trim_end_matches(['"', '\'', ' ', '\\']);
        let before =
            before.strip_suffix(':').unwrap_or_default().trim_end_matches(['"', '\'', ' ', '\\']);
        let after = document.get(at + word.len()..).unwrap_or_default();
        before.ends_with("kind") && !after.starts_with(|c: char| c.is_ascii_alphanumeric())
    })
}

/// What stands below `data` and `stringData`.
fn data(text: &str, document: Range<usize>, found: &mut Vec<Range<usize>>) {
    let mut at = document.start;
    let mut outer: Option<usize> = None;
    for line in text.get(document).unwrap_or_default().split_inclusive('\n') {
        let content = line.trim_end();
        let bare = content.trim_start_matches([' ', '-', '\t']);
        let indent = content.len() - bare.len();
        if outer.is_some_and(|outer| indent <= outer && !bare.is_empty()) {
            outer = None;
        }
        let key = ["data", "stringData"].iter().find_map(|key| {
            let is_end = |at: usize| {
                let before = content.as_bytes().get(at.checked_sub(1)?);
                let is_escape = before == Some(&b'n') && content.get(..at)?.ends_with("\\n");
                (!before?.is_ascii_alphanumeric() || is_escape).then_some(at)
            };
            let mut places = content.match_indices(key).map(|(at, _)| at);
            let start = places.find(|&at| at == 0 || is_end(at).is_some())?;
            let before = content.get(..start)?;
            let after = content.get(start + key.len()..)?;
            let rest = after.trim_start_matches(['"', '\'', '\\', ' ']).strip_prefix(':')?;
            let is_key = before.trim_start_matches([' ', '-']).is_empty()
                || before.ends_with(['"', '\'', '{', ' ', ',', 'n', '`']);
            is_key.then_some(rest)
        });
        if outer.is_some() {
            let value = bare.find(':').map_or(0, |colon| colon + 1);
            let value = bare.get(value..).unwrap_or_default().trim_start();
            if !value.is_empty() && !is_harmless(value) && !matches!(value, "|" | ">" | "|-" | ">-")
            {
                found.push(at + content.len() - value.len()..at + content.len());
            }
        } else if let Some(rest) = key {
            let rest = rest.trim_start();
            if !rest.is_empty() && rest != "{" && !is_harmless(rest) {
                found.push(at + content.len() - rest.len()..at + content.len());
            }
            outer = Some(indent);
        }
        at += line.len();
    }
}
