//! Reads the fields of a `Schema`.

use crate::parse::fields::{Fields, text};
use crate::parse::shape;
use crate::parse::spec::secret_key_ref;
use crate::syntax::node::Node;
use crate::syntax::{Cloud, MigrateDown, Policy, Schema, Variable};

/// The fields that say which database it is.
const TARGETS: [&str; 3] = ["database", "url", "urlFrom"];
/// The fields that say what the schema is to be.
const STATES: [&str; 5] = ["sql", "files", "hcl", "migrations", "registry"];

pub(crate) fn fields(spec: &mut Fields<'_, '_>) -> Option<Schema> {
    Some(Schema {
        span: spec.place(),
        written: TARGETS
            .into_iter()
            .chain(STATES)
            .filter_map(|name| Some((name, spec.key(name)?)))
            .collect(),
        database: spec.text("database"),
        url: spec.text("url"),
        url_from: spec.nested("urlFrom", secret_key_ref),
        sql: inline_text(spec, "sql"),
        files: spec.texts("files"),
        hcl: spec.text("hcl"),
        migrations: spec.text("migrations"),
        registry: spec.text("registry"),
        baseline: spec.text("baseline"),
        exec_order: spec.text("execOrder"),
        revisions_schema: spec.text("revisionsSchema"),
        migrate_down: spec.nested("migrateDown", migrate_down),
        schemas: spec.texts("schemas").unwrap_or_default(),
        exclude: spec.texts("exclude").unwrap_or_default(),
        tx_mode: spec.text("txMode"),
        dev_url: spec.text("devUrl"),
        dev_url_from: spec.nested("devUrlFrom", secret_key_ref),
        dev_db: spec.shaped("devDB", &shape::DEV_DB),
        backoff_limit: spec.integer("backoffLimit"),
        cloud: spec.nested("cloud", cloud),
        config: spec.text("config"),
        config_from: spec.nested("configFrom", secret_key_ref),
        env_name: spec.text("envName"),
        vars: variables(spec),
        policy: spec.nested("policy", policy),
    })
}

/// A text whose node is kept, so that places inside it can be found again.
fn inline_text(spec: &mut Fields<'_, '_>, name: &'static str) -> Option<Node> {
    let node = spec.node(name)?;
    text(node, name, spec.diagnostics)?;
    Some(node.clone())
}

fn migrate_down(mut fields: Fields<'_, '_>) -> Option<MigrateDown> {
    let span = fields.place();
    let (allow, auto_approve) = (fields.boolean("allow"), fields.boolean("autoApprove"));
    fields.finish();
    Some(MigrateDown { span, allow, auto_approve })
}

fn cloud(mut fields: Fields<'_, '_>) -> Option<Cloud> {
    let cloud = Cloud {
        span: fields.span(),
        repo: fields.text("repo"),
        url: fields.text("url"),
        project: fields.text("project"),
        token_from: fields.nested("tokenFrom", secret_key_ref),
    };
    fields.finish();
    Some(cloud)
}

fn variables(spec: &mut Fields<'_, '_>) -> Vec<Variable> {
    let items = spec.list("vars").unwrap_or_default();
    items.iter().filter_map(|item| variable(Fields::of(item, "vars", spec.diagnostics)?)).collect()
}

fn variable(mut fields: Fields<'_, '_>) -> Option<Variable> {
    let key = fields.required_text("key");
    let value = fields.text("value");
    let value_from = fields.shaped("valueFrom", &shape::VARIABLE_SOURCE);
    fields.finish();
    Some(Variable { key: key?, value, value_from })
}

fn policy(mut fields: Fields<'_, '_>) -> Option<Policy> {
    let span = fields.place();
    let destructive = fields.text("destructive");
    let skip = fields.texts("skip").unwrap_or_default();
    let (concurrent_create, concurrent_drop) = fields
        .nested("concurrentIndex", |mut index| {
            let both = (index.boolean("create"), index.boolean("drop"));
            index.finish();
            Some(both)
        })
        .unwrap_or_default();
    let review = fields.text("review");
    fields.finish();
    Some(Policy { span, destructive, skip, concurrent_create, concurrent_drop, review })
}
