//! Workloads -> which server of data they run: by an image's name, the ports, the environment and
//! the folders of their containers.
//!
//! A workload that might be a server never waits for a schema by the safe default, so what is only
//! likely counts too. What merely talks to a server (a client, an exporter, a backup) does not.

use std::collections::BTreeSet;

use crate::link::pods;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// A server of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Server {
    /// An SQL server, or a pool of connections to one, and what it speaks.
    Sql(Family),
    /// A server that applications need and that has no schema of Atlas's.
    Data,
    /// The same, but somebody may have to open it first (a vault is sealed), so that nothing else
    /// may wait for its health.
    Sealed,
}

/// What an SQL server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    MySql,
    Postgres,
    SqlServer,
    Oracle,
    ClickHouse,
    /// Something else, or several of them.
    Other,
}

impl Family {
    /// The family of a URL's scheme, if it is known.
    pub(super) fn of_scheme(scheme: &str) -> Option<Family> {
        let scheme = scheme.split('+').next().unwrap_or_default();
        match scheme.to_ascii_lowercase().as_str() {
            "mysql" | "mariadb" | "maria" | "tidb" => Some(Family::MySql),
            "postgres" | "postgresql" | "pgx" | "cockroach" | "crdb" => Some(Family::Postgres),
            "sqlserver" | "mssql" | "azuresql" => Some(Family::SqlServer),
            "oracle" => Some(Family::Oracle),
            "clickhouse" => Some(Family::ClickHouse),
            _ => None,
        }
    }

    fn of_port(port: &str) -> Option<Family> {
        match port {
            "3306" | "33060" => Some(Family::MySql),
            "5432" | "6432" | "26257" => Some(Family::Postgres),
            "1433" => Some(Family::SqlServer),
            "1521" => Some(Family::Oracle),
            _ => None,
        }
    }

    /// The family of the ports of a Service.
    pub(super) fn of_ports(service: &Node) -> Option<Family> {
        let ports = service.at(&["spec", "ports"]).and_then(Node::items).unwrap_or_default();
        let numbers = ports.iter().flat_map(|port| [port.get("port"), port.get("targetPort")]);
        let numbers = numbers.flatten().filter_map(Node::scalar);
        numbers.filter_map(|number| Family::of_port(&number.text)).min()
    }

    /// Whether a server of this family may be meant where another one is wanted.
    pub(super) fn fits(self, wanted: Option<Family>) -> bool {
        wanted.is_none_or(|wanted| wanted == self || self == Family::Other)
    }
}

use Family::{ClickHouse, MySql, Oracle, Other, Postgres, SqlServer};

/// How the last part of an image's name begins. A letter behind it makes it another name.
const SQL: &[(&str, Family)] = &[
    ("mysql", MySql),
    ("mariadb", MySql),
    ("percona", MySql),
    ("tidb", MySql),
    ("vitess", MySql),
    ("vttablet", MySql),
    ("vtgate", MySql),
    ("singlestore", MySql),
    ("memsql", MySql),
    ("oceanbase", MySql),
    ("dolt", MySql),
    ("dolt-sql-server", MySql),
    ("starrocks", MySql),
    ("doris", MySql),
    ("proxysql", MySql),
    ("maxscale", MySql),
    ("postgres", Postgres),
    ("postgresql", Postgres),
    ("postgis", Postgres),
    ("pgvector", Postgres),
    ("pgvecto-rs", Postgres),
    ("pgduckdb", Postgres),
    ("pg_duckdb", Postgres),
    ("pgautofailover", Postgres),
    ("pg_auto_failover", Postgres),
    ("timescaledb", Postgres),
    ("timescale", Postgres),
    ("citus", Postgres),
    ("paradedb", Postgres),
    ("crunchy-postgres", Postgres),
    ("crunchy-pgbouncer", Postgres),
    ("edb-postgres-advanced", Postgres),
    ("edb-postgres-extended", Postgres),
    ("spilo", Postgres),
    ("patroni", Postgres),
    ("stolon", Postgres),
    ("greenplum", Postgres),
    ("cloudberry", Postgres),
    ("opengauss", Postgres),
    ("cockroach", Postgres),
    ("cockroachdb", Postgres),
    ("yugabyte", Postgres),
    ("yugabytedb", Postgres),
    ("materialized", Postgres),
    ("risingwave", Postgres),
    ("cratedb", Postgres),
    ("pgbouncer", Postgres),
    ("pgcat", Postgres),
    ("pgpool", Postgres),
    ("pgpool2", Postgres),
    ("odyssey", Postgres),
    ("supavisor", Postgres),
    ("mssql", SqlServer),
    ("mssql-server", SqlServer),
    ("azure-sql-edge", SqlServer),
    ("sqlserver", SqlServer),
    ("babelfish", SqlServer),
    ("oracle", Oracle),
    ("oracledb", Oracle),
    ("oracle-free", Oracle),
    ("oracle-xe", Oracle),
    ("clickhouse", ClickHouse),
    ("altinitystable", ClickHouse),
    ("db2", Other),
    ("hana", Other),
    ("hanaexpress", Other),
    ("firebird", Other),
    ("libsql", Other),
    ("sqld", Other),
    ("informix", Other),
    ("h2", Other),
    ("monetdb", Other),
    ("exasol", Other),
    ("vertica", Other),
    ("trino", Other),
    ("spanner-emulator", Other),
    ("cloud-spanner-emulator", Other),
];
/// Names that say nothing without the part in front of them.
const WITH_FOLDER: &[(&str, &str, Family)] = &[
    ("mssql", "server", SqlServer),
    ("mssql", "rhel", SqlServer),
    ("mysql", "community-server", MySql),
    ("mysql", "enterprise-server", MySql),
    ("database", "free", Oracle),
    ("database", "express", Oracle),
    ("database", "enterprise", Oracle),
    ("database", "standard", Oracle),
    ("vitess", "lite", MySql),
    ("vitess", "base", MySql),
];
/// The same for other servers, where the name says nothing without the part in front of it.
const DATA_WITH_FOLDER: &[(&str, &str)] = &[("couchbase", "server"), ("ibm-messaging", "mq")];
/// The same for other servers.
const DATA: &[&str] = &[
    "activemq-classic",
    "azurite",
    "dse-server",
    "dynamodb-local",
    "eclipse-mosquitto",
    "eventstore",
    "hivemq",
    "hivemq-ce",
    "hivemq4",
    "kubernetes-zookeeper",
    "kvrocks",
    "localstack",
    "localstack-pro",
    "nats-streaming",
    "tarantool",
    "mongo",
    "mongodb",
    "percona-server-mongodb",
    "ferretdb",
    "activemq",
    "activemq-artemis",
    "artemis",
    "chroma",
    "couchbase",
    "crate",
    "redis",
    "valkey",
    "keydb",
    "dragonfly",
    "garnet",
    "memcached",
    "rabbitmq",
    "activemq",
    "artemis",
    "emqx",
    "mosquitto",
    "vernemq",
    "kafka",
    "cp-kafka",
    "cp-server",
    "redpanda",
    "zookeeper",
    "cp-zookeeper",
    "nats",
    "pulsar",
    "cassandra",
    "scylla",
    "elasticsearch",
    "opensearch",
    "solr",
    "meilisearch",
    "typesense",
    "couchdb",
    "couchbase",
    "neo4j",
    "memgraph",
    "influxdb",
    "arangodb",
    "rethinkdb",
    "surrealdb",
    "questdb",
    "ravendb",
    "qdrant",
    "weaviate",
    "milvus",
    "etcd",
    "minio",
    "seaweedfs",
    "tikv",
    "pd",
    "foundationdb",
    "aerospike",
    "hazelcast",
    "ignite",
];
/// Servers that are not ready until somebody opens or joins them, and the operator of the schemas.
const SEALED: &[&str] = &["vault", "openbao", "consul"];
/// Parts of a name that make it something which talks to a server.
const TOOLS: &[&str] = &[
    "admin",
    "agent",
    "api",
    "backup",
    "backups",
    "bench",
    "benchmark",
    "box",
    "bridge",
    "checker",
    "cli",
    "client",
    "clients",
    "commander",
    "connect",
    "connector",
    "console",
    "consumer",
    "controller",
    "cron",
    "csi",
    "curator",
    "dashboard",
    "dashboards",
    "dump",
    "exporter",
    "express",
    "gui",
    "init",
    "indexer",
    "injector",
    "insight",
    "instantclient",
    "job",
    "k8s",
    "manager",
    "mc",
    "metrics",
    "migrate",
    "migration",
    "migrations",
    "migrator",
    "mirror",
    "monitor",
    "operator",
    "provisioner",
    "reaper",
    "registry",
    "reloader",
    "replicator",
    "rest",
    "restore",
    "s3",
    "schema",
    "seed",
    "shell",
    "sidecar",
    "sync",
    "test",
    "tests",
    "tools",
    "toolbox",
    "ui",
    "utils",
    "wait",
    "web",
    "webhook",
    "webui",
    "worker",
];
/// Words behind the name of a server that say which version, distribution or part of it an image holds. With
/// any other word it is something else: `redis-worker`, `mongo-api`, `postgres-exporter`.
const VARIANTS: &[&str] = &[
    "advanced",
    "all",
    "allinone",
    "alpine",
    "alpha",
    "amd64",
    "arm64",
    "base",
    "beta",
    "bookworm",
    "broker",
    "bullseye",
    "buster",
    "ce",
    "cluster",
    "community",
    "container",
    "core",
    "custom",
    "data",
    "database",
    "db",
    "debian",
    "dev",
    "distribution",
    "documentdb",
    "ee",
    "edge",
    "enterprise",
    "fips",
    "focal",
    "free",
    "full",
    "galera",
    "gis",
    "ha",
    "image",
    "in",
    "in-memory",
    "jammy",
    "kraft",
    "latest",
    "lite",
    "local",
    "lts",
    "management",
    "master",
    "minimal",
    "native",
    "node",
    "omni",
    "one",
    "oss",
    "overlay",
    "pg",
    "plus",
    "postgis",
    "primary",
    "pro",
    "psmdb",
    "raft",
    "release",
    "repl",
    "replica",
    "repmgr",
    "rootless",
    "secondary",
    "sentinel",
    "server",
    "single",
    "slave",
    "slim",
    "sql",
    "stable",
    "stack",
    "standalone",
    "standard",
    "temurin",
    "ubuntu",
    "unstable",
    "valkey",
    "vanilla",
    "vector",
    "vectorchord",
    "wolfi",
    "xe",
    "xtradb",
    "instance",
    "with",
    "json",
    "mongodb",
    "mysql",
    "postgres",
    "postgresql",
    "patroni",
    "spilo",
    "mariadb",
    "timescale",
    "timescaledb",
    "pgvector",
    "bitnami",
    "centos",
    "fedora",
    "rhel",
    "sles",
    "ubi",
    "photon",
    "redis",
    "rs",
];

/// Whether a word is one of those, or a version: `16`, `v2`, `pg16`, `ubi8`, `c9s`.
fn is_variant(word: &str) -> bool {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let starts = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let is_version = starts(word)
        || word.strip_prefix(['v', 'c', 'r']).is_some_and(starts)
        || ["el", "pg", "jdk", "ol"].contains(&bare) && bare != word;
    is_version || VARIANTS.contains(&bare)
}

/// Whole names, and beginnings of names, of what talks to a server on a server's port.
const CLIENTS: &[&str] = &[
    "pgadmin",
    "phpmyadmin",
    "adminer",
    "cloud-sql-proxy",
    "cloudsql-proxy",
    "gce-proxy",
    "alloydb-auth-proxy",
    "exporter",
    "mysqld-exporter",
    "postgrest",
    "haproxy-exporter",
];

/// What an image's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Image {
    Server(Server),
    /// Something that talks to a server.
    Tool,
    Unknown,
}

/// What an image is, by its name.
pub(super) fn image(image: &str) -> Image {
    let bare = image.split('@').next().unwrap_or(image);
    let (path, last) = bare.rsplit_once('/').unwrap_or(("", bare));
    let name = last.split(':').next().unwrap_or(last).to_ascii_lowercase();
    let folder = path.rsplit('/').next().unwrap_or_default();
    if CLIENTS.iter().any(|client| name.starts_with(client)) {
        return Image::Tool;
    }
    let in_folder = WITH_FOLDER.iter().find(|it| it.0 == folder && begins(&name, it.1).is_some());
    if let Some((_, _, family)) = in_folder {
        return Image::Server(Server::Sql(*family));
    }
    let is_data = |it: &&(&str, &str)| it.0 == folder && begins(&name, it.1) == Some("");
    if DATA_WITH_FOLDER.iter().any(|it| is_data(&it)) {
        return Image::Server(Server::Data);
    }
    let longest = |names: &mut dyn Iterator<Item = (&'static str, Server)>| {
        let found = names.filter_map(|(known, server)| Some((begins(&name, known)?, server)));
        found.min_by_key(|(rest, _)| rest.len())
    };
    let sql = SQL.iter().map(|&(known, family)| (known, Server::Sql(family)));
    let data = DATA.iter().map(|&known| (known, Server::Data));
    let sealed = SEALED.iter().map(|&known| (known, Server::Sealed));
    match longest(&mut sql.chain(data).chain(sealed)) {
        Some((rest, server)) => {
            let words = rest.split(|c: char| !c.is_ascii_alphanumeric());
            let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
            match () {
                () if words.iter().any(|word| TOOLS.contains(word)) => Image::Tool,
                () if words.iter().all(|word| is_variant(word)) => Image::Server(server),
                () => Image::Unknown,
            }
        }
        None => Image::Unknown,
    }
}

/// What comes after a known name, where it is that name.
fn begins<'n>(name: &'n str, known: &str) -> Option<&'n str> {
    let rest = name.strip_prefix(known)?;
    (!rest.starts_with(|c: char| c.is_ascii_alphabetic())).then_some(rest)
}

/// Whether an image is that of the Atlas Operator.
pub(super) fn is_atlas_operator(image: &str) -> bool {
    name_of(image) == "atlas-operator"
}

/// The parts of an image's path, without tag and digest: `ghcr.io`, `shop`, `api`.
fn parts_of(image: &str) -> impl Iterator<Item = &str> {
    let bare = image.split('@').next().unwrap_or(image);
    bare.split('/').map(|part| part.split(':').next().unwrap_or(part))
}

/// The last part of an image's path.
fn name_of(image: &str) -> &str {
    parts_of(image).last().unwrap_or_default()
}

/// Whether an image is that of Vault, or of what injects its secrets into pods.
pub(super) fn is_vault(image: &str) -> bool {
    matches!(name_of(image), "vault" | "vault-k8s" | "vault-enterprise" | "openbao")
}

/// Operators by their images, with the group that they serve, for those whose rights are not in the
/// project: as their own charts and releases name them.
const OPERATORS: [(&str, &str); 14] = [
    ("external-secrets", "external-secrets.io"),
    ("cert-manager-controller", "cert-manager.io"),
    ("cert-manager-webhook", "cert-manager.io"),
    ("sealed-secrets-controller", "bitnami.com"),
    ("vault-secrets-operator", "secrets.hashicorp.com"),
    ("cloudnative-pg", "postgresql.cnpg.io"),
    ("mariadb-operator", "k8s.mariadb.com"),
    ("percona-xtradb-cluster-operator", "pxc.percona.com"),
    ("percona-server-mongodb-operator", "psmdb.percona.com"),
    ("percona-postgresql-operator", "pgv2.percona.com"),
    ("community-operator", "mysql.oracle.com"),
    ("eck-operator", "elasticsearch.k8s.elastic.co"),
    ("keda", "keda.sh"),
    ("trust-manager", "trust.cert-manager.io"),
];

/// The group that an operator serves, by its image.
pub(super) fn operator_of(image: &str) -> Option<&'static str> {
    OPERATORS.iter().find(|(known, _)| *known == name_of(image)).map(|(_, group)| *group)
}

/// Whether an image is a part of the platform, which uses no schema and which any pod may need:
/// an operator, addresses for Services, volumes, copies of Secrets, devices.
pub(super) fn is_platform(image: &str) -> bool {
    const PARTS: [&str; 47] = [
        "aws-ebs-csi-driver",
        "calico",
        "cert-manager-cainjector",
        "cilium",
        "coredns",
        "csi-attacher",
        "csi-driver-nfs",
        "csi-node-driver-registrar",
        "csi-provisioner",
        "csi-resizer",
        "csi-snapshotter",
        "envoy-gateway",
        "external-dns",
        "hcloud-csi-driver",
        "ingress-nginx",
        "istiod",
        "k8s-device-plugin",
        "k8s-sidecar-injector",
        "kube-vip",
        "kubernetes-ingress",
        "kubernetes-reflector",
        "kubernetes-replicator",
        "linkerd",
        "local-path-provisioner",
        "longhornio",
        "metallb",
        "multus-cni",
        "nfs-client-provisioner",
        "nfs-subdir-external-provisioner",
        "nfsplugin",
        "nginx-ingress",
        "node-feature-discovery",
        "openebs",
        "pilot",
        "proxy-injector",
        "reloader",
        "secrets-store",
        "secrets-store-csi",
        "smbplugin",
        "spire-agent",
        "spire-server",
        "topolvm",
        "traefik",
        "vault-csi-provider",
        "vault-k8s",
        "vault-secrets-webhook",
        "vc-scheduler",
    ];
    let is_known = operator_of(image).is_some() || is_ingress_controller(image);
    // As operators are called: `ghcr.io/zalando/postgres-operator`, and that of Atlas.
    is_known
        || name_of(image).ends_with("operator")
        || parts_of(image).any(|it| PARTS.contains(&it))
}

/// Whether an image is that of what gives Ingresses and Gateways their addresses.
pub(super) fn is_ingress_controller(image: &str) -> bool {
    const PARTS: [&str; 12] = [
        "aws-load-balancer-controller",
        "contour",
        "envoy-gateway",
        "haproxy-ingress",
        "ingress-nginx",
        "kong-ingress-controller",
        "kubernetes-ingress",
        "kubernetes-ingress-controller",
        "nginx-gateway-fabric",
        "nginx-ingress",
        "nginx-ingress-controller",
        "traefik",
    ];
    parts_of(image).any(|part| PARTS.contains(&part)) || image.contains("envoyproxy/gateway")
}

/// The server that a workload runs for as long as it is there, if it looks like one: what its main
/// container runs, which is the first that is no helper of the others.
pub(super) fn of(workload: &Manifest) -> Option<Server> {
    if !pods::is_server_kind(workload) {
        return None;
    }
    let containers = pods::spec(workload).and_then(|spec| spec.get("containers")?.items());
    let containers = containers.unwrap_or_default();
    let text = |container: &'_ Node| container.get("image").and_then(Node::str).map(str::to_owned);
    let is_helper = |container: &&Node| {
        let name = text(container).unwrap_or_default();
        is_sidecar(&name) || image(&name) == Image::Tool
    };
    let main = containers.iter().find(|container| !is_helper(container))?;
    match text(main).map_or(Image::Unknown, |name| image(&name)) {
        Image::Server(server) => Some(server),
        Image::Tool | Image::Unknown => {
            by_container(main).map(Server::Sql).or(serves_data(main).then_some(Server::Data))
        }
    }
}

/// Whether an image is one of those that run beside what a pod is for.
fn is_sidecar(image: &str) -> bool {
    const SIDECARS: [&str; 13] = [
        "envoy",
        "istio",
        "proxyv2",
        "linkerd",
        "proxy-init",
        "fluent",
        "filebeat",
        "promtail",
        "vector",
        "otel",
        "opentelemetry",
        "vault-agent",
        "busybox",
    ];
    let bare = image.split('@').next().unwrap_or(image);
    let last = bare.rsplit('/').next().unwrap_or(bare);
    let name = last.split(':').next().unwrap_or(last);
    SIDECARS.iter().any(|known| {
        name == *known || name.strip_prefix(known).is_some_and(|it| it.starts_with('-'))
    })
}

/// The SQL server that a container of an unknown image runs.
fn by_container(container: &Node) -> Option<Family> {
    let items = |name: &str| container.get(name).and_then(Node::items).unwrap_or_default();
    let mounts = items("volumeMounts").iter().filter_map(|it| it.get("mountPath")?.str());
    let by_mount = mounts.filter_map(of_folder).min();
    let ports = items("ports").iter().filter_map(|it| it.get("containerPort")?.scalar());
    let by_port = ports.filter_map(|port| Family::of_port(&port.text)).min();
    by_mount.or(by_port).or_else(|| {
        let names = items("env").iter().filter_map(|it| it.get("name")?.str());
        by_environment(&names.collect())
    })
}

/// Whether a container of an unknown image is a server of data other than SQL: it listens on a port that only
/// such servers use, or has a variable that only their images read.
fn serves_data(container: &Node) -> bool {
    /// MongoDB, Redis, RabbitMQ, Cassandra, memcached.
    const PORTS: [&str; 5] = ["27017", "6379", "5672", "9042", "11211"];
    const VARIABLES: [&str; 3] =
        ["MONGO_INITDB_ROOT_USERNAME", "MONGODB_ROOT_PASSWORD", "RABBITMQ_DEFAULT_USER"];
    let items = |name: &str| container.get(name).and_then(Node::items).unwrap_or_default();
    let mut ports = items("ports").iter().filter_map(|it| it.get("containerPort")?.scalar());
    let mut names = items("env").iter().filter_map(|it| it.get("name")?.str());
    ports.any(|port| PORTS.contains(&&*port.text)) || names.any(|name| VARIABLES.contains(&name))
}

fn of_folder(path: &str) -> Option<Family> {
    const FOLDERS: [(&str, Family); 12] = [
        ("/var/lib/postgresql", Postgres),
        ("/var/lib/pgsql", Postgres),
        ("/bitnami/postgresql", Postgres),
        ("/home/postgres/pgdata", Postgres),
        ("/pgdata", Postgres),
        ("/cockroach/cockroach-data", Postgres),
        ("/var/lib/mysql", MySql),
        ("/bitnami/mysql", MySql),
        ("/bitnami/mariadb", MySql),
        ("/var/opt/mssql", SqlServer),
        ("/opt/oracle/oradata", Oracle),
        ("/var/lib/clickhouse", ClickHouse),
    ];
    let is_in = |folder: &str| {
        path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    FOLDERS.iter().find(|(folder, _)| is_in(folder)).map(|(_, family)| *family)
}

/// Variables that only the image of a server reads, beside none that leads to a server elsewhere:
/// applications are told passwords under the same names.
fn by_environment(names: &BTreeSet<&str>) -> Option<Family> {
    const SERVERS: [(&str, Family); 17] = [
        ("PGDATA", Postgres),
        ("POSTGRES_INITDB_ARGS", Postgres),
        ("POSTGRES_HOST_AUTH_METHOD", Postgres),
        ("POSTGRESQL_ADMIN_PASSWORD", Postgres),
        ("POSTGRESQL_POSTGRES_PASSWORD", Postgres),
        ("PATRONI_SCOPE", Postgres),
        ("MYSQL_ROOT_PASSWORD", MySql),
        ("MYSQL_RANDOM_ROOT_PASSWORD", MySql),
        ("MYSQL_ALLOW_EMPTY_PASSWORD", MySql),
        ("MARIADB_ROOT_PASSWORD", MySql),
        ("MARIADB_RANDOM_ROOT_PASSWORD", MySql),
        ("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", MySql),
        ("MSSQL_SA_PASSWORD", SqlServer),
        ("MSSQL_PID", SqlServer),
        ("ORACLE_PWD", Oracle),
        ("ORACLE_PASSWORD", Oracle),
        ("CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT", ClickHouse),
    ];
    let leads_away = |name: &&str| {
        let words = name.split('_');
        *name != "POSTGRES_HOST_AUTH_METHOD"
            && words.into_iter().any(|it| {
                matches!(it, "HOST" | "HOSTS" | "URL" | "URI" | "DSN" | "ADDR" | "SERVER")
            })
    };
    let found = SERVERS.iter().find(|(name, _)| names.contains(name))?;
    (!names.iter().any(leads_away)).then_some(found.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_told_by_the_beginning_of_their_image() {
        for (name, family) in [
            ("postgres:16", Postgres),
            ("registry.redhat.io/rhel9/postgresql-15:latest", Postgres),
            ("quay.io/sclorg/mysql-80-c9s", MySql),
            ("quay.io/sclorg/mariadb-1011-c9s@sha256:abc", MySql),
            ("ghcr.io/zalando/spilo-17:4.0-p2", Postgres),
            ("gvenzl/oracle-free:23-slim", Oracle),
            ("container-registry.oracle.com/database/express:21.3.0-xe", Oracle),
            ("mcr.microsoft.com/mssql/server:2022-latest", SqlServer),
            ("mysql/mysql-server:8.0", MySql),
            ("timescale/timescaledb-ha:pg16", Postgres),
            ("clickhouse/clickhouse-server:24", ClickHouse),
            ("cockroachdb/cockroach:v24.1.0", Postgres),
            ("registry:5000/team/postgres16", Postgres),
            ("edoburu/pgbouncer", Postgres),
            ("postgis/postgis:16-3.4", Postgres),
        ] {
            assert_eq!(image(name), Image::Server(Server::Sql(family)), "{name}");
        }
        assert_eq!(image("docker.io/bitnami/redis-sentinel"), Image::Server(Server::Data));
        assert_eq!(image("hashicorp/vault:1.17"), Image::Server(Server::Sealed));
    }

    #[test]
    fn what_talks_to_a_server_is_none() {
        for name in [
            "prometheuscommunity/postgres-exporter:v0.15",
            "quay.io/x/postgres_exporter",
            "prom/mysqld-exporter",
            "postgrest/postgrest:v12",
            "siemens/postgres-backup-s3:16",
            "dpage/pgadmin4:8",
            "arey/mysql-client",
            "phpmyadmin:5",
            "rediscommander/redis-commander:latest",
            "mongo-express:1",
            "redis/redisinsight",
            "example/shop:1",
            "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2",
            "confluentinc/cp-kafka-connect",
            "ghcr.io/zalando/postgres-operator",
        ] {
            assert!(!matches!(image(name), Image::Server(_)), "{name}");
        }
    }

    #[test]
    fn a_name_with_other_words_is_no_server() {
        for name in [
            "ghcr.io/example/redis-worker:1",
            "ghcr.io/example/mongo-api",
            "ghcr.io/example/kafka-consumer",
            "ghcr.io/example/postgres-reports",
            "ghcr.io/example/elasticsearch-indexer",
        ] {
            assert!(!matches!(image(name), Image::Server(_)), "{name}");
        }
        for name in
            ["bitnami/mariadb-galera:11", "percona/percona-xtradb-cluster:8.0", "redis-stack"]
        {
            assert!(matches!(image(name), Image::Server(_)), "{name}");
        }
    }
}
