//! Problems found in SQL, which the crate `sql` reports as data, put into words.

use sql::catalogue::order::{Cycle, Step};
use sql::definition::UseKind;
use sql::problem::{
    DuplicateColumn, DuplicateTable, ForeignKeyColumns, LongDelimiter, MissingComma, MissingType,
    Misspelt, NotUnderstood, Problem, Refusal, Refused, ReservedWord, Sink, Stray, StrayComma,
    StrayText, TooLong, Unbalanced, UnknownColumn, UnknownKeyColumn, UnknownTable, UnknownType,
    UnknownVerb, Unterminated,
};

use crate::diag::{Code, Diagnostic, Diagnostics, Message, message};

impl Sink for Diagnostics {
    fn take(&mut self, problem: Problem) {
        self.report(problem);
    }

    fn take_with(&mut self, describe: &mut dyn FnMut() -> Problem) {
        self.report_with(describe);
    }
}

impl From<Problem> for Diagnostic {
    fn from(problem: Problem) -> Diagnostic {
        match problem {
            Problem::TooLong(problem) => problem.into(),
            Problem::LongDelimiter(problem) => problem.into(),
            Problem::Unterminated(problem) => problem.into(),
            Problem::StrayText(problem) => problem.into(),
            Problem::Unbalanced(problem) => problem.into(),
            Problem::StrayComma(problem) => problem.into(),
            Problem::Misspelt(problem) => problem.into(),
            Problem::UnknownVerb(problem) => problem.into(),
            Problem::MissingComma(problem) => problem.into(),
            Problem::NotUnderstood(problem) => problem.into(),
            Problem::MissingType(problem) => problem.into(),
            Problem::UnknownType(problem) => problem.into(),
            Problem::ReservedWord(problem) => problem.into(),
            Problem::DuplicateColumn(problem) => problem.into(),
            Problem::DuplicateTable(problem) => problem.into(),
            Problem::UnknownKeyColumn(problem) => problem.into(),
            Problem::UnknownTable(problem) => problem.into(),
            Problem::UnknownColumn(problem) => problem.into(),
            Problem::ForeignKeyColumns(problem) => problem.into(),
            Problem::Refused(problem) => problem.into(),
        }
    }
}

impl From<TooLong> for Diagnostic {
    fn from(problem: TooLong) -> Diagnostic {
        let message = message!("more than {limit} {of}", limit = problem.limit, of = problem.of);
        Diagnostic::new(Code::LimitExceeded, problem.primary, message)
            .help("load data outside the schema, or split the schema")
    }
}

impl From<LongDelimiter> for Diagnostic {
    fn from(problem: LongDelimiter) -> Diagnostic {
        let LongDelimiter { primary, limit } = problem;
        let message = message!("the delimiter has more than {limit} bytes", limit);
        Diagnostic::new(Code::LimitExceeded, primary, message)
            .help("use a short delimiter, for example `//`")
    }
}

impl From<Unterminated> for Diagnostic {
    fn from(problem: Unterminated) -> Diagnostic {
        let Unterminated { primary, what } = problem;
        Diagnostic::new(
            Code::SqlUnterminated,
            primary,
            message!("this {what} is never closed", what),
        )
        .help(message!("add the closing mark of the {what}", what))
    }
}

impl From<StrayText> for Diagnostic {
    fn from(problem: StrayText) -> Diagnostic {
        let StrayText { primary, what } = problem;
        let (what, help) = match what {
            Stray::Typographic => (
                "a typographic quotation mark",
                "write `'` around strings and `\"` or a backtick around names",
            ),
            Stray::ConflictMarker => {
                ("a conflict marker", "finish the merge: keep one side and remove the markers")
            }
            Stray::Fence => ("a Markdown fence", "remove this line"),
        };
        Diagnostic::new(Code::SqlStrayText, primary, message!("{what} is not SQL", what)).help(help)
    }
}

impl From<Unbalanced> for Diagnostic {
    fn from(problem: Unbalanced) -> Diagnostic {
        let Unbalanced { primary, partnerless, opening } = problem;
        let (missing, label) = if opening {
            (")", "this one is never closed")
        } else {
            ("(", "this one was never opened")
        };
        Diagnostic::new(Code::SqlUnbalanced, primary, message!("a `{missing}` is missing", missing))
            .label(partnerless, label)
            .help(message!("add the `{missing}`, or remove the other parenthesis", missing))
    }
}

impl From<StrayComma> for Diagnostic {
    fn from(problem: StrayComma) -> Diagnostic {
        Diagnostic::new(Code::SqlStrayComma, problem.primary, "unexpected comma").help("remove it")
    }
}

impl From<Misspelt> for Diagnostic {
    fn from(problem: Misspelt) -> Diagnostic {
        let Misspelt { primary, word, keyword } = problem;
        Diagnostic::new(
            Code::SqlMisspelt,
            primary,
            message!("`{word}` is not an SQL keyword", word),
        )
        .help(message!("did you mean `{keyword}`?", keyword))
    }
}

impl From<UnknownVerb> for Diagnostic {
    fn from(problem: UnknownVerb) -> Diagnostic {
        let UnknownVerb { primary, word } = problem;
        Diagnostic::new(
            Code::SqlUnknownVerb,
            primary,
            message!("no SQL statement begins with `{word}`", word),
        )
        .help("remove the `;` before it if there is one too many, or add `--` if this is a comment")
    }
}

impl From<MissingComma> for Diagnostic {
    fn from(problem: MissingComma) -> Diagnostic {
        Diagnostic::new(Code::SqlMissingComma, problem.primary, "a comma may be missing here")
            .label(problem.next, "the next definition")
            .help("add a `,` between the two definitions")
    }
}

impl From<NotUnderstood> for Diagnostic {
    fn from(problem: NotUnderstood) -> Diagnostic {
        let NotUnderstood { primary, found, expected, known_dialect, dialect } = problem;
        let found = Message::beginning_of(&found, SHOWN);
        let code = if known_dialect { Code::SqlNotUnderstood } else { Code::SqlNotRead };
        let message = match expected {
            Some(expected) if expected.len() > 3 && expected.starts_with("a ") => {
                message!("expected {expected}, found `{found}`", expected, found)
            }
            Some(expected) => {
                message!("expected `{expected}`, found `{found}`", expected, found)
            }
            None => message!("unexpected `{found}`", found),
        };
        Diagnostic::new(code, primary, message).help(message!(
            "if {dialect} accepts the statement, ignore this: what it defines is not checked",
            dialect
        ))
    }
}

impl From<MissingType> for Diagnostic {
    fn from(problem: MissingType) -> Diagnostic {
        let MissingType { primary, column } = problem;
        Diagnostic::new(
            Code::SqlMissingType,
            primary,
            message!("column `{column}` has no type", column),
        )
        .help("add a type after its name")
    }
}

impl From<UnknownType> for Diagnostic {
    fn from(problem: UnknownType) -> Diagnostic {
        let UnknownType { primary, name, nearest, dialect } = problem;
        let message = message!(
            "{dialect} has no type `{name}`, and this schema does not create it",
            dialect,
            name
        );
        let diagnostic = Diagnostic::new(Code::SqlUnknownType, primary, message);
        match nearest {
            Some(nearest) => diagnostic.help(message!("did you mean `{nearest}`?", nearest)),
            None => diagnostic.help("use a type that {dialect} has"),
        }
    }
}

impl From<ReservedWord> for Diagnostic {
    fn from(problem: ReservedWord) -> Diagnostic {
        let ReservedWord { primary, word, quoted, dialect } = problem;
        let message = message!(
            "`{word}` is a reserved word in {dialect} and cannot be a bare name",
            word,
            dialect
        );
        // Backticks cannot be shown in backticks.
        let quoted = match quoted.starts_with('`') {
            true => message!("it in backticks, {quoted}", quoted),
            false => message!("`{quoted}`", quoted),
        };
        Diagnostic::new(Code::SqlReservedWord, primary, message)
            .help(message!("write {quoted}, or choose another name", quoted))
    }
}

impl From<DuplicateColumn> for Diagnostic {
    fn from(problem: DuplicateColumn) -> Diagnostic {
        let DuplicateColumn { primary, first, column, table } = problem;
        let message = message!("table `{table}` has the column `{column}` twice", table, column);
        Diagnostic::new(Code::DuplicateColumn, primary, message)
            .at("the second one")
            .label(first, "the first one")
            .help("rename or remove one of them")
    }
}

impl From<DuplicateTable> for Diagnostic {
    fn from(problem: DuplicateTable) -> Diagnostic {
        let DuplicateTable { primary, first, table } = problem;
        Diagnostic::new(
            Code::DuplicateTable,
            primary,
            message!("`{table}` is created twice", table),
        )
        .at("created again here")
        .label(first, "first created here")
        .help("remove one of them, or write `IF NOT EXISTS`")
    }
}

impl From<UnknownKeyColumn> for Diagnostic {
    fn from(problem: UnknownKeyColumn) -> Diagnostic {
        let UnknownKeyColumn { primary, key, column, table, created, nearest } = problem;
        let message = message!(
            "the {key} uses the column `{column}`, which table `{table}` does not have",
            key,
            column,
            table
        );
        let diagnostic =
            Diagnostic::new(Code::UnknownKeyColumn, primary, message).label(created, "the table");
        with_nearest(diagnostic, nearest, ADD_COLUMN)
    }
}

impl From<UnknownTable> for Diagnostic {
    fn from(problem: UnknownTable) -> Diagnostic {
        let UnknownTable { primary, by, table, nearest } = problem;
        let message = message!(
            "this {by} uses the table `{table}`, which this schema does not create",
            by,
            table
        );
        let help = "create the table in this schema, or correct the name";
        with_nearest(Diagnostic::new(Code::UnknownTable, primary, message), nearest, help)
    }
}

impl From<UnknownColumn> for Diagnostic {
    fn from(problem: UnknownColumn) -> Diagnostic {
        let UnknownColumn { primary, by, column, table, created, nearest } = problem;
        let message = message!(
            "this {by} uses the column `{column}`, which table `{table}` does not have",
            by,
            column,
            table
        );
        let diagnostic =
            Diagnostic::new(Code::UnknownColumn, primary, message).label(created, "the table");
        with_nearest(diagnostic, nearest, ADD_COLUMN)
    }
}

const ADD_COLUMN: &str = "add the column to the table, or correct the name";

fn with_nearest(
    diagnostic: Diagnostic,
    nearest: Option<String>,
    otherwise: &'static str,
) -> Diagnostic {
    match nearest {
        Some(nearest) => diagnostic.help(message!("did you mean `{nearest}`?", nearest)),
        None => diagnostic.help(otherwise),
    }
}

/// `1 column`, `2 columns`.
fn counted(columns: usize) -> String {
    match columns {
        1 => "1 column".to_owned(),
        more => format!("{more} columns"),
    }
}

impl From<ForeignKeyColumns> for Diagnostic {
    fn from(problem: ForeignKeyColumns) -> Diagnostic {
        let ForeignKeyColumns { primary, columns, referred } = problem;
        let message = message!(
            "the foreign key has {columns} on this side and references {referred}",
            columns = counted(columns),
            referred = counted(referred)
        );
        Diagnostic::new(Code::ForeignKeyColumns, primary, message)
            .help("list the same number of columns before and after `REFERENCES`")
    }
}

impl From<Refused> for Diagnostic {
    fn from(problem: Refused) -> Diagnostic {
        let Refused { primary, other, why, is_certain } = problem;
        let code = if is_certain { Code::SqlRefused } else { Code::SqlMayBeRefused };
        let (message, label, help) = refusal(why);
        let found = Diagnostic::new(code, primary, message).help(help);
        match other {
            Some(span) => found.label(span, label),
            None => found,
        }
    }
}

/// What is wrong, what the other place is, and what to write instead.
fn refusal(why: Refusal) -> (Message, &'static str, Message) {
    const FIRST: &str = "the first one";
    match why {
        Refusal::SecondPrimaryKey { table } => (
            message!("table `{table}` has two primary keys", table),
            FIRST,
            "list all columns in one `PRIMARY KEY (a, b)`, or make the second one `UNIQUE`".into(),
        ),
        Refusal::NoArguments { data_type } => (
            message!("there is nothing in the parentheses of `{data_type}`", data_type),
            "",
            "write a length, or remove the parentheses".into(),
        ),
        Refusal::LengthMissing { data_type } => (
            message!("`{data_type}` needs a length", data_type),
            "",
            message!("write for example `{data_type}(255)`", data_type),
        ),
        Refusal::LabelsMissing { data_type } => (
            message!("`{data_type}` needs labels", data_type),
            "",
            message!("write for example `{data_type}('a', 'b')`", data_type),
        ),
        Refusal::LengthOfNothing { data_type } => (
            message!("`{data_type}` takes no length", data_type),
            "",
            "remove the parentheses".into(),
        ),
        Refusal::OddLength { data_type } => (
            message!("`{data_type}` is not a valid length of this type", data_type),
            "",
            "write a positive number; of two, the first is the larger".into(),
        ),
        Refusal::NameTwice { what, name } => (
            message!("there are two {what} with the name `{name}`", what = plural(what), name),
            FIRST,
            "rename one of them".into(),
        ),
        Refusal::ColumnTwice { column } => (
            message!("the key contains the column `{column}` twice", column),
            FIRST,
            "remove one of them".into(),
        ),
        Refusal::ColumnExists { column, table } => (
            message!("table `{table}` already has the column `{column}`", table, column),
            "the column",
            "remove the statement, or choose another name".into(),
        ),
        Refusal::LabelTwice { label } => (
            message!("the enum has the label `{label}` twice", label),
            FIRST,
            "remove one of them".into(),
        ),
        Refusal::LabelNoText { label } => (
            message!("the label `{label}` is not a string", label),
            "",
            message!("write `'{label}'`", label),
        ),
        Refusal::SecondDefault => {
            ("a column can have only one default".into(), FIRST, "remove one of them".into())
        }
        Refusal::NullTwice => {
            ("the column is both `NULL` and `NOT NULL`".into(), FIRST, "remove one of them".into())
        }
        Refusal::NullDefault { column } => (
            message!("column `{column}` is `NOT NULL`, and its default is `NULL`", column),
            "",
            "remove the default, or write another one".into(),
        ),
        Refusal::DefaultType { column, data_type } => (
            message!("the default of `{column}` is not a valid `{data_type}`", column, data_type),
            "",
            message!("write a value of the type `{data_type}`", data_type),
        ),
        Refusal::NumberedWithoutKey { column } => (
            message!("`{column}` has `AUTO_INCREMENT`, but no key contains it", column),
            "",
            message!("add `PRIMARY KEY ({column})` or `KEY ({column})`", column),
        ),
        Refusal::NumberedTwice { table } => (
            message!("table `{table}` has two `AUTO_INCREMENT` columns", table),
            FIRST,
            "remove `AUTO_INCREMENT` from one of them".into(),
        ),
        Refusal::NumberedType { column } => (
            message!("`{column}` has `AUTOINCREMENT`, but its type is not `INTEGER`", column),
            "",
            "write `INTEGER PRIMARY KEY AUTOINCREMENT`".into(),
        ),
        Refusal::StrictType { column, data_type } => (
            match data_type.is_empty() {
                true => message!("column `{column}` of a `STRICT` table has no type", column),
                false => message!("a `STRICT` table cannot have the type `{data_type}`", data_type),
            },
            "",
            "use `INT`, `INTEGER`, `REAL`, `TEXT`, `BLOB` or `ANY`".into(),
        ),
        Refusal::KeyMissing { table } => (
            message!("table `{table}` is `WITHOUT ROWID`, but has no primary key", table),
            "",
            "add a `PRIMARY KEY`, or remove `WITHOUT ROWID`".into(),
        ),
        Refusal::KeyNotUnique { table } => (
            message!(
                "the columns of `{table}` that the foreign key references are not unique",
                table
            ),
            "the table",
            "reference the primary key, or add a `UNIQUE` key on these columns".into(),
        ),
        Refusal::KeyType { column, data_type, other } => (
            message!(
                "the foreign key compares `{column}`, which is `{data_type}`, with a column of type `{other}`",
                column,
                data_type,
                other
            ),
            "the column that it references",
            "give both columns the same type".into(),
        ),
        Refusal::ForeignWord { word, dialect } => (
            match word.as_str() {
                "`" => message!("{dialect} has no names in backticks", dialect),
                "\"" => message!("{dialect} reads double quotes as a string", dialect),
                _ => message!("{dialect} does not know `{word}` here", dialect, word),
            },
            "",
            message!("write it as {dialect} does, or remove it", dialect),
        ),
        Refusal::ValueCount { columns, values } => (
            message!(
                "the `INSERT` lists {columns} and has {values}",
                columns = counted(columns),
                values = match values {
                    1 => "1 value".to_owned(),
                    more => format!("{more} values"),
                }
            ),
            "",
            "write one value for each column".into(),
        ),
        Refusal::Unknown { what, name, nearest } => (
            message!("there is no {what} `{name}` here", what, name),
            "",
            message!("did you mean `{nearest}`?", nearest),
        ),
    }
}

/// `two constraints or indexes`.
fn plural(what: &str) -> &'static str {
    match what {
        "index" => "indexes",
        "type" => "types",
        "sequence" => "sequences",
        _ => "constraints or indexes",
    }
}

/// How much of what is not understood is shown, in characters.
const SHOWN: usize = 40;
/// The most steps of a cycle that are shown in the files.
const SHOWN_STEPS: usize = 20;

/// Files that need each other.
impl From<Cycle> for Diagnostic {
    fn from(cycle: Cycle) -> Diagnostic {
        let message = message!(
            "files depend on each other: {path}",
            path = Message::joined(cycle.path(), " -> ")
        );
        let mut diagnostic = Diagnostic::new(Code::SqlFileCycle, cycle.first.span, message);
        for step in cycle.steps().take(SHOWN_STEPS) {
            let Step { from, to, span, kind, name } = step;
            let text = message!(
                "{from} {kind} `{name}`, which is created in {to}",
                from,
                kind = kind.words(),
                name,
                to
            );
            diagnostic = diagnostic.label(*span, text);
        }
        // A foreign key can be added later.
        if cycle.steps().any(|step| step.kind == UseKind::ForeignKey) {
            diagnostic.help("remove one foreign key and add it in a separate file: `ALTER TABLE ... ADD FOREIGN KEY ...`")
        } else {
            diagnostic.help("move one of the statements to a separate file")
        }
    }
}
