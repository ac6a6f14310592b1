//! Migrations that other tools wrote, and what Atlas would do with them.
//!
//! Atlas runs the `.sql` files right below a directory, each of them whole, in the order of their names
//! (`LocalDir.Files` in `sql/migrate/dir.go` of `ariga.io/atlas` 1.2.3). The marks of other tools are
//! comments to it, so that the half of a file that undoes the other one runs too: what was created is
//! dropped again, and the migration counts as applied. What marks what is in the documentation of each tool.

use std::collections::BTreeMap;

use crate::diag::problems::schema::{OtherTool, OtherToolFiles};
use crate::diag::{Diagnostics, Message, message};
use crate::resolve::migrations::File;
use crate::source::{Excerpt, Sources, Span};
use crate::syntax::Text;

/// A tool whose files hold the way up and the way down, each after a comment.
struct Halves {
    tool: &'static str,
    /// What begins each half, in lower case, without the characters that make it a comment. The first half
    /// of some begins without a mark.
    up: &'static str,
    down: &'static str,
    /// What `atlas migrate import` calls it, if it knows it.
    format: Option<&'static str>,
}

const fn halves(
    tool: &'static str,
    up: &'static str,
    down: &'static str,
    format: Option<&'static str>,
) -> Halves {
    Halves { tool, up, down, format }
}

const HALVES: &[Halves] = &[
    halves("goose", "+goose up", "+goose down", Some("goose")),
    halves("dbmate", "migrate:up", "migrate:down", Some("dbmate")),
    halves("sql-migrate", "+migrate up", "+migrate down", None),
    halves("micrate", "+micrate up", "+micrate down", None),
    halves("rambler", "rambler up", "rambler down", None),
    halves("node-pg-migrate", "up migration", "down migration", None),
    halves("MyBatis Migrations", "", "@undo", None),
    halves("Play Evolutions", "!ups", "!downs", None),
];

/// A tool that writes the way down into a file of its own.
struct Twins {
    tool: &'static str,
    /// How the names of the two end.
    up: &'static str,
    down: &'static str,
    format: Option<&'static str>,
}

const TWINS: &[Twins] = &[
    // SQLx names its files alike.
    Twins {
        tool: "golang-migrate",
        up: ".up.sql",
        down: ".down.sql",
        format: Some("golang-migrate"),
    },
    Twins { tool: "db-migrate", up: "-up.sql", down: "-down.sql", format: None },
    Twins { tool: "yoyo", up: ".sql", down: ".rollback.sql", format: None },
];

/// What a folder without `.sql` files holds, by how the names of the files end.
const LANGUAGES: &[(&str, &str, &str)] = &[
    ("rb", "Rails", "`config.active_record.schema_format = :sql` makes `db/structure.sql`"),
    ("exs", "Ecto", "`mix ecto.dump` writes `structure.sql`"),
    ("cs", "Entity Framework Core", "`dotnet ef migrations script` prints the SQL"),
    (
        "py",
        "Django or Alembic",
        "`manage.py sqlmigrate` or `alembic upgrade head --sql` prints the SQL",
    ),
    ("php", "Laravel or Doctrine", "`php artisan schema:dump` writes the SQL"),
    ("js", "Knex, Sequelize or TypeORM", "Atlas does not read JavaScript"),
    ("ts", "Knex, TypeORM or MikroORM", "Atlas does not read TypeScript"),
];

/// Formats of which Liquibase's changelogs are told by their names.
const CHANGELOGS: [&str; 4] = ["xml", "yaml", "yml", "json"];

/// How many files of a folder are looked at to say what is in it.
pub(super) const MAX_LISTED: usize = 10_000;

/// Reports the files of a migration directory that another tool wrote: once, since one command converts them all.
/// Whether they were, and nothing else has to be said of the directory.
pub(super) fn report_directory(
    path: &Text,
    scripts: &[File],
    diagnostics: &mut Diagnostics,
) -> bool {
    let names: BTreeMap<&str, Span> =
        scripts.iter().map(|file| (file.name.as_str(), file.span)).collect();
    if report_twin(path, &names, diagnostics) || report_flyway(path, &names, diagnostics) {
        return true;
    }
    let texts = || scripts.iter().map(|file| &file.text);
    if report_halves(path, texts(), true, diagnostics) {
        return true;
    }
    if let Some(found) = texts().find_map(|text| partly_read(path, text)) {
        diagnostics.report(found);
    }
    false
}

/// Reports the first of some texts that undoes what it has done: migrations, or a desired state.
pub(super) fn report_halves<'t>(
    path: &Text,
    mut texts: impl Iterator<Item = &'t Excerpt>,
    are_migrations: bool,
    diagnostics: &mut Diagnostics,
) -> bool {
    let found = texts.find_map(|text| Some((text, way_down(&text.text)?)));
    let Some((text, (tool, range))) = found else { return false };
    let at = text.locate(range);
    diagnostics.report(OtherTool {
        primary: path.span,
        message: message!(
            "`{path}` contains files of {tool}, of which Atlas would run both halves",
            path = path.value.escape_debug(),
            tool = tool.tool
        ),
        help: match are_migrations {
            true => conversion(path, tool.format, "keep only the way up in each file"),
            false => {
                "describe the desired state in `files`, or convert the migrations and name their \
                      directory in `migrations`"
                    .into()
            }
        },
        at,
        label: "Atlas runs this half too, which undoes the other one".into(),
    });
    true
}

/// Where the half begins that undoes the other one, if it does anything.
fn way_down(text: &str) -> Option<(&'static Halves, std::ops::Range<usize>)> {
    let mut down: Option<(&Halves, std::ops::Range<usize>)> = None;
    // A way down has a way up before it. Otherwise the mark may be a comment of somebody's own.
    let mut up: Option<&str> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.trim_end().len();
        start += line.len();
        let is_comment = line.starts_with(['-', '#', '/']) || line.trim_start().starts_with("--");
        match (&down, is_comment) {
            (_, true) => {
                let comment =
                    line.trim_start_matches(|c: char| c.is_whitespace() || "-#/*".contains(c));
                let begins = |mark: &str| {
                    let head = comment.get(..mark.len());
                    let rest = comment.get(mark.len()..).unwrap_or_default();
                    head.is_some_and(|head| head.eq_ignore_ascii_case(mark))
                        && !rest.starts_with(|c: char| c.is_alphanumeric())
                };
                if let Some(tool) = HALVES.iter().find(|tool| begins(tool.down)) {
                    if tool.up.is_empty() || up == Some(tool.up) {
                        down = Some((tool, range));
                    }
                } else if let Some(tool) =
                    HALVES.iter().find(|it| !it.up.is_empty() && begins(it.up))
                {
                    (down, up) = (None, Some(tool.up));
                }
            }
            (Some(_), false) if !line.trim().is_empty() => return down,
            _ => {}
        }
    }
    None
}

fn report_twin(path: &Text, names: &BTreeMap<&str, Span>, diagnostics: &mut Diagnostics) -> bool {
    let twin = names.iter().find_map(|(name, file)| {
        let is_down = |tool: &&Twins| {
            let stem = name.strip_suffix(tool.down);
            stem.is_some_and(|stem| names.contains_key(format!("{stem}{}", tool.up).as_str()))
        };
        Some((TWINS.iter().find(is_down)?, *file))
    });
    let Some((tool, file)) = twin else { return false };
    diagnostics.report(OtherTool {
        primary: path.span,
        message: message!(
            "`{path}` contains files of {tool}, of which Atlas would run both ways",
            path = path.value.escape_debug(),
            tool = tool.tool
        ),
        help: conversion(path, tool.format, "remove the files that go down"),
        at: file,
        label: "Atlas runs this file as a migration".into(),
    });
    true
}

/// Versioned migrations of Flyway are what Atlas takes for migrations too; the others are not.
fn report_flyway(path: &Text, names: &BTreeMap<&str, Span>, diagnostics: &mut Diagnostics) -> bool {
    let is_versioned = |name: &str, letter: char| {
        let version = name.strip_prefix(letter).and_then(|rest| rest.split_once("__"));
        version.is_some_and(|(version, _)| version.starts_with(|c: char| c.is_ascii_digit()))
    };
    let other = names.iter().find_map(|(name, file)| match name {
        _ if is_versioned(name, 'U') => {
            Some((*file, "Atlas runs this file as a migration, before those with `V`"))
        }
        _ if name.starts_with("R__") => {
            Some((*file, "Atlas runs this file once, before those with `V`"))
        }
        _ => None,
    });
    let Some((file, label)) = other.filter(|_| names.keys().any(|name| is_versioned(name, 'V')))
    else {
        return false;
    };
    diagnostics.report(OtherTool {
        primary: path.span,
        message: message!(
            "`{path}` contains files of Flyway that are not migrations to Atlas",
            path = path.value.escape_debug()
        ),
        help: conversion(path, Some("flyway"), "remove them"),
        at: file,
        label: label.into(),
    });
    true
}

/// How to make a directory of Atlas of it.
fn conversion(path: &Text, format: Option<&'static str>, otherwise: &'static str) -> Message {
    let path = path.value.trim_end_matches('/').escape_debug();
    match format {
        Some(format) => message!(
            "convert the directory with `atlas migrate import --from 'file://{path}?format={format}' --to file://migrations`, \
             and name the new one",
            path,
            format
        ),
        None => message!("{otherwise}, and run `generate sum {path}`", otherwise, path),
    }
}

/// What another tool reads in a file and Atlas does not.
fn partly_read(path: &Text, text: &Excerpt) -> Option<OtherToolFiles> {
    let mut start = 0;
    for line in text.text.split_inclusive('\n') {
        let range = start..start + line.trim_end().len();
        start += line.len();
        let words: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        if !words.is_empty() && !words.starts_with("--") {
            break;
        }
        if !words.eq_ignore_ascii_case("--liquibaseformattedsql") {
            continue;
        }
        return Some(OtherToolFiles {
            primary: text.locate(range),
            message: "this is Liquibase formatted SQL: Atlas runs every changeset once, and ignores attributes, \
                      preconditions and rollbacks",
            help: conversion(path, Some("liquibase"), ""),
        });
    }
    const HISTORY: &str = "__EFMigrationsHistory";
    let at = text.text.find(HISTORY)?;
    Some(OtherToolFiles {
        primary: text.locate(at..at + HISTORY.len()),
        message: "this is a script of Entity Framework Core: Atlas runs it as one migration, and ignores the \
                  history that it keeps",
        help: "if it has transactions of its own, begin the file with `-- atlas:txmode none`"
            .into(),
    })
}

/// What a folder holds that has no `.sql` files right below it, and what to do with that; nothing when it holds nothing.
pub(super) fn without_sql(folder: &str, sources: &Sources) -> Option<(Message, Message)> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let mut by_end: BTreeMap<&str, usize> = BTreeMap::new();
    let mut subfolder = None;
    let mut has_changelog = false;
    let mut n_files = 0_usize;
    for (path, _) in sources.below(&prefix).take(MAX_LISTED) {
        let rest = path.get(prefix.len()..).unwrap_or_default();
        let name = rest.rsplit('/').next().unwrap_or_default();
        n_files += 1;
        if name.ends_with(".sql") {
            subfolder = subfolder.or(rest.rsplit_once('/'));
        } else if let Some((_, end)) = name.rsplit_once('.') {
            *by_end.entry(end).or_default() += 1;
            has_changelog |= CHANGELOGS.contains(&end) && name.contains("changelog");
        }
    }
    if let Some((inner, name)) = subfolder {
        return Some(in_subfolder(&prefix, inner, name, sources));
    }
    if has_changelog {
        let help = "Atlas runs .sql files only: `liquibase update-sql` prints the SQL; or run the tool itself in \
                    an App with `job: true`";
        return Some(("changelogs of Liquibase".into(), help.into()));
    }
    let most = by_end.iter().max_by_key(|(end, count)| (**count, std::cmp::Reverse(**end)));
    let known = most.and_then(|(end, _)| LANGUAGES.iter().find(|(known, ..)| known == end));
    match known {
        Some((end, tool, way)) => Some((
            message!("files that end in .{end}, as {tool} has them", end = *end, tool = *tool),
            message!(
                "Atlas runs .sql files only: {way}; or run the tool itself in an App with `job: true`",
                way = *way
            ),
        )),
        None if n_files > 0 => Some((
            message!("{n_files} other files", n_files),
            "name a directory with .sql files".into(),
        )),
        None => None,
    }
}

/// Files in folders of their own, which Atlas does not enter.
fn in_subfolder(prefix: &str, inner: &str, name: &str, sources: &Sources) -> (Message, Message) {
    let is_there = |name: &str| sources.find(&format!("{prefix}{name}")).is_some();
    let what = match name {
        "migration.sql" if is_there("migration_lock.toml") => {
            "a folder for each migration, as Prisma has them"
        }
        "migration.sql" if is_there(&format!("{inner}/snapshot.json")) => {
            "a folder for each migration, as Drizzle has them"
        }
        "migration.sql" => "a folder for each migration, as Prisma and Drizzle have them",
        "up.sql" | "down.sql" => "a folder for each migration, as Diesel has them",
        _ if is_there("sqitch.plan") => "the folders of Sqitch",
        _ => "folders with .sql files, which Atlas does not enter",
    };
    let help = match name {
        "migration.sql" | "up.sql" | "down.sql" => {
            let name = if name == "down.sql" { "up.sql" } else { name };
            message!(
                "copy each `FOLDER/{name}` to `FOLDER.sql` in a directory of its own, and run `generate sum` on it",
                name
            )
        }
        _ => message!(
            "name one of them, for example `{folder}`",
            folder = format!("{prefix}{inner}")
        ),
    };
    (what.into(), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_down_is_told_by_its_mark() {
        for (text, tool) in [
            ("-- +goose Up\ncreate table a (id int);\n-- +goose Down\ndrop table a;\n", "goose"),
            ("-- migrate:up\nx;\n\n-- migrate:down transaction:false\ny;", "dbmate"),
            ("  -- +migrate Up\nx;\n  --   +migrate down\ny;", "sql-migrate"),
            ("-- Up Migration\nx;\n-- Down Migration\ny;", "node-pg-migrate"),
            ("# --- !Ups\nx;\n# --- !Downs\ny;", "Play Evolutions"),
            ("-- // first\nx;\n-- //@UNDO\ny;", "MyBatis Migrations"),
            ("-- rambler up\nx;\n-- rambler down\ny;", "rambler"),
        ] {
            assert_eq!(way_down(text).map(|(found, _)| found.tool), Some(tool), "{text}");
        }
        for text in [
            "",
            "-- +goose Up\ncreate table a (id int);\n",
            "-- +goose Up\nx;\n-- +goose Down\n-- nothing to undo\n\n",
            "-- +goose Down\n-- +goose Up\nx;",
            "-- Down migration of legacy rows\nx;",
            "-- downs migrations\nx;",
            "-- migrate:downgrade\nx;",
            "select '-- +goose Down';\nx;",
        ] {
            assert!(way_down(text).is_none(), "{text}");
        }
    }
}
