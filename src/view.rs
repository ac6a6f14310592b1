//! Previews: what a person looks at before, or instead of, the manifests.

pub mod check;
pub mod diff;
pub mod dot;
mod drops;
pub mod er;
pub mod explain;
pub mod github;
pub mod graph;
pub mod html;
pub mod layout;
pub mod markdown;
pub mod mask;
pub mod mermaid;
pub mod parameters;
pub mod requires;
pub mod sarif;
pub mod svg;
pub mod waves;
