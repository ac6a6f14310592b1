//! Where the kinds that run pods describe them.

use crate::link::known::group_of;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// A kind that runs pods.
pub(in crate::link) struct Pods {
    pub(in crate::link) group: &'static str,
    pub(in crate::link) kind: &'static str,
    /// Where the template of the pods is; empty: the object itself.
    pub(in crate::link) template: &'static [&'static str],
    /// Whether they run for as long as the object is there, and not to an end.
    pub(in crate::link) is_server: bool,
}

const fn server(
    group: &'static str,
    kind: &'static str,
    template: &'static [&'static str],
) -> Pods {
    Pods { group, kind, template, is_server: true }
}

const fn to_its_end(
    group: &'static str,
    kind: &'static str,
    template: &'static [&'static str],
) -> Pods {
    Pods { group, kind, template, is_server: false }
}

const TEMPLATE: &[&str] = &["spec", "template"];
const JOB_TEMPLATE: &[&str] = &["spec", "jobTemplate", "spec", "template"];

/// Argo's workflows have no template of a pod: containers, volumes and the account stand in their
/// specification, which is what the last parts of these paths lead to.
const WORKFLOWS: [(&str, &[&str]); 5] = [
    ("Workflow", &["spec"]),
    ("WorkflowTemplate", &["spec"]),
    ("ClusterWorkflowTemplate", &["spec"]),
    ("CronWorkflow", &["spec", "workflowSpec"]),
    ("AnalysisTemplate", &["spec"]),
];

pub(in crate::link) const PODS: &[Pods] = &[
    server("", "Pod", &[]),
    server("", "ReplicationController", TEMPLATE),
    server("apps", "Deployment", TEMPLATE),
    server("apps", "StatefulSet", TEMPLATE),
    server("apps", "DaemonSet", TEMPLATE),
    server("apps", "ReplicaSet", TEMPLATE),
    server("extensions", "Deployment", TEMPLATE),
    server("extensions", "DaemonSet", TEMPLATE),
    server("extensions", "ReplicaSet", TEMPLATE),
    to_its_end("batch", "Job", TEMPLATE),
    to_its_end("batch", "CronJob", JOB_TEMPLATE),
    server("argoproj.io", "Rollout", TEMPLATE),
    to_its_end("argoproj.io", "Workflow", &[]),
    to_its_end("argoproj.io", "CronWorkflow", &[]),
    server("apps.openshift.io", "DeploymentConfig", TEMPLATE),
    server("serving.knative.dev", "Service", TEMPLATE),
    server("serving.knative.dev", "Configuration", TEMPLATE),
    to_its_end("keda.sh", "ScaledJob", &["spec", "jobTargetRef", "template"]),
    server("apps.kruise.io", "CloneSet", TEMPLATE),
    server("apps.kruise.io", "StatefulSet", TEMPLATE),
    server("apps.kruise.io", "DaemonSet", TEMPLATE),
    to_its_end("apps.kruise.io", "BroadcastJob", TEMPLATE),
    to_its_end(
        "apps.kruise.io",
        "AdvancedCronJob",
        &["spec", "template", "jobTemplate", "spec", "template"],
    ),
    server(
        "apps.kruise.io",
        "UnitedDeployment",
        &["spec", "template", "statefulSetTemplate", "spec", "template"],
    ),
    server(
        "leaderworkerset.x-k8s.io",
        "LeaderWorkerSet",
        &["spec", "leaderWorkerTemplate", "workerTemplate"],
    ),
];

/// What is known of the pods of an object.
pub(in crate::link) fn of(manifest: &Manifest) -> Option<&'static Pods> {
    let (group, kind) = (group_of(manifest), manifest.kind.value.as_str());
    PODS.iter().find(|pods| pods.kind == kind && pods.group == group)
}

/// The specification of a workflow of Argo.
pub(in crate::link) fn workflow(manifest: &Manifest) -> Option<&Node> {
    if group_of(manifest) != "argoproj.io" {
        return None;
    }
    let (_, path) = WORKFLOWS.iter().find(|(kind, _)| *kind == manifest.kind.value)?;
    manifest.node.at(path)
}

/// The template of the pods of a workload.
pub(in crate::link) fn template(manifest: &Manifest) -> Option<&Node> {
    let pods = of(manifest)?;
    if workflow(manifest).is_some() {
        return None;
    }
    let found = manifest.node.at(pods.template);
    // Kruise has two kinds of Job, and of template, in the place of one.
    let others: [&[&str]; 3] = [
        &["spec", "template", "broadcastJobTemplate", "spec", "template"],
        &["spec", "template", "deploymentTemplate", "spec", "template"],
        &["spec", "template", "cloneSetTemplate", "spec", "template"],
    ];
    let is_kruise = pods.group == "apps.kruise.io" && pods.template.len() > TEMPLATE.len();
    let other = || others.iter().filter(|_| is_kruise).find_map(|path| manifest.node.at(path));
    found.or_else(other)
}

/// The containers of a workflow: each template has one, or a script that runs in one.
pub(in crate::link) fn workflow_containers(spec: &Node) -> Vec<&Node> {
    let templates = spec.get("templates").and_then(Node::items).unwrap_or_default();
    let mut found = Vec::new();
    for template in templates {
        found.extend(["container", "script"].iter().filter_map(|part| template.get(part)));
        let set = template.at(&["containerSet", "containers"]).and_then(Node::items);
        found.extend(set.unwrap_or_default());
        for list in ["initContainers", "sidecars"] {
            found.extend(template.get(list).and_then(Node::items).unwrap_or_default());
        }
    }
    found
}
