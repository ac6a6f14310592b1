//! Rows of values: `INSERT`, `UPDATE`, `SELECT`, `VALUES`, `COPY`.

use std::ops::Range;

use crate::diag::secrets::names::is_name;
use crate::diag::secrets::sql::Reader;
use crate::diag::secrets::sql::columns::{Column, is_table_of_secrets};
use crate::diag::secrets::sql::tokens::{Kind, Token};

/// What commas separate.
pub(super) struct List {
    pub(super) items: Vec<Item>,
    /// It ended with its `)`.
    pub(super) is_closed: bool,
}

/// One of them. A list may have a million, so only what is asked for is kept.
#[derive(Default)]
pub(super) struct Item {
    /// Without what is blank around it.
    pub(super) range: Range<usize>,
    pub(super) n_tokens: usize,
    pub(super) first: Option<Token>,
    pub(super) last: Option<Token>,
    /// What is before the last token.
    before_last: Option<Kind>,
    /// It has a string.
    has_text: bool,
    /// It has a number or a string of MySQL in `"`.
    has_value: bool,
}

impl Item {
    fn push(&mut self, token: Token) {
        if self.n_tokens == 0 {
            self.range.start = token.range.start;
            self.first = Some(token.clone());
        }
        self.range.end = token.range.end;
        self.has_text |= token.kind == Kind::Text;
        self.has_value |= matches!(token.kind, Kind::Number | Kind::Name);
        self.n_tokens += 1;
        self.before_last = self.last.replace(token).map(|token| token.kind);
    }
}

/// What ends the list of a `SELECT`.
const ENDS: [&str; 13] = [
    // Within a list it stands in parentheses.
    "select",
    "from",
    "union",
    "except",
    "intersect",
    "where",
    "limit",
    "order",
    "group",
    "on",
    "returning",
    "into",
    "having",
];

impl Reader<'_, '_> {
    /// What commas separate from here on, up to the `)` that closes, a `;`, or one of some words.
    pub(super) fn list(&mut self, ends: &[&str]) -> List {
        let mut list = List { items: Vec::new(), is_closed: false };
        let mut item = Item::default();
        let mut depth = 0_usize;
        loop {
            let from = self.cursor.at;
            let Some(token) = self.cursor.token() else { break };
            match token.kind {
                Kind::Sign(b'(') => depth += 1,
                Kind::Sign(b')') if depth == 0 => {
                    list.is_closed = true;
                    break;
                }
                Kind::Sign(b')') => depth -= 1,
                Kind::Sign(b',') if depth == 0 => {
                    list.items.push(std::mem::take(&mut item));
                    continue;
                }
                Kind::Sign(b';') => {
                    self.cursor.at = from;
                    break;
                }
                Kind::Word if depth == 0 && !ends.is_empty() => {
                    let word = self.cursor.part(&token.range);
                    if ends.iter().any(|end| word.eq_ignore_ascii_case(end)) {
                        self.cursor.at = from;
                        break;
                    }
                }
                Kind::Word | Kind::Name | Kind::Text | Kind::Number | Kind::Sign(_) => {}
            }
            item.push(token);
        }
        if item.n_tokens > 0 || !list.items.is_empty() {
            list.items.push(item);
        }
        list
    }

    /// `INSERT INTO t (name, password) VALUES ('a', 'x')` and what is like it. After `INTO` and `REPLACE`
    /// something else may follow, as in a function of that name.
    pub(super) fn insert(&mut self, is_unsure: bool) {
        const MODIFIERS: [&str; 16] = [
            "low_priority",
            "delayed",
            "high_priority",
            "ignore",
            "or",
            "replace",
            "rollback",
            "abort",
            "fail",
            "all",
            "first",
            "overwrite",
            "into",
            "table",
            "function",
            "only",
        ];
        while MODIFIERS.iter().any(|word| self.cursor.word_is(word)) {}
        let from = self.cursor.at;
        let is_function = self.cursor.sign_is(b'(');
        self.cursor.at = from;
        let name = if is_function { String::new() } else { self.name() };
        if name.is_empty() && (is_unsure || !is_function) {
            return;
        }
        let mut columns = self.tables.get(&name).cloned().flatten();
        let (mut is_named, mut is_partition) = (false, false);
        // What may be between the name of the table and its rows is short.
        for _ in 0..64 {
            let start = self.cursor.at;
            let Some(token) = self.cursor.token() else { return };
            let word = self.cursor.part(&token.range);
            let is = |other: &str| token.kind == Kind::Word && word.eq_ignore_ascii_case(other);
            if token.kind == Kind::Sign(b'(') {
                if self.cursor.word_is("select") {
                    self.cursor.at = token.range.end;
                    return self.selects(columns.as_deref());
                }
                let list = self.list(&[]);
                if !list.is_closed {
                    return;
                }
                if !std::mem::take(&mut is_partition) {
                    let is_of_secrets = is_table_of_secrets(&name);
                    (columns, is_named) = (self.columns_of(&list, is_of_secrets), true);
                }
            } else if is("values") && self.cursor.byte(self.cursor.at) != Some(b'.') || is("value")
            {
                // `OVERRIDING SYSTEM VALUE VALUES (...)`
                let from = self.cursor.at;
                if is("value") && self.cursor.token().is_some_and(|next| next.kind == Kind::Word) {
                    self.cursor.at = from;
                    continue;
                }
                self.cursor.at = from;
                return self.rows(columns.as_deref());
            } else if is("select") {
                self.cursor.at = start;
                return self.selects(columns.as_deref());
            } else if is("with") && (is_named || !is_unsure) {
                // Which of its values ends up where is not looked at.
                return self.hide_statement();
            } else if is("set") || token.kind == Kind::Sign(b';') || is("from") || is("using") {
                return;
            } else if is("format") && !is_unsure {
                return self.formatted();
            } else if is("partition") {
                is_partition = true;
            }
        }
    }

    /// Every string up to the `;`.
    fn hide_statement(&mut self) {
        let start = self.cursor.at;
        while self.cursor.token().is_some_and(|token| token.kind != Kind::Sign(b';')) {}
        self.hide_texts(start..self.cursor.at);
    }

    /// Rows of values in parentheses, with commas between.
    pub(super) fn rows(&mut self, columns: Option<&[Column]>) {
        loop {
            self.cursor.skip(b",");
            self.cursor.word_is("row");
            if !self.cursor.sign_is(b'(') {
                break;
            }
            let start = self.cursor.at;
            let list = self.list(&[]);
            self.hide_row(&list, start..self.cursor.at, columns, true);
        }
        self.rows_to = self.cursor.at;
    }

    /// The lists of `SELECT ... UNION SELECT ...`.
    fn selects(&mut self, columns: Option<&[Column]>) {
        let mut depth = 0_usize;
        while let Some(token) = self.cursor.token() {
            match token.kind {
                // `SELECT n, p FROM (VALUES ('a', 'x')) AS s(n, p)`: which is which is not looked at.
                Kind::Sign(b'(') if self.cursor.word_is("values") => {
                    depth += 1;
                    self.rows(None);
                }
                Kind::Sign(b'(') => depth += 1,
                Kind::Sign(b')') if depth == 0 => return,
                Kind::Sign(b')') => depth -= 1,
                Kind::Sign(b';') => return,
                Kind::Word if depth == 0 => {
                    let word = self.cursor.part(&token.range);
                    if word.eq_ignore_ascii_case("select") {
                        let start = self.select_start();
                        let list = self.list(&ENDS);
                        self.hide_row(&list, start..self.cursor.at, columns, false);
                        if list.is_closed {
                            return;
                        }
                    } else if word.eq_ignore_ascii_case("values") {
                        self.rows(columns);
                    }
                }
                Kind::Word | Kind::Name | Kind::Text | Kind::Number | Kind::Sign(_) => {}
            }
        }
    }

    fn select_start(&mut self) -> usize {
        let _ = self.cursor.word_is("distinct") || self.cursor.word_is("all");
        self.cursor.at
    }

    /// `SELECT 'a' AS name, 'x' AS password`
    pub(super) fn select(&mut self) {
        self.select_start();
        let list = self.list(&ENDS);
        for item in &list.items {
            let is_alias = match item.before_last {
                Some(Kind::Word | Kind::Text | Kind::Sign(b')')) => item.n_tokens > 1,
                Some(Kind::Name | Kind::Number | Kind::Sign(_)) | None => false,
            };
            let name = item.last.as_ref().filter(|_| is_alias && item.has_text);
            let is_named = |name: &&Token| matches!(name.kind, Kind::Word | Kind::Name);
            if let Some(name) = name.filter(is_named)
                && is_name(self.cursor.part(&name.content))
            {
                self.hide(item.range.start..self.bare_end(item.range.start, name.range.start));
            }
        }
    }

    /// Where a text ends that is followed by an alias.
    fn bare_end(&self, start: usize, alias: usize) -> usize {
        let before = self.cursor.part(&(start..alias)).trim_end();
        let is_as = before.get(before.len().saturating_sub(3)..).is_some_and(|end| {
            end.trim_start_matches([')', '\'']).trim_start().eq_ignore_ascii_case("as")
        });
        let length = before.len() - if is_as { 2 } else { 0 };
        start + before.get(..length).unwrap_or_default().trim_end().len()
    }

    /// `(VALUES ('a', 'x')) AS t(name, password)`
    pub(super) fn values(&mut self) {
        if self.cursor.at < self.rows_to {
            return;
        }
        let start = self.cursor.at;
        let mut n_rows = 0;
        loop {
            self.cursor.skip(b",");
            self.cursor.word_is("row");
            if !self.cursor.sign_is(b'(') {
                break;
            }
            if !self.list(&[]).is_closed {
                return;
            }
            n_rows += 1;
        }
        let end = self.cursor.at;
        if n_rows == 0 || !self.cursor.sign_is(b')') {
            return;
        }
        self.cursor.word_is("as");
        if self.name().is_empty() || !self.cursor.sign_is(b'(') {
            return;
        }
        let list = self.list(&[]);
        let columns = self.columns(&list);
        if list.is_closed && columns.as_ref().is_none_or(|columns| is_of_interest(columns)) {
            self.cursor.at = start;
            self.rows(columns.as_deref());
        }
        self.cursor.at = self.cursor.at.max(end);
    }

    /// `s (name, password) AS (VALUES ('a', 'x'))`, `VIEW v (name, password) AS SELECT 'a', 'x'`.
    pub(super) fn named_columns(&mut self) {
        let after = self.cursor.at;
        let group = self.group.range.clone();
        let between = self.cursor.part(&(group.end + 1..after.saturating_sub(2)));
        let is_before = !group.is_empty()
            && group.end < after
            && between.len() < 256
            && between.trim_start_matches([' ', '\n', '\t', '\r', '"']).is_empty();
        if !is_before {
            return;
        }
        self.cursor.word_is("not");
        self.cursor.word_is("materialized");
        self.cursor.skip(b"(");
        let is_rows = self.cursor.peek().is_some_and(|token| {
            let word = self.cursor.part(&token.range);
            word.eq_ignore_ascii_case("values") || word.eq_ignore_ascii_case("select")
        });
        if !is_rows {
            return;
        }
        let body = self.cursor.at;
        self.cursor.at = group.start;
        let list = self.list(&[]);
        let columns = self.columns(&list);
        self.cursor.at = body;
        if let Some(columns) = columns.filter(|columns| is_of_interest(columns)) {
            self.selects(Some(&columns));
        }
    }

    /// Hides what is secret in a row: the values of its secret columns, and what belongs to the name of
    /// a secret. All of them, where it is not known which column is which.
    fn hide_row(
        &mut self,
        list: &List,
        range: Range<usize>,
        columns: Option<&[Column]>,
        is_values: bool,
    ) {
        if columns.is_some_and(|columns| !is_of_interest(columns)) {
            return;
        }
        let columns = columns.filter(|columns| columns.len() == list.items.len());
        // Whether a `\` before a quote is one depends on the server, and so does what `--` begins.
        let text = self.cursor.part(&range);
        let dashes = text.match_indices("--").map(|(at, _)| at);
        let not_comments: Vec<usize> =
            dashes.filter(|at| !text.get(at + 2..).is_some_and(is_apart)).collect();
        let is_unsure = text.contains('\\') || !not_comments.is_empty();
        let names_secret = |item: &Item| {
            item.first.as_ref().is_some_and(|token| {
                let text = self.cursor.part(&token.content);
                token.kind == Kind::Text
                    && item.n_tokens == 1
                    && !text.contains(' ')
                    && is_name(text)
            })
        };
        let of = |number: usize| columns.and_then(|columns| columns.get(number)).copied();
        let is_secret_setting = list
            .items
            .iter()
            .enumerate()
            .any(|(number, item)| of(number) == Some(Column::Key) && names_secret(item));
        let hidden = list.items.iter().enumerate().filter(|(number, item)| {
            let is_value = item.has_text || (is_values && item.has_value);
            let is_secret = match of(*number) {
                None => item.has_text || (is_values && is_string(item)),
                Some(Column::Secret) => true,
                Some(Column::Value) => is_secret_setting,
                Some(Column::Key | Column::Other) => false,
            };
            is_value && (is_secret || is_unsure)
        });
        let hidden: Vec<Range<usize>> = hidden.map(|(_, item)| item.range.clone()).collect();
        for range in hidden {
            let content = self.cursor.part(&range);
            if !content.trim_matches('\'').is_empty() {
                self.hide(range);
            }
        }
        for at in not_comments.iter().map(|at| range.start + at) {
            self.hide(at..self.cursor.line_end(at));
        }
    }

    /// What follows `SET` and `ON DUPLICATE KEY UPDATE`: `name = 'a', (b, password) = ('b', 'x')`.
    pub(super) fn assignments(&mut self) {
        const ENDS: [&str; 7] = ["where", "from", "returning", "on", "when", "order", "limit"];
        let start = self.cursor.at;
        let list = self.list(&ENDS);
        let assigned = list.items.iter().map(|item| item.range.clone()).collect::<Vec<_>>();
        let end = self.cursor.at;
        let mut values = Vec::new();
        for item in assigned {
            self.cursor.at = item.start;
            if self.cursor.sign_is(b'(') {
                self.assigned_row(item.end);
                continue;
            }
            let target = self.name();
            if self.cursor.sign_is(b'=') && Column::of(&target) == Column::Value {
                values.push(self.cursor.at..item.end);
            }
        }
        // `SET value = 'x' WHERE key = 'api_key'`
        self.cursor.at = end;
        if !values.is_empty() && self.names_secret_below() {
            values.into_iter().for_each(|range| self.hide_texts(range));
        }
        self.cursor.at = end.max(start);
    }

    /// `(name, password) = ('a', 'x')`
    fn assigned_row(&mut self, end: usize) {
        let list = self.list(&[]);
        let columns = self.columns(&list);
        if !list.is_closed || !self.cursor.sign_is(b'=') {
            return;
        }
        self.cursor.word_is("row");
        if self.cursor.at < end && self.cursor.sign_is(b'(') {
            let from = self.cursor.at;
            if self.cursor.word_is("select") {
                self.cursor.at = from;
                return self.selects(columns.as_deref());
            }
            let list = self.list(&[]);
            self.hide_row(&list, from..self.cursor.at, columns.as_deref(), true);
        }
    }

    /// Whether the rest of a statement compares something with the name of a secret.
    fn names_secret_below(&mut self) -> bool {
        for _ in 0..64 {
            match self.cursor.token() {
                Some(token) if token.kind == Kind::Text => {
                    if is_name(self.cursor.part(&token.content)) {
                        return true;
                    }
                }
                Some(token) if token.kind != Kind::Sign(b';') => {}
                Some(_) | None => return false,
            }
        }
        false
    }

    /// `COPY t (name, password) FROM stdin;` and its rows.
    pub(super) fn copy(&mut self) {
        let name = self.name();
        if name.is_empty() {
            return;
        }
        let mut columns = self.tables.get(&name).cloned().flatten();
        if self.cursor.sign_is(b'(') {
            let list = self.list(&[]);
            columns = self.columns(&list);
        }
        if !self.cursor.word_is("from") || !self.cursor.word_is("stdin") {
            return;
        }
        if columns.as_ref().is_some_and(|columns| !is_of_interest(columns)) {
            return;
        }
        let line_end = self.cursor.line_end(self.cursor.at);
        let line = self.cursor.part(&(self.cursor.at..line_end));
        if let Some(rows) = line.find("\\n") {
            // The rows of a text in quotes.
            self.hide(self.cursor.at + rows..line_end);
        }
        self.cursor.at = (line_end + 1).min(self.cursor.text.len());
        let rows = self.cursor.rest();
        for row in rows.split_inclusive('\n') {
            let start = self.cursor.at;
            self.cursor.at += row.len();
            let line = row.trim_end_matches(['\n', '\r']);
            if line.trim() == "\\." {
                return;
            }
            self.copied_row(line, start, columns.as_deref());
        }
    }

    fn copied_row(&mut self, line: &str, start: usize, columns: Option<&[Column]>) {
        let n_fields = line.split('\t').count();
        let columns = columns.filter(|columns| columns.len() == n_fields && n_fields > 1);
        let mut at = start;
        for (number, field) in line.split('\t').enumerate() {
            let bare = field.trim();
            let is_secret = match columns.and_then(|columns| columns.get(number)) {
                None | Some(Column::Secret | Column::Value) => true,
                Some(Column::Key | Column::Other) => false,
            };
            if is_secret && !bare.is_empty() && bare != "\\N" {
                let begin = at + (field.len() - field.trim_start().len());
                self.found.push(begin..begin + bare.len());
            }
            at += field.len() + 1;
        }
    }

    /// `FORMAT CSV` and lines of it, up to an empty one.
    fn formatted(&mut self) {
        let from = self.cursor.at;
        self.cursor.token();
        if self.cursor.part(&(from..self.cursor.at)).trim().eq_ignore_ascii_case("values") {
            return self.rows(None);
        }
        let start = self.cursor.line_end(self.cursor.at);
        let rest = self.cursor.text.get(start..).unwrap_or_default();
        let length = rest.find("\n\n").unwrap_or(rest.len());
        self.cursor.at = start + length;
        self.hide(start..start + length);
    }
}

/// Whether values may be secret: a column is one, or names what its neighbour is.
fn is_of_interest(columns: &[Column]) -> bool {
    columns.contains(&Column::Secret)
        || (columns.contains(&Column::Key) && columns.contains(&Column::Value))
}

/// A string of MySQL in `"`.
fn is_string(item: &Item) -> bool {
    item.n_tokens == 1 && item.first.as_ref().is_some_and(|token| token.kind == Kind::Name)
}

fn is_apart(rest: &str) -> bool {
    rest.starts_with([' ', '\t', '\n', '\r']) || rest.is_empty()
}
