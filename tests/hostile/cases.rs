//! The hostile directories, one a line or two.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::disk::{repeat, series, write};

/// One directory and what has to come of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) build: Box<dyn Fn(&Path)>,
    pub(crate) expected: Expected,
    pub(crate) arguments: &'static [&'static str],
    pub(crate) variables: Vec<(&'static str, String)>,
}

/// What has to come of a directory, within the bounds of time and memory in any case.
#[derive(Clone, Copy)]
pub(crate) enum Expected {
    /// Nothing is printed, and the first line of the report holds this.
    Refused(&'static str),
    /// Manifests: it is large or strange, but not wrong.
    Printed,
    /// Which of both is of no matter here.
    Either,
}

use Expected::{Either, Printed, Refused};

const APP: &str = "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {name: shop}\n";
const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

fn case(name: &'static str, expected: Expected, build: impl Fn(&Path) + 'static) -> Case {
    Case { name, build: Box::new(build), expected, arguments: &[], variables: Vec::new() }
}

/// A document of one of our kinds.
fn spec(kind: &str, name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: argocd-atlas-plugin/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"
    )
}

/// A project whose one schema is a file made of a beginning, many parts and an end.
fn sql(
    name: &'static str,
    expected: Expected,
    head: &'static str,
    n: usize,
    part: impl Fn(usize) -> String + 'static,
    tail: &'static str,
) -> Case {
    case(name, expected, move |dir| {
        let database = spec("Database", "db", "engine: postgres");
        write(dir, "a.yaml", database + &spec("Schema", "s", "database: db, files: [s.sql]"));
        series(dir, "s.sql", head, n, &part, tail);
    })
}

/// A field that holds a path, which leads out of the directory.
fn path(name: &'static str, fields: &'static str, path: &'static str) -> Case {
    case(name, Refused("leads out of the project"), move |dir| {
        let (kind, fields) = fields.split_once(' ').unwrap();
        let fields = fields.replace("PATH", path);
        let database = spec("Database", "db", "engine: postgres");
        write(dir, "a.yaml", database + &spec(kind, "it", &fields));
    })
}

/// All of them.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = yaml();
    cases.extend(files());
    cases.extend(names());
    cases.extend(paths());
    cases.extend(statements());
    cases.extend(projects());
    cases.extend(problems());
    cases
}

fn yaml() -> Vec<Case> {
    let laughs = |dir: &Path| {
        let level = |n: usize| match n {
            0 => "  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(),
            n => {
                format!("  a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", "))
            }
        };
        series(dir, "a.yaml", &format!("{CONFIG}data:\n"), 12, level, "");
    };
    vec![
        case("alias bomb", Refused("copied by aliases"), laughs),
        case("one large scalar, 20,000 aliases", Refused("copied by aliases"), |dir| {
            let head = format!("{CONFIG}a: &a {}\nb:\n", "x".repeat(96 * 1024));
            repeat(dir, "a.yaml", &head, "- *a\n", 20_000, "");
        }),
        case("a merge of 10,000", Refused("copied by aliases"), |dir| {
            let keys: Vec<String> = (0..20).map(|n| format!("k{n}: v")).collect();
            let head = format!("{CONFIG}a: &a {{{}}}\nb:\n  <<: [", keys.join(", "));
            repeat(dir, "a.yaml", &head, "*a, ", 10_000, "*a]\n");
        }),
        case("a chain of 10,000 merges", Refused("copied by aliases"), |dir| {
            let link = |n: usize| match n {
                0 => "- &m0 {k0: v}\n".to_owned(),
                n => format!("- &m{n} {{<<: *m{}, k{n}: v}}\n", n - 1),
            };
            series(dir, "a.yaml", &format!("{CONFIG}a:\n"), 10_000, link, "");
        }),
        case("a mapping of 200,000 keys", Either, |dir| {
            let key = |n: usize| format!("  k{n}: v\n");
            series(dir, "a.yaml", &format!("{CONFIG}data:\n"), 200_000, key, "");
        }),
        case("100,000 lists in each other", Refused("nesting"), |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}a: "), "[", 100_000, "");
        }),
        case("100,000 mappings in each other", Refused("nesting"), |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}a: "), "{a: ", 100_000, "");
        }),
        case("100,000 dashes in a line", Refused("nesting"), |dir| {
            repeat(dir, "a.yaml", "", "- ", 100_000, "x\n");
        }),
        case("100,000 question marks in a line", Refused("a.yaml"), |dir| {
            repeat(dir, "a.yaml", "", "? ", 100_000, "x\n");
        }),
        case("a list of 8 MB on one line", Refused("YAML values"), |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}a: ["), "a,", 4_000_000, "a]\n");
        }),
        case("a list of 240,000 on one line", Printed, |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}a: ["), "a,", 240_000, "a]\n");
        }),
        case("a scalar of 8 MB", Either, |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}a: "), "0123456789abcdef", 520_000, "\n");
        }),
        case("three scalars of 8 MB", Either, |dir| {
            for name in ["a.yaml", "b.yaml", "c.yaml"] {
                repeat(dir, name, &format!("{CONFIG}a: "), "0123456789abcdef", 520_000, "\n");
            }
        }),
        case("a literal block of 2.7 million lines", Either, |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}a: |\n"), "  \n", 2_700_000, "  x\n");
        }),
        case("a quoted text of 8 MB of escapes", Either, |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}a: \""), "\\x41", 2_000_000, "\"\n");
        }),
        case("a text that never ends", Refused("a.yaml"), |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}a: \""), "x\n\n", 2_700_000, "");
        }),
        case("8 million empty lines", Refused("nothing"), |dir| {
            repeat(dir, "a.yaml", "", "\n", 8_000_000, "");
        }),
        case("1,000,000 empty documents", Refused("YAML documents"), |dir| {
            repeat(dir, "a.yaml", "", "---\n", 1_000_000, "");
        }),
        case("100,000 directives", Refused("a.yaml"), |dir| {
            repeat(dir, "a.yaml", "", "%TAG !a! tag:x,2000:\n", 100_000, "---\nx\n");
        }),
        case("100,000 anchors", Either, |dir| {
            let item = |n: usize| format!("- &a{n} x\n- *a{n}\n");
            series(dir, "a.yaml", &format!("{CONFIG}a:\n"), 100_000, item, "");
        }),
        case("a number of a million digits", Either, |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}a: "), "9", 1_000_000, "\n");
            write(dir, "b.yaml", spec("App", "b", "image: i, replicas: 1e999999999"));
        }),
        case("ports of a million digits", Refused("a.yaml"), |dir| {
            let head = format!("{APP}spec:\n  image: i\n  port: ");
            repeat(dir, "a.yaml", &head, "9", 1_000_000, "\n");
        }),
        case("waves at the end of the numbers", Either, |dir| {
            let first = spec("App", "a", "image: i, wave: 9223372036854775807");
            write(dir, "a.yaml", first + &spec("App", "b", "image: i, dependsOn: [a]"));
        }),
        case("written waves at the end of the numbers", Either, |dir| {
            for (name, wave) in [("a", "9223372036854775807"), ("b", "-9223372036854775808")] {
                let text = format!(
                    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  annotations:\n    argocd.argoproj.io/sync-wave: \"{wave}\"\n    argocd-atlas-plugin/depends-on: ConfigMap/{}\n",
                    if name == "a" { "b" } else { "c" }
                );
                write(dir, &format!("{name}.yaml"), text);
            }
            write(dir, "c.yaml", CONFIG.replace("name: a", "name: c"));
        }),
    ]
}

fn files() -> Vec<Case> {
    vec![
        case("a file of 100 MB", Refused("a.yaml:1:1: error[limit-exceeded]"), |dir| {
            write(dir, "a.yaml", "");
            let file = fs::OpenOptions::new().write(true).open(dir.join("a.yaml")).unwrap();
            file.set_len(100 << 20).unwrap();
        }),
        case("ten files of 8 MB", Refused("bytes"), |dir| {
            for n in 0..10 {
                repeat(dir, &format!("{n}.yaml"), "# ", "0123456789abcdef", 520_000, "\n");
            }
        }),
        case("100,001 files", Refused("more than 100000 files and folders"), |dir| {
            for n in 0..100_001 {
                fs::write(dir.join(format!("{n}.yaml")), "").unwrap();
            }
        }),
        case("30,000 files that nobody names", Printed, |dir| {
            write(dir, "a.yaml", CONFIG);
            for n in 0..30_000 {
                fs::write(dir.join(format!("{n}.txt")), "").unwrap();
            }
        }),
        case("folders 1,000 deep", Either, |dir| {
            write(dir, "a.yaml", CONFIG);
            let mut deep = dir.to_owned();
            for _ in 0..1_000 {
                deep.push("d");
            }
            fs::create_dir_all(&deep).unwrap();
            fs::write(deep.join("b.yaml"), CONFIG).unwrap();
        }),
        case("a link out of the directory", Refused("is a link out of the directory"), |dir| {
            write(dir, "a.yaml", CONFIG);
            symlink("/etc/passwd", dir.join("b.yaml")).unwrap();
        }),
        case("a folder that is a link out of the directory", Printed, |dir| {
            write(dir, "a.yaml", CONFIG);
            symlink("/etc", dir.join("etc")).unwrap();
        }),
        case("a schema that is a link out of the directory", Refused("s.sql"), |dir| {
            let database = spec("Database", "db", "engine: postgres");
            write(dir, "a.yaml", database + &spec("Schema", "s", "database: db, files: [s.sql]"));
            symlink("/etc/passwd", dir.join("s.sql")).unwrap();
        }),
        case("a link to itself", Refused("b.yaml"), |dir| {
            write(dir, "a.yaml", CONFIG);
            symlink("b.yaml", dir.join("b.yaml")).unwrap();
        }),
        case("a folder that is a link to its parent", Printed, |dir| {
            write(dir, "a.yaml", CONFIG);
            symlink(".", dir.join("self")).unwrap();
        }),
        case("a link to a device", Refused("b.yaml"), |dir| {
            write(dir, "a.yaml", CONFIG);
            symlink("/dev/zero", dir.join("b.yaml")).unwrap();
        }),
        case("a pipe", Either, |dir| {
            write(dir, "a.yaml", CONFIG);
            if !Command::new("mkfifo").arg(dir.join("b.yaml")).status().is_ok_and(|s| s.success()) {
                write(dir, "no mkfifo here", "");
            }
        }),
        Case {
            arguments: &["sum"],
            ..case("a pipe among migrations", Either, |dir| {
                write(dir, "1.sql", "select 1;");
                let _ = Command::new("mkfifo").arg(dir.join("2.sql")).status();
            })
        },
        case("a file that cannot be read", Either, |dir| {
            use std::os::unix::fs::PermissionsExt;
            write(dir, "a.yaml", CONFIG);
            fs::set_permissions(dir.join("a.yaml"), fs::Permissions::from_mode(0o000)).unwrap();
        }),
        case("bytes that are no UTF-8", Refused("not UTF-8"), |dir| {
            write(dir, "a.yaml", b"apiVersion: v1\nkind: \xff\xfe\n");
        }),
        case("8 MB that are no UTF-8", Refused("not UTF-8"), |dir| {
            write(dir, "a.yaml", b"a: ");
            let junk = vec![0xff; 1 << 20];
            let mut all = Vec::new();
            (0..7).for_each(|_| all.extend_from_slice(&junk));
            write(dir, "a.yaml", all);
        }),
        case("NUL bytes", Refused("a.yaml"), |dir| {
            write(dir, "a.yaml", format!("{CONFIG}data: {{a: \"x\0y\"}}\n"));
        }),
    ]
}

fn names() -> Vec<Case> {
    let name = |name: &'static str, path: &'static str| {
        case(name, Refused("error["), move |dir| write(dir, path, "kind: [\n"))
    };
    vec![
        name("a name with a line end", "a\nb: error[x].yaml"),
        name("a name with terminal escapes", "\u{1b}]0;owned\u{7}\u{1b}[2J.yaml"),
        name("a name that turns the text round", "a\u{202e}lmay.b.yaml"),
        case("a link whose name has terminal escapes", Refused("\\u{1b}[2J"), |dir| {
            symlink("/etc/passwd", dir.join("\u{1b}[2J.yaml")).unwrap();
        }),
        case("a folder whose name has terminal escapes", Refused("error["), |dir| {
            write(dir, "\u{1b}[31m\n/a.yaml", "kind: [\n");
        }),
        case("keys and values with terminal escapes", Refused("error["), |dir| {
            write(dir, "a.yaml", spec("App", "\"\\e[2J\"", "\"\\e[31m\\n\": \"\\u202e\""));
        }),
        case("a name that is no UTF-8", Printed, |dir| {
            use std::os::unix::ffi::OsStrExt;
            write(dir, "a.yaml", CONFIG);
            let name = std::ffi::OsStr::from_bytes(b"\xff\xfe.yaml");
            fs::write(dir.join(name), CONFIG).unwrap();
        }),
    ]
}

fn paths() -> Vec<Case> {
    vec![
        path("files: ..", "Schema database: db, files: [PATH]", "../s.sql"),
        path("files: .. in a glob", "Schema database: db, files: [PATH]", "../*.sql"),
        path("files: absolute", "Schema database: db, files: [PATH]", "/etc/passwd"),
        path("files: .. within", "Schema database: db, files: [PATH]", "a/../../s.sql"),
        path("hcl: ..", "Schema database: db, hcl: PATH", "../s.hcl"),
        path("hcl: absolute", "Schema database: db, hcl: PATH", "/etc/passwd"),
        path("migrations: ..", "Schema database: db, migrations: PATH", "../m"),
        path("migrations: absolute", "Schema database: db, migrations: PATH", "/etc"),
        path("configFiles of an App: ..", "App image: i, configFiles: {/a/b: PATH}", "../a.txt"),
        path(
            "configFiles of an App: absolute",
            "App image: i, configFiles: {/a/b: PATH}",
            "/etc/passwd",
        ),
        path(
            "configFiles of a Database: ..",
            "Database engine: postgres, configFiles: {/a/b: PATH}",
            "../a.txt",
        ),
        case("a glob of a thousand stars", Either, |dir| {
            let database = spec("Database", "db", "engine: postgres");
            let glob = "*a".repeat(1_000);
            let schema = spec("Schema", "s", &format!("database: db, files: [\"{glob}b\"]"));
            write(dir, "a.yaml", database + &schema);
            for n in 0..1_000 {
                write(dir, &format!("{}{n}.sql", "a".repeat(200)), "");
            }
        }),
    ]
}

fn statements() -> Vec<Case> {
    let same = |text: &'static str| move |_: usize| text.to_owned();
    vec![
        sql("100,000 parentheses", Either, "SELECT ", 100_000, same("("), ""),
        sql("100,000 closed parentheses", Either, "SELECT ", 50_000, same("(("), "1;"),
        sql("1,000,000 closing parentheses", Either, "SELECT ", 1_000_000, same(")"), ";"),
        sql(
            "a table in 5,000 parentheses",
            Either,
            "CREATE TABLE t (a int CHECK ",
            5_000,
            same("("),
            "",
        ),
        sql("a string of 15 MB", Either, "SELECT '", 960_000, same("0123456789abcdef"), "';"),
        sql("15 MB of quotes", Either, "SELECT ", 15_000_000, same("'"), ";"),
        sql("15 MB of comments in each other", Either, "", 7_000_000, same("/*"), ""),
        sql("3 million dollars", Either, "", 3_000_000, |n| format!("$a{n}$"), ""),
        sql("15 MB of semicolons", Either, "", 15_000_000, same(";"), ""),
        sql("1,000,000 statements", Either, "", 1_000_000, same("SELECT 1;\n"), ""),
        sql("300,000 tables", Either, "", 300_000, |n| format!("CREATE TABLE t{n} (a int);\n"), ""),
        sql(
            "100,000 times the same table",
            Either,
            "",
            100_000,
            same("CREATE TABLE t (a int);\n"),
            "",
        ),
        sql(
            "a table of 300,000 columns",
            Either,
            "CREATE TABLE t (a int",
            300_000,
            |n| format!(",c{n} int"),
            ");",
        ),
        sql(
            "a table of 100,000 equal columns",
            Either,
            "CREATE TABLE t (a int",
            100_000,
            same(", a int"),
            ");",
        ),
        sql(
            "100,000 changes of a table",
            Either,
            "CREATE TABLE t (a int);\n",
            100_000,
            |n| format!("ALTER TABLE t ADD COLUMN c{n} int;\n"),
            "",
        ),
        sql(
            "100,000 new names of a table",
            Either,
            "CREATE TABLE t0 (a int);\n",
            100_000,
            |n| format!("ALTER TABLE t{n} RENAME TO t{};\n", n + 1),
            "",
        ),
        sql(
            "20,000 tables and as many dropped indexes",
            Either,
            "",
            20_000,
            |n| {
                format!(
                    "CREATE TABLE t{n} (a int); CREATE INDEX i{n} ON t{n} (a); DROP INDEX i{n};\n"
                )
            },
            "",
        ),
        sql(
            "100,000 foreign keys to nowhere",
            Either,
            "",
            100_000,
            |n| format!("CREATE TABLE t{n} (a int REFERENCES nowhere{n} (a));\n"),
            "",
        ),
        sql(
            "100,000 foreign keys in a chain",
            Either,
            "CREATE TABLE t0 (a int primary key);\n",
            60_000,
            |n| format!("CREATE TABLE t{} (a int primary key REFERENCES t{n} (a));\n", n + 1),
            "",
        ),
        sql(
            "20,000 joins",
            Either,
            "CREATE VIEW v AS SELECT 1 FROM a",
            20_000,
            same(" JOIN a"),
            ";",
        ),
        sql(
            "200,000 ANDs",
            Either,
            "CREATE VIEW v AS SELECT 1 FROM a WHERE b",
            200_000,
            same(" AND b"),
            ";",
        ),
        sql("60 KB of NOT", Either, "CREATE VIEW v AS SELECT ", 15_000, same("NOT "), "1;"),
        sql("60 KB of CASE", Either, "CREATE VIEW v AS SELECT ", 6_000, same("CASE WHEN "), "1;"),
        sql(
            "2,000 views of 60 KB of minus",
            Either,
            "",
            200,
            |n| format!("CREATE VIEW v{n} AS SELECT {}1;\n", "- ".repeat(30_000)),
            "",
        ),
        sql(
            "9 MB of SQL",
            Refused("more than 8388608 bytes"),
            "-- ",
            600_000,
            same("0123456789abcdef"),
            "\n",
        ),
        sql("3 MB of SQL", Refused("error["), "-- ", 200_000, same("0123456789abcdef"), "\n"),
        sql(
            "2 MB of short tables",
            Either,
            "",
            15_000,
            |n| format!("CREATE TABLE t{n} (a int, b int, c int, d int, e int, f int);\n"),
            "",
        ),
        sql(
            "15,000 changes of a table",
            Either,
            "CREATE TABLE t (a int);\n",
            15_000,
            |n| format!("ALTER TABLE t ADD COLUMN c{n} int;\n"),
            "",
        ),
        sql(
            "15,000 new names of a table",
            Either,
            "CREATE TABLE t0 (a int);\n",
            15_000,
            |n| format!("ALTER TABLE t{n} RENAME TO t{};\n", n + 1),
            "",
        ),
        sql(
            "6,000 tables and as many dropped indexes",
            Either,
            "",
            6_000,
            |n| {
                format!(
                    "CREATE TABLE t{n} (a int); CREATE INDEX i{n} ON t{n} (a); DROP INDEX i{n};\n"
                )
            },
            "",
        ),
        sql(
            "15,000 foreign keys to nowhere",
            Either,
            "",
            15_000,
            |n| format!("CREATE TABLE t{n} (a int REFERENCES nowhere{n} (a));\n"),
            "",
        ),
        sql(
            "15,000 foreign keys in a chain",
            Either,
            "CREATE TABLE t0 (a int primary key);\n",
            15_000,
            |n| format!("CREATE TABLE t{} (a int primary key REFERENCES t{n} (a));\n", n + 1),
            "",
        ),
        sql(
            "2 MB of columns",
            Either,
            "CREATE TABLE t (a int",
            150_000,
            |n| format!(",c{n} int"),
            ");",
        ),
        sql("2 MB of quotes", Either, "SELECT ", 2_000_000, same("'"), ";"),
        sql("2 MB of comments in each other", Either, "", 1_000_000, same("/*"), ""),
        sql("2 MB of dollars", Either, "", 200_000, |n| format!("$a{n}$"), ""),
        sql("15,000 misspelt statements on a line", Either, "", 15_000, same("CRAETE x;"), ""),
        sql(
            "a word of 2 MB",
            Either,
            "CREATE TABLE ",
            120_000,
            same("0123456789abcdef"),
            " (a int);",
        ),
        sql(
            "a word of 2 MB that is misspelt",
            Either,
            "",
            120_000,
            same("abcdefghabcdefgh"),
            " (a int);",
        ),
        sql(
            "32 views of 60 KB of minus",
            Either,
            "",
            32,
            |n| format!("CREATE VIEW v{n} AS SELECT {}1;\n", "- ".repeat(30_000)),
            "",
        ),
        case("60 schemas at their bounds", Refused("error["), |dir| {
            let of = |n: usize| {
                spec(
                    "Schema",
                    &format!("s{n}"),
                    &format!("url: \"postgres://h/d{n}\", files: [{n}.sql]"),
                )
            };
            series(dir, "a.yaml", "", 60, of, "");
            for n in 0..60 {
                series(
                    dir,
                    &format!("{n}.sql"),
                    "",
                    9_000,
                    |n| format!("CREATE TABLE t{n} (a int, b int);\n"),
                    "",
                );
            }
        }),
        sql("1,000,000 misspelt statements", Either, "", 1_000_000, same("CRAETE x;\n"), ""),
        sql(
            "a line of 15 MB with 1,000,000 mistakes",
            Either,
            "",
            1_000_000,
            same("CRAETE x;"),
            "",
        ),
        sql(
            "a word of 15 MB",
            Either,
            "CREATE TABLE ",
            960_000,
            same("0123456789abcdef"),
            " (a int);",
        ),
        sql(
            "a word of 15 MB that is misspelt",
            Either,
            "",
            960_000,
            same("abcdefghabcdefgh"),
            " (a int);",
        ),
        sql(
            "300,000 inserts",
            Either,
            "",
            300_000,
            |n| format!("INSERT INTO t VALUES ({n}, 'x');\n"),
            "",
        ),
    ]
}

fn many(
    kind: &'static str,
    n: usize,
    fields: impl Fn(usize) -> String,
) -> impl Fn(usize) -> String {
    move |number| {
        assert!(number < n);
        spec(kind, &format!("{}{number}", kind.to_lowercase()), &fields(number))
    }
}

fn projects() -> Vec<Case> {
    vec![
        case("5,000 apps and 5,000 schemas without a word", Either, |dir| {
            let app = many("App", 5_000, |_| "image: i".to_owned());
            series(dir, "apps.yaml", "", 5_000, app, "");
            let url = |_| "url: \"postgres://h/d\", sql: \"create table t (a int);\"".to_owned();
            series(dir, "schemas.yaml", "", 5_000, many("Schema", 5_000, url), "");
        }),
        case("10,000 apps of one name", Refused("error["), |dir| {
            repeat(dir, "a.yaml", "", &spec("App", "a", "image: i"), 10_000, "");
        }),
        case("10,000 apps in a chain", Either, |dir| {
            let fields = |n: usize| match n {
                0 => "image: i".to_owned(),
                n => format!("image: i, dependsOn: [app{}]", n - 1),
            };
            series(dir, "a.yaml", "", 10_000, many("App", 10_000, fields), "");
        }),
        case("10,000 apps in a circle", Refused("error["), |dir| {
            let fields = |n: usize| format!("image: i, dependsOn: [app{}]", (n + 1) % 10_000);
            series(dir, "a.yaml", "", 10_000, many("App", 10_000, fields), "");
        }),
        case("600 apps that wait for each other", Refused("error["), |dir| {
            let fields = |n: usize| {
                let others: Vec<String> =
                    (0..600).filter(|&o| o != n).map(|o| format!("app{o}")).collect();
                format!("image: i, dependsOn: [{}]", others.join(", "))
            };
            series(dir, "a.yaml", "", 600, many("App", 600, fields), "");
        }),
        case("10,000 apps that wait for nobody", Refused("error["), |dir| {
            let fields = |n: usize| format!("image: i, dependsOn: [nobody{n}]");
            series(dir, "a.yaml", "", 10_000, many("App", 10_000, fields), "");
        }),
        case("environments of 10,000 misspelt names", Refused("error["), |dir| {
            series(dir, "a.yaml", "", 8_000, many("App", 8_000, |_| "image: i".to_owned()), "");
            let part = many("App", 8_000, |_| "replicas: 2".to_owned());
            let part = move |n: usize| part(n).replace("name: app", "name: apq");
            series(dir, "environments/prod/a.yaml", "", 8_000, part, "");
        })
        .with("ARGOCD_ENV_ENVIRONMENT", "prod"),
        case("references in a circle", Refused("error["), |dir| {
            let a = spec("App", "a", "image: i, port: 1, env: {X: \"${b.url}\"}");
            write(
                dir,
                "a.yaml",
                a + &spec("App", "b", "image: i, port: 1, env: {X: \"${a.url}\"}"),
            );
        }),
        case("a reference in references", Refused("error["), |dir| {
            let head = format!("{APP}spec:\n  image: i\n  env:\n    X: \"");
            repeat(dir, "a.yaml", &head, "${", 500_000, "\"\n");
        }),
        case("a million dollars", Either, |dir| {
            let head = format!("{APP}spec:\n  image: i\n  env:\n    X: \"");
            repeat(dir, "a.yaml", &head, "$", 1_000_000, "\"\n");
        }),
        case("100,000 references", Either, |dir| {
            let head = format!("{APP}spec:\n  image: i\n  port: 1\n  env:\n    X: \"");
            repeat(dir, "a.yaml", &head, "${other.url}", 100_000, "\"\n");
            write(dir, "b.yaml", spec("App", "other", "image: i, port: 80"));
        }),
        case("20,000 variables", Either, |dir| {
            let head = format!("{APP}spec:\n  image: i\n  env:\n");
            let line = |n: usize| format!("    X{n}: \"${{db.password}}\"\n");
            series(dir, "a.yaml", &head, 20_000, line, "");
            write(dir, "b.yaml", spec("Database", "db", "engine: postgres"));
        }),
        case("20,000 ports", Either, |dir| {
            let head = format!("{APP}spec:\n  image: i\n  ports:\n");
            series(
                dir,
                "a.yaml",
                &head,
                20_000,
                |n| format!("  - {{name: p{n}, port: {}}}\n", n + 1),
                "",
            );
        }),
        case("5,000 patches", Either, |dir| {
            let head = format!("{APP}spec:\n  image: i\n  patches:\n");
            let patch = |n: usize| {
                format!(
                    "  - {{target: {{kind: Deployment}}, patch: {{metadata: {{labels: {{l{n}: x}}}}}}}}\n"
                )
            };
            series(dir, "a.yaml", &head, 5_000, patch, "");
        }),
        case("20,000 plain manifests", Either, |dir| {
            let text = |n: usize| {
                format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{n}}}\n")
            };
            series(dir, "a.yaml", "", 19_999, text, "");
        }),
        case("5,000 workloads and 5,000 custom resources", Either, |dir| {
            let workload = |n: usize| {
                format!(
                    "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: w{n}}}\nspec: {{template: {{spec: {{containers: [{{name: c, image: i}}]}}}}}}\n"
                )
            };
            series(dir, "a.yaml", "", 5_000, workload, "");
            let schema = |n: usize| {
                format!(
                    "---\napiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\nmetadata: {{name: s{n}}}\nspec: {{url: \"mysql://u:p@h{n}:3306/d\"}}\n"
                )
            };
            series(dir, "b.yaml", "", 5_000, schema, "");
        }),
        case("20,000 plain manifests of one name", Refused("error["), |dir| {
            repeat(dir, "a.yaml", "", &format!("---\n{CONFIG}"), 19_999, "");
        }),
        case("3,000 specs", Printed, |dir| {
            let database = |n: usize| {
                spec("Database", &format!("d{n}"), "engine: postgres")
                    + &spec(
                        "Schema",
                        &format!("s{n}"),
                        &format!("database: d{n}, files: [{n}.sql]"),
                    )
                    + &spec(
                        "App",
                        &format!("a{n}"),
                        &format!("image: i, env: {{U: \"${{d{n}.host}}\"}}"),
                    )
            };
            series(dir, "a.yaml", "", 1_000, database, "");
            (0..1_000).for_each(|n| write(dir, &format!("{n}.sql"), "create table t (a int);"));
        }),
    ]
}

fn problems() -> Vec<Case> {
    vec![
        case("100,000 unknown fields", Refused("error["), |dir| {
            let head = format!("{APP}spec:\n  image: i\n");
            series(dir, "a.yaml", &head, 100_000, |n| format!("  imege{n}: x\n"), "");
        }),
        case("10 MB of unknown fields on one line", Refused("error["), |dir| {
            let head = "{\"apiVersion\": \"argocd-atlas-plugin/v1alpha1\", \"kind\": \"App\", \"metadata\": {\"name\": \"a\"}, \"spec\": {";
            let field = |n: usize| format!("\"field{n}\": \"{}\", ", "x".repeat(80));
            series(dir, "a.json", head, 80_000, field, "\"image\": \"i\"}}");
        }),
        case("a field whose name has 5 MB", Refused("error["), |dir| {
            let head = format!("{APP}spec:\n  image: i\n  ? ");
            repeat(dir, "a.yaml", &head, "x", 5_000_000, "\n  : 1\n");
        }),
        case("names of 1 MB that are nearly equal", Refused("error["), |dir| {
            let long = "x".repeat(1 << 20);
            let database = spec("Database", &long, "engine: postgres");
            let schema = spec("Schema", "s", &format!("database: {long}y, sql: \"\""));
            write(dir, "a.yaml", database + &schema);
        }),
        case("100 names of 60 KB that are nearly equal", Refused("error["), |dir| {
            let long = "x".repeat(60_000);
            let app = move |n: usize| spec("App", &format!("{long}{n}"), &format!("image: i, dependsOn: [{long}{n}x]"));
            series(dir, "a.yaml", "", 100, app, "");
        }),
        case("100,000 problems in YAML", Refused("error["), |dir| {
            repeat(dir, "a.yaml", "", "---\na: [\n", 15_000, "");
        }),
        case("20,000 broken documents on long lines", Refused("error["), |dir| {
            let text = format!("---\n{{a: 1, a: {}}}\n", "y".repeat(500));
            repeat(dir, "a.yaml", "", &text, 15_000, "");
        }),
        case("1,000,000 duplicate keys", Refused("error["), |dir| {
            repeat(dir, "a.yaml", "", "a: 1\n", 1_000_000, "");
        }),
        case("parameters of 120 KB of brackets", Refused("error["), |dir| {
            write(dir, "a.yaml", CONFIG);
        })
        .with("ARGOCD_APP_PARAMETERS", &"[".repeat(120_000)),
        case("parameters of 120 KB that name nothing", Refused("error["), |dir| {
            write(dir, "a.yaml", spec("App", "a", "image: i"));
        })
        .with("ARGOCD_APP_PARAMETERS", &{
            let entries: Vec<String> = (0..6_000).map(|n| format!("\"App/b{n}:r\": \"1\"")).collect();
            format!("[{{\"name\": \"set\", \"map\": {{{}}}}}]", entries.join(","))
        }),
        case("a parameter 10,000 levels deep", Either, |dir| {
            write(dir, "a.yaml", spec("App", "a", "image: i"));
        })
        .with(
            "ARGOCD_APP_PARAMETERS",
            &format!("[{{\"name\": \"set\", \"map\": {{\"App/a:{}\": \"1\"}}}}]", "a.".repeat(30_000)),
        ),
        case("a parameter with an alias bomb", Either, |dir| {
            write(dir, "a.yaml", spec("App", "a", "image: i"));
        })
        .with("ARGOCD_APP_PARAMETERS", {
            "[{\"name\": \"set\", \"map\": {\"App/a:env\": \"{a: &a [x,x,x,x,x,x,x,x,x,x], b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a], c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b], d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c], e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d], f: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]}\"}}]"
        }),
        case("a folder that is none", Refused("cannot read"), |dir| {
            fs::remove_dir(dir).unwrap();
        }),
    ]
}

impl Case {
    fn with(mut self, name: &'static str, value: &str) -> Case {
        self.variables.push((name, value.to_owned()));
        self
    }
}
