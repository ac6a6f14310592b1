//! How the official image of each engine is told its user and database, and asked whether it is
//! ready.
//!
//! Ready means: the user can log in to the database over the network. On its first start an image
//! runs a server of its own to make both, which is not reachable as the probes ask: MySQL, MariaDB
//! and PostgreSQL listen on a socket only, ClickHouse on the loopback address only.

use crate::engine::Flavor;
use crate::lower::pod::secret_key_ref;
use crate::model::{Database, Server, User};
use crate::value::Map;

/// The variables that the image's first start reads.
pub(super) fn environment(database: &Database, server: &Server) -> Vec<Map> {
    let recipe = server.recipe;
    let credentials = &database.credentials;
    let user_name = match (&credentials.user, &credentials.literal) {
        (User::Name(name), _) => Some(name.as_str()),
        (User::Key(_), literal) => literal.as_ref().map(|literal| literal.user.as_str()),
    };
    let is_root = user_name == Some("root");
    let text = |name: &str, value: &str| Map::new().with("name", name).with("value", value);
    let secret = |name: &str, key: &str| {
        let from = secret_key_ref(&credentials.secret, key);
        Map::new().with("name", name).with("valueFrom", from)
    };
    let user = |name: &str| match &credentials.user {
        User::Name(user) => text(name, user),
        User::Key(key) => secret(name, key),
    };
    let password = |name: &str| secret(name, &credentials.password_key);
    let name = database.database.as_str();
    match recipe.flavor {
        // Both images refuse `root` as the ordinary user; it has all rights as it is.
        Flavor::MySql if is_root => {
            vec![text("MYSQL_DATABASE", name), password("MYSQL_ROOT_PASSWORD")]
        }
        Flavor::MySql => vec![
            text("MYSQL_DATABASE", name),
            user("MYSQL_USER"),
            password("MYSQL_PASSWORD"),
            password("MYSQL_ROOT_PASSWORD"),
        ],
        Flavor::MariaDb if is_root => {
            vec![text("MARIADB_DATABASE", name), password("MARIADB_ROOT_PASSWORD")]
        }
        Flavor::MariaDb => vec![
            text("MARIADB_DATABASE", name),
            user("MARIADB_USER"),
            password("MARIADB_PASSWORD"),
            password("MARIADB_ROOT_PASSWORD"),
        ],
        Flavor::Postgres => vec![
            text("POSTGRES_DB", name),
            user("POSTGRES_USER"),
            password("POSTGRES_PASSWORD"),
            text("PGDATA", recipe.data_path),
        ],
        // Without an edition the licence is not accepted either, which is an error by now.
        Flavor::SqlServer => {
            let edition = server.edition.iter();
            let accepted = edition.flat_map(|it| [text("ACCEPT_EULA", "Y"), text("MSSQL_PID", it)]);
            accepted.chain([password("MSSQL_SA_PASSWORD")]).collect()
        }
        Flavor::ClickHouse => vec![
            text("CLICKHOUSE_DB", name),
            user("CLICKHOUSE_USER"),
            password("CLICKHOUSE_PASSWORD"),
            text("CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT", "1"),
        ],
    }
}

/// The three probes of a server.
pub(super) struct Probes {
    pub(super) startup: Map,
    pub(super) readiness: Map,
    pub(super) liveness: Map,
}

/// The probes of an image.
pub(super) fn probes(flavor: Flavor, database: &Database) -> Probes {
    let (startup, readiness) = match flavor {
        Flavor::MySql => both(shell(
            "MYSQL_PWD=\"${MYSQL_PASSWORD:-$MYSQL_ROOT_PASSWORD}\" mysql --protocol=TCP \
             --host=127.0.0.1 --user=\"${MYSQL_USER:-root}\" --execute='SELECT 1' \
             \"$MYSQL_DATABASE\"",
        )),
        Flavor::MariaDb => both(shell(
            "MYSQL_PWD=\"${MARIADB_PASSWORD:-$MARIADB_ROOT_PASSWORD}\" mariadb --protocol=TCP \
             --host=127.0.0.1 --user=\"${MARIADB_USER:-root}\" --execute='SELECT 1' \
             \"$MARIADB_DATABASE\"",
        )),
        Flavor::Postgres => both(shell(
            "PGPASSWORD=\"$POSTGRES_PASSWORD\" psql --host=127.0.0.1 \
             --username=\"$POSTGRES_USER\" --dbname=\"$POSTGRES_DB\" --command='SELECT 1'",
        )),
        Flavor::SqlServer => sql_server(&database.database),
        Flavor::ClickHouse => {
            both(Map::new().with("httpGet", Map::new().with("path", "/ping").with("port", "http")))
        }
    };
    let port = Map::new().with("port", database.engine.name);
    Probes {
        // Ten minutes for the first start; nothing is restarted before.
        startup: startup
            .with("periodSeconds", 5)
            .with("timeoutSeconds", 5)
            .with("failureThreshold", 120),
        readiness: readiness.with("periodSeconds", 10).with("timeoutSeconds", 5),
        // Only a server that takes no connections at all is restarted.
        liveness: Map::new()
            .with("tcpSocket", port)
            .with("periodSeconds", 10)
            .with("timeoutSeconds", 5)
            .with("failureThreshold", 6),
    }
}

fn both(action: Map) -> (Map, Map) {
    (action.clone(), action)
}

fn shell(command: &str) -> Map {
    Map::new().with("exec", Map::new().with("command", vec!["sh", "-c", command]))
}

/// SQL Server's image makes no database, so that the first probe does: it is asked until it
/// succeeds, and nothing is ready before. The name holds no quotes (`resolve::database`).
fn sql_server(database: &str) -> (Map, Map) {
    let ask = |database: &str, statement: &str| {
        shell(&format!(
            "SQLCMDPASSWORD=\"$MSSQL_SA_PASSWORD\" /opt/mssql-tools18/bin/sqlcmd -C -b -S 127.0.0.1 \
             -U sa -d {database} -Q \"{statement}\""
        ))
    };
    let create = format!("IF DB_ID('{database}') IS NULL CREATE DATABASE [{database}]");
    (ask("master", &create), ask(database, "SELECT 1"))
}
