//! Previews: what a person looks at before, or instead of, the manifests.

pub mod application;
pub mod check;
pub mod diff;
pub mod explain;
pub mod health;
pub mod parameters;
pub mod waves;
