//! What was written: spans everywhere, nothing checked beyond the type of each field.

pub mod node;

use smol_str::SmolStr;

use crate::source::{Span, Spanned};
use crate::syntax::node::Node;
use crate::value::Value;

/// Everything that a directory holds.
#[derive(Debug, Default)]
pub struct Specs {
    /// The `Database` specs.
    pub databases: Vec<Spec<Database>>,
    /// The `Schema` specs.
    pub schemas: Vec<Spec<Schema>>,
    /// The `App` specs.
    pub apps: Vec<Spec<App>>,
    /// All other Kubernetes objects.
    pub manifests: Vec<Manifest>,
}

/// The three kinds of spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Where data lives.
    Database,
    /// The desired schema of one database.
    Schema,
    /// A workload and its way in.
    App,
}

impl Kind {
    /// All of them, in the order of their dependencies.
    pub const ALL: [Kind; 3] = [Kind::Database, Kind::Schema, Kind::App];

    /// As written in `kind:`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Database => "Database",
            Kind::Schema => "Schema",
            Kind::App => "App",
        }
    }
}

/// A string with its place.
pub type Text = Spanned<SmolStr>;

/// A part in the shape of Kubernetes, checked against it.
pub type Shaped = Spanned<Value>;

/// A map of strings, in the order in which it was written.
pub type TextMap = Vec<(Text, Text)>;

/// One spec: what all kinds share, and its own fields.
#[derive(Debug)]
pub struct Spec<T> {
    /// `metadata.name`.
    pub name: Text,
    /// `metadata.namespace`.
    pub namespace: Option<Text>,
    /// `metadata.labels`.
    pub labels: TextMap,
    /// `metadata.annotations`.
    pub annotations: TextMap,
    /// `spec.dependsOn`; an empty list says that it needs nothing.
    pub depends_on: Option<Vec<Text>>,
    /// `spec.wave`.
    pub wave: Option<Spanned<i64>>,
    /// `spec.patches`.
    pub patches: Vec<Patch>,
    /// The fields of its kind.
    pub fields: T,
}

/// A strategic-merge patch on a generated object.
#[derive(Debug)]
pub struct Patch {
    /// The whole entry.
    pub span: Span,
    /// `target.kind`.
    pub kind: Text,
    /// `target.name`; absent: every object of the kind.
    pub name: Option<Text>,
    /// What to merge.
    pub patch: Node,
}

/// The fields of a `Database`.
#[derive(Debug)]
pub struct Database {
    /// `engine`.
    pub engine: Text,
    /// `version`: a tag of the engine's image.
    pub version: Option<Text>,
    /// `image`: a whole image.
    pub image: Option<Text>,
    /// `database`: the logical name.
    pub database: Option<Text>,
    /// `storage`.
    pub storage: Option<Storage>,
    /// `resources`, in the shape of Kubernetes.
    pub resources: Option<Shaped>,
    /// `args`.
    pub args: Vec<Text>,
    /// `configFiles`.
    pub config_files: Vec<ConfigFile>,
    /// `parameters` of the connection URL.
    pub parameters: TextMap,
    /// `credentials`.
    pub credentials: Option<Credentials>,
    /// `external`.
    pub external: Option<External>,
    /// `cloudNativePG`.
    pub cloud_native_pg: Option<CloudNativePg>,
}

/// `storage: 10Gi` or `storage: {size, className}`.
#[derive(Debug)]
pub struct Storage {
    /// The whole value.
    pub span: Span,
    /// The size.
    pub size: Text,
    /// The storage class.
    pub class_name: Option<Text>,
}

/// `credentials` of a Database.
#[derive(Debug)]
pub struct Credentials {
    /// The whole value.
    pub span: Span,
    /// Name of an existing Secret.
    pub secret: Option<Text>,
    /// Its key that holds the user.
    pub user_key: Option<Text>,
    /// Its key that holds the password.
    pub password_key: Option<Text>,
    /// Its key that holds a whole URL.
    pub url_key: Option<Text>,
    /// The user, literally.
    pub user: Option<Text>,
    /// The password, literally.
    pub password: Option<Text>,
}

/// `cloudNativePG` of a Database.
#[derive(Debug)]
pub struct CloudNativePg {
    /// The whole value.
    pub span: Span,
    /// `instances`; default: one.
    pub instances: Option<Spanned<i64>>,
    /// `storage`.
    pub storage: Option<Storage>,
}

/// `external` of a Database.
#[derive(Debug)]
pub struct External {
    /// The host.
    pub host: Text,
    /// The port; default: the engine's.
    pub port: Option<Spanned<i64>>,
}

/// A reference to one key of a Secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretKey {
    /// The Secret's name.
    pub name: Text,
    /// The key.
    pub key: Text,
}

/// The fields of a `Schema`.
#[derive(Debug)]
pub struct Schema {
    /// The place of the whole `spec`.
    pub span: Span,
    /// The fields that are written, readable or not, each with its place.
    pub written: Vec<(&'static str, Span)>,
    /// `database`: name of a Database.
    pub database: Option<Text>,
    /// `url`, literally.
    pub url: Option<Text>,
    /// `urlFrom.secretKeyRef`.
    pub url_from: Option<SecretKey>,
    /// `sql`: inline text.
    pub sql: Option<Node>,
    /// `files`: paths or globs.
    pub files: Option<Vec<Text>>,
    /// `hcl`: a path.
    pub hcl: Option<Text>,
    /// `migrations`: a directory, or an `atlas://` URL.
    pub migrations: Option<Text>,
    /// `registry`: an `atlas://` URL.
    pub registry: Option<Text>,
    /// `baseline`: the version that the database is at already.
    pub baseline: Option<Text>,
    /// `execOrder`.
    pub exec_order: Option<Text>,
    /// `revisionsSchema`.
    pub revisions_schema: Option<Text>,
    /// `migrateDown`.
    pub migrate_down: Option<MigrateDown>,
    /// `schemas` to manage.
    pub schemas: Vec<Text>,
    /// `exclude` patterns.
    pub exclude: Vec<Text>,
    /// `txMode`.
    pub tx_mode: Option<Text>,
    /// `devUrl`.
    pub dev_url: Option<Text>,
    /// `devUrlFrom.secretKeyRef`.
    pub dev_url_from: Option<SecretKey>,
    /// `devDB`, in the shape of the custom resource.
    pub dev_db: Option<Shaped>,
    /// `backoffLimit`.
    pub backoff_limit: Option<Spanned<i64>>,
    /// `cloud`.
    pub cloud: Option<Cloud>,
    /// `config`: an Atlas project file, inline.
    pub config: Option<Text>,
    /// `configFrom.secretKeyRef`.
    pub config_from: Option<SecretKey>,
    /// `envName`.
    pub env_name: Option<Text>,
    /// `vars`.
    pub vars: Vec<Variable>,
    /// `policy`.
    pub policy: Option<Policy>,
}

/// `migrateDown` of a Schema.
#[derive(Debug)]
pub struct MigrateDown {
    /// The whole value.
    pub span: Span,
    /// `allow`.
    pub allow: Option<Spanned<bool>>,
    /// `autoApprove`.
    pub auto_approve: Option<Spanned<bool>>,
}

/// `cloud` of a Schema.
#[derive(Debug)]
pub struct Cloud {
    /// The whole value.
    pub span: Span,
    /// `repo`: the repository in Atlas Cloud.
    pub repo: Option<Text>,
    /// `url` of Atlas Cloud; with `migrations` only.
    pub url: Option<Text>,
    /// `project` in Atlas Cloud; with `migrations` only.
    pub project: Option<Text>,
    /// `tokenFrom.secretKeyRef`.
    pub token_from: Option<SecretKey>,
}

/// One of `vars`.
#[derive(Debug)]
pub struct Variable {
    /// `key`.
    pub key: Text,
    /// `value`.
    pub value: Option<Text>,
    /// `valueFrom`, in the shape of the custom resource.
    pub value_from: Option<Shaped>,
}

/// `policy` of a Schema.
#[derive(Debug)]
pub struct Policy {
    /// The place that stands for it.
    pub span: Span,
    /// `destructive: error|allow`.
    pub destructive: Option<Text>,
    /// `skip`: kinds of change that are not made.
    pub skip: Vec<Text>,
    /// `concurrentIndex.create`.
    pub concurrent_create: Option<Spanned<bool>>,
    /// `concurrentIndex.drop`.
    pub concurrent_drop: Option<Spanned<bool>>,
    /// `review`.
    pub review: Option<Text>,
}

/// The fields of an `App`.
#[derive(Debug)]
pub struct App {
    /// `image`.
    pub image: Text,
    /// `command`.
    pub command: Vec<Text>,
    /// `args`.
    pub args: Vec<Text>,
    /// `imagePullSecrets`: names.
    pub image_pull_secrets: Vec<Text>,
    /// `replicas`.
    pub replicas: Option<Spanned<i64>>,
    /// `autoscaling`.
    pub autoscaling: Option<Autoscaling>,
    /// `port`.
    pub port: Option<Spanned<i64>>,
    /// `ports`.
    pub ports: Option<Spanned<Vec<Port>>>,
    /// `env`.
    pub env: Vec<(Text, EnvValue)>,
    /// `envFrom`, in the shape of Kubernetes.
    pub env_from: Option<Shaped>,
    /// `resources`, in the shape of Kubernetes.
    pub resources: Option<Shaped>,
    /// `volumes`.
    pub volumes: Vec<Volume>,
    /// `configFiles`.
    pub config_files: Vec<ConfigFile>,
    /// `serviceAccount`.
    pub service_account: Option<Text>,
    /// `nodeSelector`.
    pub node_selector: TextMap,
    /// `tolerations`, in the shape of Kubernetes.
    pub tolerations: Option<Shaped>,
    /// `affinity`, in the shape of Kubernetes.
    pub affinity: Option<Shaped>,
    /// `topologySpread`, in the shape of Kubernetes.
    pub topology_spread: Option<Shaped>,
    /// `disruptionBudget`.
    pub disruption_budget: Option<DisruptionBudget>,
    /// `strategy`, in the shape of Kubernetes.
    pub strategy: Option<Shaped>,
    /// `backoffLimit` of a Job.
    pub backoff_limit: Option<Spanned<i64>>,
    /// `activeDeadlineSeconds` of a Job.
    pub active_deadline: Option<Spanned<i64>>,
    /// `healthCheckPath`.
    pub health_check_path: Option<Text>,
    /// `livenessProbe`, in the shape of Kubernetes.
    pub liveness_probe: Option<Shaped>,
    /// `readinessProbe`.
    pub readiness_probe: Option<Shaped>,
    /// `startupProbe`.
    pub startup_probe: Option<Shaped>,
    /// `ingress`.
    pub ingress: Option<Ingress>,
    /// `httpRoute`.
    pub http_route: Option<HttpRoute>,
    /// `schedule`.
    pub schedule: Option<Text>,
    /// `job`.
    pub job: Option<Job>,
    /// `security`.
    pub security: Option<Text>,
    /// `requires`: what the App needs of Schemas.
    pub requires: Vec<Requirement>,
}

/// `job: true`, or `job: {run: once}`.
#[derive(Debug)]
pub enum Job {
    /// Whether the App is a Job.
    Switch(Spanned<bool>),
    /// When it runs.
    Run(Text),
}

/// What an App needs of one Schema.
#[derive(Debug)]
pub struct Requirement {
    /// The Schema's name.
    pub schema: Text,
    /// Tables and their columns.
    pub tables: Vec<(Text, Vec<Text>)>,
}

/// `disruptionBudget` of an App.
#[derive(Debug)]
pub enum DisruptionBudget {
    /// `false`: none; `true`: the default.
    Switch(Spanned<bool>),
    /// One of the two.
    Limits {
        /// The place that stands for it.
        span: Span,
        /// `maxUnavailable`.
        max_unavailable: Option<Shaped>,
        /// `minAvailable`.
        min_available: Option<Shaped>,
    },
}

/// `autoscaling` of an App.
#[derive(Debug)]
pub struct Autoscaling {
    /// The whole value.
    pub span: Span,
    /// Fewest pods.
    pub min: Option<Spanned<i64>>,
    /// Most pods.
    pub max: Spanned<i64>,
    /// Target utilisation of the CPU request, in percent.
    pub cpu: Option<Spanned<i64>>,
    /// Target utilisation of the memory request, in percent.
    pub memory: Option<Spanned<i64>>,
}

/// One of `ports`.
#[derive(Debug)]
pub struct Port {
    /// `name`.
    pub name: Option<Text>,
    /// `port`: what the Service listens on.
    pub port: Spanned<i64>,
    /// `targetPort`: what the container listens on; default: `port`.
    pub target_port: Option<Spanned<i64>>,
    /// `protocol`: `TCP`, `UDP` or `SCTP`.
    pub protocol: Option<Text>,
}

/// The value of one of `env`.
#[derive(Debug)]
pub enum EnvValue {
    /// A scalar; may hold `${name.property}`.
    Text(Text),
    /// `{secretKeyRef}`, `{configMapKeyRef}`, `{fieldRef}` or `{resourceFieldRef}`.
    From(Shaped),
}

/// One of `volumes`.
#[derive(Debug)]
pub struct Volume {
    /// Where it is mounted.
    pub mount_path: Text,
    /// The volume source, in the shape of Kubernetes.
    pub source: Shaped,
    /// `readOnly` beside the source.
    pub read_only: Option<Spanned<bool>>,
    /// `subPath` beside the source.
    pub sub_path: Option<Text>,
}

/// One of `configFiles`.
#[derive(Debug)]
pub struct ConfigFile {
    /// Where it is mounted.
    pub mount_path: Text,
    /// What it holds.
    pub content: Content,
}

/// What a config file holds.
#[derive(Debug)]
pub enum Content {
    /// The text itself.
    Text(Text),
    /// A file of the project.
    File(Text),
}

/// `ingress` of an App.
#[derive(Debug)]
pub struct Ingress {
    /// `host`.
    pub host: Text,
    /// `path`; default `/`.
    pub path: Option<Text>,
    /// `className`.
    pub class_name: Option<Text>,
    /// `tls`.
    pub tls: Option<Tls>,
    /// `annotations`.
    pub annotations: TextMap,
}

/// `tls: true`, or the name of the Secret that holds the certificate.
#[derive(Debug)]
pub enum Tls {
    /// `true`: the Secret `<name>-tls`; `false`: none.
    Switch(Spanned<bool>),
    /// A Secret's name.
    Secret(Text),
}

/// `httpRoute` of an App.
#[derive(Debug)]
pub struct HttpRoute {
    /// `parentRefs`, in the shape of the Gateway API.
    pub parent_refs: Shaped,
    /// `hostnames`.
    pub hostnames: Vec<Text>,
    /// `path`; default `/`.
    pub path: Option<Text>,
}

/// A Kubernetes object that is not a spec; passed through.
#[derive(Debug)]
pub struct Manifest {
    /// `apiVersion`.
    pub api_version: Text,
    /// `kind`.
    pub kind: Text,
    /// `metadata.name`, or `metadata.generateName`.
    pub name: Text,
    /// `metadata.namespace`.
    pub namespace: Option<Text>,
    /// The whole object.
    pub node: Node,
}

impl Manifest {
    /// The text and place of one of its annotations.
    pub fn annotation(&self, key: &str) -> Option<Spanned<&str>> {
        let node = self.node.at(&["metadata", "annotations", key])?;
        Some(Spanned::new(node.scalar()?.text.as_str(), node.span))
    }
}
