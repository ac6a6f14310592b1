//! `Database`: who runs it, where it is found, who may log in.

use smol_str::{SmolStr, format_smolstr};

use crate::diag::problems::security::LiteralPassword;
use crate::diag::problems::spec::{ConflictingFields, MissingField, MissingLicence, UnknownChoice};
use crate::diag::{Diagnostics, message};
use crate::engine::{self, ENGINES, Engine, Flavor, ImageTls};
use crate::model::{Cluster, Credentials, Database, Hosting, Literal, Server, Storage, Unit, User};
use crate::resolve::check::{self, invalid};
use crate::resolve::{Context, common, files, namespace_of, plain, service_host, values};
use crate::source::Span;
use crate::spec::{self, SizeOrStorage, Spec};
use crate::syntax::{Kind, Shaped, Text};

pub(crate) fn database(
    index: usize,
    spec: Spec<spec::Database>,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Database {
    let namespace = namespace_of(spec.metadata.namespace.as_ref(), context.environment);
    let (common, fields) =
        common(Kind::Database, Unit::Database(index), spec, context, diagnostics);
    let engine = engine(&fields.engine, diagnostics);
    only_postgres(&fields, diagnostics);
    let tls = tls(&fields, engine, !common.patches.is_empty(), diagnostics);
    let default_host = || service_host(&common.name, namespace.as_deref());
    let (host, port) = match &fields.external {
        None if fields.cloud_native_pg.is_some() => {
            // The Service that leads to the primary (CloudNativePG `pkg/specs/services.go`).
            (service_host(&format!("{}-rw", common.name), namespace.as_deref()), engine.port)
        }
        Some(external) => {
            check::word("host", &external.host, diagnostics);
            let port = external.port.map(|port| check::port(port, diagnostics));
            (external.host.value.clone(), port.or(tls.port).or(engine.port))
        }
        None => (default_host(), engine.port),
    };
    let database = fields.database.as_ref().map(|name| {
        database_name(name, diagnostics);
        name.value.clone()
    });
    let database = database.unwrap_or_else(|| common.name.replace('-', "_").into());
    let credentials = match &fields.cloud_native_pg {
        Some(_) => cloud_native_pg_credentials(&common.name),
        None => credentials(&common.name, fields.credentials.as_ref(), diagnostics),
    };
    let app_credentials = fields.credentials.as_ref().and_then(|written| written.app.as_ref());
    let app_credentials = app_credentials.map(|written| for_apps(written, diagnostics));
    let own_parameters = with_defaults(plain(fields.parameters), tls.parameters);
    if let Some(written) = fields.cloud_native_pg {
        let cluster_span = written.span;
        let cluster = cluster(written, fields.image, fields.version, fields.resources, diagnostics);
        only_app_credentials(fields.credentials.as_ref(), cluster_span, diagnostics);
        let hosting = Hosting::CloudNativePg(cluster);
        let (scheme, parameters) = (fields.engine.value, own_parameters);
        return Database {
            common,
            engine,
            scheme,
            database,
            parameters,
            credentials,
            app_credentials,
            hosting,
            host,
            port,
        };
    }
    let (hosting, parameters) = match (&fields.external, &engine.image) {
        (None, Some(recipe)) => {
            only_administrator(
                recipe.flavor,
                &credentials,
                fields.credentials.as_ref(),
                diagnostics,
            );
            let image = image(fields.image, fields.version, recipe, diagnostics);
            let server = Server {
                recipe,
                image,
                storage: fields.storage.map(|storage| self::storage(storage, diagnostics)),
                resources: fields.resources.map(|resources| resources.value),
                args: values(fields.args),
                config_files: files::config_files(fields.config_files, context, diagnostics),
                edition: edition(recipe.flavor, fields.sql_server, fields.engine.span, diagnostics),
            };
            (Hosting::InCluster(server), with_defaults(own_parameters, recipe.parameters))
        }
        (Some(_), _) => (Hosting::External, own_parameters),
        (None, None) => {
            let message = message!("`{name}` cannot run in the cluster", name = engine.name);
            let help = message!(
                "add `external: {{host: ...}}`, or use one of {known}",
                known = crate::diag::problems::spec::list(in_cluster())
            );
            diagnostics.report(invalid(fields.engine.span, message, help));
            (Hosting::External, own_parameters)
        }
    };
    let scheme = fields.engine.value;
    Database {
        common,
        engine,
        scheme,
        database,
        parameters,
        credentials,
        app_credentials,
        hosting,
        host,
        port,
    }
}

/// The name stands in URLs, in shell commands of probes and in SQL.
fn database_name(name: &Text, diagnostics: &mut Diagnostics) {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$');
    if name.value.is_empty() || !name.value.chars().all(fits) {
        let message =
            message!("`{name}` is not a valid database name", name = name.value.escape_debug());
        let help = "use letters, digits, `_`, `-` and `.`";
        diagnostics.report(invalid(name.span, message, help));
    }
}

/// SQL Server's image makes no user but its administrator.
fn only_administrator(
    flavor: Flavor,
    credentials: &Credentials,
    written: Option<&spec::Credentials>,
    diagnostics: &mut Diagnostics,
) {
    let user = match (&credentials.user, &credentials.literal) {
        (User::Name(name), _) => Some(name),
        (User::Key(_), literal) => literal.as_ref().map(|literal| &literal.user),
    };
    let is_other = user.is_some_and(|user| user != "sa");
    if let (Flavor::SqlServer, true, Some(written)) = (flavor, is_other, written) {
        let primary = written.user.as_ref().map_or(written.span, |user| user.span);
        let message = "the SQL Server image has only the user `sa`";
        diagnostics.report(invalid(primary, message, "write `user: sa`"));
    }
}

/// Nobody but the user accepts a licence, or knows which edition is paid for.
fn edition(
    flavor: Flavor,
    written: Option<spec::MaybeSqlServer>,
    engine: Span,
    diagnostics: &mut Diagnostics,
) -> Option<SmolStr> {
    let Some(spec::MaybeSqlServer(written)) = written else {
        if flavor == Flavor::SqlServer {
            diagnostics.report(MissingLicence { primary: engine });
        }
        return None;
    };
    let written = written?;
    if flavor != Flavor::SqlServer {
        let message = "`sqlServer` applies to `engine: sqlserver` only";
        diagnostics.report(invalid(written.span, message, "remove it"));
        return None;
    }
    if !written.accept_eula.value {
        let message = "SQL Server does not start before its licence terms are accepted";
        let help = "read them (https://go.microsoft.com/fwlink/?LinkId=746388), then write `acceptEula: true`";
        diagnostics.report(invalid(written.accept_eula.span, message, help));
    }
    Some(written.edition.value)
}

/// What `tls` makes of a connection.
#[derive(Default)]
struct Tls {
    parameters: engine::Parameters,
    port: Option<u16>,
}

fn tls(
    fields: &spec::Database,
    engine: &Engine,
    is_patched: bool,
    diagnostics: &mut Diagnostics,
) -> Tls {
    let Some(written) = &fields.tls else { return Tls::default() };
    let Some(known) = &engine.tls else {
        let message = message!("`tls` has no meaning for `{name}`", name = engine.name);
        let help = "write what its driver takes, for example `parameters: {ssl: \"true\"}`";
        diagnostics.report(invalid(written.span, message, help));
        return Tls::default();
    };
    let (parameters, port) = match written.value.as_str() {
        "disable" => (known.disable, None),
        "require" => (known.require, known.port),
        _ => (known.verify, known.port),
    };
    let is_ours = |key: &Text| {
        let all = [known.disable, known.require, known.verify];
        all.iter().any(|some| some.iter().any(|(name, _)| key.value.eq_ignore_ascii_case(name)))
    };
    if let Some((key, _)) = fields.parameters.iter().find(|(key, _)| is_ours(key)) {
        diagnostics.report(ConflictingFields {
            primary: written.span,
            name: "tls",
            other_span: key.span,
            other: &format!("parameters.{}", key.value),
            why: "`tls` sets the parameter",
        });
    }
    let own = fields
        .credentials
        .as_ref()
        .filter(|own| own.user.is_none() && own.user_key.is_none() && own.password_key.is_none());
    if let Some(key) = own.and_then(|own| own.url_key.as_ref()) {
        diagnostics.report(ConflictingFields {
            primary: written.span,
            name: "tls",
            other_span: key.span,
            other: "credentials.urlKey",
            why: "the URL in the Secret has a parameter of its own for TLS",
        });
    }
    unserved_tls(written, fields, engine, is_patched, diagnostics);
    Tls { parameters, port }
}

/// A server that we run as it is has no certificate, or one that nobody can verify.
fn unserved_tls(
    written: &Text,
    fields: &spec::Database,
    engine: &Engine,
    is_patched: bool,
    diagnostics: &mut Diagnostics,
) {
    let is_set_up = is_patched
        || fields.image.is_some()
        || !fields.args.is_empty()
        || !fields.config_files.is_empty();
    if fields.external.is_some() || is_set_up {
        return;
    }
    let offers = match (&fields.cloud_native_pg, &engine.image) {
        (Some(_), _) => ImageTls::SelfSigned((0, 0)),
        (None, Some(image)) => image.tls,
        (None, None) => return,
    };
    let release = fields.version.as_ref().and_then(|version| release(&version.value));
    let serves = match offers {
        ImageTls::None => false,
        ImageTls::SelfSigned(since) => release.is_none_or(|release| release >= since),
    };
    let name = engine.name;
    match written.value.as_str() {
        "require" | "verify" if !serves => {
            let message = message!("the `{name}` image serves no TLS as it is", name);
            let help =
                "set up a certificate with `args` and `configFiles`, or write `tls: disable`";
            diagnostics.report(invalid(written.span, message, help));
        }
        "verify" => {
            let server = match &fields.cloud_native_pg {
                Some(_) => message!("CloudNativePG"),
                None => message!("the `{name}` image", name),
            };
            let message = message!(
                "{server} signs its certificate itself, so that no client can verify it",
                server
            );
            let help = "write `tls: require`, or set up a certificate of your own";
            diagnostics.report(invalid(written.span, message, help));
        }
        _ => {}
    }
}

/// `8.4` of `8.4`, `8.4.2` and `8.4-oracle`; nothing for what is no version.
fn release(tag: &str) -> Option<(u32, u32)> {
    let mut parts = tag.split(['.', '-']);
    let major = parts.next()?.parse().ok()?;
    // `11` is the newest of its minor versions.
    Some((major, parts.next().map_or(u32::MAX, |minor| minor.parse().unwrap_or(u32::MAX))))
}

fn in_cluster() -> impl Iterator<Item = &'static str> {
    ENGINES.iter().filter(|engine| engine.image.is_some()).map(|engine| engine.name)
}

fn engine(written: &Text, diagnostics: &mut Diagnostics) -> &'static Engine {
    engine::find(&written.value).unwrap_or_else(|| {
        let known: Vec<&str> = ENGINES.iter().map(|engine| engine.name).collect();
        let (primary, field, written) = (written.span, "engine", written.value.as_str());
        diagnostics.report(UnknownChoice { primary, field, written, known: &known });
        // Any engine will do to go on with: nothing is printed after an error.
        #[expect(clippy::indexing_slicing, reason = "the table is not empty")]
        &ENGINES[0]
    })
}

/// What CloudNativePG makes for the application's user: a Secret with every part and a whole URL
/// (CloudNativePG `pkg/specs/secrets.go`).
fn cloud_native_pg_credentials(name: &str) -> Credentials {
    Credentials {
        secret: format_smolstr!("{name}-app"),
        user: User::Key(SmolStr::new_static("username")),
        password_key: SmolStr::new_static("password"),
        url_key: Some(SmolStr::new_static("uri")),
        names_keys: true,
        literal: None,
    }
}

/// CloudNativePG makes the owner's credentials; those of another user are the spec's.
fn only_app_credentials(
    written: Option<&spec::Credentials>,
    cluster: Span,
    diagnostics: &mut Diagnostics,
) {
    let Some(written) = written else { return };
    let spec::Credentials {
        span: _,
        secret,
        user_key,
        password_key,
        url_key,
        user,
        password,
        app: _,
    } = written;
    let all = [
        ("credentials.secret", secret),
        ("credentials.userKey", user_key),
        ("credentials.passwordKey", password_key),
        ("credentials.urlKey", url_key),
        ("credentials.user", user),
        ("credentials.password", password),
    ];
    for (name, text) in all {
        if let Some(text) = text {
            diagnostics.report(ConflictingFields {
                primary: text.span,
                name,
                other_span: cluster,
                other: "cloudNativePG",
                why: "CloudNativePG creates the credentials of the owner",
            });
        }
    }
}

/// `credentials.app`.
fn for_apps(written: &spec::AppCredentials, diagnostics: &mut Diagnostics) -> Credentials {
    let spec::AppCredentials { span: _, secret, user_key, password_key, url_key, user } = written;
    check::object_name("Secret name", secret, diagnostics);
    for key in [user_key, password_key, url_key].into_iter().flatten() {
        check::data_key(key, diagnostics);
    }
    if let Some(user) = user.as_ref().filter(|user| user.value.is_empty()) {
        diagnostics.report(invalid(user.span, "`user` is empty", "write a user"));
    }
    let value = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
    let key = |text: &Option<Text>, name: &'static str| {
        value(text).unwrap_or_else(|| SmolStr::new_static(name))
    };
    Credentials {
        secret: secret.value.clone(),
        user: match user {
            Some(user) => User::Name(user.value.clone()),
            None => User::Key(key(user_key, "username")),
        },
        password_key: key(password_key, "password"),
        url_key: value(url_key),
        names_keys: user_key.is_some() || password_key.is_some() || user.is_some(),
        literal: None,
    }
}

fn cluster(
    written: spec::CloudNativePg,
    image: Option<Text>,
    version: Option<Text>,
    resources: Option<Shaped>,
    diagnostics: &mut Diagnostics,
) -> Cluster {
    if let Some(instances) = written.instances {
        check::range("instances", instances, 1..=i64::from(i32::MAX), diagnostics);
    }
    let storage = storage(written.storage, diagnostics);
    let version = version
        .map(|version| format_smolstr!("ghcr.io/cloudnative-pg/postgresql:{}", version.value));
    Cluster {
        instances: written.instances.map_or(1, |instances| instances.value),
        storage,
        image: image.map(|image| image.value).or(version),
        resources: resources.map(|resources| resources.value),
    }
}

/// CloudNativePG runs PostgreSQL alone.
fn only_postgres(fields: &spec::Database, diagnostics: &mut Diagnostics) {
    let is_postgres = matches!(fields.engine.value.as_str(), "postgres" | "postgresql");
    if fields.cloud_native_pg.is_some() && !is_postgres {
        let engine = fields.engine.value.escape_debug();
        let message =
            message!("CloudNativePG supports `engine: postgres` only, not `{engine}`", engine);
        diagnostics.report(invalid(fields.engine.span, message, "write `engine: postgres`"));
    }
}

fn image(
    image: Option<Text>,
    version: Option<Text>,
    recipe: &engine::Image,
    diagnostics: &mut Diagnostics,
) -> SmolStr {
    match (image, version) {
        (Some(image), _) => {
            check::word("image", &image, diagnostics);
            image.value
        }
        (None, Some(version)) => {
            check::word("version", &version, diagnostics);
            format_smolstr!("{}:{}", recipe.repository, version.value)
        }
        (None, None) => format_smolstr!("{}:{}", recipe.repository, recipe.version),
    }
}

fn storage(SizeOrStorage(written): SizeOrStorage, diagnostics: &mut Diagnostics) -> Storage {
    if let Some(class) = &written.class_name {
        check::object_name("storage class name", class, diagnostics);
    }
    Storage {
        size: written.size.value,
        class_name: written.class_name.map(|class_name| class_name.value),
    }
}

/// What the spec says, then what the image needs as it is and the spec does not say otherwise.
fn with_defaults(
    mut parameters: Vec<(SmolStr, SmolStr)>,
    defaults: &[(&str, &str)],
) -> Vec<(SmolStr, SmolStr)> {
    for (key, value) in defaults {
        if !parameters.iter().any(|(written, _)| written == key) {
            parameters.push(((*key).into(), (*value).into()));
        }
    }
    parameters
}

fn credentials(
    name: &str,
    written: Option<&spec::Credentials>,
    diagnostics: &mut Diagnostics,
) -> Credentials {
    let default_secret = || format_smolstr!("{name}-credentials");
    let Some(written) = written else {
        return Credentials {
            secret: default_secret(),
            user: User::Key(SmolStr::new_static("username")),
            password_key: SmolStr::new_static("password"),
            url_key: None,
            names_keys: false,
            literal: None,
        };
    };
    if let Some(password) = &written.password {
        diagnostics.conceal(password.span);
    }
    credential_rules(written, diagnostics);
    for key in [&written.user_key, &written.password_key, &written.url_key].into_iter().flatten() {
        check::data_key(key, diagnostics);
    }
    if let Some(secret) = &written.secret {
        check::object_name("Secret name", secret, diagnostics);
    }
    let value = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
    let literal = match (&written.user, &written.password) {
        (Some(user), Some(password)) => {
            diagnostics.report(LiteralPassword { primary: password.span });
            Some(Literal { user: user.value.clone(), password: password.value.clone() })
        }
        _ => None,
    };
    let user = match (&literal, &written.user) {
        (None, Some(user)) => User::Name(user.value.clone()),
        _ => User::Key(value(&written.user_key).unwrap_or_else(|| SmolStr::new_static("username"))),
    };
    Credentials {
        secret: value(&written.secret).unwrap_or_else(default_secret),
        user,
        password_key: value(&written.password_key)
            .unwrap_or_else(|| SmolStr::new_static("password")),
        url_key: value(&written.url_key),
        names_keys: written.user_key.is_some()
            || written.password_key.is_some()
            || written.user.is_some(),
        literal,
    }
}

/// A literal password needs its user, literally.
fn credential_rules(written: &spec::Credentials, diagnostics: &mut Diagnostics) {
    if written.password.is_none() {
        return;
    }
    if written.user.is_none() {
        let (primary, of) = (written.span, "credentials");
        diagnostics.report(MissingField { primary, of, name: "user", hint: None });
    }
    for (name, text) in [("user", &written.user), ("password", &written.password)] {
        if let Some(text) = text.as_ref().filter(|text| text.value.is_empty()) {
            let message = message!("`{name}` is empty", name);
            diagnostics.report(invalid(text.span, message, message!("write a {name}", name)));
        }
    }
}
