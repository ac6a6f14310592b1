//! The plugin's parameters: one table for names, titles and flags, which feeds the announcement,
//! `plugin.yaml` and the reader.

use smol_str::SmolStr;

use crate::left_out::Login;
use crate::source::Spanned;
use crate::syntax::Text;
use crate::syntax::node::Node;

/// One parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// What it is.
    pub id: ParameterId,
    /// What Argo CD calls it (`spec.source.plugin.parameters[].name`).
    pub name: &'static str,
    /// What Argo CD's UI shows above it.
    pub title: &'static str,
    /// What Argo CD's UI says about it.
    pub tooltip: &'static str,
    /// Whether it is one string or a map of strings.
    pub collection: Collection,
    /// `number` for a map of numbers (Argo CD `ParameterAnnouncement.itemType`).
    pub item_type: Option<&'static str>,
    /// The flag that does the same on the command line.
    pub flag: &'static str,
}

/// Which parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterId {
    /// The overlay that is merged.
    Environment,
    /// Images of Apps.
    Images,
    /// Replicas of Apps.
    Replicas,
    /// Any field.
    Set,
}

/// How a parameter's value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collection {
    /// `string: value`.
    String,
    /// `map: {key: value}`.
    Map,
}

impl Collection {
    /// As Argo CD spells it.
    pub fn name(self) -> &'static str {
        match self {
            Collection::String => "string",
            Collection::Map => "map",
        }
    }
}

/// All parameters. None has a default of its own: without it, the directory says what it says.
pub const PARAMETERS: [Parameter; 4] = [
    Parameter {
        id: ParameterId::Environment,
        name: "environment",
        title: "Environment",
        tooltip: "Name of a directory under environments/ that is merged onto the specs",
        collection: Collection::String,
        item_type: None,
        flag: "--environment",
    },
    Parameter {
        id: ParameterId::Images,
        name: "images",
        title: "Images",
        tooltip: "App: image, in place of the App's own",
        collection: Collection::Map,
        item_type: None,
        flag: "--image",
    },
    Parameter {
        id: ParameterId::Replicas,
        name: "replicas",
        title: "Replicas",
        tooltip: "App: number of replicas, in place of the App's own",
        collection: Collection::Map,
        item_type: Some("number"),
        flag: "--replicas",
    },
    Parameter {
        id: ParameterId::Set,
        name: "set",
        title: "Set",
        tooltip: "Kind/name:dotted.path: value, for any other field of a spec",
        collection: Collection::Map,
        item_type: None,
        flag: "--set",
    },
];

/// The values of the parameters, each with the place that says so.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The overlay that is merged.
    pub environment: Option<Text>,
    /// Whether somebody has said which one, or by an empty name that there is none.
    pub is_environment_named: bool,
    /// Changes of single fields, in the order in which they are made.
    pub edits: Vec<Edit>,
    /// Whether Atlas has a login.
    pub login: Login,
}

/// A change of one field of a spec.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The kind of the spec.
    pub kind: Spanned<SmolStr>,
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// The keys that lead to the field, from the document's root.
    pub path: Vec<SmolStr>,
    /// The new value; null removes the field.
    pub value: Node,
}
