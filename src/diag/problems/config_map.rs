//! Problems of plain objects of the Atlas Operator: the ConfigMaps that they name, and their fields.

use crate::diag::problems::spec::did_you_mean;
use crate::diag::{Code, Diagnostic, Message, message};
use crate::source::Span;

/// A ConfigMap that the project does not have.
pub struct ConfigMapElsewhere<'a> {
    /// The reference.
    pub primary: Span,
    /// The name.
    pub name: &'a str,
    /// Who names it.
    pub kind: &'a str,
}

impl From<ConfigMapElsewhere<'_>> for Diagnostic {
    fn from(ConfigMapElsewhere { primary, name, kind }: ConfigMapElsewhere<'_>) -> Diagnostic {
        let message = message!(
            "the ConfigMap `{name}` is not in this directory: its SQL is not checked, and this {kind} waits until somebody creates it",
            name,
            kind
        );
        Diagnostic::new(Code::ConfigMapElsewhere, primary, message)
            .help("add the ConfigMap to the directory, or use a `Schema`, which copies the SQL into the custom resource")
    }
}

/// A ConfigMap to which Kustomize gave a suffix that the reference does not have.
pub struct ConfigMapSuffix<'a> {
    /// The reference.
    pub primary: Span,
    /// The name in it.
    pub name: &'a str,
    /// Who names it.
    pub kind: &'a str,
    /// Where in the object, as Kustomize writes a path.
    pub path: &'static str,
    /// The ConfigMap.
    pub other: Span,
    /// Its name.
    pub other_name: &'a str,
}

impl From<ConfigMapSuffix<'_>> for Diagnostic {
    fn from(problem: ConfigMapSuffix<'_>) -> Diagnostic {
        let ConfigMapSuffix { primary, name, kind, path, other, other_name } = problem;
        let message = message!(
            "no ConfigMap is called `{name}`: Kustomize named it `{other_name}`, and does not know that this field names a ConfigMap",
            name,
            other_name
        );
        Diagnostic::new(Code::ConfigMapSuffix, primary, message)
            .label(other, message!("`{other_name}` is here", other_name))
            .help(message!(
                "add a file to `configurations:` of the kustomization with `nameReference: [{{kind: ConfigMap, version: v1, fieldSpecs: [{{kind: {kind}, path: {path}}}]}}]`",
                kind,
                path
            ))
    }
}

/// A key that is not there, or that the operator does not take.
pub struct ConfigMapKey {
    /// The key.
    pub primary: Span,
    /// What is wrong.
    pub message: Message,
    /// What to do.
    pub help: Message,
    /// The ConfigMap.
    pub config_map: Option<Span>,
}

impl From<ConfigMapKey> for Diagnostic {
    fn from(ConfigMapKey { primary, message, help, config_map }: ConfigMapKey) -> Diagnostic {
        let found = Diagnostic::new(Code::ConfigMapKey, primary, message).help(help);
        match config_map {
            Some(span) => found.label(span, "the ConfigMap is here"),
            None => found,
        }
    }
}

/// A ConfigMap that keeps its name when its content changes.
pub struct ConfigMapFixedName<'a> {
    /// The reference.
    pub primary: Span,
    /// The name.
    pub name: &'a str,
    /// Who names it.
    pub kind: &'a str,
    /// The ConfigMap.
    pub config_map: Span,
}

impl From<ConfigMapFixedName<'_>> for Diagnostic {
    fn from(problem: ConfigMapFixedName<'_>) -> Diagnostic {
        let ConfigMapFixedName { primary, name, kind, config_map } = problem;
        let message = message!(
            "Argo CD does not wait for a change of `{name}`: the {kind} itself stays the same, and is Healthy from the time before",
            name,
            kind
        );
        let inline = match kind {
            "AtlasSchema" => "`schema: {sql: ...}`",
            _ => "`dir: {local: {...}}`",
        };
        Diagnostic::new(Code::ConfigMapFixedName, primary, message)
            .label(config_map, "the ConfigMap keeps its name, whatever it contains")
            .help(message!(
                "use a `Schema` in place of both; or write the SQL inline, {inline}; or give the ConfigMap a new name for each content, for example `{name}-v2`",
                inline = Message::from(inline),
                name
            ))
    }
}

/// A field that the definition of a custom resource does not have.
pub struct UnknownOperatorField<'a> {
    /// The field.
    pub primary: Span,
    /// Its name.
    pub name: &'a str,
    /// What it is in.
    pub of: &'a str,
    /// The kind of object.
    pub kind: &'a str,
    /// The release of the operator that was looked at.
    pub version: &'static str,
    /// The fields that there are.
    pub known: &'a [&'a str],
}

impl From<UnknownOperatorField<'_>> for Diagnostic {
    fn from(problem: UnknownOperatorField<'_>) -> Diagnostic {
        let UnknownOperatorField { primary, name, of, kind, version, known } = problem;
        let message = message!(
            "`{of}` has no field `{name}` in the {kind} of operator {version}: the API server drops it",
            of,
            name,
            kind,
            version = Message::from(version)
        );
        Diagnostic::new(Code::UnknownOperatorField, primary, message)
            .help(did_you_mean(name, known.iter().copied()))
    }
}
