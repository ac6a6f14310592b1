//! Problems found in SQL.

use crate::diag::secrets::quote;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;

/// A text is longer than what is read.
pub struct SqlTooLong {
    /// The text.
    pub primary: Span,
    /// The bound.
    pub limit: usize,
    /// What it bounds.
    pub of: &'static str,
}

impl From<SqlTooLong> for Diagnostic {
    fn from(problem: SqlTooLong) -> Diagnostic {
        let message = format!("more than {} {}", problem.limit, problem.of);
        Diagnostic::new(Code::LimitExceeded, problem.primary, message)
            .help("load data by another way than the schema, or split the schema")
    }
}

/// A string, quoted name, dollar quote or comment that is never closed.
pub struct SqlUnterminated {
    /// Where it begins.
    pub primary: Span,
    /// What it is.
    pub what: &'static str,
}

impl From<SqlUnterminated> for Diagnostic {
    fn from(problem: SqlUnterminated) -> Diagnostic {
        let SqlUnterminated { primary, what } = problem;
        Diagnostic::new(Code::SqlUnterminated, primary, format!("this {what} is never closed"))
            .help(format!("close the {what} where it ends"))
    }
}

/// Text that belongs to another program: conflict markers, Markdown fences, a word processor's
/// quotation marks.
pub struct SqlStrayText {
    /// The text.
    pub primary: Span,
    /// What it is.
    pub what: &'static str,
    /// What to do about it.
    pub help: &'static str,
}

impl From<SqlStrayText> for Diagnostic {
    fn from(problem: SqlStrayText) -> Diagnostic {
        let SqlStrayText { primary, what, help } = problem;
        Diagnostic::new(Code::SqlStrayText, primary, format!("{what} is no SQL")).help(help)
    }
}

/// Parentheses that do not match.
pub struct SqlUnbalanced {
    /// Where it was noticed.
    pub primary: Span,
    /// The parenthesis without a partner.
    pub partnerless: Span,
    /// It is an opening one.
    pub opening: bool,
}

impl From<SqlUnbalanced> for Diagnostic {
    fn from(problem: SqlUnbalanced) -> Diagnostic {
        let SqlUnbalanced { primary, partnerless, opening } = problem;
        let (missing, label) = if opening {
            (")", "this one is not closed")
        } else {
            ("(", "this one was not opened")
        };
        Diagnostic::new(
            Code::SqlUnbalanced,
            primary,
            format!("a `{missing}` is missing", missing = quote(&missing)),
        )
        .label(partnerless, label)
        .help(format!("write the `{missing}`, or take the other away", missing = quote(&missing)))
    }
}

/// A comma with nothing to separate.
pub struct SqlStrayComma {
    /// The comma.
    pub primary: Span,
}

impl From<SqlStrayComma> for Diagnostic {
    fn from(problem: SqlStrayComma) -> Diagnostic {
        Diagnostic::new(Code::SqlStrayComma, problem.primary, "this comma separates nothing")
            .help("take it away")
    }
}

/// A keyword with a slip of the keyboard in it.
pub struct SqlMisspelt {
    /// What was written.
    pub primary: Span,
    /// The word.
    pub word: String,
    /// The keyword that is meant.
    pub keyword: &'static str,
}

impl From<SqlMisspelt> for Diagnostic {
    fn from(problem: SqlMisspelt) -> Diagnostic {
        let SqlMisspelt { primary, word, keyword } = problem;
        Diagnostic::new(
            Code::SqlMisspelt,
            primary,
            format!("`{word}` is no SQL keyword", word = quote(&word)),
        )
        .help(format!("did you mean `{keyword}`?", keyword = quote(&keyword)))
    }
}

/// A statement that begins with a word that begins none.
pub struct SqlUnknownVerb {
    /// The word.
    pub primary: Span,
    /// The word.
    pub word: String,
}

impl From<SqlUnknownVerb> for Diagnostic {
    fn from(problem: SqlUnknownVerb) -> Diagnostic {
        let SqlUnknownVerb { primary, word } = problem;
        Diagnostic::new(
            Code::SqlUnknownVerb,
            primary,
            format!("no SQL statement begins with `{word}`", word = quote(&word)),
        )
        .help("a `;` before it may be one too many, or `--` is missing before a comment")
    }
}

/// Two definitions without a comma between them.
pub struct SqlMissingComma {
    /// What the comma should follow.
    pub primary: Span,
    /// What should follow the comma.
    pub next: Span,
}

impl From<SqlMissingComma> for Diagnostic {
    fn from(problem: SqlMissingComma) -> Diagnostic {
        Diagnostic::new(Code::SqlMissingComma, problem.primary, "a comma seems to be missing here")
            .label(problem.next, "the next definition")
            .help("separate the two with a `,`")
    }
}

/// A statement that defines tables and that nobody here can read.
pub struct SqlNotUnderstood {
    /// From where on.
    pub primary: Span,
    /// What stands there.
    pub found: String,
    /// What was expected, if only one thing could be.
    pub expected: Option<&'static str>,
    /// The dialect's grammar is known well enough to make it a warning.
    pub known_dialect: bool,
    /// The dialect's name.
    pub dialect: &'static str,
}

impl From<SqlNotUnderstood> for Diagnostic {
    fn from(problem: SqlNotUnderstood) -> Diagnostic {
        let SqlNotUnderstood { primary, found, expected, known_dialect, dialect } = problem;
        let code = if known_dialect { Code::SqlNotUnderstood } else { Code::SqlNotRead };
        let message = match expected {
            Some(expected) if expected.len() > 3 && expected.starts_with("a ") => {
                format!(
                    "{expected} was expected here, `{found}` is not understood",
                    found = quote(&found)
                )
            }
            Some(expected) => {
                format!(
                    "`{expected}` was expected here, `{found}` is not understood",
                    expected = quote(&expected),
                    found = quote(&found)
                )
            }
            None => format!("`{found}` is not understood here", found = quote(&found)),
        };
        Diagnostic::new(code, primary, message).help(format!(
            "if {dialect} takes the statement, this can be ignored: checks of what it defines are left out"
        ))
    }
}

/// A column without a type.
pub struct SqlMissingType {
    /// The column.
    pub primary: Span,
    /// Its name.
    pub column: String,
}

impl From<SqlMissingType> for Diagnostic {
    fn from(problem: SqlMissingType) -> Diagnostic {
        let SqlMissingType { primary, column } = problem;
        Diagnostic::new(
            Code::SqlMissingType,
            primary,
            format!("column `{column}` has no type", column = quote(&column)),
        )
        .help("write a type behind its name")
    }
}

/// A type that the dialect does not have.
pub struct SqlUnknownType {
    /// The type.
    pub primary: Span,
    /// Its name.
    pub name: String,
    /// The nearest one that there is.
    pub nearest: Option<String>,
    /// The dialect's name.
    pub dialect: &'static str,
}

impl From<SqlUnknownType> for Diagnostic {
    fn from(problem: SqlUnknownType) -> Diagnostic {
        let SqlUnknownType { primary, name, nearest, dialect } = problem;
        let message = format!(
            "{dialect} has no type `{name}`, and none is created here",
            name = quote(&name)
        );
        let diagnostic = Diagnostic::new(Code::SqlUnknownType, primary, message);
        match nearest {
            Some(nearest) => {
                diagnostic.help(format!("did you mean `{nearest}`?", nearest = quote(&nearest)))
            }
            None => diagnostic.help("write one of the types that it has"),
        }
    }
}

/// A reserved word as a bare name.
pub struct SqlReservedWord {
    /// The word.
    pub primary: Span,
    /// The word.
    pub word: String,
    /// How the dialect quotes a name.
    pub quoted: String,
    /// The dialect's name.
    pub dialect: &'static str,
}

impl From<SqlReservedWord> for Diagnostic {
    fn from(problem: SqlReservedWord) -> Diagnostic {
        let SqlReservedWord { primary, word, quoted, dialect } = problem;
        let message = format!(
            "`{word}` is a reserved word in {dialect} and cannot be a bare name",
            word = quote(&word)
        );
        Diagnostic::new(Code::SqlReservedWord, primary, message)
            .help(format!("write {quoted}, or choose another name"))
    }
}

/// Two columns of one table with the same name.
pub struct DuplicateColumn {
    /// The second.
    pub primary: Span,
    /// The first.
    pub first: Span,
    /// Its name.
    pub column: String,
    /// The table's name.
    pub table: String,
}

impl From<DuplicateColumn> for Diagnostic {
    fn from(problem: DuplicateColumn) -> Diagnostic {
        let DuplicateColumn { primary, first, column, table } = problem;
        let message = format!(
            "table `{table}` has the column `{column}` twice",
            table = quote(&table),
            column = quote(&column)
        );
        Diagnostic::new(Code::DuplicateColumn, primary, message)
            .at("the second one")
            .label(first, "the first one")
            .help("take one away, or give it another name")
    }
}

/// Two tables or views with the same name.
pub struct DuplicateTable {
    /// The second.
    pub primary: Span,
    /// The first.
    pub first: Span,
    /// Its name.
    pub table: String,
}

impl From<DuplicateTable> for Diagnostic {
    fn from(problem: DuplicateTable) -> Diagnostic {
        let DuplicateTable { primary, first, table } = problem;
        Diagnostic::new(
            Code::DuplicateTable,
            primary,
            format!("`{table}` is created twice", table = quote(&table)),
        )
        .at("the second time")
        .label(first, "the first time")
        .help("take one away, or write `IF NOT EXISTS`")
    }
}

/// A key of a table on a column that the table does not have.
pub struct UnknownKeyColumn {
    /// The column's name in the key.
    pub primary: Span,
    /// The key, in words: `primary key`.
    pub key: &'static str,
    /// The name.
    pub column: String,
    /// The table.
    pub table: String,
    /// Where the table is created.
    pub created: Span,
    /// The nearest column that there is.
    pub nearest: Option<String>,
}

impl From<UnknownKeyColumn> for Diagnostic {
    fn from(problem: UnknownKeyColumn) -> Diagnostic {
        let UnknownKeyColumn { primary, key, column, table, created, nearest } = problem;
        let message = format!(
            "the {key} names the column `{column}`, which table `{table}` does not have",
            column = quote(&column),
            table = quote(&table)
        );
        let diagnostic =
            Diagnostic::new(Code::UnknownKeyColumn, primary, message).label(created, "the table");
        with_nearest(diagnostic, nearest)
    }
}

/// A foreign key or index that names a table that is not created here.
pub struct UnknownTable {
    /// The name.
    pub primary: Span,
    /// What names it: `foreign key`, `index`.
    pub by: &'static str,
    /// The name.
    pub table: String,
    /// The nearest one that there is.
    pub nearest: Option<String>,
}

impl From<UnknownTable> for Diagnostic {
    fn from(problem: UnknownTable) -> Diagnostic {
        let UnknownTable { primary, by, table, nearest } = problem;
        let message = format!(
            "this {by} names the table `{table}`, which is not created here",
            table = quote(&table)
        );
        with_nearest(Diagnostic::new(Code::UnknownTable, primary, message), nearest)
    }
}

/// A foreign key or index that names a column that its table does not have.
pub struct UnknownColumn {
    /// The name.
    pub primary: Span,
    /// What names it: `foreign key`, `index`.
    pub by: &'static str,
    /// The column.
    pub column: String,
    /// The table.
    pub table: String,
    /// Where the table is created.
    pub created: Span,
    /// The nearest one that there is.
    pub nearest: Option<String>,
}

impl From<UnknownColumn> for Diagnostic {
    fn from(problem: UnknownColumn) -> Diagnostic {
        let UnknownColumn { primary, by, column, table, created, nearest } = problem;
        let message = format!(
            "this {by} names the column `{column}`, which table `{table}` does not have",
            column = quote(&column),
            table = quote(&table)
        );
        let diagnostic =
            Diagnostic::new(Code::UnknownColumn, primary, message).label(created, "the table");
        with_nearest(diagnostic, nearest)
    }
}

fn with_nearest(diagnostic: Diagnostic, nearest: Option<String>) -> Diagnostic {
    match nearest {
        Some(nearest) => {
            diagnostic.help(format!("did you mean `{nearest}`?", nearest = quote(&nearest)))
        }
        None => diagnostic,
    }
}

/// A foreign key with more columns on one side than on the other.
pub struct ForeignKeyColumns {
    /// The columns that it refers to.
    pub primary: Span,
    /// How many refer.
    pub columns: usize,
    /// To how many.
    pub referred: usize,
}

impl From<ForeignKeyColumns> for Diagnostic {
    fn from(problem: ForeignKeyColumns) -> Diagnostic {
        let ForeignKeyColumns { primary, columns, referred } = problem;
        let message =
            format!("the foreign key has {columns} on this side and {referred} on the other");
        Diagnostic::new(Code::ForeignKeyColumns, primary, message)
            .help("name as many columns behind `REFERENCES` as before it")
    }
}

/// One step of a cycle between files.
pub struct CycleStep {
    /// Where a file needs something of the next.
    pub span: Span,
    /// What it needs: `refers to `b``.
    pub what: String,
    /// The file that has it.
    pub file: String,
}

/// The most steps of a cycle that are shown in the files.
const SHOWN_STEPS: usize = 20;

/// Files that need each other.
pub struct SqlFileCycle {
    /// The first step.
    pub primary: Span,
    /// The files, the first one again at the end.
    pub path: Vec<String>,
    /// Every step.
    pub steps: Vec<CycleStep>,
    /// At least one step is a foreign key, which can be added later.
    pub by_foreign_key: bool,
}

impl From<SqlFileCycle> for Diagnostic {
    fn from(problem: SqlFileCycle) -> Diagnostic {
        let SqlFileCycle { primary, path, steps, by_foreign_key } = problem;
        let message = format!("these files need each other: {}", path.join(" -> "));
        let mut diagnostic = Diagnostic::new(Code::SqlFileCycle, primary, message);
        for step in steps.into_iter().take(SHOWN_STEPS) {
            diagnostic = diagnostic
                .label(step.span, format!("{}, which is created in {}", step.what, step.file));
        }
        if by_foreign_key {
            diagnostic.help("take one foreign key out and add it in a file of its own: `ALTER TABLE ... ADD FOREIGN KEY ...`")
        } else {
            diagnostic.help("move one of the statements to a file of its own")
        }
    }
}
