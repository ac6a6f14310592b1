//! Manifests without their secrets, for a page that is passed around.
//!
//! What is printed for Argo CD has to hold a literal password where a spec has one; a page that
//! ends up in a pull request or in a mail has not.

use crate::diag::secrets::{self, MASK, is_reference, is_secret_name};
use crate::object::Object;
use crate::value::{Map, Value};

/// The manifest of an object with every secret value masked: all that a Secret holds, the password
/// in a URL, and literal values of variables that are named after passwords or tokens.
pub fn masked(object: &Object) -> Map {
    let is_secret = object.kind() == "Secret";
    let pairs = object.manifest.iter().map(|(key, value)| {
        let value = match (is_secret, key) {
            (true, "data" | "stringData") => all(value),
            _ => inside(value),
        };
        (key.to_owned(), value)
    });
    Map::of_distinct(pairs)
}

/// Every value of a map masked.
fn all(value: &Value) -> Value {
    match value {
        Value::Map(map) => Value::Map(Map::of_texts(map.iter().map(|(key, _)| (key, MASK)))),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::List(_) => Value::from(MASK),
    }
}

/// Secrets masked wherever they are.
fn inside(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(secrets::masked(text)),
        Value::List(items) => Value::List(items.iter().map(inside).collect()),
        Value::Map(map) => Value::Map(map_inside(map)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Number(_) => value.clone(),
    }
}

fn map_inside(map: &Map) -> Map {
    let name = map.get("name").and_then(Value::as_str).unwrap_or_default();
    let is_variable = map.get("value").is_some() && is_secret_name(name);
    let pairs = map.iter().map(|(key, value)| {
        let is_secret = is_variable && key == "value" || is_secret_name(key);
        let hides = |text: &str| is_secret && !text.is_empty() && !is_reference(text);
        let value = match (key, value.as_str()) {
            // kubectl keeps a copy of the whole object there.
            ("kubectl.kubernetes.io/last-applied-configuration", _) => Value::from(MASK),
            (_, Some(text)) if hides(text) => Value::from(MASK),
            _ => inside(value),
        };
        (key.to_owned(), value)
    });
    Map::of_distinct(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_url_is_masked() {
        assert_eq!(secrets::masked("mysql://root:pass@db:3306/x"), "mysql://root:***@db:3306/x");
        assert_eq!(secrets::masked("a b://u:p@h c d://u:q@h"), "a b://u:***@h c d://u:***@h");
        assert_eq!(secrets::masked("http://host/p:a@th"), "http://host/p:***@th");
        assert_eq!(secrets::masked("pg://u:$(PASSWORD)@h"), "pg://u:$(PASSWORD)@h");
    }

    #[test]
    fn a_variable_named_after_a_password_is_masked_and_a_reference_is_not() {
        let variable =
            |value: &str| Map::new().with("name", "MYSQL_ROOT_PASSWORD").with("value", value);
        assert_eq!(map_inside(&variable("pass")), variable("***"));
        assert_eq!(map_inside(&variable("$(PASSWORD)")), variable("$(PASSWORD)"));
        let key = Map::new().with("passwordKey", "password").with("token", "abc");
        assert_eq!(
            map_inside(&key),
            Map::new().with("passwordKey", "password").with("token", "***")
        );
    }
}
