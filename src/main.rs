//! Arguments in, exit code out: 0 printed, 1 the specs are wrong, 2 it could not run.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use argocd_atlas_plugin::atlas_sum::{self, Migration, Sum};
use argocd_atlas_plugin::cli::{
    ApplicationArgs, CheckFormat, Cli, Color, Command, Deny, DenyDiff, DiffFormat, ManifestsArgs,
    ProjectArgs,
};
use argocd_atlas_plugin::diag::render::{self, Style};
use argocd_atlas_plugin::diag::{Diagnostics, Severity, nearest};
use argocd_atlas_plugin::environment::{self, Environment, Flags};
use argocd_atlas_plugin::parse::API_VERSION;
use argocd_atlas_plugin::pipeline::{self, Compilation};
use argocd_atlas_plugin::read::{self, Directory};
use argocd_atlas_plugin::source::{FileId, Sources};
use argocd_atlas_plugin::view::diff::Side;
use argocd_atlas_plugin::{catalogue, emit, revision, view, write};
use clap::{CommandFactory, Parser};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match run(cli) {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {}", render::printable(&format!("{error:#}")));
            ExitCode::from(2)
        }
    }
}

/// Help and version go to standard output; a mistake is one line on standard error, without the
/// usage that Argo CD would show as the error.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    let wanted = text.lines().take_while(|line| !line.starts_with("Usage:"));
    let lines: Vec<&str> = wanted.map(str::trim).filter(|line| !line.is_empty()).collect();
    let _ = writeln!(io::stderr(), "{} (see `generate --help`)", lines.join("; "));
    ExitCode::from(2)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let out = &mut io::BufWriter::new(io::stdout().lock());
    let code = match cli.command {
        None => manifests(&cli.manifests, out)?,
        Some(Command::Manifests(args)) => manifests(&args, out)?,
        Some(Command::Waves(project)) => waves(&project, out)?,
        Some(Command::Explain { what, project }) => explain(&what, &project, out)?,
        Some(Command::Check { project, format, deny }) => check(&project, format, deny, out)?,
        Some(Command::Parameters(project)) => parameters(&project, out)?,
        Some(Command::Discover(project)) => discover(&project, out)?,
        Some(Command::Health) => {
            out.write_all(view::health::argocd_cm_patch().as_bytes())?;
            ExitCode::SUCCESS
        }
        Some(Command::Application(args)) => application(args, out)?,
        Some(Command::Sum { dir }) => sum(&dir, out)?,
        Some(Command::Diff { against, format, deny, project }) => {
            diff(&against, format, deny, &project, out)?
        }
    };
    out.flush()?;
    Ok(code)
}

/// A directory that has been compiled.
struct Run {
    sources: Sources,
    diagnostics: Diagnostics,
    compilation: Compilation,
    style: Style,
    quiet: bool,
}

impl Run {
    fn of(args: &ProjectArgs) -> anyhow::Result<Run> {
        let mut directory = Directory::open(dir(args)).with_context(|| not_found(args))?;
        let mut run = Run::begin(args);
        let Begun { sources, root, diagnostics, .. } = &mut run;
        if is_standard_input(args) {
            let file = read::standard_input(io::stdin().lock(), sources, diagnostics)
                .context("cannot read standard input")?;
            // Only specs name files, and they name them from here.
            if sources.get(file).text().contains(API_VERSION) {
                directory.list(sources, *root, diagnostics);
            }
        } else {
            directory.read(sources, *root, diagnostics);
        }
        Ok(run.compile(|sources, files, diagnostics| directory.load(sources, files, diagnostics)))
    }

    /// The same directory in a Git revision.
    fn of_revision(args: &ProjectArgs, revision: &str) -> anyhow::Result<Run> {
        let mut run = Run::begin(args);
        for (path, bytes) in revision::files(&args.dir, revision)? {
            // What is no text now was none then, and no spec can use it.
            if let Ok(text) = String::from_utf8(bytes) {
                run.sources.add(path, text);
            }
        }
        Ok(run.compile(|_, _, _| {}))
    }

    fn begin(args: &ProjectArgs) -> Begun {
        let mut environment = environment::from_variables(environment::process_variables());
        apply_flags(args, &mut environment);
        let mut sources = Sources::default();
        let root = sources.add_virtual(args.dir.display().to_string(), "");
        let diagnostics = Diagnostics::default();
        Begun {
            sources,
            root,
            environment,
            diagnostics,
            style: style(args.color),
            quiet: args.quiet,
        }
    }

    /// Prints the diagnostics to standard error.
    fn report(&self) -> io::Result<()> {
        let least = if self.quiet { Severity::Error } else { Severity::Note };
        let err = &mut io::BufWriter::new(io::stderr().lock());
        render::text(&self.diagnostics, least, &self.sources, self.style, err)?;
        err.flush()
    }

    fn side(&self) -> Side<'_> {
        Side { compilation: &self.compilation, sources: &self.sources }
    }

    fn code(&self) -> ExitCode {
        if self.diagnostics.has_errors() { ExitCode::from(1) } else { ExitCode::SUCCESS }
    }
}

fn is_standard_input(args: &ProjectArgs) -> bool {
    args.dir == Path::new("-")
}

/// The directory in which the files stand that specs name.
fn dir(args: &ProjectArgs) -> &Path {
    if is_standard_input(args) { Path::new(".") } else { &args.dir }
}

/// A run before its specs are read.
struct Begun {
    sources: Sources,
    root: FileId,
    environment: Environment,
    diagnostics: Diagnostics,
    style: Style,
    quiet: bool,
}

impl Begun {
    fn compile(self, load: impl FnMut(&mut Sources, &[FileId], &mut Diagnostics)) -> Run {
        let Begun { mut sources, root, environment, mut diagnostics, style, quiet } = self;
        let compilation =
            pipeline::compile(&mut sources, root, &environment, load, &mut diagnostics);
        Run { sources, diagnostics, compilation, style, quiet }
    }
}

fn apply_flags(args: &ProjectArgs, environment: &mut Environment) {
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

fn style(color: Color) -> Style {
    let colored = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => io::stderr().is_terminal() && !environment::no_color(),
    };
    if colored { Style::Colored } else { Style::Plain }
}

fn manifests(args: &ManifestsArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let run = Run::of(&args.project)?;
    run.report()?;
    if run.diagnostics.has_errors() {
        return Ok(run.code());
    }
    let Compilation { plan, project, .. } = &run.compilation;
    match &args.output {
        None => emit::manifests(plan, project, &run.sources, out)?,
        Some(path) => written(&run, path, args)
            .with_context(|| format!("cannot write to `{}`", path.display()))?,
    }
    Ok(run.code())
}

/// Writes the manifests to a file, or one file an object to a directory.
fn written(run: &Run, path: &Path, args: &ManifestsArgs) -> io::Result<()> {
    if !is_standard_input(&args.project) {
        write::check_outside(path, &args.project.dir)?;
    }
    let Compilation { plan, project, .. } = &run.compilation;
    if !write::is_directory(path) {
        let mut text = Vec::new();
        emit::manifests(plan, project, &run.sources, &mut text)?;
        return write::file(path, &String::from_utf8_lossy(&text));
    }
    let mut files = Vec::new();
    for (number, planned) in plan.objects.iter().enumerate() {
        let mut text = Vec::new();
        emit::manifest(planned, project, &run.sources, &mut text)?;
        let name = emit::file_name(planned, number, plan.objects.len());
        files.push((name, String::from_utf8_lossy(&text).into_owned()));
    }
    write::directory(path, &files)
}

fn waves(args: &ProjectArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let run = Run::of(args)?;
    run.report()?;
    if !run.diagnostics.has_errors() {
        view::waves::table(&run.compilation, &run.sources, out)?;
    }
    Ok(run.code())
}

fn explain(what: &str, args: &ProjectArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    if let Some(section) = view::explain::code(what) {
        writeln!(out, "{what}\n\n{section}")?;
        return Ok(ExitCode::SUCCESS);
    }
    let run = Run::of(args)?;
    run.report()?;
    if run.diagnostics.has_errors() {
        return Ok(run.code());
    }
    let units = view::explain::units(what, &run.compilation);
    if units.is_empty() {
        let names = view::explain::names(&run.compilation);
        let codes = argocd_atlas_plugin::diag::Code::ALL.iter().map(|code| code.name());
        let known = names.iter().map(String::as_str).chain(codes);
        let hint = nearest(what, known).map(|name| format!("; did you mean `{name}`?"));
        let hint = hint.unwrap_or_default();
        return Err(anyhow!("`{what}` is no name in this project and no diagnostic code{hint}"));
    }
    for (number, unit) in units.into_iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        view::explain::unit(unit, &run.compilation, &run.sources, out)?;
    }
    Ok(run.code())
}

/// The announcement does without diagnostics: what a broken directory still says is better than no
/// parameters, and the same diagnostics come with the manifests.
fn parameters(args: &ProjectArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let run = Run::of(args)?;
    let Compilation { project, environments, environment, .. } = &run.compilation;
    let known: Vec<&str> = environments.iter().map(String::as_str).collect();
    view::parameters::announcement(project, &known, environment.as_deref(), out)?;
    Ok(ExitCode::SUCCESS)
}

/// Non-empty when the directory holds specs (Argo CD `discover.find.command`).
fn discover(args: &ProjectArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let run = Run::of(args)?;
    let project = &run.compilation.project;
    let specs = project.units().filter_map(|unit| project.common(unit));
    let mut files: Vec<&str> =
        specs.map(|common| run.sources.get(common.place.file).path.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        writeln!(out, "{}", render::printable(file))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn application(args: ApplicationArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let run = Run::of(&args.project)?;
    run.report()?;
    if run.diagnostics.has_errors() {
        return Ok(run.code());
    }
    let dir = &args.project.dir;
    let path = args.path.unwrap_or_else(|| dir.display().to_string());
    let folder = dir.canonicalize()?.file_name().map(|name| name.to_string_lossy().into_owned());
    let folder = folder.unwrap_or_default().to_lowercase();
    let name = folder.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let name = args.name.unwrap_or_else(|| name.trim_matches('-').to_owned());
    let namespace = args.project.namespace.clone().unwrap_or_else(|| name.clone());
    let mut environment = Environment::default();
    apply_flags(&args.project, &mut environment);
    let application = view::application::Application {
        name,
        repository: args.repo,
        path,
        revision: args.revision,
        project: args.argocd_project,
        namespace,
        flags: environment.flags,
    };
    view::application::print(&application, out)?;
    Ok(run.code())
}

fn diff(
    against: &str,
    format: DiffFormat,
    deny: Option<DenyDiff>,
    args: &ProjectArgs,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let new = Run::of(args)?;
    new.report()?;
    if new.diagnostics.has_errors() {
        return Ok(new.code());
    }
    let old = match Path::new(against).is_dir() {
        true => Run::of(&ProjectArgs { dir: against.into(), ..args.clone() })?,
        false => Run::of_revision(args, against)?,
    };
    if old.diagnostics.has_errors() {
        let what = "has errors: compared with what could be read of it";
        writeln!(io::stderr(), "note: `{}` {what}", render::printable(against))?;
    }
    let difference = view::diff::difference(old.side(), new.side());
    match format {
        DiffFormat::Text => view::diff::text(&difference, out)?,
        DiffFormat::Markdown => view::diff::markdown(&difference, out)?,
        DiffFormat::Json => view::diff::json(&difference, out)?,
    }
    let is_denied = deny == Some(DenyDiff::Destructive)
        && difference.count(catalogue::diff::Severity::Destructive) > 0;
    Ok(if is_denied { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Writes `atlas.sum` as `atlas migrate hash` does, and says what it wrote.
fn sum(dir: &Path, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let shown = dir.display().to_string();
    let mut directory =
        Directory::open(dir).with_context(|| format!("cannot read the directory `{shown}`"))?;
    let files = directory.migrations().with_context(|| format!("cannot read `{shown}`"))?;
    if files.is_empty() {
        return Err(anyhow!("`{shown}` holds no .sql files"));
    }
    let migrations: Vec<Migration<'_>> =
        files.iter().map(|(name, bytes)| Migration { name, bytes }).collect();
    let path = dir.join(atlas_sum::FILE_NAME);
    std::fs::write(&path, Sum::of(&migrations).text())
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    writeln!(
        out,
        "wrote {} for {} files",
        render::printable(&path.display().to_string()),
        files.len()
    )?;
    Ok(ExitCode::SUCCESS)
}

fn check(
    args: &ProjectArgs,
    format: CheckFormat,
    deny: Option<Deny>,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let run = Run::of(args)?;
    match format {
        CheckFormat::Text => run.report()?,
        CheckFormat::Json => view::check::json(&run.diagnostics, &run.sources, out)?,
    }
    let sorted = run.diagnostics.sorted();
    let has_warnings = sorted.iter().any(|found| found.severity() == Severity::Warning);
    let denied = deny == Some(Deny::Warnings) && has_warnings;
    Ok(if denied { ExitCode::from(1) } else { run.code() })
}
