//! Pairs of files of which the first needs the second, though its name comes first: what `order` has to
//! put right, and what real servers are asked about.
#![allow(dead_code, reason = "each test uses a part of it")]

use sql::dialect::Dialect;

/// Two files: the one with the first name needs the other.
#[derive(Clone, Copy)]
pub struct Probe {
    pub dialect: Dialect,
    pub name: &'static str,
    /// The extensions without which no server takes it.
    pub extension: &'static str,
    pub needs: &'static str,
    pub needed: &'static str,
    /// Whether the server refuses them in the order of their names: what it only looks at later, or
    /// what merely should be there, it takes in any order.
    pub refused: bool,
}

const fn postgres(name: &'static str, needed: &'static str, needs: &'static str) -> Probe {
    Probe { dialect: Dialect::Postgres, name, extension: "", needs, needed, refused: true }
}

const fn extension(extension: &'static str, needed: &'static str, needs: &'static str) -> Probe {
    Probe { extension, ..postgres(extension, needed, needs) }
}

const fn of(
    dialect: Dialect,
    name: &'static str,
    needed: &'static str,
    needs: &'static str,
) -> Probe {
    Probe { dialect, ..postgres(name, needed, needs) }
}

const fn taken(probe: Probe) -> Probe {
    Probe { refused: false, ..probe }
}

const EQUAL: &str = "create function equals(a box, b box) returns boolean language sql immutable as $$ select a ~= b $$;";

pub const PROBES: &[Probe] = &[
    postgres("schema of a table", "create schema shop;", "create table shop.t (x int);"),
    postgres("schema of a view", "create schema shop;", "create view shop.v as select 1 as x;"),
    postgres("schema of a type", "create schema shop;", "create type shop.mood as enum ('a');"),
    postgres(
        "schema of a function",
        "create schema shop;",
        "create function shop.f() returns int language sql as 'select 1';",
    ),
    postgres(
        "schema in the search path",
        "create schema shop;",
        "set search_path = shop; create table t (x int);",
    ),
    postgres("schema of a grant", "create schema shop;", "grant usage on schema shop to public;"),
    postgres("schema of a comment", "create schema shop;", "comment on schema shop is 'x';"),
    postgres(
        "schema set later",
        "create schema shop;",
        "create table t (x int); alter table t set schema shop;",
    ),
    postgres(
        "schema of an aggregate",
        "create schema shop;",
        "create aggregate shop.total(int) (sfunc = int4pl, stype = int);",
    ),
    postgres(
        "schema of a role",
        "create role probe_owner; create schema authorization probe_owner;",
        "create table probe_owner.t (x int);",
    ),
    postgres("type", "create type mood as enum ('a');", "create table t (x mood);"),
    postgres("array of a type", "create type mood as enum ('a');", "create table t (x mood[]);"),
    postgres(
        "domain",
        "create domain posint as int check (value > 0);",
        "create table t (x posint);",
    ),
    postgres(
        "domain over a type",
        "create type mood as enum ('a');",
        "create domain good as mood;",
    ),
    postgres(
        "domain with a function",
        "create function f(int) returns boolean language sql as 'select true';",
        "create domain d as int check (f(value));",
    ),
    postgres(
        "cast to a type in a default",
        "create type mood as enum ('a');",
        "create table t (x text default 'a'::mood::text);",
    ),
    postgres(
        "cast to a type in a view",
        "create type mood as enum ('a');",
        "create view v as select cast('a' as mood) as x;",
    ),
    postgres("table of a type", "create type pair as (a int, b int);", "create table t of pair;"),
    postgres("row type", "create table r (a int);", "create table t (x r);"),
    postgres(
        "range over a type",
        "create type mood as enum ('a');",
        "create type moods as range (subtype = mood);",
    ),
    postgres(
        "type of an argument",
        "create type mood as enum ('a');",
        "create function f(x mood) returns int language sql as 'select 1';",
    ),
    postgres(
        "rows that a function returns",
        "create table t (x int);",
        "create function f() returns setof t language sql as 'select 1';",
    ),
    postgres(
        "variable of a row type",
        "create table users (x int);",
        "create function f() returns int language plpgsql as $$ declare r users%rowtype; begin return 1; end $$;",
    ),
    postgres(
        "body of an SQL function",
        "create table users (x int);",
        "create function f() returns bigint language sql as $$ select count(*) from users $$;",
    ),
    postgres(
        "call in an SQL function",
        "create function g() returns int language sql as 'select 1';",
        "create function f() returns int language sql as $$ select g() $$;",
    ),
    postgres(
        "call in an atomic function",
        "create function g() returns int language sql as 'select 1';",
        "create function f() returns int language sql begin atomic select g(); end;",
    ),
    postgres(
        "function of a default",
        "create function f() returns int language sql as 'select 1';",
        "create table t (x int default f());",
    ),
    postgres(
        "function of a check",
        "create function f(int) returns boolean language sql as 'select true';",
        "create table t (x int check (f(x)));",
    ),
    postgres(
        "function of a generated column",
        "create function f(int) returns int language sql immutable as 'select 1';",
        "create table t (x int, y int generated always as (f(x)) stored);",
    ),
    postgres(
        "function of an index",
        "create function f(int) returns int language sql immutable as 'select 1';",
        "create table t (x int); create index i on t (f(x));",
    ),
    postgres(
        "function of a view",
        "create function f() returns int language sql as 'select 1';",
        "create view v as select f() as x;",
    ),
    postgres(
        "function of a materialized view",
        "create function f() returns int language sql as 'select 1';",
        "create materialized view v as select f() as x;",
    ),
    postgres(
        "function of a trigger",
        "create function f() returns trigger language plpgsql as $$ begin return new; end $$;",
        "create table t (x int); create trigger g after insert on t for each row execute function f();",
    ),
    postgres(
        "function of an event trigger",
        "create function f() returns event_trigger language plpgsql as $$ begin end $$;",
        "create event trigger e on ddl_command_end execute function f();",
    ),
    postgres(
        "function that is selected",
        "create function f() returns int language sql as 'select 1';",
        "select f();",
    ),
    postgres(
        "procedure that is called",
        "create procedure p() language sql as 'select 1';",
        "call p();",
    ),
    postgres(
        "function in a DO block",
        "create function f() returns int language sql as 'select 1';",
        "do $$ begin perform f(); end $$;",
    ),
    postgres(
        "type made in a DO block",
        "do $$ begin create type mood as enum ('a'); exception when others then null; end $$;",
        "create table t (x mood);",
    ),
    postgres(
        "aggregate of a view",
        "create aggregate total(int) (sfunc = int4pl, stype = int);",
        "create view v as select total(x) from (values (1)) as t (x);",
    ),
    postgres(
        "function of an aggregate",
        "create function f(int, int) returns int language sql immutable as 'select 1';",
        "create aggregate total(int) (sfunc = f, stype = int);",
    ),
    postgres(
        "collation",
        "create collation german (locale = 'C');",
        "create table t (x text collate german);",
    ),
    postgres(
        "collation of an index",
        "create collation german (locale = 'C');",
        "create table t (x text); create index i on t (x collate german);",
    ),
    postgres(
        "operator of a view",
        "create function f(int, int) returns boolean language sql immutable as 'select true'; create operator === (leftarg = int, rightarg = int, function = f);",
        "create view v as select 1 === 2 as x;",
    ),
    postgres(
        "function of an operator",
        EQUAL,
        "create operator === (leftarg = box, rightarg = box, function = equals);",
    ),
    postgres(
        "function of a cast",
        "create function f(point) returns int language sql immutable as 'select 1';",
        "create cast (point as int) with function f(point);",
    ),
    postgres(
        "type of a cast",
        "create type mood as enum ('a');",
        "create cast (mood as int) with inout;",
    ),
    postgres(
        "cast in a view",
        "create type pair as (a int, b int); create function f(pair) returns int language sql immutable as 'select 1'; create cast (pair as int) with function f(pair);",
        "create view v as select row(1, 2)::pair::int as x;",
    ),
    postgres(
        "operator class of an index",
        "create operator class my_ops for type int using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(int, int);",
        "create table t (x int); create index i on t (x my_ops);",
    ),
    postgres(
        "function of an operator class",
        "create function c(int, int) returns int language sql immutable as 'select 0';",
        "create operator class my_ops for type int using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 c(int, int);",
    ),
    postgres(
        "operator family",
        "create operator family fam using btree;",
        "create operator class my_ops for type int using btree family fam as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(int, int);",
    ),
    postgres(
        "partition",
        "create table p (x int) partition by list (x);",
        "create table a partition of p for values in (1);",
    ),
    postgres(
        "attached partition",
        "create table c (x int);",
        "create table p (x int) partition by list (x); alter table p attach partition c for values in (1);",
    ),
    postgres(
        "parent of an attached partition",
        "create table p (x int) partition by list (x);",
        "create table c (x int); alter table p attach partition c for values in (1);",
    ),
    postgres(
        "attached index",
        "create table p (x int) partition by list (x); create table c partition of p for values in (1); create index c_x on c (x);",
        "create index p_x on only p (x); alter index p_x attach partition c_x;",
    ),
    postgres(
        "rows for a partition",
        "create table p (x int) partition by list (x); create table c partition of p for values in (1);",
        "insert into p values (1);",
    ),
    postgres("inheritance", "create table p (x int);", "create table c (y int) inherits (p);"),
    postgres("like", "create table p (x int);", "create table c (like p including all);"),
    postgres(
        "sequence by nextval",
        "create sequence s;",
        "create table t (x bigint default nextval('s'));",
    ),
    postgres(
        "sequence by regclass",
        "create sequence s;",
        "create table t (x bigint default nextval('public.s'::regclass));",
    ),
    postgres("owner of a sequence", "create table t (x int);", "create sequence s owned by t.x;"),
    postgres(
        "dictionary",
        "create text search dictionary plain (template = simple);",
        "create text search configuration c (copy = simple); alter text search configuration c alter mapping for asciiword with plain;",
    ),
    postgres(
        "configuration of a generated column",
        "create text search configuration c (copy = simple);",
        "create table t (x text, v tsvector generated always as (to_tsvector('c', x)) stored);",
    ),
    postgres(
        "configuration of an index",
        "create text search configuration public.c (copy = simple);",
        "create table t (x text); create index i on t using gin (to_tsvector('public.c'::regconfig, x));",
    ),
    postgres(
        "copied configuration",
        "create text search configuration d (copy = simple);",
        "create text search configuration c (copy = d);",
    ),
    postgres(
        "role of a grant",
        "create role probe_reader;",
        "create table t (x int); grant select on t to probe_reader;",
    ),
    postgres(
        "role in a role",
        "create role probe_reader;",
        "create role probe_app; grant probe_reader to probe_app;",
    ),
    postgres(
        "owner",
        "create role probe_owner;",
        "create table t (x int); alter table t owner to probe_owner;",
    ),
    postgres(
        "role of a policy",
        "create role probe_reader;",
        "create table t (x int); create policy p on t to probe_reader using (true);",
    ),
    postgres(
        "role made in a DO block",
        "do $$ begin create role probe_reader; end $$;",
        "grant usage on schema public to probe_reader;",
    ),
    postgres(
        "default privileges",
        "create role probe_reader;",
        "alter default privileges in schema public grant select on tables to probe_reader;",
    ),
    postgres(
        "grant on a function",
        "create function f() returns int language sql as 'select 1';",
        "grant execute on function f() to public;",
    ),
    postgres("grant on a sequence", "create sequence s;", "grant usage on sequence s to public;"),
    postgres(
        "function of a policy",
        "create function f() returns boolean language sql as 'select true';",
        "create table t (x int); create policy p on t using (f());",
    ),
    postgres(
        "table of a policy",
        "create table members (id int);",
        "create table t (x int); create policy p on t using (x in (select id from members));",
    ),
    postgres(
        "table of a rule",
        "create table log (x int);",
        "create table t (x int); create rule r as on insert to t do also insert into log values (new.x);",
    ),
    postgres(
        "table of a publication",
        "create table t (x int);",
        "create publication p for table t;",
    ),
    postgres(
        "publication",
        "create publication p;",
        "create table t (x int); alter publication p add table t;",
    ),
    postgres("comment on a column", "create table t (x int);", "comment on column t.x is 'x';"),
    postgres(
        "comment on a function",
        "create function f() returns int language sql as 'select 1';",
        "comment on function f() is 'x';",
    ),
    postgres(
        "comment on an index",
        "create table t (x int); create index i on t (x);",
        "comment on index i is 'x';",
    ),
    postgres(
        "comment on a trigger",
        "create table t (x int); create function f() returns trigger language plpgsql as $$ begin return new; end $$; create trigger g after insert on t for each row execute function f();",
        "comment on trigger g on t is 'x';",
    ),
    postgres(
        "value of an enum",
        "create type mood as enum ('a');",
        "alter type mood add value 'b';",
    ),
    postgres("statistics", "create table t (x int, y int);", "create statistics s on x, y from t;"),
    postgres(
        "refresh",
        "create materialized view v as select 1 as x;",
        "refresh materialized view v;",
    ),
    postgres(
        "view of a view",
        "create view w as select 1 as x;",
        "create view v as select x from w;",
    ),
    postgres(
        "trigger on a view",
        "create view w as select 1 as x;",
        "create function f() returns trigger language plpgsql as $$ begin return new; end $$; create trigger g instead of insert on w for each row execute function f();",
    ),
    postgres(
        "language",
        "create language probe_language handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator;",
        "create function f() returns int language probe_language as $$ begin return 1; end $$;",
    ),
    postgres(
        "foreign data wrapper",
        "create foreign data wrapper w;",
        "create server s foreign data wrapper w;",
    ),
    postgres(
        "server of a foreign table",
        "create foreign data wrapper w; create server s foreign data wrapper w;",
        "create foreign table t (x int) server s;",
    ),
    postgres(
        "server of a mapping",
        "create foreign data wrapper w; create server s foreign data wrapper w;",
        "create user mapping for current_user server s;",
    ),
    postgres(
        "unique key of another file",
        "create table p (x int, y int); create unique index u on p (y);",
        "create table t (y int references p (y));",
    ),
    extension("citext", "create extension citext;", "create table t (x citext);"),
    extension("hstore", "create extension hstore;", "create table t (x hstore);"),
    extension(
        "ltree",
        "create extension ltree;",
        "create table t (x ltree); create index i on t using gist (x);",
    ),
    extension(
        "pg_trgm",
        "create extension pg_trgm;",
        "create table t (x text); create index i on t using gin (x gin_trgm_ops);",
    ),
    extension(
        "uuid-ossp",
        "create extension \"uuid-ossp\";",
        "create table t (x uuid default uuid_generate_v4());",
    ),
    extension(
        "pgcrypto",
        "create extension pgcrypto;",
        "create view v as select crypt('a', gen_salt('bf')) as x;",
    ),
    extension(
        "unaccent",
        "create extension unaccent;",
        "create text search configuration c (copy = simple); alter text search configuration c alter mapping for word with unaccent, simple;",
    ),
    extension(
        "btree_gist",
        "create extension btree_gist;",
        "create table t (room int, during tsrange, exclude using gist (room with =, during with &&));",
    ),
    extension(
        "btree_gin",
        "create extension btree_gin;",
        "create table t (x int, y jsonb); create index i on t using gin (x, y);",
    ),
    extension(
        "postgres_fdw",
        "create extension postgres_fdw;",
        "create server s foreign data wrapper postgres_fdw;",
    ),
    extension("earthdistance", "create extension cube;", "create extension earthdistance;"),
    extension(
        "bloom",
        "create extension bloom;",
        "create table t (x int); create index i on t using bloom (x);",
    ),
    extension(
        "tablefunc",
        "create extension tablefunc;",
        "create view v as select * from normal_rand(1, 2, 3) as x;",
    ),
    extension(
        "citext",
        "create schema extensions; create extension citext schema extensions;",
        "create table t (x extensions.citext);",
    ),
    extension(
        "postgis",
        "create extension postgis;",
        "create table t (x geometry(Point, 4326), y geography); create index i on t using gist (x);",
    ),
    extension(
        "postgis",
        "create extension postgis;",
        "create view v as select st_makepoint(1, 2) as x;",
    ),
    extension(
        "vector",
        "create extension vector;",
        "create table t (x vector(3)); create index i on t using hnsw (x vector_cosine_ops);",
    ),
    extension(
        "timescaledb",
        "create extension timescaledb;",
        "create table t (at timestamptz not null); select create_hypertable('t', 'at');",
    ),
    extension(
        "timescaledb",
        "create extension timescaledb; create table t (at timestamptz not null);",
        "select create_hypertable('t', by_range('at'));",
    ),
    extension(
        "pg_cron",
        "create extension pg_cron;",
        "select cron.schedule('x', '* * * * *', 'select 1');",
    ),
    postgres(
        "rows of a query",
        "create table t (x int);",
        "with y as (select 1 as a) insert into t select a from y;",
    ),
    extension(
        "timescaledb",
        "create extension timescaledb; create table t (at timestamptz not null); select create_hypertable('t', 'at');",
        "create materialized view m with (timescaledb.continuous) as select time_bucket('1 day', at) as day from t group by 1;",
    ),
    // MariaDB and MySQL.
    of(
        Dialect::MariaDb,
        "database",
        "create database if not exists probe_shop;",
        "create table probe_shop.t (x int);",
    ),
    of(
        Dialect::MariaDb,
        "database in use",
        "create database if not exists probe_shop;",
        "use probe_shop; create table t (x int);",
    ),
    of(
        Dialect::MariaDb,
        "foreign key",
        "create table p (id int primary key);",
        "create table t (x int, foreign key (x) references p (id));",
    ),
    of(
        Dialect::MariaDb,
        "view of a table",
        "create table p (id int);",
        "create view v as select id from p;",
    ),
    of(
        Dialect::MariaDb,
        "function of a view",
        "create function f() returns int deterministic return 1;",
        "create view v as select f() as x;",
    ),
    of(
        Dialect::MariaDb,
        "sequence by next value for",
        "create sequence s;",
        "create table t (x bigint default (next value for s));",
    ),
    of(
        Dialect::MariaDb,
        "sequence by nextval",
        "create sequence s;",
        "create table t (x bigint default nextval(s));",
    ),
    of(Dialect::MariaDb, "like", "create table p (id int);", "create table t like p;"),
    of(
        Dialect::MariaDb,
        "trigger",
        "create table p (id int);",
        "create trigger g before insert on p for each row set new.id = 1;",
    ),
    of(
        Dialect::MariaDb,
        "trigger that follows",
        "create table p (id int); create trigger g before insert on p for each row set new.id = 1;",
        "create trigger h before insert on p for each row follows g set new.id = 2;",
    ),
    of(Dialect::MariaDb, "procedure that is called", "create procedure p() select 1;", "call p();"),
    of(
        Dialect::MariaDb,
        "role of a grant",
        "create role probe_reader;",
        "create table t (x int); grant select on t to probe_reader;",
    ),
    of(
        Dialect::MariaDb,
        "user of a grant",
        "create user 'probe_app'@'%' identified by 'x';",
        "set sql_mode = 'NO_AUTO_CREATE_USER'; create table t (x int); grant select on t to 'probe_app'@'%';",
    ),
    of(
        Dialect::MariaDb,
        "event",
        "create event e on schedule every 1 day do select 1;",
        "alter event e disable;",
    ),
    taken(of(
        Dialect::MariaDb,
        "table of an event",
        "create table p (id int);",
        "create event e on schedule every 1 day do delete from p;",
    )),
    of(
        Dialect::MariaDb,
        "table as a query",
        "create table p (id int);",
        "create table t as select id from p;",
    ),
    of(Dialect::MariaDb, "index", "create table p (id int);", "create index i on p (id);"),
    of(
        Dialect::MySql,
        "database of a grant",
        "create table p (id int);",
        "grant select on p to root@localhost;",
    ),
    // Others, which are not asked.
    of(Dialect::SqlServer, "schema", "create schema shop", "create table shop.t (x int)"),
    of(
        Dialect::SqlServer,
        "sequence",
        "create sequence s start with 1",
        "create table t (x int default next value for s)",
    ),
    of(
        Dialect::SqlServer,
        "sequence in a schema",
        "create schema shop\ngo\ncreate sequence shop.s",
        "create table t (x int constraint d default (next value for shop.s))",
    ),
    of(
        Dialect::SqlServer,
        "type",
        "create type dbo.code from varchar(10)",
        "create table t (x dbo.code)",
    ),
    of(
        Dialect::SqlServer,
        "function",
        "create function dbo.f() returns int as begin return 1 end",
        "create table t (x as dbo.f())",
    ),
    of(Dialect::SqlServer, "procedure", "create proc p as select 1", "exec p"),
    of(
        Dialect::SqlServer,
        "partition scheme",
        "create partition function pf (int) as range for values (1)\ncreate partition scheme ps as partition pf all to ([primary])",
        "create table t (x int) on ps (x)",
    ),
    of(
        Dialect::SqlServer,
        "partition function",
        "create partition function pf (int) as range for values (1)",
        "create partition scheme ps as partition pf all to ([primary])",
    ),
    of(
        Dialect::SqlServer,
        "user",
        "create user app without login",
        "create table t (x int)\ngo\ngrant select on object::t to app",
    ),
    of(
        Dialect::ClickHouse,
        "database",
        "create database shop;",
        "create table shop.t (x Int32) engine = Log;",
    ),
    of(
        Dialect::ClickHouse,
        "target of a view",
        "create table t (x Int32) engine = Log;",
        "create materialized view v to t as select 1 as x;",
    ),
    of(
        Dialect::Sqlite,
        "trigger",
        "create table p (id int);",
        "create trigger g after insert on p begin select 1; end;",
    ),
    of(Dialect::Sqlite, "index", "create table p (id int);", "create index i on p (id);"),
];

/// Pairs that do not need each other, although a name of the first is in the second: they stay as they
/// are.
pub const APART: &[Probe] = &[
    postgres(
        "a name in another schema",
        "create table other.users (x int);",
        "create view v as select x from public.users;",
    ),
    postgres(
        "a name in a string",
        "create table users (x int);",
        "create table t (x text default 'from users');",
    ),
    postgres(
        "a name in a comment",
        "create table users (x int);",
        "create table t (x int); -- references users (x)",
    ),
    postgres(
        "a function of a table's name",
        "create function t() returns int language sql as 'select 1';",
        "create table t (x int);",
    ),
    postgres(
        "a function of a key's table",
        "create function p(int) returns int language sql as 'select 1';",
        "create table p (id int primary key); create table t (x int references p (id));",
    ),
    postgres(
        "an operator class of a column's name",
        "create operator class x for type int using btree as storage int;",
        "create table t (x int); create index i on t (x);",
    ),
    postgres(
        "a role of a table's name",
        "create role app;",
        "create table app (x int); create view v as select x from app;",
    ),
    postgres(
        "an extension that is not used",
        "create extension citext;",
        "create table t (x text);",
    ),
    postgres(
        "a name in quotes",
        "create table \"Users\" (x int);",
        "create view v as select 1 as users;",
    ),
    of(
        Dialect::MariaDb,
        "a body",
        "create table p (id int);",
        "create procedure q() select * from p;",
    ),
    of(
        Dialect::Sqlite,
        "a function",
        "create table lower (id int);",
        "create view v as select lower('A') as a;",
    ),
];
