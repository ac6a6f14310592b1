//! Plan -> YAML.

pub mod yaml;
