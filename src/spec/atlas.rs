//! The table of the fields of the Atlas Operator's custom resources, generated from their definitions
//! (`tests/conformance/cmd/atlas-shapes`).

#[rustfmt::skip]
mod generated;

pub(crate) use generated::VERSION;

use crate::spec::kubernetes::Type;

/// The `spec` of a kind of `db.atlasgo.io/v1alpha1`.
pub(crate) fn find(kind: &str) -> Option<&'static Type> {
    generated::KINDS.iter().find(|(known, _)| *known == kind).map(|(_, of)| *of)
}
