//! Project -> graph: who waits for whom, and why.
//!
//! Edges come from meaning: from references in fields, from `dependsOn`, from annotations, and
//! from what plain manifests say about each other (`link::manifests`). An App for which none is
//! written waits for every schema: the safe default.

mod manifests;

use crate::diag::Diagnostics;
use crate::diag::problems::waves::{DependencyCycle, HookDependency, Step};
use crate::graph::{EdgeId, NodeId};
use crate::links::{Link, Links, step};
use crate::model::{Database, Need, Placement, Project, Unit};
use crate::object::{apply_rank, is_claim, is_there_at_once};

/// Links a project, and reports everything that waits for itself.
pub fn graph(project: &Project, diagnostics: &mut Diagnostics) -> Links {
    let mut links = Links::default();
    let ids = Ids::add(project, &mut links);
    for unit in project.units() {
        for need in project.needs(unit) {
            written(project, &ids, unit, need, &mut links, diagnostics);
        }
    }
    for found in manifests::followers(project) {
        if let (Some(from), Some(to)) = (ids.of(found.first), ids.of(found.then)) {
            links.add_edge(from, to, Link { span: found.span, by: found.by, gates: found.gates });
        }
    }
    safe_default(project, &ids, &mut links);
    for cycle in links.cycles() {
        report_cycle(project, &links, &cycle, diagnostics);
    }
    links
}

/// The node of every unit. Hooks have none: they take no part in the waves.
struct Ids {
    nodes: std::collections::BTreeMap<Unit, NodeId>,
}

impl Ids {
    fn add(project: &Project, links: &mut Links) -> Ids {
        let takes_part = |unit: &Unit| match unit {
            Unit::Manifest(index) => {
                project.manifests.get(*index).is_some_and(|manifest| !manifest.is_hook)
            }
            Unit::Database(_) | Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => true,
        };
        let units = project.units().filter(takes_part);
        Ids { nodes: units.map(|unit| (unit, links.add_node(unit))).collect() }
    }

    fn of(&self, unit: Unit) -> Option<NodeId> {
        self.nodes.get(&unit).copied()
    }
}

fn written(
    project: &Project,
    ids: &Ids,
    unit: Unit,
    need: &Need,
    links: &mut Links,
    diagnostics: &mut Diagnostics,
) {
    // A hook that depends on something is Argo CD's business.
    let Some(to) = ids.of(unit) else { return };
    let Some(from) = ids.of(need.unit) else {
        let name = project.label(need.unit);
        diagnostics.report(HookDependency { primary: need.span, name });
        return;
    };
    let gates = gates(project, need.unit, unit);
    links.add_edge(from, to, Link { span: Some(need.span), by: need.by.clone(), gates });
}

/// Whether `first` needs a wave before `then`: not when there is nothing to wait for, and not when
/// Argo CD's order of kinds within a wave does it.
fn gates(project: &Project, first: Unit, then: Unit) -> bool {
    match first {
        Unit::Database(index) => project.databases.get(index).is_some_and(runs),
        Unit::Manifest(index) => project.manifests.get(index).is_none_or(|manifest| {
            let kind = &manifest.written.kind.value;
            let is_applied_first = apply_rank(kind) < first_rank(project, then);
            !(is_applied_first && (is_there_at_once(kind) || is_claim(kind)))
        }),
        Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => true,
    }
}

fn runs(database: &Database) -> bool {
    matches!(database.placement, Placement::InCluster(_) | Placement::CloudNativePg(_))
}

/// The rank of the first object of a unit that could read what it waits for.
fn first_rank(project: &Project, unit: Unit) -> usize {
    match unit {
        Unit::Manifest(index) => {
            let manifest = project.manifests.get(index);
            manifest.map_or(0, |manifest| apply_rank(&manifest.written.kind.value))
        }
        Unit::Database(_) | Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => {
            apply_rank("Service")
        }
    }
}

/// Apps without a written dependency wait for every schema, but for those that wait for them.
///
/// One node stands for all schemas, so that the graph stays linear in the size of the project. An
/// App that some schema waits for gets edges of its own, as long as they close no cycle.
fn safe_default(project: &Project, ids: &Ids, links: &mut Links) {
    let is_open = |unit: &Unit| {
        project.common(*unit).is_some_and(|common| !common.is_explicit && common.needs.is_empty())
    };
    let apps = (0..project.apps.len()).map(Unit::App).filter(is_open);
    let apps: Vec<NodeId> = apps.filter_map(|unit| ids.of(unit)).collect();
    let schemas: Vec<NodeId> =
        (0..project.schemas.len()).filter_map(|index| ids.of(Unit::Schema(index))).collect();
    if apps.is_empty() || schemas.is_empty() {
        return;
    }
    let link = |gates| Link { span: None, by: "the safe default".to_owned(), gates };
    let reaches = before_any(links, &schemas);
    let every = links.add_node(Unit::EverySchema);
    for &schema in &schemas {
        links.add_edge(schema, every, link(true));
    }
    for &app in &apps {
        if reaches.get(app).is_some_and(|reaches| *reaches) {
            for &schema in &schemas {
                let is_ancestor = links.reachable(app).get(schema).is_some_and(|&reached| reached);
                if !is_ancestor {
                    links.add_edge(schema, app, link(true));
                }
            }
        } else {
            links.add_edge(every, app, link(false));
        }
    }
}

/// For every node whether one of `goals` waits for it.
fn before_any(links: &Links, goals: &[NodeId]) -> Vec<bool> {
    let mut before = vec![false; links.nodes().len()];
    let mut stack: Vec<NodeId> = goals.to_vec();
    while let Some(node) = stack.pop() {
        for edge in links.incoming(node) {
            if let Some(seen) = before.get_mut(edge.from)
                && !std::mem::replace(seen, true)
            {
                stack.push(edge.from);
            }
        }
    }
    before
}

fn report_cycle(project: &Project, links: &Links, cycle: &[EdgeId], diagnostics: &mut Diagnostics) {
    // Told from who waits to whom it waits for, so against the edges.
    let steps: Vec<Step> = cycle.iter().rev().filter_map(|&id| step(project, links, id)).collect();
    if let Some(primary) = steps.first().map(|step| step.span) {
        diagnostics.report(DependencyCycle { steps, primary });
    }
}
