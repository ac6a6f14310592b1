//! What pods do with the cluster they run in, by their scripts: Secrets that they make, objects that they
//! wait for, plans of an installation that they approve, databases that they create.
//!
//! A script is not run, so only what is written out in it is known, and nothing of it costs a wave but
//! a database: it is no later than what needs it, and no earlier than what it needs.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::link::index::{BYTES, Index, fits_namespace};
use crate::link::infer::{Schema, no_earlier};
use crate::link::jobs::database_of;
use crate::link::pods::{self, Reads, VariableValue};
use crate::link::{Findings, addresses, contents, known, short};
use crate::links::Origin;
use crate::model::{App, Unit, Workload};
use crate::source::Span;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// The most words of a pod's scripts that are looked at.
const MAX_WORDS: usize = 20_000;
/// The most words behind a verb among which its operands are looked for: flags may stand before them.
const MAX_OPERANDS: usize = 24;

/// What the containers of a pod run, word by word, and the variables that they know.
#[derive(Default)]
pub(super) struct Script {
    words: Vec<String>,
    variables: BTreeMap<SmolStr, SmolStr>,
    /// What it assigns to variables of its own.
    assigned: BTreeMap<SmolStr, SmolStr>,
    span: Option<Span>,
}

impl Script {
    fn of(reads: &Reads) -> Script {
        let mut script = Script::default();
        for variable in reads.containers.iter().flatten() {
            let VariableValue::Text(text) = &variable.value else { continue };
            let name = variable.name.as_str();
            if !name.is_empty() && !name.starts_with('-') {
                script.variables.insert(variable.name.clone(), text.clone());
                continue;
            }
            script.span = script.span.or(Some(variable.span));
            script.add(name);
            script.add(text);
        }
        script
    }

    fn add(&mut self, text: &str) {
        let is_end =
            |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '(' | ')' | ';' | ',');
        let left = MAX_WORDS.saturating_sub(self.words.len());
        for word in text.split(is_end).filter(|word| !word.is_empty()).take(left) {
            self.words.push(word.to_owned());
            if let Some((name, value)) = word.split_once('=') {
                self.assigned.entry(name.into()).or_insert(value.into());
            }
        }
    }

    /// Adds the scripts of mounted ConfigMaps that its commands name by their files.
    fn add_mounted(&mut self, index: &Index<'_>, unit: Unit, reads: &Reads) {
        let namespace = index.namespace(unit);
        let words = self.words.iter().take_while(|_| index.spend(1));
        let names: BTreeSet<String> =
            words.filter_map(|word| word.rsplit('/').next()).map(str::to_owned).collect();
        if names.is_empty() {
            return;
        }
        for map in &reads.config_maps {
            let Some(number) = index.written("ConfigMap", &map.name, namespace) else { continue };
            for (key, datum) in index.data(number).take_while(|_| index.spend(1)) {
                let is_run = names.contains(key);
                let text = datum.text().filter(|_| is_run);
                if let Some(text) = text.filter(|text| index.spend(text.len() / BYTES)) {
                    self.add(&text);
                }
            }
        }
    }

    /// A word with what a variable stands for, if it is one: `$NAME`, `${NAME}`, `$(NAME)`.
    fn value<'w>(&'w self, word: &'w str) -> &'w str {
        let Some(name) = word.strip_prefix('$') else { return word };
        let name = name.trim_matches(['{', '}']);
        let known = self.variables.get(name).or_else(|| self.assigned.get(name));
        known.map_or(word, SmolStr::as_str)
    }

    /// The words behind a place that are no flags, nor the values of those that say where.
    fn operands(&self, from: usize) -> impl Iterator<Item = &str> {
        let mut is_value = false;
        self.words.iter().skip(from).take(MAX_OPERANDS).filter_map(move |word| {
            if std::mem::take(&mut is_value) {
                return None;
            }
            is_value = matches!(&**word, "-n" | "--namespace" | "--context" | "--kubeconfig");
            (!word.starts_with('-')).then(|| self.value(word))
        })
    }

    fn has(&self, is: impl Fn(&str) -> bool) -> bool {
        self.words.iter().any(|word| is(word))
    }

    /// Whether it talks to the cluster.
    fn is_of_cluster(&self) -> bool {
        const CLIENTS: [&str; 4] = ["kubectl", "oc", "kubectl.sh", "argocd"];
        self.has(|word| word.rsplit('/').next().is_some_and(|it| CLIENTS.contains(&it)))
    }

    /// The Secrets and ConfigMaps that it makes: kind and name.
    fn makes(&self) -> BTreeSet<(&'static str, SmolStr)> {
        let mut made = BTreeSet::new();
        let writes = |word: &str| matches!(word, "create" | "apply" | "replace" | "patch");
        if !self.is_of_cluster() || !self.has(writes) {
            return made;
        }
        let kinds = [("secret", "Secret"), ("configmap", "ConfigMap")];
        let mut keep = |kind, name: &str| {
            let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
            if !name.is_empty() && name.bytes().all(is_name) {
                made.insert((kind, SmolStr::from(name)));
            }
        };
        for (at, word) in self.words.iter().enumerate() {
            for (plain, kind) in kinds {
                if word == "create" {
                    let mut operands = self.operands(at + 1);
                    let is_it = operands
                        .next()
                        .is_some_and(|it| it == plain || plain == "configmap" && it == "cm");
                    let is_typed = kind == "Secret";
                    let mut operands = operands.skip(usize::from(is_typed));
                    if let Some(name) = operands.next().filter(|_| is_it) {
                        keep(kind, name);
                    }
                }
                if let Some(name) = word.strip_prefix(plain).and_then(|it| it.strip_prefix('/')) {
                    keep(kind, self.value(name));
                }
            }
            // `kind: Secret`, in a text that is applied: the next name is its own, or the one before.
            if word == "kind:"
                && let Some((_, kind)) = kinds
                    .iter()
                    .find(|(_, kind)| self.words.get(at + 1).is_some_and(|it| it == kind))
            {
                let is_end = |word: &&String| matches!(word.as_str(), "---" | "kind:");
                let behind = self.words.iter().skip(at + 1).take_while(|word| !is_end(word));
                let behind: Vec<&String> = behind.collect();
                let before = self.words.iter().take(at).rev().take_while(|word| !is_end(word));
                let before: Vec<&String> = before.collect();
                let behind = behind.windows(2).find_map(|it| match it {
                    [key, name] if *key == "name:" => Some(*name),
                    _ => None,
                });
                let before = before.windows(2).find_map(|it| match it {
                    [name, key] if *key == "name:" => Some(*name),
                    _ => None,
                });
                if let Some(name) = behind.or(before) {
                    keep(kind, self.value(name));
                }
            }
        }
        let named = self.variables.values().filter_map(|value| value.strip_prefix("secret/"));
        named.for_each(|name| keep("Secret", name));
        made
    }

    /// Whether it approves what the Operator Lifecycle Manager plans to install.
    fn approves(&self) -> bool {
        let is_plan = |text: &str| text.to_ascii_lowercase().contains("installplan");
        self.has(is_plan) || self.variables.values().any(|value| is_plan(value))
    }

    /// Whether it creates a database, by what it runs.
    fn creates_database(&self) -> bool {
        let is = |word: Option<&String>, known: &str| {
            word.is_some_and(|word| word.eq_ignore_ascii_case(known))
        };
        self.words.iter().enumerate().any(|(at, word)| {
            let next = self.words.get(at + 1);
            let before = |known| at.checked_sub(1).is_some_and(|at| is(self.words.get(at), known));
            match word.to_ascii_lowercase().as_str() {
                "createdb" => true,
                "create" => is(next, "database"),
                "db:create" => !before("db:schema:load"),
                _ => false,
            }
        })
    }
}

/// Whether a workload runs to an end.
pub(super) fn runs_once(manifest: &Manifest) -> bool {
    pods::is_workload(manifest) && !pods::is_server_kind(manifest)
}

/// The Secrets and ConfigMaps that a workload of the project makes by its scripts.
pub(super) fn made_by(manifest: &Manifest) -> BTreeSet<(&'static str, SmolStr)> {
    match runs_once(manifest) {
        true => Script::of(&pods::reads(manifest)).makes(),
        false => BTreeSet::new(),
    }
}

/// What scripts say of the order.
#[derive(Default)]
pub(super) struct Said {
    /// Databases that Jobs create, and plans that they approve.
    pub(super) prepared: Findings,
    /// What is waited for. It costs no wave, so that it is added behind what does.
    pub(super) awaited: Findings,
}

/// What the scripts of a project say of the order.
pub(super) fn said(index: &Index<'_>, schemas: &[Schema]) -> Said {
    let Said { prepared: mut found, mut awaited } = Said::default();
    let mut creators = Vec::new();
    let by_label = ByLabel::of(index);
    for (number, manifest) in index.project.manifests.iter().enumerate() {
        let (unit, written) = (Unit::Manifest(number), &manifest.written);
        if manifest.is_hook || !pods::is_workload(written) || found.is_full() {
            continue;
        }
        let reads = pods::reads(written);
        let mut script = Script::of(&reads);
        script.add_mounted(index, unit, &reads);
        waits(index, unit, &script, &by_label, &mut awaited);
        for container in pods::containers(written) {
            waits_for(index, unit, container, &by_label, &mut awaited);
            entrypoint(index, unit, container, &by_label, &mut awaited);
        }
        if runs_once(written) && script.approves()
            || runs_once(written) && names_subscription(index, &script)
        {
            approves(index, unit, &script, manifest.written.kind.span, &mut found);
        }
        let name = written.name.value.as_str();
        if runs_once(written) && (script.creates_database() || creates_by_name(name, &script)) {
            creators.push(creator(index, unit, &reads, &script, &mut found));
        }
    }
    for (number, app) in index.project.apps.iter().enumerate() {
        if found.is_full() {
            break;
        }
        let (unit, reads) = (Unit::App(number), pods::app_reads(app));
        let mut script = Script::of(&reads);
        script.add_mounted(index, unit, &reads);
        waits(index, unit, &script, &by_label, &mut awaited);
        let creates = script.creates_database() || creates_by_name(&app.common.name, &script);
        if is_job(app) && creates {
            creators.push(creator(index, unit, &reads, &script, &mut found));
        }
    }
    contents::before_schemas(index, &creators, schemas, &mut found);
    Said { prepared: found, awaited }
}

fn is_job(app: &App) -> bool {
    matches!(app.workload, Workload::Job(_))
}

// Databases.

/// Whether a Job creates a database, by its name; not where it fills or migrates one.
fn creates_by_name(name: &str, script: &Script) -> bool {
    const NAMES: [&str; 12] = [
        "create-database",
        "create-db",
        "createdb",
        "database-create",
        "db-create",
        "init-database",
        "init-db",
        "initdb",
        "database-init",
        "db-init",
        "bootstrap-db",
        "bootstrap-database",
    ];
    const OTHERS: [&str; 9] =
        ["migrat", "seed", "insert", "load", "import", "upgrade", "populate", "table", ".sql"];
    let fills = |word: &str| {
        let word = word.to_ascii_lowercase();
        OTHERS.iter().any(|other| word.contains(other))
    };
    let name = name.replace('_', "-");
    let has_name = NAMES.iter().any(|known| {
        let around = name.split(known).collect::<Vec<_>>();
        around.len() > 1
            && around.iter().all(|it| it.is_empty() || it.starts_with('-') || it.ends_with('-'))
    });
    has_name && !fills(&name) && !script.has(fills)
}

/// A Job that creates a database, described like a schema.
fn creator(
    index: &Index<'_>,
    unit: Unit,
    reads: &Reads,
    script: &Script,
    found: &mut Findings,
) -> Schema {
    let mut schema = database_of(index, unit, reads, found);
    if let Some(span) = script.span.filter(|_| index.spend(script.words.len())) {
        let text = script.words.join(" ");
        let hosts = addresses::in_commands(&text);
        schema.is_at(index, hosts, span, "its arguments", found);
    }
    schema
}

// Plans of an installation.

/// The Subscription that a variable names: `SUBSCRIPTION`, `SUBSCRIPTION_NAME`.
fn subscriptions_named(script: &Script) -> impl Iterator<Item = &str> {
    let names = script.variables.iter().filter(|(name, _)| {
        let name = name.to_ascii_uppercase();
        let name = name.strip_suffix("_NAME").unwrap_or(&name);
        name.ends_with("SUBSCRIPTION") || name.ends_with("SUBSCRIPTIONS")
    });
    names.flat_map(|(_, value)| value.split([',', ' ']))
}

fn names_subscription(index: &Index<'_>, script: &Script) -> bool {
    subscriptions_named(script).any(|name| !index.objects("Subscription", name, None).is_empty())
}

/// A Subscription that is approved by hand is healthy only when somebody has done that: who does it
/// comes no later.
fn approves(index: &Index<'_>, unit: Unit, script: &Script, span: Span, found: &mut Findings) {
    let is_manual = |subscription: &Unit| {
        index.manifest(*subscription).is_some_and(|it| {
            known::group_of(it) == "operators.coreos.com"
                && it.node.at(&["spec", "installPlanApproval"]).and_then(Node::str)
                    == Some("Manual")
        })
    };
    let named = subscriptions_named(script).take_while(|_| index.spend(1));
    let named = named.flat_map(|name| index.objects("Subscription", name, None));
    let mut approved: Vec<Unit> = named.filter(is_manual).collect();
    if approved.is_empty() {
        let all = index.of_kind("Subscription").take_while(|_| index.spend(1));
        approved = all.filter(is_manual).collect();
        let own = index.namespace(unit);
        if approved.iter().any(|it| fits_namespace(index.namespace(*it), own)) {
            approved.retain(|it| fits_namespace(index.namespace(*it), own));
        }
    }
    let by = "the plan that it approves";
    // It ends only when there is a plan: the two come together. Of several it may approve some.
    let waits = match approved.as_slice() {
        [one] => Some(no_earlier(*one, unit, span, by, Origin::Mentioned)),
        _ => None,
    };
    found.extend(
        approved.into_iter().map(|then| no_earlier(unit, then, span, by, Origin::Inferred)),
    );
    found.extend(waits);
}

// What is waited for.

/// Workloads by their labels.
pub(super) struct ByLabel<'a> {
    units: BTreeMap<(&'a str, &'a str), Vec<Unit>>,
}

impl<'a> ByLabel<'a> {
    pub(super) fn of(index: &Index<'a>) -> ByLabel<'a> {
        let mut units: BTreeMap<(&str, &str), Vec<Unit>> = BTreeMap::new();
        for (number, manifest) in index.project.manifests.iter().enumerate() {
            if manifest.is_hook || !pods::is_workload(&manifest.written) {
                continue;
            }
            let own = manifest.written.node.at(&["metadata", "labels"]);
            let labels = [pods::labels(&manifest.written), own].into_iter().flatten();
            let labels = labels.filter_map(Node::entries).flatten();
            for label in labels {
                if let Some(value) = label.value.str() {
                    let key = (label.key.value.as_str(), value);
                    let there = units.entry(key).or_default();
                    let unit = Unit::Manifest(number);
                    if there.last() != Some(&unit) {
                        there.push(unit);
                    }
                }
            }
        }
        ByLabel { units }
    }

    /// Those that have every label of `app=q,tier=db`.
    pub(super) fn having(
        &self,
        index: &Index<'_>,
        selector: &str,
        namespace: Option<&str>,
    ) -> Vec<Unit> {
        let mut labels = selector.split(',').map(|label| {
            let (key, value) = label.split_once('=')?;
            self.units.get(&(key, value.trim_start_matches('=')))
        });
        let Some(Some(first)) = labels.next() else { return Vec::new() };
        let others: Option<Vec<&Vec<Unit>>> = labels.collect();
        let Some(others) = others.filter(|others| index.spend(first.len() * (1 + others.len())))
        else {
            return Vec::new();
        };
        let units = first.iter().copied().filter(|unit| {
            fits_namespace(index.namespace(*unit), namespace)
                && others.iter().all(|having| having.binary_search(unit).is_ok())
        });
        units.collect()
    }
}

/// The kind that a word of a command means, if it is one of Kubernetes' own.
fn kind_of(word: &str) -> Option<&'static str> {
    let kind = match word.split('.').next().unwrap_or(word).to_ascii_lowercase().as_str() {
        "deployment" | "deployments" | "deploy" => "Deployment",
        "statefulset" | "statefulsets" | "sts" => "StatefulSet",
        "daemonset" | "daemonsets" | "ds" => "DaemonSet",
        "deploymentconfig" | "dc" => "DeploymentConfig",
        "job" | "jobs" => "Job",
        "pod" | "pods" | "po" => "Pod",
        _ => return None,
    };
    Some(kind)
}

/// The objects that a kind and a name mean: `job`, `deploy`, what makes a `secret`, or a custom resource's
/// kind.
fn objects(index: &Index<'_>, kind: &str, name: &str, namespace: Option<&str>) -> Vec<Unit> {
    if let Some(kind) = kind_of(kind) {
        return index.objects(kind, name, namespace);
    }
    match kind {
        "secret" | "secrets" => return index.makers(name, namespace),
        "configmap" | "configmaps" | "cm" => return index.map_makers(name, namespace),
        _ => {}
    }
    let kind = kind.split('.').next().unwrap_or(kind).to_ascii_lowercase();
    let mut units = index.resources(name, namespace);
    units.retain(|&unit| {
        index.manifest(unit).is_some_and(|manifest| means_kind(&kind, &manifest.kind.value))
    });
    units
}

/// Whether a word of a command, in lower case, means a kind of custom resources: as it is, in the plural, or
/// its initials, as most short names are (`dsc` is a `DataScienceCluster`).
fn means_kind(word: &str, kind: &str) -> bool {
    let initials: String = kind.chars().filter(char::is_ascii_uppercase).collect();
    let own = kind.to_ascii_lowercase();
    let is_plural = match own.strip_suffix('y') {
        Some(stem) => word.strip_prefix(stem) == Some("ies"),
        None => word.strip_prefix(own.as_str()).is_some_and(|end| matches!(end, "s" | "es")),
    };
    let is_short = initials.len() > 1 && initials.eq_ignore_ascii_case(word);
    own == word || is_plural || is_short
}

/// The namespace that a script tells `kubectl`.
fn namespace_of(script: &Script) -> Option<&str> {
    let words = script.words.iter().enumerate();
    let mut told = words.filter_map(|(at, word)| match word.as_str() {
        "-n" | "--namespace" => script.words.get(at + 1).map(|word| &**word),
        word => word.strip_prefix("--namespace="),
    });
    let namespace = told.next().map(|word| script.value(word))?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    Some(namespace).filter(|name| !name.is_empty() && name.bytes().all(is_name))
}

/// What a script names as `kind/name`, or waits for as `kind name` or by labels.
fn waits(
    index: &Index<'_>,
    unit: Unit,
    script: &Script,
    by_label: &ByLabel<'_>,
    found: &mut Findings,
) {
    let Some(span) = script.span.filter(|_| script.is_of_cluster()) else { return };
    if !index.spend(script.words.len() / BYTES) {
        return;
    }
    let namespace = namespace_of(script).or(index.namespace(unit));
    let mut verb = "";
    let mut firsts = BTreeSet::new();
    for (at, word) in script.words.iter().enumerate() {
        // `argocd app wait NAME`.
        let word_at = |n: usize| script.words.get(at + n).map(String::as_str);
        if word.ends_with("argocd") && word_at(1) == Some("app") && word_at(2) == Some("wait") {
            let names = script.operands(at + 3).take_while(|_| index.spend(1));
            firsts.extend(names.take(1).flat_map(|name| {
                let name = name.rsplit('/').next().unwrap_or(name);
                index.objects("Application", name, None)
            }));
        }
        if let "wait" | "status" | "get" | "delete" | "create" | "exec" | "logs" | "restart"
        | "patch" | "annotate" | "label" | "extract" | "describe" | "apply" = word.as_str()
        {
            verb = word;
        }
        if matches!(verb, "" | "delete" | "create" | "apply") || !index.spend(1) {
            continue;
        }
        if let Some((kind, name)) = word.split_once('/')
            && !name.is_empty()
            && !kind.is_empty()
        {
            firsts.extend(objects(index, kind, script.value(name), namespace));
        } else if matches!(verb, "wait" | "status" | "get" | "patch" | "annotate" | "label") {
            if !word.starts_with('-')
                && word.as_str() != verb
                && let Some(name) = script.operands(at + 1).next()
            {
                firsts.extend(objects(index, word, name, namespace));
            }
            let selector = match word.as_str() {
                "-l" | "--selector" => script.words.get(at + 1).map(|word| script.value(word)),
                _ => word.strip_prefix("--selector=").or_else(|| word.strip_prefix("-l")),
            };
            if let Some(selector) = selector.filter(|selector| selector.contains('=')) {
                firsts.extend(by_label.having(index, selector, namespace));
            }
        }
    }
    push(unit, firsts, span, found);
}

/// `k8s-wait-for` is told a kind, and a name or labels.
fn waits_for(
    index: &Index<'_>,
    unit: Unit,
    container: &Node,
    by_label: &ByLabel<'_>,
    found: &mut Findings,
) {
    let image = container.get("image").and_then(Node::str).unwrap_or_default();
    let Some(list) = container.get("args").filter(|_| image.contains("wait-for")) else { return };
    let namespace = index.namespace(unit);
    let words = list.items().unwrap_or_default().iter().filter_map(Node::str);
    let words = words.flat_map(str::split_whitespace).take_while(|_| index.spend(1));
    let (mut kind, mut firsts) = ("", BTreeSet::new());
    for word in words {
        let stem = word.split('-').next().unwrap_or(word);
        if let Some(selector) = word.strip_prefix("-l") {
            firsts.extend(by_label.having(index, selector, namespace));
        } else if word.contains('=') {
            firsts.extend(by_label.having(index, word, namespace));
        } else if kind.is_empty() && (kind_of(stem).is_some() || stem == "service") {
            kind = stem;
        } else if kind == "service" {
            let service = index.service(word, namespace);
            firsts.extend(service.map(|it| index.units_behind(it)).unwrap_or_default());
        } else if !kind.is_empty() {
            firsts.extend(objects(index, kind, word, namespace));
        }
    }
    push(unit, firsts, list.span, found);
}

/// `kubernetes-entrypoint` is told by variables what it waits for: names with commas between them,
/// each with its namespace in front if it has another one.
fn entrypoint(
    index: &Index<'_>,
    unit: Unit,
    container: &Node,
    by_label: &ByLabel<'_>,
    found: &mut Findings,
) {
    let variables = container.get("env").and_then(Node::items).unwrap_or_default();
    for variable in variables {
        let text = |part| variable.get(part).and_then(Node::str);
        let (Some(name), Some(value)) = (text("name"), text("value")) else { continue };
        let Some(of) = name.strip_prefix("DEPENDENCY_").filter(|_| index.spend(1)) else {
            continue;
        };
        let own = index.namespace(unit);
        let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
        let names = names.map(|name| match name.split_once(':') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (own, name),
        });
        let firsts: BTreeSet<Unit> = match of {
            "SERVICE" => {
                let services = names.filter_map(|(namespace, name)| index.service(name, namespace));
                services.flat_map(|service| index.units_behind(service)).collect()
            }
            "JOBS" => names.flat_map(|(of, name)| index.objects("Job", name, of)).collect(),
            "DAEMONSET" => {
                names.flat_map(|(of, name)| index.objects("DaemonSet", name, of)).collect()
            }
            "JOBS_JSON" | "POD_JSON" => labelled(index, value, own, by_label),
            _ => continue,
        };
        let span = variable.get("value").map_or(variable.span, |value| value.span);
        push(unit, firsts, span, found);
    }
}

/// The pods of `[{"namespace": "shop", "labels": {"app": "db"}}]`.
fn labelled(
    index: &Index<'_>,
    text: &str,
    own: Option<&str>,
    by_label: &ByLabel<'_>,
) -> BTreeSet<Unit> {
    let is_affordable = index.spend(text.len() / BYTES);
    let list: Option<serde_json::Value> = serde_json::from_str(text).ok().filter(|_| is_affordable);
    let mut firsts = BTreeSet::new();
    for item in list.iter().filter_map(|list| list.as_array()).flatten() {
        let labels = item.get("labels").and_then(|it| it.as_object()).into_iter().flatten();
        let pairs: Vec<String> =
            labels.filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?))).collect();
        let namespace = item.get("namespace").and_then(|it| it.as_str()).or(own);
        firsts.extend(by_label.having(index, &pairs.join(","), namespace));
    }
    firsts
}

fn push(unit: Unit, firsts: BTreeSet<Unit>, span: Span, found: &mut Findings) {
    let others = firsts.into_iter().filter(|&first| first != unit);
    let by = short("what it waits for");
    found.extend(others.map(|first| no_earlier(first, unit, span, by, Origin::Mentioned)));
}
