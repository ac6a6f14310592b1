//! Plain manifests get the waves that their meaning asks for (rules 4 and 5 of the waves).

#![expect(clippy::expect_used, reason = "a test stops at what it did not expect")]

use std::collections::BTreeMap;

use argocd_atlas_plugin::diag::Diagnostics;
use argocd_atlas_plugin::environment::Environment;
use argocd_atlas_plugin::pipeline::{Compilation, compile};
use argocd_atlas_plugin::source::Sources;

fn compiled(text: &str) -> (Compilation, Vec<&'static str>) {
    let mut sources = Sources::default();
    let root = sources.add(".", "");
    sources.add("all.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let environment = Environment::default();
    let compilation = compile(&mut sources, root, &environment, |_, _, _| {}, &mut diagnostics);
    let codes = diagnostics.sorted().iter().map(|found| found.code.name()).collect();
    (compilation, codes)
}

fn waves(text: &str) -> BTreeMap<String, i64> {
    let (compilation, _) = compiled(text);
    let units = compilation.plan.units.iter();
    units.map(|it| (compilation.project.label(it.unit), it.wave)).collect()
}

#[track_caller]
fn check(text: &str, expected: &[(&str, i64)]) {
    let waves = waves(text);
    for (label, wave) in expected {
        assert_eq!(waves.get(*label), Some(wave), "{label} in {waves:#?}");
    }
}

#[track_caller]
fn check_codes(text: &str, expected: &[&str]) {
    assert_eq!(compiled(text).1, expected);
}

/// Why a unit waits: `by` of every edge that leads to it.
fn reasons(text: &str, label: &str) -> Vec<String> {
    let (compilation, _) = compiled(text);
    let links = &compilation.links;
    let named = |unit| compilation.project.label(unit) == label;
    let node = (0..links.nodes().len()).find(|&node| named(*links.node(node)));
    let node = node.expect("the unit is there");
    links.incoming(node).map(|edge| edge.weight.by.to_string()).collect()
}

const MYSQL: &str = "\
apiVersion: v1
kind: Service
metadata: {name: mysql}
spec: {ports: [{port: 3306}], selector: {app: mysql}, clusterIP: None}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mysql}
spec:
  selector: {matchLabels: {app: mysql}}
  template:
    metadata: {labels: {app: mysql}}
    spec: {containers: [{image: mysql, name: mysql}]}
";
const SCHEMA: &str = "\
apiVersion: db.atlasgo.io/v1alpha1
kind: AtlasSchema
metadata: {name: myapp}
spec:
  url: mysql://root:pass@mysql:3306/example
  schema: {sql: create table users (id int);}
";

fn workload(kind: &str, name: &str, pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n  selector: \
         {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    \
         spec: {pod}\n"
    )
}

fn web(container: &str) -> String {
    workload(
        "Deployment",
        "web",
        &format!("{{containers: [{{name: web, image: nginx{container}}}]}}"),
    )
}

fn all(parts: &[&str]) -> String {
    parts.join("\n---\n")
}

#[test]
fn the_guide_without_its_waves() {
    let text = all(&[MYSQL, SCHEMA, &web("")]);
    check(
        &text,
        &[
            ("Service/mysql", 0),
            ("Deployment/mysql", 0),
            ("AtlasSchema/myapp", 1),
            ("Deployment/web", 2),
        ],
    );
    check_codes(&text, &[]);
    assert_eq!(reasons(&text, "AtlasSchema/myapp"), ["url"]);
    assert_eq!(reasons(&text, "Deployment/web"), ["the safe default"]);
}

#[test]
fn the_guide_with_its_waves_keeps_them() {
    let pinned = |text: &str, wave: u8| {
        let annotation =
            format!("annotations: {{argocd.argoproj.io/sync-wave: \"{wave}\"}}, name:");
        text.replace("metadata: {name:", &format!("metadata: {{{annotation}"))
    };
    let text = all(&[&pinned(MYSQL, 0), &pinned(SCHEMA, 1), &pinned(&web(""), 2)]);
    check(&text, &[("Deployment/mysql", 0), ("AtlasSchema/myapp", 1), ("Deployment/web", 2)]);
    check_codes(&text, &[]);
}

#[test]
fn a_stateful_set_behind_chart_labels() {
    let chart = "\
apiVersion: v1
kind: Service
metadata: {name: shop-postgresql}
spec: {selector: {app.kubernetes.io/name: postgresql, app.kubernetes.io/instance: shop}}
---
apiVersion: v1
kind: Service
metadata: {name: shop-postgresql-hl}
spec: {clusterIP: None, selector: {app.kubernetes.io/name: postgresql, app.kubernetes.io/instance: shop}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: shop-postgresql}
spec:
  serviceName: shop-postgresql-hl
  template:
    metadata:
      labels: {app.kubernetes.io/name: postgresql, app.kubernetes.io/instance: shop, extra: x}
    spec: {containers: [{name: pg, image: 'docker.io/bitnami/postgresql:17'}]}
";
    let schema = "\
apiVersion: db.atlasgo.io/v1alpha1
kind: AtlasMigration
metadata: {name: shop}
spec:
  credentials: {scheme: postgres, host: shop-postgresql-0.shop-postgresql-hl.default.svc.cluster.local, database: shop}
  dir: {local: {}}
";
    let text = all(&[
        chart,
        schema,
        &web(", env: [{name: DB_HOST, value: shop-postgresql}, {name: DB_NAME, value: shop}]"),
    ]);
    let expected =
        [("StatefulSet/shop-postgresql", 0), ("AtlasMigration/shop", 1), ("Deployment/web", 2)];
    check(&text, &expected);
    assert_eq!(reasons(&text, "Deployment/web"), ["env `DB_HOST`"]);
}

#[test]
fn a_url_in_a_secret_of_the_project() {
    let secret = "\
apiVersion: v1
kind: Secret
metadata: {name: db-url}
data: {url: bXlzcWw6Ly9yb290OnBhc3NAbXlzcWw6MzMwNi9leGFtcGxl}
";
    let schema = "\
apiVersion: db.atlasgo.io/v1alpha1
kind: AtlasSchema
metadata: {name: myapp}
spec: {urlFrom: {secretKeyRef: {name: db-url, key: url}}, schema: {sql: create table x (id int);}}
";
    let reader = web(", env: [{name: U, valueFrom: {secretKeyRef: {name: db-url, key: url}}}]");
    let text = all(&[MYSQL, secret, schema, &reader]);
    check(&text, &[("Secret/db-url", 0), ("AtlasSchema/myapp", 1), ("Deployment/web", 2)]);
    assert_eq!(reasons(&text, "AtlasSchema/myapp"), ["Secret `db-url`"]);
    assert_eq!(reasons(&text, "Deployment/web"), ["env `U`"]);
}

#[test]
fn a_secret_from_elsewhere_says_nothing_so_every_sql_server_comes_first() {
    let schema = "\
apiVersion: db.atlasgo.io/v1alpha1
kind: AtlasSchema
metadata: {name: myapp}
spec: {urlFrom: {secretKeyRef: {name: db-url, key: url}}, schema: {sql: create table x (id int);}}
";
    let text = all(&[MYSQL, schema, &web("")]);
    check(&text, &[("Deployment/mysql", 0), ("AtlasSchema/myapp", 1), ("Deployment/web", 2)]);
}

#[test]
fn the_database_reads_the_same_secret_and_still_comes_first() {
    let mysql = MYSQL.replace("name: mysql}]", "name: mysql, envFrom: [{secretRef: {name: db}}]}]");
    let schema = "\
apiVersion: db.atlasgo.io/v1alpha1
kind: AtlasSchema
metadata: {name: myapp}
spec:
  credentials:
    {scheme: mysql, host: mysql.shop, database: x, user: root, passwordFrom: {secretKeyRef: {name: db, key: p}}}
  schema: {sql: create table x (id int);}
";
    let made = "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: any}
spec: {secretStoreRef: {name: store}, target: {name: db}}
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: store}
";
    let reader = web(", env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: p}}}]");
    let text = all(&[&mysql, schema, made, &reader]);
    let expected = [
        ("SecretStore/store", 0),
        ("ExternalSecret/any", 1),
        ("Deployment/mysql", 2),
        ("AtlasSchema/myapp", 3),
        ("Deployment/web", 4),
    ];
    check(&text, &expected);
    check_codes(&text, &[]);
}

#[test]
fn composed_urls_separate_variables_arguments_and_init_containers() {
    let other = SCHEMA.replace("name: myapp", "name: other").replace("/example", "/other");
    let uses = |pod: &str| {
        let text = all(&[MYSQL, SCHEMA, &other, &workload("Deployment", "web", pod)]);
        let (compilation, _) = compiled(&text);
        let links = &compilation.links;
        let web = |node: &usize| compilation.project.label(*links.node(*node)) == "Deployment/web";
        let node = (0..links.nodes().len()).find(web).expect("it is there");
        let firsts =
            links.incoming(node).map(|edge| compilation.project.label(*links.node(edge.from)));
        firsts.collect::<Vec<_>>().join(" ")
    };
    let container = |rest: &str| format!("{{containers: [{{name: web, image: nginx, {rest}}}]}}");
    let composed = container(
        "env: [{name: H, value: mysql}, {name: D, value: other}, {name: P, valueFrom: {secretKeyRef: \
         {name: x, key: y}}}, {name: URL, value: 'mysql://root:$(P)@$(H):3306/$(D)'}]",
    );
    assert_eq!(uses(&composed), "AtlasSchema/other");
    let separate =
        container("env: [{name: DB_HOST, value: 'mysql:3306'}, {name: DB_NAME, value: example}]");
    assert_eq!(uses(&separate), "AtlasSchema/myapp");
    let host_only =
        container("env: [{name: DB_HOST, value: mysql}, {name: DB_TYPE, value: mysql}]");
    assert_eq!(uses(&host_only), "AtlasSchema/myapp AtlasSchema/other");
    let driver_only = container("env: [{name: DB_CONNECTION, value: mysql}]");
    assert_eq!(uses(&driver_only), "every Schema");
    let argument = container("args: ['--dsn=root@tcp(mysql:3306)/other']");
    assert_eq!(uses(&argument), "AtlasSchema/other");
    let flag = container("args: [--db-host, mysql, --db-name, example]");
    assert_eq!(uses(&flag), "AtlasSchema/myapp");
    let init = "{initContainers: [{name: i, image: x, env: [{name: U, value: 'mysql://mysql/other'}]}], \
                containers: [{name: web, image: nginx}]}";
    assert_eq!(uses(init), "AtlasSchema/other");
    let elsewhere = container("env: [{name: U, value: 'mysql://mysql/third'}]");
    assert_eq!(uses(&elsewhere), "Deployment/mysql every Schema");
}

#[test]
fn config_maps_are_read_too() {
    let map = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: app}
data:
  application.properties: |
    spring.datasource.url=jdbc:mysql://mysql:3306/example
    spring.datasource.username=root
";
    let web = workload(
        "Deployment",
        "web",
        "{volumes: [{name: c, configMap: {name: app}}], containers: [{name: w, image: x}]}",
    );
    let text = all(&[MYSQL, SCHEMA, map, &web]);
    assert_eq!(reasons(&text, "Deployment/web"), ["ConfigMap `app`"]);
}

#[test]
fn cloudnative_pg_makes_service_and_secret() {
    let cluster = "\
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: pg}
spec: {instances: 3, storage: {size: 1Gi}}
---
apiVersion: db.atlasgo.io/v1alpha1
kind: AtlasSchema
metadata: {name: shop}
spec: {urlFrom: {secretKeyRef: {name: pg-app, key: uri}}, schema: {sql: create table x (id int);}}
---
apiVersion: db.atlasgo.io/v1alpha1
kind: AtlasSchema
metadata: {name: other}
spec: {url: 'postgres://u@pg-rw.shop:5432/app', schema: {sql: create table x (id int);}}
";
    let reader = web(", envFrom: [{secretRef: {name: pg-app}}]");
    let text = all(&[cluster, &reader]);
    let by_host = web(", env: [{name: PGHOST, value: pg-rw}]");
    assert_eq!(reasons(&all(&[cluster, &by_host]), "Deployment/web"), ["env `PGHOST`"; 2]);
    check(
        &text,
        &[
            ("Cluster/pg", 0),
            ("AtlasSchema/shop", 1),
            ("AtlasSchema/other", 1),
            ("Deployment/web", 2),
        ],
    );
}

#[test]
fn an_operator_and_its_custom_resources() {
    let operator = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: atlasschemas.db.atlasgo.io}
spec: {group: db.atlasgo.io, names: {kind: AtlasSchema, plural: atlasschemas}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: manager}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: manager}
rules: [{apiGroups: [db.atlasgo.io], resources: [atlasschemas/status], verbs: [get, patch, update]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: manager}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: manager}
subjects: [{kind: ServiceAccount, name: manager, namespace: default}]
";
    let controller = workload(
        "Deployment",
        "manager",
        "{serviceAccountName: manager, containers: [{name: m, image: 'example/manager:1'}]}",
    );
    let text = all(&[MYSQL, SCHEMA, operator, &controller, &web("")]);
    check(&text, &[("Deployment/manager", 0), ("AtlasSchema/myapp", 1), ("Deployment/web", 2)]);
    let image = controller.replace("example/manager:1", "arigaio/atlas-operator:0.7.37");
    check(&all(&[MYSQL, SCHEMA, &image]), &[("Deployment/manager", 0), ("AtlasSchema/myapp", 1)]);
}

#[test]
fn two_databases_do_not_wait_for_each_others_schemas() {
    let other = MYSQL.replace("mysql", "mariadb");
    let schema = SCHEMA.replace("myapp", "other").replace("@mysql:", "@mariadb:");
    let text = all(&[MYSQL, SCHEMA, &other, &schema, &web("")]);
    let expected = [
        ("Deployment/mysql", 0),
        ("Deployment/mariadb", 0),
        ("AtlasSchema/other", 1),
        ("Deployment/web", 2),
    ];
    check(&text, &expected);
    let cache = workload("Deployment", "cache", "{containers: [{name: r, image: 'redis:7'}]}");
    check(&all(&[MYSQL, SCHEMA, &cache]), &[("Deployment/cache", 0)]);
}

#[test]
fn a_dev_database_comes_before_the_schema() {
    let schema = SCHEMA.replace("  schema:", "  devURL: mysql://root@dev:3306/\n  schema:");
    let dev = MYSQL.replace("mysql", "dev").replace("image: dev", "image: example/server");
    check(&all(&[MYSQL, &dev, &schema]), &[("Deployment/dev", 0), ("AtlasSchema/myapp", 1)]);
}

#[test]
fn dependencies_written_by_hand_replace_what_would_be_inferred() {
    let nothing = web("").replace(
        "{name: web}\nspec",
        "{name: web, annotations: {argocd-atlas-plugin/depends-on: \"\"}}\nspec",
    );
    check(&all(&[MYSQL, SCHEMA, &nothing]), &[("Deployment/web", 0)]);
    let service = nothing.replace("\"\"", "Service/mysql");
    check(&all(&[MYSQL, SCHEMA, &service]), &[("Service/mysql", 0), ("Deployment/web", 1)]);
}

#[test]
fn a_job_that_makes_the_database_is_before_the_schema_by_annotation() {
    let job = "\
apiVersion: batch/v1
kind: Job
metadata: {name: init}
spec: {template: {spec: {containers: [{name: i, image: mysql, env: [{name: MYSQL_HOST, value: mysql}]}]}}}
";
    let schema = SCHEMA.replace(
        "metadata: {name: myapp}",
        "metadata: {name: myapp, annotations: {argocd-atlas-plugin/depends-on: 'Job/init, Deployment/mysql'}}",
    );
    // It names the server, so it comes after it.
    let expected = [("Deployment/mysql", 0), ("Job/init", 1), ("AtlasSchema/myapp", 2)];
    check(&all(&[MYSQL, &schema, job]), &expected);
}

#[test]
fn what_serves_a_workload_goes_with_it() {
    let rest = "\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, selector: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: web-internal}
spec: {selector: {app: web}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {defaultBackend: {service: {name: web-internal, port: {number: 80}}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
";
    let web = workload(
        "Deployment",
        "web",
        "{volumes: [{name: d, persistentVolumeClaim: {claimName: data}}], containers: [{name: w, image: x}]}",
    );
    let text = all(&[MYSQL, SCHEMA, &web, rest]);
    let expected = [
        ("Deployment/web", 2),
        ("Service/web", 2),
        ("Service/web-internal", 0),
        ("Ingress/web", 2),
        ("HorizontalPodAutoscaler/web", 2),
        ("PodDisruptionBudget/web", 0),
        ("PersistentVolumeClaim/data", 2),
    ];
    check(&text, &expected);
    check_codes(&text, &[]);
}

#[test]
fn a_pin_that_waits_for_what_comes_later_is_a_warning() {
    let pinned = |kind: &str, api: &str, spec: &str| {
        format!(
            "apiVersion: {api}\nkind: {kind}\nmetadata: {{name: x, annotations: \
             {{argocd.argoproj.io/sync-wave: \"0\"}}}}\nspec: {spec}\n"
        )
    };
    let web = workload(
        "Deployment",
        "web",
        "{volumes: [{name: d, persistentVolumeClaim: {claimName: x}}], containers: [{name: w, image: n}]}",
    );
    let claim = pinned("PersistentVolumeClaim", "v1", "{}");
    check_codes(&all(&[MYSQL, SCHEMA, &web, &claim]), &["pin-holds-back"]);
    let later = web.replace(
        "{name: web}\nspec",
        "{name: web, annotations: {argocd.argoproj.io/sync-wave: \"5\"}}\nspec",
    );
    let target = "{scaleTargetRef: {kind: Deployment, name: web}}";
    let autoscaler = pinned("HorizontalPodAutoscaler", "autoscaling/v2", target);
    let text = all(&[MYSQL, SCHEMA, &later, &autoscaler]);
    check_codes(&text, &["pin-holds-back"]);
    check(&text, &[("HorizontalPodAutoscaler/x", 0), ("Deployment/web", 5)]);
    // A LoadBalancer gets its address without anything behind it.
    let balancer = pinned("Service", "v1", "{type: LoadBalancer, selector: {app: web}}");
    check_codes(&all(&[MYSQL, SCHEMA, &later, &balancer]), &[]);
    // So does a claim on a volume that is there.
    let bound = pinned("PersistentVolumeClaim", "v1", "{volumeName: disk}");
    check_codes(&all(&[MYSQL, SCHEMA, &web, &bound]), &[]);
    // What has no wave of its own is arranged around the pin, and nothing is held back.
    let autoscaler =
        pinned("HorizontalPodAutoscaler", "autoscaling/v2", "{scaleTargetRef: {name: web}}");
    let text = all(&[MYSQL, SCHEMA, &web, &autoscaler]);
    check_codes(&text, &[]);
    let expected = [
        ("Deployment/mysql", -2),
        ("Service/mysql", -2),
        ("AtlasSchema/myapp", -1),
        ("Deployment/web", 0),
    ];
    check(&text, &expected);
}

#[test]
fn a_written_wave_outdoes_what_is_inferred() {
    let pin = |text: &str, wave: &str| {
        text.replacen(
            "}\nspec",
            &format!(", annotations: {{argocd.argoproj.io/sync-wave: \"{wave}\"}}}}\nspec"),
            1,
        )
    };
    let web = pin(&web(", env: [{name: U, value: 'mysql://mysql/example'}]"), "0");
    let schema = pin(SCHEMA, "1");
    let text = all(&[MYSQL, &schema, &web]);
    check_codes(&text, &["wave-pin-doubtful"]);
    check(&text, &[("AtlasSchema/myapp", 1), ("Deployment/web", 0)]);
    // Nothing is known of this one but its wave.
    let other = pin(&workload("Deployment", "other", "{containers: []}"), "0");
    check_codes(&all(&[MYSQL, &schema, &other]), &[]);
}

#[test]
fn what_seems_to_go_round_in_a_circle_is_no_warning() {
    // Each server's pods use the other's database.
    let server = |name: &str, other: &str| {
        MYSQL.replace("mysql", name).replace(
            &format!("image: {name}"),
            &format!("image: example/x, env: [{{name: DB_HOST, value: {other}}}]"),
        )
    };
    let schema =
        |name: &str| SCHEMA.replace("myapp", name).replace("@mysql:", &format!("@{name}:"));
    let text = all(&[&server("a", "b"), &server("b", "a"), &schema("a"), &schema("b")]);
    check_codes(&text, &[]);
    // What names each other comes in one wave, and takes the rest along.
    let sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: key}\n";
    let pod = |name: &str, other: &str, more: &str| {
        let env = format!("env: [{{name: PEER, value: 'http://{other}:80'}}]{more}");
        let pod = workload(
            "Deployment",
            name,
            &format!("{{containers: [{{name: c, image: x, {env}}}]}}"),
        );
        let service = format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: {name}}}}}\n"
        );
        pod + &service
    };
    let reads = ", envFrom: [{secretRef: {name: key}}]";
    let text = all(&[sealed, &pod("one", "two", reads), &pod("two", "one", "")]);
    check_codes(&text, &[]);
    check(&text, &[("SealedSecret/key", 0), ("Deployment/one", 1), ("Deployment/two", 1)]);
}

#[test]
fn specs_take_part() {
    let text = "\
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: db}
spec: {engine: postgres}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec: {database: db, sql: create table a (id int);}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: api}
spec:
  image: x
  env: {KEY: {secretKeyRef: {name: key, key: k}}}
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: key}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: db-credentials}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: admin}
spec: {template: {spec: {containers: [{name: a, image: x, env: [{name: PGHOST, value: db}]}]}}}
";
    let expected = [
        ("SealedSecret/key", 0),
        ("ExternalSecret/db-credentials", 0),
        ("Database/db", 1),
        ("Schema/shop", 2),
        ("App/api", 3),
        ("Deployment/admin", 3),
    ];
    check(text, &expected);
    // A Secret that has to be made first says nothing of schemas: the safe default holds.
    assert_eq!(reasons(text, "App/api").len(), 2);
}

#[test]
fn hooks_take_no_part() {
    let hook = "\
apiVersion: batch/v1
kind: Job
metadata: {name: hook, annotations: {argocd.argoproj.io/hook: PreSync}}
spec: {template: {spec: {containers: [{name: h, image: x, env: [{name: DB_HOST, value: mysql}]}]}}}
";
    let waves = waves(&all(&[MYSQL, SCHEMA, hook]));
    assert_eq!(waves.get("Job/hook"), None);
}

#[test]
fn what_kubernetes_would_refuse_for_its_size_is_an_error() {
    let map = |size: usize| {
        let text = "x".repeat(size);
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{a: {text}}}\n")
    };
    check_codes(&map(200 * 1024), &[]);
    // Kubernetes stores it, and client-side apply cannot keep its copy.
    check_codes(&map(1024 * 1024), &["too-large-to-apply"]);
    check_codes(&map(1024 * 1024 + 1), &["too-large"]);
    check_codes(&map(6 * 1024 * 1024).replace("ConfigMap", "Other"), &["too-large"]);
}

#[test]
fn a_thousand_documents_in_one_file() {
    let one = |number| workload("Deployment", &format!("web-{number}"), "{containers: []}");
    let many: Vec<String> = (0..1000).map(one).collect();
    let parts: Vec<&str> = many.iter().map(String::as_str).chain([MYSQL, SCHEMA]).collect();
    check(&all(&parts), &[("Deployment/web-0", 2), ("Deployment/web-999", 2)]);
}

#[test]
fn between_two_pins_what_is_written_outdoes_what_is_inferred() {
    let pin = |text: &str, wave: &str| {
        let pin = format!(", annotations: {{argocd.argoproj.io/sync-wave: \"{wave}\"}}}}");
        text.replacen("}\n", &format!("{pin}\n"), 1)
    };
    let secret = pin(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: key}\nspec: {}\n",
        "2",
    );
    let reader = web(", envFrom: [{secretRef: {name: key}}]");
    let last = pin(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: last}\nspec: {}\n",
        "1\", argocd-atlas-plugin/depends-on: \"Deployment/web",
    );
    let text = all(&[&secret, &reader, &last]);
    check(&text, &[("SealedSecret/key", 2), ("Deployment/web", 0), ("Job/last", 1)]);
}
