//! Comments that accept diagnostics.

use crate::diag::accept::Why;
use crate::diag::{Code, Diagnostic, message};
use crate::source::Span;

/// A comment that is to accept something, and does not.
pub struct InvalidAcceptance {
    /// The comment.
    pub primary: Span,
    /// What it names.
    pub code: String,
    /// Why it accepts nothing.
    pub why: Why,
}

impl From<InvalidAcceptance> for Diagnostic {
    fn from(InvalidAcceptance { primary, code, why }: InvalidAcceptance) -> Diagnostic {
        let new = |message| Diagnostic::new(Code::InvalidAcceptance, primary, message);
        match why {
            Why::Unknown { nearest } => {
                let found =
                    new(message!("this comment accepts nothing: there is no code `{code}`", code));
                match nearest {
                    Some(nearest) => found.help(message!("did you mean `{nearest}`?", nearest)),
                    None => found.help(
                        "write `generate: allow CODE reason`, with the code of the diagnostic",
                    ),
                }
            }
            Why::Certain => new(message!(
                "`{code}` cannot be accepted: what has this code is certainly wrong",
                code
            ))
            .help("correct what is reported, and remove the comment"),
            Why::NoReason => {
                let message =
                    message!("this comment accepts nothing: it gives no reason for `{code}`", code);
                new(message).help(match code.as_str() {
                    "destructive" | "refused" | "split" => message!(
                        "write `generate: allow {code} NAME reason`: what changes, as `generate diff` names it, and why it may",
                        code
                    ),
                    _ => message!(
                        "write `generate: allow {code} reason`: say why it is right here",
                        code
                    ),
                })
            }
        }
    }
}

/// A comment that accepts what is not there.
pub struct UnusedAcceptance {
    /// The comment.
    pub primary: Span,
    /// What it names.
    pub code: &'static str,
}

impl From<UnusedAcceptance> for Diagnostic {
    fn from(UnusedAcceptance { primary, code }: UnusedAcceptance) -> Diagnostic {
        let message = message!("nothing at this line is reported as `{code}`", code);
        Diagnostic::new(Code::UnusedAcceptance, primary, message)
            .help("remove the comment, unless another environment needs it")
    }
}
