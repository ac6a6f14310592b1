//! Whether a Job migrates a database: by its name, its images, and what it runs.
//!
//! The tables hold what the documentation of each tool promises. A word counts as a whole: a Job
//! named `immigrate` migrates nothing.

/// A container: its image, and its command and arguments in one list.
pub(super) struct Container<'a> {
    pub(super) image: &'a str,
    pub(super) words: Vec<&'a str>,
}

/// The most of a script that is looked at, in bytes.
const MAX_SCRIPT_LEN: usize = 16 * 1024;
/// How deep a script may stand in another: `sh -c "bash -c '...'"`.
const DEPTH: usize = 4;

/// Words of a name that say that something migrates.
const NAMES: [&str; 42] = [
    "migrate",
    "premigrate",
    "premigration",
    "schemamigration",
    "schemamigrations",
    "migrates",
    "migrating",
    "migration",
    "migrations",
    "migrator",
    "dbmigrate",
    "dbmigration",
    "dbmigrations",
    "dbmigrator",
    "migratedb",
    "automigrate",
    "schema",
    "schemas",
    "ddl",
    "initdb",
    "dbinit",
    "dbsetup",
    "dbupgrade",
    "upgradedb",
    "dbsync",
    "syncdb",
    "flyway",
    "liquibase",
    "alembic",
    "prisma",
    "goose",
    "dbmate",
    "sqitch",
    "phinx",
    "knex",
    "typeorm",
    "efbundle",
    "createdb",
    "createtables",
    "dbcreate",
    "dbseed",
    "seeddb",
];
/// Two words beside each other, in either order, that say so together.
const DATABASES: [&str; 15] = [
    "db",
    "mongo",
    "mongodb",
    "database",
    "sql",
    "postgres",
    "postgresql",
    "pg",
    "mysql",
    "mariadb",
    "table",
    "tables",
    // Tools whose `init` and `setup` are their migrations.
    "airflow",
    "superset",
    "zitadel",
];
const PREPARES: [&str; 15] = [
    "init",
    "initialize",
    "initializer",
    "setup",
    "prepare",
    "create",
    "bootstrap",
    "provision",
    "upgrade",
    "sync",
    "update",
    "seed",
    "seeder",
    "seeding",
    "populate",
];
/// Words of a name which say that it only looks, or is about something else.
const NOT_BY_NAME: [&str; 23] = [
    "registry", "check", "checks", "verify", "validate", "test", "tests", "smoke", "report",
    "backup", "dump", "export", "cleanup", "wait", "status", "studio", "lint", "docs", "exporter",
    "monitor", "backfill", "reindex", "plan",
];
/// Words of a name which say that it comes after the application, or goes back: whatever it runs,
/// nothing waits for it.
const AFTERWARDS: [&str; 7] = ["post", "after", "rollback", "revert", "undo", "downgrade", "down"];

/// Images that run nothing else, by the end of their path, with the program that they start.
const IMAGES: [(&str, &str); 17] = [
    ("flyway/flyway", "flyway"),
    ("redgate/flyway", "flyway"),
    ("boxfuse/flyway", "flyway"),
    ("flyway", "flyway"),
    ("liquibase/liquibase", "liquibase"),
    ("liquibase", "liquibase"),
    ("migrate/migrate", "migrate"),
    ("golang-migrate", "migrate"),
    ("arigaio/atlas", "atlas"),
    ("ariga/atlas", "atlas"),
    ("amacneil/dbmate", "dbmate"),
    ("dbmate", "dbmate"),
    ("gomicro/goose", "goose"),
    ("goose", "goose"),
    ("sqitch/sqitch", "sqitch"),
    ("bytebase/bytebase-action", "bytebase-action"),
    ("alembic", "alembic"),
];

/// What a program runs when it migrates: any of these lists of words, in this order, with anything
/// between them. A `*` at the end stands for any ending, at the beginning for any beginning.
struct Program {
    names: &'static [&'static str],
    runs: &'static [&'static [&'static str]],
}

const fn program(
    names: &'static [&'static str],
    runs: &'static [&'static [&'static str]],
) -> Program {
    Program { names, runs }
}

const PROGRAMS: &[Program] = &[
    program(
        &["rails", "rake"],
        &[
            &["db:migrate"],
            &["db:migrate:*"],
            &["db:prepare"],
            &["db:setup"],
            &["db:create"],
            &["db:schema:load"],
            &["db:schema:load:*"],
            &["db:structure:load"],
        ],
    ),
    program(
        &["odoo", "odoo-bin"],
        &[
            &["-i", "--stop-after-init"],
            &["--init*", "--stop-after-init"],
            &["-u", "--stop-after-init"],
            &["--update*", "--stop-after-init"],
        ],
    ),
    program(&["directus"], &[&["bootstrap"], &["database", "install"], &["database", "migrate*"]]),
    program(&["make", "just", "task"], &[&["migrate"], &["db-migrate"], &["migrate-up"]]),
    program(&["hanami"], &[&["db", "migrate"], &["db", "prepare"]]),
    program(&["sequel"], &[&["-m"]]),
    program(&["manage.py", "manage", "django-admin", "django"], &[&["migrate"], &["syncdb"]]),
    program(
        &["flask", "airflow", "superset", "mlflow"],
        &[&["db", "upgrade"], &["db", "migrate"], &["db", "init"]],
    ),
    program(&["airflow"], &[&["initdb"], &["upgradedb"]]),
    program(&["superset"], &[&["init"]]),
    program(&["aerich"], &[&["upgrade"], &["init-db"]]),
    program(&["alembic"], &[&["upgrade"]]),
    program(&["yoyo", "yoyo-migrate"], &[&["apply"], &["develop"]]),
    program(&["flyway"], &[&["migrate"], &["baseline"], &["deploy"]]),
    program(&["liquibase"], &[&["update"], &["update-*"], &["updateToTag"], &["updateCount"]]),
    program(&["prisma"], &[&["migrate", "deploy"], &["migrate", "dev"], &["db", "push"]]),
    program(&["goose"], &[&["up"], &["up-to"], &["up-by-one"]]),
    program(&["atlas"], &[&["migrate", "apply"], &["schema", "apply"]]),
    program(&["migrate", "golang-migrate"], &[&["up"], &["goto"]]),
    program(&["dbmate"], &[&["up"], &["migrate"]]),
    program(&["sqlx"], &[&["migrate", "run"], &["database", "setup"], &["database", "create"]]),
    program(&["diesel"], &[&["migration", "run"], &["setup"], &["database", "setup"]]),
    program(&["sea-orm-cli"], &[&["migrate"]]),
    program(&["refinery"], &[&["migrate"]]),
    program(&["knex"], &[&["migrate:latest"], &["migrate:up"]]),
    program(
        &["typeorm", "typeorm-ts-node-commonjs", "typeorm-ts-node-esm"],
        &[&["migration:run"], &["schema:sync"]],
    ),
    program(&["sequelize", "sequelize-cli"], &[&["db:migrate"], &["db:create"]]),
    program(&["mikro-orm"], &[&["migration:up"], &["schema:update"], &["schema:create"]]),
    program(&["drizzle-kit"], &[&["migrate"], &["push"], &["push:*"]]),
    program(&["node-pg-migrate", "pg-migrate", "db-migrate"], &[&["up"]]),
    program(&["efbundle"], &[&[]]),
    program(&["dotnet"], &[&["ef", "database", "update"]]),
    program(&["dotnet-ef"], &[&["database", "update"]]),
    program(&["artisan"], &[&["migrate"], &["migrate:fresh"], &["tenants:migrate"]]),
    program(
        &["console"],
        &[
            &["doctrine:migrations:migrate"],
            &["d:m:m"],
            &["doctrine:schema:update"],
            &["doctrine:schema:create"],
            &["doctrine:database:create"],
            &["database:migrate"],
            &["system:update:finish"],
            &["system:install"],
        ],
    ),
    program(&["doctrine-migrations", "phinx"], &[&["migrate"], &["migrations:migrate"]]),
    program(&["cake"], &[&["migrations", "migrate"]]),
    program(&["mix"], &[&["ecto.migrate"], &["ecto.setup"], &["ecto.create"]]),
    program(&["sqitch"], &[&["deploy"]]),
    program(&["bytebase-action"], &[&["rollout"]]),
    program(&["gradlew", "gradle"], &[&["*flywayMigrate"], &["*liquibaseUpdate"], &["*update"]]),
    program(
        &["mvn", "mvnw"],
        &[&["*flyway:migrate"], &["*liquibase:update"], &["*:migrate"], &["*:update"]],
    ),
    program(&["magento"], &[&["setup:upgrade"], &["setup:db-schema:upgrade"], &["setup:install"]]),
    program(&["drush"], &[&["updatedb"], &["updb"], &["deploy"], &["site:install"]]),
    program(&["occ"], &[&["upgrade"], &["maintenance:install"], &["migrations:migrate"]]),
    program(&["wp"], &[&["core", "update-db"], &["core", "install"], &["db", "create"]]),
    program(&["yii"], &[&["migrate"], &["migrate/up"], &["migrate/to"], &["migrate/fresh"]]),
    program(
        &["temporal-sql-tool", "temporal-cassandra-tool"],
        &[
            &["setup-schema"],
            &["update-schema"],
            &["setup"],
            &["update"],
            &["create-database"],
            &["create-keyspace"],
            &["create"],
        ],
    ),
    program(&["zitadel"], &[&["setup"], &["init"]]),
    program(&["kong"], &[&["migrations", "bootstrap"], &["migrations", "up"]]),
    program(&["sentry"], &[&["upgrade"], &["django", "migrate"]]),
    program(&["skeema"], &[&["push"]]),
    program(&["pgroll"], &[&["init"], &["start"], &["complete"], &["migrate"]]),
    program(&["grate"], &[&[]]),
    program(&["supabase"], &[&["db", "push"], &["migration", "up"]]),
    program(&["rambler"], &[&["apply"]]),
    program(&["datahub-upgrade"], &[&["-u"]]),
    program(&["update_synapse_database"], &[&[]]),
    program(&["typo3", "typo3cms"], &[&["database:updateschema"], &["upgrade:run"]]),
];

/// Tools that make a server what it is, and what they do then: before, it is not healthy.
const SERVER_TOOLS: [&str; 25] = [
    "arangosh",
    "bao",
    "cockroach",
    "consul",
    "control.sh",
    "couchbase-cli",
    "cqlsh",
    "dgraph",
    "etcdctl",
    "garage",
    "kafka-storage.sh",
    "keydb-cli",
    "mongo",
    "mongosh",
    "mysqlsh",
    "nodetool",
    "nomad",
    "openbao",
    "patronictl",
    "rabbitmqctl",
    "redis-cli",
    "valkey-cli",
    "vault",
    "yb-admin",
    "yugabyted",
];

/// Whether some arguments set up a server: by words that nothing else has, or by `init` and the like
/// beside a tool of a server, or in its image.
pub(super) fn sets_up_server<'t>(
    images: &[&str],
    arguments: impl Iterator<Item = &'t str>,
) -> bool {
    const ALONE: [&str; 4] = ["initiate", "rs.initiate", "unseal", "--cluster"];
    const BESIDE: [&str; 3] = ["init", "bootstrap", "join"];
    let is_tool = |word: &str| SERVER_TOOLS.contains(&base(word));
    let mut has_tool = images.iter().any(|image| {
        let last = image.rsplit('/').next().unwrap_or_default();
        is_tool(last.split([':', '@']).next().unwrap_or_default())
    });
    let mut has_word = false;
    for argument in arguments {
        let is_end = |c: char| c.is_whitespace() || matches!(c, '(' | '"' | ';');
        for word in argument.split(is_end) {
            if ALONE.contains(&word) {
                return true;
            }
            has_tool |= is_tool(word);
            has_word |= BESIDE.contains(&word);
        }
    }
    has_tool && has_word
}

/// What turns a command that migrates into one that only looks, or goes back.
const NOT_BY_COMMAND: [&str; 33] = [
    "status",
    "info",
    "validate",
    "version",
    "history",
    "current",
    "down",
    "rollback",
    "revert",
    "undo",
    "downgrade",
    "lint",
    "diff",
    "plan",
    "help",
    "make",
    "list",
    "reset",
    "generate",
    "new",
    "db:migrate:status",
    "db:migrate:down",
    "db:rollback",
    "migrate:status",
    "migrate:rollback",
    "--check",
    "--plan",
    "--dry-run",
    "--dryrun",
    "--help",
    "--version",
    "--list",
    "-h",
];
/// Programs that only print or look for their arguments.
const QUOTES: [&str; 6] = ["echo", "printf", "cat", "grep", "test", "["];
/// Programs that run what stands behind their `-c`.
const SHELLS: [&str; 8] = ["sh", "bash", "ash", "dash", "zsh", "ksh", "su", "busybox"];

/// Clients of SQL servers, which run the SQL that they are given.
const CLIENTS: [&str; 12] = [
    "psql",
    "mysql",
    "mariadb",
    "sqlcmd",
    "sqlplus",
    "sql",
    "cockroach",
    "ysqlsh",
    "clickhouse-client",
    "clickhouse",
    "usql",
    "pgcli",
];
/// What SQL begins with that makes something which applications need.
const DEFINES: [&str; 14] = [
    "create table",
    "create schema",
    "create database",
    "create extension",
    "create type",
    "create view",
    "create or replace",
    "create user",
    "create role",
    "create login",
    "create unique index",
    "create index",
    "alter table",
    "alter database",
];

/// Whether a Job of this name and with these containers migrates.
pub(super) fn migrates(name: &str, containers: &[Container<'_>]) -> bool {
    if words(name).any(|word| AFTERWARDS.contains(&&*word)) {
        return false;
    }
    let only_looks = || words(name).any(|word| NOT_BY_NAME.contains(&&*word));
    is_named_so(name)
        || containers.iter().any(container_migrates)
        || containers.iter().any(runs_sql) && !only_looks()
}

/// Whether a container runs SQL by a client: that defines something, or a file of it.
fn runs_sql(container: &Container<'_>) -> bool {
    let scripts: Vec<&str> =
        container.words.iter().map(|word| crate::link::cut(word, MAX_SCRIPT_LEN)).collect();
    let is_client = |word: &str| CLIENTS.contains(&base(word));
    let mut has_client = false;
    for script in &scripts {
        let commands = match script.contains(char::is_whitespace) {
            true => commands(script),
            false => vec![vec![(*script).to_owned()]],
        };
        has_client |= commands.iter().any(|words| {
            let quotes = words.first().is_some_and(|word| QUOTES.contains(&base(word)));
            !quotes && words.iter().any(|word| is_client(word))
        });
    }
    let defines = |script: &&str| {
        let words = script.split_whitespace().map(str::to_ascii_lowercase);
        let script = words.collect::<Vec<_>>().join(" ");
        let is_file =
            script.split([' ', '=', '<', '"', '\'', ';', ')']).any(|word| word.ends_with(".sql"));
        is_file || DEFINES.iter().any(|beginning| script.contains(beginning))
    };
    has_client && scripts.iter().any(defines)
}

/// Whether a name says that something migrates.
fn is_named_so(name: &str) -> bool {
    let words: Vec<String> = words(name).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let is_pair = |pair: &[String]| match pair {
        [one, other] => {
            let (one, other) = (one.as_str(), other.as_str());
            DATABASES.contains(&one) && PREPARES.contains(&other)
                || DATABASES.contains(&other) && PREPARES.contains(&one)
        }
        _ => false,
    };
    !has(&NOT_BY_NAME) && (has(&NAMES) || words.windows(2).any(is_pair))
}

/// The words of a name, in lower case and without a number at their end.
fn words(name: &str) -> impl Iterator<Item = String> {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase)
}

fn words_of_tag(tag: &str) -> impl Iterator<Item = String> {
    // The port of a registry is not a tag.
    words(if tag.contains('/') { "" } else { tag })
}

/// The tool that an image is, with the program that it starts, and the image's name without tag.
fn tool(image: &str) -> (Option<&'static str>, &str) {
    let bare = image.split('@').next().unwrap_or_default();
    let path = match bare.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => path,
        _ => bare,
    };
    let own = IMAGES.iter().find(|(image, _)| {
        path.strip_suffix(image).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    });
    (own.map(|(_, program)| *program), path)
}

/// Whether an image is a tool for migrations, which is not of one application.
pub(super) fn is_tool(image: &str) -> bool {
    tool(image).0.is_some()
}

fn container_migrates(container: &Container<'_>) -> bool {
    let (own, path) = tool(container.image);
    let last = path.rsplit('/').next().unwrap_or_default();
    let mut words: Vec<String> = container.words.iter().map(|&word| word.to_owned()).collect();
    let has_veto = words.iter().any(|word| NOT_BY_COMMAND.contains(&word.as_str()));
    if let Some(program) = own {
        // The image starts its program, and the arguments are those of the program.
        words.insert(0, program.to_owned());
        return words.len() == 1 || !has_veto;
    }
    // An image that is called like a program starts it; the tag may say which of several it is.
    let tag = container.image.rsplit_once(':').map(|(_, tag)| tag.split('@').next());
    let is_tagged_so = tag.flatten().is_some_and(|tag| {
        words_of_tag(tag).any(|word| matches!(&*word, "migrate" | "migration" | "migrations"))
    });
    ((is_named_so(last) || is_tagged_so) && !has_veto)
        || program_migrates(last, &words)
        || command_migrates(&words, 0)
}

/// Whether one command migrates, be it as a script within.
fn command_migrates(words: &[String], depth: usize) -> bool {
    if depth > DEPTH || words.first().is_some_and(|word| QUOTES.contains(&base(word))) {
        return false;
    }
    let mut is_script_next = false;
    for (at, word) in words.iter().enumerate() {
        let is_script = std::mem::take(&mut is_script_next);
        if is_script || word.contains(char::is_whitespace) {
            if script_migrates(word, depth + 1) {
                return true;
            }
            continue;
        }
        let is_option = word.starts_with('-') && !word.starts_with("--");
        if is_option && word.ends_with('c') {
            let before = words.get(..at).unwrap_or_default();
            is_script_next = before.iter().any(|word| SHELLS.contains(&base(word)));
        }
        let rest = words.get(at + 1..).unwrap_or_default();
        if program_migrates(base(word), rest) {
            return true;
        }
    }
    is_generic(words)
}

fn script_migrates(script: &str, depth: usize) -> bool {
    commands(crate::link::cut(script, MAX_SCRIPT_LEN))
        .iter()
        .any(|command| command_migrates(command, depth))
}

/// Whether a program of the table migrates with these arguments.
fn program_migrates(name: &str, rest: &[String]) -> bool {
    if name == "eval" || name == "rpc" {
        // A release of Elixir: `bin/shop eval "Shop.Release.migrate"`.
        let is_call = |word: &String| word.contains('.') && word.contains("migrate");
        return rest.first().is_some_and(is_call);
    }
    let known = PROGRAMS.iter().filter(|program| program.names.contains(&name));
    let mut runs = known.flat_map(|program| program.runs);
    runs.any(|run| has_in_order(run, rest)) && !is_vetoed(rest)
}

fn has_in_order(wanted: &[&str], words: &[String]) -> bool {
    let mut words = words.iter();
    wanted.iter().all(|wanted| {
        words.any(|word| match (wanted.strip_suffix('*'), wanted.strip_prefix('*')) {
            (Some(beginning), _) => word.starts_with(beginning),
            (None, Some(end)) => word.ends_with(end),
            (None, None) => word == wanted,
        })
    })
}

fn is_vetoed(words: &[String]) -> bool {
    words.iter().any(|word| NOT_BY_COMMAND.contains(&word.as_str()))
}

/// `./shop migrate`, `npm run db:migrate`, `node dist/migrate.js`, `/app/bin/migrate`: a command whose
/// program or whose first words are called so. The value of an option is none of them.
fn is_generic(words: &[String]) -> bool {
    /// Words that are looked at behind the program.
    const N_WORDS: usize = 4;
    const VERBS: [&str; 8] = [
        "migrate",
        "migrations",
        "migration",
        "migrator",
        "automigrate",
        "migratedb",
        "dbmigrate",
        "syncdb",
    ];
    /// Words beside a verb which say that nothing is migrated.
    const OTHERS: [&str; 8] =
        ["check", "create", "list", "show", "skip", "verify", "wait", "watch"];
    /// Commands that are called so as a whole.
    const WHOLE: [&str; 18] = [
        "create_db",
        "init-db",
        "init_db",
        "initdb",
        "setup-db",
        "setup_db",
        "db_sync",
        "db-sync",
        "db:init",
        "db:setup",
        "db:sync",
        "db-upgrade",
        "init-schema",
        "setup-schema",
        "update-schema",
        "upgrade-db",
        "create-tables",
        "create_tables",
    ];
    /// What a database is told: `indico db upgrade`, `prefect server database upgrade`.
    const PAIRS: [&str; 5] = ["init", "migrate", "prepare", "setup", "upgrade"];
    // `python -m app.migrate`: what is behind that option is the program.
    let is_option = |word: &str| word.starts_with('-') && !matches!(word, "--" | "-m");
    let before = std::iter::once("").chain(words.iter().map(String::as_str));
    let own = words
        .iter()
        .zip(before)
        .filter(|(word, before)| !is_option(word) && (!is_option(before) || before.contains('=')));
    let named = own.take(N_WORDS).any(|(word, _)| {
        let parts: Vec<String> = name_parts(base(word)).collect();
        let has = |list: &[&str]| parts.iter().any(|part| list.contains(&part.as_str()));
        WHOLE.contains(&module(word)) || has(&VERBS) && !has(&OTHERS) && !has(&NOT_BY_COMMAND)
    });
    let is_pair = |pair: &[String]| match pair {
        [one, other] => {
            matches!(one.as_str(), "db" | "database") && PAIRS.contains(&other.as_str())
        }
        _ => false,
    };
    let has_pair = words.get(1..).unwrap_or_default().windows(2).take(N_WORDS).any(is_pair);
    let has_option = words.iter().any(|word| is_migrating_option(word));
    (named || has_pair || has_option)
        && !is_vetoed(words)
        && !words.iter().any(|word| word.contains(':') && is_veto_part(word))
}

/// What a script or a module is called: `app.db.init_db`, `scripts/init_db.py`.
fn module(word: &str) -> &str {
    const ENDINGS: [&str; 6] = [".py", ".js", ".ts", ".rb", ".php", ".sh"];
    let last = base(word);
    let ending = ENDINGS.iter().find_map(|ending| last.strip_suffix(ending));
    let stem = ending.unwrap_or(last);
    stem.rsplit('.').next().unwrap_or(stem)
}

/// `--migrate`, `--run-migrations=true`; not `--migrations-dir`, `--migrate=false`.
fn is_migrating_option(word: &str) -> bool {
    const OPTIONS: [&str; 11] = [
        "apply-migrations",
        "auto-migrate",
        "automigrate",
        "db-migrate",
        "migrate",
        "migrate-and-exit",
        "migrate-database",
        "migrate-db",
        "migrate-only",
        "run-migration",
        "run-migrations",
    ];
    let Some(option) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else {
        return false;
    };
    let (name, value) = option.split_once('=').unwrap_or((option, "true"));
    // `--spring.profiles.active=migrate`
    let is_mode =
        ["profiles.active", "mode", "command", "task"].iter().any(|it| name.ends_with(it));
    if is_mode && matches!(value, "migrate" | "migration" | "migrations" | "migrator") {
        return true;
    }
    OPTIONS.contains(&name) && !matches!(value, "false" | "0" | "no" | "off" | "never" | "skip")
}

/// The words of a program's name, in lower case: `runMigrations.js`, `Shop.DbMigrator.dll`.
fn name_parts(name: &str) -> impl Iterator<Item = String> {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric());
    parts.flat_map(|part| {
        let mut words: Vec<String> = Vec::new();
        let mut was_lower = false;
        for c in part.chars() {
            if words.is_empty() || was_lower && c.is_ascii_uppercase() {
                words.push(String::new());
            }
            was_lower = c.is_ascii_lowercase();
            if let Some(word) = words.last_mut() {
                word.push(c.to_ascii_lowercase());
            }
        }
        // `dbMigrate` is two words, and one.
        let whole = (words.len() > 1).then(|| words.concat());
        words.into_iter().chain(whole)
    })
}

/// `migrate:status`, `migration:create`.
fn is_veto_part(word: &str) -> bool {
    word.split(':').any(|part| NOT_BY_COMMAND.contains(&part) || part == "create")
}

/// The last part of a path, without the ending of a program.
fn base(word: &str) -> &str {
    let last = word.rsplit(['/', '\\']).next().unwrap_or(word);
    last.strip_suffix(".exe").unwrap_or(last)
}

/// The simple commands of a shell script, each as its words without quotes.
fn commands(script: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut command = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some('"') | None, '\\') => match chars.next() {
                Some('\n') | None => {}
                Some(next) => word.get_or_insert_default().push(next),
            },
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => while chars.next_if(|&next| next != '\n').is_some() {},
            (None, '\n' | ';' | '|' | '&' | '(' | ')' | '`') => {
                command.extend(word.take());
                if !command.is_empty() {
                    all.push(std::mem::take(&mut command));
                }
            }
            (None, c) if c.is_whitespace() => command.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    command.extend(word);
    if !command.is_empty() {
        all.push(command);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Container, migrates};

    fn runs(words: &[&str]) -> bool {
        migrates("job", &[Container { image: "example/shop:1", words: words.to_vec() }])
    }

    #[test]
    fn names_are_told_by_their_words() {
        for name in [
            "migrate",
            "shop-migrate",
            "shop-db-migrations-3",
            "db-init",
            "init-db",
            "shop.schema",
            "flyway",
            "migrate2",
            "mysql-setup",
            "create-tables",
            "seed-db",
            "zitadel-setup",
        ] {
            assert!(migrates(name, &[]), "{name}");
        }
        for name in [
            "immigrate",
            "immigration-report",
            "schema-registry-init",
            "db-backup",
            "backfill",
            "post-migrate",
            "migrate-rollback",
            "migration-check",
            "seed",
            "initialize",
            "iptables-setup",
            "seed-report-db",
            "db-seed-check",
        ] {
            assert!(!migrates(name, &[]), "{name}");
        }
    }

    #[test]
    fn commands_of_known_tools_are_told() {
        for words in [
            &["rails", "db:migrate"][..],
            &["bundle", "exec", "rake", "db:prepare"],
            &["bin/rails", "db:migrate:primary"],
            &["python", "manage.py", "migrate", "--noinput"],
            &["flyway", "-url=jdbc:postgresql://db/x", "migrate"],
            &["liquibase", "--changelog-file=c.xml", "update"],
            &["alembic", "-c", "a.ini", "upgrade", "head"],
            &["npx", "prisma", "migrate", "deploy"],
            &["prisma", "db", "push"],
            &["goose", "-dir", "m", "postgres", "x", "up"],
            &["atlas", "migrate", "apply"],
            &["/usr/local/bin/migrate", "-path", "/m", "-database", "x", "up"],
            &["dbmate", "--wait", "up"],
            &["sqlx", "migrate", "run"],
            &["diesel", "migration", "run"],
            &["npx", "knex", "migrate:latest"],
            &["npm", "run", "typeorm", "migration:run"],
            &["npx", "sequelize-cli", "db:migrate"],
            &["./efbundle"],
            &["dotnet", "ef", "database", "update"],
            &["php", "artisan", "migrate", "--force"],
            &["mix", "ecto.migrate"],
            &["bin/shop", "eval", "Shop.Release.migrate"],
            &["vendor/bin/phinx", "migrate"],
            &["php", "bin/console", "doctrine:migrations:migrate", "-n"],
            &["yoyo", "apply"],
            &["sqitch", "deploy"],
            &["sh", "-c", "cd /app && rails db:migrate"],
            &[
                "/bin/bash",
                "-ec",
                "until nc -z db 5432; do sleep 1; done\nexec ./manage.py migrate",
            ],
            &["sh", "-c", "bash -c 'rails db:migrate'"],
            &["sh", "-c", "rails \\\n  db:migrate"],
            &["python manage.py migrate"],
            &["/app/shop", "migrate"],
            &["npm", "run", "db:migrate"],
            &["node", "dist/migrate.js"],
            &["./run-migrations.sh"],
            &["wait-for", "db:5432", "--", "rails", "db:migrate"],
            &["./gradlew", "flywayMigrate", "-i"],
            &["gradle", ":db:update"],
            &["mvn", "-B", "liquibase:update"],
            &["./mvnw", "org.flywaydb:flyway-maven-plugin:10.0.0:migrate"],
            &["dotnet", "Acme.Shop.DbMigrator.dll"],
            &["/app/shop", "serve", "--migrate"],
            &["/app/shop", "--run-migrations=true"],
            &["aerich", "upgrade"],
            &["mlflow", "db", "upgrade", "postgresql://db/x"],
            &["php", "bin/magento", "setup:upgrade", "--keep-generated"],
            &["vendor/bin/drush", "updatedb", "-y"],
            &["php", "occ", "upgrade"],
            &["wp", "core", "update-db"],
            &["php", "yii", "migrate/up", "--interactive=0"],
            &["sh", "-c", "temporal-sql-tool --plugin postgres12 --ep db setup-schema -v 0.0"],
            &["zitadel", "setup", "--masterkeyFromEnv"],
            &["sentry", "upgrade", "--noinput"],
            &["skeema", "push", "production"],
            &["pgroll", "start", "m/01.json"],
            &["grate", "--files=/db"],
            &["supabase", "db", "push"],
            &["kong", "migrations", "bootstrap"],
            &["airflow", "db", "init"],
            &["sh", "-c", "flask db init && flask db upgrade"],
            &["keystone-manage", "db_sync"],
            &["node", "dist/runMigrations.js"],
            &["java", "-jar", "app.jar", "--spring.profiles.active=migrate"],
            &["river", "migrate-up"],
        ] {
            assert!(runs(words), "{words:?}");
        }
    }

    #[test]
    fn commands_that_only_look_are_not() {
        for words in [
            &["rails", "db:migrate:status"][..],
            &["rails", "db:seed"],
            &["manage.py", "migrate", "--check"],
            &["manage.py", "collectstatic"],
            &["flyway", "info"],
            &["alembic", "current"],
            &["alembic", "downgrade", "-1"],
            &["migrate", "-path", "/m", "down"],
            &["echo", "rails db:migrate"],
            &["sh", "-c", "echo 'rails db:migrate'"],
            &["sh", "-c", "# rails db:migrate\nsleep 1"],
            &["backup", "--dir", "/migrations"],
            &["npm", "run", "migrate:status"],
            &["sh", "-c", "immigrate"],
            &["./gradlew", "flywayInfo"],
            &["./gradlew", "build"],
            &["mvn", "flyway:info"],
            &["mvn", "versions:update-parent"],
            &["dotnet", "Acme.Shop.Api.dll"],
            &["/app/shop", "--migrate=false"],
            &["/app/shop", "--migrations-dir=/m"],
            &["/app/shop", "--skip-migrations"],
            &["aerich", "history"],
            &["mlflow", "server"],
            &["bin/magento", "cron:run"],
            &["drush", "cron"],
            &["occ", "status"],
            &["wp", "cron", "event", "run"],
            &["php", "yii", "migrate/down"],
            &["temporal-sql-tool", "drop-database"],
            &["zitadel", "start"],
            &["sentry", "cleanup"],
            &["skeema", "diff"],
            &["pgroll", "rollback"],
            &["grate", "--dryrun"],
            &["supabase", "db", "diff"],
            &["kong", "migrations", "list"],
            &["airflow", "db", "check"],
            &["river", "migrate-down"],
            &["./wait-for-migrations.sh"],
            &["java", "-jar", "app.jar", "--spring.profiles.active=batch"],
            &[],
        ] {
            assert!(!runs(words), "{words:?}");
        }
    }

    #[test]
    fn images_of_tools_are_told() {
        let of = |image: &str, words: &[&str]| {
            migrates("job", &[Container { image, words: words.to_vec() }])
        };
        assert!(of("flyway/flyway:10", &[]));
        assert!(of("docker.io/migrate/migrate:v4@sha256:00", &["-path=/m", "up"]));
        assert!(of("registry:5000/arigaio/atlas", &["migrate", "apply"]));
        assert!(of("ghcr.io/example/shop-migrations:1", &[]));
        assert!(of("ghcr.io/zitadel/zitadel:v2", &["setup", "--init-projections=true"]));
        assert!(!of("ghcr.io/zitadel/zitadel:v2", &["start"]));
        assert!(!of("flyway/flyway", &["info"]));
        assert!(!of("example/atlas", &[]));
        assert!(!of("postgres:16", &["psql", "-c", "select 1"]));
    }

    #[test]
    fn what_sets_up_a_server_is_told_from_what_sets_up_a_database() {
        let sets_up =
            |image: &str, words: &[&str]| super::sets_up_server(&[image], words.iter().copied());
        assert!(sets_up("cockroachdb/cockroach:v24", &["init", "--insecure"]));
        assert!(sets_up("alpine", &["sh", "-c", "cockroach init --host=db"]));
        assert!(sets_up("mongo:7", &["mongosh", "--eval", "rs.initiate()"]));
        assert!(sets_up("redis:7", &["redis-cli", "--cluster", "create"]));
        assert!(sets_up("hashicorp/vault", &["operator", "init"]));
        assert!(!sets_up("kong:3", &["kong", "migrations", "bootstrap"]));
        assert!(!sets_up("apache/airflow:2", &["airflow", "db", "init"]));
        assert!(!sets_up("example/shop", &["sh", "-c", "flask db init && flask db upgrade"]));
        assert!(!sets_up("mongo:7", &["mongosh", "--eval", "db.items.find()"]));
    }

    #[test]
    fn sql_that_defines_something_is_a_migration() {
        for words in [
            &["psql", "--host=pg", "--command=CREATE TABLE  t (id int)"][..],
            &["psql", "-h", "pg", "-f", "/sql/schema.sql"],
            &["sh", "-c", "mysql -h db < /init/tables.sql"],
            &["sh", "-c", "psql <<EOF\ncreate\n  table t (id int);\nEOF"],
            &["/opt/mssql-tools/bin/sqlcmd", "-S", "ms", "-i", "/s/a.sql"],
            &["sh", "-c", "for f in /sql/*.sql; do psql -f $f; done"],
        ] {
            assert!(runs(words), "{words:?}");
        }
        for words in [
            &["psql", "-c", "select * from t"][..],
            &["sh", "-c", "echo psql create table"],
            &["pg_dump", "-f", "/out/shop.sql"],
            &["cat", "/sql/schema.sql"],
        ] {
            assert!(!runs(words), "{words:?}");
        }
        let report = Container { image: "postgres:16", words: vec!["psql", "-f", "/sql/r.sql"] };
        assert!(!migrates("monthly-report", &[report]));
    }
}
