//! A directory, compiled: what every command but a few begins with.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use argocd_atlas_plugin::cli::{Cli, Color, ProjectArgs};
use argocd_atlas_plugin::diag::render::{self, Style};
use argocd_atlas_plugin::diag::{Diagnostics, Severity, nearest};
use argocd_atlas_plugin::environment::{self, Environment, Flags};
use argocd_atlas_plugin::pipeline::{self, Compilation};
use argocd_atlas_plugin::read::Directory;
use argocd_atlas_plugin::source::Sources;
use clap::CommandFactory;

/// A directory that has been compiled.
pub(crate) struct Run {
    pub(crate) sources: Sources,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) compilation: Compilation,
    color: Color,
    quiet: bool,
}

impl Run {
    pub(crate) fn of(args: &ProjectArgs) -> anyhow::Result<Run> {
        let progress = Progress::begin(args.quiet);
        let mut environment = environment::from_variables(environment::process_variables());
        apply_flags(args, &mut environment);
        let mut diagnostics = Diagnostics::default();
        let mut sources = Sources::default();
        let root = sources.add_virtual(args.dir.display().to_string(), "");
        let mut directory = Directory::open(&args.dir).with_context(|| not_found(args))?;
        directory.list(&mut sources, root, &mut diagnostics);
        let compilation = pipeline::compile(
            &mut sources,
            root,
            &environment,
            |sources, files, diagnostics| directory.load(sources, files, diagnostics),
            &mut diagnostics,
        );
        drop(progress);
        Ok(Run { sources, diagnostics, compilation, color: args.color, quiet: args.quiet })
    }

    /// Prints the diagnostics to standard error.
    pub(crate) fn report(&self) -> io::Result<()> {
        let least = if self.quiet { Severity::Error } else { Severity::Note };
        let style = style(self.color, io::stderr().is_terminal());
        let err = &mut io::BufWriter::new(io::stderr().lock());
        render::text(&self.diagnostics, least, &self.sources, style, err)?;
        err.flush()
    }

    /// How to print to standard output.
    pub(crate) fn style(&self) -> Style {
        style(self.color, io::stdout().is_terminal())
    }

    pub(crate) fn code(&self) -> ExitCode {
        if self.diagnostics.has_errors() { ExitCode::from(1) } else { ExitCode::SUCCESS }
    }
}

pub(crate) fn apply_flags(args: &ProjectArgs, environment: &mut Environment) {
    if let Some(namespace) = &args.namespace {
        environment.namespace = Some(namespace.clone());
    }
    environment.flags = Flags {
        environment: args.environment.clone(),
        images: args.images.clone(),
        replicas: args.replicas.clone(),
        set: args.set.clone(),
    };
}

fn not_found(args: &ProjectArgs) -> String {
    let dir = args.dir.display().to_string();
    let command = Cli::command();
    let commands: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let hint = nearest(&dir, commands).map(|name| format!(" (did you mean the command `{name}`?)"));
    format!("cannot read the directory `{dir}`{}", hint.unwrap_or_default())
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
