//! What a change does to the databases themselves, and what Kubernetes refuses to change.
//!
//! Sources: the validation of updates in Kubernetes 1.36 (`pkg/apis/*/validation`,
//! `ValidateStatefulSetUpdate` and its like) for what it refuses; the images of the databases for
//! what a server does with a volume of another one.

use std::collections::BTreeMap;

use sql::catalogue::change::{Piece, Severity};
use sql::dialect::Dialect;
use sql::parse::beginnings;

use crate::annotation;
use crate::model::{
    Database, Desired, Destructive, Hosting, Migrations, Project, Schema, Storage, Target, Unit,
};
use crate::object::Object;
use crate::quantity;
use crate::source::Span;
use crate::value::{Map, Value};
use crate::view::diff::objects::by_id;
use crate::view::diff::schemas::new_migrations;
use crate::view::diff::{MAX_PATH_LEN, Notice, Side};
use crate::view::markdown::shortened;

/// The most of what Kubernetes refuses that is reported.
const MAX_REFUSED: usize = 200;

pub(super) fn notices(old: Side<'_>, new: Side<'_>) -> Vec<Notice> {
    let mut found = Vec::new();
    databases(&old.compilation.project, &new.compilation.project, &mut found);
    schemas(&old.compilation.project, &new.compilation.project, &mut found);
    objects(old, new, &mut found);
    holders(old, new, &mut found);
    let notice = |Found { loss, pieces, place }: Found| {
        let (place, at) = match place {
            Place::New(span) => (new.sources.place(span), Some(span)),
            Place::Old(span) => (format!("{} before", old.sources.place(span)), None),
        };
        Notice { loss, pieces, place: shortened(&place, MAX_PATH_LEN), at, accepted: None }
    };
    let mut notices: Vec<Notice> = found.into_iter().map(notice).collect();
    notices.sort_by_key(|notice| notice.severity());
    notices
}

/// What a change of this kind costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Data is lost, or out of reach of what reads it.
    Data,
    /// Data stays where nothing manages it any more.
    Care,
    /// It may go wrong.
    Perhaps,
    /// Kubernetes or the server refuses it, so that the sync stops there.
    Refused,
}

impl Notice {
    /// How much it can break.
    pub fn severity(&self) -> Severity {
        match self.loss {
            Loss::Data => Severity::Destructive,
            Loss::Care | Loss::Perhaps | Loss::Refused => Severity::Risky,
        }
    }
}

struct Found {
    loss: Loss,
    pieces: Vec<Piece>,
    place: Place,
}

/// Where something is said: on the new side, or on the old one for what is gone.
enum Place {
    New(Span),
    Old(Span),
}

fn name(text: impl Into<String>) -> Piece {
    Piece::Name(text.into())
}

/// ` words A to B tail`.
fn changed(words: &'static str, from: &str, to: &str, tail: &'static str) -> Vec<Piece> {
    let (from, to) = (name(from), name(to));
    vec![Piece::Words(words), from, Piece::Words(" to "), to, Piece::Words(tail)]
}

fn databases(old: &Project, new: &Project, found: &mut Vec<Found>) {
    let after: BTreeMap<&str, &Database> =
        new.databases.iter().map(|database| (database.common.name.as_str(), database)).collect();
    for was in &old.databases {
        let label = name(format!("Database/{}", was.common.name));
        let Some(is) = after.get(was.common.name.as_str()) else {
            let (loss, words) = match &was.hosting {
                Hosting::External => continue,
                Hosting::InCluster(server) if server.storage.is_none() => {
                    (Loss::Data, " removed: its data goes with its pod")
                }
                Hosting::InCluster(_) | Hosting::CloudNativePg(_) => (
                    Loss::Care,
                    " removed: it stays in the cluster with its data (`Prune=false`), where nothing manages it any more",
                ),
            };
            let pieces = vec![label, Piece::Words(words)];
            found.push(Found { loss, pieces, place: Place::Old(was.common.place) });
            continue;
        };
        for (loss, rest) in moved(was, old, is, new).into_iter().chain(database(was, is)) {
            let pieces = std::iter::once(label.clone()).chain(rest).collect();
            found.push(Found { loss, pieces, place: Place::New(is.common.place) });
        }
    }
}

/// A server in another namespace is another server.
fn moved(
    was: &Database,
    old: &Project,
    is: &Database,
    new: &Project,
) -> Option<(Loss, Vec<Piece>)> {
    if matches!(is.hosting, Hosting::External) {
        return None;
    }
    let from = was.common.namespace.as_deref().or(old.namespace.as_deref());
    let to = is.common.namespace.as_deref().or(new.namespace.as_deref());
    let elsewhere = "the namespace of the Application";
    match (from, to) {
        (Some(from), Some(to)) if from != to => {
            let tail = ": the new server has none of the data";
            Some((Loss::Data, changed(" moves from the namespace ", from, to, tail)))
        }
        (Some(_), None) | (None, Some(_)) => {
            let tail = ": if that is another one, the new server has none of the data";
            let (from, to) = (from.unwrap_or(elsewhere), to.unwrap_or(elsewhere));
            Some((Loss::Perhaps, changed(" moves from the namespace ", from, to, tail)))
        }
        (Some(_), Some(_)) | (None, None) => None,
    }
}

/// What changes of a database.
fn database(was: &Database, is: &Database) -> Vec<(Loss, Vec<Piece>)> {
    if was.engine.name != is.engine.name {
        let tail = ": the new server has none of the data";
        let (from, to) = (was.engine.name, is.engine.name);
        return vec![(Loss::Data, changed(" changes its engine from ", from, to, tail))];
    }
    let (from, to) = (hosting(&was.hosting), hosting(&is.hosting));
    if from != to {
        let tail = ": the new server has none of the data";
        return vec![(Loss::Data, changed(" changes from ", from, to, tail))];
    }
    let mut found = Vec::new();
    if was.database != is.database {
        let tail = ": another database of the server, without the tables; an image creates it on an empty volume only";
        let words = " changes its `database` from ";
        found.push((Loss::Data, changed(words, &was.database, &is.database, tail)));
    }
    let address = |of: &Database| match of.port {
        Some(port) => format!("{}:{port}", of.host),
        None => of.host.to_string(),
    };
    if matches!(is.hosting, Hosting::External) && address(was) != address(is) {
        let tail = ": another server, which may have none of the data";
        let (from, to) = (address(was), address(is));
        found.push((Loss::Data, changed(" changes its address from ", &from, &to, tail)));
    }
    if was.credentials.secret != is.credentials.secret {
        let tail = ": a server keeps the passwords with which it was first started";
        let (from, to) = (&was.credentials.secret, &is.credentials.secret);
        let words = " takes its credentials from another Secret: ";
        found.push((Loss::Perhaps, changed(words, from, to, tail)));
    }
    let (before, after) = (&was.for_apps().secret, &is.for_apps().secret);
    let has_own = was.app_credentials.is_some() || is.app_credentials.is_some();
    if has_own && before != after {
        let tail = ": that user must exist, with the rights that the Apps need";
        let words = " gives its Apps the credentials of another Secret: ";
        found.push((Loss::Perhaps, changed(words, before, after, tail)));
    }
    found.extend(version(was, is));
    let hosting_now = &is.hosting;
    if let (Some(was), Some(is)) = (storage(&was.hosting), storage(&is.hosting)) {
        // CloudNativePG grows the claims by itself, and refuses to shrink them.
        let is_stateful_set = !matches!(hosting_now, Hosting::CloudNativePg(_));
        found.extend(volume(was, is, is_stateful_set));
    }
    found
}

/// What runs a database.
fn hosting(hosting: &Hosting) -> &'static str {
    match hosting {
        Hosting::InCluster(server) if server.storage.is_some() => "a StatefulSet",
        Hosting::InCluster(_) => "a Deployment without a volume",
        Hosting::CloudNativePg(_) => "a CloudNativePG cluster",
        Hosting::External => "an external server",
    }
}

fn storage(hosting: &Hosting) -> Option<&Storage> {
    match hosting {
        Hosting::InCluster(server) => server.storage.as_ref(),
        Hosting::CloudNativePg(cluster) => Some(&cluster.storage),
        Hosting::External => None,
    }
}

/// Another version of the server on the same volume.
fn version(was: &Database, is: &Database) -> Option<(Loss, Vec<Piece>)> {
    let image = |hosting: &Hosting| match hosting {
        Hosting::InCluster(server) if server.storage.is_some() => Some(server.image.clone()),
        Hosting::InCluster(_) | Hosting::CloudNativePg(_) | Hosting::External => None,
    };
    let (from, to) = (image(&was.hosting)?, image(&is.hosting)?);
    let (before, after) = (release(&from)?, release(&to)?);
    let is_postgres = is.engine.name == "postgres";
    let is_other = if is_postgres { before.0 != after.0 } else { before != after };
    if !is_other {
        return None;
    }
    let (loss, tail) = if is_postgres {
        (
            Loss::Refused,
            ": PostgreSQL does not start on a volume of another major version; dump the data and restore it into a new Database, or use `pg_upgrade`",
        )
    } else if after < before {
        (Loss::Refused, ": the server does not start on a volume of a newer version")
    } else {
        (Loss::Perhaps, ": the server upgrades its volume, after which it cannot go back")
    };
    Some((loss, changed(" changes its image from ", &from, &to, tail)))
}

/// Major and minor version in the tag of an image.
pub(super) fn release(image: &str) -> Option<(u64, u64)> {
    let image = image.split('@').next().unwrap_or(image);
    let (_, tag) = image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))?;
    let mut numbers = tag.split(|c: char| !c.is_ascii_digit());
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(0);
    Some((major, minor))
}

fn volume(was: &Storage, is: &Storage, is_stateful_set: bool) -> Option<(Loss, Vec<Piece>)> {
    if is_stateful_set && was.class_name != is.class_name {
        let shown = |of: &Storage| of.class_name.as_deref().unwrap_or("the default").to_owned();
        let tail =
            ": the class of a volume cannot be changed; restore the data into a new Database";
        let words = " changes the storage class from ";
        return Some((Loss::Refused, changed(words, &shown(was), &shown(is), tail)));
    }
    let (from, to) = (quantity::value(&was.size)?, quantity::value(&is.size)?);
    let tail = match to.partial_cmp(&from)? {
        std::cmp::Ordering::Less => ": a volume cannot shrink",
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Greater if !is_stateful_set => return None,
        std::cmp::Ordering::Greater => {
            ": Kubernetes refuses it in a StatefulSet; grow each claim by `kubectl patch pvc`, then `kubectl delete statefulset --cascade=orphan` and sync"
        }
    };
    Some((Loss::Refused, changed(" changes its storage from ", &was.size, &is.size, tail)))
}

fn schemas(old: &Project, new: &Project, found: &mut Vec<Found>) {
    let after: BTreeMap<&str, &Schema> =
        new.schemas.iter().map(|schema| (schema.common.name.as_str(), schema)).collect();
    for was in &old.schemas {
        let label = name(format!("Schema/{}", was.common.name));
        let Some(is) = after.get(was.common.name.as_str()) else {
            let words =
                " removed: what it made stays in the database, where nothing manages it any more";
            let pieces = vec![label, Piece::Words(words)];
            let place = Place::Old(was.common.place);
            found.push(Found { loss: Loss::Care, pieces, place });
            continue;
        };
        migrations(was, is, new, found);
        for (loss, rest) in schema((was, old), (is, new)) {
            let pieces = std::iter::once(label.clone()).chain(rest).collect();
            found.push(Found { loss, pieces, place: Place::New(is.common.place) });
        }
    }
}

/// What new migrations do beside changing the schema: rows that they delete, and statements that the server
/// refuses in the transaction in which Atlas runs a file (`txMode: file`, its default).
fn migrations(was: &Schema, is: &Schema, new: &Project, found: &mut Vec<Found>) {
    /// The most that is said of one Schema.
    const MAX_FOUND: usize = 100;
    let scheme = match &is.target {
        Target::Database(index) => {
            new.databases.get(*index).map_or("", |database| &database.scheme)
        }
        Target::Url(url) => url.split("://").next().unwrap_or_default(),
        Target::UrlFrom(_) | Target::Unknown => "",
    };
    let dialect = Dialect::of_scheme(scheme);
    let is_postgres = matches!(scheme.split('+').next(), Some("postgres" | "postgresql"));
    let mut n_found = 0;
    for text in new_migrations(is, Some(was)) {
        let lower = text.text.to_ascii_lowercase();
        let is_alone = lower.contains("atlas:txmode none")
            || is.tx_mode.as_deref().is_some_and(|mode| mode == "none");
        for statement in beginnings(text, dialect) {
            let words: Vec<&str> = statement.words.iter().map(String::as_str).collect();
            let said = match words.as_slice() {
                ["truncate", "table", "only", table, ..]
                | ["truncate", "table" | "only", table, ..]
                | ["truncate", table, ..] => {
                    (Loss::Data, *table, " loses all its rows (`TRUNCATE`)")
                }
                ["delete", "from", "only", table, ..] | ["delete", "from", table, ..] => {
                    (Loss::Data, *table, " loses rows (`DELETE`)")
                }
                ["create" | "drop" | "reindex", ..]
                    if words.contains(&"concurrently") && is_postgres && !is_alone =>
                {
                    (
                        Loss::Refused,
                        "CONCURRENTLY",
                        ": PostgreSQL refuses it in a transaction, in which Atlas runs each file; begin the file with `-- atlas:txmode none`",
                    )
                }
                _ => continue,
            };
            n_found += 1;
            if n_found > MAX_FOUND {
                return;
            }
            let (loss, what, tail) = said;
            let pieces = vec![name(what), Piece::Words(tail)];
            found.push(Found { loss, pieces, place: Place::New(statement.span) });
        }
    }
}

/// What changes of a schema beside its tables.
fn schema(
    (was, old): (&Schema, &Project),
    (is, new): (&Schema, &Project),
) -> Vec<(Loss, Vec<Piece>)> {
    let mut found = Vec::new();
    if let (Some(from), Some(to)) = (target(was, old), target(is, new))
        && from != to
    {
        let tail = ": what it made stays in the old one, where nothing manages it any more";
        found.push((
            Loss::Data,
            changed(" is applied to another database: from ", &from, &to, tail),
        ));
    }
    let gives_up = |loss, words, names: Vec<&str>, tail| {
        let names = names.into_iter().take(3).collect::<Vec<_>>().join(", ");
        (loss, vec![Piece::Words(words), name(names), Piece::Words(tail)])
    };
    let fresh: Vec<&str> =
        is.exclude.iter().filter(|name| !was.exclude.contains(name)).map(|name| &**name).collect();
    if !fresh.is_empty() {
        let tail = " (`exclude`), which stays in the database as it is";
        found.push(gives_up(Loss::Care, " no longer manages ", fresh, tail));
    }
    let gone: Vec<&str> =
        was.schemas.iter().filter(|name| !is.schemas.contains(name)).map(|name| &**name).collect();
    if !gone.is_empty() && !is.schemas.is_empty() {
        let tail = " (`schemas`), which stays in the database as it is";
        found.push(gives_up(Loss::Care, " no longer manages ", gone, tail));
    }
    let is_declarative = |schema: &Schema| !matches!(schema.desired, Desired::Migrations(_));
    let allows = |schema: &Schema| schema.policy.destructive == Destructive::Allow;
    if is_declarative(is) && allows(is) && !(is_declarative(was) && allows(was)) {
        let words = " drops from now on whatever Git does not name (`policy.destructive: allow`), what earlier changes left in the database as well";
        found.push((Loss::Data, vec![Piece::Words(words)]));
    }
    if let Desired::Migrations(Migrations { baseline: None, .. }) = &is.desired
        && is_declarative(was)
    {
        let words = " changes to migrations: Atlas refuses a database that has tables already, unless `baseline` names the version that it has";
        found.push((Loss::Refused, vec![Piece::Words(words)]));
    }
    found
}

/// The database that a schema is applied to, in words; nothing where it cannot be told.
fn target(schema: &Schema, project: &Project) -> Option<String> {
    match &schema.target {
        Target::Database(index) => {
            let database = project.databases.get(*index)?;
            Some(format!("Database/{}", database.common.name))
        }
        Target::Url(url) => {
            // What is compared is shown, and a password is neither.
            let (_, rest) = url.split_once("://")?;
            let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
            Some(place.split(['?', '#']).next().unwrap_or(place).to_owned())
        }
        Target::UrlFrom(key) => Some(format!("Secret/{}[{}]", key.name, key.key)),
        Target::Unknown => None,
    }
}

/// What of a kind Kubernetes does not let be changed.
struct Fixed {
    group: &'static str,
    kind: &'static str,
    /// The mapping in which they are.
    within: &'static str,
    fields: Fields,
    /// What to do.
    help: &'static str,
}

enum Fields {
    /// These.
    These(&'static [&'static str]),
    /// All but these.
    AllBut(&'static [&'static str]),
    /// The mapping itself.
    Whole,
}

const ANOTHER_NAME: &str = "; give it another name";
const DELETE_FIRST: &str = "; delete the object first";
const FIXED: &[Fixed] = &[
    Fixed {
        group: "apps",
        kind: "StatefulSet",
        within: "spec",
        fields: Fields::AllBut(&[
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
        ]),
        help: "; `kubectl delete statefulset --cascade=orphan`, then sync: the pods and claims stay",
    },
    Fixed {
        group: "apps",
        kind: "Deployment",
        within: "spec",
        fields: Fields::These(&["selector"]),
        help: ANOTHER_NAME,
    },
    Fixed {
        group: "apps",
        kind: "DaemonSet",
        within: "spec",
        fields: Fields::These(&["selector"]),
        help: ANOTHER_NAME,
    },
    Fixed {
        group: "apps",
        kind: "ReplicaSet",
        within: "spec",
        fields: Fields::These(&["selector"]),
        help: ANOTHER_NAME,
    },
    Fixed {
        group: "batch",
        kind: "Job",
        within: "spec",
        fields: Fields::These(&["template", "selector", "completionMode", "podFailurePolicy"]),
        help: "; give it another name, or the annotation `argocd.argoproj.io/sync-options: Force=true,Replace=true`",
    },
    Fixed {
        group: "",
        kind: "PersistentVolumeClaim",
        within: "spec",
        fields: Fields::AllBut(&["resources", "volumeAttributesClassName"]),
        help: "; make another claim, and copy the data",
    },
    Fixed {
        group: "",
        kind: "Service",
        within: "spec",
        fields: Fields::These(&["clusterIP", "clusterIPs"]),
        help: DELETE_FIRST,
    },
    Fixed { group: "", kind: "Secret", within: "type", fields: Fields::Whole, help: DELETE_FIRST },
    Fixed {
        group: "rbac.authorization.k8s.io",
        kind: "RoleBinding",
        within: "roleRef",
        fields: Fields::Whole,
        help: ANOTHER_NAME,
    },
    Fixed {
        group: "rbac.authorization.k8s.io",
        kind: "ClusterRoleBinding",
        within: "roleRef",
        fields: Fields::Whole,
        help: ANOTHER_NAME,
    },
    Fixed {
        group: "storage.k8s.io",
        kind: "StorageClass",
        within: "parameters",
        fields: Fields::Whole,
        help: ANOTHER_NAME,
    },
    Fixed {
        group: "storage.k8s.io",
        kind: "StorageClass",
        within: "provisioner",
        fields: Fields::Whole,
        help: ANOTHER_NAME,
    },
    Fixed {
        group: "scheduling.k8s.io",
        kind: "PriorityClass",
        within: "value",
        fields: Fields::Whole,
        help: ANOTHER_NAME,
    },
];

/// What Kubernetes refuses to change in the objects of both sides.
fn objects(old: Side<'_>, new: Side<'_>, found: &mut Vec<Found>) {
    let (before, after) = (by_id(old), by_id(new));
    let mut n_found = 0;
    for (id, &index) in &after {
        let Some(is) = new.compilation.plan.objects.get(index) else { continue };
        let was = before.get(id).and_then(|&index| old.compilation.plan.objects.get(index));
        let Some(was) = was.filter(|was| was.object.manifest != is.object.manifest) else {
            continue;
        };
        if is.is_hook || is_replaced(&is.object) {
            continue;
        }
        if loses_its_pod(&was.object, &is.object, &new.compilation.project) {
            let words =
                ": its pod is replaced, and with it all that it holds (it has no `storage`)";
            let label = new.compilation.project.label(is.object.owner);
            let pieces = vec![name(label), Piece::Words(words)];
            let place = Place::New(is.object.place);
            found.push(Found { loss: Loss::Data, pieces, place });
        }
        if shrinks(&was.object, &is.object) && n_found < MAX_REFUSED {
            n_found += 1;
            let words = ": Kubernetes lets no claim shrink; make another claim, and copy the data";
            let pieces = vec![name(is.object.id().label()), Piece::Words(words)];
            let place = Place::New(is.object.place);
            found.push(Found { loss: Loss::Refused, pieces, place });
        }
        // Both name what is refused of a volume; the Database says it in its own words.
        let is_ours = matches!(is.object.owner, Unit::Database(_));
        let fixed = FIXED.iter().filter(|fixed| fixed.group == id.group && fixed.kind == id.kind);
        for fixed in fixed {
            for field in changed_fields(fixed, &was.object, &is.object) {
                if (is_ours && field == "volumeClaimTemplates") || n_found >= MAX_REFUSED {
                    continue;
                }
                n_found += 1;
                let path = match fixed.fields {
                    Fields::Whole => fixed.within.to_owned(),
                    Fields::These(_) | Fields::AllBut(_) => format!("{}.{field}", fixed.within),
                };
                let pieces = vec![
                    name(is.object.id().label()),
                    Piece::Words(": Kubernetes does not let "),
                    name(path),
                    Piece::Words(" be changed"),
                    Piece::Words(fixed.help),
                ];
                let place = Place::New(is.object.place);
                found.push(Found { loss: Loss::Refused, pieces, place });
            }
        }
    }
}

/// What becomes of the data of an object that is deleted; none where it holds none.
///
/// Kubernetes deletes a claim's volume by the reclaim policy of its class, `Delete` by default, and keeps
/// the claims of a StatefulSet unless `persistentVolumeClaimRetentionPolicy` says otherwise. The
/// operators of CloudNativePG, EDB, Zalando and Crunchy delete the claims of a cluster with it; those of
/// the other databases keep them, or do as their resource says.
fn when_deleted(object: &Object) -> Option<(Loss, &'static str)> {
    const CLUSTERS: [(&str, &str); 4] = [
        ("postgresql.cnpg.io", "Cluster"),
        ("postgresql.k8s.enterprisedb.io", "Cluster"),
        ("acid.zalan.do", "postgresql"),
        ("postgres-operator.crunchydata.com", "PostgresCluster"),
    ];
    const OTHERS: [(&str, &str); 8] = [
        ("apps.kubeblocks.io", "Cluster"),
        ("k8s.mariadb.com", "MariaDB"),
        ("moco.cybozu.com", "MySQLCluster"),
        ("mysql.oracle.com", "InnoDBCluster"),
        ("pgv2.percona.com", "PerconaPGCluster"),
        ("ps.percona.com", "PerconaServerMySQL"),
        ("psmdb.percona.com", "PerconaServerMongoDB"),
        ("pxc.percona.com", "PerconaXtraDBCluster"),
    ];
    let id = object.id();
    let kind = (id.group, id.kind);
    let goes = (Loss::Data, " removed: its volumes are deleted with it");
    if kind == ("", "PersistentVolumeClaim") {
        return Some((
            Loss::Data,
            " removed: its volume is deleted with it, unless the class retains it",
        ));
    }
    if kind == ("apps", "StatefulSet") {
        let spec = |path: &[&str]| object.at(path);
        spec(&["spec", "volumeClaimTemplates"])?;
        let policy = ["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"];
        return Some(match spec(&policy).and_then(Value::as_str) {
            Some("Delete") => goes,
            Some(_) | None => (
                Loss::Care,
                " removed: its claims stay in the cluster with their data, where nothing manages them any more",
            ),
        });
    }
    if CLUSTERS.contains(&kind) {
        return Some(goes);
    }
    OTHERS.contains(&kind).then_some((
        Loss::Care,
        " removed: its server is deleted, and whether its volumes stay depends on its operator",
    ))
}

/// Plain objects that hold data and are gone, or in another namespace, and protection that is taken away.
fn holders(old: Side<'_>, new: Side<'_>, found: &mut Vec<Found>) {
    let (before, after) = (by_id(old), by_id(new));
    let others: BTreeMap<(&str, &str, &str), usize> = after
        .iter()
        .filter(|(id, _)| !before.contains_key(id))
        .map(|(id, &index)| ((id.group, id.kind, id.name), index))
        .collect();
    let is_protected = |object: &Object| {
        let options = object.annotation(annotation::SYNC_OPTIONS).unwrap_or_default();
        options.split(',').any(|it| matches!(it.trim(), "Prune=false" | "Prune=confirm"))
    };
    for (id, &index) in &before {
        let Some(was) = old.compilation.plan.objects.get(index).filter(|it| !it.is_hook) else {
            continue;
        };
        let Some((loss, words)) = when_deleted(&was.object) else { continue };
        let is = after.get(id).and_then(|&index| new.compilation.plan.objects.get(index));
        let label = name(was.object.id().label());
        let (loss, words, place) = match is {
            Some(is) if is_protected(&was.object) && !is_protected(&is.object) => (
                Loss::Care,
                " loses its protection: Argo CD prunes it when it is removed (`Prune=false`)",
                Place::New(is.object.place),
            ),
            // The Database says it in its own words.
            None if matches!(was.object.owner, Unit::Manifest(_)) => {
                let elsewhere = others.get(&(id.group, id.kind, id.name));
                let elsewhere =
                    elsewhere.and_then(|&index| new.compilation.plan.objects.get(index));
                match elsewhere {
                    // What is not written is that of the Application.
                    Some(is) if id.namespace.is_none() || is.object.id().namespace.is_none() => (
                        Loss::Perhaps,
                        " may be in another namespace: then it is another one, which has none of the data",
                        Place::New(is.object.place),
                    ),
                    Some(is) => (
                        Loss::Data,
                        " is in another namespace: it is another one, which has none of the data",
                        Place::New(is.object.place),
                    ),
                    None if is_protected(&was.object) => (
                        Loss::Care,
                        " removed: it stays in the cluster with its data, where nothing manages it any more",
                        Place::Old(was.object.place),
                    ),
                    None => (loss, words, Place::Old(was.object.place)),
                }
            }
            Some(_) | None => continue,
        };
        found.push(Found { loss, pieces: vec![label, Piece::Words(words)], place });
    }
}

/// Whether a claim asks for less than it did.
fn shrinks(was: &Object, is: &Object) -> bool {
    const SIZE: &[&str] = &["spec", "resources", "requests", "storage"];
    let size = |object: &Object| quantity::value(object.at(SIZE)?.as_str()?);
    let is_claim = is.id().group.is_empty() && is.kind() == "PersistentVolumeClaim";
    is_claim && matches!((size(was), size(is)), (Some(was), Some(is)) if is < was)
}

/// Whether a database without a volume gets another pod.
fn loses_its_pod(was: &Object, is: &Object, project: &Project) -> bool {
    let Unit::Database(index) = is.owner else { return false };
    let keeps_nothing = project.databases.get(index).is_some_and(|database| {
        matches!(&database.hosting, Hosting::InCluster(server) if server.storage.is_none())
    });
    let pod = &["spec", "template"];
    keeps_nothing && is.kind() == "Deployment" && was.at(pod) != is.at(pod)
}

/// Whether Argo CD deletes the object and makes it anew.
pub(super) fn is_replaced(object: &Object) -> bool {
    let options = object.annotation(annotation::SYNC_OPTIONS).unwrap_or_default();
    let has = |option: &str| options.split(',').any(|found| found.trim() == option);
    has("Force=true") && has("Replace=true")
}

fn changed_fields<'a>(fixed: &Fixed, was: &'a Object, is: &'a Object) -> Vec<&'a str> {
    let at = |object: &'a Object| object.at(&[fixed.within]);
    let map = |object: &'a Object| match at(object) {
        Some(Value::Map(map)) => Some(map),
        Some(_) | None => None,
    };
    let field = |map: Option<&'a Map>, name: &str| {
        map.and_then(|map| map.iter().find(|(key, _)| *key == name)).map(|(_, value)| value)
    };
    let (before, after) = (map(was), map(is));
    match fixed.fields {
        Fields::Whole => {
            // Kubernetes fills in what is left out.
            let (Some(before), Some(after)) = (at(was), at(is)) else { return Vec::new() };
            if before == after { Vec::new() } else { vec![""] }
        }
        Fields::These(names) => names
            .iter()
            .copied()
            .filter(|name| {
                let (before, after) = (field(before, name), field(after, name));
                before.is_some() && after.is_some() && before != after
            })
            .collect(),
        Fields::AllBut(names) => {
            let keys = after.into_iter().flat_map(Map::iter).map(|(key, _)| key);
            keys.filter(|key| !names.contains(key))
                .filter(|key| {
                    let (before, after) = (field(before, key), field(after, key));
                    before.is_some() && before != after
                })
                .collect()
        }
    }
}
