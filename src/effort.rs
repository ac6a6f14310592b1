//! How much of its limits a run has used.
//!
//! A directory within the limits is compiled in less than two seconds. So is a directory that uses a
//! tenth of the limits, ten times in a row. `check` and `diff` compile a directory once for each environment, and stop
//! where all of that together would be more than one directory may cost. No clock is asked, so that
//! the same directory always gives the same answer.

/// The whole of one limit.
const WHOLE: u64 = 1_000_000;

/// A sum of parts of limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effort(u64);

impl Effort {
    /// What a directory may cost that uses a single limit up.
    pub const MOST: Effort = Effort(WHOLE);

    /// Adds what is used of a limit.
    pub fn add(&mut self, used: usize, limit: usize) {
        self.0 += used.min(limit) as u64 * WHOLE / limit.max(1) as u64;
    }

    /// What is left when this much has been used.
    #[must_use]
    pub fn rest(self) -> Effort {
        Effort(WHOLE.saturating_sub(self.0))
    }

    /// So much of a limit.
    pub fn of(self, limit: usize) -> usize {
        let part = limit as u64 * self.0.min(WHOLE) / WHOLE;
        usize::try_from(part).unwrap_or(limit)
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Effort) -> Effort {
        Effort(self.0 + other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Effort;

    #[test]
    fn parts_of_different_limits_add_up() {
        let mut effort = Effort::default();
        effort.add(50, 100);
        assert!(effort < Effort::MOST);
        effort.add(2, 2);
        assert!(effort > Effort::MOST && effort.and(effort) > effort);
    }

    #[test]
    fn what_is_left_is_a_part_of_every_limit() {
        let mut effort = Effort::default();
        assert_eq!(effort.rest().of(300), 300);
        effort.add(25, 100);
        assert_eq!((effort.rest().of(300), effort.and(Effort::MOST).rest().of(300)), (225, 0));
    }
}
