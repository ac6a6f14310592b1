//! Which SQL a text is written in, and what is different there.
//!
//! Readers ask a [`Grammar`] what it can do, and never which dialect it is: a new dialect is a file
//! in this folder and a row here.

pub(crate) mod grammar;
mod generic;
mod mysql;
mod mariadb;
mod postgres;
mod sqlite;
mod sql_server;
mod clickhouse;

use grammar::Grammar;

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

static MYSQL: Grammar = mysql::GRAMMAR;
static MARIADB: Grammar = mariadb::GRAMMAR;
static POSTGRES: Grammar = postgres::GRAMMAR;
static SQLITE: Grammar = sqlite::GRAMMAR;
static SQL_SERVER: Grammar = sql_server::GRAMMAR;
static CLICKHOUSE: Grammar = clickhouse::GRAMMAR;
static GENERIC: Grammar = generic::GRAMMAR;

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

    /// What it can do.
    pub(crate) fn grammar(self) -> &'static Grammar {
        match self {
            Dialect::MySql => &MYSQL,
            Dialect::MariaDb => &MARIADB,
            Dialect::Postgres => &POSTGRES,
            Dialect::Sqlite => &SQLITE,
            Dialect::SqlServer => &SQL_SERVER,
            Dialect::ClickHouse => &CLICKHOUSE,
            Dialect::Generic => &GENERIC,
        }
    }

    /// The dialect of an Atlas URL scheme or an `engine` name; a `+suffix` is ignored.
    pub fn of_scheme(scheme: &str) -> Dialect {
        let scheme = scheme.split('+').next().unwrap_or_default().to_ascii_lowercase();
        let speaks = |dialect: &&Dialect| dialect.grammar().schemes.contains(&scheme.as_str());
        Dialect::ALL.iter().find(speaks).copied().unwrap_or(Dialect::Generic)
    }

    /// Whether the whole grammar of its table definitions is known here.
    pub fn is_known(self) -> bool {
        self.grammar().is_known
    }

    /// Whether a default names its sequence in a string: `nextval('x')`.
    pub fn names_sequences_in_text(self) -> bool {
        self.grammar().server.sequences_in_text
    }

    /// The name that people write.
    pub fn name(self) -> &'static str {
        self.grammar().name
    }
}
