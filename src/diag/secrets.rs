//! What looks like a password in a text that nobody could read, or that stands where no password
//! is expected. It is a guess, and a generous one: asterisks too many cost a second look, a
//! password in a log costs more. Yet what only names a secret, or says where one is, is shown.
//!
//! The one set of rules: excerpts, what diagnostics quote, and manifests on a page or in a
//! comparison go by it. [`shapes`] is the table of what it finds, with examples of each. All of it is
//! linear in the text.

mod lines;
mod addresses;
mod assigned;
mod blobs;
mod calls;
mod commands;
mod files;
mod headers;
mod names;
mod programs;
mod prose;
mod references;
mod rules;
pub mod shapes;
mod shell;
mod sql;
mod tokens;
mod values;
mod vocabulary;

use std::ops::Range;

pub(crate) use commands::Arguments;
pub(crate) use names::{holds_secrets, is_header, is_name, is_of_many};
pub(crate) use values::{is_harmless, is_secret_value};

/// What stands in place of a secret, where places need not stay where they are.
pub(crate) const MASK: &str = "***";

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

/// The value of a field as a message may quote it: as asterisks where the field is named after a
/// secret, whatever the value looks like.
pub(crate) fn value_of<'a>(field: &str, value: &'a str) -> &'a str {
    let is_secret = is_secret_value(field, value) && !value.is_empty() && !is_harmless(value);
    if is_secret { MASK } else { value }
}

/// The ranges of a text that look like secrets. Where `is_known` says so of the place at which a
/// value begins, what is secret there is known without a guess.
pub(super) fn found(text: &str, is_known: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut guessed = Vec::new();
    if text.len() < MIN_LEN {
        return guessed;
    }
    // Most keys and values of a manifest are one word, which names nothing. There may be a million of them.
    let is_apart = |byte: u8| b" \t\r\n:=@<(\"'`,".contains(&byte);
    if !text.bytes().any(is_apart) {
        if text.len() >= tokens::MIN_LEN {
            blobs::tokens(text, &mut guessed);
        }
        if text.as_bytes().contains(&b'.') {
            blobs::marked(text, &mut guessed);
            blobs::of_bots(text, &mut guessed);
        }
        guessed.iter_mut().for_each(|range| align(text, range));
        guessed.retain(|range| !is_known(range.start));
        return guessed;
    }
    lines::secrets(text, &is_known, &mut guessed);
    let mut more = Vec::new();
    of_whole(text, &mut more);
    // A text within a text, as it is in quotes: read again as what it stands for.
    if let Some(Unquoted { text: inner, places }) = Unquoted::of(text) {
        let mut within = Vec::new();
        lines::secrets(&inner, |_| false, &mut within);
        of_whole(&inner, &mut within);
        let place = |at: usize| places.get(at).map_or(text.len(), |place| *place as usize);
        more.extend(within.into_iter().map(|range| place(range.start)..place(range.end)));
    }
    guessed.extend(more.into_iter().filter(|range| !is_known(range.start)));
    guessed.iter_mut().for_each(|range| align(text, range));
    guessed
}

/// What is told by more than a line.
fn of_whole(text: &str, found: &mut Vec<Range<usize>>) {
    blobs::private_keys(text, found);
    blobs::tokens(text, found);
    blobs::marked(text, found);
    blobs::of_bots(text, found);
    blobs::elements(text, found);
    blobs::named_elements(text, found);
    calls::secrets(text, found);
    blobs::documents(text, found);
    sql::secrets(text, found);
}

/// A text whose quoted parts are what they stand for, each on lines of its own.
struct Unquoted {
    text: String,
    /// Where each byte of it was.
    places: Vec<u32>,
}

impl Unquoted {
    /// Nothing where no quoted part has an escape.
    fn of(text: &str) -> Option<Unquoted> {
        let escapes = text.contains("\\n") || text.contains("\\\"");
        let doubled = text.contains("''") && (text.contains(": '") || text.contains("- '"));
        if !escapes && !doubled {
            return None;
        }
        let mut unquoted = Unquoted {
            text: String::with_capacity(text.len()),
            places: Vec::with_capacity(text.len()),
        };
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            let written = match (character, next) {
                ('\\', Some(escaped @ ('n' | 't' | 'r' | '"' | '\\' | '/'))) if escapes => {
                    characters.next();
                    match escaped {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        escaped => escaped,
                    }
                }
                ('\'', Some('\'')) if doubled => {
                    characters.next();
                    '\''
                }
                ('"', _) if escapes => '\n',
                (character, _) => character,
            };
            unquoted.text.push(written);
            let place = u32::try_from(at).unwrap_or(u32::MAX);
            unquoted.places.extend((0..written.len_utf8()).map(|_| place));
        }
        Some(unquoted)
    }
}

/// No shorter text holds a secret and what tells that it is one.
const MIN_LEN: usize = 4;

/// A range of whole characters.
fn align(text: &str, range: &mut Range<usize>) {
    range.end = range.end.min(text.len());
    range.start = range.start.min(range.end);
    while !text.is_char_boundary(range.start) {
        range.start -= 1;
    }
    while !text.is_char_boundary(range.end) {
        range.end += 1;
    }
}

/// Labels and annotations of a Secret that programs write and that hold no secret.
const PUBLIC_NOTES: [&str; 7] = [
    "app.kubernetes.io/",
    "argocd.argoproj.io/",
    "helm.sh/",
    "meta.helm.sh/",
    "argocd-atlas-plugin/",
    "reloader.stakater.com/",
    "atlasgo.io/",
];

/// Whether a label or an annotation of a Secret may be shown.
pub(crate) fn is_public_note(key: &str) -> bool {
    PUBLIC_NOTES.iter().any(|prefix| key.starts_with(prefix))
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

    /// A text that has digits and letters, as any of the shapes may want.
    const EXAMPLE: &str = "Zq8hunter2hunter2Xk3vLw7Tb";

    #[test]
    fn every_shape_is_found_and_what_looks_like_one_is_not() {
        let mut wrong = Vec::new();
        for shape in shapes::SHAPES {
            for example in shape.secret {
                if let shapes::Example::File(text) | shapes::Example::Sql(text) = example {
                    let said = hidden(&text.replace(shapes::SECRET, EXAMPLE));
                    if said.contains(EXAMPLE) {
                        wrong.push(format!("{}: {text:?} is shown as {said:?}", shape.name));
                    }
                }
            }
            for example in shape.shown {
                if let shapes::Example::File(text) | shapes::Example::Sql(text) = example {
                    let said = hidden(text);
                    if said != *text {
                        wrong.push(format!("{}: {text:?} is hidden as {said:?}", shape.name));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
        check("image: ghcr.io/a/auth-token:1.4.2", "image: ghcr.io/a/auth-token:1.4.2");
        check("url: http://auth-token:8080/v1", "url: http://auth-token:8080/v1");
        check("mount: /run/password:rw", "mount: /run/password:rw");
        check("url: http://token:abc@h/v1", "url: http://token:********");
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
        let check = |text: &str, expected: &str| assert_eq!(hidden(text), expected);
        check("no `pg://u:ab@h/d`, sorry", "no `pg://u:***@h/d`, sorry");
        check("no `pg://u:a`b@h/d`, sorry", "no `pg://u:***@h/d`, sorry");
        check("no `A_TOKEN=ab` here", "no `A_TOKEN=***` here");
        check("no `A_TOKEN=a`b` here", "no `A_TOKEN=***` here");
        check("add `password:` or `token:`", "add `password:` or `token:`");
        check("`password` and `key` exclude each other", "`password` and `key` exclude each other");
        check("no `IDENTIFIED BY 'ab'` here", "no `IDENTIFIED BY '***'` here");
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
        check("CREATE USER u IDENTIFIED BY 'ab';", "CREATE USER u IDENTIFIED BY '**';");
        check("CREATE USER u IDENTIFIED BY\n  'ab';", "CREATE USER u IDENTIFIED BY\n  '**';");
        check("ALTER ROLE r PASSWORD 'ab';", "ALTER ROLE r PASSWORD '**';");
        check("ALTER USER u WITH PASSWORD ab;", "ALTER USER u WITH PASSWORD **;");
        check("SET PASSWORD FOR u = 'ab';", "SET PASSWORD FOR u = '**';");
        check("SET PASSWORD FOR u\n  = 'ab'", "SET PASSWORD FOR u\n  = '**'");
        check("SET PASSWORD FOR u =\n  'ab'", "SET PASSWORD FOR u =\n  '**'");
        check("IDENTIFIED WITH x BY 'ab';", "IDENTIFIED WITH x BY '**';");
        check("CREATE TABLE users (password text);", "CREATE TABLE users (password text);");
        check("CREATE TABLE t (password varchar(9));", "CREATE TABLE t (password varchar(9));");
    }
}
