//! Passwords in addresses: `://user:password@host`, addresses that are secrets themselves, and what
//! looks like an address and is none.

use std::ops::Range;

use crate::diag::secrets::assigned::last_word;
use crate::diag::secrets::names::MAX_NAME_LEN;
use crate::diag::secrets::rules::{NO_USERS, WEBHOOKS};
use crate::diag::secrets::values::{is_harmless, is_random};

/// Whether a part of a text is one reference and nothing else: `$(DB_PASSWORD)`, `${db.password}`.
fn is_whole_reference(text: &str) -> bool {
    !text.is_empty() && text.starts_with(['$', '{', '%', '<']) && is_harmless(text)
}

/// Every kind of address in a line.
pub(super) fn urls(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
    // Asked about every line that is shown; to look for a text takes far longer than for a character.
    let has = |character: char| line.contains(character);
    if !has('@') || !(has(':') || has('/')) {
        return;
    }
    with_scheme(line, add);
    with_network(line, add);
    of_oracle(line, add);
    users(line, add);
}

/// `scheme://user:password@host`
fn with_scheme(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
    for (at, _) in line.match_indices("://") {
        let start = at + "://".len();
        let rest = line.get(start..).unwrap_or_default();
        let scheme = last_word(line.get(..at).unwrap_or_default());
        let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        let place = user_and_host(rest, is_web);
        let Some(host) = place.rfind('@') else { continue };
        match place.find(':').filter(|colon| *colon < host) {
            Some(colon) => {
                let password = place.get(colon + 1..host).unwrap_or_default();
                if !is_whole_reference(password) && !password.is_empty() {
                    add(start + colon + 1..start + host);
                }
                // `https://TOKEN:x-oauth-basic@host`
                let user = place.get(..colon).unwrap_or_default();
                if is_web && is_random(user) && user.len() >= 14 {
                    add(start..start + colon);
                }
            }
            // `nats://TOKEN@host`
            None if place.get(..host).is_some_and(is_random) => {
                add(start..start + host);
            }
            None => {}
        }
    }
}

/// What of an address may hold a user and their password, up to its host. A `/` or a quote in the
/// password ought to be escaped, and may not be.
fn user_and_host(rest: &str, is_web: bool) -> &str {
    let whole = rest.find("://").map_or(rest, |end| rest.get(..end).unwrap_or(rest));
    let word = whole.find([' ', '\t', '"', '\'']).and_then(|end| whole.get(..end)).unwrap_or(whole);
    let authority = word.find(['/', '?', '#']).and_then(|end| word.get(..end)).unwrap_or(word);
    let port = authority.find(':').and_then(|colon| authority.get(colon + 1..));
    let has_port = port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    if authority.contains('@') {
        // What signs a query, or a mail address in it, is no password of a web page.
        return match is_web {
            true => word.find('?').and_then(|end| word.get(..end)).unwrap_or(word),
            false => word,
        };
    }
    if has_port && (is_web || !word.contains('@')) {
        authority
    } else if authority.contains(':') {
        if word.contains('@') { word } else { whole }
    } else {
        authority
    }
}

/// What MySQL's driver in Go takes, `user:password@tcp(host)`.
fn with_network(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
    for network in ["@tcp(", "@unix("] {
        for (at, _) in line.match_indices(network) {
            let before = line.get(..at).unwrap_or_default();
            let is_begin = |byte: &u8| matches!(byte, b' ' | b'"' | b'\'');
            let user =
                before.bytes().rev().take(MAX_NAME_LEN).take_while(|byte| !is_begin(byte)).count();
            let start = at - user;
            if let Some(colon) = before.get(start..).and_then(|user| user.find(':'))
                && !before.get(start + colon + 1..).is_some_and(is_whole_reference)
            {
                add(start + colon + 1..at);
            }
        }
    }
}

/// `jdbc:oracle:thin:user/password@host`
fn of_oracle(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
    let mut read_to = 0;
    for (at, _) in line.match_indices("jdbc:oracle:") {
        if at < read_to {
            continue;
        }
        let rest = line.get(at..).unwrap_or_default();
        let word = rest.split([' ', '\t', '"', '\'']).next().unwrap_or_default();
        read_to = at + word.len();
        if let (Some(slash), Some(host)) = (word.find('/'), word.rfind('@'))
            && slash + 1 < host
            && !word.get(slash + 1..host).is_some_and(is_whole_reference)
        {
            add(at + slash + 1..at + host);
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
                let user = line.get(word..start - 1).unwrap_or_default();
                let user = user.rsplit(['(', '<', ',', '=', '[']).next().unwrap_or_default();
                let password = line.get(start..at).unwrap_or_default();
                let host = line.get(at + 1..).unwrap_or_default();
                if is_login(user, password, host) {
                    add(start..at);
                }
            }
            _ => {}
        }
    }
}

fn is_login(user: &str, password: &str, host: &str) -> bool {
    let is_user = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    // `u:x@/d` of MySQL's driver in Go has no host.
    let is_host = host.starts_with(|c: char| c.is_alphanumeric() || c == '[')
        || (host.starts_with(['/', '(']) && !user.is_empty() && user.bytes().all(is_user));
    // An image has a digest there, and a mail address no password.
    let is_digest = host.starts_with("sha256:") || host.starts_with("sha512:");
    let is_other = NO_USERS.iter().any(|kind| user.eq_ignore_ascii_case(kind));
    is_host
        && !is_digest
        && !is_other
        && !is_whole_reference(password)
        && !is_mail(user, password, host)
}

/// `reviewer:bob@example.com`, `serviceAccount:x@y.iam.gserviceaccount.com`.
fn is_mail(role: &str, name: &str, host: &str) -> bool {
    const ROLES: [&str; 8] = ["by", "ed", "ee", "er", "or", "group", "account", "member"];
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    let length = host.bytes().take(MAX_NAME_LEN).take_while(|byte| is_part(*byte)).count();
    let domain = host.get(..length).unwrap_or_default();
    let rest = host.get(length..).unwrap_or_default();
    let is_over =
        rest.is_empty() || rest.starts_with([' ', ',', '"', '\'', '>', ')', ']', '`', ';']);
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphabetic() || b"._+-".contains(&byte));
    let tail = role.get(role.len().saturating_sub(7)..).unwrap_or(role).to_ascii_lowercase();
    let is_role = ROLES.iter().any(|role| tail.ends_with(role));
    is_over && domain.contains('.') && is_name && is_role
        || domain.ends_with(".gserviceaccount.com")
}

/// Addresses that nobody else may know, as of a webhook.
pub(super) fn webhooks(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
    for webhook in WEBHOOKS {
        let mut hidden_to = 0;
        for (at, _) in line.match_indices(webhook) {
            let start = at + webhook.len();
            if start < hidden_to {
                continue;
            }
            let rest = line.get(start..).unwrap_or_default();
            let ends = [' ', '\t', '"', '\'', '`', '<', '>', ')', ',', ';', '\\', ']', '}'];
            let length = rest.find(ends).unwrap_or(rest.len());
            hidden_to = start + length;
            let is_word = |byte: u8| byte.is_ascii_digit();
            let secret = rest.get(..length).unwrap_or_default();
            if length >= 6 && secret.bytes().any(is_word) && !is_harmless(rest) {
                add(start..start + length);
            }
        }
    }
}

/// The tag of an image, a port, a mount: `ghcr.io/example/auth-token:1.4.2`, `http://token:80`,
/// `/run/password:rw`. What is a password in an address is told by its `@`.
pub(super) fn is_place(before: &str, key: &str, after: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let length = after.bytes().take(MAX_NAME_LEN).take_while(|byte| is_part(*byte)).count();
    let word = after.get(..length).unwrap_or_default();
    let goes_on = after.as_bytes().get(length);
    if key.is_empty()
        || goes_on == Some(&b'@')
            && !after.get(length..).is_some_and(|rest| rest.starts_with("@sha"))
    {
        return false;
    }
    let path = before.strip_suffix(key).and_then(|before| before.strip_suffix('/'));
    // `/password:x` is a flag on Windows, and a mount has a path or a mode there.
    let is_flag = path.is_some_and(|before| before.is_empty() || before.ends_with(' '))
        && !matches!(word, "ro" | "rw" | "z" | "Z");
    if path.is_some() && (!is_flag || after.starts_with('/')) {
        return after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/');
    }
    let is_over = goes_on.is_none_or(|byte| b" \t\"',;]})`/@\\".contains(byte));
    is_over && (is_tag(before, key, word) || is_verb(word))
}

/// `auth-token:1.4.2`, `auth-token:8080`
fn is_tag(before: &str, key: &str, word: &str) -> bool {
    const TAGS: [&str; 11] = [
        "latest", "stable", "edge", "main", "master", "nightly", "alpine", "slim", "dev", "canary",
        "release",
    ];
    let is_service = key.contains('-')
        && key
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit());
    let digits = word.strip_prefix('v').unwrap_or(word);
    let first = digits.split(['.', '-', '_']).next().unwrap_or_default();
    let is_number = |part: &str| {
        !part.is_empty() && part.len() <= 5 && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_version = is_number(first)
        && digits.len() <= 40
        && (word.starts_with('v') && digits.len() <= 8 || digits.contains('.'));
    let is_port = word.len() >= 2 && is_number(word);
    let is_image = ["image", "FROM ", "docker ", "podman "].iter().any(|word| {
        let near = before.get(before.len().saturating_sub(80)..).unwrap_or(before);
        near.contains(word)
    });
    let is_tag = TAGS.iter().any(|tag| word.starts_with(tag));
    (is_service && (is_version || is_port || is_tag)) || (is_image && (is_version || is_tag))
}

/// `token:read`, as of a scope or a permission.
fn is_verb(word: &str) -> bool {
    const VERBS: [&str; 14] = [
        "read",
        "write",
        "list",
        "get",
        "create",
        "delete",
        "update",
        "introspect",
        "revoke",
        "manage",
        "admin",
        "view",
        "edit",
        "rotate",
    ];
    VERBS.contains(&word)
}
