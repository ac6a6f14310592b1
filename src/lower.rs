//! Project -> objects: what every spec becomes in Kubernetes. Waves are not known here.

mod app;
mod atlas;
mod database;
mod hash;
mod labels;
mod misread;
mod patch;
mod pod;
mod recheck;
mod schema;
mod server;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::annotation;
use crate::catalogues::Catalogues;
use crate::diag::problems::names::DuplicateObject;
use crate::diag::problems::output::{EmptyProject, TooLarge, TooLargeToApply, UnservedKind};
use crate::diag::problems::security::LimitExceeded;
use crate::diag::{Diagnostics, message};
use crate::environment::Environment;
use crate::links::Links;
use crate::lower::recheck::Servers;
use crate::model::{Project, Unit};
use crate::object::{Object, ObjectId, group, is_cluster_wide};
use crate::source::Span;
use crate::value::{Map, Value};

/// The longest text in an object that is applied in the ordinary way: client-side apply keeps a second
/// copy of the object in an annotation of at most 256 KiB (FACTS 1.8).
const INLINE_LIMIT: usize = 200 * 1024;

/// The most fields and items that all patches of a project look through.
pub const PATCH_STEPS: usize = 10_000_000;

/// The most bytes that all manifests may take until they are printed, as [`Map::size`] estimates them.
pub const SIZE: usize = 250_000_000;

/// Lowers every unit of a project, applies the patches, and reports what would be there twice.
/// `root` is the place that stands for the whole directory.
pub fn objects(
    project: &Project,
    catalogues: &Catalogues,
    links: &Links,
    root: Span,
    diagnostics: &mut Diagnostics,
) -> Vec<Object> {
    let mut objects = Vec::new();
    let mut servers = Servers::of_project(project, links);
    let (mut steps, mut left) = (PATCH_STEPS, SIZE);
    for unit in project.units() {
        let mut made = unit_objects(project, catalogues, &servers, unit, diagnostics);
        let size = made.iter().map(|object: &Object| object.manifest.size()).sum();
        match left.checked_sub(size) {
            Some(rest) => left = rest,
            None => {
                let primary = project.place(unit).unwrap_or(root);
                let message = message!("the manifests take more than {SIZE} bytes of memory", SIZE);
                let help = "split the project into several Applications".into();
                diagnostics.report(LimitExceeded { primary, message, help });
                break;
            }
        }
        if let Some(common) = project.common(unit) {
            patch::apply(&common.patches, &mut made, &mut steps, diagnostics);
        }
        servers.add(unit, &made);
        if let Unit::App(index) = unit
            && let Some(app) = project.apps.get(index)
        {
            app::name_by_content(app, &mut made, diagnostics);
        }
        objects.extend(made);
    }
    diagnostics.effort.add(PATCH_STEPS.saturating_sub(steps), PATCH_STEPS);
    diagnostics.effort.add(SIZE.saturating_sub(left), SIZE);
    // Where something could not be read, that is what has to be said.
    if objects.is_empty() && !diagnostics.has_errors() {
        diagnostics.report(EmptyProject { primary: root });
    }
    misread::report(project, &objects, diagnostics);
    report_duplicates(project, &objects, diagnostics);
    report_too_large(project, &objects, diagnostics);
    objects
}

fn unit_objects(
    project: &Project,
    catalogues: &Catalogues,
    servers: &Servers<'_>,
    unit: Unit,
    diagnostics: &mut Diagnostics,
) -> Vec<Object> {
    let Some(place) = project.place(unit) else { return Vec::new() };
    let manifests = match unit {
        Unit::Database(index) => project.databases.get(index).map(database::manifests),
        Unit::Schema(index) => {
            let (schema, sql) = (project.schemas.get(index), catalogues.of(index));
            let server = servers.of(unit);
            schema
                .map(|schema| schema::manifests(schema, sql, server.as_ref(), project, diagnostics))
        }
        Unit::App(index) => project.apps.get(index).map(app::manifests),
        Unit::Manifest(index) => {
            let manifest = project.manifests.get(index);
            manifest.map(|manifest| {
                Value::from(&manifest.written.node).into_map().into_iter().collect()
            })
        }
        Unit::EverySchema => None,
    };
    let object = |manifest| Object { owner: unit, place, manifest };
    manifests.into_iter().flatten().map(object).collect()
}

fn report_duplicates(project: &Project, objects: &[Object], diagnostics: &mut Diagnostics) {
    // By the name first: most groups, kinds and namespaces are the same.
    let mut seen: BTreeMap<(&str, ObjectId<'_>), &Object> = BTreeMap::new();
    // Two specs of one name clash in several objects: once is enough to say.
    let mut reported: BTreeSet<(Unit, Unit)> = BTreeSet::new();
    // One that is named by nothing, or by a number, has been reported.
    let is_named = |object: &&Object| {
        object
            .at(&["metadata", "name"])
            .and_then(Value::as_str)
            .is_some_and(|name| !name.is_empty())
    };
    for object in objects.iter().filter(is_named) {
        let id = object.id();
        // What names no namespace goes where the Application goes.
        let namespace = match is_cluster_wide(id.group, id.kind) {
            true => None,
            false => id.namespace.or(project.namespace.as_deref()),
        };
        let first = match seen.entry((id.name, ObjectId { namespace, ..id })) {
            Entry::Vacant(place) => {
                place.insert(object);
                continue;
            }
            Entry::Occupied(first) => *first.get(),
        };
        let (one, other) = (project.label(first.owner), project.label(object.owner));
        if one == other && project.common(object.owner).is_some() {
            // Two specs of one name, which has been reported.
            continue;
        }
        if !reported.insert((first.owner, object.owner)) {
            continue;
        }
        diagnostics.report(DuplicateObject {
            primary: object.place,
            first: first.place,
            object: &id.label(),
            namespace: id.namespace,
            first_owner: &one,
            second_owner: &other,
        });
    }
}

/// The longest document that Kubernetes' YAML reader takes (FACTS 6.5).
const DOCUMENT_LIMIT: usize = 5 * 1024 * 1024;
/// The most that a ConfigMap or a Secret holds.
const DATA_LIMIT: usize = 1024 * 1024;

/// Reports plain manifests that would be refused for their size.
fn report_too_large(project: &Project, objects: &[Object], diagnostics: &mut Diagnostics) {
    for object in objects.iter().filter(|object| project.common(object.owner).is_none()) {
        let data = |name: &str| object.at(&[name]).map_or(0, text_size);
        let id = object.id();
        let (size, limit) = match (id.group, id.kind) {
            ("", "ConfigMap") => (data("data"), DATA_LIMIT),
            ("", "Secret") => (data("stringData"), DATA_LIMIT),
            _ => (object.manifest.iter().map(|(_, value)| text_size(value)).sum(), DOCUMENT_LIMIT),
        };
        if size > limit {
            let (primary, what) = (object.place, message!("`{label}`", label = id.label()));
            diagnostics.report(TooLarge { primary, what, size, limit });
            continue;
        }
        let options = object.annotation(annotation::SYNC_OPTIONS).unwrap_or_default();
        let mut options = options.split(',').map(str::trim);
        let is_applied_otherwise = |it: &str| matches!(it, "ServerSideApply=true" | "Replace=true");
        let size = copy_size(&object.manifest);
        if size > COPY_LIMIT && !options.any(is_applied_otherwise) {
            let (primary, what) = (object.place, message!("`{label}`", label = id.label()));
            diagnostics.report(TooLargeToApply { primary, what, size, limit: COPY_LIMIT });
        }
    }
}

/// The most that all annotations of an object hold: client-side apply keeps a copy of the object in
/// one (FACTS 1.8).
const COPY_LIMIT: usize = 256 * 1024;

/// The bytes that an object adds to its annotations: its copy as JSON, and its own.
fn copy_size(manifest: &Map) -> usize {
    let own = manifest.get("metadata").and_then(|metadata| metadata.at(&["annotations"]));
    let own = own.and_then(Value::as_map).into_iter().flat_map(Map::iter);
    let own: usize = own.map(|(key, value)| key.len() + text_size(value)).sum();
    own + json_map(manifest)
}

/// The bytes of a value as Go writes it in JSON: `<`, `>` and `&` are escaped as well.
fn json_size(value: &Value) -> usize {
    match value {
        Value::Null => 4,
        Value::Bool(value) => {
            if *value {
                4
            } else {
                5
            }
        }
        Value::Int(number) => number.to_string().len(),
        Value::Number(text) => text.len(),
        Value::String(text) => json_text(text),
        Value::List(items) => 2 + items.iter().map(|item| json_size(item) + 1).sum::<usize>(),
        Value::Map(map) => json_map(map),
    }
}

fn json_map(map: &Map) -> usize {
    2 + map.iter().map(|(key, value)| json_text(key) + json_size(value) + 2).sum::<usize>()
}

fn json_text(text: &str) -> usize {
    let escaped = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
        b'<' | b'>' | b'&' | 0..=0x1f => 6,
        _ => 1,
    });
    2 + escaped.sum::<usize>()
}

/// The bytes of all texts in a value, keys not counted.
fn text_size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) => 0,
        Value::Number(text) | Value::String(text) => text.len(),
        Value::List(items) => items.iter().map(text_size).sum(),
        Value::Map(map) => map.iter().map(|(_, value)| text_size(value)).sum(),
    }
}

/// Reports generated objects of a kind that the cluster does not serve, when Argo CD says which it
/// does (`KUBE_API_VERSIONS`), and no definition of it is in the project.
pub fn check_served(
    project: &Project,
    objects: &[Object],
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) {
    let served = &environment.api_versions;
    if served.is_empty() {
        return;
    }
    // The list has `group/version`, and `group/version/Kind` beside it where it is complete.
    let names_kinds =
        served.iter().any(|each| each == "v1/Service" || each == "apps/v1/Deployment");
    let mut kinds: BTreeMap<(&str, &str), &Object> = BTreeMap::new();
    for object in objects.iter().filter(|object| project.common(object.owner).is_some()) {
        kinds.entry((object.api_version(), object.kind())).or_insert(object);
    }
    let is_served = |(api_version, kind): (&str, &str)| match names_kinds {
        true => served.contains(&format!("{api_version}/{kind}")),
        false => served.contains(api_version),
    };
    kinds.retain(|kind, _| !is_served(*kind));
    if kinds.is_empty() {
        return;
    }
    let defined: BTreeSet<(&str, &str)> = objects.iter().filter_map(defines).collect();
    for ((api_version, kind), object) in kinds {
        if !defined.contains(&(group(api_version), kind)) {
            diagnostics.report(UnservedKind { primary: object.place, kind, api_version });
        }
    }
}

/// Group and kind of what an object is the CustomResourceDefinition of.
fn defines(object: &Object) -> Option<(&str, &str)> {
    let text = |path: &[&str]| object.at(path).and_then(Value::as_str);
    let is_definition = object.kind() == "CustomResourceDefinition";
    is_definition.then(|| Some((text(&["spec", "group"])?, text(&["spec", "names", "kind"])?)))?
}

/// An object's outline: `apiVersion`, `kind`, `metadata`.
fn outline(api_version: &str, kind: &str, metadata: Map) -> Map {
    Map::new().with("apiVersion", api_version).with("kind", kind).with("metadata", metadata)
}
