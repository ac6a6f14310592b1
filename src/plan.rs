//! What is applied when, and why: what `schedule` makes.

use crate::graph::{EdgeId, NodeId};
use crate::model::Unit;
use crate::object::Object;

/// What is applied when.
#[derive(Debug, Default)]
pub struct Plan {
    /// The objects in the order in which Argo CD applies them.
    pub objects: Vec<Planned>,
    /// The wave of every unit, and why.
    pub units: Vec<Scheduled>,
}

/// An object with its wave.
#[derive(Debug)]
pub struct Planned {
    /// The wave.
    pub wave: i64,
    /// Whether it is a hook, whose wave is its own business.
    pub is_hook: bool,
    /// The object, which carries the wave.
    pub object: Object,
}

/// A unit with its wave.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// The unit.
    pub unit: Unit,
    /// Its node in the graph.
    pub node: NodeId,
    /// Its wave.
    pub wave: i64,
    /// The edge that puts it there; none for what waits for nothing.
    pub held_by: Option<EdgeId>,
    /// The edge to what it goes before or with, for what is where it is for the sake of that: below
    /// wave 0 because of a pin, or a claim beside its pod.
    pub pulled_by: Option<EdgeId>,
    /// Whether the wave is written.
    pub is_pinned: bool,
    /// Whether it is in the last wave because it does not become healthy by itself, or after what does not.
    pub is_put_off: bool,
}
