//! A YAML document as it was written: every value with its place.

use smol_str::SmolStr;

use crate::source::{Excerpt, Span, Spanned};
use crate::value::{Map, Value};

/// One value of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What is there.
    pub data: Data,
    /// Where: for a collection from its first to its last child.
    pub span: Span,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values, in the order in which they were written, each key once.
    Mapping(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key as Argo CD's YAML reader spells it (a bare `on` is `true`).
    pub key: Spanned<SmolStr>,
    /// Its value.
    pub value: Node,
}

/// A single value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text after quotes, escapes and folding; for a plain scalar just what was written.
    pub text: SmolStr,
    /// What Argo CD's YAML reader takes it for.
    pub meaning: Meaning,
    /// Whether it was written without quotes, on one line.
    pub plain: bool,
    /// For every line of a literal block (`|`), or the one line of a quoted text without escapes:
    /// its offset in `text` and in the file. Empty where no place inside is known, and for plain
    /// text that stands at the node's own span.
    pub lines: Vec<(u32, u32)>,
}

/// What `sigs.k8s.io/yaml` (go-yaml, YAML 1.1) takes a scalar for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// `null`, `~`, nothing.
    Null,
    /// `true`, `on`, `y` and their like.
    Bool(bool),
    /// A whole number, in any of the notations of YAML 1.1.
    Int,
    /// A number with a fraction, an exponent, `.inf` or `.nan`.
    Float,
    /// Text.
    String,
}

impl Node {
    /// The entries of a mapping.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.data {
            Data::Mapping(entries) => Some(entries),
            Data::Scalar(_) | Data::Sequence(_) => None,
        }
    }

    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries()?.iter().find(|entry| entry.key.value == key).map(|entry| &entry.value)
    }

    /// The value behind a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The items of a sequence.
    pub fn items(&self) -> Option<&[Node]> {
        match &self.data {
            Data::Sequence(items) => Some(items),
            Data::Scalar(_) | Data::Mapping(_) => None,
        }
    }

    /// The scalar that it is.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.data {
            Data::Scalar(scalar) => Some(scalar),
            Data::Sequence(_) | Data::Mapping(_) => None,
        }
    }

    /// The text of a scalar that Argo CD reads as a string.
    pub fn str(&self) -> Option<&str> {
        self.scalar().filter(|scalar| scalar.meaning == Meaning::String).map(|scalar| &*scalar.text)
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.meaning == Meaning::Null)
    }

    /// What to call it in a message: `a string`, `a list`.
    pub fn kind(&self) -> &'static str {
        match &self.data {
            Data::Sequence(_) => "a list",
            Data::Mapping(_) => "a mapping",
            Data::Scalar(scalar) => match scalar.meaning {
                Meaning::Null => "null",
                Meaning::Bool(_) => "a boolean",
                Meaning::Int | Meaning::Float => "a number",
                Meaning::String => "a string",
            },
        }
    }

    /// Its text as an excerpt, in which places can be found again.
    pub fn excerpt(&self) -> Option<Excerpt> {
        let scalar = self.scalar()?;
        let text = scalar.text.to_string();
        let stands_as_written = scalar.plain && self.span.range().len() == text.len();
        Some(if !scalar.lines.is_empty() {
            Excerpt::by_lines(text, self.span, scalar.lines.clone())
        } else if stands_as_written {
            Excerpt::by_lines(text, self.span, vec![(0, self.span.start)])
        } else {
            Excerpt::opaque(text, self.span)
        })
    }
}

/// What Argo CD's YAML reader takes a node for; a number keeps the notation in which it is written.
impl From<&Node> for Value {
    fn from(node: &Node) -> Value {
        match &node.data {
            Data::Sequence(items) => Value::List(items.iter().map(Value::from).collect()),
            Data::Mapping(entries) => {
                let entry = |entry: &Entry| (entry.key.value.clone(), Value::from(&entry.value));
                Value::Map(Map::of_distinct(entries.iter().map(entry)))
            }
            Data::Scalar(scalar) => match scalar.meaning {
                Meaning::Null => Value::Null,
                Meaning::Bool(value) => Value::Bool(value),
                Meaning::Int | Meaning::Float => Value::Number(scalar.text.clone()),
                Meaning::String => Value::String(scalar.text.clone()),
            },
        }
    }
}
