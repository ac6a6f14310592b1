//! A simulated cluster: random projects of services, databases, Secrets, operators and Jobs are
//! applied wave by wave, and an object is healthy only when everything that it needs is. A project
//! that comes up with the waves that somebody wrote comes up with ours too, and an order that is
//! right gets no warning.
//!
//! The thorough suite tries 10,000 of them; `SIMULATIONS=100000 cargo test --test fast simulation::` more.
#![expect(clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
#![expect(clippy::wildcard_enum_match_arm, reason = "most kinds have nothing of the sort")]
#![expect(clippy::disallowed_methods, reason = "a variable asks for more projects")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::common::compile_text;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};

/// What somebody deploys.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    SqlServer,
    Redis,
    Cluster,
    Pooler,
    Zalando,
    Maria,
    InMaria,
    Rabbit,
    Kafka,
    Topic,
    External,
    Sealed,
    Operator,
    Resource,
    Schema,
    Web,
    App,
    Job,
}

/// How an address is written, and under which name it is read.
const FORMS: [(&str, &str); 46] = [
    ("DATABASE_URL", "postgres://u:$(P)@{h}:5432/app"),
    ("DATABASE_URL", "postgresql+asyncpg://u:p@{h}/app?ssl=disable"),
    ("DATABASE_URL", "postgres://u:p@elsewhere.example.com:5432,{h}:5432/app"),
    ("DATABASE_URL", "mysql://u:p@{h}.shop.svc:3306/app"),
    ("SPRING_DATASOURCE_URL", "jdbc:postgresql://{h}:5432/app?ssl=false"),
    ("SPRING_DATASOURCE_URL", "jdbc:postgresql://e.example.com,{h}:5432/app"),
    ("SPRING_DATASOURCE_URL", "jdbc:mariadb://{h}/app"),
    ("JDBC", "jdbc:sqlserver://{h}:1433;databaseName=app;encrypt=true"),
    ("JDBC", "r2dbc:postgresql://{h}:5432/app"),
    ("ConnectionStrings__Shop", "Server={h},1433;Database=app;User Id=sa"),
    ("ConnectionStrings__Shop", "Server=tcp:{h},1433;Initial Catalog=app"),
    ("ConnectionStrings__Shop", "Data Source={h};Initial Catalog=app;Password=p"),
    ("ConnectionStrings__Pg", "Host={h};Port=5432;Database=app;Username=u"),
    ("DSN", "host={h} port=5432 dbname=app"),
    ("DSN", "user=u password=p host={h} dbname=app sslmode=disable"),
    ("DSN", "u:p@tcp({h}:3306)/app"),
    ("DSN", "u:p@tcp({h})/app?parseTime=true"),
    ("DSN", "mysql:host={h};dbname=app"),
    ("DB_ADDR", "{h}:5432"),
    ("DB_HOST", "{h}"),
    ("DB_HOST", "{h}.shop"),
    ("DB_HOST", "{h}.shop.svc.cluster.local"),
    ("DB_HOST", "{h}.shop.svc.cluster.local."),
    ("REDIS_URL", "redis://:p@{h}.shop:6379/0"),
    ("REDIS_URL", "rediss://{h}:6379"),
    ("REDIS", "{h}:6379,password=p,ssl=False"),
    ("SENTINELS", "{h}:26379,elsewhere.example.com:26379"),
    ("REDIS_NODES", "e.example.com:6379 {h}:6379"),
    ("AMQP", "amqp://u:p@{h}:5672/%2f"),
    ("AMQP", "amqps://u:p@{h}.shop.svc/vhost"),
    ("BROKERS", "PLAINTEXT://{h}:9092,PLAINTEXT://k.example.com:9092"),
    ("KAFKA_BOOTSTRAP_SERVERS", "k.example.com:9092,{h}:9092"),
    ("KAFKA_BOOTSTRAP_SERVERS", "{h}:9093"),
    ("MONGO", "mongodb://u:p@m.example.com,{h}:27017/app"),
    ("MONGO", "mongodb+srv://u:p@{h}/app"),
    ("API", "http://{h}:8080/v1"),
    ("API", "https://{h}/v1"),
    ("API", "ws://{h}.shop.svc:8080"),
    ("NATS", "nats://{h}:4222"),
    ("NATS", "nats://n.example.com:4222,nats://{h}:4222"),
    ("ORACLE", "jdbc:oracle:thin:@//{h}:1521/app"),
    ("ORACLE", "jdbc:oracle:thin:@{h}:1521:XE"),
    ("ORACLE", "(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST={h})(PORT=1521)))"),
    ("ODBC", "Driver={X};Host={h};Port=5432"),
    ("PGHOST", "{h}.shop.svc"),
    ("UPSTREAM", "grpc://{h}:50051"),
];

/// Where an address is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Env,
    /// A variable of another one: `$(H)`.
    Composed,
    Arguments,
    Script,
    Init,
    /// All of a ConfigMap, or one key of it, as variables.
    Map,
    MapKey,
    /// Files of a ConfigMap.
    Properties,
    Yaml,
    Json,
    /// The same of a Secret that is written out.
    Secret,
    SecretKey,
    SecretFile,
    /// The template of a Secret that comes from elsewhere.
    Template,
    TemplateKey,
    TemplateFile,
}

use Place::{
    Arguments, Composed, Env, Init, Json, Map, MapKey, Properties, Script, SecretFile, SecretKey,
    Template, TemplateFile, TemplateKey, Yaml,
};

const PLACES: [Place; 18] = [
    Env,
    Env,
    Env,
    Composed,
    Arguments,
    Script,
    Init,
    Map,
    MapKey,
    Properties,
    Yaml,
    Json,
    Place::Secret,
    SecretKey,
    SecretFile,
    Template,
    TemplateKey,
    TemplateFile,
];

/// One thing: its kind, which earlier ones it needs with how that is said, and choices.
#[derive(Clone, Debug)]
struct Thing {
    kind: Kind,
    needs: Vec<(usize, usize, usize)>,
    image: usize,
    pin: bool,
}

impl Thing {
    /// Whether it is a schema, a migration, or made in a server: whoever uses that server comes later.
    fn prepares(&self) -> bool {
        let is_migration = self.kind == Kind::Job && self.image % 2 == 1;
        is_migration || matches!(self.kind, Kind::Schema | Kind::InMaria | Kind::Topic)
    }
}

#[derive(Clone, Debug)]
struct Project {
    things: Vec<Thing>,
    /// The letter that each name begins with: names tell nothing of the order.
    letters: Vec<usize>,
    pins: Pins,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Pins {
    None,
    /// Some things have the wave of a right order.
    Right,
    /// Some things have any wave.
    Any(i64),
}

fn project() -> impl Strategy<Value = Project> {
    use Kind::*;
    let kind = prop_oneof![
        3 => Just(SqlServer), 2 => Just(Redis), 2 => Just(Cluster), 1 => Just(Pooler),
        1 => Just(Zalando), 1 => Just(Maria), 1 => Just(InMaria), 1 => Just(Rabbit),
        1 => Just(Kind::Kafka), 1 => Just(Topic),
        2 => Just(External), 1 => Just(Sealed), 1 => Just(Operator), 2 => Just(Resource),
        2 => Just(Schema), 7 => Just(Web), 4 => Just(App), 2 => Just(Job),
    ];
    let needs = prop::collection::vec((0..24usize, 0..FORMS.len(), 0..PLACES.len()), 0..4);
    let thing = (kind, needs, 0..64usize, prop::bool::weighted(0.3))
        .prop_map(|(kind, needs, image, pin)| Thing { kind, needs, image, pin });
    let pins = prop_oneof![
        4 => Just(Pins::None), 2 => Just(Pins::Right), 1 => (-3..5i64).prop_map(Pins::Any),
    ];
    (prop::collection::vec(thing, 1..18), prop::collection::vec(0..26usize, 18), pins).prop_map(
        |(things, letters, pins)| Project { things: with_one_operator(things), letters, pins },
    )
}

/// One operator at the most, in front of what it serves: who serves what is not to be guessed.
fn with_one_operator(mut things: Vec<Thing>) -> Vec<Thing> {
    let mut has_operator = false;
    for thing in &mut things {
        let is_late = thing.kind == Kind::Operator && has_operator;
        let is_early = thing.kind == Kind::Resource && !has_operator;
        if is_late || is_early {
            thing.kind = Kind::Web;
        }
        has_operator |= thing.kind == Kind::Operator;
    }
    things
}

/// The objects of a project, and what each needs to become healthy.
#[derive(Default)]
struct Cluster {
    text: String,
    /// By label: what has to be healthy.
    needs: BTreeMap<String, BTreeSet<String>>,
    pins: BTreeMap<String, i64>,
    /// Schemas, migrations and the like, which come before whatever shares a need with them.
    prepares: BTreeSet<String>,
    /// The waves of the order in which they were made, if every need is a wave.
    depths: BTreeMap<String, i64>,
}

impl Project {
    fn name(&self, number: usize) -> String {
        format!("{}{number}x", char::from(b'a' + u8::try_from(self.letters[number]).unwrap()))
    }

    fn label(&self, number: usize) -> String {
        let name = self.name(number);
        let kind = match self.things[number].kind {
            Kind::SqlServer | Kind::Redis => "StatefulSet",
            Kind::Cluster => "Cluster",
            Kind::Pooler => "Pooler",
            Kind::Zalando => "postgresql",
            Kind::Maria => "MariaDB",
            Kind::InMaria => ["Database", "User"][self.things[number].image % 2],
            Kind::Rabbit => "RabbitmqCluster",
            Kind::Kafka => "Kafka",
            Kind::Topic => ["KafkaTopic", "KafkaUser"][self.things[number].image % 2],
            Kind::External => "ExternalSecret",
            Kind::Sealed => "SealedSecret",
            Kind::Operator | Kind::Web => "Deployment",
            Kind::Resource => "Cache",
            Kind::Schema => "AtlasSchema",
            Kind::App => "App",
            Kind::Job => "Job",
        };
        format!("{kind}/{name}")
    }

    fn earlier(&self, number: usize, kinds: &[Kind]) -> Option<usize> {
        let choice = self.things[number].image;
        let fitting = (0..number).filter(|&other| kinds.contains(&self.things[other].kind));
        let fitting: Vec<usize> = fitting.collect();
        (!fitting.is_empty()).then(|| fitting[choice % fitting.len()])
    }

    /// The host that leads to a thing.
    fn host(&self, number: usize) -> Option<String> {
        let name = self.name(number);
        match self.things[number].kind {
            Kind::SqlServer | Kind::Redis | Kind::Web | Kind::App | Kind::Pooler => Some(name),
            Kind::Zalando | Kind::Maria | Kind::Rabbit => Some(name),
            Kind::Cluster => Some(format!("{name}-rw")),
            Kind::Kafka => Some(format!("{name}-kafka-bootstrap")),
            _ => None,
        }
    }

    /// The Secret that somebody makes for a thing.
    fn secret(&self, number: usize) -> Option<String> {
        let name = self.name(number);
        match self.things[number].kind {
            Kind::External => Some(format!("{name}-secret")),
            Kind::Sealed => Some(name),
            Kind::Cluster => Some(format!("{name}-app")),
            Kind::Rabbit => Some(format!("{name}-default-user")),
            Kind::Topic if self.things[number].image % 2 == 1 => Some(name),
            Kind::Resource => Some(format!("{name}-auth")),
            _ => None,
        }
    }

    fn build(&self) -> Cluster {
        let mut cluster = Cluster::default();
        if self.things.iter().any(|thing| thing.kind == Kind::Operator) {
            cluster.text.push_str(CRD);
        }
        for number in 0..self.things.len() {
            self.add(number, &mut cluster);
        }
        cluster
    }

    fn add(&self, number: usize, cluster: &mut Cluster) {
        let thing = &self.things[number];
        let (name, label) = (self.name(number), self.label(number));
        let mut needs: BTreeSet<String> = BTreeSet::new();
        let mut pod = Pod::default();
        let is_pod = matches!(
            thing.kind,
            Kind::SqlServer | Kind::Redis | Kind::Web | Kind::App | Kind::Job | Kind::Operator
        );
        for &(which, form, place) in &thing.needs {
            let Some(other) = which.checked_rem(number).filter(|_| is_pod) else { continue };
            if let Some(secret) = self.secret(other).filter(|_| place % 2 == 0) {
                pod.secret(&secret, form);
                needs.insert(self.label(other));
            } else if let Some(host) = self.host(other) {
                // A server of data names no application.
                let is_data = matches!(thing.kind, Kind::SqlServer | Kind::Redis);
                if !is_data {
                    let made =
                        pod.address(&name, form, &host, PLACES[place], thing.kind == Kind::App);
                    needs.insert(self.label(other));
                    if let Some(made) = made {
                        cluster.depths.insert(made.clone(), 0);
                        cluster.needs.insert(made.clone(), BTreeSet::new());
                        needs.insert(made);
                    }
                }
            }
        }
        let has_pin = thing.pin && self.pins != Pins::None;
        let mut depth = 0;
        let mut annotations = String::new();
        let extra: Option<usize> = match thing.kind {
            Kind::Pooler => self.earlier(number, &[Kind::Cluster]),
            Kind::Schema => self.earlier(number, SQL),
            Kind::Cluster => self.earlier(number, &[Kind::External, Kind::Sealed]),
            Kind::InMaria => self.earlier(number, &[Kind::Maria]),
            Kind::Topic => self.earlier(number, &[Kind::Kafka]),
            Kind::Resource => self.operator(number),
            _ => None,
        };
        needs.extend(extra.map(|other| self.label(other)));
        for need in &needs {
            depth = depth.max(cluster.depths.get(need).copied().unwrap_or(0) + 1);
        }
        let pin = match self.pins {
            Pins::Right => depth,
            Pins::None => 0,
            Pins::Any(wave) => wave + i64::try_from(thing.image % 3).unwrap(),
        };
        if has_pin {
            annotations = format!(", annotations: {{argocd.argoproj.io/sync-wave: \"{pin}\"}}");
            cluster.pins.insert(label.clone(), pin);
        }
        cluster.depths.insert(label.clone(), depth);
        if thing.prepares() {
            cluster.prepares.insert(label.clone());
        }
        cluster.needs.insert(label, needs);
        let other = extra.map(|other| self.name(other));
        let text = self.document(number, &name, &annotations, &pod, other.as_deref());
        let pin = if has_pin { format!("\n  wave: {pin}") } else { String::new() };
        let _ = write!(cluster.text, "---\n{}", text.replace("{wave}", &pin));
        cluster.text.push_str(&pod.beside);
    }

    fn operator(&self, number: usize) -> Option<usize> {
        let is_resource = self.things[number].kind == Kind::Resource;
        (0..number).find(|&it| is_resource && self.things[it].kind == Kind::Operator)
    }

    fn document(
        &self,
        number: usize,
        name: &str,
        annotations: &str,
        pod: &Pod,
        other: Option<&str>,
    ) -> String {
        let choice = self.things[number].image;
        let meta = format!("metadata: {{name: {name}{annotations}}}");
        let custom = |version: &str, kind: &str, spec: &str| {
            format!("apiVersion: {version}\nkind: {kind}\n{meta}\nspec: {spec}\n")
        };
        let workload = |version: &str, kind: &str, image: &str, more: &str| {
            let Pod { env, env_from, args, volumes, mounts, init, script, .. } = pod;
            let command = match script.is_empty() {
                true => String::new(),
                false => {
                    let script = format!("set -e\n{script}exec /app/run");
                    format!("command: [sh, -c, {}], ", serde_json::to_string(&script).unwrap())
                }
            };
            format!(
                "apiVersion: {version}\nkind: {kind}\n{meta}\nspec:\n  {more}\n  template:\n    \
                 metadata: {{labels: {{app: {name}}}}}\n    spec:\n      serviceAccountName: {name}\n      \
                 initContainers:\n      - {{name: i, image: example/wait:1, env: [{init}]}}\n      \
                 containers:\n      - {{name: c, image: \"{image}\", {command}env: [{env}], \
                 envFrom: [{env_from}], args: [{args}], volumeMounts: [{mounts}]}}\n      volumes: \
                 [{volumes}]\n"
            )
        };
        let service = format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: \
             {name}}}, ports: [{{port: 80}}]}}\n"
        );
        let selector = format!("selector: {{matchLabels: {{app: {name}}}}}");
        match self.things[number].kind {
            Kind::SqlServer | Kind::Redis => {
                let sql = ["postgres:16", "rhel9/postgresql-15", "zalando/spilo-17:4", "mysql-80"];
                let data = ["redis:7", "bitnami/valkey:8", "rabbitmq:4", "mongo:7"];
                let is_sql = self.things[number].kind == Kind::SqlServer;
                let image = if is_sql { sql[choice % 4] } else { data[choice % 4] };
                let more = format!("serviceName: {name}\n  {selector}");
                workload("apps/v1", "StatefulSet", image, &more) + &service
            }
            Kind::Web => workload("apps/v1", "Deployment", "example/web:1", &selector) + &service,
            Kind::Operator => {
                workload("apps/v1", "Deployment", "example/operator:1", &selector)
                    + &RBAC.replace("NAME", name)
            }
            // Every other one migrates, where nothing else is its command.
            Kind::Job => {
                let image = ["example/report:1", "example/shop-migrations:1"][choice % 2];
                workload("batch/v1", "Job", image, "backoffLimit: 3")
            }
            Kind::Zalando => custom(
                "acid.zalan.do/v1",
                "postgresql",
                "{teamId: t, numberOfInstances: 1, postgresql: {version: \"16\"}}",
            ),
            Kind::Maria => custom("k8s.mariadb.com/v1alpha1", "MariaDB", "{storage: {size: 1Gi}}"),
            Kind::InMaria => {
                let kind = ["Database", "User"][choice % 2];
                let spec = format!("{{mariaDbRef: {{name: {}}}}}", other.unwrap_or("elsewhere"));
                custom("k8s.mariadb.com/v1alpha1", kind, &spec)
            }
            Kind::Rabbit => custom("rabbitmq.com/v1beta1", "RabbitmqCluster", "{replicas: 1}"),
            Kind::Kafka => custom("kafka.strimzi.io/v1beta2", "Kafka", "{kafka: {replicas: 1}}"),
            Kind::Topic => {
                let kind = ["KafkaTopic", "KafkaUser"][choice % 2];
                let labels = format!("strimzi.io/cluster: {}", other.unwrap_or("elsewhere"));
                format!(
                    "apiVersion: kafka.strimzi.io/v1beta2\nkind: {kind}\nmetadata: {{name: {name}, \
                     labels: {{{labels}}}{annotations}}}\nspec: {{}}\n"
                )
            }
            Kind::App => {
                let Pod { app_env, env_from, args, app_files, app_volumes, script, .. } = pod;
                let volumes = app_volumes.join("");
                let volumes = match volumes.is_empty() {
                    true => String::new(),
                    false => format!("\n  volumes:{volumes}"),
                };
                let command = match script.is_empty() {
                    true => String::new(),
                    false => {
                        let script = serde_json::to_string(&format!("{script}exec /app")).unwrap();
                        format!("\n  command: [sh, -c, {script}]")
                    }
                };
                let env = app_env.join("");
                let env = if env.is_empty() { String::new() } else { format!("\n  env:{env}") };
                let files = app_files.join("");
                let files = if files.is_empty() {
                    String::new()
                } else {
                    format!("\n  configFiles:{files}")
                };
                format!(
                    "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {{name: \
                     {name}}}\nspec:\n  image: example/app:1\n  ports: [8080]\n  envFrom: \
                     [{env_from}]\n  args: [{args}]{command}{volumes}{{wave}}{env}{files}\n"
                )
            }
            Kind::Cluster => {
                let secret = other.map(|other| {
                    let is_external = self.needs_external(number);
                    let end = if is_external { "-secret" } else { "" };
                    format!(", superuserSecret: {{name: {other}{end}}}")
                });
                let spec = format!("{{instances: 1{}}}", secret.unwrap_or_default());
                custom("postgresql.cnpg.io/v1", "Cluster", &spec)
            }
            Kind::Pooler => {
                let cluster = other.unwrap_or("elsewhere");
                let spec = format!("{{cluster: {{name: {cluster}}}, instances: 1}}");
                custom("postgresql.cnpg.io/v1", "Pooler", &spec)
            }
            Kind::External => {
                let spec =
                    format!("{{secretStoreRef: {{name: s}}, target: {{name: {name}-secret}}}}");
                custom("external-secrets.io/v1", "ExternalSecret", &spec)
            }
            Kind::Sealed => custom("bitnami.com/v1alpha1", "SealedSecret", "{encryptedData: {}}"),
            Kind::Resource => custom("example.org/v1", "Cache", "{size: 1}"),
            Kind::Schema => {
                let server = self.earlier(number, SQL);
                let host = server.and_then(|server| self.host(server));
                let host = host.unwrap_or("db.example.com".to_owned());
                let url = format!("postgres://u:p@{host}:5432/app");
                let target = match choice % 3 {
                    0 => format!("url: \"{url}\""),
                    1 => format!(
                        "credentials: {{scheme: postgres, user: u, host: {host}, port: 5432}}"
                    ),
                    _ => format!("urlFrom: {{secretKeyRef: {{name: {name}-url, key: url}}}}"),
                };
                let spec = format!("{{{target}, schema: {{sql: \"create table t (id int);\"}}}}");
                let secret = format!(
                    "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {name}-url}}\nstringData: {{url: \
                     \"{url}\"}}\n"
                );
                custom("db.atlasgo.io/v1alpha1", "AtlasSchema", &spec) + &secret
            }
        }
    }

    fn needs_external(&self, number: usize) -> bool {
        let found = self.earlier(number, &[Kind::External, Kind::Sealed]);
        found.is_some_and(|it| self.things[it].kind == Kind::External)
    }
}

/// What a schema may be applied to.
const SQL: &[Kind] = &[Kind::SqlServer, Kind::Cluster, Kind::Pooler, Kind::Zalando];

const CRD: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: caches.example.org}
spec:
  group: example.org
  names: {kind: Cache, plural: caches, singular: cache, listKind: CacheList}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true}]
";

const RBAC: &str = "\
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: NAME}
rules: [{apiGroups: [example.org], resources: [caches/status], verbs: [update, patch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: NAME}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: NAME}
subjects: [{kind: ServiceAccount, name: NAME, namespace: shop}]
";

/// What a pod reads, as it is written in a workload and in an App.
#[derive(Default)]
struct Pod {
    env: String,
    env_from: String,
    args: String,
    script: String,
    init: String,
    volumes: String,
    mounts: String,
    app_env: Vec<String>,
    app_files: Vec<String>,
    app_volumes: Vec<String>,
    beside: String,
    n_names: usize,
}

impl Pod {
    fn secret(&mut self, secret: &str, form: usize) {
        self.n_names += 1;
        let n = self.n_names;
        match form % 4 {
            0 => _ = write!(self.env_from, "{{secretRef: {{name: {secret}}}}}, "),
            1 => self.mount(n, &format!("secret: {{secretName: {secret}}}")),
            _ => self.variable(
                &format!("S{n}"),
                &format!("{{secretKeyRef: {{name: {secret}, key: k}}}}"),
            ),
        }
    }

    /// A variable from elsewhere.
    fn variable(&mut self, name: &str, from: &str) {
        let _ = write!(self.env, "{{name: {name}, valueFrom: {from}}}, ");
        self.app_env.push(format!("\n    {name}: {from}"));
    }

    fn text(&mut self, name: &str, text: &str) {
        let quoted = serde_json::to_string(text).unwrap();
        let _ = write!(self.env, "{{name: {name}, value: {quoted}}}, ");
        // `$(NAME)` is Kubernetes' own in an App too, and `$$(NAME)` the text `$(NAME)`.
        self.app_env.push(format!("\n    {name}: {quoted}"));
    }

    fn mount(&mut self, n: usize, source: &str) {
        let _ = write!(self.volumes, "{{name: v{n}, {source}}}, ");
        let _ = write!(self.mounts, "{{name: v{n}, mountPath: /etc/{n}}}, ");
        self.app_volumes.push(format!("\n    /etc/{n}: {{{source}}}"));
    }

    fn object(&mut self, head: &str, name: &str, rest: &str) {
        let _ = write!(self.beside, "---\n{head}\nmetadata: {{name: {name}}}\n{rest}\n");
    }

    /// Writes an address somewhere; what makes the Secret that holds it, if somebody does.
    fn address(
        &mut self,
        name: &str,
        form: usize,
        host: &str,
        place: Place,
        is_app: bool,
    ) -> Option<String> {
        self.n_names += 1;
        let n = self.n_names;
        let (variable, text) = FORMS[form];
        let text = text.replace("{h}", host);
        let quoted = serde_json::to_string(&text).unwrap();
        let variable = format!("A{n}_{variable}");
        let file = match place {
            Yaml => format!("app:\n  list:\n  - x\n  {variable}: {quoted}\n"),
            Json => format!("{{\n  \"a\": 1,\n  \"{variable}\": {quoted}\n}}\n"),
            _ => format!("a = 1\n{variable}={text}\n"),
        };
        let file = serde_json::to_string(&file).unwrap();
        let map = format!("{name}-config-{n}");
        let a_map = "apiVersion: v1\nkind: ConfigMap";
        let a_secret = "apiVersion: v1\nkind: Secret";
        let template = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret";
        let of_template = |data: &str| {
            format!("spec: {{secretStoreRef: {{name: s}}, target: {{template: {{data: {data}}}}}}}")
        };
        match place {
            // What is spoken of in a script is not the value of a variable with a name.
            Script if !(18..=22).contains(&form) => {
                let _ = writeln!(self.script, "/app/tool --target '{text}'");
            }
            // An App has no init containers.
            Init if !is_app => {
                let _ = write!(self.init, "{{name: {variable}, value: {quoted}}}, ");
            }
            Arguments => _ = write!(self.args, "\"--db-host\", {quoted}, "),
            Composed if text.contains(&format!("{host}:")) => {
                self.text(&format!("H{n}"), host);
                self.text(&variable, &text.replace(host, &format!("$(H{n})")));
            }
            Map => {
                self.object(a_map, &map, &format!("data: {{{variable}: {quoted}}}"));
                let _ = write!(self.env_from, "{{configMapRef: {{name: {map}}}}}, ");
            }
            MapKey => {
                self.object(a_map, &map, &format!("data: {{k: {quoted}}}"));
                let from = format!("{{configMapKeyRef: {{name: {map}, key: k}}}}");
                self.variable(&variable, &from);
            }
            Properties if is_app => {
                self.app_files.push(format!("\n    /etc/{n}/app.properties: {file}"));
            }
            Properties | Yaml | Json => {
                self.object(a_map, &map, &format!("data: {{app.conf: {file}}}"));
                self.mount(n, &format!("configMap: {{name: {map}}}"));
            }
            Place::Secret => {
                self.object(a_secret, &map, &format!("stringData: {{{variable}: {quoted}}}"));
                let _ = write!(self.env_from, "{{secretRef: {{name: {map}}}}}, ");
            }
            SecretKey => {
                self.object(a_secret, &map, &format!("stringData: {{k: {quoted}}}"));
                let from = format!("{{secretKeyRef: {{name: {map}, key: k}}}}");
                self.variable(&variable, &from);
            }
            SecretFile => {
                self.object(a_secret, &map, &format!("stringData: {{app.conf: {file}}}"));
                self.mount(n, &format!("secret: {{secretName: {map}}}"));
            }
            Template | TemplateKey | TemplateFile => {
                let data = match place {
                    Template => format!("{{{variable}: {quoted}}}"),
                    TemplateKey => format!("{{k: {quoted}}}"),
                    _ => format!("{{app.conf: {file}}}"),
                };
                self.object(template, &map, &of_template(&data));
                match place {
                    Template => {
                        let _ = write!(self.env_from, "{{secretRef: {{name: {map}}}}}, ");
                    }
                    TemplateKey => {
                        let from = format!("{{secretKeyRef: {{name: {map}, key: k}}}}");
                        self.variable(&variable, &from);
                    }
                    _ => self.mount(n, &format!("secret: {{secretName: {map}}}")),
                }
                return Some(format!("ExternalSecret/{map}"));
            }
            _ => self.text(&variable, &text),
        }
        None
    }
}

impl Cluster {
    /// What is not healthy in the wave in which the sync stays; nothing when all waves are applied.
    fn hangs(&self, waves: &BTreeMap<String, i64>) -> Option<String> {
        let mut all: Vec<i64> = waves.values().copied().collect();
        all.sort_unstable();
        all.dedup();
        let mut healthy: BTreeSet<&str> = BTreeSet::new();
        for (number, wave) in all.iter().enumerate() {
            let applied: Vec<&String> =
                self.needs.keys().filter(|label| waves[*label] <= *wave).collect();
            while let Some(next) = applied.iter().find(|label| {
                !healthy.contains(label.as_str())
                    && self.needs[**label].iter().all(|need| healthy.contains(need.as_str()))
            }) {
                healthy.insert(next);
            }
            let stuck = applied.iter().find(|label| !healthy.contains(label.as_str()));
            // Nothing waits for the last wave, but what is not healthy by then never is.
            if let Some(stuck) = stuck {
                return Some(format!("{stuck} in wave {wave} ({} of {})", number + 1, all.len()));
            }
        }
        None
    }

    /// Whether written waves say that something comes before what it needs: one of those that need it
    /// is written into an earlier wave than something that the other one needs.
    fn excuses<'a>(&'a self, label: &'a String, need: &'a String) -> bool {
        let needs = |label: &'a String| self.needs[label].iter().collect::<Vec<_>>();
        let users = |label: &'a String| {
            let of_server = match self.prepares.contains(label) {
                true => self.reached(label, &needs).filter(|it| *it != label).collect(),
                false => BTreeSet::new(),
            };
            let is_user = |user: &String, needs: &BTreeSet<String>| {
                let shares = || user != label && needs.iter().any(|it| of_server.contains(it));
                needs.contains(label) || shares()
            };
            let users = self.needs.iter().filter(|(user, needs)| is_user(user, needs));
            users.map(|(user, _)| user).collect()
        };
        let early = self.reached(label, &users).filter_map(|it| self.pins.get(it)).min();
        let late = self.reached(need, &needs).filter_map(|it| self.pins.get(it)).max();
        early.zip(late).is_some_and(|(early, late)| late > early)
    }

    /// A label and all that can be reached from it.
    fn reached<'a>(
        &'a self,
        label: &'a String,
        next: &dyn Fn(&'a String) -> Vec<&'a String>,
    ) -> impl Iterator<Item = &'a String> + use<'a> {
        let mut seen = BTreeSet::from([label]);
        let mut stack = vec![label];
        while let Some(label) = stack.pop() {
            stack.extend(next(label).into_iter().filter(|&it| seen.insert(it)));
        }
        seen.into_iter()
    }

    /// The waves without the plugin: 0, but where somebody wrote others.
    fn plain(&self) -> BTreeMap<String, i64> {
        let wave = |label: &String| self.pins.get(label).copied().unwrap_or(0);
        self.needs.keys().map(|label| (label.clone(), wave(label))).collect()
    }
}

fn comes_up(project: &Project) -> Result<(), String> {
    let cluster = project.build();
    let compiled = compile_text(&cluster.text);
    let fail = |what: String| Err(format!("{what}\n{}", cluster.text));
    if compiled.diagnostics.has_errors() {
        // Somebody's waves may contradict what an App refers to; nothing here is written.
        return fail(format!("errors: {:?}", compiled.headlines()));
    }
    let waves = compiled.waves();
    if let Some(stuck) = cluster.hangs(&waves)
        && cluster.hangs(&cluster.plain()).is_none()
    {
        return fail(format!("hangs: {stuck}\n{waves:#?}"));
    }
    let is_doubt =
        |line: &String| line.contains("wave-pin-doubtful") || line.contains("pin-holds-back");
    // Whether an App needs what a schema or a migration makes is not simulated: a wave between them is
    // ours to want.
    let migrates =
        |thing: &Thing| thing.prepares() && matches!(thing.kind, Kind::Schema | Kind::Job);
    let has_schema = project.things.iter().any(migrates);
    if !matches!(project.pins, Pins::Any(_)) {
        if let Some(stuck) = cluster.hangs(&waves) {
            return fail(format!("hangs: {stuck}\n{waves:#?}"));
        }
        let headlines = compiled.headlines();
        if let Some(line) = headlines.iter().find(|line| is_doubt(line) && !has_schema) {
            return fail(format!("warns of a right order: {line}"));
        }
        for (label, needs) in &cluster.needs {
            if let Some(need) = needs.iter().find(|need| waves[*need] > waves[label]) {
                return fail(format!("{label} is before {need}\n{waves:#?}"));
            }
        }
    }
    for (label, needs) in &cluster.needs {
        let is_late = |need: &&String| waves[*need] > waves[label];
        if let Some(need) = needs.iter().find(|need| is_late(need) && !cluster.excuses(label, need))
        {
            return fail(format!("no written wave puts {label} before {need}\n{waves:#?}"));
        }
    }
    // An App is printed as a Deployment.
    let label = |id: &str| {
        let app = id.strip_prefix("Deployment/").map(|name| format!("App/{name}"));
        app.filter(|app| cluster.needs.contains_key(app)).unwrap_or(id.to_owned())
    };
    let is_pinned = |id: &str| cluster.pins.contains_key(&label(id));
    let mut found = crate::common::names::inversions(&compiled.manifests(), |_| true, is_pinned);
    // Between written waves there may be no room for a wave of its own, or none at all.
    found.retain(|found| {
        let (reader, named) = (label(&found.reader.0), label(&found.named.0));
        let is_narrow = !cluster.pins.is_empty() && found.reader.1 == found.named.1;
        !is_narrow && !cluster.excuses(&reader, &named)
    });
    if !found.is_empty() {
        return fail(format!("{found:#?}"));
    }
    Ok(())
}

#[test]
fn every_project_comes_up() {
    let wanted = std::env::var("SIMULATIONS").ok().and_then(|text| text.parse().ok());
    let all = if crate::common::is_thorough() { 10_000 } else { 200 };
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(wanted.unwrap_or(all))
    };
    // The same projects in every run: `SIMULATIONS` asks for more of them.
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config, random)
        .run(&project(), |project| comes_up(&project).map_err(TestCaseError::fail));
    if let Err(TestError::Fail(why, _)) = &result {
        assert!(result.is_ok(), "{why}");
    }
    assert!(result.is_ok(), "{result:?}");
}
