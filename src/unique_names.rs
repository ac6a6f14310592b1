//! Names of which each is given away once: who comes second gets a number.

use std::collections::{BTreeMap, BTreeSet};

/// The names that are taken.
#[derive(Debug, Default)]
pub struct UniqueNames {
    taken: BTreeSet<String>,
    /// For a wish the last number that it got, so that thousands of equal ones do not each begin anew.
    numbers: BTreeMap<String, u32>,
}

impl UniqueNames {
    /// Takes a name that somebody else gave.
    pub fn take(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    /// A name of its own: the one wished for, or that one with a number from 2 on behind a separator.
    pub fn give(&mut self, wish: &str, separator: char) -> String {
        let number = self.numbers.entry(wish.to_owned()).or_insert(1);
        let mut name = wish.to_owned();
        while !self.taken.insert(name.clone()) {
            *number += 1;
            name = format!("{wish}{separator}{number}");
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::UniqueNames;

    #[test]
    fn the_second_gets_a_number_that_nobody_has() {
        let mut names = UniqueNames::default();
        names.take("b_2");
        let given = ["a", "a", "b", "b", "a_2", "a"].map(|wish| names.give(wish, '_'));
        assert_eq!(given, ["a", "a_2", "b", "b_3", "a_2_2", "a_3"]);
    }
}
