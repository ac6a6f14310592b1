//! Images -> which server of data they run: by the last part of an image's name.

/// Images of SQL servers: the last part of the name, without tag.
const SQL_SERVERS: [&str; 22] = [
    "mysql",
    "mysql-server",
    "mariadb",
    "mariadb-galera",
    "percona",
    "percona-server",
    "percona-xtradb-cluster",
    "postgres",
    "postgresql",
    "postgresql-repmgr",
    "postgis",
    "timescaledb",
    "timescaledb-ha",
    "pgvector",
    "cockroach",
    "yugabyte",
    "tidb",
    "clickhouse-server",
    "clickhouse",
    "azure-sql-edge",
    "oracle-xe",
    "libsql-server",
];
/// Its name alone says nothing.
const MICROSOFT_SQL_SERVER: &str = "mcr.microsoft.com/mssql/server";
/// Images of other servers that applications need and that need no schema.
const OTHER_SERVERS: [&str; 18] = [
    "mongo",
    "mongodb",
    "redis",
    "valkey",
    "memcached",
    "rabbitmq",
    "kafka",
    "zookeeper",
    "cassandra",
    "elasticsearch",
    "opensearch",
    "nats",
    "etcd",
    "minio",
    "vault",
    "consul",
    "tikv",
    "atlas-operator",
];

/// Whether an image is that of an SQL server.
pub(super) fn is_sql_server(image: &str) -> bool {
    let (path, name) = without_tag(image);
    SQL_SERVERS.contains(&name) || format!("{path}/{name}") == MICROSOFT_SQL_SERVER
}

/// Whether an image is that of a server which waits for no schema.
pub(super) fn is_server(image: &str) -> bool {
    is_sql_server(image) || OTHER_SERVERS.contains(&without_tag(image).1)
}

/// Whether an image is that of the Atlas Operator.
pub(super) fn is_atlas_operator(image: &str) -> bool {
    without_tag(image).1 == "atlas-operator"
}

fn without_tag(image: &str) -> (&str, &str) {
    let bare = image.split('@').next().unwrap_or(image);
    let (path, last) = bare.rsplit_once('/').unwrap_or(("", bare));
    (path, last.split(':').next().unwrap_or(last))
}
