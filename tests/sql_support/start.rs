//! Starts real servers: MariaDB and PostgreSQL from the system's packages, or from a folder, on a socket of
//! their own, with a directory that is removed at the end.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A directory that is removed, and a process that is stopped, at the end.
pub(crate) struct Running {
    child: Child,
    folder: PathBuf,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// An empty directory with a short path (a socket's path has 107 bytes at most), owned by `user`. No two have
/// one name: the tests of a program run side by side, each with its own server.
fn folder(name: &str, user: &str) -> PathBuf {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let nth = STARTED.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("{name}-{}-{nth}", std::process::id()));
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder).expect("a directory can be made");
    if is_root() {
        drop(quiet(Command::new("chown").arg(user).arg(&folder)));
    }
    folder
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// The program, run as a user who is not root: both servers insist.
fn as_user(user: &str, program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", user, "--init-groups", "--"]).arg(program);
    command
}

fn quiet(command: &mut Command) -> Option<Output> {
    command.stdin(Stdio::null()).output().ok().filter(|output| output.status.success())
}

fn find(names: &[&str], folders: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let standard = ["/usr/sbin", "/usr/bin", "/usr/local/bin"].map(PathBuf::from);
    let all: Vec<PathBuf> =
        folders.iter().cloned().chain(std::env::split_paths(&path)).chain(standard).collect();
    all.iter()
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|p| p.is_file())
}

fn wait(mut ready: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if ready() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    false
}

/// Runs a client that reads a text: what it prints, or the first error.
fn feed(command: &mut Command, text: &str) -> Result<String, String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut stdin = child.stdin.take().expect("the client reads");
    let text = text.to_owned();
    // It may stop reading at an error, and stop at a full pipe if nobody reads what it prints.
    let writer = std::thread::spawn(move || drop(stdin.write_all(text.as_bytes())));
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    drop(writer.join());
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let first = errors.lines().find(|line| line.contains("ERROR"));
    Err(first.or(errors.lines().next()).unwrap_or("failed without a message").to_owned())
}

/// A MariaDB.
pub(crate) struct MariaDb {
    /// What runs.
    running: Running,
    client: PathBuf,
}

impl MariaDb {
    /// Starts one, if it is installed.
    pub(crate) fn start() -> Option<MariaDb> {
        let server = find(&["mariadbd", "mysqld"], &[])?;
        let install = find(&["mariadb-install-db", "mysql_install_db"], &[])?;
        let client = find(&["mariadb", "mysql"], &[])?;
        let folder = folder("atlas-sql-my", "mysql");
        let data = folder.join("data");
        let datadir = format!("--datadir={}", data.display());
        let mut install = as_user("mysql", &install);
        install.args(["--no-defaults", &datadir, "--auth-root-authentication-method=normal"]);
        quiet(&mut install)?;
        let child = as_user("mysql", &server)
            .args(["--no-defaults", &datadir, "--skip-networking", "--skip-log-bin"])
            .arg("--innodb-flush-log-at-trx-commit=0")
            .arg(format!("--socket={}", folder.join("s").display()))
            .arg(format!("--pid-file={}", folder.join("pid").display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let server = MariaDb { running: Running { child, folder }, client };
        wait(|| server.feed("select 1").is_ok()).then_some(server)
    }

    /// Runs a text: the first error.
    pub(crate) fn feed(&self, text: &str) -> Result<(), String> {
        self.ask(text).map(|_| ())
    }

    /// Runs a text: what it prints, without headings.
    pub(crate) fn ask(&self, text: &str) -> Result<String, String> {
        let socket = format!("--socket={}", self.running.folder.join("s").display());
        let options = ["--no-defaults", "-uroot", "-N", "-B", &socket];
        feed(Command::new(&self.client).args(options), text)
    }
}

/// A PostgreSQL.
pub(crate) struct Postgres {
    /// What runs.
    running: Running,
    client: PathBuf,
}

impl Postgres {
    /// Starts the newest one that is installed.
    pub(crate) fn start() -> Option<Postgres> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
        folders.sort();
        folders.reverse();
        Postgres::start_from(&folders, "atlas-sql-pg")
    }

    /// Starts the first one that is found in some folders; `name` is that of its directory.
    pub(crate) fn start_from(folders: &[PathBuf], name: &str) -> Option<Postgres> {
        let init = find(&["initdb"], folders)?;
        let server = find(&["postgres"], folders)?;
        let client = find(&["psql"], folders)?;
        let folder = folder(name, "postgres");
        let data = folder.join("data");
        quiet(
            as_user("postgres", &init)
                .args(["-A", "trust", "-N", "-U", "postgres", "-E", "UTF8", "-D"])
                .arg(&data),
        )?;
        let child = as_user("postgres", &server)
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&folder)
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let server = Postgres { running: Running { child, folder }, client };
        wait(|| server.feed("select 1").is_ok()).then_some(server)
    }

    /// Runs a text: the first error.
    pub(crate) fn feed(&self, text: &str) -> Result<(), String> {
        self.feed_to("postgres", text)
    }

    /// Runs a text in a database.
    pub(crate) fn feed_to(&self, database: &str, text: &str) -> Result<(), String> {
        self.ask(database, text).map(|_| ())
    }

    /// Runs a text in a database: what it prints, without headings.
    pub(crate) fn ask(&self, database: &str, text: &str) -> Result<String, String> {
        let mut command = Command::new(&self.client);
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"]);
        feed(command.arg(&self.running.folder).arg(database), text)
    }
}
