//! Passwords in headers of HTTP.

use std::ops::Range;

use crate::diag::secrets::assigned::is_one_of;
use crate::diag::secrets::values::is_harmless;

/// The next byte of a kind from places that only ever go on: a line is searched once, however many
/// places ask.
#[derive(Default)]
struct Next(Option<usize>);

impl Next {
    /// Where it is; the length of the text where there is none.
    fn from(&mut self, bytes: &[u8], from: usize, is: impl Fn(u8) -> bool) -> usize {
        if let Some(at) = self.0.filter(|at| *at >= from) {
            return at;
        }
        let rest = bytes.get(from..).unwrap_or_default();
        let at = rest.iter().position(|byte| is(*byte)).map_or(bytes.len(), |at| from + at);
        *self.0.insert(at)
    }
}

/// `Authorization: Bearer x`, and `Bearer x` wherever it is followed by what a machine has made.
pub(super) fn schemes(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
    if line.len() < 12 {
        return;
    }
    let mut is_header_line = false;
    let mut word_start = None;
    let mut is_next = false;
    let mut is_sum = false;
    let mut header_to = 0;
    let bytes = line.as_bytes();
    let (mut quote, mut digit, mut space, mut equals) = <(Next, Next, Next, Next)>::default();
    for (at, byte) in bytes.iter().copied().chain([b'\n']).enumerate() {
        let is_part = !matches!(
            byte,
            b' ' | b'\t'
                | b'"'
                | b'\''
                | b'`'
                | b','
                | b'\n'
                | b'\\'
                | b'('
                | b')'
                | b'{'
                | b'}'
                | b'['
                | b']'
        );
        match (word_start, is_part) {
            (None, true) => word_start = Some(at),
            (Some(start), false) => {
                word_start = None;
                let word = line.get(start..at).unwrap_or_default();
                // `'Bearer ' + 'x'`
                if is_next && matches!(word, "+" | "." | "..") {
                    is_sum = true;
                    continue;
                }
                let is_quoted = start > 0 && matches!(bytes.get(start - 1), Some(b'"' | b'\''));
                if std::mem::take(&mut is_sum) && !is_quoted {
                    is_next = false;
                    continue;
                }
                // `Bearer $token` of a shell.
                let is_variable = word.strip_prefix('$').is_some_and(|name| {
                    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                });
                if is_next && is_variable {
                    is_next = false;
                    continue;
                }
                if std::mem::take(&mut is_next) && start >= header_to {
                    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
                    let is_long = word.len() >= 8 && (has_digit || word.ends_with('='));
                    if (is_header_line || is_long) && !line.get(start..).is_some_and(is_harmless) {
                        add(start..at);
                    }
                    continue;
                }
                let bare = word.trim_end_matches([':', '=']);
                let scheme = bare.rsplit([':', '=']).next().unwrap_or_default();
                const HEADERS: [&str; 4] =
                    ["authorization", "proxy-authorization", "set-cookie", "cookie"];
                let name = bare
                    .split([':', '='])
                    .take(4)
                    .find(|part| is_one_of(part, &HEADERS))
                    .unwrap_or(scheme);
                let is_header = is_one_of(name, &HEADERS);
                is_header_line |= is_header;
                const SCHEMES: [&str; 5] = ["token", "apikey", "digest", "negotiate", "key"];
                let is_scheme = is_one_of(scheme, &["bearer", "basic"])
                    || (is_header_line && is_one_of(scheme, &SCHEMES));
                if is_scheme {
                    is_next = true;
                } else if is_header {
                    // A cookie has no scheme, nor has a header whose value is one word.
                    let colon = word.find([':', '=']).map(|at| start + at + 1);
                    if let Some(value_start) = colon {
                        let rest = line.get(value_start..).unwrap_or_default();
                        let value = rest.trim_start();
                        let value_start = line.len() - value.len();
                        let is_quote = |byte| matches!(byte, b'"' | b'\'' | b'`');
                        let end = quote.from(bytes, value_start, is_quote);
                        let whole = line.get(value_start..end).unwrap_or_default();
                        let has_digit =
                            digit.from(bytes, value_start, |b| b.is_ascii_digit()) < end;
                        let is_one_word = space.from(bytes, value_start, |b| b == b' ') >= end;
                        let is_cookie = name.len() <= "set-cookie".len()
                            && name
                                .as_bytes()
                                .last()
                                .is_some_and(|b| b.eq_ignore_ascii_case(&b'e'));
                        let is_secret = if is_cookie {
                            equals.from(bytes, value_start, |b| b == b'=') < end
                        } else {
                            is_one_word && has_digit && whole.len() >= 6
                        };
                        if is_secret && value_start >= header_to && !is_harmless(whole) {
                            add(value_start..end);
                            header_to = end;
                        }
                    }
                }
            }
            _ => {}
        }
    }
}
