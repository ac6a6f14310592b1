//! Texts -> the databases that they name: URLs, driver strings, and variables such as `DB_HOST`.
//!
//! What is found here is only ever compared with what a schema says about its own database, so a
//! text that merely looks like an address leads to nothing.

/// A host that a text names, with the database on it when the text says which.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address {
    /// The host, in lower case and without a final dot.
    pub(super) host: String,
    /// The port, when it is written.
    pub(super) port: Option<u16>,
    /// The database, when it is written.
    pub(super) database: Option<String>,
}

/// What ends a URL in running text.
const ENDS: [char; 12] = [' ', '\t', '\n', '\r', '"', '\'', '`', '<', '>', ')', '}', ']'];
/// Schemes behind which no SQL database is.
const OTHER_SCHEMES: [&str; 16] = [
    "http", "https", "ws", "wss", "grpc", "grpcs", "redis", "rediss", "amqp", "amqps", "mongodb",
    "nats", "kafka", "ftp", "s3", "file",
];
/// What `key=value` strings call a host.
const HOST_KEYS: [&str; 7] =
    ["host", "server", "data source", "datasource", "addr", "address", "hostname"];
/// What `key=value` strings call a database.
const DATABASE_KEYS: [&str; 4] = ["dbname", "database", "databasename", "initial catalog"];

/// The databases that a text names by URL or in the manner of a driver.
pub(super) fn in_text(text: &str) -> Vec<Address> {
    let mut found = urls(text, |scheme| !OTHER_SCHEMES.contains(&scheme));
    found.extend(go_dsns(text));
    found.extend(key_values(text));
    found
}

/// The hosts of all URLs in a text, whatever their scheme.
pub(super) fn hosts_of_urls(text: &str) -> Vec<Address> {
    urls(text, |_| true)
}

/// A host, with a port at the most: the value of a variable such as `DB_HOST`.
pub(super) fn host(text: &str) -> Option<Address> {
    let text = text.trim().trim_end_matches('/');
    let (host, port) = split_port(text);
    is_host(host).then(|| Address { host: normal(host), port, database: None })
}

/// Whether a variable of this name may hold a host: not `DB_TYPE`, `DB_CONNECTION`, `DB_USER`.
pub(super) fn may_name_host(name: &str) -> bool {
    const OTHERS: [&str; 17] = [
        "type",
        "driver",
        "connection",
        "dialect",
        "engine",
        "client",
        "adapter",
        "user",
        "username",
        "name",
        "database",
        "password",
        "pass",
        "schema",
        "provider",
        "kind",
        "image",
    ];
    last_word(name).is_some_and(|word| !OTHERS.contains(&word.as_str()))
}

/// Whether a variable of this name may hold the name of a database.
pub(super) fn may_name_database(name: &str) -> bool {
    const WORDS: [&str; 8] =
        ["name", "database", "db", "dbname", "schema", "catalog", "pgdatabase", "databasename"];
    last_word(name).is_some_and(|word| WORDS.contains(&word.as_str()))
}

fn last_word(name: &str) -> Option<String> {
    let last = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let last = last.rsplit(|c: char| !c.is_ascii_alphanumeric()).find(|word| !word.is_empty())?;
    // `dbName` has two words as well.
    let upper = last.char_indices().rev().find(|(_, c)| c.is_ascii_uppercase());
    let is_camel = last.chars().any(|c| c.is_ascii_lowercase());
    let word = match upper {
        Some((at, _)) if is_camel => last.get(at..).unwrap_or(last),
        _ => last,
    };
    Some(word.to_ascii_lowercase())
}

fn urls(text: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<Address> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("://") {
        let before = text.get(..at).unwrap_or_default();
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-');
        let scheme = before.rsplit(|c| !is_scheme(c)).next().unwrap_or_default();
        let bare = scheme.split('+').next().unwrap_or(scheme).to_ascii_lowercase();
        if !bare.is_empty() && is_wanted(&bare) {
            let rest = text.get(at + 3..).unwrap_or_default();
            found.extend(authority(rest.split(ENDS).next().unwrap_or_default()));
        }
    }
    found
}

/// What follows `://`: `user:password@host:port,host/database?database=name`.
fn authority(rest: &str) -> Vec<Address> {
    // A password may hold anything; the last `@` before the path ends it.
    let end = rest.find(['/', '?', '#', ';']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let hosts = authority.rsplit('@').next().unwrap_or_default();
    let path = tail.strip_prefix('/').unwrap_or_default();
    let path = path.split(['?', '#', ';', '/', '&']).next().unwrap_or_default();
    let in_query = tail.split(['?', '&', ';']).find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        DATABASE_KEYS.contains(&key.to_ascii_lowercase().as_str()).then_some(value)
    });
    let database = in_query.unwrap_or(path);
    let address = |host: &str| {
        let (host, port) = split_port(host);
        let database = Some(database.to_owned()).filter(|name| !name.is_empty());
        is_host(host).then(|| Address { host: normal(host), port, database })
    };
    hosts.split(',').filter_map(address).collect()
}

/// `user:password@tcp(host:port)/database?...`.
fn go_dsns(text: &str) -> Vec<Address> {
    let dsn = |(at, marker): (usize, &str)| {
        let rest = text.get(at + marker.len()..)?;
        let (inside, after) = rest.split_once(')')?;
        let mut address = host(inside)?;
        let path = after.strip_prefix('/').unwrap_or_default();
        let database = path.split(['?', ' ', '"', '\'', '\n']).next().unwrap_or_default();
        address.database = Some(database.to_owned()).filter(|name| !name.is_empty());
        Some(address)
    };
    text.match_indices("@tcp(").filter_map(dsn).collect()
}

/// `host=... dbname=...` and `Server=...;Database=...`, on one line each.
fn key_values(text: &str) -> Vec<Address> {
    text.lines().filter(|line| line.contains('=')).filter_map(key_value_line).collect()
}

fn key_value_line(line: &str) -> Option<Address> {
    let separator = if line.contains(';') { ';' } else { ' ' };
    let (mut address, mut database) = (None, None);
    for pair in line.split(separator) {
        let Some((key, value)) = pair.split_once('=') else { continue };
        // `DSN=mysql:host=...`: what is in front of the last `:` or `=` is somebody else's name.
        let key = key.rsplit([':', '"', '\'']).next().unwrap_or(key).trim().to_ascii_lowercase();
        let value = value.trim().trim_matches(['"', '\'']);
        if HOST_KEYS.contains(&key.as_str()) {
            let value = value.strip_prefix("tcp:").unwrap_or(value);
            address = host(value.split(',').next().unwrap_or(value));
        } else if DATABASE_KEYS.contains(&key.as_str()) {
            database = Some(value.to_owned());
        }
    }
    address.map(|address| Address { database, ..address })
}

fn split_port(text: &str) -> (&str, Option<u16>) {
    match text.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (host, port.parse().ok())
        }
        _ => (text, None),
    }
}

fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let bare = text.strip_suffix('.').unwrap_or(text);
    bare.len() <= 253 && bare.split('.').all(is_label)
}

fn normal(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, Option<u16>, Option<&str>)]) {
        let found = in_text(text);
        let found: Vec<(&str, Option<u16>, Option<&str>)> = found
            .iter()
            .map(|address| (&*address.host, address.port, address.database.as_deref()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn urls_and_driver_strings_name_host_and_database() {
        check("mysql://root:pass@mysql:3306/example", &[("mysql", Some(3306), Some("example"))]);
        check("postgresql+asyncpg://u:p@PG.shop.svc/x?a=b", &[("pg.shop.svc", None, Some("x"))]);
        check("url=jdbc:mysql://mysql/shop?useSSL=false", &[("mysql", None, Some("shop"))]);
        check("postgres://u:p@a:1,b:2/x", &[("a", Some(1), Some("x")), ("b", Some(2), Some("x"))]);
        check(
            "root:pass@tcp(mysql:3306)/shop?parseTime=true",
            &[("mysql", Some(3306), Some("shop"))],
        );
        check("host=pg port=5432 dbname=shop user=x", &[("pg", None, Some("shop"))]);
        check("Server=tcp:mssql,1433;Database=shop;User Id=sa", &[("mssql", None, Some("shop"))]);
        check("mysql:host=mysql;dbname=shop", &[("mysql", None, Some("shop"))]);
        check("sqlserver://sa:p@mssql:1433?database=shop", &[("mssql", Some(1433), Some("shop"))]);
        check(
            "jdbc:sqlserver://mssql:1433;databaseName=shop",
            &[("mssql", Some(1433), Some("shop"))],
        );
        check("postgres://u:p@pg", &[("pg", None, None)]);
        check("https://mysql/", &[]);
        check("sqlite:///data/x.db", &[]);
    }

    #[test]
    fn a_host_alone_may_have_a_port() {
        assert_eq!(host("mysql:3306").map(|address| address.host), Some("mysql".to_owned()));
        assert_eq!(host("DB.example.com.").map(|a| a.host), Some("db.example.com".to_owned()));
        assert_eq!(host("two words"), None);
        assert_eq!(host(""), None);
    }

    #[test]
    fn names_of_variables_tell_what_they_hold() {
        assert!(may_name_host("WORDPRESS_DB_HOST") && may_name_host("PGHOST"));
        assert!(!may_name_host("DB_CONNECTION") && !may_name_host("dbType"));
        assert!(may_name_database("PGDATABASE") && may_name_database("dbName"));
        assert!(!may_name_database("DB_HOST"));
    }
}
