//! What Atlas does not apply without a login.

use smol_str::SmolStr;
use sql::definition::Class;

use crate::diag::{Code, Diagnostic, Message, message};
use crate::left_out::{self, Fate};
use crate::source::Span;

/// Objects or statements of one kind that Atlas leaves out of a schema.
pub struct LeftOut {
    /// The first of them.
    pub primary: Span,
    /// What they are, and what happens.
    pub message: Message,
    /// What cannot be created without the first.
    pub needed: Option<(Span, Message)>,
    /// The others.
    pub others: Vec<Span>,
    /// How many there are beyond these.
    pub n_more: usize,
    /// Their kind.
    pub class: Class,
    /// Where the SQL is.
    pub written: WrittenAs,
}

/// Where the SQL of a schema is written, which decides what may be written in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenAs {
    /// In a `Schema`.
    Spec,
    /// In a plain `AtlasSchema`.
    Manifest,
}

impl From<LeftOut> for Diagnostic {
    fn from(problem: LeftOut) -> Diagnostic {
        let LeftOut { primary, message, needed, others, n_more, class, written } = problem;
        let mut found = Diagnostic::new(Code::AtlasLeavesOut, primary, message);
        if let Some((span, text)) = needed {
            found = found.label(span, text);
        }
        for other in others {
            found = found.label(other, "");
        }
        ways_out(found.and_more_places(n_more), class, written)
    }
}

/// What says that there is a login.
const LOGIN: &str = "if the operator has a login, use `--atlas-login`, in the sidecar `ATLAS_LOGIN=true`, or `cloud.tokenFrom`";

/// What a developer can do.
fn ways_out(found: Diagnostic, class: Class, written: WrittenAs) -> Diagnostic {
    let found = match class == Class::Extension {
        true => found.help(
            "with CloudNativePG, list it in `spec.extensions` of a manifest of the kind `Database`",
        ),
        false => found,
    };
    let found = found.help(match written {
        WrittenAs::Spec => {
            "use `migrations:` in place of `sql` or `files`, or run it in an App with `job: true`"
        }
        WrittenAs::Manifest => "use an `AtlasMigration`, or run it in a Job",
    });
    match left_out::row(class).map(|row| row.with_login) {
        Some(Fate::Applied) => found.help(LOGIN),
        Some(Fate::NeedsSetting) => found.help(
            "if the operator has a login and a project file that manages these, use `--atlas-login`, in the sidecar `ATLAS_LOGIN=true`, or `cloud.tokenFrom`",
        ),
        Some(Fate::LeftOut) | None => found,
    }
}

/// A database whose driver needs a login.
pub struct DriverNeedsLogin<'a> {
    /// Where the schema names it.
    pub primary: Span,
    /// The engine.
    pub engine: &'a str,
    /// `AtlasSchema` or `AtlasMigration`.
    pub kind: &'static str,
}

impl From<DriverNeedsLogin<'_>> for Diagnostic {
    fn from(DriverNeedsLogin { primary, engine, kind }: DriverNeedsLogin<'_>) -> Diagnostic {
        let message = message!(
            "Atlas's driver for `{engine}` needs a login: without one this {kind} fails",
            engine,
            kind
        );
        Diagnostic::new(Code::AtlasNeedsLogin, primary, message).help(LOGIN)
    }
}

/// Why something that an App requires will not be there.
pub enum Gone {
    /// It is left out itself.
    Itself {
        /// Its kind.
        class: Class,
        /// The words for it.
        what: &'static str,
        /// Where it is created.
        created: Span,
    },
    /// It needs something that is left out.
    Need {
        /// The kind of that.
        class: Class,
        /// The words for it.
        what: &'static str,
        /// Its name.
        need: SmolStr,
        /// Where it is needed.
        used: Span,
    },
}

/// An App requires what Atlas leaves out.
pub struct RequiresLeftOut<'a> {
    /// The place in the contract.
    pub primary: Span,
    /// The table or view.
    pub table: &'a str,
    /// The schema.
    pub schema: &'a str,
    /// Why it will not be there.
    pub gone: Gone,
}

impl From<RequiresLeftOut<'_>> for Diagnostic {
    fn from(problem: RequiresLeftOut<'_>) -> Diagnostic {
        let RequiresLeftOut { primary, table, schema, gone } = problem;
        let table = table.escape_debug();
        match gone {
            Gone::Itself { class, what, created } => {
                let message = message!(
                    "`Schema/{schema}` will not have `{table}`: it is {what}, and without a login Atlas leaves it out",
                    schema,
                    table,
                    what
                );
                let found = Diagnostic::new(Code::RequiresLeftOut, primary, message);
                ways_out(found.label(created, message!("{what}", what)), class, WrittenAs::Spec)
            }
            Gone::Need { class, what, need, used } => {
                let message = message!(
                    "`Schema/{schema}` will not have `{table}`: it needs `{need}`, {what}, which Atlas leaves out without a login",
                    schema,
                    table,
                    need,
                    what
                );
                let found = Diagnostic::new(Code::RequiresLeftOut, primary, message);
                ways_out(found.label(used, "needed here"), class, WrittenAs::Spec)
            }
        }
    }
}
