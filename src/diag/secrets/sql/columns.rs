//! Which columns of a table are secrets: what `CREATE TABLE` and `ALTER TABLE` say.

use crate::diag::secrets::names::{is_name, is_of_many};
use crate::diag::secrets::rules::{KEY_COLUMNS, VALUE_COLUMNS};
use crate::diag::secrets::sql::Reader;
use crate::diag::secrets::sql::rows::{Item, List};
use crate::diag::secrets::sql::tokens::{Kind, Token};

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Secret,
    /// Names, as of settings: the value beside `'api_key'` is a secret.
    Key,
    /// What belongs to them.
    Value,
    Other,
}

impl Column {
    pub(super) fn of(name: &str) -> Column {
        let last = name.rsplit(['_', '.']).next().unwrap_or_default();
        let is_one_of = |words: &[&str]| words.iter().any(|word| last.eq_ignore_ascii_case(word));
        const CREDENTIALS: [&str; 4] = ["credential", "credentials", "cred", "creds"];
        if is_name(name) || name.eq_ignore_ascii_case("secret") || is_one_of(&CREDENTIALS) {
            Column::Secret
        } else if is_one_of(KEY_COLUMNS) {
            Column::Key
        } else if is_one_of(VALUE_COLUMNS) {
            Column::Value
        } else {
            Column::Other
        }
    }
}

/// Whether the rows of a table are secrets, each with a column for itself: `api_keys`, `tokens`.
pub(super) fn is_table_of_secrets(name: &str) -> bool {
    is_of_many(name)
}

/// A column of such a table: `key`, `hash`, `value`.
fn is_secret_itself(name: &str) -> bool {
    const WORDS: [&str; 8] =
        ["key", "value", "val", "hash", "digest", "content", "encrypted", "ciphertext"];
    WORDS.iter().any(|word| name.eq_ignore_ascii_case(word))
}

/// What an item of `CREATE TABLE` is, beside a column.
const CONSTRAINTS: [&str; 11] = [
    "constraint",
    "primary",
    "unique",
    "check",
    "foreign",
    "exclude",
    "fulltext",
    "spatial",
    "period",
    "index",
    "projection",
];

impl Reader<'_, '_> {
    /// The columns that a list names; nothing where it is not known how many there are.
    pub(super) fn columns(&mut self, list: &List) -> Option<Vec<Column>> {
        self.columns_of(list, false)
    }

    /// As [`Self::columns`], of a table of secrets or another.
    pub(super) fn columns_of(&mut self, list: &List, is_of_secrets: bool) -> Option<Vec<Column>> {
        let column = |item: &Item| {
            let name = item.first.as_ref()?;
            let is_named = matches!(name.kind, Kind::Word | Kind::Name | Kind::Text);
            let name = if item.n_tokens == 1 { name } else { item.last.as_ref()? };
            let text = self.cursor.part(&name.content);
            is_named.then(|| match is_of_secrets && is_secret_itself(text) {
                true => Column::Secret,
                false => Column::of(text),
            })
        };
        list.items.iter().map(column).collect()
    }

    /// The last part of the name of a table, in lower-case letters.
    pub(super) fn name(&mut self) -> String {
        let mut name = String::new();
        loop {
            let from = self.cursor.at;
            let is_temporary = self.cursor.sign_is(b'#') || self.cursor.sign_is(b'@');
            let is_part = |token: &Token| matches!(token.kind, Kind::Word | Kind::Name);
            let Some(token) = self.cursor.token().filter(is_part) else {
                self.cursor.at = from;
                return name;
            };
            let is_temporary = is_temporary && name.is_empty();
            name = self.cursor.part(&token.content).to_ascii_lowercase();
            if is_temporary {
                name.insert(0, '#');
            }
            if self.cursor.byte(self.cursor.at) != Some(b'.') {
                return name;
            }
            while self.cursor.byte(self.cursor.at) == Some(b'.') {
                self.cursor.at += 1;
            }
        }
    }

    /// `CREATE TABLE t (name text, password text)`, `ALTER TABLE t ADD password text`.
    pub(super) fn table(&mut self) {
        if self.cursor.word_is("if") {
            self.cursor.word_is("not");
            self.cursor.word_is("exists");
        }
        self.cursor.word_is("only");
        let name = self.name();
        if name.is_empty() {
            return;
        }
        if self.cursor.sign_is(b'(') {
            let list = self.list(&[]);
            let inherits = self.cursor.word_is("inherits");
            let is_of_secrets = is_table_of_secrets(&name);
            let is_known = list.is_closed && !inherits;
            let columns = if is_known { self.declared(&list, is_of_secrets) } else { None };
            // Two of one name may be in two schemas.
            let known = self.tables.entry(name).or_insert_with(|| columns.clone());
            if *known != columns {
                *known = None;
            }
        } else if self.tables.contains_key(&name) {
            self.alter(name);
        }
    }

    /// The columns of `CREATE TABLE`; nothing where some come from elsewhere.
    fn declared(&self, list: &List, is_of_secrets: bool) -> Option<Vec<Column>> {
        let mut columns = Vec::new();
        for item in &list.items {
            let Some(first) = &item.first else { continue };
            let word = self.cursor.part(&first.content);
            let is = |other: &&str| word.eq_ignore_ascii_case(other);
            if first.kind == Kind::Word && is(&"like") {
                return None;
            }
            let is_key = first.kind == Kind::Word && is(&"key") && !self.is_column_called_key(item);
            let is_constraint = first.kind == Kind::Word && CONSTRAINTS.iter().any(is);
            if !is_constraint && !is_key {
                columns.push(match is_of_secrets && is_secret_itself(word) {
                    true => Column::Secret,
                    false => Column::of(word),
                });
            }
        }
        Some(columns)
    }

    /// `key text` is a column, `KEY idx (a)` an index of MySQL.
    fn is_column_called_key(&self, item: &Item) -> bool {
        let text = self.cursor.part(&item.range);
        let next = text.get(3..).unwrap_or_default().trim_start().to_ascii_lowercase();
        ["text", "varchar", "char", "nvarchar", "name", "citext", "string", "uuid", "int", "bigint"]
            .iter()
            .any(|kind| next.starts_with(kind))
    }

    /// What becomes of a table whose columns are known. Where a column goes or moves, they are known no
    /// more: all values of its rows are hidden then.
    fn alter(&mut self, name: String) {
        let list = self.list(&[]);
        let mut columns = self.tables.get(&name).cloned().flatten();
        for item in &list.items {
            let text = self.cursor.part(&item.range);
            let mut words = text.split_ascii_whitespace().map(str::to_ascii_lowercase);
            let (verb, second) = (words.next(), words.next());
            let (verb, second) = (verb.unwrap_or_default(), second.unwrap_or_default());
            let is_constraint =
                CONSTRAINTS.contains(&second.as_str()) || matches!(second.as_str(), "key" | "not");
            let moves = words.any(|word| word == "first" || word == "after");
            let keeps = match verb.as_str() {
                "add" if is_constraint => true,
                "add" => {
                    let added = text.split_ascii_whitespace().skip(1).filter(|word| {
                        !["column", "if", "not", "exists"]
                            .iter()
                            .any(|other| word.eq_ignore_ascii_case(other))
                    });
                    let added = added.take(1).map(|word| word.trim_matches(['"', '`', '[', ']']));
                    let is_list = second.starts_with('(');
                    if let Some(columns) = columns.as_mut() {
                        columns.extend(added.map(Column::of));
                    }
                    !moves && !is_list
                }
                "drop" => is_constraint,
                "alter" | "owner" | "enable" | "disable" | "validate" | "set" | "engine"
                | "comment" | "cluster" | "convert" => true,
                "modify" => !moves,
                _ => false,
            };
            if !keeps {
                columns = None;
            }
        }
        self.tables.insert(name, columns);
    }
}
