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
    /// How its connection URL says whether the connection is encrypted.
    pub tls: Option<TlsParameters>,
    /// How it is run in the cluster.
    pub image: Option<Image>,
}

/// Parameters of a connection URL.
pub type Parameters = &'static [(&'static str, &'static str)];

/// What the driver of an engine takes for each value of `tls`.
#[derive(Debug, PartialEq, Eq)]
pub struct TlsParameters {
    /// Not encrypted.
    pub disable: Parameters,
    /// Encrypted, whatever certificate the server shows.
    pub require: Parameters,
    /// Encrypted, with a certificate for the host by an authority that the client trusts.
    pub verify: Parameters,
    /// The port for encrypted connections, where it is another one.
    pub port: Option<u16>,
}

/// `lib/pq` (`ssl.go`), and whatever reads a URL as libpq does. It asks for `require` by default.
const SSLMODE: TlsParameters = TlsParameters {
    disable: &[("sslmode", "disable")],
    require: &[("sslmode", "require")],
    verify: &[("sslmode", "verify-full")],
    port: None,
};
/// `go-sql-driver/mysql` (`dsn.go`, "tls"). It does not encrypt by default.
const MYSQL_TLS: TlsParameters = TlsParameters {
    disable: &[("tls", "false")],
    require: &[("tls", "skip-verify")],
    verify: &[("tls", "true")],
    port: None,
};
/// `microsoft/go-mssqldb` (`msdsn`). By default it encrypts the login only, unless the server asks for more.
const SQL_SERVER_TLS: TlsParameters = TlsParameters {
    disable: &[("encrypt", "disable")],
    require: &[("encrypt", "true"), ("TrustServerCertificate", "true")],
    verify: &[("encrypt", "true"), ("TrustServerCertificate", "false")],
    port: None,
};
/// `clickhouse-go` (`clickhouse_options.go`). It does not encrypt by default.
const CLICKHOUSE_TLS: TlsParameters = TlsParameters {
    disable: &[("secure", "false")],
    require: &[("secure", "true"), ("skip_verify", "true")],
    verify: &[("secure", "true")],
    port: Some(9440),
};

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
    pub parameters: Parameters,
    /// What the server offers as it is, without settings of the user.
    pub tls: ImageTls,
    /// Ports that it listens on beside the engine's.
    pub other_ports: &'static [(&'static str, u16)],
    /// The group that has to own the volume, where the server does not begin as root.
    pub group: Option<i64>,
}

/// What the server of an image offers as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageTls {
    /// No TLS.
    None,
    /// TLS with a certificate that it makes for itself, since this version (major, minor).
    SelfSigned((u32, u32)),
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
    Engine { name, port, database_in_url: DatabaseInUrl::Path, tls: None, image: None }
}

const fn postgres(name: &'static str, port: u16) -> Engine {
    Engine { tls: Some(SSLMODE), ..external(name, Some(port)) }
}

const fn mysql(name: &'static str) -> Engine {
    Engine { tls: Some(MYSQL_TLS), ..external(name, Some(3306)) }
}

const fn sql_server(name: &'static str) -> Engine {
    let database_in_url = DatabaseInUrl::Query;
    Engine { database_in_url, tls: Some(SQL_SERVER_TLS), ..external(name, Some(1433)) }
}

const MYSQL_IMAGE: Image = Image {
    repository: "mysql",
    version: "8.4",
    flavor: Flavor::MySql,
    data_path: "/var/lib/mysql",
    parameters: &[],
    tls: ImageTls::SelfSigned((5, 7)),
    other_ports: &[],
    group: None,
};
const MARIADB_IMAGE: Image = Image {
    repository: "mariadb",
    version: "11.8",
    flavor: Flavor::MariaDb,
    data_path: "/var/lib/mysql",
    parameters: &[],
    tls: ImageTls::SelfSigned((11, 4)),
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
    tls: ImageTls::None,
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
    tls: ImageTls::SelfSigned((0, 0)),
    other_ports: &[],
    group: Some(10001),
};
const CLICKHOUSE_IMAGE: Image = Image {
    repository: "clickhouse/clickhouse-server",
    version: "25.8",
    flavor: Flavor::ClickHouse,
    data_path: "/var/lib/clickhouse",
    parameters: &[],
    tls: ImageTls::None,
    other_ports: &[("http", 8123)],
    group: None,
};

/// Every engine, those that can be run in the cluster first.
pub static ENGINES: &[Engine] = &[
    Engine { image: Some(MYSQL_IMAGE), ..mysql("mysql") },
    Engine { image: Some(MARIADB_IMAGE), ..mysql("mariadb") },
    Engine { image: Some(POSTGRES_IMAGE), ..postgres("postgres", 5432) },
    Engine { image: Some(SQL_SERVER_IMAGE), ..sql_server("sqlserver") },
    Engine {
        tls: Some(CLICKHOUSE_TLS),
        image: Some(CLICKHOUSE_IMAGE),
        ..external("clickhouse", Some(9000))
    },
    external("sqlite", None),
    external("libsql", None),
    mysql("maria"),
    Engine { image: Some(POSTGRES_IMAGE), ..postgres("postgresql", 5432) },
    postgres("ysql", 5433),
    sql_server("azuresql"),
    sql_server("mssql"),
    postgres("redshift", 5439),
    external("databricks", Some(443)),
    external("snowflake", None),
    external("spanner", None),
    postgres("crdb", 26257),
    postgres("dsql", 5432),
    external("oracle", Some(1521)),
];

/// The engine of a name; a `+suffix`, which Atlas allows on a scheme, does not count.
pub fn find(name: &str) -> Option<&'static Engine> {
    let scheme = name.split_once('+').map_or(name, |(scheme, _)| scheme);
    ENGINES.iter().find(|engine| engine.name == scheme)
}
