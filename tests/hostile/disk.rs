//! Writes files of any size without holding them in memory, which would count as the child's.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

/// A file with a text, in folders that are made for it.
pub(crate) fn write(directory: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = directory.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A file of a beginning, something many times over, and an end.
pub(crate) fn repeat(directory: &Path, path: &str, head: &str, part: &str, n: usize, tail: &str) {
    series(directory, path, head, n, |_| part.to_owned(), tail);
}

/// A file of a beginning, numbered parts, and an end.
pub(crate) fn series(
    directory: &Path,
    path: &str,
    head: &str,
    n: usize,
    part: impl Fn(usize) -> String,
    tail: &str,
) {
    let path = directory.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut out = BufWriter::new(File::create(path).unwrap());
    out.write_all(head.as_bytes()).unwrap();
    for number in 0..n {
        out.write_all(part(number).as_bytes()).unwrap();
    }
    out.write_all(tail.as_bytes()).unwrap();
    out.flush().unwrap();
}
