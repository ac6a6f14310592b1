//! The fields of an `App`.

use sql::catalogue::family::Family;

use crate::diag::Diagnostics;
use crate::diag::problems::spec::WrongType;
use crate::source::Spanned;
use crate::spec::database::Resources;
use crate::spec::kubernetes;
use crate::spec::shared::ConfigFile;
use crate::spec::{FieldType, Fields, Like, Part, Rule, record, shape, shapes};
use crate::syntax::node::{Data, Entry, Meaning, Node};
use crate::syntax::{Shaped, Text, TextMap};

shapes! {
    /// Environment variables from ConfigMaps and Secrets.
    EnvFrom = FieldType::List(&ENV_FROM_SOURCE);
    /// Where the value of a variable comes from.
    EnvSource = FieldType::Type(&kubernetes::CORE_V1_ENV_VAR_SOURCE);
    /// What is mounted; its name is made up.
    VolumeSource = FieldType::Relaxed {
        of: &kubernetes::CORE_V1_VOLUME,
        required: &[],
        without: &["name"],
    };
    /// Which nodes with which taints are taken.
    Tolerations = FieldType::List(&TOLERATION);
    /// Near which nodes and pods.
    Affinity = FieldType::Type(&kubernetes::CORE_V1_AFFINITY);
    /// How pods are spread; what is not written here has a default.
    TopologySpread = FieldType::List(&TOPOLOGY_SPREAD_CONSTRAINT);
    /// How pods are replaced.
    Strategy = FieldType::Type(&kubernetes::APPS_V1_DEPLOYMENT_STRATEGY);
    /// A health check.
    Probe = FieldType::Type(&kubernetes::CORE_V1_PROBE);
    /// How many pods, or which part of them.
    Count = FieldType::IntOrText;
    /// A Pod Security profile.
    Security = FieldType::Choice(&["restricted"]);
    /// When a Job runs.
    Run = FieldType::Choice(&["once", "everySync"]);
    /// What kind of values a column holds.
    TypeFamily = FieldType::Choice(&Family::NAMES);
    /// A protocol of a port.
    Protocol = FieldType::Choice(&["TCP", "UDP", "SCTP"]);
    /// Gateways (`gateway.networking.k8s.io/v1 ParentReference`: `apis/v1/shared_types.go` of
    /// `sigs.k8s.io/gateway-api`).
    ParentRefs = FieldType::List(&PARENT_REFERENCE);
}

// Elements of the lists above. Each has a name of its own: Rust 1.88 does not yet extend the life of a temporary
// within a constant, nor, inside an array, of a reference to a static.
static ENV_FROM_SOURCE: FieldType = FieldType::Type(&kubernetes::CORE_V1_ENV_FROM_SOURCE);
const COLUMN: &FieldType = &FieldType::Text;
const COLUMN_TYPE: &FieldType = &TypeFamily::FIELD_TYPE;
static TOLERATION: FieldType = FieldType::Type(&kubernetes::CORE_V1_TOLERATION);
static TOPOLOGY_SPREAD_CONSTRAINT: FieldType = FieldType::Relaxed {
    of: &kubernetes::CORE_V1_TOPOLOGY_SPREAD_CONSTRAINT,
    required: &["topologyKey"],
    without: &[],
};
static PARENT_REFERENCE: FieldType = FieldType::Type(&GATEWAY_PARENT_REFERENCE);

static GATEWAY_PARENT_REFERENCE: kubernetes::Type = kubernetes::Type {
    name: "gateway/v1 ParentReference",
    fields: &[
        kubernetes::may("group", FieldType::Text),
        kubernetes::may("kind", FieldType::Text),
        kubernetes::may("namespace", FieldType::Text),
        kubernetes::must("name", FieldType::Text),
        kubernetes::may("sectionName", FieldType::Text),
        kubernetes::may("port", FieldType::Int),
    ],
};

/// Tables and what is needed of them, of `requires`.
pub type Tables = Vec<(Text, ColumnsOrAccess)>;

const RUNS_TO_ITS_END: &str = "a Job or CronJob is not scaled and gets no traffic";

record! {
    /// The fields of an `App`.
    pub struct App {
        must image: Text = "image",
            "The container image.", "image: ghcr.io/example/shop:1.4.2",
            ["containerImage", "dockerImage", "imageName", "container"];
        any command: Vec<Text> = "command",
            "The command, in place of the image's.", "command: [/bin/shop]",
            ["entrypoint", "entryPoint", "cmd", "exec"];
        any args: Vec<Text> = "args",
            "Arguments of the command.", "args: [--verbose]", ["arguments", "parameters", "argv"];
        any image_pull_secrets: Vec<PullSecret> = "imagePullSecrets",
            "Names of Secrets with logins for the image's registry.",
            "imagePullSecrets: [registry]",
            ["pullSecrets", "imagePullSecret", "registrySecret", "registryCredentials"];
        may replicas: Spanned<i64> = "replicas",
            "How many pods. Default: 1.", "replicas: 3",
            ["replicaCount", "instances", "count", "scale", "numReplicas"];
        may autoscaling: Autoscaling = "autoscaling",
            "A HorizontalPodAutoscaler, in place of `replicas`.",
            "autoscaling: {max: 10}, resources: {requests: {cpu: 100m}}",
            ["hpa", "autoscale", "autoscaler", "horizontalPodAutoscaler"];
        may port: Spanned<i64> = "port",
            "The port of the container and of its Service.", "port: 8080",
            ["containerPort", "servicePort", "targetPort", "listen", "expose"];
        may ports: Spanned<Vec<NumberOrPort>> = "ports",
            "Several ports, in place of `port`.",
            "ports: [8080, {name: metrics, port: 9090}]", ["containerPorts", "services", "service"];
        any env: Vec<(Text, EnvValue)> = "env",
            "Environment variables: a text, which may hold `${name.property}`, or a source as in Kubernetes. \
             `$$` is a `$`.",
            "env: {LOG: debug, TOKEN: {secretKeyRef: {name: shop, key: token}}}",
            ["environment", "envs", "envVars", "variables", "environmentVariables", "vars"];
        like env_from: EnvFrom = "envFrom",
            "Environment variables from ConfigMaps and Secrets, as in Kubernetes.",
            "envFrom: [{configMapRef: {name: shop}}]",
            ["envFile", "env_file", "environmentFrom", "envFromSecret"];
        like resources: Resources = "resources",
            "Requests and limits, as in Kubernetes.",
            "resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 128Mi}}",
            ["limits", "requests"];
        any volumes: Vec<(Text, Volume)> = "volumes",
            "A volume source, as in Kubernetes, for each mount path, with `readOnly` and `subPath` beside it.",
            "volumes: {/data: {persistentVolumeClaim: {claimName: data}}, /tmp: {emptyDir: {}}}",
            ["volumeMounts", "mounts", "volume", "storage", "persistence"];
        any config_files: Vec<ConfigFile> = "configFiles",
            "Files to mount, by mount path, from a ConfigMap whose name carries a hash of them: a path of \
             the directory, or the text itself (several lines, or `{text: ...}`).",
            "configFiles: {/etc/shop/shop.ini: {text: \"a = b\"}}",
            ["config", "configMap", "configMaps", "files", "configs"];
        may service_account: Text = "serviceAccount",
            "An existing ServiceAccount.", "serviceAccount: shop", ["serviceAccountName"];
        any node_selector: TextMap = "nodeSelector",
            "The labels of the nodes to run on, as in Kubernetes.",
            "nodeSelector: {kubernetes.io/arch: arm64}", ["nodes"];
        like tolerations: Tolerations = "tolerations",
            "The taints to tolerate, as in Kubernetes.",
            "tolerations: [{key: spot, operator: Exists}]", [];
        like affinity: Affinity = "affinity",
            "Near which nodes and pods it runs, as in Kubernetes.",
            "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname}]}}",
            [];
        like topology_spread: TopologySpread = "topologySpread",
            "How pods are spread, as Kubernetes' `topologySpreadConstraints`, of which only `topologyKey` is \
             needed. Defaults: `maxSkew` 1, `whenUnsatisfiable` `ScheduleAnyway`, the App's own selector.",
            "replicas: 3, topologySpread: [{topologyKey: topology.kubernetes.io/zone}]",
            ["topologySpreadConstraints", "spread"];
        may disruption_budget: DisruptionBudget = "disruptionBudget",
            "A PodDisruptionBudget; `false` makes none. Default: `{maxUnavailable: 1}` where there are two \
             pods or more.",
            "replicas: 3, disruptionBudget: false", ["podDisruptionBudget", "pdb"];
        like strategy: Strategy = "strategy",
            "How pods are replaced, as in a Deployment. Default: Kubernetes' own, but `Recreate` for a single \
             pod that mounts a claim.",
            "strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}",
            ["updateStrategy", "deploymentStrategy", "rollout", "rollingUpdate"];
        may health_check_path: Text = "healthCheckPath",
            "An HTTP path on the first port, for a startup, a readiness and a liveness probe.",
            "port: 8080, healthCheckPath: /healthz",
            ["healthCheck", "healthcheck", "healthPath", "health", "probe", "probes"];
        like liveness_probe: Probe = "livenessProbe",
            "A liveness probe, as in Kubernetes.",
            "port: 8080, livenessProbe: {tcpSocket: {port: 8080}}", ["liveness"];
        like readiness_probe: Probe = "readinessProbe",
            "A readiness probe, as in Kubernetes.",
            "port: 8080, readinessProbe: {httpGet: {path: /ready, port: 8080}}", ["readiness"];
        like startup_probe: Probe = "startupProbe",
            "A startup probe, as in Kubernetes. With `healthCheckPath` it takes the place of that one's.",
            "startupProbe: {exec: {command: [test, -f, /ready]}}", ["startup"];
        may ingress: Ingress = "ingress",
            "An Ingress.", "port: 8080, ingress: {host: shop.example.com}",
            ["ingresses", "domain", "host", "hostname", "route"];
        may http_route: HttpRoute = "httpRoute",
            "An HTTPRoute of the Gateway API.",
            "port: 8080, httpRoute: {parentRefs: [{name: public}]}", ["gateway", "routes"];
        may schedule: Text = "schedule",
            "When it runs, as cron writes it: a CronJob in place of the Deployment.",
            "schedule: 0 3 * * *", ["cron", "cronSchedule", "cronjob", "crontab"];
        may job: Job = "job",
            "A Job in place of the Deployment. `true` is `{run: once}`.", "job: true", ["isJob", "task"];
        may backoff_limit: Spanned<i64> = "backoffLimit",
            "How often a Job or CronJob is tried again. Default: 6, as in Kubernetes.",
            "job: true, backoffLimit: 2", ["retries", "maxRetries"];
        may active_deadline: Spanned<i64> = "activeDeadlineSeconds",
            "After how many seconds a Job or CronJob is given up. Default: never.",
            "job: true, activeDeadlineSeconds: 600", ["timeout", "deadline", "timeoutSeconds"];
        word security: Security = "security",
            "The Pod Security profile that the pod keeps to: `restricted`.",
            "security: restricted", ["securityContext", "podSecurityContext", "securityProfile"];
        any requires: Vec<(Text, Tables)> = "requires",
            "What the App needs of each Schema: by table, a list of the columns that it reads (`users: [id]`), or \
             `{read, write}`, where `write` lists the columns that its INSERTs name. Each is a list, or a \
             mapping from columns to types: `integer`, `number`, `text`, `boolean`, `date`, `time`, \
             `timestamp`, `json`, `uuid` or `binary`. Checked against the SQL of the Schema.",
            "requires: {shop: {users: {read: {id: integer}, write: [id]}}}",
            ["contract", "tables", "uses"];
    }
    rules [
        Rule::Excludes {
            by: &["replicas"],
            fields: &["autoscaling"],
            why: "the autoscaler sets the number of replicas",
        },
        Rule::Excludes {
            by: &["port"],
            fields: &["ports"],
            why: "`port` is the short form of a single entry in `ports`",
        },
        Rule::Excludes {
            by: &["schedule"],
            fields: &["job"],
            why: "`schedule` creates a CronJob, `job` a Job",
        },
        Rule::Excludes {
            by: &["healthCheckPath"],
            fields: &["livenessProbe", "readinessProbe"],
            why: "`healthCheckPath` generates this probe",
        },
        Rule::Excludes {
            by: &["schedule", "job"],
            fields: &[
                "replicas",
                "autoscaling",
                "port",
                "ports",
                "ingress",
                "httpRoute",
                "healthCheckPath",
                "readinessProbe",
                "strategy",
                "disruptionBudget",
            ],
            why: RUNS_TO_ITS_END,
        },
    ]
}

record! {
    /// `autoscaling` of an App.
    pub struct Autoscaling {
        @span = span;
        may min: Spanned<i64> = "min",
            "The fewest pods. Default: 1.",
            "autoscaling: {min: 2, max: 10}, resources: {requests: {cpu: 100m}}",
            ["minReplicas", "minimum"];
        must max: Spanned<i64> = "max",
            "The most pods.",
            "autoscaling: {max: 10}, resources: {requests: {cpu: 100m}}", ["maxReplicas", "maximum"];
        may cpu: Spanned<i64> = "cpu",
            "The target use of CPU, in percent of the request. Default: 80, unless `memory` is given.",
            "autoscaling: {max: 10, cpu: 70}, resources: {requests: {cpu: 100m}}",
            ["targetCPUUtilizationPercentage", "cpuUtilization", "targetCPU"];
        may memory: Spanned<i64> = "memory",
            "The same of memory.",
            "autoscaling: {max: 10, memory: 80}, resources: {requests: {memory: 128Mi}}",
            ["targetMemoryUtilizationPercentage", "memoryUtilization", "targetMemory"];
    }
    rules []
}

record! {
    /// One of `ports`, spelled out.
    pub struct Port {
        may name: Text = "name",
            "Its name. Default, where there are several ports: `tcp-8080`.",
            "ports: [{name: http, port: 8080}]", [];
        must port: Spanned<i64> = "port",
            "What the Service listens on.", "ports: [{port: 80, targetPort: 8080}]",
            ["containerPort", "servicePort", "number"];
        may target_port: Spanned<i64> = "targetPort",
            "What the container listens on. Default: the same.",
            "ports: [{port: 80, targetPort: 8080}]", ["target"];
        word protocol: Protocol = "protocol",
            "`TCP` (the default), `UDP` or `SCTP`.", "ports: [{port: 53, protocol: UDP}]", [];
    }
    rules []
}

/// One of `ports`, which may be written as its number alone.
#[derive(Debug)]
pub struct NumberOrPort(pub Port);

impl Part for NumberOrPort {
    const FIELD_TYPE: FieldType = FieldType::Either(&[FieldType::Int, Port::FIELD_TYPE]);

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<NumberOrPort> {
        if node.scalar().is_none() {
            return Port::read(node, name, diagnostics).map(NumberOrPort);
        }
        let port = Spanned::read(node, name, diagnostics)?;
        Some(NumberOrPort(Port { name: None, port, target_port: None, protocol: None }))
    }
}

record! {
    /// `{name: name}`, as Kubernetes writes a pull secret.
    pub struct Named {
        must name: Text = "name", "The Secret.", "", ["secret", "secretName"];
    }
    rules []
}

/// One of `imagePullSecrets`: a name or, as in Kubernetes, `{name: name}`.
#[derive(Debug)]
pub struct PullSecret(pub Text);

impl Part for PullSecret {
    const FIELD_TYPE: FieldType = FieldType::Either(&[FieldType::Text, Named::FIELD_TYPE]);

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<PullSecret> {
        match &node.data {
            Data::Mapping(_) => Some(PullSecret(Named::read(node, name, diagnostics)?.name)),
            Data::Scalar(_) | Data::Sequence(_) => {
                Text::read(node, name, diagnostics).map(PullSecret)
            }
        }
    }
}

record! {
    /// `job: {run}`.
    pub struct JobRun {
        must_word run: Run = "run",
            "`once`: once for each content. `everySync`: made anew by every sync.",
            "job: {run: everySync}", ["when", "mode"];
    }
    rules []
}

/// `job: true`, or `job: {run: once}`.
#[derive(Debug)]
pub enum Job {
    /// Whether the App is a Job.
    Switch(Spanned<bool>),
    /// When it runs.
    Run(Text),
}

impl Part for Job {
    const FIELD_TYPE: FieldType = FieldType::Either(&[FieldType::Bool, JobRun::FIELD_TYPE]);

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Job> {
        match node.scalar() {
            Some(_) => Spanned::read(node, name, diagnostics).map(Job::Switch),
            None => Some(Job::Run(JobRun::read(node, name, diagnostics)?.run)),
        }
    }
}

record! {
    /// `disruptionBudget` of an App, spelled out.
    pub struct Limits {
        @span = place;
        like max_unavailable: Count = "maxUnavailable",
            "How many pods may be evicted at once: a number, or a part such as `25%`.",
            "replicas: 10, disruptionBudget: {maxUnavailable: 25%}", ["max"];
        like min_available: Count = "minAvailable",
            "How many pods are left: fewer than there are.",
            "replicas: 3, disruptionBudget: {minAvailable: 2}", ["min"];
    }
    rules [
        Rule::Excludes {
            by: &["maxUnavailable"],
            fields: &["minAvailable"],
            why: "both define the same thing",
        },
    ]
}

/// `disruptionBudget` of an App.
#[derive(Debug)]
pub enum DisruptionBudget {
    /// `false`: none; `true`: the default.
    Switch(Spanned<bool>),
    /// One of the two.
    Limits(Limits),
}

impl Part for DisruptionBudget {
    const FIELD_TYPE: FieldType = FieldType::Either(&[FieldType::Bool, Limits::FIELD_TYPE]);

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<DisruptionBudget> {
        match node.scalar() {
            Some(_) => Spanned::read(node, name, diagnostics).map(DisruptionBudget::Switch),
            None => Limits::read(node, name, diagnostics).map(DisruptionBudget::Limits),
        }
    }
}

record! {
    /// What an App needs of a table, spelled out.
    pub struct Access {
        any read: Columns = "read",
            "The columns that the App reads or updates.",
            "requires: {shop: {users: {read: {id: integer}}}}",
            ["reads", "select", "selects", "columns"];
        any write: Columns = "write",
            "The columns that the App's INSERTs name.",
            "requires: {shop: {users: {write: [email]}}}",
            ["writes", "insert", "inserts"];
    }
    rules []
}

/// What an App needs of a table: the columns that it reads, or `{read, write}`.
#[derive(Debug)]
pub struct ColumnsOrAccess(pub Access);

impl Part for ColumnsOrAccess {
    const FIELD_TYPE: FieldType = FieldType::Either(&[FieldType::List(COLUMN), Access::FIELD_TYPE]);

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<ColumnsOrAccess> {
        match &node.data {
            Data::Mapping(_) => Access::read(node, name, diagnostics).map(ColumnsOrAccess),
            Data::Sequence(_) => {
                let read = Columns::read(node, name, diagnostics)?;
                Some(ColumnsOrAccess(Access { read, write: Columns::default() }))
            }
            Data::Scalar(_) => {
                let expected = "a list of columns, or a mapping with `read` and `write`";
                diagnostics.report(WrongType::new(node, name, expected));
                None
            }
        }
    }
}

/// Columns, and of each the family of its type, where that is written.
#[derive(Debug, Default)]
pub struct Columns(pub Vec<(Text, Option<Text>)>);

impl Part for Columns {
    const FIELD_TYPE: FieldType =
        FieldType::Either(&[FieldType::List(COLUMN), FieldType::Map(COLUMN_TYPE)]);

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Columns> {
        let columns = match &node.data {
            Data::Mapping(entries) => {
                let column = |entry: &Entry| {
                    let family = Text::read(&entry.value, &entry.key.value, diagnostics)?;
                    let shape = &TypeFamily::FIELD_TYPE;
                    shape::read(&entry.value, &entry.key.value, shape, diagnostics)?;
                    Some((as_written(&entry.key), Some(family)))
                };
                entries.iter().filter_map(column).collect()
            }
            Data::Sequence(_) => {
                let names: Vec<Text> = Vec::read(node, name, diagnostics)?;
                names.into_iter().map(|column| (column, None)).collect()
            }
            Data::Scalar(_) => {
                let expected = "a list of columns, or a mapping from columns to types";
                diagnostics.report(WrongType::new(node, name, expected));
                return None;
            }
        };
        Some(Columns(columns))
    }
}

/// A column whose name YAML reads as a boolean: `y`, `n`, `on`. A key is kept as Go prints it, so its length
/// tells what was written.
fn as_written(key: &Text) -> Text {
    let length = key.span.range().len();
    let word = match (key.value.as_str(), length) {
        ("true", 1) => "y",
        ("true", 2) => "on",
        ("true", 3) => "yes",
        ("false", 1) => "n",
        ("false", 2) => "no",
        ("false", 3) => "off",
        _ => return key.clone(),
    };
    Text::new(word.into(), key.span)
}

/// The value of one of `env`.
#[derive(Debug)]
pub enum EnvValue {
    /// A scalar; may hold `${name.property}`.
    Text(Text),
    /// `{secretKeyRef}`, `{configMapKeyRef}`, `{fieldRef}` or `{resourceFieldRef}`.
    From(Shaped),
}

impl Part for EnvValue {
    const FIELD_TYPE: FieldType = FieldType::Either(&[FieldType::Text, EnvSource::FIELD_TYPE]);

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<EnvValue> {
        match &node.data {
            Data::Mapping(_) => {
                shape::read(node, name, &EnvSource::FIELD_TYPE, diagnostics).map(EnvValue::From)
            }
            Data::Scalar(_) => Text::read(node, name, diagnostics).map(EnvValue::Text),
            Data::Sequence(_) => {
                let expected =
                    "a string, or a mapping with `secretKeyRef`, `configMapKeyRef` or `fieldRef`";
                diagnostics.report(WrongType::new(node, name, expected));
                None
            }
        }
    }
}

record! {
    /// What stands beside the source of a volume.
    pub struct Mount {
        may read_only: Spanned<bool> = "readOnly", "Whether it cannot be written to.", "", [];
        may sub_path: Text = "subPath", "A path within it.", "", [];
    }
    rules []
}

/// One of `volumes`.
#[derive(Debug)]
pub struct Volume {
    /// The volume source, in the shape of Kubernetes.
    pub source: Shaped,
    /// What stands beside it.
    pub mount: Mount,
}

impl Part for Volume {
    const FIELD_TYPE: FieldType =
        FieldType::Beside(Mount::RECORD.fields, &VolumeSource::FIELD_TYPE);

    fn read(node: &Node, _: &str, diagnostics: &mut Diagnostics) -> Option<Volume> {
        let (name, records) = ("volumes", &[&Mount::RECORD]);
        let mut fields = Fields::of(node, name, records, diagnostics)?;
        let mount = Mount::take(&mut fields);
        let source = Node { data: Data::Mapping(fields.rest()), span: node.span };
        let source = shape::read(&source, name, &VolumeSource::FIELD_TYPE, diagnostics)?;
        Some(Volume { source, mount: mount? })
    }
}

record! {
    /// `ingress` of an App.
    pub struct Ingress {
        must host: Text = "host",
            "The host.", "port: 8080, ingress: {host: shop.example.com}",
            ["hostname", "domain", "hosts"];
        may path: Text = "path",
            "The path. Default: `/`.",
            "port: 8080, ingress: {host: shop.example.com, path: /api}", ["pathPrefix", "paths"];
        may class_name: Text = "className",
            "The ingress class. Default: the cluster's own.",
            "port: 8080, ingress: {host: shop.example.com, className: nginx}",
            ["class", "ingressClassName", "ingressClass"];
        may tls: Tls = "tls",
            "The certificate: `true` for the Secret `<name>-tls`, or a Secret's name.",
            "port: 8080, ingress: {host: shop.example.com, tls: true}",
            ["https", "certificate", "tlsSecret", "secretName"];
        any annotations: TextMap = "annotations",
            "Annotations for the ingress controller.",
            "port: 8080, ingress: {host: shop.example.com, annotations: {cert-manager.io/cluster-issuer: letsencrypt}}",
            ["annotation"];
    }
    rules []
}

/// `tls: true`, or the name of the Secret that holds the certificate.
#[derive(Debug)]
pub enum Tls {
    /// `true`: the Secret `<name>-tls`; `false`: none.
    Switch(Spanned<bool>),
    /// A Secret's name.
    Secret(Text),
}

impl Part for Tls {
    const FIELD_TYPE: FieldType = FieldType::Either(&[FieldType::Bool, FieldType::Text]);

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Tls> {
        match node.scalar().map(|scalar| scalar.meaning) {
            Some(Meaning::Bool(value)) => Some(Tls::Switch(Spanned::new(value, node.span))),
            _ => Text::read(node, name, diagnostics).map(Tls::Secret),
        }
    }
}

record! {
    /// `httpRoute` of an App.
    pub struct HttpRoute {
        must_like parent_refs: ParentRefs = "parentRefs",
            "The Gateways.", "port: 8080, httpRoute: {parentRefs: [{name: public}]}",
            ["gateways", "gateway", "parents"];
        any hostnames: Vec<Text> = "hostnames",
            "The hosts.",
            "port: 8080, httpRoute: {parentRefs: [{name: public}], hostnames: [shop.example.com]}",
            ["host", "hosts", "hostname"];
        may path: Text = "path",
            "The path. Default: `/`.",
            "port: 8080, httpRoute: {parentRefs: [{name: public}], path: /api}", ["pathPrefix"];
    }
    rules []
}
