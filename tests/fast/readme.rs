//! What the README shows is what a user sees.

#![expect(clippy::expect_used, reason = "a test stops at what it did not expect")]
#![expect(clippy::disallowed_methods, reason = "a test runs the binary")]

use std::path::Path;
use std::process::{Command, Output};

const README: &str = include_str!("../../README.md");

/// The fenced block that begins with `start`, without its fences.
fn block(start: &str) -> &'static str {
    let (_, rest) = README.split_once(start).expect("the README has the block");
    rest.split_once("\n```").expect("the block ends").0
}

fn generate(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_generate"));
    command.env_clear().current_dir(directory).args(arguments).output().expect("it runs")
}

fn project(directory: &Path, spec: &str) {
    std::fs::create_dir_all(directory.join("schema")).expect("a directory");
    std::fs::write(directory.join("app.yaml"), spec).expect("a file");
    let sql = "create table users (id int primary key);\n";
    std::fs::write(directory.join("schema/users.sql"), sql).expect("a file");
}

#[test]
fn the_first_project_is_short_and_prints_what_the_readme_says() {
    let spec = block("One file, `app.yaml`:\n\n```yaml\n");
    assert!(spec.lines().count() < 25, "a first spec of under 25 lines");
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme-right");
    project(&directory, spec);
    let output = generate(&directory, &["waves", "--namespace", "shop"]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let shown = block("```console\n$ generate waves --namespace shop\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), shown);
}

#[test]
fn the_message_that_the_readme_shows_is_the_message() {
    let spec = block("One file, `app.yaml`:\n\n```yaml\n");
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme-wrong");
    project(&directory, &spec.replace("database: shop-db", "database: shop-bd"));
    let output = generate(&directory, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let stderr = String::from_utf8_lossy(&output.stderr);
    let shown = block("and an exit code of 1:\n\n```text\n");
    let first = stderr.split("\n\n").next().unwrap_or_default();
    assert_eq!(first.trim_end(), shown);
}
