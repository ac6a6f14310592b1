//! Secrets in SQL: the passwords of users, defaults and rows of columns that are named after one, and
//! the arguments of functions.
//!
//! A text may hold SQL among other things, so that nothing is taken for granted about what is before
//! a word: each word that may begin something is looked at by itself, and what follows it is read in
//! tokens. Where it is not known which value is whose, all of them are hidden.

mod calls;
mod columns;
mod rows;
mod tokens;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diag::secrets::names::is_name;
use crate::diag::secrets::sql::columns::Column;
use crate::diag::secrets::sql::tokens::{Cursor, Kind, is_letter};
use crate::diag::secrets::values::is_harmless;

/// Hands over the places of secrets in statements.
pub(super) fn secrets(text: &str, found: &mut Vec<Range<usize>>) {
    if !has_sql(text) {
        return;
    }
    let mut reader = Reader {
        cursor: Cursor::new(text),
        tables: BTreeMap::new(),
        n_to_read_again: 2 * text.len() + MAX_ARGUMENTS_LEN,
        rows_to: 0,
        hidden_to: 0,
        group: Group::default(),
        context: Context::default(),
        found,
    };
    reader.words();
    // Nobody writes such a text, and what is in it is not known: all of it is hidden.
    if reader.cursor.is_spent() {
        found.push(0..text.len());
    }
}

/// Whether one of the words is in a text that [`Reader::word`] looks at.
fn has_sql(text: &str) -> bool {
    let mut start = None;
    text.bytes().chain([b' ']).enumerate().any(|(at, byte)| {
        match (start, is_letter(byte)) {
            (None, true) => start = Some(at),
            (Some(begin), false) => {
                start = None;
                let word = text.get(begin..at).unwrap_or_default();
                return calls::is_call(word)
                    || (3..=15).contains(&word.len())
                        && WORDS.iter().any(|sql| word.eq_ignore_ascii_case(sql));
            }
            _ => {}
        }
        false
    })
}

const WORDS: [&str; 28] = [
    "password",
    "passwd",
    "identified",
    "default",
    "insert",
    "replace",
    "upsert",
    "into",
    "values",
    "copy",
    "credential",
    "secret",
    "alter",
    "database",
    "update",
    "select",
    "set",
    "view",
    "declare",
    "pragma",
    "attach",
    "exec",
    "execute",
    "call",
    "options",
    "where",
    "table",
    "always",
];

/// The last list in parentheses that has none within: what stands before an `AS` may be columns.
#[derive(Default)]
struct Group {
    open: Option<usize>,
    range: Range<usize>,
}

/// What the words before say about the next.
#[derive(Default)]
struct Context {
    /// A name of a secret since the last `,`: a column that may have a default.
    has_secret_name: bool,
    /// How many words ago these were; nothing where they are far.
    identified: Option<u8>,
    changes: Option<u8>,
    attach: Option<u8>,
    is_of_credential: bool,
    is_of_user: bool,
    depth_of_type: usize,
    is_after_key: bool,
}

impl Context {
    fn next_word(&mut self) {
        let older = |n_words: Option<u8>, most: u8| n_words.filter(|n| *n < most).map(|n| n + 1);
        self.identified = older(self.identified, 6);
        self.changes = older(self.changes, 3);
        self.attach = older(self.attach, 8);
    }
}

struct Reader<'a, 'f> {
    cursor: Cursor<'a>,
    /// The columns of tables; nothing where they are not known any more.
    tables: BTreeMap<String, Option<Vec<Column>>>,
    /// How many bytes may still be read a second time.
    n_to_read_again: usize,
    /// Rows up to here belong to a statement that was read.
    rows_to: usize,
    /// Lines up to here are hidden to their end.
    hidden_to: usize,
    group: Group,
    context: Context,
    found: &'f mut Vec<Range<usize>>,
}

impl<'a> Reader<'a, '_> {
    fn words(&mut self) {
        while let Some(byte) = self.cursor.byte(self.cursor.at) {
            if !(byte.is_ascii_alphabetic() || byte == b'_') {
                self.sign(byte);
                self.cursor.at += 1;
                continue;
            }
            let start = self.cursor.at;
            let bytes = self.cursor.text.as_bytes().get(start..).unwrap_or_default();
            let length = bytes.iter().take_while(|byte| is_letter(**byte)).count();
            let word = self.cursor.part(&(start..start + length));
            let before = start.checked_sub(1).and_then(|at| self.cursor.byte(at));
            // The line end of a text in quotes.
            let word = match before {
                Some(b'\\') => word.strip_prefix(['n', 't']).unwrap_or(word),
                _ => word,
            };
            let after = start + length;
            self.cursor.at = after;
            let is_statement = self.word(word, before);
            let read_to = self.cursor.at.max(after);
            let read = read_to - after;
            self.cursor.at = read_to;
            if !is_statement {
                continue;
            }
            // A statement may have been read too far, past a quote that is none: what is in it is read
            // again by itself, as long as that stays linear. After that it is hidden.
            match self.n_to_read_again.checked_sub(read) {
                Some(left) => (self.n_to_read_again, self.cursor.at) = (left, after),
                None => self.hide(after..read_to),
            }
        }
    }

    fn sign(&mut self, byte: u8) {
        let at = self.cursor.at;
        let context = &mut self.context;
        match byte {
            b'(' => {
                self.group.open = Some(at + 1);
                let before = at.checked_sub(1).and_then(|at| self.cursor.byte(at));
                context.depth_of_type += usize::from(before.is_some_and(is_letter));
            }
            b')' => {
                if let Some(open) = self.group.open.take() {
                    self.group.range = open..at;
                }
                context.depth_of_type = context.depth_of_type.saturating_sub(1);
            }
            b',' if context.depth_of_type == 0 || !context.has_secret_name => {
                context.has_secret_name = false;
            }
            b';' | b'{' | b'}' => *context = Context::default(),
            _ => {}
        }
    }

    /// Looks at a word and what follows it; says whether that was a statement or a list.
    fn word(&mut self, word: &str, before: Option<u8>) -> bool {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        self.context.next_word();
        let is_after_key = std::mem::replace(&mut self.context.is_after_key, is("key"));
        if self.context.changes.is_some() && (is("user") || is("role") || is("login")) {
            self.context.is_of_user = true;
        }
        if is("identified") {
            self.context.identified = Some(0);
        } else if self.context.identified.is_some() && (is("by") || is("as") || is("using")) {
            self.identified_by();
        } else if before == Some(b'$') {
            // A variable of a shell.
        } else if is("password") || is("passwd") {
            self.password(before);
        } else if is("create") || is("alter") || is("grant") {
            self.context.changes = Some(0);
        } else if is("credential") {
            self.context.is_of_credential = true;
        } else if is("secret") {
            // `CREATE SECRET s (TYPE s3, SECRET 'x')`; elsewhere a literal follows nothing.
            if self.context.is_of_credential || self.cursor.rest().starts_with(" '") {
                self.literal();
            }
        } else if is("default") || is("always") {
            if self.context.has_secret_name {
                self.default();
            }
        } else if is("attach") {
            self.context.attach = Some(0);
        } else if is("key") && self.context.attach.is_some() {
            self.literal();
        } else if is("pragma") {
            self.pragma();
        } else if is("exec") || is("execute") || is("call") {
            self.procedure();
        } else if is("key_update") || (is("update") && is_after_key) || is("set") {
            self.assignments();
            return true;
        } else if is("insert") || is("replace") || is("upsert") || is("into") {
            self.insert(is("into") || is("replace"));
            return true;
        } else if is("values") {
            self.values();
            return true;
        } else if is("select") {
            self.select();
            return true;
        } else if is("as") {
            self.named_columns();
            return true;
        } else if is("copy") {
            self.copy();
            return true;
        } else if is("table") {
            self.table();
            return true;
        } else if calls::is_call(word) {
            self.call(word);
            return true;
        } else if word.len() > 1 && is_name(word) {
            self.secret_name(word.contains('_') && !matches!(before, Some(b'\'' | b'"')));
        }
        false
    }

    /// `IDENTIFIED BY 'x'`, and `IDENTIFIED BY x` where a user is created.
    fn identified_by(&mut self) {
        self.context.identified = None;
        if !self.literal() && self.context.is_of_user {
            self.bare_word();
        }
        // Oracle: `IDENTIFIED BY x REPLACE y`.
        if self.context.is_of_user && self.cursor.word_is("replace") && !self.literal() {
            self.bare_word();
        }
    }

    /// `PASSWORD 'x'`, `SET PASSWORD FOR u = 'x'`; a column called that may have a default.
    fn password(&mut self, before: Option<u8>) {
        let from = self.cursor.at;
        if before != Some(b'\'') && !self.literal() {
            if self.cursor.word_is("for") {
                self.equals();
            } else if self.context.is_of_user && self.cursor.byte(from) != Some(b'(') {
                self.bare_word();
            } else {
                self.cursor.at = from;
                self.secret_name(false);
            }
        }
        self.context.has_secret_name = true;
    }

    /// What a name of a secret is set to or compared with: `api_token = 'x'`, `token IN ('x', 'y')`,
    /// `v_password text := 'x'`.
    fn secret_name(&mut self, may_be_option: bool) {
        const OPERATORS: [&str; 4] = ["to", "in", "like", "ilike"];
        const OTHERS: [&str; 16] = [
            "from", "where", "and", "or", "on", "using", "set", "as", "values", "order", "group",
            "for", "when", "then", "join", "default",
        ];
        self.context.has_secret_name = true;
        let from = self.cursor.at;
        // `SECRET_ACCESS_KEY 'x'`
        if may_be_option && self.literal_here() {
            return;
        }
        let mut depth = 0_usize;
        while matches!(self.cursor.byte(self.cursor.at), Some(b'"' | b'`' | b']' | b'\\')) {
            self.cursor.at += 1;
        }
        for n_words in 0..10 {
            let Some(token) = self.cursor.token() else { break };
            match token.kind {
                Kind::Sign(b'=' | b'<' | b'>' | b'!' | b':') => {
                    while matches!(self.cursor.byte(self.cursor.at), Some(b'=' | b'>')) {
                        self.cursor.at += 1;
                    }
                    // The type of a constant, and what a `CAST` of it is.
                    if token.kind == Kind::Sign(b':') && self.cursor.at == token.range.end {
                        continue;
                    }
                    return self.value(from);
                }
                Kind::Word => {
                    let word = self.cursor.part(&token.range);
                    let is = |other: &&str| word.eq_ignore_ascii_case(other);
                    if n_words == 0 && OPERATORS.iter().any(&is) {
                        return self.value(from);
                    }
                    if OTHERS.iter().any(is) {
                        break;
                    }
                }
                Kind::Sign(b'(') => depth += 1,
                Kind::Sign(b')') if depth > 0 => depth -= 1,
                Kind::Number => {}
                Kind::Text | Kind::Name | Kind::Sign(_) => break,
            }
        }
        self.cursor.at = from;
    }

    /// A literal, or those in parentheses or among the arguments of a function.
    fn value(&mut self, from: usize) {
        let start = self.cursor.at;
        if self.literal_here() {
            return;
        }
        self.cursor.skip(b"");
        if self.cursor.peek().is_some_and(|token| token.kind == Kind::Word) {
            self.cursor.token();
        }
        match self.cursor.byte(self.cursor.at) {
            Some(b'(') if self.cursor.at - start < 64 => {
                self.cursor.at += 1;
                self.short_list();
            }
            _ => {}
        }
        self.cursor.at = from;
    }

    /// Every string up to the `)` that closes. Each name of a secret may be followed by such a list, which
    /// the next one reads again.
    fn short_list(&mut self) {
        let start = self.cursor.at;
        let Some(left) = self.n_to_read_again.checked_sub(MAX_ARGUMENTS_LEN) else {
            return self.hide_line(start);
        };
        let mut depth = 1_usize;
        while self.cursor.at - start < MAX_ARGUMENTS_LEN
            && let Some(token) = self.cursor.token()
        {
            match token.kind {
                Kind::Sign(b'(') => depth += 1,
                Kind::Sign(b')') => depth -= 1,
                Kind::Sign(b';') => break,
                Kind::Word | Kind::Name | Kind::Text | Kind::Number | Kind::Sign(_) => {}
            }
            if depth == 0 {
                self.hide_texts(start..self.cursor.at);
                break;
            }
        }
        self.n_to_read_again = left + MAX_ARGUMENTS_LEN.saturating_sub(self.cursor.at - start);
    }

    /// Hides the literal that comes next, after a `=` or `(`.
    fn literal(&mut self) -> bool {
        let from = self.cursor.at;
        self.cursor.skip(b"=(:");
        // `"password"` is a name that ends here.
        let is_apart =
            self.cursor.at > from || matches!(self.cursor.byte(from), Some(b'\'' | b'$'));
        if is_apart && self.cursor.word_is("password") {
            // `BY PASSWORD 'x'`
            self.cursor.skip(b"");
        }
        if is_apart && self.literal_here() {
            return true;
        }
        self.cursor.at = from;
        false
    }

    /// Hides the string, or the string of MySQL in `"`, that is the next token.
    fn literal_here(&mut self) -> bool {
        let from = self.cursor.at;
        let token = self.cursor.token();
        match token.filter(|token| {
            let is_string = self.cursor.part(&token.range).starts_with(['"', '\\']);
            token.kind == Kind::Text || token.kind == Kind::Name && is_string
        }) {
            Some(token) => {
                self.hide(token.content);
                true
            }
            None => {
                self.cursor.at = from;
                false
            }
        }
    }

    /// `SET PASSWORD FOR u@h = 'x'`
    fn equals(&mut self) {
        let rest = self.cursor.rest().as_bytes();
        let ends = |byte: &u8| matches!(byte, b'=' | b';');
        if let Some(length) = rest.iter().take(256).position(ends) {
            self.cursor.at += length;
            self.literal();
        }
    }

    /// `IDENTIFIED BY x`
    fn bare_word(&mut self) {
        const OTHERS: [&str; 19] = [
            "password", "random", "values", "expire", "the", "its", "their", "a", "an", "his",
            "history", "reuse", "require", "with", "as", "default", "interval", "null", "for",
        ];
        self.cursor.skip(b"");
        let rest = self.cursor.rest();
        let ends = |byte: u8| b" \t\n;,\"'`=(){}".contains(&byte);
        let length = rest.bytes().position(ends).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        let is_other = OTHERS.iter().any(|other| word.eq_ignore_ascii_case(other));
        if !is_other && !word.is_empty() {
            self.hide(self.cursor.at..self.cursor.at + length);
        }
        self.cursor.at += length;
    }

    /// `DEFAULT 'x'`, `DEFAULT ('x')`, `DEFAULT concat('x', 'y')`, `GENERATED ALWAYS AS ('x')`.
    fn default(&mut self) {
        if self.literal() {
            return;
        }
        let from = self.cursor.at;
        let mut token = self.cursor.token();
        if token.as_ref().is_some_and(|token| token.kind == Kind::Word) {
            token = self.cursor.token();
        }
        if token.is_some_and(|token| token.kind == Kind::Sign(b'(')) {
            self.short_list();
        }
        self.cursor.at = from;
    }

    /// `PRAGMA key = 'x'` of SQLCipher.
    fn pragma(&mut self) {
        let from = self.cursor.at;
        if ["key", "rekey", "hexkey", "hexrekey", "textkey"]
            .iter()
            .any(|name| self.cursor.word_is(name))
        {
            self.literal();
        }
        self.cursor.at = from;
    }

    /// The rest of a line, once.
    fn hide_line(&mut self, start: usize) {
        if start >= self.hidden_to {
            self.hidden_to = self.cursor.line_end(start);
            self.hide(start..self.hidden_to);
        }
    }

    /// Every string of a part that was read.
    fn hide_texts(&mut self, range: Range<usize>) {
        let to = self.cursor.at;
        self.cursor.at = range.start;
        while self.cursor.at < range.end
            && let Some(token) = self.cursor.token()
        {
            let is_string = self.cursor.part(&token.range).starts_with(['"', '\\']);
            if token.kind == Kind::Text || token.kind == Kind::Name && is_string {
                self.hide(token.content);
            }
        }
        self.cursor.at = to;
    }

    fn hide(&mut self, range: Range<usize>) {
        let content = self.cursor.part(&range);
        if content.is_empty() || is_harmless(content) || is_parameter(content) {
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
}

/// Longer lists are no arguments; each name of a secret may have one.
const MAX_ARGUMENTS_LEN: usize = 4096;

/// What stands for a value that comes later.
fn is_parameter(value: &str) -> bool {
    let name = value.trim().strip_prefix([':', '@', '?', '$']);
    name.is_some_and(|name| name.len() <= 40 && name.bytes().all(is_letter))
}
