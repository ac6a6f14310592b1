//! The database engines: one table of what differs between them.
//!
//! The names are Atlas's own URL schemes (atlas-operator `internal/controller` and
//! <https://atlasgo.io/concepts/url>); every one can be used with `external`, and those with an
//! [`Image`] can be run in the cluster.

/// A database engine.
#[derive(Debug, PartialEq, Eq)]
pub struct Engine {
    /// What `engine:` says; also the scheme of its connection URL.
    pub name: &'static str,
    /// The port that it listens on.
    pub port: Option<u16>,
    /// Where its connection URL holds the name of the database.
    pub database_in_url: DatabaseInUrl,
    /// How it is run in the cluster.
    pub image: Option<Image>,
}

/// Where a connection URL holds the name of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseInUrl {
    /// `scheme://host/database`.
    Path,
    /// `scheme://host?database=database`.
    Query,
}

/// How an engine's official image is run.
#[derive(Debug, PartialEq, Eq)]
pub struct Image {
    /// The image without its tag.
    pub repository: &'static str,
    /// The tag that is used unless the spec names one: the newest release with long-term support.
    pub version: &'static str,
    /// Which of the images it is.
    pub flavor: Flavor,
    /// Where the server keeps its data.
    pub data_path: &'static str,
    /// Parameters of the connection URL that the image needs as it is.
    pub parameters: &'static [(&'static str, &'static str)],
    /// Ports that it listens on beside the engine's.
    pub other_ports: &'static [(&'static str, u16)],
    /// The group that has to own the volume, where the server does not begin as root.
    pub group: Option<i64>,
}

/// Which official image: each takes its settings and is probed in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// `mysql`.
    MySql,
    /// `mariadb`.
    MariaDb,
    /// `postgres`.
    Postgres,
    /// `mcr.microsoft.com/mssql/server`.
    SqlServer,
    /// `clickhouse/clickhouse-server`.
    ClickHouse,
}

const fn external(name: &'static str, port: Option<u16>) -> Engine {
    Engine { name, port, database_in_url: DatabaseInUrl::Path, image: None }
}

const MYSQL_IMAGE: Image = Image {
    repository: "mysql",
    version: "8.4",
    flavor: Flavor::MySql,
    data_path: "/var/lib/mysql",
    parameters: &[],
    other_ports: &[],
    group: None,
};
const MARIADB_IMAGE: Image = Image {
    repository: "mariadb",
    version: "11.8",
    flavor: Flavor::MariaDb,
    data_path: "/var/lib/mysql",
    parameters: &[],
    other_ports: &[],
    group: None,
};
/// The image declares a volume at `/var/lib/postgresql/data` up to version 17 and at
/// `/var/lib/postgresql` since 18, and containerd puts an anonymous volume there unless just that
/// path is mounted: a path of our own, by `PGDATA`, is right for all versions. It serves no TLS,
/// while Atlas's driver asks for it by default.
const POSTGRES_IMAGE: Image = Image {
    repository: "postgres",
    version: "17",
    flavor: Flavor::Postgres,
    data_path: "/pgdata",
    parameters: &[("sslmode", "disable")],
    other_ports: &[],
    group: None,
};

/// The server runs as a user of its own, which needs the volume to be its group's.
const SQL_SERVER_IMAGE: Image = Image {
    repository: "mcr.microsoft.com/mssql/server",
    version: "2022-latest",
    flavor: Flavor::SqlServer,
    data_path: "/var/opt/mssql",
    parameters: &[],
    other_ports: &[],
    group: Some(10001),
};
const CLICKHOUSE_IMAGE: Image = Image {
    repository: "clickhouse/clickhouse-server",
    version: "25.8",
    flavor: Flavor::ClickHouse,
    data_path: "/var/lib/clickhouse",
    parameters: &[],
    other_ports: &[("http", 8123)],
    group: None,
};

/// Every engine, those that can be run in the cluster first.
pub static ENGINES: &[Engine] = &[
    Engine { image: Some(MYSQL_IMAGE), ..external("mysql", Some(3306)) },
    Engine { image: Some(MARIADB_IMAGE), ..external("mariadb", Some(3306)) },
    Engine { image: Some(POSTGRES_IMAGE), ..external("postgres", Some(5432)) },
    Engine {
        database_in_url: DatabaseInUrl::Query,
        image: Some(SQL_SERVER_IMAGE),
        ..external("sqlserver", Some(1433))
    },
    Engine { image: Some(CLICKHOUSE_IMAGE), ..external("clickhouse", Some(9000)) },
    external("sqlite", None),
    external("libsql", None),
    external("maria", Some(3306)),
    Engine { image: Some(POSTGRES_IMAGE), ..external("postgresql", Some(5432)) },
    external("ysql", Some(5433)),
    Engine { database_in_url: DatabaseInUrl::Query, ..external("azuresql", Some(1433)) },
    Engine { database_in_url: DatabaseInUrl::Query, ..external("mssql", Some(1433)) },
    external("redshift", Some(5439)),
    external("databricks", Some(443)),
    external("snowflake", None),
    external("spanner", None),
    external("crdb", Some(26257)),
    external("dsql", Some(5432)),
    external("oracle", Some(1521)),
];

/// The engine of a name; a `+suffix`, which Atlas allows on a scheme, does not count.
pub fn find(name: &str) -> Option<&'static Engine> {
    let scheme = name.split_once('+').map_or(name, |(scheme, _)| scheme);
    ENGINES.iter().find(|engine| engine.name == scheme)
}
