//! A directory, compiled: what every command but a few begins with.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, anyhow};
use argocd_atlas_plugin::cli::{Cli, Color, ProjectArgs};
use argocd_atlas_plugin::diag::accept::{Level, Levels};
use argocd_atlas_plugin::diag::render::{self, Style};
use argocd_atlas_plugin::diag::{Diagnostics, Severity, nearest};
use argocd_atlas_plugin::effort::Effort;
use argocd_atlas_plugin::environment::{self, Environment, Flags};
use argocd_atlas_plugin::parse::API_VERSION;
use argocd_atlas_plugin::pipeline::{self, Compilation};
use argocd_atlas_plugin::read::{self, Directory, Revision};
use argocd_atlas_plugin::runner::{Form, Guard};
use argocd_atlas_plugin::source::{FileId, Sources, Span, printable};
use argocd_atlas_plugin::view::diff::Side;
use clap::CommandFactory;
use smol_str::SmolStr;

/// A directory that has been compiled.
pub(crate) struct Run {
    pub(crate) sources: Sources,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) compilation: Compilation,
    color: Color,
    quiet: bool,
}

impl Run {
    /// The directory as it is named, with the environment that is chosen.
    pub(crate) fn of(args: &ProjectArgs) -> anyhow::Result<Run> {
        Ok(Workspace::open(args)?.into_run())
    }

    /// Prints the diagnostics to standard error.
    pub(crate) fn report(&self) -> io::Result<()> {
        let least = if self.quiet { Severity::Error } else { Severity::Note };
        let style = style(self.color, io::stderr().is_terminal());
        let err = &mut io::BufWriter::new(stderr());
        render::text(&self.diagnostics, least, &self.sources, style, err)?;
        err.flush()
    }

    /// How to print to standard output.
    pub(crate) fn style(&self) -> Style {
        style(self.color, io::stdout().is_terminal())
    }

    pub(crate) fn side(&self) -> Side<'_> {
        Side { compilation: &self.compilation, sources: &self.sources }
    }

    pub(crate) fn code(&self) -> ExitCode {
        if self.diagnostics.has_errors() { ExitCode::from(1) } else { ExitCode::SUCCESS }
    }
}

/// Prints what the first error is, in one line.
pub(crate) fn report_first(diagnostics: &Diagnostics, sources: &Sources) -> io::Result<()> {
    let mut text = Vec::new();
    render::text(diagnostics, Severity::Error, sources, Style::Plain, &mut text)?;
    let text = String::from_utf8_lossy(&text);
    writeln!(stderr(), "note: it says {}", text.lines().next().unwrap_or_default())
}

/// Standard error, for lines in which a CI runner finds no command.
pub(crate) fn stderr() -> Guard<io::StderrLock<'static>> {
    Guard::new(io::stderr().lock(), Form::Text)
}

/// Whether the manifests come on standard input.
pub(crate) fn is_standard_input(args: &ProjectArgs) -> bool {
    args.dir == Path::new("-")
}

/// The directory in which the files stand that specs name.
fn dir(args: &ProjectArgs) -> &Path {
    if is_standard_input(args) { Path::new(".") } else { &args.dir }
}

/// A directory that is read once, and compiled with one environment after the other.
pub(crate) struct Workspace {
    pub(crate) sources: Sources,
    root: FileId,
    environment: Environment,
    directory: Directory,
    /// What was found while the directory was read, which is wrong in every environment.
    read: Diagnostics,
    color: Color,
    quiet: bool,
    progress: Progress,
}

impl Workspace {
    /// Reads the directory, or standard input.
    pub(crate) fn open(args: &ProjectArgs) -> anyhow::Result<Workspace> {
        let progress = Progress::begin(args.quiet);
        let directory = Directory::open(dir(args)).with_context(|| not_found(args))?;
        let mut workspace = Workspace::begin(args, directory)?;
        let Workspace { sources, root, directory, read, .. } = &mut workspace;
        if is_standard_input(args) {
            let file = read::standard_input(io::stdin().lock(), sources, read)
                .context("cannot read standard input")?;
            // Only specs name files, and they name them from here.
            if sources.get(file).text().contains(API_VERSION) {
                directory.list(sources, *root, read);
            }
        } else {
            directory.read(sources, *root, read);
        }
        Ok(Workspace { progress, ..workspace })
    }

    /// Reads the same directory in a Git revision.
    pub(crate) fn of_revision(
        args: &ProjectArgs,
        revision: Revision<'_>,
    ) -> anyhow::Result<Workspace> {
        if is_standard_input(args) {
            return Err(anyhow!("standard input is in no revision: name a directory"));
        }
        let folders = environment::program_folders();
        let opened = Directory::of_revision(&args.dir, revision, &folders);
        let revision = revision.name;
        let directory = opened.map_err(|error| with_flag(error, revision))?;
        if let Some(base) = directory.merge_base().filter(|_| !args.quiet) {
            let (base, revision) = (base.get(..12).unwrap_or(base), printable(revision));
            writeln!(
                stderr(),
                "note: compared with {base}, the merge base of `{revision}` and HEAD; \
                 `--no-merge-base` compares with `{revision}` itself"
            )?;
        }
        if directory.is_absent() {
            let shown = args.dir.display().to_string();
            let (shown, revision) = (printable(shown), printable(revision));
            writeln!(stderr(), "note: `{shown}` is not in `{revision}`: all of it is new")?;
        }
        let mut workspace = Workspace::begin(args, directory)?;
        let Workspace { sources, root, directory, read, .. } = &mut workspace;
        directory.read(sources, *root, read);
        Ok(workspace)
    }

    fn begin(args: &ProjectArgs, directory: Directory) -> anyhow::Result<Workspace> {
        let mut environment = environment::from_variables(environment::process_variables());
        apply_flags(args, &mut environment);
        let mut sources = Sources::default();
        let root = sources.add_virtual(args.dir.display().to_string(), "");
        if !is_standard_input(args) {
            sources.set_base(&args.dir.display().to_string());
        }
        let read = Diagnostics::with_levels(levels(args)?);
        let (color, quiet) = (args.color, args.quiet);
        let progress = Progress { done: None, thread: None };
        Ok(Workspace { sources, root, environment, directory, read, color, quiet, progress })
    }

    /// Compiles it with an environment, or with the one that is named, if any. The limits are smaller by
    /// what others have used before.
    pub(crate) fn compile(
        &mut self,
        environment: Option<&SmolStr>,
        used_before: Effort,
    ) -> (Compilation, Diagnostics) {
        if let Some(name) = environment {
            self.environment.flags.environment = Some(name.to_string());
        }
        let Workspace { sources, root, environment, directory, read, .. } = self;
        let mut diagnostics = read.clone();
        diagnostics.used_before = used_before;
        let load = |sources: &mut Sources, files: &[FileId], diagnostics: &mut Diagnostics| {
            directory.load(sources, files, diagnostics);
        };
        let compilation = pipeline::compile(sources, *root, environment, load, &mut diagnostics);
        (compilation, diagnostics)
    }

    /// Fails if a Git revision could not be read to its end; `what` names it.
    pub(crate) fn check_read(&mut self, what: &str) -> anyhow::Result<()> {
        match self.directory.failure() {
            None => Ok(()),
            Some(error) => Err(anyhow!(error).context(format!("cannot read `{what}`"))),
        }
    }

    /// Where an environment begins: a place to point at.
    pub(crate) fn place_of(&self, environment: &str) -> Span {
        let folder = format!("environments/{environment}/");
        let file = self.sources.below(&folder).next().map_or(self.root, |(_, file)| file);
        Span::new(file, 0..0)
    }

    /// All that is known with the environment that is chosen.
    pub(crate) fn into_run(mut self) -> Run {
        let (compilation, diagnostics) = self.compile(None, Effort::default());
        self.with(compilation, diagnostics)
    }

    /// All that is known, once it has been compiled.
    pub(crate) fn with(self, compilation: Compilation, diagnostics: Diagnostics) -> Run {
        let Workspace { sources, color, quiet, progress, .. } = self;
        drop(progress);
        Run { sources, diagnostics, compilation, color, quiet }
    }
}

/// What the flags say of codes.
fn levels(args: &ProjectArgs) -> anyhow::Result<Levels> {
    let mut levels = Levels::default();
    let denied = args.deny.iter().map(|name| (name, Level::Deny));
    let warned = args.warn.iter().map(|name| (name, Level::Warn));
    let allowed = args.allow.iter().map(|name| (name, Level::Allow));
    for (name, level) in denied.chain(warned).chain(allowed) {
        let of = DENIED_WORDS.iter().find(|(word, _)| word == name && level == Level::Deny);
        if let Some((word, command)) = of {
            return Err(anyhow!("`--deny {word}` is for `generate {command}`"));
        }
        levels.set(name, level).map_err(|error| anyhow!("{error}"))?;
    }
    Ok(levels)
}

/// What `--deny` takes beside codes, and in which command.
const DENIED_WORDS: [(&str, &str); 4] =
    [("warnings", "check"), ("destructive", "diff"), ("refused", "diff"), ("split", "diff")];

/// The flags without these words of a command for `--deny`, and which of them are there.
pub(crate) fn without_denied<const N: usize>(
    args: &ProjectArgs,
    own: [&str; N],
) -> (ProjectArgs, [bool; N]) {
    let are_denied = own.map(|own| args.deny.iter().any(|word| word == own));
    let mut rest = args.clone();
    rest.deny.retain(|word| !own.contains(&word.as_str()));
    (rest, are_denied)
}

pub(crate) fn apply_flags(args: &ProjectArgs, environment: &mut Environment) {
    if let Some(namespace) = &args.namespace {
        environment.namespace = Some(namespace.into());
    }
    environment.flags = Flags {
        atlas_login: args.atlas_login,
        namespace: args.namespace.is_some(),
        environment: args.environment.clone(),
        images: args.images.clone(),
        replicas: args.replicas.clone(),
        set: args.set.clone(),
    };
}

/// What `--against` did once, and another flag does now.
fn with_flag(error: io::Error, revision: &str) -> anyhow::Error {
    if !Path::new(revision).is_dir() {
        return anyhow!(error);
    }
    anyhow!(
        "`--against {revision}` takes a Git revision ({error}); \
         to compare with the directory of that name, use `--against-dir {revision}`"
    )
}

fn not_found(args: &ProjectArgs) -> String {
    let dir = args.dir.display().to_string();
    let command = Cli::command();
    let commands: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    if args.dir.is_file() {
        let folder = args.dir.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.map_or_else(|| ".".to_owned(), |folder| folder.display().to_string());
        return format!(
            "`{dir}` is a file: name its directory, `{folder}`; or pipe it: `generate - < {dir}`"
        );
    }
    let others =
        [("validate", "check"), ("lint", "check"), ("test", "check"), ("render", "manifests")];
    let others = others.into_iter().chain([
        ("build", "manifests"),
        ("template", "manifests"),
        ("apply", "manifests"),
        ("plan", "diff"),
        ("hash", "sum"),
        ("app", "application"),
    ]);
    let other = others.into_iter().find(|(word, _)| *word == dir).map(|(_, command)| command);
    let command = other.or_else(|| nearest(&dir, commands));
    let hint = match command.filter(|command| *command != dir) {
        Some(name) => format!(" (did you mean the command `{name}`?)"),
        None => sibling_folder(&args.dir)
            .map(|name| format!(" (did you mean `{name}`?)"))
            .unwrap_or_default(),
    };
    format!("cannot read the directory `{dir}`{hint}")
}

/// A folder beside one that does not exist, with nearly its name.
fn sibling_folder(dir: &Path) -> Option<String> {
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
    let names = read::folder_names(parent.unwrap_or(Path::new(".")));
    let wanted = dir.file_name()?.to_str()?;
    let found = nearest(wanted, names.iter().map(String::as_str))?;
    Some(dir.with_file_name(found).display().to_string())
}

fn style(color: Color, is_terminal: bool) -> Style {
    let colored = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_terminal && !environment::no_color(),
    };
    if colored { Style::Colored } else { Style::Plain }
}

/// How wide standard output is; none when it is no terminal, which nothing is cut for.
pub(crate) fn width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    environment::columns().or_else(measured).filter(|&width| width > 0)
}

/// A line on the terminal that says that something is going on, if it goes on for long.
struct Progress {
    // Dropped first: that is what ends the thread.
    done: Option<mpsc::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Progress {
    /// What is quicker than this needs no line.
    const PATIENCE: Duration = Duration::from_millis(500);

    fn begin(quiet: bool) -> Progress {
        if quiet || !io::stderr().is_terminal() {
            return Progress { done: None, thread: None };
        }
        let (done, is_done) = mpsc::channel::<()>();
        let thread = thread::spawn(move || {
            if is_done.recv_timeout(Self::PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let _ = write!(io::stderr(), "compiling ...");
                let _ = is_done.recv();
                let _ = write!(io::stderr(), "\r\u{1b}[2K");
            }
        });
        Progress { done: Some(done), thread: Some(thread) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.done.take());
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}
