//! What a query names: the tables and columns of one `SELECT`, `INSERT`, `UPDATE`, `DELETE` or
//! `MERGE`, before anybody knows which of them exist.

use crate::definition::{Ident, ObjectName};
use crate::source::Span;

/// One statement that reads or writes rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// All of it.
    pub span: Span,
    /// Its parts that have a `FROM` of their own, each after the one around it.
    pub scopes: Vec<Scope>,
    /// The rows that it inserts.
    pub inserts: Vec<Insert>,
    /// What of it was not read.
    pub unread: Vec<(Span, Unread)>,
}

/// A part of a query in which the same tables can be named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The part around it, whose tables it can name too.
    pub parent: Option<usize>,
    /// The first query of the `UNION` that it is in, whose results `ORDER BY` can name.
    pub first: Option<usize>,
    /// What stands in its `FROM`.
    pub relations: Vec<Relation>,
    /// The columns that it names.
    pub columns: Vec<ColumnUse>,
    /// The names of its results, in lower case: `ORDER BY` can use them.
    pub outputs: Vec<smol_str::SmolStr>,
}

/// Something in a `FROM`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// What it is called in the query, if not by its own name.
    pub alias: Option<Ident>,
    /// The table or view; none where it is a query, a function or a `WITH`.
    pub table: Option<ObjectName>,
}

/// A column that a query names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnUse {
    /// The table before the dot.
    pub of: Option<ObjectName>,
    /// The column.
    pub column: UsedColumn,
    /// Where.
    pub span: Span,
    /// How sure it is that this is a column.
    pub certainty: Certainty,
}

/// Which column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsedColumn {
    /// This one.
    Named(Ident),
    /// All of them: `*`.
    Every,
}

/// How sure it is that a word is a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It stands where only a column can stand.
    Column,
    /// It is the column that a `SET` assigns, which belongs to the first table that has one.
    Assigned,
    /// It may be a word of the language: if no table has such a column, it is none.
    Perhaps,
}

/// Rows that are inserted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insert {
    /// Into which table.
    pub table: ObjectName,
    /// The columns that it names; none where it does not name them.
    pub columns: Option<Vec<Ident>>,
    /// Where.
    pub span: Span,
}

/// Why something was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unread {
    /// It is neither a query nor a change of rows.
    Statement,
    /// It changes the schema.
    Definition,
    /// Something in it is not understood.
    Syntax,
    /// An alias gives a table's columns other names.
    RenamedColumns,
    /// `NATURAL JOIN` compares columns that it does not name.
    Natural,
    /// It is nested too deeply, or names too many tables.
    TooMuch,
}
