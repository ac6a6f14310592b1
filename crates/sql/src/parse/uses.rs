//! The names that a statement needs to exist when it runs: what `files` are put in order by.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::definition::{
    Alteration, Definition, Ident, ObjectKind, ObjectName, TableDefinition, TypeName, Use, UseKind,
};
use crate::dialect::Dialect;
use crate::parse::read::Cursor;
use crate::parse::read::view::{name_ahead, name_end, tables_read};
use crate::parse::split::split;
use crate::parse::token::{Kind, Token};
use crate::source::Excerpt;
use crate::word::{is, is_any};

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
    let mut need = |name: ObjectName, kind, hard| out.push(Use { name, kind, hard });
    let first = cursor.word();
    let server = &dialect.grammar().server;
    match definition {
        Some(Definition::Table(table)) => created(&cursor, table, &mut need),
        Some(Definition::Alter { table, alterations, .. }) => {
            need(table.clone(), UseKind::Table, true);
            for alteration in alterations {
                altered(&cursor, alteration, &mut need);
            }
            behind(&cursor, &["INHERIT"], UseKind::Table, &mut need);
            called(&cursor, &mut need);
        }
        Some(Definition::Index { table, .. }) => {
            need(table.clone(), UseKind::Table, true);
            called(&cursor, &mut need);
        }
        Some(Definition::View(view)) => {
            for name in &view.reads {
                // SQLite looks at a view's tables when it is read.
                need(name.clone(), UseKind::Table, server.checks_views);
            }
            if server.views_write {
                behind(&cursor, &["TO"], UseKind::Table, &mut need);
            }
            called(&cursor, &mut need);
            casts(&cursor, &mut need);
        }
        Some(Definition::RenameTables(pairs)) => {
            for (from, _) in pairs {
                need(from.clone(), UseKind::Table, true);
            }
        }
        Some(Definition::Object { kind: ObjectKind::Trigger, .. }) => {
            behind(&cursor, &["ON"], UseKind::Table, &mut need);
            behind(&cursor, &["FUNCTION", "PROCEDURE"], UseKind::Function, &mut need);
        }
        Some(Definition::Object { kind: ObjectKind::Function, .. }) => {
            if server.bodies_are_text {
                function(excerpt, tokens, dialect, &mut need);
            }
        }
        Some(Definition::Object { kind: ObjectKind::Type, .. }) => {
            words_as_types(&cursor, &mut need);
        }
        Some(Definition::Object { kind: ObjectKind::Sequence, .. }) => {
            owned_by(&cursor, &mut need);
        }
        Some(Definition::Object { kind: ObjectKind::Schema | ObjectKind::Extension, .. })
        | Some(Definition::DropTables(_) | Definition::DropIndexes(_) | Definition::UseSchema(_)) =>
            {}
        None => other(&cursor, first, &mut need),
    }
    if server.sequences_in_text {
        sequences(&cursor, &mut need);
    } else {
        named_sequences(&cursor, &mut need);
    }
    out
}

/// `NEXTVAL(name)` and `NEXT VALUE FOR name`, where a sequence is named like a table.
fn named_sequences(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, bool)) {
    let mut ahead = 0;
    while cursor.peek_at(ahead).is_some() {
        let is_call = is_any(cursor.word_at(ahead), &["NEXTVAL", "LASTVAL", "SETVAL"]);
        let after = if is_call && cursor.symbol_at(ahead + 1, b'(') {
            Some(ahead + 2)
        } else if is(cursor.word_at(ahead), "NEXT")
            && is(cursor.word_at(ahead + 1), "VALUE")
            && is(cursor.word_at(ahead + 2), "FOR")
        {
            Some(ahead + 3)
        } else {
            None
        };
        if let Some((name, _)) = after.and_then(|after| name_ahead(cursor, after)) {
            need(name, UseKind::Sequence, true);
        }
        ahead += 1;
    }
}

/// What a new table needs.
fn created(
    cursor: &Cursor<'_>,
    table: &TableDefinition,
    need: &mut impl FnMut(ObjectName, UseKind, bool),
) {
    for key in &table.foreign_keys {
        need(key.table.clone(), UseKind::ForeignKey, cursor.grammar.server.checks_foreign_keys);
    }
    for data_type in table.columns.iter().filter_map(|column| column.data_type.as_deref()) {
        typed(data_type, need);
    }
    if let Some(parent) = &table.partition_of {
        need(parent.clone(), UseKind::Table, true);
    }
    if table.open {
        behind(cursor, &["INHERITS", "LIKE", "OF", "CLONE"], UseKind::Table, need);
        for name in tables_read(cursor) {
            need(name, UseKind::Table, true);
        }
    }
    called(cursor, need);
}

/// What one change of a table needs beside the table.
fn altered(
    cursor: &Cursor<'_>,
    alteration: &Alteration,
    need: &mut impl FnMut(ObjectName, UseKind, bool),
) {
    match alteration {
        Alteration::AddForeignKey(key) => {
            need(key.table.clone(), UseKind::ForeignKey, cursor.grammar.server.checks_foreign_keys);
        }
        Alteration::AddColumn { column, .. } | Alteration::Redefine { column, .. } => {
            if let Some(data_type) = &column.data_type {
                typed(data_type, need);
            }
        }
        Alteration::SetType(_, data_type) => typed(data_type, need),
        Alteration::AttachPartition(name) => need(name.clone(), UseKind::Table, true),
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
        | Alteration::Other
        | Alteration::Unknown => {}
    }
}

/// A type that the dialect does not have is one that somebody creates.
fn typed(data_type: &TypeName, need: &mut impl FnMut(ObjectName, UseKind, bool)) {
    if !data_type.known {
        need(type_name(data_type), UseKind::Type, true);
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
    need: &mut impl FnMut(ObjectName, UseKind, bool),
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
                need(name, kind, true);
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

/// Functions that are called: names with a parenthesis behind them.
fn called(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, bool)) {
    if !cursor.grammar.server.checks_calls {
        return;
    }
    let mut ahead = 0;
    while cursor.peek_at(ahead).is_some() {
        let Some(after) = name_end(cursor, ahead) else {
            ahead += 1;
            continue;
        };
        if cursor.symbol_at(after, b'(')
            && let Some((name, _)) = name_ahead(cursor, ahead)
        {
            need(name, UseKind::Function, true);
        }
        ahead = after;
    }
}

/// Types behind `::`.
fn casts(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, bool)) {
    let mut ahead = 0;
    while cursor.peek_at(ahead).is_some() {
        if cursor.symbol_at(ahead, b':')
            && cursor.symbol_at(ahead + 1, b':')
            && let Some((name, _)) = name_ahead(cursor, ahead + 2)
        {
            need(name, UseKind::Type, true);
        }
        ahead += 1;
    }
}

/// A function's signature names types and tables; its body, when the server reads it at once, tables.
fn function(
    excerpt: &Excerpt,
    tokens: &[Token],
    dialect: Dialect,
    need: &mut impl FnMut(ObjectName, UseKind, bool),
) {
    let cursor = &Cursor::new(excerpt, tokens, dialect);
    words_as_types(cursor, need);
    let is_sql = (0..tokens.len())
        .any(|at| is(cursor.word_at(at), "LANGUAGE") && is(cursor.word_at(at + 1), "SQL"));
    let atomic = (0..tokens.len())
        .any(|at| is(cursor.word_at(at), "BEGIN") && is(cursor.word_at(at + 1), "ATOMIC"));
    if atomic {
        for name in tables_read(cursor) {
            need(name, UseKind::Table, true);
        }
    } else if is_sql {
        // Only when the server is told to check bodies, which is its default: better, not needed.
        for token in tokens.iter().filter(|token| token.kind == Kind::Text) {
            let text = cursor.text(*token);
            let body =
                text.trim_start_matches(|c: char| c == '$' || c.is_alphanumeric() || c == '_');
            if text.starts_with('$') && text.len() <= MAX_BODY {
                let inner = Excerpt::opaque(body.to_owned(), excerpt.locate(token.range()));
                let split = split(&inner.text, dialect);
                let read = tables_read(&Cursor::new(&inner, &split.tokens, dialect));
                // Its words count for no bound of their own: each name once is enough.
                let mut names: BTreeSet<SmolStr> = BTreeSet::new();
                for name in read.into_iter().filter(|name| names.insert(name.to_string().into())) {
                    need(name, UseKind::Table, false);
                }
            }
        }
    }
}

/// Every name may be a type or a table's row type.
fn words_as_types(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, bool)) {
    let mut ahead = 3;
    while let Some(token) = cursor.peek_at(ahead) {
        if matches!(token.kind, Kind::Word | Kind::Quoted)
            && let Some((name, after)) = name_ahead(cursor, ahead)
        {
            if is_any(&name.name.text, &["AS", "LANGUAGE"])
                && cursor.kind_at(after) == Some(Kind::Text)
            {
                return;
            }
            need(name.clone(), UseKind::Type, false);
            need(name, UseKind::Table, false);
            ahead = after;
        } else {
            ahead += 1;
        }
    }
}

/// `OWNED BY table.column`.
fn owned_by(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, bool)) {
    let mut ahead = 0;
    while cursor.peek_at(ahead).is_some() {
        if is(cursor.word_at(ahead), "OWNED")
            && is(cursor.word_at(ahead + 1), "BY")
            && let Some(name) = column_owner(cursor, ahead + 2)
        {
            need(name, UseKind::Table, true);
        }
        ahead += 1;
    }
}

/// The table of `schema.table.column`, without its schema.
fn column_owner(cursor: &Cursor<'_>, at: usize) -> Option<ObjectName> {
    let (name, _) = name_ahead(cursor, at)?;
    Some(ObjectName { schema: None, name: name.schema? })
}

/// Statements that define nothing that the catalogue holds.
fn other(cursor: &Cursor<'_>, first: &str, need: &mut impl FnMut(ObjectName, UseKind, bool)) {
    if is_any(first, &["INSERT", "REPLACE", "MERGE"]) {
        behind(cursor, &["INTO"], UseKind::Table, need);
    }
    if is_any(first, &["INSERT", "REPLACE", "DELETE", "SELECT", "WITH", "MERGE", "UPDATE", "COPY"])
    {
        for name in tables_read(cursor) {
            need(name, UseKind::Table, true);
        }
    }
    if is_any(first, &["UPDATE", "TRUNCATE", "COPY", "REFRESH"]) {
        behind(cursor, &["UPDATE", "TRUNCATE", "COPY", "VIEW"], UseKind::Table, need);
    }
    if is(first, "COMMENT") {
        let target = cursor.word_at(2);
        let name = if is(target, "COLUMN") {
            column_owner(cursor, 3)
        } else {
            name_ahead(cursor, 3).map(|(name, _)| name)
        };
        let kind = match () {
            () if is(target, "TYPE") || is(target, "DOMAIN") => UseKind::Type,
            () if is(target, "FUNCTION") || is(target, "PROCEDURE") => UseKind::Function,
            () if is(target, "SEQUENCE") => UseKind::Sequence,
            () => UseKind::Table,
        };
        if let Some(name) = name {
            need(name, kind, true);
        }
        if is_any(target, &["CONSTRAINT", "TRIGGER", "POLICY"]) {
            behind(cursor, &["ON"], UseKind::Table, need);
        }
    }
    if is_any(first, &["GRANT", "REVOKE"]) {
        behind(cursor, &["ON"], UseKind::Table, need);
    }
    if is(first, "CREATE") || is(first, "ALTER") {
        let policy = (1..5).any(|at| is_any(cursor.word_at(at), &["POLICY", "RULE"]));
        if policy {
            behind(cursor, &["ON", "TO"], UseKind::Table, need);
            called(cursor, need);
        }
        if is(cursor.word_at(1), "STATISTICS") {
            behind(cursor, &["FROM"], UseKind::Table, need);
        }
        if is(cursor.word_at(1), "PUBLICATION") {
            behind(cursor, &["TABLE"], UseKind::Table, need);
        }
        if is(first, "ALTER") {
            let kind = match () {
                () if is_any(cursor.word_at(1), &["TYPE", "DOMAIN"]) => Some(UseKind::Type),
                () if is_any(cursor.word_at(1), &["FUNCTION", "PROCEDURE"]) => {
                    Some(UseKind::Function)
                }
                () if is(cursor.word_at(1), "SEQUENCE") => Some(UseKind::Sequence),
                () if is_any(cursor.word_at(1), &["VIEW", "INDEX"]) => Some(UseKind::Table),
                () => None,
            };
            if let (Some(kind), Some((name, _))) = (kind, name_ahead(cursor, 2)) {
                need(name, kind, true);
            }
            owned_by(cursor, need);
        }
    }
}

/// `nextval('a.b')`, also with a cast inside.
fn sequences(cursor: &Cursor<'_>, need: &mut impl FnMut(ObjectName, UseKind, bool)) {
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
            need(name, UseKind::Sequence, !is_text);
        }
        ahead += 1;
    }
}
