//! `generate application`: an Argo CD Application for a directory.

use std::io::{self, Write};

use crate::emit;
use crate::environment::Flags;
use crate::value::{Map, Value};

/// What the Application has to know.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// The repository's URL.
    pub repository: String,
    /// The directory within the repository.
    pub path: String,
    /// The branch, tag or commit.
    pub revision: String,
    /// The Argo CD project.
    pub project: String,
    /// The namespace that objects without one are put into.
    pub namespace: String,
    /// Flags that stand for parameters of the plugin.
    pub flags: Flags,
}

/// Prints the Application, with the sync options and the retry that the design needs:
///
/// - `selfHeal` and `prune`, since Git is what counts;
/// - a retry for what no health check can wait out, with the newest commit (`refresh`, Argo CD 3.2).
///
/// # Errors
/// When `out` cannot be written to.
pub fn print(application: &Application, out: &mut impl Write) -> io::Result<()> {
    let destination = Map::new()
        .with("server", "https://kubernetes.default.svc")
        .with("namespace", application.namespace.as_str());
    let parameters = parameters(&application.flags);
    let plugin = Map::new()
        .with("name", "argocd-atlas-plugin")
        .with_some("parameters", (!parameters.is_empty()).then_some(parameters));
    let source = Map::new()
        .with("repoURL", application.repository.as_str())
        .with("targetRevision", application.revision.as_str())
        .with("path", application.path.as_str())
        .with("plugin", plugin);
    let backoff = Map::new().with("duration", "5s").with("factor", 2).with("maxDuration", "3m0s");
    let retry = Map::new().with("limit", 5).with("refresh", true).with("backoff", backoff);
    let policy = Map::new()
        .with("automated", Map::new().with("prune", true).with("selfHeal", true))
        .with("retry", retry)
        .with("syncOptions", vec!["CreateNamespace=true"]);
    let spec = Map::new()
        .with("project", application.project.as_str())
        .with("destination", destination)
        .with("source", source)
        .with("syncPolicy", policy);
    let metadata = Map::new().with("name", application.name.as_str()).with("namespace", "argocd");
    let manifest = Map::new()
        .with("apiVersion", "argoproj.io/v1alpha1")
        .with("kind", "Application")
        .with("metadata", metadata)
        .with("spec", spec);
    emit::yaml::document(&Value::Map(manifest), out)
}

/// The flags as parameters of the plugin.
fn parameters(flags: &Flags) -> Vec<Map> {
    let string = flags
        .environment
        .as_deref()
        .map(|name| Map::new().with("name", "environment").with("string", name));
    let map = |(name, written): (&str, &Vec<String>)| {
        let pairs = written.iter().filter_map(|pair| pair.split_once('='));
        let pairs = pairs.fold(Map::new(), |all, (key, value)| all.with(key.to_owned(), value));
        (!pairs.is_empty()).then(|| Map::new().with("name", name).with("map", pairs))
    };
    let maps = [("images", &flags.images), ("replicas", &flags.replicas), ("set", &flags.set)];
    string.into_iter().chain(maps.into_iter().filter_map(map)).collect()
}
