//! Opening a regular file below a directory that somebody else may be changing.
//!
//! A path is walked folder by folder, each opened from the one before it and never through a link, so
//! that nothing can change between a check and its use. Links are read and walked in the same way:
//! they may lead anywhere below the directory, but not out of it and over no hidden name.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A directory below which files are opened.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
    held: walk::Held,
}

impl Root {
    /// A directory by its path, which has to be canonical.
    pub(super) fn of(path: PathBuf) -> io::Result<Root> {
        let held = walk::Held::of(&path)?;
        Ok(Root { path, held })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the regular file of a path below the directory, and says how many bytes it has.
    pub(super) fn open(&self, path: &str) -> Result<(File, u64), Refused> {
        match self.held.open_at_once(path) {
            Some(opened) => Ok(opened),
            None => walk::open(&self.held, &self.path, path),
        }
    }
}

/// Why a file is not opened.
#[derive(Debug)]
pub(super) enum Refused {
    /// The way to it leaves the directory, or leads nowhere.
    Outside,
    /// It, or a folder on the way to it, has a name that begins with `.`.
    Hidden,
    /// It is a folder.
    Folder,
    /// It is a pipe, a device or a socket.
    Special,
    /// The system says why.
    Failed(io::Error),
}

impl From<Refused> for io::Error {
    fn from(refused: Refused) -> io::Error {
        match refused {
            Refused::Outside => io::Error::other(
                "it is a symbolic link that leads out of the directory, or nowhere",
            ),
            Refused::Hidden => io::Error::other("it is a link to something hidden"),
            Refused::Folder | Refused::Special => io::Error::other("it is not a regular file"),
            Refused::Failed(error) => error,
        }
    }
}

/// The most links on the way to a file, as Linux has it.
pub(super) const LINKS: usize = 40;
/// The most parts of paths that are walked along links: of one file, and of all.
pub(super) const PARTS: usize = 1_000;
pub(super) const ALL_PARTS: usize = 100_000;

#[cfg(unix)]
mod walk {
    use std::cell::Cell;
    use std::ffi::{OsStr, OsString};
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::path::Path;

    use rustix::fs::{AtFlags, FileType, Mode, OFlags};
    use rustix::io::Errno;

    use super::{ALL_PARTS, LINKS, PARTS, Refused};

    /// A directory, held open.
    #[derive(Debug)]
    pub(super) struct Held {
        folder: OwnedFd,
        /// How many parts may still be walked.
        left: Cell<usize>,
    }

    /// To go on from, which on Linux is less than to read.
    #[cfg(target_os = "linux")]
    const WAY: OFlags = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    const WAY: OFlags = OFlags::RDONLY;

    const FOLDER: OFlags =
        WAY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

    /// To read, without waiting: opening what has become a pipe by now would wait for a writer.
    const FILE: OFlags = OFlags::RDONLY
        .union(OFlags::NOFOLLOW)
        .union(OFlags::NONBLOCK)
        .union(OFlags::NOCTTY)
        .union(OFlags::CLOEXEC);

    impl Held {
        pub(super) fn of(path: &Path) -> io::Result<Held> {
            let how = FOLDER.difference(OFlags::NOFOLLOW);
            let folder = rustix::fs::open(path, how, Mode::empty())?;
            Ok(Held { folder, left: Cell::new(ALL_PARTS) })
        }

        /// The regular file of a path without links, in a single step where the kernel offers it.
        /// Nothing when it says anything else.
        #[cfg(target_os = "linux")]
        pub(super) fn open_at_once(&self, path: &str) -> Option<(File, u64)> {
            use rustix::fs::ResolveFlags;
            if path.split('/').any(|part| part.starts_with('.')) {
                return None;
            }
            let plain = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
            let opened =
                rustix::fs::openat2(&self.folder, path, FILE, Mode::empty(), plain).ok()?;
            regular(opened).ok()
        }

        /// Other systems have no such step.
        #[cfg(not(target_os = "linux"))]
        pub(super) fn open_at_once(&self, _path: &str) -> Option<(File, u64)> {
            None
        }
    }

    /// Opens a file step by step.
    pub(super) fn open(held: &Held, root: &Path, path: &str) -> Result<(File, u64), Refused> {
        let root: Vec<&OsStr> = root.iter().skip(1).collect();
        // Where we are: the folders held open below the directory, or how many of its own path's parts
        // are left above it, in which a link may go up and come back.
        let mut folders: Vec<OwnedFd> = Vec::new();
        let mut above = root.len();
        let mut left: Vec<OsString> = parts(Path::new(path));
        let mut n_links = 0;
        let mut n_parts = 0;
        while let Some(part) = left.pop() {
            if n_links > 0 {
                n_parts += 1;
                let rest = held.left.get().checked_sub(1).filter(|_| n_parts <= PARTS);
                held.left.set(rest.ok_or_else(too_many_steps)?);
            }
            if part == "." {
                continue;
            }
            if part == ".." {
                if folders.pop().is_none() {
                    above = above.saturating_sub(1);
                }
                continue;
            }
            if part == "/" {
                folders.clear();
                above = 0;
                continue;
            }
            if let Some(expected) = root.get(above) {
                if *expected != part {
                    return Err(Refused::Outside);
                }
                above += 1;
                continue;
            }
            if part.as_bytes().starts_with(b".") {
                return Err(Refused::Hidden);
            }
            let here = folders.last().unwrap_or(&held.folder).as_fd();
            let found = rustix::fs::statat(here, &part, AtFlags::SYMLINK_NOFOLLOW);
            let found = found.map_err(|error| failed(error, n_links))?;
            match FileType::from_raw_mode(found.st_mode) {
                FileType::Symlink => {
                    n_links += 1;
                    if n_links > LINKS {
                        return Err(Refused::Outside);
                    }
                    if held.left.get() == 0 {
                        return Err(too_many_steps());
                    }
                    let target = rustix::fs::readlinkat(here, &part, Vec::new());
                    let target = target.map_err(|error| failed(error, n_links))?;
                    left.extend(parts(Path::new(&OsString::from_vec(target.into_bytes()))));
                }
                FileType::Directory if left.is_empty() => return Err(Refused::Folder),
                FileType::Directory => {
                    let opened = rustix::fs::openat(here, &part, FOLDER, Mode::empty());
                    folders.push(opened.map_err(|error| failed(error, n_links))?);
                }
                // Before it is opened as well: opening some devices does something.
                FileType::RegularFile if left.is_empty() => {
                    let opened = rustix::fs::openat(here, &part, FILE, Mode::empty());
                    return regular(opened.map_err(|error| failed(error, n_links))?);
                }
                FileType::RegularFile => return Err(Refused::Outside),
                FileType::Fifo
                | FileType::Socket
                | FileType::CharacterDevice
                | FileType::BlockDevice
                | FileType::Unknown => return Err(Refused::Special),
            }
        }
        Err(if above < root.len() { Refused::Outside } else { Refused::Folder })
    }

    fn too_many_steps() -> Refused {
        Refused::Failed(io::Error::other("its symbolic links take too many steps"))
    }

    fn regular(opened: OwnedFd) -> Result<(File, u64), Refused> {
        let found = rustix::fs::fstat(&opened).map_err(|error| Refused::Failed(error.into()))?;
        let kind = FileType::from_raw_mode(found.st_mode);
        if kind == FileType::Directory {
            return Err(Refused::Folder);
        }
        if kind != FileType::RegularFile {
            return Err(Refused::Special);
        }
        Ok((File::from(opened), u64::try_from(found.st_size).unwrap_or_default()))
    }

    /// The parts of a path, the last first; `/` stands for the root.
    fn parts(path: &Path) -> Vec<OsString> {
        let bytes = path.as_os_str().as_bytes();
        let names = bytes.split(|&byte| byte == b'/').filter(|name| !name.is_empty());
        let names = names.map(|name| OsStr::from_bytes(name).to_owned());
        let root = path.has_root().then(|| OsString::from("/"));
        let mut parts: Vec<OsString> = root.into_iter().chain(names).collect();
        parts.reverse();
        parts
    }

    /// One answer for all that a link may meet: what is outside is not to be found out by links.
    fn failed(error: Errno, n_links: usize) -> Refused {
        let is_nothing = [Errno::NOENT, Errno::NOTDIR, Errno::LOOP].contains(&error);
        if is_nothing && n_links > 0 {
            return Refused::Outside;
        }
        match error {
            Errno::LOOP => Refused::Failed(io::Error::other("it was changed while it was opened")),
            error => Refused::Failed(error.into()),
        }
    }
}

/// Without such steps: a path is made canonical before and after.
#[cfg(not(unix))]
mod walk {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::path::Path;

    use super::Refused;

    #[derive(Debug)]
    pub(super) struct Held;

    impl Held {
        pub(super) fn of(_path: &Path) -> io::Result<Held> {
            Ok(Held)
        }

        pub(super) fn open_at_once(&self, _path: &str) -> Option<(File, u64)> {
            None
        }
    }

    pub(super) fn open(_: &Held, root: &Path, path: &str) -> Result<(File, u64), Refused> {
        let whole = root.join(path).canonicalize().map_err(|_| Refused::Outside)?;
        let below = whole.strip_prefix(root).map_err(|_| Refused::Outside)?;
        if below.iter().any(|part| part.to_string_lossy().starts_with('.')) {
            return Err(Refused::Hidden);
        }
        let found = whole.metadata().map_err(Refused::Failed)?;
        if found.is_dir() {
            return Err(Refused::Folder);
        }
        let opened = OpenOptions::new().read(true).open(&whole).map_err(Refused::Failed)?;
        let found = opened.metadata().map_err(Refused::Failed)?;
        let is_still_there = root.join(path).canonicalize().is_ok_and(|again| again == whole);
        match is_still_there {
            true if found.is_file() => Ok((opened, found.len())),
            true => Err(Refused::Special),
            false => Err(Refused::Outside),
        }
    }
}
