//! Values that say where a secret is: variables, templates, paths, code.

/// The length of a reference to a value that is elsewhere, with which a text begins.
pub(super) fn reference(text: &str, is_quoted: bool) -> Option<usize> {
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
        ("ENC(", ")"),
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
    let line = text.split('\n').next().unwrap_or_default();
    (is_code && !has_literal(line)).then_some(line.len())
}

/// Whether code has a literal for the case that what it reads is not set: `getenv("A") or "hunter2"`,
/// `env("DB_PASSWORD", "hunter2")`.
pub(super) fn has_literal(line: &str) -> bool {
    const BEFORE: [&str; 6] = ["||", "??", " or", ",", "?:", "{"];
    let is_over = |at: usize| {
        let after = line.get(at + 1..).unwrap_or_default();
        after.starts_with(['"', '\'', '`', ')', ',', '}', ']', '$']) || after.is_empty()
    };
    // A quote that opens a literal stands behind one of these, and something is in it.
    line.match_indices(['"', '\'', '`']).take(32).any(|(at, _)| {
        let before = line.get(..at).unwrap_or_default().trim_end();
        !is_over(at) && BEFORE.iter().any(|sign| before.ends_with(sign))
    })
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
