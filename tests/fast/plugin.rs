//! `plugin.yaml` says what the program's table of parameters says.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use argocd_atlas_plugin::parameters::PARAMETERS;
use argocd_atlas_plugin::view::parameters::outline;
use serde_json::Value;

const PLUGIN: &str = include_str!("../../plugin.yaml");

fn plugin() -> Value {
    serde_saphyr::from_str(PLUGIN).unwrap()
}

#[test]
fn the_static_parameters_are_those_of_the_table() {
    let table: Vec<Value> = PARAMETERS.iter().map(|each| Value::Object(outline(each))).collect();
    assert_eq!(plugin().pointer("/spec/parameters/static").unwrap(), &Value::Array(table));
}

#[test]
fn nothing_would_force_an_edit_of_every_application() {
    let plugin = plugin();
    let at = |pointer: &str| plugin.pointer(pointer).cloned();
    assert_eq!(at("/metadata/name"), Some("argocd-atlas-plugin".into()));
    assert_eq!(at("/spec/version"), None);
    assert_eq!(at("/spec/discover"), None);
    assert_eq!(at("/spec/generate/command"), Some(Value::from(vec!["generate"])));
    let dynamic = at("/spec/parameters/dynamic/command");
    assert_eq!(dynamic, Some(Value::from(vec!["generate", "parameters"])));
}
