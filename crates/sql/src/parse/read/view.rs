//! `CREATE VIEW`: its name, its columns as far as they can be told, and the tables that it reads.

use std::collections::BTreeSet;

use smol_str::{SmolStr, StrExt};

use crate::definition::{Definition, Ident, ObjectName, ViewDefinition};
use crate::parse::read::cursor::Cursor;
use crate::parse::read::query;
use crate::parse::token::{Kind, Token};
use crate::word::{is, is_any};

/// Reads what follows `CREATE VIEW`.
pub(crate) fn create_view(
    cursor: &mut Cursor<'_>,
    tolerant: bool,
    materialized: bool,
) -> Option<Definition> {
    let tolerant = cursor.if_not_exists() || tolerant;
    let name = cursor.name()?;
    let mut columns = None;
    if cursor.next_is(b'(') {
        if cursor.grammar.tables.views_define_columns {
            cursor.skip_group();
        } else {
            columns = Some(cursor.name_list()?);
        }
    }
    while !cursor.at_end() && !is(cursor.word(), "AS") {
        if cursor.grammar.is_known
            && !is_any(cursor.word(), &["WITH", "USING", "TABLESPACE", "COMMENT"])
            && cursor.kind() == Some(Kind::Word)
        {
            break;
        }
        cursor.skip();
        if !cursor.skip_group() && !is(cursor.word(), "AS") {
            cursor.skip();
        }
    }
    if cursor.grammar.is_known && !cursor.expect("AS") {
        return None;
    }
    if !cursor.grammar.is_known {
        cursor.eat("AS");
    }
    if !cursor.next_is(b'(') && cursor.grammar.is_known {
        let here = cursor.word();
        if !is_any(here, &["SELECT", "WITH", "VALUES", "TABLE"]) {
            cursor.expect_one(&["SELECT", "WITH", "VALUES"]);
        }
    }
    if columns.is_none() {
        columns = selected_columns(cursor);
    }
    let reads = tables_read(cursor);
    cursor.has_query = !query::is_understood(cursor);
    cursor.rest_is_known();
    Some(Definition::View(Box::new(ViewDefinition {
        name,
        columns,
        reads,
        tolerant,
        materialized,
    })))
}

/// The names of the columns of a plain `SELECT a, b.c, d AS e FROM`.
fn selected_columns(cursor: &Cursor<'_>) -> Option<Vec<Ident>> {
    let mut ahead = 0;
    if !is(cursor.word_at(0), "SELECT") {
        return None;
    }
    ahead += 1;
    if is_any(cursor.word_at(ahead), &["DISTINCT", "ALL"]) {
        ahead += 1;
        if is(cursor.word_at(ahead), "ON") {
            return None;
        }
    }
    let mut columns = Vec::new();
    let mut depth = 0usize;
    let mut last: Option<usize> = None;
    loop {
        let token = cursor.peek_at(ahead);
        let at_from = depth == 0 && is(cursor.word_at(ahead), "FROM");
        let ends = token.is_none() || at_from || (depth == 0 && cursor.symbol_at(ahead, b','));
        if ends {
            let named = last.and_then(|at| cursor.peek_at(at))?;
            if !matches!(named.kind, Kind::Word | Kind::Quoted) || is(cursor.text(named), "END") {
                return None;
            }
            columns.push(Ident {
                text: super::name::unquote(cursor.text(named)),
                quoted: named.kind == Kind::Quoted,
                span: cursor.locate(named.range()),
            });
            last = None;
            if !cursor.symbol_at(ahead, b',') {
                return Some(columns);
            }
        } else if cursor.symbol_at(ahead, b'(') {
            depth += 1;
            last = Some(ahead);
        } else if cursor.symbol_at(ahead, b')') {
            depth = depth.saturating_sub(1);
            last = Some(ahead);
        } else {
            last = Some(ahead);
        }
        ahead += 1;
    }
}

/// Functions that have a `FROM` of their own.
const FROM_FUNCTIONS: &[&str] = &["EXTRACT", "SUBSTRING", "TRIM", "OVERLAY", "POSITION"];

/// The names behind `FROM` and `JOIN` from here on.
pub(crate) fn tables_read(cursor: &Cursor<'_>) -> Vec<ObjectName> {
    let mut found = Vec::new();
    let mut with_names: BTreeSet<SmolStr> = BTreeSet::new();
    let mut functions: Vec<bool> = Vec::new();
    let mut ahead = 0;
    while let Some(token) = cursor.peek_at(ahead) {
        let word = cursor.word_at(ahead);
        match token.kind {
            Kind::Symbol(b'(') => {
                let name = ahead.checked_sub(1).map_or("", |before| cursor.word_at(before));
                functions.push(is_any(name, FROM_FUNCTIONS));
            }
            Kind::Symbol(b')') => {
                functions.pop();
            }
            Kind::Word if is_any(word, &["FROM", "JOIN", "USING"]) => {
                let distinct = ahead
                    .checked_sub(1)
                    .is_some_and(|before| is(cursor.word_at(before), "DISTINCT"));
                let in_function = functions.last().copied().unwrap_or(false);
                if !distinct && !in_function && !is(word, "USING") {
                    ahead = from_list(cursor, ahead + 1, is(word, "FROM"), &mut found);
                    continue;
                }
            }
            Kind::Word | Kind::Quoted
                if is(cursor.word_at(ahead + 1), "AS")
                    && (cursor.symbol_at(ahead + 2, b'(')
                        || is_any(cursor.word_at(ahead + 2), &["MATERIALIZED", "NOT"])) =>
            {
                with_names.insert(super::name::unquote(cursor.text(token)).to_lowercase_smolstr());
            }
            Kind::Word
            | Kind::Quoted
            | Kind::Text
            | Kind::Number
            | Kind::Variable
            | Kind::Symbol(_) => {}
        }
        // `WITH t (a, b) AS (`.
        if is_any(word, &["WITH", "RECURSIVE"])
            && cursor.symbol_at(ahead + 2, b'(')
            && let Some(name) = cursor.peek_at(ahead + 1)
        {
            with_names.insert(super::name::unquote(cursor.text(name)).to_lowercase_smolstr());
        }
        ahead += 1;
    }
    found.retain(|name: &ObjectName| {
        name.schema.is_some() || !with_names.contains(&*name.name.text.to_lowercase())
    });
    found
}

/// The names of a `FROM a, b AS c, d`; where the reading goes on.
fn from_list(cursor: &Cursor<'_>, from: usize, commas: bool, found: &mut Vec<ObjectName>) -> usize {
    let mut ahead = from;
    loop {
        while is_any(cursor.word_at(ahead), &["LATERAL", "ONLY", "TABLE"]) {
            ahead += 1;
        }
        let Some((name, after)) = name_ahead(cursor, ahead) else { return ahead };
        if cursor.symbol_at(after, b'(') {
            // A function.
            return after;
        }
        found.push(name);
        ahead = after;
        if is(cursor.word_at(ahead), "AS") {
            ahead += 1;
        }
        let alias = matches!(cursor.kind_at(ahead), Some(Kind::Word | Kind::Quoted))
            && cursor.symbol_at(ahead + 1, b',');
        if alias {
            ahead += 1;
        }
        if !commas || !cursor.symbol_at(ahead, b',') {
            return ahead;
        }
        ahead += 1;
    }
}

/// The name at a place further on, without going there; and where it ends.
pub(crate) fn name_ahead(cursor: &Cursor<'_>, from: usize) -> Option<(ObjectName, usize)> {
    let part = |at: usize| {
        let token = cursor.peek_at(at).filter(Token::is_word)?;
        let text = super::name::unquote(cursor.text(token));
        let quoted = token.kind == Kind::Quoted;
        Some(Ident { text, quoted, span: cursor.locate(token.range()) })
    };
    let end = name_end(cursor, from)?;
    let last = end - 1;
    let schema = if last > from { part(last - 2) } else { None };
    Some((ObjectName { schema, name: part(last)? }, end))
}

/// The table of `schema.table.column`, at a place further on.
pub(crate) fn owner_ahead(cursor: &Cursor<'_>, from: usize) -> Option<ObjectName> {
    let last = name_end(cursor, from)?.checked_sub(3).filter(|last| *last >= from)?;
    let part = |at: usize| {
        let token = cursor.peek_at(at).filter(Token::is_word)?;
        let text = super::name::unquote(cursor.text(token));
        let quoted = token.kind == Kind::Quoted;
        Some(Ident { text, quoted, span: cursor.locate(token.range()) })
    };
    let schema = if last > from { part(last - 2) } else { None };
    Some(ObjectName { schema, name: part(last)? })
}

/// Where the name at a place further on ends: it has up to four parts.
pub(crate) fn name_end(cursor: &Cursor<'_>, from: usize) -> Option<usize> {
    let is_part = |at: usize| cursor.peek_at(at).is_some_and(|token| token.is_word());
    let mut end = is_part(from).then_some(from + 1)?;
    for _ in 0..3 {
        if !(cursor.symbol_at(end, b'.') && is_part(end + 1)) {
            break;
        }
        end += 2;
    }
    Some(end)
}
