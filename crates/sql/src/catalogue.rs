//! What a schema consists of: tables, columns, keys, views and the other names, with their places.
//!
//! In: scripts, in the order in which the database runs them. Out: the state after the last
//! statement. `ALTER`, `DROP` and `RENAME` are followed. The checks that need more than one
//! statement are made on the way (`check`); `order` puts files into an order that the database
//! takes, `requires` holds a contract against the catalogue, `diff` compares two of them, with each
//! `change` and what `policy` makes of it, and `window` says what a database holds meanwhile, and
//! whether contracts still hold there.
//! No SQL is read here.

mod live;
mod refusal;
pub mod build;
pub mod hazard;
pub mod change;
pub mod family;
pub mod order;
pub mod policy;
pub mod propose;
pub mod requires;
pub mod types;
pub mod diff;
pub mod window;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use smol_str::{SmolStr, StrExt};

use crate::definition::{
    Check, Class, Column, Defined, ForeignKey, Ident, Key, KeyKind, ObjectKind, ObjectName, Print,
    Property, Whole,
};
use crate::dialect::Dialect;
use crate::dialect::grammar::Folding;
use crate::source::Span;

/// A name as the database compares it. The default schema (`public`, `dbo`, `main`) is left out.
/// Ordered by the name first, so that those of all schemas stand together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The name, folded.
    pub name: SmolStr,
    /// The schema, folded.
    pub schema: Option<SmolStr>,
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
    /// Its checks and exclusions.
    pub checks: Vec<Check>,
    /// What else is set for it, at most one of a kind.
    pub properties: Vec<Property>,
    /// What it was called before statements renamed it.
    pub former: Vec<Name>,
    /// It may have columns that are not known here.
    pub open: bool,
    names: ColumnNames,
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
    names: ColumnNames,
}

/// The names of columns, to find them by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ColumnNames {
    /// Where a column is, by its name as the database compares it; of equal names the first.
    places: BTreeMap<SmolStr, usize>,
    /// The same in lower case, of those that the database compares otherwise.
    lower: BTreeMap<SmolStr, usize>,
}

/// What tells one definition from another: its class, name, table and signature.
pub type DefinitionKey = (Class, Name, Option<Name>, Print);

/// The tables, views and other names of one schema.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Whose rules names follow.
    pub dialect: Dialect,
    /// The tables, by name.
    pub tables: BTreeMap<Name, Box<Table>>,
    /// The views, by name.
    pub views: BTreeMap<Name, Box<View>>,
    /// Types, sequences, functions, triggers, schemas and extensions, with their places.
    pub objects: BTreeMap<(ObjectKind, Name), Span>,
    /// Functions, triggers, policies and other named objects that are not tables. The key holds the class,
    /// the name, the table and, for overloads, the arguments.
    pub definitions: BTreeMap<DefinitionKey, Defined>,
    /// The labels of enums, in order.
    pub enums: BTreeMap<Name, Vec<SmolStr>>,
    /// Comments made by statements of their own, by what they are on.
    pub comments: BTreeMap<SmolStr, (Print, Span)>,
    /// Statements that are compared as a whole.
    pub wholes: BTreeMap<(Whole, Print), Span>,
    /// The names of tables that are not in lower case, by what they are in it.
    lower_tables: BTreeMap<Name, Name>,
    /// The names of such views.
    lower_views: BTreeMap<Name, Name>,
    /// The names of enums in lower case, without their schemas.
    lower_enums: BTreeSet<String>,
    /// Words of statements that may create tables without our knowing.
    pub(crate) unread_words: BTreeSet<SmolStr>,
    /// Another file is read in by a client command: anything may exist.
    pub(crate) includes: bool,
    /// The first statement that runs SQL which is not in the scripts: it may have created anything.
    pub(crate) dynamic: Option<Span>,
    /// The schema of names without one.
    pub(crate) current: Option<SmolStr>,
}

impl Catalogue {
    /// A catalogue with nothing in it.
    pub fn empty(dialect: Dialect) -> Catalogue {
        Catalogue {
            dialect,
            tables: BTreeMap::new(),
            views: BTreeMap::new(),
            objects: BTreeMap::new(),
            definitions: BTreeMap::new(),
            enums: BTreeMap::new(),
            comments: BTreeMap::new(),
            wholes: BTreeMap::new(),
            lower_tables: BTreeMap::new(),
            lower_views: BTreeMap::new(),
            lower_enums: BTreeSet::new(),
            unread_words: BTreeSet::new(),
            includes: false,
            dynamic: None,
            current: None,
        }
    }

    /// The table of this name.
    pub fn table(&self, name: &ObjectName) -> Option<&Table> {
        self.find(&self.tables, name)
    }

    /// The view of this name.
    pub fn view(&self, name: &ObjectName) -> Option<&View> {
        self.find(&self.views, name)
    }

    /// Whether a statement that nobody could read, or that builds SQL by itself, may have created
    /// something of this name.
    pub fn may_exist(&self, name: &str) -> bool {
        self.includes || self.unread_words.contains(&*lower_case(name))
    }

    /// The table of a name as people write it in a spec: `users` or `shop.users`.
    pub fn table_called(&self, written: &str) -> Option<&Table> {
        called(&self.tables, &self.lower_tables, written)
    }

    /// The view of a name as people write it in a spec.
    pub fn view_called(&self, written: &str) -> Option<&View> {
        called(&self.views, &self.lower_views, written)
    }

    /// Prepares the search for names as people write them.
    fn index(&mut self) {
        self.lower_tables = lower_names(self.tables.keys());
        self.lower_views = lower_names(self.views.keys());
        let enums = self.enums.keys();
        self.lower_enums = enums.map(|name| name.name.to_ascii_lowercase()).collect();
    }

    /// Whether the schema creates an enum of this name, in any case.
    fn has_enum_called(&self, name: &str) -> bool {
        self.lower_enums.contains(&name.to_ascii_lowercase())
    }

    fn column_names<'a>(&self, columns: impl Iterator<Item = &'a Ident>) -> ColumnNames {
        ColumnNames::new(self.dialect, columns)
    }

    fn find<'a, T>(&self, map: &'a BTreeMap<Name, Box<T>>, name: &ObjectName) -> Option<&'a T> {
        of_name(map, &self.name(name), name.schema.is_none()).map(|(_, found)| &**found)
    }

    /// What tells something with a name from others.
    pub(crate) fn definition_key(&self, defined: &Defined) -> DefinitionKey {
        let nameless = || Name { name: SmolStr::default(), schema: None };
        let name = defined.name.as_ref().map_or_else(nameless, |name| self.name(name));
        let signature = if defined.name.is_some() { defined.signature } else { defined.print };
        let on = defined.on.as_ref().map(|table| self.name(table));
        (defined.class.namespace(), name, on, signature)
    }

    /// A written name as the database compares it.
    pub fn name(&self, name: &ObjectName) -> Name {
        let schema = match &name.schema {
            Some(schema) => Some(folded(self.dialect, schema)),
            None => self.current.clone(),
        };
        let default = self.dialect.grammar().names.default_schema;
        Name {
            schema: schema.filter(|schema| schema != default),
            name: folded(self.dialect, &name.name),
        }
    }
}

/// A written name as the database compares it.
pub fn fold(dialect: Dialect, ident: &Ident) -> Cow<'_, str> {
    match dialect.grammar().names.folding {
        Folding::Exact => Cow::Borrowed(&ident.text),
        Folding::LowerUnquoted if ident.quoted => Cow::Borrowed(&ident.text),
        Folding::LowerUnquoted | Folding::Lower => lower_case(&ident.text),
    }
}

/// The same, to be kept.
fn folded(dialect: Dialect, ident: &Ident) -> SmolStr {
    SmolStr::new(fold(dialect, ident))
}

/// A text in lower case, which nearly every name is.
fn lower_case(text: &str) -> Cow<'_, str> {
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    match text.bytes().all(is_lower) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.to_lowercase()),
    }
}

/// By its exact name; then, as a schema may be left out on either side, by its last part: without
/// a schema, or else, where none was written, in the first schema that has it.
pub(crate) fn of_name<'a, T>(
    map: &'a BTreeMap<Name, T>,
    name: &Name,
    anywhere: bool,
) -> Option<(&'a Name, &'a T)> {
    map.get_key_value(name).or_else(|| {
        let first = Name { name: name.name.clone(), schema: None };
        let (found, value) = map.range(&first..).next()?;
        let fits = found.name == name.name && (anywhere || found.schema.is_none());
        fits.then_some((found, value))
    })
}

/// By the exact name, or else regardless of case.
fn called<'a, T>(
    map: &'a BTreeMap<Name, Box<T>>,
    lower: &BTreeMap<Name, Name>,
    written: &str,
) -> Option<&'a T> {
    let (schema, name) = match written.split_once('.') {
        Some((schema, name)) => (Some(schema.into()), name),
        None => (None, written),
    };
    let wanted = Name { name: name.into(), schema };
    let anywhere = wanted.schema.is_none();
    if let Some((_, found)) = of_name(map, &wanted, anywhere) {
        return Some(found);
    }
    let wanted = wanted.lower();
    let found = of_name(map, &wanted, anywhere).map(|(_, found)| found);
    let found =
        found.or_else(|| of_name(lower, &wanted, anywhere).and_then(|(_, name)| map.get(name)));
    found.map(|found| &**found)
}

fn lower_names<'a>(names: impl Iterator<Item = &'a Name>) -> BTreeMap<Name, Name> {
    let mut lower = BTreeMap::new();
    for name in names {
        let lowered = name.lower();
        if lowered != *name {
            lower.entry(lowered).or_insert_with(|| name.clone());
        }
    }
    lower
}

impl Name {
    fn lower(&self) -> Name {
        let schema = self.schema.as_ref().map(|schema| schema.to_lowercase_smolstr());
        Name { name: self.name.to_lowercase_smolstr(), schema }
    }
}

impl ColumnNames {
    fn new<'a>(dialect: Dialect, columns: impl Iterator<Item = &'a Ident>) -> ColumnNames {
        let mut names = ColumnNames::default();
        for (place, column) in columns.enumerate() {
            let (folded, lower) = (fold(dialect, column), lower_case(&column.text));
            if folded != lower {
                names.lower.entry(lower.into_owned().into()).or_insert(place);
            }
            names.places.entry(folded.into_owned().into()).or_insert(place);
        }
        names
    }

    /// As in SQL: a name is found by its exact text, or else regardless of case.
    fn place(&self, written: &str) -> Option<usize> {
        let lower = || written.to_lowercase();
        let place = self.places.get(written).or_else(|| self.places.get(&*lower()));
        place.or_else(|| self.lower.get(&*lower())).copied()
    }

    fn has(&self, written: &str) -> bool {
        self.place(written).is_some()
    }
}

impl View {
    /// Whether it has a column of a name as people write it in a spec.
    pub fn has_column_called(&self, written: &str) -> bool {
        self.names.has(written)
    }
}

impl Table {
    fn new(
        dialect: Dialect,
        name: ObjectName,
        columns: Vec<Column>,
        keys: Vec<Key>,
        foreign_keys: Vec<ForeignKey>,
        open: bool,
    ) -> Table {
        let names = ColumnNames::new(dialect, columns.iter().map(|column| &column.name));
        let (checks, properties, former) = (Vec::new(), Vec::new(), Vec::new());
        Table { name, columns, keys, foreign_keys, checks, properties, former, open, names }
    }

    /// Whether it has a column of a name as people write it in a spec; `a.b` is also the part `b` of a
    /// column `a` of ClickHouse's type `Nested`.
    pub fn has_column_called(&self, written: &str) -> bool {
        self.names.has(written) || self.has_nested(written)
    }

    fn has_nested(&self, written: &str) -> bool {
        let Some((outer, inner)) = written.split_once('.') else { return false };
        let column = self.column_written(outer);
        let data_type = column.and_then(|column| column.data_type.as_deref());
        let Some(nested) = data_type.filter(|data_type| data_type.name == "nested") else {
            return false;
        };
        // Arguments are cut at every comma, of which `Tuple(a, b)` has some too: a word more is no
        // harm.
        let name = |part: &SmolStr| {
            let word = part.split_whitespace().next().unwrap_or_default();
            word.trim_matches(['`', '"']).to_owned()
        };
        nested.args.iter().any(|part| name(part) == inner)
    }

    /// Its column of a name as people write it in a spec.
    pub fn column_called(&self, written: &str) -> Option<&Column> {
        self.names.place(written).and_then(|place| self.columns.get(place))
    }

    /// Its column of this name.
    pub fn column(&self, dialect: Dialect, name: &Ident) -> Option<&Column> {
        self.names.places.get(&*fold(dialect, name)).and_then(|place| self.columns.get(*place))
    }

    /// Its column of this name, as it is written there.
    pub(crate) fn column_written(&self, name: &str) -> Option<&Column> {
        let place = self.names.places.get(name);
        let place = place.or_else(|| self.names.places.get(&*name.to_lowercase()));
        place.and_then(|place| self.columns.get(*place))
    }

    /// Its primary key.
    pub fn primary_key(&self) -> Option<&Key> {
        self.keys.iter().find(|key| key.kind == KeyKind::Primary)
    }
}
