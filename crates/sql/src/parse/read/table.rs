//! `CREATE TABLE`.

use smol_str::{SmolStr, StrExt};

use crate::definition::{
    Check, CheckKind, Definition, Ident, Key, KeyKind, Print, Property, PropertyKind,
    TableDefinition,
};
use crate::dialect::grammar::{Indexes, Options, Tail};
use crate::parse::read::column::{self, add_tail, new_check, references};
use crate::parse::read::cursor::Cursor;
use crate::parse::read::{Lint, unquote};
use crate::parse::token::Kind;
use crate::parse::words;
use crate::word::{CONSTRAINT_WORDS, ELEMENT_WORDS, is, is_any};

/// Reads what follows `CREATE TABLE [IF NOT EXISTS]`.
pub(crate) fn create_table(
    cursor: &mut Cursor<'_>,
    tolerant: bool,
    temporary: bool,
) -> Option<Definition> {
    let at = cursor.here();
    let bare = cursor.kind() == Some(Kind::Word) && !cursor.symbol_at(1, b'.');
    let name = cursor.name()?;
    if bare && cursor.grammar.is_reserved(&name.name.text) {
        cursor.found(Lint::Reserved { at });
    }
    let mut table = TableDefinition {
        name,
        columns: Vec::new(),
        keys: Vec::new(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        properties: Vec::new(),
        tolerant,
        open: false,
        temporary,
        partition_of: None,
        strict: false,
        without_rowid: false,
    };
    if cursor.grammar.tables.on_cluster {
        if cursor.eat("UUID") {
            cursor.skip();
        }
        if cursor.eat_all(&["ON", "CLUSTER"]) {
            cursor.skip();
        }
    }
    head(cursor, &mut table);
    if cursor.next_is(b'(') {
        elements(cursor, &mut table);
    } else if !table.open && cursor.grammar.is_known {
        cursor.missing("(");
        // Go on as if it were there.
        list(cursor, &mut table);
    }
    options(cursor, &mut table);
    Some(Definition::Table(Box::new(table)))
}

/// What stands before the list of columns, or in its place.
fn head(cursor: &mut Cursor<'_>, table: &mut TableDefinition) {
    if cursor.eat_all(&["PARTITION", "OF"]) {
        table.open = true;
        table.partition_of = cursor.name();
        // A column in the list is an override of one that the parent has.
        cursor.skip_group();
        if !cursor.eat("DEFAULT") && cursor.expect("FOR") {
            cursor.expect("VALUES");
            while !cursor.at_end()
                && !is_any(cursor.word(), &["PARTITION", "USING", "WITH", "TABLESPACE"])
            {
                if !cursor.skip_group() {
                    if is(cursor.word(), "WITH") {
                        break;
                    }
                    cursor.skip();
                }
            }
            // `FOR VALUES WITH (MODULUS ...)`.
            if cursor.eat("WITH") {
                cursor.skip_group();
            }
        }
    } else if cursor.eat("OF") {
        table.open = true;
        cursor.name();
        cursor.skip_group();
    } else if is_any(cursor.word(), &["AS", "LIKE", "SELECT", "CLONE", "FROM"])
        || cursor.grammar.tables.options == Options::Clauses
            && is_any(cursor.word(), &["ON", "USING", "WITH", "WITHOUT", "TABLESPACE"])
    {
        // `CREATE TEMP TABLE x ON COMMIT DROP AS SELECT`.
        table.open = true;
    }
}

fn elements(cursor: &mut Cursor<'_>, table: &mut TableDefinition) {
    // `CREATE TABLE a (LIKE b)`, `CREATE TABLE a (SELECT ...)`, `CREATE TABLE a (x, y) AS SELECT`.
    if is_any(cursor.word_at(1), &["SELECT", "WITH"]) && cursor.grammar.tables.query_in_parentheses
    {
        table.open = true;
        cursor.skip_group();
        return;
    }
    if cursor.grammar.tables.bare_columns && is_bare_list(cursor) {
        table.open = true;
        cursor.skip_group();
        return;
    }
    cursor.skip();
    list(cursor, table);
}

/// Whether names and nothing else stand in the parentheses, with `AS` behind them.
fn is_bare_list(cursor: &Cursor<'_>) -> bool {
    let mut ahead = 1;
    while matches!(cursor.kind_at(ahead), Some(Kind::Word | Kind::Quoted)) {
        if cursor.symbol_at(ahead + 1, b')') {
            return is(cursor.word_at(ahead + 2), "AS");
        }
        if !cursor.symbol_at(ahead + 1, b',') {
            return false;
        }
        ahead += 2;
    }
    false
}

/// The elements behind the opening parenthesis, and the closing one.
fn list(cursor: &mut Cursor<'_>, table: &mut TableDefinition) {
    loop {
        if cursor.next_is(b',') || cursor.next_is(b')') {
            cursor.stray_comma();
            if cursor.eat_symbol(b',') {
                continue;
            }
            cursor.skip();
            return;
        }
        if cursor.at_end() {
            cursor.missing(")");
            return;
        }
        let was = cursor.start();
        element(cursor, table);
        if cursor.eat_symbol(b')') {
            return;
        }
        if cursor.eat_symbol(b',') {
            continue;
        }
        if cursor.at_end() {
            cursor.missing(")");
            return;
        }
        if cursor.start() == was {
            cursor.unexpected();
            cursor.skip_element();
            if cursor.eat_symbol(b')') {
                return;
            }
            cursor.eat_symbol(b',');
            continue;
        }
        // No comma: SQLite takes table constraints without; a finding may have been made already.
        let optional = (cursor.grammar.tables.commas_optional
            || cursor.grammar.tables.constraints_follow_columns)
            && is_any(cursor.word(), CONSTRAINT_WORDS);
        let reported = cursor.has_findings() || cursor.has_trouble();
        if !optional && !reported {
            if matches!(cursor.kind(), Some(Kind::Word | Kind::Quoted)) && element_follows(cursor) {
                let (before, after) = (cursor.before(), cursor.here());
                cursor.found(Lint::MissingComma { before, after });
            } else {
                cursor.unexpected();
                cursor.skip_element();
                if cursor.eat_symbol(b')') {
                    return;
                }
                cursor.eat_symbol(b',');
            }
        }
    }
}

fn element_follows(cursor: &Cursor<'_>) -> bool {
    let next = cursor.word_at(1).to_ascii_lowercase();
    is_any(cursor.word(), ELEMENT_WORDS) || cursor.grammar.has_type(&next)
}

/// A column or a constraint.
fn element(cursor: &mut Cursor<'_>, table: &mut TableDefinition) {
    if !constraint(cursor, table) {
        if misspelt_element(cursor) {
            cursor.skip_element();
            return;
        }
        if let Some(parts) = column::column(cursor) {
            table.columns.push(parts.column);
            table.keys.extend(parts.keys);
            table.foreign_keys.extend(parts.foreign_keys);
            table.checks.extend(parts.checks);
        }
    }
}

/// `PRIMAY KEY (a)`, `CONSTRAIT x UNIQUE (a)`, `INDX i (a)`: a slip in a constraint's first word makes
/// it look like a column.
fn misspelt_element(cursor: &mut Cursor<'_>) -> bool {
    let word = cursor.word();
    let keywords = cursor.grammar.tables.element_words;
    let Some(keyword) = words::slip(word, keywords) else { return false };
    let next = cursor.word_at(1);
    let known_type = cursor.grammar.has_type(&next.to_ascii_lowercase());
    let certain = match keyword {
        "PRIMARY" | "FOREIGN" => is(next, "KEY"),
        "CONSTRAINT" => {
            is_any(cursor.word_at(2), &["PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "EXCLUDE"])
                && !(known_type && is_any(cursor.word_at(2), &["UNIQUE", "CHECK", "PRIMARY"]))
                && (cursor.symbol_at(3, b'(') || is_any(cursor.word_at(3), &["KEY", "USING"]))
                && (!is(cursor.word_at(2), "PRIMARY") || cursor.symbol_at(4, b'('))
        }
        "UNIQUE" | "CHECK" => {
            cursor.symbol_at(1, b'(') || (is_any(next, &["KEY", "INDEX"]) && !known_type)
        }
        _ => {
            cursor.symbol_at(1, b'(')
                || (!known_type
                    && cursor.symbol_at(2, b'(')
                    && matches!(cursor.kind_at(3), Some(Kind::Word | Kind::Quoted)))
        }
    };
    if certain {
        cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
    }
    certain
}

/// A constraint of the table; whether there was one.
pub(crate) fn constraint(cursor: &mut Cursor<'_>, table: &mut TableDefinition) -> bool {
    let start = cursor.start();
    let tables = &cursor.grammar.tables;
    let mut name = None;
    let mut named = false;
    if cursor.eat("CONSTRAINT") {
        named = true;
        let unnamed = tables.constraints_need_no_name
            && is_any(cursor.word(), &["CHECK", "PRIMARY", "UNIQUE", "FOREIGN"]);
        if !unnamed {
            name = cursor.name().map(|name| name.name);
        }
    }
    if is(cursor.word(), "PRIMARY")
        && (named
            || is(cursor.word_at(1), "KEY")
            || words::slip(cursor.word_at(1), &["KEY"]).is_some())
    {
        cursor.skip();
        cursor.expect("KEY");
        key(cursor, table, KeyKind::Primary, name, start);
    } else if cursor.eat("UNIQUE") {
        let _ = tables.keys_have_names && (cursor.eat("KEY") || cursor.eat("INDEX"));
        key(cursor, table, KeyKind::Unique, name, start);
    } else if is(cursor.word(), "FOREIGN") {
        foreign_key(cursor, table, name, start);
    } else if is(cursor.word(), "CHECK") {
        check(cursor, table, name, start);
    } else if is(cursor.word(), "EXCLUDE")
        && (cursor.symbol_at(1, b'(') || is(cursor.word_at(1), "USING"))
    {
        cursor.skip();
        let mark = cursor.mark();
        if cursor.eat("USING") {
            cursor.skip();
        }
        cursor.group();
        checked(cursor, table, new_check(cursor, CheckKind::Exclusion, name, mark, start));
    } else if named && tables.default_constraints && is(cursor.word(), "DEFAULT") {
        let mark = cursor.mark();
        cursor.skip();
        cursor.expression();
        if cursor.eat("FOR") {
            cursor.ident();
        }
        cursor.property(PropertyKind::Settings, mark).set(&mut table.properties);
    } else if named {
        only_named(cursor);
    } else {
        return unnamed_element(cursor, table, start);
    }
    true
}

/// `FOREIGN KEY name (a) REFERENCES t (b)`.
fn foreign_key(
    cursor: &mut Cursor<'_>,
    table: &mut TableDefinition,
    name: Option<Ident>,
    start: usize,
) {
    let mut name = name;
    cursor.skip();
    cursor.expect("KEY");
    if cursor.grammar.tables.keys_have_names {
        cursor.if_not_exists();
        if !cursor.next_is(b'(') {
            let index_name = cursor.ident();
            name = name.or(index_name);
        }
    }
    if let Some(columns) = cursor.name_list() {
        let mut key = references(cursor, name, columns, start);
        let mark = cursor.mark();
        tail(cursor);
        if let Some(key) = &mut key {
            tail_words(cursor, mark, |words| add_tail(&mut key.tail, &mut key.not_valid, words));
            key.validated = !key.not_valid;
        }
        table.foreign_keys.extend(key);
    } else {
        cursor.skip_element();
        tail(cursor);
    }
}

/// `CHECK (x)`.
fn check(cursor: &mut Cursor<'_>, table: &mut TableDefinition, name: Option<Ident>, start: usize) {
    cursor.skip();
    cursor.eat_all(&["NOT", "FOR", "REPLICATION"]);
    let mark = cursor.mark();
    if cursor.grammar.tables.bare_checks {
        cursor.skip_element();
    } else {
        cursor.group();
    }
    checked(cursor, table, new_check(cursor, CheckKind::Check, name, mark, start));
}

/// Reads what follows a check, and adds it to the table.
fn checked(cursor: &mut Cursor<'_>, table: &mut TableDefinition, mut check: Check) {
    let mark = cursor.mark();
    tail(cursor);
    tail_words(cursor, mark, |words| add_tail(&mut check.tail, &mut check.not_valid, words));
    check.validated = !check.not_valid;
    table.checks.push(check);
}

/// Calls `add` with each of the clauses behind a constraint.
fn tail_words(cursor: &Cursor<'_>, mark: usize, mut add: impl FnMut(&str)) {
    let words = cursor.words_since(mark);
    let mut rest = words.as_str();
    const PARTS: &[&str] = &[
        "not valid",
        "not deferrable",
        "deferrable",
        "initially immediate",
        "initially deferred",
        "not enforced",
        "enforced",
        "no inherit",
    ];
    while !rest.is_empty() {
        let part = PARTS.iter().find(|part| rest.starts_with(**part));
        let end = part.map_or(rest.len(), |part| part.len());
        let (part, after) = rest.split_at(end);
        add(part);
        rest = after.trim_start();
    }
}

/// What stands behind `CONSTRAINT name` alone.
fn only_named(cursor: &mut Cursor<'_>) {
    if cursor.eat("ASSUME") {
        cursor.skip_element();
    } else if cursor.eat("NOT") {
        // Postgres 18: a named NOT NULL of the table.
        cursor.expect("NULL");
        cursor.ident();
    } else {
        cursor.expect_one(&["PRIMARY", "UNIQUE", "FOREIGN", "CHECK"]);
        cursor.skip_element();
    }
}

/// Elements that have no `CONSTRAINT` before them.
fn unnamed_element(cursor: &mut Cursor<'_>, table: &mut TableDefinition, start: usize) -> bool {
    let tables = &cursor.grammar.tables;
    index(cursor, table, start)
        || (tables.like_element && like(cursor, table))
        || (tables.periods && period(cursor))
}

/// An index among the columns; whether there was one.
fn index(cursor: &mut Cursor<'_>, table: &mut TableDefinition, start: usize) -> bool {
    match cursor.grammar.tables.indexes {
        Indexes::No => {
            let is_key = is_any(cursor.word(), &["KEY", "FULLTEXT"])
                && cursor.grammar.refuses.foreign_words.contains(&"KEY");
            let is_list = |at: usize| {
                cursor.symbol_at(at, b'(')
                    && matches!(cursor.kind_at(at + 1), Some(Kind::Word | Kind::Quoted))
            };
            let found = is_key && (is_list(1) || is_list(2));
            if found {
                let word = cursor.word().to_owned();
                cursor.foreign(cursor.here(), &word, false);
                cursor.skip_element();
            }
            found
        }
        Indexes::Keys => index_as_key(cursor, table, start),
        Indexes::Index => {
            if !cursor.eat("INDEX") {
                return false;
            }
            let name = cursor.ident();
            cursor.eat("UNIQUE");
            cursor.eat_any(&["CLUSTERED", "NONCLUSTERED"]);
            cursor.eat("HASH");
            if !cursor.eat("COLUMNSTORE") || cursor.next_is(b'(') {
                key(cursor, table, KeyKind::Index, name, start);
            }
            true
        }
        Indexes::Expressions => {
            let found = is_any(cursor.word(), &["INDEX", "PROJECTION"])
                && matches!(cursor.kind_at(1), Some(Kind::Word | Kind::Quoted))
                && !cursor.grammar.has_type(&cursor.word_at(1).to_ascii_lowercase());
            if found {
                cursor.skip_element();
            }
            found
        }
        Indexes::Unknown => {
            let found = is_any(cursor.word(), &["KEY", "INDEX"]) && !names_a_column(cursor);
            if found {
                cursor.skip_element();
            }
            found
        }
    }
}

/// `KEY name (a)`, `FULLTEXT KEY (a)`.
fn index_as_key(cursor: &mut Cursor<'_>, table: &mut TableDefinition, start: usize) -> bool {
    let is_named_so = |ahead: usize| is_any(cursor.word_at(ahead), &["KEY", "INDEX"]);
    if is_any(cursor.word(), &["FULLTEXT", "SPATIAL", "VECTOR"])
        && (is_named_so(1) || cursor.symbol_at(1, b'(') || cursor.symbol_at(2, b'('))
    {
        // `vector` is a type too.
        if is(cursor.word(), "VECTOR") && !is_named_so(1) {
            return false;
        }
        let method = cursor.word().to_ascii_lowercase_smolstr();
        cursor.skip();
        let _ = cursor.eat("KEY") || cursor.eat("INDEX");
        let n_before = table.keys.len();
        key(cursor, table, KeyKind::Index, None, start);
        if let Some(key) = table.keys.get_mut(n_before) {
            key.method = method;
        }
        return true;
    }
    if !is_named_so(0) || names_a_column(cursor) {
        return false;
    }
    cursor.skip();
    cursor.if_not_exists();
    key(cursor, table, KeyKind::Index, None, start);
    true
}

/// `LIKE other INCLUDING ALL`.
fn like(cursor: &mut Cursor<'_>, table: &mut TableDefinition) -> bool {
    let mark = cursor.mark();
    if !cursor.eat("LIKE") {
        return false;
    }
    table.open = true;
    cursor.name();
    while cursor.eat_any(&["INCLUDING", "EXCLUDING"]) {
        cursor.skip();
    }
    cursor.property(PropertyKind::Other, mark).set(&mut table.properties);
    true
}

/// `key varchar(10)`: a reserved word as a column.
fn names_a_column(cursor: &Cursor<'_>) -> bool {
    let next = cursor.word_at(1).to_ascii_lowercase();
    if !cursor.grammar.has_type(&next) {
        return false;
    }
    !cursor.symbol_at(2, b'(') || cursor.kind_at(3) == Some(Kind::Number)
}

fn period(cursor: &mut Cursor<'_>) -> bool {
    if is(cursor.word(), "PERIOD") && is(cursor.word_at(1), "FOR") {
        cursor.skip_element();
        return true;
    }
    false
}

/// `[name] [USING x] (columns) options`.
fn key(
    cursor: &mut Cursor<'_>,
    table: &mut TableDefinition,
    kind: KeyKind,
    name: Option<Ident>,
    start: usize,
) {
    let mut name = name;
    if let Some(key) = key_body(cursor, kind, &mut name, start) {
        table.keys.push(key);
    } else {
        cursor.skip_element();
    }
}

/// A key from behind its keywords on.
pub(crate) fn key_body(
    cursor: &mut Cursor<'_>,
    kind: KeyKind,
    name: &mut Option<Ident>,
    start: usize,
) -> Option<Key> {
    let clustering = match cursor.grammar.tables.clustered_keys {
        true => cursor.clustering(kind),
        false => SmolStr::default(),
    };
    let mut before = super::empty_key(kind, cursor.since(start));
    before.method = clustering;
    if cursor.eat("NULLS") {
        cursor.nulls(&mut before);
    }
    if cursor.grammar.tables.keys_use_indexes && cursor.eat_all(&["USING", "INDEX"]) {
        let mut key = super::empty_key(kind, cursor.since(start));
        key.expressions = true;
        *name = cursor.ident();
        key.name = name.take();
        key.in_table = true;
        tail(cursor);
        return Some(key);
    }
    if cursor.grammar.tables.keys_have_names {
        let is_type = is_any(cursor.word(), &["USING", "TYPE"]) && !cursor.symbol_at(1, b'(');
        if !cursor.next_is(b'(') && !is_type {
            let index_name = cursor.ident();
            if name.is_none() {
                *name = index_name;
            }
        }
        if cursor.eat("USING")
            || (is(cursor.word(), "TYPE") && !cursor.symbol_at(1, b'(') && cursor.eat("TYPE"))
        {
            cursor.method(&mut before.method);
        }
    }
    let mut key = cursor.key_columns(kind)?;
    key.name = name.take();
    key.in_table = true;
    key.method = before.method;
    key.details = key.details.with(before.details);
    cursor.index_options(&mut key);
    let mark = cursor.mark();
    tail(cursor);
    let (mut words, mut not_valid) = (SmolStr::default(), false);
    tail_words(cursor, mark, |part| add_tail(&mut words, &mut not_valid, part));
    if !words.is_empty() {
        key.details = key.details.with(cursor.print_since(mark));
    }
    key.span = cursor.since(start);
    Some(key)
}

/// What may follow a constraint of the table.
pub(crate) fn tail(cursor: &mut Cursor<'_>) {
    match cursor.grammar.tables.constraint_tail {
        Tail::Any => cursor.skip_element(),
        Tail::Clauses(clauses) => while cursor.eat_clause(clauses).is_some() {},
    }
}

/// What follows the list of columns.
fn options(cursor: &mut Cursor<'_>, table: &mut TableDefinition) {
    match cursor.grammar.tables.options {
        Options::Assignments(names) => assignments(cursor, table, names),
        Options::Clauses => clauses(cursor, table),
        Options::Words => option_words(cursor, table),
        Options::Any => {
            let mark = cursor.mark();
            table.open |= is_any(cursor.word(), &["AS", "LIKE", "CLONE"]);
            while !cursor.at_end() {
                table.open |=
                    is(cursor.word(), "AS") && is_any(cursor.word_at(1), &["SELECT", "WITH"]);
                cursor.skip();
            }
            cursor.property(PropertyKind::Settings, mark).set(&mut table.properties);
        }
    }
}

/// `STRICT, WITHOUT ROWID`.
fn option_words(cursor: &mut Cursor<'_>, table: &mut TableDefinition) {
    while !cursor.at_end() {
        let mark = cursor.mark();
        if cursor.eat("AS") {
            table.open = true;
            cursor.rest_is_known();
            cursor.property(PropertyKind::Other, mark).set(&mut table.properties);
            return;
        } else if cursor.eat("WITHOUT") {
            table.without_rowid |= cursor.expect("ROWID");
        } else if cursor.eat("STRICT") {
            table.strict = true;
        } else {
            if let Some(keyword) = words::slip(cursor.word(), &["STRICT", "WITHOUT"]) {
                cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
            }
            return;
        }
        cursor.property(PropertyKind::RowFormat, mark).set(&mut table.properties);
        cursor.eat_symbol(b',');
    }
}

/// `ENGINE = InnoDB, DEFAULT CHARSET = utf8mb4`, with these names.
fn assignments(
    cursor: &mut Cursor<'_>,
    table: &mut TableDefinition,
    names: &'static [&'static str],
) {
    while !cursor.at_end() {
        let mark = cursor.mark();
        if is(cursor.word(), "PARTITION") {
            cursor.skip();
            cursor.expect("BY");
            cursor.rest_is_known();
            cursor.property(PropertyKind::Partitioning, mark).set(&mut table.properties);
            return;
        } else if is_any(cursor.word(), &["AS", "SELECT", "LIKE", "IGNORE", "REPLACE"])
            || cursor.next_is(b'(')
        {
            table.open = true;
            cursor.rest_is_known();
            cursor.property(PropertyKind::Other, mark).set(&mut table.properties);
            return;
        } else if cursor.eat_symbol(b',') {
            continue;
        } else if cursor.eat_any(&["DEFAULT", "DATA", "INDEX", "CHARACTER"]) {
            // `DEFAULT CHARACTER SET = x`, `DATA DIRECTORY = x`.
            if is_any(cursor.word(), &["SET", "DIRECTORY"]) {
                let is_charset = is(cursor.word(), "SET");
                cursor.skip();
                cursor.eat_symbol(b'=');
                if is_charset {
                    cursor.near(cursor.here(), "character set", CHARSETS);
                }
                cursor.skip();
            } else if is_any(cursor.word(), &["CHARSET", "CHARACTER", "COLLATE", "ENCRYPTION"]) {
                continue;
            } else {
                cursor.expect_one(&["CHARSET", "CHARACTER", "COLLATE"]);
                cursor.eat_symbol(b'=');
                cursor.skip();
            }
        } else if cursor.eat_all(&["WITH", "SYSTEM", "VERSIONING"])
            || cursor.eat_all(&["START", "TRANSACTION"])
        {
        } else if cursor.eat_any(names) {
            let option = cursor.word_back(1);
            cursor.eat_symbol(b'=');
            known_option(cursor, option);
            if !cursor.skip_group() {
                cursor.skip();
            }
        } else if cursor.kind() == Some(Kind::Word)
            && cursor.symbol_at(1, b'=')
            && words::slip(cursor.word(), names).is_none()
        {
            // A storage engine's own option.
            cursor.skip();
            cursor.skip();
            cursor.skip();
        } else {
            if let Some(keyword) = words::slip(cursor.word(), names) {
                cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
            } else {
                cursor.unexpected();
            }
            cursor.rest_is_known();
            return;
        }
        option(cursor, mark).set(&mut table.properties);
    }
}

/// Whether the value of an option is one that the server has.
fn known_option(cursor: &mut Cursor<'_>, option: &str) {
    let at = cursor.here();
    match () {
        () if is_any(option, &["ENGINE", "TYPE"]) => cursor.near(at, "storage engine", ENGINES),
        () if is(option, "CHARSET") => cursor.near(at, "character set", CHARSETS),
        () if is(option, "COLLATE") => cursor.near_collation(at),
        () => {}
    }
}

/// The storage engines of MySQL and MariaDB.
const ENGINES: &[&str] = &[
    "InnoDB",
    "MyISAM",
    "MEMORY",
    "HEAP",
    "CSV",
    "ARCHIVE",
    "BLACKHOLE",
    "FEDERATED",
    "FEDERATEDX",
    "MERGE",
    "MRG_MyISAM",
    "NDB",
    "NDBCLUSTER",
    "EXAMPLE",
    "Aria",
    "MARIA",
    "TokuDB",
    "RocksDB",
    "MyRocks",
    "CONNECT",
    "SPIDER",
    "SPHINX",
    "ColumnStore",
    "OQGRAPH",
    "S3",
    "SEQUENCE",
    "Mroonga",
    "CassandraSE",
    "PBXT",
    "XtraDB",
    "INNOBASE",
    "TempTable",
    "Infobright",
    "DuckDB",
    "RDS",
];

/// The character sets of MySQL and MariaDB.
pub(crate) const CHARSETS: &[&str] = &[
    "utf8mb4", "utf8mb3", "utf8", "latin1", "latin2", "latin5", "latin7", "ascii", "binary",
    "ucs2", "utf16", "utf16le", "utf32", "big5", "gb2312", "gbk", "gb18030", "ujis", "sjis",
    "eucjpms", "cp932", "euckr", "hebrew", "greek", "tis620", "koi8r", "koi8u", "cp866", "cp850",
    "cp852", "cp1250", "cp1251", "cp1256", "cp1257", "dec8", "hp8", "swe7", "keybcs2", "macce",
    "macroman", "armscii8", "geostd8", "default", "filename",
];

/// What an option of a table says, from a mark up to here.
pub(crate) fn option(cursor: &Cursor<'_>, mark: usize) -> Property {
    let tokens = cursor.tokens_since(mark);
    let words = || tokens.iter().filter(|token| token.kind == Kind::Word).take(4);
    let has = |names: &[&str]| words().any(|token| is_any(cursor.text(*token), names));
    let first = tokens.first().map_or("", |token| cursor.text(*token));
    let last = cursor.value_property(PropertyKind::Settings, mark);
    match () {
        () if is(first, "ENGINE") || is(first, "TYPE") => {
            let is_usual = last.value == "innodb";
            let print = if is_usual { Print::NONE } else { last.print };
            Property { kind: PropertyKind::Engine, print, ..last }
        }
        () if is(first, "COLLATE") => Property { kind: PropertyKind::Collation, ..last },
        () if has(&["CHARSET"]) || has(&["CHARACTER"]) => {
            Property { kind: PropertyKind::Charset, ..last }
        }
        () if is(first, "COMMENT") => {
            let empty = unquote(tokens.last().map_or("", |token| cursor.text(*token))).is_empty();
            let print = if empty { Print::NONE } else { last.print };
            Property { kind: PropertyKind::Comment, value: SmolStr::default(), print, ..last }
        }
        // The next number is no part of a schema.
        () if is_any(first, &["AUTO_INCREMENT", "AVG_ROW_LENGTH", "START"]) => {
            Property { print: Print::NONE, ..last }
        }
        () if has(&["VERSIONING"]) => cursor.property(PropertyKind::Versioning, mark),
        () => cursor.property(PropertyKind::Settings, mark),
    }
}

/// `INHERITS (a) PARTITION BY RANGE (b) WITH (fillfactor = 70)`.
fn clauses(cursor: &mut Cursor<'_>, table: &mut TableDefinition) {
    while !cursor.at_end() {
        let mark = cursor.mark();
        if cursor.eat("INHERITS") {
            table.open = true;
            cursor.group();
            cursor.property(PropertyKind::Inheritance, mark).set(&mut table.properties);
        } else if cursor.eat("PARTITION") {
            cursor.expect("BY");
            cursor.expect_one(&["RANGE", "LIST", "HASH"]);
            cursor.group();
            cursor.property(PropertyKind::Partitioning, mark).set(&mut table.properties);
        } else if cursor.eat("USING") || cursor.eat("TABLESPACE") || cursor.eat("SERVER") {
            cursor.ident();
            if cursor.words_since(mark) != "using heap" {
                cursor.property(PropertyKind::Placement, mark).set(&mut table.properties);
            }
        } else if cursor.eat("WITH") || cursor.eat("OPTIONS") {
            if cursor.eat_any(&["OIDS"]) || cursor.eat_all(&["NO", "DATA"]) || cursor.eat("DATA") {
            } else {
                cursor.group();
                cursor.property(PropertyKind::Settings, mark).set(&mut table.properties);
            }
        } else if cursor.eat_all(&["WITHOUT", "OIDS"]) {
        } else if cursor.eat_all(&["ON", "COMMIT"]) {
            while cursor.kind() == Some(Kind::Word) && !is(cursor.word(), "AS") {
                cursor.skip();
            }
        } else if cursor.eat("AS") {
            table.open = true;
            cursor.rest_is_known();
            cursor.property(PropertyKind::Other, mark).set(&mut table.properties);
        } else {
            let known = &["INHERITS", "PARTITION", "USING", "TABLESPACE", "WITH", "WITHOUT"];
            if let Some(keyword) = words::slip(cursor.word(), known) {
                cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
            } else {
                cursor.unexpected();
            }
            cursor.rest_is_known();
        }
    }
}
