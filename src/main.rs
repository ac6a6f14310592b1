//! Arguments in, exit code out: 0 printed, 1 the specs are wrong, 2 it could not run.

#[path = "main/run.rs"]
mod run;
#[path = "main/environments.rs"]
mod environments;
#[path = "main/commands.rs"]
mod commands;

use std::io::{self, Write};
use std::process::ExitCode;

use argocd_atlas_plugin::cli::{CheckFormat, Cli, Command, DiffFormat, WavesFormat};
use argocd_atlas_plugin::runner::{Form, Guard};
use argocd_atlas_plugin::source::printable;
use clap::Parser;

/// See `Cargo.toml`, and `docs/performance.md` for what it is worth.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
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
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    let wanted = text.lines().take_while(|line| !line.starts_with("Usage:"));
    let lines: Vec<&str> = wanted.map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = lines.join("; ");
    let _ = writeln!(run::stderr(), "{} (see `generate --help`)", printable(text));
    ExitCode::from(2)
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
