//! A simulated cluster: random projects of services, databases, Secrets, operators and Jobs are
//! applied wave by wave, and an object is healthy only when everything that it needs is. A project
//! that comes up with the waves that somebody wrote comes up with ours too, and an order that is
//! right gets no warning.
//!
//! `SIMULATIONS=10000 cargo test --test fast simulation::` tries more of them.
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
const FORMS: [(&str, &str); 20] = [
    ("DATABASE_URL", "postgres://u:$(P)@{h}:5432/app"),
    ("SPRING_DATASOURCE_URL", "jdbc:postgresql://{h}:5432/app?ssl=false"),
    ("ConnectionStrings__Shop", "Server={h},1433;Database=app;User Id=sa"),
    ("DSN", "host={h} port=5432 dbname=app"),
    ("DSN", "u:p@tcp({h}:3306)/app"),
    ("DB_ADDR", "{h}:5432"),
    ("DB_HOST", "{h}"),
    ("DB_HOST", "{h}.shop.svc.cluster.local"),
    ("REDIS_URL", "redis://:p@{h}.shop:6379/0"),
    ("SENTINELS", "{h}:26379,elsewhere.example.com:26379"),
    ("AMQP", "amqp://u:p@{h}:5672/%2f"),
    ("BROKERS", "PLAINTEXT://{h}:9092,PLAINTEXT://k.example.com:9092"),
    ("MONGO", "mongodb://u:p@m.example.com,{h}:27017/app"),
    ("API", "http://{h}:8080/v1"),
    ("API", "https://{h}/v1"),
    ("NATS", "nats://{h}:4222"),
    ("ORACLE", "jdbc:oracle:thin:@//{h}:1521/app"),
    ("ODBC", "Driver={X};Host={h};Port=5432"),
    ("PGHOST", "{h}.shop.svc"),
    ("UPSTREAM", "grpc://{h}:50051"),
];

/// Where an address is written.
const PLACES: usize = 6;

/// One thing: its kind, which earlier ones it needs with how that is said, and choices.
#[derive(Clone, Debug)]
struct Thing {
    kind: Kind,
    needs: Vec<(usize, usize, usize)>,
    image: usize,
    pin: bool,
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
        2 => Just(External), 1 => Just(Sealed), 1 => Just(Operator), 2 => Just(Resource),
        2 => Just(Schema), 6 => Just(Web), 3 => Just(App), 1 => Just(Job),
    ];
    let needs = prop::collection::vec((0..16usize, 0..FORMS.len(), 0..PLACES), 0..4);
    let thing = (kind, needs, 0..64usize, prop::bool::weighted(0.3))
        .prop_map(|(kind, needs, image, pin)| Thing { kind, needs, image, pin });
    let pins = prop_oneof![
        4 => Just(Pins::None), 2 => Just(Pins::Right), 1 => (-3..5i64).prop_map(Pins::Any),
    ];
    (prop::collection::vec(thing, 1..14), prop::collection::vec(0..26usize, 14), pins).prop_map(
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
            Kind::Cluster => Some(format!("{name}-rw")),
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
                // Its operator makes the Secret, once the resource is there.
                let operator = self.operator(other);
                needs.extend(operator.map(|operator| self.label(operator)));
            } else if let Some(host) = self.host(other) {
                // A server of data names no application.
                let is_data = matches!(thing.kind, Kind::SqlServer | Kind::Redis);
                if !is_data {
                    pod.address(&name, form, &host, place, thing.kind == Kind::App);
                    needs.insert(self.label(other));
                }
            }
        }
        let has_pin = thing.pin && self.pins != Pins::None;
        let mut depth = 0;
        let mut annotations = String::new();
        let extra: Option<usize> = match thing.kind {
            Kind::Pooler => self.earlier(number, &[Kind::Cluster]),
            Kind::Schema => self.earlier(number, &[Kind::SqlServer, Kind::Cluster, Kind::Pooler]),
            Kind::Cluster => self.earlier(number, &[Kind::External, Kind::Sealed]),
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
            let Pod { env, env_from, args, volumes, mounts, .. } = pod;
            format!(
                "apiVersion: {version}\nkind: {kind}\n{meta}\nspec:\n  {more}\n  template:\n    \
                 metadata: {{labels: {{app: {name}}}}}\n    spec:\n      serviceAccountName: {name}\n      containers:\n      - {{name: c, \
                 image: \"{image}\", env: [{env}], envFrom: [{env_from}], args: [{args}], \
                 volumeMounts: [{mounts}]}}\n      volumes: [{volumes}]\n"
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
            Kind::Job => workload("batch/v1", "Job", "example/report:1", "backoffLimit: 3"),
            Kind::App => {
                let Pod { app_env, env_from, args, app_files, .. } = pod;
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
                     [{env_from}]\n  args: [{args}]{{wave}}{env}{files}\n"
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
                let server = self.earlier(number, &[Kind::SqlServer, Kind::Cluster, Kind::Pooler]);
                let host = server.and_then(|server| self.host(server));
                let host = host.unwrap_or("db.example.com".to_owned());
                let spec = format!(
                    "{{url: \"postgres://u@{host}:5432/app\", schema: {{sql: \"create table t (id int);\"}}}}"
                );
                custom("db.atlasgo.io/v1alpha1", "AtlasSchema", &spec)
            }
        }
    }

    fn needs_external(&self, number: usize) -> bool {
        let found = self.earlier(number, &[Kind::External, Kind::Sealed]);
        found.is_some_and(|it| self.things[it].kind == Kind::External)
    }
}

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
    volumes: String,
    mounts: String,
    app_env: Vec<String>,
    app_files: Vec<String>,
    beside: String,
    n_names: usize,
}

impl Pod {
    fn secret(&mut self, secret: &str, form: usize) {
        self.n_names += 1;
        let n = self.n_names;
        match form % 3 {
            0 => _ = write!(self.env_from, "{{secretRef: {{name: {secret}}}}}, "),
            _ => {
                let from = format!("{{secretKeyRef: {{name: {secret}, key: k}}}}");
                let _ = write!(self.env, "{{name: S{n}, valueFrom: {from}}}, ");
                self.app_env.push(format!("\n    S{n}: {from}"));
            }
        }
    }

    fn address(&mut self, name: &str, form: usize, host: &str, place: usize, is_app: bool) {
        self.n_names += 1;
        let n = self.n_names;
        let (variable, text) = FORMS[form];
        let text = text.replace("{h}", host);
        let quoted = serde_json::to_string(&text).unwrap();
        let variable = format!("A{n}_{variable}");
        let map = format!("{name}-config-{n}");
        let mut config = |data: String| {
            let _ = write!(
                self.beside,
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {map}}}\ndata: {data}\n"
            );
        };
        match place {
            0 => {
                config(format!("{{{variable}: {quoted}}}"));
                let _ = write!(self.env_from, "{{configMapRef: {{name: {map}}}}}, ");
            }
            1 if is_app => {
                let file = serde_json::to_string(&format!("a = 1\n{variable}={text}\n")).unwrap();
                self.app_files.push(format!("\n    /etc/{n}/app.properties: {file}"));
            }
            1 => {
                let file = serde_json::to_string(&format!("a = 1\n{variable}={text}\n")).unwrap();
                config(format!("{{app.properties: {file}}}"));
                let _ = write!(self.volumes, "{{name: v{n}, configMap: {{name: {map}}}}}, ");
                let _ = write!(self.mounts, "{{name: v{n}, mountPath: /etc/{n}}}, ");
            }
            2 => {
                let _ = write!(self.args, "\"--db-host\", {quoted}, ");
            }
            _ => {
                let _ = write!(self.env, "{{name: {variable}, value: {quoted}}}, ");
                self.app_env.push(format!("\n    {variable}: {quoted}"));
            }
        }
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
    // Whether an App needs what a schema makes is not simulated: a wave between them is ours to want.
    let has_schema = project.things.iter().any(|thing| thing.kind == Kind::Schema);
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
    if cluster.pins.is_empty() {
        let found = crate::common::names::inversions(&compiled.manifests(), |_| true);
        if !found.is_empty() {
            return fail(format!("{found:#?}"));
        }
    }
    Ok(())
}

#[test]
fn every_project_comes_up() {
    let wanted = std::env::var("SIMULATIONS").ok().and_then(|text| text.parse().ok());
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(wanted.unwrap_or_else(|| crate::common::n_cases(1_600)))
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
