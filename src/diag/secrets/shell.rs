//! Commands in a line of text: their words, and what is written to the input of one.

use std::ops::Range;

use crate::diag::secrets::commands::Arguments;
use crate::diag::secrets::rules::READERS;
use crate::diag::secrets::values::is_harmless;

fn is_apart(byte: u8) -> bool {
    b" \t\"'`,[](){}\\".contains(&byte)
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b';' | b'|' | b'&')
}

/// Hands the words of commands to their reader.
pub(super) fn words(
    arguments: &mut Arguments,
    line: &str,
    add: &mut impl FnMut(Range<usize>) -> bool,
) {
    let bytes = line.as_bytes();
    let mut unclosed = [false; 2];
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if is_end(byte) && !arguments.is_pending_word() {
            arguments.end();
        }
        // An empty argument.
        if matches!(byte, b'"' | b'\'' | b'\\') && arguments.is_pending_word() {
            let rest = bytes.get(at..).unwrap_or_default();
            let empty = ["\"\"", "''", "\\\"\\\""];
            if let Some(empty) = empty.iter().find(|empty| rest.starts_with(empty.as_bytes())) {
                arguments.word("$X");
                at += empty.len();
                continue;
            }
        }
        if is_apart(byte) || (is_end(byte) && !arguments.is_pending_word()) {
            at += 1;
            continue;
        }
        // The `- ` of an item.
        if byte == b'-' && bytes.get(at + 1).is_none_or(|next| *next == b' ') {
            at += 1;
            continue;
        }
        let mut start = at;
        let quote = start.checked_sub(1).and_then(|at| bytes.get(at)).copied();
        let which = usize::from(quote == Some(b'"'));
        let is_quoted = quote.is_some_and(|quote| matches!(quote, b'"' | b'\''));
        let rest = line.get(at..).unwrap_or_default();
        let mut end = None;
        // A secret may hold anything between its quotes.
        if is_quoted && arguments.is_pending_word() && !unclosed.get(which).copied().unwrap_or(true)
        {
            end = rest.find(char::from(quote.unwrap_or_default())).map(|length| at + length);
            if let (None, Some(flag)) = (end, unclosed.get_mut(which)) {
                *flag = true;
            }
        }
        let end = end.unwrap_or_else(|| {
            let length = rest.bytes().position(|byte| {
                is_apart(byte) && !(byte == b',' && arguments.is_pending_pair())
                    || is_end(byte) && !arguments.is_pending_word()
            });
            at + length.unwrap_or(rest.len())
        });
        let mut end = end.max(at + 1);
        let mut word = line.get(start..end).unwrap_or_default();
        // `-p'x'`
        let next = bytes.get(end).copied();
        if arguments.is_attached(word)
            && let Some(quote @ (b'\'' | b'"')) = next
            && bytes.get(end + 1).is_some_and(|after| !matches!(after, b' ' | b',' | b']' | b'$'))
        {
            let value = line.get(end + 1..).unwrap_or_default();
            let length = value.find(char::from(quote)).unwrap_or(value.len());
            if !is_harmless(value) {
                add(end + 1..end + 1 + length);
            }
            at = end + 1 + length;
            continue;
        }
        // `vault kv put secret/a value="x"`
        if arguments.is_pending_literal()
            && word.ends_with('=')
            && let Some(quote @ (b'\'' | b'"')) = bytes.get(end).copied()
        {
            let value = line.get(end + 1..).unwrap_or_default();
            let length = value.find(char::from(quote)).unwrap_or(value.len());
            if length > 0 && !is_harmless(value) && !value.starts_with('@') {
                add(end + 1..end + 1 + length);
            }
            at = end + 1 + length;
            continue;
        }
        // `-u u:'x'`, `-u "u":"x"`
        if arguments.is_pending_pair()
            && let Some(range) = pair(line, end, is_quoted)
        {
            if !line.get(range.clone()).is_some_and(is_harmless) {
                add(range.clone());
            }
            arguments.word("u");
            at = range.end;
            continue;
        }
        // `--user='u:x'`, `--from-literal="a=x"`
        if word.ends_with('=') && word.starts_with('-') && matches!(next, Some(b'\'' | b'"')) {
            let flag = word.get(..word.len() - 1).unwrap_or_default();
            arguments.word(flag);
            at = end + 1;
            continue;
        }
        // A reference in brackets is one word.
        if (word.ends_with('$') || word.is_empty())
            && matches!(next, Some(b'(' | b'{'))
            && arguments.is_pending_word()
        {
            let whole = line.get(start..).unwrap_or_default();
            if is_harmless(whole) {
                arguments.word("$X");
                at = end + 1;
                continue;
            }
            let length = whole.find([' ', '\t', '"', '\'', '`']).unwrap_or(whole.len());
            end = start + length;
            word = line.get(start..end).unwrap_or_default();
        }
        if let Some(range) = arguments.word(word) {
            start += range.start;
            // `-p` and a word to its end, with what separates words elsewhere.
            add(start..start + range.len());
        }
        at = end;
    }
}

/// Where the secret is of `user:'secret'` and `"user":"secret"`, whose first part ends at a place.
fn pair(line: &str, end: usize, is_quoted: bool) -> Option<Range<usize>> {
    let quotes = ['"', '\''];
    let rest = line.get(end..)?;
    let rest = if is_quoted { rest.strip_prefix(quotes)? } else { rest };
    // The `:` may be the last sign of the first part.
    let rest = match rest.strip_prefix(':') {
        Some(rest) => rest,
        None if line.get(..end)?.ends_with(':') => rest,
        None => return None,
    };
    let quote = rest.chars().next().filter(|c| quotes.contains(c));
    let value = rest.strip_prefix(quotes).unwrap_or(rest);
    let length = match quote {
        Some(quote) => value.find(quote),
        None if is_quoted => value.find([' ', '\t', '"', '\'']),
        None => return None,
    };
    let start = line.len() - value.len();
    Some(start..start + length.unwrap_or(value.len())).filter(|range| !range.is_empty())
}

/// `echo 'root:x' | chpasswd`, `gh auth login --with-token <<< x`: what a command reads that takes a
/// secret from its input. Says whether its input goes on in the next lines.
pub(super) fn inputs(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) -> bool {
    let reader = READERS.iter().find_map(|reader| line.find(reader));
    let Some(reader) = reader else { return false };
    if let Some(at) = line.find("<<<") {
        let value = line.get(at + 3..).unwrap_or_default().trim_start();
        input(line, line.len() - value.len()..line.len(), add);
        return false;
    }
    let before = line.get(..reader).unwrap_or_default();
    let pipe = before.rfind('|');
    let printed = pipe.and_then(|pipe| before.get(..pipe)).unwrap_or_default();
    for printer in ["echo ", "printf "] {
        if let Some(at) = printed.rfind(printer) {
            input(line, at + printer.len()..printed.len(), add);
            break;
        }
    }
    line.contains("<<") && pipe.is_none()
}

/// The words of a command that prints, without its flags.
fn input(line: &str, range: Range<usize>, add: &mut impl FnMut(Range<usize>) -> bool) {
    let text = line.get(range.clone()).unwrap_or_default();
    let mut bare = text.trim();
    while bare.starts_with('-')
        && let Some((_, rest)) = bare.split_once(' ')
    {
        bare = rest.trim_start();
    }
    let value = bare.trim_start_matches(['"', '\'', '\\']);
    let end = value.trim_end_matches(['"', '\'', '\\', ' ', ']', '`', ',']).len();
    let start = range.start
        + (bare.as_ptr() as usize - text.as_ptr() as usize)
        + (bare.len() - value.len());
    let is_variable = value.starts_with('$') && !value.contains(' ');
    if end > 0 && !is_harmless(bare) && !is_variable {
        add(start..start + end);
    }
}
