//! SQL files: read, ordered, made into a catalogue, compared with themselves.
#![no_main]

#[path = "../../tests/common/mod.rs"]
mod common;

libfuzzer_sys::fuzz_target!(|data: &[u8]| common::targets::sql_read(data));
