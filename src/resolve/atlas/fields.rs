//! Whether a plain object of the operator has the fields that its definition has. What the definition
//! does not have is dropped by the API server without a word (structural schemas are pruned), which
//! leaves the object without what was meant; a wrong type is refused.

use crate::diag::Diagnostics;
use crate::diag::problems::config_map::UnknownOperatorField;
use crate::diag::problems::spec::{MissingField, UnknownChoice, WrongType};
use crate::spec::FieldType;
use crate::spec::atlas;
use crate::spec::kubernetes::Type;
use crate::syntax::node::{Data, Entry, Meaning, Node};

/// Checks the `spec` of an object.
pub(super) fn check(kind: &'static str, spec: &Node, diagnostics: &mut Diagnostics) {
    if let Some(of) = atlas::find(kind) {
        Checker { kind, diagnostics }.object(spec, "spec", of);
    }
}

struct Checker<'d> {
    kind: &'static str,
    diagnostics: &'d mut Diagnostics,
}

impl Checker<'_> {
    fn object(&mut self, node: &Node, name: &str, of: &'static Type) {
        let Some(entries) = self.entries(node, name) else { return };
        for Entry { key, value } in entries {
            match of.field(&key.value) {
                Some(field) => self.value(value, &key.value, &field.shape),
                None => {
                    let known: Vec<&str> = of.fields.iter().map(|field| field.name).collect();
                    self.diagnostics.report(UnknownOperatorField {
                        primary: key.span,
                        name: &key.value,
                        of: name,
                        kind: self.kind,
                        version: atlas::VERSION,
                        known: &known,
                    });
                }
            }
        }
        for field in of.fields.iter().filter(|field| field.is_required) {
            if node.get(field.name).is_none() {
                let primary = node.span;
                self.diagnostics.report(MissingField {
                    primary,
                    of: name,
                    name: field.name,
                    hint: None,
                });
            }
        }
    }

    fn entries<'n>(&mut self, node: &'n Node, name: &str) -> Option<&'n [Entry]> {
        let entries = node.entries();
        // The API server takes what is null for absent.
        if entries.is_none() && !node.is_null() {
            self.diagnostics.report(WrongType::new(node, name, "a mapping"));
        }
        entries
    }

    fn value(&mut self, node: &Node, name: &str, shape: &FieldType) {
        if node.is_null() {
            return;
        }
        let meaning = node.scalar().map(|scalar| scalar.meaning);
        match shape {
            FieldType::Text | FieldType::Choice(_) if meaning != Some(Meaning::String) => {
                self.diagnostics.report(WrongType::to_quote(node, name));
            }
            FieldType::Choice(known) => {
                let written = node.str().unwrap_or_default();
                if !known.contains(&written) {
                    let (primary, field) = (node.span, name);
                    self.diagnostics.report(UnknownChoice { primary, field, written, known });
                }
            }
            FieldType::Int if meaning != Some(Meaning::Int) => {
                self.diagnostics.report(WrongType::new(node, name, "a whole number"));
            }
            FieldType::Bool if !matches!(meaning, Some(Meaning::Bool(_))) => {
                self.diagnostics.report(WrongType::new(node, name, "`true` or `false`"));
            }
            FieldType::List(of) => match &node.data {
                Data::Sequence(items) => items.iter().for_each(|item| self.value(item, name, of)),
                Data::Mapping(_) | Data::Scalar(_) => {
                    self.diagnostics.report(WrongType::new(node, name, "a list"));
                }
            },
            FieldType::Map(of) => {
                for entry in self.entries(node, name).unwrap_or_default() {
                    self.value(&entry.value, &entry.key.value, of);
                }
            }
            FieldType::Type(of) => self.object(node, name, of),
            // Of a pod in it, whose other types are not those of the definition alone, nothing else is said.
            FieldType::Text
            | FieldType::Int
            | FieldType::Bool
            | FieldType::Number
            | FieldType::IntOrText
            | FieldType::Quantity
            | FieldType::Engine
            | FieldType::Record(_)
            | FieldType::Relaxed { .. }
            | FieldType::Beside(..)
            | FieldType::Either(_)
            | FieldType::Any => {}
        }
    }
}
