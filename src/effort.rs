//! How much of its limits a run has used.
//!
//! A directory within the limits is compiled in less than two seconds, and so is one that uses a
//! tenth of them ten times. `check` and `diff` compile a directory once for each environment, and stop
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

    /// Adds what is used of a limit, given what is left of it.
    pub fn add(&mut self, left: usize, limit: usize) {
        let used = limit.saturating_sub(left) as u64;
        self.0 += used * WHOLE / limit.max(1) as u64;
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
        effort.add(0, 2);
        assert!(effort > Effort::MOST && effort.and(effort) > effort);
    }
}
