//! Problems with the plugin's parameters and the environments that they choose.

use crate::diag::problems::spec::{did_you_mean, list};
use crate::diag::{Code, Diagnostic, Message, message};
use crate::parameters::PARAMETERS;
use crate::source::Span;

/// A parameter whose value cannot be used.
pub struct InvalidParameter {
    /// The value.
    pub primary: Span,
    /// What is wrong.
    pub message: Message,
    /// What to write.
    pub help: Message,
}

impl From<InvalidParameter> for Diagnostic {
    fn from(InvalidParameter { primary, message, help }: InvalidParameter) -> Diagnostic {
        Diagnostic::new(Code::InvalidParameter, primary, message).help(help)
    }
}

/// A parameter that does not exist.
pub struct UnknownParameter<'a> {
    /// Its name.
    pub primary: Span,
    /// Its name.
    pub name: &'a str,
}

impl From<UnknownParameter<'_>> for Diagnostic {
    fn from(UnknownParameter { primary, name }: UnknownParameter<'_>) -> Diagnostic {
        let message = message!("unknown parameter `{name}`", name);
        let known = PARAMETERS.iter().map(|parameter| parameter.name);
        Diagnostic::new(Code::InvalidParameter, primary, message).help(did_you_mean(name, known))
    }
}

/// An environment that has no directory.
pub struct UnknownEnvironment<'a> {
    /// Where it is chosen.
    pub primary: Span,
    /// Its name.
    pub name: &'a str,
    /// Those that there are.
    pub known: &'a [&'a str],
}

impl From<UnknownEnvironment<'_>> for Diagnostic {
    fn from(UnknownEnvironment { primary, name, known }: UnknownEnvironment<'_>) -> Diagnostic {
        let message = message!("unknown environment `{name}`", name);
        let found = Diagnostic::new(Code::UnknownEnvironment, primary, message);
        match known {
            [] => found.help(message!("create the directory environments/{name}", name)),
            known => {
                let all = list(known.iter().copied());
                let found = found.help(did_you_mean(name, known.iter().copied()));
                if crate::diag::nearest(name, known.iter().copied()).is_some() {
                    found.help(message!("the environments are {all}", all))
                } else {
                    found
                }
            }
        }
    }
}

/// A part of an overlay, or a parameter, for a spec that does not exist.
pub struct NothingToChange<'a> {
    /// The name.
    pub primary: Span,
    /// The spec: `App/shpo`.
    pub spec: &'a str,
    /// The specs that there are.
    pub known: &'a [String],
}

impl From<NothingToChange<'_>> for Diagnostic {
    fn from(NothingToChange { primary, spec, known }: NothingToChange<'_>) -> Diagnostic {
        let message =
            message!("`{spec}` does not exist in this project, so it cannot be changed", spec);
        Diagnostic::new(Code::UnknownName, primary, message)
            .help(did_you_mean(spec, known.iter().map(String::as_str)))
    }
}

/// An environment that is not looked at, because all of them together would take too long.
pub struct EnvironmentNotChecked<'a> {
    /// The beginning of one of its files.
    pub primary: Span,
    /// Its name.
    pub name: &'a str,
    /// How many more there are.
    pub n_more: usize,
}

impl From<EnvironmentNotChecked<'_>> for Diagnostic {
    fn from(EnvironmentNotChecked { primary, name, n_more }: EnvironmentNotChecked<'_>) -> Self {
        let message = match n_more {
            0 => message!("the environment `{name}` is not checked", name),
            1 => message!("the environment `{name}` and one more are not checked", name),
            _ => {
                message!("the environment `{name}` and {n_more} more are not checked", name, n_more)
            }
        };
        Diagnostic::new(Code::EnvironmentNotChecked, primary, message)
            .help("the directory is too large to be compiled once for each environment in one run")
            .help(message!("run the command for each of them: `--environment {name}`", name))
    }
}
