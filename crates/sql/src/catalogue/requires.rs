//! A contract of an App against the catalogue: which tables and columns does it need that the
//! schema does not have?

use smol_str::SmolStr;

use crate::catalogue::Catalogue;
use crate::near::nearest;
use crate::source::{Span, Spanned};

/// A table that an App needs, with the columns that it needs there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The table or view: `users` or `shop.users`.
    pub table: Spanned<SmolStr>,
    /// Its columns.
    pub columns: Vec<Spanned<SmolStr>>,
}

/// What the schema does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing<'a> {
    /// A whole table.
    Table {
        /// The place in the contract.
        required: Span,
        /// Its name.
        table: &'a str,
        /// The nearest table or view that there is.
        nearest: Option<&'a str>,
        /// Why it may be there all the same.
        doubt: Option<Doubt>,
    },
    /// A column.
    Column {
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
        /// Why it may be there all the same.
        doubt: Option<Doubt>,
    },
}

/// Why something that no statement creates may be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// This statement runs SQL that is not in the scripts.
    Dynamic(Span),
    /// A statement that was not read, or a function of an extension, names it; or a file is read in.
    Named,
}

/// How many times the nearest name is looked for in a run: each time reads all of them.
pub const SEARCHES: usize = 200;

/// What of a contract is missing in the catalogue, in the contract's order. `searches` bounds the work
/// for near names.
pub fn missing<'a>(
    catalogue: &'a Catalogue,
    contract: &'a [Requirement],
    searches: &mut usize,
) -> Vec<Missing<'a>> {
    let mut out = Vec::new();
    for required in contract {
        let written = required.table.value.as_str();
        let last = written.rsplit('.').next().unwrap_or(written);
        if let Some(table) = catalogue.table_called(written) {
            if !table.open {
                let names = || table.columns.iter().map(|column| column.name.text.as_str());
                let is_there = |name: &str| table.has_column_called(name);
                let doubt = |name: &str| catalogue.doubt(&[last, name]);
                let created = table.name.span();
                missing_columns(required, is_there, doubt, names, created, searches, &mut out);
            }
        } else if let Some(view) = catalogue.view_called(written) {
            if let Some(columns) = &view.columns {
                let names = || columns.iter().map(|column| column.text.as_str());
                let is_there = |name: &str| view.has_column_called(name);
                let doubt = |name: &str| catalogue.doubt(&[last, name]);
                let created = view.name.span();
                missing_columns(required, is_there, doubt, names, created, searches, &mut out);
            }
        } else {
            let tables = catalogue.tables.values().map(|table| table.name.name.text.as_str());
            let views = catalogue.views.values().map(|view| view.name.name.text.as_str());
            out.push(Missing::Table {
                required: required.table.span,
                table: written,
                nearest: search(last, tables.chain(views), searches),
                doubt: catalogue.doubt(&[last]),
            });
        }
    }
    out
}

fn missing_columns<'a, I: Iterator<Item = &'a str>>(
    required: &'a Requirement,
    is_there: impl Fn(&str) -> bool,
    doubt: impl Fn(&str) -> Option<Doubt>,
    names: impl Fn() -> I,
    created: Span,
    searches: &mut usize,
    out: &mut Vec<Missing<'a>>,
) {
    for wanted in required.columns.iter().filter(|wanted| !is_there(&wanted.value)) {
        out.push(Missing::Column {
            required: wanted.span,
            table: &required.table.value,
            column: &wanted.value,
            created,
            nearest: search(&wanted.value, names(), searches),
            doubt: doubt(&wanted.value),
        });
    }
}

impl Catalogue {
    /// Why something may exist that no statement creates: SQL that is not in the scripts may have
    /// created anything, a statement that was not read what all of these words name.
    fn doubt(&self, words: &[&str]) -> Option<Doubt> {
        match self.dynamic {
            Some(statement) => Some(Doubt::Dynamic(statement)),
            None => words.iter().all(|word| self.may_exist(word)).then_some(Doubt::Named),
        }
    }
}

fn search<'a>(
    wrong: &str,
    names: impl Iterator<Item = &'a str>,
    searches: &mut usize,
) -> Option<&'a str> {
    *searches = searches.checked_sub(1)?;
    nearest(wrong, names)
}
