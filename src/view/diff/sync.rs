//! What the sync of a change does, wave by wave, and the SQL of the migrations that it runs.
//!
//! Source of the order: `getSyncTasks` and `runTasks` of Argo CD (`gitops-engine/pkg/sync/sync_context.go`).
//! What is pruned is pruned in the reverse order of its waves, in each wave before anything is applied;
//! with `PruneLast=true` after everything else.

use std::collections::{BTreeMap, BTreeSet};

use sql::catalogue::change::{Outcome, Piece};

use crate::annotation;
use crate::diag::secrets::hidden;
use crate::model::{Desired, MigrationDir, Migrations, Unit};
use crate::object::Object;
use crate::plan::Planned;
use crate::source::printable;
use crate::value::Value;
use crate::view::diff::infrastructure::is_replaced;
use crate::view::diff::objects::by_id;
use crate::view::diff::{Difference, Item, Loss, MAX_NAME_LEN, Notice, SchemaChanges, Side};
use crate::view::markdown::shortened;

/// When something of a sync happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// In a hook, whose phase its own annotations say.
    Hook,
    /// In a wave.
    Wave(i64),
    /// After the last wave.
    Last,
    /// Never: it stays as it is.
    Never,
}

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// It is pruned, before anything of its wave is applied.
    Pruned,
    /// It stays, although Git no longer has it.
    Kept,
    /// It is new.
    Created,
    /// It is deleted and created again.
    Replaced,
    /// It changes.
    Changed,
}

impl Act {
    /// As it is said.
    pub fn word(self) -> &'static str {
        match self {
            Act::Pruned => "pruned",
            Act::Kept => "kept",
            Act::Created => "created",
            Act::Replaced => "replaced",
            Act::Changed => "changed",
        }
    }
}

/// Whether the sync comes to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It does, if what comes before becomes healthy.
    Reached,
    /// Something before it may be refused.
    Perhaps,
    /// Something before it is refused.
    Not,
}

/// One thing that the sync does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub when: When,
    /// What.
    pub act: Act,
    /// To which object.
    pub item: Item,
    /// What follows from that.
    pub effects: Vec<Vec<Piece>>,
    /// Whether the sync comes to it.
    pub reach: Reach,
}

/// A migration that is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMigration {
    /// `Schema/shop`.
    pub schema: String,
    /// The name of its file.
    pub file: String,
    /// Its SQL without secrets, line by line, as much of it as is shown.
    pub lines: Vec<String>,
    /// How many lines are not shown.
    pub n_more: usize,
}

/// The most changes of a schema that are named in one line.
const MAX_CHANGES: usize = 8;
/// The most lines and characters of a migration that are shown, and of all of them.
const MAX_LINES: usize = 60;
const MAX_LINE_LEN: usize = 200;
const MAX_SQL: usize = 12_000;
const MAX_ALL_SQL: usize = 96_000;
const MAX_MIGRATIONS: usize = 50;

/// What the sync does. `difference` has what is known of schemas and databases.
pub(super) fn events(old: Side<'_>, new: Side<'_>, difference: &Difference) -> Vec<Event> {
    let (before, after) = (by_id(old), by_id(new));
    let schemas: BTreeMap<&str, &SchemaChanges> =
        difference.schemas.iter().map(|of| (of.schema.as_str(), of)).collect();
    let refused = refused_objects(&difference.infrastructure);
    let mut events = Vec::new();
    let mut outcomes: BTreeMap<i64, Reach> = BTreeMap::new();
    for (id, &index) in &after {
        let Some(planned) = new.compilation.plan.objects.get(index) else { continue };
        let was = before.get(id).and_then(|&index| old.compilation.plan.objects.get(index));
        let act = match was {
            None => Act::Created,
            Some(was) if was.object.manifest == planned.object.manifest => continue,
            // What is in it says no more than the key that the schema names.
            Some(_) if planned.object.is_recheck() => continue,
            Some(_) if is_replaced(&planned.object) => Act::Replaced,
            Some(was) if is_wave_only(&was.object, &planned.object) => continue,
            Some(_) => Act::Changed,
        };
        let item = item(new, planned);
        let mut effects = Vec::new();
        let mut worst = Reach::Reached;
        if let Unit::Schema(schema) = planned.object.owner
            && planned.object.kind().starts_with("Atlas")
        {
            let changes = schemas.get(item.owner.as_str()).copied();
            let is_refused = is_refused_in_file(new, schema, &difference.infrastructure);
            worst = applied(old, new, schema, (changes, is_refused), &mut effects);
        }
        // Of a volume, the Database says it.
        let has_volume = matches!(planned.object.kind(), "StatefulSet" | "Cluster");
        let is_refused = refused.contains(item.object.as_str())
            || has_volume && refused.contains(item.owner.as_str());
        if is_refused {
            worst = Reach::Not;
            effects.push(words("Kubernetes refuses this: the sync fails in this wave"));
        } else {
            restarts(was.map(|was| &was.object), &planned.object, &mut effects);
        }
        let when = if planned.is_hook { When::Hook } else { When::Wave(planned.wave) };
        if worst != Reach::Reached && !planned.is_hook {
            let known = outcomes.entry(planned.wave).or_insert(worst);
            *known = worst.max(*known);
        }
        events.push(Event { when, act, item, effects, reach: Reach::Reached });
    }
    pruned(old, &before, &after, &mut events);
    for event in &mut events {
        let wave = match event.when {
            When::Hook | When::Never => continue,
            When::Wave(wave) => wave,
            When::Last => i64::MAX,
        };
        let earlier = outcomes.range(..wave).map(|(_, outcome)| *outcome).max();
        event.reach = earlier.unwrap_or(Reach::Reached);
    }
    events.sort_by(|a, b| (a.when, a.act, &a.item).cmp(&(b.when, b.act, &b.item)));
    events
}

fn words(text: &'static str) -> Vec<Piece> {
    vec![Piece::Words(text)]
}

fn item(side: Side<'_>, planned: &Planned) -> Item {
    let object = planned.object.id().label();
    Item { object, owner: side.compilation.project.label(planned.object.owner) }
}

/// Objects of which Kubernetes refuses a change.
fn refused_objects(notices: &[Notice]) -> BTreeSet<&str> {
    let refused = notices.iter().filter(|notice| notice.loss == Loss::Refused);
    refused
        .filter_map(|notice| match notice.pieces.first() {
            Some(Piece::Name(name)) => Some(name.as_str()),
            Some(Piece::Words(_)) | None => None,
        })
        .collect()
}

/// Whether a line of a schema's migrations is refused.
fn is_refused_in_file(new: Side<'_>, schema: usize, notices: &[Notice]) -> bool {
    let desired = new.compilation.project.schemas.get(schema).map(|schema| &schema.desired);
    let Some(Desired::Migrations(Migrations {
        directory: MigrationDir::Local { files, .. }, ..
    })) = desired
    else {
        return false;
    };
    let mut refused = notices.iter().filter(|it| it.loss == Loss::Refused).filter_map(|it| it.at);
    refused.any(|at| files.iter().any(|(_, text)| text.span.file == at.file))
}

/// Whether only the wave of an object changes.
fn is_wave_only(was: &Object, is: &Object) -> bool {
    let without = |object: &Object| {
        let mut manifest = object.manifest.clone();
        if let Some(Value::Map(metadata)) = manifest.get_mut("metadata")
            && let Some(Value::Map(annotations)) = metadata.get_mut("annotations")
        {
            annotations.set(annotation::WAVE, "");
        }
        manifest
    };
    was.annotation(annotation::WAVE) != is.annotation(annotation::WAVE)
        && without(was) == without(is)
}

/// What the operator does about a schema, and whether the sync gets past it.
fn applied(
    old: Side<'_>,
    new: Side<'_>,
    schema: usize,
    (changes, is_refused_in_file): (Option<&SchemaChanges>, bool),
    effects: &mut Vec<Vec<Piece>>,
) -> Reach {
    let project = &new.compilation.project;
    let Some(schema) = project.schemas.get(schema) else { return Reach::Reached };
    let migrations = fresh(old, new, schema.common.name.as_str());
    if !migrations.is_empty() {
        let names = migrations.iter().map(|(name, _)| vec![Piece::Name((*name).to_owned())]);
        effects.push(listed("the operator runs ", names.collect()));
    }
    let changes = changes.map_or(&[][..], |of| of.changes.as_slice());
    let of = |is_it: fn(&Outcome) -> bool| -> Vec<Vec<Piece>> {
        let these = changes.iter().filter(|it| is_it(&it.change.outcome));
        these.map(|it| it.change.pieces()).collect()
    };
    let certain = |outcome: &Outcome| match outcome {
        Outcome::Refused => true,
        Outcome::Fails(clash) => clash.is_certain(),
        Outcome::Made | Outcome::Stays(_) | Outcome::Skipped | Outcome::HeldBack => false,
    };
    let perhaps = |outcome: &Outcome| matches!(outcome, Outcome::Fails(it) if !it.is_certain());
    let groups: [(&'static str, Vec<Vec<Piece>>); 5] = [
        ("the sync does not get past this wave: ", of(certain)),
        ("the sync may not get past this wave: ", of(perhaps)),
        ("the database changes: ", of(|it| matches!(it, Outcome::Made))),
        ("", of(|it| matches!(it, Outcome::Stays(_)))),
        ("", of(|it| matches!(it, Outcome::Skipped | Outcome::HeldBack))),
    ];
    let is_refused = is_refused_in_file || changes.iter().any(|it| certain(&it.change.outcome));
    if is_refused_in_file {
        effects.push(words(
            "the sync does not get past this wave: the server refuses a new migration",
        ));
    }
    let is_perhaps = changes.iter().any(|it| perhaps(&it.change.outcome));
    for (head, pieces) in groups {
        // Of a migration that is refused, nothing is made.
        let is_made = head.starts_with("the database");
        if !(pieces.is_empty() || is_made && is_refused_in_file) {
            effects.push(listed(head, pieces));
        }
    }
    match schema.policy.review.as_deref() {
        Some("ALWAYS") => effects.push(words(
            "waits for a person: the plan has to be approved (`policy.review: ALWAYS`)",
        )),
        Some(_) => effects.push(words(
            "may wait for a person: the plan has to be approved if a check of it fails (`policy.review`)",
        )),
        None => {}
    }
    match (is_refused, is_perhaps) {
        (true, _) => Reach::Not,
        (false, true) => Reach::Perhaps,
        (false, false) => Reach::Reached,
    }
}

/// `head a; b; c; and 3 more`.
fn listed(head: &'static str, all: Vec<Vec<Piece>>) -> Vec<Piece> {
    let n_more = all.len().saturating_sub(MAX_CHANGES);
    let mut line = if head.is_empty() { Vec::new() } else { words(head) };
    for (at, pieces) in all.into_iter().take(MAX_CHANGES).enumerate() {
        if at > 0 {
            line.push(Piece::Words("; "));
        }
        line.extend(pieces);
    }
    if n_more > 0 {
        line.extend([
            Piece::Words("; and "),
            Piece::Name(n_more.to_string()),
            Piece::Words(" more"),
        ]);
    }
    line
}

/// Which pods a change of an object replaces, or which runs it starts.
fn restarts(was: Option<&Object>, is: &Object, effects: &mut Vec<Vec<Piece>>) {
    let text = |path: &[&str]| is.at(path).and_then(Value::as_str).unwrap_or_default();
    let kind = is.kind();
    let Some(was) = was else {
        if kind == "Job" {
            effects.push(words("it runs, and the next wave waits for its end"));
        }
        return;
    };
    let pods = ["spec", "template"];
    let is_changed = was.at(&pods) != is.at(&pods);
    let replicas = was.at(&["spec", "replicas"]) != is.at(&["spec", "replicas"]);
    let effect = match kind {
        "Deployment" if is_changed && text(&["spec", "strategy", "type"]) == "Recreate" => {
            "restarts: all its pods end before the new ones begin"
        }
        "Deployment" if is_changed => {
            "restarts: old and new pods run side by side until all are replaced"
        }
        "StatefulSet" | "DaemonSet"
            if is_changed && text(&["spec", "updateStrategy", "type"]) == "OnDelete" =>
        {
            "waits for a person: its pods change when somebody deletes them (`OnDelete`)"
        }
        "StatefulSet" if is_changed => "restarts: its pods are replaced one after the other",
        "DaemonSet" if is_changed => "restarts: its pods are replaced node by node",
        "Deployment" | "StatefulSet" if replicas => {
            "is scaled: the pods that remain are not restarted"
        }
        "CronJob" => "applies from its next run on",
        "Job" if is_replaced(is) => "it runs again, and the next wave waits for its end",
        _ => return,
    };
    effects.push(words(effect));
}

/// What is pruned, and when.
fn pruned<'a>(
    old: Side<'a>,
    before: &BTreeMap<crate::object::ObjectId<'a>, usize>,
    after: &BTreeMap<crate::object::ObjectId<'_>, usize>,
    events: &mut Vec<Event>,
) {
    let gone = before.iter().filter(|(id, _)| !after.contains_key(id));
    let gone: Vec<&Planned> =
        gone.filter_map(|(_, &index)| old.compilation.plan.objects.get(index)).collect();
    let options = |planned: &Planned, wanted: &str| {
        let options = planned.object.annotation(annotation::SYNC_OPTIONS).unwrap_or_default();
        options.split(',').any(|option| option.trim() == wanted)
    };
    let is_pruned = |it: &&&Planned| !it.is_hook && !options(it, "Prune=false");
    let waves: BTreeSet<i64> = gone.iter().filter(is_pruned).map(|it| it.wave).collect();
    // Argo CD swaps the first of these waves with the last, the second with the last but one, ...
    let reversed: BTreeMap<i64, i64> =
        waves.iter().copied().zip(waves.iter().rev().copied()).collect();
    for planned in gone {
        let item = item(old, planned);
        let mut effects = Vec::new();
        let (when, act) = if planned.is_hook {
            if planned.object.is_recheck() {
                continue;
            }
            effects.push(words("a hook: Argo CD does not prune it"));
            (When::Never, Act::Kept)
        } else if options(planned, "Prune=false") {
            effects.push(words("it stays in the cluster (`Prune=false`)"));
            (When::Never, Act::Kept)
        } else {
            if options(planned, "Prune=confirm") {
                effects.push(words(
                    "waits for a person: the sync goes on when somebody confirms the pruning in Argo CD (`Prune=confirm`), and later syncs wait for it",
                ));
            }
            if planned.object.kind() == "AtlasSchema" || planned.object.kind() == "AtlasMigration" {
                effects.push(words("the tables stay in the database"));
            }
            let when = match options(planned, "PruneLast=true") {
                true => When::Last,
                false => When::Wave(*reversed.get(&planned.wave).unwrap_or(&planned.wave)),
            };
            (when, Act::Pruned)
        };
        events.push(Event { when, act, item, effects, reach: Reach::Reached });
    }
}

/// Names and texts of the migrations that a schema did not have before.
fn fresh<'a>(old: Side<'a>, new: Side<'a>, name: &str) -> Vec<(&'a str, &'a str)> {
    let files = |side: Side<'a>| -> &'a [(_, crate::source::Excerpt)] {
        let mut schemas = side.compilation.project.schemas.iter();
        match schemas.find(|schema| schema.common.name == name).map(|schema| &schema.desired) {
            Some(Desired::Migrations(Migrations {
                directory: MigrationDir::Local { files, .. },
                ..
            })) => files.as_slice(),
            Some(
                Desired::Migrations(_) | Desired::Sql(_) | Desired::Hcl(_) | Desired::Registry(_),
            )
            | None => &[],
        }
    };
    let known: BTreeSet<&str> = files(old).iter().map(|(name, _)| name.as_str()).collect();
    let all = files(new).iter().map(|(name, text)| (name.as_str(), text.text.as_str()));
    all.filter(|(name, _)| !known.contains(name)).collect()
}

/// The SQL of new migrations.
pub(super) fn migrations(old: Side<'_>, new: Side<'_>) -> Vec<NewMigration> {
    let mut all = Vec::new();
    let mut left = MAX_ALL_SQL;
    for schema in &new.compilation.project.schemas {
        let name = schema.common.name.as_str();
        for (file, text) in fresh(old, new, name) {
            if all.len() >= MAX_MIGRATIONS {
                return all;
            }
            // What is a secret may be told by what stands behind it.
            let most = left.min(MAX_SQL);
            let looked_at =
                (0..=text.len().min(2 * most)).rev().find(|at| text.is_char_boundary(*at));
            let looked_at = text.get(..looked_at.unwrap_or(0)).unwrap_or_default();
            let masked = hidden(looked_at);
            let mut lines = Vec::new();
            let mut n_bytes = 0;
            for line in masked.lines().take(MAX_LINES) {
                let line = shortened(&printable(line.replace('\t', "    ")), MAX_LINE_LEN);
                n_bytes += line.len() + 1;
                if n_bytes > most {
                    break;
                }
                lines.push(line);
            }
            left -= n_bytes.min(left);
            let n_more = text.lines().count().saturating_sub(lines.len());
            let file = shortened(&hidden(file), MAX_NAME_LEN);
            all.push(NewMigration { schema: format!("Schema/{name}"), file, lines, n_more });
        }
    }
    all
}
