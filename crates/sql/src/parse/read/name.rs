//! Names, and lists of names.

use smol_str::SmolStr;

use crate::definition::{Ident, ObjectName};
use crate::parse::read::Lint;
use crate::parse::read::cursor::Cursor;
use crate::parse::token::Kind;
use crate::word::{is, is_any};

impl Cursor<'_> {
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
            if is(self.word(), "PERIOD")
                && matches!(self.kind_at(1), Some(Kind::Word | Kind::Quoted))
            {
                // Postgres 18: `FOREIGN KEY (id, PERIOD valid)`.
                self.skip();
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

    pub(crate) fn symbol_soon(&self, symbol: u8) -> bool {
        self.symbol_at(1, symbol) || self.symbol_at(1, b',')
    }

    /// A comma with nothing behind it, or nothing before it.
    pub(crate) fn stray_comma(&mut self) {
        let strict = self.is_strict();
        let before = self.before();
        let after_comma = self.excerpt.text.get(before.clone()) == Some(",");
        if strict && after_comma {
            self.found(Lint::StrayComma { at: before });
        } else if strict && self.next_is(b',') {
            self.found(Lint::StrayComma { at: self.here() });
        } else if !after_comma {
            self.unexpected();
        }
    }

    /// Whether a list of names ends here without its parenthesis: behind a comma a line begins that
    /// holds something else.
    pub(crate) fn list_is_open(&mut self) -> bool {
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
