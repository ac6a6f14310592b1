//! One struct for every problem, by the part of the project that it is found in.

pub mod accept;
pub mod config_map;
pub mod history;
pub mod left_out;
pub mod names;
pub mod output;
pub mod parameters;
pub mod schema;
pub mod security;
pub mod spec;
pub mod sql;
pub mod waves;
pub mod yaml;
