//! Where the things are that manifests name: Services and what answers behind them, Secrets and who
//! makes them, texts of ConfigMaps and Secrets.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use smol_str::{SmolStr, format_smolstr};

use crate::link::detours::Detours;
use crate::link::known::{self, MadeName};
use crate::link::servers::Family;
use crate::link::{INFERRED, manifests, names, pods, scripts};
use crate::model::{Hosting, Project, Unit, Workload};
use crate::object::is_cluster_wide;
use crate::syntax::Manifest;
use crate::syntax::node::{Entry, Node};

/// The longest name that Kubernetes takes, in bytes.
const MAX_NAME_LEN: usize = 253;

/// A project by names.
pub(super) struct Index<'a> {
    pub(super) project: &'a Project,
    /// Every object that takes part, by kind and name.
    objects: BTreeMap<(&'a str, &'a str), Vec<Unit>>,
    services: Vec<Service<'a>>,
    services_by_name: BTreeMap<SmolStr, Namesakes<'a>>,
    /// Who makes Secrets: by the whole name, by its beginning and by its end.
    makers: BTreeMap<SmolStr, Vec<Unit>>,
    makers_by_beginning: BTreeMap<SmolStr, Vec<Unit>>,
    makers_by_end: BTreeMap<SmolStr, Vec<Unit>>,
    /// Who makes ConfigMaps.
    map_makers: BTreeMap<SmolStr, Vec<Unit>>,
    /// Jobs that make Secrets and ConfigMaps by a script, by kind and name.
    made_by_jobs: BTreeMap<(&'static str, SmolStr), Vec<Unit>>,
    /// The Secrets that a Job makes so.
    secrets_of_jobs: BTreeMap<Unit, BTreeSet<SmolStr>>,
    /// Who makes Services of which only the beginning of the name is known.
    servers_by_beginning: BTreeMap<SmolStr, Vec<Unit>>,
    /// ConfigMaps and Secrets that are written out, by kind and name.
    texts: BTreeMap<(&'a str, &'a str), Namesakes<'a>>,
    /// Custom resources of whose controllers not all that they make is known, by name.
    customs: BTreeMap<&'a str, Vec<Unit>>,
    /// Custom resources of every kind, by name.
    resources: BTreeMap<&'a str, Vec<Unit>>,
    /// What Services with the port of an SQL server lead to.
    /// Applications by the names of their Helm releases.
    releases: BTreeMap<&'a str, Vec<Unit>>,
    /// What answers at a host under which a route leads into the cluster.
    public: BTreeMap<String, Vec<Unit>>,
    behind_sql_ports: BTreeMap<Unit, Family>,
    /// Services by the address that is written for them.
    services_by_ip: BTreeMap<&'a str, usize>,
    detours: Detours,
    /// Custom resources that give addresses to LoadBalancer Services.
    address_pools: Vec<Unit>,
    /// Custom resources by what they say that they write: `connInfoSecretTarget: {name: shop}`.
    outputs: BTreeMap<&'a str, Vec<Unit>>,
    /// There is more behind Services than is kept.
    pub(super) is_full: bool,
    /// How many steps may still be taken.
    left: Cell<usize>,
}

/// As many bytes of text are looked through in one step.
pub(super) const BYTES: usize = 16;

/// Things of one kind and name, by number: the first of all, and of every namespace.
#[derive(Default)]
struct Namesakes<'a> {
    first: usize,
    by_namespace: BTreeMap<Option<&'a str>, usize>,
}

impl<'a> Namesakes<'a> {
    fn add(&mut self, namespace: Option<&'a str>, number: usize) {
        if self.by_namespace.is_empty() {
            self.first = number;
        }
        self.by_namespace.entry(namespace).or_insert(number);
    }

    /// The first that may be meant from a namespace.
    fn fitting(&self, from: Option<&str>) -> Option<usize> {
        match from {
            None => Some(self.first),
            Some(_) => {
                let (own, any) = (self.by_namespace.get(&from), self.by_namespace.get(&None));
                own.into_iter().chain(any).min().copied()
            }
        }
    }

    /// The one of just this namespace, or else the first that may be meant.
    fn nearest(&self, from: Option<&str>) -> Option<usize> {
        self.by_namespace.get(&from).copied().or_else(|| self.fitting(from))
    }
}

struct Service<'a> {
    /// The plain manifest that it is, if somebody wrote one.
    unit: Option<Unit>,
    namespace: Option<&'a str>,
    /// What answers.
    backends: Vec<Unit>,
    /// What a Service of type `ExternalName` leads to.
    elsewhere: Option<&'a str>,
}

/// What a host name leads to. Two names of one server lead to the same endpoint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Endpoint {
    /// A unit of the project answers.
    Unit(Unit),
    /// A Service behind which nothing of the project is.
    Service(usize),
    /// A host outside the project.
    Host(SmolStr),
}

/// What a host name leads to, wherever it is said.
#[derive(Clone, Copy, Debug)]
pub(super) enum Resolution<'i> {
    Service(usize),
    /// The Service of this name, in one's own namespace, if there is one.
    InNamespace(&'i str),
    /// Out of the project.
    Elsewhere,
}

/// A value of a ConfigMap or a Secret.
#[derive(Clone, Copy, Debug)]
pub(super) enum DataValue<'a> {
    Plain(&'a str),
    Encoded(&'a str),
}

impl<'a> DataValue<'a> {
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        match self {
            DataValue::Plain(text) => Some(Cow::Borrowed(text)),
            DataValue::Encoded(text) => decode_base64(text).map(Cow::Owned),
        }
    }
}

impl<'a> Index<'a> {
    /// Finds everything in a project; `steps` is how many may be taken.
    pub(super) fn of(project: &'a Project, steps: usize) -> Index<'a> {
        let mut index = Index {
            project,
            objects: BTreeMap::new(),
            services: Vec::new(),
            services_by_name: BTreeMap::new(),
            makers: BTreeMap::new(),
            makers_by_beginning: BTreeMap::new(),
            makers_by_end: BTreeMap::new(),
            map_makers: BTreeMap::new(),
            made_by_jobs: BTreeMap::new(),
            secrets_of_jobs: BTreeMap::new(),
            servers_by_beginning: BTreeMap::new(),
            texts: BTreeMap::new(),
            customs: BTreeMap::new(),
            resources: BTreeMap::new(),
            releases: BTreeMap::new(),
            public: BTreeMap::new(),
            behind_sql_ports: BTreeMap::new(),
            services_by_ip: BTreeMap::new(),
            detours: Detours::default(),
            address_pools: Vec::new(),
            outputs: BTreeMap::new(),
            is_full: false,
            left: Cell::new(steps),
        };
        index.add_specs();
        for (number, manifest) in project.manifests.iter().enumerate() {
            let written = &manifest.written;
            let id = (written.kind.value.as_str(), written.name.value.as_str());
            if matches!(id.0, "ConfigMap" | "Secret") && known::group_of(written).is_empty() {
                index.add_text(id, number);
            } else if matches!(
                id.0,
                "ExternalSecret" | "SealedSecret" | "VaultStaticSecret" | "VaultDynamicSecret"
            ) {
                let target = written.node.at(&["spec", "target", "name"]);
                let target = target.or_else(|| written.node.at(&["spec", "destination", "name"]));
                let target = target.and_then(Node::str);
                index.add_text(("Secret", target.unwrap_or(id.1)), number);
            }
            if !manifest.is_hook {
                if known::gives_addresses(written) {
                    index.address_pools.push(Unit::Manifest(number));
                }
                if is_custom(written) {
                    index.resources.entry(id.1).or_default().push(Unit::Manifest(number));
                    for name in names::outputs(written) {
                        index.outputs.entry(name).or_default().push(Unit::Manifest(number));
                    }
                    if makes_more_than_is_known(written) {
                        index.customs.entry(id.1).or_default().push(Unit::Manifest(number));
                    }
                }
                let names =
                    known::release_of(written).into_iter().chain(known::full_names(written));
                for name in names {
                    index.releases.entry(name).or_default().push(Unit::Manifest(number));
                }
                index.objects.entry(id).or_default().push(Unit::Manifest(number));
                index.add_makers(Unit::Manifest(number), written);
                for (kind, name) in scripts::made_by(written) {
                    let unit = Unit::Manifest(number);
                    if kind == "Secret" {
                        index.secrets_of_jobs.entry(unit).or_default().insert(name.clone());
                    }
                    index.made_by_jobs.entry((kind, name)).or_default().push(unit);
                }
            }
        }
        index.add_makers_of_what_is_not_given();
        index.add_plain_services();
        index.add_made_services();
        index.add_public_hosts();
        index.detours = Detours::of(&index);
        index
    }

    /// The custom resources that give addresses to LoadBalancer Services.
    pub(super) fn address_pools(&self) -> &[Unit] {
        &self.address_pools
    }

    /// What brings a Secret or ConfigMap by a detour.
    pub(super) fn brought(
        &self,
        kind: &'static str,
        name: &str,
        namespace: Option<&str>,
    ) -> Vec<Unit> {
        self.detours.to(self, kind, name, namespace)
    }

    fn add_text(&mut self, id: (&'a str, &'a str), number: usize) {
        let namespace = self.namespace(Unit::Manifest(number));
        self.texts.entry(id).or_default().add(namespace, number);
    }

    fn add_specs(&mut self) {
        let project = self.project;
        for (number, database) in project.databases.iter().enumerate() {
            let (unit, name) = (Unit::Database(number), database.common.name.as_str());
            match &database.hosting {
                Hosting::InCluster(server) => {
                    let kind = if server.storage.is_some() { "StatefulSet" } else { "Deployment" };
                    self.add_spec(unit, kind, name);
                }
                Hosting::CloudNativePg(_) => self.add_cluster(unit, name),
                Hosting::External => {}
            }
        }
        for (number, app) in project.apps.iter().enumerate() {
            if let Workload::Service(_) = &app.workload {
                self.add_spec(Unit::App(number), "Deployment", &app.common.name);
            }
        }
    }

    fn add_spec(&mut self, unit: Unit, kind: &'static str, name: &'a str) {
        self.objects.entry((kind, name)).or_default().push(unit);
        let namespace = self.namespace(unit);
        self.add_service(
            name,
            Service { unit: None, namespace, backends: vec![unit], elsewhere: None },
        );
    }

    /// What CloudNativePG makes for a Database.
    fn add_cluster(&mut self, unit: Unit, name: &'a str) {
        self.objects.entry(("Cluster", name)).or_default().push(unit);
        for suffix in ["rw", "ro", "r"] {
            let namespace = self.namespace(unit);
            let service = Service { unit: None, namespace, backends: vec![unit], elsewhere: None };
            self.add_service(&format!("{name}-{suffix}"), service);
        }
        self.makers.entry(format_smolstr!("{name}-app")).or_default().push(unit);
    }

    fn add_service(&mut self, name: &str, service: Service<'a>) {
        let namesakes = self.services_by_name.entry(name.into()).or_default();
        namesakes.add(service.namespace, self.services.len());
        self.services.push(service);
    }

    fn add_makers(&mut self, unit: Unit, manifest: &Manifest) {
        for made in known::secrets_made(manifest) {
            let (makers, name) = match made {
                MadeName::Exact(name) => (&mut self.makers, name),
                MadeName::Begins(name) => (&mut self.makers_by_beginning, name),
                MadeName::Ends(name) => (&mut self.makers_by_end, name),
            };
            makers.entry(name).or_default().push(unit);
        }
        for made in known::config_maps_made(manifest) {
            if let MadeName::Exact(name) = made {
                self.map_makers.entry(name).or_default().push(unit);
            }
        }
    }

    /// A server that is given a Secret by the project makes it no more.
    fn add_makers_of_what_is_not_given(&mut self) {
        let project = self.project;
        let mut makers = Vec::new();
        for (number, owner) in project.manifests.iter().enumerate() {
            let unit = Unit::Manifest(number);
            for made in known::secrets_made_unless_given(&owner.written) {
                let MadeName::Exact(name) = made else { continue };
                let namespace = self.namespace(unit);
                let is_given = self.written("Secret", &name, namespace).is_some()
                    || !self.makers(&name, namespace).is_empty();
                if !owner.is_hook && !is_given {
                    makers.push((name, unit));
                }
            }
        }
        for (name, unit) in makers {
            self.makers.entry(name).or_default().push(unit);
        }
    }

    /// A plain Service leads to the plain workloads whose pods have its labels.
    fn add_plain_services(&mut self) {
        let project = self.project;
        let by_label = ByLabel::of(self);
        let mut left = INFERRED;
        for (number, service) in project.manifests.iter().enumerate() {
            let written = &service.written;
            if written.kind.value != "Service" || !known::group_of(written).is_empty() {
                continue;
            }
            let namespace = self.namespace(Unit::Manifest(number));
            let selector = written.node.at(&["spec", "selector"]);
            let backends = selector.map(|selector| {
                let (candidates, others) = by_label.candidates(selector, namespace);
                let candidates = candidates.filter(|_| self.spend(1 + others.len()));
                let has_all = |number: &usize| {
                    others.iter().all(|having| having.binary_search(number).is_ok())
                };
                candidates.filter(has_all).take(left).map(Unit::Manifest).collect::<Vec<_>>()
            });
            let elsewhere = written.node.at(&["spec", "externalName"]).and_then(Node::str);
            let mut backends = backends.unwrap_or_default();
            left -= backends.len();
            // No pod of the project has the labels that an operator gives to its own.
            for (kind, name) in selector.into_iter().flat_map(known::selected_by_operators) {
                backends.extend(self.objects(kind, name, namespace));
            }
            self.is_full |= left == 0;
            if let Some(family) = Family::of_ports(&written.node) {
                let behind = backends.iter().map(|&unit| (unit, family));
                self.behind_sql_ports.extend(behind);
            }
            // A Service over pods that an operator made, by whatever label has the name of the resource.
            if backends.is_empty() {
                backends.extend(
                    selector.into_iter().flat_map(|it| self.named_by_labels(it, namespace)),
                );
            }
            if let Some(ip) = written.node.at(&["spec", "clusterIP"]).and_then(Node::str)
                && !matches!(ip, "" | "None")
            {
                self.services_by_ip.entry(ip).or_insert(self.services.len());
            }
            let unit = Some(Unit::Manifest(number)).filter(|_| !service.is_hook);
            let service = Service { unit, namespace, backends, elsewhere };
            self.add_service(&written.name.value, service);
        }
    }

    /// The custom resources with servers of their own that the values of a selector name.
    fn named_by_labels(&self, selector: &Node, namespace: Option<&str>) -> Vec<Unit> {
        let values = selector.entries().unwrap_or_default().iter();
        let values = values.filter_map(|label| label.value.str()).take_while(|_| self.spend(1));
        let mut named: Vec<Unit> = values
            .flat_map(|value| [value, value.strip_suffix("-kafka").unwrap_or(value)])
            .flat_map(|name| self.resources(name, namespace))
            .filter(|&it| self.manifest(it).is_some_and(|it| !known::services_made(it).is_empty()))
            .collect();
        named.sort_unstable();
        named.dedup();
        named
    }

    /// Services that an operator makes lead to the object that it makes them for.
    fn add_made_services(&mut self) {
        let project = self.project;
        for (number, owner) in project.manifests.iter().enumerate() {
            if owner.is_hook {
                continue;
            }
            let unit = Unit::Manifest(number);
            if known::group_of(&owner.written) == "serving.knative.dev"
                && owner.written.kind.value == "Service"
            {
                let (namespace, backends) = (self.namespace(unit), vec![unit]);
                let service = Service { unit: None, namespace, backends, elsewhere: None };
                self.add_service(&owner.written.name.value, service);
            }
            for made in known::services_made(&owner.written) {
                let namespace = self.namespace(unit);
                let name = match made {
                    MadeName::Exact(name) => name,
                    MadeName::Begins(beginning) => {
                        self.servers_by_beginning.entry(beginning).or_default().push(unit);
                        continue;
                    }
                    MadeName::Ends(_) => continue,
                };
                // A pooler is a way to the database that it refers to.
                let mut backends = vec![unit];
                for (kind, name) in known::references(&owner.written) {
                    backends.extend(self.objects(kind, name.str().unwrap_or_default(), namespace));
                }
                let service = Service { unit: None, namespace, backends, elsewhere: None };
                self.add_service(&name, service);
            }
        }
    }

    /// What answers at the hosts of Ingresses, routes and Apps.
    fn add_public_hosts(&mut self) {
        let project = self.project;
        let mut found = Vec::new();
        for (number, app) in project.apps.iter().enumerate() {
            let hosts = app.ingress.iter().map(|ingress| ingress.host.as_str());
            found.extend(hosts.map(|host| (host, vec![Unit::App(number)])));
        }
        for (number, manifest) in project.manifests.iter().enumerate() {
            let unit = Unit::Manifest(number);
            for (host, service) in known::public_hosts(&manifest.written) {
                let service = self.service_of_host(service, self.namespace(unit));
                let behind = service.map(|service| self.units_behind(service));
                found.extend(behind.map(|units| (host, units)));
            }
        }
        for (host, units) in found {
            self.public.entry(host.to_ascii_lowercase()).or_default().extend(units);
        }
    }

    /// What answers at a host under which a route leads into the cluster: its name here, and the units.
    pub(super) fn public(&self, host: &str) -> Option<(&str, &[Unit])> {
        let (name, units) = self.public.get_key_value(host)?;
        Some((name, units))
    }

    /// The namespace of a unit, when it is known.
    pub(super) fn namespace(&self, unit: Unit) -> Option<&'a str> {
        let project = self.project;
        let own = match unit {
            Unit::Manifest(index) => {
                let written = &project.manifests.get(index)?.written;
                // It is in none, and so whoever names it may mean it.
                if is_cluster_wide(known::group_of(written), &written.kind.value) {
                    return None;
                }
                written.namespace.as_ref().map(|namespace| namespace.value.as_str())
            }
            Unit::Database(_) | Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => {
                project.common(unit).and_then(|common| common.namespace.as_deref())
            }
        };
        own.or(project.namespace.as_deref())
    }

    /// The plain manifest of a unit.
    pub(super) fn manifest(&self, unit: Unit) -> Option<&'a Manifest> {
        match unit {
            Unit::Manifest(index) => Some(&self.project.manifests.get(index)?.written),
            Unit::Database(_) | Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => None,
        }
    }

    /// All objects of a kind.
    pub(super) fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = Unit> {
        let all = self.objects.range((kind, "")..).take_while(move |((own, _), _)| *own == kind);
        all.flat_map(|(_, units)| units.iter().copied())
    }

    /// The Jobs whose scripts make a Secret or ConfigMap that is read from a namespace.
    pub(super) fn jobs_making(
        &self,
        kind: &'static str,
        name: &str,
        namespace: Option<&str>,
    ) -> Vec<Unit> {
        if self.made_by_jobs.is_empty() {
            return Vec::new();
        }
        let jobs = self.made_by_jobs.get(&(kind, name.into())).map(Vec::as_slice);
        let jobs = jobs.unwrap_or_default();
        let own: Vec<Unit> = self.that_fit(jobs, namespace).collect();
        // A script may be told another namespace than that of its Job.
        if own.is_empty() { jobs.to_vec() } else { own }
    }

    /// Whether the script of a unit makes a Secret that nobody else makes and that another one reads.
    pub(super) fn makes_for(&self, unit: Unit, reader: Unit) -> bool {
        let Some(secrets) = self.secrets_of_jobs.get(&unit) else { return false };
        let Some(reader) = self.manifest(reader).filter(|_| self.spend(1)) else { return false };
        let reads = pods::reads(reader);
        let size: usize = reads.containers.iter().map(Vec::len).sum();
        self.spend(reads.secrets.len() + size)
            && reads.secrets.iter().any(|read| secrets.contains(&read.name))
    }

    /// The objects of a kind and name that may be meant from a namespace.
    pub(super) fn objects(&self, kind: &str, name: &str, namespace: Option<&str>) -> Vec<Unit> {
        let found = self.objects.get(&(kind, name)).map(Vec::as_slice).unwrap_or_default();
        self.that_fit(found, namespace).collect()
    }

    /// Those units that may be meant from a namespace.
    fn that_fit(&self, units: &[Unit], namespace: Option<&str>) -> impl Iterator<Item = Unit> {
        let units = units.iter().copied().take_while(|_| self.spend(1));
        units.filter(move |unit| fits_namespace(self.namespace(*unit), namespace))
    }

    /// Who makes a Secret that is read from a namespace.
    pub(super) fn makers(&self, secret: &str, namespace: Option<&str>) -> Vec<Unit> {
        let exact = self.makers.get(secret).map(Vec::as_slice).unwrap_or_default();
        let mut makers: Vec<Unit> = self.that_fit(exact, namespace).collect();
        // What is longer is no name; every known beginning ends so, and every known end begins so.
        let secret = if secret.len() > MAX_NAME_LEN { "" } else { secret };
        let beginnings = secret.match_indices('-').filter_map(|(at, _)| secret.get(..=at));
        let ends = secret.match_indices('.').filter_map(|(at, _)| secret.get(at..));
        let mut by_part = Vec::new();
        let known = [&self.makers_by_beginning, &self.makers_by_end];
        for (part, known) in
            beginnings.map(|it| (it, known[0])).chain(ends.map(|it| (it, known[1])))
        {
            if !known.is_empty() && self.spend(1) {
                let units = known.get(part).map(Vec::as_slice).unwrap_or_default();
                by_part.extend(self.that_fit(units, namespace));
            }
        }
        by_part.sort_unstable();
        makers.extend(by_part);
        makers
    }

    /// Who makes a ConfigMap that is read from a namespace.
    pub(super) fn map_makers(&self, map: &str, namespace: Option<&str>) -> Vec<Unit> {
        let makers = self.map_makers.get(map).map(Vec::as_slice).unwrap_or_default();
        self.that_fit(makers, namespace).collect()
    }

    /// What answers behind the Service of a name, as seen from a namespace.
    pub(super) fn backends(&self, service: &str, namespace: Option<&str>) -> &[Unit] {
        let found = self.service(service, namespace).and_then(|it| self.services.get(it));
        let found = found.filter(|service| self.spend(service.backends.len()));
        found.map(|service| service.backends.as_slice()).unwrap_or_default()
    }

    /// The units that have to run so that a Service answers: what is behind it, be it by other
    /// names, and itself where it has a wave of its own.
    pub(super) fn units_behind(&self, service: usize) -> Vec<Unit> {
        /// The most names that lead to one another.
        const NAMES: usize = 4;
        let mut units = Vec::new();
        let mut next = Some(service);
        for _ in 0..NAMES {
            let Some(service) = next.take().and_then(|service| self.services.get(service)) else {
                break;
            };
            if !self.spend(service.backends.len()) {
                break;
            }
            units.extend(&service.backends);
            units.extend(service.unit.filter(|&unit| self.has_wave(unit) || self.is_late(unit)));
            next = service.elsewhere.and_then(|host| {
                let host = host.trim_end_matches('.').to_ascii_lowercase();
                self.service_of_host(&host, service.namespace)
            });
        }
        units
    }

    /// Whether a Service may be in a later wave than what answers behind it.
    fn is_late(&self, service: Unit) -> bool {
        let is_balanced = || self.manifest(service).is_some_and(manifests::is_load_balancer);
        !self.address_pools.is_empty() && is_balanced()
    }

    /// The Service of a host, where it may be in a later wave than what answers behind it.
    pub(super) fn late_service(&self, host: &str, namespace: Option<&str>) -> Option<Unit> {
        if self.address_pools.is_empty() {
            return None;
        }
        let service = self.services.get(self.service_of_host(host, namespace)?)?;
        service.unit.filter(|&unit| self.is_late(unit))
    }

    /// Whether somebody wrote when a unit comes.
    pub(super) fn has_wave(&self, unit: Unit) -> bool {
        self.project.pin(unit).is_some() || !self.project.needs(unit).is_empty()
    }

    /// What a Service with the port of an SQL server leads to, and what it speaks.
    pub(super) fn behind_sql_port(&self, unit: Unit) -> Option<Family> {
        self.behind_sql_ports.get(&unit).copied()
    }

    /// The custom resources that may well have made something of a name, for a name that nothing
    /// in the project has: the name of the resource, and more in front of it or behind it.
    pub(super) fn may_make(&self, name: &str, namespace: Option<&str>) -> Vec<Unit> {
        if self.customs.is_empty() || name.len() > MAX_NAME_LEN {
            return Vec::new();
        }
        let hyphens = || name.match_indices('-');
        let beginnings = hyphens().rev().filter_map(|(at, _)| name.get(..at));
        let ends = hyphens().filter_map(|(at, _)| name.get(at + 1..));
        let mut parts = std::iter::once(name).chain(beginnings).chain(ends);
        let found = parts.find_map(|part| {
            let units = self.customs.get(part).filter(|_| self.spend(1))?;
            let units: Vec<Unit> = self.that_fit(units, namespace).collect();
            (!units.is_empty()).then_some(units)
        });
        found.unwrap_or_default()
    }

    /// All custom resources for which a controller may make objects, as seen from a namespace.
    pub(super) fn that_may_make_more(&self, namespace: Option<&str>) -> Vec<Unit> {
        let all = self.customs.values().flatten().copied().take_while(|_| self.spend(1));
        all.filter(|&unit| fits_namespace(self.namespace(unit), namespace)).collect()
    }

    /// What may have made the Service of a host: a custom resource, or an Application whose chart names its
    /// objects by the name of the release. That one is in a namespace of its own choice.
    pub(super) fn may_serve(&self, name: &str, namespace: Option<&str>) -> Vec<Unit> {
        let made = self.may_make(name, namespace);
        if !made.is_empty() || self.releases.is_empty() || name.len() > MAX_NAME_LEN {
            return made;
        }
        let beginnings = name.match_indices('-').rev().filter_map(|(at, _)| name.get(..at));
        let mut parts = std::iter::once(name).chain(beginnings).take_while(|_| self.spend(1));
        let found = parts.find_map(|part| self.releases.get(part));
        let found = found.map(Vec::as_slice).unwrap_or_default();
        let is_near = |unit: &&Unit| {
            let inside = self.manifest(**unit).and_then(names::child_namespace);
            inside.is_some() && inside == namespace
        };
        let near: Vec<Unit> = found.iter().filter(is_near).copied().collect();
        if near.is_empty() { found.to_vec() } else { near }
    }

    /// The name of a custom resource for which a controller may have made the Service of a host.
    pub(super) fn maker_of_host(&self, host: &str) -> Option<&'a str> {
        let mut labels = host.splitn(3, '.');
        let name = labels.next()?;
        // What has a domain of its own is elsewhere.
        let is_here = labels.nth(1).is_none_or(|rest| rest == "svc" || rest.starts_with("svc."));
        let by_beginning = || self.servers_by_beginning(host, None).first().copied();
        let first = self.may_serve(name, None).first().copied().or_else(by_beginning);
        let first = first.filter(|_| is_here)?;
        let manifest = self.manifest(first)?;
        let mut full = known::full_names(manifest).into_iter();
        let full = full.find(|full| name.starts_with(full));
        let own = || known::release_of(manifest).unwrap_or(manifest.name.value.as_str());
        Some(full.unwrap_or_else(own))
    }

    /// The custom resources that say in their `spec` that they write something of a name.
    pub(super) fn written_by(&self, name: &str, namespace: Option<&str>) -> Vec<Unit> {
        let found = self.outputs.get(name).map(Vec::as_slice).unwrap_or_default();
        self.that_fit(found, namespace).collect()
    }

    /// The custom resources of a name, of every kind.
    pub(super) fn resources(&self, name: &str, namespace: Option<&str>) -> Vec<Unit> {
        let found = self.resources.get(name).map(Vec::as_slice).unwrap_or_default();
        self.that_fit(found, namespace).collect()
    }

    /// All Services, by number, with their names; only the first of a name and namespace is meant.
    pub(super) fn services(&self) -> impl Iterator<Item = (usize, &str)> {
        self.services_by_name.iter().flat_map(|(name, namesakes)| {
            namesakes.by_namespace.values().map(|&service| (service, name.as_str()))
        })
    }

    /// The Service of a name, as seen from a namespace.
    pub(super) fn service(&self, name: &str, namespace: Option<&str>) -> Option<usize> {
        self.services_by_name.get(name)?.nearest(namespace)
    }

    /// The Service that a host name means from a namespace.
    pub(super) fn service_of_host(&self, host: &str, namespace: Option<&str>) -> Option<usize> {
        match self.road(host)? {
            Resolution::Service(service) => Some(service),
            Resolution::InNamespace(name) => self.service(name, namespace),
            Resolution::Elsewhere => None,
        }
    }

    /// What a host name leads to from a namespace; nothing for a pod's own address.
    pub(super) fn endpoints(&self, host: &str, namespace: Option<&str>) -> Vec<Endpoint> {
        if self.road(host).is_none() {
            return Vec::new();
        }
        match self.service_of_host(host, namespace) {
            Some(service) => self.behind(service),
            None => {
                let made = self.servers_by_beginning(host, namespace);
                match made.is_empty() {
                    true => vec![Endpoint::Host(host.into())],
                    false => made.into_iter().map(Endpoint::Unit).collect(),
                }
            }
        }
    }

    /// For whom a controller made the Service of a host, of which only the beginning is known.
    fn servers_by_beginning(&self, host: &str, namespace: Option<&str>) -> Vec<Unit> {
        if self.servers_by_beginning.is_empty() || host.len() > MAX_NAME_LEN {
            return Vec::new();
        }
        let mut labels = host.splitn(3, '.');
        let name = labels.next().unwrap_or_default();
        let of = labels.next();
        if labels.next().is_some_and(|rest| rest != "svc" && !rest.starts_with("svc.")) {
            return Vec::new();
        }
        let beginnings = name.match_indices('-').filter_map(|(at, _)| name.get(..=at));
        let mut found = Vec::new();
        for beginning in beginnings.take_while(|_| self.spend(1)) {
            let units = self.servers_by_beginning.get(beginning).into_iter().flatten();
            found.extend(
                units.copied().filter(|&it| fits_namespace(self.namespace(it), of.or(namespace))),
            );
        }
        found
    }

    /// What is behind a Service.
    pub(super) fn behind(&self, service: usize) -> Vec<Endpoint> {
        match self.services.get(service) {
            Some(Service { elsewhere: Some(host), .. }) => {
                vec![Endpoint::Host(host.trim_end_matches('.').to_ascii_lowercase().into())]
            }
            Some(Service { backends, .. }) if !backends.is_empty() => {
                let backends = backends.iter().copied().take_while(|_| self.spend(1));
                backends.map(Endpoint::Unit).collect()
            }
            Some(_) | None => vec![Endpoint::Service(service)],
        }
    }

    /// `mysql`, `mysql.shop`, `mysql.shop.svc.cluster.local`, and a StatefulSet's pod in front of
    /// each: `mysql-0.mysql`. Nothing for a pod's own address.
    pub(super) fn road(&self, host: &str) -> Option<Resolution<'_>> {
        if host == "localhost" || host.starts_with("127.") {
            return None;
        }
        if let Some(&service) = self.services_by_ip.get(host) {
            return Some(Resolution::Service(service));
        }
        let inside = host.strip_suffix(".svc").or_else(|| Some(host.split_once(".svc.")?.0));
        let labels: Vec<&str> = inside.unwrap_or(host).splitn(4, '.').collect();
        let is_pod = |label: &str| {
            let number = label.rsplit_once('-').map(|(_, number)| number);
            number.is_some_and(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()))
        };
        let near = |name: &str| {
            Some(Resolution::InNamespace(self.services_by_name.get_key_value(name)?.0))
        };
        let within = |name: &str, of: &str| self.service(name, Some(of)).map(Resolution::Service);
        let road = match labels.as_slice() {
            [name] => near(name),
            [name, of] => within(name, of).or_else(|| is_pod(name).then(|| near(of)).flatten()),
            [pod, name, of] if is_pod(pod) => within(name, of),
            _ => None,
        };
        Some(road.unwrap_or(Resolution::Elsewhere))
    }

    /// The ConfigMap or Secret that is written out under a name.
    pub(super) fn written(
        &self,
        kind: &'static str,
        name: &str,
        namespace: Option<&str>,
    ) -> Option<usize> {
        self.texts.get(&(kind, name))?.fitting(namespace)
    }

    /// Takes steps, if there are so many left. They are counted where the work grows with two sizes
    /// of a project at once.
    pub(super) fn spend(&self, n_steps: usize) -> bool {
        let left = self.left.get().checked_sub(n_steps);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// How many steps may still be taken.
    pub(super) fn n_left(&self) -> usize {
        self.left.get()
    }

    /// Whether there were too few steps; then what was found may not be all.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// Keys and values of a ConfigMap, a Secret, or the template of a Secret from elsewhere.
    pub(super) fn data(&self, number: usize) -> impl Iterator<Item = (&'a str, DataValue<'a>)> {
        let manifest = self.project.manifests.get(number).map(|manifest| &manifest.written);
        let is_secret = manifest.is_some_and(|manifest| manifest.kind.value == "Secret");
        let node = manifest.map(|manifest| &manifest.node);
        let entries = |name: &str| node?.get(name)?.entries();
        let template = node.and_then(|node| {
            let of_external = node.at(&["spec", "target", "template", "data"]);
            let of_vault = || node.at(&["spec", "destination", "transformation", "templates"]);
            of_external.or_else(|| node.at(&["spec", "template", "data"])).or_else(of_vault)
        });
        let plain = template.and_then(Node::entries);
        let plain = plain.or_else(|| entries(if is_secret { "stringData" } else { "data" }));
        let encoded = if is_secret { entries("data") } else { None };
        let text = |entry: &'a Entry| {
            let value = entry.value.get("text").unwrap_or(&entry.value);
            Some((&*entry.key.value, &*value.scalar()?.text))
        };
        let plain = plain.unwrap_or_default().iter().filter_map(text);
        let encoded = encoded.unwrap_or_default().iter().filter_map(text);
        let plain = plain.map(|(key, text)| (key, DataValue::Plain(text)));
        plain.chain(encoded.map(|(key, text)| (key, DataValue::Encoded(text))))
    }

    /// The text of one key.
    pub(super) fn value(&self, number: usize, key: &str) -> Option<Cow<'a, str>> {
        let mut data = self.data(number).take_while(|_| self.spend(1));
        let text = data.find(|(its, _)| *its == key)?.1.text()?;
        self.spend(text.len() / BYTES).then_some(text)
    }
}

/// Whether an object is a custom resource, and no workload.
pub(super) fn is_custom(manifest: &Manifest) -> bool {
    let group = known::group_of(manifest);
    !known::is_built_in(group) && !pods::is_workload(manifest) && !known::is_schema(manifest)
}

/// Whether a controller may make Secrets, ConfigMaps or Services for a custom resource of which
/// nothing says how they are called.
fn makes_more_than_is_known(manifest: &Manifest) -> bool {
    const OTHERS: [&str; 21] = [
        "argoproj.io",
        "autoscaling.k8s.io",
        "cert-manager.io",
        "cilium.io",
        "db.atlasgo.io",
        "external-secrets.io",
        "gateway.envoyproxy.io",
        "gateway.networking.k8s.io",
        "k8s.cni.cncf.io",
        "keda.sh",
        "kyverno.io",
        "networking.istio.io",
        "projectcontour.io",
        "route.openshift.io",
        "secrets-store.csi.x-k8s.io",
        "security.istio.io",
        "security.openshift.io",
        "snapshot.storage.k8s.io",
        "traefik.containo.us",
        "traefik.io",
        "velero.io",
    ];
    let is_secret_alone = !known::secrets_made(manifest).is_empty()
        && known::services_made(manifest).is_empty()
        && manifest.node.at(&["spec", "writeConnectionSecretToRef"]).is_none();
    let kind = manifest.kind.value.as_str();
    let is_monitor = known::group_of(manifest) == "monitoring.coreos.com"
        && !matches!(kind, "Prometheus" | "Alertmanager" | "ThanosRuler" | "PrometheusAgent");
    !OTHERS.contains(&known::group_of(manifest)) && !is_secret_alone && !is_monitor
}

/// Whether two namespaces may be the same: one that is not known may be any.
pub(super) fn fits_namespace(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// The plain workloads that have a label, in order: all of them, and those of every namespace.
#[derive(Default)]
struct ByLabel<'a> {
    all: BTreeMap<Label<'a>, Vec<usize>>,
    by_namespace: BTreeMap<(Label<'a>, Option<&'a str>), Vec<usize>>,
}

type Label<'a> = (&'a str, &'a str);

impl<'a> ByLabel<'a> {
    fn of(index: &Index<'a>) -> ByLabel<'a> {
        let mut by_label = ByLabel::default();
        for (number, manifest) in index.project.manifests.iter().enumerate() {
            if manifest.is_hook || !pods::is_workload(&manifest.written) {
                continue;
            }
            let namespace = index.namespace(Unit::Manifest(number));
            let labels = pods::labels(&manifest.written).and_then(Node::entries);
            for label in labels.unwrap_or_default() {
                if let Some(value) = label.value.str() {
                    let label = (label.key.value.as_str(), value);
                    by_label.all.entry(label).or_default().push(number);
                    by_label.by_namespace.entry((label, namespace)).or_default().push(number);
                }
            }
        }
        by_label
    }

    /// The workloads of a namespace that have the label of a selector which the fewest have, and who
    /// has its other labels.
    fn candidates<'s>(
        &'s self,
        selector: &'s Node,
        namespace: Option<&'s str>,
    ) -> (impl Iterator<Item = usize>, Vec<&'s [usize]>) {
        let wanted = selector.entries().unwrap_or_default().iter();
        let labels = wanted.map(|label| Some((label.key.value.as_str(), label.value.str()?)));
        let labels: Vec<Label<'s>> = labels.collect::<Option<_>>().unwrap_or_default();
        let rarest = labels.iter().copied().min_by_key(|label| self.having(*label).len());
        let others = labels.iter().filter(|label| Some(**label) != rarest);
        let others = others.map(|label| self.having(*label)).collect();
        let (one, other) = match (rarest, namespace) {
            (Some(label), Some(_)) => (self.within(label, namespace), self.within(label, None)),
            (Some(label), None) => (self.having(label), [].as_slice()),
            (None, _) => ([].as_slice(), [].as_slice()),
        };
        let mut candidates: Vec<usize> = one.iter().chain(other).copied().collect();
        candidates.sort_unstable();
        (candidates.into_iter(), others)
    }

    fn having<'s>(&'s self, label: Label<'s>) -> &'s [usize] {
        self.all.get(&label).map(Vec::as_slice).unwrap_or_default()
    }

    fn within<'s>(&'s self, label: Label<'s>, namespace: Option<&'s str>) -> &'s [usize] {
        self.by_namespace.get(&(label, namespace)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The text behind base64, if it is one.
fn decode_base64(text: &str) -> Option<String> {
    let (mut bytes, mut bits, mut n_bits) = (Vec::new(), 0u32, 0u32);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(digit)) & 0xfff;
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push(u8::try_from(bits >> n_bits & 0xff).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::decode_base64;

    #[test]
    fn base64_is_decoded() {
        let text = "bXlzcWw6Ly9yb290OnBhc3NAbXlzcWw6MzMwNi9teWFwcA==";
        assert_eq!(decode_base64(text).as_deref(), Some("mysql://root:pass@mysql:3306/myapp"));
        assert_eq!(decode_base64("n o!"), None);
    }
}
