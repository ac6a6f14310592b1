//! Standard input, and `-o`.

#![expect(clippy::expect_used, reason = "a test stops at what it did not expect")]
#![expect(clippy::disallowed_methods, reason = "a test runs the binary and looks at what it wrote")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("streams").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a directory");
    folder
}

fn generate(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_generate"))
        .env_clear()
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    // A program that stops reading is no failure of this test.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const TWO: &str = "\
apiVersion: v1
kind: List
items:
- apiVersion: db.atlasgo.io/v1alpha1
  kind: AtlasSchema
  metadata: {name: shop}
  spec: {url: 'mysql://mysql/x', schema: {sql: create table x (id int);}}
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web}
  spec: {replicas: 0x3, template: {metadata: {annotations: {on: \"off\"}}, spec: {containers: []}}}
";

#[test]
fn manifests_from_standard_input_get_waves_and_keep_their_values() {
    for arguments in [&["-"][..], &["manifests", "-"]] {
        let output = generate(&folder("input"), arguments, TWO.as_bytes());
        assert_eq!(text(&output.stderr), "");
        let expected = "\
---
# wave 0: AtlasSchema/shop (<stdin>:6)
apiVersion: db.atlasgo.io/v1alpha1
kind: AtlasSchema
metadata:
  name: shop
  annotations:
    argocd.argoproj.io/sync-wave: \"0\"
spec:
  url: mysql://mysql/x
  schema:
    sql: create table x (id int);
---
# wave 1: Deployment/web (<stdin>:10)
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    argocd.argoproj.io/sync-wave: \"1\"
spec:
  replicas: 0x3
  template:
    metadata:
      annotations:
        \"true\": \"off\"
    spec:
      containers: []
";
        assert_eq!(text(&output.stdout), expected);
    }
}

#[test]
fn specs_on_standard_input_find_their_files_in_the_current_directory() {
    let folder = folder("specs");
    std::fs::write(folder.join("a.sql"), "create table a (id int);\n").expect("a file");
    // What lies there beside them is not read.
    std::fs::write(folder.join("other.yaml"), "{{ no manifest }}\n").expect("a file");
    let spec = "\
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec: {url: 'mysql://db.example.com/x', files: ['*.sql']}
";
    let output = generate(&folder, &["-"], spec.as_bytes());
    assert_eq!(text(&output.stderr), "");
    assert!(text(&output.stdout).contains("create table a (id int);"));
}

#[test]
fn what_is_no_text_and_what_is_nothing_are_errors() {
    let output = generate(&folder("binary"), &["-"], b"a: \xff\n");
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""));
    let expected = "<stdin>:1:4: error[unusable-file]: the file is not UTF-8 from here on";
    assert!(text(&output.stderr).starts_with(expected), "{}", text(&output.stderr));
    let output = generate(&folder("nothing"), &["-"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("error[empty-project]"), "{}", text(&output.stderr));
}

#[test]
fn one_file_and_one_file_an_object() {
    let folder = folder("output");
    let output = generate(&folder, &["-", "-o", "all.yaml"], TWO.as_bytes());
    assert_eq!((text(&output.stdout), text(&output.stderr)), (String::new(), String::new()));
    let all = std::fs::read_to_string(folder.join("all.yaml")).expect("it is written");
    assert!(all.starts_with("# Written by generate -o; do not edit.\n---\n# wave 0"));
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder.join("out")).expect("it is there");
        let mut names: Vec<String> =
            entries.map(|it| it.expect("an entry").file_name().to_string_lossy().into()).collect();
        names.sort();
        names
    };
    generate(&folder, &["-", "-o", "out/"], TWO.as_bytes());
    assert_eq!(names(&folder), ["01-0-atlasschema-shop.yaml", "02-1-deployment-web.yaml"]);
    // What an earlier run wrote is replaced, and nothing else.
    let one = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 'a:b'}\n";
    generate(&folder, &["-", "-o", "out"], one.as_bytes());
    assert_eq!(names(&folder), ["01-0-configmap-a_b.yaml"]);
    std::fs::write(folder.join("out/mine"), "mine").expect("a file");
    let output = generate(&folder, &["-", "-o", "out"], one.as_bytes());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("was not written by `-o`"), "{}", text(&output.stderr));
    assert_eq!(names(&folder), ["01-0-configmap-a_b.yaml", "mine"]);
}

#[test]
fn output_is_not_written_where_it_would_be_input() {
    let folder = folder("inside");
    std::fs::write(folder.join("a.yaml"), TWO).expect("a file");
    for place in ["out/", "b.yaml", "deep/er/"] {
        let output = generate(&folder, &[".", "-o", place], b"");
        assert_eq!(output.status.code(), Some(2), "{place}");
        assert!(text(&output.stderr).contains("would be input the next time"));
    }
    let output = generate(&folder, &[".", "-o", ".out/"], b"");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn an_error_writes_nothing() {
    let folder = folder("wrong");
    let output = generate(&folder, &["-", "-o", "all.yaml"], b"kind: x\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(!folder.join("all.yaml").exists());
}
