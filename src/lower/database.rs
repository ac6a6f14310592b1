//! `Database` -> the server, its Service, and the Secret and ConfigMap that it needs.

use crate::lower::labels::{self, Component};
use crate::lower::pod::{config_volume, some_list};
use crate::lower::{outline, server};
use crate::model::{Cluster, Database, Hosting, Literal, Server};
use crate::value::Map;

const COMPONENT: Component = Component::Database;
/// A server and its data outlive a deleted file: they stay as they are, and no sync waits for anybody.
/// When the Application is deleted, a person confirms (FACTS 1.5).
const KEEP: [&str; 2] = [labels::NEVER_PRUNED, "Delete=confirm"];

pub(super) fn manifests(database: &Database) -> Vec<Map> {
    let options = sync_options(database);
    let secret = database.credentials.literal.as_ref();
    let secret = secret.map(|literal| secret_manifest(database, literal, options));
    let server = match &database.hosting {
        Hosting::InCluster(server) => server,
        Hosting::CloudNativePg(cluster) => return vec![cluster_manifest(database, cluster)],
        Hosting::External => return secret.into_iter().collect(),
    };
    let config = config_volume(&database.common, COMPONENT, &server.config_files, options);
    let (config_map, volume, mounts) = match config {
        Some(config) => (Some(config.manifest), Some(config.volume), config.mounts),
        None => (None, None, Vec::new()),
    };
    let service = service(database, options);
    let workload = workload(database, server, volume, mounts, options);
    secret.into_iter().chain(config_map).chain([service, workload]).collect()
}

fn sync_options(database: &Database) -> &'static [&'static str] {
    match &database.hosting {
        Hosting::InCluster(Server { storage: Some(_), .. }) => &KEEP,
        Hosting::InCluster(_) | Hosting::CloudNativePg(_) | Hosting::External => &[],
    }
}

fn secret_manifest(database: &Database, literal: &Literal, options: &[&str]) -> Map {
    let name = &database.credentials.secret;
    let metadata = labels::metadata(&database.common, COMPONENT, name, options);
    let data = Map::new()
        .with("username", literal.user.as_str())
        .with("password", literal.password.as_str());
    outline("v1", "Secret", metadata).with("type", "Opaque").with("stringData", data)
}

/// CloudNativePG makes pods, Services and the Secret of the database's owner from this
/// (CloudNativePG `api/v1/cluster_types.go`).
fn cluster_manifest(database: &Database, cluster: &Cluster) -> Map {
    let name = &database.common.name;
    let storage = Map::new()
        .with("size", cluster.storage.size.as_str())
        .with_some("storageClass", cluster.storage.class_name.as_deref());
    let initdb = Map::new().with("database", database.database.as_str());
    let spec = Map::new()
        .with("instances", cluster.instances)
        .with_some("imageName", cluster.image.as_deref())
        .with("bootstrap", Map::new().with("initdb", initdb))
        .with("storage", storage)
        .with_some("resources", cluster.resources.clone());
    let options = [KEEP[0], KEEP[1], "SkipDryRunOnMissingResource=true"];
    let metadata = labels::metadata(&database.common, COMPONENT, name, &options);
    outline("postgresql.cnpg.io/v1", "Cluster", metadata).with("spec", spec)
}

/// Headless: there is one pod, and its name leads straight to it.
fn service(database: &Database, options: &[&str]) -> Map {
    let name = &database.common.name;
    let port = |(name, port): (&str, u16)| {
        Map::new().with("name", name).with("port", i64::from(port)).with("targetPort", name)
    };
    let ports: Vec<Map> = ports(database).into_iter().map(port).collect();
    let spec = Map::new()
        .with("clusterIP", "None")
        .with("selector", labels::selector(&database.common, COMPONENT))
        .with("ports", ports);
    let metadata = labels::metadata(&database.common, COMPONENT, name, options);
    outline("v1", "Service", metadata).with("spec", spec)
}

/// The port that clients use, and others that the image listens on.
fn ports(database: &Database) -> Vec<(&'static str, u16)> {
    let main = (database.engine.name, database.port.unwrap_or_default());
    let others = match &database.hosting {
        Hosting::InCluster(server) => server.recipe.other_ports,
        Hosting::CloudNativePg(_) | Hosting::External => &[],
    };
    std::iter::once(main).chain(others.iter().copied()).collect()
}

/// With storage a StatefulSet whose claim stays; without it a Deployment that never runs two pods
/// at once.
fn workload(
    database: &Database,
    server: &Server,
    config: Option<Map>,
    config_mounts: Vec<Map>,
    options: &[&str],
) -> Map {
    let name = &database.common.name;
    let selector = labels::selector(&database.common, COMPONENT);
    let data_mount = Map::new()
        .with("name", "data")
        .with("mountPath", server.recipe.data_path)
        // A fresh volume has a `lost+found`, in which no server initialises itself.
        .with_some("subPath", server.storage.is_some().then_some("data"));
    let mounts: Vec<Map> = std::iter::once(data_mount).chain(config_mounts).collect();
    let container = container(database, server, mounts);
    let scratch = Map::new().with("name", "data").with("emptyDir", Map::new());
    let volumes: Vec<Map> =
        server.storage.is_none().then_some(scratch).into_iter().chain(config).collect();
    let security = Map::new()
        .with_some("fsGroup", server.recipe.group)
        .with("seccompProfile", Map::new().with("type", "RuntimeDefault"));
    let pod = Map::new()
        .with("securityContext", security)
        .with("enableServiceLinks", false)
        // Long enough to write everything back to disk.
        .with("terminationGracePeriodSeconds", 60)
        .with("containers", vec![container])
        .with_some("volumes", some_list(volumes));
    let template = Map::new()
        .with("metadata", Map::new().with("labels", labels::labels(&database.common, COMPONENT)))
        .with("spec", pod);
    let spec = Map::new().with("replicas", 1);
    let match_labels = Map::new().with("matchLabels", selector);
    let metadata = labels::metadata(&database.common, COMPONENT, name, options);
    match &server.storage {
        None => {
            let spec = spec
                .with("selector", match_labels)
                .with("strategy", Map::new().with("type", "Recreate"))
                .with("template", template);
            outline("apps/v1", "Deployment", metadata).with("spec", spec)
        }
        Some(storage) => {
            let requests = Map::new().with("storage", storage.size.as_str());
            let claim = Map::new()
                .with("accessModes", vec!["ReadWriteOnce"])
                .with_some("storageClassName", storage.class_name.as_deref())
                .with("resources", Map::new().with("requests", requests));
            let claim =
                Map::new().with("metadata", Map::new().with("name", "data")).with("spec", claim);
            let spec = spec
                .with("serviceName", name.as_str())
                .with("selector", match_labels)
                .with("template", template)
                .with("volumeClaimTemplates", vec![claim]);
            outline("apps/v1", "StatefulSet", metadata).with("spec", spec)
        }
    }
}

fn container(database: &Database, server: &Server, mounts: Vec<Map>) -> Map {
    let probes = server::probes(server.recipe.flavor, database);
    let port = |(name, port): (&str, u16)| {
        Map::new().with("name", name).with("containerPort", i64::from(port))
    };
    let ports: Vec<Map> = ports(database).into_iter().map(port).collect();
    let security = Map::new().with("allowPrivilegeEscalation", false);
    Map::new()
        .with("name", database.engine.name)
        .with("image", server.image.as_str())
        .with_some("args", some_list(server.args.clone()))
        .with("ports", ports)
        .with("env", server::environment(database, server))
        .with("startupProbe", probes.startup)
        .with("readinessProbe", probes.readiness)
        .with("livenessProbe", probes.liveness)
        .with_some("resources", server.resources.clone())
        .with("securityContext", security)
        .with("volumeMounts", mounts)
}
