//! Real servers as judges: what we put in order they take, what we leave alone they take, and what
//! we call an error they refuse. MariaDB and PostgreSQL from the system's packages are started on
//! a socket or free loopback port with a directory of their own, and stopped at the end; without
//! them the tests say so and pass.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests read files, cut ASCII and say what they find"
)]

mod sql_support;
#[path = "sql_support/start.rs"]
mod start;

use std::path::{Path, PathBuf};

use argocd_atlas_plugin::diag::{Diagnostics, Severity};
use argocd_atlas_plugin::source::{Excerpt, Sources};
use sql::catalogue::order::{File, order};
use sql::dialect::Dialect;
use sql::parse::{joined, lines, scripts};
use sql_support::probes::{PROBES, Probe};
use sql_support::{all_mutants, corpus, fixture, report};
use start::{MariaDb, Postgres};

#[test]
fn mariadb_agrees() {
    match MariaDb::start() {
        Some(server) => agree(&server, Dialect::MySql, "mysql"),
        None => eprintln!("not tried: no MariaDB (mariadbd, mariadb-install-db, mariadb) here"),
    }
}

#[test]
fn postgres_agrees() {
    match Postgres::start() {
        Some(server) => agree(&server, Dialect::Postgres, "postgres"),
        None => eprintln!("not tried: no PostgreSQL (initdb, postgres, psql) here"),
    }
}

#[test]
fn migrations_run_in_the_order_of_their_names() {
    let Some(server) = Postgres::start() else {
        eprintln!("not tried: no PostgreSQL (initdb, postgres, psql) here");
        return;
    };
    let folder = "testdata/schema/migrations/input/migrations";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the golden case is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    let text = |path: &PathBuf| std::fs::read_to_string(path).expect("a migration");
    let forwards: String = files.iter().map(text).collect();
    let backwards: String = files.iter().rev().map(text).collect();
    assert_eq!(server.run(&forwards), Ok(()));
    assert!(server.run(&backwards).is_err());
}

/// Files of which one needs the other, although its name comes first.
#[test]
fn postgres_takes_files_in_our_order() {
    let Some(server) = Postgres::start() else {
        eprintln!("not tried: no PostgreSQL (initdb, postgres, psql) here");
        return;
    };
    let run = |texts: &[String], dialect| {
        let clean = "drop database if exists probe;\ndrop role if exists probe_reader, probe_owner, \
                     probe_app;\ncreate database probe template template0;\n";
        server.feed(clean).expect("a database can be made");
        server.feed_to("probe", &joined(texts, dialect))
    };
    let has = |extension: &str| {
        let known = format!(
            "do $$ begin perform 1 from pg_available_extensions where name = '{extension}'; if not found then raise exception 'none'; end if; end $$;"
        );
        extension.is_empty() || server.feed(&known).is_ok()
    };
    put_in_order(Dialect::Postgres, has, run);
}

#[test]
fn mariadb_takes_files_in_our_order() {
    let Some(server) = MariaDb::start() else {
        eprintln!("not tried: no MariaDB (mariadbd, mariadb-install-db, mariadb) here");
        return;
    };
    let run = |texts: &[String], dialect| {
        let clean = "drop database if exists probe_shop; drop role if exists probe_reader; \
                     drop user if exists 'probe_app'@'%';";
        server.feed(clean)?;
        server.run(&joined(texts, dialect))
    };
    put_in_order(Dialect::MariaDb, |_| true, run);
}

/// Runs every probe of a dialect in our order, and in that of the names of its files.
fn put_in_order(
    dialect: Dialect,
    has: impl Fn(&str) -> bool,
    run: impl Fn(&[String], Dialect) -> Result<(), String>,
) {
    let (mut tried, mut wrong) = (0, Vec::new());
    for probe in PROBES.iter().filter(|probe| probe.dialect == dialect) {
        let Probe { name, extension, needs, needed, refused, .. } = probe;
        if !has(extension) {
            println!("not run: {name}: the extension `{extension}` is not installed here");
            continue;
        }
        tried += 1;
        let files = [("a.sql", *needs), ("b.sql", *needed)]
            .map(|(name, text)| (name.to_owned(), text.to_owned()));
        if let Err(error) = run(&in_order(dialect, &files), dialect) {
            wrong.push(format!("{name}: in our order: {error}"));
        }
        let by_name = files.map(|(_, text)| lines(&text));
        if run(&by_name, dialect).is_err() != *refused {
            wrong.push(format!("{name}: in the order of the names"));
        }
    }
    println!("{}: {tried} pairs of files tried", dialect.name());
    assert_eq!(wrong, Vec::<String>::new());
}

/// A server that can be asked whether it takes a text.
trait Server {
    /// Runs a text on an empty database: the first error.
    fn run(&self, text: &str) -> Result<(), String>;
}

fn agree(server: &impl Server, dialect: Dialect, name: &str) {
    let files = fixture(name);
    let plain: String = files.iter().map(|(_, text)| text.as_str()).collect();
    let ordered = ordered(dialect, &files);
    assert_eq!(server.run(&ordered), Ok(()), "the ordered files are taken");
    assert!(server.run(&plain).is_err(), "in the order of their names they are refused");
    let open: Vec<(String, String)> =
        files.iter().map(|(name, text)| (name.clone(), open_ended(text).to_owned())).collect();
    assert_eq!(server.run(&self::ordered(dialect, &open)), Ok(()), "without their last delimiters");
    let plain: String = in_order(dialect, &open).concat();
    assert!(server.run(&plain).is_err(), "without delimiters they are refused");

    let (mut accepted, mut judged, mut refused) = (0, 0, 0);
    let (mut warned, mut warned_refused, mut silent, mut silent_refused) = (0, 0, 0, 0);
    let mut schemas = vec![(format!("{name}/*.sql, in order"), ordered, 8)];
    let real = corpus().into_iter().filter(|schema| schema.dialect == dialect);
    schemas.extend(real.map(|schema| (schema.name, schema.text, 1)));
    for (name, text, each) in schemas {
        if let Err(error) = server.run(&text) {
            println!("{name} needs something else first: {error}");
            continue;
        }
        accepted += 1;
        if text.len() > 40_000 {
            continue;
        }
        let before = report(dialect, &text).found;
        for mutant in all_mutants(dialect, &text, each) {
            let found = report(dialect, &mutant.text).found;
            let worst = found.iter().map(|(severity, ..)| *severity).max();
            let answer = server.run(&mutant.text);
            let counts = match worst {
                Some(Severity::Error) => (&mut judged, &mut refused),
                Some(Severity::Warning) if found.len() > before.len() => {
                    (&mut warned, &mut warned_refused)
                }
                Some(Severity::Warning | Severity::Note) | None => {
                    (&mut silent, &mut silent_refused)
                }
            };
            *counts.0 += 1;
            *counts.1 += usize::from(answer.is_err());
            if worst == Some(Severity::Error) && answer.is_ok() {
                println!("{name}:{}: {}: taken by the server: {found:?}", mutant.line, mutant.kind);
            }
            if worst < Some(Severity::Warning) && answer.is_err() {
                println!("{name}:{}: {}: not noticed: {answer:?}", mutant.line, mutant.kind);
            }
        }
    }
    println!(
        "{}: {accepted} schemas taken; {judged} mistakes called errors, {refused} refused; \
         {warned} warned about, {warned_refused} refused; {silent} not noticed, {silent_refused} refused",
        dialect.name()
    );
    assert_eq!(judged, refused, "an error is only what the server refuses");
    // What a server refuses is noticed, but for a few kinds that nothing in a text tells.
    let (noticed, all) = (refused + warned_refused, refused + warned_refused + silent_refused);
    assert!(noticed * 100 >= all * 95, "{noticed} of {all} refused mistakes noticed");
}

/// The text without its last delimiter; one that ends with a command of the client is not ended by it.
fn open_ended(text: &str) -> &str {
    let text = text.trim_end();
    let last = text.lines().last().unwrap_or_default();
    if last.to_ascii_lowercase().starts_with("delimiter") {
        return text;
    }
    text.trim_end_matches(';')
}

/// The files as one text, in the order that we choose.
fn ordered(dialect: Dialect, files: &[(String, String)]) -> String {
    joined(&in_order(dialect, files), dialect)
}

/// The texts of the files in the order that we choose.
fn in_order(dialect: Dialect, files: &[(String, String)]) -> Vec<String> {
    let mut sources = Sources::default();
    let excerpts: Vec<Excerpt> =
        files.iter().map(|(name, text)| Excerpt::of_file(sources.add(name, text), text)).collect();
    let mut diagnostics = Diagnostics::default();
    let scripts = scripts(&excerpts, dialect, &mut diagnostics);
    assert!(!diagnostics.has_errors());
    let named: Vec<File<'_>> =
        files.iter().zip(&scripts).map(|((name, _), script)| File { path: name, script }).collect();
    let order = order(dialect, &named).expect("there is an order");
    order.into_iter().map(|at| lines(&files[at].1)).collect()
}

impl Server for MariaDb {
    fn run(&self, text: &str) -> Result<(), String> {
        let start = "drop database if exists t; create database t character set utf8mb4; use t;\n";
        self.feed(&format!("{start}{text}\n;"))
    }
}

impl Server for Postgres {
    fn run(&self, text: &str) -> Result<(), String> {
        let start = "set client_min_messages = error; drop schema if exists public cascade; \
                     create schema public; set search_path = public;\n";
        // What is left in other schemas and of roles goes too.
        let clean = "do $$ declare s text; begin for s in select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public') loop execute format('drop schema %I cascade', s); end loop; end $$;\n";
        self.feed(&format!("{clean}{start}{text}\n;"))
    }
}
