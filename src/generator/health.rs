//! The health checks and actions of the Atlas Operator's kinds, as Argo CD wants them.
//!
//! In goes nothing, out comes text: the Lua files under `deploy/health/` are part of the binary. What they say, and why,
//! is in `docs/health.md`. No Lua ever runs here; Argo CD runs it.

/// One kind whose health Argo CD asks a script for.
#[derive(Clone, Copy, Debug)]
pub struct HealthCheck {
    /// The API group.
    pub group: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// The script, Lua 5.1.
    pub lua: &'static str,
    /// The script that names the actions.
    pub discovery: &'static str,
    /// The script of the action `retry`.
    pub retry: &'static str,
}

/// Every check, in the order in which it is printed.
pub const HEALTH_CHECKS: [HealthCheck; 2] = [
    HealthCheck {
        group: "db.atlasgo.io",
        kind: "AtlasSchema",
        lua: include_str!("../../deploy/health/db.atlasgo.io/AtlasSchema/health.lua"),
        discovery: include_str!(
            "../../deploy/health/db.atlasgo.io/AtlasSchema/actions/discovery.lua"
        ),
        retry: include_str!(
            "../../deploy/health/db.atlasgo.io/AtlasSchema/actions/retry/action.lua"
        ),
    },
    HealthCheck {
        group: "db.atlasgo.io",
        kind: "AtlasMigration",
        lua: include_str!("../../deploy/health/db.atlasgo.io/AtlasMigration/health.lua"),
        discovery: include_str!(
            "../../deploy/health/db.atlasgo.io/AtlasMigration/actions/discovery.lua"
        ),
        retry: include_str!(
            "../../deploy/health/db.atlasgo.io/AtlasMigration/actions/retry/action.lua"
        ),
    },
];

/// A merge patch of the `argocd-cm` ConfigMap.
///
/// It has neither `apiVersion` nor `kind`, so that `kubectl apply`, `create` and `replace` refuse it: each
/// of them can take the other keys out of an `argocd-cm` that is there. Keys of the form
/// `resource.customizations.health.<group>_<kind>` win over the checks built into Argo CD
/// (`util/settings/settings.go`, `util/lua/lua.go`).
pub fn merge_patch() -> String {
    format!("{PATCH_HEADER}{}", data())
}

/// The same keys in a ConfigMap, for a tool that merges it into the one of Argo CD before anything is
/// applied. The labels are those without which Argo CD does not see it.
pub fn config_map() -> String {
    format!("{CONFIG_MAP_HEADER}{}", data())
}

/// The keys of `argocd-cm` and their values: the health check of each kind, and its actions.
pub fn keys() -> Vec<(String, String)> {
    let of_kind = |check: &HealthCheck| {
        let key = |what| format!("resource.customizations.{what}.{}_{}", check.group, check.kind);
        [(key("health"), check.lua.to_owned()), (key("actions"), actions(check))]
    };
    HEALTH_CHECKS.iter().flat_map(of_kind).collect()
}

/// What Argo CD reads below `resource.customizations.actions`. Actions that it has itself stay.
fn actions(check: &HealthCheck) -> String {
    let mut yaml = String::from("mergeBuiltinActions: true\ndiscovery.lua: |\n");
    push_indented(&mut yaml, check.discovery, "  ");
    yaml.push_str("definitions:\n- name: retry\n  action.lua: |\n");
    push_indented(&mut yaml, check.retry, "    ");
    yaml
}

fn data() -> String {
    let mut yaml = String::from("data:\n");
    for (key, value) in keys() {
        yaml.push_str(&format!("  {key}: |\n"));
        push_indented(&mut yaml, &value, "    ");
    }
    yaml
}

const PATCH_HEADER: &str = "\
# Health checks and actions for the Atlas Operator's kinds, as a merge patch of `argocd-cm`:
#   generate health | kubectl -n argocd patch configmap argocd-cm --type merge --patch-file /dev/stdin
";

const CONFIG_MAP_HEADER: &str = "\
# Health checks and actions for the Atlas Operator's kinds, to be merged into Argo CD's own `argocd-cm`, by Kustomize
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
