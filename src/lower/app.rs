//! `App` -> Deployment, CronJob or Job, with Service, ConfigMap, autoscaler and way in.

use smol_str::SmolStr;

use crate::annotation;
use crate::diag::Diagnostics;
use crate::diag::problems::output::InvalidPatch;
use crate::lower::labels::{self, Component};
use crate::lower::pod::{config_volume, secret_key_ref, some_list, some_map};
use crate::lower::{hash, outline};
use crate::model::{
    App, Budget, EnvValue, HttpRoute, Ingress, Port, Protocol, Run, Scale, Security, Workload,
};
use crate::object::Object;
use crate::value::{Map, Value};

const COMPONENT: Component = Component::App;

pub(super) fn manifests(app: &App) -> Vec<Map> {
    let config = config_volume(&app.common, COMPONENT, &app.config_files, &[]);
    let (config_map, config_volume, config_mounts) = match config {
        Some(config) => (Some(config.manifest), Some(config.volume), config.mounts),
        None => (None, None, Vec::new()),
    };
    let pod = pod(app, config_volume, config_mounts);
    let mut manifests: Vec<Map> = config_map.into_iter().collect();
    manifests.extend(service(app));
    manifests.push(workload(app, pod));
    manifests.extend(autoscaler(app));
    manifests.extend(app.disruption_budget.as_ref().map(|budget| disruption_budget(app, budget)));
    manifests.extend(app.ingress.as_ref().map(|written| ingress(app, written)));
    manifests.extend(app.http_route.as_ref().map(|written| http_route(app, written)));
    manifests
}

fn metadata(app: &App) -> Map {
    labels::metadata(&app.common, COMPONENT, &app.common.name, &[])
}

fn workload(app: &App, pod: Map) -> Map {
    let template = |pod: Map| {
        let labels = labels::labels(&app.common, COMPONENT);
        Map::new().with("metadata", Map::new().with("labels", labels)).with("spec", pod)
    };
    // A pod that failed stays, with its log, and the next try gets a pod of its own.
    let job_spec = |pod: Map| {
        Map::new()
            .with_some("backoffLimit", app.backoff_limit)
            .with_some("activeDeadlineSeconds", app.active_deadline)
            .with("template", template(pod.with("restartPolicy", "Never")))
    };
    match &app.workload {
        Workload::Service(scale) => {
            let replicas = match scale {
                Scale::Fixed(replicas) => Some(*replicas),
                Scale::Auto { .. } => None,
            };
            let selector = labels::selector(&app.common, COMPONENT);
            let spec = Map::new()
                .with_some("replicas", replicas)
                .with("selector", Map::new().with("matchLabels", selector))
                .with_some("strategy", app.strategy.clone())
                .with("template", template(pod));
            outline("apps/v1", "Deployment", metadata(app)).with("spec", spec)
        }
        Workload::Scheduled(schedule) => {
            let spec = Map::new()
                .with("schedule", schedule.as_str())
                .with("concurrencyPolicy", "Forbid")
                .with("jobTemplate", Map::new().with("spec", job_spec(pod)));
            outline("batch/v1", "CronJob", metadata(app)).with("spec", spec)
        }
        Workload::Job(Run::Once) => {
            outline("batch/v1", "Job", metadata(app)).with("spec", job_spec(pod))
        }
        Workload::Job(Run::EverySync) => {
            // A Job's template cannot be changed, so every sync makes it anew.
            let mut metadata = metadata(app);
            let hook = Map::new()
                .with(annotation::HOOK, "Sync")
                .with(annotation::HOOK_DELETE_POLICY, "BeforeHookCreation");
            let annotations = match metadata.remove("annotations") {
                Some(Value::Map(own)) => own
                    .iter()
                    .fold(hook, |all, (key, value)| all.with(key.to_owned(), value.clone())),
                _ => hook,
            };
            metadata.set("annotations", annotations);
            outline("batch/v1", "Job", metadata).with("spec", job_spec(pod))
        }
    }
}

/// Names a Job that runs once by a hash of what it runs, after all patches: another content is
/// another Job, since a Job cannot be changed, and Argo CD prunes the old one. A hook keeps its
/// name, which is how Argo CD finds the one that it replaces.
pub(super) fn name_by_content(app: &App, objects: &mut [Object], diagnostics: &mut Diagnostics) {
    let Workload::Job(Run::Once) = app.workload else { return };
    for object in objects.iter_mut().filter(|object| object.kind() == "Job") {
        let is_hook = [annotation::HOOK, annotation::HELM_HOOK]
            .iter()
            .any(|hook| object.annotation(hook).is_some());
        let Some(spec) = object.manifest.get("spec").filter(|_| !is_hook) else { continue };
        if spec.at(&["ttlSecondsAfterFinished"]).is_some() {
            let patches = app.common.patches.iter().rev();
            let mut places = patches.filter_map(|patch| {
                Some(patch.patch.at(&["spec", "ttlSecondsAfterFinished"])?.span)
            });
            diagnostics.report(InvalidPatch {
                primary: places.next().unwrap_or(object.place),
                message: "a Job with `run: once` must not be deleted after it finishes".into(),
                help:
                    "remove `ttlSecondsAfterFinished`, because Kubernetes deletes the finished Job and the next sync runs it again; or write `job: {run: everySync}`"
                        .into(),
            });
        }
        let name = format!("{}-{}", object.name(), hash::of_value(spec));
        if let Some(Value::Map(metadata)) = object.manifest.get_mut("metadata") {
            metadata.set("name", name);
        }
    }
}

fn pod(app: &App, config_volume: Option<Map>, config_mounts: Vec<Map>) -> Map {
    let volumes = app.volumes.iter().enumerate().map(|(number, volume)| {
        let named = Map::new().with("name", volume_name(number));
        let source = volume.source.as_map().into_iter().flat_map(Map::iter);
        source.fold(named, |map, (key, value)| map.with(key.to_owned(), value.clone()))
    });
    let volumes: Vec<Map> = volumes.chain(config_volume).collect();
    let seccomp = Map::new().with("type", "RuntimeDefault");
    let security = Map::new()
        .with_some("runAsNonRoot", is_restricted(app).then_some(true))
        .with("seccompProfile", seccomp);
    let secrets = app.image_pull_secrets.iter().map(|name| Map::new().with("name", name.as_str()));
    Map::new()
        .with_some("serviceAccountName", app.service_account.as_deref())
        // Who needs the API has an account of its own; the default one's token is only to be stolen.
        .with_some("automountServiceAccountToken", app.service_account.is_none().then_some(false))
        .with_some("imagePullSecrets", some_list(secrets.collect()))
        .with("securityContext", security)
        // Variables for every Service of the namespace (`SHOP_PORT=tcp://...`) only collide.
        .with("enableServiceLinks", false)
        .with_some("nodeSelector", some_map(&app.node_selector))
        .with_some("tolerations", app.tolerations.clone())
        .with_some("affinity", app.affinity.clone())
        .with_some("topologySpreadConstraints", topology_spread(app))
        .with("containers", vec![container(app, config_mounts)])
        .with_some("volumes", some_list(volumes))
}

/// The constraints, with what can be known: that this App's pods are meant, and what does least harm.
fn topology_spread(app: &App) -> Option<Value> {
    let written = app.topology_spread.as_ref()?.as_list()?.iter().filter_map(Value::as_map);
    let constraints = written.map(|written| {
        let selector = labels::selector(&app.common, COMPONENT);
        let defaults = Map::new()
            .with("maxSkew", 1)
            .with("topologyKey", "")
            .with("whenUnsatisfiable", "ScheduleAnyway")
            .with("labelSelector", Map::new().with("matchLabels", selector));
        written.iter().fold(defaults, |map, (key, value)| map.with(key.to_owned(), value.clone()))
    });
    some_list(constraints.collect())
}

/// Pods that never become ready do not keep a node from being drained.
fn disruption_budget(app: &App, budget: &Budget) -> Map {
    let spec = match budget {
        Budget::MaxUnavailable(pods) => Map::new().with("maxUnavailable", pods.clone()),
        Budget::MinAvailable(pods) => Map::new().with("minAvailable", pods.clone()),
    };
    let selector = Map::new().with("matchLabels", labels::selector(&app.common, COMPONENT));
    let spec = spec.with("unhealthyPodEvictionPolicy", "AlwaysAllow").with("selector", selector);
    outline("policy/v1", "PodDisruptionBudget", metadata(app)).with("spec", spec)
}

fn volume_name(number: usize) -> String {
    format!("volume-{}", number + 1)
}

fn is_restricted(app: &App) -> bool {
    matches!(app.security, Security::Restricted)
}

fn container(app: &App, config_mounts: Vec<Map>) -> Map {
    let mounts = app.volumes.iter().enumerate().map(|(number, volume)| {
        Map::new()
            .with("name", volume_name(number))
            .with("mountPath", volume.mount_path.as_str())
            .with_some("subPath", volume.sub_path.as_deref())
            .with_some("readOnly", volume.read_only.then_some(true))
    });
    let mounts: Vec<Map> = mounts.chain(config_mounts).collect();
    let drop_all = Map::new().with("drop", vec!["ALL"]);
    let security = Map::new()
        .with("allowPrivilegeEscalation", false)
        .with_some("capabilities", is_restricted(app).then_some(drop_all));
    Map::new()
        .with("name", app.common.name.as_str())
        .with("image", app.image.as_str())
        .with_some("command", some_list(app.command.clone()))
        .with_some("args", some_list(app.args.clone()))
        .with_some("ports", some_list(app.ports.iter().map(container_port).collect()))
        .with_some("envFrom", app.env_from.clone())
        .with_some("env", some_list(app.env.iter().map(variable).collect()))
        .with_some("startupProbe", app.probes.startup.clone())
        .with_some("readinessProbe", app.probes.readiness.clone())
        .with_some("livenessProbe", app.probes.liveness.clone())
        .with_some("resources", app.resources.clone())
        .with("securityContext", security)
        .with_some("volumeMounts", some_list(mounts))
}

fn container_port(port: &Port) -> Map {
    Map::new()
        .with_some("name", port.name.as_deref())
        .with("containerPort", port.target_port)
        .with_some("protocol", written_protocol(port.protocol))
}

/// TCP is what Kubernetes takes a port for, and need not be said.
fn written_protocol(protocol: Protocol) -> Option<&'static str> {
    match protocol {
        Protocol::Tcp => None,
        Protocol::Udp | Protocol::Sctp => Some(protocol.name()),
    }
}

fn variable((name, value): &(SmolStr, EnvValue)) -> Map {
    let map = Map::new().with("name", name.as_str());
    match value {
        EnvValue::Text(text) => map.with("value", text.as_str()),
        EnvValue::Secret(key) => map.with("valueFrom", secret_key_ref(&key.name, &key.key)),
        EnvValue::From(source) => map.with("valueFrom", source.clone()),
    }
}

fn service(app: &App) -> Option<Map> {
    let ports = app.ports.iter().map(|port| {
        Map::new()
            .with_some("name", port.name.as_deref())
            .with("port", port.port)
            .with("targetPort", port.target_port)
            .with_some("protocol", written_protocol(port.protocol))
    });
    let spec = Map::new()
        .with("selector", labels::selector(&app.common, COMPONENT))
        .with("ports", some_list(ports.collect())?);
    Some(outline("v1", "Service", metadata(app)).with("spec", spec))
}

fn autoscaler(app: &App) -> Option<Map> {
    let Workload::Service(Scale::Auto { min, max, cpu, memory }) = app.workload else {
        return None;
    };
    let metric = |(name, target): (&str, Option<i64>)| {
        let target = Map::new().with("type", "Utilization").with("averageUtilization", target?);
        let resource = Map::new().with("name", name).with("target", target);
        Some(Map::new().with("type", "Resource").with("resource", resource))
    };
    let metrics: Vec<Map> =
        [("cpu", cpu), ("memory", memory)].into_iter().filter_map(metric).collect();
    let target = Map::new()
        .with("apiVersion", "apps/v1")
        .with("kind", "Deployment")
        .with("name", app.common.name.as_str());
    let spec = Map::new()
        .with("scaleTargetRef", target)
        .with("minReplicas", min)
        .with("maxReplicas", max)
        .with("metrics", metrics);
    Some(outline("autoscaling/v2", "HorizontalPodAutoscaler", metadata(app)).with("spec", spec))
}

fn ingress(app: &App, written: &Ingress) -> Map {
    let port = app.ports.first().map_or(0, |port| port.port);
    let service = Map::new()
        .with("name", app.common.name.as_str())
        .with("port", Map::new().with("number", port));
    let path = Map::new()
        .with("path", written.path.as_str())
        .with("pathType", "Prefix")
        .with("backend", Map::new().with("service", service));
    let rule = Map::new()
        .with("host", written.host.as_str())
        .with("http", Map::new().with("paths", vec![path]));
    let tls = written.tls_secret.as_deref().map(|secret| {
        vec![Map::new().with("hosts", vec![written.host.as_str()]).with("secretName", secret)]
    });
    let mut metadata = metadata(app);
    if !written.annotations.is_empty() {
        let mut all = match metadata.remove("annotations") {
            Some(Value::Map(own)) => own,
            _ => Map::new(),
        };
        written.annotations.iter().for_each(|(key, value)| all.set(key.clone(), value.as_str()));
        metadata.set("annotations", all);
    }
    let spec = Map::new()
        .with_some("ingressClassName", written.class_name.as_deref())
        .with_some("tls", tls)
        .with("rules", vec![rule]);
    outline("networking.k8s.io/v1", "Ingress", metadata).with("spec", spec)
}

fn http_route(app: &App, written: &HttpRoute) -> Map {
    let port = app.ports.first().map_or(0, |port| port.port);
    let path = Map::new().with("type", "PathPrefix").with("value", written.path.as_str());
    let backend = Map::new().with("name", app.common.name.as_str()).with("port", port);
    let rule = Map::new()
        .with("matches", vec![Map::new().with("path", path)])
        .with("backendRefs", vec![backend]);
    let spec = Map::new()
        .with("parentRefs", written.parent_refs.clone())
        .with_some("hostnames", some_list(written.hostnames.clone()))
        .with("rules", vec![rule]);
    let metadata = labels::metadata(
        &app.common,
        COMPONENT,
        &app.common.name,
        &["SkipDryRunOnMissingResource=true"],
    );
    outline("gateway.networking.k8s.io/v1", "HTTPRoute", metadata).with("spec", spec)
}
