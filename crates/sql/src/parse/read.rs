//! One statement's tokens -> what it defines.
//!
//! A reader of our own, because `sqlparser` gives no places and refuses valid statements: it reads
//! `CREATE TABLE`, `ALTER TABLE`, `CREATE INDEX`, `CREATE VIEW` and the names of all else, in every
//! dialect at once, and goes on after what it does not know. A statement is [`Parsed::complete`]
//! when every token was understood. Errors are only what is certain; everything else is a
//! [`ParseError`], which counts for something when `sqlparser` has trouble too.

mod alter;
mod column;
mod cursor;
mod expression;
mod key;
mod name;
mod query;
mod table;
pub(crate) mod view;

use std::collections::BTreeSet;
use std::ops::Range;

use smol_str::{SmolStr, StrExt};

use crate::definition::{
    Definition, Ident, Key, KeyKind, ObjectKind, Print, Property, PropertyKind,
};
use crate::dialect::Dialect;
use crate::parse::print::Printer;
use crate::parse::token::{Kind, Token};
use crate::parse::words;
use crate::problem::Refusal;
use crate::source::Excerpt;
use crate::word::{is, is_any};

pub(crate) use cursor::Cursor;
pub(crate) use name::unquote;

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// What the statement defines.
    pub(crate) definition: Option<Definition>,
    /// It is of a kind that defines tables, views or indexes.
    pub(crate) defines: bool,
    /// It is a view whose query was not read, but for the tables in it.
    pub(crate) has_query: bool,
    /// The first place that could not be read.
    pub(crate) error: Option<ParseError>,
    /// What is certainly or probably wrong.
    pub(crate) lints: Vec<Lint>,
}

impl Parsed {
    /// Whether every token was understood.
    pub(crate) fn complete(&self) -> bool {
        self.error.is_none()
    }
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParseError {
    /// Its bytes.
    pub(crate) at: Range<usize>,
    /// What was expected there, if only one thing could be.
    pub(crate) expected: Option<&'static str>,
}

/// Something wrong that the reader is sure enough about to say what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lint {
    Misspelt {
        at: Range<usize>,
        keyword: &'static str,
    },
    StrayComma {
        at: Range<usize>,
    },
    MissingComma {
        before: Range<usize>,
        after: Range<usize>,
    },
    MissingType {
        column: Ident,
    },
    /// SQLite takes any word for a part of a type, a misspelt keyword too.
    OddType {
        at: Range<usize>,
        keyword: &'static str,
    },
    Reserved {
        at: Range<usize>,
    },
    KeyColumnCount {
        at: Range<usize>,
        columns: usize,
        referred: usize,
    },
    Refused {
        at: Range<usize>,
        why: Refusal,
        is_certain: bool,
    },
}

/// Reads one statement.
pub(crate) fn statement(excerpt: &Excerpt, tokens: &[Token], dialect: Dialect) -> Parsed {
    let mut cursor = Cursor::new(excerpt, tokens, dialect);
    let first = cursor.word();
    let definition = if cursor.eat("CREATE") {
        create(&mut cursor)
    } else if cursor.eat("ALTER") {
        alter::alter(&mut cursor)
    } else if cursor.eat("DROP") {
        drop(&mut cursor)
    } else if cursor.eat("RENAME") {
        rename(&mut cursor)
    } else if cursor.eat("USE") && dialect.grammar().names.use_statement {
        cursor.ident().map(|schema| Definition::UseSchema(Some(schema)))
    } else if cursor.eat("SET") {
        search_path(&mut cursor)
    } else {
        leading_word(&mut cursor, first);
        if dialect.grammar().is_known && cursor.eat("INSERT") {
            insert(&mut cursor);
        }
        None
    };
    cursor.finish(definition)
}

/// `INSERT INTO t (a, b) VALUES (1, 2)`, as far as its first row.
fn insert(cursor: &mut Cursor<'_>) {
    let before = [
        "LOW_PRIORITY",
        "DELAYED",
        "HIGH_PRIORITY",
        "IGNORE",
        "OR",
        "REPLACE",
        "ABORT",
        "FAIL",
        "ROLLBACK",
    ];
    while cursor.eat_any(&before) {}
    let is_name =
        |cursor: &Cursor<'_>, at| matches!(cursor.kind_at(at), Some(Kind::Word | Kind::Quoted));
    if !cursor.eat("INTO") {
        let slip = words::slip(cursor.word(), &["INTO"]).filter(|_| is_name(cursor, 1));
        if let Some(keyword) = slip {
            cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
            cursor.skip();
        }
    }
    cursor.eat("TABLE");
    if cursor.name().is_none() {
        return;
    }
    if cursor.eat("AS") {
        cursor.ident();
    }
    if cursor.eat("PARTITION") {
        cursor.skip_group();
    }
    let is_query = is_any(cursor.word_at(1), &["SELECT", "WITH", "VALUES"]);
    let columns = match cursor.next_is(b'(') && !is_query {
        true => Some(group_length(cursor)),
        false => None,
    };
    let start = cursor.start();
    let word = cursor.word();
    let starts = &["VALUES", "VALUE", "SELECT", "SET", "DEFAULT", "WITH", "OVERRIDING", "TABLE"];
    if !word.is_empty() && !is_any(word, starts) {
        if let Some(keyword) = words::slip(word, &["VALUES", "SELECT"]) {
            cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
        }
        return;
    }
    if cursor.eat_any(&["VALUES", "VALUE"]) && cursor.next_is(b'(') {
        let values = group_length(cursor);
        let why = |columns| Refusal::ValueCount { columns, values };
        if let Some(columns) = columns.filter(|columns| *columns != values) {
            let at = start..cursor.before().end;
            cursor.found(Lint::Refused { at, why: why(columns), is_certain: false });
        }
    }
}

/// How many elements a group has, which ends up behind the cursor.
fn group_length(cursor: &mut Cursor<'_>) -> usize {
    let (mut depth, mut length, mut is_empty) = (0usize, 0usize, true);
    while let Some(token) = cursor.peek() {
        cursor.skip();
        match token.kind {
            Kind::Symbol(b'(' | b'[' | b'{') => {
                is_empty &= depth == 0;
                depth += 1;
            }
            Kind::Symbol(b')' | b']' | b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            Kind::Symbol(b',') if depth == 1 => length += 1,
            Kind::Word
            | Kind::Quoted
            | Kind::Text
            | Kind::Number
            | Kind::Variable
            | Kind::Symbol(_) => is_empty = false,
        }
    }
    if is_empty { 0 } else { length + 1 }
}

/// The head of a trigger, behind its name.
fn trigger_head(cursor: &mut Cursor<'_>) {
    let times = &["BEFORE", "AFTER", "INSTEAD"];
    if let Some(keyword) = words::slip(cursor.word(), times) {
        cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
    }
    cursor.look_ahead(|cursor| {
        while !cursor.at_end() && !is_any(cursor.word(), &["BEGIN", "EXECUTE"]) {
            if cursor.eat("FOR") {
                if let Some(keyword) = words::slip(cursor.word(), &["EACH"]) {
                    cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
                }
            } else if is_any(cursor.word_at(1), &["FUNCTION", "PROCEDURE"])
                && let Some(keyword) = words::slip(cursor.word(), &["EXECUTE"])
            {
                cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
                return;
            } else {
                cursor.skip();
            }
        }
    });
}

/// A word that is not a verb.
fn leading_word(cursor: &mut Cursor<'_>, word: &str) {
    if word.is_empty() || is_any(word, words::VERBS) {
        return;
    }
    let next = cursor.word_at(1);
    let main = words::slip(word, words::MAIN_VERBS);
    let keyword = match cursor.grammar.is_known {
        true => main.or_else(|| words::slip(word, words::VERBS)),
        false => main.filter(|_| is_any(next, words::FOLLOWERS)),
    };
    let at = cursor.here();
    if let Some(keyword) = keyword {
        if is_any(next, words::CREATABLE) {
            cursor.defines = true;
        }
        cursor.found(Lint::Misspelt { at, keyword });
    } else if cursor.grammar.is_known && !cursor.next_is(b':') {
        cursor.found(Lint::Misspelt { at, keyword: "" });
    }
}

fn create(cursor: &mut Cursor<'_>) -> Option<Definition> {
    let mut tolerant = cursor.eat_all(&["OR", "REPLACE"]) || cursor.eat_all(&["OR", "ALTER"]);
    let mut temporary = false;
    let mut materialized = false;
    let mut kind = None;
    let mut unlogged = None;
    let mut method = SmolStr::default();
    loop {
        let mark = cursor.mark();
        if cursor.eat("TABLE") {
            cursor.defines = true;
            tolerant |= cursor.if_not_exists();
            let mut made = table::create_table(cursor, tolerant, temporary);
            if let (Some(Definition::Table(table)), Some(property)) = (&mut made, unlogged) {
                table.properties.push(property);
            }
            return made;
        } else if cursor.eat("VIEW") {
            cursor.defines = true;
            return view::create_view(cursor, tolerant, materialized);
        } else if cursor.eat("INDEX") {
            cursor.defines = true;
            return create_index(cursor, kind.unwrap_or(KeyKind::Index), method);
        } else if cursor.eat("UNIQUE") {
            kind = Some(KeyKind::Unique);
        } else if cursor.eat("TEMPORARY") || cursor.eat("TEMP") {
            temporary = true;
        } else if cursor.eat("MATERIALIZED") {
            materialized = true;
        } else if cursor.eat("UNLOGGED") {
            let print = Printer::of_word(cursor.grammar, "set");
            let property = cursor.property(PropertyKind::Unlogged, mark);
            unlogged = Some(Property { print, ..property });
        } else if is_any(cursor.word(), INDEX_METHODS) {
            method = cursor.word().to_ascii_lowercase_smolstr();
            cursor.skip();
        } else if cursor.eat_any(&[
            "GLOBAL",
            "LOCAL",
            "FOREIGN",
            "RECURSIVE",
            "NONCLUSTERED",
            "EXTERNAL",
            "OR",
            "REPLACE",
            "AGGREGATE",
            "CONSTRAINT",
            "LIVE",
        ]) {
        } else if cursor.eat("ALGORITHM") || cursor.eat("DEFINER") {
            definer(cursor);
        } else if cursor.eat_all(&["SQL", "SECURITY"]) {
            cursor.skip();
        } else {
            break;
        }
    }
    object(cursor, tolerant)
}

/// What is created and has a name, and is neither a table, nor a view, nor an index.
fn object(cursor: &mut Cursor<'_>, tolerant: bool) -> Option<Definition> {
    let kind = match () {
        () if cursor.eat_any(&["TYPE", "DOMAIN"]) => ObjectKind::Type,
        () if cursor.eat("SEQUENCE") => ObjectKind::Sequence,
        () if cursor.eat_any(&["FUNCTION", "PROCEDURE"]) => ObjectKind::Function,
        () if cursor.eat("TRIGGER") => ObjectKind::Trigger,
        () if cursor.eat_any(&["SCHEMA", "DATABASE"]) => ObjectKind::Schema,
        () if cursor.eat("EXTENSION") => ObjectKind::Extension,
        () => {
            unknown_object(cursor);
            return None;
        }
    };
    let tolerant = cursor.if_not_exists() || tolerant;
    let name = cursor.name()?;
    let is_known = cursor.grammar.is_known;
    if kind == ObjectKind::Type && cursor.grammar.refuses.enum_types {
        enum_labels(cursor);
    } else if kind == ObjectKind::Trigger && is_known {
        trigger_head(cursor);
    } else if kind == ObjectKind::Function && is_known && cursor.skip_group() {
        let slip = words::slip(cursor.word(), &["RETURNS"]);
        if let Some(keyword) = slip.filter(|_| !is(cursor.word(), "RETURN")) {
            cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
        }
    }
    Some(Definition::Object { kind, name, tolerant })
}

/// `AS ENUM ('a', 'b')`: strings, each once.
fn enum_labels(cursor: &mut Cursor<'_>) {
    if !cursor.eat_all(&["AS", "ENUM"]) || !cursor.eat_symbol(b'(') {
        return;
    }
    let mut seen: BTreeSet<SmolStr> = BTreeSet::new();
    while !cursor.at_end() && !cursor.next_is(b')') {
        let start = cursor.start();
        let token = cursor.peek();
        cursor.skip();
        let text = SmolStr::new(token.map_or("", |token| cursor.text(token)));
        if token.is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Quoted)) {
            return cursor.refused(start, Refusal::LabelNoText { label: text.to_string() });
        }
        if !seen.insert(text.clone()) {
            let label = unquote(&text).to_string();
            return cursor.refused(start, Refusal::LabelTwice { label });
        }
        if cursor.kind() == Some(Kind::Text) && !cursor.starts_line() {
            let (before, after) = (cursor.before(), cursor.here());
            return cursor.found(Lint::MissingComma { before, after });
        }
        if !cursor.eat_symbol(b',') {
            return;
        }
        if cursor.next_is(b')') {
            return cursor.stray_comma();
        }
    }
}

/// `= UNDEFINED`, `` = `root`@`localhost` ``.
pub(crate) fn definer(cursor: &mut Cursor<'_>) {
    cursor.eat_symbol(b'=');
    cursor.skip();
    if cursor.skip_group() {
        return;
    }
    if cursor.at_variable() || cursor.next_is(b'@') {
        let lone = cursor.next_is(b'@');
        cursor.skip();
        if lone {
            cursor.skip();
        }
    }
}

/// A word after `CREATE`, `ALTER` or `DROP` that is close to the name of an object.
fn unknown_object(cursor: &mut Cursor<'_>) {
    let word = cursor.word();
    if is_any(word, words::CREATABLE) || is_any(word, words::KNOWN_OBJECTS) {
        return;
    }
    if let Some(keyword) = words::slip(word, words::CREATABLE) {
        cursor.defines |= matches!(keyword, "TABLE" | "VIEW" | "INDEX" | "UNIQUE");
        cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
    }
}

/// What may stand before `INDEX` and tells how it is built.
const INDEX_METHODS: &[&str] = &["FULLTEXT", "SPATIAL", "VECTOR", "CLUSTERED", "COLUMNSTORE"];

fn create_index(cursor: &mut Cursor<'_>, kind: KeyKind, mut method: SmolStr) -> Option<Definition> {
    let start = cursor.start();
    let concurrently = cursor.eat("CONCURRENTLY");
    let tolerant = cursor.if_not_exists();
    let name = if is(cursor.word(), "ON") && !is(cursor.word_at(1), "ON") {
        None
    } else {
        cursor.name().map(|name| name.name)
    };
    if cursor.grammar.tables.index_type_first && cursor.eat("USING") {
        cursor.method(&mut method);
    }
    if !cursor.expect("ON") {
        return None;
    }
    cursor.eat("ONLY");
    let table = cursor.name()?;
    if cursor.eat("USING") {
        cursor.method(&mut method);
    }
    let mut key = match method == "columnstore" && !cursor.next_is(b'(') {
        // All columns are in it.
        true => empty_key(kind, cursor.since(start)),
        false => cursor.key_columns(kind)?,
    };
    key.method = method;
    key.name = name;
    key.concurrently = concurrently;
    cursor.index_options(&mut key);
    key.span = cursor.since(start);
    Some(Definition::Index { table, key, tolerant })
}

fn drop(cursor: &mut Cursor<'_>) -> Option<Definition> {
    let temporary = cursor.eat("TEMPORARY");
    cursor.eat("MATERIALIZED");
    cursor.eat("FOREIGN");
    if cursor.eat("TABLE") || cursor.eat("VIEW") {
        cursor.if_exists();
        let names = cursor.names();
        cursor.eat_any(&["CASCADE", "RESTRICT", "PURGE", "SYNC", "NO", "DELAY"]);
        cursor.rest_is_known();
        return (!temporary).then_some(Definition::DropTables(names));
    }
    if cursor.eat("SCHEMA") || cursor.eat("DATABASE") {
        cursor.if_exists();
        let names = cursor.names();
        cursor.rest_is_known();
        return Some(Definition::DropSchemas(names));
    }
    if cursor.eat("INDEX") {
        cursor.eat("CONCURRENTLY");
        cursor.if_exists();
        let names = cursor.names();
        cursor.rest_is_known();
        return Some(Definition::DropIndexes(names));
    }
    unknown_object(cursor);
    None
}

fn rename(cursor: &mut Cursor<'_>) -> Option<Definition> {
    if !(cursor.eat("TABLE") || cursor.eat("TABLES")) {
        return None;
    }
    cursor.defines = true;
    let mut pairs = Vec::new();
    loop {
        let from = cursor.name()?;
        if !cursor.expect("TO") {
            return None;
        }
        let to = cursor.name()?;
        pairs.push((from, to));
        if !cursor.eat_symbol(b',') {
            return Some(Definition::RenameTables(pairs));
        }
    }
}

/// `SET search_path = shop, public`; `''` means that every name has its schema.
fn search_path(cursor: &mut Cursor<'_>) -> Option<Definition> {
    cursor.eat("LOCAL");
    cursor.eat("SESSION");
    if !cursor.eat("search_path") {
        return None;
    }
    if !cursor.eat_symbol(b'=') {
        cursor.eat("TO");
    }
    Some(Definition::UseSchema(cursor.ident_or_text()))
}

/// An empty key at a place.
pub(crate) fn empty_key(kind: KeyKind, span: crate::source::Span) -> Key {
    Key {
        kind,
        name: None,
        columns: Vec::new(),
        expressions: false,
        partial: false,
        concurrently: false,
        in_table: false,
        method: SmolStr::default(),
        details: Print::NONE,
        comment: Print::NONE,
        span,
    }
}
