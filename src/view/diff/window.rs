//! The window: which version of an App meets which state of its schema - before a change, between its waves,
//! after it and after a revert -, whether the App's `requires` holds each time, and if not, how to split the change.
//!
//! The schema is applied in an earlier wave than the App, in both directions, so between the waves the version
//! that runs meets the schema of the other. If the new pods never become ready, that does not end.

use std::collections::{BTreeMap, BTreeSet};

use sql::catalogue::Catalogue;
use sql::catalogue::change::{Change, Piece};
use sql::catalogue::policy::{self, Policy};
use sql::catalogue::requires::{Breach, Doubt, Requirement, Work};
use sql::catalogue::window::{Applied, Fate, Felt, Held, applied, holds};

use crate::model::{App, Schema, Target, Unit};
use crate::value::Value;
use crate::view::diff::Side;

/// The most reasons that are kept of one pair; the rest is counted.
const MAX_REASONS: usize = 5;
/// The most edits that are kept of one step of a split.
const MAX_EDITS: usize = 10;

/// What becomes of one App and one Schema while a change is rolled out, and while it is reverted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// `App/shop`.
    pub app: String,
    /// `Schema/shop`.
    pub schema: String,
    /// Whether the change can be made at once.
    pub verdict: Verdict,
    /// Each version with each state of the schema that it meets.
    pub pairs: Vec<Pair>,
    /// What holds for all pairs: why nothing is known, or what a revert does not do.
    pub notes: Vec<Vec<Piece>>,
    /// The changes to make one after the other, each as a list of edits; empty where one is enough.
    pub split: Vec<Vec<Vec<Piece>>>,
    /// Why it is accepted, if a comment says so.
    pub accepted: Option<String>,
}

/// Whether a change of a schema and of an App can be made at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// A version meets a state of the schema that breaks it.
    Split,
    /// It cannot be known.
    Unknown,
    /// The schema is not changed, and the new version is not rolled out.
    Refused,
    /// Every version works with every state that it meets.
    Enough,
}

impl Verdict {
    /// All of them, the worst first.
    pub const ALL: [Verdict; 4] =
        [Verdict::Split, Verdict::Unknown, Verdict::Refused, Verdict::Enough];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Split => "split",
            Verdict::Unknown => "unknown",
            Verdict::Refused => "refused",
            Verdict::Enough => "enough",
        }
    }
}

/// A version of an App, by the state of Git that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The one that runs.
    Old,
    /// The one that is rolled out.
    New,
}

/// A state of a schema in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Before the change.
    Before,
    /// With the change.
    After,
    /// After a revert of it.
    Reverted,
}

/// A version of an App with a state of its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The version.
    pub version: Version,
    /// The state.
    pub state: State,
    /// Whether the version works there; nothing where that is not known.
    pub holds: Option<bool>,
    /// When the two meet.
    pub when: &'static str,
    /// Why it does not hold, or why that is not known.
    pub reasons: Vec<Vec<Piece>>,
    /// How many more reasons there are.
    pub n_more: usize,
}

/// What the Apps of one side need of schemas.
#[derive(Default)]
pub(super) struct Users<'a> {
    /// By schema and name of the App, what it says.
    contracts: BTreeMap<usize, BTreeMap<&'a str, Vec<Requirement>>>,
    /// By schema, the names of the Apps that come right after it.
    after: BTreeMap<usize, BTreeSet<&'a str>>,
    /// The names of the Apps that come after all schemas, as nobody knows which they use.
    after_all: BTreeSet<&'a str>,
    apps: BTreeMap<&'a str, &'a App>,
}

impl<'a> Users<'a> {
    pub(super) fn of(side: Side<'a>) -> Users<'a> {
        let (project, links) = (&side.compilation.project, &side.compilation.links);
        let mut users = Users::default();
        for app in &project.apps {
            users.apps.insert(&app.common.name, app);
            for contract in &app.requires {
                let of_schema = users.contracts.entry(contract.schema).or_default();
                let needed = of_schema.entry(&app.common.name).or_default();
                needed.extend(contract.tables.iter().cloned());
            }
        }
        for (node, unit) in links.nodes().iter().enumerate() {
            let schema = match unit {
                Unit::Schema(schema) => Some(*schema),
                Unit::EverySchema => None,
                Unit::Database(_) | Unit::App(_) | Unit::Manifest(_) => continue,
            };
            for edge in links.outgoing(node) {
                let Unit::App(index) = links.node(edge.to) else { continue };
                let Some(app) = project.apps.get(*index) else { continue };
                let among = match schema {
                    Some(schema) => users.after.entry(schema).or_default(),
                    None => &mut users.after_all,
                };
                among.insert(&app.common.name);
            }
        }
        users
    }

    fn contract(&self, schema: Option<usize>, app: &str) -> Option<&[Requirement]> {
        self.contracts.get(&schema?)?.get(app).map(Vec::as_slice)
    }

    fn contracts_of(&self, schema: Option<usize>) -> impl Iterator<Item = &'a str> {
        let found = schema.and_then(|schema| self.contracts.get(&schema));
        found.into_iter().flat_map(|apps| apps.keys().copied())
    }

    /// Whether an App may use a schema.
    fn may_use(&self, schema: Option<usize>, app: &str) -> bool {
        let is_after = schema.and_then(|schema| self.after.get(&schema));
        is_after.is_some_and(|apps| apps.contains(app)) || self.after_all.contains(app)
    }
}

/// One schema that changes.
pub(super) struct Changing<'a> {
    pub(super) name: &'a str,
    /// Its places in the two projects.
    pub(super) indices: (Option<usize>, Option<usize>),
    /// What it was and is.
    pub(super) catalogues: (&'a Catalogue, &'a Catalogue),
    /// What becomes of each change.
    pub(super) changes: &'a [Change],
    /// What happens to the schema on a revert.
    pub(super) way_back: WayBack,
    /// Why contracts that hold may not be all there is to it.
    pub(super) doubts: Vec<&'static str>,
    /// The Apps that require what is dropped, as `diff` says beside the change.
    pub(super) losing: BTreeSet<&'a str>,
}

/// What a revert does to a schema.
pub(super) enum WayBack {
    /// Atlas applies the old one, by this policy.
    Applied(Policy),
    /// It is refused: the schema stays as it is, and the old version does not come back.
    Refused,
    /// Nothing manages the schema then.
    Nothing,
}

/// The windows of all Apps that use a schema that changes, and the Apps that are silent.
pub(super) struct Windows<'a> {
    old: Users<'a>,
    new: Users<'a>,
    work: Work,
    pub(super) found: Vec<Window>,
    /// The Apps that may use a schema that changes and do not say what they need of it: by `App/shop`, the
    /// name of the schema.
    pub(super) silent: BTreeMap<String, String>,
    /// A schema changes.
    has_changes: bool,
}

impl<'a> Windows<'a> {
    pub(super) fn of(old: Side<'a>, new: Side<'a>) -> Windows<'a> {
        Windows {
            old: Users::of(old),
            new: Users::of(new),
            work: Work::default(),
            found: Vec::new(),
            silent: BTreeMap::new(),
            has_changes: false,
        }
    }

    /// The Apps that say what they need of a schema, on either side.
    fn users(&self, indices: (Option<usize>, Option<usize>)) -> BTreeSet<&'a str> {
        let old = self.old.contracts_of(indices.0);
        old.chain(self.new.contracts_of(indices.1)).collect()
    }

    /// A schema of which nothing is known.
    pub(super) fn unknown(
        &mut self,
        name: &str,
        indices: (Option<usize>, Option<usize>),
        why: &'static str,
    ) {
        for app in self.users(indices) {
            self.found.push(Window {
                app: format!("App/{app}"),
                schema: format!("Schema/{name}"),
                verdict: Verdict::Unknown,
                pairs: Vec::new(),
                notes: vec![vec![Piece::Words(why)]],
                split: Vec::new(),
                accepted: None,
            });
        }
    }

    /// A schema whose tables are known on both sides.
    pub(super) fn schema(&mut self, changing: &Changing<'_>) {
        self.silence(changing);
        let users = self.users(changing.indices);
        if users.is_empty() {
            return;
        }
        let states = States::of(changing);
        for app in users {
            let window = self.window(app, changing, &states);
            self.found.push(window);
        }
    }

    /// Notes the Apps that do not say what they need: each once, with the first schema.
    fn silence(&mut self, changing: &Changing<'_>) {
        let is_first = !std::mem::replace(&mut self.has_changes, true);
        for (users, schema) in [(&self.old, changing.indices.0), (&self.new, changing.indices.1)] {
            let after = schema.and_then(|schema| users.after.get(&schema));
            let after_all = is_first.then_some(&users.after_all);
            for app in after.into_iter().chain(after_all).flatten() {
                let says = self.old.contract(changing.indices.0, app).is_some()
                    || self.new.contract(changing.indices.1, app).is_some();
                if !says {
                    let schema = || changing.name.to_owned();
                    self.silent.entry(format!("App/{app}")).or_insert_with(schema);
                }
            }
        }
    }

    fn window(&mut self, app: &str, changing: &Changing<'_>, states: &States) -> Window {
        let contracts = Contracts {
            old: Contract::of(&self.old, changing.indices.0, app),
            new: Contract::of(&self.new, changing.indices.1, app),
        };
        let is_recreated = self.new.apps.get(app).is_some_and(|app| is_recreated(app));
        let mut window = Window {
            app: format!("App/{app}"),
            schema: format!("Schema/{}", changing.name),
            verdict: Verdict::Enough,
            pairs: Vec::new(),
            notes: Vec::new(),
            split: Vec::new(),
            accepted: None,
        };
        let mut steps = Steps::default();
        let meetings = states.meetings(&contracts, is_recreated);
        for Meeting { version, state, when, database, felt } in meetings {
            let contract = match version {
                Version::Old => contracts.old,
                Version::New => contracts.new,
            };
            let (reasons, n_more) = (Vec::new(), 0);
            let mut pair = Pair { version, state, holds: None, when, reasons, n_more };
            match contract {
                Contract::None => continue,
                Contract::Silent => {
                    pair.reasons = vec![vec![Piece::Words("it has no `requires` for the schema")]];
                }
                Contract::Says(needed) => {
                    let held = holds(needed, database, felt, &mut self.work);
                    for breach in &held.breaches {
                        steps.take(breach, version, state, changing.catalogues);
                    }
                    judge(&mut pair, &held);
                }
            }
            window.pairs.push(pair);
        }
        let is_broken = |pair: &Pair| pair.holds == Some(false);
        let was_broken =
            window.pairs.iter().any(|pair| is_broken(pair) && pair.state == State::Before);
        window.verdict = match states.after.fate {
            Fate::Refused | Fate::Fails => Verdict::Refused,
            Fate::Applied if was_broken => Verdict::Unknown,
            Fate::Applied if window.pairs.iter().any(is_broken) => Verdict::Split,
            Fate::Applied if window.pairs.iter().any(|pair| pair.holds.is_none()) => {
                Verdict::Unknown
            }
            Fate::Applied => Verdict::Enough,
        };
        let loses = changing.losing.contains(window.app.as_str());
        let loses = loses.then_some("a change drops what the App requires in the base revision");
        let doubts: Vec<&str> = changing.doubts.iter().copied().chain(loses).collect();
        if window.verdict == Verdict::Enough && !doubts.is_empty() {
            window.verdict = Verdict::Unknown;
            window.notes.extend(doubts.into_iter().map(|why| vec![Piece::Words(why)]));
        }
        if was_broken {
            window.notes.push(vec![Piece::Words("`requires` does not hold before the change")]);
        }
        if window.verdict == Verdict::Refused {
            let words =
                "the change of the schema is refused, and the new version is not rolled out";
            window.notes.push(vec![Piece::Words(words)]);
        } else if states.is_stuck && !matches!(contracts.old, Contract::None) {
            let words = "a revert of the schema is refused, and the new version keeps running";
            window.notes.push(vec![Piece::Words(words)]);
        }
        if window.verdict == Verdict::Split {
            let is_removed = matches!(contracts.new, Contract::None);
            if let Contract::Says(needed) = contracts.new {
                steps.add_new(needed, changing.catalogues);
            }
            window.split = steps.lists(&window.app, is_removed);
        }
        window
    }
}

/// What an App says of a schema on one side.
#[derive(Clone, Copy)]
enum Contract<'a> {
    /// The App is not there, or has nothing to do with the schema.
    None,
    /// It may use the schema, and says nothing.
    Silent,
    /// What it needs.
    Says(&'a [Requirement]),
}

impl<'a> Contract<'a> {
    fn of(users: &'a Users<'_>, schema: Option<usize>, app: &str) -> Contract<'a> {
        match users.contract(schema, app) {
            Some(needed) => Contract::Says(needed),
            None if users.may_use(schema, app) => Contract::Silent,
            None => Contract::None,
        }
    }
}

/// What an App says on both sides.
struct Contracts<'a> {
    old: Contract<'a>,
    new: Contract<'a>,
}

/// The states of a schema in the database, and what differs between them.
struct States {
    before: Catalogue,
    after: Applied,
    /// After a revert; nothing where it does not come to that.
    reverted: Option<Catalogue>,
    /// A revert of the schema is refused.
    is_stuck: bool,
    none: Felt,
    old_after: Felt,
    new_after: Felt,
    new_reverted: Felt,
    old_reverted: Felt,
}

/// A version that meets a state.
struct Meeting<'a> {
    version: Version,
    state: State,
    when: &'static str,
    database: &'a Catalogue,
    felt: &'a Felt,
}

impl States {
    fn of(changing: &Changing<'_>) -> States {
        let (from, to) = changing.catalogues;
        let after = applied(from, to, changing.changes);
        let old_after = Felt::of(from, to, changing.changes);
        let mut new_after = Felt::between(to, &after.catalogue);
        new_after.add_unmade(changing.changes);
        let mut states = States {
            before: from.clone(),
            after,
            reverted: None,
            is_stuck: matches!(changing.way_back, WayBack::Refused),
            none: Felt::default(),
            old_after,
            new_after,
            new_reverted: Felt::default(),
            old_reverted: Felt::default(),
        };
        if let WayBack::Applied(policy) = &changing.way_back
            && states.after.fate == Fate::Applied
        {
            let back = policy::planned(&states.after.catalogue, from, policy);
            let reverted = applied(&states.after.catalogue, from, &back);
            if reverted.fate == Fate::Applied {
                states.new_reverted = Felt::of(&states.after.catalogue, from, &back);
                states.old_reverted = Felt::between(from, &reverted.catalogue);
                states.old_reverted.add_unmade(&back);
                states.reverted = Some(reverted.catalogue);
            } else {
                states.is_stuck = true;
            }
        }
        states
    }

    /// Which versions meet which states, and when.
    fn meetings(&self, contracts: &Contracts<'_>, is_recreated: bool) -> Vec<Meeting<'_>> {
        let (before, after) = (&self.before, &self.after.catalogue);
        let meeting =
            |version, state, when, database, felt| Meeting { version, state, when, database, felt };
        let mut all = vec![meeting(Version::Old, State::Before, "before", before, &self.none)];
        if self.after.fate != Fate::Applied {
            return all;
        }
        let meanwhile = match is_recreated {
            false => "between the waves and until the new pods are ready",
            true => "between the waves",
        };
        all.push(meeting(Version::Old, State::After, meanwhile, after, &self.old_after));
        all.push(meeting(Version::New, State::After, "after", after, &self.new_after));
        if let Some(reverted) = &self.reverted {
            // A new App is removed by the revert: whether it still works does not matter.
            if !matches!(contracts.old, Contract::None) {
                let when = "while a revert is rolled out";
                let (version, state) = (Version::New, State::Reverted);
                all.push(meeting(version, state, when, reverted, &self.new_reverted));
            }
            let (version, state) = (Version::Old, State::Reverted);
            all.push(meeting(version, state, "after a revert", reverted, &self.old_reverted));
        }
        all
    }
}

/// Whether the old pods end before the new ones begin.
fn is_recreated(app: &App) -> bool {
    let strategy = app.strategy.as_ref();
    let kind = strategy.and_then(|strategy| strategy.at(&["type"])).and_then(Value::as_str);
    kind == Some("Recreate")
}

/// Says of a pair what was found.
fn judge(pair: &mut Pair, held: &Held<'_>) {
    let Held { breaches, doubts, changes } = held;
    let certain = breaches.iter().map(breach_words);
    let doubts = doubts.iter().map(doubt_words);
    let changes = changes.iter().map(|change| {
        let mut pieces = change.pieces();
        let words = ": what it writes may be refused, or what it reads may differ";
        pieces.push(Piece::Words(words));
        pieces
    });
    let mut reasons: Vec<Vec<Piece>> = match breaches.is_empty() {
        false => certain.collect(),
        true => doubts.chain(changes).collect(),
    };
    // What is both read and written is missing twice.
    reasons.dedup();
    pair.n_more = reasons.len().saturating_sub(MAX_REASONS);
    reasons.truncate(MAX_REASONS);
    pair.reasons = reasons;
    pair.holds = match (breaches.is_empty(), held.is_certain()) {
        (false, _) => Some(false),
        (true, true) => Some(true),
        (true, false) => None,
    };
}

fn of_table(table: &str, column: &str) -> Piece {
    Piece::Name(format!("{table}.{column}"))
}

fn breach_words(breach: &Breach<'_>) -> Vec<Piece> {
    use Piece::{Name, Words};
    match *breach {
        Breach::NoTable { table, .. } => {
            vec![Words("table "), Name(table.to_owned()), Words(" is not there")]
        }
        Breach::NoColumn { table, column, .. } => {
            vec![Words("column "), of_table(table, column), Words(" is not there")]
        }
        Breach::Mandatory { table, column, .. } => vec![
            Words("an INSERT fails: "),
            of_table(table, column),
            Words(" is NOT NULL without a default, and it does not write it"),
        ],
        Breach::Generated { table, column, .. } => vec![
            Words("an INSERT fails: "),
            of_table(table, column),
            Words(" is always generated, and it writes it"),
        ],
        Breach::OtherFamily { table, column, wanted, written, .. } => vec![
            Words("column "),
            of_table(table, column),
            Words(" is "),
            Name(written.to_owned()),
            Words(", and it needs "),
            Words(wanted.name()),
        ],
    }
}

fn doubt_words(doubt: &Doubt<'_>) -> Vec<Piece> {
    use Piece::{Name, Words};
    let name = |name: &str| Name(name.to_owned());
    match *doubt {
        Doubt::MayExist(table) => {
            vec![Words("a statement that was not understood may make "), name(table)]
        }
        Doubt::Open(table) => {
            vec![Words("table "), name(table), Words(" may have columns that are not known")]
        }
        Doubt::View(view) => vec![
            name(view),
            Words(" is a view: its types, and whether it can be written to, are not known"),
        ],
        Doubt::Trigger(table) => vec![
            Words("a trigger or rule of "),
            name(table),
            Words(" may fill in what an INSERT leaves out"),
        ],
        Doubt::Type(table, column) => {
            vec![
                Words("the family of the type of "),
                of_table(table, column),
                Words(" is not known"),
            ]
        }
        Doubt::Column(table, column) => vec![
            Words("whether an INSERT may name or omit "),
            of_table(table, column),
            Words(" is not known"),
        ],
        Doubt::Dynamic => {
            vec![Words("SQL that is put together while it runs may change the schema")]
        }
        Doubt::Server => vec![Words("what this server does with an INSERT was not measured")],
        Doubt::TooMuch => vec![Words("the contract is too large to check")],
    }
}

/// The edits of a split, by what they have to wait for.
#[derive(Default)]
struct Steps {
    /// Changes of the schema that both versions work with, and whether the new version must wait for
    /// them: a revert would take away what it needs.
    first: Vec<Vec<Piece>>,
    must_be_first: bool,
    /// Changes of the schema that come with the new version.
    with: Vec<Vec<Piece>>,
    /// Changes of the schema that the old version does not work with.
    last: Vec<Vec<Piece>>,
    told: BTreeSet<(String, String)>,
    n_more: [usize; 3],
    /// Whether the old version needs something that goes.
    has_gone: bool,
}

impl Steps {
    /// Takes one breach: what to do first, and what last.
    fn take(
        &mut self,
        breach: &Breach<'_>,
        version: Version,
        state: State,
        (before, git): (&Catalogue, &Catalogue),
    ) {
        use Piece::Words;
        if state == State::Before {
            return;
        }
        let (table, column) = match *breach {
            Breach::NoTable { table, .. } => (table, ""),
            Breach::NoColumn { table, column, .. }
            | Breach::Mandatory { table, column, .. }
            | Breach::Generated { table, column, .. }
            | Breach::OtherFamily { table, column, .. } => (table, column),
        };
        let is_reverted = version == Version::New && state == State::Reverted;
        self.must_be_first |= is_reverted;
        if !self.told.insert((table.to_lowercase(), column.to_lowercase())) {
            return;
        }
        let has = |catalogue: &Catalogue| {
            catalogue.table_called(table).is_some_and(|of| of.has_column_called(column))
        };
        let (was_there, is_in_git) = (has(before), has(git));
        let name = || match column {
            "" => Piece::Name(table.to_owned()),
            column => of_table(table, column),
        };
        let leave = || Some(vec![Words("leave "), name(), Words(" as it is")]);
        let (first, with, last) = match (version, breach) {
            (Version::Old, Breach::Mandatory { .. }) if was_there => (
                None,
                leave(),
                Some(vec![Words("make "), name(), Words(" NOT NULL without a default")]),
            ),
            (Version::Old, Breach::Mandatory { .. }) => (
                Some(vec![Words("add "), name(), Words(" nullable or with a default")]),
                None,
                Some(vec![Words("make "), name(), Words(" NOT NULL without a default")]),
            ),
            (Version::Old, Breach::NoTable { .. } | Breach::NoColumn { .. }) => {
                self.has_gone = true;
                (None, leave(), Some(vec![Words("drop "), name()]))
            }
            (Version::Old, Breach::OtherFamily { .. }) => (
                Some(vec![Words("add a column of the new type beside "), name()]),
                Some(vec![Words("let the new version write "), name(), Words(" as well")]),
                Some(vec![Words("drop "), name()]),
            ),
            (Version::Old, Breach::Generated { .. }) => {
                (None, leave(), Some(vec![Words("make "), name(), Words(" generated")]))
            }
            (Version::New, Breach::Mandatory { .. }) if !is_in_git => {
                self.must_be_first = true;
                (
                    Some(vec![Words("make "), name(), Words(" nullable, or give it a default")]),
                    Some(vec![Words("remove "), name(), Words(" from the schema")]),
                    None,
                )
            }
            (
                Version::New,
                Breach::NoTable { .. }
                | Breach::NoColumn { .. }
                | Breach::Mandatory { .. }
                | Breach::Generated { .. }
                | Breach::OtherFamily { .. },
            ) => (
                Some(vec![Words("make the change of "), name(), Words(" in the schema alone")]),
                None,
                None,
            ),
        };
        let [n_first, n_with, n_last] = &mut self.n_more;
        for (list, edit, n_more) in [
            (&mut self.first, first, n_first),
            (&mut self.with, with, n_with),
            (&mut self.last, last, n_last),
        ] {
            match edit {
                Some(edit) if list.len() < MAX_EDITS => list.push(edit),
                Some(_) => *n_more += 1,
                None => {}
            }
        }
    }

    /// Where something goes, what the new version needs in its place comes first: it may have another name.
    fn add_new(&mut self, needed: &[Requirement], (before, git): (&Catalogue, &Catalogue)) {
        use Piece::Words;
        if !self.has_gone {
            return;
        }
        for required in needed {
            let table = required.table.value.as_str();
            let Some(is) = git.table_called(table) else { continue };
            let tail = || Words(" as well, and copy the values of what it replaces");
            let Some(was) = before.table_called(table) else {
                self.push_first(vec![Words("add "), Piece::Name(table.to_owned()), tail()]);
                continue;
            };
            let columns = required.reads.iter().chain(&required.writes);
            let columns: BTreeSet<&str> = columns.map(|of| of.column.value.as_str()).collect();
            for column in columns {
                let is_told = self.told.contains(&(table.to_lowercase(), column.to_lowercase()));
                let is_new = is.has_column_called(column) && !was.has_column_called(column);
                if is_new && !is_told {
                    self.push_first(vec![Words("add "), of_table(table, column), tail()]);
                }
            }
        }
    }

    fn push_first(&mut self, edit: Vec<Piece>) {
        let [n_first, ..] = &mut self.n_more;
        match self.first.len() < MAX_EDITS {
            true => self.first.push(edit),
            false => *n_first += 1,
        }
    }

    /// The changes to make, one after the other.
    fn lists(self, app: &str, is_removed: bool) -> Vec<Vec<Vec<Piece>>> {
        use Piece::{Name, Words};
        let Steps { mut first, must_be_first, mut with, mut last, told: _, n_more, has_gone: _ } =
            self;
        for (list, n_more) in [&mut first, &mut with, &mut last].into_iter().zip(n_more) {
            if n_more > 0 {
                list.push(vec![
                    Words("and the same for "),
                    Name(n_more.to_string()),
                    Words(" more"),
                ]);
            }
        }
        let app = Name(app.to_owned());
        with.push(match is_removed {
            false => vec![Words("roll out the new version of "), app],
            true => vec![Words("remove "), app],
        });
        if !last.is_empty() {
            let words = "when no pod of the old version runs or may come back: ";
            if let Some(edit) = last.first_mut() {
                edit.insert(0, Words(words));
            }
        }
        let mut lists = match must_be_first {
            true => vec![first, with],
            false => {
                first.extend(with);
                vec![first]
            }
        };
        lists.push(last);
        lists.retain(|list| !list.is_empty());
        lists
    }
}

/// Whether a schema is applied to another database than before.
pub(super) fn is_moved((old, was): (Side<'_>, &Schema), (new, is): (Side<'_>, &Schema)) -> bool {
    target(old, was) != target(new, is)
}

/// The database that a schema is applied to: its name and its engine, or its address.
pub(super) fn target(side: Side<'_>, schema: &Schema) -> Option<(String, &'static str)> {
    match &schema.target {
        Target::Database(index) => {
            let database = side.compilation.project.databases.get(*index)?;
            Some((database.common.name.to_string(), database.engine.name))
        }
        Target::Url(url) => Some((url.to_string(), "")),
        Target::UrlFrom(_) | Target::Unknown => None,
    }
}
