//! The health checks and actions of the Atlas Operator's kinds, and the health checks of databases,
//! as Argo CD wants them.
//!
//! In go the checks that are wanted, out comes text: the Lua files under `deploy/health/` are part of the binary. What they say, and why,
//! is in `docs/health.md`. No Lua ever runs here; Argo CD runs it.

use std::collections::BTreeSet;

/// One kind whose health Argo CD asks a script for.
#[derive(Clone, Copy, Debug)]
pub struct HealthCheck {
    /// The API group.
    pub group: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// The script, Lua 5.1.
    pub lua: &'static str,
    /// What its menu in Argo CD's UI has more.
    pub actions: Option<Actions>,
}

/// The actions of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Actions {
    /// The script that names the actions.
    pub discovery: &'static str,
    /// The script of the action `retry`.
    pub retry: &'static str,
}

macro_rules! of_atlas {
    ($kind:literal) => {
        HealthCheck {
            group: "db.atlasgo.io",
            kind: $kind,
            lua: include_str!(concat!("../../deploy/health/db.atlasgo.io/", $kind, "/health.lua")),
            actions: Some(Actions {
                discovery: include_str!(concat!(
                    "../../deploy/health/db.atlasgo.io/",
                    $kind,
                    "/actions/discovery.lua"
                )),
                retry: include_str!(concat!(
                    "../../deploy/health/db.atlasgo.io/",
                    $kind,
                    "/actions/retry/action.lua"
                )),
            }),
        }
    };
}

macro_rules! of_database {
    ($group:literal, $kind:literal) => {
        HealthCheck {
            group: $group,
            kind: $kind,
            lua: include_str!(concat!("../../deploy/health/", $group, "/", $kind, "/health.lua")),
            actions: None,
        }
    };
}

/// The checks of the Atlas Operator's kinds.
pub const ATLAS_CHECKS: [HealthCheck; 2] = [of_atlas!("AtlasSchema"), of_atlas!("AtlasMigration")];

/// The checks of databases, and of what is made in them.
pub const DATABASE_CHECKS: &[HealthCheck] = &[
    of_database!("db.atlasgo.io", "AtlasDriftCheck"),
    of_database!("postgresql.cnpg.io", "Cluster"),
    of_database!("postgresql.cnpg.io", "Pooler"),
    of_database!("postgresql.cnpg.io", "Database"),
    of_database!("postgresql.cnpg.io", "DatabaseRole"),
    of_database!("postgresql.cnpg.io", "Publication"),
    of_database!("postgresql.cnpg.io", "Subscription"),
    of_database!("postgresql.cnpg.io", "Backup"),
    of_database!("k8s.mariadb.com", "MariaDB"),
    of_database!("k8s.mariadb.com", "MaxScale"),
    of_database!("k8s.mariadb.com", "Database"),
    of_database!("k8s.mariadb.com", "User"),
    of_database!("k8s.mariadb.com", "Grant"),
    of_database!("k8s.mariadb.com", "Connection"),
    of_database!("acid.zalan.do", "postgresql"),
    of_database!("postgres-operator.crunchydata.com", "PostgresCluster"),
    of_database!("pgv2.percona.com", "PerconaPGCluster"),
    of_database!("pxc.percona.com", "PerconaXtraDBCluster"),
    of_database!("ps.percona.com", "PerconaServerMySQL"),
    of_database!("psmdb.percona.com", "PerconaServerMongoDB"),
    of_database!("mysql.oracle.com", "InnoDBCluster"),
    of_database!("kafka.strimzi.io", "Kafka"),
    of_database!("postgresql.k8s.enterprisedb.io", "Cluster"),
    of_database!("postgresql.k8s.enterprisedb.io", "Pooler"),
    of_database!("postgresql.k8s.enterprisedb.io", "Database"),
    of_database!("apps.kubeblocks.io", "Cluster"),
    of_database!("mongodbcommunity.mongodb.com", "MongoDBCommunity"),
    of_database!("moco.cybozu.com", "MySQLCluster"),
    of_database!("rabbitmq.com", "RabbitmqCluster"),
];

/// Every check, in the order in which it is printed.
pub fn all() -> Vec<HealthCheck> {
    ATLAS_CHECKS.iter().chain(DATABASE_CHECKS).copied().collect()
}

/// The checks of the kinds of some objects, each its group and kind.
pub fn needed<'a>(objects: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<HealthCheck> {
    let kinds: BTreeSet<(&str, &str)> = objects.collect();
    let mut checks = all();
    checks.retain(|check| kinds.contains(&(check.group, check.kind)));
    checks
}

/// A merge patch of the `argocd-cm` ConfigMap.
///
/// It has neither `apiVersion` nor `kind`, so that `kubectl apply`, `create` and `replace` refuse it: each
/// of them can take the other keys out of an `argocd-cm` that is there. Keys of the form
/// `resource.customizations.health.<group>_<kind>` win over the checks built into Argo CD
/// (`util/settings/settings.go`, `util/lua/lua.go`).
pub fn merge_patch(checks: &[HealthCheck]) -> String {
    format!("{PATCH_HEADER}{}", data(checks))
}

/// The same keys in a ConfigMap, for a tool that merges it into the one of Argo CD before anything is
/// applied. The labels are those without which Argo CD does not see it.
pub fn config_map(checks: &[HealthCheck]) -> String {
    format!("{CONFIG_MAP_HEADER}{}", data(checks))
}

/// The keys of `argocd-cm` and their values: the health check of each kind, and its actions.
pub fn keys(checks: &[HealthCheck]) -> Vec<(String, String)> {
    let of_kind = |check: &HealthCheck| {
        let key = |what| format!("resource.customizations.{what}.{}_{}", check.group, check.kind);
        let actions = check.actions.map(|actions| (key("actions"), actions.yaml()));
        std::iter::once((key("health"), check.lua.to_owned())).chain(actions).collect::<Vec<_>>()
    };
    checks.iter().flat_map(of_kind).collect()
}

impl Actions {
    /// What Argo CD reads below `resource.customizations.actions`. Actions that it has itself stay.
    fn yaml(&self) -> String {
        let mut yaml = String::from("mergeBuiltinActions: true\ndiscovery.lua: |\n");
        push_indented(&mut yaml, self.discovery, "  ");
        yaml.push_str("definitions:\n- name: retry\n  action.lua: |\n");
        push_indented(&mut yaml, self.retry, "    ");
        yaml
    }
}

fn data(checks: &[HealthCheck]) -> String {
    if checks.is_empty() {
        return String::from("data: {}\n");
    }
    let mut yaml = String::from("data:\n");
    for (key, value) in keys(checks) {
        yaml.push_str(&format!("  {key}: |\n"));
        push_indented(&mut yaml, &value, "    ");
    }
    yaml
}

const PATCH_HEADER: &str = "\
# Health checks of the Atlas Operator's kinds and of databases, as a merge patch of `argocd-cm`:
#   generate health | kubectl -n argocd patch configmap argocd-cm --type merge --patch-file /dev/stdin
";

const CONFIG_MAP_HEADER: &str = "\
# Health checks of the Atlas Operator's kinds and of databases, to be merged into Argo CD's own `argocd-cm`, by Kustomize
# for example. Do not apply this by itself: `kubectl apply` removes every other key that an earlier
# `kubectl apply` has written, such as `url` and `dex.config`. For a cluster, use `generate health`.
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  labels:
    app.kubernetes.io/name: argocd-cm
    app.kubernetes.io/part-of: argocd
";

/// Appends `text` as the body of a literal block. Empty lines stay empty.
fn push_indented(yaml: &mut String, text: &str, indent: &str) {
    for line in text.lines() {
        if !line.is_empty() {
            yaml.push_str(indent);
            yaml.push_str(line);
        }
        yaml.push('\n');
    }
}
