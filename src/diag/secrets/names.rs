//! Which names say that a secret follows, and which values are none: references, paths, switches.

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
    "salt",
    "pat",
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
    let before = end.checked_sub(2).and_then(|at| all.get(at)).copied().unwrap_or_default();
    if joined.ends_with("secret") {
        let names_one = SECRET_NAMERS.contains(&before)
            || SECRET_NAMERS.iter().take(4).any(|word| joined == format!("{word}secret"));
        return !names_one || words.is_upper && before != "existing" && before != "pull";
    }
    let last = all.get(end - 1).copied().unwrap_or_default();
    let needs_another = matches!(last, "salt" | "pat");
    if needs_another && (end < 2 || (last == "pat" && !words.is_upper)) {
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
            // pass, pat, psk, pswd, pw
            b'p' => {
                matches!((low(at + 1), low(at + 2)), (b'a', b's' | b't') | (b's', _) | (b'w', _))
            }
            b'k' => (low(at + 1), low(at + 2)) == (b'e', b'y'),
            // token, secret, salt, masterauth, dockercfg
            b't' => (low(at + 1), low(at + 2)) == (b'o', b'k'),
            b's' => matches!((low(at + 1), low(at + 2)), (b'e', b'c') | (b'a', b'l')),
            b'm' => (low(at + 1), low(at + 2), low(at + 3)) == (b'a', b's', b't'),
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

/// Whether a header of HTTP carries a secret.
pub(crate) fn is_header(name: &str) -> bool {
    const HEADERS: [&str; 5] =
        ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-amz-signature"];
    HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header))
}

/// Whether the value of a field of this name is a secret: `auth` holds one in some files and a word in
/// others, and `secret` names a Secret nearly everywhere.
pub(crate) fn is_secret_value(name: &str, value: &str) -> bool {
    let short = name.trim_start_matches('_');
    if !["auth", "AUTH", "identitytoken", "registrytoken", "secret", "Secret"].contains(&short) {
        return is_name(name);
    }
    let value = beginning(value).trim_start_matches(['"', '\'', ' ', '\\']);
    let value =
        value.split(['"', '\'', '`', ',', '}', ';', '\\']).next().unwrap_or_default().trim_end();
    let has = |is: fn(&char) -> bool| value.chars().any(|c| is(&c));
    let is_mixed = has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    match short {
        "auth" | "AUTH" | "identitytoken" | "registrytoken" => {
            value.len() >= 8
                && value.chars().all(is_base64)
                && (has(char::is_ascii_digit) || value.ends_with('='))
        }
        _ => {
            let is_object =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-./".contains(c);
            let is_random = value.len() >= 12 && is_mixed && !value.contains(['-', '.', '/']);
            value.len() >= 6 && !value.contains(' ') && (!value.chars().all(is_object) || is_random)
        }
    }
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
    let mut rest = value;
    let mut n_references = 0;
    while let Some(length) = reference(rest, is_quoted) {
        rest = rest.get(length..).unwrap_or_default();
        n_references += 1;
    }
    if n_references > 0 && ends(rest) {
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

/// The length of a reference to a value that is elsewhere, with which a text begins.
fn reference(text: &str, is_quoted: bool) -> Option<usize> {
    let until = |open: &str, close: &str| {
        let inside = text.strip_prefix(open)?;
        let line = inside.split(['\n', '"']).next().unwrap_or_default();
        let line = if open == "{{" { inside.split('\n').next().unwrap_or_default() } else { line };
        line.char_indices()
            .nth(1000)
            .map_or(line, |(end, _)| line.get(..end).unwrap_or_default())
            .find(close)
            .map(|at| open.len() + at + close.len())
    };
    let pairs = [
        ("${{", "}}"),
        ("{{", "}}"),
        ("${", "}"),
        ("$(", ")"),
        ("%{", "}"),
        ("%(", ")s"),
        ("ENC[", "]"),
        ("<path:", ">"),
        ("@Microsoft.KeyVault(", ")"),
        ("{secretKeyRef", "}"),
        ("{ secretKeyRef", "}"),
        ("{valueFrom", "}"),
    ];
    for (open, close) in pairs {
        if text.starts_with(open) {
            // A default value within is a value: `${PASSWORD:-hunter2}`.
            let length = until(open, close);
            let inside = length.and_then(|length| text.get(open.len()..length)).unwrap_or_default();
            let has_default = open == "${" && has_default(inside.trim_end_matches('}'));
            return length.filter(|_| !has_default);
        }
    }
    let word_end = text
        .find([' ', '\t', '\n', '"', '\'', ',', '}', ']', ';', ')', '`', '<', '&'])
        .unwrap_or(text.len());
    let word = text.get(..word_end)?;
    if let Some(name) = word.strip_prefix('$') {
        let name = name.strip_prefix('$').unwrap_or(name);
        let is_variable = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        return is_variable.then_some(word_end);
    }
    if let Some(name) = word.strip_prefix('%').and_then(|name| name.strip_suffix('%')) {
        return (!name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
        .then_some(word_end);
    }
    if word.starts_with("op://")
        || (word.starts_with("ref+") && word.contains("://"))
        || (word.starts_with("vault:") && word.contains('/') && word.contains('#'))
        || word.starts_with("arn:aws:secretsmanager:")
        || word.starts_with("arn:aws:ssm:")
        || word.starts_with("secretmanager:projects/")
        || word.starts_with("akv://")
        || word.starts_with("gcpsm://")
        || word.starts_with("awssm://")
        || word.starts_with("ssm://")
        || word.starts_with("file:/")
    {
        return Some(word_end);
    }
    if is_path(word) {
        return Some(word_end);
    }
    // A public key says what it is.
    if ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-"].iter().any(|kind| text.starts_with(kind)) {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    // A placeholder: `<your-password>`.
    if let Some(inside) = text.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        let is_word = |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '-' | '_');
        let is_placeholder =
            inside.0.len() <= 40 && !inside.0.is_empty() && inside.0.chars().all(is_word);
        return is_placeholder.then_some(inside.0.len() + 2);
    }
    const CODE: [&str; 14] = [
        "var.",
        "local.",
        "data.",
        "module.",
        "each.",
        "os.environ",
        "os.getenv(",
        "getenv(",
        "process.env",
        "ENV[",
        "ENV.fetch",
        "System.getenv",
        "random_password.",
        "env(",
    ];
    let is_code = !is_quoted && CODE.iter().any(|start| text.starts_with(start));
    is_code.then(|| text.find('\n').unwrap_or(text.len()))
}

/// Whether what is in `${...}` has a value of its own, as in a shell: `${PASSWORD:-hunter2}`. A `-` in the
/// name of `${shop-db.password}` is none.
fn has_default(inside: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_property = inside.contains('.') && inside.bytes().all(is_part);
    !is_property && inside.find([':', '-', '=', '+']).is_some_and(|at| at + 2 < inside.len())
}

/// Whether a word is the path of a file.
fn is_path(word: &str) -> bool {
    const ROOTS: [&str; 17] = [
        "/run/",
        "/var/",
        "/etc/",
        "/mnt/",
        "/secrets/",
        "/vault/",
        "/home/",
        "/opt/",
        "/tmp/",
        "/tls/",
        "/root/",
        "/usr/",
        "/app/",
        "/config/",
        "/data/",
        "./",
        "../",
    ];
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    ROOTS.iter().any(|root| word.starts_with(root)) && word.bytes().all(is_part)
}
