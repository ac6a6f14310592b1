//! Which names say that a secret follows.

use crate::diag::secrets::vocabulary::{
    ABOUT, COUNTS, ENDS, FOREIGN, NEUTRAL, NO_PASSWORDS, PASSWORD_WORDS, PASSWORDS, SECRET_NAMERS,
};

/// The longest name that is looked at, in bytes: its end decides.
pub(super) const MAX_NAME_LEN: usize = 128;

/// Whether what has this name is a secret, rather than the place of one (`passwordKey`) or something
/// about one (`passwordPolicy`).
pub(crate) fn is_name(name: &str) -> bool {
    let mut cut = name.len().saturating_sub(MAX_NAME_LEN);
    while !name.is_char_boundary(cut) {
        cut += 1;
    }
    let name = name.get(cut..).unwrap_or_default();
    // `secret: NAME` names a Secret; `SECRET` is a variable that holds one.
    if name.len() < 2 || matches!(name, "secret" | "Secret") || !may_be_name(name) {
        return false;
    }
    let words = Words::of(name);
    let all = words.list();
    let Some(last) = all.last() else { return false };
    let has_password = all.iter().any(|word| is_password(word))
        || words.text.contains("motdepasse")
        || words.text == "authenticationstring";
    if has_password {
        return !ABOUT.contains(last) || (words.is_upper && *last == "secret");
    }
    let mut end = all.len();
    let is_neutral =
        |word: &&str| NEUTRAL.contains(word) || word.bytes().all(|byte| byte.is_ascii_digit());
    while end > 1 && all.get(end - 1).is_some_and(is_neutral) {
        // `clientKeyData` is named with its last word.
        if words.joined(end).ends_with("clientkeydata") {
            return true;
        }
        end -= 1;
    }
    let joined = words.joined(end);
    let joined = joined.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_plural = ["tokens", "keys", "secrets"].iter().any(|end| joined.ends_with(end));
    let joined =
        if is_plural { joined.get(..joined.len() - 1).unwrap_or_default() } else { joined };
    let before = end.checked_sub(2).and_then(|at| all.get(at)).copied().unwrap_or_default();
    if joined.ends_with("token") && COUNTS.contains(&before) && (is_plural || before.len() == 3) {
        return before == "new" && !is_plural;
    }
    if joined.ends_with("accesskeysecret") {
        return true;
    }
    if joined.ends_with("secret") {
        let names_one = SECRET_NAMERS.contains(&before)
            || SECRET_NAMERS.iter().take(4).any(|word| joined == format!("{word}secret"));
        return if is_plural {
            words.is_upper && !names_one
        } else {
            !names_one || words.is_upper && before != "existing" && before != "pull"
        };
    }
    let last = all.get(end - 1).copied().unwrap_or_default();
    let needs_another = matches!(last, "salt" | "pat");
    if needs_another && !words.is_upper && (end < 2 || last == "pat") {
        return false;
    }
    !joined.contains("existingsecret")
        && ENDS.iter().any(|end| joined.ends_with(end))
        && (needs_another || !(joined.ends_with("salt") || joined.ends_with("pat")))
}

/// A look at the letters first: every word of a file is asked about.
fn may_be_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.iter().enumerate().any(|(at, first)| {
        let low = |at: usize| bytes.get(at).map_or(b' ', u8::to_ascii_lowercase);
        match first.to_ascii_lowercase() {
            // pass, pat, parola, psk, pswd, pw, phrase
            b'p' => {
                let (second, third) = (low(at + 1), low(at + 2));
                matches!(
                    (second, third),
                    (b'a', b's' | b't' | b'r') | (b's' | b'w', _) | (b'h', b'r')
                )
            }
            b'a' => matches!(
                (low(at + 1), low(at + 2), low(at + 3)),
                (b'u', b't', b'h') | (b'd', b'g', b'a')
            ),
            // key, kennwort
            b'k' => matches!((low(at + 1), low(at + 2)), (b'e', b'y' | b'n')),
            // token, secret, salt, masterauth, dockercfg
            b't' => (low(at + 1), low(at + 2)) == (b'o', b'k'),
            // secret, senha, salt, sonar.login
            b's' => matches!(
                (low(at + 1), low(at + 2)),
                (b'e', b'c' | b'n') | (b'a', b'l') | (b'o', b'n')
            ),
            b'm' => {
                matches!((low(at + 1), low(at + 2)), (b'a', b's') | (b'n', b'e') | (b'o', b't'))
            }
            // wachtwoord, contrasena, haslo, heslo, httpHeaderValue1, adgangskode, losenord
            b'w' => (low(at + 1), low(at + 2)) == (b'a', b'c'),
            b'c' => (low(at + 3), low(at + 4)) == (b't', b'r'),
            b'h' => matches!((low(at + 1), low(at + 2)), (b'a' | b'e', b's') | (b't', b't')),
            b'l' => (low(at + 1), low(at + 2)) == (b'o', b's'),
            b'd' => (low(at + 1), low(at + 2), low(at + 3)) == (b'o', b'c', b'k'),
            _ => false,
        }
    })
}

fn is_password(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    !NO_PASSWORDS.contains(&word)
        && (PASSWORDS.iter().any(|part| word.contains(part))
            || PASSWORD_WORDS.contains(&word)
            || word.ends_with("pass"))
}

/// A name in words of lower-case letters: `clientSecret`, `CLIENT_SECRET` and `client-secret` are the
/// same.
struct Words {
    text: String,
    starts: Vec<usize>,
    is_upper: bool,
}

impl Words {
    fn of(name: &str) -> Words {
        let mut words = Words { text: String::new(), starts: Vec::new(), is_upper: true };
        let mut before = '_';
        let mut characters = name.chars().peekable();
        while let Some(character) = characters.next() {
            words.is_upper &= !character.is_ascii_lowercase();
            let next_is_lower = characters.peek().is_some_and(char::is_ascii_lowercase);
            let begins = character.is_ascii_alphanumeric()
                && (!before.is_ascii_alphanumeric()
                    || (character.is_ascii_uppercase()
                        && (!before.is_ascii_uppercase() || next_is_lower)));
            if begins {
                words.starts.push(words.text.len());
            }
            if character.is_ascii_alphanumeric() {
                words.text.push(character.to_ascii_lowercase());
            }
            before = character;
        }
        words
    }

    fn list(&self) -> Vec<&str> {
        let ends = self.starts.iter().skip(1).copied().chain([self.text.len()]);
        let ranges = self.starts.iter().copied().zip(ends);
        ranges.filter_map(|(start, end)| self.text.get(start..end)).collect()
    }

    /// The first words, without what separates them.
    fn joined(&self, n_words: usize) -> &str {
        let end = self.starts.get(n_words).copied().unwrap_or(self.text.len());
        self.text.get(..end).unwrap_or_default()
    }
}

/// What the last words of a name say that are a secret's only beside some values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// `dbSecret`: the name of a Secret, or what it holds.
    Secret,
    /// `tokens`: a number of them, or they.
    Token,
    /// `STRIPE_KEY`.
    Key,
    /// `BASIC_AUTH`, `DB_CREDS`, `jwt`.
    Credentials,
    /// `JWT`, `PEPPER`.
    Other,
}

/// How a name ends, in letters of any case.
pub(super) fn ending(name: &str) -> Option<Ending> {
    let bytes = name.as_bytes();
    let ends = |end: &str| {
        let from = bytes.len().checked_sub(end.len());
        from.and_then(|from| bytes.get(from..))
            .is_some_and(|tail| tail.eq_ignore_ascii_case(end.as_bytes()))
    };
    match bytes.last()?.to_ascii_lowercase() {
        b't' if ends("secret") => Some(Ending::Secret),
        b't' if ends("jwt") || ends("salt") => Some(Ending::Other),
        b'f' if ends("secretref") => Some(Ending::Secret),
        b'n' if ends("token") => Some(Ending::Token),
        b's' if ends("tokens") => Some(Ending::Token),
        b's' if ends("creds") || ends("credentials") => Some(Ending::Credentials),
        b's' if ends("keys") => Some(Ending::Key),
        b's' if ends("secrets") => Some(Ending::Other),
        b'y' if ends("key") => Some(Ending::Key),
        b'h' if ends("auth") => Some(Ending::Credentials),
        b'l' if ends("credential") => Some(Ending::Credentials),
        b'd' if ends("cred") => Some(Ending::Credentials),
        b'd' if ends("seed") => Some(Ending::Other),
        b'r' if ends("bearer") || ends("pepper") => Some(Ending::Other),
        b'e' if ends("recovery_code") || ends("recoverycode") => Some(Ending::Other),
        _ => None,
    }
}

/// Whether a name that ends with `secret` is hardly that of a Secret: `clientSecret`. `is_object_name` says
/// that the value looks like the name of one.
pub(super) fn is_strong_secret(name: &str, is_object_name: bool) -> bool {
    const STRONG: &[&str] = &[
        "client",
        "app",
        "consumer",
        "shared",
        "jwt",
        "session",
        "cookie",
        "api",
        "signing",
        "hmac",
        "totp",
        "otp",
        "application",
        "access",
        "refresh",
        "encryption",
        "hash",
        "key",
    ];
    let words = Words::of(name);
    let all = words.list();
    let before = all.len().checked_sub(2).and_then(|at| all.get(at));
    let is_snake = name.contains('_');
    // `DB_CREDS_SECRET=shop-db` names one.
    let is_named = (words.is_upper || is_snake) && !is_object_name;
    before.is_some_and(|before| STRONG.contains(before) || is_named)
        || all.len() == 1 && words.is_upper
}

/// What a key is that is no secret: `public_key`, `cache_key`.
pub(super) fn is_other_key(name: &str) -> bool {
    const OTHERS: &[&str] = &[
        "public",
        "pub",
        "primary",
        "foreign",
        "partition",
        "sort",
        "cache",
        "routing",
        "row",
        "map",
        "object",
        "index",
        "shard",
        "group",
        "unique",
        "lookup",
        "search",
        "translation",
        "hot",
        "host",
        "host",
        "publishable",
        "idempotency",
        "authorized",
        "known",
    ];
    let words = Words::of(name);
    let all = words.list();
    let before = all.len().checked_sub(2).and_then(|at| all.get(at));
    before.is_none_or(|before| OTHERS.contains(before))
}

/// Whether a text ends with a word for a password in letters beyond ASCII.
pub(super) fn is_foreign(before: &str) -> bool {
    FOREIGN.iter().any(|word| before.ends_with(word))
}

/// Whether the fields of a mapping that is called so are all secrets, whatever they are called.
pub(crate) fn holds_secrets(name: &str) -> bool {
    matches!(name, "stringData" | "secureJsonData" | "secureSettings" | "secure_json_data")
}

/// Whether a name says that its value is a list of secrets, or a mapping of names to them.
pub(crate) fn is_of_many(name: &str) -> bool {
    name.ends_with(['s', 'S']) && (is_name(name) || matches!(name, "secrets" | "Secrets"))
}

/// Whether a header of HTTP carries a secret.
pub(crate) fn is_header(name: &str) -> bool {
    const HEADERS: [&str; 5] =
        ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-amz-signature"];
    HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header))
}
