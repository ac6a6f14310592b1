//! The table of the shapes in which secrets are written, each with texts that hold one and texts that
//! look as if they did. The tests of this module and `tests/fast/leaks.rs` run it: the first against the
//! rules, the second against every view and every format of diagnostics.

/// One shape.
#[derive(Debug)]
pub struct Shape {
    /// What it is called in a failure.
    pub name: &'static str,
    /// What finds it.
    pub rule: Rule,
    /// Texts with a secret, which [`SECRET`] stands for.
    pub secret: &'static [Example],
    /// Texts that are shown as they are.
    pub shown: &'static [Example],
}

/// What stands for the secret in an example.
pub const SECRET: &str = "SECRET!";

/// What finds a shape: a part of `diag::secrets`, or of `view::mask`, which knows the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The name of a key, variable, parameter, column.
    Names,
    /// The tree of a manifest, beyond its names.
    Tree,
    /// `user:password@host`.
    Urls,
    /// Headers of HTTP.
    Headers,
    /// [`COMMANDS`], and long flags by their names.
    Commands,
    /// [`DIRECTIVES`] and the formats of a few files.
    Files,
    /// Keys between `BEGIN` and `END`.
    Keys,
    /// [`TOKENS`].
    Tokens,
    /// Statements.
    Sql,
}

/// A text, and where it stands.
#[derive(Clone, Copy, Debug)]
pub enum Example {
    /// In a file: a value of a ConfigMap.
    File(&'static str),
    /// Fields of a container.
    Container(&'static str),
    /// A whole manifest.
    Manifest(&'static str),
    /// The SQL of a schema.
    Sql(&'static str),
}

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
    (&["smbclient", "rpcclient", "net", "smbget", "winexe"], Takes {
        pairs: &["U", "user"],
        after: &[("user", 1)],
        ..Takes::NOTHING
    }),
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
    (
        &["docker", "podman", "buildah", "helm", "cf"],
        Takes { after: &[], ..Takes::NOTHING },
    ),
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
            after: &[("http-basic.", 1), ("pypi-token.", 0), ("github-oauth.", 0), ("gitlab-token.", 0), ("bearer.", 0)],
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
        Takes {
            secrets: &["value", "body", "b"],
            has_names: true,
            ..Takes::NOTHING
        },
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

/// A token that says whose it is.
pub(super) struct Token {
    /// How it begins.
    pub(super) start: &'static str,
    /// What it has beside letters and digits.
    pub(super) with: &'static str,
    /// How long it is at least, without its beginning.
    pub(super) min_len: usize,
    /// The beginning is shown.
    pub(super) is_shown: bool,
}

const fn token(start: &'static str, with: &'static str, min_len: usize) -> Token {
    Token { start, with, min_len, is_shown: false }
}

/// The tokens that are known anywhere.
pub(super) const TOKENS: &[Token] = &[
    token("ghp_", "", 10),
    token("gho_", "", 10),
    token("ghu_", "", 10),
    token("ghs_", "", 10),
    token("ghr_", "", 10),
    token("github_pat_", "_", 10),
    token("glpat-", "-_.", 10),
    token("gldt-", "-_", 10),
    token("glrt-", "-_", 10),
    token("glptt-", "-_", 10),
    token("gloas-", "-_", 10),
    token("xoxb-", "-", 10),
    token("xoxp-", "-", 10),
    token("xoxa-", "-", 10),
    token("xoxr-", "-", 10),
    token("xoxs-", "-", 10),
    token("xapp-", "-", 10),
    token("AKIA", "", 16),
    token("ASIA", "", 16),
    token("eyJ", "-_.=", 12),
    token("sk_live_", "", 10),
    token("sk_test_", "", 10),
    token("rk_live_", "", 10),
    token("rk_test_", "", 10),
    token("whsec_", "+/=", 10),
    token("npm_", "", 10),
    token("pypi-", "-_", 16),
    token("dop_v1_", "", 10),
    token("doo_v1_", "", 10),
    token("dor_v1_", "", 10),
    token("hvs.", "-_.", 10),
    token("hvb.", "-_.", 10),
    token("hvr.", "-_.", 10),
    token("SG.", "-_.", 12),
    token("AIza", "-_", 14),
    token("ya29.", "-_.", 12),
    token("AGE-SECRET-KEY-", "", 10),
    token("age-secret-key-", "", 10),
    token("sk-ant-", "-_", 12),
    token("sk-proj-", "-_", 12),
    token("sk-", "", 14),
    token("hf_", "", 14),
    token("shpat_", "", 10),
    token("shpss_", "", 10),
    token("lin_api_", "", 10),
    token("dapi", "-", 22),
    token("sq0csp-", "-_", 10),
    token("PMAK-", "-", 10),
    token("rubygems_", "", 10),
    token("ATATT3", "-_=.", 12),
    token("ATCTT3", "-_=.", 12),
    token("figd_", "-_", 12),
    token("glc_", "=", 12),
    token("glsa_", "_", 12),
    token("NRAK-", "", 10),
    token("ops_eyJ", "-_=", 12),
    token("pul-", "", 14),
    token("tskey-", "-", 12),
    token("dckr_pat_", "-_", 10),
    token("sbp_", "", 14),
    token("sntrys_", "_=+/", 12),
    token("gsk_", "", 14),
    token("xai-", "-_", 14),
    token("xkeysib-", "-", 14),
    token("xsmtpsib-", "-", 14),
    token("pat-na1-", "-", 10),
    token("pat-eu1-", "-", 10),
    token("ntn_", "", 14),
    token("sq0atp-", "-_", 10),
    token("sq0idp-", "-_", 10),
    token("r8_", "", 14),
    token("dp.pt.", "-_.", 14),
    token("dp.st.", "-_.", 14),
    token("dp.ct.", "-_.", 14),
    token("dp.sa.", "-_.", 14),
    token("dp.scim.", "-_.", 14),
    token("dp.audit.", "-_.", 14),
    token("AKCp", "", 14),
    token("glsoat-", "-_", 10),
    token("glft-", "-_", 10),
    token("glimt-", "-_", 10),
    token("glagent-", "-_", 10),
    token("glffct-", "-_", 10),
    token("glcbt-", "-_", 10),
    token("GR1348941", "-_", 10),
    token("shpca_", "", 10),
    token("shppa_", "", 10),
    token("EAAC", "", 24),
    token("EAAB", "", 24),
    token("duffel_test_", "-_=", 14),
    token("duffel_live_", "-_=", 14),
    token("EZAK", "", 24),
    token("EZTK", "", 24),
    token("fio-u-", "-_=", 14),
    token("FLWSECK_TEST-", "-", 10),
    token("FLWSECK-", "-", 10),
    token("fo1_", "-_", 14),
    token("fm1_", "+/=", 14),
    token("fm2_", "+/=,", 14),
    token("fm1r_", "+/=", 14),
    token("api_org_", "", 14),
    token("pplx-", "", 14),
    token("PRVT_", "", 10),
    token("phx_", "", 14),
    token("pscale_tkn_", "-_.=", 14),
    token("pscale_pw_", "-_.=", 14),
    token("pscale_oauth_", "-_.=", 14),
    token("rdme_", "", 14),
    token("secret_", "", 24),
    token("SK0", "", 20),
    token("shippo_live_", "", 14),
    token("shippo_test_", "", 14),
    token("sgp_", "_", 14),
    token("sntryu_", "", 14),
    token("tfp_", "_", 14),
    token("tk-us-", "-_", 14),
    token("tk-eu-", "-_", 14),
    token("xoxe.", "-.", 10),
    token("xoxe-", "-", 10),
    token("xoxd-", "-%", 10),
    token("xwfp-", "-", 10),
    token("ccpat_", "_", 14),
    token("CFPAT-", "-_", 14),
    token("CCIPAT_", "_", 14),
    token("nvapi-", "-_", 14),
    token("perm:", "-_.=", 24),
    token("rnd_", "", 14),
    token("sb_secret_", "-_", 14),
    token("squ_", "", 14),
    token("sqp_", "", 14),
    token("sqa_", "", 14),
    token("waka_", "-", 14),
    token("vercel_blob_rw_", "_", 14),
    token("1//0", "-_", 14),
    token("GOCSPX-", "-_", 10),
    token("jina_", "_-", 14),
    token("fw_", "", 20),
    token("tgp_v1_", "-_", 14),
    token("apify_api_", "", 14),
    token("figu_", "-_", 12),
    token("oy2", "", 40),
    token("bkua_", "", 14),
    token("bkpat_", "", 14),
    token("NRII-", "-_", 14),
    token("NRJS-", "-", 14),
    token("NRRA-", "-", 14),
    token("NRIQ-", "-", 14),
    token("NRSP-", "-", 14),
    token("pnu_", "", 14),
    token("pdltp_", "", 14),
    token("ABIA", "", 16),
    token("ACCA", "", 16),
    token("LTAI", "", 16),
    token("AKID", "", 24),
    token("JDC_", "", 24),
    token("b.AAAAAQ", "-_.", 14),
    token("s.", "", 24),
    token("amzn.mws.", "-", 14),
    token("aio_", "", 20),
    token("aik_", "", 20),
    token("cmVmdGtu", "", 24),
    token("PMAT-", "-", 14),
    token("re_", "_", 20),
    token("mlsn.", "", 20),
    token("secret-live-", "-_=", 14),
    token("secret-test-", "-_=", 14),
    token("snyk_uat.", "-_.", 14),
    token("snyk_sat.", "-_.", 14),
    token("sk_prod_", "", 14),
    token("sk_", "", 24),
    token("rk_prod_", "", 14),
    token("dsk-", "", 14),
    token("nfp_", "", 14),
    token("sec-c-", "-", 14),
    token("lsv2_pt_", "_", 14),
    token("lsv2_sk_", "_", 14),
    token("sk-or-", "-", 14),
    token("sk-lf-", "-", 14),
    token("sk-svcacct-", "-_", 14),
    token("csk-", "", 14),
    token("bb_live_", "", 14),
    token("e2b_", "", 14),
    token("fc-", "", 24),
    token("tvly-", "-", 14),
    token("exa_", "", 14),
    token("SUA", "", 40),
    token("SAA", "", 40),
    token("SOA", "", 40),
    token("eyJrIjoi", "=", 14),
    token("mfa.", "-_.", 14),
    token("v1.public.eyJ", "-_.", 14),
    token("v2.local.", "-_", 24),
    token("v4.local.", "-_", 24),
    token("key-", "", 32),
    token("v1.0-", "-", 60),
    token("SCRAM-SHA-256$", "$:+/=", 10),
    token("$2y$", "$./", 20),
    token("$2a$", "$./", 20),
    token("$2b$", "$./", 20),
    token("$apr1$", "$./", 10),
    token("$6$", "$./=", 20),
    token("$5$", "$./=", 20),
    token("$argon2", "$./=,+", 20),
    token("{SSHA}", "+/=", 10),
    token("{SHA}", "+/=", 10),
    token("pbkdf2_sha256$", "$+/=", 14),
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
    "key", "k", "name", "setting", "option", "param", "parameter", "property", "variable", "var",
    "field", "attribute", "config", "code",
];
pub(super) const VALUE_COLUMNS: &[&str] =
    &["value", "val", "v", "data", "content", "setting_value", "text", "string"];

use Example::{Container, File, Manifest, Sql};

/// The table.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "a key that is named after a secret",
        rule: Rule::Names,
        secret: &[
            File("password: SECRET!"),
            File("passphrase: SECRET!"),
            File("db_pwd = SECRET!"),
            File("a: {\"apiKey\": \"SECRET!\"}"),
            File("aws_secret_access_key = SECRET!"),
            File("GITHUB_PAT=SECRET!"),
            File("secret_key_base: SECRET!"),
            File("spring.datasource.password=SECRET!"),
            File("$c['password'] = 'SECRET!';"),
            File("'password' => 'SECRET!',"),
            File("password := \"SECRET!\""),
            File("password: str = \"SECRET!\""),
            File("[client]\npassword=SECRET!"),
            File("{\"secret\": \"SECRET!\"}"),
            File(
                "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=SECRET!;EndpointSuffix=x",
            ),
            File("AUTH_SALT=SECRET!"),
            File("PrivateKey = SECRET!"),
            File("client-key-data: SECRET!"),
            File("password1=SECRET!"),
            File("password: true SECRET!"),
            File("password: ${A}SECRET!"),
            File("password: ${A:-SECRET!}"),
            File("PASSWORD_PROD=SECRET!"),
            File("API_TOKEN_1=SECRET!"),
            File("//registry.example.com/:_authToken=SECRET!"),
            File("{\"auths\": {\"example.com\": {\"auth\": \"SECRET!\"}}}"),
            File("userPassword: {SECRET!"),
            Manifest(
                "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {adminPassword: SECRET!, x: {value: y}}",
            ),
            Manifest(
                "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {password: {value: SECRET!}}",
            ),
            Manifest(
                "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {passwords: [SECRET!, {plain: SECRET!}]}",
            ),
        ],
        shown: &[
            File("secret: shop-password"),
            File("passwordKey: password"),
            File("passwordPolicy: strict"),
            File("password: \"\""),
            File("password: null"),
            File("password: false # none"),
            File("token_type: bearer"),
            File("max_tokens: 100"),
            File("tokenizer: bpe"),
            File("passthrough: true"),
            File("bypass: always"),
            File("compass: north"),
            File("author: me"),
            File("POSTGRES_PASSWORD_FILE=/run/secrets/password"),
            File("password: /run/secrets/password"),
            File("tokenExpirationSeconds: 3600"),
            File("publicKey: ssh-ed25519 AAAA"),
            File("password: ${db.password}"),
            File("password: $(DB_PASSWORD)"),
            File("password: {{ .Values.password }}"),
            File("password: \"{{ .Values.password }}\""),
            File("password: op://vault/item/password"),
            File("password: vault:secret/data/db#password"),
            File("password: ENC[AES256_GCM,data:abc,iv:def,tag:ghi,type:str]"),
            File("password: <path:secret/data/db#password>"),
            File("password: $DB_PASSWORD"),
            File("password = var.db_password"),
            File("password: <your-password>"),
            File("auth: enabled"),
            File("key: value"),
            File("existingSecret: shop-db"),
            File("passwords_changed_at: 2024"),
            File("passwordless: yes"),
            File("authMethod: password"),
            File("keyName: x"),
            Manifest(
                "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: t}\nautomountServiceAccountToken: false\nimagePullSecrets: [{name: registry-password}]",
            ),
            Manifest(
                "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: t}\nspec: {data: [{secretKey: db-password, remoteRef: {key: prod/token, property: password}}], target: {name: shop-secret}}",
            ),
            Manifest(
                "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {credentials: {secret: db-password}, passwordFrom: {secretKeyRef: {name: db-password, key: password}}}",
            ),
            Manifest(
                "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {password: {type: string, description: as text, name: shop-password, key: password}}",
            ),
        ],
    },
    Shape {
        name: "a name beside its value",
        rule: Rule::Names,
        secret: &[
            Container("env: [{name: DB_PASSWORD, value: SECRET!}]"),
            Container("env: [{name: DB_PASSWORD, value: SECRET!, valueFrom: null}]"),
            Container("env: [{value: SECRET!, name: DB_PASSWORD}]"),
            Manifest(
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: t}\nspec: {source: {helm: {parameters: [{name: auth.password, value: SECRET!, forceString: true}]}}}",
            ),
            Manifest(
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: t}\nspec: {source: {helm: {valuesObject: {auth: {password: SECRET!}}, values: 'password: SECRET!'}}}",
            ),
            Manifest(
                "apiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\nmetadata: {name: t}\nspec: {url: 'postgres://h/d', vars: [{key: db_password, value: SECRET!}], schema: {sql: 'create table t (a int);'}}",
            ),
            File("<property name=\"password\" value=\"SECRET!\"/>"),
            File("<add key=\"DbPassword\" value=\"SECRET!\" />"),
            File("<string name=\"api_key\">SECRET!</string>"),
            File("<c password=\"SECRET!\"/>"),
            File("- name: API_TOKEN\n  value: SECRET!"),
            File("- key: db_password\n  value: SECRET!"),
            File("define('DB_PASSWORD', 'SECRET!');"),
            File("define( 'AUTH_KEY', 'SECRET!' );"),
        ],
        shown: &[
            Container(
                "env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: shop-password, key: password}}}]",
            ),
            Container(
                "env: [{name: LEVEL, value: info}, {name: DB_PASSWORD_FILE, value: /run/secrets/password}]",
            ),
            Container("env: [{name: DB_PASSWORD, value: $(OTHER)}]"),
            Container("volumeMounts: [{name: db-password, mountPath: /run/secrets}]"),
            File("define('DB_NAME', 'shop');"),
            File("items: [{key: password, path: password}]"),
            File("required: [name, \"password\", \"email\"]"),
        ],
    },
    Shape {
        name: "a variable of HCL",
        rule: Rule::Names,
        secret: &[
            File("variable \"db_password\" {\n  type = string\n  default = \"SECRET!\"\n}"),
            File("variable \"db_password\" { default = \"SECRET!\" }"),
            File("variable \"token\" {\n  default = <<EOT\nSECRET!\nEOT\n}"),
            File("env \"x\" {\n  url = \"postgres://u:SECRET!@h/d\"\n}"),
        ],
        shown: &[
            File(
                "variable \"db_password\" {\n  type = string\n  description = \"of the database\"\n}\nvariable \"region\" {\n  default = \"eu\"\n}",
            ),
            File("password = var.db_password"),
        ],
    },
    Shape {
        name: "what a Secret holds, wherever it is",
        rule: Rule::Tree,
        secret: &[
            Manifest("apiVersion: v1\nkind: Secret\nmetadata: {name: t}\nstringData: {x: SECRET!}"),
            Manifest(
                "apiVersion: v1\nkind: Secret\nmetadata: {name: t, annotations: {note: a SECRET!}, labels: {l: SECRET!}}\nstringData: {x: a}",
            ),
            Manifest(
                "apiVersion: v1\nkind: Secret\nmetadata: {name: t}\nx: SECRET!\ndata: [SECRET!]",
            ),
            Manifest(
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: t2}\n  stringData: {x: SECRET!}",
            ),
            Manifest(
                "apiVersion: kubernetes.crossplane.io/v1alpha2\nkind: Object\nmetadata: {name: t}\nspec: {forProvider: {manifest: {apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {root: SECRET!}}}}",
            ),
            Manifest(
                "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: t}\nspec: {target: {template: {data: {root: SECRET!}}}}",
            ),
            Manifest(
                "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {values: {extraObjects: [{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {root: SECRET!}}]}}",
            ),
            File(
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  root: SECRET!",
            ),
            File("stringData:\n  root: SECRET!\nkind: Secret\n"),
            Manifest(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: t, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{\"stringData\": {\"a\": \"SECRET!\"}}'}}",
            ),
        ],
        shown: &[
            Manifest(
                "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: t}\nspec: {encryptedData: {password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq}}",
            ),
            Manifest(
                "apiVersion: v1\nkind: Secret\nmetadata: {name: t, namespace: db-password, labels: {app.kubernetes.io/name: shop}}\ntype: Opaque",
            ),
            Manifest(
                "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: t}\nspec: {target: {template: {data: {url: '{{ .password }}'}}}}",
            ),
            Manifest(
                "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {ref: {kind: Secret, name: shop-password, key: password}}",
            ),
            Manifest(
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: t}\nrules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]",
            ),
        ],
    },
    Shape {
        name: "the password of an address",
        rule: Rule::Urls,
        secret: &[
            File("url: postgres://u:SECRET!@h/d"),
            File("url: postgres://u:p@s/SECRET!@h/d"),
            File("url: postgres://u:a:SECRET!@h/d"),
            File("url: postgres://u:a#SECRET!@h/d"),
            File("url: mysql://u:12/SECRET!@h/d"),
            File("dsn: u:SECRET!@tcp(h:3306)/d"),
            File("https://SECRET!@github.com/a/b.git"),
            File("https://oauth2:SECRET!@gitlab.com/a"),
            File("https://SECRET!:x-oauth-basic@github.com/a"),
            File("jdbc:oracle:thin:u/SECRET!@h:1521:x"),
            File("jdbc:postgresql://h/d?user=u&password=SECRET!"),
            File("jdbc:sqlserver://h:1433;user=u;password=SECRET!"),
            File("Server=h;User Id=sa;Password=SECRET!;"),
            File("Driver={x};Uid=u;Pwd=SECRET!;"),
            File("host=h user=u password=SECRET! dbname=d"),
            File("redis://:SECRET!@h:6379/0"),
            File("amqp://u:SECRET!@h"),
            File("https://h/x?sig=SECRET!"),
            Manifest(
                "apiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\nmetadata: {name: t}\nspec: {url: 'postgres://u:p@s/SECRET!@h/d', devURL: 'postgres://u:SECRET!@h/e', schema: {sql: 'create table t (a int);'}}",
            ),
        ],
        shown: &[
            File("image: ghcr.io/a/b:1.2@sha256:0123456789abcdef"),
            File("mail: me@example.com"),
            File("owner:me@example.com"),
            File("see http://h:80/@user and https://unpkg.com:443/@scope/pkg@1.2"),
            File("chown user:group@ x"),
            File("url: postgres://u:$(PASSWORD)@h/d"),
            File("git@github.com:a/b.git"),
            File("url: postgres://h:5432/d"),
            File("uses: npm:react@18.2.0"),
            File("https://user@github.com/a"),
            File("https://h/x?mail=a@example.com"),
        ],
    },
    Shape {
        name: "a header",
        rule: Rule::Headers,
        secret: &[
            Container(
                "livenessProbe: {httpGet: {path: /, port: 1, httpHeaders: [{name: Authorization, value: 'Bearer SECRET!'}]}}",
            ),
            Container("command: [sh, -c, \"curl -H 'Authorization: Bearer SECRET!' http://x\"]"),
            Container("args: [-H, 'X-Api-Key: SECRET!']"),
            Container("args: [-H, 'Cookie: session=SECRET!']"),
            Container("args: [--header, 'PRIVATE-TOKEN: SECRET!']"),
            Container("args: [--header, 'Authorization: SECRET!']"),
            Container("args: [--header=Authorization=Basic SECRET!]"),
            File("proxy_set_header Authorization \"Basic SECRET!\";"),
            File("Authorization: Bearer SECRET!"),
            File("bearer SECRET!"),
            File("headers: {Authorization: \"token SECRET!\"}"),
            File("r.Header.Set(\"Authorization\", \"SECRET!\")"),
        ],
        shown: &[
            File("authorization: enabled"),
            File("token_type: bearer"),
            File("a bearer token is needed"),
            File("--authorization-mode=RBAC"),
            File("auth basic \"Restricted area\""),
            File("Authorization: Bearer ${TOKEN}"),
            File("Authorization: Bearer $TOKEN"),
            Container("args: [-H, 'Accept: application/json']"),
            Container(
                "readinessProbe: {httpGet: {path: /, port: 1, httpHeaders: [{name: Host, value: example2.com}]}}",
            ),
        ],
    },
    Shape {
        name: "an argument of a command",
        rule: Rule::Commands,
        secret: &[
            Container("command: [sh, -c, 'mysql -uroot -pSECRET! shop']"),
            Container("command: [mysql, -uroot, -pSECRET!]"),
            Container("command: [mysqldump]\nargs: [-uroot, -pSECRET!]"),
            Container("command: [sh, -c, \"mysql -uroot -p'SECRET!' shop\"]"),
            Container("command: [redis-cli, -a, SECRET!, ping]"),
            Container("command: [sh, -c, 'redis-cli -h h -a SECRET! ping']"),
            Container("command: [curl, -u, 'user:SECRET!', 'http://x']"),
            Container("command: [sh, -c, 'curl --user=u:SECRET! http://x']"),
            Container("command: [sh, -c, 'PGPASSWORD=SECRET! psql -h h']"),
            Container("args: [--password, SECRET!]"),
            Container("args: [--password=SECRET!]"),
            Container("args: [-password, SECRET!]"),
            Container("command: [sshpass, -p, SECRET!, ssh, h]"),
            Container("command: [mongosh, -u, u, -p, SECRET!]"),
            Container("command: [openssl, rsa, -passin, 'pass:SECRET!']"),
            Container("command: [sqlcmd, -P, SECRET!]"),
            Container("command: [sh, -c, 'docker login -u u -p SECRET! example.com']"),
            Container("command: [sh, -c, 'rabbitmqctl add_user u SECRET!']"),
            Container("command: [redis-server, --requirepass, SECRET!]"),
            Container(
                "command: [sh, -c, 'kubectl create secret generic s --from-literal=a=SECRET!']",
            ),
            Container("command: [ldapsearch, -w, SECRET!]"),
            Container("command: [smbclient, -U, 'u%SECRET!', //h/s]"),
            File(
                "#!/bin/sh\nexport TOKEN=SECRET!\nmysql -u root \\\n  -pSECRET! shop\nredis-cli -a 'SECRET!'\n",
            ),
            File("command:\n- mysql\n- -uroot\n- -pSECRET!\n"),
            File("{\"command\": [\"redis-cli\", \"-a\", \"SECRET!\"]}"),
        ],
        shown: &[
            Container("command: [sh, -c, 'mysql -u root -p shop']"),
            Container("command: [sh, -c, 'docker run -p 8080:80 nginx']"),
            Container("args: [--password-file, /run/secrets/password]"),
            Container("args: [--password, $(DB_PASSWORD)]"),
            Container("command: [sh, -c, 'mysql -p$MYSQL_PASSWORD -P 3306']"),
            Container("command: [mkdir, -p, /data1]"),
            Container("command: [sh, -c, 'mysql -p\"$(cat /run/secrets/password)\" -P 3306']"),
            Container("command: [curl, -u, user, 'http://x:8080']"),
            Container("args: [--port, '3306', -a, b1]"),
            Container("command: [openssl, rsa, -passin, 'file:/run/secrets/x1']"),
            Container("args: [--token-ttl, 5m]"),
        ],
    },
    Shape {
        name: "a line of a file of a server or client",
        rule: Rule::Files,
        secret: &[
            File("requirepass SECRET!"),
            File("masterauth SECRET!"),
            File("machine x login y password SECRET!"),
            File("machine x\n  login y\n  password SECRET!"),
            File("host:5432:db:user:SECRET!"),
            File("*:*:*:user:SECRET!"),
            File("<c><password>SECRET!</password></c>"),
            File("<password>\n  SECRET!\n</password>"),
            File("<db.password>SECRET!</db.password>"),
            File("bindpw SECRET!"),
            File("\"user\" \"SECRET!\""),
            File("sentinel auth-pass mymaster SECRET!"),
            File("password SECRET!"),
            File("https://u:SECRET!@github.com"),
            File("_auth=SECRET!"),
        ],
        shown: &[
            File("maxmemory 100mb"),
            File("machine x login y"),
            File("<name>shop1</name>"),
            File("<passwordPolicy>strict</passwordPolicy>"),
            File("password text not null"),
            File("password varchar2"),
            File("Password policy"),
            File("10:20:30:40:50"),
            File("<password/>"),
            File("<password></password>"),
            File("<password>${db.password}</password>"),
        ],
    },
    Shape {
        name: "a private key",
        rule: Rule::Keys,
        secret: &[
            File("-----BEGIN PRIVATE KEY-----\nSECRET!\n-----END PRIVATE KEY-----"),
            File("-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET!\nSECRET!\n"),
            File("a: \"-----BEGIN RSA PRIVATE KEY-----\\nSECRET!\\n\""),
            File(
                "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nSECRET!\n-----END PGP PRIVATE KEY BLOCK-----",
            ),
        ],
        shown: &[
            File("-----BEGIN CERTIFICATE-----\nMIIBszCCARwCCQD1\n-----END CERTIFICATE-----"),
            File("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0C\n-----END PUBLIC KEY-----"),
        ],
    },
    Shape {
        name: "a token that says whose it is",
        rule: Rule::Tokens,
        secret: &[
            File("x ghp_SECRET! y"),
            File("github_pat_SECRET!"),
            File("glpat-SECRET!"),
            File("xoxb-1-SECRET!"),
            File("a eyJSECRET!.eyJSECRET!.SECRET!"),
            File("sk_live_SECRET!"),
            File("npm_SECRET!"),
            File("dop_v1_SECRET!"),
            File("hvs.SECRET!"),
            File("SG.SECRET!.SECRET!"),
            File("AIzaSECRET!"),
            File("AGE-SECRET-KEY-1SECRET!"),
            File("x: [ghp_SECRET!]"),
            File("https://ghp_SECRET!@github.com/a"),
            File("u:$2y$10$SECRET!SECRET!"),
        ],
        shown: &[
            File("npm_config_cache=/tmp/x1"),
            File("pk_live_0123456789abcdef"),
            File("sk-learn"),
            File("SG.east"),
            File("ghp_"),
            File("glpat-"),
            File("sha256:0123456789abcdef0123456789abcdef"),
        ],
    },
    Shape {
        name: "the password of a user of a database",
        rule: Rule::Sql,
        secret: &[
            Sql("create user u with password 'SECRET!';"),
            Sql("create user u with password $$SECRET!$$;"),
            Sql("create user u with password $a$SECRET!$a$;"),
            Sql("create user u with password E'SECRET!';"),
            Sql("alter role u encrypted password U&'SECRET!';"),
            Sql("alter role u\n  password\n  'SECRET!';"),
            Sql("create user mapping for u server s options (user 'u', password 'SECRET!');"),
            Sql(
                "create view v as select * from dblink('host=h password=SECRET!','select 1') as t(a int);",
            ),
            Sql("create subscription s connection 'host=h password=SECRET!' publication p;"),
            File("CREATE USER u IDENTIFIED BY 'SECRET!';"),
            File("CREATE USER u IDENTIFIED WITH caching_sha2_password BY 'SECRET!';"),
            File("CREATE USER u IDENTIFIED WITH x AS 'SECRET!';"),
            File("CREATE USER u IDENTIFIED\n  BY 'SECRET!';"),
            File("create user u identified by SECRET!;"),
            File("CREATE LOGIN u WITH PASSWORD = N'SECRET!';"),
            File("CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'i', secret = 'SECRET!';"),
            File("SET PASSWORD FOR u = 'SECRET!';"),
            File("CREATE NAMED COLLECTION c AS password = 'SECRET!';"),
            File("CREATE SECRET s (TYPE s3, SECRET 'SECRET!');"),
            File("select set_config('app.jwt_secret', 'SECRET!', false);"),
            File("alter database d set app.jwt_secret to 'SECRET!';"),
            File("select crypt('SECRET!', gen_salt('bf'));"),
            File("GRANT ALL ON *.* TO u IDENTIFIED BY PASSWORD 'SECRET!';"),
        ],
        shown: &[
            File("CREATE USER u PASSWORD EXPIRE;"),
            File("ALTER USER u IDENTIFIED BY PASSWORD EXPIRE;"),
            File("CREATE USER u IDENTIFIED WITH auth_socket;"),
            File("ALTER ROLE u PASSWORD NULL;"),
            File("create role r login;"),
            File("ALTER USER u PASSWORD EXPIRE INTERVAL 90 DAY;"),
        ],
    },
    Shape {
        name: "a value of a column that is named after a secret",
        rule: Rule::Sql,
        secret: &[
            Sql("create table c (a int, api_token text default 'SECRET!');"),
            Sql("create table c (a int, api_token text not null\n default E'SECRET!');"),
            Sql("alter table t add column api_token text default 'SECRET!';"),
            Sql("alter table t alter column api_token set default 'SECRET!';"),
            Sql(
                "create table u (name text, password text);\ninsert into u (name, password) values ('a', 'SECRET!'), ('b', 'SECRET!');",
            ),
            Sql(
                "create table u (name text, password text);\ninsert into u values ('a', 'SECRET!');",
            ),
            Sql(
                "create table u (name text, password text);\ninsert into u (\n  name,\n  password\n)\nvalues\n  ('a; b', 'SECRET!'),\n  ('it''s', 'SECRET!');",
            ),
            Sql(
                "create table u (name text, password text);\ninsert into u (name, password) select 'a', 'SECRET!';",
            ),
            Sql(
                "create table u (name text, password text);\nupdate u set password = 'SECRET!' where name = 'a';",
            ),
            File("INSERT INTO u SET name = 'a', password='SECRET!';"),
            File("COPY u (name, password) FROM stdin;\na\tSECRET!\n\\.\n"),
            File(
                "INSERT INTO u (name, token) VALUES ('a', DEFAULT), ('b', 'SECRET!') ON CONFLICT DO NOTHING;",
            ),
        ],
        shown: &[
            Sql(
                "create table c (a int, password text not null, token_type text default 'bearer');",
            ),
            Sql(
                "create table u (name text, password text default null, state text default 'new1');",
            ),
            Sql(
                "create table u (name text, password text, max_tokens int default 100);\ninsert into u (name) values ('shop1');",
            ),
            File("INSERT INTO u (name, password) VALUES (?, ?), (:name, :password), ('a1', NULL);"),
            File("COPY u (name, state) FROM stdin;\na\tb1\n\\.\n"),
            File("select name, password from u where state = 'on1';"),
        ],
    },
];
