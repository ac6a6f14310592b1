//! Problems found in SQL, which the crate `sql` reports as data, put into words.

use sql::catalogue::order::{Cycle, Step};
use sql::definition::UseKind;
use sql::problem::{
    DuplicateColumn, DuplicateTable, ForeignKeyColumns, LongDelimiter, MissingComma, MissingType,
    Misspelt, NotUnderstood, Problem, ReservedWord, Sink, Stray, StrayComma, StrayText, TooLong,
    Unbalanced, UnknownColumn, UnknownKeyColumn, UnknownTable, UnknownType, UnknownVerb,
    Unterminated,
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
        }
    }
}

impl From<TooLong> for Diagnostic {
    fn from(problem: TooLong) -> Diagnostic {
        let message = message!("more than {limit} {of}", limit = problem.limit, of = problem.of);
        Diagnostic::new(Code::LimitExceeded, problem.primary, message)
            .help("load data by another way than the schema, or split the schema")
    }
}

impl From<LongDelimiter> for Diagnostic {
    fn from(problem: LongDelimiter) -> Diagnostic {
        let LongDelimiter { primary, limit } = problem;
        let message = message!("a delimiter of more than {limit} bytes", limit);
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
        .help(message!("close the {what} where it ends", what))
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
                ("a conflict marker", "finish the merge: keep one side and take the markers away")
            }
            Stray::Fence => ("a Markdown fence", "take the line away"),
        };
        Diagnostic::new(Code::SqlStrayText, primary, message!("{what} is no SQL", what)).help(help)
    }
}

impl From<Unbalanced> for Diagnostic {
    fn from(problem: Unbalanced) -> Diagnostic {
        let Unbalanced { primary, partnerless, opening } = problem;
        let (missing, label) = if opening {
            (")", "this one is not closed")
        } else {
            ("(", "this one was not opened")
        };
        Diagnostic::new(Code::SqlUnbalanced, primary, message!("a `{missing}` is missing", missing))
            .label(partnerless, label)
            .help(message!("write the `{missing}`, or take the other away", missing))
    }
}

impl From<StrayComma> for Diagnostic {
    fn from(problem: StrayComma) -> Diagnostic {
        Diagnostic::new(Code::SqlStrayComma, problem.primary, "this comma separates nothing")
            .help("take it away")
    }
}

impl From<Misspelt> for Diagnostic {
    fn from(problem: Misspelt) -> Diagnostic {
        let Misspelt { primary, word, keyword } = problem;
        Diagnostic::new(Code::SqlMisspelt, primary, message!("`{word}` is no SQL keyword", word))
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
        .help("a `;` before it may be one too many, or `--` is missing before a comment")
    }
}

impl From<MissingComma> for Diagnostic {
    fn from(problem: MissingComma) -> Diagnostic {
        Diagnostic::new(Code::SqlMissingComma, problem.primary, "a comma seems to be missing here")
            .label(problem.next, "the next definition")
            .help("separate the two with a `,`")
    }
}

impl From<NotUnderstood> for Diagnostic {
    fn from(problem: NotUnderstood) -> Diagnostic {
        let NotUnderstood { primary, found, expected, known_dialect, dialect } = problem;
        let found = Message::beginning_of(&found, SHOWN);
        let code = if known_dialect { Code::SqlNotUnderstood } else { Code::SqlNotRead };
        let message = match expected {
            Some(expected) if expected.len() > 3 && expected.starts_with("a ") => {
                message!(
                    "{expected} was expected here, `{found}` is not understood",
                    expected,
                    found
                )
            }
            Some(expected) => {
                message!(
                    "`{expected}` was expected here, `{found}` is not understood",
                    expected,
                    found
                )
            }
            None => message!("`{found}` is not understood here", found),
        };
        Diagnostic::new(code, primary, message).help(message!("if {dialect} takes the statement, this can be ignored: checks of what it defines are left out", dialect))
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
        .help("write a type behind its name")
    }
}

impl From<UnknownType> for Diagnostic {
    fn from(problem: UnknownType) -> Diagnostic {
        let UnknownType { primary, name, nearest, dialect } = problem;
        let message =
            message!("{dialect} has no type `{name}`, and none is created here", dialect, name);
        let diagnostic = Diagnostic::new(Code::SqlUnknownType, primary, message);
        match nearest {
            Some(nearest) => diagnostic.help(message!("did you mean `{nearest}`?", nearest)),
            None => diagnostic.help("write one of the types that it has"),
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
            .help("take one away, or give it another name")
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
        .at("the second time")
        .label(first, "the first time")
        .help("take one away, or write `IF NOT EXISTS`")
    }
}

impl From<UnknownKeyColumn> for Diagnostic {
    fn from(problem: UnknownKeyColumn) -> Diagnostic {
        let UnknownKeyColumn { primary, key, column, table, created, nearest } = problem;
        let message = message!(
            "the {key} names the column `{column}`, which table `{table}` does not have",
            key,
            column,
            table
        );
        let diagnostic =
            Diagnostic::new(Code::UnknownKeyColumn, primary, message).label(created, "the table");
        with_nearest(diagnostic, nearest)
    }
}

impl From<UnknownTable> for Diagnostic {
    fn from(problem: UnknownTable) -> Diagnostic {
        let UnknownTable { primary, by, table, nearest } = problem;
        let message =
            message!("this {by} names the table `{table}`, which is not created here", by, table);
        with_nearest(Diagnostic::new(Code::UnknownTable, primary, message), nearest)
    }
}

impl From<UnknownColumn> for Diagnostic {
    fn from(problem: UnknownColumn) -> Diagnostic {
        let UnknownColumn { primary, by, column, table, created, nearest } = problem;
        let message = message!(
            "this {by} names the column `{column}`, which table `{table}` does not have",
            by,
            column,
            table
        );
        let diagnostic =
            Diagnostic::new(Code::UnknownColumn, primary, message).label(created, "the table");
        with_nearest(diagnostic, nearest)
    }
}

fn with_nearest(diagnostic: Diagnostic, nearest: Option<String>) -> Diagnostic {
    match nearest {
        Some(nearest) => diagnostic.help(message!("did you mean `{nearest}`?", nearest)),
        None => diagnostic,
    }
}

impl From<ForeignKeyColumns> for Diagnostic {
    fn from(problem: ForeignKeyColumns) -> Diagnostic {
        let ForeignKeyColumns { primary, columns, referred } = problem;
        let message = message!(
            "the foreign key has {columns} on this side and {referred} on the other",
            columns,
            referred
        );
        Diagnostic::new(Code::ForeignKeyColumns, primary, message)
            .help("name as many columns behind `REFERENCES` as before it")
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
            "these files need each other: {path}",
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
            diagnostic.help("take one foreign key out and add it in a file of its own: `ALTER TABLE ... ADD FOREIGN KEY ...`")
        } else {
            diagnostic.help("move one of the statements to a file of its own")
        }
    }
}
