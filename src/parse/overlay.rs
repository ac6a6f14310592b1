//! Environments and single changes: documents as they are after everything has been merged.
//!
//! `environments/<name>/` holds partial specs, merged onto the base by RFC 7386, and documents of
//! its own. Single fields are then changed by parameters. All of this happens on the trees, so that
//! the result is checked as a whole, and every value keeps the place where it was written.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::diag::problems::names::PartOutside;
use crate::diag::problems::parameters::{InvalidParameter, NothingToChange, UnknownEnvironment};
use crate::diag::problems::security::LimitExceeded;
use crate::diag::{Diagnostics, message, nearest};
use crate::parameters::{Edit, Settings};
use crate::parse::{API_VERSION, MERGE_STEPS};
use crate::source::{FileId, Sources, Span, Spanned};
use crate::spec::KindOfSpec;
use crate::syntax::node::{Data, Entry, Node};

/// The most names of specs among which a misspelt one is looked for.
const MAX_NAMES: usize = 250;
/// Overlays live below this folder.
const ENVIRONMENTS: &str = "environments/";

/// One document and the file that it is in.
pub(super) struct Document {
    pub(super) file: FileId,
    pub(super) node: Node,
}

/// The environment that a path belongs to.
pub(super) fn environment_of(path: &str) -> Option<&str> {
    let (name, _) = path.strip_prefix(ENVIRONMENTS)?.split_once('/')?;
    Some(name)
}

/// The names of all environments.
pub(crate) fn environments(sources: &Sources) -> Vec<&str> {
    let mut names: Vec<&str> =
        sources.files().filter_map(|(_, source)| environment_of(&source.path)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Reports an environment that does not exist.
pub(super) fn check_environment(
    settings: &Settings,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) {
    let Some(chosen) = &settings.environment else { return };
    let known = environments(sources);
    if !known.contains(&chosen.value.as_str()) {
        let (primary, name) = (chosen.span, chosen.value.as_str());
        diagnostics.report(UnknownEnvironment { primary, name, known: &known });
    }
}

/// What tells one spec from another: kind and name.
type SpecId = (SmolStr, SmolStr);

/// Leaves out parts of specs that stand beside the folders of the environments, and says so: each would
/// be one more spec of that name, and lack what the whole one has.
pub(super) fn without_parts_outside(
    mut base: Vec<Document>,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Vec<Document> {
    let file_outside = |document: &Document| {
        let path = &sources.get(document.file).path;
        if let Some(name) = path.strip_prefix(ENVIRONMENTS) {
            return Some(name.rsplit_once('.').map_or(name, |(stem, _)| stem));
        }
        // A part of a spec in a folder of another name: that of the environment is the last one.
        let (folders, _) = path.rsplit_once('/')?;
        let kind = KindOfSpec::find(document.node.get("kind").and_then(Node::str)?)?;
        let has = |field: &str| document.node.at(&["spec", field]).is_some();
        let is_part = spec_id(&document.node).is_some() && !kind.is_whole(has);
        is_part.then(|| folders.rsplit('/').next().unwrap_or(folders))
    };
    if base.iter().all(|document| file_outside(document).is_none()) {
        return base;
    }
    let whole = base.iter().filter(|document| file_outside(document).is_none());
    let whole: BTreeMap<SpecId, Span> = whole
        .filter_map(|document| spec_id(&document.node).zip(name_span(&document.node)))
        .collect();
    base.retain(|document| {
        let Some(environment) = file_outside(document) else { return true };
        let Some(id) = spec_id(&document.node) else { return true };
        let (Some(&whole), Some(primary)) = (whole.get(&id), name_span(&document.node)) else {
            return true;
        };
        let (kind, name) = (id.0.as_str(), id.1.as_str());
        diagnostics.report(PartOutside { primary, whole, kind, name, environment });
        false
    });
    base
}

fn name_span(node: &Node) -> Option<Span> {
    Some(node.at(&["metadata", "name"])?.span)
}

/// Merges an overlay onto the base and makes the single changes.
pub(super) fn merged(
    base: Vec<Document>,
    overlay: Vec<Document>,
    settings: &Settings,
    diagnostics: &mut Diagnostics,
) -> Vec<Document> {
    let mut documents = base;
    let mut steps = MERGE_STEPS;
    let mut places: BTreeMap<SpecId, usize> = BTreeMap::new();
    for (place, document) in documents.iter().enumerate() {
        if let Some(id) = spec_id(&document.node) {
            places.entry(id).or_insert(place);
        }
    }
    for part in overlay {
        let target = spec_id(&part.node).and_then(|id| places.get(&id).copied());
        match target.and_then(|place| documents.get_mut(place)) {
            Some(document) => {
                let primary = part.node.span;
                if steps == 0 {
                    continue;
                }
                merge(&mut document.node, part.node, &mut steps);
                report_steps(steps, primary, diagnostics);
            }
            None => {
                if is_misspelt(&part.node, &places, diagnostics) {
                    continue;
                }
                if let Some(id) = spec_id(&part.node) {
                    places.entry(id).or_insert(documents.len());
                }
                documents.push(part);
            }
        }
    }
    for edit in &settings.edits {
        if steps > 0 {
            change(edit, &places, &mut documents, &mut steps, diagnostics);
            report_steps(steps, edit.name.span, diagnostics);
        }
    }
    diagnostics.effort.add(MERGE_STEPS - steps, MERGE_STEPS);
    documents
}

fn report_steps(left: usize, primary: Span, diagnostics: &mut Diagnostics) {
    if left == 0 {
        let message = message!(
            "merging environments and parameters takes more than {MERGE_STEPS} steps",
            MERGE_STEPS
        );
        let help = "change fewer fields, or split the specs".into();
        diagnostics.report(LimitExceeded { primary, message, help });
    }
}

/// Kind and name of a spec; nothing for other documents.
fn spec_id(node: &Node) -> Option<SpecId> {
    let is_ours = node.get("apiVersion").and_then(Node::str) == Some(API_VERSION);
    let name = node.at(&["metadata", "name"])?.scalar()?;
    let kind = node.get("kind").and_then(Node::str).filter(|_| is_ours)?;
    Some((kind.into(), name.text.clone()))
}

/// Whether a spec of an overlay is a part for which there is no whole: a field that its kind requires
/// is missing, and a name of the base is near.
fn is_misspelt(
    node: &Node,
    places: &BTreeMap<SpecId, usize>,
    diagnostics: &mut Diagnostics,
) -> bool {
    let Some((kind, name)) = spec_id(node) else { return false };
    let Some(known) = KindOfSpec::find(&kind) else { return false };
    let has = |field: &str| node.at(&["spec", field]).is_some();
    // It is an error in any case; what it lacks is said where a guess is of no help.
    if known.is_whole(has) || !diagnostics.are_few() {
        return false;
    }
    let known = places.keys().filter(|(other, _)| *other == kind).map(|(_, name)| name.as_str());
    if nearest(&name, known).is_none() {
        return false;
    }
    let primary = node.at(&["metadata", "name"]).map_or(node.span, |name| name.span);
    report_nothing(primary, &kind, &name, places, diagnostics);
    true
}

fn report_nothing(
    primary: Span,
    kind: &str,
    name: &str,
    places: &BTreeMap<SpecId, usize>,
    diagnostics: &mut Diagnostics,
) {
    let same_kind = places.keys().filter(|(other, _)| other == kind).take(MAX_NAMES);
    let others = places.keys().filter(|(other, _)| other != kind).take(MAX_NAMES);
    let known: Vec<String> =
        same_kind.chain(others).map(|(kind, name)| format!("{kind}/{name}")).collect();
    let spec = format!("{kind}/{name}");
    diagnostics.report(NothingToChange { primary, spec: &spec, known: &known });
}

/// RFC 7386: mappings merge, null removes, everything else replaces. Recursion is bounded by the
/// reader's own depth.
fn merge(target: &mut Node, patch: Node, steps: &mut usize) {
    let Node { data, span } = patch;
    if target.data == data {
        // Nothing changes, so the place stays as well: a spec's name is the base's.
        return;
    }
    let Data::Mapping(patches) = data else {
        *target = Node { data, span };
        return;
    };
    if !matches!(target.data, Data::Mapping(_)) {
        *target = Node { data: Data::Mapping(Vec::new()), span };
    }
    let Data::Mapping(entries) = &mut target.data else { return };
    for Entry { key, value } in patches {
        *steps = steps.saturating_sub(entries.len() + 1);
        if *steps == 0 {
            return;
        }
        let place = entries.iter().position(|entry| entry.key.value == key.value);
        match (place, value.is_null()) {
            (Some(place), true) => _ = entries.remove(place),
            (None, true) => {}
            (Some(place), false) => {
                if let Some(entry) = entries.get_mut(place) {
                    let was = entry.value.span;
                    merge(&mut entry.value, value, steps);
                    if entry.value.span != was {
                        entry.key = key;
                    }
                }
            }
            (None, false) => {
                // What is new may hold nulls as well, which then remove nothing.
                let mut fresh = Node { data: Data::Mapping(Vec::new()), span: value.span };
                merge(&mut fresh, value, steps);
                entries.push(Entry { key, value: fresh });
            }
        }
    }
}

/// Changes one field.
fn change(
    edit: &Edit,
    places: &BTreeMap<SpecId, usize>,
    documents: &mut [Document],
    steps: &mut usize,
    diagnostics: &mut Diagnostics,
) {
    let id = (edit.kind.value.clone(), edit.name.value.clone());
    let document = places.get(&id).and_then(|&place| documents.get_mut(place));
    let Some(document) = document else {
        let (kind, name) = (&edit.kind.value, &edit.name.value);
        return report_nothing(edit.name.span, kind, name, places, diagnostics);
    };
    if let [first, second] = edit.path.as_slice()
        && first == "metadata"
        && second == "name"
    {
        let message = "a parameter cannot rename a spec".into();
        let help = "change `metadata.name` in the directory".into();
        let primary = edit.name.span;
        return diagnostics.report(InvalidParameter { primary, message, help });
    }
    if let Err(problem) = set(&mut document.node, &edit.path, edit, steps) {
        diagnostics.report(problem);
    }
}

fn set(
    node: &mut Node,
    path: &[SmolStr],
    edit: &Edit,
    steps: &mut usize,
) -> Result<(), InvalidParameter> {
    let Some((key, rest)) = path.split_first() else {
        let fresh = Node { data: Data::Mapping(Vec::new()), span: edit.value.span };
        let is_merge = matches!(edit.value.data, Data::Mapping(_));
        *node = if is_merge { fresh } else { edit.value.clone() };
        if is_merge {
            merge(node, edit.value.clone(), steps);
        }
        return Ok(());
    };
    let span = edit.value.span;
    match &mut node.data {
        Data::Mapping(entries) => {
            *steps = steps.saturating_sub(entries.len() + 1);
            let place = entries.iter().position(|entry| entry.key.value == *key);
            if rest.is_empty() && edit.value.is_null() {
                place.map(|place| entries.remove(place));
                return Ok(());
            }
            let place = place.unwrap_or_else(|| {
                let value = Node { data: Data::Mapping(Vec::new()), span };
                entries.push(Entry { key: Spanned::new(key.clone(), edit.name.span), value });
                entries.len() - 1
            });
            match entries.get_mut(place) {
                Some(entry) => set(&mut entry.value, rest, edit, steps),
                None => Ok(()),
            }
        }
        Data::Sequence(items) => {
            let n_items = items.len();
            let item = key.parse::<usize>().ok().and_then(|index| items.get_mut(index));
            match item {
                Some(item) => set(item, rest, edit, steps),
                None => Err(InvalidParameter {
                    primary: edit.name.span,
                    message: message!("the list has no item `{key}`", key = key.escape_debug()),
                    help: message!("it has {n_items} items, counted from 0", n_items),
                }),
            }
        }
        Data::Scalar(_) => Err(InvalidParameter {
            primary: edit.name.span,
            message: message!(
                "`{key}` does not exist: there is a single value here",
                key = key.escape_debug()
            ),
            help: "set the value as a whole".into(),
        }),
    }
}
