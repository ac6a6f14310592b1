//! The fields of a `Database`.

use crate::diag::Diagnostics;
use crate::source::Spanned;
use crate::spec::kubernetes;
use crate::spec::shared::ConfigFile;
use crate::spec::{FieldType, Part, Rule, record, shape, shapes};
use crate::syntax::node::Node;
use crate::syntax::{Text, TextMap};

shapes! {
    /// Requests and limits.
    Resources = FieldType::Type(&kubernetes::CORE_V1_RESOURCE_REQUIREMENTS);
    /// The name of an engine.
    Engine = FieldType::Engine;
    /// An amount of storage.
    Size = FieldType::Quantity;
    /// How the connection is encrypted.
    Tls = FieldType::Choice(&["disable", "require", "verify"]);
    /// An edition of SQL Server, by the names that its image takes.
    Edition = FieldType::Choice(&[
        "Developer",
        "Express",
        "Standard",
        "Enterprise",
        "EnterpriseCore",
        "Web",
        "Evaluation",
    ]);
}

record! {
    /// The fields of a `Database`.
    pub struct Database {
        must_word engine: Engine = "engine",
            "The database engine. `mysql`, `mariadb`, `postgres`, `sqlserver` and `clickhouse` can run in \
             the cluster; with `external`, every engine that Atlas has a driver for.",
            "engine: mysql", ["type", "driver", "dialect", "flavor", "provider"];
        may version: Text = "version",
            "The tag of the engine's official image. Default: the newest release with long-term support.",
            "engine: postgres, version: \"16\"",
            ["tag", "engineVersion", "postgresVersion", "mysqlVersion", "imageTag"];
        may image: Text = "image",
            "A whole image, in place of `version`.",
            "engine: postgres, image: registry.example.com/postgres:17", ["containerImage"];
        may database: Text = "database",
            "The logical database. Default: the name with `-` as `_`.",
            "engine: mysql, database: shop", ["dbName", "databaseName", "db", "dbname", "name"];
        may storage: SizeOrStorage = "storage",
            "The size of a persistent volume. Without it the server is a Deployment, and its data goes \
             when its pod goes.",
            "engine: mysql, storage: 10Gi",
            ["volume", "disk", "persistence", "volumeSize", "pvc", "size"];
        like resources: Resources = "resources",
            "Requests and limits, as in Kubernetes.",
            "engine: mysql, resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 1Gi}}",
            ["limits", "requests"];
        any args: Vec<Text> = "args",
            "Arguments of the server.",
            "engine: mysql, args: [--max-connections=500]", ["command", "arguments", "flags"];
        any config_files: Vec<ConfigFile> = "configFiles",
            "Files to mount, by mount path: a path of the directory, or the text itself (several lines, or \
             `{text: ...}`).",
            "engine: mysql, configFiles: {/etc/mysql/conf.d/my.cnf: {text: \"[mysqld]\"}}",
            ["config", "configMap", "files", "configs"];
        any parameters: TextMap = "parameters",
            "Parameters of the connection URL.",
            "engine: postgres, parameters: {sslmode: require}",
            ["params", "options", "query", "urlParameters"];
        word tls: Tls = "tls",
            "Whether connections to the server are encrypted, for Atlas and in `${NAME.url}`: `disable`; \
             `require`, without a check of the server's certificate; `verify`, with one. The default depends \
             on the engine.",
            "engine: mysql, external: {host: db.example.com}, tls: verify",
            ["ssl", "sslMode", "encrypt", "secure", "encryption"];
        may sql_server: MaybeSqlServer = "sqlServer",
            "The licence and edition of SQL Server, which you choose. Required where `engine: sqlserver` \
             runs in the cluster.",
            "engine: sqlserver, sqlServer: {acceptEula: true, edition: Express}",
            ["mssql", "license", "licence"];
        may credentials: Credentials = "credentials",
            "Who may log in. Default: the Secret `<name>-credentials` with the keys `username` and \
             `password`.",
            "engine: mysql, credentials: {secret: shop-db}",
            ["auth", "secretRef", "existingSecret", "login", "passwordFrom"];
        may external: External = "external",
            "A database that runs elsewhere: no server is made, everything else works.",
            "engine: mysql, external: {host: db.example.com}", ["endpoint", "address", "server"];
        may cloud_native_pg: CloudNativePg = "cloudNativePG",
            "A CloudNativePG `Cluster` in place of a StatefulSet: its Secret `<name>-app` holds the \
             credentials, and `<name>-rw` is the host. For `engine: postgres` only.",
            "engine: postgres, cloudNativePG: {instances: 3, storage: 10Gi}", ["cnpg", "cluster"];
    }
    rules [
        Rule::Excludes {
            by: &["external"],
            fields: &[
                "storage",
                "image",
                "version",
                "resources",
                "args",
                "configFiles",
                "sqlServer",
            ],
            why: "with `external`, no server runs in the cluster",
        },
        Rule::Excludes {
            by: &["cloudNativePG"],
            fields: &["external", "storage", "args", "configFiles", "sqlServer"],
            why: "CloudNativePG runs the server and creates its credentials",
        },
        Rule::Excludes {
            by: &["image"],
            fields: &["version"],
            why: "`image` is a full image reference, `version` a tag of the engine's official image",
        },
    ]
}

record! {
    /// `storage: {size, className}`.
    pub struct Storage {
        @span = span;
        must_word size: Size = "size",
            "How much.", "engine: mysql, storage: {size: 10Gi}", ["capacity", "storage"];
        may class_name: Text = "className",
            "The storage class. Default: the cluster's own.",
            "engine: mysql, storage: {size: 10Gi, className: fast}",
            ["class", "storageClass", "storageClassName"];
    }
    rules []
}

/// A [`Storage`], which may be written as its size alone: `storage: 10Gi`.
#[derive(Debug)]
pub struct SizeOrStorage(pub Storage);

impl Part for SizeOrStorage {
    const FIELD_TYPE: FieldType = FieldType::Either(&[FieldType::Quantity, Storage::FIELD_TYPE]);

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<SizeOrStorage> {
        if node.scalar().is_none() {
            return Storage::read(node, name, diagnostics).map(SizeOrStorage);
        }
        let size = Text::read(node, name, diagnostics)?;
        shape::read(node, name, &FieldType::Quantity, diagnostics);
        Some(SizeOrStorage(Storage { span: node.span, size, class_name: None }))
    }
}

record! {
    /// `credentials` of a Database.
    pub struct Credentials {
        @span = span;
        may secret: Text = "secret",
            "An existing Secret.", "engine: mysql, credentials: {secret: shop-db}",
            ["secretName", "existingSecret", "name", "secretRef"];
        may user_key: Text = "userKey",
            "The key of the Secret that holds the user. Default: `username`.",
            "engine: mysql, credentials: {secret: shop-db, userKey: user}", ["usernameKey"];
        may password_key: Text = "passwordKey",
            "The key of the Secret that holds the password. Default: `password`.",
            "engine: mysql, credentials: {secret: shop-db, passwordKey: pw}", [];
        may url_key: Text = "urlKey",
            "The key of the Secret that holds a whole connection URL.",
            "engine: mysql, external: {host: db.example.com}, credentials: {secret: shop-db, urlKey: url}",
            ["uriKey", "dsnKey"];
        may user: Text = "user",
            "The user, literally.", "engine: mysql, credentials: {user: shop}", ["username"];
        may password: Text = "password",
            "The password, literally. A Secret is made of it, and a warning says that the password is in \
             Git.",
            "engine: mysql, credentials: {user: shop, password: secret}", ["pass"];
        may app: AppCredentials = "app",
            "The user of the Apps, where it is not that of the schema: `${NAME.user}`, `${NAME.password}` \
             and `${NAME.url}` are this one's, and `${NAME.ownerUser}`, `${NAME.ownerPassword}` and \
             `${NAME.ownerUrl}` the other's. Nothing here creates the user.",
            "engine: mysql, credentials: {app: {secret: shop-app}}", ["application", "appUser"];
    }
    rules [
        Rule::Excludes {
            by: &["password"],
            fields: &["secret", "userKey", "passwordKey", "urlKey"],
            why: "a literal password is stored in a generated Secret",
        },
        Rule::Excludes {
            by: &["user"],
            fields: &["userKey"],
            why: "the user is either literal or taken from the Secret",
        },
    ]
}

record! {
    /// `credentials.app` of a Database.
    pub struct AppCredentials {
        @span = span;
        must secret: Text = "secret",
            "An existing Secret.", "engine: mysql, credentials: {app: {secret: shop-app}}",
            ["secretName", "existingSecret", "name", "secretRef"];
        may user_key: Text = "userKey",
            "The key of the Secret that holds the user. Default: `username`.",
            "engine: mysql, credentials: {app: {secret: shop-app, userKey: user}}", ["usernameKey"];
        may password_key: Text = "passwordKey",
            "The key of the Secret that holds the password. Default: `password`.",
            "engine: mysql, credentials: {app: {secret: shop-app, passwordKey: pw}}", [];
        may url_key: Text = "urlKey",
            "The key of the Secret that holds a whole connection URL.",
            "engine: mysql, credentials: {app: {secret: shop-app, urlKey: url}}",
            ["uriKey", "dsnKey"];
        may user: Text = "user",
            "The user, literally.", "engine: mysql, credentials: {app: {secret: shop-app, user: web}}",
            ["username"];
    }
    rules [
        Rule::Excludes {
            by: &["user"],
            fields: &["userKey"],
            why: "the user is either literal or taken from the Secret",
        },
    ]
}

record! {
    /// `sqlServer` of a Database.
    pub struct SqlServer {
        @span = span;
        must accept_eula: Spanned<bool> = "acceptEula",
            "`true`: you have read and accept Microsoft's licence terms (`ACCEPT_EULA`).",
            "engine: sqlserver, sqlServer: {acceptEula: true, edition: Express}",
            ["eula", "acceptLicense", "ACCEPT_EULA"];
        must_word edition: Edition = "edition",
            "The edition that you have a licence for (`MSSQL_PID`). `Developer` and `Evaluation` are not \
             for production, `Express` is free and limited. A product key does not belong in Git: patch \
             the variable with a `secretKeyRef`.",
            "engine: sqlserver, sqlServer: {acceptEula: true, edition: Express}",
            ["pid", "MSSQL_PID", "productId"];
    }
    rules []
}

/// A [`SqlServer`], or one that has been reported: then nothing in it is missing as well.
#[derive(Debug)]
pub struct MaybeSqlServer(pub Option<SqlServer>);

impl Part for MaybeSqlServer {
    const FIELD_TYPE: FieldType = SqlServer::FIELD_TYPE;

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<MaybeSqlServer> {
        Some(MaybeSqlServer(SqlServer::read(node, name, diagnostics)))
    }
}

record! {
    /// `external` of a Database.
    pub struct External {
        must host: Text = "host",
            "Its host.", "engine: mysql, external: {host: db.example.com}",
            ["hostname", "endpoint", "address", "server"];
        may port: Spanned<i64> = "port",
            "Its port. Default: the engine's own.",
            "engine: mysql, external: {host: db.example.com, port: 3307}", [];
    }
    rules []
}

record! {
    /// `cloudNativePG` of a Database.
    pub struct CloudNativePg {
        @span = span;
        may instances: Spanned<i64> = "instances",
            "How many instances. Default: 1.",
            "engine: postgres, cloudNativePG: {instances: 3, storage: 10Gi}",
            ["replicas", "replicaCount"];
        must storage: SizeOrStorage = "storage",
            "The volume of each instance, written as `storage`.",
            "engine: postgres, cloudNativePG: {instances: 1, storage: 10Gi}",
            ["volume", "disk", "size"];
    }
    rules []
}
