//! Syntax -> model: names become references, texts become checked values, paths become contents.
//!
//! Every spec comes out, even a wrong one, so that one run finds every mistake and previews can
//! draw a broken project; what is wrong has been reported.

mod app;
mod atlas;
mod check;
mod database;
pub mod files;
mod manifests;
mod migrations;
mod names;
mod other_tools;
mod schema;
mod secret_users;
mod template;

use std::collections::BTreeSet;

use smol_str::{SmolStr, format_smolstr};

use crate::annotation;
use crate::diag::problems::names::InvalidName;
use crate::diag::problems::spec::InvalidValue;
use crate::diag::{Diagnostics, Message, message};
use crate::environment::Environment;
use crate::model::{Common, Hook, Manifest, Need, Phase, Project, Unit};
use crate::source::{Sources, Span, Spanned};
use crate::spec::{Metadata, Shared, Spec, Specs};
use crate::syntax::{self, Kind, Text};
use names::Names;

/// What every part of this stage looks at.
pub(crate) struct Context<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) files: &'a files::Named,
    pub(crate) environment: &'a Environment,
    pub(crate) names: &'a Names,
}

/// Turns what was written into what it means.
pub fn project(
    specs: Specs,
    sources: &Sources,
    files: &files::Named,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Project {
    let mut specs = specs;
    specs.manifests =
        manifests::distinct(std::mem::take(&mut specs.manifests), environment, diagnostics);
    let names = Names::of(&specs, diagnostics);
    let context = Context { sources, files, environment, names: &names };
    let Specs { databases, schemas, apps, manifests } = specs;
    let databases =
        each(databases, |index, spec| database::database(index, spec, &context, diagnostics));
    let schemas =
        each(schemas, |index, spec| schema::schema(index, spec, &databases, &context, diagnostics));
    let hosts = app::hosts(&apps, &context);
    let scope = template::Scope {
        databases: &databases,
        schemas: &schemas,
        apps: &hosts,
        unescaped: Default::default(),
    };
    let apps = each(apps, |index, spec| app::app(index, spec, &scope, &context, diagnostics));
    let manifests =
        each(manifests, |index, written| manifest(index, written, &context, diagnostics));
    let namespace = environment.namespace.clone();
    secret_users::check(&databases, &manifests, namespace.as_deref(), diagnostics);
    let plain_schemas = atlas::objects(&manifests, namespace.as_deref(), diagnostics);
    Project { databases, schemas, apps, manifests, plain_schemas, namespace }
}

/// What becomes of each, with its number.
fn each<S, T>(written: Vec<S>, mut meaning: impl FnMut(usize, S) -> T) -> Vec<T> {
    let mut all: Vec<T> =
        written.into_iter().enumerate().map(|(index, one)| meaning(index, one)).collect();
    // They are collected in the place of what was written, which took more.
    all.shrink_to_fit();
    all
}

/// Checks what all kinds of spec share and gives back the fields of its own.
fn common<T>(
    kind: Kind,
    unit: Unit,
    spec: Spec<T>,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> (Common, T) {
    let Spec { metadata, shared, fields } = spec;
    let Metadata { name, namespace, labels, annotations } = metadata;
    let Shared { depends_on, wave, patches } = shared;
    check::name(kind, &name, diagnostics);
    if let Some(namespace) = &namespace {
        check::namespace(namespace, diagnostics);
    }
    check::labels(&labels, diagnostics);
    check::annotations(&annotations, diagnostics);
    // As far as an annotation's may be: a wave beyond that is meant by nobody, and could be added
    // to no more.
    let bounds = i64::from(i32::MIN)..=i64::from(i32::MAX);
    if let Some(wave) = wave {
        check::range("wave", wave, bounds.clone(), diagnostics);
    }
    let wave = wave.filter(|wave| bounds.contains(&wave.value));
    let is_explicit = depends_on.is_some();
    let needs = depends_on
        .unwrap_or_default()
        .iter()
        .flat_map(|written| context.names.dependencies(written, unit, diagnostics))
        .collect();
    let common = Common {
        place: name.span,
        name: name.value,
        namespace: namespace.map(|text| text.value),
        labels: plain(labels),
        annotations: plain(annotations),
        needs,
        is_explicit,
        wave,
        patches,
    };
    (common, fields)
}

/// A map of strings without its places.
fn plain(map: syntax::TextMap) -> Vec<(SmolStr, SmolStr)> {
    map.into_iter().map(|(key, value)| (key.value, value.value)).collect()
}

/// Strings without their places.
fn values(texts: Vec<Text>) -> Vec<SmolStr> {
    texts.into_iter().map(|text| text.value).collect()
}

/// The namespace that an object of a spec ends up in, when that is known.
fn namespace_of(own: Option<&Text>, environment: &Environment) -> Option<SmolStr> {
    own.map(|text| text.value.clone()).or_else(|| environment.namespace.clone())
}

/// A host name inside the cluster; with its namespace, so that it is found from everywhere: the
/// operator resolves it from its own namespace (FACTS 3.6).
fn service_host(name: &str, namespace: Option<&str>) -> SmolStr {
    match namespace {
        Some(namespace) => format_smolstr!("{name}.{namespace}"),
        None => name.into(),
    }
}

fn manifest(
    index: usize,
    written: syntax::Manifest,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Manifest {
    let (hook, place) = hook(&written).unzip();
    let is_hook = hook.as_ref().is_some_and(|hook| !hook.has(Phase::Sync));
    let wave = match written.annotation(annotation::WAVE) {
        Some(text) => wave(text, diagnostics),
        None if is_hook => None,
        None => weight(&written, diagnostics),
    };
    manifests::check(&written, hook.as_ref(), diagnostics);
    let wave = wave.or_else(|| Some(Spanned::new(0, place?)));
    let (is_explicit, needs) = match written.annotation(annotation::DEPENDS_ON) {
        None => (false, Vec::new()),
        Some(list) => (true, annotated(list, Unit::Manifest(index), context, diagnostics)),
    };
    Manifest { written, wave, hook, is_hook, needs, is_explicit }
}

/// What Argo CD takes for a hook, and where that is written.
fn hook(written: &syntax::Manifest) -> Option<(Hook, Span)> {
    let own = written.annotation(annotation::HOOK);
    let helm = written.annotation(annotation::HELM_HOOK);
    let phases = Hook::phases(own.map(|text| text.value), helm.map(|text| text.value))?;
    let first = own.or(helm)?;
    Some((Hook { phases, written: first.value.into() }, first.span))
}

/// Helm's weight of an object, which is its wave where none is written, whether it is a hook or not
/// (gitops-engine `pkg/sync/syncwaves/waves.go`). What is no number is 0 there.
fn weight(written: &syntax::Manifest, diagnostics: &mut Diagnostics) -> Option<Spanned<i64>> {
    let text = written.annotation(annotation::HELM_WEIGHT)?;
    let weight = text.value.parse::<i64>().ok()?;
    if i32::try_from(weight).is_err() {
        diagnostics.report(InvalidValue {
            primary: text.span,
            message: message!(
                "Argo CD uses the weight `{weight}` as a wave, and it is out of range",
                weight
            ),
            help: "write a number between -2147483648 and 2147483647".into(),
        });
        return None;
    }
    Some(Spanned::new(weight, text.span))
}

/// The wave that an annotation holds: Argo CD takes what is no number for 0
/// (gitops-engine `pkg/sync/syncwaves/waves.go`), which nobody means.
fn wave(text: Spanned<&str>, diagnostics: &mut Diagnostics) -> Option<Spanned<i64>> {
    match text.value.parse::<i32>() {
        Ok(wave) => Some(Spanned::new(i64::from(wave), text.span)),
        Err(_) => {
            diagnostics.report(InvalidValue {
                primary: text.span,
                message: message!("the wave `{value}` is not a whole number", value = text.value),
                help: "write a number in quotes, for example \"1\"".into(),
            });
            None
        }
    }
}

/// The dependencies that an annotation lists, with commas between them.
fn annotated(
    list: Spanned<&str>,
    unit: Unit,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Need> {
    let names = list.value.split(',').map(str::trim).filter(|name| !name.is_empty());
    let mut seen = BTreeSet::new();
    names
        .filter(|name| seen.insert(*name))
        .flat_map(|name| {
            let written = Spanned::new(name.into(), list.span);
            let mut needs = context.names.dependencies(&written, unit, diagnostics);
            needs.iter_mut().for_each(|need| need.by = annotation::DEPENDS_ON.into());
            needs
        })
        .collect()
}

/// A name that Kubernetes refuses, with the rule that it breaks.
fn invalid_name(
    primary: Span,
    what: impl Into<Message>,
    name: &str,
    rule: impl Into<Message>,
) -> InvalidName {
    InvalidName { primary, what: what.into(), name: name.to_owned(), rule: rule.into() }
}
