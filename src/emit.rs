//! Plan -> YAML: documents in the order in which Argo CD applies them.

pub mod yaml;

use std::io::{self, Write};

use crate::diag::render::printable;
use crate::model::Project;
use crate::plan::{Plan, Planned};
use crate::source::Sources;
use crate::value::Value;

/// Prints every object, each after a comment with its wave, its owner and where that is written.
pub fn manifests(
    plan: &Plan,
    project: &Project,
    sources: &Sources,
    out: &mut impl Write,
) -> io::Result<()> {
    for planned in &plan.objects {
        writeln!(out, "---\n# {}", comment(planned, project, sources))?;
        yaml::document(&Value::Map(planned.object.manifest.clone()), out)?;
    }
    Ok(())
}

/// `wave 1: Schema/shop (app.yaml:12)`.
pub fn comment(planned: &Planned, project: &Project, sources: &Sources) -> String {
    let Planned { wave, is_hook, object } = planned;
    let order = if *is_hook { "hook".to_owned() } else { format!("wave {wave}") };
    let place = sources.place(object.place);
    // A path may hold anything that a file system takes.
    format!("{order}: {} ({})", project.label(object.owner), printable(&place))
}
