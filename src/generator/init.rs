//! `generate init`: a first project, small enough to be read at once.

use crate::engine::{Engine, Flavor, find};
use crate::generator::json_schema;

/// A file of the project: its path below the directory, and its text.
pub type File = (String, String);

/// What the JSON Schema is called beside the specs: hidden, so that it is no part of the project.
pub const SCHEMA_FILE: &str = ".argocd-atlas-plugin.schema.json";

/// The files of a first project; none when there is no such engine.
pub fn files(name: &str, engine: &str) -> Option<Vec<File>> {
    let known = find(engine)?;
    let tables = tables(engine);
    let sql = tables.iter().map(|(table, sql)| (format!("schema/{table}.sql"), (*sql).to_owned()));
    let specs = ("app.yaml".to_owned(), specs(name, engine, known));
    let schema = (SCHEMA_FILE.to_owned(), json_schema::text());
    Some([specs, schema].into_iter().chain(sql).collect())
}

/// A name for a project that is made in a folder: what Kubernetes takes as a name.
pub fn name_of(folder: &str) -> String {
    let lower = folder.to_lowercase();
    let name = lower.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let name = name.trim_start_matches(|c: char| c == '-' || c.is_ascii_digit());
    // What is made is called after it: `-db`, `-credentials`.
    let name: String = name.chars().take(40).collect();
    let name = name.trim_end_matches('-');
    if name.is_empty() { "shop".to_owned() } else { name.to_owned() }
}

/// What to do next, in a few lines.
pub fn next_steps(name: &str, engine: &str, dir: &str) -> String {
    let dir = if dir == "." { String::new() } else { format!(" {dir}") };
    let image = find(engine).and_then(|engine| engine.image.as_ref());
    let is_sql_server = image.is_some_and(|image| image.flavor == Flavor::SqlServer);
    let (licence, user) = match is_sql_server {
        true => ("  set `acceptEula: true` in app.yaml, if you accept Microsoft's terms\n", ""),
        false => ("", " --from-literal=username=..."),
    };
    let host = match image {
        Some(_) => "",
        None => "  set `external.host` in app.yaml to your database's host\n",
    };
    format!(
        "\nnext:\n{licence}  generate waves{dir}\n  kubectl create secret generic {name}-db-credentials \\\n   \
         {user} --from-literal=password=...\n{host}"
    )
}

fn specs(name: &str, engine: &str, known: &Engine) -> String {
    let place = match &known.image {
        Some(image) if image.flavor == Flavor::SqlServer => format!("  storage: 10Gi\n{LICENCE}"),
        Some(_) => "  storage: 10Gi\n".to_owned(),
        None => format!("  external: {{host: {name}-db.example.com}}\n"),
    };
    let port = if known.port.is_some() { "\n    DB_PORT: \"${@NAME@.port}\"" } else { "" };
    TEMPLATE
        .replace("@PLACE@\n", &place)
        .replace("@PORT@", port)
        .replace("@ENGINE@", engine)
        .replace("@SCHEMA_FILE@", SCHEMA_FILE)
        .replace("@NAME@", name)
}

/// Which the user accepts, not this program: an error until then.
const LICENCE: &str = "  credentials: {user: sa} # the image has no other user
  # the terms: https://go.microsoft.com/fwlink/?LinkId=746388
  sqlServer: {acceptEula: false, edition: Developer} # Developer is not for production
";

const TEMPLATE: &str = "\
# yaml-language-server: $schema=@SCHEMA_FILE@
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: @NAME@-db}
spec:
  engine: @ENGINE@
@PLACE@
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: @NAME@}
spec:
  database: @NAME@-db
  files: [schema/*.sql]
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: @NAME@-app}
spec:
  image: nginx:1.29-alpine # your image
  port: 80
  healthCheckPath: /
  env:
    DB_HOST: \"${@NAME@.host}\"@PORT@
    DB_NAME: \"${@NAME@.name}\"
    DB_USER: \"${@NAME@.user}\"
    DB_PASSWORD: \"${@NAME@.password}\"
";

/// Two tables, in files whose order does not matter, where the engine has foreign keys.
fn tables(engine: &str) -> &'static [(&'static str, &'static str)] {
    let scheme = engine.split_once('+').map_or(engine, |(scheme, _)| scheme);
    match scheme {
        "mysql" | "mariadb" | "maria" => &[("users", USERS_MYSQL), ("orders", ORDERS_MYSQL)],
        "postgres" | "postgresql" | "ysql" | "crdb" => {
            &[("users", USERS_POSTGRES), ("orders", ORDERS_POSTGRES)]
        }
        "sqlite" | "libsql" => &[("users", USERS_SQLITE), ("orders", ORDERS_SQLITE)],
        "sqlserver" | "azuresql" | "mssql" => {
            &[("users", USERS_SQLSERVER), ("orders", ORDERS_SQLSERVER)]
        }
        "clickhouse" => &[("events", EVENTS_CLICKHOUSE)],
        "spanner" => &[("users", USERS_SPANNER)],
        "databricks" => &[("users", USERS_DATABRICKS)],
        _ => &[("users", USERS)],
    }
}

const USERS: &str = "\
create table users (
  id int not null,
  email varchar(255) not null,
  name varchar(255) not null,
  primary key (id)
);
";
const USERS_MYSQL: &str = "\
create table users (
  id bigint not null auto_increment,
  email varchar(255) not null,
  name varchar(255) not null,
  primary key (id),
  unique key users_email (email)
);
";
const ORDERS_MYSQL: &str = "\
create table orders (
  id bigint not null auto_increment,
  user_id bigint not null,
  total decimal(10, 2) not null,
  primary key (id),
  key orders_user_id (user_id),
  constraint orders_user foreign key (user_id) references users (id)
);
";
const USERS_POSTGRES: &str = "\
create table users (
  id bigint not null,
  email text not null,
  name text not null,
  primary key (id)
);
create unique index users_email on users (email);
";
const ORDERS_POSTGRES: &str = "\
create table orders (
  id bigint not null,
  user_id bigint not null,
  total numeric(10, 2) not null,
  primary key (id),
  constraint orders_user foreign key (user_id) references users (id)
);
create index orders_user_id on orders (user_id);
";
const USERS_SQLITE: &str = "\
create table users (
  id integer not null primary key,
  email text not null,
  name text not null
);
create unique index users_email on users (email);
";
const ORDERS_SQLITE: &str = "\
create table orders (
  id integer not null primary key,
  user_id integer not null,
  total numeric not null,
  constraint orders_user foreign key (user_id) references users (id)
);
";
const USERS_SQLSERVER: &str = "\
create table users (
  id bigint not null identity,
  email nvarchar(255) not null,
  name nvarchar(255) not null,
  constraint users_pk primary key (id)
);
create unique index users_email on users (email);
";
const ORDERS_SQLSERVER: &str = "\
create table orders (
  id bigint not null identity,
  user_id bigint not null,
  total decimal(10, 2) not null,
  constraint orders_pk primary key (id),
  constraint orders_user foreign key (user_id) references users (id)
);
";
const EVENTS_CLICKHOUSE: &str = "\
create table events (
  id UInt64,
  at DateTime,
  name String
) engine = MergeTree order by (at, id);
";
const USERS_SPANNER: &str = "\
create table users (
  id INT64 not null,
  email STRING(255) not null
) primary key (id);
";
const USERS_DATABRICKS: &str = "\
create table users (
  id bigint not null,
  email string not null
);
";
