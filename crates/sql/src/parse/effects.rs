//! What a statement makes beside tables, columns, keys and indexes: views, routines, rows, permissions.
//!
//! In: one statement's tokens. Out: what it makes or removes, with names and places. Nothing here
//! depends on whether the rest of the statement can be read, and nothing is reported.

use crate::definition::{Class, Effect, Ident, ObjectName};
use crate::dialect::Dialect;
use crate::parse::read::{Cursor, definer};
use crate::parse::split::split;
use crate::parse::token::{Kind, Token};
use crate::source::Excerpt;
use crate::word::{is, is_any};

/// The longest body of a `DO` block that is looked into.
const MAX_BODY: usize = 64 * 1024;

/// The words of what has a name, the longer of two that begin alike first.
const OBJECTS: &[(&[&str], Class)] = &[
    (&["EVENT", "TRIGGER"], Class::EventTrigger),
    (&["EVENT"], Class::Event),
    (&["TRIGGER"], Class::Trigger),
    (&["FUNCTION"], Class::Function),
    (&["ROUTINE"], Class::Function),
    (&["PROCEDURE"], Class::Procedure),
    (&["PROC"], Class::Procedure),
    (&["AGGREGATE"], Class::Aggregate),
    (&["PACKAGE", "BODY"], Class::Package),
    (&["PACKAGE"], Class::Package),
    (&["SEQUENCE"], Class::Sequence),
    (&["EXTENSION"], Class::Extension),
    (&["POLICY"], Class::Policy),
    (&["DOMAIN"], Class::Domain),
    (&["USER", "MAPPING", "FOR"], Class::ForeignServer),
    (&["USER"], Class::Role),
    (&["ROLE"], Class::Role),
    (&["GROUP"], Class::Role),
    (&["SERVER"], Class::ForeignServer),
    (&["FOREIGN", "DATA", "WRAPPER"], Class::ForeignServer),
    (&["RULE"], Class::Rule),
    (&["CAST"], Class::Cast),
    (&["OPERATOR", "CLASS"], Class::Operator),
    (&["OPERATOR", "FAMILY"], Class::Operator),
    (&["OPERATOR"], Class::Operator),
    (&["COLLATION"], Class::Collation),
    (&["CONVERSION"], Class::Conversion),
    (&["TEXT", "SEARCH", "CONFIGURATION"], Class::TextSearch),
    (&["TEXT", "SEARCH", "DICTIONARY"], Class::TextSearch),
    (&["TEXT", "SEARCH", "PARSER"], Class::TextSearch),
    (&["TEXT", "SEARCH", "TEMPLATE"], Class::TextSearch),
    (&["PUBLICATION"], Class::Publication),
    (&["SUBSCRIPTION"], Class::Subscription),
    (&["STATISTICS"], Class::Statistics),
    (&["LANGUAGE"], Class::Language),
    (&["ACCESS", "METHOD"], Class::AccessMethod),
    (&["TABLESPACE"], Class::Tablespace),
    (&["SYNONYM"], Class::Synonym),
];

/// Functions that a script calls for what they return or for its own session.
const HARMLESS_CALLS: &[&str] = &[
    "set_config",
    "current_setting",
    "version",
    "now",
    "concat",
    "count",
    "coalesce",
    "format",
    "database",
    "current_database",
    "current_schema",
    "current_user",
    "user",
    "row_count",
    "last_insert_id",
    "sqlite_version",
    "exists",
    "max",
    "min",
    "sum",
    "if",
    "cast",
    "distinct",
];

/// Words between the verb of a change of rows and its table.
const BEFORE_TABLE: &[&str] = &[
    "LOW_PRIORITY",
    "DELAYED",
    "HIGH_PRIORITY",
    "QUICK",
    "IGNORE",
    "OR",
    "ABORT",
    "FAIL",
    "ROLLBACK",
    "REPLACE",
    "INTO",
    "FROM",
    "ONLY",
    "TABLE",
];

/// What a statement with these tokens makes and removes. `in_blocks` bounds the statements of `DO`
/// blocks that are looked at.
pub(crate) fn effects(
    excerpt: &Excerpt,
    tokens: &[Token],
    dialect: Dialect,
    in_blocks: &mut usize,
) -> Vec<Effect> {
    let mut out = Vec::new();
    let cursor = &mut Cursor::new(excerpt, tokens, dialect);
    if cursor.eat("DO") {
        block(excerpt, tokens, dialect, in_blocks, &mut out);
    } else {
        statement(cursor, &mut out);
    }
    out
}

fn statement(cursor: &mut Cursor<'_>, out: &mut Vec<Effect>) {
    let start = cursor.start();
    let verb = cursor.word();
    if cursor.eat("CREATE") {
        out.extend(create(cursor, start));
    } else if cursor.eat("ALTER") {
        out.extend(alter(cursor, start));
    } else if cursor.eat("DROP") {
        drop(cursor, start, out);
    } else if is_any(verb, &["GRANT", "REVOKE", "DENY"]) {
        out.push(bare(cursor, start, Class::Permission));
    } else if is_any(verb, &["SELECT", "PERFORM"]) {
        out.extend(select(cursor, start));
    } else if is(verb, "CALL") {
        out.push(called(cursor, start));
    } else if cursor.eat_all(&["IMPORT", "FOREIGN", "SCHEMA"]) {
        let name = cursor.name();
        out.push(made(cursor, start, Class::ForeignTable, name));
    } else {
        out.extend(rows(cursor, start, verb));
    }
}

/// An effect without a name, at the word here.
fn bare(cursor: &mut Cursor<'_>, start: usize, class: Class) -> Effect {
    cursor.skip();
    Effect { class, removes: false, name: None, on: None, span: cursor.since(start) }
}

fn made(cursor: &Cursor<'_>, start: usize, class: Class, name: Option<ObjectName>) -> Effect {
    let span = name.as_ref().map_or_else(|| cursor.since(start), ObjectName::span);
    let on = match class.has_table() {
        true => table_ahead(cursor),
        false => None,
    };
    Effect { class, removes: false, name, on, span }
}

/// The table behind the next `ON`.
fn table_ahead(cursor: &Cursor<'_>) -> Option<ObjectName> {
    let mut ahead = 0;
    while cursor.peek_at(ahead).is_some() {
        if is(cursor.word_at(ahead), "ON") {
            return crate::parse::read::view::name_ahead(cursor, ahead + 1).map(|(name, _)| name);
        }
        ahead += 1;
    }
    None
}

fn create(cursor: &mut Cursor<'_>, start: usize) -> Option<Effect> {
    let (mut temporary, mut materialized, mut foreign, mut is_virtual) =
        (false, false, false, false);
    loop {
        if cursor.eat("TEMPORARY") || cursor.eat("TEMP") {
            temporary = true;
        } else if cursor.eat("MATERIALIZED") {
            materialized = true;
        } else if cursor.eat("VIRTUAL") {
            is_virtual = true;
        } else if is(cursor.word(), "FOREIGN") && is(cursor.word_at(1), "TABLE") {
            cursor.skip();
            foreign = true;
        } else if cursor.eat("ALGORITHM") || cursor.eat("DEFINER") {
            definer(cursor);
        } else if cursor.eat_all(&["SQL", "SECURITY"])
            || is(cursor.word(), "AGGREGATE") && is(cursor.word_at(1), "FUNCTION")
        {
            cursor.skip();
        } else if !cursor.eat_any(&[
            "OR",
            "REPLACE",
            "ALTER",
            "GLOBAL",
            "LOCAL",
            "UNLOGGED",
            "RECURSIVE",
            "CONSTRAINT",
            "TRUSTED",
            "PROCEDURAL",
            "DEFAULT",
            "EDITIONABLE",
            "NONEDITIONABLE",
            "PUBLIC",
        ]) {
            break;
        }
    }
    let class = if cursor.eat("VIEW") {
        if materialized { Class::MaterializedView } else { Class::View }
    } else if cursor.eat("TABLE") {
        cursor.if_not_exists();
        let name = cursor.name();
        let class = match () {
            () if foreign => Class::ForeignTable,
            () if is_virtual => Class::VirtualTable,
            () if is(cursor.word(), "PARTITION") && is(cursor.word_at(1), "OF") => Class::Partition,
            () if is_versioned(cursor) => Class::VersionedTable,
            () => return None,
        };
        return (!temporary).then(|| made(cursor, start, class, name));
    } else if cursor.eat("TYPE") {
        let name = cursor.name();
        let class = type_class(cursor)?;
        return Some(made(cursor, start, class, name));
    } else {
        object(cursor)?
    };
    if temporary {
        return None;
    }
    cursor.if_not_exists();
    let name = match () {
        () if class == Class::Cast || is(cursor.word(), "ON") => None,
        () if class == Class::Operator && matches!(cursor.kind(), Some(Kind::Symbol(_))) => {
            Some(operator(cursor))
        }
        () => cursor.name(),
    };
    Some(made(cursor, start, class, name))
}

/// The name of an operator, `===`.
fn operator(cursor: &mut Cursor<'_>) -> ObjectName {
    let start = cursor.start();
    while matches!(cursor.kind(), Some(Kind::Symbol(symbol)) if symbol != b'(') {
        cursor.skip();
    }
    let (text, span) = (cursor.text_since(start).trim_end().into(), cursor.since(start));
    ObjectName { schema: None, name: Ident { text, quoted: true, span } }
}

/// Reads the words of an object.
pub(crate) fn object(cursor: &mut Cursor<'_>) -> Option<Class> {
    let found = OBJECTS.iter().find(|(words, _)| cursor.eat_all(words));
    found.map(|(_, class)| *class)
}

/// `CREATE TYPE name` is read; an enum is as good as a table.
fn type_class(cursor: &mut Cursor<'_>) -> Option<Class> {
    if !cursor.eat("AS") {
        return Some(Class::BaseType);
    }
    match () {
        () if cursor.eat("ENUM") => None,
        () if cursor.eat("RANGE") => Some(Class::RangeType),
        () => Some(Class::CompositeType),
    }
}

/// MariaDB's `WITH SYSTEM VERSIONING`, of a table or of a column.
fn is_versioned(cursor: &Cursor<'_>) -> bool {
    let mut ahead = 0;
    while cursor.peek_at(ahead).is_some() {
        if is(cursor.word_at(ahead), "SYSTEM")
            && is(cursor.word_at(ahead + 1), "VERSIONING")
            && ahead > 0
            && is(cursor.word_at(ahead - 1), "WITH")
        {
            return true;
        }
        ahead += 1;
    }
    false
}

fn alter(cursor: &mut Cursor<'_>, start: usize) -> Option<Effect> {
    if cursor.eat_all(&["DEFAULT", "PRIVILEGES"]) {
        let span = cursor.since(start);
        return Some(Effect {
            class: Class::Permission,
            removes: false,
            name: None,
            on: None,
            span,
        });
    }
    if !cursor.eat("TABLE") {
        return None;
    }
    cursor.if_exists();
    cursor.eat("ONLY");
    let table = cursor.name()?;
    let mut ahead = 0;
    while cursor.peek_at(ahead).is_some() {
        let (word, next) = (cursor.word_at(ahead), cursor.word_at(ahead + 1));
        if is(word, "ROW") && is(next, "LEVEL") && is(cursor.word_at(ahead + 2), "SECURITY") {
            let back = |by| ahead.checked_sub(by).map_or("", |at| cursor.word_at(at));
            let removes = is(back(1), "DISABLE") || is(back(2), "NO");
            let span = table.span();
            let name = Some(table);
            return Some(Effect { class: Class::RowSecurity, removes, name, on: None, span });
        }
        if is_any(word, &["ATTACH", "DETACH"]) && is(next, "PARTITION") {
            let (name, _) = crate::parse::read::view::name_ahead(cursor, ahead + 2)?;
            let (removes, span) = (is(word, "DETACH"), name.span());
            let name = Some(name);
            return Some(Effect { class: Class::Partition, removes, name, on: None, span });
        }
        if is(word, "ADD") && is(next, "SYSTEM") && is(cursor.word_at(ahead + 2), "VERSIONING") {
            let span = table.span();
            let name = Some(table);
            let class = Class::VersionedTable;
            return Some(Effect { class, removes: false, name, on: None, span });
        }
        ahead += 1;
    }
    None
}

fn drop(cursor: &mut Cursor<'_>, start: usize, out: &mut Vec<Effect>) {
    cursor.eat("TEMPORARY");
    let class = if cursor.eat_all(&["MATERIALIZED", "VIEW"]) {
        Class::MaterializedView
    } else if cursor.eat("VIEW") {
        Class::View
    } else if cursor.eat_all(&["FOREIGN", "TABLE"]) || cursor.eat("TABLE") {
        Class::Partition
    } else if cursor.eat("TYPE") {
        Class::CompositeType
    } else {
        match object(cursor) {
            Some(class) => class,
            None => return,
        }
    };
    cursor.if_exists();
    while let Some(name) = cursor.name() {
        // The types of a function's arguments.
        cursor.skip_group();
        out.push(Effect { removes: true, ..made(cursor, start, class, Some(name)) });
        // What belongs to a table is dropped one by one.
        if class.has_table() || !cursor.eat_symbol(b',') {
            return;
        }
    }
}

/// `SELECT f(...)` without a table to read from: what counts is what the function does.
fn select(cursor: &mut Cursor<'_>, start: usize) -> Option<Effect> {
    cursor.skip();
    let name = cursor.name()?;
    let is_call = cursor.next_is(b'(')
        && !is_any(&name.name.text, HARMLESS_CALLS)
        && !cursor.look_ahead(|cursor| {
            while !cursor.at_end() {
                if is(cursor.word(), "FROM") {
                    return true;
                }
                if !cursor.skip_group() {
                    cursor.skip();
                }
            }
            false
        });
    is_call.then(|| Effect {
        class: Class::Call,
        removes: false,
        name: Some(name),
        on: None,
        span: cursor.since(start),
    })
}

fn called(cursor: &mut Cursor<'_>, start: usize) -> Effect {
    cursor.skip();
    let name = cursor.name();
    Effect { class: Class::Call, removes: false, name, on: None, span: cursor.since(start) }
}

/// `INSERT`, `UPDATE` and all else that changes rows.
fn rows(cursor: &mut Cursor<'_>, start: usize, verb: &str) -> Option<Effect> {
    let changes = match () {
        () if is_any(
            verb,
            &["INSERT", "REPLACE", "UPDATE", "DELETE", "MERGE", "UPSERT", "TRUNCATE"],
        ) =>
        {
            true
        }
        () if is(verb, "LOAD") => is_any(cursor.word_at(1), &["DATA", "XML"]),
        () if is(verb, "COPY") => is(first_of(cursor, &["FROM", "TO"]), "FROM"),
        () if is(verb, "WITH") => {
            let main = first_of(cursor, &["INSERT", "UPDATE", "DELETE", "MERGE", "SELECT"]);
            !main.is_empty() && !is(main, "SELECT")
        }
        () => false,
    };
    if !changes {
        return None;
    }
    cursor.skip();
    let has_table = !is_any(verb, &["WITH", "LOAD"]);
    let name = if has_table {
        while cursor.eat_any(BEFORE_TABLE) {}
        cursor.name()
    } else {
        None
    };
    Some(Effect { class: Class::Data, removes: false, name, on: None, span: cursor.since(start) })
}

/// The first of these words outside parentheses.
fn first_of<'a>(cursor: &mut Cursor<'a>, words: &[&str]) -> &'a str {
    cursor.look_ahead(|cursor| {
        while !cursor.at_end() {
            if is_any(cursor.word(), words) {
                return cursor.word();
            }
            if !cursor.skip_group() {
                cursor.skip();
            }
        }
        ""
    })
}

/// The statements in the body of a `DO` block, wherever one may begin.
fn block(
    excerpt: &Excerpt,
    tokens: &[Token],
    dialect: Dialect,
    in_blocks: &mut usize,
    out: &mut Vec<Effect>,
) {
    for token in tokens.iter().filter(|token| token.kind == Kind::Text) {
        let text = excerpt.text.get(token.range()).unwrap_or_default();
        if !text.starts_with('$') || text.len() > MAX_BODY {
            continue;
        }
        let body = text.trim_start_matches(|c: char| c == '$' || c == '_' || c.is_alphanumeric());
        let inner = Excerpt::opaque(body.to_owned(), excerpt.locate(token.range()));
        let split = split(&inner.text, dialect);
        for piece in &split.pieces {
            let tokens = split.tokens.get(piece.tokens.clone()).unwrap_or_default();
            for rest in statements(&inner, tokens) {
                let Some(left) = in_blocks.checked_sub(1) else { return };
                *in_blocks = left;
                statement(&mut Cursor::new(&inner, rest, dialect), out);
            }
        }
    }
}

/// From each place on where a statement of a block may begin.
fn statements<'a>(excerpt: &'a Excerpt, tokens: &'a [Token]) -> impl Iterator<Item = &'a [Token]> {
    let text = |at: usize| {
        let token = tokens.get(at).copied();
        token.and_then(|token| excerpt.text.get(token.range())).unwrap_or_default()
    };
    let begins = move |at: &usize| {
        let before = at.checked_sub(1).map(text);
        is_any(text(*at), STATEMENTS)
            && before.is_none_or(|word| is_any(word, &[";", "BEGIN", "THEN", "ELSE", "LOOP"]))
    };
    (0..tokens.len()).filter(begins).map(|at| {
        let rest = tokens.get(at..).unwrap_or_default();
        let end = rest.iter().take(MAX_TOKENS).position(|token| token.kind == Kind::Symbol(b';'));
        rest.get(..end.unwrap_or(rest.len().min(MAX_TOKENS))).unwrap_or_default()
    })
}

/// The most tokens of a statement in a block.
const MAX_TOKENS: usize = 2_000;

/// The verbs that are looked for in a block.
const STATEMENTS: &[&str] = &[
    "CREATE", "ALTER", "DROP", "GRANT", "REVOKE", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "COPY",
    "MERGE", "CALL", "PERFORM",
];

impl Class {
    /// Whether the name is that of one table only.
    fn has_table(self) -> bool {
        matches!(self, Class::Trigger | Class::Policy | Class::Rule)
    }
}
