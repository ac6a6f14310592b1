//! A contract of an App against the catalogue: which tables and columns does it need that the
//! schema does not have?

use crate::catalogue::Catalogue;
use crate::catalogue::definition::Ident;
use crate::diag::nearest;
use crate::source::{Span, Spanned};

/// A table that an App needs, with the columns that it needs there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    /// The table or view: `users` or `shop.users`.
    pub table: Spanned<String>,
    /// Its columns.
    pub columns: Vec<Spanned<String>>,
}

/// What the schema does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A whole table.
    Table {
        /// The place in the contract.
        required: Span,
        /// Its name.
        table: String,
        /// The nearest table or view that there is.
        nearest: Option<String>,
    },
    /// A column.
    Column {
        /// The place in the contract.
        required: Span,
        /// The table's name.
        table: String,
        /// The column's name.
        column: String,
        /// Where the table is created.
        created: Span,
        /// The nearest column that there is.
        nearest: Option<String>,
    },
}

/// What of a contract is missing in the catalogue, in the contract's order. Silent about what a
/// statement that could not be read may have made.
pub fn missing(catalogue: &Catalogue, contract: &[Required]) -> Vec<Missing> {
    let mut out = Vec::new();
    for required in contract {
        let written = required.table.value.as_str();
        let last = written.rsplit('.').next().unwrap_or(written);
        if let Some(table) = catalogue.table_called(written) {
            if !table.open {
                let columns: Vec<&Ident> =
                    table.columns.iter().map(|column| &column.name).collect();
                missing_columns(catalogue, required, &columns, table.name.span(), &mut out);
            }
        } else if let Some(view) = catalogue.view_called(written) {
            if let Some(columns) = &view.columns {
                let columns: Vec<&Ident> = columns.iter().collect();
                missing_columns(catalogue, required, &columns, view.name.span(), &mut out);
            }
        } else if !catalogue.may_exist(last) {
            let tables = catalogue.tables.values().map(|table| table.name.name.text.as_str());
            let views = catalogue.views.values().map(|view| view.name.name.text.as_str());
            out.push(Missing::Table {
                required: required.table.span,
                table: written.to_owned(),
                nearest: nearest(last, tables.chain(views)).map(str::to_owned),
            });
        }
    }
    out
}

fn missing_columns(
    catalogue: &Catalogue,
    required: &Required,
    columns: &[&Ident],
    created: Span,
    out: &mut Vec<Missing>,
) {
    for wanted in &required.columns {
        // As in SQL: a name is found by its exact text, or else regardless of case.
        let found = columns.iter().any(|column| {
            column.text == wanted.value
                || super::fold(catalogue.dialect, column) == wanted.value
                || column.text.eq_ignore_ascii_case(&wanted.value)
        });
        if !found {
            let names = columns.iter().map(|column| column.text.as_str());
            out.push(Missing::Column {
                required: wanted.span,
                table: required.table.value.clone(),
                column: wanted.value.clone(),
                created,
                nearest: nearest(&wanted.value, names).map(str::to_owned),
            });
        }
    }
}
