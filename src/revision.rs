//! A directory as it was in a Git revision: for `generate diff`, and the only place that runs a
//! program. Nothing that the sidecar does comes here.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// The regular files of a directory in a revision, with paths below the directory. Links and
/// submodules are left out, as are names that begin with `.`.
///
/// # Errors
/// When there is no `git`, no repository, or no such revision.
pub fn files(directory: &Path, revision: &str) -> io::Result<Vec<(String, Vec<u8>)>> {
    let wanted = format!("{revision}^{{commit}}");
    let commit =
        output(directory, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])
            .map_err(|error| {
                if error.kind() == io::ErrorKind::NotFound {
                    return error;
                }
                io::Error::other(format!("there is no directory and no revision `{revision}`"))
            })?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let listing = output(directory, &["ls-tree", "-r", "-z", &commit, "--", "."])?;
    let entries: Vec<(String, String)> =
        listing.split(|&byte| byte == 0).filter_map(entry).collect();
    let mut child = git(directory, &["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("git has no standard input and output"));
    };
    let mut stdout = BufReader::new(stdout);
    let mut files = Vec::new();
    for (hash, path) in entries {
        writeln!(stdin, "{hash}")?;
        stdin.flush()?;
        files.push((path, blob(&mut stdout)?));
    }
    drop(stdin);
    child.wait()?;
    Ok(files)
}

/// `mode type hash\tpath` of a regular file that is not hidden.
fn entry(line: &[u8]) -> Option<(String, String)> {
    let line = std::str::from_utf8(line).ok()?;
    let (header, path) = line.split_once('\t')?;
    let mut words = header.split(' ');
    let (mode, kind, hash) = (words.next()?, words.next()?, words.next()?);
    let is_hidden = path.split('/').any(|part| part.starts_with('.'));
    let is_file = kind == "blob" && mode.starts_with("100");
    (is_file && !is_hidden).then(|| (hash.to_owned(), path.to_owned()))
}

/// `hash type size\n`, the bytes, `\n`.
fn blob(stdout: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut header = String::new();
    stdout.read_line(&mut header)?;
    let size = header.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
    let size = size.ok_or_else(|| io::Error::other("git has lost an object"))?;
    let mut bytes = Vec::new();
    stdout.by_ref().take(size).read_to_end(&mut bytes)?;
    let mut line_end = [0];
    stdout.read_exact(&mut line_end)?;
    Ok(bytes)
}

fn output(directory: &Path, arguments: &[&str]) -> io::Result<Vec<u8>> {
    let output = git(directory, arguments).stderr(Stdio::piped()).output()?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("git {}: {}", arguments.join(" "), stderr.trim())))
}

fn git(directory: &Path, arguments: &[&str]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that runs a program")]
    let mut command = Command::new("git");
    command.arg("-C").arg(directory).args(arguments);
    command
}
