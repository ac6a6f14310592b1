//! The annotations that mean something to Argo CD, to Helm, or to this program.

/// The wave of an object.
pub const WAVE: &str = "argocd.argoproj.io/sync-wave";
/// Argo CD's options for a single object.
pub const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
/// Argo CD's mark of a hook: the phases in which it runs.
pub const HOOK: &str = "argocd.argoproj.io/hook";
/// Argo CD's rule for when a hook is deleted.
pub const HOOK_DELETE_POLICY: &str = "argocd.argoproj.io/hook-delete-policy";
/// Argo CD's options for the comparison of a single object with Git.
pub const COMPARE_OPTIONS: &str = "argocd.argoproj.io/compare-options";
/// Helm's mark of a hook, which Argo CD understands as well.
pub const HELM_HOOK: &str = "helm.sh/hook";
/// Helm's order among hooks, which Argo CD takes for a wave where none is written.
pub const HELM_WEIGHT: &str = "helm.sh/hook-weight";
/// Dependencies of a plain manifest, written by hand.
pub const DEPENDS_ON: &str = "argocd-atlas-plugin/depends-on";
