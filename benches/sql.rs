//! How long reading SQL takes, and that twice the text takes twice the time.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark")]

use argocd_atlas_plugin::diag::Diagnostics;
use argocd_atlas_plugin::source::{Excerpt, Sources};
use divan::{Bencher, counter::BytesCount};
use sql::catalogue::Catalogue;
use sql::catalogue::order::{File, order};
use sql::dialect::Dialect;
use sql::parse::scripts;

fn main() {
    divan::main();
}

/// As much as the bound on words lets through: beyond it nothing is read.
const KIB: &[usize] = &[128, 256, 512, 768];

/// Tables with keys and foreign keys, a view each.
fn ddl(kib: usize) -> String {
    let mut text = String::new();
    let mut n = 0;
    while text.len() < kib * 1024 {
        let parent = n / 2;
        text.push_str(&format!(
            "CREATE TABLE table_{n} (\n  id bigint NOT NULL,\n  parent_id bigint NOT NULL,\n  name varchar(200) NOT NULL DEFAULT 'none',\n  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,\n  amount numeric(12, 2),\n  PRIMARY KEY (id),\n  CONSTRAINT fk_{n} FOREIGN KEY (parent_id) REFERENCES table_{parent} (id)\n);\nCREATE INDEX by_name_{n} ON table_{n} (name, created_at);\nCREATE VIEW view_{n} AS SELECT a.id, b.name FROM table_{n} a JOIN table_{parent} b ON a.parent_id = b.id WHERE a.amount > 3;\n"
        ));
        n += 1;
    }
    text
}

/// What a hostile or broken file may look like.
fn hostile(kind: &str, kib: usize) -> String {
    let unit = match kind {
        "quotes" => "'a\n",
        "begin" => "begin ",
        "parentheses" => "(",
        "create" => "create table a (",
        "joins" => " join a",
        _ => "x",
    };
    let head = if kind == "joins" { "create view v as select 1 from a" } else { "" };
    format!("{head}{}", unit.repeat(kib * 1024 / unit.len()))
}

fn read(dialect: Dialect, text: &str) -> usize {
    let mut sources = Sources::default();
    let file = sources.add("a.sql", text);
    let mut diagnostics = Diagnostics::default();
    let scripts = scripts(&[Excerpt::of_file(file, text)], dialect, &mut diagnostics);
    let all: Vec<_> = scripts.iter().collect();
    Catalogue::build(dialect, &all, &mut diagnostics).tables.len()
}

#[divan::bench(args = KIB, sample_count = 5)]
fn one_file(bencher: Bencher<'_, '_>, kib: usize) {
    let text = ddl(kib);
    assert!(read(Dialect::Postgres, &text) > kib, "every table is read");
    bencher.counter(BytesCount::of_str(&text)).bench(|| read(Dialect::Postgres, &text));
}

#[divan::bench(args = [256, 1024], consts = [0, 1, 2, 3, 4], sample_count = 3)]
fn attack<const KIND: usize>(bencher: Bencher<'_, '_>, kib: usize) {
    let kind = ["quotes", "begin", "parentheses", "create", "joins"];
    let text = hostile(kind[KIND], kib);
    bencher.counter(BytesCount::of_str(&text)).bench(|| read(Dialect::Sqlite, &text));
}

#[divan::bench(args = [500, 1000, 2000], sample_count = 5)]
fn many_files_in_order(bencher: Bencher<'_, '_>, files: usize) {
    let texts: Vec<String> = (0..files)
        .map(|n| {
            let next = n + 1;
            let reference =
                if next < files { format!(" references t{next}") } else { String::new() };
            format!("create table t{n} (id int primary key, next int{reference});")
        })
        .collect();
    let mut sources = Sources::default();
    let excerpts: Vec<Excerpt> = texts
        .iter()
        .map(|text| Excerpt::of_file(sources.add("a.sql", text.as_str()), text))
        .collect();
    let scripts = scripts(&excerpts, Dialect::Postgres, &mut Diagnostics::default());
    let names: Vec<String> = (0..files).map(|n| format!("{n:05}.sql")).collect();
    let named: Vec<File<'_>> =
        names.iter().zip(&scripts).map(|(path, script)| File { path, script }).collect();
    bencher.bench(|| order(Dialect::Postgres, &named).unwrap());
}
