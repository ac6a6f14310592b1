//! Functions, table engines and procedures whose arguments are secrets.

use std::ops::Range;

use crate::diag::secrets::rules::{CALLS, PROCEDURES, Secrets};
use crate::diag::secrets::sql::Reader;
use crate::diag::secrets::sql::rows::List;

/// Whether a word is one of [`CALLS`]. Every word of a text is asked about.
pub(super) fn is_call(word: &str) -> bool {
    (2..=24).contains(&word.len()) && CALLS.iter().any(|(name, _)| word.eq_ignore_ascii_case(name))
}

impl Reader<'_, '_> {
    /// `hmac(data, 'x', 'sha256')`, `ENGINE = MySQL('h', 'd', 't', 'u', 'x')`.
    pub(super) fn call(&mut self, word: &str) {
        if !self.cursor.sign_is(b'(') {
            return;
        }
        let list = self.list(&[]);
        let secrets = CALLS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
        let Some((_, secrets)) = secrets.filter(|_| list.is_closed) else { return };
        self.hide_arguments(&list, secrets);
    }

    fn hide_arguments(&mut self, list: &List, secrets: &Secrets) {
        let n_arguments = list.items.len();
        let numbers = match *secrets {
            Secrets::All => 0..n_arguments,
            Secrets::At(number) => number..number + 1,
            Secrets::Last => n_arguments.saturating_sub(1)..n_arguments,
            // `('h', 'database', 'user', 'x')` of a database, and one more for a table.
            Secrets::AfterUser => {
                let number = if n_arguments >= 5 { 4 } else { 3 };
                number..number + 1
            }
            Secrets::From(number) => number..n_arguments,
        };
        let ranges: Vec<Range<usize>> = list
            .items
            .get(numbers.start.min(n_arguments)..numbers.end.min(n_arguments))
            .unwrap_or_default()
            .iter()
            .map(|item| item.range.clone())
            .collect();
        for range in ranges {
            // The columns of a file are no secret.
            if !self.cursor.part(&range).contains(' ') || *secrets == Secrets::All {
                self.hide_texts(range);
            }
        }
    }

    /// `EXEC sp_addlogin 'u', 'x'`
    pub(super) fn procedure(&mut self) {
        let from = self.cursor.at;
        let name = self.name();
        let secrets = PROCEDURES.iter().find(|(procedure, _)| name == *procedure);
        if let Some((_, secrets)) = secrets {
            let list = self.list(&["go", "exec", "execute"]);
            // One that goes on is read again by each of those within.
            self.n_to_read_again = self.n_to_read_again.saturating_sub(self.cursor.at - from);
            match self.n_to_read_again {
                0 => self.hide_line(from),
                _ => self.hide_arguments(&list, secrets),
            }
        }
        self.cursor.at = from;
    }
}
