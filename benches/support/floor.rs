//! The least that any such program does, to measure `generate` against.
//!
//! ```text
//! floor bytes DIRECTORY BYTES    reads every file, writes so many bytes
//! floor parse DIRECTORY BYTES    the same, and lets the bare parser read the YAML
//! floor emit DIRECTORY BYTES     the same, makes trees of it, and prints these as YAML, again and
//!                                again, until so many bytes are written
//! ```
#![allow(missing_docs, clippy::disallowed_methods, reason = "a tool of the benchmarks")]

use std::hint::black_box;
use std::io::Write;
use std::{env, fs, io};

use argocd_atlas_plugin::emit::yaml;
use argocd_atlas_plugin::value::{Map, Value};
use granit_parser::{Event, Parser, ScalarStyle};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [mode, directory, bytes] = arguments.as_slice() else {
        return Err(io::Error::other("usage: floor bytes|parse|emit DIRECTORY BYTES"));
    };
    let bytes: usize = bytes.parse().map_err(io::Error::other)?;
    let (mut manifests, mut others) = (Vec::new(), Vec::new());
    for entry in walkdir::WalkDir::new(directory).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            let is_yaml = entry.path().extension().is_some_and(|name| name == "yaml");
            let text = fs::read_to_string(entry.path())?;
            if is_yaml { manifests.push(text) } else { others.push(text) }
        }
    }
    let out = &mut io::stdout().lock();
    match mode.as_str() {
        "bytes" => out.write_all(&vec![b'\n'; bytes])?,
        "parse" => {
            for text in &manifests {
                black_box(Parser::new_from_str(text).filter(Result::is_ok).count());
            }
            out.write_all(&vec![b'\n'; bytes])?;
        }
        "emit" => {
            let trees: Vec<Value> = manifests.iter().flat_map(|text| trees(text)).collect();
            let mut printed = Vec::with_capacity(bytes);
            for tree in trees.iter().cycle() {
                if printed.len() >= bytes {
                    break;
                }
                yaml::document(tree, &mut printed)?;
            }
            printed.truncate(bytes);
            out.write_all(&printed)?;
        }
        _ => return Err(io::Error::other("no such floor")),
    }
    black_box((&manifests, &others));
    // Nor is the floor asked to tidy up.
    std::process::exit(0)
}

/// The documents of a text, as bare as can be: no places, no aliases, no checks.
fn trees(text: &str) -> Vec<Value> {
    let mut documents = Vec::new();
    let mut open: Vec<(bool, Vec<Value>)> = Vec::new();
    for event in Parser::new_from_str(text) {
        let done = match event {
            Ok((Event::Scalar(text, ScalarStyle::Plain, ..), _)) if text == "true" => {
                Value::Bool(true)
            }
            Ok((Event::Scalar(text, ..), _)) => Value::String(text.into()),
            Ok((Event::MappingStart(..), _)) => {
                open.push((true, Vec::new()));
                continue;
            }
            Ok((Event::SequenceStart(..), _)) => {
                open.push((false, Vec::new()));
                continue;
            }
            Ok((Event::MappingEnd | Event::SequenceEnd, _)) => match open.pop() {
                Some((true, children)) => Value::Map(mapping(children)),
                Some((false, children)) => Value::List(children),
                None => continue,
            },
            Ok(_) | Err(_) => continue,
        };
        match open.last_mut() {
            Some((_, children)) => children.push(done),
            None => documents.push(done),
        }
    }
    documents
}

fn mapping(children: Vec<Value>) -> Map {
    let mut entries = Vec::with_capacity(children.len() / 2);
    let mut children = children.into_iter();
    while let (Some(Value::String(key)), Some(value)) = (children.next(), children.next()) {
        entries.push((key, value));
    }
    Map::of_distinct(entries)
}
