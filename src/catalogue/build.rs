//! Scripts -> catalogue, statement by statement; and what is wrong between the statements.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::definition::{
    Alteration, Column, Definition, ForeignKey, Ident, Key, KeyKind, ObjectKind, ObjectName,
    Script, Standing, Statement, TableDefinition, TypeName,
};
use crate::catalogue::types;
use crate::catalogue::{Catalogue, Name, Table, View, fold, is_named};
use crate::diag::problems::sql as problems;
use crate::diag::{Diagnostics, nearest};
use crate::dialect::Dialect;
use crate::source::Span;

impl Catalogue {
    /// What the scripts, run one after another on an empty database, leave behind.
    pub fn build(
        dialect: Dialect,
        scripts: &[&Script],
        diagnostics: &mut Diagnostics,
    ) -> Catalogue {
        let mut catalogue = Catalogue::empty(dialect);
        for script in scripts {
            catalogue.includes |= script.includes;
            catalogue.unread_words.extend(script.unread_words.iter().cloned());
        }
        let mut builder = Builder {
            catalogue,
            diagnostics,
            checks: Vec::new(),
            ever: BTreeSet::new(),
            any_table: false,
            searches: SEARCHES,
            types: BTreeSet::new(),
        };
        for script in scripts {
            builder.catalogue.current = None;
            for statement in &script.statements {
                builder.statement(statement);
            }
        }
        builder.catalogue.current = None;
        builder.finish()
    }
}

/// What can only be checked when everything is known, with the schema that was in use.
enum Check<'a> {
    ForeignKey { current: Option<String>, key: &'a ForeignKey },
    Index { current: Option<String>, table: &'a ObjectName, key: &'a Key },
    Altered { current: Option<String>, table: &'a ObjectName },
    Type { data_type: &'a TypeName },
}

struct Builder<'a, 'd> {
    catalogue: Catalogue,
    diagnostics: &'d mut Diagnostics,
    checks: Vec<Check<'a>>,
    /// Every table and view that existed at some time, without its schema.
    ever: BTreeSet<String>,
    /// A table was created at some time.
    any_table: bool,
    /// How many times more the nearest name is looked for: each time reads all of them.
    searches: usize,
    /// The names that types have here, in lower case; filled at the end.
    types: BTreeSet<String>,
}

/// Enough for every real mistake, few enough for a hostile file.
const SEARCHES: usize = 200;

impl<'a> Builder<'a, '_> {
    fn statement(&mut self, statement: &'a Statement) {
        let uncertain = statement.standing != Standing::Read;
        match &statement.definition {
            None => {}
            Some(Definition::Table(table)) => self.create_table(table, uncertain),
            Some(Definition::Alter { table, alterations, .. }) => {
                self.alter(table, alterations, uncertain);
            }
            Some(Definition::DropTables(names)) => {
                for name in names {
                    self.forget(name);
                }
            }
            Some(Definition::RenameTables(pairs)) => {
                for (from, to) in pairs {
                    self.rename(from, to);
                }
            }
            Some(Definition::Index { table, key, .. }) => {
                self.index(table, key);
                if let Some(found) = self.table_mut(table) {
                    found.keys.push(key.clone());
                }
            }
            Some(Definition::DropIndexes(names)) => self.drop_indexes(names),
            Some(Definition::View(view)) => {
                let name = self.catalogue.name(&view.name);
                self.duplicate(&view.name, &name, view.tolerant);
                let made = View {
                    name: view.name.clone(),
                    columns: view.columns.clone().filter(|_| !uncertain),
                    reads: view.reads.clone(),
                    materialized: view.materialized,
                };
                self.ever.insert(name.name.clone());
                self.catalogue.views.insert(name, made);
            }
            Some(Definition::Object { kind, name }) => {
                let key = (*kind, self.catalogue.name(name));
                self.catalogue.objects.entry(key).or_insert(name.span());
            }
            Some(Definition::UseSchema(schema)) => {
                let dialect = self.catalogue.dialect;
                self.catalogue.current = schema.as_ref().map(|schema| fold(dialect, schema));
            }
        }
    }

    fn create_table(&mut self, table: &'a TableDefinition, uncertain: bool) {
        let name = self.catalogue.name(&table.name);
        for column in &table.columns {
            self.column_type(column);
        }
        if !uncertain {
            self.duplicate_columns(table);
            if !table.open {
                self.key_columns(table);
            }
        }
        if self.duplicate(&table.name, &name, table.tolerant || table.temporary) && table.tolerant {
            // The first one stays.
            return;
        }
        let mut made = Table {
            name: table.name.clone(),
            columns: table.columns.clone(),
            keys: table.keys.clone(),
            foreign_keys: table.foreign_keys.clone(),
            open: table.open || uncertain,
        };
        if let Some(parent) = &table.partition_of
            && let Some(parent) = self.catalogue.table(parent)
        {
            made.columns = parent.columns.clone();
            made.open = parent.open;
        }
        primary_key_is_not_null(self.catalogue.dialect, &mut made);
        self.any_table = true;
        self.ever.insert(name.name.clone());
        self.catalogue.tables.insert(name, made);
        for key in &table.foreign_keys {
            self.foreign_key(key);
        }
    }

    /// Checks a foreign key now, if its table exists now, and else at the end.
    fn foreign_key(&mut self, key: &'a ForeignKey) {
        match self.catalogue.table(&key.table).cloned() {
            Some(table) => self.referred_columns(key, &table),
            None => {
                let current = self.catalogue.current.clone();
                self.checks.push(Check::ForeignKey { current, key });
            }
        }
    }

    fn index(&mut self, table: &'a ObjectName, key: &'a Key) {
        match self.catalogue.table(table).cloned() {
            Some(found) => self.indexed_columns(key, &found),
            None => {
                let current = self.catalogue.current.clone();
                self.checks.push(Check::Index { current, table, key });
            }
        }
    }

    /// Whether there is one of that name already; reports it unless that is tolerated.
    fn duplicate(&mut self, written: &ObjectName, name: &Name, tolerant: bool) -> bool {
        let table = self.catalogue.tables.get(name).map(|table| &table.name);
        let first = table.or(self.catalogue.views.get(name).map(|view| &view.name));
        let Some(first) = first else { return false };
        // Names of tables differ by case in MySQL on Linux.
        if !tolerant && first.name.text == written.name.text {
            self.diagnostics.report(problems::DuplicateTable {
                primary: written.span(),
                first: first.span(),
                table: written.to_string(),
            });
        }
        true
    }

    fn duplicate_columns(&mut self, table: &TableDefinition) {
        let dialect = self.catalogue.dialect;
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for column in &table.columns {
            let folded = match dialect {
                // Not certain there: the collation decides, or the dialect is unknown.
                Dialect::SqlServer | Dialect::Generic => column.name.text.clone(),
                Dialect::MySql
                | Dialect::MariaDb
                | Dialect::Postgres
                | Dialect::Sqlite
                | Dialect::ClickHouse => fold(dialect, &column.name),
            };
            if let Some(first) = seen.get(&folded) {
                self.diagnostics.report(problems::DuplicateColumn {
                    primary: column.name.span,
                    first: *first,
                    column: column.name.text.clone(),
                    table: table.name.to_string(),
                });
            } else {
                seen.insert(folded, column.name.span);
            }
        }
    }

    fn key_columns(&mut self, table: &TableDefinition) {
        let dialect = self.catalogue.dialect;
        let known: BTreeSet<String> =
            table.columns.iter().map(|column| fold(dialect, &column.name)).collect();
        let keys = table.keys.iter().map(|key| (key.kind.words(), &key.columns));
        let foreign = table.foreign_keys.iter().map(|key| ("foreign key", &key.columns));
        for (key, columns) in keys.chain(foreign) {
            for column in columns {
                let name = fold(dialect, column);
                if known.contains(&name) || is_system_column(dialect, &name) {
                    continue;
                }
                let names = table.columns.iter().map(|column| column.name.text.as_str());
                self.diagnostics.report(problems::UnknownKeyColumn {
                    primary: column.span,
                    key,
                    column: column.text.clone(),
                    table: table.name.to_string(),
                    created: table.name.span(),
                    nearest: nearest(&column.text, names).map(str::to_owned),
                });
            }
        }
    }

    fn column_type(&mut self, column: &'a Column) {
        if let Some(data_type) = column.data_type.as_ref().filter(|found| !found.known) {
            self.checks.push(Check::Type { data_type });
        }
    }

    fn table_mut(&mut self, name: &ObjectName) -> Option<&mut Table> {
        let found = self.catalogue.find(&self.catalogue.tables, name)?.0.clone();
        self.catalogue.tables.get_mut(&found)
    }

    fn forget(&mut self, name: &ObjectName) {
        if let Some((found, _)) = self.catalogue.find(&self.catalogue.tables, name) {
            let found = found.clone();
            self.catalogue.tables.remove(&found);
        } else if let Some((found, _)) = self.catalogue.find(&self.catalogue.views, name) {
            let found = found.clone();
            self.catalogue.views.remove(&found);
        }
    }

    fn rename(&mut self, from: &ObjectName, to: &ObjectName) {
        let found = self.catalogue.find(&self.catalogue.tables, from);
        let Some(old) = found.map(|(name, _)| name.clone()) else { return };
        let mut new = self.catalogue.name(to);
        if to.schema.is_none() {
            new.schema.clone_from(&old.schema);
        }
        self.ever.insert(new.name.clone());
        if let Some(mut table) = self.catalogue.tables.remove(&old) {
            table.name.name = to.name.clone();
            self.catalogue.tables.insert(new.clone(), table);
        }
        // Foreign keys follow the table that they refer to.
        let dialect = self.catalogue.dialect;
        for table in self.catalogue.tables.values_mut() {
            for key in &mut table.foreign_keys {
                if fold(dialect, &key.table.name) == old.name {
                    key.table.name.text.clone_from(&to.name.text);
                    key.table.name.quoted = to.name.quoted;
                }
            }
        }
    }

    fn drop_indexes(&mut self, names: &[ObjectName]) {
        let dialect = self.catalogue.dialect;
        let names: BTreeSet<String> = names.iter().map(|name| fold(dialect, &name.name)).collect();
        let is_gone = |name: &Ident| names.iter().any(|gone| is_named(dialect, name, gone));
        for table in self.catalogue.tables.values_mut() {
            table.keys.retain(|key| !key.name.as_ref().is_some_and(is_gone));
        }
    }

    fn alter(&mut self, name: &'a ObjectName, alterations: &'a [Alteration], uncertain: bool) {
        let dialect = self.catalogue.dialect;
        let mut found = self.found(name);
        if found.is_none() {
            self.checks
                .push(Check::Altered { current: self.catalogue.current.clone(), table: name });
        }
        if let Some(table) = found.as_ref().and_then(|found| self.catalogue.tables.get_mut(found)) {
            table.open |= uncertain;
        }
        for alteration in alterations {
            match alteration {
                Alteration::AddForeignKey(key) => {
                    if let Some(table) = self.table_at(found.as_ref()) {
                        self.own_columns("foreign key", &key.columns, &table);
                    }
                    self.foreign_key(key);
                }
                Alteration::AddKey(key) => {
                    if let Some(table) = self.table_at(found.as_ref()) {
                        self.indexed_columns(key, &table);
                    }
                }
                Alteration::AddColumn { column, .. } | Alteration::Redefine { column, .. } => {
                    self.column_type(column);
                }
                Alteration::SetType(_, data_type) if !data_type.known => {
                    self.checks.push(Check::Type { data_type });
                }
                Alteration::RenameTable(to) => {
                    self.rename(name, to);
                    found = self.found(to);
                }
                Alteration::SetSchema(schema) => {
                    let to = ObjectName { schema: Some(schema.clone()), name: name.name.clone() };
                    self.move_to(name, &to);
                    found = self.found(&to);
                }
                Alteration::AttachPartition(_)
                | Alteration::DropColumn(_)
                | Alteration::SetType(..)
                | Alteration::SetNotNull(..)
                | Alteration::SetDefault(..)
                | Alteration::SetIdentity(_)
                | Alteration::RenameColumn(..)
                | Alteration::DropConstraint(_)
                | Alteration::DropPrimaryKey
                | Alteration::Other
                | Alteration::Unknown => {}
            }
            if let Some(table) =
                found.as_ref().and_then(|found| self.catalogue.tables.get_mut(found))
            {
                alter(dialect, table, alteration);
                if matches!(alteration, Alteration::AddKey(_)) {
                    primary_key_is_not_null(dialect, table);
                }
            }
        }
    }

    fn table_at(&self, name: Option<&Name>) -> Option<Table> {
        name.and_then(|name| self.catalogue.tables.get(name)).cloned()
    }

    fn found(&self, name: &ObjectName) -> Option<Name> {
        self.catalogue.find(&self.catalogue.tables, name).map(|(name, _)| name.clone())
    }

    fn move_to(&mut self, from: &ObjectName, to: &ObjectName) {
        let found = self.catalogue.find(&self.catalogue.tables, from);
        let Some(old) = found.map(|(name, _)| name.clone()) else { return };
        let new = self.catalogue.name(to);
        if let Some(mut table) = self.catalogue.tables.remove(&old) {
            table.name = to.clone();
            self.catalogue.tables.insert(new, table);
        }
    }

    /// The checks that need everything.
    fn finish(mut self) -> Catalogue {
        let objects = self.catalogue.objects.keys().filter(|(kind, _)| *kind == ObjectKind::Type);
        let names = objects.map(|(_, name)| name).chain(self.catalogue.tables.keys());
        self.types = names.map(|name| name.name.to_lowercase()).collect();
        let checks = std::mem::take(&mut self.checks);
        for check in &checks {
            match check {
                Check::ForeignKey { current, key } => {
                    self.catalogue.current.clone_from(current);
                    match self.catalogue.table(&key.table).cloned() {
                        Some(table) => self.referred_columns(key, &table),
                        None => self.unknown_table("foreign key", &key.table),
                    }
                }
                Check::Index { current, table, key } => {
                    self.catalogue.current.clone_from(current);
                    match self.catalogue.table(table).cloned() {
                        Some(found) => self.indexed_columns(key, &found),
                        None => self.unknown_table(key.kind.words(), table),
                    }
                }
                Check::Altered { current, table } => {
                    self.catalogue.current.clone_from(current);
                    if self.catalogue.table(table).is_none() {
                        self.altered_table(table);
                    }
                }
                Check::Type { data_type } => self.check_type(data_type),
            }
        }
        self.catalogue.current = None;
        self.catalogue
    }

    fn referred_columns(&mut self, key: &ForeignKey, table: &Table) {
        self.own_columns("foreign key", &key.referred, table);
    }

    fn indexed_columns(&mut self, key: &Key, table: &Table) {
        if self.catalogue.dialect == Dialect::Sqlite && key.columns.iter().any(|c| c.quoted) {
            // A quoted name that is no column is a string there.
            return;
        }
        self.own_columns(key.kind.words(), &key.columns, table);
    }

    fn own_columns(&mut self, by: &'static str, columns: &[Ident], table: &Table) {
        let dialect = self.catalogue.dialect;
        if table.open {
            return;
        }
        for column in columns {
            let known = table.column(dialect, column).is_some()
                || is_system_column(dialect, &fold(dialect, column));
            if !known {
                self.unknown_column(by, column, table);
            }
        }
    }

    /// A schema may be a part of one, so that only a slip of the keyboard is reported.
    fn altered_table(&mut self, name: &ObjectName) {
        if self.nearest_table(&name.name.text).is_some() {
            self.unknown_table("change", name);
        }
    }

    fn nearest_table(&mut self, name: &str) -> Option<String> {
        self.searches = self.searches.checked_sub(1)?;
        let names = self.catalogue.tables.values().map(|table| table.name.name.text.as_str());
        nearest(name, names).map(str::to_owned)
    }

    fn unknown_table(&mut self, by: &'static str, name: &ObjectName) {
        let existed = self.ever.contains(&fold(self.catalogue.dialect, &name.name));
        if existed || !self.any_table || self.catalogue.may_exist(&name.name.text) {
            // Where no table at all is created, another set of files does it.
            return;
        }
        // A whole schema of which nothing is created here is somebody else's.
        if let Some(schema) = &self.catalogue.name(name).schema {
            let elsewhere =
                !self.catalogue.tables.keys().any(|n| n.schema.as_ref() == Some(schema));
            if elsewhere && name.schema.is_some() {
                return;
            }
        }
        let nearest = self.nearest_table(&name.name.text);
        self.diagnostics.report(problems::UnknownTable {
            primary: name.span(),
            by,
            table: name.to_string(),
            nearest,
        });
    }

    fn unknown_column(&mut self, by: &'static str, column: &Ident, table: &Table) {
        if self.catalogue.may_exist(&column.text) && self.catalogue.may_exist(&table.name.name.text)
        {
            return;
        }
        self.searches = self.searches.saturating_sub(1);
        let searched = if self.searches > 0 { table.columns.as_slice() } else { &[] };
        let names = searched.iter().map(|column| column.name.text.as_str());
        self.diagnostics.report(problems::UnknownColumn {
            primary: column.span,
            by,
            column: column.text.clone(),
            table: table.name.to_string(),
            created: table.name.span(),
            nearest: nearest(&column.text, names).map(str::to_owned),
        });
    }

    /// A type that the dialect does not have, and that nothing here creates.
    fn check_type(&mut self, data_type: &TypeName) {
        let dialect = self.catalogue.dialect;
        if !dialect.is_known()
            || data_type.schema.is_some()
            || (!dialect.is_mysql_like() && self.catalogue.may_exist(&data_type.name))
        {
            return;
        }
        // A table's name is the type of its rows.
        if self.types.contains(&data_type.name.to_lowercase()) {
            return;
        }
        let nearest = types::nearest_type(dialect, &data_type.name);
        // MySQL has no types but its own; elsewhere an extension may bring them.
        if nearest.is_none() && !dialect.is_mysql_like() {
            return;
        }
        self.diagnostics.report(problems::SqlUnknownType {
            primary: data_type.span,
            name: data_type.name.clone(),
            nearest: nearest.map(str::to_owned),
            dialect: dialect.name(),
        });
    }
}

/// Columns that every table has.
fn is_system_column(dialect: Dialect, name: &str) -> bool {
    match dialect {
        Dialect::Postgres => {
            matches!(name, "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "oid" | "tableoid")
        }
        Dialect::Sqlite => matches!(name, "rowid" | "oid" | "_rowid_"),
        Dialect::MySql | Dialect::MariaDb => {
            matches!(name, "row_start" | "row_end" | "fts_doc_id")
        }
        Dialect::SqlServer => name.starts_with('$'),
        Dialect::ClickHouse | Dialect::Generic => false,
    }
}

fn primary_key_is_not_null(dialect: Dialect, table: &mut Table) {
    let Some(key) = table.keys.iter().find(|key| key.kind == KeyKind::Primary) else { return };
    let names: BTreeSet<String> = key.columns.iter().map(|column| fold(dialect, column)).collect();
    let single = key.columns.len() == 1;
    for column in &mut table.columns {
        if names.contains(&fold(dialect, &column.name)) {
            column.not_null = true;
            let integer = column.data_type.as_ref().is_some_and(|found| found.name == "integer");
            // SQLite's rowid numbers itself.
            column.identity |= dialect == Dialect::Sqlite && single && integer;
        }
    }
}

/// Makes one change to a table.
fn alter(dialect: Dialect, table: &mut Table, alteration: &Alteration) {
    let at = |table: &Table, name: &Ident| {
        let wanted = fold(dialect, name);
        table.columns.iter().position(|column| is_named(dialect, &column.name, &wanted))
    };
    let change = |table: &mut Table, name: &Ident, change: &dyn Fn(&mut Column)| {
        if let Some(column) = at(table, name).and_then(|at| table.columns.get_mut(at)) {
            change(column);
        }
    };
    match alteration {
        Alteration::AddColumn { column, .. } => {
            if at(table, &column.name).is_none() {
                table.columns.push((**column).clone());
            }
        }
        Alteration::DropColumn(name) => {
            if let Some(at) = at(table, name) {
                table.columns.remove(at);
            }
            let gone = fold(dialect, name);
            let names_it =
                |columns: &[Ident]| columns.iter().any(|column| fold(dialect, column) == gone);
            table.keys.retain(|key| !names_it(&key.columns));
            table.foreign_keys.retain(|key| !names_it(&key.columns));
        }
        Alteration::Redefine { old, column } => match at(table, old) {
            Some(at) => {
                if let Some(found) = table.columns.get_mut(at) {
                    *found = (**column).clone();
                }
                rename_in_keys(dialect, table, old, &column.name);
            }
            None => table.open = true,
        },
        Alteration::SetType(name, data_type) => {
            change(table, name, &|column| column.data_type = Some((**data_type).clone()));
        }
        Alteration::SetNotNull(name, set) => change(table, name, &|column| column.not_null = *set),
        Alteration::SetDefault(name, default) => {
            change(table, name, &|column| column.default.clone_from(default));
        }
        Alteration::SetIdentity(name) => change(table, name, &|column| column.identity = true),
        Alteration::RenameColumn(from, to) => {
            change(table, from, &|column| column.name = to.clone());
            rename_in_keys(dialect, table, from, to);
        }
        Alteration::AddKey(key) => table.keys.push(key.clone()),
        Alteration::AddForeignKey(key) => table.foreign_keys.push(key.clone()),
        Alteration::DropConstraint(name) => {
            let gone = fold(dialect, name);
            let is_it = |name: &Option<Ident>| {
                name.as_ref().is_some_and(|name| fold(dialect, name) == gone)
            };
            table.keys.retain(|key| !is_it(&key.name));
            table.foreign_keys.retain(|key| !is_it(&key.name));
        }
        Alteration::DropPrimaryKey => table.keys.retain(|key| key.kind != KeyKind::Primary),
        Alteration::Unknown => table.open = true,
        Alteration::RenameTable(_)
        | Alteration::AttachPartition(_)
        | Alteration::SetSchema(_)
        | Alteration::Other => {}
    }
}

fn rename_in_keys(dialect: Dialect, table: &mut Table, from: &Ident, to: &Ident) {
    let old = fold(dialect, from);
    let keys = table.keys.iter_mut().flat_map(|key| &mut key.columns);
    let foreign = table.foreign_keys.iter_mut().flat_map(|key| &mut key.columns);
    for column in keys.chain(foreign) {
        if fold(dialect, column) == old {
            column.text.clone_from(&to.text);
            column.quoted = to.quoted;
        }
    }
}
