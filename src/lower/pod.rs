//! What the pods of Apps and Databases have in common: config files and mounts.

use smol_str::SmolStr;

use crate::lower::labels::{self, Component};
use crate::lower::{INLINE_LIMIT, hash, outline};
use crate::model::{Common, ConfigFile};
use crate::unique_names::UniqueNames;
use crate::value::{Map, Value};

/// Config files as a ConfigMap, a volume of it, and a mount for each file.
pub(super) struct ConfigVolume {
    pub(super) manifest: Map,
    pub(super) volume: Map,
    pub(super) mounts: Vec<Map>,
}

/// The ConfigMap of a spec's config files; its name carries a hash of what it holds.
pub(super) fn config_volume(
    common: &Common,
    component: Component,
    files: &[ConfigFile],
    options: &[&str],
) -> Option<ConfigVolume> {
    if files.is_empty() {
        return None;
    }
    let keys = keys(files);
    let texts = || keys.iter().map(String::as_str).zip(files.iter().map(|file| &*file.text));
    let name = format!("{}-config-{}", common.name, hash::suffix(texts()));
    let size: usize = files.iter().map(|file| file.text.len()).sum();
    // Client-side apply keeps a second copy of the object in an annotation of at most 256 KiB.
    let large = (size > INLINE_LIMIT).then_some("ServerSideApply=true");
    let options: Vec<&str> = options.iter().copied().chain(large).collect();
    let metadata = labels::metadata(common, component, &name, &options);
    let data = Map::of_texts(texts());
    let manifest = outline("v1", "ConfigMap", metadata).with("data", data);
    let volume =
        Map::new().with("name", "config").with("configMap", Map::new().with("name", name.as_str()));
    let mount = |(key, file): (&String, &ConfigFile)| {
        Map::new()
            .with("name", "config")
            .with("mountPath", file.mount_path.as_str())
            .with("subPath", key.as_str())
            .with("readOnly", true)
    };
    let mounts = keys.iter().zip(files).map(mount).collect();
    Some(ConfigVolume { manifest, volume, mounts })
}

/// A key for each file: its name, numbered where two are alike.
fn keys(files: &[ConfigFile]) -> Vec<String> {
    let mut keys = UniqueNames::default();
    let key = |file: &ConfigFile| {
        let name = file.mount_path.rsplit('/').next().unwrap_or_default();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let clean: String = name.chars().map(|c| if fits(c) { c } else { '_' }).collect();
        keys.give(if clean.is_empty() { "file" } else { &clean }, '-')
    };
    files.iter().map(key).collect()
}

/// A list, if there is anything in it.
pub(super) fn some_list(items: Vec<impl Into<Value>>) -> Option<Value> {
    (!items.is_empty()).then(|| Value::from(items))
}

/// A map, if there is anything in it.
pub(super) fn some_map(pairs: &[(SmolStr, SmolStr)]) -> Option<Map> {
    let map = Map::of_texts(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    (!map.is_empty()).then_some(map)
}

/// `secretKeyRef`, as an environment variable takes it.
pub(super) fn secret_key_ref(name: &str, key: &str) -> Map {
    let reference = Map::new().with("name", name).with("key", key);
    Map::new().with("secretKeyRef", reference)
}

#[cfg(test)]
mod tests {
    use super::keys;
    use crate::model::ConfigFile;

    #[test]
    fn every_file_has_a_key_of_its_own_that_kubernetes_takes() {
        let paths = ["/a/x.yaml", "/b/x.yaml", "/c/x.yaml-2", "/d/x.yaml", "/e/", "/f/ä b"];
        let file = |path: &&str| ConfigFile { mount_path: (*path).into(), text: "".into() };
        let files: Vec<ConfigFile> = paths.iter().map(file).collect();
        let expected = ["x.yaml", "x.yaml-2", "x.yaml-2-2", "x.yaml-3", "file", "__b"];
        assert_eq!(keys(&files), expected);
    }
}
