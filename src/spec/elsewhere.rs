//! Names that other tools have and that are no fields here: Kubernetes' pods, Compose, Helm charts, Score.
//!
//! A name that only differs is a synonym in its field's row. Here is what has another form, what is said in
//! another place, and what only a patch can say: with the patch written out.

use crate::diag::{Message, message};
use crate::spec::rewrite::{self, flow};
use crate::syntax::node::{Entry, Node};

/// What to do about such a name.
pub(crate) struct Advice {
    /// What to write instead.
    pub(crate) help: Message,
    /// The fields that it stands for: they are not missing as well.
    pub(crate) covers: &'static [&'static str],
}

/// Where the advice is given.
pub(crate) struct Place<'a> {
    /// The kind of the spec.
    pub(crate) kind: &'a str,
    /// Its name.
    pub(crate) name: &'a str,
    /// All that is written in it.
    pub(crate) fields: &'a [Entry],
}

/// Where a field of Kubernetes is in a workload.
enum Way {
    /// In the pod.
    Pod(&'static str),
    /// In the container.
    Container(&'static str),
    /// In the container's security context.
    Security(&'static str),
    /// In the metadata of the pod.
    PodMetadata(&'static str),
    /// In the workload itself.
    Workload,
    /// In the Service.
    Service(&'static str),
    /// In `metadata` of the spec.
    Metadata,
    /// Nowhere: the reason.
    Remove(&'static str),
}

/// The names, and where what they say is.
const WAYS: [(&[&str], Way); 44] = [
    (&["labels", "annotations", "namespace"], Way::Metadata),
    (&["initContainers", "init_containers", "extraInitContainers"], Way::Pod("initContainers")),
    (&["sidecars", "extraContainers", "sidecarContainers"], Way::Pod("containers")),
    (
        &["terminationGracePeriodSeconds", "gracePeriod", "terminationGracePeriod"],
        Way::Pod("terminationGracePeriodSeconds"),
    ),
    (&["priorityClassName", "priorityClass"], Way::Pod("priorityClassName")),
    (&["podSecurityContext"], Way::Pod("securityContext")),
    (&["hostNetwork"], Way::Pod("hostNetwork")),
    (&["hostPID", "pid"], Way::Pod("hostPID")),
    (&["dnsPolicy"], Way::Pod("dnsPolicy")),
    (&["dnsConfig"], Way::Pod("dnsConfig")),
    (&["hostAliases"], Way::Pod("hostAliases")),
    (&["runtimeClassName"], Way::Pod("runtimeClassName")),
    (&["schedulerName"], Way::Pod("schedulerName")),
    (&["hostname"], Way::Pod("hostname")),
    (&["enableServiceLinks"], Way::Pod("enableServiceLinks")),
    (&["automountServiceAccountToken"], Way::Pod("automountServiceAccountToken")),
    (&["shareProcessNamespace"], Way::Pod("shareProcessNamespace")),
    (&["lifecycle", "lifecycleHooks"], Way::Container("lifecycle")),
    (&["workingDir", "working_dir", "workdir"], Way::Container("workingDir")),
    (&["imagePullPolicy", "pullPolicy"], Way::Container("imagePullPolicy")),
    (&["securityContext", "containerSecurityContext"], Way::Container("securityContext")),
    (&["tty"], Way::Container("tty")),
    (&["stdin", "stdin_open"], Way::Container("stdin")),
    (&["user", "runAsUser"], Way::Security("runAsUser")),
    (&["runAsNonRoot"], Way::Security("runAsNonRoot")),
    (&["privileged"], Way::Security("privileged")),
    (&["read_only", "readOnlyRootFilesystem"], Way::Security("readOnlyRootFilesystem")),
    (&["cap_add", "cap_drop", "capabilities"], Way::Security("capabilities")),
    (&["podAnnotations"], Way::PodMetadata("annotations")),
    (&["podLabels"], Way::PodMetadata("labels")),
    (
        &[
            "minReadySeconds",
            "progressDeadlineSeconds",
            "revisionHistoryLimit",
            "concurrencyPolicy",
            "timeZone",
            "suspend",
            "successfulJobsHistoryLimit",
            "failedJobsHistoryLimit",
            "startingDeadlineSeconds",
            "parallelism",
            "completions",
            "ttlSecondsAfterFinished",
        ],
        Way::Workload,
    ),
    (&["type", "serviceType"], Way::Service("type")),
    (&["sessionAffinity"], Way::Service("sessionAffinity")),
    (&["loadBalancerIP"], Way::Service("loadBalancerIP")),
    (
        &["restart", "restartPolicy", "restart_policy"],
        Way::Remove(
            "Kubernetes restarts what stops; for something that runs once, write `job: true`",
        ),
    ),
    (
        &["networks", "network_mode", "links", "external_links"],
        Way::Remove("every pod reaches the others by the names of their Services"),
    ),
    (&["logging"], Way::Remove("the cluster collects what a container prints")),
    (&["selector"], Way::Remove("the selector is generated")),
    (&["enabled"], Way::Remove("a spec in the directory is always in use")),
    (&["profiles"], Way::Remove("what differs is written in `environments/NAME/`")),
    (&["platform"], Way::Remove("write `nodeSelector: {kubernetes.io/arch: amd64}` if it matters")),
    (
        &["name", "container_name", "nameOverride", "fullnameOverride", "containerName"],
        Way::Remove("the name is `metadata.name`"),
    ),
    (&["init", "ulimits", "sysctls", "shm_size"], Way::Remove("the node decides it, or a patch")),
    (
        &["kind"],
        Way::Remove(
            "an App is a Deployment, a Job or a CronJob; write another workload as a plain manifest",
        ),
    ),
];

/// What to write in place of a name that is no field of a spec.
pub(crate) fn advice(name: &str, value: &Node, place: &Place<'_>) -> Option<Advice> {
    let plain = |help: Message| Some(Advice { help, covers: &[] });
    if place.kind != "App" {
        return other_kind(name, value, place).and_then(plain);
    }
    if let Some((_, way)) = WAYS.iter().find(|(names, _)| names.contains(&name)) {
        return plain(by_way(way, name, value, place)?);
    }
    if name == "stop_grace_period"
        && let Some(seconds) = value.scalar().and_then(|scalar| seconds(&scalar.text))
    {
        let pod = format!("{{terminationGracePeriodSeconds: {seconds}}}");
        return plain(message!(
            "no field is for it; write a patch: `patches: [{{target: {{kind: Deployment}}, patch: {{spec: {{template: {{spec: {pod}}}}}}}}}]`",
            pod
        ));
    }
    if let Some(help) = shaped(name, value) {
        return plain(help);
    }
    let help = match name {
        "build" => {
            let help = "Kubernetes does not build images: push the image, and write `image: REGISTRY/NAME:TAG`";
            return Some(Advice { help: help.into(), covers: &["image"] });
        }
        "containers" | "template" | "pod" | "podTemplate" | "podSpec" | "deployment" | "container" => {
            return Some(Advice { help: containers(value), covers: &["image"] });
        }
        "tag" | "imageTag" => {
            let image = written(place, "image").and_then(|image| Some(image.scalar()?.text.clone()));
            let tag = value.scalar()?.text.clone();
            match image {
                Some(image) => message!("write the tag with the image: `image: {image}:{tag}`", image, tag),
                None => message!("write the tag with the image: `image: NAME:{tag}`", tag),
            }
        }
        "env_file" | "envFile" => {
            "Kubernetes reads no `.env` files: write the variables in `env`, or `envFrom: [{configMapRef: {name: NAME}}]`".into()
        }
        "secrets" => {
            let secret = value.items().and_then(<[Node]>::first).and_then(|it| Some(it.scalar()?.text.clone()));
            let secret = secret.unwrap_or_else(|| "NAME".into());
            message!(
                "write `env: {{VARIABLE: {{secretKeyRef: {{name: {secret}, key: KEY}}}}}}`, or mount it: `volumes: {{/run/secrets: {{secret: {{secretName: {secret}}}}}}}`",
                secret
            )
        }
        "persistence" => {
            "write `volumes: {/PATH: {persistentVolumeClaim: {claimName: NAME}}}`, and the PersistentVolumeClaim as a plain manifest".into()
        }
        "volumeMounts" | "mounts" => {
            let name = value.items().and_then(<[Node]>::first);
            let path = name.and_then(|it| it.get("mountPath")).and_then(|it| Some(it.scalar()?.text.to_string()));
            let path = path.unwrap_or_else(|| "/PATH".to_owned());
            message!(
                "`volumes` here maps each mount path to its source: `volumes: {{{path}: {{emptyDir: {{}}}}}}`",
                path
            )
        }
        "metrics" | "serviceMonitor" => "write it as a plain manifest beside the App".into(),
        _ => return None,
    };
    plain(help)
}

/// What has another form in the same place, or nearly.
fn shaped(name: &str, value: &Node) -> Option<Message> {
    let text = |node: &Node| node.scalar().map(|scalar| scalar.text.to_string());
    let shown = match name {
        "service" | "services" => match value.get("ports") {
            Some(ports) => format!("ports: {}", rewrite::field("ports", ports, &[])?),
            None => {
                let listed = rewrite::field("ports", value, &[])?;
                let inner = listed.trim_start_matches('[').trim_end_matches(']');
                let only = inner.strip_prefix("{port: ").and_then(|it| it.strip_suffix('}'));
                let of_service = value.get("type").and_then(text).filter(|it| it != "ClusterIP");
                let port = match only.filter(|it| !it.contains(',')) {
                    Some(port) => format!("port: {port}"),
                    None => format!("ports: {listed}"),
                };
                if let Some(of_service) = of_service {
                    return Some(message!(
                        "write `{port}`, and the type as `patches: [{{target: {{kind: Service}}, patch: {{spec: {{type: {of_service}}}}}}}]`",
                        port,
                        of_service
                    ));
                }
                port
            }
        },
        "deploy" => {
            let entries = value.entries()?;
            let replicas = entries.iter().find(|entry| entry.key.value == "replicas");
            let limits = value.at(&["resources", "limits"]).and_then(Node::entries);
            let mut parts = Vec::new();
            parts.extend(replicas.and_then(|it| Some(format!("replicas: {}", text(&it.value)?))));
            if let Some(limits) = limits {
                let limit = |entry: &Entry| {
                    let name =
                        if entry.key.value == "cpus" { "cpu" } else { entry.key.value.as_str() };
                    Some(format!("{name}: {}", amount(&text(&entry.value)?)))
                };
                let limits: Option<Vec<String>> = limits.iter().map(limit).collect();
                parts.push(format!("resources: {{limits: {{{}}}}}", limits?.join(", ")));
            }
            if parts.is_empty() {
                return None;
            }
            let parts: Vec<Message> = parts.iter().map(|part| message!("`{part}`", part)).collect();
            let parts = Message::joined(parts, " and ");
            return Some(message!("write its fields directly below `spec`: {parts}", parts));
        }
        "mem_limit" | "memory" => {
            format!("resources: {{limits: {{memory: {}}}}}", amount(&text(value)?))
        }
        "mem_reservation" => {
            format!("resources: {{requests: {{memory: {}}}}}", amount(&text(value)?))
        }
        "cpus" | "cpu" => format!("resources: {{requests: {{cpu: {}}}}}", text(value)?),
        "requests" | "limits" => format!("resources: {{{name}: {}}}", flow(value)?),
        "expose" => match value.items() {
            Some([one]) => format!("port: {}", text(one)?),
            Some(_) => format!("ports: {}", flow(value)?),
            None => format!("port: {}", text(value)?),
        },
        "healthcheck" | "healthCheck" => {
            let test = value.get("test")?;
            let words: Vec<String> = match test.items() {
                Some(items) => items.iter().filter_map(text).collect(),
                None => vec![text(test)?],
            };
            let line = words.join(" ");
            let path = line.split_once("://").and_then(|(_, rest)| {
                let path = rest.get(rest.find('/')?..)?.split([' ', '"', '\'']).next()?;
                Some(path.to_owned())
            });
            match path {
                Some(path) => format!("healthCheckPath: {path}"),
                None => {
                    let command: Vec<String> = match words.first().map(String::as_str) {
                        Some("CMD") => words.get(1..)?.iter().map(|it| rewrite::word(it)).collect(),
                        _ => {
                            let line = words.iter().filter(|it| *it != "CMD-SHELL").cloned();
                            let line = rewrite::word(&line.collect::<Vec<_>>().join(" "));
                            vec!["sh".to_owned(), "-c".to_owned(), line]
                        }
                    };
                    format!("livenessProbe: {{exec: {{command: [{}]}}}}", command.join(", "))
                }
            }
        }
        "httpGet" => format!("healthCheckPath: {}", text(value.get("path")?)?),
        "cronJob" | "cronjob" => format!("schedule: {}", quoted(&text(value.get("schedule")?)?)),
        "extraEnv" | "extraEnvVars" | "environmentVariables" => {
            let env = rewrite::field("env", value, &[]).or_else(|| flow(value))?;
            format!("env: {env}")
        }
        _ => return None,
    };
    Some(message!("write `{shown}`", shown))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

/// A duration as Compose writes it.
fn seconds(written: &str) -> Option<i64> {
    let number = written.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let number: i64 = number.parse().ok()?;
    match written.get(number.to_string().len()..)? {
        "" | "s" => Some(number),
        "m" => number.checked_mul(60),
        _ => None,
    }
}

/// An amount of memory as Compose writes it.
fn amount(written: &str) -> String {
    let lower = written.to_ascii_lowercase();
    let digits: String = lower.chars().take_while(|it| it.is_ascii_digit() || *it == '.').collect();
    match lower.get(digits.len()..).unwrap_or_default() {
        "k" | "kb" => format!("{digits}Ki"),
        "m" | "mb" => format!("{digits}Mi"),
        "g" | "gb" => format!("{digits}Gi"),
        "b" => digits,
        _ => written.to_owned(),
    }
}

/// A list or mapping of containers, or a whole pod.
fn containers(value: &Node) -> Message {
    let inner =
        value.at(&["spec", "containers"]).or_else(|| value.get("containers")).unwrap_or(value);
    let (first, n) = match (inner.items(), inner.entries()) {
        (Some(items), _) => (items.first(), items.len()),
        (None, Some(entries)) if inner.get("image").is_none() => {
            (entries.first().map(|entry| &entry.value), entries.len())
        }
        (None, _) => (Some(inner), 1),
    };
    let image =
        first.and_then(|it| it.get("image")).and_then(|it| Some(it.scalar()?.text.to_string()));
    let image = image.unwrap_or_else(|| "NAME:TAG".to_owned());
    match n {
        0 | 1 => message!(
            "an App has one container, whose fields stand directly below `spec`: `image: {image}`",
            image
        ),
        _ => message!(
            "write the fields of the first container directly below `spec` (`image: {image}`), and the others in a patch: `patches: [{{target: {{kind: Deployment}}, patch: {{spec: {{template: {{spec: {{containers: [...]}}}}}}}}}}]`",
            image
        ),
    }
}

fn written<'a>(place: &Place<'a>, name: &str) -> Option<&'a Node> {
    place.fields.iter().find(|entry| entry.key.value == name).map(|entry| &entry.value)
}

fn by_way(way: &Way, name: &str, value: &Node, place: &Place<'_>) -> Option<Message> {
    let shown = flow(value).unwrap_or_else(|| "...".to_owned());
    let app = place.name;
    let patch = match way {
        Way::Remove(why) => {
            return Some(message!("remove it: {why}", why = Message::from(*why)));
        }
        Way::Metadata => {
            return Some(message!(
                "move it to `metadata`: `metadata: {{name: {app}, {name}: {shown}}}`",
                app,
                name,
                shown
            ));
        }
        Way::Service(field) => {
            let field = Message::from(*field);
            return Some(message!(
                "no field is for it; write a patch: `patches: [{{target: {{kind: Service}}, patch: {{spec: {{{field}: {shown}}}}}}}]`",
                field,
                shown
            ));
        }
        Way::Pod(field) => format!("spec: {{{field}: {shown}}}"),
        Way::Container(field) => {
            format!("spec: {{containers: [{{name: {app}, {field}: {shown}}}]}}")
        }
        Way::Security(field) => {
            let shown = match name {
                "cap_add" => format!("{{add: {shown}}}"),
                "cap_drop" => format!("{{drop: {shown}}}"),
                "user" => shown.trim_matches('"').to_owned(),
                _ => shown,
            };
            format!(
                "spec: {{containers: [{{name: {app}, securityContext: {{{field}: {shown}}}}}]}}"
            )
        }
        Way::PodMetadata(field) => format!("metadata: {{{field}: {shown}}}"),
        Way::Workload => format!("{name}: {shown}"),
    };
    let has = |name: &str| written(place, name).is_some();
    let is_top = matches!(way, Way::Workload);
    let (kind, spec) = match (has("schedule"), has("job"), is_top) {
        (true, _, true) => ("CronJob", format!("spec: {{{patch}}}")),
        (true, _, false) => {
            ("CronJob", format!("spec: {{jobTemplate: {{spec: {{template: {{{patch}}}}}}}}}"))
        }
        (false, is_job, true) => {
            (if is_job { "Job" } else { "Deployment" }, format!("spec: {{{patch}}}"))
        }
        (false, is_job, false) => {
            (if is_job { "Job" } else { "Deployment" }, format!("spec: {{template: {{{patch}}}}}"))
        }
    };
    let whole = format!("patches: [{{target: {{kind: {kind}}}, patch: {{{spec}}}}}]");
    Some(message!("no field is for it; write a patch: `{whole}`", whole))
}

/// What a Database or a Schema has no field for.
fn other_kind(name: &str, value: &Node, place: &Place<'_>) -> Option<Message> {
    Some(match (place.kind, name) {
        (_, "labels" | "annotations" | "namespace") => by_way(&Way::Metadata, name, value, place)?,
        ("Database", "env" | "environment" | "envVars") => {
            "the server's variables are generated: write `database` for the database, and `credentials: {secret: NAME}` for user and password".into()
        }
        ("Database", "replicas" | "replicaCount" | "instances") => {
            "a server has one pod; for several, write `cloudNativePG: {instances: 3, storage: 10Gi}` (`engine: postgres`)".into()
        }
        ("Database", "port") if written(place, "external").is_none() => {
            "remove it: the server listens on the engine's own port; `external: {host: HOST, port: PORT}` is for a server elsewhere".into()
        }
        ("Database", "storageClass" | "storageClassName") => {
            let class = flow(value)?;
            message!("write `storage: {{size: 10Gi, className: {class}}}`", class)
        }
        ("Database", "replication" | "ha" | "highAvailability") => {
            "write `cloudNativePG: {instances: 3, storage: 10Gi}` (`engine: postgres`)".into()
        }
        ("Schema", "engine") => {
            "the engine is that of the Database: write `database: NAME`, the name of a Database".into()
        }
        _ => return None,
    })
}
