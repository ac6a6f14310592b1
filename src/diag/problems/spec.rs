//! Problems of a document's shape: fields, types, values.

use crate::diag::secrets::value_of;
use crate::diag::{Code, Diagnostic, Message, message, nearest};
use crate::source::Span;
use crate::syntax::node::{Meaning, Node};

/// A document is neither a spec nor a Kubernetes object.
pub struct NotAnObject {
    /// The document.
    pub primary: Span,
    /// What it lacks: `` `apiVersion` ``.
    pub lacks: Message,
    /// What to do about it.
    pub help: Message,
}

impl From<NotAnObject> for Diagnostic {
    fn from(NotAnObject { primary, lacks, help }: NotAnObject) -> Diagnostic {
        let message = message!("not a Kubernetes object: {lacks}", lacks);
        Diagnostic::new(Code::NotAnObject, primary, message).help(help)
    }
}

/// A document that is plainly something else than a Kubernetes object: skipped.
pub struct NotAManifest<'a> {
    /// The document.
    pub primary: Span,
    /// Its file.
    pub path: &'a str,
}

impl From<NotAManifest<'_>> for Diagnostic {
    fn from(NotAManifest { primary, path }: NotAManifest<'_>) -> Diagnostic {
        let message = message!("skipped `{path}`: not Kubernetes objects", path);
        Diagnostic::new(Code::NotAManifest, primary, message).help(
            "move it out of the application's directory, or into a folder whose name begins with `.`",
        )
    }
}

/// A file that Argo CD's own directory mode would evaluate.
pub struct NotEvaluated<'a> {
    /// The file.
    pub primary: Span,
    /// Its path.
    pub path: &'a str,
}

impl From<NotEvaluated<'_>> for Diagnostic {
    fn from(NotEvaluated { primary, path }: NotEvaluated<'_>) -> Diagnostic {
        let message = message!("skipped `{path}`: Jsonnet is not evaluated", path);
        Diagnostic::new(Code::NotAManifest, primary, message)
            .help(message!("render it first: `jsonnet -y {path} | generate -`", path))
    }
}

/// A folder is the input of another program.
pub struct NeedsRendering {
    /// The file that says so.
    pub primary: Span,
    /// What it is.
    pub message: Message,
    /// The command that turns it into manifests with waves.
    pub recipe: Message,
}

impl From<NeedsRendering> for Diagnostic {
    fn from(NeedsRendering { primary, message, recipe }: NeedsRendering) -> Diagnostic {
        Diagnostic::new(Code::NeedsRendering, primary, message).help(message!(
            "pipe the rendered manifests: `{recipe}` (docs/recipes.md shows this as an Argo CD plugin), or move it out of the application's directory",
            recipe
        ))
    }
}

/// A document of our API group has a kind or version that does not exist.
pub struct UnknownKind<'a> {
    /// The value of `kind` or `apiVersion`.
    pub primary: Span,
    /// What was written.
    pub written: &'a str,
    /// `kind` or `apiVersion`.
    pub field: &'a str,
    /// What there is.
    pub known: &'a [&'a str],
}

impl From<UnknownKind<'_>> for Diagnostic {
    fn from(problem: UnknownKind<'_>) -> Diagnostic {
        let UnknownKind { primary, written, field, known } = problem;
        let message = message!("unknown {field} `{written}`", field, written);
        let help = did_you_mean(written, known.iter().copied());
        Diagnostic::new(Code::UnknownKind, primary, message).help(help)
    }
}

/// A field that does not exist.
pub struct UnknownField<'a> {
    /// Its name, where it is written.
    pub primary: Span,
    /// Its name.
    pub name: &'a str,
    /// What it was found in.
    pub of: &'a str,
    /// What it is called here, where it is a name from elsewhere.
    pub meant: Option<String>,
    /// The fields that there are.
    pub known: &'a [&'a str],
}

impl From<UnknownField<'_>> for Diagnostic {
    fn from(UnknownField { primary, name, of, meant, known }: UnknownField<'_>) -> Diagnostic {
        let message = message!("`{of}` has no field `{name}`", of, name);
        let help = match meant {
            Some(meant) => message!("`{name}` is called `{meant}` here", name, meant),
            None => did_you_mean(name, known.iter().copied()),
        };
        Diagnostic::new(Code::UnknownField, primary, message).help(help)
    }
}

/// A field that has to be there is not.
pub struct MissingField<'a> {
    /// The mapping that lacks it.
    pub primary: Span,
    /// What the mapping is.
    pub of: &'a str,
    /// The field.
    pub name: &'a str,
}

impl From<MissingField<'_>> for Diagnostic {
    fn from(MissingField { primary, of, name }: MissingField<'_>) -> Diagnostic {
        let message = message!("`{of}` needs the field `{name}`", of, name);
        Diagnostic::new(Code::MissingField, primary, message).help(message!("add `{name}:`", name))
    }
}

/// SQL Server is to run, and nobody has accepted its licence or said which edition.
pub struct MissingLicence {
    /// The engine.
    pub primary: Span,
}

impl From<MissingLicence> for Diagnostic {
    fn from(MissingLicence { primary }: MissingLicence) -> Diagnostic {
        let message = "`engine: sqlserver` needs the field `sqlServer`: only you can accept its licence terms and choose an edition";
        Diagnostic::new(Code::MissingField, primary, message).help(
            "read the terms (https://go.microsoft.com/fwlink/?LinkId=746388), then add for example `sqlServer: {acceptEula: true, edition: Developer}`; `Developer` is not for production",
        )
    }
}

/// A value of the wrong type.
pub struct WrongType {
    primary: Span,
    message: Message,
    help: Option<Message>,
}

impl WrongType {
    /// `name` expects `expected`, in words, and found `node`.
    pub fn new(node: &Node, name: &str, expected: &str) -> WrongType {
        WrongType {
            primary: node.span,
            message: message!(
                "`{name}` must be {expected}, not {found}",
                name,
                expected,
                found = found(node, name)
            ),
            help: help(node, name, expected),
        }
    }

    /// A value of a plain manifest that has to be a string: Kubernetes refuses any other.
    pub fn to_quote(node: &Node, name: &str) -> WrongType {
        let quoted = node.scalar().map(|scalar| {
            message!("quote it: `\"{value}\"`", value = value_of(name, &scalar.text))
        });
        let help =
            quoted.unwrap_or_else(|| "write a string: Kubernetes rejects anything else".into());
        WrongType { help: Some(help), ..WrongType::new(node, name, "a string") }
    }

    /// The same where the value may be a secret whatever its name is.
    pub fn to_quote_unseen(node: &Node, name: &str) -> WrongType {
        WrongType {
            primary: node.span,
            message: message!("`{name}` must be a string, not {kind}", name, kind = node.kind()),
            help: Some(match node.scalar() {
                Some(_) => "put it in double quotes".into(),
                None => "write a string: Kubernetes rejects anything else".into(),
            }),
        }
    }
}

fn found(node: &Node, name: &str) -> Message {
    match node.scalar() {
        Some(scalar) if scalar.meaning != Meaning::Null && scalar.text.chars().count() <= 40 => {
            message!("{kind} (`{value}`)", kind = node.kind(), value = value_of(name, &scalar.text))
        }
        Some(scalar) if scalar.meaning == Meaning::Null => "empty".into(),
        _ => node.kind().into(),
    }
}

fn help(node: &Node, name: &str, expected: &str) -> Option<Message> {
    let scalar = node.scalar()?;
    let text = &scalar.text;
    match scalar.meaning {
        Meaning::Null => Some("write a value, or remove the field".into()),
        Meaning::String if expected == "a whole number" => {
            let number = text.trim().parse::<i64>().ok()?;
            Some(message!("write {number} without quotes", number))
        }
        Meaning::Int if expected == "a whole number" => {
            let number =
                as_decimal(text).map(|number| message!(": {number}", number)).unwrap_or_default();
            Some(message!("write it in decimal digits{number}", number))
        }
        Meaning::String if expected == "a list" => {
            Some(message!("write `[{value}]`", value = value_of(name, text)))
        }
        Meaning::String if expected.starts_with("`true`") => {
            Some("write `true` or `false` without quotes".into())
        }
        Meaning::Bool(_) | Meaning::Int | Meaning::Float | Meaning::String => None,
    }
}

/// What a whole number in one of YAML's other notations is in ours. One with a leading zero is octal
/// to some readers and decimal to others, so that nobody can say.
fn as_decimal(text: &str) -> Option<i64> {
    let digits = text.replace('_', "").to_ascii_lowercase();
    let radixes = [("0x", 16), ("0o", 8), ("0b", 2)];
    let prefixed = radixes
        .iter()
        .find_map(|&(prefix, radix)| i64::from_str_radix(digits.strip_prefix(prefix)?, radix).ok());
    let bare = digits.trim_start_matches('+');
    prefixed.or_else(|| (!bare.starts_with('0')).then(|| bare.parse().ok())?)
}

impl From<WrongType> for Diagnostic {
    fn from(WrongType { primary, message, help }: WrongType) -> Diagnostic {
        let found = Diagnostic::new(Code::WrongType, primary, message);
        help.into_iter().fold(found, Diagnostic::help)
    }
}

/// A value of the right type that makes no sense.
pub struct InvalidValue {
    /// The value.
    pub primary: Span,
    /// What is wrong with it.
    pub message: Message,
    /// What to write.
    pub help: Message,
}

impl From<InvalidValue> for Diagnostic {
    fn from(InvalidValue { primary, message, help }: InvalidValue) -> Diagnostic {
        Diagnostic::new(Code::InvalidValue, primary, message).help(help)
    }
}

/// A word that is not one of those that the field takes.
pub struct UnknownChoice<'a> {
    /// The value.
    pub primary: Span,
    /// The field.
    pub field: &'a str,
    /// What was written.
    pub written: &'a str,
    /// What the field takes.
    pub known: &'a [&'a str],
}

impl From<UnknownChoice<'_>> for Diagnostic {
    fn from(problem: UnknownChoice<'_>) -> Diagnostic {
        let UnknownChoice { primary, field, written, known } = problem;
        let message =
            message!("`{field}` cannot be `{written}`", field, written = value_of(field, written));
        let help = did_you_mean(written, known.iter().copied());
        Diagnostic::new(Code::InvalidValue, primary, message).help(help)
    }
}

/// Fields that exclude each other.
pub struct ConflictingFields<'a> {
    /// The second one.
    pub primary: Span,
    /// Its name.
    pub name: &'a str,
    /// The first one's place.
    pub other_span: Span,
    /// The first one's name.
    pub other: &'a str,
    /// Why they cannot both be there.
    pub why: &'static str,
}

impl From<ConflictingFields<'_>> for Diagnostic {
    fn from(problem: ConflictingFields<'_>) -> Diagnostic {
        let ConflictingFields { primary, name, other_span, other, why } = problem;
        let message = message!("`{name}` cannot be used with `{other}`", name, other);
        Diagnostic::new(Code::ConflictingFields, primary, message)
            .label(other_span, message!("`{other}` is here", other))
            .help(message!("keep only one: {why}", why = Message::from(why)))
    }
}

/// Two fields of which at least one is needed.
pub struct NothingChosen<'a> {
    /// The mapping that has none of them.
    pub primary: Span,
    /// What the mapping is.
    pub of: &'a str,
    /// What they are for.
    pub purpose: &'static str,
    /// The fields.
    pub choices: &'a [&'a str],
}

impl From<NothingChosen<'_>> for Diagnostic {
    fn from(NothingChosen { primary, of, purpose, choices }: NothingChosen<'_>) -> Diagnostic {
        let message = message!("{of} does not say {purpose}", of, purpose = Message::from(purpose));
        Diagnostic::new(Code::MissingField, primary, message)
            .help(message!("add one of {choices}", choices = list(choices.iter().copied())))
    }
}

/// `did you mean ...?`, or the names that there are.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> Message {
    match nearest(written, known.clone()) {
        Some(name) => message!("did you mean `{name}`?", name),
        None if known.clone().into_iter().next().is_none() => "there are none".into(),
        None => message!("expected one of {known}", known = list(known)),
    }
}

/// Names in backticks with commas, at most thirty of them.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> Message {
    let mut names = names.into_iter();
    let first: Vec<Message> =
        names.by_ref().take(30).map(|name| message!("`{name}`", name)).collect();
    match (first.len(), names.count()) {
        (0, _) => "nothing".into(),
        (_, 0) => Message::joined(first, ", "),
        (_, more) => {
            message!("{first} and {more} more", first = Message::joined(first, ", "), more)
        }
    }
}
