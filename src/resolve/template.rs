//! `${name.property}` in an App's environment.
//!
//! Public parts (host, port, name) become text; user, password and whole URLs stay in their
//! Secret: a `secretKeyRef` variable holds them, and Kubernetes' own `$(VAR)` puts them together.
//! No secret value is ever in the output.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use smol_str::{SmolStr, SmolStrBuilder, format_smolstr};

use crate::diag::problems::names::{CrossNamespace, InvalidReference, UnknownProperty};
use crate::diag::problems::security::UnescapedUrl;
use crate::diag::{Diagnostics, message};
use crate::engine::DatabaseInUrl;
use crate::model::{Credentials, Database, EnvValue, Need, Schema, SecretKey, Target, Unit, User};
use crate::resolve::check::invalid;
use crate::resolve::names::Names;
use crate::source::{Sources, Span};
use crate::syntax::{Kind, Text};
use crate::unique_names::UniqueNames;

/// What references can lead to.
pub(crate) struct Scope<'a> {
    pub(crate) databases: &'a [Database],
    pub(crate) schemas: &'a [Schema],
    pub(crate) apps: &'a [Host],
    /// The Databases whose URL has been reported: once says it.
    pub(crate) unescaped: RefCell<BTreeSet<SmolStr>>,
}

/// How an App is reached.
pub(crate) struct Host {
    pub(crate) name: SmolStr,
    pub(crate) host: SmolStr,
    pub(crate) port: Option<i64>,
}

/// Who reads: the App whose environment this is.
pub(crate) struct Reader<'a> {
    pub(crate) unit: Unit,
    pub(crate) label: &'a str,
    pub(crate) namespace: Option<&'a str>,
    pub(crate) names: &'a Names,
    pub(crate) sources: &'a Sources,
}

impl Reader<'_> {
    /// Where a part of a text stands: exactly where the text is written as it is, with or without
    /// quotes; else the whole of it.
    fn place(&self, text: &Text, part: Range<usize>) -> Span {
        let written = text.value.get(part.clone());
        let behind = |lead: usize| {
            let start = text.span.range().start + lead;
            Span::new(text.span.file, start + part.start..start + part.end)
        };
        let is_it = |span: &Span| Some(self.sources.slice(*span)) == written;
        [behind(0), behind(1)].into_iter().find(is_it).unwrap_or(text.span)
    }
}

const DATABASE_PROPERTIES: [&str; 9] =
    ["host", "port", "user", "password", "name", "url", "ownerUser", "ownerPassword", "ownerUrl"];
const APP_PROPERTIES: [&str; 3] = ["host", "port", "url"];

/// One piece of a value.
enum Piece {
    /// Text that is printed.
    Text(SmolStr),
    /// A part that is in a Secret, with the name that a variable for it would have.
    Secret(SmolStr, SecretKey),
}

/// The environment with every reference resolved, helper variables in front of their first use,
/// and what the references make the App wait for.
pub(crate) struct Resolved {
    pub(crate) variables: Vec<(SmolStr, EnvValue)>,
    pub(crate) needs: Vec<Need>,
}

/// Resolves the references of a whole environment.
pub(crate) fn environment(
    written: Vec<(Text, crate::spec::EnvValue)>,
    scope: &Scope<'_>,
    reader: &Reader<'_>,
    diagnostics: &mut Diagnostics,
) -> Resolved {
    let mut names = UniqueNames::default();
    written.iter().for_each(|(name, _)| names.take(&name.value));
    let mut helpers = Helpers { names, made: BTreeMap::new() };
    let mut resolved = Resolved { variables: Vec::new(), needs: Vec::new() };
    for (name, value) in written {
        let value = match value {
            crate::spec::EnvValue::From(source) => EnvValue::From(source.value),
            crate::spec::EnvValue::Text(text) => {
                let pieces = pieces(&text, scope, reader, &mut resolved.needs, diagnostics);
                compose(pieces, &mut helpers, &mut resolved.variables)
            }
        };
        resolved.variables.push((name.value, value));
    }
    resolved
}

/// The variables that hold the secret parts of composed values.
struct Helpers {
    names: UniqueNames,
    made: BTreeMap<SecretKey, SmolStr>,
}

impl Helpers {
    /// The variable that holds a key of a Secret; it is made before its first use.
    fn variable(
        &mut self,
        wish: &str,
        key: &SecretKey,
        variables: &mut Vec<(SmolStr, EnvValue)>,
    ) -> SmolStr {
        if let Some(name) = self.made.get(key) {
            return name.clone();
        }
        let name = SmolStr::from(self.names.give(wish, '_'));
        self.made.insert(key.clone(), name.clone());
        variables.push((name.clone(), EnvValue::Secret(key.clone())));
        name
    }
}

fn compose(
    pieces: Vec<Piece>,
    helpers: &mut Helpers,
    variables: &mut Vec<(SmolStr, EnvValue)>,
) -> EnvValue {
    if let [Piece::Secret(_, key)] = pieces.as_slice() {
        return EnvValue::Secret(key.clone());
    }
    let mut text = SmolStrBuilder::new();
    for piece in pieces {
        match piece {
            Piece::Text(plain) => text.push_str(&plain),
            Piece::Secret(wish, key) => {
                text.push_str("$(");
                text.push_str(&helpers.variable(&wish, &key, variables));
                text.push(')');
            }
        }
    }
    EnvValue::Text(text.finish())
}

/// Takes a value apart. `$$` is a literal `$`, which Kubernetes wants doubled as well
/// (`third_party/forked/golang/expansion`); `$(VAR)` is left to Kubernetes.
fn pieces(
    text: &Text,
    scope: &Scope<'_>,
    reader: &Reader<'_>,
    needs: &mut Vec<Need>,
    diagnostics: &mut Diagnostics,
) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text.value.as_str();
    for (open, close) in [("$(", ")"), ("{{", "}}")] {
        report_other_form(text, open, close, scope, reader, diagnostics);
    }
    while let Some((before, after)) = rest.split_once('$') {
        plain.push_str(before);
        if let Some(next) = after.strip_prefix('$') {
            plain.push_str("$$");
            rest = next;
        } else if let Some(reference) = after.strip_prefix('{') {
            let Some((inside, next)) = reference.split_once('}') else {
                let cause = "`${` without `}`".into();
                let begin = text.value.len() - after.len() - 1;
                let primary = reader.place(text, begin..text.value.len());
                diagnostics.report(InvalidReference { primary, cause });
                return pieces;
            };
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain).into()));
            }
            let (begin, end) = (text.value.len() - after.len() - 1, text.value.len() - next.len());
            let span = reader.place(text, begin..end);
            pieces.extend(reference_pieces(inside, span, scope, reader, needs, diagnostics));
            rest = next;
        } else {
            plain.push('$');
            rest = after;
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Text(plain.into()));
    }
    pieces
}

/// Reports a reference to a spec in the form that Kubernetes or Helm gives to references.
fn report_other_form(
    text: &Text,
    open: &str,
    close: &str,
    scope: &Scope<'_>,
    reader: &Reader<'_>,
    diagnostics: &mut Diagnostics,
) {
    const MAX_REFERENCES: usize = 20;
    for (at, _) in text.value.match_indices(open).take(MAX_REFERENCES) {
        let rest = text.value.get(at + open.len()..).unwrap_or_default();
        let Some(inside) = rest.split_once(close).map(|(inside, _)| inside) else { continue };
        let end = at + open.len() + inside.len() + close.len();
        let inside = inside.trim().trim_start_matches('.');
        let Some((name, property)) = inside.split_once('.') else { continue };
        let is_named = scope.databases.iter().any(|it| it.common.name == name)
            || scope.schemas.iter().any(|it| it.common.name == name)
            || scope.apps.iter().any(|it| it.name == name);
        if is_named && DATABASE_PROPERTIES.contains(&property) {
            let written = text.value.get(at..end).unwrap_or_default();
            let cause = message!(
                "`{written}` is not replaced here; write `${{{inside}}}`",
                written,
                inside
            );
            diagnostics.report(InvalidReference { primary: reader.place(text, at..end), cause });
        }
    }
}

/// What `name.property` or `Kind/name.property` stands for.
fn reference_pieces(
    inside: &str,
    span: Span,
    scope: &Scope<'_>,
    reader: &Reader<'_>,
    needs: &mut Vec<Need>,
    diagnostics: &mut Diagnostics,
) -> Vec<Piece> {
    let inside = inside.trim();
    let Some((name, property)) = inside.rsplit_once('.').filter(|(name, _)| !name.is_empty())
    else {
        let cause = message!("`${{{inside}}}` is not a valid reference", inside);
        diagnostics.report(InvalidReference { primary: span, cause });
        return Vec::new();
    };
    let (kinds, bare) = match name.split_once('/') {
        Some((kind, bare)) => match Kind::ALL.into_iter().find(|known| known.name() == kind) {
            Some(kind) => (vec![kind], bare),
            None => {
                let cause = message!("`{kind}` is not a kind of spec", kind);
                diagnostics.report(InvalidReference { primary: span, cause });
                return Vec::new();
            }
        },
        None => (Kind::ALL.to_vec(), name),
    };
    let written = Text::new(bare.into(), span);
    let unit = reader.names.spec(bare, written.as_ref(), reader.unit, &kinds, diagnostics);
    let Some(unit) = unit else { return Vec::new() };
    // What an App says of itself (its own host in a link, say) makes it wait for nothing.
    if unit != reader.unit {
        needs.push(Need { unit, span, by: format_smolstr!("${{{inside}}}") });
    }
    let place = ReferenceSite { span, reader, property, unescaped: &scope.unescaped };
    match unit {
        Unit::Database(index) => {
            let database = scope.databases.get(index);
            database.map(|database| place.of_database(database, diagnostics)).unwrap_or_default()
        }
        Unit::Schema(index) => {
            let schema = scope.schemas.get(index);
            schema.map(|schema| place.of_schema(schema, scope, diagnostics)).unwrap_or_default()
        }
        Unit::App(index) => {
            let host = scope.apps.get(index);
            host.map(|host| place.of_app(host, diagnostics)).unwrap_or_default()
        }
        Unit::Manifest(_) | Unit::EverySchema => Vec::new(),
    }
}

/// One reference: where it is, who reads, and what.
struct ReferenceSite<'a> {
    span: Span,
    reader: &'a Reader<'a>,
    property: &'a str,
    unescaped: &'a RefCell<BTreeSet<SmolStr>>,
}

impl ReferenceSite<'_> {
    fn unknown(&self, of: &str, known: &[&str], diagnostics: &mut Diagnostics) -> Vec<Piece> {
        let (primary, property) = (self.span, self.property);
        diagnostics.report(UnknownProperty { primary, of, property, known });
        Vec::new()
    }

    fn of_database(&self, database: &Database, diagnostics: &mut Diagnostics) -> Vec<Piece> {
        let label = format!("Database/{}", database.common.name);
        let login = Login::of(database, self.property);
        let needs_secret = match self.property {
            "user" | "ownerUser" => matches!(login.credentials.user, User::Key(_)),
            "password" | "url" | "ownerPassword" | "ownerUrl" => true,
            _ => false,
        };
        let same_namespace = database.common.namespace.as_deref() == self.reader.namespace;
        if needs_secret && !same_namespace {
            diagnostics.report(CrossNamespace {
                primary: self.span,
                from: self.reader.label,
                to: &label,
                namespace: database
                    .common
                    .namespace
                    .as_deref()
                    .unwrap_or("(the application's own)"),
                other: database.common.place,
            });
        }
        match self.property {
            "host" => vec![Piece::Text(escape_dollar(&database.host).into())],
            "port" => match database.port {
                Some(port) => vec![Piece::Text(port.to_string().into())],
                None => {
                    let message = message!("`{label}` has no port", label);
                    let help = "add `port` to its `external`";
                    diagnostics.report(invalid(self.span, message, help));
                    Vec::new()
                }
            },
            "name" => vec![Piece::Text(escape_dollar(&database.database).into())],
            "user" | "ownerUser" => vec![login.user()],
            "password" | "ownerPassword" => vec![login.password()],
            "url" | "ownerUrl" => self.url(database, &login, diagnostics),
            _ => self.unknown(&label, &DATABASE_PROPERTIES, diagnostics),
        }
    }

    fn url(
        &self,
        database: &Database,
        login: &Login<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Piece> {
        if let Some(key) = &login.credentials.url_key {
            return vec![login.secret("URL", key)];
        }
        let own = &database.common.name;
        if self.unescaped.borrow_mut().insert(own.clone()) {
            let is_apps = database.app_credentials.as_ref() == Some(login.credentials);
            let field = if is_apps { "credentials.app.urlKey" } else { "credentials.urlKey" };
            diagnostics.report(UnescapedUrl { primary: self.span, database: own, field });
        }
        let port = database.port.map(|port| format!(":{port}")).unwrap_or_default();
        let host = escape_dollar(&database.host);
        let database_name = escape_dollar(&percent_encode(&database.database));
        let encode = |(key, value): &(SmolStr, SmolStr)| {
            format!("{}={}", percent_encode(key), percent_encode(value))
        };
        let mut query: Vec<String> = database.parameters.iter().map(encode).collect();
        let path = match database.engine.database_in_url {
            DatabaseInUrl::Path => format!("/{database_name}"),
            DatabaseInUrl::Query => {
                query.insert(0, format!("database={database_name}"));
                String::new()
            }
        };
        let query = match query.is_empty() {
            true => String::new(),
            false => format!("?{}", query.join("&")),
        };
        vec![
            Piece::Text(format_smolstr!("{}://", database.scheme)),
            match &login.credentials.user {
                User::Name(name) => Piece::Text(percent_encode(name).into()),
                User::Key(_) => login.user(),
            },
            Piece::Text(SmolStr::new_static(":")),
            login.password(),
            Piece::Text(format_smolstr!("@{host}{port}{path}{query}")),
        ]
    }

    /// A schema's database: the same values, after the schema is in place.
    fn of_schema(
        &self,
        schema: &Schema,
        scope: &Scope<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Piece> {
        let label = format!("Schema/{}", schema.common.name);
        match &schema.target {
            Target::Database(index) => match scope.databases.get(*index) {
                Some(database) => self.of_database(database, diagnostics),
                None => Vec::new(),
            },
            Target::UrlFrom(key) if self.property == "url" => {
                if schema.common.namespace.as_deref() != self.reader.namespace {
                    diagnostics.report(CrossNamespace {
                        primary: self.span,
                        from: self.reader.label,
                        to: &label,
                        namespace: schema
                            .common
                            .namespace
                            .as_deref()
                            .unwrap_or("(the application's own)"),
                        other: schema.common.place,
                    });
                }
                let name = variable_prefix(&schema.common.name);
                vec![Piece::Secret(format_smolstr!("{name}_URL"), key.clone())]
            }
            Target::UrlFrom(_) => self.unknown(&label, &["url"], diagnostics),
            Target::Unknown => Vec::new(),
            Target::Url(_) => {
                let message = message!(
                    "`{label}` has a literal URL, which is not copied into the App",
                    label
                );
                let help = "describe the database as a `Database`, or use `urlFrom`";
                diagnostics.report(invalid(self.span, message, help));
                Vec::new()
            }
        }
    }

    fn of_app(&self, app: &Host, diagnostics: &mut Diagnostics) -> Vec<Piece> {
        let label = format!("App/{}", app.name);
        if !APP_PROPERTIES.contains(&self.property) {
            return self.unknown(&label, &APP_PROPERTIES, diagnostics);
        }
        let Some(port) = app.port else {
            let message = message!("`{label}` has no port", label);
            diagnostics.report(invalid(self.span, message, "add `port` to it"));
            return Vec::new();
        };
        vec![Piece::Text(match self.property {
            "host" => app.host.clone(),
            "port" => port.to_string().into(),
            _ => format_smolstr!("http://{}:{port}", app.host),
        })]
    }
}

/// Whose credentials a reference means: the Apps' own user, or the owner of the schema.
struct Login<'a> {
    credentials: &'a Credentials,
    /// The beginning of the names of its variables.
    prefix: String,
}

impl<'a> Login<'a> {
    fn of(database: &'a Database, property: &str) -> Login<'a> {
        let prefix = variable_prefix(&database.common.name);
        match &database.app_credentials {
            Some(_) if property.starts_with("owner") => {
                Login { credentials: &database.credentials, prefix: format!("{prefix}_OWNER") }
            }
            Some(_) | None => Login { credentials: database.for_apps(), prefix },
        }
    }

    fn user(&self) -> Piece {
        match &self.credentials.user {
            User::Name(name) => Piece::Text(escape_dollar(name).into()),
            User::Key(key) => self.secret("USER", key),
        }
    }

    fn password(&self) -> Piece {
        self.secret("PASSWORD", &self.credentials.password_key)
    }

    fn secret(&self, suffix: &str, key: &str) -> Piece {
        let key = SecretKey { name: self.credentials.secret.clone(), key: key.into() };
        Piece::Secret(format_smolstr!("{}_{suffix}", self.prefix), key)
    }
}

/// `shop-db` as the beginning of a variable's name: `SHOP_DB`.
fn variable_prefix(name: &str) -> String {
    name.replace('-', "_").to_ascii_uppercase()
}

/// A literal `$` as Kubernetes wants it in a value.
fn escape_dollar(text: &str) -> String {
    text.replace('$', "$$")
}

/// Everything but RFC 3986's unreserved characters as `%XX`.
fn percent_encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
        encoded
    })
}
