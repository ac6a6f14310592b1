//! Lines of files that have no `=`: `requirepass x`, `.netrc`, `.pgpass`, `ENV DB_PASSWORD x`.

use std::ops::Range;

use crate::diag::secrets::names::{is_header, is_name};
use crate::diag::secrets::rules::{DIRECTIVES, GIVERS, TYPES};
use crate::diag::secrets::values::{is_harmless, is_made};

/// What a line of a file says about the next.
#[derive(Default)]
pub(super) struct Files {
    /// A `machine` or `login` of a `.netrc` was seen.
    has_login: bool,
}

type Add<'a> = dyn FnMut(Range<usize>) -> bool + 'a;

impl Files {
    pub(super) fn end(&mut self) {
        self.has_login = false;
    }

    /// The line, and the lines within it that a text in quotes holds: `"requirepass x\n"`.
    pub(super) fn line(&mut self, content: &str, add: &mut Add<'_>) {
        self.directive(content, add);
        if !content.contains(['"', '\'', '`', '\\']) {
            return;
        }
        let mut start = 0;
        for part in content.split_inclusive(['"', '\'', '`']) {
            let mut begin = start;
            let inside = part.trim_end_matches(['"', '\'', '`']);
            start += part.len();
            if inside.is_empty() {
                // Only the end of a `.netrc` comes of it, and there may be millions.
                self.has_login = false;
                continue;
            }
            for line in inside.split("\\n") {
                let bare = line.trim_end_matches('\\');
                self.directive(bare, &mut |range| add(begin + range.start..begin + range.end));
                begin += line.len() + "\\n".len();
            }
        }
    }

    fn directive(&mut self, content: &str, add: &mut Add<'_>) {
        let bare = content.trim_start();
        let (first, rest) = bare.split_once([' ', '\t']).unwrap_or((bare, ""));
        let rest_start = content.len() - rest.len();
        if !rest.is_empty() {
            let mut add = |value: &str| {
                let start = content.len() - value.len();
                let length = value.trim_end().len();
                if !is_harmless(value) {
                    add(start..start + length);
                }
            };
            by_first_word(first, rest, &mut add);
            given(first, rest, &mut add);
            named(first, rest, &mut add);
            login(first, rest, &mut add);
        }
        self.netrc(first, rest, rest_start, add);
        userlist(content, add);
        pgpass(content, bare, add);
        others(content, bare, add);
    }

    /// `machine x login y password z`
    fn netrc(&mut self, first: &str, rest: &str, rest_start: usize, add: &mut Add<'_>) {
        let is_machine = matches!(first, "machine" | "login" | "default");
        self.has_login = is_machine || (self.has_login && !first.is_empty());
        if !self.has_login {
            return;
        }
        let mut at = rest_start;
        let mut is_next = matches!(first, "password" | "account");
        for word in rest.split_inclusive([' ', '\t']) {
            let bare = word.trim_end();
            if is_next && !bare.is_empty() && !is_harmless(bare) {
                add(at..at + bare.len());
                is_next = false;
            } else if !bare.is_empty() {
                is_next = bare == "password";
            }
            at += word.len();
        }
    }
}

/// [`DIRECTIVES`]
fn by_first_word(first: &str, rest: &str, add: &mut impl FnMut(&str)) {
    let directive = DIRECTIVES.iter().find(|(name, _)| first.eq_ignore_ascii_case(name));
    if let Some(value) = directive.and_then(|(_, n_skipped)| skip_words(rest, *n_skipped)) {
        add(value);
    }
}

/// `ENV DB_PASSWORD x`, `proxy_set_header X-Api-Key x`: [`GIVERS`].
fn given(first: &str, rest: &str, add: &mut impl FnMut(&str)) {
    let Some((_, skipped)) = GIVERS.iter().find(|(giver, _)| first.eq_ignore_ascii_case(giver))
    else {
        return;
    };
    let rest = rest.trim_start();
    let rest = match *skipped {
        "" => Some(rest),
        skipped => rest.strip_prefix(skipped).map(str::trim_start),
    };
    let Some((name, value)) = rest.and_then(|rest| rest.split_once([' ', '\t'])) else { return };
    // `SET PASSWORD FOR u` is a statement.
    if first.eq_ignore_ascii_case("set") && !name.starts_with('$') {
        return;
    }
    let name = name.trim_start_matches('$');
    let value = value.trim_start();
    let is_variable = value.starts_with('$') && !value.contains(' ');
    if (is_name(name) || is_header(name))
        && !value.is_empty()
        && !value.starts_with(['=', '<'])
        && !is_variable
    {
        add(value);
    }
}

/// `password x1`, `api_key "x"`, `spark.hadoop.fs.s3a.secret.key x`
fn named(first: &str, rest: &str, add: &mut impl FnMut(&str)) {
    const PASSWORDS: [&str; 7] =
        ["password", "passwd", "pass", "secret", "passphrase", "wpa-psk", "wpa-passphrase"];
    let value = rest.trim();
    let bare = value.trim_end_matches([';', ',']);
    let type_name = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_one_word = !bare.is_empty() && !bare.contains([' ', '(', ')', ',', '\t', '|', '=']);
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let name = first.trim_start_matches("- ");
    // `proxy_pass http://h:80` of nginx.
    let is_address = bare.contains("://") || bare.starts_with('/') || name.ends_with("_pass");
    if !is_one_word || is_address || !name.bytes().all(is_part) {
        return;
    }
    // A line of Redis, as it is sent.
    let is_command = name == "AUTH" && !bare.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_password = PASSWORDS.contains(&name);
    let is_quoted = bare.len() > 2
        && ['"', '\''].iter().any(|quote| bare.starts_with(*quote) && bare.ends_with(*quote));
    let is_setting = is_password || is_name(name);
    let has_digit = bare.bytes().any(|byte| byte.is_ascii_digit());
    // A word alone may begin a sentence.
    let is_key = is_password || name.contains(['.', '_']) || is_made(bare);
    let is_value = is_quoted || has_digit && is_key && !TYPES.contains(&type_name);
    if is_command || is_setting && is_value {
        add(rest.trim_start());
    }
}

/// `CONNECT user/secret@host` of a script for SQL*Plus, `userid=user/secret`.
fn login(first: &str, rest: &str, add: &mut impl FnMut(&str)) {
    let is_connect = ["connect", "conn"].iter().any(|word| first.eq_ignore_ascii_case(word));
    let word = rest.trim_start().split([' ', '\t', ';']).next().unwrap_or_default();
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_$#\"".contains(&byte);
    let is_last = rest.trim().trim_end_matches(';').len() == word.len();
    if is_connect
        && (is_last || word.contains('@'))
        && let Some((user, secret)) = word.split_once('/')
        && !user.is_empty()
        && user.bytes().all(is_part)
        && !secret.split('@').next().is_some_and(|secret| secret.is_empty() || secret.contains('/'))
    {
        add(rest.trim_start().get(user.len() + 1..).unwrap_or_default());
    }
}

/// `"user" "password"` of a userlist.txt.
fn userlist(content: &str, add: &mut Add<'_>) {
    let mut quotes = content.match_indices('"').map(|(at, _)| at);
    let four = [quotes.next(), quotes.next(), quotes.next(), quotes.next(), quotes.next()];
    if let [Some(first), Some(second), Some(third), Some(fourth), None] = four {
        let before = content.get(..first).unwrap_or_default();
        let between = content.get(second + 1..third).unwrap_or_default();
        let is_apart = !between.is_empty() && between.trim().is_empty();
        let is_alone = before.trim().is_empty() || before.ends_with(['\'', '`']);
        if is_apart && is_alone && !is_harmless(content.get(third..).unwrap_or_default()) {
            add(third + 1..fourth);
        }
    }
}

/// `host:5432:database:user:password` of a .pgpass.
fn pgpass(content: &str, bare: &str, add: &mut Add<'_>) {
    if bare.len() >= 1024 || bare.starts_with('#') || bare.matches(':').take(4).count() != 4 {
        return;
    }
    let mut parts = bare.splitn(5, ':');
    let fields: Vec<&str> = parts.by_ref().take(4).collect();
    let is_digit = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_port = |text: &str| text == "*" || ((2..=5).contains(&text.len()) && is_digit(text));
    let is_word = |text: &&str| !text.is_empty() && !text.contains([' ', '\t', '"', '/', '=', '{']);
    // An address of IPv6, and a time.
    let is_hexadecimal =
        |text: &&str| text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let [host, port, database, user] = fields.as_slice()
        && fields.iter().all(is_word)
        && is_port(port)
        && !(is_digit(database) && is_digit(user))
        && !fields.iter().all(is_hexadecimal)
        && (*host == "*" || host.bytes().any(|byte| byte.is_ascii_alphabetic() || byte == b'.'))
        && let Some(password) = parts.next()
        && !password.is_empty()
        && !password.contains(' ')
        && !is_harmless(password)
    {
        add(content.len() - password.len()..content.len());
    }
}

/// Lines of IPsec, HAProxy, Postfix and Redis.
fn others(content: &str, bare: &str, add: &mut Add<'_>) {
    let bare_start = content.len() - bare.len();
    let mut add_from = |place: usize, end: usize| {
        let value = content.get(place..end).unwrap_or_default();
        if !value.is_empty() && !is_harmless(value) {
            add(place..end);
        }
    };
    // `: PSK "x"`, `u : EAP "x"`
    if let Some(colon) = bare.bytes().take(256).position(|byte| byte == b':') {
        let rest = bare.get(colon + 1..).unwrap_or_default().trim_start();
        let secret = ["PSK ", "EAP ", "XAUTH "].iter().find_map(|kind| rest.strip_prefix(*kind));
        if let Some(secret) = secret.map(str::trim_start) {
            add_from(content.len() - secret.len(), content.len());
        }
    }
    // `stats auth admin:x`
    if let Some(pair) = bare.strip_prefix("stats auth ")
        && let Some(colon) = pair.find(':')
    {
        add_from(content.len() - pair.len() + colon + 1, content.len());
    }
    // `[host]:587 user:x`
    if bare.starts_with('[')
        && let Some((host, pair)) = bare.split_once([' ', '\t'])
        && (host.ends_with(']') || host.contains("]:"))
        && !pair.trim().contains([' ', '"', '[', '{', ','])
        && let Some(colon) = pair.rfind(':')
    {
        add_from(content.len() - pair.len() + colon + 1, content.len());
    }
    // `user admin password x`
    for keyword in [" password ", " insecure-password "] {
        if bare.starts_with("user ")
            && let Some(at) = bare.find(keyword)
        {
            add_from(bare_start + at + keyword.len(), content.len());
        }
    }
    // `user default on >x ~*`
    if bare.starts_with("user ") {
        let mut at = bare_start;
        for word in bare.split_inclusive(' ') {
            let secret = word.trim_end();
            if secret.len() > 1 && secret.starts_with(['>', '#', '<']) {
                add_from(at + 1, at + secret.len());
            }
            at += word.len();
        }
    }
}

fn skip_words(text: &str, n_words: usize) -> Option<&str> {
    let mut rest = text.trim_start();
    for _ in 0..n_words {
        rest = rest.split_once([' ', '\t'])?.1.trim_start();
    }
    Some(rest).filter(|rest| !rest.trim().is_empty())
}
