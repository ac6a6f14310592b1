//! Sources -> syntax: reads YAML into specs and manifests and reports what cannot be read.
//!
//! In: the texts. Out: [`Specs`], with the place of everything. Nothing here looks at a name
//! twice: whether a reference leads anywhere is `resolve`'s business.

mod conceal;
mod foreign;
mod overlay;
mod settings;
pub mod yaml;

pub(crate) use overlay::environments;
pub use settings::settings;

use crate::diag::problems::security::LimitExceeded;
use crate::diag::problems::spec::{
    InvalidValue, NotAManifest, NotAnObject, UnknownField, UnknownKind, WrongType,
};
use crate::diag::{Diagnostics, message, nearest};
use crate::parameters::Settings;
use crate::source::{Source, Sources, Spanned, is_manifest_name};
use crate::spec::{self, App, Database, Part, Schema, Specs};
use crate::syntax::node::{Data, Entry, Meaning, Node, Scalar};
use crate::syntax::{Kind, Manifest, Text};
use foreign::{Foreign, first_key};
use overlay::Document;

/// The API group of the specs.
pub const API_GROUP: &str = "argocd-atlas-plugin";
/// The API version of the specs.
pub const API_VERSION: &str = "argocd-atlas-plugin/v1alpha1";
/// The longest value of all parameters together, in bytes.
pub const MAX_PARAMETERS_LEN: usize = 1024 * 1024;
/// The most fields that are looked through when parts of specs, and parameters, are merged onto
/// whole ones.
pub const MERGE_STEPS: usize = 10_000_000;

/// As many files as a directory may have (`read::ENTRIES`); each is looked at.
const MAX_FILES: usize = 100_000;

/// Reads every YAML and JSON file, with the overlay and the changes that the settings ask for.
pub fn specs(sources: &Sources, settings: &Settings, diagnostics: &mut Diagnostics) -> Specs {
    overlay::check_environment(settings, sources, diagnostics);
    let chosen = settings.environment.as_ref().map(|name| name.value.as_str());
    let mut budget = yaml::Budget::within(diagnostics.used_before.rest());
    let (mut base, mut overlay) = (Vec::new(), Vec::new());
    let foreign = Foreign::find(sources, diagnostics);
    let is_ours = |source: &Source| is_manifest_file(source) && !foreign.has(&source.path);
    // By path: of two specs with one name, an environment changes the first.
    let files = sources.below("").map(|(_, file)| (file, sources.get(file)));
    for (file, source) in files.filter(|(_, source)| is_ours(source)) {
        let documents = match overlay::environment_of(&source.path) {
            None => &mut base,
            environment if environment == chosen => &mut overlay,
            Some(_) => continue,
        };
        let nodes = foreign::documents(file, source, &mut budget, diagnostics);
        if source.text().contains("Secret") {
            nodes.iter().for_each(|node| conceal::secrets(node, diagnostics));
            conceal::unread(file, source, &nodes, diagnostics);
        }
        documents.extend(nodes.into_iter().map(|node| Document { file, node }));
    }
    budget.add_to(&mut diagnostics.effort);
    diagnostics.effort.add(sources.iter().count(), MAX_FILES);
    let base = overlay::without_parts_outside(base, sources, diagnostics);
    let mut specs = Specs::default();
    for Document { file, node } in overlay::merged(base, overlay, settings, diagnostics) {
        document(node, sources.get(file), &mut specs, diagnostics);
    }
    specs
}

fn is_manifest_file(source: &Source) -> bool {
    source.is_readable() && is_manifest_name(&source.path)
}

fn document(node: Node, source: &Source, specs: &mut Specs, diagnostics: &mut Diagnostics) {
    let Some(entries) = node.entries() else {
        diagnostics.report(NotAManifest { primary: node.span, path: &source.path });
        return;
    };
    match (header(entries, "apiVersion", diagnostics), header(entries, "kind", diagnostics)) {
        (Header::Is(version), Header::Is(kind)) if version.value == API_VERSION => {
            our_spec(&node, &kind, specs, diagnostics);
        }
        (Header::Is(version), Header::Is(_)) if is_our_group(&version.value) => {
            let (primary, written) = (version.span, version.value.as_str());
            let (field, known) = ("apiVersion", &[API_VERSION][..]);
            diagnostics.report(UnknownKind { primary, written, field, known });
        }
        (Header::Is(version), Header::Is(kind)) if is_ours_by_kind(&version, &kind) => {
            let (primary, written) = (version.span, version.value.as_str());
            let (field, known) = ("apiVersion", &[API_VERSION][..]);
            diagnostics.report(UnknownKind { primary, written, field, known });
        }
        (Header::Is(version), Header::Is(kind)) => {
            manifest(node, version, kind, source, specs, diagnostics);
        }
        (Header::Absent, Header::Absent)
            if node.get("metadata").is_none() && node.get("spec").is_none() =>
        {
            diagnostics.report(NotAManifest { primary: first_key(&node), path: &source.path });
        }
        (version, kind) => not_an_object(&node, &version, &kind, diagnostics),
    }
}

enum Header {
    Is(Text),
    Absent,
    Wrong,
}

fn header(entries: &[Entry], name: &'static str, diagnostics: &mut Diagnostics) -> Header {
    let Some(entry) = entries.iter().find(|entry| entry.key.value == name) else {
        return Header::Absent;
    };
    match entry.value.str() {
        Some(text) => Header::Is(Spanned::new(text.into(), entry.value.span)),
        None => {
            diagnostics.report(WrongType::new(&entry.value, name, "a string"));
            Header::Wrong
        }
    }
}

fn not_an_object(node: &Node, version: &Header, kind: &Header, diagnostics: &mut Diagnostics) {
    let lacks = match (version, kind) {
        (Header::Wrong, _) | (_, Header::Wrong) => return,
        (Header::Absent, Header::Absent) => "`apiVersion` and `kind` are missing",
        (Header::Absent, Header::Is(_)) => "`apiVersion` is missing",
        (Header::Is(_), Header::Absent | Header::Is(_)) => "`kind` is missing",
    };
    if let Some((entry, meant)) = misspelt_header(node) {
        let (primary, name) = (entry.key.span, entry.key.value.as_str());
        let (of, known) = ("this document", &[meant][..]);
        diagnostics.report(UnknownField { primary, name, of, meant: None, known });
        return;
    }
    let is_ours = |kind: &Text| Kind::ALL.iter().any(|ours| ours.name() == kind.value);
    let version_is =
        |prefix: &str| matches!(version, Header::Is(version) if version.value.starts_with(prefix));
    let help = match kind {
        Header::Is(kind) if is_ours(kind) => {
            message!("add `apiVersion: {API_VERSION}`", API_VERSION)
        }
        Header::Absent if version_is("score.dev/") => {
            "this is a Score workload: write an App, with the container's fields directly below `spec`, or render it with `score-k8s generate` first".into()
        }
        Header::Absent if version_is(API_GROUP) => {
            "add `kind: App`, `kind: Schema` or `kind: Database`".into()
        }
        Header::Is(_) => "add `apiVersion`".into(),
        Header::Absent if matches!(version, Header::Is(_)) => "add `kind`".into(),
        Header::Absent | Header::Wrong => {
            "add `apiVersion`, `kind` and `metadata.name`".into()
        }
    };
    diagnostics.report(NotAnObject { primary: first_key(node), lacks: lacks.into(), help });
}

/// A key that is nearly one of those that say what a document is, where that one is missing.
fn misspelt_header(node: &Node) -> Option<(&Entry, &'static str)> {
    let missing = ["apiVersion", "kind"].into_iter().filter(|name| node.get(name).is_none());
    let entries = node.entries().unwrap_or_default();
    missing.into_iter().find_map(|name| {
        let is_near = |entry: &&Entry| nearest(&entry.key.value, [name]).is_some();
        Some((entries.iter().find(is_near)?, name))
    })
}

/// Whether a kind is one of ours, under an API version that has no such kind: Kubernetes' own.
fn is_ours_by_kind(version: &Text, kind: &Text) -> bool {
    const OWN: [&str; 5] = ["v1", "v1alpha1", "v1beta1", "apps/v1", "batch/v1"];
    OWN.contains(&version.value.as_str()) && Kind::ALL.iter().any(|ours| ours.name() == kind.value)
}

fn is_our_group(api_version: &str) -> bool {
    let group = api_version.split_once('/').map_or(api_version, |(group, _)| group);
    group == API_GROUP || nearest(group, [API_GROUP]).is_some()
}

fn our_spec(node: &Node, kind: &Text, specs: &mut Specs, diagnostics: &mut Diagnostics) {
    let found = Kind::ALL.into_iter().find(|known| known.name() == kind.value);
    match found {
        Some(Kind::Database) => {
            let (kind, own) = ("Database", &Database::RECORD);
            specs.databases.extend(spec::read(node, kind, own, Database::take, diagnostics));
        }
        Some(Kind::Schema) => {
            let (kind, own) = ("Schema", &Schema::RECORD);
            specs.schemas.extend(spec::read(node, kind, own, Schema::take, diagnostics));
        }
        Some(Kind::App) => {
            let (kind, own) = ("App", &App::RECORD);
            specs.apps.extend(spec::read(node, kind, own, App::take, diagnostics));
        }
        None => {
            let known = Kind::ALL.map(Kind::name);
            let (primary, written) = (kind.span, kind.value.as_str());
            diagnostics.report(UnknownKind { primary, written, field: "kind", known: &known });
        }
    }
}

fn manifest(
    node: Node,
    api_version: Text,
    kind: Text,
    source: &Source,
    specs: &mut Specs,
    diagnostics: &mut Diagnostics,
) {
    let named = |key| node.at(&["metadata", key]).filter(|name| !name.is_null());
    let name = named("name").or_else(|| named("generateName"));
    match node.get("items") {
        // Whatever its name: `v1` knows no object of this kind that could be stored.
        Some(_) if kind.value == "List" => return list(node, source, specs, diagnostics),
        Some(_) if kind.value.ends_with("List") && name.is_none() => {
            return list(node, source, specs, diagnostics);
        }
        Some(_) | None => {}
    }
    let Some(name) = name else {
        let (primary, help) = (kind.span, "add `metadata.name`".into());
        let lacks = "`metadata.name` is missing".into();
        diagnostics.report(NotAnObject { primary, lacks, help });
        return;
    };
    let Some(name) = Text::read(name, "metadata.name", diagnostics) else { return };
    let namespace = node.at(&["metadata", "namespace"]).filter(|node| !node.is_null());
    let namespace = namespace.and_then(|node| Text::read(node, "metadata.namespace", diagnostics));
    if let Some(annotations) = node.at(&["metadata", "annotations"])
        && annotations.entries().is_none()
        && !annotations.is_null()
    {
        diagnostics.report(WrongType::new(annotations, "metadata.annotations", "a mapping"));
        return;
    }
    report_infinite(&node, diagnostics);
    specs.manifests.push(Manifest { api_version, kind, name, namespace, node });
}

/// `.inf` and `.nan` are numbers of YAML and not of JSON, as which Argo CD goes on with a manifest.
fn report_infinite(node: &Node, diagnostics: &mut Diagnostics) {
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        stack.extend(node.items().unwrap_or_default());
        stack.extend(node.entries().unwrap_or_default().iter().map(|entry| &entry.value));
        let is_float = |scalar: &&Scalar| scalar.meaning == Meaning::Float;
        let Some(scalar) = node.scalar().filter(is_float) else { continue };
        let word = scalar.text.trim_start_matches(['+', '-']).to_ascii_lowercase();
        if matches!(word.as_str(), ".inf" | ".nan") {
            let message =
                message!("Argo CD cannot pass on the number `{scalar}`", scalar = scalar.text);
            let help = message!("quote it if it is text: `\"{scalar}\"`", scalar = scalar.text);
            diagnostics.report(InvalidValue { primary: node.span, message, help });
        }
    }
}

/// A `List` is opened: each of its items is an object of its own, with a wave of its own. As Argo CD does
/// it, nothing of the list itself reaches its items.
fn list(node: Node, source: &Source, specs: &mut Specs, diagnostics: &mut Diagnostics) {
    let primary = node.span;
    let has = |key| node.get(key).is_some();
    let is_object = has("spec") || has("status");
    let Data::Mapping(entries) = node.data else { return };
    let Some(items) = entries.into_iter().find(|entry| entry.key.value == "items") else { return };
    let items = match items.value {
        Node { data: Data::Sequence(items), .. } => items,
        // Argo CD drops it, unless it takes it for an object (`isNullList` in `repository.go`).
        items if items.is_null() && !is_object => return,
        items => return diagnostics.report(WrongType::new(&items, "items", "a list")),
    };
    let most = yaml::Budget::DOCUMENTS;
    if specs.manifests.len() + items.len() > most {
        let message = message!("more than {most} documents and items of lists", most);
        let help = "split the project".into();
        return diagnostics.report(LimitExceeded { primary, message, help });
    }
    for item in items {
        let Some(entries) = item.entries() else {
            diagnostics.report(WrongType::new(&item, "items", "a list of objects"));
            continue;
        };
        // A document without both may be another program's; an item of a list is an object.
        let has = |name| entries.iter().any(|entry| entry.key.value == name);
        if !has("apiVersion") && !has("kind") {
            not_an_object(&item, &Header::Absent, &Header::Absent, diagnostics);
            continue;
        }
        document(item, source, specs, diagnostics);
    }
}
