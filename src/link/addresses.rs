//! Texts -> the databases that they name: URLs, driver strings, and variables such as `DB_HOST`.
//!
//! What is found here is only ever compared with what a schema says about its own database, so a
//! text that merely looks like an address leads to nothing.

use std::borrow::Cow;

use crate::link::cut;

/// A host that a text names, with the database on it when the text says which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address<'t> {
    /// The host, in lower case and without a final dot.
    pub(super) host: String,
    /// The port, when it is written.
    pub(super) port: Option<u16>,
    /// The database, when it is written.
    pub(super) database: Option<&'t str>,
    /// Whether an SQL database may be there, and not only a server of another kind.
    pub(super) is_sql: bool,
}

impl Address<'_> {
    /// Whether it is one word, with nothing that makes it an address.
    pub(super) fn is_bare(&self) -> bool {
        self.port.is_none() && !self.host.contains('.')
    }
}

/// What is less is the tag of an image, or a time.
const LOWEST_PORT: u16 = 80;
/// What ends a URL in running text.
const ENDS: [char; 12] = [' ', '\t', '\n', '\r', '"', '\'', '`', '<', '>', ')', '}', ']'];
/// The longest pair of a name and a host that is looked at, in bytes.
const MAX_PAIR_LEN: usize = 512;
/// Schemes behind which no SQL database is.
const OTHER_SCHEMES: [&str; 16] = [
    "http", "https", "ws", "wss", "grpc", "grpcs", "redis", "rediss", "amqp", "amqps", "mongodb",
    "nats", "kafka", "ftp", "s3", "file",
];
/// What `key=value` strings call a host.
const HOST_KEYS: [&str; 10] = [
    "host",
    "ldapserver",
    "server",
    "data source",
    "datasource",
    "addr",
    "address",
    "hostname",
    "servername",
    "network address",
];
/// What `key=value` strings call a database.
const DATABASE_KEYS: [&str; 4] = ["dbname", "database", "databasename", "initial catalog"];

/// The databases that a text names by URL or in the manner of a driver. They are found one by one,
/// since a text may name millions, and every byte of it is looked at a fixed number of times.
pub(super) fn in_text(text: &str) -> impl Iterator<Item = Address<'_>> {
    everywhere(text).filter(|address| address.is_sql)
}

/// Everything that a text names by URL, in the manner of a driver, or with a port.
pub(super) fn everywhere(text: &str) -> impl Iterator<Item = Address<'_>> {
    let drivers = urls(text).chain(go_dsns(text)).chain(oracle(text)).chain(key_values(text));
    let values = host_pairs(text).chain(constants(text)).chain(calls(text));
    drivers.chain(with_port(text)).chain(values)
}

/// The first argument of functions that open a connection: `mysqli_connect('db', ...)`.
fn calls(text: &str) -> impl Iterator<Item = Address<'_>> {
    const FUNCTIONS: [&str; 4] =
        ["mysqli_connect(", "mysql_connect(", "new mysqli(", "redis->connect("];
    FUNCTIONS.iter().flat_map(move |function| {
        text.match_indices(function).filter_map(|(at, it)| {
            let inside = cut(text.get(at + it.len()..)?.trim_start(), MAX_PAIR_LEN);
            let quote = inside.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, _) = inside.get(1..)?.split_once(quote)?;
            let address = host(value)?;
            Some(Address { is_sql: function.contains("my"), ..address })
        })
    })
}

/// The hosts of all URLs in a text, whatever their scheme.
pub(super) fn hosts_of_urls(text: &str) -> impl Iterator<Item = Address<'_>> {
    urls(text)
}

/// A host, with a port at the most: the value of a variable such as `DB_HOST`.
pub(super) fn host(text: &str) -> Option<Address<'static>> {
    let text = text.trim().trim_end_matches('/');
    // `user:password@db`.
    let text = match text.rsplit_once('@') {
        Some((login, host)) if login.contains(':') && !login.contains("//") => host,
        Some(_) | None => text,
    };
    let (host, port) = split_port(text);
    is_host(host).then(|| Address { host: normal(host), port, database: None, is_sql: true })
}

/// Hosts with commas, semicolons or spaces between them, and nothing else.
pub(super) fn host_list(text: &str) -> impl Iterator<Item = Address<'_>> {
    let parts = || text.split([',', ';', ' ', '\t']).map(str::trim).filter(|it| !it.is_empty());
    let is_list = parts().all(|part| host(part).is_some());
    let hosts = parts().filter(move |_| is_list).filter_map(host);
    hosts.map(|address| Address { ..address })
}

/// The hosts in a script, told by where they stand: `pg_isready -h pg`, `nc -z pg 5432`, `PGHOST=pg`.
pub(super) fn in_commands(text: &str) -> impl Iterator<Item = Address<'static>> {
    /// Programs that are told a host, and little else.
    const PROGRAMS: [&str; 13] = [
        "cqlsh",
        "nc",
        "ncat",
        "netcat",
        "telnet",
        "nslookup",
        "dig",
        "ping",
        "curl",
        "wget",
        "hosts",
        "wait-for",
        "wait-for-it",
    ];
    /// Clients with a flag of their own for it.
    const CLIENTS: [(&str, &str); 4] =
        [("sqlcmd", "-S"), ("rabbitmqadmin", "-H"), ("nats", "-s"), ("ldapsearch", "-H")];
    let is_port = |word: Option<&&str>| {
        word.and_then(|word| word.parse::<u16>().ok()).is_some_and(|port| port >= LOWEST_PORT)
    };
    let commands = text.split(['\n', ';', '|', '&', '`', '(', ')', '{', '}', '<', '>']);
    commands.flat_map(move |command| {
        let words = command.split([' ', '\t', '\r', '"', '\'', '[', ']', ',']);
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let mut hosts = Vec::new();
        let mut is_told = false;
        for (number, word) in words.iter().enumerate() {
            let before = number.checked_sub(1).and_then(|before| words.get(before));
            let is_flag = word.starts_with('-');
            let behind = words.get(..number).unwrap_or_default();
            let runs = |program: &str| behind.iter().any(|word| program_of(word) == program);
            let is_clients = |before: &&str| {
                CLIENTS.iter().any(|(program, flag)| flag == before && runs(program))
            };
            let value = match word.split_once('=') {
                Some((name, value)) if says_host(name) => Some(value),
                _ if word.starts_with("/dev/tcp/") => word.split('/').nth(3),
                _ if before.is_some_and(is_clients) => Some(*word),
                _ if is_flag => word.strip_prefix("-h"),
                _ if before.is_some_and(|it| it.starts_with('-') && says_host(it)) => Some(*word),
                _ if is_told || is_port(words.get(number + 1)) => {
                    Some(word.split('/').next().unwrap_or(word))
                }
                _ => None,
            };
            hosts.extend(value.and_then(host));
            let program = word.rsplit('/').next().unwrap_or(word);
            let program = program.strip_suffix(".sh").unwrap_or(program);
            is_told |= PROGRAMS.contains(&program);
        }
        hosts
    })
}

/// The last part of the path of a program.
fn program_of(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Every word of a text that could be a host: the arguments of a program, a script.
pub(super) fn words(text: &str) -> impl Iterator<Item = Address<'static>> {
    tokens(text).filter_map(host).map(|address| Address { is_sql: false, ..address })
}

/// A text with `x` for what templates and shells put in, or with what they put in by default:
/// `{{ .password }}`, `${DB_USER}`, `${DB_HOST:-pg}`.
pub(super) fn without_templates(text: &str) -> Cow<'_, str> {
    /// The longest template, in bytes: every byte is looked at so often at the most.
    const MAX_TEMPLATE_LEN: usize = 128;
    // Properties of Java escape the colon.
    if text.contains("\\:") {
        return without_templates(&text.replace("\\:", ":")).into_owned().into();
    }
    if !text.contains("{{") && !text.contains("${") {
        return text.into();
    }
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '$']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        plain.push_str(before);
        let (open, close) = if from.starts_with("{{") { ("{{", "}}") } else { ("${", "}") };
        let begun = from.strip_prefix(open).unwrap_or_default();
        let inside = cut(begun, MAX_TEMPLATE_LEN).split_once(close).map(|(inside, _)| inside);
        match inside {
            Some(inside) => {
                let default = inside.split_once(":-").or_else(|| inside.split_once(':'));
                plain.push_str(match default {
                    Some((_, default)) if open == "${" => default,
                    Some(_) | None => "x",
                });
                rest = begun.get(inside.len() + close.len()..).unwrap_or_default();
            }
            None => {
                let mut chars = from.chars();
                plain.extend(chars.next());
                rest = chars.as_str();
            }
        }
    }
    plain.push_str(rest);
    plain.into()
}

/// Whether a variable of this name that has an address for its value names a host. A bare word names one
/// only where the variable says so: `POSTGRES_DB=shop` and `NAMESPACE=shop` name no Service.
pub(super) fn names_host(name: &str, address: &Address<'_>) -> bool {
    if address.is_bare() { says_host(name) } else { may_name_host(name) }
}

/// Whether the name of a variable, a field or a flag says that its value is a host: `PGHOST`,
/// `brokerUrl`, `--db-host`.
pub(super) fn says_host(name: &str) -> bool {
    /// What a word says, or ends with.
    const ENDS: [&str; 18] = [
        "host",
        "hosts",
        "hostname",
        "hostnames",
        "addr",
        "addrs",
        "address",
        "addresses",
        "endpoint",
        "endpoints",
        "url",
        "urls",
        "uri",
        "uris",
        "dsn",
        "broker",
        "brokers",
        "bootstrap",
    ];
    /// What the last word says.
    const LAST: [&str; 26] = [
        "server",
        "servers",
        "servername",
        "nameserver",
        "service",
        "services",
        "node",
        "nodes",
        "peer",
        "peers",
        "seed",
        "seeds",
        "upstream",
        "upstreams",
        "backend",
        "backends",
        "proxy",
        "master",
        "primary",
        "leader",
        "sentinel",
        "sentinels",
        "gateway",
        "points",
        "replica",
        "collector",
    ];
    /// What a variable about a queue or a cache may end with: `EventBusConnection`, `REDIS_CONNECTION`.
    const CONNECTIONS: [&str; 4] =
        ["connection", "connections", "connectionstring", "configuration"];
    if name == "-h" {
        return true;
    }
    let words = host_words(name);
    let Some(last) = words.last() else { return false };
    let is_about_server = words
        .iter()
        .any(|word| is_one_of(&OTHER_WORDS, word) || matches!(&**word, "bus" | "queue"));
    let is_alone = is_one_of(&OTHER_WORDS, last)
        && (words.len() == 1 || words.iter().any(|word| word.starts_with("connection")));
    if is_about_server && (is_alone || CONNECTIONS.contains(&last.as_str())) {
        return true;
    }
    let is_host_name = last == "name"
        && words.iter().rev().nth(1).is_some_and(|word| matches!(&**word, "host" | "server"))
        && words.len() > 2;
    if is_one_of(&OTHERS, last) && !is_host_name {
        return false;
    }
    let says = |word: &String| word != "ghost" && ENDS.iter().any(|end| word.ends_with(end));
    words.iter().any(says) || LAST.contains(&last.as_str())
}

/// The words of a name, in lower case: those of `DB_HOST_1`, `db.host` and `dbHost` are two.
fn host_words(name: &str) -> Vec<String> {
    let name = cut(name, MAX_PAIR_LEN).trim_end_matches(|c: char| c.is_ascii_digit());
    let mut words = Vec::new();
    for part in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()) {
        let is_camel = part.chars().any(|c| c.is_ascii_lowercase());
        let mut word = String::new();
        for c in part.chars() {
            if is_camel && c.is_ascii_uppercase() && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            word.push(c.to_ascii_lowercase());
        }
        words.push(word);
    }
    words
}

/// Last words of names that hold no host.
const OTHERS: [&str; 39] = [
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
    "active",
    "app",
    "catalog",
    "db",
    "dbname",
    "env",
    "environment",
    "key",
    "mode",
    "namespace",
    "ns",
    "owner",
    "port",
    "profile",
    "profiles",
    "role",
    "scheme",
    "subscription",
    "theme",
    "databases",
    "roles",
    "users",
];

/// Whether a variable of this name may hold a host: not `DB_TYPE`, `DB_CONNECTION`, `DB_USER`.
pub(super) fn may_name_host(name: &str) -> bool {
    // `DB` alone may be a host; `POSTGRES_DB` and `PGDATABASE` are names.
    let is_database = may_name_database(name) && !name.eq_ignore_ascii_case("db");
    !is_database && last_word(name).is_some_and(|word| !is_one_of(&OTHERS, word))
}

/// Whether a variable of this name may hold the name of a database.
pub(super) fn may_name_database(name: &str) -> bool {
    const WORDS: [&str; 8] =
        ["name", "database", "db", "dbname", "schema", "catalog", "pgdatabase", "databasename"];
    last_word(name).is_some_and(|word| is_one_of(&WORDS, word))
}

fn is_one_of(known: &[&str], word: &str) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn last_word(name: &str) -> Option<&str> {
    let last = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let last = last.rsplit(|c: char| !c.is_ascii_alphanumeric()).find(|word| !word.is_empty())?;
    // `dbName` has two words as well.
    let upper = last.char_indices().rev().find(|(_, c)| c.is_ascii_uppercase());
    let is_camel = last.chars().any(|c| c.is_ascii_lowercase());
    match upper {
        Some((at, _)) if is_camel => last.get(at..),
        _ => Some(last),
    }
}

fn urls(text: &str) -> impl Iterator<Item = Address<'_>> {
    let mut end = Next::new(text, &ENDS);
    let mut pairs = database_pairs(text).peekable();
    let urls = text.match_indices("://").filter_map(move |(at, marker)| {
        let before = text.get(..at).unwrap_or_default();
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-');
        let scheme = before.rsplit(|c| !is_scheme(c)).next().unwrap_or_default();
        let bare = scheme.split('+').next().unwrap_or(scheme);
        let start = at + marker.len();
        let end = end.behind(start);
        if bare.is_empty() {
            return None;
        }
        let is_sql = !is_one_of(&OTHER_SCHEMES, bare);
        // A password may hold anything; the last `@` before the path ends it.
        let rest = text.get(start..end).unwrap_or_default();
        let (authority, tail) = match rest.find(['/', '?', '#', ';']) {
            Some(path) => rest.split_at_checked(path).unwrap_or((rest, "")),
            None => (rest, ""),
        };
        let path = tail.strip_prefix('/').unwrap_or_default();
        let path = path.split(['?', '#', ';', '/', '&']).next().unwrap_or_default();
        while pairs.next_if(|(place, _)| *place < start + authority.len()).is_some() {}
        let in_query = pairs.peek().filter(|(place, _)| *place < end);
        Some((authority, in_query.map_or(path, |(_, value)| value), is_sql))
    });
    urls.flat_map(|(authority, database, is_sql)| {
        hosts(authority, database).map(move |address| Address { is_sql, ..address })
    })
}

/// The hosts of `user:password@host:port,host`, all with one database.
fn hosts<'t>(authority: &'t str, database: &'t str) -> impl Iterator<Item = Address<'t>> {
    let database = Some(database).filter(|name| !name.is_empty());
    let address = move |host: &str| {
        let (host, port) = split_port(host);
        // `server\INSTANCE` of SQL Server.
        let host = host.split('\\').next().unwrap_or(host);
        is_host(host).then(|| Address { host: normal(host), port, database, is_sql: true })
    };
    authority.rsplit('@').next().unwrap_or_default().split(',').filter_map(address)
}

/// What stands behind `?`, `&` or `;` and says the name of a database: where that is, and the name.
fn database_pairs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices(['?', '&', ';']).filter_map(|(at, separator)| {
        let rest = text.get(at + separator.len()..)?;
        let pair = rest.split(['?', '&', ';']).next()?.split(ENDS).next()?;
        let (key, value) = pair.split_once('=')?;
        is_one_of(&DATABASE_KEYS, key).then_some((at, value))
    })
}

/// The next of some characters behind places that only grow, so that every byte is looked at once.
struct Next<'t> {
    text: &'t str,
    of: &'static [char],
    found: Option<usize>,
}

impl<'t> Next<'t> {
    fn new(text: &'t str, of: &'static [char]) -> Next<'t> {
        Next { text, of, found: None }
    }

    /// Where the next one is, or the text ends.
    fn behind(&mut self, start: usize) -> usize {
        match self.found.filter(|&found| found >= start) {
            Some(found) => found,
            None => {
                let next = self.text.get(start..).and_then(|rest| rest.find(self.of));
                *self.found.insert(next.map_or(self.text.len(), |next| start + next))
            }
        }
    }
}

/// `user:password@tcp(host:port)/database?...`.
fn go_dsns(text: &str) -> impl Iterator<Item = Address<'_>> {
    /// The longest name of a host, and a port.
    const MAX_HOST_PORT_LEN: usize = 253 + ":65535".len();
    let mut parenthesis = Next::new(text, &[')']);
    let mut end = Next::new(text, &['?', ' ', '"', '\'', '\n']);
    text.match_indices("@tcp(").filter_map(move |(at, marker)| {
        let start = at + marker.len();
        let closed = parenthesis.behind(start);
        if closed == text.len() || closed - start > MAX_HOST_PORT_LEN {
            return None;
        }
        let mut address = host(text.get(start..closed)?)?;
        let after = closed + 1;
        let path = text.get(after..end.behind(after))?.strip_prefix('/');
        address.database = path.filter(|name| !name.is_empty());
        Some(address)
    })
}

/// What an address of Oracle is: `jdbc:oracle:thin:@//host:1521/service`, `...:@host:1521:SID`, and
/// `(HOST=host)` of a descriptor.
fn oracle(text: &str) -> impl Iterator<Item = Address<'_>> {
    let name = |at: usize, marker: &str| {
        let rest = text.get(at + marker.len()..)?.trim_start_matches('/');
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')));
        host(rest.get(..end.unwrap_or(rest.len()))?)
    };
    let thin = text.match_indices("thin:@").filter_map(move |(at, it)| name(at, it));
    let upper = text.match_indices("(HOST=").filter_map(move |(at, it)| name(at, it));
    let lower = text.match_indices("(host=").filter_map(move |(at, it)| name(at, it));
    thin.chain(upper).chain(lower)
}

/// `"host": "db"` of JSON, `'dbhost' => 'db'` of PHP, `db.host=db` and `server: db`, several on one line
/// too.
fn host_pairs(text: &str) -> impl Iterator<Item = Address<'_>> {
    /// How many pieces from what says so a host is still that of a database.
    const MAX_DISTANCE: usize = 8;
    const ENDS: [&str; 9] = [
        "host",
        "hosts",
        "hostname",
        "server",
        "servers",
        "addr",
        "address",
        "endpoint",
        // `serverName` of JDBC's data sources.
        "servername",
    ];
    let names_host = |name: &str| {
        // `serverName` is one word.
        let name = name.trim_end_matches([' ', '"', '\'']);
        let tail = name.len().checked_sub("servername".len()).and_then(|start| name.get(start..));
        if tail.is_some_and(|tail| tail.eq_ignore_ascii_case("servername")) {
            return true;
        }
        let word = last_word(name).unwrap_or_default();
        let ends = |end: &&str| {
            let tail = word.len().checked_sub(end.len()).and_then(|start| word.get(start..));
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
        };
        ENDS.iter().any(ends)
    };
    let pieces = || {
        let pieces = text.split(['\n', ',', ';', '{', '}', '(', ')', '[', ']']);
        pieces.filter(|piece| piece.len() <= MAX_PAIR_LEN).enumerate()
    };
    let said: Vec<(usize, bool)> =
        pieces().filter_map(|(number, piece)| Some((number, says_sql(piece)?))).collect();
    // What says neither belongs to what was said before, or else to what is said next.
    let is_sql = move |number: usize| {
        let next = said.partition_point(|(place, _)| *place <= number);
        let before = next.checked_sub(1).and_then(|it| said.get(it));
        let near = |it: &&(usize, bool)| it.0.abs_diff(number) <= MAX_DISTANCE;
        before.filter(near).or_else(|| said.get(next).filter(near)).is_some_and(|it| it.1)
    };
    pieces().filter_map(move |(number, piece)| {
        let halves = piece.split_once("=>").or_else(|| piece.split_once([':', '=']));
        let (_, value) = halves.filter(|(name, _)| names_host(name))?;
        let address = host(value.trim_matches([' ', '\t', '\r', '"', '\'', '\\']))?;
        Some(Address { is_sql: is_sql(number), ..address })
    })
}

/// The value of a name in capitals, in whatever language: `define('DB_HOST', 'db')`,
/// `ENV.fetch("DB_HOST") { "db" }`, `os.environ.get("DB_HOST", "db")`, `SetEnv DB_HOST db`.
fn constants(text: &str) -> impl Iterator<Item = Address<'_>> {
    /// The most that stands between the two.
    const MAX_BETWEEN: usize = 8;
    /// The most of a name on either side of the word.
    const MAX_NAME_LEN: usize = 64;
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let names = text.match_indices("HOST").chain(text.match_indices("SERVER"));
    names.filter_map(move |(at, end)| {
        let after = text.get(at + end.len()..)?;
        // Every byte is looked at so often at the most.
        let bytes = text.as_bytes().get(at.saturating_sub(MAX_NAME_LEN)..at)?;
        let own = bytes.iter().rev().take_while(|byte| is_name(char::from(**byte))).count();
        if own == MAX_NAME_LEN {
            return None;
        }
        let start = at - own;
        let length = cut(after, MAX_NAME_LEN).find(|c: char| !is_name(c))?;
        let name = text.get(start..at + end.len() + length)?;
        let rest = after.get(length..)?;
        let is_value = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        let from = cut(rest, MAX_BETWEEN).find(is_value)?;
        let is_between = |c: char| c.is_whitespace() && c != '\n' || "'\"(){}[],=>;".contains(c);
        let is_apart = from > 0 && rest.get(..from)?.chars().all(is_between);
        let is_name = name.contains('_') || name == "PGHOST" || name == "MYSQLHOST";
        if !is_apart || !is_name || !says_host(name) {
            return None;
        }
        let value = rest.get(from..)?;
        let value = value.split(|c: char| !is_value(c)).next()?;
        let address = host(value.trim_matches([':', '.', '-']))?;
        let is_sql = says_sql(name) == Some(true);
        Some(Address { is_sql, ..address })
    })
}

/// Words that are about an SQL database, in lower case.
const SQL_WORDS: [&str; 22] = [
    "database",
    "databases",
    "datasource",
    "db",
    "dbhost",
    "dbname",
    "dsn",
    "jdbc",
    "mariadb",
    "mssql",
    "mysql",
    "mysql2",
    "pg",
    "pgdatabase",
    "pghost",
    "pgsql",
    "postgres",
    "postgresql",
    "psql",
    "sql",
    "sqlalchemy",
    "sqlserver",
];
/// Words that are about another kind of server.
const OTHER_WORDS: [&str; 21] = [
    "amqp",
    "cache",
    "elasticsearch",
    "kafka",
    "ldap",
    "mail",
    "memcached",
    "minio",
    "mongo",
    "mongodb",
    "mqtt",
    "nats",
    "opensearch",
    "rabbitmq",
    "redis",
    "s3",
    "search",
    "smtp",
    "valkey",
    "vault",
    "elastic",
];

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
}

/// Whether a text has a word that is about an SQL database.
pub(super) fn has_sql_word(text: &str) -> bool {
    words_of(text).any(|word| is_one_of(&SQL_WORDS, word))
}

/// Whether a text has a word that is about another kind of server.
pub(super) fn has_other_word(text: &str) -> bool {
    words_of(text).any(|word| is_one_of(&OTHER_WORDS, word))
}

/// Whether a piece of a configuration is about an SQL database; none where it does not say.
fn says_sql(piece: &str) -> Option<bool> {
    match has_other_word(piece) {
        true => Some(false),
        false => has_sql_word(piece).then_some(true),
    }
}

/// `host:port` wherever it is, and what ends as a Service's name does.
fn with_port(text: &str) -> impl Iterator<Item = Address<'_>> {
    let found = tokens(text).flat_map(parts).filter_map(|token| {
        let address = host(token)?;
        let is_named = address.host.bytes().any(|byte| byte.is_ascii_alphabetic());
        let is_service = address.host.ends_with(".svc") || address.host.contains(".svc.");
        let has_port = address.port.is_some_and(|port| port >= LOWEST_PORT);
        (is_named && (has_port || is_service)).then_some(address)
    });
    found.map(|address| Address { is_sql: false, ..address })
}

/// A run as it is, and every two parts of one with more than one `:`: Pgpool's `0:pg-0.pg:5432`.
fn parts(token: &str) -> impl Iterator<Item = &str> {
    let colons = || token.match_indices(':').map(|(at, _)| at);
    let starts = std::iter::once(0).chain(colons().map(|at| at + 1));
    let ends = colons().skip(1).chain(std::iter::once(token.len()));
    starts.zip(ends).filter_map(|(start, end)| token.get(start..end))
}

/// The longest runs of what hosts and ports are written with.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    /// The longest name of a host, and a port.
    const MAX_HOST_PORT_LEN: usize = 253 + ":65535".len();
    let is_other = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'));
    let tokens = text.split(is_other).map(|token| token.trim_matches(['.', '-', ':']));
    tokens.filter(|token| !token.is_empty() && token.len() <= MAX_HOST_PORT_LEN)
}

/// `host=... dbname=...` and `Server=...;Database=...`, on one line each.
fn key_values(text: &str) -> impl Iterator<Item = Address<'_>> {
    text.lines().filter(|line| line.contains('=')).filter_map(key_value_line)
}

fn key_value_line(line: &str) -> Option<Address<'_>> {
    let separator = if line.contains(';') { ';' } else { ' ' };
    let (mut address, mut database) = (None, None);
    for pair in line.split(separator) {
        let Some((key, value)) = known_pair(pair) else { continue };
        if is_one_of(&HOST_KEYS, key) {
            let value = value.strip_prefix("tcp:").unwrap_or(value).trim_start_matches('/');
            let end = value.find([',', '/', '\\']).unwrap_or(value.len());
            address = host(value.get(..end).unwrap_or_default());
        } else if is_one_of(&DATABASE_KEYS, key) {
            database = Some(value);
        }
    }
    address.map(|address| Address { database, ..address })
}

/// A pair whose key is known. `DSN=mysql:host=...`, `connection="Server=...`: what is in front of
/// the last quote, `:` or `=` is somebody else's name.
fn known_pair(pair: &str) -> Option<(&str, &str)> {
    let known = |(key, _): (&str, &str)| {
        let key = bare_key(key);
        is_one_of(&HOST_KEYS, key) || is_one_of(&DATABASE_KEYS, key)
    };
    let halves = pair.split_once('=').filter(|it| known(*it));
    let (key, value) = halves.or_else(|| pair.rsplit_once('=').filter(|it| known(*it)))?;
    // The quote that ends the whole string ends the last value as well.
    let value = value.trim().trim_start_matches(['"', '\'']);
    Some((bare_key(key), value.split(['"', '\'']).next().unwrap_or_default().trim_end()))
}

fn bare_key(key: &str) -> &str {
    key.rsplit([':', '"', '\'', '=']).next().unwrap_or(key).trim()
}

fn split_port(text: &str) -> (&str, Option<u16>) {
    match text.rsplit_once(':') {
        Some((host, port))
            if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
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
        let found: Vec<Address<'_>> = in_text(text).collect();
        let found: Vec<(&str, Option<u16>, Option<&str>)> =
            found.iter().map(|address| (&*address.host, address.port, address.database)).collect();
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
        check("jdbc:oracle:thin:@//ora:1521/x", &[("ora", None, None)]);
        check("jdbc:oracle:thin:@ora:1521:XE", &[("ora", None, None)]);
        check("Data Source=ora:1521/XE;User Id=x", &[("ora", Some(1521), None)]);
        check("<add c=\"Server=ms\\X;Database=shop\"/>", &[("ms", None, Some("shop"))]);
        check("jdbc:sqlserver://ms\\X:1433;databaseName=shop", &[("ms", Some(1433), Some("shop"))]);
        check("sqlite:///data/x.db", &[]);
    }

    #[test]
    fn servers_of_every_kind_are_named_in_many_ways() {
        let check = |text: &str, expected: &[&str]| {
            let plain = without_templates(text);
            let mut found: Vec<String> = everywhere(&plain).map(|it| it.host).collect();
            found.extend(host_list(&plain).map(|it| it.host));
            found.sort();
            found.dedup();
            assert_eq!(found, expected, "{text}");
        };
        check("redis://:p@redis:6379/0", &["redis"]);
        check("h1:26379,h2:26379", &["h1", "h2"]);
        check("amqps://u:p@mq.shop.svc:5671/%2f", &["mq.shop.svc"]);
        check("PLAINTEXT://k1:9092,PLAINTEXT://k2:9092", &["k1", "k2"]);
        check("mongodb+srv://u:p@m/db", &["m"]);
        check("mongodb://m-0.m:27017,m-1.m:27017/db?replicaSet=rs", &["m-0.m", "m-1.m"]);
        check("postgres://{{ .user }}:{{ .pw | urlquery }}@pg-rw:5432/app", &["pg-rw"]);
        check("postgres://${U}:${P}@${H:-pg}/app", &["pg"]);
        check("proxy_pass http://api;\nserver b:8080;", &["api", "b"]);
        check("image: postgres:16 at 12:30", &[]);
        check("u:p@db:5432/x", &["db"]);
        check(
            "{\"db\":{\"host\":\"db\",\"port\":5432},\"cache_host\": \"redis:6379\"}",
            &["db", "redis"],
        );
        check("$CONFIG = array('dbtype' => 'pgsql', 'dbhost' => 'db', 'dbname' => 'x');", &["db"]);
        check("db.host=db\n", &["db"]);
        check("mail { server = smtp; user = web }", &["smtp"]);
        check("image: web\nghost: x\nname: db", &["x"]);
        check("(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=ora)(PORT=1521)))", &["ora"]);
    }

    #[test]
    fn a_host_in_a_file_is_that_of_a_database_where_the_file_says_so_near_it() {
        check(
            "production:\n  adapter: postgresql\n  host: db\n  database: shop",
            &[("db", None, None)],
        );
        check("{\"host\": \"db\", \"port\": 5432, \"database\": \"shop\"}", &[("db", None, None)]);
        check(
            "redis:\n  host: cache\npostgres:\n  host: db\nsmtp:\n  host: mail",
            &[("db", None, None)],
        );
        check("server: api\nname: shop", &[]);
    }

    #[test]
    fn a_name_in_capitals_has_its_value_in_every_language() {
        for text in [
            "define('DB_HOST', 'db');",
            "host: ENV.fetch(\"DB_HOST\") { \"db\" }",
            "'HOST': os.environ.get(\"POSTGRES_HOST\", \"db\"),",
            "env[DB_HOST] = db",
            "SetEnv DB_HOST db",
            "environment=A=\"b\",DB_HOST=\"db\"",
            "$ENV{DB_HOST} = 'db';",
            "db.url=jdbc\\:postgresql\\://db\\:5432/shop",
        ] {
            let plain = without_templates(text);
            assert!(everywhere(&plain).any(|it| it.host == "db" && it.is_sql), "{text}");
        }
        assert_eq!(constants("MYHOST db GHOST_X db DB_HOST\ndb HOST").count(), 0);
    }

    #[test]
    fn addresses_beside_each_other_share_nothing() {
        check("a://b?x=1&database=c d://e/f", &[("b", None, Some("c")), ("e", None, Some("f"))]);
        check("a://b/c d://e?database=f", &[("b", None, Some("c")), ("e", None, Some("f"))]);
        check("a://b/c&to=d://e?database=f", &[("b", None, Some("f")), ("e", None, Some("f"))]);
        let dsns = "u@tcp(a)/b u@tcp(c)/d?e u@tcp(f) u@tcp(g";
        let expected = [("a", None, Some("b")), ("c", None, Some("d")), ("f", None, None)];
        check(dsns, &expected);
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

    #[test]
    fn a_bare_word_is_a_host_where_its_name_says_so() {
        for name in ["DB_HOST", "PGHOST", "dbHost", "--db-host", "-h", "BROKERS", "API_URL"] {
            assert!(says_host(name), "{name}");
        }
        for name in ["REDIS_SERVER", "DB_HOST_1", "SQL_HOST_NAME", "contact-points", "MQ_ADDRESS"] {
            assert!(says_host(name), "{name}");
        }
        for name in ["POSTGRES_DB", "PGDATABASE", "DB_USER", "NS", "POD_NAMESPACE", "SUBSCRIPTION"]
        {
            assert!(!says_host(name), "{name}");
        }
        for name in
            ["THEME", "SPRING_PROFILES_ACTIVE", "owner", "--default-foo", "HOST_TYPE", "GHOST"]
        {
            assert!(!says_host(name), "{name}");
        }
    }

    #[test]
    fn scripts_name_hosts_by_where_they_stand() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<String> = in_commands(text).map(|it| it.host).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("until pg_isready -h pg -U u; do sleep 1; done", &["pg"]);
        check("PGHOST=pg psql -c 'create database shop'", &["pg"]);
        check("mysql -hdb -e 'create user shop'", &["db"]);
        check("while ! mysqladmin --host=db status", &["db"]);
        check("exec app --server \"db\" shop", &["db"]);
        check("wait db 5432 && echo shop", &["db"]);
        check("oc -n minio create secret generic shop", &[]);
    }

    #[test]
    fn two_parts_of_a_run_may_be_an_address() {
        let hosts = |text| everywhere(text).map(|it| it.host).collect::<Vec<_>>();
        assert_eq!(hosts("0:pg-0.pg:5432,1:pg-1.pg:5432"), ["pg-0.pg", "pg-1.pg"]);
        assert_eq!(hosts("db:5432:shop"), ["db"]);
    }
}
