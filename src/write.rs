//! The only writer of the disk, and only where the command line says so: manifests (`-o`), a
//! picture, a first project, a checksum. The plugin in Argo CD writes nothing.
//!
//! Manifests that are written never become input by accident, and replace nothing but manifests that
//! were written here: a directory has to be empty, or to hold nothing but files of an earlier run.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Writes a file, or replaces what it held.
///
/// # Errors
/// When it cannot be written.
pub fn file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::write(path, bytes)
}

/// The first of some files that is there already.
pub fn existing<'a>(dir: &Path, mut paths: impl Iterator<Item = &'a str>) -> Option<PathBuf> {
    // A link that leads nowhere is there as well.
    paths.find(|path| fs::symlink_metadata(dir.join(path)).is_ok()).map(|path| dir.join(path))
}

/// Writes a file that is not there yet, and the folders above it.
///
/// # Errors
/// When it is there, or cannot be written.
pub fn new_file(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::File::create_new(path)?.write_all(text.as_bytes())
}

/// How every file that is written here begins, so that it is known again.
pub const MARK: &str = "# Written by generate -o; do not edit.\n";

/// A file to write: its name and its text.
pub type File = (String, String);

/// Whether a path is meant as a directory: it is one, or is written like one.
pub fn is_directory(path: &Path) -> bool {
    path.is_dir() || path.to_string_lossy().ends_with('/')
}

/// Refuses a place that would be read as input next time.
///
/// # Errors
/// When `output` lies inside `input`, other than below a hidden folder.
pub fn check_outside(output: &Path, input: &Path) -> io::Result<()> {
    let input = input.canonicalize()?;
    let mut parent = output;
    let whole = loop {
        match parent.canonicalize() {
            Ok(known) => break known.join(output.strip_prefix(parent).unwrap_or(Path::new(""))),
            Err(_) => match parent.parent() {
                Some(next) if next != Path::new("") => parent = next,
                _ => break Path::new(".").canonicalize()?.join(output),
            },
        }
    };
    let Ok(below) = whole.strip_prefix(&input) else { return Ok(()) };
    let is_hidden = below.iter().any(|part| part.to_string_lossy().starts_with('.'));
    if is_hidden {
        return Ok(());
    }
    let message = "it is inside the directory that is read, and would be input the next time";
    Err(io::Error::new(ErrorKind::InvalidInput, message))
}

/// Writes manifests to one file.
///
/// # Errors
/// When it cannot be written, or is a file that was not written here.
pub fn manifests(path: &Path, text: &str) -> io::Result<()> {
    if path.exists() {
        check_own(path)?;
    }
    fs::write(path, format!("{MARK}{text}"))
}

/// Writes manifests into a directory, one file an object, in place of those of an earlier run.
///
/// # Errors
/// When it cannot be written, or holds anything that was not written here.
pub fn manifest_files(path: &Path, files: &[File]) -> io::Result<()> {
    fs::create_dir_all(path)?;
    let mut old: Vec<PathBuf> = Vec::new();
    #[expect(clippy::disallowed_methods, reason = "what is there already must not be lost")]
    for entry in fs::read_dir(path)? {
        old.push(entry?.path());
    }
    old.iter().try_for_each(|path| check_own(path))?;
    old.iter().try_for_each(fs::remove_file)?;
    files.iter().try_for_each(|(name, text)| fs::write(path.join(name), format!("{MARK}{text}")))
}

fn check_own(path: &Path) -> io::Result<()> {
    let foreign = |_| {
        let message = format!("`{}` is in the way: it was not written by `-o`", path.display());
        io::Error::new(ErrorKind::AlreadyExists, message)
    };
    let mut begin = vec![0; MARK.len()];
    #[expect(clippy::disallowed_methods, reason = "only its first line is looked at")]
    let mut opened = fs::File::open(path).map_err(foreign)?;
    io::Read::read_exact(&mut opened, &mut begin).map_err(foreign)?;
    if begin == MARK.as_bytes() { Ok(()) } else { Err(foreign(io::ErrorKind::Other.into())) }
}
