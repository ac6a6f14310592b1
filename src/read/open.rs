//! Opening a regular file below a directory that somebody else may be changing.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A directory below which files are opened.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
    held: beneath::Held,
}

impl Root {
    /// A directory by its path, which has to be canonical.
    pub(super) fn of(path: PathBuf) -> Root {
        let held = beneath::Held::of(&path);
        Root { path, held }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the regular file of a path below the directory, and says how many bytes it has.
    pub(super) fn open(&self, path: &str) -> io::Result<(File, u64)> {
        match self.held.open(path) {
            Some(opened) => Ok(opened),
            None => self.open_with_care(path),
        }
    }

    /// Opens it step by step, and says what is the matter if it cannot be.
    fn open_with_care(&self, path: &str) -> io::Result<(File, u64)> {
        let path = self.path.join(path).canonicalize()?;
        // Looked at again, since a link can be changed between listing and reading.
        if !path.starts_with(&self.path) {
            return Err(io::Error::other("it is a link out of the directory"));
        }
        // Before it is opened as well: opening some devices does something.
        if !path.metadata()?.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        let opened = without_waiting(&path)?;
        let found = opened.metadata()?;
        if !found.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        // And after: a folder on the way may have become a link in between.
        let is_still_there = path.canonicalize()? == path && is_same(&found, &path.metadata()?);
        if !is_still_there || !is_below(&opened, &self.path) {
            return Err(io::Error::other("it was changed while it was opened"));
        }
        Ok((opened, found.len()))
    }
}

/// Opening a file below a directory in a single step, where the kernel offers it.
#[cfg(target_os = "linux")]
mod beneath {
    use std::fs::File;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::fs::{FileType, Mode, OFlags, ResolveFlags};

    /// A directory, held open.
    #[derive(Debug)]
    pub(super) struct Held(Option<OwnedFd>);

    impl Held {
        pub(super) fn of(path: &Path) -> Held {
            let how = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Held(rustix::fs::open(path, how, Mode::empty()).ok())
        }

        /// The regular file of a path, if the way to it leaves the directory at no step, by a link
        /// either (`openat2` with `RESOLVE_BENEATH`). Nothing when the kernel says anything else:
        /// it knows no such call, or takes an absolute link for one that leads out.
        pub(super) fn open(&self, path: &str) -> Option<(File, u64)> {
            let inside = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
            let held = self.0.as_ref()?;
            let opened = rustix::fs::openat2(held, path, super::HOW, Mode::empty(), inside).ok()?;
            let found = rustix::fs::fstat(&opened).ok()?;
            let is_file = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
            is_file.then_some((File::from(opened), found.st_size.cast_unsigned()))
        }
    }
}

/// Other systems have no such step.
#[cfg(not(target_os = "linux"))]
mod beneath {
    use std::fs::File;
    use std::path::Path;

    #[derive(Debug)]
    pub(super) struct Held;

    impl Held {
        pub(super) fn of(_path: &Path) -> Held {
            Held
        }

        pub(super) fn open(&self, _path: &str) -> Option<(File, u64)> {
            None
        }
    }
}

/// To read, without waiting: opening what has become a pipe by now would wait for a writer.
#[cfg(target_os = "linux")]
const HOW: rustix::fs::OFlags = rustix::fs::OFlags::RDONLY
    .union(rustix::fs::OFlags::NONBLOCK)
    .union(rustix::fs::OFlags::NOCTTY)
    .union(rustix::fs::OFlags::CLOEXEC);

fn without_waiting(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, HOW.bits().cast_signed());
    options.open(path)
}

/// Whether what was opened lies below a directory, whatever its path leads to by now.
#[cfg(target_os = "linux")]
fn is_below(opened: &File, root: &Path) -> bool {
    use std::os::fd::AsRawFd;
    let link = PathBuf::from(format!("/proc/self/fd/{}", opened.as_raw_fd()));
    // Without /proc there are the checks of the path.
    link.read_link().map_or(true, |path| path.starts_with(root))
}

/// Whether what was opened lies below a directory, as far as can be told here.
#[cfg(not(target_os = "linux"))]
fn is_below(_: &File, _: &Path) -> bool {
    true
}

/// Whether two descriptions are of one file.
#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Whether two descriptions are of one file, as far as can be told here.
#[cfg(not(unix))]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    one.len() == other.len()
}
