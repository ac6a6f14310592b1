//! What the objects of Kubernetes look like: a table of one pinned release, generated from its own
//! API server's description (`tests/conformance/cmd/kubernetes-shapes`).

#[rustfmt::skip]
mod generated;

pub(crate) use generated::*;

use crate::spec::FieldType;

/// An object, or a part of one.
#[derive(Debug)]
pub struct Type {
    /// `core/v1 Container`.
    pub name: &'static str,
    /// Its fields, by name.
    pub fields: &'static [Field],
}

/// A field of a [`Type`].
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub shape: FieldType,
    /// Whether the API server refuses an object without it.
    pub is_required: bool,
    /// The field by which a strategic-merge patch tells the items of a list apart (`patchMergeKey`);
    /// without one the patch's list takes the place of the whole.
    pub merge_key: Option<&'static str>,
}

/// A kind of object.
#[derive(Debug)]
struct Kind {
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    /// What it looks like: an object of a [`Type`].
    of: FieldType,
}

pub(crate) const fn may(name: &'static str, shape: FieldType) -> Field {
    Field { name, shape, is_required: false, merge_key: None }
}

pub(crate) const fn must(name: &'static str, shape: FieldType) -> Field {
    Field { name, shape, is_required: true, merge_key: None }
}

const fn key(
    name: &'static str,
    shape: FieldType,
    merge_key: &'static str,
    is_required: bool,
) -> Field {
    Field { name, shape, is_required, merge_key: Some(merge_key) }
}

/// What an object of a kind looks like; nothing for what Kubernetes itself does not have, or has in
/// an alpha or beta version.
pub(crate) fn find(api_version: &str, kind: &str) -> Option<&'static FieldType> {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let is_it = |it: &&Kind| it.kind == kind && it.group == group && it.version == version;
    KINDS.iter().find(is_it).map(|it| &it.of)
}

impl Type {
    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
