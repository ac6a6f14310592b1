//! Problems found in SQL, which the crate `sql` reports as data, put into words.

use sql::catalogue::order::{Cycle, Step};
use sql::definition::UseKind;
use sql::problem::{
    DuplicateColumn, DuplicateTable, ForeignKeyColumns, LongDelimiter, MissingComma, MissingType,
    Misspelt, NotUnderstood, Problem, ReservedWord, Sink, Stray, StrayComma, StrayText, TooLong,
    Unbalanced, UnknownColumn, UnknownKeyColumn, UnknownTable, UnknownType, UnknownVerb,
    Unterminated,
};

use crate::diag::secrets::quote;
use crate::diag::{Code, Diagnostic, Diagnostics};

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
        let message = format!("more than {} {}", problem.limit, problem.of);
        Diagnostic::new(Code::LimitExceeded, problem.primary, message)
            .help("load data by another way than the schema, or split the schema")
    }
}

impl From<LongDelimiter> for Diagnostic {
    fn from(problem: LongDelimiter) -> Diagnostic {
        let LongDelimiter { primary, limit } = problem;
        let message = format!("a delimiter of more than {limit} bytes");
        Diagnostic::new(Code::LimitExceeded, primary, message)
            .help("use a short delimiter, for example `//`")
    }
}

impl From<Unterminated> for Diagnostic {
    fn from(problem: Unterminated) -> Diagnostic {
        let Unterminated { primary, what } = problem;
        Diagnostic::new(Code::SqlUnterminated, primary, format!("this {what} is never closed"))
            .help(format!("close the {what} where it ends"))
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
        Diagnostic::new(Code::SqlStrayText, primary, format!("{what} is no SQL")).help(help)
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
        Diagnostic::new(
            Code::SqlUnbalanced,
            primary,
            format!("a `{missing}` is missing", missing = quote(&missing)),
        )
        .label(partnerless, label)
        .help(format!("write the `{missing}`, or take the other away", missing = quote(&missing)))
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
        Diagnostic::new(
            Code::SqlMisspelt,
            primary,
            format!("`{word}` is no SQL keyword", word = quote(&word)),
        )
        .help(format!("did you mean `{keyword}`?", keyword = quote(&keyword)))
    }
}

impl From<UnknownVerb> for Diagnostic {
    fn from(problem: UnknownVerb) -> Diagnostic {
        let UnknownVerb { primary, word } = problem;
        Diagnostic::new(
            Code::SqlUnknownVerb,
            primary,
            format!("no SQL statement begins with `{word}`", word = quote(&word)),
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

impl From<MissingType> for Diagnostic {
    fn from(problem: MissingType) -> Diagnostic {
        let MissingType { primary, column } = problem;
        Diagnostic::new(
            Code::SqlMissingType,
            primary,
            format!("column `{column}` has no type", column = quote(&column)),
        )
        .help("write a type behind its name")
    }
}

impl From<UnknownType> for Diagnostic {
    fn from(problem: UnknownType) -> Diagnostic {
        let UnknownType { primary, name, nearest, dialect } = problem;
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

impl From<ReservedWord> for Diagnostic {
    fn from(problem: ReservedWord) -> Diagnostic {
        let ReservedWord { primary, word, quoted, dialect } = problem;
        let message = format!(
            "`{word}` is a reserved word in {dialect} and cannot be a bare name",
            word = quote(&word)
        );
        // Backticks cannot be shown in backticks.
        let quoted = match quoted.starts_with('`') {
            true => format!("it in backticks, {quoted}"),
            false => format!("`{quoted}`"),
        };
        Diagnostic::new(Code::SqlReservedWord, primary, message)
            .help(format!("write {quoted}, or choose another name"))
    }
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

impl From<ForeignKeyColumns> for Diagnostic {
    fn from(problem: ForeignKeyColumns) -> Diagnostic {
        let ForeignKeyColumns { primary, columns, referred } = problem;
        let message =
            format!("the foreign key has {columns} on this side and {referred} on the other");
        Diagnostic::new(Code::ForeignKeyColumns, primary, message)
            .help("name as many columns behind `REFERENCES` as before it")
    }
}

/// The most steps of a cycle that are shown in the files.
const SHOWN_STEPS: usize = 20;

/// Files that need each other.
impl From<Cycle> for Diagnostic {
    fn from(cycle: Cycle) -> Diagnostic {
        let message = format!("these files need each other: {}", cycle.path().join(" -> "));
        let mut diagnostic = Diagnostic::new(Code::SqlFileCycle, cycle.first.span, message);
        for step in cycle.steps().take(SHOWN_STEPS) {
            let Step { from, to, span, kind, name } = step;
            let text = format!("{from} {} `{name}`, which is created in {to}", kind.words());
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
