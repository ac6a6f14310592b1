//! The only writer of the disk, and only where the command line says so: a file of output, a first
//! project, a checksum. The plugin in Argo CD writes nothing.

use std::fs;
use std::io::{self, Write};
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
