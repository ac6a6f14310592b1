//! An Argo CD config management plugin that brings up database, schema and application in that
//! order.

pub mod dialect;
pub mod source;
pub mod diag;
pub mod value;
pub mod syntax;
pub mod catalogue;
pub mod parse;
pub mod atlas_sum;
