//! What `sqlparser` cannot read although the server can, taken out of a statement before it is asked.
//!
//! In: a statement. Out: the same text, as long as before, so that places stay where they are.

use crate::dialect::Dialect;
use crate::parse::read::Cursor;
use crate::parse::token::{Kind, Token};
use crate::source::Excerpt;
use crate::word::{is, is_any};

/// The statement in these bytes, with these tokens, as `sqlparser` is asked about it.
pub(crate) fn plain(
    excerpt: &Excerpt,
    bytes: std::ops::Range<usize>,
    tokens: &[Token],
    dialect: Dialect,
) -> String {
    let text = excerpt.text.get(bytes.clone()).unwrap_or_default();
    let cursor = Cursor::new(excerpt, tokens, dialect);
    let mut edits: Vec<(usize, usize, &'static str)> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match found(&cursor, at, tokens.len()) {
            Some((from, to, with)) => {
                edits.push((from, to, with));
                at = to.max(at + 1);
            }
            None => at += 1,
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut done = bytes.start;
    for (from, to, with) in edits {
        let first = tokens.get(from).map(|token| token.range());
        let last = to.checked_sub(1).and_then(|last| tokens.get(last)).map(|token| token.range());
        let (Some(first), Some(last)) = (first, last) else { continue };
        let (Some(before), Some(replaced)) =
            (excerpt.text.get(done..first.start), excerpt.text.get(first.start..last.end))
        else {
            continue;
        };
        out.push_str(before);
        // Line breaks stay, since places are told by lines.
        let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
        match replaced.get(with.len()..) {
            Some(rest) => {
                out.push_str(with);
                rest.chars().for_each(|c| out.push(blank(c)));
            }
            None => out.push_str(replaced),
        }
        done = last.end;
    }
    out.push_str(excerpt.text.get(done..bytes.end).unwrap_or_default());
    out
}

/// What begins at a token: from which token to which one, and what to say instead.
fn found(cursor: &Cursor<'_>, at: usize, n_tokens: usize) -> Option<(usize, usize, &'static str)> {
    let word = cursor.word_at(at);
    let next = |ahead: usize| cursor.word_at(at + ahead);
    let gone = |to: usize| Some((at, to, ""));
    match () {
        // The end of a view.
        () if is(word, "WITH") && is(next(1), "DATA") && at + 2 == n_tokens => gone(at + 2),
        () if is(word, "WITH")
            && is(next(1), "NO")
            && is(next(2), "DATA")
            && at + 3 == n_tokens =>
        {
            gone(at + 3)
        }
        () if is(word, "WITH") && is(next(1), "CHECK") && is(next(2), "OPTION") => gone(at + 3),
        () if is(word, "WITH")
            && is_any(next(1), &["LOCAL", "CASCADED"])
            && is(next(2), "CHECK")
            && is(next(3), "OPTION") =>
        {
            gone(at + 4)
        }
        () if is(word, "RECURSIVE") && is(next(1), "VIEW") => gone(at + 1),
        () if is(word, "EXCLUDE") && is_any(next(1), &["TIES", "GROUP"]) => gone(at + 2),
        () if is(word, "EXCLUDE") && is(next(1), "CURRENT") && is(next(2), "ROW") => gone(at + 3),
        () if is(word, "EXCLUDE") && is(next(1), "NO") && is(next(2), "OTHERS") => gone(at + 3),
        () if is(word, "ROWS") && is(next(1), "FROM") && cursor.symbol_at(at + 2, b'(') => {
            Some((at, close(cursor, at + 2)?, "f()"))
        }
        () if is_any(word, &["JSON_VALUE", "JSON_QUERY", "JSON_EXISTS"])
            && cursor.symbol_at(at + 1, b'(') =>
        {
            Some((at + 1, close(cursor, at + 1)?, "()"))
        }
        () if is(word, "SOUNDS") && is(next(1), "LIKE") => gone(at + 1),
        () if is(word, "FOR") && is(next(1), "SYSTEM_TIME") => gone(system_time(cursor, at + 2)),
        () if is(word, "FINAL") && cursor.grammar.tables.on_cluster => gone(at + 1),
        // `tuple.1`
        () if cursor.grammar.tables.on_cluster && is_part_number(cursor, at) => gone(at + 1),
        // `a IS b` of SQLite.
        () if is(word, "IS") && cursor.grammar.types.any_words => {
            let by = usize::from(is(next(1), "NOT"));
            let known = &["NULL", "TRUE", "FALSE", "DISTINCT", "NOT", "UNKNOWN"];
            (!is_any(next(by + 1), known)).then_some((at, at + by + 1, "="))
        }
        () => None,
    }
}

/// Behind the parenthesis that closes the one here.
fn close(cursor: &Cursor<'_>, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = open;
    while cursor.peek_at(at).is_some() {
        if cursor.symbol_at(at, b'(') {
            depth += 1;
        } else if cursor.symbol_at(at, b')') {
            depth -= 1;
            if depth == 0 {
                return Some(at + 1);
            }
        }
        at += 1;
    }
    None
}

/// Where `AS OF x`, `BETWEEN x AND y`, `FROM x TO y` or `ALL` ends.
fn system_time(cursor: &Cursor<'_>, at: usize) -> usize {
    let operand = |at: usize| {
        let at =
            if is_any(cursor.word_at(at), &["TIMESTAMP", "TRANSACTION"]) { at + 1 } else { at };
        match cursor.symbol_at(at + 1, b'(') {
            true => close(cursor, at + 1).unwrap_or(at + 1),
            false => at + 1,
        }
    };
    match cursor.word_at(at) {
        word if is(word, "AS") => operand(at + 2),
        word if is_any(word, &["BETWEEN", "FROM"]) => operand(operand(at + 1) + 1),
        _ => at + 1,
    }
}

/// Whether a number that begins with a dot stands here, right behind a name or a parenthesis.
fn is_part_number(cursor: &Cursor<'_>, at: usize) -> bool {
    let Some(token) = cursor.peek_at(at).filter(|token| token.kind == Kind::Number) else {
        return false;
    };
    let before = at.checked_sub(1).and_then(|before| cursor.peek_at(before));
    cursor.text(token).starts_with('.') && before.is_some_and(|before| before.end == token.start)
}
