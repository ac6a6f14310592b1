//! What a schema consists of: tables, columns, keys, views and the other names, with their places.
//!
//! In: scripts, in the order in which the database runs them. Out: the state after the last
//! statement. `ALTER`, `DROP` and `RENAME` are followed. The checks that need more than one
//! statement are made on the way (`check`); `order` puts files into an order that the database
//! takes, `requires` holds a contract against the catalogue, and `diff` compares two of them.
//! No SQL is read here.

pub mod definition;
pub mod build;
pub mod order;
pub mod requires;
pub mod types;
pub mod diff;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::definition::{
    Column, ForeignKey, Ident, Key, KeyKind, ObjectKind, ObjectName,
};
use crate::dialect::Dialect;
use crate::source::Span;

/// A name as the database compares it. The default schema (`public`, `dbo`, `main`) is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The schema, folded.
    pub schema: Option<String>,
    /// The name, folded.
    pub name: String,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name as written.
    pub name: ObjectName,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its keys and indexes.
    pub keys: Vec<Key>,
    /// Its foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// It may have columns that are not known here.
    pub open: bool,
}

/// A view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its name as written.
    pub name: ObjectName,
    /// Its columns, where they can be told.
    pub columns: Option<Vec<Ident>>,
    /// What it reads.
    pub reads: Vec<ObjectName>,
    /// A materialized view.
    pub materialized: bool,
}

/// The tables, views and other names of one schema.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Whose rules names follow.
    pub dialect: Dialect,
    /// The tables, by name.
    pub tables: BTreeMap<Name, Table>,
    /// The views, by name.
    pub views: BTreeMap<Name, View>,
    /// Types, sequences, functions, triggers, schemas and extensions, with their places.
    pub objects: BTreeMap<(ObjectKind, Name), Span>,
    /// Words of statements that may create tables without our knowing.
    pub(crate) unread_words: BTreeSet<String>,
    /// Another file is read in by a client command: anything may exist.
    pub(crate) includes: bool,
    /// The schema of names without one.
    pub(crate) current: Option<String>,
}

impl Catalogue {
    /// A catalogue with nothing in it.
    pub fn empty(dialect: Dialect) -> Catalogue {
        Catalogue {
            dialect,
            tables: BTreeMap::new(),
            views: BTreeMap::new(),
            objects: BTreeMap::new(),
            unread_words: BTreeSet::new(),
            includes: false,
            current: None,
        }
    }

    /// The table of this name.
    pub fn table(&self, name: &ObjectName) -> Option<&Table> {
        self.find(&self.tables, name).map(|(_, table)| table)
    }

    /// The view of this name.
    pub fn view(&self, name: &ObjectName) -> Option<&View> {
        self.find(&self.views, name).map(|(_, view)| view)
    }

    /// The table of a name as people write it in a spec: `users` or `shop.users`.
    pub fn table_called(&self, written: &str) -> Option<&Table> {
        self.find_called(&self.tables, written)
    }

    /// The view of a name as people write it in a spec.
    pub fn view_called(&self, written: &str) -> Option<&View> {
        self.find_called(&self.views, written)
    }

    /// Whether a statement that nobody could read, or that builds SQL by itself, may have created
    /// something of this name.
    pub fn may_exist(&self, name: &str) -> bool {
        self.includes || self.unread_words.contains(&name.to_lowercase())
    }

    fn find_called<'a, T>(&self, map: &'a BTreeMap<Name, T>, written: &str) -> Option<&'a T> {
        let exact = |name: &&Name| match written.split_once('.') {
            Some((schema, table)) => {
                name.name == table && name.schema.as_deref().is_none_or(|own| own == schema)
            }
            None => name.name == written,
        };
        let folded = |name: &&Name| {
            let (schema, table) =
                written.split_once('.').map_or((None, written), |(s, t)| (Some(s), t));
            name.name.eq_ignore_ascii_case(table)
                && schema.is_none_or(|schema| {
                    name.schema.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(schema))
                })
        };
        map.keys().find(exact).or_else(|| map.keys().find(folded)).and_then(|name| map.get(name))
    }

    /// By its exact name; then, as a schema may be left out on either side, by its last part.
    pub(crate) fn find<'a, T>(
        &self,
        map: &'a BTreeMap<Name, T>,
        name: &ObjectName,
    ) -> Option<(&'a Name, &'a T)> {
        let wanted = self.name(name);
        if let Some(found) = map.get_key_value(&wanted) {
            return Some(found);
        }
        let same =
            |schema: Option<String>| map.get_key_value(&Name { schema, name: wanted.name.clone() });
        if let Some(found) = same(None) {
            return Some(found);
        }
        // In any schema: kept in name order, so that the first is always the same one.
        if name.schema.is_none() {
            return self.schemas(map).into_iter().find_map(|schema| same(Some(schema)));
        }
        None
    }

    fn schemas<T>(&self, map: &BTreeMap<Name, T>) -> BTreeSet<String> {
        let mut schemas = BTreeSet::new();
        let mut last: Option<Option<String>> = None;
        // Names are sorted by schema first: one step a schema.
        loop {
            let next = match &last {
                None => map.keys().next(),
                Some(schema) => {
                    let after = Name { schema: schema.clone(), name: "\u{10ffff}".to_owned() };
                    map.range(after..).next().map(|(name, _)| name)
                }
            };
            let Some(next) = next else { return schemas };
            if last.as_ref() == Some(&next.schema) {
                return schemas;
            }
            schemas.extend(next.schema.clone());
            last = Some(next.schema.clone());
        }
    }

    /// A written name as the database compares it.
    pub fn name(&self, name: &ObjectName) -> Name {
        let schema = match &name.schema {
            Some(schema) => Some(fold(self.dialect, schema)),
            None => self.current.clone(),
        };
        let default = match self.dialect {
            Dialect::Postgres => "public",
            Dialect::SqlServer => "dbo",
            Dialect::Sqlite => "main",
            Dialect::MySql | Dialect::MariaDb => "",
            Dialect::ClickHouse => "default",
            Dialect::Generic => "public",
        };
        Name {
            schema: schema.filter(|schema| schema != default),
            name: fold(self.dialect, &name.name),
        }
    }
}

/// A written name as the database compares it.
pub fn fold(dialect: Dialect, ident: &Ident) -> String {
    match dialect {
        Dialect::Postgres if ident.quoted => ident.text.clone(),
        Dialect::ClickHouse => ident.text.clone(),
        Dialect::Postgres
        | Dialect::MySql
        | Dialect::MariaDb
        | Dialect::Sqlite
        | Dialect::SqlServer
        | Dialect::Generic => ident.text.to_lowercase(),
    }
}

/// Whether a written name is the one that [`fold`] made this of; without a copy where that is
/// possible, since a hostile table has very many columns.
pub fn is_named(dialect: Dialect, ident: &Ident, folded: &str) -> bool {
    if ident.text.is_ascii() && !(dialect == Dialect::Postgres && ident.quoted) {
        return match dialect {
            Dialect::ClickHouse => ident.text == folded,
            Dialect::Postgres
            | Dialect::MySql
            | Dialect::MariaDb
            | Dialect::Sqlite
            | Dialect::SqlServer
            | Dialect::Generic => {
                ident.text.len() == folded.len()
                    && ident.text.bytes().map(|b| b.to_ascii_lowercase()).eq(folded.bytes())
            }
        };
    }
    fold(dialect, ident) == folded
}

impl Table {
    /// Its column of this name.
    pub fn column(&self, dialect: Dialect, name: &Ident) -> Option<&Column> {
        let wanted = fold(dialect, name);
        self.columns.iter().find(|column| is_named(dialect, &column.name, &wanted))
    }

    /// Its primary key.
    pub fn primary_key(&self) -> Option<&Key> {
        self.keys.iter().find(|key| key.kind == KeyKind::Primary)
    }
}
