//! `migrations`: a directory of versioned files with Atlas's checksum file, or one in the registry.
//!
//! Atlas refuses a directory whose `atlas.sum` is not right, and the operator shows that as a failed
//! resource after the merge; here it is an error that names the files.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::atlas_sum::{self, Difference, Migration, NameProblem, Sum};
use crate::diag::problems::schema::{
    AtlasSum, AtlasSumConflict, AtlasSumLineEnds, MigrationName, Templates,
};
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
        None => local(path, fields, context, diagnostics),
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

/// One file of a migration directory: on the disk, or in an object.
pub(super) struct File {
    /// Its name.
    pub(super) name: SmolStr,
    /// What stands for it: its beginning, or its key.
    pub(super) span: Span,
    /// What it holds.
    pub(super) text: Excerpt,
}

/// Where a migration directory is.
pub(super) struct Place<'a> {
    /// What names it, and what it is called there.
    pub(super) named: &'a Text,
    /// The directory, for commands; none where it is in a plain object.
    pub(super) directory: Option<String>,
    /// Whether there is a project file, which may render the files (`data "template_dir"`).
    pub(super) has_config: bool,
}

fn local(
    path: &Text,
    fields: &spec::Schema,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> MigrationDir {
    let found = files::directory(path, context, diagnostics);
    let file = |file: FileId| {
        let source = context.sources.get(file);
        let name = SmolStr::from(files::name(source));
        File { name, span: Span::new(file, 0..0), text: Excerpt::of_file(file, source.text()) }
    };
    let mut scripts = Vec::new();
    let mut sum = None;
    for found in found.iter().copied().map(file) {
        if found.name == atlas_sum::FILE_NAME {
            sum = Some(found.text);
        } else if found.name.ends_with(".sql") {
            scripts.push(found);
        }
    }
    scripts.sort_by(|one, other| one.name.cmp(&other.name));
    if !found.is_empty() && scripts.is_empty() {
        files::report_no_sql(path, context, diagnostics);
    }
    let has_config = fields.config.is_some() || fields.config_from.is_some();
    let place =
        Place { named: path, directory: Some(context.sources.from_here(&path.value)), has_config };
    check_directory(&place, &scripts, sum.as_ref(), diagnostics);
    MigrationDir::Local {
        files: scripts.into_iter().map(|file| (file.name, file.text)).collect(),
        sum: sum.map(|sum| sum.text).unwrap_or_default().into(),
    }
}

/// What is wrong with a directory: files of other tools, names, checksums. Whether its files are what Atlas
/// runs: of templates the checksums are those of what is rendered, which nobody knows here.
pub(super) fn check_directory(
    place: &Place<'_>,
    scripts: &[File],
    sum: Option<&Excerpt>,
    diagnostics: &mut Diagnostics,
) -> bool {
    let template = scripts.iter().filter(|_| place.has_config).find_map(|file| {
        let at = file.text.text.find("{{")?;
        Some(file.text.locate(at..at + 2))
    });
    if let Some(primary) = template {
        diagnostics.report(Templates { primary });
        return false;
    }
    if !other_tools::report_directory(place.named, scripts, diagnostics) {
        report_names(place.named.span, scripts, diagnostics);
        if !scripts.is_empty() {
            check_sum(place, scripts, sum, diagnostics);
        }
    }
    true
}

fn report_names(directory: Span, scripts: &[File], diagnostics: &mut Diagnostics) {
    let names: Vec<&str> = scripts.iter().map(|file| file.name.as_str()).collect();
    let places: BTreeMap<&str, Span> =
        scripts.iter().map(|file| (file.name.as_str(), file.span)).collect();
    let place = |wanted: &str| places.get(wanted).copied().unwrap_or(directory);
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
    place: &Place<'_>,
    scripts: &[File],
    sum: Option<&Excerpt>,
    diagnostics: &mut Diagnostics,
) {
    let directory = place.directory.as_deref();
    let Some(sum) = sum else {
        let cause = match place.directory.is_none() {
            true => "the migrations have no `atlas.sum`".into(),
            false => "the directory has no `atlas.sum`".into(),
        };
        return diagnostics.report(AtlasSum { primary: place.named.span, cause, directory });
    };
    let migrations: Vec<Migration<'_>> = scripts
        .iter()
        .map(|file| Migration { name: &file.name, bytes: file.text.text.as_bytes() })
        .collect();
    if let Some(line) = sum.text.lines().position(|line| line.starts_with("<<<<<<<")) {
        let primary = sum.locate(line_of(&sum.text, line + 1));
        return diagnostics.report(AtlasSumConflict { primary, directory });
    }
    let start = sum.locate(0..0);
    let written = match Sum::parse(&sum.text) {
        Ok(written) => written,
        Err(error) => {
            let primary = sum.locate(line_of(&sum.text, error.line));
            let cause = "this is not a line of `atlas.sum`".into();
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

/// Where a line is, from 1, without its end.
fn line_of(text: &str, number: usize) -> std::ops::Range<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n').take(number.saturating_sub(1)) {
        start += line.len();
    }
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    start..start + line.len()
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
