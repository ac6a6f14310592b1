//! The least that any such program does, to measure `generate` against.
//!
//! ```text
//! floor bytes DIRECTORY BYTES    reads every file, writes so many bytes
//! floor yaml DIRECTORY BYTES     the same, and reads the YAML with the bare parser
//! ```
#![allow(missing_docs, clippy::disallowed_methods, reason = "a tool of the benchmarks")]

use std::hint::black_box;
use std::io::Write;
use std::{env, fs, io};

use granit_parser::{Event, Parser};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [mode, directory, bytes] = arguments.as_slice() else {
        return Err(io::Error::other("usage: floor bytes|yaml DIRECTORY BYTES"));
    };
    let bytes: usize = bytes.parse().map_err(io::Error::other)?;
    let mut texts = Vec::new();
    for entry in walkdir::WalkDir::new(directory).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            let is_yaml = entry.path().extension().is_some_and(|name| name == "yaml");
            texts.push((is_yaml, fs::read(entry.path())?));
        }
    }
    if mode == "yaml" {
        let yaml = texts.iter().filter(|(is_yaml, _)| *is_yaml);
        for (_, text) in yaml {
            let text = std::str::from_utf8(text).map_err(io::Error::other)?;
            let scalars = Parser::new_from_str(text)
                .filter(|event| matches!(event, Ok((Event::Scalar(..), _))))
                .count();
            black_box(scalars);
        }
    }
    black_box(&texts);
    io::stdout().lock().write_all(&vec![b'\n'; bytes])
}
