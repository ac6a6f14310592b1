//! Where a file is written: its folder, held open, and its name in there.
//!
//! The way to it is walked folder by folder, each opened from the one before it, so that nothing can
//! change between a check and its use. A relative path may have no link in it. An absolute one may until it is in the
//! directory that we stand in, or in a checkout (below a folder with a `.git`): what is above was put
//! there by the machine's owner (`/tmp` on macOS), what is below by anybody.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::Path;

pub(super) use system::Folder;

/// The folder of a file, and the file's name.
pub(super) fn of(path: &Path, is_made: bool) -> io::Result<(Folder, OsString)> {
    let is_folder = || io::Error::new(ErrorKind::IsADirectory, "it is a directory");
    // Without the `/` or `/.` at the end that `file_name` does not see.
    let text = path.to_string_lossy();
    let name = path.file_name().ok_or_else(is_folder)?.to_owned();
    if text.ends_with('/') || text.ends_with("/.") {
        return Err(is_folder());
    }
    let parent = path.parent().unwrap_or(Path::new(""));
    let way = Walk { is_made, is_named: false };
    Ok((system::folder(parent, way)?, name))
}

/// A folder that is named, and made if need be.
pub(super) fn folder(path: &Path) -> io::Result<Folder> {
    system::folder(path, Walk { is_made: true, is_named: true })
}

/// How to go to a folder.
#[derive(Clone, Copy)]
struct Walk {
    /// Whether what is missing on the way is made.
    is_made: bool,
    /// Whether the folder itself was named, and so may be no link, wherever it is.
    is_named: bool,
}

fn is_link(name: &OsStr) -> io::Error {
    let message = format!(
        "`{}` is a symbolic link, and nothing is written through one; remove it, \
         or name the place that it leads to",
        name.to_string_lossy()
    );
    io::Error::new(ErrorKind::InvalidInput, message)
}

#[cfg(unix)]
mod system {
    use std::ffi::{OsStr, OsString};
    use std::fs::File;
    use std::io::{self, BufWriter, ErrorKind, Read, Write};
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
    use std::os::unix::ffi::OsStrExt;
    use std::path::{Component, Path};

    use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};
    use rustix::io::Errno;

    use super::{Walk, is_link};

    /// A folder, held open.
    #[derive(Debug)]
    pub(in crate::write) struct Folder(OwnedFd);

    /// To go on from: on Linux that takes no permission to list it.
    #[cfg(target_os = "linux")]
    const WAY: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
    #[cfg(not(target_os = "linux"))]
    const WAY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

    const NEW: OFlags = OFlags::WRONLY
        .union(OFlags::CREATE)
        .union(OFlags::EXCL)
        .union(OFlags::NOFOLLOW)
        .union(OFlags::CLOEXEC);

    pub(super) fn folder(path: &Path, way: Walk) -> io::Result<Folder> {
        let root = enter(CWD, OsStr::new("/"), true)?;
        let working = enter(CWD, OsStr::new("."), true)?;
        // Who stands at the root stands in no checkout.
        let working = (!is_same(&working, &root)?).then_some(working);
        let mut here = match path.has_root() {
            true => root,
            false => enter(CWD, OsStr::new("."), true)?,
        };
        // Once inside, links are not followed any more, not even after a `..`.
        let mut is_inside = !path.has_root();
        let parts: Vec<Component<'_>> = path.components().collect();
        for (at, part) in parts.iter().enumerate() {
            let name = match part {
                Component::Normal(name) => *name,
                Component::ParentDir => OsStr::new(".."),
                Component::CurDir | Component::RootDir | Component::Prefix(_) => continue,
            };
            is_inside = is_inside || is_start(&here, working.as_ref())?;
            let is_named = way.is_named && at + 1 == parts.len();
            here = match enter(here.as_fd(), name, false) {
                Err(error) if error.kind() == ErrorKind::NotFound && way.is_made => {
                    let mode = Mode::RWXU | Mode::RWXG | Mode::RWXO;
                    match rustix::fs::mkdirat(&here, name, mode) {
                        Ok(()) | Err(Errno::EXIST) => enter(here.as_fd(), name, false)?,
                        Err(error) => return Err(error.into()),
                    }
                }
                Err(error) if !is_inside && !is_named && is_a_link(here.as_fd(), name) => {
                    let opened = enter(here.as_fd(), name, true).map_err(|_| error)?;
                    is_inside = is_below(&opened, working.as_ref())?;
                    opened
                }
                entered => entered?,
            };
        }
        Ok(Folder(here))
    }

    /// Opens a folder from another.
    fn enter(from: BorrowedFd<'_>, name: &OsStr, is_followed: bool) -> io::Result<OwnedFd> {
        let how = if is_followed { WAY } else { WAY.union(OFlags::NOFOLLOW) };
        rustix::fs::openat(from, name, how, Mode::empty()).map_err(|error| {
            match is_a_link(from, name) {
                true => is_link(name),
                false => error.into(),
            }
        })
    }

    fn is_a_link(from: BorrowedFd<'_>, name: &OsStr) -> bool {
        rustix::fs::statat(from, name, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|found| kind(&found) == FileType::Symlink)
    }

    fn kind(found: &Stat) -> FileType {
        FileType::from_raw_mode(found.st_mode)
    }

    fn is_same(one: &OwnedFd, other: &OwnedFd) -> io::Result<bool> {
        let (one, other) = (rustix::fs::fstat(one)?, rustix::fs::fstat(other)?);
        Ok((one.st_dev, one.st_ino) == (other.st_dev, other.st_ino))
    }

    fn has_git(folder: &OwnedFd) -> bool {
        rustix::fs::statat(folder, ".git", AtFlags::SYMLINK_NOFOLLOW).is_ok()
    }

    /// Whether links are followed no more from a folder on: it is the one that we stand in, or the
    /// head of a checkout.
    fn is_start(folder: &OwnedFd, working: Option<&OwnedFd>) -> io::Result<bool> {
        if has_git(folder) {
            return Ok(true);
        }
        working.map_or(Ok(false), |working| is_same(folder, working))
    }

    /// Whether a folder is such a one, or below one.
    fn is_below(folder: &OwnedFd, working: Option<&OwnedFd>) -> io::Result<bool> {
        let mut here = enter(folder.as_fd(), OsStr::new("."), false)?;
        loop {
            if is_start(&here, working)? {
                return Ok(true);
            }
            let above = enter(here.as_fd(), OsStr::new(".."), false)?;
            if is_same(&above, &here)? {
                return Ok(false);
            }
            here = above;
        }
    }

    impl Folder {
        /// Writes a file in the place of what is there: a file, or nothing. What is a device or a
        /// pipe (`/dev/stdout`) is written to; no commit can hold one.
        pub(in crate::write) fn write(
            &self,
            name: &OsStr,
            print: impl FnOnce(&mut dyn Write) -> io::Result<()>,
        ) -> io::Result<()> {
            let found = match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(found) => Some(found),
                Err(Errno::NOENT) => None,
                Err(error) => return Err(error.into()),
            };
            let found = match found {
                Some(found) if kind(&found) == FileType::Symlink && self.is_devices()? => {
                    return self.write_to(name, OFlags::APPEND, print);
                }
                found => found,
            };
            match found.as_ref().map(kind) {
                None | Some(FileType::RegularFile) => {}
                Some(FileType::Symlink) => return Err(is_link(name)),
                Some(FileType::CharacterDevice | FileType::Fifo) => {
                    return self.write_to(name, OFlags::NOFOLLOW, print);
                }
                Some(FileType::Directory) => {
                    return Err(io::Error::new(ErrorKind::IsADirectory, "it is a directory"));
                }
                Some(FileType::BlockDevice | FileType::Socket | FileType::Unknown) => {
                    return Err(io::Error::other("it is not a regular file"));
                }
            }
            let (beside, opened) = self.beside()?;
            let written = (|| {
                printed(&opened, print)?;
                if let Some(found) = &found {
                    // Who may read and run it stays.
                    let mode =
                        Mode::from_raw_mode(found.st_mode) & (Mode::RWXU | Mode::RWXG | Mode::RWXO);
                    rustix::fs::fchmod(&opened, mode)?;
                }
                rustix::fs::renameat(&self.0, &beside, &self.0, name)?;
                Ok(())
            })();
            if written.is_err() {
                let _ = self.remove(&beside);
            }
            written
        }

        /// Writes a file that is not there yet.
        pub(in crate::write) fn create(&self, name: &OsStr, bytes: &[u8]) -> io::Result<()> {
            let opened = rustix::fs::openat(&self.0, name, NEW, readable())?;
            File::from(opened).write_all(bytes)
        }

        /// A new file with a name that nobody has.
        fn beside(&self) -> io::Result<(OsString, File)> {
            for number in 0..1000 {
                let name = OsString::from(format!(".generate-{number}.tmp"));
                match rustix::fs::openat(&self.0, &name, NEW, readable()) {
                    Ok(opened) => return Ok((name, File::from(opened))),
                    Err(Errno::EXIST) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Err(io::Error::other("the folder is full of `.generate-N.tmp`; remove them"))
        }

        fn write_to(
            &self,
            name: &OsStr,
            how: OFlags,
            print: impl FnOnce(&mut dyn Write) -> io::Result<()>,
        ) -> io::Result<()> {
            let how = OFlags::WRONLY | OFlags::NOCTTY | OFlags::CLOEXEC | how;
            let opened = rustix::fs::openat(&self.0, name, how, Mode::empty())?;
            printed(&File::from(opened), print)
        }

        /// Whether this is `/dev`, whose `stdout` is a link, or `/dev/fd`, which is full of them.
        fn is_devices(&self) -> io::Result<bool> {
            let known = ["/dev", "/dev/fd"].map(|path| enter(CWD, OsStr::new(path), true));
            let mut known = known.into_iter().flatten();
            known.try_fold(false, |found, folder| Ok(found || is_same(&folder, &self.0)?))
        }

        /// Whether there is a regular file.
        pub(in crate::write) fn is_file(&self, name: &OsStr) -> bool {
            rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)
                .is_ok_and(|found| kind(&found) == FileType::RegularFile)
        }

        /// Whether a regular file begins with some bytes.
        pub(in crate::write) fn begins_with(&self, name: &OsStr, bytes: &[u8]) -> bool {
            let how = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            let Ok(opened) = rustix::fs::openat(&self.0, name, how, Mode::empty()) else {
                return false;
            };
            let is_file =
                rustix::fs::fstat(&opened).is_ok_and(|found| kind(&found) == FileType::RegularFile);
            let mut begin = vec![0; bytes.len()];
            is_file && File::from(opened).read_exact(&mut begin).is_ok() && begin == bytes
        }

        /// Gives a regular file a name that nothing has.
        pub(in crate::write) fn rename(&self, was: &OsStr, name: &OsStr) -> io::Result<()> {
            if !self.is_file(was) {
                return Err(io::Error::other("it is not a regular file"));
            }
            // A second name for the file: where there is one of that name, this fails.
            rustix::fs::linkat(&self.0, was, &self.0, name, AtFlags::empty())?;
            self.remove(was)
        }

        pub(in crate::write) fn remove(&self, name: &OsStr) -> io::Result<()> {
            Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::empty())?)
        }

        /// The names of what is in the folder.
        pub(in crate::write) fn names(&self) -> io::Result<Vec<OsString>> {
            let how = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let opened = rustix::fs::openat(&self.0, ".", how, Mode::empty())?;
            let mut names = Vec::new();
            for entry in Dir::new(opened)? {
                let entry = entry?;
                let name = entry.file_name().to_bytes();
                if name != b"." && name != b".." {
                    names.push(OsStr::from_bytes(name).to_owned());
                }
            }
            Ok(names)
        }
    }

    fn printed(
        file: &File,
        print: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut buffered = BufWriter::new(file);
        print(&mut buffered)?;
        buffered.flush()
    }

    fn readable() -> Mode {
        Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::WGRP | Mode::ROTH | Mode::WOTH
    }
}

/// Without folders that are held open: a link is looked for before something is written.
#[cfg(not(unix))]
mod system {
    use std::ffi::{OsStr, OsString};
    use std::fs;
    use std::io::{self, ErrorKind, Read, Write};
    use std::path::{Path, PathBuf};

    use super::{Walk, is_link};

    #[derive(Debug)]
    pub(in crate::write) struct Folder(PathBuf);

    pub(super) fn folder(path: &Path, way: Walk) -> io::Result<Folder> {
        // Above an absolute path that is not named itself there may be some.
        let is_checked = way.is_named || !path.has_root();
        for part in path.ancestors().filter(|_| is_checked) {
            if part.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
                return Err(is_link(part.as_os_str()));
            }
        }
        if way.is_made {
            fs::create_dir_all(path)?;
        }
        let path = if path == Path::new("") { Path::new(".") } else { path };
        match path.is_dir() {
            true => Ok(Folder(path.to_owned())),
            false => Err(io::Error::new(ErrorKind::NotFound, "there is no such folder")),
        }
    }

    impl Folder {
        pub(in crate::write) fn write(
            &self,
            name: &OsStr,
            print: impl FnOnce(&mut dyn Write) -> io::Result<()>,
        ) -> io::Result<()> {
            let path = self.0.join(name);
            match path.symlink_metadata() {
                Ok(found) if found.is_symlink() => return Err(is_link(name)),
                Ok(found) if !found.is_file() => {
                    return Err(io::Error::other("it is not a regular file"));
                }
                Ok(_) | Err(_) => {}
            }
            for number in 0..1000 {
                let beside = self.0.join(OsString::from(format!(".generate-{number}.tmp")));
                match fs::File::create_new(&beside) {
                    Ok(opened) => {
                        let mut buffered = io::BufWriter::new(opened);
                        let written = print(&mut buffered).and_then(|()| buffered.flush());
                        drop(buffered);
                        let written = written.and_then(|()| fs::rename(&beside, path));
                        if written.is_err() {
                            let _ = fs::remove_file(&beside);
                        }
                        return written;
                    }
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(error),
                }
            }
            Err(io::Error::other("the folder is full of `.generate-N.tmp`; remove them"))
        }

        pub(in crate::write) fn create(&self, name: &OsStr, bytes: &[u8]) -> io::Result<()> {
            fs::File::create_new(self.0.join(name))?.write_all(bytes)
        }

        pub(in crate::write) fn is_file(&self, name: &OsStr) -> bool {
            self.0.join(name).symlink_metadata().is_ok_and(|found| found.is_file())
        }

        pub(in crate::write) fn begins_with(&self, name: &OsStr, bytes: &[u8]) -> bool {
            let mut begin = vec![0; bytes.len()];
            #[expect(clippy::disallowed_methods, reason = "only its first line is looked at")]
            let opened = fs::File::open(self.0.join(name));
            self.is_file(name)
                && opened.is_ok_and(|mut opened| opened.read_exact(&mut begin).is_ok())
                && begin == bytes
        }

        /// Gives a regular file a name that nothing has.
        pub(in crate::write) fn rename(&self, was: &OsStr, name: &OsStr) -> io::Result<()> {
            if !self.is_file(was) {
                return Err(io::Error::other("it is not a regular file"));
            }
            fs::hard_link(self.0.join(was), self.0.join(name))?;
            self.remove(was)
        }

        pub(in crate::write) fn remove(&self, name: &OsStr) -> io::Result<()> {
            fs::remove_file(self.0.join(name))
        }

        pub(in crate::write) fn names(&self) -> io::Result<Vec<OsString>> {
            let mut names = Vec::new();
            #[expect(clippy::disallowed_methods, reason = "what is there already must not be lost")]
            for entry in fs::read_dir(&self.0)? {
                names.push(entry?.file_name());
            }
            Ok(names)
        }
    }
}
