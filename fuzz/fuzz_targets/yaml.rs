//! A YAML file: spans, and what is accepted comes back from the emitter.
#![no_main]

#[path = "../../tests/common/mod.rs"]
mod common;

libfuzzer_sys::fuzz_target!(|data: &[u8]| common::targets::yaml(data));
