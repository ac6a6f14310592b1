//! Which names say that a secret follows.

/// The longest name that is looked at, in bytes: its end decides.
pub(super) const MAX_NAME_LEN: usize = 128;

/// Parts of a word that make it a password.
const PASSWORDS: &[&str] =
    &["passw", "pasw", "passphrase", "passcode", "pwd", "pswd", "dockerconfigjson", "dockercfg"];
/// Whole words that are passwords.
const PASSWORD_WORDS: &[&str] = &["pw", "psk", "pass", "masterauth", "bindpw", "rootpw"];
/// Words that end with `pass` and are none.
const NO_PASSWORDS: &[&str] = &[
    "bypass",
    "compass",
    "trespass",
    "surpass",
    "underpass",
    "overpass",
    "encompass",
    "passwordless",
];
/// Last words of what describes a password, or says where it is.
const ABOUT: &[&str] = &[
    "key",
    "keys",
    "from",
    "ref",
    "refs",
    "file",
    "files",
    "path",
    "paths",
    "name",
    "names",
    "field",
    "column",
    "policy",
    "policies",
    "env",
    "var",
    "variable",
    "length",
    "len",
    "min",
    "max",
    "size",
    "count",
    "age",
    "days",
    "hours",
    "minutes",
    "seconds",
    "expiry",
    "expire",
    "expires",
    "expiration",
    "lifetime",
    "ttl",
    "type",
    "mode",
    "enabled",
    "disabled",
    "required",
    "allowed",
    "enable",
    "disable",
    "authentication",
    "auth",
    "method",
    "algorithm",
    "encryption",
    "plugin",
    "manager",
    "store",
    "provider",
    "generator",
    "rotation",
    "validation",
    "validator",
    "validators",
    "check",
    "strength",
    "complexity",
    "history",
    "attempts",
    "reset",
    "changed",
    "updated",
    "at",
    "prompt",
    "hint",
    "label",
    "placeholder",
    "form",
    "input",
    "id",
    "version",
    "secret",
    "secrets",
    "configmap",
    "mount",
    "volume",
    "dir",
    "directory",
    "location",
    "source",
    "selector",
    "format",
    "encoding",
    "options",
    "config",
    "settings",
    "command",
    "cmd",
    "script",
    "job",
    "helper",
    "stdin",
    "property",
    "role",
    "user",
    "users",
    "grant",
    "flow",
    "page",
    "template",
    "index",
    "through",
    "timeout",
    "url",
    "uri",
    "endpoint",
    "link",
    "host",
    "port",
    "hasher",
    "hashers",
    "rounds",
    "iterations",
    "cost",
    "algorithms",
    "encoder",
    "limit",
    "interval",
    "retries",
    "title",
    "description",
    "message",
    "subject",
    "visible",
    "visibility",
    "header",
];
/// Last words after which the word before counts.
const NEUTRAL: &[&str] = &[
    "value",
    "text",
    "plain",
    "plaintext",
    "string",
    "literal",
    "raw",
    "default",
    "data",
    "b64",
    "base64",
    "base",
    "old",
    "new",
    "current",
    "previous",
    "prod",
    "production",
    "dev",
    "staging",
    "test",
    "primary",
    "secondary",
    "main",
    "backup",
    "live",
];
/// Ends of names, without `_` and `-`, that say that a secret follows.
const ENDS: &[&str] = &[
    "token",
    "secret",
    "secretkey",
    "privatekey",
    "apikey",
    "accesskey",
    "signingkey",
    "encryptionkey",
    "encryptkey",
    "authkey",
    "masterkey",
    "accountkey",
    "sharedkey",
    "storagekey",
    "sessionkey",
    "cookiekey",
    "licensekey",
    "licencekey",
    "deploykey",
    "hmackey",
    "jwtkey",
    "appkey",
    "servicekey",
    "cryptokey",
    "cipherkey",
    "aeskey",
    "fernetkey",
    "noncekey",
    "loggedinkey",
    "unsealkey",
    "recoverykey",
    "clientkeydata",
    "functionskey",
    "secretid",
    "accesskeysecret",
    "subscriptionkey",
    "datakey",
    "authtok",
    "passkey",
    "mnemonic",
    "seedphrase",
    "salt",
    "pat",
];
/// Words before `tokens` and `token` that count them: `max_tokens`.
const COUNTS: &[&str] = &[
    "max",
    "min",
    "num",
    "n",
    "total",
    "count",
    "limit",
    "context",
    "prompt",
    "completion",
    "input",
    "output",
    "used",
    "remaining",
    "cached",
    "estimated",
    "new",
    "reasoning",
];
/// What a Secret is called by: `existingSecret` names one.
const SECRET_NAMERS: &[&str] = &[
    "existing",
    "pull",
    "tls",
    "image",
    "external",
    "kubernetes",
    "kube",
    "k8s",
    "ca",
    "cert",
    "certificate",
    "password",
    "passwords",
    "token",
    "credentials",
    "key",
    "auth",
    "superuser",
    "from",
    "to",
    "of",
    "the",
    "target",
    "source",
    "replication",
    "server",
    "bootstrap",
    "config",
    "registry",
];

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
    let has_password = all.iter().any(|word| is_password(word));
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
            // pass, pat, psk, pswd, pw, phrase
            b'p' => {
                let (second, third) = (low(at + 1), low(at + 2));
                matches!((second, third), (b'a', b's' | b't') | (b's' | b'w', _) | (b'h', b'r'))
            }
            b'a' => (low(at + 1), low(at + 2), low(at + 3)) == (b'u', b't', b'h'),
            b'k' => (low(at + 1), low(at + 2)) == (b'e', b'y'),
            // token, secret, salt, masterauth, dockercfg
            b't' => (low(at + 1), low(at + 2)) == (b'o', b'k'),
            b's' => matches!((low(at + 1), low(at + 2)), (b'e', b'c') | (b'a', b'l')),
            b'm' => matches!((low(at + 1), low(at + 2)), (b'a', b's') | (b'n', b'e')),
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

/// Whether a name that ends with `secret` is hardly that of a Secret: `clientSecret`.
pub(super) fn is_strong_secret(name: &str) -> bool {
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
    let is_named = words.is_upper || is_snake;
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

/// Whether a header of HTTP carries a secret.
pub(crate) fn is_header(name: &str) -> bool {
    const HEADERS: [&str; 5] =
        ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-amz-signature"];
    HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header))
}
