//! `Schema` -> AtlasSchema, and a ConfigMap for a text that is too long to stand inline.

use smol_str::{SmolStr, format_smolstr};
use sql::parse::lines;

use crate::catalogues::SchemaSql;
use crate::diag::problems::output::{HostWithoutNamespace, TooLarge};
use crate::diag::{Diagnostics, message};
use crate::lower::atlas::{
    self, Credentials, Desired as AtlasDesired, Target as AtlasTarget, User,
};
use crate::lower::labels::{self, Component};
use crate::lower::pod::some_list;
use crate::lower::recheck::{self, Server};
use crate::lower::{INLINE_LIMIT, hash, outline};
use crate::model::{
    Database, Desired, Destructive, Hosting, MigrationDir, Migrations, Policy, Project, Schema,
    SecretKey, Target, User as DatabaseUser, VariableValue,
};
use crate::value::{Map, Value};

const COMPONENT: Component = Component::Schema;
/// The longest text that a ConfigMap holds.
const CONFIG_MAP_LIMIT: usize = 1024 * 1024;

pub(super) fn manifests(
    schema: &Schema,
    sql: &SchemaSql,
    server: Option<&Server>,
    project: &Project,
    diagnostics: &mut Diagnostics,
) -> Vec<Map> {
    if let Desired::Migrations(migrations) = &schema.desired {
        return migration_manifests(schema, migrations, server, project, diagnostics);
    }
    let (desired, config_map) = desired(schema, sql, server, diagnostics);
    let recheck = schema.dev_url_from.is_none().then(|| recheck::key(schema, server));
    let mut spec = target(schema, project, diagnostics).write(Map::new());
    if let Some(desired) = desired {
        spec.set("schema", desired.map());
    }
    spec = options(schema, recheck.as_ref(), spec);
    let name = &schema.common.name;
    let metadata =
        labels::metadata(&schema.common, COMPONENT, name, &["SkipDryRunOnMissingResource=true"]);
    let resource = outline(atlas::API_VERSION, "AtlasSchema", metadata).with("spec", spec);
    let secret = recheck.map(|key| recheck::secret(schema, &key));
    secret.into_iter().chain(config_map).chain([resource]).collect()
}

fn target(schema: &Schema, project: &Project, diagnostics: &mut Diagnostics) -> AtlasTarget {
    match &schema.target {
        Target::Unknown => AtlasTarget::Url(SmolStr::default()),
        Target::Url(url) => AtlasTarget::Url(url.clone()),
        Target::UrlFrom(key) => AtlasTarget::UrlFrom(key.clone()),
        Target::Database(index) => match project.databases.get(*index) {
            Some(database) => database_target(schema, database, diagnostics),
            None => AtlasTarget::Url(SmolStr::default()),
        },
    }
}

fn database_target(
    schema: &Schema,
    database: &Database,
    diagnostics: &mut Diagnostics,
) -> AtlasTarget {
    let credentials = &database.credentials;
    let key = |key: &str| SecretKey { name: credentials.secret.clone(), key: key.into() };
    if let (Some(url), false) = (&credentials.url_key, credentials.names_keys) {
        return AtlasTarget::UrlFrom(key(url));
    }
    if matches!(database.hosting, Hosting::InCluster(_)) && !database.host.contains('.') {
        let (primary, host) = (schema.common.place, database.host.as_str());
        diagnostics.report(HostWithoutNamespace { primary, host });
    }
    AtlasTarget::Credentials(Credentials {
        scheme: database.scheme.clone(),
        user: Some(match &credentials.user {
            DatabaseUser::Name(name) => User::Name(name.clone()),
            DatabaseUser::Key(user) => User::From(key(user)),
        }),
        password_from: Some(key(&credentials.password_key)),
        host: database.host.clone(),
        port: database.port,
        database: database.database.clone(),
        parameters: database.parameters.clone(),
    })
}

/// The desired state inline, or in a ConfigMap that changes its name with its content: a ConfigMap
/// whose content alone changes is nothing that Argo CD would wait for (FACTS 2).
fn desired(
    schema: &Schema,
    sql: &SchemaSql,
    server: Option<&Server>,
    diagnostics: &mut Diagnostics,
) -> (Option<AtlasDesired>, Option<Map>) {
    let (text, key) = match &schema.desired {
        Desired::Sql(texts) => (sql.joined(texts), "schema.sql"),
        Desired::Hcl(text) => (lines(&text.text), "schema.hcl"),
        Desired::Registry(url) => return (Some(AtlasDesired::Url(url.clone())), None),
        Desired::Migrations(_) => return (None, None),
    };
    if text.len() > CONFIG_MAP_LIMIT {
        let what = message!("the schema `{name}`", name = schema.common.name);
        let (primary, size, limit) = (schema.common.place, text.len(), CONFIG_MAP_LIMIT);
        diagnostics.report(TooLarge { primary, what, size, limit });
        return (None, None);
    }
    if schema.dev_url_from.is_some() {
        // The operator does not look again for the sake of a Secret that is not made anew, so the
        // text is: another one, or another server, is another key.
        let server = server.map(|server| server.hash.as_str()).unwrap_or_default();
        let extension = key.trim_start_matches("schema");
        let hash = hash::suffix([(key, text.as_str()), ("server", server)]);
        let key = format_smolstr!("{hash}{extension}");
        let config_map = recheck::config_map(schema, &key, text);
        let desired = AtlasDesired::ConfigMap { name: recheck::name(schema), key };
        return (Some(desired), Some(config_map));
    }
    if text.len() <= INLINE_LIMIT {
        let desired = match key {
            "schema.hcl" => AtlasDesired::Hcl(text.into()),
            _ => AtlasDesired::Sql(text.into()),
        };
        return (Some(desired), None);
    }
    let name = format!("{}-schema-{}", schema.common.name, hash::suffix([(key, text.as_str())]));
    // Server-side apply keeps no copy in an annotation; pruned last, it is there for as long as
    // something refers to it.
    let options = ["ServerSideApply=true", "PruneLast=true"];
    let metadata = labels::metadata(&schema.common, COMPONENT, &name, &options);
    let data = Map::new().with(key, text);
    let config_map = outline("v1", "ConfigMap", metadata).with("data", data);
    let desired = AtlasDesired::ConfigMap { name: name.into(), key: key.into() };
    (Some(desired), Some(config_map))
}

/// `migrations` -> AtlasMigration, and a ConfigMap for a directory that is too large to stand
/// inline.
fn migration_manifests(
    schema: &Schema,
    migrations: &Migrations,
    server: Option<&Server>,
    project: &Project,
    diagnostics: &mut Diagnostics,
) -> Vec<Map> {
    let name = &schema.common.name;
    let (dir, config_map) = directory(schema, migrations, server, diagnostics);
    let protected = migrations.migrate_down.map(|(allow, auto_approve)| {
        let down = Map::new().with("allow", allow).with("autoApprove", auto_approve);
        Map::new().with("migrateDown", down)
    });
    let spec = target(schema, project, diagnostics).write(Map::new()).with("dir", dir);
    let spec = spec
        .with_some("baseline", migrations.baseline.as_deref())
        .with_some("execOrder", migrations.exec_order.as_deref())
        .with_some("revisionsSchema", migrations.revisions_schema.as_deref())
        .with_some("protectedFlows", protected);
    let spec = options(schema, None, spec);
    let metadata =
        labels::metadata(&schema.common, COMPONENT, name, &["SkipDryRunOnMissingResource=true"]);
    let resource = outline(atlas::API_VERSION, "AtlasMigration", metadata).with("spec", spec);
    config_map.into_iter().chain([resource]).collect()
}

/// The value of `dir`. The files stand byte for byte as they are: `atlas.sum` is their hash.
///
/// Of a database that keeps nothing they are in a ConfigMap that every sync makes anew, so that the operator runs again
/// those that a new pod has not had; its name changes with them and with what runs the database.
fn directory(
    schema: &Schema,
    migrations: &Migrations,
    server: Option<&Server>,
    diagnostics: &mut Diagnostics,
) -> (Map, Option<Map>) {
    let (files, sum) = match &migrations.directory {
        MigrationDir::Local { files, sum } => (files, sum),
        MigrationDir::Remote { name, tag } => {
            let remote = Map::new().with("name", name.as_str()).with_some("tag", tag.as_deref());
            return (Map::new().with("remote", remote), None);
        }
    };
    let texts = || {
        let files = files.iter().map(|(name, excerpt)| (name.as_str(), excerpt.text.as_str()));
        files.chain([(crate::atlas_sum::FILE_NAME, sum.as_str())])
    };
    let size: usize = texts().map(|(name, text)| name.len() + text.len()).sum();
    if size > CONFIG_MAP_LIMIT {
        let what = message!("the migrations of `{name}`", name = schema.common.name);
        let (primary, limit) = (schema.common.place, CONFIG_MAP_LIMIT);
        diagnostics.report(TooLarge { primary, what, size, limit });
    }
    let data = Map::of_texts(texts());
    let server = server.filter(|server| server.keeps_nothing);
    if server.is_none() && size <= INLINE_LIMIT {
        return (Map::new().with("local", data), None);
    }
    let server_hash = server.map(|server| ("server", server.hash.as_str()));
    let hash = hash::suffix(texts().chain(server_hash));
    let name = format!("{}-migrations-{hash}", schema.common.name);
    let options: &[&str] = match server {
        Some(_) => &[recheck::ANEW[0], recheck::ANEW[1], "PruneLast=true"],
        None => &["ServerSideApply=true", "PruneLast=true"],
    };
    let metadata = labels::metadata(&schema.common, COMPONENT, &name, options);
    let config_map = outline("v1", "ConfigMap", metadata).with("data", data);
    let reference = Map::new().with("name", name);
    (Map::new().with("configMapRef", reference), Some(config_map))
}

fn options(schema: &Schema, recheck: Option<&SecretKey>, spec: Map) -> Map {
    let cloud = schema.cloud.as_ref().map(|cloud| {
        Map::new()
            .with_some("repo", cloud.repo.as_deref())
            .with_some("url", cloud.url.as_deref())
            .with_some("project", cloud.project.as_deref())
            .with_some("tokenFrom", cloud.token_from.as_ref().map(atlas::secret_key_ref))
    });
    let vars = schema.vars.iter().map(|variable| {
        let map = Map::new().with("key", variable.key.as_str());
        match &variable.value {
            VariableValue::Text(text) => map.with("value", text.as_str()),
            VariableValue::From(source) => map.with("valueFrom", source.clone()),
        }
    });
    let dev_url_from = schema.dev_url_from.as_ref().or(recheck);
    // Migrations are tried again whatever went wrong, and nothing else makes the operator do so: 0 is
    // no limit.
    let is_migration = matches!(schema.desired, Desired::Migrations(_));
    let backoff_limit = schema.backoff_limit.or(is_migration.then_some(0));
    spec.with_some("schemas", some_list(schema.schemas.clone()))
        .with_some("exclude", some_list(schema.exclude.clone()))
        .with_some("txMode", schema.tx_mode.as_deref())
        .with_some("policy", policy(schema))
        .with_some("devURL", schema.dev_url.as_deref())
        .with_some("devURLFrom", dev_url_from.map(atlas::secret_key_ref))
        .with_some("devDB", schema.dev_db.clone())
        .with_some("cloud", cloud)
        .with_some("config", schema.config.as_deref())
        .with_some("configFrom", schema.config_from.as_ref().map(atlas::secret_key_ref))
        .with_some("envName", schema.env_name.as_deref())
        .with_some("vars", some_list(vars.collect()))
        .with_some("backoffLimit", backoff_limit)
}

fn policy(schema: &Schema) -> Option<Value> {
    if matches!(schema.desired, Desired::Migrations(_)) {
        return None;
    }
    let Policy { destructive, skip: _, concurrent_create, concurrent_drop, review } =
        &schema.policy;
    let destructive = match destructive {
        Destructive::Error => Some(Map::new().with("error", true)),
        // Without the rule, later runs apply unasked what is not skipped (FACTS 3.5). It is a search
        // for `DROP ` in the plan, which refuses `DROP NOT NULL` as well: where drops are skipped, it
        // would refuse nothing but what is harmless.
        Destructive::Defer | Destructive::Allow => None,
    };
    let lint =
        Map::new().with_some("destructive", destructive).with_some("review", review.as_deref());
    let concurrent_index =
        Map::new().with_some("create", *concurrent_create).with_some("drop", *concurrent_drop);
    let never = schema.policy.never_made();
    let skip = never.fold(Map::new(), |all, change| all.with(change, true));
    let diff = Map::new()
        .with_some("concurrent_index", atlas::some(concurrent_index))
        .with_some("skip", atlas::some(skip));
    let policy =
        Map::new().with_some("lint", atlas::some(lint)).with_some("diff", atlas::some(diff));
    atlas::some(policy)
}
