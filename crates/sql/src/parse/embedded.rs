//! Text of any language -> the SQL that stands in it.
//!
//! In: a script, the source of a program, a configuration. Out: the SQL in its strings and
//! here-documents, each as long as what was written, so that places in it are places in the text.

use crate::word::{is, is_any};

/// SQL that stands inside another text: a script, the source of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedded {
    /// Where its first byte is in the text around it.
    pub start: usize,
    /// The SQL, with blanks in place of the escapes around it: as long as what was written.
    pub text: String,
    /// Whether it seems to be put together from several strings, of which this is only one.
    pub is_part: bool,
}

/// Steps of looking for the ends of strings, by the length of the text.
const STEPS_EACH: usize = 8;

/// The SQL in a text of any language: in strings, in here-documents of a shell, or all of it. Nothing
/// for a text in which that takes too many steps.
pub fn embedded(text: &str) -> Option<Vec<Embedded>> {
    if begins_sql(text) {
        return Some(vec![Embedded { start: 0, text: text.to_owned(), is_part: false }]);
    }
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let mut steps = text.len().saturating_mul(STEPS_EACH) + 4_096;
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let quote = byte(at);
        if quote == b'<' && byte(at + 1) == b'<' && byte(at + 2) != b'<' {
            if let Some((start, end)) = here_document(text, at + 2, &mut steps)? {
                let body = text.get(start..end).unwrap_or_default();
                if begins_sql(body) {
                    found.push(Embedded { start, text: body.to_owned(), is_part: false });
                    at = end;
                    continue;
                }
            }
        } else if matches!(quote, b'"' | b'\'' | b'`') {
            let is_triple = byte(at + 1) == quote && byte(at + 2) == quote;
            let start = at + if is_triple { 3 } else { 1 };
            let head = text.get(start..).unwrap_or_default();
            if first_word(head).is_some() {
                let end = string_end(bytes, start, is_triple, &mut steps)?;
                let body = text.get(start..end).unwrap_or_default();
                let after = end + if is_triple { 3 } else { 1 };
                let next = text.get(after..).unwrap_or_default().trim_start().bytes().next();
                let is_part = matches!(next, Some(b'+' | b'%' | b'"' | b'\\'));
                let plain = if quote == b'`' { body.to_owned() } else { unescaped(body) };
                let plain = with_parameters(plain);
                if begins_sql(&plain)
                    || is_part && first_word(&plain).is_some_and(|it| is(it, "SELECT"))
                {
                    found.push(Embedded { start, text: plain, is_part });
                    at = after;
                    continue;
                }
            }
        }
        at += 1;
    }
    Some(found)
}

/// A text with `?` for what Python's drivers and `printf` put in: `%s`, `%(name)s`, `%d`. It stays as long
/// as it was.
fn with_parameters(text: String) -> String {
    /// The longest name that is looked for, in bytes.
    const MAX_NAME_LEN: usize = 128;
    if !text.contains('%') {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('%') {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let named = from.get(1..).and_then(|it| it.strip_prefix('('));
        let name = named.map(|it| {
            let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            it.bytes().take(MAX_NAME_LEN).take_while(is_name).count()
        });
        let is_closed = |len: usize| from.get(len + 2..).is_some_and(|it| it.starts_with(')'));
        let mark = match name {
            Some(len) if len > 0 && is_closed(len) => len + 3,
            Some(_) => 0,
            None => 1,
        };
        let letter = from.as_bytes().get(mark).filter(|_| mark > 0);
        let next = from.as_bytes().get(mark + 1);
        let is_end = next.is_none_or(|it| !(it.is_ascii_alphanumeric() || *it == b'_'));
        let is_parameter = matches!(letter, Some(b's' | b'd')) && is_end;
        let len = if is_parameter { mark + 1 } else { 1 };
        plain.push(if is_parameter { '?' } else { '%' });
        plain.extend(std::iter::repeat_n(' ', len - 1));
        rest = from.get(len..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

/// What a statement may begin with that is looked for in strings.
const VERBS: &[&str] =
    &["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "REPLACE", "MERGE", "TRUNCATE"];

/// The first word of a text, if it may begin a statement; comments before it are passed over.
fn first_word(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        rest = rest.strip_prefix("\\n").or_else(|| rest.strip_prefix("\\t")).unwrap_or(rest);
        if rest.starts_with("--") {
            // Only the beginning is looked at: a text may hold very many quotes.
            let line = rest.get(..rest.len().min(400)).unwrap_or_default();
            rest = rest.get(line.find('\n')? + 1..)?;
        } else if !rest.starts_with([' ', '\t', '\r', '\n', '\\']) {
            break;
        } else if rest.starts_with('\\') {
            return None;
        }
    }
    let end = rest.bytes().take(12).take_while(u8::is_ascii_alphabetic).count();
    let word = rest.get(..end)?;
    let is_end = rest.as_bytes().get(end).is_none_or(|it| it.is_ascii_whitespace() || *it == b'\\');
    (is_any(word, VERBS) && is_end).then_some(word)
}

/// Whether a text is SQL, by its first words.
fn begins_sql(text: &str) -> bool {
    let Some(first) = first_word(text) else { return false };
    let has = |word: &str| {
        text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_').any(|it| is(it, word))
    };
    let wanted = match first.to_ascii_uppercase().as_str() {
        "SELECT" | "DELETE" => "FROM",
        "INSERT" | "REPLACE" | "MERGE" => "INTO",
        "UPDATE" => "SET",
        "WITH" => "AS",
        "TRUNCATE" => "TABLE",
        _ => return false,
    };
    has(wanted)
}

/// Where a string ends, whose content begins here.
fn string_end(bytes: &[u8], start: usize, is_triple: bool, steps: &mut usize) -> Option<usize> {
    let quote = bytes.get(start - 1).copied().unwrap_or(0);
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let mut at = start;
    while at < bytes.len() {
        *steps = steps.checked_sub(1)?;
        let is_doubled = !is_triple && byte(at) == b'\'' && byte(at + 1) == b'\'' && quote == b'\'';
        if byte(at) == b'\\' && quote != b'`' || is_doubled {
            at += 2;
            continue;
        }
        let is_end =
            byte(at) == quote && (!is_triple || byte(at + 1) == quote && byte(at + 2) == quote);
        if is_end {
            return Some(at);
        }
        at += 1;
    }
    Some(bytes.len())
}

/// Blanks in place of escapes, of the same length.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut is_escape = false;
    for character in text.chars() {
        match character {
            '\\' if !is_escape => {
                is_escape = true;
                plain.push(' ');
                continue;
            }
            'n' | 't' | 'r' if is_escape => plain.push(' '),
            // The end of a line of a shell or of C.
            other => plain.push(other),
        }
        is_escape = false;
    }
    plain
}

/// The text of a here-document, whose marker is here.
fn here_document(text: &str, from: usize, steps: &mut usize) -> Option<Option<(usize, usize)>> {
    let rest = text.get(from..).unwrap_or_default();
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let rest = rest.trim_start_matches([' ', '\'', '"', '\\']);
    let length =
        rest.bytes().take(64).take_while(|it| it.is_ascii_alphanumeric() || *it == b'_').count();
    let marker = rest.get(..length).unwrap_or_default();
    let Some(line_end) = rest.find('\n').filter(|_| !marker.is_empty()) else { return Some(None) };
    let start = text.len() - rest.len() + line_end + 1;
    let mut at = start;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        *steps = steps.checked_sub(line.len())?;
        if line.trim() == marker {
            return Some(Some((start, at)));
        }
        at += line.len();
    }
    Some(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_python_are_no_columns() {
        let of = |text: &str| with_parameters(text.to_owned());
        assert_eq!(of("id = %s, b = %(name)s and c < %d"), "id = ? , b = ?        and c < ? ");
        assert_eq!(of("a LIKE '%some%' AND 5 %size"), "a LIKE '%some%' AND 5 %size");
        assert_eq!(of("%(a %() %"), "%(a %() %");
    }

    #[test]
    fn sql_is_found_in_other_texts() {
        let check = |text: &str, expected: &[&str]| {
            let found = embedded(text).unwrap_or_default();
            let found: Vec<&str> = found.iter().map(|it| it.text.trim()).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("psql -c \"select a from t where b = 'x'\"", &["select a from t where b = 'x'"]);
        check("psql <<EOF\nselect a from t;\nEOF\necho", &["select a from t;"]);
        check("db.Query(`SELECT a\nFROM t`)", &["SELECT a\nFROM t"]);
        check(
            "q = \"\"\"\n  insert into t (a) values (1)\n\"\"\"",
            &["insert into t (a) values (1)"],
        );
        check(
            "x = \"select a\\nfrom t where b = \\\"c\\\"\"",
            &["select a  from t where b =  \"c \""],
        );
        check("echo \"update the list\"", &[]);
        check("select 1 from t", &["select 1 from t"]);
        check("'select a ' + 'from t'", &["select a"]);
    }
}
