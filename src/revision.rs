//! Git, for `generate diff --against REVISION`, and the only place that runs a program. Nothing that
//! the sidecar does comes here.
//!
//! The repository is taken for hostile, with its configuration: one function makes every command
//! ([`Repository::command`]), of plumbing alone, with no variable of ours, and so that Git can start
//! no other program: it finds neither its own commands nor any other on an empty search path, and no
//! transport is allowed. What a revision is called is looked up here, since Git's own rules let a tag
//! stand for a branch. Sizes are asked for before contents, and nothing is checked out or fetched.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The whole environment of `git`, in which it has nothing to start and nobody to ask.
const ENVIRONMENT: &[(&str, &str)] = &[
    // A missing object of a partial clone makes Git run `git fetch`, which runs what the repository's
    // configuration names. Versions before 2.45 (and 2.39.4, ...) do not know `GIT_NO_LAZY_FETCH`; they
    // find no `git` to run, and then no transport.
    ("GIT_NO_LAZY_FETCH", "1"),
    ("PATH", "/dev/null"),
    ("GIT_EXEC_PATH", "/dev/null"),
    // Before `protocol.*.allow`, which the repository's configuration may set.
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_PROTOCOL_FROM_USER", "0"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_SYSTEM", "/dev/null"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    // Versions before 2.32 know no `GIT_CONFIG_GLOBAL`.
    ("HOME", "/dev/null"),
    ("XDG_CONFIG_HOME", "/dev/null"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_GRAFT_FILE", "/dev/null"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_ASKPASS", ""),
    ("GIT_PAGER", ""),
    ("LC_ALL", "C"),
];

/// What outdoes the repository's own configuration. No command that is run here looks at most of it.
const CONFIGURATION: &[&str] = &[
    "safe.bareRepository=explicit",
    "protocol.allow=never",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.alternateRefsCommand=",
    "core.sshCommand=",
    "core.askPass=",
    "core.commitGraph=false",
    "credential.helper=",
    "fetch.bundleURI=",
    // How much of a pack is in memory at once.
    "core.packedGitWindowSize=8m",
    "core.packedGitLimit=64m",
    "core.deltaBaseCacheLimit=16m",
];

/// The most that is read of an answer with names in it.
const ANSWER: u64 = 16 * 1024 * 1024;
/// The longest that a command may run.
const MAX_GIT_TIME: Duration = Duration::from_secs(60);

/// A repository, and the program that reads it.
#[derive(Debug)]
pub struct Repository {
    program: PathBuf,
    git_dir: PathBuf,
}

impl Repository {
    /// The repository whose data are in `git_dir`, read by the first `git` in `folders` that is no
    /// file of the checkout.
    ///
    /// # Errors
    /// When there is no `git`.
    pub fn of(git_dir: PathBuf, checkout: &Path, folders: &[PathBuf]) -> io::Result<Repository> {
        let name = format!("git{}", if cfg!(windows) { ".exe" } else { "" });
        let programs = folders.iter().map(|folder| folder.join(&name));
        let program = programs.into_iter().find(|program| {
            let whole = program.canonicalize();
            whole.is_ok_and(|whole| !whole.starts_with(checkout) && is_program(&whole))
        });
        let message = "`git` is not installed: it is not in an absolute folder of PATH";
        let program =
            program.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, message.to_owned()))?;
        Ok(Repository { program, git_dir })
    }

    /// The commit that a revision means.
    ///
    /// # Errors
    /// When it means none, or several.
    pub fn commit(&self, revision: &str) -> io::Result<String> {
        let (name, steps) = split(revision)?;
        let Some(tip) = self.tip(name)? else {
            return Err(not_found(format!("unknown revision `{revision}`")));
        };
        self.parsed(&format!("{tip}{steps}^{{commit}}"))?.ok_or_else(|| {
            not_found(format!(
                "`{revision}` is not a commit that is in this clone; \
                 fetch it with its history, for example with `fetch-depth: 0`"
            ))
        })
    }

    /// The commit where the one that is checked out left another: the base of a pull request.
    ///
    /// # Errors
    /// When there is none in this clone, or when there are several, so that none is the base.
    pub fn merge_base(&self, commit: &str, revision: &str) -> io::Result<String> {
        let rest = format!(
            "fetch the whole history, for example with `fetch-depth: 0`, or compare with `{revision}` \
             itself: `--no-merge-base`"
        );
        let Some(head) = self.parsed("HEAD^{commit}")? else {
            return Err(not_found(format!("HEAD is not a commit that is in this clone; {rest}")));
        };
        let found = self.answer(&["merge-base", "--all", commit, &head])?.unwrap_or_default();
        let mut bases = found.lines().filter(|line| is_whole_hash(line));
        match (bases.next(), bases.next()) {
            (Some(base), None) => Ok(base.to_owned()),
            (None, _) => Err(not_found(format!(
                "`{revision}` and HEAD have no commit in common in this clone; {rest}"
            ))),
            (Some(one), Some(other)) => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "`{revision}` and HEAD have several merge bases, such as {one} and {other}; \
                     set `--against` to one of them, or compare with `{revision}` itself: `--no-merge-base`"
                ),
            )),
        }
    }

    /// The objects of the repository.
    ///
    /// # Errors
    /// When `git` cannot be run.
    pub fn objects(&self) -> io::Result<Objects> {
        let begin = |how: &str| Batch::of(&mut self.command(&["cat-file", how]));
        Ok(Objects { headers: begin("--batch-check")?, contents: begin("--batch")? })
    }

    /// What a name without steps means, as an object's name.
    fn tip(&self, name: &str) -> io::Result<Option<String>> {
        if is_whole_hash(name) {
            return Ok(Some(name.to_ascii_lowercase()));
        }
        if matches!(name, "HEAD" | "@") {
            return self.parsed("HEAD");
        }
        if name.starts_with("refs/") {
            // Just this one. Git would also take `refs/tags/refs/...`.
            return Ok(self.references(&[name.to_owned()])?.remove(name));
        }
        let places = [
            format!("refs/{name}"),
            format!("refs/tags/{name}"),
            format!("refs/heads/{name}"),
            format!("refs/remotes/{name}"),
            format!("refs/remotes/{name}/HEAD"),
        ];
        let mut meanings = self.references(&places)?;
        let parsed = self.parsed(name)?;
        if meanings.is_empty() {
            return Ok(parsed);
        }
        // `FETCH_HEAD` and its like are files of Git's own.
        let is_own =
            name.ends_with("_HEAD") && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
        if let Some(hash) =
            parsed.filter(|hash| is_own || !meanings.values().any(|known| known == hash))
        {
            meanings.insert(name.to_owned(), hash);
        }
        for hash in self.abbreviated(name)? {
            meanings.insert(format!("the commit {hash}"), hash);
        }
        let mut commits = Vec::new();
        for hash in meanings.values() {
            commits.push(self.parsed(&format!("{hash}^{{commit}}"))?.unwrap_or(hash.clone()));
        }
        commits.sort_unstable();
        commits.dedup();
        if commits.len() > 1 || is_own {
            return Err(ambiguous(name, &meanings));
        }
        Ok(commits.pop())
    }

    /// The references of just these names that there are, and what they point to.
    fn references(&self, names: &[String]) -> io::Result<BTreeMap<String, String>> {
        let mut arguments = vec!["for-each-ref", "--format=%(objectname) %(refname)"];
        arguments.extend(names.iter().map(String::as_str));
        let answer = self.answer(&arguments)?.unwrap_or_default();
        let lines = answer.lines().filter_map(|line| line.split_once(' '));
        let named = lines.filter(|(_, name)| names.iter().any(|wanted| wanted == name));
        Ok(named.map(|(hash, name)| (name.to_owned(), hash.to_owned())).collect())
    }

    /// The objects that a name abbreviates, also at the end of what `git describe` prints.
    fn abbreviated(&self, name: &str) -> io::Result<Vec<String>> {
        let digits = name.rsplit_once("-g").map_or(name, |(_, digits)| digits);
        if digits.len() < 4 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Vec::new());
        }
        let found = self.answer(&["rev-parse", &format!("--disambiguate={digits}")])?;
        let mut commits = Vec::new();
        for hash in found.unwrap_or_default().lines().take(8) {
            commits.extend(self.parsed(&format!("{hash}^{{commit}}"))?);
        }
        Ok(commits)
    }

    /// The object that an expression means to Git.
    fn parsed(&self, expression: &str) -> io::Result<Option<String>> {
        let answer = self.answer(&["rev-parse", "--verify", "--quiet", expression])?;
        let hash = answer.map(|answer| answer.trim_end().to_owned());
        Ok(hash.filter(|hash| is_whole_hash(hash)))
    }

    /// What a command prints; nothing when it fails.
    fn answer(&self, arguments: &[&str]) -> io::Result<Option<String>> {
        let mut child = self.command(arguments).stdin(Stdio::null()).spawn()?;
        bound(&child);
        let deadline = Deadline::of(&child, MAX_GIT_TIME);
        let mut text = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            stdout.take(ANSWER + 1).read_to_end(&mut text)?;
        }
        if text.len() as u64 > ANSWER {
            let _ = child.kill();
            let _ = child.wait();
            return Err(io::Error::other("git has too many references of that name"));
        }
        let is_over = deadline.is_over();
        drop(deadline);
        let is_success = child.wait()?.success();
        if is_over {
            return Err(too_slow());
        }
        Ok(is_success.then(|| String::from_utf8_lossy(&text).into_owned()))
    }

    /// The one maker of commands. `--git-dir` turns Git's own search for a repository off, in which a
    /// folder of the project with `HEAD`, `objects` and `refs` in it would be found first, with its
    /// `config`; nothing is relative to the directory in which we stand.
    fn command(&self, arguments: &[&str]) -> Command {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that runs a program")]
        let mut command = Command::new(&self.program);
        command.env_clear().envs(ENVIRONMENT.iter().copied()).current_dir("/");
        command.arg("--git-dir").arg(&self.git_dir).args(["--no-pager", "--no-replace-objects"]);
        command.args(CONFIGURATION.iter().flat_map(|pair| ["-c", pair])).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }
}

/// An entry of a folder in a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, which need not be UTF-8.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: Kind,
    /// The object's name.
    pub hash: String,
}

/// What an entry of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A regular file.
    File,
    /// A symbolic link, whose target is its content.
    Link,
    /// A commit of another repository.
    Submodule,
}

/// The objects of a repository, held open.
#[derive(Debug)]
pub struct Objects {
    headers: Batch,
    contents: Batch,
}

impl Objects {
    /// How many objects are asked for before the answers are read; the questions fit into a pipe.
    pub const ASKED: usize = 250;

    /// The entries of a folder; nothing when that would take more than `most` bytes, after which
    /// nothing else can be read.
    ///
    /// # Errors
    /// When it is not in the repository, or is no folder.
    pub fn folder(&mut self, expression: &str, most: u64) -> io::Result<Option<Vec<Entry>>> {
        self.ask([expression])?;
        self.asked_folder(expression, most)
    }

    /// Asks for objects, [`Objects::ASKED`] at the most, so that Git reads one while another is
    /// looked at.
    ///
    /// # Errors
    /// When `git` cannot be asked.
    pub fn ask<'a>(&mut self, expressions: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        self.contents.ask(expressions)
    }

    /// The entries of the next folder that was asked for.
    ///
    /// # Errors
    /// When it is not in the repository, or is no folder.
    pub fn asked_folder(&mut self, expression: &str, most: u64) -> io::Result<Option<Vec<Entry>>> {
        let header = self.contents.header()?.ok_or_else(|| missing(expression))?;
        if header.kind != "tree" {
            return Err(io::Error::other(format!("git has a {} for a folder", header.kind)));
        }
        if header.size > most {
            return Ok(None);
        }
        let bytes = self.contents.content(header.size)?;
        entries(&bytes, header.hash.len() / 2).map(Some)
    }

    /// How many bytes files have; nothing for one that is not here, as in a partial clone.
    ///
    /// # Errors
    /// When `git` has come to an end.
    pub fn sizes(&mut self, hashes: &[&str]) -> io::Result<Vec<Option<u64>>> {
        let mut sizes = Vec::with_capacity(hashes.len());
        for some in hashes.chunks(Self::ASKED) {
            self.headers.ask(some.iter().copied())?;
            for _ in some {
                sizes.push(self.headers.header()?.map(|header| header.size));
            }
        }
        Ok(sizes)
    }

    /// The bytes of a file; nothing when there are more than `most`, which are not read.
    ///
    /// # Errors
    /// When it is not in the repository.
    pub fn file(&mut self, hash: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files(&[hash], most)?.pop().flatten())
    }

    /// The bytes of several files.
    ///
    /// # Errors
    /// When one of them is not in the repository.
    pub fn files(&mut self, hashes: &[&str], most: u64) -> io::Result<Vec<Option<Vec<u8>>>> {
        let mut files = Vec::with_capacity(hashes.len());
        for some in hashes.chunks(Self::ASKED) {
            let sizes = self.sizes(some)?;
            let is_read = |size: &Option<u64>| size.is_some_and(|size| size <= most);
            let read = some.iter().zip(&sizes).filter(|(_, size)| is_read(size));
            self.contents.ask(read.map(|(hash, _)| *hash))?;
            for (hash, size) in some.iter().zip(sizes) {
                let size = size.ok_or_else(|| missing(hash))?;
                files.push(if size <= most { Some(self.content(hash, size)?) } else { None });
            }
        }
        Ok(files)
    }

    /// The bytes of a file that was asked for.
    fn content(&mut self, hash: &str, size: u64) -> io::Result<Vec<u8>> {
        let header = self.contents.header()?.ok_or_else(|| missing(hash))?;
        if header.kind != "blob" || header.size != size {
            return Err(io::Error::other(format!("git has a {} for a file", header.kind)));
        }
        self.contents.content(size)
    }
}

/// A `git cat-file` that answers one line with one object.
#[derive(Debug)]
struct Batch {
    child: Child,
    deadline: Option<Deadline>,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

/// What is said of an object before its bytes.
struct Header {
    hash: String,
    kind: String,
    size: u64,
}

impl Batch {
    fn of(command: &mut Command) -> io::Result<Batch> {
        let mut child = command.spawn()?;
        bound(&child);
        let deadline = Some(Deadline::of(&child, MAX_GIT_TIME));
        match (child.stdin.take(), child.stdout.take()) {
            (Some(stdin), Some(stdout)) => {
                Ok(Batch { child, deadline, stdin, stdout: BufReader::new(stdout) })
            }
            _ => Err(io::Error::other("git has no standard input and output")),
        }
    }

    fn ask<'a>(&mut self, expressions: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        let mut lines = String::new();
        for expression in expressions {
            lines.push_str(expression);
            lines.push('\n');
        }
        // What came to an end says so when it is asked for its answer.
        match self.stdin.write_all(lines.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// `hash kind size`, or nothing for `... missing`.
    fn header(&mut self) -> io::Result<Option<Header>> {
        let mut line = Vec::new();
        self.stdout.by_ref().take(1024).read_until(b'\n', &mut line)?;
        let line = String::from_utf8_lossy(&line);
        let Some(line) = line.strip_suffix('\n') else {
            if self.deadline.as_ref().is_some_and(Deadline::is_over) {
                return Err(too_slow());
            }
            // An older Git ends when it may not fetch.
            return Err(missing("of the revision"));
        };
        if line.ends_with(" missing") {
            return Ok(None);
        }
        let mut words = line.split(' ');
        let (hash, kind, size) = (words.next(), words.next(), words.next());
        match (hash, kind, size.and_then(|size| size.parse().ok())) {
            (Some(hash), Some(kind), Some(size)) => {
                Ok(Some(Header { hash: hash.to_owned(), kind: kind.to_owned(), size }))
            }
            _ => Err(io::Error::other("git gave an answer that is not understood")),
        }
    }

    /// The bytes after a header, which a line end follows.
    fn content(&mut self, size: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.stdout.by_ref().take(size + 1).read_to_end(&mut bytes)?;
        match bytes.pop() {
            Some(b'\n') if bytes.len() as u64 == size => Ok(bytes),
            _ => Err(io::Error::other("git came to an end before an object did")),
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // The number of a process that was waited for may be that of another one.
        drop(self.deadline.take());
        // It may be in the middle of something long.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The entries in the bytes of a tree: `mode name`, a zero byte, the hash's own bytes.
fn entries(mut bytes: &[u8], hash_size: usize) -> io::Result<Vec<Entry>> {
    let malformed = || io::Error::other("git has a folder that is not one");
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let end = bytes.iter().position(|&byte| byte == 0).ok_or_else(malformed)?;
        let (head, rest) = bytes.split_at(end);
        let space = head.iter().position(|&byte| byte == b' ').ok_or_else(malformed)?;
        let (mode, name) = head.split_at(space);
        let (name, rest) = (name.get(1..).unwrap_or_default(), rest.get(1..).unwrap_or_default());
        if name.is_empty() || name.contains(&b'/') || rest.len() < hash_size {
            return Err(malformed());
        }
        let (hash, rest) = rest.split_at(hash_size);
        let kind = match mode {
            b"40000" | b"040000" => Kind::Folder,
            b"120000" => Kind::Link,
            b"160000" => Kind::Submodule,
            _ => Kind::File,
        };
        let hash = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        found.push(Entry { name: name.to_owned(), kind, hash });
        bytes = rest;
    }
    Ok(found)
}

/// A revision as a name and steps from there (`~2`, `^`). What depends on the time (`@{...}`), on
/// messages (`^{/...}`) or is no commit (`:path`) is not taken.
fn split(revision: &str) -> io::Result<(&str, &str)> {
    let at = revision.find(['~', '^']).unwrap_or(revision.len());
    let (name, steps) = revision.split_at(at);
    let is_name = !name.is_empty()
        && !name.starts_with(['-', '/', '.'])
        && !name.ends_with(['/', '.'])
        && !name.contains("..")
        && !name.contains("//")
        && !name.contains(|c: char| c.is_control() || c.is_whitespace() || ":?*[\\{}".contains(c));
    let is_steps = steps.bytes().all(|byte| matches!(byte, b'~' | b'^' | b'0'..=b'9'));
    if is_name && is_steps && revision.len() <= 1024 {
        return Ok((name, steps));
    }
    let message = format!(
        "`{revision}` is not a revision that is taken here; \
         write a branch, a tag or a commit, with `~N` or `^N` after it if need be"
    );
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

fn is_whole_hash(name: &str) -> bool {
    matches!(name.len(), 40 | 64) && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn not_found(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, message)
}

fn ambiguous(name: &str, meanings: &BTreeMap<String, String>) -> io::Error {
    let all: Vec<String> = meanings.keys().map(|meaning| format!("`{meaning}`")).collect();
    let full = meanings.keys().rev().find(|meaning| meaning.starts_with("refs/"));
    let full = full.map(String::as_str).unwrap_or_default();
    let message = format!(
        "`{name}` is ambiguous: it may be {}; write the whole name, for example `--against {full}`, \
         or the commit's hash",
        all.join(" or ")
    );
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

fn missing(what: &str) -> io::Error {
    not_found(format!(
        "this clone lacks the object {what}, and nothing is fetched here: \
         fetch the revision with its files (no `--filter`, no sparse or partial clone)"
    ))
}

/// Ends a command that waits for what does not come: Git's files may be pipes, and waiting takes no
/// processor time, which [`bound`] limits.
#[derive(Debug)]
struct Deadline {
    // Dropped first: that is what ends the thread.
    done: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    is_over: Arc<AtomicBool>,
}

impl Deadline {
    fn of(child: &Child, longest: Duration) -> Deadline {
        let (done, is_done) = mpsc::channel::<()>();
        let kill = killer(child);
        let is_over = Arc::new(AtomicBool::new(false));
        let is_over_there = Arc::clone(&is_over);
        let thread = thread::Builder::new().spawn(move || {
            if is_done.recv_timeout(longest) == Err(RecvTimeoutError::Timeout) {
                is_over_there.store(true, Ordering::SeqCst);
                kill();
            }
        });
        Deadline { done: Some(done), thread: thread.ok(), is_over }
    }

    /// Whether the command was ended.
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        drop(self.done.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

#[cfg(unix)]
fn killer(child: &Child) -> impl FnOnce() + Send + 'static {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = Pid::from_child(child);
    move || _ = kill_process(pid, Signal::KILL)
}

/// Other systems have no pipes among files.
#[cfg(not(unix))]
fn killer(_: &Child) -> impl FnOnce() + Send + 'static {
    || ()
}

fn too_slow() -> io::Error {
    let seconds = MAX_GIT_TIME.as_secs();
    let message = format!(
        "git took more than {seconds} seconds; look for pipes in `.git` and for what its `config` includes"
    );
    io::Error::new(io::ErrorKind::TimedOut, message)
}

/// Bounds what a command may take, whatever is in the repository: a small file may be stored as a
/// difference from a large one.
#[cfg(target_os = "linux")]
fn bound(child: &Child) {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let limit = |most| Rlimit { current: Some(most), maximum: Some(most) };
    let pid = Some(Pid::from_child(child));
    // Bytes of memory, seconds of computing.
    let _ = prlimit(pid, Resource::Data, limit(160 * 1024 * 1024));
    let _ = prlimit(pid, Resource::Cpu, limit(20));
}

/// Other systems have no such call.
#[cfg(not(target_os = "linux"))]
fn bound(_: &Child) {}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_names_with_steps() {
        for (revision, expected) in [
            ("main", Some(("main", ""))),
            ("origin/main~2", Some(("origin/main", "~2"))),
            ("HEAD^2~1", Some(("HEAD", "^2~1"))),
            ("v1.0", Some(("v1.0", ""))),
            ("@", Some(("@", ""))),
            ("", None),
            ("-x", None),
            ("--all", None),
            ("main:deploy", None),
            (":/text", None),
            ("HEAD@{1}", None),
            ("@{yesterday}", None),
            ("HEAD^{/text}", None),
            ("a..b", None),
            ("main\nHEAD", None),
            ("main --all", None),
            ("refs/heads/*", None),
            ("../x", None),
            ("^main", None),
        ] {
            assert_eq!(split(revision).ok(), expected, "{revision}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_command_that_waits_is_ended() {
        #[expect(clippy::disallowed_methods, reason = "a program that waits")]
        let mut child = Command::new("sleep").arg("600").stdout(Stdio::piped()).spawn().unwrap();
        let deadline = Deadline::of(&child, Duration::from_millis(10));
        let mut text = String::new();
        child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        assert!(deadline.is_over());
        assert!(!child.wait().unwrap().success());
    }

    #[test]
    fn a_tree_is_read_to_its_end_or_refused() {
        let hash = [7; 20];
        let one = [b"100644 a.yaml\0".as_slice(), &hash].concat();
        let found = entries(&one, 20).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name.as_slice(), found[0].kind), (b"a.yaml".as_slice(), Kind::File));
        assert_eq!(found[0].hash, "07".repeat(20));
        for cut in 1..one.len() {
            assert!(entries(&one[..cut], 20).is_err(), "{cut}");
        }
        let slash = [b"100644 a/b\0".as_slice(), &hash].concat();
        assert!(entries(&slash, 20).is_err());
    }
}
