//! What was written: spans everywhere, nothing checked beyond the type of each field.

pub mod node;

use smol_str::SmolStr;

use crate::source::Spanned;
use crate::syntax::node::Node;
use crate::value::Value;

/// The three kinds of spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Where data lives.
    Database,
    /// The desired schema of one database.
    Schema,
    /// A workload and its way in.
    App,
}

impl Kind {
    /// All of them, in the order of their dependencies.
    pub const ALL: [Kind; 3] = [Kind::Database, Kind::Schema, Kind::App];

    /// As written in `kind:`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Database => "Database",
            Kind::Schema => "Schema",
            Kind::App => "App",
        }
    }
}

/// A string with its place.
pub type Text = Spanned<SmolStr>;

/// A part in the shape of Kubernetes, checked against it.
pub type Shaped = Spanned<Value>;

/// A map of strings, in the order in which it was written.
pub type TextMap = Vec<(Text, Text)>;

/// A Kubernetes object that is not a spec; passed through.
#[derive(Debug)]
pub struct Manifest {
    /// `apiVersion`.
    pub api_version: Text,
    /// `kind`.
    pub kind: Text,
    /// `metadata.name`, or `metadata.generateName`.
    pub name: Text,
    /// `metadata.namespace`.
    pub namespace: Option<Text>,
    /// The whole object.
    pub node: Node,
}

impl Manifest {
    /// The text and place of one of its annotations.
    pub fn annotation(&self, key: &str) -> Option<Spanned<&str>> {
        let node = self.node.at(&["metadata", "annotations", key])?;
        Some(Spanned::new(node.scalar()?.text.as_str(), node.span))
    }
}
