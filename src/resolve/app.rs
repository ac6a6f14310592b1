//! `App`: a workload whose parts fit together.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};
use sql::catalogue::family::Family;
use sql::catalogue::requires::{Needed, Requirement};

use crate::diag::problems::spec::ConflictingFields;
use crate::diag::problems::waves::AutoscalingWithoutRequest;
use crate::diag::{Diagnostics, message};
use crate::model::{
    App, Budget, Contract, HttpRoute, Ingress, Need, Port, Probes, Protocol, Run, Scale, Security,
    Unit, Volume, Workload,
};
use crate::resolve::check::{self, invalid};
use crate::resolve::template::{self, Host, Reader, Scope};
use crate::resolve::{Context, common, files, namespace_of, plain, service_host, values};
use crate::source::{Span, Spanned};
use crate::spec::{self, DisruptionBudget, Job, Limits, NumberOrPort, PullSecret, Spec, Tls};
use crate::syntax::{Kind, Shaped, Text};
use crate::value::{Map, Value};

/// How every App is reached: needed before any App is resolved, as they may refer to each other.
pub(crate) fn hosts(apps: &[Spec<spec::App>], context: &Context<'_>) -> Vec<Host> {
    let host = |spec: &Spec<spec::App>| {
        let namespace = namespace_of(spec.metadata.namespace.as_ref(), context.environment);
        let ports = spec.fields.ports.as_ref().and_then(|ports| ports.value.first());
        Host {
            name: spec.metadata.name.value.clone(),
            host: service_host(&spec.metadata.name.value, namespace.as_deref()),
            port: spec
                .fields
                .port
                .or(ports.map(|NumberOrPort(port)| port.port))
                .map(|port| port.value),
        }
    };
    apps.iter().map(host).collect()
}

pub(crate) fn app(
    index: usize,
    spec: Spec<spec::App>,
    scope: &Scope<'_>,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> App {
    let unit = Unit::App(index);
    let (mut common, fields) = common(Kind::App, unit, spec, context, diagnostics);
    mounts(&fields, diagnostics);
    check::word("image", &fields.image, diagnostics);
    for PullSecret(name) in &fields.image_pull_secrets {
        check::object_name("Secret name", name, diagnostics);
    }
    if let Some(account) = &fields.service_account {
        check::object_name("ServiceAccount name", account, diagnostics);
    }
    check::labels(&fields.node_selector, diagnostics);
    for (name, value) in &fields.env {
        check::variable(name, diagnostics);
        if let spec::EnvValue::From(source) = value {
            one_source(&name.value, source, diagnostics);
        }
    }
    let ports = ports(fields.port, fields.ports, diagnostics);
    let workload = workload(
        fields.replicas,
        fields.autoscaling,
        fields.schedule,
        fields.job,
        fields.resources.as_ref(),
        diagnostics,
    );
    if let Some(source) = fields.security.as_ref().and_then(|_| forbidden_volume(&fields.volumes)) {
        let message = "`security: restricted` does not allow this kind of volume";
        let help = "use a claim, an `emptyDir`, a ConfigMap or a Secret, or remove `security`";
        diagnostics.report(invalid(source, message, help));
    }
    let disruption_budget = budget(fields.disruption_budget, &workload, diagnostics);
    let strategy = strategy(fields.strategy, &workload, &fields.volumes, diagnostics);
    for (name, limit, least) in [
        ("backoffLimit", fields.backoff_limit, 0),
        ("activeDeadlineSeconds", fields.active_deadline, 1),
    ] {
        let Some(limit) = limit else { continue };
        if let Workload::Service(_) = workload {
            let message = message!("`{name}` applies to Jobs and CronJobs only", name);
            let help = "remove it, or add `job` or `schedule`";
            diagnostics.report(invalid(limit.span, message, help));
        }
        check::range(name, limit, least..=i64::from(i32::MAX), diagnostics);
    }
    let probes = probes(
        fields.health_check_path,
        [fields.startup_probe, fields.readiness_probe, fields.liveness_probe],
        &ports,
        diagnostics,
    );
    let label = format!("App/{}", common.name);
    let namespace = common.namespace.clone();
    let reader = Reader {
        unit,
        label: &label,
        namespace: namespace.as_deref(),
        names: context.names,
        sources: context.sources,
    };
    let env = template::environment(fields.env, scope, &reader, diagnostics);
    common.needs.extend(env.needs);
    let ingress = fields.ingress.map(|written| ingress(&common.name, written, &ports, diagnostics));
    let http_route = fields.http_route.map(|written| http_route(written, &ports, diagnostics));
    let requires = requirements(fields.requires, unit, context, &mut common.needs, diagnostics);
    App {
        requires,
        common,
        workload,
        image: fields.image.value,
        command: values(fields.command),
        args: values(fields.args),
        image_pull_secrets: fields.image_pull_secrets.into_iter().map(|it| it.0.value).collect(),
        ports,
        env: env.variables,
        env_from: fields.env_from.map(|list| list.value),
        resources: fields.resources.map(|resources| resources.value),
        volumes: fields
            .volumes
            .into_iter()
            .map(|(path, each)| volume(path, each, diagnostics))
            .collect(),
        config_files: files::config_files(fields.config_files, context, diagnostics),
        service_account: fields.service_account.map(|text| text.value),
        node_selector: plain(fields.node_selector),
        tolerations: fields.tolerations.map(|list| list.value),
        affinity: fields.affinity.map(|affinity| affinity.value),
        topology_spread: fields.topology_spread.map(|list| list.value),
        disruption_budget,
        strategy,
        backoff_limit: fields.backoff_limit.map(|limit| limit.value),
        active_deadline: fields.active_deadline.map(|limit| limit.value),
        probes,
        ingress,
        http_route,
        security: security(fields.security.as_ref()),
    }
}

/// Mount paths are absolute, and each is there once.
fn mounts(fields: &spec::App, diagnostics: &mut Diagnostics) {
    let volumes = fields.volumes.iter().map(|(path, _)| ("volumes", path));
    let files = fields.config_files.iter().map(|(path, _)| ("configFiles", path));
    let mut seen: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    for (field, path) in volumes.chain(files) {
        let bare = path.value.trim_end_matches('/');
        if let Some(&(other, other_span)) = seen.get(bare) {
            let (primary, name, why) =
                (path.span, field, "only one thing can be mounted at a path");
            diagnostics.report(ConflictingFields { primary, name, other_span, other, why });
        }
        seen.insert(bare, (field, path.span));
    }
    for (path, _) in &fields.volumes {
        check::mount_path(path, diagnostics);
    }
}

/// A value comes from one place.
fn one_source(name: &str, source: &Shaped, diagnostics: &mut Diagnostics) {
    let sources = source.value.as_map().map_or(0, Map::len);
    if sources != 1 {
        let message = message!("`{name}` needs exactly one source, not {sources}", name, sources);
        let help = "write one of `secretKeyRef`, `configMapKeyRef`, `fieldRef`, `resourceFieldRef`";
        diagnostics.report(invalid(source.span, message, help));
    }
}

fn ports(
    single: Option<Spanned<i64>>,
    several: Option<Spanned<Vec<NumberOrPort>>>,
    diagnostics: &mut Diagnostics,
) -> Vec<Port> {
    let single =
        single.map(|port| spec::Port { name: None, port, target_port: None, protocol: None });
    let several = several.map(|list| list.value).unwrap_or_default().into_iter();
    let written: Vec<spec::Port> =
        single.into_iter().chain(several.map(|NumberOrPort(port)| port)).collect();
    let need_names = written.len() > 1;
    let mut seen: BTreeMap<(i64, Protocol), Span> = BTreeMap::new();
    let mut names: BTreeMap<SmolStr, Span> = BTreeMap::new();
    let mut ports = Vec::new();
    for each in written {
        check::port(each.port, diagnostics);
        if let Some(target) = each.target_port {
            check::port(target, diagnostics);
        }
        let protocol = protocol(each.protocol.as_ref());
        if let Some(other_span) = seen.insert((each.port.value, protocol), each.port.span) {
            let (primary, name, other) = (each.port.span, "port", "port");
            let why = "a Service can have each port only once";
            diagnostics.report(ConflictingFields { primary, name, other_span, other, why });
        }
        if let Some(name) = &each.name {
            check::port_name(name, diagnostics);
            if let Some(other_span) = names.insert(name.value.clone(), name.span) {
                let (primary, name, other, why) =
                    (name.span, "name", "name", "names must be unique");
                diagnostics.report(ConflictingFields { primary, name, other_span, other, why });
            }
        }
        let made_up = need_names.then(|| port_name(protocol, each.port.value));
        ports.push(Port {
            name: each.name.map(|name| name.value).or(made_up),
            port: each.port.value,
            target_port: each.target_port.unwrap_or(each.port).value,
            protocol,
        });
    }
    ports
}

/// A name for a port that has none: it says nothing that a service mesh would act on.
fn port_name(protocol: Protocol, port: i64) -> SmolStr {
    format_smolstr!("{}-{port}", protocol.name().to_lowercase())
}

fn protocol(written: Option<&Text>) -> Protocol {
    const ALL: [Protocol; 3] = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp];
    let named = |protocol: &Protocol| written.is_some_and(|text| protocol.name() == text.value);
    ALL.into_iter().find(named).unwrap_or(Protocol::Tcp)
}

fn workload(
    replicas: Option<Spanned<i64>>,
    autoscaling: Option<spec::Autoscaling>,
    schedule: Option<Text>,
    job: Option<Job>,
    resources: Option<&Shaped>,
    diagnostics: &mut Diagnostics,
) -> Workload {
    if let Some(schedule) = schedule {
        check::schedule(&schedule, diagnostics);
        return Workload::Scheduled(schedule.value);
    }
    if let Some(run) = job.and_then(run) {
        return Workload::Job(run);
    }
    if let Some(replicas) = replicas {
        check::range("replicas", replicas, 0..=i64::from(i32::MAX), diagnostics);
    }
    Workload::Service(match autoscaling {
        Some(written) => autoscale(&written, resources, diagnostics),
        None => Scale::Fixed(replicas.map_or(1, |replicas| replicas.value)),
    })
}

/// When a Job runs; nothing for what is none.
fn run(job: Job) -> Option<Run> {
    match job {
        Job::Switch(switch) => switch.value.then_some(Run::Once),
        Job::Run(written) => {
            let found = Run::ALL.into_iter().find(|run| run.name() == written.value);
            Some(found.unwrap_or(Run::Once))
        }
    }
}

/// A budget that is written; or one pod at a time, where there are several. Of a single pod nothing
/// would be left to guard, and a budget that kept it would block every drain of its node.
fn budget(
    written: Option<DisruptionBudget>,
    workload: &Workload,
    diagnostics: &mut Diagnostics,
) -> Option<Budget> {
    let Workload::Service(scale) = workload else { return None };
    let least = match scale {
        Scale::Fixed(replicas) => *replicas,
        Scale::Auto { min, .. } => *min,
    };
    let one = || Budget::MaxUnavailable(Value::Int(1));
    let (span, max, min) = match written {
        None => return (least > 1).then(one),
        Some(DisruptionBudget::Switch(switch)) => return switch.value.then(one),
        Some(DisruptionBudget::Limits(Limits { span, max_unavailable, min_available })) => {
            (span, max_unavailable, min_available)
        }
    };
    let blocks = "this budget blocks every eviction, and so every node drain";
    match (max, min) {
        (Some(max), None) => {
            if count(&max, "maxUnavailable", diagnostics) == Some(Count::Pods(0)) {
                diagnostics.report(invalid(max.span, blocks, "allow at least 1"));
            }
            Some(Budget::MaxUnavailable(max.value))
        }
        (None, Some(min)) => {
            let is_all = match count(&min, "minAvailable", diagnostics) {
                Some(Count::Pods(pods)) => pods >= least,
                Some(Count::Percent(percent)) => percent >= 100,
                None => false,
            };
            if is_all {
                let help = "use a number smaller than the number of pods, or `maxUnavailable: 1`";
                diagnostics.report(invalid(min.span, blocks, help));
            }
            Some(Budget::MinAvailable(min.value))
        }
        // The table of fields has said that they exclude each other.
        (Some(_), Some(_)) => None,
        (None, None) => {
            let message = "`disruptionBudget` is empty";
            diagnostics.report(invalid(span, message, "add `maxUnavailable: 1`"));
            None
        }
    }
}

#[derive(PartialEq, Eq)]
enum Count {
    Pods(i64),
    Percent(i64),
}

/// A number of pods, or a part of them: `1`, `25%`. Nought of either is nought.
fn count(written: &Shaped, name: &str, diagnostics: &mut Diagnostics) -> Option<Count> {
    let counted = match &written.value {
        Value::Int(pods) if *pods >= 0 => Some(Count::Pods(*pods)),
        Value::String(text) => {
            let percent = text.strip_suffix('%').and_then(|text| text.parse::<u8>().ok());
            percent.map(|percent| match percent {
                0 => Count::Pods(0),
                percent => Count::Percent(i64::from(percent)),
            })
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Number(_)
        | Value::List(_)
        | Value::Map(_) => None,
    };
    if counted.is_none() {
        let message = message!("`{name}` must be a number or a percentage", name);
        diagnostics.report(invalid(written.span, message, "write for example `1` or `25%`"));
    }
    counted
}

/// How pods are replaced. A single pod with a claim goes before its successor comes: most claims
/// can be mounted on one node at a time, so that the new pod would wait for the old one for ever.
fn strategy(
    written: Option<Shaped>,
    workload: &Workload,
    volumes: &[(Text, spec::Volume)],
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    if let Some(written) = written {
        let is_recreate = written.value.at(&["type"]).and_then(Value::as_str) == Some("Recreate");
        let rolling = written.value.at(&["rollingUpdate"]);
        if is_recreate && rolling.is_some() {
            let message = "`rollingUpdate` does not apply to `type: Recreate`";
            diagnostics.report(invalid(written.span, message, "remove one of them"));
        }
        let is_nought = |part: &str| match rolling.and_then(|it| it.at(&[part])) {
            Some(Value::Int(pods)) => *pods == 0,
            Some(Value::String(text)) => text == "0%",
            _ => false,
        };
        if is_nought("maxSurge") && is_nought("maxUnavailable") {
            let message =
                "`maxSurge` and `maxUnavailable` are both 0, so no pod can ever be replaced";
            diagnostics.report(invalid(written.span, message, "set one of them to 1 or more"));
        }
        return Some(written.value);
    }
    let has_claim = volumes.iter().any(|(_, volume)| {
        let is_claim = volume.source.value.at(&["persistentVolumeClaim"]).is_some();
        is_claim && !volume.mount.read_only.is_some_and(|read_only| read_only.value)
    });
    let is_single = matches!(workload, Workload::Service(Scale::Fixed(0 | 1)));
    (has_claim && is_single).then(|| Value::Map(Map::new().with("type", "Recreate")))
}

/// The first volume that the Pod Security "restricted" profile refuses
/// (`k8s.io/pod-security-admission` `policy/check_restrictedVolumes.go`).
fn forbidden_volume(volumes: &[(Text, spec::Volume)]) -> Option<Span> {
    const ALLOWED: [&str; 9] = [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ];
    let is_allowed = |volume: &&spec::Volume| {
        let sources = volume.source.value.as_map().into_iter().flat_map(Map::iter);
        sources.into_iter().all(|(kind, _)| ALLOWED.contains(&kind))
    };
    let first = volumes.iter().map(|(_, volume)| volume).find(|volume| !is_allowed(volume))?;
    Some(first.source.span)
}

fn autoscale(
    written: &spec::Autoscaling,
    resources: Option<&Shaped>,
    diagnostics: &mut Diagnostics,
) -> Scale {
    let most = i64::from(i32::MAX);
    let min = written.min.map_or(1, |min| min.value);
    if let Some(min) = written.min {
        check::range("min", min, 1..=most, diagnostics);
    }
    check::range("max", written.max, min.max(1)..=most, diagnostics);
    for (name, target) in [("cpu", written.cpu), ("memory", written.memory)] {
        if let Some(target) = target {
            check::range(name, target, 1..=most, diagnostics);
        }
    }
    // Without a target Kubernetes takes 80 % of the CPU request; said outright, it can be read.
    let by_default = (written.cpu.is_none() && written.memory.is_none()).then_some(80);
    let cpu = written.cpu.map(|cpu| cpu.value).or(by_default);
    let memory = written.memory.map(|memory| memory.value);
    for (resource, is_target) in [("cpu", cpu.is_some()), ("memory", memory.is_some())] {
        let request = resources.and_then(|resources| resources.value.at(&["requests", resource]));
        if is_target && request.is_none() {
            let primary = written.span;
            diagnostics.report(AutoscalingWithoutRequest { primary, resource });
        }
    }
    Scale::Auto { min, max: written.max.value, cpu, memory }
}

fn probes(
    health_check_path: Option<Text>,
    [startup, readiness, liveness]: [Option<Shaped>; 3],
    ports: &[Port],
    diagnostics: &mut Diagnostics,
) -> Probes {
    let value = |shaped: Option<Shaped>| shaped.map(|shaped| shaped.value);
    let Some(path) = health_check_path else {
        for probe in [&startup, &readiness, &liveness].into_iter().flatten() {
            one_action(probe, diagnostics);
        }
        let (startup, readiness, liveness) = (value(startup), value(readiness), value(liveness));
        return Probes { startup, readiness, liveness };
    };
    check::url_path(&path, diagnostics);
    let Some(port) = ports.first() else {
        if diagnostics.explains(path.span.file, "port") {
            return Probes::default();
        }
        let message = "`healthCheckPath` needs a `port`";
        diagnostics.report(invalid(path.span, message, "add `port`"));
        return Probes::default();
    };
    let request = Map::new().with("path", path.value).with("port", port.target_port);
    let probe = || Map::new().with("httpGet", request.clone());
    // Readiness reacts fast; liveness is slower than any hiccup, since it restarts the container.
    let readiness = probe().with("periodSeconds", 5).with("timeoutSeconds", 2);
    // Both begin when it has started, for which it has five minutes.
    let by_default = probe().with("periodSeconds", 5).with("failureThreshold", 60);
    let liveness =
        probe().with("periodSeconds", 10).with("timeoutSeconds", 2).with("failureThreshold", 6);
    Probes {
        startup: value(startup).or(Some(Value::Map(by_default))),
        readiness: Some(Value::Map(readiness)),
        liveness: Some(Value::Map(liveness)),
    }
}

/// A probe does one thing.
fn one_action(probe: &Shaped, diagnostics: &mut Diagnostics) {
    const ACTIONS: [&str; 4] = ["exec", "httpGet", "tcpSocket", "grpc"];
    let there = ACTIONS.iter().filter(|action| probe.value.at(&[action]).is_some()).count();
    if there != 1 {
        let message = message!("a probe needs exactly one action, not {there}", there);
        let help = "write one of `httpGet`, `tcpSocket`, `grpc`, `exec`";
        diagnostics.report(invalid(probe.span, message, help));
    }
}

fn volume(path: Text, written: spec::Volume, diagnostics: &mut Diagnostics) -> Volume {
    let sources = written.source.value.as_map().map_or(0, Map::len);
    if sources != 1 {
        let message = message!("a volume needs exactly one source, not {sources}", sources);
        let help = "write one of `persistentVolumeClaim`, `emptyDir`, `configMap`, `secret`, ...";
        diagnostics.report(invalid(written.source.span, message, help));
    }
    Volume {
        mount_path: path.value,
        source: written.source.value,
        read_only: written.mount.read_only.is_some_and(|value| value.value),
        sub_path: written.mount.sub_path.map(|path| path.value),
    }
}

fn ingress(
    name: &str,
    written: spec::Ingress,
    ports: &[Port],
    diagnostics: &mut Diagnostics,
) -> Ingress {
    check::host(&written.host, true, diagnostics);
    needs_port("ingress", written.host.span, ports, diagnostics);
    if let Some(path) = &written.path {
        check::url_path(path, diagnostics);
    }
    if let Some(class) = &written.class_name {
        check::object_name("ingress class name", class, diagnostics);
    }
    check::annotations(&written.annotations, diagnostics);
    let tls_secret = match written.tls {
        Some(Tls::Switch(Spanned { value: true, .. })) => Some(format_smolstr!("{name}-tls")),
        Some(Tls::Secret(secret)) => {
            check::object_name("Secret name", &secret, diagnostics);
            Some(secret.value)
        }
        Some(Tls::Switch(Spanned { value: false, .. })) | None => None,
    };
    Ingress {
        host: written.host.value,
        path: written.path.map_or(SmolStr::new_static("/"), |path| path.value),
        class_name: written.class_name.map(|class| class.value),
        tls_secret,
        annotations: plain(written.annotations),
    }
}

fn http_route(
    written: spec::HttpRoute,
    ports: &[Port],
    diagnostics: &mut Diagnostics,
) -> HttpRoute {
    needs_port("httpRoute", written.parent_refs.span, ports, diagnostics);
    for host in &written.hostnames {
        check::host(host, true, diagnostics);
    }
    if let Some(path) = &written.path {
        check::url_path(path, diagnostics);
    }
    HttpRoute {
        parent_refs: written.parent_refs.value,
        hostnames: values(written.hostnames),
        path: written.path.map_or(SmolStr::new_static("/"), |path| path.value),
    }
}

/// `requires`: the Schema is a dependency, and its tables are looked at once they are known.
fn requirements(
    written: Vec<(Text, spec::Tables)>,
    unit: Unit,
    context: &Context<'_>,
    needs: &mut Vec<Need>,
    diagnostics: &mut Diagnostics,
) -> Vec<Contract> {
    let contract = |(name, tables): (Text, spec::Tables)| {
        let bare = name.value.strip_prefix("Schema/").unwrap_or(&name.value);
        let kinds = [Kind::Schema];
        let found = context.names.spec(bare, name.as_ref(), unit, &kinds, diagnostics);
        let Some(found @ Unit::Schema(schema)) = found else { return None };
        needs.push(Need { unit: found, span: name.span, by: SmolStr::new_static("requires") });
        let tables = tables.into_iter().map(|(table, needed)| {
            let spec::ColumnsOrAccess(spec::Access { read, write }) = needed;
            Requirement { table, reads: needed_columns(read), writes: needed_columns(write) }
        });
        let tables = tables.collect();
        Some(Contract { schema, span: name.span, tables })
    };
    written.into_iter().filter_map(contract).collect()
}

fn needed_columns(spec::Columns(columns): spec::Columns) -> Vec<Needed> {
    let needed = |(column, family): (Text, Option<Text>)| {
        let family = family.and_then(|family| Family::called(&family.value));
        Needed { column, family }
    };
    columns.into_iter().map(needed).collect()
}

fn needs_port(field: &str, primary: Span, ports: &[Port], diagnostics: &mut Diagnostics) {
    if ports.is_empty() && !diagnostics.explains(primary.file, "port") {
        let message = message!("`{field}` needs a `port`", field);
        diagnostics.report(invalid(primary, message, "add `port`"));
    }
}

fn security(written: Option<&Text>) -> Security {
    match written {
        None => Security::Baseline,
        Some(_) => Security::Restricted,
    }
}
