//! Several texts of one schema -> one text, in which the same statements are read.
//!
//! Atlas cuts the one text again, so what one text leaves behind must not change how the next is
//! read: a last statement without a delimiter, another delimiter, the batch of SQL Server, the data
//! of a `COPY`. Texts that end well are joined as they are.

use crate::dialect::Dialect;
use crate::parse::split::{DIRECTIVE, Ends, split};

/// A text as lines that end in a line feed, so that it reads as one in YAML: a carriage return is
/// white space to SQL and HCL, and a text without it stands as a literal block.
pub fn lines(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut text = text.replace("\r\n", "\n");
    let mut blank_matters = false;
    if text.starts_with(DIRECTIVE) {
        let end = text.find('\n').unwrap_or(text.len());
        let (line, _) = text.split_at(end);
        blank_matters = line.ends_with([' ', '\t']);
        // The delimiter is of the same lines.
        let line = line.replace("\\r\\n", "\\n");
        text.replace_range(..end, &line);
    }
    let kept = if blank_matters { text.trim_end_matches('\n') } else { text.trim_end() };
    if kept.trim().is_empty() { String::new() } else { format!("{kept}\n") }
}

/// Texts, each as [`lines`] makes it, as one, with a blank line between them.
pub fn joined(texts: &[String], dialect: Dialect) -> String {
    let last = texts.iter().rposition(|text| !text.is_empty());
    let mut delimiter = SEMICOLON.to_owned();
    let mut parts: Vec<String> = Vec::with_capacity(texts.len());
    for (at, text) in texts.iter().enumerate() {
        if text.is_empty() {
            parts.push(String::new());
            continue;
        }
        let split = split(text, dialect);
        let ends = split.ends;
        let mut part = String::new();
        if at > 0 && ends.first_delimiter != delimiter {
            part.push_str(&command(&ends.first_delimiter));
        }
        // Atlas looks for the directive at the very beginning of a text alone.
        let mut from = if at > 0 { ends.directive } else { 0 };
        for (end, delimiter) in &ends.cut {
            part.push_str(text.get(from..*end).unwrap_or_default());
            part.push_str(&ending(delimiter));
            from = *end;
        }
        let rest = text.get(from..).unwrap_or_default();
        let defines = !split.pieces.is_empty();
        // Atlas knows the `END` of a block by its delimiter or by the end of the text: a comment
        // after it needs the delimiter.
        let is_commented = ends.last_delimiter == SEMICOLON
            && !dialect.grammar().scripts.go_lines
            && !ends.slashes
            && ends.open.is_some_and(|end| !text.get(end..).unwrap_or_default().trim().is_empty());
        match Some(at) == last && !is_commented {
            true => part.push_str(rest),
            false => ended(&mut part, rest, from, &ends, defines, dialect),
        }
        delimiter = ends.last_delimiter;
        parts.push(part);
    }
    parts.join("\n")
}

const SEMICOLON: &str = ";";

/// Writes the rest of a text, which begins at `from`, so that its last statement ends with it.
fn ended(part: &mut String, rest: &str, from: usize, ends: &Ends, defines: bool, dialect: Dialect) {
    let is_semicolon = ends.last_delimiter == SEMICOLON;
    if is_semicolon && dialect.grammar().scripts.go_lines {
        // Views, procedures and triggers must be the first of their batch.
        part.push_str(rest);
        if defines && ends.open_batch {
            part.push_str("GO\n");
        }
        return;
    }
    match ends.open {
        Some(_) if is_semicolon && ends.slashes => {
            part.push_str(rest);
            part.push_str("/\n");
        }
        Some(end) => {
            // Before the comments at its end: Atlas knows the `END` of a block by what follows it.
            let (statement, comments) = rest.split_at_checked(end - from).unwrap_or((rest, ""));
            part.push_str(statement);
            part.push_str(&ending(&ends.last_delimiter));
            part.push_str(comments);
        }
        None => part.push_str(rest),
    }
    if ends.open_data {
        part.push_str("\\.\n");
    }
}

/// A delimiter behind a statement: on a line of its own, lest it is read together with its end.
fn ending(delimiter: &str) -> String {
    let own_line = delimiter != SEMICOLON && !delimiter.starts_with(char::is_whitespace);
    if own_line { format!("\n{delimiter}") } else { delimiter.to_owned() }
}

/// The command that sets a delimiter. Atlas takes it in every dialect.
fn command(delimiter: &str) -> String {
    let escaped = delimiter.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    let plain = escaped.trim() == escaped && !escaped.starts_with(['\'', '"']);
    match plain {
        true => format!("DELIMITER {escaped}\n"),
        false => format!("DELIMITER '{}'\n", escaped.replace('\'', "''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the text that several become, and that its statements are theirs.
    fn check(dialect: Dialect, texts: &[&str], expected: &str) {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let found = joined(&texts, dialect);
        assert_eq!(found, expected);
        let apart: Vec<String> = texts.iter().flat_map(|text| statements(dialect, text)).collect();
        assert_eq!(statements(dialect, &found), apart, "{found}");
    }

    fn statements(dialect: Dialect, text: &str) -> Vec<String> {
        let split = split(text, dialect);
        assert_eq!(split.flaws, [], "{text}");
        split.pieces.iter().map(|piece| text.get(piece.bytes.clone()).unwrap().to_owned()).collect()
    }

    const A: &str = "create table a (x int)";
    const B: &str = "create table b (x int);\n";

    #[test]
    fn a_text_that_ends_well_stays_as_it_is() {
        for dialect in [Dialect::MySql, Dialect::Postgres, Dialect::Sqlite, Dialect::Generic] {
            check(dialect, &[&format!("{A};\n"), B], &format!("{A};\n\n{B}"));
            check(dialect, &["", &format!("{A};\n"), "", B], &format!("\n{A};\n\n\n{B}"));
            check(dialect, &[&format!("{A}\n")], &format!("{A}\n"));
            check(dialect, &[B, &format!("{A} -- c\n")], &format!("{B}\n{A}; -- c\n"));
            check(dialect, &["-- no statement;\n", B], &format!("-- no statement;\n\n{B}"));
        }
    }

    #[test]
    fn the_last_statement_is_ended() {
        check(Dialect::Postgres, &[&format!("{A}\n"), B], &format!("{A};\n\n{B}"));
        check(Dialect::MySql, &[&format!("{A} # c\n"), B], &format!("{A}; # c\n\n{B}"));
        check(Dialect::Sqlite, &[&format!("{A}\n/* c */\n"), B], &format!("{A};\n/* c */\n\n{B}"));
        let body = "create procedure p() begin select 1; end";
        check(Dialect::MySql, &[&format!("{body} -- c\n"), B], &format!("{body}; -- c\n\n{B}"));
        let comment = "/*!50001 create table a (x int) */\n";
        check(Dialect::MySql, &[comment, B], &format!("{};\n\n{B}", comment.trim_end()));
        let dollar = "create function f() returns int language sql as $$ select 1; $$";
        check(Dialect::Postgres, &[&format!("{dollar}\n"), B], &format!("{dollar};\n\n{B}"));
        let copy = "copy t from stdin;\n1\n";
        check(Dialect::Postgres, &[copy, B], &format!("{copy}\\.\n\n{B}"));
        check(Dialect::Generic, &["a\n/\nb\n", B], &format!("a\n/\nb\n/\n\n{B}"));
        check(Dialect::Postgres, &["\\connect x\n", B], &format!("\\connect x\n\n{B}"));
    }

    #[test]
    fn a_delimiter_holds_for_its_own_text() {
        let procedure = "DELIMITER //\ncreate procedure p() begin select 1; end";
        let (ended, open) = (format!("{procedure}//\n"), format!("{procedure}\n"));
        let whole = format!("{ended}\nDELIMITER ;\n{B}");
        check(Dialect::MySql, &[&ended, B], &whole);
        check(Dialect::MySql, &[&open, B], &whole.replace("end//", "end\n//"));
        check(Dialect::MySql, &[B, &ended], &format!("{B}\n{ended}"));
        check(Dialect::Postgres, &[&ended, &ended], &format!("{ended}\nDELIMITER ;\n{ended}"));
        let lone = format!("{ended}{B}");
        let mended = lone.replace("(x int);\n", "(x int);\n//\n");
        check(Dialect::MySql, &[&lone, B], &format!("{mended}\nDELIMITER ;\n{B}"));
        let cut = format!("{lone}DELIMITER ;\n{A}\n");
        let mended = cut.replace("(x int);\n", "(x int);\n//\n");
        check(Dialect::MySql, &[&cut], &mended);
    }

    #[test]
    fn a_directive_holds_for_its_own_text() {
        let lines = "-- atlas:delimiter \\n\\n\na;\nb\n\nc\n";
        check(Dialect::Postgres, &[lines], lines);
        let first = format!("{}\n\n\n\nDELIMITER ;\n{B}", lines.trim_end());
        check(Dialect::Postgres, &[lines, B], &first);
        let later = format!("{B}\nDELIMITER \\n\\n\na;\nb\n\nc\n");
        check(Dialect::Postgres, &[B, lines], &later);
        let both = format!("{}\n\n\n\na;\nb\n\nc\n", lines.trim_end());
        check(Dialect::Postgres, &[lines, lines], &both);
        let blank = "-- atlas:delimiter -- x \na; b\n-- x \nc\n";
        check(Dialect::Postgres, &[B, blank], &format!("{B}\nDELIMITER '-- x '\na; b\n-- x \nc\n"));
    }

    #[test]
    fn every_text_is_a_batch_of_its_own() {
        let view = "create view v as select 1 as a";
        let go = format!("{B}GO\n");
        check(Dialect::SqlServer, &[B, view], &format!("{go}\n{view}"));
        check(Dialect::SqlServer, &[&go, view], &format!("{go}\n{view}"));
        check(Dialect::SqlServer, &["-- c\n", view], &format!("-- c\n\n{view}"));
        let body = "create proc p as select 1; select 2\n";
        check(Dialect::SqlServer, &[body, view], &format!("{body}GO\n\n{view}"));
    }
}
