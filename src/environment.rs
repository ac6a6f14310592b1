//! The only reader of the process's environment: what Argo CD tells a plugin.
//!
//! Argo CD runs the plugin with the sidecar's own environment plus `ARGOCD_APP_*`, `ARGOCD_ENV_*`,
//! `PARAM_*` and `KUBE_*` (Argo CD `reposerver/repository/repository.go`, `newEnv`). Only the
//! variables named here are looked at, and no spec can read any.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use smol_str::SmolStr;

/// What a run is told from outside the directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The namespace that objects without one are put into (`ARGOCD_APP_NAMESPACE`, `--namespace`).
    pub namespace: Option<SmolStr>,
    /// What the cluster serves (`KUBE_API_VERSIONS`): `apps/v1` and `apps/v1/Deployment`; empty
    /// when it is not known.
    pub api_versions: BTreeSet<String>,
    /// The plugin's parameters as JSON (`ARGOCD_APP_PARAMETERS`).
    pub parameters: Option<String>,
    /// The environment that a variable chooses, with the variable's name: `ARGOCD_ENV_ENVIRONMENT`
    /// (which an Application sets), else `ENVIRONMENT` (which the sidecar sets).
    pub environment: Option<(String, String)>,
    /// Whether the operator's Atlas has a login (`ATLAS_LOGIN`, which the sidecar sets): `true` or
    /// `false`. Argo CD passes an Application's own variables as `ARGOCD_ENV_*`, so this one is the
    /// platform's.
    pub atlas_login: Option<String>,
    /// The flags that stand for parameters.
    pub flags: Flags,
}

/// Flags that do what the plugin's parameters do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--atlas-login`.
    pub atlas_login: bool,
    /// `--namespace`: then it is [`Environment::namespace`].
    pub namespace: bool,
    /// `--environment`.
    pub environment: Option<String>,
    /// `--image`.
    pub images: Vec<String>,
    /// `--replicas`.
    pub replicas: Vec<String>,
    /// `--set`.
    pub set: Vec<String>,
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
        let (Some(name), Ok(value)) = (name.to_str(), value.into_string()) else { continue };
        if value.is_empty() {
            continue;
        }
        match name {
            "ARGOCD_APP_NAMESPACE" => environment.namespace = Some(value.into()),
            "ARGOCD_APP_PARAMETERS" => environment.parameters = Some(value),
            "KUBE_API_VERSIONS" => {
                let versions = value.split(',').map(|version| version.trim().to_owned());
                environment.api_versions = versions.collect();
            }
            "ATLAS_LOGIN" => environment.atlas_login = Some(value),
            "ARGOCD_ENV_ENVIRONMENT" => environment.environment = Some((name.to_owned(), value)),
            "ENVIRONMENT" if environment.environment.is_none() => {
                environment.environment = Some((name.to_owned(), value));
            }
            _ => {}
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

/// The words of the command line, the program's name first.
pub fn words() -> Vec<OsString> {
    std::env::args_os().collect()
}

/// How wide the user says that the terminal is (`COLUMNS`).
pub fn columns() -> Option<usize> {
    #[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
    let value = std::env::var_os("COLUMNS");
    value?.to_str()?.parse().ok()
}

/// The absolute folders in which programs are looked for (`PATH`). A relative one, or an empty one,
/// would find what the directory that we stand in holds.
pub fn program_folders() -> Vec<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
    let value = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&value).filter(|folder| folder.is_absolute()).collect()
}
