//! A column: its name, its type and what follows.

use smol_str::{SmolStr, StrExt, format_smolstr};

use crate::definition::{
    Check, CheckKind, Column, ForeignKey, Ident, Key, KeyKind, ObjectName, Print, Property,
    PropertyKind, TypeName,
};
use crate::dialect::grammar::{Indexes, NeedType, Then};
use crate::parse::print::Printer;
use crate::parse::read::cursor::Cursor;
use crate::parse::read::table::CHARSETS;
use crate::parse::read::{Lint, empty_key};
use crate::parse::token::{Kind, Token};
use crate::parse::words;
use crate::problem::Refusal;
use crate::word::{is, is_any};

/// A column and the keys that are written with it.
pub(crate) struct ColumnParts {
    pub(crate) column: Column,
    pub(crate) keys: Vec<Key>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
    pub(crate) checks: Vec<Check>,
    /// A default was written.
    has_default: bool,
    /// `NULL` or `NOT NULL` was written: which.
    is_null: Option<bool>,
}

/// Reads a column's definition up to the comma or parenthesis behind it.
pub(crate) fn column(cursor: &mut Cursor<'_>) -> Option<ColumnParts> {
    let start = cursor.start();
    let at = cursor.here();
    let bare = cursor.kind() == Some(Kind::Word);
    let mut name = cursor.ident()?;
    if bare && cursor.grammar.is_reserved(&name.text) {
        cursor.found(Lint::Reserved { at: at.clone() });
    }
    cursor.foreign_quotes(at);
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
            default_print: Print::NONE,
            null_default: None,
            generated: false,
            identity: false,
            properties: Vec::new(),
            former: Vec::new(),
            span: name.span,
        },
        keys: Vec::new(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        has_default: false,
        is_null: None,
    };
    if let Some(data_type) =
        parts.column.data_type.as_ref().filter(|_| cursor.grammar.types.unsigned)
        && let Some(found) = attribute(cursor, data_type)
    {
        found.set(&mut parts.column.properties);
    }
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

/// What a word behind a type of MySQL says that the type itself does not: `ZEROFILL`, `BINARY`.
fn attribute(cursor: &Cursor<'_>, data_type: &TypeName) -> Option<Property> {
    const WORDS: &[&str] = &["zerofill", "binary", "ascii", "unicode", "byte"];
    let lower = data_type.text.to_ascii_lowercase();
    let found = lower.split_whitespace().skip(1).find(|word| WORDS.contains(word))?;
    Some(Property {
        kind: PropertyKind::Settings,
        value: SmolStr::default(),
        print: Printer::of_word(cursor.grammar, found),
        span: data_type.span,
    })
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
    } else if cursor.grammar.types.any_words
        && cursor.peek().is_some_and(|token| cursor.text(token).starts_with('['))
    {
        // SQLite takes `varchar[10]` for a type of two words.
        cursor.skip();
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
        } else if cursor.next_is(b'[') && cursor.grammar.refuses.foreign_words.contains(&"[") {
            cursor.foreign(cursor.here(), "[]", true);
            cursor.brackets();
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
    // The constraint that `DEFERRABLE` and the like belong to.
    let mut last = Last::None;
    while !cursor.at_element_end() {
        let (start, mark) = (cursor.start(), cursor.mark());
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
        // ClickHouse: settings of the whole statement.
        if cursor.grammar.tables.on_cluster
            && is(cursor.word(), "SETTINGS")
            && !cursor.symbol_at(1, b'(')
        {
            return;
        }
        if begins_element(cursor) {
            if cursor.grammar.tables.constraints_follow_columns {
                return;
            }
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
        keep(cursor, parts, mark, &mut last);
    }
}

/// The constraint that was read last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    None,
    Key,
    ForeignKey,
    Check,
}

/// Keeps what a clause says that is neither a type, nor a key, nor a default.
fn keep(cursor: &Cursor<'_>, parts: &mut ColumnParts, mark: usize, last: &mut Last) {
    let tokens = cursor.tokens_since(mark);
    let word = |at: usize| match tokens.get(at) {
        Some(token) if token.kind == Kind::Word => cursor.text(*token),
        Some(_) | None => "",
    };
    let first = word(0);
    let behind = |word: &str| {
        let is_it = |token: &Token| token.kind == Kind::Word && is(cursor.text(*token), word);
        mark + tokens.iter().position(is_it).map_or(0, |at| at + 1)
    };
    // SQLite: what happens to a row that violates the constraint.
    if behind("CONFLICT") > mark {
        let conflict = cursor.property(PropertyKind::Settings, behind("CONFLICT"));
        conflict.set(&mut parts.column.properties);
    }
    let property = match () {
        () if is_any(first, &["PRIMARY", "UNIQUE"]) => return *last = Last::Key,
        () if is(first, "REFERENCES") => return *last = Last::ForeignKey,
        () if is(first, "CHECK") => return *last = Last::Check,
        () if is_any(first, &["DEFERRABLE", "INITIALLY", "ENFORCED"])
            || is(first, "NO") && is(word(1), "INHERIT")
            || is(first, "NOT") && is_any(word(1), &["DEFERRABLE", "ENFORCED", "VALID"]) =>
        {
            return tail_of(cursor, parts, mark, *last);
        }
        () if is_any(
            first,
            &["CONSTRAINT", "KEY", "NOT", "NULL", "DEFAULT", "FIRST", "AFTER", "VISIBLE"],
        ) =>
        {
            return;
        }
        () if is(first, "COLLATE") => cursor.value_property(PropertyKind::Collation, mark),
        () if is_any(first, &["CHARACTER", "CHARSET"]) => {
            cursor.value_property(PropertyKind::Charset, mark)
        }
        () if is(first, "COMMENT") => {
            let text = cursor.value_property(PropertyKind::Comment, mark);
            Property { value: SmolStr::default(), ..text }
        }
        () if is_any(first, &["STORED", "PERSISTENT", "PERSISTED"]) => stored(cursor, mark),
        () if is(first, "VIRTUAL") => return,
        () if is_any(first, &["IDENTITY", "AUTO_INCREMENT", "AUTOINCREMENT"])
            || is(first, "GENERATED") && parts.column.identity =>
        {
            let value = match () {
                () if is(word(1), "ALWAYS") => SmolStr::new_static("always"),
                () if is(word(1), "BY") => SmolStr::new_static("by default"),
                () => SmolStr::default(),
            };
            Property { value, ..cursor.property(PropertyKind::Numbering, mark) }
        }
        () if is_any(first, &["GENERATED", "AS"]) => {
            let is_stored = |token: &&Token| {
                token.kind == Kind::Word
                    && is_any(cursor.text(**token), &["STORED", "PERSISTENT", "PERSISTED"])
            };
            if tokens.last().filter(is_stored).is_some() {
                stored(cursor, mark).set(&mut parts.column.properties);
            }
            computed(cursor, behind("AS"))
        }
        () if is(first, "ON") && is(word(1), "UPDATE") => {
            cursor.property(PropertyKind::OnUpdate, mark)
        }
        () if is(first, "ON") => return,
        () => cursor.property(PropertyKind::Settings, mark),
    };
    property.set(&mut parts.column.properties);
}

fn stored(cursor: &Cursor<'_>, mark: usize) -> Property {
    let print = Printer::of_word(cursor.grammar, "stored");
    Property { print, ..cursor.property(PropertyKind::Stored, mark) }
}

/// The expression of a computed column, from behind `AS` on; the words behind it are none of it.
fn computed(cursor: &Cursor<'_>, mark: usize) -> Property {
    let tokens = cursor.tokens_since(mark);
    let is_close = |token: &Token| token.kind == Kind::Symbol(b')');
    let end = tokens.iter().rposition(is_close).map_or(tokens.len(), |at| at + 1);
    let group = tokens.get(..end).unwrap_or_default();
    let print = Printer::of(cursor.grammar, &cursor.excerpt.text, group);
    Property { print, ..cursor.property(PropertyKind::Computed, mark) }
}

/// What stands behind a constraint, unless it holds anyway.
fn tail_of(cursor: &Cursor<'_>, parts: &mut ColumnParts, mark: usize, last: Last) {
    let words = cursor.words_since(mark);
    match last {
        Last::None => {}
        Last::Key => {
            if let Some(key) = parts.keys.last_mut().filter(|_| !is_usual(&words)) {
                key.details = key.details.with(cursor.print_since(mark));
            }
        }
        Last::ForeignKey => {
            if let Some(key) = parts.foreign_keys.last_mut() {
                add_tail(&mut key.tail, &mut key.not_valid, &words);
                key.validated = !key.not_valid;
            }
        }
        Last::Check => {
            if let Some(check) = parts.checks.last_mut() {
                add_tail(&mut check.tail, &mut check.not_valid, &words);
                check.validated = !check.not_valid;
            }
        }
    }
}

/// Whether the words behind a constraint say what holds anyway.
pub(crate) fn is_usual(words: &str) -> bool {
    matches!(words, "not deferrable" | "initially immediate" | "enforced")
}

/// Adds words behind a constraint.
pub(crate) fn add_tail(tail: &mut SmolStr, not_valid: &mut bool, words: &str) {
    if words == "not valid" {
        *not_valid = true;
    } else if !is_usual(words) && tail.len() <= MAX_TAIL {
        let blank = if tail.is_empty() { "" } else { " " };
        *tail = format_smolstr!("{tail}{blank}{words}");
    }
}

/// Longer than all words that may stand behind a constraint.
const MAX_TAIL: usize = 200;

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
        let method = cursor.clustering(KeyKind::Primary);
        cursor.eat_any(&["ASC", "DESC"]);
        conflict(cursor);
        parts.column.not_null = true;
        let key = own_key(cursor, parts, KeyKind::Primary, name.take(), start);
        parts.keys.push(Key { method, ..key });
        with_options(cursor);
    } else if cursor.eat("UNIQUE") {
        cursor.eat("KEY");
        let method = cursor.clustering(KeyKind::Unique);
        let mut key = own_key(cursor, parts, KeyKind::Unique, name.take(), start);
        key.method = method;
        if cursor.eat("NULLS") {
            cursor.nulls(&mut key);
        }
        conflict(cursor);
        key.span = cursor.since(start);
        parts.keys.push(key);
        with_options(cursor);
    } else if cursor.grammar.columns.key_is_primary && cursor.eat("KEY") {
        parts.column.not_null = true;
        parts.keys.push(own_key(cursor, parts, KeyKind::Primary, name.take(), start));
    } else if is(cursor.word(), "REFERENCES") {
        let columns = vec![parts.column.name.clone()];
        parts.foreign_keys.extend(references(cursor, name.take(), columns, start));
    } else if cursor.eat("CHECK") {
        let mark = cursor.mark();
        cursor.group();
        let column = Some(parts.column.name.text.clone());
        let check =
            Check { column, ..new_check(cursor, CheckKind::Check, name.take(), mark, start) };
        parts.checks.push(check);
    } else {
        return false;
    }
    true
}

/// A check whose expression begins at a mark and ends here.
pub(crate) fn new_check(
    cursor: &Cursor<'_>,
    kind: CheckKind,
    name: Option<Ident>,
    mark: usize,
    start: usize,
) -> Check {
    Check {
        kind,
        name,
        column: None,
        print: cursor.print_since(mark),
        tail: SmolStr::default(),
        not_valid: false,
        validated: true,
        span: cursor.since(start),
    }
}

/// `NOT NULL`, `NULL`, and the other words behind a `NOT`.
fn nullness(cursor: &mut Cursor<'_>, parts: &mut ColumnParts) -> bool {
    let is_null = is(cursor.word(), "NULL");
    if is_null || is(cursor.word(), "NOT") && is(cursor.word_at(1), "NULL") {
        // `PRIMARY KEY NULL` is taken up to PostgreSQL 15.
        let contradicts = parts.is_null.is_some_and(|before| before != is_null);
        if contradicts && cursor.grammar.refuses.contradictions {
            let (at, why) = (cursor.here(), Refusal::NullTwice);
            cursor.found(Lint::Refused { at, why, is_certain: true });
        }
        parts.is_null = Some(is_null);
    }
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
        if !cursor.next_is(b'(') && cursor.grammar.columns.computed_bare {
            cursor.expression();
        } else if !cursor.skip_group() && !cursor.eat_any(&["IDENTITY"]) {
            cursor.missing("(");
        }
    } else if cursor.eat("ON") {
        cursor.expect("UPDATE");
        cursor.expression();
    } else if cursor.eat("IDENTITY") {
        parts.column.identity = true;
        cursor.skip_group();
    } else if is_any(cursor.word(), &["AUTO_INCREMENT", "AUTOINCREMENT"]) {
        if is_any(cursor.word(), cursor.grammar.refuses.foreign_words) {
            let word = cursor.word().to_owned();
            cursor.foreign(cursor.here(), &word, true);
        }
        cursor.skip();
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
        cursor.near_collation(cursor.here());
        if cursor.kind() == Some(Kind::Text) {
            cursor.skip();
        } else {
            cursor.name();
        }
    } else if cursor.eat_all(&["CHARACTER", "SET"]) || cursor.eat("CHARSET") {
        cursor.eat_symbol(b'=');
        if cursor.grammar.types.unsigned {
            cursor.near(cursor.here(), "character set", CHARSETS);
        }
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
    let start = cursor.start();
    let mark = cursor.mark();
    let text = cursor.expression();
    // `DEFAULT NULL` is none.
    let is_set = !is(&text, "NULL");
    parts.column.null_default = (!is_set).then(|| cursor.since(start));
    if parts.has_default && cursor.grammar.refuses.contradictions {
        cursor.refused(start, Refusal::SecondDefault);
    }
    parts.has_default = true;
    parts.column.default_print = if is_set { cursor.print_since(mark) } else { Print::NONE };
    parts.column.default = is_set.then_some(text);
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
    Some(ForeignKey {
        name,
        columns,
        table,
        referred,
        actions: actions.into(),
        tail: SmolStr::default(),
        not_valid: false,
        validated: true,
        span,
    })
}

fn table_range(cursor: &Cursor<'_>, _table: &ObjectName, end: usize) -> std::ops::Range<usize> {
    // The closing parenthesis of the list, or what stands there.
    let before = cursor.before();
    if before.end <= end { before } else { end.saturating_sub(1)..end }
}
