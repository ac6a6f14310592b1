//! Paths in specs: which files they mean, and what those hold.
//!
//! A path begins at the application's directory, wherever the spec that names it lies, and stays
//! below it.

use crate::diag::problems::output::TooLarge;
use crate::diag::problems::security::{FileNotFound, PathOutside};
use crate::diag::{Diagnostics, nearest};
use crate::model::ConfigFile;
use crate::resolve::migrations::{folder, lies_in};
use crate::resolve::{Context, check};
use crate::source::{Excerpt, FileId, Source, Sources};
use crate::syntax::{self, Content, Specs, Text};

/// The most that a ConfigMap holds, in bytes.
const CONFIG_MAP_LIMIT: usize = 1024 * 1024;

/// The most `*` and `{` in a glob; one with more fits no file.
const WILDCARDS: usize = 16;

/// The files that the specs name and whose texts are needed.
pub fn wanted(specs: &Specs, sources: &Sources) -> Vec<FileId> {
    let directories = specs.schemas.iter().filter_map(|spec| spec.fields.migrations.as_ref());
    let directories = directories.filter(|path| !leads_out(&path.value));
    let migrations: Vec<FileId> =
        directories.flat_map(|path| in_directory(&path.value, sources)).collect();
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
    files.extend(migrations);
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
    // Each wildcard costs another walk along every path.
    let n_wildcards = pattern.bytes().filter(|byte| matches!(byte, b'*' | b'{')).count();
    if n_wildcards > WILDCARDS {
        return Vec::new();
    }
    let fits = |source: &Source| fast_glob::glob_match(pattern, &source.path);
    let files = sources.beginning_with(literal_start(pattern));
    files.filter(|(_, source)| fits(source)).map(|(file, _)| file).collect()
}

/// What every path begins with that a glob fits.
fn literal_start(pattern: &str) -> &str {
    let end = pattern.find(['*', '?', '[', '{', '!', '\\']).unwrap_or(pattern.len());
    pattern.get(..end).unwrap_or_default()
}

/// The migrations and the checksum file right below a directory.
fn in_directory(path: &str, sources: &Sources) -> Vec<FileId> {
    let is_wanted = |source: &Source| {
        let name = name(source);
        name.ends_with(".sql") || name == crate::atlas_sum::FILE_NAME
    };
    let below = sources.beginning_with(folder(path));
    let files = below.filter(|(_, source)| lies_in(source, path) && is_wanted(source));
    files.map(|(file, _)| file).collect()
}

/// The last part of a file's path.
pub(crate) fn name(source: &Source) -> &str {
    source.path.rsplit('/').next().unwrap_or_default()
}

/// The migrations and the checksum file of a directory; one that is not there is reported.
pub(crate) fn directory(
    path: &Text,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<FileId> {
    let (primary, written) = (path.span, path.value.as_str());
    if leads_out(written) {
        diagnostics.report(PathOutside { primary, path: written });
        return Vec::new();
    }
    let files = in_directory(written, context.sources);
    if files.is_empty() {
        let folders: Vec<&str> = context
            .sources
            .iter()
            .filter(|(_, source)| source.path.ends_with(".sql"))
            .filter_map(|(_, source)| source.path.rsplit_once('/').map(|(folder, _)| folder))
            .collect();
        let help = match nearest(normal(written), folders) {
            Some(folder) => format!("did you mean `{folder}`?"),
            None => "name a directory with .sql files and `atlas.sum`, from the application's \
                     directory on"
                .to_owned(),
        };
        diagnostics.report(FileNotFound { primary, path: written, help });
    }
    files
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
                let message = format!("`{name}` is no {extension} file");
                let help = format!("name {extension} files, or use a glob such as *{extension}");
                diagnostics.report(check::invalid(path.span, message, help));
            } else if context.sources.get(file).is_readable() && !files.contains(&file) {
                files.push(file);
            }
        }
    }
    let texts: Vec<Excerpt> =
        files.into_iter().map(|file| excerpt(file, context.sources)).collect();
    if let Some(path) = paths.first().filter(|_| !texts.is_empty() && texts.iter().all(is_blank)) {
        report_blank(path, diagnostics);
    }
    texts
}

/// The text of the one `.hcl` file of a path.
pub(crate) fn text(
    path: &Text,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Excerpt> {
    let text = read(path, context, diagnostics)?;
    let name = &context.sources.get(text.span.file).path;
    if !name.ends_with(".hcl") {
        let message = format!("`{name}` is no .hcl file");
        diagnostics.report(check::invalid(path.span, message, "name an .hcl file"));
    } else if is_blank(&text) {
        report_blank(path, diagnostics);
    }
    Some(text)
}

fn is_blank(text: &Excerpt) -> bool {
    text.text.trim().is_empty()
}

/// An empty text is a desired state too: a database with nothing in it.
fn report_blank(path: &Text, diagnostics: &mut Diagnostics) {
    let message = "there is nothing in the schema that this names";
    let help = "write what is to be in the database: an empty schema asks to drop everything";
    diagnostics.report(check::invalid(path.span, message, help));
}

fn read(path: &Text, context: &Context<'_>, diagnostics: &mut Diagnostics) -> Option<Excerpt> {
    let file = found(path, context, diagnostics).into_iter().next()?;
    let is_readable = context.sources.get(file).is_readable();
    is_readable.then(|| excerpt(file, context.sources))
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
    let (mut size, mut is_too_large) = (0, false);
    let one = |file: syntax::ConfigFile| {
        check::mount_path(&file.mount_path, diagnostics);
        let text = match file.content {
            Content::Text(text) => text.value,
            Content::File(path) => read(&path, context, diagnostics)?.text,
        };
        size += text.len();
        if size > CONFIG_MAP_LIMIT && !is_too_large {
            is_too_large = true;
            let (primary, limit) = (file.mount_path.span, CONFIG_MAP_LIMIT);
            let what = "the text of `configFiles` up to this one".to_owned();
            diagnostics.report(TooLarge { primary, what, size, limit });
        }
        Some(ConfigFile { mount_path: file.mount_path.value, text })
    };
    files.into_iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_glob, leads_out, literal_start, normal};

    #[test]
    fn paths_stay_below_the_directory() {
        for path in ["/a", "../a", "a/../../b", "a/..", "..", "a\\b"] {
            assert!(leads_out(path), "{path}");
        }
        for path in ["a", "./a", "a/b.sql", "a..b", "...", "*.sql"] {
            assert!(!leads_out(path), "{path}");
        }
        assert_eq!(normal("./a"), "a");
        assert!(is_glob("sql/*.sql") && !is_glob("sql/a.sql"));
        assert_eq!(["sql/*.sql", "a", "{a,b}"].map(literal_start), ["sql/", "a", ""]);
    }
}
