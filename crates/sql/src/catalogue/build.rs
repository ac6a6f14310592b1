//! Scripts -> catalogue, statement by statement; and what is wrong between the statements.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use smol_str::{SmolStr, StrExt};

use crate::catalogue::live::{Live, Tables};
use crate::catalogue::{Catalogue, DefinitionKey, Name, View, fold, folded, of_name};
use crate::catalogue::{refusal, types};
use crate::definition::{
    Alteration, Class, Column, Definition, Effect, Fact, ForeignKey, Ident, Key, KeyKind, Mention,
    ObjectKind, ObjectName, ParseStatus, Print, Runs, Script, Statement, Strength, TableDefinition,
    TypeName, UseKind,
};
use crate::dialect::Dialect;
use crate::dialect::grammar::IndexNames;
use crate::near::nearest;
use crate::problem::{self, Problem, Refusal, Sink};
use crate::source::Span;

impl Catalogue {
    /// What the scripts, run one after another on an empty database, leave behind.
    pub fn build(dialect: Dialect, scripts: &[&Script], sink: &mut dyn Sink) -> Catalogue {
        let mut catalogue = Catalogue::empty(dialect);
        for script in scripts {
            catalogue.includes |= script.includes;
            catalogue.unread_words.extend(script.unread_words.iter().cloned());
        }
        catalogue.dynamic = dynamic(scripts);
        let mut builder = Builder {
            catalogue,
            tables: Tables::new(dialect),
            sink,
            checks: Vec::new(),
            ever: BTreeSet::new(),
            any_table: false,
            searches: SEARCHES,
            type_searches: TYPE_SEARCHES,
            searched_labels: 0,
            read_views: READ_VIEWS,
            copies: COPIED_COLUMNS,
            partitions: BTreeMap::new(),
            types: BTreeSet::new(),
            sequences: BTreeSet::new(),
            functions: BTreeSet::new(),
            unchecked_foreign_keys: !dialect.grammar().server.checks_foreign_keys
                || scripts.iter().any(|script| script.unchecked_foreign_keys),
            schemas: BTreeSet::new(),
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

/// The first statement that runs SQL which is not in the scripts, by itself or by what it calls.
fn dynamic(scripts: &[&Script]) -> Option<Span> {
    let mut defined: BTreeSet<&str> = BTreeSet::new();
    // Routines that may create or change tables.
    let mut changing: BTreeSet<&str> = BTreeSet::new();
    let mut triggers_change = false;
    for statement in scripts.iter().flat_map(|script| &script.statements) {
        let runs_sql = match &statement.runs {
            Runs::Nothing => false,
            Runs::Sql => true,
            Runs::Call(name) => !defined.contains(&**name) || changing.contains(&**name),
            Runs::Routines { names, changes_rows } => {
                *changes_rows && triggers_change
                    || names.iter().any(|name| changing.contains(&**name))
            }
            Runs::Defines { name, changes, calls } => {
                defined.insert(name);
                if *changes || calls.iter().any(|called| changing.contains(&**called)) {
                    changing.insert(name);
                }
                false
            }
            Runs::Trigger { function, is_event } => {
                let changes = changing.contains(&**function);
                triggers_change |= changes;
                changes && *is_event
            }
        };
        if runs_sql {
            return Some(statement.span);
        }
    }
    None
}

/// What can only be checked when everything is known, with the schema that was in use.
enum Check<'a> {
    ForeignKey { current: Option<SmolStr>, key: &'a ForeignKey },
    Index { current: Option<SmolStr>, table: &'a ObjectName, key: &'a Key },
    Altered { current: Option<SmolStr>, table: &'a ObjectName },
    Function { function: &'a Ident },
    Changed { place: usize, mention: &'a Mention },
    Used { current: Option<SmolStr>, by: &'static str, table: &'a ObjectName },
    Type { data_type: &'a TypeName },
}

struct Builder<'a, 'd> {
    catalogue: Catalogue,
    /// The tables so far; the catalogue gets what is left of them.
    tables: Tables,
    sink: &'d mut dyn Sink,
    checks: Vec<Check<'a>>,
    /// Every table and view that existed at some time, without its schema.
    ever: BTreeSet<SmolStr>,
    /// A table was created at some time.
    any_table: bool,
    /// How many times more the nearest name is looked for: each time reads all of them.
    searches: usize,
    /// How many unknown types more are looked up: each is compared with all types there are.
    type_searches: usize,
    /// How many labels of enums were read to add others.
    searched_labels: usize,
    /// How many views more are read to find those that go with a table.
    read_views: usize,
    /// How many columns partitions may still take over from their tables.
    copies: usize,
    /// The partitions of tables, by their numbers.
    partitions: BTreeMap<usize, Vec<usize>>,
    /// The names that types have here, in lower case; filled at the end.
    types: BTreeSet<SmolStr>,
    /// The names of sequences and types, without their schemas; filled at the end.
    sequences: BTreeSet<SmolStr>,
    /// The names of functions, without their schemas; filled at the end.
    functions: BTreeSet<SmolStr>,
    /// Foreign keys are not looked at when they are created.
    unchecked_foreign_keys: bool,
    /// The schemas in which tables are left; filled at the end.
    schemas: BTreeSet<SmolStr>,
}

/// Enough for every real mistake, few enough for a hostile file.
const SEARCHES: usize = 200;
/// More problems than anybody reads.
const TYPE_SEARCHES: usize = 1_000;
/// Labels of enums that are read to find the place of a new one; further ones are not added.
const SEARCHED_LABELS: usize = 10_000_000;
/// Views that are read to find those that go with a table; further ones stay.
const READ_VIEWS: usize = 1_000_000;
/// Columns that partitions take over from their tables; a partition beyond may have any columns.
const COPIED_COLUMNS: usize = 50_000;

impl<'a> Builder<'a, '_> {
    fn statement(&mut self, statement: &'a Statement) {
        let uncertain = statement.status != ParseStatus::Read;
        self.mentions(statement, uncertain, true);
        self.forgets(statement);
        match &statement.definition {
            None => {}
            Some(Definition::Table(table)) => self.create_table(table, uncertain),
            Some(Definition::Alter { table, alterations, .. }) => {
                self.alter(table, alterations, uncertain);
            }
            Some(Definition::DropTables(names)) => {
                for name in names {
                    let needed = statement.needs_dropped && self.is_known();
                    if needed && self.found(name).is_none() && !self.view(name) {
                        let current = self.catalogue.current.clone();
                        self.checks.push(Check::Used { current, by: DROP, table: name });
                    }
                    self.forget(name);
                }
            }
            Some(Definition::DropSchemas(names)) => {
                for name in names {
                    let schema = folded(self.catalogue.dialect, &name.name);
                    self.forget_schema(&schema);
                }
            }
            Some(Definition::RenameTables(pairs)) => {
                for (from, to) in pairs {
                    self.rename(from, to);
                }
            }
            Some(Definition::Index { table, key, tolerant }) => {
                self.index(table, key);
                if let Some(place) = self.found(table) {
                    if !*tolerant {
                        self.index_twice(key, place);
                    }
                    self.tables.add_key(place, key);
                }
            }
            Some(Definition::DropIndexes(names)) => {
                for name in names {
                    self.tables.drop_index(&name.name);
                }
            }
            Some(Definition::View(view)) => {
                let name = self.catalogue.name(&view.name);
                self.duplicate(&view.name, &name, view.tolerant);
                let columns = view.columns.clone().filter(|_| !uncertain);
                let made = View {
                    name: view.name.clone(),
                    names: self.catalogue.column_names(columns.iter().flatten()),
                    columns,
                    reads: view.reads.clone(),
                    materialized: view.materialized,
                };
                self.ever.insert(name.name.clone());
                self.catalogue.views.insert(name, Box::new(made));
            }
            Some(Definition::Object { kind, name, tolerant }) => {
                let key = (*kind, self.catalogue.name(name));
                let is_sequence = *kind == ObjectKind::Sequence && self.is_known();
                if let Some(first) = self.catalogue.objects.get(&key).filter(|_| is_sequence)
                    && !tolerant
                {
                    let why = Refusal::NameTwice { what: "sequence", name: name.shown() };
                    let (primary, other) = (name.span(), Some(*first));
                    let twice = problem::Refused { primary, other, why, is_certain: false };
                    self.sink.report(twice);
                }
                self.catalogue.objects.entry(key).or_insert(name.span());
            }
            Some(Definition::UseSchema(schema)) => {
                let dialect = self.catalogue.dialect;
                self.catalogue.current = schema.as_ref().map(|schema| folded(dialect, schema));
            }
        }
        for fact in &statement.facts {
            self.fact(fact);
        }
        self.mentions(statement, uncertain, false);
        self.used_names(statement);
        self.used_tables(statement);
    }

    /// The columns that expressions, comments and rows name.
    /// The columns that a change changes are looked for before it is made.
    fn mentions(&mut self, statement: &'a Statement, uncertain: bool, is_before: bool) {
        if uncertain && statement.definition.is_some() || !self.is_known() {
            return;
        }
        let when = |mention: &&Mention| (mention.by == Mention::CHANGE) == is_before;
        for mention in statement.mentions.iter().filter(when) {
            let Some(place) = self.found(&mention.table) else { continue };
            let Some(table) = self.tables.get(place).filter(|table| !table.open) else { continue };
            let (dialect, column) = (self.catalogue.dialect, &mention.column);
            let is_system = is_system_column(dialect, &fold(dialect, column));
            if table.has_column(column)
                || is_system
                || self.catalogue.may_exist(&table.name.name.text)
                || !self.is_exact(&mention.table)
            {
                continue;
            }
            // Migrations that are not in their order: what they change was there, or comes later.
            if is_before {
                self.checks.push(Check::Changed { place, mention });
                continue;
            }
            // A bare word may be something else: a type, a unit of time.
            if mention.is_bare && !column.text.contains('_') {
                let Some(searches) = self.searches.checked_sub(1) else { continue };
                self.searches = searches;
                let names = table.columns().map(|column| column.name.text.as_str());
                if nearest(&column.text, names).is_none() {
                    continue;
                }
            }
            let searches = &mut self.searches;
            self.sink.report_with(|| unknown_column(mention.by, column, table, searches));
        }
    }

    /// The languages, access methods and functions of triggers that a statement names.
    fn used_names(&mut self, statement: &'a Statement) {
        if !self.is_known() {
            return;
        }
        let names = &self.catalogue.dialect.grammar().names;
        for (kind, what, known) in [
            (UseKind::Language, "language", names.languages),
            (UseKind::AccessMethod, "access method", names.access_methods),
        ] {
            let used =
                statement.uses.iter().find(|of| of.kind == kind && of.strength == Strength::Hard);
            let Some(name) = used.map(|of| &of.name.name).filter(|_| !known.is_empty()) else {
                continue;
            };
            let lower = name.text.to_lowercase();
            if known.contains(&&*lower) || self.catalogue.may_exist(&name.text) {
                continue;
            }
            if let Some(near) = nearest(&name.text, known.iter().copied()) {
                let (written, nearest) = (name.text.to_string(), near.to_owned());
                let why = Refusal::Unknown { what, name: written, nearest };
                let primary = name.span;
                self.sink.report(problem::Refused { primary, other: None, why, is_certain: false });
            }
        }
        if let Some(Definition::Object { kind: ObjectKind::Trigger, .. }) = &statement.definition {
            let function = statement.uses.iter().find(|of| of.kind == UseKind::Function);
            self.checks.extend(function.map(|of| Check::Function { function: &of.name.name }));
        }
    }

    /// The tables that views, triggers, comments and rows name: the server refuses what is not there.
    fn used_tables(&mut self, statement: &'a Statement) {
        let by = match &statement.definition {
            Some(Definition::View(_)) => "view",
            Some(Definition::Table(_)) => "table",
            Some(Definition::Object { kind: ObjectKind::Trigger, .. }) => "trigger",
            Some(Definition::Object { kind: ObjectKind::Sequence, .. }) => "sequence",
            None => "statement",
            Some(_) => return,
        };
        // Of all other statements only rows, permissions and comments name tables where it is certain
        // that they do.
        let is_plain = |effect: &Effect| matches!(effect.class, Class::Data | Class::Permission);
        let is_comment = |fact: &Fact| matches!(fact, Fact::Comment(..));
        let is_certain = match statement.effects.is_empty() {
            true => statement.facts.iter().any(is_comment),
            false => statement.effects.iter().all(is_plain),
        };
        if statement.definition.is_none() && !is_certain {
            return;
        }
        let is_data = |effect: &Effect| effect.class == Class::Data;
        let by = match statement.definition.is_none() && !statement.effects.iter().any(is_data) {
            true => PERMISSION,
            false => by,
        };
        if !self.is_known() || statement.status == ParseStatus::Unread {
            return;
        }
        for of in &statement.uses {
            if of.kind == UseKind::Table && of.strength == Strength::Hard {
                let name = &of.name;
                let is_there = self.found(name).is_some() || self.view(name);
                if !is_there && !is_of_system(self.catalogue.dialect, name) {
                    let current = self.catalogue.current.clone();
                    self.checks.push(Check::Used { current, by, table: name });
                }
            }
        }
    }

    fn view(&self, name: &ObjectName) -> bool {
        let wanted = self.catalogue.name(name);
        of_name(&self.catalogue.views, &wanted, name.schema.is_none()).is_some()
    }

    /// What is dropped and no table, view or index.
    fn forgets(&mut self, statement: &Statement) {
        // `ALTER INDEX a RENAME TO b`.
        if statement.definition.is_none() {
            for of in statement.uses.iter().filter(|of| of.kind == UseKind::Index) {
                self.tables.forget_index(&of.name.name);
            }
        }
        for effect in statement.effects.iter().filter(|effect| effect.removes) {
            let Some(written) = &effect.name else { continue };
            let name = self.catalogue.name(written);
            let on = effect.on.as_ref().map(|table| self.catalogue.name(table));
            let first = (effect.class.namespace(), name.clone(), on, Print::NONE);
            let of_name = self.catalogue.definitions.range(first.clone()..);
            let is_it =
                |key: &&DefinitionKey| (&key.0, &key.1, &key.2) == (&first.0, &first.1, &first.2);
            let found: Vec<_> = of_name.map(|(key, _)| key).take_while(is_it).cloned().collect();
            for key in found {
                self.catalogue.definitions.remove(&key);
            }
            if effect.class == Class::Sequence {
                self.catalogue.objects.remove(&(ObjectKind::Sequence, name.clone()));
            }
            if effect.class.namespace() == Class::Domain {
                self.catalogue.enums.remove(&name);
                self.catalogue.objects.remove(&(ObjectKind::Type, name));
            }
        }
    }

    fn fact(&mut self, fact: &Fact) {
        let catalogue = &mut self.catalogue;
        match fact {
            Fact::Created(defined) => {
                let key = catalogue.definition_key(defined);
                catalogue.definitions.insert(key, defined.clone());
            }
            Fact::Altered(altered) => {
                let key = catalogue.definition_key(altered);
                let first = (key.0, key.1.clone(), key.2.clone(), Print::NONE);
                let found = match catalogue.definitions.contains_key(&key) {
                    true => Some(key.clone()),
                    false => {
                        let of_name = catalogue.definitions.range(first..).next();
                        of_name
                            .filter(|(of, _)| (of.0, &of.1) == (key.0, &key.1))
                            .map(|(of, _)| of.clone())
                    }
                };
                match found.and_then(|key| catalogue.definitions.get_mut(&key)) {
                    Some(found) => found.print = found.print.with(altered.print),
                    None => {
                        catalogue.definitions.insert(key, altered.clone());
                    }
                }
            }
            Fact::Enum(written, labels) => {
                let name = catalogue.name(written);
                if catalogue.enums.contains_key(&name) {
                    let why = Refusal::NameTwice { what: "type", name: written.shown() };
                    let primary = written.span();
                    let twice = problem::Refused { primary, other: None, why, is_certain: false };
                    self.sink.report(twice);
                }
                catalogue.enums.insert(name, labels.clone());
            }
            Fact::EnumLabel { name, label, beside } => {
                let name = catalogue.name(name);
                let Some(labels) = catalogue.enums.get_mut(&name) else { return };
                // Each step reads all labels.
                self.searched_labels += labels.len();
                if self.searched_labels > SEARCHED_LABELS || labels.contains(label) {
                    return;
                }
                let beside = beside.as_ref().and_then(|(other, is_after)| {
                    let at = labels.iter().position(|label| label == other)?;
                    Some(at + usize::from(*is_after))
                });
                labels.insert(beside.unwrap_or(labels.len()), label.clone());
            }
            Fact::EnumLabelRenamed(name, from, to) => {
                let name = catalogue.name(name);
                let Some(labels) = catalogue.enums.get_mut(&name) else { return };
                self.searched_labels += labels.len();
                if self.searched_labels <= SEARCHED_LABELS
                    && let Some(label) = labels.iter_mut().find(|label| *label == from)
                {
                    label.clone_from(to);
                }
            }
            Fact::Comment(target, Print::NONE, _) => {
                catalogue.comments.remove(target);
            }
            Fact::Comment(target, print, span) => {
                catalogue.comments.insert(target.clone(), (*print, *span));
            }
            Fact::Whole(of, print, span) => {
                catalogue.wholes.insert((*of, *print), *span);
            }
        }
    }

    fn create_table(&mut self, table: &'a TableDefinition, uncertain: bool) {
        let name = self.catalogue.name(&table.name);
        for column in &table.columns {
            self.column_type(column);
        }
        // Of one that is there already nothing is run.
        let is_run = !table.tolerant || self.found(&table.name).is_none();
        if !uncertain && is_run {
            refusal::table(self.catalogue.dialect, table, self.sink);
            self.duplicate_columns(table);
            if !table.open {
                self.key_columns(table);
            }
        }
        let hash_names = self.catalogue.dialect.grammar().characters.hash_names;
        if table.temporary || hash_names && name.name.starts_with('#') {
            return self.temporary(name);
        }
        if self.duplicate(&table.name, &name, table.tolerant) && table.tolerant {
            // The first one stays.
            return;
        }
        let parent_place = table.partition_of.as_ref().and_then(|parent| self.found(parent));
        let parent = parent_place.and_then(|place| self.tables.get(place));
        let (columns, open) = match parent {
            None => (table.columns.clone(), table.open || uncertain),
            Some(parent) => {
                let columns: Vec<Column> = parent.columns().take(self.copies).cloned().collect();
                self.copies -= columns.len();
                (columns, parent.open || self.copies == 0)
            }
        };
        self.any_table = true;
        self.ever.insert(name.name.clone());
        let place = self.tables.create(name, table, columns);
        if let Some(made) = self.tables.get_mut(place) {
            made.open = open;
            // A partition has the keys of its parent.
            made.lost_constraint |= parent_place.is_some();
        }
        if let Some(parent) = parent_place {
            self.partitions.entry(parent).or_default().push(place);
        }
        for key in &table.foreign_keys {
            self.foreign_key(key, Some(place));
        }
        if self.catalogue.dialect.grammar().refuses.index_names == IndexNames::OfSchema {
            for key in table.keys.iter().filter(|_| !uncertain) {
                self.key_name(key, place);
            }
        }
    }

    /// Whether a key of a new table has the name of an index of another table.
    fn key_name(&mut self, key: &Key, place: usize) {
        let Some(name) = &key.name else { return };
        let of_schema = IndexNames::OfSchema;
        let is_own = |first: &Span| *first == name.span;
        let first = self.tables.index_named(name, place, of_schema).filter(|first| !is_own(first));
        if let Some(first) = first {
            let why = Refusal::NameTwice { what: "index", name: name.text.to_string() };
            let (primary, other) = (name.span, Some(first));
            self.sink.report(problem::Refused { primary, other, why, is_certain: false });
        }
    }

    /// A temporary table is not part of the schema. It hides a permanent table of the same name until the
    /// connection ends, so that table is marked as open.
    fn temporary(&mut self, name: Name) {
        let hidden = self.tables.find(&name, name.schema.is_none());
        if let Some(table) = hidden.and_then(|place| self.tables.get_mut(place)) {
            table.open = true;
        }
        self.ever.insert(name.name);
    }

    /// Checks a foreign key now, if its table exists now, and else at the end.
    fn foreign_key(&mut self, key: &'a ForeignKey, from: Option<usize>) {
        match self.found(&key.table) {
            Some(place) => {
                let is_certain = !self.unchecked_foreign_keys && self.is_exact(&key.table);
                self.own_columns("foreign key", &key.referred, place, is_certain);
                self.reference(key, place, from);
            }
            None => {
                let current = self.catalogue.current.clone();
                self.checks.push(Check::ForeignKey { current, key });
            }
        }
    }

    /// Whether there is an index of that name already.
    fn index_twice(&mut self, key: &Key, place: usize) {
        let names = self.catalogue.dialect.grammar().refuses.index_names;
        let Some(name) = &key.name else { return };
        if let Some(first) = self.tables.index_named(name, place, names) {
            let why = Refusal::NameTwice { what: "index", name: name.text.to_string() };
            let (primary, other) = (name.span, Some(first));
            self.sink.report(problem::Refused { primary, other, why, is_certain: false });
        }
    }

    /// Whether what a foreign key refers to is unique, and of its types.
    fn reference(&mut self, key: &ForeignKey, place: usize, from: Option<usize>) {
        let refuses = &self.catalogue.dialect.grammar().refuses;
        let Some(table) = self.tables.get(place).filter(|table| !table.open) else { return };
        if !self.is_exact(&key.table) {
            return;
        }
        if self.catalogue.dynamic.is_some() || self.catalogue.may_exist(&table.name.name.text) {
            return;
        }
        let are_there = key.referred.iter().all(|column| table.has_column(column));
        let needs_unique = refuses.references_need_unique && !self.unchecked_foreign_keys;
        if needs_unique && are_there && !table.may_be_unique(&key.referred) {
            let why = Refusal::KeyNotUnique { table: table.name.shown() };
            let primary = key.referred.first().map_or(key.table.span(), |column| column.span);
            let other = Some(table.name.span());
            self.sink.report(problem::Refused { primary, other, why, is_certain: false });
        }
        let Some(own) = from.and_then(|place| self.tables.get(place)) else { return };
        let referred = match (key.referred.is_empty(), table.primary_key()) {
            (true, Some(primary)) => primary.columns.as_slice(),
            (true, None) => &[],
            (false, _) => key.referred.as_slice(),
        };
        for (from, to) in key.columns.iter().zip(referred) {
            let (Some(from), Some(to)) = (own.column(from), table.column(to)) else { continue };
            let (Some(one), Some(two)) = (&from.data_type, &to.data_type) else { continue };
            if types::never_refer(refuses.reference_types, one, two) {
                let (column, data_type) = (from.name.text.to_string(), one.text.to_string());
                let why = Refusal::KeyType { column, data_type, other: two.text.to_string() };
                let primary = one.span;
                let other = Some(two.span);
                self.sink.report(problem::Refused { primary, other, why, is_certain: false });
                return;
            }
        }
    }

    fn index(&mut self, table: &'a ObjectName, key: &'a Key) {
        match self.found(table) {
            Some(place) => self.indexed_columns(key, place, self.is_exact(table)),
            None => {
                let current = self.catalogue.current.clone();
                self.checks.push(Check::Index { current, table, key });
            }
        }
    }

    /// Whether there is one of that name already; reports it unless that is tolerated.
    fn duplicate(&mut self, written: &ObjectName, name: &Name, tolerant: bool) -> bool {
        let table = self.tables.exactly(name).map(|table| &table.name);
        let first = table.or(self.catalogue.views.get(name).map(|view| &view.name));
        let Some(first) = first else { return false };
        // Names of tables differ by case in MySQL on Linux.
        if !tolerant && first.name.text == written.name.text {
            self.sink.report(problem::DuplicateTable {
                primary: written.span(),
                first: first.span(),
                table: written.shown(),
            });
        }
        true
    }

    fn duplicate_columns(&mut self, table: &TableDefinition) {
        let dialect = self.catalogue.dialect;
        let mut seen: BTreeMap<Cow<'_, str>, Span> = BTreeMap::new();
        for column in &table.columns {
            let folded = match dialect.grammar().names.case_may_tell_columns {
                true => Cow::Borrowed(column.name.text.as_str()),
                false => fold(dialect, &column.name),
            };
            if let Some(first) = seen.get(&folded) {
                self.sink.report_with(|| problem::DuplicateColumn {
                    primary: column.name.span,
                    first: *first,
                    column: column.name.text.to_string(),
                    table: table.name.shown(),
                });
            } else {
                seen.insert(folded, column.name.span);
            }
        }
    }

    fn key_columns(&mut self, table: &TableDefinition) {
        let dialect = self.catalogue.dialect;
        if table.keys.is_empty() && table.foreign_keys.is_empty() {
            return;
        }
        let known: BTreeSet<Cow<'_, str>> =
            table.columns.iter().map(|column| fold(dialect, &column.name)).collect();
        let keys = table.keys.iter().map(|key| (key.kind.words(), &key.columns));
        let foreign = table.foreign_keys.iter().map(|key| ("foreign key", &key.columns));
        for (key, columns) in keys.chain(foreign) {
            for column in columns {
                let name = fold(dialect, column);
                if known.contains(&name) || is_system_column(dialect, &name) {
                    continue;
                }
                self.searches = self.searches.saturating_sub(1);
                let searched = if self.searches > 0 { table.columns.as_slice() } else { &[] };
                let names = || searched.iter().map(|column| column.name.text.as_str());
                self.sink.report_with(|| problem::UnknownKeyColumn {
                    primary: column.span,
                    key,
                    column: column.text.to_string(),
                    table: table.name.shown(),
                    created: table.name.span(),
                    nearest: nearest(&column.text, names()).map(str::to_owned),
                });
            }
        }
    }

    fn column_type(&mut self, column: &'a Column) {
        refusal::column(self.catalogue.dialect, column, self.sink);
        // SQLite takes any name in quotes for a type.
        let takes_quotes = !self.catalogue.dialect.grammar().refuses.strict_types.is_empty();
        let is_quoted = |text: &str| text.starts_with(['"', '`', '[', '\'']);
        if let Some(data_type) = column.data_type.as_ref()
            && !data_type.known
            && !(takes_quotes && is_quoted(&data_type.text))
        {
            self.checks.push(Check::Type { data_type });
        }
    }

    fn forget(&mut self, name: &ObjectName) {
        let (wanted, anywhere) = (self.catalogue.name(name), name.schema.is_none());
        if self.tables.remove(&wanted, anywhere) {
            return self.forget_readers(&wanted);
        }
        let views = &mut self.catalogue.views;
        let found = of_name(views, &wanted, anywhere).map(|(name, _)| name.clone());
        if let Some(name) = found {
            views.remove(&name);
            self.forget_readers(&name);
        }
    }

    /// Takes away the views that read what was dropped: the server takes the statement only with `CASCADE`.
    fn forget_readers(&mut self, dropped: &Name) {
        if !self.catalogue.dialect.grammar().server.views_go_with_tables {
            return;
        }
        let mut gone = vec![dropped.clone()];
        while let Some(dropped) = gone.pop() {
            let n_views = self.catalogue.views.len();
            let Some(left) = self.read_views.checked_sub(n_views) else { return };
            self.read_views = left;
            let catalogue = &self.catalogue;
            let reads = |view: &View| view.reads.iter().any(|name| catalogue.name(name) == dropped);
            let views = catalogue.views.iter().filter(|(_, view)| reads(view));
            let readers: Vec<Name> = views.map(|(name, _)| name.clone()).collect();
            for reader in readers {
                self.catalogue.views.remove(&reader);
                gone.push(reader);
            }
        }
    }

    /// Takes away what is in a schema.
    fn forget_schema(&mut self, schema: &SmolStr) {
        let default = self.catalogue.dialect.grammar().names.default_schema;
        let is_in = |name: &Name| match &name.schema {
            Some(of) => of == schema,
            None => schema == default && !default.is_empty(),
        };
        // Bounds the work for a hostile schema that drops many; leaving some of them behind is harmless.
        let n_names = self.tables.names().count() + self.catalogue.views.len();
        let Some(left) = self.read_views.checked_sub(n_names) else { return };
        self.read_views = left;
        let tables: Vec<Name> = self.tables.names().filter(|name| is_in(name)).cloned().collect();
        for name in tables {
            self.tables.remove(&name, false);
            self.forget_readers(&name);
        }
        let catalogue = &mut self.catalogue;
        catalogue.views.retain(|name, _| !is_in(name));
        catalogue.enums.retain(|name, _| !is_in(name));
        catalogue.objects.retain(|(_, name), _| !is_in(name));
        catalogue.definitions.retain(|(_, name, _, _), _| !is_in(name));
    }

    fn rename(&mut self, from: &ObjectName, to: &ObjectName) {
        if self.found(from).is_some() {
            let new = self.catalogue.name(to);
            self.ever.insert(new.name.clone());
            let old = self.catalogue.name(from);
            self.tables.rename(&old, from.schema.is_none(), &to.name, new);
        } else if !self.rename_view(from, to) {
            // What is not known here has that name from now on.
            let name = to.name.text.to_lowercase();
            self.catalogue.unread_words.insert(name.into());
        }
    }

    /// `ALTER TABLE v RENAME TO w` and `RENAME TABLE v TO w` take views too.
    fn rename_view(&mut self, from: &ObjectName, to: &ObjectName) -> bool {
        let (old, mut new) = (self.catalogue.name(from), self.catalogue.name(to));
        let catalogue = &mut self.catalogue;
        let found = of_name(&catalogue.views, &old, from.schema.is_none());
        let Some(old) = found.map(|(name, _)| name.clone()) else { return false };
        let Some(mut view) = catalogue.views.remove(&old) else { return false };
        if to.schema.is_none() {
            new.schema.clone_from(&old.schema);
        }
        self.ever.insert(new.name.clone());
        view.name.name = to.name.clone();
        catalogue.views.insert(new.clone(), view);
        let is_it = |(class, name, _, _): &DefinitionKey| {
            *name == old && matches!(class, Class::View | Class::MaterializedView)
        };
        let keys: Vec<DefinitionKey> =
            catalogue.definitions.keys().filter(|key| is_it(key)).cloned().collect();
        for key in keys {
            if let Some(mut defined) = catalogue.definitions.remove(&key) {
                let (class, _, on, print) = key;
                if let Some(name) = &mut defined.name {
                    name.name = to.name.clone();
                }
                catalogue.definitions.insert((class, new.clone(), on, print), defined);
            }
        }
        true
    }

    fn alter(&mut self, name: &'a ObjectName, alterations: &'a [Alteration], uncertain: bool) {
        let mut found = self.found(name);
        if found.is_none() {
            self.checks
                .push(Check::Altered { current: self.catalogue.current.clone(), table: name });
        }
        if let Some(table) = found.and_then(|place| self.tables.get_mut(place)) {
            table.open |= uncertain;
        }
        let is_swap = is_swap(self.catalogue.dialect, alterations);
        for alteration in alterations {
            match alteration {
                Alteration::AddForeignKey(key) => {
                    if let Some(place) = found {
                        self.own_columns("foreign key", &key.columns, place, self.is_exact(name));
                    }
                    self.foreign_key(key, found);
                    if let Some(place) = found {
                        self.tables.add_foreign_key(place, key);
                    }
                }
                Alteration::AddKey(key) => {
                    if let Some(place) = found {
                        self.indexed_columns(key, place, self.is_exact(name));
                        self.second_key(key, place);
                        // `USING INDEX x` has the name of the index.
                        if !key.columns.is_empty() {
                            self.index_twice(key, place);
                        }
                        self.tables.add_key(place, key);
                    }
                }
                Alteration::AddColumn { column, tolerant } => {
                    self.column_type(column);
                    if let Some(place) = found.filter(|_| !tolerant) {
                        self.column_exists(column, place);
                    }
                }
                Alteration::Redefine { column, .. } => self.column_type(column),
                Alteration::SetType(_, data_type) if !data_type.known => {
                    self.checks.push(Check::Type { data_type });
                }
                Alteration::RenameTable(to) => {
                    self.rename(name, to);
                    found = self.found(to);
                }
                Alteration::SetSchema(schema) => {
                    let to = ObjectName { schema: Some(schema.clone()), name: name.name.clone() };
                    let (old, new) = (self.catalogue.name(name), self.catalogue.name(&to));
                    self.tables.move_to(&old, name.schema.is_none(), &to, new);
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
                | Alteration::AddCheck(_)
                | Alteration::Validate(_)
                | Alteration::RenameConstraint(..)
                | Alteration::SetProperty(..)
                | Alteration::DropIdentity(_)
                | Alteration::DropExpression(_)
                | Alteration::Other
                | Alteration::Unknown => {}
            }
            if let Alteration::AttachPartition(child) = alteration
                && let (Some(parent), Some(child)) = (found, self.found(child))
            {
                self.partitions.entry(parent).or_default().push(child);
            }
            if let Some(table) = found.and_then(|place| self.tables.get_mut(place)) {
                match renames(alteration).filter(|_| is_swap) {
                    Some((from, _)) => table.rename_column(from, &aside(from)),
                    None => alter(table, alteration),
                }
            }
            if let Some(place) = found.filter(|place| self.partitions.contains_key(place)) {
                self.alter_partitions(place, alteration);
            }
        }
        if let Some(table) = found.and_then(|place| self.tables.get_mut(place)).filter(|_| is_swap)
        {
            for (from, to) in alterations.iter().filter_map(renames) {
                table.rename_column(&aside(from), to);
            }
        }
    }

    /// Makes a change of a table's columns in its partitions too; a partition beyond the bound may have any
    /// columns.
    fn alter_partitions(&mut self, parent: usize, alteration: &Alteration) {
        let changes_columns = match alteration {
            Alteration::AddColumn { .. }
            | Alteration::DropColumn(_)
            | Alteration::SetType(..)
            | Alteration::RenameColumn(..)
            | Alteration::Unknown => true,
            Alteration::Redefine { .. }
            | Alteration::SetNotNull(..)
            | Alteration::SetDefault(..)
            | Alteration::SetIdentity(_)
            | Alteration::RenameTable(_)
            | Alteration::AddKey(_)
            | Alteration::AddForeignKey(_)
            | Alteration::AddCheck(_)
            | Alteration::Validate(_)
            | Alteration::RenameConstraint(..)
            | Alteration::SetProperty(..)
            | Alteration::DropIdentity(_)
            | Alteration::DropExpression(_)
            | Alteration::DropConstraint(_)
            | Alteration::DropPrimaryKey
            | Alteration::AttachPartition(_)
            | Alteration::SetSchema(_)
            | Alteration::Other => false,
        };
        if !changes_columns {
            return;
        }
        let mut left = self.partitions.get(&parent).cloned().unwrap_or_default();
        while let Some(place) = left.pop() {
            // A hostile schema may attach tables to each other in a circle.
            let Some(copies) = self.copies.checked_sub(1) else {
                self.copies = 0;
                return self.open_all();
            };
            self.copies = copies;
            left.extend(self.partitions.get(&place).into_iter().flatten());
            if let Some(table) = self.tables.get_mut(place) {
                alter(table, alteration);
            }
        }
    }

    /// Nothing more is known of the columns of partitions.
    fn open_all(&mut self) {
        let partitions: Vec<usize> = self.partitions.values().flatten().copied().collect();
        for place in partitions {
            if let Some(table) = self.tables.get_mut(place) {
                table.open = true;
            }
        }
        self.partitions.clear();
    }

    /// Whether a column is added to a table that has it.
    fn column_exists(&mut self, column: &Column, place: usize) {
        let Some(table) = self.tables.get(place).filter(|_| self.is_known()) else { return };
        if let Some(first) = table.column(&column.name) {
            let (name, table) = (column.name.text.to_string(), table.name.shown());
            let why = Refusal::ColumnExists { column: name, table };
            let (primary, other) = (column.name.span, Some(first.name.span));
            self.sink.report(problem::Refused { primary, other, why, is_certain: false });
        }
    }

    /// Whether a primary key is added to a table that has one.
    fn second_key(&mut self, key: &Key, place: usize) {
        let table = self.tables.get(place).filter(|_| key.kind == KeyKind::Primary);
        let Some(table) = table.filter(|_| self.is_known()) else { return };
        if let Some(first) = table.primary_key() {
            let why = Refusal::SecondPrimaryKey { table: table.name.shown() };
            let (primary, other) = (key.span, Some(first.span));
            self.sink.report(problem::Refused { primary, other, why, is_certain: false });
        }
    }

    /// Whether the dialect is known, and no SQL runs that is not in the scripts.
    fn is_known(&self) -> bool {
        self.catalogue.dialect.is_known()
            && self.catalogue.dynamic.is_none()
            && !self.catalogue.includes
    }

    /// Whether a table is found by the very name that was written, rather than in another schema.
    fn is_exact(&self, name: &ObjectName) -> bool {
        self.tables.exactly(&self.catalogue.name(name)).is_some()
    }

    fn found(&self, name: &ObjectName) -> Option<usize> {
        self.tables.find(&self.catalogue.name(name), name.schema.is_none())
    }

    /// The checks that need everything.
    fn finish(mut self) -> Catalogue {
        let objects = self.catalogue.objects.keys().filter(|(kind, _)| *kind == ObjectKind::Type);
        let names = objects.map(|(_, name)| name).chain(self.tables.names());
        self.types = names.map(|name| name.name.to_lowercase_smolstr()).collect();
        let objects = || self.catalogue.objects.keys();
        let is_sequence =
            |kind: &ObjectKind| matches!(kind, ObjectKind::Sequence | ObjectKind::Type);
        let sequences = objects().filter(|(kind, _)| is_sequence(kind));
        self.sequences = sequences.map(|(_, name)| name.name.clone()).collect();
        let functions = objects().filter(|(kind, _)| *kind == ObjectKind::Function);
        self.functions = functions.map(|(_, name)| name.name.clone()).collect();
        self.schemas = self.tables.names().filter_map(|name| name.schema.clone()).collect();
        let checks = std::mem::take(&mut self.checks);
        for check in &checks {
            match check {
                Check::ForeignKey { current, key } => {
                    self.catalogue.current.clone_from(current);
                    match self.found(&key.table) {
                        Some(place) => self.own_columns("foreign key", &key.referred, place, false),
                        None => self.unknown_table("foreign key", &key.table),
                    }
                }
                Check::Index { current, table, key } => {
                    self.catalogue.current.clone_from(current);
                    match self.found(table) {
                        Some(place) => self.indexed_columns(key, place, false),
                        None => self.unknown_table(key.kind.words(), table),
                    }
                }
                Check::Altered { current, table } => {
                    self.catalogue.current.clone_from(current);
                    if self.found(table).is_none() {
                        self.altered_table(table);
                    }
                }
                Check::Changed { place, mention } => {
                    let Some(table) = self.tables.get(*place) else { continue };
                    if !table.open && !table.once_had(&mention.column) {
                        let (by, column) = (mention.by, &mention.column);
                        let searches = &mut self.searches;
                        self.sink.report_with(|| unknown_column(by, column, table, searches));
                    }
                }
                Check::Function { function } => self.used_function(function),
                Check::Used { current, by, table } => {
                    self.catalogue.current.clone_from(current);
                    match self.found(table).is_none() && !self.view(table) {
                        true if *by == DROP => self.unknown_table(by, table),
                        true => self.used_table(by, table),
                        false => {}
                    }
                }
                Check::Type { data_type } => self.check_type(data_type),
            }
        }
        self.catalogue.current = None;
        self.catalogue.tables = self.tables.finish();
        self.catalogue.index();
        self.catalogue
    }

    fn indexed_columns(&mut self, key: &Key, place: usize, is_certain: bool) {
        let may_be_text = self.catalogue.dialect.grammar().names.quoted_may_be_text;
        if may_be_text && key.columns.iter().any(|column| column.quoted) {
            return;
        }
        self.own_columns(key.kind.words(), &key.columns, place, is_certain);
    }

    /// Whether a table in a place has columns; that it has not is certain where it is meant for certain.
    fn own_columns(&mut self, by: &'static str, columns: &[Ident], place: usize, is_certain: bool) {
        let dialect = self.catalogue.dialect;
        let Some(table) = self.tables.get(place).filter(|table| !table.open) else { return };
        for column in columns {
            let known =
                table.has_column(column) || is_system_column(dialect, &fold(dialect, column));
            let may_exist = self.catalogue.may_exist(&column.text)
                && self.catalogue.may_exist(&table.name.name.text);
            if known || may_exist {
                continue;
            }
            let is_certain = is_certain
                && dialect.is_known()
                && self.catalogue.dynamic.is_none()
                && !self.catalogue.may_exist(&table.name.name.text);
            let searches = &mut self.searches;
            self.sink.report_with(|| {
                let problem::UnknownColumn { primary, by, column, table, created, nearest } =
                    unknown_column(by, column, table, searches);
                match is_certain {
                    true => Problem::from(problem::UnknownKeyColumn {
                        primary,
                        key: by,
                        column,
                        table,
                        created,
                        nearest,
                    }),
                    false => {
                        problem::UnknownColumn { primary, by, column, table, created, nearest }
                            .into()
                    }
                }
            });
        }
    }

    /// A schema may be a part of one, so that only a slip of the keyboard is reported.
    fn altered_table(&mut self, name: &ObjectName) {
        if self.nearest_table(&name.name.text).is_some() {
            self.unknown_table("change", name);
        }
    }

    /// A function that nothing here creates, but that resembles one.
    fn used_function(&mut self, function: &Ident) {
        let folded = folded(self.catalogue.dialect, function);
        if self.catalogue.may_exist(&function.text) || self.functions.contains(&folded) {
            return;
        }
        let Some(searches) = self.searches.checked_sub(1) else { return };
        self.searches = searches;
        let functions = self.functions.iter().map(SmolStr::as_str);
        let near = nearest(&function.text, functions).map(str::to_owned);
        if let Some(nearest) = near {
            let why =
                Refusal::Unknown { what: "function", name: function.text.to_string(), nearest };
            let primary = function.span;
            self.sink.report(problem::Refused { primary, other: None, why, is_certain: false });
        }
    }

    /// What an extension brings may be used; a sequence has the permissions of a table.
    fn used_table(&mut self, by: &'static str, name: &ObjectName) {
        let folded = folded(self.catalogue.dialect, &name.name);
        let is_sequence = by == PERMISSION && folded.ends_with("_seq");
        if is_sequence || self.sequences.contains(&folded) {
            return;
        }
        // A table that resembles none here is one of another set of files.
        let is_like = self.nearest_table(&name.name.text).is_some() || self.begins_like(&folded);
        if is_like {
            self.unknown_table(by, name);
        }
    }

    /// Whether a name begins with that of a table or view here, or the other way round: `users_old`.
    fn begins_like(&self, name: &str) -> bool {
        let first = Name { name: name.into(), schema: None };
        let last = self
            .tables
            .before(&first)
            .into_iter()
            .chain(self.catalogue.views.range(..&first).next_back().map(|(name, _)| name));
        let next = self.tables.behind(&first);
        last.into_iter().any(|known| name.starts_with(&*known.name))
            || next.is_some_and(|known| known.name.starts_with(name))
    }

    fn nearest_table(&mut self, name: &str) -> Option<String> {
        self.searches = self.searches.checked_sub(1)?;
        let names = self.tables.all().map(|table| table.name.name.text.as_str());
        nearest(name, names).map(str::to_owned)
    }

    fn unknown_table(&mut self, by: &'static str, name: &ObjectName) {
        let existed = self.ever.contains(&*fold(self.catalogue.dialect, &name.name));
        if existed || !self.any_table || self.catalogue.may_exist(&name.name.text) {
            // Where no table at all is created, another set of files does it.
            return;
        }
        // A whole schema of which nothing is created here is somebody else's.
        if let Some(schema) = &self.catalogue.name(name).schema
            && !self.schemas.contains(schema)
            && name.schema.is_some()
        {
            return;
        }
        let nearest = self.nearest_table(&name.name.text);
        self.sink.report(problem::UnknownTable {
            primary: name.span(),
            by,
            table: name.shown(),
            nearest,
        });
    }

    /// A type that the dialect does not have, and that nothing here creates.
    fn check_type(&mut self, data_type: &TypeName) {
        let dialect = self.catalogue.dialect;
        let are_fixed = dialect.grammar().types.are_fixed;
        if !dialect.grammar().is_known
            || data_type.schema.is_some()
            || (!are_fixed && self.catalogue.may_exist(&data_type.name))
        {
            return;
        }
        // A table's name is the type of its rows.
        if self.types.contains(&*data_type.name.to_lowercase()) {
            return;
        }
        let Some(searches) = self.type_searches.checked_sub(1) else { return };
        self.type_searches = searches;
        let is_foreign = dialect.grammar().refuses.foreign_types.contains(&data_type.name.as_str());
        let mut nearest = types::nearest_type(dialect, &data_type.name).map(str::to_owned);
        if nearest.is_none() && self.searches > 0 {
            self.searches -= 1;
            let own = self.types.iter().map(SmolStr::as_str);
            nearest = crate::near::nearest(&data_type.name, own).map(str::to_owned);
        }
        // MySQL has no types but its own; elsewhere an extension may bring them.
        if nearest.is_none() && !are_fixed && !is_foreign {
            return;
        }
        self.sink.report(problem::UnknownType {
            primary: data_type.span,
            name: data_type.name.to_string(),
            nearest: nearest.filter(|_| !is_foreign),
            dialect: dialect.name(),
        });
    }
}

/// What a statement is called that drops a table.
const DROP: &str = "DROP";
/// What is said of tables that permissions and comments name; sequences may be meant as well.
const PERMISSION: &str = "permission or comment";

/// Whether a table is one that the server has.
fn is_of_system(dialect: Dialect, name: &ObjectName) -> bool {
    let names = &dialect.grammar().names;
    let is_system = |text: &str| {
        let lower = text.to_ascii_lowercase();
        names.system_names.iter().any(|system| match system.ends_with('_') {
            true => lower.starts_with(system),
            false => lower == *system,
        })
    };
    match &name.schema {
        Some(schema) => is_system(&schema.text),
        None => is_system(&name.name.text),
    }
}

/// Whether a statement gives a column the name of another one that it renames. All names of one statement
/// change at once.
fn is_swap(dialect: Dialect, alterations: &[Alteration]) -> bool {
    let pairs = || alterations.iter().filter_map(renames);
    let old: BTreeSet<String> = pairs().map(|(from, _)| fold(dialect, from).into_owned()).collect();
    old.len() > 1 && pairs().any(|(_, to)| old.contains(&*fold(dialect, to)))
}

/// The old and the new name of a column that is renamed.
fn renames(alteration: &Alteration) -> Option<(&Ident, &Ident)> {
    if let Alteration::RenameColumn(from, to) = alteration { Some((from, to)) } else { None }
}

/// A name for a column between its old and its new one, which no statement can write.
fn aside(column: &Ident) -> Ident {
    Ident { text: SmolStr::new(format!("{}\0", column.text)), quoted: true, span: column.span }
}

/// Columns that every table has.
pub(super) fn is_system_column(dialect: Dialect, name: &str) -> bool {
    let names = &dialect.grammar().names;
    names.system_columns.contains(&name) || (names.dollar_columns && name.starts_with('$'))
}

fn unknown_column(
    by: &'static str,
    column: &Ident,
    table: &Live,
    searches: &mut usize,
) -> problem::UnknownColumn {
    *searches = searches.saturating_sub(1);
    let searched = if *searches > 0 { usize::MAX } else { 0 };
    let names = table.columns().take(searched).map(|column| column.name.text.as_str());
    problem::UnknownColumn {
        primary: column.span,
        by,
        column: column.text.to_string(),
        table: table.name.shown(),
        created: table.name.span(),
        nearest: nearest(&column.text, names).map(str::to_owned),
    }
}

/// Makes one change to a table; keys are added where their names are known to all tables.
fn alter(table: &mut Live, alteration: &Alteration) {
    let change = |table: &mut Live, name: &Ident, change: &dyn Fn(&mut Column)| {
        if let Some(column) = table.column_mut(name) {
            change(column);
        }
    };
    match alteration {
        Alteration::AddColumn { column, .. } => table.add_column(column),
        Alteration::DropColumn(name) => table.drop_column(name),
        Alteration::Redefine { old, column } => {
            if !table.redefine(old, column) {
                table.open = true;
            }
        }
        Alteration::SetType(name, data_type) => {
            change(table, name, &|column| column.data_type = Some(data_type.clone()));
        }
        Alteration::SetNotNull(name, set) => change(table, name, &|column| column.not_null = *set),
        Alteration::SetDefault(name, default) => {
            let (text, print) = default.clone().unzip();
            change(table, name, &|column| {
                if text.is_none() {
                    column.forget_serial();
                }
                column.default.clone_from(&text);
                column.default_print = print.unwrap_or_default();
            });
        }
        Alteration::SetIdentity(name) => change(table, name, &|column| column.identity = true),
        Alteration::RenameColumn(from, to) => table.rename_column(from, to),
        Alteration::DropConstraint(name) => table.drop_constraint(name),
        Alteration::DropPrimaryKey => table.drop_primary_key(),
        Alteration::AddCheck(check) => table.add_check(check),
        Alteration::Validate(name) => table.validate(name),
        Alteration::RenameConstraint(from, to) => table.rename_constraint(from, to),
        Alteration::SetProperty(column, property) => {
            table.set_property(column.as_ref(), property);
        }
        Alteration::DropIdentity(column) | Alteration::DropExpression(column) => {
            table.forget_value(column);
        }
        Alteration::Unknown => table.open = true,
        Alteration::AddKey(_)
        | Alteration::AddForeignKey(_)
        | Alteration::RenameTable(_)
        | Alteration::AttachPartition(_)
        | Alteration::SetSchema(_)
        | Alteration::Other => {}
    }
}
