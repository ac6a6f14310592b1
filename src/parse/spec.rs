//! Reads what the three kinds of spec share, and the parts that more than one of them has.

use crate::diag::Diagnostics;
use crate::diag::problems::spec::WrongType;
use crate::parse::fields::{Fields, text};
use crate::syntax::node::{Data, Entry, Node};
use crate::syntax::{ConfigFile, Content, Patch, SecretKey, Spec, Text, TextMap};

/// Reads one spec; `fields` reads the fields of its kind.
pub(crate) fn spec<T>(
    node: &Node,
    kind: &'static str,
    diagnostics: &mut Diagnostics,
    read: impl FnOnce(&mut Fields<'_, '_>) -> Option<T>,
) -> Option<Spec<T>> {
    let mut document = Fields::of(node, kind, diagnostics)?;
    document.node("apiVersion");
    document.node("kind");
    let metadata = document.nested("metadata", |mut metadata| {
        let name = metadata.required_text("name");
        let namespace = metadata.text("namespace");
        let labels = metadata.text_map("labels");
        let annotations = metadata.text_map("annotations");
        metadata.finish();
        Some((name?, namespace, labels, annotations))
    });
    document.require("metadata", metadata.as_ref());
    let body = document.nested("spec", |mut fields| {
        let shared = shared(&mut fields);
        let own = read(&mut fields);
        fields.finish();
        Some((shared, own?))
    });
    document.require("spec", body.as_ref());
    document.finish();
    let (name, namespace, labels, annotations): (Text, Option<Text>, TextMap, TextMap) = metadata?;
    let (Shared { depends_on, wave, patches }, fields) = body?;
    Some(Spec { name, namespace, labels, annotations, depends_on, wave, patches, fields })
}

struct Shared {
    depends_on: Option<Vec<Text>>,
    wave: Option<crate::source::Spanned<i64>>,
    patches: Vec<Patch>,
}

fn shared(spec: &mut Fields<'_, '_>) -> Shared {
    let items = spec.list("patches").unwrap_or_default();
    let patches = items
        .iter()
        .filter_map(|item| patch(Fields::of(item, "patches", spec.diagnostics)?))
        .collect();
    Shared { depends_on: spec.texts("dependsOn"), wave: spec.integer("wave"), patches }
}

fn patch(mut fields: Fields<'_, '_>) -> Option<Patch> {
    let target = fields.nested("target", |mut target| {
        let both = (target.required_text("kind"), target.text("name"));
        target.finish();
        Some((both.0?, both.1))
    });
    let target = fields.require("target", target);
    let patch = fields.node("patch");
    let patch = fields.require("patch", patch);
    let span = fields.span();
    if let Some(node) = patch.filter(|node| node.entries().is_none()) {
        fields.diagnostics.report(WrongType::new(node, "patch", "a mapping"));
    }
    fields.finish();
    let (kind, name) = target?;
    Some(Patch { span, kind, name, patch: patch?.clone() })
}

/// `configFiles`: a mount path for each text or file.
pub(crate) fn config_files(spec: &mut Fields<'_, '_>) -> Vec<ConfigFile> {
    let entries = spec.map("configFiles").unwrap_or_default();
    entries.iter().filter_map(|entry| config_file(entry, spec)).collect()
}

/// A text of several lines is the file itself, one of a single line is the path of one;
/// `{text: ...}` and `{file: ...}` say it outright.
fn config_file(entry: &Entry, spec: &mut Fields<'_, '_>) -> Option<ConfigFile> {
    let node = &entry.value;
    let content = match &node.data {
        Data::Mapping(_) => {
            let mut fields = Fields::of(node, "configFiles", spec.diagnostics)?;
            let (file, inline) = (fields.text("file"), fields.text("text"));
            fields.finish();
            match (file, inline) {
                (Some(file), None) => Content::File(file),
                (None, Some(inline)) => Content::Text(inline),
                (Some(_), Some(_)) | (None, None) => {
                    let expected = "a mapping with either `file` or `text`";
                    spec.diagnostics.report(WrongType::new(node, "configFiles", expected));
                    return None;
                }
            }
        }
        Data::Scalar(_) | Data::Sequence(_) => {
            let written = text(node, "configFiles", spec.diagnostics)?;
            match written.value.contains('\n') {
                true => Content::Text(written),
                false => Content::File(written),
            }
        }
    };
    Some(ConfigFile { mount_path: entry.key.clone(), content })
}

/// `{secretKeyRef: {name, key}}`, as in `urlFrom`.
pub(crate) fn secret_key_ref(mut fields: Fields<'_, '_>) -> Option<SecretKey> {
    let key = fields.nested("secretKeyRef", |mut reference| {
        let both = (reference.required_text("name"), reference.required_text("key"));
        reference.finish();
        Some(SecretKey { name: both.0?, key: both.1? })
    });
    let key = fields.require("secretKeyRef", key);
    fields.finish();
    key
}
