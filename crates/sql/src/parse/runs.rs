//! Whether a statement runs SQL that is not written as statements of the script: `DO`, `EXECUTE`, a
//! call of a function that creates tables.
//!
//! In: one statement's tokens. Out: [`Runs`]; the catalogue puts those of all statements together,
//! since a function is created by one and called by another. Nothing is reported.

use smol_str::{SmolStr, StrExt};

use crate::definition::Runs;
use crate::dialect::Dialect;
use crate::parse::read::Cursor;
use crate::parse::read::view::name_ahead;
use crate::parse::token::{Kind, Token};
use crate::source::Excerpt;
use crate::word::{is, is_any};

/// Words in the body of a routine that may create or change a table, or run SQL that does.
const CHANGES: &[&str] = &[
    "CREATE",
    "ALTER",
    "RENAME",
    "EXECUTE",
    "EXEC",
    "PREPARE",
    "IMPORT",
    "DBLINK_EXEC",
    "SP_EXECUTESQL",
    "SP_RENAME",
];

/// Words before a parenthesis in a `DO` block that call nothing.
const NO_CALLS: &[&str] = &[
    "EXISTS", "ENUM", "IF", "NOT", "IN", "AND", "OR", "WHEN", "WHERE", "AS", "VALUES", "VARCHAR",
    "CHAR", "NUMERIC", "DECIMAL", "BIT", "RANGE", "CHECK", "VALUE", "ANY", "ALL", "SELECT", "ON",
    "FROM", "TYPE", "COUNT", "COALESCE", "LOWER", "UPPER",
];

/// Words of a `DO` block that may create or change a table.
const BLOCK_CHANGES: &[&str] = &[
    "TABLE", "TABLES", "VIEW", "SCHEMA", "EXECUTE", "PERFORM", "CALL", "IMPORT", "INSERT",
    "UPDATE", "DELETE",
];

/// What a statement with these tokens runs.
pub(crate) fn runs(excerpt: &Excerpt, tokens: &[Token], dialect: Dialect) -> Runs {
    let cursor = Cursor::new(excerpt, tokens, dialect);
    let first = cursor.word();
    if is_any(first, &["EXEC", "EXECUTE", "PREPARE"]) {
        return Runs::Sql;
    }
    if is(first, "DO") {
        let harmless = tokens
            .iter()
            .filter(|token| token.kind == Kind::Text)
            .all(|token| is_harmless_block(excerpt.text.get(token.range()).unwrap_or_default()));
        return if harmless { Runs::Nothing } else { Runs::Sql };
    }
    if is(first, "CREATE") {
        return created(excerpt, tokens, &cursor);
    }
    if is_any(first, &["GRANT", "REVOKE", "DENY", "COMMENT", "DROP", "ALTER"]) {
        return Runs::Nothing;
    }
    // `IF ... EXEC sp_rename`, in SQL Server.
    let is_dynamic = |token: &Token| {
        token.kind == Kind::Word
            && is_any(text(excerpt, token), &["EXEC", "EXECUTE", "sp_executesql"])
    };
    if dialect.grammar().server.any_statement_may_create && tokens.iter().any(is_dynamic) {
        return Runs::Sql;
    }
    let routines = called(excerpt, tokens);
    if is(first, "CALL") {
        return match name_ahead(&cursor, 1) {
            Some((name, _)) => Runs::Call(name.name.text.to_lowercase_smolstr()),
            None => Runs::Sql,
        };
    }
    let changes_rows = is_any(first, &["INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "REPLACE"]);
    match routines.is_empty() && !changes_rows {
        true => Runs::Nothing,
        false => Runs::Routines { names: routines, changes_rows },
    }
}

/// What is created may be a routine that runs SQL later, or a query that calls one now.
fn created(excerpt: &Excerpt, tokens: &[Token], cursor: &Cursor<'_>) -> Runs {
    let mut at = 1;
    while is_any(cursor.word_at(at), &["OR", "REPLACE", "ALTER", "CONSTRAINT", "AGGREGATE"]) {
        at += 1;
    }
    if is(cursor.word_at(at), "DEFINER") {
        let kinds = &["FUNCTION", "PROCEDURE", "TRIGGER", "EVENT", "VIEW"];
        at = (at..at + 8).find(|at| is_any(cursor.word_at(*at), kinds)).unwrap_or(at);
    }
    let is_event = is(cursor.word_at(at), "EVENT") && is(cursor.word_at(at + 1), "TRIGGER");
    if is_event || is(cursor.word_at(at), "TRIGGER") {
        let position =
            (0..tokens.len()).rfind(|at| is_any(cursor.word_at(*at), &["FUNCTION", "PROCEDURE"]));
        let function = position.and_then(|at| name_ahead(cursor, at + 1));
        return match function {
            Some((name, _)) => {
                Runs::Trigger { function: name.name.text.to_lowercase_smolstr(), is_event }
            }
            None => Runs::Nothing,
        };
    }
    if is_any(cursor.word_at(at), &["FUNCTION", "PROCEDURE", "PROC"]) {
        let mut from = at + 1;
        while is_any(cursor.word_at(from), &["IF", "NOT", "EXISTS"]) {
            from += 1;
        }
        let Some((name, after)) = name_ahead(cursor, from) else { return Runs::Nothing };
        let body = tokens.get(after..).unwrap_or_default();
        let words = |token: &Token| match token.kind {
            Kind::Word => is_any(text(excerpt, token), CHANGES),
            Kind::Text => words(text(excerpt, token)).any(|(word, _)| is_any(word, CHANGES)),
            Kind::Quoted | Kind::Number | Kind::Variable | Kind::Symbol(_) => false,
        };
        return Runs::Defines {
            name: name.name.text.to_lowercase_smolstr(),
            changes: body.iter().any(words),
            calls: called(excerpt, body),
        };
    }
    // `CREATE TABLE ... AS SELECT f()`, a materialized view.
    let is_run = is_any(cursor.word_at(at), &["MATERIALIZED", "TABLE", "TEMP", "TEMPORARY"]);
    let names = if is_run { called(excerpt, tokens) } else { Vec::new() };
    match names.is_empty() {
        true => Runs::Nothing,
        false => Runs::Routines { names, changes_rows: false },
    }
}

fn text<'a>(excerpt: &'a Excerpt, token: &Token) -> &'a str {
    excerpt.text.get(token.range()).unwrap_or_default()
}

/// The names with a parenthesis behind them, in strings as well, in lower case.
fn called(excerpt: &Excerpt, tokens: &[Token]) -> Vec<SmolStr> {
    let mut names = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Word | Kind::Quoted => {
                let next = tokens.get(at + 1).map(|next| next.kind);
                if next == Some(Kind::Symbol(b'(')) {
                    let name = text(excerpt, token).trim_matches(['"', '`', '[', ']']);
                    names.push(name.to_lowercase_smolstr());
                }
            }
            Kind::Text => {
                let called = words(text(excerpt, token)).filter(|(_, is_called)| *is_called);
                names.extend(called.map(|(word, _)| word.to_lowercase_smolstr()));
            }
            Kind::Number | Kind::Variable | Kind::Symbol(_) => {}
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// The words of a text, and whether a parenthesis follows.
fn words(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(is_part)?;
        let from = rest.get(start..)?;
        let end = from.find(|c: char| !is_part(c)).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        rest = after;
        Some((word, after.trim_start().starts_with('(')))
    })
}

/// Whether a `DO` block neither creates nor changes a table, and calls nothing that might.
fn is_harmless_block(body: &str) -> bool {
    words(body).all(|(word, is_called)| {
        !is_any(word, BLOCK_CHANGES) && (!is_called || is_any(word, NO_CALLS))
    })
}
