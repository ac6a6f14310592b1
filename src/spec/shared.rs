//! What all kinds of spec have, and the parts that more than one of them has.

use crate::diag::Diagnostics;
use crate::diag::problems::spec::{Misplaced, WrongType};
use crate::source::Spanned;
use crate::spec::{App, Database, FieldType, Fields, Part, Record, Schema, record};
use crate::syntax::node::{Data, Entry, Node};
use crate::syntax::{Manifest, Text, TextMap};

/// Everything that a directory holds.
#[derive(Debug, Default)]
pub struct Specs {
    /// The `Database` specs.
    pub databases: Vec<Spec<Database>>,
    /// The `Schema` specs.
    pub schemas: Vec<Spec<Schema>>,
    /// The `App` specs.
    pub apps: Vec<Spec<App>>,
    /// All other Kubernetes objects.
    pub manifests: Vec<Manifest>,
}

/// One spec: what all kinds share, and its own fields.
#[derive(Debug)]
pub struct Spec<T> {
    /// `metadata`.
    pub metadata: Metadata,
    /// What all kinds have under `spec`.
    pub shared: Shared,
    /// The fields of its kind.
    pub fields: T,
}

record! {
    /// `metadata` of a spec.
    pub struct Metadata {
        must name: Text = "name",
            "What the spec is called, and the objects that it makes.", "", [];
        may namespace: Text = "namespace",
            "The namespace of its objects. Default: where the Application goes.", "", [];
        any labels: TextMap = "labels", "Labels for all its objects.", "", ["label"];
        any annotations: TextMap = "annotations",
            "Annotations for all its objects.", "", ["annotation"];
    }
    rules []
}

/// The rows that all kinds have under `spec`.
pub const SHARED: Record = Shared::RECORD;

record! {
    /// What all kinds have under `spec`.
    pub struct Shared {
        may depends_on: Vec<Text> = "dependsOn",
            "What has to be healthy first: names of specs, or `Kind/name` of a plain manifest. A \
             reference in another field is a dependency already. An empty list means that it waits for \
             nothing, so that the safe default does not hold.",
            "dependsOn: []", ["needs", "requiresSpecs", "after", "waitFor"];
        may wave: Spanned<i64> = "wave",
            "The sync wave, where it has to be a certain one. Everything else is arranged around it.",
            "wave: 3", ["syncWave", "argocd.argoproj.io/sync-wave"];
        any patches: Vec<Patch> = "patches",
            "Strategic-merge patches on the generated objects, for what no field is for. One that \
             matches nothing is an error.",
            "patches: [{target: {kind: Secret}, patch: {}}]", ["patch", "overlays", "overrides"];
    }
    rules []
}

record! {
    /// A strategic-merge patch on a generated object.
    pub struct Patch {
        @span = span;
        must target: Target = "target", "Which of the generated objects.", "", [];
        must patch: Mapping = "patch", "What is merged into them.", "", ["spec", "merge", "value"];
    }
    rules []
}

record! {
    /// What a patch is for.
    pub struct Target {
        must kind: Text = "kind", "The kind of the object.", "", [];
        may name: Text = "name",
            "Its name. Default: every object of the kind.", "", [];
    }
    rules []
}

/// A mapping that is kept as it was written.
#[derive(Debug)]
pub struct Mapping(pub Node);

impl std::ops::Deref for Mapping {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.0
    }
}

impl Part for Mapping {
    const FIELD_TYPE: FieldType = FieldType::Map(&FieldType::Any);

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Mapping> {
        if node.entries().is_none() {
            diagnostics.report(WrongType::new(node, name, "a mapping"));
            return None;
        }
        Some(Mapping(node.clone()))
    }
}

/// A text whose node is kept, so that places inside it can be found again.
#[derive(Debug)]
pub struct Inline(pub Node);

impl Part for Inline {
    const FIELD_TYPE: FieldType = FieldType::Text;

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Inline> {
        Text::read(node, name, diagnostics)?;
        Some(Inline(node.clone()))
    }
}

/// What a file holds that is mounted, by its mount path.
#[derive(Debug)]
pub enum Content {
    /// The text itself.
    Text(Text),
    /// A file of the project.
    File(Text),
}

/// One of `configFiles`: the mount path and what is there.
pub type ConfigFile = (Text, Content);

record! {
    /// `{file: ...}` or `{text: ...}`.
    pub struct Spelled {
        may file: Text = "file",
            "The path of a file below the application's directory.", "", ["path", "from", "source"];
        may text: Text = "text", "What the file holds.", "", ["content", "contents", "data", "inline"];
    }
    rules []
}

impl Part for Content {
    const FIELD_TYPE: FieldType = FieldType::Either(&[FieldType::Text, Spelled::FIELD_TYPE]);

    /// A text of several lines is the file itself, one of a single line is the path of one;
    /// `{text: ...}` and `{file: ...}` say it outright.
    fn read(node: &Node, _: &str, diagnostics: &mut Diagnostics) -> Option<Content> {
        let name = "configFiles";
        match &node.data {
            Data::Mapping(_) => match Spelled::read(node, name, diagnostics)? {
                Spelled { file: Some(file), text: None } => Some(Content::File(file)),
                Spelled { file: None, text: Some(text) } => Some(Content::Text(text)),
                Spelled { .. } => {
                    let expected = "a mapping with either `file` or `text`";
                    diagnostics.report(WrongType::new(node, name, expected));
                    None
                }
            },
            Data::Scalar(_) | Data::Sequence(_) => {
                let written = Text::read(node, name, diagnostics)?;
                Some(match written.value.contains('\n') {
                    true => Content::Text(written),
                    false => Content::File(written),
                })
            }
        }
    }
}

record! {
    /// A reference to one key of a Secret.
    #[derive(Clone, PartialEq, Eq)]
    pub struct SecretKey {
        must name: Text = "name", "The Secret.", "", ["secret", "secretName"];
        must key: Text = "key", "The key within it.", "", ["secretKey"];
    }
    rules []
}

record! {
    /// `{secretKeyRef: {name, key}}`.
    #[derive(Clone, PartialEq, Eq)]
    pub struct FromSecret {
        must secret_key_ref: SecretKey = "secretKeyRef",
            "A key of a Secret in the same namespace.", "", ["secret", "secretRef"];
    }
    rules []
}

/// Reads the whole of one spec.
pub(crate) fn read<T>(
    node: &Node,
    kind: &'static str,
    own: &'static Record,
    take: impl FnOnce(&mut Fields<'_, '_>) -> Option<T>,
    diagnostics: &mut Diagnostics,
) -> Option<Spec<T>> {
    if report_misplaced(node, kind, own, diagnostics) {
        return None;
    }
    let records = &[&DOCUMENT];
    let mut document = Fields::of(node, kind, records, diagnostics)?;
    let metadata = document.required::<Metadata>("metadata");
    let body = document.required::<Mapping>("spec");
    let name = metadata.as_ref().map(|metadata| metadata.name.value.clone()).unwrap_or_default();
    let records = &[own, &SHARED];
    let body = body.and_then(|Mapping(body)| {
        let fields = document.within(&body, "spec", records)?;
        let mut fields = fields.of_spec(kind, &name);
        let shared = Shared::take(&mut fields);
        let own = take(&mut fields);
        fields.finish();
        Some((shared?, own?))
    });
    document.finish();
    let (shared, fields) = body?;
    Some(Spec { metadata: metadata?, shared, fields })
}

/// Reports fields that stand outside the mapping that they belong to, by a wrong indentation for example, and
/// whether there are any: then nothing else is said of the spec.
fn report_misplaced(
    node: &Node,
    kind: &'static str,
    own: &'static Record,
    diagnostics: &mut Diagnostics,
) -> bool {
    let entries = node.entries().unwrap_or_default();
    let is_empty = |name: &str| node.get(name).is_none_or(Node::is_null);
    let is_of_spec = |name: &str| {
        let rows = own.fields.iter().chain(SHARED.fields);
        rows.into_iter().any(|row| row.name == name || row.synonyms.contains(&name))
    };
    let is_of_metadata = |name: &str| Metadata::RECORD.fields.iter().any(|row| row.name == name);
    let is_header = |name: &str| DOCUMENT.fields.iter().any(|row| row.name == name);
    let others = || entries.iter().filter(|entry| !is_header(&entry.key.value));
    let before = diagnostics.len();
    let mut report = |within: &'static str, found: Vec<&Entry>| {
        let Some(first) = found.first() else { return };
        let names: Vec<&str> = found.iter().map(|entry| entry.key.value.as_str()).collect();
        let is_there = node.get(within).is_some();
        diagnostics.report(Misplaced { primary: first.key.span, names, within, is_there });
    };
    if is_empty("metadata") {
        report("metadata", others().filter(|entry| is_of_metadata(&entry.key.value)).collect());
    }
    if is_empty("spec") {
        let is_it = |entry: &&Entry| {
            is_of_spec(&entry.key.value)
                && !(is_of_metadata(&entry.key.value) && is_empty("metadata"))
        };
        report("spec", others().filter(is_it).collect());
    }
    if let Some(metadata) = node.get("metadata").and_then(Node::entries) {
        let is_it = |entry: &&Entry| {
            let name = entry.key.value.as_str();
            name == "spec"
                || (!is_of_metadata(name) && own.fields.iter().any(|row| row.name == name))
        };
        let found: Vec<&Entry> = metadata.iter().filter(is_it).collect();
        match found.first() {
            Some(spec) if spec.key.value == "spec" && node.get("spec").is_none() => {
                let within = kind;
                let (primary, names) = (spec.key.span, vec!["spec"]);
                diagnostics.report(Misplaced { primary, names, within, is_there: true });
            }
            Some(_) => report("spec", found),
            None => {}
        }
    }
    diagnostics.len() > before
}

/// What stands at the top of a spec's document.
const DOCUMENT: Record = Record {
    fields: &[
        header("apiVersion", FieldType::Text),
        header("kind", FieldType::Text),
        header("metadata", Metadata::FIELD_TYPE),
        header("spec", FieldType::Any),
    ],
    rules: &[],
};

const fn header(name: &'static str, shape: FieldType) -> crate::spec::Field {
    crate::spec::Field { name, shape, is_required: true, text: "", example: "", synonyms: &[] }
}
