//! Tokens -> a print of them: equal for texts that differ in white space, comments, the case of words
//! and needless quotes or parentheses alone. Nothing is kept of the text.

use std::hash::{DefaultHasher, Hasher};

use crate::definition::Print;
use crate::dialect::grammar::{Folding, Grammar};
use crate::parse::read::unquote;
use crate::parse::token::{Kind, Lexer, Step, Token};
use crate::word::is;

/// How deep dollar-quoted texts in one another are read.
const MAX_DEPTH: usize = 3;

/// Makes a print of tokens, one after the other.
pub(crate) struct Printer {
    grammar: &'static Grammar,
    hashers: [DefaultHasher; 2],
    /// What has not been hashed yet: a hasher takes one long slice in a fraction of the time that
    /// many short ones take.
    pending: Vec<u8>,
    is_empty: bool,
    /// Whether a dollar-quoted text is SQL.
    reads_bodies: bool,
}

impl Printer {
    pub(crate) fn new(grammar: &'static Grammar) -> Printer {
        let mut hashers = [DefaultHasher::new(), DefaultHasher::new()];
        if let Some(second) = hashers.last_mut() {
            second.write_u8(1);
        }
        Printer { grammar, hashers, pending: Vec::new(), is_empty: true, reads_bodies: true }
    }

    /// The print of some tokens of a text, without parentheses around all of them.
    pub(crate) fn of(grammar: &'static Grammar, text: &str, tokens: &[Token]) -> Print {
        let mut printer = Printer::new(grammar);
        printer.tokens(text, bare(tokens));
        printer.finish()
    }

    /// The print of a word.
    pub(crate) fn of_word(grammar: &'static Grammar, word: &str) -> Print {
        let mut printer = Printer::new(grammar);
        printer.word(word);
        printer.finish()
    }

    /// Texts in dollar quotes are kept to the byte: they are in another language.
    pub(crate) fn keep_bodies(&mut self) {
        self.reads_bodies = false;
    }

    pub(crate) fn tokens(&mut self, text: &str, tokens: &[Token]) {
        for token in tokens {
            self.token(text.get(token.range()).unwrap_or_default(), token.kind, 0);
        }
    }

    /// A word beside the tokens.
    pub(crate) fn word(&mut self, word: &str) {
        self.write(0, word);
    }

    /// A number beside the tokens.
    pub(crate) fn number(&mut self, number: usize) {
        self.write(9, "");
        self.pending.extend((number as u64).to_le_bytes());
    }

    pub(crate) fn finish(mut self) -> Print {
        if self.is_empty {
            return Print::NONE;
        }
        self.hash();
        let [first, second] = self.hashers.map(|hasher| hasher.finish());
        Print(first, second)
    }

    fn token(&mut self, text: &str, kind: Kind, depth: usize) {
        match kind {
            Kind::Word => self.write_lower(0, text),
            Kind::Quoted => self.name(&unquote(text)),
            Kind::Text if text.starts_with('$') => self.body(text, depth),
            Kind::Text if text.starts_with(['\'', '"']) => self.write(2, &unquote(text)),
            Kind::Text => self.write(3, text),
            Kind::Number => self.write(4, text),
            Kind::Variable => self.write_lower(5, text),
            Kind::Symbol(_) => self.write(6, text),
        }
    }

    /// A name in quotes is the bare word, where the database takes them for the same.
    fn name(&mut self, name: &str) {
        let lower = name.to_ascii_lowercase();
        match self.grammar.names.folding {
            Folding::Lower => self.write(0, &lower),
            Folding::LowerUnquoted | Folding::Exact if lower == name => self.write(0, name),
            Folding::LowerUnquoted | Folding::Exact => self.write(1, name),
        }
    }

    /// A dollar-quoted text, whatever its tag.
    fn body(&mut self, text: &str, depth: usize) {
        let tag = text.get(1..).and_then(|rest| rest.find('$')).map_or(0, |end| end + 2);
        let end = text.len().saturating_sub(tag).max(tag);
        let inner = text.get(tag..end).unwrap_or_default();
        if depth >= MAX_DEPTH || !self.reads_bodies {
            return self.write(3, inner);
        }
        self.write(7, "");
        let mut lexer = Lexer::new(inner, self.grammar);
        loop {
            match lexer.skip_blank() {
                Ok(true) if !lexer.at_end() => continue,
                Ok(_) => {}
                Err(_) => return self.write(3, lexer.rest()),
            }
            let at = lexer.pos;
            match lexer.token() {
                Step::Token(token) => {
                    self.token(inner.get(token.range()).unwrap_or_default(), token.kind, depth + 1);
                }
                Step::End => return self.write(8, ""),
                Step::Unclosed { .. } | Step::Typographic { .. } => {
                    return self.write(3, inner.get(at..).unwrap_or_default());
                }
            }
        }
    }

    fn write(&mut self, tag: u8, text: &str) {
        self.begin(tag, text.len());
        self.pending.extend_from_slice(text.as_bytes());
    }

    /// The same for a text in lower case.
    fn write_lower(&mut self, tag: u8, text: &str) {
        self.begin(tag, text.len());
        self.pending.extend(text.bytes().map(|byte| byte.to_ascii_lowercase()));
    }

    fn begin(&mut self, tag: u8, len: usize) {
        /// So much is hashed at once.
        const MOST: usize = 4096;
        self.is_empty = false;
        if self.pending.len() >= MOST {
            self.hash();
        }
        self.pending.push(tag);
        self.pending.extend((len as u64).to_le_bytes());
    }

    fn hash(&mut self) {
        for hasher in &mut self.hashers {
            hasher.write(&self.pending);
        }
        self.pending.clear();
    }
}

/// Tokens without the parentheses that are around all of them.
pub(crate) fn bare(tokens: &[Token]) -> &[Token] {
    let is_open = |token: &&Token| token.kind == Kind::Symbol(b'(');
    let is_close = |token: &&Token| token.kind == Kind::Symbol(b')');
    let opening = tokens.iter().take_while(is_open).count();
    let closing = tokens.iter().rev().take_while(is_close).count();
    let around = opening.min(closing);
    let inner = tokens.get(around..tokens.len().saturating_sub(around)).unwrap_or_default();
    let (mut depth, mut lowest) = (around, around);
    for token in inner {
        if is_open(&token) {
            depth += 1;
        } else if is_close(&token) {
            depth = depth.saturating_sub(1);
            lowest = lowest.min(depth);
        }
    }
    tokens.get(lowest..tokens.len().saturating_sub(lowest)).unwrap_or_default()
}

/// Whether the body of a function with these tokens is SQL: it is where no language is named.
pub(crate) fn has_sql_body(text: &str, tokens: &[Token]) -> bool {
    let word = |token: &Token| text.get(token.range()).unwrap_or_default();
    let mut pairs = tokens.iter().zip(tokens.iter().skip(1));
    let named = pairs.find(|(token, _)| token.kind == Kind::Word && is(word(token), "LANGUAGE"));
    named.is_none_or(|(_, language)| {
        matches!(&*unquote(word(language)).to_ascii_lowercase(), "sql" | "plpgsql")
    })
}
