//! Problems of a document's shape: fields, types, values.

use crate::diag::secrets::value_of;
use crate::diag::{Code, Diagnostic, Message, characters, message, nearest};
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

/// Kinds that people write in place of ours.
const OTHER_KINDS: [(&[&str], &str); 4] = [
    (&["Application", "Service", "Workload", "Web", "Worker", "Component"], "write `kind: App`"),
    (
        &["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"],
        "write `kind: App`, or for a plain manifest the `apiVersion` of Kubernetes, for example `apps/v1`",
    ),
    (
        &[
            "Postgres",
            "PostgreSQL",
            "Postgresql",
            "MySQL",
            "Mysql",
            "MariaDB",
            "Mariadb",
            "DB",
            "Db",
        ],
        "write `kind: Database`, and the server as `engine` in `spec`",
    ),
    (&["Migration", "Migrations", "AtlasSchema", "AtlasMigration", "SQL"], "write `kind: Schema`"),
];

impl From<UnknownKind<'_>> for Diagnostic {
    fn from(problem: UnknownKind<'_>) -> Diagnostic {
        let UnknownKind { primary, written, field, known } = problem;
        let message = message!("unknown {field} `{written}`", field, written);
        let other = OTHER_KINDS.iter().find(|(names, _)| names.contains(&written));
        let help = match (field, other, known) {
            ("kind", Some((_, meant)), _) => (*meant).into(),
            ("apiVersion", _, [only]) => message!("write `apiVersion: {only}`", only),
            _ => did_you_mean(written, known.iter().copied()),
        };
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
    pub meant: Option<Message>,
    /// The fields that there are.
    pub known: &'a [&'a str],
}

impl From<UnknownField<'_>> for Diagnostic {
    fn from(UnknownField { primary, name, of, meant, known }: UnknownField<'_>) -> Diagnostic {
        let message = message!("`{of}` has no field `{name}`", of, name);
        let help = match meant {
            Some(meant) => meant,
            None if characters::odd(name).is_some() => {
                hidden_character(name, known.iter().copied())
            }
            None => did_you_mean(name, known.iter().copied()),
        };
        Diagnostic::new(Code::UnknownField, primary, message).help(help)
    }
}

/// Fields that stand outside the mapping that they belong to.
pub struct Misplaced<'a> {
    /// The first of them.
    pub primary: Span,
    /// Their names.
    pub names: Vec<&'a str>,
    /// The mapping: `spec`, `metadata`, or the kind for the document itself.
    pub within: &'static str,
    /// Whether the mapping is there.
    pub is_there: bool,
}

impl From<Misplaced<'_>> for Diagnostic {
    fn from(Misplaced { primary, names, within, is_there }: Misplaced<'_>) -> Diagnostic {
        let verb = if names.len() == 1 { "belongs" } else { "belong" };
        let (verb, names) = (Message::from(verb), list(names));
        let (message, help) = match (within, is_there) {
            ("spec" | "metadata", true) => (
                message!("{names} {verb} under `{within}`", names, verb, within),
                message!("indent it by two spaces below `{within}:`", within),
            ),
            ("spec" | "metadata", false) => (
                message!("{names} {verb} under `{within}`", names, verb, within),
                message!("write `{within}:` before it, and indent it by two spaces", within),
            ),
            _ => (
                message!("{names} {verb} beside `metadata`, not inside it", names, verb),
                message!("indent {names} like `metadata`", names),
            ),
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
    /// Its value, where that can be told.
    pub hint: Option<String>,
}

impl From<MissingField<'_>> for Diagnostic {
    fn from(MissingField { primary, of, name, hint }: MissingField<'_>) -> Diagnostic {
        let message = message!("`{of}` needs the field `{name}`", of, name);
        let help = match hint {
            Some(hint) => message!("add `{name}: {hint}`", name, hint),
            None => message!("add `{name}:`", name),
        };
        Diagnostic::new(Code::MissingField, primary, message).help(help)
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
    help: Message,
}

impl WrongType {
    /// `name` expects `expected`, in words, and found `node`.
    pub fn new(node: &Node, name: &str, expected: &'static str) -> WrongType {
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
        WrongType { help, ..WrongType::new(node, name, "a string") }
    }

    /// The same where the value may be a secret whatever its name is.
    pub fn to_quote_unseen(node: &Node, name: &str) -> WrongType {
        WrongType {
            primary: node.span,
            message: message!("`{name}` must be a string, not {kind}", name, kind = node.kind()),
            help: match node.scalar() {
                Some(_) => "put it in double quotes".into(),
                None => "write a string: Kubernetes rejects anything else".into(),
            },
        }
    }
}

/// A value in the form that it has in another tool.
pub struct OtherForm<'a> {
    /// The value.
    pub node: &'a Node,
    /// The field.
    pub name: &'a str,
    /// The value as it is written here.
    pub right: String,
}

impl From<OtherForm<'_>> for Diagnostic {
    fn from(OtherForm { node, name, right }: OtherForm<'_>) -> Diagnostic {
        let expected = match right.chars().next() {
            Some('[') => "a list",
            Some('{') => "a mapping",
            _ => "a single value",
        };
        let message = match node.kind() == expected {
            true => message!("`{name}` has another form here", name),
            false => message!(
                "`{name}` must be {expected}, not {found}",
                name,
                expected = Message::from(expected),
                found = found(node, name)
            ),
        };
        Diagnostic::new(Code::WrongType, node.span, message).help(message!(
            "write `{name}: {right}`",
            name,
            right
        ))
    }
}

/// What to do about a name with a character that cannot be seen, or looks like another.
fn hidden_character<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Message {
    let Some((at, character, called)) = characters::odd(written) else {
        return "remove it".into();
    };
    let column = written.get(..at).map_or(0, |before| before.chars().count()) + 1;
    let clean: String = written.chars().filter(|it| characters::name(*it).is_none()).collect();
    let clean = clean.trim().to_owned();
    let meant = nearest(&clean, known).unwrap_or(&clean).to_owned();
    message!(
        "its character {column} is a {called} ({number}); write `{meant}`",
        column,
        called = Message::from(called),
        number = characters::number(character),
        meant
    )
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

fn help(node: &Node, name: &str, expected: &'static str) -> Message {
    let general = || message!("write {expected}", expected = Message::from(expected));
    let Some(scalar) = node.scalar() else {
        let first = node.items().filter(|items| items.len() == 1).and_then(<[Node]>::first);
        return match first.and_then(Node::scalar) {
            Some(only) if expected == "a string" || expected == "a whole number" => {
                message!("write `{name}: {value}`", name, value = value_of(name, &only.text))
            }
            _ => general(),
        };
    };
    let text = &scalar.text;
    if let Some((_, character, called)) = characters::odd(text) {
        return message!(
            "remove the {called} ({number}) in it",
            called = Message::from(called),
            number = characters::number(character)
        );
    }
    match scalar.meaning {
        Meaning::Null => "write a value, or remove the field".into(),
        Meaning::String if expected == "a whole number" => {
            let known = [("http", 80), ("https", 443)].into_iter().find(|(word, _)| word == text);
            let number = text.trim().parse::<i64>().ok();
            match (number, known) {
                (Some(number), _) => {
                    message!("write `{name}: {number}`, without quotes", name, number)
                }
                (None, Some((_, port))) => {
                    message!("write its number: `{name}: {port}`", name, port = i64::from(port))
                }
                (None, None) => match rewrite_ports(text) {
                    Some(ports) => message!("write `ports: [{ports}]`", ports),
                    None => "write digits only".into(),
                },
            }
        }
        Meaning::Int if expected == "a whole number" => {
            let number =
                as_decimal(text).map(|number| message!(": {number}", number)).unwrap_or_default();
            message!("write it in decimal digits{number}", number)
        }
        Meaning::Float if expected == "a whole number" => {
            let whole = text.split('.').next().unwrap_or_default();
            match whole.parse::<i64>() {
                Ok(number) => message!("write `{name}: {number}`", name, number),
                Err(_) => "write a whole number of at most 18 digits".into(),
            }
        }
        Meaning::Int | Meaning::Float | Meaning::Bool(_) if expected == "a string" => {
            message!("quote it: `{name}: \"{value}\"`", name, value = value_of(name, text))
        }
        Meaning::String if expected == "a list" => {
            message!("write `{name}: [{value}]`", name, value = value_of(name, text))
        }
        Meaning::String if expected.starts_with("`true`") => {
            "write `true` or `false` without quotes".into()
        }
        Meaning::Bool(_) | Meaning::Int | Meaning::Float | Meaning::String => general(),
    }
}

/// `80:8080` as an entry of `ports`.
fn rewrite_ports(written: &str) -> Option<String> {
    let (published, target) = written.split_once(':')?;
    let are_numbers = [published, target].iter().all(|part| part.parse::<u16>().is_ok());
    are_numbers.then(|| format!("{{port: {published}, targetPort: {target}}}"))
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
        Diagnostic::new(Code::WrongType, primary, message).help(help)
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

/// A field of an environment that excludes fields of the base.
pub struct OverlaidConflict<'a> {
    /// The environment's field.
    pub primary: Span,
    /// Its name.
    pub set: &'a str,
    /// The first field of the base.
    pub base: Span,
    /// The names of the base's fields.
    pub names: &'a [&'a str],
}

impl From<OverlaidConflict<'_>> for Diagnostic {
    fn from(OverlaidConflict { primary, set, base, names }: OverlaidConflict<'_>) -> Diagnostic {
        let message = message!(
            "`{set}` cannot be used with {names} of the base",
            set,
            names = list(names.iter().copied())
        );
        let nulls: Vec<Message> =
            names.iter().map(|name| message!("`{name}: null`", name)).collect();
        Diagnostic::new(Code::ConflictingFields, primary, message)
            .label(base, "the base sets it here")
            .help(message!(
                "in this environment, remove it with {nulls}",
                nulls = Message::joined(nulls, " and ")
            ))
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
    if characters::odd(written).is_some() {
        return hidden_character(written, known);
    }
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
