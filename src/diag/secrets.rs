//! What looks like a password in a text that nobody could read, or that stands where no password
//! is expected. It is a guess, and a generous one: asterisks too many cost a second look, a
//! password in a log costs more.

use std::ops::Range;

/// What stands in place of a secret where it may have any length.
pub(crate) const MASK: &str = "***";

/// Ends of names, without `_` and `-`, that say that a secret follows.
const NAMES: [&str; 8] = [
    "token",
    "secret",
    "secretkey",
    "privatekey",
    "apikey",
    "accesskey",
    "signingkey",
    "encryptionkey",
];

/// The longest name of a variable or user that is looked for, in bytes: the work has to be bounded.
const LONGEST: usize = 128;

/// The ranges of a text that look like secrets. Where `is_known` says so of the place at which a
/// value begins, what is secret there is known without a guess.
pub(super) fn found(text: &str, is_known: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut last = Line::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let indent = content.len() - content.trim_start().len();
        let begins_quoted = content.trim_start().starts_with(['"', '\'']);
        let goes_on = match last.value {
            None => false,
            Some(column) => content.is_empty() || indent > column,
        };
        if goes_on || (last.is_open && begins_quoted) {
            found.push(start + indent..start + content.len());
            last.is_open &= content.is_empty();
        } else {
            let name_before = last.has_secret_name;
            last = Line::default();
            let column = content.len() - content.trim_start_matches([' ', '-']).len();
            let found = &mut found;
            values(content, name_before, &mut last, |range| {
                let place = start + range.start;
                if is_known(place) {
                    return false;
                }
                found.push(place..start + range.end);
                true
            });
            last.value = last.value.map(|_| column);
        }
        start += line.len();
    }
    found
}

/// A text of any length without what looks like a secret in it.
pub(crate) fn masked(text: &str) -> String {
    without(text, found(text, |_| false))
}

/// A message without the passwords of the addresses that it quotes. What it says of names stays: it
/// is about them.
pub(crate) fn without_passwords(message: &str) -> String {
    let mut found = Vec::new();
    let mut start = 0;
    for part in message.split('`') {
        let path = part.find('/').unwrap_or(part.len());
        let rest = part.get(path..).unwrap_or_default();
        if let (Some(colon), Some(host)) = (rest.find(':'), rest.rfind('@'))
            && colon < host
        {
            found.push(start + path + colon + 1..start + path + host);
        }
        start += part.len() + 1;
    }
    without(message, found)
}

fn without(text: &str, mut ranges: Vec<Range<usize>>) -> String {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut masked = String::with_capacity(text.len());
    let mut shown_to = 0;
    for range in ranges {
        if is_whole_reference(text.get(range.clone()).unwrap_or_default()) {
            continue;
        }
        if range.start >= shown_to {
            masked.push_str(text.get(shown_to..range.start).unwrap_or_default());
            masked.push_str(MASK);
        }
        shown_to = shown_to.max(range.end);
    }
    masked.push_str(text.get(shown_to..).unwrap_or_default());
    masked
}

/// Whether a value does nothing but refer to another.
fn is_whole_reference(value: &str) -> bool {
    let inside = |open, close| value.strip_prefix(open)?.strip_suffix(close);
    let inside = inside("$(", ")").or_else(|| inside("${", "}"));
    value.is_empty() || inside.is_some_and(|inside| !inside.contains([')', '}']))
}

/// What a line says about the next.
#[derive(Default)]
struct Line {
    /// A secret began here; lines that stand further in than this column go on with it.
    value: Option<usize>,
    /// The secret itself is still to come.
    is_open: bool,
    /// It has the name of a variable whose value is a secret.
    has_secret_name: bool,
}

/// Hands over what looks like a secret in one line; `add` says whether it was taken.
fn values(
    line: &str,
    name_before: bool,
    last: &mut Line,
    mut add: impl FnMut(Range<usize>) -> bool,
) {
    last.has_secret_name = false;
    let mut is_named = name_before;
    for (at, _) in line.match_indices([':', '=']) {
        let (Some(before), Some(after)) = (line.get(..at), line.get(at + 1..)) else { continue };
        let key = last_word(before);
        let value = after.trim_start();
        if key.eq_ignore_ascii_case("name") {
            let mut name = value.char_indices().take(LONGEST);
            let end = name.find(|(_, c)| matches!(c, ',' | '}' | ' ')).map(|(end, _)| end);
            let end = end.or((value.len() < LONGEST).then_some(value.len()));
            let name = end.and_then(|end| value.get(..end)).unwrap_or_default();
            is_named = is_secret_name(name.trim_matches(['"', '\'']));
            last.has_secret_name = is_named;
        }
        let is_value = is_named && key.eq_ignore_ascii_case("value");
        if (is_value || is_secret_name(key)) && !is_reference(value) {
            let start = line.len() - value.len();
            if value.is_empty() {
                (last.value, last.is_open) = (Some(0), true);
            } else if add(start..line.len()) {
                last.value = Some(0);
            }
        }
    }
    urls(line, &mut add);
    sql(line, last, &mut add);
}

/// The name that ends here, without its quotes.
fn last_word(text: &str) -> &str {
    let text = text.trim_end().trim_end_matches(['"', '\'', '`']);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let start = text.rfind(|c: char| !is_part(c));
    let start = start.map_or(0, |at| at + text.get(at..).map_or(0, first_length));
    text.get(start..).unwrap_or_default()
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// Whether what has this name is a secret, rather than the place of one (`passwordKey`).
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let is_password = ["pass", "pasw", "pwd"].iter().any(|word| name.contains(word));
    let names_a_place = ["key", "from", "ref"].iter().any(|end| name.ends_with(end));
    // `secret: NAME` names a Secret.
    let ends_as_one = NAMES.iter().any(|end| name.ends_with(end)) && name != "secret";
    (is_password && !names_a_place) || ends_as_one
}

pub(crate) fn is_reference(value: &str) -> bool {
    let value = value.trim_start_matches(['"', '\'']);
    ["${", "$(", "{secretKeyRef", "{ secretKeyRef", "{valueFrom"]
        .iter()
        .any(|reference| value.starts_with(reference))
}

/// `://user:password@host`, and what MySQL's driver in Go takes, `user:password@tcp(host)`.
fn urls(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
    for (at, _) in line.match_indices("://") {
        let start = at + "://".len();
        let rest = line.get(start..).unwrap_or_default();
        // A `/` or a quote in the password ought to be escaped, and may not be.
        let whole = rest.find("://").map_or(rest, |end| rest.get(..end).unwrap_or(rest));
        let end = rest.find(['/', ' ', '\t', '"', '\'']).unwrap_or(rest.len());
        let authority = rest.get(..end).unwrap_or_default();
        let place = if authority.contains('@') { authority } else { whole };
        if let (Some(colon), Some(host)) = (place.find(':'), place.rfind('@'))
            && colon < host
        {
            add(start + colon + 1..start + host);
        }
    }
    for network in ["@tcp(", "@unix("] {
        for (at, _) in line.match_indices(network) {
            let before = line.get(..at).unwrap_or_default();
            let is_begin = |byte: &u8| matches!(byte, b' ' | b'"' | b'\'');
            let user =
                before.bytes().rev().take(LONGEST).take_while(|byte| !is_begin(byte)).count();
            let start = at - user;
            if let Some(colon) = before.get(start..).and_then(|user| user.find(':')) {
                add(start + colon + 1..at);
            }
        }
    }
}

/// `PASSWORD 'secret'`, `IDENTIFIED BY 'secret'`.
fn sql(line: &str, last: &mut Line, add: &mut impl FnMut(Range<usize>) -> bool) {
    let lower = line.to_ascii_lowercase();
    for word in ["identified", "password"] {
        for (at, _) in lower.match_indices(word) {
            let rest = lower.get(at + word.len()..).unwrap_or_default();
            let quote = match word {
                "password" => {
                    let value = rest.trim_start_matches([' ', '\t', '(']);
                    let is_apart = value.len() < rest.len();
                    let is_quoted = is_apart && value.starts_with(['\'', '"']);
                    is_quoted.then(|| lower.len() - value.len())
                }
                _ => rest.find(['\'', '"']).map(|quote| at + word.len() + quote),
            };
            match quote {
                Some(start) => {
                    add(start..line.len());
                    // That was the rest of the line.
                    break;
                }
                None => last.is_open |= word == "identified" || rest.trim().is_empty(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with its secrets as asterisks.
    fn check(text: &str, expected: &str) {
        let mut bytes = text.as_bytes().to_vec();
        for range in found(text, |_| false) {
            bytes[range].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b'*');
        }
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn values_of_secret_names() {
        check("password: abc", "password: ***");
        check("{user: u, \"DB_PASSWORD\" : abc}", "{user: u, \"DB_PASSWORD\" : ****");
        check("API_TOKEN=abc", "API_TOKEN=***");
        check("client-secret: abc", "client-secret: ***");
        check("secret: shop-db", "secret: shop-db");
        check("passwordKey: password", "passwordKey: password");
        check("A_PASSWORD: ${db.password}", "A_PASSWORD: ${db.password}");
        check("- name: A_TOKEN\n  value: abc", "- name: A_TOKEN\n  value: ***");
        check("{name: A_TOKEN, value: abc}", "{name: A_TOKEN, value: ****");
        check("{name: PORT, value: 80}", "{name: PORT, value: 80}");
    }

    #[test]
    fn values_of_several_lines() {
        check("  password: |\n    ab\n\n    c\n  x: y", "  password: *\n    **\n\n    *\n  x: y");
        check("- password: \"ab\n    cd\n  x: y", "- password: ***\n    **\n  x: y");
        check("\"password\":\n\"abc\",\n\"x\": 1", "\"password\":\n******\n\"x\": 1");
        check("password:\nuser: u", "password:\nuser: u");
    }

    #[test]
    fn passwords_in_addresses() {
        check("url: pg://u:ab@h/d", "url: pg://u:**@h/d");
        check("url: pg://u:a/b\"c@h/d", "url: pg://u:*****@h/d");
        check("url: http://h:80/d", "url: http://h:80/d");
        check("dsn: u:ab@tcp(h)/d", "dsn: u:**@tcp(h)/d");
    }

    #[test]
    fn passwords_in_sql() {
        check("CREATE USER u IDENTIFIED BY 'ab';", "CREATE USER u IDENTIFIED BY *****");
        check("CREATE USER u IDENTIFIED BY\n  'ab';", "CREATE USER u IDENTIFIED BY\n  *****");
        check("ALTER ROLE r PASSWORD 'ab';", "ALTER ROLE r PASSWORD *****");
        check("CREATE TABLE t (password varchar(9));", "CREATE TABLE t (password varchar(9));");
    }
}
