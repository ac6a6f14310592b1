//! What to say about a text that is not YAML: the parser knows where it stopped, this knows which
//! mistakes people make there.

use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use super::text;
use crate::diag::problems::yaml::{TEMPLATE_HELP, UnprintableText, YamlSyntax};
use crate::diag::secrets::value_of;
use crate::diag::{Diagnostic, Message, message};
use crate::source::{FileId, is_carried};

/// The problem behind a parser's error at an offset. `last_plain` is the plain scalar before it.
pub(super) fn problem(
    file: FileId,
    source: &str,
    error: &ScanError,
    at: usize,
    last_plain: &Range<usize>,
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
    let Explanation { range, cause, help } = match long_key(source, at) {
        Some(key) => Explanation {
            range: key,
            cause: message!("the key has more than {MAX_KEY_LEN} characters", MAX_KEY_LEN),
            help: Some("shorten it: YAML parsers do not look further for its `:`".into()),
        },
        None => explain(source, error.kind(), character, last_plain),
    };
    let help = template_or_conflict(source, at).or(help);
    YamlSyntax { primary: place(range), cause, help }.into()
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
    help: Option<Message>,
}

#[expect(clippy::wildcard_enum_match_arm, reason = "granit-parser's list of errors is open")]
fn explain(
    source: &str,
    kind: &ErrorKind,
    at: Range<usize>,
    last_plain: &Range<usize>,
) -> Explanation {
    match kind {
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => {
            let explanation = said(&at, "tabs cannot be used to indent YAML", "indent with spaces");
            Explanation { range: tab_near(source, at.clone()), ..explanation }
        }
        ErrorKind::MappingValueNotAllowed => misplaced_colon(source, at, last_plain),
        ErrorKind::UnexpectedCharacter { character } => said(
            &at,
            message!(
                "a plain value cannot start with `{character}`",
                character = character.escape_debug()
            ),
            message!(
                "put it in quotes: `\"{character}...\"`",
                character = character.escape_debug()
            ),
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => said(
            &at,
            "this key has no `:` after it",
            "write `key: value`, or quote the text above it",
        ),
        ErrorKind::ExpectedBlockMappingKey => said(
            &at,
            "expected a key at the same indentation as the keys above",
            "align it with the keys that it belongs to",
        ),
        ErrorKind::ExpectedBlockSequenceEntry => said(
            &at,
            "expected another `- ` item of the list above",
            "indent the list below its key, or align this line with its items",
        ),
        ErrorKind::BlockSequenceEntryNotAllowed => {
            said(&at, "a list item cannot stand here", "put `- ` on its own line below the key")
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            let close = if *open == '[' { ']' } else { '}' };
            said(
                &at,
                message!("`{open}` is never closed", open),
                message!("add the missing `{close}`", close),
            )
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            said(&at, message!("`{open}` cannot be closed by `{close}`", open, close), "")
        }
        ErrorKind::MisplacedFlowCollectionEnd => {
            said(&at, "unmatched closing bracket", "remove it, or quote the value that contains it")
        }
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
            said(&at, "expected `,` or a closing bracket", "")
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            said(&at, "this quote is never closed", "add the closing quote")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar => said(
            &at,
            "text after the closing quote",
            "quote the whole value; write a single quote inside single quotes twice: `''`",
        ),
        ErrorKind::InvalidTrailingDoubleQuotedScalar => said(
            &at,
            "text after the closing quote",
            "quote the whole value; write a double quote inside double quotes as `\\\"`",
        ),
        ErrorKind::UnknownQuotedScalarEscape => said(
            &at,
            "this text in double quotes holds a backslash that escapes nothing",
            "write `\\\\` for a backslash, or use single quotes",
        ),
        ErrorKind::MissingAnchorOrAliasName => said(
            &at,
            "`*` and `&` begin the name of an alias or an anchor",
            "quote a value that begins with them: `\"*\"`",
        ),
        ErrorKind::UnexpectedEof
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::UnexpectedEofBlockSequence
        | ErrorKind::UnexpectedEofBlockMapping
        | ErrorKind::ExpectedNodeContent => said(&at, "expected a value here", ""),
        ErrorKind::MissingDocumentEndBeforeDirective | ErrorKind::ExpectedDocumentStart => {
            said(&at, "the document has already ended", "start another document with `---`")
        }
        other => said(&at, message!("{cause}", cause = other.to_string().to_lowercase()), ""),
    }
}

fn said(at: &Range<usize>, cause: impl Into<Message>, help: impl Into<Message>) -> Explanation {
    let (cause, help) = (cause.into(), help.into());
    Explanation { range: at.clone(), cause, help: (!help.is_empty()).then_some(help) }
}

/// A `:` where no key can end: the usual reasons look alike to a parser and not to a reader.
fn misplaced_colon(source: &str, at: Range<usize>, last_plain: &Range<usize>) -> Explanation {
    let scalar = source.get(last_plain.clone()).unwrap_or_default();
    let first_line = scalar.lines().next().unwrap_or_default().trim_end();
    let runs_on = scalar.contains('\n') && last_plain.end <= at.start;
    match first_line.split_once(':') {
        Some((key, value)) if runs_on && !key.contains(' ') => {
            let value = value.trim_start();
            // What the two are together tells whether the value is a secret.
            let (line, spaced) = match value_of(key, value) {
                shown if shown == value => (first_line.to_owned(), format!("{key}: {value}")),
                masked => (format!("{key}:{masked}"), format!("{key}: {masked}")),
            };
            let shown = |text: &str| Message::beginning_of(text, SHOWN);
            Explanation {
                range: last_plain.start..last_plain.start + first_line.len(),
                cause: message!("`{line}` is one word, not a key and a value", line = shown(&line)),
                help: Some(message!(
                    "put a space after the colon: `{spaced}`",
                    spaced = shown(&spaced)
                )),
            }
        }
        Some(_) | None if runs_on => Explanation {
            range: at,
            cause: "a key cannot stand here: this line continues the value above it".into(),
            help: Some(
                "align the key with the one above, or end the value above with quotes".into(),
            ),
        },
        Some(_) | None => Explanation {
            range: at,
            cause: "a second `: ` in one line".into(),
            help: Some("quote a value that contains `: `".into()),
        },
    }
}

/// What the line itself gives away, whatever stopped the parser.
fn template_or_conflict(source: &str, at: usize) -> Option<Message> {
    let before = source.get(..at).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = source.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let above = source.get(..start).and_then(|above| above.lines().next_back()).unwrap_or_default();
    if line.contains("{{") || line.contains("{%") {
        return Some(TEMPLATE_HELP.into());
    }
    let conflict = ["<<<<<<<", "=======", ">>>>>>>"];
    let is_conflict = |line: &str| conflict.iter().any(|marker| line.starts_with(marker));
    (is_conflict(line) || is_conflict(above))
        .then(|| "merge conflict markers: resolve the conflict".into())
}

fn tab_near(source: &str, at: Range<usize>) -> Range<usize> {
    match source.get(..at.end).and_then(|before| before.rfind('\t')) {
        Some(tab) => tab..tab + 1,
        None => at,
    }
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
