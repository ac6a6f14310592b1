//! The base of a project and each of its environments, one after the other: what `check` and `diff`
//! look at unless an environment is named.

use std::io::Write;

use argocd_atlas_plugin::diag::environments::AllEnvironments;
use argocd_atlas_plugin::diag::problems::parameters::EnvironmentNotChecked;
use argocd_atlas_plugin::diag::{Code, Diagnostics};
use argocd_atlas_plugin::effort::Effort;
use argocd_atlas_plugin::history;
use argocd_atlas_plugin::pipeline::Compilation;
use argocd_atlas_plugin::source::{Sources, printable};
use argocd_atlas_plugin::view::diff::Side;
use smol_str::SmolStr;

use crate::run::{Workspace, report_first, stderr};

/// What a directory is compared with.
pub(crate) struct Older {
    pub(crate) workspace: Workspace,
    /// A revision or a directory, as somebody wrote it.
    pub(crate) name: String,
    /// Whether it is a Git revision.
    pub(crate) is_revision: bool,
}

/// A directory, compiled with one environment.
pub(crate) struct State<'a> {
    pub(crate) compilation: &'a mut Compilation,
    pub(crate) diagnostics: &'a Diagnostics,
    pub(crate) sources: &'a Sources,
}

impl State<'_> {
    pub(crate) fn side(&self) -> Side<'_> {
        Side { compilation: self.compilation, sources: self.sources }
    }
}

/// The directory with one environment, and what it is compared with.
pub(crate) struct Look<'a> {
    /// None for the base.
    pub(crate) environment: Option<&'a SmolStr>,
    pub(crate) new: State<'a>,
    /// None where there is nothing to compare with: an environment may be new.
    pub(crate) old: Option<State<'a>>,
    /// Whether the directory has errors other than an edited history.
    pub(crate) has_errors: bool,
}

/// What was found.
pub(crate) struct Found {
    /// The base, or the environment that is named.
    pub(crate) compilation: Compilation,
    /// What is wrong in any of them, each once.
    pub(crate) diagnostics: Diagnostics,
    /// Environments that were not looked at.
    pub(crate) n_not_checked: usize,
    /// Whether what it is compared with has errors.
    pub(crate) is_older_broken: bool,
}

/// Compiles a directory with each environment, and calls `look` with each.
pub(crate) fn each(
    new: &mut Workspace,
    older: &mut Option<Older>,
    reports_unused: bool,
    look: impl FnMut(Look<'_>),
) -> anyhow::Result<Found> {
    let is_older_broken = false;
    let mut walk =
        Walk { new, older, reports_unused, look, spent: Effort::default(), is_older_broken };
    let Step { compilation, diagnostics, older_environments, .. } = walk.step(None, true)?;
    let names: &[String] = match compilation.is_environment_named {
        true => &[],
        false => &compilation.environments,
    };
    let mut all = AllEnvironments::of(diagnostics, &walk.new.sources);
    let mut most = walk.spent;
    let mut n_not_checked = 0;
    for (number, name) in names.iter().enumerate() {
        let environment = SmolStr::from(name);
        let is_known = older_environments.binary_search(name).is_ok();
        let before = walk.spent;
        let has_room = before.and(most) <= Effort::MOST;
        let step = has_room.then(|| walk.step(Some(&environment), is_known)).transpose()?;
        let Some(step) = step.filter(|step| !step.is_cut) else {
            n_not_checked = names.len() - number;
            break;
        };
        most = most.max(step.effort);
        all.add(&environment, step.diagnostics, &walk.new.sources);
    }
    let mut diagnostics = all.finish();
    if let Some(name) = names.iter().nth_back(n_not_checked.wrapping_sub(1)) {
        let (primary, n_more) = (walk.new.place_of(name), n_not_checked - 1);
        diagnostics.report(EnvironmentNotChecked { primary, name, n_more });
    }
    diagnostics.settle(&walk.new.sources);
    let is_older_broken = walk.is_older_broken;
    Ok(Found { compilation, diagnostics, n_not_checked, is_older_broken })
}

/// The way through the environments.
struct Walk<'a, F> {
    new: &'a mut Workspace,
    older: &'a mut Option<Older>,
    reports_unused: bool,
    look: F,
    /// What has been used of the limits so far.
    spent: Effort,
    is_older_broken: bool,
}

/// What one environment has come to.
struct Step {
    compilation: Compilation,
    diagnostics: Diagnostics,
    /// The environments of what it is compared with.
    older_environments: Vec<String>,
    effort: Effort,
    /// Whether there was not enough room for all of it, so that nothing of it counts.
    is_cut: bool,
}

impl<F: FnMut(Look<'_>)> Walk<'_, F> {
    /// Looks at one environment; `is_known` where what the directory is compared with has it too.
    fn step(&mut self, environment: Option<&SmolStr>, is_known: bool) -> anyhow::Result<Step> {
        // The base may use the limits up, on both sides.
        let used_before = |effort: Effort| environment.map_or(Effort::default(), |_| effort);
        let (mut compilation, mut diagnostics) =
            self.new.compile(environment, used_before(self.spent));
        let has_errors = diagnostics.has_errors();
        let mut effort = diagnostics.effort;
        let mut is_cut = environment.is_some() && is_over_a_limit(&diagnostics);
        let mut older_environments = Vec::new();
        let mut before = None;
        if let Some(older) = self.older.as_mut().filter(|_| is_known && !is_cut) {
            let (old, found) =
                older.workspace.compile(environment, used_before(self.spent.and(effort)));
            if older.is_revision {
                older.workspace.check_read(&older.name)?;
            }
            is_cut |= environment.is_some() && is_over_a_limit(&found);
            effort = effort.and(found.effort);
            if found.has_errors() && !std::mem::replace(&mut self.is_older_broken, true) {
                let what = "has errors: compared with what could be read of it";
                writeln!(stderr(), "note: `{}` {what}", printable(older.name.as_str()))?;
                report_first(&found, &older.workspace.sources)?;
            }
            history::check(&old.project, &compilation.project, &mut diagnostics);
            diagnostics.settle(&self.new.sources);
            older_environments.clone_from(&old.environments);
            before = Some((old, found, &older.workspace.sources));
        }
        if self.reports_unused {
            diagnostics.report_unused_acceptances();
        }
        self.spent = self.spent.and(effort);
        if !is_cut {
            let sources = &self.new.sources;
            let new = State { compilation: &mut compilation, diagnostics: &diagnostics, sources };
            let old = before.as_mut().map(|(compilation, diagnostics, sources)| State {
                compilation,
                diagnostics,
                sources,
            });
            (self.look)(Look { environment, new, old, has_errors });
        }
        Ok(Step { compilation, diagnostics, older_environments, effort, is_cut })
    }
}

/// Whether something was too large for what was left of the limits.
fn is_over_a_limit(diagnostics: &Diagnostics) -> bool {
    diagnostics.sorted().iter().any(|found| found.code == Code::LimitExceeded)
}
