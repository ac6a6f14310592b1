//! The tables that the rules go by: what commands, functions and files hold which secrets where. What
//! finds a secret by them is in the modules beside.

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
    /// Arguments after which a secret follows, or two of them, and how many others are between.
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
        &["curl", "wget", "lftp", "etcdctl", "xh", "http", "https", "open"],
        Takes {
            pairs: &["u", "user", "U", "proxy-user", "a", "auth"],
            attached: &[],
            literals: &["b", "cookie"],
            secrets: &["oauth2-bearer"],
            after: &[("user add", 0)],
            ..Takes::NOTHING
        },
    ),
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
        ],
        Takes { secrets: &["p"], attached: &["p"], ..Takes::NOTHING },
    ),
    (&["docker", "podman", "buildah", "helm", "cf"], Takes { after: &[], ..Takes::NOTHING }),
    (&["login"], Takes { secrets: &["p"], attached: &["p"], ..Takes::NOTHING }),
    (&["doctl", "fly", "flyctl", "glab", "influx"], Takes { secrets: &["t"], ..Takes::NOTHING }),
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
        Takes { after: &[("login", 0), ("unseal", 0), ("unwrap", 0)], ..Takes::NOTHING },
    ),
    (&["cargo"], Takes { after: &[("login", 0)], ..Takes::NOTHING }),
    (&["bw"], Takes { after: &[("login", 1), ("unlock", 0)], ..Takes::NOTHING }),
    (&["rclone"], Takes { after: &[("obscure", 0)], has_names: true, ..Takes::NOTHING }),
    (&["ansible-vault"], Takes { after: &[("encrypt_string", 0)], ..Takes::NOTHING }),
    (&["db2"], Takes { after: &[("using", 0)], ..Takes::NOTHING }),
    (
        &["composer", "poetry", "bundle"],
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
        &["npm", "yarn", "pnpm", "git", "pulumi", "ngrok", "grafana-cli", "grafana", "pip"],
        Takes {
            after: &[("_auth", 0), ("_authToken", 0), ("_password", 0)],
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

/// Lines whose first word says that a secret follows, and how many words are between.
pub(super) const DIRECTIVES: &[(&str, usize)] = &[
    ("requirepass", 0),
    ("masterauth", 0),
    ("bindpw", 0),
    ("rootpw", 0),
    ("tls-key-file-pass", 0),
    ("insecure-password", 0),
    ("auth-pass", 1),
    ("sentinel", 2),
    ("rpcpassword", 0),
    ("psk", 0),
];

/// Words before a name and its value: `ENV DB_PASSWORD x`; each with a word that comes first.
pub(super) const GIVERS: &[(&str, &str)] = &[
    ("ENV", ""),
    ("ARG", ""),
    ("SetEnv", ""),
    ("SetEnvIf", ""),
    ("setenv", ""),
    ("env", ""),
    ("fastcgi_param", ""),
    ("uwsgi_param", ""),
    ("scgi_param", ""),
    ("proxy_set_header", ""),
    ("proxy_hide_header", ""),
    ("grpc_set_header", ""),
    ("add_header", ""),
    ("more_set_headers", ""),
    ("set", ""),
    ("setx", ""),
    ("RequestHeader", "set"),
    ("Header", "set"),
    ("http-request", "set-header"),
    ("http-response", "set-header"),
];

/// Addresses after which a secret follows.
pub(super) const WEBHOOKS: &[&str] = &[
    "hooks.slack.com/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
    "/webhooks/",
    ".webhook.office.com/",
    "outlook.office.com/webhook/",
    "outlook.office365.com/webhook/",
    "api.telegram.org/bot",
    "api.telegram.org/file/bot",
    "hooks.zapier.com/",
    "hook.eu1.make.com/",
    "hook.integromat.com/",
    "events.pagerduty.com/integration/",
    "maker.ifttt.com/trigger/",
    "/bot/v2/hook/",
    "hc-ping.com/",
    "webhook.site/",
    "alert.victorops.com/integrations/",
    "/IncomingWebhook/",
    "/hooks/",
    "/services/hooks/",
    "collectors.sumologic.com/receiver/",
    "webexapis.com/v1/webhooks/incoming/",
];

/// Commands that take a secret from their input.
pub(super) const READERS: &[&str] = &[
    "chpasswd",
    "passwd",
    "--password-stdin",
    "--with-token",
    "--passphrase-fd",
    "--passphrase-stdin",
    "--stdin",
    "sudo -S",
    "kinit",
    "cryptsetup",
    "secret put",
    "secret set",
    "vault login",
    "login -",
    "ansible-vault",
    "security add-",
    "pass insert",
];

/// What a mapping says first that describes a secret and holds none.
pub(super) const MAPPINGS: &[&str] = &[
    "type",
    "path",
    "name",
    "key",
    "secretKeyRef",
    "valueFrom",
    "configMapKeyRef",
    "fieldRef",
    "description",
    "existingSecret",
    "expirationSeconds",
    "audience",
    "enabled",
    "secretName",
    "minLength",
    "format",
    "title",
    "required",
    "$ref",
];

/// Ends of `user_NAME` that are fields of a user, and not a user of JAAS.
pub(super) const NO_PASSWORD_USERS: &[&str] = &[
    "name", "id", "data", "agent", "type", "role", "roles", "email", "group", "groups", "pool",
    "count", "ids", "names", "home", "dir", "url", "host", "field", "attr", "filter", "dn", "base",
    "claim", "key", "prefix", "class", "search", "map", "mapping", "label", "status", "state",
    "account", "file", "path", "list", "table", "profile", "settings", "config", "service",
];

/// Types of columns that have digits at their end: `password varchar2`.
pub(super) const TYPES: &[&str] = &[
    "int", "uint", "float", "varchar", "nvarchar", "char", "bytes", "decimal", "string", "text",
    "utf", "number",
];

/// What stands before the `:` of `kind:name@version`, and before that of a mail address.
pub(super) const NO_USERS: &[&str] = &[
    "mailto",
    "mail",
    "email",
    "to",
    "from",
    "cc",
    "bcc",
    "owner",
    "author",
    "maintainer",
    "contact",
    "acct",
    "sip",
    "xmpp",
    "npm",
    "pip",
    "pkg",
    "crate",
    "gem",
    "docker",
    "oci",
    "github",
    "gitlab",
    "bitbucket",
    "jsr",
    "node",
    "image",
];

/// Functions whose last argument is a secret, beside those that are named after one.
pub(super) const CREDENTIAL_CALLS: &[&str] =
    &["auth", "basicauth", "setbasicauth", "httpbasicauth", "changeuserpassword", "withbasicauth"];

/// Functions that give a value to a name.
pub(super) const SETTERS: &[&str] = &[
    "define",
    "set_config",
    "put",
    "set",
    "setproperty",
    "setdefault",
    "setenv",
    "putenv",
    "header",
    "setheader",
    "addheader",
    "add",
    "param",
    "property",
    "setrequestheader",
    "add_header",
    "config",
];

/// Which arguments of a function are secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrets {
    All,
    At(usize),
    From(usize),
    Last,
    /// What follows the user of a server, of a table or a database.
    AfterUser,
}

/// Functions, table engines and table functions of SQL with secrets among their arguments.
pub(super) const CALLS: &[(&str, Secrets)] = &[
    ("crypt", Secrets::All),
    ("pgp_sym_encrypt", Secrets::All),
    ("pgp_sym_encrypt_bytea", Secrets::All),
    ("pgp_sym_decrypt", Secrets::All),
    ("pgp_sym_decrypt_bytea", Secrets::All),
    ("pgp_pub_decrypt", Secrets::From(1)),
    ("aes_encrypt", Secrets::All),
    ("aes_decrypt", Secrets::All),
    ("des_encrypt", Secrets::All),
    ("des_decrypt", Secrets::All),
    ("encode", Secrets::From(9)),
    ("encrypt", Secrets::All),
    ("decrypt", Secrets::All),
    ("encrypt_iv", Secrets::All),
    ("decrypt_iv", Secrets::All),
    ("hmac", Secrets::At(1)),
    ("digest", Secrets::At(0)),
    ("sign", Secrets::At(1)),
    ("verify", Secrets::At(1)),
    ("old_password", Secrets::At(0)),
    ("md5", Secrets::At(0)),
    ("sha", Secrets::At(0)),
    ("sha1", Secrets::At(0)),
    ("sha2", Secrets::At(0)),
    ("sha224", Secrets::At(0)),
    ("sha256", Secrets::At(0)),
    ("sha384", Secrets::At(0)),
    ("sha512", Secrets::At(0)),
    ("hashbytes", Secrets::At(1)),
    ("encryptbypassphrase", Secrets::All),
    ("decryptbypassphrase", Secrets::All),
    ("create_secret", Secrets::At(0)),
    ("update_secret", Secrets::At(1)),
    ("mysql", Secrets::AfterUser),
    ("materializedmysql", Secrets::AfterUser),
    ("postgresql", Secrets::AfterUser),
    ("materializedpostgresql", Secrets::AfterUser),
    ("mongodb", Secrets::AfterUser),
    ("redis", Secrets::Last),
    ("remote", Secrets::From(3)),
    ("remotesecure", Secrets::From(3)),
    ("s3", Secrets::At(2)),
    ("s3queue", Secrets::At(2)),
    ("s3cluster", Secrets::At(3)),
    ("gcs", Secrets::At(2)),
    ("oss", Secrets::At(2)),
    ("cosn", Secrets::At(2)),
    ("deltalake", Secrets::At(2)),
    ("hudi", Secrets::At(2)),
    ("iceberg", Secrets::At(2)),
    ("icebergs3", Secrets::At(2)),
    ("azureblobstorage", Secrets::At(4)),
    ("azurequeue", Secrets::At(4)),
];

/// Procedures with secrets among their arguments.
pub(super) const PROCEDURES: &[(&str, Secrets)] = &[
    ("sp_addlogin", Secrets::At(1)),
    ("sp_password", Secrets::All),
    ("sp_addlinkedsrvlogin", Secrets::At(4)),
    ("sp_addapprole", Secrets::At(1)),
    ("sp_setapprole", Secrets::At(1)),
    ("sp_addremotelogin", Secrets::At(2)),
    ("sp_adduser", Secrets::At(2)),
];

/// Last words of columns that hold the names of settings, and of those that hold what they are set to.
pub(super) const KEY_COLUMNS: &[&str] = &[
    "key",
    "k",
    "name",
    "setting",
    "option",
    "param",
    "parameter",
    "property",
    "variable",
    "var",
    "field",
    "attribute",
    "config",
    "code",
];
pub(super) const VALUE_COLUMNS: &[&str] =
    &["value", "val", "v", "data", "content", "setting_value", "text", "string"];
