//! Reads a part in the shape that Kubernetes gives it - probes, resources, affinity, volumes - so
//! that a misspelt field inside is found here and not by the API server.

use crate::diag::problems::spec::{
    InvalidValue, MissingField, UnknownChoice, UnknownField, WrongType,
};
use crate::diag::{Diagnostics, message};
use crate::quantity::is_quantity;
use crate::source::Spanned;
use crate::spec::FieldType::{self, Any, Choice, IntOrText, List, Quantity};
use crate::spec::Part;
use crate::spec::kubernetes;
use crate::syntax::Text;
use crate::syntax::node::{Entry, Meaning, Node};
use crate::value::{Map, Value};

/// Reads a part that is to have a shape, and reports everything in it that has not.
pub(crate) fn read(
    node: &Node,
    name: &str,
    shape: &FieldType,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<Value>> {
    let before = diagnostics.len();
    let mut reader = Reader { is_patch: false, diagnostics };
    let value = reader.value(node, name, shape)?;
    (diagnostics.len() == before).then(|| Spanned::new(value, node.span))
}

/// Reports what a strategic-merge patch says of an object that the object cannot have. It need not
/// say everything; null and `$patch` are directions for the merge.
pub(crate) fn check_patch(node: &Node, name: &str, of: &FieldType, diagnostics: &mut Diagnostics) {
    Reader { is_patch: true, diagnostics }.value(node, name, of);
}

struct Reader<'d> {
    is_patch: bool,
    diagnostics: &'d mut Diagnostics,
}

impl Reader<'_> {
    fn value(&mut self, node: &Node, name: &str, shape: &FieldType) -> Option<Value> {
        if self.is_patch && node.is_null() {
            return None;
        }
        match shape {
            FieldType::Text => Some(Value::String(Text::read(node, name, self.diagnostics)?.value)),
            FieldType::Int => {
                let number = Spanned::<i64>::read(node, name, self.diagnostics)?;
                Some(Value::Int(number.value))
            }
            FieldType::Bool => {
                Some(Value::Bool(Spanned::<bool>::read(node, name, self.diagnostics)?.value))
            }
            FieldType::Number => number(node, name, self.diagnostics),
            IntOrText => match node.scalar().map(|scalar| scalar.meaning) {
                Some(Meaning::Int) => self.value(node, name, &FieldType::Int),
                _ => self.value(node, name, &FieldType::Text),
            },
            Quantity => quantity(node, name, self.diagnostics),
            Choice(known) => choice(node, name, known, self.diagnostics),
            List(item) => {
                let Some(items) = node.items() else {
                    self.diagnostics.report(WrongType::new(node, name, "a list"));
                    return None;
                };
                let values = items.iter().filter_map(|node| self.value(node, name, item));
                Some(Value::List(values.collect()))
            }
            FieldType::Map(of) => {
                let entries = entries(node, name, self.diagnostics)?;
                let pairs = entries.iter().filter_map(|entry| {
                    let key = &entry.key.value;
                    Some((key.clone(), self.value(&entry.value, key, of)?))
                });
                Some(Value::Map(Map::of_distinct(pairs)))
            }
            FieldType::Type(of) => self.object(node, name, &Members::of(of)),
            FieldType::Relaxed { of, required, without } => {
                self.object(node, name, &Members { of, required: Some(required), without })
            }
            // What is ours is read by its own type; of it, nothing stands in a part of Kubernetes.
            FieldType::Record(_)
            | FieldType::Beside(..)
            | FieldType::Either(_)
            | FieldType::Engine
            | Any => Some(Value::from(node)),
        }
    }

    fn object(&mut self, node: &Node, name: &str, members: &Members<'_>) -> Option<Value> {
        let mut map = Map::new();
        for entry in entries(node, name, self.diagnostics)? {
            let written = entry.key.value.as_str();
            if self.is_patch && written.starts_with('$') {
                continue;
            }
            match members.all().find(|field| field.name == written) {
                Some(field) => {
                    if let Some(value) = self.value(&entry.value, written, &field.shape) {
                        map.set(field.name, value);
                    }
                }
                None => {
                    let names: Vec<&str> = members.all().map(|field| field.name).collect();
                    let (primary, known) = (entry.key.span, names.as_slice());
                    let (of, meant, name) = (name, None, written);
                    self.diagnostics.report(UnknownField { primary, name, of, meant, known });
                }
            }
        }
        let is_missing = |field: &&kubernetes::Field| {
            !self.is_patch && members.is_required(field) && node.get(field.name).is_none()
        };
        for field in members.all().filter(is_missing) {
            let (primary, of) = (node.span, name);
            let hint = None;
            self.diagnostics.report(MissingField { primary, of, name: field.name, hint });
        }
        Some(Value::Map(map))
    }
}

/// The fields that an object may hold, and those that it has to.
struct Members<'s> {
    of: &'static kubernetes::Type,
    /// In place of what the type says.
    required: Option<&'s [&'static str]>,
    without: &'s [&'static str],
}

impl Members<'_> {
    fn of(of: &'static kubernetes::Type) -> Members<'static> {
        Members { of, required: None, without: &[] }
    }

    fn all(&self) -> impl Iterator<Item = &'static kubernetes::Field> {
        self.of.fields.iter().filter(|field| !self.without.contains(&field.name))
    }

    fn is_required(&self, field: &kubernetes::Field) -> bool {
        match self.required {
            Some(required) => required.contains(&field.name),
            None => field.is_required,
        }
    }
}

fn entries<'a>(node: &'a Node, name: &str, diagnostics: &mut Diagnostics) -> Option<&'a [Entry]> {
    let entries = node.entries();
    if entries.is_none() {
        diagnostics.report(WrongType::new(node, name, "a mapping"));
    }
    entries
}

fn choice(node: &Node, name: &str, known: &[&str], diagnostics: &mut Diagnostics) -> Option<Value> {
    let text = Text::read(node, name, diagnostics)?;
    if !known.contains(&text.value.as_str()) {
        let (primary, written) = (node.span, text.value.as_str());
        diagnostics.report(UnknownChoice { primary, field: name, written, known });
    }
    Some(Value::String(text.value))
}

fn number(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Value> {
    match node.scalar() {
        Some(scalar) if matches!(scalar.meaning, Meaning::Int | Meaning::Float) => {
            Some(Value::from(node))
        }
        _ => {
            diagnostics.report(WrongType::new(node, name, "a number"));
            None
        }
    }
}

fn quantity(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Value> {
    let text = Text::read(node, name, diagnostics)?;
    if !is_quantity(&text.value) {
        diagnostics.report(InvalidValue {
            primary: node.span,
            message: message!("`{value}` is not a Kubernetes quantity", value = text.value),
            help: "write an amount such as `500m`, `1.5`, `128Mi` or `10Gi`".into(),
        });
    }
    Some(Value::String(text.value))
}
