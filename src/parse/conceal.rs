//! Which places of a manifest no excerpt may show: what a Secret holds, wherever it stands.
//!
//! This is known, not guessed: the tree says where a Secret is, also as an item of a list or inside
//! another object (a Crossplane `Object`, the values of a chart). What only looks like a secret is
//! the matter of `diag::secrets`.

use std::ops::Range;

use crate::diag::Diagnostics;
use crate::diag::secrets::{holds_secrets, is_harmless, is_public_note};
use crate::source::{FileId, Source, Span};
use crate::syntax::node::{Data, Node};

/// Conceals the values of every Secret in a document. Iterative: the tree may be as deep as the
/// reader allows.
pub(super) fn secrets(document: &Node, diagnostics: &mut Diagnostics) {
    let mut stack = vec![document];
    while let Some(node) = stack.pop() {
        match &node.data {
            Data::Scalar(_) => {}
            Data::Sequence(items) => stack.extend(items),
            Data::Mapping(_) if is_secret(node) => secret(node, diagnostics),
            Data::Mapping(entries) => {
                if node.get("kind").and_then(Node::str).is_some_and(|kind| kind.ends_with("Secret"))
                {
                    templates(node, diagnostics);
                }
                for entry in entries {
                    match holds_secrets(&entry.key.value) {
                        true => scalars(&entry.value, diagnostics),
                        false => stack.push(&entry.value),
                    }
                }
            }
        }
    }
}

/// Conceals what the templates of Secrets hold in an object that makes some, but for what only says where a
/// value comes from.
fn templates(object: &Node, diagnostics: &mut Diagnostics) {
    let mut stack = vec![object];
    while let Some(node) = stack.pop() {
        for entry in node.entries().unwrap_or_default() {
            if entry.key.value != "template" {
                stack.push(&entry.value);
                continue;
            }
            let data = ["data", "stringData", "templateFrom"];
            for data in data.iter().filter_map(|key| entry.value.get(key)) {
                literals(data, diagnostics);
            }
            if let Some(metadata) = entry.value.get("metadata") {
                notes(metadata, diagnostics);
            }
        }
    }
}

/// Every scalar below that is no reference.
fn literals(node: &Node, diagnostics: &mut Diagnostics) {
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        match &node.data {
            Data::Scalar(_) => {
                if !node.str().is_some_and(is_harmless) {
                    diagnostics.conceal(node.span);
                }
            }
            Data::Sequence(items) => stack.extend(items),
            Data::Mapping(entries) => {
                let is_named = |key: &str| matches!(key, "name" | "key" | "target" | "templateAs");
                let others = entries.iter().filter(|entry| !is_named(&entry.key.value));
                stack.extend(others.map(|entry| &entry.value));
            }
        }
    }
}

fn is_secret(node: &Node) -> bool {
    let has = |key: &str| node.get(key).is_some();
    node.get("kind").and_then(Node::str) == Some("Secret")
        && (has("data") || has("stringData") || has("apiVersion"))
}

fn secret(node: &Node, diagnostics: &mut Diagnostics) {
    for entry in node.entries().unwrap_or_default() {
        match entry.key.value.as_str() {
            "apiVersion" | "kind" | "type" | "immutable" => {}
            "metadata" => notes(&entry.value, diagnostics),
            _ => scalars(&entry.value, diagnostics),
        }
    }
}

/// The labels and annotations of a Secret that no program writes.
fn notes(metadata: &Node, diagnostics: &mut Diagnostics) {
    for notes in ["labels", "annotations"].iter().filter_map(|key| metadata.get(key)) {
        for note in notes.entries().unwrap_or_default() {
            if !is_public_note(&note.key.value) {
                scalars(&note.value, diagnostics);
            }
        }
    }
}

/// Every scalar below, or the node itself.
fn scalars(node: &Node, diagnostics: &mut Diagnostics) {
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        match &node.data {
            Data::Scalar(_) => diagnostics.conceal(node.span),
            Data::Sequence(items) => stack.extend(items),
            Data::Mapping(entries) => stack.extend(entries.iter().map(|entry| &entry.value)),
        }
    }
}

/// Conceals the lines of a Secret that could not be read: what is wrong with it may stand in its data.
pub(super) fn unread(file: FileId, source: &Source, nodes: &[Node], diagnostics: &mut Diagnostics) {
    let text = source.text();
    let mut lines = text.split_inclusive('\n').peekable();
    let (mut at, mut next) = (0, nodes.iter().peekable());
    while lines.peek().is_some() {
        let start = at;
        let mut document = Vec::new();
        let (mut is_of_secret, mut makes_secrets) = (false, false);
        while let Some(line) = lines.next_if(|line| at == start || !line.starts_with("---")) {
            is_of_secret |= line.contains("Secret") && names_secret(line);
            makes_secrets |= line.contains("Secret") && line.contains("kind");
            document.push((at, line));
            at += line.len();
        }
        let is_before_end = |node: &&Node| (node.span.start as usize) < at;
        let mut is_read = false;
        while next.next_if(is_before_end).is_some() {
            is_read = true;
        }
        if makes_secrets && !is_of_secret && !is_read {
            for range in templates_in(&document) {
                diagnostics.conceal(Span::new(file, range));
            }
        }
        for (start, line) in document.into_iter().filter(|_| is_of_secret && !is_read) {
            let content = line.trim_end();
            let indent = content.len() - content.trim_start().len();
            if !is_heading(content.trim_start()) {
                diagnostics.conceal(Span::new(file, start + indent..start + content.len()));
            }
        }
    }
}

/// What stands below `template` in lines that could not be read, or after it in its line.
fn templates_in(lines: &[(usize, &str)]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut outer = None;
    for &(start, line) in lines {
        let content = line.trim_end();
        let indent = content.len() - content.trim_start_matches([' ', '-']).len();
        if outer.is_some_and(|outer| indent <= outer) && !content.is_empty() {
            outer = None;
        }
        if outer.is_some() {
            ranges.push(start + indent.min(content.len())..start + content.len());
        } else if let Some(at) = content.find("template") {
            let rest =
                content.get(at..).and_then(|rest| rest.find(':')).map(|colon| at + colon + 1);
            if let Some(rest) = rest {
                ranges.push(start + rest..start + content.len());
                outer = Some(indent);
            }
        }
    }
    ranges.retain(|range| !range.is_empty());
    ranges
}

/// `kind: Secret`, in YAML or JSON.
fn names_secret(line: &str) -> bool {
    let mut kinds = line.match_indices("kind");
    kinds.any(|(at, word)| {
        let value = line.get(at + word.len()..).unwrap_or_default();
        let value = value.trim_start_matches(['"', '\'', ' ', '\t', ':']);
        value.strip_prefix("Secret").is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

/// A line of a manifest that holds no value of a Secret.
fn is_heading(line: &str) -> bool {
    line.is_empty()
        || ["---", "data:", "stringData:", "metadata:"].contains(&line)
        || (["apiVersion: ", "kind: ", "type: "].iter().any(|key| line.starts_with(key))
            && !line.contains(['{', ',']))
}
