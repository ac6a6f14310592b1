//! The schema that SQL defines: texts -> statements -> catalogue -> difference of two catalogues.
//!
//! In: the texts of one database's schema, in its dialect. Out: the tables, columns, keys and views
//! that they leave behind, each with its place, and the problems found on the way. Nothing here knows
//! YAML, Kubernetes or how a problem is put into words; nothing reads a disk.
//!
//! The modules stand in the order in which they know of each other: none knows one below it.

pub mod source;
pub mod near;
mod word;
pub mod dialect;
pub mod problem;
pub mod definition;
pub mod query;
mod extensions;
pub mod parse;
pub mod catalogue;
