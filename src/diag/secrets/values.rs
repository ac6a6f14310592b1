//! Which values are secrets beside some names, and which are none beside any: references, paths,
//! switches, code.

use crate::diag::secrets::names::{
    Ending, ending, holds_secrets, is_name, is_other_key, is_strong_secret,
};
use crate::diag::secrets::references::{has_literal, reference};

/// Whether the value of a field of this name is a secret. `value` may go on with what ends it in the
/// text that it stands in.
pub(crate) fn is_secret_value(name: &str, value: &str) -> bool {
    let short = name.trim_start_matches('_');
    if ["auth", "AUTH", "identitytoken", "registrytoken"].contains(&short) {
        return is_base64(word(value))
            || value.starts_with("(\"")
            || value.starts_with("('")
            || is_pair(word(value));
    }
    // What a Secret holds, in one line or below.
    if holds_secrets(name) {
        return value.starts_with('{') && !value.starts_with("{}");
    }
    // The login of Bundler for a host; a user of SonarQube is a word.
    if name.starts_with("BUNDLE_") && name.contains("__") {
        return is_pair(word(value)) || is_name(name);
    }
    if name.ends_with(".login") {
        return is_name(name) && !is_object_name(word(value));
    }
    let ending = ending(short);
    if matches!(name, "secret" | "Secret") {
        return is_no_object(word(value));
    }
    if is_name(name) {
        return match ending {
            Some(Ending::Secret) => {
                // A mapping below says where the Secret is.
                is_strong_secret(name, word(value).contains('-') && is_object_name(word(value)))
                    || (!value.is_empty() && !is_object_name(word(value)))
            }
            Some(Ending::Token) => {
                let word = word(value);
                let is_count = name.ends_with(['s', 'S']) && is_number(word);
                !is_count
            }
            Some(Ending::Key) => !is_name_of_key(word(value)),
            Some(Ending::Credentials | Ending::Other) => true,
            None => !(is_directory(name) && word(value).starts_with(['/', '.', '~'])),
        };
    }
    let Some(ending) = ending else { return false };
    let word = word(value);
    match ending {
        Ending::Secret => is_mixed(word),
        Ending::Key => is_mixed(word) && !is_other_key(name),
        Ending::Credentials => {
            is_pair(word) || is_mixed(word) || name.contains("_AUTH") && is_user(word)
        }
        Ending::Other => is_mixed(word),
        Ending::Token => false,
    }
}

/// So much of a value tells what it is, in bytes.
const MAX_WORD_LEN: usize = 256;

/// The first words of a value, without its quotes; so much of it as tells what it is.
fn word(value: &str) -> &str {
    let value = value.trim_start_matches(['"', '\'', '`', ' ', '\\', '=', '>', '~']);
    let bytes = value.as_bytes();
    let mut end = MAX_WORD_LEN.min(bytes.len());
    let mut before = 0;
    // One pass, and no search in a set: this is asked for every key of a line.
    for (at, &byte) in bytes.iter().take(MAX_WORD_LEN).enumerate() {
        match byte {
            b'"' | b'\'' | b'`' | b',' | b'}' | b']' | b';' | b'\\' | b'\n' | b'<' => {
                end = at;
                break;
            }
            // A comment.
            b'#' if before == b' ' => {
                end = at - 1;
                break;
            }
            _ => before = byte,
        }
    }
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value.get(..end).unwrap_or_default().trim_end()
}

fn is_number(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 9
        && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

fn is_base64(value: &str) -> bool {
    let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
    value.len() >= 8
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
        && (has_digit || value.ends_with('='))
}

/// The value of `secret` is the name of a Secret nearly everywhere.
fn is_no_object(value: &str) -> bool {
    let is_object =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-./".contains(&byte);
    let has = |is: fn(&u8) -> bool| value.bytes().any(|byte| is(&byte));
    let is_random = value.len() >= 12
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !value.contains(['-', '.', '/']);
    value.len() >= 6 && !value.contains(' ') && (!value.bytes().all(is_object) || is_random)
}

/// The name of a Secret: a few words of letters with `-` between, or a short one. A word such as `oauth2`
/// may have one number in it.
fn is_object_name(value: &str) -> bool {
    let parts = value.split(['-', '.']);
    let n_parts = parts.clone().count();
    let is_part = |part: &str| {
        let n_digits = part.bytes().filter(u8::is_ascii_digit).count();
        let bytes = part.as_bytes();
        let turns = bytes
            .windows(2)
            .filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit()));
        let is_short = n_digits <= 2 && turns.count() <= 2 && bytes.len() <= 8 && n_parts > 1;
        !part.is_empty()
            && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && bytes.len() <= 15
            && (n_digits == 0 || (n_digits == bytes.len() && n_digits <= 4) || is_short)
    };
    value.len() <= 63
        && (n_parts > 1 || value.len() <= 12)
        && n_parts <= 7
        && parts.clone().all(is_part)
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// `secretKey: db-password` says what it is called.
fn is_name_of_key(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_alphabetic() || b"-_.".contains(&byte)) && is_name(word)
}

/// `PWD` is the directory in which a shell is.
fn is_directory(name: &str) -> bool {
    matches!(name, "PWD" | "OLDPWD")
}

/// What a machine has made, or a word with numbers inside: none that means something.
fn is_mixed(word: &str) -> bool {
    let bytes = word.strip_prefix("base64:").unwrap_or(word).as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_+=".contains(byte);
    if bytes.len() < 10 || !bytes.iter().all(|byte| is_part(byte) || b"-/.".contains(byte)) {
        return false;
    }
    let n_turns = bytes
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit()))
        .count();
    let has_cases = bytes.iter().any(u8::is_ascii_uppercase)
        && bytes.iter().any(u8::is_ascii_lowercase)
        && bytes.iter().any(u8::is_ascii_digit);
    let is_long = bytes.len() >= 20 && n_turns > 0;
    bytes.iter().all(|byte| is_long || is_part(byte)) && (n_turns >= 3 || has_cases) && n_turns > 0
}

/// Whether the parameter of a URL is what a machine has made.
pub(super) fn is_made(value: &str) -> bool {
    // A parameter ends long before a word does.
    let end = value.bytes().take(MAX_WORD_LEN).position(|byte| matches!(byte, b'&' | b'?'));
    is_mixed(word(end.and_then(|end| value.get(..end)).unwrap_or(value)))
}

/// `user:password`
fn is_pair(word: &str) -> bool {
    let Some((user, password)) = word.split_once(':') else { return false };
    !user.is_empty()
        && !password.is_empty()
        && !password.starts_with(['/', ' '])
        && !word.contains([' ', '{', '['])
        && !is_harmless(password)
}

/// `neo4j/password`
fn is_user(word: &str) -> bool {
    word.split_once('/').is_some_and(|(user, password)| {
        user.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !user.is_empty()
            && !password.is_empty()
            && !password.contains(['/', ' '])
    })
}

/// Whether what follows `=` in a program is no literal: a parameter, a property, a call. `key` is what it
/// is given to.
pub(super) fn is_code(key: &str, value: &str) -> bool {
    // Asked for each sign of a line, and most are no code: what costs more comes last.
    is_expression(key, value)
        && !has_literal(beginning(value).split('\n').next().unwrap_or_default())
}

fn is_expression(key: &str, value: &str) -> bool {
    let value = beginning(value);
    let value = value.trim_start_matches(['=', '>', '~', '<', ' ']);
    let value = value.strip_prefix("await ").unwrap_or(value);
    if let Some(command) = value.strip_prefix('`') {
        return command.split_once('`').is_some_and(|(command, _)| command.trim().contains(' '));
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let ends = |rest: &str| {
        rest.is_empty() || rest.starts_with([' ', ',', ';', ')', '\t', '}', '"', '\'', '\n', '`'])
    };
    let length = |text: &str| text.as_bytes().iter().take_while(|byte| is_part(byte)).count();
    if let Some(rest) = value.strip_prefix(['?', ':', '@', '$', '%']) {
        let name = rest.get(..length(rest)).unwrap_or_default();
        if !ends(rest.get(name.len()..).unwrap_or_default()) {
            return false;
        }
        let is_empty = name.is_empty() && !value.starts_with(['$', '@', ':']);
        let is_number = name.bytes().all(|byte| byte.is_ascii_digit()) && name.len() <= 2;
        let is_named = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            && (name.eq_ignore_ascii_case(key) || is_name(name));
        let is_format = value.starts_with('%') && matches!(name, "s" | "q" | "v" | "d");
        return is_empty || (!name.is_empty() && (is_number || is_named || is_format));
    }
    let (mut at, mut n_parts) = (0, 0);
    let last = loop {
        let rest = value.get(at..).unwrap_or_default();
        let n = length(rest);
        let part = rest.get(..n).unwrap_or_default();
        if n == 0 || part.starts_with(|c: char| c.is_ascii_digit()) {
            return false;
        }
        (n_parts, at) = (n_parts + 1, at + n);
        let rest = value.get(at..).unwrap_or_default();
        match [".", "->", "::", "?."].iter().find(|sign| rest.starts_with(**sign)) {
            Some(sign) => at += sign.len(),
            None => break part,
        }
    };
    let rest = value.get(at..).unwrap_or_default();
    if rest.starts_with(['(', '[']) {
        return n_parts > 0 && is_call(rest);
    }
    let is_same = n_parts == 1 && last.eq_ignore_ascii_case(key) && last.len() > 2;
    ends(rest) && (is_same || (n_parts > 1 && is_name(last)))
}

/// Whether the arguments of a call are no literals, but for names of secrets: `getenv('DB_PASSWORD')`.
fn is_call(arguments: &str) -> bool {
    // Arguments that say nothing are short, and each `=` of a line may be asked about.
    let ends = |byte: u8| matches!(byte, b')' | b']' | b'\n');
    let Some(end) = arguments.bytes().take(MAX_WORD_LEN).position(ends) else { return false };
    if arguments.as_bytes().get(end) == Some(&b'\n') {
        return false;
    }
    let inside = arguments.get(1..end).unwrap_or_default();
    let mut parts = inside.split(['\'', '"']);
    let is_plain = parts.next().is_some();
    let quoted = parts.step_by(2);
    let is_word = |text: &str| {
        text.is_empty()
            || text.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_-.".contains(&byte))
                && (is_name(text)
                    || text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
    };
    is_plain && quoted.into_iter().all(is_word)
}

/// So much of a value is looked at: it has to be harmless to its end, and nothing harmless is longer.
const MAX_VALUE_LEN: usize = 2048;

fn beginning(value: &str) -> &str {
    let mut end = MAX_VALUE_LEN.min(value.len());
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value.get(..end).unwrap_or_default()
}

/// Whether a text looks as if a machine had made it: no word, and no name.
pub(super) fn is_random(text: &str) -> bool {
    text.len() >= 12
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a value is no secret: it is empty or a switch, or says where the secret is. It has to be
/// that to its end; what stands beside a reference is a secret. `value` may go on with what ends it in
/// the text that it stands in: a quote, a bracket, a comma.
pub(crate) fn is_harmless(value: &str) -> bool {
    let value = beginning(value);
    let is_quoted = value.starts_with(['"', '\'', '`']);
    let value = value.trim_start_matches(['"', '\'', '`', '\\']);
    let ends = |rest: &str| {
        let rest = rest.trim_start_matches(['"', '\'', '`', '\\']);
        rest.is_empty()
            || rest.starts_with([',', '}', ']', ';', ')', '&', '|', '<', ' ', '\t', '\n'])
    };
    if value.is_empty() && !is_quoted {
        return false;
    }
    if value.trim_start_matches(['}', ']', ',', ' ', ')', ';']).is_empty() {
        return true;
    }
    // `""`, `"",` and the like.
    if is_quoted && value.starts_with([',', '}', ']', ';', ')']) {
        return true;
    }
    // What Ansible has encrypted, in the lines below.
    if let Some(rest) = value.strip_prefix("!vault") {
        return rest.trim_matches([' ', '|', '-', '>', '+']).is_empty();
    }
    let mut rest = value;
    let mut n_references = 0;
    while let Some(length) = reference(rest, is_quoted) {
        rest = rest.get(length..).unwrap_or_default();
        n_references += 1;
    }
    if n_references > 0 && ends(rest) {
        return true;
    }
    // What a password has to be, as comments say it.
    const DEMANDS: [&str; 5] = ["at least ", "at most ", "must ", "should be ", "minimum "];
    let begins =
        |word: &str| value.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
    if !is_quoted && DEMANDS.iter().any(|word| begins(word)) {
        return true;
    }
    let length = value.find(|c: char| !c.is_ascii_alphabetic() && c != '~').unwrap_or(value.len());
    let (word, rest) = value.split_at_checked(length).unwrap_or_default();
    const SWITCHES: [&str; 17] = [
        "true",
        "false",
        "null",
        "nil",
        "none",
        "~",
        "yes",
        "no",
        "on",
        "off",
        "undefined",
        "string",
        "str",
        "text",
        "boolean",
        "required",
        "optional",
    ];
    let is_switch = SWITCHES.iter().any(|switch| word.eq_ignore_ascii_case(switch));
    let rest = rest.trim_start_matches(['"', '\'', '`']);
    let is_end = rest.is_empty()
        || rest.starts_with([',', '}', ']', ';', ')', '&', '\n'])
        || rest.trim_start().is_empty()
        || rest.trim_start().starts_with('#');
    is_switch && is_end
}
