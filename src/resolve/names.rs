//! What every name stands for.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::diag::problems::names::{AmbiguousName, DuplicateName, UnknownName};
use crate::diag::problems::security::LimitExceeded;
use crate::diag::{Diagnostics, message};
use crate::model::{MAX_DEPENDENCIES, Need, Unit};
use crate::source::{Span, Spanned};
use crate::spec::Specs;
use crate::syntax::{Kind, Text};

/// The names of a project.
pub(crate) struct Names {
    /// Specs and plain manifests by `Kind/name`; several manifests may share one.
    qualified: BTreeMap<(SmolStr, SmolStr), Vec<Unit>>,
    /// Specs by name alone, with their kind.
    specs: BTreeMap<SmolStr, Vec<(Kind, Unit)>>,
    /// The `database` of each Schema.
    schema_databases: Vec<Option<SmolStr>>,
    /// How many dependencies on several things of one name may still be written.
    left: Cell<usize>,
}

impl Names {
    /// Collects the names and reports specs of one kind that share one.
    pub(crate) fn of(specs: &Specs, diagnostics: &mut Diagnostics) -> Names {
        let mut names = Names {
            qualified: BTreeMap::new(),
            specs: BTreeMap::new(),
            schema_databases: Vec::new(),
            left: Cell::new(MAX_DEPENDENCIES),
        };
        let mut places = BTreeMap::new();
        let databases = specs.databases.iter().map(|spec| &spec.metadata.name).enumerate();
        let schemas = specs.schemas.iter().map(|spec| &spec.metadata.name).enumerate();
        let apps = specs.apps.iter().map(|spec| &spec.metadata.name).enumerate();
        let all = (databases.map(|(index, name)| (Kind::Database, Unit::Database(index), name)))
            .chain(schemas.map(|(index, name)| (Kind::Schema, Unit::Schema(index), name)))
            .chain(apps.map(|(index, name)| (Kind::App, Unit::App(index), name)));
        for (kind, unit, name) in all {
            names.add_spec(kind, unit, name, &mut places, diagnostics);
        }
        for (index, manifest) in specs.manifests.iter().enumerate() {
            let key = (manifest.kind.value.clone(), manifest.name.value.clone());
            names.qualified.entry(key).or_default().push(Unit::Manifest(index));
        }
        let database = |schema: &Option<Text>| schema.as_ref().map(|text| text.value.clone());
        names.schema_databases =
            specs.schemas.iter().map(|spec| database(&spec.fields.database)).collect();
        names
    }

    fn add_spec(
        &mut self,
        kind: Kind,
        unit: Unit,
        name: &Text,
        places: &mut BTreeMap<(Kind, SmolStr), Span>,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(&first) = places.get(&(kind, name.value.clone())) {
            let (primary, kind, name) = (name.span, kind.name(), &name.value);
            diagnostics.report(DuplicateName { primary, first, kind, name });
            return;
        }
        places.insert((kind, name.value.clone()), name.span);
        let key = (SmolStr::new_static(kind.name()), name.value.clone());
        self.qualified.entry(key).or_default().push(unit);
        self.specs.entry(name.value.clone()).or_default().push((kind, unit));
    }

    /// What a `dependsOn` entry, `name` or `Kind/name`, stands for. A name that leads nowhere is
    /// reported.
    pub(crate) fn dependencies(
        &self,
        written: &Text,
        from: Unit,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Need> {
        let units = match written.value.split_once('/') {
            Some((kind, name)) => self.qualified(kind, name, written, diagnostics),
            None => self
                .spec(&written.value, written.as_ref(), from, &Kind::ALL, diagnostics)
                .into_iter()
                .collect(),
        };
        let by = SmolStr::new_static("dependsOn");
        units.into_iter().map(|unit| Need { unit, span: written.span, by: by.clone() }).collect()
    }

    fn qualified(
        &self,
        kind: &str,
        name: &str,
        written: &Text,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Unit> {
        let found = self.qualified.get(&(kind.into(), name.into()));
        if let Some([unit]) = found.map(Vec::as_slice) {
            return vec![*unit];
        }
        if let Some(units) = found {
            return self.all_of_them(units, written, diagnostics);
        }
        let known = || {
            let names = self.qualified.keys().map(|(kind, name)| format!("{kind}/{name}").into());
            names.collect::<Vec<_>>()
        };
        let known = diagnostics.are_few().then_some(&known as &dyn Fn() -> _);
        let (primary, written) = (written.span, &written.value);
        diagnostics.report(UnknownName { primary, written, what: "object", known });
        Vec::new()
    }

    /// Things that share a name: every mention of it stands for all of them.
    fn all_of_them(
        &self,
        units: &[Unit],
        written: &Text,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Unit> {
        let had = self.left.get();
        let left = had.saturating_sub(units.len());
        self.left.set(left);
        if left > 0 {
            return units.to_vec();
        }
        if had > 0 {
            let message = message!(
                "more than {MAX_DEPENDENCIES} dependencies between manifests",
                MAX_DEPENDENCIES
            );
            let help = "split the project, or give the manifests names of their own".into();
            diagnostics.report(LimitExceeded { primary: written.span, message, help });
        }
        Vec::new()
    }

    /// The spec of a name, for the spec `from`, which cannot mean itself unless it is alone. A
    /// Schema comes before the Database that it belongs to: who waits for it has both.
    pub(crate) fn spec(
        &self,
        name: &str,
        written: Spanned<&SmolStr>,
        from: Unit,
        kinds: &[Kind],
        diagnostics: &mut Diagnostics,
    ) -> Option<Unit> {
        let all = self.specs.get(name).map(Vec::as_slice).unwrap_or_default();
        let fitting: Vec<(Kind, Unit)> =
            all.iter().copied().filter(|(kind, _)| kinds.contains(kind)).collect();
        let others: Vec<(Kind, Unit)> =
            fitting.iter().copied().filter(|&(_, unit)| unit != from).collect();
        let candidates = if others.is_empty() { fitting } else { others };
        match candidates.as_slice() {
            [] => {
                let known = || self.known(kinds);
                let known = diagnostics.are_few().then_some(&known as &dyn Fn() -> _);
                let what = kinds_in_words(kinds);
                let (primary, written) = (written.span, name);
                diagnostics.report(UnknownName { primary, written, what: &what, known });
                None
            }
            [(_, unit)] => Some(*unit),
            [(_, _), (Kind::Schema, schema)] if self.is_schema_of(*schema, name, &candidates) => {
                Some(*schema)
            }
            several => {
                let choices: Vec<String> =
                    several.iter().map(|(kind, _)| format!("{}/{name}", kind.name())).collect();
                diagnostics.report(AmbiguousName { primary: written.span, name, choices });
                None
            }
        }
    }

    /// Whether a Schema and a Database of one name belong together.
    fn is_schema_of(&self, schema: Unit, name: &str, candidates: &[(Kind, Unit)]) -> bool {
        let Unit::Schema(index) = schema else { return false };
        let database = self.schema_databases.get(index).and_then(Option::as_deref);
        let is_database = |(kind, _): &(Kind, Unit)| *kind == Kind::Database;
        database == Some(name) && candidates.first().is_some_and(is_database)
    }

    fn known(&self, kinds: &[Kind]) -> Vec<Cow<'_, str>> {
        let has = |list: &[(Kind, Unit)]| list.iter().any(|(kind, _)| kinds.contains(kind));
        self.specs
            .iter()
            .filter(|(_, list)| has(list))
            .map(|(name, _)| name.as_str().into())
            .collect()
    }
}

/// `Database`, `Schema` or `App`.
fn kinds_in_words(kinds: &[Kind]) -> String {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}
