//! Nothing secret is printed: neither the sidecar's variables nor passwords that stand in specs,
//! in no command and beside no mistake. The one exception is the Secret made from a literal.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use std::fs;
use std::process::Command;

const SECRET: &str = "hunter2hunter2";

/// Runs every command on a project and looks for the secret in what it says.
fn check(name: &str, text: &str, variables: &[(&str, &str)], may_be_printed: bool) {
    let dir =
        std::env::temp_dir().join(format!("atlas-plugin-leaks-{}-{name}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("a.yaml"), text).unwrap();
    let dir_name = dir.to_str().unwrap();
    let commands: [&[&str]; 8] = [
        &["manifests", dir_name],
        &["waves", dir_name],
        &["explain", "db", dir_name],
        &["check", dir_name],
        &["check", "--format", "json", dir_name],
        &["parameters", dir_name],
        &["discover", dir_name],
        &["diff", "--against", dir_name, dir_name],
    ];
    let mut leaks = Vec::new();
    for command in commands {
        let run = Command::new(env!("CARGO_BIN_EXE_generate"))
            .args(command)
            .env_clear()
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let (out, err) =
            (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap());
        if out.contains(SECRET) && !(may_be_printed && command.contains(&"manifests")) {
            leaks.push(format!("{command:?} on standard output:\n{out}"));
        }
        if err.contains(SECRET) {
            leaks.push(format!("{command:?} on standard error:\n{err}"));
        }
    }
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
    let variables = [
        ("ARGOCD_ENV_SECRET", SECRET),
        ("ARGOCD_ENV_PASSWORD", SECRET),
        ("PARAM_PASSWORD", SECRET),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("ARGOCD_SERVER_TOKEN", SECRET),
    ];
    let app = "---\napiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {name: a}\nspec:\n  image: i\n  env: {A: $(ARGOCD_ENV_SECRET), B: \"$$ARGOCD_ENV_SECRET\", C: \"$ARGOCD_ENV_SECRET\"}\n";
    check("variables", &(database("storage: 1Gi") + app), &variables, false);
    let app = app.replace("$(ARGOCD_ENV_SECRET)", "\"${ARGOCD_ENV_SECRET}\"");
    check("reference", &(database("storage: 1Gi") + &app), &variables, false);
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
        ("set-string", format!("[{{\"name\":\"set\",\"string\":\"{SECRET}\"}}]"), false),
    ] {
        check(name, &project, &[("ARGOCD_APP_PARAMETERS", &json)], is_fine);
    }
}
