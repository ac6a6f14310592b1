//! Problems of what would be printed.

use crate::diag::problems::spec::list;
use crate::diag::{Code, Diagnostic, Message, message};
use crate::source::Span;

/// There is nothing to print.
pub struct EmptyProject {
    /// The directory, as a virtual file.
    pub primary: Span,
}

impl From<EmptyProject> for Diagnostic {
    fn from(EmptyProject { primary }: EmptyProject) -> Diagnostic {
        let message = "no Kubernetes objects found in this directory";
        Diagnostic::new(Code::EmptyProject, primary, message).help(
            "check the path of the Application: with pruning on, an empty result would make Argo CD delete everything",
        )
    }
}

/// A patch without an object.
pub struct PatchMatchesNothing {
    /// The target.
    pub primary: Span,
    /// What it names.
    pub target: String,
    /// What there is.
    pub known: Vec<String>,
}

impl From<PatchMatchesNothing> for Diagnostic {
    fn from(PatchMatchesNothing { primary, target, known }: PatchMatchesNothing) -> Diagnostic {
        let message =
            message!("the patch matches nothing: this spec does not generate `{target}`", target);
        let help = message!("it generates {known}", known = list(known.iter().map(String::as_str)));
        Diagnostic::new(Code::PatchMatchesNothing, primary, message).help(help)
    }
}

/// A patch that cannot be merged.
pub struct InvalidPatch {
    /// The part of the patch.
    pub primary: Span,
    /// What is wrong.
    pub message: Message,
    /// What to write.
    pub help: Message,
}

impl From<InvalidPatch> for Diagnostic {
    fn from(InvalidPatch { primary, message, help }: InvalidPatch) -> Diagnostic {
        Diagnostic::new(Code::InvalidPatch, primary, message).help(help)
    }
}

/// An object that Argo CD would read differently from what is printed.
pub struct MisreadObject {
    /// What is in the way.
    pub primary: Span,
    /// What Argo CD does with it.
    pub message: Message,
    /// What to write.
    pub help: Message,
}

impl From<MisreadObject> for Diagnostic {
    fn from(MisreadObject { primary, message, help }: MisreadObject) -> Diagnostic {
        Diagnostic::new(Code::MisreadObject, primary, message).help(help)
    }
}

/// An object that Kubernetes does not store.
pub struct TooLarge {
    /// What makes it large.
    pub primary: Span,
    /// What it is.
    pub what: Message,
    /// Its size.
    pub size: usize,
    /// The largest that fits.
    pub limit: usize,
}

impl From<TooLarge> for Diagnostic {
    fn from(TooLarge { primary, what, size, limit }: TooLarge) -> Diagnostic {
        let message = message!(
            "{what} has {size} bytes; Kubernetes stores at most {limit}",
            what,
            size,
            limit
        );
        Diagnostic::new(Code::TooLarge, primary, message).help("split it")
    }
}

/// A manifest that client-side apply refuses for its size.
pub struct TooLargeToApply {
    /// The manifest.
    pub primary: Span,
    /// What it is.
    pub what: Message,
    /// The size of its copy.
    pub size: usize,
    /// The largest that fits.
    pub limit: usize,
}

impl From<TooLargeToApply> for Diagnostic {
    fn from(TooLargeToApply { primary, what, size, limit }: TooLargeToApply) -> Diagnostic {
        let message = message!(
            "{what} is too large for client-side apply: it has {size} bytes, and the last-applied-configuration annotation holds at most {limit}",
            what,
            size,
            limit
        );
        Diagnostic::new(Code::TooLargeToApply, primary, message).help(
            "add `argocd.argoproj.io/sync-options: ServerSideApply=true` to its annotations, unless the Application sets it",
        )
    }
}

/// A name that is made up when an object is created.
pub struct GenerateName {
    /// `metadata.generateName`.
    pub primary: Span,
    /// What has it.
    pub name: String,
}

impl From<GenerateName> for Diagnostic {
    fn from(GenerateName { primary, name }: GenerateName) -> Diagnostic {
        let message = message!("`{name}` uses `generateName`, which Argo CD cannot apply", name);
        Diagnostic::new(Code::GenerateName, primary, message).help(
            "set `metadata.name`; or make it a hook, which Argo CD creates in every sync: `argocd.argoproj.io/hook: Sync`",
        )
    }
}

/// A host name that the operator may not find.
pub struct HostWithoutNamespace<'a> {
    /// The Schema.
    pub primary: Span,
    /// The host.
    pub host: &'a str,
}

impl From<HostWithoutNamespace<'_>> for Diagnostic {
    fn from(HostWithoutNamespace { primary, host }: HostWithoutNamespace<'_>) -> Diagnostic {
        let message = message!("the host `{host}` has no namespace", host);
        Diagnostic::new(Code::HostWithoutNamespace, primary, message).help(
            "the operator resolves host names from its own namespace. Argo CD passes the namespace to the plugin; on the command line, add `--namespace NAME`",
        )
    }
}

/// A kind that the cluster does not serve.
pub struct UnservedKind<'a> {
    /// Who needs it.
    pub primary: Span,
    /// The kind.
    pub kind: &'a str,
    /// Its API version.
    pub api_version: &'a str,
}

impl From<UnservedKind<'_>> for Diagnostic {
    fn from(UnservedKind { primary, kind, api_version }: UnservedKind<'_>) -> Diagnostic {
        let message =
            message!("the cluster does not serve `{api_version}` `{kind}`", kind, api_version);
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let help = match group {
            "db.atlasgo.io" => "install the Atlas Kubernetes Operator (docs/install.md)",
            "gateway.networking.k8s.io" => "install the Gateway API, or use `ingress`",
            "postgresql.cnpg.io" => "install the CloudNativePG operator, or remove `cloudNativePG`",
            _ => "install the operator or CRD that serves it, or upgrade the cluster",
        };
        Diagnostic::new(Code::UnservedKind, primary, message).help(help)
    }
}
