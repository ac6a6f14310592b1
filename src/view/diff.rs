//! `generate diff`: what a change does to the database, to the objects and to the waves; what can
//! lose data comes first, and is the last to be left out where there is too much to print.

mod environments;
mod findings;
mod infrastructure;
mod objects;
mod print;
mod schemas;
mod sync;
mod window;

use std::collections::{BTreeMap, BTreeSet};

use sql::catalogue::change::{Change, Gone, Outcome, Piece, Severity};

use crate::diag::accept::{Acceptance, Subject};
use crate::diag::secrets::hidden;
use crate::model::Unit;
use crate::object::ObjectId;
use crate::pipeline::Compilation;
use crate::plan::Scheduled;
use crate::source::{Sources, Span};
use crate::view::diff::window::Windows;
use crate::view::markdown::shortened;
use crate::view::waves::waits;

pub use environments::{Differences, Only};
pub use findings::{Denied, github, sarif};
pub use infrastructure::Loss;
pub use print::{json, markdown, text};
pub use sync::{Act, Event, NewMigration, Reach, When};
pub use window::{Pair, State, Verdict, Version, Window};

/// One side of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What was compiled.
    pub compilation: &'a Compilation,
    /// From what.
    pub sources: &'a Sources,
}

/// What differs between two states of a directory.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// By Schema, what its SQL changes; the most dangerous first.
    pub schemas: Vec<SchemaChanges>,
    /// What each App meets while the change is rolled out, and while it is reverted.
    pub windows: Vec<Window>,
    /// The Apps that may use a schema that changes and do not say what they need of it: by `App/shop`, the
    /// name of such a schema.
    pub silent: BTreeMap<String, String>,
    /// What happens to the databases themselves, and what Kubernetes refuses.
    pub infrastructure: Vec<Notice>,
    /// Objects that are new.
    pub added: Vec<Item>,
    /// Objects that are gone.
    pub removed: Vec<Item>,
    /// Objects that have other values.
    pub changed: Vec<ChangedObject>,
    /// Waves that are not what they were.
    pub waves: Vec<WaveChange>,
    /// What the sync does, in the order in which it does it.
    pub events: Vec<Event>,
    /// The SQL that new migrations run.
    pub migrations: Vec<NewMigration>,
}

/// The changes of one schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaChanges {
    /// `Schema/shop`.
    pub schema: String,
    /// What changes.
    pub changes: Vec<SchemaChange>,
    /// What is lost, stays in the way or is refused when the change is reverted.
    pub on_revert: Vec<Revert>,
}

/// One change of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaChange {
    /// What changes, and what becomes of it.
    pub change: Change,
    /// The place that says so.
    pub place: Option<String>,
    /// The line of the new state that makes the change.
    pub at: Option<Span>,
    /// Which Apps need what is gone, as far as they say so.
    pub note: Vec<Piece>,
    /// Why it is accepted, if a comment says so.
    pub accepted: Option<String>,
}

/// What happens when a change is reverted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revert {
    /// A change of the schema.
    Change(Change),
    /// Migrations are gone that have been applied.
    Migrations {
        /// `migrateDown.allow` is set.
        is_allowed: bool,
    },
}

/// What is said about a database, or about an object that cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it costs.
    pub loss: Loss,
    /// What is said.
    pub pieces: Vec<Piece>,
    /// The place that says so.
    pub place: String,
    /// The same in the new state, or what is about it there.
    pub at: Option<Span>,
    /// Why it is accepted, if a comment says so.
    pub accepted: Option<String>,
}

/// An object and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// `Deployment/shop`.
    pub object: String,
    /// `App/shop`; the same as the object for a plain manifest.
    pub owner: String,
}

/// An object that has other values.
#[derive(Debug, PartialEq, Eq)]
pub struct ChangedObject {
    /// The object.
    pub item: Item,
    /// The values.
    pub fields: Vec<FieldChange>,
    /// How many more there are, beyond [`FIELDS`] of all objects.
    pub n_more: usize,
}

/// The most values that are kept of all objects; the rest is counted.
pub const FIELDS: usize = 10_000;
/// The most bytes of a comment: GitHub takes 65,536 characters, and refuses what is longer.
pub const COMMENT: usize = 64_000;
/// The most bytes that are printed as text or JSON.
pub const PRINTED: usize = 4 << 20;
/// The longest path of a value, and the longest place, in characters.
const MAX_PATH_LEN: usize = 200;
/// The longest name in what is said about a schema, in characters.
const MAX_NAME_LEN: usize = 120;
/// The longest reason and the longest value, in characters.
const MAX_TEXT_LEN: usize = 300;

/// One value that is not what it was.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// `spec.template.spec.containers[shop].image`.
    pub path: String,
    /// What it was; none for what is new.
    pub old: Option<String>,
    /// What it is; none for what is gone.
    pub new: Option<String>,
}

/// One wave that is not what it was.
#[derive(Debug, PartialEq, Eq)]
pub struct WaveChange {
    /// `App/shop`.
    pub unit: String,
    /// What it was.
    pub old: i64,
    /// What it is.
    pub new: i64,
    /// Why.
    pub why: String,
}

/// Compares two states.
pub fn difference(old: Side<'_>, new: Side<'_>) -> Difference {
    let mut difference = Difference::default();
    objects::objects(old, new, &mut difference);
    let changed = difference.changed.iter().map(|object| &object.item);
    let owners: BTreeSet<&str> = changed
        .chain(&difference.added)
        .chain(&difference.removed)
        .map(|item| item.owner.as_str())
        .collect();
    let is_changed = |schema: &str| owners.contains(format!("Schema/{schema}").as_str());
    let mut windows = Windows::of(old, new);
    let schemas = schemas::schemas(old, new, &mut windows, is_changed);
    (difference.windows, difference.silent) = (windows.found, windows.silent);
    difference
        .windows
        .sort_by(|a, b| (a.verdict, &a.app, &a.schema).cmp(&(b.verdict, &b.app, &b.schema)));
    difference.schemas = schemas;
    difference.infrastructure = infrastructure::notices(old, new);
    difference.waves = waves(old, new);
    difference.events = sync::events(old, new, &difference);
    difference.migrations = sync::migrations(old, new);
    difference
}

impl Difference {
    /// Marks the changes that comments accept. Those that the older state had as well count no more: what
    /// was accepted then is not what happens now.
    pub fn accept<'a>(
        &mut self,
        before: impl Iterator<Item = &'a Acceptance>,
        now: impl Iterator<Item = &'a Acceptance>,
    ) {
        let known: BTreeSet<(Subject, &str, &str)> =
            before.map(|it| (it.subject, &*it.object, &*it.reason)).collect();
        let fresh: BTreeMap<(Subject, &str), &str> = now
            .filter(|it| !known.contains(&(it.subject, &*it.object, &*it.reason)))
            .map(|it| ((it.subject, &*it.object), &*it.reason))
            .collect();
        let reason = |subject, pieces: &[Piece]| {
            let name = pieces.iter().find_map(|piece| match piece {
                Piece::Name(name) => Some(name.as_str()),
                Piece::Words(_) => None,
            });
            fresh.get(&(subject, name?)).map(|reason| shortened(&hidden(reason), MAX_TEXT_LEN))
        };
        for change in self.schemas.iter_mut().flat_map(|schema| &mut schema.changes) {
            let subject = match &change.change.outcome {
                Outcome::Refused | Outcome::Fails(_) => Subject::Refused,
                Outcome::Made | Outcome::Stays(_) | Outcome::Skipped | Outcome::HeldBack => {
                    Subject::Destructive
                }
            };
            change.accepted = reason(subject, &change.change.pieces());
        }
        for notice in &mut self.infrastructure {
            let subject = match notice.loss {
                Loss::Refused => Subject::Refused,
                Loss::Data | Loss::Care | Loss::Perhaps => Subject::Destructive,
            };
            notice.accepted = reason(subject, &notice.pieces);
        }
        for window in self.windows.iter_mut().filter(|window| window.verdict == Verdict::Split) {
            window.accepted = reason(Subject::Split, &[Piece::Name(window.app.clone())]);
        }
    }

    /// How many schema changes of a severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        let changes = self.schemas.iter().flat_map(|schema| &schema.changes);
        changes.filter(|change| change.change.severity == severity).count()
    }

    /// How many changes lose data, break clients, or leave data where nothing manages it any more:
    /// what `--deny destructive` is about.
    pub fn n_destructive(&self) -> usize {
        let changes = self.schemas.iter().flat_map(|schema| &schema.changes);
        let is_given_up = |change: &Change| {
            matches!(change.outcome, Outcome::Stays(_))
                && matches!(change.what.gone(), Some(Gone::Table(_)))
        };
        let changes = changes.filter(|it| it.accepted.is_none()).map(|change| &change.change);
        let is_lost = |notice: &&Notice| {
            matches!(notice.loss, Loss::Data | Loss::Care) && notice.accepted.is_none()
        };
        let n_lost = self.infrastructure.iter().filter(is_lost).count();
        let n_changes = changes
            .filter(|change| change.severity == Severity::Destructive || is_given_up(change))
            .count();
        n_changes + n_lost
    }

    /// How many changes the operator, the server or Kubernetes refuses for certain, and how many it
    /// refuses perhaps.
    pub fn n_refused(&self) -> (usize, usize) {
        let changes = self.schemas.iter().flat_map(|schema| &schema.changes);
        let changes = changes.filter(|it| it.accepted.is_none());
        let verdicts = changes.filter_map(|change| match &change.change.outcome {
            Outcome::Refused => Some(true),
            Outcome::Fails(clash) => Some(clash.is_certain()),
            Outcome::Made | Outcome::Stays(_) | Outcome::Skipped | Outcome::HeldBack => None,
        });
        let is_refused = |it: &&Notice| it.loss == Loss::Refused && it.accepted.is_none();
        let notices = self.infrastructure.iter().filter(is_refused);
        let verdicts = verdicts.chain(notices.map(|_| true));
        verdicts.fold((0, 0), |(certain, perhaps), is_certain| match is_certain {
            true => (certain + 1, perhaps),
            false => (certain, perhaps + 1),
        })
    }

    /// What is said of schemas, databases and rollouts, without the objects.
    fn verdicts(&self) -> Difference {
        Difference {
            schemas: self.schemas.clone(),
            windows: self.windows.clone(),
            infrastructure: self.infrastructure.clone(),
            ..Difference::default()
        }
    }

    /// Takes all of another difference.
    fn take(&mut self, other: Difference) {
        let Difference {
            schemas,
            windows,
            silent,
            infrastructure,
            added,
            removed,
            changed,
            waves,
            events,
            migrations,
        } = other;
        self.schemas.extend(schemas);
        self.windows.extend(windows);
        self.silent.extend(silent);
        self.infrastructure.extend(infrastructure);
        self.added.extend(added);
        self.removed.extend(removed);
        self.changed.extend(changed);
        self.waves.extend(waves);
        self.events.extend(events);
        self.events.sort_by(|a, b| (a.when, a.act, &a.item).cmp(&(b.when, b.act, &b.item)));
        self.migrations.extend(migrations);
    }

    /// Takes out what is said of objects and waves.
    fn take_objects(&mut self) -> Difference {
        Difference {
            added: std::mem::take(&mut self.added),
            removed: std::mem::take(&mut self.removed),
            changed: std::mem::take(&mut self.changed),
            waves: std::mem::take(&mut self.waves),
            events: std::mem::take(&mut self.events),
            ..Difference::default()
        }
    }

    /// Leaves out what differs in the same way in another difference.
    fn leave_out(&mut self, other: &Difference) {
        let Difference {
            schemas,
            windows,
            silent,
            infrastructure,
            added,
            removed,
            changed,
            waves,
            events,
            migrations,
        } = self;
        let known: BTreeMap<&str, &SchemaChanges> =
            other.schemas.iter().map(|schema| (schema.schema.as_str(), schema)).collect();
        for schema in schemas.iter_mut() {
            if let Some(known) = known.get(schema.schema.as_str()) {
                // Both lists have one order.
                leave_out(&mut schema.changes, &known.changes);
                leave_out(&mut schema.on_revert, &known.on_revert);
            }
        }
        schemas.retain(|schema| !schema.changes.is_empty() || !schema.on_revert.is_empty());
        leave_out(windows, &other.windows);
        silent.retain(|app, _| !other.silent.contains_key(app));
        leave_out(infrastructure, &other.infrastructure);
        leave_out(added, &other.added);
        leave_out(removed, &other.removed);
        let known: BTreeMap<&Item, &ChangedObject> =
            other.changed.iter().map(|object| (&object.item, object)).collect();
        for object in changed.iter_mut() {
            if let Some(known) = known.get(&object.item) {
                leave_out(&mut object.fields, &known.fields);
                object.n_more = object.n_more.saturating_sub(known.n_more);
            }
        }
        changed.retain(|object| !object.fields.is_empty() || object.n_more > 0);
        leave_out(waves, &other.waves);
        leave_out(events, &other.events);
        leave_out(migrations, &other.migrations);
    }

    /// How many Apps, each with one schema, have a verdict.
    pub fn count_windows(&self, verdict: Verdict) -> usize {
        self.windows.iter().filter(|window| window.verdict == verdict).count()
    }

    /// How many changes have to be split, and are not accepted: what `--deny split` is about.
    pub fn n_split(&self) -> usize {
        let is_split =
            |window: &&Window| window.verdict == Verdict::Split && window.accepted.is_none();
        self.windows.iter().filter(is_split).count()
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let Difference {
            schemas,
            windows,
            silent,
            infrastructure,
            added,
            removed,
            changed,
            waves,
            events,
            migrations,
        } = self;
        schemas.is_empty()
            && windows.is_empty()
            && silent.is_empty()
            && infrastructure.is_empty()
            && added.is_empty()
            && removed.is_empty()
            && changed.is_empty()
            && waves.is_empty()
            && events.is_empty()
            && migrations.is_empty()
    }
}

/// Leaves out what is in another list as well. Both have one order, so what is looked for is near the
/// place where the last one was found; beyond that it is said twice.
fn leave_out<T: PartialEq>(list: &mut Vec<T>, other: &[T]) {
    const MAX_AWAY: usize = 64;
    let mut next: usize = 0;
    list.retain(|item| {
        let start = next.saturating_sub(MAX_AWAY);
        let near = other.iter().skip(start).take(2 * MAX_AWAY);
        let found = near.into_iter().position(|known| known == item);
        next = found.map_or(next, |at| start + at + 1);
        found.is_none()
    });
}

/// What makes a unit the same in both states: a spec by its name, a plain manifest by all that
/// identifies it in the cluster, as two namespaces may each have a `Job/approve`.
type Identity<'a> = (String, Option<ObjectId<'a>>);

/// Every unit that has a wave, and what it is.
fn scheduled(side: Side<'_>) -> impl Iterator<Item = (Identity<'_>, &Scheduled)> {
    let compilation = side.compilation;
    let manifests: BTreeMap<Unit, ObjectId<'_>> = compilation
        .plan
        .objects
        .iter()
        .filter(|planned| matches!(planned.object.owner, Unit::Manifest(_)))
        .map(|planned| (planned.object.owner, planned.object.id()))
        .collect();
    let units = compilation.plan.units.iter().filter(|of| of.unit != Unit::EverySchema);
    units
        .map(move |of| ((compilation.project.label(of.unit), manifests.get(&of.unit).copied()), of))
}

fn waves(old: Side<'_>, new: Side<'_>) -> Vec<WaveChange> {
    let before: BTreeMap<Identity<'_>, i64> =
        scheduled(old).map(|(identity, of)| (identity, of.wave)).collect();
    let moved = scheduled(new).filter_map(|(identity, of)| {
        let old = *before.get(&identity)?;
        (old != of.wave).then_some((identity.0, old, of))
    });
    moved
        .map(|(unit, old, of)| {
            let why = match of.held_by {
                Some(edge) => waits(edge, new.compilation, new.sources),
                None if of.is_pinned => "the wave is written".to_owned(),
                None => "waits for nothing".to_owned(),
            };
            WaveChange { unit, old, new: of.wave, why: shortened(&why, MAX_TEXT_LEN) }
        })
        .collect()
}
