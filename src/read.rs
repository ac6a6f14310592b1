//! The only reader of the disk, and of a directory as it is in a Git revision: for both there is one
//! set of rules and bounds.
//!
//! Only regular files below the application's directory are read. Names that begin with `.` are
//! not looked at (`.git`, `.github`); a symbolic link that leaves the directory is refused, and so is
//! one to anything hidden, or over it (`..data` in a mounted ConfigMap). A file
//! that holds specs or manifests is read at once; any other is only listed, and read when a spec
//! names it.

mod decode;
mod open;
mod repository;
mod tree;

use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use open::{Refused, Root};
use tree::Tree;
use walkdir::{DirEntry, WalkDir};

use crate::diag::problems::security::{LimitExceeded, NotUtf8, UnusableFile};
use crate::diag::problems::yaml::UnprintableText;
use crate::diag::{Diagnostics, Message, Severity, message};
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

/// The names of the folders in one, for a guess at what is meant by another name; nothing where it cannot be
/// read.
pub fn folder_names(dir: &Path) -> Vec<String> {
    const MAX_FOLDER_NAMES: usize = 1_000;
    let entries = WalkDir::new(dir).min_depth(1).max_depth(1).into_iter().take(MAX_FOLDER_NAMES);
    let folders = entries.filter_map(Result::ok).filter(|entry| entry.file_type().is_dir());
    folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
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

/// Paths and texts of the files that a path, a folder or a glob names, from the current folder, sorted
/// by path. Of a folder these are the `.sql` files in it and below.
///
/// # Errors
/// When something is not there, cannot be read or is too large.
pub fn named(pattern: &str) -> io::Result<Vec<(String, String)>> {
    let is_glob = pattern.contains(['*', '?', '[', '{']);
    // The folder before the first wildcard.
    let plain = pattern.split(['*', '?', '[', '{']).next().unwrap_or_default();
    let (folder, rest) = match pattern {
        _ if !is_glob && Path::new(pattern).is_dir() => (pattern.trim_end_matches('/'), "**/*.sql"),
        _ => match plain.rfind('/') {
            Some(end) => pattern.split_at(end),
            None => (".", pattern),
        },
    };
    let rest = rest.trim_start_matches('/');
    let mut directory = Directory::open(Path::new(if folder.is_empty() { "/" } else { folder }))?;
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let root = sources.add_virtual(folder, "");
    directory.list(&mut sources, root, &mut diagnostics);
    let is_named = |path: &str| match is_glob || rest == "**/*.sql" {
        true => fast_glob::glob_match(rest, path),
        false => path == rest,
    };
    let files = sources.files().filter(|(_, source)| is_named(&source.path));
    let files: Vec<FileId> = files.map(|(file, _)| file).collect();
    directory.load(&mut sources, &files, &mut diagnostics);
    if let Some(found) = diagnostics.sorted().iter().find(|it| it.severity() == Severity::Error) {
        return Err(io::Error::other(found.message.to_string()));
    }
    let prefix = if folder == "." { String::new() } else { format!("{folder}/") };
    let text = |file: &FileId| {
        let source = sources.get(*file);
        (format!("{prefix}{}", source.path), source.text().to_owned())
    };
    Ok(files.iter().map(text).collect())
}

/// A revision to read a directory in.
#[derive(Clone, Copy, Debug)]
pub struct Revision<'a> {
    /// A branch, a tag or a commit.
    pub name: &'a str,
    /// Whether it is read itself, and not the merge base of it and HEAD.
    pub is_exact: bool,
}

/// A directory that is being read.
#[derive(Debug)]
pub struct Directory {
    place: Origin,
    read: u64,
}

/// Where a directory is.
#[derive(Debug)]
enum Origin {
    Disk(Root),
    Revision(Box<Tree>),
}

/// Chooses files by their path.
type Choice = fn(&str) -> bool;

/// What is in a directory.
#[derive(Default)]
struct Found {
    /// Paths and sizes, as far as these are asked for.
    files: Vec<(String, u64)>,
    /// What would be read if it could be: what is the matter, and what to do.
    unusable: Vec<(Message, &'static str)>,
    /// Folders into which nobody looks.
    too_deep: Vec<String>,
}

/// What a link is that is not followed.
const OUTSIDE: &str = "is a symbolic link that leads out of the directory, or nowhere";
const HIDDEN: &str = "is a symbolic link to a hidden file or folder (its name begins with `.`)";

impl Found {
    /// Something that would be read, if it is a manifest by its name.
    fn unusable_manifest(&mut self, path: &str, what: &'static str, help: &'static str) {
        if is_manifest_name(path) {
            self.unusable_entry(path, what, help);
        }
    }

    fn unusable_entry(&mut self, path: &str, what: &'static str, help: &'static str) {
        self.unusable.push((message!("`{path}` {what}", path = path.escape_debug(), what), help));
    }

    fn unusable_name(&mut self, path: &str) {
        self.unusable_manifest(path, "has a name that is not UTF-8", "rename it");
    }

    fn unusable_link(&mut self, path: &str, what: &'static str) {
        self.unusable_manifest(path, what, "replace it with the file itself");
    }
}

/// How much has been found.
struct Bounds {
    n_entries: usize,
    left: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { n_entries: 0, left: PATHS }
    }
}

impl Bounds {
    /// Counts an entry. Hidden ones too: they have to be passed by.
    fn count(&mut self) -> Result<(), Message> {
        self.n_entries += 1;
        if self.n_entries > ENTRIES { Err(Bounds::too_many()) } else { Ok(()) }
    }

    /// Counts the path of an entry.
    fn take(&mut self, length: usize) -> Result<(), Message> {
        let rest = self.left.checked_sub(length);
        self.left =
            rest.ok_or_else(|| message!("paths of more than {PATHS} bytes in all", PATHS))?;
        Ok(())
    }

    fn too_many() -> Message {
        message!("more than {ENTRIES} files and folders", ENTRIES)
    }
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
        Ok(Directory { place: Origin::Disk(Root::of(root)?), read: 0 })
    }

    /// Opens a directory as it is in a Git revision. `folders` are those in which `git` is looked for.
    ///
    /// # Errors
    /// When there is no `git`, no repository, or no such revision.
    pub fn of_revision(
        path: &Path,
        revision: Revision<'_>,
        folders: &[PathBuf],
    ) -> io::Result<Directory> {
        let tree = Tree::open(path, revision, folders)?;
        Ok(Directory { place: Origin::Revision(Box::new(tree)), read: 0 })
    }

    /// The commit that is read, where that is the merge base of the revision and not the revision.
    pub fn merge_base(&self) -> Option<&str> {
        match &self.place {
            Origin::Disk(_) => None,
            Origin::Revision(tree) => tree.merge_base.as_deref(),
        }
    }

    /// Whether it is missing from the revision.
    pub fn is_absent(&self) -> bool {
        match &self.place {
            Origin::Disk(_) => false,
            Origin::Revision(tree) => tree.is_absent(),
        }
    }

    /// What kept from reading all of it, other than what is in it: then nothing can be said of it.
    pub fn failure(&mut self) -> Option<io::Error> {
        match &mut self.place {
            Origin::Disk(_) => None,
            Origin::Revision(tree) => tree.failure.take(),
        }
    }

    /// Lists the directory into `sources`, by path, and reads nothing yet.
    pub fn list(&mut self, sources: &mut Sources, root: FileId, diagnostics: &mut Diagnostics) {
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
        &mut self,
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
        &mut self,
        root: Span,
        is_read: Choice,
        diagnostics: &mut Diagnostics,
    ) -> Vec<(String, u64)> {
        let mut found = Found::default();
        let walked = match &mut self.place {
            Origin::Disk(root) => walk_disk(root, is_read, &mut found),
            Origin::Revision(tree) => tree.walk(is_read, &mut found),
        };
        if let Err(message) = walked {
            // What else was found by then is up to the order in which the file system lists it.
            too_much(root, message, diagnostics);
            return found.files;
        }
        if let Some(path) = found.too_deep.iter().min() {
            // Not passed over: what is not printed is pruned.
            let message = message!(
                "folders more than {DEPTH} deep: `{path}`",
                DEPTH,
                path = path.escape_debug()
            );
            too_much(root, message, diagnostics);
        }
        found.unusable.sort_unstable();
        for (message, help) in found.unusable {
            unusable(root, message, help, diagnostics);
        }
        found.files
    }

    /// Names and bytes of the `.sql` files right below the directory, sorted by name.
    ///
    /// # Errors
    /// When one of them cannot be read, or is larger than a file may be.
    pub fn migrations(&mut self) -> io::Result<Vec<(String, Vec<u8>)>> {
        let Origin::Disk(root) = &self.place else {
            return Err(io::Error::other("it is not on the disk"));
        };
        let entries = WalkDir::new(root.path()).min_depth(1).max_depth(1).sort_by_file_name();
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry.map_err(io::Error::other)?;
            let Some(name) = entry.file_name().to_str() else { continue };
            if name.ends_with(".sql") && !name.starts_with('.') {
                if name.contains(char::is_control) {
                    // A line of the checksum file begins with it.
                    let message = format!("`{}` has a control character", name.escape_debug());
                    return Err(io::Error::other(message));
                }
                let bytes = disk_bytes(root, name)?;
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
            Ok(Some(bytes)) => bytes,
            Ok(None) => return too_large(sources, file, diagnostics),
            Err(error) => {
                if let Origin::Revision(tree) = &mut self.place {
                    tree.fail(&error);
                }
                sources.load_broken(file, String::new());
                let message = message!("cannot be read: {error}", error = error.to_string());
                return unusable(start, message, "check its permissions", diagnostics);
            }
        };
        if self.read + bytes.len() as u64 > TOTAL_SIZE {
            sources.load_broken(file, String::new());
            let message =
                message!("the project has more than {TOTAL_SIZE} bytes of text", TOTAL_SIZE);
            let help = LEAVE_OUT.into();
            return diagnostics.report(LimitExceeded { primary: start, message, help });
        }
        let length = bytes.len() as u64;
        accept(bytes, sources, file, diagnostics);
        // What was not UTF-8 has grown.
        self.read += sources.get(file).size.max(length);
    }

    /// The bytes of a file; nothing, or one more than allowed, when there are too many.
    fn bytes(&mut self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match &mut self.place {
            Origin::Disk(root) => disk_bytes(root, path).map(Some),
            Origin::Revision(tree) => tree.bytes(path),
        }
    }
}

/// Looks at every entry. An error is the bound that is exceeded.
fn walk_disk(root: &Root, is_read: Choice, found: &mut Found) -> Result<(), Message> {
    // With every folder on the way held open, none is read into memory to be gone on with later.
    let walk = WalkDir::new(root.path()).min_depth(1).max_depth(DEPTH).max_open(DEPTH + 1);
    let mut walk = walk.into_iter();
    let mut bounds = Bounds::default();
    while let Some(entry) = walk.next() {
        bounds.count()?;
        match entry {
            Ok(entry) if is_hidden(&entry) => {
                if entry.file_type().is_dir() {
                    walk.skip_current_dir();
                }
            }
            Ok(entry) => {
                let Ok(relative) = entry.path().strip_prefix(root.path()) else { continue };
                bounds.take(relative.as_os_str().len())?;
                disk_entry(root, &entry, relative, is_read, found);
            }
            Err(error) => {
                let message =
                    message!("cannot read the directory: {error}", error = error.to_string());
                found.unusable.push((message, "check its permissions"));
            }
        }
    }
    Ok(())
}

fn disk_entry(root: &Root, entry: &DirEntry, relative: &Path, is_read: Choice, found: &mut Found) {
    let path = relative.to_string_lossy();
    if entry.file_type().is_dir() {
        if entry.depth() == DEPTH {
            found.too_deep.push(path.into_owned());
        }
        return;
    }
    if relative.to_str().is_none() {
        return found.unusable_name(&path);
    }
    let special = ("is not a regular file", "replace it with a regular file");
    if entry.file_type().is_symlink() {
        // Opened as it will be when it is read, so that both find the same.
        return match root.open(&path) {
            Ok((_, size)) => found.files.push((path.into_owned(), size)),
            Err(Refused::Folder) => {}
            // One message for both: what is there outside is not to be found out by links.
            Err(Refused::Outside) => found.unusable_link(&path, OUTSIDE),
            Err(Refused::Hidden) => found.unusable_link(&path, HIDDEN),
            Err(Refused::Special) => found.unusable_manifest(&path, special.0, special.1),
            // Whoever reads it is told.
            Err(Refused::Failed(_)) => found.files.push((path.into_owned(), 0)),
        };
    }
    if !entry.file_type().is_file() {
        return found.unusable_manifest(&path, special.0, special.1);
    }
    let size = match is_read(&path) {
        true => Some(0),
        false => entry.metadata().ok().map(|metadata| metadata.len()),
    };
    found.files.extend(size.map(|size| (path.into_owned(), size)));
}

/// The bytes of a file, one more than allowed at the most.
fn disk_bytes(root: &Root, path: &str) -> io::Result<Vec<u8>> {
    let (opened, size) = root.open(path)?;
    // What is there when it is opened is read, without asking whether there is more by now. Some file
    // systems say 0 of whatever they have.
    let most = if size == 0 { FILE_SIZE + 1 } else { size.min(FILE_SIZE + 1) };
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(most)).unwrap_or_default());
    opened.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn too_much(primary: Span, message: Message, diagnostics: &mut Diagnostics) {
    let help = "point the Application at a smaller directory".into();
    diagnostics.report(LimitExceeded { primary, message, help });
}

const LEAVE_OUT: &str = "move it out of the application's directory, or split it";

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
            let message = "the file is not UTF-8 from here on".into();
            unusable(primary, message, "save it as UTF-8", diagnostics);
        }
    }
}

fn too_large(sources: &mut Sources, file: FileId, diagnostics: &mut Diagnostics) {
    sources.load_broken(file, String::new());
    let (primary, help) = (Span::new(file, 0..0), LEAVE_OUT.into());
    let message = message!("the file has more than {FILE_SIZE} bytes", FILE_SIZE);
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

fn unusable(primary: Span, message: Message, help: &'static str, diagnostics: &mut Diagnostics) {
    diagnostics.report(UnusableFile { primary, message, help: help.into() });
}
