//! The table of fields against the parser: neither knows a field that the other does not.

use std::collections::BTreeSet;

use super::*;
use crate::diag::Diagnostics;
use crate::parameters::Settings;
use crate::parse::{self, fields};
use crate::source::Sources;

/// For every field that holds a mapping a value that makes the parser look inside, and the name of
/// that mapping in the parser's messages.
fn sample(property: &Property) -> String {
    value(&property.of)
}

fn value(of: &Type) -> String {
    match of {
        Object([]) => "{emptyDir: {}, readOnly: true, subPath: x}".to_owned(),
        Object(properties) => mapping(properties.iter()),
        List(item) => format!("[{}]", value(item)),
        MapOf(of) => format!("{{key: {}}}", value(of)),
        // The last way of writing it is the longest.
        Either(ways) => ways.last().map(value).unwrap_or_default(),
        Engine => "mysql".to_owned(),
        Skip => "dropTable".to_owned(),
        Is(shape) => of_shape_value(shape),
    }
}

fn of_shape_value(shape: &Shape) -> String {
    match shape {
        Shape::Text | Shape::Any => "x".to_owned(),
        Shape::Int | Shape::IntOrText | Shape::Quantity => "1".to_owned(),
        Shape::Bool => "true".to_owned(),
        Shape::Choice(words) => (*words.first().unwrap()).to_owned(),
        Shape::List(item) => format!("[{}]", of_shape_value(item)),
        Shape::Map(of) => format!("{{key: {}}}", of_shape_value(of)),
        Shape::Object(fields) => {
            let field =
                |field: &shape::Field| format!("{}: {}", field.name, of_shape_value(&field.shape));
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
    }
}

fn mapping<'a>(properties: impl Iterator<Item = &'a Property>) -> String {
    let field = |property: &Property| format!("{}: {}", property.name, sample(property));
    format!("{{{}}}", properties.map(field).collect::<Vec<_>>().join(", "))
}

/// Every mapping of the table with the names in it.
fn mappings<'a>(
    name: &'static str,
    properties: impl Iterator<Item = &'a Property> + Clone,
    found: &mut BTreeSet<(&'static str, Vec<&'static str>)>,
) {
    let mut names: Vec<&'static str> = properties.clone().map(|property| property.name).collect();
    names.sort_unstable();
    found.insert((name, names));
    for property in properties {
        inside(property.name, &property.of, found);
    }
}

fn inside(name: &'static str, of: &Type, found: &mut BTreeSet<(&'static str, Vec<&'static str>)>) {
    match of {
        Object([]) | Is(_) | Engine | Skip => {}
        Object(properties) => mappings(name, properties.iter(), found),
        List(of) | MapOf(of) => inside(name, of, found),
        Either(ways) => ways.iter().for_each(|way| inside(name, way, found)),
    }
}

#[test]
fn the_table_and_the_parser_know_the_same_fields() {
    for kind in &KINDS {
        let spec = [kind.fields, SHARED].into_iter().flatten();
        let text = format!(
            "{{apiVersion: {API_VERSION}, kind: {}, metadata: {}, spec: {}}}",
            kind.name,
            mapping(METADATA.iter()),
            mapping(spec.clone()),
        );
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        sources.add("spec.yaml", text.clone());
        fields::tests::ASKED.take();
        parse::specs(&sources, &Settings::default(), &mut diagnostics);
        let asked = fields::tests::ASKED.take();
        let mut known = BTreeSet::new();
        mappings("spec", spec, &mut known);
        mappings("metadata", METADATA.iter(), &mut known);
        known.insert((kind.name, vec!["apiVersion", "kind", "metadata", "spec"]));
        let asked: BTreeSet<(&str, Vec<&str>)> = asked
            .into_iter()
            .map(|(of, names)| {
                let mut names = names;
                names.sort_unstable();
                names.dedup();
                (of, names)
            })
            .collect();
        assert_eq!(asked, known, "{}", kind.name);
        // What the schema allows, the parser takes: no unknown field, no wrong type.
        let found: Vec<String> =
            diagnostics.sorted().iter().map(|found| found.message.clone()).collect();
        let either = "is to be a mapping with either `file` or `text`";
        let wrong: Vec<&String> = found.iter().filter(|text| !text.contains(either)).collect();
        assert!(wrong.iter().all(|text| text.contains("configFiles")), "{wrong:#?}");
    }
}

#[test]
fn every_example_is_json() {
    let all = KINDS.iter().flat_map(|kind| kind.fields).chain(SHARED).chain(METADATA);
    for property in all {
        for example in property.examples {
            assert!(serde_json::from_str::<Value>(example).is_ok(), "{}: {example}", property.name);
        }
    }
}
