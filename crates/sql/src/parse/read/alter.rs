//! `ALTER TABLE`.

use crate::definition::{Alteration, Definition, ObjectName, TableDefinition};
use crate::dialect::grammar::Options;
use crate::parse::read::column::{column, data_type};
use crate::parse::read::cursor::Cursor;
use crate::parse::read::{Lint, table, unknown_object};
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
    let mut alterations = Vec::new();
    loop {
        alteration(cursor, &name, &mut alterations);
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
    } else if cursor.eat_all(&["SET", "SCHEMA"]) {
        into.extend(cursor.ident().map(Alteration::SetSchema));
    } else if checked || known_other(cursor) {
        cursor.skip_element();
        into.push(Alteration::Other);
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
        cursor.skip_element();
        into.push(Alteration::Other);
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
        tolerant: false,
        open: false,
        temporary: false,
        partition_of: None,
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
        cursor.skip_element();
        into.push(Alteration::Other);
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
        cursor.skip_element();
        into.push(Alteration::Other);
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
            into.push(Alteration::SetType(name, Box::new(data_type)));
        } else {
            cursor.missing("a type");
        }
        if cursor.eat("COLLATE") {
            cursor.name();
        }
        if cursor.eat("USING") {
            cursor.skip_element();
        }
    } else if cursor.eat_all(&["SET", "NOT"]) || cursor.eat_all(&["DROP", "NOT"]) {
        let set = is(cursor.word_back(2), "SET");
        cursor.expect("NULL");
        into.push(Alteration::SetNotNull(name, set));
    } else if cursor.eat_all(&["SET", "DEFAULT"]) {
        let default = cursor.expression();
        into.push(Alteration::SetDefault(name, Some(default)));
    } else if cursor.eat_all(&["DROP", "DEFAULT"]) {
        into.push(Alteration::SetDefault(name, None));
    } else if cursor.eat_all(&["ADD", "GENERATED"]) {
        cursor.skip_element();
        into.push(Alteration::SetIdentity(name));
    } else if cursor.eat_any(&["SET", "DROP", "RESET", "RESTART"]) {
        cursor.skip_element();
        into.push(Alteration::Other);
    } else {
        cursor.expect_one(&["SET", "DROP", "TYPE", "ADD", "RESET"]);
        cursor.skip_element();
        into.push(Alteration::Unknown);
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
}

fn rename(cursor: &mut Cursor<'_>, into: &mut Vec<Alteration>) {
    if cursor.eat_any(&["INDEX", "KEY", "CONSTRAINT"]) {
        cursor.ident();
        cursor.expect("TO");
        cursor.ident();
        into.push(Alteration::Other);
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
