//! Secrets in SQL: the passwords of users, defaults and rows of columns that are named after one, and
//! the arguments of functions.
//!
//! A text may hold SQL among other things, so that nothing is taken for granted about what is before
//! a word: each word that may begin something is looked at by itself, and what follows it is read in
//! tokens. Where it is not known which value is whose, all of them are hidden.

mod calls;
mod columns;
mod named;
mod rows;
mod tokens;
mod users;

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
                return calls::is_of_sql(word)
                    || (3..=15).contains(&word.len())
                        && WORDS.iter().any(|sql| word.eq_ignore_ascii_case(sql));
            }
            _ => {}
        }
        false
    })
}

const WORDS: [&str; 30] = [
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
    "policy",
    "returns",
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
    /// In a function that returns a secret, as its name says.
    is_of_secret_function: bool,
    /// In a list of names and literals without a `=`.
    is_of_options: bool,
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
                context.is_of_options = false;
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
        if self.context.changes.is_some() && (is("user") || is("role") || is("login") || is("link"))
        {
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
        } else if is("function") {
            let from = self.cursor.at;
            self.context.is_of_secret_function = returns_secret(&self.name());
            self.cursor.at = from;
        } else if is("return") {
            if self.context.is_of_secret_function {
                self.literal_here();
            }
        } else if is("secret") && self.context.changes.is_some() && self.new_secret() {
            // `CREATE SECRET s AS 'x'`
        } else if is("secret") {
            // `CREATE SECRET s (TYPE s3, SECRET 'x')`; elsewhere a literal follows nothing.
            if self.context.is_of_credential || self.cursor.rest().starts_with(" '") {
                self.literal();
            }
        } else if is("options") {
            let rest = self.cursor.rest();
            self.context.is_of_options = rest.starts_with('(') || rest.starts_with(" (");
        } else if is("default") || is("always") {
            if self.context.has_secret_name {
                self.default();
            } else {
                self.default_for();
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
            if self.context.is_of_secret_function {
                let from = self.cursor.at;
                self.literal_here();
                self.cursor.at = from;
            }
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
        } else if word.len() > 1 && is_name(word) && !self.names_object(word) {
            let is_quoted = matches!(before, Some(b'\'' | b'"'));
            self.secret_name(word.contains('_') && !is_quoted);
        }
        false
    }

    /// Hides the literal that comes next, after a `=` or `(`.
    fn literal(&mut self) -> bool {
        let from = self.cursor.at;
        self.cursor.skip(b"=(:");
        // `"password"` is a name that ends here.
        let is_apart = self.cursor.at > from || self.cursor.byte(from) == Some(b'$');
        if is_apart && self.cursor.word_is("password") {
            // `BY PASSWORD 'x'`
            self.cursor.skip(b"");
        }
        // The literal has ended: `'ALTER ROLE r PASSWORD ' || quote_literal('x')`.
        let next = self.cursor.peek().filter(|token| is_apart && token.kind == Kind::Text);
        if let Some(joint) = next
            && self.cursor.part(&joint.content).trim_start().starts_with("||")
        {
            let rest = self.cursor.part(&(joint.range.end..self.cursor.text.len()));
            let length = rest.find(['\'', '\n']).unwrap_or(rest.len());
            self.hide(joint.range.end..joint.range.end + length);
            self.cursor.at = joint.range.end + length;
            return true;
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

/// Whether a function is called after the secret that it returns: `get_api_key`, and not `reset_password`.
fn returns_secret(name: &str) -> bool {
    let first = name.split('_').next().unwrap_or_default();
    let is_noun =
        matches!(first, "get" | "current" | "my" | "app" | "the" | "default" | "jwt" | "api");
    is_name(name) && (is_noun || !name.contains('_'))
}

/// Longer lists are no arguments; each name of a secret may have one.
const MAX_ARGUMENTS_LEN: usize = 4096;

/// What stands for a value that comes later.
fn is_parameter(value: &str) -> bool {
    let name = value.trim().strip_prefix([':', '@', '?', '$']);
    name.is_some_and(|name| name.len() <= 40 && name.bytes().all(is_letter))
}
