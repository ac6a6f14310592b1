//! What fuzzing found before stays mended: every file of `fuzz/regressions/<target>/` once more
//! through its target, and the projects that are written here.
#![expect(clippy::disallowed_methods, reason = "the inputs are read from the disk")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::targets;

fn fuzz(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder)
}

fn names(folder: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

#[test]
fn every_target_is_built_and_has_a_dictionary() {
    let known = targets::ALL.map(|(name, _)| name);
    let files = known.map(|name| format!("{name}.rs"));
    assert_eq!(names(&fuzz("fuzz_targets")), files.into(), "fuzz/fuzz_targets");
    let manifest = fs::read_to_string(fuzz("Cargo.toml")).unwrap();
    let folders = names(&fuzz("regressions"));
    for name in known {
        assert!(manifest.contains(&format!("\nname = \"{name}\"\n")), "{name} in fuzz/Cargo.toml");
    }
    let unknown: Vec<_> =
        folders.iter().filter(|folder| !known.contains(&folder.as_str())).collect();
    assert!(unknown.is_empty(), "fuzz/regressions/{unknown:?} belongs to no target");
}

#[test]
fn what_was_found_stays_mended() {
    for (name, target) in targets::ALL {
        let folder = fuzz("regressions").join(name);
        if !folder.is_dir() {
            continue;
        }
        for file in names(&folder) {
            let data = fs::read(folder.join(&file)).unwrap();
            let outcome = std::panic::catch_unwind(|| target(&data));
            assert!(outcome.is_ok(), "fuzz/regressions/{name}/{file}");
        }
    }
}

#[test]
fn a_project_is_read_as_it_is_written() {
    let (files, environment) = targets::project(
        "a: 1\n=== b/c.sql\nselect\u{1} 1;\n=== ../d\nx\n=== $environment\nARGOCD_APP_NAMESPACE=n\n--image a=b\nc\n",
    );
    let expected = [("app.yaml", "a: 1\n"), ("b/c.sql", "select 1;\n")];
    assert_eq!(files, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
    assert_eq!(environment.namespace.as_deref(), Some("n"));
    assert_eq!(environment.flags.images, ["a=b\nc"]);
}
