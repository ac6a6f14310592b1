//! Directories that mean harm: each is refused by the real binary, or read, in little time and
//! little memory, with nothing on standard output when it is refused.
//!
//! `HOSTILE_BINARY` names another binary than the tests' own, such as a release build. A debug build may
//! take longer.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests read files")]
#![allow(clippy::print_stderr, reason = "the table of measurements is what one runs this for")]

mod cases;
mod disk;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use cases::{Case, Expected};
use wait4::Wait4;

/// The most memory that a run may ever hold, in bytes.
const MEMORY: u64 = 256 * 1024 * 1024;
/// The most time that a refusal may take.
const TIME: Duration = Duration::from_secs(2);
/// After this a run is killed.
const HANGS: Duration = Duration::from_secs(120);
/// What the cluster serves, which Argo CD says in every run.
const SERVED: &str = "v1,v1/ConfigMap,v1/Secret,v1/Service,apps/v1,apps/v1/Deployment,\
    apps/v1/StatefulSet,autoscaling/v2,autoscaling/v2/HorizontalPodAutoscaler,batch/v1,\
    batch/v1/CronJob,batch/v1/Job,db.atlasgo.io/v1alpha1,db.atlasgo.io/v1alpha1/AtlasMigration,\
    db.atlasgo.io/v1alpha1/AtlasSchema,gateway.networking.k8s.io/v1,\
    gateway.networking.k8s.io/v1/HTTPRoute,networking.k8s.io/v1,networking.k8s.io/v1/Ingress,\
    policy/v1,policy/v1/PodDisruptionBudget,postgresql.cnpg.io/v1,postgresql.cnpg.io/v1/Cluster";
/// How much longer an unoptimised binary may take.
const SLOWER: u32 = 15;

fn main() -> ExitCode {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let root = std::env::temp_dir().join(format!("atlas-plugin-hostile-{}", std::process::id()));
    let mut failures = Vec::new();
    for case in cases::all() {
        if !wanted.is_empty() && !wanted.iter().any(|word| case.name.contains(word.as_str())) {
            continue;
        }
        let directory = root.join("input");
        fs::create_dir_all(&directory).unwrap();
        (case.build)(&directory);
        // What shares the caches makes a process slower even in the time on a processor: of one that
        // took too long, the quickest of three runs counts.
        let mut outcome = run(&case, &root);
        for _ in 0..2 {
            if outcome.time > allowed() {
                let again = run(&case, &root);
                outcome = if again.time < outcome.time { again } else { outcome };
            }
        }
        eprintln!(
            "{:44} {:>5} ms {:>4} MiB  exit {:?}  {}",
            case.name,
            outcome.time.as_millis(),
            outcome.memory >> 20,
            outcome.code,
            outcome.first_line.chars().take(100).collect::<String>()
        );
        failures.extend(judge(&case, &outcome).into_iter().map(|why| (case.name, why)));
        fs::remove_dir_all(&root).unwrap();
    }
    for (name, why) in &failures {
        eprintln!("FAILED {name}: {why}");
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Outcome {
    code: Option<i32>,
    stdout: u64,
    stderr: u64,
    first_line: String,
    is_raw: bool,
    time: Duration,
    memory: u64,
}

fn run(case: &Case, root: &Path) -> Outcome {
    let binary = std::env::var_os("HOSTILE_BINARY")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_generate")), PathBuf::from);
    // Files, not pipes: what is printed does not count as this process's memory.
    let (stdout, stderr) = (root.join("stdout"), root.join("stderr"));
    let mut child = Command::new(binary)
        .args(case.arguments)
        .arg(root.join("input"))
        .env_clear()
        .env("KUBE_VERSION", "1.36.1")
        .env("KUBE_API_VERSIONS", SERVED)
        .envs(case.variables.iter().map(|(name, value)| (*name, value.as_str())))
        .stdin(Stdio::null())
        .stdout(File::create(&stdout).unwrap())
        .stderr(File::create(&stderr).unwrap())
        .spawn()
        .unwrap();
    let watchdog = watchdog(child.id());
    let used = child.wait4().unwrap();
    // The time on a processor: what else runs on the machine does not count.
    let time = used.rusage.utime + used.rusage.stime;
    drop(watchdog);
    let printed = fs::read(&stderr).unwrap();
    let text = String::from_utf8_lossy(&printed);
    let first_line = text.lines().next().unwrap_or_default();
    Outcome {
        code: used.status.code(),
        stdout: fs::metadata(&stdout).unwrap().len(),
        stderr: printed.len() as u64,
        is_raw: text.contains(is_unseen) || comments_are_raw(&stdout),
        first_line: first_line.replace(&*root.to_string_lossy(), ""),
        time,
        memory: used.rusage.maxrss,
    }
}

/// Whether a character is not seen in a text of lines, but does something to it: a control, what turns
/// the direction of the text, what some readers take for the end of a line.
fn is_unseen(character: char) -> bool {
    let does_more = "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}";
    (character.is_control() && character != '\n') || does_more.contains(character)
}

/// Whether a comment of the manifests holds such a character, behind which it might end.
fn comments_are_raw(stdout: &Path) -> bool {
    let printed = fs::read(stdout).unwrap();
    let comments = printed.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"# "));
    comments.map(String::from_utf8_lossy).any(|line| line.contains(is_unseen))
}

/// Kills a process that hangs, unless what is returned is dropped before.
fn watchdog(process: u32) -> mpsc::Sender<()> {
    let (alive, is_over) = mpsc::channel();
    std::thread::spawn(move || {
        if is_over.recv_timeout(HANGS) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").args(["-9", &process.to_string()]).status();
        }
    });
    alive
}

/// How long a case may take.
fn allowed() -> Duration {
    let is_optimised = std::env::var_os("HOSTILE_BINARY").is_some() || !cfg!(debug_assertions);
    TIME * if is_optimised { 1 } else { SLOWER }
}

/// Everything that is wrong with how a case went.
fn judge(case: &Case, outcome: &Outcome) -> Vec<String> {
    let mut wrong = Vec::new();
    if outcome.memory > MEMORY {
        wrong.push(format!("{} MiB of memory", outcome.memory >> 20));
    }
    if outcome.time > allowed() {
        wrong.push(format!("{:?}", outcome.time));
    }
    if outcome.stderr > 4 << 20 {
        wrong.push(format!("{} bytes on standard error", outcome.stderr));
    }
    if outcome.is_raw {
        wrong.push("what cannot be seen on standard error or in a comment".to_owned());
    }
    match case.expected {
        Expected::Refused(text) => {
            if !matches!(outcome.code, Some(1 | 2)) {
                wrong.push(format!("exit {:?}", outcome.code));
            }
            if outcome.stdout > 0 {
                wrong.push(format!("{} bytes on standard output", outcome.stdout));
            }
            if !outcome.first_line.contains(text) {
                wrong.push(format!("`{text}` is not in the first line: {}", outcome.first_line));
            }
        }
        Expected::Printed => {
            if outcome.code != Some(0) || outcome.stdout == 0 {
                wrong.push(format!("exit {:?}: {}", outcome.code, outcome.first_line));
            }
        }
        Expected::Said => {
            if !matches!(outcome.code, Some(0 | 1)) || outcome.stdout == 0 {
                wrong.push(format!("exit {:?}: {}", outcome.code, outcome.first_line));
            }
        }
        Expected::Viewed => {
            if !matches!(outcome.code, Some(0..=2)) {
                wrong.push(format!("exit {:?}: {}", outcome.code, outcome.first_line));
            }
        }
        Expected::Either => {
            let is_fine = match outcome.code {
                Some(0) => outcome.stdout > 0,
                Some(1 | 2) => outcome.stdout == 0 && !outcome.first_line.is_empty(),
                Some(_) | None => false,
            };
            if !is_fine {
                wrong.push(format!("exit {:?}: {}", outcome.code, outcome.first_line));
            }
        }
    }
    wrong
}
