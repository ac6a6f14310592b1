//! One struct for every problem, by the part of the project that it is found in.

pub mod sql;
pub mod yaml;
