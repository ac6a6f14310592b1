//! The invariants on damaged projects: golden inputs with a few bytes cut, doubled or swapped. Seed and
//! number are fixed, so that a run can be repeated; `MUTATIONS` asks for more of them.
#![allow(clippy::disallowed_methods, reason = "tests read files")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{File, n_cases};

/// How many projects are damaged when nothing else is asked for.
const RUNS: u32 = 300;
/// What is put into texts: the words of the languages that are read.
const WORDS: [&str; 26] = [
    "${",
    "}",
    "---\n",
    "- ",
    ": ",
    "&a ",
    "*a",
    "<<: ",
    "\"",
    "'",
    "|\n",
    "? ",
    "[",
    "{",
    "null",
    "-1",
    "9223372036854775808",
    "(",
    ")",
    ";",
    "/*",
    "$$",
    "CREATE TABLE ",
    "é\u{202e}",
    "\u{0}",
    "..",
];

/// A small generator of numbers (xorshift), the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (bound.max(1) as u64)).unwrap()
    }
}

fn below(folder: &Path, root: &Path, files: &mut Vec<File>) {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            below(&path, root, files);
        } else if let Ok(text) = fs::read_to_string(&path) {
            files.push((path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), text));
        }
    }
}

/// The inputs of all golden cases that are small.
fn projects() -> Vec<Vec<File>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut folders = vec![root];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        let input = folder.join("input");
        if input.is_dir() {
            let mut files = Vec::new();
            below(&input, &input, &mut files);
            let size: usize = files.iter().map(|(_, text)| text.len()).sum();
            if size > 0 && size < 20_000 {
                found.push(files);
            }
        } else {
            let inside = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
            let mut inside: Vec<PathBuf> = inside.filter(|path| path.is_dir()).collect();
            inside.sort();
            folders.extend(inside);
        }
    }
    found
}

fn damage(text: &str, random: &mut Random) -> String {
    let characters: Vec<char> = text.chars().collect();
    let (one, two) = (random.below(characters.len() + 1), random.below(characters.len() + 1));
    let (start, end) = (one.min(two), one.max(two).min(one.min(two) + 40));
    let part = |range: std::ops::Range<usize>| characters[range].iter().collect::<String>();
    let (before, middle, after) = (part(0..start), part(start..end), part(end..characters.len()));
    match random.below(4) {
        0 => before + &after,
        1 => before + &middle + &middle + &after,
        2 => before + WORDS[random.below(WORDS.len())] + &middle + &after,
        _ => before + WORDS[random.below(WORDS.len())] + &after,
    }
}

#[test]
fn damaged_projects_keep_the_invariants() {
    let asked = std::env::var("MUTATIONS").ok().and_then(|text| text.parse().ok());
    let runs = asked.unwrap_or_else(|| n_cases(RUNS));
    let projects = projects();
    let environment = crate::common::in_namespace("shop");
    let random = &mut Random(0x9e37_79b9_7f4a_7c15);
    for run in 0..runs {
        let mut files = projects[random.below(projects.len())].clone();
        for _ in 0..=random.below(3) {
            let at = random.below(files.len());
            files[at].1 = damage(&files[at].1, random);
            if !argocd_atlas_plugin::source::is_manifest_name(&files[at].0) {
                // `read` refuses these in what is no YAML, and is not asked here.
                files[at].1.retain(argocd_atlas_plugin::source::is_carried);
            }
        }
        let outcome = std::panic::catch_unwind(|| {
            crate::common::invariants_of_anything(&files, &environment);
        });
        assert!(outcome.is_ok(), "run {run} of these files: {files:#?}");
    }
}
