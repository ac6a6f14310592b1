//! Several SQL files become one text, which Atlas cuts into statements again: whatever the files
//! leave behind, the statements of the one text are those of the files, no more and no fewer.
#![allow(clippy::indexing_slicing, reason = "a test may fail by panicking")]

use argocd_atlas_plugin::diag::Diagnostics;
use argocd_atlas_plugin::source::{Excerpt, Sources};
use sql::dialect::Dialect;
use sql::parse::{joined, lines, scripts};

use crate::common::n_cases;
use crate::sql_support::{Random, corpus, files_below, fixture};

/// The statements that we read in a text, without the delimiter of a body that is written with it.
fn statements(dialect: Dialect, text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let excerpt = Excerpt::of_file(sources.add("schema.sql", text), text);
    let mut diagnostics = Diagnostics::default();
    let read = scripts(&[excerpt], dialect, &mut diagnostics);
    let text = |span| sources.slice(span).trim_end_matches([';', '\n', ' ']).to_owned();
    read.iter().flat_map(|script| &script.statements).map(|one| text(one.span)).collect()
}

/// The schemas whose statements are dealt out.
fn pools() -> Vec<(Dialect, Vec<String>)> {
    let mut texts: Vec<(Dialect, String)> = Vec::new();
    for name in ["mysql", "postgres", "sqlite"] {
        let dialect = Dialect::of_scheme(name);
        texts.extend(fixture(name).into_iter().map(|(_, text)| (dialect, text)));
    }
    for folder in ["testdata/project", "testdata/schema/files", "testdata/errors/other-tool"] {
        texts.extend(files_below(folder).into_iter().map(|text| (Dialect::Postgres, text)));
    }
    texts.extend(OWN.iter().map(|(dialect, text)| (*dialect, (*text).to_owned())));
    if crate::common::is_thorough() {
        texts.extend(corpus().into_iter().map(|schema| (schema.dialect, schema.text)));
    }
    let mut pools: Vec<(Dialect, Vec<String>)> = Vec::new();
    for (dialect, text) in texts {
        // What belongs to a file rather than to a statement is added again at random.
        let usable = |one: &String| {
            !one.is_empty() && one.len() < 4_000 && !one.to_lowercase().contains("stdin")
        };
        let found = statements(dialect, &text).into_iter().filter(usable);
        match pools.iter_mut().find(|(of, _)| *of == dialect) {
            Some((_, pool)) => pool.extend(found),
            None => pools.push((dialect, found.collect())),
        }
    }
    pools
}

const OWN: &[(Dialect, &str)] = &[
    (
        Dialect::Postgres,
        "create function f() returns int language sql begin atomic select 1; select 2; end;
         create function g() returns int language plpgsql as $body$ begin return 1; end $body$;
         create rule r as on insert to t do also (delete from a; delete from b);
         comment on table t is E'a\\';b';
         create table \"a;b\" (x int, y text default ';--');",
    ),
    (
        Dialect::MySql,
        "create procedure p() begin if 1 then select 1; end if; case 1 when 1 then select 2; end case; end;
         create table `a;b` (x int comment 'a\\';#');
         /*!40101 set names utf8 */;
         create event e on schedule every 1 day do begin delete from a; delete from b; end;",
    ),
    (Dialect::Sqlite, "create trigger t after insert on x begin select case when 1 then 2 end; delete from y; end;"),
    (
        Dialect::SqlServer,
        "create table [a;b] (x int)\nGO\ncreate view v as select 1 as a\nGO\n\
         create procedure p as select 1; select 2\nGO\ncreate trigger t on a after insert as begin select 1; end\nGO\n",
    ),
    (Dialect::ClickHouse, "create table t (a Int32) engine = Log; create view v as select 1;"),
    (Dialect::Generic, "create table t (a int); create function f() begin a; b; end; select $$a;b$$;"),
];

/// A file with these statements, in one of the ways in which people write one.
fn file(dialect: Dialect, statements: &[&str], random: &mut Random) -> String {
    let dollars_quote = matches!(dialect, Dialect::Generic | Dialect::Postgres);
    let delimiters: &[&str] = match dollars_quote {
        true => &["//", "|", ";;", "~~~"],
        false => &["//", "$$", ";;", "|", "END_OF_STATEMENT"],
    };
    let lines = ["\n\n\n", "\nGO", "-- end", "// "];
    let fits = |delimiter: &str| {
        statements.iter().all(|one| !one.contains(delimiter) && !one.contains('\r'))
    };
    let own = delimiters[random.below(delimiters.len())];
    let line = lines[random.below(lines.len())];
    let last = random.below(2) == 0;
    let text = match random.below(4) {
        0 if fits(own) => {
            let reset = random.below(2) == 0;
            // Without a delimiter, the command would be a part of the statement.
            let end = if last || reset { own } else { "" };
            let separator = format!("{own}\n");
            let body = statements.join(&separator);
            let reset = if reset { "\nDELIMITER ;" } else { "" };
            format!("DELIMITER {own}\n{body}{end}{reset}")
        }
        1 if fits(line) => {
            let escaped = line.replace('\n', "\\n");
            let separator = format!("{line}\n");
            let end = if last { line } else { "" };
            format!("-- atlas:delimiter {escaped}\n{}{end}", statements.join(&separator))
        }
        _ if dialect == Dialect::SqlServer => {
            let end = if last { "\nGO" } else { "" };
            format!("{}{end}", statements.join("\nGO\n"))
        }
        _ => {
            let end = if last { ";" } else { "" };
            format!("{}{end}", statements.join(";\n"))
        }
    };
    let tails = ["", "\n", "\n-- done; really", "\n/* done; */", "\n\n\n", " -- '\n", "\n\u{feff}"];
    let text = text + tails[random.below(tails.len())];
    let text = if random.below(5) == 0 { text.replace('\n', "\r\n") } else { text };
    let begin = ["", "", "", "\u{feff}"][random.below(4)];
    format!("{begin}{text}")
}

#[test]
fn the_statements_of_the_files_are_those_of_the_text() {
    let pools = pools();
    for case in 0..n_cases(4_000) {
        let random = &mut Random::new(u64::from(case));
        let (dialect, pool) = &pools[random.below(pools.len())];
        let mut files: Vec<String> = Vec::new();
        let mut expected: Vec<&str> = Vec::new();
        for _ in 0..2 + random.below(4) {
            if random.below(6) == 0 {
                files.push(
                    ["", "\n", "-- nothing; here\n", "/* nothing */"][random.below(4)].into(),
                );
                continue;
            }
            let count = 1 + random.below(4);
            let some: Vec<&str> =
                (0..count).map(|_| pool[random.below(pool.len())].as_str()).collect();
            files.push(file(*dialect, &some, random));
            expected.extend(some);
        }
        let files: Vec<String> = files.iter().map(|text| lines(text)).collect();
        let text = joined(&files, *dialect);
        let apart: Vec<String> = files.iter().flat_map(|text| statements(*dialect, text)).collect();
        assert_eq!(apart, expected, "case {case}: {}: {files:#?}", dialect.name());
        assert_eq!(
            statements(*dialect, &text),
            expected,
            "case {case}: {}: {text}",
            dialect.name()
        );
    }
}

/// Any bytes, cut anywhere: nothing panics, and files without a mistake in their characters or
/// blocks keep their statements.
#[test]
fn files_that_are_cut_anywhere_keep_their_statements() {
    let pools = pools();
    for case in 0..n_cases(2_000) {
        let random = &mut Random::new(u64::from(case) + 77);
        let (dialect, pool) = &pools[random.below(pools.len())];
        let mut files: Vec<String> = Vec::new();
        for _ in 0..3 {
            let one = &pool[random.below(pool.len())];
            let (a, b) = (random.below(one.len() + 1), random.below(one.len() + 1));
            let part = one.get(a.min(b)..a.max(b)).unwrap_or(one);
            files.push(lines(part));
        }
        let whole = |text: &String| {
            let lower = text.to_lowercase();
            let mut sources = Sources::default();
            let excerpt = Excerpt::of_file(sources.add("schema.sql", text), text);
            let mut diagnostics = Diagnostics::default();
            drop(scripts(&[excerpt], *dialect, &mut diagnostics));
            let flawed =
                diagnostics.sorted().iter().any(|one| one.code.name() == "sql-unterminated");
            !flawed
                && !lower.contains("begin")
                && !lower.contains("case")
                && !lower.contains("rule")
        };
        let text = joined(&files, *dialect);
        if files.iter().all(whole) {
            let apart: Vec<String> =
                files.iter().flat_map(|text| statements(*dialect, text)).collect();
            assert_eq!(
                statements(*dialect, &text),
                apart,
                "case {case}: {}: {text}",
                dialect.name()
            );
        }
    }
}
