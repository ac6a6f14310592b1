//! Writes the project of the benchmarks to a directory: `project SPECS DIRECTORY`.
#![allow(missing_docs, clippy::disallowed_methods, reason = "a tool of the benchmarks")]

#[path = "project.rs"]
mod project;

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [specs, directory] = arguments.as_slice() else {
        return Err(io::Error::other("usage: project SPECS DIRECTORY"));
    };
    let specs: usize = specs.parse().map_err(io::Error::other)?;
    for (path, text) in project::files(specs) {
        let path = Path::new(directory).join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}
