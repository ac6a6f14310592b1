//! Catalogue.
pub mod definition;
