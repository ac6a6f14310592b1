//! Inputs of every shape, each twice as large as the one before: the time that a run takes must grow as the
//! input does. A bound on the time of one run would let a quadratic path pass on a fast machine; how it
//! grows does not depend on the machine.
//!
//! With an optimised build, or a binary that `HOSTILE_BINARY` names, inputs grow up to their bound, no run
//! may take two seconds, and every fifth of some 1,600 shapes is tried; with a debug build every twentieth,
//! on small inputs. `SCALING_ALL=1` tries all of them, in a quarter of an hour. Words behind `--` on the
//! command line choose shapes by their names; `SCALING_VERBOSE=1` shows every run.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests read files")]
#![allow(clippy::print_stderr, reason = "the table of measurements is what one runs this for")]

mod shapes;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use shapes::Shape;
use wait4::Wait4;

/// The smallest input, in bytes.
const FIRST: usize = 16 << 10;
/// So much longer may a run take on twice the input; 2 is linear, and 2.6 leaves room for sorting. Where
/// there is a quarter of the input to compare with, it is the mean of two doublings: one of them alone
/// can be the size at which a processor's cache no longer holds what is read.
const GROWTH: f64 = 2.6;
/// What takes less is not judged: the start of the process, and the machine's other work, are a part of it.
const JUDGED: Duration = Duration::from_millis(200);
/// How often a measurement is repeated that would fail; the best one counts.
const REPEATS: usize = 12;
/// The most time that a run may take on a processor.
const TIME: Duration = Duration::from_secs(2);
/// The most memory that it may hold, in bytes.
const MEMORY: u64 = 256 << 20;
/// The most bytes that a comparison prints: 4 MiB, and what is above and below the changes.
const PRINTED: u64 = (4 << 20) + (64 << 10);
/// After this a run is killed.
const HANGS: Duration = Duration::from_secs(30);
/// The largest input for an unoptimised binary, and how much longer that may take.
const UNOPTIMISED: (usize, u32) = (64 << 10, 15);

fn main() -> ExitCode {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let root = std::env::temp_dir().join(format!("atlas-plugin-scaling-{}", std::process::id()));
    let mut shapes = shapes::all();
    shapes.retain(|shape| {
        wanted.is_empty() || wanted.iter().any(|word| shape.name.contains(word.as_str()))
    });
    if wanted.is_empty() && std::env::var_os("SCALING_ALL").is_none() {
        let step = if is_optimised() { 5 } else { 20 };
        let mut number = 0;
        shapes.retain(|_| {
            number += 1;
            number % step == 1
        });
    }
    // The time on a processor counts, so that some may run at once.
    let n_workers = thread::available_parallelism().map_or(1, |n| n.get().min(4));
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for worker in 0..n_workers {
            let (next, failures, shapes) = (&next, &failures, &shapes);
            let bench = Bench::new(&root.join(worker.to_string()));
            scope.spawn(move || {
                while let Some(shape) = shapes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    failures.lock().unwrap().extend(bench.try_out(shape));
                }
            });
        }
    });
    let (n_shapes, failures) = (shapes.len(), failures.into_inner().unwrap());
    let _ = fs::remove_dir_all(&root);
    for failure in &failures {
        eprintln!("FAILED {failure}");
    }
    eprintln!("{n_shapes} shapes, {} failures", failures.len());
    let is_fine = failures.is_empty() && n_shapes > 0;
    if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether what is measured was built to be fast.
fn is_optimised() -> bool {
    std::env::var_os("HOSTILE_BINARY").is_some() || !cfg!(debug_assertions)
}

struct Bench {
    root: PathBuf,
    binary: PathBuf,
    /// The flag of `diff` that takes a directory.
    against: &'static str,
    is_optimised: bool,
    is_verbose: bool,
}

#[derive(Clone, Copy)]
struct Measured {
    time: Duration,
    memory: u64,
    printed: u64,
    code: Option<i32>,
    /// Whether it said something on standard error: showing the place is work of its own.
    complains: bool,
}

impl Measured {
    /// Whether the same was done: a warning that only the larger input gets is shown with its place.
    fn took_the_way_of(&self, other: &Measured) -> bool {
        self.code == other.code && self.complains == other.complains
    }
}

impl Bench {
    fn new(root: &Path) -> Bench {
        fs::create_dir_all(root).unwrap();
        let named = std::env::var_os("HOSTILE_BINARY");
        let own = || PathBuf::from(env!("CARGO_BIN_EXE_generate"));
        let binary = named.map_or_else(own, PathBuf::from);
        let help = Command::new(&binary).args(["diff", "--help"]).output().unwrap().stdout;
        let takes_directories = String::from_utf8_lossy(&help).contains("--against-dir");
        let against = if takes_directories { "--against-dir" } else { "--against" };
        let is_verbose = std::env::var_os("SCALING_VERBOSE").is_some();
        let is_optimised = is_optimised();
        Bench { root: root.to_owned(), binary, against, is_optimised, is_verbose }
    }

    /// What is wrong with how a shape's time grows.
    fn try_out(&self, shape: &Shape) -> Option<String> {
        let largest = match self.is_optimised {
            true => shape.largest,
            false => shape.largest.min(UNOPTIMISED.0),
        };
        // The sizes before this one, the largest last.
        let mut before: Vec<(usize, Measured)> = Vec::new();
        let mut size = FIRST;
        loop {
            let (measured, wrong) = self.measure_and_judge(shape, size);
            if let Some(wrong) = wrong {
                return Some(format!("{} at {} KiB: {wrong}", shape.name, size >> 10));
            }
            // Nearly all shapes take next to nothing, of which every second size is enough.
            if let Some((smaller, _)) = before.last()
                && *smaller < size / 2
                && measured.time > JUDGED
            {
                let (half, wrong) = self.measure_and_judge(shape, size / 2);
                if let Some(wrong) = wrong {
                    return Some(format!("{} at {} KiB: {wrong}", shape.name, size >> 11));
                }
                before.push((size / 2, half));
            }
            // What is refused for another reason, or no longer, took another way.
            let smaller = |part: usize| {
                let found = before.iter().find(|(before, _)| *before == size / part);
                found.filter(|(_, of_part)| of_part.took_the_way_of(&measured))
            };
            let compared = smaller(4).map(|it| (it, 2)).or(smaller(2).map(|it| (it, 1)));
            if let Some((&part, doublings)) = compared
                && let Some(times) = self.growth(shape, part, (size, measured), doublings)
            {
                return Some(format!("{} at {} KiB: {times}", shape.name, size >> 10));
            }
            if size >= largest {
                return None;
            }
            before.push((size, measured));
            size = if measured.time < JUDGED / 4 { size * 4 } else { size * 2 };
            size = size.min(largest);
        }
    }

    /// One run, and what is wrong with it alone.
    fn measure_and_judge(&self, shape: &Shape, size: usize) -> (Measured, Option<String>) {
        let most = TIME * if self.is_optimised { 1 } else { UNOPTIMISED.1 };
        let mut measured = self.measure(shape, size);
        if self.is_verbose {
            let Measured { time, memory, printed, code, .. } = measured;
            let (name, kib, mib) = (&shape.name, size >> 10, memory >> 20);
            eprintln!(
                "{name:60} {kib:>5} KiB {:>6} ms {mib:>4} MiB {printed:>9} exit {code:?}",
                time.as_millis()
            );
        }
        if measured.memory > MEMORY {
            return (measured, Some(format!("{} MiB of memory", measured.memory >> 20)));
        }
        if shape.is_diff && measured.printed > PRINTED {
            return (measured, Some(format!("{} KiB are printed", measured.printed >> 10)));
        }
        if !matches!(measured.code, Some(0..=2)) {
            let wrong = format!("exit {:?} after {:?}", measured.code, measured.time);
            return (measured, Some(wrong));
        }
        for _ in 0..REPEATS {
            if measured.time > most {
                measured.time = measured.time.min(self.measure(shape, size).time);
            }
        }
        let wrong = (measured.time > most).then(|| format!("{:?}", measured.time));
        (measured, wrong)
    }

    /// How time grows by some doublings of the size, where that is too much.
    fn growth(
        &self,
        shape: &Shape,
        (part, mut of_part): (usize, Measured),
        (size, mut of_all): (usize, Measured),
        doublings: i32,
    ) -> Option<String> {
        let is_fine =
            |all: Measured, part| all.time < JUDGED || times(all, part) <= GROWTH.powi(doublings);
        for _ in 0..REPEATS {
            if is_fine(of_all, of_part) {
                return None;
            }
            // What else happens on the machine only ever adds to a time. The smaller one takes less, and
            // is measured more often for it.
            for _ in 0..size / part {
                of_part.time = of_part.time.min(self.measure(shape, part).time);
            }
            of_all.time = of_all.time.min(self.measure(shape, size).time);
        }
        if is_fine(of_all, of_part) {
            return None;
        }
        let (all, part, name) =
            (of_all.time, of_part.time, if doublings == 2 { "a quarter" } else { "half" });
        let times = times(of_all, of_part);
        Some(format!("{all:?}, after {part:?} for {name} of it: {times:.1} times"))
    }

    fn measure(&self, shape: &Shape, size: usize) -> Measured {
        for (folder, files) in [("input", (shape.files)(size)), ("before", (shape.before)(size))] {
            let folder = self.root.join(folder);
            let _ = fs::remove_dir_all(&folder);
            for (path, text) in files {
                let path = folder.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
        // Files, not pipes: what is printed does not count as the memory of the process.
        let (stdout, stderr) = (self.root.join("stdout"), self.root.join("stderr"));
        let mut command = Command::new(&self.binary);
        command.args(&shape.arguments);
        if shape.is_diff {
            command.arg(self.against).arg(self.root.join("before"));
        }
        let mut child = command
            .arg(self.root.join("input"))
            .env_clear()
            .env("ARGOCD_APP_NAMESPACE", "shop")
            .stdin(Stdio::null())
            .stdout(File::create(&stdout).unwrap())
            .stderr(File::create(&stderr).unwrap())
            .spawn()
            .unwrap();
        let watchdog = watchdog(child.id());
        let used = child.wait4().unwrap();
        drop(watchdog);
        Measured {
            // The time on a processor: what else runs on the machine does not count.
            time: used.rusage.utime + used.rusage.stime,
            memory: used.rusage.maxrss,
            printed: fs::metadata(&stdout).unwrap().len(),
            code: used.status.code(),
            complains: fs::metadata(&stderr).unwrap().len() > 0,
        }
    }
}

fn times(all: Measured, half: Measured) -> f64 {
    all.time.as_secs_f64() / half.time.as_secs_f64().max(0.001)
}

/// Kills a process that hangs, unless what is returned is dropped before.
fn watchdog(process: u32) -> mpsc::Sender<()> {
    let (alive, is_over) = mpsc::channel();
    thread::spawn(move || {
        if is_over.recv_timeout(HANGS) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").args(["-9", &process.to_string()]).status();
        }
    });
    alive
}
