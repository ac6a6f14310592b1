//! `generate diff --against REVISION` in checkouts that somebody else has prepared: nothing of theirs
//! runs, nothing stands in for the base, and what is read has bounds.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests write files and run programs")]
#![allow(clippy::print_stderr, reason = "a test without git says that it shows nothing")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TWO_TABLES: &str =
    "create table customers (id int primary key);\ncreate table orders (id int primary key);\n";
const ONE_TABLE: &str = "create table orders (id int primary key);\n";
const SPECS: &str = "\
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: shop-db}
spec: {engine: postgres, storage: 10Gi}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec: {database: shop-db, files: [schema/*.sql]}
";

/// A folder of a test's own, with a repository in it.
struct Repo(PathBuf);

/// A repository, or nothing where there is no `git` to make one.
fn repo(name: &str) -> Option<Repo> {
    let has_git = Command::new("git").arg("--version").output();
    if !has_git.is_ok_and(|output| output.status.success()) {
        eprintln!("there is no git: {name} shows nothing");
        return None;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("revision-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("repo")).unwrap();
    let repo = Repo(folder.canonicalize().unwrap().join("repo"));
    repo.git(&["init", "-q", "-b", "main", "."]);
    Some(repo)
}

/// One whose branch `main` has two tables, and whose branch `pr` drops one.
fn dropped(name: &str) -> Option<Repo> {
    let repo = repo(name)?;
    repo.write("deploy/app.yaml", SPECS);
    repo.write("deploy/schema/1.sql", TWO_TABLES);
    repo.commit("base");
    repo.git(&["checkout", "-q", "-b", "pr"]);
    repo.write("deploy/schema/1.sql", ONE_TABLE);
    repo.commit("change");
    Some(repo)
}

impl Repo {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.0).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.env("HOME", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@b");
        }
        command
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = self.command("git");
        let output = command.args(["-c", "protocol.file.allow=always"]).args(arguments);
        let output = output.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// What git prints when it is given some input.
    fn git_with(&self, arguments: &[&str], input: &[u8]) -> String {
        let file = self.0.join("../stdin");
        fs::write(&file, input).unwrap();
        let mut command = self.command("git");
        command.args(arguments).stdin(fs::File::open(&file).unwrap());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn clone_as(&self, name: &str, arguments: &[&str]) -> Repo {
        let target = self.0.join("..").join(name);
        let url = format!("file://{}", self.0.display());
        let all = [&["clone", "-q"], arguments, &[&url, target.to_str().unwrap()]].concat();
        self.git(&all);
        Repo(target.canonicalize().unwrap())
    }

    /// The program, with the `git` of `OLD_GIT` where that names a folder with one: before
    /// `safe.bareRepository` (2.38) and `GIT_NO_LAZY_FETCH` (2.45), our own care alone counts.
    fn generate(&self, program: &str) -> Command {
        let mut command = self.command(program);
        if let Some(old) = std::env::var_os("OLD_GIT") {
            assert!(Path::new(&old).join("git").is_file(), "there is no `git` in {old:?}");
            command.env("PATH", old);
        }
        command
    }

    fn diff_command(&self, against: &str, dir: &str) -> Command {
        let mut command = self.generate(env!("CARGO_BIN_EXE_generate"));
        command.args(["diff", "-q", "--deny", "destructive", "--against", against, dir]);
        command
    }

    fn diff(&self, against: &str, dir: &str) -> Said {
        Said::of(&self.diff_command(against, dir).output().unwrap())
    }

    /// The comparison with a revision itself.
    fn diff_itself(&self, against: &str, dir: &str) -> Said {
        Said::of(&self.diff_command(against, dir).arg("--no-merge-base").output().unwrap())
    }

    /// The drop is seen.
    fn assert_seen(&self, against: &str) {
        self.diff(against, "deploy").assert_seen();
    }
}

#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn of(output: &Output) -> Said {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    fn assert_seen(&self) {
        assert!(
            self.out.contains(
                "table `customers` stays in the database, where nothing manages it any more"
            ),
            "{self:?}"
        );
        assert_eq!(self.code, Some(1), "{self:?}");
    }

    /// It could not run, and says why.
    fn assert_refused(&self, why: &str) {
        assert!(self.err.contains(why), "{self:?}");
        assert_eq!((self.code, self.out.as_str()), (Some(2), ""), "{self:?}");
    }
}

/// A configuration that runs a command when an object is missing.
fn evil(proof: &Path) -> String {
    format!(
        "[core]\n\trepositoryformatversion = 1\n\tbare = true\n\
         \tfsmonitor = \"touch {proof}\"\n\tsshCommand = \"touch {proof}; false\"\n\
         \talternateRefsCommand = \"touch {proof}\"\n\tpager = \"touch {proof}\"\n\
         [extensions]\n\tpartialClone = evil\n\
         [protocol]\n\tallow = always\n[protocol \"file\"]\n\tallow = always\n[protocol \"ext\"]\n\tallow = always\n\
         [remote \"evil\"]\n\turl = .\n\tpromisor = true\n\tuploadpack = \"touch {proof}; false\" #\n\
         [fetch]\n\tbundleURI = https://127.0.0.1:1/\n[credential]\n\thelper = \"!touch {proof}\"\n\
         [diff]\n\texternal = \"touch {proof}\"\n[alias]\n\trev-parse = \"!touch {proof}\"\n\
         [pager]\n\tcat-file = \"touch {proof}\"\n",
        proof = proof.display(),
    )
}

#[test]
fn a_folder_that_looks_like_a_repository_is_none() {
    for (number, place) in ["deploy", "deploy/app", ".", "deploy/app/deeper"].iter().enumerate() {
        let Some(repo) = repo(&format!("bare-{number}")) else { return };
        repo.write("deploy/app/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
        let base = repo.commit("base");
        let proof = repo.0.join("../proof");
        repo.git(&["checkout", "-q", "-b", "pr"]);
        let write = |name: &str, text: &str| repo.write(&format!("{place}/{name}"), text);
        write("HEAD", "ref: refs/heads/main\n");
        write("objects/pack/keep", "");
        write("refs/remotes/origin/keep", "");
        // A commit that is not there, in the one place and in the other.
        let packed = format!("{base} refs/remotes/origin/main\n");
        write("packed-refs", &packed);
        write("config", &evil(&proof));
        repo.commit("pr");
        let victim = repo.clone_as("victim", &["-b", "pr"]);
        for dir in ["deploy", "deploy/app"] {
            for revision in ["origin/main", "refs/remotes/origin/main", &base] {
                let said = victim.diff(revision, dir);
                assert!(!proof.exists(), "{place}: {said:?}");
                assert_eq!(said.code, Some(0), "{place}: {said:?}");
            }
            let said = victim.diff("1234567890123456789012345678901234567890", dir);
            assert!(!proof.exists(), "{place}: {said:?}");
            assert_eq!(said.code, Some(2), "{place}: {said:?}");
        }
    }
}

#[test]
fn the_configuration_of_the_repository_itself_runs_nothing() {
    let Some(repo) = dropped("config") else { return };
    let proof = repo.0.join("../proof");
    let tree = repo.git(&["rev-parse", "main^{tree}"]);
    let gone = "1234567890123456789012345678901234567890";
    // Revisions whose commit, folder and file are missing.
    let commit = repo.git(&["commit-tree", "-m", "x", "-p", "main", &tree]);
    let folder = format!("040000 tree {gone}\tdeploy\0");
    let folder = repo.git_with(&["mktree", "--missing", "-z"], folder.as_bytes());
    let folder = repo.git(&["commit-tree", "-m", "x", &folder]);
    let file = format!("100644 blob {gone}\ta.yaml\0100644 blob {gone}\tb.png\0");
    let file = repo.git_with(&["mktree", "--missing", "-z"], file.as_bytes());
    let file = repo.git_with(&["mktree", "-z"], format!("040000 tree {file}\tdeploy\0").as_bytes());
    let file = repo.git(&["commit-tree", "-m", "x", &file]);
    repo.write(".git/refs/heads/gone", format!("{gone}\n"));
    let config = fs::read_to_string(repo.0.join(".git/config")).unwrap();
    repo.write(".git/config", config + &evil(&proof).replace("bare = true", "bare = false"));
    for revision in [gone, "gone", "gone~1", &folder, &file] {
        let said = repo.diff(revision, "deploy");
        assert!(!proof.exists(), "{revision}: {said:?}");
        said.assert_refused("fetch");
    }
    // All of this is there.
    for revision in ["main", &commit] {
        repo.assert_seen(revision);
        assert!(!proof.exists(), "{revision}");
    }
}

#[test]
fn a_file_that_a_partial_clone_lacks_is_named_and_not_fetched() {
    let Some(repo) = dropped("partial") else { return };
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = repo.clone_as("partial", &["--filter=blob:none", "-b", "pr"]);
    clone.diff("refs/remotes/origin/main", "deploy").assert_refused("no `--filter`");
    clone.git(&["checkout", "-q", "main"]);
    clone.git(&["checkout", "-q", "pr"]);
    clone.assert_seen("refs/remotes/origin/main");
}

#[test]
fn variables_of_git_are_not_passed_on() {
    let Some(repo) = dropped("variables") else { return };
    let proof = repo.0.join("../proof");
    let script = repo.0.join("../script");
    fs::write(&script, format!("#!/bin/sh\ntouch {}\n", proof.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.to_str().unwrap();
    let elsewhere = repo.0.join("../elsewhere");
    let elsewhere = elsewhere.to_str().unwrap();
    repo.git(&["init", "-q", elsewhere]);
    for (name, value) in [
        ("GIT_DIR", elsewhere),
        ("GIT_COMMON_DIR", elsewhere),
        ("GIT_OBJECT_DIRECTORY", elsewhere),
        ("GIT_WORK_TREE", elsewhere),
        ("GIT_NAMESPACE", "other"),
        ("GIT_EXEC_PATH", elsewhere),
        ("GIT_EXTERNAL_DIFF", script),
        ("GIT_SSH_COMMAND", script),
        ("GIT_PAGER", script),
        ("GIT_TRACE", proof.to_str().unwrap()),
        ("GIT_TRACE2_EVENT", proof.to_str().unwrap()),
        ("GIT_CONFIG_PARAMETERS", "'core.bare=wrong'"),
        ("GIT_CONFIG_GLOBAL", script),
        ("GIT_GRAFT_FILE", script),
        ("GIT_REPLACE_REF_BASE", "refs/heads/"),
        ("GIT_SHALLOW_FILE", script),
        ("GIT_LITERAL_PATHSPECS", "1"),
    ] {
        let mut command = repo.diff_command("main", "deploy");
        Said::of(&command.env(name, value).output().unwrap()).assert_seen();
        assert!(!proof.exists(), "{name}");
    }
    let mut command = repo.diff_command("main", "deploy");
    command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "core.repositoryFormatVersion");
    Said::of(&command.env("GIT_CONFIG_VALUE_0", "99").output().unwrap()).assert_seen();
}

#[test]
fn a_program_of_the_checkout_is_not_git() {
    let Some(repo) = dropped("path") else { return };
    let proof = repo.0.join("../proof");
    for place in ["git", "bin/git"] {
        repo.write(place, format!("#!/bin/sh\ntouch {}\n", proof.display()));
        fs::set_permissions(repo.0.join(place), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let own = std::env::var("PATH").unwrap();
    let whole = repo.0.join("bin");
    for path in [format!(":{own}"), format!(".:bin:{own}"), format!("{}:{own}", whole.display())] {
        let mut command = repo.diff_command("main", "deploy");
        Said::of(&command.env("PATH", &path).output().unwrap()).assert_seen();
        assert!(!proof.exists(), "{path}");
    }
    let mut command = repo.diff_command("main", "deploy");
    let said = Said::of(&command.env("PATH", ".:bin").output().unwrap());
    said.assert_refused("`git` is not installed");
}

#[test]
fn no_folder_stands_in_for_a_revision() {
    let Some(repo) = dropped("shadow") else { return };
    repo.write("origin/main/app.yaml", SPECS);
    repo.write("origin/main/schema/1.sql", ONE_TABLE);
    repo.commit("docs");
    // Without the branch there is an error, and with it the branch counts.
    repo.diff("origin/main", "deploy").assert_refused("`--against-dir origin/main`");
    repo.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    repo.assert_seen("origin/main");
    let mut command = repo.generate(env!("CARGO_BIN_EXE_generate"));
    command.args(["diff", "-q", "--against-dir", "origin/main", "deploy"]);
    let said = Said::of(&command.output().unwrap());
    assert_eq!((said.code, said.out.as_str()), (Some(0), "nothing changes\n"), "{said:?}");
}

#[test]
fn an_ambiguous_name_is_refused() {
    let Some(repo) = dropped("ambiguous") else { return };
    repo.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    repo.assert_seen("origin/main");
    // One and the same commit is not ambiguous.
    repo.git(&["tag", "-a", "-m", "x", "origin/main", "main"]);
    repo.assert_seen("origin/main");
    repo.git(&["tag", "-f", "origin/main", "pr"]);
    let said = repo.diff("origin/main", "deploy");
    said.assert_refused("`refs/remotes/origin/main` or `refs/tags/origin/main`");
    repo.diff("origin/main~0", "deploy").assert_refused("is ambiguous");
    repo.assert_seen("refs/remotes/origin/main");
    // A full name means nothing else either.
    repo.git(&["update-ref", "refs/tags/refs/remotes/origin/other", "pr"]);
    repo.git(&["update-ref", "refs/heads/refs/remotes/origin/other", "pr"]);
    repo.diff("refs/remotes/origin/other", "deploy").assert_refused("unknown revision");
    // Nor does what Git itself keeps.
    repo.git(&["update-ref", "refs/tags/FETCH_HEAD", "pr"]);
    repo.diff("FETCH_HEAD", "deploy").assert_refused("is ambiguous");
    let hash = repo.git(&["rev-parse", "main"]);
    let short = hash.get(..8).unwrap();
    repo.assert_seen(short);
    repo.assert_seen(&hash);
    for place in ["tags", "heads"] {
        repo.git(&["update-ref", &format!("refs/{place}/{short}"), "pr"]);
        repo.diff(short, "deploy").assert_refused("is ambiguous");
        repo.git(&["update-ref", "-d", &format!("refs/{place}/{short}")]);
    }
    repo.git(&["update-ref", &format!("refs/tags/v1-2-g{short}"), "pr"]);
    repo.diff(&format!("v1-2-g{short}"), "deploy").assert_refused("is ambiguous");
    repo.git(&["update-ref", "refs/remotes/upstream/HEAD", "pr"]);
    repo.git(&["update-ref", "refs/heads/upstream", "main"]);
    repo.diff("upstream", "deploy").assert_refused("is ambiguous");
}

#[test]
fn what_is_no_commit_is_refused() {
    let Some(repo) = dropped("revisions") else { return };
    let tree = repo.git(&["rev-parse", "main^{tree}"]);
    for revision in
        ["", "-x", "main:deploy", ":/base", "HEAD@{1}", "@{-1}", "main^{/base}", "a b", "main..pr"]
    {
        let argument = format!("--against={revision}");
        let mut command = repo.generate(env!("CARGO_BIN_EXE_generate"));
        let said = Said::of(&command.args(["diff", &argument, "deploy"]).output().unwrap());
        said.assert_refused("is not a revision that is taken here");
    }
    repo.diff(&tree, "deploy").assert_refused("is not a commit");
    repo.diff("nothing", "deploy").assert_refused("unknown revision `nothing`");
    repo.assert_seen("HEAD~1");
    repo.assert_seen("@^");
}

#[test]
fn a_revision_is_compared_at_its_merge_base() {
    let Some(repo) = repo("merge-base") else { return };
    repo.write("deploy/app.yaml", SPECS);
    repo.write("deploy/schema/1.sql", ONE_TABLE);
    let base = repo.commit("base");
    repo.git(&["checkout", "-q", "-b", "pr"]);
    let columns = ONE_TABLE.replace("key)", "key, paid bool)");
    repo.write("deploy/schema/1.sql", &columns);
    repo.commit("change");
    // Meanwhile others add a table, which the branch does not drop.
    repo.git(&["checkout", "-q", "main"]);
    repo.write("deploy/schema/1.sql", TWO_TABLES);
    let newer = repo.commit("others");
    repo.git(&["checkout", "-q", "pr"]);
    let said = repo.diff("main", "deploy");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("column `orders.paid` added"), "{said:?}");
    assert!(!said.out.contains("customers"), "{said:?}");

    let mut command = repo.generate(env!("CARGO_BIN_EXE_generate"));
    let said = Said::of(&command.args(["diff", "--against", "main", "deploy"]).output().unwrap());
    let short = base.get(..12).unwrap();
    let place = format!("compared with {short}, the merge base of `main` and HEAD");
    assert!(said.err.contains(&place), "{said:?}");

    repo.diff_itself("main", "deploy").assert_seen();

    // As it will be after the merge: the revision is its own merge base.
    repo.git(&["merge", "-q", "-s", "ours", "-m", "merge", "main"]);
    repo.assert_seen("main");
    // Two lines that were merged into each other have no one base.
    repo.git(&["checkout", "-q", "-b", "other", &newer]);
    repo.git(&["merge", "-q", "-s", "ours", "-m", "merge", "pr~1"]);
    repo.diff("pr", "deploy").assert_refused("several merge bases");
    // Nor have those without a common beginning, or with one that is not in this clone.
    repo.git(&["checkout", "-q", "--orphan", "island"]);
    repo.write("deploy/schema/1.sql", ONE_TABLE);
    repo.commit("island");
    repo.diff("main", "deploy").assert_refused("no commit in common");
    repo.diff_itself("main", "deploy").assert_seen();
}

#[test]
fn neither_replacements_nor_grafts_change_the_base() {
    let Some(repo) = dropped("replace") else { return };
    let (base, change) = (repo.git(&["rev-parse", "main"]), repo.git(&["rev-parse", "pr"]));
    repo.git(&["replace", &base, &change]);
    repo.assert_seen("main");
    repo.git(&["replace", "-d", &base]);
    let old = repo.git(&["rev-parse", "main:deploy/schema/1.sql"]);
    let new = repo.git(&["rev-parse", "pr:deploy/schema/1.sql"]);
    repo.git(&["replace", &old, &new]);
    repo.assert_seen("main");
    repo.git(&["replace", "-d", &old]);
    // Without it, the change has one that drops nothing for its parent.
    let tree = repo.git(&["rev-parse", "pr^{tree}"]);
    let other = repo.git(&["commit-tree", "-m", "x", &tree]);
    repo.write(".git/info/grafts", format!("{change} {other}\n"));
    repo.assert_seen("HEAD~1");
}

#[test]
fn other_kinds_of_checkout_are_read() {
    let Some(repo) = dropped("kinds") else { return };
    repo.clone_as("shared", &["--no-local", "-b", "pr"]).assert_seen("origin/main");
    repo.git(&["clone", "-q", "--shared", "-b", "pr", ".", "../alternates"]);
    Repo(repo.0.join("../alternates").canonicalize().unwrap()).assert_seen("origin/main");
    repo.git(&["worktree", "add", "-q", "--detach", "../worktree", "pr"]);
    Repo(repo.0.join("../worktree").canonicalize().unwrap()).assert_seen("main");
    repo.git(&["init", "-q", "--object-format=sha1", "--separate-git-dir", "../apart"]);
    repo.assert_seen("main");
    // What is checked out is no repository, whatever names it.
    fs::rename(repo.0.join("../apart"), repo.0.join("deploy/data")).unwrap();
    repo.write(".git", "gitdir: deploy/data\n");
    repo.diff("main", "deploy").assert_refused("names no Git repository");
    fs::remove_file(repo.0.join(".git")).unwrap();
    symlink("deploy/data", repo.0.join(".git")).unwrap();
    repo.diff("main", "deploy").assert_refused("is neither a folder nor a file");
}

#[test]
fn neither_a_link_nor_a_submodule_moves_the_directory() {
    let Some(repo) = dropped("moved") else { return };
    fs::rename(repo.0.join("deploy"), repo.0.join("moved")).unwrap();
    symlink("moved", repo.0.join("deploy")).unwrap();
    repo.commit("a link");
    for dir in ["deploy", "deploy/", "./deploy/."] {
        repo.diff("main", dir).assert_refused("deploy` is a symbolic link");
    }
    let whole = repo.0.join("deploy");
    repo.diff("main", whole.to_str().unwrap()).assert_refused("is a symbolic link");
    let said = repo.diff("main", "moved");
    assert!(said.err.contains("is not in `main`: all of it is new"), "{said:?}");

    let Some(inner) = dropped("moved-inner") else { return };
    inner.git(&["branch", "-f", "main", "pr"]);
    fs::remove_file(repo.0.join("deploy")).unwrap();
    repo.git(&["rm", "-q", "--cached", "deploy"]);
    repo.git(&["submodule", "--quiet", "add", inner.0.to_str().unwrap(), "deploy"]);
    repo.diff("main", "deploy/deploy").assert_refused("is a repository inside another one");
    let inside = Repo(repo.0.join("deploy"));
    assert_eq!(inside.diff("origin/main", "deploy").code, Some(0));
    // A submodule inside of the directory: what was in it is not known.
    repo.git(&["mv", "deploy", "moved/part"]);
    repo.commit("a submodule");
    fs::remove_dir_all(repo.0.join("moved/part")).unwrap();
    let said = repo.diff("HEAD", "moved");
    assert!(said.err.contains("is a submodule"), "{said:?}");
    assert_eq!(said.code, Some(1), "{said:?}");
}

#[test]
fn old_encodings_and_links_are_read_as_on_the_disk() {
    let Some(repo) = repo("disk") else { return };
    repo.write("deploy/app.yaml", SPECS);
    repo.write(
        "deploy/schema/1.sql",
        b"-- caf\xe9\ncreate table customers (id int primary key);\n",
    );
    let utf_16: Vec<u8> =
        "\u{feff}create table u (id int);\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    repo.write("deploy/schema/2.sql", utf_16);
    repo.write("deploy/texts/3.txt", "create table l (id int);\n");
    repo.write("deploy/.hidden/4.sql", "create table h (id int);\n");
    symlink("../texts/3.txt", repo.0.join("deploy/schema/3.sql")).unwrap();
    symlink("../../deploy/schema/3.sql", repo.0.join("deploy/schema/4.sql")).unwrap();
    symlink("../.hidden/4.sql", repo.0.join("deploy/schema/5.sql")).unwrap();
    symlink("nothing", repo.0.join("deploy/schema/6.sql")).unwrap();
    symlink("texts", repo.0.join("deploy/folder")).unwrap();
    symlink("7.sql", repo.0.join("deploy/schema/7.sql")).unwrap();
    repo.commit("base");
    let said = repo.diff("HEAD", "deploy");
    assert_eq!((said.code, said.out.as_str()), (Some(0), "nothing changes\n"), "{said:?}");
    for number in 1..=2 {
        fs::remove_file(repo.0.join(format!("deploy/schema/{number}.sql"))).unwrap();
    }
    fs::remove_file(repo.0.join("deploy/schema/4.sql")).unwrap();
    let said = repo.diff("HEAD", "deploy");
    said.assert_seen();
    assert!(said.out.contains("table `u` stays in the database"), "{said:?}");
    // What would be an error on the disk is one there: the verdict is not known.
    for (target, why) in
        [("../../x.yaml", "leads out of the directory"), (".hidden/a.yaml", "a hidden file")]
    {
        symlink(target, repo.0.join("deploy/b.yaml")).unwrap();
        repo.commit("a link");
        fs::remove_file(repo.0.join("deploy/b.yaml")).unwrap();
        let said = repo.diff("HEAD", "deploy");
        assert!(said.err.contains(why), "{said:?}");
        assert_eq!(said.code, Some(1), "{said:?}");
    }
}

#[test]
fn large_files_of_a_revision_are_not_read() {
    let Some(repo) = dropped("large") else { return };
    repo.git(&["checkout", "-q", "main"]);
    for name in ["video.bin", "schema/9.sql.gz"] {
        let file = fs::File::create(repo.0.join("deploy").join(name)).unwrap();
        file.set_len(120 * 1024 * 1024).unwrap();
    }
    repo.commit("large");
    repo.git(&["checkout", "-q", "pr"]);
    // A bound on the address space, which git inherits: what is counted of a child of this process
    // begins with the memory of this process.
    let mut command = repo.generate("/bin/sh");
    command.args(["-c", "ulimit -v 131072 && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_generate")]);
    command.args([
        "diff",
        "-q",
        "--deny",
        "destructive",
        "--against",
        "main",
        "--no-merge-base",
        "deploy",
    ]);
    Said::of(&command.output().unwrap()).assert_seen();
    // One that would be read is an error, as on the disk.
    repo.git(&["checkout", "-q", "main"]);
    fs::File::create(repo.0.join("deploy/b.yaml")).unwrap().set_len(9 * 1024 * 1024).unwrap();
    repo.commit("large");
    repo.git(&["checkout", "-q", "pr"]);
    let said = repo.diff_itself("main", "deploy");
    assert!(said.err.contains("the file has more than 8388608 bytes"), "{said:?}");
    said.assert_seen();
}

#[test]
fn folders_within_folders_have_an_end() {
    let Some(repo) = dropped("bomb") else { return };
    let blob = repo.git_with(&["hash-object", "-w", "--stdin"], b"x");
    let mut entries: String = (0..10).map(|n| format!("100644 blob {blob}\tf{n}\0")).collect();
    for _ in 0..12 {
        let tree = repo.git_with(&["mktree", "-z"], entries.as_bytes());
        entries = (0..10).map(|n| format!("040000 tree {tree}\td{n}\0")).collect();
    }
    let tree = repo.git_with(&["mktree", "-z"], entries.as_bytes());
    let tree = repo.git_with(&["mktree", "-z"], format!("040000 tree {tree}\tdeploy\0").as_bytes());
    let commit = repo.git(&["commit-tree", "-m", "x", &tree]);
    let said = repo.diff_itself(&commit, "deploy");
    assert!(said.err.contains("more than 100000 files and folders"), "{said:?}");
    assert_eq!(said.code, Some(1), "{said:?}");
    // And so has a chain of them.
    let mut tree = repo.git_with(&["mktree", "-z"], format!("100644 blob {blob}\tf\0").as_bytes());
    for _ in 0..80 {
        tree = repo.git_with(&["mktree", "-z"], format!("040000 tree {tree}\td\0").as_bytes());
    }
    let tree = repo.git_with(&["mktree", "-z"], format!("040000 tree {tree}\tdeploy\0").as_bytes());
    let commit = repo.git(&["commit-tree", "-m", "x", &tree]);
    let said = repo.diff_itself(&commit, "deploy");
    assert!(said.err.contains("folders more than 64 deep"), "{said:?}");
    assert_eq!(said.code, Some(1), "{said:?}");
}
