//! What was written for a field in the manner of Compose, Helm, Kubernetes or Score, in the form that the field
//! has here: text that can be pasted.

use crate::syntax::node::{Data, Entry, Meaning, Node, Scalar};

/// The longest value that is written out.
const MAX_SHOWN_LEN: usize = 240;

/// The right value of a field in place of one that it cannot have; nothing where the value is right, or its
/// meaning unknown. `beside` are the fields of the same mapping.
pub(crate) fn field(name: &str, node: &Node, beside: &[Entry]) -> Option<String> {
    let found = match name {
        "command" | "args" | "dependsOn" | "imagePullSecrets" | "hostnames" | "schemas"
        | "exclude" => list_of_texts(name, node),
        "files" => files(node),
        "ports" => ports(node),
        "env" => variables(node),
        "envFrom" => env_from(node),
        "volumes" => volumes(node, beside),
        "labels" | "annotations" | "nodeSelector" | "parameters" => pairs(node),
        "image" => image(node),
        "ingress" => ingress(node),
        "autoscaling" => autoscaling(node),
        "resources" => resources(node),
        "livenessProbe" | "readinessProbe" | "startupProbe" => probe(node, beside),
        "healthCheckPath" => {
            node.at(&["httpGet", "path"]).or_else(|| node.get("path")).and_then(text)
        }
        "serviceAccount" => node.get("name").and_then(text),
        "tolerations" | "topologySpread" | "patches" if node.entries().is_some() => {
            flow(node).map(|item| format!("[{item}]"))
        }
        "patch" => json_patch(node),
        "migrations" => match &node.data {
            Data::Sequence(items) => items.first().filter(|_| items.len() == 1).and_then(text),
            Data::Mapping(entries) => {
                let dir =
                    entries.iter().find(|it| ["dir", "path"].contains(&it.key.value.as_str()));
                dir.and_then(|entry| text(&entry.value))
            }
            Data::Scalar(_) => None,
        },
        "external" => match node.scalar()?.meaning {
            Meaning::String => Some(format!("{{host: {}}}", text(node)?)),
            Meaning::Bool(_) => Some("{host: HOST}".to_owned()),
            Meaning::Null | Meaning::Int | Meaning::Float => None,
        },
        "credentials" => node.str().map(|name| format!("{{secret: {name}}}")),
        "cloudNativePG" => match node.scalar()?.meaning {
            Meaning::Bool(true) => Some("{instances: 1, storage: 10Gi}".to_owned()),
            Meaning::Bool(false)
            | Meaning::Null
            | Meaning::Int
            | Meaning::Float
            | Meaning::String => None,
        },
        "policy" => node.str().map(|word| format!("{{destructive: {word}}}")),
        "job" => match node.str()? {
            word @ ("once" | "everySync") => Some(format!("{{run: {word}}}")),
            _ => None,
        },
        "metadata" => node.str().map(|name| format!("{{name: {name}}}")),
        "requires" => {
            let names: Vec<String> = node.items()?.iter().filter_map(text).collect();
            let schema = |name: &String| format!("{name}: {{TABLE: [COLUMN]}}");
            Some(braces(&names.iter().map(schema).collect::<Vec<_>>()))
        }
        "configFiles" => {
            let names: Vec<String> = node.items()?.iter().filter_map(text).collect();
            let file = |name: &String| {
                format!("/etc/{}: {name}", name.rsplit('/').next().unwrap_or_default())
            };
            Some(braces(&names.iter().map(file).collect::<Vec<_>>()))
        }
        _ => None,
    };
    found.filter(|found| found.len() <= MAX_SHOWN_LEN)
}

/// A value as flow YAML on one line; nothing where it is too long to be read.
pub(crate) fn flow(node: &Node) -> Option<String> {
    let mut left = MAX_SHOWN_LEN;
    write_flow(node, &mut left)
}

fn write_flow(node: &Node, left: &mut usize) -> Option<String> {
    match &node.data {
        Data::Scalar(scalar) => {
            let shown = written(scalar);
            *left = left.checked_sub(shown.len())?;
            Some(shown)
        }
        Data::Sequence(items) => {
            let items: Option<Vec<String>> = items.iter().map(|it| write_flow(it, left)).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        Data::Mapping(entries) => {
            let pair = |entry: &Entry| {
                *left = left.checked_sub(entry.key.value.len() + 2)?;
                Some(format!("{}: {}", entry.key.value, write_flow(&entry.value, left)?))
            };
            let pairs: Option<Vec<String>> = entries.iter().map(pair).collect();
            Some(braces(&pairs?))
        }
    }
}

fn braces(pairs: &[String]) -> String {
    format!("{{{}}}", pairs.join(", "))
}

fn written(scalar: &Scalar) -> String {
    match scalar.meaning {
        Meaning::String if !scalar.plain => word(&scalar.text),
        Meaning::Null => "\"\"".to_owned(),
        Meaning::Bool(_) | Meaning::Int | Meaning::Float | Meaning::String => {
            word_unless(&scalar.text, false)
        }
    }
}

/// A text as a scalar of flow YAML, in quotes where it needs them.
pub(crate) fn word(text: &str) -> String {
    let is_other = text.parse::<f64>().is_ok()
        || ["true", "false", "yes", "no", "on", "off", "null", "~", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
    word_unless(text, is_other)
}

fn word_unless(text: &str, is_other: bool) -> String {
    let is_special = text.is_empty()
        || text.contains([',', '[', ']', '{', '}', '"', '\\', '\n', '#'])
        || text.contains(": ")
        || text.ends_with(':')
        || text.trim() != text
        || text.starts_with(['&', '*', '!', '|', '>', '\'', '%', '@', '`', '?']);
    match is_special || is_other {
        true => {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
        }
        false => text.to_owned(),
    }
}

fn text(node: &Node) -> Option<String> {
    node.scalar().map(|scalar| scalar.text.to_string()).filter(|text| !text.is_empty())
}

/// Words of a line, as a shell takes them apart; nothing where a quote does not close.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in line.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

fn listed(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|it| self::word(it)).collect();
    format!("[{}]", words.join(", "))
}

fn list_of_texts(name: &str, node: &Node) -> Option<String> {
    let is_command = matches!(name, "command" | "args");
    match &node.data {
        Data::Sequence(_) => None,
        Data::Mapping(entries) if name == "args" => {
            let argument =
                |entry: &Entry| Some(format!("--{}={}", entry.key.value, text(&entry.value)?));
            let arguments: Option<Vec<String>> = entries.iter().map(argument).collect();
            Some(listed(&arguments?))
        }
        Data::Mapping(entries) if name == "dependsOn" => {
            let names: Vec<String> = entries.iter().map(|it| it.key.value.to_string()).collect();
            Some(listed(&names))
        }
        Data::Mapping(_) => None,
        Data::Scalar(scalar) if scalar.meaning == Meaning::Null => None,
        Data::Scalar(scalar) => {
            let line = scalar.text.trim();
            let shell = line.contains(['|', '&', ';', '<', '>', '`', '\n']) || line.contains('$');
            match is_command {
                true if shell && name == "command" => {
                    Some(format!("[\"sh\", \"-c\", {}]", quoted(line)))
                }
                true => {
                    let words: Vec<String> = words(line)?;
                    let is_dash = |word: &&String| word.as_str() != "-";
                    let words: Vec<String> =
                        words.iter().filter(is_dash).map(|word| expanded(word)).collect();
                    Some(listed(&words))
                }
                false => {
                    let names =
                        line.split([',', ' ', '\n']).map(|name| name.trim_start_matches('-'));
                    let names: Vec<String> =
                        names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
                    Some(listed(&names))
                }
            }
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// `$NAME` as Kubernetes expands it in arguments: `$(NAME)`.
fn expanded(word: &str) -> String {
    let Some((before, name)) = word.split_once('$') else { return word.to_owned() };
    let name = name.trim_start_matches('{').trim_end_matches('}');
    let is_name =
        !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    if is_name { format!("{before}$({name})") } else { word.to_owned() }
}

fn files(node: &Node) -> Option<String> {
    let path = node.str()?;
    let is_folder = !path.contains('*') && !path.contains(".sql");
    Some(match is_folder {
        true => format!("[{}/*.sql]", path.trim_start_matches("./").trim_end_matches('/')),
        false => format!("[{path}]"),
    })
}

/// `80:8080`, `127.0.0.1:53:53/udp`, `8080` as an entry of `ports`.
pub(crate) fn port(written: &str) -> Option<String> {
    let (numbers, protocol) = match written.split_once('/') {
        Some((numbers, protocol)) => (numbers, protocol.to_ascii_uppercase()),
        None => (written, String::new()),
    };
    let is_udp = protocol == "UDP";
    let numbers: Vec<&str> = numbers.rsplit(':').collect();
    let number = |text: &&&str| text.trim().parse::<u16>().is_ok();
    let target = numbers.first().filter(number)?.trim();
    let published = numbers.get(1).filter(number).map(|text| text.trim());
    Some(match (published, is_udp) {
        (None, false) => target.to_owned(),
        (None, true) => format!("{{port: {target}, protocol: UDP}}"),
        (Some(port), false) if port == target => target.to_owned(),
        (Some(port), false) => format!("{{port: {port}, targetPort: {target}}}"),
        (Some(port), true) if port == target => format!("{{port: {port}, protocol: UDP}}"),
        (Some(port), true) => format!("{{port: {port}, targetPort: {target}, protocol: UDP}}"),
    })
}

/// An entry of `ports` that is written as in a container or a Service.
fn port_of(node: &Node, name: Option<&str>) -> Option<String> {
    if let Some(written) = node.scalar() {
        return port(&written.text);
    }
    let get = |key: &str| node.get(key).and_then(text);
    let (published, target) = (get("port").or_else(|| get("published")), get("targetPort"));
    let target = target.or_else(|| get("containerPort")).or_else(|| get("target"));
    let port = published.clone().or_else(|| target.clone())?;
    let mut pairs = Vec::new();
    pairs.extend(name.map(str::to_owned).or_else(|| get("name")).map(|it| format!("name: {it}")));
    pairs.push(format!("port: {port}"));
    pairs.extend(target.filter(|it| *it != port).map(|it| format!("targetPort: {it}")));
    let protocol = get("protocol").map(|it| it.to_ascii_uppercase()).filter(|it| it != "TCP");
    pairs.extend(protocol.map(|it| format!("protocol: {it}")));
    Some(braces(&pairs))
}

fn ports(node: &Node) -> Option<String> {
    let listed = |ports: Option<Vec<String>>| ports.map(|ports| format!("[{}]", ports.join(", ")));
    match &node.data {
        Data::Scalar(scalar) => {
            let ports = scalar.text.split([',', ' ']).filter(|part| !part.is_empty());
            listed(ports.map(port).collect())
        }
        Data::Mapping(entries)
            if node.get("port").is_some() || node.get("containerPort").is_some() =>
        {
            let _ = entries;
            Some(format!("[{}]", port_of(node, None)?))
        }
        Data::Mapping(entries) => {
            listed(entries.iter().map(|it| port_of(&it.value, Some(&it.key.value))).collect())
        }
        Data::Sequence(items) => {
            let is_ours = |item: &Node| match &item.data {
                Data::Scalar(scalar) => scalar.meaning == Meaning::Int,
                Data::Mapping(_) => {
                    let foreign = ["containerPort", "published", "target", "hostPort", "nodePort"];
                    foreign.iter().all(|key| item.get(key).is_none())
                }
                Data::Sequence(_) => true,
            };
            if items.iter().all(is_ours) {
                return None;
            }
            listed(items.iter().map(|item| port_of(item, None)).collect())
        }
    }
}

/// The value of one variable in the manner of Kubernetes, as it is written here.
pub(crate) fn variable(node: &Node) -> Option<String> {
    match (node.get("valueFrom"), node.get("value")) {
        (Some(source), _) => flow(source),
        (None, Some(value)) => flow(value),
        (None, None) => {
            let entries = node.entries()?;
            let key = |names: &[&str]| {
                entries.iter().find(|entry| names.contains(&entry.key.value.as_str()))
            };
            let renamed =
                |name: &str, entry: &Entry| Some(format!("{{{name}: {}}}", flow(&entry.value)?));
            if let Some(entry) = key(&["secret", "secretRef", "fromSecret", "secretKey"]) {
                return renamed("secretKeyRef", entry);
            }
            key(&["configMap", "configMapRef", "fromConfigMap", "configMapKey"])
                .and_then(|entry| renamed("configMapKeyRef", entry))
        }
    }
}

fn variables(node: &Node) -> Option<String> {
    match &node.data {
        Data::Sequence(items) => {
            let mut pairs = Vec::new();
            for item in items {
                match &item.data {
                    Data::Scalar(scalar) => {
                        let (name, value) =
                            scalar.text.split_once('=').unwrap_or((&scalar.text, ""));
                        pairs.push(format!("{name}: {}", word(value)));
                    }
                    Data::Mapping(_) if item.get("name").is_some() => {
                        let value =
                            match item.get("value").is_none() && item.get("valueFrom").is_none() {
                                true => "\"\"".to_owned(),
                                false => variable(item)?,
                            };
                        pairs.push(format!("{}: {value}", text(item.get("name")?)?));
                    }
                    Data::Mapping(entries) => {
                        for entry in entries {
                            pairs.push(format!("{}: {}", entry.key.value, flow(&entry.value)?));
                        }
                    }
                    Data::Sequence(_) => return None,
                }
            }
            Some(braces(&pairs))
        }
        Data::Mapping(entries) => {
            let is_foreign = |entry: &&Entry| variable(&entry.value).is_some();
            let mut foreign = entries.iter().filter(is_foreign);
            let first = foreign.next()?;
            Some(braces(&[format!("{}: {}", first.key.value, variable(&first.value)?)]))
        }
        Data::Scalar(scalar) => {
            let (name, value) = scalar.text.split_once('=')?;
            Some(format!("{{{name}: {}}}", word(value)))
        }
    }
}

fn env_from(node: &Node) -> Option<String> {
    match &node.data {
        Data::Mapping(_) => flow(node).map(|item| format!("[{item}]")),
        Data::Scalar(_) => text(node).map(|name| format!("[{{secretRef: {{name: {name}}}}}]")),
        Data::Sequence(items) => {
            let is_foreign = |item: &Node| {
                item.scalar().is_some()
                    || item.get("secretKeyRef").is_some()
                    || item.get("configMapKeyRef").is_some()
            };
            if !items.iter().any(is_foreign) {
                return None;
            }
            let source = |item: &Node| {
                if let Some(name) = text(item) {
                    return Some(format!("{{secretRef: {{name: {name}}}}}"));
                }
                let named = |key: &str| item.at(&[key, "name"]).and_then(text);
                if let Some(name) = named("secretKeyRef") {
                    return Some(format!("{{secretRef: {{name: {name}}}}}"));
                }
                match named("configMapKeyRef") {
                    Some(name) => Some(format!("{{configMapRef: {{name: {name}}}}}")),
                    None => flow(item),
                }
            };
            let sources: Option<Vec<String>> = items.iter().map(source).collect();
            Some(format!("[{}]", sources?.join(", ")))
        }
    }
}

/// A claim that is called as the last part of a path, or as the volume.
fn claim(name: &str) -> String {
    let name: String = name.rsplit('/').find(|part| !part.is_empty()).unwrap_or("data").to_owned();
    format!("persistentVolumeClaim: {{claimName: {}}}", name.trim_start_matches('.').to_lowercase())
}

fn volumes(node: &Node, beside: &[Entry]) -> Option<String> {
    let mounts = beside.iter().find(|entry| entry.key.value == "volumeMounts");
    let mount_of = |name: &str| {
        let mounts = mounts.and_then(|entry| entry.value.items()).unwrap_or_default();
        let named = |mount: &&Node| mount.get("name").and_then(text).as_deref() == Some(name);
        mounts.iter().find(named).and_then(|mount| mount.get("mountPath")).and_then(text)
    };
    match &node.data {
        Data::Sequence(items) => {
            let mut pairs = Vec::new();
            for item in items {
                if let Some(written) = text(item) {
                    let mut parts = written.split(':');
                    let source = parts.next().unwrap_or_default().to_owned();
                    let (path, mode) = match parts.next() {
                        Some(path) => (path.to_owned(), parts.next()),
                        None => (source.clone(), None),
                    };
                    let read_only = if mode == Some("ro") { ", readOnly: true" } else { "" };
                    pairs.push(format!("{path}: {{{}{read_only}}}", claim(&source)));
                    continue;
                }
                let entries = item.entries()?;
                let name = item.get("name").and_then(text);
                let target = item.get("target").or_else(|| item.get("mountPath")).and_then(text);
                if let (Some(target), Some(source)) = (&target, item.get("source").and_then(text)) {
                    pairs.push(format!("{target}: {{{}}}", claim(&source)));
                    continue;
                }
                let name = name?;
                let path = mount_of(&name).or(target).unwrap_or_else(|| format!("/{name}"));
                let is_source =
                    |entry: &&Entry| !["name", "mountPath"].contains(&entry.key.value.as_str());
                let sources: Option<Vec<String>> = entries
                    .iter()
                    .filter(is_source)
                    .map(|entry| Some(format!("{}: {}", entry.key.value, flow(&entry.value)?)))
                    .collect();
                let sources = sources?;
                match sources.is_empty() {
                    true => pairs.push(format!("{path}: {{{}}}", claim(&name))),
                    false => pairs.push(format!("{path}: {}", braces(&sources))),
                }
            }
            Some(braces(&pairs))
        }
        Data::Mapping(entries) => {
            let is_foreign = |entry: &&Entry| {
                !entry.key.value.starts_with('/') || entry.value.scalar().is_some()
            };
            let first = entries.iter().find(is_foreign)?;
            let key = first.key.value.as_str();
            let path = match key.starts_with('/') {
                true => key.to_owned(),
                false => mount_of(key).unwrap_or_else(|| format!("/{key}")),
            };
            match first.value.entries() {
                Some(source) if !source.is_empty() => {
                    Some(format!("{{{path}: {}}}", flow(&first.value)?))
                }
                _ => Some(format!("{{{path}: {{{}}}}}", claim(key))),
            }
        }
        Data::Scalar(scalar) if scalar.meaning == Meaning::String => {
            Some(format!("{{{}: {{emptyDir: {{}}}}}}", scalar.text))
                .filter(|it| it.starts_with("{/"))
        }
        Data::Scalar(_) => None,
    }
}

fn pairs(node: &Node) -> Option<String> {
    let pair = |item: &Node| match item.scalar() {
        Some(scalar) => {
            let (key, value) = scalar.text.split_once(['=', ':'])?;
            Some(format!("{}: {}", key.trim(), word(value.trim())))
        }
        None => {
            let [entry] = item.entries()? else { return None };
            Some(format!("{}: {}", entry.key.value, flow(&entry.value)?))
        }
    };
    let pairs: Option<Vec<String>> = node.items()?.iter().map(pair).collect();
    Some(braces(&pairs?))
}

fn image(node: &Node) -> Option<String> {
    let get = |key: &str| node.get(key).and_then(text);
    let repository = get("repository").or_else(|| get("name"))?;
    let registry = get("registry").map(|it| format!("{it}/")).unwrap_or_default();
    Some(match (get("digest"), get("tag")) {
        (Some(digest), _) => format!("{registry}{repository}@{digest}"),
        (None, Some(tag)) => format!("{registry}{repository}:{tag}"),
        (None, None) => format!("{registry}{repository}"),
    })
}

fn ingress(node: &Node) -> Option<String> {
    match &node.data {
        Data::Scalar(scalar) => match scalar.meaning {
            Meaning::String => {
                let host = scalar.text.split("://").last().unwrap_or_default();
                Some(format!("{{host: {}}}", host.split('/').next().unwrap_or_default()))
            }
            Meaning::Bool(true) => Some("{host: HOST}".to_owned()),
            Meaning::Bool(false) | Meaning::Null | Meaning::Int | Meaning::Float => None,
        },
        Data::Sequence(items) => items.first().filter(|_| items.len() == 1).and_then(flow),
        Data::Mapping(_) => {
            let is_foreign =
                ["enabled", "hosts", "rules"].iter().any(|key| node.get(key).is_some());
            if !is_foreign {
                return None;
            }
            let rules = node.get("hosts").or_else(|| node.get("rules")).and_then(Node::items);
            let first = rules.and_then(<[Node]>::first);
            let host =
                first.and_then(|rule| rule.get("host").and_then(text).or_else(|| text(rule)));
            let host = host.or_else(|| node.get("host").and_then(text));
            let mut pairs = vec![format!("host: {}", host.unwrap_or_else(|| "HOST".to_owned()))];
            let paths =
                first.and_then(|rule| rule.get("paths").or_else(|| rule.at(&["http", "paths"])));
            let path = paths.and_then(Node::items).and_then(<[Node]>::first);
            let path = path.and_then(|path| path.get("path").and_then(text).or_else(|| text(path)));
            pairs.extend(path.filter(|path| path != "/").map(|path| format!("path: {path}")));
            let class =
                ["className", "ingressClassName", "class"].iter().find_map(|key| node.get(key));
            pairs.extend(class.and_then(text).map(|class| format!("className: {class}")));
            if let Some(tls) = node.get("tls") {
                let secret =
                    tls.items().and_then(<[Node]>::first).and_then(|it| it.get("secretName"));
                match secret.and_then(text) {
                    Some(secret) => pairs.push(format!("tls: {secret}")),
                    None if tls.items().is_none_or(|items| !items.is_empty()) => {
                        pairs.push("tls: true".to_owned());
                    }
                    None => {}
                }
            }
            let annotations = node
                .get("annotations")
                .filter(|it| it.entries().is_some_and(|all| !all.is_empty()));
            pairs.extend(annotations.and_then(flow).map(|it| format!("annotations: {it}")));
            Some(braces(&pairs))
        }
    }
}

fn autoscaling(node: &Node) -> Option<String> {
    if let Some(Meaning::Bool(true)) = node.scalar().map(|scalar| scalar.meaning) {
        return Some("{max: 3}".to_owned());
    }
    let names = [
        ("min", ["minReplicas", "min"]),
        ("max", ["maxReplicas", "max"]),
        ("cpu", ["targetCPUUtilizationPercentage", "cpu"]),
        ("memory", ["targetMemoryUtilizationPercentage", "memory"]),
    ];
    let is_foreign =
        node.get("enabled").is_some() || names.iter().any(|(_, all)| node.get(all[0]).is_some());
    if !is_foreign {
        return None;
    }
    let pair = |(name, all): (&str, [&str; 2])| {
        let value = all.iter().find_map(|key| node.get(key)).and_then(text)?;
        Some(format!("{name}: {value}"))
    };
    let mut pairs: Vec<String> = names.into_iter().filter_map(pair).collect();
    if !pairs.iter().any(|pair| pair.starts_with("max")) {
        pairs.push("max: 3".to_owned());
    }
    Some(braces(&pairs))
}

fn resources(node: &Node) -> Option<String> {
    let is_amount = |entry: &&Entry| {
        ["cpu", "memory", "cpus"].contains(&entry.key.value.as_str())
            && entry.value.scalar().is_some()
    };
    let amounts: Vec<&Entry> = node.entries()?.iter().filter(is_amount).collect();
    if amounts.is_empty() {
        return None;
    }
    let amount = |entry: &&Entry| {
        let name = if entry.key.value == "cpus" { "cpu" } else { entry.key.value.as_str() };
        Some(format!("{name}: {}", text(&entry.value)?))
    };
    let pairs: Option<Vec<String>> = amounts.iter().map(amount).collect();
    Some(format!("{{requests: {}}}", braces(&pairs?)))
}

fn probe(node: &Node, beside: &[Entry]) -> Option<String> {
    let port = beside.iter().find(|entry| entry.key.value == "port").and_then(|it| text(&it.value));
    let port = port.unwrap_or_else(|| "PORT".to_owned());
    match &node.data {
        Data::Scalar(scalar) if scalar.meaning == Meaning::String => {
            Some(format!("{{httpGet: {{path: {}, port: {port}}}}}", scalar.text))
        }
        Data::Mapping(entries) => {
            let is_foreign =
                |key: &str| matches!(key, "enabled" | "path" | "port" | "command" | "test");
            if !entries.iter().any(|entry| is_foreign(&entry.key.value)) {
                return None;
            }
            let action = match (node.get("path").and_then(text), node.get("command")) {
                (Some(path), _) => {
                    let port = node.get("port").and_then(text).unwrap_or(port);
                    format!("httpGet: {{path: {path}, port: {port}}}")
                }
                (None, Some(command)) => format!("exec: {{command: {}}}", flow(command)?),
                (None, None) => entries
                    .iter()
                    .find(|entry| {
                        matches!(
                            entry.key.value.as_str(),
                            "httpGet" | "tcpSocket" | "exec" | "grpc"
                        )
                    })
                    .map_or_else(
                        || Some(format!("tcpSocket: {{port: {port}}}")),
                        |entry| Some(format!("{}: {}", entry.key.value, flow(&entry.value)?)),
                    )?,
            };
            let mut pairs = vec![action];
            let kept = entries.iter().filter(|entry| {
                entry.key.value.ends_with("Seconds") || entry.key.value.ends_with("Threshold")
            });
            for entry in kept {
                pairs.push(format!("{}: {}", entry.key.value, flow(&entry.value)?));
            }
            Some(braces(&pairs))
        }
        Data::Scalar(_) | Data::Sequence(_) => None,
    }
}

/// What JSON patch operations say, as a merge patch: those that set a field that is in no list.
fn json_patch(node: &Node) -> Option<String> {
    let mut patches = Vec::new();
    for operation in node.items()? {
        let path = operation.get("path").and_then(text)?;
        let is_index = |part: &str| part.parse::<usize>().is_ok() || part == "-";
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        if parts.iter().any(|part| is_index(part)) {
            return None;
        }
        let value = match operation.get("op").and_then(text)?.as_str() {
            "add" | "replace" => flow(operation.get("value")?)?,
            "remove" => "null".to_owned(),
            _ => return None,
        };
        let nested = parts.iter().rev().fold(value, |inner, part| {
            format!("{{{}: {inner}}}", part.replace("~1", "/").replace("~0", "~"))
        });
        patches.push(nested);
    }
    match patches.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}
