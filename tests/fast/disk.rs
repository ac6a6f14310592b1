//! What lies outside of the directory stays there: links that change while they are read, and
//! paths in every field that a spec has. And a file's name is no message.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests write files and run the binary")]

use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fs, io};

use argocd_atlas_plugin::diag::Diagnostics;
use argocd_atlas_plugin::read::Directory;
use argocd_atlas_plugin::source::Sources;
use rustix::fs::OFlags;
use serde_json::Value;

/// What stands in files outside.
const OUTSIDE: &str = "hunter2hunter2";
/// How often the directory is read while it changes: a race is lost by chance.
const ROUNDS: u32 = 4_000;
/// How often at the most, where the race has not been seen.
const MAX_ROUNDS: u32 = 40 * ROUNDS;

/// A folder with `input`, in which a project goes, and `outside` beside it.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("disk-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("input")).unwrap();
    fs::create_dir_all(folder.join("outside")).unwrap();
    // With the same names as inside, and texts that each reader would take.
    for file in ["a.yaml", "a.sql", "a.txt", "atlas.sum"] {
        let text = format!("# -- {OUTSIDE}\n");
        fs::write(folder.join("outside").join(file), text).unwrap();
    }
    folder.canonicalize().unwrap()
}

/// Puts something in the place of `path`, at once.
fn replace(path: &Path, make: impl Fn(&Path)) {
    let beside = path.with_extension("new");
    let _ = fs::remove_file(&beside);
    make(&beside);
    fs::rename(&beside, path).unwrap();
}

/// Reads `input` over and over while `change` changes it; says how many texts came in.
fn read_while(folder: &Path, victim: &str, change: impl Fn(usize) + Sync) -> usize {
    let is_over = AtomicBool::new(false);
    let (mut n_texts, mut n_outside) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut turn = 0;
            while !is_over.load(Ordering::Relaxed) {
                change(turn);
                turn += 1;
            }
        });
        // On a busy machine the two threads may take turns of many rounds: it goes on until both ends of the
        // race were seen, and fails if they never are.
        for round in 0..MAX_ROUNDS {
            if round >= crate::common::n_cases(ROUNDS) && n_texts > 0 && n_outside > 0 {
                break;
            }
            let mut sources = Sources::default();
            let root = sources.add_virtual("input", "");
            let mut directory = Directory::open(&folder.join("input")).unwrap();
            directory.read(&mut sources, root, &mut Diagnostics::default());
            for (_, source) in sources.files() {
                n_texts += usize::from(source.text().contains("inside"));
                assert!(!source.text().contains(OUTSIDE), "{} was read", source.path);
            }
            // What whoever only opens the path would have read.
            let is_file = fs::metadata(folder.join(victim)).is_ok_and(|found| found.is_file());
            let naive = is_file.then(|| naive(&folder.join(victim)).ok()).flatten();
            n_outside += usize::from(naive.is_some_and(|text| text.contains(OUTSIDE)));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert!(n_outside > 0, "the link never led out: this shows nothing");
    n_texts
}

/// The text of whatever is there, but for a pipe, which would keep this test waiting.
fn naive(path: &Path) -> io::Result<String> {
    let mut options = fs::OpenOptions::new();
    let without_waiting = OFlags::NONBLOCK.bits().cast_signed();
    io::read_to_string(options.read(true).custom_flags(without_waiting).open(path)?)
}

#[test]
fn a_link_that_changes_leads_nowhere() {
    let folder = folder("link");
    fs::write(folder.join("input/inside.yaml"), "# inside\n").unwrap();
    let link = folder.join("input/a.yaml");
    let targets = [folder.join("input/inside.yaml"), folder.join("outside/a.yaml")];
    replace(&link, |path| symlink(&targets[1], path).unwrap());
    let change = |turn: usize| replace(&link, |path| symlink(&targets[turn % 2], path).unwrap());
    assert!(read_while(&folder, "input/a.yaml", change) > 0, "nothing was read");
}

#[test]
fn a_folder_that_becomes_a_link_leads_nowhere() {
    let folder = folder("folder");
    let (own, away) = (folder.join("input/d"), folder.join("input/e"));
    fs::create_dir(&own).unwrap();
    fs::write(own.join("a.yaml"), "# inside\n").unwrap();
    let change = |_: usize| {
        fs::rename(&own, &away).unwrap();
        symlink(folder.join("outside"), &own).unwrap();
        fs::remove_file(&own).unwrap();
        fs::rename(&away, &own).unwrap();
    };
    assert!(read_while(&folder, "input/d/a.yaml", change) > 0, "nothing was read");
}

#[test]
fn a_file_that_becomes_a_pipe_is_not_waited_for() {
    let folder = folder("pipe");
    let pipe = folder.join("outside/pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    fs::write(folder.join("outside/inside"), "# inside\n").unwrap();
    let victim = folder.join("input/a.yaml");
    let change = |turn: usize| match turn % 3 {
        0 => replace(&victim, |path| fs::hard_link(folder.join("outside/inside"), path).unwrap()),
        1 => replace(&victim, |path| fs::hard_link(&pipe, path).unwrap()),
        _ => replace(&victim, |path| symlink(folder.join("outside/a.yaml"), path).unwrap()),
    };
    change(0);
    assert!(read_while(&folder, "input/a.yaml", change) > 0, "nothing was read");
}

#[test]
fn a_name_imitates_no_message() {
    let folder = folder("name");
    fs::write(folder.join("input/app.yaml:1:1: error[x]: all is lost.yaml"), "a: [\n").unwrap();
    let mut generate = Command::new(env!("CARGO_BIN_EXE_generate"));
    let output = generate.env_clear().arg(folder.join("input")).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let first = said.lines().next().unwrap();
    let (place, rest) = first.split_once(": ").unwrap();
    let place = place.rsplit_once("/input/").map_or(place, |(_, place)| place);
    assert_eq!(place, r"app.yaml:1:1:\u{20}error[x]:\u{20}all is lost.yaml:1:4");
    assert!(rest.starts_with("error[yaml-syntax]: "), "{first}");
}

/// Every way to write a text in a spec: the field's path, and the schema around a text there. Types of
/// Kubernetes (`$ref`) are read by one function whatever they are, so that `volumes` stands for them.
fn texts(schema: &Value, at: &str, wrap: &dyn Fn(Value) -> Value, out: &mut Vec<(String, Value)>) {
    let text = || Value::from("PATH");
    let says_more =
        ["type", "$ref", "required", "oneOf"].iter().any(|key| schema.get(key).is_some());
    if schema["type"] == "string" || !says_more {
        out.push((at.to_owned(), wrap(text())));
    }
    let types: Vec<&Value> = schema["type"].as_array().into_iter().flatten().collect();
    if types.iter().any(|one| **one == "string") {
        out.push((at.to_owned(), wrap(text())));
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let wrap = |value: Value| wrap(serde_json::json!({ name: value }));
        texts(inner, &format!("{at}.{name}"), &wrap, out);
    }
    if schema["items"].is_object() {
        texts(&schema["items"], &format!("{at}[]"), &|value| wrap(Value::from(vec![value])), out);
    }
    if schema["additionalProperties"].is_object() {
        let wrap = |value: Value| wrap(serde_json::json!({ "/etc/a": value }));
        texts(&schema["additionalProperties"], &format!("{at}.*"), &wrap, out);
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        for inner in schema[key].as_array().into_iter().flatten() {
            texts(inner, at, wrap, out);
        }
    }
}

/// Fields that name files. One that is added to the language is found by the test below, whose
/// paths all lead to files that are there.
const PATHS: [&str; 6] = [
    "App.configFiles.*",
    "App.configFiles.*.file",
    "Database.configFiles.*",
    "Database.configFiles.*.file",
    "Schema.files[]",
    "Schema.hcl",
];

#[test]
fn no_field_leads_out_of_the_directory() {
    let folder = folder("fields");
    let outside = folder.join("outside").to_string_lossy().into_owned();
    let fields = fields();
    for name in PATHS.iter().chain(&["Schema.migrations"]) {
        assert!(fields.iter().any(|(found, _)| found == name), "{name} is no field any more");
    }
    let file = folder.join("input/app.yaml");
    for (name, fields) in &fields {
        let kind = name.split('.').next().unwrap();
        let (target, is_path) = match name.as_str() {
            "Schema.migrations" => ("", true),
            name if name.ends_with("files[]") => ("/a.sql", true),
            name => ("/a.txt", PATHS.contains(&name)),
        };
        let paths = [
            format!("../outside{target}"),
            format!("{outside}{target}"),
            format!("d/../../outside{target}"),
            format!("./../outside{target}"),
            format!("..\\outside{target}"),
            format!("../outside{target}\0"),
            format!("\n../outside{target}"),
        ];
        // What is no path is not looked at in every way.
        for path in paths.into_iter().take(if is_path { 7 } else { 2 }) {
            let document = document(kind, fields, &path);
            fs::write(&file, document.to_string()).unwrap();
            let run = Command::new(env!("CARGO_BIN_EXE_generate"))
                .arg("input")
                .current_dir(&folder)
                .env_clear()
                .output()
                .unwrap();
            let printed = [run.stdout, run.stderr.clone()].concat();
            let printed = String::from_utf8(printed).unwrap();
            assert!(!printed.contains(OUTSIDE), "{name}: {path}");
            assert!(!printed.contains('\0'), "{name}: {path}");
            if is_path {
                let report = String::from_utf8(run.stderr).unwrap();
                // After a line end `..` is a part of a name.
                let why = ["[path-outside]", "[unprintable-text]", "[file-not-found]"];
                // A text of several lines is a file's content and no path.
                let is_text = name.contains("configFiles") && path.contains('\n');
                let is_refused = is_text || why.iter().any(|code| report.contains(code));
                assert!(
                    is_refused && (is_text || run.status.code() == Some(1)),
                    "{name}: {path}: {report}"
                );
            }
        }
    }
}

/// The fields of all kinds that take a text.
fn fields() -> Vec<(String, Value)> {
    let schema = argocd_atlas_plugin::generator::json_schema::text();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let mut out = Vec::new();
    for kind in ["App", "Database", "Schema"] {
        let spec = schema["definitions"][kind]["properties"]["spec"].clone();
        texts(&spec, kind, &|value| value, &mut out);
    }
    out.sort_by(|one, other| one.0.cmp(&other.0));
    out.dedup();
    out
}

/// A spec with one field more than it needs.
fn document(kind: &str, fields: &Value, path: &str) -> Value {
    let mut spec = match kind {
        "App" => serde_json::json!({ "image": "i", "port": 80 }),
        "Database" => serde_json::json!({ "engine": "postgres" }),
        _ => serde_json::json!({ "url": "postgres://h/d" }),
    };
    for (name, value) in fields.as_object().unwrap() {
        let path = serde_json::to_string(path).unwrap();
        let value = value.to_string().replace("\"PATH\"", &path);
        spec[name] = serde_json::from_str(&value).unwrap();
    }
    serde_json::json!({
        "apiVersion": "argocd-atlas-plugin/v1alpha1",
        "kind": kind,
        "metadata": { "name": "it" },
        "spec": spec,
    })
}

#[test]
fn a_link_that_changes_leads_to_nothing_hidden() {
    let folder = folder("hidden");
    fs::write(folder.join("input/inside.yaml"), "# inside\n").unwrap();
    fs::create_dir(folder.join("input/.git")).unwrap();
    for hidden in [".git/a.yaml", ".env", ".x.yaml"] {
        fs::write(folder.join("input").join(hidden), format!("# {OUTSIDE}\n")).unwrap();
    }
    symlink(".x.yaml", folder.join("input/.way")).unwrap();
    let link = folder.join("input/a.yaml");
    let targets = ["inside.yaml", ".git/a.yaml", ".env", ".way", "../input/.x.yaml"];
    let change = |turn: usize| replace(&link, |path| symlink(targets[turn % 5], path).unwrap());
    change(0);
    assert!(read_while(&folder, "input/a.yaml", change) > 0, "nothing was read");
}

#[test]
fn a_folder_that_becomes_a_link_leads_to_nothing_hidden() {
    let folder = folder("hidden-folder");
    let (own, away) = (folder.join("input/d"), folder.join("input/e"));
    fs::create_dir(&own).unwrap();
    fs::create_dir(folder.join("input/.git")).unwrap();
    fs::write(own.join("a.yaml"), "# inside\n").unwrap();
    fs::write(folder.join("input/.git/a.yaml"), format!("# {OUTSIDE}\n")).unwrap();
    let change = |_: usize| {
        fs::rename(&own, &away).unwrap();
        symlink(".git", &own).unwrap();
        fs::remove_file(&own).unwrap();
        fs::rename(&away, &own).unwrap();
    };
    assert!(read_while(&folder, "input/d/a.yaml", change) > 0, "nothing was read");
}

#[test]
fn links_inside_are_followed_and_no_others() {
    let folder = folder("links");
    let input = folder.join("input");
    for path in ["d/b.yaml", ".hidden/b.yaml", ".b.yaml", "..data/b.yaml"] {
        fs::create_dir_all(input.join(path).parent().unwrap()).unwrap();
        fs::write(input.join(path), "# text\n").unwrap();
    }
    let whole = input.join("d/b.yaml");
    symlink("d", input.join("e")).unwrap();
    symlink("d/b.yaml", input.join("to-link.txt")).unwrap();
    symlink(".b.yaml", input.join(".way.yaml")).unwrap();
    let inside = ["d/b.yaml", "e/b.yaml", "./d/../d//b.yaml", "to-link.txt", "../input/d/b.yaml"];
    let hidden = [".hidden/b.yaml", ".b.yaml", "e/../.b.yaml", "..data/b.yaml", ".way.yaml"];
    let outside = ["../outside/a.yaml", "/etc/hostname", "nothing", "d/b.yaml/x", "a.yaml", ""];
    let found = |target: &str| {
        let link = input.join("a.yaml");
        let _ = fs::remove_file(&link);
        // There is no link to the empty path.
        symlink(if target.is_empty() { "../../../../../.." } else { target }, &link).unwrap();
        let mut sources = Sources::default();
        let root = sources.add_virtual("input", "");
        let mut diagnostics = Diagnostics::default();
        Directory::open(&input).unwrap().read(&mut sources, root, &mut diagnostics);
        let text = sources.find("a.yaml").map(|file| sources.get(file).text().to_owned());
        (text, diagnostics.sorted().first().map(|found| found.message.clone()))
    };
    for target in inside.iter().copied().chain([whole.to_str().unwrap()]) {
        assert_eq!(found(target), (Some("# text\n".to_owned()), None), "{target}");
    }
    for target in hidden {
        let (text, message) = found(target);
        assert_eq!(text, None, "{target}");
        assert!(message.unwrap().contains("is a symbolic link to a hidden file"), "{target}");
    }
    for target in outside {
        let (text, message) = found(target);
        assert_eq!(text, None, "{target}");
        let is_folder = target.is_empty();
        assert!(is_folder || message.unwrap().contains("leads out of the directory"), "{target}");
    }
}
