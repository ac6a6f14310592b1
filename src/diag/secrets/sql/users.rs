//! Passwords of users, and what else has a secret by its grammar: `IDENTIFIED BY 'x'`, `PRAGMA key = 'x'`.

use crate::diag::secrets::sql::Reader;
use crate::diag::secrets::sql::tokens::Kind;

impl Reader<'_, '_> {
    /// `CREATE SECRET IF NOT EXISTS s AS 'x'`
    pub(super) fn new_secret(&mut self) -> bool {
        let from = self.cursor.at;
        if self.cursor.word_is("if") {
            self.cursor.word_is("not");
            self.cursor.word_is("exists");
        }
        let is_new = !self.name().is_empty() && self.cursor.word_is("as") && self.literal_here();
        if !is_new {
            self.cursor.at = from;
        }
        is_new
    }

    /// `IDENTIFIED BY 'x'`, and `IDENTIFIED BY x` where a user is created.
    pub(super) fn identified_by(&mut self) {
        self.context.identified = None;
        if !self.literal() && self.context.is_of_user {
            self.bare_word();
        }
        // ClickHouse: `BY 'x' SALT 'y', sha256_password BY 'z'`.
        for _ in 0..8 {
            let from = self.cursor.at;
            let goes_on = self.cursor.word_is("salt")
                || self.cursor.sign_is(b',')
                    && self.cursor.token().is_some_and(|token| token.kind == Kind::Word)
                    && self.cursor.word_is("by");
            if !goes_on || !self.literal() {
                self.cursor.at = from;
                break;
            }
        }
        // Oracle: `IDENTIFIED BY x REPLACE y`.
        if self.context.is_of_user && self.cursor.word_is("replace") && !self.literal() {
            self.bare_word();
        }
    }

    /// `PASSWORD 'x'`, `SET PASSWORD FOR u = 'x'`; a column called that may have a default.
    pub(super) fn password(&mut self, before: Option<u8>) {
        let from = self.cursor.at;
        // `OPTIONS ("password" 'x')`
        if self.context.is_of_options
            && before == Some(b'"')
            && self.cursor.byte(from) == Some(b'"')
        {
            self.cursor.at += 1;
            if self.literal_here() {
                return;
            }
            self.cursor.at = from;
        }
        if before != Some(b'\'') && !self.literal() {
            if self.cursor.word_is("for") {
                self.equals();
            } else if self.cursor.word_is("to") {
                // `ALTER ROLE u SET app.password TO 'x'`
                if !self.literal() && before == Some(b'.') {
                    self.bare_word();
                }
            } else if self.context.is_of_user && self.cursor.byte(from) != Some(b'(') {
                self.bare_word();
            } else {
                self.cursor.at = from;
                self.secret_name(false);
            }
        }
        self.context.has_secret_name = true;
    }

    /// `SET PASSWORD FOR u@h = 'x'`
    pub(super) fn equals(&mut self) {
        let rest = self.cursor.rest().as_bytes();
        let ends = |byte: &u8| matches!(byte, b'=' | b';');
        if let Some(length) = rest.iter().take(256).position(ends) {
            self.cursor.at += length;
            self.literal();
        }
    }

    /// `IDENTIFIED BY x`
    pub(super) fn bare_word(&mut self) {
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

    /// `PRAGMA key = 'x'` of SQLCipher.
    pub(super) fn pragma(&mut self) {
        let from = self.cursor.at;
        if ["key", "rekey", "hexkey", "hexrekey", "textkey"]
            .iter()
            .any(|name| self.cursor.word_is(name))
        {
            self.literal();
        }
        self.cursor.at = from;
    }
}
