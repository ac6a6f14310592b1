//! Problems of schemas and migrations beside what their SQL says.

use crate::diag::{Code, Diagnostic, Message, message};
use crate::source::Span;

/// What to do where the files of a directory are copied into an object.
const IN_OBJECT: &str = "run `atlas migrate hash` in the directory of the files, and copy them and `atlas.sum` into the object again; or name the directory in `migrations:` of a `Schema`, which copies them";

/// `atlas.sum` is missing or not right.
pub struct AtlasSum<'a> {
    /// The checksum file, or the place that names the directory.
    pub primary: Span,
    /// What is wrong.
    pub cause: Message,
    /// The directory; none where the migrations are in a plain object.
    pub directory: Option<&'a str>,
}

impl From<AtlasSum<'_>> for Diagnostic {
    fn from(AtlasSum { primary, cause, directory }: AtlasSum<'_>) -> Diagnostic {
        Diagnostic::new(Code::AtlasSum, primary, cause).help(match directory {
            Some(directory) => message!(
                "if the files are correct, run `generate sum {directory}` or `atlas migrate hash`",
                directory
            ),
            None => IN_OBJECT.into(),
        })
    }
}

/// A checksum file in which Git left both sides of a merge.
pub struct AtlasSumConflict<'a> {
    /// The line that begins them.
    pub primary: Span,
    /// The directory; none where the migrations are in a plain object.
    pub directory: Option<&'a str>,
}

impl From<AtlasSumConflict<'_>> for Diagnostic {
    fn from(AtlasSumConflict { primary, directory }: AtlasSumConflict<'_>) -> Diagnostic {
        let cause =
            "`atlas.sum` has the conflict markers of a merge: both branches changed the migrations";
        Diagnostic::new(Code::AtlasSum, primary, cause).help(match directory {
            Some(directory) => message!(
                "name the migrations that only your branch has: `generate sum {directory} --rebase FILE` renames them to come last, and writes `atlas.sum` anew",
                directory
            ),
            None => IN_OBJECT.into(),
        })
    }
}

/// A checksum file whose files have other line ends now.
pub struct AtlasSumLineEnds<'a> {
    /// The checksum file.
    pub primary: Span,
    /// Whether they are those of Windows now.
    pub has_cr: bool,
    /// The directory; none where the migrations are in a plain object.
    pub directory: Option<&'a str>,
}

impl From<AtlasSumLineEnds<'_>> for Diagnostic {
    fn from(problem: AtlasSumLineEnds<'_>) -> Diagnostic {
        let AtlasSumLineEnds { primary, has_cr, directory } = problem;
        let (now, then) = match has_cr {
            true => ("CRLF", "LF"),
            false => ("LF", "CRLF"),
        };
        let Some(directory) = directory else {
            let message = message!(
                "the migrations have {now} line endings, but `atlas.sum` was computed with {then}",
                now,
                then
            );
            return Diagnostic::new(Code::AtlasSum, primary, message).help(IN_OBJECT);
        };
        let message = message!(
            "the migrations in `{directory}` have {now} line endings, but `atlas.sum` was computed with {then}",
            directory,
            now,
            then
        );
        let help = match has_cr {
            true => {
                "Git converted them on checkout (`core.autocrlf`): add `*.sql text eol=lf` to `.gitattributes` and run `git add --renormalize .`"
                    .into()
            }
            false => message!(
                "run `generate sum {directory}`, and add `*.sql text eol=lf` to `.gitattributes` so that Git does not convert them (`core.autocrlf`)",
                directory
            ),
        };
        Diagnostic::new(Code::AtlasSum, primary, message).help(help)
    }
}

/// Migrations that a project file renders.
pub struct Templates {
    /// The first `{{`.
    pub primary: Span,
}

impl From<Templates> for Diagnostic {
    fn from(Templates { primary }: Templates) -> Diagnostic {
        let message = "this migration is a template for the project file: the checksums of the directory are not checked";
        Diagnostic::new(Code::SqlNotRead, primary, message)
            .help("run `atlas migrate validate` with the project file")
    }
}

/// A migration whose name Atlas does not take as it is meant.
pub struct MigrationName {
    /// The file.
    pub primary: Span,
    /// What is wrong.
    pub cause: Message,
    /// What to do.
    pub help: Message,
    /// Another file that belongs to it.
    pub other: Option<(Span, Message)>,
}

impl From<MigrationName> for Diagnostic {
    fn from(MigrationName { primary, cause, help, other }: MigrationName) -> Diagnostic {
        let found = Diagnostic::new(Code::MigrationName, primary, cause).help(help);
        match other {
            Some((span, text)) => found.label(span, text),
            None => found,
        }
    }
}

/// Migrations of another tool, of which Atlas would run what undoes them.
pub struct OtherTool {
    /// The directory.
    pub primary: Span,
    /// Whose files they are.
    pub message: Message,
    /// How to convert them.
    pub help: Message,
    /// What Atlas would run.
    pub at: Span,
    /// What it would do there.
    pub label: Message,
}

impl From<OtherTool> for Diagnostic {
    fn from(OtherTool { primary, message, help, at, label }: OtherTool) -> Diagnostic {
        Diagnostic::new(Code::OtherTool, primary, message).label(at, label).help(help)
    }
}

/// A file of another tool that says more to that tool than to Atlas.
pub struct OtherToolFiles {
    /// What tells the tool.
    pub primary: Span,
    /// What Atlas does with it.
    pub message: &'static str,
    /// What to do.
    pub help: Message,
}

impl From<OtherToolFiles> for Diagnostic {
    fn from(OtherToolFiles { primary, message, help }: OtherToolFiles) -> Diagnostic {
        Diagnostic::new(Code::OtherToolFiles, primary, message).help(help)
    }
}

/// Something that only works with a setting of the operator's.
pub struct OperatorSetting {
    /// The field.
    pub primary: Span,
}

impl From<OperatorSetting> for Diagnostic {
    fn from(OperatorSetting { primary }: OperatorSetting) -> Diagnostic {
        let message = "the operator ignores a project file unless custom configuration is enabled";
        Diagnostic::new(Code::OperatorSetting, primary, message).help(
            "install the operator with `allowCustomConfig: true` (Helm) or `--allow-custom-config`",
        )
    }
}

/// A contract that cannot be held against anything.
pub struct ContractNotChecked<'a> {
    /// Where the schema is named.
    pub primary: Span,
    /// The schema.
    pub schema: &'a str,
}

impl From<ContractNotChecked<'_>> for Diagnostic {
    fn from(ContractNotChecked { primary, schema }: ContractNotChecked<'_>) -> Diagnostic {
        let message =
            message!("`requires` is not checked: `Schema/{schema}` is not defined in SQL", schema);
        Diagnostic::new(Code::ContractNotChecked, primary, message)
            .help("the App still waits for the schema")
    }
}

/// An App needs what no statement of its schema creates, but something else there may.
pub struct ContractDoubtful<'a> {
    /// The place in the contract.
    pub primary: Span,
    /// The schema.
    pub schema: &'a str,
    /// What is missing.
    pub what: Message,
    /// The statement that runs SQL which is not in the schema; otherwise, one that was not read names it.
    pub by: Option<Span>,
    /// The nearest name that there is.
    pub nearest: Option<String>,
}

impl From<ContractDoubtful<'_>> for Diagnostic {
    fn from(problem: ContractDoubtful<'_>) -> Diagnostic {
        let ContractDoubtful { primary, schema, what, by, nearest } = problem;
        let message =
            message!("it is unknown whether `Schema/{schema}` has the {what}", schema, what);
        let found = Diagnostic::new(Code::ContractNotChecked, primary, message);
        let found = match by {
            Some(span) => found.label(span, "the SQL that runs here is not known"),
            None => found,
        };
        found.help(match nearest {
            Some(name) => message!("no statement creates it; did you mean `{name}`?", name),
            None => "no CREATE statement names it: make sure that dynamic SQL, a rename or an included file creates it"
                .into(),
        })
    }
}

/// An App needs what its schema does not have.
pub struct ContractBroken {
    /// The place in the contract.
    pub primary: Span,
    /// What is missing, or not taken.
    pub message: Message,
    /// Where the table or column is created.
    pub created: Option<(Span, Message)>,
    /// What to write instead.
    pub help: Message,
}

impl From<ContractBroken> for Diagnostic {
    fn from(ContractBroken { primary, message, created, help }: ContractBroken) -> Diagnostic {
        let found = Diagnostic::new(Code::ContractBroken, primary, message);
        let found = match created {
            Some((span, text)) => found.label(span, text),
            None => found,
        };
        found.help(help)
    }
}
