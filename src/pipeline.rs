//! The walk through the stages: the only module that names them all.
//!
//! ```text
//! parse -> (read the files that the specs name) -> resolve -> inspect -> link -> lower -> schedule
//! ```
//!
//! Every stage reports what it finds and carries on. Printing is left to the caller, who prints
//! nothing when there was an error.

use smol_str::SmolStr;

use crate::catalogues::Catalogues;
use crate::diag::Diagnostics;
use crate::environment::Environment;
use crate::inspect;
use crate::link;
use crate::links::Links;
use crate::lower;
use crate::model::Project;
use crate::parse;
use crate::plan::Plan;
use crate::resolve;
use crate::schedule;
use crate::source::{FileId, Sources, Span};

/// All that is known of a project after the last stage.
#[derive(Debug)]
pub struct Compilation {
    /// What the specs mean.
    pub project: Project,
    /// What the SQL of its schemas defines.
    pub catalogues: Catalogues,
    /// Who waits for whom.
    pub links: Links,
    /// What is applied when.
    pub plan: Plan,
    /// The environments that the directory has, sorted.
    pub environments: Vec<String>,
    /// The one that is merged.
    pub environment: Option<SmolStr>,
    /// Whether the command line, a parameter or a variable says which one it is.
    pub is_environment_named: bool,
}

/// Compiles the manifest files of `sources`. `load` is called once, with the files that the specs
/// name and that are only listed so far; a caller that has loaded everything does nothing there.
pub fn compile(
    sources: &mut Sources,
    root: FileId,
    environment: &Environment,
    mut load: impl FnMut(&mut Sources, &[FileId], &mut Diagnostics),
    diagnostics: &mut Diagnostics,
) -> Compilation {
    let settings = parse::settings(environment, sources, diagnostics);
    let specs = parse::specs(sources, &settings, diagnostics);
    let named = resolve::files::wanted(&specs, sources, diagnostics);
    load(sources, &named.all(), diagnostics);
    let project = resolve::project(specs, sources, &named, environment, diagnostics);
    let catalogues = inspect::catalogues(&project, sources, settings.login, diagnostics);
    let links = link::graph(&project, diagnostics);
    let objects = lower::objects(&project, &catalogues, &links, Span::new(root, 0..0), diagnostics);
    lower::check_served(&project, &objects, environment, diagnostics);
    let plan = schedule::plan(&project, &links, objects, diagnostics);
    diagnostics.settle(sources);
    let environments = parse::environments(sources).into_iter().map(str::to_owned).collect();
    let is_environment_named = settings.is_environment_named;
    let environment = settings.environment.map(|name| name.value);
    Compilation {
        project,
        catalogues,
        links,
        plan,
        environments,
        environment,
        is_environment_named,
    }
}
