//! What holds for any text that is read as YAML.

use argocd_atlas_plugin::diag::Diagnostics;
use argocd_atlas_plugin::emit;
use argocd_atlas_plugin::parse::yaml::{self, Budget};
use argocd_atlas_plugin::source::{FileId, Sources, Span};
use argocd_atlas_plugin::syntax::node::Node;
use argocd_atlas_plugin::value::Value;

/// Every place lies in the text, and what is read without a complaint comes back as the same value
/// after it was printed.
pub(crate) fn check(text: &str) {
    let mut sources = Sources::default();
    let file = sources.add("app.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let nodes = yaml::documents(file, text, &mut Budget::default(), &mut diagnostics);
    nodes.iter().for_each(|node| check_node(node, file, &sources));
    for diagnostic in diagnostics.sorted() {
        inside(diagnostic.primary, file, &sources);
        diagnostic.labels.iter().for_each(|label| inside(label.span, file, &sources));
    }
    if !diagnostics.is_empty() {
        return;
    }
    for value in nodes.iter().map(Value::from) {
        let mut printed = Vec::new();
        emit::yaml::document(&value, &mut printed).unwrap();
        let printed = String::from_utf8(printed).unwrap();
        assert_eq!(super::read(&printed), [value], "{text:?}:\n{printed}");
    }
}

fn inside(span: Span, file: FileId, sources: &Sources) {
    assert_eq!(span.file, file);
    super::inside(span, sources);
}

fn check_node(node: &Node, file: FileId, sources: &Sources) {
    inside(node.span, file, sources);
    for entry in node.entries().unwrap_or_default() {
        inside(entry.key.span, file, sources);
        check_node(&entry.value, file, sources);
    }
    node.items().unwrap_or_default().iter().for_each(|item| check_node(item, file, sources));
    if let (Some(excerpt), Some(scalar)) = (node.excerpt(), node.scalar()) {
        for (at, character) in scalar.text.char_indices() {
            inside(excerpt.locate(at..at + character.len_utf8()), file, sources);
        }
    }
}
