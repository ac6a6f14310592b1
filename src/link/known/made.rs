//! The Secrets and Services that controllers make for an object, by its kind.

use smol_str::{SmolStr, format_smolstr};

use crate::link::known::MadeName;
use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// How the name of a thing that a controller makes follows from the object that it is made for.
pub(in crate::link) enum Named {
    /// Just as the object.
    Same,
    /// Always the same.
    Fixed(&'static str),
    /// The object's name and a suffix.
    Suffix(&'static str),
    /// A prefix and the object's name.
    Prefix(&'static str),
    /// A prefix, the object's name, and a suffix.
    Around(&'static str, &'static str),
    /// The object's name, a suffix, and anything.
    Begins(&'static str),
    /// A prefix, the object's name, a suffix, and anything.
    BeginsAround(&'static str, &'static str),
    /// Anything, and then a text, the object's name, and another text.
    Ends(&'static str, &'static str),
    /// What is written at a path.
    At(&'static [&'static str]),
    /// What is written at a path, where nobody else in the project makes that.
    AtUnlessGiven(&'static [&'static str]),
    /// What is written at a path, in the letters that a name may have, and a suffix.
    AtSuffix(&'static [&'static str], &'static str),
    /// The same with `-` and the object's name before the suffix.
    AtAndSameSuffix(&'static [&'static str], &'static str),
    /// What is written at a path, or else the object's name.
    AtOr(&'static [&'static str]),
    /// What is written at a path, `-` and the object's name.
    AtAndSame(&'static [&'static str]),
    /// What is written at a path of every item of a list.
    Each(&'static [&'static str], &'static [&'static str]),
    /// For every item of a list: the object's name, some fields of the item, and a suffix, with `-`
    /// between them.
    EachSuffix(&'static [&'static str], &'static [&'static str], &'static str),
    /// The same and anything behind it.
    EachBegins(&'static [&'static str], &'static [&'static str], &'static str),
}

use Named::{
    Around, At, AtAndSame, AtAndSameSuffix, AtOr, AtSuffix, AtUnlessGiven, Begins, BeginsAround,
    Each, EachBegins, EachSuffix, Ends, Fixed, Prefix, Same, Suffix,
};

/// What the controllers of a kind make.
pub(in crate::link) struct Makes {
    pub(in crate::link) group: &'static str,
    pub(in crate::link) kind: &'static str,
    pub(in crate::link) secrets: &'static [Named],
    pub(in crate::link) services: &'static [Named],
    pub(in crate::link) config_maps: &'static [Named],
}

const fn secrets(group: &'static str, kind: &'static str, secrets: &'static [Named]) -> Makes {
    Makes { group, kind, secrets, services: &[], config_maps: &[] }
}

/// A Secret and a ConfigMap that are called as the object is.
const fn both(group: &'static str, kind: &'static str) -> Makes {
    Makes { group, kind, secrets: &[Same], services: &[], config_maps: &[Same] }
}

const fn server(
    group: &'static str,
    kind: &'static str,
    services: &'static [Named],
    secrets: &'static [Named],
) -> Makes {
    Makes { group, kind, secrets, services, config_maps: &[] }
}

const DESTINATION: &[Named] = &[At(&["spec", "destination", "name"])];
const CNPG_SERVICES: &[Named] = &[
    Suffix("-rw"),
    Suffix("-ro"),
    Suffix("-r"),
    Each(&["spec", "managed", "services", "additional"], &["serviceTemplate", "metadata", "name"]),
];
const CNPG_SECRETS: &[Named] = &[
    Suffix("-app"),
    Suffix("-superuser"),
    Suffix("-ca"),
    Suffix("-server"),
    Suffix("-replication"),
];
const CRUNCHY_SERVICES: &[Named] =
    &[Suffix("-primary"), Suffix("-ha"), Suffix("-replicas"), Suffix("-pgbouncer")];
const DB2_SERVICES: &[Named] =
    &[Around("c-", "-db2u-engn-svc"), Around("c-", "-db2u"), Around("c-", "-db2u-internal")];

/// A server of KubeDB, with the Services that its governing one has beside it.
const fn kubedb(kind: &'static str) -> Makes {
    const SERVICES: &[Named] = &[
        Same,
        Suffix("-pods"),
        Suffix("-standby"),
        Suffix("-replicas"),
        Suffix("-secondary"),
        Suffix("-master"),
    ];
    server("kubedb.com", kind, SERVICES, &[Suffix("-auth")])
}

const COMPONENTS: &[&str] = &["spec", "componentSpecs"];

pub(in crate::link) const MADE: &[Makes] = &[
    // Secrets from elsewhere.
    secrets("external-secrets.io", "ExternalSecret", &[AtOr(&["spec", "target", "name"])]),
    secrets(
        "external-secrets.io",
        "ClusterExternalSecret",
        &[
            At(&["spec", "externalSecretSpec", "target", "name"]),
            AtOr(&["spec", "externalSecretName"]),
        ],
    ),
    secrets("bitnami.com", "SealedSecret", &[AtOr(&["spec", "template", "metadata", "name"])]),
    secrets("cert-manager.io", "Certificate", &[At(&["spec", "secretName"])]),
    secrets("secrets.hashicorp.com", "VaultStaticSecret", DESTINATION),
    secrets("secrets.hashicorp.com", "VaultDynamicSecret", DESTINATION),
    secrets("secrets.hashicorp.com", "VaultPKISecret", DESTINATION),
    secrets("secrets.hashicorp.com", "HCPVaultSecretsApp", DESTINATION),
    secrets("ricoberger.de", "VaultSecret", &[Same]),
    secrets("redhatcop.redhat.io", "VaultSecret", &[At(&["spec", "output", "name"])]),
    secrets("onepassword.com", "OnePasswordItem", &[Same]),
    secrets("isindir.github.com", "SopsSecret", &[Each(&["spec", "secretTemplates"], &["name"])]),
    secrets("spv.no", "AzureKeyVaultSecret", &[At(&["spec", "output", "secret", "name"])]),
    secrets("secrets.doppler.com", "DopplerSecret", &[At(&["spec", "managedSecret", "name"])]),
    secrets("k8s.bitwarden.com", "BitwardenSecret", &[At(&["spec", "secretName"])]),
    secrets(
        "secrets.infisical.com",
        "InfisicalSecret",
        &[
            At(&["spec", "managedSecretReference", "secretName"]),
            Each(&["spec", "managedKubeSecretReferences"], &["secretName"]),
        ],
    ),
    secrets(
        "secrets.infisical.com",
        "InfisicalDynamicSecret",
        &[At(&["spec", "managedSecretReference", "secretName"])],
    ),
    // Secrets that are made up.
    secrets("secretgen.k14s.io", "Password", &[Same]),
    secrets("secretgen.k14s.io", "Certificate", &[Same]),
    secrets("secretgen.k14s.io", "RSAKey", &[Same]),
    secrets("secretgen.k14s.io", "SSHKey", &[Same]),
    secrets("secretgenerator.mittwald.de", "StringSecret", &[Same]),
    secrets("secretgenerator.mittwald.de", "BasicAuth", &[Same]),
    secrets("secretgenerator.mittwald.de", "SSHKeyPair", &[Same]),
    // Both.
    both("trust.cert-manager.io", "Bundle"),
    both("objectbucket.io", "ObjectBucketClaim"),
    // Users.
    secrets("kafka.strimzi.io", "KafkaUser", &[Same]),
    secrets("rabbitmq.com", "User", &[Suffix("-user-credentials")]),
    secrets("k8s.mariadb.com", "Connection", &[AtOr(&["spec", "secretName"])]),
    secrets("services.cloud.sap.com", "ServiceBinding", &[AtOr(&["spec", "secretName"])]),
    secrets("db.movetokube.com", "PostgresUser", &[AtAndSame(&["spec", "secretName"])]),
    secrets(
        "postgresql.easymile.com",
        "PostgresqlUserRole",
        &[
            At(&["spec", "workGeneratedSecretName"]),
            Each(&["spec", "privileges"], &["generatedSecretName"]),
        ],
    ),
    // PostgreSQL.
    server("postgresql.cnpg.io", "Cluster", CNPG_SERVICES, CNPG_SECRETS),
    server("postgresql.cnpg.io", "Pooler", &[Same], &[]),
    server("postgresql.k8s.enterprisedb.io", "Cluster", CNPG_SERVICES, CNPG_SECRETS),
    server("postgresql.k8s.enterprisedb.io", "Pooler", &[Same], &[]),
    server(
        "acid.zalan.do",
        "postgresql",
        &[Same, Suffix("-repl"), Suffix("-pooler"), Suffix("-pooler-repl")],
        &[Ends(".", ".credentials.postgresql.acid.zalan.do")],
    ),
    server(
        "postgres-operator.crunchydata.com",
        "PostgresCluster",
        CRUNCHY_SERVICES,
        &[Begins("-pguser-")],
    ),
    server("pgv2.percona.com", "PerconaPGCluster", CRUNCHY_SERVICES, &[Begins("-pguser-")]),
    server("stackgres.io", "SGCluster", &[Same, Suffix("-primary"), Suffix("-replicas")], &[Same]),
    server("kubegres.reactive-tech.io", "Kubegres", &[Same, Suffix("-replica")], &[]),
    // MySQL and MariaDB.
    server(
        "pxc.percona.com",
        "PerconaXtraDBCluster",
        &[Suffix("-haproxy"), Suffix("-haproxy-replicas"), Suffix("-proxysql"), Suffix("-pxc")],
        &[AtUnlessGiven(&["spec", "secretsName"]), Suffix("-secrets")],
    ),
    server(
        "ps.percona.com",
        "PerconaServerMySQL",
        &[Suffix("-haproxy"), Suffix("-router"), Suffix("-mysql"), Suffix("-mysql-primary")],
        &[AtUnlessGiven(&["spec", "secretsName"]), Suffix("-secrets")],
    ),
    server(
        "k8s.mariadb.com",
        "MariaDB",
        &[Same, Suffix("-primary"), Suffix("-secondary"), Suffix("-internal")],
        &[
            AtUnlessGiven(&["spec", "rootPasswordSecretKeyRef", "name"]),
            AtUnlessGiven(&["spec", "passwordSecretKeyRef", "name"]),
            Suffix("-root"),
        ],
    ),
    server("k8s.mariadb.com", "MaxScale", &[Same], &[]),
    server("mysql.oracle.com", "InnoDBCluster", &[Same, Suffix("-instances")], &[]),
    server(
        "moco.cybozu.com",
        "MySQLCluster",
        &[Prefix("moco-"), Around("moco-", "-primary"), Around("moco-", "-replica")],
        &[Prefix("moco-")],
    ),
    server("planetscale.com", "VitessCluster", &[Begins("-vtgate-")], &[]),
    server(
        "mysql.presslabs.org",
        "MysqlCluster",
        &[Suffix("-mysql"), Suffix("-mysql-master"), Suffix("-mysql-replicas")],
        &[],
    ),
    // Other databases.
    server("crdb.cockroachlabs.com", "CrdbCluster", &[Same, Suffix("-public")], &[]),
    server(
        "yugabyte.com",
        "YBCluster",
        &[Fixed("yb-tservers"), Fixed("yb-tserver-service"), Fixed("yb-masters")],
        &[],
    ),
    server("operator.yugabyte.io", "YBUniverse", &[Begins("-")], &[]),
    server("pingcap.com", "TidbCluster", &[Suffix("-tidb"), Suffix("-pd")], &[]),
    server(
        "clickhouse.altinity.com",
        "ClickHouseInstallation",
        &[Prefix("clickhouse-"), BeginsAround("chi-", "-"), BeginsAround("cluster-", "-")],
        &[],
    ),
    server("clickhouse.com", "ClickHouseCluster", &[Suffix("-clickhouse-headless")], &[]),
    server("clickhouse.com", "KeeperCluster", &[Suffix("-keeper-headless")], &[]),
    server(
        "clickhouse-keeper.altinity.com",
        "ClickHouseKeeperInstallation",
        &[Prefix("keeper-")],
        &[],
    ),
    server(
        "apps.kubeblocks.io",
        "Cluster",
        &[
            EachSuffix(COMPONENTS, &["name"], ""),
            EachSuffix(COMPONENTS, &["name"], "postgresql"),
            EachSuffix(COMPONENTS, &["name"], "mysql"),
            EachSuffix(COMPONENTS, &["name"], "redis"),
            EachSuffix(COMPONENTS, &["name"], "mongodb"),
        ],
        &[Suffix("-conn-credential"), EachBegins(COMPONENTS, &["name"], "account-")],
    ),
    server(
        "psmdb.percona.com",
        "PerconaServerMongoDB",
        &[Suffix("-mongos"), EachSuffix(&["spec", "replsets"], &["name"], "")],
        &[AtUnlessGiven(&["spec", "secrets", "users"]), Suffix("-secrets")],
    ),
    server(
        "mongodbcommunity.mongodb.com",
        "MongoDBCommunity",
        &[Suffix("-svc")],
        &[
            Each(&["spec", "users"], &["connectionStringSecretName"]),
            EachSuffix(&["spec", "users"], &["db", "name"], ""),
        ],
    ),
    server("mongodb.com", "MongoDB", &[Suffix("-svc")], &[]),
    server("scylla.scylladb.com", "ScyllaCluster", &[Suffix("-client")], &[]),
    server(
        "k8ssandra.io",
        "K8ssandraCluster",
        &[EachSuffix(&["spec", "cassandra", "datacenters"], &["metadata.name"], "service")],
        &[Suffix("-superuser")],
    ),
    server(
        "cassandra.datastax.com",
        "CassandraDatacenter",
        &[
            AtAndSameSuffix(&["spec", "clusterName"], "-service"),
            AtAndSameSuffix(&["spec", "clusterName"], "-all-pods-service"),
            AtSuffix(&["spec", "clusterName"], "-seed-service"),
        ],
        &[AtSuffix(&["spec", "clusterName"], "-superuser")],
    ),
    server(
        "db2u.databases.ibm.com",
        "Db2uCluster",
        DB2_SERVICES,
        &[Around("c-", "-instancepassword")],
    ),
    server(
        "db2u.databases.ibm.com",
        "Db2uInstance",
        DB2_SERVICES,
        &[Around("c-", "-instancepassword")],
    ),
    server("database.oracle.com", "SingleInstanceDatabase", &[Same, Suffix("-ext")], &[]),
    server("database.oracle.com", "OracleRestDataService", &[Same], &[]),
    server("broker.amq.io", "ActiveMQArtemis", &[Suffix("-hdls-svc"), Begins("-")], &[]),
    server("cluster.redpanda.com", "Redpanda", &[Same, Suffix("-external")], &[]),
    server("platform.confluent.io", "Kafka", &[Same, Begins("-")], &[]),
    server("platform.confluent.io", "Zookeeper", &[Same], &[]),
    server("infinispan.org", "Infinispan", &[Same, Suffix("-admin"), Suffix("-external")], &[]),
    server("hazelcast.com", "Hazelcast", &[Same], &[]),
    server("apps.emqx.io", "EMQX", &[Suffix("-listeners"), Suffix("-dashboard")], &[]),
    server("solr.apache.org", "SolrCloud", &[Suffix("-solrcloud-common")], &[]),
    server("zookeeper.pravega.io", "ZookeeperCluster", &[Suffix("-client")], &[]),
    server("ceph.rook.io", "CephObjectStore", &[Prefix("rook-ceph-rgw-")], &[]),
    kubedb("Postgres"),
    kubedb("MySQL"),
    kubedb("MariaDB"),
    kubedb("PerconaXtraDB"),
    kubedb("MSSQLServer"),
    kubedb("Oracle"),
    kubedb("Singlestore"),
    kubedb("ClickHouse"),
    kubedb("Cassandra"),
    kubedb("MongoDB"),
    kubedb("Elasticsearch"),
    kubedb("Solr"),
    kubedb("Druid"),
    kubedb("Redis"),
    kubedb("RedisSentinel"),
    kubedb("Memcached"),
    kubedb("Kafka"),
    kubedb("RabbitMQ"),
    kubedb("ZooKeeper"),
    kubedb("PgBouncer"),
    kubedb("Pgpool"),
    kubedb("ProxySQL"),
    server(
        "elasticsearch.k8s.elastic.co",
        "Elasticsearch",
        &[Suffix("-es-http"), Suffix("-es-internal-http"), Suffix("-es-transport")],
        &[
            Suffix("-es-elastic-user"),
            Suffix("-es-http-certs-public"),
            Suffix("-es-http-certs-internal"),
        ],
    ),
    server(
        "kibana.k8s.elastic.co",
        "Kibana",
        &[Suffix("-kb-http")],
        &[Suffix("-kb-http-certs-public")],
    ),
    server(
        "apm.k8s.elastic.co",
        "ApmServer",
        &[Suffix("-apm-http")],
        &[Suffix("-apm-token"), Suffix("-apm-http-certs-public")],
    ),
    server(
        "opensearch.opster.io",
        "OpenSearchCluster",
        &[At(&["spec", "general", "serviceName"])],
        &[Suffix("-admin-password")],
    ),
    // Caches.
    server("redis.redis.opstreelabs.in", "Redis", &[Same, Suffix("-headless")], &[]),
    server(
        "redis.redis.opstreelabs.in",
        "RedisReplication",
        &[Same, Suffix("-headless"), Suffix("-master"), Suffix("-replica")],
        &[],
    ),
    server(
        "redis.redis.opstreelabs.in",
        "RedisCluster",
        &[Suffix("-leader"), Suffix("-follower"), Suffix("-master")],
        &[],
    ),
    server(
        "redis.redis.opstreelabs.in",
        "RedisSentinel",
        &[Suffix("-sentinel"), Suffix("-sentinel-headless")],
        &[],
    ),
    server(
        "databases.spotahome.com",
        "RedisFailover",
        &[Prefix("rfs-"), Prefix("rfr-"), Prefix("rfrm-"), Prefix("rfrs-")],
        &[],
    ),
    server("app.redislabs.com", "RedisEnterpriseCluster", &[Same], &[Same]),
    server("app.redislabs.com", "RedisEnterpriseDatabase", &[Same], &[Prefix("redb-")]),
    server("dragonflydb.io", "Dragonfly", &[Same], &[]),
    server("hyperspike.io", "Valkey", &[Same], &[Same]),
    // Queues.
    server(
        "rabbitmq.com",
        "RabbitmqCluster",
        &[Same, Suffix("-nodes")],
        &[Suffix("-default-user"), Suffix("-erlang-cookie")],
    ),
    server(
        "kafka.strimzi.io",
        "Kafka",
        &[Suffix("-kafka-bootstrap"), Suffix("-kafka-brokers")],
        &[Suffix("-cluster-ca-cert"), Suffix("-clients-ca-cert")],
    ),
    server("kafka.strimzi.io", "KafkaConnect", &[Suffix("-connect-api")], &[]),
    server("kafka.strimzi.io", "KafkaBridge", &[Suffix("-bridge-service")], &[]),
    server("nats.io", "NatsCluster", &[Same, Suffix("-mgmt")], &[]),
    // Other servers.
    server("minio.min.io", "Tenant", &[Fixed("minio"), Suffix("-hl"), Suffix("-console")], &[]),
    server("platform.stackrox.io", "Central", &[Fixed("central")], &[Fixed("central-htpasswd")]),
    server("k8s.keycloak.org", "Keycloak", &[Suffix("-service")], &[Suffix("-initial-admin")]),
];

impl Named {
    /// The names for one object.
    pub(in crate::link) fn of(&self, owner: &Manifest) -> Vec<MadeName> {
        let own = owner.name.value.as_str();
        let at = |path: &[&str]| owner.node.at(path).and_then(Node::str).map(SmolStr::from);
        let exact = |name: SmolStr| vec![MadeName::Exact(name)];
        let items = |list: &[&str]| owner.node.at(list).and_then(Node::items).unwrap_or_default();
        match self {
            Same => exact(own.into()),
            Fixed(name) => exact(SmolStr::new_static(name)),
            Suffix(suffix) => exact(format_smolstr!("{own}{suffix}")),
            Prefix(prefix) => exact(format_smolstr!("{prefix}{own}")),
            Around(prefix, suffix) => exact(format_smolstr!("{prefix}{own}{suffix}")),
            BeginsAround(prefix, suffix) => {
                vec![MadeName::Begins(format_smolstr!("{prefix}{own}{suffix}"))]
            }
            AtSuffix(path, suffix) => {
                let name = at(path).map(|name| format_smolstr!("{}{suffix}", clean(&name)));
                name.map(exact).unwrap_or_default()
            }
            AtAndSameSuffix(path, suffix) => {
                let name = at(path).map(|name| format_smolstr!("{}-{own}{suffix}", clean(&name)));
                name.map(exact).unwrap_or_default()
            }
            AtUnlessGiven(path) => at(path).map(exact).unwrap_or_default(),
            Begins(suffix) => vec![MadeName::Begins(format_smolstr!("{own}{suffix}"))],
            Ends(before, after) => vec![MadeName::Ends(format_smolstr!("{before}{own}{after}"))],
            At(path) => at(path).map(exact).unwrap_or_default(),
            AtOr(path) => exact(at(path).unwrap_or_else(|| own.into())),
            AtAndSame(path) => {
                at(path).map(|name| exact(format_smolstr!("{name}-{own}"))).unwrap_or_default()
            }
            Each(list, path) => {
                let names = items(list).iter().filter_map(|item| item.at(path)?.str());
                names.map(|name| MadeName::Exact(name.into())).collect()
            }
            EachSuffix(list, fields, suffix) => {
                let names = items(list).iter().filter_map(|item| joined(own, item, fields, suffix));
                names.map(MadeName::Exact).collect()
            }
            EachBegins(list, fields, suffix) => {
                let names = items(list).iter().filter_map(|item| joined(own, item, fields, suffix));
                names.map(MadeName::Begins).collect()
            }
        }
    }

    /// What the names look like, for the page.
    pub(in crate::link) fn pattern(&self) -> String {
        let path = |path: &[&str]| path.join(".");
        match self {
            Same => "`NAME`".to_owned(),
            Fixed(name) => format!("`{name}`"),
            Suffix(suffix) => format!("`NAME{suffix}`"),
            Prefix(prefix) => format!("`{prefix}NAME`"),
            Around(prefix, suffix) => format!("`{prefix}NAME{suffix}`"),
            Begins(suffix) => format!("`NAME{suffix}*`"),
            BeginsAround(prefix, suffix) => format!("`{prefix}NAME{suffix}*`"),
            AtUnlessGiven(at) => {
                format!("its `{}`, unless the project has the Secret from elsewhere", path(at))
            }
            AtSuffix(at, suffix) => format!("its `{}` and `{suffix}`", path(at)),
            AtAndSameSuffix(at, suffix) => {
                format!("its `{}`, `-`, `NAME` and `{suffix}`", path(at))
            }
            Ends(before, after) => format!("`*{before}NAME{after}`"),
            At(at) => format!("its `{}`", path(at)),
            AtOr(at) => format!("its `{}`, or `NAME`", path(at)),
            AtAndSame(at) => format!("its `{}`, `-`, `NAME`", path(at)),
            Each(list, at) => format!("each `{}` of `{}`", path(at), path(list)),
            EachSuffix(list, fields, suffix) => {
                format!("`NAME-{}` of `{}`", tail(fields, suffix), path(list))
            }
            EachBegins(list, fields, suffix) => {
                format!("`NAME-{}*` of `{}`", tail(fields, suffix), path(list))
            }
        }
    }
}

/// A name as Kubernetes takes it.
fn clean(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-');
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

fn tail(fields: &[&str], suffix: &str) -> String {
    let fields: Vec<String> = fields.iter().map(|field| format!("<{field}>")).collect();
    let suffix = Some(suffix).filter(|suffix| !suffix.is_empty());
    fields.into_iter().chain(suffix.map(str::to_owned)).collect::<Vec<_>>().join("-")
}

/// `own-field-suffix`; a field may be a path with dots.
fn joined(own: &str, item: &Node, fields: &[&str], suffix: &str) -> Option<SmolStr> {
    let mut name = own.to_owned();
    for field in fields {
        let path: Vec<&str> = field.split('.').collect();
        name.push('-');
        name.push_str(item.at(&path)?.str()?);
    }
    if !suffix.is_empty() {
        name.push('-');
        name.push_str(suffix);
    }
    Some(name.into())
}
