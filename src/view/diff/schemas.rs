//! What the SQL of two states changes, what becomes of it, who needs what is gone, and what a
//! revert would do.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use sql::catalogue::Catalogue;
use sql::catalogue::change::{Change, Gone, Outcome, Piece, Severity, Stays, What};
use sql::catalogue::policy::{self, Policy};
use sql::definition::{Class, ObjectName};
use sql::parse::beginnings;

use crate::model::{
    Database, Desired, Destructive, Hosting, MigrationDir, Migrations, Schema, Target, Unit,
};
use crate::source::{Excerpt, FileId, Span};
use crate::view::diff::infrastructure::release;
use crate::view::diff::window::{self, Changing, WayBack, Windows};
use crate::view::diff::{MAX_PATH_LEN, Revert, SchemaChange, SchemaChanges, Side};
use crate::view::markdown::shortened;

/// The most Apps that a line names.
const MAX_NAMED: usize = 3;

/// The changes of all schemas; what they mean for the Apps goes into `windows`. `is_changed` tells
/// whether the objects of a Schema change.
pub(super) fn schemas(
    old: Side<'_>,
    new: Side<'_>,
    windows: &mut Windows<'_>,
    is_changed: impl Fn(&str) -> bool,
) -> Vec<SchemaChanges> {
    let (before, after) = (by_name(old), by_name(new));
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let mut all: Vec<SchemaChanges> = Vec::new();
    for name in names {
        let (was, is) = (before.get(name).copied(), after.get(name).copied());
        let Some((from, to)) = catalogues((old, was), (new, is)) else {
            if is_changed(name) {
                windows.unknown(name, (was, is), "the schema is not defined in SQL on both sides");
            }
            continue;
        };
        let applied = is.and_then(|index| new.compilation.project.schemas.get(index));
        // Without the Schema nothing is dropped: the resource goes, and the tables stay.
        let databases = &new.compilation.project.databases;
        let dropped_by = applied.map_or_else(gives_up, |schema| policy_of(schema, databases));
        let contracts = Contracts::of(old, was, &from);
        let planned = policy::planned(&from, &to, &dropped_by);
        let reverted = was.and_then(|index| old.compilation.project.schemas.get(index));
        let is_moved = reverted
            .zip(applied)
            .is_some_and(|(back, now)| window::is_moved((old, back), (new, now)));
        let unfollowed = applied.and_then(|schema| unfollowed(schema, reverted, &to));
        if is_moved {
            windows.unknown(name, (was, is), "the schema is applied to another database");
        } else if let Some(why) = unfollowed.filter(|_| planned.is_empty()) {
            windows.unknown(name, (was, is), why);
        } else if !planned.is_empty() {
            windows.schema(&Changing {
                name,
                indices: (was, is),
                catalogues: (&from, &to),
                changes: &planned,
                way_back: way_back(reverted, applied, old),
                doubts: doubts((old, reverted), (new, applied), (&from, &to), &planned),
                losing: planned.iter().flat_map(|change| contracts.losing(change)).collect(),
            });
        }
        let is_versioned =
            applied.is_some_and(|schema| matches!(schema.desired, Desired::Migrations(_)));
        let fresh: Vec<&Excerpt> =
            applied.map(|schema| new_migrations(schema, reverted).collect()).unwrap_or_default();
        let lines = Lines::of(&fresh);
        let changes = planned.into_iter().map(|change| {
            let place = match (change.new_place, change.old_place) {
                (Some(span), _) => Some(new.sources.place(span)),
                (None, Some(span)) => Some(format!("{} before", old.sources.place(span))),
                (None, None) => None,
            };
            let place = place.map(|place| shortened(&place, MAX_PATH_LEN));
            let note = contracts.note(&change);
            let at = match is_versioned {
                false => change.new_place,
                true => lines.about(&change),
            };
            SchemaChange { change, place, at, note, accepted: None }
        });
        let changes: Vec<SchemaChange> = changes.collect();
        let on_revert = match (reverted, applied) {
            (Some(back), Some(now)) => {
                let policy = policy_of(back, &old.compilation.project.databases);
                on_revert((&to, now), (&from, back), &policy)
            }
            (_, _) => Vec::new(),
        };
        if !changes.is_empty() {
            all.push(SchemaChanges { schema: format!("Schema/{name}"), changes, on_revert });
        }
    }
    all.sort_by_key(|schema| schema.changes.first().map(|change| change.change.severity));
    all
}

fn by_name<'a>(side: Side<'a>) -> BTreeMap<&'a str, usize> {
    let schemas = side.compilation.project.schemas.iter().enumerate();
    schemas.map(|(index, schema)| (schema.common.name.as_str(), index)).collect()
}

/// What a schema was and is, where both are known: one that is not there at all is empty.
fn catalogues(
    (old, was): (Side<'_>, Option<usize>),
    (new, is): (Side<'_>, Option<usize>),
) -> Option<(Catalogue, Catalogue)> {
    let find = |side: Side<'_>, index: Option<usize>| {
        side.compilation.catalogues.of(index?).catalogue.clone()
    };
    let (from, to) = (find(old, was), find(new, is));
    let dialect = from.as_ref().or(to.as_ref())?.dialect;
    let are_known = (from.is_some() || was.is_none()) && (to.is_some() || is.is_none());
    let empty = || Catalogue::empty(dialect);
    are_known.then(|| (from.unwrap_or_else(empty), to.unwrap_or_else(empty)))
}

/// What is done about the tables of a schema that nothing manages.
fn gives_up() -> Policy {
    Policy { skips: BTreeSet::from(["drop_table", "drop_column"]), ..Policy::default() }
}

/// What Atlas is told about a schema, and on which server. Migrations run as they are.
fn policy_of(schema: &Schema, databases: &[Database]) -> Policy {
    let server = server(schema, databases);
    if matches!(schema.desired, Desired::Migrations(_)) {
        return Policy { runs_statements: true, ..server };
    }
    Policy {
        skips: schema.policy.never_made().collect(),
        refuses_drops: schema.policy.destructive == Destructive::Error,
        builds_concurrently: schema.policy.concurrent_create == Some(true),
        ..server
    }
}

/// What is known of the server of a schema.
fn server(schema: &Schema, databases: &[Database]) -> Policy {
    let (scheme, image) = match &schema.target {
        Target::Database(index) => {
            let Some(database) = databases.get(*index) else { return Policy::default() };
            let image = match &database.hosting {
                Hosting::InCluster(server) => Some(&server.image),
                Hosting::CloudNativePg(cluster) => cluster.image.as_ref(),
                Hosting::External => None,
            };
            (database.scheme.as_str(), image)
        }
        Target::Url(url) => (url.split("://").next().unwrap_or_default(), None),
        Target::UrlFrom(_) | Target::Unknown => return Policy::default(),
    };
    let version = image.and_then(|image| release(image)).map(|(major, _)| major);
    let known = ["postgres", "postgresql", "mysql", "mariadb", "maria"];
    Policy {
        version: version.and_then(|major| u32::try_from(major).ok()),
        is_relative: !known.contains(&scheme.split('+').next().unwrap_or_default()),
        ..Policy::default()
    }
}

/// What a revert of the change would lose, leave behind or be refused: the way back, under the
/// policy that is in Git then.
fn on_revert(
    (from, now): (&Catalogue, &Schema),
    (to, back): (&Catalogue, &Schema),
    policy: &Policy,
) -> Vec<Revert> {
    if let (Desired::Migrations(now), Desired::Migrations(back)) = (&now.desired, &back.desired) {
        let (Some(now_last), Some(back_last)) = (last(&now.directory), last(&back.directory))
        else {
            return Vec::new();
        };
        let goes_back = now_last > back_last;
        let is_allowed = back.migrate_down.is_some_and(|(is_allowed, _)| is_allowed);
        return goes_back.then_some(Revert::Migrations { is_allowed }).into_iter().collect();
    }
    let matters = |change: &Change| {
        let is_felt = match &change.outcome {
            Outcome::Refused | Outcome::Fails(_) => true,
            Outcome::Stays(stays) => *stays != Stays::Quietly,
            Outcome::Made | Outcome::Skipped | Outcome::HeldBack => false,
        };
        is_felt || change.severity == Severity::Destructive
    };
    let changes = policy::planned(from, to, policy).into_iter();
    changes.filter(matters).map(Revert::Change).collect()
}

/// The most new labels of enums that are looked for.
const MAX_LABELS: usize = 20;

/// Why contracts that hold may not be all there is to it: what the catalogues do not follow.
fn doubts(
    (old, was): (Side<'_>, Option<&Schema>),
    (new, is): (Side<'_>, Option<&Schema>),
    (from, to): (&Catalogue, &Catalogue),
    planned: &[Change],
) -> Vec<&'static str> {
    let unfollowed = is.and_then(|schema| unfollowed(schema, was, to));
    let stays_in_the_way = |change: &Change| {
        matches!(change.outcome, Outcome::Stays(_))
            && matches!(change.what.gone(), Some(Gone::Table(_)))
            && to.view_called(&change.table).is_some()
            && from.view_called(&change.table).is_none()
    };
    let has_parts = |schema: &Schema| {
        let texts = sql_texts(&schema.desired);
        texts.into_iter().any(|text| text.text.to_ascii_lowercase().contains("partition"))
    };
    // Migrations run as they are written: nothing plans around what still uses something.
    let is_versioned = is.is_some_and(|schema| matches!(schema.desired, Desired::Migrations(_)));
    let uses = Uses::of(to);
    let named = Named::of(is.filter(|_| is_versioned), to);
    let labels = planned.iter().filter(|it| matches!(it.what, What::LabelAdded { .. }));
    let labels: Vec<&Change> = labels.take(MAX_LABELS + 1).collect();
    let are_labels_used = labels.len() > MAX_LABELS
        || labels.into_iter().any(|it| is_label_used_at_once(it, planned, (is, was), to));
    // Another name in the other state: perhaps the same schema.
    let there = |here: Side<'_>, schema: Option<&Schema>, there: Side<'_>| {
        let target = schema.and_then(|schema| window::target(here, schema));
        let same = |other: &Schema| target.is_some() && window::target(there, other) == target;
        there.compilation.project.schemas.iter().any(same)
    };
    let shares = match (was, is) {
        (Some(_), None) => there(old, was, new),
        (None, Some(_)) => there(new, is, old),
        (Some(_), Some(_)) | (None, None) => false,
    };
    let found = [
        (unfollowed.is_some(), unfollowed.unwrap_or_default()),
        (
            planned.iter().any(stays_in_the_way),
            "a table that stays has the name of a new view: the server refuses it",
        ),
        (
            is.is_some_and(has_parts),
            "the schema has partitions, and what changes in one may hold for others",
        ),
        (
            is.is_some_and(|schema| !schema.exclude.is_empty() || !schema.schemas.is_empty()),
            "`exclude` or `schemas` may leave the change out",
        ),
        (
            is_versioned && planned.iter().any(|change| uses.have(change)),
            "a view or a foreign key still uses what a new migration changes: the server may refuse it",
        ),
        (
            is_versioned && planned.iter().any(|change| is_still_used(change, &named)),
            "a new migration drops a type, sequence or function that is still used: the server may refuse it",
        ),
        (
            are_labels_used,
            "a label may be added to an enum and used in the same transaction, which PostgreSQL refuses",
        ),
        (shares, "another Schema may manage the same tables, before or after"),
    ];
    found.into_iter().filter_map(|(is_so, why)| is_so.then_some(why)).collect()
}

/// Why not all is known of what new migrations do: the statements are followed by no catalogue.
fn unfollowed(schema: &Schema, was: Option<&Schema>, to: &Catalogue) -> Option<&'static str> {
    let is_other = |words: &[&str]| match words {
        ["alter", "view" | "materialized" | "schema", rest @ ..] => !rest.contains(&"owner"),
        ["create", "or", "replace", "table", ..] => true,
        _ => false,
    };
    let mut fresh = new_migrations(schema, was);
    fresh.find_map(|text| {
        if cascades(&text.text.to_ascii_lowercase()) {
            return Some("a new migration has `CASCADE`, which may drop what the App needs");
        }
        let statements = beginnings(text, to.dialect);
        let is_any = statements.iter().any(|statement| {
            let words: Vec<&str> = statement.words.iter().map(String::as_str).collect();
            is_other(&words)
        });
        is_any.then_some(
            "a new migration changes a view or a schema in a way that is not followed (`ALTER VIEW`, `ALTER SCHEMA`, `CREATE OR REPLACE TABLE`)",
        )
    })
}

/// Whether something that is dropped has its name in a column, or in another statement of the schema's SQL.
fn is_still_used(change: &Change, named: &Named) -> bool {
    let is_type = matches!(change.what, What::TypeDropped);
    let is_other = matches!(
        change.what,
        What::ObjectDropped {
            class: Class::Sequence
                | Class::Function
                | Class::Procedure
                | Class::Aggregate
                | Class::Domain
                | Class::CompositeType
                | Class::RangeType
                | Class::BaseType
                | Class::Collation
                | Class::Operator
                | Class::Extension,
            ..
        }
    );
    if !(is_type || is_other) || change.outcome != Outcome::Made {
        return false;
    }
    let name = change.table.rsplit('.').next().unwrap_or(&change.table).to_lowercase();
    let name = name.split('(').next().unwrap_or_default();
    named.types.contains(name) || is_other && named.words.contains(name)
}

/// What a schema names once its migrations have run, in lower case.
struct Named {
    /// The types of its columns.
    types: BTreeSet<String>,
    /// The words of its statements, but of those that create or drop what has no columns: what is left of the
    /// schema, its defaults, checks, views and triggers, stands in some statement.
    words: BTreeSet<String>,
}

impl Named {
    fn of(schema: Option<&Schema>, to: &Catalogue) -> Named {
        let columns = to.tables.values().flat_map(|table| &table.columns);
        let types = columns.filter_map(|column| column.data_type.as_ref());
        let types = types.map(|of| of.name.to_lowercase()).collect();
        let mut words = BTreeSet::new();
        for text in schema.map(|schema| sql_texts(&schema.desired)).unwrap_or_default() {
            let text = text.text.to_lowercase();
            for statement in text.split(';').filter(|it| !is_of_other_object(it)) {
                let all = statement.split(|it: char| !it.is_alphanumeric() && it != '_');
                words.extend(all.filter(|word| !word.is_empty()).map(str::to_owned));
            }
        }
        Named { types, words }
    }
}

/// Whether a statement creates, changes or drops something that has no columns, by its first words.
fn is_of_other_object(statement: &str) -> bool {
    const KINDS: [&str; 9] = [
        "sequence",
        "function",
        "procedure",
        "aggregate",
        "extension",
        "domain",
        "type",
        "operator",
        "collation",
    ];
    let mut words = statement.split_whitespace();
    match words.next() {
        Some("drop" | "comment" | "grant" | "revoke") => true,
        Some("create" | "alter") => words
            .find(|word| !matches!(*word, "or" | "replace"))
            .is_some_and(|kind| KINDS.contains(&kind)),
        Some(_) | None => false,
    }
}

/// Whether a new label of an enum is used where it is added: in the file of a migration, or as the new
/// default of a column in one plan.
fn is_label_used_at_once(
    change: &Change,
    planned: &[Change],
    (is, was): (Option<&Schema>, Option<&Schema>),
    to: &Catalogue,
) -> bool {
    let What::LabelAdded { label, .. } = &change.what else { return false };
    let quoted = format!("'{label}'");
    let of_default = |other: &Change| {
        let (What::DefaultChanged { column, .. } | What::ColumnAdded { column, .. }) = &other.what
        else {
            return false;
        };
        let table = to.table_called(&other.table);
        let column = table.and_then(|table| table.column_called(column));
        let default = column.and_then(|column| column.default.as_ref());
        default.is_some_and(|default| default.contains(&quoted))
    };
    let files: Vec<&Excerpt> =
        is.map(|schema| new_migrations(schema, was).collect()).unwrap_or_default();
    if files.is_empty() {
        return planned.iter().any(of_default);
    }
    let is_at_once = |text: &&Excerpt| {
        let is_alone = text.text.starts_with("-- atlas:txmode none");
        let n_times = text.text.matches(&quoted).count();
        !is_alone && n_times > 1 && text.text.to_ascii_lowercase().contains("add value")
    };
    files.iter().any(is_at_once)
}

/// The tables that views read and foreign keys refer to, by the last part of their names in lower case.
struct Uses {
    read: BTreeSet<String>,
    referred: BTreeSet<String>,
}

impl Uses {
    fn of(catalogue: &Catalogue) -> Uses {
        let name = |name: &ObjectName| name.name.text.to_lowercase();
        let read = catalogue.views.values().flat_map(|view| &view.reads);
        let referred = catalogue.tables.values().flat_map(|table| &table.foreign_keys);
        let referred = referred.map(|key| &key.table);
        Uses { read: read.map(name).collect(), referred: referred.map(name).collect() }
    }

    /// Whether the server may refuse a change because of them: one that drops something, or that changes
    /// the type of a column.
    fn have(&self, change: &Change) -> bool {
        let is_gone = change.what.gone();
        let changes_type = matches!(
            change.what,
            What::ColumnNarrowed { .. } | What::ColumnWidened { .. } | What::TypeChanged { .. }
        );
        if change.outcome != Outcome::Made || is_gone.is_none() && !changes_type {
            return false;
        }
        let table = change.table.rsplit('.').next().unwrap_or(&change.table).to_lowercase();
        let is_dropped = matches!(is_gone, Some(Gone::Table(_)));
        self.read.contains(&table) || is_dropped && self.referred.contains(&table)
    }
}

/// The SQL of a schema, as it is written.
fn sql_texts(desired: &Desired) -> Vec<&Excerpt> {
    match desired {
        Desired::Sql(texts) => texts.iter().collect(),
        Desired::Migrations(migrations) => match &migrations.directory {
            MigrationDir::Local { files, .. } => files.iter().map(|(_, text)| text).collect(),
            MigrationDir::Remote { .. } => Vec::new(),
        },
        Desired::Hcl(_) | Desired::Registry(_) => Vec::new(),
    }
}

/// The texts of the migrations that a schema did not have before.
pub(super) fn new_migrations<'a>(
    schema: &'a Schema,
    was: Option<&'a Schema>,
) -> impl Iterator<Item = &'a Excerpt> {
    let files = |schema: &'a Schema| match &schema.desired {
        Desired::Migrations(Migrations {
            directory: MigrationDir::Local { files, .. }, ..
        }) => files.as_slice(),
        Desired::Migrations(_) | Desired::Sql(_) | Desired::Hcl(_) | Desired::Registry(_) => &[],
    };
    let known: BTreeSet<&str> =
        was.into_iter().flat_map(files).map(|(name, _)| name.as_str()).collect();
    files(schema)
        .iter()
        .filter(move |(name, _)| !known.contains(name.as_str()))
        .map(|(_, text)| text)
}

/// The lines of new migrations that do something.
struct Lines {
    files: BTreeSet<FileId>,
    /// In lower case, with their places.
    all: Vec<(String, Span)>,
    /// How many may still be looked at.
    left: Cell<usize>,
}

impl Lines {
    fn of(texts: &[&Excerpt]) -> Lines {
        const ACTIONS: [&str; 6] = ["alter", "create", "drop", "rename", "truncate", "set"];
        const MAX_STEPS: usize = 2_000_000;
        let mut lines =
            Lines { files: BTreeSet::new(), all: Vec::new(), left: Cell::new(MAX_STEPS) };
        for excerpt in texts {
            lines.files.insert(excerpt.span.file);
            let mut start = 0;
            for line in excerpt.text.split_inclusive('\n') {
                let lower = line.to_ascii_lowercase();
                let mut words = lower.split(|c: char| !c.is_alphanumeric());
                let is_comment = lower.trim_start().starts_with("--");
                if !is_comment && words.any(|word| ACTIONS.contains(&word)) {
                    let begin = start + line.len() - line.trim_start().len();
                    let end = (start + line.trim_end().len()).max(begin);
                    lines.all.push((lower, excerpt.locate(begin..end)));
                }
                start += line.len();
            }
        }
        lines
    }

    /// Where a new migration makes a change: at what it creates if that is new, or else in the line that
    /// names most of what the change is about.
    fn about(&self, change: &Change) -> Option<Span> {
        let is_fresh = |span: &Span| self.files.contains(&span.file);
        if let Some(span) = change.new_place.filter(is_fresh) {
            return Some(span);
        }
        self.left.set(self.left.get().checked_sub(self.all.len())?);
        let pieces = change.pieces();
        let named = pieces.iter().filter_map(|piece| match piece {
            Piece::Name(name) => Some(name.to_lowercase()),
            Piece::Words(_) => None,
        });
        let named: Vec<String> = named.chain([change.table.to_lowercase()]).collect();
        let words =
            named.iter().flat_map(|name| name.split(|c: char| !(c.is_alphanumeric() || c == '_')));
        let words: BTreeSet<&str> = words.filter(|word| !word.is_empty()).collect();
        let score = |line: &str| words.iter().filter(|word| line.contains(**word)).count();
        let best = self.all.iter().enumerate().map(|(at, (line, span))| (score(line), at, span));
        // Of equal ones the first.
        let best = best.max_by_key(|(score, at, _)| (*score, std::cmp::Reverse(*at)));
        best.filter(|(score, ..)| *score > 0).map(|(_, _, span)| *span)
    }
}

/// Whether a text in lower case has `cascade` but for what a foreign key does.
fn cascades(text: &str) -> bool {
    text.match_indices("cascade").any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default().trim_end();
        !before.ends_with("delete") && !before.ends_with("update")
    })
}

/// What a revert does to a schema.
fn way_back(back: Option<&Schema>, now: Option<&Schema>, old: Side<'_>) -> WayBack {
    let (Some(back), Some(now)) = (back, now) else { return WayBack::Nothing };
    let policy = policy_of(back, &old.compilation.project.databases);
    let (Desired::Migrations(is), Desired::Migrations(was)) = (&now.desired, &back.desired) else {
        return WayBack::Applied(policy);
    };
    match (last(&is.directory), last(&was.directory)) {
        // What an edited migration does is in no database.
        (Some(after), Some(before)) if after <= before => WayBack::Nothing,
        (Some(_), _) if !was.migrate_down.is_some_and(|(is_allowed, _)| is_allowed) => {
            WayBack::Refused
        }
        (Some(_), Some(_)) => WayBack::Applied(policy),
        (_, _) => WayBack::Nothing,
    }
}

fn last(directory: &MigrationDir) -> Option<&SmolStr> {
    match directory {
        MigrationDir::Local { files, .. } => files.iter().map(|(name, _)| name).max(),
        MigrationDir::Remote { .. } => None,
    }
}

/// What the Apps of before say that they need of a schema.
#[derive(Default)]
struct Contracts {
    /// By table, as changes name it, who needs it, and who needs which column, in lower case.
    needed: BTreeMap<(String, Option<String>), Vec<String>>,
    /// The Apps that come after the schema and do not say what they need of it.
    silent: Vec<String>,
    /// Whether any App has to do with it.
    has_apps: bool,
}

impl Contracts {
    fn of(side: Side<'_>, schema: Option<usize>, catalogue: &Catalogue) -> Contracts {
        let mut contracts = Contracts::default();
        let Some(schema) = schema else { return contracts };
        let project = &side.compilation.project;
        let users = users(side, schema);
        for (index, app) in project.apps.iter().enumerate() {
            let unit = Unit::App(index);
            let mut says = false;
            for contract in app.requires.iter().filter(|contract| contract.schema == schema) {
                says = true;
                for required in &contract.tables {
                    let written = required.table.value.as_str();
                    let table = catalogue.table_called(written).map(|table| &table.name);
                    let view = || catalogue.view_called(written).map(|view| &view.name);
                    let Some(name) = table.or_else(view) else { continue };
                    let columns = required.reads.iter().chain(&required.writes);
                    let columns: BTreeSet<Option<String>> =
                        columns.map(|of| Some(of.column.value.to_lowercase())).collect();
                    for column in columns.into_iter().chain([None]) {
                        let key = (name.shown(), column);
                        let needing = contracts.needed.entry(key).or_default();
                        if needing.len() <= MAX_NAMED {
                            needing.push(project.label(unit));
                        }
                    }
                }
            }
            contracts.has_apps |= says || users.contains(&unit);
            if !says && users.contains(&unit) && contracts.silent.len() <= MAX_NAMED {
                contracts.silent.push(project.label(unit));
            }
        }
        contracts
    }

    /// The Apps that require what a change drops.
    fn losing(&self, change: &Change) -> impl Iterator<Item = &str> {
        let column = match change.what.gone() {
            Some(Gone::Column(column, _)) => Some(column.to_lowercase()),
            Some(Gone::Table(_)) | None => None,
        };
        let is_lost = change.outcome == Outcome::Made && change.what.gone().is_some();
        let needing = self.needed.get(&(change.table.to_string(), column)).filter(|_| is_lost);
        needing.into_iter().flatten().map(String::as_str)
    }

    /// What is to be said about something that is dropped, or stays.
    fn note(&self, change: &Change) -> Vec<Piece> {
        use Piece::Words;
        let column = match change.what.gone() {
            Some(Gone::Column(column, _)) => Some(column.to_lowercase()),
            Some(Gone::Table(_)) => None,
            None if change.what == What::ViewDropped => None,
            None => return Vec::new(),
        };
        let none = Vec::new();
        let needing = self.needed.get(&(change.table.to_string(), column)).unwrap_or(&none);
        let (by_whom, unknown, nobody) = match &change.outcome {
            Outcome::Stays(_) => (
                " of before requires it: drop it in a later change, with `destructive: allow`",
                " may use it, and has no `requires` on this schema; drop it in a later change, when nothing does",
                "no App requires it: a later change may drop it, with `destructive: allow`",
            ),
            Outcome::Made => (
                " of before requires it, and runs until the new version is ready",
                " may use it until the new version is ready, and has no `requires` on this schema",
                "no App of before requires it",
            ),
            Outcome::Skipped | Outcome::Refused | Outcome::HeldBack | Outcome::Fails(_) => {
                return Vec::new();
            }
        };
        if !needing.is_empty() {
            let mut pieces = named(needing);
            pieces.push(Words(by_whom));
            return pieces;
        }
        if !self.silent.is_empty() {
            let mut pieces = vec![Words("unknown: ")];
            pieces.extend(named(&self.silent));
            pieces.push(Words(unknown));
            return pieces;
        }
        if self.has_apps { vec![Words(nobody)] } else { Vec::new() }
    }
}

/// `App/a, App/b, App/c and others`.
fn named(labels: &[String]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (at, label) in labels.iter().take(MAX_NAMED).enumerate() {
        if at > 0 {
            pieces.push(Piece::Words(", "));
        }
        pieces.push(Piece::Name(label.clone()));
    }
    if labels.len() > MAX_NAMED {
        pieces.push(Piece::Words(" and others"));
    }
    pieces
}

/// The Apps that come right after a schema, or after all of them.
fn users(side: Side<'_>, schema: usize) -> BTreeSet<Unit> {
    let links = &side.compilation.links;
    let nodes = links.nodes().iter().enumerate();
    let of = |unit: &Unit| matches!(unit, Unit::EverySchema) || *unit == Unit::Schema(schema);
    let sources = nodes.filter(|(_, unit)| of(unit)).map(|(node, _)| node);
    let after = sources.flat_map(|node| links.outgoing(node)).map(|edge| *links.node(edge.to));
    after.filter(|unit| matches!(unit, Unit::App(_))).collect()
}
