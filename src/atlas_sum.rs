//! `atlas.sum`: the checksum file of a migration directory, byte for byte as Atlas writes it, and
//! the rules for the names of migrations.
//!
//! Source of the rules: `ariga.io/atlas/sql/migrate`, `dir.go` (`NewHashFile`, `HashFile.Sum`,
//! `MarshalText`, `LocalFile.Directive`). The files' hashes are a chain: each covers every file
//! before it as well. So of several edited files only the first can be named.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The checksum file's name.
pub const FILE_NAME: &str = "atlas.sum";

/// One migration file.
#[derive(Clone, Copy, Debug)]
pub struct Migration<'a> {
    /// Its name in the directory, without a path.
    pub name: &'a str,
    /// Its bytes as they are on disk.
    pub bytes: &'a [u8],
}

/// A checksum file's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The first line: the hash of all others, without `h1:`.
    pub total: String,
    /// Each file's name and hash, without `h1:`.
    pub files: Vec<(String, String)>,
}

/// A line of a checksum file that is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// The line, from 1.
    pub line: usize,
}

/// How a checksum file differs from the directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Files that the directory has and the checksum file does not.
    pub added: Vec<String>,
    /// The first file whose hash differs while all before it are the same. Later ones cannot be
    /// told: their hashes differ in any case.
    pub edited: Option<String>,
    /// Files that the checksum file has and the directory does not.
    pub removed: Vec<String>,
    /// The lines are right, but the total, or their order, is not.
    pub total_is_wrong: bool,
}

impl Difference {
    /// Whether the checksum file is right.
    pub fn is_empty(&self) -> bool {
        *self == Difference::default()
    }
}

impl Sum {
    /// The checksum file of a directory; files whose names do not end in `.sql` are left out.
    pub fn of(directory: &[Migration<'_>]) -> Sum {
        let mut files: Vec<&Migration<'_>> =
            directory.iter().filter(|file| file.name.ends_with(".sql")).collect();
        files.sort_by_key(|file| file.name);
        let mut chain = Sha256::new();
        let mut hashes = Vec::new();
        for file in files {
            chain.update(file.name.as_bytes());
            if directive(file.bytes, "sum") == Some(b"ignore") {
                continue;
            }
            chain.update(file.bytes);
            hashes.push((file.name.to_owned(), STANDARD.encode(chain.clone().finalize())));
        }
        Sum { total: total(&hashes), files: hashes }
    }

    /// Reads a checksum file.
    pub fn parse(text: &str) -> Result<Sum, FormatError> {
        // As Go's scanner, which drops a carriage return at the very end too.
        let mut lines = text.strip_suffix('\r').unwrap_or(text).lines();
        let first = lines.next().unwrap_or_default();
        let total = first.strip_prefix("h1:").unwrap_or(first).to_owned();
        let mut files = Vec::new();
        for (line, number) in lines.zip(2..) {
            let (name, hash) = line.split_once("h1:").ok_or(FormatError { line: number })?;
            files.push((name.trim().to_owned(), hash.to_owned()));
        }
        Ok(Sum { total, files })
    }

    /// The checksum file's text.
    pub fn text(&self) -> String {
        let lines = self.files.iter().map(|(name, hash)| format!("{name} h1:{hash}\n"));
        std::iter::once(format!("h1:{}\n", self.total)).chain(lines).collect()
    }

    /// How this one, as it was found, differs from what the directory gives.
    pub fn compare(&self, directory: &Sum) -> Difference {
        let names =
            |sum: &Sum| sum.files.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>();
        let (found, right) = (names(self), names(directory));
        let mut difference = Difference {
            added: right.difference(&found).cloned().collect(),
            removed: found.difference(&right).cloned().collect(),
            ..Difference::default()
        };
        let first = self.files.iter().zip(&directory.files).find(|(found, right)| found != right);
        if let Some(((found_name, _), (right_name, _))) = first
            && found_name == right_name
        {
            difference.edited = Some(found_name.clone());
        }
        let same = difference.is_empty();
        difference.total_is_wrong =
            same && (self.files != directory.files || self.total != directory.total);
        difference
    }
}

fn total(files: &[(String, String)]) -> String {
    let mut all = Sha256::new();
    for (name, hash) in files {
        all.update(name.as_bytes());
        all.update(hash.as_bytes());
    }
    STANDARD.encode(all.finalize())
}

/// The value of the directive on the first line of a text: `-- atlas:sum ignore`. Follows Atlas's
/// regular expression `^([ -~]*)atlas:(\w+)(?: +(.+))*` to the letter: the last `atlas:` of the line
/// counts, and a carriage return or blank at the end is part of the value.
fn directive<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let line = text.split(|byte| *byte == b'\n').next()?;
    let printable = line.iter().take_while(|byte| (b' '..=b'~').contains(byte)).count();
    let marker = b"atlas:";
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let at = (0..=printable).rev().find(|at| {
        let rest = line.get(*at..).unwrap_or_default();
        rest.starts_with(marker) && rest.get(marker.len()).is_some_and(is_word)
    })?;
    let rest = line.get(at + marker.len()..)?;
    let end = rest.iter().position(|byte| !is_word(byte)).unwrap_or(rest.len());
    let (word, value) = rest.split_at_checked(end)?;
    if word != name.as_bytes() {
        return None;
    }
    let blanks = value.iter().take_while(|byte| **byte == b' ').count();
    if blanks == 0 {
        return Some(b"");
    }
    // The value has at least one character, if need be the last blank.
    let start = if blanks == value.len() { blanks.saturating_sub(1).max(1) } else { blanks };
    value.get(start..)
}

/// The tag of a checkpoint file (`-- atlas:checkpoint v1`, above an empty line); `None` when the
/// file is no checkpoint.
pub fn checkpoint(bytes: &[u8]) -> Option<String> {
    let mut comments: Vec<&[u8]> = Vec::new();
    let mut rest = bytes;
    while rest.starts_with(b"#") || rest.starts_with(b"--") {
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            comments.push(rest);
            break;
        };
        comments.push(rest.get(..end).unwrap_or_default().trim_ascii());
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if !rest.is_empty() && rest.get(blanks) != Some(&b'\n') {
        return None;
    }
    let tag = comments.iter().find_map(|comment| directive(comment, "checkpoint"))?;
    Some(String::from_utf8_lossy(tag).into_owned())
}

/// The version in a migration's name: what stands before the first `_`.
pub fn version(name: &str) -> &str {
    let stem = name.strip_suffix(".sql").unwrap_or(name);
    stem.split('_').next().unwrap_or(stem)
}

/// Something wrong with the names in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameProblem {
    /// A name that does not begin with a version.
    NoVersion {
        /// The file.
        name: String,
    },
    /// Two files have the same version.
    Duplicate {
        /// The version.
        version: String,
        /// The file that Atlas runs first.
        first: String,
        /// The other one.
        second: String,
    },
    /// Atlas sorts names as text, so that this file runs before one with a smaller number.
    OutOfOrder {
        /// The file that runs first.
        name: String,
        /// The one that runs after it, and has the smaller number.
        before: String,
    },
}

/// What is wrong with the names of the `.sql` files in a directory, in the order of the names.
pub fn names(names: &[&str]) -> Vec<NameProblem> {
    let mut sorted: Vec<&str> =
        names.iter().copied().filter(|name| name.ends_with(".sql")).collect();
    sorted.sort_unstable();
    let mut problems = Vec::new();
    let mut first_of: BTreeMap<&str, &str> = BTreeMap::new();
    let mut previous: Option<(&str, &str)> = None;
    for name in sorted {
        let version = version(name);
        if !number(version).starts_with(|c: char| c.is_ascii_digit()) {
            problems.push(NameProblem::NoVersion { name: name.to_owned() });
            continue;
        }
        if let Some(first) = first_of.get(version) {
            problems.push(NameProblem::Duplicate {
                version: version.to_owned(),
                first: (*first).to_owned(),
                second: name.to_owned(),
            });
        } else {
            first_of.insert(version, name);
        }
        if let Some((before, number)) = previous
            && is_greater(number, version)
        {
            problems
                .push(NameProblem::OutOfOrder { name: before.to_owned(), before: name.to_owned() });
        }
        previous = Some((name, version));
    }
    problems
}

/// Why a migration cannot be renamed to come last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RebaseError {
    /// There is no such migration.
    Missing(String),
    /// The version of the last one cannot be counted on.
    Version(String),
}

impl std::fmt::Display for RebaseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RebaseError::Missing(name) => {
                write!(
                    f,
                    "there is no migration `{}`: name a file of the directory, without a path",
                    name.escape_debug()
                )
            }
            RebaseError::Version(name) => {
                write!(
                    f,
                    "no version comes after that of `{}`: rename the file by hand, and run `generate sum`",
                    name.escape_debug()
                )
            }
        }
    }
}

/// The names that some migrations need to come after all others, in the order of their names: the
/// version of the last one, counted on. The clock is not asked, so that the same directory gives the
/// same names.
///
/// # Errors
/// When one is not there, or the last version is no number or would grow longer.
pub fn rebased(names: &[&str], moved: &[String]) -> Result<Vec<(String, String)>, RebaseError> {
    if let Some(missing) = moved.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(RebaseError::Missing(missing.clone()));
    }
    let moved: BTreeSet<&str> = moved.iter().map(String::as_str).collect();
    let Some(mut last) =
        names.iter().filter(|name| !moved.contains(*name)).max().map(ToString::to_string)
    else {
        return Ok(Vec::new());
    };
    let mut renamed = Vec::new();
    for name in moved {
        let beyond = || RebaseError::Version(last.clone());
        let digits = version(&last).to_owned();
        let prefix = digits.len() - number(&digits).len();
        let counted: u128 = number(&digits).parse().map_err(|_| beyond())?;
        let next = counted.checked_add(1).ok_or_else(beyond)?;
        let width = number(&digits).len();
        let rest = name.strip_prefix(version(name)).unwrap_or(name);
        let new = format!("{}{next:0width$}{rest}", digits.get(..prefix).unwrap_or_default());
        if version(&new).len() > digits.len() {
            return Err(beyond());
        }
        renamed.push((name.to_owned(), new.clone()));
        last = new;
    }
    Ok(renamed)
}

/// A version without the letter that Flyway puts before it; to Atlas it is a part of the version.
fn number(version: &str) -> &str {
    version.strip_prefix(['V', 'v']).unwrap_or(version)
}

/// Compares two versions as numbers with dots between them, each of any length; only digits have a
/// value.
fn is_greater(a: &str, b: &str) -> bool {
    let is_flyway = |version: &str| number(version).len() < version.len();
    let is_known = |version: &str| {
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        number(version).split('.').all(digits)
    };
    if is_flyway(a) != is_flyway(b) || !is_known(a) || !is_known(b) {
        return false;
    }
    let parts = |version: &str| -> Vec<(usize, String)> {
        let parts = number(version).split('.').map(|part| part.trim_start_matches('0'));
        parts.map(|part| (part.len(), part.to_owned())).collect()
    };
    parts(a) > parts(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(files: &[(&str, &str)]) -> Sum {
        let files: Vec<Migration<'_>> =
            files.iter().map(|(name, text)| Migration { name, bytes: text.as_bytes() }).collect();
        Sum::of(&files)
    }

    /// What `ariga.io/atlas` v1.2.3 writes.
    #[test]
    fn the_text_is_what_atlas_writes() {
        assert_eq!(
            sum(&[
                ("20240101000000_init.sql", "CREATE TABLE t (a int);\n"),
                ("20240102000000.sql", "ALTER TABLE t ADD b int;\n")
            ])
            .text(),
            "h1:nVk+lQqBs7RTsL5VeTIoP/CuuPohZd5V3DD30Afe23U=\n20240101000000_init.sql h1:tGiHz9dbG7X3ML0owacCPGGRGgpv1+9h7L72SMG8/Xw=\n20240102000000.sql h1:ki4fKvyddhRgH0Y4ZVtIEylT/H0bSEXuHCWqAjINTgQ=\n"
        );
        assert_eq!(
            sum(&[
                ("1.sql", "-- atlas:sum ignore\nSELECT 1;\n"),
                ("2.sql", "SELECT 2;\n"),
                ("3.sql", "-- atlas:checkpoint v1\n\nSELECT 1;\n")
            ])
            .text(),
            "h1:5HeWJlnVeWuSa3vZvjFPCDrj8ZOM36GM+m0GMf4J8Ro=\n2.sql h1:CTDnNjSzN9SgT4FP2ADdpuFCJc/WE5rI8h9WrCx/1iA=\n3.sql h1:LN9EPb1uhMwMDY7Zi2dR0i4lZyk0ClX9PehjlSsw41Q=\n"
        );
        assert_eq!(sum(&[]).text(), "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
    }

    #[test]
    fn differences_are_named() {
        let before = sum(&[("1.sql", "a"), ("2.sql", "b"), ("3.sql", "c")]);
        let found = |after: &Sum| before.compare(after);
        assert!(found(&before).is_empty());
        let edited = found(&sum(&[("1.sql", "a"), ("2.sql", "x"), ("3.sql", "c")]));
        assert_eq!(edited.edited.as_deref(), Some("2.sql"));
        let other = found(&sum(&[("1.sql", "a"), ("3.sql", "c"), ("4.sql", "d")]));
        assert_eq!((other.added, other.removed), (vec!["4.sql".into()], vec!["2.sql".into()]));
        let wrong = Sum { total: "x".into(), ..before.clone() };
        assert!(wrong.compare(&before).total_is_wrong);
        assert_eq!(Sum::parse("h1:x\nnonsense\n"), Err(FormatError { line: 2 }));
        assert_eq!(Sum::parse("h1:x\r\na h1:y\r"), Sum::parse("h1:x\na h1:y"));
        assert_eq!(Sum::parse(&before.text()), Ok(before));
    }

    #[test]
    fn checkpoints_stand_above_an_empty_line() {
        assert_eq!(checkpoint(b"-- atlas:checkpoint v1\n\nselect 1;").as_deref(), Some("v1"));
        assert_eq!(checkpoint(b"-- atlas:checkpoint\n\n").as_deref(), Some(""));
        assert_eq!(checkpoint(b"-- atlas:checkpoint v1\nselect 1;"), None);
    }

    #[test]
    fn names_are_versions_in_order() {
        let found = names(&["10_b.sql", "9_a.sql", "9_c.sql", "x.sql", "notes.txt"]);
        let text = |text: &str| text.to_owned();
        assert_eq!(
            found,
            [
                NameProblem::OutOfOrder { name: text("10_b.sql"), before: text("9_a.sql") },
                NameProblem::Duplicate {
                    version: text("9"),
                    first: text("9_a.sql"),
                    second: text("9_c.sql")
                },
                NameProblem::NoVersion { name: text("x.sql") },
            ]
        );
        assert_eq!(version("20240101000000_add_users.sql"), "20240101000000");
        // Flyway's names: Atlas sorts them as text, in which `.` comes before `_`.
        assert_eq!(names(&["V1__a.sql", "V2__b.sql", "v3__d.sql"]), []);
        let found = names(&["V2__b.sql", "V2.1__c.sql"]);
        let (name, before) = (text("V2.1__c.sql"), text("V2__b.sql"));
        assert_eq!(found, [NameProblem::OutOfOrder { name, before }]);
        let found = names(&["V1.2__a.sql", "V1.10__b.sql"]);
        let (name, before) = (text("V1.10__b.sql"), text("V1.2__a.sql"));
        assert_eq!(found, [NameProblem::OutOfOrder { name, before }]);
    }
}
