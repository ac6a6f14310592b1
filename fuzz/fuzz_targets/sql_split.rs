//! A SQL file: statements in order, apart, with nothing lost between them.
#![no_main]

#[path = "../../tests/common/mod.rs"]
mod common;

libfuzzer_sys::fuzz_target!(|data: &[u8]| common::targets::sql_split(data));
