//! Dependencies that nobody wrote, from what manifests say about each other (rule 5 of the waves):
//!
//! 1. a schema waits for the server of its database,
//! 2. whoever reads a Secret waits for the object for which a controller makes it,
//! 3. custom resources wait for what they refer to, and for their operator when it is in the
//!    project too,
//! 4. a workload waits for the schemas of the database that it uses (`link::uses`).
//!
//! The last comes last: a workload that some schema waits for is the database, or what it needs,
//! and waits for no schema itself.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::link::addresses::{self, Address};
use crate::link::index::{Endpoint, Index, fits_namespace};
use crate::link::pods;
use crate::link::servers::{self as images, Family, Server};
use crate::link::{Findings, Found, INFERRED, known, names, short};
use crate::links::Origin;
use crate::model::{Hosting, Target, Unit};
use crate::source::Span;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// A database as a schema describes it.
pub(super) struct Schema {
    pub(super) unit: Unit,
    /// Where it is; empty when that cannot be told.
    pub(super) endpoints: BTreeSet<Endpoint>,
    pub(super) port: Option<u16>,
    /// What its server speaks, when that is known.
    family: Option<Family>,
    /// The databases on the server; empty: any.
    pub(super) databases: BTreeSet<SmolStr>,
    /// The Secrets that it logs in with.
    pub(super) secrets: Vec<pods::Read>,
}

/// A dependency that was inferred. `by` is short, however long the names of a project are.
pub(super) fn inferred(first: Unit, then: Unit, span: Span, by: impl Into<SmolStr>) -> Found {
    let span = Some(span);
    Found { first, then, span, by: by.into(), is_blocking: true, origin: Origin::Inferred }
}

/// A dependency that costs no wave: the one names the other, and comes no earlier.
pub(super) fn no_earlier(
    first: Unit,
    then: Unit,
    span: Span,
    by: impl Into<SmolStr>,
    origin: Origin,
) -> Found {
    let span = Some(span);
    Found { first, then, span, by: by.into(), is_blocking: false, origin }
}

/// Whether whoever names the address of a unit needs it to be healthy: a server of data.
pub(super) fn is_database(index: &Index<'_>, unit: Unit) -> bool {
    let is_open = |server: Server| server != Server::Sealed;
    match unit {
        Unit::Database(_) => true,
        Unit::App(number) => {
            let image = index.project.apps.get(number).map(|app| images::image(&app.image));
            matches!(image, Some(images::Image::Server(server)) if is_open(server))
        }
        Unit::Manifest(_) => index.manifest(unit).is_some_and(|manifest| {
            images::of(manifest).is_some_and(is_open)
                || pods::is_server_kind(manifest) && index.behind_sql_port(unit).is_some()
                || !known::services_made(manifest).is_empty()
        }),
        Unit::Schema(_) | Unit::EverySchema => false,
    }
}

/// The schemas of a project, and what they and everything else but workloads wait for.
pub(super) fn certain(index: &Index<'_>) -> (Vec<Schema>, Findings) {
    let mut found = Findings::default();
    let mut schemas = Vec::new();
    let project = index.project;
    for (number, schema) in project.schemas.iter().enumerate() {
        schemas.push(spec_schema(index, number, schema, &mut found));
    }
    for (number, manifest) in project.manifests.iter().enumerate() {
        if known::is_schema(&manifest.written) && !manifest.is_hook {
            schemas.push(plain_schema(
                index,
                Unit::Manifest(number),
                &manifest.written,
                &mut found,
            ));
        }
    }
    databases_of_specs(index, &mut found);
    let mut left = INFERRED;
    for schema in &mut schemas {
        schema.is_of_its_secrets_maker(index, &mut left);
    }
    let sql_servers = SqlServers::of(index);
    let with_server: BTreeSet<Unit> =
        found.all.iter().filter(|it| is_server(index, it.first)).map(|it| it.then).collect();
    for schema in &schemas {
        if !with_server.contains(&schema.unit) && !found.is_full() {
            unknown_server(index, schema, &sql_servers, &mut found);
        }
    }
    for (number, manifest) in project.manifests.iter().enumerate() {
        if !manifest.is_hook && !found.is_full() {
            custom_resource(index, Unit::Manifest(number), &manifest.written, &mut found);
            names::named(index, Unit::Manifest(number), &manifest.written, &mut found);
        }
    }
    operators(index, &mut found);
    (schemas, found)
}

// What a schema says about its database.

fn plain_schema(
    index: &Index<'_>,
    unit: Unit,
    manifest: &Manifest,
    found: &mut Findings,
) -> Schema {
    let node = &manifest.node;
    let at = |path: &[&str]| node.at(path);
    let mut schema = Schema::new(unit);
    let secret = |path: &[&str], by: &str| {
        let reference = at(path)?.get("secretKeyRef")?;
        let (name, key) = (reference.get("name")?, reference.get("key").and_then(Node::str));
        let (key, by) = (key.map(SmolStr::from), by.to_owned());
        Some(pods::Read { name: name.str()?.into(), key, span: name.span, by: by.into() })
    };
    schema.family = at(&["spec", "devURL"]).and_then(Node::str).and_then(family_of_dev_url);
    if let Some(scheme) = at(&["spec", "credentials", "scheme"]).and_then(Node::str) {
        schema.family = Family::of_scheme(scheme);
    }
    if let Some(url) = at(&["spec", "url"]).filter(|url| url.str().is_some()) {
        let text = url.str().unwrap_or_default();
        schema.family = text.split_once("://").and_then(|(scheme, _)| Family::of_scheme(scheme));
        schema.is_at(index, addresses::in_text(text), url.span, "url", found);
    }
    if let Some(read) = secret(&["spec", "urlFrom"], "urlFrom") {
        schema.is_behind(index, &read, found);
        schema.secrets.push(read);
    }
    let credentials = |name| ["spec", "credentials", name];
    for part in ["hostFrom", "userFrom", "passwordFrom"] {
        let Some(read) = secret(&credentials(part), &format!("credentials.{part}")) else {
            continue;
        };
        if part == "hostFrom" {
            schema.is_behind(index, &read, found);
        }
        schema.secrets.push(read);
    }
    if let Some(host) = at(&credentials("host")) {
        let address = host.str().and_then(addresses::host);
        schema.is_at(index, address, host.span, "credentials.host", found);
    }
    if let Some(port) = at(&credentials("port")).and_then(Node::scalar) {
        schema.port = port.text.parse().ok();
    }
    if let Some(name) = at(&credentials("database")).and_then(Node::str) {
        schema.databases = BTreeSet::from([name.into()]);
    }
    if schema.databases.is_empty() {
        let names = at(&["spec", "schemas"]).and_then(Node::items).unwrap_or_default();
        schema.databases = names.iter().filter_map(|name| Some(name.str()?.into())).collect();
    }
    dev_database(index, unit, at(&["spec", "devURL"]), found);
    let others =
        [&["spec", "devURLFrom"][..], &["spec", "cloud", "tokenFrom"], &["spec", "configFrom"]];
    let others = others.iter().filter_map(|path| secret(path, path.last().copied().unwrap_or("")));
    let remote = secret(&["spec", "dir", "remote", "tokenFrom"], "tokenFrom");
    let all: Vec<pods::Read> = schema.secrets.iter().cloned().chain(others).chain(remote).collect();
    made_secrets(index, unit, index.namespace(unit), &all, found);
    schema
}

/// `docker://postgres/16/dev`, or the URL of a server.
fn family_of_dev_url(url: &str) -> Option<Family> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = if scheme.starts_with("docker") { rest.split('/').next()? } else { scheme };
    Family::of_scheme(scheme)
}

fn spec_schema(
    index: &Index<'_>,
    number: usize,
    spec: &crate::model::Schema,
    found: &mut Findings,
) -> Schema {
    let unit = Unit::Schema(number);
    let span = spec.common.place;
    let mut schema = Schema::new(unit);
    schema.family = spec.dev_url.as_deref().and_then(family_of_dev_url);
    let read = |name: &str, key: Option<&str>, by: &str| pods::Read {
        name: name.into(),
        key: key.map(SmolStr::from),
        span,
        by: by.into(),
    };
    match &spec.target {
        Target::Database(number) => {
            let Some(database) = index.project.databases.get(*number) else { return schema };
            let namespace = index.namespace(Unit::Database(*number));
            schema.endpoints = match database.hosting {
                Hosting::InCluster(_) | Hosting::CloudNativePg(_) => {
                    BTreeSet::from([Endpoint::Unit(Unit::Database(*number))])
                }
                Hosting::External => {
                    let endpoints = index.endpoints(&database.host.to_ascii_lowercase(), namespace);
                    endpoints.into_iter().collect()
                }
            };
            schema.port = database.port;
            schema.databases = BTreeSet::from([database.database.clone()]);
            schema.secrets.push(read(&database.credentials.secret, None, "database"));
        }
        Target::Url(url) => {
            schema.is_at(index, addresses::in_text(url), span, "url", found);
        }
        Target::UrlFrom(key) => {
            let read = read(&key.name, Some(&key.key), "urlFrom");
            schema.is_behind(index, &read, found);
            schema.secrets.push(read);
        }
        Target::Unknown => {}
    }
    if let Some(url) = &spec.dev_url {
        let endpoints = addresses::in_text(url);
        let endpoints = endpoints.flat_map(|it| index.endpoints(&it.host, index.namespace(unit)));
        found.extend(servers(endpoints, unit, span, "devUrl"));
    }
    let token = spec.cloud.as_ref().and_then(|cloud| cloud.token_from.as_ref());
    let others = [
        ("devUrlFrom", spec.dev_url_from.as_ref()),
        ("configFrom", spec.config_from.as_ref()),
        ("cloud", token),
    ];
    let others = others.into_iter().filter_map(|(by, key)| Some(read(&key?.name, None, by)));
    let all: Vec<pods::Read> = schema.secrets.iter().cloned().chain(others).collect();
    made_secrets(index, unit, index.namespace(unit), &all, found);
    // It needs only its own Secret, but whoever reads that of the Apps uses its database.
    if let Target::Database(number) = &spec.target {
        let database = index.project.databases.get(*number);
        let apps = database.and_then(|database| database.app_credentials.as_ref());
        schema.secrets.extend(apps.map(|apps| read(&apps.secret, None, "credentials.app")));
    }
    schema
}

/// The units behind some endpoints, as what `then` waits for.
fn servers(
    endpoints: impl IntoIterator<Item = Endpoint>,
    then: Unit,
    span: Span,
    by: &str,
) -> impl Iterator<Item = Found> {
    let units = endpoints.into_iter().filter_map(move |endpoint| match endpoint {
        Endpoint::Unit(unit) if unit != then => Some(unit),
        Endpoint::Unit(_) | Endpoint::Service(_) | Endpoint::Host(_) => None,
    });
    units.map(move |unit| inferred(unit, then, span, by))
}

fn dev_database(index: &Index<'_>, unit: Unit, url: Option<&Node>, found: &mut Findings) {
    let Some(url) = url else { return };
    let addresses = addresses::in_text(url.str().unwrap_or_default());
    let endpoints = addresses.flat_map(|it| index.endpoints(&it.host, index.namespace(unit)));
    found.extend(servers(endpoints, unit, url.span, "devURL"));
}

impl Schema {
    pub(super) fn new(unit: Unit) -> Schema {
        let (endpoints, databases) = (BTreeSet::new(), BTreeSet::new());
        Schema { unit, endpoints, port: None, family: None, databases, secrets: Vec::new() }
    }

    /// Its database is at one of these addresses.
    pub(super) fn is_at<'t>(
        &mut self,
        index: &Index<'_>,
        addresses: impl IntoIterator<Item = Address<'t>>,
        span: Span,
        by: &str,
        found: &mut Findings,
    ) {
        let mut hosts = BTreeSet::new();
        for address in addresses {
            if found.is_full() || !index.spend(1) {
                return;
            }
            self.port = self.port.or(address.port);
            if let Some(name) = address.database.filter(|name| !self.databases.contains(*name)) {
                self.databases.insert(name.into());
            }
            if hosts.contains(&address.host) {
                continue;
            }
            let namespace = index.namespace(self.unit);
            let endpoints = index.endpoints(&address.host, namespace);
            found.extend(servers(endpoints.iter().cloned(), self.unit, span, by));
            let late = index.late_service(&address.host, namespace);
            found.extend(
                late.map(|first| no_earlier(first, self.unit, span, by, Origin::Mentioned)),
            );
            self.endpoints.extend(endpoints);
            hosts.insert(address.host);
        }
    }

    /// Its address is in a Secret, which may be written out in the project.
    fn is_behind(&mut self, index: &Index<'_>, read: &pods::Read, found: &mut Findings) {
        let Some(secret) = index.written("Secret", &read.name, index.namespace(self.unit)) else {
            return;
        };
        let Some(text) = read.key.as_deref().and_then(|key| index.value(secret, key)) else {
            return;
        };
        let all = addresses::in_text(&text).chain(addresses::host(&text));
        let by = format!("Secret `{}`", short(&read.name));
        self.is_at(index, all, read.span, &by, found);
    }

    /// Its Secret may be one that a database makes for itself, which is then its server.
    fn is_of_its_secrets_maker(&mut self, index: &Index<'_>, left: &mut usize) {
        if !self.endpoints.is_empty() {
            return;
        }
        let namespace = index.namespace(self.unit);
        let makers = self.secrets.iter().flat_map(|read| index.makers(&read.name, namespace));
        let servers = makers.filter(|&maker| is_server(index, maker));
        self.endpoints = servers.take(*left).map(Endpoint::Unit).collect();
        *left -= self.endpoints.len();
    }
}

/// A schema of which no address is known waits for the servers that read its Secrets too, or else
/// for every SQL server of the project.
fn unknown_server(
    index: &Index<'_>,
    schema: &Schema,
    sql_servers: &SqlServers,
    found: &mut Findings,
) {
    let Some(read) = schema.secrets.first() else { return };
    let namespace = index.namespace(schema.unit);
    let is_made = schema.secrets.iter().any(|read| !index.makers(&read.name, namespace).is_empty());
    if !schema.endpoints.is_empty() {
        return;
    }
    let fits =
        |number: &&usize| fits_namespace(index.namespace(Unit::Manifest(**number)), namespace);
    let readers = schema.secrets.iter().filter_map(|own| sql_servers.by_secret.get(&own.name));
    let sharing: BTreeSet<usize> = readers.flatten().filter(fits).copied().collect();
    let by = match sharing.is_empty() {
        false => format!("Secret `{}`, which both read", short(&read.name)),
        true => format!("{}: its server is not known here", read.by),
    };
    // Credentials that come from elsewhere may well be those of a database elsewhere, so that
    // nothing has to be healthy for them.
    let is_blocking = !is_made || !sharing.is_empty();
    let servers: BTreeSet<usize> = match sharing.is_empty() {
        true => {
            let fitting = sql_servers.all.iter().filter(|(_, it)| it.fits(schema.family));
            fitting.map(|(number, _)| number).filter(fits).copied().collect()
        }
        false => sharing,
    };
    found.extend(servers.into_iter().map(|it| Found {
        is_blocking,
        ..inferred(Unit::Manifest(it), schema.unit, read.span, by.clone())
    }));
}

/// The plain manifests that are SQL servers.
struct SqlServers {
    all: Vec<(usize, Family)>,
    /// By the Secret that they read.
    by_secret: BTreeMap<SmolStr, BTreeSet<usize>>,
}

impl SqlServers {
    fn of(index: &Index<'_>) -> SqlServers {
        let mut servers = SqlServers { all: Vec::new(), by_secret: BTreeMap::new() };
        for (number, manifest) in index.project.manifests.iter().enumerate() {
            if let Some(family) = sql_server(index, Unit::Manifest(number)) {
                servers.all.push((number, family));
                for read in pods::reads(&manifest.written).secrets {
                    servers.by_secret.entry(read.name).or_default().insert(number);
                }
            }
        }
        servers
    }
}

fn is_server(index: &Index<'_>, unit: Unit) -> bool {
    match unit {
        Unit::Database(_) => true,
        Unit::Manifest(_) => index.manifest(unit).is_some_and(|manifest| {
            pods::is_workload(manifest) || !known::services_made(manifest).is_empty()
        }),
        Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => false,
    }
}

/// What an SQL server of the project speaks: by itself, or by the Service in front of it.
fn sql_server(index: &Index<'_>, unit: Unit) -> Option<Family> {
    let Unit::Manifest(number) = unit else { return None };
    let manifest = index.project.manifests.get(number).filter(|manifest| !manifest.is_hook)?;
    if !pods::is_server_kind(&manifest.written) {
        return None;
    }
    match images::of(&manifest.written) {
        Some(Server::Sql(family)) => Some(family),
        Some(Server::Data | Server::Sealed) => None,
        None => index.behind_sql_port(unit),
    }
}

/// A Database elsewhere may be one of the project's own manifests; and whose credentials are made
/// waits for who makes them.
fn databases_of_specs(index: &Index<'_>, found: &mut Findings) {
    for (number, database) in index.project.databases.iter().enumerate() {
        let unit = Unit::Database(number);
        let (span, namespace) = (database.common.place, index.namespace(unit));
        if matches!(database.hosting, Hosting::External) {
            let endpoints = index.endpoints(&database.host.to_ascii_lowercase(), namespace);
            found.extend(servers(endpoints, unit, span, "external.host"));
        }
        if let Hosting::InCluster(server) = &database.hosting {
            let class = server.storage.as_ref().and_then(|storage| storage.class_name.as_deref());
            let classes = index.objects("StorageClass", class.unwrap_or_default(), None);
            let by = "its StorageClass";
            found.extend(
                classes.into_iter().map(|it| no_earlier(it, unit, span, by, Origin::Mentioned)),
            );
        }
        if database.credentials.literal.is_none() {
            let (name, by) = (database.credentials.secret.clone(), "credentials".to_owned());
            made_secrets(
                index,
                unit,
                namespace,
                &[pods::Read { name, key: None, span, by: by.into() }],
                found,
            );
        }
    }
}

// Secrets, references, operators.

/// What `then` reads and a controller makes.
pub(super) fn made_secrets(
    index: &Index<'_>,
    then: Unit,
    namespace: Option<&str>,
    reads: &[pods::Read],
    found: &mut Findings,
) {
    let mut seen = BTreeSet::new();
    for read in reads.iter().filter(|read| seen.insert(&read.name)) {
        let by = || format!("{}: Secret `{}`", read.by, short(&read.name));
        let makers = index.makers(&read.name, namespace);
        for &maker in makers.iter().filter(|&&maker| maker != then) {
            found.push(inferred(maker, then, read.span, by()));
        }
        if makers.is_empty() {
            not_before(index, then, namespace, "Secret", read, &by(), found);
        }
    }
}

/// What is read and written out comes no later, if it has a wave; what nobody wrote is made by
/// some controller for a custom resource whose name it has. Where it is known which one makes a
/// ConfigMap, that has to be healthy.
pub(super) fn not_before(
    index: &Index<'_>,
    then: Unit,
    namespace: Option<&str>,
    kind: &'static str,
    read: &pods::Read,
    by: &str,
    found: &mut Findings,
) {
    let written = index.objects(kind, &read.name, namespace);
    let brought = index.brought(kind, &read.name, namespace).into_iter();
    found.extend(
        brought
            .filter(|&first| first != then)
            .map(|first| no_earlier(first, then, read.span, by, Origin::Mentioned)),
    );
    if written.is_empty() && kind == "ConfigMap" {
        let makers = index.map_makers(&read.name, namespace).into_iter();
        let makers: Vec<Unit> = makers.filter(|&maker| maker != then).collect();
        if !makers.is_empty() {
            found.extend(makers.into_iter().map(|maker| inferred(maker, then, read.span, by)));
            return;
        }
    }
    let jobs = match written.is_empty() && kind != "ServiceAccount" {
        true => index.jobs_making(kind, &read.name, namespace),
        false => Vec::new(),
    };
    let firsts = match written.is_empty() {
        true if !jobs.is_empty() => jobs,
        true if kind != "ServiceAccount" => {
            let made = index.may_make(&read.name, namespace);
            if made.is_empty() { index.written_by(&read.name, namespace) } else { made }
        }
        true => Vec::new(),
        // What is healthy as soon as it is applied is later than wave 0 where somebody wrote so.
        false if matches!(kind, "ConfigMap" | "Secret" | "ServiceAccount") => {
            written.into_iter().filter(|&unit| index.has_wave(unit)).collect()
        }
        false => written,
    };
    let others = firsts.into_iter().filter(|&first| first != then);
    found.extend(others.map(|first| no_earlier(first, then, read.span, by, Origin::Inferred)));
}

fn custom_resource(index: &Index<'_>, unit: Unit, manifest: &Manifest, found: &mut Findings) {
    let namespace = index.namespace(unit);
    for (kind, name) in known::references(manifest) {
        for first in index.objects(kind, name.str().unwrap_or_default(), namespace) {
            let same_group =
                index.manifest(first).map(known::group_of) == Some(known::group_of(manifest));
            if same_group && first != unit {
                found.push(inferred(first, unit, name.span, format!("its {}", short(kind))));
            }
        }
    }
    let read = |name: &Node| {
        let (span, by) = (name.span, "its credentials".to_owned());
        Some(pods::Read { name: name.str()?.into(), key: None, span, by: by.into() })
    };
    let reads: Vec<pods::Read> =
        known::read_secrets(manifest).into_iter().filter_map(read).collect();
    made_secrets(index, unit, namespace, &reads, found);
    if known::names_server(manifest) {
        let mut texts = Vec::new();
        collect_texts(manifest.node.get("spec"), &mut texts);
        for text in texts {
            let addresses = addresses::hosts_of_urls(text.str().unwrap_or_default());
            let endpoints = addresses.flat_map(|address| index.endpoints(&address.host, namespace));
            found.extend(servers(endpoints, unit, text.span, "its server"));
        }
    }
}

pub(super) fn collect_texts<'a>(node: Option<&'a Node>, texts: &mut Vec<&'a Node>) {
    let mut stack: Vec<&Node> = node.into_iter().collect();
    while let Some(node) = stack.pop() {
        stack.extend(node.items().unwrap_or_default());
        stack.extend(node.entries().unwrap_or_default().iter().map(|entry| &entry.value));
        if node.str().is_some() {
            texts.push(node);
        }
    }
}

/// Custom resources wait for the operator that serves them, when both are in the project: its
/// webhooks have to answer, and nobody else would make them healthy. The operator is told by its
/// right to write their `status`, or by the webhooks that it serves.
fn operators(index: &Index<'_>, found: &mut Findings) {
    let mut by_group: BTreeMap<SmolStr, BTreeSet<Unit>> = BTreeMap::new();
    let used = used_groups(index);
    let is_served = |group: &str| used.contains(group) || group == known::ATLAS;
    let rights = status_rights(index, &is_served);
    let mut left = INFERRED;
    for (number, manifest) in index.project.manifests.iter().enumerate() {
        let (unit, written) = (Unit::Manifest(number), &manifest.written);
        if manifest.is_hook {
            continue;
        }
        if pods::is_workload(written) {
            let account = pods::service_account(written).unwrap_or("default");
            for (namespace, group) in rights.get(account).into_iter().flatten().take(left) {
                left -= 1;
                if fits_namespace(*namespace, index.namespace(unit)) {
                    by_group.entry((*group).into()).or_default().insert(unit);
                }
            }
            if pods::images(written).any(images::is_atlas_operator) {
                by_group.entry(known::ATLAS.into()).or_default().insert(unit);
            }
            for group in pods::images(written).filter_map(images::operator_of).take(left) {
                if is_served(group) {
                    left -= 1;
                    by_group.entry(group.into()).or_default().insert(unit);
                }
            }
        }
        for (group, service, namespace) in webhooks(written) {
            if !is_served(group) {
                continue;
            }
            let units = index.backends(service, namespace);
            let units = units.iter().take(left);
            left -= units.len();
            by_group.entry(group.into()).or_default().extend(units);
        }
    }
    for (number, manifest) in index.project.manifests.iter().enumerate() {
        let (unit, group) = (Unit::Manifest(number), known::group_of(&manifest.written));
        let is_definition = manifest.written.kind.value == "CustomResourceDefinition";
        if manifest.is_hook || is_definition || !is_served(group) {
            continue;
        }
        let operators = by_group.get(group).into_iter().flatten();
        let span = manifest.written.kind.span;
        found.extend(operators.map(|&first| inferred(first, unit, span, "its operator")));
    }
    if let Some(operators) = by_group.get(known::ATLAS) {
        for (number, schema) in index.project.schemas.iter().enumerate() {
            let (unit, span) = (Unit::Schema(number), schema.common.place);
            found.extend(operators.iter().map(|&it| inferred(it, unit, span, "its operator")));
        }
    }
}

/// The groups that are not Kubernetes' own, of objects in the project. Their kinds may be defined here,
/// or in another Application.
fn used_groups<'a>(index: &Index<'a>) -> BTreeSet<&'a str> {
    let manifests = index.project.manifests.iter().filter(|it| !it.is_hook);
    let groups = manifests.map(|it| known::group_of(&it.written));
    groups.filter(|group| !known::is_built_in(group)).collect()
}

type Rights<'a> = BTreeMap<&'a str, BTreeSet<(Option<&'a str>, &'a str)>>;

/// By service account: the groups whose `status` it may write, of those that are served here.
fn status_rights<'a>(index: &Index<'a>, is_served: &impl Fn(&str) -> bool) -> Rights<'a> {
    let mut roles: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    let manifests = || index.project.manifests.iter().map(|manifest| &manifest.written);
    for role in manifests().filter(|it| matches!(&*it.kind.value, "ClusterRole" | "Role")) {
        let groups = roles.entry((&role.kind.value, &role.name.value)).or_default();
        for rule in role.node.get("rules").and_then(Node::items).unwrap_or_default() {
            if writes_status(rule) {
                groups.extend(texts(rule, "apiGroups").filter(|it| is_served(it)));
            }
        }
    }
    let mut left = INFERRED;
    let mut rights = Rights::new();
    let is_binding =
        |it: &&Manifest| matches!(&*it.kind.value, "ClusterRoleBinding" | "RoleBinding");
    for binding in manifests().filter(is_binding) {
        let reference =
            |part| binding.node.at(&["roleRef", part]).and_then(Node::str).unwrap_or("");
        let Some(groups) = roles.get(&(reference("kind"), reference("name"))) else { continue };
        for subject in binding.node.get("subjects").and_then(Node::items).unwrap_or_default() {
            let text = |part| subject.get(part).and_then(Node::str);
            if text("kind") != Some("ServiceAccount") {
                continue;
            }
            let Some(name) = text("name") else { continue };
            for group in groups.iter().take(left) {
                left -= 1;
                rights.entry(name).or_default().insert((text("namespace"), group));
            }
        }
    }
    rights
}

fn writes_status(rule: &Node) -> bool {
    let is_status = |it: &str| it == "*" || it.ends_with("/status");
    texts(rule, "resources").any(is_status)
        && texts(rule, "verbs").any(|verb| matches!(verb, "update" | "patch" | "*"))
}

fn texts<'a>(of: &'a Node, name: &str) -> impl Iterator<Item = &'a str> {
    of.get(name).and_then(Node::items).unwrap_or_default().iter().filter_map(Node::str)
}

/// The groups whose objects the server of a Service has to see: those that an admission webhook looks at,
/// that a definition has converted, and that an APIService serves.
fn webhooks(manifest: &Manifest) -> Vec<(&str, &str, Option<&str>)> {
    let node = &manifest.node;
    fn one<'n>(
        group: Option<&'n Node>,
        service: Option<&'n Node>,
    ) -> Option<(&'n str, &'n str, Option<&'n str>)> {
        let (name, namespace) = service_of(service?)?;
        Some((group?.str()?, name, namespace))
    }
    match manifest.kind.value.as_str() {
        "CustomResourceDefinition" => {
            const NOW: &[&str] = &["spec", "conversion", "webhook", "clientConfig", "service"];
            const BEFORE: &[&str] = &["spec", "conversion", "webhookClientConfig", "service"];
            let service = node.at(NOW).or_else(|| node.at(BEFORE));
            one(node.at(&["spec", "group"]), service).into_iter().collect()
        }
        "APIService" => {
            one(node.at(&["spec", "group"]), node.at(&["spec", "service"])).into_iter().collect()
        }
        _ => {
            let hooks = admission_hooks(manifest).iter();
            hooks
                .filter_map(|hook| {
                    let (name, namespace) = service_of(hook.at(&["clientConfig", "service"])?)?;
                    let rules = hook.get("rules")?.items()?.iter();
                    let groups = rules.flat_map(|rule| texts(rule, "apiGroups"));
                    let own = groups.filter(|group| !matches!(*group, "" | "*"));
                    Some(own.map(move |group| (group, name, namespace)))
                })
                .flatten()
                .collect()
        }
    }
}

/// The name and the namespace of a Service.
fn service_of(node: &Node) -> Option<(&str, Option<&str>)> {
    Some((node.get("name")?.str()?, node.get("namespace").and_then(Node::str)))
}

/// The webhooks of a configuration of admission.
pub(super) fn admission_hooks(manifest: &Manifest) -> &[Node] {
    let is_webhook = known::group_of(manifest) == "admissionregistration.k8s.io"
        && manifest.kind.value.ends_with("WebhookConfiguration");
    let hooks = manifest.node.get("webhooks").and_then(Node::items).unwrap_or_default();
    if is_webhook { hooks } else { &[] }
}

/// Whether a workload might serve data, and so waits for no schema by default.
pub(super) fn might_serve_data(index: &Index<'_>, unit: Unit) -> bool {
    match unit {
        Unit::Manifest(_) => index.manifest(unit).is_some_and(|manifest| {
            let is_operator = || {
                pods::images(manifest).any(images::is_platform)
                    || index.namespace(unit) == Some("kube-system")
            };
            pods::is_server_kind(manifest)
                && (images::of(manifest).is_some()
                    || index.behind_sql_port(unit).is_some()
                    || is_operator())
        }),
        Unit::App(number) => index
            .project
            .apps
            .get(number)
            .is_some_and(|app| matches!(images::image(&app.image), images::Image::Server(_))),
        Unit::Database(_) | Unit::Schema(_) | Unit::EverySchema => false,
    }
}
