//! Problems with names and the references to them.

use std::borrow::Cow;

use crate::diag::problems::spec::did_you_mean;
use crate::diag::{Code, Diagnostic, Message, message};
use crate::source::Span;

/// Kubernetes does not take this name.
pub struct InvalidName {
    /// The name.
    pub primary: Span,
    /// What it names.
    pub what: Message,
    /// What was written.
    pub name: String,
    /// The rule.
    pub rule: Message,
}

impl From<InvalidName> for Diagnostic {
    fn from(InvalidName { primary, what, name, rule }: InvalidName) -> Diagnostic {
        let message = message!("Kubernetes takes no {what} `{name}`", what, name);
        Diagnostic::new(Code::InvalidName, primary, message).help(rule)
    }
}

/// Two specs of one kind have the same name.
pub struct DuplicateName<'a> {
    /// The second one.
    pub primary: Span,
    /// The first one.
    pub first: Span,
    /// Their kind.
    pub kind: &'a str,
    /// Their name.
    pub name: &'a str,
}

impl From<DuplicateName<'_>> for Diagnostic {
    fn from(DuplicateName { primary, first, kind, name }: DuplicateName<'_>) -> Diagnostic {
        let message = message!("there are two specs `{kind}/{name}`", kind, name);
        Diagnostic::new(Code::DuplicateName, primary, message)
            .at("the second one")
            .label(first, "the first one")
            .help("give one of them another name")
    }
}

/// A spec beside the folders of the environments has the name of one elsewhere: a part of it, most likely.
pub struct PartOutside<'a> {
    /// Its name.
    pub primary: Span,
    /// The name of the one elsewhere.
    pub whole: Span,
    /// Their kind.
    pub kind: &'a str,
    /// Their name.
    pub name: &'a str,
    /// The environment that the file is called after.
    pub environment: &'a str,
}

impl From<PartOutside<'_>> for Diagnostic {
    fn from(problem: PartOutside<'_>) -> Diagnostic {
        let PartOutside { primary, whole, kind, name, environment } = problem;
        let message = message!(
            "there are two specs `{kind}/{name}`, and this one is in no environment",
            kind,
            name
        );
        Diagnostic::new(Code::DuplicateName, primary, message)
            .label(whole, "the other one")
            .help(message!("move this file to `environments/{environment}/`", environment))
    }
}

/// Two objects of the output would be the same object in the cluster.
pub struct DuplicateObject<'a> {
    /// The second one's owner.
    pub primary: Span,
    /// The first one's owner.
    pub first: Span,
    /// What both are: `Service/shop`.
    pub object: &'a str,
    /// The namespace of both, if any is written.
    pub namespace: Option<&'a str>,
    /// Who makes the first.
    pub first_owner: &'a str,
    /// Who makes the second.
    pub second_owner: &'a str,
}

impl From<DuplicateObject<'_>> for Diagnostic {
    fn from(problem: DuplicateObject<'_>) -> Diagnostic {
        let DuplicateObject { primary, first, object, namespace, first_owner, second_owner } =
            problem;
        let within =
            namespace.map(|name| message!(" in namespace `{name}`", name)).unwrap_or_default();
        let message = message!("`{object}`{within} would be there twice", object, within);
        Diagnostic::new(Code::DuplicateObject, primary, message)
            .at(message!("`{second_owner}` makes one", second_owner))
            .label(
                first,
                message!("`{first_owner}` makes the other", first_owner),
            )
            .help(
                "give one of them another name, or remove one: Argo CD would apply the last of them \
                 and drop the other",
            )
    }
}

/// A plain manifest that is written twice, word for word.
pub struct RepeatedObject {
    /// The second one's name.
    pub primary: Span,
    /// The first one's name.
    pub first: Span,
    /// What both are: `Service/shop`.
    pub object: String,
}

impl From<RepeatedObject> for Diagnostic {
    fn from(RepeatedObject { primary, first, object }: RepeatedObject) -> Diagnostic {
        let message =
            message!("`{object}` is written twice; both are the same, and one is printed", object);
        Diagnostic::new(Code::RepeatedObject, primary, message)
            .label(first, "the first one")
            .help("remove one of them: Argo CD would warn of a repeated resource")
    }
}

/// A reference that leads nowhere.
pub struct UnknownName<'a> {
    /// The reference.
    pub primary: Span,
    /// What was written.
    pub written: &'a str,
    /// What it should have named.
    pub what: &'a str,
    /// What there is, asked only when the problem is shown; none where so much is wrong that a guess
    /// is of no help.
    pub known: Option<&'a dyn Fn() -> Vec<Cow<'a, str>>>,
}

impl From<UnknownName<'_>> for Diagnostic {
    fn from(UnknownName { primary, written, what, known }: UnknownName<'_>) -> Diagnostic {
        let message = message!("there is no {what} `{written}` in this project", what, written);
        let found = Diagnostic::new(Code::UnknownName, primary, message);
        let Some(known) = known else { return found };
        let known = known();
        found.help(did_you_mean(written, known.iter().map(|name| &**name)))
    }
}

/// A name that several specs have.
pub struct AmbiguousName<'a> {
    /// The reference.
    pub primary: Span,
    /// The name.
    pub name: &'a str,
    /// What it could mean.
    pub choices: Vec<String>,
}

impl From<AmbiguousName<'_>> for Diagnostic {
    fn from(AmbiguousName { primary, name, choices }: AmbiguousName<'_>) -> Diagnostic {
        let message = message!(
            "`{name}` could mean {choices}",
            name,
            choices = Message::joined(&choices, " or ")
        );
        let help = message!("write `{choices}`", choices = Message::joined(&choices, "` or `"));
        Diagnostic::new(Code::AmbiguousName, primary, message).help(help)
    }
}

/// `${name.property}` with a property that the named thing does not have.
pub struct UnknownProperty<'a> {
    /// The reference.
    pub primary: Span,
    /// What it is a property of.
    pub of: &'a str,
    /// The property.
    pub property: &'a str,
    /// Those that there are.
    pub known: &'a [&'a str],
}

impl From<UnknownProperty<'_>> for Diagnostic {
    fn from(UnknownProperty { primary, of, property, known }: UnknownProperty<'_>) -> Diagnostic {
        let message = message!("`{of}` has no `{property}`", of, property);
        let help = did_you_mean(property, known.iter().copied());
        Diagnostic::new(Code::UnknownProperty, primary, message).help(help)
    }
}

/// `${...}` that is not a reference.
pub struct InvalidReference {
    /// Where it begins.
    pub primary: Span,
    /// What is wrong.
    pub cause: Message,
}

impl From<InvalidReference> for Diagnostic {
    fn from(InvalidReference { primary, cause }: InvalidReference) -> Diagnostic {
        Diagnostic::new(Code::InvalidReference, primary, cause)
            .help("write `${name.property}`, or `$$` for a literal `$`")
    }
}

/// A Secret that is needed in another namespace than it is in.
pub struct CrossNamespace<'a> {
    /// The reference.
    pub primary: Span,
    /// Who needs the Secret.
    pub from: &'a str,
    /// Whose it is.
    pub to: &'a str,
    /// Its namespace.
    pub namespace: &'a str,
    /// Where that is written.
    pub other: Span,
}

impl From<CrossNamespace<'_>> for Diagnostic {
    fn from(
        CrossNamespace { primary, from, to, namespace, other }: CrossNamespace<'_>,
    ) -> Diagnostic {
        let message =
            message!("`{from}` cannot read the Secret of `{to}` in another namespace", from, to);
        Diagnostic::new(Code::CrossNamespace, primary, message)
            .label(other, message!("this is in namespace `{namespace}`", namespace))
            .help("put both into one namespace: Kubernetes reads no Secret across namespaces")
    }
}
