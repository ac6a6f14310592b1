//! A place in a statement's tokens, and the small steps that every part of the reader takes.

use std::ops::Range;

use smol_str::SmolStr;

use crate::definition::{Definition, Ident, Key, KeyKind, ObjectName};
use crate::dialect::Dialect;
use crate::parse::read::{Finding, Reading, Trouble, empty_key};
use crate::parse::token::{Kind, Token};
use crate::parse::words;
use crate::source::{Excerpt, Span};
use crate::word::{is, is_any};

/// A place in a statement's tokens.
pub(crate) struct Cursor<'a> {
    pub(crate) excerpt: &'a Excerpt,
    pub(crate) dialect: Dialect,
    pub(crate) defines: bool,
    pub(crate) has_query: bool,
    /// `FIRST` and `AFTER x` may follow a column: it is added to a table.
    pub(crate) place_allowed: bool,
    tokens: &'a [Token],
    pos: usize,
    trouble: Option<Trouble>,
    findings: Vec<Finding>,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(excerpt: &'a Excerpt, tokens: &'a [Token], dialect: Dialect) -> Cursor<'a> {
        Cursor {
            excerpt,
            dialect,
            defines: false,
            has_query: false,
            place_allowed: false,
            tokens,
            pos: 0,
            trouble: None,
            findings: Vec::new(),
        }
    }

    pub(crate) fn finish(mut self, definition: Option<Definition>) -> Reading {
        if self.defines && !self.at_end() && self.trouble.is_none() && self.findings.is_empty() {
            self.unexpected();
        }
        Reading {
            definition,
            defines: self.defines,
            has_query: self.has_query,
            trouble: self.trouble,
            findings: self.findings,
        }
    }

    // Looking.

    pub(crate) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.pos).copied()
    }

    pub(crate) fn peek_at(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.pos + ahead).copied()
    }

    pub(crate) fn at_end(&self) -> bool {
        self.pos >= self.tokens.len()
    }

    pub(crate) fn text(&self, token: Token) -> &'a str {
        self.excerpt.text.get(token.range()).unwrap_or_default()
    }

    /// The bare word here, or nothing.
    pub(crate) fn word(&self) -> &'a str {
        self.word_at(0)
    }

    pub(crate) fn word_at(&self, ahead: usize) -> &'a str {
        match self.peek_at(ahead) {
            Some(token) if token.kind == Kind::Word => self.text(token),
            Some(_) | None => "",
        }
    }

    /// The bare word so many tokens before this one.
    pub(crate) fn word_back(&self, back: usize) -> &'a str {
        match self.pos.checked_sub(back).and_then(|at| self.tokens.get(at)) {
            Some(token) if token.kind == Kind::Word => self.text(*token),
            Some(_) | None => "",
        }
    }

    pub(crate) fn next_is(&self, symbol: u8) -> bool {
        self.symbol_at(0, symbol)
    }

    pub(crate) fn symbol_at(&self, ahead: usize, symbol: u8) -> bool {
        self.peek_at(ahead).is_some_and(|token| token.kind == Kind::Symbol(symbol))
    }

    pub(crate) fn kind(&self) -> Option<Kind> {
        self.peek().map(|token| token.kind)
    }

    pub(crate) fn kind_at(&self, ahead: usize) -> Option<Kind> {
        self.peek_at(ahead).map(|token| token.kind)
    }

    pub(crate) fn at_variable(&self) -> bool {
        self.kind() == Some(Kind::Variable)
    }

    /// Whether an element of a list ends here.
    pub(crate) fn at_element_end(&self) -> bool {
        self.at_end() || self.next_is(b',') || self.next_is(b')')
    }

    // Places.

    /// The bytes of the token here; behind the last one at the end.
    pub(crate) fn here(&self) -> Range<usize> {
        match self.peek() {
            Some(token) => token.range(),
            None => self.before(),
        }
    }

    /// The bytes of the token before this one.
    pub(crate) fn before(&self) -> Range<usize> {
        self.pos
            .checked_sub(1)
            .and_then(|previous| self.tokens.get(previous))
            .map_or(0..0, |token| token.range())
    }

    pub(crate) fn start(&self) -> usize {
        self.here().start
    }

    pub(crate) fn locate(&self, range: Range<usize>) -> Span {
        self.excerpt.locate(range)
    }

    pub(crate) fn since(&self, start: usize) -> Span {
        let end = self.before().end.max(start);
        self.locate(start..end)
    }

    pub(crate) fn text_since(&self, start: usize) -> &'a str {
        let end = self.before().end.max(start);
        self.excerpt.text.get(start..end).unwrap_or_default()
    }

    pub(crate) fn starts_line(&self) -> bool {
        let (before, here) = (self.before().end, self.here().start);
        self.excerpt.text.get(before..here).is_some_and(|blank| blank.contains('\n'))
    }

    /// Whether the token behind this one is this sign, without a blank between them.
    pub(crate) fn touches(&self, symbol: u8) -> bool {
        let (here, next) = (self.peek(), self.peek_at(1));
        let adjoins = here.zip(next).is_some_and(|(here, next)| here.end == next.start);
        adjoins && self.symbol_at(1, symbol)
    }

    // Stepping.

    /// Reads on from here, and comes back.
    pub(crate) fn look_ahead<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let pos = self.pos;
        let found = read(self);
        self.pos = pos;
        found
    }

    pub(crate) fn skip(&mut self) {
        self.pos = (self.pos + 1).min(self.tokens.len());
    }

    pub(crate) fn eat(&mut self, keyword: &str) -> bool {
        let found = is(self.word(), keyword);
        if found {
            self.pos += 1;
        }
        found
    }

    pub(crate) fn eat_any(&mut self, keywords: &[&str]) -> bool {
        let found = is_any(self.word(), keywords);
        if found {
            self.pos += 1;
        }
        found
    }

    /// All of these words in a row, or none.
    pub(crate) fn eat_all(&mut self, keywords: &[&str]) -> bool {
        let found = keywords.iter().enumerate().all(|(ahead, word)| is(self.word_at(ahead), word));
        if found {
            self.pos += keywords.len();
        }
        found
    }

    pub(crate) fn eat_symbol(&mut self, symbol: u8) -> bool {
        let found = self.next_is(symbol);
        if found {
            self.pos += 1;
        }
        found
    }

    pub(crate) fn eat_kind(&mut self, kind: Kind) -> bool {
        let found = self.kind() == Some(kind);
        if found {
            self.pos += 1;
        }
        found
    }

    /// This keyword and no other. A slip of the keyboard is reported and taken for it.
    pub(crate) fn expect(&mut self, keyword: &'static str) -> bool {
        self.expect_one(&[keyword])
    }

    /// One of these keywords and no other.
    pub(crate) fn expect_one(&mut self, keywords: &[&'static str]) -> bool {
        if self.eat_any(keywords) {
            return true;
        }
        if let Some(keyword) = words::slip(self.word(), keywords) {
            self.found(Finding::Misspelt { at: self.here(), keyword });
            self.skip();
            return true;
        }
        self.missing(keywords.first().copied().unwrap_or_default());
        false
    }

    /// `IF NOT EXISTS`.
    pub(crate) fn if_not_exists(&mut self) -> bool {
        if is(self.word(), "IF") && self.kind_at(1) == Some(Kind::Word) {
            self.skip();
            return self.expect("NOT") && self.expect("EXISTS");
        }
        false
    }

    /// `IF EXISTS`.
    pub(crate) fn if_exists(&mut self) -> bool {
        if is(self.word(), "IF") && self.kind_at(1) == Some(Kind::Word) {
            self.skip();
            return self.expect("EXISTS");
        }
        false
    }

    /// A group in parentheses; whether there was one. A group that is not closed is trouble, and so
    /// is what cannot stand in one, because its parenthesis is likely missing.
    pub(crate) fn skip_group(&mut self) -> bool {
        if !self.next_is(b'(') {
            return false;
        }
        let mut open: Vec<Range<usize>> = Vec::new();
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Symbol(b'(') => open.push(self.here()),
                Kind::Symbol(b')') => {
                    open.pop();
                    if open.is_empty() {
                        self.pos += 1;
                        return true;
                    }
                }
                Kind::Symbol(b',') if self.symbol_at(1, b')') && self.is_strict() => {
                    self.found(Finding::StrayComma { at: self.here() });
                }
                Kind::Word | Kind::Quoted if self.cannot_be_in_group() => {
                    let at = open.last().cloned().unwrap_or_else(|| self.here());
                    self.trouble_at(at, Some(")"));
                }
                Kind::Symbol(b',') if self.symbol_back(1, b'(') => {
                    let at = self.before();
                    self.trouble_at(at, Some(")"));
                }
                Kind::Word
                | Kind::Quoted
                | Kind::Text
                | Kind::Number
                | Kind::Variable
                | Kind::Symbol(_) => {}
            }
            self.pos += 1;
        }
        if let Some(opening) = open.pop() {
            self.trouble_at(opening, Some(")"));
        }
        true
    }

    /// Dialects that take no comma with nothing behind it.
    fn is_strict(&self) -> bool {
        self.dialect.is_known()
    }

    fn symbol_back(&self, back: usize, symbol: u8) -> bool {
        let token = self.pos.checked_sub(back).and_then(|at| self.tokens.get(at));
        token.is_some_and(|token| token.kind == Kind::Symbol(symbol))
    }

    /// `now( NOT NULL`, or another column behind a comma: no expression has these.
    fn cannot_be_in_group(&self) -> bool {
        if !self.is_strict() {
            return false;
        }
        let not_null =
            is(self.word(), "NOT") && is(self.word_at(1), "NULL") && !is(self.word_back(1), "IS");
        let next = self.word_at(1).to_ascii_lowercase();
        let column = self.symbol_back(1, b',')
            && self.starts_line()
            && !next.is_empty()
            && self.dialect.types().contains(&next.as_str());
        not_null || column
    }

    /// A group in parentheses that has to be there.
    pub(crate) fn group(&mut self) -> bool {
        let found = self.skip_group();
        if !found {
            self.missing("(");
        }
        found
    }

    /// Goes to the comma or closing parenthesis that ends this element.
    pub(crate) fn skip_element(&mut self) {
        while !self.at_element_end() {
            if !self.skip_group() {
                self.skip();
            }
        }
    }

    /// Goes to the end of the statement: the rest is known to be of no interest.
    pub(crate) fn rest_is_known(&mut self) {
        self.pos = self.tokens.len();
    }

    // Trouble.

    pub(crate) fn found(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    pub(crate) fn has_findings(&self) -> bool {
        !self.findings.is_empty()
    }

    pub(crate) fn has_trouble(&self) -> bool {
        self.trouble.is_some()
    }

    /// Whether a list of names ends here without its parenthesis: behind a comma a line begins that
    /// holds something else.
    fn list_is_open(&mut self) -> bool {
        let goes_on = self.symbol_at(1, b',')
            || self.symbol_at(1, b')')
            || self.symbol_at(1, b'(')
            || self.symbol_at(1, b'.')
            || self.symbol_at(1, b'-')
            || self.symbol_at(1, b':')
            || is_any(self.word_at(1), &["ASC", "DESC", "COLLATE", "NULLS", "WITH"])
            || self.word_at(1).contains("_ops")
            || matches!(self.kind_at(1), Some(Kind::Symbol(_)));
        let open = self.starts_line()
            && !goes_on
            && matches!(self.kind(), Some(Kind::Word | Kind::Quoted));
        let after_comma = self.excerpt.text.get(self.before()) == Some(",");
        if open && after_comma {
            self.trouble_at(self.before(), Some(")"));
        }
        open && after_comma
    }

    fn trouble_at(&mut self, at: Range<usize>, expected: Option<&'static str>) {
        if self.trouble.is_none() {
            self.trouble = Some(Trouble { at, expected });
        }
    }

    /// What is here could not be read.
    pub(crate) fn unexpected(&mut self) {
        self.trouble_at(self.here(), None);
    }

    /// Something is missing here. When a new line begins here, it is missing on the one before.
    pub(crate) fn missing(&mut self, what: &'static str) {
        let at = if self.starts_line() || self.at_end() { self.before() } else { self.here() };
        self.trouble_at(at, Some(what));
    }

    // Names.

    pub(crate) fn ident(&mut self) -> Option<Ident> {
        let token = self.peek()?;
        let ident = match token.kind {
            Kind::Word => Ident {
                text: self.text(token).into(),
                quoted: false,
                span: self.locate(token.range()),
            },
            Kind::Quoted => Ident {
                text: unquote(self.text(token)),
                quoted: true,
                span: self.locate(token.range()),
            },
            // MySQL with ANSI_QUOTES.
            Kind::Text if self.text(token).starts_with('"') => Ident {
                text: unquote(self.text(token)),
                quoted: true,
                span: self.locate(token.range()),
            },
            Kind::Text | Kind::Number | Kind::Variable | Kind::Symbol(_) => {
                self.missing("a name");
                return None;
            }
        };
        self.skip();
        Some(ident)
    }

    pub(crate) fn ident_or_text(&mut self) -> Option<Ident> {
        let token = self.peek()?;
        if token.kind == Kind::Text {
            self.skip();
            let text = unquote(self.text(token));
            let span = self.locate(token.range());
            return (!text.is_empty()).then_some(Ident { text, quoted: true, span });
        }
        self.ident()
    }

    /// A name of up to four parts, of which the last two are kept.
    pub(crate) fn name(&mut self) -> Option<ObjectName> {
        let mut name = ObjectName { schema: None, name: self.ident()? };
        for _ in 0..3 {
            if !self.next_is(b'.') {
                break;
            }
            self.skip();
            while self.eat_symbol(b'.') {}
            name = ObjectName { schema: Some(name.name), name: self.ident()? };
        }
        Some(name)
    }

    pub(crate) fn names(&mut self) -> Vec<ObjectName> {
        let mut names = Vec::new();
        loop {
            match self.name() {
                Some(name) => names.push(name),
                None => return names,
            }
            if !self.eat_symbol(b',') {
                return names;
            }
        }
    }

    /// `(a, b)`: plain names in parentheses.
    pub(crate) fn name_list(&mut self) -> Option<Vec<Ident>> {
        if !self.eat_symbol(b'(') {
            self.missing("(");
            return None;
        }
        let mut names = Vec::new();
        loop {
            if self.next_is(b',') || self.next_is(b')') {
                self.stray_comma();
                if self.eat_symbol(b',') {
                    continue;
                }
                self.skip();
                return Some(names);
            }
            if self.list_is_open() {
                return Some(names);
            }
            names.push(self.ident()?);
            if self.eat_symbol(b')') {
                return Some(names);
            }
            if !self.eat_symbol(b',') {
                self.missing(if self.kind() == Some(Kind::Word) && self.symbol_soon(b')') {
                    ","
                } else {
                    ")"
                });
                return Some(names);
            }
        }
    }

    fn symbol_soon(&self, symbol: u8) -> bool {
        self.symbol_at(1, symbol) || self.symbol_at(1, b',')
    }

    /// A comma with nothing behind it, or nothing before it.
    pub(crate) fn stray_comma(&mut self) {
        let strict = self.is_strict();
        let before = self.before();
        let after_comma = self.excerpt.text.get(before.clone()) == Some(",");
        if strict && after_comma {
            self.found(Finding::StrayComma { at: before });
        } else if strict && self.next_is(b',') {
            self.found(Finding::StrayComma { at: self.here() });
        } else if !after_comma {
            self.unexpected();
        }
    }

    // Keys.

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
            } else if self.dialect == Dialect::ClickHouse {
                self.skip_element();
            } else {
                return;
            }
        }
    }

    /// The text of a default, as far as it goes.
    pub(crate) fn expression(&mut self) -> SmolStr {
        let start = self.start();
        self.operand();
        loop {
            match self.kind() {
                Some(Kind::Symbol(b':')) => {
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
                Some(Kind::Text) if !self.dialect.is_mysql_like() || self.starts_line() => break,
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

impl Key {
    /// Whether an operator class may stand here: a bare name that is no keyword of the list.
    fn in_operator_class(&self, cursor: &Cursor<'_>) -> bool {
        cursor.dialect == Dialect::Postgres
            && matches!(cursor.kind(), Some(Kind::Word | Kind::Quoted))
            && (cursor.word().contains("_ops")
                || cursor.kind() == Some(Kind::Quoted)
                || cursor.symbol_at(1, b'.'))
    }
}

/// A name or string without its quotes.
pub(crate) fn unquote(text: &str) -> SmolStr {
    let mut chars = text.chars();
    let (Some(open), Some(close)) = (chars.next(), chars.next_back()) else {
        return text.into();
    };
    match (open, close) {
        ('[', ']') => undoubled(chars.as_str(), close),
        ('"' | '`' | '\'', _) if open == close => undoubled(chars.as_str(), close),
        ('N' | 'n' | 'E' | 'e', '\'') => chars.as_str().trim_start_matches('\'').into(),
        _ => text.into(),
    }
}

/// Two quotes stand for one; nearly no name has any.
fn undoubled(inside: &str, quote: char) -> SmolStr {
    if !inside.contains(quote) {
        return inside.into();
    }
    let one = quote.to_string();
    inside.replace(&one.repeat(2), &one).into()
}
