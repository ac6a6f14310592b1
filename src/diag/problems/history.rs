//! Problems of a change: what the history of migrations no longer has as it was.

use crate::diag::{Code, Diagnostic, message};
use crate::source::Span;

/// A migration that was there before has another text.
pub struct EditedMigration<'a> {
    /// The first line that differs.
    pub primary: Span,
    /// The file's name.
    pub name: &'a str,
}

impl From<EditedMigration<'_>> for Diagnostic {
    fn from(EditedMigration { primary, name }: EditedMigration<'_>) -> Diagnostic {
        let message = message!(
            "the migration `{name}` is edited: where it has been applied, Atlas does not run it again",
            name
        );
        Diagnostic::new(Code::EditedMigration, primary, message)
            .help("take the edit back, and write it as a new migration")
    }
}

/// A migration that was there before is gone, or has another name.
pub struct MissingMigration<'a> {
    /// The file that has its text, or the Schema.
    pub primary: Span,
    /// The file's name.
    pub name: &'a str,
    /// Its new name.
    pub new_name: Option<&'a str>,
    /// It was the last one.
    pub was_last: bool,
}

impl From<MissingMigration<'_>> for Diagnostic {
    fn from(problem: MissingMigration<'_>) -> Diagnostic {
        let MissingMigration { primary, name, new_name, was_last } = problem;
        match new_name {
            Some(new_name) => {
                let message = message!(
                    "the migration `{name}` is renamed to `{new_name}`: where it has been applied, Atlas runs it again",
                    name,
                    new_name
                );
                Diagnostic::new(Code::MissingMigration, primary, message)
                    .help(message!("rename it back to `{name}`", name))
            }
            None => {
                let message = match was_last {
                    true => message!(
                        "the migration `{name}` is removed: where it has been applied, the operator refuses to go back",
                        name
                    ),
                    false => message!(
                        "the migration `{name}` is removed: where it has been applied, what it did stays, and a new database does not get it",
                        name
                    ),
                };
                Diagnostic::new(Code::MissingMigration, primary, message).help(
                    "put the file back, and write a new migration that undoes it; docs/rollback.md describes both ways",
                )
            }
        }
    }
}

/// A new migration that comes before one that was there before.
pub struct LateMigration<'a> {
    /// The file's beginning.
    pub primary: Span,
    /// The file's name.
    pub name: &'a str,
    /// The last migration of before.
    pub last: &'a str,
    /// `execOrder: linear-skip`.
    pub skipped: bool,
}

impl From<LateMigration<'_>> for Diagnostic {
    fn from(LateMigration { primary, name, last, skipped }: LateMigration<'_>) -> Diagnostic {
        let message = match skipped {
            true => message!(
                "the new migration `{name}` comes before `{last}`: where that has been applied, Atlas never runs it (`execOrder: linear-skip`)",
                name,
                last
            ),
            false => message!(
                "the new migration `{name}` comes before `{last}`: where that has been applied, Atlas refuses to run it",
                name,
                last
            ),
        };
        Diagnostic::new(Code::LateMigration, primary, message).help(message!(
            "run `generate sum DIR --rebase {name}` on its directory: it renames the file to come after `{last}`",
            name,
            last
        ))
    }
}
