//! Plain `AtlasSchema` and `AtlasMigration` objects: the same questions as to a `Schema`. Do they have
//! the fields that they name (`fields`), is the ConfigMap there that holds their SQL, and does the
//! operator's status change with it.
//!
//! A ConfigMap whose content alone changes leaves the generation of the custom resource as it is, so
//! that Argo CD sees the old Healthy (FACTS 2): inline text, or another name or key, does not.
//! What an object means comes out as a [`PlainSchema`], whose SQL `inspect` reads.

mod fields;

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::atlas_sum;
use crate::diag::problems::config_map::{
    ConfigMapElsewhere, ConfigMapFixedName, ConfigMapKey, ConfigMapSuffix,
};
use crate::diag::problems::spec::{ConflictingFields, did_you_mean};
use crate::diag::{Diagnostics, message};
use crate::engine;
use crate::model::{Desired, Manifest, MigrationDir, Migrations, PlainSchema};
use crate::resolve::migrations::{self, File, Place};
use crate::source::{Excerpt, Span, Spanned};
use crate::syntax::node::{Entry, Meaning, Node};

const GROUP: &str = "db.atlasgo.io/";
const KINDS: [&str; 2] = ["AtlasSchema", "AtlasMigration"];
/// The most ConfigMaps that are looked at to find one with Kustomize's suffix, and the most keys to
/// find the one that was meant.
const MAX_ALIKE: usize = 20;

/// The plain objects of the operator, in the order of the manifests.
pub(super) fn objects(
    manifests: &[Manifest],
    namespace: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Vec<PlainSchema> {
    let is_of_operator = |manifest: &&Manifest| {
        let written = &manifest.written;
        written.api_version.value.starts_with(GROUP) && KINDS.contains(&&*written.kind.value)
    };
    let objects: Vec<&Manifest> = manifests.iter().filter(is_of_operator).collect();
    if objects.is_empty() {
        return Vec::new();
    }
    let mut reader = Reader {
        config_maps: ConfigMaps::of(manifests, namespace),
        keys: BTreeMap::new(),
        read: BTreeSet::new(),
        diagnostics,
    };
    objects.into_iter().filter_map(|manifest| reader.object(manifest)).collect()
}

/// The ConfigMaps of the project, by namespace and name.
struct ConfigMaps<'a> {
    by_name: BTreeMap<(Option<&'a str>, &'a str), &'a Manifest>,
    /// The namespace of what names none.
    namespace: Option<&'a str>,
}

impl<'a> ConfigMaps<'a> {
    fn of(manifests: &'a [Manifest], namespace: Option<&'a str>) -> ConfigMaps<'a> {
        let mut found = ConfigMaps { by_name: BTreeMap::new(), namespace };
        for manifest in manifests {
            let written = &manifest.written;
            if written.api_version.value == "v1" && written.kind.value == "ConfigMap" {
                let key = (found.namespace_of(manifest), written.name.value.as_str());
                found.by_name.entry(key).or_insert(manifest);
            }
        }
        found
    }

    fn namespace_of(&self, manifest: &'a Manifest) -> Option<&'a str> {
        let own = manifest.written.namespace.as_ref().map(|text| text.value.as_str());
        own.or(self.namespace)
    }

    /// The namespaces in which a ConfigMap may be that an object names: without a namespace of its own, it may
    /// turn out to be in that one.
    fn namespaces(&self, of: &'a Manifest) -> impl Iterator<Item = Option<&'a str>> + use<'a> {
        let own = self.namespace_of(of);
        std::iter::once(own).chain(own.and(Some(None)))
    }

    fn find(&self, name: &str, of: &'a Manifest) -> Option<&'a Manifest> {
        self.namespaces(of).find_map(|namespace| self.by_name.get(&(namespace, name)).copied())
    }

    /// One that has the name with a hash after it, as Kustomize's generators call them.
    fn with_suffix(&self, name: &str, of: &'a Manifest) -> Option<&'a Manifest> {
        let prefix = format!("{name}-");
        self.namespaces(of).find_map(|namespace| {
            let from = self.by_name.range((namespace, prefix.as_str())..).take(MAX_ALIKE);
            let mut alike = from.take_while(|((_, its), _)| its.starts_with(&prefix));
            let found =
                alike.find(|((_, its), _)| its.get(prefix.len()..).is_some_and(is_kustomize_hash));
            found.map(|(_, manifest)| *manifest)
        })
    }
}

/// Ten characters of those in which Kustomize writes a hash (`api/hasher`, `encode`).
fn is_kustomize_hash(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| b"bcdfghkmt2456789".contains(&byte))
}

/// Whether a name, or a key without its extension, ends like one that is made for each content: with
/// a hash, or with a version that somebody counts up.
fn changes_with_content(name: &str) -> bool {
    let last = name.rsplit(['-', '.', '_']).next().unwrap_or_default();
    let is_hex = last.len() >= 6
        && last.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && last.bytes().any(|byte| byte.is_ascii_digit());
    let number = last.strip_prefix('v').unwrap_or(last);
    let is_version = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_hex || is_version || is_kustomize_hash(last)
}

struct Reader<'a, 'd> {
    config_maps: ConfigMaps<'a>,
    /// The keys of ConfigMaps that were looked into, by the place of the name of each.
    keys: BTreeMap<Span, Keys<'a>>,
    /// What has been read, by its place and the engine: several objects may name one ConfigMap, which
    /// is as right or wrong for each, and is copied once.
    read: BTreeSet<(Span, &'static str)>,
    diagnostics: &'d mut Diagnostics,
}

/// The keys of one ConfigMap.
struct Keys<'a> {
    data: BTreeMap<&'a str, &'a Node>,
    binary: BTreeSet<&'a str>,
}

impl<'a> Reader<'a, '_> {
    fn object(&mut self, manifest: &'a Manifest) -> Option<PlainSchema> {
        let written = &manifest.written;
        let kind = KINDS.into_iter().find(|kind| *kind == written.kind.value)?;
        let spec = written.node.get("spec")?;
        fields::check(kind, spec, self.diagnostics);
        let named = spec.get("url").or_else(|| spec.at(&["credentials", "scheme"]));
        let text = named.and_then(Node::str).unwrap_or_default();
        let scheme = text.split_once("://").map_or(text, |(scheme, _)| scheme);
        let dev_url = spec.get("devURL").and_then(Node::str).unwrap_or_default();
        let engine = if scheme.is_empty() { engine_of_dev_url(dev_url) } else { scheme };
        let known = engine::find(engine).map_or("", |engine| engine.name);
        let desired = match kind {
            "AtlasSchema" => {
                spec.get("schema").and_then(|schema| self.schema(manifest, schema, known))
            }
            _ => spec.get("dir").and_then(|dir| self.migrations(manifest, spec, dir, known)),
        };
        Some(PlainSchema {
            kind,
            engine: engine.into(),
            engine_span: named.map_or(written.name.span, |node| node.span),
            is_engine_named: !scheme.is_empty(),
            has_token: spec.at(&["cloud", "tokenFrom"]).is_some_and(|token| !token.is_null()),
            desired,
        })
    }

    /// `spec.schema`: a ConfigMap comes first (`Schema.DesiredState` in the operator).
    fn schema(
        &mut self,
        manifest: &'a Manifest,
        schema: &'a Node,
        engine: &'static str,
    ) -> Option<Desired> {
        let Some(reference) = schema.get("configMapKeyRef").filter(|node| !node.is_null()) else {
            let sql = schema.get("sql").and_then(Node::excerpt);
            return Some(Desired::Sql(vec![sql.filter(|sql| !sql.text.is_empty())?]));
        };
        let key = reference.get("key")?;
        let key_text = key.str()?;
        let end = key_text.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
        if !matches!(end.as_deref(), Some("sql" | "hcl")) {
            let message = message!(
                "the key `{key_text}` ends neither in `.sql` nor in `.hcl`, which the operator needs",
                key_text
            );
            let help = "rename the key in the ConfigMap and here, for example to `schema.sql`";
            let primary = key.span;
            self.diagnostics.report(ConfigMapKey {
                primary,
                message,
                help: help.into(),
                config_map: None,
            });
            return None;
        }
        let config_map = self.config_map(manifest, reference.get("name")?, Some(key_text))?;
        let keys = self.keys_of(config_map);
        let Some(text) = keys.data.get(key_text).copied() else {
            self.missing_key(config_map, key);
            return None;
        };
        if end.as_deref() != Some("sql") || !self.read.insert((text.span, engine)) {
            return None;
        }
        Some(Desired::Sql(vec![text.excerpt()?]))
    }

    fn keys_of(&mut self, config_map: &'a Manifest) -> &Keys<'a> {
        self.keys.entry(config_map.written.name.span).or_insert_with(|| {
            let data = entries(config_map, "data").iter();
            let binary = entries(config_map, "binaryData").iter();
            Keys {
                data: data.map(|entry| (entry.key.value.as_str(), &entry.value)).collect(),
                binary: binary.map(|entry| entry.key.value.as_str()).collect(),
            }
        })
    }

    fn missing_key(&mut self, config_map: &'a Manifest, key: &Node) {
        let (text, name) = (key.str().unwrap_or_default(), &config_map.written.name);
        let keys = self.keys_of(config_map);
        let (message, help) = match keys.binary.contains(text) {
            true => (
                message!(
                    "the ConfigMap `{name}` has the key `{text}` in `binaryData`, where the operator does not look",
                    name = name.value,
                    text
                ),
                "put it into `data`".into(),
            ),
            false => (
                message!("the ConfigMap `{name}` has no key `{text}`", name = name.value, text),
                did_you_mean(text, keys.data.keys().copied().take(MAX_ALIKE)),
            ),
        };
        let config_map = Some(name.span);
        self.diagnostics.report(ConfigMapKey { primary: key.span, message, help, config_map });
    }

    /// The ConfigMap that an object names, if the project has it. `key` is the key in it that is
    /// named, if one is.
    fn config_map(
        &mut self,
        manifest: &'a Manifest,
        name: &'a Node,
        key: Option<&str>,
    ) -> Option<&'a Manifest> {
        let (text, kind) = (name.str()?, manifest.written.kind.value.as_str());
        let Some(found) = self.config_maps.find(text, manifest) else {
            match self.config_maps.with_suffix(text, manifest) {
                Some(other) => {
                    let (primary, other) = (name.span, &other.written.name);
                    let path = match key {
                        Some(_) => "spec/schema/configMapKeyRef/name",
                        None => "spec/dir/configMapRef/name",
                    };
                    self.diagnostics.report(ConfigMapSuffix {
                        primary,
                        name: text,
                        kind,
                        path,
                        other: other.span,
                        other_name: &other.value,
                    });
                }
                None => {
                    self.diagnostics.report(ConfigMapElsewhere {
                        primary: name.span,
                        name: text,
                        kind,
                    });
                }
            }
            return None;
        };
        let stem = |key: &str| key.rsplit_once('.').map_or(key.len(), |(stem, _)| stem.len());
        let changes = changes_with_content(text)
            || key.is_some_and(|key| changes_with_content(key.get(..stem(key)).unwrap_or(key)));
        // A hook is made anew by every sync, which wakes the operator.
        if !changes && found.hook.is_none() && !is_immutable(found) {
            self.diagnostics.report(ConfigMapFixedName {
                primary: name.span,
                name: text,
                kind,
                config_map: found.written.name.span,
            });
        }
        Some(found)
    }

    /// `spec.dir`.
    fn migrations(
        &mut self,
        manifest: &'a Manifest,
        spec: &'a Node,
        dir: &'a Node,
        engine: &'static str,
    ) -> Option<Desired> {
        let local = dir.get("local").filter(|node| !node.is_null());
        let reference = dir.get("configMapRef").filter(|node| !node.is_null());
        let entry = |name: &str| {
            let entries = dir.entries().unwrap_or_default();
            entries.iter().find(|entry| entry.key.value == name).map(|entry| entry.key.span)
        };
        if let (Some(_), Some(_), Some(primary), Some(other_span)) =
            (local, reference, entry("configMapRef"), entry("local"))
        {
            let why = "the operator refuses an AtlasMigration with both";
            let (name, other) = ("configMapRef", "local");
            self.diagnostics.report(ConflictingFields { primary, name, other_span, other, why });
            return None;
        }
        let (named, all) = match (local, reference) {
            (Some(local), _) => {
                let span = entry("local").unwrap_or(local.span);
                (Spanned::new(SmolStr::new_static("dir.local"), span), local.entries()?)
            }
            (None, Some(reference)) => {
                let name = reference.get("name")?;
                let found = self.config_map(manifest, name, None)?;
                if !self.read.insert((found.written.name.span, engine)) {
                    return None;
                }
                (Spanned::new(name.str()?.into(), name.span), entries(found, "data"))
            }
            (None, None) => return None,
        };
        let mut files = Vec::new();
        let mut sum = None;
        for entry in all {
            let Some(text) = entry.value.excerpt() else { continue };
            if entry.key.value == atlas_sum::FILE_NAME {
                sum = Some(text);
            } else if entry.key.value.ends_with(".sql") {
                files.push(File { name: entry.key.value.clone(), span: entry.key.span, text });
            }
        }
        files.sort_by(|one, other| one.name.cmp(&other.name));
        let has_config = spec.get("config").or_else(|| spec.get("configFrom")).is_some();
        if !self.check_files(&named, &files, sum.as_ref(), has_config) {
            return None;
        }
        let text = |name: &str| spec.get(name).and_then(Node::str).map(SmolStr::from);
        Some(Desired::Migrations(Migrations {
            directory: MigrationDir::Local {
                files: files.into_iter().map(|file| (file.name, file.text)).collect(),
                sum: sum.map(|sum| sum.text).unwrap_or_default().into(),
            },
            baseline: text("baseline"),
            exec_order: text("execOrder"),
            revisions_schema: text("revisionsSchema"),
            migrate_down: None,
        }))
    }

    /// Whether the files are what Atlas runs.
    fn check_files(
        &mut self,
        named: &Spanned<SmolStr>,
        files: &[File],
        sum: Option<&Excerpt>,
        has_config: bool,
    ) -> bool {
        let place = Place { named, directory: None, has_config };
        let Some(first) = files.first() else { return true };
        match self.read.insert((first.span, "files")) {
            true => migrations::check_directory(&place, files, sum, self.diagnostics),
            // Said already. It is read again for another engine.
            false => true,
        }
    }
}

/// `postgres` of `docker://postgres/16/dev`, and of `postgres://dev:5432/dev`.
fn engine_of_dev_url(url: &str) -> &str {
    let Some((scheme, rest)) = url.split_once("://") else { return "" };
    match scheme {
        "docker" => rest.split(['/', '?']).next().unwrap_or_default(),
        _ => scheme.strip_prefix("docker+").unwrap_or(scheme),
    }
}

fn entries<'a>(config_map: &'a Manifest, field: &str) -> &'a [Entry] {
    config_map.written.node.get(field).and_then(Node::entries).unwrap_or_default()
}

/// Another content needs another name.
fn is_immutable(config_map: &Manifest) -> bool {
    let value = config_map.written.node.get("immutable").and_then(Node::scalar);
    value.is_some_and(|value| value.meaning == Meaning::Bool(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_for_each_content_is_told_by_its_end() {
        for name in ["shop-5g2tbh9k4m", "shop-3f9a2b77c1", "shop-v2", "shop-20260301", "a.b-0d1e2f"]
        {
            assert!(changes_with_content(name), "{name}");
        }
        for name in ["shop", "shop-schema", "shop-facade", "shop-migrations", "v", "db-decade"] {
            assert!(!changes_with_content(name), "{name}");
        }
    }
}
