//! `migrations`: a directory of versioned files with Atlas's checksum file, or one in the registry.
//!
//! Atlas refuses a directory whose `atlas.sum` is not right, and the operator shows that as a failed
//! resource after the merge; here it is an error that names the files.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::atlas_sum::{self, Difference, Migration, NameProblem, Sum};
use crate::diag::problems::schema::{AtlasSum, AtlasSumConflict, AtlasSumLineEnds, MigrationName};
use crate::diag::problems::spec::ConflictingFields;
use crate::diag::{Diagnostics, Message, message};
use crate::model::{MigrationDir, Migrations};
use crate::resolve::check::invalid;
use crate::resolve::{Context, files, other_tools};
use crate::source::{Excerpt, FileId, Span};
use crate::spec;
use crate::syntax::Text;

/// Reports fields that say nothing for the desired state that was chosen: the operator's two kinds
/// of resource do not take the same ones.
pub(crate) fn belong_together(fields: &spec::Schema, diagnostics: &mut Diagnostics) {
    let text = |text: &Option<Text>| text.as_ref().map(|text| text.span);
    let cloud = fields.cloud.as_ref();
    let for_migrations = [
        ("baseline", text(&fields.baseline)),
        ("execOrder", text(&fields.exec_order)),
        ("revisionsSchema", text(&fields.revisions_schema)),
        ("migrateDown", fields.migrate_down.as_ref().map(|down| down.span)),
        ("cloud.url", cloud.and_then(|cloud| text(&cloud.url))),
        ("cloud.project", cloud.and_then(|cloud| text(&cloud.project))),
    ];
    let for_schemas = [
        ("schemas", fields.schemas.first().map(|text| text.span)),
        ("exclude", fields.exclude.first().map(|text| text.span)),
        ("txMode", text(&fields.tx_mode)),
        ("policy", fields.policy.as_ref().map(|policy| policy.span)),
        ("cloud.repo", cloud.and_then(|cloud| text(&cloud.repo))),
    ];
    match &fields.migrations {
        Some(migrations) => {
            for (name, primary) in for_schemas {
                let Some(primary) = primary else { continue };
                let (other, other_span) = ("migrations", migrations.span);
                let why = "an AtlasMigration runs its files and has no such field";
                diagnostics.report(ConflictingFields { primary, name, other_span, other, why });
            }
        }
        None => {
            for (name, primary) in for_migrations {
                let Some(primary) = primary else { continue };
                let message = message!("`{name}` only applies with `migrations`", name);
                let help = "remove it, or add `migrations: DIR`";
                diagnostics.report(invalid(primary, message, help));
            }
        }
    }
}

/// The migrations of a directory, or of the registry.
pub(crate) fn migrations(
    path: &Text,
    fields: &spec::Schema,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Migrations {
    let directory = match path.value.strip_prefix("atlas://") {
        Some(rest) => remote(path, rest, fields, diagnostics),
        None => local(path, context, diagnostics),
    };
    let value = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
    Migrations {
        migrate_down: migrate_down(fields, &directory, diagnostics),
        directory,
        baseline: value(&fields.baseline),
        exec_order: value(&fields.exec_order),
        revisions_schema: value(&fields.revisions_schema),
    }
}

/// `atlas://name?tag=tag`.
fn remote(
    path: &Text,
    rest: &str,
    fields: &spec::Schema,
    diagnostics: &mut Diagnostics,
) -> MigrationDir {
    let (name, query) = rest.split_once('?').unwrap_or((rest, ""));
    let tag = query.strip_prefix("tag=");
    if name.is_empty() || (!query.is_empty() && tag.is_none_or(str::is_empty)) {
        let message = message!(
            "`{path}` is not a migration directory in the Atlas registry",
            path = path.value.escape_debug()
        );
        let help = "write atlas://NAME or atlas://NAME?tag=TAG";
        diagnostics.report(invalid(path.span, message, help));
    }
    if fields.cloud.as_ref().is_none_or(|cloud| cloud.token_from.is_none()) {
        let message = "a migration directory in the Atlas registry needs a token";
        let help = "add `cloud: {tokenFrom: {secretKeyRef: {name, key}}}`";
        diagnostics.report(invalid(path.span, message, help));
    }
    MigrationDir::Remote { name: name.into(), tag: tag.map(SmolStr::from) }
}

/// The operator's rules for going back (`atlasmigration_controller.go`): of a local directory it
/// asks nobody, so that it has to be told outright; of a remote one Atlas Cloud asks.
fn migrate_down(
    fields: &spec::Schema,
    directory: &MigrationDir,
    diagnostics: &mut Diagnostics,
) -> Option<(bool, bool)> {
    let down = fields.migrate_down.as_ref()?;
    let allow = down.allow.is_some_and(|allow| allow.value);
    let auto_approve = down.auto_approve.is_some_and(|approve| approve.value);
    match directory {
        MigrationDir::Local { .. } if allow && !auto_approve => {
            let message =
                "down migrations of a local directory need `autoApprove`: nobody can approve them";
            let help = "add `autoApprove: true`, or remove `migrateDown`";
            diagnostics.report(invalid(down.span, message, help));
        }
        MigrationDir::Remote { .. } if auto_approve => {
            let message = "down migrations from the Atlas registry are approved in Atlas Cloud";
            diagnostics.report(invalid(down.span, message, "remove `autoApprove`"));
        }
        MigrationDir::Local { .. } | MigrationDir::Remote { .. } => {}
    }
    Some((allow, auto_approve))
}

fn local(path: &Text, context: &Context<'_>, diagnostics: &mut Diagnostics) -> MigrationDir {
    let found = files::directory(path, context, diagnostics);
    let text = |file: FileId| context.sources.get(file).text();
    let sum = found
        .iter()
        .copied()
        .find(|&file| files::name(context.sources.get(file)) == atlas_sum::FILE_NAME);
    let mut scripts: Vec<(String, FileId)> = found
        .iter()
        .map(|&file| (files::name(context.sources.get(file)).to_owned(), file))
        .filter(|(name, _)| name.ends_with(".sql"))
        .collect();
    scripts.sort();
    if !found.is_empty() && scripts.is_empty() {
        files::report_no_sql(path, context, diagnostics);
    }
    if !other_tools::report_directory(path, &scripts, context.sources, diagnostics) {
        report_names(path.span, &scripts, diagnostics);
        if !scripts.is_empty() {
            check_sum(path, &scripts, sum, context, diagnostics);
        }
    }
    let excerpt = |file: FileId| Excerpt::of_file(file, text(file));
    MigrationDir::Local {
        files: scripts.into_iter().map(|(name, file)| (name.into(), excerpt(file))).collect(),
        sum: sum.map(|file| text(file).to_owned()).unwrap_or_default().into(),
    }
}

fn report_names(directory: Span, scripts: &[(String, FileId)], diagnostics: &mut Diagnostics) {
    let names: Vec<&str> = scripts.iter().map(|(name, _)| name.as_str()).collect();
    let places: BTreeMap<&str, FileId> =
        scripts.iter().map(|(name, file)| (name.as_str(), *file)).collect();
    let place = |wanted: &str| places.get(wanted).map_or(directory, |file| Span::new(*file, 0..0));
    for name in &names {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !name.chars().all(fits) {
            let cause = message!("`{name}` cannot be a ConfigMap key", name = name.escape_debug());
            let help = "use letters, digits, `-`, `_` and `.` in its name".into();
            diagnostics.report(MigrationName { primary: place(name), cause, help, other: None });
        }
    }
    for problem in atlas_sum::names(&names) {
        let report = match problem {
            NameProblem::NoVersion { name } => MigrationName {
                primary: place(&name),
                cause: message!(
                    "the file name `{name}` does not start with a version",
                    name = name.escape_debug()
                ),
                help: "name it VERSION_description.sql, for example 20260301120000_add_email.sql"
                    .into(),
                other: None,
            },
            NameProblem::Duplicate { version, first, second } => MigrationName {
                primary: place(&second),
                cause: message!("two migrations have the version `{version}`", version),
                help: message!("give `{second}` a later version", second = second.escape_debug()),
                other: Some((
                    place(&first),
                    message!("`{first}` has the same version", first = first.escape_debug()),
                )),
            },
            NameProblem::OutOfOrder { name, before } => MigrationName {
                primary: place(&before),
                cause: message!(
                    "Atlas runs `{name}` before `{before}`, because it sorts names as text",
                    name = name.escape_debug(),
                    before = before.escape_debug()
                ),
                help: "give all versions the same number of digits".into(),
                other: None,
            },
        };
        diagnostics.report(report);
    }
}

fn check_sum(
    path: &Text,
    scripts: &[(String, FileId)],
    sum: Option<FileId>,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) {
    let text = |file: FileId| context.sources.get(file).text();
    let directory = path.value.as_str();
    let Some(sum) = sum else {
        let cause = "the directory has no `atlas.sum`".into();
        return diagnostics.report(AtlasSum { primary: path.span, cause, directory });
    };
    let migrations: Vec<Migration<'_>> = scripts
        .iter()
        .map(|(name, file)| Migration { name, bytes: text(*file).as_bytes() })
        .collect();
    if let Some(line) = text(sum).lines().position(|line| line.starts_with("<<<<<<<")) {
        let range = context.sources.get(sum).lines(line + 1, line + 1);
        return diagnostics.report(AtlasSumConflict { primary: Span::new(sum, range), directory });
    }
    let start = Span::new(sum, 0..0);
    let written = match Sum::parse(text(sum)) {
        Ok(written) => written,
        Err(error) => {
            let range = context.sources.get(sum).lines(error.line, error.line);
            let cause = "this is not a line of `atlas.sum`".into();
            let primary = Span::new(sum, range);
            return diagnostics.report(AtlasSum { primary, cause, directory });
        }
    };
    let difference = written.compare(&Sum::of(&migrations));
    if !difference.is_empty() {
        if has_other_line_ends(&written, &migrations) {
            let has_cr = migrations.iter().any(|it| it.bytes.contains(&b'\r'));
            return diagnostics.report(AtlasSumLineEnds { primary: start, has_cr, directory });
        }
        let cause = words(&difference);
        diagnostics.report(AtlasSum { primary: start, cause, directory });
    }
}

/// Whether the files are those of the checksum file but for their line ends, which Git changes on
/// Windows (`core.autocrlf`).
fn has_other_line_ends(written: &Sum, migrations: &[Migration<'_>]) -> bool {
    let with = |convert: &dyn Fn(&[u8]) -> Vec<u8>| {
        let texts: Vec<Vec<u8>> = migrations.iter().map(|it| convert(it.bytes)).collect();
        let pairs = migrations.iter().zip(&texts);
        let converted: Vec<Migration<'_>> =
            pairs.map(|(it, bytes)| Migration { name: it.name, bytes }).collect();
        written.compare(&Sum::of(&converted)).is_empty()
    };
    let unix = |bytes: &[u8]| {
        let mut text = Vec::with_capacity(bytes.len());
        let mut rest = bytes.iter().peekable();
        while let Some(&byte) = rest.next() {
            if !(byte == b'\r' && rest.peek() == Some(&&b'\n')) {
                text.push(byte);
            }
        }
        text
    };
    let windows = |bytes: &[u8]| {
        let text = unix(bytes);
        let mut with_cr = Vec::with_capacity(text.len());
        for byte in text {
            if byte == b'\n' {
                with_cr.push(b'\r');
            }
            with_cr.push(byte);
        }
        with_cr
    };
    with(&unix) || with(&windows)
}

/// What differs, file by file.
fn words(difference: &Difference) -> Message {
    let Difference { added, edited, removed, total_is_wrong } = difference;
    let named = |what: &'static str, names: &[String]| {
        let names: Vec<Message> =
            names.iter().map(|name| message!("`{name}`", name = name.escape_debug())).collect();
        (!names.is_empty())
            .then(|| message!("{names} {what}", names = Message::joined(names, ", "), what))
    };
    let edited: Vec<String> = edited.iter().cloned().collect();
    let parts: Vec<Message> =
        [named("added", added), named("edited", &edited), named("removed", removed)]
            .into_iter()
            .flatten()
            .collect();
    match (parts.is_empty(), total_is_wrong) {
        (true, _) => "`atlas.sum` is stale: its first line does not match the others".into(),
        (false, _) => {
            message!("`atlas.sum` is stale: {parts}", parts = Message::joined(parts, "; "))
        }
    }
}
