//! Manifests without their secrets, for a page that is passed around.
//!
//! What is printed for Argo CD has to hold a literal password where a spec has one; a page that
//! ends up in a pull request or in a mail has not.

use crate::object::Object;
use crate::value::{Map, Value};

/// What stands in place of a secret.
const MASK: &str = "***";

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
        Value::String(text) => Value::String(without_password(text)),
        Value::List(items) => Value::List(items.iter().map(inside).collect()),
        Value::Map(map) => Value::Map(map_inside(map)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Number(_) => value.clone(),
    }
}

fn map_inside(map: &Map) -> Map {
    let name = map.get("name").and_then(Value::as_str).unwrap_or_default();
    let is_variable = map.len() == 2 && map.get("value").is_some() && is_secret_name(name);
    let pairs = map.iter().map(|(key, value)| {
        let hides = |text: &str| !text.is_empty() && !text.starts_with("$(");
        let value = match (is_variable, key, value.as_str()) {
            (true, "value", Some(text)) if hides(text) => Value::from(MASK),
            // kubectl keeps a copy of the whole object there.
            (_, "kubectl.kubernetes.io/last-applied-configuration", _) => Value::from(MASK),
            (_, key, Some(text)) if is_secret_name(key) && is_a_value(key) && hides(text) => {
                Value::from(MASK)
            }
            _ => inside(value),
        };
        (key.to_owned(), value)
    });
    Map::of_distinct(pairs)
}

/// Whether a variable or a field of this name holds a secret.
fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["PASSWORD", "PASSWD", "_PASS", "TOKEN", "SECRET_KEY", "PRIVATE_KEY", "API_KEY"]
        .iter()
        .any(|word| name.ends_with(word))
}

/// Of fields only these hold the secret itself: `passwordKey` and the like name where it is.
fn is_a_value(key: &str) -> bool {
    matches!(key, "password" | "token")
}

/// `scheme://user:***@host`.
fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest.find(['/', '?', '#', ' ', '\n']).unwrap_or(rest.len());
    let Some((authority, tail)) = rest.split_at_checked(end) else { return text.to_owned() };
    let hidden = authority.rsplit_once('@').and_then(|(user, host)| {
        let (user, password) = user.split_once(':')?;
        let is_literal = !password.is_empty() && !password.starts_with("$(");
        is_literal.then(|| format!("{user}:{MASK}@{host}"))
    });
    let authority = hidden.unwrap_or_else(|| authority.to_owned());
    format!("{scheme}://{authority}{}", without_password(tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_url_is_masked() {
        assert_eq!(without_password("mysql://root:pass@db:3306/x"), "mysql://root:***@db:3306/x");
        assert_eq!(without_password("a b://u:p@h c d://u:q@h"), "a b://u:***@h c d://u:***@h");
        assert_eq!(without_password("http://host/p:a@th"), "http://host/p:a@th");
        assert_eq!(without_password("pg://u:$(PASSWORD)@h"), "pg://u:$(PASSWORD)@h");
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
