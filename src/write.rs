//! The only writer of the disk, and only where the command line says so: manifests (`-o`), a
//! picture, a first project, a checksum. The plugin in Argo CD writes nothing.
//!
//! What is written stays where it was named, though a change may have put links on the way: no file is
//! written through a link, nor is a folder of the checkout entered through one (`place`). A file is
//! written under another name, and then put in the place of the old one.
//!
//! Manifests that are written never become input by accident, and replace nothing but manifests that
//! were written here: a directory has to be empty, or to hold nothing but files of an earlier run.

mod place;

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use place::Folder;

/// Writes a file, or replaces what it held.
///
/// # Errors
/// When it cannot be written.
pub fn file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    file_with(path, |file| file.write_all(bytes))
}

/// Writes a file, or replaces what it held, by what `print` prints: a part after the other.
///
/// # Errors
/// When it cannot be written, or `print` fails; then what it held stays.
pub fn file_with(
    path: &Path,
    print: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let (folder, name) = place::of(path, false)?;
    folder.write(&name, print)
}

/// The first of some files that is there already.
pub fn existing<'a>(dir: &Path, mut paths: impl Iterator<Item = &'a str>) -> Option<PathBuf> {
    // A link that leads nowhere is there as well.
    paths.find(|path| dir.join(path).symlink_metadata().is_ok()).map(|path| dir.join(path))
}

/// Refuses a file whose folders are there and are not to be entered.
///
/// # Errors
/// When one of them is a link, or no folder.
pub fn check_folders(path: &Path) -> io::Result<()> {
    match place::of(path, false) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        checked => checked.map(drop),
    }
}

/// Writes a file that is not there yet, and the folders above it.
///
/// # Errors
/// When it is there, or cannot be written.
pub fn new_file(path: &Path, text: &str) -> io::Result<()> {
    let (folder, name) = place::of(path, true)?;
    folder.create(&name, text.as_bytes())
}

/// Gives a file another name in its folder.
///
/// # Errors
/// When it cannot be read or removed, or there is a file of that name.
pub fn rename(path: &Path, name: &str) -> io::Result<()> {
    let (folder, was) = place::of(path, false)?;
    folder.rename(&was, std::ffi::OsStr::new(name))
}

/// How every file that is written here begins, so that it is known again.
pub const MARK: &str = "# Written by generate -o; do not edit.\n";

/// A file to write: its name and its text.
pub type File = (String, Vec<u8>);

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

/// Writes the manifests that `print` prints to one file.
///
/// # Errors
/// When it cannot be written, or is a file that was not written here.
pub fn manifests(
    path: &Path,
    print: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let (folder, name) = place::of(path, false)?;
    if folder.is_file(&name) {
        check_own(&folder, &name, path)?;
    }
    folder.write(&name, |file| {
        file.write_all(MARK.as_bytes())?;
        print(file)
    })
}

/// Writes manifests into a directory, one file an object, in place of those of an earlier run. The
/// files are asked for one by one.
///
/// # Errors
/// When it cannot be written, or holds anything that was not written here.
pub fn manifest_files(
    path: &Path,
    mut files: impl Iterator<Item = io::Result<File>>,
) -> io::Result<()> {
    let folder = place::folder(path)?;
    let old = folder.names()?;
    old.iter().try_for_each(|name| check_own(&folder, name, &path.join(name)))?;
    old.iter().try_for_each(|name| folder.remove(name))?;
    files.try_for_each(|file| {
        let (name, text) = file?;
        folder.create(name.as_ref(), &[MARK.as_bytes(), &text].concat())
    })
}

fn check_own(folder: &Folder, name: &std::ffi::OsStr, shown: &Path) -> io::Result<()> {
    if folder.begins_with(name, MARK.as_bytes()) {
        return Ok(());
    }
    let message = format!("`{}` is in the way: it was not written by `-o`", shown.display());
    Err(io::Error::new(ErrorKind::AlreadyExists, message))
}
