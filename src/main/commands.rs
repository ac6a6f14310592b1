//! The commands: each compiles what it needs, and hands it to its view.
//!
//! On an error nothing is printed to standard output, so that nobody applies half of something. The
//! one exception is a file: `graph --format html --output FILE` writes the page even then, since a
//! page with the diagnostics on it cannot be mistaken for manifests.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use argocd_atlas_plugin::atlas_sum::{self, Migration, Sum};
use argocd_atlas_plugin::cli::{
    Against, AgainstIfAny, ApplicationArgs, CheckFormat, Cli, DiffFormat, GraphArgs, GraphFormat,
    HealthFormat, InitArgs, ManifestsArgs, ProjectArgs, WavesFormat,
};
use argocd_atlas_plugin::diag::{Code, Severity, nearest};
use argocd_atlas_plugin::effort::Effort;
use argocd_atlas_plugin::environment::Environment;
use argocd_atlas_plugin::pipeline::Compilation;
use argocd_atlas_plugin::read::{Directory, Revision};
use argocd_atlas_plugin::runner::{Form, Guard};
use argocd_atlas_plugin::source::{Excerpt, printable};
use argocd_atlas_plugin::view::check::Files;
use argocd_atlas_plugin::view::diff::{Denied, Differences};
use argocd_atlas_plugin::view::graph::Picture;
use argocd_atlas_plugin::{emit, engine, generator, read, view, write};
use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::roff::{Roff, bold, roman};
use smol_str::SmolStr;

use crate::environments::{self, Found, Look, Older, State};
use crate::run::{Run, Workspace, apply_flags, is_standard_input, stderr, width, without_denied};

pub(crate) fn manifests(args: &ManifestsArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let run = Run::of(&args.project)?;
    run.report()?;
    if !run.diagnostics.has_errors() {
        let Compilation { plan, project, .. } = &run.compilation;
        match &args.output {
            None => emit::manifests(plan, project, &run.sources, out)?,
            Some(path) => written(&run, path, args)
                .with_context(|| format!("cannot write to `{}`", path.display()))?,
        }
    }
    let code = run.code();
    // The process ends: to give back every value one by one is a tenth of its time.
    std::mem::forget(run);
    Ok(code)
}

/// Writes the manifests to a file, or one file an object to a directory.
fn written(run: &Run, path: &Path, args: &ManifestsArgs) -> io::Result<()> {
    if !is_standard_input(&args.project) {
        write::check_outside(path, &args.project.dir)?;
    }
    let Compilation { plan, project, .. } = &run.compilation;
    if !write::is_directory(path) {
        return write::manifests(path, |mut file| {
            emit::manifests(plan, project, &run.sources, &mut file)
        });
    }
    let files = plan.objects.iter().enumerate().map(|(number, planned)| {
        let mut text = Vec::new();
        emit::manifest(planned, project, &run.sources, &mut text)?;
        Ok((emit::file_name(planned, number, plan.objects.len()), text))
    });
    write::manifest_files(path, files)
}

pub(crate) fn waves(
    args: &ProjectArgs,
    format: WavesFormat,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let run = Run::of(args)?;
    run.report()?;
    if run.diagnostics.has_errors() {
        return Ok(run.code());
    }
    match format {
        WavesFormat::Text => {
            let layout = view::waves::Layout { style: run.style(), width: width() };
            view::waves::table(&run.compilation, &run.sources, layout, out)?;
        }
        WavesFormat::Json => view::waves::json(&run.compilation, &run.sources, out)?,
    }
    Ok(run.code())
}

pub(crate) fn explain(
    what: &str,
    args: &ProjectArgs,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
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
        let codes = Code::ALL.iter().map(|code| code.name());
        let known = names.iter().map(String::as_str).chain(codes);
        let hint = nearest(what, known).map(|name| format!("; did you mean `{name}`?"));
        let hint = hint.unwrap_or_default();
        return Err(anyhow!("no spec, object or diagnostic code is called `{what}`{hint}"));
    }
    view::explain::print(&units, &run.compilation, &run.sources, out)?;
    Ok(run.code())
}

/// Proposes a contract for an App, from SQL that it runs.
pub(crate) fn requires(
    app: &str,
    patterns: &[String],
    args: &ProjectArgs,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let mut workspace = Workspace::open(args)?;
    let (compilation, diagnostics) = workspace.compile(None, Effort::default());
    let mut run = workspace.with(compilation, diagnostics);
    let mut files = Vec::new();
    for pattern in patterns {
        let named = read::named(pattern).with_context(|| format!("cannot read `{pattern}`"))?;
        if named.is_empty() {
            return Err(anyhow!("`--files {pattern}` names no file"));
        }
        for (path, text) in named {
            let is_sql = view::requires::is_sql(&path);
            let file = run.sources.add_virtual(path, text);
            let excerpt = Excerpt::of_file(file, run.sources.get(file).text());
            files.push(view::requires::Text { excerpt, is_sql });
        }
    }
    // A contract that is broken is what this command is there for.
    let errors = run.diagnostics.sorted();
    let is_other = |code| !matches!(code, Code::ContractBroken | Code::RequiresLeftOut);
    if errors.iter().any(|it| it.severity() == Severity::Error && is_other(it.code)) {
        run.report()?;
        return Ok(run.code());
    }
    let name = app.strip_prefix("App/").unwrap_or(app);
    let apps = &run.compilation.project.apps;
    let Some(found) = apps.iter().find(|it| it.common.name == name) else {
        let known = apps.iter().map(|it| it.common.name.as_str());
        let hint = nearest(name, known).map(|name| format!("; did you mean `{name}`?"));
        return Err(anyhow!("no App is called `{name}`{}", hint.unwrap_or_default()));
    };
    let contract = view::requires::contract(found, &run.compilation, &run.sources, &files);
    for remark in &contract.remarks {
        writeln!(stderr(), "note: {remark}")?;
    }
    if contract.n_statements == 0 {
        return Err(anyhow!(
            "no SQL is found in what `App/{name}` names: name the files with its queries by `--files`"
        ));
    }
    if contract.block.is_empty() {
        return Err(anyhow!("the SQL of `App/{name}` names no table of its schemas"));
    }
    emit::yaml::mapping(&contract.block, out)?;
    Ok(ExitCode::SUCCESS)
}

/// The announcement does without diagnostics: what a broken directory still says is better than no
/// parameters, and the same diagnostics come with the manifests.
pub(crate) fn parameters(args: &ProjectArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let run = Run::of(args)?;
    let Compilation { project, environments, environment, .. } = &run.compilation;
    let known: Vec<&str> = environments.iter().map(String::as_str).collect();
    view::parameters::announcement(project, &known, environment.as_deref(), out)?;
    Ok(ExitCode::SUCCESS)
}

/// Non-empty when the directory holds specs (Argo CD `discover.find.command`).
pub(crate) fn discover(args: &ProjectArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let run = Run::of(args)?;
    let project = &run.compilation.project;
    let specs = project.units().filter_map(|unit| project.common(unit));
    let mut files: Vec<&str> =
        specs.map(|common| run.sources.get(common.place.file).path.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        writeln!(out, "{}", printable(file))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn application(args: ApplicationArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let run = Run::of(&args.project)?;
    run.report()?;
    if run.diagnostics.has_errors() {
        return Ok(run.code());
    }
    let dir = &args.project.dir;
    let path = args.path.unwrap_or_else(|| dir.display().to_string());
    let name = args.name.unwrap_or_else(|| generator::init::name_of(&folder_name(dir)));
    let namespace = args.project.namespace.clone().unwrap_or_else(|| name.clone());
    let mut environment = Environment::default();
    apply_flags(&args.project, &mut environment);
    let application = generator::application::Application {
        name,
        repository: args.repo,
        path,
        revision: args.revision,
        project: args.argocd_project,
        namespace,
        flags: environment.flags,
    };
    generator::application::print(&application, out)?;
    Ok(run.code())
}

/// Compares the directory with another, or with a revision of itself.
pub(crate) fn diff(
    against: &Against,
    no_merge_base: bool,
    format: DiffFormat,
    args: &ProjectArgs,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let (args, [denies_destructive, denies_refused, denies_split]) =
        without_denied(args, ["destructive", "refused", "split"]);
    let args = &args;
    let (revision, directory) = (against.revision.as_deref(), against.directory.as_deref());
    let mut new = Workspace::open(args)?;
    let Some(older) = older(revision, directory, no_merge_base, args)? else {
        return Err(anyhow!("set `--against` or `--against-dir`"));
    };
    let mut differences = Differences::default();
    let mut has_errors = false;
    let found = environments::each(&mut new, &mut Some(older), false, |look| {
        let Look { environment, mut new, old, has_errors: is_wrong } = look;
        has_errors |= is_wrong;
        if let Some(mut old) = old.filter(|_| !has_errors) {
            compare(environment, &mut new, &mut old, &mut differences);
        }
    })?;
    differences.join();
    let Found { compilation, diagnostics, n_not_checked, is_older_broken } = found;
    let new = new.with(compilation, diagnostics);
    new.report()?;
    let files = Files::below(read::path_in_repository(&args.dir));
    if has_errors {
        let Run { diagnostics, sources, .. } = &new;
        match format {
            DiffFormat::Github => view::github::print(diagnostics, sources, &files, out)?,
            DiffFormat::Sarif => view::sarif::print(diagnostics, sources, &files, out)?,
            DiffFormat::Json => view::check::json(diagnostics, sources, out)?,
            DiffFormat::Text | DiffFormat::Markdown => {}
        }
        return Ok(new.code());
    }
    let denied =
        Denied { destructive: denies_destructive, refused: denies_refused, split: denies_split };
    match format {
        DiffFormat::Text => view::diff::text(&differences, new.style(), out)?,
        DiffFormat::Markdown => view::diff::markdown(&differences, new.side(), out)?,
        DiffFormat::Json => view::diff::json(&differences, out)?,
        DiffFormat::Github => view::diff::github(&differences, new.side(), &files, denied, out)?,
        DiffFormat::Sarif => view::diff::sarif(&differences, new.side(), &files, denied, out)?,
    }
    // What could not be read before, or is not compared, may be lost now, and may be refused.
    let is_unknown = is_older_broken || n_not_checked > 0 || differences.may_be_renamed();
    let is_lost = differences.all().any(|difference| difference.n_destructive() > 0);
    let is_refused = differences.all().any(|difference| difference.n_refused() != (0, 0));
    let is_split = differences.all().any(|difference| difference.n_split() > 0);
    let of_class = [
        (
            denies_destructive,
            is_lost,
            "destructive",
            "data is lost, clients break, or a table is given up",
        ),
        (denies_refused, is_refused, "refused", "something is refused, or may be"),
        (denies_split, is_split, "split", "a change has to be split"),
    ];
    let mut is_denied = false;
    for (_, is_so, word, why) in
        of_class.into_iter().filter(|(denies, is_so, ..)| *denies && (is_unknown || *is_so))
    {
        let why = if is_so { why } else { "not all of it could be compared" };
        writeln!(stderr(), "error: `--deny {word}`: {why}")?;
        is_denied = true;
    }
    Ok(if is_denied { ExitCode::from(1) } else { new.code() })
}

/// What to compare with; nothing where nothing is named.
/// Adds what differs between two states with one environment.
fn compare(
    environment: Option<&SmolStr>,
    new: &mut State<'_>,
    old: &mut State<'_>,
    differences: &mut Differences,
) {
    new.compilation.project.drop_trees();
    old.compilation.project.drop_trees();
    if environment.is_none() && !new.compilation.is_environment_named {
        differences.name_environments(old.side(), new.side());
    }
    let mut difference = view::diff::difference(old.side(), new.side());
    let (before, now) = (old.diagnostics, new.diagnostics);
    difference.accept(before.accepted_changes(), now.accepted_changes());
    differences.add(environment, difference);
}

fn older(
    revision: Option<&str>,
    directory: Option<&Path>,
    no_merge_base: bool,
    args: &ProjectArgs,
) -> anyhow::Result<Option<Older>> {
    Ok(match (revision, directory) {
        (Some(name), _) => {
            let revision = Revision { name, is_exact: no_merge_base };
            let workspace = Workspace::of_revision(args, revision)?;
            Some(Older { workspace, name: name.to_owned(), is_revision: true })
        }
        (None, Some(dir)) => {
            let workspace = Workspace::open(&ProjectArgs { dir: dir.to_owned(), ..args.clone() })?;
            Some(Older { workspace, name: dir.display().to_string(), is_revision: false })
        }
        (None, None) => None,
    })
}

/// Writes `atlas.sum` as `atlas migrate hash` does, and says what it wrote. Before that, the
/// migrations of `rebase` are renamed to come after all others, in the order of their names.
pub(crate) fn sum(dir: &Path, rebase: &[String], out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let shown = dir.display().to_string();
    let mut directory =
        Directory::open(dir).with_context(|| format!("cannot read the directory `{shown}`"))?;
    let mut files = directory.migrations().with_context(|| format!("cannot read `{shown}`"))?;
    if files.is_empty() {
        return Err(anyhow!("`{shown}` contains no .sql files"));
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let renamed = atlas_sum::rebased(&names, rebase).map_err(|error| anyhow!("{error}"))?;
    for (old, new) in renamed {
        let (was, is) = (printable(old.as_str()), printable(new.as_str()));
        write::rename(&dir.join(&old), &new)
            .with_context(|| format!("cannot rename `{was}` to `{is}`"))?;
        writeln!(out, "renamed {was} to {is}")?;
        files.iter_mut().filter(|(name, _)| *name == old).for_each(|file| file.0.clone_from(&new));
    }
    let migrations: Vec<Migration<'_>> =
        files.iter().map(|(name, bytes)| Migration { name, bytes }).collect();
    let path = dir.join(atlas_sum::FILE_NAME);
    write::file(&path, Sum::of(&migrations).text().as_bytes())
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    writeln!(out, "wrote {} for {} files", printable(path.display().to_string()), files.len())?;
    Ok(ExitCode::SUCCESS)
}

/// What `check` prints.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Checked {
    /// The diagnostics.
    Found(CheckFormat),
    /// What is accepted at its line.
    Accepted,
}

pub(crate) fn check(
    against: &AgainstIfAny,
    no_merge_base: bool,
    args: &ProjectArgs,
    how: Checked,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let (args, [denies_warnings]) = &without_denied(args, ["warnings"]);
    let (revision, directory) = (against.revision.as_deref(), against.directory.as_deref());
    let mut new = Workspace::open(args)?;
    let mut older = older(revision, directory, no_merge_base, args)?;
    let found = environments::each(&mut new, &mut older, true, |_| ())?;
    let run = new.with(found.compilation, found.diagnostics);
    let files = Files::below(read::path_in_repository(&args.dir));
    let Run { diagnostics, sources, .. } = &run;
    match how {
        Checked::Accepted => view::check::accepted(diagnostics, sources, out)?,
        Checked::Found(CheckFormat::Text) => run.report()?,
        Checked::Found(CheckFormat::Json) => view::check::json(diagnostics, sources, out)?,
        Checked::Found(CheckFormat::Github) => {
            view::github::print(diagnostics, sources, &files, out)?;
        }
        Checked::Found(CheckFormat::Sarif) => {
            view::sarif::print(diagnostics, sources, &files, out)?;
        }
    }
    let sorted = run.diagnostics.sorted();
    let has_warnings = sorted.iter().any(|found| found.severity() == Severity::Warning);
    Ok(if *denies_warnings && has_warnings { ExitCode::from(1) } else { run.code() })
}

/// Draws the project.
pub(crate) fn graph(args: &GraphArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let (revision, directory) =
        (args.against.revision.as_deref(), args.against.directory.as_deref());
    let is_page = args.format == GraphFormat::Html;
    if !is_page && (revision.is_some() || directory.is_some()) {
        return Err(anyhow!(
            "`--against` shows a change on a page: add `--format html`, or use `generate diff`"
        ));
    }
    let mut workspace = Workspace::open(&args.project)?;
    let mut older = older(revision, directory, args.no_merge_base, &args.project)?;
    let against = older.as_ref().map(|older| older.name.clone());
    let mut differences = Differences::default();
    let mut has_errors = false;
    let mut picture = Picture::default();
    let found = environments::each(&mut workspace, &mut older, false, |look| {
        let Look { environment, mut new, old, has_errors: is_wrong } = look;
        let drawn = view::graph::picture(new.compilation, new.sources);
        match environment {
            None => picture = drawn,
            Some(environment) => picture.add(environment, &drawn),
        }
        has_errors |= is_wrong;
        if let Some(mut old) = old.filter(|_| !has_errors) {
            compare(environment, &mut new, &mut old, &mut differences);
        }
    })?;
    differences.join();
    let change = against.filter(|_| !has_errors).map(|against| (against, differences));
    let run = workspace.with(found.compilation, found.diagnostics);
    run.report()?;
    let is_page_in_a_file = is_page && args.output.is_some();
    if run.diagnostics.has_errors() && !is_page_in_a_file {
        return Ok(run.code());
    }
    match &args.output {
        None => draw(args, &run, &picture, change.as_ref(), out)?,
        // A page may be several times as large as its project: it is not held in memory.
        Some(path) => write::file_with(path, |file| {
            let mut out = io::BufWriter::new(Guard::new(file, form(args.format)));
            draw(args, &run, &picture, change.as_ref(), &mut out)?;
            out.flush()
        })
        .with_context(|| format!("cannot write `{}`", path.display()))?,
    }
    Ok(run.code())
}

/// How a drawing can say a character in another way.
pub(crate) fn form(format: GraphFormat) -> Form {
    match format {
        GraphFormat::Mermaid => Form::Text,
        GraphFormat::Dot | GraphFormat::Svg | GraphFormat::Html => Form::Markup,
    }
}

fn draw(
    args: &GraphArgs,
    run: &Run,
    picture: &Picture,
    change: Option<&(String, Differences)>,
    out: &mut impl Write,
) -> io::Result<()> {
    match args.format {
        GraphFormat::Mermaid => view::mermaid::print(picture, out)?,
        GraphFormat::Dot => view::dot::print(picture, out)?,
        GraphFormat::Svg => view::svg::print(picture, out)?,
        GraphFormat::Html => {
            let title = folder_name(&args.project.dir);
            let Run { compilation, diagnostics, sources, .. } = run;
            let change =
                change.map(|(against, differences)| view::html::Changed { against, differences });
            let page =
                view::html::Page { title: &title, compilation, diagnostics, sources, change };
            view::html::print(page, picture, out)?;
        }
    }
    Ok(())
}

/// Prints the health checks: all, or those that a project needs.
pub(crate) fn health(
    needed: bool,
    args: &ProjectArgs,
    format: HealthFormat,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let mut checks = generator::health::all();
    if !needed && args.dir != Path::new(".") {
        return Err(anyhow!(
            "`health` prints all checks and reads no directory; add `--needed` for those of this one"
        ));
    }
    if needed {
        let run = Run::of(args)?;
        run.report()?;
        if run.diagnostics.has_errors() {
            return Ok(run.code());
        }
        let ids = run.compilation.plan.objects.iter().map(|planned| planned.object.id());
        checks = generator::health::needed(ids.map(|id| (id.group, id.kind)));
    }
    let text = match format {
        HealthFormat::Patch => generator::health::merge_patch(&checks),
        HealthFormat::Configmap => generator::health::config_map(&checks),
    };
    out.write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn json_schema(out: &mut impl Write) -> anyhow::Result<ExitCode> {
    out.write_all(generator::json_schema::text().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn completions(shell: Shell, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    // Without the directory that `generate` takes when no command is named: zsh would take the
    // command for it, and complete nothing behind.
    let whole = Cli::command();
    let flags = whole.get_arguments().filter(|argument| !argument.is_positional()).cloned();
    let mut command = clap::Command::new("generate")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
        .args(flags)
        .subcommands(whole.get_subcommands().cloned());
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "generate", &mut script);
    out.write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// One page for all commands: what a packager installs as `generate.1`.
pub(crate) fn man(out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let command = Cli::command();
    let man = clap_mangen::Man::new(command.clone());
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    let mut page = Roff::new();
    page.control("SH", ["COMMANDS"]);
    let common: Vec<&str> = command.get_arguments().map(|flag| flag.get_id().as_str()).collect();
    for command in command.get_subcommands() {
        page.control("SS", [format!("generate {}", command.get_name()).as_str()]);
        page.text([roman(command.get_about().map(ToString::to_string).unwrap_or_default())]);
        let own = |flag: &&clap::Arg| !common.contains(&flag.get_id().as_str());
        for flag in command.get_arguments().filter(own) {
            let values = flag.get_value_names().unwrap_or_default().join(" ");
            let name = match flag.get_long() {
                Some(long) if flag.get_action().takes_values() => format!("--{long} {values}"),
                Some(long) => format!("--{long}"),
                None => values,
            };
            let choices = flag.get_possible_values();
            let choices: Vec<&str> =
                choices.iter().map(clap::builder::PossibleValue::get_name).collect();
            let help = flag.get_help().map(ToString::to_string).unwrap_or_default();
            let help = match choices.is_empty() {
                true => help,
                false => format!("{help}: {}", choices.join(", ")),
            };
            page.control("TP", []);
            page.text([bold(name)]);
            page.text([roman(help)]);
        }
    }
    page.control("SH", ["EXIT STATUS"]);
    page.text([roman("0: printed; 1: the specs are wrong; 2: it could not run.")]);
    page.to_writer(out)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a first project. Nothing is written when any of its files is there already.
pub(crate) fn init(args: &InitArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let name = match &args.name {
        Some(name) => name.clone(),
        None => generator::init::name_of(&folder_name(&args.dir)),
    };
    if generator::init::name_of(&name) != name {
        let help = generator::init::name_of(&name);
        return Err(anyhow!("`{name}` is not a valid name; try `{help}`"));
    }
    let Some(files) = generator::init::files(&name, &args.engine) else {
        let known = engine::ENGINES.iter().map(|engine| engine.name);
        let hint =
            nearest(&args.engine, known.clone()).map(|name| format!("did you mean `{name}`?"));
        let all = || format!("there is {}", known.collect::<Vec<_>>().join(", "));
        return Err(anyhow!("unknown engine `{}`; {}", args.engine, hint.unwrap_or_else(all)));
    };
    if let Some(path) = write::existing(&args.dir, files.iter().map(|(path, _)| path.as_str())) {
        return Err(anyhow!("`{}` already exists; nothing was written", path.display()));
    }
    for (path, _) in &files {
        let path = args.dir.join(path);
        write::check_folders(&path)
            .with_context(|| format!("cannot write `{}`; nothing was written", path.display()))?;
    }
    for (path, text) in &files {
        let path = args.dir.join(path);
        write::new_file(&path, text)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        writeln!(out, "wrote {}", printable(path.display().to_string()))?;
    }
    write!(
        out,
        "{}",
        generator::init::next_steps(
            &name,
            &args.engine,
            &printable(args.dir.display().to_string())
        )
    )?;
    Ok(ExitCode::SUCCESS)
}

/// The name of a directory, which may not be there yet.
fn folder_name(dir: &Path) -> String {
    let path = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
