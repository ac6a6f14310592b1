//! Expressions: defaults, casts, arrays. They are passed over, and kept as text.

use smol_str::SmolStr;

use crate::parse::read::cursor::Cursor;
use crate::parse::token::Kind;
use crate::word::{is, is_any};

impl Cursor<'_> {
    /// The text of a default, as far as it goes.
    pub(crate) fn expression(&mut self) -> SmolStr {
        let start = self.start();
        self.operand();
        loop {
            match self.kind() {
                Some(Kind::Symbol(b':')) => {
                    if self.grammar.refuses.foreign_words.contains(&":") {
                        self.foreign(self.here(), "::", true);
                    }
                    self.skip();
                    self.eat_symbol(b':');
                    self.cast_type();
                }
                Some(Kind::Symbol(
                    b'+' | b'-' | b'*' | b'/' | b'|' | b'.' | b'%' | b'>' | b'<' | b'=',
                )) => {
                    self.skip();
                    if !matches!(self.kind(), Some(Kind::Symbol(b'|' | b'>' | b'<' | b'='))) {
                        self.operand();
                    }
                }
                Some(Kind::Symbol(b'[')) => self.brackets(),
                Some(Kind::Word) if is_any(self.word(), &["AT", "AND", "OR", "IN"]) => {
                    if self.eat("AT") {
                        self.eat("TIME");
                        self.eat("ZONE");
                    } else {
                        self.skip();
                    }
                    self.operand();
                }
                Some(Kind::Text) if !self.grammar.characters.strings_join || self.starts_line() => {
                    break;
                }
                Some(
                    Kind::Text
                    | Kind::Word
                    | Kind::Quoted
                    | Kind::Number
                    | Kind::Variable
                    | Kind::Symbol(_),
                )
                | None => break,
            }
        }
        self.text_since(start).into()
    }

    fn operand(&mut self) {
        while matches!(self.kind(), Some(Kind::Symbol(b'-' | b'+' | b'~'))) {
            self.skip();
        }
        match self.kind() {
            Some(Kind::Symbol(b'(')) => {
                self.skip_group();
            }
            Some(Kind::Symbol(b'{' | b'[')) => self.brackets(),
            Some(Kind::Text | Kind::Number | Kind::Variable) => self.skip(),
            Some(Kind::Word | Kind::Quoted) if !self.at_column_word() => {
                let word = self.word();
                if is(word, "INTERVAL") || word.starts_with('_') {
                    self.skip();
                    if self.kind() == Some(Kind::Text) {
                        self.skip();
                    }
                    return;
                }
                if is(word, "CASE") {
                    while !self.at_end() && !self.eat("END") {
                        self.skip();
                    }
                    return;
                }
                if is(word, "NEXT") && self.eat_all(&["NEXT", "VALUE", "FOR"]) {
                    self.name();
                    return;
                }
                self.name();
                if is_any(word, &["TIMESTAMP", "TIME"]) {
                    // `TIMESTAMP (3) WITH TIME ZONE '2020-01-01'`
                    self.skip_group();
                    if is_any(self.word(), &["WITH", "WITHOUT"]) && is(self.word_at(1), "TIME") {
                        self.skip();
                        self.skip();
                        self.eat("ZONE");
                    }
                    if self.kind() == Some(Kind::Text) {
                        self.skip();
                    }
                    return;
                }
                if is(word, "ARRAY") && self.next_is(b'[') {
                    self.brackets();
                } else if !self.skip_group() && self.kind() == Some(Kind::Text) && !word.is_empty()
                {
                    // `date '2020-01-01'`
                    self.skip();
                }
            }
            Some(Kind::Word | Kind::Quoted | Kind::Symbol(_)) | None => self.missing("a value"),
        }
    }

    fn at_column_word(&self) -> bool {
        let word = self.word();
        is_any(
            word,
            &[
                "NOT",
                "PRIMARY",
                "UNIQUE",
                "REFERENCES",
                "CHECK",
                "CONSTRAINT",
                "COLLATE",
                "DEFAULT",
            ],
        )
    }

    /// `[1, 2]`, also empty.
    pub(crate) fn brackets(&mut self) {
        let mut depth = 0usize;
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Symbol(b'[' | b'{') => depth += 1,
                Kind::Symbol(b']' | b'}') => depth = depth.saturating_sub(1),
                Kind::Word
                | Kind::Quoted
                | Kind::Text
                | Kind::Number
                | Kind::Variable
                | Kind::Symbol(_) => {}
            }
            self.skip();
            if depth == 0 {
                return;
            }
        }
    }

    /// The type behind `::`.
    fn cast_type(&mut self) {
        self.name();
        while self.eat_any(&["VARYING", "PRECISION"]) {}
        self.skip_group();
        if self.eat("WITH") || self.eat("WITHOUT") {
            self.eat("TIME");
            self.eat("ZONE");
        }
        while self.next_is(b'[') {
            self.brackets();
        }
    }
}
