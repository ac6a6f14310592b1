//! A column: its name, its type and what follows.

use smol_str::{SmolStr, StrExt, format_smolstr};

use crate::definition::{Column, ForeignKey, Ident, Key, KeyKind, ObjectName, TypeName};
use crate::dialect::grammar::{Indexes, NeedType, Then};
use crate::parse::read::cursor::Cursor;
use crate::parse::read::{Lint, empty_key};
use crate::parse::token::Kind;
use crate::parse::words;
use crate::word::{is, is_any};

/// A column and the keys that are written with it.
pub(crate) struct ColumnParts {
    pub(crate) column: Column,
    pub(crate) keys: Vec<Key>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
}

/// Reads a column's definition up to the comma or parenthesis behind it.
pub(crate) fn column(cursor: &mut Cursor<'_>) -> Option<ColumnParts> {
    let start = cursor.start();
    let at = cursor.here();
    let bare = cursor.kind() == Some(Kind::Word);
    let mut name = cursor.ident()?;
    if bare && cursor.grammar.is_reserved(&name.text) {
        cursor.found(Lint::Reserved { at });
    }
    if cursor.grammar.columns.dotted_names {
        let mut parts = vec![name.text.clone()];
        while cursor.eat_symbol(b'.') {
            parts.extend(cursor.ident().map(|part| part.text));
        }
        if parts.len() > 1 {
            name.text = parts.join(".").into();
        }
    }
    let data_type = data_type(cursor).map(Box::new);
    let mut parts = ColumnParts {
        column: Column {
            name: name.clone(),
            data_type,
            not_null: false,
            default: None,
            generated: false,
            identity: false,
            span: name.span,
        },
        keys: Vec::new(),
        foreign_keys: Vec::new(),
    };
    constraints(cursor, &mut parts);
    let needs_type = match cursor.grammar.columns.need_type {
        NeedType::Yes => true,
        NeedType::UnlessComputed => !parts.column.generated,
        NeedType::No => false,
    };
    if parts.column.data_type.is_none() && needs_type && !cursor.has_findings() {
        cursor.found(Lint::MissingType { column: name });
    }
    if let Some(data_type) = &parts.column.data_type {
        parts.column.identity |= matches!(
            data_type.name.as_str(),
            "serial" | "bigserial" | "smallserial" | "serial2" | "serial4" | "serial8"
        );
        parts.column.not_null |= parts.column.identity;
        parts.column.identity |= matches!(data_type.name.as_str(), "rowversion");
    }
    parts.column.span = cursor.since(start);
    Some(parts)
}

/// Words that end a type, because they begin a constraint.
fn begins_constraint(cursor: &Cursor<'_>, word: &str) -> bool {
    is_any(word, words::COLUMN_WORDS)
        || is_any(word, &["AS", "IDENTITY", "KEY", "ON", "AUTOINCREMENT"])
        || is_any(word, cursor.grammar.columns.other_words)
        || is_any(word, cursor.grammar.columns.words)
}

/// A type, where there is one.
pub(crate) fn data_type(cursor: &mut Cursor<'_>) -> Option<TypeName> {
    let start = cursor.start();
    let first = match cursor.kind()? {
        Kind::Word => {
            let word = cursor.word();
            if begins_constraint(cursor, word) {
                return None;
            }
            word.to_ascii_lowercase_smolstr()
        }
        Kind::Quoted => SmolStr::default(),
        Kind::Text | Kind::Number | Kind::Variable | Kind::Symbol(_) => return None,
    };
    let quoted = first.is_empty();
    let name: ObjectName = cursor.name()?;
    let qualified = name.schema.is_some();
    let mut base = if quoted || qualified { name.name.text.clone() } else { first };
    if cursor.grammar.types.as_names {
        base = base.to_ascii_lowercase_smolstr();
    }
    let builtin_schema = name.schema.as_ref().is_some_and(|schema| is(&schema.text, "pg_catalog"));
    let mut args = Vec::new();
    if !qualified && !quoted {
        second_words(cursor, &mut base);
    }
    if cursor.next_is(b'(') {
        args = arguments(cursor, &base);
    }
    if matches!(base.as_str(), "timestamp" | "time")
        && (is(cursor.word(), "WITH") || is(cursor.word(), "WITHOUT"))
    {
        let with = cursor.eat("WITH");
        if !with {
            cursor.eat("WITHOUT");
        }
        cursor.eat("LOCAL");
        if cursor.expect("TIME") && cursor.expect("ZONE") {
            base = format_smolstr!("{base} {} time zone", if with { "with" } else { "without" });
        }
    }
    if base == "interval" {
        while cursor.eat_any(&["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "TO"]) {}
        cursor.skip_group();
    }
    let (unsigned, array) = modifiers(cursor);
    let known = (!qualified || builtin_schema || cursor.grammar.types.as_names)
        && cursor.grammar.has_type(&base);
    Some(TypeName {
        text: cursor.text_since(start).into(),
        name: base,
        args,
        unsigned,
        array,
        known,
        schema: name.schema,
        span: cursor.since(start),
    })
}

/// Longer than the name of every type of several words (`national character varying`).
const MAX_TYPE_NAME: usize = 64;

/// The words of a type's name behind the first.
fn second_words(cursor: &mut Cursor<'_>, base: &mut SmolStr) {
    let more: &[&str] = match base.as_str() {
        "double" => &["PRECISION"],
        "character" | "char" | "nchar" | "bit" | "binary" => &["VARYING", "LARGE", "OBJECT"],
        "national" | "native" => &["CHARACTER", "CHAR", "VARCHAR", "VARYING"],
        "varying" => &["CHARACTER"],
        "long" => &["VARCHAR", "VARBINARY"],
        "unsigned" if cursor.grammar.types.any_words => &["BIG", "INT"],
        _ => &[],
    };
    while is_any(cursor.word(), more) {
        // A longer text is never a type.
        if base.len() <= MAX_TYPE_NAME {
            *base = format_smolstr!("{base} {}", cursor.word().to_ascii_lowercase_smolstr());
        }
        cursor.skip();
    }
    if cursor.grammar.types.any_words {
        // Any words make a type; a slip in a constraint's first word looks like one.
        while cursor.kind() == Some(Kind::Word)
            && !begins_constraint(cursor, cursor.word())
            && !is_any(cursor.word(), &["GENERATED"])
        {
            let slip = words::slip(cursor.word(), words::COLUMN_WORDS);
            let certain = cursor.kind_at(1) == Some(Kind::Word) && cursor.symbol_at(2, b'(');
            if let Some(keyword) = slip {
                if certain {
                    cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
                    cursor.skip_element();
                } else {
                    cursor.found(Lint::OddType { at: cursor.here(), keyword });
                    cursor.skip_element();
                }
                return;
            }
            if cursor.starts_line() && looks_like_column(cursor) {
                return;
            }
            cursor.skip();
        }
    }
}

/// What stands in a type's parentheses. Ends at once where something cannot belong there, so that
/// a missing parenthesis is noticed in its place.
fn arguments(cursor: &mut Cursor<'_>, base: &str) -> Vec<SmolStr> {
    let start = cursor.start();
    if !cursor.grammar.is_known || !cursor.grammar.has_type(base) {
        cursor.skip_group();
        return split_arguments(cursor.text_since(start));
    }
    cursor.skip();
    let mut args = Vec::new();
    let mut after_comma = true;
    loop {
        match cursor.kind() {
            Some(Kind::Symbol(b')')) => {
                if after_comma && !args.is_empty() {
                    cursor.stray_comma();
                }
                cursor.skip();
                return args;
            }
            Some(Kind::Symbol(b',')) if !after_comma => {
                after_comma = true;
                cursor.skip();
            }
            Some(Kind::Word) if after_comma && !args.is_empty() && cursor.starts_line() => {
                cursor.missing(")");
                return args;
            }
            Some(Kind::Number | Kind::Text | Kind::Word) if after_comma => {
                let at = cursor.start();
                cursor.skip();
                args.push(cursor.text_since(at).into());
                after_comma = false;
            }
            Some(Kind::Symbol(b'-' | b'+')) if after_comma => cursor.skip(),
            Some(Kind::Number | Kind::Text) if !after_comma => {
                cursor.missing(",");
                cursor.skip();
            }
            Some(
                Kind::Text
                | Kind::Word
                | Kind::Quoted
                | Kind::Number
                | Kind::Variable
                | Kind::Symbol(_),
            )
            | None => {
                cursor.missing(")");
                return args;
            }
        }
    }
}

fn split_arguments(group: &str) -> Vec<SmolStr> {
    let inner = group.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(group);
    inner.split(',').map(|arg| arg.trim().into()).collect()
}

fn modifiers(cursor: &mut Cursor<'_>) -> (bool, bool) {
    let types = &cursor.grammar.types;
    let (mut unsigned, mut array) = (false, false);
    loop {
        if types.unsigned && cursor.eat("UNSIGNED") {
            unsigned = true;
        } else if cursor.eat_any(types.modifiers) {
        } else if types.bracket_arrays && cursor.next_is(b'[') {
            array = true;
            cursor.brackets();
        } else if types.array_word && cursor.eat("ARRAY") {
            array = true;
        } else {
            return (unsigned, array);
        }
    }
}

/// What follows a column's type.
fn constraints(cursor: &mut Cursor<'_>, parts: &mut ColumnParts) {
    let mut name: Option<Ident> = None;
    while !cursor.at_element_end() {
        let start = cursor.start();
        if cursor.kind() != Some(Kind::Word) {
            if cursor.kind() == Some(Kind::Quoted) && looks_like_column(cursor) {
                let (before, after) = (cursor.before(), cursor.here());
                cursor.found(Lint::MissingComma { before, after });
                return;
            }
            cursor.unexpected();
            if !cursor.skip_group() {
                cursor.skip();
            }
            continue;
        }
        if begins_element(cursor) {
            let (before, after) = (cursor.before(), cursor.here());
            cursor.found(Lint::MissingComma { before, after });
            return;
        }
        let is_read = key(cursor, parts, &mut name, start)
            || nullness(cursor, parts)
            || value(cursor, parts)
            || text(cursor)
            || place(cursor)
            || other(cursor, parts);
        if !is_read {
            return unknown(cursor);
        }
    }
}

/// A key, a reference or a check, and the name before it.
fn key(
    cursor: &mut Cursor<'_>,
    parts: &mut ColumnParts,
    name: &mut Option<Ident>,
    start: usize,
) -> bool {
    if cursor.eat("CONSTRAINT") {
        if !is_any(cursor.word(), &["CHECK", "PRIMARY", "UNIQUE", "NOT", "NULL", "REFERENCES"]) {
            *name = cursor.ident();
        }
    } else if cursor.eat("PRIMARY") {
        cursor.expect("KEY");
        cursor.eat_any(&["CLUSTERED", "NONCLUSTERED"]);
        cursor.eat_any(&["ASC", "DESC"]);
        conflict(cursor);
        parts.column.not_null = true;
        parts.keys.push(own_key(cursor, parts, KeyKind::Primary, name.take(), start));
        with_options(cursor);
    } else if cursor.eat("UNIQUE") {
        cursor.eat("KEY");
        cursor.eat_any(&["CLUSTERED", "NONCLUSTERED"]);
        if cursor.eat("NULLS") {
            cursor.eat("NOT");
            cursor.expect("DISTINCT");
        }
        conflict(cursor);
        parts.keys.push(own_key(cursor, parts, KeyKind::Unique, name.take(), start));
        with_options(cursor);
    } else if cursor.grammar.columns.key_is_primary && cursor.eat("KEY") {
        parts.column.not_null = true;
        parts.keys.push(own_key(cursor, parts, KeyKind::Primary, name.take(), start));
    } else if is(cursor.word(), "REFERENCES") {
        let columns = vec![parts.column.name.clone()];
        parts.foreign_keys.extend(references(cursor, name.take(), columns, start));
    } else if cursor.eat("CHECK") {
        cursor.group();
        *name = None;
    } else {
        return false;
    }
    true
}

/// `NOT NULL`, `NULL`, and the other words behind a `NOT`.
fn nullness(cursor: &mut Cursor<'_>, parts: &mut ColumnParts) -> bool {
    if cursor.eat("NULL") {
        conflict(cursor);
        return true;
    }
    if !cursor.eat("NOT") {
        return false;
    }
    if cursor.eat("FOR") {
        cursor.expect("REPLICATION");
    } else if !cursor.eat_any(&["DEFERRABLE", "ENFORCED", "VALID", "HIDDEN"]) {
        parts.column.not_null |= cursor.expect("NULL");
        conflict(cursor);
    }
    true
}

/// Where a column's value comes from.
fn value(cursor: &mut Cursor<'_>, parts: &mut ColumnParts) -> bool {
    if cursor.eat("DEFAULT") {
        default(cursor, parts);
    } else if cursor.eat("GENERATED") {
        generated(cursor, parts);
    } else if cursor.eat("AS") {
        parts.column.generated = true;
        if !cursor.skip_group() && !cursor.eat_any(&["IDENTITY"]) {
            cursor.missing("(");
        }
    } else if cursor.eat("ON") {
        cursor.expect("UPDATE");
        cursor.expression();
    } else if cursor.eat("IDENTITY") {
        parts.column.identity = true;
        cursor.skip_group();
    } else if cursor.eat_any(&["AUTO_INCREMENT", "AUTOINCREMENT"]) {
        parts.column.identity = true;
    } else {
        return false;
    }
    true
}

/// Collation, character set, comment.
fn text(cursor: &mut Cursor<'_>) -> bool {
    if cursor.eat("COLLATE") {
        cursor.eat_symbol(b'=');
        if cursor.kind() == Some(Kind::Text) {
            cursor.skip();
        } else {
            cursor.name();
        }
    } else if cursor.eat_all(&["CHARACTER", "SET"]) || cursor.eat("CHARSET") {
        cursor.eat_symbol(b'=');
        cursor.skip();
    } else if cursor.eat("COMMENT") {
        cursor.eat_symbol(b'=');
        if !cursor.eat_kind(Kind::Text) {
            cursor.missing("a string");
        }
    } else {
        return false;
    }
    true
}

/// `FIRST`, `AFTER x`, where a column is added to a table.
fn place(cursor: &mut Cursor<'_>) -> bool {
    if cursor.place_allowed && cursor.eat("FIRST") {
        return true;
    }
    let found = cursor.place_allowed && cursor.eat("AFTER");
    if found {
        cursor.ident();
    }
    found
}

/// What few columns have.
fn other(cursor: &mut Cursor<'_>, parts: &mut ColumnParts) -> bool {
    let columns = &cursor.grammar.columns;
    if let Some(clause) = cursor.eat_clause(columns.clauses) {
        parts.column.generated |= clause.then == Then::Computed;
        return true;
    }
    let passed_over = columns.any_keyword && words::is_keyword(cursor.word());
    if passed_over {
        cursor.skip_element();
    }
    passed_over
}

/// A word that no column has here: a slip, a missing comma, or something unknown.
fn unknown(cursor: &mut Cursor<'_>) {
    let word = cursor.word();
    let at = cursor.here();
    if !words::is_keyword(word) {
        let own = cursor.grammar.columns.words;
        let slip = words::slip(word, words::COLUMN_WORDS).or_else(|| words::slip(word, own));
        if let Some(keyword) = slip.filter(|_| !looks_like_column(cursor)) {
            cursor.found(Lint::Misspelt { at, keyword });
            cursor.skip_element();
            return;
        }
    }
    let own_type = cursor.starts_line()
        && !words::is_keyword(word)
        && cursor.grammar.types.of_users
        && matches!(cursor.kind_at(1), Some(Kind::Word | Kind::Quoted));
    if looks_like_column(cursor) || own_type {
        let before = cursor.before();
        cursor.found(Lint::MissingComma { before, after: at });
        return;
    }
    cursor.unexpected();
    cursor.skip_element();
}

/// Whether a column begins here: a name and a known type.
fn looks_like_column(cursor: &Cursor<'_>) -> bool {
    let next = cursor.word_at(1).to_ascii_lowercase();
    !next.is_empty() && cursor.grammar.has_type(&next)
}

/// Whether a table's key begins here, where a column's constraint was expected: a comma is missing.
fn begins_element(cursor: &Cursor<'_>) -> bool {
    let word = cursor.word();
    let named = if is(word, "CONSTRAINT") { 2 } else { 0 };
    let at = |ahead: usize| cursor.word_at(named + ahead);
    let open = |ahead: usize| cursor.symbol_at(named + ahead, b'(');
    if is(at(0), "FOREIGN") && is(at(1), "KEY") {
        return true;
    }
    if is(at(0), "PRIMARY") && is(at(1), "KEY") && open(2) {
        return true;
    }
    if is(at(0), "UNIQUE") {
        return open(1)
            || (is_any(at(1), &["KEY", "INDEX"])
                && (open(2) || (cursor.kind_at(3).is_some() && open(3))))
            || (cursor.grammar.tables.keys_have_names
                && open(2)
                && matches!(cursor.kind_at(1), Some(Kind::Quoted)));
    }
    named == 0
        && cursor.grammar.tables.indexes == Indexes::Keys
        && is_any(word, &["KEY", "INDEX", "FULLTEXT", "SPATIAL"])
        && (cursor.symbol_at(1, b'(') || cursor.symbol_at(2, b'(') || cursor.symbol_at(3, b'('))
}

/// SQLite's `ON CONFLICT`.
fn conflict(cursor: &mut Cursor<'_>) {
    if is(cursor.word(), "ON") && is(cursor.word_at(1), "CONFLICT") {
        cursor.skip();
        cursor.skip();
        cursor.expect_one(&["ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"]);
    }
}

fn with_options(cursor: &mut Cursor<'_>) {
    let columns = &cursor.grammar.columns;
    if columns.key_options && is(cursor.word(), "WITH") && cursor.symbol_at(1, b'(') {
        cursor.skip();
        cursor.skip_group();
    }
    if columns.key_places && cursor.eat("ON") {
        cursor.ident();
    }
}

fn own_key(
    cursor: &Cursor<'_>,
    parts: &ColumnParts,
    kind: KeyKind,
    name: Option<Ident>,
    start: usize,
) -> Key {
    let mut key = empty_key(kind, cursor.since(start));
    key.columns = vec![parts.column.name.clone()];
    key.name = name;
    key.in_table = true;
    key
}

fn default(cursor: &mut Cursor<'_>, parts: &mut ColumnParts) {
    let word = cursor.word();
    if cursor.grammar.columns.bare_defaults_are_keywords
        && !word.is_empty()
        && !words::is_keyword(word)
        && !cursor.symbol_at(1, b'(')
        && !cursor.symbol_at(1, b'.')
        && cursor.kind_at(1) != Some(Kind::Text)
        && let Some(keyword) = words::slip(word, words::DEFAULT_WORDS)
    {
        cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
    }
    let text = cursor.expression();
    // `DEFAULT NULL` is none.
    parts.column.default = (!is(&text, "NULL")).then_some(text);
}

fn generated(cursor: &mut Cursor<'_>, parts: &mut ColumnParts) {
    if cursor.eat("BY") {
        cursor.expect("DEFAULT");
        cursor.eat_all(&["ON", "NULL"]);
    } else {
        cursor.expect("ALWAYS");
    }
    if !cursor.expect("AS") {
        return;
    }
    if cursor.eat("IDENTITY") {
        parts.column.identity = true;
        parts.column.not_null = true;
        cursor.skip_group();
    } else if cursor.eat("ROW") {
        parts.column.generated = true;
        cursor.expect_one(&["START", "END"]);
        cursor.eat("HIDDEN");
    } else {
        parts.column.generated = true;
        cursor.group();
        cursor.eat_any(&["STORED", "VIRTUAL", "PERSISTENT", "PERSISTED"]);
    }
}

/// `REFERENCES t (a, b) ON DELETE CASCADE ...`
pub(crate) fn references(
    cursor: &mut Cursor<'_>,
    name: Option<Ident>,
    columns: Vec<Ident>,
    start: usize,
) -> Option<ForeignKey> {
    if !cursor.expect("REFERENCES") {
        return None;
    }
    let table = cursor.name()?;
    let referred = if cursor.next_is(b'(') { cursor.name_list()? } else { Vec::new() };
    let actions_start = cursor.start();
    loop {
        if is(cursor.word(), "ON") && is(cursor.word_at(1), "CONFLICT") {
            conflict(cursor);
        } else if cursor.eat("ON") {
            cursor.expect_one(&["DELETE", "UPDATE"]);
            if cursor.eat("SET") {
                cursor.expect_one(&["NULL", "DEFAULT"]);
                cursor.skip_group();
            } else if cursor.eat("NO") {
                cursor.expect("ACTION");
            } else {
                cursor.expect_one(&["CASCADE", "RESTRICT"]);
            }
        } else if cursor.eat("MATCH") {
            cursor.expect_one(&["FULL", "PARTIAL", "SIMPLE"]);
        } else {
            break;
        }
    }
    let actions = cursor.text_since(actions_start).to_ascii_lowercase();
    let actions = actions.split_whitespace().collect::<Vec<_>>().join(" ");
    if !referred.is_empty() && referred.len() != columns.len() {
        cursor.found(Lint::KeyColumnCount {
            at: table_range(cursor, &table, actions_start),
            columns: columns.len(),
            referred: referred.len(),
        });
    }
    let span = cursor.since(start);
    Some(ForeignKey { name, columns, table, referred, actions: actions.into(), span })
}

fn table_range(cursor: &Cursor<'_>, _table: &ObjectName, end: usize) -> std::ops::Range<usize> {
    // The closing parenthesis of the list, or what stands there.
    let before = cursor.before();
    if before.end <= end { before } else { end.saturating_sub(1)..end }
}
