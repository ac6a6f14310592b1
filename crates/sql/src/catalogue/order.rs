//! Files -> the order in which the database takes them.
//!
//! A file comes after those that create what its statements need when they run: tables behind
//! foreign keys, what views read, types, functions, parents, sequences. Among files that do not
//! need each other the given order holds; statements keep their order within a file. What
//! a function's body names is better created before it, but breaks no cycle.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use smol_str::{SmolStr, format_smolstr};

use crate::catalogue::Catalogue;
use crate::definition::{
    Alteration, Definition, KeyKind, ObjectKind, ObjectName, Script, Strength, Use, UseKind,
};
use crate::dialect::Dialect;
use crate::extensions::Extension;
use crate::source::Span;

/// One file of a schema.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its path: what breaks ties, and what messages call it.
    pub path: &'a str,
    /// What it says.
    pub script: &'a Script,
}

/// Files that need each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The first step.
    pub first: Step,
    /// The others, the last one back to the file of the first.
    pub rest: Vec<Step>,
}

/// One file needs another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The path of the file that needs.
    pub from: String,
    /// The path of the file that is needed.
    pub to: String,
    /// The statement's name for what it needs.
    pub span: Span,
    /// How it is needed.
    pub kind: UseKind,
    /// What is needed.
    pub name: String,
}

impl Cycle {
    /// Every step.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// The paths of the files, the first one again at the end.
    pub fn path(&self) -> Vec<&str> {
        let last = self.rest.last().unwrap_or(&self.first);
        self.steps().map(|step| step.from.as_str()).chain([last.to.as_str()]).collect()
    }
}

/// The indexes of the files in an order in which the database takes them.
pub fn order(dialect: Dialect, files: &[File<'_>]) -> Result<Vec<usize>, Cycle> {
    let needs = needs(dialect, files);
    // What is only guessed gives way first.
    let mut left = needs;
    for least in [Strength::Weak, Strength::Soft, Strength::Hard] {
        if least > Strength::Weak {
            left = without_cycles_below(&left, least);
        }
        if let Ok(order) = layers(&left, files.len()) {
            return Ok(order);
        }
    }
    match cycle(files, &left) {
        Some(cycle) => Err(cycle),
        // Cannot be: what is stuck holds a cycle.
        None => Ok((0..files.len()).collect()),
    }
}

/// For each file the files that it needs, with the first place that shows it; the strongest need wins.
/// After the files come names that several files make or add to: such a name needs those files, and is
/// needed by whoever needs the name, which is fewer pairs than all of these with all of those.
type Needs<'a> = Vec<BTreeMap<usize, (&'a Use, Strength)>>;

fn needs<'a>(dialect: Dialect, files: &[File<'a>]) -> Needs<'a> {
    let names = Catalogue::empty(dialect);
    let made = makers(&names, files);
    let mut needs: Needs<'a> = vec![BTreeMap::new(); files.len()];
    let mut shared: BTreeMap<&Key, Option<usize>> = BTreeMap::new();
    for (own, file) in files.iter().enumerate() {
        let mut found: BTreeMap<usize, (&'a Use, Strength)> = BTreeMap::new();
        let mut scope = names.clone();
        for statement in &file.script.statements {
            if let Some(Definition::UseSchema(schema)) = &statement.definition {
                scope.current = schema.as_ref().map(|schema| super::folded(dialect, schema));
            }
            for need in &statement.uses {
                let unchecked =
                    need.kind == UseKind::ForeignKey && file.script.unchecked_foreign_keys;
                let strength = if unchecked { Strength::Soft } else { need.strength };
                let Some(makers) = made.find(&scope, need) else { continue };
                if makers.files.contains(&own) {
                    continue;
                }
                let Some(maker) = makers.files.first() else { continue };
                add(&mut found, *maker, need, strength.min(makers.certainty));
                // Columns and keys may be added in yet another file, and functions have overloads.
                let Some(key) = makers.key else { continue };
                if made.extended.get(key).is_some_and(|by| by.contains(&own)) {
                    continue;
                }
                let node = shared.entry(key).or_insert_with(|| {
                    let by = made.others(key);
                    (!by.is_empty()).then(|| {
                        let hard = |file: &usize| (*file, (need, Strength::Hard));
                        needs.push(by.iter().map(hard).collect());
                        needs.len() - 1
                    })
                });
                if let Some(node) = node {
                    add(&mut found, *node, need, Strength::Soft);
                }
            }
        }
        if let Some(place) = needs.get_mut(own) {
            *place = found;
        }
    }
    needs
}

fn add<'a>(
    found: &mut BTreeMap<usize, (&'a Use, Strength)>,
    maker: usize,
    need: &'a Use,
    strength: Strength,
) {
    let entry = found.entry(maker).or_insert((need, strength));
    if strength > entry.1 {
        *entry = (need, strength);
    }
}

/// A name: what it is of, the schema, if there is one, and the name itself.
type Key = (UseKind, Option<SmolStr>, SmolStr);

/// Which files create what.
#[derive(Default)]
struct Makers {
    by_name: BTreeMap<Key, BTreeSet<usize>>,
    /// Without the schema.
    by_last: BTreeMap<(UseKind, SmolStr), BTreeSet<usize>>,
    /// What extensions bring, in whatever schema.
    brought: BTreeMap<(UseKind, SmolStr), BTreeSet<usize>>,
    /// Files that add to a table or type that another file creates.
    extended: BTreeMap<Key, BTreeSet<usize>>,
}

/// The files that make a name.
struct Found<'m> {
    files: &'m BTreeSet<usize>,
    /// How sure it is that they are meant.
    certainty: Strength,
    /// The name, where it is exactly that.
    key: Option<&'m Key>,
}

/// A name as it is looked up.
fn key(scope: &Catalogue, kind: UseKind, name: &ObjectName) -> Key {
    if kind.is_global() {
        return (kind, None, super::folded(scope.dialect, &name.name));
    }
    let name = scope.name(name);
    (kind, name.schema, name.name)
}

fn makers(names: &Catalogue, files: &[File<'_>]) -> Makers {
    let mut makers = Makers::default();
    for (at, file) in files.iter().enumerate() {
        let mut scope = names.clone();
        for statement in &file.script.statements {
            for made in &statement.makes {
                let key = key(&scope, made.kind, &made.name);
                if made.extends {
                    makers.extended.entry(key).or_default().insert(at);
                    continue;
                }
                if made.kind == UseKind::Extension {
                    let brings = Extension::of(&key.2).map(Extension::brings);
                    for (kind, name) in brings.into_iter().flatten() {
                        makers.brought.entry((kind, name.into())).or_default().insert(at);
                    }
                }
                makers.insert(key, at);
            }
            let mut make =
                |kind: UseKind, name: &ObjectName| makers.insert(key(&scope, kind, name), at);
            match &statement.definition {
                Some(Definition::Table(table)) => make(UseKind::Table, &table.name),
                Some(Definition::View(view)) => make(UseKind::Table, &view.name),
                Some(Definition::Object { kind, name, .. }) => match kind {
                    ObjectKind::Type => make(UseKind::Type, name),
                    ObjectKind::Function => make(UseKind::Function, name),
                    ObjectKind::Sequence => make(UseKind::Sequence, name),
                    ObjectKind::Schema => make(UseKind::Schema, name),
                    // These are among what the statement makes.
                    ObjectKind::Trigger | ObjectKind::Extension => {}
                },
                Some(Definition::RenameTables(pairs)) => {
                    for (_, to) in pairs {
                        make(UseKind::Table, to);
                    }
                }
                Some(Definition::Alter { table, alterations, .. }) => {
                    for alteration in alterations {
                        if let Alteration::RenameTable(to) = alteration {
                            make(UseKind::Table, to);
                        }
                    }
                    if alterations.iter().any(extends) {
                        makers.extend(key(&scope, UseKind::Table, table), at);
                    }
                }
                Some(Definition::Index { table, key: index, .. })
                    if index.kind == KeyKind::Unique =>
                {
                    makers.extend(key(&scope, UseKind::Table, table), at);
                }
                Some(Definition::UseSchema(schema)) => {
                    scope.current = schema.as_ref().map(|s| super::folded(scope.dialect, s));
                }
                Some(
                    Definition::Index { .. }
                    | Definition::DropTables(_)
                    | Definition::DropSchemas(_)
                    | Definition::DropIndexes(_),
                )
                | None => {}
            }
        }
    }
    makers
}

/// Whether a change of a table may be what another file waits for: a column, or a key that a foreign
/// key refers to.
fn extends(alteration: &Alteration) -> bool {
    match alteration {
        Alteration::AddColumn { .. }
        | Alteration::RenameColumn(..)
        | Alteration::Redefine { .. } => true,
        Alteration::AddKey(key) => key.kind != KeyKind::Index,
        Alteration::DropColumn(_)
        | Alteration::SetType(..)
        | Alteration::SetNotNull(..)
        | Alteration::SetDefault(..)
        | Alteration::SetIdentity(_)
        | Alteration::AddForeignKey(_)
        | Alteration::DropConstraint(_)
        | Alteration::DropPrimaryKey
        | Alteration::RenameTable(_)
        | Alteration::AttachPartition(_)
        | Alteration::SetSchema(_)
        | Alteration::AddCheck(_)
        | Alteration::Validate(_)
        | Alteration::RenameConstraint(..)
        | Alteration::SetProperty(..)
        | Alteration::DropIdentity(_)
        | Alteration::DropExpression(_)
        | Alteration::Other
        | Alteration::Unknown => false,
    }
}

impl Makers {
    fn insert(&mut self, key: Key, file: usize) {
        let last = (key.0, key.2.clone());
        self.by_name.entry(key).or_default().insert(file);
        self.by_last.entry(last).or_default().insert(file);
    }

    fn extend(&mut self, key: Key, file: usize) {
        self.extended.entry(key).or_default().insert(file);
    }

    /// The files that make what a statement needs.
    fn find(&self, scope: &Catalogue, need: &Use) -> Option<Found<'_>> {
        // A row type; a sequence is a relation.
        const SYNONYMS: &[&[UseKind]] = &[
            &[UseKind::Type, UseKind::Table],
            &[UseKind::Table, UseKind::Sequence],
            &[UseKind::ForeignKey, UseKind::Table],
            &[UseKind::Sequence, UseKind::Table],
        ];
        let own = std::slice::from_ref(&need.kind);
        let kinds = SYNONYMS.iter().find(|kinds| kinds.first() == Some(&need.kind));
        let kinds = kinds.copied().unwrap_or(own);
        kinds.iter().find_map(|kind| self.find_kind(scope, *kind, need))
    }

    fn find_kind(&self, scope: &Catalogue, kind: UseKind, need: &Use) -> Option<Found<'_>> {
        let name = key(scope, kind, &need.name);
        if let Some((key, files)) = self.by_name.get_key_value(&name) {
            // Which of several functions is meant, nobody knows.
            let overloaded = kind == UseKind::Function && files.len() > 1;
            let certainty = if overloaded { Strength::Soft } else { Strength::Hard };
            return Some(Found { files, certainty, key: Some(key) });
        }
        let (_, _, last) = &name;
        let brought = self.brought.get(&(kind, last.clone())).or_else(|| {
            // `st_*`, for a function.
            let (family, _) = last.split_once('_').filter(|_| kind == UseKind::Function)?;
            self.brought.get(&(kind, format_smolstr!("{family}_*")))
        });
        if let Some(files) = brought {
            let called = kind == UseKind::Function;
            let certainty = if called { Strength::Soft } else { Strength::Hard };
            return Some(Found { files, certainty, key: None });
        }
        // The schema may be left out on either side.
        let plain = self.by_name.get_key_value(&(kind, None, last.clone()));
        let soft = Strength::Soft;
        if let Some((key, files)) = plain {
            return Some(Found { files, certainty: soft, key: Some(key) });
        }
        let files = match &need.name.schema {
            Some(_) => None,
            None => self.by_last.get(&(kind, last.clone())),
        }?;
        Some(Found { files, certainty: soft, key: None })
    }

    /// The files that make a name after the first, or add to it.
    fn others(&self, key: &Key) -> BTreeSet<usize> {
        let made = self.by_name.get(key).into_iter().flatten().skip(1);
        made.chain(self.extended.get(key).into_iter().flatten()).copied().collect()
    }
}

/// Some files wait for each other.
struct Stuck;

/// Files one after another, each behind what it needs, the first by path among those that can
/// go.
fn layers(needs: &Needs<'_>, n_files: usize) -> Result<Vec<usize>, Stuck> {
    let mut waiting: Vec<usize> = needs.iter().map(BTreeMap::len).collect();
    let followers = reversed(needs);
    // An extended table goes as soon as it can, and is no file.
    let turn = |at: usize| Reverse((at < n_files, at));
    let free = waiting.iter().enumerate().filter(|(_, count)| **count == 0);
    let mut ready: BinaryHeap<Reverse<(bool, usize)>> = free.map(|(at, _)| turn(at)).collect();
    let mut order = Vec::new();
    while let Some(Reverse((is_file, next))) = ready.pop() {
        order.extend(is_file.then_some(next));
        for follower in followers.get(next).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(*follower) {
                *count -= 1;
                if *count == 0 {
                    ready.push(turn(*follower));
                }
            }
        }
    }
    if order.len() == n_files { Ok(order) } else { Err(Stuck) }
}

/// For each file those that need it.
fn reversed(needs: &Needs<'_>) -> Vec<Vec<usize>> {
    let mut reversed: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (own, found) in needs.iter().enumerate() {
        for maker in found.keys() {
            if let Some(list) = reversed.get_mut(*maker) {
                list.push(own);
            }
        }
    }
    reversed
}

/// Leaves out the needs weaker than this between files that wait for each other.
fn without_cycles_below<'a>(needs: &Needs<'a>, least: Strength) -> Needs<'a> {
    let component = components(needs);
    let same = |a: usize, b: usize| component.get(a) == component.get(b);
    needs
        .iter()
        .enumerate()
        .map(|(own, found)| {
            let is_kept = |maker: usize, strength: Strength| strength >= least || !same(own, maker);
            let kept = found.iter().filter(|(maker, (_, strength))| is_kept(**maker, *strength));
            kept.map(|(maker, need)| (*maker, *need)).collect()
        })
        .collect()
}

/// For each file the number of the group of files that all need each other (Kosaraju, without
/// recursion).
fn components(needs: &Needs<'_>) -> Vec<usize> {
    let reverse = reversed(needs);
    let forward: Vec<Vec<usize>> =
        needs.iter().map(|found| found.keys().copied().collect()).collect();
    let mut component = vec![usize::MAX; needs.len()];
    for start in finished(&forward).into_iter().rev() {
        let mut stack = vec![start];
        while let Some(at) = stack.pop() {
            if let Some(own) = component.get_mut(at)
                && *own == usize::MAX
            {
                *own = start;
                stack.extend(reverse.get(at).into_iter().flatten());
            }
        }
    }
    component
}

/// Depth first, in the order in which they are left.
fn finished(edges: &[Vec<usize>]) -> Vec<usize> {
    let mut seen = vec![false; edges.len()];
    let mut out = Vec::new();
    for start in 0..edges.len() {
        let mut stack = vec![(start, 0usize)];
        while let Some((at, step)) = stack.pop() {
            if step == 0 {
                match seen.get_mut(at) {
                    Some(seen) if !*seen => *seen = true,
                    Some(_) | None => continue,
                }
            }
            match edges.get(at).and_then(|next| next.get(step)) {
                Some(next) => {
                    stack.push((at, step + 1));
                    if seen.get(*next) == Some(&false) {
                        stack.push((*next, 0));
                    }
                }
                None => out.push(at),
            }
        }
    }
    out
}

/// A shortest cycle through the first file that is in one.
fn cycle(files: &[File<'_>], needs: &Needs<'_>) -> Option<Cycle> {
    let component = components(needs);
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    component.iter().for_each(|group| *sizes.entry(*group).or_default() += 1);
    // No file needs itself.
    let is_in_one = |group: &usize| sizes.get(group).is_some_and(|size| *size > 1);
    let (start, group) = component.iter().enumerate().find(|(_, group)| is_in_one(group))?;
    let needed = |at: usize| {
        let found = needs.get(at).into_iter().flatten();
        found.map(|(next, _)| *next).filter(|next| component.get(*next) == Some(group))
    };
    let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for next in needed(at) {
            if next == start {
                let mut path = vec![start];
                let mut back = at;
                while back != start {
                    path.push(back);
                    back = came_from.get(&back).copied().unwrap_or(start);
                }
                path.push(start);
                path.reverse();
                let mut steps = steps(files, needs, &path).into_iter();
                let first = steps.next()?;
                return Some(Cycle { first, rest: steps.collect() });
            }
            if let std::collections::btree_map::Entry::Vacant(entry) = came_from.entry(next) {
                entry.insert(at);
                queue.push_back(next);
            }
        }
    }
    None
}

fn steps(files: &[File<'_>], needs: &Needs<'_>, path: &[usize]) -> Vec<Step> {
    let pairs = path.iter().zip(path.iter().skip(1));
    pairs
        .filter_map(|(from, to)| {
            let (need, _) = needs.get(*from)?.get(to)?;
            Some(Step {
                from: files.get(*from)?.path.to_owned(),
                to: files.get(*to)?.path.to_owned(),
                span: need.name.span(),
                kind: need.kind,
                name: need.name.to_string(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::scripts;
    use crate::source::{Excerpt, Sources};

    /// Checks the order of files, or the path of the cycle.
    fn check(dialect: Dialect, files: &[(&str, &str)], expected: &str) {
        let mut sources = Sources::default();
        let excerpts: Vec<Excerpt> = files
            .iter()
            .map(|(path, text)| Excerpt::of_file(sources.add(*path, *text), text))
            .collect();
        let scripts = scripts(&excerpts, dialect, &mut Vec::new());
        let named: Vec<File<'_>> =
            files.iter().zip(&scripts).map(|((path, _), script)| File { path, script }).collect();
        let found = match order(dialect, &named) {
            Ok(order) => order.iter().map(|at| files[*at].0).collect::<Vec<_>>().join(" "),
            Err(cycle) => cycle.path().join(" -> "),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_file_comes_after_what_it_needs() {
        let a = ("a", "create table a (b int references b (id));");
        let b = ("b", "create table b (id int primary key, s state);");
        let c = ("c", "create type state as enum ('x');");
        check(Dialect::Postgres, &[a, b, c], "c b a");
        check(Dialect::Postgres, &[c, b, a], "c b a");
        let view =
            ("a", "create view v as select extract(year from c) from b, \"Z\" z join w using (b);");
        let files = [
            view,
            ("b", "create table b (c date);"),
            ("y", "create table \"Z\" ();"),
            ("z", "create view w as select 1;"),
        ];
        check(Dialect::Postgres, &files, "b y z a");
    }

    #[test]
    fn the_given_order_decides_among_equals() {
        let table = |name| format!("create table {name} (id int);");
        let (a, b, c) = (table("a"), table("b"), table("c"));
        check(Dialect::MySql, &[("c", &c), ("a", &a), ("b", &b)], "c a b");
    }

    #[test]
    fn a_table_is_made_by_its_new_name_whatever_else_changes() {
        let view = ("a", "create view v as select * from b;");
        let change = ("c", "alter table a add column y int, rename to b;");
        let table = ("d", "create table a (id int);");
        check(Dialect::MySql, &[view, change, table], "d c a");
    }

    #[test]
    fn a_cycle_shows_its_path() {
        let a = ("a", "create table a (id int primary key, b int references b (id));");
        let b = ("b", "create table b (id int primary key, a int references a (id));");
        check(Dialect::Postgres, &[a, b], "a -> b -> a");
        // SQLite looks at foreign keys later, MySQL when it is told to.
        check(Dialect::Sqlite, &[a, b], "a b");
        let off = ("a", "set foreign_key_checks = 0; create table a (b int references b (id));");
        check(Dialect::MySql, &[off, b], "a b");
        let own = ("a", "create table a (id int primary key, up int references a (id));");
        check(Dialect::Postgres, &[own], "a");
    }

    #[test]
    fn bodies_break_no_order() {
        let f =
            ("a", "create function f() returns int language sql as $$ select count(*) from t $$;");
        let t = ("b", "create table t (x int default f());");
        check(Dialect::Postgres, &[f, t], "a b");
        let trigger =
            ("a", "create trigger g after insert on t for each row execute function f();");
        let f = ("c", "create function f() returns trigger language plpgsql as $$ begin end $$;");
        check(Dialect::Postgres, &[trigger, ("b", "create table t (x int);"), f], "b c a");
    }
}
