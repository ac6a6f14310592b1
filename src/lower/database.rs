//! `Database` -> the server, its Service, and the Secret and ConfigMap that it needs.

use crate::engine::Flavor;
use crate::lower::labels::{self, Component};
use crate::lower::outline;
use crate::lower::pod::{config_volume, secret_key_ref, some_list};
use crate::model::{Database, Literal, Placement, Server, User};
use crate::value::Map;

const COMPONENT: Component = Component::Database;
/// Data outlives a deleted file: a person confirms (FACTS 1.5).
const KEEP: [&str; 2] = ["Prune=confirm", "Delete=confirm"];

pub(super) fn manifests(database: &Database) -> Vec<Map> {
    let options = sync_options(database);
    let secret = database.credentials.literal.as_ref();
    let secret = secret.map(|literal| secret_manifest(database, literal, options));
    let Placement::InCluster(server) = &database.placement else {
        return secret.into_iter().collect();
    };
    let config = config_volume(&database.common, COMPONENT, &server.config_files);
    let (config_map, volume, mounts) = match config {
        Some(config) => (Some(config.manifest), Some(config.volume), config.mounts),
        None => (None, None, Vec::new()),
    };
    let service = service(database, options);
    let workload = workload(database, server, volume, mounts, options);
    secret.into_iter().chain(config_map).chain([service, workload]).collect()
}

fn sync_options(database: &Database) -> &'static [&'static str] {
    match &database.placement {
        Placement::InCluster(Server { storage: Some(_), .. }) => &KEEP,
        Placement::InCluster(_) | Placement::External => &[],
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

/// Headless: there is one pod, and its name leads straight to it.
fn service(database: &Database, options: &[&str]) -> Map {
    let name = &database.common.name;
    let port = i64::from(database.port.unwrap_or_default());
    let ports = Map::new()
        .with("name", database.engine.name)
        .with("port", port)
        .with("targetPort", database.engine.name);
    let spec = Map::new()
        .with("clusterIP", "None")
        .with("selector", labels::selector(&database.common, COMPONENT))
        .with("ports", vec![ports]);
    let metadata = labels::metadata(&database.common, COMPONENT, name, options);
    outline("v1", "Service", metadata).with("spec", spec)
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
    let seccomp = Map::new().with("seccompProfile", Map::new().with("type", "RuntimeDefault"));
    let pod = Map::new()
        .with("securityContext", seccomp)
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
    let name = database.engine.name;
    let port = i64::from(database.port.unwrap_or_default());
    let probes = probes(server.recipe.flavor);
    let security = Map::new().with("allowPrivilegeEscalation", false);
    Map::new()
        .with("name", name)
        .with("image", server.image.as_str())
        .with_some("args", some_list(server.args.clone()))
        .with("ports", vec![Map::new().with("name", name).with("containerPort", port)])
        .with("env", environment(database, server))
        .with("startupProbe", probes.startup)
        .with("readinessProbe", probes.readiness)
        .with("livenessProbe", probes.liveness)
        .with_some("resources", server.resources.clone())
        .with("securityContext", security)
        .with("volumeMounts", mounts)
}

/// The variables that the image's first start reads, from which it makes user and database.
fn environment(database: &Database, server: &Server) -> Vec<Map> {
    let credentials = &database.credentials;
    let user_name = match (&credentials.user, &credentials.literal) {
        (User::Name(name), _) => Some(name.as_str()),
        (User::Key(_), literal) => literal.as_ref().map(|literal| literal.user.as_str()),
    };
    let is_root = user_name == Some("root");
    let text = |name: &str, value: &str| Map::new().with("name", name).with("value", value);
    let secret = |name: &str, key: &str| {
        let from = secret_key_ref(&credentials.secret, key);
        Map::new().with("name", name).with("valueFrom", from)
    };
    let user = |name: &str| match &credentials.user {
        User::Name(user) => text(name, user),
        User::Key(key) => secret(name, key),
    };
    let password = |name: &str| secret(name, &credentials.password_key);
    match server.recipe.flavor {
        // Both images refuse `root` as the ordinary user; it has all rights as it is.
        Flavor::MySql if is_root => {
            vec![text("MYSQL_DATABASE", &database.database), password("MYSQL_ROOT_PASSWORD")]
        }
        Flavor::MySql => vec![
            text("MYSQL_DATABASE", &database.database),
            user("MYSQL_USER"),
            password("MYSQL_PASSWORD"),
            password("MYSQL_ROOT_PASSWORD"),
        ],
        Flavor::MariaDb if is_root => {
            vec![text("MARIADB_DATABASE", &database.database), password("MARIADB_ROOT_PASSWORD")]
        }
        Flavor::MariaDb => vec![
            text("MARIADB_DATABASE", &database.database),
            user("MARIADB_USER"),
            password("MARIADB_PASSWORD"),
            password("MARIADB_ROOT_PASSWORD"),
        ],
        Flavor::Postgres => vec![
            text("POSTGRES_DB", &database.database),
            user("POSTGRES_USER"),
            password("POSTGRES_PASSWORD"),
            text("PGDATA", server.recipe.data_path),
        ],
    }
}

struct Probes {
    startup: Map,
    readiness: Map,
    liveness: Map,
}

/// Ready means: the user can log in to the database over the network. On its first start an image
/// runs a server of its own to make them, which listens on a socket only, so that a question over
/// TCP is not answered before it is done.
fn probes(flavor: Flavor) -> Probes {
    let command = match flavor {
        Flavor::MySql => {
            "MYSQL_PWD=\"${MYSQL_PASSWORD:-$MYSQL_ROOT_PASSWORD}\" mysql --protocol=TCP \
             --host=127.0.0.1 --user=\"${MYSQL_USER:-root}\" --execute='SELECT 1' \
             \"$MYSQL_DATABASE\""
        }
        Flavor::MariaDb => {
            "MYSQL_PWD=\"${MARIADB_PASSWORD:-$MARIADB_ROOT_PASSWORD}\" mariadb --protocol=TCP \
             --host=127.0.0.1 --user=\"${MARIADB_USER:-root}\" --execute='SELECT 1' \
             \"$MARIADB_DATABASE\""
        }
        Flavor::Postgres => {
            "PGPASSWORD=\"$POSTGRES_PASSWORD\" psql --host=127.0.0.1 \
             --username=\"$POSTGRES_USER\" --dbname=\"$POSTGRES_DB\" --command='SELECT 1'"
        }
    };
    let exec = || Map::new().with("exec", Map::new().with("command", vec!["sh", "-c", command]));
    let name = match flavor {
        Flavor::MySql => "mysql",
        Flavor::MariaDb => "mariadb",
        Flavor::Postgres => "postgres",
    };
    Probes {
        // Ten minutes for the first start; nothing is restarted before.
        startup: exec()
            .with("periodSeconds", 5)
            .with("timeoutSeconds", 5)
            .with("failureThreshold", 120),
        readiness: exec().with("periodSeconds", 10).with("timeoutSeconds", 5),
        // Only a server that takes no connections at all is restarted.
        liveness: Map::new()
            .with("tcpSocket", Map::new().with("port", name))
            .with("periodSeconds", 10)
            .with("timeoutSeconds", 5)
            .with("failureThreshold", 6),
    }
}
