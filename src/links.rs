//! Who waits for whom in a project, and where that is written: what `link` makes.

use smol_str::SmolStr;

use crate::diag::Message;
use crate::diag::problems::waves::Step;
use crate::graph::{EdgeId, Graph};
use crate::model::{Project, Unit};
use crate::source::Span;

/// One dependency between two units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it is written, or what it was inferred from; nowhere for the safe default.
    pub span: Option<Span>,
    /// How it is said, in words that stand after "waits for ... by": `` `dependsOn` ``.
    pub by: SmolStr,
    /// Whether what comes first has to be healthy first, so that it needs a wave before.
    pub is_blocking: bool,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a dependency comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Somebody wrote it: a reference, `dependsOn`, an annotation.
    Written,
    /// The one can be healthy only where the other runs.
    Follows,
    /// Plain manifests say so by what they have in common.
    Inferred,
    /// The one names the address of the other, which is no database: it comes no earlier.
    Mentioned,
    /// Nothing is known: the safe default.
    Default,
}

/// Units and their dependencies.
pub type Links = Graph<Unit, Link>;

/// The most of a kind and a name that is shown of a step, in characters: there are many steps.
const MAX_LABEL_LEN: usize = 400;

/// One edge in words.
pub fn step(project: &Project, links: &Links, id: EdgeId) -> Option<Step> {
    let edge = links.edge(id);
    let (first, then) = (*links.node(edge.from), *links.node(edge.to));
    let span = edge.weight.span.or_else(|| project.place(then)).or_else(|| project.place(first))?;
    let label = |unit| Message::beginning_of(&project.label(unit), MAX_LABEL_LEN);
    let (from, to) = (label(then), label(first));
    Some(Step { span, from, to, by: edge.weight.by.to_string() })
}
