//! Paths in specs: which files they mean, and what those hold.
//!
//! A path begins at the application's directory, wherever the spec that names it lies, and stays
//! below it.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::problems::output::TooLarge;
use crate::diag::problems::security::{FileNotFound, LimitExceeded, PathOutside};
use crate::diag::{Diagnostics, Message, message, nearest};
use crate::model::ConfigFile;
use crate::resolve::{Context, check, other_tools};
use crate::source::{Excerpt, FileId, Source, Sources};
use crate::spec::{self, Content, Specs};
use crate::syntax::Text;

/// The most that a ConfigMap holds, in bytes.
const CONFIG_MAP_LIMIT: usize = 1024 * 1024;

/// The most `*` and `{` in a glob: each costs another walk along every path.
pub const WILDCARDS: usize = 16;

/// The most paths that the braces of a glob stand for: each is compared.
pub const ALTERNATIVES: usize = 1_000;

/// The bytes of files that specs take in, each file as often as it is named: that much is printed.
pub const TAKEN: u64 = 32 * 1024 * 1024;
/// What a file counts at the least when it is taken in.
const MIN_FILE_COST: u64 = 1024;
/// The steps of comparing globs with paths: one for each path that begins like the glob, and for
/// one that ends like it as well a 32nd of the pairs of their characters, for each alternative of the glob.
pub const STEPS: usize = 10_000_000;
/// As many for a guess at which path was meant.
const GUESS: usize = 50_000;

/// What the paths in the specs name.
#[derive(Debug, Default)]
pub struct Named {
    /// By path or glob the files, sorted by path.
    files: BTreeMap<String, Vec<FileId>>,
    /// By directory the migrations and the checksum file right below it.
    directories: BTreeMap<String, Vec<FileId>>,
    /// A bound was met, which is an error: no path is followed any more.
    is_cut: bool,
}

impl Named {
    /// All files that are named and whose texts are needed.
    pub fn all(&self) -> Vec<FileId> {
        let all = self.files.values().chain(self.directories.values()).flatten();
        all.copied().collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Looks for the files that the specs name.
pub fn wanted(specs: &Specs, sources: &Sources, diagnostics: &mut Diagnostics) -> Named {
    let mut search = Search { sources, steps: STEPS, bytes: TAKEN, named: Named::default() };
    let schemas = specs.schemas.iter().map(|spec| &spec.fields);
    for path in schemas.clone().filter_map(|fields| fields.migrations.as_ref()) {
        search.directory(path, diagnostics);
    }
    let schemas = schemas
        .flat_map(|fields| fields.files.iter().flat_map(|files| &files.value).chain(&fields.hcl));
    let databases = specs.databases.iter().flat_map(|spec| &spec.fields.config_files);
    let apps = specs.apps.iter().flat_map(|spec| &spec.fields.config_files);
    let config_files = databases.chain(apps).filter_map(|(_, content)| match content {
        Content::File(path) => Some(path),
        Content::Text(_) => None,
    });
    for path in schemas.chain(config_files) {
        search.path(path, diagnostics);
    }
    diagnostics.effort.add(STEPS.saturating_sub(search.steps), STEPS);
    search.named
}

struct Search<'a> {
    sources: &'a Sources,
    steps: usize,
    bytes: u64,
    named: Named,
}

impl Search<'_> {
    fn path(&mut self, path: &Text, diagnostics: &mut Diagnostics) {
        if leads_out(&path.value) || self.named.is_cut {
            return;
        }
        let name = normal(&path.value);
        if n_wildcards(name) > WILDCARDS {
            let message = message!("more than {WILDCARDS} wildcards in a path", WILDCARDS);
            let help = "write out folders and files, or use a simpler glob".into();
            return self.cut(path, message, help, diagnostics);
        }
        if n_alternatives(name) > ALTERNATIVES {
            let message = message!("more than {ALTERNATIVES} alternatives in a path", ALTERNATIVES);
            let help = "write several paths, or use `*`".into();
            return self.cut(path, message, help, diagnostics);
        }
        let found = match self.named.files.get(name) {
            Some(found) => Some(found.clone()),
            None => matches(name, self.sources, &mut self.steps),
        };
        let Some(found) = found else { return self.too_many_steps(path, diagnostics) };
        if self.take(path, &found, diagnostics) {
            self.named.files.insert(name.to_owned(), found);
        }
    }

    fn directory(&mut self, path: &Text, diagnostics: &mut Diagnostics) {
        if leads_out(&path.value) || self.named.is_cut {
            return;
        }
        let name = folder(&path.value);
        let found = match self.named.directories.get(name) {
            Some(found) => Some(found.clone()),
            None => in_directory(name, self.sources, &mut self.steps),
        };
        let Some(found) = found else { return self.too_many_steps(path, diagnostics) };
        if self.take(path, &found, diagnostics) {
            self.named.directories.insert(name.to_owned(), found);
        }
    }

    fn take(&mut self, path: &Text, found: &[FileId], diagnostics: &mut Diagnostics) -> bool {
        let sizes = found.iter().map(|file| self.sources.get(*file).size.max(MIN_FILE_COST));
        match self.bytes.checked_sub(sizes.sum()) {
            Some(rest) => {
                self.bytes = rest;
                true
            }
            None => {
                let message = message!("specs use more than {TAKEN} bytes of files", TAKEN);
                let help = "a file is counted each time it is named: split the project".into();
                self.cut(path, message, help, diagnostics);
                false
            }
        }
    }

    fn too_many_steps(&mut self, path: &Text, diagnostics: &mut Diagnostics) {
        let message = message!("matching the globs takes more than {STEPS} steps", STEPS);
        let help = "start globs with a folder, for example `schema/shop/*.sql`".into();
        self.cut(path, message, help, diagnostics);
    }

    fn cut(&mut self, path: &Text, message: Message, help: Message, diagnostics: &mut Diagnostics) {
        self.named.is_cut = true;
        diagnostics.report(LimitExceeded { primary: path.span, message, help });
    }
}

/// The files that a path or glob means, sorted by path; nothing when that takes too many steps.
fn matches(pattern: &str, sources: &Sources, steps: &mut usize) -> Option<Vec<FileId>> {
    if !is_glob(pattern) {
        return Some(sources.find(pattern).into_iter().collect());
    }
    let is_negated = pattern.starts_with('!');
    let (first, last) = match is_negated {
        true => ("", ""),
        false => {
            let last = pattern.rsplit(['*', '?', ']', '}', '/']).next().unwrap_or_default();
            (pattern.split(['*', '?', '[', '{']).next().unwrap_or_default(), last)
        }
    };
    // A wildcard may begin at each character of a path, and what follows it is compared from there.
    let pairs_each = pattern.len().saturating_mul(n_alternatives(pattern));
    let mut found = Vec::new();
    for (path, file) in sources.below(first) {
        *steps = steps.checked_sub(1)?;
        if path.ends_with(last) {
            *steps = steps.checked_sub(path.len().saturating_mul(pairs_each) / 32)?;
            found.extend(fast_glob::glob_match(pattern, path).then_some(file));
        }
    }
    Some(found)
}

/// The migrations and the checksum file right below a directory.
fn in_directory(folder: &str, sources: &Sources, steps: &mut usize) -> Option<Vec<FileId>> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let mut found = Vec::new();
    for (path, file) in sources.below(&prefix) {
        *steps = steps.checked_sub(1)?;
        let name = path.get(prefix.len()..).unwrap_or_default();
        let is_wanted = name.ends_with(".sql") || name == crate::atlas_sum::FILE_NAME;
        found.extend((is_wanted && !name.contains('/')).then_some(file));
    }
    Some(found)
}

/// A directory as the paths of its files begin; nothing for the application's own.
fn folder(path: &str) -> &str {
    match path.trim_start_matches("./").trim_end_matches('/') {
        "." => "",
        folder => folder,
    }
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
    if context.files.is_cut {
        return Vec::new();
    }
    let files = context.files.directories.get(folder(written)).cloned().unwrap_or_default();
    let is_folder = || context.sources.below(&format!("{}/", folder(written))).next().is_some();
    if files.is_empty() && (folder(written).is_empty() || is_folder()) {
        report_no_sql(path, context, diagnostics);
    } else if files.is_empty() {
        let few = if diagnostics.are_few() { usize::MAX } else { 0 };
        let folders = context
            .sources
            .files()
            .take(few)
            .filter(|(_, source)| source.path.ends_with(".sql"))
            .filter_map(|(_, source)| source.path.rsplit_once('/').map(|(folder, _)| folder));
        let help = match nearest(normal(written), folders) {
            Some(folder) => message!("did you mean `{folder}`?", folder),
            None => "name a directory with .sql files and `atlas.sum`, relative to the application's directory"
                .into(),
        };
        diagnostics.report(FileNotFound { primary, path: written, help });
    }
    files
}

/// Reports a migration directory without migrations, with what it holds.
pub(crate) fn report_no_sql(path: &Text, context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let few = diagnostics.are_few();
    let folder = folder(&path.value);
    let content = few.then(|| other_tools::without_sql(folder, context.sources)).flatten();
    let shown = path.value.escape_debug();
    let (message, help) = match content {
        Some((what, help)) => {
            (message!("`{shown}` contains no .sql files, but {what}", shown, what), help)
        }
        None => (
            message!("`{shown}` contains no .sql files", shown),
            "create a migration with `atlas migrate diff`".into(),
        ),
    };
    diagnostics.report(check::invalid(path.span, message, help));
}

/// Without a leading `./`.
fn normal(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

fn n_wildcards(path: &str) -> usize {
    path.bytes().filter(|byte| matches!(byte, b'*' | b'{')).count()
}

/// How many paths the braces of a glob stand for: `{a,b}/{c,d,e}` for six. Braces in brackets mean
/// themselves.
fn n_alternatives(pattern: &str) -> usize {
    // Of each open brace what stood before it, and the sum of its parts so far.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let (mut product, mut at) = (1_usize, 0);
    let bytes = pattern.as_bytes();
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match (byte, open.last_mut()) {
            (b'[', _) => {
                // What stands first in brackets never ends them.
                let negates = usize::from(matches!(bytes.get(at), Some(b'^' | b'!')));
                let inside = bytes.get(at + negates + 1..).unwrap_or_default();
                let end = inside.iter().position(|byte| *byte == b']');
                at = end.map_or(bytes.len(), |end| at + negates + 2 + end);
            }
            (b'{', _) => {
                open.push((product, 0));
                product = 1;
            }
            (b',', Some((_, sum))) => {
                *sum = sum.saturating_add(product);
                product = 1;
            }
            (b'}', Some((before, sum))) => {
                product = before.saturating_mul(sum.saturating_add(product));
                open.pop();
            }
            _ => {}
        }
    }
    while let Some((before, sum)) = open.pop() {
        product = before.saturating_mul(sum.saturating_add(product));
    }
    product
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
    let mut known: BTreeSet<FileId> = BTreeSet::new();
    for path in paths {
        for file in found(path, extension == ".sql", context, diagnostics) {
            let name = &context.sources.get(file).path;
            if !name.ends_with(extension) {
                let message = message!("`{name}` is not a {extension} file", name, extension);
                let help = message!(
                    "name {extension} files, or use a glob, for example *{extension}",
                    extension
                );
                diagnostics.report(check::invalid(path.span, message, help));
            } else if context.sources.get(file).is_readable() && known.insert(file) {
                files.push(file);
            }
        }
    }
    let texts: Vec<Excerpt> =
        files.into_iter().map(|file| excerpt(file, context.sources)).collect();
    if let Some(path) = paths.first().filter(|_| extension == ".sql") {
        other_tools::report_halves(path, texts.iter(), false, diagnostics);
    }
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
        let message = message!("`{name}` is not an .hcl file", name);
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
    let message = "the schema is empty";
    let help = "define at least one table: an empty schema asks Atlas to drop everything";
    diagnostics.report(check::invalid(path.span, message, help));
}

fn read(path: &Text, context: &Context<'_>, diagnostics: &mut Diagnostics) -> Option<Excerpt> {
    let file = found(path, false, context, diagnostics).into_iter().next()?;
    let is_readable = context.sources.get(file).is_readable();
    is_readable.then(|| excerpt(file, context.sources))
}

fn excerpt(file: FileId, sources: &Sources) -> Excerpt {
    Excerpt::of_file(file, sources.get(file).text())
}

fn found(
    path: &Text,
    is_sql: bool,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<FileId> {
    let (primary, written) = (path.span, path.value.as_str());
    if leads_out(written) {
        diagnostics.report(PathOutside { primary, path: written });
        return Vec::new();
    }
    if context.files.is_cut {
        return Vec::new();
    }
    let files = context.files.files.get(normal(written)).cloned().unwrap_or_default();
    if files.is_empty() {
        if diagnostics.are_few() && report_folder(path, is_sql, context.sources, diagnostics) {
            return files;
        }
        let help = match diagnostics.are_few() {
            true => not_found_help(path, context.sources),
            false => FROM_HERE.into(),
        };
        diagnostics.report(FileNotFound { primary, path: written, help });
    }
    files
}

/// Reports a path to a folder where a file is meant, with what is in it; whether it is one.
fn report_folder(
    path: &Text,
    is_sql: bool,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> bool {
    let folder = folder(&path.value);
    if folder.is_empty() || is_glob(folder) {
        return false;
    }
    let prefix = format!("{folder}/");
    let Some((first, _)) = sources.below(&prefix).next() else { return false };
    let message = message!("`{path}` is a folder", path = path.value.escape_debug());
    let is_script = |(path, _): (&str, FileId)| {
        path.ends_with(".sql") && !path.get(prefix.len()..).unwrap_or_default().contains('/')
    };
    let help = match other_tools::without_sql(folder, sources) {
        _ if !is_sql => message!("name a file in it, for example `{first}`", first),
        _ if sources.below(&prefix).take(other_tools::MAX_LISTED).any(is_script) => {
            message!("name its files: `{glob}`", glob = format!("{folder}/*.sql"))
        }
        Some((what, help)) => message!("it contains {what}; {help}", what, help),
        None => message!("name a file in it, for example `{first}`", first),
    };
    diagnostics.report(check::invalid(path.span, message, help));
    true
}

fn not_found_help(path: &Text, sources: &Sources) -> Message {
    let written = normal(&path.value);
    let beside = sources.get(path.span.file).path.rsplit_once('/').map(|(folder, _)| folder);
    let mut guess = GUESS;
    if let Some(folder) = beside
        && let relative = format!("{folder}/{written}")
        && matches(&relative, sources, &mut guess).is_some_and(|found| !found.is_empty())
    {
        return message!(
            "paths are relative to the application's directory: write `{relative}`",
            relative
        );
    }
    let known = sources.files().map(|(_, source)| source.path.as_str());
    match nearest(written, known) {
        Some(name) => message!("did you mean `{name}`?", name),
        None => FROM_HERE.into(),
    }
}

const FROM_HERE: &str = "paths are relative to the application's directory";

/// `configFiles` with what they hold.
pub(crate) fn config_files(
    files: Vec<spec::ConfigFile>,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<ConfigFile> {
    let (mut size, mut is_too_large) = (0, false);
    let one = |(mount_path, content): spec::ConfigFile| {
        check::mount_path(&mount_path, diagnostics);
        let text = match content {
            Content::Text(text) => text.value,
            Content::File(path) => read(&path, context, diagnostics)?.text.into(),
        };
        size += text.len();
        if size > CONFIG_MAP_LIMIT && !is_too_large {
            is_too_large = true;
            let (primary, limit) = (mount_path.span, CONFIG_MAP_LIMIT);
            let what = "the text of `configFiles` up to this one".into();
            diagnostics.report(TooLarge { primary, what, size, limit });
        }
        Some(ConfigFile { mount_path: mount_path.value, text })
    };
    files.into_iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_glob, leads_out, n_alternatives, normal};

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
    }

    #[test]
    fn alternatives_are_counted() {
        for (pattern, expected) in [
            ("a", 1),
            ("a,b}", 1),
            ("{a,b}", 2),
            ("{a,b}/{c,d,e}", 6),
            ("x{a,{b,c}d,{e,f}{g,h}}y", 7),
            ("[{,][!],]{a[,}]b,c}", 2),
            ("{a,b", 2),
            ("{{{a,b", 2),
        ] {
            assert_eq!(n_alternatives(pattern), expected, "{pattern}");
        }
        assert_eq!(n_alternatives(&"{a,b}".repeat(100)), usize::MAX);
    }
}
