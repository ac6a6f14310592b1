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
    /// Something on standard output, as of a report, whatever is wrong.
    Said,
    /// Which of both is of no matter here.
    Either,
    /// Whatever the view makes of it, as long as it ends by itself.
    Viewed,
}

use Expected::{Either, Printed, Refused, Said, Viewed};

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

/// A project of several schemas, each with an own file of SQL.
fn schemas(name: &'static str, n: usize, text: impl Fn(usize) -> String + 'static) -> Case {
    case(name, Either, move |dir| {
        let specs = (0..n).map(|n| {
            let database = spec("Database", &format!("db{n}"), "engine: postgres");
            let fields = format!("database: db{n}, files: [s{n}.sql]");
            database + &spec("Schema", &format!("s{n}"), &fields)
        });
        write(dir, "a.yaml", specs.collect::<String>());
        (0..n).for_each(|n| write(dir, &format!("s{n}.sql"), text(n)));
    })
}

impl Case {
    /// The same project with another engine than PostgreSQL.
    fn with_engine(self, engine: &'static str) -> Case {
        let Case { build, .. } = self;
        let build = move |dir: &Path| {
            build(dir);
            let specs = fs::read_to_string(dir.join("a.yaml")).unwrap();
            write(dir, "a.yaml", specs.replace("engine: postgres", &format!("engine: {engine}")));
        };
        Case { build: Box::new(build), ..self }
    }
}

/// A field that holds a path, which leads out of the directory.
fn path(name: &'static str, fields: &'static str, path: &'static str) -> Case {
    case(name, Refused("is outside the project"), move |dir| {
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
    cases.extend(wide_objects());
    cases.extend(names());
    cases.extend(paths());
    cases.extend(statements());
    cases.extend(chains());
    cases.extend(wide());
    cases.extend(many_files());
    cases.extend(links());
    cases.extend(reports());
    cases.extend(projects());
    cases.extend(problems());
    cases.extend(mentions());
    cases.extend(pages());
    cases.extend(repeated());
    cases.extend(environments());
    cases
}

/// Directories of many environments, each of which is compiled.
fn environments() -> Vec<Case> {
    let app = |replicas: usize| format!("{APP}spec: {{replicas: {replicas}}}\n");
    let whole = format!("{APP}spec: {{image: i}}\n");
    let folder = |n: usize| format!("environments/e{n}/a.yaml");
    let check = |case: Case| Case { arguments: &["check", "--format", "json"], ..case };
    let graph = |case: Case| Case { arguments: &["graph", "--format", "html"], ..case };
    let small = {
        let whole = whole.clone();
        move |dir: &Path| {
            write(dir, "a.yaml", &whole);
            (0..40_000).for_each(|n| write(dir, &folder(n), app(n)));
        }
    };
    let objects = {
        let whole = whole.clone();
        move |dir: &Path| {
            write(dir, "a.yaml", &whole);
            let object = |n: usize| CONFIG.replace("name: a", &format!("name: a{n}")) + "---\n";
            series(dir, "b.yaml", "", 2_000, object, "");
            (0..200).for_each(|n| write(dir, &folder(n), app(n)));
        }
    };
    // Nothing in the base, and in each environment as much as there may be.
    let sql = move |dir: &Path| {
        write(dir, "a.yaml", &whole);
        for n in 0..12 {
            let database = spec("Database", "db", "engine: postgres");
            let schema = spec("Schema", "s", &format!("database: db, files: [s{n}.sql]"));
            write(dir, &folder(n), database + &schema);
            let table = |n: usize| format!("CREATE TABLE t{n} (a int, b int, c int);\n");
            series(dir, &format!("s{n}.sql"), "", 5_000, table, "");
        }
    };
    vec![
        check(case("40,000 environments", Said, small)),
        check(case("200 environments of 2,000 objects", Said, objects.clone())),
        graph(case("a picture of 200 environments of 2,000 objects", Viewed, objects)),
        check(case("12 environments, each with SQL of its own", Said, sql)),
    ]
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
        case("8 million empty lines", Refused("no Kubernetes objects"), |dir| {
            repeat(dir, "a.yaml", "", "\n", 4_900_000, "");
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
        case("folders 1,000 deep", Refused("folders more than 64 deep"), |dir| {
            write(dir, "a.yaml", CONFIG);
            let mut deep = dir.to_owned();
            for _ in 0..1_000 {
                deep.push("d");
            }
            fs::create_dir_all(&deep).unwrap();
            fs::write(deep.join("b.yaml"), CONFIG).unwrap();
        }),
        case("a link out of the directory", Refused("leads out of the directory"), |dir| {
            write(dir, "a.yaml", CONFIG);
            symlink("/etc/passwd", dir.join("b.yaml")).unwrap();
        }),
        case("a folder that is a link out of the directory", Printed, |dir| {
            write(dir, "a.yaml", CONFIG);
            symlink("/etc", dir.join("etc")).unwrap();
        }),
        case("a link into .git", Refused("is a symbolic link to a hidden file"), |dir| {
            write(dir, ".git/config", "url: https://token@example.com");
            symlink(".git/config", dir.join("b.yaml")).unwrap();
        }),
        case("a schema that is a link into .git", Refused("file `s.sql` does not exist"), |dir| {
            let database = spec("Database", "db", "engine: postgres");
            write(dir, "a.yaml", database + &spec("Schema", "s", "database: db, files: [s.sql]"));
            write(dir, ".git/config", "url: https://token@example.com");
            symlink(".git/config", dir.join("s.sql")).unwrap();
        }),
        case("100,001 hidden files", Refused("more than 100000 files and folders"), |dir| {
            for n in 0..100_001 {
                fs::write(dir.join(format!(".{n}")), "").unwrap();
            }
        }),
        case("a hidden folder of 100,001 files", Printed, |dir| {
            write(dir, "a.yaml", CONFIG);
            fs::create_dir(dir.join(".git")).unwrap();
            for n in 0..100_001 {
                fs::write(dir.join(format!(".git/{n}")), "").unwrap();
            }
        }),
        case("20,000 files at the top, and folders 60 deep", Printed, |dir| {
            write(dir, "a.yaml", CONFIG);
            for n in 0..20_000 {
                fs::write(dir.join(format!("{n}.txt")), "").unwrap();
            }
            fs::create_dir_all(dir.join(["d"; 60].join("/"))).unwrap();
        }),
        case(
            "four files that become three times as large as UTF-8",
            Refused("more than 8388608 bytes"),
            |dir| {
                let database = spec("Database", "db", "engine: postgres");
                write(
                    dir,
                    "a.yaml",
                    database + &spec("Schema", "s", "database: db, files: [\"*.sql\"]"),
                );
                for n in 0..4 {
                    write(dir, &format!("{n}.sql"), vec![0x80; 7_900_000]);
                }
            },
        ),
        case("a chart in each of 49,000 folders", Refused("belongs to a Helm chart"), |dir| {
            for n in 0..49_000 {
                fs::create_dir(dir.join(n.to_string())).unwrap();
                fs::write(dir.join(format!("{n}/Chart.yaml")), "").unwrap();
            }
        }),
        case("9,900 objects of which the cluster is to serve each", Printed, |dir| {
            series(dir, "a.yaml", "", 9_900, |n| spec("App", &format!("a{n}"), "image: i"), "");
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

/// One object that becomes very wide.
fn wide_objects() -> Vec<Case> {
    let many =
        |n: usize, part: fn(usize) -> String| (0..n).map(part).collect::<Vec<_>>().join(", ");
    vec![
        case("a spec of 50,000 labels and as many annotations", Printed, move |dir| {
            let pairs = many(50_000, |n| format!("k{n}: v"));
            let metadata = format!("{{name: a, labels: {{{pairs}}}, annotations: {{{pairs}}}}}");
            write(
                dir,
                "a.yaml",
                APP.replace("{name: shop}", &metadata) + "spec: {image: i, port: 80}\n",
            );
        }),
        case("a patch of 100,000 new keys", Refused("error[unknown-field]"), move |dir| {
            let keys = many(100_000, |n| format!("k{n}: v"));
            let patch =
                format!("{{target: {{kind: Deployment}}, patch: {{spec: {{new: {{{keys}}}}}}}}}");
            write(dir, "a.yaml", spec("App", "a", &format!("image: i, patches: [{patch}]")));
        }),
        case("32,000 variables that have the names of those that are made", Printed, move |dir| {
            let taken = many(32_000, |n| format!("D_PASSWORD_{}: x", n + 2));
            let env = format!("D_PASSWORD: x, {taken}, Z: \"a${{d.password}}\"");
            let database = spec("Database", "d", "engine: postgres");
            write(
                dir,
                "a.yaml",
                database + &spec("App", "a", &format!("image: i, env: {{{env}}}")),
            );
        }),
        case("9,000 config files of one name", Printed, move |dir| {
            let files = many(9_000, |n| format!("/etc/{n}/f: \"a\\nb\""));
            write(dir, "a.yaml", spec("App", "a", &format!("image: i, configFiles: {{{files}}}")));
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
        case("a name that ends the line of a comment for some readers", Printed, |dir| {
            let name = "x\\u2028---\\u2028apiVersion: v1\\u2028kind: Secret\\u200f";
            write(
                dir,
                "a.yaml",
                format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: \"{name}\"}}\n"),
            );
        }),
        case("a link whose name has terminal escapes", Refused("\\u{1b}[2J"), |dir| {
            symlink("/etc/passwd", dir.join("\u{1b}[2J.yaml")).unwrap();
        }),
        case("a folder whose name has terminal escapes", Refused("error["), |dir| {
            write(dir, "\u{1b}[31m\n/a.yaml", "kind: [\n");
        }),
        case("keys and values with terminal escapes", Refused("error["), |dir| {
            write(dir, "a.yaml", spec("App", "\"\\e[2J\"", "\"\\e[31m\\n\": \"\\u202e\""));
        }),
        case("a name that is no UTF-8", Refused("has a name that is not UTF-8"), |dir| {
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
        sql(
            "12,000 DIVs, for each of which all before it is copied",
            Either,
            "CREATE VIEW v AS SELECT a",
            12_000,
            same(" DIV a"),
            " FROM t;",
        )
        .with_engine("mysql"),
        sql(
            "2 MB of statements of a letter",
            Either,
            "-- atlas:delimiter |\n",
            1_000_000,
            same("a|"),
            "",
        ),
        sql(
            "2 MB of columns of a letter",
            Refused("words"),
            "CREATE TABLE t (a",
            900_000,
            same(",a"),
            ");",
        ),
        sql("2 MB of batches", Either, "", 400_000, same("a\ngo\n"), "").with_engine("sqlserver"),
        sql(
            "a function that names 900,000 tables",
            Either,
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 FROM b",
            900_000,
            same(",a"),
            " $$;",
        ),
        schemas("8 MB of sums that sqlparser is asked about", 8, |n| {
            let view = |v: usize| format!("CREATE VIEW v{v} AS SELECT 1{};\n", "+1".repeat(31_000));
            (0..16).map(|v| view(n * 16 + v)).collect()
        }),
        schemas("as many words as may be, each a column of its own", 3, |n| {
            let columns: String = (0..99_900).map(|c| format!(",b{c:x}")).collect();
            format!("CREATE TABLE t{n} (a{columns});\n")
        }),
        schemas("as many words as may be, each a table that a view reads", 3, |n| {
            let tables: String = (0..99_900).map(|t| format!(",b{t:x}")).collect();
            format!("CREATE VIEW v{n} AS SELECT a FROM c{tables};\n")
        }),
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
            "19,999 changes of a table",
            Either,
            "CREATE TABLE t (a int);\n",
            19_998,
            |n| format!("ALTER TABLE t ADD COLUMN c{n} int;\n"),
            "",
        ),
        sql(
            "19,999 new names of a table",
            Either,
            "CREATE TABLE t0 (a int);\n",
            19_998,
            |n| format!("ALTER TABLE t{n} RENAME TO t{};\n", n + 1),
            "",
        ),
        sql(
            "6,666 tables and as many dropped indexes",
            Either,
            "",
            6_666,
            |n| {
                format!(
                    "CREATE TABLE t{n} (a int); CREATE INDEX i{n} ON t{n} (a); DROP INDEX i{n};\n"
                )
            },
            "",
        ),
        sql(
            "19,999 foreign keys to nowhere",
            Either,
            "",
            19_998,
            |n| format!("CREATE TABLE t{n} (a int REFERENCES nowhere{n} (a));\n"),
            "",
        ),
        sql(
            "19,999 foreign keys in a chain",
            Either,
            "CREATE TABLE t0 (a int primary key);\n",
            19_998,
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
        sql("19,999 misspelt statements on a line", Either, "", 19_999, same("CRAETE x;"), ""),
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
        case("9,990 apps and 9,990 schemas without a word", Either, |dir| {
            let app = many("App", 9_990, |_| "image: i".to_owned());
            series(dir, "apps.yaml", "", 9_990, app, "");
            let url = |_| "url: \"postgres://h/d\", sql: \"create table t (a int);\"".to_owned();
            series(dir, "schemas.yaml", "", 9_990, many("Schema", 9_990, url), "");
        }),
        case("19,990 apps of one name", Refused("error["), |dir| {
            repeat(dir, "a.yaml", "", &spec("App", "a", "image: i"), 19_990, "");
        }),
        case("19,990 apps in a chain", Either, |dir| {
            let fields = |n: usize| match n {
                0 => "image: i".to_owned(),
                n => format!("image: i, dependsOn: [app{}]", n - 1),
            };
            series(dir, "a.yaml", "", 19_990, many("App", 19_990, fields), "");
        }),
        case("19,990 apps in a circle", Refused("error["), |dir| {
            let fields = |n: usize| format!("image: i, dependsOn: [app{}]", (n + 1) % 19_990);
            series(dir, "a.yaml", "", 19_990, many("App", 19_990, fields), "");
        }),
        case("600 apps that wait for each other", Refused("error["), |dir| {
            let fields = |n: usize| {
                let others: Vec<String> =
                    (0..600).filter(|&o| o != n).map(|o| format!("app{o}")).collect();
                format!("image: i, dependsOn: [{}]", others.join(", "))
            };
            series(dir, "a.yaml", "", 600, many("App", 600, fields), "");
        }),
        case("19,990 apps that wait for nobody", Refused("error["), |dir| {
            let fields = |n: usize| format!("image: i, dependsOn: [nobody{n}]");
            series(dir, "a.yaml", "", 19_990, many("App", 19_990, fields), "");
        }),
        case("environments of 9,900 misspelt names", Refused("error["), |dir| {
            series(dir, "a.yaml", "", 9_900, many("App", 9_900, |_| "image: i".to_owned()), "");
            let part = many("App", 9_900, |_| "replicas: 2".to_owned());
            let part = move |n: usize| part(n).replace("name: app", "name: apq");
            series(dir, "environments/prod/a.yaml", "", 9_900, part, "");
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
        case("9,990 patches", Either, |dir| {
            let head = format!("{APP}spec:\n  image: i\n  patches:\n");
            let patch = |n: usize| {
                format!(
                    "  - {{target: {{kind: Deployment}}, patch: {{metadata: {{labels: {{l{n}: x}}}}}}}}\n"
                )
            };
            series(dir, "a.yaml", &head, 9_990, patch, "");
        }),
        case("19,990 plain manifests", Either, |dir| {
            let text = |n: usize| {
                format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{n}}}\n")
            };
            series(dir, "a.yaml", "", 19_990, text, "");
        }),
        case("9,990 workloads and 9,990 custom resources", Either, |dir| {
            let workload = |n: usize| {
                format!(
                    "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: w{n}}}\nspec: {{template: {{spec: {{containers: [{{name: c, image: i}}]}}}}}}\n"
                )
            };
            series(dir, "a.yaml", "", 9_990, workload, "");
            let schema = |n: usize| {
                format!(
                    "---\napiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\nmetadata: {{name: s{n}}}\nspec: {{url: \"mysql://u:p@h{n}:3306/d\"}}\n"
                )
            };
            series(dir, "b.yaml", "", 9_990, schema, "");
        }),
        case("19,990 equal plain manifests", Printed, |dir| {
            repeat(dir, "a.yaml", "", &format!("---\n{CONFIG}"), 19_990, "");
        }),
        case("19,990 plain manifests of one name", Refused("error["), |dir| {
            let config = |n: usize| format!("{CONFIG}immutable: {}\n", n & 1 == 0);
            series(dir, "a.yaml", "", 19_990, move |n| format!("---\n{}", config(n)), "");
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

/// What the commands for people make of a project that is accepted.
fn pages() -> Vec<Case> {
    const PAGE: &[&str] = &["graph", "--format", "html"];
    const DRAWING: &[&str] = &["graph", "--format", "svg"];
    let page = |name, build: fn(&Path)| Case { arguments: PAGE, ..case(name, Printed, build) };
    let drawing =
        |name, build: fn(&Path)| Case { arguments: DRAWING, ..case(name, Printed, build) };
    let says = |name, arguments, build: fn(&Path)| Case { arguments, ..case(name, Said, build) };
    let chain = |dir: &Path| {
        let config = |n: usize| {
            let needs = format!(
                ", annotations: {{argocd-atlas-plugin/depends-on: ConfigMap/a{}}}",
                n.max(1) - 1
            );
            let needs = if n == 0 { String::new() } else { needs };
            format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{n}{needs}}}\n")
        };
        series(dir, "a.yaml", "", 19_990, config, "");
    };
    // What goes first stands far from all that wait for it: a rung each wave.
    let ladder = |dir: &Path| {
        let config = |n: usize| {
            let needs = match n {
                0 => String::new(),
                1 => ", annotations: {argocd-atlas-plugin/depends-on: ConfigMap/a0}".to_owned(),
                n if n % 2 == 0 => format!(
                    ", annotations: {{argocd-atlas-plugin/depends-on: \"ConfigMap/a{}\"}}",
                    n - 2
                ),
                n => format!(
                    ", annotations: {{argocd-atlas-plugin/depends-on: \"ConfigMap/a{}, ConfigMap/s\"}}",
                    n - 1
                ),
            };
            format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{n}{needs}}}\n")
        };
        series(
            dir,
            "a.yaml",
            &format!("---\n{}", CONFIG.replace("name: a", "name: s")),
            19_000,
            config,
            "",
        );
    };
    let written = |dir: &Path| {
        let config =
            |n: usize| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{n}}}\n");
        series(dir, "a.yaml", "", 440, config, "");
        let needs: Vec<String> = (0..440).map(|n| format!("ConfigMap/a{n}")).collect();
        let config = move |n: usize| {
            format!(
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: b{n}, annotations: {{argocd-atlas-plugin/depends-on: \"{}\"}}}}\n",
                needs.join(", ")
            )
        };
        series(dir, "b.yaml", "", 440, config, "");
    };
    vec![
        page("a page of 100,000 URLs that are none", |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}data: {{a: \""), "x://", 100_000, "\"}\n");
        }),
        page("a page of a text of 1 MB on one line", |dir| {
            repeat(
                dir,
                "a.yaml",
                &format!("{CONFIG}data: {{a: \""),
                "a:b@set password ",
                60_000,
                "\"}\n",
            );
        }),
        page("a page of 120,000 colons", |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}data: {{a: \""), ":", 120_000, "\"}\n");
        }),
        page("a page of 100,000 cookies", |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}data: {{a: \""), "Cookie: ", 100_000, "\"}\n");
        }),
        page("a page of 100,000 calls", |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}data: {{a: \""), "put('pw',", 100_000, "\"}\n");
        }),
        page("a page of 30,000 rows that are not closed", |dir| {
            let before = format!("{CONFIG}data: {{a: \"");
            repeat(dir, "a.yaml", &before, "INSERT INTO t (password) VALUES (", 30_000, "\"}\n");
        }),
        page("a page of 60,000 tables of another server", |dir| {
            repeat(
                dir,
                "a.yaml",
                &format!("{CONFIG}data: {{a: \""),
                "ENGINE = MySQL('",
                60_000,
                "\"}\n",
            );
        }),
        page("a page of 40,000 defaults that are not closed", |dir| {
            let before = format!("{CONFIG}data: {{a: \"");
            repeat(dir, "a.yaml", &before, "api_token text DEFAULT (", 40_000, "\"}\n");
        }),
        page("a page of 150,000 parameters", |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}data: {{a: \""), "?key=", 150_000, "\"}\n");
        }),
        page("a page of 240,000 tokens", |dir| {
            repeat(dir, "a.yaml", &format!("{CONFIG}data: {{a: \""), "eyJ=", 240_000, "\"}\n");
        }),
        page("a page of 3,000 apps in a chain", |dir| {
            let fields = |n: usize| match n {
                0 => "image: i".to_owned(),
                n => format!("image: i, dependsOn: [a{}]", n - 1),
            };
            series(dir, "a.yaml", "", 3_000, |n| spec("App", &format!("a{n}"), &fields(n)), "");
        }),
        page("a page of 19,990 manifests in a chain", chain),
        drawing("a drawing of 19,990 manifests in a chain", chain),
        says("the waves of 19,990 manifests in a chain", &["waves", "--format", "json"], chain),
        says(
            "an explanation of 19,990 manifests in a chain",
            &["explain", "ConfigMap/a19989"],
            chain,
        ),
        page("a page of a ladder", ladder),
        drawing("a drawing of a ladder", ladder),
        page("a page of 190,000 dependencies", written),
        says("the waves of 190,000 dependencies", &["waves", "--format", "json"], written),
        Case {
            arguments: PAGE,
            ..sql(
                "a page of a table of 60,000 columns",
                Printed,
                "create table t(a int",
                60_000,
                |n| format!(",c{n} int"),
                ");",
            )
        },
        Case {
            arguments: PAGE,
            ..sql(
                "a page of a table of 20,000 references",
                Either,
                "create table u(a int primary key); create table t(a int",
                20_000,
                |n| format!(",c{n} int references u(a)"),
                ");",
            )
        },
        Case {
            arguments: PAGE,
            ..sql(
                "a page of 9,000 tables in a ladder",
                Either,
                "create table s(a int);",
                9_000,
                |n| {
                    format!(
                        "create table t{n}(a int references t{}, b int references s);",
                        n.max(1) - 1
                    )
                },
                "",
            )
        },
        says("the waves of a kind of 100 KB", &["waves"], |dir| {
            let config = |n: usize| {
                format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{n}}}\n")
            };
            series(dir, "a.yaml", "", 9_990, config, "");
            write(
                dir,
                "b.yaml",
                format!("apiVersion: x/v1\nkind: {}\nmetadata: {{name: a}}\n", "K".repeat(100_000)),
            );
        }),
        says(
            "SARIF of 10 MB of unknown fields on one line",
            &["check", "--format", "sarif"],
            |dir| {
                let head = "{\"apiVersion\": \"argocd-atlas-plugin/v1alpha1\", \"kind\": \"App\", \"metadata\": {\"name\": \"a\"}, \"spec\": {";
                let field = |n: usize| format!("\"field{n}\": \"{}\", ", "x".repeat(80));
                series(dir, "a.json", head, 60_000, field, "\"image\": \"i\"}}");
            },
        ),
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
        case("9,000 problems in YAML", Refused("error["), |dir| {
            repeat(dir, "a.yaml", "", "---\na: [\n", 9_000, "");
        }),
        case("9,000 broken documents on long lines", Refused("error["), |dir| {
            let text = format!("---\n{{a: 1, a: {}}}\n", "y".repeat(500));
            repeat(dir, "a.yaml", "", &text, 9_000, "");
        }),
        case("a large manifest beside 19,000 of its name", Refused("is generated twice"), |dir| {
            let head = format!("{CONFIG}data:\n");
            series(dir, "a.yaml", &head, 100_000, |n| format!("  k{n}: v\n"), "");
            repeat(dir, "b.yaml", "", &format!("---\n{CONFIG}data: {{a: b}}\n"), 19_000, "");
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

/// One database, one schema in `files` of `a.sql` and on, and each file's text.
fn sql_files(
    name: &'static str,
    expected: Expected,
    n: usize,
    text: impl Fn(usize) -> String + 'static,
) -> Case {
    case(name, expected, move |dir| {
        let database = spec("Database", "db", "engine: postgres");
        let schema = spec("Schema", "s", "database: db, files: [\"s/*.sql\"]");
        write(dir, "a.yaml", database + &schema);
        (0..n).for_each(|number| write(dir, &format!("s/{number:05}.sql"), text(number)));
    })
}

/// Very many statements that change what others have made.
fn chains() -> Vec<Case> {
    let columns = |n: usize| -> String { (0..n).map(|n| format!(",c{n} int")).collect() };
    let table = move |n: usize| format!("CREATE TABLE t (a int{});\n", columns(n));
    // The head of a series is static text, so that the first part brings the table.
    let first = move |n: usize, head: &dyn Fn() -> String, text: String| match n {
        0 => head() + &text,
        _ => text,
    };
    let chain = |name, n_columns: usize, part: fn(usize) -> String| {
        sql(name, Either, "", 19_990, move |n| first(n, &|| table(n_columns), part(n)), "")
    };
    vec![
        chain("19,990 columns dropped from the front", 19_990, |n| {
            format!("ALTER TABLE t DROP COLUMN c{n};\n")
        }),
        chain("19,990 columns dropped from the end", 19_990, |n| {
            format!("ALTER TABLE t DROP COLUMN c{};\n", 19_989 - n)
        }),
        chain("19,990 new types of columns", 19_990, |n| {
            format!("ALTER TABLE t ALTER COLUMN c{} TYPE bigint;\n", 19_989 - n)
        }),
        chain("19,990 new names of a column", 1, |n| {
            format!("ALTER TABLE t RENAME COLUMN c{n} TO c{};\n", n + 1)
        }),
        chain("19,990 indexes on a wide table", 19_990, |n| {
            format!("CREATE INDEX i{n} ON t (c{n});\n")
        }),
        chain("19,990 constraints, each dropped at once", 0, |n| match n % 2 {
            0 => format!("ALTER TABLE t ADD CONSTRAINT k{n} UNIQUE (a);\n"),
            _ => format!("ALTER TABLE t DROP CONSTRAINT k{};\n", n - 1),
        }),
        chain("9,990 constraints, then all dropped", 0, |n| match n < 9_995 {
            true => format!("ALTER TABLE t ADD CONSTRAINT k{n} UNIQUE (a);\n"),
            false => format!("ALTER TABLE t DROP CONSTRAINT k{};\n", n - 9_995),
        }),
        sql(
            "a column in 40,000 keys, renamed 19,000 times",
            Either,
            "CREATE TABLE t (c0 int",
            59_000,
            |n| match n {
                0..39_999 => ",UNIQUE (c0)".to_owned(),
                39_999 => ");\n".to_owned(),
                n => {
                    let n = n - 40_000;
                    format!("ALTER TABLE t RENAME COLUMN c{n} TO c{};\n", n + 1)
                }
            },
            "",
        ),
        sql(
            "a table that 9,990 refer to, renamed as often",
            Either,
            "CREATE TABLE t0 (a int primary key);\n",
            19_980,
            |n| match n < 9_990 {
                true => format!("CREATE TABLE r{n} (a int references t0 (a));\n"),
                false => format!("ALTER TABLE t{} RENAME TO t{};\n", n - 9_990, n - 9_989),
            },
            "",
        ),
        sql(
            "9,990 indexes and a list of 100,000 to drop",
            Either,
            "CREATE TABLE t (a int);\n",
            110_000,
            |n| match n {
                0..9_990 => format!("CREATE INDEX i{n} ON t (a);\n"),
                9_990 => "DROP INDEX i0".to_owned(),
                n => format!(", i{}", n - 9_990),
            },
            ";",
        ),
        sql(
            "9,990 schemas and foreign keys to none of them",
            Either,
            "",
            19_980,
            |n| match n < 9_990 {
                true => format!("CREATE TABLE s{n}.t{n} (a int);\n"),
                false => format!("CREATE TABLE x{n} (a int references nowhere{n} (a));\n"),
            },
            "",
        ),
        sql(
            "a table moved through 19,990 schemas",
            Either,
            "CREATE TABLE s0.t (a int);\n",
            19_990,
            |n| format!("ALTER TABLE s{n}.t SET SCHEMA s{};\n", n + 1),
            "",
        ),
        sql(
            "19,990 views on views",
            Either,
            "CREATE TABLE v0 (a int);\n",
            19_990,
            |n| format!("CREATE VIEW v{} AS SELECT a FROM v{n};\n", n + 1),
            "",
        ),
        sql(
            "18,000 partitions of a table of 2,000 columns",
            Either,
            "",
            18_000,
            move |n| {
                let part = format!("CREATE TABLE p{n} PARTITION OF t FOR VALUES IN ({n});\n");
                first(n, &|| table(2_000).replace(");", ") PARTITION BY LIST (a);"), part)
            },
            "",
        ),
        sql(
            "90,000 columns of types that are not there",
            Either,
            "CREATE TABLE t (a int",
            90_000,
            |n| format!(",c{n} integr{n}"),
            ");",
        ),
    ]
}

/// Statements, tables and contracts that are very wide.
fn wide() -> Vec<Case> {
    let wide = |fields: &'static str, n_apps: usize, part: fn(usize) -> String| {
        move |dir: &Path| {
            let database = spec("Database", "db", "engine: postgres");
            let schema = spec("Schema", "s", "database: db, files: [s.sql]");
            let parts: String = (0..200_000 / n_apps).map(part).collect();
            let app = |n: usize| spec("App", &format!("a{n}"), &fields.replace("PARTS", &parts));
            series(dir, "a.yaml", &(database + &schema), n_apps, app, "");
            let column = |n: usize| format!(",c{n} int");
            series(dir, "s.sql", "CREATE TABLE t (a int", 150_000, column, ");");
        }
    };
    vec![
        case(
            "a contract of 200,000 columns",
            Refused("error["),
            wide("image: i, requires: {s: {t: [PARTSa]}}", 1, |n| format!("n{n}, ")),
        ),
        case(
            "5,000 contracts on a table of 150,000 columns",
            Refused("error["),
            wide("image: i, requires: {s: {t: [PARTSa]}}", 5_000, |n| format!("c{n}, ")),
        ),
        case("a contract of 10,000 tables in other letters", Either, |dir| {
            let tables: String = (0..10_000).map(|n| format!("T{n}: [a], ")).collect();
            let app = spec("App", "a", &format!("image: i, requires: {{s: {{{tables}}}}}"));
            let database = spec("Database", "db", "engine: postgres");
            let schema = spec("Schema", "s", "database: db, files: [s.sql]");
            write(dir, "a.yaml", database + &schema + &app);
            series(dir, "s.sql", "", 19_999, |n| format!("CREATE TABLE t{n} (a int);\n"), "");
        }),
        case(
            "a table of a megabyte's name, and 100,000 columns missing",
            Refused("error["),
            |dir| {
                let (name, columns) = (
                    "t".repeat(1 << 20),
                    (0..100_000).map(|n| format!("n{n}, ")).collect::<String>(),
                );
                let fields = format!("image: i, requires: {{s: {{\"{name}\": [{columns}a]}}}}");
                let database = spec("Database", "db", "engine: postgres");
                let schema = spec("Schema", "s", "database: db, files: [s.sql]");
                write(dir, "a.yaml", database + &schema + &spec("App", "a", &fields));
                write(dir, "s.sql", format!("CREATE TABLE {name} (a int);"));
            },
        ),
        sql(
            "a table of a megabyte's name with 100,000 equal columns",
            Either,
            "",
            100_001,
            |n| match n {
                0 => format!("CREATE TABLE {} (a int", "t".repeat(1 << 20)),
                _ => ",a int".to_owned(),
            },
            ");",
        ),
        sql(
            "a primary key of 40,000 columns that are not there",
            Either,
            "CREATE TABLE t (a int",
            80_001,
            |n| match n {
                0..40_000 => format!(",c{n} int"),
                40_000 => ",PRIMARY KEY (a".to_owned(),
                n => format!(",d{n}"),
            },
            "));",
        ),
        sql(
            "60,000 changes in a statement",
            Either,
            "CREATE TABLE t (a int); ALTER TABLE t ADD b int",
            60_000,
            |n| format!(",ADD COLUMN c{n} int"),
            ";",
        ),
        sql(
            "60,000 keys in a statement",
            Either,
            "CREATE TABLE t (a int); ALTER TABLE t ADD b int",
            60_000,
            |_| ",ADD UNIQUE (a)".to_owned(),
            ";",
        ),
        sql(
            "a view of 900,000 columns",
            Either,
            "CREATE VIEW v AS SELECT a",
            900_000,
            |_| ",a".to_owned(),
            " FROM t;",
        ),
        sql(
            "a table of 190,000 short columns",
            Either,
            "CREATE TABLE t (a int",
            190_000,
            |n| format!(",{n:x}x x"),
            ");",
        ),
    ]
}

/// Very many files, globs and folders.
fn many_files() -> Vec<Case> {
    vec![
        sql_files("10,000 files that change one table", Either, 10_000, |n| match n {
            0 => "CREATE TABLE t (a int primary key); ALTER TABLE t ADD COLUMN c int;".to_owned(),
            n => format!(
                "ALTER TABLE t ADD COLUMN c{n} int; CREATE TABLE r{n} (a int references t (a));"
            ),
        }),
        sql_files(
            "10,000 files that lead to a circle",
            Refused("depend on each other"),
            10_000,
            |n| {
                let next = if n == 9_999 { 9_998 } else { n + 1 };
                format!("CREATE TABLE t{n} (a int primary key references t{next} (a));")
            },
        ),
        sql_files("a circle of 10,000 files", Refused("depend on each other"), 10_000, |n| {
            format!("CREATE TABLE t{n} (a int primary key references t{} (a));", (n + 1) % 10_000)
        }),
        sql_files("50,000 empty files of a schema", Refused("error["), 50_000, |_| String::new()),
        case("16 wildcards and 60,000 files", Refused("does not exist"), |dir| {
            let glob = "*a".repeat(15);
            let schema = format!("url: \"postgres://h/d\", files: [\"{glob}*b\"]");
            write(dir, "a.yaml", spec("Schema", "s", &schema));
            (0..60_000).for_each(|n| write(dir, &format!("{}{n}.sql", "a".repeat(200)), ""));
        }),
        case("2,000 globs and 20,000 files", Refused("more than 10000000 steps"), |dir| {
            let globs: String = (0..2_000).map(|n| format!("\"*x{n}.sql\", ")).collect();
            let schema = format!("url: \"postgres://h/d\", files: [{globs}a.sql]");
            write(dir, "a.yaml", spec("Schema", "s", &schema));
            (0..20_000).for_each(|n| write(dir, &format!("{n}.sql"), ""));
        }),
        case(
            "2,000 schemas of the same 10,000 files",
            Refused("use more than 33554432 bytes"),
            |dir| {
                let schema = many("Schema", 2_000, |n| {
                    format!("url: \"postgres://h/d{n}\", files: [\"*.sql\"]")
                });
                series(dir, "a.yaml", "", 2_000, schema, "");
                (0..10_000).for_each(|n| write(dir, &format!("{n}.sql"), ""));
            },
        ),
        case(
            "2,000 schemas of the same 5,000 migrations",
            Refused("use more than 33554432 bytes"),
            |dir| {
                let schema =
                    many("Schema", 2_000, |n| format!("url: \"postgres://h/d{n}\", migrations: m"));
                series(dir, "a.yaml", "", 2_000, schema, "");
                (0..5_000).for_each(|n| write(dir, &format!("m/{n:014}_a.sql"), "select 1;"));
            },
        ),
        case("40,000 comments that accept nothing", Printed, |dir| {
            write(dir, "a.yaml", spec("Schema", "s", "url: \"postgres://h/d\", files: [a.sql]"));
            write(dir, "a.sql", "-- generate: allow unknown-tabel why\n".repeat(20_000));
            write(dir, "b.yaml", "# generate: allow unknown-table why\n".repeat(20_000));
        }),
        case("9,000 apps with a file of 900 KB", Refused("use more than 33554432 bytes"), |dir| {
            let app = many("App", 9_000, |_| "image: i, configFiles: {/a/b: big.txt}".to_owned());
            series(dir, "a.yaml", "", 9_000, app, "");
            write(dir, "big.txt", "x".repeat(900_000));
        }),
        case("5,000 folders of migrations that are not there", Refused("does not exist"), |dir| {
            let schema =
                many("Schema", 5_000, |n| format!("url: \"postgres://h/d\", migrations: m{n}"));
            series(dir, "a.yaml", "", 5_000, schema, "");
            (0..5_000).for_each(|n| write(dir, &format!("n{n}/1.sql"), ""));
        }),
        case("10,000 files that are not there", Refused("does not exist"), |dir| {
            let names: String = (0..10_000).map(|n| format!("nosuch{n}.sql, ")).collect();
            let schema = format!("url: \"postgres://h/d\", files: [{names}a.sql]");
            write(dir, "a.yaml", spec("Schema", "s", &schema));
            (0..20_000).for_each(|n| write(dir, &format!("nosuchx{n}.sql"), ""));
        }),
        case(
            "60,000 files whose paths have 3,500 letters",
            Refused("paths of more than 16777216 bytes"),
            |dir| {
                let folder = vec!["n".repeat(250); 14].join("/");
                (0..6_000).for_each(|n| write(dir, &format!("{folder}/{n}.txt"), ""));
            },
        ),
    ]
}

/// Plain manifests that all belong to each other, parts and patches.
fn links() -> Vec<Case> {
    fn workload(n: usize, label: &str, secret: &str) -> String {
        format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: w{n}}}\nspec: {{template: {{metadata: {{labels: {{app: {label}}}}}, spec: {{containers: [{{name: c, image: i, envFrom: [{{secretRef: {{name: {secret}}}}}]}}]}}}}}}\n"
        )
    }
    let service = |n: usize| {
        format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: svc{n}}}\nspec: {{selector: {{app: w}}, ports: [{{port: 80}}]}}\n"
        )
    };
    vec![
        case(
            "3,300 workloads behind 3,300 services",
            Refused("more than 200000 dependencies"),
            move |dir| {
                series(dir, "a.yaml", "", 3_300, |n| workload(n, "w", "s"), "");
                series(dir, "b.yaml", "", 3_300, service, "");
                let schema = |n: usize| {
                    format!(
                        "---\napiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\nmetadata: {{name: s{n}}}\nspec: {{url: \"postgres://u@svc{n}:5432/d\"}}\n"
                    )
                };
                series(dir, "c.yaml", "", 3_300, schema, "");
            },
        ),
        case(
            "9,000 workloads with the image of 900 migration Jobs",
            Refused("more than 200000 dependencies"),
            |dir| {
                series(dir, "a.yaml", "", 9_000, |n| workload(n, "w", "s"), "");
                let job = |n: usize| {
                    format!(
                        "---\napiVersion: batch/v1\nkind: Job\nmetadata: {{name: migrate{n}}}\nspec: {{template: {{spec: {{restartPolicy: Never, containers: [{{name: c, image: i}}]}}}}}}\n"
                    )
                };
                series(dir, "b.yaml", "", 900, job, "");
            },
        ),
        case(
            "9,900 readers of a Secret that 9,900 make",
            Refused("more than 200000 dependencies"),
            |dir| {
                series(dir, "a.yaml", "", 9_900, |n| workload(n, "w", "s"), "");
                let secret = |n: usize| {
                    format!(
                        "---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {{name: e{n}}}\nspec: {{target: {{name: s}}}}\n"
                    )
                };
                series(dir, "b.yaml", "", 9_900, secret, "");
            },
        ),
        case("9,900 workloads that read a ConfigMap of 20,000 values", Printed, |dir| {
            let values: String = (0..20_000).map(|n| format!("k{n}: v, ")).collect();
            write(dir, "a.yaml", format!("{CONFIG}data: {{{values}}}\n"));
            let workload = |n: usize| {
                workload(n, "w", "s").replace("secretRef: {name: s}", "configMapRef: {name: a}")
            };
            series(dir, "b.yaml", "", 9_900, workload, "");
            write(
                dir,
                "c.yaml",
                "apiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\nmetadata: {name: s}\nspec: {url: \"postgres://u@h/d\"}\n",
            );
        }),
        case(
            "20,000 variables that repeat a long one",
            Refused("more than 4000000 steps"),
            |dir| {
                let variables: String = (0..20_000)
                    .map(|n| format!("{{name: B{n}, value: '$(A)$(A)$(A)'}}, "))
                    .collect();
                let long = "x".repeat(200_000);
                let workload = workload(0, "w", "s").replace(
                    "image: i, ",
                    &format!("image: i, env: [{{name: A, value: {long}}}, {variables}], "),
                );
                write(dir, "a.yaml", workload);
                write(
                    dir,
                    "c.yaml",
                    "apiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\nmetadata: {name: s}\nspec: {url: \"postgres://u@h/d\"}\n",
                );
            },
        ),
        case(
            "1,500 Apps that 1,500 schemas wait for",
            Refused("more than 200000 dependencies"),
            |dir| {
                series(dir, "a.yaml", "", 1_500, many("App", 1_500, |_| "image: i".to_owned()), "");
                let schema = many("Schema", 1_500, |n| {
                    format!(
                        "url: \"postgres://h/d{n}\", sql: \"create table t (a int);\", dependsOn: [app{n}]"
                    )
                });
                series(dir, "b.yaml", "", 1_500, schema, "");
            },
        ),
        case("a List of 50,000", Refused("more than 20000 documents and items"), |dir| {
            let head = "apiVersion: v1\nkind: List\nitems:\n";
            let item = |n: usize| {
                format!("- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: a{n}}}}}\n")
            };
            series(dir, "a.yaml", head, 50_000, item, "");
        }),
        case("50,000 patches", Refused("error[unknown-field]"), |dir| {
            let head = format!("{APP}spec:\n  image: i\n  patches:\n");
            let patch = |n: usize| {
                format!("  - {{target: {{kind: Deployment}}, patch: {{spec: {{x{n}: 1}}}}}}\n")
            };
            series(dir, "a.yaml", &head, 40_000, patch, "");
        }),
        case("20,000 patches of a list", Refused("more than 10000000 steps"), |dir| {
            let head = format!("{APP}spec:\n  image: i\n  patches:\n");
            let patch = |n: usize| {
                format!(
                    "  - {{target: {{kind: Deployment}}, patch: {{spec: {{template: {{spec: {{containers: [{{name: c{n}}}]}}}}}}}}}}\n"
                )
            };
            series(dir, "a.yaml", &head, 20_000, patch, "");
        }),
        case(
            "an environment that changes 100,000 variables",
            Refused("more than 10000000 steps"),
            |dir| {
                let of = |fields: &'static str, value: &'static str| {
                    let variables: String =
                        (0..100_000).map(|n| format!("E{n}: {value}, ")).collect();
                    spec("App", "a", &format!("{fields}env: {{{variables}}}"))
                };
                write(dir, "a.yaml", of("image: i, ", "x"));
                write(dir, "environments/prod/a.yaml", of("", "y"));
            },
        )
        .with("ARGOCD_ENV_ENVIRONMENT", "prod"),
        case("all that Linux passes of parameters", Either, |dir| {
            write(dir, "a.yaml", spec("App", "a", "image: i"));
        })
        .with("ARGOCD_APP_PARAMETERS", &{
            let name = "ARGOCD_APP_PARAMETERS=".len() + 1;
            let (head, tail) = ("[{\"name\": \"set\", \"map\": {\"App/a:env.A\": \"", "\"}}]");
            format!("{head}{}{tail}", "x".repeat(131_072 - name - head.len() - tail.len()))
        }),
    ]
}

/// Lines that make a report costly.
fn reports() -> Vec<Case> {
    let line = |name, part: &'static str| {
        case(name, Refused("error["), move |dir| {
            let text = part.repeat(15_000 / part.len());
            let app = many("App", 500, move |_| format!("image: i, nope: \"{text}\""));
            series(dir, "a.yaml", "", 500, app, "");
        })
    };
    vec![
        line("500 lines of passwords", "password:x,"),
        line("500 lines of URLs", "://u:p@"),
        line("500 lines of addresses", "@tcp("),
        line("500 lines of IDENTIFIED", "identified "),
        line("500 lines of names", "name:"),
        line("500 lines of colons", ":"),
        line("500 lines of cookies", "Cookie: "),
        line("500 lines of calls", "put('pw',"),
        line("500 lines of tokens", "eyJ="),
        case(
            "1,000 names of 245 letters, and 1,000 that are nearly those",
            Refused("error["),
            |dir| {
                let long = "x".repeat(240);
                let app = |n: usize| spec("App", &format!("{long}{n:05}"), "image: i");
                series(dir, "a.yaml", "", 1_000, app, "");
                let app = |n: usize| {
                    spec(
                        "App",
                        &format!("b{n}"),
                        &format!("image: i, dependsOn: [{long}{:05}]", n + 20_000),
                    )
                };
                series(dir, "b.yaml", "", 1_000, app, "");
            },
        ),
    ]
}

const PLAIN_SCHEMA: &str = "---\napiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\nmetadata: {name: s}\nspec: {url: \"postgres://u@h/d\"}\n";

const SERVICE: &str =
    "apiVersion: v1\nkind: Service\nmetadata: {name: h}\nspec: {selector: {app: w}}\n";

/// A Deployment whose one container has these fields and whose pods have these labels.
fn deployment(name: &str, labels: &str, fields: &str) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{template: {{metadata: {{labels: {{{labels}}}}}, spec: {{containers: [{{name: c, image: i, {fields}}}]}}}}}}\n"
    )
}

/// What workloads, Services and texts say about each other.
fn mentions() -> Vec<Case> {
    let variable = |name, part: &'static str| {
        case(name, Printed, move |dir| {
            let text = part.repeat(240_000 / part.len());
            let fields = format!("env: [{{name: DB_URL, value: \"{text}\"}}]");
            write(dir, "a.yaml", deployment("w", "app: w", &fields) + PLAIN_SCHEMA);
        })
    };
    vec![
        variable("a variable of 60,000 URLs", "a://"),
        variable("a variable of 48,000 URLs with a query", "a://?"),
        variable("a variable of 48,000 addresses of MySQL", "@tcp("),
        variable("a variable of 30,000 addresses of MySQL with a path", "@tcp(a)/"),
        case("the address of a schema, of 160,000 URLs", Printed, |dir| {
            let urls = PLAIN_SCHEMA.replace("postgres://u@h/d", &"a://".repeat(160_000));
            write(dir, "a.yaml", urls);
        }),
        case("2,000 workloads that read 250 KB of lines", Printed, |dir| {
            let lines = "a=b\\n".repeat(60_000);
            write(dir, "a.yaml", format!("{CONFIG}data: {{a: \"{lines}\"}}\n{PLAIN_SCHEMA}"));
            let reader = |n: usize| {
                let fields = "envFrom: [{configMapRef: {name: a}}]";
                deployment(&format!("w{n}"), "app: w", fields)
            };
            series(dir, "b.yaml", "", 2_000, reader, "");
        }),
        case("2,000 workloads that read 4 KB of URLs", Printed, |dir| {
            let urls = "a://".repeat(1_000);
            write(dir, "a.yaml", format!("{CONFIG}data: {{a: \"{urls}\"}}\n{PLAIN_SCHEMA}"));
            let reader = |n: usize| {
                let fields = "envFrom: [{configMapRef: {name: a}}]";
                deployment(&format!("w{n}"), "app: w", fields)
            };
            series(dir, "b.yaml", "", 2_000, reader, "");
        }),
        case("18,000 hosts that are one Service of 4,500 workloads", Printed, |dir| {
            let alike = |n: usize| deployment(&format!("w{n}"), "app: w", "env: []");
            series(dir, "a.yaml", SERVICE, 4_500, alike, "");
            let url = format!("postgres://u@{}/d", "h,".repeat(18_000));
            let fields = format!("env: [{{name: U, value: \"{url}\"}}]");
            write(dir, "b.yaml", deployment("reader", "app: x", &fields) + PLAIN_SCHEMA);
        }),
        case(
            "18,000 names of one Service of 4,500 workloads",
            Refused("more than 200000 dependencies"),
            |dir| {
                let alike = |n: usize| deployment(&format!("w{n}"), "app: w", "env: []");
                series(dir, "a.yaml", SERVICE, 4_500, alike, "");
                let hosts: String = (0..18_000).map(|n| format!("h.x.svc.x{n},")).collect();
                let schema = PLAIN_SCHEMA.replace("u@h", &format!("u@{hosts}"));
                write(dir, "b.yaml", schema);
            },
        ),
        case(
            "4,500 that depend on a Service of 4,500 workloads",
            Refused("more than 200000 dependencies"),
            |dir| {
                let alike = |n: usize| deployment(&format!("w{n}"), "app: w", "env: []");
                series(dir, "a.yaml", SERVICE, 4_500, alike, "");
                let waiting = |n: usize| {
                    format!(
                        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}, annotations: {{argocd-atlas-plugin/depends-on: Service/h}}}}\n"
                    )
                };
                series(dir, "b.yaml", "", 4_500, waiting, "");
            },
        ),
        case("22,500 paths to a Service of 4,500 workloads", Printed, |dir| {
            let alike = |n: usize| deployment(&format!("w{n}"), "app: w", "env: []");
            series(dir, "a.yaml", SERVICE, 4_500, alike, "");
            let head = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {rules: [{http: {paths: [";
            repeat(dir, "b.yaml", head, "{backend: {service: {name: h}}}, ", 22_500, "]}}]}\n");
        }),
        case(
            "22,500 volumes of 4,500 claims of one name",
            Refused("more than 4000000 steps"),
            |dir| {
                let claim = |n: usize| {
                    format!(
                        "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: p, namespace: n{n}}}\n"
                    )
                };
                series(dir, "a.yaml", "", 4_500, claim, "");
                let volumes: String = (0..22_500)
                    .map(|n| format!("/v{n}: {{persistentVolumeClaim: {{claimName: p}}}}, "))
                    .collect();
                write(
                    dir,
                    "b.yaml",
                    spec("App", "a", &format!("image: i, volumes: {{{volumes}}}")),
                );
            },
        ),
        case("14,000 names of Secrets by half, and 90,000 readers", Either, |dir| {
            let maker = |n: usize| {
                format!(
                    "---\napiVersion: acid.zalan.do/v1\nkind: postgresql\nmetadata: {{name: p{n}}}\nspec: {{}}\n"
                )
            };
            series(dir, "a.yaml", "", 14_000, maker, "");
            let reads: String =
                (0..90_000).map(|n| format!("{{secretRef: {{name: q{n}}}}}, ")).collect();
            write(dir, "b.yaml", deployment("w", "app: w", &format!("envFrom: [{reads}]")));
        }),
        case("2,000 workloads before 2,000 others, and a schema", Either, |dir| {
            let database = "env: [{name: U, value: \"postgres://h/d\"}]";
            let first = |n: usize| deployment(&format!("w{n}"), "app: w", database);
            let gate = |n: usize, before: &str| {
                format!(
                    "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: g{n}, annotations: {{argocd-atlas-plugin/depends-on: \"{before}\"}}}}\n"
                )
            };
            let all: Vec<String> = (0..2_000).map(|n| format!("Deployment/w{n}")).collect();
            series(dir, "a.yaml", &gate(0, &all.join(",")), 2_000, first, "");
            let next = move |n: usize| {
                let before = (n.saturating_sub(299)..=n).map(|n| format!("Pod/g{n}"));
                gate(n + 1, &before.collect::<Vec<_>>().join(","))
            };
            series(dir, "b.yaml", "", 1_000, next, "");
            let schema = PLAIN_SCHEMA.replace(
                "{name: s}",
                "{name: s, annotations: {argocd-atlas-plugin/depends-on: Pod/g1000}}",
            );
            write(dir, "c.yaml", schema);
        }),
        case(
            "4,500 written waves behind a chain of 4,500",
            Refused("needs wave 4505 or later"),
            |dir| {
                let pod = |name: &str, wave: &str, before: &str| {
                    format!(
                        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, annotations: {{{wave}argocd-atlas-plugin/depends-on: \"{before}\"}}}}\nspec: {{}}\n"
                    )
                };
                let wave = |wave: usize| format!("argocd.argoproj.io/sync-wave: \"{wave}\", ");
                let chain = move |n: usize| match n {
                    0 => pod("a0", &wave(5), ""),
                    n => pod(&format!("a{n}"), "", &format!("Pod/a{}", n - 1)),
                };
                series(dir, "a.yaml", "", 4_500, chain, "");
                let pinned = move |n: usize| pod(&format!("b{n}"), &wave(3), "Pod/a4499");
                series(dir, "b.yaml", "", 4_500, pinned, "");
            },
        ),
        case("4,500 files of one name", Printed, |dir| {
            let files: String = (0..4_500).map(|n| format!("/etc/x{n}/f: {{text: a}}, ")).collect();
            write(dir, "a.yaml", spec("App", "a", &format!("image: i, configFiles: {{{files}}}")));
        }),
        Case {
            arguments: &["graph", "--format", "html"],
            ..case("a page with a text of 100,000 URLs", Printed, |dir| {
                let text = "x://".repeat(100_000);
                write(dir, "a.yaml", format!("{CONFIG}data: {{a: \"{text}\"}}\n"));
            })
        },
        case("45,000 labels, and a Service that selects all", Printed, |dir| {
            let labels: String = (0..45_000).map(|n| format!("k{n}: v, ")).collect();
            let service = SERVICE.replace("app: w", &labels);
            write(dir, "a.yaml", service + &deployment("w", &labels, "env: []"));
        }),
        case("4,500 Services of another namespace than 4,500 workloads", Printed, |dir| {
            let named = |text: String, n: usize, namespace: &str| {
                text.replace("{name: h}", &format!("{{name: h{n}, namespace: {namespace}}}"))
            };
            let workload = |n: usize| named(deployment("h", "app: w", "env: []"), n, "a");
            series(dir, "a.yaml", "", 4_500, workload, "");
            let service = |n: usize| named(format!("---\n{SERVICE}"), n, "b");
            series(dir, "b.yaml", "", 4_500, service, "");
        }),
        case("an annotation with a million dependencies on one Pod", Either, |dir| {
            write(dir, "b.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n");
            let head = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {argocd-atlas-plugin/depends-on: \"";
            repeat(dir, "a.yaml", head, "Pod/b,", 1_000_000, "\"}}\n");
        }),
        case(
            "4,500 that depend on all Pods of one name",
            Refused("more than 200000 dependencies"),
            |dir| {
                let pod = |n: usize| {
                    format!(
                        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: n{n}}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}, annotations: {{argocd-atlas-plugin/depends-on: Pod/p}}}}\n"
                    )
                };
                series(dir, "a.yaml", "", 4_500, pod, "");
            },
        ),
        case("an address of 320,000 hosts", Printed, |dir| {
            let url = format!("postgres://u@{}/d", "h,".repeat(320_000));
            write(dir, "a.yaml", PLAIN_SCHEMA.replace("postgres://u@h/d", &url));
        }),
    ]
}

/// What is said once for each of many: a long path, a long kind, a long way back, a large page.
fn repeated() -> Vec<Case> {
    const VIEWS: [&[&str]; 9] = [
        &["waves", "-q"],
        &["waves", "-q", "--format", "json"],
        &["graph", "-q", "--format", "mermaid"],
        &["graph", "-q", "--format", "dot"],
        &["graph", "-q", "--format", "svg"],
        &["graph", "-q", "--format", "html"],
        &["graph", "-q", "--format", "html", "-o", "/dev/null"],
        &["explain", "-q", "x"],
        &["check", "-q", "--format", "sarif"],
    ];
    /// Objects of one name, of which each waits for the one of another number.
    fn namesakes(dir: &Path, n: usize, first: impl Fn(usize) -> usize) {
        let object = |n: usize| {
            let needs = match n {
                0 => String::new(),
                n => format!(", annotations: {{argocd-atlas-plugin/depends-on: K{}/x}}", first(n)),
            };
            format!("---\napiVersion: a.b/v1\nkind: K{n}\nmetadata: {{name: x{needs}}}\n")
        };
        series(dir, "a.yaml", "", n, object, "");
    }
    let long_path = |dir: &Path| {
        let folders = dir.join(["d".repeat(250).as_str(); 15].join("/"));
        fs::create_dir_all(&folders).unwrap();
        let object = |n: usize| {
            let needs = ", annotations: {argocd-atlas-plugin/depends-on: ConfigMap/x}";
            let (name, needs) = if n == 0 { ("x".into(), "") } else { (format!("a{n}"), needs) };
            format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}{needs}}}\n")
        };
        series(&folders, "a.yaml", "", 19_990, object, "");
    };
    let long_kind = |dir: &Path| {
        let kind = "K".repeat(900_000);
        write(dir, "a.yaml", format!("apiVersion: a.b/v1\nkind: {kind}\nmetadata: {{name: x}}\n"));
        let reader = |n: usize| {
            format!(
                "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a{n}}}\nspec: {{selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: c, image: i, envFrom: [{{secretRef: {{name: x-y}}}}]}}]}}}}}}\n"
            )
        };
        series(dir, "b.yaml", "", 3_000, reader, "");
    };
    let circles = |dir: &Path| {
        let folders = dir.join(["d".repeat(250).as_str(); 15].join("/"));
        fs::create_dir_all(&folders).unwrap();
        let object = |n: usize| {
            let (circle, next) = (n / 31, (n % 31 + 1) % 31);
            let needs =
                format!("argocd-atlas-plugin/depends-on: ConfigMap/a{}", 31 * circle + next);
            format!(
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{n}, annotations: {{{needs}}}}}\n"
            )
        };
        series(&folders, "a.yaml", "", 31 * 640, object, "");
    };
    let labels = |dir: &Path| {
        let pairs =
            |n: usize| (0..30_000).map(|k| format!("k{n}-{k}: v")).collect::<Vec<_>>().join(", ");
        let app = |n: usize| {
            format!(
                "---\napiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {{name: a{n}, labels: {{{}}}}}\nspec: {{image: i, port: 80}}\n",
                pairs(n)
            )
        };
        series(dir, "a.yaml", "", 15, app, "");
    };
    let mut cases = Vec::new();
    for arguments in VIEWS {
        let of = |name, build: fn(&Path)| Case { arguments, ..case(name, Viewed, build) };
        cases.push(of("a path of 3,800 bytes with 19,990 objects that wait", long_path));
        cases.push(of("a kind of 900 KB that 3,000 workloads may wait for", long_kind));
        cases.push(of("9,990 objects of one name in a chain", |dir| {
            namesakes(dir, 9_990, |n| n - 1);
        }));
        cases.push(of("19,990 objects of one name that wait for one", |dir| {
            namesakes(dir, 19_990, |_| 0);
        }));
    }
    for format in ["text", "json", "github", "sarif"] {
        let arguments: &[&str] = match format {
            "text" => &["check", "--format", "text"],
            "json" => &["check", "--format", "json"],
            "github" => &["check", "--format", "github"],
            _ => &["check", "--format", "sarif"],
        };
        let circles = case("640 circles of 31 objects in a path of 3,800 bytes", Viewed, circles);
        cases.push(Case { arguments, ..circles });
    }
    for arguments in [
        &["manifests", "-q", "-o", "/dev/null"][..],
        &["graph", "-q", "--format", "html", "-o", "/dev/null"],
    ] {
        cases.push(Case {
            arguments,
            ..case("15 apps of 30,000 labels, to a file", Viewed, labels)
        });
    }
    cases
}
