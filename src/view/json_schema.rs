//! `generate json-schema`: what editors check and complete the specs with.
//!
//! The parts that are "as in Kubernetes" come from the parser's own shapes; the rest is the table
//! below, which a test holds against the fields that the parser asks for. Draft 7, which
//! yaml-language-server reads best. Documents that are no specs are left alone, since they may
//! stand in the same file.

use serde_json::{Map, Value, json};

use crate::engine::ENGINES;
use crate::parse::shape::{self, Shape};
use crate::parse::{API_GROUP, API_VERSION};
use crate::resolve::SKIPS;

/// The schema as text.
pub fn text() -> String {
    format!("{:#}\n", schema())
}

/// One field of a spec.
struct Property {
    name: &'static str,
    of: Type,
    is_required: bool,
    /// What it means.
    text: &'static str,
    /// Values that show how it is written, as JSON.
    examples: &'static [&'static str],
}

/// What a field holds.
enum Type {
    /// What the parser knows as a shape.
    Is(&'static Shape),
    /// A mapping with these fields.
    Object(&'static [Property]),
    /// A list.
    List(&'static Type),
    /// A mapping with names of the user's own.
    Map(&'static Type),
    /// Either of several ways to write it.
    Either(&'static [Type]),
    /// The name of an engine, with a suffix or without.
    Engine,
    /// A kind of change that the operator can be kept from.
    Skip,
}

use Type::{Either, Engine, Is, List, Map as MapOf, Object, Skip};

const TEXT: Type = Is(&Shape::Text);
const INT: Type = Is(&Shape::Int);
const BOOL: Type = Is(&Shape::Bool);
const QUANTITY: Type = Is(&Shape::Quantity);
const TEXTS: Type = List(&TEXT);
const TEXT_MAP: Type = MapOf(&TEXT);

const fn may(name: &'static str, of: Type, text: &'static str) -> Property {
    Property { name, of, is_required: false, text, examples: &[] }
}

const fn must(name: &'static str, of: Type, text: &'static str) -> Property {
    Property { name, of, is_required: true, text, examples: &[] }
}

impl Property {
    const fn like(self, examples: &'static [&'static str]) -> Property {
        Property { examples, ..self }
    }
}

const METADATA: &[Property] = &[
    must("name", TEXT, "What the spec and its objects are called.").like(&["\"shop\""]),
    may("namespace", TEXT, "The namespace of its objects; by default that of the Application."),
    may("labels", TEXT_MAP, "Labels for all its objects."),
    may("annotations", TEXT_MAP, "Annotations for all its objects."),
];

const SECRET_KEY_REF: Type = Object(&[must(
    "secretKeyRef",
    Object(&[must("name", TEXT, "The Secret."), must("key", TEXT, "The key within it.")]),
    "A key of a Secret in the same namespace.",
)]);

const CONFIG_FILES: Type = MapOf(&Either(&[
    TEXT,
    Object(&[
        may("file", TEXT, "The path of a file below the application's directory."),
        may("text", TEXT, "What the file holds."),
    ]),
]));

const SHARED: &[Property] = &[
    may(
        "dependsOn",
        TEXTS,
        "What has to be healthy first, beside what other fields refer to: names of specs, or \
         `Kind/name` of a plain manifest. An empty list means that it waits for nothing.",
    )
    .like(&["[\"Schema/shop\"]", "[]"]),
    may(
        "wave",
        INT,
        "The sync wave, if it has to be a certain one. Everything else is arranged around it.",
    ),
    may(
        "patches",
        List(&Object(&[
            must(
                "target",
                Object(&[
                    must("kind", TEXT, "The kind of the object."),
                    may("name", TEXT, "Its name, where there are several of the kind."),
                ]),
                "Which of the generated objects.",
            ),
            must("patch", Is(&Shape::Map(&Shape::Any)), "A strategic-merge patch."),
        ])),
        "Changes to the generated objects that no field is for.",
    ),
];

const STORAGE: Type = Either(&[
    QUANTITY,
    Object(&[
        must("size", QUANTITY, "How much.").like(&["\"10Gi\""]),
        may("className", TEXT, "The storage class."),
    ]),
]);

const DATABASE: &[Property] = &[
    must("engine", Engine, "The database engine: `mysql`, `mariadb` and `postgres` can be run in the cluster, all of them used with `external`.")
        .like(&["\"postgres\"", "\"mysql\""]),
    may("version", TEXT, "The tag of the engine's official image.").like(&["\"17\""]),
    may("image", TEXT, "A whole image, in place of `version`."),
    may("database", TEXT, "The logical database; by default the name with `-` as `_`."),
    may(
        "storage",
        STORAGE,
        "How much is kept on a volume. Without it the data goes with the pod.",
    )
    .like(&["\"10Gi\""]),
    may("resources", Is(&shape::RESOURCES), "Requests and limits, as in Kubernetes."),
    may("args", TEXTS, "Arguments of the server."),
    may("configFiles", CONFIG_FILES, "Files that are mounted: a mount path for each file or text."),
    may("parameters", TEXT_MAP, "Parameters of the connection URL.").like(&["{\"sslmode\": \"require\"}"]),
    may(
        "credentials",
        Object(&[
            may("secret", TEXT, "The Secret; by default `<name>-credentials`."),
            may("userKey", TEXT, "Its key that holds the user; by default `username`."),
            may("passwordKey", TEXT, "Its key that holds the password; by default `password`."),
            may("urlKey", TEXT, "Its key that holds a whole connection URL."),
            may("user", TEXT, "The user, literally."),
            may("password", TEXT, "The password, literally: it is then in Git, which is warned about."),
        ]),
        "Who may log in.",
    )
    .like(&["{\"secret\": \"shop-db-credentials\"}"]),
    may(
        "cloudNativePG",
        Object(&[
            may("instances", INT, "How many instances."),
            may("storage", STORAGE, "How much each keeps on a volume."),
        ]),
        "A CloudNativePG Cluster in place of a StatefulSet (`engine: postgres`).",
    )
    .like(&["{\"instances\": 3, \"storage\": \"10Gi\"}"]),
    may(
        "external",
        Object(&[
            must("host", TEXT, "Where it is."),
            may("port", INT, "Its port; by default the engine's."),
        ]),
        "A database that runs elsewhere: nothing is run in the cluster.",
    )
    .like(&["{\"host\": \"db.example.com\"}"]),
];

const SCHEMA: &[Property] = &[
    may("database", TEXT, "The Database of the project that the schema is applied to."),
    may("url", TEXT, "The URL of a database that the project does not describe."),
    may("urlFrom", SECRET_KEY_REF, "The Secret that holds that URL."),
    may("sql", TEXT, "The desired schema as SQL."),
    may(
        "files",
        TEXTS,
        "Files with the desired schema: paths or globs, from the application's directory.",
    )
    .like(&["[\"schema/*.sql\"]"]),
    may("hcl", TEXT, "A file with the desired schema in Atlas HCL."),
    may("migrations", TEXT, "A directory of versioned migrations with its `atlas.sum`.")
        .like(&["\"migrations\""]),
    may("registry", TEXT, "The schema's `atlas://` URL in Atlas Cloud.")
        .like(&["\"atlas://shop\""]),
    may("baseline", TEXT, "The version that the database already has (`migrations`)."),
    may(
        "execOrder",
        Is(&Shape::Choice(&["linear", "linear-skip", "non-linear"])),
        "What is done about migrations that were added out of order (`migrations`).",
    ),
    may("revisionsSchema", TEXT, "The schema that the revisions are kept in (`migrations`)."),
    may(
        "migrateDown",
        Object(&[
            may("allow", BOOL, "Whether going back is allowed."),
            may("autoApprove", BOOL, "Whether it needs nobody's approval."),
        ]),
        "What happens when a migration is taken away (`migrations`).",
    ),
    may("schemas", TEXTS, "The database's schemas that are managed."),
    may("exclude", TEXTS, "Globs of what is left alone."),
    may("txMode", Is(&Shape::Choice(&["file", "all", "none"])), "What runs in one transaction."),
    may("devUrl", TEXT, "The URL of a dev database."),
    may("devUrlFrom", SECRET_KEY_REF, "The Secret that holds that URL."),
    may(
        "devDB",
        Is(&shape::DEV_DB),
        "The pod of the dev database, as in the operator's custom resources.",
    ),
    may("backoffLimit", INT, "How often a failed change is tried again."),
    may(
        "cloud",
        Object(&[
            may("url", TEXT, "Another server than Atlas's own."),
            may("project", TEXT, "The project."),
            may("repo", TEXT, "The repository."),
            may("tokenFrom", SECRET_KEY_REF, "The Secret that holds the token."),
        ]),
        "Atlas Cloud.",
    ),
    may("config", TEXT, "An Atlas project file."),
    may("configFrom", SECRET_KEY_REF, "The Secret that holds it."),
    may("envName", TEXT, "The environment of the project file."),
    may(
        "vars",
        List(&Object(&[
            must("key", TEXT, "The variable's name."),
            may("value", TEXT, "Its value."),
            may("valueFrom", Is(&shape::VARIABLE_SOURCE), "Where its value comes from."),
        ])),
        "Variables for the project file.",
    ),
    may(
        "policy",
        Object(&[
            may(
                "destructive",
                Is(&Shape::Choice(&["error", "allow"])),
                "Whether a change that drops something is made. Default: `error`.",
            ),
            may("skip", List(&Skip), "Kinds of change that are not made."),
            may(
                "concurrentIndex",
                Object(&[
                    may("create", BOOL, "Whether indexes are created concurrently."),
                    may("drop", BOOL, "Whether indexes are dropped concurrently."),
                ]),
                "Indexes without a lock on the table (PostgreSQL).",
            ),
            may(
                "review",
                Is(&Shape::Choice(&["ALWAYS", "WARNING", "ERROR"])),
                "When a person has to approve a change.",
            ),
        ]),
        "What the operator may do to the database.",
    ),
];

const APP: &[Property] = &[
    must("image", TEXT, "The image.").like(&["\"ghcr.io/example/shop:1.4.2\""]),
    may("command", TEXTS, "The command, in place of the image's."),
    may("args", TEXTS, "Arguments of the command."),
    may(
        "imagePullSecrets",
        List(&Either(&[TEXT, Object(&[must("name", TEXT, "The Secret.")])])),
        "Secrets for the registry.",
    ),
    may("replicas", INT, "How many pods; default 1."),
    may(
        "autoscaling",
        Object(&[
            may("min", INT, "The fewest pods; default 1."),
            must("max", INT, "The most pods."),
            may("cpu", INT, "The target use of the CPU request, in percent."),
            may("memory", INT, "The target use of the memory request, in percent."),
        ]),
        "A HorizontalPodAutoscaler, in place of `replicas`.",
    )
    .like(&["{\"min\": 2, \"max\": 10, \"cpu\": 75}"]),
    may("port", INT, "The port of the container and of the Service.").like(&["8080"]),
    may(
        "ports",
        List(&Either(&[
            INT,
            Object(&[
                may("name", TEXT, "Its name; needed where there are several."),
                must("port", INT, "What the Service listens on."),
                may("targetPort", INT, "What the container listens on; by default the same."),
                may("protocol", Is(&Shape::Choice(&["TCP", "UDP", "SCTP"])), "The protocol; default TCP."),
            ]),
        ])),
        "Several ports, in place of `port`.",
    ),
    may(
        "env",
        MapOf(&Either(&[TEXT, Is(&shape::ENV_SOURCE)])),
        "Environment variables. A text may hold `${name.property}`: `host`, `port`, `user`, `password`, \
         `name` and `url` of a Database or a Schema, `host`, `port` and `url` of an App; `$$` is a `$`.",
    )
    .like(&["{\"PGHOST\": \"${shop.host}\"}"]),
    may("envFrom", Is(&shape::ENV_FROM), "Environment variables from a ConfigMap or a Secret, as in Kubernetes."),
    may("resources", Is(&shape::RESOURCES), "Requests and limits, as in Kubernetes."),
    may("volumes", MapOf(&Object(&[])), "Volumes: a source for each mount path, with `readOnly` and `subPath`.")
        .like(&["{\"/data\": {\"emptyDir\": {}}}"]),
    may("configFiles", CONFIG_FILES, "Files that are mounted: a mount path for each file or text."),
    may("serviceAccount", TEXT, "The ServiceAccount."),
    may("nodeSelector", TEXT_MAP, "As in Kubernetes."),
    may("tolerations", Is(&shape::TOLERATIONS), "As in Kubernetes."),
    may("affinity", Is(&shape::AFFINITY), "As in Kubernetes."),
    may(
        "topologySpread",
        Is(&shape::TOPOLOGY_SPREAD),
        "How pods are spread, as Kubernetes' `topologySpreadConstraints`: only `topologyKey` is needed.",
    )
    .like(&["[{\"topologyKey\": \"topology.kubernetes.io/zone\"}]"]),
    may(
        "disruptionBudget",
        Either(&[
            BOOL,
            Object(&[
                may("maxUnavailable", Is(&shape::COUNT), "How many pods may be evicted at once."),
                may("minAvailable", Is(&shape::COUNT), "How many pods are left."),
            ]),
        ]),
        "A PodDisruptionBudget; by default one pod at a time where there are several. `false`: none.",
    )
    .like(&["{\"maxUnavailable\": \"25%\"}", "false"]),
    may("strategy", Is(&shape::STRATEGY), "How pods are replaced, as in a Deployment."),
    may("backoffLimit", INT, "How often a Job is tried again; Kubernetes' default is 6."),
    may("activeDeadlineSeconds", INT, "After how many seconds a Job is given up."),
    may("healthCheckPath", TEXT, "An HTTP path on the first port that says whether it is ready and alive.")
        .like(&["\"/healthz\""]),
    may("livenessProbe", Is(&shape::PROBE), "As in Kubernetes."),
    may("readinessProbe", Is(&shape::PROBE), "As in Kubernetes."),
    may("startupProbe", Is(&shape::PROBE), "As in Kubernetes."),
    may(
        "ingress",
        Object(&[
            must("host", TEXT, "The host."),
            may("path", TEXT, "The path; default `/`."),
            may("className", TEXT, "The ingress class."),
            may("tls", Either(&[BOOL, TEXT]), "Whether there is a certificate, or the Secret that holds it."),
            may("annotations", TEXT_MAP, "Annotations for the controller."),
        ]),
        "A way in by an Ingress.",
    )
    .like(&["{\"host\": \"shop.example.com\", \"tls\": true}"]),
    may(
        "httpRoute",
        Object(&[
            must("parentRefs", Is(&shape::PARENT_REFS), "The Gateways."),
            may("hostnames", TEXTS, "The hosts."),
            may("path", TEXT, "The path; default `/`."),
        ]),
        "A way in by a Gateway.",
    ),
    may(
        "requires",
        MapOf(&MapOf(&TEXTS)),
        "The tables and columns that the App needs, by Schema: checked against its SQL.",
    )
    .like(&["{\"shop\": {\"users\": [\"id\", \"email\"]}}"]),
    may("schedule", TEXT, "When it runs, as cron writes it: a CronJob in place of a Deployment.")
        .like(&["\"0 3 * * *\""]),
    may(
        "job",
        Either(&[BOOL, Object(&[must("run", Is(&Shape::Choice(&["once", "everySync"])), "When it runs.")])]),
        "A Job in place of a Deployment: once for each content (`true`), or in every sync.",
    )
    .like(&["true", "{\"run\": \"everySync\"}"]),
    may("security", Is(&Shape::Choice(&["restricted"])), "The Pod Security profile that the pod keeps to."),
];

/// A kind of spec: its name, its own fields, and what it is.
struct Kind {
    name: &'static str,
    fields: &'static [Property],
    text: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind { name: "Database", fields: DATABASE, text: "Where data lives." },
    Kind {
        name: "Schema",
        fields: SCHEMA,
        text: "The desired schema of one database, applied by the Atlas Operator.",
    },
    Kind { name: "App", fields: APP, text: "A workload and its way in." },
];

fn schema() -> Value {
    let names = KINDS.map(|kind| kind.name);
    let definitions: Map<String, Value> =
        KINDS.iter().map(|kind| (kind.name.to_owned(), document(kind))).collect();
    let by_kind = KINDS.map(|Kind { name, .. }| {
        json!({
            "if": { "required": ["kind"], "properties": { "kind": { "const": name } } },
            "then": { "$ref": format!("#/definitions/{name}") },
        })
    });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": API_VERSION,
        "description": "Specs of argocd-atlas-plugin. Other manifests in the same file are left alone.",
        "type": "object",
        "properties": {
            "apiVersion": { "type": "string", "examples": [API_VERSION] },
            "kind": { "type": "string", "examples": names },
        },
        "if": {
            "required": ["apiVersion"],
            "properties": { "apiVersion": { "type": "string", "pattern": format!("^{API_GROUP}/") } },
        },
        "then": {
            "required": ["apiVersion", "kind", "metadata", "spec"],
            "properties": {
                "apiVersion": { "const": API_VERSION },
                "kind": { "enum": names },
            },
            "allOf": by_kind,
        },
        "definitions": definitions,
    })
}

fn document(kind: &Kind) -> Value {
    let mut spec = object([kind.fields, SHARED].into_iter().flatten());
    spec.insert("description".to_owned(), json!(kind.text));
    json!({
        "description": kind.text,
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {
            "apiVersion": { "const": API_VERSION },
            "kind": { "const": kind.name },
            "metadata": object(METADATA.iter()),
            "spec": spec,
        },
        "additionalProperties": false,
    })
}

fn object<'a>(properties: impl Iterator<Item = &'a Property> + Clone) -> Map<String, Value> {
    let required: Vec<&str> =
        properties.clone().filter(|property| property.is_required).map(|p| p.name).collect();
    let properties: Map<String, Value> =
        properties.map(|property| (property.name.to_owned(), described(property))).collect();
    let mut object = Map::new();
    object.insert("type".to_owned(), json!("object"));
    object.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        object.insert("required".to_owned(), json!(required));
    }
    object.insert("additionalProperties".to_owned(), json!(false));
    object
}

fn described(property: &Property) -> Value {
    let mut schema = of_type(&property.of, property.name);
    schema.insert("description".to_owned(), json!(property.text));
    let examples: Vec<Value> =
        property.examples.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
    if !examples.is_empty() {
        schema.insert("examples".to_owned(), json!(examples));
    }
    Value::Object(schema)
}

fn of_type(of: &Type, name: &str) -> Map<String, Value> {
    let schema = match of {
        Is(shape) => return of_shape(shape),
        // A volume is a source of Kubernetes' with two fields more.
        Object([]) if name == "volumes" => return volume(),
        Object(properties) => return object(properties.iter()),
        List(item) => json!({ "type": "array", "items": of_type(item, name) }),
        MapOf(of) => json!({ "type": "object", "additionalProperties": of_type(of, name) }),
        Either(ways) => {
            let ways: Vec<_> = ways.iter().map(|way| of_type(way, name)).collect();
            json!({ "anyOf": ways })
        }
        Engine => {
            let names: Vec<&str> = ENGINES.iter().map(|engine| engine.name).collect();
            json!({ "anyOf": [{ "enum": names }, { "type": "string", "pattern": "^[a-z]+\\+[a-z]+$" }] })
        }
        Skip => json!({ "enum": SKIPS.map(|(ours, _)| ours) }),
    };
    schema.as_object().cloned().unwrap_or_default()
}

fn volume() -> Map<String, Value> {
    let mut schema = of_shape(&shape::VOLUME);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert("readOnly".to_owned(), json!({ "type": "boolean" }));
        properties.insert("subPath".to_owned(), json!({ "type": "string" }));
    }
    schema
}

/// A shape as JSON Schema. A text may be written as any scalar.
fn of_shape(shape: &Shape) -> Map<String, Value> {
    let schema = match shape {
        Shape::Text => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Int => json!({ "type": "integer" }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::IntOrText => json!({ "type": ["integer", "string"] }),
        Shape::Quantity => json!({ "type": ["string", "number"] }),
        Shape::Choice(words) => json!({ "enum": words }),
        Shape::List(item) => json!({ "type": "array", "items": of_shape(item) }),
        Shape::Map(of) => json!({ "type": "object", "additionalProperties": of_shape(of) }),
        Shape::Object(fields) => {
            let required: Vec<&str> =
                fields.iter().filter(|field| field.required).map(|field| field.name).collect();
            let properties: Map<String, Value> = fields
                .iter()
                .map(|field| (field.name.to_owned(), Value::Object(of_shape(&field.shape))))
                .collect();
            let mut object = json!({
                "type": "object", "properties": properties, "additionalProperties": false,
            });
            if let (Some(object), false) = (object.as_object_mut(), required.is_empty()) {
                object.insert("required".to_owned(), json!(required));
            }
            object
        }
        Shape::Any => json!({}),
    };
    schema.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests;
