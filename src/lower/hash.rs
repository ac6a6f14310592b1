//! Content hashes in names: a ConfigMap whose content changes is a new ConfigMap, so that whatever
//! refers to it changes too (FACTS 2, last point).

use sha2::{Digest, Sha256};

use crate::value::Value;

/// Ten hexadecimal digits of the content's SHA-256, as in Kustomize's generated names.
pub(super) fn suffix<'a>(parts: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut hasher = Sha256::new();
    for (key, text) in parts {
        // Lengths keep `ab` + `c` and `a` + `bc` apart.
        for part in [key, text] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
    }
    digits(hasher)
}

/// The same for a whole value. The order of a mapping's keys does not count: it means nothing.
pub(super) fn of_value(value: &Value) -> String {
    let mut hasher = Sha256::new();
    add(value, &mut hasher);
    digits(hasher)
}

/// Adds a value, in a form that no other value has.
fn add(value: &Value, hasher: &mut Sha256) {
    let mut part = |kind: u8, text: &str| {
        hasher.update([kind]);
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    };
    match value {
        Value::Null => part(0, ""),
        Value::Bool(value) => part(1, &value.to_string()),
        Value::Int(number) => part(2, &number.to_string()),
        Value::Number(text) => part(2, text),
        Value::String(text) => part(3, text),
        Value::List(items) => {
            part(4, &items.len().to_string());
            items.iter().for_each(|item| add(item, hasher));
        }
        Value::Map(map) => {
            part(5, &map.len().to_string());
            let mut entries: Vec<(&str, &Value)> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            for (key, value) in entries {
                add(&Value::String(key.into()), hasher);
                add(value, hasher);
            }
        }
    }
}

fn digits(hasher: Sha256) -> String {
    let hash = hasher.finalize();
    hash.iter().take(5).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{of_value, suffix};
    use crate::value::{Map, Value};

    #[test]
    fn what_is_a_key_and_what_a_text_counts() {
        assert_eq!(suffix([("a", "bc")]).len(), 10);
        assert_ne!(suffix([("a", "bc")]), suffix([("ab", "c")]));
        assert_ne!(suffix([("a", "b"), ("c", "d")]), suffix([("c", "d"), ("a", "b")]));
        assert_eq!(suffix([("a", "b")]), suffix([("a", "b")]));
    }

    #[test]
    fn the_order_of_keys_does_not_count_and_that_of_items_does() {
        let map = |pairs: &[(&'static str, i64)]| {
            let map = pairs.iter().fold(Map::new(), |map, (key, value)| map.with(*key, *value));
            Value::Map(map)
        };
        assert_eq!(of_value(&map(&[("a", 1), ("b", 2)])), of_value(&map(&[("b", 2), ("a", 1)])));
        assert_ne!(of_value(&map(&[("a", 1), ("b", 2)])), of_value(&map(&[("a", 2), ("b", 1)])));
        let list = |items: &[&str]| {
            Value::List(items.iter().map(|item| Value::String((*item).into())).collect())
        };
        assert_ne!(of_value(&list(&["a", "b"])), of_value(&list(&["b", "a"])));
        assert_ne!(of_value(&list(&["1"])), of_value(&Value::List(vec![Value::Int(1)])));
    }
}
