//! What `diff` says of contracts, held against real servers: random schemas, random changes of them, and random
//! contracts of the versions before and after. The database of every state is made, and the SELECTs and INSERTs of a
//! contract run there. What holds for certain must run; a table, column or INSERT that is said to fail must fail.
//!
//! What a state holds is computed here a second time, from the changes that were made and not from two schemas.
//! `WINDOW_PAIRS` sets how many pairs of a contract and a state there are for each server, `WINDOW_SEED` which.
//! Without a server a test says so and passes.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests start programs and say what they find"
)]

#[path = "sql_support/start.rs"]
mod start;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sql::catalogue::Catalogue;
use sql::catalogue::family::Family;
use sql::catalogue::policy::{self, Policy};
use sql::catalogue::requires::{Breach, Needed, Requirement, Work};
use sql::catalogue::window::{Fate, Felt, applied, holds};
use sql::dialect::Dialect;
use sql::parse::scripts;
use sql::source::{Excerpt, Sources, Span, Spanned};
use start::{MariaDb, Postgres};

#[test]
fn postgres_agrees() {
    match Postgres::start() {
        Some(server) => {
            server.feed(POSTGRES_SETUP).expect("the server takes the setup");
            let ask = |text: &str| server.ask("postgres", text).expect("the batch runs");
            compare(&POSTGRES, &ask);
        }
        None => eprintln!("not tried: no PostgreSQL (initdb, postgres, psql) here"),
    }
}

#[test]
fn mariadb_agrees() {
    match MariaDb::start() {
        Some(server) => {
            server.feed(&mariadb_setup()).expect("the server takes the setup");
            let ask = |text: &str| server.ask(text).expect("the batch runs");
            compare(&MARIADB, &ask);
        }
        None => eprintln!("not tried: no MariaDB (mariadbd, mariadb-install-db, mariadb) here"),
    }
}

/// A small generator of numbers (xorshift), the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A type, and values of it as an application sends them.
struct Type {
    name: &'static str,
    /// What an application calls it; nothing for what is of no family.
    family: Option<Family>,
    usual: &'static str,
    /// The largest and the smallest value.
    extremes: [&'static str; 2],
    /// A default; empty where it can have none.
    default: &'static str,
}

const fn of(
    name: &'static str,
    family: Option<Family>,
    usual: &'static str,
    extremes: [&'static str; 2],
    default: &'static str,
) -> Type {
    Type { name, family, usual, extremes, default }
}

/// A server and its types.
struct Server {
    dialect: Dialect,
    types: &'static [Type],
    /// What every schema has beside its tables, for our reader; the server has it already.
    prelude: &'static str,
}

const INTEGER: Option<Family> = Some(Family::Integer);
const NUMBER: Option<Family> = Some(Family::Number);
const TEXT: Option<Family> = Some(Family::Text);

static POSTGRES: Server = Server {
    dialect: Dialect::Postgres,
    types: &[
        of("int", INTEGER, "7", ["2147483647", "-2147483648"], "3"),
        of("bigint", INTEGER, "7", ["9223372036854775807", "-9223372036854775808"], "3"),
        of("smallint", INTEGER, "7", ["32767", "-32768"], "3"),
        of("numeric(10, 2)", NUMBER, "7.25", ["99999999.99", "-99999999.99"], "1.5"),
        of("numeric(6, 2)", NUMBER, "7.25", ["9999.99", "-9999.99"], "1.5"),
        of("double precision", NUMBER, "7.25::float8", ["1e300::float8", "-1e300::float8"], "1.5"),
        of("varchar(10)", TEXT, "'abc'::varchar", ["'abcdefghij'::varchar", "''::varchar"], "'d'"),
        of(
            "varchar(20)",
            TEXT,
            "'abc'::varchar",
            ["'abcdefghijklmnopqrst'::varchar", "''::varchar"],
            "'d'",
        ),
        of("text", TEXT, "'abc'::text", ["repeat('x', 300)", "''::text"], "'d'"),
        of("boolean", Some(Family::Boolean), "true", ["true", "false"], "false"),
        of(
            "date",
            Some(Family::Date),
            "date '2024-02-03'",
            ["date '4000-01-01'", "date '0001-01-01'"],
            "current_date",
        ),
        of(
            "timestamp",
            Some(Family::Timestamp),
            "timestamp '2024-02-03 04:05:06'",
            ["timestamp '4000-01-01'", "timestamp '0001-01-01'"],
            "now()",
        ),
        of(
            "timestamptz",
            Some(Family::Timestamp),
            "timestamptz '2024-02-03 04:05:06+00'",
            ["timestamptz '4000-01-01'", "timestamptz '1900-01-01'"],
            "now()",
        ),
        of("jsonb", Some(Family::Json), "'{}'::jsonb", ["'[1]'::jsonb", "'null'::jsonb"], "'{}'"),
        of(
            "uuid",
            Some(Family::Uuid),
            "'00000000-0000-0000-0000-000000000001'::uuid",
            [
                "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid",
                "'00000000-0000-0000-0000-000000000000'::uuid",
            ],
            "gen_random_uuid()",
        ),
        of(
            "bytea",
            Some(Family::Binary),
            "'\\x01'::bytea",
            ["'\\xffff'::bytea", "''::bytea"],
            "'\\x00'",
        ),
        of("mood", None, "'a'::mood", ["'b'::mood", "'a'::mood"], "'a'"),
        of("price", None, "5", ["6", "7"], ""),
        of("strictly", None, "5", ["6", "7"], ""),
        of("int[]", None, "'{1}'::int[]", ["'{}'::int[]", "'{1,2}'::int[]"], "'{}'"),
    ],
    prelude: "create type mood as enum ('a', 'b'); create domain price as int default 0; \
              create domain strictly as int not null; create table r (id int primary key);\n",
};

const POSTGRES_SETUP: &str =
    "create type mood as enum ('a', 'b'); create domain price as int default 0;
    create domain strictly as int not null;
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create function attempt(s text) returns text language plpgsql as
        $$ begin execute s; return 'ok'; exception when others then return replace(sqlerrm, chr(10), ' '); end $$;";

static MARIADB: Server = Server {
    dialect: Dialect::MariaDb,
    types: &[
        of("int", INTEGER, "7", ["2147483647", "-2147483648"], "3"),
        of("bigint", INTEGER, "7", ["9223372036854775807", "-9223372036854775808"], "3"),
        of("smallint", INTEGER, "7", ["32767", "-32768"], "3"),
        of("int unsigned", INTEGER, "7", ["4294967295", "0"], "3"),
        of("decimal(10, 2)", NUMBER, "7.25", ["99999999.99", "-99999999.99"], "1.5"),
        of("decimal(6, 2)", NUMBER, "7.25", ["9999.99", "-9999.99"], "1.5"),
        of("double", NUMBER, "7.25", ["1e300", "-1e300"], "1.5"),
        of("varchar(10)", TEXT, "'abc'", ["'abcdefghij'", "''"], "'d'"),
        of("varchar(20)", TEXT, "'abc'", ["'abcdefghijklmnopqrst'", "''"], "'d'"),
        of("text", TEXT, "'abc'", ["repeat('x', 300)", "''"], ""),
        of("boolean", Some(Family::Boolean), "true", ["true", "false"], "false"),
        of(
            "date",
            Some(Family::Date),
            "date '2024-02-03'",
            ["date '4000-01-01'", "date '1000-01-01'"],
            "",
        ),
        of(
            "datetime",
            Some(Family::Timestamp),
            "timestamp '2024-02-03 04:05:06'",
            ["timestamp '4000-01-01 00:00:00'", "timestamp '1000-01-01 00:00:00'"],
            "current_timestamp",
        ),
        of(
            "timestamp",
            Some(Family::Timestamp),
            "timestamp '2024-02-03 04:05:06'",
            ["timestamp '2030-01-01 00:00:00'", "timestamp '1990-01-01 00:00:00'"],
            "current_timestamp",
        ),
        of("json", Some(Family::Json), "'{}'", ["'[1]'", "'null'"], ""),
        of("blob", Some(Family::Binary), "x'01'", ["x'ffff'", "''"], ""),
        of("enum('a', 'b')", TEXT, "'a'", ["'b'", "'a'"], "'a'"),
    ],
    prelude: "create table r (id int primary key);\n",
};

/// The databases of MariaDB, one for each state.
const STATES: [&str; 4] = ["w0", "w1", "w2", "w3"];

fn mariadb_setup() -> String {
    let procedure = "create procedure attempt(n text, s longtext) begin
            declare exit handler for sqlexception, sqlstate '01000' begin
                get diagnostics condition 1 @m = message_text; select n, @m;
            end;
            execute immediate s; select n, 'ok';
        end";
    let mut text = String::from("delimiter //\n");
    for state in STATES {
        writeln!(text, "create database {state}//\nuse {state}//\n{procedure}//").expect("a text");
        writeln!(text, "create table r (id int primary key)//").expect("a text");
    }
    text
}

#[derive(Clone, Debug, PartialEq)]
struct Column {
    name: String,
    of: usize,
    not_null: bool,
    default: bool,
    /// Computed from `id`.
    computed: bool,
}

/// How the primary key gets its value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Id {
    Written,
    Numbered,
    Always,
}

/// The table `t` of one state.
#[derive(Clone, Debug, PartialEq)]
struct Table {
    id: Id,
    columns: Vec<Column>,
    uniques: BTreeSet<String>,
    checks: BTreeSet<String>,
    references: BTreeSet<String>,
    is_guarded: bool,
    exists: bool,
}

impl Server {
    fn of(&self, column: &Column) -> &Type {
        &self.types[column.of]
    }

    fn is_postgres(&self) -> bool {
        self.dialect == Dialect::Postgres
    }

    fn table(&self, random: &mut Random) -> Table {
        let id = *random.of(&[Id::Written, Id::Written, Id::Numbered, Id::Always]);
        let id = if id == Id::Always && !self.is_postgres() { Id::Numbered } else { id };
        let mut table = Table {
            id,
            columns: Vec::new(),
            uniques: BTreeSet::new(),
            checks: BTreeSet::new(),
            references: BTreeSet::new(),
            is_guarded: false,
            exists: true,
        };
        for number in 0..1 + random.below(5) {
            table.columns.push(self.column(format!("c{number}"), random));
        }
        self.constrain(&mut table, random, 12);
        table
    }

    fn column(&self, name: String, random: &mut Random) -> Column {
        let of = random.below(self.types.len());
        let has_default = !self.types[of].default.is_empty();
        let computed = random.percent(6);
        let of = if computed { 0 } else { of };
        Column {
            name,
            of,
            not_null: !computed && random.percent(45),
            default: !computed && has_default && random.percent(35),
            computed,
        }
    }

    /// Adds or removes constraints.
    fn constrain(&self, table: &mut Table, random: &mut Random, chance: usize) {
        let Some(column) = table.columns.get(random.below(table.columns.len().max(1))) else {
            return;
        };
        let name = column.name.clone();
        let is_integer = self.of(column).family == INTEGER && !column.computed;
        let toggle = |set: &mut BTreeSet<String>| {
            if !set.remove(&name) {
                set.insert(name.clone());
            }
        };
        if is_integer && random.percent(chance) {
            toggle(&mut table.checks);
        }
        if is_integer && random.percent(chance) {
            toggle(&mut table.uniques);
        }
        if self.of(column).name == "int" && !column.computed && random.percent(chance) {
            toggle(&mut table.references);
        }
        if random.percent(chance / 3) {
            table.is_guarded = !table.is_guarded;
        }
    }

    /// Changes a table.
    fn change(&self, table: &mut Table, number: usize, random: &mut Random) {
        let n_columns = table.columns.len();
        let at = random.below(n_columns.max(1));
        match random.below(11) {
            0..=2 => table.columns.push(self.column(format!("n{number}"), random)),
            3 | 4 if n_columns > 0 => {
                let gone = table.columns.remove(at).name;
                for set in [&mut table.uniques, &mut table.checks, &mut table.references] {
                    set.remove(&gone);
                }
            }
            5 if n_columns > 0 => {
                let name = table.columns[at].name.clone();
                let is_plain = [&table.uniques, &table.checks, &table.references]
                    .iter()
                    .all(|set| !set.contains(&name));
                if is_plain {
                    let column = self.column(name, random);
                    table.columns[at] = column;
                }
            }
            6 if n_columns > 0 && !table.columns[at].computed => {
                table.columns[at].not_null = !table.columns[at].not_null;
            }
            7 if n_columns > 0 && !table.columns[at].computed => {
                let has_default = !self.of(&table.columns[at]).default.is_empty();
                table.columns[at].default = has_default && !table.columns[at].default;
            }
            8 if n_columns > 0 => {
                let name = table.columns[at].name.clone();
                for set in [&mut table.uniques, &mut table.checks, &mut table.references] {
                    set.remove(&name);
                }
                table.columns[at].name = format!("x{number}");
            }
            9 if random.percent(15) => table.exists = false,
            _ => self.constrain(table, random, 70),
        }
    }

    /// The statements that make a table; `quick` ones are gone with the connection.
    fn statements(&self, table: &Table, quick: bool) -> Vec<String> {
        if !table.exists {
            return Vec::new();
        }
        let id = match (table.id, self.is_postgres()) {
            (Id::Written, _) => "id int primary key",
            (Id::Numbered, true) => "id int generated by default as identity primary key",
            (Id::Always, _) => "id int generated always as identity primary key",
            (Id::Numbered, false) => "id int auto_increment primary key",
        };
        let mut parts = vec![id.to_owned()];
        for column in &table.columns {
            let found = self.of(column);
            let mut part = format!("{} {}", column.name, found.name);
            if column.computed {
                // MariaDB computes nothing from a column that numbers itself.
                part.push_str(match self.is_postgres() {
                    true => " generated always as (id + 1) stored",
                    false => " as (1 + 1) stored",
                });
            }
            if column.default {
                write!(part, " default {}", found.default).expect("a text");
            }
            if column.not_null {
                part.push_str(" not null");
            } else if found.name == "timestamp" && !self.is_postgres() {
                part.push_str(" null");
            }
            parts.push(part);
        }
        parts.extend(
            table.uniques.iter().map(|name| format!("constraint u_{name} unique ({name})")),
        );
        parts.extend(
            table.checks.iter().map(|name| format!("constraint k_{name} check ({name} > 0)")),
        );
        parts.extend(
            table
                .references
                .iter()
                .map(|name| format!("constraint f_{name} foreign key ({name}) references r (id)")),
        );
        let temporary = if quick { "temporary " } else { "" };
        let mut all = vec![format!("create {temporary}table t ({})", parts.join(", "))];
        if table.is_guarded {
            all.push(match self.is_postgres() {
                true => "create trigger g before insert on t for each row execute function refuse()",
                false => "create trigger g before insert on t for each row signal sqlstate '45000' set message_text = 'no'",
            }.to_owned());
        }
        all
    }

    fn catalogue(&self, table: &Table) -> Catalogue {
        let statements = self.statements(table, false);
        let text = format!("{}{};\n", self.prelude, statements.join(";\n"));
        let mut sources = Sources::default();
        let excerpt = Excerpt::of_file(sources.add("s.sql", &*text), &*text);
        let mut problems = Vec::new();
        let scripts = scripts(&[excerpt], self.dialect, &mut problems);
        Catalogue::build(self.dialect, &scripts.iter().collect::<Vec<_>>(), &mut problems)
    }

    /// What an application that was made for a table reads and writes; most know what they must write.
    fn contract(&self, table: &Table, random: &mut Random) -> Contract {
        let knows = random.percent(85);
        let mut contract = Contract { reads: Vec::new(), writes: Vec::new() };
        if random.percent(70) {
            contract.reads.push(("id".to_owned(), random.percent(40).then_some(Family::Integer)));
        }
        for column in &table.columns {
            let family = self.of(column).family;
            let family = family.filter(|_| random.percent(50));
            if random.percent(60) {
                contract.reads.push((column.name.clone(), family));
            }
            let is_mandatory = column.not_null && !column.default;
            let is_written = match (column.computed, is_mandatory && knows) {
                (true, _) => false,
                (false, true) => true,
                (false, false) => random.percent(55),
            };
            if is_written {
                contract.writes.push((column.name.clone(), family));
            }
        }
        if table.id == Id::Written || (table.id == Id::Numbered && random.percent(20)) {
            contract.writes.push(("id".to_owned(), None));
        }
        contract
    }

    /// What the application sends, which it was made to send to `table`.
    fn sent(&self, contract: &Contract, table: &Table) -> Vec<String> {
        let read = |(name, family): &(String, Option<Family>)| match (family, self.is_postgres()) {
            (Some(Family::Integer), true) => format!("{name} % 2"),
            (Some(Family::Number), true) => format!("{name} * 1.5"),
            (Some(Family::Boolean), true) => format!("not {name}"),
            (Some(Family::Date), true) => format!("{name} + 1"),
            (Some(Family::Timestamp), true) => format!("extract(hour from {name})"),
            (Some(Family::Json), true) => format!("{name}::jsonb"),
            (Some(Family::Binary), true) => format!("length({name})"),
            (_, _) => name.clone(),
        };
        let reads: Vec<String> = contract.reads.iter().map(read).collect();
        let select = match (reads.is_empty(), self.is_postgres()) {
            (true, _) => None,
            (false, true) => Some(format!("select {} from t", reads.join(", "))),
            (false, false) => {
                Some(format!("do (select count(*) from (select {} from t) x)", reads.join(", ")))
            }
        };
        let mut sent: Vec<String> = select.clone().into_iter().collect();
        if !contract.writes.is_empty() {
            let names: Vec<&str> = contract.writes.iter().map(|(name, _)| name.as_str()).collect();
            // Usual values twice, the largest, the smallest, and no value where that was allowed.
            for row in 0..5 {
                let value = |(name, _): &(String, Option<Family>)| {
                    let column = table.columns.iter().find(|column| column.name == *name);
                    let Some(column) = column else { return (100 + row).to_string() };
                    let found = self.of(column);
                    if row == 4 && !column.not_null && found.name != "strictly" {
                        return "null".to_owned();
                    }
                    if table.uniques.contains(name) || table.checks.contains(name) {
                        return (200 + row).to_string();
                    }
                    match row {
                        2 => found.extremes[0].to_owned(),
                        3 => found.extremes[1].to_owned(),
                        _ => found.usual.to_owned(),
                    }
                };
                let values: Vec<String> = contract.writes.iter().map(value).collect();
                let (names, values) = (names.join(", "), values.join(", "));
                sent.push(format!("insert into t ({names}) values ({values})"));
            }
        }
        sent.extend(select);
        sent
    }
}

struct Contract {
    reads: Vec<(String, Option<Family>)>,
    writes: Vec<(String, Option<Family>)>,
}

impl Contract {
    fn requirement(&self) -> Vec<Requirement> {
        let file = Sources::default().add("app.yaml", "");
        let span = Span::new(file, 0..0);
        let needed = |(name, family): &(String, Option<Family>)| Needed {
            column: Spanned::new(name.as_str().into(), span),
            family: *family,
        };
        vec![Requirement {
            table: Spanned::new("t".into(), span),
            reads: self.reads.iter().map(needed).collect(),
            writes: self.writes.iter().map(needed).collect(),
        }]
    }
}

/// What the database holds when Git has `git`, and nothing is dropped of what it had.
fn kept(database: &Table, git: &Table) -> Table {
    if !git.exists {
        return database.clone();
    }
    let mut kept = git.clone();
    if database.exists {
        let is_gone = |column: &&Column| git.columns.iter().all(|of| of.name != column.name);
        kept.columns.extend(database.columns.iter().filter(is_gone).cloned());
    }
    kept
}

/// What is said of a contract in a state.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Said {
    Holds,
    Fails,
    Unknown,
    /// By its family alone.
    Differs,
}

/// One contract in one state.
struct Pair {
    scenario: usize,
    name: &'static str,
    said: Said,
    /// What is sent, and in which of the states.
    sent: Vec<String>,
    state: usize,
    reason: String,
}

/// Where nothing is said: the version runs in the state that it was made for.
const PREMISES: [&str; 2] = ["the old version before", "the new version in Git"];

fn compare(server: &Server, ask: &dyn Fn(&str) -> String) {
    let number = |name: &str, default: u64| {
        std::env::var(name).map_or(default, |it| it.parse().expect("a number"))
    };
    let wanted = usize::try_from(number("WINDOW_PAIRS", 10_000)).expect("it is small");
    let mut random = Random(number("WINDOW_SEED", 0x5eed_0f0d_e115_1234));
    let (mut n_pairs, mut n_scenarios, mut n_refused) = (0, 0, 0);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    while n_pairs < wanted {
        let (mut batch, mut pairs) = (String::new(), Vec::new());
        while pairs.len() < 1_000 {
            n_scenarios += 1;
            match scenario(server, n_scenarios, &mut random, &mut batch) {
                Some(of) => pairs.extend(of),
                None => n_refused += 1,
            }
        }
        let answers = answers(&ask(&batch));
        let result = |scenario: usize, name: &str| -> Option<Result<(), String>> {
            let found = answers.get(&format!("{scenario}.{name}"))?;
            let error = found.iter().find(|answer| *answer != "ok");
            Some(error.map_or(Ok(()), |error| Err(error.clone())))
        };
        for pair in &pairs {
            let premise = if pair.name.contains("old") { PREMISES[0] } else { PREMISES[1] };
            if PREMISES.contains(&pair.name) || pair.sent.is_empty() {
                continue;
            }
            let is_made = result(pair.scenario, &format!("state{}", pair.state));
            let (Some(Ok(())), Some(Ok(()))) = (is_made, result(pair.scenario, premise)) else {
                *counts.entry("not counted: the premise does not hold".to_owned()).or_default() +=
                    1;
                continue;
            };
            let found = result(pair.scenario, pair.name).expect("every pair has an answer");
            n_pairs += 1;
            let is_wrong = match (pair.said, &found) {
                (Said::Holds, Err(_)) | (Said::Fails, Ok(())) => true,
                (Said::Holds, Ok(())) | (Said::Fails, Err(_)) => false,
                (Said::Unknown | Said::Differs, _) => false,
            };
            let outcome = if found.is_ok() { "it runs" } else { "it fails" };
            *counts.entry(format!("{:?}: {outcome}", pair.said)).or_default() += 1;
            if is_wrong {
                let Pair { scenario, name, said, sent, reason, .. } = pair;
                let about = batch
                    .lines()
                    .filter(|line| line.contains(&format!("'{scenario}.state")))
                    .collect::<Vec<_>>()
                    .join("\n");
                wrong.push(format!(
                    "{scenario}, {name}: {said:?} ({reason}), and {found:?}\n{about}\n{}",
                    sent.join("\n")
                ));
            }
        }
    }
    println!("{}: {n_pairs} pairs of {n_scenarios} changes", server.dialect.name());
    println!("  {n_refused} changes refused as a whole");
    counts.iter().for_each(|(what, count)| println!("  {what}: {count}"));
    let first: Vec<&String> = wrong.iter().take(5).collect();
    assert!(
        wrong.is_empty(),
        "{} of {n_pairs} are wrong:\n{}",
        wrong.len(),
        first.iter().map(|it| it.as_str()).collect::<Vec<_>>().join("\n\n")
    );
    let n_certain = counts.get("Holds: it runs").copied().unwrap_or_default();
    assert!(n_certain * 4 > n_pairs, "hardly anything is certain: {n_certain} of {n_pairs}");
}

/// The answers of a batch, by what was asked.
fn answers(printed: &str) -> BTreeMap<String, Vec<String>> {
    let mut answers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in printed.lines() {
        if let Some((key, answer)) = line.split_once(['|', '\t']) {
            answers.entry(key.to_owned()).or_default().push(answer.to_owned());
        }
    }
    answers
}

/// One change, and what it is reverted to: the pairs that are said to be alive; nothing where the change is not made.
fn scenario(
    server: &Server,
    number: usize,
    random: &mut Random,
    batch: &mut String,
) -> Option<Vec<Pair>> {
    let old = server.table(random);
    let mut new = old.clone();
    for step in 0..1 + random.below(3) {
        server.change(&mut new, step, random);
    }
    let (old_contract, new_contract) =
        (server.contract(&old, random), server.contract(&new, random));
    let is_deferred = random.percent(65);
    let skips = match is_deferred {
        true => BTreeSet::from(["drop_schema", "drop_table", "drop_column"]),
        false => BTreeSet::new(),
    };
    let policy = Policy { skips, ..Policy::default() };
    let (from, to) = (server.catalogue(&old), server.catalogue(&new));
    let changes = policy::planned(&from, &to, &policy);
    let after = applied(&from, &to, &changes);
    let back = policy::planned(&after.catalogue, &from, &policy);
    let reverted = applied(&after.catalogue, &from, &back);
    if after.fate != Fate::Applied || reverted.fate != Fate::Applied {
        return None;
    }
    let (after_table, reverted_table) = match is_deferred {
        true => (kept(&old, &new), kept(&kept(&old, &new), &old)),
        false => (new.clone(), old.clone()),
    };
    let states = [&old, &new, &after_table, &reverted_table];
    let (sends_old, sends_new) = (
        server.sent(&old_contract, &old),
        if new.exists { server.sent(&new_contract, &new) } else { Vec::new() },
    );
    let (requires_old, requires_new) = (old_contract.requirement(), new_contract.requirement());
    let none = Felt::default();
    let old_after = Felt::of(&from, &to, &changes);
    let mut new_after = Felt::between(&to, &after.catalogue);
    new_after.add_unmade(&changes);
    let new_reverted = Felt::of(&after.catalogue, &from, &back);
    let mut old_reverted = Felt::between(&from, &reverted.catalogue);
    old_reverted.add_unmade(&back);
    let mut all = vec![
        (PREMISES[0], &requires_old, &sends_old, 0, &from, &none),
        (
            "the old version between the waves",
            &requires_old,
            &sends_old,
            2,
            &after.catalogue,
            &old_after,
        ),
        (
            "the old version after a revert",
            &requires_old,
            &sends_old,
            3,
            &reverted.catalogue,
            &old_reverted,
        ),
    ];
    if new.exists {
        all.extend([
            (PREMISES[1], &requires_new, &sends_new, 1, &to, &none),
            ("the new version after", &requires_new, &sends_new, 2, &after.catalogue, &new_after),
            (
                "the new version in a revert",
                &requires_new,
                &sends_new,
                3,
                &reverted.catalogue,
                &new_reverted,
            ),
        ]);
    }
    let work = &mut Work::default();
    let mut pairs = Vec::new();
    for (name, contract, sent, state, database, felt) in all {
        let held = holds(contract, database, felt, work);
        let is_sure = |breach: &Breach<'_>| !matches!(breach, Breach::OtherFamily { .. });
        let said = match held.is_certain() {
            true => Said::Holds,
            false if held.breaches.iter().any(is_sure) => Said::Fails,
            false if !held.breaches.is_empty() => Said::Differs,
            false => Said::Unknown,
        };
        let reason = format!("{:?} {:?}", held.breaches, held.doubts);
        pairs.push(Pair { scenario: number, name, said, sent: sent.clone(), state, reason });
    }
    match server.is_postgres() {
        true => postgres_batch(server, number, states, &pairs, batch),
        false => mariadb_batch(server, number, states, &pairs, batch),
    }
    Some(pairs)
}

fn postgres_batch(
    server: &Server,
    number: usize,
    states: [&Table; 4],
    pairs: &[Pair],
    batch: &mut String,
) {
    batch.push_str("begin;\n");
    for (at, table) in states.into_iter().enumerate() {
        let mut statements = vec!["create table r (id int primary key)".to_owned()];
        statements.extend(server.statements(table, false));
        let statements = statements.join("; ");
        writeln!(batch, "create schema s{at}; set local search_path = s{at}, public;").expect("it");
        writeln!(batch, "select '{number}.state{at}', attempt($q${statements}$q$);").expect("it");
    }
    for Pair { name, sent, state, .. } in pairs {
        writeln!(batch, "savepoint a; set local search_path = s{state}, public;").expect("it");
        let sent = sent.join("; ");
        writeln!(batch, "select '{number}.{name}', attempt($q${sent}$q$); rollback to a;")
            .expect("it");
    }
    batch.push_str("rollback;\n");
}

fn mariadb_batch(
    server: &Server,
    number: usize,
    states: [&Table; 4],
    pairs: &[Pair],
    batch: &mut String,
) {
    let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    // A temporary table is made in no time, but has neither foreign keys nor triggers, and takes values for computed
    // columns, which others refuse.
    let is_quick = |table: &Table| {
        let is_computed = table.columns.iter().any(|column| column.computed);
        table.references.is_empty() && !table.is_guarded && !is_computed
    };
    batch.push_str("set autocommit = 0;\n");
    for (at, table) in states.into_iter().enumerate() {
        writeln!(batch, "use {};", STATES[at]).expect("a text");
        writeln!(batch, "select '{number}.state{at}', 'ok';").expect("a text");
        for statement in server.statements(table, is_quick(table)) {
            let statement = quoted(&statement);
            writeln!(batch, "call attempt('{number}.state{at}', {statement});").expect("a text");
        }
    }
    for Pair { name, sent, state, .. } in pairs {
        writeln!(batch, "use {};", STATES[*state]).expect("a text");
        writeln!(batch, "select '{number}.{name}', 'ok';").expect("a text");
        for statement in sent {
            let statement = quoted(statement);
            writeln!(batch, "call attempt('{number}.{name}', {statement});").expect("a text");
        }
        batch.push_str("rollback;\n");
    }
    for (at, table) in states.into_iter().enumerate() {
        let temporary = if is_quick(table) { "temporary " } else { "" };
        writeln!(batch, "drop {temporary}table if exists {}.t;", STATES[at]).expect("a text");
    }
}
