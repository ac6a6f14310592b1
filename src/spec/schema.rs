//! The fields of a `Schema`.

use crate::source::Spanned;
use crate::spec::kubernetes;
use crate::spec::shared::{FromSecret, Inline};
use crate::spec::{FieldType, Rule, record, shapes};
use crate::syntax::Text;

/// The kinds of change that `policy.skip` takes: our spelling and the operator's.
pub const SKIPS: [(&str, &str); 15] = [
    ("addSchema", "add_schema"),
    ("dropSchema", "drop_schema"),
    ("modifySchema", "modify_schema"),
    ("addTable", "add_table"),
    ("dropTable", "drop_table"),
    ("modifyTable", "modify_table"),
    ("addColumn", "add_column"),
    ("dropColumn", "drop_column"),
    ("modifyColumn", "modify_column"),
    ("addIndex", "add_index"),
    ("dropIndex", "drop_index"),
    ("modifyIndex", "modify_index"),
    ("addForeignKey", "add_foreign_key"),
    ("dropForeignKey", "drop_foreign_key"),
    ("modifyForeignKey", "modify_foreign_key"),
];

const SKIP_NAMES: [&str; SKIPS.len()] = {
    let mut names = [""; SKIPS.len()];
    let mut at = 0;
    #[expect(clippy::indexing_slicing, reason = "both have the same length, and it is a constant")]
    while at < SKIPS.len() {
        names[at] = SKIPS[at].0;
        at += 1;
    }
    names
};

shapes! {
    /// Which migrations run in one transaction.
    TxMode = FieldType::Choice(&["file", "all", "none"]);
    /// What is done about migrations out of order.
    ExecOrder = FieldType::Choice(&["linear", "linear-skip", "non-linear"]);
    /// What is done about a change that drops something.
    Destructive = FieldType::Choice(&["defer", "error", "allow"]);
    /// A kind of change.
    Skip = FieldType::Choice(&SKIP_NAMES);
    /// When a person approves.
    Review = FieldType::Choice(&["ALWAYS", "WARNING", "ERROR"]);
    /// The pod of the dev database: `spec.devDB` of the operator's custom resources is a pod template.
    DevDb = FieldType::Relaxed {
        of: &kubernetes::CORE_V1_POD_TEMPLATE_SPEC,
        required: &["spec"],
        without: &[],
    };
    /// Where the value of a variable comes from.
    VariableSource = FieldType::Relaxed {
        of: &kubernetes::CORE_V1_ENV_VAR_SOURCE,
        required: &[],
        without: &["fieldRef", "resourceFieldRef", "fileKeyRef"],
    };
}

record! {
    /// The fields of a `Schema`.
    pub struct Schema {
        @span = place;
        may database: Text = "database",
            "The Database of the project that the schema is applied to. Required, unless `url` or \
             `urlFrom` is there.",
            "database: shop-db", ["databaseRef", "db", "target", "databaseName"];
        may url: Text = "url",
            "The URL of a database that the project does not describe. A password in it is warned about.",
            "url: mysql://db.example.com/shop",
            ["dsn", "uri", "connectionString", "databaseUrl", "connection"];
        may url_from: FromSecret = "urlFrom",
            "The Secret that holds that URL.",
            "urlFrom: {secretKeyRef: {name: shop, key: url}}",
            ["urlSecret", "urlSecretRef", "secretKeyRef", "dsnFrom"];
        may sql: Inline = "sql",
            "The desired schema, inline. Required, unless `files`, `hcl`, `migrations` or `registry` is \
             there.",
            "sql: create table users (id int);", ["ddl", "inline", "statements", "schema", "text"];
        may files: Spanned<Vec<Text>> = "files",
            "The desired schema as `*.sql` files: paths or globs, from the application's directory, in any \
             order.",
            "files: [schema/*.sql]",
            ["file", "path", "paths", "sqlFiles", "src", "source", "sources", "schemaFiles"];
        may hcl: Text = "hcl",
            "The desired schema as a file in Atlas HCL.", "hcl: schema.hcl", ["hclFile"];
        may migrations: Text = "migrations",
            "A directory of versioned migrations, `*.sql` with `atlas.sum`; or `atlas://name?tag=` for one \
             in the registry.",
            "migrations: migrations",
            ["dir", "migration", "migrationsDir", "migrationDir", "versioned", "migrationsPath"];
        may registry: Text = "registry",
            "A schema in the registry of Atlas Cloud.",
            "registry: atlas://shop, cloud: {tokenFrom: {secretKeyRef: {name: atlas, key: token}}}", [];
        may baseline: Text = "baseline",
            "With `migrations`: the version that the database has already.",
            "migrations: migrations, baseline: \"1\"", ["baselineVersion"];
        word exec_order: ExecOrder = "execOrder",
            "With `migrations`: what is done about one that was added out of order. Default: `linear`.",
            "migrations: migrations, execOrder: linear-skip", ["executionOrder", "order"];
        may revisions_schema: Text = "revisionsSchema",
            "With `migrations`: the database schema in which Atlas keeps its table of revisions.",
            "migrations: migrations, revisionsSchema: atlas", ["revisionSchema"];
        may migrate_down: MigrateDown = "migrateDown",
            "With `migrations`: what happens when one is taken away.",
            "migrations: migrations, migrateDown: {allow: true, autoApprove: true}",
            ["down", "rollback", "protectedFlows"];
        any schemas: Vec<Text> = "schemas",
            "The database's schemas that are managed.", "schemas: [shop]", [];
        any exclude: Vec<Text> = "exclude",
            "Globs of what is left alone.", "exclude: [tmp_*]", ["ignore", "excludes"];
        word tx_mode: TxMode = "txMode",
            "Which changes run in one transaction: those of a `file`, `all`, or `none`.",
            "txMode: none", ["transactionMode", "transaction"];
        may dev_url: Text = "devUrl",
            "The URL of a dev database of your own.",
            "devUrl: mysql://dev.example.com/dev", ["devDatabase"];
        may dev_url_from: FromSecret = "devUrlFrom",
            "The Secret that holds its URL.",
            "devUrlFrom: {secretKeyRef: {name: dev, key: url}}", [];
        like dev_db: DevDb = "devDB",
            "The pod of the dev database, as in the operator's custom resources. It needs `devUrl`.",
            "devUrl: mysql://localhost/dev, devDB: {spec: {containers: [{name: mysql, image: mysql}]}}",
            ["devPod"];
        may backoff_limit: Spanned<i64> = "backoffLimit",
            "How often a failed change is tried again.", "backoffLimit: 5", ["retries", "maxRetries"];
        may cloud: Cloud = "cloud",
            "Atlas Cloud.",
            "cloud: {repo: shop, tokenFrom: {secretKeyRef: {name: atlas, key: token}}}",
            ["atlasCloud"];
        may config: Text = "config",
            "An Atlas project file, inline. It needs `envName`.",
            "config: 'env \"k8s\" {}', envName: k8s", ["atlasHcl", "projectFile"];
        may config_from: FromSecret = "configFrom",
            "The Secret that holds it.",
            "configFrom: {secretKeyRef: {name: atlas, key: config}}, envName: k8s", [];
        may env_name: Text = "envName",
            "The `env` block of the project file to use.",
            "config: 'env \"k8s\" {}', envName: k8s", ["env", "environment"];
        any vars: Vec<Variable> = "vars",
            "Variables of the project file.",
            "config: 'env \"k8s\" {}', envName: k8s, vars: [{key: tenant, value: shop}]",
            ["variables"];
        may policy: Policy = "policy",
            "What the operator may do to the database.",
            "policy: {destructive: allow}", ["policies", "lint", "diff"];
    }
    rules [
        Rule::OneOf {
            of: "this Schema",
            purpose: "which database it is for",
            fields: &["database", "url", "urlFrom"],
        },
        Rule::OneOf {
            of: "this Schema",
            purpose: "what the schema is to be",
            fields: &["sql", "files", "hcl", "migrations", "registry"],
        },
        Rule::Excludes {
            by: &["devUrl"],
            fields: &["devUrlFrom"],
            why: "both define the same thing",
        },
        Rule::Excludes {
            by: &["config"],
            fields: &["configFrom"],
            why: "both define the same thing",
        },
    ]
}

record! {
    /// `migrateDown` of a Schema.
    pub struct MigrateDown {
        @span = place;
        may allow: Spanned<bool> = "allow",
            "Whether going back is allowed.",
            "migrations: migrations, migrateDown: {allow: true, autoApprove: true}", ["enabled"];
        may auto_approve: Spanned<bool> = "autoApprove",
            "Whether it needs nobody's approval. A local directory needs it.",
            "migrations: migrations, migrateDown: {allow: true, autoApprove: true}", [];
    }
    rules []
}

record! {
    /// `cloud` of a Schema.
    pub struct Cloud {
        may repo: Text = "repo",
            "The repository.",
            "cloud: {repo: shop, tokenFrom: {secretKeyRef: {name: atlas, key: token}}}", ["repository"];
        may token_from: FromSecret = "tokenFrom",
            "The Secret that holds the token.",
            "cloud: {repo: shop, tokenFrom: {secretKeyRef: {name: atlas, key: token}}}", ["token"];
        may url: Text = "url",
            "With `migrations`: another server than Atlas's own.",
            "migrations: atlas://shop, cloud: {url: 'https://atlas.example.com', tokenFrom: {secretKeyRef: {name: atlas, key: token}}}",
            [];
        may project: Text = "project",
            "With `migrations`: the project.",
            "migrations: atlas://shop, cloud: {project: shop, tokenFrom: {secretKeyRef: {name: atlas, key: token}}}",
            [];
    }
    rules []
}

record! {
    /// One of `vars`.
    pub struct Variable {
        must key: Text = "key",
            "A variable's name.",
            "config: 'env \"k8s\" {}', envName: k8s, vars: [{key: tenant, value: shop}]", ["name"];
        may value: Text = "value",
            "Its value.",
            "config: 'env \"k8s\" {}', envName: k8s, vars: [{key: tenant, value: shop}]", [];
        like value_from: VariableSource = "valueFrom",
            "The ConfigMap or Secret that holds its value.",
            "config: 'env \"k8s\" {}', envName: k8s, vars: [{key: tenant, valueFrom: {configMapKeyRef: {name: t, key: name}}}]",
            ["from"];
    }
    rules [
        Rule::OneOf {
            of: "this variable",
            purpose: "what its value is",
            fields: &["value", "valueFrom"],
        },
    ]
}

record! {
    /// `policy` of a Schema.
    pub struct Policy {
        @span = place;
        word destructive: Destructive = "destructive",
            "What is done about a schema, table or column that Git no longer names. `defer`, the default: it stays in the database. `error`: the operator refuses the change. `allow`: it is dropped.",
            "policy: {destructive: allow}", [];
        words skip: Skip = "skip",
            "Kinds of change that are never made.", "policy: {skip: [dropIndex, modifyColumn]}", ["skips"];
        may concurrent_index: ConcurrentIndex = "concurrentIndex",
            "Indexes without a lock on their table (PostgreSQL).",
            "policy: {concurrentIndex: {create: true}}, txMode: none", ["concurrent"];
        word review: Review = "review",
            "When a person has to approve a change.", "policy: {review: ERROR}", ["approval"];
    }
    rules []
}

record! {
    /// `policy.concurrentIndex` of a Schema.
    #[derive(Default)]
    pub struct ConcurrentIndex {
        may create: Spanned<bool> = "create",
            "Whether they are created without one.",
            "policy: {concurrentIndex: {create: true}}, txMode: none", ["add"];
        may drop: Spanned<bool> = "drop",
            "Whether they are dropped without one.",
            "policy: {concurrentIndex: {drop: true}}, txMode: none", [];
    }
    rules []
}
