//! `Database`: who runs it, where it is found, who may log in.

use smol_str::{SmolStr, format_smolstr};

use crate::diag::problems::security::LiteralPassword;
use crate::diag::problems::spec::{ConflictingFields, MissingField, UnknownChoice};
use crate::diag::{Diagnostics, message};
use crate::engine::{self, ENGINES, Engine, Flavor};
use crate::model::{
    Cluster, Credentials, Database, Literal, Placement, Server, Storage, Unit, User,
};
use crate::quantity::is_quantity;
use crate::resolve::check::{self, invalid};
use crate::resolve::{Context, common, files, namespace_of, plain, service_host, values};
use crate::source::{Span, Spanned};
use crate::syntax::{self, Kind, Spec, Text};

pub(crate) fn database(
    index: usize,
    spec: Spec<syntax::Database>,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Database {
    let namespace = namespace_of(spec.namespace.as_ref(), context.environment);
    let (common, fields) =
        common(Kind::Database, Unit::Database(index), spec, context, diagnostics);
    let engine = engine(&fields.engine, diagnostics);
    exclusive(&fields, diagnostics);
    let default_host = || service_host(&common.name, namespace.as_deref());
    let (host, port) = match &fields.external {
        None if fields.cloud_native_pg.is_some() => {
            // The Service that leads to the primary (CloudNativePG `pkg/specs/services.go`).
            (service_host(&format!("{}-rw", common.name), namespace.as_deref()), engine.port)
        }
        Some(external) => {
            check::word("host", &external.host, diagnostics);
            let port = external.port.map(|port| check::port(port, diagnostics));
            (external.host.value.clone(), port.or(engine.port))
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
    let own_parameters = plain(fields.parameters);
    if let Some(written) = fields.cloud_native_pg {
        let cluster = cluster(written, fields.image, fields.version, fields.resources, diagnostics);
        let placement = Placement::CloudNativePg(cluster);
        let (scheme, parameters) = (fields.engine.value, own_parameters);
        return Database {
            common,
            engine,
            scheme,
            database,
            parameters,
            credentials,
            placement,
            host,
            port,
        };
    }
    let (placement, parameters) = match (&fields.external, &engine.image) {
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
            };
            (Placement::InCluster(server), with_defaults(own_parameters, recipe.parameters))
        }
        (Some(_), _) => (Placement::External, own_parameters),
        (None, None) => {
            let message = message!("`{name}` cannot be run in the cluster", name = engine.name);
            let help = message!(
                "add `external: {{host: ...}}`; in the cluster there is {known}",
                known = crate::diag::problems::spec::list(in_cluster())
            );
            diagnostics.report(invalid(fields.engine.span, message, help));
            (Placement::External, own_parameters)
        }
    };
    let scheme = fields.engine.value;
    Database { common, engine, scheme, database, parameters, credentials, placement, host, port }
}

/// The name stands in URLs, in shell commands of probes and in SQL.
fn database_name(name: &Text, diagnostics: &mut Diagnostics) {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$');
    if name.value.is_empty() || !name.value.chars().all(fits) {
        let message =
            message!("`{name}` is no name of a database", name = name.value.escape_debug());
        let help = "use letters, digits, `_`, `-` and `.`";
        diagnostics.report(invalid(name.span, message, help));
    }
}

/// SQL Server's image makes no user but its administrator.
fn only_administrator(
    flavor: Flavor,
    credentials: &Credentials,
    written: Option<&syntax::Credentials>,
    diagnostics: &mut Diagnostics,
) {
    let user = match (&credentials.user, &credentials.literal) {
        (User::Name(name), _) => Some(name),
        (User::Key(_), literal) => literal.as_ref().map(|literal| &literal.user),
    };
    let is_other = user.is_some_and(|user| user != "sa");
    if let (Flavor::SqlServer, true, Some(written)) = (flavor, is_other, written) {
        let primary = written.user.as_ref().map_or(written.span, |user| user.span);
        let message = "SQL Server's image has no user but `sa`";
        diagnostics.report(invalid(primary, message, "write `user: sa`"));
    }
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

fn cluster(
    written: syntax::CloudNativePg,
    image: Option<Text>,
    version: Option<Text>,
    resources: Option<syntax::Shaped>,
    diagnostics: &mut Diagnostics,
) -> Cluster {
    if let Some(instances) = written.instances {
        check::range("instances", instances, 1..=i64::from(i32::MAX), diagnostics);
    }
    if written.storage.is_none() {
        let (primary, of) = (written.span, "cloudNativePG");
        diagnostics.report(MissingField { primary, of, name: "storage" });
    }
    let storage = written.storage.map(|storage| self::storage(storage, diagnostics));
    let version = version
        .map(|version| format_smolstr!("ghcr.io/cloudnative-pg/postgresql:{}", version.value));
    Cluster {
        instances: written.instances.map_or(1, |instances| instances.value),
        storage: storage.unwrap_or(Storage { size: SmolStr::default(), class_name: None }),
        image: image.map(|image| image.value).or(version),
        resources: resources.map(|resources| resources.value),
    }
}

/// `external` says that nothing is run here, so there is nothing to say about what is run.
fn exclusive(fields: &syntax::Database, diagnostics: &mut Diagnostics) {
    let span = |text: &Option<Text>| text.as_ref().map(|text| text.span);
    let first = |list: &[Text]| list.first().map(|text| text.span);
    if let Some(external) = &fields.external {
        let others: [(&str, Option<Span>); 6] = [
            ("storage", fields.storage.as_ref().map(|storage| storage.span)),
            ("image", span(&fields.image)),
            ("version", span(&fields.version)),
            ("resources", fields.resources.as_ref().map(|resources| resources.span)),
            ("args", first(&fields.args)),
            ("configFiles", fields.config_files.first().map(|file| file.mount_path.span)),
        ];
        for (name, place) in others {
            let Some(primary) = place else { continue };
            diagnostics.report(ConflictingFields {
                primary,
                name,
                other_span: external.host.span,
                other: "external",
                why: "with `external` nothing is run in the cluster",
            });
        }
    }
    if let Some(cluster) = &fields.cloud_native_pg {
        let others: [(&str, Option<Span>); 5] = [
            ("external", fields.external.as_ref().map(|external| external.host.span)),
            ("storage", fields.storage.as_ref().map(|storage| storage.span)),
            ("credentials", fields.credentials.as_ref().map(|credentials| credentials.span)),
            ("args", first(&fields.args)),
            ("configFiles", fields.config_files.first().map(|file| file.mount_path.span)),
        ];
        for (name, place) in others {
            let Some(primary) = place else { continue };
            let (other_span, other) = (cluster.span, "cloudNativePG");
            let why = "CloudNativePG runs the server and makes its credentials";
            diagnostics.report(ConflictingFields { primary, name, other_span, other, why });
        }
        if !matches!(fields.engine.value.as_str(), "postgres" | "postgresql") {
            let message = message!(
                "CloudNativePG runs no `{engine}`",
                engine = fields.engine.value.escape_debug()
            );
            diagnostics.report(invalid(fields.engine.span, message, "write `engine: postgres`"));
        }
    }
    if let (Some(image), Some(version)) = (&fields.image, &fields.version) {
        diagnostics.report(ConflictingFields {
            primary: version.span,
            name: "version",
            other_span: image.span,
            other: "image",
            why: "`image` is a whole image, `version` a tag of the engine's own",
        });
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

fn storage(storage: syntax::Storage, diagnostics: &mut Diagnostics) -> Storage {
    if !is_quantity(&storage.size.value) {
        let message = message!("`{size}` is no size", size = storage.size.value);
        diagnostics.report(invalid(storage.size.span, message, "write a size such as 10Gi"));
    }
    if let Some(class) = &storage.class_name {
        check::object_name("storage class", class, diagnostics);
    }
    Storage {
        size: storage.size.value,
        class_name: storage.class_name.map(|class_name| class_name.value),
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
    written: Option<&syntax::Credentials>,
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
        check::object_name("Secret named", secret, diagnostics);
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

/// A literal password makes a Secret of ours, so nothing can be said of an existing one.
fn credential_rules(written: &syntax::Credentials, diagnostics: &mut Diagnostics) {
    let Some(password) = &written.password else {
        if let (Some(user), Some(key)) = (&written.user, &written.user_key) {
            conflict(
                key,
                "userKey",
                user,
                "user",
                "the user is either literal or in the Secret",
                diagnostics,
            );
        }
        return;
    };
    let why = "a literal password is put into a Secret of its own";
    for (name, other) in [
        ("secret", &written.secret),
        ("userKey", &written.user_key),
        ("passwordKey", &written.password_key),
        ("urlKey", &written.url_key),
    ] {
        if let Some(other) = other {
            conflict(other, name, password, "password", why, diagnostics);
        }
    }
    if written.user.is_none() {
        let (primary, of) = (written.span, "credentials");
        diagnostics.report(MissingField { primary, of, name: "user" });
    }
    for (name, text) in [("user", &written.user), ("password", &written.password)] {
        if let Some(text) = text.as_ref().filter(|text| text.value.is_empty()) {
            let message = message!("`{name}` is empty", name);
            diagnostics.report(invalid(text.span, message, message!("write a {name}", name)));
        }
    }
}

fn conflict(
    primary: &Spanned<SmolStr>,
    name: &str,
    other_text: &Spanned<SmolStr>,
    other: &str,
    why: &'static str,
    diagnostics: &mut Diagnostics,
) {
    let (primary, other_span) = (primary.span, other_text.span);
    diagnostics.report(ConflictingFields { primary, name, other_span, other, why });
}
