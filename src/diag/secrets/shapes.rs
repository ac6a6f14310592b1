//! The table of the shapes in which secrets are written, each with texts that hold one and texts that
//! look as if they did. The tests of this module and `tests/fast/leaks.rs` run it: the first against the
//! rules, the second against every view and every format of diagnostics.

mod code;
mod commands;
mod files;
mod manifests;
mod schemas;
mod shown;
mod statements;

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
    /// Arguments of commands, and long flags by their names.
    Commands,
    /// Lines of files, and the formats of a few.
    Files,
    /// Keys between `BEGIN` and `END`.
    Keys,
    /// Tokens that say whose they are.
    Tokens,
    /// Statements.
    Sql,
    /// Arguments of functions in programs.
    Code,
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

use Example::{Container, File, Manifest};

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
        secret: commands::BY_PROGRAM,
        shown: commands::NOT_BY_PROGRAM,
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
            File("rocommunity SECRET!"),
            File("\"user\" \"SECRET!\""),
            File("sentinel auth-pass mymaster SECRET!"),
            File("password SECRET!"),
            File("https://u:SECRET!@github.com"),
            File("_auth=SECRET!"),
        ],
        shown: &[
            File("maxmemory 100mb"),
            File("community edition1"),
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
            File("npm_config_cache=/var/cache/x1"),
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
        secret: schemas::USER_SECRET,
        shown: schemas::USER_SHOWN,
    },
    Shape {
        name: "a value of a column that is named after a secret",
        rule: Rule::Sql,
        secret: schemas::COLUMN_SECRET,
        shown: schemas::COLUMN_SHOWN,
    },
    Shape {
        name: "a name in a schema that is an address",
        rule: Rule::Urls,
        secret: schemas::NAME_SECRET,
        shown: schemas::NAME_SHOWN,
    },
    Shape {
        name: "a statement, as people write them",
        rule: Rule::Sql,
        secret: statements::SECRET,
        shown: statements::SHOWN,
    },
    Shape {
        name: "a command, as people write them",
        rule: Rule::Commands,
        secret: commands::SECRET,
        shown: commands::SHOWN,
    },
    Shape {
        name: "an argument of a function, as people write them",
        rule: Rule::Code,
        secret: code::SECRET,
        shown: code::SHOWN,
    },
    Shape {
        name: "a field of a manifest, as people write them",
        rule: Rule::Tree,
        secret: manifests::SECRET,
        shown: manifests::SHOWN,
    },
    Shape {
        name: "a name, address, line or token, as people write them",
        rule: Rule::Files,
        secret: files::SECRET,
        shown: shown::SHOWN,
    },
];
