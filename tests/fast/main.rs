//! The fast suite: one program, so that it is linked once.
//!
//! `THOROUGH=1` runs more random cases and larger inputs, as `.ci/run` does with an optimised build;
//! `docs/testing.md` lists the suites.

#[path = "../common/mod.rs"]
mod common;
#[path = "../sql_support/mod.rs"]
mod sql_support;

mod database_health;
mod deploy;
mod disk;
mod encodings;
mod file_order;
mod health;
mod joining;
mod leaks;
mod left_out;
mod limits;
mod mistakes;
mod mutations;
mod plain;
mod plugin;
mod projects;
mod readme;
mod recheck;
mod regressions;
mod release;
mod revision;
mod simulation;
mod spec_page;
mod sql;
mod streams;
mod tidy;
mod untrusted_text;
mod views;
mod waves;
mod writing;
mod yaml;
