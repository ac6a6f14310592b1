//! What is known of other people's kinds: which Secrets and Services their controllers make, and
//! what they refer to. Only what their documentation promises is listed.

use smol_str::{SmolStr, format_smolstr};

use crate::syntax::Manifest;
use crate::syntax::node::Node;

/// The group of the Atlas Operator's kinds.
pub(super) const ATLAS: &str = "db.atlasgo.io";

/// How the name of a thing that a controller makes follows from the object that it is made for.
enum Named {
    /// Just as the object.
    Same,
    /// The object's name and a suffix.
    Suffix(&'static str),
    /// A prefix and the object's name.
    Prefix(&'static str),
    /// The object's name, a suffix, and anything.
    Begins(&'static str),
    /// Anything, and then a text, the object's name, and another text.
    Ends(&'static str, &'static str),
    /// What is written at a path.
    At(&'static [&'static str]),
    /// What is written at a path, or else the object's name.
    AtOr(&'static [&'static str]),
    /// What is written at a path of every item of a list.
    Each(&'static [&'static str], &'static [&'static str]),
}

use Named::{At, AtOr, Begins, Each, Ends, Prefix, Same, Suffix};

/// What the controllers of a kind make.
struct Makes {
    group: &'static str,
    kind: &'static str,
    secrets: &'static [Named],
    services: &'static [Named],
}

const fn secrets(group: &'static str, kind: &'static str, secrets: &'static [Named]) -> Makes {
    Makes { group, kind, secrets, services: &[] }
}

const fn database(
    group: &'static str,
    kind: &'static str,
    services: &'static [Named],
    secrets: &'static [Named],
) -> Makes {
    Makes { group, kind, secrets, services }
}

const DESTINATION: &[Named] = &[At(&["spec", "destination", "name"])];
const MADE: &[Makes] = &[
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
    secrets("bitnami.com", "SealedSecret", &[Same]),
    secrets("cert-manager.io", "Certificate", &[At(&["spec", "secretName"])]),
    secrets("secrets.hashicorp.com", "VaultStaticSecret", DESTINATION),
    secrets("secrets.hashicorp.com", "VaultDynamicSecret", DESTINATION),
    secrets("secrets.hashicorp.com", "VaultPKISecret", DESTINATION),
    secrets("secrets.hashicorp.com", "HCPVaultSecretsApp", DESTINATION),
    secrets("ricoberger.de", "VaultSecret", &[Same]),
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
    // Users and queues.
    secrets("kafka.strimzi.io", "KafkaUser", &[Same]),
    secrets("rabbitmq.com", "RabbitmqCluster", &[Suffix("-default-user")]),
    secrets("rabbitmq.com", "User", &[Suffix("-user-credentials")]),
    // Databases.
    database(
        "postgresql.cnpg.io",
        "Cluster",
        &[Suffix("-rw"), Suffix("-ro"), Suffix("-r")],
        &[
            Suffix("-app"),
            Suffix("-superuser"),
            Suffix("-ca"),
            Suffix("-server"),
            Suffix("-replication"),
        ],
    ),
    database("postgresql.cnpg.io", "Pooler", &[Same], &[]),
    database(
        "acid.zalan.do",
        "postgresql",
        &[Same, Suffix("-repl"), Suffix("-pooler")],
        &[Ends(".", ".credentials.postgresql.acid.zalan.do")],
    ),
    database(
        "postgres-operator.crunchydata.com",
        "PostgresCluster",
        &[Suffix("-primary"), Suffix("-ha"), Suffix("-replicas"), Suffix("-pgbouncer")],
        &[Begins("-pguser-")],
    ),
    database(
        "pgv2.percona.com",
        "PerconaPGCluster",
        &[Suffix("-primary"), Suffix("-ha"), Suffix("-replicas"), Suffix("-pgbouncer")],
        &[Begins("-pguser-")],
    ),
    database(
        "pxc.percona.com",
        "PerconaXtraDBCluster",
        &[Suffix("-haproxy"), Suffix("-proxysql"), Suffix("-pxc")],
        &[Suffix("-secrets")],
    ),
    database(
        "ps.percona.com",
        "PerconaServerMySQL",
        &[Suffix("-haproxy"), Suffix("-router"), Suffix("-mysql")],
        &[Suffix("-secrets")],
    ),
    database(
        "k8s.mariadb.com",
        "MariaDB",
        &[Same, Suffix("-primary"), Suffix("-secondary"), Suffix("-internal")],
        &[
            At(&["spec", "rootPasswordSecretKeyRef", "name"]),
            At(&["spec", "passwordSecretKeyRef", "name"]),
        ],
    ),
    database("mysql.oracle.com", "InnoDBCluster", &[Same, Suffix("-instances")], &[]),
    database("moco.cybozu.com", "MySQLCluster", &[Prefix("moco-")], &[]),
    database("crdb.cockroachlabs.com", "CrdbCluster", &[Suffix("-public")], &[]),
    database("clickhouse.altinity.com", "ClickHouseInstallation", &[Prefix("clickhouse-")], &[]),
];

/// The name of a thing that a controller makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MadeName {
    /// Just this.
    Exact(SmolStr),
    /// Anything that begins so.
    Begins(SmolStr),
    /// Anything that ends so.
    Ends(SmolStr),
}

impl Named {
    fn of(&self, owner: &Manifest) -> Vec<MadeName> {
        let own = owner.name.value.as_str();
        let at = |path: &[&str]| owner.node.at(path).and_then(Node::str).map(SmolStr::from);
        let exact = |name: SmolStr| vec![MadeName::Exact(name)];
        match self {
            Same => exact(own.into()),
            Suffix(suffix) => exact(format_smolstr!("{own}{suffix}")),
            Prefix(prefix) => exact(format_smolstr!("{prefix}{own}")),
            Begins(suffix) => vec![MadeName::Begins(format_smolstr!("{own}{suffix}"))],
            Ends(before, after) => vec![MadeName::Ends(format_smolstr!("{before}{own}{after}"))],
            At(path) => at(path).map(exact).unwrap_or_default(),
            AtOr(path) => exact(at(path).unwrap_or_else(|| own.into())),
            Each(list, path) => {
                let items = owner.node.at(list).and_then(Node::items).unwrap_or_default();
                let names = items.iter().filter_map(|item| item.at(path)?.str());
                names.map(|name| MadeName::Exact(name.into())).collect()
            }
        }
    }
}

fn makes(owner: &Manifest) -> impl Iterator<Item = &'static Makes> {
    let is_of = |made: &&Makes| made.kind == owner.kind.value && made.group == group_of(owner);
    MADE.iter().filter(is_of)
}

/// The Secrets that a controller makes for an object, some time after it is applied.
pub(super) fn secrets_made(owner: &Manifest) -> Vec<MadeName> {
    // Crossplane's resources write their connection details into a Secret that they name.
    let connection = owner.node.at(&["spec", "writeConnectionSecretToRef", "name"]);
    let connection = connection.and_then(Node::str).map(|name| MadeName::Exact(name.into()));
    let known = makes(owner).flat_map(|made| made.secrets).flat_map(|name| name.of(owner));
    known.chain(connection).collect()
}

/// The Services that a controller makes for an object.
pub(super) fn services_made(owner: &Manifest) -> Vec<MadeName> {
    makes(owner).flat_map(|made| made.services).flat_map(|name| name.of(owner)).collect()
}

/// A reference from one kind to another that has to be there first.
struct Reference {
    group: &'static str,
    /// The kind that refers; none: every kind of the group.
    kind: Option<&'static str>,
    name: &'static [&'static str],
    /// Where the kind that is referred to is written.
    kind_at: Option<&'static [&'static str]>,
    default_kind: &'static str,
}

const REFERENCES: &[Reference] = &[
    Reference {
        group: "external-secrets.io",
        kind: None,
        name: &["spec", "secretStoreRef", "name"],
        kind_at: Some(&["spec", "secretStoreRef", "kind"]),
        default_kind: "SecretStore",
    },
    Reference {
        group: "cert-manager.io",
        kind: Some("Certificate"),
        name: &["spec", "issuerRef", "name"],
        kind_at: Some(&["spec", "issuerRef", "kind"]),
        default_kind: "Issuer",
    },
    Reference {
        group: "postgresql.cnpg.io",
        kind: None,
        name: &["spec", "cluster", "name"],
        kind_at: None,
        default_kind: "Cluster",
    },
    Reference {
        group: "k8s.mariadb.com",
        kind: None,
        name: &["spec", "mariaDbRef", "name"],
        kind_at: None,
        default_kind: "MariaDB",
    },
    Reference {
        group: "secrets.hashicorp.com",
        kind: None,
        name: &["spec", "vaultAuthRef"],
        kind_at: None,
        default_kind: "VaultAuth",
    },
    Reference {
        group: "secrets.hashicorp.com",
        kind: Some("VaultAuth"),
        name: &["spec", "vaultConnectionRef"],
        kind_at: None,
        default_kind: "VaultConnection",
    },
];

/// The objects of its own group that an object refers to: kind, and the name where it is written.
pub(super) fn references(owner: &Manifest) -> Vec<(&str, &Node)> {
    let is_of = |reference: &&Reference| {
        reference.group == group_of(owner)
            && reference.kind.is_none_or(|kind| kind == owner.kind.value)
    };
    let found = REFERENCES.iter().filter(is_of).filter_map(|reference| {
        let name = owner.node.at(reference.name)?;
        let kind = reference.kind_at.and_then(|path| owner.node.at(path)?.str());
        Some((kind.unwrap_or(reference.default_kind), name))
    });
    found.collect()
}

/// Where kinds that log in somewhere keep the Secrets that they read.
const READS: [(&str, &str, &[&str]); 8] = [
    ("postgresql.cnpg.io", "Cluster", &["spec", "bootstrap", "initdb", "secret", "name"]),
    ("postgresql.cnpg.io", "Cluster", &["spec", "superuserSecret", "name"]),
    ("postgresql.cnpg.io", "Cluster", &["spec", "certificates", "serverTLSSecret"]),
    ("cert-manager.io", "Issuer", &["spec", "ca", "secretName"]),
    ("cert-manager.io", "ClusterIssuer", &["spec", "ca", "secretName"]),
    ("k8s.mariadb.com", "User", &["spec", "passwordSecretKeyRef", "name"]),
    ("mysql.oracle.com", "InnoDBCluster", &["spec", "secretName"]),
    ("moco.cybozu.com", "MySQLCluster", &["spec", "rootPasswordSecretKeyRef", "name"]),
];

/// The names of the Secrets that an object of a known kind reads.
pub(super) fn read_secrets(owner: &Manifest) -> Vec<&Node> {
    let of = READS
        .iter()
        .filter(|(group, kind, _)| *group == group_of(owner) && *kind == owner.kind.value);
    of.filter_map(|(_, _, path)| owner.node.at(path)).collect()
}

/// Whether an object says by URL where its server is: that server has to run first.
pub(super) fn names_server(owner: &Manifest) -> bool {
    let kind = owner.kind.value.as_str();
    match group_of(owner) {
        "external-secrets.io" => matches!(kind, "SecretStore" | "ClusterSecretStore"),
        "cert-manager.io" => matches!(kind, "Issuer" | "ClusterIssuer"),
        "secrets.hashicorp.com" => kind == "VaultConnection",
        _ => false,
    }
}

/// Whether an object is the desired state of a database.
pub(super) fn is_schema(manifest: &Manifest) -> bool {
    group_of(manifest) == ATLAS && matches!(&*manifest.kind.value, "AtlasSchema" | "AtlasMigration")
}

/// The group of an object's kind.
pub(super) fn group_of(manifest: &Manifest) -> &str {
    crate::object::group(&manifest.api_version.value)
}
