//! A project of any size, as a platform would have it: services of one database, its schema, an
//! API, a worker and a nightly job each, with the Secret from a store and SQL in two files.

/// Writes the files of a project of about so many specs: path and text, in the order of the path.
pub(crate) fn files(specs: usize) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut left = specs;
    for service in 0.. {
        let all = service_files(service);
        for (name, text, specs) in all {
            if specs > left {
                return sorted(files);
            }
            left -= specs;
            files.push((format!("services/s{service:04}/{name}"), text));
        }
    }
    sorted(files)
}

fn sorted(mut files: Vec<(String, String)>) -> Vec<(String, String)> {
    files.sort();
    files
}

/// The files of a service, and how many specs each holds.
fn service_files(n: usize) -> [(&'static str, String, usize); 8] {
    // A service calls another one: the chains are as long as the logarithm of the number of services.
    let called = n / 2;
    let upstream = if n == 0 {
        String::new()
    } else {
        format!("    UPSTREAM_URL: ${{s{called:04}-api.url}}\n")
    };
    [
        ("credentials.yaml", credentials(n), 0),
        ("sql/1-tables.sql", tables(n), 0),
        ("sql/2-orders.sql", orders(n), 0),
        ("database.yaml", database(n), 1),
        ("schema.yaml", schema(n), 1),
        ("api.yaml", api(n, &upstream), 1),
        ("worker.yaml", worker(n), 1),
        ("report.yaml", report(n), 1),
    ]
}

fn credentials(n: usize) -> String {
    format!(
        "apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: s{n:04}-db-credentials
spec:
  refreshInterval: 1h
  secretStoreRef: {{kind: ClusterSecretStore, name: vault}}
  target:
    name: s{n:04}-db-credentials
  data:
    - secretKey: username
      remoteRef: {{key: databases/s{n:04}, property: username}}
    - secretKey: password
      remoteRef: {{key: databases/s{n:04}, property: password}}
    - secretKey: url
      remoteRef: {{key: databases/s{n:04}, property: url}}
"
    )
}

fn database(n: usize) -> String {
    format!(
        "apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata:
  name: s{n:04}-db
spec:
  engine: postgres
  storage: {{size: 20Gi, className: fast}}
  credentials: {{secret: s{n:04}-db-credentials, urlKey: url}}
  resources:
    requests: {{cpu: 500m, memory: 1Gi}}
    limits: {{memory: 1Gi}}
"
    )
}

fn schema(n: usize) -> String {
    format!(
        "apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata:
  name: s{n:04}
spec:
  database: s{n:04}-db
  files: [services/s{n:04}/sql/*.sql]
  exclude: [tmp_*]
"
    )
}

fn api(n: usize, upstream: &str) -> String {
    format!(
        "apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata:
  name: s{n:04}-api
  labels: {{team: team-{team}}}
spec:
  image: registry.example.com/s{n:04}/api:1.4.2
  replicas: 3
  port: 8080
  healthCheckPath: /healthz
  resources:
    requests: {{cpu: 100m, memory: 128Mi}}
    limits: {{memory: 256Mi}}
  env:
    LOG_LEVEL: info
    DB_HOST: ${{s{n:04}.host}}
    DB_USER: ${{s{n:04}.user}}
    DB_PASSWORD: ${{s{n:04}.password}}
    DB_NAME: ${{s{n:04}.name}}
{upstream}  ingress:
    host: s{n:04}.example.com
    tls: true
  requires:
    s{n:04}: {{users: [id, email], orders: [id, user_id, state]}}
",
        team = n % 20
    )
}

fn worker(n: usize) -> String {
    format!(
        "apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata:
  name: s{n:04}-worker
spec:
  image: registry.example.com/s{n:04}/worker:1.4.2
  env:
    DATABASE_URL: ${{s{n:04}.url}}
    API_URL: ${{s{n:04}-api.url}}
  configFiles:
    /etc/worker/worker.yaml: |
      queue: orders
      workers: 4
      retry: {{limit: 5, delay: 30s}}
  resources:
    requests: {{cpu: 50m, memory: 64Mi}}
"
    )
}

fn report(n: usize) -> String {
    format!(
        "apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata:
  name: s{n:04}-report
spec:
  image: registry.example.com/s{n:04}/report:1.4.2
  schedule: 0 3 * * *
  env:
    DATABASE_URL: ${{s{n:04}.url}}
"
    )
}

fn tables(n: usize) -> String {
    format!(
        "-- Users and products of service {n}.
CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email varchar(200) NOT NULL UNIQUE,
  name text,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE products (
  id bigint PRIMARY KEY,
  title text NOT NULL,
  price numeric(12, 2) NOT NULL CHECK (price >= 0)
);
"
    )
}

fn orders(n: usize) -> String {
    format!(
        "-- Orders of service {n}.
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users (id),
  product_id bigint NOT NULL REFERENCES products (id),
  state text NOT NULL DEFAULT 'new',
  ordered_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX orders_by_user ON orders (user_id, ordered_at);

CREATE VIEW open_orders AS
  SELECT o.id, u.email, p.title FROM orders o
  JOIN users u ON u.id = o.user_id
  JOIN products p ON p.id = o.product_id
  WHERE o.state <> 'done';
"
    )
}
