//! What to say about a text that is not YAML: the parser knows where it stopped, this knows which
//! mistakes people make there.

use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use super::text;
use crate::diag::problems::yaml::{TEMPLATE_HELP, UnprintableText, YamlSyntax};
use crate::diag::secrets::{hidden, value_of};
use crate::diag::{Diagnostic, Message, characters, message};
use crate::source::{FileId, is_carried};

/// The problem behind a parser's error at an offset. `last_plain` is the plain scalar before it, `open` the
/// innermost bracket that is open there.
pub(super) fn problem(
    file: FileId,
    source: &str,
    error: &ScanError,
    at: usize,
    last_plain: &Range<usize>,
    open: Option<usize>,
) -> Diagnostic {
    let place = |range: Range<usize>| text::span(file, source, range);
    let at = last_character(source, at);
    let here = source.get(at..).and_then(|rest| rest.chars().next());
    let character = at..at + here.map_or(0, char::len_utf8);
    if let ErrorKind::UnexpectedCharacter { character: found } = *error.kind()
        && !is_carried(found)
    {
        // The parser stops at the beginning of the scalar that holds it.
        let start = source.get(at..).and_then(|rest| rest.find(found)).map_or(at, |skip| at + skip);
        let primary = place(start..start + found.len_utf8());
        return UnprintableText { primary, character: found }.into();
    }
    let line = Line::at(source, at);
    let found = long_key(source, at)
        .map(|key| Explanation {
            range: key,
            cause: message!("the key has more than {MAX_KEY_LEN} characters", MAX_KEY_LEN),
            help: "shorten it: YAML parsers do not look further for its `:`".into(),
        })
        .or_else(|| template(line))
        .or_else(|| conflict(source, line))
        .or_else(|| odd_character(line));
    let found = found.unwrap_or_else(|| {
        let context = Context { source, line, last_plain, open };
        let found = tab(source, line, error.kind());
        let found = found.unwrap_or_else(|| explain(&context, error.kind(), character));
        match may_be_quoted(source, line) {
            true => found,
            false => unquoted(error.kind(), found),
        }
    });
    let Explanation { range, cause, help } = found;
    YamlSyntax { primary: place(range), cause, help }.into()
}

/// Whether the line, and what stands before it, can be shown in a message: nothing there may be a secret. Of a
/// text of one line nobody knows what it is, and what a Secret holds is in no message.
fn may_be_quoted(source: &str, line: Line<'_>) -> bool {
    const MAX_SEARCHED_LEN: usize = 4096;
    let end = line.start + line.text.len();
    let from = text::floor(source, end.saturating_sub(MAX_SEARCHED_LEN));
    let window = source.get(from..end).unwrap_or_default();
    let is_short = line.text.len() < MAX_SEARCHED_LEN / 2;
    is_short
        && source.trim_end().contains('\n')
        && !source.contains("Secret")
        && hidden(window) == window
}

/// The same without what is in the file.
#[expect(clippy::wildcard_enum_match_arm, reason = "granit-parser's list of errors is open")]
fn unquoted(kind: &ErrorKind, found: Explanation) -> Explanation {
    let (cause, help) = match kind {
        ErrorKind::MappingValueNotAllowed => (
            "a key cannot stand here",
            "align it with the key above, or quote a value that contains `: `",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("this key has no `:` after it", "write `key: value`, or quote the text above it")
        }
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation => (
            "expected a key at the same indentation as the keys above",
            "align it with the keys that it belongs to",
        ),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("this quote is never closed", "add the closing quote")
        }
        ErrorKind::UnclosedFlowCollection { .. } => {
            ("a bracket is never closed", "add the missing bracket")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            ("text after the closing quote", "quote the whole value in the other kind of quotes")
        }
        ErrorKind::UnexpectedCharacter { .. } => {
            ("a plain value cannot start with this character", "quote the value")
        }
        ErrorKind::UnknownQuotedScalarEscape => (
            "this text in double quotes holds a backslash that escapes nothing",
            "write `\\\\` for a backslash, or use single quotes",
        ),
        ErrorKind::MissingAnchorOrAliasName => {
            ("`*` and `&` begin the name of an alias or an anchor", "quote the value")
        }
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => {
            ("a tab indents this line: YAML allows only spaces", "indent with spaces")
        }
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => (
            "expected `,` or a closing bracket",
            "separate the entries with `,`, or close the bracket",
        ),
        _ => ("this is not YAML", "quote the value if it is text, and align the keys"),
    };
    Explanation { range: found.range, cause: cause.into(), help: help.into() }
}

/// How far readers look for the `:` of a key (YAML 1.2, 7.4.3; go-yaml's `yaml_parser_stale_simple_keys`).
const MAX_KEY_LEN: usize = 1024;
/// How much of a line a message shows.
const SHOWN: usize = 80;

/// The beginning of a key before a `:` that it is too long for.
fn long_key(source: &str, at: usize) -> Option<Range<usize>> {
    let before = source.get(..at).filter(|_| source.as_bytes().get(at) == Some(&b':'))?;
    let start = before.rfind(['\n', '{', '[', ',']).map_or(0, |end| end + 1);
    let key = before.get(start..)?;
    let indentation = key.len() - key.trim_start().len();
    let is_long = key.trim().chars().nth(MAX_KEY_LEN).is_some();
    // Else it is a long value with a colon in it.
    let is_one = key.trim().starts_with(['"', '\'']) || !key.contains(": ");
    (is_long && is_one).then_some(start + indentation..start + indentation + 1)
}

struct Explanation {
    range: Range<usize>,
    cause: Message,
    help: Message,
}

/// What is known around an error.
struct Context<'a> {
    source: &'a str,
    /// The line of the error.
    line: Line<'a>,
    last_plain: &'a Range<usize>,
    open: Option<usize>,
}

#[expect(clippy::wildcard_enum_match_arm, reason = "granit-parser's list of errors is open")]
fn explain(context: &Context<'_>, kind: &ErrorKind, at: Range<usize>) -> Explanation {
    match kind {
        ErrorKind::MappingValueNotAllowed => misplaced_colon(context, at),
        ErrorKind::UnexpectedCharacter { character } => {
            let end = at.start + context.line.rest(at.start).len();
            said(
                &(at.start..end),
                message!(
                    "a plain value cannot start with `{character}`",
                    character = character.escape_debug()
                ),
                message!("quote it: `{value}`", value = quoted(context.line.value(at.start))),
            )
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => no_colon(context),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry => {
            misaligned(context, &at)
        }
        ErrorKind::InvalidIndentation => misaligned(context, &at),
        ErrorKind::BlockSequenceEntryNotAllowed => {
            said(&at, "a list item cannot stand here", "put `- ` on its own line below the key")
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            unclosed(context, context.open.unwrap_or(at.start), *open)
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => said(
            &at,
            message!("`{open}` cannot be closed by `{close}`", open, close),
            message!("write `{close}` here", close = closing(*open)),
        ),
        ErrorKind::MisplacedFlowCollectionEnd => {
            said(&at, "unmatched closing bracket", "remove it, or quote the value that contains it")
        }
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
            no_comma(context, at)
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            let quote = context.source.get(at.clone()).unwrap_or("\"");
            let value = context.line.rest(at.start).trim_end();
            let shown = Message::beginning_of(value, SHOWN);
            said(
                &at,
                "this quote is never closed",
                message!(
                    "add the closing quote: `{shown}{quote}`",
                    shown,
                    quote = quote.to_owned()
                ),
            )
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar => after_quote(context, at, '\''),
        ErrorKind::InvalidTrailingDoubleQuotedScalar => after_quote(context, at, '"'),
        ErrorKind::UnknownQuotedScalarEscape => {
            let value = context.line.value(at.start);
            let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            let help = match inner.filter(|inner| !inner.contains(['\'', '"'])) {
                Some(inner) => message!("use single quotes: `'{inner}'`", inner),
                None => "write `\\\\` for a backslash, or use single quotes".into(),
            };
            let cause = "this text in double quotes holds a backslash that escapes nothing";
            said(&at, cause, help)
        }
        ErrorKind::MissingAnchorOrAliasName => said(
            &at,
            "`*` and `&` begin the name of an alias or an anchor",
            message!("quote the value: `{value}`", value = quoted(context.line.value(at.start))),
        ),
        ErrorKind::UnexpectedEof
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::UnexpectedEofBlockSequence
        | ErrorKind::UnexpectedEofBlockMapping
        | ErrorKind::ExpectedNodeContent => {
            said(&at, "expected a value here", "write the value, or quote it if this is text")
        }
        ErrorKind::MissingDocumentEndBeforeDirective | ErrorKind::ExpectedDocumentStart => {
            said(&at, "the document has already ended", "start another document with `---`")
        }
        ErrorKind::CommentNotSeparated | ErrorKind::CommentInterceptedScalar => {
            said(&at, "a comment cannot stand here", "put a space before `#`, or quote the value")
        }
        other => {
            let text = other.to_string().to_lowercase();
            if text.contains("block scalar") && text.contains("comment or line break") {
                return said(
                    &at,
                    "nothing but a comment can follow `|` or `>` on its line",
                    "begin the text on the next line, or quote a value that starts with it",
                );
            }
            if text.contains("illegal placement of ':'") {
                return misplaced_colon(context, at);
            }
            said(&at, message!("{cause}", cause = text), "quote the value if this is text")
        }
    }
}

fn said(at: &Range<usize>, cause: impl Into<Message>, help: impl Into<Message>) -> Explanation {
    Explanation { range: at.clone(), cause: cause.into(), help: help.into() }
}

/// A `:` where no key can end: the usual reasons look alike to a parser and not to a reader.
fn misplaced_colon(context: &Context<'_>, at: Range<usize>) -> Explanation {
    let Context { source, line, last_plain, open } = context;
    if let Some(open) = open
        && Line::at(source, *open).start < line.start
        && line.indent() <= Line::at(source, *open).indent()
    {
        let bracket = source.get(*open..).and_then(|rest| rest.chars().next()).unwrap_or('[');
        return unclosed(context, *open, bracket);
    }
    let scalar = source.get((*last_plain).clone()).unwrap_or_default();
    let first_line = scalar.lines().next().unwrap_or_default().trim_end();
    if !scalar.contains('\n') || last_plain.end > at.start {
        return second_colon(line, at);
    }
    let above = Line::at(source, last_plain.start);
    // A value stands behind its key; what begins its line is a key without its `:`.
    let begins_line = above.item_start() == last_plain.start;
    match first_line.split_once(':') {
        Some((key, value)) if begins_line && !key.contains(' ') && !value.starts_with("//") => {
            Explanation {
                range: last_plain.start..last_plain.start + first_line.len(),
                ..unspaced(first_line, key, value)
            }
        }
        _ if begins_line => Explanation {
            range: last_plain.start..last_plain.start + first_line.len(),
            ..not_a_key(first_line)
        },
        Some(_) | None => {
            let (owner, key) = (above.key(), line.key());
            let start = line.item_start();
            let fixed =
                format!("{}{}", " ".repeat(above.item_start() - above.start), line.content());
            let help = message!(
                "align `{key}` with `{owner}`: `{fixed}`",
                key = Message::beginning_of(key, SHOWN),
                owner = Message::beginning_of(owner, SHOWN),
                fixed = Message::beginning_of(&fixed, SHOWN)
            );
            Explanation {
                range: start..start + key.len(),
                cause: message!(
                    "this line is indented deeper than `{owner}`, which has a value already",
                    owner = Message::beginning_of(owner, SHOWN)
                ),
                help,
            }
        }
    }
}

/// `key:value`, which is one word.
fn unspaced(line: &str, key: &str, value: &str) -> Explanation {
    let value = value.trim_start();
    // What the two are together tells whether the value is a secret.
    let (line, spaced) = match value_of(key, value) {
        shown if shown == value => (line.to_owned(), format!("{key}: {value}")),
        masked => (format!("{key}:{masked}"), format!("{key}: {masked}")),
    };
    let shown = |text: &str| Message::beginning_of(text, SHOWN);
    Explanation {
        range: 0..0,
        cause: message!("`{line}` is one word, not a key and a value", line = shown(&line)),
        help: message!("put a space after the colon: `{spaced}`", spaced = shown(&spaced)),
    }
}

/// A second `: ` on a line: a value with a colon, or two keys.
fn second_colon(line: &Line<'_>, at: Range<usize>) -> Explanation {
    let cause = "a second `: ` in one line";
    let content = line.content();
    let Some((key, value)) = content.split_once(": ").filter(|(key, _)| !key.contains(['{', '[']))
    else {
        return said(&at, cause, "quote a value that contains `: `");
    };
    let value = value.trim();
    let shown = |text: &str| Message::beginning_of(text, SHOWN);
    let whole = format!("{key}: {}", quoted(value));
    let before = line.text.get(..at.start.saturating_sub(line.start)).unwrap_or_default();
    let word = before.rsplit(' ').next().unwrap_or_default();
    let is_second_key = value.find(word).is_some_and(|at| at > 0) && !word.is_empty();
    let help = match is_second_key {
        true => message!(
            "quote the value: `{whole}`; if `{word}` is a key, begin a new line before it",
            whole = shown(&whole),
            word = shown(word)
        ),
        false => message!("quote the value: `{whole}`", whole = shown(&whole)),
    };
    said(&at, cause, help)
}

/// A line that is to be a key and has no `:`.
fn no_colon(context: &Context<'_>) -> Explanation {
    let Context { source, line, .. } = context;
    let content = line.content();
    let start = line.start + line.text.len() - line.text.trim_start().len();
    let range = start..start + content.len();
    let shown = |text: &str| Message::beginning_of(text, SHOWN);
    if content.len() != 3 && content.bytes().all(|byte| byte == b'-') && content.len() > 1 {
        let cause = message!("`{content}` does not separate documents", content = shown(content));
        return said(&range, cause, "write `---`, three dashes");
    }
    if let Some(found) = in_block_text(context, &range) {
        return found;
    }
    let above = line.above(source);
    if above
        .is_some_and(|above| above.indent() == line.indent() && above.content().starts_with("- "))
    {
        return said(
            &range,
            "this line is neither a list item nor a key",
            message!("begin it with `- `: `- {content}`", content = shown(content)),
        );
    }
    if let Some((key, value)) = content.split_once(':')
        && !key.contains(' ')
        && !value.starts_with("//")
        && !value.is_empty()
    {
        return Explanation { range, ..unspaced(content, key, value) };
    }
    Explanation { range, ..not_a_key(content) }
}

/// A line that is neither a key nor a value of one.
fn not_a_key(content: &str) -> Explanation {
    let shown = |text: &str| Message::beginning_of(text, SHOWN);
    let said = |cause: &'static str, help| Explanation { range: 0..0, cause: cause.into(), help };
    if let Some(comment) = content.strip_prefix("//") {
        let comment = shown(comment.trim());
        return said("`//` begins no comment in YAML", message!("write `# {comment}`", comment));
    }
    let assigned = content.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
    if let Some((key, value)) = assigned
        && !key.is_empty()
        && !key.contains([' ', '-'])
    {
        let whole = format!("{key}: {}", value_of(key, value));
        let help = message!("write `{whole}`", whole = shown(&whole));
        return said("this line has `=` in place of `:`", help);
    }
    match content.contains(' ') {
        true => said(
            "this key has no `:` after it",
            "write `key: value`, or quote the text above it".into(),
        ),
        false => said(
            "this key has no `:` after it",
            message!("write `{content}: VALUE`, or remove the line", content = shown(content)),
        ),
    }
}

/// A line that does not align with the keys or items before it.
fn misaligned(context: &Context<'_>, at: &Range<usize>) -> Explanation {
    let Context { source, line, .. } = context;
    let content = line.content();
    let start = line.start + line.indent();
    let range = start..start + line.key().len().max(1);
    let shown = |text: &str| Message::beginning_of(text, SHOWN);
    if content.starts_with("---") {
        return said(&range, "`---` is indented", "write `---` at the beginning of the line");
    }
    if let Some(found) = in_block_text(context, &range) {
        return found;
    }
    let above = line.above(source);
    if let Some(item) = content.strip_prefix("- ")
        && above.is_some_and(|above| {
            above.indent() == line.indent() && !above.content().starts_with('-')
        })
    {
        return said(
            &range,
            "a list item between the keys of a mapping",
            message!("remove the `- `: `{item}`", item = shown(item)),
        );
    }
    let Some(sibling) = sibling(source, line) else {
        return said(
            at,
            "expected a key at the same indentation as the keys above",
            "align it with the keys that it belongs to",
        );
    };
    let fixed = format!("{}{content}", " ".repeat(sibling.indent()));
    said(
        &range,
        message!(
            "this line is indented by {here}, and `{sibling}` above it by {there}",
            here = n_spaces(line.indent()),
            sibling = shown(sibling.key()),
            there = n_spaces(sibling.indent())
        ),
        message!("align it: `{fixed}`", fixed = shown(&fixed)),
    )
}

fn n_spaces(n: usize) -> Message {
    match n {
        0 => "no spaces".into(),
        1 => "1 space".into(),
        n => message!("{n} spaces", n),
    }
}

/// The last line before that begins what this line would belong to, were it indented like it.
fn sibling<'a>(source: &'a str, line: &Line<'a>) -> Option<Line<'a>> {
    let mut found: Option<Line<'a>> = None;
    let mut here = *line;
    for _ in 0..MAX_LINES_BACK {
        let Some(above) = here.above(source).filter(|above| above.indent() > line.indent()) else {
            break;
        };
        if found.is_none_or(|found| above.indent() < found.indent()) {
            found = Some(above);
        }
        here = above;
    }
    found
}

/// A line that is to be a part of the block text above it, which is indented deeper.
fn in_block_text(context: &Context<'_>, range: &Range<usize>) -> Option<Explanation> {
    let Context { source, line, .. } = context;
    let content = line.content();
    let mut first: Option<Line<'_>> = None;
    let mut here = *line;
    for _ in 0..MAX_LINES_BACK {
        let above = here.above(source)?;
        let head = above
            .content()
            .trim_end_matches(|it: char| it.is_ascii_digit() || matches!(it, '-' | '+'));
        if head.ends_with(": |") || head.ends_with(": >") || head.ends_with("- |") {
            break;
        }
        first = Some(above);
        here = above;
    }
    let header = here.above(source)?;
    let first = first.filter(|first| first.indent() > header.indent())?;
    if first.indent() <= line.indent() {
        return None;
    }
    let fixed = format!("{}{content}", " ".repeat(first.indent()));
    Some(said(
        range,
        message!(
            "this line is indented less than the text of `{key}` above it",
            key = Message::beginning_of(header.key(), SHOWN)
        ),
        message!(
            "if it belongs to the text, indent it like its first line: `{fixed}`",
            fixed = Message::beginning_of(&fixed, SHOWN)
        ),
    ))
}

fn closing(open: char) -> char {
    if open == '[' { ']' } else { '}' }
}

/// A bracket without its counterpart.
fn unclosed(context: &Context<'_>, at: usize, open: char) -> Explanation {
    let line = Line::at(context.source, at);
    let mut stack = Vec::new();
    for character in line.text.chars() {
        match character {
            '[' | '{' => stack.push(closing(character)),
            ']' | '}' if stack.last() == Some(&character) => _ = stack.pop(),
            _ => {}
        }
    }
    let missing: String = stack.iter().rev().collect();
    let written = line.content().trim_end_matches(',');
    let is_whole = written.len() + 40 < SHOWN && !written.ends_with(['[', '{']);
    let help = match is_whole && !missing.is_empty() {
        true => {
            let closed = format!("{written}{missing}");
            let missing = missing.as_str().to_owned();
            message!(
                "add `{missing}`: `{closed}`",
                missing,
                closed = Message::beginning_of(&closed, SHOWN)
            )
        }
        false => message!("add the missing `{close}`", close = closing(open)),
    };
    said(&(at..at + open.len_utf8()), message!("`{open}` is never closed", open), help)
}

/// Something in brackets after which neither a comma nor the end comes.
fn no_comma(context: &Context<'_>, at: Range<usize>) -> Explanation {
    let Context { source, line, open, .. } = context;
    if let Some(open) = *open {
        let opened = Line::at(source, open);
        if opened.start < line.start && line.indent() <= opened.indent() && at.start > line.start {
            let bracket = source.get(open..).and_then(|rest| rest.chars().next()).unwrap_or('[');
            return unclosed(context, open, bracket);
        }
    }
    let before = source.get(..at.start).unwrap_or_default().trim_end();
    let last = before.char_indices().next_back();
    match last.filter(|(_, last)| !matches!(last, ',' | '[' | '{')) {
        Some((place, last)) => said(
            &(place..place + last.len_utf8()),
            "a `,` or a closing bracket is missing after this",
            "separate the entries with `,`, or close the bracket",
        ),
        None => said(
            &at,
            "expected `,` or a closing bracket",
            "separate the entries with `,`, and quote a value that contains brackets",
        ),
    }
}

/// Text behind a closing quote.
fn after_quote(context: &Context<'_>, at: Range<usize>, quote: char) -> Explanation {
    let Context { source, line, open, .. } = context;
    let before = source.get(line.start..at.start).unwrap_or_default();
    let is_apart = before.ends_with(' ');
    let here = source.get(at.start..).unwrap_or_default();
    if open.is_some() && is_apart && here.starts_with(['"', '\'']) {
        return no_comma(context, at);
    }
    let mut quotes = before.char_indices().rev().filter(|(_, found)| *found == quote);
    let start = quotes.nth(1).map_or(at.start, |(place, _)| line.start + place);
    let value = line.rest(start).trim_end().trim_end_matches([']', '}', ',']);
    let inner = value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
    let other = if quote == '"' { '\'' } else { '"' };
    let help = match inner.filter(|inner| !inner.contains([other, '\\'])) {
        Some(inner) => {
            let whole = format!("{other}{inner}{other}");
            let whole = Message::beginning_of(&whole, SHOWN);
            message!("use the other kind of quotes: `{whole}`", whole)
        }
        None if quote == '"' => {
            "quote the whole value; write a double quote inside double quotes as `\\\"`".into()
        }
        None => {
            "quote the whole value; write a single quote inside single quotes twice: `''`".into()
        }
    };
    said(&at, "text after the closing quote", help)
}

/// A line that a template engine has to read first.
fn template(line: Line<'_>) -> Option<Explanation> {
    let at = line.text.find("{{").or_else(|| line.text.find("{%"))?;
    let start = line.start + at;
    Some(said(&(start..start + 2), "a template is not evaluated here", TEMPLATE_HELP))
}

/// The markers that Git leaves.
fn conflict(source: &str, line: Line<'_>) -> Option<Explanation> {
    let markers = ["<<<<<<<", "=======", ">>>>>>>"];
    let is_conflict = |line: &Line<'_>| markers.iter().any(|it| line.text.starts_with(it));
    let found = Some(line).filter(is_conflict);
    let found = found.or_else(|| line.above(source).filter(is_conflict))?;
    let range = found.start..found.start + 7;
    let help = "keep one of the two versions, and remove the three marker lines";
    Some(said(&range, "an unresolved merge conflict", help))
}

/// A character outside quotes that only looks like the one that YAML wants.
fn odd_character(line: Line<'_>) -> Option<Explanation> {
    let unquoted = line.text.split(['"', '\'', '#']).next().unwrap_or_default();
    let (at, character, name) = characters::odd(unquoted)?;
    let start = line.start + at;
    Some(said(
        &(start..start + character.len_utf8()),
        message!(
            "this is a {name} ({number})",
            name = Message::from(name),
            number = characters::number(character)
        ),
        match characters::meant(character) {
            Some(meant) => message!("write {meant} in its place", meant = Message::from(meant)),
            None => "remove it".into(),
        },
    ))
}

/// A tab that indents a line. The parser stops at the end of the line before it.
fn tab(source: &str, line: Line<'_>, kind: &ErrorKind) -> Option<Explanation> {
    let is_about_tabs = matches!(
        kind,
        ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabNotAllowed
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabAtBlockScalarStart
    );
    let candidates = std::iter::successors(Some(line), |line| line.below(source));
    let candidates = candidates.take(if is_about_tabs { 5 } else { 1 });
    let found = candidates.filter_map(|line| Some((line, line.indentation().find('\t')?))).next();
    let cause = "a tab indents this line: YAML allows only spaces";
    let Some((line, at)) = found else {
        let before = source.get(..line.start + line.text.len())?;
        let place = before.rfind('\t').filter(|_| is_about_tabs)?;
        return Some(said(&(place..place + 1), "a tab cannot stand here", "write a space"));
    };
    let indent = line.above(source).map_or(0, |above| {
        let tabs = above.indentation().matches('\t').count();
        let deeper = usize::from(above.content().ends_with(':'));
        above.indent() + 2 * (tabs + deeper)
    });
    let fixed = format!("{}{}", " ".repeat(indent), line.content());
    let fixed = Message::beginning_of(&fixed, SHOWN);
    let place = line.start + at;
    Some(said(&(place..place + 1), cause, message!("indent with spaces: `{fixed}`", fixed)))
}

/// How far back is looked for the line that another one belongs to.
const MAX_LINES_BACK: usize = 200;

/// One line of a text, without its end.
#[derive(Clone, Copy)]
struct Line<'a> {
    start: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    /// The line that an offset is in.
    fn at(source: &'a str, at: usize) -> Line<'a> {
        let at = text::floor(source, at);
        let start = source.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let text = source.get(start..).unwrap_or_default();
        let text = text.split('\n').next().unwrap_or_default().trim_end_matches('\r');
        Line { start, text }
    }

    /// The last line before it that is neither blank nor a comment.
    fn above(&self, source: &'a str) -> Option<Line<'a>> {
        let mut here = self.start;
        for _ in 0..MAX_LINES_BACK {
            let line = Line::at(source, here.checked_sub(1)?);
            if !line.content().is_empty() && !line.content().starts_with('#') {
                return Some(line);
            }
            here = line.start;
        }
        None
    }

    /// The line after it.
    fn below(&self, source: &'a str) -> Option<Line<'a>> {
        let end = self.start + self.text.len();
        let skipped = source.get(end..)?.find('\n')? + 1;
        Some(Line::at(source, end + skipped))
    }

    fn indentation(&self) -> &'a str {
        let content = self.text.trim_start_matches([' ', '\t']);
        self.text.get(..self.text.len() - content.len()).unwrap_or_default()
    }

    /// How many spaces indent it.
    fn indent(&self) -> usize {
        self.indentation().matches(' ').count()
    }

    /// The line without the space around it.
    fn content(&self) -> &'a str {
        self.text.trim_matches([' ', '\t', '\r'])
    }

    /// The offset of its first key or value, behind the dash of a list item.
    fn item_start(&self) -> usize {
        let mut rest = self.text.trim_start_matches([' ', '\t']);
        while let Some(item) = rest.strip_prefix("- ") {
            rest = item.trim_start_matches(' ');
        }
        self.start + self.text.len() - rest.len()
    }

    /// What stands before its first `:`.
    fn key(&self) -> &'a str {
        let item = self.text.get(self.item_start() - self.start..).unwrap_or_default();
        item.split(": ").next().unwrap_or_default().trim_end().trim_end_matches(':')
    }

    /// What is left of it from an offset on.
    fn rest(&self, at: usize) -> &'a str {
        self.text.get(at.saturating_sub(self.start)..).unwrap_or_default()
    }

    /// The value that begins at an offset: to the end of the line, or within brackets to the next comma.
    fn value(&self, at: usize) -> &'a str {
        let rest = self.rest(at);
        let before = self.text.get(..at.saturating_sub(self.start)).unwrap_or_default();
        let is_flow = before.matches(['[', '{']).count() > before.matches([']', '}']).count();
        let rest = match is_flow {
            true => rest.split([',', ']', '}']).next().unwrap_or_default(),
            false => rest.split(" #").next().unwrap_or_default(),
        };
        rest.trim()
    }
}

/// A value in quotes that mean nothing to it.
fn quoted(value: &str) -> String {
    match value.contains(['"', '\\']) {
        false => format!("\"{value}\""),
        true => format!("'{}'", value.replace('\'', "''")),
    }
}

/// What to write in place of an alias that is none, and is text: the whole value in quotes.
pub(super) fn quoted_at(source: &str, at: usize) -> Option<Message> {
    let line = Line::at(source, at);
    may_be_quoted(source, line).then(|| Message::beginning_of(&quoted(line.value(at)), SHOWN))
}

/// The place itself, or the last character where it is the end of the file or of a line.
fn last_character(source: &str, at: usize) -> usize {
    let at = text::floor(source, at);
    let before = source.get(..at).unwrap_or_default();
    match source.get(at..).and_then(|rest| rest.chars().next()) {
        Some(character) if !character.is_whitespace() => at,
        Some(_) | None => before.trim_end().char_indices().next_back().map_or(at, |(at, _)| at),
    }
}
