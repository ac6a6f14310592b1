//! A place in a statement's tokens: what stands there, steps, and what was found on the way.
//!
//! What is made of several tokens is read in the modules beside this one: names, keys, expressions.

use std::ops::Range;

use smol_str::{SmolStr, StrExt};

use crate::definition::{Definition, KeyKind, Print, Property, PropertyKind};
use crate::dialect::Dialect;
use crate::dialect::grammar::{Clause, Grammar, Then};
use crate::near::nearest;
use crate::parse::print::Printer;
use crate::parse::read::{Lint, ParseError, Parsed, unquote};
use crate::parse::token::{Kind, Token};
use crate::parse::words;
use crate::problem::Refusal;
use crate::source::{Excerpt, Span};
use crate::word::{is, is_any};

/// A place in a statement's tokens.
pub(crate) struct Cursor<'a> {
    pub(crate) excerpt: &'a Excerpt,
    pub(crate) grammar: &'static Grammar,
    pub(crate) defines: bool,
    pub(crate) has_query: bool,
    /// `FIRST` and `AFTER x` may follow a column: it is added to a table.
    pub(crate) place_allowed: bool,
    tokens: &'a [Token],
    pos: usize,
    error: Option<ParseError>,
    lints: Vec<Lint>,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(excerpt: &'a Excerpt, tokens: &'a [Token], dialect: Dialect) -> Cursor<'a> {
        Cursor {
            excerpt,
            grammar: dialect.grammar(),
            defines: false,
            has_query: false,
            place_allowed: false,
            tokens,
            pos: 0,
            error: None,
            lints: Vec::new(),
        }
    }

    pub(crate) fn finish(mut self, definition: Option<Definition>) -> Parsed {
        if self.defines && !self.at_end() && self.error.is_none() && self.lints.is_empty() {
            self.unexpected();
        }
        Parsed {
            definition,
            defines: self.defines,
            has_query: self.has_query,
            error: self.error,
            lints: self.lints,
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

    // Prints.

    /// This place, for what is said from here on.
    pub(crate) fn mark(&self) -> usize {
        self.pos
    }

    pub(crate) fn tokens_since(&self, mark: usize) -> &'a [Token] {
        self.tokens.get(mark..self.pos).unwrap_or_default()
    }

    /// The print of what stands between a place and this one.
    pub(crate) fn print_since(&self, mark: usize) -> Print {
        Printer::of(self.grammar, &self.excerpt.text, self.tokens_since(mark))
    }

    /// What stands between a place and this one, in lower case with single blanks.
    pub(crate) fn words_since(&self, mark: usize) -> SmolStr {
        let mut words = String::new();
        for token in self.tokens_since(mark) {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(&self.text(*token).to_ascii_lowercase());
        }
        words.into()
    }

    /// A property that says what stands between a place and this one.
    pub(crate) fn property(&self, kind: PropertyKind, mark: usize) -> Property {
        let tokens = self.tokens_since(mark);
        let start = tokens.first().map_or(self.start(), |token| token.range().start);
        let print = self.print_since(mark);
        Property { kind, value: SmolStr::default(), print, span: self.since(start) }
    }

    /// A property whose value is the last token before this place.
    pub(crate) fn value_property(&self, kind: PropertyKind, mark: usize) -> Property {
        let tokens = self.tokens_since(mark);
        let last = tokens.last().map_or("", |token| self.text(*token));
        let value = unquote(last).to_ascii_lowercase_smolstr();
        let print = match tokens.len().checked_sub(1).and_then(|last| tokens.get(last..)) {
            Some(last) => Printer::of(self.grammar, &self.excerpt.text, last),
            None => Print::NONE,
        };
        Property { value, print, ..self.property(kind, mark) }
    }

    /// Reads how an index is built; `btree` is the usual way.
    pub(crate) fn method(&mut self, method: &mut SmolStr) {
        let named = self.word().to_ascii_lowercase_smolstr();
        if named != "btree" {
            *method = named;
        }
        self.skip();
    }

    /// `CLUSTERED` or `NONCLUSTERED`, where that is not the usual way of a kind of key.
    pub(crate) fn clustering(&mut self, kind: KeyKind) -> SmolStr {
        let word = self.word().to_ascii_lowercase_smolstr();
        let usual = if kind == KeyKind::Primary { "clustered" } else { "nonclustered" };
        let is_other = self.eat_any(&["CLUSTERED", "NONCLUSTERED"]) && word != usual;
        if self.grammar.tables.clustered_keys && self.eat("HASH") {
            return SmolStr::new_static("hash");
        }
        if is_other { word } else { SmolStr::default() }
    }

    /// What stands from a place up to here is refused for certain.
    pub(crate) fn refused(&mut self, start: usize, why: Refusal) {
        let at = start..self.before().end.max(start);
        self.found(Lint::Refused { at, why, is_certain: true });
    }

    /// A name in quotes that another database has: backticks, or double quotes where these are strings.
    pub(crate) fn foreign_quotes(&mut self, at: Range<usize>) {
        let text = self.excerpt.text.get(at.clone()).unwrap_or_default();
        let quote = text.get(..1).unwrap_or_default();
        if matches!(quote, "`" | "\"") && self.grammar.refuses.foreign_words.contains(&quote) {
            self.foreign(at, quote, false);
        }
    }

    /// A word of another database.
    pub(crate) fn foreign(&mut self, at: Range<usize>, word: &str, is_certain: bool) {
        let (word, dialect) = (word.to_owned(), self.grammar.name);
        self.found(Lint::Refused { at, why: Refusal::ForeignWord { word, dialect }, is_certain });
    }

    /// A name that is none of these, but close to one.
    pub(crate) fn near(&mut self, at: Range<usize>, what: &'static str, known: &[&'static str]) {
        let text = self.excerpt.text.get(at.clone()).unwrap_or_default();
        let name = unquote(text);
        if name.len() < 3 || is_any(&name, known) {
            return;
        }
        if let Some(nearest) = nearest(&name, known.iter().copied()) {
            let (name, nearest) = (name.to_string(), nearest.to_owned());
            let why = Refusal::Unknown { what, name, nearest };
            self.found(Lint::Refused { at, why, is_certain: false });
        }
    }

    /// A collation of MySQL with a slip in one of its parts: `utf8mb4_gneral_ci`.
    pub(crate) fn near_collation(&mut self, at: Range<usize>) {
        let name = unquote(self.excerpt.text.get(at.clone()).unwrap_or_default()).to_lowercase();
        if !self.grammar.types.unsigned {
            return;
        }
        let known = &["bin", "general", "unicode", "swedish", "nopad", "german", "danish"];
        let other = |part: &str| !is_any(part, known) && part.len() >= 3;
        let slip = name.split('_').skip(1).filter(|part| other(part)).find_map(|part| {
            // Other languages are as long.
            let near = nearest(part, known.iter().copied())?;
            let is_slip = near.len().abs_diff(part.len()) <= 1
                && part.bytes().all(|byte| near.contains(char::from(byte)));
            is_slip.then(|| name.replace(part, near))
        });
        if let Some(nearest) = slip {
            let why = Refusal::Unknown { what: "collation", name, nearest };
            self.found(Lint::Refused { at, why, is_certain: false });
        } else if !name.contains('_') {
            self.near(at, "collation", &["binary", "default"]);
        }
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

    /// The first of these clauses that stands here.
    pub(crate) fn eat_clause(&mut self, clauses: &'static [Clause]) -> Option<&'static Clause> {
        let stands_here = |clause: &&Clause| {
            let mut words = clause.words.iter().enumerate();
            words.all(|(ahead, words)| is_any(self.word_at(ahead), words))
        };
        let clause = clauses.iter().find(stands_here)?;
        self.pos += clause.words.len();
        match clause.then {
            Then::End => {}
            Then::OneOf(words) => {
                self.expect_one(words);
            }
            Then::Group => {
                self.group();
            }
            Then::Name => {
                self.ident();
            }
            Then::Token => self.skip(),
            Then::Assigned => {
                self.eat_symbol(b'=');
                self.skip();
            }
            Then::Element | Then::Computed => self.skip_element(),
        }
        Some(clause)
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
            self.found(Lint::Misspelt { at: self.here(), keyword });
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
                    self.found(Lint::StrayComma { at: self.here() });
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
    pub(crate) fn is_strict(&self) -> bool {
        self.grammar.is_known
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
            && self.grammar.has_type(&next);
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

    // Errors.

    pub(crate) fn found(&mut self, lint: Lint) {
        self.lints.push(lint);
    }

    pub(crate) fn has_findings(&self) -> bool {
        !self.lints.is_empty()
    }

    pub(crate) fn has_trouble(&self) -> bool {
        self.error.is_some()
    }

    pub(crate) fn trouble_at(&mut self, at: Range<usize>, expected: Option<&'static str>) {
        if self.error.is_none() {
            self.error = Some(ParseError { at, expected });
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
}
