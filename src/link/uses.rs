//! What workloads use: the Secrets that are made for them, and the databases that their variables,
//! arguments and files name.
//!
//! A ConfigMap that thousands of workloads read is looked through once. What is kept of a text is
//! only what can lead to the database of a schema, so a workload costs as much as it names of these.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use smol_str::SmolStr;

use crate::link::addresses::{self, Address};
use crate::link::index::{BYTES, DataValue, Endpoint, Index, Resolution, fits_namespace};
use crate::link::infer::{
    Schema, inferred, is_database, made_secrets, might_serve_data, no_earlier, not_before,
};
use crate::link::pods::{self, Reads, Variable, VariableValue};
use crate::link::{Findings, Found, cut, jobs, short};
use crate::links::Origin;
use crate::model::Unit;
use crate::source::Span;
use crate::syntax::node::Node;

/// What every workload waits for: Secrets that are made, and the schemas of its database, but for
/// those that `is_before` says it comes before.
pub(super) fn uses(
    index: &Index<'_>,
    schemas: &[Schema],
    is_before: &impl Fn(Unit, Unit) -> bool,
) -> Findings {
    let directory = SchemaIndex::of(index, schemas);
    let mut cache = Cache::default();
    let mut found = Findings::default();
    let project = index.project;
    for (number, manifest) in project.manifests.iter().enumerate() {
        let unit = Unit::Manifest(number);
        if manifest.is_hook || !pods::is_workload(&manifest.written) || found.is_full() {
            continue;
        }
        let reads = pods::reads(&manifest.written);
        let schemas = match manifest.needs.is_empty() {
            true => uses_of(index, unit),
            false => Uses::None,
        };
        directory.read(unit, &reads, schemas, &mut cache, is_before, &mut found);
    }
    for (number, app) in project.apps.iter().enumerate() {
        if found.is_full() {
            break;
        }
        let reads = pods::app_reads(app);
        let schemas = if app.common.needs.is_empty() { Uses::All } else { Uses::None };
        directory.read(Unit::App(number), &reads, schemas, &mut cache, is_before, &mut found);
    }
    found
}

/// By what a workload is known to use the database of a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Uses {
    None,
    /// A server of data shares its Secret with whoever logs in to it.
    ByAddress,
    All,
}

fn uses_of(index: &Index<'_>, unit: Unit) -> Uses {
    if might_serve_data(index, unit) { Uses::ByAddress } else { Uses::All }
}

/// What else has to be in a database before the workloads that use it (`link::jobs`), with the pairs
/// that may wait: the workload first.
pub(super) fn sharing(
    index: &Index<'_>,
    entries: &[Schema],
    may_wait: &impl Fn(Unit, Unit) -> bool,
) -> Findings {
    let directory = SchemaIndex::of(index, entries);
    let mut cache = Cache::default();
    let mut found = Findings::default();
    let is_before = |unit: Unit, entry: Unit| !may_wait(unit, entry);
    for (number, manifest) in index.project.manifests.iter().enumerate() {
        let (unit, written) = (Unit::Manifest(number), &manifest.written);
        if pods::is_workload(written) && !manifest.is_hook && !found.is_full() {
            let reads = pods::reads(written);
            let references = directory.references(unit, &reads, &mut cache);
            let by = uses_of(index, unit);
            directory.used(unit, &reads, &references, by, &is_before, &mut found);
        }
    }
    for (number, app) in index.project.apps.iter().enumerate() {
        if !found.is_full() {
            let unit = Unit::App(number);
            let reads = pods::app_reads(app);
            let references = directory.references(unit, &reads, &mut cache);
            directory.used(unit, &reads, &references, Uses::All, &is_before, &mut found);
        }
    }
    found
}

/// Schemas by what tells a workload's database.
struct SchemaIndex<'s> {
    index: &'s Index<'s>,
    schemas: &'s [Schema],
    by_unit: BTreeMap<Unit, usize>,
    by_endpoint: BTreeMap<&'s Endpoint, AtEndpoint>,
    by_secret: BTreeMap<&'s str, Vec<usize>>,
    by_database: BTreeMap<&'s str, Vec<usize>>,
    /// For every Service the endpoints behind it at which there are schemas, if there are any.
    by_service: BTreeMap<usize, Vec<&'s Endpoint>>,
    /// Whether somebody wrote a wave.
    has_pins: bool,
}

/// The schemas at one endpoint.
#[derive(Default)]
struct AtEndpoint {
    all: Vec<usize>,
    /// Those of which the database is not known.
    of_any: Vec<usize>,
}

/// What a host name may lead to, as far as there are schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target<'s> {
    Service(usize),
    /// The Service of this name in one's own namespace, or else the endpoint.
    InNamespace(&'s str, Option<&'s Endpoint>),
    Endpoint(&'s Endpoint),
    /// What somebody's controller may have made for the custom resource with this name.
    Made(&'s str),
    /// What answers at a host under which a route leads into the cluster.
    Public(&'s str),
}

/// The name of a database, as an address has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Name<'s> {
    Unwritten,
    /// One that no schema has.
    Other,
    Of(&'s str),
}

/// All that matters of an address: where it leads to, the port, the database, and whether it may
/// be that of an SQL database.
type Key<'s> = (Target<'s>, Option<u16>, Name<'s>, bool);

/// What matters of a text.
#[derive(Default)]
struct Text<'s> {
    /// Each once.
    addresses: Vec<Key<'s>>,
    /// What may be the name of a database.
    names: BTreeSet<&'s str>,
    /// What a text of one line is as a whole, if its own name says that it may be.
    hosts: Vec<Host<'s>>,
    name: Option<&'s str>,
    /// Bare words that may as well be something else than hosts.
    guesses: Vec<Key<'s>>,
}

/// What a text is as a whole, and whether it is a bare word.
#[derive(Clone, Copy)]
struct Host<'s> {
    key: Key<'s>,
    is_bare: bool,
}

/// A bare word that may well be something else than a host.
struct Guess<'s> {
    reference: Reference<'s>,
    /// Any server may be meant, and not only one of data.
    is_any: bool,
}

/// What a workload names.
struct References<'s> {
    certain: Vec<Reference<'s>>,
    guesses: Vec<Guess<'s>>,
    /// What may be names of databases.
    names: BTreeSet<&'s str>,
}

/// A database that a workload names.
struct Reference<'s> {
    key: Key<'s>,
    span: Span,
    by: Rc<str>,
}

impl<'s> SchemaIndex<'s> {
    fn of(index: &'s Index<'s>, schemas: &'s [Schema]) -> SchemaIndex<'s> {
        let mut by_endpoint: BTreeMap<&Endpoint, AtEndpoint> = BTreeMap::new();
        let mut by_secret: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut by_database: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, schema) in schemas.iter().enumerate() {
            for endpoint in &schema.endpoints {
                let there = by_endpoint.entry(endpoint).or_default();
                there.all.push(number);
                there.of_any.extend(schema.databases.is_empty().then_some(number));
            }
            for secret in &schema.secrets {
                by_secret.entry(&secret.name).or_default().push(number);
            }
            for database in &schema.databases {
                by_database.entry(database).or_default().push(number);
            }
        }
        let mut by_service = BTreeMap::new();
        for (service, _) in index.services() {
            let endpoints = index.behind(service);
            let endpoints = endpoints
                .iter()
                .filter_map(|endpoint| Some(*by_endpoint.get_key_value(endpoint)?.0));
            let endpoints: Vec<&Endpoint> = endpoints.collect();
            if !endpoints.is_empty() {
                by_service.insert(service, endpoints);
            }
        }
        let by_unit = schemas.iter().enumerate().map(|(number, schema)| (schema.unit, number));
        let by_unit = by_unit.collect();
        let has_pins = index.project.units().any(|unit| index.project.pin(unit).is_some());
        SchemaIndex {
            index,
            schemas,
            by_unit,
            by_endpoint,
            by_secret,
            by_database,
            by_service,
            has_pins,
        }
    }

    /// Everything that a workload waits for by what it reads.
    fn read(
        &self,
        unit: Unit,
        reads: &Reads,
        uses: Uses,
        cache: &mut Cache<'s>,
        is_before: &impl Fn(Unit, Unit) -> bool,
        found: &mut Findings,
    ) {
        let namespace = self.index.namespace(unit);
        made_secrets(self.index, unit, namespace, &reads.secrets, found);
        let pull = pull_secrets_of_account(self.index, namespace, reads);
        made_secrets(self.index, unit, namespace, &pull, found);
        for (kind, read) in &reads.needed {
            let by = format!("{}: {kind} `{}`", read.by, short(&read.name));
            not_before(self.index, unit, namespace, kind, read, &by, found);
        }
        let references = self.references(unit, reads, cache);
        let used = match uses {
            Uses::All | Uses::ByAddress if !self.schemas.is_empty() => {
                self.used(unit, reads, &references, uses, is_before, found)
            }
            Uses::All | Uses::ByAddress | Uses::None => Vec::new(),
        };
        // What its schemas wait for it waits for too. Where nobody wrote that it waits for a schema,
        // written waves may part the two.
        let needs = self.index.project.needs(unit).iter();
        let written = needs.filter_map(|need| self.by_unit.get(&need.unit).copied());
        let schemas = used.into_iter().filter(|_| !self.has_pins).chain(written);
        let endpoints =
            schemas.filter_map(|schema| self.schemas.get(schema)).flat_map(|it| &it.endpoints);
        let covered = endpoints.filter_map(|endpoint| match endpoint {
            Endpoint::Unit(unit) => Some(*unit),
            Endpoint::Service(_) | Endpoint::Host(_) => None,
        });
        let covered = covered.take_while(|_| self.index.spend(1)).collect();
        self.servers(unit, reads, &references, covered, found);
    }

    /// The addresses that a workload names, and what may be names of databases.
    fn references(&self, unit: Unit, reads: &Reads, cache: &mut Cache<'s>) -> References<'s> {
        let namespace = self.index.namespace(unit);
        let mut references = Mentions {
            directory: self,
            cache,
            namespace,
            found: References { certain: Vec::new(), guesses: Vec::new(), names: BTreeSet::new() },
            seen: BTreeSet::new(),
            guessed: BTreeSet::new(),
        };
        references.collect(reads);
        references.found
    }

    /// The servers that a workload names: it comes no earlier than these, and after databases.
    fn servers(
        &self,
        unit: Unit,
        reads: &Reads,
        references: &References<'s>,
        mut covered: BTreeSet<Unit>,
        found: &mut Findings,
    ) {
        let namespace = self.index.namespace(unit);
        let index = self.index;
        // Whoever wrote what it waits for knows which databases have to be there.
        let is_explicit = match unit {
            Unit::Manifest(number) => {
                index.project.manifests.get(number).is_some_and(|it| it.is_explicit)
            }
            Unit::App(_) | Unit::Database(_) | Unit::Schema(_) | Unit::EverySchema => {
                index.project.common(unit).is_some_and(|common| common.is_explicit)
            }
        };
        let may_wait = !is_explicit && !initialises(index, unit, reads);
        // The application's whole configuration is often that of the Job which migrates for it, its own
        // address included. Told by the image: `hasura migrate apply` calls a server of another one.
        let is_migration = jobs::migrates(index, unit);
        // So is that of a server of data which is told its password there.
        let serves_data = is_database(index, unit);
        let own_texts: BTreeSet<Span> = match is_migration || serves_data {
            true => texts(reads).collect(),
            false => BTreeSet::new(),
        };
        let firsts = |target: Target<'s>| match target {
            Target::Service(service) => index.units_behind(service),
            Target::InNamespace(name, _) => {
                // A Service of this name may be in another namespace alone.
                match index.service(name, namespace) {
                    Some(service) => index.units_behind(service),
                    None => index.may_serve(name, namespace),
                }
            }
            Target::Made(name) => index.may_serve(name, namespace),
            Target::Public(host) => {
                let units = index.public(host).map(|(_, units)| units).unwrap_or_default();
                if index.spend(units.len()) { units.to_vec() } else { Vec::new() }
            }
            Target::Endpoint(_) => Vec::new(),
        };
        let is_public = |reference: &&Reference<'_>| matches!(reference.key.0, Target::Public(_));
        let inside = references.certain.iter().filter(|it| !is_public(it));
        for Reference { key, span, by } in inside {
            for first in firsts(key.0) {
                if found.is_full() {
                    return;
                }
                // What reads a Secret that this one makes does not come first.
                if first == unit || !covered.insert(first) || index.makes_for(unit, first) {
                    continue;
                }
                // An address in a file that both read says nothing about the Job either.
                let share_file = || {
                    !own_texts.contains(span)
                        && !names_program(reads, by)
                        && jobs::kin::share_file(index, unit, first)
                };
                let is_kin = || jobs::kin::share_image(index, unit, first) || share_file();
                let is_own = &**by != ARGUMENTS
                    && (serves_data && share_file()
                        || is_migration && !is_database(index, first) && is_kin());
                if is_own {
                    covered.remove(&first);
                    found.guess(no_earlier(first, unit, *span, &**by, Origin::Mentioned));
                    continue;
                }
                found.push(match may_wait && is_database(index, first) {
                    // An address alone contradicts no wave that somebody wrote.
                    true => {
                        Found { origin: Origin::Mentioned, ..inferred(first, unit, *span, &**by) }
                    }
                    false => no_earlier(first, unit, *span, &**by, Origin::Mentioned),
                });
            }
        }
        // A public address is often meant for browsers, and may be one's own: it contradicts nothing.
        for Reference { key, span, by } in references.certain.iter().filter(is_public) {
            let firsts = firsts(key.0);
            if !firsts.contains(&unit) {
                let others = firsts.into_iter().filter(|&first| covered.insert(first));
                others.for_each(|first| {
                    found.guess(no_earlier(first, unit, *span, &**by, Origin::Mentioned));
                });
            }
        }
        // A server of data names no application by a bare word: it has the database of that name.
        if references.guesses.is_empty() || is_database(index, unit) {
            return;
        }
        for Guess { reference: Reference { key, span, by }, is_any } in &references.guesses {
            if matches!(key.0, Target::Made(_)) {
                continue;
            }
            for first in firsts(key.0) {
                let is_meant = *is_any || is_database(index, first);
                if first != unit && is_meant && covered.insert(first) {
                    found.guess(no_earlier(first, unit, *span, &**by, Origin::Mentioned));
                }
            }
        }
    }

    /// The schemas that a workload uses.
    fn used(
        &self,
        unit: Unit,
        reads: &Reads,
        References { certain: mentioned, names, .. }: &References<'s>,
        uses: Uses,
        is_before: &impl Fn(Unit, Unit) -> bool,
        found: &mut Findings,
    ) -> Vec<usize> {
        let namespace = self.index.namespace(unit);
        let mut used: BTreeMap<usize, (Span, Rc<str>)> = BTreeMap::new();
        let at: Vec<(&Reference<'_>, &Endpoint)> = mentioned
            .iter()
            .filter(|reference| reference.key.3)
            .flat_map(|reference| {
                self.endpoints(reference.key.0, namespace).map(move |it| (reference, it))
            })
            .filter(|(_, endpoint)| **endpoint != Endpoint::Unit(unit))
            .collect();
        let is_explicit = |reference: &Reference<'_>| reference.key.2 != Name::Unwritten;
        let explicit: BTreeSet<&Endpoint> = at
            .iter()
            .filter(|(reference, _)| is_explicit(reference))
            .map(|(_, endpoint)| *endpoint)
            .collect();
        let named = names.iter().filter_map(|name| self.by_database.get(name)).flatten();
        let named: BTreeSet<usize> = named.take_while(|_| self.index.spend(1)).copied().collect();
        for (reference, endpoint) in at {
            for number in self.meant(reference, endpoint, &named, explicit.contains(endpoint)) {
                used.entry(number).or_insert_with(|| (reference.span, reference.by.clone()));
            }
        }
        for read in reads.secrets.iter().filter(|_| uses == Uses::All) {
            let sharing = self.by_secret.get(read.name.as_str()).into_iter().flatten();
            for &number in sharing.take_while(|_| self.index.spend(1)) {
                let same = self.schemas.get(number).is_some_and(|schema| {
                    fits_namespace(self.index.namespace(schema.unit), namespace)
                });
                if same {
                    let by = || format!("Secret `{}`, which both read", short(&read.name)).into();
                    used.entry(number).or_insert_with(|| (read.span, by()));
                }
            }
        }
        let mut kept = Vec::new();
        for (number, (span, by)) in used {
            let Some(schema) = self.schemas.get(number) else { continue };
            if found.is_full() {
                break;
            }
            if schema.unit != unit && !is_before(unit, schema.unit) {
                found.push(inferred(schema.unit, unit, span, &*by));
                kept.push(number);
            }
        }
        kept
    }

    /// The endpoints that a way leads to from a namespace.
    fn endpoints(
        &self,
        target: Target<'s>,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &'s Endpoint> + use<'s> {
        let (service, endpoint) = match target {
            Target::Service(service) => (Some(service), None),
            Target::InNamespace(name, endpoint) => match self.index.service(name, namespace) {
                Some(service) => (Some(service), None),
                None => (None, endpoint),
            },
            Target::Endpoint(endpoint) => (None, Some(endpoint)),
            Target::Made(_) | Target::Public(_) => (None, None),
        };
        let behind = service.and_then(|service| self.by_service.get(&service));
        let behind = behind.map(Vec::as_slice).unwrap_or_default();
        let behind = if self.index.spend(behind.len()) { behind.to_vec() } else { Vec::new() };
        behind.into_iter().chain(endpoint)
    }

    /// The schemas that a mention may mean: those of the database that is named beside the host, or
    /// else all of the server; but for a host that is only a part of a URL elsewhere.
    fn meant(
        &self,
        reference: &Reference<'s>,
        endpoint: &Endpoint,
        named: &BTreeSet<usize>,
        is_part: bool,
    ) -> Vec<usize> {
        let Some(AtEndpoint { all, of_any }) = self.by_endpoint.get(endpoint) else {
            return Vec::new();
        };
        let (_, port, name, _) = reference.key;
        // Ports of a Service are their own affair.
        let fits = |number: usize| {
            self.schemas.get(number).is_some_and(|schema| match (endpoint, schema.port, port) {
                (Endpoint::Host(_), Some(own), Some(port)) => own == port,
                _ => true,
            })
        };
        // Of two lists the shorter one is gone through.
        let among = |few: &[usize], is_other: &dyn Fn(&Schema) -> bool| -> Vec<usize> {
            let is_other = |number: usize| self.schemas.get(number).is_some_and(is_other);
            let few = few.iter().copied().take_while(|_| self.index.spend(1));
            few.filter(|&number| is_other(number) && fits(number)).collect()
        };
        let is_here = |schema: &Schema| schema.endpoints.contains(endpoint);
        match name {
            Name::Other => among(of_any, &|_| true),
            Name::Of(name) => {
                let of_name = self.by_database.get(name).map(Vec::as_slice).unwrap_or_default();
                let mut meant = among(of_any, &|_| true);
                meant.extend(match of_name.len() < all.len() {
                    true => among(of_name, &is_here),
                    false => among(all, &|schema| schema.databases.contains(name)),
                });
                meant
            }
            Name::Unwritten => {
                let is_named = match named.len() < all.len() {
                    true => among(&named.iter().copied().collect::<Vec<_>>(), &is_here),
                    false => {
                        let all = among(all, &|_| true).into_iter();
                        all.filter(|number| named.contains(number)).collect()
                    }
                };
                if is_named.is_empty() && !is_part { among(all, &|_| true) } else { is_named }
            }
        }
    }

    /// What matters of a text: one value, or a whole file with a value a line.
    fn text(&self, text: &str) -> Text<'s> {
        let text = &*addresses::without_templates(text);
        let mut kept = Text::default();
        let mut guesses = Vec::new();
        let mut seen = BTreeSet::new();
        let mut keep = |address: Address<'_>| {
            let key = self.key(address).filter(|key| seen.insert(*key));
            kept.addresses.extend(key);
        };
        addresses::everywhere(text).for_each(&mut keep);
        if !text.trim_end().contains('\n') {
            let hosts = addresses::host_list(text).filter_map(|it| {
                let is_bare = it.is_bare();
                Some(Host { key: self.key(it)?, is_bare })
            });
            kept.hosts = hosts.collect();
            kept.name = self.database(text.trim());
            return kept;
        }
        for line in text.lines() {
            // `<host>redis</host>`
            let elements = line.split('<').filter_map(|element| element.split_once('>'));
            let hosts = elements
                .filter_map(|(name, value)| Some((name, addresses::host(value)?)))
                .filter(|(name, address)| addresses::names_host(name, address));
            hosts.for_each(|(_, address)| keep(address));
            // `Host search` of Fluent Bit.
            let mut words = line.split_whitespace();
            if let (Some(word), Some(value), None) = (words.next(), words.next(), words.next())
                && ["host", "hostname"].iter().any(|known| word.eq_ignore_ascii_case(known))
            {
                addresses::host(value).into_iter().for_each(&mut keep);
            }
            let Some((name, value)) = line.split_once(['=', ':']) else { continue };
            let (name, value) = (name.trim(), value.trim().trim_matches(['"', '\'', ',']));
            if addresses::may_name_database(name) {
                kept.names.extend(self.database(value.trim()));
            }
            for address in addresses::host_list(value) {
                if addresses::names_host(name, &address) {
                    keep(address);
                } else if addresses::may_name_host(name) {
                    guesses.extend(self.key(address));
                }
            }
        }
        kept.guesses = guesses;
        kept
    }

    /// The name of a database, if some schema has it.
    fn database(&self, name: &str) -> Option<&'s str> {
        self.by_database.get_key_value(name).map(|(known, _)| *known)
    }

    fn key(&self, address: Address<'_>) -> Option<Key<'s>> {
        let Address { host, port, database, is_sql } = address;
        let name = match database {
            None => Name::Unwritten,
            Some(database) => self.database(database).map_or(Name::Other, Name::Of),
        };
        let endpoint =
            |host: SmolStr| Some(*self.by_endpoint.get_key_value(&Endpoint::Host(host))?.0);
        let target = match self.index.road(&host)? {
            Resolution::Service(service) => Target::Service(service),
            Resolution::InNamespace(service) => Target::InNamespace(service, endpoint(host.into())),
            Resolution::Elsewhere => match endpoint(host.as_str().into()) {
                Some(endpoint) => Target::Endpoint(endpoint),
                None => match self.index.public(&host) {
                    Some((host, _)) => Target::Public(host),
                    None => Target::Made(self.index.maker_of_host(&host)?),
                },
            },
        };
        Some((target, port, name, is_sql))
    }
}

/// What workloads have read so far of ConfigMaps and Secrets.
type Cache<'s> = BTreeMap<usize, File<'s>>;

/// What a ConfigMap or a Secret holds, looked through once for all that read it.
#[derive(Default)]
struct File<'s> {
    data: BTreeMap<&'s str, DataValue<'s>>,
    /// What matters of it, by key, in the order in which it is written.
    texts: Vec<(&'s str, Text<'s>)>,
    by_key: BTreeMap<&'s str, usize>,
}

impl<'s> File<'s> {
    fn read(directory: &SchemaIndex<'s>, number: usize) -> File<'s> {
        let mut file = File::default();
        for (key, datum) in directory.index.data(number) {
            let Some(text) = datum.text() else { continue };
            let text = directory.text(&pods::unexpanded(&text));
            if file.data.insert(key, datum).is_some() {
                continue;
            }
            let is_empty = text.addresses.is_empty() && text.names.is_empty();
            let has_words = !text.hosts.is_empty() || !text.guesses.is_empty();
            if !is_empty || has_words || text.name.is_some() {
                file.by_key.insert(key, file.texts.len());
                file.texts.push((key, text));
            }
        }
        file
    }
}

/// Collects the databases that a workload names.
struct Mentions<'m, 's> {
    directory: &'m SchemaIndex<'s>,
    cache: &'m mut Cache<'s>,
    namespace: Option<&'s str>,
    found: References<'s>,
    seen: BTreeSet<Key<'s>>,
    guessed: BTreeSet<(Key<'s>, bool)>,
}

/// What the variables of a container are, so that others may refer to them.
#[derive(Default)]
struct Scope<'v> {
    variables: BTreeMap<&'v str, Known<'v>>,
    /// ConfigMaps and Secrets of which every key is a variable, with what stands before it.
    all_of: Vec<(usize, &'v str)>,
}

enum Known<'v> {
    Text(Cow<'v, str>),
    Key(usize, &'v str),
}

impl<'s> Mentions<'_, 's> {
    fn collect(&mut self, reads: &Reads) {
        for variables in &reads.containers {
            self.container(variables);
        }
        for map in &reads.config_maps {
            if let Some(number) = self.file("ConfigMap", &map.name) {
                let by = || format!("ConfigMap `{}`", short(&map.name));
                self.whole(number, map.span, |key| (key.to_owned(), by()));
            }
        }
        for secret in reads.secret_files() {
            if let Some(number) = self.file("Secret", &secret.name) {
                let by = || format!("Secret `{}`", short(&secret.name));
                self.whole(number, secret.span, |key| (key.to_owned(), by()));
            }
        }
    }

    fn container(&mut self, variables: &[Variable]) {
        let mut scope = Scope::default();
        // The arguments as one text.
        let (mut script, mut place) = (String::new(), None);
        for Variable { name, value, span } in variables {
            match value {
                VariableValue::Text(text) => {
                    let services = pods::services_named(text).chain(prefixed(name, text));
                    let services = services.filter_map(|it| addresses::host(&it));
                    let services: Vec<Key<'s>> =
                        services.filter_map(|it| self.directory.key(it)).collect();
                    self.keep(services, *span, &|| said_by(name));
                    let text = self.expand(text, &scope);
                    let kept = self.directory.text(&text);
                    self.add(&kept, name, *span, &|| said_by(name));
                    let is_argument = name.is_empty() || name.starts_with('-');
                    // Options of a program, in a variable: `JAVA_OPTS=-Ddb.host=db`.
                    if !is_argument && (text.starts_with("-D") || text.contains(" -D")) {
                        let hosts = addresses::in_commands(&text);
                        let hosts: Vec<Key<'s>> =
                            hosts.filter_map(|it| self.directory.key(it)).collect();
                        self.keep(hosts, *span, &|| said_by(name));
                    }
                    if is_argument {
                        self.words(&text, name, *span);
                        script.push_str(name);
                        script.push(' ');
                        script.push_str(&text);
                        script.push(' ');
                        place = Some(*span);
                    }
                    scope.variables.insert(name, Known::Text(text));
                }
                VariableValue::Secret { name: of, key } => {
                    self.one("Secret", of, key, name, *span, &mut scope);
                }
                VariableValue::ConfigMap { name: of, key } => {
                    self.one("ConfigMap", of, key, name, *span, &mut scope);
                }
                VariableValue::AllOfSecret { name: of, prefix } => {
                    self.all("Secret", of, prefix, *span, &mut scope);
                }
                VariableValue::AllOfConfigMap { name: of, prefix } => {
                    self.all("ConfigMap", of, prefix, *span, &mut scope);
                }
            }
        }
        if let Some(span) = place {
            // `${DB_HOST:-db}` is `db` by default.
            let script = addresses::without_templates(&script);
            let hosts = addresses::in_commands(&script).filter_map(|it| self.directory.key(it));
            let hosts: Vec<Key<'s>> = hosts.collect();
            self.keep(hosts, span, &|| said_by(""));
        }
    }

    /// The words of an argument: what looks like an address is one, any other may be a host.
    fn words(&mut self, text: &str, name: &str, span: Span) {
        let (mut certain, mut bare) = (Vec::new(), Vec::new());
        for address in addresses::words(text) {
            let of = if address.is_bare() { &mut bare } else { &mut certain };
            of.extend(self.directory.key(address));
        }
        self.keep(certain, span, &|| said_by(name));
        self.guess(bare, true, span, &|| said_by(name));
    }

    fn guess(
        &mut self,
        keys: impl IntoIterator<Item = Key<'s>>,
        is_any: bool,
        span: Span,
        by: &dyn Fn() -> String,
    ) {
        let mut said: Option<Rc<str>> = None;
        for key in keys {
            if !self.guessed.insert((key, is_any)) {
                continue;
            }
            let by = said.get_or_insert_with(|| by().into()).clone();
            let reference = Reference { key, span, by };
            self.found.guesses.push(Guess { reference, is_any });
        }
    }

    /// A variable with the value of one key.
    fn one<'v>(
        &mut self,
        kind: &'static str,
        of: &str,
        key: &'v str,
        name: &'v str,
        span: Span,
        scope: &mut Scope<'v>,
    ) {
        let Some(number) = self.file(kind, of) else { return };
        scope.variables.insert(name, Known::Key(number, key));
        let Some(file) = self.cache.remove(&number) else { return };
        let place = file.by_key.get(key);
        if let Some((_, text)) = place.and_then(|&place| file.texts.get(place)) {
            self.add(text, name, span, &|| said_by(name));
        }
        self.cache.insert(number, file);
    }

    /// A variable for every key.
    fn all<'v>(
        &mut self,
        kind: &'static str,
        of: &str,
        prefix: &'v str,
        span: Span,
        scope: &mut Scope<'v>,
    ) {
        let Some(number) = self.file(kind, of) else { return };
        scope.all_of.push((number, prefix));
        self.whole(number, span, |key| {
            let name = format!("{}{}", short(prefix), short(key));
            let by = said_by(&name);
            (name, by)
        });
    }

    /// All that matters of a file; `named` says what a key is called, and what says so.
    fn whole(&mut self, number: usize, span: Span, named: impl Fn(&str) -> (String, String)) {
        let Some(file) = self.cache.remove(&number) else { return };
        for (key, text) in &file.texts {
            if !self.directory.index.spend(1) {
                break;
            }
            let (name, by) = named(key);
            self.add(text, &name, span, &|| by.clone());
        }
        self.cache.insert(number, file);
    }

    /// The file of a name, which is on the shelf from then on.
    fn file(&mut self, kind: &'static str, name: &str) -> Option<usize> {
        let directory = self.directory;
        let number = directory.index.written(kind, name, self.namespace)?;
        self.cache.entry(number).or_insert_with(|| File::read(directory, number));
        Some(number)
    }

    /// A text with what its references stand for.
    fn expand<'v>(&self, text: &'v str, scope: &Scope<'v>) -> Cow<'v, str> {
        let index = self.directory.index;
        let of_key = |number: &usize, key: &str| {
            let datum = self.cache.get(number)?.data.get(key)?.text()?;
            Some(pods::unexpanded(cut(&datum, pods::MAX_TEXT_LEN)).into_owned())
        };
        let expanded = pods::expand(text, |name| match scope.variables.get(name) {
            Some(Known::Text(text)) => Some(text.clone().into_owned()),
            Some(Known::Key(number, key)) => of_key(number, key),
            None => {
                let all_of = scope.all_of.iter().rev().take_while(|_| index.spend(1));
                let mut values = all_of
                    .filter_map(|(number, prefix)| of_key(number, name.strip_prefix(prefix)?));
                values.next()
            }
        });
        let is_new = matches!(expanded, Cow::Owned(_));
        if is_new && !index.spend(expanded.len() / BYTES) {
            return Cow::Borrowed("");
        }
        expanded
    }

    fn add(&mut self, text: &Text<'s>, name: &str, span: Span, by: &dyn Fn() -> String) {
        if !self.directory.index.spend(text.addresses.len() + text.names.len()) {
            return;
        }
        let (says, may) = (addresses::says_host(name), addresses::may_name_host(name));
        let is_host = |host: &&Host<'_>| if host.is_bare { says } else { may };
        let hosts = text.hosts.iter().filter(is_host).map(|host| host.key);
        let own = text.name.filter(|_| addresses::may_name_database(name));
        self.found.names.extend(text.names.iter().copied().chain(own));
        self.keep(text.addresses.iter().copied().chain(hosts), span, by);
        let words = text.hosts.iter().filter(|host| host.is_bare && may && !says);
        let words = words.map(|host| host.key).chain(text.guesses.iter().copied());
        self.guess(words, false, span, by);
    }

    fn keep(
        &mut self,
        keys: impl IntoIterator<Item = Key<'s>>,
        span: Span,
        by: &dyn Fn() -> String,
    ) {
        let mut said: Option<Rc<str>> = None;
        for key in keys {
            if self.seen.insert(key) {
                let by = said.get_or_insert_with(|| by().into()).clone();
                self.found.certain.push(Reference { key, span, by });
            }
        }
    }
}

/// The Secrets with which the ServiceAccount of a pod pulls its images.
fn pull_secrets_of_account(
    index: &Index<'_>,
    namespace: Option<&str>,
    reads: &Reads,
) -> Vec<pods::Read> {
    let accounts = reads.needed.iter().filter(|(kind, _)| *kind == "ServiceAccount");
    let mut found = Vec::new();
    for (_, read) in accounts.take_while(|_| index.spend(1)) {
        let manifests = index.objects("ServiceAccount", &read.name, namespace);
        for manifest in manifests.into_iter().filter_map(|unit| index.manifest(unit)) {
            let secrets = manifest.node.get("imagePullSecrets").and_then(Node::items);
            let names = secrets.unwrap_or_default().iter().filter_map(|it| it.get("name")?.str());
            let by = "imagePullSecrets of its ServiceAccount";
            found.extend(names.take_while(|_| index.spend(1)).map(|name| pods::Read {
                name: name.into(),
                key: None,
                span: read.span,
                by: by.into(),
            }));
        }
    }
    found
}

/// Whether a variable is called like the program that is run: `hasura` reads `HASURA_GRAPHQL_ENDPOINT`.
fn names_program(reads: &Reads, by: &str) -> bool {
    const MIN_LEN: usize = 4;
    let variables = reads.containers.iter().flatten();
    let mut commands = variables.filter_map(|it| match &it.value {
        VariableValue::Text(text) if it.name.is_empty() => text.split_whitespace().next(),
        VariableValue::Text(_)
        | VariableValue::Secret { .. }
        | VariableValue::ConfigMap { .. }
        | VariableValue::AllOfSecret { .. }
        | VariableValue::AllOfConfigMap { .. } => None,
    });
    let words = || by.split(|c: char| !c.is_ascii_alphanumeric());
    commands.any(|command| {
        let program = command.rsplit('/').next().unwrap_or(command);
        program.len() >= MIN_LEN && words().any(|word| word.eq_ignore_ascii_case(program))
    })
}

/// Where the variables and arguments are that a workload has written out.
fn texts(reads: &Reads) -> impl Iterator<Item = Span> {
    let variables = reads.containers.iter().flatten();
    variables.filter_map(|it| matches!(it.value, VariableValue::Text(_)).then_some(it.span))
}

/// Whether a Job makes its server ready in the first place: `cockroach init`, `rs.initiate()`.
/// Nothing may wait for the health of that server before.
fn initialises(index: &Index<'_>, unit: Unit, reads: &Reads) -> bool {
    let is_job = match unit {
        Unit::Manifest(_) => index.manifest(unit).is_some_and(|it| it.kind.value == "Job"),
        Unit::App(number) => {
            let app = index.project.apps.get(number);
            app.is_some_and(|app| matches!(app.workload, crate::model::Workload::Job(_)))
        }
        Unit::Database(_) | Unit::Schema(_) | Unit::EverySchema => false,
    };
    let arguments = reads.containers.iter().flatten().filter_map(|variable| {
        let is_argument = variable.name.is_empty() || variable.name.starts_with('-');
        let VariableValue::Text(text) = &variable.value else { return None };
        is_argument.then_some(text.as_str())
    });
    is_job && jobs::sets_up_server(index, unit, arguments)
}

/// The Services that the images of JBoss are told by `DB_SERVICE_PREFIX_MAPPING=shop-postgresql=DB`.
fn prefixed(name: &str, text: &str) -> Vec<String> {
    if !name.ends_with("SERVICE_PREFIX_MAPPING") {
        return Vec::new();
    }
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(service, _)| service.trim().to_owned()).collect()
}

fn said_by(name: &str) -> String {
    match name.starts_with('-') || name.is_empty() {
        true => ARGUMENTS.to_owned(),
        // An address of `pods::reads` that is no variable says in words what it is.
        false if name.contains(' ') => name.to_owned(),
        false => format!("env `{}`", short(name)),
    }
}

/// What says so where it is no variable and no file.
const ARGUMENTS: &str = "its arguments";
