//! The columns that a statement names in expressions, comments and rows.
//!
//! In: one statement's tokens, and what it defines. Out: names that its table, or a table that it reads,
//! should have. What may be another word (a type, a unit, a keyword) is left out or marked; nothing is
//! reported.

use std::collections::BTreeMap;

use smol_str::{SmolStr, StrExt};

use crate::definition::{Definition, Ident, Mention, ObjectKind, ObjectName};
use crate::dialect::Dialect;
use crate::parse::read::view::{name_ahead, owner_ahead};
use crate::parse::read::{Cursor, unquote};
use crate::parse::token::{Kind, Token};
use crate::parse::words;
use crate::source::Excerpt;
use crate::word::{is, is_any};

/// The most mentions of a statement that are kept.
const MAX_MENTIONS: usize = 1_000;

/// What a statement with these tokens names.
pub(crate) fn mentions(
    excerpt: &Excerpt,
    tokens: &[Token],
    dialect: Dialect,
    definition: Option<&Definition>,
) -> Vec<Mention> {
    if !dialect.grammar().is_known {
        return Vec::new();
    }
    let cursor = &Cursor::new(excerpt, tokens, dialect);
    let mut out = Vec::new();
    match definition {
        Some(Definition::Table(table)) => {
            in_groups(cursor, &table.name, &mut out);
        }
        Some(Definition::Index { table, .. }) => indexed(cursor, table, &mut out),
        Some(Definition::View(_)) if dialect.grammar().server.checks_views => {
            viewed(cursor, &mut out);
        }
        Some(Definition::Alter { table, .. }) => {
            changed(cursor, table, &mut out);
            in_groups(cursor, table, &mut out);
        }
        Some(Definition::Object { kind: ObjectKind::Sequence, .. }) => owner(cursor, &mut out),
        None if is(cursor.word(), "ALTER") && is(cursor.word_at(1), "SEQUENCE") => {
            owner(cursor, &mut out);
        }
        None if is(cursor.word(), "COMMENT") && is(cursor.word_at(2), "COLUMN") => {
            let column = last_part(cursor, 3);
            if let (Some(table), Some(column)) = (owner_ahead(cursor, 3), column) {
                out.push(Mention { table, column, by: "comment", is_bare: false });
            }
        }
        None if is(cursor.word(), "INSERT") => inserted(cursor, &mut out),
        Some(_) | None => {}
    }
    out.truncate(MAX_MENTIONS);
    out
}

/// The last part of the name at a place.
fn last_part(cursor: &Cursor<'_>, at: usize) -> Option<Ident> {
    name_ahead(cursor, at).map(|(name, _)| name.name)
}

/// The column at a place.
fn column_at(cursor: &Cursor<'_>, at: usize) -> Option<Ident> {
    let token = cursor.peek_at(at).filter(|token| token.is_word())?;
    Some(Ident {
        text: unquote(cursor.text(token)),
        quoted: token.kind == Kind::Quoted,
        span: cursor.locate(token.range()),
    })
}

/// Behind the parenthesis that closes the one here.
fn close(cursor: &Cursor<'_>, open: usize) -> usize {
    let mut depth = 0usize;
    let mut at = open;
    while cursor.peek_at(at).is_some() {
        if cursor.symbol_at(at, b'(') {
            depth += 1;
        } else if cursor.symbol_at(at, b')') {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return at + 1;
            }
        }
        at += 1;
    }
    at
}

/// The words of an expression that may be columns.
fn in_expression(
    cursor: &Cursor<'_>,
    from: usize,
    to: usize,
    table: &ObjectName,
    by: &'static str,
    out: &mut Vec<Mention>,
) {
    // A query has tables of its own.
    if (from..to).any(|at| is_any(cursor.word_at(at), &["SELECT", "FROM"])) {
        return;
    }
    for at in from..to {
        if out.len() >= MAX_MENTIONS {
            return;
        }
        let before = |by: usize| at.checked_sub(by);
        let symbol_before = |symbol| before(1).is_some_and(|at| cursor.symbol_at(at, symbol));
        let word_before = before(1).map_or("", |at| cursor.word_at(at));
        let Some(column) = column_at(cursor, at) else { continue };
        let word = cursor.word_at(at).to_ascii_lowercase();
        let is_other = cursor.symbol_at(at + 1, b'(')
            || cursor.symbol_at(at + 1, b'.')
            || symbol_before(b'.')
            || symbol_before(b':')
            || symbol_before(b'@')
            || is_any(
                word_before,
                &["AS", "COLLATE", "INTERVAL", "CAST", "USING", "OPERATOR", "SET"],
            )
            || matches!(cursor.kind_at(at + 1), Some(Kind::Text))
            || column.text.starts_with('_')
            || cursor.grammar.has_type(&word)
            || words::is_keyword(&word)
            || is_any(&word, NO_COLUMNS)
            || column.quoted && cursor.grammar.names.quoted_may_be_text;
        if !is_other {
            out.push(Mention { table: table.clone(), column, by, is_bare: true });
        }
    }
}

/// Words that stand in expressions without a parenthesis behind them.
const NO_COLUMNS: &[&str] = &[
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "session_user",
    "localtime",
    "localtimestamp",
    "current_role",
    "current_schema",
    "current_catalog",
    "utc_date",
    "utc_time",
    "utc_timestamp",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "quarter",
    "week",
    "microsecond",
    "epoch",
    "zone",
    "div",
    "mod",
    "xor",
    "rlike",
    "regexp",
    "glob",
    "match",
    "escape",
    "similar",
    "value",
    "array",
    "row",
    "less",
    "than",
    "maxvalue",
    "minvalue",
    "columns",
    "stored",
    "virtual",
    "persistent",
    "linear",
    "utf8mb4",
    "utf8",
    "latin1",
    "binary",
    "unknown",
    "ilike",
    "isnull",
    "notnull",
    "unsigned",
    "signed",
    "symmetric",
    "asymmetric",
    "overlaps",
    "day_hour",
    "day_minute",
    "day_second",
    "hour_minute",
    "year_month",
    "utf8mb3",
    "ascii",
];

/// Checks, computed columns and partition keys of a table.
fn in_groups(cursor: &Cursor<'_>, table: &ObjectName, out: &mut Vec<Mention>) {
    let mut at = 0;
    while cursor.peek_at(at).is_some() {
        let (word, next) = (cursor.word_at(at), cursor.word_at(at + 1));
        let (by, open) = match () {
            () if is(word, "CHECK") => ("check", at + 1),
            () if is(word, "AS") && at > 1 => ("computed column", at + 1),
            () if is(word, "PARTITION") && is(next, "BY") => {
                let mut open = at + 2;
                while is_any(
                    cursor.word_at(open),
                    &["RANGE", "LIST", "HASH", "KEY", "LINEAR", "COLUMNS"],
                ) {
                    open += 1;
                }
                ("partition key", open)
            }
            () => ("", 0),
        };
        if by.is_empty() || !cursor.symbol_at(open, b'(') {
            at += 1;
            continue;
        }
        let end = close(cursor, open);
        in_expression(cursor, open + 1, end.saturating_sub(1), table, by, out);
        at = end;
    }
}

/// Expressions, the predicate and included columns of an index.
fn indexed(cursor: &Cursor<'_>, table: &ObjectName, out: &mut Vec<Mention>) {
    let mut at = 0;
    let mut depth = 0usize;
    while cursor.peek_at(at).is_some() {
        let word = cursor.word_at(at);
        if cursor.symbol_at(at, b'(') {
            depth += 1;
            // `lower(name)`, `(a || b)`: what stands in parentheses in the list.
            let is_call = at.checked_sub(1).and_then(|at| cursor.peek_at(at)).is_some();
            let is_length = cursor.kind_at(at + 1) == Some(Kind::Number);
            if depth == 2 && is_call && !is_length {
                let end = close(cursor, at);
                // The settings of an operator class look the same: `x ops (siglen = 10)`.
                if !(at..end).any(|at| cursor.symbol_at(at, b'=')) {
                    in_expression(cursor, at + 1, end.saturating_sub(1), table, "index", out);
                }
                depth -= 1;
                at = end;
                continue;
            }
        } else if cursor.symbol_at(at, b')') {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && is(word, "INCLUDE") && cursor.symbol_at(at + 1, b'(') {
            let end = close(cursor, at + 1);
            in_expression(cursor, at + 2, end.saturating_sub(1), table, "index", out);
            at = end;
            continue;
        } else if depth == 0 && is(word, "WHERE") {
            let mut end = at;
            while cursor.peek_at(end).is_some() {
                end += 1;
            }
            return in_expression(cursor, at + 1, end, table, "index", out);
        }
        at += 1;
    }
}

/// `INSERT INTO t (a, b)`.
fn inserted(cursor: &Cursor<'_>, out: &mut Vec<Mention>) {
    let mut at = 1;
    while is_any(cursor.word_at(at), &["INTO", "IGNORE", "LOW_PRIORITY", "OR", "REPLACE"]) {
        at += 1;
    }
    let Some((table, after)) = name_ahead(cursor, at) else { return };
    if !cursor.symbol_at(after, b'(') || is_any(cursor.word_at(after + 1), &["SELECT", "WITH"]) {
        return;
    }
    let mut at = after + 1;
    while let Some(column) = column_at(cursor, at) {
        if !(cursor.symbol_at(at + 1, b',') || cursor.symbol_at(at + 1, b')')) {
            return;
        }
        out.push(Mention { table: table.clone(), column, by: "statement", is_bare: false });
        if !cursor.symbol_at(at + 1, b',') || out.len() >= MAX_MENTIONS {
            return;
        }
        at += 2;
    }
}

/// `OWNED BY t.a`.
fn owner(cursor: &Cursor<'_>, out: &mut Vec<Mention>) {
    let Some(at) = position(cursor, "OWNED") else { return };
    if let (Some(table), Some(column)) = (owner_ahead(cursor, at + 2), last_part(cursor, at + 2)) {
        out.push(Mention { table, column, by: "sequence", is_bare: false });
    }
}

/// The columns that an `ALTER TABLE` changes, but for those that it adds or makes itself.
fn changed(cursor: &Cursor<'_>, table: &ObjectName, out: &mut Vec<Mention>) {
    let mut made: Vec<SmolStr> = Vec::new();
    let mut at = 0;
    let mut depth = 0usize;
    while cursor.peek_at(at).is_some() {
        let (word, next) = (cursor.word_at(at), cursor.word_at(at + 1));
        if cursor.symbol_at(at, b'(') {
            depth += 1;
        } else if cursor.symbol_at(at, b')') {
            depth = depth.saturating_sub(1);
        }
        let begins = depth == 0 && at > 1;
        let is_column = is(next, "COLUMN");
        let name = if is_column { at + 2 } else { at + 1 };
        if begins && is_any(word, &["ADD", "CHANGE", "RENAME"]) {
            let to = match is(word, "ADD") {
                true if is_any(cursor.word_at(name), &["IF"]) => name + 3,
                true => name,
                false if is(cursor.word_at(name + 1), "TO") => name + 2,
                false => name + 1,
            };
            made.extend(column_at(cursor, to).map(|column| column.text.to_lowercase_smolstr()));
        }
        let is_change = begins
            && (is_any(word, &["ALTER", "DROP", "RENAME"]) && is_column
                || is_any(word, &["MODIFY", "CHANGE"]))
            && !is_any(cursor.word_at(name), &["IF"]);
        if is_change
            && let Some(column) = column_at(cursor, name)
            && !made.contains(&column.text.to_lowercase_smolstr())
            && made.len() < MAX_MENTIONS / 10
        {
            out.push(Mention { table: table.clone(), column, by: Mention::CHANGE, is_bare: false });
        }
        at += 1;
    }
}

/// The tables and views that a `DROP` needs.
pub(crate) fn dropped(
    excerpt: &Excerpt,
    tokens: &[Token],
    dialect: Dialect,
    definition: Option<&Definition>,
) -> bool {
    let cursor = &Cursor::new(excerpt, tokens, dialect);
    let is_drop = matches!(definition, Some(Definition::DropTables(_)));
    is_drop && dialect.grammar().is_known && !(1..4).any(|at| is(cursor.word_at(at), "IF"))
}

/// Words that follow a table in a query and are not an alias for it.
const NO_ALIASES: &[&str] = &[
    "ON",
    "WHERE",
    "JOIN",
    "LEFT",
    "RIGHT",
    "INNER",
    "OUTER",
    "FULL",
    "CROSS",
    "NATURAL",
    "USING",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "WINDOW",
    "FETCH",
    "OFFSET",
    "FOR",
    "TABLESAMPLE",
    "STRAIGHT_JOIN",
    "FORCE",
    "USE",
    "IGNORE",
    "WITH",
    "PARTITION",
    "AS",
    "SET",
    "LATERAL",
];

/// The columns that a view names of tables: `t.a`, and bare ones where there is one table.
fn viewed(cursor: &Cursor<'_>, out: &mut Vec<Mention>) {
    // Of each name before a dot the table, or nothing where it is not certain.
    let mut tables: BTreeMap<SmolStr, Option<ObjectName>> = BTreeMap::new();
    let (mut n_sources, mut n_selects) = (0usize, 0usize);
    let mut at = 0;
    let mut set = |name: SmolStr, table: Option<ObjectName>| {
        let is_same = |before: &Option<ObjectName>| match (before, &table) {
            (Some(before), Some(table)) => before.to_string() == table.to_string(),
            (Some(_) | None, _) => false,
        };
        match tables.get(&name) {
            Some(before) if !is_same(before) => tables.insert(name, None),
            Some(_) => None,
            None => tables.insert(name, table),
        };
    };
    while cursor.peek_at(at).is_some() {
        let word = cursor.word_at(at);
        n_selects += usize::from(is(word, "SELECT"));
        if is_any(word, &["WITH", "LATERAL", "UNION", "VALUES"]) {
            n_selects += 1;
        }
        let is_source = is_any(word, &["FROM", "JOIN"]);
        if cursor.symbol_at(at, b')') {
            // A query in parentheses, or a function, with a name of its own.
            let alias = if is(cursor.word_at(at + 1), "AS") { at + 2 } else { at + 1 };
            if let Some(name) =
                column_at(cursor, alias).filter(|name| !is_any(&name.text, NO_ALIASES))
            {
                set(name.text.to_lowercase_smolstr(), None);
            }
        }
        if let Some(name) = column_at(cursor, at).filter(|_| is(cursor.word_at(at + 1), "AS")) {
            // `WITH x AS (`.
            if cursor.symbol_at(at + 2, b'(') {
                set(name.text.to_lowercase_smolstr(), None);
            }
        }
        at += 1;
        if !is_source {
            continue;
        }
        loop {
            n_sources += 1;
            let from = if is(cursor.word_at(at), "ONLY") { at + 1 } else { at };
            let Some((name, after)) = name_ahead(cursor, from) else { break };
            if cursor.symbol_at(after, b'(') {
                break;
            }
            let alias = if is(cursor.word_at(after), "AS") { after + 1 } else { after };
            let alias_name = column_at(cursor, alias)
                .filter(|name| name.quoted || !is_any(&name.text, NO_ALIASES));
            at = match &alias_name {
                Some(alias_name) => {
                    // `AS x (a, b)` gives the columns other names.
                    let renames = cursor.symbol_at(alias + 1, b'(');
                    let table = (!renames).then(|| name.clone());
                    set(alias_name.text.to_lowercase_smolstr(), table);
                    alias + 1
                }
                None => {
                    set(name.name.text.to_lowercase_smolstr(), Some(name.clone()));
                    after
                }
            };
            if !is(word, "FROM") || !cursor.symbol_at(at, b',') {
                break;
            }
            at += 1;
        }
    }
    qualified(cursor, &tables, out);
    if n_sources == 1 && n_selects == 1 {
        let table = tables.into_values().next().flatten();
        if let (Some(table), Some(select)) = (table, position(cursor, "SELECT")) {
            selected(cursor, select + 1, &table, out);
        }
    }
}

fn position(cursor: &Cursor<'_>, word: &str) -> Option<usize> {
    let mut at = 0;
    while cursor.peek_at(at).is_some() {
        if is(cursor.word_at(at), word) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// `t.a`
fn qualified(
    cursor: &Cursor<'_>,
    tables: &BTreeMap<SmolStr, Option<ObjectName>>,
    out: &mut Vec<Mention>,
) {
    let mut at = 0;
    let mut before_is_dot = false;
    while cursor.peek_at(at).is_some() && out.len() < MAX_MENTIONS {
        let is_dot = cursor.symbol_at(at, b'.');
        if !before_is_dot
            && cursor.symbol_at(at + 1, b'.')
            && !cursor.symbol_at(at + 3, b'.')
            && !cursor.symbol_at(at + 3, b'(')
            && let (Some(of), Some(column)) = (column_at(cursor, at), column_at(cursor, at + 2))
            && let Some(Some(table)) = tables.get(&of.text.to_lowercase_smolstr())
        {
            // `FROM shop.orders` looks the same.
            let before = at.checked_sub(1).map_or("", |at| cursor.word_at(at));
            if !is_any(before, &["FROM", "JOIN", "ONLY", "VIEW", "TABLE"]) {
                let table = table.clone();
                out.push(Mention { table, column, by: "view", is_bare: false });
            }
        }
        before_is_dot = is_dot;
        at += 1;
    }
}

/// The items of a list that are one word each.
fn selected(cursor: &Cursor<'_>, from: usize, table: &ObjectName, out: &mut Vec<Mention>) {
    let mut at = from;
    let mut begins = true;
    while cursor.peek_at(at).is_some() && !is(cursor.word_at(at), "FROM") {
        if cursor.symbol_at(at, b'(') {
            at = close(cursor, at);
            begins = false;
            continue;
        }
        let ends =
            cursor.symbol_at(at + 1, b',') || is_any(cursor.word_at(at + 1), &["FROM", "AS"]);
        if begins
            && ends
            && let Some(column) = column_at(cursor, at)
            && !is_any(&column.text, NO_COLUMNS)
            && !is_any(&column.text, &["NULL", "TRUE", "FALSE", "DEFAULT"])
        {
            out.push(Mention { table: table.clone(), column, by: "view", is_bare: false });
        }
        begins = cursor.symbol_at(at, b',') || is_any(cursor.word_at(at), &["DISTINCT", "ALL"]);
        at += 1;
    }
}
