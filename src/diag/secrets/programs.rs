//! The table of commands: which of their arguments are secrets.

/// What a command takes that is a secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct Takes {
    /// Flags whose value is the next argument, a secret.
    pub(super) secrets: &'static [&'static str],
    /// Flags to which the secret is attached: `-psecret`.
    pub(super) attached: &'static [&'static str],
    /// Flags whose value is `user:secret`.
    pub(super) pairs: &'static [&'static str],
    /// Flags whose value is `name=secret`.
    pub(super) literals: &'static [&'static str],
    /// Arguments after which a secret follows, or two of them, and how many others are between. An empty
    /// one is the command itself.
    pub(super) after: &'static [(&'static str, u8)],
    /// `-pass pass:secret`.
    pub(super) has_sources: bool,
    /// An argument that is named after a secret is followed by one: `config set token x`.
    pub(super) has_names: bool,
    /// `user/secret@host`.
    pub(super) has_logins: bool,
    /// With `-b`, the third argument is a secret, and with `-n` the second.
    pub(super) has_batch: bool,
    /// Signs before a secret: `>secret`.
    pub(super) signs: &'static [&'static str],
}

impl Takes {
    /// Nothing of it is known to be a secret.
    pub(super) const NOTHING: Takes = Takes {
        secrets: &[],
        attached: &[],
        pairs: &[],
        literals: &[],
        after: &[],
        has_sources: false,
        has_names: false,
        has_logins: false,
        has_batch: false,
        signs: &[],
    };
}

/// After these, all arguments are secrets.
pub(super) const ALL: u8 = u8::MAX;
/// After these, each argument may be `name=secret`.
pub(super) const LITERALS: u8 = u8::MAX - 1;
/// After these, each argument may be `user:secret`.
pub(super) const PAIRS: u8 = u8::MAX - 2;

/// Commands that take secrets in other ways than by flags that are named after them.
pub(super) const COMMANDS: &[(&[&str], Takes)] = &[
    (
        &[
            "mysql",
            "mysqldump",
            "mysqlimport",
            "mysqlcheck",
            "mysqlshow",
            "mysqlslap",
            "mysqlbinlog",
            "mysqlpump",
            "mysqlsh",
            "mariadb",
            "mariadb-dump",
            "mariadb-import",
            "mariadb-check",
            "mariadb-backup",
            "mariabackup",
            "xtrabackup",
            "innobackupex",
            "7z",
            "7za",
            "7zz",
            "rar",
            "unrar",
        ],
        Takes { attached: &["p"], ..Takes::NOTHING },
    ),
    (
        &["mysqladmin", "mariadb-admin"],
        Takes { attached: &["p"], after: &[("password", 0)], ..Takes::NOTHING },
    ),
    (
        &["redis-cli", "valkey-cli", "keydb-cli"],
        Takes {
            secrets: &["a"],
            attached: &["a"],
            after: &[("AUTH", ALL), ("auth", ALL)],
            has_names: true,
            signs: &[">", "#"],
            ..Takes::NOTHING
        },
    ),
    (
        &["curl", "wget", "lftp", "xh", "http", "https", "open"],
        Takes {
            pairs: &["u", "user", "U", "proxy-user", "a", "auth"],
            attached: &[],
            literals: &["b", "cookie"],
            secrets: &["oauth2-bearer"],
            after: &[],
            ..Takes::NOTHING
        },
    ),
    (
        &["etcdctl"],
        Takes {
            pairs: &["user"],
            has_names: true,
            after: &[("user add", PAIRS)],
            ..Takes::NOTHING
        },
    ),
    (&["ConvertTo-SecureString"], Takes { after: &[("", 0)], ..Takes::NOTHING }),
    (&["ssh-keygen"], Takes { secrets: &["N", "P"], ..Takes::NOTHING }),
    (&["bundle"], Takes { after: &[("config", PAIRS)], has_names: true, ..Takes::NOTHING }),
    (
        &["skopeo", "crane", "oras", "regctl", "cosign", "nerdctl", "ctr"],
        Takes {
            pairs: &["creds", "src-creds", "dest-creds", "user"],
            secrets: &["p"],
            ..Takes::NOTHING
        },
    ),
    (
        &["smbclient", "rpcclient", "net", "smbget", "winexe"],
        Takes { pairs: &["U", "user"], after: &[("user", 1)], ..Takes::NOTHING },
    ),
    (
        &[
            "sshpass",
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoexport",
            "mongoimport",
            "mongostat",
            "cqlsh",
            "useradd",
            "usermod",
            "twine",
            "rabbitmqadmin",
            "ncftp",
            "ncftpput",
            "psexec",
            "snowsql",
            "beeline",
            "mydumper",
            "myloader",
            "mycli",
        ],
        Takes { secrets: &["p"], attached: &["p"], ..Takes::NOTHING },
    ),
    (&["docker", "podman", "buildah", "helm", "cf"], Takes { after: &[], ..Takes::NOTHING }),
    (&["login"], Takes { secrets: &["p"], attached: &["p"], ..Takes::NOTHING }),
    (&["swaks", "sendemail"], Takes { secrets: &["ap", "xp"], ..Takes::NOTHING }),
    (&["radtest"], Takes { after: &[("", 1)], ..Takes::NOTHING }),
    (&["ab"], Takes { pairs: &["A", "P"], ..Takes::NOTHING }),
    (
        &["doctl", "fly", "flyctl", "glab", "influx", "codecov"],
        Takes { secrets: &["t"], ..Takes::NOTHING },
    ),
    (
        &["sqlcmd", "bcp", "osql", "tsql", "ipmitool", "mosquitto_pub", "mosquitto_sub"],
        Takes { secrets: &["P"], attached: &["P"], ..Takes::NOTHING },
    ),
    (&["zip", "unzip", "zipcloak"], Takes { secrets: &["P"], attached: &["P"], ..Takes::NOTHING }),
    (
        &[
            "ldapsearch",
            "ldapadd",
            "ldapmodify",
            "ldapdelete",
            "ldapwhoami",
            "ldappasswd",
            "ldapcompare",
            "ldapmodrdn",
            "kadmin",
        ],
        Takes { secrets: &["w", "s", "a"], attached: &["w"], ..Takes::NOTHING },
    ),
    (&["addprinc", "cpw", "change_password"], Takes { secrets: &["pw"], ..Takes::NOTHING }),
    (
        &["snmpget", "snmpwalk", "snmpset", "snmpbulkwalk"],
        Takes { secrets: &["A", "X", "c"], ..Takes::NOTHING },
    ),
    (
        &["openssl"],
        Takes {
            secrets: &["k", "K", "hmac"],
            after: &[("passwd", ALL)],
            has_sources: true,
            ..Takes::NOTHING
        },
    ),
    (
        &["rabbitmqctl"],
        Takes {
            after: &[("add_user", 1), ("change_password", 1), ("authenticate_user", 1)],
            ..Takes::NOTHING
        },
    ),
    (&["htpasswd", "mosquitto_passwd", "htdigest"], Takes { has_batch: true, ..Takes::NOTHING }),
    (
        &["vault", "bao"],
        Takes {
            after: &[
                ("login", 0),
                ("unseal", 0),
                ("unwrap", 0),
                ("kv put", LITERALS),
                ("kv patch", LITERALS),
            ],
            ..Takes::NOTHING
        },
    ),
    (&["cargo"], Takes { after: &[("login", 0)], ..Takes::NOTHING }),
    (&["bw"], Takes { after: &[("login", 1), ("unlock", 0)], ..Takes::NOTHING }),
    (&["rclone"], Takes { after: &[("obscure", 0)], has_names: true, ..Takes::NOTHING }),
    (&["ansible-vault"], Takes { after: &[("encrypt_string", 0)], ..Takes::NOTHING }),
    (&["db2"], Takes { after: &[("using", 0)], ..Takes::NOTHING }),
    (
        &["composer", "poetry"],
        Takes {
            after: &[
                ("http-basic.", 1),
                ("pypi-token.", 0),
                ("github-oauth.", 0),
                ("gitlab-token.", 0),
                ("bearer.", 0),
            ],
            has_names: true,
            ..Takes::NOTHING
        },
    ),
    (
        &[
            "npm",
            "yarn",
            "pnpm",
            "git",
            "pulumi",
            "ngrok",
            "grafana-cli",
            "grafana",
            "pip",
            "consul",
        ],
        Takes {
            after: &[("_auth", 0), ("_authToken", 0), ("_password", 0), ("set-agent-token", 1)],
            has_names: true,
            ..Takes::NOTHING
        },
    ),
    (
        &["aws", "az", "gh"],
        Takes { secrets: &["value", "body", "b"], has_names: true, ..Takes::NOTHING },
    ),
    (
        &["mc", "mcli"],
        Takes {
            after: &[("alias set", 3), ("host add", 3), ("user add", 2), ("svcacct add", 2)],
            ..Takes::NOTHING
        },
    ),
    (
        &["sqlplus", "sqlldr", "expdp", "impdp", "exp", "imp", "rman", "sqlcl"],
        Takes { has_logins: true, ..Takes::NOTHING },
    ),
];
