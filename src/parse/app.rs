//! Reads the fields of an `App`.

use crate::diag::problems::spec::WrongType;
use crate::parse::fields::{Fields, integer, text};
use crate::parse::shape;
use crate::parse::spec::config_files;
use crate::source::Spanned;
use crate::syntax::node::{Data, Entry, Meaning, Node};
use crate::syntax::{
    App, Autoscaling, DisruptionBudget, EnvValue, HttpRoute, Ingress, Job, Port, Requirement, Text,
    Tls, Volume,
};

pub(crate) fn fields(spec: &mut Fields<'_, '_>) -> Option<App> {
    let image = spec.required_text("image");
    let app = App {
        command: spec.texts("command").unwrap_or_default(),
        args: spec.texts("args").unwrap_or_default(),
        image_pull_secrets: pull_secrets(spec),
        replicas: spec.integer("replicas"),
        autoscaling: spec.nested("autoscaling", autoscaling),
        port: spec.integer("port"),
        ports: ports(spec),
        env: environment(spec),
        env_from: spec.shaped("envFrom", &shape::ENV_FROM),
        resources: spec.shaped("resources", &shape::RESOURCES),
        volumes: volumes(spec),
        config_files: config_files(spec),
        service_account: spec.text("serviceAccount"),
        node_selector: spec.text_map("nodeSelector"),
        tolerations: spec.shaped("tolerations", &shape::TOLERATIONS),
        affinity: spec.shaped("affinity", &shape::AFFINITY),
        topology_spread: spec.shaped("topologySpread", &shape::TOPOLOGY_SPREAD),
        disruption_budget: disruption_budget(spec),
        strategy: spec.shaped("strategy", &shape::STRATEGY),
        backoff_limit: spec.integer("backoffLimit"),
        active_deadline: spec.integer("activeDeadlineSeconds"),
        health_check_path: spec.text("healthCheckPath"),
        liveness_probe: spec.shaped("livenessProbe", &shape::PROBE),
        readiness_probe: spec.shaped("readinessProbe", &shape::PROBE),
        startup_probe: spec.shaped("startupProbe", &shape::PROBE),
        ingress: spec.nested("ingress", ingress),
        http_route: spec.nested("httpRoute", http_route),
        schedule: spec.text("schedule"),
        job: job(spec),
        security: spec.text("security"),
        requires: requires(spec),
        image: image?,
    };
    Some(app)
}

/// `[name]` or, as in Kubernetes, `[{name: name}]`.
fn pull_secrets(spec: &mut Fields<'_, '_>) -> Vec<Text> {
    let items = spec.list("imagePullSecrets").unwrap_or_default();
    items
        .iter()
        .filter_map(|item| match &item.data {
            Data::Mapping(_) => {
                let mut fields = Fields::of(item, "imagePullSecrets", spec.diagnostics)?;
                let name = fields.required_text("name");
                fields.finish();
                name
            }
            Data::Scalar(_) | Data::Sequence(_) => text(item, "imagePullSecrets", spec.diagnostics),
        })
        .collect()
}

/// `true`, `false`, or `{run}`.
fn job(spec: &mut Fields<'_, '_>) -> Option<Job> {
    if spec.node("job")?.scalar().is_some() {
        return spec.boolean("job").map(Job::Switch);
    }
    spec.nested("job", |mut fields| {
        let run = fields.required_text("run");
        fields.finish();
        run.map(Job::Run)
    })
}

/// `false`, or `{maxUnavailable}`, or `{minAvailable}`.
fn disruption_budget(spec: &mut Fields<'_, '_>) -> Option<DisruptionBudget> {
    let node = spec.node("disruptionBudget")?;
    if node.scalar().is_some() {
        let switch = spec.boolean("disruptionBudget")?;
        return Some(DisruptionBudget::Switch(switch));
    }
    spec.nested("disruptionBudget", |mut fields| {
        let span = fields.place();
        let max_unavailable = fields.shaped("maxUnavailable", &shape::COUNT);
        let min_available = fields.shaped("minAvailable", &shape::COUNT);
        fields.finish();
        Some(DisruptionBudget::Limits { span, max_unavailable, min_available })
    })
}

fn autoscaling(mut fields: Fields<'_, '_>) -> Option<Autoscaling> {
    let (min, max) = (fields.integer("min"), fields.integer("max"));
    let max = fields.require("max", max);
    let (cpu, memory) = (fields.integer("cpu"), fields.integer("memory"));
    let span = fields.span();
    fields.finish();
    Some(Autoscaling { span, min, max: max?, cpu, memory })
}

fn ports(spec: &mut Fields<'_, '_>) -> Option<Spanned<Vec<Port>>> {
    let span = spec.node("ports")?.span;
    let items = spec.list("ports")?;
    let ports = items.iter().filter_map(|item| match &item.data {
        Data::Scalar(_) => {
            let port = integer(item, "ports", spec.diagnostics)?;
            Some(Port { name: None, port, target_port: None, protocol: None })
        }
        Data::Mapping(_) | Data::Sequence(_) => port(Fields::of(item, "ports", spec.diagnostics)?),
    });
    Some(Spanned::new(ports.collect(), span))
}

fn port(mut fields: Fields<'_, '_>) -> Option<Port> {
    let name = fields.text("name");
    let port = fields.integer("port");
    let port = fields.require("port", port);
    let target_port = fields.integer("targetPort");
    let protocol = fields.text("protocol");
    fields.finish();
    Some(Port { name, port: port?, target_port, protocol })
}

fn environment(spec: &mut Fields<'_, '_>) -> Vec<(Text, EnvValue)> {
    let entries = spec.map("env").unwrap_or_default();
    entries.iter().filter_map(|entry| variable(entry, spec)).collect()
}

fn variable(entry: &Entry, spec: &mut Fields<'_, '_>) -> Option<(Text, EnvValue)> {
    let (name, node) = (&entry.key, &entry.value);
    let value = match &node.data {
        Data::Mapping(_) => {
            EnvValue::From(shape::read(node, &name.value, &shape::ENV_SOURCE, spec.diagnostics)?)
        }
        Data::Scalar(_) => EnvValue::Text(text(node, &name.value, spec.diagnostics)?),
        Data::Sequence(_) => {
            let expected =
                "a string, or a mapping with `secretKeyRef`, `configMapKeyRef` or `fieldRef`";
            spec.diagnostics.report(WrongType::new(node, &name.value, expected));
            return None;
        }
    };
    Some((name.clone(), value))
}

fn volumes(spec: &mut Fields<'_, '_>) -> Vec<Volume> {
    let entries = spec.map("volumes").unwrap_or_default();
    entries.iter().filter_map(|entry| volume(entry, spec)).collect()
}

fn volume(entry: &Entry, spec: &mut Fields<'_, '_>) -> Option<Volume> {
    let node = &entry.value;
    let mut fields = Fields::of(node, "volumes", spec.diagnostics)?;
    let read_only = fields.boolean("readOnly");
    let sub_path = fields.text("subPath");
    let source = Node { data: Data::Mapping(fields.rest()), span: node.span };
    let source = shape::read(&source, "volumes", &shape::VOLUME, spec.diagnostics)?;
    Some(Volume { mount_path: entry.key.clone(), source, read_only, sub_path })
}

/// `{schema: {table: [column]}}`.
fn requires(spec: &mut Fields<'_, '_>) -> Vec<Requirement> {
    let entries = spec.map("requires").unwrap_or_default();
    let requirement = |entry: &Entry| {
        let Some(tables) = entry.value.entries() else {
            spec.diagnostics.report(WrongType::new(
                &entry.value,
                "requires",
                "a mapping of tables",
            ));
            return None;
        };
        let tables = tables.iter().filter_map(|table| {
            let Some(columns) = table.value.items() else {
                let what = "a list of columns";
                spec.diagnostics.report(WrongType::new(&table.value, &table.key.value, what));
                return None;
            };
            let name = |column: &Node| text(column, &table.key.value, spec.diagnostics);
            Some((table.key.clone(), columns.iter().filter_map(name).collect()))
        });
        Some(Requirement { schema: entry.key.clone(), tables: tables.collect() })
    };
    entries.iter().filter_map(requirement).collect()
}

fn ingress(mut fields: Fields<'_, '_>) -> Option<Ingress> {
    let host = fields.required_text("host");
    let path = fields.text("path");
    let class_name = fields.text("className");
    let tls = tls(&mut fields);
    let annotations = fields.text_map("annotations");
    fields.finish();
    Some(Ingress { host: host?, path, class_name, tls, annotations })
}

/// `tls: true`, or the name of the Secret that holds the certificate.
fn tls(fields: &mut Fields<'_, '_>) -> Option<Tls> {
    let node = fields.node("tls")?;
    match node.scalar().map(|scalar| scalar.meaning) {
        Some(Meaning::Bool(value)) => Some(Tls::Switch(Spanned::new(value, node.span))),
        _ => Some(Tls::Secret(fields.text("tls")?)),
    }
}

fn http_route(mut fields: Fields<'_, '_>) -> Option<HttpRoute> {
    let parent_refs = fields.shaped("parentRefs", &shape::PARENT_REFS);
    let parent_refs = fields.require("parentRefs", parent_refs);
    let hostnames = fields.texts("hostnames").unwrap_or_default();
    let path = fields.text("path");
    fields.finish();
    Some(HttpRoute { parent_refs: parent_refs?, hostnames, path })
}
