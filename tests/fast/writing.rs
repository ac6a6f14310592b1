//! What is written stays where it was named: `sum`, `init`, `graph -o` and `-o` in checkouts with
//! links in them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests write files and run the binary")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

/// A folder with a checkout in `repo` and a home beside it, in which nothing may change.
fn checkout(name: &str) -> PathBuf {
    checkout_in(Path::new(env!("CARGO_TARGET_TMPDIR")), name)
}

fn checkout_in(place: &Path, name: &str) -> PathBuf {
    let folder = place.join(format!("writing-{name}"));
    let _ = fs::remove_dir_all(&folder);
    for path in ["repo/.git", "repo/deploy/migrations", "home/empty"] {
        fs::create_dir_all(folder.join(path)).unwrap();
    }
    fs::write(folder.join("repo/deploy/app.yaml"), CONFIG).unwrap();
    fs::write(folder.join("repo/deploy/migrations/1.sql"), "select 1;\n").unwrap();
    fs::write(folder.join("home/profile"), "precious").unwrap();
    folder.canonicalize().unwrap().join("repo")
}

fn generate(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_generate"));
    command.env_clear().current_dir(directory).args(arguments).output().unwrap()
}

/// It is refused, for a link, and nothing has come to the home.
fn assert_refused(repo: &Path, arguments: &[&str]) {
    let output = generate(repo, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("is a symbolic link"), "{arguments:?}: {said}");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    let home = repo.join("../home");
    assert_eq!(fs::read_to_string(home.join("profile")).unwrap(), "precious", "{arguments:?}");
    assert_eq!(fs::read_dir(home.join("empty")).unwrap().count(), 0, "{arguments:?}");
    assert_eq!(fs::read_dir(home).unwrap().count(), 2, "{arguments:?}");
}

#[test]
fn nothing_is_written_through_a_link() {
    let repo = checkout("links");
    symlink("../../../home/profile", repo.join("deploy/migrations/atlas.sum")).unwrap();
    symlink("../home/profile", repo.join("waves.html")).unwrap();
    symlink("../home/new.yaml", repo.join("all.yaml")).unwrap();
    symlink("../home/empty", repo.join("out")).unwrap();
    symlink("../../home/empty", repo.join("deploy/m")).unwrap();
    fs::create_dir(repo.join("fresh")).unwrap();
    symlink("../../home/empty", repo.join("fresh/schema")).unwrap();
    let whole = |path: &str| repo.join(path).to_str().unwrap().to_owned();
    assert_refused(&repo, &["sum", "deploy/migrations"]);
    assert_refused(&repo, &["sum", &whole("deploy/migrations")]);
    for path in ["waves.html", "out/waves.html", "./out/../out/waves.html", "out/x/waves.html"] {
        for path in [path, &whole(path)] {
            assert_refused(&repo, &["graph", "--format", "html", "-o", path, "-q", "deploy"]);
        }
    }
    for path in ["all.yaml", "out", "out/", "out/.", "out/all.yaml", "out/x/", "deploy/../out/"] {
        for path in [path, &whole(path)] {
            assert_refused(&repo, &["-o", path, "-q", "deploy"]);
        }
        // From elsewhere the checkout is known by its `.git`.
        let deploy = whole("deploy");
        assert_refused(&repo.join("../repo"), &["-o", &whole(path), "-q", &deploy]);
    }
    assert_refused(&repo, &["init", "shop", "--dir", "fresh"]);
    assert_refused(&repo, &["init", "shop", "--dir", "out"]);
    assert_refused(&repo, &["init", "shop", "--dir", "out/x"]);
    assert_eq!(fs::read_dir(repo.join("fresh")).unwrap().count(), 1, "not even a part");
}

#[test]
fn from_elsewhere_a_checkout_is_known_by_its_git() {
    // Not below the checkout of this project.
    let place = std::env::temp_dir().join(format!("writing-{}", std::process::id()));
    let repo = checkout_in(&place, "elsewhere");
    let folder = repo.parent().unwrap();
    symlink("../home/empty", repo.join("out")).unwrap();
    // A link of the machine's owner leads into the checkout, and is itself no harm.
    symlink("repo", folder.join("owner")).unwrap();
    let generate_to = |path: &Path| {
        let (path, deploy) = (path.to_str().unwrap(), repo.join("deploy"));
        generate(Path::new("/"), &["-o", path, "-q", deploy.to_str().unwrap()])
    };
    for path in ["repo/out/all.yaml", "owner/out/all.yaml"] {
        let output = generate_to(&folder.join(path));
        assert_eq!(output.status.code(), Some(2), "{path}");
        assert_eq!(fs::read_dir(folder.join("home/empty")).unwrap().count(), 0, "{path}");
    }
    let output = generate_to(&folder.join("owner/all.yaml"));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(repo.join("all.yaml").is_file());
    fs::remove_dir_all(place).unwrap();
}

#[test]
fn what_is_replaced_keeps_its_mode_and_its_other_names() {
    let repo = checkout("replaced");
    let sum = repo.join("deploy/migrations/atlas.sum");
    let other = repo.join("../home/other");
    fs::write(&sum, "old").unwrap();
    fs::set_permissions(&sum, fs::Permissions::from_mode(0o640)).unwrap();
    fs::hard_link(&sum, &other).unwrap();
    let output = generate(&repo, &["sum", "deploy/migrations"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::read_to_string(&sum).unwrap().starts_with("h1:"));
    assert_eq!(sum.metadata().unwrap().mode() & 0o777, 0o640);
    assert_eq!(fs::read_to_string(other).unwrap(), "old");
    assert_eq!(fs::read_dir(repo.join("deploy/migrations")).unwrap().count(), 2, "nothing is left");
}

#[test]
fn devices_and_pipes_that_are_named_are_written_to() {
    let repo = checkout("devices");
    for path in ["/dev/stdout", "/dev/fd/1"] {
        let output = generate(&repo, &["-o", path, "-q", "deploy"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{path}: {said}");
        assert!(String::from_utf8(output.stdout).unwrap().contains("kind: ConfigMap"), "{path}");
    }
    let output = generate(&repo, &["-o", "/dev/null", "-q", "deploy"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(!Path::new("/dev/null").is_file());
}

#[test]
fn migrations_are_renamed_to_come_last() {
    let repo = checkout("rebase");
    let folder = repo.join("deploy/migrations");
    let migration = |name: &str| fs::write(folder.join(name), format!("-- {name}\n")).unwrap();
    let names = || {
        let mut names: Vec<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    for entry in fs::read_dir(&folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    for name in ["20260101_a.sql", "20260201_b.sql", "20260105_late.sql", "20260106_later.sql"] {
        migration(name);
    }
    let sum = "deploy/migrations";
    let rebase = ["--rebase", "20260106_later.sql", "--rebase", "20260105_late.sql"];
    let output = generate(&repo, &[&["sum", sum][..], &rebase].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("renamed 20260105_late.sql to 20260202_late.sql\n"), "{said}");
    let expected = [
        "20260101_a.sql",
        "20260201_b.sql",
        "20260202_late.sql",
        "20260203_later.sql",
        "atlas.sum",
    ];
    assert_eq!(names(), expected);
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(text("20260203_later.sql"), "-- 20260106_later.sql\n");
    let order = ["a.sql h1:", "b.sql h1:", "late.sql h1:", "later.sql h1:"];
    let found: Vec<usize> = order.map(|name| text("atlas.sum").find(name).unwrap()).to_vec();
    assert!(found.is_sorted(), "{}", text("atlas.sum"));
    // What cannot be done changes nothing.
    migration("20260203_taken.sql");
    for (name, why) in [
        ("x/20260101_a.sql", "there is no migration"),
        ("20260101_b.sql", "there is no migration"),
        ("../atlas.sum", "there is no migration"),
    ] {
        let output = generate(&repo, &["sum", sum, "--rebase", name]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(why), "{name}");
    }
    for name in ["9_last.sql", "20260101_a.sql"] {
        if name == "9_last.sql" {
            migration(name);
            continue;
        }
        let output = generate(&repo, &["sum", sum, "--rebase", name]);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("no version comes after that of `9_last.sql`"), "{said}");
        assert!(names().contains(&name.to_owned()));
    }
}

#[test]
fn a_name_is_no_line_of_the_checksum_file() {
    let repo = checkout("names");
    fs::write(repo.join("deploy/migrations/2\ntouch x.sql"), "select 1;\n").unwrap();
    let output = generate(&repo, &["sum", "deploy/migrations"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(r"`2\ntouch x.sql` has a control character"), "{said}");
    assert!(!repo.join("deploy/migrations/atlas.sum").exists());
}

#[test]
fn a_folder_that_becomes_a_link_is_not_written_through() {
    let repo = checkout("race");
    let (own, away) = (repo.join("out"), repo.join("away"));
    fs::create_dir(&own).unwrap();
    let is_over = AtomicBool::new(false);
    let mut n_written = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                fs::rename(&own, &away).unwrap();
                symlink("../home/empty", &own).unwrap();
                std::thread::yield_now();
                fs::remove_file(&own).unwrap();
                fs::rename(&away, &own).unwrap();
                // Long enough for a write now and then.
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        for _ in 0..150 {
            let written = generate(&repo, &["-o", "out/all.yaml", "-q", "deploy"]);
            n_written += usize::from(written.status.success());
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert_eq!(fs::read_dir(repo.join("../home/empty")).unwrap().count(), 0);
    assert!(n_written > 0, "nothing was written: this shows nothing");
}
