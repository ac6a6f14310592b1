//! Files -> the order in which the database takes them.
//!
//! A file comes after those that create what its statements need when they run: tables behind
//! foreign keys, what views read, types, functions, parents, sequences. Among files that do not
//! need each other the given order holds; statements keep their order within a file. What
//! a function's body names is better created before it, but breaks no cycle.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use smol_str::SmolStr;

use crate::catalogue::Catalogue;
use crate::definition::{
    Alteration, Definition, KeyKind, ObjectKind, ObjectName, Script, Use, UseKind,
};
use crate::dialect::Dialect;
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
    let order = match layers(&needs, files.len()) {
        Ok(order) => order,
        Err(_) => {
            let hard = without_soft_cycles(&needs);
            match layers(&hard, files.len()) {
                Ok(order) => order,
                Err(Stuck) => match cycle(files, &hard) {
                    Some(cycle) => return Err(cycle),
                    // Cannot be: what is stuck holds a cycle.
                    None => (0..files.len()).collect(),
                },
            }
        }
    };
    Ok(order)
}

/// For each file the files that it needs, with the first place that shows it. Hard ones win. After
/// the files come tables to which other files add columns or keys: such a table needs those files,
/// and is needed by whoever needs the table, which is fewer pairs than all of these with all of
/// those.
type Needs<'a> = Vec<BTreeMap<usize, (&'a Use, bool)>>;

fn needs<'a>(dialect: Dialect, files: &[File<'a>]) -> Needs<'a> {
    let names = Catalogue::empty(dialect);
    let made = makers(&names, files);
    let mut needs: Needs<'a> = vec![BTreeMap::new(); files.len()];
    let mut extended: BTreeMap<QualifiedName, usize> = BTreeMap::new();
    for (own, file) in files.iter().enumerate() {
        let mut found: BTreeMap<usize, (&'a Use, bool)> = BTreeMap::new();
        let mut scope = names.clone();
        for statement in &file.script.statements {
            if let Some(Definition::UseSchema(schema)) = &statement.definition {
                scope.current = schema.as_ref().map(|schema| super::folded(dialect, schema));
            }
            for need in &statement.uses {
                let unchecked =
                    need.kind == UseKind::ForeignKey && file.script.unchecked_foreign_keys;
                let hard = need.hard && !unchecked;
                let makers = made.find(&scope, &need.name, need.kind);
                let Some(maker) = makers.and_then(|makers| makers.first()) else { continue };
                if makers.is_some_and(|makers| makers.contains(&own)) {
                    continue;
                }
                add(&mut found, *maker, need, hard);
                // A foreign key also needs the key that it refers to, and columns may be added
                // in yet another file.
                let Some((name, by)) = made.extensions(&scope, &need.name, need.kind) else {
                    continue;
                };
                let table = *extended.entry(name).or_insert_with(|| {
                    needs.push(by.iter().map(|file| (*file, (need, true))).collect());
                    needs.len() - 1
                });
                add(&mut found, table, need, false);
            }
        }
        if let Some(place) = needs.get_mut(own) {
            *place = found;
        }
    }
    needs
}

fn add<'a>(found: &mut BTreeMap<usize, (&'a Use, bool)>, maker: usize, need: &'a Use, hard: bool) {
    let entry = found.entry(maker).or_insert((need, hard));
    if hard && !entry.1 {
        *entry = (need, true);
    }
}

/// The schema, if there is one, and the name.
type QualifiedName = (Option<SmolStr>, SmolStr);

/// Which files create what.
struct Makers {
    by_name: BTreeMap<(Group, Option<SmolStr>, SmolStr), BTreeSet<usize>>,
    /// Without the schema.
    by_last: BTreeMap<(Group, SmolStr), BTreeSet<usize>>,
    /// Files that add columns or keys to a table that another file creates.
    extended: BTreeMap<QualifiedName, BTreeSet<usize>>,
}

/// Names of different groups do not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Relation,
    Type,
    Function,
    Sequence,
    Schema,
}

fn makers(names: &Catalogue, files: &[File<'_>]) -> Makers {
    let mut makers =
        Makers { by_name: BTreeMap::new(), by_last: BTreeMap::new(), extended: BTreeMap::new() };
    for (at, file) in files.iter().enumerate() {
        let mut scope = names.clone();
        for statement in &file.script.statements {
            let mut make = |group: Group, name: &ObjectName| {
                let name = scope.name(name);
                let last = (group, name.name.clone());
                makers.by_name.entry((group, name.schema, name.name)).or_default().insert(at);
                makers.by_last.entry(last).or_default().insert(at);
            };
            match &statement.definition {
                Some(Definition::Table(table)) => make(Group::Relation, &table.name),
                Some(Definition::View(view)) => make(Group::Relation, &view.name),
                Some(Definition::Object { kind: ObjectKind::Type, name }) => {
                    make(Group::Type, name);
                }
                Some(Definition::Object { kind: ObjectKind::Function, name }) => {
                    make(Group::Function, name);
                }
                Some(Definition::Object { kind: ObjectKind::Sequence, name }) => {
                    make(Group::Sequence, name);
                }
                Some(Definition::Object { kind: ObjectKind::Schema, name }) => {
                    make(Group::Schema, name);
                }
                Some(Definition::RenameTables(pairs)) => {
                    for (_, to) in pairs {
                        make(Group::Relation, to);
                    }
                }
                Some(Definition::Alter { table, alterations, .. }) => {
                    for alteration in alterations {
                        if let Alteration::RenameTable(to) = alteration {
                            make(Group::Relation, to);
                        }
                    }
                    if alterations.iter().any(extends) {
                        let name = scope.name(table);
                        makers.extended.entry((name.schema, name.name)).or_default().insert(at);
                    }
                }
                Some(Definition::Index { table, key, .. }) if key.kind == KeyKind::Unique => {
                    let name = scope.name(table);
                    makers.extended.entry((name.schema, name.name)).or_default().insert(at);
                }
                Some(Definition::UseSchema(schema)) => {
                    scope.current = schema.as_ref().map(|s| super::folded(scope.dialect, s));
                }
                Some(
                    Definition::Index { .. }
                    | Definition::DropTables(_)
                    | Definition::DropIndexes(_)
                    | Definition::Object {
                        kind: ObjectKind::Trigger | ObjectKind::Extension, ..
                    },
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
        | Alteration::Other
        | Alteration::Unknown => false,
    }
}

impl Makers {
    fn find(
        &self,
        scope: &Catalogue,
        name: &ObjectName,
        kind: UseKind,
    ) -> Option<&BTreeSet<usize>> {
        let group = match kind {
            UseKind::ForeignKey | UseKind::Table => Group::Relation,
            UseKind::Type => Group::Type,
            UseKind::Function => Group::Function,
            UseKind::Sequence => Group::Sequence,
        };
        let found = scope.name(name);
        let exact = self.by_name.get(&(group, found.schema.clone(), found.name.clone()));
        let plain = || self.by_name.get(&(group, None, found.name.clone()));
        let anywhere = || match &name.schema {
            Some(_) => None,
            None => self.by_last.get(&(group, found.name.clone())),
        };
        exact.or_else(plain).or_else(anywhere)
    }

    /// The table that a name means, and the files that extend it, if there are any.
    fn extensions(
        &self,
        scope: &Catalogue,
        name: &ObjectName,
        kind: UseKind,
    ) -> Option<(QualifiedName, &BTreeSet<usize>)> {
        match kind {
            UseKind::ForeignKey | UseKind::Table => {
                let name = scope.name(name);
                let (name, files) = self.extended.get_key_value(&(name.schema, name.name))?;
                Some((name.clone(), files))
            }
            UseKind::Type | UseKind::Function | UseKind::Sequence => None,
        }
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

/// Leaves out the soft needs between files that wait for each other.
fn without_soft_cycles<'a>(needs: &Needs<'a>) -> Needs<'a> {
    let component = components(needs);
    let same = |a: usize, b: usize| component.get(a) == component.get(b);
    needs
        .iter()
        .enumerate()
        .map(|(own, found)| {
            let kept = found.iter().filter(|(maker, (_, hard))| *hard || !same(own, **maker));
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
