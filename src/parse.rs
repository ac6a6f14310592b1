//! Sources -> syntax: reads YAML and SQL and reports what cannot be read.

pub mod sql;
