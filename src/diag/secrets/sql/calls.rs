//! Functions, table engines and procedures whose arguments are secrets.

use std::ops::Range;

use crate::diag::secrets::names::is_name;
use crate::diag::secrets::rules::{CALLS, PROCEDURES, Secrets};
use crate::diag::secrets::sql::Reader;
use crate::diag::secrets::sql::rows::List;

/// Whether a word is one of [`CALLS`]. Every word of a text is asked about.
pub(super) fn is_call(word: &str) -> bool {
    (2..=24).contains(&word.len()) && CALLS.iter().any(|(name, _)| word.eq_ignore_ascii_case(name))
}

/// Whether a word is a function that only SQL has: a text with it is read as a statement.
pub(super) fn is_of_sql(word: &str) -> bool {
    (2..=24).contains(&word.len())
        && CALLS.iter().any(|(name, secrets)| {
            let is_common = matches!(secrets, Secrets::Pairs(_) | Secrets::AfterName);
            !is_common && word.eq_ignore_ascii_case(name)
        })
}

/// Whether one of the words of an argument is the name of a secret: `'{smtp,password}'`,
/// `current_setting('app.secret', true)`.
fn has_name(argument: &str) -> bool {
    let head = argument.char_indices().nth(256).map_or(argument.len(), |(end, _)| end);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let words = argument.get(..head).unwrap_or_default().split(|c| !is_part(c));
    words
        .into_iter()
        .any(|word| word.len() > 1 && (is_name(word) || word.eq_ignore_ascii_case("secret")))
}

impl Reader<'_, '_> {
    /// `hmac(data, 'x', 'sha256')`, `ENGINE = MySQL('h', 'd', 't', 'u', 'x')`.
    pub(super) fn call(&mut self, word: &str) {
        if !self.cursor.sign_is(b'(') {
            return;
        }
        // Many a function has no name of a secret among its arguments, and would be read for nothing.
        let row = CALLS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
        let is_named = matches!(row, Some((_, Secrets::Pairs(_) | Secrets::AfterName)));
        if is_named && !has_name(self.cursor.rest()) {
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
            Secrets::Pairs(start) => return self.hide_named(list, start, 2),
            Secrets::AfterName => return self.hide_named(list, 0, 1),
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
            let argument = self.cursor.part(&range);
            let is_columns = argument.contains(' ') && !argument.contains('(');
            // `f('a', email='b')` of a program.
            let name = argument.split(['\'', '"']).next().unwrap_or_default();
            if name.ends_with('=') && secrets != &Secrets::All {
                continue;
            }
            if !is_columns || *secrets == Secrets::All {
                self.hide_texts(range);
            }
        }
    }

    /// Hides the arguments that follow the name of a secret: `jsonb_build_object('password', 'x')`,
    /// `coalesce(password, 'x')`.
    fn hide_named(&mut self, list: &List, start: usize, step: usize) {
        let mut is_named = false;
        let ranges: Vec<Range<usize>> =
            list.items.iter().skip(start).map(|item| item.range.clone()).collect();
        for (number, range) in ranges.into_iter().enumerate() {
            let is_name_here = number % step == 0;
            if is_named && (step == 1 || !is_name_here) {
                self.hide_texts(range.clone());
            }
            if is_name_here {
                let names = has_name(self.cursor.part(&range));
                is_named = names || (is_named && step == 1);
            }
        }
    }

    /// `EXEC sp_addlogin 'u', 'x'`
    pub(super) fn procedure(&mut self) {
        let from = self.cursor.at;
        let name = self.name();
        let secrets = PROCEDURES.iter().find(|(procedure, _)| name == *procedure);
        // `EXEC change_password 'u', 'x'`
        let secrets = secrets.map(|(_, secrets)| secrets);
        let secrets = secrets.or_else(|| is_name(&name).then_some(&Secrets::All));
        if let Some(secrets) = secrets {
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
