//! The previews, as a user calls them.

#![expect(clippy::expect_used, reason = "a test stops at what it did not expect")]
#![expect(clippy::disallowed_methods, reason = "a test runs the binary")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use argocd_atlas_plugin::engine::ENGINES;
use argocd_atlas_plugin::left_out::has_driver;

const SEED: &str = "testdata/seed/as_specs/input";

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("views").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn generate_in(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_generate"));
    command.env_clear().current_dir(directory).args(arguments).output().expect("it runs")
}

fn generate(arguments: &[&str]) -> Output {
    generate_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

fn write(folder: &Path, path: &str, text: &str) {
    std::fs::write(folder.join(path), text).expect("a file");
}

#[test]
fn what_init_writes_has_nothing_wrong_with_it_for_any_engine() {
    for engine in ENGINES {
        let folder = folder(&format!("init-{}", engine.name));
        let made = generate_in(&folder, &["init", "shop", "--engine", engine.name]);
        assert_eq!(made.status.code(), Some(0), "{}: {}", engine.name, stderr(&made));
        accept_licence(engine.name, &folder);
        let mut check = vec!["check", "--namespace", "shop", "--deny", "warnings"];
        if !has_driver(engine.name) {
            let warned = generate_in(&folder, &check);
            assert!(stderr(&warned).contains("warning[atlas-needs-login]"), "{}", engine.name);
            check.push("--atlas-login");
        }
        let checked = generate_in(&folder, &check);
        assert_eq!(stderr(&checked), "", "{}", engine.name);
        assert_eq!(checked.status.code(), Some(0), "{}", engine.name);
    }
}

/// The one thing that only the user can write.
fn accept_licence(engine: &str, folder: &Path) {
    let path = folder.join("app.yaml");
    let text = std::fs::read_to_string(&path).expect("it is there");
    let refused = generate_in(folder, &["check", "--namespace", "shop", "--atlas-login"]);
    assert_eq!(text.contains("acceptEula: false"), engine == "sqlserver", "{engine}");
    if engine == "sqlserver" {
        assert!(stderr(&refused).contains("licence terms are accepted"), "{}", stderr(&refused));
        std::fs::write(&path, text.replace("acceptEula: false", "acceptEula: true"))
            .expect("a file");
    }
}

#[test]
fn what_init_writes_is_what_one_would_write() {
    let folder = folder("init-text");
    generate_in(&folder, &["init", "shop", "--engine", "postgres"]);
    let text = std::fs::read_to_string(folder.join("app.yaml")).expect("it is there");
    let env: Vec<&str> = text.lines().skip_while(|line| *line != "  env:").skip(1).collect();
    let expected = [
        "    DB_HOST: \"${shop.host}\"",
        "    DB_PORT: \"${shop.port}\"",
        "    DB_NAME: \"${shop.name}\"",
        "    DB_USER: \"${shop.user}\"",
        "    DB_PASSWORD: \"${shop.password}\"",
    ];
    assert_eq!(env, expected);
    assert!(text.starts_with("# yaml-language-server: $schema=.argocd-atlas-plugin.schema.json\n"));
    assert!(!text.contains('@'), "{text}");
}

#[test]
fn init_overwrites_nothing_and_names_the_file() {
    let folder = folder("init-twice");
    write(&folder, "app.yaml", "mine");
    let made = generate_in(&folder, &["init", "shop"]);
    assert_eq!(made.status.code(), Some(2));
    assert_eq!(stderr(&made), "error: `./app.yaml` already exists; nothing was written\n");
    assert!(made.stdout.is_empty());
    assert!(!folder.join("schema").exists());
}

#[test]
fn annotations_name_files_from_the_root_of_the_repository() {
    let output = generate(&["check", "--format", "github", "--namespace", "x", SEED]);
    let line = stdout(&output);
    let place = "::warning file=testdata/seed/as_specs/input/app.yaml,line=8,endLine=8,col=39,";
    assert!(line.starts_with(place), "{line}");
    assert!(
        line.contains("title=literal-password::this password is stored in Git%0Ahelp: "),
        "{line}"
    );
}

#[test]
fn a_flag_is_no_file_of_the_repository() {
    let arguments = ["check", "--format", "github", "--set", "App/nix:image=x", SEED];
    let output = generate(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let lines = stdout(&output);
    let error = lines.lines().find(|line| line.starts_with("::error")).expect("an error");
    assert!(error.starts_with("::error title="), "{error}");
}

#[test]
fn columns_do_not_change_what_a_pipe_gets() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_generate"));
    command.env_clear().env("COLUMNS", "40").args(["waves", SEED]);
    let output = command.output().expect("it runs");
    assert_eq!(stdout(&output), stdout(&generate(&["waves", SEED])));
}

#[test]
fn on_an_error_no_picture_is_printed() {
    let folder = folder("graph-wrong");
    write(&folder, "app.yaml", "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\n");
    for format in ["mermaid", "dot", "svg", "html"] {
        let output = generate_in(&folder, &["graph", "--format", format]);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty(), "{format}");
    }
}

#[test]
fn the_json_schema_in_the_repository_is_what_is_printed() {
    let kept = include_str!("../../docs/argocd-atlas-plugin.schema.json");
    let how = "cargo run -- json-schema > docs/argocd-atlas-plugin.schema.json";
    assert!(stdout(&generate(&["json-schema"])) == kept, "print it again: {how}");
}

#[test]
fn zsh_completes_what_follows_a_command() {
    let script = stdout(&generate(&["completions", "zsh"]));
    let (root, _) = script.split_once("case $state in").expect("it has commands");
    assert!(!root.contains("::dir"), "the first word is a command: {root}");
}

#[test]
fn completions_and_the_manual_name_every_command() {
    for arguments in [&["completions", "bash"][..], &["completions", "zsh"], &["man"]] {
        let text = stdout(&generate(arguments));
        for command in ["waves", "explain", "graph", "check", "json\\-schema", "init"] {
            let bare = command.replace('\\', "");
            assert!(text.contains(command) || text.contains(&bare), "{arguments:?}: {command}");
        }
    }
}

#[test]
fn no_preview_shows_a_password() {
    let folder = folder("secrets");
    let specs = "\
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: db}
spec: {engine: mysql, credentials: {user: root, password: hunter2a}}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: other}
spec: {url: \"mysql://root:hunter2b@elsewhere:3306/x\", sql: create table t (id int)}
---
apiVersion: v1
kind: Secret
metadata: {name: plain}
data: {key: aHVudGVyMmM=}
---
apiVersion: v1
kind: Pod
metadata: {name: pod}
spec:
  containers:
  - name: a
    image: b
    env: [{name: MYSQL_ROOT_PASSWORD, value: hunter2d}]
";
    write(&folder, "app.yaml", specs);
    let printed = stdout(&generate_in(&folder, &["manifests"]));
    let secrets = ["hunter2a", "hunter2b", "aHVudGVyMmM=", "hunter2d"];
    assert!(secrets.iter().all(|secret| printed.contains(secret)), "{printed}");
    let previews = [
        &["graph", "--format", "html"][..],
        &["graph", "--format", "svg"],
        &["graph", "--format", "mermaid"],
        &["graph", "--format", "dot"],
        &["waves"],
        &["waves", "--format", "json"],
        &["check"],
        &["check", "--format", "json"],
        &["check", "--format", "github"],
        &["check", "--format", "sarif"],
    ];
    for preview in previews {
        let output = generate_in(&folder, preview);
        let all = format!("{}{}", stdout(&output), stderr(&output));
        assert!(!all.is_empty(), "{preview:?}");
        for secret in secrets {
            assert!(!all.contains(secret), "{preview:?} shows {secret}");
        }
    }
}

#[test]
fn a_page_is_written_of_a_project_with_errors_and_says_so() {
    let folder = folder("page-wrong");
    let spec = "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {name: a}\nspec: {imgae: x}\n";
    write(&folder, "app.yaml", spec);
    let output = generate_in(&folder, &["graph", "--format", "html", "--output", "waves.html"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let page = std::fs::read_to_string(folder.join("waves.html")).expect("it is written");
    assert!(page.contains("has no field <code>imgae</code>"), "{page}");
}
