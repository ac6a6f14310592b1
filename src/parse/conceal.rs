//! Which places of a manifest no excerpt may show: what a Secret holds, wherever it stands.
//!
//! This is known, not guessed: the tree says where a Secret is, also as an item of a list or inside
//! another object (a Crossplane `Object`, the values of a chart). What only looks like a secret is
//! the matter of `diag::secrets`.

use crate::diag::Diagnostics;
use crate::diag::secrets::is_public_note;
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
            Data::Mapping(entries) => stack.extend(entries.iter().map(|entry| &entry.value)),
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
            "metadata" => {
                for notes in ["labels", "annotations"].iter().filter_map(|key| entry.value.get(key))
                {
                    for note in notes.entries().unwrap_or_default() {
                        if !is_public_note(&note.key.value) {
                            scalars(&note.value, diagnostics);
                        }
                    }
                }
            }
            _ => scalars(&entry.value, diagnostics),
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
