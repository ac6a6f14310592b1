//! Finding the Git repository of a directory: the entry `.git` of a folder above it, and nothing that
//! only looks like a repository. No commit can hold an entry of that name, and so no pull request.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A directory in a checkout.
#[derive(Debug)]
pub(super) struct Checkout {
    /// Where the repository's data are.
    pub(super) git_dir: PathBuf,
    /// The folder that is checked out.
    pub(super) root: PathBuf,
    /// The parts of the directory's path below it.
    pub(super) below: Vec<Vec<u8>>,
}

/// The checkout that a directory is in.
pub(super) fn of(dir: &Path) -> io::Result<Checkout> {
    check_links(dir)?;
    let whole = dir.canonicalize()?;
    let root = whole.ancestors().find(|folder| has_git(folder));
    let message = "it is not in a Git repository";
    let root = root.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, message))?;
    check_nested(root)?;
    let entry = root.join(".git");
    let found = entry.symlink_metadata()?;
    let git_dir = match found.is_dir() {
        true => entry,
        false if found.is_file() => linked(&entry, root)?,
        false => {
            let message = format!("`{}` is neither a folder nor a file", entry.display());
            return Err(io::Error::other(message));
        }
    };
    let below = whole.strip_prefix(root).map_err(io::Error::other)?;
    let below = below.iter().map(|part| part.as_encoded_bytes().to_vec()).collect();
    Ok(Checkout { git_dir, root: root.to_owned(), below })
}

fn has_git(folder: &Path) -> bool {
    folder.join(".git").symlink_metadata().is_ok()
}

/// A link in the checkout may lead to another place than it did in the revision, where what is there
/// now would be compared with itself.
fn check_links(dir: &Path) -> io::Result<()> {
    // Without a `/` at the end, for which a link is looked behind.
    let dir: PathBuf = dir.components().collect();
    for path in dir.ancestors() {
        if !path.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
            continue;
        }
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        let parent = parent.unwrap_or(Path::new(".")).canonicalize()?;
        if parent.ancestors().any(has_git) {
            let message = format!(
                "`{}` is a symbolic link, which a change may lead elsewhere; name the folder itself",
                path.display()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
    }
    Ok(())
}

/// A change may put a submodule in the directory's place, whose branches are those of its author.
fn check_nested(root: &Path) -> io::Result<()> {
    let is_nested = root.ancestors().skip(1).any(has_git);
    if !is_nested || Path::new(".").canonicalize()?.starts_with(root) {
        return Ok(());
    }
    let message = format!(
        "`{}` is a repository inside another one (a submodule?), with revisions of its own; \
         run the command in there if that is what you mean",
        root.display()
    );
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

/// Where a file `.git` says that the data are: those of a worktree, or of a submodule. Git writes it,
/// and never to what it checks out itself.
fn linked(file: &Path, root: &Path) -> io::Result<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "`read` is the one reader of the disk")]
    let opened = std::fs::File::open(file)?;
    let mut text = String::new();
    opened.take(4096).read_to_string(&mut text)?;
    let wrong = || io::Error::other(format!("`{}` names no Git repository", file.display()));
    let target = text.strip_prefix("gitdir:").ok_or_else(wrong)?.trim();
    let git_dir = root.join(target).canonicalize().map_err(|_| wrong())?;
    let is_checked_out =
        git_dir.strip_prefix(root).is_ok_and(|below| below.iter().all(|part| part != ".git"));
    if is_checked_out || !git_dir.is_dir() {
        return Err(wrong());
    }
    Ok(git_dir)
}
