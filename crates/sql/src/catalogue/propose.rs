//! Queries against the catalogues of an application's schemas: which tables and columns it needs, as a
//! contract would say it.
//!
//! What cannot be told is a [`Question`], with its place.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::{SmolStr, StrExt};

use crate::catalogue::family::{Family, family};
use crate::catalogue::{Catalogue, Name, Table, View, fold};
use crate::definition::{Column, Ident, ObjectName};
use crate::query::{Certainty, ColumnUse, Insert, Query, Relation, Scope, Unread, UsedColumn};
use crate::source::Span;

/// What queries need of schemas.
#[derive(Debug)]
pub struct Proposal<'a> {
    catalogues: &'a [&'a Catalogue],
    tables: BTreeMap<(usize, Name), Proposed<'a>>,
    /// What cannot be told, in the order in which it was met, each once.
    pub questions: Vec<(Span, Question)>,
    asked: BTreeSet<Question>,
    /// How much of tables may still be looked at.
    steps: usize,
}

/// What cannot be told of a query.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// A part of it was not read.
    Unread(Unread, Span),
    /// No schema has this table.
    NoTable(SmolStr),
    /// Several schemas have it; the first is taken.
    SeveralTables(SmolStr),
    /// A column that the table does not have.
    NoColumn(SmolStr, SmolStr),
    /// No table of the query has such a column.
    Unresolved(SmolStr),
    /// Nothing in the query has this name.
    NoRelation(SmolStr),
    /// All columns are read.
    Every(SmolStr),
    /// Rows are inserted without a list of columns.
    EveryWritten(SmolStr),
    /// Rows are inserted without any column.
    NoneWritten(SmolStr),
    /// There is too much to look at.
    TooMuch,
}

/// What is needed of one table.
#[derive(Clone, Debug)]
struct Proposed<'a> {
    found: Found<'a>,
    reads: BTreeSet<SmolStr>,
    inserts: Option<Inserts>,
}

/// The columns that INSERTs name.
#[derive(Clone, Debug)]
struct Inserts {
    by_all: BTreeSet<SmolStr>,
    by_any: BTreeSet<SmolStr>,
}

#[derive(Clone, Copy, Debug)]
enum Found<'a> {
    Table(&'a Table),
    View(&'a View),
}

/// What is needed of one table, as it is written in a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    /// The schema, by its place among the catalogues.
    pub schema: usize,
    /// The table: `users` or `shop.users`.
    pub table: SmolStr,
    /// What is read, in the order of the table.
    pub reads: Vec<(SmolStr, Option<Family>)>,
    /// What every INSERT names.
    pub writes: Vec<(SmolStr, Option<Family>)>,
    /// Whether rows are inserted, but no column is named by all INSERTs.
    pub has_unlike_inserts: bool,
}

/// A table of a query.
#[derive(Clone, Debug)]
struct Source<'a> {
    names: Vec<SmolStr>,
    schema: Option<SmolStr>,
    kind: SourceKind<'a>,
}

#[derive(Clone, Debug)]
enum SourceKind<'a> {
    /// A table or view of a schema.
    Of((usize, Name), Found<'a>),
    /// A query or function: what it needs is known by itself.
    Derived,
    /// A table that no schema has.
    Unknown,
}

/// The most parts around a part of a query that are looked at.
const MAX_OUTER: usize = 64;

/// Columns that every table has without anybody creating them.
const SYSTEM_COLUMNS: &[&str] =
    &["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid", "rowid", "_rowid_"];

impl<'a> Proposal<'a> {
    /// What nobody has asked yet.
    pub fn new(catalogues: &'a [&'a Catalogue]) -> Proposal<'a> {
        let (tables, questions, asked) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
        Proposal { catalogues, tables, questions, asked, steps: 4_000_000 }
    }

    /// Takes what one query needs.
    pub fn add(&mut self, query: &Query) {
        for (span, why) in &query.unread {
            self.ask(*span, Question::Unread(*why, *span));
        }
        let mut scopes: Vec<Vec<Source<'a>>> = Vec::with_capacity(query.scopes.len());
        for scope in &query.scopes {
            scopes.push(scope.relations.iter().map(|relation| self.source(relation)).collect());
        }
        for (at, scope) in query.scopes.iter().enumerate() {
            let around = around(&query.scopes, at);
            for used in &scope.columns {
                let cost =
                    around.iter().filter_map(|at| scopes.get(*at)).map(|it| it.len() + 1).sum();
                if !self.take(cost) {
                    return self.ask(used.span, Question::TooMuch);
                }
                self.column(query, &scopes, &around, used);
            }
        }
        for insert in &query.inserts {
            self.insert(insert);
        }
    }

    fn take(&mut self, cost: usize) -> bool {
        let left = self.steps.checked_sub(cost);
        self.steps = left.unwrap_or_default();
        left.is_some()
    }

    fn ask(&mut self, span: Span, question: Question) {
        if self.asked.insert(question.clone()) {
            self.questions.push((span, question));
        }
    }

    /// The table or view of a name, and in which schema.
    fn find(&mut self, name: &ObjectName) -> Option<((usize, Name), Found<'a>)> {
        let catalogues = self.catalogues;
        let mut all = catalogues.iter().enumerate().filter_map(|(at, catalogue)| {
            let found = catalogue.table(name).map(Found::Table);
            let found = found.or_else(|| catalogue.view(name).map(Found::View))?;
            Some(((at, catalogue.name(found.name())), found))
        });
        let first = all.next()?;
        if all.next().is_some() {
            self.ask(name.span(), Question::SeveralTables(written(name)));
        }
        Some(first)
    }

    /// What a query finds in its `FROM`.
    fn source(&mut self, relation: &Relation) -> Source<'a> {
        let alias = relation.alias.as_ref().map(|alias| alias.text.to_lowercase_smolstr());
        let Some(table) = &relation.table else {
            let names = alias.into_iter().collect();
            return Source { names, schema: None, kind: SourceKind::Derived };
        };
        let schema = table.schema.as_ref().map(|schema| schema.text.to_lowercase_smolstr());
        let name = table.name.text.to_lowercase_smolstr();
        let names = vec![alias.unwrap_or(name)];
        let kind = match self.find(table) {
            Some((key, found)) => {
                self.needed(key.clone(), found);
                SourceKind::Of(key, found)
            }
            None => {
                self.ask(table.span(), Question::NoTable(written(table)));
                SourceKind::Unknown
            }
        };
        Source { names, schema, kind }
    }

    fn needed(&mut self, key: (usize, Name), found: Found<'a>) -> &mut Proposed<'a> {
        let nothing = || Proposed { found, reads: BTreeSet::new(), inserts: None };
        self.tables.entry(key).or_insert_with(nothing)
    }

    fn column(
        &mut self,
        query: &Query,
        scopes: &[Vec<Source<'a>>],
        around: &[usize],
        used: &ColumnUse,
    ) {
        let sources = |at: &usize| scopes.get(*at).map_or(&[][..], Vec::as_slice);
        match (&used.of, &used.column) {
            (Some(of), column) => {
                let wanted = of.name.text.to_lowercase_smolstr();
                let schema = of.schema.as_ref().map(|schema| schema.text.to_lowercase_smolstr());
                let is_it = |source: &&Source<'_>| {
                    source.names.contains(&wanted)
                        && (schema.is_none() || source.schema.is_none() || source.schema == schema)
                };
                let found = around.iter().find_map(|at| sources(at).iter().find(is_it));
                let Some(source) = found else {
                    return self.ask(used.span, Question::NoRelation(written(of)));
                };
                match column {
                    UsedColumn::Named(name) => self.read(source, name, used.span),
                    UsedColumn::Every => self.every(source, used.span),
                }
            }
            (None, UsedColumn::Every) => {
                for source in around.first().map(sources).unwrap_or_default() {
                    // An INSERT's `excluded` is the table once more.
                    self.every(source, used.span);
                }
            }
            (None, UsedColumn::Named(name)) => {
                for at in around {
                    let mut is_found = false;
                    for source in sources(at) {
                        let has_it = match &source.kind {
                            SourceKind::Of((at, _), found) => self.has(*at, *found, name),
                            SourceKind::Derived | SourceKind::Unknown => false,
                        };
                        if has_it {
                            self.read(source, name, used.span);
                            is_found = true;
                            if used.certainty == Certainty::Assigned {
                                return;
                            }
                        }
                    }
                    if is_found {
                        return;
                    }
                    let lower = name.text.to_lowercase_smolstr();
                    let Some(is_output) = self.is_output(query, *at, &lower) else {
                        return self.ask(used.span, Question::TooMuch);
                    };
                    if is_output {
                        return;
                    }
                    if let Some(row) = sources(at).iter().find(|it| it.names.contains(&lower)) {
                        return self.every(row, used.span);
                    }
                }
                self.unresolved(sources, around, used, name);
            }
        }
    }

    /// Whether a result has this name; nothing if there are too many to look at.
    fn is_output(&mut self, query: &Query, at: usize, lower: &SmolStr) -> Option<bool> {
        let scope = query.scopes.get(at)?;
        // `ORDER BY` at the end of a UNION names columns of the first query.
        let first = scope.first.and_then(|first| query.scopes.get(first));
        let n_columns = first.map_or(0, |first| first.columns.len() + first.outputs.len());
        self.take(scope.outputs.len() + n_columns).then_some(())?;
        let is_column = |used: &ColumnUse| match &used.column {
            UsedColumn::Named(name) => name.text.to_lowercase() == lower.as_str(),
            UsedColumn::Every => false,
        };
        let is_of_first =
            |first: &Scope| first.outputs.contains(lower) || first.columns.iter().any(is_column);
        Some(scope.outputs.contains(lower) || first.is_some_and(is_of_first))
    }

    /// A column that no table of the query has.
    fn unresolved<'s>(
        &mut self,
        sources: impl Fn(&usize) -> &'s [Source<'a>],
        around: &[usize],
        used: &ColumnUse,
        name: &Ident,
    ) where
        'a: 's,
    {
        let lower = name.text.to_lowercase();
        if used.certainty == Certainty::Perhaps || SYSTEM_COLUMNS.contains(&lower.as_str()) {
            return;
        }
        let mut all = around.iter().flat_map(sources);
        let is_explained = |source: &Source<'_>| match &source.kind {
            SourceKind::Derived | SourceKind::Unknown => true,
            SourceKind::Of(..) => false,
        };
        if all.any(is_explained) {
            return;
        }
        self.ask(used.span, Question::Unresolved(name.text.clone()));
    }

    fn has(&self, at: usize, found: Found<'a>, name: &Ident) -> bool {
        let Some(catalogue) = self.catalogues.get(at) else { return false };
        match found {
            Found::Table(table) => table.column(catalogue.dialect, name).is_some(),
            Found::View(view) => view.has_column_called(&name.text),
        }
    }

    /// Reads one column of a table.
    fn read(&mut self, source: &Source<'a>, name: &Ident, span: Span) {
        let SourceKind::Of(key, found) = &source.kind else { return };
        match self.own_name(key.0, *found, name) {
            Some(column) => {
                self.needed(key.clone(), *found).reads.insert(column);
            }
            None if SYSTEM_COLUMNS.contains(&&*name.text.to_lowercase()) => {}
            None => {
                let question = Question::NoColumn(found.written(), name.text.clone());
                self.ask(span, question);
            }
        }
    }

    /// A column as the table calls it; of a view whose columns are not known, as the query does.
    fn own_name(&self, at: usize, found: Found<'a>, name: &Ident) -> Option<SmolStr> {
        let catalogue = self.catalogues.get(at)?;
        match found {
            Found::Table(table) => {
                let column = table.column(catalogue.dialect, name);
                column.map(|column| column.name.text.clone())
            }
            Found::View(view) => match &view.columns {
                None => Some(name.text.clone()),
                Some(columns) => {
                    let wanted = fold(catalogue.dialect, name);
                    let is_it = |it: &&Ident| fold(catalogue.dialect, it) == wanted;
                    columns.iter().find(is_it).map(|it| it.text.clone())
                }
            },
        }
    }

    /// Reads all columns of a table.
    fn every(&mut self, source: &Source<'a>, span: Span) {
        let SourceKind::Of(key, found) = &source.kind else { return };
        let columns = found.columns();
        if !self.take(columns.len()) {
            return self.ask(span, Question::TooMuch);
        }
        self.ask(span, Question::Every(found.written()));
        self.needed(key.clone(), *found).reads.extend(columns);
    }

    fn insert(&mut self, insert: &Insert) {
        let Some((key, found)) = self.find(&insert.table) else {
            return self.ask(insert.span, Question::NoTable(written(&insert.table)));
        };
        let mut named = BTreeSet::new();
        match &insert.columns {
            Some(columns) if columns.is_empty() => {
                return self.ask(insert.span, Question::NoneWritten(found.written()));
            }
            Some(columns) => {
                for column in columns {
                    match self.own_name(key.0, found, column) {
                        Some(column) => {
                            named.insert(column);
                        }
                        None => {
                            let table = found.written();
                            self.ask(column.span, Question::NoColumn(table, column.text.clone()));
                        }
                    }
                }
            }
            None => {
                self.ask(insert.span, Question::EveryWritten(found.written()));
                if !self.take(found.columns().len()) {
                    return self.ask(insert.span, Question::TooMuch);
                }
                named.extend(found.insertable());
            }
        }
        let inserts = &mut self.needed(key, found).inserts;
        *inserts = Some(match inserts.take() {
            None => Inserts { by_any: named.clone(), by_all: named },
            Some(Inserts { by_all, mut by_any }) => {
                let by_all = by_all.intersection(&named).cloned().collect();
                by_any.extend(named);
                Inserts { by_all, by_any }
            }
        });
    }

    /// What is needed of each table, by schema and name.
    pub fn needs(&self) -> Vec<Needs> {
        let needs = |((schema, name), proposed): (&(usize, Name), &Proposed<'a>)| {
            let Proposed { found, reads, inserts } = proposed;
            let catalogue = self.catalogues.get(*schema)?;
            let mut reads = reads.clone();
            let mut writes = BTreeSet::new();
            let mut has_unlike_inserts = false;
            if let Some(Inserts { by_all, by_any }) = inserts {
                has_unlike_inserts = by_all.is_empty();
                reads.extend(by_any.difference(by_all).cloned());
                writes.clone_from(by_all);
            }
            let table = match &name.schema {
                Some(schema) => SmolStr::new(format!("{schema}.{}", found.name().name.text)),
                None => found.name().name.text.clone(),
            };
            let reads = found.typed(catalogue, &reads, false);
            let writes = found.typed(catalogue, &writes, true);
            Some(Needs { schema: *schema, table, reads, writes, has_unlike_inserts })
        };
        self.tables.iter().filter_map(needs).collect()
    }
}

/// A part of a query and those around it, the innermost first.
fn around(scopes: &[Scope], at: usize) -> Vec<usize> {
    let outer = |at: &usize| scopes.get(*at).and_then(|scope| scope.parent);
    std::iter::successors(Some(at), outer).take(MAX_OUTER).collect()
}

/// A name as people write it.
fn written(name: &ObjectName) -> SmolStr {
    match &name.schema {
        Some(schema) => SmolStr::new(format!("{}.{}", schema.text, name.name.text)),
        None => name.name.text.clone(),
    }
}

impl<'a> Found<'a> {
    fn name(self) -> &'a ObjectName {
        match self {
            Found::Table(table) => &table.name,
            Found::View(view) => &view.name,
        }
    }

    fn written(self) -> SmolStr {
        written(self.name())
    }

    fn columns(self) -> Vec<SmolStr> {
        match self {
            Found::Table(table) => table.columns.iter().map(|it| it.name.text.clone()).collect(),
            Found::View(view) => {
                let columns = view.columns.iter().flatten();
                columns.map(|column| column.text.clone()).collect()
            }
        }
    }

    /// The columns that an INSERT without a list gives values to.
    fn insertable(self) -> Vec<SmolStr> {
        match self {
            Found::Table(table) => {
                let columns = table.columns.iter().filter(|column| !column.generated);
                columns.map(|column| column.name.text.clone()).collect()
            }
            Found::View(_) => self.columns(),
        }
    }

    /// Columns in the table's order, each with its family.
    fn typed(
        self,
        catalogue: &Catalogue,
        wanted: &BTreeSet<SmolStr>,
        is_written: bool,
    ) -> Vec<(SmolStr, Option<Family>)> {
        match self {
            Found::Table(table) => {
                let columns = table.columns.iter().filter(|it| wanted.contains(&it.name.text));
                let typed = |column: &Column| {
                    (column.name.text.clone(), family_of(catalogue, column, is_written))
                };
                columns.map(typed).collect()
            }
            // The types of a view are not known.
            Found::View(_) => wanted.iter().map(|column| (column.clone(), None)).collect(),
        }
    }
}

/// The family of a column, where a contract can rely on it.
fn family_of(catalogue: &Catalogue, column: &Column, is_written: bool) -> Option<Family> {
    let data_type = column.data_type.as_ref()?;
    let is_enum = data_type.name == "enum"
        || catalogue.enums.keys().any(|it| it.name.eq_ignore_ascii_case(&data_type.name));
    // An enum takes only some texts.
    match is_enum {
        true => (!is_written).then_some(Family::Text),
        false => family(catalogue.dialect, data_type),
    }
}
