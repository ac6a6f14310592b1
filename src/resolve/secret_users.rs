//! The users in Secrets of the project, where the image of a database does not start with them, or does not have them.
//! The table is in `docs/spec.md` ("Users and Secrets").

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::diag::{Diagnostics, message};
use crate::engine::Flavor;
use crate::model::{Database, Hosting, Manifest, User};
use crate::resolve::check::invalid;
use crate::syntax::node::Node;

type Secrets<'a> = BTreeMap<(Option<&'a str>, &'a str), &'a Manifest>;

/// Reports users that the image of a Database refuses.
pub(super) fn check(
    databases: &[Database],
    manifests: &[Manifest],
    namespace: Option<&str>,
    diagnostics: &mut Diagnostics,
) {
    let mut secrets = Secrets::new();
    for manifest in manifests {
        let written = &manifest.written;
        if written.api_version.value == "v1" && written.kind.value == "Secret" {
            let own = written.namespace.as_ref().map(|text| text.value.as_str());
            secrets.entry((own.or(namespace), written.name.value.as_str())).or_insert(manifest);
        }
    }
    if secrets.is_empty() {
        return;
    }
    for database in databases {
        let Hosting::InCluster(server) = &database.hosting else { continue };
        // Another image, or a patch, may take the user otherwise.
        let is_official = server.image.starts_with(&format!("{}:", server.recipe.repository));
        if !is_official || !database.common.patches.is_empty() {
            continue;
        }
        let (User::Key(key), None) = (&database.credentials.user, &database.credentials.literal)
        else {
            continue;
        };
        let own = database.common.namespace.as_deref().or(namespace);
        let Some(secret) = secrets.get(&(own, database.credentials.secret.as_str())) else {
            continue;
        };
        let Some((user, node)) = value(&secret.written.node, key) else { continue };
        let (name, secret) = (&database.common.name, &database.credentials.secret);
        let (message, help) = match server.recipe.flavor {
            // The entry points of both images: "cannot be used for the root user".
            Flavor::MySql | Flavor::MariaDb if user == "root" => (
                message!(
                    "the image of `Database/{name}` does not start with the user `root` from a Secret",
                    name
                ),
                message!(
                    "write another user here, or `credentials: {{user: root, secret: {secret}}}` in the Database",
                    secret
                ),
            ),
            Flavor::SqlServer if user != "sa" => (
                message!("the image of `Database/{name}` has only the user `sa`", name),
                message!(
                    "write `sa` here, or `credentials: {{user: sa, secret: {secret}}}` in the Database",
                    secret
                ),
            ),
            Flavor::MySql
            | Flavor::MariaDb
            | Flavor::Postgres
            | Flavor::SqlServer
            | Flavor::ClickHouse => continue,
        };
        diagnostics.report(invalid(node.span, message, help));
    }
}

/// What a key of a Secret holds: `stringData` comes first.
fn value<'a>(secret: &'a Node, key: &str) -> Option<(String, &'a Node)> {
    if let Some(node) = secret.at(&["stringData", key]) {
        return Some((node.str()?.to_owned(), node));
    }
    let node = secret.at(&["data", key])?;
    let bytes = STANDARD.decode(node.str()?.trim()).ok()?;
    Some((String::from_utf8(bytes).ok()?, node))
}
