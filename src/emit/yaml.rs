//! A value as YAML that every reader takes for the same value.
//!
//! Block style, two spaces, list items at their key's column, as `kubectl` prints. A string is plain
//! only where no reader of YAML 1.1 or 1.2 could take it for another type; several lines of
//! printable text become a literal block; everything else stands in double quotes. Lines are never
//! folded, and the same value always gives the same bytes. What would be a command to a CI runner that
//! reads the output is escaped in double quotes.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::runner;
use crate::value::{Map, Value};

/// Writes one document, without a `---` before it.
pub fn document(value: &Value, out: &mut impl Write) -> io::Result<()> {
    match value {
        Value::Map(map) => mapping(map, out),
        Value::List(list) if !list.is_empty() => items(list, 0, out),
        // The content of a block scalar at the root has no parent to be indented against.
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::List(_) => {
            scalar(value, out)?;
            out.write_all(b"\n")
        }
    }
}

/// Writes one document that is a mapping, without a `---` before it.
pub fn mapping(map: &Map, out: &mut impl Write) -> io::Result<()> {
    if map.is_empty() { out.write_all(b"{}\n") } else { entries(map, 0, out) }
}

/// Writes the entries of a map; the cursor stands where its first key goes.
fn entries(map: &Map, column: usize, out: &mut impl Write) -> io::Result<()> {
    for (index, (name, value)) in map.iter().enumerate() {
        if index > 0 {
            indent(column, out)?;
        }
        let name = inline(name);
        if name.len() > SIMPLE_KEY {
            out.write_all(b"? ")?;
            out.write_all(name.as_bytes())?;
            out.write_all(b"\n")?;
            indent(column, out)?;
        } else {
            out.write_all(name.as_bytes())?;
        }
        out.write_all(b":")?;
        match value {
            Value::Map(map) if !map.is_empty() => {
                out.write_all(b"\n")?;
                indent(column + 2, out)?;
                entries(map, column + 2, out)?;
            }
            Value::List(list) if !list.is_empty() => {
                out.write_all(b"\n")?;
                indent(column, out)?;
                items(list, column, out)?;
            }
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::List(_)
            | Value::Map(_) => leaf(value, column, out)?,
        }
    }
    Ok(())
}

/// Writes the items of a list; the cursor stands where its first dash goes.
fn items(list: &[Value], column: usize, out: &mut impl Write) -> io::Result<()> {
    for (index, value) in list.iter().enumerate() {
        if index > 0 {
            indent(column, out)?;
        }
        out.write_all(b"-")?;
        match value {
            Value::Map(map) if !map.is_empty() => {
                out.write_all(b" ")?;
                entries(map, column + 2, out)?;
            }
            Value::List(list) if !list.is_empty() => {
                out.write_all(b" ")?;
                items(list, column + 2, out)?;
            }
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::List(_)
            | Value::Map(_) => leaf(value, column, out)?,
        }
    }
    Ok(())
}

/// A key of more bytes is written with `?`: readers look for the `:` of a key 1024 characters far.
const SIMPLE_KEY: usize = 1000;

/// Writes a value without children after the `:` or `-` in a column.
fn leaf(value: &Value, column: usize, out: &mut impl Write) -> io::Result<()> {
    if let Value::String(text) = value
        && is_block(text)
    {
        return block(text, column + 2, out);
    }
    out.write_all(b" ")?;
    scalar(value, out)?;
    out.write_all(b"\n")
}

fn scalar(value: &Value, out: &mut impl Write) -> io::Result<()> {
    match value {
        Value::Null => out.write_all(b"null"),
        Value::Bool(value) => write!(out, "{value}"),
        Value::Int(value) => write!(out, "{value}"),
        Value::Number(text) => out.write_all(text.as_bytes()),
        Value::String(text) => out.write_all(inline(text).as_bytes()),
        Value::List(_) => out.write_all(b"[]"),
        Value::Map(_) => out.write_all(b"{}"),
    }
}

fn indent(column: usize, out: &mut impl Write) -> io::Result<()> {
    const SPACES: &[u8] = &[b' '; 64];
    match SPACES.get(..column) {
        Some(spaces) => out.write_all(spaces),
        None => write!(out, "{:column$}", ""),
    }
}

/// Whether a text can be a literal block: several lines, each printed as it is. A tab where the
/// indentation ends is an error to some readers.
fn is_block(text: &str) -> bool {
    if !text.contains('\n') {
        return false;
    }
    let first = text.trim_start_matches('\n');
    let is_ascii = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n');
    !first.is_empty()
        && !first.starts_with('\t')
        && (text.bytes().all(is_ascii)
            || text.chars().all(|character| character == '\n' || is_printable(character)))
        && !runner::has_command(text)
}

fn block(text: &str, column: usize, out: &mut impl Write) -> io::Result<()> {
    // Readers take the indentation from the first line with text, unless they are told.
    let indicator = if text.trim_start_matches('\n').starts_with(' ') { "2" } else { "" };
    let body = text.strip_suffix('\n');
    let chomping = match body {
        None => "-",
        Some(body) if body.ends_with('\n') => "+",
        Some(_) => "",
    };
    writeln!(out, " |{indicator}{chomping}")?;
    for line in body.unwrap_or(text).split('\n') {
        if !line.is_empty() {
            indent(column, out)?;
        }
        out.write_all(line.as_bytes())?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// A string on one line: plain where that is safe, else in double quotes.
fn inline(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(quoted(text)) }
}

/// Whether every reader takes a text, written without quotes, for this very string.
#[expect(clippy::indexing_slicing, reason = "a byte is less than 256")]
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    let mut kinds = 0;
    for &byte in bytes {
        let kind = KINDS[usize::from(byte)];
        if kind == UNSAFE {
            return false;
        }
        kinds |= kind;
    }
    // `: ` ends a key; a space before `#` begins a comment, and no `#` is plain here.
    let is_safe = |pair: &[u8]| !matches!(pair, b"  " | b": " | b"::");
    !matches!(last, b' ' | b':')
        && begins_safely(*first, text)
        && (kinds & SEPARATES == 0 || bytes.windows(2).all(is_safe))
        && !is_word(text)
}

/// A byte that stands in no plain scalar.
const UNSAFE: u8 = 0;
/// A byte that may stand in a plain scalar beside any other.
const SAFE: u8 = 1;
/// A byte that may stand in a plain scalar, but not beside every other.
const SEPARATES: u8 = 2;

/// What a byte does to a plain scalar: a table, since this is asked about every byte of the output.
#[expect(clippy::indexing_slicing, reason = "the index is less than 256")]
const KINDS: [u8; 256] = {
    let mut table = [UNSAFE; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b' ' | b':' => SEPARATES,
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'_'
            | b'-'
            | b'.'
            | b'/'
            | b'@'
            | b'+'
            | b'='
            | b','
            | b';'
            | b'('
            | b')'
            | b'$'
            | b'%'
            | b'*'
            | b'^'
            | b'~'
            | b'<'
            | b'>'
            | b'?' => SAFE,
            _ => UNSAFE,
        };
        byte += 1;
    }
    table
};

/// Words that some reader takes for a boolean, null or a number, whatever their case.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 11] =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];
    text.len() <= 5 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn begins_safely(first: u8, text: &str) -> bool {
    match first {
        b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'/' | b'$' | b'(' => true,
        // Numbers in all their notations, dates and times are made of these.
        b'0'..=b'9' | b'.' | b'+' | b'-' => {
            let is_numeric = |byte: u8| {
                byte.is_ascii_hexdigit()
                    || matches!(
                        byte.to_ascii_lowercase(),
                        b'x' | b'o' | b'p' | b'i' | b'n' | b't' | b'z'
                    )
                    || matches!(byte, b'.' | b'+' | b'-' | b'_' | b':' | b',' | b' ')
            };
            !text.bytes().all(is_numeric)
                && !text.starts_with("- ")
                && !text.starts_with("---")
                && !text.starts_with("...")
        }
        _ => false,
    }
}

/// Whether a character may stand in the text as it is: not so what YAML 1.1 calls a line break, a
/// byte-order mark, or not printable; nor what turns the direction of text, since people read this too.
fn is_printable(character: char) -> bool {
    match character {
        '\t' => true,
        '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fffe}'
        | '\u{ffff}' => false,
        other => !other.is_control(),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    // `##[` in quotes, with what .NET passes over between: no text needs two of them unescaped.
    let escapes_hashes = text.contains('#') && runner::has_command(text);
    for character in text.chars() {
        match character {
            '#' if escapes_hashes => quoted.push_str("\\x23"),
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other if is_printable(other) => quoted.push(other),
            other if u32::from(other) < 0x100 => {
                quoted.push_str(&format!("\\x{:02x}", u32::from(other)));
            }
            other => quoted.push_str(&format!("\\u{:04x}", u32::from(other))),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: impl Into<Value>, expected: &str) {
        let mut out = Vec::new();
        document(&value.into(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn collections_are_laid_out_as_kubectl_does() {
        let port = Map::new().with("name", "http").with("port", 80);
        let nested = Value::List(vec![vec![1, 2].into(), Value::List(vec![])]);
        let map = Map::new()
            .with("kind", "Service")
            .with("ports", vec![port.clone(), port])
            .with("none", Map::new())
            .with("nested", nested)
            .with("on", Map::new().with("a b", Value::Null).with("c", true));
        check(
            map,
            "kind: Service\nports:\n- name: http\n  port: 80\n- name: http\n  port: 80\nnone: {}\n\
             nested:\n- - 1\n  - 2\n- []\n\"on\":\n  a b: null\n  c: true\n",
        );
    }

    #[test]
    fn strings_are_plain_only_where_that_is_safe() {
        for plain in [
            "shop",
            "registry/shop:1.2",
            "10Gi",
            "500m",
            "a b",
            "--port=80",
            "/x",
            "./x",
            "$(HOST)",
        ] {
            check(plain, &format!("{plain}\n"));
        }
        for text in [
            "",
            "y",
            "No",
            "ON",
            "null",
            "~",
            "1",
            "1.5",
            "1e3",
            "0x1F",
            ".5",
            "12:30:45",
            "2024-01-01",
            "1_000",
            "<<",
            "=",
            "-",
            "?",
            "- a",
            "a: b",
            "a #b",
            " a",
            "a ",
            "a:",
            "#a",
            "{a}",
            "é",
            "*",
            "---",
        ] {
            check(text, &format!("\"{text}\"\n"));
        }
        check("a\u{85}\u{2028}\"\\\u{7f}\t", "\"a\\x85\\u2028\\\"\\\\\\x7f\\t\"\n");
    }

    #[test]
    fn several_lines_are_a_literal_block() {
        let sql = |text: &str| Map::new().with("sql", text);
        check(sql("a\n  b\n"), "sql: |\n  a\n    b\n");
        check(sql("a\n\nb"), "sql: |-\n  a\n\n  b\n");
        check(sql("a\n\n"), "sql: |+\n  a\n\n");
        check(sql("\n a\n"), "sql: |2\n\n   a\n");
        check(sql("---\n"), "sql: |\n  ---\n");
        check(sql("\n"), "sql: \"\\n\"\n");
        check(sql("\ta\n"), "sql: \"\\ta\\n\"\n");
        check(sql("a\r\nb"), "sql: \"a\\r\\nb\"\n");
        check("a\nb", "\"a\\nb\"\n");
        check(sql("a\n  ::error::b\n"), "sql: \"a\\n  ::error::b\\n\"\n");
        check(sql("a\nb ##[x]\n"), "sql: \"a\\nb \\x23\\x23[x]\\n\"\n");
        check("##vso[x]", "\"\\x23\\x23vso[x]\"\n");
        check("\u{202e}a", "\"\\u202ea\"\n");
    }
}
