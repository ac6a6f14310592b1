//! What is found wrong in SQL, as data: how it is put into words is for the caller.
//!
//! Each problem is a struct, and [`Problem`] is any one of them. The readers hand them to a
//! [`Sink`] in the order in which they find them, and carry on.

use crate::source::Span;

/// Where problems go.
pub trait Sink {
    /// Takes a problem.
    fn take(&mut self, problem: Problem);

    /// Takes a problem that is costly to describe, where there may be very many of them: a sink that
    /// is full need not call `describe`.
    fn take_with(&mut self, describe: &mut dyn FnMut() -> Problem) {
        self.take(describe());
    }
}

impl dyn Sink + '_ {
    /// Reports any of the problems.
    pub(crate) fn report(&mut self, problem: impl Into<Problem>) {
        self.take(problem.into());
    }

    /// Reports a problem that is described only where it is kept.
    pub(crate) fn report_with<P: Into<Problem>>(&mut self, mut describe: impl FnMut() -> P) {
        self.take_with(&mut || describe().into());
    }
}

/// Keeps all of them.
impl Sink for Vec<Problem> {
    fn take(&mut self, problem: Problem) {
        self.push(problem);
    }
}

/// Lists the structs once, for the enum and for the way from each struct into it.
macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Something that is wrong in SQL.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Problem {
            $($(#[$doc])* $name($name),)*
        }

        impl Problem {
            /// Where it is.
            pub fn primary(&self) -> Span {
                match self {
                    $(Problem::$name(problem) => problem.primary,)*
                }
            }

            /// What it is called here.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Problem::$name(_) => stringify!($name),)*
                }
            }
        }

        $(impl From<$name> for Problem {
            fn from(problem: $name) -> Problem {
                Problem::$name(problem)
            }
        })*
    };
}

problems! {
    /// A text is longer than what is read.
    TooLong,
    /// A `DELIMITER` that is longer than what each token is compared with.
    LongDelimiter,
    /// A string, quoted name, dollar quote or comment that is never closed.
    Unterminated,
    /// Text that belongs to another program: conflict markers, Markdown fences, a word processor's
    /// quotation marks.
    StrayText,
    /// Parentheses that do not match.
    Unbalanced,
    /// A comma with nothing to separate.
    StrayComma,
    /// A keyword with a slip of the keyboard in it.
    Misspelt,
    /// A statement that begins with a word that begins none.
    UnknownVerb,
    /// Two definitions without a comma between them.
    MissingComma,
    /// A statement that defines tables and that nobody here can read.
    NotUnderstood,
    /// A column without a type.
    MissingType,
    /// A type that the dialect does not have.
    UnknownType,
    /// A reserved word as a bare name.
    ReservedWord,
    /// Two columns of one table with the same name.
    DuplicateColumn,
    /// Two tables or views with the same name.
    DuplicateTable,
    /// A key of a table on a column that the table does not have.
    UnknownKeyColumn,
    /// A foreign key or index that names a table that is not created here.
    UnknownTable,
    /// A foreign key or index that names a column that its table does not have.
    UnknownColumn,
    /// A foreign key with more columns on one side than on the other.
    ForeignKeyColumns,
    /// What a server refuses although every word of it can be read.
    Refused,
}

/// A text is longer than what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// The text.
    pub primary: Span,
    /// The bound.
    pub limit: usize,
    /// What it bounds.
    pub of: &'static str,
}

/// A `DELIMITER` that is longer than what each token is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LongDelimiter {
    /// The delimiter.
    pub primary: Span,
    /// The bound, in bytes.
    pub limit: usize,
}

/// A string, quoted name, dollar quote or comment that is never closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unterminated {
    /// Where it begins.
    pub primary: Span,
    /// What it is.
    pub what: &'static str,
}

/// Text that belongs to another program: conflict markers, Markdown fences, a word processor's
/// quotation marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayText {
    /// The text.
    pub primary: Span,
    /// What it is.
    pub what: Stray,
}

/// A text that no database takes and that everybody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stray {
    /// A quotation mark of a word processor.
    Typographic,
    /// A mark that a merge has left.
    ConflictMarker,
    /// A Markdown fence.
    Fence,
}

/// Parentheses that do not match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbalanced {
    /// Where it was noticed.
    pub primary: Span,
    /// The parenthesis without a partner.
    pub partnerless: Span,
    /// It is an opening one.
    pub opening: bool,
}

/// A comma with nothing to separate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayComma {
    /// The comma.
    pub primary: Span,
}

/// A keyword with a slip of the keyboard in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misspelt {
    /// What was written.
    pub primary: Span,
    /// The word.
    pub word: String,
    /// The keyword that is meant.
    pub keyword: &'static str,
}

/// A statement that begins with a word that begins none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownVerb {
    /// The word.
    pub primary: Span,
    /// The word.
    pub word: String,
}

/// Two definitions without a comma between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingComma {
    /// What the comma should follow.
    pub primary: Span,
    /// What should follow the comma.
    pub next: Span,
}

/// A statement that defines tables and that nobody here can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotUnderstood {
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

/// A column without a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingType {
    /// The column.
    pub primary: Span,
    /// Its name.
    pub column: String,
}

/// A type that the dialect does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownType {
    /// The type.
    pub primary: Span,
    /// Its name.
    pub name: String,
    /// The nearest one that there is.
    pub nearest: Option<String>,
    /// The dialect's name.
    pub dialect: &'static str,
}

/// A reserved word as a bare name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservedWord {
    /// The word.
    pub primary: Span,
    /// The word.
    pub word: String,
    /// The same in the dialect's quotes.
    pub quoted: String,
    /// The dialect's name.
    pub dialect: &'static str,
}

/// Two columns of one table with the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// Two tables or views with the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateTable {
    /// The second.
    pub primary: Span,
    /// The first.
    pub first: Span,
    /// Its name.
    pub table: String,
}

/// A key of a table on a column that the table does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// A foreign key or index that names a table that is not created here.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// A foreign key or index that names a column that its table does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// A foreign key with more columns on one side than on the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKeyColumns {
    /// The columns that it refers to.
    pub primary: Span,
    /// How many refer.
    pub columns: usize,
    /// To how many.
    pub referred: usize,
}

/// What a server refuses although every word of it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where it is.
    pub primary: Span,
    /// The other place, where there are two: the first of two names, the table.
    pub other: Option<Span>,
    /// What is wrong.
    pub why: Refusal,
    /// Every server of the dialect refuses it in every setting.
    pub is_certain: bool,
}

/// What a server refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A table with two primary keys.
    SecondPrimaryKey {
        /// The table.
        table: String,
    },
    /// A type with nothing in its parentheses.
    NoArguments {
        /// As it was written.
        data_type: String,
    },
    /// A type without the length that it needs.
    LengthMissing {
        /// The type.
        data_type: String,
    },
    /// An enum without labels.
    LabelsMissing {
        /// The type.
        data_type: String,
    },
    /// A length behind a type that has none.
    LengthOfNothing {
        /// The type.
        data_type: String,
    },
    /// A length that is none.
    OddLength {
        /// As it was written.
        data_type: String,
    },
    /// A name that something else of its kind has.
    NameTwice {
        /// What has it.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A column twice in one key.
    ColumnTwice {
        /// The column.
        column: String,
    },
    /// A column that is added to a table which has it.
    ColumnExists {
        /// The column.
        column: String,
        /// The table.
        table: String,
    },
    /// A label twice in one enum.
    LabelTwice {
        /// The label.
        label: String,
    },
    /// A label that is not a string.
    LabelNoText {
        /// The label.
        label: String,
    },
    /// A second default of a column.
    SecondDefault,
    /// `NULL` and `NOT NULL` of one column.
    NullTwice,
    /// `NOT NULL` with `DEFAULT NULL`.
    NullDefault {
        /// The column.
        column: String,
    },
    /// A default that is not a value of the column's type.
    DefaultType {
        /// The column.
        column: String,
        /// Its type.
        data_type: String,
    },
    /// A column that numbers itself without a key on it.
    NumberedWithoutKey {
        /// The column.
        column: String,
    },
    /// Two columns of one table that number themselves.
    NumberedTwice {
        /// The table.
        table: String,
    },
    /// An `AUTOINCREMENT` column that is not `INTEGER`.
    NumberedType {
        /// The column.
        column: String,
    },
    /// A type that a `STRICT` table does not take.
    StrictType {
        /// The column.
        column: String,
        /// Its type; empty if it has none.
        data_type: String,
    },
    /// A table `WITHOUT ROWID` that has no primary key.
    KeyMissing {
        /// The table.
        table: String,
    },
    /// A foreign key to columns that no key makes unique.
    KeyNotUnique {
        /// The table.
        table: String,
    },
    /// A foreign key between columns of types that are not compared.
    KeyType {
        /// The column.
        column: String,
        /// Its type.
        data_type: String,
        /// The type of the column that it refers to.
        other: String,
    },
    /// A word that only another database has.
    ForeignWord {
        /// The word.
        word: String,
        /// The dialect's name.
        dialect: &'static str,
    },
    /// More or fewer values than columns.
    ValueCount {
        /// The columns.
        columns: usize,
        /// The values.
        values: usize,
    },
    /// A name that is close to a known one.
    Unknown {
        /// What it names.
        what: &'static str,
        /// The name.
        name: String,
        /// The known one.
        nearest: String,
    },
}
