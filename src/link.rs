//! Project -> graph: who waits for whom, and why.
//!
//! Edges come from meaning: from references in fields, from `dependsOn`, from annotations, and
//! from what plain manifests say about each other (`link::manifests`). An App for which none is
//! written waits for every schema: the safe default.

mod manifests;
mod kinds;
mod operators;
mod contents;
mod detours;
mod infer;
mod jobs;
mod hooks;
mod names;
mod fields;
mod uses;
mod index;
mod pods;
mod cycles;
mod addresses;
mod known;
mod rules;
mod scripts;
mod servers;
mod starts;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::diag::problems::security::LimitExceeded;
use crate::diag::problems::waves::{DependencyCycle, HookDependency, Step};
use crate::diag::{Diagnostics, message};
use crate::graph::{EdgeId, NodeId};
use crate::links::{Link, Links, Origin, step};
use crate::model::{Database, Hosting, MAX_DEPENDENCIES, Need, Project, Unit};
use crate::object::{apply_rank, is_claim, is_there_at_once};
use crate::source::Span;
use crate::syntax::Manifest;
use index::Index;

/// The most dependencies that are inferred.
pub const INFERRED: usize = MAX_DEPENDENCIES;

/// The most steps that are taken to find out who waits for whom. They are counted where the work
/// grows with two sizes of a project at once, such as workloads and what is behind a Service.
pub const STEPS: usize = 4_000_000;

/// The longest name in what says why something waits, in bytes: it is kept for every dependency.
const MAX_NAME_LEN: usize = 253;

/// The most steps along edges that are taken for Apps that some schema waits for and that wait for
/// all others.
const DEFAULT_STEPS: usize = 50_000_000;

/// A dependency that was found and not written.
struct Found {
    first: Unit,
    then: Unit,
    span: Option<Span>,
    by: SmolStr,
    is_blocking: bool,
    origin: Origin,
}

/// What was found, as far as there is room: twice as much as may be kept, since the same may be found
/// more than once.
#[derive(Default)]
struct Findings {
    all: Vec<Found>,
    /// What a bare word may mean. It gives way to everything else.
    guesses: Vec<Found>,
    is_full: bool,
}

impl Findings {
    fn push(&mut self, found: Found) {
        match self.all.len() < 2 * INFERRED {
            true => self.all.push(found),
            false => self.is_full = true,
        }
    }

    /// Takes what a bare word may mean, as far as there is room.
    fn guess(&mut self, found: Found) {
        if self.guesses.len() < INFERRED {
            self.guesses.push(found);
        }
    }

    fn extend(&mut self, found: impl IntoIterator<Item = Found>) {
        for found in found {
            if self.is_full {
                return;
            }
            self.push(found);
        }
    }

    /// Nothing more is taken: there is no use in looking on.
    fn is_full(&self) -> bool {
        self.is_full
    }
}

/// Links a project, and reports everything that waits for itself.
pub fn graph(project: &Project, diagnostics: &mut Diagnostics) -> Links {
    let steps = diagnostics.used_before.rest().of(STEPS);
    let index = Index::of(project, steps);
    let mut links = Links::default();
    let ids = Ids::add(project, &mut links);
    let mut n_behind = 0;
    for unit in project.units() {
        for need in project.needs(unit) {
            n_behind += written(&index, &ids, unit, need, &mut links, diagnostics);
            if n_behind > INFERRED {
                too_many(project, unit, diagnostics);
                return links;
            }
        }
    }
    if index.is_full {
        if let Some(unit) = project.units().next() {
            too_many(project, unit, diagnostics);
        }
        return links;
    }
    add(project, manifests::followers(&index), &ids, &mut links, diagnostics);
    add(project, kinds::certain(&index), &ids, &mut links, diagnostics);
    let (schemas, certain) = infer::certain(&index);
    add(project, certain, &ids, &mut links, diagnostics);
    let fields = fields::named(&index);
    add(project, fields.secrets, &ids, &mut links, diagnostics);
    let after_pods = manifests::after_their_pods(&index, &ids, &links);
    add(project, after_pods, &ids, &mut links, diagnostics);
    add(project, starts::after(&index), &ids, &mut links, diagnostics);
    let said = scripts::said(&index, &schemas);
    add(project, said.prepared, &ids, &mut links, diagnostics);
    let mut uses = {
        let before = Before::schemas(&index, &ids, &links, &schemas);
        uses::uses(&index, &schemas, &|first, schema| before.has(first, schema))
    };
    let guesses = std::mem::take(&mut uses.guesses);
    if add(project, uses, &ids, &mut links, diagnostics) {
        // Nothing is printed of a project with more than that.
        return links;
    }
    let migrations = jobs::link(&index, &schemas, &ids, &mut links, diagnostics);
    add(project, said.awaited, &ids, &mut links, diagnostics);
    let kin = jobs::kin::of(&index, &migrations, &ids, &links);
    add(project, kin, &ids, &mut links, diagnostics);
    hooks::check(&index, &schemas, diagnostics);
    // Last: whatever else is known of the two says more.
    add_namesakes(fields.namesakes, &ids, &mut links);
    if index.is_exhausted()
        && let Some(primary) = project.units().next().and_then(|unit| project.place(unit))
    {
        let message = message!("dependency inference takes more than {STEPS} steps", STEPS);
        let help = "split the project, or set `argocd-atlas-plugin/depends-on`".into();
        diagnostics.report(LimitExceeded { primary, message, help });
    }
    diagnostics.effort.add(steps.saturating_sub(index.n_left()), STEPS);
    diagnostics.effort.add(links.edges().len(), INFERRED);
    let mut links = cycles::settled(&index, links, &mut diagnostics.effort);
    safe_default(&index, &ids, &mut links, diagnostics);
    add(project, cycles::harmless(&links, &ids, guesses), &ids, &mut links, diagnostics);
    for cycle in cycles::written(&links) {
        report_cycle(project, &links, &cycle, diagnostics);
    }
    links
}

/// What is inferred, as `docs/spec.md` has it: a table, and the kinds that count as workloads.
pub fn page() -> String {
    format!("{}\n{}", rules::table(), rules::workloads())
}

/// Who comes before whom.
struct Before<'a> {
    index: &'a Index<'a>,
    ids: &'a Ids,
    links: &'a Links,
    /// Whether any schema waits for a node.
    is_before_any: Vec<bool>,
    /// What each of the first schemas that were asked for waits for: most projects have few of them.
    before: RefCell<BTreeMap<NodeId, Vec<bool>>>,
    /// What can be reached from the unit that was asked for last: for more schemas than that.
    reached: RefCell<Option<(Unit, Vec<bool>)>>,
}

impl<'a> Before<'a> {
    fn schemas(
        index: &'a Index<'a>,
        ids: &'a Ids,
        links: &'a Links,
        schemas: &[infer::Schema],
    ) -> Before<'a> {
        let schemas: Vec<NodeId> =
            schemas.iter().filter_map(|schema| ids.of(schema.unit)).collect();
        let is_before_any = before_any(links, &schemas);
        let (before, reached) = (RefCell::default(), RefCell::new(None));
        Before { index, ids, links, is_before_any, before, reached }
    }

    /// Whether a schema waits for `first`, be it over others.
    fn has(&self, first: Unit, schema: Unit) -> bool {
        /// Edges that are gone along in a step.
        const EDGES: usize = 8;
        /// The most schemas whose answers are kept.
        const MAX_SCHEMAS: usize = 256;
        let (Some(from), Some(to)) = (self.ids.of(first), self.ids.of(schema)) else {
            return false;
        };
        if self.is_before_any.get(from) != Some(&true) {
            return false;
        }
        let size = self.links.nodes().len() + self.links.edges().len();
        let may_walk = || self.index.spend(1 + size / EDGES);
        let mut before = self.before.borrow_mut();
        if let Some(before) = before.get(&to) {
            return before.get(from) == Some(&true);
        }
        if before.len() < MAX_SCHEMAS {
            if !may_walk() {
                return false;
            }
            let all = before.entry(to).or_insert(before_any(self.links, &[to]));
            return all.get(from) == Some(&true);
        }
        let mut reached = self.reached.borrow_mut();
        let (_, all) = match reached.take() {
            Some(known) if known.0 == first => reached.insert(known),
            _ => {
                if !may_walk() {
                    return false;
                }
                reached.insert((first, self.links.reachable(from)))
            }
        };
        all.get(to).is_some_and(|&reached| reached)
    }
}

/// Adds what was found, but for what is there already, and for those who say that they need
/// nothing. Returns whether it is more than may be.
fn add(
    project: &Project,
    found: Findings,
    ids: &Ids,
    links: &mut Links,
    diagnostics: &mut Diagnostics,
) -> bool {
    let mut there: BTreeSet<(NodeId, NodeId)> =
        links.edges().iter().map(|edge| (edge.from, edge.to)).collect();
    let mut n_inferred = 0;
    let Findings { all, is_full, .. } = found;
    for Found { first, then, span, by, is_blocking, origin } in all {
        let needs_nothing = is_explicit(project, then) && project.needs(then).is_empty();
        if origin == Origin::Inferred && needs_nothing {
            continue;
        }
        let (Some(from), Some(to)) = (ids.of(first), ids.of(then)) else { continue };
        if from == to || !there.insert((from, to)) {
            continue;
        }
        n_inferred += 1;
        if n_inferred > INFERRED {
            too_many(project, then, diagnostics);
            return true;
        }
        links.add_edge(from, to, Link { span, by, is_blocking, origin });
    }
    if is_full && let Some(unit) = project.units().next() {
        too_many(project, unit, diagnostics);
    }
    is_full
}

/// Adds what may only happen to be called so, where it contradicts nothing: an edge that would close
/// a cycle says the opposite of one that is known. Beyond a number of steps nothing is added.
fn add_namesakes(found: Findings, ids: &Ids, links: &mut Links) {
    const MAX_STEPS: usize = 10_000_000;
    let mut left = MAX_STEPS;
    let mut there: BTreeSet<(NodeId, NodeId)> =
        links.edges().iter().map(|edge| (edge.from, edge.to)).collect();
    for Found { first, then, span, by, is_blocking, origin } in found.all {
        let (Some(from), Some(to)) = (ids.of(first), ids.of(then)) else { continue };
        if from == to || !there.insert((from, to)) {
            continue;
        }
        let n_steps = links.nodes().len() + links.edges().len();
        let Some(rest) = left.checked_sub(n_steps) else { return };
        left = rest;
        if links.reachable(to).get(from) != Some(&true) {
            links.add_edge(from, to, Link { span, by, is_blocking, origin });
        }
    }
}

/// A name as it is shown where it says why something waits.
fn short(name: &str) -> &str {
    cut(name, MAX_NAME_LEN)
}

/// The beginning of a text, of so many bytes at the most.
fn cut(text: &str, longest: usize) -> &str {
    let end = (0..=longest.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

fn too_many(project: &Project, unit: Unit, diagnostics: &mut Diagnostics) {
    if let Some(primary) = project.place(unit) {
        let message = message!("more than {INFERRED} dependencies between manifests", INFERRED);
        let help = "split the project, or set `argocd-atlas-plugin/depends-on`".into();
        diagnostics.report(LimitExceeded { primary, message, help });
    }
}

/// Whether the dependencies of a unit are written down, if only that there are none.
fn is_explicit(project: &Project, unit: Unit) -> bool {
    match unit {
        Unit::Manifest(index) => {
            project.manifests.get(index).is_some_and(|manifest| manifest.is_explicit)
        }
        Unit::Database(_) | Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => {
            project.common(unit).is_some_and(|common| common.is_explicit)
        }
    }
}

/// The node of every unit. Hooks outside the Sync phase have none: they take no part in the waves.
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

/// Adds what is written, and counts what it stands for beside.
fn written(
    index: &Index<'_>,
    ids: &Ids,
    unit: Unit,
    need: &Need,
    links: &mut Links,
    diagnostics: &mut Diagnostics,
) -> usize {
    let project = index.project;
    // A hook outside the Sync phase that depends on something is Argo CD's business.
    let Some(to) = ids.of(unit) else { return 0 };
    let Some(from) = ids.of(need.unit) else {
        let name = project.label(need.unit);
        diagnostics.report(HookDependency { primary: need.span, name });
        return 0;
    };
    let link = |is_blocking| Link {
        span: Some(need.span),
        by: need.by.clone(),
        is_blocking,
        origin: Origin::Written,
    };
    links.add_edge(from, to, link(is_blocking(project, need.unit, unit)));
    // Who waits for a Service means what answers behind it.
    let service = index.manifest(need.unit).filter(|it| it.kind.value == "Service");
    let namespace = index.namespace(need.unit);
    let behind = service.map(|service| index.backends(&service.name.value, namespace));
    let behind = behind.unwrap_or_default();
    for &backend in behind.iter().filter(|&&backend| backend != unit) {
        if let Some(from) = ids.of(backend) {
            links.add_edge(from, to, link(true));
        }
    }
    behind.len()
}

/// Whether `first` needs a wave before `then`: not when there is nothing to wait for, and not when
/// Argo CD's order of kinds within a wave does it.
fn is_blocking(project: &Project, first: Unit, then: Unit) -> bool {
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
    matches!(database.hosting, Hosting::InCluster(_) | Hosting::CloudNativePg(_))
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

/// Who has no dependency that is written, and uses no schema that is known, waits for every schema:
/// Apps but for the schemas that wait for them, plain workloads unless any schema waits for them.
///
/// One node stands for all schemas, so that the graph stays linear in the size of the project. An
/// App that some schema waits for gets edges of its own, as long as they close no cycle.
fn safe_default(index: &Index<'_>, ids: &Ids, links: &mut Links, diagnostics: &mut Diagnostics) {
    let project = index.project;
    let plain = (0..project.manifests.len()).map(Unit::Manifest);
    let plain_schemas = plain.clone().filter(|&unit| is_plain(project, unit, known::is_schema));
    let schemas: Vec<NodeId> = (0..project.schemas.len())
        .map(Unit::Schema)
        .chain(plain_schemas)
        .filter_map(|unit| ids.of(unit))
        .collect();
    let is_schema: BTreeSet<NodeId> = schemas.iter().copied().collect();
    let uses_none =
        |node: &NodeId| links.incoming(*node).all(|edge| !is_schema.contains(&edge.from));
    let is_open = |unit: &Unit| !is_explicit(project, *unit) && project.needs(*unit).is_empty();
    let apps = (0..project.apps.len()).map(Unit::App).filter(is_open);
    let apps = apps.filter(|&unit| !infer::might_serve_data(index, unit));
    let apps: Vec<NodeId> = apps.filter_map(|unit| ids.of(unit)).filter(uses_none).collect();
    let reaches = before_any(links, &schemas);
    let is_ancestor = |node: NodeId| reaches.get(node).is_some_and(|&reaches| reaches);
    // A written wave says when; a server of data is what schemas are applied to.
    let workloads = plain.filter(is_open).filter(|&unit| {
        is_plain(project, unit, pods::is_workload) && !infer::might_serve_data(index, unit)
    });
    let workloads: Vec<NodeId> = workloads
        .filter(|&unit| project.pin(unit).is_none())
        .filter_map(|unit| ids.of(unit))
        .filter(uses_none)
        .filter(|&node| !is_ancestor(node) && !prepares(index, links, node))
        .collect();
    if schemas.is_empty() || apps.is_empty() && workloads.is_empty() {
        return;
    }
    let link = |is_blocking| {
        let by = "the safe default".to_owned();
        Link { span: None, by: by.into(), is_blocking, origin: Origin::Default }
    };
    let (early, late): (Vec<NodeId>, Vec<NodeId>) =
        apps.into_iter().partition(|&app| is_ancestor(app));
    let every = links.add_node(Unit::EverySchema);
    for &schema in &schemas {
        links.add_edge(schema, every, link(true));
    }
    for &node in late.iter().chain(&workloads) {
        links.add_edge(every, node, link(false));
    }
    let n_pairs = early.len() * schemas.len();
    if early.len() * (links.nodes().len() + links.edges().len() + n_pairs) > DEFAULT_STEPS {
        if let Some(unit) = project.units().next() {
            too_many(project, unit, diagnostics);
        }
        return;
    }
    for &app in &early {
        // Edges to the App itself change nothing about what it leads to.
        let reachable = links.reachable(app);
        for &schema in &schemas {
            let is_ancestor = reachable.get(schema).is_some_and(|&reached| reached);
            if !is_ancestor {
                links.add_edge(schema, app, link(true));
            }
        }
    }
}

/// Whether a Job makes by its script what something else needs. That may be a server of data, which
/// would come after every schema with it.
fn prepares(index: &Index<'_>, links: &Links, node: NodeId) -> bool {
    let runs_once = index.manifest(*links.node(node)).is_some_and(scripts::runs_once);
    let makes = |link: &Link| link.origin == Origin::Inferred && !link.is_blocking;
    runs_once && links.outgoing(node).any(|edge| makes(&edge.weight))
}

fn is_plain(project: &Project, unit: Unit, is: impl Fn(&Manifest) -> bool) -> bool {
    let Unit::Manifest(index) = unit else { return false };
    project.manifests.get(index).is_some_and(|manifest| is(&manifest.written))
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
