//! `Schema`: which database, what is desired, and the operator's own rules, so that a mistake is a
//! message here and not a Degraded resource in the cluster (FACTS 3.4).

use smol_str::SmolStr;

use crate::diag::problems::names::CrossNamespace;
use crate::diag::problems::schema::OperatorSetting;
use crate::diag::problems::security::PasswordInUrl;
use crate::diag::{Diagnostics, message};
use crate::model::{
    Cloud, Database, Desired, Destructive, Need, Policy, Schema, SecretKey, Target, Unit, Variable,
    VariableValue,
};
use crate::resolve::check::{self, invalid};
use crate::resolve::{Context, common, files, migrations, values};
use crate::source::{Excerpt, Span};
use crate::spec::{self, FromSecret, SKIPS, Spec};
use crate::syntax::{Kind, Text};

pub(crate) fn schema(
    index: usize,
    spec: Spec<spec::Schema>,
    databases: &[Database],
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Schema {
    let unit = Unit::Schema(index);
    let (mut common, fields) = common(Kind::Schema, unit, spec, context, diagnostics);
    let (target, need) = target(&fields, unit, context, diagnostics);
    if let (Target::Database(database), Some(need)) = (&target, &need)
        && let Some(database) = databases.get(*database)
        && database.common.namespace != common.namespace
    {
        report_cross_namespace(&common, database, need.span, diagnostics);
    }
    common.needs.extend(need);
    let target_span = target_span(&fields).unwrap_or(common.place);
    let desired = desired(&fields, context, diagnostics);
    rules(&fields, diagnostics);
    Schema {
        common,
        target,
        target_span,
        desired,
        schemas: values(fields.schemas),
        exclude: values(fields.exclude),
        tx_mode: fields.tx_mode.map(|mode| mode.value),
        dev_url: fields.dev_url.map(|url| {
            password_in_url(&url, diagnostics);
            url.value
        }),
        dev_url_from: fields.dev_url_from.map(|key| secret_key(key, diagnostics)),
        dev_db: fields.dev_db.map(|template| template.value),
        backoff_limit: fields.backoff_limit.map(|limit| {
            check::range("backoffLimit", limit, 0..=i64::from(i32::MAX), diagnostics);
            limit.value
        }),
        cloud: fields.cloud.map(|cloud| Cloud {
            repo: cloud.repo.map(|repo| repo.value),
            url: cloud.url.map(|url| url.value),
            project: cloud.project.map(|project| project.value),
            token_from: cloud.token_from.map(|key| secret_key(key, diagnostics)),
        }),
        config: fields.config.map(|config| config.value),
        config_from: fields.config_from.map(|key| secret_key(key, diagnostics)),
        env_name: fields.env_name.map(|name| name.value),
        vars: fields.vars.into_iter().filter_map(variable).collect(),
        policy: fields.policy.map(policy).unwrap_or_default(),
    }
}

fn report_cross_namespace(
    common: &crate::model::Common,
    database: &Database,
    primary: Span,
    diagnostics: &mut Diagnostics,
) {
    let (from, to) =
        (format!("Schema/{}", common.name), format!("Database/{}", database.common.name));
    let (from, to) = (from.as_str(), to.as_str());
    let namespace = database.common.namespace.as_deref().unwrap_or("(the application's own)");
    let other = database.common.place;
    diagnostics.report(CrossNamespace { primary, from, to, namespace, other });
}

fn target(
    fields: &spec::Schema,
    unit: Unit,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> (Target, Option<Need>) {
    if let Some(written) = &fields.database {
        let bare = written.value.strip_prefix("Database/").unwrap_or(&written.value);
        let found =
            context.names.spec(bare, written.as_ref(), unit, &[Kind::Database], diagnostics);
        if let Some(Unit::Database(index)) = found {
            let by = SmolStr::new_static("database");
            let need = Need { unit: Unit::Database(index), span: written.span, by };
            return (Target::Database(index), Some(need));
        }
    }
    if let Some(url) = &fields.url {
        database_url(url, diagnostics);
        password_in_url(url, diagnostics);
        return (Target::Url(url.value.clone()), None);
    }
    match &fields.url_from {
        Some(key) => (Target::UrlFrom(secret_key(key.clone(), diagnostics)), None),
        None => (Target::Unknown, None),
    }
}

/// Where the database is named.
fn target_span(fields: &spec::Schema) -> Option<Span> {
    let from = fields.url_from.as_ref().map(|from| from.secret_key_ref.name.span);
    let url = fields.url.as_ref().map(|url| url.span);
    fields.database.as_ref().map(|name| name.span).or(url).or(from)
}

fn database_url(url: &Text, diagnostics: &mut Diagnostics) {
    let scheme = url.value.split_once("://").map(|(scheme, _)| scheme);
    if scheme.and_then(crate::engine::find).is_none() {
        let message = match scheme {
            Some(scheme) => message!("Atlas does not support the URL scheme `{scheme}`", scheme),
            None => "this is not a database URL".into(),
        };
        let known: Vec<&str> = crate::engine::ENGINES.iter().map(|engine| engine.name).collect();
        let help = crate::diag::problems::spec::did_you_mean(
            scheme.unwrap_or_default(),
            known.iter().copied(),
        );
        diagnostics.report(invalid(url.span, message, help));
    }
}

/// Whether a URL has a password between its user and its host.
fn password_in_url(url: &Text, diagnostics: &mut Diagnostics) {
    let Some((_, rest)) = url.value.split_once("://") else { return };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    let password = user.and_then(|user| user.split_once(':')).map(|(_, password)| password);
    if password.is_some_and(|password| !password.is_empty()) {
        diagnostics.conceal(url.span);
        diagnostics.report(PasswordInUrl { primary: url.span });
    }
}

fn desired(fields: &spec::Schema, context: &Context<'_>, diagnostics: &mut Diagnostics) -> Desired {
    migrations::belong_together(fields, diagnostics);
    if let Some(path) = &fields.migrations {
        return Desired::Migrations(migrations::migrations(path, fields, context, diagnostics));
    }
    if let Some(url) = &fields.registry {
        registry_url(url, diagnostics);
        return Desired::Registry(url.value.clone());
    }
    if let Some(path) = &fields.hcl {
        let text = files::text(path, context, diagnostics);
        return Desired::Hcl(text.unwrap_or_else(|| Excerpt::opaque(String::new(), path.span)));
    }
    if let Some(paths) = &fields.files {
        if paths.value.is_empty() {
            let help = "name .sql files, or use a glob, for example schema/*.sql";
            diagnostics.report(invalid(paths.span, "`files` is empty", help));
        }
        return Desired::Sql(files::texts(&paths.value, ".sql", context, diagnostics));
    }
    let inline = fields.sql.as_ref().and_then(|sql| sql.0.excerpt());
    if let Some(inline) = inline.as_ref().filter(|inline| inline.text.trim().is_empty()) {
        let help = "write the statements that create the schema";
        diagnostics.report(invalid(inline.span, "`sql` is empty", help));
    }
    Desired::Sql(inline.into_iter().collect())
}

/// The operator takes no other URL for a schema (`atlasschema_controller.go`).
fn registry_url(url: &Text, diagnostics: &mut Diagnostics) {
    if !url.value.starts_with("atlas://") || url.value.len() == "atlas://".len() {
        let message = message!(
            "`{url}` is not a schema in the Atlas registry",
            url = url.value.escape_debug()
        );
        diagnostics.report(invalid(
            url.span,
            message,
            "write atlas://NAME or atlas://NAME?tag=TAG",
        ));
    }
}

/// The operator's own rules for fields that go together.
fn rules(fields: &spec::Schema, diagnostics: &mut Diagnostics) {
    let dev_url = fields.dev_url.as_ref().map(|url| url.span);
    let dev_url =
        dev_url.or(fields.dev_url_from.as_ref().map(|from| from.secret_key_ref.name.span));
    if let (Some(dev_db), None) = (&fields.dev_db, dev_url) {
        let message = "`devDB` has no effect without `devUrl`";
        let help = "add `devUrl`, the URL at which the operator reaches that pod";
        diagnostics.report(invalid(dev_db.span, message, help));
    }
    let config = fields.config.as_ref().map(|config| config.span);
    let config = config.or(fields.config_from.as_ref().map(|from| from.secret_key_ref.name.span));
    if let (Some(config), None) = (config, &fields.env_name) {
        let message = "an Atlas project file has no effect without `envName`";
        diagnostics.report(invalid(config, message, "add `envName`, the `env` block to use"));
    }
    if let Some(primary) = config {
        diagnostics.report(OperatorSetting { primary });
    }
}

fn policy(written: spec::Policy) -> Policy {
    let operators = |word: &Text| {
        let found = SKIPS.iter().find(|(ours, _)| *ours == word.value);
        found.map(|(_, theirs)| *theirs)
    };
    let index = written.concurrent_index.unwrap_or_default();
    Policy {
        destructive: match written.destructive.as_ref().map(|text| text.value.as_str()) {
            Some("allow") => Destructive::Allow,
            Some("error") => Destructive::Error,
            Some(_) | None => Destructive::Defer,
        },
        skip: written.skip.iter().filter_map(operators).collect(),
        concurrent_create: index.create.map(|value| value.value),
        concurrent_drop: index.drop.map(|value| value.value),
        review: written.review.map(|text| text.value),
    }
}

/// A variable of the project file; nothing where its value is not one: that has been said.
fn variable(written: spec::Variable) -> Option<Variable> {
    let value = match (written.value, written.value_from) {
        (Some(text), None) => VariableValue::Text(text.value),
        (None, Some(from)) => VariableValue::From(from.value),
        (Some(_), Some(_)) | (None, None) => return None,
    };
    Some(Variable { key: written.key.value, value })
}

pub(crate) fn secret_key(from: FromSecret, diagnostics: &mut Diagnostics) -> SecretKey {
    let key = from.secret_key_ref;
    check::object_name("Secret name", &key.name, diagnostics);
    check::data_key(&key.key, diagnostics);
    SecretKey { name: key.name.value, key: key.key.value }
}
