//! A contract of an App against the catalogue: does the schema have what the App reads, and does it
//! take what the App writes?
//!
//! What is not certain is a [`Doubt`]: neither a mistake nor a promise.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::catalogue::build::is_system_column;
use crate::catalogue::family::{Family, family};
use crate::catalogue::{Catalogue, Table, fold};
use crate::definition::{Class, Column, Property, PropertyKind};
use crate::dialect::grammar::Costs;
use crate::near::nearest;
use crate::source::{Span, Spanned};

/// A table that an App needs, with the columns that it needs there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The table or view: `users` or `shop.users`.
    pub table: Spanned<SmolStr>,
    /// The columns that it reads.
    pub reads: Vec<Needed>,
    /// The columns that its INSERTs name; empty where it inserts nothing.
    pub writes: Vec<Needed>,
}

/// A column that an App needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// Its name.
    pub column: Spanned<SmolStr>,
    /// What kind of values it has to hold, where that was written.
    pub family: Option<Family>,
}

/// What the schema does not keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach<'a> {
    /// It has no such table.
    NoTable {
        /// The place in the contract.
        required: Span,
        /// Its name.
        table: &'a str,
        /// The nearest table or view that there is.
        nearest: Option<&'a str>,
    },
    /// The table has no such column.
    NoColumn {
        /// The place in the contract.
        required: Span,
        /// The table's name.
        table: &'a str,
        /// The column's name.
        column: &'a str,
        /// Where the table is created.
        created: Span,
        /// The nearest column that there is.
        nearest: Option<&'a str>,
    },
    /// An INSERT has to name this column, and the App's does not.
    Mandatory {
        /// The place of the table in the contract.
        required: Span,
        /// The table's name.
        table: &'a str,
        /// The column.
        column: &'a str,
        /// Where the column is created.
        created: Span,
    },
    /// The database computes the column, and refuses an INSERT that names it.
    Generated {
        /// The place in the contract.
        required: Span,
        /// The table's name.
        table: &'a str,
        /// The column.
        column: &'a str,
        /// Where the column is created.
        created: Span,
    },
    /// The column holds another kind of values.
    OtherFamily {
        /// The place in the contract.
        required: Span,
        /// The table's name.
        table: &'a str,
        /// The column.
        column: &'a str,
        /// What the App needs.
        wanted: Family,
        /// What the column is.
        found: Family,
        /// Its type, as it was written.
        written: &'a str,
        /// Where the column is created.
        created: Span,
    },
}

/// Why it is not known whether the schema keeps a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt<'a> {
    /// A statement that nobody could read may make the table.
    MayExist(&'a str),
    /// The table may have columns that are not known.
    Open(&'a str),
    /// The columns of a view are not known, or their types, or whether it can be written to.
    View(&'a str),
    /// A trigger or rule of the table may change or refuse what is written.
    Trigger(&'a str),
    /// The type of a column is one of the project's own, or of no known kind.
    Type(&'a str, &'a str),
    /// It is not known whether an INSERT has to name the column, or may.
    Column(&'a str, &'a str),
    /// SQL that is not in the scripts may change anything.
    Dynamic,
    /// What this server does with an INSERT is not known.
    Server,
    /// The contract is too large to check against this schema.
    TooMuch,
}

/// What is found of one contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check<'a> {
    /// What is certainly not kept, in the contract's order.
    pub breaches: Vec<Breach<'a>>,
    /// Why the rest is not certain, each once.
    pub doubts: Vec<Doubt<'a>>,
    /// What no statement creates, and may be there all the same.
    pub unseen: Vec<Unseen<'a>>,
}

/// A table or column that no statement creates, and that may be there all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unseen<'a> {
    /// The place in the contract.
    pub required: Span,
    /// The table.
    pub table: &'a str,
    /// The column, if it is not the table itself.
    pub column: Option<&'a str>,
    /// The nearest name that there is.
    pub nearest: Option<&'a str>,
    /// What may create it.
    pub by: Maker,
}

/// What may have created something that no statement creates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// This statement runs SQL that is not in the scripts.
    Dynamic(Span),
    /// A statement that was not read, or a function of an extension, names it; or a file is read in.
    Named,
}

/// Bounds on the work of a run.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// How many times the nearest name is looked for: each time reads all of them.
    searches: usize,
    /// How much of tables is looked at: a contract may name one table in very many spellings.
    columns: usize,
}

impl Default for Work {
    fn default() -> Work {
        Work { searches: 200, columns: 1_000_000 }
    }
}

impl Work {
    /// Whether so much more may be looked at.
    pub(super) fn take(&mut self, n_looked_at: usize) -> bool {
        let left = self.columns.checked_sub(n_looked_at);
        self.columns = left.unwrap_or_default();
        left.is_some()
    }
}

/// Holds a contract against the catalogue.
pub fn check<'a>(
    catalogue: &'a Catalogue,
    contract: &'a [Requirement],
    work: &mut Work,
) -> Check<'a> {
    let mut out = Check::default();
    for required in contract {
        let written = required.table.value.as_str();
        let last = written.rsplit('.').next().unwrap_or(written);
        if let Some(table) = catalogue.table_called(written) {
            of_table(catalogue, table, required, work, &mut out);
        } else if let Some(view) = catalogue.view_called(written) {
            let is_there = |name: &str| view.has_column_called(name);
            let columns = view.columns.as_deref().unwrap_or_default();
            let names = || columns.iter().map(|column| column.text.as_str());
            let all = || required.reads.iter().chain(&required.writes);
            if view.columns.is_some() {
                let place = (written, view.name.span());
                for needed in all().filter(|needed| !is_there(&needed.column.value)) {
                    no_column(catalogue, place, needed, names(), work, &mut out);
                }
            }
            let is_typed = all().any(|needed| needed.family.is_some());
            if view.columns.is_none() || is_typed || !required.writes.is_empty() {
                out.doubts.push(Doubt::View(written));
            }
        } else if let Some(by) = maker(catalogue, written, last) {
            let tables = catalogue.tables.values().map(|table| table.name.name.text.as_str());
            let views = catalogue.views.values().map(|view| view.name.name.text.as_str());
            let nearest = search(last, tables.chain(views), work);
            let (required, column) = (required.table.span, None);
            out.unseen.push(Unseen { required, table: written, column, nearest, by });
            out.doubts.push(Doubt::MayExist(written));
        } else {
            let tables = catalogue.tables.values().map(|table| table.name.name.text.as_str());
            let views = catalogue.views.values().map(|view| view.name.name.text.as_str());
            out.breaches.push(Breach::NoTable {
                required: required.table.span,
                table: written,
                nearest: search(last, tables.chain(views), work),
            });
        }
    }
    if catalogue.dynamic.is_some() {
        out.doubts.push(Doubt::Dynamic);
    }
    out.doubts.sort_unstable();
    out.doubts.dedup();
    out
}

fn of_table<'a>(
    catalogue: &'a Catalogue,
    table: &'a Table,
    required: &'a Requirement,
    work: &mut Work,
    out: &mut Check<'a>,
) {
    let written = required.table.value.as_str();
    if table.open {
        out.doubts.push(Doubt::Open(written));
    }
    let names = || table.columns.iter().map(|column| column.name.text.as_str());
    let place = (written, table.name.span());
    let uses = required.reads.iter().map(|needed| (needed, false));
    for (needed, is_written) in uses.chain(required.writes.iter().map(|needed| (needed, true))) {
        match table.column_called(&needed.column.value) {
            Some(column) => {
                of_column(catalogue, (written, column), needed, is_written, out);
            }
            None if table.open => {}
            // SQLite's `rowid`, PostgreSQL's `ctid`: every table has it.
            None if is_system_column(catalogue.dialect, &needed.column.value.to_lowercase()) => {}
            None => no_column(catalogue, place, needed, names(), work, out),
        }
    }
    if !required.writes.is_empty() {
        inserted(catalogue, table, required, work, out);
    }
}

/// What an INSERT of the contract leaves out.
fn inserted<'a>(
    catalogue: &'a Catalogue,
    table: &'a Table,
    required: &'a Requirement,
    work: &mut Work,
    out: &mut Check<'a>,
) {
    if !work.take(table.columns.len() + catalogue.definitions.len()) {
        return out.doubts.push(Doubt::TooMuch);
    }
    let dialect = catalogue.dialect;
    let written = required.table.value.as_str();
    let named: BTreeSet<String> = required
        .writes
        .iter()
        .filter_map(|needed| table.column_called(&needed.column.value))
        .map(|column| fold(dialect, &column.name).into_owned())
        .collect();
    let is_measured = dialect.grammar().server.costs != Costs::Unknown;
    let left_out = |column: &&Column| !named.contains(&*fold(dialect, &column.name));
    let mut domains: Option<BTreeSet<&str>> = None;
    let mut has_trigger: Option<bool> = None;
    for column in table.columns.iter().filter(left_out) {
        let name = column.name.text.as_str();
        if may_be_left_out(column) {
            // A domain may forbid NULL, and need not be in the column's own definition.
            let domain =
                column.data_type.as_ref().filter(|of| !of.known && column.default.is_none());
            let is_domain = domain.is_some_and(|of| {
                let domains = domains.get_or_insert_with(|| domain_names(catalogue));
                domains.contains(of.name.as_str()) || catalogue.may_exist(&of.name)
            });
            if is_domain {
                out.doubts.push(Doubt::Column(written, name));
            }
        } else if !is_measured {
            out.doubts.push(Doubt::Server);
        } else if catalogue.dynamic.is_some() {
            out.doubts.push(Doubt::Dynamic);
        } else if *has_trigger.get_or_insert_with(|| has_triggers(catalogue, table)) {
            out.doubts.push(Doubt::Trigger(written));
        } else if may_have_a_default(catalogue, column) {
            out.doubts.push(Doubt::Column(written, name));
        } else {
            out.breaches.push(Breach::Mandatory {
                required: required.table.span,
                table: written,
                column: name,
                created: column.name.span,
            });
        }
    }
}

/// The names of the schema's domains.
fn domain_names(catalogue: &Catalogue) -> BTreeSet<&str> {
    let domains = catalogue.definitions.values().filter(|of| of.class == Class::Domain);
    domains.filter_map(|of| of.name.as_ref()).map(|name| name.name.text.as_str()).collect()
}

/// Whether a row can be inserted without a value for it. A default that is a null in disguise
/// (`NULL::text`, as pg_dump writes it) is none.
fn may_be_left_out(column: &Column) -> bool {
    let is_null = |text: &SmolStr| {
        let text = text.trim_start_matches(['(', ' ']);
        let (word, rest) = text.split_at_checked(4).unwrap_or((text, ""));
        let goes_on = |letter: char| letter.is_alphanumeric() || letter == '_';
        word.eq_ignore_ascii_case("null") && !rest.starts_with(goes_on)
    };
    let is_null = column.default.as_ref().is_some_and(is_null);
    match column.not_null && is_null {
        true => column.generated || column.identity,
        false => column.is_optional(),
    }
}

/// Whether the server may have a default where none is written: the first label of MySQL's enums,
/// the `timestamp` of older servers, the default of a domain.
fn may_have_a_default(catalogue: &Catalogue, column: &Column) -> bool {
    let dialect = catalogue.dialect;
    let Some(data_type) = &column.data_type else { return true };
    match dialect.grammar().types.sized_texts {
        true => matches!(data_type.name.as_str(), "enum" | "timestamp"),
        false => family(dialect, data_type).is_none() && !is_enum(catalogue, column),
    }
}

/// Whether a column has an enum that the schema creates.
fn is_enum(catalogue: &Catalogue, column: &Column) -> bool {
    column.data_type.as_ref().is_some_and(|of| catalogue.has_enum_called(&of.name))
}

/// Whether something of the table runs when a row comes.
pub(super) fn has_triggers(catalogue: &Catalogue, table: &Table) -> bool {
    let name = catalogue.name(&table.name);
    let mut all = catalogue.definitions.values();
    all.any(|defined| {
        matches!(defined.class, Class::Trigger | Class::Rule)
            && defined.on.as_ref().is_none_or(|on| catalogue.name(on).name == name.name)
    })
}

/// What may have created a table; a statement that was not read may also have renamed its schema.
fn maker(catalogue: &Catalogue, written: &str, last: &str) -> Option<Maker> {
    let of_schema = || {
        let (schema, _) = written.rsplit_once('.')?;
        catalogue.maker(&[schema])
    };
    catalogue.maker(&[last]).or_else(of_schema)
}

/// One column that is read or written.
fn of_column<'a>(
    catalogue: &'a Catalogue,
    (table, column): (&'a str, &'a Column),
    needed: &'a Needed,
    is_written: bool,
    out: &mut Check<'a>,
) {
    let dialect = catalogue.dialect;
    let (required, created) = (needed.column.span, column.name.span);
    let name = column.name.text.as_str();
    if is_written && (column.generated || column.identity) {
        let numbering = |of: &&Property| of.kind == PropertyKind::Numbering;
        let numbering = column.properties.iter().find(numbering);
        let costs = dialect.grammar().server.costs;
        let is_always = match (column.generated, numbering.map(|of| of.value.as_str()), costs) {
            (_, _, Costs::Unknown) => None,
            (true, _, _) | (false, Some("always"), Costs::Postgres) => Some(true),
            (false, Some("by default"), Costs::Postgres) => Some(false),
            // `serial` is a default.
            (false, None, Costs::Postgres) => is_serial(column).then_some(false),
            (false, Some(_), Costs::Postgres) => None,
            (false, _, Costs::MariaDb | Costs::MySql) => Some(false),
        };
        match is_always {
            Some(true) if catalogue.dynamic.is_some() => out.doubts.push(Doubt::Dynamic),
            Some(true) => {
                out.breaches.push(Breach::Generated { required, table, column: name, created });
            }
            Some(false) => {}
            None => out.doubts.push(Doubt::Column(table, name)),
        }
    }
    let Some(wanted) = needed.family else { return };
    let Some(data_type) = &column.data_type else {
        return out.doubts.push(Doubt::Type(table, name));
    };
    let found = match family(dialect, data_type) {
        Some(found) => found,
        // Clients read and write its labels as text, of which it takes only some.
        None if is_enum(catalogue, column) && wanted != Family::Text => Family::Text,
        None if is_enum(catalogue, column) && !is_written => return,
        None => return out.doubts.push(Doubt::Type(table, name)),
    };
    if is_written && wanted == Family::Text && data_type.name == "enum" {
        return out.doubts.push(Doubt::Type(table, name));
    }
    if !wanted.is_kept_by(found, dialect, is_written) {
        // SQL that is not in the scripts may have changed it; and a server that was not measured may keep
        // values of one kind in another, as SQLite keeps times in texts.
        if catalogue.dynamic.is_some() || dialect.grammar().server.costs == Costs::Unknown {
            return out.doubts.push(Doubt::Type(table, name));
        }
        let written = data_type.text.as_str();
        out.breaches.push(Breach::OtherFamily {
            required,
            table,
            column: name,
            wanted,
            found,
            written,
            created,
        });
    }
}

fn is_serial(column: &Column) -> bool {
    column.data_type.as_ref().is_some_and(|of| of.name.contains("serial"))
}

/// A column that no statement creates: an error, unless something else may have.
fn no_column<'a>(
    catalogue: &Catalogue,
    (table, created): (&'a str, Span),
    needed: &'a Needed,
    names: impl Iterator<Item = &'a str>,
    work: &mut Work,
    out: &mut Check<'a>,
) {
    let (required, column) = (needed.column.span, needed.column.value.as_str());
    let nearest = search(column, names, work);
    let last = table.rsplit('.').next().unwrap_or(table);
    match catalogue.maker(&[last, column]) {
        Some(by) => {
            let column = Some(column);
            out.unseen.push(Unseen { required, table, column, nearest, by });
            out.doubts.push(Doubt::Open(table));
        }
        None => out.breaches.push(Breach::NoColumn { required, table, column, created, nearest }),
    }
}

impl Catalogue {
    /// Why something may exist that no statement creates: SQL that is not in the scripts may have
    /// created anything, a statement that was not read what all of these words name.
    fn maker(&self, words: &[&str]) -> Option<Maker> {
        match self.dynamic {
            Some(statement) => Some(Maker::Dynamic(statement)),
            None => words.iter().all(|word| self.may_exist(word)).then_some(Maker::Named),
        }
    }
}

fn search<'a>(
    wrong: &str,
    names: impl Iterator<Item = &'a str>,
    work: &mut Work,
) -> Option<&'a str> {
    work.searches = work.searches.checked_sub(1)?;
    nearest(wrong, names)
}
