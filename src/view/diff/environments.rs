//! The differences of a project in its base and in each of its environments: what an environment has
//! in common with the base is said once.

use smol_str::SmolStr;

use crate::view::diff::{Difference, Side, print};

/// The most of what an environment lacks that is kept.
const MAX_LACKING: usize = 20;

/// What differs between two states of a project with environments.
#[derive(Debug, Default)]
pub struct Differences {
    /// Without an environment, or with the one that is named.
    pub base: Difference,
    /// What else differs with environments; those with the same differences are together.
    pub others: Vec<Only>,
    /// Environments that only the new state has.
    pub added: Vec<SmolStr>,
    /// Environments that only the old state has.
    pub removed: Vec<SmolStr>,
}

/// What differs with some environments and not with others.
#[derive(Debug)]
pub struct Only {
    /// Their names.
    pub environments: Vec<SmolStr>,
    /// What differs, without what differs in the base as well.
    pub difference: Difference,
    /// What the base says of its schemas and databases, and does not happen with these environments.
    pub lacks: Vec<String>,
}

impl Only {
    /// Takes what another group says of the same environments: one has the verdicts, the other the objects.
    fn take(&mut self, other: Only) {
        let Only { environments: _, difference, lacks } = other;
        self.lacks.extend(lacks);
        self.difference.take(difference);
    }
}

impl From<Difference> for Differences {
    fn from(base: Difference) -> Differences {
        Differences { base, ..Differences::default() }
    }
}

impl Differences {
    /// Adds what differs with an environment; the base comes first.
    pub fn add(&mut self, environment: Option<&SmolStr>, mut found: Difference) {
        let Some(environment) = environment else {
            self.base = found;
            return;
        };
        let mut missing = self.base.verdicts();
        missing.leave_out(&found);
        let mut lacks = print::first_lines(&missing);
        lacks.truncate(MAX_LACKING);
        found.leave_out(&self.base);
        // Environments often differ in an image; a verdict must not be repeated for each of them because of that.
        let objects = found.take_objects();
        self.group(environment, found, lacks);
        self.group(environment, objects, Vec::new());
    }

    fn group(&mut self, environment: &SmolStr, difference: Difference, lacks: Vec<String>) {
        if difference.is_empty() && lacks.is_empty() {
            return;
        }
        let is_same = |only: &&mut Only| only.difference == difference && only.lacks == lacks;
        match self.others.iter_mut().find(is_same) {
            Some(only) => only.environments.push(environment.clone()),
            None => {
                let environments = vec![environment.clone()];
                self.others.push(Only { environments, difference, lacks });
            }
        }
    }

    /// Compares the names of the environments of both states.
    pub fn name_environments(&mut self, old: Side<'_>, new: Side<'_>) {
        let only = |these: Side<'_>, those: Side<'_>| {
            let (these, those) = (&these.compilation.environments, &those.compilation.environments);
            // Both are sorted.
            let is_new = |name: &&String| those.binary_search(name).is_err();
            these.iter().filter(is_new).map(SmolStr::from).collect()
        };
        self.added = only(new, old);
        self.removed = only(old, new);
    }

    /// Puts what was grouped apart together where it is about the same environments.
    pub fn join(&mut self) {
        let mut joined: Vec<Only> = Vec::new();
        for only in std::mem::take(&mut self.others) {
            let same = |other: &&mut Only| other.environments == only.environments;
            match joined.iter_mut().find(same) {
                Some(other) => other.take(only),
                None => joined.push(only),
            }
        }
        self.others = joined;
    }

    /// Whether an environment may have another name now: then nothing is known of what becomes of it.
    pub fn may_be_renamed(&self) -> bool {
        !self.added.is_empty() && !self.removed.is_empty()
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Difference> {
        std::iter::once(&self.base).chain(self.others.iter().map(|only| &only.difference))
    }

    /// All of them, to be marked.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Difference> {
        let others = self.others.iter_mut().map(|only| &mut only.difference);
        std::iter::once(&mut self.base).chain(others)
    }
}
