//! Paths in specs: which files they mean, and what those hold.
//!
//! A path begins at the application's directory, wherever the spec that names it lies, and stays
//! below it.

use crate::diag::problems::security::{FileNotFound, PathOutside};
use crate::diag::{Diagnostics, nearest};
use crate::model::ConfigFile;
use crate::resolve::{Context, check};
use crate::source::{Excerpt, FileId, Sources};
use crate::syntax::{self, Content, Specs, Text};

/// The files that the specs name and whose texts are needed.
pub fn wanted(specs: &Specs, sources: &Sources) -> Vec<FileId> {
    let schemas = specs
        .schemas
        .iter()
        .flat_map(|spec| spec.fields.files.iter().flatten().chain(&spec.fields.hcl));
    let databases = specs.databases.iter().flat_map(|spec| &spec.fields.config_files);
    let apps = specs.apps.iter().flat_map(|spec| &spec.fields.config_files);
    let config_files = databases.chain(apps).filter_map(|file| match &file.content {
        Content::File(path) => Some(path),
        Content::Text(_) => None,
    });
    let paths = schemas.chain(config_files).filter(|path| !leads_out(&path.value));
    let mut files: Vec<FileId> = paths.flat_map(|path| matches(path, sources)).collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// The files that a path or glob means, sorted by path.
fn matches(path: &Text, sources: &Sources) -> Vec<FileId> {
    let pattern = normal(&path.value);
    if !is_glob(pattern) {
        return sources.find(pattern).into_iter().collect();
    }
    let fits = |path: &str| fast_glob::glob_match(pattern, path);
    let mut found: Vec<(&str, FileId)> = sources
        .files()
        .filter(|(_, source)| fits(&source.path))
        .map(|(file, source)| (source.path.as_str(), file))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, file)| file).collect()
}

/// Without a leading `./`.
fn normal(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

fn leads_out(path: &str) -> bool {
    path.starts_with('/') || path.split('/').any(|part| part == "..") || path.contains('\\')
}

/// The texts of `files`: every file once, in the order of the list, sorted within a glob.
pub(crate) fn texts(
    paths: &[Text],
    extension: &str,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Excerpt> {
    let mut files: Vec<FileId> = Vec::new();
    for path in paths {
        for file in found(path, context, diagnostics) {
            let name = &context.sources.get(file).path;
            if !name.ends_with(extension) {
                let message = format!("`{}` is no {extension} file", name.escape_debug());
                let help = format!("name {extension} files, or use a glob such as *{extension}");
                diagnostics.report(check::invalid(path.span, message, help));
            } else if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    files.into_iter().map(|file| excerpt(file, context.sources)).collect()
}

/// The text of the one file of a path.
pub(crate) fn text(
    path: &Text,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Excerpt> {
    let file = found(path, context, diagnostics).into_iter().next()?;
    Some(excerpt(file, context.sources))
}

fn excerpt(file: FileId, sources: &Sources) -> Excerpt {
    Excerpt::of_file(file, sources.get(file).text())
}

fn found(path: &Text, context: &Context<'_>, diagnostics: &mut Diagnostics) -> Vec<FileId> {
    let (primary, written) = (path.span, path.value.as_str());
    if leads_out(written) {
        diagnostics.report(PathOutside { primary, path: written });
        return Vec::new();
    }
    let files = matches(path, context.sources);
    if files.is_empty() {
        let help = not_found_help(path, context.sources);
        diagnostics.report(FileNotFound { primary, path: written, help });
    }
    files
}

fn not_found_help(path: &Text, sources: &Sources) -> String {
    let written = normal(&path.value);
    let beside = sources.get(path.span.file).path.rsplit_once('/').map(|(folder, _)| folder);
    if let Some(folder) = beside
        && let relative = Text::new(format!("{folder}/{written}"), path.span)
        && !matches(&relative, sources).is_empty()
    {
        let relative = &relative.value;
        return format!("paths begin at the application's directory: write `{relative}`");
    }
    let known = sources.files().map(|(_, source)| source.path.as_str());
    match nearest(written, known) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "paths begin at the application's directory".to_owned(),
    }
}

/// `configFiles` with what they hold.
pub(crate) fn config_files(
    files: Vec<syntax::ConfigFile>,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<ConfigFile> {
    let read = |file: syntax::ConfigFile| {
        check::mount_path(&file.mount_path, diagnostics);
        let text = match file.content {
            Content::Text(text) => text.value,
            Content::File(path) => text(&path, context, diagnostics)?.text,
        };
        Some(ConfigFile { mount_path: file.mount_path.value, text })
    };
    files.into_iter().filter_map(read).collect()
}
