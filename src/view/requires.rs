//! `generate requires`: a contract for an App, from SQL that it runs.
//!
//! In: a compiled project, one of its Apps, and files of SQL or of programs. Out: a block `requires` to
//! paste, and remarks with their places about everything that was not read or is not certain. What the
//! App has in `requires` already is kept.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use sql::catalogue::Catalogue;
use sql::catalogue::family::Family;
use sql::catalogue::propose::{Needs, Proposal, Question};
use sql::catalogue::requires::{Needed, Requirement};
use sql::dialect::Dialect;
use sql::parse::{embedded, queries};
use sql::query::Unread;

use crate::diag::nearest;
use crate::diag::secrets::hidden;
use crate::model::{App, EnvValue, Schema, Target, Unit};
use crate::pipeline::Compilation;
use crate::source::{Excerpt, Sources, Span, printable};
use crate::syntax::Manifest;
use crate::value::{Map, Value};

/// The most remarks; nobody reads more.
const MAX_REMARKS: usize = 200;
/// Bytes of all texts together.
const MAX_BYTES: usize = 8 << 20;
/// The most tables in which the nearest name is looked for, and how often.
const MAX_NEAREST: (usize, usize) = (2_000, 50);

/// What is proposed for an App.
#[derive(Debug, Default)]
pub struct Contract {
    /// The block, with `requires` as its only key; empty if no table is named.
    pub block: Map,
    /// What is to be said of it, each with its place.
    pub remarks: Vec<String>,
    /// How many statements were read.
    pub n_statements: usize,
}

/// A text that may hold SQL.
#[derive(Clone, Debug)]
pub struct Text {
    /// The text.
    pub excerpt: Excerpt,
    /// Whether all of it is SQL, rather than a text of another language with SQL in it.
    pub is_sql: bool,
}

/// The contract of an App with the schemas of its project.
pub fn contract(
    app: &App,
    compilation: &Compilation,
    sources: &Sources,
    files: &[Text],
) -> Contract {
    let mut out = Contract::default();
    let schemas = schemas_of(app, compilation);
    let mut known: Vec<(usize, &Catalogue)> = Vec::new();
    for at in schemas {
        let Some(schema) = compilation.project.schemas.get(at) else { continue };
        match &compilation.catalogues.of(at).catalogue {
            Some(catalogue) => known.push((at, catalogue)),
            None => out.remark(
                sources,
                schema.common.place,
                &format!(
                    "Schema {} is not defined in SQL, so its tables are not known",
                    name(&schema.common.name)
                ),
            ),
        }
    }
    let catalogues: Vec<&Catalogue> = known.iter().map(|(_, catalogue)| *catalogue).collect();
    let dialect = catalogues.first().map_or(Dialect::Generic, |catalogue| catalogue.dialect);
    if catalogues.iter().any(|catalogue| catalogue.dialect != dialect) {
        let text =
            format!("the schemas have different dialects: the SQL is read as {}", dialect.name());
        out.remark(sources, app.common.place, &text);
    }
    let mut proposal = Proposal::new(&catalogues);
    let mut own = texts_of(app, compilation, sources);
    own.extend(files.iter().cloned());
    let mut left = MAX_BYTES;
    for text in &own {
        let Some(rest) = left.checked_sub(text.excerpt.text.len()) else {
            let why = format!("not read: more than {MAX_BYTES} bytes in all");
            out.remark(sources, text.excerpt.span, &why);
            continue;
        };
        left = rest;
        read(text, dialect, sources, &mut proposal, &mut out);
    }
    for (span, question) in &proposal.questions {
        let tables = || catalogues.iter().flat_map(|catalogue| table_names(catalogue));
        out.remark(sources, *span, &question_words(question, tables));
    }
    let needs = proposal.needs();
    out.block = merged(app, compilation, sources, &known, &needs, &mut out.remarks);
    if out.remarks.len() > MAX_REMARKS {
        let n_more = out.remarks.len() - MAX_REMARKS;
        out.remarks.truncate(MAX_REMARKS);
        out.remarks.push(format!("and {n_more} more"));
    }
    out
}

impl Contract {
    fn remark(&mut self, sources: &Sources, span: Span, text: &str) {
        self.remarks.push(format!("{}: {text}", sources.place(span)));
    }
}

/// Reads one text.
fn read(
    text: &Text,
    dialect: Dialect,
    sources: &Sources,
    proposal: &mut Proposal<'_>,
    out: &mut Contract,
) {
    let excerpt = &text.excerpt;
    let mut parts = Vec::new();
    if text.is_sql {
        parts.push(excerpt.clone());
    } else {
        let Some(found) = embedded(&excerpt.text) else {
            let why = "not read: its strings cannot be told apart";
            return out.remark(sources, excerpt.span, why);
        };
        for part in found {
            let place = excerpt.locate(part.start..part.start + part.text.len());
            if part.is_part {
                let why =
                    "this SQL is put together from several strings, of which only one is read";
                out.remark(sources, place, why);
            }
            parts.push(within(excerpt, part.start, part.text));
        }
    }
    for part in parts {
        let mut n_read = 0;
        let is_read = queries(&part, dialect, &mut |query| {
            n_read += 1;
            proposal.add(&query);
        });
        out.n_statements += n_read;
        if !is_read {
            let why = "not read: larger than the SQL of one schema may be";
            out.remark(sources, part.span, why);
        }
    }
}

/// A part of a text, whose places are those of the text.
fn within(excerpt: &Excerpt, start: usize, text: String) -> Excerpt {
    let span = excerpt.locate(start..start + text.len());
    let begins = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let line = |at: usize| (offset(at), excerpt.locate(start + at..start + at).start);
    let lines: Vec<(u32, u32)> = begins.map(line).collect();
    Excerpt::by_lines(text, span, lines)
}

/// The schemas that an App can mean, by their places: those that it names, else all.
fn schemas_of(app: &App, compilation: &Compilation) -> Vec<usize> {
    let project = &compilation.project;
    let mut found: BTreeSet<usize> = app.requires.iter().map(|contract| contract.schema).collect();
    for need in &app.common.needs {
        match need.unit {
            Unit::Schema(schema) => {
                found.insert(schema);
            }
            Unit::Database(database) => {
                let is_there = |schema: &Schema| matches!(schema.target, Target::Database(at) if at == database);
                let there = project.schemas.iter().enumerate().filter(|(_, it)| is_there(it));
                found.extend(there.map(|(at, _)| at));
            }
            Unit::Manifest(_) | Unit::App(_) | Unit::EverySchema => {}
        }
    }
    if found.is_empty() {
        found.extend(0..project.schemas.len());
    }
    found.into_iter().collect()
}

/// The texts that the App itself names: its command, its variables, its files and the ConfigMaps that
/// it reads.
fn texts_of(app: &App, compilation: &Compilation, sources: &Sources) -> Vec<Text> {
    let place = app.common.place;
    let mut texts = Vec::new();
    for text in app.command.iter().chain(&app.args) {
        texts.push(Text { excerpt: placed(text, place, sources), is_sql: false });
    }
    let mut maps: BTreeSet<SmolStr> = BTreeSet::new();
    for (_, value) in &app.env {
        match value {
            EnvValue::Text(text) => {
                texts.push(Text { excerpt: placed(text, place, sources), is_sql: false });
            }
            EnvValue::Secret(_) => {}
            EnvValue::From(value) => config_maps(value, &mut maps),
        }
    }
    if let Some(value) = &app.env_from {
        config_maps(value, &mut maps);
    }
    for volume in &app.volumes {
        config_maps(&volume.source, &mut maps);
    }
    for file in &app.config_files {
        let is_it = |(_, source): &(_, &crate::source::Source)| source.text() == file.text.as_str();
        let found = sources.files().find(is_it);
        let excerpt = match found {
            Some((file, source)) => Excerpt::of_file(file, source.text()),
            None => placed(&file.text, place, sources),
        };
        let path = found.map_or("", |(_, source)| source.path.as_str());
        texts.push(Text { excerpt, is_sql: is_sql(&file.mount_path) || is_sql(path) });
    }
    for manifest in &compilation.project.manifests {
        let written = &manifest.written;
        if written.kind.value == "ConfigMap" && maps.contains(&written.name.value) {
            texts.extend(data(written));
        }
    }
    texts
}

/// Whether a file has SQL and nothing else, by its name.
pub fn is_sql(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("sql"))
}

/// The names of ConfigMaps in a value as in Kubernetes.
fn config_maps(value: &Value, names: &mut BTreeSet<SmolStr>) {
    match value {
        Value::Map(map) => {
            for (key, value) in map.iter() {
                let is_map = matches!(key, "configMap" | "configMapRef" | "configMapKeyRef");
                let named = value.at(&["name"]).and_then(Value::as_str);
                if let Some(name) = named.filter(|_| is_map) {
                    names.insert(name.into());
                }
                config_maps(value, names);
            }
        }
        Value::List(items) => items.iter().for_each(|item| config_maps(item, names)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The texts of a ConfigMap.
fn data(manifest: &Manifest) -> Vec<Text> {
    let entries = manifest.node.get("data").and_then(|data| data.entries()).unwrap_or_default();
    let text = |entry: &crate::syntax::node::Entry| {
        let excerpt = entry.value.excerpt()?;
        Some(Text { excerpt, is_sql: is_sql(&entry.key.value) })
    };
    entries.iter().filter_map(text).collect()
}

/// A text of a spec, where it is written; the spec itself where it is written in another way.
fn placed(text: &str, place: Span, sources: &Sources) -> Excerpt {
    let opaque = || Excerpt::opaque(text.to_owned(), place);
    let file = sources.get(place.file).text();
    let from = place.range().end;
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let (mut lines, mut at, mut within) = (Vec::new(), from, 0);
    // Lines of a block follow each other, each after its indentation.
    for line in text.split_inclusive('\n') {
        let wanted = line.trim_end();
        let Some(found) = file.get(at..).and_then(|rest| rest.find(wanted)) else {
            return opaque();
        };
        lines.push((offset(within), offset(at + found)));
        at += found + wanted.len();
        within += line.len();
    }
    let Some((_, start)) = lines.first().copied() else { return opaque() };
    let span = Span::new(place.file, start as usize..at);
    Excerpt::by_lines(text.to_owned(), span, lines)
}

fn table_names(catalogue: &Catalogue) -> impl Iterator<Item = &str> {
    let tables = catalogue.tables.values().map(|table| table.name.name.text.as_str());
    tables.chain(catalogue.views.values().map(|view| view.name.name.text.as_str()))
}

/// A name as it is shown.
fn name(text: &str) -> String {
    format!("`{}`", printable(hidden(text)))
}

fn question_words<'a, I: Iterator<Item = &'a str>>(
    question: &Question,
    tables: impl Fn() -> I,
) -> String {
    match question {
        Question::Unread(why, _) => unread_words(*why).to_owned(),
        Question::NoTable(table) => {
            let (most, _) = MAX_NEAREST;
            let last = table.rsplit('.').next().unwrap_or(table);
            let near = nearest(last, tables().take(most));
            let hint = near.map(|near| format!("; did you mean {}?", name(near)));
            format!("no schema of the App has a table {}{}", name(table), hint.unwrap_or_default())
        }
        Question::SeveralTables(table) => {
            format!("several schemas of the App have a table {}: the first is taken", name(table))
        }
        Question::NoColumn(table, column) => {
            format!("table {} has no column {}", name(table), name(column))
        }
        Question::Unresolved(column) => {
            format!("no table of this statement has a column {}", name(column))
        }
        Question::NoRelation(table) => {
            format!("nothing in this statement is called {}", name(table))
        }
        Question::Every(table) => format!(
            "this reads every column of {}, so all are listed: remove those that the App does not use",
            name(table)
        ),
        Question::EveryWritten(table) => format!(
            "an INSERT without a list of columns: every column of {} is listed in `write`; name the columns in the \
             INSERT, so that a new column does not break it",
            name(table)
        ),
        Question::NoneWritten(table) => format!(
            "this INSERT into {} names no column, which `requires` cannot express: it is left out",
            name(table)
        ),
        Question::TooMuch => "not read any further: too much to look at".to_owned(),
    }
}

fn unread_words(why: Unread) -> &'static str {
    match why {
        Unread::Statement => "not read: neither a query nor a change of rows",
        Unread::Definition => "not read: it changes the schema, which `requires` cannot express",
        Unread::Syntax => {
            "a part of this statement is not understood: check its tables and columns yourself"
        }
        Unread::RenamedColumns => {
            "an alias gives the columns of a table other names: check its columns yourself"
        }
        Unread::Natural => {
            "`NATURAL JOIN` compares columns that it does not name: add them to `read` yourself"
        }
        Unread::TooMuch => {
            "a part of this statement is nested too deeply, or names too many tables: it is not read"
        }
    }
}

/// The block: what the App requires now, and what the SQL needs beside it.
fn merged(
    app: &App,
    compilation: &Compilation,
    sources: &Sources,
    known: &[(usize, &Catalogue)],
    needs: &[Needs],
    remarks: &mut Vec<String>,
) -> Map {
    let schemas = &compilation.project.schemas;
    let schema_name = |at: usize| schemas.get(at).map_or("", |schema| schema.common.name.as_str());
    let mut block: Vec<(SmolStr, Map)> = Vec::new();
    let mut lacks = Vec::new();
    let mut is_told = BTreeSet::new();
    let has_contract = !app.requires.is_empty();
    for contract in &app.requires {
        let catalogue = known.iter().position(|(at, _)| *at == contract.schema);
        let mut tables: Vec<(SmolStr, Value)> = Vec::new();
        for required in &contract.tables {
            let wanted = catalogue.and_then(|at| {
                let (_, catalogue) = known.get(at)?;
                let own = place_of(catalogue, &required.table.value)?;
                let is_it =
                    |it: &&Needs| it.schema == at && place_of(catalogue, &it.table) == Some(own);
                needs.iter().find(is_it)
            });
            if let Some(wanted) = wanted {
                is_told.insert((wanted.schema, wanted.table.clone()));
            }
            let place = sources.place(required.table.span);
            tables.push((
                required.table.value.clone(),
                together(required, wanted, &place, &mut lacks),
            ));
        }
        for wanted in needs.iter().filter(|it| Some(it.schema) == catalogue) {
            if is_told.insert((wanted.schema, wanted.table.clone())) {
                let place = sources.place(contract.span);
                lacks.push(format!("{place}: `requires` lacks table {}", name(&wanted.table)));
                tables.push((wanted.table.clone(), access(&wanted.reads, &wanted.writes)));
            }
        }
        block.push((schema_name(contract.schema).into(), Map::of_distinct(tables)));
    }
    for (at, (schema, _)) in known.iter().enumerate() {
        let new: Vec<&Needs> = needs
            .iter()
            .filter(|it| it.schema == at && !is_told.contains(&(at, it.table.clone())))
            .collect();
        if new.is_empty() {
            continue;
        }
        if has_contract {
            let place = sources.place(app.common.place);
            lacks.push(format!("{place}: `requires` lacks Schema {}", name(schema_name(*schema))));
        }
        let tables = new.iter().map(|it| (it.table.clone(), access(&it.reads, &it.writes)));
        block.push((schema_name(*schema).into(), Map::of_distinct(tables)));
    }
    for it in needs {
        let place = || sources.place(app.common.place);
        if it.has_unlike_inserts {
            remarks.push(format!(
                "{}: the INSERTs into {} have no column in common, so that `write` cannot express them",
                place(),
                name(&it.table)
            ));
        }
        for (columns, word) in [(&it.reads, "read"), (&it.writes, "write")] {
            let untyped: Vec<&SmolStr> =
                columns.iter().filter(|(_, family)| family.is_none()).map(|(it, _)| it).collect();
            if let Some(first) = untyped.first().filter(|_| untyped.len() < columns.len()) {
                remarks.push(format!(
                    "{}: `{word}` of {} has no types: that of {} belongs to no family",
                    place(),
                    name(&it.table),
                    name(first)
                ));
            }
        }
    }
    if has_contract && lacks.is_empty() {
        let place = sources.place(app.common.place);
        lacks.push(format!("{place}: `requires` lacks nothing that this SQL needs"));
    }
    remarks.extend(lacks);
    if block.is_empty() {
        return Map::new();
    }
    Map::of_distinct([(SmolStr::new_static("requires"), Map::of_distinct(block))])
}

/// Where a table or view is created, by its name in a contract.
fn place_of(catalogue: &Catalogue, written: &str) -> Option<Span> {
    let table = catalogue.table_called(written).map(|table| table.name.span());
    table.or_else(|| catalogue.view_called(written).map(|view| view.name.span()))
}

type Columns = Vec<(SmolStr, Option<Family>)>;

/// What a contract requires of a table and what SQL needs of it, and what the contract lacks.
fn together(
    required: &Requirement,
    wanted: Option<&Needs>,
    place: &str,
    lacks: &mut Vec<String>,
) -> Value {
    let own = |columns: &[Needed]| -> Columns {
        columns.iter().map(|needed| (needed.column.value.clone(), needed.family)).collect()
    };
    let (mut reads, mut writes) = (own(&required.reads), own(&required.writes));
    let Some(wanted) = wanted else { return access(&reads, &writes) };
    let has = |columns: &Columns, column: &str| {
        columns.iter().any(|(it, _)| it.eq_ignore_ascii_case(column))
    };
    let of_table = |column: &str| name(&format!("{}.{column}", required.table.value));
    let has_rows = !wanted.writes.is_empty() || wanted.has_unlike_inserts;
    if has_rows && writes.is_empty() {
        for (column, _) in &wanted.writes {
            lacks.push(format!("{place}: `requires` lacks {} in `write`", of_table(column)));
        }
        writes.clone_from(&wanted.writes);
    } else if has_rows {
        let (kept, moved): (Columns, Columns) =
            writes.iter().cloned().partition(|(column, _)| has(&wanted.writes, column));
        for (column, _) in &moved {
            lacks.push(format!(
                "{place}: not every INSERT names {}: it belongs in `read`",
                of_table(column)
            ));
        }
        let more = wanted.writes.iter().filter(|(column, _)| !has(&writes, column)).cloned();
        let more: Columns = more.collect();
        let word = if moved.is_empty() { "write" } else { "read" };
        for (column, _) in &more {
            lacks.push(format!("{place}: `requires` lacks {} in `{word}`", of_table(column)));
        }
        writes = kept;
        // If the contract knows of INSERTs that name fewer columns, these are not named by all.
        if moved.is_empty() {
            writes.extend(more);
        } else {
            reads.extend(more);
        }
        let moved = moved.into_iter().filter(|(column, _)| !has(&reads, column));
        let moved: Columns = moved.collect();
        reads.extend(moved);
    }
    for (column, family) in &wanted.reads {
        if !has(&reads, column) {
            lacks.push(format!("{place}: `requires` lacks {} in `read`", of_table(column)));
            reads.push((column.clone(), *family));
        }
    }
    access(&reads, &writes)
}

/// A table's entry: a list of what is read, or `{read, write}`.
fn access(reads: &Columns, writes: &Columns) -> Value {
    if writes.is_empty() && reads.iter().all(|(_, family)| family.is_none()) {
        return columns(reads);
    }
    let mut map = Map::new();
    if !reads.is_empty() {
        map.set("read", columns(reads));
    }
    if !writes.is_empty() {
        map.set("write", columns(writes));
    }
    Value::Map(map)
}

/// Columns with their types; a list where one has none.
fn columns(columns: &Columns) -> Value {
    let text = |text: &str| Value::String(text.into());
    if columns.iter().any(|(_, family)| family.is_none()) || columns.is_empty() {
        return Value::List(columns.iter().map(|(column, _)| text(column)).collect());
    }
    let typed = columns
        .iter()
        .filter_map(|(column, family)| Some((column.clone(), text(family.as_ref()?.name()))));
    Value::Map(Map::of_distinct(typed))
}
