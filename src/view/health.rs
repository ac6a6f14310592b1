//! The health checks of the Atlas Operator's kinds, as Argo CD wants them.
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
}

/// Every check, in the order in which it is printed.
pub const HEALTH_CHECKS: [HealthCheck; 2] = [
    HealthCheck {
        group: "db.atlasgo.io",
        kind: "AtlasSchema",
        lua: include_str!("../../deploy/health/db.atlasgo.io/AtlasSchema/health.lua"),
    },
    HealthCheck {
        group: "db.atlasgo.io",
        kind: "AtlasMigration",
        lua: include_str!("../../deploy/health/db.atlasgo.io/AtlasMigration/health.lua"),
    },
];

/// A patch of the `argocd-cm` ConfigMap that sets the checks and touches nothing else.
///
/// Keys of the form `resource.customizations.health.<group>_<kind>` win over the checks built into
/// Argo CD (`util/settings/settings.go`, `util/lua/lua.go`). The labels are the ones without which
/// Argo CD does not see the ConfigMap, for an installation that has none yet.
pub fn argocd_cm_patch() -> String {
    let mut yaml = String::from(HEADER);
    for check in HEALTH_CHECKS {
        yaml.push_str(&format!(
            "  resource.customizations.health.{}_{}: |\n",
            check.group, check.kind
        ));
        push_indented(&mut yaml, check.lua, "    ");
    }
    yaml
}

const HEADER: &str = "\
# Health checks for the Atlas Operator's kinds; printed by `generate health`.
#   generate health | kubectl apply --server-side -n argocd -f -
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  labels:
    app.kubernetes.io/name: argocd-cm
    app.kubernetes.io/part-of: argocd
data:
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
