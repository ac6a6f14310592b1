//! The names that a statement needs to exist when it runs, and those that it creates: what `files` are
//! put in order by.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::definition::{
    Alteration, Definition, Ident, Make, ObjectKind, ObjectName, Strength, TableDefinition,
    TypeName, Use, UseKind,
};
use crate::dialect::Dialect;
use crate::extensions;
use crate::parse::read::Cursor;
use crate::parse::read::view::{name_ahead, name_end, owner_ahead, tables_read};
use crate::parse::split::split;
use crate::parse::token::{Kind, Token};
use crate::source::Excerpt;
use crate::word::{is, is_any};

use Strength::{Hard, Soft, Weak};

/// The longest body of a function that is looked into.
const MAX_BODY: usize = 64 * 1024;

/// What a statement with these tokens and this definition needs.
pub(crate) fn uses(
    excerpt: &Excerpt,
    tokens: &[Token],
    dialect: Dialect,
    definition: Option<&Definition>,
) -> Vec<Use> {
    let cursor = Cursor::new(excerpt, tokens, dialect);
    let mut out = Vec::new();
    let mut need = |name: ObjectName, kind, strength| out.push(Use { name, kind, strength });
    let first = cursor.word();
    let server = &dialect.grammar().server;
    if let Some(schema) = definition.and_then(created_in) {
        need(ObjectName { schema: None, name: schema.clone() }, UseKind::Schema, Hard);
    }
    match definition {
        Some(Definition::Table(table)) => created(&cursor, table, &mut need),
        Some(Definition::Alter { table, alterations, .. }) => {
            need(table.clone(), UseKind::Table, Hard);
            for alteration in alterations {
                altered(&cursor, alteration, &mut need);
            }
            behind(&cursor, &["INHERIT"], UseKind::Table, &mut need);
            behind(&cursor, &["OF"], UseKind::Type, &mut need);
            index_classes(&cursor, &mut need);
            called(&cursor, &["ON"], Hard, &mut need);
        }
        Some(Definition::Index { table, .. }) => {
            need(table.clone(), UseKind::Table, Hard);
            index_classes(&cursor, &mut need);
            called(&cursor, &["ON"], Hard, &mut need);
        }
        Some(Definition::View(view)) => {
            for name in &view.reads {
                // SQLite looks at a view's tables when it is read.
                let strength = if server.checks_views { Hard } else { Soft };
                need(name.clone(), UseKind::Table, strength);
            }
            if server.views_write {
                behind(&cursor, &["TO"], UseKind::Table, &mut need);
            }
            if server.checks_calls || server.checks_views {
                calls(&cursor, &[], Hard, &mut need);
            }
        }
        Some(Definition::RenameTables(pairs)) => {
            for (from, _) in pairs {
                need(from.clone(), UseKind::Table, Hard);
            }
        }
        Some(Definition::Object { kind: ObjectKind::Trigger, .. }) => trigger(&cursor, &mut need),
        Some(Definition::Object { kind: ObjectKind::Function, .. }) => {
            if server.bodies_are_text {
                function(excerpt, tokens, dialect, &mut need);
            }
        }
        Some(Definition::Object { kind: ObjectKind::Type, .. }) => {
            behind(&cursor, &["AS"], UseKind::Type, &mut need);
            words_as_types(&cursor, 3, &mut need);
            assigned(&cursor, FUNCTION_OR_TYPE, &mut need);
            called(&cursor, &[], Hard, &mut need);
        }
        Some(Definition::Object { kind: ObjectKind::Sequence, .. }) => owned_by(&cursor, &mut need),
        Some(Definition::Object { kind: ObjectKind::Extension, name, .. }) => {
            let requires = extensions::Extension::of(&name.name.text).map(|found| found.requires);
            for required in requires.unwrap_or_default().split_ascii_whitespace() {
                let name = Ident { text: required.into(), ..name.name.clone() };
                // `CASCADE` creates them too.
                need(ObjectName { schema: None, name }, UseKind::Extension, Soft);
            }
        }
        Some(Definition::UseSchema(Some(schema))) => {
            // PostgreSQL takes any name in its search path.
            let strength = if is(first, "USE") { Hard } else { Soft };
            need(ObjectName { schema: None, name: schema.clone() }, UseKind::Schema, strength);
        }
        Some(
            Definition::Object { kind: ObjectKind::Schema, .. }
            | Definition::DropTables(_)
            | Definition::DropSchemas(_)
            | Definition::DropIndexes(_)
            | Definition::UseSchema(None),
        ) => {}
        None => other(excerpt, tokens, dialect, first, &mut need),
    }
    anywhere(&cursor, &mut need);
    if server.sequences_in_text {
        sequences(&cursor, &mut need);
    }
    out
}

/// The schema in which a statement creates something.
fn created_in(definition: &Definition) -> Option<&Ident> {
    match definition {
        Definition::Table(table) => table.name.schema.as_ref(),
        Definition::View(view) => view.name.schema.as_ref(),
        Definition::Object { name, .. } => name.schema.as_ref(),
        Definition::Alter { .. }
        | Definition::DropTables(_)
        | Definition::DropSchemas(_)
        | Definition::RenameTables(_)
        | Definition::Index { .. }
        | Definition::DropIndexes(_)
        | Definition::UseSchema(_) => None,
    }
}

/// What a statement creates beside its definition, or adds to.
pub(crate) fn makes(
    excerpt: &Excerpt,
    tokens: &[Token],
    dialect: Dialect,
    definition: Option<&Definition>,
) -> Vec<Make> {
    let cursor = &Cursor::new(excerpt, tokens, dialect);
    let mut out = Vec::new();
    let mut make = |name: ObjectName, kind, extends| out.push(Make { name, kind, extends });
    match definition {
        Some(Definition::Object { kind: ObjectKind::Trigger, name, .. }) => {
            make(name.clone(), UseKind::Trigger, false);
        }
        Some(Definition::Object { kind: ObjectKind::Extension, name, .. }) => {
            make(name.clone(), UseKind::Extension, false);
        }
        Some(Definition::Object { kind: ObjectKind::Schema, name, .. })
            if is(&name.name.text, "AUTHORIZATION") && !name.name.quoted =>
        {
            let owner = position(cursor, "AUTHORIZATION").and_then(|at| name_ahead(cursor, at + 1));
            if let Some((owner, _)) = owner {
                make(owner, UseKind::Schema, false);
            }
        }
        Some(Definition::Index { key, .. }) => {
            if let Some(name) = &key.name {
                make(ObjectName { schema: None, name: name.clone() }, UseKind::Index, false);
            }
        }
        Some(Definition::Table(table)) => {
            if let Some(parent) = &table.partition_of {
                make(parent.clone(), UseKind::Partition, false);
            }
        }
        Some(Definition::Alter { table, alterations, .. }) => {
            let attaches =
                |alteration: &Alteration| matches!(alteration, Alteration::AttachPartition(_));
            if alterations.iter().any(attaches) {
                make(table.clone(), UseKind::Partition, false);
            }
        }
        Some(_) => {}
        None => made_by_other(cursor, excerpt, tokens, dialect, &mut make),
    }
    out
}

/// What a statement creates that defines nothing here.
fn made_by_other(
    cursor: &Cursor<'_>,
    excerpt: &Excerpt,
    tokens: &[Token],
    dialect: Dialect,
    make: &mut impl FnMut(ObjectName, UseKind, bool),
) {
    let first = cursor.word();
    if is(first, "CREATE") {
        made_at(cursor, 0, make);
    } else if is(first, "ALTER") && is_any(cursor.word_at(1), &["TYPE", "DOMAIN"]) {
        if let Some((name, _)) = name_ahead(cursor, 2) {
            make(name, UseKind::Type, true);
        }
    } else if is(first, "SELECT") {
        let mut ahead = 1;
        while cursor.peek_at(ahead).is_some() {
            if is_any(cursor.word_at(ahead), TABLE_CHANGERS)
                && cursor.symbol_at(ahead + 1, b'(')
                && let Some(name) = named_in_text(cursor, ahead + 2)
            {
                make(name, UseKind::Table, true);
            }
            ahead += 1;
        }
    } else if is(first, "DO") {
        for (inner, split) in bodies(excerpt, tokens, dialect) {
            let cursor = &Cursor::new(&inner, &split, dialect);
            for at in 0..split.len() {
                if is(cursor.word_at(at), "CREATE") {
                    made_at(cursor, at, make);
                }
            }
        }
    }
}

/// Functions of extensions that change the table that their first argument names.
const TABLE_CHANGERS: &[&str] = &[
    "create_hypertable",
    "create_distributed_hypertable",
    "add_dimension",
    "create_distributed_table",
    "create_reference_table",
    "AddGeometryColumn",
    "create_parent",
];

/// What a `CREATE` at this place creates.
fn made_at(cursor: &Cursor<'_>, at: usize, make: &mut impl FnMut(ObjectName, UseKind, bool)) {
    if is_any(cursor.word_at(at + 1), &["CAST", "TRANSFORM"]) {
        // `CREATE CAST (a AS b)`: what uses these types may need it.
        let open = at + 2;
        let mut ahead = open + 1;
        while cursor.symbol_at(open, b'(')
            && !cursor.symbol_at(ahead, b')')
            && ahead < open + MAX_CAST
        {
            match name_ahead(cursor, ahead) {
                Some((name, after)) => {
                    make(name, UseKind::Type, true);
                    ahead = after;
                }
                None if cursor.peek_at(ahead).is_some() => ahead += 1,
                None => return,
            }
        }
        return;
    }
    let Some((kind, name, mut after)) = target(cursor, created_kind(cursor, at)) else { return };
    make(name, kind, false);
    while kind == UseKind::Role && cursor.symbol_at(after, b',') {
        let Some((name, next)) = role_ahead(cursor, after + 1) else { break };
        make(name, kind, false);
        after = next;
    }
    if kind == UseKind::OperatorClass
        && let Some(types) = (after..after + 6).find(|at| is(cursor.word_at(*at), "TYPE"))
        && let Some((name, _)) = name_ahead(cursor, types + 1)
    {
        make(name, UseKind::Type, true);
    }
}

/// Where the kind of object is named that a `CREATE` at this place creates.
fn created_kind(cursor: &Cursor<'_>, at: usize) -> usize {
    let mut at = at + 1;
    while is_any(
        cursor.word_at(at),
        &[
            "OR",
            "REPLACE",
            "ALTER",
            "TRUSTED",
            "PROCEDURAL",
            "DEFAULT",
            "PUBLIC",
            "TEMPORARY",
            "TEMP",
        ],
    ) {
        at += 1;
    }
    if is(cursor.word_at(at), "DEFINER") {
        // `` = `root`@`localhost` ``.
        at = (at..at + 8).find(|at| is(cursor.word_at(*at), "EVENT")).unwrap_or(at);
    }
    at
}

/// Tokens of the two types of a cast.
const MAX_CAST: usize = 40;

/// Kinds of objects, by the words that name them in `CREATE`, `ALTER`, `COMMENT ON` and `GRANT ON`.
const KINDS: &[(&[&str], UseKind)] = &[
    (&["MATERIALIZED", "VIEW"], UseKind::Table),
    (&["FOREIGN", "TABLE"], UseKind::Table),
    (&["FOREIGN", "DATA", "WRAPPER"], UseKind::Wrapper),
    (&["FOREIGN", "SERVER"], UseKind::Server),
    (&["TEXT", "SEARCH", "CONFIGURATION"], UseKind::TextSearch),
    (&["TEXT", "SEARCH", "DICTIONARY"], UseKind::TextSearch),
    (&["TEXT", "SEARCH", "PARSER"], UseKind::TextSearch),
    (&["TEXT", "SEARCH", "TEMPLATE"], UseKind::TextSearch),
    (&["OPERATOR", "CLASS"], UseKind::OperatorClass),
    (&["OPERATOR", "FAMILY"], UseKind::OperatorClass),
    (&["OPERATOR"], UseKind::Operator),
    (&["EVENT", "TRIGGER"], UseKind::Trigger),
    (&["ACCESS", "METHOD"], UseKind::AccessMethod),
    (&["PARTITION", "SCHEME"], UseKind::Storage),
    (&["PARTITION", "FUNCTION"], UseKind::Storage),
    (&["FULLTEXT", "CATALOG"], UseKind::Storage),
    (&["XML", "SCHEMA", "COLLECTION"], UseKind::Type),
    (&["TABLE"], UseKind::Table),
    (&["VIEW"], UseKind::Table),
    (&["SYNONYM"], UseKind::Table),
    (&["DICTIONARY"], UseKind::Table),
    (&["TYPE"], UseKind::Type),
    (&["DOMAIN"], UseKind::Type),
    (&["FUNCTION"], UseKind::Function),
    (&["PROCEDURE"], UseKind::Function),
    (&["PROC"], UseKind::Function),
    (&["ROUTINE"], UseKind::Function),
    (&["AGGREGATE"], UseKind::Function),
    (&["PACKAGE"], UseKind::Function),
    (&["SEQUENCE"], UseKind::Sequence),
    (&["SCHEMA"], UseKind::Schema),
    (&["DATABASE"], UseKind::Schema),
    (&["EXTENSION"], UseKind::Extension),
    (&["ROLE"], UseKind::Role),
    (&["USER"], UseKind::Role),
    (&["LOGIN"], UseKind::Role),
    (&["GROUP"], UseKind::Role),
    (&["COLLATION"], UseKind::Collation),
    (&["SERVER"], UseKind::Server),
    (&["LANGUAGE"], UseKind::Language),
    (&["PUBLICATION"], UseKind::Publication),
    (&["TRIGGER"], UseKind::Trigger),
    (&["EVENT"], UseKind::Event),
    (&["POLICY"], UseKind::Policy),
    (&["RULE"], UseKind::Policy),
    (&["INDEX"], UseKind::Index),
    (&["TABLESPACE"], UseKind::Storage),
];

/// The kind of object that is named here, and where its name begins.
fn target_kind(cursor: &Cursor<'_>, at: usize) -> Option<(UseKind, usize)> {
    let here = |(words, _): &&(&[&str], UseKind)| {
        words.iter().enumerate().all(|(ahead, word)| is(cursor.word_at(at + ahead), word))
    };
    let (words, kind) = KINDS.iter().find(here)?;
    let mut after = at + words.len();
    if *kind == UseKind::Role && is(cursor.word_at(after), "MAPPING") {
        return None;
    }
    while is_any(
        cursor.word_at(after),
        &["CONCURRENTLY", "IF", "NOT", "EXISTS", "ONLY", "TRUSTED", "PROCEDURAL"],
    ) {
        after += 1;
    }
    Some((*kind, after))
}

/// The object that is named here, and what follows its name.
fn target(cursor: &Cursor<'_>, at: usize) -> Option<(UseKind, ObjectName, usize)> {
    let (kind, at) = target_kind(cursor, at)?;
    let found = if kind == UseKind::Operator {
        operator_ahead(cursor, at)
    } else if kind == UseKind::Role {
        role_ahead(cursor, at)
    } else {
        name_ahead(cursor, at)
    };
    let (name, after) = found?;
    Some((kind, name, after))
}

/// A role, which MySQL takes as a string and with a host: `'app'@'%'`.
fn role_ahead(cursor: &Cursor<'_>, at: usize) -> Option<(ObjectName, usize)> {
    let token = cursor.peek_at(at)?;
    let (name, mut after) = match token.kind {
        Kind::Text => {
            (text_name(cursor, token, cursor.text(token).trim_matches(['\'', '"'])), at + 1)
        }
        Kind::Word | Kind::Quoted => name_ahead(cursor, at)?,
        Kind::Number | Kind::Variable | Kind::Symbol(_) => return None,
    };
    if cursor.symbol_at(after, b'@') {
        after += 2;
    } else if cursor.kind_at(after) == Some(Kind::Variable) {
        after += 1;
    }
    Some((name, after))
}

/// An operator, with its schema where it has one.
fn operator_ahead(cursor: &Cursor<'_>, at: usize) -> Option<(ObjectName, usize)> {
    let at = if cursor.symbol_at(at + 1, b'.') { at + 2 } else { at };
    let start = cursor.peek_at(at).filter(|token| is_operator(*token))?;
    let (mut end, mut after) = (start.end, at + 1);
    while let Some(next) = cursor.peek_at(after)
        && next.start == end
        && is_operator(next)
    {
        (end, after) = (next.end, after + 1);
    }
    let whole = Token { end, ..start };
    Some((text_name(cursor, whole, cursor.text(whole)), after))
}

fn is_operator(token: Token) -> bool {
    match token.kind {
        Kind::Symbol(byte) => b"+-*/<>=~!@#%^&|?`".contains(&byte),
        Kind::Word | Kind::Quoted | Kind::Text | Kind::Number | Kind::Variable => false,
    }
}

/// A name that is the text of a token.
fn text_name(cursor: &Cursor<'_>, token: Token, text: &str) -> ObjectName {
    let span = cursor.locate(token.range());
    let ident = |text: &str| Ident { text: text.into(), quoted: true, span };
    match text.split_once('.') {
        Some((schema, name)) if !schema.is_empty() && !name.is_empty() => {
            ObjectName { schema: Some(ident(schema)), name: ident(name) }
        }
        Some(_) | None => ObjectName { schema: None, name: ident(text) },
    }
}

/// The name in a string: `'shop.orders'`.
fn named_in_text(cursor: &Cursor<'_>, at: usize) -> Option<ObjectName> {
    let token = cursor.peek_at(at).filter(|token| token.kind == Kind::Text)?;
    let text = cursor.text(token).trim_matches('\'').replace('"', "");
    (text.len() <= MAX_NAME).then(|| text_name(cursor, token, &text))
}

/// The longest string that is taken for a name.
const MAX_NAME: usize = 130;

/// The first place of a word.
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

/// The bodies in dollar quotes, with their tokens.
fn bodies(excerpt: &Excerpt, tokens: &[Token], dialect: Dialect) -> Vec<(Excerpt, Vec<Token>)> {
    let text = |token: &Token| excerpt.text.get(token.range()).unwrap_or_default();
    let is_body = |token: &&Token| {
        token.kind == Kind::Text && text(token).starts_with('$') && text(token).len() <= MAX_BODY
    };
    let read = |token: &Token| {
        let whole = text(token);
        let tag = whole.get(1..).and_then(|rest| rest.find('$')).map_or(0, |end| end + 2);
        let body = whole.get(tag..whole.len().saturating_sub(tag)).unwrap_or_default();
        let inner = Excerpt::opaque(body.to_owned(), excerpt.locate(token.range()));
        let tokens = split(&inner.text, dialect).tokens;
        (inner, tokens)
    };
    tokens.iter().filter(is_body).map(read).collect()
}

/// What may stand in any statement.
fn anywhere(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, Strength)) {
    let postgres = cursor.grammar.server.bodies_are_text;
    let first = cursor.word();
    let mut casts: Vec<bool> = Vec::new();
    let mut at = 0;
    while let Some(token) = cursor.peek_at(at) {
        let word = cursor.word_at(at);
        let mut named = |ahead: usize, kind, strength| {
            if let Some((name, _)) = name_ahead(cursor, ahead) {
                need(name, kind, strength);
            }
        };
        match token.kind {
            Kind::Symbol(b'(') => {
                let before = at.checked_sub(1).map_or("", |before| cursor.word_at(before));
                casts.push(is_any(before, &["CAST", "TRY_CAST"]));
            }
            Kind::Symbol(b')') => {
                casts.pop();
            }
            Kind::Symbol(b':') if postgres && cursor.symbol_at(at + 1, b':') => {
                named(at + 2, UseKind::Type, Hard);
                if let Some(before) = at.checked_sub(1)
                    && let Some(name) = named_in_text(cursor, before)
                {
                    let kind = match cursor.word_at(at + 2) {
                        to if is(to, "regclass") => Some(UseKind::Table),
                        to if is_any(to, &["regproc", "regprocedure"]) => Some(UseKind::Function),
                        to if is_any(to, &["regconfig", "regdictionary"]) => {
                            Some(UseKind::TextSearch)
                        }
                        to if is(to, "regtype") => Some(UseKind::Type),
                        to if is(to, "regrole") => Some(UseKind::Role),
                        to if is(to, "regnamespace") => Some(UseKind::Schema),
                        _ => None,
                    };
                    if let Some(kind) = kind {
                        need(name, kind, Soft);
                    }
                }
            }
            Kind::Symbol(_) if postgres && is_operator(token) => {
                if let Some((name, after)) = operator_ahead(cursor, at) {
                    if !COMMON_OPERATORS.contains(&name.name.text.as_str()) && !is(first, "COMMENT")
                    {
                        need(name, UseKind::Operator, Soft);
                    }
                    at = after;
                    continue;
                }
            }
            Kind::Word if is(word, "AS") && casts.last() == Some(&true) => {
                named(at + 1, UseKind::Type, Hard);
            }
            Kind::Word if is(word, "COLLATE") => {
                let ahead = if cursor.symbol_at(at + 1, b'=') { at + 2 } else { at + 1 };
                named(ahead, UseKind::Collation, Hard);
            }
            Kind::Word if is(word, "OWNER") && is(cursor.word_at(at + 1), "TO") => {
                named(at + 2, UseKind::Role, Hard);
            }
            Kind::Word if is(word, "AUTHORIZATION") => named(at + 1, UseKind::Role, Hard),
            Kind::Word if is(word, "ROLE") && at > 1 => {
                if let Some((name, _)) = role_ahead(cursor, at + 1) {
                    need(name, UseKind::Role, Hard);
                }
            }
            Kind::Word if is(word, "LOGIN") && at > 1 => named(at + 1, UseKind::Role, Soft),
            Kind::Word if is(word, "TABLESPACE") && at > 1 => named(at + 1, UseKind::Storage, Hard),
            Kind::Word if is(word, "LANGUAGE") && at > 1 => named(at + 1, UseKind::Language, Hard),
            Kind::Word if is(word, "SERVER") && at > 1 => named(at + 1, UseKind::Server, Hard),
            Kind::Word if is(word, "WRAPPER") && at > 3 => named(at + 1, UseKind::Wrapper, Hard),
            Kind::Word if is(word, "SCHEMA") && at > 0 && !is_any(first, &["DROP", "IMPORT"]) => {
                let mut ahead = at + 1;
                let created = is(first, "CREATE") && at == 1;
                while !created && let Some((name, after)) = name_ahead(cursor, ahead) {
                    need(name, UseKind::Schema, Hard);
                    ahead = after;
                    if !cursor.symbol_at(after, b',') {
                        break;
                    }
                    ahead += 1;
                }
                at = ahead;
                continue;
            }
            Kind::Word
                if is_any(word, &["NEXT", "PREVIOUS"])
                    && is(cursor.word_at(at + 1), "VALUE")
                    && is(cursor.word_at(at + 2), "FOR") =>
            {
                named(at + 3, UseKind::Sequence, Hard);
            }
            Kind::Word if is_any(word, SEQUENCE_FUNCTIONS) && cursor.symbol_at(at + 1, b'(') => {
                named(at + 2, UseKind::Sequence, Hard);
            }
            Kind::Word
                if postgres
                    && is_any(word, TEXT_SEARCH_FUNCTIONS)
                    && cursor.symbol_at(at + 1, b'(') =>
            {
                if let Some(name) = named_in_text(cursor, at + 2) {
                    need(name, UseKind::TextSearch, Soft);
                }
            }
            Kind::Word
            | Kind::Quoted
            | Kind::Text
            | Kind::Number
            | Kind::Variable
            | Kind::Symbol(_) => {}
        }
        at += 1;
    }
}

/// Operators that every server has.
const COMMON_OPERATORS: &[&str] = &[
    "=", "<", ">", "<=", ">=", "<>", "!=", "+", "-", "*", "/", "%", "||", "->", "->>", "#>", "#>>",
    "@>", "<@", "&&", "~", "~*", "!~", "!~*", "?", "&", "|", "^", "@@",
];

const SEQUENCE_FUNCTIONS: &[&str] = &["nextval", "setval", "currval", "lastval"];

const TEXT_SEARCH_FUNCTIONS: &[&str] = &[
    "to_tsvector",
    "to_tsquery",
    "plainto_tsquery",
    "phraseto_tsquery",
    "websearch_to_tsquery",
    "ts_headline",
    "ts_lexize",
    "json_to_tsvector",
    "jsonb_to_tsvector",
];

/// A trigger: its table and its function. What its body names is looked at when it runs.
fn trigger(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, Strength)) {
    if let Some((name, _)) = position(cursor, "ON").and_then(|on| name_ahead(cursor, on + 1)) {
        need(name, UseKind::Table, Hard);
    }
    if cursor.grammar.server.bodies_are_text {
        behind(cursor, &["FUNCTION", "PROCEDURE"], UseKind::Function, need);
        // `WHEN (f(new.a))`.
        called(cursor, &["ON", "FUNCTION", "PROCEDURE"], Hard, need);
        return;
    }
    // `FOLLOWS other`.
    let until = position(cursor, "BEGIN").unwrap_or(usize::MAX);
    let follows = ["FOLLOWS", "PRECEDES"].iter().find_map(|word| position(cursor, word));
    if let Some((name, _)) =
        follows.filter(|at| *at < until).and_then(|at| name_ahead(cursor, at + 1))
    {
        need(name, UseKind::Trigger, Hard);
    }
}

/// Operator classes and access methods in the list of an index: words that are columns too.
fn index_classes(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, Strength)) {
    if !cursor.grammar.server.bodies_are_text {
        return;
    }
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(token) = cursor.peek_at(at) {
        let word = cursor.word_at(at);
        match token.kind {
            Kind::Symbol(b'(') => depth += 1,
            Kind::Symbol(b')') => depth = depth.saturating_sub(1),
            Kind::Word if is(word, "USING") => {
                if let Some((name, _)) = name_ahead(cursor, at + 1) {
                    // Its operator classes for plain types come with an extension.
                    let brought = match name.name.text.as_str() {
                        method if is(method, "gist") => "btree_gist",
                        method if is(method, "gin") => "btree_gin",
                        _ => "",
                    };
                    if !brought.is_empty() {
                        let name = Ident { text: brought.into(), ..name.name.clone() };
                        need(ObjectName { schema: None, name }, UseKind::Extension, Soft);
                    }
                    need(name, UseKind::AccessMethod, Hard);
                }
            }
            // The first word of an element is a column or a function.
            Kind::Word | Kind::Quoted if depth > 0 && !begins_element(cursor, at) => {
                if let Some((name, after)) = name_ahead(cursor, at) {
                    need(name, UseKind::OperatorClass, Hard);
                    at = after;
                    continue;
                }
            }
            Kind::Word
            | Kind::Quoted
            | Kind::Text
            | Kind::Number
            | Kind::Variable
            | Kind::Symbol(_) => {}
        }
        at += 1;
    }
}

fn begins_element(cursor: &Cursor<'_>, at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| {
        cursor.symbol_at(before, b'(')
            || cursor.symbol_at(before, b',')
            || cursor.symbol_at(before, b'.')
    })
}

/// What a value in a list of settings of PostgreSQL usually names.
const FUNCTION_OR_TYPE: [UseKind; 2] = [UseKind::Function, UseKind::Type];

/// `SFUNC = f`, `LEFTARG = a`, `DICTIONARY = d`: each value may name an object of these kinds.
fn assigned(
    cursor: &Cursor<'_>,
    kinds: [UseKind; 2],
    need: &mut impl FnMut(ObjectName, UseKind, Strength),
) {
    let mut at = 0;
    while cursor.peek_at(at).is_some() {
        if cursor.symbol_at(at, b'=')
            && let Some((name, _)) = name_ahead(cursor, at + 1)
        {
            for kind in kinds {
                need(name.clone(), kind, Soft);
            }
        }
        at += 1;
    }
}

/// What a new table needs.
fn created(
    cursor: &Cursor<'_>,
    table: &TableDefinition,
    need: &mut impl FnMut(ObjectName, UseKind, Strength),
) {
    for key in &table.foreign_keys {
        need(key.table.clone(), UseKind::ForeignKey, referred(cursor));
    }
    for data_type in table.columns.iter().filter_map(|column| column.data_type.as_deref()) {
        typed(data_type, need);
    }
    if let Some(parent) = &table.partition_of {
        need(parent.clone(), UseKind::Table, Hard);
    }
    if table.open {
        behind(cursor, &["INHERITS", "LIKE", "OF", "CLONE"], UseKind::Table, need);
        behind(cursor, &["OF"], UseKind::Type, need);
        for name in tables_read(cursor) {
            need(name, UseKind::Table, Hard);
        }
    }
    // `EXCLUDE USING gist (room gist_uuid_ops WITH =)`.
    if position(cursor, "EXCLUDE").is_some() || position(cursor, "USING").is_some() {
        index_classes(cursor, need);
    }
    // `ON scheme (column)`.
    if cursor.grammar.scripts.go_lines {
        behind(cursor, &["ON"], UseKind::Storage, need);
    }
    called(cursor, &[], Hard, need);
}

/// How much the table of a foreign key is needed.
fn referred(cursor: &Cursor<'_>) -> Strength {
    if cursor.grammar.server.checks_foreign_keys { Hard } else { Soft }
}

/// What one change of a table needs beside the table.
fn altered(
    cursor: &Cursor<'_>,
    alteration: &Alteration,
    need: &mut impl FnMut(ObjectName, UseKind, Strength),
) {
    match alteration {
        Alteration::AddForeignKey(key) => {
            need(key.table.clone(), UseKind::ForeignKey, referred(cursor));
        }
        Alteration::AddColumn { column, .. } | Alteration::Redefine { column, .. } => {
            if let Some(data_type) = &column.data_type {
                typed(data_type, need);
            }
        }
        Alteration::SetType(_, data_type) => typed(data_type, need),
        Alteration::AttachPartition(name) => need(name.clone(), UseKind::Table, Hard),
        Alteration::DropColumn(_)
        | Alteration::SetNotNull(..)
        | Alteration::SetDefault(..)
        | Alteration::SetIdentity(_)
        | Alteration::RenameColumn(..)
        | Alteration::RenameTable(_)
        | Alteration::AddKey(_)
        | Alteration::DropConstraint(_)
        | Alteration::DropPrimaryKey
        | Alteration::SetSchema(_)
        | Alteration::AddCheck(_)
        | Alteration::Validate(_)
        | Alteration::RenameConstraint(..)
        | Alteration::SetProperty(..)
        | Alteration::DropIdentity(_)
        | Alteration::DropExpression(_)
        | Alteration::Other
        | Alteration::Unknown => {}
    }
}

/// A type that the dialect does not have is one that somebody creates.
fn typed(data_type: &TypeName, need: &mut impl FnMut(ObjectName, UseKind, Strength)) {
    if !data_type.known || extensions::TYPES.contains(&data_type.name.as_str()) {
        need(type_name(data_type), UseKind::Type, Hard);
    }
}

fn type_name(data_type: &TypeName) -> ObjectName {
    ObjectName {
        schema: data_type.schema.clone(),
        name: Ident { text: data_type.name.clone(), quoted: true, span: data_type.span },
    }
}

/// The names behind any of these words; inside parentheses too (`INHERITS (a, b)`).
fn behind(
    cursor: &Cursor<'_>,
    words: &[&str],
    kind: UseKind,
    need: &mut impl FnMut(ObjectName, UseKind, Strength),
) {
    let mut ahead = 0;
    while cursor.peek_at(ahead).is_some() {
        if is_any(cursor.word_at(ahead), words) {
            let mut at = ahead + 1;
            while cursor.symbol_at(at, b'(')
                || is_any(cursor.word_at(at), &["TABLE", "ONLY", "IF", "NOT", "EXISTS"])
            {
                at += 1;
            }
            while let Some((name, after)) = name_ahead(cursor, at) {
                need(name, kind, Hard);
                at = after;
                if !cursor.symbol_at(at, b',') {
                    break;
                }
                at += 1;
            }
            ahead = at.max(ahead + 1);
        } else {
            ahead += 1;
        }
    }
}

/// Functions that are called, where the server looks for them.
fn called(
    cursor: &Cursor<'_>,
    but_behind: &[&str],
    strength: Strength,
    need: &mut impl FnMut(ObjectName, UseKind, Strength),
) {
    if cursor.grammar.server.checks_calls {
        calls(cursor, but_behind, strength, need);
    }
}

/// Names with a parenthesis behind them, but for those behind words that tables stand behind.
fn calls(
    cursor: &Cursor<'_>,
    but_behind: &[&str],
    strength: Strength,
    need: &mut impl FnMut(ObjectName, UseKind, Strength),
) {
    let mut ahead = 0;
    while cursor.peek_at(ahead).is_some() {
        let Some(after) = name_end(cursor, ahead) else {
            ahead += 1;
            continue;
        };
        if cursor.symbol_at(after, b'(') {
            let before = ahead.checked_sub(1).map_or("", |before| cursor.word_at(before));
            let is_table =
                is_any(before, &["TABLE", "EXISTS", "REFERENCES", "VIEW", "INTO", "ONLY"])
                    || is_any(before, but_behind);
            if !is_table && let Some((name, _)) = name_ahead(cursor, ahead) {
                if let Some(schema) = &name.schema {
                    let schema = ObjectName { schema: None, name: schema.clone() };
                    need(schema, UseKind::Schema, Soft);
                }
                need(name, UseKind::Function, strength);
            }
        }
        ahead = after;
    }
}

/// A function's signature names types and tables; its body, when the server reads it at once, tables
/// and functions.
fn function(
    excerpt: &Excerpt,
    tokens: &[Token],
    dialect: Dialect,
    need: &mut impl FnMut(ObjectName, UseKind, Strength),
) {
    let cursor = &Cursor::new(excerpt, tokens, dialect);
    words_as_types(cursor, 3, need);
    let two = |at: usize, one: &str, two: &str| {
        is(cursor.word_at(at), one) && is(cursor.word_at(at + 1), two)
    };
    let has = |one: &str, other: &str| (0..tokens.len()).any(|at| two(at, one, other));
    if has("BEGIN", "ATOMIC") || position(cursor, "RETURN").is_some() {
        for name in tables_read(cursor) {
            need(name, UseKind::Table, Hard);
        }
        called(cursor, &["FUNCTION", "PROCEDURE"], Soft, need);
    } else if has("LANGUAGE", "SQL") {
        // Only when the server is told to check bodies, which is its default: better, not needed.
        for (inner, tokens) in bodies(excerpt, tokens, dialect) {
            body(&Cursor::new(&inner, &tokens, dialect), need);
        }
    } else if has("LANGUAGE", "plpgsql") {
        // The types of its variables are looked up at once.
        for (inner, tokens) in bodies(excerpt, tokens, dialect) {
            let cursor = &Cursor::new(&inner, &tokens, dialect);
            let (from, to) = (position(cursor, "DECLARE"), position(cursor, "BEGIN"));
            let (Some(from), Some(to)) = (from, to) else { continue };
            let declared = tokens.get(from..to).unwrap_or_default();
            words_as_types(&Cursor::new(&inner, declared, dialect), 1, need);
        }
    }
}

/// What a body names that is looked at, or runs, at once: each name once is enough.
fn body(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, Strength)) {
    let mut names: BTreeSet<(UseKind, SmolStr)> = BTreeSet::new();
    let mut once = |name: ObjectName, kind, strength| {
        if names.insert((kind, name.to_string().into())) {
            need(name, kind, strength);
        }
    };
    for name in tables_read(cursor) {
        once(name, UseKind::Table, Soft);
    }
    behind(cursor, &["INTO", "UPDATE"], UseKind::Table, &mut |name, kind, _| {
        once(name, kind, Soft);
    });
    called(cursor, &[], Soft, &mut once);
}

/// Every name may be a type or a table's row type.
fn words_as_types(
    cursor: &Cursor<'_>,
    from: usize,
    need: &mut impl FnMut(ObjectName, UseKind, Strength),
) {
    let mut ahead = from;
    while let Some(token) = cursor.peek_at(ahead) {
        if matches!(token.kind, Kind::Word | Kind::Quoted)
            && let Some((name, after)) = name_ahead(cursor, ahead)
        {
            if is_any(&name.name.text, &["AS", "LANGUAGE"])
                && cursor.kind_at(after) == Some(Kind::Text)
            {
                return;
            }
            need(name.clone(), UseKind::Type, Weak);
            need(name, UseKind::Table, Weak);
            ahead = after;
        } else {
            ahead += 1;
        }
    }
}

/// `OWNED BY table.column`.
fn owned_by(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, Strength)) {
    let mut ahead = 0;
    while cursor.peek_at(ahead).is_some() {
        if is(cursor.word_at(ahead), "OWNED")
            && is(cursor.word_at(ahead + 1), "BY")
            && let Some(name) = owner_ahead(cursor, ahead + 2)
        {
            need(name, UseKind::Table, Hard);
        }
        ahead += 1;
    }
}

/// Statements that define nothing that the catalogue holds.
fn other(
    excerpt: &Excerpt,
    tokens: &[Token],
    dialect: Dialect,
    first: &str,
    need: &mut impl FnMut(ObjectName, UseKind, Strength),
) {
    let cursor = &Cursor::new(excerpt, tokens, dialect);
    if is_any(first, &["INSERT", "REPLACE", "MERGE", "WITH"]) {
        behind(cursor, &["INTO"], UseKind::Table, need);
    }
    if is_any(first, &["INSERT", "COPY"]) {
        let into = if is(first, "COPY") { "COPY" } else { "INTO" };
        let at = position(cursor, into).map(|at| at + 1);
        if let Some((name, _)) = at.and_then(|at| name_ahead(cursor, at)) {
            need(name, UseKind::Partition, Soft);
        }
    }
    if is_any(first, QUERIES) {
        for name in tables_read(cursor) {
            need(name, UseKind::Table, Hard);
        }
        called(cursor, &[], Hard, need);
    }
    if is_any(first, &["UPDATE", "TRUNCATE", "COPY", "REFRESH", "CLUSTER", "LOCK", "ANALYZE"]) {
        let words = &["UPDATE", "TRUNCATE", "COPY", "VIEW", "CLUSTER", "LOCK", "ANALYZE"];
        behind(cursor, words, UseKind::Table, need);
    }
    if is_any(first, &["SELECT", "CALL"]) {
        // `select create_hypertable('t', 'at')`.
        let mut at = 1;
        while cursor.peek_at(at).is_some() {
            if cursor.symbol_at(at, b'(')
                && let Some(name) = named_in_text(cursor, at + 1)
            {
                need(name, UseKind::Table, Soft);
            }
            at += 1;
        }
    }
    if is_any(first, &["CALL", "EXEC", "EXECUTE"])
        && let Some((name, _)) = name_ahead(cursor, 1)
    {
        need(name, UseKind::Function, Hard);
    }
    if is(first, "DO") {
        for (inner, tokens) in bodies(excerpt, tokens, dialect) {
            body(&Cursor::new(&inner, &tokens, dialect), need);
        }
    }
    if is(first, "COMMENT") {
        commented(cursor, 2, need);
    }
    if is_any(first, &["GRANT", "REVOKE", "DENY"]) {
        granted(cursor, need);
    }
    if is(first, "IMPORT") {
        behind(cursor, &["INTO"], UseKind::Schema, need);
    }
    if is(first, "SET") && is(cursor.word_at(1), "ROLE") {
        behind(cursor, &["ROLE"], UseKind::Role, need);
    }
    if is(first, "CREATE") {
        created_other(cursor, need);
    }
    if is(first, "ALTER") {
        altered_other(cursor, need);
    }
}

/// Statements that read tables and call functions.
const QUERIES: &[&str] =
    &["INSERT", "REPLACE", "DELETE", "SELECT", "WITH", "MERGE", "UPDATE", "COPY", "CALL", "VALUES"];

/// The object of a `COMMENT ON`.
fn commented(cursor: &Cursor<'_>, at: usize, need: &mut impl FnMut(ObjectName, UseKind, Strength)) {
    let word = cursor.word_at(at);
    if is(word, "COLUMN") {
        if let Some(name) = owner_ahead(cursor, at + 1) {
            need(name, UseKind::Table, Hard);
        }
    } else if is(word, "CAST") {
        words_as_types(cursor, 3, need);
    } else if let Some((kind, name, _)) = target(cursor, at) {
        need(name, kind, Hard);
    }
    if is_any(word, &["CONSTRAINT", "TRIGGER", "POLICY", "RULE"]) {
        on_table(cursor, at, need);
    }
}

/// The table behind the first `ON` from a place on: `POLICY p ON t`.
fn on_table(
    cursor: &Cursor<'_>,
    from: usize,
    need: &mut impl FnMut(ObjectName, UseKind, Strength),
) {
    let mut at = from;
    while cursor.peek_at(at).is_some() && !is(cursor.word_at(at), "ON") {
        at += 1;
    }
    let domain = is(cursor.word_at(at + 1), "DOMAIN");
    if let Some((name, _)) = name_ahead(cursor, if domain { at + 2 } else { at + 1 }) {
        need(name, if domain { UseKind::Type } else { UseKind::Table }, Hard);
    }
}

/// `GRANT a ON b TO c`, `GRANT a TO c`.
fn granted(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, Strength)) {
    let on = position(cursor, "ON");
    let to = position(cursor, "TO").or_else(|| position(cursor, "FROM"));
    let mut roles = |from: usize| {
        let mut at = from;
        while let Some((name, after)) = role_ahead(cursor, at) {
            need(name, UseKind::Role, Hard);
            if !cursor.symbol_at(after, b',') {
                break;
            }
            at = after + 1;
        }
    };
    if let Some(to) = to {
        roles(if is(cursor.word_at(to + 1), "GROUP") { to + 2 } else { to + 1 });
    }
    let Some(mut at) = on else { return roles(1) };
    at += 1;
    let (kinds, start) = match target_kind(cursor, at) {
        Some((kind, start)) => (vec![kind], start),
        None => (vec![UseKind::Table, UseKind::Function], at),
    };
    at = start;
    while cursor.symbol_at(at, b':') {
        at += 1;
    }
    while let Some((name, after)) = name_ahead(cursor, at) {
        if cursor.symbol_at(after, b'.') {
            // `shop.*`.
            need(name, UseKind::Schema, Soft);
        } else if cursor.symbol_at(after, b':') {
            // `OBJECT::t`.
            at = after + 2;
            continue;
        } else {
            for kind in &kinds {
                need(name.clone(), *kind, Hard);
            }
        }
        at = after;
        if cursor.symbol_at(at, b'(') {
            while cursor.peek_at(at).is_some() && !cursor.symbol_at(at, b')') {
                at += 1;
            }
            at += 1;
        }
        if !cursor.symbol_at(at, b',') {
            break;
        }
        at += 1;
    }
}

/// What a `CREATE` statement needs if it creates an object that has no [`Definition`].
fn created_other(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, Strength)) {
    let words = target(cursor, created_kind(cursor, 0));
    let (kind, name) = words.map(|(kind, name, _)| (kind, name)).unzip();
    if let Some(schema) = name.and_then(|name| name.schema) {
        need(ObjectName { schema: None, name: schema }, UseKind::Schema, Hard);
    }
    let second = cursor.word_at(1);
    if is_any(second, &["CAST", "TRANSFORM"]) {
        let open = if is(second, "CAST") { 2 } else { 1 };
        behind_group(cursor, open, need);
        behind(cursor, &["FUNCTION"], UseKind::Function, need);
        behind(cursor, &["FOR"], UseKind::Type, need);
        return;
    }
    match kind {
        Some(UseKind::Policy) => {
            on_table(cursor, 1, need);
            behind(cursor, &["TO"], UseKind::Role, need);
            if (1..6).any(|at| is(cursor.word_at(at), "RULE")) {
                behind(cursor, &["TO", "INTO", "UPDATE"], UseKind::Table, need);
            }
            for name in tables_read(cursor) {
                need(name, UseKind::Table, Hard);
            }
            called(cursor, &["ON"], Hard, need);
        }
        Some(UseKind::Function) => {
            words_as_types(cursor, 3, need);
            assigned(cursor, FUNCTION_OR_TYPE, need);
        }
        Some(UseKind::Operator) => assigned(cursor, FUNCTION_OR_TYPE, need),
        Some(UseKind::OperatorClass) => operator_class(cursor, need),
        Some(UseKind::Collation) => behind(cursor, &["FROM"], UseKind::Collation, need),
        Some(UseKind::TextSearch) => {
            assigned(cursor, [UseKind::TextSearch, UseKind::Function], need);
        }
        Some(UseKind::Publication) => behind(cursor, &["TABLE"], UseKind::Table, need),
        Some(UseKind::Trigger | UseKind::Wrapper | UseKind::Language | UseKind::AccessMethod) => {
            let words = &["FUNCTION", "PROCEDURE", "HANDLER", "VALIDATOR", "INLINE"];
            behind(cursor, words, UseKind::Function, need);
        }
        Some(UseKind::Event) => body(cursor, need),
        Some(UseKind::Role) => behind(cursor, &["ROLE", "GROUP", "LOGIN"], UseKind::Role, need),
        Some(UseKind::Storage) => behind(cursor, &["PARTITION"], UseKind::Storage, need),
        Some(UseKind::Table) => behind(cursor, &["FOR"], UseKind::Table, need),
        Some(_) | None => {}
    }
    if is(second, "STATISTICS") {
        behind(cursor, &["FROM"], UseKind::Table, need);
        called(cursor, &[], Hard, need);
    }
    if is(second, "USER") && is(cursor.word_at(2), "MAPPING") {
        behind(cursor, &["FOR"], UseKind::Role, need);
    }
    if is(second, "CONVERSION") || is(second, "DEFAULT") {
        behind(cursor, &["FROM"], UseKind::Function, need);
    }
    if is(second, "SECURITY") {
        called(cursor, &["ON"], Hard, need);
        behind(cursor, &["ON"], UseKind::Table, need);
    }
}

/// The types in `(a AS b)`.
fn behind_group(
    cursor: &Cursor<'_>,
    open: usize,
    need: &mut impl FnMut(ObjectName, UseKind, Strength),
) {
    let mut at = open + 1;
    while cursor.symbol_at(open, b'(') && !cursor.symbol_at(at, b')') {
        match name_ahead(cursor, at) {
            Some((name, after)) => {
                need(name.clone(), UseKind::Type, Hard);
                need(name, UseKind::Table, Hard);
                at = after;
            }
            None if cursor.peek_at(at).is_some() => at += 1,
            None => return,
        }
    }
}

/// `FOR TYPE t USING btree FAMILY f AS OPERATOR 1 <, FUNCTION 1 (t, t) cmp(t, t)`.
fn operator_class(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, Strength)) {
    behind(cursor, &["TYPE", "STORAGE"], UseKind::Type, need);
    behind(cursor, &["FAMILY"], UseKind::OperatorClass, need);
    behind(cursor, &["USING"], UseKind::AccessMethod, need);
    let mut at = 0;
    while cursor.peek_at(at).is_some() {
        if is_any(cursor.word_at(at), &["FUNCTION", "OPERATOR"])
            && cursor.kind_at(at + 1) == Some(Kind::Number)
        {
            let mut from = at + 2;
            if cursor.symbol_at(from, b'(') {
                while cursor.peek_at(from).is_some() && !cursor.symbol_at(from, b')') {
                    from += 1;
                }
                from += 1;
            }
            if let Some((name, _)) = name_ahead(cursor, from) {
                need(name, UseKind::Function, Hard);
            }
            at = from;
        }
        at += 1;
    }
}

/// What an `ALTER` statement needs if it alters anything but a table.
fn altered_other(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, Strength)) {
    let second = cursor.word_at(1);
    if is(second, "DEFAULT") {
        // `ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA b GRANT c ON TABLES TO d`.
        return behind(cursor, &["TO", "FROM", "USER"], UseKind::Role, need);
    }
    if let Some((kind, name, after)) = target(cursor, 1) {
        if matches!(kind, UseKind::Trigger | UseKind::Policy) {
            on_table(cursor, after, need);
        }
        match Some(kind) {
            Some(UseKind::Publication) => behind(cursor, &["TABLE"], UseKind::Table, need),
            Some(UseKind::Role) => behind(cursor, &["MEMBER"], UseKind::Role, need),
            Some(UseKind::Policy) => behind(cursor, &["TO"], UseKind::Role, need),
            Some(UseKind::TextSearch) => behind(cursor, &["WITH"], UseKind::TextSearch, need),
            Some(UseKind::Index) => behind(cursor, &["PARTITION"], UseKind::Index, need),
            Some(UseKind::Type | UseKind::Function) => called(cursor, &["FUNCTION"], Soft, need),
            Some(UseKind::OperatorClass) => operator_class(cursor, need),
            Some(_) | None => {}
        }
        need(name, kind, Hard);
    }
    owned_by(cursor, need);
}

/// `nextval('a.b')`, also with a cast inside.
fn sequences(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, Strength)) {
    let mut ahead = 0;
    while cursor.peek_at(ahead).is_some() {
        if is_any(cursor.word_at(ahead), &["nextval", "setval", "currval"])
            && cursor.symbol_at(ahead + 1, b'(')
            && let Some(token) = cursor.peek_at(ahead + 2).filter(|token| token.kind == Kind::Text)
        {
            let text = cursor.text(token).trim_matches('\'').replace('"', "");
            let span = cursor.locate(token.range());
            let ident = |text: &str| Ident { text: text.into(), quoted: true, span };
            let name = match text.split_once('.') {
                Some((schema, name)) => {
                    ObjectName { schema: Some(ident(schema)), name: ident(name) }
                }
                None => ObjectName { schema: None, name: ident(&text) },
            };
            // Of a text the server looks for the sequence only when it needs a number.
            let is_text =
                cursor.symbol_at(ahead + 3, b':') && is(cursor.word_at(ahead + 5), "text");
            need(name, UseKind::Sequence, if is_text { Soft } else { Hard });
        }
        ahead += 1;
    }
}
