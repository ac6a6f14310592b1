//! Arguments in, exit code out: 0 printed, 1 the specs are wrong, 2 it could not run.

#[path = "main/run.rs"]
mod run;
#[path = "main/environments.rs"]
mod environments;
#[path = "main/commands.rs"]
mod commands;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use argocd_atlas_plugin::cli::{CheckFormat, Cli, Command, DiffFormat, WavesFormat};
use argocd_atlas_plugin::diag::nearest;
use argocd_atlas_plugin::environment;
use argocd_atlas_plugin::runner::{Form, Guard};
use argocd_atlas_plugin::source::printable;
use clap::{CommandFactory, Parser};

/// See `Cargo.toml`, and `docs/performance.md` for what it is worth.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    let words = environment::words();
    let first = first_word(&words);
    let cli = match Cli::try_parse_from(command_first(words.clone(), first)) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, first.and_then(|at| words.get(at))),
    };
    match run(cli) {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(run::stderr(), "error: {}", printable(format!("{error:#}")));
            ExitCode::from(2)
        }
    }
}

/// Help and version go to standard output; a mistake is one line on standard error, without the
/// usage that Argo CD would show as the error.
fn usage(error: &clap::Error, first: Option<&OsString>) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    let wanted = text.lines().take_while(|line| !line.starts_with("Usage:"));
    // That a value may begin with `-` is hardly ever what is meant.
    let is_of_use = |line: &&str| !line.is_empty() && !line.starts_with("tip: to pass '-");
    let lines: Vec<&str> = wanted.map(str::trim).filter(is_of_use).collect();
    let mut text = lines.join("; ");
    let commands = Cli::command();
    let names = || commands.get_subcommands().map(clap::Command::get_name);
    let first = first.and_then(|word| word.to_str()).filter(|word| names().all(|it| it != *word));
    if let Some(name) = first.and_then(|word| nearest(word, names())) {
        text.push_str(&format!("; did you mean the command `{name}`?"));
    } else if text.contains("'-f' found") || text.contains("'--file' found") {
        text.push_str("; name the directory itself: `generate check DIR`");
    } else if text.contains("'-o' found") {
        text.push_str("; the output is chosen with `--format`");
    }
    let _ = writeln!(run::stderr(), "{} (see `generate --help`)", printable(text));
    ExitCode::from(2)
}

/// Where the first word stands that is neither an option nor the value of one: a command or a directory.
fn first_word(words: &[OsString]) -> Option<usize> {
    let mut command = Cli::command();
    // `--help` and `--version` are options once it is built.
    command.build();
    let takes_value = |word: &str| {
        command.get_arguments().any(|argument| {
            let is_it = match word.strip_prefix("--") {
                Some(long) => {
                    argument.get_long() == Some(long)
                        || argument.get_all_aliases().is_some_and(|all| all.contains(&long))
                }
                None => word.strip_prefix('-').and_then(|rest| rest.chars().next()).is_some_and(
                    |short| argument.get_short() == Some(short) && word.chars().count() == 2,
                ),
            };
            is_it && argument.get_action().takes_values()
        })
    };
    let mut at = 1;
    loop {
        let word = words.get(at)?.to_str().unwrap_or_default();
        match word {
            "--" => return None,
            "-" => return Some(at),
            word if word.starts_with('-') => at += 1 + usize::from(takes_value(word)),
            _ => return Some(at),
        }
    }
}

/// The words with the command in front of the options: `generate -q check` is `generate check -q`.
fn command_first(mut words: Vec<OsString>, first: Option<usize>) -> Vec<OsString> {
    let Some(at) = first.filter(|at| *at > 1) else { return words };
    let is_command = |word: &OsString| {
        word.to_str().is_some_and(|word| Cli::command().find_subcommand(word).is_some())
    };
    if words.get(at).is_some_and(is_command) {
        let command = words.remove(at);
        words.insert(1, command);
    }
    words
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Every command, by the function of its name.
fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let guard = Guard::new(io::stdout().lock(), form(&cli));
    let out = &mut io::BufWriter::with_capacity(1 << 16, guard);
    let code = match cli.command {
        None => commands::manifests(&cli.manifests, out)?,
        Some(Command::Manifests(args)) => commands::manifests(&args, out)?,
        Some(Command::Waves { project, format }) => commands::waves(&project, format, out)?,
        Some(Command::Explain { what, project }) => commands::explain(&what, &project, out)?,
        Some(Command::Graph(args)) => commands::graph(&args, out)?,
        Some(Command::Check { against, no_merge_base, project, format, accepted }) => {
            let how = match accepted {
                true => commands::Checked::Accepted,
                false => commands::Checked::Found(format),
            };
            commands::check(&against, no_merge_base, &project, how, out)?
        }
        Some(Command::Parameters(project)) => commands::parameters(&project, out)?,
        Some(Command::Discover(project)) => commands::discover(&project, out)?,
        Some(Command::Health { needed, project, format }) => {
            commands::health(needed, &project, format, out)?
        }
        Some(Command::Application(args)) => commands::application(args, out)?,
        Some(Command::Requires { app, files, project }) => {
            commands::requires(&app, &files, &project, out)?
        }
        Some(Command::Sum { dir, rebase }) => commands::sum(&dir, &rebase, out)?,
        Some(Command::Diff { against, no_merge_base, format, project }) => {
            commands::diff(&against, no_merge_base, format, &project, out)?
        }
        Some(Command::JsonSchema) => commands::json_schema(out)?,
        Some(Command::Init(args)) => commands::init(&args, out)?,
        Some(Command::Completions { shell }) => commands::completions(shell, out)?,
        Some(Command::Man) => commands::man(out)?,
    };
    out.flush()?;
    Ok(code)
}

/// What a command prints, for the [`Guard`] of its output.
fn form(cli: &Cli) -> Form {
    match &cli.command {
        // What Argo CD applies is escaped where it is written.
        None | Some(Command::Manifests(_) | Command::Application(_)) => Form::Own,
        Some(Command::Health { .. } | Command::Completions { .. } | Command::Man) => Form::Own,
        Some(Command::Requires { .. }) => Form::Own,
        Some(Command::Waves { format: WavesFormat::Json, .. })
        | Some(Command::Check { format: CheckFormat::Json | CheckFormat::Sarif, .. })
        | Some(Command::Diff { format: DiffFormat::Json | DiffFormat::Sarif, .. })
        | Some(Command::Parameters(_) | Command::JsonSchema) => Form::Json,
        Some(Command::Check { format: CheckFormat::Github, .. })
        | Some(Command::Diff { format: DiffFormat::Github, .. }) => Form::Commands,
        Some(Command::Graph(args)) => commands::form(args.format),
        Some(Command::Waves { format: WavesFormat::Text, .. })
        | Some(Command::Check { format: CheckFormat::Text, .. })
        | Some(Command::Diff { format: DiffFormat::Text | DiffFormat::Markdown, .. })
        | Some(Command::Explain { .. } | Command::Discover(_) | Command::Sum { .. })
        | Some(Command::Init(_)) => Form::Text,
    }
}
