//! What names what, told from the printed manifests alone and by other code than the product's: a
//! reader is in no earlier wave than what it names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A printed object.
struct Printed {
    id: String,
    namespace: String,
    kind: String,
    name: String,
    wave: i64,
    value: Value,
}

/// Two objects of which the first names the second, and whether they have to be a wave apart.
type Pair = (usize, usize, bool);

/// An object that is in an earlier wave than what it names: both as `Kind/name`, with their waves.
#[derive(Debug)]
pub(crate) struct Inversion {
    pub(crate) reader: (String, i64),
    pub(crate) named: (String, i64),
}

/// Every object that is in an earlier wave than what it names. `is_free` says of `Kind/name` whether
/// what it waits for is the product's to choose, `is_pinned` whether its wave is written.
///
/// Only what is written may contradict: an object comes before what it names where one of those that
/// name it has a written wave before that of something which the other one names.
pub(crate) fn inversions(
    manifests: &str,
    is_free: impl Fn(&str) -> bool,
    is_pinned: impl Fn(&str) -> bool,
) -> Vec<Inversion> {
    let objects = objects(manifests);
    let pairs = pairs(&objects);
    let reach = reach(objects.len(), &pairs);
    let pinned: Vec<usize> = (0..objects.len()).filter(|&it| is_pinned(&objects[it].id)).collect();
    let leads = |from: usize, to: usize| from == to || reach[from].contains(&to);
    let kinds = ["AtlasSchema", "Job", "KafkaTopic", "KafkaUser", "Database", "User"];
    let prepare = (0..objects.len()).filter(|&it| kinds.contains(&&*objects[it].kind));
    let prepare: Vec<usize> = prepare.collect();
    let shares =
        |it: usize, reader: usize| reach[reader].iter().any(|&used| reach[it].contains(&used));
    let excuses = |reader: usize, named: usize, is_strict: bool| {
        // Whoever uses the server of a schema, a migration or a topic uses what these make there.
        let prepare = prepare.iter().filter(|&&it| leads(it, reader));
        let prepare: Vec<usize> = prepare.copied().collect();
        let users = pinned.iter().filter(|&&user| {
            leads(user, reader) || prepare.iter().any(|&it| it != user && shares(user, it))
        });
        let early = users.map(|&it| objects[it].wave).min();
        let late = pinned.iter().filter(|&&it| leads(named, it)).map(|&it| objects[it].wave).max();
        // Between two written waves there may be no room for a wave of its own.
        let is_narrow = is_strict && objects[reader].wave == objects[named].wave;
        early.zip(late).is_some_and(|(early, late)| late > early || is_narrow)
    };
    let mut found = Vec::new();
    for &(reader, named, is_strict) in &pairs {
        let (one, other) = (&objects[reader], &objects[named]);
        let is_right = if is_strict { one.wave > other.wave } else { one.wave >= other.wave };
        // What names each other can only be in one wave, or in the order of the stronger need.
        let is_free = is_free(&one.id) && !excuses(reader, named, is_strict);
        if !is_right && is_free && !reach[named].contains(&reader) {
            let side = |object: &Printed| (object.id.clone(), object.wave);
            found.push(Inversion { reader: side(one), named: side(other) });
        }
    }
    found
}

fn objects(manifests: &str) -> Vec<Printed> {
    let texts = manifests.split("---\n# ").skip(1).filter_map(|text| text.split_once('\n'));
    let objects = texts.filter_map(|(_, text)| {
        // A number in a notation of YAML 1.1 may be none to this reader: not what is looked at here.
        let value: Value = serde_saphyr::from_str(text).ok()?;
        let text =
            |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let annotation = |name: &str| text(&format!("/metadata/annotations/{name}"));
        if annotation("argocd.argoproj.io~1hook").or(annotation("helm.sh~1hook")).is_some() {
            return None;
        }
        let (kind, name) = (text("/kind")?, text("/metadata/name")?);
        Some(Printed {
            id: format!("{kind}/{name}"),
            namespace: text("/metadata/namespace").unwrap_or_default(),
            wave: annotation("argocd.argoproj.io~1sync-wave")?.parse().ok()?,
            kind,
            name,
            value,
        })
    });
    objects.collect()
}

fn pairs(objects: &[Printed]) -> Vec<Pair> {
    let services = services(objects);
    let makers = makers(objects);
    let mut pairs = Vec::new();
    for (reader, object) in objects.iter().enumerate() {
        if object.kind == "AtlasSchema" {
            let url = object.value.pointer("/spec/url").and_then(Value::as_str).unwrap_or_default();
            for (host, servers) in &services {
                if names_host(url, host) && fits(object, &objects[servers[0]]) {
                    pairs.extend(servers.iter().map(|&server| (reader, server, true)));
                }
            }
        }
        pairs.extend(
            custom(objects, &makers, reader).into_iter().map(|named| (reader, named, true)),
        );
        let Some(pod) = pod(object) else { continue };
        let mut texts = Vec::new();
        for container in ["containers", "initContainers"].iter().filter_map(|name| pod.get(name)) {
            for container in container.as_array().into_iter().flatten() {
                for text in ["command", "args"].iter().filter_map(|name| container.get(name)) {
                    collect(text, &mut texts);
                }
                let mut known: Vec<(String, String)> = Vec::new();
                for variable in container.get("env").and_then(Value::as_array).into_iter().flatten()
                {
                    let name = variable.get("name").and_then(Value::as_str).unwrap_or_default();
                    let text = variable.get("value").and_then(Value::as_str).unwrap_or_default();
                    let expand = |text: String, (name, value): &(String, String)| {
                        text.replace(&format!("$({name})"), value)
                    };
                    let text = known.iter().fold(text.to_owned(), expand);
                    known.push((name.to_owned(), text.clone()));
                    texts.push(text.clone());
                    if name.ends_with("HOST") {
                        texts.push(format!("//{text}/"));
                    }
                }
            }
        }
        for map in references(pod, &["configMap", "configMapRef", "configMapKeyRef"]) {
            let of_name = objects
                .iter()
                .filter(|it| it.kind == "ConfigMap" && it.name == map && fits(object, it));
            of_name
                .for_each(|it| collect(it.value.get("data").unwrap_or(&Value::Null), &mut texts));
        }
        for name in references(pod, &["secret", "secretRef", "secretKeyRef"]) {
            for it in objects.iter().filter(|it| fits(object, it)) {
                let path = match it.kind.as_str() {
                    "Secret" if it.name == name => "/stringData",
                    "ExternalSecret" if made_by(it) == name => "/spec/target/template/data",
                    _ => continue,
                };
                collect(it.value.pointer(path).unwrap_or(&Value::Null), &mut texts);
            }
        }
        for (host, servers) in &services {
            if texts.iter().any(|text| names_host(text, host)) {
                // A Job that migrates with the application's own image has the application's settings,
                // and comes before it.
                let is_own = |it: usize| migrates_for(object, &objects[it]);
                let servers = servers
                    .iter()
                    .filter(|&&it| it != reader && fits(object, &objects[it]) && !is_own(it));
                pairs.extend(servers.map(|&server| (reader, server, false)));
            }
        }
        for secret in references(pod, &["secret", "secretRef", "secretKeyRef"]) {
            for &maker in makers.get(&secret).into_iter().flatten() {
                if fits(object, &objects[maker]) {
                    pairs.push((reader, maker, true));
                }
            }
        }
    }
    pairs
}

/// What a custom resource of a known kind names: the Secrets of a Cluster, the server that it is in.
fn custom(objects: &[Printed], makers: &BTreeMap<String, Vec<usize>>, reader: usize) -> Vec<usize> {
    let object = &objects[reader];
    let server = match object.kind.as_str() {
        "Pooler" => Some(("Cluster", "/spec/cluster/name")),
        "Database" | "User" => Some(("MariaDB", "/spec/mariaDbRef/name")),
        "KafkaTopic" | "KafkaUser" => Some(("Kafka", "/metadata/labels/strimzi.io~1cluster")),
        _ => None,
    };
    let named = server.and_then(|(kind, path)| Some((kind, object.value.pointer(path)?.as_str()?)));
    let is_server = |it: &Printed| named == Some((&*it.kind, &*it.name)) && fits(object, it);
    let mut found: Vec<usize> = (0..objects.len()).filter(|&it| is_server(&objects[it])).collect();
    if object.kind == "Cluster" {
        for secret in references(&object.value, &["superuserSecret"]) {
            let makers = makers.get(&secret).into_iter().flatten();
            found.extend(makers.filter(|&&it| it != reader && fits(object, &objects[it])));
        }
    }
    found
}

/// Whether a Job is called a migration, and belongs to a workload without naming its address in its command:
/// it runs the same image, or the address is in a file that both read. A server of data may read such a
/// file as well.
fn migrates_for(job: &Printed, other: &Printed) -> bool {
    let image = |of: &Printed| {
        let containers = pod(of)?.get("containers")?.as_array()?;
        Some(containers.first()?.get("image")?.as_str()?.to_owned())
    };
    let mut command = Vec::new();
    for container in
        pod(job).and_then(|pod| pod.get("containers")?.as_array()).into_iter().flatten()
    {
        let parts = ["command", "args"].iter().filter_map(|name| container.get(name));
        parts.for_each(|text| collect(text, &mut command));
    }
    let sources = |of: &Printed| {
        let keys = ["configMapRef", "configMapKeyRef", "configMap", "secretRef", "secretKeyRef"];
        pod(of).map(|pod| references(pod, &keys)).unwrap_or_default()
    };
    let mut own = Vec::new();
    pod(job).into_iter().for_each(|pod| collect(pod, &mut own));
    let is_in_shared_file = !own.iter().any(|text| names_host(text, &other.name))
        && !sources(job).is_disjoint(&sources(other));
    // Nor does a server wait for whatever else is in the file with its password.
    let servers = ["postgres:", "mysql:", "mariadb:", "redis:", "mongo:"];
    let is_server = image(job).is_some_and(|it| servers.iter().any(|name| it.starts_with(name)));
    if is_server && is_in_shared_file {
        return true;
    }
    job.kind == "Job"
        && job.name.contains("migrat")
        && (is_in_shared_file || image(job).is_some_and(|own| image(other) == Some(own)))
        && !command.iter().any(|text| names_host(text, &other.name))
}

fn fits(one: &Printed, other: &Printed) -> bool {
    one.namespace == other.namespace
}

fn pod(object: &Printed) -> Option<&Value> {
    let is_workload = ["Deployment", "StatefulSet", "DaemonSet", "Job"].contains(&&*object.kind);
    object.value.pointer("/spec/template/spec").filter(|_| is_workload)
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(map) => map.values().for_each(|value| collect(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The names under some keys, where they are not optional.
fn references(value: &Value, keys: &[&str]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut stack = vec![value];
    while let Some(value) = stack.pop() {
        stack.extend(value.as_array().into_iter().flatten());
        for (key, value) in value.as_object().into_iter().flatten() {
            stack.push(value);
            let is_optional = value.get("optional") == Some(&Value::Bool(true));
            let name = value.get("name").or_else(|| value.get("secretName"));
            if let Some(name) = name.and_then(Value::as_str)
                && keys.contains(&&**key)
                && !is_optional
            {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

/// What answers under the name of a Service.
fn services(objects: &[Printed]) -> BTreeMap<String, Vec<usize>> {
    let mut services: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, object) in objects.iter().enumerate() {
        match object.kind.as_str() {
            "Cluster" => ["rw", "ro", "r"].iter().for_each(|end| {
                services.entry(format!("{}-{end}", object.name)).or_default().push(number);
            }),
            "Pooler" | "postgresql" | "MariaDB" | "RabbitmqCluster" => {
                services.entry(object.name.clone()).or_default().push(number);
            }
            "Kafka" => {
                let name = format!("{}-kafka-bootstrap", object.name);
                services.entry(name).or_default().push(number);
            }
            "Service" => {
                let Some(Value::Object(wanted)) = object.value.pointer("/spec/selector") else {
                    continue;
                };
                let answers = |other: &Printed| {
                    let labels = other.value.pointer("/spec/template/metadata/labels");
                    fits(object, other)
                        && pod(other).is_some()
                        && !wanted.is_empty()
                        && wanted.iter().all(|(key, value)| {
                            labels.and_then(|labels| labels.get(key)) == Some(value)
                        })
                };
                let answering = (0..objects.len()).filter(|&other| answers(&objects[other]));
                let answering: Vec<usize> = answering.collect();
                if !answering.is_empty() {
                    services.entry(object.name.clone()).or_default().extend(answering);
                }
            }
            _ => {}
        }
    }
    services
}

/// The Secret that an `ExternalSecret` becomes.
fn made_by(external: &Printed) -> &str {
    let target = external.value.pointer("/spec/target/name").and_then(Value::as_str);
    target.unwrap_or(&external.name)
}

fn makers(objects: &[Printed]) -> BTreeMap<String, Vec<usize>> {
    let mut makers: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, object) in objects.iter().enumerate() {
        let secret = match object.kind.as_str() {
            "ExternalSecret" => made_by(object).to_owned(),
            "SealedSecret" | "KafkaUser" => object.name.clone(),
            "RabbitmqCluster" => format!("{}-default-user", object.name),
            "Cluster" => format!("{}-app", object.name),
            _ => continue,
        };
        makers.entry(secret).or_default().push(number);
    }
    makers
}

/// Whether a text names a host the way that addresses do: behind `/`, `@` or `=`, or with a port.
fn names_host(text: &str, host: &str) -> bool {
    text.match_indices(host).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = &text[at + host.len()..];
        let behind = behind.strip_prefix(".shop").map_or(behind, |rest| {
            let rest = rest.strip_prefix(".svc").unwrap_or(rest);
            rest.strip_prefix(".cluster.local").unwrap_or(rest)
        });
        let is_rooted = behind == "." || behind.starts_with("./") || behind.starts_with(".:");
        let behind = if is_rooted { &behind[1..] } else { behind };
        let has_port = behind
            .strip_prefix(':')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let ends = behind.is_empty() || behind.starts_with(['/', '?', ';', ',']) || has_port;
        match before {
            Some('/') => text[..at].ends_with("//") && ends,
            // `Server=db,1433;...`, `host=db port=...`, `(HOST=db)`.
            Some('=') if behind.is_empty() || behind.starts_with([',', ';', ' ', ')', '\n']) => {
                let key = text[..at - 1].to_ascii_lowercase();
                ["server", "host", "data source"].iter().any(|name| key.ends_with(name))
            }
            Some(':') if text[..at].ends_with("=tcp:") => ends,
            Some('@') => ends,
            Some(',' | ' ' | '=' | '"') | None => has_port && !behind[1..].starts_with("1 "),
            Some(_) => false,
        }
    })
}

/// What every object names, be it over others.
fn reach(n_objects: usize, pairs: &[Pair]) -> Vec<BTreeSet<usize>> {
    let mut named: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &(reader, first, _) in pairs {
        named.entry(reader).or_default().push(first);
    }
    let from = |start: usize| {
        let mut seen = BTreeSet::new();
        let mut stack = vec![start];
        while let Some(node) = stack.pop() {
            let next = named.get(&node).into_iter().flatten();
            stack.extend(next.filter(|&&next| seen.insert(next)));
        }
        seen
    };
    (0..n_objects).map(from).collect()
}
