//! Secrets in SQL: the passwords of users, defaults and rows of columns that are named after one.
//!
//! A text may hold SQL among other things, so that nothing is taken for granted about what is before
//! a word: each word that may begin something is looked at by itself.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diag::secrets::names::{is_harmless, is_name};

/// Hands over the places of secrets in statements.
pub(super) fn secrets(text: &str, found: &mut Vec<Range<usize>>) {
    if !has_sql(text) {
        return;
    }
    let mut reader = Reader {
        text,
        at: 0,
        tables: BTreeMap::new(),
        no_quote: [usize::MAX; 2],
        n_to_read_again: 2 * text.len(),
        found,
    };
    reader.statements();
}

/// Whether one of the words is in a text that [`Reader::statements`] looks at.
fn has_sql(text: &str) -> bool {
    let mut start = None;
    text.bytes().chain([b' ']).enumerate().any(|(at, byte)| {
        let is_part = byte.is_ascii_alphanumeric() || byte == b'_';
        match (start, is_part) {
            (None, true) => start = Some(at),
            (Some(begin), false) => {
                start = None;
                if (4..=15).contains(&(at - begin)) {
                    let word = text.get(begin..at).unwrap_or_default();
                    return WORDS.iter().any(|sql| word.eq_ignore_ascii_case(sql));
                }
            }
            _ => {}
        }
        false
    })
}

const WORDS: [&str; 13] = [
    "password",
    "identified",
    "default",
    "insert",
    "replace",
    "copy",
    "crypt",
    "pgp_sym_encrypt",
    "aes_encrypt",
    "credential",
    "secret",
    "alter",
    "database",
];

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// The columns of a table that are named after a secret, by their numbers.
    tables: BTreeMap<String, Vec<usize>>,
    /// From where on there is no `'`, and no `$$`.
    no_quote: [usize; 2],
    /// How many bytes may still be read a second time.
    n_to_read_again: usize,
    found: &'a mut Vec<Range<usize>>,
}

impl<'a> Reader<'a> {
    fn statements(&mut self) {
        // A name of a secret since the last `,`: a column that may have a default.
        let mut secret_name = false;
        // How many words ago `IDENTIFIED` was; nothing where it is far.
        let mut identified: Option<u8> = None;
        let mut is_of_credential = false;
        let mut depth_of_type = 0_usize;
        let (mut is_of_user, mut verb_before) = (false, false);
        while let Some(word) = self.next(|byte, before| match byte {
            b'(' if is_letter(before) => depth_of_type += 1,
            b')' => depth_of_type = depth_of_type.saturating_sub(1),
            b',' if depth_of_type == 0 || !secret_name => secret_name = false,
            b';' | b'{' | b'}' => {
                (secret_name, is_of_credential, identified, depth_of_type) =
                    (false, false, None, 0);
                is_of_user = false;
            }
            _ => {}
        }) {
            let after = self.at;
            let verbs = ["insert", "replace", "copy", "table"];
            let is_statement = verbs.iter().any(|verb| word.eq_ignore_ascii_case(verb));
            identified = identified.and_then(|n_words| (n_words < 6).then_some(n_words + 1));
            let is = |other: &str| word.eq_ignore_ascii_case(other);
            is_of_user |= verb_before && (is("user") || is("role") || is("login"));
            verb_before = is("create") || is("alter");
            if is("identified") {
                identified = Some(0);
            } else if identified.is_some() && (is("by") || is("as") || is("using")) {
                identified = None;
                if !self.literal() {
                    self.bare_word();
                }
            } else if is("password") || is("passwd") {
                let begin = after - word.len();
                let is_quoted = begin
                    .checked_sub(1)
                    .and_then(|at| self.text.as_bytes().get(at))
                    .is_some_and(|byte| *byte == b'\'');
                if !is_quoted && !self.literal() {
                    match self.word_is("for") {
                        true => self.equals(),
                        false if is_of_user => self.bare_word(),
                        false => {}
                    }
                }
                secret_name = true;
            } else if is("credential") {
                is_of_credential = true;
            } else if is("secret") && is_of_credential {
                self.literal();
            } else if is("secret") {
                // `CREATE SECRET s (TYPE s3, SECRET 'x')`; elsewhere a literal follows nothing.
                let rest = self.text.get(self.at..).unwrap_or_default();
                if rest.starts_with(" '") {
                    self.literal();
                }
            } else if is("default") {
                if secret_name {
                    self.default();
                }
            } else if is("insert") || is("replace") {
                self.insert();
            } else if is("copy") {
                self.copy();
            } else if is("table") {
                self.table();
            } else if ["crypt", "pgp_sym_encrypt", "pgp_sym_decrypt", "aes_encrypt", "aes_decrypt"]
                .iter()
                .any(|name| is(name))
            {
                self.arguments();
            } else if word.len() > 1 && is_name(word) {
                secret_name = true;
                // `ALTER DATABASE d SET app.jwt_secret TO 'x'`
                let rest =
                    self.text.get(after..).unwrap_or_default().trim_start_matches(['"', '`', ' ']);
                if rest.get(..3).is_some_and(|to| to.eq_ignore_ascii_case("to ")) {
                    self.at = self.text.len() - rest.len() + 3;
                    self.literal();
                }
            }
            // A statement may have been read too far, past a quote that is none: what is in it is read
            // again by itself, as long as that stays linear.
            let read = self.at.saturating_sub(after);
            if is_statement && read <= self.n_to_read_again {
                self.n_to_read_again -= read;
                self.at = after;
            }
            self.at = self.at.max(after);
        }
    }

    /// The next word; what is between is handed over byte by byte.
    fn next(&mut self, mut between: impl FnMut(u8, u8)) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        let mut before = b' ';
        while let Some(&byte) = bytes.get(self.at) {
            if byte.is_ascii_alphabetic() || byte == b'_' {
                let rest = bytes.get(self.at..).unwrap_or_default();
                let length = rest.iter().take_while(|byte| is_letter(**byte)).count();
                let word = self.text.get(self.at..self.at + length);
                let before = self.at.checked_sub(1).and_then(|at| bytes.get(at));
                self.at += length;
                // The line end of a text in quotes.
                return match before {
                    Some(b'\\') => word.map(|word| word.strip_prefix(['n', 't']).unwrap_or(word)),
                    _ => word,
                };
            }
            before = match self.at.checked_sub(1).and_then(|at| bytes.get(at)) {
                Some(&byte) => byte,
                None => before,
            };
            between(byte, before);
            self.at += 1;
        }
        None
    }

    /// Goes past some signs, and past line ends of a text in quotes.
    fn skip(&mut self, signs: &[u8]) {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            self.at += match byte {
                b'\\' if matches!(bytes.get(self.at + 1), Some(b'n' | b't' | b'r')) => 2,
                byte if signs.contains(byte) => 1,
                _ => return,
            };
        }
    }

    /// The end of the literal that begins at a place: with its prefix, or in dollars.
    fn literal_end(&mut self, start: usize) -> Option<(usize, Range<usize>)> {
        let rest = self.text.get(start..)?;
        let prefix = ["U&", "u&"].iter().find(|prefix| rest.starts_with(**prefix)).map_or_else(
            || {
                let is_prefix = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                match rest.starts_with('_') {
                    true => rest.bytes().take(16).take_while(is_prefix).count(),
                    false => {
                        usize::from(rest.starts_with(['E', 'e', 'N', 'n', 'B', 'b', 'X', 'x']))
                    }
                }
            },
            |prefix| prefix.len(),
        );
        let body = rest.get(prefix..)?;
        let begin = start + prefix;
        if body.starts_with(['\'', '"', '\\']) || body.starts_with("''") {
            let body_bare = body.trim_start_matches('\\');
            let quote = body_bare.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
            let begin = begin + (body.len() - body_bare.len()) + 1;
            if begin >= *self.no_quote.first()? && quote == '\'' {
                return Some((self.line_end(begin), begin..self.line_end(begin)));
            }
            let mut at = begin;
            let bytes = self.text.as_bytes();
            let mut n_more = usize::MAX;
            if quote == '"' {
                n_more = self.line_end(begin) - begin;
            }
            while n_more > 0
                && let Some(&byte) = bytes.get(at)
            {
                if byte == b'\\' {
                    at += 2;
                    n_more = n_more.saturating_sub(2);
                    continue;
                }
                if char::from(byte) == quote {
                    if bytes.get(at + 1) == Some(&byte) && at > begin {
                        at += 2;
                        n_more = n_more.saturating_sub(2);
                        continue;
                    }
                    // `''x''` in a text of YAML.
                    if at == begin && bytes.get(at + 1).is_some_and(|next| is_letter(*next)) {
                        let doubled = self.text.get(at + 1..).unwrap_or_default();
                        let line = doubled.split('\n').next().unwrap_or_default();
                        let length = line.find(quote).unwrap_or(line.len());
                        return Some((at + 1 + length + 2, at + 1..at + 1 + length));
                    }
                    return Some((at + 1, begin..at));
                }
                at += 1;
                n_more = n_more.saturating_sub(1);
            }
            if quote == '\''
                && let Some(no_quote) = self.no_quote.first_mut()
            {
                *no_quote = begin;
            }
            return Some((self.line_end(begin), begin..self.line_end(begin)));
        }
        let tag = body.strip_prefix('$')?;
        let length = tag.bytes().take(64).position(|byte| byte == b'$')?;
        let is_tag = tag.get(..length)?.bytes().all(is_letter)
            && !tag.starts_with(|c: char| c.is_ascii_digit());
        let tag = body.get(..length + 2).filter(|_| is_tag && prefix == 0)?;
        let inside = begin + tag.len();
        let end = match inside >= *self.no_quote.get(1)? {
            true => None,
            false => self.text.get(inside..)?.find(tag),
        };
        match end {
            Some(end) => Some((inside + end + tag.len(), inside..inside + end)),
            None => {
                if let Some(no_quote) = self.no_quote.get_mut(1) {
                    *no_quote = inside.min(*no_quote);
                }
                Some((self.line_end(inside), inside..self.line_end(inside)))
            }
        }
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        rest.find('\n').map_or(self.text.len(), |length| from + length).max(from)
    }

    /// Hides the literal that comes next, if one does.
    fn literal(&mut self) -> bool {
        let from = self.at;
        self.skip(b" \t\r\n=(");
        // `"password"` is a name that ends here.
        if self.at == from
            && self.text.as_bytes().get(from).is_none_or(|byte| !matches!(byte, b'\'' | b'$'))
        {
            return false;
        }
        let next = self.text.get(self.at..).unwrap_or_default();
        // `BY PASSWORD 'x'`
        if next.get(..9).is_some_and(|word| word.eq_ignore_ascii_case("password ")) {
            self.at += 9;
            self.skip(b" \t\r\n");
        }
        match self.literal_end(self.at) {
            Some((end, content)) => {
                self.hide(content);
                self.at = end;
                true
            }
            None => {
                self.at = from;
                false
            }
        }
    }

    /// `SET PASSWORD FOR u@h = 'x'`
    fn equals(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let ends = |byte: &u8| matches!(byte, b'=' | b';');
        if let Some(length) = rest.iter().take(256).position(ends) {
            self.at += length;
            self.literal();
        }
    }

    fn hide(&mut self, range: Range<usize>) {
        let Some(content) = self.text.get(range.clone()) else { return };
        if range.is_empty() || is_harmless(content) {
            return;
        }
        // No line end is hidden: they are counted.
        let mut at = range.start;
        for line in content.split_inclusive('\n') {
            let bare = line.trim_end();
            if !bare.is_empty() {
                self.found.push(at..at + bare.len());
            }
            at += line.len();
        }
    }

    /// `IDENTIFIED BY x`
    fn bare_word(&mut self) {
        const OTHERS: [&str; 17] = [
            "password", "random", "values", "expire", "the", "its", "their", "a", "an", "his",
            "history", "reuse", "require", "with", "as", "default", "interval",
        ];
        self.skip(b" \t\r\n");
        let rest = self.text.get(self.at..).unwrap_or_default();
        let ends = |byte: u8| b" \t\n;,\"'`=(){}".contains(&byte);
        let length = rest.bytes().position(ends).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        let is_other = OTHERS.iter().any(|other| word.eq_ignore_ascii_case(other));
        if !is_other && !word.is_empty() {
            self.hide(self.at..self.at + length);
        }
        self.at += length;
    }

    /// `DEFAULT 'x'`, `DEFAULT ('x')`, `DEFAULT concat('x', 'y')`.
    fn default(&mut self) {
        if self.literal() {
            return;
        }
        let from = self.at;
        self.skip(b" \t\r\n");
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(|byte| is_letter(*byte)) {
            self.at += 1;
        }
        match bytes.get(self.at) {
            Some(b'(') => self.arguments(),
            _ => self.at = from,
        }
    }

    /// Every literal up to the `)` that closes the next `(`.
    fn arguments(&mut self) {
        self.skip(b" \t\r\n");
        if self.text.as_bytes().get(self.at) != Some(&b'(') {
            return;
        }
        for item in self.items() {
            let mut at = item.start;
            while at < item.end {
                match self.literal_at(at) {
                    Some((end, content)) => {
                        self.hide(content);
                        at = end.max(at + 1);
                    }
                    None => at += 1,
                }
            }
        }
    }

    /// The literal at a place, if the quote is at that very place.
    fn literal_at(&mut self, at: usize) -> Option<(usize, Range<usize>)> {
        let byte = self.text.as_bytes().get(at)?;
        if !matches!(byte, b'\'' | b'$') || !self.text.is_char_boundary(at) {
            return None;
        }
        self.literal_end(at)
    }

    /// The parts between the next `(` and its `)`, which is gone past.
    fn items(&mut self) -> Vec<Range<usize>> {
        self.at += 1;
        self.parts(|_| false)
    }

    /// What commas separate, up to the `)` that closes, a `;`, or a word that ends it.
    fn parts(&mut self, is_end: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
        let mut items = Vec::new();
        let mut depth = 0_usize;
        let mut start = self.at;
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'\'' | b'$' => {
                    self.at = match self.literal_at(self.at) {
                        Some((end, _)) => end.max(self.at + 1),
                        None => self.at + 1,
                    };
                    continue;
                }
                b'(' => depth += 1,
                b')' if depth == 0 => {
                    items.push(start..self.at);
                    self.at += 1;
                    return items;
                }
                b')' => depth -= 1,
                b',' if depth == 0 => {
                    items.push(start..self.at);
                    start = self.at + 1;
                }
                b';' if depth == 0 => break,
                b'-' if bytes.get(self.at + 1) == Some(&b'-') => {
                    self.at = self.line_end(self.at);
                    continue;
                }
                byte if byte.is_ascii_alphabetic() => {
                    let rest = bytes.get(self.at..).unwrap_or_default();
                    let length = rest.iter().take_while(|byte| is_letter(**byte)).count();
                    let word = self.text.get(self.at..self.at + length).unwrap_or_default();
                    if depth == 0 && is_end(word) {
                        break;
                    }
                    self.at += length;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        items.push(start..self.at.min(self.text.len()));
        items
    }

    /// The columns of a list that are named after a secret.
    fn secret_columns(&self, items: &[Range<usize>]) -> Vec<usize> {
        let is_secret = |item: &Range<usize>| {
            let name = self.text.get(item.clone()).unwrap_or_default().trim();
            let name = name.trim_start_matches(['"', '`', '[', '\\']);
            let name =
                name.split([' ', '"', '`', ']', '\t', '\n', '\\']).next().unwrap_or_default();
            is_name(name) || name.eq_ignore_ascii_case("secret")
        };
        let numbers = items.iter().enumerate().filter(|(_, item)| is_secret(item));
        numbers.map(|(number, _)| number).collect()
    }

    /// The name of a table, and then a list in parentheses, if there is one.
    fn name(&mut self) -> String {
        self.skip(b" \t\r\n");
        let bytes = self.text.as_bytes();
        let start = self.at;
        let is_part = |byte: &u8| is_letter(*byte) || b".\"`[]\\".contains(byte) || *byte >= 0x80;
        while self.at - start < 256 && bytes.get(self.at).is_some_and(is_part) {
            self.at += 1;
        }
        let name = self.text.get(start..self.at).unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or_default();
        name.trim_matches(['"', '`', '[', ']', '\\']).to_ascii_lowercase()
    }

    fn word_is(&mut self, expected: &str) -> bool {
        self.skip(b" \t\r\n");
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is = rest.get(..expected.len()).is_some_and(|word| word.eq_ignore_ascii_case(expected))
            && !rest.as_bytes().get(expected.len()).is_some_and(|byte| is_letter(*byte));
        if is {
            self.at += expected.len();
        }
        is
    }

    /// `CREATE TABLE t (name text, password text)`: which columns are secrets.
    fn table(&mut self) {
        let from = self.at;
        if self.word_is("if") {
            self.word_is("not");
            self.word_is("exists");
        }
        let name = self.name();
        self.skip(b" \t\r\n");
        if name.is_empty() || self.text.as_bytes().get(self.at) != Some(&b'(') {
            self.at = from;
            return;
        }
        let begin = self.at;
        let items = self.items();
        let end = self.at;
        let secret = self.secret_columns(&items);
        if secret.is_empty() {
            return;
        }
        // Their defaults are found as those of any column.
        for item in secret.iter().filter_map(|number| items.get(*number)) {
            self.at = item.start;
            while let Some(word) = self.next(|_, _| {}).filter(|_| self.at <= item.end) {
                if word.eq_ignore_ascii_case("default") {
                    self.default();
                }
            }
        }
        self.tables.insert(name, secret);
        self.at = end.max(begin);
    }

    /// `INSERT INTO t (name, password) VALUES ('a', 'x')`.
    fn insert(&mut self) {
        let words = ["low_priority", "ignore", "into", "overwrite"];
        for word in words {
            self.word_is(word);
        }
        self.word_is("table");
        let name = self.name();
        if name.is_empty() {
            return;
        }
        self.skip(b" \t\r\n");
        let bytes = self.text.as_bytes();
        let secret = match bytes.get(self.at) {
            Some(b'(') => {
                let items = self.items();
                self.secret_columns(&items)
            }
            _ => self.tables.get(&name).cloned().unwrap_or_default(),
        };
        if secret.is_empty() {
            return;
        }
        let limit = self.at + 200;
        loop {
            if self.at > limit {
                return;
            }
            if self.word_is("values") || self.word_is("value") {
                break;
            }
            if self.word_is("select") {
                let items = self.parts(|word| {
                    word.eq_ignore_ascii_case("from") || word.eq_ignore_ascii_case("union")
                });
                self.hide_items(&items, &secret);
                return;
            }
            if self.text.as_bytes().get(self.at).is_none_or(|byte| *byte == b';') {
                return;
            }
            if self.next(|_, _| {}).is_none() {
                return;
            }
        }
        loop {
            self.skip(b" \t\r\n,");
            if self.text.as_bytes().get(self.at) != Some(&b'(') {
                return;
            }
            let items = self.items();
            self.hide_items(&items, &secret);
        }
    }

    fn hide_items(&mut self, items: &[Range<usize>], secret: &[usize]) {
        let start = items.first().map_or(0, |item| item.start);
        let end = items.last().map_or(0, |item| item.end);
        // Whether a `\` before a quote is one depends on the server: which value is which is unknown.
        let is_unsure = self.text.get(start..end).is_some_and(|text| text.contains('\\'));
        for (number, item) in items.iter().enumerate() {
            if !is_unsure && !secret.contains(&number) {
                continue;
            }
            let text = self.text.get(item.clone()).unwrap_or_default();
            let bare = text.trim();
            let begin = item.start + (text.len() - text.trim_start().len());
            let inner = bare.trim_matches('\'');
            let is_parameter = bare.starts_with(['?', ':'])
                || inner.is_empty()
                || bare.eq_ignore_ascii_case("default")
                || (bare.len() <= 4 && bare.starts_with('$'));
            if !is_parameter && !is_harmless(bare) {
                self.hide(begin..begin + bare.len());
            }
        }
    }

    /// `COPY t (name, password) FROM stdin;` and its rows.
    fn copy(&mut self) {
        let name = self.name();
        self.skip(b" \t\r\n");
        let bytes = self.text.as_bytes();
        let secret = match bytes.get(self.at) {
            Some(b'(') if !name.is_empty() => {
                let items = self.items();
                self.secret_columns(&items)
            }
            _ => self.tables.get(&name).cloned().unwrap_or_default(),
        };
        if secret.is_empty() || !self.word_is("from") || !self.word_is("stdin") {
            return;
        }
        let line = self.text.get(self.at..self.line_end(self.at)).unwrap_or_default();
        if let Some(rows) = line.find("\\n") {
            // The rows of a text in quotes.
            self.hide(self.at + rows..self.at + line.len());
        }
        self.at = (self.line_end(self.at) + 1).min(self.text.len());
        let rows = self.text.get(self.at..).unwrap_or_default();
        for row in rows.split_inclusive('\n') {
            let start = self.at;
            self.at += row.len();
            let line = row.trim_end_matches(['\n', '\r']);
            if line.trim() == "\\." {
                return;
            }
            let mut at = start;
            for (number, field) in line.split(['\t', ',']).enumerate() {
                let bare = field.trim();
                if (secret.contains(&number) || !line.contains('\t'))
                    && !bare.is_empty()
                    && bare != "\\N"
                {
                    let begin = at + (field.len() - field.trim_start().len());
                    self.found.push(begin..begin + bare.len());
                }
                at += field.len() + 1;
            }
        }
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
