//! What the base of a project and each of its environments have in common: a problem is reported
//! once, with the environments that have it.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::source::{Sources, Span};

/// Where a problem is found, when the environments of a project are looked at one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FoundIn {
    /// In the base, or nobody has looked at any other.
    #[default]
    Base,
    /// In the base, and with no environment: each of them mends it.
    BaseOnly,
    /// With these environments, and not in the base.
    Only(Vec<SmolStr>),
}

/// The most environments that are named in a message.
const MAX_NAMED: usize = 8;

impl FoundIn {
    /// The environments that have it, where it is not in all of the project.
    pub fn environments(&self) -> Option<&[SmolStr]> {
        match self {
            FoundIn::Base => None,
            FoundIn::BaseOnly => Some(&[]),
            FoundIn::Only(names) => Some(names),
        }
    }

    /// A sentence about it; none for what is found in all of the project.
    pub fn sentence(&self) -> Option<String> {
        let names = self.environments()?;
        let shown: Vec<String> =
            names.iter().take(MAX_NAMED).map(|name| format!("`{name}`")).collect();
        let more = match names.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Some(match names {
            [] => "only without an environment".to_owned(),
            [_] => format!("only with the environment {}", shown.concat()),
            _ => format!("only with the environments {}{more}", shown.join(", ")),
        })
    }
}

/// What makes two problems of two runs the same: what is said about which places, by the names of the
/// files, as flags and variables are read anew by each run. The help may name what only one of them
/// has.
type Key = (Code, String, Vec<(String, u32, u32)>);

fn key(found: &Diagnostic, sources: &Sources) -> Key {
    let place = |span: Span| (sources.get(span.file).path.clone(), span.start, span.end);
    let labels = found.labels.iter().map(|label| label.span);
    let places = std::iter::once(found.primary).chain(labels).map(place).collect();
    (found.code, found.message.clone(), places)
}

/// The problems of a project in all its environments.
#[derive(Debug)]
pub struct AllEnvironments {
    all: Diagnostics,
    /// Where each of them is in `all`, and whether it is in the base.
    known: BTreeMap<Key, usize>,
    n_in_base: usize,
    /// The problems of the base that some environment has as well.
    shared: BTreeSet<usize>,
    n_environments: usize,
    used: BTreeSet<Span>,
}

impl AllEnvironments {
    /// Begins with the base.
    pub fn of(base: Diagnostics, sources: &Sources) -> AllEnvironments {
        let known = base.found.iter().enumerate().map(|(at, found)| (key(found, sources), at));
        AllEnvironments {
            known: known.collect(),
            n_in_base: base.found.len(),
            shared: BTreeSet::new(),
            n_environments: 0,
            used: base.accepted.iter().map(|accepted| accepted.by.place).collect(),
            all: base,
        }
    }

    /// Adds what is found with an environment.
    pub fn add(&mut self, environment: &SmolStr, mut found: Diagnostics, sources: &Sources) {
        self.n_environments += 1;
        self.used.extend(found.accepted.iter().map(|accepted| accepted.by.place));
        for mut diagnostic in std::mem::take(&mut found.found) {
            let key = key(&diagnostic, sources);
            match self.known.get(&key) {
                Some(&at) if at < self.n_in_base => _ = self.shared.insert(at),
                Some(&at) => {
                    let known = self.all.found.get_mut(at).map(|known| &mut known.found_in);
                    if let Some(FoundIn::Only(names)) = known
                        && names.last() != Some(environment)
                    {
                        names.push(environment.clone());
                    }
                }
                None => {
                    let at = self.all.found.len();
                    diagnostic.found_in = FoundIn::Only(vec![environment.clone()]);
                    self.all.report(diagnostic);
                    if self.all.found.len() > at {
                        self.known.insert(key, at);
                    }
                }
            }
        }
        self.all.append(found);
    }

    /// All of them together. A comment that accepts something is used if it is in any environment.
    pub fn finish(mut self) -> Diagnostics {
        if self.n_environments > 0 {
            for (at, found) in self.all.found.iter_mut().enumerate().take(self.n_in_base) {
                if !self.shared.contains(&at) {
                    found.found_in = FoundIn::BaseOnly;
                }
            }
        }
        let used = self.used;
        self.all
            .found
            .retain(|found| found.code != Code::UnusedAcceptance || !used.contains(&found.primary));
        self.all
    }
}
