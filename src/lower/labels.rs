//! Labels and metadata of generated objects.
//!
//! `app.kubernetes.io/instance` is never set: Argo CD may own it (FACTS 1.9). Selectors hold name
//! and component, so that an App and a Database of one name do not take each other's pods.

use crate::annotation::{COMPARE_OPTIONS, SYNC_OPTIONS};
use crate::model::Common;
use crate::value::{Map, Value};

/// What a spec is a part of its project as.
#[derive(Clone, Copy)]
pub(super) enum Component {
    App,
    Database,
    Schema,
}

impl Component {
    fn name(self) -> &'static str {
        match self {
            Component::App => "app",
            Component::Database => "database",
            Component::Schema => "schema",
        }
    }
}

/// The labels by which the pods of a spec are found.
pub(super) fn selector(common: &Common, component: Component) -> Map {
    Map::new()
        .with("app.kubernetes.io/name", common.name.as_str())
        .with("app.kubernetes.io/component", component.name())
}

/// The labels of every object and pod of a spec: the user's own beside ours.
pub(super) fn labels(common: &Common, component: Component) -> Map {
    let ours =
        selector(common, component).with("app.kubernetes.io/managed-by", "argocd-atlas-plugin");
    let own = common.labels.iter().filter(|(key, _)| ours.get(key).is_none());
    let own: Vec<_> = own.map(|(key, value)| (key.clone(), value.as_str())).collect();
    ours.with_distinct(own)
}

/// The option of an object that stays in the cluster when it is in Git no longer.
pub(super) const NEVER_PRUNED: &str = "Prune=false";

/// The metadata of an object of a spec, with the user's annotations and Argo CD's sync options.
pub(super) fn metadata(
    common: &Common,
    component: Component,
    name: &str,
    sync_options: &[&str],
) -> Map {
    let own = common.annotations.iter();
    let mut annotations = Map::of_distinct(own.map(|(key, value)| (key.clone(), value.as_str())));
    add_options(&mut annotations, SYNC_OPTIONS, sync_options);
    if sync_options.contains(&NEVER_PRUNED) {
        // What stays is no difference: Argo CD would go on trying to prune it.
        add_options(&mut annotations, COMPARE_OPTIONS, &["IgnoreExtraneous"]);
    }
    let annotations = Some(annotations).filter(|annotations| !annotations.is_empty());
    Map::new()
        .with("name", name)
        .with_some("namespace", common.namespace.as_deref())
        .with("labels", labels(common, component))
        .with_some("annotations", annotations)
}

/// Adds options to an annotation that lists some. The user's own stay in front.
fn add_options(annotations: &mut Map, key: &'static str, options: &[&str]) {
    if options.is_empty() {
        return;
    }
    let written = annotations.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut all: Vec<&str> = written.iter().flat_map(|text| text.split(',')).collect();
    let is_new = |option: &&&str| !all.contains(*option);
    let new: Vec<&str> = options.iter().filter(is_new).copied().collect();
    all.extend(new);
    annotations.set(key, all.join(","));
}
