//! What the specs mean: checked types, references that lead somewhere, texts in place of paths.

use smol_str::SmolStr;
use sql::catalogue::requires::Requirement;

use crate::engine::Engine;
use crate::source::{Excerpt, Span, Spanned, printable, shortly};
use crate::syntax;
use crate::syntax::node::Data;
use crate::value::Value;

/// The most dependencies of a project that are not written one by one.
pub const MAX_DEPENDENCIES: usize = 200_000;

/// A whole project.
#[derive(Debug, Default)]
pub struct Project {
    /// The databases, in the order of their [`Unit::Database`] numbers.
    pub databases: Vec<Database>,
    /// The schemas.
    pub schemas: Vec<Schema>,
    /// The applications.
    pub apps: Vec<App>,
    /// Plain manifests.
    pub manifests: Vec<Manifest>,
    /// The `AtlasSchema` and `AtlasMigration` objects among them.
    pub plain_schemas: Vec<PlainSchema>,
    /// The namespace of all that names none, when it is known.
    pub namespace: Option<SmolStr>,
}

/// One thing that has a wave: a spec, or a plain manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// A plain manifest, by its place in [`Project::manifests`].
    Manifest(usize),
    /// A database.
    Database(usize),
    /// A schema.
    Schema(usize),
    /// An application.
    App(usize),
    /// All schemas together: what an App without a written dependency waits for.
    EverySchema,
}

/// What every spec has.
#[derive(Debug)]
pub struct Common {
    /// `metadata.name`.
    pub name: SmolStr,
    /// Where the name is written: the place that stands for the spec.
    pub place: Span,
    /// `metadata.namespace`.
    pub namespace: Option<SmolStr>,
    /// `metadata.labels`.
    pub labels: Vec<(SmolStr, SmolStr)>,
    /// `metadata.annotations`.
    pub annotations: Vec<(SmolStr, SmolStr)>,
    /// What it waits for, each with the place that says so.
    pub needs: Vec<Need>,
    /// Whether its dependencies are written down, if only as an empty `dependsOn`.
    pub is_explicit: bool,
    /// `wave`: a pin.
    pub wave: Option<Spanned<i64>>,
    /// `patches`.
    pub patches: Vec<crate::spec::Patch>,
}

/// One dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What has to be there first.
    pub unit: Unit,
    /// Where that is said.
    pub span: Span,
    /// How it is said: `dependsOn`, `` `${shop.url}` ``.
    pub by: SmolStr,
}

/// A database, in the cluster or elsewhere.
#[derive(Debug)]
pub struct Database {
    /// What every spec has.
    pub common: Common,
    /// Its engine.
    pub engine: &'static Engine,
    /// The scheme of its URL: the engine's name, or one with a suffix.
    pub scheme: SmolStr,
    /// The logical database.
    pub database: SmolStr,
    /// Parameters of the connection URL.
    pub parameters: Vec<(SmolStr, SmolStr)>,
    /// Who may log in: the user that owns the schema.
    pub credentials: Credentials,
    /// The user of the Apps, where it is another one.
    pub app_credentials: Option<Credentials>,
    /// Where it runs.
    pub hosting: Hosting,
    /// What it is called on the network, with its namespace when that is known.
    pub host: SmolStr,
    /// The port; some engines have none.
    pub port: Option<u16>,
}

impl Database {
    /// Whose credentials an App gets.
    pub fn for_apps(&self) -> &Credentials {
        self.app_credentials.as_ref().unwrap_or(&self.credentials)
    }
}

/// Where a database runs.
#[derive(Debug)]
pub enum Hosting {
    /// In a pod of ours.
    InCluster(Server),
    /// By CloudNativePG, which makes pods, Services and credentials.
    CloudNativePg(Cluster),
    /// Elsewhere: nothing is run.
    External,
}

/// A CloudNativePG cluster.
#[derive(Debug)]
pub struct Cluster {
    /// How many instances.
    pub instances: i64,
    /// The volume of each.
    pub storage: Storage,
    /// The image; default: the operator's.
    pub image: Option<SmolStr>,
    /// `resources`.
    pub resources: Option<Value>,
}

/// A database server in a pod.
#[derive(Debug)]
pub struct Server {
    /// How the engine's image is run.
    pub recipe: &'static crate::engine::Image,
    /// The image.
    pub image: SmolStr,
    /// Given: a StatefulSet with a volume. Absent: a Deployment whose data goes with its pod.
    pub storage: Option<Storage>,
    /// `resources`.
    pub resources: Option<Value>,
    /// `args`.
    pub args: Vec<SmolStr>,
    /// `configFiles`.
    pub config_files: Vec<ConfigFile>,
    /// The edition of SQL Server. It is there only where the licence is accepted.
    pub edition: Option<SmolStr>,
}

/// The volume of a database.
#[derive(Debug)]
pub struct Storage {
    /// Its size.
    pub size: SmolStr,
    /// Its storage class.
    pub class_name: Option<SmolStr>,
}

/// A file that is mounted from a ConfigMap.
#[derive(Debug)]
pub struct ConfigFile {
    /// Where it is mounted.
    pub mount_path: SmolStr,
    /// What it holds.
    pub text: SmolStr,
}

/// Who may log in to a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The Secret that holds them.
    pub secret: SmolStr,
    /// The user.
    pub user: User,
    /// The Secret's key that holds the password.
    pub password_key: SmolStr,
    /// The Secret's key that holds a whole URL.
    pub url_key: Option<SmolStr>,
    /// Whether the spec names the keys of user and password: then a URL does not replace them.
    pub names_keys: bool,
    /// What the Secret holds, when we make it.
    pub literal: Option<Literal>,
}

/// Where the user's name is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum User {
    /// In the Secret, under this key.
    Key(SmolStr),
    /// In the spec.
    Name(SmolStr),
}

/// Credentials that stand in Git.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The user.
    pub user: SmolStr,
    /// The password.
    pub password: SmolStr,
}

/// A reference to one key of a Secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretKey {
    /// The Secret's name.
    pub name: SmolStr,
    /// The key.
    pub key: SmolStr,
}

/// The desired schema of one database.
#[derive(Debug)]
pub struct Schema {
    /// What every spec has.
    pub common: Common,
    /// The database that it is applied to.
    pub target: Target,
    /// Where that is written.
    pub target_span: Span,
    /// What is desired.
    pub desired: Desired,
    /// `schemas`.
    pub schemas: Vec<SmolStr>,
    /// `exclude`.
    pub exclude: Vec<SmolStr>,
    /// `txMode`.
    pub tx_mode: Option<SmolStr>,
    /// `devUrl`.
    pub dev_url: Option<SmolStr>,
    /// `devUrlFrom`.
    pub dev_url_from: Option<SecretKey>,
    /// `devDB`.
    pub dev_db: Option<Value>,
    /// `backoffLimit`.
    pub backoff_limit: Option<i64>,
    /// `cloud`: the repository and the token.
    pub cloud: Option<Cloud>,
    /// `config`.
    pub config: Option<SmolStr>,
    /// `configFrom`.
    pub config_from: Option<SecretKey>,
    /// `envName`.
    pub env_name: Option<SmolStr>,
    /// `vars`.
    pub vars: Vec<Variable>,
    /// `policy`.
    pub policy: Policy,
}

/// A plain `AtlasSchema` or `AtlasMigration`, as far as its SQL is concerned.
#[derive(Debug)]
pub struct PlainSchema {
    /// Its kind.
    pub kind: &'static str,
    /// The scheme of its database, or of its dev database, or nothing.
    pub engine: SmolStr,
    /// Where that is written; else the name of the object.
    pub engine_span: Span,
    /// Whether that is the scheme of the database itself.
    pub is_engine_named: bool,
    /// It has a login of its own.
    pub has_token: bool,
    /// Its SQL, if the project has it, and another object does not have the same.
    pub desired: Option<Desired>,
}

/// The database that a schema is applied to.
#[derive(Debug)]
pub enum Target {
    /// A Database of the project, by its place in [`Project::databases`].
    Database(usize),
    /// A literal URL.
    Url(SmolStr),
    /// A URL in a Secret.
    UrlFrom(SecretKey),
    /// None that could be found, which has been reported.
    Unknown,
}

/// What a schema is to look like.
#[derive(Debug)]
pub enum Desired {
    /// SQL: one text, or several in the order in which they were found.
    Sql(Vec<Excerpt>),
    /// Atlas HCL.
    Hcl(Excerpt),
    /// A schema in Atlas Cloud's registry: its `atlas://` URL.
    Registry(SmolStr),
    /// Versioned migrations.
    Migrations(Migrations),
}

/// Versioned migrations.
#[derive(Debug)]
pub struct Migrations {
    /// Where they are.
    pub directory: MigrationDir,
    /// `baseline`.
    pub baseline: Option<SmolStr>,
    /// `execOrder`.
    pub exec_order: Option<SmolStr>,
    /// `revisionsSchema`.
    pub revisions_schema: Option<SmolStr>,
    /// `migrateDown`: whether down migrations may run, and whether unasked.
    pub migrate_down: Option<(bool, bool)>,
}

/// Where migrations are.
#[derive(Debug)]
pub enum MigrationDir {
    /// In the project.
    Local {
        /// Name and text of each file, in the order in which Atlas runs them.
        files: Vec<(SmolStr, Excerpt)>,
        /// The text of `atlas.sum`.
        sum: SmolStr,
    },
    /// In Atlas Cloud's registry.
    Remote {
        /// The repository.
        name: SmolStr,
        /// The tag; default: the latest.
        tag: Option<SmolStr>,
    },
}

/// `cloud` of a schema.
#[derive(Debug)]
pub struct Cloud {
    /// The repository in Atlas Cloud.
    pub repo: Option<SmolStr>,
    /// The URL of Atlas Cloud.
    pub url: Option<SmolStr>,
    /// The project in Atlas Cloud.
    pub project: Option<SmolStr>,
    /// The token.
    pub token_from: Option<SecretKey>,
}

/// A variable for the Atlas project file.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub key: SmolStr,
    /// Its value, or where that comes from.
    pub value: VariableValue,
}

/// The value of a variable.
#[derive(Debug)]
pub enum VariableValue {
    /// Literally.
    Text(SmolStr),
    /// From a Secret or a ConfigMap, in the shape of the custom resource.
    From(Value),
}

/// What the operator may do to the database.
#[derive(Debug, Default)]
pub struct Policy {
    /// What is done about a planned change that drops something.
    pub destructive: Destructive,
    /// `skip`, in the operator's spelling; [`Policy::never_made`] has all.
    pub skip: Vec<&'static str>,
    /// Whether indexes are created concurrently.
    pub concurrent_create: Option<bool>,
    /// Whether indexes are dropped concurrently.
    pub concurrent_drop: Option<bool>,
    /// When a person has to review.
    pub review: Option<SmolStr>,
}

/// What the operator does about a planned change that drops something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Destructive {
    /// A schema, table or column that Git no longer names stays in the database.
    #[default]
    Defer,
    /// The whole change is refused.
    Error,
    /// It is dropped.
    Allow,
}

/// The kinds of change that `destructive: defer` never makes, in the operator's spelling.
const DEFERRED: [&str; 3] = ["drop_schema", "drop_table", "drop_column"];

impl Policy {
    /// The kinds of change that are not made, in the operator's spelling: those of
    /// `destructive: defer`, and those of `skip`.
    pub fn never_made(&self) -> impl Iterator<Item = &'static str> {
        let deferred = match self.destructive {
            Destructive::Defer => DEFERRED.as_slice(),
            Destructive::Error | Destructive::Allow => &[],
        };
        let more = self.skip.iter().filter(|change| !deferred.contains(change));
        deferred.iter().chain(more).copied()
    }
}

/// A workload and its way in.
#[derive(Debug)]
pub struct App {
    /// What every spec has.
    pub common: Common,
    /// Deployment, CronJob or Job.
    pub workload: Workload,
    /// `image`.
    pub image: SmolStr,
    /// `command`.
    pub command: Vec<SmolStr>,
    /// `args`.
    pub args: Vec<SmolStr>,
    /// `imagePullSecrets`.
    pub image_pull_secrets: Vec<SmolStr>,
    /// The ports of the container and of the Service.
    pub ports: Vec<Port>,
    /// The container's environment, in an order in which every `$(VAR)` is defined before its use.
    pub env: Vec<(SmolStr, EnvValue)>,
    /// `envFrom`.
    pub env_from: Option<Value>,
    /// `resources`.
    pub resources: Option<Value>,
    /// `volumes`.
    pub volumes: Vec<Volume>,
    /// `configFiles`.
    pub config_files: Vec<ConfigFile>,
    /// `serviceAccount`.
    pub service_account: Option<SmolStr>,
    /// `nodeSelector`.
    pub node_selector: Vec<(SmolStr, SmolStr)>,
    /// `tolerations`.
    pub tolerations: Option<Value>,
    /// `affinity`.
    pub affinity: Option<Value>,
    /// `topologySpread`.
    pub topology_spread: Option<Value>,
    /// How many pods may be evicted at once.
    pub disruption_budget: Option<Budget>,
    /// How a Deployment's pods are replaced; nothing: as Kubernetes does.
    pub strategy: Option<Value>,
    /// How often a Job is tried again.
    pub backoff_limit: Option<i64>,
    /// After how many seconds a Job is given up.
    pub active_deadline: Option<i64>,
    /// The probes.
    pub probes: Probes,
    /// `ingress`.
    pub ingress: Option<Ingress>,
    /// `httpRoute`.
    pub http_route: Option<HttpRoute>,
    /// `security`.
    pub security: Security,
    /// `requires`: what it needs of schemas.
    pub requires: Vec<Contract>,
}

/// What an App needs of one schema.
#[derive(Debug)]
pub struct Contract {
    /// The schema, by its place in [`Project::schemas`].
    pub schema: usize,
    /// Where the schema is named.
    pub span: Span,
    /// Tables and columns.
    pub tables: Vec<Requirement>,
}

/// What kind of workload an App is.
#[derive(Debug)]
pub enum Workload {
    /// A Deployment.
    Service(Scale),
    /// A CronJob.
    Scheduled(SmolStr),
    /// A Job.
    Job(Run),
}

/// When a Job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// Once for each content: its name has a hash of it.
    Once,
    /// In every sync: it is a hook.
    EverySync,
}

impl Run {
    /// Both, the default first.
    pub const ALL: [Run; 2] = [Run::Once, Run::EverySync];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Run::Once => "once",
            Run::EverySync => "everySync",
        }
    }
}

/// How many pods may be evicted at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Budget {
    /// So many, or such a part, at the most.
    MaxUnavailable(Value),
    /// As long as so many are left.
    MinAvailable(Value),
}

/// How many pods.
#[derive(Debug)]
pub enum Scale {
    /// Just as many.
    Fixed(i64),
    /// A HorizontalPodAutoscaler decides.
    Auto {
        /// Fewest.
        min: i64,
        /// Most.
        max: i64,
        /// Target utilisation of the CPU request, in percent.
        cpu: Option<i64>,
        /// Target utilisation of the memory request, in percent.
        memory: Option<i64>,
    },
}

/// A port of an App.
#[derive(Debug)]
pub struct Port {
    /// Its name; a Service with several ports needs one for each.
    pub name: Option<SmolStr>,
    /// What the Service listens on.
    pub port: i64,
    /// What the container listens on.
    pub target_port: i64,
    /// The protocol.
    pub protocol: Protocol,
}

/// The protocol of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// The default.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// As Kubernetes spells it.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
            Protocol::Sctp => "SCTP",
        }
    }
}

/// The value of an environment variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvValue {
    /// A text; may hold `$(VAR)`.
    Text(SmolStr),
    /// A key of a Secret.
    Secret(SecretKey),
    /// Anything else that Kubernetes takes it from.
    From(Value),
}

/// A volume and where it is mounted.
#[derive(Debug)]
pub struct Volume {
    /// Where.
    pub mount_path: SmolStr,
    /// The volume source.
    pub source: Value,
    /// Mounted read-only.
    pub read_only: bool,
    /// Only this part of it.
    pub sub_path: Option<SmolStr>,
}

/// The probes of a container, in the shape of Kubernetes.
#[derive(Debug, Default)]
pub struct Probes {
    /// `startupProbe`.
    pub startup: Option<Value>,
    /// `readinessProbe`.
    pub readiness: Option<Value>,
    /// `livenessProbe`.
    pub liveness: Option<Value>,
}

/// A way in by an Ingress.
#[derive(Debug)]
pub struct Ingress {
    /// The host.
    pub host: SmolStr,
    /// The path.
    pub path: SmolStr,
    /// The class.
    pub class_name: Option<SmolStr>,
    /// The Secret that holds the certificate.
    pub tls_secret: Option<SmolStr>,
    /// Annotations for the controller.
    pub annotations: Vec<(SmolStr, SmolStr)>,
}

/// A way in by a Gateway.
#[derive(Debug)]
pub struct HttpRoute {
    /// The Gateways.
    pub parent_refs: Value,
    /// The hosts.
    pub hostnames: Vec<SmolStr>,
    /// The path.
    pub path: SmolStr,
}

/// How a pod is confined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// What breaks no stock image.
    Baseline,
    /// The Pod Security "restricted" profile.
    Restricted,
}

/// A plain manifest.
#[derive(Debug)]
pub struct Manifest {
    /// What was written.
    pub written: syntax::Manifest,
    /// `argocd.argoproj.io/sync-wave`: a pin. A hook of the Sync phase always has one.
    pub wave: Option<Spanned<i64>>,
    /// What Argo CD takes it for, when it is a hook.
    pub hook: Option<Hook>,
    /// Whether it is a hook outside the Sync phase, which takes no part in the waves.
    pub is_hook: bool,
    /// What it waits for.
    pub needs: Vec<Need>,
    /// Whether its dependencies are written down.
    pub is_explicit: bool,
}

/// A hook of Argo CD.
#[derive(Debug)]
pub struct Hook {
    /// The phases in which it runs; none: it is never applied.
    pub phases: Vec<Phase>,
    /// The annotation's value: `PreSync`, `pre-install`.
    pub written: SmolStr,
}

impl Hook {
    /// The phases that two annotations name, `argocd.argoproj.io/hook` and `helm.sh/hook`: none for
    /// what is not a hook, an empty list for a hook that no sync applies (gitops-engine
    /// `pkg/sync/hook`, `sync_phase.go`).
    pub fn phases(own: Option<&str>, helm: Option<&str>) -> Option<Vec<Phase>> {
        // Only this very value: with anything beside it, it is a hook that no sync applies.
        let is_hook = own.is_some() || helm.is_some_and(|helm| helm != "crd-install");
        let known = |text: Option<&str>, known: &[(&str, Option<Phase>)]| {
            let words = text.unwrap_or_default().split(',').map(str::trim);
            let words = words.filter_map(|word| known.iter().find(|(name, _)| *name == word));
            words.map(|(_, phase)| *phase).collect::<Vec<Option<Phase>>>()
        };
        let mut phases = known(own, &Phase::WORDS);
        if phases.is_empty() {
            phases = known(helm, &Phase::HELM_WORDS);
        }
        is_hook.then(|| phases.into_iter().flatten().collect())
    }

    /// Whether it runs in a phase.
    pub fn has(&self, phase: Phase) -> bool {
        self.phases.contains(&phase)
    }
}

/// The phases of a sync, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Before everything.
    PreSync,
    /// Together with what is no hook, by waves.
    Sync,
    /// When all is healthy.
    PostSync,
    /// After a failure.
    SyncFail,
}

impl Phase {
    /// What `argocd.argoproj.io/hook` may say. `Skip` counts as a word and is no phase.
    const WORDS: [(&str, Option<Phase>); 5] = [
        ("PreSync", Some(Phase::PreSync)),
        ("Sync", Some(Phase::Sync)),
        ("PostSync", Some(Phase::PostSync)),
        ("SyncFail", Some(Phase::SyncFail)),
        ("Skip", None),
    ];
    /// What `helm.sh/hook` may say.
    const HELM_WORDS: [(&str, Option<Phase>); 4] = [
        ("pre-install", Some(Phase::PreSync)),
        ("pre-upgrade", Some(Phase::PreSync)),
        ("post-install", Some(Phase::PostSync)),
        ("post-upgrade", Some(Phase::PostSync)),
    ];
}

impl Project {
    /// Frees the trees of plain manifests once they are planned. For whoever keeps two projects at
    /// once: they are half of what a large one takes.
    pub fn drop_trees(&mut self) {
        for manifest in &mut self.manifests {
            manifest.written.node.data = Data::Sequence(Vec::new());
        }
    }

    /// What a unit is called, as it is shown, and [`shortly`]: `Schema/shop`. A name may hold anything.
    pub fn label(&self, unit: Unit) -> String {
        match unit {
            Unit::Database(index) => {
                named("Database", self.databases.get(index).map(|d| &d.common))
            }
            Unit::Schema(index) => named("Schema", self.schemas.get(index).map(|s| &s.common)),
            Unit::App(index) => named("App", self.apps.get(index).map(|a| &a.common)),
            Unit::Manifest(index) => {
                self.manifests.get(index).map_or_else(String::new, |manifest| {
                    let (kind, name) = (&manifest.written.kind.value, &manifest.written.name.value);
                    printable(format!("{}/{}", shortly(kind), shortly(name))).into_owned()
                })
            }
            Unit::EverySchema => "every Schema".to_owned(),
        }
    }

    /// The place that stands for a unit.
    pub fn place(&self, unit: Unit) -> Option<Span> {
        self.common(unit).map(|common| common.place).or_else(|| match unit {
            Unit::Manifest(index) => Some(self.manifests.get(index)?.written.name.span),
            Unit::Database(_) | Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => None,
        })
    }

    /// What a spec shares with all others; nothing for a plain manifest.
    pub fn common(&self, unit: Unit) -> Option<&Common> {
        match unit {
            Unit::Database(index) => self.databases.get(index).map(|database| &database.common),
            Unit::Schema(index) => self.schemas.get(index).map(|schema| &schema.common),
            Unit::App(index) => self.apps.get(index).map(|app| &app.common),
            Unit::Manifest(_) | Unit::EverySchema => None,
        }
    }

    /// What a unit waits for by what is written.
    pub fn needs(&self, unit: Unit) -> &[Need] {
        match unit {
            Unit::Manifest(index) => {
                self.manifests.get(index).map_or(&[], |manifest| manifest.needs.as_slice())
            }
            Unit::Database(_) | Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => {
                self.common(unit).map_or(&[], |common| common.needs.as_slice())
            }
        }
    }

    /// The wave that is written for a unit.
    pub fn pin(&self, unit: Unit) -> Option<Spanned<i64>> {
        match unit {
            Unit::Manifest(index) => self.manifests.get(index)?.wave,
            Unit::Database(_) | Unit::Schema(_) | Unit::App(_) | Unit::EverySchema => {
                self.common(unit)?.wave
            }
        }
    }

    /// Every unit, plain manifests first.
    pub fn units(&self) -> impl Iterator<Item = Unit> {
        let manifests = (0..self.manifests.len()).map(Unit::Manifest);
        let databases = (0..self.databases.len()).map(Unit::Database);
        let schemas = (0..self.schemas.len()).map(Unit::Schema);
        let apps = (0..self.apps.len()).map(Unit::App);
        manifests.chain(databases).chain(schemas).chain(apps)
    }
}

fn named(kind: &str, common: Option<&Common>) -> String {
    let name = common.map_or("", |common| &common.name);
    printable(format!("{kind}/{}", shortly(name))).into_owned()
}
