//! What lies in directories beside manifests: charts, Kustomize's files, templates, Jsonnet, and
//! files of other programs. Each is named once, with what to do about it, instead of being read as
//! what it is not.

use std::collections::BTreeSet;

use crate::diag::problems::spec::{NeedsRendering, NotAManifest, NotEvaluated};
use crate::diag::problems::yaml::TEMPLATE_HELP;
use crate::diag::{Code, Diagnostic, Diagnostics, Message, message};
use crate::parse::yaml::{self, Budget};
use crate::source::{FileId, STANDARD_INPUT, Source, Sources, Span, is_manifest_name};
use crate::syntax::node::Node;

/// A program that makes manifests out of a folder.
struct Tool {
    /// The files that give it away.
    files: &'static [&'static str],
    message: fn(&str) -> Message,
    recipe: fn(&str) -> Message,
}

const TOOLS: [Tool; 2] = [
    Tool {
        files: &["Chart.yaml"],
        message: |path| {
            message!("`{path}` belongs to a Helm chart, which must be rendered first", path)
        },
        recipe: |folder| message!("helm template NAME {folder} | generate -", folder),
    },
    Tool {
        files: &["kustomization.yaml", "kustomization.yml", "Kustomization"],
        message: |path| {
            message!("`{path}` belongs to Kustomize, which must build its folder first", path)
        },
        recipe: |folder| message!("kustomize build {folder} | generate -", folder),
    },
];

/// The folders that are other programs' input, each with `/` at its end; none for the top.
#[derive(Default)]
pub(super) struct Foreign {
    folders: BTreeSet<String>,
}

impl Foreign {
    /// Finds them, and reports each topmost one.
    pub(super) fn find(sources: &Sources, diagnostics: &mut Diagnostics) -> Foreign {
        let mut foreign = Foreign::default();
        // Standard input is what such a program made, maybe of the very folder it runs in.
        if sources.find(STANDARD_INPUT).is_some() {
            return foreign;
        }
        let mut found: Vec<(usize, &str, &Tool, FileId)> = Vec::new();
        for (file, source) in sources.files() {
            let (folder, name) = split(&source.path);
            let tool = TOOLS.iter().find(|tool| tool.files.contains(&name));
            found.extend(tool.map(|tool| (folder.len(), folder, tool, file)));
        }
        // Outer folders first: what is in them is theirs.
        found.sort_by_key(|&(length, folder, _, file)| (length, folder, file));
        for (_, folder, tool, file) in found {
            if foreign.has(folder) {
                continue;
            }
            foreign.folders.insert(folder.to_owned());
            let path = &sources.get(file).path;
            let shown = if folder.is_empty() { "." } else { folder.trim_end_matches('/') };
            diagnostics.report(NeedsRendering {
                primary: Span::new(file, 0..0),
                message: (tool.message)(path),
                recipe: (tool.recipe)(shown),
            });
        }
        for (file, source) in sources.files() {
            if source.path.ends_with(".jsonnet") && !foreign.has(&source.path) {
                let (primary, path) = (Span::new(file, 0..0), source.path.as_str());
                diagnostics.report(NotEvaluated { primary, path });
            }
        }
        foreign
    }

    /// Whether a path is below one of them.
    pub(super) fn has(&self, path: &str) -> bool {
        // Asked about every file, and there may be as many folders: so by name, from the top down.
        let inner = path.match_indices('/').filter_map(|(at, _)| path.get(..=at));
        std::iter::once("").chain(inner).any(|folder| self.folders.contains(folder))
    }
}

/// The folder with its `/`, and the name.
fn split(path: &str) -> (&str, &str) {
    let at = path.rfind('/').map_or(0, |at| at + 1);
    path.split_at_checked(at).unwrap_or(("", path))
}

/// The documents of a file. One that is plainly no manifest, or a template, is one diagnostic.
pub(super) fn documents(
    file: FileId,
    source: &Source,
    budget: &mut Budget,
    diagnostics: &mut Diagnostics,
) -> Vec<Node> {
    let mut own = Diagnostics::default();
    let nodes = yaml::documents(file, source.text(), budget, &mut own);
    let path = source.path.as_str();
    if !own.has_errors() {
        diagnostics.append(own);
        if nodes.len() > 1 && nodes.iter().all(is_something_else) {
            let primary = nodes.first().map_or(Span::new(file, 0..0), first_key);
            diagnostics.report(NotAManifest { primary, path });
            return Vec::new();
        }
        return nodes;
    }
    let is_limit = own.sorted().iter().any(|found| found.code == Code::LimitExceeded);
    if let Some(first) = first_of_template(&own, source).filter(|_| !is_limit) {
        diagnostics.report(first);
        return Vec::new();
    }
    if !is_limit && is_other_program(&own, source) {
        diagnostics.report(NotAManifest { primary: Span::new(file, 0..0), path });
        return Vec::new();
    }
    diagnostics.append(own);
    nodes
}

/// The first problem that stands on a line with `{{`: all others follow from the template too.
fn first_of_template(own: &Diagnostics, source: &Source) -> Option<Diagnostic> {
    let is_templated = |found: &&&Diagnostic| {
        let line = source.position(found.primary.start as usize).line;
        source.text().get(source.lines(line, line)).is_some_and(|line| line.contains("{{"))
    };
    let sorted = own.sorted();
    let first = (*sorted.iter().find(is_templated)?).clone();
    let has_help = first.help.iter().any(|help| help == TEMPLATE_HELP);
    Some(if has_help { first } else { first.help(TEMPLATE_HELP) })
}

/// Whether a file that cannot be read belongs to another program: it says nowhere what kind of
/// object it is, and is JSON with comments, or YAML that is right but for tags of its own.
fn is_other_program(own: &Diagnostics, source: &Source) -> bool {
    let says_kind = ["apiVersion", "kind"].iter().any(|word| source.text().contains(word));
    let sorted = own.sorted();
    let only_tags = sorted.iter().all(|found| found.code == Code::UnsupportedTag);
    !says_kind && (source.path.ends_with(".json") || only_tags) && is_manifest_name(&source.path)
}

fn is_something_else(node: &Node) -> bool {
    ["apiVersion", "kind", "metadata", "spec"].iter().all(|key| node.get(key).is_none())
}

/// The place of a document's first key, which stands for it.
pub(super) fn first_key(node: &Node) -> Span {
    let entries = node.entries().unwrap_or_default();
    entries.first().map_or(node.span, |entry| entry.key.span)
}
