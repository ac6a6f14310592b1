//! All dependencies that are inferred, as the table of `docs/spec.md`.

use std::fmt::Write;

use crate::link::contents::{IN_DATABASES, IN_QUEUES};
use crate::link::known::made::MADE;
use crate::link::known::pods::PODS;
use crate::link::known::references::{ANNOTATIONS, REFERENCES, To};

/// A dependency that is found by code, and not by a row of a table of kinds.
struct Rule {
    first: &'static str,
    then: &'static str,
    by: &'static str,
    is_blocking: bool,
}

const fn rule(
    first: &'static str,
    then: &'static str,
    by: &'static str,
    is_blocking: bool,
) -> Rule {
    Rule { first, then, by, is_blocking }
}

const RULES: &[Rule] = &[
    rule(
        "the server of a database",
        "`Schema`, `AtlasSchema`, `AtlasMigration`",
        "`url`, `credentials.host`, `devURL`, or the Secret that holds them; otherwise the Secret \
         that both read; otherwise all SQL servers of the project",
        true,
    ),
    rule(
        "`Schema`, `AtlasSchema`, `AtlasMigration`",
        "a workload, an `App`",
        "the address of the database in variables, arguments and ConfigMaps, or a Secret that both \
         read",
        true,
    ),
    rule(
        "a Job that creates a database",
        "`Schema`, `AtlasSchema`, `AtlasMigration`",
        "`createdb` or `CREATE DATABASE` in its script, or its name; and the server",
        true,
    ),
    rule(
        "a Job whose script makes a Secret or ConfigMap that no manifest creates",
        "whoever reads it",
        "`create secret`, `kind: Secret`, `secret/NAME`",
        false,
    ),
    rule(
        "a Job that approves what is to be installed",
        "a `Subscription` (operators.coreos.com) with `installPlanApproval: Manual`",
        "`installplan` in its script, or a variable `SUBSCRIPTION`",
        false,
    ),
    rule(
        "any workload or custom resource; what makes a Secret or ConfigMap",
        "a workload that waits for it",
        "`wait`, `rollout status`, `get`, `extract` of `kubectl` or `oc`, `kind/name` in its script, also a mounted one; `k8s-wait-for`",
        false,
    ),
    rule(
        "what a volume's driver needs: a Secret's maker, an Issuer, a SecretProviderClass",
        "a workload",
        "`csi.nodePublishSecretRef`, `csi.volumeAttributes`, `azureFile`, `iscsi`, `cephfs` and others",
        false,
    ),
    rule(
        "a `HelmRelease` or `HelmChart` of an operator, a `Provider` (pkg.crossplane.io)",
        "custom resources whose group nothing in the project defines",
        "words of the chart's or package's name",
        true,
    ),
    rule(
        "`CompositeResourceDefinition`, `ConstraintTemplate`, `ResourceGraphDefinition`",
        "objects of the kind that it defines",
        "the kind",
        true,
    ),
    rule(
        "a provisioner",
        "a `StorageClass`",
        "`provisioner` of the class, which is a word of its variables or arguments",
        false,
    ),
    rule(
        "the server of a webhook",
        "its `ValidatingWebhookConfiguration`, `MutatingWebhookConfiguration`",
        "`clientConfig.service`",
        false,
    ),
    rule(
        "a Job that migrates",
        "a workload, an `App`",
        "the same; the image that both run; a ConfigMap of a database's settings that both read",
        true,
    ),
    rule("the server of a database", "a Job that migrates", "the same", true),
    rule(
        "a database: what runs or makes one, also Redis, Kafka and the like",
        "a workload, an `App`, a custom resource",
        "its address in variables, arguments, ConfigMaps, Secrets, or anywhere in `spec`",
        true,
    ),
    rule(
        "any other workload",
        "a workload, an `App`, a custom resource",
        "its address, likewise",
        false,
    ),
    rule(
        "what answers at the host of an `Ingress`, `Route`, `HTTPRoute`, `VirtualService` or App",
        "a workload, an `App`",
        "that host, likewise; not where it contradicts anything else",
        false,
    ),
    rule(
        "an `Application` (argoproj.io)",
        "a workload, an `App`",
        "a host that begins with the name of its Helm release",
        false,
    ),
    rule(
        "a custom resource",
        "whoever reads a Secret or ConfigMap of its name that nobody else makes",
        "the name, or its beginning",
        false,
    ),
    rule(
        "whatever makes a Secret",
        "a custom resource",
        "the name of the Secret beside a `key`, or in a field for configuration",
        true,
    ),
    rule(
        "a custom resource, whatever makes a Secret",
        "a custom resource",
        "the name anywhere in `spec`: of one of the same vendor, of a kind that is called like the \
         field, of the Secret",
        false,
    ),
    rule(
        "`DatabaseRole` (postgresql.cnpg.io)",
        "`Database` (postgresql.cnpg.io)",
        "`spec.owner`, and `spec.cluster.name` of both",
        true,
    ),
    rule(
        "`ClusterExtension` (olm.operatorframework.io)",
        "custom resources whose group nothing in the project defines",
        "words of the package's name; otherwise every ClusterExtension and Subscription",
        true,
    ),
    rule(
        "every `Schema`, `AtlasSchema`, `AtlasMigration`",
        "a workload or `App` that uses none of them",
        "the safe default",
        true,
    ),
    rule(
        "an operator",
        "custom resources of its groups",
        "its right to write their `status`, its webhooks, its conversion of versions, its APIService, or \
         the image of the Atlas Operator",
        true,
    ),
    rule(
        "`Subscription` (operators.coreos.com)",
        "custom resources whose group nothing in the project defines",
        "words of the package's name; otherwise every Subscription",
        true,
    ),
    rule(
        "`OperatorGroup` (operators.coreos.com)",
        "`Subscription` (operators.coreos.com)",
        "its namespace",
        false,
    ),
    rule(
        "`Project`, `ProjectRequest` (project.openshift.io)",
        "everything in that namespace, and the `ClusterRoleBinding` of a ServiceAccount in it",
        "`metadata.namespace`, `subjects[].namespace`",
        true,
    ),
    rule(
        "`AtlasSchema`, `AtlasMigration`, `Schema`",
        "`Publication` (of single tables), `Subscription` (postgresql.cnpg.io)",
        "`spec.cluster.name` and `spec.dbname`",
        true,
    ),
    rule(
        "`Publication` (postgresql.cnpg.io)",
        "`Subscription` (postgresql.cnpg.io)",
        "`spec.publicationName`",
        true,
    ),
    rule(
        "the server that `spec.url` names",
        "`SecretStore`, `ClusterSecretStore`, `Issuer`, `ClusterIssuer`, `VaultConnection`",
        "any URL of its `spec`",
        true,
    ),
    rule(
        "a workload",
        "`HorizontalPodAutoscaler`, `ScaledObject`, `VerticalPodAutoscaler`",
        "its target",
        false,
    ),
    rule(
        "what answers behind a Service",
        "`Ingress`, `APIService`, a LoadBalancer `Service`",
        "its backends, its selector",
        false,
    ),
    rule("`PersistentVolumeClaim`", "a workload", "`claimName`; both are in one wave", false),
    rule(
        "any object",
        "`PersistentVolumeClaim`",
        "`spec.dataSource` and `spec.dataSourceRef`",
        false,
    ),
    rule(
        "a `BuildConfig` (build.openshift.io)",
        "a workload, a `BuildConfig`",
        "the image stream that it pushes to: an image, a trigger, what a build starts from",
        false,
    ),
    rule(
        "the registry of an image, what answers at `hostAliases`, `http.url` of a workflow",
        "a workload, an `App`",
        "the host, where something in the project answers there",
        false,
    ),
    rule(
        "a Job or a custom resource that builds images (tekton.dev, shipwright.io, kpack.io)",
        "a workload",
        "the image that it pushes, word by word",
        false,
    ),
    rule(
        "custom resources that give addresses: metallb.io, cilium.io, purelb.io",
        "a LoadBalancer `Service`, and what names it",
        "the kinds",
        false,
    ),
    rule(
        "an ingress controller, told by its image",
        "`Ingress`, `Gateway` (gateway.networking.k8s.io)",
        "the kinds",
        false,
    ),
    rule(
        "custom resources for which controllers may make workloads",
        "a `HorizontalPodAutoscaler` or `ScaledObject` whose target the project does not have",
        "its namespace",
        false,
    ),
    rule(
        "the server of an API",
        "`Issuer`, `ClusterIssuer` (cert-manager.io)",
        "`acme.solvers[].dns01.webhook.groupName`",
        false,
    ),
    rule(
        "the driver of a volume",
        "a `StorageClass`, a `PersistentVolume`, a workload",
        "its `CSIDriver`, and words of the driver's name in its own name and images",
        false,
    ),
    rule("pods", "a workload", "`podAffinity` that is required, by labels", false),
    rule(
        "a `DaemonSet` that is a plugin or driver, a custom resource of that group, a \
         `SriovNetworkNodePolicy`",
        "a workload",
        "the vendor or name of a device in `resources.limits`: `nvidia.com/gpu`",
        false,
    ),
    rule(
        "`Component`, `Configuration`, `HTTPEndpoint`, `Resiliency` (dapr.io)",
        "a workload",
        "`dapr.io/enabled`, and their `scopes`",
        false,
    ),
    rule(
        "`NetworkAttachmentDefinition`, `SriovNetwork`, `KataConfig`, a scheduler",
        "a workload",
        "`k8s.v1.cni.cncf.io/networks`, `runtimeClassName`, `schedulerName`",
        false,
    ),
    rule(
        "a custom resource that says what it writes",
        "whoever reads a Secret or ConfigMap of that name that nobody else makes",
        "fields called `...output...`, `...target...`, `operatorSpec` and the like",
        false,
    ),
    rule("Vault and its injector", "a workload", "`vault.hashicorp.com/agent-inject`", false),
    rule(
        "a binding of rights, where the project has a `Project` (project.openshift.io)",
        "a workload",
        "the ServiceAccount that both name",
        false,
    ),
    rule(
        "what brings a Secret or ConfigMap by a detour: a `FieldExport` (services.k8s.aws), an Ingress \
         or Gateway with an issuer, a `SecretProviderClass` and the workloads that mount it, a policy \
         of Kyverno that clones, the maker of what a reflector or replicator copies",
        "whoever reads the Secret or ConfigMap",
        "its name",
        false,
    ),
    rule(
        "a `PersistentVolumeClaim` or workload",
        "a custom resource",
        "fields that are called so: `sourcePVC`, `deploymentName`",
        false,
    ),
];

/// The rows of the table, one a line, with the head.
pub(super) fn table() -> String {
    let mut page =
        String::from("| first | then | by | has to be healthy first |\n|---|---|---|---|\n");
    let mut row = |first: &str, then: &str, by: &str, is_blocking: bool| {
        let is_blocking = if is_blocking { "yes" } else { "no" };
        // A String takes whatever is written to it.
        _ = writeln!(page, "| {first} | {then} | {by} | {is_blocking} |");
    };
    for Rule { first, then, by, is_blocking } in RULES {
        row(first, then, by, *is_blocking);
    }
    for made in MADE.iter().filter(|made| !made.secrets.is_empty()) {
        let names: Vec<String> = made.secrets.iter().map(|named| named.pattern()).collect();
        let by = format!("the Secret that is made: {}", names.join(", "));
        row(&named(made.group, made.kind), "whatever reads the Secret", &by, true);
    }
    for made in MADE.iter().filter(|made| !made.config_maps.is_empty()) {
        let names: Vec<String> = made.config_maps.iter().map(|named| named.pattern()).collect();
        let by = format!("the ConfigMap that is made: {}", names.join(", "));
        row(&named(made.group, made.kind), "whatever reads the ConfigMap", &by, true);
    }
    for made in MADE.iter().filter(|made| !made.services.is_empty()) {
        let names: Vec<String> = made.services.iter().map(|named| named.pattern()).collect();
        let by = format!("the Service that is made: {}", names.join(", "));
        row(&named(made.group, made.kind), "whatever names the Service as its database", &by, true);
    }
    for known in IN_DATABASES {
        let first = named(known.group, known.kind);
        let then = "`Schema`, `AtlasSchema`, `AtlasMigration`, and workloads of that database";
        row(&first, then, "its server and the name of the database", true);
    }
    for (group, kind, path, server) in IN_QUEUES {
        let by = format!("`{}`, and the address of the `{server}`", path.join("."));
        row(&named(group, kind), "a workload, an `App` that uses the server", &by, true);
    }
    for reference in REFERENCES {
        let by = format!("`{}`", reference.path.join(".").replace(".*", "[]"));
        let kinds: Vec<String> = reference.kinds.iter().map(|kind| format!("`{kind}`")).collect();
        let owner = match kinds.is_empty() {
            true => format!("every kind of {}", reference.group),
            false => format!("{} ({})", kinds.join(", "), reference.group),
        };
        let (first, then) = match reference.to {
            To::Kind(group, kind) => (named(group, kind), owner),
            To::KindBeside(group, kind) => {
                (format!("{}, or the kind beside it", named(group, kind)), owner)
            }
            To::OfScope(group, kind, other) => (format!("`{kind}`, `{other}` ({group})"), owner),
            To::NeededBy(group, kind) => (owner, named(group, kind)),
            To::Service => ("what answers behind a Service".to_owned(), owner),
            To::Host => ("what answers at an address".to_owned(), owner),
        };
        row(&first, &then, &by, reference.is_blocking);
    }
    for (annotation, group, kind) in ANNOTATIONS {
        row(&named(group, kind), "any object", &format!("the annotation `{annotation}`"), false);
    }
    page
}

/// The kinds that count as workloads, in words.
pub(super) fn workloads() -> String {
    let mut by_group: Vec<(&str, Vec<&str>)> = Vec::new();
    for pods in PODS {
        match by_group.last_mut() {
            Some((group, kinds)) if *group == pods.group => kinds.push(pods.kind),
            _ => by_group.push((pods.group, vec![pods.kind])),
        }
    }
    let groups = by_group.into_iter().map(|(group, kinds)| {
        let group = if group.is_empty() { "core" } else { group };
        format!("{} ({group})", kinds.join(", "))
    });
    format!("Workloads are: {}.\n", groups.collect::<Vec<_>>().join("; "))
}

fn named(group: &str, kind: &str) -> String {
    format!("`{kind}` ({group})")
}
