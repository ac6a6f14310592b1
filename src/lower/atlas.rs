//! The custom resources of the Atlas Operator, as far as we write them: small and typed.
//!
//! Source: `github.com/ariga/atlas-operator/api/v1alpha1`, version 0.7.37.

use smol_str::SmolStr;

use crate::model::SecretKey;
use crate::value::{Map, Value};

/// API version of both kinds.
pub(super) const API_VERSION: &str = "db.atlasgo.io/v1alpha1";

/// `TargetSpec`: the database, and how it is reached.
pub(super) enum Target {
    /// `url`.
    Url(SmolStr),
    /// `urlFrom`.
    UrlFrom(SecretKey),
    /// `credentials`: the operator escapes what it puts into a URL.
    Credentials(Credentials),
}

/// `Credentials`.
pub(super) struct Credentials {
    pub(super) scheme: SmolStr,
    pub(super) user: Option<User>,
    pub(super) password_from: Option<SecretKey>,
    pub(super) host: SmolStr,
    pub(super) port: Option<u16>,
    pub(super) database: SmolStr,
    pub(super) parameters: Vec<(SmolStr, SmolStr)>,
}

/// The user of `Credentials`.
pub(super) enum User {
    /// `user`.
    Name(SmolStr),
    /// `userFrom`.
    From(SecretKey),
}

impl Target {
    /// Puts its fields into a `spec`.
    pub(super) fn write(self, spec: Map) -> Map {
        match self {
            Target::Url(url) => spec.with("url", url),
            Target::UrlFrom(key) => spec.with("urlFrom", secret_key_ref(&key)),
            Target::Credentials(credentials) => spec.with("credentials", credentials.map()),
        }
    }
}

impl Credentials {
    fn map(self) -> Map {
        let map = Map::new()
            .with("scheme", self.scheme)
            .with("host", self.host)
            .with_some("port", self.port.map(i64::from))
            .with("database", self.database);
        let map = match self.user {
            Some(User::Name(name)) => map.with("user", name),
            Some(User::From(key)) => map.with("userFrom", secret_key_ref(&key)),
            None => map,
        };
        let parameters = Map::of_distinct(self.parameters);
        let parameters = Some(parameters).filter(|parameters| !parameters.is_empty());
        map.with_some("passwordFrom", self.password_from.as_ref().map(secret_key_ref))
            .with_some("parameters", parameters)
    }
}

/// `{secretKeyRef: {name, key}}`.
pub(super) fn secret_key_ref(key: &SecretKey) -> Map {
    let reference = Map::new().with("name", key.name.as_str()).with("key", key.key.as_str());
    Map::new().with("secretKeyRef", reference)
}

/// `Schema`: the desired state of an AtlasSchema.
pub(super) enum Desired {
    /// `sql`.
    Sql(SmolStr),
    /// `hcl`.
    Hcl(SmolStr),
    /// `url`.
    Url(SmolStr),
    /// `configMapKeyRef`.
    ConfigMap {
        /// The ConfigMap.
        name: SmolStr,
        /// Its key, which has to end in `.sql` or `.hcl`.
        key: SmolStr,
    },
}

impl Desired {
    /// The value of `schema`.
    pub(super) fn map(self) -> Map {
        match self {
            Desired::Sql(text) => Map::new().with("sql", text),
            Desired::Hcl(text) => Map::new().with("hcl", text),
            Desired::Url(url) => Map::new().with("url", url),
            Desired::ConfigMap { name, key } => {
                let reference = Map::new().with("name", name).with("key", key);
                Map::new().with("configMapKeyRef", reference)
            }
        }
    }
}

/// A map, if there is anything in it.
pub(super) fn some(map: Map) -> Option<Value> {
    (!map.is_empty()).then_some(Value::Map(map))
}
