//! SQL.
pub(crate) mod token;
pub(crate) mod split;
