//! Golden cases: folders under `testdata/`, described in `testdata/README.md`. Every case runs the
//! real binary in an empty environment, and its input goes through the shared invariants.
#![expect(clippy::disallowed_methods, reason = "cases are read from the disk, the binary is run")]
#![expect(clippy::unwrap_used, reason = "a broken case fails its test")]
#![expect(clippy::print_stderr, reason = "what was not run is said")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};

use argocd_atlas_plugin::environment::{self, Environment};
use common::File;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = cases().into_iter().map(trial).collect();
    trials.extend(page_trials());
    trials.extend(example_trials());
    trials.push(Trial::test("shuffled_creation_order", shuffled_creation_order));
    let code = libtest_mimic::run(&arguments, trials).exit_code();
    // The last thing that `cargo test` prints.
    eprintln!(
        "\nThe slow suites (hostile input, real servers, Argo CD, a browser) have not run: `.ci/run`, docs/testing.md."
    );
    code
}

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// `testdata/<group>/<case>`, sorted.
fn cases() -> Vec<PathBuf> {
    // `tests/fast/mistakes.rs` runs those.
    let is_group = |path: &PathBuf| path.is_dir() && name(path) != "mistakes";
    let groups = entries(&testdata()).into_iter().filter(is_group);
    groups.flat_map(|group| entries(&group)).collect()
}

fn trial(case: PathBuf) -> Trial {
    let group = case.parent().map(name).unwrap_or_default();
    Trial::test(format!("{group}/{}", name(&case)), move || check(&case))
}

fn is_blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}

/// Runs all commands of a case and compares, or with `BLESS=1` writes, what they print.
fn check(case: &Path) -> Result<(), Failed> {
    let has_readme =
        fs::read_to_string(case.join("README.md")).is_ok_and(|text| !text.trim().is_empty());
    ensure(has_readme, "a case says in its README.md what it shows")?;
    let directory = prepared(case);
    let variables = variables(case)?;
    let mut expected_names = BTreeSet::new();
    let mut problems = Vec::new();
    for command in commands(case) {
        let output = run(&command, &directory, &variables);
        for (file, actual) in expectations(&command, &output) {
            expected_names.insert(file.clone());
            problems.extend(compare(&case.join(file), &actual));
        }
    }
    problems.extend(unknown_files(case, &expected_names));
    ensure(problems.is_empty(), &problems.join("\n"))?;
    if !common::is_thorough() {
        return Ok(());
    }
    always(&directory, &variables)?;
    if let Some(files) = texts(&directory.join("input")) {
        let environment = environment(&variables);
        common::invariants(&files, &environment);
        // The fuzzer begins with these inputs.
        common::pictures::check(&common::compile(&files, &environment));
    }
    Ok(())
}

fn ensure(holds: bool, message: &str) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(Failed::from(message.to_owned())) }
}

/// `manifests`, and one command for each line of the file `commands`.
fn commands(case: &Path) -> Vec<String> {
    let more = fs::read_to_string(case.join("commands")).unwrap_or_default();
    let more = more.lines().map(str::trim).filter(|line| !line.is_empty());
    std::iter::once("manifests").chain(more).map(str::to_owned).collect()
}

/// `explain App/shop` is `explain-App-shop`.
fn stem(command: &str) -> String {
    let words = command.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

fn extension(command: &str) -> &'static str {
    match command {
        "manifests" => "yaml",
        command if command.ends_with("json") => "json",
        _ => "txt",
    }
}

/// The files that say what a command prints: absent means empty, silent, 0.
fn expectations(command: &str, output: &Output) -> [(String, String); 3] {
    let stem = stem(command);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    // Messages name files from where the command runs, which is the folder above `input`.
    let told = text(&output.stderr).replace("input/", "");
    let code = output.status.code().map_or("killed".to_owned(), |code| code.to_string());
    let exit = if code == "0" { String::new() } else { format!("{code}\n") };
    [
        (format!("{stem}.stdout.{}", extension(command)), text(&output.stdout)),
        (format!("{stem}.stderr.txt"), told),
        (format!("{stem}.exit"), exit),
    ]
}

fn run(command: &str, directory: &Path, variables: &[(String, String)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_generate"))
        .args(command.split_whitespace())
        .arg("input")
        .current_dir(directory)
        .env_clear()
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap()
}

fn compare(file: &Path, actual: &str) -> Option<String> {
    let expected = fs::read_to_string(file).unwrap_or_default();
    if expected == actual {
        return None;
    }
    if is_blessing() {
        match actual.is_empty() {
            true => fs::remove_file(file).unwrap(),
            false => fs::write(file, actual).unwrap(),
        }
        return None;
    }
    Some(difference(&name(file), &expected, actual))
}

/// The first lines that differ, each side with a few lines around them.
fn difference(file: &str, expected: &str, actual: &str) -> String {
    let pairs = expected.lines().zip(actual.lines());
    let same = pairs.take_while(|(one, other)| one == other).count();
    let from = same.saturating_sub(3);
    let part = |text: &str, sign: &str| -> String {
        text.lines().skip(from).take(12).map(|line| format!("{sign} {line}\n")).collect()
    };
    let (expected, actual) = (part(expected, "-"), part(actual, "+"));
    format!("{file} differs from line {} (BLESS=1 accepts it):\n{expected}{actual}", same + 1)
}

fn unknown_files(case: &Path, expected: &BTreeSet<String>) -> Vec<String> {
    const KNOWN: [&str; 5] = ["README.md", "input", "input.setup", "env", "commands"];
    let names = entries(case).iter().map(|path| name(path)).collect::<Vec<_>>();
    let is_unknown = |name: &&String| !KNOWN.contains(&name.as_str()) && !expected.contains(*name);
    names.iter().filter(is_unknown).map(|name| format!("`{name}` belongs to no command")).collect()
}

/// `NAME=value` lines of the file `env`: the whole environment of the binary.
fn variables(case: &Path) -> Result<Vec<(String, String)>, Failed> {
    let text = fs::read_to_string(case.join("env")).unwrap_or_default();
    let line = |line: &str| {
        let pair = line.split_once('=').ok_or_else(|| format!("env: `{line}` is no NAME=value"))?;
        Ok((pair.0.to_owned(), pair.1.to_owned()))
    };
    text.lines().filter(|line| !line.is_empty()).map(line).collect()
}

fn environment(variables: &[(String, String)]) -> Environment {
    let pairs = variables.iter().map(|(name, value)| (name.into(), value.into()));
    environment::from_variables(pairs)
}

/// Whether a line is the first one of a diagnostic: `path:line:col: severity[code]: cause`.
fn is_headline(line: &str) -> bool {
    ["error", "warning", "note"].iter().any(|word| line.contains(&format!(": {word}[")))
}

/// What holds for every case, whatever it expects.
fn always(directory: &Path, variables: &[(String, String)]) -> Result<(), Failed> {
    let manifests = run("manifests", directory, variables);
    ensure(manifests == run("manifests", directory, variables), "two runs print the same")?;
    // `manifests` is about one environment, and `check` about all unless it is told.
    let names_environment = |(name, value): &(String, String)| {
        name.contains("ENVIRONMENT") || value.contains("\"environment\"")
    };
    let command = match variables.iter().any(names_environment) {
        true => "check",
        false => "check --environment=",
    };
    let check = run(command, directory, variables);
    ensure(check.stdout.is_empty(), "`check` prints nothing on standard output")?;
    // Only `check` says which comments accept what is not there.
    let unused = |line: &&str| line.contains("note[unused-acceptance]: ");
    match String::from_utf8_lossy(&check.stderr).lines().any(|line| unused(&line)) {
        false => ensure(check.stderr == manifests.stderr, "`check` finds what `manifests` finds")?,
        true => {
            let [found, expected] = [&check, &manifests].map(|output| {
                let text = String::from_utf8_lossy(&output.stderr);
                let lines = text.lines().filter(|line| is_headline(line) && !unused(line));
                lines.map(str::to_owned).collect::<Vec<_>>()
            });
            ensure(found == expected, "`check` finds what `manifests` finds, and unused comments")?;
        }
    }
    ensure(check.status.code() == manifests.status.code(), "`check` exits as `manifests` does")?;
    let json = run(&format!("{command} --format json"), directory, variables);
    ensure(json.stderr.is_empty(), "`check --format json` prints nothing on standard error")?;
    ensure(json.status.code() == manifests.status.code(), "and exits as `manifests` does")?;
    let parsed: Result<serde_json::Value, _> = serde_json::from_slice(&json.stdout);
    ensure(parsed.is_ok(), "`check --format json` prints JSON")?;
    let failed = manifests.status.code() != Some(0);
    ensure(!failed || manifests.stdout.is_empty(), "an error means empty standard output")?;
    ensure(!failed || !manifests.stderr.is_empty(), "an error is never silent")?;
    Ok(())
}

/// The folder that holds `input`: the case itself, or a copy that `input.setup` has changed.
fn prepared(case: &Path) -> PathBuf {
    let Ok(setup) = fs::read_to_string(case.join("input.setup")) else { return case.to_owned() };
    let group = case.parent().map(name).unwrap_or_default();
    let copy = scratch(&format!("{group}-{}", name(case)));
    let input = copy.join("input");
    fs::create_dir_all(&input).unwrap();
    if case.join("input").is_dir() {
        copy_folder(&case.join("input"), &input);
    }
    for line in setup.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        change(line, &input);
    }
    copy
}

/// An empty folder below the target directory.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in entries(from) {
        let target = to.join(name(&path));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// One line of `input.setup`; see `testdata/README.md`.
fn change(line: &str, input: &Path) {
    let mut words = line.splitn(3, ' ');
    let (verb, path) = (words.next().unwrap(), input.join(words.next().unwrap()));
    let rest = words.next().unwrap_or_default();
    let text = || fs::read_to_string(&path).unwrap();
    match verb {
        "crlf" => fs::write(&path, text().replace('\n', "\r\n")).unwrap(),
        "bom" => fs::write(&path, format!("\u{feff}{}", text())).unwrap(),
        "bytes" => {
            let byte = |pair: &str| u8::from_str_radix(pair, 16).unwrap();
            fs::write(&path, rest.split(' ').map(byte).collect::<Vec<u8>>()).unwrap();
        }
        "repeat" => {
            let (count, line) = rest.split_once(' ').unwrap();
            let lines =
                (0..count.parse::<usize>().unwrap()).map(|n| line.replace("{n}", &n.to_string()));
            fs::write(&path, lines.map(|line| line + "\n").collect::<String>()).unwrap();
        }
        "count" => {
            let (count, line) = rest.split_once(' ').unwrap();
            let line = line.replace("\\n", "\n");
            let lines = (0..count.parse::<usize>().unwrap())
                .map(|n| line.replace("{n}", &n.to_string()) + "\n");
            append(&path, &lines.collect::<String>());
        }
        "repeat+" => {
            let (count, line) = rest.split_once(' ').unwrap();
            append(&path, &format!("{line}\n").repeat(count.parse().unwrap()));
        }
        "wide" => {
            let (count, text) = rest.split_once(' ').unwrap();
            append(&path, &text.repeat(count.parse().unwrap()));
        }
        "size" => fs::File::create(&path).unwrap().set_len(rest.parse().unwrap()).unwrap(),
        "files" => {
            let prefix = path.to_str().unwrap();
            fs::create_dir_all(prefix.rsplit_once('/').unwrap().0).unwrap();
            for n in 0..rest.parse().unwrap() {
                fs::write(format!("{prefix}{n}.txt"), "").unwrap();
            }
        }
        "pipe" => assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()),
        "folder" => fs::create_dir_all(&path).unwrap(),
        "link" => std::os::unix::fs::symlink(rest, &path).unwrap(),
        _ => unreachable!("`{verb}` is no verb of input.setup"),
    }
}

fn append(path: &Path, text: &str) {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// What goes through the invariants at most: they read it over and over.
const SMALL: usize = 3 << 20;

/// Every file of a folder by its path, sorted as `read` sorts them; nothing when one is no
/// text, a pipe or a link, which only `read` knows how to refuse, or when there is very much of it.
fn texts(input: &Path) -> Option<Vec<File>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![(input.to_owned(), String::new())];
    let mut left = SMALL;
    while let Some((folder, prefix)) = folders.pop() {
        for path in entries(&folder) {
            let below = format!("{prefix}{}", name(&path));
            if name(&path).starts_with('.') {
                continue;
            }
            if path.is_symlink() {
                return None;
            }
            if path.is_dir() {
                folders.push((path, format!("{below}/")));
                continue;
            }
            let size = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?.len();
            // A file costs something, however little is in it.
            left = left.checked_sub(usize::try_from(size).ok()? + 256)?;
            files.insert(below, fs::read_to_string(&path).ok()?);
        }
    }
    Some(files.into_iter().collect())
}

/// The same files, created in a hundred different orders: what a directory lists first depends on
/// that on some file systems, and the output must not.
fn shuffled_creation_order() -> Result<(), Failed> {
    let input = testdata().join("project/shop/input");
    let files = texts(&input).ok_or("project/shop holds only texts")?;
    let mut outputs = BTreeSet::new();
    for round in 0..100 {
        let folder = scratch("shuffled");
        for (path, text) in shuffled(&files, round) {
            let target = folder.join("input").join(path);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::write(target, text).unwrap();
        }
        let output = run("manifests", &folder, &[]);
        outputs.insert((output.stdout, output.stderr, output.status.code()));
    }
    ensure(outputs.len() == 1, "one output for all orders")
}

/// Another order for every number, by a small linear congruential generator.
fn shuffled(files: &[File], round: u64) -> Vec<File> {
    let mut state = round.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    let mut keyed: Vec<(u64, File)> = files
        .iter()
        .map(|file| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33, file.clone())
        })
        .collect();
    keyed.sort();
    keyed.into_iter().map(|(_, file)| file).collect()
}

/// `docs/diagnostics.md`: a trial for every section.
fn page_trials() -> Vec<Trial> {
    let page = fs::read_to_string(page_path()).unwrap();
    let sections = page.split("\n## ").skip(1);
    let trial = |section: &str| {
        let code = section.lines().next().unwrap().to_owned();
        Trial::test(format!("docs/{code}"), move || page_section(&code))
    };
    // Blessing rewrites one file, so the sections wait for each other.
    match is_blessing() {
        false => sections.map(trial).collect(),
        true => {
            let codes: Vec<String> =
                sections.map(|section| section.lines().next().unwrap().to_owned()).collect();
            let all = move || codes.iter().try_for_each(|code| page_section(code));
            vec![Trial::test("docs", all)]
        }
    }
}

fn page_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnostics.md")
}

/// Runs the example of a code and compares what is printed with what the page shows.
fn page_section(code: &str) -> Result<(), Failed> {
    let page = fs::read_to_string(page_path()).unwrap();
    let heading = format!("\n## {code}\n");
    let (before, rest) = page.split_once(&heading).ok_or("the section is there")?;
    let (section, after) = match rest.split_once("\n## ") {
        Some((section, after)) => (section, format!("\n## {after}")),
        None => (rest, String::new()),
    };
    let known = argocd_atlas_plugin::diag::Code::ALL.iter().find(|known| known.name() == code);
    let severity = known.map(|known| known.severity().word());
    let written = section.lines().find(|line| !line.is_empty());
    ensure(written == severity, &format!("{code} is of severity {severity:?}"))?;
    let printed = run_example(code, section);
    ensure(
        printed.contains(&format!("[{code}]: ")),
        &format!("{code} is not printed:\n{printed}"),
    )?;
    let (head, rest) = section.split_once("```text\n").ok_or("the page shows what is printed")?;
    let (shown, tail) = rest.split_once("```").ok_or("the fence is closed")?;
    if shown == printed {
        return Ok(());
    }
    if is_blessing() {
        let page = format!("{before}{heading}{head}```text\n{printed}```{tail}{after}");
        fs::write(page_path(), page).unwrap();
        return Ok(());
    }
    Err(Failed::from(difference(code, shown, &printed)))
}

/// Where an example of a change keeps the state before.
const BEFORE: &str = ".before";

/// What the program prints to standard error for the example of a section.
fn run_example(code: &str, section: &str) -> String {
    let folder = scratch(&format!("docs-{code}"));
    let mut variables = Vec::new();
    if code != "host-without-namespace" {
        variables.push(("ARGOCD_APP_NAMESPACE".to_owned(), "shop".to_owned()));
    }
    for fence in section.split("```").skip(1).step_by(2) {
        let (language, text) = fence.split_once('\n').unwrap();
        match language {
            "yaml" | "sql" | "hcl" => {
                // The comment in the first line is the file's name, and a part of the file.
                let first = text.lines().next().unwrap();
                let path = folder.join(first.trim_start_matches(['#', '-', ' ']));
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            "console" => text.trim().lines().for_each(|line| shell(line, &folder)),
            "sh" => {
                let (name, value) = text.trim().split_once('=').unwrap();
                variables.push((name.to_owned(), value.trim_matches('\'').to_owned()));
            }
            _ => {}
        }
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_generate"));
    // What a change does needs the state before.
    if folder.join(BEFORE).is_dir() {
        command.args(["check", "--against-dir", BEFORE]);
    } else if ["unused-acceptance", "environment-not-checked"].contains(&code) {
        command.arg("check");
    }
    let output = command.current_dir(&folder).env_clear().envs(variables).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

/// `examples/`: a trial for every folder.
fn example_trials() -> Vec<Trial> {
    let folders = entries(&examples()).into_iter().filter(|path| path.is_dir());
    folders
        .map(|folder| Trial::test(format!("examples/{}", name(&folder)), move || example(&folder)))
        .collect()
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// Runs the commands in the `README.md` of an example, and compares what they print with what is
/// shown below each.
fn example(folder: &Path) -> Result<(), Failed> {
    let path = folder.join("README.md");
    let page = fs::read_to_string(&path).unwrap();
    let mut written = String::new();
    let mut n_commands = 0;
    // Every second part is inside a fence.
    for (number, part) in page.split("```").enumerate() {
        written.push_str(if number > 0 { "```" } else { "" });
        let Some(session) = part.strip_prefix("console\n").filter(|_| number % 2 == 1) else {
            written.push_str(part);
            continue;
        };
        let command = session.lines().next().and_then(|line| line.strip_prefix("$ "));
        let command = command.ok_or("a console session begins with `$ COMMAND`")?;
        n_commands += 1;
        match session_output(command, folder) {
            Some(output) => written.push_str(&format!("console\n$ {command}\n{output}")),
            None => {
                eprintln!("{}: `{command}` not run: kustomize is not installed", name(folder));
                written.push_str(part);
            }
        }
    }
    ensure(n_commands > 0, "the README.md runs a command")?;
    if written == page {
        return Ok(());
    }
    if is_blessing() {
        fs::write(&path, written).unwrap();
        return Ok(());
    }
    Err(Failed::from(difference("README.md", &page, &written)))
}

/// What a command prints in a folder, errors after the rest; `None` if a program is missing.
fn session_output(command: &str, folder: &Path) -> Option<String> {
    let (input, generate) = match command.split_once(" | ") {
        Some((first, generate)) => (Some(piped(first, folder)?), generate),
        None => (None, command),
    };
    let arguments = generate.strip_prefix("generate ").unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_generate"))
        .args(arguments.split(' '))
        .current_dir(folder)
        .env_clear()
        .env("ARGOCD_APP_NAMESPACE", "shop")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&input.unwrap_or_default()).unwrap();
    let Output { stdout, stderr, .. } = child.wait_with_output().unwrap();
    Some(String::from_utf8([stdout, stderr].concat()).unwrap())
}

/// The output of `kustomize`, from the path or as `.ci/install` installs it.
fn piped(command: &str, folder: &Path) -> Option<Vec<u8>> {
    let mut words = command.split(' ');
    assert_eq!(words.next(), Some("kustomize"), "the one program that examples may pipe from");
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/kustomize");
    let arguments: Vec<&str> = words.collect();
    let outputs = [PathBuf::from("kustomize"), installed]
        .into_iter()
        .map(|program| Command::new(program).args(&arguments).current_dir(folder).output());
    let output = outputs.flatten().next()?;
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

/// The commands that the page uses, without a shell.
fn shell(line: &str, folder: &Path) {
    if let Some(link) = line.strip_prefix("$ ln -s ") {
        let (target, path) = link.split_once(' ').unwrap();
        std::os::unix::fs::symlink(target, folder.join(path)).unwrap();
    } else if let Some(yes) = line.strip_prefix("$ yes '") {
        let (text, rest) = yes.split_once("' | head -n ").unwrap();
        let lines = |count: &str| format!("{text}\n").repeat(count.parse().unwrap());
        match rest.split_once(" >> ") {
            Some((count, path)) => append(&folder.join(path), &lines(count)),
            None => {
                let (count, path) = rest.split_once(" > ").unwrap();
                fs::write(folder.join(path), lines(count)).unwrap();
            }
        }
    } else if let Some(convert) = line.strip_prefix("$ iconv -t latin1 > ") {
        let (path, text) = convert.split_once(" <<< '").unwrap();
        let bytes: Vec<u8> =
            text.trim_end_matches('\'').chars().map(|c| u8::try_from(c).unwrap()).collect();
        fs::write(folder.join(path), [bytes, b"\n".to_vec()].concat()).unwrap();
    } else if let Some((from, to)) =
        line.strip_prefix("$ cp ").and_then(|rest| rest.split_once(' '))
    {
        fs::copy(folder.join(from), folder.join(to)).unwrap();
    } else if let Some(migrations) = line.strip_prefix("$ generate sum ") {
        let mut sum = Command::new(env!("CARGO_BIN_EXE_generate"));
        assert!(
            sum.current_dir(folder).args(["sum", migrations]).output().unwrap().status.success()
        );
    } else {
        unreachable!("`{line}` is a command that this test does not know");
    }
}
