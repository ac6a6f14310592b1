//! What a key or an index is made of, and the options behind it.

use crate::definition::{Key, KeyKind};
use crate::parse::read::cursor::Cursor;
use crate::parse::read::empty_key;
use crate::parse::token::Kind;

impl Cursor<'_> {
    /// `(a, b(10) desc, lower(c))`: what a key or index is made of.
    pub(crate) fn key_columns(&mut self, kind: KeyKind) -> Option<Key> {
        let start = self.start();
        if !self.eat_symbol(b'(') {
            self.missing("(");
            return None;
        }
        let mut key = empty_key(kind, self.locate(start..start));
        loop {
            if self.next_is(b',') || self.next_is(b')') {
                self.stray_comma();
                if !self.eat_symbol(b',') {
                    break;
                }
                continue;
            }
            if self.list_is_open() {
                return Some(key);
            }
            self.key_part(&mut key);
            if self.next_is(b')') {
                break;
            }
            if self.at_end() {
                self.missing(")");
                return Some(key);
            }
            if !self.eat_symbol(b',') {
                self.missing(if self.symbol_soon(b')') { "," } else { ")" });
                self.skip_element();
                if !self.eat_symbol(b',') {
                    break;
                }
            }
        }
        self.eat_symbol(b')');
        key.span = self.since(start);
        Some(key)
    }

    fn key_part(&mut self, key: &mut Key) {
        let plain = matches!(self.kind(), Some(Kind::Word | Kind::Quoted))
            || self.peek().is_some_and(|token| self.text(token).starts_with('"'));
        let is_call = self.symbol_at(1, b'(') && self.kind_at(2) != Some(Kind::Number);
        if plain && !is_call && !self.symbol_at(1, b'.') && !self.symbol_at(1, b':') {
            if let Some(column) = self.ident() {
                key.columns.push(column);
            }
            // MySQL's prefix length; T-SQL and Postgres have none.
            self.skip_group();
        } else {
            key.expressions = true;
            if !self.skip_group() {
                self.skip_expression();
                return;
            }
        }
        // Collation, operator class with its parameters, order, place of nulls.
        let mut words = 0;
        while !self.at_element_end() && words < 8 {
            if self.eat("COLLATE") {
                self.name();
            } else if self.eat("WITH") {
                self.skip_element();
            } else if self.eat_any(&["ASC", "DESC", "NULLS", "FIRST", "LAST"]) {
            } else if !key.columns.is_empty() && key.in_operator_class(self) {
                self.name();
                self.skip_group();
            } else if matches!(
                self.kind(),
                Some(Kind::Symbol(b'-' | b':' | b'|' | b'+' | b'*' | b'/' | b'>' | b'%'))
            ) {
                key.expressions = true;
                self.skip_expression();
            } else {
                return;
            }
            words += 1;
        }
    }

    fn skip_expression(&mut self) {
        self.skip_element();
    }

    /// What may follow an index's columns.
    pub(crate) fn index_options(&mut self, key: &mut Key) {
        while !self.at_end() && !self.next_is(b',') && !self.next_is(b')') {
            if self.eat("WHERE") {
                key.partial = true;
                while !self.at_element_end() {
                    if !self.skip_group() {
                        self.skip();
                    }
                }
            } else if self.eat("INCLUDE") || self.eat("STORING") {
                self.group();
            } else if self.eat("WITH") {
                if !self.skip_group() {
                    self.skip();
                    self.ident();
                }
            } else if self.eat_any(&[
                "USING",
                "TABLESPACE",
                "ALGORITHM",
                "LOCK",
                "KEY_BLOCK_SIZE",
                "COMMENT",
                "ON",
                "FILESTREAM_ON",
                "CLUSTERING",
            ]) {
                self.eat_symbol(b'=');
                if !self.skip_group() {
                    self.skip();
                }
                self.skip_group();
            } else if self.eat("NULLS") {
                self.eat("NOT");
                self.expect("DISTINCT");
            } else if self.eat_any(&[
                "VISIBLE",
                "INVISIBLE",
                "IGNORED",
                "NOT",
                "CLUSTERED",
                "NONCLUSTERED",
            ]) {
            } else if self.grammar.tables.index_options_unread {
                self.skip_element();
            } else {
                return;
            }
        }
    }
}

impl Key {
    /// Whether an operator class may follow: a bare name that is not a keyword of the list.
    fn in_operator_class(&self, cursor: &Cursor<'_>) -> bool {
        cursor.grammar.tables.operator_classes
            && matches!(cursor.kind(), Some(Kind::Word | Kind::Quoted))
            && (cursor.word().contains("_ops")
                || cursor.kind() == Some(Kind::Quoted)
                || cursor.symbol_at(1, b'.'))
    }
}
