//! What the tests share: compiling a project in memory, and the invariants that hold for every
//! input whatever is in it.
#![allow(dead_code, reason = "every test file uses a part of this module")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
#![allow(clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]
#![allow(clippy::string_slice, reason = "helpers of tests fail as tests do")]
#![expect(clippy::panic, reason = "helpers of tests fail as tests do")]

pub(crate) mod names;
pub(crate) mod pictures;
pub(crate) mod sql;
pub(crate) mod targets;
pub(crate) mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use argocd_atlas_plugin::diag::render::{self, Style};
use argocd_atlas_plugin::diag::{Diagnostic, Diagnostics, Severity};
use argocd_atlas_plugin::emit;
use argocd_atlas_plugin::environment::{self, Environment};
use argocd_atlas_plugin::links::Origin;
use argocd_atlas_plugin::model::Unit;
use argocd_atlas_plugin::parse::yaml::{Budget, documents};
use argocd_atlas_plugin::pipeline::{self, Compilation};
use argocd_atlas_plugin::source::{Source, Sources, Span, printable};
use argocd_atlas_plugin::value::{Map, Value};
use argocd_atlas_plugin::view;

/// Whether to try everything, with an optimised build, rather than a part of it: `THOROUGH=1`, which
/// `.ci/run` sets.
pub(crate) fn is_thorough() -> bool {
    #[expect(clippy::disallowed_methods, reason = "a switch of the tests")]
    std::env::var_os("THOROUGH").is_some_and(|value| value == "1")
}

/// How many random cases to try: all of them, or a fraction in the fast suite.
pub(crate) fn n_cases(all: u32) -> u32 {
    if is_thorough() { all } else { (all / 8).max(4) }
}

/// All of them, or in the fast suite a few: each `offset` gives others, so that many tests of a few
/// try most.
pub(crate) fn some<T>(all: impl IntoIterator<Item = T>, offset: usize) -> impl Iterator<Item = T> {
    let step = if is_thorough() { 1 } else { 7 };
    all.into_iter().skip(offset % step).step_by(step)
}

/// A file of a project: its path below the project's directory, and its text.
pub(crate) type File = (String, String);

/// A project that went through the whole pipeline.
pub(crate) struct Compiled {
    /// Every text.
    pub(crate) sources: Sources,
    /// What was found.
    pub(crate) diagnostics: Diagnostics,
    /// What came out.
    pub(crate) compilation: Compilation,
}

/// Compiles files that are all in memory, added in the order of the list.
pub(crate) fn compile(files: &[File], environment: &Environment) -> Compiled {
    let mut sources = Sources::default();
    let root = sources.add_virtual("input", "");
    for (path, text) in files {
        sources.add(path.as_str(), text.as_str());
    }
    let mut diagnostics = Diagnostics::default();
    let compilation =
        pipeline::compile(&mut sources, root, environment, |_, _, _| {}, &mut diagnostics);
    Compiled { sources, diagnostics, compilation }
}

/// One file named `app.yaml`, compiled as Argo CD would for the namespace `shop`.
pub(crate) fn compile_text(text: &str) -> Compiled {
    compile(&[("app.yaml".to_owned(), text.to_owned())], &in_namespace("shop"))
}

/// What Argo CD says of an application that goes into a namespace.
pub(crate) fn in_namespace(namespace: &str) -> Environment {
    environment::from_variables(std::iter::once(("ARGOCD_APP_NAMESPACE".into(), namespace.into())))
}

impl Compiled {
    /// What `generate manifests` prints to standard output.
    pub(crate) fn manifests(&self) -> String {
        if self.diagnostics.has_errors() {
            return String::new();
        }
        let mut out = Vec::new();
        let Compilation { plan, project, .. } = &self.compilation;
        emit::manifests(plan, project, &self.sources, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// What it prints to standard error.
    pub(crate) fn report(&self) -> String {
        let mut out = Vec::new();
        let style = Style::Plain;
        render::text(&self.diagnostics, Severity::Note, &self.sources, style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// `path:line:col: error[code]: cause` of every diagnostic, in the order in which they are shown.
    pub(crate) fn headlines(&self) -> Vec<String> {
        let line = |found: &Diagnostic| {
            let position = self.sources.position(found.primary);
            let path = &self.sources.get(found.primary.file).path;
            let (severity, code) = (found.severity().word(), found.code.name());
            let (line, column) = (position.line, position.column);
            format!("{path}:{line}:{column}: {severity}[{code}]: {}", found.message)
        };
        self.diagnostics.sorted().into_iter().map(line).collect()
    }

    /// The wave of everything that has one, by its label: `Schema/shop`.
    pub(crate) fn waves(&self) -> BTreeMap<String, i64> {
        let units = self.compilation.plan.units.iter();
        let label = |unit| self.compilation.project.label(unit);
        units.map(|scheduled| (label(scheduled.unit), scheduled.wave)).collect()
    }

    /// The printed objects as our own reader reads them.
    pub(crate) fn documents(&self) -> Vec<Value> {
        read(&self.manifests())
    }
}

/// Reads YAML by the product's own reader, which must find nothing wrong with it.
pub(crate) fn read(text: &str) -> Vec<Value> {
    let mut sources = Sources::default();
    let file = sources.add("output.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let nodes = documents(file, text, &mut Budget::default(), &mut diagnostics);
    assert!(diagnostics.is_empty(), "the output is not read back: {:?}", diagnostics.sorted());
    nodes.iter().map(Value::from).collect()
}

/// All invariants: those of any input, and the order by another reader of what names what.
pub(crate) fn invariants(files: &[File], environment: &Environment) {
    let compiled = invariants_of_anything(files, environment);
    let manifests = compiled.manifests();
    if !manifests.is_empty() {
        readers_come_no_earlier(&compiled, &manifests);
    }
}

/// What holds for golden cases, property tests and fuzzing alike. The files may be anything at all.
/// That nothing panics is part of it.
pub(crate) fn invariants_of_anything(files: &[File], environment: &Environment) -> Compiled {
    let compiled = compile(files, environment);
    let manifests = compiled.manifests();
    same_bytes_twice(files, environment, &compiled, &manifests);
    file_order_is_irrelevant(files, environment, &compiled, &manifests);
    diagnostics_are_well_formed(&compiled);
    views_can_draw_it(&compiled);
    if compiled.diagnostics.has_errors() {
        assert_eq!(manifests, "", "an error means that nothing is printed");
        return compiled;
    }
    assert_ne!(manifests, "", "a project without errors prints something");
    objects_are_unique(&compiled);
    needs_come_first(&compiled);
    every_sync_has_schemas_checked(&compiled);
    no_prune_waits_for_a_person(&compiled);
    output_reads_back(&compiled, &manifests);
    comments_tell_the_truth(&compiled, &manifests);
    compiled
}

fn same_bytes_twice(files: &[File], environment: &Environment, first: &Compiled, text: &str) {
    let second = compile(files, environment);
    assert_eq!(text, second.manifests(), "the same files give the same manifests");
    assert_eq!(first.report(), second.report(), "the same files give the same diagnostics");
}

/// `read` lists a directory by path, so that the order on disk cannot matter; here even the order
/// of the list does not change the manifests, nor whether there are any.
fn file_order_is_irrelevant(
    files: &[File],
    environment: &Environment,
    first: &Compiled,
    text: &str,
) {
    let mut turned = files.to_vec();
    turned.reverse();
    let middle = turned.len() / 2;
    let mut rotated = files.to_vec();
    rotated.rotate_left(middle);
    for other in [turned, rotated] {
        let other = compile(&other, environment);
        assert_eq!(text, other.manifests(), "the order of the files changes nothing");
        let codes = |compiled: &Compiled| {
            let mut codes: Vec<_> =
                compiled.diagnostics.sorted().iter().map(|found| found.code).collect();
            codes.sort();
            codes.dedup();
            codes
        };
        assert_eq!(codes(first), codes(&other), "the order of the files changes no finding");
    }
}

fn diagnostics_are_well_formed(compiled: &Compiled) {
    let sources = &compiled.sources;
    for found in compiled.diagnostics.sorted() {
        inside(found.primary, sources);
        found.labels.iter().for_each(|label| inside(label.span, sources));
        let message = &found.message;
        assert!(!message.ends_with('.'), "no full stop: {message}");
        assert!(!message.is_empty() && !message.contains('\n'), "one line: {message:?}");
        let is_name = [
            "Kubernetes",
            "Argo CD",
            "Atlas",
            "MySQL",
            "MariaDB",
            "PostgreSQL",
            "SQLite",
            "SQL Server",
            "ClickHouse",
            "CloudNativePG",
        ]
        .iter()
        .any(|name| message.starts_with(name));
        let is_lower = !message.starts_with(char::is_uppercase);
        assert!(is_lower || is_name, "lower case: {message}");
        for help in &found.help {
            assert!(!help.ends_with('.') || help.ends_with(".."), "no full stop: {help}");
        }
    }
    let report = compiled.report();
    let is_raw = |c: char| c.is_control() && c != '\n';
    assert!(!report.contains(is_raw), "nothing from a file reaches the terminal raw: {report:?}");
}

fn inside(span: Span, sources: &Sources) {
    let text = sources.get(span.file).text();
    assert!(text.get(span.range()).is_some(), "{span:?} is no part of {text:?}");
}

/// The previews draw broken projects too.
fn views_can_draw_it(compiled: &Compiled) {
    let Compiled { sources, diagnostics, compilation } = compiled;
    let mut out = Vec::new();
    view::waves::table(compilation, sources, view::waves::Layout::PLAIN, &mut out).unwrap();
    view::check::json(diagnostics, sources, &mut out).unwrap();
    let units = compilation.plan.units.iter().map(|scheduled| scheduled.unit);
    let units: Vec<_> = units.take(100).collect();
    view::explain::print(&units, compilation, sources, &mut out).unwrap();
    assert!(String::from_utf8(out).is_ok());
}

fn objects_are_unique(compiled: &Compiled) {
    let mut ids = BTreeMap::new();
    for planned in &compiled.compilation.plan.objects {
        if planned.object.at(&["metadata", "name"]).is_some() {
            let id = planned.object.id();
            let before = ids.insert(id, ());
            assert!(before.is_none(), "two objects are {id:?}");
        }
    }
}

/// What has to be healthy first is in an earlier wave; what only belongs together is in no later one.
fn needs_come_first(compiled: &Compiled) {
    let Compilation { links, plan, project, .. } = &compiled.compilation;
    let waves: BTreeMap<_, _> =
        plan.units.iter().map(|scheduled| (scheduled.unit, scheduled.wave)).collect();
    // A written wave outdoes what nobody wrote.
    let has_pins = plan.units.iter().any(|scheduled| scheduled.is_pinned);
    for edge in links.edges() {
        if has_pins && edge.weight.origin != Origin::Written {
            continue;
        }
        let (first, then) = (*links.node(edge.from), *links.node(edge.to));
        let (before, after) = (waves[&first], waves[&then]);
        let names = format!("{} -> {}", project.label(first), project.label(then));
        match edge.weight.is_blocking {
            true => assert!(before < after, "{names}: {before} is not before {after}"),
            false => assert!(before <= after, "{names}: {before} is after {after}"),
        }
    }
    let order: Vec<i64> =
        plan.objects.iter().filter(|p| !p.is_hook).map(|planned| planned.wave).collect();
    let may_be_pulled_forward =
        |kind: &str| matches!(kind, "Namespace" | "CustomResourceDefinition");
    let in_order: Vec<i64> = plan
        .objects
        .iter()
        .filter(|p| !p.is_hook && !may_be_pulled_forward(p.object.kind()))
        .map(|planned| planned.wave)
        .collect();
    assert!(in_order.is_sorted(), "objects stand in the order of their waves: {order:?}");
}

/// Every AtlasSchema that is generated refers to a key of a hook, which every sync deletes and makes again in the wave
/// before: the operator sees that, whatever it has given up.
fn every_sync_has_schemas_checked(compiled: &Compiled) {
    let Compilation { plan, project, .. } = &compiled.compilation;
    for planned in &plan.objects {
        let object = &planned.object;
        let is_patched = project.common(object.owner).is_some_and(|it| !it.patches.is_empty());
        if !matches!(object.owner, Unit::Schema(_)) || object.kind() != "AtlasSchema" || is_patched
        {
            continue;
        }
        let text = |path: &[&str]| object.at(path).and_then(Value::as_str).map(str::to_owned);
        let hook_of = |kind: &str, reference: &[&str], data: &str| {
            let name = text(&[reference, &["name"]].concat())?;
            let key = text(&[reference, &["key"]].concat())?;
            plan.objects.iter().find(|it| {
                let is_hook = it.object.annotation("argocd.argoproj.io/hook") == Some("Sync");
                let has_key = it.object.at(&[data, &key]).is_some();
                it.object.kind() == kind && it.object.name() == name && is_hook && has_key
            })
        };
        let secret = hook_of("Secret", &["spec", "devURLFrom", "secretKeyRef"], "stringData");
        let config_map = hook_of("ConfigMap", &["spec", "schema", "configMapKeyRef"], "data");
        let of_registry = text(&["spec", "schema", "url"]).is_some();
        match secret.or(config_map) {
            Some(hook) => assert_eq!(hook.wave, planned.wave.saturating_sub(1)),
            // The Secret of the dev database is somebody else's, and there is no text.
            None => assert!(of_registry, "{} refers to no hook", object.name()),
        }
    }
}

/// A sync that waits for a confirmation to prune keeps every later commit waiting, the one that takes it back as well.
fn no_prune_waits_for_a_person(compiled: &Compiled) {
    const OPTIONS: &str = "argocd.argoproj.io/sync-options";
    let Compilation { plan, project, .. } = &compiled.compilation;
    for planned in &plan.objects {
        let Some(common) = project.common(planned.object.owner) else { continue };
        let is_written = common.annotations.iter().any(|(key, _)| key.as_str() == OPTIONS);
        let is_patched = !common.patches.is_empty();
        let options = planned.object.annotation(OPTIONS).unwrap_or_default();
        assert!(is_written || is_patched || !options.contains("Prune=confirm"), "{options}");
    }
}

/// By other code than the product's: whatever names another object is in no earlier wave. Only waves
/// that somebody wrote may contradict it, and whoever says what it waits for knows better.
fn readers_come_no_earlier(compiled: &Compiled, manifests: &str) {
    let Compilation { plan, project, .. } = &compiled.compilation;
    let is_explicit = |unit: Unit| match unit {
        Unit::Manifest(index) => project.manifests[index].is_explicit,
        Unit::Database(_) | Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => {
            project.common(unit).is_some_and(|common| common.is_explicit)
        }
    };
    let explicit: Vec<String> = plan
        .objects
        .iter()
        .filter(|planned| is_explicit(planned.object.owner))
        .map(|planned| format!("{}/{}", planned.object.kind(), planned.object.name()))
        .collect();
    let pinned: BTreeSet<Unit> =
        plan.units.iter().filter(|it| it.is_pinned).map(|scheduled| scheduled.unit).collect();
    let pinned: Vec<String> = plan
        .objects
        .iter()
        .filter(|planned| pinned.contains(&planned.object.owner))
        .map(|planned| format!("{}/{}", planned.object.kind(), planned.object.name()))
        .collect();
    let found = names::inversions(
        manifests,
        |id| !explicit.iter().any(|it| it == id),
        |id| pinned.iter().any(|it| it == id),
    );
    assert!(found.is_empty(), "{found:#?}\n{manifests}");
}

/// The text means what was meant, and every object but hooks carries its wave.
fn output_reads_back(compiled: &Compiled, manifests: &str) {
    let documents = read(manifests);
    let objects = &compiled.compilation.plan.objects;
    assert_eq!(documents.len(), objects.len(), "a document for every object");
    for (document, planned) in documents.iter().zip(objects) {
        let meant = normal(&Value::Map(planned.object.manifest.clone()));
        assert_eq!(normal(document), meant, "an object is read back as another");
        let path = ["metadata", "annotations", "argocd.argoproj.io/sync-wave"];
        let wave = document.at(&path).and_then(Value::as_str);
        // A plain hook of the Sync phase is printed as it was written.
        let is_plain_hook = matches!(planned.object.owner, Unit::Manifest(_))
            && planned.object.annotation("argocd.argoproj.io/hook").is_some();
        if !planned.is_hook && !is_plain_hook {
            // Argo CD applies these with the first object that needs them, whatever their wave says.
            let pulled = ["Namespace", "CustomResourceDefinition"].contains(&planned.object.kind());
            let right = wave == Some(planned.wave.to_string().as_str());
            assert!(right || (pulled && wave.is_some()), "{document:?}");
        }
    }
}

/// Numbers by their notation, as the reader keeps them.
fn normal(value: &Value) -> Value {
    match value {
        Value::Int(number) => Value::Number(number.to_string().into()),
        Value::List(items) => Value::List(items.iter().map(normal).collect()),
        Value::Map(map) => Value::Map(Map::of_distinct(
            map.iter().map(|(key, value)| (key.to_owned(), normal(value))),
        )),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// `# wave 1: Schema/shop (app.yaml:12)` before every document, and the place exists.
fn comments_tell_the_truth(compiled: &Compiled, manifests: &str) {
    let mut lines = manifests.lines();
    let mut comments = Vec::new();
    while let Some(line) = lines.next() {
        if line == "---" {
            comments.push(lines.next().unwrap_or_default());
        }
    }
    // A literal block may hold the same line, but never at the first column.
    assert_eq!(comments.len(), compiled.compilation.plan.objects.len());
    for (comment, planned) in comments.iter().zip(&compiled.compilation.plan.objects) {
        let lead = match planned.is_hook {
            true => "# hook: ".to_owned(),
            false => format!("# wave {}: ", planned.wave),
        };
        let owner = compiled.compilation.project.label(planned.object.owner);
        let Some(place) = comment
            .strip_prefix(&lead)
            .and_then(|rest| rest.strip_prefix(&owner))
            .and_then(|rest| rest.strip_prefix(" ("))
            .and_then(|rest| rest.strip_suffix(')'))
        else {
            panic!("`{comment}` is not `{lead}{owner} (file:line)`");
        };
        let (path, line) = place.rsplit_once(':').unwrap();
        // A file's name is shown without what a terminal would act on.
        let shown = |source: &&Source| printable(source.path.as_str()) == path;
        let as_is = compiled.sources.find(path).map(|file| compiled.sources.get(file));
        let source =
            as_is.or_else(|| compiled.sources.files().map(|(_, source)| source).find(shown));
        let n_lines = source.map_or(0, |source| source.n_lines());
        assert!((1..=n_lines).contains(&line.parse().unwrap()), "{place} does not exist");
    }
}
