//! What has to be in a database before its applications come: Jobs that migrate it (rule 11 of the
//! waves), and databases, users and grants that operators make in it.
//!
//! Each is described like a schema, so that the workloads that use its database are found in the
//! same way (`link::uses`): by an address or a Secret that both have.

pub(super) mod kin;
mod telling;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use smol_str::{SmolStr, format_smolstr};

use crate::diag::Diagnostics;
use crate::link::addresses::{self, Address};
use crate::link::index::{BYTES, Endpoint, Index};
use crate::link::infer::{Schema, is_database};
use crate::link::pods::{self, Reads, VariableValue};
use crate::link::{Before, Findings, Found, Ids, add, contents, known, short, uses};
use crate::links::{Links, Origin};
use crate::model::{App, Need, Project, Target, Unit, Workload};
use crate::source::Span;
use crate::syntax::Manifest;
use crate::syntax::node::{Meaning, Node};
use telling::Container;

/// Adds what migration Jobs and what is made in a database wait for, and who waits for them. Returns the
/// migration Jobs.
pub(super) fn link(
    index: &Index<'_>,
    schemas: &[Schema],
    ids: &Ids,
    links: &mut Links,
    diagnostics: &mut Diagnostics,
) -> BTreeSet<Unit> {
    let project = index.project;
    let mut found = Findings::default();
    let mut entries = contents::made_in_databases(index);
    let jobs = migrations(index, &mut found);
    contents::before_schemas(index, &entries, schemas, &mut found);
    contents::after_schemas(index, schemas, &mut found);
    contents::by_name(index, &entries, &mut found);
    let is_job: BTreeSet<Unit> = jobs.iter().map(|job| job.unit).collect();
    entries.extend(jobs);
    by_needs(project, &entries, &is_job, &mut found);
    contents::before_users(index, ids, links, &mut found);
    add(project, found, ids, links, diagnostics);
    if entries.is_empty() {
        return is_job;
    }
    let sharing = {
        let before = Before::schemas(index, ids, links, &entries);
        // Jobs that migrate one database do not wait for each other.
        let may_wait = |unit: Unit, entry: Unit| {
            let are_jobs = is_job.contains(&entry) && is_job.contains(&unit);
            !are_jobs && !before.has(unit, entry)
        };
        uses::sharing(index, &entries, &may_wait)
    };
    add(project, sharing, ids, links, diagnostics);
    is_job
}

/// The Jobs that migrate, with the databases that they name; the servers of these come before them.
fn migrations(index: &Index<'_>, found: &mut Findings) -> Vec<Schema> {
    let mut jobs = Vec::new();
    for (number, manifest) in index.project.manifests.iter().enumerate() {
        let unit = Unit::Manifest(number);
        if manifest.is_hook || found.is_full() || !is_migration(index, unit, &manifest.written) {
            continue;
        }
        jobs.push(database_of(index, unit, &pods::reads(&manifest.written), found));
    }
    for (number, app) in index.project.apps.iter().enumerate() {
        if found.is_full() || !is_app_migration(app) {
            continue;
        }
        let unit = Unit::App(number);
        let mut job = database_of(index, unit, &pods::app_reads(app), found);
        let databases = databases_of(index.project, &app.common.needs);
        job.endpoints.extend(databases.into_iter().map(|it| Endpoint::Unit(Unit::Database(it))));
        jobs.push(job);
    }
    jobs
}

/// Whether a unit is a Job that migrates.
pub(super) fn migrates(index: &Index<'_>, unit: Unit) -> bool {
    match unit {
        Unit::App(number) => index.project.apps.get(number).is_some_and(is_app_migration),
        Unit::Manifest(_) => {
            index.manifest(unit).is_some_and(|manifest| is_migration(index, unit, manifest))
        }
        Unit::Database(_) | Unit::Schema(_) | Unit::EverySchema => false,
    }
}

/// Whether a plain manifest is a Job that migrates. One that is suspended runs nothing, and would
/// hold back whatever waits for it.
fn is_migration(index: &Index<'_>, unit: Unit, manifest: &Manifest) -> bool {
    let text = |path: &[&str]| manifest.node.at(path).and_then(Node::str);
    let runs_once = match (known::group_of(manifest), manifest.kind.value.as_str()) {
        ("batch", "Job") | ("argoproj.io", "Workflow") => true,
        ("", "Pod") => matches!(text(&["spec", "restartPolicy"]), Some("Never" | "OnFailure")),
        _ => false,
    };
    let suspend = manifest.node.at(&["spec", "suspend"]).and_then(Node::scalar);
    let is_suspended = suspend.is_some_and(|scalar| scalar.meaning == Meaning::Bool(true));
    runs_once && !is_suspended && {
        let containers: Vec<Container<'_>> =
            pods::containers(manifest).into_iter().map(container).collect();
        telling::migrates(&manifest.name.value, &containers)
            || runs_script(index, unit, manifest, &containers)
    }
}

/// Whether a script that a Job mounts from a ConfigMap, and names in its command, migrates.
fn runs_script(
    index: &Index<'_>,
    unit: Unit,
    manifest: &Manifest,
    containers: &[Container<'_>],
) -> bool {
    const SHELL: [&str; 2] = ["sh", "-c"];
    let namespace = index.namespace(unit);
    let reads = pods::reads(manifest);
    let maps = reads.config_maps.iter();
    let mut maps = maps.filter_map(|map| index.written("ConfigMap", &map.name, namespace));
    maps.any(|number| {
        index.data(number).take_while(|_| index.spend(1)).any(|(key, datum)| {
            let names = |word: &&str| {
                let mut parts = word.split(|c: char| c.is_whitespace() || matches!(c, '/' | '"'));
                parts.any(|part| part == key)
            };
            let is_run = containers.iter().any(|container| container.words.iter().any(names));
            let Some(script) = datum.text().filter(|_| is_run) else { return false };
            let words = SHELL.into_iter().chain([&*script]).collect();
            let container = Container { image: "", words };
            telling::migrates(&manifest.name.value, &[container])
        })
    })
}

/// Whether a Job, by its arguments and images, sets up a server that is not healthy before.
pub(super) fn sets_up_server<'t>(
    index: &Index<'_>,
    unit: Unit,
    arguments: impl Iterator<Item = &'t str>,
) -> bool {
    let images: Vec<&str> = match unit {
        Unit::App(number) => {
            index.project.apps.get(number).map(|app| app.image.as_str()).into_iter().collect()
        }
        Unit::Manifest(_) => index.manifest(unit).map(pods::images).into_iter().flatten().collect(),
        Unit::Database(_) | Unit::Schema(_) | Unit::EverySchema => Vec::new(),
    };
    telling::sets_up_server(&images, arguments)
}

fn container(node: &Node) -> Container<'_> {
    let list = |name: &str| node.get(name).and_then(Node::items).unwrap_or_default();
    let words = list("command").iter().chain(list("args")).filter_map(Node::str).collect();
    Container { image: node.get("image").and_then(Node::str).unwrap_or_default(), words }
}

/// Whether an App is a Job that migrates.
fn is_app_migration(app: &App) -> bool {
    let words = app.command.iter().chain(&app.args).map(SmolStr::as_str).collect();
    matches!(app.workload, Workload::Job(_))
        && telling::migrates(&app.common.name, &[Container { image: &app.image, words }])
}

/// The Databases that references lead to, be it over a Schema.
fn databases_of(project: &Project, needs: &[Need]) -> BTreeSet<usize> {
    let databases = needs.iter().filter_map(|need| match need.unit {
        Unit::Database(number) => Some(number),
        Unit::Schema(number) => match project.schemas.get(number)?.target {
            Target::Database(number) => Some(number),
            Target::Url(_) | Target::UrlFrom(_) | Target::Unknown => None,
        },
        Unit::Manifest(_) | Unit::App(_) | Unit::EverySchema => None,
    });
    databases.collect()
}

/// Apps that refer to the Database of a Job wait for the Job, whatever they do with the reference.
fn by_needs(project: &Project, jobs: &[Schema], is_job: &BTreeSet<Unit>, found: &mut Findings) {
    let mut by_database: BTreeMap<usize, Vec<Unit>> = BTreeMap::new();
    for job in jobs.iter().filter(|job| is_job.contains(&job.unit)) {
        for endpoint in &job.endpoints {
            if let Endpoint::Unit(Unit::Database(number)) = endpoint {
                by_database.entry(*number).or_default().push(job.unit);
            }
        }
    }
    if by_database.is_empty() {
        return;
    }
    let needs_of: BTreeMap<Unit, BTreeSet<Unit>> = is_job
        .iter()
        .map(|&job| (job, project.needs(job).iter().map(|need| need.unit).collect()))
        .collect();
    for (number, app) in project.apps.iter().enumerate() {
        let unit = Unit::App(number);
        if is_job.contains(&unit) {
            continue;
        }
        for database in databases_of(project, &app.common.needs) {
            for &job in by_database.get(&database).into_iter().flatten() {
                if found.is_full() {
                    return;
                }
                if needs_of.get(&job).is_none_or(|needs| !needs.contains(&unit)) {
                    let name = project.label(Unit::Database(database));
                    let by = format_smolstr!("`{}`, which both use", short(&name));
                    found.push(edge(job, unit, app.common.place, by));
                }
            }
        }
    }
}

/// A dependency that needs a wave.
pub(super) fn edge(first: Unit, then: Unit, span: Span, by: impl Into<SmolStr>) -> Found {
    let (span, by) = (Some(span), by.into());
    Found { first, then, span, by, is_blocking: true, origin: Origin::Inferred }
}

/// The databases that a pod names, and the Secrets by which it logs in. The servers of the project
/// among them are found to come before it.
pub(super) fn database_of(
    index: &Index<'_>,
    unit: Unit,
    reads: &Reads,
    found: &mut Findings,
) -> Schema {
    let mut named = Named { index, schema: Schema::new(unit), found };
    for variables in &reads.containers {
        let mut texts: BTreeMap<&str, String> = BTreeMap::new();
        for variable in variables {
            let (name, span) = (variable.name.as_str(), variable.span);
            match &variable.value {
                VariableValue::Text(text) => {
                    let text = pods::expand(text, |name| texts.get(name).cloned()).into_owned();
                    named.value(name, &text, span);
                    if text.len() <= pods::MAX_TEXT_LEN {
                        texts.insert(name, text);
                    }
                }
                VariableValue::Secret { name: of, key } => {
                    named.key("Secret", of, key, name, span);
                }
                VariableValue::ConfigMap { name: of, key } => {
                    named.key("ConfigMap", of, key, name, span);
                }
                VariableValue::AllOfSecret { name: of, .. } => named.all("Secret", of, span),
                VariableValue::AllOfConfigMap { name: of, .. } => named.all("ConfigMap", of, span),
            }
        }
    }
    for map in &reads.config_maps {
        named.all("ConfigMap", &map.name, map.span);
    }
    for secret in reads.secret_files() {
        named.all("Secret", &secret.name, secret.span);
    }
    let mut schema = named.schema;
    let namespace = index.namespace(unit);
    let is_own = |read: &&pods::Read| {
        read.by != "imagePullSecrets" && !is_of_another(index, &read.name, namespace)
    };
    schema.secrets = reads.secrets.iter().filter(is_own).cloned().collect();
    schema
}

/// Whether a Secret is known to be made for something else than a database: a queue, a certificate.
fn is_of_another(index: &Index<'_>, secret: &str, namespace: Option<&str>) -> bool {
    const GROUPS: [&str; 17] = [
        "app.redislabs.com",
        "apm.k8s.elastic.co",
        "cert-manager.io",
        "databases.spotahome.com",
        "dragonflydb.io",
        "elasticsearch.k8s.elastic.co",
        "hyperspike.io",
        "k8s.keycloak.org",
        "kafka.strimzi.io",
        "kibana.k8s.elastic.co",
        "minio.min.io",
        "nats.io",
        "objectbucket.io",
        "opensearch.opster.io",
        "rabbitmq.com",
        "redis.redis.opstreelabs.in",
        "trust.cert-manager.io",
    ];
    let makers = index.makers(secret, namespace);
    let is_another = |maker: &Unit| {
        index.manifest(*maker).is_some_and(|it| GROUPS.contains(&known::group_of(it)))
    };
    !makers.is_empty() && makers.iter().all(is_another)
}

/// Collects what names a database.
struct Named<'n, 'i> {
    index: &'n Index<'i>,
    schema: Schema,
    found: &'n mut Findings,
}

impl Named<'_, '_> {
    fn key(&mut self, kind: &'static str, of: &str, key: &str, name: &str, span: Span) {
        let namespace = self.index.namespace(self.schema.unit);
        let number = self.index.written(kind, of, namespace);
        if let Some(text) = number.and_then(|number| self.index.value(number, key)) {
            self.value(name, &pods::unexpanded(&text), span);
        }
    }

    fn all(&mut self, kind: &'static str, of: &str, span: Span) {
        let index = self.index;
        let namespace = index.namespace(self.schema.unit);
        let Some(number) = index.written(kind, of, namespace) else { return };
        for (key, datum) in index.data(number) {
            let text = datum.text().filter(|text| index.spend(1 + text.len() / BYTES));
            let Some(text) = text else { return };
            self.value(key, &pods::unexpanded(&text), span);
        }
    }

    /// What a value of this name says: a URL or driver string, a host, the name of a database.
    fn value(&mut self, name: &str, text: &str, span: Span) {
        let by = match name.starts_with('-') || name.is_empty() {
            true => Cow::Borrowed("its arguments"),
            false => Cow::Owned(format!("env `{}`", short(name))),
        };
        self.schema.is_at(self.index, addresses::in_text(text), span, &by, self.found);
        let is_line = !text.trim_end().contains('\n');
        if is_line && addresses::has_sql_word(name) && addresses::may_name_database(name) {
            let is_name = |text: &&str| text.len() <= 128 && !text.contains(['/', ' ']);
            let text = Some(text.trim()).filter(is_name);
            self.schema.databases.extend(text.map(SmolStr::from));
        }
        if is_line
            && let Some(address) = addresses::host(text)
            && addresses::names_host(name, &address)
            && self.is_database(name, &address)
        {
            self.schema.is_at(self.index, [address], span, &by, self.found);
        }
    }

    /// Whether a bare host is that of a database: a server of the project that is one, or by the name
    /// of its variable.
    fn is_database(&self, name: &str, address: &Address<'_>) -> bool {
        let has_word = addresses::has_sql_word(name);
        let endpoints = self.index.endpoints(&address.host, self.index.namespace(self.schema.unit));
        endpoints.iter().any(|endpoint| match endpoint {
            Endpoint::Unit(unit) => {
                has_word || is_database(self.index, *unit) && !addresses::has_other_word(name)
            }
            Endpoint::Service(_) | Endpoint::Host(_) => has_word,
        })
    }
}
