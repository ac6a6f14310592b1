//! `testdata/mistakes`: what people write by mistake, and what they are told. Each case was read by a person:
//! the place, the cause and the fix. `testdata/README.md` describes the files.
#![expect(clippy::disallowed_methods, reason = "cases are read from the disk, the binary is run")]
#![expect(clippy::unwrap_used, reason = "a broken case fails its test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One case of a file.
struct Case<'a> {
    title: &'a str,
    /// All of it but what is expected.
    input: &'a str,
    expected: &'a str,
}

fn is_blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/mistakes")
}

fn cases(text: &str) -> Vec<Case<'_>> {
    let cases = text.split("==== ").skip(1);
    cases
        .map(|case| {
            let (title, rest) = case.split_once('\n').unwrap();
            let (input, expected) = rest.split_once("=>\n").unwrap();
            Case { title, input, expected }
        })
        .collect()
}

/// `%App shop` stands for the first lines of a spec, and `{U+00A0}`, `{TAB}` and `{CR}` for what an editor hides.
fn expanded(text: &str) -> String {
    let mut lines = String::new();
    for line in text.split_inclusive('\n') {
        let (before, header) = line.split_once('%').unwrap_or((line, ""));
        let kinds = ["App ", "Database ", "Schema "];
        let kind = kinds.iter().find(|kind| header.starts_with(**kind));
        match kind.filter(|_| before.is_empty() || before.starts_with("{U+")) {
            Some(kind) => {
                let name = header.trim_start_matches(kind).trim_end_matches(['\n']);
                let name = name.trim_end_matches("{CR}");
                let end = if line.contains("{CR}") { "\r\n" } else { "\n" };
                let kind = kind.trim();
                lines.push_str(&format!(
                    "{before}apiVersion: argocd-atlas-plugin/v1alpha1{end}kind: {kind}{end}metadata:{end}  name: {name}{end}spec:{end}"
                ));
            }
            None => lines.push_str(line),
        }
    }
    let text = lines.replace("{TAB}", "\t").replace("{CR}", "\r");
    let mut parts = text.split("{U+");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once('}').unwrap();
        whole.push(char::from_u32(u32::from_str_radix(number, 16).unwrap()).unwrap());
        whole.push_str(rest);
    }
    whole
}

/// Runs the program on a case: what it prints to standard error.
fn told(case: &Case<'_>, folder: &Path) -> String {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    fs::create_dir_all(folder).unwrap();
    let mut command = "check".to_owned();
    let mut file: Option<(PathBuf, String)> = None;
    let write = |file: &mut Option<(PathBuf, String)>| {
        if let Some((path, text)) = file.take() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, expanded(&text)).unwrap();
        }
    };
    let mut has_intent = false;
    for line in case.input.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("@ ") {
            write(&mut file);
            file = Some((folder.join(path.trim_end()), String::new()));
        } else if let Some((_, text)) = &mut file {
            text.push_str(line);
        } else if let Some(words) = line.strip_prefix("$ ") {
            command = words.trim_end().to_owned();
        } else {
            has_intent |= line.starts_with("wants: ");
        }
    }
    write(&mut file);
    assert!(has_intent, "{}: say what is wanted", case.title);
    let output = Command::new(env!("CARGO_BIN_EXE_generate"))
        .args(command.split_whitespace())
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn every_mistake_is_told_as_it_was_read() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mistakes");
    let mut n_cases = 0;
    let mut wrong = Vec::new();
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let mut blessed = String::new();
        for case in cases(&text) {
            n_cases += 1;
            let told = told(&case, &place);
            // A message without help leaves a person alone.
            let n_messages = told.lines().filter(|line| is_headline(line)).count();
            let n_helps = told.matches("= help: ").count();
            assert!(n_helps >= n_messages, "{}: a message has no help:\n{told}", case.title);
            if told != case.expected {
                wrong.push(format!("{}: {}\n{told}", path.display(), case.title));
            }
            blessed.push_str(&format!("==== {}\n{}=>\n{told}", case.title, case.input));
        }
        if is_blessing() {
            fs::write(&path, blessed).unwrap();
        }
    }
    assert!(n_cases >= 150, "{n_cases} cases");
    assert!(is_blessing() || wrong.is_empty(), "BLESS=1, and read them:\n{}", wrong.join("\n"));
}

fn is_headline(line: &str) -> bool {
    ["error[", "warning[", "note["].iter().any(|word| line.contains(&format!(": {word}")))
}

#[test]
fn every_message_of_a_golden_case_has_a_help() {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut without = Vec::new();
    let folders = |path: &Path| -> Vec<PathBuf> {
        fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|it| it.is_dir())
            .collect()
    };
    for case in folders(&testdata).iter().flat_map(|group| folders(group)) {
        for file in fs::read_dir(&case).unwrap().map(|entry| entry.unwrap().path()) {
            if !file.to_string_lossy().ends_with(".stderr.txt") {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            let mut message: Option<&str> = None;
            for line in text.lines() {
                if is_headline(line) {
                    without.extend(message.take().map(str::to_owned));
                    message = Some(line);
                } else if line.contains("= help: ") {
                    message = None;
                }
            }
            without.extend(message.map(str::to_owned));
        }
    }
    without.sort();
    without.dedup();
    assert!(without.is_empty(), "without a help:\n{}", without.join("\n"));
}
