//! What a server refuses in one definition, although every word of it can be read.
//!
//! In: a table as it is written, and what its dialect refuses. Out: problems. A refusal is certain
//! where every server of the dialect refuses it in every setting.

use std::borrow::Cow;
use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::catalogue::fold;
use crate::definition::{Column, Ident, Key, KeyKind, PropertyKind, TableDefinition, TypeName};
use crate::dialect::Dialect;
use crate::problem::{Refusal, Refused, Sink};
use crate::source::Span;

/// Checks a table that was read to its last token.
pub(super) fn table(dialect: Dialect, table: &TableDefinition, sink: &mut dyn Sink) {
    if !dialect.is_known() {
        return;
    }
    second_primary_key(table, sink);
    numbered_columns(dialect, table, sink);
    names_twice(dialect, table, sink);
    columns_twice(dialect, table, sink);
    row_format(dialect, table, sink);
}

/// Checks a column, of a table or added to one.
pub(super) fn column(dialect: Dialect, column: &Column, sink: &mut dyn Sink) {
    let refuses = &dialect.grammar().refuses;
    let data_type = column.data_type.as_deref();
    if let Some(data_type) = data_type {
        type_arguments(dialect, data_type, sink);
    }
    // MySQL: `TIMESTAMP NOT NULL DEFAULT NULL` is the time of now in old versions.
    let is_time = data_type.is_some_and(|data_type| data_type.name == "timestamp");
    if let Some(null) = column.null_default.filter(|_| refuses.null_defaults)
        && column.not_null
        && !column.identity
        && !is_time
    {
        let why = Refusal::NullDefault { column: column.name.text.to_string() };
        sink.report(Refused { primary: null, other: None, why, is_certain: true });
    }
    if let (Some(data_type), Some(default)) = (data_type, &column.default)
        && refuses.checks_defaults
        && is_of_another_type(data_type, default)
    {
        let (column_name, data_type) = (column.name.text.to_string(), data_type.name.to_string());
        let why = Refusal::DefaultType { column: column_name, data_type };
        sink.report(Refused { primary: column.name.span, other: None, why, is_certain: false });
    }
}

/// Whether a default is a string in which no value of the type can be.
fn is_of_another_type(data_type: &TypeName, default: &str) -> bool {
    let inner = default.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let Some(inner) = inner.filter(|inner| !inner.contains('\'') && !data_type.array) else {
        return false;
    };
    let has_digit = inner.bytes().any(|byte| byte.is_ascii_digit());
    let lower = inner.trim().to_ascii_lowercase();
    match data_type.name.as_str() {
        "int" | "integer" | "bigint" | "smallint" | "int2" | "int4" | "int8" | "tinyint"
        | "mediumint" | "serial" | "bigserial" => !has_digit,
        "numeric" | "decimal" | "real" | "double" | "double precision" | "float" | "float4"
        | "float8" => {
            !has_digit && !["nan", "infinity", "-infinity", "inf", "-inf"].contains(&&*lower)
        }
        "boolean" | "bool" => {
            let values = ["true", "false", "yes", "no", "on", "off", "1", "0", "t", "f", "y", "n"];
            let begins = |value: &&str| !lower.is_empty() && value.starts_with(&*lower);
            !values.iter().any(begins)
        }
        "date"
        | "timestamp"
        | "timestamptz"
        | "datetime"
        | "timestamp with time zone"
        | "timestamp without time zone" => {
            let words = ["now", "today", "tomorrow", "yesterday", "epoch", "infinity", "-infinity"];
            !has_digit && !words.contains(&&*lower)
        }
        "uuid" => !has_digit && !lower.contains(['a', 'b', 'c', 'd', 'e', 'f']),
        _ => false,
    }
}

/// `VARCHAR()`, `VARCHAR(abc)`, `VARCHAR` of MySQL, `text(10)` of PostgreSQL.
fn type_arguments(dialect: Dialect, data_type: &TypeName, sink: &mut dyn Sink) {
    let refuses = &dialect.grammar().refuses;
    if !dialect.is_known() || data_type.schema.is_some() || !data_type.known {
        return;
    }
    let name = data_type.name.as_str();
    let shown = data_type.text.clone().to_string();
    let mut refuse = |why, is_certain| {
        sink.report(Refused { primary: data_type.span, other: None, why, is_certain });
    };
    let (_, behind) = data_type.text.split_once('(').unwrap_or_default();
    let is_empty = data_type.args.is_empty() && behind.trim_start().starts_with(')');
    let first = data_type.args.first().map(SmolStr::as_str).unwrap_or_default();
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_sized = SIZED.contains(&name);
    if is_empty {
        refuse(Refusal::NoArguments { data_type: shown }, true);
    } else if data_type.args.is_empty() && refuses.length_needed.contains(&name) {
        refuse(Refusal::LengthMissing { data_type: name.to_owned() }, true);
    } else if data_type.args.is_empty() && refuses.labels_needed.contains(&name) {
        refuse(Refusal::LabelsMissing { data_type: name.to_owned() }, true);
    } else if !data_type.args.is_empty() && refuses.no_length.contains(&name) {
        refuse(Refusal::LengthOfNothing { data_type: name.to_owned() }, false);
    } else if !data_type.args.is_empty() && is_sized && refuses.odd_lengths {
        // Redshift takes `varchar(max)`.
        let is_max = first.eq_ignore_ascii_case("max");
        let is_signed = |arg: &SmolStr| is_number(arg.trim_start_matches('-'));
        let is_length = is_max || is_number(first) && data_type.args.iter().all(is_signed);
        let is_zero = first == "0" && refuses.zero_lengths;
        let is_scale_longer = match data_type.args.as_slice() {
            [precision, scale] if refuses.scale_above_precision => {
                let (precision, scale) = (precision.parse::<u32>(), scale.parse::<u32>());
                precision.is_ok_and(|precision| scale.is_ok_and(|scale| scale > precision))
            }
            _ => false,
        };
        if !is_length || is_zero || is_scale_longer {
            refuse(Refusal::OddLength { data_type: shown }, true);
        }
    } else if refuses.labels_needed.contains(&name) {
        labels(data_type, sink);
    }
}

/// The types whose arguments are lengths everywhere.
const SIZED: &[&str] = &[
    "varchar",
    "char",
    "character",
    "character varying",
    "numeric",
    "decimal",
    "varbinary",
    "binary",
    "nvarchar",
    "nchar",
    "bit",
    "bit varying",
    "dec",
];

/// The labels of an enum in the place of a type.
fn labels(data_type: &TypeName, sink: &mut dyn Sink) {
    let mut seen: BTreeMap<&str, ()> = BTreeMap::new();
    for label in &data_type.args {
        let is_text = label.starts_with(['\'', '"']);
        if !is_text && label.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            let why = Refusal::LabelNoText { label: label.to_string() };
            let primary = data_type.span;
            return sink.report(Refused { primary, other: None, why, is_certain: false });
        }
        if seen.insert(label, ()).is_some() {
            let why = Refusal::LabelTwice { label: label.trim_matches('\'').to_owned() };
            let primary = data_type.span;
            return sink.report(Refused { primary, other: None, why, is_certain: false });
        }
    }
}

/// MariaDB takes it twice on one column: `id int primary key primary key`.
fn second_primary_key(table: &TableDefinition, sink: &mut dyn Sink) {
    let mut keys = table.keys.iter().filter(|key| key.kind == KeyKind::Primary);
    let of_column = |key: &Key| {
        let holds = |of: &&Column| of.span.start <= key.span.start && key.span.end <= of.span.end;
        table.columns.iter().find(holds).map(|column| column.name.span)
    };
    if let Some(first) = keys.next()
        && let Some(second) = keys.find(|key| {
            let column = of_column(key);
            column.is_none() || column != of_column(first)
        })
    {
        let why = Refusal::SecondPrimaryKey { table: table.name.shown() };
        let (primary, other) = (second.span, Some(first.span));
        sink.report(Refused { primary, other, why, is_certain: true });
    }
}

/// MySQL: a column that numbers itself needs a key, and is the only one.
fn numbered_columns(dialect: Dialect, table: &TableDefinition, sink: &mut dyn Sink) {
    if !dialect.grammar().server.numbered_column_needs_key || table.open {
        return;
    }
    let is_serial = |column: &&Column| {
        column.data_type.as_ref().is_some_and(|data_type| data_type.name == "serial")
    };
    let mut numbered = table.columns.iter().filter(|column| column.identity);
    let Some(first) = numbered.next() else { return };
    if let Some(second) = numbered.next() {
        let why = Refusal::NumberedTwice { table: table.name.shown() };
        let (primary, other) = (second.name.span, Some(first.name.span));
        return sink.report(Refused { primary, other, why, is_certain: true });
    }
    let name = fold(dialect, &first.name);
    let holds = |key: &Key| key.columns.iter().any(|column| fold(dialect, column) == name);
    if !is_serial(&first) && !table.keys.iter().any(holds) {
        let why = Refusal::NumberedWithoutKey { column: first.name.text.to_string() };
        let primary = first.name.span;
        sink.report(Refused { primary, other: None, why, is_certain: true });
    }
}

/// Names of constraints and indexes within one table.
fn names_twice(dialect: Dialect, table: &TableDefinition, sink: &mut dyn Sink) {
    use crate::dialect::grammar::ConstraintNames::{OneSpace, Separate, Unchecked};
    let names = dialect.grammar().refuses.constraint_names;
    if names == Unchecked {
        return;
    }
    let space = |kind: usize| match names {
        OneSpace => 0,
        Separate | Unchecked => kind,
    };
    let is_named_by_server = |key: &&Key| names == Separate && key.kind == KeyKind::Primary;
    let keys = table.keys.iter().filter(|key| !is_named_by_server(key));
    let keys = keys.filter_map(|key| Some((space(0), key.name.as_ref()?)));
    let foreign_keys =
        table.foreign_keys.iter().filter_map(|key| Some((space(1), key.name.as_ref()?)));
    let checks = table.checks.iter().filter_map(|check| Some((space(2), check.name.as_ref()?)));
    let mut seen: BTreeMap<(usize, Cow<'_, str>), Span> = BTreeMap::new();
    let mut names_in_order: Vec<(usize, &Ident)> = keys.chain(foreign_keys).chain(checks).collect();
    names_in_order.sort_by_key(|(_, name)| name.span);
    for (space, name) in names_in_order {
        let folded = match names {
            // Names of indexes are compared in any case.
            Separate => Cow::Owned(name.text.to_lowercase()),
            OneSpace | Unchecked => fold(dialect, name),
        };
        if let Some(first) = seen.get(&(space, folded.clone())) {
            let why =
                Refusal::NameTwice { what: "constraint or index", name: name.text.to_string() };
            let (primary, other) = (name.span, Some(*first));
            sink.report(Refused { primary, other, why, is_certain: true });
        } else {
            seen.insert((space, folded), name.span);
        }
    }
}

/// A column twice in one key.
fn columns_twice(dialect: Dialect, table: &TableDefinition, sink: &mut dyn Sink) {
    if !dialect.grammar().refuses.columns_twice_in_keys {
        return;
    }
    for key in table.keys.iter().filter(|key| key.kind != KeyKind::Index) {
        twice(dialect, &key.columns, sink);
    }
}

fn twice(dialect: Dialect, columns: &[Ident], sink: &mut dyn Sink) {
    let mut seen: BTreeMap<Cow<'_, str>, Span> = BTreeMap::new();
    for column in columns {
        if let Some(first) = seen.insert(fold(dialect, column), column.span) {
            let why = Refusal::ColumnTwice { column: column.text.to_string() };
            let (primary, other) = (column.span, Some(first));
            return sink.report(Refused { primary, other, why, is_certain: true });
        }
    }
}

/// A type as SQLite compares it: in lower case, and without the quotes that it may have.
fn bare_type(data_type: &TypeName) -> String {
    data_type.text.trim_matches(['"', '`', '\'', '[', ']']).to_lowercase()
}

/// SQLite's `STRICT`, `WITHOUT ROWID` and `AUTOINCREMENT`.
fn row_format(dialect: Dialect, table: &TableDefinition, sink: &mut dyn Sink) {
    let strict_types = dialect.grammar().refuses.strict_types;
    if strict_types.is_empty() {
        return;
    }
    let has_key = table.keys.iter().any(|key| key.kind == KeyKind::Primary);
    if table.strict {
        for column in &table.columns {
            let written = column.data_type.as_ref().map(|of| bare_type(of)).unwrap_or_default();
            if !strict_types.contains(&written.as_str()) {
                let why = Refusal::StrictType {
                    column: column.name.text.to_string(),
                    data_type: written.clone(),
                };
                let primary = match (&column.data_type, written.is_empty()) {
                    (Some(data_type), false) => data_type.span,
                    (Some(_) | None, _) => column.name.span,
                };
                sink.report(Refused { primary, other: None, why, is_certain: true });
            }
        }
    }
    if table.without_rowid && !has_key && !table.open {
        let why = Refusal::KeyMissing { table: table.name.shown() };
        let primary = table.name.span();
        sink.report(Refused { primary, other: None, why, is_certain: true });
    }
    let is_numbered =
        |column: &&Column| column.properties.iter().any(|of| of.kind == PropertyKind::Numbering);
    for column in table.columns.iter().filter(is_numbered) {
        let is_integer = column.data_type.as_ref().is_some_and(|of| bare_type(of) == "integer");
        if !is_integer {
            let why = Refusal::NumberedType { column: column.name.text.to_string() };
            let primary = column.name.span;
            sink.report(Refused { primary, other: None, why, is_certain: true });
        }
    }
}
