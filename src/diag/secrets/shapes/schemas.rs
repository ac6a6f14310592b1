//! Examples of SQL in a schema; [`crate::diag::secrets::shapes`] says what they are for.

use crate::diag::secrets::shapes::Example::{self, File, Sql};

/// Texts with a secret.
pub(super) const USER_SECRET: &[Example] = &[
    Sql("create user u with password 'SECRET!';"),
    Sql("create user u with password $$SECRET!$$;"),
    Sql("create user u with password $a$SECRET!$a$;"),
    Sql("create user u with password E'SECRET!';"),
    Sql("alter role u encrypted password U&'SECRET!';"),
    Sql("alter role u\n  password\n  'SECRET!';"),
    Sql("create user mapping for u server s options (user 'u', password 'SECRET!');"),
    Sql("create view v as select * from dblink('host=h password=SECRET!','select 1') as t(a int);"),
    Sql("create subscription s connection 'host=h password=SECRET!' publication p;"),
    File("CREATE USER u IDENTIFIED BY 'SECRET!';"),
    File("CREATE USER u IDENTIFIED WITH caching_sha2_password BY 'SECRET!';"),
    File("CREATE USER u IDENTIFIED WITH x AS 'SECRET!';"),
    File("CREATE USER u IDENTIFIED\n  BY 'SECRET!';"),
    File("create user u identified by SECRET!;"),
    File("CREATE LOGIN u WITH PASSWORD = N'SECRET!';"),
    File("CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'i', secret = 'SECRET!';"),
    File("SET PASSWORD FOR u = 'SECRET!';"),
    File("CREATE NAMED COLLECTION c AS password = 'SECRET!';"),
    File("CREATE SECRET s (TYPE s3, SECRET 'SECRET!');"),
    File("select set_config('app.jwt_secret', 'SECRET!', false);"),
    File("alter database d set app.jwt_secret to 'SECRET!';"),
    File("select crypt('SECRET!', gen_salt('bf'));"),
    File("GRANT ALL ON *.* TO u IDENTIFIED BY PASSWORD 'SECRET!';"),
];

/// Texts that are shown as they are.
pub(super) const USER_SHOWN: &[Example] = &[
    File("CREATE USER u PASSWORD EXPIRE;"),
    File("ALTER USER u IDENTIFIED BY PASSWORD EXPIRE;"),
    File("CREATE USER u IDENTIFIED WITH auth_socket;"),
    File("ALTER ROLE u PASSWORD NULL;"),
    File("create role r login;"),
    File("ALTER USER u PASSWORD EXPIRE INTERVAL 90 DAY;"),
];

/// Texts with a secret.
pub(super) const COLUMN_SECRET: &[Example] = &[
    Sql("create table c (a int, api_token text default 'SECRET!');"),
    Sql("create table c (a int, api_token text not null\n default E'SECRET!');"),
    Sql("alter table t add column api_token text default 'SECRET!';"),
    Sql("alter table t alter column api_token set default 'SECRET!';"),
    Sql(
        "create table u (name text, password text);\ninsert into u (name, password) values ('a', 'SECRET!'), ('b', 'SECRET!');",
    ),
    Sql("create table u (name text, password text);\ninsert into u values ('a', 'SECRET!');"),
    Sql(
        "create table u (name text, password text);\ninsert into u (\n  name,\n  password\n)\nvalues\n  ('a; b', 'SECRET!'),\n  ('it''s', 'SECRET!');",
    ),
    Sql(
        "create table u (name text, password text);\ninsert into u (name, password) select 'a', 'SECRET!';",
    ),
    Sql(
        "create table u (name text, password text);\nupdate u set password = 'SECRET!' where name = 'a';",
    ),
    File("INSERT INTO u SET name = 'a', password='SECRET!';"),
    File("COPY u (name, password) FROM stdin;\na\tSECRET!\n\\.\n"),
    File(
        "INSERT INTO u (name, token) VALUES ('a', DEFAULT), ('b', 'SECRET!') ON CONFLICT DO NOTHING;",
    ),
];

/// Texts that are shown as they are.
pub(super) const COLUMN_SHOWN: &[Example] = &[
    Sql("create table c (a int, password text not null, token_type text default 'bearer');"),
    Sql("create table u (name text, password text default null, state text default 'new1');"),
    Sql(
        "create table u (name text, password text, max_tokens int default 100);\ninsert into u (name) values ('shop1');",
    ),
    File("INSERT INTO u (name, password) VALUES (?, ?), (:name, :password), ('a1', NULL);"),
    File("COPY u (name, state) FROM stdin;\na\tb1\n\\.\n"),
    File("select name, password from u where state = 'on1';"),
];

/// Names and notes with a secret, which a comparison of two schemas shows.
pub(super) const NAME_SECRET: &[Example] = &[
    Sql("create table c (a int, \"postgres://u:SECRET!@h/d\" text);"),
    Sql("create table \"postgres://u:SECRET!@h/d\" (a int);"),
    Sql("create table c (a int);\ncreate index \"postgres://u:SECRET!@h/d\" on c (a);"),
    Sql("create table c (a int, constraint \"postgres://u:SECRET!@h/d\" check (a > 0));"),
    Sql("create type e as enum ('a', 'postgres://u:SECRET!@h/d');"),
    Sql("create table c (a text default 'postgres://u:SECRET!@h/d');"),
    Sql("create table c (a text check (a <> 'postgres://u:SECRET!@h/d'));"),
    Sql("create table c (a int);\ncomment on column c.a is 'postgres://u:SECRET!@h/d';"),
    Sql("create table c (a int);\ncomment on table c is 'the password is SECRET!';"),
];

/// Names that are shown.
pub(super) const NAME_SHOWN: &[Example] = &[
    Sql("create table c (a int, \"http://h1:80/d\" text);"),
    Sql("create table c (a int, \"password\" text, \"me@example.com\" text);"),
];
