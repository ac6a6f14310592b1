//! What `sqlparser` says about a statement: the one place where it is called.
//!
//! It can abort the process on flat chains of operators (its trees are dropped by recursion), so
//! that it works in a thread with a large stack and gets no statement over 64 KiB. One thread a
//! run; it is started only when there is something to ask.

use sqlparser::dialect as theirs;
use sqlparser::parser::{Parser, ParserError};

use crate::dialect::Dialect;

/// No real statement but an `INSERT` is over 44 KiB.
pub(crate) const MAX_STATEMENT: usize = 64 * 1024;
const STACK: usize = 256 * 1024 * 1024;

/// What it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opinion {
    /// It can read it.
    Accepts,
    /// It cannot, from this byte of the statement on, where it says which.
    Refuses(Option<usize>),
    /// It was not asked: the statement is too long, or there is no thread.
    None,
}

/// Asks about every statement.
pub(crate) fn opinions(statements: &[&str], dialect: Dialect) -> Vec<Opinion> {
    if statements.is_empty() {
        return Vec::new();
    }
    let asked = std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("sqlparser".to_owned()).stack_size(STACK);
        let work = || statements.iter().map(|text| opinion(text, dialect)).collect::<Vec<_>>();
        builder.spawn_scoped(scope, work).ok().and_then(|thread| thread.join().ok())
    });
    asked.unwrap_or_else(|| vec![Opinion::None; statements.len()])
}

fn opinion(text: &str, dialect: Dialect) -> Opinion {
    if text.len() > MAX_STATEMENT {
        return Opinion::None;
    }
    let dialect: &dyn theirs::Dialect = match dialect {
        Dialect::MySql | Dialect::MariaDb => &theirs::MySqlDialect {},
        Dialect::Postgres => &theirs::PostgreSqlDialect {},
        Dialect::Sqlite => &theirs::SQLiteDialect {},
        Dialect::SqlServer => &theirs::MsSqlDialect {},
        Dialect::ClickHouse => &theirs::ClickHouseDialect {},
        Dialect::Generic => &theirs::GenericDialect {},
    };
    // `(row).*` is unknown to it.
    let without_rows = text.contains(").*").then(|| text.replace(").*", ")  "));
    match Parser::parse_sql(dialect, without_rows.as_deref().unwrap_or(text)) {
        Ok(_) => Opinion::Accepts,
        Err(ParserError::TokenizerError(message) | ParserError::ParserError(message)) => {
            Opinion::Refuses(place(&message, text))
        }
        Err(ParserError::RecursionLimitExceeded) => Opinion::None,
    }
}

/// Its errors carry their place as text alone: `... at Line: 2, Column: 5`.
fn place(message: &str, text: &str) -> Option<usize> {
    let (_, place) = message.rsplit_once("Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    let line: usize = line.trim().parse().ok()?;
    let digits = column.split(|c: char| !c.is_ascii_digit()).next()?;
    let column: usize = digits.parse().ok()?;
    let mut start = 0;
    for _ in 1..line {
        start += text.get(start..)?.find('\n')? + 1;
    }
    let rest = text.get(start..)?;
    let within = rest.char_indices().nth(column.checked_sub(1)?).map_or(rest.len(), |(at, _)| at);
    Some(start + within)
}
