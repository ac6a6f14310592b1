//! Nothing secret is printed: neither the sidecar's variables nor passwords that stand in specs,
//! in no command and beside no mistake. The one exception is the Secret made from a literal.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::some;
use argocd_atlas_plugin::diag::secrets::shapes::{self, Example, Shape};

const SECRET: &str = "hunter2hunter2";

/// Every command that reads a project; `DIR` is where it is.
const COMMANDS: [&str; 21] = [
    "manifests",
    "manifests -o DIR/out",
    "waves",
    "waves --format json",
    "explain db",
    "explain a",
    "check",
    "check --format json",
    "check --format github",
    "check --format sarif",
    "check --color always",
    "graph --format mermaid",
    "graph --format dot",
    "graph --format svg",
    "graph --format html",
    "parameters",
    "discover",
    "application --repo https://example.com/a.git",
    "diff --against-dir DIR",
    "diff --format markdown --against-dir DIR",
    "diff --format json --against-dir DIR",
];

/// How many projects were checked.
static N_CHECKED: AtomicUsize = AtomicUsize::new(0);

/// Runs every command on a project and looks for the secret in what it says.
fn check(name: &str, text: &str, variables: &[(&str, &str)], may_be_printed: bool) {
    let dir =
        std::env::temp_dir().join(format!("atlas-plugin-leaks-{}-{name}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("a.yaml"), text).unwrap();
    let dir_name = dir.to_str().unwrap();
    let mut leaks = Vec::new();
    // Each case of the fast suite runs other commands.
    let offset = N_CHECKED.fetch_add(1, Ordering::Relaxed);
    for command in some(COMMANDS, offset) {
        let words = command.split(' ').map(|word| word.replace("DIR", dir_name));
        let run = Command::new(env!("CARGO_BIN_EXE_generate"))
            .args(words)
            .arg(dir_name)
            .env_clear()
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let written = dir.join("out");
        let mut out = String::from_utf8(run.stdout).unwrap();
        if written.is_dir() {
            for file in fs::read_dir(&written).unwrap() {
                out += &fs::read_to_string(file.unwrap().path()).unwrap();
            }
            fs::remove_dir_all(&written).unwrap();
        }
        let err = String::from_utf8(run.stderr).unwrap();
        let is_manifests = command.starts_with("manifests");
        if out.contains(SECRET) && !(may_be_printed && is_manifests) {
            leaks.push(format!("{command:?} on standard output:\n{out}"));
        }
        if err.contains(SECRET) {
            leaks.push(format!("{command:?} on standard error:\n{err}"));
        }
    }
    // What it was before, and what another password makes of it.
    let before = std::env::temp_dir().join(format!("{}-before", dir.display()));
    fs::create_dir_all(&before).unwrap();
    fs::write(before.join("a.yaml"), text.replace(SECRET, "correcthorse")).unwrap();
    for format in ["text", "markdown", "json"] {
        for (old, new) in some([(&before, &dir), (&dir, &before)], offset) {
            let run = Command::new(env!("CARGO_BIN_EXE_generate"))
                .args(["diff", "--format", format, "--against-dir"])
                .args([old, new])
                .env_clear()
                .output()
                .unwrap();
            let said = [run.stdout, run.stderr].concat();
            let said = String::from_utf8(said).unwrap();
            if said.contains(SECRET) || said.contains("correcthorse") {
                leaks.push(format!("a {format} of what differs:\n{said}"));
            }
        }
    }
    fs::remove_dir_all(&before).unwrap();
    fs::remove_dir_all(&dir).unwrap();
    assert!(leaks.is_empty(), "{name}: {}", leaks.join("\n"));
}

fn database(credentials: &str) -> String {
    format!(
        "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: Database\nmetadata: {{name: db}}\nspec:\n  engine: postgres\n  {credentials}\n"
    )
}

#[test]
fn variables_of_the_sidecar_stay_there() {
    let names: Vec<String> = ["ARGOCD", "ARGOCD_ENV", "ARGOCD_APP", "AWS", "KUBE", "HELM", "PARAM"]
        .iter()
        .flat_map(|prefix| {
            let ends = ["TOKEN", "PASSWORD", "SECRET", "SECRET_ACCESS_KEY", "X", "KUBECONFIG"];
            let more = (0..20).map(|n| format!("V{n}"));
            let ends = ends.map(str::to_owned).into_iter().chain(more);
            ends.map(move |end| format!("{prefix}_{end}"))
        })
        .chain(["HOME", "PATH", "USER", "SSH_AUTH_SOCK", "GIT_ASKPASS", "X"].map(str::to_owned))
        .collect();
    assert!(names.len() > 150);
    let variables: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), SECRET)).collect();
    let forms = |name: &str| {
        [
            format!("$({name})"),
            format!("${name}"),
            format!("$${name}"),
            format!("$${{{name}}}"),
            format!("%{name}%"),
            format!("{{{{ {name} }}}}"),
            format!("{{{{ .Env.{name} }}}}"),
            format!("`echo ${name}`"),
        ]
    };
    let spec = |values: &[String]| {
        let lines = values
            .iter()
            .enumerate()
            .map(|(n, value)| format!("    V{n}: {}\n", serde_json::to_string(value).unwrap()));
        let lines: String = lines.collect();
        format!(
            "---\napiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {{name: a}}\nspec:\n  image: i\n  args: [\"{}\"]\n  configFiles: {{/etc/a: \"{}\\n\"}}\n  env:\n{lines}",
            values[0], values[4]
        )
    };
    for name in ["ARGOCD_ENV_SECRET", "AWS_SECRET_ACCESS_KEY", "X", "HOME"] {
        check("variables", &(database("storage: 1Gi") + &spec(&forms(name))), &variables, false);
    }
    let wrong = ["${env.X}", "${ENV.X}", "${ARGOCD_ENV_SECRET}", "${X.value}", "${.X}", "${X}"];
    for written in wrong {
        let text = database("storage: 1Gi") + &spec(&vec![written.to_owned(); 5]);
        check("references", &text, &variables, false);
    }
}

#[test]
fn what_looks_secret_is_masked_where_nothing_can_be_read() {
    let broken = [
        format!("password: {SECRET}\n  broken: ["),
        format!("token: {SECRET}\n  broken: ["),
        format!("apiKey: {SECRET}, x: [\n"),
        format!("env: {{CLIENT_SECRET: {SECRET}, X: [}}"),
        format!("env: {{\"AWS_SECRET_ACCESS_KEY\": \"{SECRET}\", X: [}}"),
        format!("env: [{{name: DB_PASSWORD, value: {SECRET}}}, [}}"),
        format!("env:\n  - name: DB_PASSWORD\n    value: {SECRET}: [\n"),
        format!("password: |\n    {SECRET}\n    more\n    {SECRET}\n   broken: [\n"),
        format!("password: >-\n\n    {SECRET}\n  broken: [\n"),
        format!("password: \"one\n    {SECRET}\n  broken: [\n"),
        format!("password:\n    {SECRET}: [\n"),
        format!("\"password\":\n  \"{SECRET}\": [\n"),
        format!("password: [a,\n    {SECRET},\n    }}"),
        format!("url: postgres://u:{SECRET}@h/d: ["),
        format!("url: postgres://u:a/{SECRET}@h/d: ["),
        format!("url: \"postgres://u:a\"{SECRET}@h/d\" ["),
        format!("dsn: u:{SECRET}@tcp(h:3306)/d: ["),
        format!("jdbc: jdbc:postgresql://h/d?user=u&password={SECRET}: ["),
        format!("sql: \"CREATE USER u IDENTIFIED BY '{SECRET}'\": ["),
        format!("sql: |\n    ALTER ROLE u PASSWORD '{SECRET}';\n   broken: [\n"),
        format!("url: postgres//u:{SECRET}@h/d: ["),
        format!("url: postgres:/u:{SECRET}@h/d: ["),
        format!("args: [--password, {SECRET}, [}}"),
        format!("args:\n  - --password\n  - {SECRET}: [\n"),
        format!("command: [sh, -c, \"mysql --password {SECRET} -h db\", [}}"),
        format!("sql: \"SET PASSWORD FOR u = '{SECRET}'\": ["),
    ];
    for (number, text) in broken.iter().enumerate() {
        check(&format!("broken-{number}"), &database(text), &[], false);
        let plain =
            format!("apiVersion: v1\nkind: Thing\nmetadata: {{name: a}}\nspec:\n  {text}\n");
        check(&format!("broken-plain-{number}"), &plain, &[], false);
    }
}

#[test]
fn passwords_in_sql_are_masked() {
    // What is printed holds the schema as it is written; nothing that is said about it does.
    for (number, statement) in [
        format!("CREATE USER u IDENTIFIED BY '{SECRET}' WOBBLE (;"),
        format!("CREATE TABEL t (a int); CREATE USER u IDENTIFIED BY '{SECRET}';"),
        format!("CREATE USER u IDENTIFIED BY\n  '{SECRET}' WOBBLE (;"),
        format!("CREATE USER u IDENTIFIED WITH plugin AS '{SECRET}' (;"),
        format!("ALTER ROLE u ENCRYPTED PASSWORD '{SECRET}' (;"),
        format!("CREATE LOGIN u WITH PASSWORD = '{SECRET}' (;"),
        format!("-- password: {SECRET}\nCREATE TABEL t (a int);"),
        format!("/* password: {SECRET} */ CREATE TABEL t (a int);"),
        format!("CREATE TABLE t (a int, b text DEFAULT 'postgres://u:{SECRET}@h/d' NOT NUL);"),
        format!("CREATE TABLE t (a int); PASSWORD '{SECRET}';"),
        format!("SET PASSWORD FOR u = '{SECRET}'; CRAETE"),
        format!("SET PASSWORD FOR u =\n  '{SECRET}'; CRAETE"),
        format!("CREATE USER u@'%' IDENTIFIED WITH mysql_native_password BY '{SECRET}' foo ("),
        format!("ALTER USER u PASSWORD {SECRET} wobble ("),
        format!("CREATE SUBSCRIPTION s CONNECTION 'host=h password={SECRET}' PUBLICATION ("),
    ]
    .iter()
    .enumerate()
    {
        let indented = statement.replace('\n', "\n    ");
        let schema = format!(
            "---\napiVersion: argocd-atlas-plugin/v1alpha1\nkind: Schema\nmetadata: {{name: s}}\nspec:\n  database: db\n  sql: |\n    {indented}\n"
        );
        check(&format!("sql-{number}"), &(database("storage: 1Gi") + &schema), &[], true);
    }
}

#[test]
fn literal_passwords_are_masked() {
    let good = format!("credentials: {{user: u, password: {SECRET}}}");
    check("literal", &database(&good), &[], true);
    for (name, written) in [
        (
            "unknown-field-beside",
            format!("credentials: {{user: u, password: {SECRET}, sekret: x}}"),
        ),
        ("user-missing", format!("credentials: {{password: {SECRET}}}")),
        ("both", format!("credentials: {{user: u, password: {SECRET}, secret: s}}")),
        ("misspelt", format!("credentials: {{user: u, pasword: {SECRET}}}")),
        ("misspelt-parent", format!("credentails: {{user: u, password: {SECRET}}}")),
        ("a-list", format!("credentials: {{user: u, password: [{SECRET}]}}")),
        ("a-mapping", format!("credentials: {{user: u, password: {{value: {SECRET}}}}}")),
        ("tagged", format!("credentials: {{user: u, password: !x {SECRET}}}")),
        ("twice", format!("credentials: {{user: u, password: {SECRET}, password: {SECRET}}}")),
        ("unclosed", format!("credentials: {{user: u, password: {SECRET}")),
        ("unclosed-quote", format!("credentials: {{user: u, password: \"{SECRET}")),
        (
            "block",
            format!("credentials:\n    user: u\n    password: |\n      {SECRET}\n    sekret: x"),
        ),
    ] {
        check(name, &database(&written), &[], false);
    }
}

#[test]
fn passwords_in_urls_are_masked() {
    let schema = |fields: &str| {
        format!(
            "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: Schema\nmetadata: {{name: s}}\nspec: {{sql: \"create table t (a int);\", {fields}}}\n"
        )
    };
    check("url", &schema(&format!("url: \"postgres://u:{SECRET}@h/d\"")), &[], true);
    for (name, fields) in [
        ("url-unknown-field", format!("url: \"postgres://u:{SECRET}@h/d\", uri: x")),
        ("url-scheme", format!("url: \"postgers://u:{SECRET}@h/d\"")),
        ("url-misspelt", format!("urk: \"postgres://u:{SECRET}@h/d\"")),
        ("url-unclosed", format!("url: \"postgres://u:{SECRET}@h/d")),
        (
            "dev-url",
            format!("url: \"postgres://h/d\", devUrl: \"postgres://u:{SECRET}@h/d\", x: y"),
        ),
    ] {
        check(name, &schema(&fields), &[], false);
    }
}

#[test]
fn passwords_of_urls_are_in_no_message() {
    let url = format!("mysql://root:{SECRET}@h/d");
    for (name, text) in [
        (
            "version",
            format!("apiVersion: argocd-atlas-pl{url}\nkind: App\nmetadata: {{name: a}}\n"),
        ),
        ("kind", database("storage: 1Gi").replace("kind: Database", &format!("kind: \"{url}\""))),
        ("field", database(&format!("\"{url}\": x"))),
        ("field-of-metadata", database("storage: 1Gi").replace("name:", &format!("\"{url}\":"))),
        ("value", database(&format!("storage: \"{url}\""))),
        ("one-word", format!("{}{url}\n", database("storage: 1Gi"))),
        ("name", database("storage: 1Gi").replace("db}", &format!("\"{url}\"}}"))),
        ("depends", database(&format!("storage: 1Gi\n  dependsOn: [\"{url}\"]"))),
    ] {
        check(&format!("message-{name}"), &text, &[], false);
    }
}

#[test]
fn the_page_masks_what_excerpts_do() {
    let variables = format!(
        "[{{name: DB_PWD, value: {SECRET}}}, {{name: CLIENT_SECRET, value: {SECRET}}}, {{name: DSN, value: \"u:{SECRET}@tcp(h)/d\"}}]"
    );
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: c, image: i, env: {variables}}}]}}\n"
    );
    let file = format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  apiKey: {SECRET}\n  a.yaml: |\n    user: u\n    password: {SECRET}\n    url: postgres://u:a/{SECRET}@h\n  a.sql: CREATE USER u IDENTIFIED BY '{SECRET}';\n"
    );
    check("page", &(pod + &file), &[], true);
}

#[test]
fn passwords_in_parameters_are_masked() {
    let project = database("credentials: {user: u, password: other}");
    for (name, json, is_fine) in [
        (
            "set",
            format!(
                "[{{\"name\":\"set\",\"map\":{{\"Database/db:credentials.password\":\"{SECRET}\"}}}}]"
            ),
            true,
        ),
        (
            "set-other",
            format!(
                "[{{\"name\":\"set\",\"map\":{{\"Database/dc:credentials.password\":\"{SECRET}\"}}}}]"
            ),
            false,
        ),
        (
            "set-no-json",
            format!(
                "[{{\"name\":\"set\",\"map\":{{\"Database/db:credentials.password\":\"{SECRET}\"}}]"
            ),
            false,
        ),
        (
            "set-unknown",
            format!(
                "[{{\"name\":\"sett\",\"map\":{{\"Database/db:credentials.password\":\"{SECRET}\"}}}}]"
            ),
            false,
        ),
        (
            "set-wrong",
            format!(
                "[{{\"name\":\"set\",\"map\":{{\"Database/db:credentials.pasword\":\"{SECRET}\"}}}}]"
            ),
            false,
        ),
        (
            "set-yaml",
            format!(
                "[{{\"name\":\"set\",\"map\":{{\"Database/db:credentials.password\":\"[{SECRET}\"}}}}]"
            ),
            false,
        ),
        (
            "set-type",
            format!(
                "[{{\"name\":\"set\",\"map\":{{\"Database/db:port\":\"mysql://u:{SECRET}@h\"}}}}]"
            ),
            false,
        ),
        (
            "set-list",
            format!(
                "[{{\"name\":\"set\",\"map\":{{\"Database/db:credentials.password\":\"[{SECRET}]\"}}}}]"
            ),
            false,
        ),
        (
            "environment",
            format!("[{{\"name\":\"environment\",\"string\":\"mysql://u:{SECRET}@h\"}}]"),
            false,
        ),
        ("set-string", format!("[{{\"name\":\"set\",\"string\":\"{SECRET}\"}}]"), false),
    ] {
        check(name, &project, &[("ARGOCD_APP_PARAMETERS", &json)], is_fine);
    }
}

/// What a message shortens: the address ends, and says that it has a password, past what is shown.
#[test]
fn what_is_cut_is_masked_before() {
    let url = format!("postgres://root:{SECRET}{}@db.example.com/shop", "x".repeat(60));
    let manifest = |text: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  {text}\n")
    };
    let schema = |sql: &str| {
        format!(
            "{}---\napiVersion: argocd-atlas-plugin/v1alpha1\nkind: Schema\nmetadata: {{name: s}}\nspec: {{database: db, sql: {}}}\n",
            database("storage: 1Gi"),
            serde_json::to_string(sql).unwrap()
        )
    };
    for (name, text) in [
        ("key", manifest(&format!("\"{url}\": a\n  \"{url}\": b"))),
        ("long-key", manifest(&format!("\"{url}{}\": a", "<".repeat(900)))),
        ("alias", manifest(&format!("a: *{url}"))),
        ("tag", manifest(&format!("a: !<{url}> b"))),
        ("tagged", manifest(&format!("password: !!int {SECRET}"))),
        ("tagged-url", manifest(&format!("a: !!int {url}"))),
        ("colon", manifest(&format!("a: 1\n  password:{SECRET}\n  b: 2"))),
        ("colon-first", manifest(&format!("password:{SECRET}\n  b: 2"))),
        ("colon-url", manifest(&format!("{url}\n  b: 2"))),
        ("sql", schema(&format!("CREATE TABLE t (a int DEFAULT ) '{url}' x (;"))),
    ] {
        let may_be_printed = !name.starts_with("colon");
        check(&format!("cut-{name}"), &text, &[], may_be_printed);
    }
}

/// A spec with a URL that holds a password in a field that takes no URL, or no such URL.
#[test]
fn passwords_in_messages_are_masked() {
    let url = format!("mysql://root:{SECRET}@db.example.com:3306/shop");
    let sql = "sql: \"create table t (a int);\"";
    for (kind, fields) in [
        ("Schema", format!("database: \"{url}\", {sql}")),
        ("Schema", format!("database: x, files: [\"{url}\"]")),
        ("Schema", format!("database: x, hcl: \"{url}\"")),
        ("Schema", format!("database: x, migrations: \"{url}\"")),
        ("Schema", format!("database: x, registry: \"{url}\"")),
        ("Schema", format!("database: x, {sql}, dependsOn: [\"{url}\"]")),
        ("Schema", format!("database: x, {sql}, execOrder: \"{url}\"")),
        ("Schema", format!("database: x, {sql}, wave: \"{url}\"")),
        ("Schema", format!("database: x, {sql}, \"{url}\": 1")),
        ("Schema", format!("database: x, sql: \"{url}\"")),
        ("Schema", format!("urlFrom: \"{url}\", {sql}")),
        ("Schema", format!("url: \"postgres//root:{SECRET}@h/d\", {sql}")),
        ("Schema", format!("url: \"root:{SECRET}@tcp(h:3306)/d\", {sql}")),
        ("Schema", format!("url: \"postgres://h/d\", {sql}, policy: {{x: \"{url}\"}}")),
        ("Database", format!("engine: \"{url}\"")),
        ("Database", format!("engine: mysql, image: \"{url}\"")),
        ("Database", format!("engine: mysql, external: {{host: \"{url}\"}}")),
        ("Database", format!("engine: mysql, external: {{host: h, port: \"{url}\"}}")),
        ("Database", format!("engine: mysql, external: \"{url}\"")),
        ("Database", format!("engine: mysql, version: \"{url}\"")),
        ("Database", format!("engine: mysql, storage: \"{url}\"")),
        ("Database", format!("engine: mysql, database: \"{url}\"")),
        ("Database", format!("engine: mysql, credentials: \"{url}\"")),
        ("Database", format!("engine: mysql, credentials: {{secret: \"{url}\"}}")),
        ("App", format!("image: \"{url}\"")),
        ("App", format!("image: i, env: {{A: \"${{{url}}}\"}}")),
        ("App", format!("image: i, env: {{A: [\"{url}\"]}}")),
        ("App", format!("image: i, env: \"{url}\"")),
        ("App", format!("image: i, env: {{\"{url}\": x}}")),
        ("App", format!("image: i, dependsOn: \"{url}\"")),
        ("App", format!("image: i, port: \"{url}\"")),
        ("App", format!("image: i, requires: {{\"{url}\": {{t: [a]}}}}")),
        ("App", format!("image: i, configFiles: {{/a/b: \"{url}\"}}")),
        ("App", format!("image: i, configFiles: {{\"{url}\": x}}")),
        ("App", format!("image: i, ingress: {{host: \"{url}\"}}")),
        ("App", format!("image: i, schedule: \"{url}\"")),
        ("App", format!("image: i, replicas: \"{url}\"")),
        ("App", format!("image: i, serviceAccount: \"{url}\"")),
        ("App", format!("image: i, patches: [{{target: {{kind: \"{url}\"}}, patch: {{}}}}]")),
        // So long that the text is cut before the host.
        ("App", format!("image: i, \"{}{url}\": 1", "x".repeat(770))),
    ]
    .iter()
    {
        let text = format!(
            "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{{fields}}}\n"
        );
        check("message", &text, &[], true);
    }
}

/// What is printed for Argo CD holds these; nothing that is passed around does.
#[test]
fn passwords_in_manifests_are_masked_elsewhere() {
    let variables = ["DB_PASSWORD", "DB_PWD", "PGPASSWORD", "SECRET", "CLIENT_SECRET", "API_TOKEN"];
    let variables = variables.into_iter().chain(["AWS_SECRET_ACCESS_KEY", "SIGNING_KEY"]);
    let mut specs: Vec<String> =
        variables.map(|name| format!("image: i, env: {{{name}: {SECRET}}}")).collect();
    let texts = [
        format!("root:{SECRET}@tcp(h:3306)/d"),
        format!("jdbc:mysql://h/d?user=u&password={SECRET}"),
        format!("Server=h;Database=d;User Id=u;Password={SECRET}"),
        format!("host=h password={SECRET}"),
        format!("mysql://root:a/{SECRET}@h/d"),
        format!("mysql://root:{SECRET}@h/d"),
    ];
    specs.extend(texts.iter().map(|text| format!("image: i, env: {{A: \"{text}\"}}")));
    specs.extend([
        format!("image: i, args: [\"--password={SECRET}\"]"),
        format!("image: i, args: [\"--password\", {SECRET}]"),
        format!("image: i, command: [sh, -c, \"run --password {SECRET} -v\"]"),
        format!("image: i, configFiles: {{/a/b: {{text: \"password={SECRET}\"}}}}"),
        format!("image: i, configFiles: {{/a/b: {{text: \"x: y\\npassword: {SECRET}\\n\"}}}}"),
    ]);
    for fields in &specs {
        let text = format!(
            "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {{name: a}}\nspec: {{{fields}}}\n"
        );
        check("app", &text, &[], true);
    }
    for data in [
        format!("PASSWORD: {SECRET}"),
        format!("url: mysql://root:{SECRET}@h/d"),
        format!("init.sql: \"CREATE USER u IDENTIFIED BY '{SECRET}';\""),
        format!("init.sql: \"SET PASSWORD FOR u = '{SECRET}';\""),
        format!("\"mysql://root:{SECRET}@h/d\": x"),
    ] {
        let text =
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{{data}}}\n");
        check("config", &text, &[], true);
    }
}

/// A secret of its own for each example, with digits and letters as any of the shapes may want.
fn secret(number: usize) -> String {
    format!("Zq8hunter2Xk3{number:04}vLw7Tb9Pd4")
}

/// An object that holds an example, and what it is called.
fn object(name: &str, example: Example, secret: &str) -> String {
    let quoted = |text: &str| serde_json::to_string(&text.replace(shapes::SECRET, secret)).unwrap();
    match example {
        Example::File(text) => {
            let text = quoted(text);
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{f: {text}}}\n"
            )
        }
        Example::Container(fields) => {
            let fields = fields.replace(shapes::SECRET, secret).replace('\n', "\n      ");
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  containers:\n    - name: c\n      image: i\n      {fields}\n"
            )
        }
        Example::Manifest(text) => {
            let text = text.replace(shapes::SECRET, secret);
            text.replace("{name: t,", &format!("{{name: {name},"))
                .replace("{name: t}", &format!("{{name: {name}}}"))
                + "\n"
        }
        Example::Sql(text) => {
            let text = quoted(text);
            format!(
                "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: Schema\nmetadata: {{name: {name}}}\nspec: {{url: 'postgres://h/{name}', sql: {text}}}\n"
            )
        }
    }
}

fn run(words: &[&str]) -> String {
    let run =
        Command::new(env!("CARGO_BIN_EXE_generate")).args(words).env_clear().output().unwrap();
    String::from_utf8([run.stdout, run.stderr].concat()).unwrap()
}

/// Every view and every format of diagnostics.
const VIEWS: [&str; 14] = [
    "check",
    "check --format json",
    "check --format github",
    "check --format sarif",
    "waves",
    "waves --format json",
    "graph --format mermaid",
    "graph --format dot",
    "graph --format svg",
    "graph --format html",
    "parameters",
    "diff --against-dir OLD",
    "diff --format markdown --against-dir OLD",
    "diff --format json --against-dir OLD",
];

struct Project(std::path::PathBuf);

impl Project {
    fn new(name: &str, objects: &[String]) -> Project {
        let dir =
            std::env::temp_dir().join(format!("atlas-plugin-shapes-{}-{name}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("a.yaml"), objects.join("---\n")).unwrap();
        Project(dir)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The examples of the table, with the shape that each is of.
fn examples(of: fn(&Shape) -> &'static [Example]) -> Vec<(&'static str, Example)> {
    shapes::SHAPES
        .iter()
        .flat_map(|shape| of(shape).iter().map(|example| (shape.name, *example)))
        .collect()
}

#[test]
fn no_view_shows_a_secret_of_the_table() {
    let examples = examples(|shape| shape.secret);
    let objects = |offset: usize| -> Vec<String> {
        let objects = examples.iter().enumerate();
        objects
            .map(|(n, (_, example))| object(&format!("p{n}"), *example, &secret(n + offset)))
            .collect()
    };
    assert!(examples.len() < 5000);
    let (new, old) = (Project::new("new", &objects(0)), Project::new("old", &objects(5000)));
    let mut leaks = Vec::new();
    for view in VIEWS {
        let words: Vec<&str> =
            view.split(' ').map(|word| if word == "OLD" { old.path() } else { word }).collect();
        let said = run(&[words.as_slice(), &[new.path()]].concat());
        assert!(view != "check" || !said.contains("error["), "{view}: {said}");
        for (number, (shape, example)) in examples.iter().enumerate() {
            if said.contains(&secret(number)) || said.contains(&secret(number + 5000)) {
                leaks.push(format!("{view}: {shape}: {example:?}"));
            }
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

#[test]
fn no_message_and_no_excerpt_shows_a_secret_of_the_table() {
    // As the name of a field that does not exist: quoted by the message, and shown in the excerpt.
    let examples = examples(|shape| shape.secret);
    let texts =
        examples.iter().enumerate().filter_map(|(number, (shape, example))| match example {
            Example::File(text) | Example::Sql(text) => Some((number, *shape, *text)),
            Example::Container(_) | Example::Manifest(_) => None,
        });
    let texts: Vec<(usize, &str, &str)> = texts.collect();
    let objects: Vec<String> = texts
        .iter()
        .map(|(number, _, text)| {
            let text = text.replace(shapes::SECRET, &secret(*number));
            let text = serde_json::to_string(&text).unwrap();
            format!("apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {{name: a{number}}}\nspec:\n  image: i\n  {text}: 1\n")
        })
        .collect();
    let project = Project::new("wrong", &objects);
    let mut leaks = Vec::new();
    for view in VIEWS.into_iter().filter(|view| view.starts_with("check")) {
        let words: Vec<&str> = view.split(' ').chain([project.path()]).collect();
        let said = run(&words);
        assert!(said.contains("unknown-field"), "{said}");
        for (number, shape, text) in &texts {
            if said.contains(&secret(*number)) {
                leaks.push(format!("{view}: {shape}: {text:?}"));
            }
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

#[test]
fn what_is_no_secret_is_shown() {
    let examples = examples(|shape| shape.shown);
    let objects: Vec<String> = examples
        .iter()
        .enumerate()
        .map(|(n, (_, example))| object(&format!("n{n}x"), *example, "x"))
        .collect();
    let project = Project::new("shown", &objects);
    let page = run(&["graph", "--format", "html", project.path()]);
    assert!(!page.contains("error["), "{page}");
    let mut wrong = Vec::new();
    for (number, (shape, example)) in examples.iter().enumerate() {
        // Each object stands in a part of its own, which is called after it.
        let parts: Vec<&str> = page
            .split("<details class=\"object\">")
            .filter(|part| {
                let begins = |end| part.contains(&format!("</span> n{number}x{end}"));
                begins("<") || begins(" in ")
            })
            .collect();
        assert!(!parts.is_empty(), "{shape}: {example:?} is not on the page");
        let hides = |part: &&str| part.split("</details>").next().unwrap().contains("***");
        if parts.iter().any(hides) {
            wrong.push(format!("{shape}: {example:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_secret_holds_is_in_no_excerpt() {
    // Each has an error in the line of the secret: `n` is a boolean to Argo CD.
    let secret = |metadata: &str, data: &str| {
        format!(
            "{{apiVersion: v1, kind: Secret, metadata: {{name: s, namespace: n{metadata}}}, {data}}}"
        )
    };
    let secrets = [
        secret("", &format!("stringData: {{x: {SECRET}}}")),
        secret("", &format!("data: {{x: {SECRET}}}")),
        secret(&format!(", annotations: {{note: x {SECRET}}}"), "stringData: {x: y}"),
        secret(&format!(", labels: {{note: {SECRET}}}"), "stringData: {x: y}"),
    ];
    // The data of one that cannot be read, far below what says that it is one.
    let many: String = (0..3_000).map(|n| format!("  key{n}: ordinary{n}\n")).collect();
    let head = "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData:\n";
    for wrong in [
        format!("  z: {SECRET}: x\n"),
        format!("  z: \"{SECRET}\\q\"\n"),
        format!("  z: [{SECRET}, x\n  b: c\n"),
    ] {
        check("unread", &format!("{head}{many}{wrong}"), &[], false);
        check("unread", &format!("a: b\n---\n{head}{wrong}---\nc: d\n"), &[], false);
    }
    // The template of one, beside a mistake and where nothing can be read.
    let head = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\n";
    for spec in [
        format!("spec: {{target: {{template: {{data: {{x: {SECRET}, x: {SECRET}}}}}}}}}\n"),
        format!("spec: {{target: {{template: {{data: {{x: '{{{{ .u }}}} {SECRET}', x: y}}}}}}}}\n"),
        format!("spec: {{target: {{template: {{data: {{x: {SECRET}}}}}}}, y: [\n"),
        format!("spec:\n  target:\n    template:\n      data:\n        x: {SECRET}: y\n"),
        format!("spec:\n  target:\n    template:\n      data:\n        x: \"{SECRET}\\q\"\n"),
    ] {
        check("template", &format!("{head}{spec}"), &[], true);
    }
    for text in &secrets {
        check("one-line", text, &[], false);
        let list = format!("{{apiVersion: v1, kind: List, items: [{text}]}}");
        check("one-line-list", &list, &[], false);
        let nested = format!(
            "{{apiVersion: example.org/v1, kind: Object, metadata: {{name: o, namespace: n}}, spec: {{manifest: {text}}}}}"
        );
        check("one-line-nested", &nested, &[], false);
    }
}

/// A number that should be quoted is a mistake, and may be a password.
#[test]
fn numbers_that_are_secrets_are_in_no_message() {
    let dir = std::env::temp_dir().join(format!("atlas-plugin-numbers-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    for text in [
        "kind: ConfigMap\ndata: {password: 73055190}",
        "kind: Secret\nstringData: {anything: 73055190}",
        "kind: Pod\nspec: {containers: [{name: c, image: i, env: [{name: A_TOKEN, value: 73055190}]}]}",
        "kind: Pod\nspec: {containers: [{name: c, image: i, args: [--password, 73055190]}]}",
    ] {
        let manifest = format!("apiVersion: v1\nmetadata: {{name: a}}\n{text}\n");
        fs::write(dir.join("a.yaml"), manifest).unwrap();
        let run =
            Command::new(env!("CARGO_BIN_EXE_generate")).arg(&dir).env_clear().output().unwrap();
        let said = String::from_utf8(run.stderr).unwrap();
        assert!(said.contains("must be a string") && !said.contains("73055190"), "{said}");
    }
    fs::remove_dir_all(&dir).unwrap();
}
