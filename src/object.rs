//! One manifest of the output, and whose it is.

use crate::annotation::HOOK;
use crate::model::Unit;
use crate::source::{Span, printable, shortly};
use crate::value::{Map, Value};

/// A manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The spec that makes it, or the plain manifest that it is.
    pub owner: Unit,
    /// The place that stands for it.
    pub place: Span,
    /// The manifest itself.
    pub manifest: Map,
}

/// What makes an object the same object in the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId<'a> {
    /// The API group, empty for the core.
    pub group: &'a str,
    /// The kind.
    pub kind: &'a str,
    /// The namespace that is written, if any.
    pub namespace: Option<&'a str>,
    /// The name.
    pub name: &'a str,
}

impl Object {
    /// What it is in the cluster.
    pub fn id(&self) -> ObjectId<'_> {
        ObjectId {
            group: group(self.api_version()),
            kind: self.kind(),
            namespace: self.namespace(),
            name: self.name(),
        }
    }

    /// `apiVersion`.
    pub fn api_version(&self) -> &str {
        self.text(&["apiVersion"])
    }

    /// `kind`.
    pub fn kind(&self) -> &str {
        self.text(&["kind"])
    }

    /// `metadata.name`, or else `metadata.generateName`.
    pub fn name(&self) -> &str {
        match self.text(&["metadata", "name"]) {
            "" => self.text(&["metadata", "generateName"]),
            name => name,
        }
    }

    /// `metadata.namespace`.
    pub fn namespace(&self) -> Option<&str> {
        Some(self.text(&["metadata", "namespace"])).filter(|text| !text.is_empty())
    }

    /// One of its annotations.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.at(&["metadata", "annotations", key])?.as_str()
    }

    /// Whether it is the hook of a Schema that every sync deletes and makes again, in the wave before (`lower::recheck`).
    pub fn is_recheck(&self) -> bool {
        let is_read = matches!(self.kind(), "Secret" | "ConfigMap");
        is_read && matches!(self.owner, Unit::Schema(_)) && self.annotation(HOOK).is_some()
    }

    /// Sets an annotation.
    pub fn annotate(&mut self, key: &'static str, value: &str) {
        let Some(Value::Map(metadata)) = self.manifest.get_mut("metadata") else { return };
        match metadata.get_mut("annotations") {
            Some(Value::Map(annotations)) => annotations.set(key, value),
            // An empty `annotations:` is null.
            _ => metadata.set("annotations", Map::new().with(key, value)),
        }
    }

    /// The value behind a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        self.manifest.get(first)?.at(rest)
    }

    fn text(&self, path: &[&str]) -> &str {
        self.at(path).and_then(Value::as_str).unwrap_or_default()
    }
}

impl ObjectId<'_> {
    /// `Kind/name`, as it is shown, and [`shortly`]. A name may hold anything.
    pub fn label(&self) -> String {
        printable(format!("{}/{}", shortly(self.kind), shortly(self.name))).into_owned()
    }
}

/// The group of an `apiVersion`: empty for the core.
pub fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// The order in which Argo CD applies kinds within a wave; what is not listed comes last
/// (gitops-engine `pkg/sync/sync_tasks.go`, `syncOrder`).
const APPLY_ORDER: [&str; 32] = [
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
];
/// What follows [`APPLY_ORDER`] before everything else.
const APPLIED_LATE: [&str; 3] = ["IngressClass", "Ingress", "APIService"];

/// Where a kind stands in the order in which Argo CD applies kinds within a wave.
pub fn apply_rank(kind: &str) -> usize {
    let mut kinds = APPLY_ORDER.iter().chain(&APPLIED_LATE);
    kinds.position(|listed| *listed == kind).unwrap_or(usize::MAX)
}

/// Whether an object of a kind is there as soon as it is applied, and is applied before any
/// workload of its wave: who needs it needs no wave of its own.
pub fn is_there_at_once(kind: &str) -> bool {
    let late = ["PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition"];
    apply_rank(kind) < apply_rank("Service") && !late.contains(&kind)
}

/// Whether Argo CD has nothing to wait for in a kind, by itself: what others need of it is there
/// when it is applied.
pub fn is_healthy_at_once(kind: &str) -> bool {
    let others = ["Service", "PersistentVolume", "CustomResourceDefinition", "PriorityClass"];
    is_there_at_once(kind) || others.contains(&kind)
}

/// Whether a kind is a claim: it binds when its pod is there, so it is in the wave of that pod and
/// never before.
pub fn is_claim(kind: &str) -> bool {
    kind == "PersistentVolumeClaim"
}

/// Whether objects of a kind are in no namespace: Kubernetes' own, and those of others that are known.
pub fn is_cluster_wide(group: &str, kind: &str) -> bool {
    const BY_GROUP: [(&str, &[&str]); 26] = [
        ("", &["Namespace", "Node", "PersistentVolume"]),
        (
            "admissionregistration.k8s.io",
            &[
                "MutatingAdmissionPolicy",
                "MutatingAdmissionPolicyBinding",
                "MutatingWebhookConfiguration",
                "ValidatingAdmissionPolicy",
                "ValidatingAdmissionPolicyBinding",
                "ValidatingWebhookConfiguration",
            ],
        ),
        ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
        ("apiregistration.k8s.io", &["APIService"]),
        ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
        ("gateway.networking.k8s.io", &["GatewayClass"]),
        ("networking.k8s.io", &["IngressClass", "IPAddress", "ServiceCIDR"]),
        ("node.k8s.io", &["RuntimeClass"]),
        ("project.openshift.io", &["Project", "ProjectRequest"]),
        ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]),
        ("scheduling.k8s.io", &["PriorityClass"]),
        (
            "storage.k8s.io",
            &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
        ),
        ("argoproj.io", &["ClusterAnalysisTemplate", "ClusterWorkflowTemplate"]),
        ("cert-manager.io", &["ClusterIssuer"]),
        ("cilium.io", &["CiliumClusterwideNetworkPolicy", "CiliumLoadBalancerIPPool"]),
        ("config.openshift.io", &["OAuth", "Proxy", "Ingress", "Image", "APIServer"]),
        (
            "external-secrets.io",
            &["ClusterExternalSecret", "ClusterPushSecret", "ClusterSecretStore"],
        ),
        ("generators.external-secrets.io", &["ClusterGenerator"]),
        ("keda.sh", &["ClusterTriggerAuthentication"]),
        ("kyverno.io", &["ClusterCleanupPolicy", "ClusterPolicy"]),
        ("postgresql.cnpg.io", &["ClusterImageCatalog"]),
        ("postgresql.sql.crossplane.io", &["ProviderConfig"]),
        ("mysql.sql.crossplane.io", &["ProviderConfig"]),
        ("mssql.sql.crossplane.io", &["ProviderConfig"]),
        ("security.openshift.io", &["SecurityContextConstraints"]),
        ("trust.cert-manager.io", &["Bundle"]),
    ];
    BY_GROUP.iter().any(|(of, kinds)| *of == group && kinds.contains(&kind))
}

/// Why an object of a kind that goes with a workload cannot be healthy without it.
pub fn why_it_follows(kind: &str) -> &'static str {
    match kind {
        "PersistentVolumeClaim" => {
            "a claim of a `WaitForFirstConsumer` class binds with the first pod that mounts it"
        }
        "APIService" => "an APIService is available when its server answers",
        _ => "an autoscaler can measure nothing without its workload",
    }
}

/// Whether a kind runs pods.
pub fn is_workload(kind: &str) -> bool {
    let kinds = [
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "Job",
        "CronJob",
        "Pod",
        "ReplicaSet",
        "ReplicationController",
    ];
    kinds.contains(&kind)
}
