//! The base of a project and each of its environments, one after the other: what `check` and `diff`
//! look at unless an environment is named.

use std::io::Write;

use argocd_atlas_plugin::diag::Diagnostics;
use argocd_atlas_plugin::diag::environments::AllEnvironments;
use argocd_atlas_plugin::diag::problems::parameters::EnvironmentNotChecked;
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
    mut look: impl FnMut(Look<'_>),
) -> anyhow::Result<Found> {
    let mut is_older_broken = false;
    let mut one = |new: &mut Workspace,
                   environment: Option<&SmolStr>,
                   known: &[String]|
     -> anyhow::Result<(Compilation, Diagnostics, Vec<String>, Effort)> {
        let (mut compilation, mut diagnostics) = new.compile(environment);
        let has_errors = diagnostics.has_errors();
        let is_known = environment.is_none_or(|name| known.contains(&name.to_string()));
        let mut before = None;
        if let Some(Older { workspace, name, is_revision }) = older.as_mut().filter(|_| is_known) {
            let state = workspace.compile(environment);
            if *is_revision {
                workspace.check_read(name)?;
            }
            before = Some((state, &*workspace, name.as_str()));
        }
        let mut effort = diagnostics.effort;
        if let Some(((old, found), workspace, name)) = &before {
            effort = effort.and(found.effort);
            if found.has_errors() && !std::mem::replace(&mut is_older_broken, true) {
                let what = "has errors: compared with what could be read of it";
                writeln!(stderr(), "note: `{}` {what}", printable(*name))?;
                report_first(found, &workspace.sources)?;
            }
            history::check(&old.project, &compilation.project, &mut diagnostics);
            diagnostics.settle(&new.sources);
        }
        if reports_unused {
            diagnostics.report_unused_acceptances();
        }
        let environments = match &before {
            Some(((old, _), ..)) => old.environments.clone(),
            None => Vec::new(),
        };
        let new_state = State {
            compilation: &mut compilation,
            diagnostics: &diagnostics,
            sources: &new.sources,
        };
        let old_state = before.as_mut().map(|((compilation, diagnostics), workspace, _)| State {
            compilation,
            diagnostics,
            sources: &workspace.sources,
        });
        look(Look { environment, new: new_state, old: old_state, has_errors });
        Ok((compilation, diagnostics, environments, effort))
    };
    let (base, found, known, first) = one(new, None, &[])?;
    let names: &[String] = match base.is_environment_named {
        true => &[],
        false => &base.environments,
    };
    let (mut spent, mut most) = (first, first);
    let mut all = AllEnvironments::of(found, &new.sources);
    let mut n_not_checked = 0;
    for (number, name) in names.iter().enumerate() {
        if spent.and(most) > Effort::MOST {
            n_not_checked = names.len() - number;
            break;
        }
        let environment = SmolStr::from(name);
        let (_, found, _, effort) = one(new, Some(&environment), &known)?;
        spent = spent.and(effort);
        most = most.max(effort);
        all.add(&environment, found, &new.sources);
    }
    let mut diagnostics = all.finish();
    if let Some(name) = names.iter().rev().nth(n_not_checked.wrapping_sub(1)) {
        let (primary, n_more) = (new.place_of(name), n_not_checked - 1);
        diagnostics.report(EnvironmentNotChecked { primary, name, n_more });
    }
    diagnostics.settle(&new.sources);
    Ok(Found { compilation: base, diagnostics, n_not_checked, is_older_broken })
}
