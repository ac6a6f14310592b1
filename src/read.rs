//! The only reader of the disk.
//!
//! Only regular files below the application's directory are read. Names that begin with `.` are
//! not looked at (`.git`, `.github`); a symbolic link that leaves the directory is refused, and so is
//! one to what is hidden. A file
//! that holds specs or manifests is read at once; any other is only listed, and read when a spec
//! names it.

mod decode;
mod open;

use std::io::{self, Read};
use std::path::{Component, Path};

use open::Root;
use walkdir::{DirEntry, WalkDir};

use crate::diag::Diagnostics;
use crate::diag::problems::security::{LimitExceeded, NotUtf8, UnusableFile};
use crate::diag::problems::yaml::UnprintableText;
use crate::source::{FileId, STANDARD_INPUT, Sources, Span, first_not_carried, is_manifest_name};

/// The largest file that is read, in bytes.
pub const FILE_SIZE: u64 = 8 * 1024 * 1024;
/// The largest sum of all that is read, in bytes.
pub const TOTAL_SIZE: u64 = 32 * 1024 * 1024;
/// The most files and folders that a directory may hold; of a hidden folder, only itself.
pub const ENTRIES: usize = 100_000;
/// The most bytes that the paths of all these may have together.
pub const PATHS: usize = 16 * 1024 * 1024;
/// The deepest nesting of folders.
pub const DEPTH: usize = 64;

/// Where a directory is within its Git repository, with `/` between the parts; empty for the
/// repository itself. Outside a repository it is the path as it was written.
pub fn path_in_repository(dir: &Path) -> String {
    let whole = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let root = whole.ancestors().find(|folder| folder.join(".git").exists());
    let below = root.and_then(|root| whole.strip_prefix(root).ok());
    let parts = below.unwrap_or(dir).components().filter_map(|part| match part {
        Component::Normal(name) => name.to_str(),
        Component::ParentDir => Some(".."),
        Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Reads standard input as a file of manifests.
///
/// # Errors
/// When it cannot be read.
pub fn standard_input(
    input: impl Read,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> io::Result<FileId> {
    let mut bytes = Vec::new();
    input.take(FILE_SIZE + 1).read_to_end(&mut bytes)?;
    let file = sources.add_listed(STANDARD_INPUT, bytes.len() as u64);
    accept(bytes, sources, file, diagnostics);
    Ok(file)
}

/// A directory that is being read.
#[derive(Debug)]
pub struct Directory {
    root: Root,
    read: u64,
}

/// Chooses files by their path.
type Choice = fn(&str) -> bool;

/// What is in a directory.
#[derive(Default)]
struct Found {
    /// Paths and sizes, as far as these are asked for.
    files: Vec<(String, u64)>,
    /// What would be read if it could be: what is the matter, and what to do.
    unusable: Vec<(String, &'static str)>,
    /// Folders into which nobody looks.
    too_deep: Vec<String>,
}

impl Directory {
    /// Opens a directory.
    ///
    /// # Errors
    /// When there is no such directory, or it cannot be entered.
    pub fn open(path: &Path) -> io::Result<Directory> {
        let root = path.canonicalize()?;
        if !root.is_dir() {
            return Err(io::Error::new(io::ErrorKind::NotADirectory, "not a directory"));
        }
        Ok(Directory { root: Root::of(root), read: 0 })
    }

    /// Lists the directory into `sources`, by path, and reads nothing yet.
    pub fn list(&self, sources: &mut Sources, root: FileId, diagnostics: &mut Diagnostics) {
        self.list_and_choose(sources, root, diagnostics, |_| false);
    }

    /// Lists the directory into `sources`, by path, and reads the files that hold manifests.
    pub fn read(&mut self, sources: &mut Sources, root: FileId, diagnostics: &mut Diagnostics) {
        let manifests = self.list_and_choose(sources, root, diagnostics, is_manifest_name);
        self.load(sources, &manifests, diagnostics);
    }

    /// Lists the directory, and gives back those files that are read at once: how large these are is
    /// known when they are opened, and not asked before.
    fn list_and_choose(
        &self,
        sources: &mut Sources,
        root: FileId,
        diagnostics: &mut Diagnostics,
        is_read: Choice,
    ) -> Vec<FileId> {
        let start = Span::new(root, 0..0);
        let mut files = self.walk(start, is_read, diagnostics);
        files.sort();
        let mut chosen = Vec::new();
        for (path, size) in files {
            let is_read = is_read(&path);
            let file = sources.add_listed(path, size);
            chosen.extend(is_read.then_some(file));
        }
        chosen
    }

    fn walk(
        &self,
        root: Span,
        is_read: Choice,
        diagnostics: &mut Diagnostics,
    ) -> Vec<(String, u64)> {
        let mut found = Found::default();
        if let Err(message) = self.walk_into(is_read, &mut found) {
            // What else was found by then is up to the order in which the file system lists it.
            too_much(root, message, diagnostics);
            return found.files;
        }
        if let Some(path) = found.too_deep.iter().min() {
            // Not passed over: what is not printed is pruned.
            let message = format!("folders more than {DEPTH} deep: `{}`", path.escape_debug());
            too_much(root, message, diagnostics);
        }
        found.unusable.sort_unstable();
        for (message, help) in found.unusable {
            unusable(root, message, help, diagnostics);
        }
        found.files
    }

    /// Looks at every entry. An error is the bound that is exceeded.
    fn walk_into(&self, is_read: Choice, found: &mut Found) -> Result<(), String> {
        // With every folder on the way held open, none is read into memory to be gone on with later.
        let walk = WalkDir::new(self.root.path()).max_depth(DEPTH).max_open(DEPTH + 1);
        let mut walk = walk.into_iter();
        let (mut left, mut number) = (PATHS, 0);
        while let Some(entry) = walk.next() {
            // Hidden ones too: they have to be passed by.
            number += 1;
            if number > ENTRIES + 1 {
                return Err(format!("more than {ENTRIES} files and folders"));
            }
            match entry {
                Ok(entry) if is_hidden(&entry) => {
                    if entry.file_type().is_dir() {
                        walk.skip_current_dir();
                    }
                }
                Ok(entry) => {
                    let Ok(relative) = entry.path().strip_prefix(self.root.path()) else {
                        continue;
                    };
                    let rest = left.checked_sub(relative.as_os_str().len());
                    left =
                        rest.ok_or_else(|| format!("paths of more than {PATHS} bytes in all"))?;
                    self.entry(&entry, relative, is_read, found);
                }
                Err(error) => {
                    let message = format!("cannot read the directory: {error}");
                    found.unusable.push((message, "check its permissions"));
                }
            }
        }
        Ok(())
    }

    fn entry(&self, entry: &DirEntry, relative: &Path, is_read: Choice, found: &mut Found) {
        let path = relative.to_string_lossy();
        if entry.file_type().is_dir() {
            if entry.depth() == DEPTH {
                found.too_deep.push(path.into_owned());
            }
            return;
        }
        let is_manifest = is_manifest_name(&path);
        let mut unusable = |what: &str, help| {
            if is_manifest {
                found.unusable.push((format!("`{}` {what}", path.escape_debug()), help));
            }
        };
        if relative.to_str().is_none() {
            return unusable("has a name that is not UTF-8", "give it another name");
        }
        if entry.file_type().is_symlink() {
            // One message for both: what is there outside is not to be found out by links.
            let target = entry.path().canonicalize().unwrap_or_default();
            let Ok(target) = target.strip_prefix(self.root.path()) else {
                let what = "is a link out of the directory, or to nothing";
                return unusable(what, "put the file itself there");
            };
            if target.components().any(|part| part.as_os_str() == ".git") {
                return unusable("is a link into `.git`", "put the file itself there");
            }
        }
        if entry.file_type().is_file() && is_read(&path) {
            return found.files.push((path.into_owned(), 0));
        }
        let Ok(metadata) = entry.path().metadata() else { return };
        if metadata.is_file() {
            found.files.push((path.into_owned(), metadata.len()));
        } else if !metadata.is_dir() {
            unusable("is no regular file", "put a regular file there");
        }
    }

    /// Names and bytes of the `.sql` files right below the directory, sorted by name.
    ///
    /// # Errors
    /// When one of them cannot be read, or is larger than a file may be.
    pub fn migrations(&mut self) -> io::Result<Vec<(String, Vec<u8>)>> {
        let entries = WalkDir::new(self.root.path()).min_depth(1).max_depth(1).sort_by_file_name();
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry.map_err(io::Error::other)?;
            let Some(name) = entry.file_name().to_str() else { continue };
            if name.ends_with(".sql") && !name.starts_with('.') {
                let bytes = self.bytes(name)?;
                if bytes.len() as u64 > FILE_SIZE {
                    let message = format!("`{name}` has more than {FILE_SIZE} bytes");
                    return Err(io::Error::other(message));
                }
                files.push((name.to_owned(), bytes));
            }
        }
        Ok(files)
    }

    /// Reads listed files.
    pub fn load(&mut self, sources: &mut Sources, files: &[FileId], diagnostics: &mut Diagnostics) {
        for &file in files {
            if !sources.get(file).is_loaded() {
                self.load_file(sources, file, diagnostics);
            }
        }
    }

    fn load_file(&mut self, sources: &mut Sources, file: FileId, diagnostics: &mut Diagnostics) {
        let path = sources.get(file).path.clone();
        let start = Span::new(file, 0..0);
        let bytes = match self.bytes(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                sources.load_broken(file, String::new());
                let message = format!("cannot be read: {error}");
                return unusable(start, message, "check its permissions", diagnostics);
            }
        };
        if self.read + bytes.len() as u64 > TOTAL_SIZE {
            sources.load_broken(file, String::new());
            let message = format!("the project has more than {TOTAL_SIZE} bytes of text");
            let help = LEAVE_OUT.to_owned();
            return diagnostics.report(LimitExceeded { primary: start, message, help });
        }
        let length = bytes.len() as u64;
        accept(bytes, sources, file, diagnostics);
        // What was not UTF-8 has grown.
        self.read += sources.get(file).size.max(length);
    }

    /// The bytes of a file, one more than allowed at the most.
    fn bytes(&self, path: &str) -> io::Result<Vec<u8>> {
        let (opened, size) = self.root.open(path)?;
        // What is there when it is opened is read, without asking whether there is more by now. Some file
        // systems say 0 of whatever they have.
        let most = if size == 0 { FILE_SIZE + 1 } else { size.min(FILE_SIZE + 1) };
        let mut bytes = Vec::with_capacity(usize::try_from(size.min(most)).unwrap_or_default());
        opened.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

fn too_much(primary: Span, message: String, diagnostics: &mut Diagnostics) {
    let help = "point the Application at a smaller directory".to_owned();
    diagnostics.report(LimitExceeded { primary, message, help });
}

const LEAVE_OUT: &str = "leave it out of the application's directory, or split it";

/// Takes the bytes of a file as its text.
fn accept(bytes: Vec<u8>, sources: &mut Sources, file: FileId, diagnostics: &mut Diagnostics) {
    if bytes.len() as u64 > FILE_SIZE {
        return too_large(sources, file, diagnostics);
    }
    match String::from_utf8(bytes) {
        Ok(text) => {
            sources.load(file, text);
            check_text(sources, file, diagnostics);
        }
        Err(error) if sources.get(file).path.ends_with(".sql") => {
            let valid = error.utf8_error().valid_up_to();
            let decode::Decoded { text, encoding, first } = decode::decode(error.as_bytes(), valid);
            // Nearly each byte may have become three.
            if text.len() as u64 > FILE_SIZE {
                return too_large(sources, file, diagnostics);
            }
            sources.load(file, text);
            diagnostics.report(NotUtf8 { primary: Span::new(file, first..first), encoding });
            check_text(sources, file, diagnostics);
        }
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            // Only the place is shown; what is behind it would grow to three times its size.
            let shown = error.as_bytes().iter().take(valid + 80).copied().collect::<Vec<u8>>();
            sources.load_broken(file, String::from_utf8_lossy(&shown).into_owned());
            let primary = Span::new(file, valid..valid);
            let message = "the file is not UTF-8 from here on".to_owned();
            unusable(primary, message, "save it as UTF-8", diagnostics);
        }
    }
}

fn too_large(sources: &mut Sources, file: FileId, diagnostics: &mut Diagnostics) {
    sources.load_broken(file, String::new());
    let (primary, help) = (Span::new(file, 0..0), LEAVE_OUT.to_owned());
    let message = format!("the file has more than {FILE_SIZE} bytes");
    diagnostics.report(LimitExceeded { primary, message, help });
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
}

/// YAML has its own check, in which an escape counts as well; everything else ends up in YAML.
fn check_text(sources: &Sources, file: FileId, diagnostics: &mut Diagnostics) {
    let source = sources.get(file);
    if is_manifest_name(&source.path) {
        return;
    }
    if let Some((place, character)) = first_not_carried(source.text()) {
        let primary = Span::new(file, place..place + character.len_utf8());
        diagnostics.report(UnprintableText { primary, character });
    }
}

fn unusable(primary: Span, message: String, help: &str, diagnostics: &mut Diagnostics) {
    diagnostics.report(UnusableFile { primary, message, help: help.to_owned() });
}
