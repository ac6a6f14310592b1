//! Files in every encoding, and in several at once: nothing panics in the pipeline or in a view, and every
//! place that is said is the one that is meant.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, str};

use argocd_atlas_plugin::diag::render::{self, Style};
use argocd_atlas_plugin::diag::{Code, Diagnostics, Severity};
use argocd_atlas_plugin::environment;
use argocd_atlas_plugin::pipeline::{self, Compilation};
use argocd_atlas_plugin::read::Directory;
use argocd_atlas_plugin::source::{FileId, Sources, Span};
use argocd_atlas_plugin::view;
use argocd_atlas_plugin::view::check::Files;
use argocd_atlas_plugin::view::diff::Side;
use proptest::prelude::*;

/// Written words, as bytes of a file.
#[derive(Clone, Copy, Debug)]
enum Encoding {
    Utf8,
    Utf8WithMark,
    Utf16Le,
    Utf16Be,
    Utf16LeWithMark,
    Utf16BeWithMark,
}

impl Encoding {
    const ALL: [Encoding; 6] = [
        Encoding::Utf8,
        Encoding::Utf8WithMark,
        Encoding::Utf16Le,
        Encoding::Utf16Be,
        Encoding::Utf16LeWithMark,
        Encoding::Utf16BeWithMark,
    ];

    fn encode(self, text: &str) -> Vec<u8> {
        let marked = format!("\u{feff}{text}");
        let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        match self {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Utf8WithMark => marked.into_bytes(),
            Encoding::Utf16Le => little(text),
            Encoding::Utf16Be => big(text),
            Encoding::Utf16LeWithMark => little(&marked),
            Encoding::Utf16BeWithMark => big(&marked),
        }
    }
}

/// Bytes that stand in no text of the encoding: Latin-1, halves of characters, surrogates, zeros.
const STRAY: [&[u8]; 10] = [
    b"\xe9",
    b"\xff",
    b"\x80",
    b"\x81",
    b"\xe2\x82",
    b"\xf0\x9f\x98",
    b"\xed\xa0\x80",
    b"\x00",
    b"\x00\xd8",
    b"\xd8\x00",
];

const WORDS: [&str; 20] = [
    "create table t (id int);",
    "create tabel u (x int);",
    "create table x (a int, b int,);",
    "-- ",
    "/* ",
    "*/",
    "'",
    "\"",
    "\n",
    "\r\n",
    "\n",
    " ",
    "€",
    "Привет",
    "漢字",
    "\u{1f600}",
    "e\u{301}",
    "\u{2028}",
    "\u{85}",
    "‘x’",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(0..WORDS.len(), 0..40)
        .prop_map(|words| words.into_iter().filter_map(|word| WORDS.get(word)).copied().collect())
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let stray = prop::collection::vec((any::<prop::sample::Index>(), 0..STRAY.len()), 0..4);
    (text(), 0..Encoding::ALL.len(), stray).prop_map(|(text, encoding, stray)| {
        let mut bytes = Encoding::ALL.get(encoding).unwrap().encode(&text);
        for (at, stray) in stray {
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..at, STRAY.get(stray).unwrap().iter().copied());
        }
        bytes
    })
}

const PROJECT: &str = "\
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: db}
spec: {engine: postgres, external: {host: h}, credentials: {secret: s}, database: x}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: s}
spec: {database: db, files: [s.sql]}
";

/// A directory of its own for each case, since tests run at once.
fn folder() -> PathBuf {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("encodings-{number}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

struct Compiled {
    sources: Sources,
    diagnostics: Diagnostics,
    compilation: Compilation,
}

/// A directory with these files, through the whole pipeline.
fn compile(files: &[(&str, &[u8])]) -> Compiled {
    let folder = folder();
    for (path, bytes) in files {
        fs::write(folder.join(path), bytes).unwrap();
    }
    let mut sources = Sources::default();
    let root = sources.add_virtual("input", "");
    let mut diagnostics = Diagnostics::default();
    let mut directory = Directory::open(&folder).unwrap();
    directory.read(&mut sources, root, &mut diagnostics);
    let namespace = ("ARGOCD_APP_NAMESPACE".into(), "shop".into());
    let environment = environment::from_variables(std::iter::once(namespace));
    let load = |sources: &mut Sources, files: &[FileId], diagnostics: &mut Diagnostics| {
        directory.load(sources, files, diagnostics);
    };
    let compilation = pipeline::compile(&mut sources, root, &environment, load, &mut diagnostics);
    fs::remove_dir_all(&folder).unwrap();
    Compiled { sources, diagnostics, compilation }
}

/// Prints everything that can be printed.
fn print_all(compiled: &Compiled) {
    let Compiled { sources, diagnostics, compilation } = compiled;
    let out = &mut Vec::new();
    for style in [Style::Plain, Style::Colored] {
        render::text(diagnostics, Severity::Note, sources, style, out).unwrap();
    }
    let files = Files::below("deploy");
    view::check::json(diagnostics, sources, out).unwrap();
    view::github::print(diagnostics, sources, &files, out).unwrap();
    view::sarif::print(diagnostics, sources, &files, out).unwrap();
    view::waves::table(compilation, sources, view::waves::Layout::PLAIN, out).unwrap();
    view::waves::json(compilation, sources, out).unwrap();
    let units: Vec<_> = compilation.plan.units.iter().map(|scheduled| scheduled.unit).collect();
    view::explain::print(&units, compilation, sources, out).unwrap();
    let picture = view::graph::picture(compilation, sources);
    view::mermaid::print(&picture, out).unwrap();
    view::dot::print(&picture, out).unwrap();
    view::svg::print(&picture, out).unwrap();
    let page = view::html::Page { title: "shop", compilation, diagnostics, sources, change: None };
    view::html::print(page, &picture, out).unwrap();
    let empty = compile(&[]);
    let side = Side { compilation, sources };
    let other = Side { compilation: &empty.compilation, sources: &empty.sources };
    for (old, new) in [(side, other), (other, side), (side, side)] {
        let difference = view::diff::difference(old, new).into();
        view::diff::text(&difference, Style::Plain, out).unwrap();
        view::diff::markdown(&difference, new, out).unwrap();
        view::diff::json(&difference, out).unwrap();
    }
    argocd_atlas_plugin::emit::manifests(&compilation.plan, &compilation.project, sources, out)
        .unwrap();
    assert!(str::from_utf8(out).is_ok());
}

/// Whether a place lies inside its file, on boundaries of characters, with the line and column that one
/// gets by counting.
fn check_place(span: Span, sources: &Sources) {
    let source = sources.get(span.file);
    let text = source.text();
    assert!(text.get(span.range()).is_some(), "{span:?} is no part of {text:?}");
    let before = text.get(..span.range().start).unwrap();
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let position = sources.position(span);
    assert_eq!(position.line, before.matches('\n').count() + 1);
    let column = before.get(line_start..).unwrap().chars().count() + 1;
    assert_eq!(position.column, column);
}

fn check_places(compiled: &Compiled) {
    for found in compiled.diagnostics.sorted() {
        check_place(found.primary, &compiled.sources);
        found.labels.iter().for_each(|label| check_place(label.span, &compiled.sources));
    }
}

/// The place of the first byte that is not UTF-8: the bytes before it count, each as a character.
fn check_first_stray_byte(compiled: &Compiled, bytes: &[u8]) {
    let is_marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let found = compiled.diagnostics.sorted().into_iter();
    let mut found = found.filter(|found| found.code == Code::OtherEncoding);
    let Err(error) = str::from_utf8(bytes) else {
        assert!(found.next().is_none());
        return;
    };
    let Some(found) = found.next() else { return };
    let position = compiled.sources.position(found.primary);
    if is_marked {
        assert_eq!((position.line, position.column), (1, 1));
        return;
    }
    let before = bytes.get(..error.valid_up_to()).unwrap();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    assert_eq!((position.line, position.column), (line, column));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::common::n_cases(150)))]

    #[test]
    fn sql_in_any_encoding_has_its_places(bytes in bytes()) {
        let compiled = compile(&[("app.yaml", PROJECT.as_bytes()), ("s.sql", &bytes)]);
        print_all(&compiled);
        check_places(&compiled);
        check_first_stray_byte(&compiled, &bytes);
    }

    #[test]
    fn yaml_in_any_encoding_has_its_places(
        text in text(),
        encoding in 0..Encoding::ALL.len(),
        stray in 0..=STRAY.len(),
        at in any::<prop::sample::Index>(),
    ) {
        let text = format!("{PROJECT}---\n# {}\na: \"{text}\"\n", text.replace(['\n', '\r'], " "));
        let mut bytes = Encoding::ALL.get(encoding).unwrap().encode(&text);
        let at = at.index(bytes.len() + 1);
        bytes.splice(at..at, STRAY.get(stray).copied().unwrap_or_default().iter().copied());
        let compiled = compile(&[("app.yaml", &bytes), ("s.sql", b"create tabel t (id int);")]);
        print_all(&compiled);
        check_places(&compiled);
    }
}

#[test]
fn a_character_of_utf_8_before_a_byte_that_is_none_moves_no_place() {
    // `€` as UTF-8, and an `é` of Latin-1, which are read as `â‚¬é`.
    let bytes = b"select 1;\n-- \xe2\x82\xac\xe9\ncreate tabel t (id int);\n";
    let compiled = compile(&[("app.yaml", PROJECT.as_bytes()), ("s.sql", bytes)]);
    print_all(&compiled);
    check_places(&compiled);
    let lines: Vec<(Code, usize, usize)> = compiled
        .diagnostics
        .sorted()
        .into_iter()
        .map(|found| (found.code, compiled.sources.position(found.primary)))
        .map(|(code, position)| (code, position.line, position.column))
        .collect();
    assert!(lines.contains(&(Code::OtherEncoding, 2, 7)), "{lines:?}");
    assert!(lines.contains(&(Code::SqlMisspelt, 3, 8)), "{lines:?}");
}
