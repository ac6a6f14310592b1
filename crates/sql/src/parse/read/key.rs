//! What a key or an index is made of, and the options behind it.

use crate::definition::{Key, KeyKind};
use crate::parse::print::{Printer, bare};
use crate::parse::read::cursor::Cursor;
use crate::parse::read::empty_key;
use crate::parse::token::{Kind, Token};
use crate::word::is;

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
        let mut mark = self.mark();
        let is_plain = plain && !is_call && !self.symbol_at(1, b'.') && !self.symbol_at(1, b':');
        if is_plain {
            if let Some(column) = self.ident() {
                key.columns.push(column);
            }
            mark = self.mark();
            // MySQL's prefix length; T-SQL and Postgres have none.
            self.skip_group();
        } else {
            key.expressions = true;
            if !self.skip_group() {
                self.skip_expression();
                return self.key_details(key, mark);
            }
        }
        self.key_modifiers(key);
        self.key_details(key, mark);
    }

    /// Keeps what a part of a key says beside the name of a column, as far as it is not what holds
    /// anyway.
    fn key_details(&self, key: &mut Key, mark: usize) {
        let mut tokens = self.tokens_since(mark);
        let word = |token: Option<&Token>| match token {
            Some(token) if token.kind == Kind::Word => self.text(*token),
            Some(_) | None => "",
        };
        let is_descending = tokens.iter().any(|token| is(word(Some(token)), "DESC"));
        let usual = if is_descending { "FIRST" } else { "LAST" };
        if let [before @ .., nulls, place] = tokens
            && is(word(Some(nulls)), "NULLS")
            && is(word(Some(place)), usual)
        {
            tokens = before;
        }
        if let [before @ .., last] = tokens
            && is(word(Some(last)), "ASC")
        {
            tokens = before;
        }
        if tokens.is_empty() {
            return;
        }
        let mut printer = Printer::new(self.grammar);
        printer.number(key.columns.len());
        printer.tokens(&self.excerpt.text, tokens);
        key.details = key.details.with(printer.finish());
    }

    fn key_modifiers(&mut self, key: &mut Key) {
        // Collation, operator class with its parameters, order, place of nulls.
        let mut words = 0;
        while !self.at_element_end() && words < 8 {
            if self.eat("COLLATE") {
                self.name();
            } else if self.eat("WITH") {
                self.skip_element();
            } else if self.eat_all(&["WITHOUT", "OVERLAPS"]) {
                // Of MariaDB it is the name of a period, and no column.
                if self.grammar.tables.periods {
                    key.columns.pop();
                    key.expressions = true;
                }
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

    /// `NOT DISTINCT` behind `NULLS`; `DISTINCT` holds anyway.
    pub(crate) fn nulls(&mut self, key: &mut Key) {
        let mark = self.mark();
        let are_equal = self.eat("NOT");
        self.expect("DISTINCT");
        if are_equal {
            key.details = key.details.with(self.print_since(mark));
        }
    }

    fn skip_expression(&mut self) {
        self.skip_element();
    }

    /// What may follow an index's columns.
    pub(crate) fn index_options(&mut self, key: &mut Key) {
        while !self.at_end() && !self.next_is(b',') && !self.next_is(b')') {
            let mark = self.mark();
            if self.eat("WHERE") {
                key.partial = true;
                let mark = self.mark();
                while !self.at_element_end() {
                    if !self.skip_group() {
                        self.skip();
                    }
                }
                let mut printer = Printer::new(self.grammar);
                printer.number(usize::MAX);
                printer.tokens(&self.excerpt.text, bare(self.tokens_since(mark)));
                key.details = key.details.with(printer.finish());
            } else if self.eat("COMMENT") {
                self.eat_symbol(b'=');
                let mark = self.mark();
                self.skip();
                key.comment = self.print_since(mark);
            } else if self.eat("USING") {
                self.method(&mut key.method);
            } else if self.eat("INCLUDE") || self.eat("STORING") {
                self.group();
                key.details = key.details.with(self.print_since(mark));
            } else if self.eat("WITH") {
                if !self.skip_group() {
                    self.skip();
                    self.ident();
                }
                key.details = key.details.with(self.print_since(mark));
            } else if self.symbol_at(1, b'=') && self.eat_any(&["M", "DISTANCE"]) {
                // Of a vector index of MariaDB.
                self.skip();
                self.skip();
                key.details = key.details.with(self.print_since(mark));
            } else if self.eat_all(&["ON", "CONFLICT"]) {
                self.expect_one(&["ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"]);
                key.details = key.details.with(self.print_since(mark));
            } else if key.method == "fulltext" && self.eat_all(&["KEY", "INDEX"]) {
                self.ident();
            } else if self.eat_any(&["ALGORITHM", "LOCK"]) {
                self.eat_symbol(b'=');
                self.skip();
            } else if self.eat_any(&[
                "TABLESPACE",
                "KEY_BLOCK_SIZE",
                "ON",
                "FILESTREAM_ON",
                "CLUSTERING",
            ]) {
                self.eat_symbol(b'=');
                if !self.skip_group() {
                    self.skip();
                }
                self.skip_group();
                key.details = key.details.with(self.print_since(mark));
            } else if self.eat("NULLS") {
                self.nulls(key);
            } else if self.eat_any(&["VISIBLE", "NOT", "NONCLUSTERED"]) {
                // `NOT IGNORED`: what holds anyway.
                self.eat("IGNORED");
            } else if self.eat_any(&["INVISIBLE", "IGNORED", "CLUSTERED"]) {
                key.details = key.details.with(self.print_since(mark));
            } else if self.grammar.tables.index_options_unread {
                self.skip_element();
                key.details = key.details.with(self.print_since(mark));
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
