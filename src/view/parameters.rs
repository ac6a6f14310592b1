//! `generate parameters`: the announcement that Argo CD asks for, with what this directory says now.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::diag::secrets::hidden;
use crate::model::{Project, Scale, Workload};
use crate::parameters::{Collection, PARAMETERS, Parameter, ParameterId};

/// Prints the announcement (Argo CD `repository.ParameterAnnouncement`): a JSON list. `known` are the
/// environments of the directory, `chosen` the one that is merged.
///
/// # Errors
/// When `out` cannot be written to.
pub fn announcement(
    project: &Project,
    known: &[&str],
    chosen: Option<&str>,
    out: &mut impl Write,
) -> io::Result<()> {
    let all: Vec<Value> = PARAMETERS
        .iter()
        .filter(|parameter| parameter.id != ParameterId::Environment || !known.is_empty())
        .map(|parameter| entry(parameter, project, known, chosen))
        .collect();
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}

fn entry(parameter: &Parameter, project: &Project, known: &[&str], chosen: Option<&str>) -> Value {
    let mut entry = outline(parameter);
    match parameter.id {
        ParameterId::Environment => {
            let tooltip = format!("{}: {}", parameter.tooltip, known.join(", "));
            entry.insert("tooltip".to_owned(), json!(tooltip));
            entry.insert("string".to_owned(), json!(chosen.unwrap_or_default()));
        }
        ParameterId::Images => {
            entry.insert("map".to_owned(), Value::Object(images(project)));
        }
        ParameterId::Replicas => {
            entry.insert("map".to_owned(), Value::Object(replicas(project)));
        }
        ParameterId::Set => {
            entry.insert("map".to_owned(), json!({}));
        }
    }
    Value::Object(entry)
}

/// What does not depend on the directory: this is what `plugin.yaml` holds as well.
pub fn outline(parameter: &Parameter) -> Map<String, Value> {
    let Parameter { id: _, name, title, tooltip, collection, item_type, flag: _ } = *parameter;
    let mut entry = Map::new();
    for (key, text) in [("name", name), ("title", title), ("tooltip", tooltip)] {
        entry.insert(key.to_owned(), json!(text));
    }
    if let Some(item_type) = item_type {
        entry.insert("itemType".to_owned(), json!(item_type));
    }
    let collection: Collection = collection;
    entry.insert("collectionType".to_owned(), json!(collection.name()));
    entry
}

/// An image is no place for a password, and a URL in it may hold one.
fn images(project: &Project) -> Map<String, Value> {
    let apps = project.apps.iter();
    apps.map(|app| (app.common.name.to_string(), json!(hidden(&app.image)))).collect()
}

/// Only what has a count of its own: an autoscaler's count is nobody's to set.
fn replicas(project: &Project) -> Map<String, Value> {
    let count = |app: &crate::model::App| match &app.workload {
        Workload::Service(Scale::Fixed(count)) => {
            Some((app.common.name.to_string(), json!(count.to_string())))
        }
        Workload::Service(Scale::Auto { .. }) | Workload::Scheduled(_) | Workload::Job(_) => None,
    };
    project.apps.iter().filter_map(count).collect()
}
