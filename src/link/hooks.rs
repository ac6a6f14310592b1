//! Hooks that run before the Sync phase and need what only that phase brings.
//!
//! Hooks of the Sync phase are units like all others, pinned to their own waves; those of the other
//! phases are in no wave. On the first sync of an Application nothing of the Sync phase is there when
//! a `PreSync` hook runs, and Argo CD waits for the hook.

use std::collections::BTreeSet;

use crate::diag::Diagnostics;
use crate::diag::problems::waves::{NeededBySync, PresyncNeedsSync};
use crate::link::index::{Endpoint, Index, fits_namespace};
use crate::link::infer::Schema;
use crate::link::jobs::database_of;
use crate::link::known::made::MADE;
use crate::link::known::{self, MadeName, references};
use crate::link::pods::{Reads, Variable, VariableValue};
use crate::link::{Findings, addresses, pods, short};
use crate::model::{Phase, Unit};
use crate::source::Span;
use crate::syntax::Manifest;
use crate::syntax::node::{Meaning, Node};

/// How many schemas are compared with hooks, all in all.
const SCHEMAS: usize = 500_000;

/// Reports every `PreSync` hook that needs something of the Sync phase.
pub(super) fn check(index: &Index<'_>, schemas: &[Schema], diagnostics: &mut Diagnostics) {
    let early = Early::of(index);
    let mut left = SCHEMAS;
    for (number, manifest) in index.project.manifests.iter().enumerate() {
        let Some(hook) = manifest.hook.as_ref().filter(|hook| hook.has(Phase::PreSync)) else {
            continue;
        };
        let unit = Unit::Manifest(number);
        let left = &mut left;
        let mut needs = Needs { index, early: &early, unit, left, found: Vec::new() };
        needs.collect(&manifest.written, schemas);
        let Some(primary) = needs.found.first().map(|(_, span, _)| *span) else { continue };
        let needed = needs.found.iter().filter_map(|&(unit, _, by)| {
            let (span, name) = (index.project.place(unit)?, index.project.label(unit));
            Some(NeededBySync { span, name, by })
        });
        diagnostics.report(PresyncNeedsSync {
            primary,
            name: index.project.label(Unit::Manifest(number)),
            written: &hook.written,
            needed: needed.collect(),
        });
    }
}

/// What `PreSync` hooks bring: objects by kind and name, and the Secrets that controllers make for
/// them.
struct Early<'a> {
    objects: BTreeSet<(&'a str, &'a str)>,
    made: Vec<MadeName>,
}

impl<'a> Early<'a> {
    fn of(index: &Index<'a>) -> Early<'a> {
        let hooks =
            index.project.manifests.iter().filter(|manifest| {
                manifest.hook.as_ref().is_some_and(|hook| hook.has(Phase::PreSync))
            });
        let mut early = Early { objects: BTreeSet::new(), made: Vec::new() };
        for hook in hooks {
            let written = &hook.written;
            early.objects.insert((&written.kind.value, &written.name.value));
            if MADE.iter().any(|made| made.kind == written.kind.value) {
                early.made.extend(known::secrets_made(written));
            }
        }
        early
    }

    fn has(&self, index: &Index<'_>, kind: &str, name: &str) -> bool {
        let is_made = |made: &MadeName| match made {
            MadeName::Exact(exact) => exact == name,
            MadeName::Begins(beginning) => name.starts_with(beginning.as_str()),
            MadeName::Ends(end) => name.ends_with(end.as_str()),
        };
        self.objects.contains(&(kind, name))
            || kind == "Secret" && self.made.iter().take_while(|_| index.spend(1)).any(is_made)
    }
}

/// Collects what a hook needs of the Sync phase: what it is, where the hook says so, and how.
struct Needs<'n, 'i> {
    index: &'n Index<'i>,
    early: &'n Early<'i>,
    unit: Unit,
    /// How many schemas may still be looked at.
    left: &'n mut usize,
    found: Vec<(Unit, Span, &'static str)>,
}

impl Needs<'_, '_> {
    /// As many as are shown.
    const MAX_SHOWN: usize = 4;

    fn collect(&mut self, hook: &Manifest, schemas: &[Schema]) {
        for node in known::read_secrets(hook) {
            self.object("Secret", node, "reads this Secret");
        }
        for reference in references::of(hook) {
            for place in references::name_sites(&hook.node, reference.path) {
                if let references::To::Kind(_, kind) | references::To::KindBeside(_, kind) =
                    reference.to
                {
                    let beside = place.parent.get("kind").and_then(Node::str);
                    self.object(beside.unwrap_or(kind), place.name, "refers to it");
                }
            }
        }
        if !pods::is_workload(hook) {
            return;
        }
        let reads = pods::reads(hook);
        for read in &reads.secrets {
            self.named("Secret", &read.name, read.span, "reads this Secret");
        }
        let parts = parts(hook);
        for (kind, node) in parts {
            let by = match kind {
                "ConfigMap" => "reads this ConfigMap",
                "ServiceAccount" => "runs with this ServiceAccount",
                _ => "mounts this claim",
            };
            self.object(kind, node, by);
        }
        let mut servers = Findings::default();
        let database = database_of(self.index, self.unit, &reads, &mut servers);
        for server in &servers.all {
            if let Some(span) = server.span {
                self.add(server.first, span, "uses this server");
            }
        }
        self.called(&reads);
        if !prepares(hook) {
            self.schemas(&database, hook, schemas);
        }
    }

    /// The workloads that its script calls: `curl http://api:8080/seed`. A variable that holds an
    /// address says too little: many hooks read the configuration of the whole application.
    fn called(&mut self, reads: &Reads) {
        let namespace = self.index.namespace(self.unit);
        let is_argument = |it: &&Variable| it.name.is_empty() || it.name.starts_with('-');
        for container in &reads.containers {
            let (mut script, mut place) = (String::new(), None);
            let is_sent = |it: &&Variable| !BODIES.contains(&it.name.as_str());
            let said = container.iter().filter(is_argument).filter(is_sent);
            for Variable { name, value, span } in said {
                if let VariableValue::Text(text) = value {
                    let text = pods::unexpanded(text);
                    script.extend([name.as_str(), " ", &*text, " "]);
                    place = Some(*span);
                }
            }
            let Some(span) = place.filter(|_| !may_fail(&script)) else { continue };
            let script = without_bodies(&script);
            let commands = addresses::in_commands(&script).map(|it| it.host);
            let mut hosts: Vec<String> = commands.collect();
            hosts.extend(addresses::hosts_of_urls(&script).map(|it| it.host));
            for host in hosts.into_iter().take_while(|_| self.index.spend(1)) {
                for endpoint in self.index.endpoints(&host, namespace) {
                    if let Endpoint::Unit(server) = endpoint {
                        self.add(server, span, "calls it");
                    }
                }
            }
        }
    }

    /// An object of the Sync phase, or who makes it there.
    fn object(&mut self, kind: &str, name: &Node, by: &'static str) {
        if let Some(text) = name.str() {
            self.named(kind, text, name.span, by);
        }
    }

    fn named(&mut self, kind: &str, name: &str, span: Span, by: &'static str) {
        if self.early.has(self.index, kind, name) {
            return;
        }
        let namespace = self.index.namespace(self.unit);
        let mut firsts = self.index.objects(kind, short(name), namespace);
        if kind == "Secret" {
            firsts.extend(self.index.makers(name, namespace));
        }
        firsts.into_iter().for_each(|first| self.add(first, span, by));
    }

    /// The schemas of the database that the hook uses.
    fn schemas(&mut self, database: &Schema, hook: &Manifest, schemas: &[Schema]) {
        let index = self.index;
        let namespace = index.namespace(self.unit);
        for schema in schemas {
            if self.found.len() >= Self::MAX_SHOWN || *self.left == 0 {
                return;
            }
            *self.left -= 1;
            let is_here = |endpoint: &Endpoint| schema.endpoints.contains(endpoint);
            let is_one = database.databases.is_empty()
                || schema.databases.is_empty()
                || database.databases.iter().any(|name| schema.databases.contains(name));
            let has_secret = |read: &&pods::Read| {
                let fits = fits_namespace(index.namespace(schema.unit), namespace);
                fits && schema.secrets.iter().any(|own| own.name == read.name)
            };
            let shared = database.secrets.iter().find(has_secret);
            if let Some(shared) = shared {
                self.add(schema.unit, shared.span, "uses its database");
            } else if is_one && database.endpoints.iter().any(is_here) {
                self.add(schema.unit, hook.name.span, "uses its database");
            }
        }
    }

    fn add(&mut self, first: Unit, span: Span, by: &'static str) {
        let is_new = self.found.iter().all(|(unit, ..)| *unit != first);
        if is_new && first != self.unit && self.found.len() < Self::MAX_SHOWN {
            self.found.push((first, span, by));
        }
    }
}

/// Flags whose value is sent, or says what is spoken of, and is no address.
const BODIES: [&str; 18] = [
    "-d",
    "-F",
    "-H",
    "--data",
    "--data-ascii",
    "--data-binary",
    "--data-raw",
    "--data-urlencode",
    "--form",
    "--header",
    "--json",
    "--message",
    "--service",
    "--text",
    "--body",
    "--title",
    "-b",
    "-t",
];

/// A script without what its commands send: `curl --data "deploying shop" https://hooks.example.com`
/// calls no `shop`. Nor does `--service=shop`, which names what the hook reports about.
fn without_bodies(script: &str) -> String {
    let mut kept = String::new();
    let (mut is_body, mut is_printed) = (false, false);
    let mut rest = script;
    while let Some(first) = rest.chars().next() {
        let is_end = |c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | '(' | ')');
        let quote = Some(first).filter(|c| matches!(c, '"' | '\''));
        let length = match quote {
            // What opens and never closes is one more character.
            Some(quote) => rest.get(1..).and_then(|it| it.find(quote)).map_or(1, |end| end + 2),
            None if is_end(first) => first.len_utf8(),
            None => rest.find(|c| is_end(c) || matches!(c, '"' | '\'')).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        // What is printed reaches nobody.
        is_printed = match first {
            '\n' | ';' | '|' | '&' | '(' | ')' => false,
            _ => is_printed || matches!(word, "echo" | "printf"),
        };
        let is_flag = BODIES.contains(&name);
        let has_value = is_flag && value.is_some_and(|value| !value.is_empty());
        if !(is_body || is_printed || has_value) {
            kept.push_str(word);
        }
        is_body = match first.is_whitespace() {
            true => is_body,
            false => is_flag && value.is_none_or(str::is_empty),
        };
    }
    kept
}

/// Whether a script goes on when a command of it fails.
fn may_fail(script: &str) -> bool {
    let goes_on = |rest: &str| {
        let word = rest.split_whitespace().next().unwrap_or_default();
        matches!(word.trim_end_matches([';', ')', '}']), "true" | ":" | "echo" | "exit")
    };
    script.split("||").skip(1).any(goes_on)
}

/// Whether a hook is there to do something before a schema changes, as its name says.
fn prepares(hook: &Manifest) -> bool {
    const WORDS: [&str; 10] = [
        "backup",
        "dump",
        "snapshot",
        "create",
        "init",
        "bootstrap",
        "provision",
        "wait",
        "check",
        "user",
    ];
    let name = hook.name.value.to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
}

/// The ConfigMaps, the claims and the account that a pod cannot start without.
fn parts(workload: &Manifest) -> Vec<(&'static str, &Node)> {
    let Some(spec) = pods::spec(workload) else { return Vec::new() };
    let mut found = Vec::new();
    let account = spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount"));
    found.extend(account.map(|account| ("ServiceAccount", account)));
    for volume in list_of(spec, "volumes") {
        let sources = volume.at(&["projected", "sources"]).and_then(Node::items);
        for source in sources.unwrap_or_default().iter().chain([volume]) {
            found.extend(required(source.get("configMap")).map(|name| ("ConfigMap", name)));
        }
        let claim = volume.at(&["persistentVolumeClaim", "claimName"]);
        found.extend(claim.map(|claim| ("PersistentVolumeClaim", claim)));
    }
    for container in pods::containers(workload) {
        for source in list_of(container, "envFrom") {
            found.extend(required(source.get("configMapRef")).map(|name| ("ConfigMap", name)));
        }
        for variable in list_of(container, "env") {
            let source = variable.at(&["valueFrom", "configMapKeyRef"]);
            found.extend(required(source).map(|name| ("ConfigMap", name)));
        }
    }
    found
}

fn list_of<'a>(node: &'a Node, name: &str) -> &'a [Node] {
    node.get(name).and_then(Node::items).unwrap_or_default()
}

/// The name in a source that is not optional.
fn required(source: Option<&Node>) -> Option<&Node> {
    let optional = source?.get("optional").and_then(Node::scalar);
    let is_optional = optional.is_some_and(|scalar| scalar.meaning == Meaning::Bool(true));
    source?.get("name").filter(|_| !is_optional)
}
