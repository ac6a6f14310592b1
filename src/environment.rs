//! The only reader of the process's environment: what Argo CD tells a plugin.
//!
//! Argo CD runs the plugin with the sidecar's own environment plus `ARGOCD_APP_*`, `ARGOCD_ENV_*`,
//! `PARAM_*` and `KUBE_*` (Argo CD `reposerver/repository/repository.go`, `newEnv`). Only the
//! variables named here are looked at, and no spec can read any.

use std::ffi::OsString;

/// What a run is told from outside the directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The namespace that objects without one are put into (`ARGOCD_APP_NAMESPACE`, `--namespace`).
    pub namespace: Option<String>,
}

/// The process's own variables.
pub fn process_variables() -> impl Iterator<Item = (OsString, OsString)> {
    #[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
    std::env::vars_os()
}

/// Picks what counts out of a set of variables.
pub fn from_variables(variables: impl Iterator<Item = (OsString, OsString)>) -> Environment {
    let mut environment = Environment::default();
    for (name, value) in variables {
        let value = value.into_string().ok().filter(|value| !value.is_empty());
        if name == "ARGOCD_APP_NAMESPACE" {
            environment.namespace = value;
        }
    }
    environment
}

/// Whether the user wants no colours (<https://no-color.org>).
pub fn no_color() -> bool {
    #[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
    let value = std::env::var_os("NO_COLOR");
    value.is_some_and(|value| !value.is_empty())
}
