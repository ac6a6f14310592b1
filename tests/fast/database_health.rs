//! The health checks of databases, under the same Lua as those of the Atlas Operator's kinds.
//!
//! The fixtures under `deploy/health/` hold every phase of the controllers' sources. Here is what
//! must be true of all of them at once: of every fixture with any field replaced, of every fixture
//! while it is deleted, and of whole syncs that follow a controller from phase to phase.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use argocd_atlas_plugin::generator::health::{DATABASE_CHECKS, HealthCheck, needed};
use serde_json::{Value, json};

use crate::health::{Health, Vm, fixture, fixtures};

/// The reason of the condition Ready, which comes first in the fixtures.
const READY_REASON: &str = "/status/conditions/0/reason";

/// `AppState...` and `State...` of Percona's operators.
const PERCONA_STATES: &[&str] = &["initializing", "paused", "ready", "stopping"];

/// The phases, states and reasons of each controller, as its source lists them, by the path of the
/// field that holds them.
const STATES: &[(&str, &str, &[&str])] = &[
    (
        // api/v1alpha1/atlasdriftcheck_types.go and the controller of operator 0.8.0
        "db.atlasgo.io/AtlasDriftCheck",
        READY_REASON,
        &[
            "CheckFailed",
            "Checked",
            "DriftDetected",
            "NoMigrationHistory",
            "Suspended",
            "TargetNotFound",
            "TargetNotReady",
        ],
    ),
    (
        // api/v1/cluster_types.go and internal/controller/cluster_controller.go
        "postgresql.cnpg.io/Cluster",
        "/status/phase",
        &[
            "Applying configuration",
            "Cluster cannot execute instance online upgrade due to missing architecture binary",
            "Cluster cannot proceed to reconciliation due to an error while interacting with plugins",
            "Cluster cannot proceed to reconciliation due to an unknown plugin being required",
            "Cluster has incomplete or invalid image catalog",
            "Cluster in healthy state",
            "Cluster is in an unrecoverable state, needs manual intervention",
            "Cluster is unrecoverable and needs manual intervention",
            "Cluster upgrade delayed",
            "Creating a new replica",
            "Failing over",
            "Instance Status Extraction Error: HTTP communication issue",
            "Invalid cluster definition",
            "Not enough disk space",
            "Online upgrade in progress",
            "Primary instance is being restarted in-place",
            "Primary instance is being restarted without a switchover",
            "Promoting to primary cluster",
            "Setting up primary",
            "Switchover in progress",
            "Unable to create required cluster objects",
            "Unknown plugin",
            "Upgrading Postgres major version",
            "Upgrading cluster",
            "Waiting for the instances to become active",
            "Waiting for user action",
        ],
    ),
    (
        // api/v1/pooler_types.go
        "postgresql.cnpg.io/Pooler",
        "/status/phase",
        &["active", "failed", "inactive", "paused"],
    ),
    (
        // api/v1alpha1/condition_types.go, those of a MariaDB
        "k8s.mariadb.com/MariaDB",
        READY_REASON,
        &[
            "ArchiveBinlogsError",
            "Cordoned",
            "Failed",
            "GaleraNotReady",
            "InitError",
            "Initializing",
            "Maintenance",
            "PendingUpdate",
            "ReplayBinlogs",
            "ReplayBinlogsError",
            "ReplicaRecoverError",
            "ReplicaRecovering",
            "ResizingStorage",
            "RestoreBackup",
            "ScaleOutError",
            "ScalingOut",
            "StatefulSetNotReady",
            "StatefulSetReady",
            "Suspended",
            "SwitchPrimary",
            "Updating",
            "WaitStorageResize",
        ],
    ),
    (
        "k8s.mariadb.com/MaxScale",
        READY_REASON,
        &[
            "Cordoned",
            "Failed",
            "Maintenance",
            "MaxScaleNotReady",
            "MaxScaleReady",
            "StatefulSetNotReady",
            "Suspended",
        ],
    ),
    ("k8s.mariadb.com/Database", READY_REASON, &["Created", "Failed"]),
    ("k8s.mariadb.com/User", READY_REASON, &["Created", "Failed"]),
    ("k8s.mariadb.com/Grant", READY_REASON, &["Created", "Failed"]),
    ("k8s.mariadb.com/Connection", READY_REASON, &["Failed", "Healthy"]),
    (
        // pkg/apis/acid.zalan.do/v1/const.go
        "acid.zalan.do/postgresql",
        "/status/PostgresClusterStatus",
        &[
            "",
            "CreateFailed",
            "Creating",
            "Invalid",
            "Running",
            "SyncFailed",
            "UpdateFailed",
            "Updating",
        ],
    ),
    ("pgv2.percona.com/PerconaPGCluster", "/status/state", PERCONA_STATES),
    ("pxc.percona.com/PerconaXtraDBCluster", "/status/state", PERCONA_STATES),
    ("pxc.percona.com/PerconaXtraDBCluster", "/status/state", &["error"]),
    ("ps.percona.com/PerconaServerMySQL", "/status/state", PERCONA_STATES),
    ("ps.percona.com/PerconaServerMySQL", "/status/state", &["error"]),
    ("psmdb.percona.com/PerconaServerMongoDB", "/status/state", PERCONA_STATES),
    ("psmdb.percona.com/PerconaServerMongoDB", "/status/state", &["error"]),
    (
        // mysqloperator/controller/diagnose.py
        "mysql.oracle.com/InnoDBCluster",
        "/status/cluster/status",
        &[
            "FINALIZING",
            "INITIALIZING",
            "INVALID",
            "NO_QUORUM",
            "NO_QUORUM_UNCERTAIN",
            "OFFLINE",
            "OFFLINE_UNCERTAIN",
            "ONLINE",
            "ONLINE_PARTIAL",
            "ONLINE_UNCERTAIN",
            "PENDING",
            "SPLIT_BRAIN",
            "SPLIT_BRAIN_UNCERTAIN",
            "UNKNOWN",
        ],
    ),
    (
        "kafka.strimzi.io/Kafka",
        "/status/conditions/0/type",
        &["NotReady", "Ready", "ReconciliationPaused"],
    ),
    (
        // apis/apps/v1/cluster_types.go
        "apps.kubeblocks.io/Cluster",
        "/status/phase",
        &[
            "Abnormal", "Creating", "Deleting", "Failed", "Running", "Stopped", "Stopping",
            "Updating",
        ],
    ),
    (
        // apis/apps/v1/component_types.go
        "apps.kubeblocks.io/Cluster",
        "/status/components/postgresql/phase",
        &[
            "Creating", "Deleting", "Failed", "Running", "Starting", "Stopped", "Stopping",
            "Updating",
        ],
    ),
    (
        // api/v1/mongodbcommunity_types.go
        "mongodbcommunity.mongodb.com/MongoDBCommunity",
        "/status/phase",
        &["Failed", "Pending", "Running"],
    ),
    (
        // clustering/status.go
        "moco.cybozu.com/MySQLCluster",
        READY_REASON,
        &[
            "Cloning",
            "Degraded",
            "Failed",
            "Healthy",
            "Incomplete",
            "Lost",
            "Offline",
            "Restoring",
            "Undecided",
        ],
    ),
    (
        // internal/controller/, the reasons of ReconcileSuccess
        "rabbitmq.com/RabbitmqCluster",
        READY_REASON,
        &[
            "Error",
            "FailedCLICommand",
            "FailedReconcilePVC",
            "FailedVersionAnnotation",
            "Initialising",
            "InvalidConfiguration",
            "Success",
            "TLSError",
            "TransformErrorOperation",
            "UnsupportedOperation",
        ],
    ),
    (
        // api/v1/backup_types.go
        "postgresql.cnpg.io/Backup",
        "/status/phase",
        &[
            "completed",
            "failed",
            "finalizing",
            "invalid backup definition",
            "pending",
            "running",
            "started",
            "walArchivingFailing",
        ],
    ),
];

/// The states of an object during a sync, by the names of fixtures: what the controller writes one
/// after another. At the last one the object is as Git wants it.
const END_WELL: &[(&str, &str, &[&str])] = &[
    (
        "db.atlasgo.io/AtlasDriftCheck",
        "the first check, while migrations are applied",
        &["created-no-status", "created", "target-not-ready", "check-failed", "checked"],
    ),
    (
        "db.atlasgo.io/AtlasDriftCheck",
        "a change, and drift that is only reported",
        &["unseen", "target-not-ready-changed", "timed-out", "drift-reported"],
    ),
    ("db.atlasgo.io/AtlasDriftCheck", "suspended", &["suspended-unseen", "suspended"]),
    (
        "postgresql.cnpg.io/Cluster",
        "the first sync",
        &[
            "created",
            "created-empty-status",
            "created-no-phase",
            "setting-up-primary",
            "waiting-for-instances",
            "creating-replica",
            "instance-not-ready",
            "healthy",
        ],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "a minor version, with a switchover",
        &[
            "image-unseen",
            "upgrade-delayed",
            "upgrading",
            "waiting-for-instances",
            "switchover",
            "upgrading",
            "instance-not-ready",
            "healthy",
        ],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "a minor version, without a switchover",
        &["image-unseen", "upgrading", "restarting-primary", "instance-not-ready", "healthy"],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "a major version",
        &["image-unseen", "image-major-pending", "upgrading-major", "creating-replica", "healthy"],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "a major version of a catalog",
        &["catalog-major-unseen", "upgrading-major", "creating-replica", "healthy"],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "a catalog that comes late",
        &["created", "catalog-missing", "setting-up-primary", "healthy-image-by-catalog"],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "parameters",
        &["applying-configuration", "restarting-in-place", "switchover", "healthy-reason"],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "supervised",
        &["image-unseen", "upgrading", "waiting-for-user", "switchover", "healthy"],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "more instances",
        &["scaled-up-unseen", "creating-replica", "instance-not-ready", "healthy"],
    ),
    ("postgresql.cnpg.io/Cluster", "fewer instances", &["scaled-down-unseen", "healthy"]),
    (
        "postgresql.cnpg.io/Cluster",
        "a failover in the midst",
        &["upgrading", "failing-over", "primary-changing", "instance-not-ready", "healthy"],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "a role, and its Secret late",
        &["role-unseen", "role-pending", "role-not-made", "role-reconciled"],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "a tablespace",
        &["tablespace-unseen", "tablespace-pending", "tablespace-reconciled"],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "a plugin that starts later",
        &["plugin-unseen", "unknown-plugin", "plugin-error", "upgrading", "plugin-loaded"],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "the network in the midst",
        &["upgrading", "status-not-extracted", "objects-not-created", "not-ready", "healthy"],
    ),
    ("postgresql.cnpg.io/Cluster", "the operator is upgraded", &["online-upgrade", "healthy"]),
    (
        "postgresql.cnpg.io/Cluster",
        "a hibernation and its end",
        &[
            "hibernating-unseen",
            "hibernating-waiting",
            "hibernating-deleting-pods",
            "hibernating-waiting-pods",
            "hibernated",
            "waking-unseen",
            "waiting-for-instances",
            "hibernation-off",
        ],
    ),
    (
        "postgresql.cnpg.io/Pooler",
        "the first sync",
        &[
            "created",
            "created-empty-status",
            "inactive-no-cluster",
            "inactive-no-secret",
            "created-phase-only",
            "starting",
            "active",
        ],
    ),
    ("postgresql.cnpg.io/Pooler", "another image", &["image-unseen", "rolling", "active"]),
    ("postgresql.cnpg.io/Pooler", "more instances", &["scaled-unseen", "starting", "active"]),
    (
        "postgresql.cnpg.io/Pooler",
        "a pause",
        &["pausing-unseen", "paused", "resuming-unseen", "active"],
    ),
    (
        "postgresql.cnpg.io/Database",
        "the first sync",
        &[
            "created",
            "created-empty-status",
            "replica-cluster",
            "cluster-not-read",
            "owner-missing",
            "schema-owner-missing",
            "applied",
        ],
    ),
    ("postgresql.cnpg.io/Database", "a change", &["unseen", "failed-before", "applied"]),
    (
        "postgresql.cnpg.io/DatabaseRole",
        "the first sync",
        &["created", "secret-missing", "applied"],
    ),
    (
        "postgresql.cnpg.io/DatabaseRole",
        "a password",
        &["unseen", "password-unseen", "password-applied"],
    ),
    (
        "postgresql.cnpg.io/DatabaseRole",
        "a certificate",
        &["unseen", "certificate-unseen", "certificate-made"],
    ),
    (
        "postgresql.cnpg.io/Publication",
        "a table of a later wave",
        &["created", "table-missing", "applied"],
    ),
    (
        "postgresql.cnpg.io/Subscription",
        "the other server is away",
        &["created", "publisher-away", "never-seen", "applied"],
    ),
    (
        "k8s.mariadb.com/MariaDB",
        "the first sync, from a backup",
        &[
            "created",
            "created-empty-status",
            "failed",
            "initializing",
            "restoring",
            "ready-but-restoring",
            "replaying-binlogs",
            "stateful-set-not-ready",
            "running",
        ],
    ),
    (
        "k8s.mariadb.com/MariaDB",
        "an update of Galera",
        &["update-pending", "updating", "galera-not-ready", "stateful-set-not-ready", "running"],
    ),
    (
        "k8s.mariadb.com/MariaDB",
        "an update with a switchover",
        &["updating", "switching-primary", "ready-but-switching", "running-after-work"],
    ),
    (
        "k8s.mariadb.com/MariaDB",
        "more replicas",
        &["scaled-unseen", "scaling-out", "recovering-replicas", "running"],
    ),
    (
        "k8s.mariadb.com/MariaDB",
        "a larger volume",
        &["resizing-storage", "waiting-storage", "archiving-binlogs-fails", "running"],
    ),
    (
        "k8s.mariadb.com/MariaDB",
        "suspended and resumed",
        &["suspended-unseen", "suspended", "resuming-unseen", "cordoned", "maintenance", "running"],
    ),
    (
        "k8s.mariadb.com/MaxScale",
        "the first sync",
        &["created", "failed", "stateful-set-not-ready", "server-not-ready", "running"],
    ),
    (
        "k8s.mariadb.com/Database",
        "the first sync, the server late",
        &["created", "mariadb-not-found", "mariadb-not-read", "not-connected", "failed", "ready"],
    ),
    (
        "k8s.mariadb.com/User",
        "the first sync, the Secret late",
        &["created", "secret-missing", "ready"],
    ),
    (
        "k8s.mariadb.com/Grant",
        "the first sync, the user late",
        &["created", "user-missing", "binlogs-pending", "ready"],
    ),
    ("k8s.mariadb.com/Connection", "the first sync", &["created", "unhealthy", "ready"]),
    (
        "acid.zalan.do/postgresql",
        "the first sync",
        &[
            "created",
            "created-empty-status",
            "created-empty-state",
            "creating",
            "create-failed",
            "running",
        ],
    ),
    (
        "acid.zalan.do/postgresql",
        "a change",
        &["updating", "update-failed", "sync-failed", "running"],
    ),
    (
        "postgres-operator.crunchydata.com/PostgresCluster",
        "the first sync",
        &[
            "created",
            "created-empty-status",
            "created-no-generation",
            "created-no-instances",
            "starting",
            "not-ready",
            "proxy-not-there",
            "proxy-not-available",
            "ready-with-proxy",
        ],
    ),
    (
        "postgres-operator.crunchydata.com/PostgresCluster",
        "a change",
        &["unseen", "updating", "not-ready", "ready"],
    ),
    (
        "postgres-operator.crunchydata.com/PostgresCluster",
        "instances",
        &["another-set", "scaled-down", "ready"],
    ),
    (
        "postgres-operator.crunchydata.com/PostgresCluster",
        "paused and resumed",
        &["paused", "resuming-unseen", "resuming", "ready"],
    ),
    (
        "pgv2.percona.com/PerconaPGCluster",
        "the first sync",
        &["created", "created-empty-status", "created-no-state", "initializing", "ready"],
    ),
    (
        "pgv2.percona.com/PerconaPGCluster",
        "a change",
        &["observed-older-generation", "scaled-unseen", "initializing", "ready"],
    ),
    (
        "pgv2.percona.com/PerconaPGCluster",
        "stopped and started",
        &["stopping-unseen", "stopping", "paused", "starting-unseen", "initializing", "ready"],
    ),
    (
        "pxc.percona.com/PerconaXtraDBCluster",
        "the first sync",
        &["created", "created-empty-status", "created-no-state", "initializing", "ready"],
    ),
    (
        "pxc.percona.com/PerconaXtraDBCluster",
        "a change",
        &["observed-older-generation", "error", "initializing-message", "initializing", "ready"],
    ),
    (
        "pxc.percona.com/PerconaXtraDBCluster",
        "stopped and started",
        &["stopping-unseen", "stopping", "paused", "starting-unseen", "initializing", "ready"],
    ),
    (
        "ps.percona.com/PerconaServerMySQL",
        "the first sync",
        &["created", "created-empty-status", "created-no-state", "initializing", "ready"],
    ),
    (
        "ps.percona.com/PerconaServerMySQL",
        "a change",
        &[
            "observed-older-generation",
            "scaled-unseen",
            "error",
            "crashed",
            "initializing",
            "ready",
        ],
    ),
    (
        "ps.percona.com/PerconaServerMySQL",
        "stopped and started",
        &["stopping-unseen", "stopping", "paused", "starting-unseen", "initializing", "ready"],
    ),
    (
        "psmdb.percona.com/PerconaServerMongoDB",
        "the first sync",
        &["created", "created-empty-status", "created-no-state", "initializing", "ready"],
    ),
    (
        "psmdb.percona.com/PerconaServerMongoDB",
        "a change",
        &["observed-older-generation", "error", "update-pending", "initializing", "ready"],
    ),
    (
        "psmdb.percona.com/PerconaServerMongoDB",
        "stopped and started",
        &["stopping-unseen", "stopping", "paused", "starting-unseen", "initializing", "ready"],
    ),
    (
        "mysql.oracle.com/InnoDBCluster",
        "the first sync",
        &[
            "created",
            "created-kopf-only",
            "created-empty-status",
            "pending",
            "initializing",
            "online-partial",
            "online",
        ],
    ),
    (
        "mysql.oracle.com/InnoDBCluster",
        "a change with outages",
        &[
            "scaled-unseen",
            "online-uncertain",
            "offline",
            "offline-uncertain",
            "no-quorum",
            "no-quorum-uncertain",
            "unknown",
            "online",
        ],
    ),
    (
        "kafka.strimzi.io/Kafka",
        "the first sync",
        &["created", "creating", "created-empty-conditions", "timeout", "ready"],
    ),
    ("kafka.strimzi.io/Kafka", "a correction", &["refused-before", "timeout", "ready-warning"]),
    (
        "kafka.strimzi.io/Kafka",
        "paused and resumed",
        &["paused", "resuming-unseen", "unseen", "ready"],
    ),
    (
        "postgresql.cnpg.io/Backup",
        "a backup",
        &[
            "created",
            "pending",
            "started",
            "wal-archiving-failing",
            "running",
            "finalizing",
            "completed",
        ],
    ),
    (
        "apps.kubeblocks.io/Cluster",
        "the first sync",
        &[
            "created",
            "created-empty-status",
            "provisioning-failed",
            "created-no-phase",
            "creating-component",
            "failed",
            "creating",
            "running",
        ],
    ),
    (
        "apps.kubeblocks.io/Cluster",
        "a change",
        &["unseen", "apply-failed", "updating", "running-updated"],
    ),
    (
        "apps.kubeblocks.io/Cluster",
        "another component",
        &["component-missing", "abnormal", "not-up-to-date", "running-two"],
    ),
    (
        "apps.kubeblocks.io/Cluster",
        "a component is removed",
        &["unseen", "running-with-deleting", "running-updated"],
    ),
    (
        "apps.kubeblocks.io/Cluster",
        "stopped and started",
        &["stop-not-begun", "stopping", "stopped", "stopped-to-start", "starting", "running"],
    ),
    ("apps.kubeblocks.io/Cluster", "a restore", &["created", "restoring", "restored"]),
    (
        "apps.kubeblocks.io/Cluster",
        "shards",
        &["created", "sharding-missing", "sharding-creating", "sharding-running"],
    ),
    (
        "mongodbcommunity.mongodb.com/MongoDBCommunity",
        "the first sync, the Secret late",
        &[
            "created",
            "created-empty-status",
            "service-failed",
            "user-secret-missing",
            "tls-pending",
            "deploy-failed",
            "pending",
            "running",
        ],
    ),
    (
        "mongodbcommunity.mongodb.com/MongoDBCommunity",
        "another version",
        &["version-unseen", "updating", "strategy-failed", "running-updated"],
    ),
    (
        "mongodbcommunity.mongodb.com/MongoDBCommunity",
        "more members",
        &["scaled-unseen", "scaling", "arbiters-unseen", "running-scaled"],
    ),
    (
        "moco.cybozu.com/MySQLCluster",
        "the first sync",
        &[
            "created",
            "created-empty-status",
            "created-no-state",
            "incomplete",
            "cloning",
            "restoring",
            "incomplete-pods-there",
            "healthy",
        ],
    ),
    (
        "moco.cybozu.com/MySQLCluster",
        "a change with outages",
        &[
            "unseen",
            "reconcile-failed",
            "rolling",
            "degraded",
            "failed",
            "lost",
            "undecided",
            "healthy",
        ],
    ),
    (
        "moco.cybozu.com/MySQLCluster",
        "more replicas",
        &["unseen", "rolling", "scaled", "healthy-scaled"],
    ),
    (
        "moco.cybozu.com/MySQLCluster",
        "offline and online",
        &[
            "offline-unseen",
            "going-offline",
            "offline",
            "online-unseen",
            "going-online",
            "incomplete",
            "healthy",
        ],
    ),
    (
        "moco.cybozu.com/MySQLCluster",
        "stopped and resumed",
        &[
            "reconciliation-stopped",
            "reconciliation-resuming",
            "clustering-stopped",
            "clustering-resuming",
            "healthy",
        ],
    ),
    (
        "rabbitmq.com/RabbitmqCluster",
        "the first sync, the Secret late",
        &[
            "created",
            "created-empty-conditions",
            "initialising",
            "tls-secret-missing",
            "error",
            "statefulset-missing",
            "not-all-ready",
            "endpoints-unknown",
            "no-endpoints",
            "ready",
        ],
    ),
    (
        "rabbitmq.com/RabbitmqCluster",
        "a change",
        &["unseen", "volume-failed", "version-failed", "cli-failed", "not-all-ready", "ready"],
    ),
    (
        "rabbitmq.com/RabbitmqCluster",
        "stopped and started",
        &["scaling-to-zero", "scaled-to-zero", "starting-from-zero", "not-all-ready", "ready"],
    ),
];

/// The same where the object never becomes what Git wants.
const END_BADLY: &[(&str, &str, &[&str])] = &[
    (
        "db.atlasgo.io/AtlasDriftCheck",
        "drift that is to fail",
        &["created", "resumed", "target-not-ready-changed", "drift-fails"],
    ),
    ("db.atlasgo.io/AtlasDriftCheck", "no such AtlasMigration", &["created", "target-not-found"]),
    (
        "postgresql.cnpg.io/Cluster",
        "the bootstrap fails",
        &["created", "setting-up-primary", "unrecoverable"],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "a catalog without the version",
        &["catalog-major-unseen", "catalog-without-major"],
    ),
    (
        "postgresql.cnpg.io/Cluster",
        "the disk is full",
        &["upgrading", "instance-not-ready", "disk-full"],
    ),
    ("postgresql.cnpg.io/Cluster", "the spec is refused", &["image-unseen", "definition-invalid"]),
    ("postgresql.cnpg.io/Pooler", "the spec is refused", &["created", "refused"]),
    ("postgresql.cnpg.io/Pooler", "no image", &["catalog-missing", "catalog-without-image"]),
    (
        "postgresql.cnpg.io/Database",
        "an extension that the image does not have",
        &["created", "extension-not-available"],
    ),
    ("postgresql.cnpg.io/Database", "a locale", &["unseen", "bad-value"]),
    ("postgresql.cnpg.io/Backup", "a backup", &["created", "running", "failed"]),
    (
        "k8s.mariadb.com/MariaDB",
        "the volumes are there",
        &["created", "initializing", "init-error"],
    ),
    ("acid.zalan.do/postgresql", "the spec is refused", &["created", "invalid"]),
    (
        "postgres-operator.crunchydata.com/PostgresCluster",
        "a volume",
        &["unseen", "volume-not-resized"],
    ),
    ("pxc.percona.com/PerconaXtraDBCluster", "the spec is refused", &["error", "wrong-options"]),
    ("psmdb.percona.com/PerconaServerMongoDB", "the spec is refused", &["error", "wrong-options"]),
    (
        "ps.percona.com/PerconaServerMySQL",
        "all servers crashed",
        &["initializing", "crashed-for-good"],
    ),
    ("mysql.oracle.com/InnoDBCluster", "a split brain", &["online-uncertain", "split-brain"]),
    ("kafka.strimzi.io/Kafka", "the spec is refused", &["unseen", "invalid-resource"]),
    ("k8s.mariadb.com/Database", "a collation", &["mariadb-not-found", "unknown-collation"]),
    ("k8s.mariadb.com/Grant", "a privilege", &["user-missing", "illegal-grant"]),
    ("apps.kubeblocks.io/Cluster", "a restore", &["created", "restoring", "restore-failed"]),
    (
        "mongodbcommunity.mongodb.com/MongoDBCommunity",
        "the spec is refused",
        &["version-unseen", "refused-update"],
    ),
    ("rabbitmq.com/RabbitmqCluster", "fewer replicas", &["unseen", "scale-down"]),
    ("rabbitmq.com/RabbitmqCluster", "TLS", &["created", "initialising", "tls-refused"]),
];

/// Kinds whose controllers try everything again.
const NEVER_DEGRADED: &[&str] = &[
    "k8s.mariadb.com/MaxScale",
    "moco.cybozu.com/MySQLCluster",
    "pgv2.percona.com/PerconaPGCluster",
];

/// EDB builds its operator from CloudNativePG. What is listed here of one is true of the other.
const CNPG: &str = "postgresql.cnpg.io";
const EDB: &str = "postgresql.k8s.enterprisedb.io";
const OF_EDB: &[&str] = &["Cluster", "Pooler", "Database"];

/// The checks for which a list has this kind.
fn kinds_of(name: &str) -> Vec<String> {
    let mut kinds = vec![name.to_owned()];
    if let Some((CNPG, kind)) = name.split_once('/')
        && OF_EDB.contains(&kind)
    {
        kinds.push(format!("{EDB}/{kind}"));
    }
    kinds
}

#[test]
fn every_state_of_the_controllers_has_a_fixture() {
    let listed = STATES.iter().flat_map(|(name, path, states)| {
        kinds_of(name).into_iter().map(move |name| (name, path, states))
    });
    for (name, path, states) in listed {
        let check = check(&name);
        let mut written = BTreeSet::new();
        for file in fixtures(check) {
            let object = fixture(check, &file);
            written.extend(object.pointer(path).and_then(Value::as_str).map(str::to_owned));
        }
        for state in *states {
            assert!(written.contains(*state), "{name}: no fixture for `{state}`");
        }
    }
}

/// What Argo CD does with a wave, `sync_context.go`: Healthy starts the next one, Degraded fails
/// the sync, everything else keeps it waiting.
#[test]
fn a_sync_goes_on_at_the_last_state_and_not_before() {
    for (name, story, states) in stories(END_WELL) {
        let healths = story_of(&name, states);
        let (last, before) = healths.split_last().unwrap();
        assert_eq!(last.status, "Healthy", "{name}, {story}: {last:?}");
        for (state, health) in states.iter().zip(before) {
            let is_early = health.status == "Healthy";
            let is_needless = health.status == "Degraded";
            assert!(!is_early && !is_needless, "{name}, {story}, {state}: {health:?}");
        }
    }
    for (name, story, states) in stories(END_BADLY) {
        let healths = story_of(&name, states);
        let (last, before) = healths.split_last().unwrap();
        assert_eq!(last.status, "Degraded", "{name}, {story}: {last:?}");
        for (state, health) in states.iter().zip(before) {
            assert_eq!(health.status, "Progressing", "{name}, {story}, {state}: {health:?}");
        }
    }
}

#[test]
fn every_kind_begins_and_ends() {
    for check in DATABASE_CHECKS {
        let name = format!("{}/{}", check.group, check.kind);
        assert!(stories(END_WELL).any(|(kind, ..)| kind == name), "{name}");
        let vm = Vm::new(*check);
        let statuses: BTreeSet<String> =
            fixtures(*check).iter().map(|file| vm.health(&fixture(*check, file)).status).collect();
        for status in ["Progressing", "Healthy"] {
            assert!(statuses.contains(status), "{name}: no fixture is {status}");
        }
        let can_fail = !NEVER_DEGRADED.contains(&name.as_str());
        assert_eq!(statuses.contains("Degraded"), can_fail, "{name}");
    }
}

/// Every field of every fixture, taken away or replaced by a value of another type: a check that
/// fails would make the health Unknown, and a check must not call a status healthy that is empty.
#[test]
fn no_field_of_another_type_is_an_error() {
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("text"),
        json!([]),
        json!({}),
        json!([null, 7, "text", [], {"type": "Ready", "name": [], "applied": false, "message": {}}]),
        json!({"name": 7, "message": [], "status": {}, "items": [{}]}),
    ];
    for check in DATABASE_CHECKS {
        let vm = Vm::new(*check);
        vm.health(&json!({}));
        for value in &odd {
            assert_ne!(vm.health(&json!({"status": value})).status, "Healthy", "{value}");
            vm.health(&json!({"metadata": value, "spec": value, "status": value}));
        }
        for file in fixtures(*check) {
            let object = fixture(*check, &file);
            for (n, path) in paths(&object).iter().enumerate() {
                for (m, value) in odd.iter().enumerate() {
                    // Another share of them for every field.
                    if !crate::common::is_thorough() && (n + m) % 29 != 0 {
                        continue;
                    }
                    let Some(changed) = value_in(&object, path, value) else { continue };
                    let health = vm.health(&changed);
                    if path == "/status" {
                        assert_ne!(health.status, "Healthy", "{} {file} {value}", check.kind);
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_being_deleted_is_never_healthy_and_never_fails_a_sync() {
    for check in DATABASE_CHECKS {
        let vm = Vm::new(*check);
        for file in fixtures(*check) {
            let mut object = fixture(*check, &file);
            object["metadata"]["deletionTimestamp"] = json!("2026-11-01T10:00:00Z");
            object["metadata"]["finalizers"] = json!(["example.com/keep"]);
            let health = vm.health(&object);
            assert_eq!(
                (health.status.as_str(), health.message.as_str()),
                ("Progressing", "Pending deletion"),
                "{} {file}",
                check.kind
            );
        }
    }
}

/// Where a status names a generation, one that is older than the object's is never healthy.
#[test]
fn an_older_generation_is_never_healthy() {
    let mut n_seen = BTreeMap::new();
    for check in DATABASE_CHECKS {
        let vm = Vm::new(*check);
        for file in fixtures(*check) {
            let mut object = fixture(*check, &file);
            if vm.health(&object).status != "Healthy"
                || !object["status"]["observedGeneration"].is_number()
                || object["metadata"]["finalizers"].is_array()
            {
                continue;
            }
            object["metadata"]["generation"] = json!(99);
            let health = vm.health(&object);
            assert_eq!(health.status, "Progressing", "{} {file}: {health:?}", check.kind);
            *n_seen.entry(check.kind).or_insert(0) += 1;
        }
    }
    assert!(n_seen.len() > 3, "{n_seen:?}");
}

#[test]
fn all_checks_of_databases_begin_the_same() {
    const FROM: &str = "-- The checks of all databases are the same from here";
    const TO: &str = "-- The checks of all databases are the same up to here";
    let common = |check: &HealthCheck| {
        let (_, text) = check.lua.split_once(FROM).unwrap();
        text.split_once(TO).unwrap().0.to_owned()
    };
    for check in DATABASE_CHECKS {
        assert_eq!(common(check), common(&DATABASE_CHECKS[0]), "{}", check.kind);
    }
}

#[test]
fn a_project_needs_the_checks_of_its_kinds() {
    let kinds = [
        ("apps", "Deployment"),
        ("postgresql.cnpg.io", "Cluster"),
        ("db.atlasgo.io", "AtlasSchema"),
        ("postgresql.cnpg.io", "Cluster"),
        // The kind of another group.
        ("k8s.mariadb.com", "Pooler"),
    ];
    let checks = needed(kinds.into_iter());
    let kinds: Vec<&str> = checks.iter().map(|check| check.kind).collect();
    assert_eq!(kinds, ["AtlasSchema", "Cluster"]);
}

fn check(name: &str) -> HealthCheck {
    let is_named = |check: &&HealthCheck| format!("{}/{}", check.group, check.kind) == name;
    *DATABASE_CHECKS.iter().find(is_named).unwrap_or_else(|| panic!("no check of {name}"))
}

fn stories<'a>(
    of: &'a [(&'a str, &'a str, &'a [&'a str])],
) -> impl Iterator<Item = (String, &'a str, &'a [&'a str])> {
    of.iter().flat_map(|(name, story, states)| {
        kinds_of(name).into_iter().map(move |name| (name, *story, *states))
    })
}

fn story_of(name: &str, states: &[&str]) -> Vec<Health> {
    let check = check(name);
    let vm = Vm::new(check);
    states.iter().map(|state| vm.health(&fixture(check, &format!("{state}.yaml")))).collect()
}

/// The pointers of all values in an object.
fn paths(object: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match object {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    let mut found = Vec::new();
    for (key, value) in children {
        found.extend(paths(value).into_iter().map(|path| format!("/{key}{path}")));
        found.push(format!("/{key}"));
    }
    found
}

fn value_in(object: &Value, path: &str, value: &Value) -> Option<Value> {
    let mut changed = object.clone();
    *changed.pointer_mut(path)? = value.clone();
    Some(changed)
}

/// Argo CD's layout has a script for each kind, so EDB's are copies: they follow CloudNativePG's.
#[test]
fn the_checks_of_edb_are_those_of_cloud_native_pg() {
    let plain = |name: &str| {
        let lua = check(name).lua.lines().filter(|line| !line.trim_start().starts_with("--"));
        let text = lua.collect::<Vec<_>>().join(" ");
        let text = text.replace("CloudNativePG", "the operator");
        let text = text.replace("k8s.enterprisedb.io/", "cnpg.io/");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for kind in ["Cluster", "Pooler", "Database"] {
        let edb = plain(&format!("postgresql.k8s.enterprisedb.io/{kind}"));
        assert_eq!(edb, plain(&format!("postgresql.cnpg.io/{kind}")), "{kind}");
    }
}
