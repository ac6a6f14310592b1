//! Problems found while YAML is read.

use crate::diag::{Code, Diagnostic};
use crate::source::Span;

/// The text is not YAML.
pub struct YamlSyntax {
    /// Where the parser stopped.
    pub primary: Span,
    /// What it expected.
    pub cause: String,
}

impl From<YamlSyntax> for Diagnostic {
    fn from(problem: YamlSyntax) -> Diagnostic {
        Diagnostic::new(Code::YamlSyntax, problem.primary, problem.cause)
    }
}

/// A mapping has the same key twice.
pub struct DuplicateKey {
    /// The second one.
    pub primary: Span,
    /// The first one.
    pub first: Span,
    /// The key.
    pub key: String,
}

impl From<DuplicateKey> for Diagnostic {
    fn from(problem: DuplicateKey) -> Diagnostic {
        let DuplicateKey { primary, first, key } = problem;
        Diagnostic::new(Code::DuplicateKey, primary, format!("the key `{key}` is written twice"))
            .at("the second one")
            .label(first, "the first one")
            .help(format!("keep one `{key}`"))
    }
}
