//! Which SQL a text is written in.

mod reserved;
mod types;

/// The family of SQL that a database speaks, as far as reading its schema differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// MySQL.
    MySql,
    /// MariaDB: MySQL with a few words more and a few fewer.
    MariaDb,
    /// PostgreSQL and what speaks its language (CockroachDB, YugabyteDB, Aurora DSQL, Redshift).
    Postgres,
    /// SQLite and libSQL.
    Sqlite,
    /// SQL Server and Azure SQL.
    SqlServer,
    /// ClickHouse.
    ClickHouse,
    /// Every other database: only what is wrong in any SQL is reported.
    Generic,
}

impl Dialect {
    /// Every dialect, for tests and tables.
    pub const ALL: &'static [Dialect] = &[
        Dialect::MySql,
        Dialect::MariaDb,
        Dialect::Postgres,
        Dialect::Sqlite,
        Dialect::SqlServer,
        Dialect::ClickHouse,
        Dialect::Generic,
    ];

    /// The dialect of an Atlas URL scheme or an `engine` name; a `+suffix` is ignored.
    pub fn of_scheme(scheme: &str) -> Dialect {
        let scheme = scheme.split('+').next().unwrap_or_default();
        match scheme.to_ascii_lowercase().as_str() {
            "mysql" => Dialect::MySql,
            "mariadb" | "maria" => Dialect::MariaDb,
            "postgres" | "postgresql" => Dialect::Postgres,
            "sqlite" | "sqlite3" | "libsql" => Dialect::Sqlite,
            "sqlserver" | "azuresql" | "mssql" => Dialect::SqlServer,
            "clickhouse" => Dialect::ClickHouse,
            _ => Dialect::Generic,
        }
    }

    /// The name that people write.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::MySql => "MySQL",
            Dialect::MariaDb => "MariaDB",
            Dialect::Postgres => "PostgreSQL",
            Dialect::Sqlite => "SQLite",
            Dialect::SqlServer => "SQL Server",
            Dialect::ClickHouse => "ClickHouse",
            Dialect::Generic => "SQL",
        }
    }

    /// MySQL or MariaDB.
    pub fn is_mysql_like(self) -> bool {
        matches!(self, Dialect::MySql | Dialect::MariaDb)
    }

    /// Whether the whole grammar of its table definitions is known here, so that what cannot be
    /// read is worth a warning. For the others it is a note: 30 to 50 % of their statements would
    /// be warned about.
    pub fn is_known(self) -> bool {
        match self {
            Dialect::MySql | Dialect::MariaDb | Dialect::Postgres | Dialect::Sqlite => true,
            Dialect::SqlServer | Dialect::ClickHouse | Dialect::Generic => false,
        }
    }

    /// The types that it has, in lower case and without arguments.
    pub fn types(self) -> &'static [&'static str] {
        types::types(self)
    }

    /// Whether a bare word cannot be the name of a column.
    pub(crate) fn is_reserved(self, word: &str) -> bool {
        reserved::is_reserved(self, word)
    }
}
