//! The shapes that Kubernetes gives to the parts of a spec that are "as in Kubernetes": probes,
//! resources, affinity, volumes. A misspelt field inside them is found here and not by the API
//! server. Source: `k8s.io/api/core/v1/types.go` of Kubernetes 1.34, `sigs.k8s.io/gateway-api`
//! `apis/v1/shared_types.go`.

use crate::diag::problems::spec::{
    InvalidValue, MissingField, UnknownChoice, UnknownField, WrongType,
};
use crate::diag::{Diagnostics, message};
use crate::parse::fields;
use crate::quantity::is_quantity;
use crate::source::Spanned;
use crate::syntax::node::{Entry, Meaning, Node};
use crate::value::{Map, Value};

/// What a part has to look like.
pub(crate) enum Shape {
    /// A string; any scalar is taken as it was written.
    Text,
    /// A whole number.
    Int,
    /// `true` or `false`.
    Bool,
    /// A port: its number or its name.
    IntOrText,
    /// An amount such as `500m`, `1.5` or `2Gi`.
    Quantity,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// A list.
    List(&'static Shape),
    /// A mapping with names of the user's own.
    Map(&'static Shape),
    /// A mapping with these fields.
    Object(&'static [Field]),
    /// Anything: what an operator defines.
    Any,
}

/// A field of an object.
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) shape: Shape,
    /// Whether it has to be there.
    pub(crate) required: bool,
}

const fn may(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false }
}

const fn must(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true }
}

use Shape::{Any, Bool, Choice, Int, IntOrText, List, Map as MapOf, Object, Quantity, Text};

const EXPRESSION: Shape = Object(&[
    must("key", Text),
    must("operator", Choice(&["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"])),
    may("values", List(&Text)),
]);
const NODE_SELECTOR_TERM: Shape =
    Object(&[may("matchExpressions", List(&EXPRESSION)), may("matchFields", List(&EXPRESSION))]);
const LABEL_SELECTOR: Shape =
    Object(&[may("matchLabels", MapOf(&Text)), may("matchExpressions", List(&EXPRESSION))]);
const POD_AFFINITY_TERM: Shape = Object(&[
    may("labelSelector", LABEL_SELECTOR),
    may("namespaces", List(&Text)),
    must("topologyKey", Text),
    may("namespaceSelector", LABEL_SELECTOR),
    may("matchLabelKeys", List(&Text)),
    may("mismatchLabelKeys", List(&Text)),
]);
const POD_AFFINITY: Shape = Object(&[
    may("requiredDuringSchedulingIgnoredDuringExecution", List(&POD_AFFINITY_TERM)),
    may(
        "preferredDuringSchedulingIgnoredDuringExecution",
        List(&Object(&[must("weight", Int), must("podAffinityTerm", POD_AFFINITY_TERM)])),
    ),
]);

/// `core/v1 Affinity`.
pub(crate) const AFFINITY: Shape = Object(&[
    may(
        "nodeAffinity",
        Object(&[
            may(
                "requiredDuringSchedulingIgnoredDuringExecution",
                Object(&[must("nodeSelectorTerms", List(&NODE_SELECTOR_TERM))]),
            ),
            may(
                "preferredDuringSchedulingIgnoredDuringExecution",
                List(&Object(&[must("weight", Int), must("preference", NODE_SELECTOR_TERM)])),
            ),
        ]),
    ),
    may("podAffinity", POD_AFFINITY),
    may("podAntiAffinity", POD_AFFINITY),
]);

/// `core/v1 TopologySpreadConstraint`, as a list; what is not written here has a default.
pub(crate) const TOPOLOGY_SPREAD: Shape = List(&Object(&[
    must("topologyKey", Text),
    may("maxSkew", Int),
    may("whenUnsatisfiable", Choice(&["ScheduleAnyway", "DoNotSchedule"])),
    may("labelSelector", LABEL_SELECTOR),
    may("matchLabelKeys", List(&Text)),
    may("minDomains", Int),
    may("nodeAffinityPolicy", Choice(&["Honor", "Ignore"])),
    may("nodeTaintsPolicy", Choice(&["Honor", "Ignore"])),
]));

/// `apps/v1 DeploymentStrategy`.
pub(crate) const STRATEGY: Shape = Object(&[
    may("type", Choice(&["RollingUpdate", "Recreate"])),
    may("rollingUpdate", Object(&[may("maxSurge", IntOrText), may("maxUnavailable", IntOrText)])),
]);

/// How many pods, or which part of them.
pub(crate) const COUNT: Shape = IntOrText;

/// `core/v1 Toleration`, as a list.
pub(crate) const TOLERATIONS: Shape = List(&Object(&[
    may("key", Text),
    may("operator", Choice(&["Exists", "Equal"])),
    may("value", Text),
    may("effect", Choice(&["NoSchedule", "PreferNoSchedule", "NoExecute"])),
    may("tolerationSeconds", Int),
]));

/// `core/v1 ResourceRequirements`.
pub(crate) const RESOURCES: Shape = Object(&[
    may("requests", MapOf(&Quantity)),
    may("limits", MapOf(&Quantity)),
    may("claims", List(&Object(&[must("name", Text), may("request", Text)]))),
]);

/// `core/v1 Probe`.
pub(crate) const PROBE: Shape = Object(&[
    may("exec", Object(&[must("command", List(&Text))])),
    may(
        "httpGet",
        Object(&[
            may("path", Text),
            must("port", IntOrText),
            may("host", Text),
            may("scheme", Choice(&["HTTP", "HTTPS"])),
            may("httpHeaders", List(&Object(&[must("name", Text), must("value", Text)]))),
        ]),
    ),
    may("tcpSocket", Object(&[must("port", IntOrText), may("host", Text)])),
    may("grpc", Object(&[must("port", Int), may("service", Text)])),
    may("initialDelaySeconds", Int),
    may("timeoutSeconds", Int),
    may("periodSeconds", Int),
    may("successThreshold", Int),
    may("failureThreshold", Int),
    may("terminationGracePeriodSeconds", Int),
]);

/// `core/v1 EnvFromSource`, as a list.
pub(crate) const ENV_FROM: Shape = List(&Object(&[
    may("prefix", Text),
    may("configMapRef", Object(&[must("name", Text), may("optional", Bool)])),
    may("secretRef", Object(&[must("name", Text), may("optional", Bool)])),
]));

const KEY_REF: Shape = Object(&[must("name", Text), must("key", Text), may("optional", Bool)]);
const FIELD_REF: Shape = Object(&[must("fieldPath", Text), may("apiVersion", Text)]);
const RESOURCE_FIELD_REF: Shape =
    Object(&[must("resource", Text), may("containerName", Text), may("divisor", Quantity)]);

/// `core/v1 EnvVarSource`.
pub(crate) const ENV_SOURCE: Shape = Object(&[
    may("secretKeyRef", KEY_REF),
    may("configMapKeyRef", KEY_REF),
    may("fieldRef", FIELD_REF),
    may("resourceFieldRef", RESOURCE_FIELD_REF),
]);

/// `valueFrom` of the operator's `vars`.
pub(crate) const VARIABLE_SOURCE: Shape =
    Object(&[may("secretKeyRef", KEY_REF), may("configMapKeyRef", KEY_REF)]);

const ITEMS: Shape = List(&Object(&[must("key", Text), must("path", Text), may("mode", Int)]));
const DOWNWARD_ITEMS: Shape = List(&Object(&[
    must("path", Text),
    may("fieldRef", FIELD_REF),
    may("resourceFieldRef", RESOURCE_FIELD_REF),
    may("mode", Int),
]));

/// `core/v1 VolumeSource`, without the kinds that Kubernetes has deprecated.
pub(crate) const VOLUME: Shape = Object(&[
    may("emptyDir", Object(&[may("medium", Text), may("sizeLimit", Quantity)])),
    may("persistentVolumeClaim", Object(&[must("claimName", Text), may("readOnly", Bool)])),
    may(
        "configMap",
        Object(&[
            must("name", Text),
            may("items", ITEMS),
            may("defaultMode", Int),
            may("optional", Bool),
        ]),
    ),
    may(
        "secret",
        Object(&[
            must("secretName", Text),
            may("items", ITEMS),
            may("defaultMode", Int),
            may("optional", Bool),
        ]),
    ),
    may("downwardAPI", Object(&[may("items", DOWNWARD_ITEMS), may("defaultMode", Int)])),
    may(
        "projected",
        Object(&[
            must(
                "sources",
                List(&Object(&[
                    may(
                        "secret",
                        Object(&[must("name", Text), may("items", ITEMS), may("optional", Bool)]),
                    ),
                    may(
                        "configMap",
                        Object(&[must("name", Text), may("items", ITEMS), may("optional", Bool)]),
                    ),
                    may("downwardAPI", Object(&[may("items", DOWNWARD_ITEMS)])),
                    may(
                        "serviceAccountToken",
                        Object(&[
                            may("audience", Text),
                            may("expirationSeconds", Int),
                            must("path", Text),
                        ]),
                    ),
                    may(
                        "clusterTrustBundle",
                        Object(&[
                            may("name", Text),
                            may("signerName", Text),
                            may("labelSelector", LABEL_SELECTOR),
                            may("optional", Bool),
                            must("path", Text),
                        ]),
                    ),
                ])),
            ),
            may("defaultMode", Int),
        ]),
    ),
    may("hostPath", Object(&[must("path", Text), may("type", Text)])),
    may("nfs", Object(&[must("server", Text), must("path", Text), may("readOnly", Bool)])),
    may(
        "csi",
        Object(&[
            must("driver", Text),
            may("readOnly", Bool),
            may("fsType", Text),
            may("volumeAttributes", MapOf(&Text)),
            may("nodePublishSecretRef", Object(&[must("name", Text)])),
        ]),
    ),
    may("ephemeral", Object(&[must("volumeClaimTemplate", Any)])),
    may("image", Object(&[must("reference", Text), may("pullPolicy", Text)])),
]);

/// `gateway.networking.k8s.io/v1 ParentReference`, as a list.
pub(crate) const PARENT_REFS: Shape = List(&Object(&[
    may("group", Text),
    may("kind", Text),
    may("namespace", Text),
    must("name", Text),
    may("sectionName", Text),
    may("port", Int),
]));

/// `core/v1 Container`; what is seldom written in it is left to the API server.
const CONTAINER: Shape = Object(&[
    must("name", Text),
    may("image", Text),
    may("imagePullPolicy", Choice(&["Always", "IfNotPresent", "Never"])),
    may("command", List(&Text)),
    may("args", List(&Text)),
    may("workingDir", Text),
    may(
        "ports",
        List(&Object(&[
            may("name", Text),
            must("containerPort", Int),
            may("hostPort", Int),
            may("hostIP", Text),
            may("protocol", Choice(&["TCP", "UDP", "SCTP"])),
        ])),
    ),
    may("envFrom", ENV_FROM),
    may(
        "env",
        List(&Object(&[must("name", Text), may("value", Text), may("valueFrom", ENV_SOURCE)])),
    ),
    may("resources", RESOURCES),
    may("resizePolicy", Any),
    may("restartPolicy", Text),
    may(
        "volumeMounts",
        List(&Object(&[
            must("name", Text),
            must("mountPath", Text),
            may("subPath", Text),
            may("subPathExpr", Text),
            may("readOnly", Bool),
            may("recursiveReadOnly", Text),
            may("mountPropagation", Text),
        ])),
    ),
    may("volumeDevices", Any),
    may("livenessProbe", PROBE),
    may("readinessProbe", PROBE),
    may("startupProbe", PROBE),
    may("lifecycle", Any),
    may("terminationMessagePath", Text),
    may("terminationMessagePolicy", Text),
    may("securityContext", Any),
    may("stdin", Bool),
    may("stdinOnce", Bool),
    may("tty", Bool),
]);

/// `core/v1 PodSpec`, as deep as [`CONTAINER`].
const POD: Shape = Object(&[
    must("containers", List(&CONTAINER)),
    may("initContainers", List(&CONTAINER)),
    may("volumes", Any),
    may("restartPolicy", Text),
    may("terminationGracePeriodSeconds", Int),
    may("activeDeadlineSeconds", Int),
    may("nodeSelector", MapOf(&Text)),
    may("nodeName", Text),
    may("affinity", AFFINITY),
    may("tolerations", TOLERATIONS),
    may("topologySpreadConstraints", Any),
    may("schedulerName", Text),
    may("priorityClassName", Text),
    may("priority", Int),
    may("preemptionPolicy", Text),
    may("runtimeClassName", Text),
    may("serviceAccountName", Text),
    may("automountServiceAccountToken", Bool),
    may("securityContext", Any),
    may("imagePullSecrets", List(&Object(&[must("name", Text)]))),
    may("enableServiceLinks", Bool),
    may("shareProcessNamespace", Bool),
    may("hostNetwork", Bool),
    may("hostPID", Bool),
    may("hostIPC", Bool),
    may("hostUsers", Bool),
    may("hostname", Text),
    may("subdomain", Text),
    may("setHostnameAsFQDN", Bool),
    may("hostAliases", Any),
    may("dnsPolicy", Text),
    may("dnsConfig", Any),
    may("readinessGates", Any),
    may("schedulingGates", Any),
    may("resourceClaims", Any),
    may("resources", RESOURCES),
    may("overhead", Any),
    may("os", Any),
]);

/// `spec.devDB` of the operator's custom resources: a pod template.
pub(crate) const DEV_DB: Shape = Object(&[may("metadata", Any), must("spec", POD)]);

/// Reads a part that is to have a shape, and reports everything in it that has not.
pub(crate) fn read(
    node: &Node,
    name: &str,
    shape: &Shape,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<Value>> {
    let before = diagnostics.len();
    let value = value(node, name, shape, diagnostics)?;
    (diagnostics.len() == before).then(|| Spanned::new(value, node.span))
}

fn value(node: &Node, name: &str, shape: &Shape, diagnostics: &mut Diagnostics) -> Option<Value> {
    match shape {
        Text => Some(Value::String(fields::text(node, name, diagnostics)?.value)),
        Int => Some(Value::Int(fields::integer(node, name, diagnostics)?.value)),
        Bool => boolean(node, name, diagnostics),
        IntOrText => match node.scalar().map(|scalar| scalar.meaning) {
            Some(Meaning::Int) => value(node, name, &Int, diagnostics),
            _ => value(node, name, &Text, diagnostics),
        },
        Quantity => quantity(node, name, diagnostics),
        Choice(known) => {
            let text = fields::text(node, name, diagnostics)?;
            if !known.contains(&text.value.as_str()) {
                let written = &text.value;
                diagnostics.report(UnknownChoice {
                    primary: node.span,
                    field: name,
                    written,
                    known,
                });
            }
            Some(Value::String(text.value))
        }
        List(item) => {
            let Some(items) = node.items() else {
                diagnostics.report(WrongType::new(node, name, "a list"));
                return None;
            };
            let values = items.iter().filter_map(|node| value(node, name, item, diagnostics));
            Some(Value::List(values.collect()))
        }
        MapOf(of) => {
            let entries = entries(node, name, diagnostics)?;
            let pairs = entries.iter().filter_map(|entry| {
                Some((entry.key.value.clone(), value(&entry.value, name, of, diagnostics)?))
            });
            Some(Value::Map(Map::of_distinct(pairs)))
        }
        Object(known) => object(node, name, known, diagnostics),
        Any => Some(Value::from(node)),
    }
}

fn entries<'a>(node: &'a Node, name: &str, diagnostics: &mut Diagnostics) -> Option<&'a [Entry]> {
    let entries = node.entries();
    if entries.is_none() {
        diagnostics.report(WrongType::new(node, name, "a mapping"));
    }
    entries
}

fn object(
    node: &Node,
    name: &str,
    known: &[Field],
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let mut map = Map::new();
    for entry in entries(node, name, diagnostics)? {
        let written = entry.key.value.as_str();
        match known.iter().find(|field| field.name == written) {
            Some(field) => {
                if let Some(value) = value(&entry.value, written, &field.shape, diagnostics) {
                    map.set(field.name, value);
                }
            }
            None => {
                let names: Vec<&str> = known.iter().map(|field| field.name).collect();
                let (primary, known) = (entry.key.span, names.as_slice());
                diagnostics.report(UnknownField { primary, name: written, of: name, known });
            }
        }
    }
    for field in known.iter().filter(|field| field.required && node.get(field.name).is_none()) {
        diagnostics.report(MissingField { primary: node.span, of: name, name: field.name });
    }
    Some(Value::Map(map))
}

fn boolean(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Value> {
    match node.scalar().map(|scalar| scalar.meaning) {
        Some(Meaning::Bool(value)) => Some(Value::Bool(value)),
        _ => {
            diagnostics.report(WrongType::new(node, name, "`true` or `false`"));
            None
        }
    }
}

fn quantity(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Value> {
    let text = fields::text(node, name, diagnostics)?;
    if !is_quantity(&text.value) {
        diagnostics.report(InvalidValue {
            primary: node.span,
            message: message!("`{value}` is no Kubernetes quantity", value = text.value),
            help: "write an amount such as `500m`, `1.5`, `128Mi` or `10Gi`".into(),
        });
    }
    Some(Value::String(text.value))
}
