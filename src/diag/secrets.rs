//! What looks like a password in a text that nobody could read, or that stands where no password
//! is expected. It is a guess, and a generous one: asterisks too many cost a second look, a
//! password in a log costs more.
//!
//! The one set of rules: excerpts, the texts of diagnostics, and manifests on a page or in a
//! comparison go by it. All of it is linear in the text.

use std::ops::Range;

/// What stands in place of a secret, where places need not stay where they are.
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

/// A text with what looks like a secret as asterisks.
pub(crate) fn hidden(text: &str) -> String {
    let mut ranges = found(text, |_| false);
    ranges.sort_unstable_by_key(|range| range.start);
    let mut hidden = String::with_capacity(text.len());
    let mut shown_to = 0;
    for range in ranges.into_iter().filter(|range| !range.is_empty()) {
        if range.start >= shown_to {
            hidden.push_str(text.get(shown_to..range.start).unwrap_or_default());
            hidden.push_str(MASK);
        }
        shown_to = shown_to.max(range.end);
    }
    hidden.push_str(text.get(shown_to..).unwrap_or_default());
    hidden
}

/// A message that may quote a file, with what looks like a secret as asterisks: what [`hidden`]
/// finds, and what is said to be the value of a field that is named like one.
pub(super) fn hidden_in_message(text: &str) -> String {
    let text = hidden(text);
    let named = text.strip_prefix('`').and_then(|rest| rest.split_once('`'));
    let Some((name, rest)) = named.filter(|(name, _)| is_name(last_word(name))) else {
        return text;
    };
    // As `` `password` has to be a list, not a string (`x`) `` and `` `token` cannot be `x` `` say it.
    let value = ["(`", "be `"].iter().filter_map(|before| Some(rest.find(before)? + before.len()));
    match value.min().and_then(|start| rest.get(..start)) {
        Some(before) => {
            let end = if before.ends_with("(`") { "`)" } else { "`" };
            format!("`{name}`{before}{MASK}{end}")
        }
        None => text,
    }
}

/// The ranges of a text that look like secrets. Where `is_known` says so of the place at which a
/// value begins, what is secret there is known without a guess.
pub(super) fn found(text: &str, is_known: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut last = Line::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let indent = content.len() - content.trim_start().len();
        let begins_quoted = content.trim_start_matches([' ', '\t', '=']).starts_with(['"', '\'']);
        let goes_on = match last.value {
            None => false,
            Some(column) => content.is_empty() || indent > column,
        };
        if goes_on || (last.is_open && begins_quoted) {
            found.push(start + indent..start + content.len());
            last.is_open &= content.is_empty();
        } else if let Some(argument) = argument(content).filter(|_| last.is_flag) {
            found.push(start + content.len() - argument.len()..start + content.len());
            last = Line::default();
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

/// What a line says about the next.
#[derive(Default)]
struct Line {
    /// A secret began here; lines that stand further in than this column go on with it.
    value: Option<usize>,
    /// The secret itself is still to come.
    is_open: bool,
    /// It has the name of a variable whose value is a secret.
    has_secret_name: bool,
    /// It ends with a flag whose value is a secret.
    is_flag: bool,
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
    let mut quotes = Quotes::default();
    let mut hidden_to = 0;
    for (at, _) in line.match_indices([':', '=']) {
        let (Some(before), Some(after)) = (line.get(..at), line.get(at + 1..)) else { continue };
        let key = last_word(before);
        let value = after.trim_start();
        if key.eq_ignore_ascii_case("name") {
            let mut name = value.char_indices().take(LONGEST);
            let end = name.find(|(_, c)| matches!(c, ',' | '}' | ' ')).map(|(end, _)| end);
            let end = end.or((value.len() < LONGEST).then_some(value.len()));
            let name = end.and_then(|end| value.get(..end)).unwrap_or_default();
            is_named = is_name(name.trim_matches(['"', '\'']));
            last.has_secret_name = is_named;
        }
        let start = line.len() - value.len();
        let is_value = is_named && key.eq_ignore_ascii_case("value");
        if start >= hidden_to && (is_value || is_name(key)) && !is_reference(value) {
            let end = quotes.end(line, start);
            if value.is_empty() {
                (last.value, last.is_open) = (Some(0), true);
            } else if start < end && add(start..end) {
                last.value = Some(0);
                hidden_to = end;
            }
        }
    }
    urls(line, &mut add);
    users(line, &mut add);
    flags(line, last, &mut add);
    sql(line, last, &mut add);
}

/// What stands in a line of its own behind an option, as an item of a list or not.
fn argument(line: &str) -> Option<&str> {
    let line = line.trim_start_matches([' ', '\t', ',']);
    let argument = line.strip_prefix("- ").unwrap_or(line).trim_start_matches([' ', '"', '\'']);
    (!argument.is_empty() && !argument.starts_with('-') && !is_reference(argument))
        .then_some(argument)
}

/// Backticks in a line: what stands between two of them, as in a message, ends with the second.
#[derive(Default)]
struct Quotes {
    counted_to: usize,
    is_open: bool,
}

impl Quotes {
    /// Where a value ends that begins here: with the line, or with its quotation. Places have to be
    /// asked for from left to right.
    fn end(&mut self, line: &str, start: usize) -> usize {
        let before = line.get(self.counted_to..start).unwrap_or_default();
        self.is_open ^= before.bytes().filter(|byte| *byte == b'`').count() % 2 == 1;
        self.counted_to = start;
        let value = line.get(start..).filter(|_| self.is_open).unwrap_or_default();
        // One within a word is a part of the value.
        let closes = |at: &usize| {
            let after = value.get(at + 1..).unwrap_or_default();
            !after.starts_with(|c: char| c.is_alphanumeric() || c == '`')
        };
        let mut ends = value.match_indices('`').map(|(at, _)| at).filter(closes);
        ends.next().map_or(line.len(), |end| start + end)
    }
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
pub(crate) fn is_name(name: &str) -> bool {
    // `secret: NAME` names a Secret; `SECRET` is a variable that holds one.
    if matches!(name, "secret" | "Secret") {
        return false;
    }
    let name: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let is_password = ["pass", "pasw", "pwd"].iter().any(|word| name.contains(word));
    let names_a_place = ["key", "from", "ref"].iter().any(|end| name.ends_with(end));
    let ends_as_one = NAMES.iter().any(|end| name.ends_with(end));
    (is_password && !names_a_place) || ends_as_one
}

/// Whether a value says where a secret is, rather than being one.
pub(crate) fn is_reference(value: &str) -> bool {
    let value = value.trim_start_matches(['"', '\'']);
    ["${", "$(", "{secretKeyRef", "{ secretKeyRef", "{valueFrom"]
        .iter()
        .any(|reference| value.starts_with(reference))
}

/// Whether a part of a text is one reference and nothing else: `$(DB_PASSWORD)`, `${db.password}`.
fn is_whole_reference(text: &str) -> bool {
    let inside = text.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
    let inside = inside.or_else(|| text.strip_prefix("${")?.strip_suffix('}'));
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    inside.is_some_and(|name| name.chars().all(is_part))
}

/// `://user:password@host`, and what MySQL's driver in Go takes, `user:password@tcp(host)`.
fn urls(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
    // Asked about every line that is shown; to look for a text takes far longer than for a character.
    let has = |character: char| line.contains(character);
    if !has(':') || !(has('/') || has('@')) {
        return;
    }
    for (at, _) in line.match_indices("://") {
        let start = at + "://".len();
        let rest = line.get(start..).unwrap_or_default();
        // A `/` or a quote in the password ought to be escaped, and may not be.
        let whole = rest.find("://").map_or(rest, |end| rest.get(..end).unwrap_or(rest));
        let end = whole.find(['/', ' ', '\t', '"', '\'']).unwrap_or(whole.len());
        let authority = whole.get(..end).unwrap_or_default();
        let place = if authority.contains('@') { authority } else { whole };
        if let (Some(colon), Some(host)) = (place.find(':'), place.rfind('@'))
            && colon < host
            && !place.get(colon + 1..host).is_some_and(is_whole_reference)
        {
            add(start + colon + 1..start + host);
        }
    }
    for network in ["@tcp(", "@unix("].into_iter().filter(|_| has('@')) {
        for (at, _) in line.match_indices(network) {
            let before = line.get(..at).unwrap_or_default();
            let is_begin = |byte: &u8| matches!(byte, b' ' | b'"' | b'\'');
            let user =
                before.bytes().rev().take(LONGEST).take_while(|byte| !is_begin(byte)).count();
            let start = at - user;
            if let Some(colon) = before.get(start..).and_then(|user| user.find(':'))
                && !before.get(start + colon + 1..).is_some_and(is_whole_reference)
            {
                add(start + colon + 1..at);
            }
        }
    }
}

/// `user:password@host` in one word, as in a URL that lacks its `:` or all of its beginning.
fn users(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
    let mut word = 0;
    let mut colon = None;
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b' ' | b'\t' | b'"' | b'\'' | b'`' | b'/' => (word, colon) = (at + 1, None),
            b':' if colon.is_none() => colon = Some(at),
            b'@' => {
                let Some(start) = colon.map(|colon| colon + 1).filter(|start| *start < at) else {
                    continue;
                };
                let host = line.get(at + 1..).unwrap_or_default();
                let is_host = host.starts_with(|c: char| c.is_alphanumeric() || c == '[');
                // An image has a digest there, and a mail address no password.
                let is_digest = host.starts_with("sha256:") || host.starts_with("sha512:");
                let is_mail = line.get(word..start).is_some_and(|user| user.ends_with("mailto:"));
                let is_known = line.get(start..at).is_some_and(is_whole_reference);
                if is_host && !is_digest && !is_mail && !is_known {
                    add(start..at);
                }
            }
            _ => {}
        }
    }
}

/// `--password secret`, also as two items of a list. What stands behind a `=` is a value like any
/// other.
fn flags(line: &str, last: &mut Line, add: &mut impl FnMut(Range<usize>) -> bool) {
    let bytes = line.as_bytes();
    let begins = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        before.is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'[' | b','))
    };
    for (at, _) in line.match_indices('-').filter(|(at, _)| begins(*at)) {
        let rest = line.get(at + 1..).unwrap_or_default();
        let rest = rest.strip_prefix('-').unwrap_or(rest);
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = rest.bytes().take(LONGEST).take_while(is_part).count();
        let (name, rest) = rest.split_at_checked(length).unwrap_or_default();
        if rest.starts_with(['=', ':']) || !is_flag(name) {
            continue;
        }
        let value = rest.trim_start_matches([' ', '\t', '"', '\'', ',', '\\']);
        if value.is_empty() {
            last.is_flag = true;
        } else if value.len() < rest.len() && !value.starts_with(['-', '`']) && !is_reference(value)
        {
            let start = line.len() - value.len();
            let quote = bytes.get(start - 1).filter(|byte| matches!(byte, b'"' | b'\''));
            let ends = |c: char| match quote {
                Some(&quote) => c == char::from(quote),
                None => matches!(c, ' ' | '\t' | ',' | ']' | '`' | '"' | '\''),
            };
            add(start..start + value.find(ends).unwrap_or(value.len()));
        }
    }
}

/// Whether an option of a command takes a secret: `password`, and not `password-file`.
fn is_flag(name: &str) -> bool {
    let names_a_place =
        ["file", "path", "stdin", "env", "name"].iter().any(|end| name.ends_with(end));
    !names_a_place && (is_name(name) || name == "secret")
}

/// Whether an argument of a command is an option whose value, the next argument, is a secret.
pub(crate) fn is_option(argument: &str) -> bool {
    argument.strip_prefix('-').is_some_and(|name| is_flag(name.strip_prefix('-').unwrap_or(name)))
}

/// `PASSWORD 'secret'`, `IDENTIFIED BY 'secret'`, `SET PASSWORD FOR u = 'secret'`, and what makes
/// or changes a user.
fn sql(line: &str, last: &mut Line, add: &mut impl FnMut(Range<usize>) -> bool) {
    const OF_USERS: [&str; 6] = [
        "alter user ",
        "alter role ",
        "alter login ",
        "create user ",
        "create role ",
        "create login ",
    ];
    let lower = line.to_ascii_lowercase();
    let words = ["identified", "password"].map(|word| lower.contains(word).then_some(word));
    if words == [None, None] {
        return;
    }
    let of_user = OF_USERS.iter().filter_map(|verb| lower.find(verb)).min();
    let last_equals = lower.rfind('=');
    for word in words.into_iter().flatten() {
        for (at, _) in lower.match_indices(word) {
            let (before, rest) = lower.split_at_checked(at + word.len()).unwrap_or_default();
            let before = before.strip_suffix(word).unwrap_or_default();
            let value = rest.trim_start_matches([' ', '\t', '(']);
            let is_apart = value.len() < rest.len();
            let is_set = before.trim_end().ends_with("set") && before.ends_with([' ', '\t']);
            let start = match word {
                "identified" => rest.find(['\'', '"']),
                _ if is_apart && value.starts_with(['\'', '"']) => Some(rest.len() - value.len()),
                // Not searched for where there is none.
                _ if is_set && last_equals > Some(at) => rest.find('=').map(|equals| equals + 1),
                _ if of_user.is_some_and(|verb| verb < at) => {
                    let is_bare = is_apart && !value.starts_with(['=', '`']);
                    is_bare.then(|| rest.len() - value.len())
                }
                _ => None,
            };
            match start.map(|start| at + word.len() + start).filter(|start| *start < line.len()) {
                Some(start) => {
                    let end = Quotes::default().end(line, start);
                    add(start..end);
                    // That was the rest of the line, or of what a message quotes.
                    break;
                }
                None if word == "identified" => {
                    last.is_open = true;
                    // There is no quote in the rest of the line.
                    break;
                }
                None => last.is_open |= is_set || rest.trim().is_empty(),
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
        check("url: pg//u:ab@h/d", "url: pg//u:**@h/d");
        check("url: pg:/u:a@b@h/d", "url: pg:/u:***@h/d");
        check("url: pg://u:$(P)@h/d", "url: pg://u:$(P)@h/d");
        check("image: ghcr.io/a/b:1.2@sha256:00", "image: ghcr.io/a/b:1.2@sha256:00");
        check("mail: me@example.com", "mail: me@example.com");
        check("href=\"mailto:me@example.com\"", "href=\"mailto:me@example.com\"");
    }

    #[test]
    fn options_of_commands() {
        check("run --password ab -v", "run --password ** -v");
        check("run --password=ab -v", "run --password=*****");
        check("args: [-password, \"ab\", -v]", "args: [-password, \"**\", -v]");
        check("- --token\n- ab\n- c", "- --token\n- **\n- c");
        check("- --token\n- $(TOKEN)", "- --token\n- $(TOKEN)");
        check("--password-file /run/a --token -v", "--password-file /run/a --token -v");
    }

    #[test]
    fn what_a_message_quotes() {
        let check = |text: &str, expected: &str| assert_eq!(hidden_in_message(text), expected);
        check("no `pg://u:ab@h/d`, sorry", "no `pg://u:***@h/d`, sorry");
        check("no `pg://u:a`b@h/d`, sorry", "no `pg://u:***@h/d`, sorry");
        check("no `A_TOKEN=ab` here", "no `A_TOKEN=***` here");
        check("no `A_TOKEN=a`b` here", "no `A_TOKEN=***` here");
        check("add `password:` or `token:`", "add `password:` or `token:`");
        check("`password` and `key` exclude each other", "`password` and `key` exclude each other");
        check(
            "`password` has to be a list, not a string (`ab`)",
            "`password` has to be a list, not a string (`***`)",
        );
        check("`token` cannot be `ab`", "`token` cannot be `***`");
        check("no `IDENTIFIED BY 'ab'` here", "no `IDENTIFIED BY ***` here");
        check("password: |\n  ab\nx", "password: ***\n  ***\nx");
    }

    #[test]
    fn a_long_line_is_read_a_few_times_only() {
        for part in [
            "://",
            "//",
            "x://",
            "a:b@",
            "identified ",
            "set password ",
            "--token 'x ",
            "`password:x",
            "-",
            "=",
            "@tcp(",
        ] {
            let text = part.repeat(500_000 / part.len());
            assert!(hidden(&text).len() <= text.len() * 2);
        }
    }

    #[test]
    fn passwords_in_sql() {
        check("CREATE USER u IDENTIFIED BY 'ab';", "CREATE USER u IDENTIFIED BY *****");
        check("CREATE USER u IDENTIFIED BY\n  'ab';", "CREATE USER u IDENTIFIED BY\n  *****");
        check("ALTER ROLE r PASSWORD 'ab';", "ALTER ROLE r PASSWORD *****");
        check("ALTER USER u WITH PASSWORD ab;", "ALTER USER u WITH PASSWORD ***");
        check("SET PASSWORD FOR u = 'ab';", "SET PASSWORD FOR u =******");
        check("SET PASSWORD FOR u\n  = 'ab'", "SET PASSWORD FOR u\n  ******");
        check("SET PASSWORD FOR u =\n  'ab'", "SET PASSWORD FOR u =\n  ****");
        check("IDENTIFIED WITH x BY 'ab';", "IDENTIFIED WITH x BY *****");
        check("CREATE TABLE users (password text);", "CREATE TABLE users (password text);");
        check("CREATE TABLE t (password varchar(9));", "CREATE TABLE t (password varchar(9));");
    }
}
