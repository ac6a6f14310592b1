//! What servers refuse although every word of it can be read, and what they take although it looks alike.
//!
//! Each row is a dialect, a schema, and the names of what is found; a certain refusal has a `!`.

use sql::catalogue::Catalogue;
use sql::dialect::Dialect;
use sql::parse::scripts;
use sql::problem::Problem;
use sql::source::{Excerpt, Sources};

use Dialect::{ClickHouse, MariaDb, MySql, Postgres, SqlServer, Sqlite};

fn found(dialect: Dialect, text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let excerpt = Excerpt::of_file(sources.add("a.sql", text), text);
    let mut problems = Vec::new();
    let scripts = scripts(&[excerpt], dialect, &mut problems);
    Catalogue::build(dialect, &scripts.iter().collect::<Vec<_>>(), &mut problems);
    let name = |problem: &Problem| {
        let Problem::Refused(refused) = problem else { return problem.name().to_owned() };
        let why = format!("{:?}", refused.why);
        let why = why.split([' ', '{']).next().unwrap_or_default();
        format!("{why}{}", if refused.is_certain { "!" } else { "" })
    };
    problems.iter().map(name).collect()
}

#[test]
fn what_servers_refuse_is_found() {
    let mut wrong = Vec::new();
    for (dialect, text, expected) in REFUSED {
        let found = found(*dialect, text);
        if found != *expected {
            wrong.push(format!("{}: {text}\n  {found:?}", dialect.name()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_servers_take_is_left_alone() {
    let mut wrong = Vec::new();
    for (dialect, text) in TAKEN {
        let found = found(*dialect, text);
        if !found.is_empty() {
            wrong.push(format!("{}: {text}\n  {found:?}", dialect.name()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

type Row = (Dialect, &'static str, &'static [&'static str]);

const REFUSED: &[Row] = &[
    (Postgres, "create table t (a int primary key, b int primary key);", &["SecondPrimaryKey!"]),
    (MySql, "create table t (a int primary key, b int, primary key (b));", &["SecondPrimaryKey!"]),
    (Sqlite, "create table t (a int primary key, b int, primary key (b));", &["SecondPrimaryKey!"]),
    (
        Postgres,
        "create table t (a int primary key, b int); alter table t add primary key (b);",
        &["SecondPrimaryKey"],
    ),
    (Postgres, "create table t (a varchar());", &["NoArguments!"]),
    (MySql, "create table t (a varchar(), b decimal());", &["NoArguments!", "NoArguments!"]),
    (Sqlite, "create table t (a varchar());", &["NoArguments!"]),
    (MySql, "create table t (a varchar, b varbinary);", &["LengthMissing!", "LengthMissing!"]),
    (MySql, "create table t (a enum, b enum());", &["LabelsMissing!", "NoArguments!"]),
    (Postgres, "create table t (a varchar(0), b char(x));", &["OddLength!", "OddLength!"]),
    (MySql, "create table t (a decimal(5, 10));", &["OddLength!"]),
    (Postgres, "create table t (a int(11), b text(3));", &["LengthOfNothing", "LengthOfNothing"]),
    (MySql, "create table t (a int, key k (a), key K (a));", &["NameTwice!"]),
    (
        Postgres,
        "create table t (a int, constraint c check (a > 0), constraint c unique (a));",
        &["NameTwice!"],
    ),
    (
        Postgres,
        "create table t (a int, b int); create index i on t (a); create index i on t (b);",
        &["NameTwice"],
    ),
    (
        Sqlite,
        "create table t (a int); create table u (a int); create index i on t (a); create index i on u (a);",
        &["NameTwice"],
    ),
    (
        Postgres,
        "create table t (a int, constraint k unique (a)); create table u (a int, constraint k unique (a));",
        &["NameTwice"],
    ),
    (Postgres, "create sequence s; create sequence s;", &["NameTwice"]),
    (Postgres, "create type m as enum ('a'); create type m as enum ('b');", &["NameTwice"]),
    (Postgres, "create table t (a int, primary key (a, a));", &["ColumnTwice!"]),
    (Postgres, "create table t (a int); alter table t add column a int;", &["ColumnExists"]),
    (Postgres, "create type m as enum ('a', 'b', 'a');", &["LabelTwice!"]),
    (Postgres, "create type m as enum (a, 'b');", &["LabelNoText!"]),
    (Postgres, "create type m as enum ('a' 'b');", &["MissingComma"]),
    (MySql, "create table t (a enum('x', 'y', 'x'));", &["LabelTwice"]),
    (Postgres, "create table t (a int default 1 default 2);", &["SecondDefault!"]),
    (Postgres, "create table t (a int not null null);", &["NullTwice!"]),
    (MySql, "create table t (a int not null default null);", &["NullDefault!"]),
    (
        Postgres,
        "create table t (a int default 'abc', b boolean default 'abc', c date default 'abc');",
        &["DefaultType", "DefaultType", "DefaultType"],
    ),
    (MySql, "create table t (a int auto_increment, b int);", &["NumberedWithoutKey!"]),
    (
        MariaDb,
        "create table t (a int auto_increment primary key, b int auto_increment unique);",
        &["NumberedTwice!"],
    ),
    (Sqlite, "create table t (a varchar(10), b, c text) strict;", &["StrictType!", "StrictType!"]),
    (Sqlite, "create table t (a int) without rowid;", &["KeyMissing!"]),
    (Sqlite, "create table t (a int primary key autoincrement);", &["NumberedType!"]),
    (
        Postgres,
        "create table p (a int primary key, b int); create table c (b int references p (b));",
        &["KeyNotUnique"],
    ),
    (
        Postgres,
        "create table p (a int primary key); create table c (b text references p);",
        &["KeyType"],
    ),
    (
        MySql,
        "create table p (a bigint primary key); create table c (b int, foreign key (b) references p (a));",
        &["KeyType"],
    ),
    (Postgres, "create table t (a int auto_increment);", &["ForeignWord!"]),
    (Sqlite, "create table t (a integer primary key auto_increment);", &["ForeignWord!"]),
    (Postgres, "create table t (`a` int);", &["ForeignWord"]),
    (Postgres, "create table t (a int, key k (a));", &["ForeignWord"]),
    (Postgres, "create table t (a int) engine = InnoDB;", &["ForeignWord"]),
    (
        MySql,
        "create table t (a text[], b varchar(9) default 'x'::text);",
        &["ForeignWord!", "ForeignWord!"],
    ),
    (Postgres, "create table t (a datetime, b tinyint);", &["UnknownType", "UnknownType"]),
    (Postgres, "create type mood as enum ('a'); create table t (a moood);", &["UnknownType"]),
    (MySql, "create table t (a int) engine = InnDB charset = utfmb4;", &["Unknown", "Unknown"]),
    (Postgres, "create table t (a int); create index i on t using btere (a);", &["Unknown"]),
    // Names of columns and tables in other places.
    (Postgres, "create table t (name int); create index i on t (nmae);", &["UnknownKeyColumn"]),
    (MySql, "create table t (name int); create index i on t (nmae);", &["UnknownKeyColumn"]),
    (Sqlite, "create table t (name int); create index i on t (nmae);", &["UnknownKeyColumn"]),
    (
        Postgres,
        "create table p (name int primary key); create table c (a int references p (nmae));",
        &["UnknownKeyColumn"],
    ),
    (
        Sqlite,
        "create table p (name int primary key); create table c (a int references p (nmae));",
        &["UnknownColumn"],
    ),
    (Postgres, "create table t (amount int, check (amuont > 0));", &["UnknownColumn"]),
    (
        Postgres,
        "create table t (price int, b int generated always as (pirce * 2) stored);",
        &["UnknownColumn"],
    ),
    (
        Postgres,
        "create table t (created_on date) partition by range (craeted_on);",
        &["UnknownColumn"],
    ),
    (
        Postgres,
        "create table t (name text); create index i on t (lower(nmae));",
        &["UnknownColumn"],
    ),
    (
        Postgres,
        "create table t (id int, gone_at date); create index i on t (id) where gnoe_at is null;",
        &["UnknownColumn"],
    ),
    (
        Postgres,
        "create table t (id int, name int); create index i on t (id) include (nmae);",
        &["UnknownColumn"],
    ),
    (
        Postgres,
        "create table users (id int); create view v as select id from usres;",
        &["UnknownTable"],
    ),
    (
        MySql,
        "create table users (id int, name int); create view v as select u.nmae from users u;",
        &["UnknownColumn"],
    ),
    (
        Postgres,
        "create table users (id int, name int); create view v as select id, nothing from users;",
        &["UnknownColumn"],
    ),
    (
        Postgres,
        "create table users (id int); comment on column users.di is 'x';",
        &["UnknownColumn"],
    ),
    (Postgres, "create table users (id int); comment on table usres is 'x';", &["UnknownTable"]),
    (Postgres, "create table users (id int); grant select on usres to public;", &["UnknownTable"]),
    (
        Postgres,
        "create table users (id int); insert into users (di) values (1);",
        &["UnknownColumn"],
    ),
    (
        Postgres,
        "create table users (id int); insert into users (id) values (1, 2);",
        &["ValueCount"],
    ),
    (Postgres, "create table users (id int); insert into users (id) valeus (1);", &["Misspelt"]),
    (
        Postgres,
        "create table users (id int); alter table users alter column di set not null;",
        &["UnknownColumn"],
    ),
    (Postgres, "create table users (id int); drop table nowhere;", &["UnknownTable"]),
    (
        Postgres,
        "create table t (a int); create function touch() returns trigger language plpgsql as $$ begin return new; end $$; create trigger g before insert on t for each row execute function tuoch();",
        &["Unknown"],
    ),
    (
        Postgres,
        "create table t (a int); create trigger g beofre insert on t for each row execute function f();",
        &["Misspelt"],
    ),
    (Postgres, "create function f() retruns int language sql as 'select 1';", &["Misspelt"]),
    (Postgres, "create function f() returns int language plpgsl as 'begin end';", &["Unknown"]),
];

const TAKEN: &[(Dialect, &str)] = &[
    (Sqlite, "create table t (a \"INTEGER\" primary key autoincrement);"),
    (Sqlite, "create table t (id [integer] primary key autoincrement);"),
    (Sqlite, "create table t (a TEXT, b \"TEXT\", c [text]) strict;"),
    (MariaDb, "create table t (a int primary key primary key);"),
    (
        Postgres,
        "create table t (a int primary key); alter table t drop constraint t_pkey; alter table t add primary key (a);",
    ),
    (
        MySql,
        "create table t (a int primary key); alter table t drop primary key, add primary key (a);",
    ),
    (MySql, "create table t (a varchar(0), b enum('a', 'A b'), c int(11), d decimal(5, 5));"),
    (MySql, "create table t (a serial, b int default '5');"),
    (MySql, "create table t (a int not null auto_increment, b int, key (b), key (a));"),
    (
        MySql,
        "create table u (a int primary key); create table t (a int, constraint c foreign key (a) references u (a), key c (a));",
    ),
    (Postgres, "create table t (a int primary key null);"),
    (
        Postgres,
        "create table t (a numeric(5, -2), b timestamp(3) default 'now', c boolean default 'f', d date default 'infinity', e int default '7');",
    ),
    (
        Postgres,
        "create table a (x int, constraint c check (x > 0)); create table b (x int, constraint c check (x > 0));",
    ),
    (
        Postgres,
        "create schema s; create table a (x int); create table s.a (x int); create index i on a (x); create index i on s.a (x);",
    ),
    (
        Postgres,
        "create table a (x int); create index i on a (x); drop index i; create index i on a (x);",
    ),
    (
        Postgres,
        "create table a (x int); create index i on a (x); alter index i rename to j; create index i on a (x);",
    ),
    (MySql, "create table a (x int, key i (x)); create table b (x int, key i (x));"),
    (Postgres, "create type m as enum ('a'); drop type m; create type m as enum ('b');"),
    (Postgres, "create sequence if not exists s; create sequence if not exists s;"),
    (Sqlite, "create table t (a serial primary key, b varchar, c);"),
    (
        Postgres,
        "create table t (a interval second(3), b interval(3), c time (3) with time zone, d bit varying(5), e char);",
    ),
    (Sqlite, "create table t (a integer primary key autoincrement, b any, c blob) strict;"),
    (Sqlite, "create table p (a int); create table c (a text references p (a));"),
    (
        Postgres,
        "create table p (a int unique, b int, unique (b, a)); create table c (x bigint references p (a), y int, z int, foreign key (y, z) references p (a, b));",
    ),
    (Postgres, "create table p (a varchar(9) primary key); create table c (a text references p);"),
    (
        Postgres,
        "create table t (a int, check (a > 0 and (a)::numeric < 5 and a is not null), b text check (b ~ '^x' and b collate \"C\" > 'a'));",
    ),
    (Postgres, "create table t (a date) partition by range (extract(year from a));"),
    (
        MySql,
        "create table t (a date) partition by range (year(a)) (partition p values less than (2020), partition q values less than maxvalue);",
    ),
    (
        Postgres,
        "create table t (a int, b jsonb); create view v as select x.a, y.value, z.n from t x, lateral jsonb_each(x.b) y, (select 1 as n) z;",
    ),
    (
        Postgres,
        "create table t (a int); create view v as with t as (select 1 as b) select t.b from t;",
    ),
    (Postgres, "create table t (a int); create view v as select x.c from t as x (c);"),
    (
        Postgres,
        "create view v as select c.relname from pg_class c join information_schema.tables i on i.table_name = c.relname;",
    ),
    (
        Postgres,
        "create table users (id int); insert into users values (1), (2); insert into users (id) select 1;",
    ),
    (Postgres, "create table t (a serial); grant usage, select on t_a_seq to public;"),
    (
        Postgres,
        "create table users (id int); do $$ begin execute 'alter table users add column ' || 'x' || ' int'; end $$; create index i on users (x);",
    ),
    (
        Postgres,
        "create table t (a int); alter table t add column b int, alter column b set not null;",
    ),
    (
        MySql,
        "set foreign_key_checks = 0; create table c (a int, foreign key (a) references p (b)); create table p (b int primary key);",
    ),
    // What was warned about.
    (
        Postgres,
        "create table t (a int); create materialized view m as select a from t with no data; create view v as select a from t with local check option;",
    ),
    (
        Postgres,
        "create table t (a int); create temp table x on commit drop as select a from t; create table x (b int);",
    ),
    (
        Postgres,
        "create table t (a timestamptz default timestamp with time zone '2020-01-01 00:00:00+00');",
    ),
    (
        Postgres,
        "create table a (x int); create view v as select x from a; drop table a cascade; create table a (x int); create view v as select x from a;",
    ),
    (
        Postgres,
        "create schema s; create table s.t (x int); drop schema s cascade; create schema s; create table s.t (x int);",
    ),
    (
        Postgres,
        "create recursive view r (n) as values (1) union all select n + 1 from r where n < 10; create view f as select * from rows from (generate_series(1, 2)) as f (a);",
    ),
    (
        Postgres,
        "create table t (a int); create view w as select sum(a) over (order by a rows between unbounded preceding and current row exclude ties) as s from t;",
    ),
    (
        Postgres,
        "create table b (id int, valid daterange, primary key (id, valid without overlaps)); create table c (id int, valid daterange, foreign key (id, period valid) references b (id, period valid));",
    ),
    (
        Postgres,
        "create view v as select json_value(j, '$.a' returning int default 0 on empty) as x from (select '{}'::jsonb as j) q;",
    ),
    (
        MariaDb,
        "create table p (id int, s date, e date, period for app (s, e), primary key (id, app without overlaps)); create table h (a int) with system versioning; create view v as select a from h for system_time as of timestamp '2020-01-01 00:00:00';",
    ),
    (
        MariaDb,
        "create table v (id int primary key, v vector(3) not null, vector index (v) m=8 distance=euclidean);",
    ),
    (MySql, "create table t (a text); create view v as select a from t where a sounds like 'x';"),
    (
        Sqlite,
        "create table t (a varchar[10], b text, unique (b collate nocase) on conflict fail); create view v as select a is b as x, a is not b as y from t;",
    ),
    (
        SqlServer,
        "create table t (a int null, b as isnull(a, 0), c int not null constraint k primary key (c));\nGO\ncreate clustered columnstore index i on t;\nGO\ncreate fulltext index on t (a) key index k;",
    ),
    (
        ClickHouse,
        "create table t (a UInt32, n Nested(x UInt8)) engine = MergeTree order by a; alter table t modify column a UInt64 settings mutations_sync = 1; create view f as select x.a from t as x final;",
    ),
];
