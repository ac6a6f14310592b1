//! Manifests without their secrets, for what is passed around: a page, a comparison.
//!
//! What is printed for Argo CD has to hold a literal password where a spec has one; a page that
//! ends up in a pull request or in a mail has not. What is a secret is said by `diag::secrets`, as
//! for excerpts and messages; here is added what only the shape of a manifest tells.

use crate::diag::secrets::{self, MASK, hidden};
use crate::object::Object;
use crate::value::{Map, Value};

/// The manifest of an object with every secret value masked: all that a Secret holds, what is named
/// after a password or token, and whatever looks like a secret inside a text.
pub fn masked(object: &Object) -> Map {
    let is_secret = object.kind() == "Secret";
    let pairs = object.manifest.iter().map(|(key, value)| {
        let value = match (is_secret, key) {
            (true, "data" | "stringData") => all(value),
            _ => field(key, value),
        };
        (hidden(key), value)
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

/// Secrets masked wherever they are, in keys too. Recursion is bounded by the reader's depth.
fn inside(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(hidden(text).into()),
        Value::List(items) => Value::List(list_inside(items)),
        Value::Map(map) => Value::Map(map_inside(map)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Number(_) => value.clone(),
    }
}

/// The arguments of a command: what follows `--password` is one.
fn list_inside(items: &[Value]) -> Vec<Value> {
    let before = std::iter::once(None).chain(items.iter().map(Value::as_str));
    let item = |(item, before): (&Value, Option<&str>)| {
        let is_secret = before.is_some_and(secrets::is_option)
            && !item.as_str().is_some_and(|text| text.starts_with('-'));
        if is_secret { secret(item) } else { inside(item) }
    };
    items.iter().zip(before).map(item).collect()
}

fn map_inside(map: &Map) -> Map {
    let name = map.get("name").and_then(Value::as_str).unwrap_or_default();
    let is_variable = map.len() == 2 && secrets::is_name(name);
    let pairs = map.iter().map(|(key, value)| {
        let value = if is_variable && key == "value" { secret(value) } else { field(key, value) };
        (hidden(key), value)
    });
    Map::of_distinct(pairs)
}

fn field(key: &str, value: &Value) -> Value {
    match key {
        // kubectl keeps a copy of the whole object there.
        "kubectl.kubernetes.io/last-applied-configuration" => Value::from(MASK),
        key if secrets::is_name(key) => secret(value),
        _ => inside(value),
    }
}

/// What is named after a secret: a text or number is one, a mapping says where one is.
fn secret(value: &Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() || secrets::is_reference(text) => inside(value),
        Value::String(_) | Value::Int(_) | Value::Number(_) => Value::from(MASK),
        Value::List(items) => Value::List(items.iter().map(secret).collect()),
        Value::Map(_) | Value::Null | Value::Bool(_) => inside(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_secret_in_a_text_is_masked() {
        assert_eq!(hidden("mysql://root:pass@db:3306/x"), "mysql://root:***@db:3306/x");
        assert_eq!(hidden("a b://u:p@h c d://u:q@h"), "a b://u:***@h c d://u:***@h");
        assert_eq!(hidden("pg://u:$(PASSWORD)@h"), "pg://u:$(PASSWORD)@h");
        assert_eq!(hidden("h?user=u&password=p"), "h?user=u&password=***");
    }

    #[test]
    fn a_variable_named_after_a_password_is_masked_and_a_reference_is_not() {
        let variable = |name: &str, value: &str| Map::new().with("name", name).with("value", value);
        for name in ["MYSQL_ROOT_PASSWORD", "DB_PWD", "SECRET", "AWS_SECRET_ACCESS_KEY"] {
            assert_eq!(map_inside(&variable(name, "pass")), variable(name, "***"));
            assert_eq!(map_inside(&variable(name, "$(X)")), variable(name, "$(X)"));
        }
        assert_eq!(map_inside(&variable("LEVEL", "info")), variable("LEVEL", "info"));
    }

    #[test]
    fn a_field_named_after_a_secret_is_masked_and_what_names_one_is_not() {
        let reference = Map::new().with("name", "shop-db").with("key", "password");
        let reference = Map::new().with("secretKeyRef", reference);
        let fields = Map::new()
            .with("passwordKey", "password")
            .with("secretName", "shop")
            .with("password", reference.clone())
            .with("secret", "shop-db")
            .with("token", "abc")
            .with("pwd", 12);
        let expected = Map::new()
            .with("passwordKey", "password")
            .with("secretName", "shop")
            .with("password", reference)
            .with("secret", "shop-db")
            .with("token", "***")
            .with("pwd", "***");
        assert_eq!(map_inside(&fields), expected);
    }

    #[test]
    fn the_argument_behind_a_password_option_is_masked() {
        let list = |items: &[&str]| items.iter().map(|&item| Value::from(item)).collect::<Vec<_>>();
        assert_eq!(
            list_inside(&list(&["--password", "x", "--token", "--v", "--pwd=x"])),
            list(&["--password", "***", "--token", "--v", "--pwd=***"]),
        );
    }
}
