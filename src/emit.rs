//! Plan -> YAML: documents in the order in which Argo CD applies them.

pub mod yaml;

use std::io::{self, Write};

use crate::model::Project;
use crate::plan::{Plan, Planned};
use crate::runner;
use crate::source::Sources;

/// Prints every object, each after a comment with its wave, its owner and where that is written.
pub fn manifests(
    plan: &Plan,
    project: &Project,
    sources: &Sources,
    out: &mut impl Write,
) -> io::Result<()> {
    plan.objects.iter().try_for_each(|planned| manifest(planned, project, sources, out))
}

/// Prints one object below a comment: `# wave 1: Schema/shop (app.yaml:12)`.
///
/// # Errors
/// When `out` cannot be written to.
pub fn manifest(
    planned: &Planned,
    project: &Project,
    sources: &Sources,
    out: &mut impl Write,
) -> io::Result<()> {
    let Planned { wave, is_hook, object } = planned;
    let (owner, place) = (project.label(object.owner), sources.place(object.place));
    let comment = match is_hook {
        true => format!("# hook: {owner} ({place})"),
        false => format!("# wave {wave}: {owner} ({place})"),
    };
    writeln!(out, "---\n{}", runner::harmless(&comment))?;
    yaml::mapping(&planned.object.manifest, out)
}

/// `03-1-atlasschema-shop.yaml`: the place in the order, the wave, and what it is.
pub fn file_name(planned: &Planned, number: usize, of: usize) -> String {
    let width = of.to_string().len().max(2);
    let order = if planned.is_hook { "hook".to_owned() } else { planned.wave.to_string() };
    let label = format!("{}-{}", planned.object.kind().to_lowercase(), planned.object.name());
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let label: String = label.chars().map(|c| if fits(c) { c } else { '_' }).take(200).collect();
    format!("{:0width$}-{order}-{label}.yaml", number + 1)
}
