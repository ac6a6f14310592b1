//! References of custom resources to other objects.

use crate::link::known::group_of;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// A reference from one kind to another that has to be there first.
pub(in crate::link) struct Reference {
    /// The group of the kind that refers.
    pub(in crate::link) group: &'static str,
    /// The kinds that refer; none: every kind of the group.
    pub(in crate::link) kinds: &'static [&'static str],
    /// Where the name is written; `*` stands for every item of a list.
    pub(in crate::link) path: &'static [&'static str],
    /// What it names.
    pub(in crate::link) to: To,
    /// Whether that has to be healthy first. Otherwise it is only in no later wave.
    pub(in crate::link) is_blocking: bool,
}

/// What a reference names.
#[derive(Clone, Copy)]
pub(in crate::link) enum To {
    /// An object of a group and kind.
    Kind(&'static str, &'static str),
    /// An object of the kind that is written beside the name, or else of this group and kind.
    KindBeside(&'static str, &'static str),
    /// An object of this group and the first kind; or the second, where `clusterScope` is set beside
    /// the name.
    OfScope(&'static str, &'static str, &'static str),
    /// The object of this group and kind needs the one that refers to it.
    NeededBy(&'static str, &'static str),
    /// What answers behind a Service.
    Service,
    /// What answers at an address, or at one of a list.
    Host,
}

use To::{Host, Kind, KindBeside, NeededBy, OfScope, Service};

const fn gate(
    group: &'static str,
    kinds: &'static [&'static str],
    path: &'static [&'static str],
    to: To,
) -> Reference {
    Reference { group, kinds, path, to, is_blocking: true }
}

const fn not_before(
    group: &'static str,
    kinds: &'static [&'static str],
    path: &'static [&'static str],
    to: To,
) -> Reference {
    Reference { group, kinds, path, to, is_blocking: false }
}

const ESO: &str = "external-secrets.io";
const CNPG: &str = "postgresql.cnpg.io";
const EDB: &str = "postgresql.k8s.enterprisedb.io";
const MARIADB: &str = "k8s.mariadb.com";
const VAULT: &str = "secrets.hashicorp.com";
const STRIMZI: &str = "kafka.strimzi.io";
const STRIMZI_CLUSTER: &[&str] = &["metadata", "labels", "strimzi.io/cluster"];
const RABBITMQ: &str = "rabbitmq.com";
const GATEWAY: &str = "gateway.networking.k8s.io";
const ROUTES: &[&str] = &["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"];
const KEDA: &str = "keda.sh";
const ATLAS: &str = crate::link::known::ATLAS;
const ARGO: &str = "argoproj.io";
const STORAGE_CLASS: To = Kind("storage.k8s.io", "StorageClass");
const ELASTICSEARCH: To = Kind("elasticsearch.k8s.elastic.co", "Elasticsearch");
const SQL: [&str; 3] =
    ["postgresql.sql.crossplane.io", "mysql.sql.crossplane.io", "mssql.sql.crossplane.io"];

pub(in crate::link) const REFERENCES: &[Reference] = &[
    gate(ESO, &[], &["spec", "secretStoreRef", "name"], KindBeside(ESO, "SecretStore")),
    gate(
        ESO,
        &["ClusterExternalSecret"],
        &["spec", "externalSecretSpec", "secretStoreRef", "name"],
        KindBeside(ESO, "SecretStore"),
    ),
    gate(
        ESO,
        &["ExternalSecret"],
        &["spec", "dataFrom", "*", "sourceRef", "storeRef", "name"],
        KindBeside(ESO, "SecretStore"),
    ),
    gate(
        ESO,
        &["PushSecret"],
        &["spec", "secretStoreRefs", "*", "name"],
        KindBeside(ESO, "SecretStore"),
    ),
    not_before(
        ESO,
        &["ExternalSecret"],
        &["spec", "dataFrom", "*", "sourceRef", "generatorRef", "name"],
        KindBeside("generators.external-secrets.io", "Password"),
    ),
    gate(
        "cert-manager.io",
        &["Certificate"],
        &["spec", "issuerRef", "name"],
        KindBeside("cert-manager.io", "Issuer"),
    ),
    gate(VAULT, &[], &["spec", "vaultAuthRef"], Kind(VAULT, "VaultAuth")),
    gate(VAULT, &["VaultAuth"], &["spec", "vaultConnectionRef"], Kind(VAULT, "VaultConnection")),
    // Databases, and what is made in them.
    gate(CNPG, &[], &["spec", "cluster", "name"], Kind(CNPG, "Cluster")),
    gate(EDB, &[], &["spec", "cluster", "name"], Kind(EDB, "Cluster")),
    gate(CNPG, &["Subscription"], &["spec", "publicationName"], Kind(CNPG, "Publication")),
    gate(
        CNPG,
        &["Cluster"],
        &["spec", "bootstrap", "recovery", "backup", "name"],
        Kind(CNPG, "Backup"),
    ),
    not_before(
        CNPG,
        &["Cluster"],
        &["spec", "imageCatalogRef", "name"],
        KindBeside(CNPG, "ImageCatalog"),
    ),
    not_before(
        CNPG,
        &["Cluster"],
        &["spec", "plugins", "*", "parameters", "barmanObjectName"],
        Kind("barmancloud.cnpg.io", "ObjectStore"),
    ),
    not_before(
        CNPG,
        &["Cluster"],
        &["spec", "externalClusters", "*", "plugin", "parameters", "barmanObjectName"],
        Kind("barmancloud.cnpg.io", "ObjectStore"),
    ),
    gate(MARIADB, &[], &["spec", "mariaDbRef", "name"], KindBeside(MARIADB, "MariaDB")),
    gate(MARIADB, &[], &["spec", "maxScaleRef", "name"], Kind(MARIADB, "MaxScale")),
    gate(MARIADB, &["Restore"], &["spec", "backupRef", "name"], Kind(MARIADB, "Backup")),
    not_before(MARIADB, &["Grant", "Connection"], &["spec", "username"], Kind(MARIADB, "User")),
    not_before(MARIADB, &["Grant", "Connection"], &["spec", "database"], Kind(MARIADB, "Database")),
    gate(
        "mysql.presslabs.org",
        &["MysqlDatabase", "MysqlUser", "MysqlBackup"],
        &["spec", "clusterRef", "name"],
        Kind("mysql.presslabs.org", "MysqlCluster"),
    ),
    gate("pingcap.com", &[], &["spec", "cluster", "name"], Kind("pingcap.com", "TidbCluster")),
    gate(
        "stackgres.io",
        &["SGCluster"],
        &["spec", "sgInstanceProfile"],
        Kind("stackgres.io", "SGInstanceProfile"),
    ),
    gate(
        "stackgres.io",
        &["SGCluster"],
        &["spec", "configurations", "sgPostgresConfig"],
        Kind("stackgres.io", "SGPostgresConfig"),
    ),
    gate(
        "stackgres.io",
        &["SGCluster"],
        &["spec", "configurations", "sgPoolingConfig"],
        Kind("stackgres.io", "SGPoolingConfig"),
    ),
    gate(
        "db.movetokube.com",
        &["PostgresUser"],
        &["spec", "database"],
        Kind("db.movetokube.com", "Postgres"),
    ),
    provider_sql(SQL[0], &["spec", "providerConfigRef", "name"], "ProviderConfig"),
    provider_sql(SQL[1], &["spec", "providerConfigRef", "name"], "ProviderConfig"),
    provider_sql(SQL[2], &["spec", "providerConfigRef", "name"], "ProviderConfig"),
    provider_sql(SQL[0], &["spec", "forProvider", "databaseRef", "name"], "Database"),
    provider_sql(SQL[1], &["spec", "forProvider", "databaseRef", "name"], "Database"),
    provider_sql(SQL[2], &["spec", "forProvider", "databaseRef", "name"], "Database"),
    provider_sql(SQL[0], &["spec", "forProvider", "roleRef", "name"], "Role"),
    provider_sql(SQL[1], &["spec", "forProvider", "userRef", "name"], "User"),
    provider_sql(SQL[2], &["spec", "forProvider", "userRef", "name"], "User"),
    gate(
        ATLAS,
        &["AtlasDriftCheck"],
        &["spec", "targetRef", "name"],
        KindBeside(ATLAS, "AtlasMigration"),
    ),
    gate(
        ATLAS,
        &["AtlasSecurityScan"],
        &["spec", "triggers", "*", "name"],
        KindBeside(ATLAS, "AtlasSchema"),
    ),
    gate(ATLAS, &["AtlasSecurityScan"], &["spec", "url"], Host),
    gate(ATLAS, &["AtlasSecurityScan"], &["spec", "credentials", "host"], Host),
    // Search, queues, identity.
    gate("kibana.k8s.elastic.co", &[], &["spec", "elasticsearchRef", "name"], ELASTICSEARCH),
    gate("apm.k8s.elastic.co", &[], &["spec", "elasticsearchRef", "name"], ELASTICSEARCH),
    gate("beat.k8s.elastic.co", &[], &["spec", "elasticsearchRef", "name"], ELASTICSEARCH),
    gate(
        "enterprisesearch.k8s.elastic.co",
        &[],
        &["spec", "elasticsearchRef", "name"],
        ELASTICSEARCH,
    ),
    gate("agent.k8s.elastic.co", &[], &["spec", "elasticsearchRefs", "*", "name"], ELASTICSEARCH),
    not_before(
        "apm.k8s.elastic.co",
        &[],
        &["spec", "kibanaRef", "name"],
        Kind("kibana.k8s.elastic.co", "Kibana"),
    ),
    not_before(
        "beat.k8s.elastic.co",
        &[],
        &["spec", "kibanaRef", "name"],
        Kind("kibana.k8s.elastic.co", "Kibana"),
    ),
    gate(
        STRIMZI,
        &[
            "KafkaTopic",
            "KafkaUser",
            "KafkaConnect",
            "KafkaMirrorMaker2",
            "KafkaBridge",
            "KafkaRebalance",
        ],
        STRIMZI_CLUSTER,
        Kind(STRIMZI, "Kafka"),
    ),
    not_before(STRIMZI, &["KafkaNodePool"], STRIMZI_CLUSTER, NeededBy(STRIMZI, "Kafka")),
    not_before(STRIMZI, &["KafkaConnector"], STRIMZI_CLUSTER, Kind(STRIMZI, "KafkaConnect")),
    gate(STRIMZI, &["KafkaConnect", "KafkaBridge"], &["spec", "bootstrapServers"], Host),
    gate(STRIMZI, &["KafkaMirrorMaker2"], &["spec", "clusters", "*", "bootstrapServers"], Host),
    gate(
        RABBITMQ,
        &[],
        &["spec", "rabbitmqClusterReference", "name"],
        Kind(RABBITMQ, "RabbitmqCluster"),
    ),
    not_before(
        RABBITMQ,
        &["Permission"],
        &["spec", "userReference", "name"],
        Kind(RABBITMQ, "User"),
    ),
    gate(
        "k8s.keycloak.org",
        &["KeycloakRealmImport"],
        &["spec", "keycloakCRName"],
        Kind("k8s.keycloak.org", "Keycloak"),
    ),
    // Ways in.
    not_before(GATEWAY, &["Gateway"], &["spec", "gatewayClassName"], Kind(GATEWAY, "GatewayClass")),
    not_before(
        GATEWAY,
        ROUTES,
        &["spec", "parentRefs", "*", "name"],
        KindBeside(GATEWAY, "Gateway"),
    ),
    not_before(GATEWAY, ROUTES, &["spec", "rules", "*", "backendRefs", "*", "name"], Service),
    // Workloads.
    not_before(
        KEDA,
        &["ScaledObject", "ScaledJob"],
        &["spec", "triggers", "*", "authenticationRef", "name"],
        KindBeside(KEDA, "TriggerAuthentication"),
    ),
    workflow(&["spec", "workflowTemplateRef", "name"]),
    workflow(&["spec", "workflowSpec", "workflowTemplateRef", "name"]),
    workflow(&["spec", "templates", "*", "steps", "*", "*", "templateRef", "name"]),
    workflow(&["spec", "templates", "*", "dag", "tasks", "*", "templateRef", "name"]),
    workflow(&["spec", "workflowSpec", "templates", "*", "steps", "*", "*", "templateRef", "name"]),
    workflow(&[
        "spec",
        "workflowSpec",
        "templates",
        "*",
        "dag",
        "tasks",
        "*",
        "templateRef",
        "name",
    ]),
    analysis(&["spec", "strategy", "canary", "analysis", "templates", "*", "templateName"]),
    analysis(&[
        "spec",
        "strategy",
        "canary",
        "steps",
        "*",
        "analysis",
        "templates",
        "*",
        "templateName",
    ]),
    analysis(&[
        "spec",
        "strategy",
        "canary",
        "steps",
        "*",
        "experiment",
        "analyses",
        "*",
        "templateName",
    ]),
    analysis(&[
        "spec",
        "strategy",
        "blueGreen",
        "prePromotionAnalysis",
        "templates",
        "*",
        "templateName",
    ]),
    analysis(&[
        "spec",
        "strategy",
        "blueGreen",
        "postPromotionAnalysis",
        "templates",
        "*",
        "templateName",
    ]),
    analysis(&["spec", "analyses", "*", "templateName"]),
    analysis(&["spec", "templates", "*", "templateName"]),
    not_before(
        ARGO,
        &["Rollout"],
        &["spec", "workloadRef", "name"],
        KindBeside("apps", "Deployment"),
    ),
    // What Flux installs.
    not_before(
        "helm.toolkit.fluxcd.io",
        &["HelmRelease"],
        &["spec", "dependsOn", "*", "name"],
        Kind("helm.toolkit.fluxcd.io", "HelmRelease"),
    ),
    not_before(
        "kustomize.toolkit.fluxcd.io",
        &["Kustomization"],
        &["spec", "dependsOn", "*", "name"],
        Kind("kustomize.toolkit.fluxcd.io", "Kustomization"),
    ),
    // Backups.
    gate(
        "psmdb.percona.com",
        &["PerconaServerMongoDBBackup", "PerconaServerMongoDBRestore"],
        &["spec", "clusterName"],
        Kind("psmdb.percona.com", "PerconaServerMongoDB"),
    ),
    gate(
        "pxc.percona.com",
        &["PerconaXtraDBClusterBackup", "PerconaXtraDBClusterRestore"],
        &["spec", "pxcCluster"],
        Kind("pxc.percona.com", "PerconaXtraDBCluster"),
    ),
    gate(
        "pgv2.percona.com",
        &["PerconaPGBackup", "PerconaPGRestore"],
        &["spec", "pgCluster"],
        Kind("pgv2.percona.com", "PerconaPGCluster"),
    ),
    gate(
        "ps.percona.com",
        &["PerconaServerMySQLBackup", "PerconaServerMySQLRestore"],
        &["spec", "clusterName"],
        Kind("ps.percona.com", "PerconaServerMySQL"),
    ),
    // Storage.
    not_before(
        "",
        &["PersistentVolumeClaim"],
        &["spec", "volumeName"],
        Kind("", "PersistentVolume"),
    ),
    not_before("", &["PersistentVolume"], &["spec", "nfs", "server"], Host),
    not_before(
        "",
        &["PersistentVolume"],
        &["spec", "claimRef", "name"],
        NeededBy("", "PersistentVolumeClaim"),
    ),
    not_before("", &["PersistentVolumeClaim"], &["spec", "storageClassName"], STORAGE_CLASS),
    not_before(
        "objectbucket.io",
        &["ObjectBucketClaim"],
        &["spec", "storageClassName"],
        STORAGE_CLASS,
    ),
    not_before(
        "apps",
        &["StatefulSet"],
        &["spec", "volumeClaimTemplates", "*", "spec", "storageClassName"],
        STORAGE_CLASS,
    ),
    not_before(CNPG, &["Cluster"], &["spec", "storage", "storageClass"], STORAGE_CLASS),
    not_before(CNPG, &["Cluster"], &["spec", "walStorage", "storageClass"], STORAGE_CLASS),
    not_before(MARIADB, &["MariaDB"], &["spec", "storage", "storageClassName"], STORAGE_CLASS),
    not_before(
        "acid.zalan.do",
        &["postgresql"],
        &["spec", "volume", "storageClass"],
        STORAGE_CLASS,
    ),
    not_before(
        "storage.k8s.io",
        &["StorageClass"],
        &["parameters", "pool"],
        Kind("ceph.rook.io", "CephBlockPool"),
    ),
    not_before(
        "storage.k8s.io",
        &["StorageClass"],
        &["parameters", "dataPool"],
        Kind("ceph.rook.io", "CephBlockPool"),
    ),
    not_before(
        "storage.k8s.io",
        &["StorageClass"],
        &["parameters", "fsName"],
        Kind("ceph.rook.io", "CephFilesystem"),
    ),
    // Operators by OLM.
    gate(
        "olm.operatorframework.io",
        &["ClusterExtension"],
        &["spec", "source", "catalog", "selector", "matchLabels", CATALOG_NAME],
        Kind("olm.operatorframework.io", "ClusterCatalog"),
    ),
    gate(
        "operators.coreos.com",
        &["Subscription"],
        &["spec", "source"],
        Kind("operators.coreos.com", "CatalogSource"),
    ),
];

const fn provider_sql(
    group: &'static str,
    path: &'static [&'static str],
    kind: &'static str,
) -> Reference {
    not_before(group, &[], path, Kind(group, kind))
}

/// The label that the catalogues of OLM 1 have their own name in.
const CATALOG_NAME: &str = "olm.operatorframework.io/metadata.name";

const fn workflow(path: &'static [&'static str]) -> Reference {
    const KINDS: &[&str] =
        &["Workflow", "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate"];
    not_before(ARGO, KINDS, path, OfScope(ARGO, "WorkflowTemplate", "ClusterWorkflowTemplate"))
}

const fn analysis(path: &'static [&'static str]) -> Reference {
    const KINDS: &[&str] =
        &["Rollout", "Experiment", "AnalysisTemplate", "ClusterAnalysisTemplate"];
    not_before(ARGO, KINDS, path, OfScope(ARGO, "AnalysisTemplate", "ClusterAnalysisTemplate"))
}

/// Annotations by which any object names custom resources, one or several with commas between them:
/// the annotation, and the group and kind of what it names.
pub(in crate::link) const ANNOTATIONS: &[(&str, &str, &str)] = &[
    ("cert-manager.io/issuer", "cert-manager.io", "Issuer"),
    ("cert-manager.io/cluster-issuer", "cert-manager.io", "ClusterIssuer"),
    ("konghq.com/plugins", "configuration.konghq.com", "KongPlugin"),
    ("konghq.com/plugins", "configuration.konghq.com", "KongClusterPlugin"),
    ("konghq.com/override", "configuration.konghq.com", "KongIngress"),
    ("traefik.ingress.kubernetes.io/router.middlewares", "traefik.io", "Middleware"),
    ("traefik.ingress.kubernetes.io/router.middlewares", "traefik.containo.us", "Middleware"),
    ("traefik.ingress.kubernetes.io/router.tls.options", "traefik.io", "TLSOption"),
    ("traefik.ingress.kubernetes.io/router.tls.options", "traefik.containo.us", "TLSOption"),
    ("traefik.ingress.kubernetes.io/service.serverstransport", "traefik.io", "ServersTransport"),
    ("nginx.org/policies", "k8s.nginx.org", "Policy"),
    ("networking.gke.io/v1beta1.FrontendConfig", "networking.gke.io", "FrontendConfig"),
    ("k8s.v1.cni.cncf.io/networks", "k8s.cni.cncf.io", "NetworkAttachmentDefinition"),
];

/// Annotations of an object without which the custom resource that they name never becomes healthy:
/// the certificate is made for the load balancer of the Ingress
/// (<https://cloud.google.com/kubernetes-engine/docs/how-to/managed-certs>).
pub(in crate::link) const NEEDED_BY_ANNOTATIONS: &[(&str, &str, &str)] =
    &[("networking.gke.io/managed-certificates", "networking.gke.io", "ManagedCertificate")];

/// The names in such an annotation, with their namespaces where these are written: `name`,
/// `namespace/name`, and Traefik's `namespace-name@kubernetescrd`, which can be parted in many ways.
pub(in crate::link) fn annotated(text: &str) -> Vec<(Option<&str>, &str)> {
    let mut names = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        if let Some(joined) = part.strip_suffix("@kubernetescrd") {
            let halves = joined.match_indices('-').filter_map(|(at, _)| {
                let (namespace, name) = joined.split_at_checked(at)?;
                Some((Some(namespace), name.get(1..)?))
            });
            names.extend(halves);
        } else {
            names.push(match part.split_once('/') {
                Some((namespace, name)) => (Some(namespace), name),
                None => (None, part),
            });
        }
    }
    names
}

/// What an object of its kind may refer to.
pub(in crate::link) fn of(owner: &Manifest) -> impl Iterator<Item = &'static Reference> {
    let (group, kind) = (group_of(owner), owner.kind.value.as_str());
    REFERENCES.iter().filter(move |reference| {
        reference.group == group && (reference.kinds.is_empty() || reference.kinds.contains(&kind))
    })
}

/// A name that is written somewhere, with the mapping that holds it.
pub(in crate::link) struct NameSite<'a> {
    pub(in crate::link) parent: &'a Node,
    pub(in crate::link) name: &'a Node,
}

/// What is written at a path, at each item of its lists.
pub(in crate::link) fn name_sites<'a>(node: &'a Node, path: &[&str]) -> Vec<NameSite<'a>> {
    let Some((last, path)) = path.split_last() else { return Vec::new() };
    let place = |parent: &'a Node| Some(NameSite { parent, name: parent.get(last)? });
    let places = sites(node, path).into_iter().filter_map(place);
    places.filter(|place| place.name.str().is_some()).collect()
}

/// Everything at a path; `*` stands for every item of a list.
pub(in crate::link) fn sites<'a>(node: &'a Node, path: &[&str]) -> Vec<&'a Node> {
    path.iter().fold(vec![node], |nodes, step| match *step {
        "*" => nodes.iter().filter_map(|node| node.items()).flatten().collect(),
        key => nodes.iter().filter_map(|node| node.get(key)).collect(),
    })
}
