//! What is written in more than one place agrees: versions in the manifest, the scripts, the image and the documents;
//! and the workflows run nothing that is not pinned.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test reads the repository and fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const NAME: &str = env!("CARGO_PKG_NAME");
const VERSION: &str = env!("CARGO_PKG_VERSION");
const OLDEST_RUST: &str = env!("CARGO_PKG_RUST_VERSION");
const WORKFLOWS: &str = ".github/workflows";

#[test]
fn the_documents_name_the_oldest_rust_and_the_one_of_a_release() {
    let release = after(&read("rust-toolchain.toml"), "\nchannel = \"");
    let release = release.trim_end_matches('"').to_owned();
    assert_eq!(after(&read("deploy/Dockerfile"), "rust:"), format!("{release}-alpine"));
    let ci = read(".github/workflows/ci.yml");
    let containers: Vec<&str> =
        ci.lines().filter_map(|line| line.split_once(" rust:")).map(|(_, tag)| tag).collect();
    assert!(!containers.is_empty(), "the jobs run in a container");
    for container in containers {
        assert_eq!(container, format!("{release}-bookworm"), "the tests run with it too");
    }
    let row = row("docs/compatibility.md", "| Rust ");
    assert!(row.contains(&format!("| {OLDEST_RUST} and newer")), "{row}");
    assert!(row.contains(&format!("by {release} ")), "{row}");
}

#[test]
fn no_dependency_needs_a_newer_rust() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version=1"])
        // What is compiled on Linux: what is not has not been downloaded either.
        .args(["--filter-platform=x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let needs: Vec<&Value> = packages.iter().filter(|it| it["rust_version"].is_string()).collect();
    assert!(needs.len() > 10, "most crates say what they need");
    for package in needs {
        let needed = package["rust_version"].as_str().unwrap();
        assert!(numbers(needed) <= numbers(OLDEST_RUST), "{} needs {needed}", package["name"]);
    }
}

#[test]
fn whatever_names_the_image_names_this_version() {
    let mut n_found = 0;
    for path in ["README.md", "docs", "deploy", "SECURITY.md"].iter().flat_map(|path| files(path)) {
        let text = read(&path);
        for prefix in [format!("/{NAME}:v"), "?ref=v".to_owned(), "newTag: v".to_owned()] {
            for found in text.split(&prefix).skip(1) {
                let found: String =
                    found.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
                assert_eq!(found, VERSION, "{path}, behind `{prefix}`");
                n_found += 1;
            }
        }
    }
    assert!(n_found > 5, "the installation names the image");
}

#[test]
fn the_changelog_has_a_place_for_this_version() {
    let text = read("CHANGELOG.md");
    let sections: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(sections.first(), Some(&"[Unreleased]"));
    for heading in &sections {
        let name = heading.split(['[', ']']).nth(1).unwrap();
        assert!(text.contains(&format!("\n[{name}]: https://")), "[{name}] is a link");
    }
    let mut released = Vec::new();
    for heading in sections.iter().skip(1) {
        let (version, date) = heading.split_once(" - ").unwrap();
        assert!(date.len() == 10 && numbers(&date.replace('-', ".")).len() == 3, "{heading}");
        released.push(numbers(version.trim_matches(['[', ']'])));
    }
    assert!(released.is_sorted_by(|newer, older| newer > older), "the newest is first");
    let here = numbers(VERSION);
    assert!(released.first().is_none_or(|newest| *newest <= here), "Cargo.toml is behind");
    // What is in no section of its own yet is under Unreleased.
    let (_, unreleased) = text.split_once("## [Unreleased]\n").unwrap();
    let unreleased = unreleased.split("\n## ").next().unwrap();
    assert!(released.contains(&here) || unreleased.contains("\n- "), "nothing on {VERSION}");
    for line in text.lines().filter_map(|line| line.strip_prefix("### ")) {
        let kinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
        assert!(kinds.contains(&line), "`{line}` is no kind of change");
    }
}

#[test]
fn the_notes_of_a_release_are_its_section() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("notes");
    std::fs::create_dir_all(directory.join("release")).unwrap();
    std::fs::copy(root().join("release/notes"), directory.join("release/notes")).unwrap();
    let text = "# Changelog\n\n## [Unreleased]\n\n## [1.10.0] - 2026-02-01\n\n### Fixed\n\n- Ten.\n\n\
                ## [1.1.0] - 2026-01-01\n\n- One.\n\n[1.1.0]: https://example.com\n";
    std::fs::write(directory.join("CHANGELOG.md"), text).unwrap();
    let notes = |version: &str| {
        let output = Command::new("bash")
            .arg(directory.join("release/notes"))
            .arg(version)
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(notes("1.10.0"), (true, "### Fixed\n\n- Ten.\n".to_owned()));
    assert_eq!(notes("1.1.0"), (true, "- One.\n".to_owned()));
    assert_eq!(notes("1.1"), (false, String::new()));
    assert_eq!(notes("Unreleased"), (false, String::new()));
}

#[test]
fn the_matrix_names_what_the_conformance_suite_runs() {
    let module = read("tests/conformance/go.mod");
    let matrix = read("docs/compatibility.md");
    for required in [
        "github.com/argoproj/argo-cd/v3 v",
        "github.com/ariga/atlas-operator v",
        "k8s.io/kubernetes v",
    ] {
        let version = after(&module, required);
        assert!(matrix.contains(&version), "docs/compatibility.md does not name {version}");
    }
}

#[test]
fn workflows_run_pinned_actions_with_as_few_permissions_as_they_can() {
    let mut n_actions = 0;
    for path in files(WORKFLOWS) {
        let text = read(&path);
        let workflow: Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{path}: nothing by default");
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            let permissions = job["permissions"].as_object();
            assert!(permissions.is_some(), "{path}: {name} says what it may");
            let writes = permissions.unwrap().values().any(|value| value == "write");
            // What writes is a job of a release, after what it releases was checked.
            let may_write = path.ends_with("release.yml") && !job["needs"].is_null();
            assert!(!writes || may_write, "{path}: {name} writes");
            for step in job["steps"].as_array().into_iter().flatten() {
                // Values that others choose reach a script as variables, not as its text.
                let script = step["run"].as_str().unwrap_or_default();
                assert!(!script.contains("${{"), "{path}: {name}: {script}");
            }
        }
        for line in text.lines() {
            let Some((_, action)) = line.split_once("uses: ") else { continue };
            if action.starts_with("./") {
                continue;
            }
            n_actions += 1;
            let (_, pin) = action.split_once('@').unwrap();
            let (commit, version) = pin
                .split_once(" # v")
                .unwrap_or_else(|| panic!("{path}: `{action}` is `ACTION@COMMIT # vVERSION`"));
            assert!(
                commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()),
                "{action}"
            );
            assert_eq!(numbers(version).len(), 3, "{action}");
        }
        assert!(!text.contains("pull_request_target"), "{path}: a fork's code with our token");
    }
    assert!(n_actions > 10, "the workflows use actions");
}

#[test]
fn a_release_gets_its_binaries_from_the_script_that_is_checked() {
    let ci = read(".ci/run");
    let release = read(".github/workflows/release.yml");
    assert!(ci.contains("release/reproducible amd64"));
    assert!(release.contains("release/reproducible \"$ARCHITECTURE\""));
    assert!(read("deploy/Dockerfile").contains("release/build \"$TARGETARCH\""));
    assert!(read("deploy/Dockerfile").contains("AS binary\n"), "what the workflow replaces");
    assert!(release.contains("--build-context binary=target/dist"));
    assert!(!release.contains("cargo build"), "one way to build");
}

/// The word that follows `mark`.
fn after(text: &str, mark: &str) -> String {
    let (_, rest) = text.split_once(mark).unwrap_or_else(|| panic!("no `{mark}`"));
    rest.split_whitespace().next().unwrap().to_owned()
}

fn row(path: &str, start: &str) -> String {
    let text = read(path);
    let row = text.lines().find(|line| line.starts_with(start));
    row.unwrap_or_else(|| panic!("{path} has no row `{start}`")).to_owned()
}

fn numbers(version: &str) -> Vec<u64> {
    let number = |part: &str| part.parse().unwrap_or_else(|_| panic!("`{version}`"));
    let mut numbers: Vec<u64> = version.split('.').map(number).collect();
    numbers.resize(3, 0);
    numbers
}

/// Paths of all files at or below `path`, seen from the root of the repository.
fn files(path: &str) -> Vec<String> {
    if !root().join(path).is_dir() {
        return vec![path.to_owned()];
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join(path)).unwrap() {
        let name = entry.unwrap().file_name();
        found.extend(files(&format!("{path}/{}", name.to_string_lossy())));
    }
    found.sort();
    found
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
