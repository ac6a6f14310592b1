//! What the SQL tests share: schemas to read, and mistakes to make in them.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test uses a part of it")]
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests read files, cut ASCII and say what they find"
)]

pub mod mistakes;
pub mod probes;

use std::path::{Path, PathBuf};

use argocd_atlas_plugin::diag::{Diagnostics, Severity};
use argocd_atlas_plugin::source::{Excerpt, Sources};
use sql::catalogue::Catalogue;
use sql::definition::Script;
use sql::dialect::Dialect;
use sql::parse::scripts;

/// A schema in one text.
pub struct Schema {
    /// `mysql__roundcube.sql`, or `postgres/customers.sql` for one of our own.
    pub name: String,
    pub dialect: Dialect,
    pub text: String,
}

/// The folder of our own schemas.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql_fixtures")
}

/// The files of one of our own schemas, by name.
pub fn fixture(dialect: &str) -> Vec<(String, String)> {
    files(&fixtures().join(dialect))
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<(String, String)> = entries
        .map(|entry| entry.expect("a folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .map(|path| {
            let bytes = std::fs::read(&path).expect("a file can be read");
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect();
    files.sort();
    files
}

/// The texts of the SQL files below a folder of the repository, by path.
pub fn files_below(folder: &str) -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut found: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder can be listed") {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "sql") {
                found.push(path);
            }
        }
    }
    found.sort();
    let text = |path: &PathBuf| std::fs::read_to_string(path).ok();
    found.iter().filter_map(text).collect()
}

/// A small generator of numbers (xorshift), the same on every machine.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or_default() % limit.max(1)
    }
}

/// Real schemas, when they are beside the repository: `$SHARED/corpus/sql`.
pub fn corpus() -> Vec<Schema> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("SHARED").map_or(beside, PathBuf::from);
    let found: Vec<Schema> = files(&shared.join("corpus/sql"))
        .into_iter()
        .map(|(name, text)| {
            let dialect = Dialect::of_scheme(name.split("__").next().unwrap_or_default());
            Schema { name, dialect, text }
        })
        .collect();
    if found.is_empty() {
        eprintln!("no real schemas at {}: set SHARED to try them", shared.display());
    }
    found
}

/// What a run says about one text.
pub struct Report {
    pub scripts: Vec<Script>,
    pub catalogue: Catalogue,
    /// Severity, line, code and message.
    pub found: Vec<(Severity, usize, &'static str, String)>,
}

/// Reads one text.
pub fn report(dialect: Dialect, text: &str) -> Report {
    let mut sources = Sources::default();
    let file = sources.add("schema.sql", text);
    let mut diagnostics = Diagnostics::default();
    let scripts = scripts(&[Excerpt::of_file(file, text)], dialect, &mut diagnostics);
    let catalogue =
        Catalogue::build(dialect, &scripts.iter().collect::<Vec<_>>(), &mut diagnostics);
    let found = diagnostics
        .sorted()
        .iter()
        .map(|found| {
            let line = sources.position(found.primary).line;
            (found.severity(), line, found.code.name(), found.message.clone())
        })
        .collect();
    Report { scripts, catalogue, found }
}

/// A text with one mistake in it.
pub struct Mutant {
    pub kind: &'static str,
    /// The line of the mistake, from 1.
    pub line: usize,
    pub text: String,
}

/// Mistakes in a text: at most `each` of every kind, spread over it.
pub fn all_mutants(dialect: Dialect, text: &str, each: usize) -> Vec<Mutant> {
    let mut out = mutants(dialect, text, each);
    let more = mistakes::mistakes(dialect, text, each).into_iter();
    out.extend(more.map(|made| Mutant { kind: made.kind, line: made.line, text: made.text }));
    out
}

/// Mistakes in the `CREATE TABLE`s of a text: at most `each` of every kind, spread over it.
pub fn mutants(dialect: Dialect, text: &str, each: usize) -> Vec<Mutant> {
    let lines: Vec<&str> = text.split('\n').collect();
    let inside = inside_create_table(&lines);
    let mut out = Vec::new();
    for (kind, mutate) in KINDS {
        let places: Vec<(usize, String)> = (0..lines.len())
            .filter(|&at| inside[at])
            .filter_map(|at| mutate(dialect, &lines, at).map(|line| (at, line)))
            .collect();
        let step = places.len().div_ceil(each.max(1)).max(1);
        for (at, line) in places.into_iter().step_by(step) {
            let mut mutated: Vec<&str> = lines.clone();
            mutated[at] = &line;
            out.push(Mutant { kind, line: at + 1, text: mutated.join("\n") });
        }
    }
    out
}

/// Lines of a `CREATE TABLE`, from its first to the one that begins with `)`, without comments.
fn inside_create_table(lines: &[&str]) -> Vec<bool> {
    let mut inside = false;
    let mut comment = false;
    lines
        .iter()
        .map(|line| {
            let trimmed = line.trim_start();
            let upper = trimmed.to_ascii_uppercase();
            if upper.starts_with("/*") && !upper.starts_with("/*!") && !upper.contains("*/") {
                comment = true;
            }
            if comment {
                comment = !upper.contains("*/");
                return false;
            }
            if upper.starts_with("CREATE TABLE") && upper.trim_end().ends_with('(') {
                inside = true;
            }
            let here = inside
                && !trimmed.starts_with("--")
                && !trimmed.contains("--")
                && !trimmed.starts_with('#')
                && !trimmed.contains("/*");
            if trimmed.starts_with(')') || trimmed.contains(';') {
                inside = false;
            }
            here
        })
        .collect()
}

type Mutate = fn(Dialect, &[&str], usize) -> Option<String>;

const KINDS: &[(&str, Mutate)] = &[
    ("CREATE misspelt", |_, lines, at| swap(lines[at], "CREATE", "CRAETE")),
    ("TABLE misspelt", |_, lines, at| swap(lines[at], "TABLE", "TABEL")),
    ("NOT NULL misspelt", |_, lines, at| swap(lines[at], "NOT NULL", "NOT NUL")),
    ("PRIMARY misspelt", |_, lines, at| swap(lines[at], "PRIMARY KEY", "PRIMAY KEY")),
    ("KEY misspelt", |_, lines, at| swap(lines[at], "PRIMARY KEY", "PRIMARY KYE")),
    ("REFERENCES misspelt", |_, lines, at| swap(lines[at], "REFERENCES", "REFERENCS")),
    ("DEFAULT misspelt", |_, lines, at| {
        swap(lines[at], "DEFAULT", "DEFALT").filter(|_| is_column(lines[at]))
    }),
    ("UNIQUE misspelt", |_, lines, at| swap(lines[at], "UNIQUE", "UNIQE")),
    ("CONSTRAINT misspelt", |_, lines, at| swap(lines[at], "CONSTRAINT", "CONSTRAIT")),
    ("FOREIGN misspelt", |_, lines, at| swap(lines[at], "FOREIGN KEY", "FOREGN KEY")),
    ("CASCADE misspelt", |_, lines, at| swap(lines[at], "CASCADE", "CASCAD")),
    ("AUTO_INCREMENT misspelt", |_, lines, at| {
        swap(lines[at], "AUTO_INCREMENT", "AUTO_INCREMET").filter(|_| is_column(lines[at]))
    }),
    ("type misspelt", |dialect, lines, at| {
        let types: &[(&str, &str)] = if dialect == Dialect::Sqlite {
            &[]
        } else {
            &[
                (" integer", " integr"),
                (" varchar", " varcahr"),
                (" bigint", " bigitn"),
                (" timestamp", " timestmap"),
                (" text", " txet"),
            ]
        };
        is_column(lines[at])
            .then(|| types.iter().find_map(|(from, to)| swap(lines[at], from, to)))?
    }),
    ("comma missing", |dialect, lines, at| {
        let line = lines[at].trim_end().strip_suffix(',')?;
        let next = lines.get(at + 1)?.trim_start();
        // SQLite takes it, or takes the next column for more words of the type.
        let table = |line: &str| {
            starts_any(line, &["PRIMARY", "FOREIGN", "UNIQUE", "CONSTRAINT", "CHECK", "KEY"])
        };
        let taken =
            dialect == Dialect::Sqlite && (table(line.trim_start()) || !has_constraint(line));
        // A CHECK or a named one goes on with the column before it.
        let goes_on = starts_any(next, &["CHECK", "CONSTRAINT", "--", "/*"]) || next.is_empty();
        (!taken && !goes_on && !line.trim_start().is_empty()).then(|| line.to_owned())
    }),
    (") missing", |_, lines, at| {
        let line = lines[at];
        let balanced = line.matches('(').count() == line.matches(')').count();
        let clear = !line.contains('\'') && line.contains(')');
        (balanced && clear).then(|| line.rfind(')').map(|place| without(line, place)))?
    }),
    ("( missing", |_, lines, at| {
        let line = lines[at];
        let balanced = line.matches('(').count() == line.matches(')').count();
        let clear = !line.contains('\'') && line.contains('(');
        (balanced && clear).then(|| line.find('(').map(|place| without(line, place)))?
    }),
    ("string not closed", |_, lines, at| {
        let line = lines[at];
        (line.matches('\'').count() == 2)
            .then(|| line.rfind('\'').map(|place| without(line, place)))?
    }),
    ("column twice", |_, lines, at| {
        let line = lines[at];
        let alone =
            line.trim_end().ends_with(',') && !line.to_ascii_uppercase().contains("PRIMARY");
        (is_column(line) && alone).then(|| format!("{line}{}", line.trim()))
    }),
    ("comma before )", |_, lines, at| {
        let last = lines.get(at + 1)?.trim_start().starts_with(')');
        let line = lines[at].trim_end();
        (last && !line.ends_with(',') && !line.ends_with('(') && !line.trim_start().is_empty())
            .then(|| format!("{line},"))
    }),
    ("two commas", |_, lines, at| {
        let line = lines[at].trim_end();
        line.ends_with(',').then(|| format!("{line},"))
    }),
    ("foreign key to nowhere", |_, lines, at| {
        let upper = lines[at].to_ascii_uppercase();
        let place = upper.find("REFERENCES ")? + "REFERENCES ".len();
        let start = place - "REFERENCES ".len();
        if upper[..start].ends_with(|c: char| c.is_ascii_alphanumeric()) {
            return None;
        }
        let rest = &lines[at][place..];
        let end = rest.find([' ', '(', ',', ';']).unwrap_or(rest.len());
        let name = rest[..end].trim_end_matches(['`', '"', ']']);
        let close = &rest[name.len()..];
        Some(format!("{}{}_nowhere{}", &lines[at][..place], name, close))
    }),
    ("key on no column", |_, lines, at| {
        let upper = lines[at].to_ascii_uppercase();
        if !starts_any(lines[at].trim_start(), &["PRIMARY KEY", "UNIQUE", "KEY", "CONSTRAINT"])
            || upper.contains("CHECK")
        {
            return None;
        }
        let place = lines[at].find('(')? + 1;
        let rest = &lines[at][place..];
        let end = rest.find([',', ')', ' ', '('])?;
        let key = lines[at].trim_start().split(['(', ' ']).next().unwrap_or_default().len() > 2;
        if !key
            || upper[..place].contains("KEYWORD")
            || !rest.starts_with(|c: char| c.is_ascii_alphabetic() || "`\"[".contains(c))
        {
            return None;
        }
        let name = rest[..end].trim_end_matches(['`', '"', ']']);
        Some(format!("{}{}_nowhere{}", &lines[at][..place], name, &rest[name.len()..]))
    }),
    ("reserved word as name", |_, lines, at| {
        let line = lines[at];
        let trimmed = line.trim_start();
        let end = trimmed.find([' ', '\t'])?;
        (is_column(line))
            .then(|| format!("{}order{}", &line[..line.len() - trimmed.len()], &trimmed[end..]))
    }),
    ("type missing", |dialect, lines, at| {
        let line = lines[at];
        let trimmed = line.trim_start();
        let (name, rest) = trimmed.split_once([' ', '\t'])?;
        let (data_type, rest) = rest.trim_start().split_once([' ', '\t'])?;
        let plain = data_type
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'(' | b')'));
        let constraint = starts_any(rest.trim_start(), &["NOT NULL", "DEFAULT", "PRIMARY", "NULL"]);
        let needed = dialect != Dialect::Sqlite;
        (is_column(line) && plain && constraint && needed).then(|| format!("{name} {rest}"))
    }),
];

fn starts_any(line: &str, words: &[&str]) -> bool {
    let upper = line.to_ascii_uppercase();
    words.iter().any(|word| upper.starts_with(word))
}

fn has_constraint(line: &str) -> bool {
    let upper = line.to_ascii_uppercase();
    ["NOT NULL", "DEFAULT", "PRIMARY KEY", "UNIQUE"].iter().any(|word| upper.contains(word))
}

/// A line that defines a column.
fn is_column(line: &str) -> bool {
    let trimmed = line.trim_start();
    let elements = [
        "PRIMARY",
        "FOREIGN",
        "UNIQUE",
        "CONSTRAINT",
        "CHECK",
        "KEY",
        "INDEX",
        "CREATE",
        "FULLTEXT",
        "SPATIAL",
        "REFERENCES",
        "ON ",
        "LIKE",
        "EXCLUDE",
        "PARTITION",
        "DEFAULT",
        "NOT ",
        "AND ",
        "OR ",
        "SELECT",
    ];
    !starts_any(trimmed, &elements)
        && trimmed.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '`' | '"' | '_'))
        && trimmed.trim_end().trim_end_matches(',').contains([' ', '\t'])
        && trimmed.matches('(').count() == trimmed.matches(')').count()
}

fn without(line: &str, place: usize) -> String {
    format!("{}{}", &line[..place], &line[place + 1..])
}

/// The line with the last occurrence of a word, in whatever case and outside quotes, replaced.
fn swap(line: &str, from: &str, to: &str) -> Option<String> {
    let upper = line.to_ascii_uppercase();
    let place = upper.rfind(&from.to_ascii_uppercase())?;
    let after = upper[place + from.len()..].chars().next().unwrap_or(' ');
    let before = upper[..place].chars().next_back().unwrap_or(' ');
    let quoted = |text: &str| text.matches(['\'', '`', '"']).count() % 2 == 1;
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if (word(after) && !from.starts_with(' '))
        || (word(before) && !from.starts_with(' '))
        || quoted(&line[..place])
    {
        return None;
    }
    if from.starts_with(' ') && word(after) {
        return None;
    }
    Some(format!("{}{}{}", &line[..place], to, &line[place + from.len()..]))
}
