//! `ALTER TABLE`.

use smol_str::{SmolStr, StrExt};

use crate::definition::{
    Alteration, Definition, Ident, ObjectName, Print, Property, PropertyKind, TableDefinition,
};
use crate::dialect::grammar::Options;
use crate::parse::print::Printer;
use crate::parse::read::column::{column, data_type};
use crate::parse::read::cursor::Cursor;
use crate::parse::read::{Lint, table, unknown_object, unquote};
use crate::parse::token::Kind;
use crate::parse::words;
use crate::word::{is, is_any};

/// Reads what follows `ALTER`.
pub(crate) fn alter(cursor: &mut Cursor<'_>) -> Option<Definition> {
    cursor.eat_any(&["ONLINE", "IGNORE", "FOREIGN"]);
    if !cursor.eat("TABLE") {
        if !is_any(cursor.word(), &["MATERIALIZED"]) {
            unknown_object(cursor);
        }
        return None;
    }
    cursor.defines = true;
    let tolerant = cursor.if_exists();
    cursor.eat("ONLY");
    let name = cursor.name()?;
    cursor.eat_symbol(b'*');
    if cursor.grammar.tables.on_cluster && cursor.eat_all(&["ON", "CLUSTER"]) {
        cursor.skip();
    }
    if cursor.grammar.alterations.change && is_any(cursor.word(), &["WAIT", "NOWAIT"]) {
        // MariaDB: how long to wait for locks (`WAIT 5`).
        cursor.skip();
        cursor.eat_kind(Kind::Number);
    }
    let mut alterations = Vec::new();
    loop {
        alteration(cursor, &name, &mut alterations);
        if cursor.grammar.tables.on_cluster && cursor.eat("SETTINGS") {
            cursor.rest_is_known();
        }
        if cursor.at_end() {
            break;
        }
        if !cursor.eat_symbol(b',') {
            cursor.missing(",");
            cursor.skip_element();
            alterations.push(Alteration::Unknown);
            if !cursor.eat_symbol(b',') {
                break;
            }
        }
    }
    Some(Definition::Alter { table: name, tolerant, alterations })
}

const ACTIONS: &[&str] = &["ADD", "DROP", "ALTER", "MODIFY", "CHANGE", "RENAME"];

fn alteration(cursor: &mut Cursor<'_>, table: &ObjectName, into: &mut Vec<Alteration>) {
    let checked = cursor.grammar.alterations.with_check
        && cursor.eat("WITH")
        && cursor.eat_any(&["CHECK", "NOCHECK"]);
    let mark = cursor.mark();
    if cursor.eat("ADD") {
        add(cursor, table, into);
    } else if cursor.eat("DROP") {
        drop(cursor, into);
    } else if cursor.eat("ALTER") {
        alter_column(cursor, into);
    } else if is(cursor.word(), "MODIFY")
        && !is_any(cursor.word_at(1), &["TTL", "ORDER", "SETTING", "COMMENT", "QUERY", "SAMPLE"])
    {
        cursor.skip();
        cursor.eat("COLUMN");
        cursor.if_exists();
        redefine(cursor, false, into);
    } else if cursor.grammar.alterations.change && cursor.eat("CHANGE") {
        cursor.eat("COLUMN");
        cursor.if_exists();
        redefine(cursor, true, into);
    } else if cursor.eat("RENAME") {
        rename(cursor, into);
    } else if cursor.eat_all(&["ATTACH", "PARTITION"]) {
        into.extend(cursor.name().map(Alteration::AttachPartition));
        cursor.skip_element();
        let property = cursor.property(PropertyKind::Partitioning, mark);
        into.push(Alteration::SetProperty(None, property));
    } else if cursor.eat_all(&["SET", "SCHEMA"]) {
        into.extend(cursor.ident().map(Alteration::SetSchema));
    } else if checked || known_other(cursor) {
        cursor.skip_element();
        into.push(other(cursor, mark));
    } else {
        if let Some(keyword) = words::slip(cursor.word(), ACTIONS) {
            cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
        } else {
            cursor.unexpected();
        }
        cursor.skip_element();
        into.push(Alteration::Unknown);
    }
}

/// What an action says that changes no column, key or name, from a mark up to here.
fn other(cursor: &Cursor<'_>, mark: usize) -> Alteration {
    use PropertyKind::{ForcedRowSecurity, Partitioning, ReplicaIdentity, RowSecurity, Unlogged};
    let words = cursor.words_since(mark);
    let begins = |start: &str| words.starts_with(start);
    let set = |kind, is_set: bool| {
        let property = cursor.property(kind, mark);
        let print = if is_set { Printer::of_word(cursor.grammar, "set") } else { Print::NONE };
        Alteration::SetProperty(None, Property { print, ..property })
    };
    match () {
        () if begins("enable row level") => set(RowSecurity, true),
        () if begins("disable row level") => set(RowSecurity, false),
        () if begins("force row level") => set(ForcedRowSecurity, true),
        () if begins("no force row level") => set(ForcedRowSecurity, false),
        () if begins("set tablespace") || begins("set access method") => {
            Alteration::SetProperty(None, cursor.property(PropertyKind::Placement, mark))
        }
        () if begins("inherit") || begins("no inherit") => {
            Alteration::SetProperty(None, cursor.property(PropertyKind::Inheritance, mark))
        }
        () if begins("set unlogged") => set(Unlogged, true),
        () if begins("set logged") => set(Unlogged, false),
        () if begins("replica identity default") => set(ReplicaIdentity, false),
        () if begins("replica identity") => {
            Alteration::SetProperty(None, cursor.property(ReplicaIdentity, mark))
        }
        () if begins("validate constraint") => {
            let tokens = cursor.tokens_since(mark);
            let name = tokens.get(2).map(|token| Ident {
                text: unquote(cursor.text(*token)),
                quoted: token.kind == Kind::Quoted,
                span: cursor.locate(token.range()),
            });
            name.map_or(Alteration::Other, Alteration::Validate)
        }
        // What changes no more than how the statement runs.
        () if begins("algorithm")
            || begins("lock")
            || begins("wait")
            || begins("nowait")
            || begins("force")
            || begins("disable keys")
            || begins("enable keys")
            || begins("analyze")
            || begins("check partition")
            || begins("optimize")
            || begins("cluster on")
            || begins("owner to")
            || begins("auto_increment")
            || begins("order by") =>
        {
            Alteration::Other
        }
        () if begins("convert to") => {
            let tokens = cursor.tokens_since(mark);
            let collate = tokens.iter().position(|token| is(cursor.text(*token), "COLLATE"));
            let end = collate.unwrap_or(tokens.len());
            let value = end.checked_sub(1).and_then(|at| tokens.get(at));
            let value = value.map_or("", |token| cursor.text(*token));
            let value = unquote(value).to_ascii_lowercase_smolstr();
            let print = Printer::of_word(cursor.grammar, &value);
            let property = cursor.property(PropertyKind::Charset, mark);
            Alteration::SetProperty(None, Property { print, value, ..property })
        }
        () if words.contains("partition") => {
            Alteration::SetProperty(None, cursor.property(Partitioning, mark))
        }
        // What is not measured of PostgreSQL: which triggers and rules are on, `OF type`.
        () if matches!(cursor.grammar.tables.options, Options::Clauses)
            && !begins("set (")
            && !begins("reset (") =>
        {
            Alteration::SetProperty(None, cursor.property(PropertyKind::Other, mark))
        }
        () => Alteration::SetProperty(None, table::option(cursor, mark)),
    }
}

/// Actions that change no column, key or name.
fn known_other(cursor: &Cursor<'_>) -> bool {
    let Some(others) = cursor.grammar.alterations.others else {
        return cursor.kind() == Some(Kind::Word) && words::slip(cursor.word(), ACTIONS).is_none();
    };
    let options = match cursor.grammar.tables.options {
        Options::Assignments(names) => names,
        Options::Any | Options::Clauses | Options::Words => &[],
    };
    is_any(cursor.word(), others) || is_any(cursor.word(), options)
}

fn add(cursor: &mut Cursor<'_>, table: &ObjectName, into: &mut Vec<Alteration>) {
    if is_any(cursor.word(), cursor.grammar.alterations.adds) {
        let mark = cursor.mark();
        cursor.skip_element();
        into.push(other(cursor, mark));
        return;
    }
    let mut made = empty_table(table);
    let explicit = cursor.eat("COLUMN");
    if !explicit && table::constraint(cursor, &mut made) {
        if cursor.grammar.tables.default_constraints {
            table::tail(cursor);
        }
        into.extend(made.keys.into_iter().map(|mut key| {
            key.in_table = false;
            Alteration::AddKey(key)
        }));
        into.extend(made.foreign_keys.into_iter().map(Alteration::AddForeignKey));
        into.extend(made.checks.into_iter().map(Alteration::AddCheck));
        let set = |property| Alteration::SetProperty(None, property);
        into.extend(made.properties.into_iter().map(set));
        if made.open {
            into.push(Alteration::Unknown);
        }
        return;
    }
    if !explicit && misspelt_addition(cursor) {
        cursor.skip_element();
        into.push(Alteration::Unknown);
        return;
    }
    let tolerant = cursor.if_not_exists();
    let grouped = cursor.eat_symbol(b'(');
    loop {
        let Some(parts) = column_with_place(cursor) else {
            cursor.skip_element();
            into.push(Alteration::Unknown);
            return;
        };
        into.push(Alteration::AddColumn { column: Box::new(parts.column), tolerant });
        into.extend(parts.keys.into_iter().map(Alteration::AddKey));
        into.extend(parts.foreign_keys.into_iter().map(Alteration::AddForeignKey));
        into.extend(parts.checks.into_iter().map(Alteration::AddCheck));
        if grouped && cursor.eat_symbol(b',') {
            continue;
        }
        if grouped && !cursor.eat_symbol(b')') {
            cursor.missing(")");
        }
        // T-SQL: `ADD a int, b int`.
        let more = cursor.grammar.alterations.adds_lists
            && cursor.next_is(b',')
            && !is_any(cursor.word_at(1), ACTIONS)
            && !is_any(cursor.word_at(1), &["CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK"]);
        if !more {
            return;
        }
        cursor.skip();
    }
}

/// `ADD COLUM a int`, `ADD CONSTRAIT c CHECK (a > 0)`: whether a keyword with a slip stands here, and not
/// a column.
fn misspelt_addition(cursor: &mut Cursor<'_>) -> bool {
    let keywords = &["COLUMN", "CONSTRAINT", "PRIMARY", "FOREIGN", "UNIQUE", "INDEX"];
    let Some(keyword) = words::slip(cursor.word(), keywords) else { return false };
    let is_name = |ahead| matches!(cursor.kind_at(ahead), Some(Kind::Word | Kind::Quoted));
    let next = cursor.word_at(1).to_ascii_lowercase();
    let found = !cursor.grammar.has_type(&next) && is_name(1) && (is(&next, "key") || is_name(2));
    if found {
        cursor.found(Lint::Misspelt { at: cursor.here(), keyword });
    }
    found
}

/// A column, with its place among the others (`FIRST`, `AFTER x`).
fn column_with_place(cursor: &mut Cursor<'_>) -> Option<super::column::ColumnParts> {
    cursor.place_allowed = true;
    let parts = column(cursor);
    cursor.place_allowed = false;
    parts
}

fn empty_table(name: &ObjectName) -> TableDefinition {
    TableDefinition {
        name: name.clone(),
        columns: Vec::new(),
        keys: Vec::new(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        properties: Vec::new(),
        tolerant: false,
        open: false,
        temporary: false,
        partition_of: None,
        strict: false,
        without_rowid: false,
    }
}

fn drop(cursor: &mut Cursor<'_>, into: &mut Vec<Alteration>) {
    if cursor.eat("PRIMARY") {
        cursor.expect("KEY");
        into.push(Alteration::DropPrimaryKey);
        return;
    }
    if is_any(cursor.word(), &["PARTITION", "PROJECTION", "STATISTICS", "PERIOD", "SYSTEM"])
        && cursor.kind_at(1).is_some()
    {
        let mark = cursor.mark();
        let is_versioning = is(cursor.word(), "SYSTEM");
        cursor.skip_element();
        into.push(match is_versioning {
            true => {
                let property = cursor.property(PropertyKind::Versioning, mark);
                Alteration::SetProperty(None, Property { print: Print::NONE, ..property })
            }
            false => other(cursor, mark),
        });
        return;
    }
    let foreign = cursor.eat("FOREIGN") && cursor.expect("KEY");
    let constraint = foreign
        || cursor.eat("CONSTRAINT")
        || (cursor.grammar.alterations.drops_keys
            && (cursor.eat("INDEX") || cursor.eat("KEY") || cursor.eat("CHECK")));
    if !constraint {
        cursor.eat("COLUMN");
    }
    cursor.if_exists();
    let made = if constraint { Alteration::DropConstraint } else { Alteration::DropColumn };
    into.extend(cursor.ident().map(made));
    cursor.eat_any(&["CASCADE", "RESTRICT"]);
}

fn alter_column(cursor: &mut Cursor<'_>, into: &mut Vec<Alteration>) {
    if is_any(cursor.word(), cursor.grammar.alterations.alters) {
        let mark = cursor.mark();
        cursor.skip_element();
        into.push(other(cursor, mark));
        return;
    }
    cursor.eat("COLUMN");
    if cursor.grammar.alterations.alter_redefines {
        return redefine(cursor, false, into);
    }
    let Some(name) = cursor.ident() else {
        cursor.skip_element();
        return into.push(Alteration::Unknown);
    };
    if cursor.eat_all(&["SET", "DATA", "TYPE"]) || cursor.eat("TYPE") {
        if let Some(data_type) = data_type(cursor) {
            into.push(Alteration::SetType(name.clone(), Box::new(data_type)));
        } else {
            cursor.missing("a type");
        }
        let mark = cursor.mark();
        if cursor.eat("COLLATE") {
            cursor.name();
            let property = cursor.value_property(PropertyKind::Collation, mark);
            into.push(Alteration::SetProperty(Some(name), property));
        }
        if cursor.eat("USING") {
            cursor.skip_element();
        }
    } else if cursor.eat_all(&["SET", "NOT"]) || cursor.eat_all(&["DROP", "NOT"]) {
        let set = is(cursor.word_back(2), "SET");
        cursor.expect("NULL");
        into.push(Alteration::SetNotNull(name, set));
    } else if cursor.eat_all(&["SET", "DEFAULT"]) {
        let mark = cursor.mark();
        let default = cursor.expression();
        let print = cursor.print_since(mark);
        into.push(Alteration::SetDefault(name, Some((default, print))));
    } else if cursor.eat_all(&["DROP", "DEFAULT"]) {
        into.push(Alteration::SetDefault(name, None));
    } else if is(cursor.word(), "ADD") && is(cursor.word_at(1), "GENERATED") {
        cursor.skip();
        let mark = cursor.mark();
        let value = generation(cursor);
        cursor.skip_element();
        into.push(Alteration::SetIdentity(name.clone()));
        let property = Property { value, ..cursor.property(PropertyKind::Numbering, mark) };
        into.push(Alteration::SetProperty(Some(name), property));
    } else if cursor.eat_all(&["DROP", "IDENTITY"]) {
        cursor.if_exists();
        into.push(Alteration::DropIdentity(name));
    } else if cursor.eat_all(&["DROP", "EXPRESSION"]) {
        cursor.if_exists();
        into.push(Alteration::DropExpression(name));
    } else if is_any(cursor.word(), &["SET", "DROP", "RESET", "RESTART"]) {
        let mark = cursor.mark();
        cursor.skip();
        let is_expression = cursor.eat_all(&["EXPRESSION", "AS"]);
        let is_numbering = is_any(cursor.word(), &["GENERATED", "INCREMENT", "MINVALUE", "CACHE"]);
        let inner = cursor.mark();
        let value = generation(cursor);
        cursor.skip_element();
        let (kind, mark) = match (is_expression, is_numbering) {
            (true, _) => (PropertyKind::Computed, inner),
            (false, true) => (PropertyKind::Numbering, inner),
            (false, false) => (PropertyKind::Settings, mark),
        };
        let property = cursor.property(kind, mark);
        let value = if kind == PropertyKind::Numbering { value } else { property.value };
        into.push(Alteration::SetProperty(Some(name), Property { value, ..property }));
    } else {
        cursor.expect_one(&["SET", "DROP", "TYPE", "ADD", "RESET"]);
        cursor.skip_element();
        into.push(Alteration::Unknown);
    }
}

/// Whether `GENERATED ALWAYS` or `GENERATED BY DEFAULT` stands here, as a property has it.
fn generation(cursor: &Cursor<'_>) -> SmolStr {
    match cursor.word_at(1) {
        word if !is(cursor.word(), "GENERATED") || word.is_empty() => SmolStr::default(),
        word if is(word, "ALWAYS") => SmolStr::new_static("always"),
        word if is(word, "BY") => SmolStr::new_static("by default"),
        _ => SmolStr::default(),
    }
}

fn redefine(cursor: &mut Cursor<'_>, renames: bool, into: &mut Vec<Alteration>) {
    let old = if renames { cursor.ident() } else { None };
    let Some(parts) = column_with_place(cursor) else {
        cursor.skip_element();
        return into.push(Alteration::Unknown);
    };
    let old = old.unwrap_or_else(|| parts.column.name.clone());
    into.push(Alteration::Redefine { old, column: Box::new(parts.column) });
    into.extend(parts.keys.into_iter().map(Alteration::AddKey));
    into.extend(parts.checks.into_iter().map(Alteration::AddCheck));
}

fn rename(cursor: &mut Cursor<'_>, into: &mut Vec<Alteration>) {
    if cursor.eat_any(&["INDEX", "KEY", "CONSTRAINT"]) {
        let from = cursor.ident();
        cursor.expect("TO");
        let names = from.zip(cursor.ident());
        into.extend(names.map(|(from, to)| Alteration::RenameConstraint(from, to)));
        return;
    }
    if cursor.eat("TO")
        || (cursor.grammar.alterations.rename_without_to
            && (cursor.eat("AS") || cursor.kind_at(1).is_none()))
    {
        into.extend(cursor.name().map(Alteration::RenameTable));
        return;
    }
    cursor.eat("COLUMN");
    cursor.if_exists();
    let Some(from) = cursor.ident() else { return };
    if cursor.expect("TO")
        && let Some(to) = cursor.ident()
    {
        into.push(Alteration::RenameColumn(from, to));
    }
}
