//! What the pods of workloads read and are: their labels, their Secrets, their environment.

use std::borrow::Cow;

use smol_str::{SmolStr, format_smolstr};

use crate::link::{cut, known, short};
use crate::model::{App, EnvValue};
use crate::source::Span;
use crate::syntax::Manifest;
use crate::syntax::node::Node;
use crate::value::Value;

/// A Secret or a ConfigMap that something reads.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) name: SmolStr,
    /// The one key that is read, if it is one.
    pub(super) key: Option<SmolStr>,
    pub(super) span: Span,
    /// Where it says so: `` env `DB_PASSWORD` ``.
    pub(super) by: SmolStr,
}

/// The value of an environment variable, or an argument that is written like one.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: SmolStr,
    pub(super) value: VariableValue,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum VariableValue {
    Text(SmolStr),
    Secret {
        name: SmolStr,
        key: SmolStr,
    },
    ConfigMap {
        name: SmolStr,
        key: SmolStr,
    },
    /// Every key of a ConfigMap or a Secret, with a prefix.
    AllOfConfigMap {
        name: SmolStr,
        prefix: SmolStr,
    },
    AllOfSecret {
        name: SmolStr,
        prefix: SmolStr,
    },
}

/// What the pods of a unit read.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    pub(super) secrets: Vec<Read>,
    pub(super) config_maps: Vec<Read>,
    /// ConfigMaps and the service account without which no pod starts, by kind.
    pub(super) needed: Vec<(&'static str, Read)>,
    /// The environment of each container, in the order in which it is made, and its arguments.
    pub(super) containers: Vec<Vec<Variable>>,
}

impl Reads {
    /// The Secrets that are mounted as files.
    pub(super) fn secret_files(&self) -> impl Iterator<Item = &Read> {
        self.secrets.iter().filter(|read| read.by == "volumes")
    }
}

/// Whether an object runs pods, by kind and group.
pub(super) fn is_workload(manifest: &Manifest) -> bool {
    known::pods::of(manifest).is_some()
}

/// Whether a workload runs for as long as it is there, and not to an end.
pub(super) fn is_server_kind(manifest: &Manifest) -> bool {
    known::pods::of(manifest).is_some_and(|pods| pods.is_server)
}

/// Whether a workload runs a pod as soon as it is applied: no schedule, no zero replicas, no suspension.
pub(super) fn runs_at_once(manifest: &Manifest) -> bool {
    const LATER: [&str; 8] = [
        "AdvancedCronJob",
        "AnalysisTemplate",
        "ClusterWorkflowTemplate",
        "CronJob",
        "CronWorkflow",
        "ScaledJob",
        "Service",
        "WorkflowTemplate",
    ];
    let at = |path: &[&str]| manifest.node.at(path).and_then(Node::scalar);
    let is_true = |path: &[&str]| {
        at(path).is_some_and(|it| it.meaning == crate::syntax::node::Meaning::Bool(true))
    };
    let has_none = at(&["spec", "replicas"]).is_some_and(|replicas| replicas.text == "0");
    !LATER.contains(&manifest.kind.value.as_str())
        && !has_none
        && !is_true(&["spec", "suspend"])
        && !is_true(&["spec", "paused"])
}

/// The template of a workload's pods: the object itself for a `Pod`.
pub(super) fn template(workload: &Manifest) -> Option<&Node> {
    known::pods::template(workload)
}

/// The labels of a workload's pods.
pub(super) fn labels(workload: &Manifest) -> Option<&Node> {
    template(workload)?.at(&["metadata", "labels"])
}

/// The `spec` of a workload's pods.
pub(super) fn spec(workload: &Manifest) -> Option<&Node> {
    known::pods::workflow(workload).or_else(|| template(workload)?.get("spec"))
}

/// The containers of a workload, those that run before the others first.
pub(super) fn containers(workload: &Manifest) -> Vec<&Node> {
    let Some(spec) = spec(workload) else { return Vec::new() };
    match known::pods::workflow(workload) {
        Some(workflow) => known::pods::workflow_containers(workflow),
        None => items(spec, "initContainers").iter().chain(items(spec, "containers")).collect(),
    }
}

/// The service account of a workload's pods.
pub(super) fn service_account(workload: &Manifest) -> Option<&str> {
    let spec = spec(workload)?;
    spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount"))?.str()
}

/// The images of a workload's containers, those that run before them not counted.
pub(super) fn images(workload: &Manifest) -> impl Iterator<Item = &str> {
    image_nodes(workload).map(|(image, _)| image)
}

/// The same, with where they are written.
pub(super) fn image_nodes(workload: &Manifest) -> impl Iterator<Item = (&str, Span)> {
    let containers = spec(workload).and_then(|spec| spec.get("containers")?.items());
    let containers = containers.unwrap_or_default().iter();
    let images = containers.filter_map(|container| container.get("image"));
    images.filter_map(|image| Some((image.str()?, image.span)))
}

/// What a plain workload reads.
pub(super) fn reads(workload: &Manifest) -> Reads {
    let mut reads = Reads::default();
    let Some(spec) = spec(workload) else { return reads };
    let account = spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount"));
    let account = read(account, "serviceAccountName");
    reads.needed.extend(account.map(|account| ("ServiceAccount", account)));
    for secret in items(spec, "imagePullSecrets") {
        reads.secrets.extend(read(secret.get("name"), "imagePullSecrets"));
    }
    for volume in items(spec, "volumes") {
        reads.volume(volume);
    }
    for container in containers(workload) {
        reads.container(container);
    }
    for alias in items(spec, "hostAliases") {
        reads.server("the host alias", alias.get("ip"));
    }
    // A workflow calls a server by itself.
    for template in items(spec, "templates") {
        reads.server("its http url", template.at(&["http", "url"]));
    }
    // The agent that Vault's injector adds logs in before the pod's own containers start.
    let address = template(workload)
        .and_then(|it| it.at(&["metadata", "annotations", "vault.hashicorp.com/service"]));
    reads.server("the Vault address", address);
    reads
}

fn items<'a>(of: &'a Node, name: &str) -> &'a [Node] {
    of.get(name).and_then(Node::items).unwrap_or_default()
}

fn read(name: Option<&Node>, by: impl Into<SmolStr>) -> Option<Read> {
    let node = name?;
    Some(Read { name: node.str()?.into(), key: None, span: node.span, by: by.into() })
}

/// What is optional holds no pod back.
fn is_optional(source: &Node) -> bool {
    let optional = source.get("optional").and_then(Node::scalar);
    optional.is_some_and(|scalar| scalar.meaning == crate::syntax::node::Meaning::Bool(true))
}

impl Reads {
    fn volume(&mut self, volume: &Node) {
        let sources = volume.at(&["projected", "sources"]).and_then(Node::items);
        for source in sources.unwrap_or_default().iter().chain([volume]) {
            let secret = source.get("secret").filter(|source| !is_optional(source));
            let name = secret.and_then(|it| it.get("secretName").or_else(|| it.get("name")));
            self.secrets.extend(read(name, "volumes"));
            let map = source.get("configMap");
            let read = read(map.and_then(|map| map.get("name")), "volumes");
            let needed = read.clone().filter(|_| !map.is_some_and(is_optional));
            self.needed.extend(needed.map(|read| ("ConfigMap", read)));
            self.config_maps.extend(read);
        }
        self.driver_of_volume(volume);
    }

    /// What the driver of a volume is told: a Secret to log in with, and objects of its own.
    fn driver_of_volume(&mut self, volume: &Node) {
        const SECRETS: [&[&str]; 9] = [
            &["csi", "nodePublishSecretRef", "name"],
            &["azureFile", "secretName"],
            &["cephfs", "secretRef", "name"],
            &["cinder", "secretRef", "name"],
            &["flexVolume", "secretRef", "name"],
            &["iscsi", "secretRef", "name"],
            &["rbd", "secretRef", "name"],
            &["scaleIO", "secretRef", "name"],
            &["storageos", "secretRef", "name"],
        ];
        // Not by "volumes": no file of the pod holds it.
        let secrets = SECRETS.into_iter().filter_map(|path| read(volume.at(path), "a volume"));
        self.secrets.extend(secrets);
        let attribute = |name: &str| volume.at(&["csi", "volumeAttributes", name]);
        let provider = read(attribute("secretProviderClass"), "secretProviderClass");
        self.needed.extend(provider.map(|read| ("SecretProviderClass", read)));
        let kind = attribute("csi.cert-manager.io/issuer-kind").and_then(Node::str);
        let kind = if kind == Some("ClusterIssuer") { "ClusterIssuer" } else { "Issuer" };
        let issuer = read(attribute("csi.cert-manager.io/issuer-name"), "issuer-name");
        self.needed.extend(issuer.map(|read| (kind, read)));
        // The kubelet mounts it: what answers there has to be up.
        self.server("the volume's server", volume.at(&["nfs", "server"]));
    }

    /// An address that is not in the environment of a container.
    fn server(&mut self, name: &'static str, address: Option<&Node>) {
        let Some((text, span)) = address.and_then(|it| Some((it.str()?, it.span))) else { return };
        let (name, value) = (SmolStr::new_static(name), VariableValue::Text(text.into()));
        self.containers.push(vec![Variable { name, value, span }]);
    }

    fn container(&mut self, container: &Node) {
        let mut variables = Vec::new();
        let image = container.get("image").and_then(|it| Some((it.str()?, it.span)));
        variables.extend(image.and_then(|(image, span)| registry(image, span)));
        for source in items(container, "envFrom") {
            let prefix = source.get("prefix").and_then(Node::str).unwrap_or_default();
            let secret = source.get("secretRef");
            let wanted = secret.filter(|source| !is_optional(source));
            self.secrets.extend(read(wanted.and_then(|it| it.get("name")), "envFrom"));
            let name = |source: Option<&Node>| {
                let node = source?.get("name")?;
                Some((SmolStr::from(node.str()?), node.span))
            };
            if let Some((name, span)) = name(secret) {
                let value = VariableValue::AllOfSecret { name, prefix: prefix.into() };
                variables.push(Variable { name: SmolStr::new_static("envFrom"), value, span });
            }
            let map = source.get("configMapRef");
            let needed = map.filter(|map| !is_optional(map)).and_then(|map| map.get("name"));
            self.needed.extend(read(needed, "envFrom").map(|read| ("ConfigMap", read)));
            if let Some((name, span)) = name(map) {
                let value = VariableValue::AllOfConfigMap { name, prefix: prefix.into() };
                variables.push(Variable { name: SmolStr::new_static("envFrom"), value, span });
            }
        }
        for variable in items(container, "env") {
            variables.extend(self.variable(variable));
        }
        let arguments = ["command", "args"].into_iter().filter_map(|name| container.get(name));
        let arguments = arguments.filter_map(Node::items).flatten();
        // A script of a workflow stands beside the command that runs it.
        let arguments = arguments.chain(container.get("source"));
        variables.extend(flags(arguments.filter_map(|node| Some((node.str()?, node.span)))));
        for handler in HANDLERS {
            let Some(handler) = container.at(handler) else { continue };
            let command = handler.at(&["exec", "command"]).and_then(Node::items);
            let words = command.unwrap_or_default().iter();
            variables.extend(flags(words.filter_map(|node| Some((node.str()?, node.span)))));
            let hosts = ["httpGet", "tcpSocket"].map(|kind| handler.at(&[kind, "host"]));
            variables.extend(hosts.into_iter().flatten().filter_map(|host| {
                let value = VariableValue::Text(host.str()?.into());
                Some(Variable {
                    name: SmolStr::new_static("the probe's host"),
                    value,
                    span: host.span,
                })
            }));
        }
        self.containers.push(variables);
    }

    fn variable(&mut self, variable: &Node) -> Option<Variable> {
        let name = SmolStr::from(variable.get("name")?.str()?);
        if let Some(value) = variable.get("value") {
            let text = value.scalar()?.text.clone();
            return Some(Variable { name, value: VariableValue::Text(text), span: value.span });
        }
        let from = variable.get("valueFrom")?;
        let both = |source: &Node| {
            let (name, key) = (source.get("name")?, source.get("key")?.str()?);
            Some((SmolStr::from(name.str()?), SmolStr::from(key), name.span))
        };
        if let Some(source) = from.get("secretKeyRef") {
            let (secret, key, span) = both(source)?;
            if !is_optional(source) {
                let by = format_smolstr!("env `{}`", short(&name));
                let key = Some(key.clone());
                self.secrets.push(Read { name: secret.clone(), key, span, by });
            }
            return Some(Variable {
                name,
                value: VariableValue::Secret { name: secret, key },
                span,
            });
        }
        let source = from.get("configMapKeyRef")?;
        let (map, key, span) = both(source)?;
        if !is_optional(source) {
            let by = format_smolstr!("env `{}`", short(&name));
            let read = Read { name: map.clone(), key: None, span, by };
            self.needed.push(("ConfigMap", read));
        }
        let value = VariableValue::ConfigMap { name: map, key };
        Some(Variable { name, value, span })
    }
}

/// The registry that an image comes from, which may run in the project.
fn registry(image: &str, span: Span) -> Option<Variable> {
    let (host, _) = image.split_once('/')?;
    // What else is in front of a `/` is a folder of Docker Hub.
    let is_host = host.contains(['.', ':']);
    let value = VariableValue::Text(host.into());
    let name = SmolStr::new_static("its image's host");
    is_host.then_some(Variable { name, value, span })
}

/// What a pod is not ready without, beside its program. A failing liveness probe starts it again.
const HANDLERS: [&[&str]; 4] =
    [&["startupProbe"], &["readinessProbe"], &["livenessProbe"], &["lifecycle", "postStart"]];

/// Arguments as variables: `--db-host=mysql`, `--db-host mysql`, and any other text under no name.
fn flags<'t>(arguments: impl Iterator<Item = (&'t str, Span)>) -> Vec<Variable> {
    let mut variables = Vec::new();
    let (mut flag, mut place) = (String::new(), None);
    for (text, span) in arguments {
        place = Some(span);
        let (name, value) = match text.split_once('=') {
            Some((name, value)) if name.starts_with('-') => (name.to_owned(), value),
            // `-hdb` may say all by itself.
            _ if text.starts_with('-') => {
                let alone = std::mem::replace(&mut flag, text.to_owned());
                variables.extend(alone_flag(alone, span));
                continue;
            }
            _ => (std::mem::take(&mut flag), text),
        };
        let value = VariableValue::Text(value.into());
        variables.push(Variable { name: name.into(), value, span });
    }
    variables.extend(place.and_then(|span| alone_flag(flag, span)));
    variables
}

fn alone_flag(flag: String, span: Span) -> Option<Variable> {
    let value = VariableValue::Text(SmolStr::default());
    (!flag.is_empty()).then(|| Variable { name: flag.into(), value, span })
}

/// What an App reads. Its parts have no places of their own by now: the App's name stands for them.
pub(super) fn app_reads(app: &App) -> Reads {
    let span = app.common.place;
    let mut reads = Reads::default();
    let read = |name: &str, by: &str| Read { name: name.into(), key: None, span, by: by.into() };
    let account = app.service_account.as_ref();
    let account = account.map(|name| read(name, "serviceAccount"));
    reads.needed.extend(account.map(|account| ("ServiceAccount", account)));
    reads.secrets.extend(app.image_pull_secrets.iter().map(|name| read(name, "imagePullSecrets")));
    for volume in &app.volumes {
        let sources = volume.source.at(&["projected", "sources"]).and_then(Value::as_list);
        for source in sources.unwrap_or_default().iter().chain([&volume.source]) {
            let secret = source.at(&["secret"]).filter(|source| !is_optional_value(source));
            let name = secret.and_then(|it| it.at(&["secretName"]).or_else(|| it.at(&["name"])));
            reads.secrets.extend(name.and_then(Value::as_str).map(|name| read(name, "volumes")));
            let map = source.at(&["configMap"]);
            let name = map.and_then(|map| map.at(&["name"])).and_then(Value::as_str);
            let map = map.filter(|map| !is_optional_value(map)).and(name);
            reads.needed.extend(map.map(|name| ("ConfigMap", read(name, "volumes"))));
            reads.config_maps.extend(name.map(|name| read(name, "volumes")));
        }
    }
    let mut variables: Vec<Variable> = registry(&app.image, span).into_iter().collect();
    for source in app.env_from.as_ref().and_then(Value::as_list).unwrap_or_default() {
        let text = |path: &[&str]| source.at(path).and_then(Value::as_str).map(str::to_owned);
        let prefix = text(&["prefix"]).unwrap_or_default();
        let name = "envFrom".to_owned();
        if let Some(secret) = text(&["secretRef", "name"]) {
            if !source.at(&["secretRef"]).is_some_and(is_optional_value) {
                reads.secrets.push(read(&secret, "envFrom"));
            }
            let value = VariableValue::AllOfSecret { name: secret.into(), prefix: prefix.into() };
            variables.push(Variable { name: name.into(), value, span });
        } else if let Some(map) = text(&["configMapRef", "name"]) {
            if !source.at(&["configMapRef"]).is_some_and(is_optional_value) {
                reads.needed.push(("ConfigMap", read(&map, "envFrom")));
            }
            let value = VariableValue::AllOfConfigMap { name: map.into(), prefix: prefix.into() };
            variables.push(Variable { name: name.into(), value, span });
        }
    }
    for (name, value) in &app.env {
        let is_optional = match value {
            EnvValue::From(source) => {
                source.at(&["configMapKeyRef"]).is_some_and(is_optional_value)
            }
            EnvValue::Text(_) | EnvValue::Secret(_) => false,
        };
        let (value, secret) = app_variable(value);
        if let Some(VariableValue::ConfigMap { name: map, .. }) = &value
            && !is_optional
        {
            let by = format_smolstr!("env `{}`", short(name));
            let read = Read { name: map.clone(), key: None, span, by };
            reads.needed.push(("ConfigMap", read));
        }
        if let Some((secret, key)) = secret {
            let key = Some(key);
            reads.secrets.push(Read {
                name: secret,
                key,
                span,
                by: format_smolstr!("env `{}`", short(name)),
            });
        }
        variables.extend(value.map(|value| Variable { name: name.clone(), value, span }));
    }
    let arguments = app.command.iter().chain(&app.args);
    variables.extend(flags(arguments.map(|text| (text.as_str(), span))));
    variables.extend(app.config_files.iter().map(|file| Variable {
        name: file.mount_path.clone(),
        value: VariableValue::Text(file.text.clone()),
        span,
    }));
    reads.containers.push(variables);
    reads
}

type SecretAndKey = (SmolStr, SmolStr);

fn app_variable(value: &EnvValue) -> (Option<VariableValue>, Option<SecretAndKey>) {
    match value {
        EnvValue::Text(text) => (Some(VariableValue::Text(text.clone())), None),
        EnvValue::Secret(key) => {
            let (name, key) = (key.name.clone(), key.key.clone());
            let value = VariableValue::Secret { name: name.clone(), key: key.clone() };
            (Some(value), Some((name, key)))
        }
        EnvValue::From(source) => {
            let both = |of: &str| {
                let text = |part| source.at(&[of, part]).and_then(Value::as_str);
                Some((SmolStr::from(text("name")?), SmolStr::from(text("key")?)))
            };
            if let Some((name, key)) = both("secretKeyRef") {
                let is_optional = source.at(&["secretKeyRef"]).is_some_and(is_optional_value);
                let read = (!is_optional).then(|| (name.clone(), key.clone()));
                return (Some(VariableValue::Secret { name, key }), read);
            }
            let map = both("configMapKeyRef");
            (map.map(|(name, key)| VariableValue::ConfigMap { name, key }), None)
        }
    }
}

fn is_optional_value(source: &Value) -> bool {
    source.at(&["optional"]) == Some(&Value::Bool(true))
}

/// The longest text that references make, in bytes, and the most of a text that stands for one:
/// nothing that names a database is longer.
pub(super) const MAX_TEXT_LEN: usize = 4096;

/// A text in which nothing is known that it refers to.
pub(super) fn unexpanded(text: &str) -> Cow<'_, str> {
    replaced(text, usize::MAX, |_| None)
}

/// Replaces `$(NAME)` by what comes before it in the same container; `$$` is a `$`. A text grows to
/// a bound and no further.
pub(super) fn expand(text: &str, defined: impl Fn(&str) -> Option<String>) -> Cow<'_, str> {
    replaced(text, MAX_TEXT_LEN, defined)
}

/// What a variable says that Kubernetes sets in every pod for each Service of its namespace
/// (`pkg/kubelet/envvars/envvars.go`): `SHOP_DB_SERVICE_HOST` is the address of `shop-db`.
enum OfService {
    /// The Service's name.
    Host(String),
    Port,
}

fn of_service(variable: &str) -> Option<OfService> {
    let is_port = |rest: &str| rest.is_empty() || rest.starts_with('_');
    let host = |name: &str| {
        let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let is_service = !name.is_empty() && name.len() <= 63 && name.bytes().all(is_name);
        is_service.then(|| OfService::Host(name.to_ascii_lowercase().replace('_', "-")))
    };
    if let Some(name) = variable.strip_suffix("_SERVICE_HOST") {
        return host(name);
    }
    // Those of Docker's links: `SHOP_DB_PORT_5432_TCP_ADDR`.
    if let Some((name, port)) =
        variable.strip_suffix("_TCP_ADDR").and_then(|it| it.rsplit_once("_PORT_"))
    {
        return port.bytes().all(|byte| byte.is_ascii_digit()).then(|| host(name)).flatten();
    }
    let (_, rest) = variable.rsplit_once("_SERVICE_PORT")?;
    is_port(rest).then_some(OfService::Port)
}

/// The Services whose addresses a text has by the variables that Kubernetes sets for them:
/// `$(SHOP_DB_SERVICE_HOST)`.
pub(super) fn services_named(text: &str) -> impl Iterator<Item = String> {
    let inside = text.split("$(").skip(1).filter_map(|rest| rest.split_once(')'));
    inside.filter_map(|(name, _)| match of_service(name) {
        Some(OfService::Host(host)) => Some(host),
        Some(OfService::Port) | None => None,
    })
}

/// Such a variable as a shell and most templates write it, `$NAME` or `${NAME}`, and what follows.
fn shell_variable(text: &str) -> Option<(OfService, &str)> {
    /// The longest name of a Service, and what follows it.
    const MAX_NAME_LEN: usize = 63 + "_PORT_65535_TCP_ADDR".len();
    let inside = text.strip_prefix('$')?;
    let (is_braced, inside) = match inside.strip_prefix('{') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    let within = cut(inside, MAX_NAME_LEN + 1);
    let end = within.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let (name, rest) = inside.split_at_checked(end.unwrap_or(within.len()))?;
    let rest = if is_braced { rest.strip_prefix('}')? } else { rest };
    Some((of_service(name)?, rest))
}

fn replaced(text: &str, longest: usize, defined: impl Fn(&str) -> Option<String>) -> Cow<'_, str> {
    if !text.contains('$') {
        return Cow::Borrowed(text);
    }
    let mut expanded = String::new();
    let mut rest = text;
    // Behind the last of them no reference ends.
    let ends_at = text.rfind(')').unwrap_or_default();
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        expanded.push_str(before);
        let may_end = text.len() - from.len() < ends_at;
        let inside = from.strip_prefix("$(").filter(|_| may_end);
        // With anything else in it, it is a command of a shell.
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let inside = inside
            .and_then(|inside| inside.split_once(')'))
            .filter(|(name, _)| name.chars().all(is_name));
        rest = match inside {
            Some((name, after)) => {
                match (defined(name), of_service(name)) {
                    (Some(value), _) => expanded.push_str(cut(&value, MAX_TEXT_LEN)),
                    (None, Some(OfService::Host(host))) => expanded.push_str(&host),
                    // Without a port, an address is still one.
                    (None, Some(OfService::Port)) if expanded.ends_with(':') => {
                        expanded.pop();
                    }
                    (None, Some(OfService::Port) | None) => expanded.push_str("unknown"),
                }
                after
            }
            None => match shell_variable(from) {
                Some((OfService::Host(host), after)) => {
                    expanded.push_str(&host);
                    after
                }
                Some((OfService::Port, after)) if expanded.ends_with(':') => {
                    expanded.pop();
                    after
                }
                Some((OfService::Port, _)) | None => {
                    expanded.push('$');
                    from.strip_prefix("$$").or_else(|| from.strip_prefix('$')).unwrap_or_default()
                }
            },
        };
        if expanded.len() > longest {
            return Cow::Owned(expanded);
        }
    }
    expanded.push_str(rest);
    Cow::Owned(expanded)
}
