//! Problems found while YAML is read.

use crate::diag::{Code, Diagnostic, Message, characters, message};
use crate::source::Span;

/// The text is not YAML.
pub struct YamlSyntax {
    /// Where the parser stopped, or where the mistake is.
    pub primary: Span,
    /// What is wrong.
    pub cause: Message,
    /// What to write instead.
    pub help: Message,
}

impl From<YamlSyntax> for Diagnostic {
    fn from(problem: YamlSyntax) -> Diagnostic {
        let YamlSyntax { primary, cause, help } = problem;
        Diagnostic::new(Code::YamlSyntax, primary, cause).help(help)
    }
}

/// A mapping has the same key twice.
pub struct DuplicateKey {
    /// The second one.
    pub primary: Span,
    /// The first one.
    pub first: Span,
    /// The key.
    pub key: Message,
    /// Whether it is in a plain manifest, of which Argo CD takes the last one.
    pub is_plain: bool,
}

impl From<DuplicateKey> for Diagnostic {
    fn from(problem: DuplicateKey) -> Diagnostic {
        let DuplicateKey { primary, first, key, is_plain } = problem;
        let (code, what) = match is_plain {
            true => (Code::RepeatedKey, "; the last one is used"),
            false => (Code::DuplicateKey, ""),
        };
        Diagnostic::new(
            code,
            primary,
            message!("duplicate key `{key}`{what}", key, what = Message::from(what)),
        )
        .at("the second one")
        .label(first, "the first one")
        .help(message!("keep one `{key}`", key))
    }
}

/// A document begins without `---` before it.
pub struct MissingSeparator {
    /// The first key of the document.
    pub primary: Span,
    /// The same key of the one before.
    pub first: Span,
    /// Whether both are plain manifests, of which Argo CD takes the last one.
    pub is_plain: bool,
}

impl From<MissingSeparator> for Diagnostic {
    fn from(problem: MissingSeparator) -> Diagnostic {
        let MissingSeparator { primary, first, is_plain } = problem;
        let (code, message) = match is_plain {
            true => (
                Code::RepeatedKey,
                "`---` is missing before this line; only the last object is used",
            ),
            false => (Code::DuplicateKey, "`---` is missing before this line"),
        };
        Diagnostic::new(code, primary, message)
            .at("another document begins here")
            .label(first, "the one before")
            .help("write `---` on a line of its own before this one")
    }
}

/// A key that a manifest cannot have.
pub enum InvalidKey {
    /// A list or a mapping.
    Collection {
        /// The key.
        primary: Span,
        /// `a list` or `a mapping`.
        kind: &'static str,
        /// Whether it is the `{{ }}` of a template engine.
        is_template: bool,
    },
    /// `null`, `~` or nothing.
    Null {
        /// The key.
        primary: Span,
    },
    /// A whole number of more than 64 bits with a sign.
    TooLarge {
        /// The key.
        primary: Span,
        /// As it is written.
        key: Message,
    },
}

impl From<InvalidKey> for Diagnostic {
    fn from(problem: InvalidKey) -> Diagnostic {
        let new = |primary, message: Message| Diagnostic::new(Code::InvalidKey, primary, message);
        match problem {
            InvalidKey::Collection { primary, kind: _, is_template: true } => {
                new(primary, "a template is not evaluated here".into())
                    .help(TEMPLATE_HELP)
                    .help("quote the value if it is text")
            }
            InvalidKey::Collection { primary, kind, is_template: false } => {
                new(primary, message!("{kind} cannot be a key", kind = Message::from(kind)))
                    .help("write a string before the `:`")
            }
            InvalidKey::Null { primary } => new(primary, "null cannot be a key".into())
                .help("quote it if it is text: `\"null\"`"),
            InvalidKey::TooLarge { primary, key } => {
                new(primary, message!("the number `{key}` is too large for a key", key))
                    .help(message!("quote it: `\"{key}\"`", key))
            }
        }
    }
}

/// What to do with the source of a template engine.
pub const TEMPLATE_HELP: &str =
    "this looks like a template: render it first, for example `helm template ... | generate -`";

/// An alias that stands for nothing.
pub enum InvalidAlias {
    /// No anchor of that name comes before it in its document.
    Unknown {
        /// The alias.
        primary: Span,
        /// Its name without `*`.
        name: Message,
        /// The whole value in quotes, where it cannot be meant as an alias: the name has a sign in it, or
        /// more text follows.
        quoted: Option<Message>,
    },
    /// It stands inside the very value that it refers to.
    Recursive {
        /// The alias.
        primary: Span,
    },
}

impl From<InvalidAlias> for Diagnostic {
    fn from(problem: InvalidAlias) -> Diagnostic {
        match problem {
            InvalidAlias::Unknown { primary, quoted: Some(quoted), .. } => {
                let message = "a value that begins with `*` is an alias";
                Diagnostic::new(Code::InvalidAlias, primary, message)
                    .help(message!("quote it: `{quoted}`", quoted))
            }
            InvalidAlias::Unknown { primary, name, quoted: None } => {
                let message =
                    message!("the anchor `&{name}` is not defined before this alias", name);
                Diagnostic::new(Code::InvalidAlias, primary, message).help(message!(
                    "define `&{name}` earlier in the same document, or quote the text: `\"*{name}\"`",
                    name
                ))
            }
            InvalidAlias::Recursive { primary } => {
                let message = "this alias is inside the value that it refers to";
                Diagnostic::new(Code::InvalidAlias, primary, message)
                    .help("write the value out instead")
            }
        }
    }
}

/// The value of `<<` cannot be merged.
pub struct InvalidMerge {
    /// The value.
    pub primary: Span,
}

impl From<InvalidMerge> for Diagnostic {
    fn from(problem: InvalidMerge) -> Diagnostic {
        let message = "`<<` needs a mapping or a list of mappings";
        Diagnostic::new(Code::InvalidMerge, problem.primary, message)
            .at("not a mapping")
            .help("write `<<: *name`, where `&name` marks a mapping")
    }
}

/// A tag that a manifest cannot have.
pub enum UnsupportedTag {
    /// None of those that Kubernetes' types need.
    Unknown {
        /// The tag.
        primary: Span,
        /// As it is written.
        tag: Message,
    },
    /// The text is not of the type that the tag names. It may be a secret, so that no message quotes it.
    Mismatch {
        /// The tag.
        primary: Span,
        /// As it is written.
        tag: Message,
    },
}

impl From<UnsupportedTag> for Diagnostic {
    fn from(problem: UnsupportedTag) -> Diagnostic {
        match problem {
            UnsupportedTag::Unknown { primary, tag } => {
                let message = message!("the tag `{tag}` is not supported in manifests", tag);
                Diagnostic::new(Code::UnsupportedTag, primary, message)
                    .help("remove it, or quote the value if the `!` is part of it")
            }
            UnsupportedTag::Mismatch { primary, tag } => {
                let message = message!("the value cannot be read as `{tag}`", tag);
                Diagnostic::new(Code::UnsupportedTag, primary, message)
                    .help(message!("remove `{tag}`", tag))
            }
        }
    }
}

/// A character that Argo CD's YAML reader refuses or changes.
pub struct UnprintableText {
    /// The character, or its escape.
    pub primary: Span,
    /// The character.
    pub character: char,
}

impl From<UnprintableText> for Diagnostic {
    fn from(problem: UnprintableText) -> Diagnostic {
        let UnprintableText { primary, character } = problem;
        let message = message!(
            "Argo CD cannot pass on the character {number}",
            number = characters::number(character)
        );
        Diagnostic::new(Code::UnprintableText, primary, message)
            .help("remove it; put binary data into `binaryData`, in base64")
    }
}

/// A bound of what is read was reached.
pub struct LimitExceeded {
    /// Where.
    pub primary: Span,
    /// What is counted, in the plural.
    pub bound: &'static str,
    /// How many there may be.
    pub limit: usize,
}

impl From<LimitExceeded> for Diagnostic {
    fn from(problem: LimitExceeded) -> Diagnostic {
        let LimitExceeded { primary, bound, limit } = problem;
        Diagnostic::new(
            Code::LimitExceeded,
            primary,
            message!("more than {limit} {bound}", limit, bound = Message::from(bound)),
        )
        .help("split the project, or remove files that are not manifests")
    }
}
