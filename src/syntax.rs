//! What was written: spans everywhere, nothing checked.

pub mod node;
