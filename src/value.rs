//! The tree that manifests are made of: what is printed, without places.

use std::ops::Deref;

use smol_str::SmolStr;

/// One value of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number of a plain manifest, kept in the very notation in which it was written.
    Number(SmolStr),
    /// Text: nearly all are short, and stand in the tree itself.
    String(SmolStr),
    /// A list.
    List(Vec<Value>),
    /// Keys and values in the order in which they are printed.
    Map(Map),
}

/// An ordered map; a key occurs once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    entries: Vec<(Key, Value)>,
}

/// A key: nearly all of those that are generated are words of Kubernetes, known to the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(SmolStr);

impl Deref for Key {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for Key {
    fn from(word: &'static str) -> Key {
        Key(SmolStr::new_static(word))
    }
}

impl From<String> for Key {
    fn from(text: String) -> Key {
        Key(text.into())
    }
}

impl From<SmolStr> for Key {
    fn from(text: SmolStr) -> Key {
        Key(text)
    }
}

impl Map {
    /// A map with nothing in it.
    pub fn new() -> Map {
        Map::default()
    }

    /// A map of entries whose keys are known to be distinct, in their order.
    pub fn of_distinct<K: Into<Key>, V: Into<Value>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Map {
        let entry = |(key, value): (K, V)| (key.into(), value.into());
        Map { entries: pairs.into_iter().map(entry).collect() }
    }

    /// A map of texts whose keys are known to be distinct.
    pub fn of_texts<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Map {
        Map::of_distinct(pairs.into_iter().map(|(key, text)| (Key(key.into()), text)))
    }

    /// The same map with other entries behind, whose keys are known to be distinct and not in it.
    #[must_use]
    pub fn with_distinct<K: Into<Key>, V: Into<Value>>(
        mut self,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Map {
        self.entries.extend(Map::of_distinct(pairs).entries);
        self
    }

    /// Adds a key, or replaces its value where it stands. It looks through the whole map, so that a map
    /// of very many keys is made by [`Map::of_distinct`].
    pub fn set(&mut self, key: impl Into<Key>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        match self.get_mut(&key) {
            Some(there) => *there = value,
            None => self.push(key, value),
        }
    }

    /// Most maps are small, there are a hundred thousand of them, and a vector that grows by itself
    /// begins with room for four: room for two at a time keeps a large project a third smaller.
    fn push(&mut self, key: Key, value: Value) {
        if self.entries.len() == self.entries.capacity() {
            self.entries.reserve_exact(2 + self.entries.len() / 8);
        }
        self.entries.push((key, value));
    }

    /// The same map with a key added.
    #[must_use]
    pub fn with(mut self, key: impl Into<Key>, value: impl Into<Value>) -> Map {
        self.set(key, value);
        self
    }

    /// The same map with a key added if there is a value for it.
    #[must_use]
    pub fn with_some(self, key: impl Into<Key>, value: Option<impl Into<Value>>) -> Map {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|(name, _)| **name == *key).map(|(_, value)| value)
    }

    /// The value of a key, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.entries.iter_mut().find(|(name, _)| **name == *key).map(|(_, value)| value)
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let index = self.entries.iter().position(|(name, _)| **name == *key)?;
        Some(self.entries.remove(index).1)
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(key, value)| (&**key, value))
    }

    /// How many bytes it takes until it is printed, by an estimate: those of its values.
    pub fn size(&self) -> usize {
        self.entries.iter().map(|(_, value)| value.size()).sum()
    }

    /// Whether it has no keys.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

impl Value {
    /// The map that it is.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::List(_) => None,
        }
    }

    /// The map that it is, taken out.
    pub fn into_map(self) -> Option<Map> {
        match self {
            Value::Map(map) => Some(map),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::List(_) => None,
        }
    }

    /// The map that it is, to change it.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Value::Map(map) => Some(map),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::List(_) => None,
        }
    }

    /// The text that it is.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Map(_) => None,
        }
    }

    /// The list that it is.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Map(_) => None,
        }
    }

    /// As measured in large projects: 170 bytes a value, whatever made it included, and three a byte
    /// of its text, which is in a file and in the spec as well.
    fn size(&self) -> usize {
        170 + match self {
            Value::Map(map) => map.size(),
            Value::List(items) => items.iter().map(Value::size).sum(),
            Value::String(text) | Value::Number(text) => 3 * text.len(),
            Value::Null | Value::Bool(_) | Value::Int(_) => 0,
        }
    }

    /// The value behind a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.as_map()?.get(key))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Value {
        Value::Int(i64::from(value))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::String(value.into())
    }
}

impl From<SmolStr> for Value {
    fn from(value: SmolStr) -> Value {
        Value::String(value)
    }
}

impl From<Map> for Value {
    fn from(value: Map) -> Value {
        Value::Map(value)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}
