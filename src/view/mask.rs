//! Manifests without their secrets, for what is passed around: a page, a comparison.
//!
//! What is printed for Argo CD has to hold a literal password where a spec has one; a page that
//! ends up in a pull request or in a mail has not. What is a secret is said by `diag::secrets`, as
//! for excerpts and messages; here is added what only the tree of a manifest tells.

use crate::diag::secrets::{self, Arguments, MASK, hidden};
use crate::object::Object;
use crate::value::{Map, Value};

/// The manifest of an object with every secret value masked: all that a Secret holds, what is named
/// after a password or token, and whatever looks like a secret inside a text.
pub fn masked(object: &Object) -> Map {
    let max_entries = MAX_ENTRIES;
    Masker { of_secret: object.kind().ends_with("Secret"), counts_lines: false, max_entries }
        .map(&object.manifest)
}

/// As [`masked`], for a view that shows no text of several lines but says how many it has.
pub fn masked_lines(object: &Object) -> Map {
    let max_entries = usize::MAX;
    Masker { of_secret: object.kind().ends_with("Secret"), counts_lines: true, max_entries }
        .map(&object.manifest)
}

/// Which names a field may have for the value beside it to be a secret.
#[derive(Clone, Copy)]
enum Names {
    Any,
    /// `/data/password` of a patch.
    Path,
    /// `type: password`.
    Password,
}

/// Fields that name what another field has the value of.
const NAMING: [(&str, Names); 13] = [
    ("name", Names::Any),
    ("key", Names::Any),
    ("id", Names::Any),
    ("variable", Names::Any),
    ("option", Names::Any),
    ("property", Names::Any),
    ("field", Names::Any),
    ("attribute", Names::Any),
    ("header", Names::Any),
    ("parameter", Names::Any),
    ("setting", Names::Any),
    ("path", Names::Path),
    ("type", Names::Password),
];
/// The other field.
const VALUES: [&str; 12] = [
    "value",
    "val",
    "values",
    "default",
    "defaultValue",
    "literal",
    "string",
    "array",
    "map",
    "content",
    "text",
    "stringValue",
];

#[derive(Clone, Copy)]
struct Masker {
    /// The object is of a kind that makes Secrets.
    of_secret: bool,
    /// Texts of several lines are not shown.
    counts_lines: bool,
    /// A list or a mapping with more is counted, and not shown.
    max_entries: usize,
}

/// The most entries of a list or a mapping that a page shows. Nobody reads more, and there may be a million.
const MAX_ENTRIES: usize = 5_000;

fn not_shown(n_entries: usize) -> Value {
    Value::from(format!("{n_entries} entries, which `generate` prints"))
}

impl Masker {
    /// Secrets masked wherever they are, in keys too. Recursion is bounded by the reader's depth.
    fn inside(self, value: &Value) -> Value {
        match value {
            Value::String(text) if self.counts_lines && text.contains('\n') => value.clone(),
            Value::String(text) => Value::String(hidden(text).into()),
            Value::List(items) if items.len() > self.max_entries => not_shown(items.len()),
            Value::Map(map) if map.len() > self.max_entries => not_shown(map.len()),
            Value::List(items) => Value::List(self.list(items, &mut Arguments::default())),
            Value::Map(map) => Value::Map(self.map(map)),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Number(_) => value.clone(),
        }
    }

    /// The arguments of a command: what follows `--password` is one.
    fn list(self, items: &[Value], arguments: &mut Arguments) -> Vec<Value> {
        let item = |item: &Value| {
            let word = match item {
                Value::Int(number) if arguments.is_pending() => number.to_string(),
                Value::String(text) if arguments.is_pending() || !text.contains([' ', '\n']) => {
                    text.to_string()
                }
                Value::String(_) | Value::Null | Value::Bool(_) | Value::Int(_) => {
                    return self.inside(item);
                }
                Value::Number(_) | Value::List(_) | Value::Map(_) => {
                    arguments.end();
                    return self.inside(item);
                }
            };
            match arguments.word(&word) {
                Some(range) => {
                    let before = word.get(..range.start).unwrap_or_default();
                    let behind = word.get(range.end..).unwrap_or_default();
                    Value::from(format!("{before}{MASK}{behind}"))
                }
                None => self.inside(item),
            }
        };
        items.iter().map(item).collect()
    }

    fn map(self, map: &Map) -> Map {
        let text = |key: &str| map.get(key).and_then(Value::as_str);
        let has_data = map.get("data").is_some() || map.get("stringData").is_some();
        if text("kind") == Some("Secret") && (has_data || text("apiVersion").is_some()) {
            return secret_object(map);
        }
        let is_pair = NAMING.iter().any(|(key, names)| {
            text(key).is_some_and(|name| match names {
                Names::Any => secrets::is_name(name) || secrets::is_header(name),
                Names::Path => {
                    name.rsplit_once('/').is_some_and(|(_, last)| secrets::is_name(last))
                }
                Names::Password => name == "password",
            })
        });
        let names_key = map.get("remoteRef").is_some() || map.get("sourceRef").is_some();
        let is_encrypted = text("kind") == Some("SealedSecret");
        let mut arguments = Arguments::default();
        let pairs = map.iter().map(|(key, value)| {
            let value = match (key, value) {
                (key, value) if is_pair && VALUES.contains(&key) => self.secret(value),
                (key, value) if secrets::holds_secrets(key) => all(value),
                ("command" | "args", Value::List(items)) => {
                    Value::List(self.list(items, &mut arguments))
                }
                ("secretKey", value) if names_key => self.inside(value),
                ("spec", Value::Map(spec)) if is_encrypted => Value::Map(self.sealed(spec)),
                ("template", Value::Map(template)) if self.of_secret => {
                    Value::Map(self.template(template))
                }
                _ => self.field(key, value),
            };
            (hidden(key), value)
        });
        Map::of_distinct(pairs)
    }

    /// What is encrypted is for all to see.
    fn sealed(self, spec: &Map) -> Map {
        let pairs = spec.iter().map(|(key, value)| {
            let value = match (key, value) {
                ("encryptedData", value) => value.clone(),
                ("template", Value::Map(template)) => Value::Map(self.template(template)),
                _ => self.field(key, value),
            };
            (hidden(key), value)
        });
        Map::of_distinct(pairs)
    }

    /// The template of a Secret: what it holds is a secret, but for what says where that comes from.
    fn template(self, template: &Map) -> Map {
        let pairs = template.iter().map(|(key, value)| {
            let value = match (key, value) {
                ("data" | "stringData", Value::Map(data)) => {
                    let pairs = data.iter().map(|(key, value)| (hidden(key), of_template(value)));
                    Value::Map(Map::of_distinct(pairs))
                }
                ("data" | "stringData", _) => Value::from(MASK),
                ("metadata", Value::Map(metadata)) => {
                    Value::Map(noted(metadata, |key, value| self.field(key, value)))
                }
                ("templateFrom", Value::List(items)) => {
                    Value::List(items.iter().map(|item| self.template_from(item)).collect())
                }
                _ => self.field(key, value),
            };
            (hidden(key), value)
        });
        Map::of_distinct(pairs)
    }

    /// `{literal: "..."}`, of which the rest says where more comes from.
    fn template_from(self, item: &Value) -> Value {
        let Some(map) = item.as_map() else { return self.inside(item) };
        let pairs = map.iter().map(|(key, value)| match key {
            "literal" => (hidden(key), of_template(value)),
            _ => (hidden(key), self.field(key, value)),
        });
        Value::Map(Map::of_distinct(pairs))
    }

    /// The fields of what is named after secrets: `apiKeys: {ci: x}`, `secrets: {db: shop-db}`.
    fn of_many(self, name: &str, map: &Map) -> Value {
        let is_object = |key: &str| {
            ["name", "key", "type", "enabled", "create", "kind"].contains(&key)
                || secrets::is_name(key)
        };
        let pairs = map.iter().map(|(key, value)| {
            let is_secret = value.as_str().is_some_and(|text| {
                secrets::is_secret_value(name, text) || secrets::is_secret_value("aSecret", text)
            });
            let value = match is_secret && !is_object(key) {
                true => self.secret(value),
                false => self.field(key, value),
            };
            (hidden(key), value)
        });
        Value::Map(Map::of_distinct(pairs))
    }

    fn field(self, key: &str, value: &Value) -> Value {
        match (key, value) {
            // kubectl keeps a copy of the whole object there.
            ("kubectl.kubernetes.io/last-applied-configuration", _) => Value::from(MASK),
            (key, Value::Map(map)) if secrets::is_of_many(key) => self.of_many(key, map),
            // `authorization: enabled` is a setting.
            (key, Value::String(_))
                if secrets::is_header(key) && key.starts_with(char::is_uppercase) =>
            {
                self.secret(value)
            }
            (key, value) => {
                let is_secret = match value.as_str() {
                    Some(text) => secrets::is_secret_value(key, text),
                    None => secrets::is_name(key),
                };
                if is_secret { self.secret(value) } else { self.inside(value) }
            }
        }
    }

    /// What is named after a secret: a text or number is one, a mapping says where one is, or has one
    /// as its `value`.
    fn secret(self, value: &Value) -> Value {
        const OWN: [&str; 8] =
            ["value", "plain", "plaintext", "text", "literal", "string", "stringValue", "content"];
        match value {
            Value::String(text) if text.is_empty() => value.clone(),
            Value::String(text) => {
                let scheme =
                    ["Bearer ", "Basic "].iter().find_map(|scheme| text.strip_prefix(scheme));
                match secrets::is_harmless(scheme.unwrap_or(text)) {
                    true => self.inside(value),
                    false => Value::from(MASK),
                }
            }
            Value::Int(_) | Value::Number(_) => Value::from(MASK),
            Value::List(items) => Value::List(items.iter().map(|item| self.secret(item)).collect()),
            Value::Map(map) => {
                let masked = self.map(map);
                let pairs = masked.iter().zip(map.iter()).map(|((key, masked), (_, value))| {
                    let value =
                        if OWN.contains(&key) { self.secret(value) } else { masked.clone() };
                    (key.to_owned(), value)
                });
                Value::Map(Map::of_distinct(pairs))
            }
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }
}

/// A Secret: what it is called is shown, and nothing of what it holds. A label or annotation may hold
/// anything, but for those that programs write.
fn secret_object(map: &Map) -> Map {
    let plain = Masker { of_secret: true, counts_lines: false, max_entries: MAX_ENTRIES };
    let metadata = |value: &Value| match value.as_map() {
        Some(metadata) => Value::Map(noted(metadata, |key, value| match key {
            "name" | "namespace" | "generateName" | "creationTimestamp" => plain.inside(value),
            _ => all(value),
        })),
        None => all(value),
    };
    let pairs = map.iter().map(|(key, value)| {
        let value = match key {
            "apiVersion" | "kind" | "type" | "immutable" => plain.inside(value),
            "metadata" => metadata(value),
            _ => all(value),
        };
        (hidden(key), value)
    });
    Map::of_distinct(pairs)
}

/// The metadata of a Secret, or of the template of one: labels and annotations that no program writes are
/// masked, and another field is as `other` says.
fn noted(metadata: &Map, other: impl Fn(&str, &Value) -> Value) -> Map {
    let plain = Masker { of_secret: true, counts_lines: false, max_entries: MAX_ENTRIES };
    let pairs = metadata.iter().map(|(key, value)| {
        let value = match (key, value) {
            ("labels" | "annotations", Value::Map(notes)) => {
                let pairs = notes.iter().map(|(key, value)| {
                    let is_known = secrets::is_public_note(key);
                    let value = if is_known { plain.field(key, value) } else { Value::from(MASK) };
                    (hidden(key), value)
                });
                Value::Map(Map::of_distinct(pairs))
            }
            _ => other(key, value),
        };
        (hidden(key), value)
    });
    Map::of_distinct(pairs)
}

/// What a template of a Secret holds: where its parts come from is shown, `{{ .password }}`, and nothing
/// of what is written beside that.
fn of_template(value: &Value) -> Value {
    let Some(text) = value.as_str() else { return Value::from(MASK) };
    let mut masked = String::new();
    let mut rest = text;
    loop {
        let open = rest.find("{{");
        let written = rest.get(..open.unwrap_or(rest.len())).unwrap_or_default();
        if !written.trim().is_empty() {
            masked.push_str(MASK);
        }
        let Some(open) = open else { break };
        let inside = rest.get(open..).unwrap_or_default();
        let Some(length) = inside.find("}}").map(|at| at + "}}".len()) else {
            masked.push_str(MASK);
            break;
        };
        // A literal within is one of those that are written: `{{ "hunter2" | b64enc }}`.
        let source = inside.get(..length).unwrap_or_default();
        masked.push_str(if source.contains(['"', '\'', '`']) { MASK } else { source });
        rest = inside.get(length..).unwrap_or_default();
    }
    Value::from(masked)
}

/// Every value of a map masked.
fn all(value: &Value) -> Value {
    match value {
        Value::Map(map) => {
            Value::Map(Map::of_distinct(map.iter().map(|(key, _)| (hidden(key), MASK))))
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::List(_) => Value::from(MASK),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASKER: Masker =
        Masker { of_secret: false, counts_lines: false, max_entries: MAX_ENTRIES };

    fn map(map: &Map) -> Map {
        MASKER.map(map)
    }

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
            assert_eq!(map(&variable(name, "pass")), variable(name, "***"));
            assert_eq!(map(&variable(name, "$(X)")), variable(name, "$(X)"));
        }
        assert_eq!(map(&variable("LEVEL", "info")), variable("LEVEL", "info"));
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
        assert_eq!(map(&fields), expected);
    }

    #[test]
    fn the_argument_behind_a_password_option_is_masked() {
        let list = |items: &[&str]| items.iter().map(|&item| Value::from(item)).collect::<Vec<_>>();
        assert_eq!(
            MASKER.list(
                &list(&["--password", "x", "--token", "--v", "--pwd=x"]),
                &mut Arguments::default()
            ),
            list(&["--password", "***", "--token", "--v", "--pwd=***"]),
        );
    }
}
