//! Where things stand in the text of a file: block scalars, their lines, characters.

use std::ops::Range;

use crate::diag::Message;
use crate::source::{FileId, Span, first_not_carried};

/// A span that lies inside the text and on character boundaries, whatever the range.
pub(super) fn span(file: FileId, text: &str, range: Range<usize>) -> Span {
    let start = floor(text, range.start);
    Span::new(file, start..floor(text, range.end).max(start))
}

pub(super) fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// A block scalar from its `|` or `>` to its last line that is not blank. granit-parser's range
/// begins with the content; everything between `read_to` and the header is indicators, tags,
/// anchors and comments.
pub(super) fn block_range(text: &str, read_to: usize, content: Range<usize>) -> Range<usize> {
    let start = header(text, read_to).filter(|start| *start <= content.start);
    let start = start.unwrap_or(content.start);
    let end = text.get(start..content.end).map_or(content.end, |raw| start + raw.trim_end().len());
    start..end
}

fn header(text: &str, from: usize) -> Option<usize> {
    let mut rest = text.get(from..)?;
    loop {
        let skipped = match rest.chars().next()? {
            '|' | '>' => return Some(text.len() - rest.len()),
            '#' => rest.find(['\n', '\r'])?,
            '&' | '!' => rest.find([' ', '\t', '\n', '\r'])?,
            other => other.len_utf8(),
        };
        rest = rest.get(skipped..)?;
    }
}

/// For every line of a literal block its offset in the scalar's text and in the file; nothing when
/// the two do not match, so that no place is invented, and nothing for a text of very many lines,
/// whose table would be larger than itself.
pub(super) fn literal_lines(text: &str, header: usize, scalar: &str) -> Vec<(u32, u32)> {
    let is_header = text.get(header..).is_some_and(|rest| rest.starts_with('|'));
    let Some((_, mut at)) = line(text, header).filter(|_| is_header) else { return Vec::new() };
    let mut lines = Vec::new();
    let mut within = 0;
    for wanted in scalar.split_inclusive('\n') {
        let content = wanted.strip_suffix('\n').unwrap_or(wanted);
        let Some((written, next)) = line(text, at) else { return Vec::new() };
        let indentation = written.strip_suffix(content);
        let is_there = indentation.is_some_and(|blanks| blanks.bytes().all(|byte| byte == b' '));
        if !is_there || lines.len() >= MAX_LINES {
            return Vec::new();
        }
        lines.push((offset(within), offset(at + written.len() - content.len())));
        within += wanted.len();
        at = next;
    }
    // The last line end of a file that has none: it is read all the same, and is at the file's end.
    if let Some(&(start, place)) = lines.last()
        && place as usize + (scalar.len() - start as usize) > text.len()
    {
        lines.push((offset(scalar.len()), offset(text.len())));
    }
    lines
}

const MAX_LINES: usize = 100_000;

/// The line that begins at an offset, without its end, and where the next one begins.
fn line(text: &str, at: usize) -> Option<(&str, usize)> {
    let rest = text.get(at..)?;
    let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
    let end = rest.get(length..)?;
    let end_length = if end.starts_with("\r\n") { 2 } else { usize::from(!end.is_empty()) };
    Some((rest.get(..length)?, at + length + end_length))
}

/// The one line of a quoted scalar whose text stands in the file just as it is.
pub(super) fn quoted_lines(text: &str, range: &Range<usize>, scalar: &str) -> Vec<(u32, u32)> {
    let inside = range.start.saturating_add(1)..range.end.saturating_sub(1);
    match text.get(inside.clone()) {
        Some(raw) if raw == scalar => vec![(0, offset(inside.start))],
        Some(_) | None => Vec::new(),
    }
}

fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// The first character of a scalar that Argo CD cannot carry, and the place where it is written,
/// be it as itself or as an escape.
pub(super) fn unprintable(
    text: &str,
    range: &Range<usize>,
    scalar: &str,
) -> Option<(Range<usize>, char)> {
    let (_, character) = first_not_carried(scalar)?;
    let raw = text.get(range.clone()).unwrap_or_default();
    let within = match raw.find(character) {
        Some(at) => at..at + character.len_utf8(),
        None => escape(raw, character).unwrap_or(0..raw.len()),
    };
    Some((range.start + within.start..range.start + within.end, character))
}

/// Where a double-quoted scalar holds an escape for a character.
fn escape(raw: &str, wanted: char) -> Option<Range<usize>> {
    let mut at = 0;
    loop {
        at += raw.get(at..)?.find('\\')?;
        let kind = raw.get(at + 1..)?.chars().next()?;
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let end = at + 1 + kind.len_utf8() + digits;
        let value = match kind {
            '0' => Some('\0'),
            'a' => Some('\x07'),
            'b' => Some('\x08'),
            'v' => Some('\x0b'),
            'f' => Some('\x0c'),
            'e' => Some('\x1b'),
            'N' => Some('\u{85}'),
            'x' | 'u' | 'U' => {
                let digits = raw.get(at + 2..end)?;
                u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
            }
            _ => None,
        };
        if value == Some(wanted) {
            return Some(at..end);
        }
        at = end;
    }
}

/// A text short enough for a message.
pub(super) fn shortened(text: &str) -> Message {
    Message::beginning_of(text, 40)
}
