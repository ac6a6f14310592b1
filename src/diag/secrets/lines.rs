//! What a line says, and what it says about the next.

use std::ops::Range;

use crate::diag::secrets::commands::Arguments;
use crate::diag::secrets::names::{
    MAX_NAME_LEN, is_harmless, is_header, is_name, is_random, is_secret_value,
};
use crate::diag::secrets::shapes::{DIRECTIVES, NO_USERS, TYPES};

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

/// What is nowhere in a text is looked for in none of its lines.
#[derive(Clone, Copy, Default)]
struct Has {
    variables: bool,
    addresses: bool,
    schemes: bool,
}

impl Has {
    fn of(text: &str) -> Has {
        const SCHEMES: [&str; 8] =
            ["earer", "asic", "uthorization", "ookie", "EARER", "ASIC", "UTHORIZATION", "OOKIE"];
        Has {
            variables: text.contains("variable "),
            addresses: text.contains('@'),
            schemes: SCHEMES.iter().any(|part| text.contains(part)),
        }
    }
}

/// What goes on over many lines.
#[derive(Default)]
struct Lines {
    has: Has,
    last: Line,
    arguments: Arguments,
    /// Within `variable "db_password" {`, and how many braces deep.
    secret_block: Option<usize>,
    /// The line before ends with `\\`.
    is_continued: bool,
    /// A `machine` or `login` of a `.netrc` was seen.
    has_login: bool,
}

/// Hands over the places of secrets, by line.
pub(super) fn secrets(text: &str, is_known: impl Fn(usize) -> bool, found: &mut Vec<Range<usize>>) {
    let mut lines = Lines { has: Has::of(text), ..Lines::default() };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let mut add = |range: Range<usize>| {
            let place = start + range.start;
            let is_new = range.start < range.end && !is_known(place);
            if is_new {
                found.push(place..start + range.end);
            }
            is_new
        };
        lines.line(content, &mut add);
        start += line.len();
    }
}

impl Lines {
    fn line(&mut self, content: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
        let bare = content.trim_start();
        let indent = content.len() - bare.len();
        let goes_on = match self.last.value {
            None => false,
            Some(column) => content.is_empty() || indent > column,
        };
        let is_reference =
            ["valueFrom", "secretKeyRef", "value:", "type:", "description:", "{", "["]
                .iter()
                .any(|start| bare.starts_with(start));
        let goes_on = goes_on && !(self.last.is_open && is_reference);
        let begins_quoted = content.trim_start_matches([' ', '\t', '=']).starts_with(['"', '\'']);
        let goes_on_quoted = self.last.is_open && begins_quoted;
        // The arguments of a command go on as items of a list.
        let is_item = bare.starts_with(['-', '"', '\'', ',', '[', ']'])
            || ["args:", "command:", "\"args\"", "\"command\""]
                .iter()
                .any(|key| bare.starts_with(key));
        if !is_item && !bare.is_empty() && !self.arguments.is_pending() && !self.is_continued {
            self.arguments.end();
        }
        self.is_continued = content.ends_with('\\') || (self.is_continued && bare.is_empty());
        if bare.is_empty() && !goes_on {
            self.has_login = false;
            return;
        }
        if goes_on || goes_on_quoted {
            // What says where the secret is; what is a mapping has fields of its own.
            if !(self.last.is_open && is_harmless(bare)) {
                add(indent..content.len());
            }
            self.last.is_open &= content.is_empty();
            return;
        }
        if self.block(content, add) {
            return;
        }
        let is_named = std::mem::take(&mut self.last).has_secret_name;
        values(content, is_named, &mut self.last, add);
        let column = content.len() - content.trim_start_matches([' ', '-']).len();
        self.last.value = self.last.value.map(|_| column);
        if self.has.addresses {
            urls(content, add);
            users(content, add);
        }
        if self.has.schemes {
            schemes(content, add);
        }
        const SUBCOMMANDS: [&str; 4] = ["login", "_user", "_password", "aws_se"];
        let may_be_command = content.contains('-')
            || content.ends_with('\\')
            || bare.starts_with(['"', '\'', '[', '`'])
            || self.arguments.is_pending()
            || SUBCOMMANDS.iter().any(|word| content.contains(word));
        if may_be_command {
            self.words(content, add);
        }
        self.segments(content, add);
    }

    /// `variable "db_password" { default = "x" }`; says whether the line is done.
    fn block(&mut self, content: &str, add: &mut impl FnMut(Range<usize>) -> bool) -> bool {
        let begins = |(at, _): &(usize, &str)| {
            let before = content.get(..*at).unwrap_or_default();
            before.is_empty() || before.ends_with([' ', '\t', '"', '\'', '`', '}', 'n'])
        };
        if !self.has.variables {
            return false;
        }
        let places = content.match_indices("variable ").filter(begins).take(64);
        let mut begin = None;
        for (at, word) in places {
            let rest = content.get(at + word.len()..).unwrap_or_default();
            let name = rest.trim_start_matches(['"', '\\', ' ']);
            let name = name.split(['"', '\\', ' ', '{']).next().unwrap_or_default();
            if is_name(name) {
                begin = Some(at + word.len());
                break;
            }
        }
        let depth_of = |text: &str| {
            let count = |sign: u8| text.bytes().filter(|byte| *byte == sign).count();
            (count(b'{'), count(b'}'))
        };
        if let Some(begin) = begin {
            let rest = content.get(begin..).unwrap_or_default();
            if let Some(at) = rest.find("default") {
                let value = rest.get(at + "default".len()..).unwrap_or_default();
                let value = value.trim_start_matches([' ', '=', '\t']);
                if !is_harmless(value) {
                    add(content.len() - value.len()..content.len());
                }
            }
            let (opened, closed) = depth_of(rest);
            self.secret_block = opened.checked_sub(closed).filter(|depth| *depth > 0);
            return self.secret_block.is_some();
        }
        let Some(depth) = self.secret_block else { return false };
        let bare = content.trim_start();
        let (opened, closed) = depth_of(bare);
        self.secret_block = (depth + opened).checked_sub(closed).filter(|depth| *depth > 0);
        const OTHERS: [&str; 7] = [
            "type",
            "description",
            "sensitive",
            "nullable",
            "validation",
            "condition",
            "error_message",
        ];
        if !OTHERS.iter().any(|field| bare.starts_with(field)) && !bare.starts_with('}') {
            let value = bare.strip_prefix("default").unwrap_or(bare);
            let value = value.trim_start_matches([' ', '=', '\t']);
            if !value.is_empty() && !is_harmless(value) {
                add(content.len() - value.len()..content.len());
            }
        }
        true
    }

    /// The words of commands.
    fn words(&mut self, line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
        let is_apart = |byte: u8| {
            matches!(
                byte,
                b' ' | b'\t'
                    | b'"'
                    | b'\''
                    | b'`'
                    | b','
                    | b'['
                    | b']'
                    | b'('
                    | b')'
                    | b'{'
                    | b'}'
                    | b'\\'
            )
        };
        let is_end = |byte: u8| matches!(byte, b';' | b'|' | b'&');
        let bytes = line.as_bytes();
        let mut unclosed = [false; 2];
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if is_end(byte) && !self.arguments.is_pending() {
                self.arguments.end();
            }
            if is_apart(byte) || (is_end(byte) && !self.arguments.is_pending()) {
                at += 1;
                continue;
            }
            // The `- ` of an item.
            if byte == b'-' && bytes.get(at + 1).is_none_or(|next| *next == b' ') {
                at += 1;
                continue;
            }
            let mut start = at;
            let quote = start.checked_sub(1).and_then(|at| bytes.get(at)).copied();
            let which = usize::from(quote == Some(b'"'));
            let is_quoted = quote.is_some_and(|quote| matches!(quote, b'"' | b'\''));
            let rest = line.get(at..).unwrap_or_default();
            let mut end = None;
            // A secret may hold anything between its quotes.
            if is_quoted
                && self.arguments.is_pending()
                && !unclosed.get(which).copied().unwrap_or(true)
            {
                end = rest.find(char::from(quote.unwrap_or_default())).map(|length| at + length);
                if let (None, Some(flag)) = (end, unclosed.get_mut(which)) {
                    *flag = true;
                }
            }
            let end = end.unwrap_or_else(|| {
                let length = rest.bytes().position(|byte| {
                    is_apart(byte) || is_end(byte) && !self.arguments.is_pending()
                });
                at + length.unwrap_or(rest.len())
            });
            let mut end = end.max(at + 1);
            let mut word = line.get(start..end).unwrap_or_default();
            // `-p'x'`
            let next = bytes.get(end).copied();
            if self.arguments.is_attached(word)
                && let Some(quote @ (b'\'' | b'"')) = next
                && bytes
                    .get(end + 1)
                    .is_some_and(|after| !matches!(after, b' ' | b',' | b']' | b'$'))
            {
                let value = line.get(end + 1..).unwrap_or_default();
                let length = value.find(char::from(quote)).unwrap_or(value.len());
                if !is_harmless(value) {
                    add(end + 1..end + 1 + length);
                }
                at = end + 1 + length;
                continue;
            }
            // `--user='u:x'`, `--from-literal="a=x"`
            if word.ends_with('=') && word.starts_with('-') && matches!(next, Some(b'\'' | b'"')) {
                let flag = word.get(..word.len() - 1).unwrap_or_default();
                self.arguments.word(flag);
                at = end + 1;
                continue;
            }
            // A reference in brackets is one word.
            if (word.ends_with('$') || word.is_empty())
                && matches!(next, Some(b'(' | b'{'))
                && self.arguments.is_pending()
            {
                let whole = line.get(start..).unwrap_or_default();
                if is_harmless(whole) {
                    self.arguments.word("$X");
                    at = end + 1;
                    continue;
                }
                let length = whole.find([' ', '\t', '"', '\'', '`']).unwrap_or(whole.len());
                end = start + length;
                word = line.get(start..end).unwrap_or_default();
            }
            if let Some(range) = self.arguments.word(word) {
                start += range.start;
                // `-p` and a word to its end, with what separates words elsewhere.
                add(start..start + range.len());
            }
            at = end;
        }
    }

    /// The line, and the lines within it that a text in quotes holds: `"requirepass x\n"`.
    fn segments(&mut self, content: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
        self.directive(content, add);
        if !content.contains(['"', '\'', '`', '\\']) {
            return;
        }
        let mut start = 0;
        let parts = content.split_inclusive(['"', '\'', '`']);
        for part in parts {
            let mut begin = start;
            let inside = part.trim_end_matches(['"', '\'', '`']);
            for line in inside.split("\\n") {
                let bare = line.trim_end_matches('\\');
                self.directive(bare, &mut |range| add(begin + range.start..begin + range.end));
                begin += line.len() + "\\n".len();
            }
            start += part.len();
        }
    }

    /// `requirepass x`, and other lines of files that have no `=`.
    fn directive(&mut self, content: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
        let bare = content.trim_start();
        let (first, rest) = bare.split_once([' ', '\t']).unwrap_or((bare, ""));
        let rest_start = content.len() - rest.len();
        let n_skipped = DIRECTIVES.iter().find(|(name, _)| first.eq_ignore_ascii_case(name));
        if let Some(&(_, n_skipped)) = n_skipped
            && let Some(value) = skip_words(rest, n_skipped)
            && !is_harmless(value)
        {
            add(content.len() - value.len()..content.len());
        }
        let is_machine = matches!(first, "machine" | "login" | "default");
        self.has_login = is_machine || (self.has_login && !bare.is_empty());
        if self.has_login {
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
        let name = first.trim_start_matches("- ");
        let is_bare_password =
            ["password", "passwd", "pass", "secret", "passphrase"].contains(&name);
        let value = rest.trim();
        let type_name = value.trim_end_matches(|c: char| c.is_ascii_digit());
        if is_bare_password
            && !value.contains([' ', '(', ')', ',', '\t', '|', '='])
            && value.bytes().any(|byte| byte.is_ascii_digit())
            && !TYPES.contains(&type_name)
            && !is_harmless(value)
        {
            add(rest_start..content.len());
        }
        // `"user" "password"` of a userlist.txt.
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
        // `host:5432:database:user:password` of a .pgpass.
        if bare.len() < 1024 && !bare.starts_with('#') && bare.matches(':').take(4).count() == 4 {
            let mut parts = bare.splitn(5, ':');
            let fields: Vec<&str> = parts.by_ref().take(4).collect();
            let is_port = |text: &&str| {
                *text == "*"
                    || (text.len() >= 2
                        && text.len() <= 5
                        && text.bytes().all(|byte| byte.is_ascii_digit()))
            };
            let is_word =
                |text: &&str| !text.is_empty() && !text.contains([' ', '\t', '"', '/', '=', '{']);
            if let [host, port, _, _] = fields.as_slice()
                && fields.iter().all(is_word)
                && is_port(port)
                && (*host == "*"
                    || host.bytes().any(|byte| byte.is_ascii_alphabetic() || byte == b'.'))
                && let Some(password) = parts.next()
                && !password.is_empty()
                && !password.contains(' ')
                && !is_harmless(password)
            {
                add(content.len() - password.len()..content.len());
            }
        }
    }
}

fn skip_words(text: &str, n_words: usize) -> Option<&str> {
    let mut rest = text.trim();
    for _ in 0..n_words {
        rest = rest.split_once([' ', '\t'])?.1.trim_start();
    }
    Some(rest).filter(|rest| !rest.is_empty())
}

/// Hands over what looks like the value of a name in one line; `add` says whether it was taken.
fn values(line: &str, is_named: bool, last: &mut Line, add: &mut impl FnMut(Range<usize>) -> bool) {
    let mut is_named = is_named;
    let mut value_here: Option<Range<usize>> = None;
    let mut quotes = Quotes::default();
    let mut hidden_to = 0;
    for (at, sign) in line.match_indices([':', '=']) {
        let (Some(text_before), Some(after)) = (line.get(..at), line.get(at + 1..)) else {
            continue;
        };
        let key = last_word(text_before);
        let value = after.trim_start();
        let start = line.len() - value.len();
        if is_one_of(key, &["name", "key", "id"]) {
            let mut name = value.char_indices().take(MAX_NAME_LEN);
            let end = name
                .find(|(at, c)| {
                    matches!(c, ',' | '}' | ' ' | '>') || (*at > 0 && matches!(c, '"' | '\''))
                })
                .map(|(end, _)| end);
            let end = end.or((value.len() < MAX_NAME_LEN).then_some(value.len()));
            let name = end.and_then(|end| value.get(..end)).unwrap_or_default();
            let name = name.trim_matches(['"', '\'', '\\']);
            is_named = is_name(name) || is_header(name);
            last.has_secret_name = is_named;
            if let Some(range) = value_here.take().filter(|_| is_named) {
                add(range);
            }
            // `<string name="api_key">x</string>`
            if is_named
                && let Some(end) = end
                && let Some(content) = value
                    .get(end..)
                    .and_then(|rest| rest.trim_start_matches(['"', '\'']).strip_prefix('>'))
            {
                let length = content.find("</").unwrap_or(content.len());
                let begin = line.len() - content.len();
                if length > 0 && !is_harmless(content) {
                    add(begin..begin + length);
                }
            }
        }
        if sign == ":" && is_path(text_before, key, after) {
            continue;
        }
        let is_value_key = is_one_of(key, &["value", "default", "defaultvalue"]);
        let is_value = is_named && is_value_key;
        if is_value_key && !is_named && value_here.is_none() {
            let end = closed(value).map_or(value.len(), |length| length);
            value_here = Some(start..start + end);
        }
        if start >= hidden_to
            && (is_value || is_secret_value(key, value) || is_query(text_before, key))
        {
            // `:=` and `=>`
            let value = value.trim_start_matches(['=', '>', '~']).trim_start();
            let is_type = !key.is_empty()
                && value.starts_with(|c: char| c.is_ascii_alphabetic())
                && value.as_bytes().windows(3).take(MAX_NAME_LEN).any(|part| part == b" = ");
            let start = line.len() - value.len();
            if value.is_empty() {
                (last.value, last.is_open) = (Some(0), true);
            } else if !is_harmless(value) || is_type {
                let closed = closed(value).filter(|_| !quotes.is_within(line, start));
                let end = closed.map_or_else(|| quotes.end(line, start), |length| start + length);
                if start < end && add(start..end) {
                    if closed.is_none() {
                        last.value = Some(0);
                    }
                    hidden_to = end;
                }
            }
        }
    }
}

fn is_one_of(key: &str, words: &[&str]) -> bool {
    words.iter().any(|word| key.eq_ignore_ascii_case(word))
}

/// The tag of an image, a port, a mount: `ghcr.io/example/auth-token:1.4.2`, `http://token:80`,
/// `/run/password:rw`. What is a password in an address is told by its `@`.
fn is_path(before: &str, key: &str, after: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let goes_on = after.bytes().take(MAX_NAME_LEN).find(|byte| !is_part(*byte));
    !key.is_empty()
        && before.strip_suffix(key).is_some_and(|before| before.ends_with('/'))
        && after.starts_with(|c: char| c.is_ascii_alphanumeric())
        && goes_on != Some(b'@')
}

/// The parameter of a URL that signs it.
fn is_query(before: &str, key: &str) -> bool {
    is_one_of(key, &["sig", "signature", "sv_sig"])
        && before.strip_suffix(key).is_some_and(|before| before.ends_with(['?', '&', ';']))
}

/// The length of a value in quotes that is over with them.
fn closed(value: &str) -> Option<usize> {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inside = value.get(1..)?;
    let mut is_escaped = false;
    for (at, character) in inside.char_indices() {
        if character == quote && !is_escaped {
            let rest = inside.get(at + 1..).unwrap_or_default();
            let is_over =
                rest.is_empty() || rest.starts_with([',', '}', ']', ';', ')', '/', '>', ' ']);
            return is_over.then_some(at + 2);
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    None
}

/// Backticks in a line: what stands between two of them, as in a message, ends with the second.
#[derive(Default)]
pub(super) struct Quotes {
    counted_to: usize,
    is_open: bool,
}

impl Quotes {
    fn is_within(&mut self, line: &str, start: usize) -> bool {
        let before = line.get(self.counted_to..start).unwrap_or_default();
        self.is_open ^= before.bytes().filter(|byte| *byte == b'`').count() % 2 == 1;
        self.counted_to = start.max(self.counted_to);
        self.is_open
    }

    /// Where a value ends that begins here: with the line, or with its quotation. Places have to be
    /// asked for from left to right.
    pub(super) fn end(&mut self, line: &str, start: usize) -> usize {
        self.is_within(line, start);
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
    // A longer one is not a name, and a long run of quotes and colons is walked back from each of them.
    let mut from = text.len().saturating_sub(2 * MAX_NAME_LEN);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let text = text.get(from..).unwrap_or_default();
    let text = text.trim_end().trim_end_matches(['"', '\'', '`', '\\', ']', ':']);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let start = text.rfind(|c: char| !is_part(c));
    let start = start.map_or(0, |at| at + text.get(at..).map_or(0, first_length));
    text.get(start..).unwrap_or_default()
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// Whether a part of a text is one reference and nothing else: `$(DB_PASSWORD)`, `${db.password}`.
fn is_whole_reference(text: &str) -> bool {
    !text.is_empty() && text.starts_with(['$', '{', '%', '<']) && is_harmless(text)
}

/// `://user:password@host`, and what MySQL's driver in Go takes, `user:password@tcp(host)`.
fn urls(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
    // Asked about every line that is shown; to look for a text takes far longer than for a character.
    let has = |character: char| line.contains(character);
    if !has('@') || !(has(':') || has('/')) {
        return;
    }
    for (at, _) in line.match_indices("://") {
        let start = at + "://".len();
        let rest = line.get(start..).unwrap_or_default();
        let scheme = last_word(line.get(..at).unwrap_or_default());
        let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        // A `/` or a quote in the password ought to be escaped, and may not be.
        let whole = rest.find("://").map_or(rest, |end| rest.get(..end).unwrap_or(rest));
        let word =
            whole.find([' ', '\t', '"', '\'']).and_then(|end| whole.get(..end)).unwrap_or(whole);
        let authority = word.find(['/', '?', '#']).and_then(|end| word.get(..end)).unwrap_or(word);
        let port = authority.find(':').and_then(|colon| authority.get(colon + 1..));
        let has_port = port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
        let place = if authority.contains('@') {
            // What signs a query, or a mail address in it, is no password of a web page.
            if is_web {
                word.find('?').and_then(|end| word.get(..end)).unwrap_or(word)
            } else {
                word
            }
        } else if has_port && (is_web || !word.contains('@')) {
            authority
        } else if authority.contains(':') && word.contains('@') {
            word
        } else if authority.contains(':') {
            whole
        } else {
            authority
        };
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
            None if is_web && place.get(..host).is_some_and(is_random) => {
                add(start..start + host);
            }
            None => {}
        }
    }
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
    // `jdbc:oracle:thin:user/password@host`
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
    if !line.contains('@') {
        return;
    }
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
                let user = line.get(word..start - 1).unwrap_or_default();
                let user = user.rsplit(['(', '<', ',', '=']).next().unwrap_or_default();
                let is_other = NO_USERS.iter().any(|kind| user.eq_ignore_ascii_case(kind));
                let is_known = line.get(start..at).is_some_and(is_whole_reference);
                if is_host && !is_digest && !is_other && !is_known {
                    add(start..at);
                }
            }
            _ => {}
        }
    }
}

/// The next byte of a kind from places that only ever go on: a line is searched once, however many
/// places ask.
#[derive(Default)]
struct Next(Option<usize>);

impl Next {
    /// Where it is; the length of the text where there is none.
    fn from(&mut self, bytes: &[u8], from: usize, is: impl Fn(u8) -> bool) -> usize {
        if let Some(at) = self.0.filter(|at| *at >= from) {
            return at;
        }
        let rest = bytes.get(from..).unwrap_or_default();
        let at = rest.iter().position(|byte| is(*byte)).map_or(bytes.len(), |at| from + at);
        *self.0.insert(at)
    }
}

/// `Authorization: Bearer x`, and `Bearer x` wherever it is followed by what a machine has made.
fn schemes(line: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
    if line.len() < 12 {
        return;
    }
    let mut is_header_line = false;
    let mut word_start = None;
    let mut is_next = false;
    let mut header_to = 0;
    let bytes = line.as_bytes();
    let (mut quote, mut digit, mut space, mut equals) = <(Next, Next, Next, Next)>::default();
    for (at, byte) in bytes.iter().copied().chain([b'\n']).enumerate() {
        let is_part = !matches!(
            byte,
            b' ' | b'\t'
                | b'"'
                | b'\''
                | b'`'
                | b','
                | b'\n'
                | b'\\'
                | b'('
                | b')'
                | b'{'
                | b'}'
                | b'['
                | b']'
        );
        match (word_start, is_part) {
            (None, true) => word_start = Some(at),
            (Some(start), false) => {
                word_start = None;
                let word = line.get(start..at).unwrap_or_default();
                if std::mem::take(&mut is_next) && start >= header_to {
                    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
                    let is_long = word.len() >= 8 && (has_digit || word.ends_with('='));
                    if (is_header_line || is_long) && !line.get(start..).is_some_and(is_harmless) {
                        add(start..at);
                    }
                    continue;
                }
                let bare = word.trim_end_matches([':', '=']);
                let scheme = bare.rsplit([':', '=']).next().unwrap_or_default();
                const HEADERS: [&str; 4] =
                    ["authorization", "proxy-authorization", "set-cookie", "cookie"];
                let name = bare
                    .split([':', '='])
                    .take(4)
                    .find(|part| is_one_of(part, &HEADERS))
                    .unwrap_or(scheme);
                let is_header = is_one_of(name, &HEADERS);
                is_header_line |= is_header;
                const SCHEMES: [&str; 5] = ["token", "apikey", "digest", "negotiate", "key"];
                let is_scheme = is_one_of(scheme, &["bearer", "basic"])
                    || (is_header_line && is_one_of(scheme, &SCHEMES));
                if is_scheme {
                    is_next = true;
                } else if is_header {
                    // A cookie has no scheme, nor has a header whose value is one word.
                    let colon = if word.contains(':') {
                        word.find(':').map(|at| start + at + 1)
                    } else {
                        None
                    };
                    if let Some(value_start) = colon {
                        let rest = line.get(value_start..).unwrap_or_default();
                        let value = rest.trim_start();
                        let value_start = line.len() - value.len();
                        let is_quote = |byte| matches!(byte, b'"' | b'\'' | b'`');
                        let end = quote.from(bytes, value_start, is_quote);
                        let whole = line.get(value_start..end).unwrap_or_default();
                        let has_digit =
                            digit.from(bytes, value_start, |b| b.is_ascii_digit()) < end;
                        let is_one_word = space.from(bytes, value_start, |b| b == b' ') >= end;
                        let is_cookie = name.len() <= "set-cookie".len()
                            && name
                                .as_bytes()
                                .last()
                                .is_some_and(|b| b.eq_ignore_ascii_case(&b'e'));
                        let is_secret = if is_cookie {
                            equals.from(bytes, value_start, |b| b == b'=') < end
                        } else {
                            is_one_word && has_digit && whole.len() >= 6
                        };
                        if is_secret && value_start >= header_to && !is_harmless(whole) {
                            add(value_start..end);
                            header_to = end;
                        }
                    }
                }
            }
            _ => {}
        }
    }
}
