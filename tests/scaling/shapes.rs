//! What inputs are made of: every kind of token and statement in every dialect, every view, every format of
//! diagnostics, globs, names, YAML, parameters, comparisons. Each takes a size in bytes.

/// A file: its path, and what is in it.
pub(crate) type File = (String, Vec<u8>);
/// One of many parts, by its number.
type Part = fn(usize) -> String;
type Files = Box<dyn Fn(usize) -> Vec<File> + Send + Sync>;

/// A kind of input.
pub(crate) struct Shape {
    pub(crate) name: String,
    pub(crate) arguments: Vec<&'static str>,
    /// The project, of about so many bytes.
    pub(crate) files: Files,
    /// What it is compared with.
    pub(crate) before: Files,
    pub(crate) is_diff: bool,
    /// The size beyond which all of this kind is refused, in bytes.
    pub(crate) largest: usize,
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
const MANIFESTS: &[&str] = &["-q"];

/// The engines of which each has a dialect of its own; the last one has none that is known.
const ENGINES: [&str; 7] =
    ["mysql", "mariadb", "postgres", "sqlite", "sqlserver", "clickhouse", "oracle"];

pub(crate) fn all() -> Vec<Shape> {
    let mut all = Vec::new();
    for engine in ENGINES {
        tokens(engine, &mut all);
        statements(engine, &mut all);
        comparisons(engine, &mut all);
    }
    delimiters(&mut all);
    yaml(&mut all);
    views(&mut all);
    diagnostics(&mut all);
    secrets(&mut all);
    paths(&mut all);
    specs(&mut all);
    differences(&mut all);
    all
}

fn shape(
    name: impl Into<String>,
    arguments: &[&'static str],
    largest: usize,
    files: impl Fn(usize) -> Vec<File> + Send + Sync + 'static,
) -> Shape {
    Shape {
        name: name.into(),
        arguments: arguments.to_vec(),
        files: Box::new(files),
        before: Box::new(|_| Vec::new()),
        is_diff: false,
        largest,
    }
}

fn file(path: impl Into<String>, text: impl Into<Vec<u8>>) -> File {
    (path.into(), text.into())
}

/// One file of YAML.
fn text(
    name: impl Into<String>,
    arguments: &[&'static str],
    largest: usize,
    of: impl Fn(usize) -> String + Send + Sync + 'static,
) -> Shape {
    shape(name, arguments, largest, move |size| vec![file("app.yaml", of(size))])
}

/// The same again and again.
fn repeat(unit: &str, size: usize) -> String {
    unit.repeat(size / unit.len())
}

/// Parts with numbers.
fn count(size: usize, part: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(size + 100);
    let mut number = 0;
    while text.len() < size {
        text.push_str(&part(number));
        number += 1;
    }
    text
}

fn spec(kind: &str, name: &str, fields: &str) -> String {
    format!(
        "---\napiVersion: argocd-atlas-plugin/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{{fields}}}\n"
    )
}

fn database(engine: &str) -> String {
    let external = "external: {host: h}, credentials: {secret: s}, database: x";
    spec("Database", "db", &format!("engine: {engine}, {external}"))
}

fn project_of_sql(engine: &str, sql: String) -> Vec<File> {
    let schema = spec("Schema", "s", "database: db, files: [s.sql]");
    vec![file("app.yaml", database(engine) + &schema), file("s.sql", sql)]
}

/// A schema of one file, up to what one schema may have.
fn sql(
    name: impl std::fmt::Display,
    engine: &'static str,
    of: impl Fn(usize) -> String + Send + Sync + 'static,
) -> Shape {
    let files = move |size| project_of_sql(engine, of(size));
    shape(format!("sql {engine}: {name}"), MANIFESTS, 2 * MIB, files)
}

/// Every class of token, alone and where it may be confused with another.
fn tokens(engine: &'static str, all: &mut Vec<Shape>) {
    let units = [
        "a ",
        "a",
        "1, ",
        "1e+1e+",
        "1.",
        "'x', ",
        "'x\n', ",
        "''",
        "\"a\", ",
        "`a`, ",
        "[a], ",
        "@a ",
        "@",
        ":a ",
        "::",
        "$1 ",
        "$ ",
        "$a ",
        "$$",
        "$$ $$;",
        "$a$ $a$ ",
        "-- x\n",
        "# x\n",
        "/* x */",
        "/*",
        "*/",
        "/*! a */",
        "/*M!1 a */",
        "+ ",
        "/ ",
        "/",
        "* ",
        "(",
        ")",
        "() ",
        "((a),",
        ", ",
        ".",
        "a.b ",
        "; ",
        "a;",
        "d;",
        "s;",
        "g;",
        "d\n",
        "GO\n",
        "go 5\n",
        "/\n",
        "\\x\n",
        ".x\n",
        "#\n",
        "\n",
        " ",
        "\t ",
        "\u{a0} ",
        "\u{a0}",
        "‘x’ ",
        "е ",
        "\u{feff}",
        "\\",
        "'\\' ",
        "E'\\'' ",
        "N'x' ",
        "U&\"x\" ",
        "<<<<<<< a\n",
        "=======\n",
        "```\n",
        "< ",
        "| ",
        "begin ",
        "case ",
        "end ",
        "begin end;",
        "begin;\n",
        "x' y\n",
        "delimiter ;\n",
        "source x\n",
        "copy t from stdin;\n1\n\\.\n",
        "insert into t format csv\n\n",
        "div ",
        "{ ",
        "[ ",
        "b'1' ",
    ];
    for unit in units {
        all.push(sql(format!("{unit:?}"), engine, move |n| repeat(unit, n)));
    }
    for (before, unit, after) in [
        ("create table t (a int default ", "(", ""),
        ("create table t (a int default 1 ", "+ 1 ", ")"),
        ("create table t (a int default ", "- ", "1)"),
        ("create procedure p() begin ", "select 1; ", "end"),
        ("create procedure p() begin ", "begin ", ""),
        ("create function f() returns int as $$ ", "select 1; ", "$$"),
        (
            "create trigger t after insert on x for each row begin ",
            "case when 1 then 2 end; ",
            "end",
        ),
        ("insert into t values ", "(1, 'x', null), ", "(1, 'x', null)"),
        ("insert into t values ('", "x''", "')"),
        ("select '", "x\n", ""),
        ("select 1 /", " ", "/"),
        ("select 'a\nb', 'c", "'x'\n", ""),
    ] {
        let name = format!("{before}{unit:?}");
        all.push(sql(name, engine, move |n| before.to_owned() + &repeat(unit, n) + after));
    }
}

/// Every kind of statement: one of many parts, and many of few.
fn statements(engine: &'static str, all: &mut Vec<Shape>) {
    let one: &[(&str, &str, Part, &str)] = &[
        ("columns", "create table t (", |i| format!("c{i} int not null default {i}, "), "z int);"),
        ("columns without commas", "create table t (", |i| format!("c{i} int\n"), ");"),
        ("columns of one name", "create table t (", |_| "c int, ".into(), "z int);"),
        ("columns of no type", "create table t (", |i| format!("c{i} nonsense{i}, "), "z int);"),
        ("misspelt columns", "create table t (", |i| format!("c{i} int not nul,\n"), "z int);"),
        ("stray commas", "create table t (", |_| "a int,,".into(), "z int);"),
        ("a type of many words", "create table t (c bit", |_| " varying".into(), ");"),
        ("a type of any words", "create table t (c x", |_| " y".into(), ");"),
        ("a column of many parts", "create table t (c", |_| ".c".into(), " int);"),
        ("members of an enum", "create table t (c enum(", |i| format!("'m{i}', "), "'z'));"),
        ("a long default", "create table t (c text default ", |_| "'x' || ".into(), "'x');"),
        ("constraints of a column", "create table t (c int ", |_| "unique ".into(), ");"),
        ("checks of a column", "create table t (c int ", |_| "check (c > 1) ".into(), ");"),
        (
            "references of a column",
            "create table t (c int ",
            |i| format!("references r{i} (c) "),
            ");",
        ),
        ("arrays", "create table t (c int", |_| "[]".into(), ");"),
        (
            "keys",
            "create table t (c int, ",
            |i| format!("constraint k{i} unique (c), "),
            "unique (c));",
        ),
        (
            "keys of unknown columns",
            "create table t (c int, ",
            |i| format!("unique (d{i}),\n"),
            "unique (c));",
        ),
        ("columns of a key", "create table t (c int, unique (", |_| "c, ".into(), "c));"),
        (
            "foreign keys",
            "create table t (c int, ",
            |i| format!("foreign key (c) references t{i} (c), "),
            "d int);",
        ),
        ("options", "create table t (c int) ", |_| "engine=x ".into(), ";"),
        (
            "partitions",
            "create table t (c int) partition by range (c) (",
            |i| format!("partition p{i} values less than ({i}), "),
            "partition z values less than (9));",
        ),
        (
            "alterations",
            "create table t (c int); alter table t ",
            |i| format!("add column d{i} int, "),
            "add column z int;",
        ),
        (
            "dropped columns",
            "create table t (c int); alter table t ",
            |i| format!("drop column d{i}, "),
            "drop column z;",
        ),
        ("dropped tables", "drop table ", |i| format!("t{i}, "), "t;"),
        ("renamed tables", "rename table ", |i| format!("t{i} to u{i}, "), "t to u;"),
        ("columns of a view", "create view v as select ", |i| format!("a{i}, "), "z from t;"),
        ("tables of a view", "create view v as select 1 from ", |i| format!("t{i}, "), "z;"),
        (
            "joins of a view",
            "create view v as select 1 from t ",
            |i| format!("join t{i} on a = b "),
            ";",
        ),
        ("unions of a view", "create view v as select 1 ", |_| "union select 1 ".into(), ";"),
        (
            "common tables of a view",
            "create view v as with ",
            |i| format!("w{i} as (select 1), "),
            "z as (select 1) select 1;",
        ),
        (
            "conditions of a view",
            "create view v as select 1 from t where a = 1 ",
            |_| "and a = 1 ".into(),
            ";",
        ),
        (
            "what no reader knows",
            "create view v as select 1 from t where a ~ ",
            |_| "1 ~ ".into(),
            "1;",
        ),
        ("deep queries", "create view v as select ", |_| "(select ".into(), "1"),
        ("deep expressions", "create view v as select ", |_| "(a ~ (".into(), "1"),
        ("casts", "create view v as select a", |_| "::int".into(), " from t;"),
        ("cases", "create view v as select case ", |_| "when a then b ".into(), "end from t;"),
        ("div", "create view v as select a ", |_| "div a ".into(), "from t;"),
        ("grants", "grant select on ", |i| format!("t{i}, "), "t to u;"),
        ("an update", "update t set ", |i| format!("a{i} = {i}, "), "b = 1;"),
    ];
    for &(name, head, part, tail) in one {
        let of = move |n| head.to_owned() + &count(n, part) + tail;
        all.push(sql(format!("one of many {name}"), engine, of));
    }
    // A name that is as long as the rest.
    let of = |part: Part| {
        move |n: usize| {
            let name = repeat("x", n / 4);
            let columns = count(n / 2, part);
            format!(
                "create table {name} (c int, {columns} unique (c));create index i on {name} ({columns} c);"
            )
        }
    };
    all.push(sql("unknown columns of a table of a long name", engine, of(|i| format!("d{i}, "))));
    all.push(sql("keys of a table of a long name", engine, of(|i| format!("unique (d{i}), "))));
    let many: &[(&str, &str, Part)] = &[
        ("tables", "", |i| format!("create table t{i} (id int primary key, name varchar(9));\n")),
        ("tables in one line", "", |i| format!("create table t{i} (id int);")),
        ("tables of one name", "", |_| "create table t (id int);\n".into()),
        ("tables with keys to each other", "", |i| {
            format!("create table t{i} (id int primary key, o int references t{} (id));\n", i + 1)
        }),
        ("tables with keys to unknown ones", "create table t0 (id int);", |i| {
            format!("create table t{i} (o int references u{i} (id));\n")
        }),
        ("tables like another", "", |i| format!("create table t{} (like t{i});\n", i + 1)),
        ("alterations", "create table t (id int);\n", |i| {
            format!("alter table t add column c{i} int;\n")
        }),
        ("changes of one column", "create table t (id int);\n", |_| {
            "alter table t alter column id set not null;\n".into()
        }),
        ("renamed columns", "create table t (c0 int);\n", |i| {
            format!("alter table t rename column c{i} to c{};\n", i + 1)
        }),
        ("renamed tables", "create table t0 (c int);\n", |i| {
            format!("alter table t{i} rename to t{};\n", i + 1)
        }),
        ("alterations of unknown tables", "create table t (c int);\n", |i| {
            format!("alter table u{i} add c int;\n")
        }),
        ("indexes", "create table t (c int);\n", |i| format!("create index i{i} on t (c);\n")),
        ("indexes of unknown columns", "create table t (c int);\n", |i| {
            format!("create index i{i} on t (d{i});\n")
        }),
        ("indexes of unknown tables", "create table t (c int);\n", |i| {
            format!("create index i{i} on u{i} (c);\n")
        }),
        ("dropped indexes", "", |i| format!("drop index i{i};\n")),
        ("made and dropped tables", "", |_| "create table t (c int); drop table t;\n".into()),
        ("views", "create table t (c int);\n", |i| {
            format!("create view v{i} as select c from t;\n")
        }),
        ("views that sqlparser is asked about", "", |i| {
            format!("create view v{i} as select a ~ b from t;\n")
        }),
        ("views of each other", "create view v0 as select 1;\n", |i| {
            format!("create view v{} as select * from v{i};\n", i + 1)
        }),
        ("types", "", |i| format!("create type y{i} as enum ('a', 'b');\n")),
        ("functions", "", |i| {
            format!("create function f{i}() returns int language sql as $$ select 1 $$;\n")
        }),
        ("triggers", "", |i| {
            format!("create trigger g{i} after insert on t for each row execute function f{i}();\n")
        }),
        ("procedures", "", |i| format!("create procedure p{i}() begin select 1; end;\n")),
        ("sequences", "", |i| format!("create sequence q{i};\n")),
        ("schemas", "", |i| format!("create schema s{i};\ncreate table s{i}.t (c int);\n")),
        ("changes of the schema", "", |i| {
            format!("set search_path = s{i};\ncreate table t (c int);\n")
        }),
        ("comments", "create table t (c int);\n", |i| {
            format!("comment on column t.c is 'x{i}';\n")
        }),
        ("inserts", "create table t (c int);\n", |i| format!("insert into t values ({i});\n")),
        ("inserts without an end", "create table t (c int)\n", |i| {
            format!("insert into t values ({i})\n")
        }),
        ("selects", "", |i| format!("select {i};\n")),
        ("unknown verbs", "", |i| format!("foobar {i};\n")),
        ("misspelt tables", "", |i| format!("create tabel t{i} (c int);\n")),
        ("unbalanced tables", "", |i| format!("create table t{i} (c int;\n")),
        ("reserved words", "", |_| "create table select (order int);\n".into()),
        ("partitions", "create table t (a int, b int, c int) partition by range (a);\n", |i| {
            format!("create table p{i} partition of t for values from ({i}) to ({});\n", i + 1)
        }),
        ("blocks", "", |i| format!("do $$ begin execute 'create table t{i} (c int)'; end $$;\n")),
        ("policies", "", |i| format!("create policy p{i} on t using (f{i}(c));\n")),
        ("rules", "", |i| {
            format!("create rule r{i} as on insert to t do also (delete from a; delete from b);\n")
        }),
    ];
    for &(name, head, part) in many {
        all.push(sql(format!("many {name}"), engine, move |n| head.to_owned() + &count(n, part)));
    }
}

/// What clients split by.
fn delimiters(all: &mut Vec<Shape>) {
    for (engine, head, unit) in [
        ("postgres", "-- atlas:delimiter + + + B\n", "+ "),
        ("postgres", "-- atlas:delimiter \\n\\n\n", "a\n"),
        ("postgres", "-- atlas:delimiter \\n\\n\n", "\u{a0} \n"),
        ("postgres", "-- atlas:delimiter \\nEND\n", "  \n"),
        ("postgres", "-- atlas:delimiter \\nEND\n", "a\nEN"),
        ("mysql", "DELIMITER //\n", "/ "),
        ("mysql", "DELIMITER //\n", "a; "),
        ("mysql", "DELIMITER d\n", "d; "),
        ("mysql", "", "DELIMITER //\n/ "),
        ("mysql", "", "delimiter d "),
        ("postgres", "DELIMITER $x$\n", "$x"),
        ("mysql", "DELIMITER aab\n", "a"),
        ("mysql", "DELIMITER //\n", "a;\nDELIMITER //\n"),
        ("postgres", "", "grant a on schema schema, "),
        ("postgres", "", "do $$ create cast (a as b) with function f; $$;\n"),
        ("postgres", "create operator class a for type b using c as ", "function 1 ( "),
        ("oracle", "", "delimiter d\nd"),
    ] {
        let of = move |n| head.to_owned() + &repeat(unit, n);
        all.push(sql(format!("{head:?} {unit:?}"), engine, of));
    }
    for engine in ["mysql", "postgres"] {
        all.push(sql("a delimiter as long as the text", engine, |n| {
            format!("-- atlas:delimiter {}B\n{}", repeat("+ ", n / 3), repeat("+ ", n / 2))
        }));
        all.push(sql("a delimiter of a line as long as the text", engine, |n| {
            format!("-- atlas:delimiter \\n{}\n{}", repeat("A", n / 3), repeat("+  ", n / 2))
        }));
    }
}

fn diff(
    name: impl Into<String>,
    format: &'static str,
    largest: usize,
    of: impl Fn(usize) -> Vec<File> + Send + Sync + 'static,
    before: impl Fn(usize) -> Vec<File> + Send + Sync + 'static,
) -> Shape {
    let arguments = ["diff", "-q", "--format", format];
    let made = shape(name, &arguments, largest, of);
    Shape { before: Box::new(before), is_diff: true, ..made }
}

/// Schemas that changed.
fn comparisons(engine: &'static str, all: &mut Vec<Shape>) {
    type Change = fn(usize, &str) -> String;
    let changes: &[(&str, Change)] = &[
        ("renamed tables", |n, to| {
            count(n, |i| format!("create table {to}{i} (id int, name text);\n"))
        }),
        ("renamed tables of other columns", |n, to| {
            count(n, |i| format!("create table {to}{i} (a int, b int, c int, d int, {to}z int);\n"))
        }),
        ("tables that became others", |n, to| {
            count(n, |i| format!("create table {to}{i} ({to}a int, {to}b int);\n"))
        }),
        ("renamed columns", |n, to| {
            format!("create table t ({} z int);", count(n, |i| format!("c{to}{i} int, ")))
        }),
        ("renamed columns of other types", |n, to| {
            format!(
                "create table t ({} z int);",
                count(n, |i| format!("c{to}{i} {}, ", if to == "a" { "int" } else { "text" }))
            )
        }),
        ("long names", |n, to| format!("create table t (a int, {to}{} int);", repeat("x", n))),
        ("long names elsewhere", |n, to| {
            format!(
                "create table t ({}{to}{} int);",
                if to == "a" { "" } else { "z text, " },
                repeat("x", n)
            )
        }),
        ("columns of a table of a long name", |n, to| {
            format!(
                "create table {} ({} z int);",
                repeat("x", n / 2),
                count(n / 2, |i| format!("{to}{i} int, "))
            )
        }),
        ("members of an enum", |n, to| {
            format!("create table t (c enum({} 'z'));", count(n, |i| format!("'{to}{i}', ")))
        }),
        ("an enum and columns", |n, to| match to {
            "a" => format!("create table t (c enum({} 'z'));", count(n, |i| format!("'{i}', "))),
            _ => format!("create table t ({} z int);", count(n, |i| format!("d{i} enum('x'), "))),
        }),
        ("types", |n, to| {
            format!(
                "create table t ({} z int);",
                count(n, |i| format!("c{i} {}, ", if to == "a" { "bigint" } else { "int" }))
            )
        }),
        ("keys", |n, to| {
            format!(
                "create table t (c int, {} z int);",
                count(n, |i| format!("constraint {to}{i} unique (c), "))
            )
        }),
        ("foreign keys", |n, to| {
            format!(
                "create table t (c int, {} z int);",
                count(n, |i| format!("foreign key (c) references {to}{i} (c), "))
            )
        }),
        ("indexes", |n, to| {
            format!(
                "create table t (c int);{}",
                count(n, |i| format!("create index {to}{i} on t (c{to});\n"))
            )
        }),
        ("views", |n, to| count(n, |i| format!("create view {to}{i} as select c{to} from t;\n"))),
    ];
    for &(name, change) in changes {
        let of =
            move |to: &'static str| move |size: usize| project_of_sql(engine, change(size, to));
        all.push(diff(format!("diff {engine}: {name}"), "json", MIB, of("b"), of("a")));
    }
}

fn config_maps(n: usize, name: &'static str, data: &'static str) -> String {
    count(n, |i| {
        format!(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}{i}}}\ndata: {{a: '{data}'}}\n"
        )
    })
}

/// One line of JSON.
fn list(n: usize, part: impl Fn(usize) -> String) -> String {
    let items = count(n, |i| part(i) + ",");
    let items = items.trim_end_matches(',');
    format!("{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{items}]}}")
}

fn json_config_map(i: usize) -> String {
    format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{{\"name\":\"c{i}\"}},\"data\":{{\"a\":\"{}\"}}}}",
        "x".repeat(100)
    )
}

/// Comparisons of manifests, in all formats.
fn differences(all: &mut Vec<Shape>) {
    for format in ["text", "markdown", "json"] {
        let of = |name: &'static str, data: &'static str| {
            move |size: usize| vec![file("app.yaml", config_maps(size, name, data))]
        };
        let name = |what: &str| format!("diff {format}: {what}");
        all.push(diff(name("added objects"), format, MIB, of("a", "x"), |_| {
            vec![file("b.yaml", config_maps(1, "z", "x"))]
        }));
        all.push(diff(
            name("dropped objects"),
            format,
            MIB,
            |_| vec![file("b.yaml", config_maps(1, "z", "x"))],
            of("a", "x"),
        ));
        all.push(diff(name("changed objects"), format, MIB, of("a", "x"), of("a", "y")));
        all.push(diff(name("renamed objects"), format, MIB, of("a", "x"), of("b", "x")));
        let lines = |word: &'static str| {
            move |size: usize| {
                let data = count(size, |i| format!("    line {} {word}\n", i / 2));
                let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: |\n";
                vec![file("app.yaml", head.to_owned() + &data)]
            }
        };
        all.push(diff(name("a text of many lines"), format, 4 * MIB, lines("a"), lines("b")));
        let keys = |word: &'static str| {
            move |size: usize| {
                let data = count(size, |i| format!("  k{i}: {word}\n"));
                let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n";
                vec![file("app.yaml", head.to_owned() + &data)]
            }
        };
        all.push(diff(name("a map of many keys"), format, 4 * MIB, keys("a"), keys("b")));
        let items = |word: &'static str| {
            move |size: usize| {
                let data = count(size, |i| format!("- {{name: n{i}{word}, value: v}}\n"));
                let head = "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\nspec:\n";
                vec![file("app.yaml", head.to_owned() + &data)]
            }
        };
        all.push(diff(name("a list of many items"), format, 4 * MIB, items("a"), items("b")));
        let tables = |to: &'static str| {
            move |size: usize| {
                project_of_sql(
                    "postgres",
                    count(size, |i| format!("create table {to}{i} (id int);\n")),
                )
            }
        };
        all.push(diff(name("renamed tables"), format, MIB, tables("b"), tables("a")));
        let users = |contract: &'static str, columns: &'static str| {
            move |size: usize| {
                let tables = (0..10).map(|i| format!("create table t{i} ({columns});\n"));
                let needed = (0..10).map(|i| format!("t{i}: {contract}, ")).collect::<String>();
                let mut files = project_of_sql("postgres", tables.collect());
                let user = |i| {
                    spec(
                        "App",
                        &format!("a{i}"),
                        &format!("image: i, requires: {{s: {{{needed}}}}}"),
                    )
                };
                files.push(file("users.yaml", count(size, user)));
                files
            }
        };
        all.push(diff(
            name("rollouts to be split"),
            format,
            MIB,
            users("[a, c]", "a int, c int not null"),
            users("[a, b]", "a int, b int"),
        ));
        let defaults = |value: &'static str, key: Part| {
            move |size: usize| {
                let columns = count(size / 2, |i| format!("c{i} int default {value}, "));
                let keys = count(size / 2, key);
                let table = format!("create table t (z int, {columns}{keys} y int);");
                let mut files = project_of_sql("postgres", table);
                files
                    .push(file("user.yaml", spec("App", "a", "image: i, requires: {s: {t: [z]}}")));
                files
            }
        };
        let kinds: [(&str, Part); 2] = [
            ("defaults beside unique keys", |_| "unique (z), ".into()),
            ("defaults beside foreign keys", |_| "foreign key (z) references t (z), ".into()),
        ];
        for (what, key) in kinds {
            all.push(diff(name(what), format, MIB, defaults("2", key), defaults("1", key)));
        }
    }
}

/// What YAML is made of.
fn yaml(all: &mut Vec<Shape>) {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n";
    let units: &[(&str, &str, &str, &str)] = &[
        ("a plain scalar", "  a: ", "x", "\n"),
        ("words of a plain scalar", "  a: ", "x ", "y\n"),
        ("lines of a plain scalar", "  a: x\n", "    x\n", ""),
        ("a double-quoted scalar", "  a: \"", "x", "\"\n"),
        ("escapes", "  a: \"", "\\n", "\"\n"),
        ("lines of a quoted scalar", "  a: \"", "x\n    ", "\"\n"),
        ("a single-quoted scalar", "  a: '", "''", "'\n"),
        ("a literal", "  a: |\n", "    x\n", ""),
        ("a folded text", "  a: >\n", "    x\n", ""),
        ("empty lines of a literal", "  a: |\n", "\n", "    x\n"),
        ("a flow list", "  a: [", "x, ", "x]\n"),
        ("a flow list over lines", "  a: [", "x,\n    ", "x]\n"),
        ("a flow list of maps", "  a: [", "{a: b}, ", "x]\n"),
        ("a flow that is not closed", "  a: [", "x, ", ""),
        ("deep flows", "  a: ", "[", ""),
        ("comments", "  a: b\n", "# x\n", ""),
        ("comments behind values", "  a:\n", "  - b # x\n", ""),
        ("blanks", "  a: b\n", " ", "\n"),
        ("empty lines", "  a: b\n", "\n", ""),
        ("a list", "  a:\n", "  - b\n", ""),
        ("anchors of one name", "  a:\n", "  - &a b\n", ""),
        ("aliases", "  z: &a b\n  a:\n", "  - *a\n", ""),
        ("unknown aliases", "  a:\n", "  - *b\n", ""),
        ("tags", "  a:\n", "  - !!str b\n", ""),
        ("unknown tags", "  a:\n", "  - !x b\n", ""),
        ("keys of one name", "", "  a: b\n", ""),
        ("tabs", "", "\ta: b\n", ""),
        ("documents", "  a: b\n", "---\n", ""),
        ("document ends", "  a: b\n", "...\n", ""),
        ("directives", "  a: b\n", "%YAML 1.1\n", ""),
        ("question marks", "  a:\n", "    ? b\n", ""),
        ("merges", "  a: &m {x: y}\n  b:\n", "    <<: *m\n", ""),
        ("what is no YAML", "  a: b\n", "}{\n", ""),
        ("templates", "  a: '", "${x.y}", "'\n"),
        ("dollars", "  a: '", "$", "'\n"),
        ("characters that are not carried", "  a: \"", "\\u0001", "\"\n"),
        ("numbers", "  a: [", "1, ", "1]\n"),
        ("a number", "  a: ", "1", "\n"),
    ];
    for &(name, before, unit, after) in units {
        all.push(text(format!("yaml: {name}"), MANIFESTS, 4 * MIB, move |n| {
            head.to_owned() + before + &repeat(unit, n) + after
        }));
    }
    let counted: &[(&str, Part)] = &[
        ("keys", |i| format!("  k{i}: v\n")),
        ("anchors", |i| format!("  k{i}: &a{i} v\n")),
        ("anchors and aliases", |i| format!("  k{i}: &a{i} v\n  l{i}: *a{i}\n")),
        ("keys twice", |i| format!("  k{}: v\n", i / 2)),
    ];
    for &(name, part) in counted {
        all.push(text(format!("yaml: {name}"), MANIFESTS, 4 * MIB, move |n| {
            head.to_owned() + &count(n, part)
        }));
    }
    all.push(text("yaml: a list of JSON in one line", MANIFESTS, 2 * MIB, |n| {
        list(n, json_config_map)
    }));
    all.push(text("yaml: the same in lines", MANIFESTS, 2 * MIB, |n| {
        list(n, json_config_map).replace("},{", "},\n{")
    }));
    all.push(text("yaml: duplicates in one line", MANIFESTS, 2 * MIB, |n| {
        list(n, |i| json_config_map(i / 2))
    }));
}

fn app(i: usize) -> String {
    let wait = if i == 0 { String::new() } else { format!(", dependsOn: [a{}]", i / 2) };
    spec("App", &format!("a{i}"), &format!("image: i, port: 80, env: {{A: b}}{wait}"))
}

/// Every view of three projects.
fn views(all: &mut Vec<Shape>) {
    let views: &[&[&str]] = &[
        MANIFESTS,
        &["waves", "-q"],
        &["waves", "-q", "--format", "json"],
        &["explain", "-q", "a1"],
        &["explain", "-q", "Schema/s"],
        &["check", "--format", "text"],
        &["check", "--format", "json"],
        &["check", "--format", "github"],
        &["check", "--format", "sarif"],
        &["graph", "-q", "--format", "mermaid"],
        &["graph", "-q", "--format", "dot"],
        &["graph", "-q", "--format", "svg"],
        &["graph", "-q", "--format", "html"],
        &["parameters", "-q"],
        &["discover", "-q"],
        &["application", "-q", "--repo", "https://example.com/x"],
    ];
    for view in views {
        let name = |what: &str| format!("view {}: {what}", view.join(" "));
        all.push(text(name("apps"), view, MIB, |n| count(n, app)));
        all.push(text(name("config maps"), view, 2 * MIB, |n| config_maps(n, "a", "x")));
        all.push(text(name("one line"), view, 2 * MIB, |n| list(n, json_config_map)));
        all.push(shape(name("files"), view, 512 * KIB, |n| {
            (0..n / 128)
                .map(|i| {
                    file(
                        format!("f{i}.yaml"),
                        config_maps(1, "a", "x").replace("a0", &format!("a{i}")),
                    )
                })
                .collect()
        }));
        all.push(shape(name("tables"), view, MIB, |n| {
            project_of_sql(
                "postgres",
                count(n, |i| {
                    format!(
                        "create table t{i} (id int primary key, o int references t{} (id));\n",
                        i / 2
                    )
                }),
            )
        }));
    }
}

/// What begins a secret, again and again in one line: of a page, and of an excerpt.
const SECRETS: [&str; 24] = [
    "password=",
    "password=x ",
    "://a:b@",
    "INSERT INTO t VALUES (",
    "INSERT INTO t (a, password) VALUES ('a','",
    "WITH a(password) AS (VALUES (",
    "UPDATE t SET (a, password) = (",
    "SELECT 'a' AS password, ",
    "api_token text DEFAULT (",
    "ENGINE = MySQL(",
    "ENGINE = MySQL('",
    "EXEC sp_password 'x', ",
    "password /* ",
    "'",
    "''",
    "?key=",
    "STRIPE_KEY=",
    "(a) AS (SELECT ",
    "setPassword('x",
    "<x name='password'><value>",
    "hooks.slack.com/",
    "mc alias set ",
    "auth-token:1",
    "reviewer:bob@example.com",
];

fn secrets(all: &mut Vec<Shape>) {
    for part in SECRETS {
        let quoted = part.replace('\'', "''");
        let page = quoted.clone();
        all.push(text(
            format!("secrets on a page: {part}"),
            &["graph", "--format", "html"],
            MIB,
            move |n| {
                format!(
                    "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{a: '{}'}}\n",
                    repeat(&page, n)
                )
            },
        ));
        all.push(text(
            format!("secrets in lines above an excerpt: {part}"),
            &["check", "--format", "json"],
            2 * MIB,
            move |n| {
                spec(
                    "App",
                    "a",
                    &format!("wrong: x\n  image: '{}", repeat(&(quoted.clone() + "\n    "), n)),
                ) + "'"
            },
        ));
    }
}

fn diagnostics(all: &mut Vec<Shape>) {
    let formats: &[&[&str]] = &[
        &["check", "--format", "text"],
        &["check", "--format", "json"],
        &["check", "--format", "github"],
        &["check", "--format", "sarif"],
        MANIFESTS,
    ];
    for format in formats {
        let name = |what: &str| format!("diagnostics {}: {what}", format.join(" "));
        let wrong = |i: usize| spec("App", &format!("a{i}"), &format!("image: i, wrong{i}: x"));
        let json = |i: usize| {
            format!(
                "{{\"apiVersion\":\"argocd-atlas-plugin/v1alpha1\",\"kind\":\"App\",\"metadata\":{{\"name\":\"a{i}\"}},\"spec\":{{\"image\":\"i\",\"wrong{i}\":\"{}\"}}}}",
                "x".repeat(500)
            )
        };
        all.push(text(name("in lines"), format, 2 * MIB, move |n| count(n, wrong)));
        all.push(text(name("in one line"), format, 4 * MIB, move |n| list(n, json)));
        all.push(text(name("one at the end of a long line"), format, 4 * MIB, |n| {
            spec("App", "a", &format!("image: i, env: {{A: '{}'}}, wrong: x", repeat("é", n)))
        }));
        all.push(shape(name("in files"), format, MIB, move |n| {
            (0..n / 128).map(|i| file(format!("f{i}.yaml"), wrong(i))).collect()
        }));
        all.push(text(name("between secrets"), format, 2 * MIB, move |n| {
            let secrets = count(n / 2, |i| format!("---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s{i}}}\nstringData: {{a: b, c: d, e: f}}\n"));
            count(n / 2, wrong) + &secrets
        }));
        all.push(text(name("beside one secret"), format, 2 * MIB, move |n| {
            let data = count(n / 2, |i| format!("  k{i}: v\n"));
            count(n / 2, wrong)
                + "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n"
                + &data
        }));
        all.push(text(name("of one name"), format, 2 * MIB, |n| {
            count(n, |_| spec("App", "a", "image: i"))
        }));
        all.push(text(name("a cycle"), format, MIB, |n| {
            let n = n / 128;
            (0..n)
                .map(|i| {
                    spec(
                        "App",
                        &format!("a{i}"),
                        &format!("image: i, dependsOn: [a{}]", (i + 1) % n),
                    )
                })
                .collect()
        }));
        all.push(text(name("unknown names"), format, MIB, |n| {
            count(n, |i| spec("App", &format!("a{i}"), &format!("image: i, dependsOn: [b{i}]")))
        }));
        let sqls: &[(&str, Part)] = &[
            ("sql in lines", |i| format!("craete table t{i} (c int);\n")),
            ("sql in one line", |i| format!("craete table t{i} (c int); ")),
            ("characters in sql", |_| "select ‘x’; ".into()),
        ];
        for &(what, part) in sqls {
            all.push(shape(name(what), format, 2 * MIB, move |n| {
                project_of_sql("postgres", count(n, part))
            }));
        }
        all.push(shape(name("sql that is not UTF-8"), format, 2 * MIB, |n| {
            let mut bytes = repeat("-- é\n", n).into_bytes();
            bytes.extend(b"-- \xe9\ncraete table t (c int);\n");
            let mut files = project_of_sql("postgres", String::new());
            files.pop();
            files.push(("s.sql".to_owned(), bytes));
            files
        }));
    }
}

fn schema_of_files(globs: &[String]) -> File {
    let globs: Vec<String> = globs.iter().map(|glob| format!("'{glob}'")).collect();
    let schema = spec("Schema", "s", &format!("database: db, files: [{}]", globs.join(", ")));
    file("app.yaml", database("postgres") + &schema)
}

/// Globs against paths, and names.
fn paths(all: &mut Vec<Shape>) {
    let files = |n: usize| (0..n).map(|i| file(format!("{}{i}x.sql", "a".repeat(50)), ""));
    // Of the glob itself; of the number of globs; of files.
    for (name, before, unit, after) in [
        ("alternatives", "{", "a,", "a}[z]x.sql"),
        ("alternatives of wildcards", "{", "*,", "a}[z]x.sql"),
        ("literals", "*", "a", "[z]x.sql"),
        ("question marks", "*", "?", "[z]x.sql"),
        ("brackets", "*", "[a-z]", "[z]x.sql"),
        ("a bracket", "*[", "a-z", "]x.sql"),
        ("a bracket that is not closed", "*[", "a", ".sql"),
        ("a brace that is not closed", "*{", "a,", ".sql"),
        ("negations", "", "!", "*[z]x.sql"),
        ("folders", "*", "/a", "[z]x.sql"),
    ] {
        all.push(shape(format!("glob of many {name}"), MANIFESTS, MIB, move |n| {
            let glob = before.to_owned() + &repeat(unit, n) + after;
            let mut all: Vec<File> = files(200).collect();
            all.push(schema_of_files(&[glob]));
            all
        }));
    }
    for (name, glob) in [
        ("stars", "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*[z]x.sql"),
        ("folders", "**/*a**/*a**/*a[z]x.sql"),
        ("braces", "{*,a}{*,a}{*,a}{*,a}{*,a}{*,a}[z]x.sql"),
        ("braces of folders", "{**/a,**/b}*{**/a,*}[z]x.sql"),
        ("many braces", "{a,b,c,d,e,f,g,h,i,j}{a,b,c,d,e,f,g,h,i,j}*{a,b,c,d,e,f,g,h,i,j}[z]x.sql"),
        ("nested braces", "{a,{a,{a,{a,{a,{a,{a,a}}}}}}}*[z]x.sql"),
        ("plain", "*[z]x.sql"),
    ] {
        // A path has 60 bytes.
        all.push(shape(format!("files for a glob of {name}"), MANIFESTS, 512 * KIB, move |n| {
            let mut all: Vec<File> = files(n / 60).collect();
            all.push(schema_of_files(&[glob.to_owned()]));
            all
        }));
        all.push(shape(format!("long paths for a glob of {name}"), MANIFESTS, 2 * MIB, move |n| {
            let folder = "a".repeat(200) + "/";
            let path = |i: usize| file(format!("{}{i}x.sql", folder.repeat(10)), "");
            let mut all: Vec<File> = (0..n / 2000).map(path).collect();
            all.push(schema_of_files(&["**/".to_owned() + glob]));
            all
        }));
        all.push(shape(format!("globs of {name}"), MANIFESTS, 256 * KIB, move |n| {
            let mut all: Vec<File> = files(500).collect();
            let globs: Vec<String> = (0..n / 40).map(|i| format!("{glob}{i}")).collect();
            all.push(schema_of_files(&globs));
            all
        }));
    }
    all.push(shape("paths that name no file", MANIFESTS, 512 * KIB, move |n| {
        let mut all: Vec<File> = files(500).collect();
        let paths: Vec<String> = (0..n / 20).map(|i| format!("a{i}x.sql")).collect();
        all.push(schema_of_files(&paths));
        all
    }));
    all.push(shape("schemas of one glob", MANIFESTS, 512 * KIB, move |n| {
        let mut all: Vec<File> = files(100).collect();
        let schemas =
            count(n, |i| spec("Schema", &format!("s{i}"), "database: db, files: ['*.sql']"));
        all.push(file("app.yaml", database("postgres") + &schemas));
        all
    }));
    for (name, bytes) in
        [("letters", "a"), ("dots", "a."), ("emoji", "\u{1f600}"), ("dashes", "a-")]
    {
        all.push(text(format!("a name of {name}"), MANIFESTS, MIB, move |n| {
            spec("App", &format!("'{}'", repeat(bytes, n)), "image: i")
        }));
        all.push(text(format!("a reference of {name}"), MANIFESTS, MIB, move |n| {
            spec("App", "a", &format!("image: i, dependsOn: ['{}']", repeat(bytes, n)))
                + &spec("App", &format!("b{}", repeat(bytes, 200)), "image: i")
        }));
    }
}

/// The fields of specs, environments, patches, templates, parameters.
fn specs(all: &mut Vec<Shape>) {
    let fields: &[(&str, &str, Part, &str)] = &[
        ("variables", "image: i, env: {", |i| format!("A{i}: b, "), "Z: z}"),
        (
            "variables of each other",
            "image: i, env: {",
            |i| format!("A{}: $(A{i}), ", i + 1),
            "Z: z}",
        ),
        ("templates", "image: i, env: {", |i| format!("A{i}: '${{db.host}}', "), "Z: z}"),
        ("unknown templates", "image: i, env: {", |i| format!("A{i}: '${{x{i}.host}}', "), "Z: z}"),
        ("one text of templates", "image: i, env: {A: '", |_| "${db.host} ".into(), "'}"),
        ("one text of open templates", "image: i, env: {A: '", |_| "${db.".into(), "'}"),
        ("one text of variables", "image: i, env: {A: b, B: '", |_| "$(A) ".into(), "'}"),
        ("dependencies", "image: i, dependsOn: [", |i| format!("b{i}, "), "db]"),
        ("dependencies of one name", "image: i, dependsOn: [", |_| "db, ".into(), "db]"),
        ("arguments", "image: i, args: [", |i| format!("--a{i}, "), "z]"),
        ("unknown fields", "image: i, ", |i| format!("f{i}: x, "), "z: z"),
        ("labels", "image: i, labels: {", |i| format!("l{i}: x, "), "z: z}"),
        (
            "config files",
            "image: i, configFiles: [",
            |i| format!("{{mountPath: /f{i}, text: x}}, "),
            "{mountPath: /z, text: x}]",
        ),
        ("requirements", "image: i, requires: {db: {", |i| format!("t{i}: [a], "), "z: [a]}}"),
        (
            "patches",
            "image: i, patches: [",
            |i| {
                format!(
                    "{{target: {{kind: Deployment}}, patch: {{metadata: {{labels: {{l{i}: x}}}}}}}}, "
                )
            },
            "{}]",
        ),
        (
            "addresses",
            "image: i, env: {",
            |i| format!("U{i}: 'postgres://u:p@h{i}.example.com:5432/x', "),
            "Z: z}",
        ),
    ];
    for &(name, head, part, tail) in fields {
        all.push(text(format!("app of {name}"), MANIFESTS, MIB, move |n| {
            database("postgres") + &spec("App", "a", &(head.to_owned() + &count(n, part) + tail))
        }));
    }
    all.push(shape("requirements of a table of many enums", &["check"], MIB, |n| {
        let enums = count(n / 2, |i| format!("create type e{i:06} as enum ('a');\n"));
        let columns = count(n / 2, |i| format!("c{i} x{i:06} not null, "));
        let mut files =
            project_of_sql("postgres", format!("{enums}create table t ({columns} z int);"));
        let user = |i| spec("App", &format!("a{i}"), "image: i, requires: {s: {t: {write: [z]}}}");
        files.push(file("users.yaml", (0..20).map(user).collect::<String>()));
        files
    }));
    all.push(text("pods that mount classes of one name", &["check"], 2 * MIB, |n| {
        let classes = count(n / 4, |i| {
            format!("---\napiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {{name: c, namespace: n{i}}}\nspec: {{provider: x}}\n")
        });
        let volumes = count(600, |i| format!("{{name: v{i}, csi: {{driver: secrets-store.csi.k8s.io, volumeAttributes: {{secretProviderClass: c}}}}}}, "));
        let pods = count(n - n / 4, |i| {
            format!("---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p{i}, namespace: z}}\nspec: {{containers: [{{name: c, image: i}}], volumes: [{volumes}]}}\n")
        });
        classes + &pods
    }));
    all.push(text("scripts of verbs and flags", &["check"], 2 * MIB, |n| {
        let words = repeat("create -n -n -n ", 64 * KIB);
        count(n, |i| {
            format!("---\napiVersion: batch/v1\nkind: Job\nmetadata: {{name: j{i}}}\nspec: {{template: {{spec: {{containers: [{{name: c, image: i, command: [sh, -c, 'kubectl create {words}']}}]}}}}}}\n")
        })
    }));
    all.push(shape("an environment of many specs", &["-q", "--environment", "prod"], MIB, |n| {
        let apps = |image: &'static str| {
            count(n / 2, move |i| spec("App", &format!("a{i}"), &format!("image: {image}")))
        };
        vec![file("app.yaml", apps("i")), file("environments/prod/app.yaml", apps("j"))]
    }));
    all.push(shape("an environment of many fields", &["-q", "--environment", "prod"], MIB, |n| {
        let env = |value: &str| {
            spec(
                "App",
                "a",
                &format!(
                    "image: i, env: {{{} Z: z}}",
                    count(n / 2, |i| format!("A{i}: {value}, "))
                ),
            )
        };
        vec![file("app.yaml", env("x")), file("environments/prod/app.yaml", env("y"))]
    }));
    all.push(shape("many environments", &["-q", "--environment", "e1"], 512 * KIB, |n| {
        let mut all: Vec<File> = (0..n / 128)
            .map(|i| file(format!("environments/e{i}/app.yaml"), spec("App", "a", "image: j")))
            .collect();
        all.push(file("app.yaml", spec("App", "a", "image: i")));
        all
    }));
    let manifests: &[(&str, Part)] = &[
        ("services", |i| {
            format!(
                "---\napiVersion: v1\nkind: Service\nmetadata: {{name: s{i}}}\nspec: {{selector: {{app: a}}, ports: [{{port: 80}}]}}\n"
            )
        }),
        ("deployments that name services", |i| {
            format!(
                "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{i}}}\nspec: {{template: {{metadata: {{labels: {{app: d{i}}}}}, spec: {{containers: [{{name: c, image: i, env: [{{name: U, value: 'http://d{}:80'}}]}}]}}}}}}\n---\napiVersion: v1\nkind: Service\nmetadata: {{name: d{i}}}\nspec: {{selector: {{app: d{i}}}, ports: [{{port: 80}}]}}\n",
                i / 2
            )
        }),
        ("objects of one name", |i| {
            format!("---\napiVersion: v{i}\nkind: Foo\nmetadata: {{name: a}}\n")
        }),
        ("objects with waves", |i| {
            format!(
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{i}, annotations: {{argocd.argoproj.io/sync-wave: '{}'}}}}\n",
                i % 1000
            )
        }),
        ("namespaces", |i| {
            format!(
                "---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: n{i}}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: n{i}}}\n"
            )
        }),
        ("custom resources", |i| {
            format!(
                "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: x{i}s.example.com}}\nspec: {{group: example.com, names: {{kind: X{i}}}}}\n---\napiVersion: example.com/v1\nkind: X{i}\nmetadata: {{name: a}}\n"
            )
        }),
        ("secrets", |i| {
            format!(
                "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s{i}}}\nstringData: {{url: 'postgres://u:p{i}@h:5432/x'}}\n"
            )
        }),
        ("schemas", |i| {
            spec(
                "Database",
                &format!("d{i}"),
                "engine: sqlite, external: {host: h}, credentials: {secret: s}, database: x",
            ) + &spec(
                "Schema",
                &format!("s{i}"),
                &format!("database: d{i}, sql: 'create table t (c int)'"),
            )
        }),
    ];
    for &(name, part) in manifests {
        all.push(text(format!("manifests: {name}"), MANIFESTS, MIB, move |n| count(n, part)));
        all.push(text(
            format!("page: {name}"),
            &["graph", "-q", "--format", "html"],
            MIB,
            move |n| count(n, part),
        ));
    }
    all.push(shape(
        "page: references of a table of a long name",
        &["graph", "-q", "--format", "html"],
        MIB,
        |n| {
            let references = count(n / 2, |i| format!("foreign key (c) references t{i} (c), "));
            project_of_sql(
                "sqlite",
                count(n / 64, |i| format!("create table t{i} (c int);"))
                    + &format!("create table {} (c int, {references} d int);", repeat("x", n / 4)),
            )
        },
    ));
    all.push(shape("many files of SQL", MANIFESTS, MIB, |n| {
        let mut all: Vec<File> = (0..n / 64)
            .map(|i| {
                file(
                    format!("f{i}.sql"),
                    format!(
                        "create table t{i} (id int primary key, o int references t{} (id));\n",
                        i + 1
                    ),
                )
            })
            .collect();
        all.push(file(
            "app.yaml",
            database("postgres") + &spec("Schema", "s", "database: db, files: ['*.sql']"),
        ));
        all
    }));
    all.push(shape("many migrations", MANIFESTS, MIB, |n| {
        let mut all: Vec<File> = (0..n / 64)
            .map(|i| file(format!("m/{i:010}_x.sql"), format!("create table t{i} (id int);\n")))
            .collect();
        all.push(file(
            "app.yaml",
            database("postgres") + &spec("Schema", "s", "database: db, migrations: m"),
        ));
        all
    }));
    all.push(shape("a migration of one line", MANIFESTS, 2 * MIB, |n| {
        vec![
            file("m/1_x.sql", format!("-- {}\n", repeat("atlas:", n))),
            file(
                "app.yaml",
                database("postgres") + &spec("Schema", "s", "database: db, migrations: m"),
            ),
        ]
    }));
}
