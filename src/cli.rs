//! The command line, as clap sees it. Only `main` looks at it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Brings up database, schema and application in that order, through Argo CD.
///
/// Reads a directory of short specs (App, Schema, Database), SQL or HCL files and plain manifests,
/// and prints plain Kubernetes manifests with sync waves. Without a command it prints the
/// manifests, which is what Argo CD runs.
#[derive(Debug, Parser)]
#[command(name = "generate", version, args_conflicts_with_subcommands = true)]
#[command(subcommand_negates_reqs = true, disable_help_subcommand = true)]
pub struct Cli {
    /// What to print.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What `generate` without a command takes.
    #[command(flatten)]
    pub manifests: ManifestsArgs,
}

/// The views.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the manifests, in the order in which Argo CD applies them
    Manifests(ManifestsArgs),
    /// Print the waves as a table: what, why, from which file
    Waves {
        /// The directory and the flags.
        #[command(flatten)]
        project: ProjectArgs,
        /// How to print them
        #[arg(long, value_enum, default_value_t = WavesFormat::Text)]
        format: WavesFormat,
    },
    /// Say why something has its wave, or what a diagnostic code means
    Explain {
        /// A name (`shop`, `App/shop`) or a code (`unknown-field`)
        what: String,
        /// The directory and the flags.
        #[command(flatten)]
        project: ProjectArgs,
    },
    /// Draw the waves and who waits for whom
    Graph(GraphArgs),
    /// Print the parameters announcement that Argo CD asks for
    Parameters(ProjectArgs),
    /// Print the files that hold specs; nothing where there are none
    Discover(ProjectArgs),
    /// Print the health checks of the operator's kinds and of databases, as a merge patch of `argocd-cm`
    #[command(after_help = HEALTH_HELP)]
    Health {
        /// Print only those of the kinds that the directory contains or makes
        #[arg(long)]
        needed: bool,
        /// The directory and the flags.
        #[command(flatten)]
        project: ProjectArgs,
        /// What to print
        #[arg(long, value_enum, default_value_t = HealthFormat::Patch)]
        format: HealthFormat,
    },
    /// Print an Argo CD Application for the directory
    Application(ApplicationArgs),
    /// Print what a change does: to the database, to the objects, to the waves
    Diff {
        /// What to compare with.
        #[command(flatten)]
        against: Against,
        /// Compare with the revision itself, and not with the commit where HEAD left it
        #[arg(long, requires = "revision")]
        no_merge_base: bool,
        /// How to print it
        #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
        format: DiffFormat,
        /// The directory and the flags.
        #[command(flatten)]
        project: ProjectArgs,
    },
    /// Propose `requires` for an App, from SQL that it runs
    #[command(after_help = REQUIRES_HELP)]
    Requires {
        /// The App
        app: String,
        /// Files with SQL that the App runs: paths, folders or globs, from the current folder
        #[arg(long, value_name = "GLOB")]
        files: Vec<String>,
        /// The directory and the flags.
        #[command(flatten)]
        project: ProjectArgs,
    },
    /// Write the checksum file `atlas.sum` of a directory of migrations
    Sum {
        /// The directory of migrations
        dir: PathBuf,
        /// Rename this migration so that it comes after all others, as one that was merged late
        #[arg(long, value_name = "FILE")]
        rebase: Vec<String>,
    },
    /// Print diagnostics only
    Check {
        /// What to compare with.
        #[command(flatten)]
        against: AgainstIfAny,
        /// Compare with the revision itself, and not with the commit where HEAD left it
        #[arg(long, requires = "revision")]
        no_merge_base: bool,
        /// The directory and the flags.
        #[command(flatten)]
        project: ProjectArgs,
        /// How to print them
        #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
        format: CheckFormat,
        /// Print what is accepted at its line, with the reasons, and nothing else
        #[arg(long, conflicts_with = "format")]
        accepted: bool,
    },
    /// Print the JSON Schema of the specs, for editors
    JsonSchema,
    /// Write a first project: specs and a schema to start from
    Init(InitArgs),
    /// Print a script that completes commands and flags in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// How to apply what `generate health` prints.
const HEALTH_HELP: &str = "\
Apply it with

  generate health | kubectl -n argocd patch configmap argocd-cm --type merge --patch-file /dev/stdin

which keeps every other key of `argocd-cm`. Without `--needed`, no directory is read and all checks
are printed: this is what an Argo CD needs that many projects share.";

/// What `generate requires` reads.
const REQUIRES_HELP: &str = "\
It reads the SQL in the App's command, args, env, configFiles and ConfigMaps, and in the files of
`--files`: a `.sql` file is SQL (sqlc's comments and functions too), and of any other file its
strings and here-documents that begin with a statement. Of a folder, it reads the `.sql` files.

The block goes into the App's spec. What could not be read is on standard error, with its place.";

/// What to compare with.
#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
pub struct Against {
    /// The Git revision to compare with (`refs/remotes/origin/main`)
    #[arg(long = "against", value_name = "REV")]
    pub revision: Option<String>,
    /// The directory to compare with
    #[arg(long = "against-dir", value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// What to look at for the history of migrations.
#[derive(Args, Clone, Debug)]
#[group(required = false, multiple = false)]
pub struct AgainstIfAny {
    /// The Git revision whose migrations must still be there as they were (`refs/remotes/origin/main`)
    #[arg(long = "against", value_name = "REV")]
    pub revision: Option<String>,
    /// The directory whose migrations must still be there as they were
    #[arg(long = "against-dir", value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// What a page shows the change from.
#[derive(Args, Clone, Debug)]
#[group(required = false, multiple = false)]
pub struct ChangedFrom {
    /// Show the change from a Git revision on the page: a branch, tag or commit (`refs/remotes/origin/main`)
    #[arg(long = "against", value_name = "REV")]
    pub revision: Option<String>,
    /// Show the change from another directory on the page
    #[arg(long = "against-dir", value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// What to draw, and how.
#[derive(Args, Clone, Debug)]
pub struct GraphArgs {
    /// The directory and the flags.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// What to draw it as
    #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
    pub format: GraphFormat,
    /// Write it to a file; a page (`html`) is written even of a project with errors
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What a page shows the change from.
    #[command(flatten)]
    pub against: ChangedFrom,
    /// Compare with the revision itself, and not with where it and HEAD parted
    #[arg(long, requires = "revision")]
    pub no_merge_base: bool,
}

/// What a first project is to be.
#[derive(Args, Clone, Debug)]
pub struct InitArgs {
    /// What the application is called; by default as the directory
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// The database engine
    #[arg(long, value_name = "ENGINE", default_value = "postgres")]
    pub engine: String,
    /// The directory to write to; it is made if need be
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
}

/// What printing manifests takes.
#[derive(Args, Clone, Debug)]
pub struct ManifestsArgs {
    /// The directory and the flags.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Write to a file, or one file an object to a directory (`out/`)
    #[arg(long, short, value_name = "FILE|DIR")]
    pub output: Option<PathBuf>,
}

/// What an Application has to know.
#[derive(Args, Clone, Debug)]
pub struct ApplicationArgs {
    /// The directory and the flags.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// The URL of the Git repository
    #[arg(long, value_name = "URL")]
    pub repo: String,
    /// The directory within the repository; by default the one that is named
    #[arg(long, value_name = "PATH")]
    pub path: Option<String>,
    /// The branch, tag or commit
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub revision: String,
    /// The Application's name; by default the directory's
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The Argo CD project
    #[arg(long = "argocd-project", value_name = "NAME", default_value = "default")]
    pub argocd_project: String,
}

/// What every view takes.
#[derive(Args, Clone, Debug)]
pub struct ProjectArgs {
    /// The application's directory, or `-` for manifests on standard input
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// The namespace that objects without one are put into
    #[arg(long, short, value_name = "NAME")]
    pub namespace: Option<String>,
    /// The environment to merge: a directory under environments/
    #[arg(long, short, alias = "env", value_name = "NAME")]
    pub environment: Option<String>,
    /// Use another image for an App
    #[arg(long = "image", value_name = "APP=IMAGE")]
    pub images: Vec<String>,
    /// Use another number of replicas for an App
    #[arg(long, value_name = "APP=COUNT")]
    pub replicas: Vec<String>,
    /// Set any field of a spec; `null` removes it
    #[arg(long, value_name = "KIND/NAME:PATH=VALUE")]
    pub set: Vec<String>,
    /// The operator's Atlas has a login: report nothing that needs one (ATLAS_LOGIN=true)
    #[arg(long)]
    pub atlas_login: bool,
    /// Report this diagnostic code as an error. `check` also takes `warnings`, and `diff` takes
    /// `destructive` (data is lost, clients break, a table is given up), `refused` and `split` (a
    /// version of an App meets a schema that breaks it)
    #[arg(long, value_name = "CODE")]
    pub deny: Vec<String>,
    /// Report this diagnostic code as a warning
    #[arg(long, value_name = "CODE")]
    pub warn: Vec<String>,
    /// Do not report this diagnostic code
    #[arg(long, value_name = "CODE")]
    pub allow: Vec<String>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Print errors only, no warnings and notes
    #[arg(long, short)]
    pub quiet: bool,
}

/// How `health` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HealthFormat {
    /// A merge patch, for `kubectl patch`
    Patch,
    /// A ConfigMap that Kustomize merges into Argo CD's own; not to be applied by itself
    Configmap,
}

/// How `check` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// Annotations in a GitHub workflow
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// How `waves` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WavesFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// What `graph` draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// For Markdown on GitHub and GitLab
    Mermaid,
    /// For Graphviz
    Dot,
    /// A picture
    Svg,
    /// A page: the picture, every manifest and its reason, the diagnostics
    Html,
}

/// How `diff` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people
    Text,
    /// For a comment on a pull request
    Markdown,
    /// For programs
    Json,
    /// Annotations in a GitHub workflow, for what a reviewer has to look at
    Github,
    /// The same in SARIF 2.1.0, for code scanning
    Sarif,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
