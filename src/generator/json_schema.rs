//! `generate json-schema`: what editors check and complete the specs with.
//!
//! All of it comes from the table of fields (`spec`) and that of Kubernetes. Draft 7, which
//! yaml-language-server reads best. Documents that are no specs are left alone, since they may
//! stand in the same file.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::diag::Diagnostics;
use crate::engine::ENGINES;
use crate::parse::{API_GROUP, API_VERSION, yaml};
use crate::source::Sources;
use crate::spec::kubernetes;
use crate::spec::{Field, FieldType, KINDS, KindOfSpec, Metadata, Record, Rule, SHARED};
use crate::value;

/// The schema as text.
pub fn text() -> String {
    format!("{:#}\n", schema())
}

/// Kubernetes' own types that were met, each written once.
type Types = BTreeMap<String, Value>;

fn schema() -> Value {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let mut types = BTreeMap::new();
    let documents: Vec<(String, Value)> =
        KINDS.iter().map(|kind| (kind.name.to_owned(), document(kind, &mut types))).collect();
    let definitions: Map<String, Value> = documents.into_iter().chain(types).collect();
    let by_kind = names.iter().map(|name| {
        json!({
            "if": { "required": ["kind"], "properties": { "kind": { "const": name } } },
            "then": { "$ref": format!("#/definitions/{name}") },
        })
    });
    let by_kind: Vec<Value> = by_kind.collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": API_VERSION,
        "description": format!(
            "Specs of argocd-atlas-plugin, with the types of Kubernetes {}. Other manifests in the same file \
             are left alone.",
            kubernetes::VERSION,
        ),
        "type": "object",
        "properties": {
            "apiVersion": { "type": "string", "examples": [API_VERSION] },
            "kind": { "type": "string", "examples": names },
        },
        "if": {
            "required": ["apiVersion"],
            "properties": { "apiVersion": { "type": "string", "pattern": format!("^{API_GROUP}/") } },
        },
        "then": {
            "required": ["apiVersion", "kind", "metadata", "spec"],
            "properties": {
                "apiVersion": { "const": API_VERSION },
                "kind": { "enum": names },
            },
            "allOf": by_kind,
        },
        "definitions": definitions,
    })
}

fn document(kind: &KindOfSpec, types: &mut Types) -> Value {
    let mut spec = record(&[kind.own, &SHARED], Some(kind), types);
    spec.insert("description".to_owned(), json!(kind.text));
    json!({
        "description": kind.text,
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {
            "apiVersion": { "const": API_VERSION },
            "kind": { "const": kind.name },
            "metadata": record(&[&Metadata::RECORD], None, types),
            "spec": spec,
        },
        "additionalProperties": false,
    })
}

/// A mapping; `kind` is the spec whose fields they are, for their examples.
fn record(records: &[&Record], kind: Option<&KindOfSpec>, types: &mut Types) -> Map<String, Value> {
    let fields = || records.iter().flat_map(|record| record.fields);
    let required: Vec<&str> =
        fields().filter(|field| field.is_required).map(|field| field.name).collect();
    let property = |field: &Field| {
        let mut schema = of_shape(&field.shape, types);
        schema.insert("description".to_owned(), json!(field.text));
        if let Some(example) = kind.and_then(|_| example(field)) {
            schema.insert("examples".to_owned(), json!([example]));
        }
        (field.name.to_owned(), Value::Object(schema))
    };
    let properties: Map<String, Value> = fields().map(property).collect();
    let mut object = Map::new();
    object.insert("type".to_owned(), json!("object"));
    object.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        object.insert("required".to_owned(), json!(required));
    }
    object.insert("additionalProperties".to_owned(), json!(false));
    let groups = records.iter().flat_map(|record| record.rules).filter_map(|rule| match rule {
        Rule::OneOf { fields, .. } => {
            let ways: Vec<Value> =
                fields.iter().map(|field| json!({ "required": [field] })).collect();
            Some(json!({ "oneOf": ways }))
        }
        Rule::Excludes { .. } => None,
    });
    let groups: Vec<Value> = groups.collect();
    if !groups.is_empty() {
        object.insert("allOf".to_owned(), json!(groups));
    }
    object
}

/// A shape as JSON Schema. A text may be written as any scalar.
fn of_shape(shape: &FieldType, types: &mut Types) -> Map<String, Value> {
    let schema = match shape {
        FieldType::Text => json!({ "type": ["string", "number", "boolean"] }),
        FieldType::Int => json!({ "type": "integer" }),
        FieldType::Number => json!({ "type": "number" }),
        FieldType::Bool => json!({ "type": "boolean" }),
        FieldType::IntOrText => json!({ "type": ["integer", "string"] }),
        FieldType::Quantity => json!({ "type": ["string", "number"] }),
        FieldType::Choice(words) => json!({ "enum": words }),
        FieldType::Engine => {
            let names: Vec<&str> = ENGINES.iter().map(|engine| engine.name).collect();
            json!({ "anyOf": [{ "enum": names }, { "type": "string", "pattern": "^[a-z]+\\+[a-z]+$" }] })
        }
        FieldType::List(item) => json!({ "type": "array", "items": of_shape(item, types) }),
        FieldType::Map(of) => {
            json!({ "type": "object", "additionalProperties": of_shape(of, types) })
        }
        FieldType::Record(of) => return record(&[of], None, types),
        FieldType::Type(of) => {
            if !types.contains_key(of.name) {
                // Types refer to themselves.
                types.insert(of.name.to_owned(), Value::Null);
                let schema = object(of, &|field| field.is_required, &[], types);
                types.insert(of.name.to_owned(), Value::Object(schema));
            }
            // `/` and `~` are written otherwise in a JSON pointer.
            json!({ "$ref": format!("#/definitions/{}", of.name.replace('/', "~1")) })
        }
        FieldType::Relaxed { of, required, without } => {
            return object(of, &|field| required.contains(&field.name), without, types);
        }
        FieldType::Beside(fields, rest) => {
            let mut schema = of_shape(rest, types);
            if let Some(Value::Object(properties)) = schema.get_mut("properties") {
                for field in *fields {
                    let mut own = of_shape(&field.shape, types);
                    own.insert("description".to_owned(), json!(field.text));
                    properties.insert(field.name.to_owned(), Value::Object(own));
                }
            }
            return schema;
        }
        FieldType::Either(ways) => {
            let ways: Vec<_> = ways.iter().map(|way| of_shape(way, types)).collect();
            json!({ "anyOf": ways })
        }
        FieldType::Any => json!({}),
    };
    schema.as_object().cloned().unwrap_or_default()
}

/// An object of Kubernetes.
fn object(
    of: &kubernetes::Type,
    is_required: &dyn Fn(&kubernetes::Field) -> bool,
    without: &[&str],
    types: &mut Types,
) -> Map<String, Value> {
    let fields = || of.fields.iter().filter(|field| !without.contains(&field.name));
    let required: Vec<&str> =
        fields().filter(|field| is_required(field)).map(|field| field.name).collect();
    let properties: Map<String, Value> = fields()
        .map(|field| (field.name.to_owned(), Value::Object(of_shape(&field.shape, types))))
        .collect();
    let mut object = Map::new();
    object.insert("type".to_owned(), json!("object"));
    object.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        object.insert("required".to_owned(), json!(required));
    }
    object.insert("additionalProperties".to_owned(), json!(false));
    object
}

/// The value of a field of a spec in its example, as JSON.
fn example(field: &Field) -> Option<Value> {
    let mut sources = Sources::default();
    let file = sources.add("example.yaml", format!("{{{}}}", field.example));
    let mut diagnostics = Diagnostics::default();
    let mut budget = yaml::Budget::default();
    let source = sources.get(file);
    let documents = yaml::documents(file, source.text(), &mut budget, &mut diagnostics);
    Some(json(&documents.first()?.get(field.name)?.into()))
}

fn json(value: &value::Value) -> Value {
    match value {
        value::Value::Null => Value::Null,
        value::Value::Bool(value) => (*value).into(),
        value::Value::Int(number) => (*number).into(),
        value::Value::Number(text) | value::Value::String(text) => text.as_str().into(),
        value::Value::List(items) => items.iter().map(json).collect(),
        value::Value::Map(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.to_owned(), json(value))).collect())
        }
    }
}
