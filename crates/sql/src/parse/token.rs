//! Characters -> tokens: words, names in quotes, strings, numbers, symbols. Comments are skipped;
//! the text inside MySQL's `/*! ... */` is not. Nothing here knows what a statement is.

use crate::dialect::grammar::{Backslash, Characters, Grammar, HashComments};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A bare word: a keyword or a name.
    Word,
    /// A name in quotes, backticks or brackets.
    Quoted,
    /// A string, dollar-quoted ones included.
    Text,
    /// A number.
    Number,
    /// `@x`, `@@x`, `$1`, `:x`.
    Variable,
    /// One byte of punctuation.
    Symbol(u8),
}

/// A token and its place, as byte offsets in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Token {
    /// Whether it is a word or a name in quotes.
    pub(crate) fn is_word(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Quoted)
    }

    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// What was opened and never closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unclosed {
    Text,
    Quoted,
    Dollar,
    Comment,
}

impl Unclosed {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Unclosed::Text => "string",
            Unclosed::Quoted => "quoted name",
            Unclosed::Dollar => "dollar-quoted string",
            Unclosed::Comment => "comment",
        }
    }
}

/// One step of the lexer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Token(Token),
    /// Something that began at `start` is not closed before the end of the text.
    Unclosed {
        what: Unclosed,
        start: usize,
    },
    /// A quotation mark that a word processor made.
    Typographic {
        start: usize,
        end: usize,
    },
    End,
}

/// Reads tokens from a position on.
pub(crate) struct Lexer<'a> {
    pub(crate) text: &'a str,
    pub(crate) pos: usize,
    characters: &'static Characters,
    /// Where the `/*! ... */` begins in which this position is, and whose text is SQL.
    pub(crate) conditional: Option<usize>,
    /// Where the last one ended.
    pub(crate) conditional_end: usize,
    /// A quote that is known to be unclosed: it ends with its line.
    pub(crate) closed_at_line_end: Option<usize>,
    /// What ends a word, a number or a variable wherever it stands: a delimiter.
    pub(crate) stop: Option<String>,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str, grammar: &'static Grammar) -> Lexer<'a> {
        let characters = &grammar.characters;
        Lexer {
            text,
            pos: 0,
            characters,
            conditional: None,
            conditional_end: 0,
            closed_at_line_end: None,
            stop: None,
        }
    }

    pub(crate) fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.pos..).unwrap_or_default()
    }

    pub(crate) fn at_end(&self) -> bool {
        self.pos >= self.text.len()
    }

    /// Whether only blanks stand before this position in its line.
    pub(crate) fn at_line_start(&self) -> bool {
        let before = self.text.as_bytes().get(..self.pos).unwrap_or_default();
        before
            .iter()
            .rev()
            .take_while(|byte| **byte != b'\n')
            .all(|byte| byte.is_ascii_whitespace())
    }

    /// The rest of the line, without its end.
    pub(crate) fn line(&self) -> &'a str {
        self.rest().split('\n').next().unwrap_or_default()
    }

    /// Goes behind the end of the line.
    pub(crate) fn skip_line(&mut self) {
        self.pos = (self.pos + self.line().len() + 1).min(self.text.len());
    }

    /// Goes over the blanks here, or over one comment; whether there was either.
    pub(crate) fn skip_blank(&mut self) -> Result<bool, Step> {
        let start = self.pos;
        loop {
            let byte = self.byte(self.pos);
            if self.at_end() {
                break;
            } else if byte.is_ascii_whitespace() || byte == 0x0b || byte == 0 {
                self.pos += 1;
            } else if byte == 0xef && self.rest().starts_with('\u{feff}') {
                self.pos += 3;
            } else {
                break;
            }
        }
        if self.pos > start || self.at_end() {
            return Ok(self.pos > start);
        }
        let (byte, next) = (self.byte(self.pos), self.byte(self.pos + 1));
        if self.starts_line_comment() {
            self.skip_line();
        } else if byte == b'/' && next == b'*' {
            self.block_comment()?;
        } else if self.conditional.is_some() && byte == b'*' && next == b'/' {
            self.conditional = None;
            self.pos += 2;
            self.conditional_end = self.pos;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn starts_line_comment(&self) -> bool {
        match (self.byte(self.pos), self.byte(self.pos + 1)) {
            (b'-', b'-') => {
                let after = self.byte(self.pos + 2);
                !self.characters.dashes_need_blank || after.is_ascii_whitespace() || after < b' '
            }
            (b'#', next) => match self.characters.hash_comments {
                HashComments::No => false,
                HashComments::All => true,
                HashComments::Before(followers) => followers.contains(&next),
            },
            _ => false,
        }
    }

    fn block_comment(&mut self) -> Result<(), Step> {
        let start = self.pos;
        let rest = self.rest();
        let mut signs = self.characters.conditional_comments.iter();
        if self.conditional.is_none()
            && let Some(sign) = signs.find(|sign| rest.starts_with(**sign))
        {
            self.conditional = Some(start);
            self.pos += sign.len();
            while self.byte(self.pos).is_ascii_digit() {
                self.pos += 1;
            }
            return Ok(());
        }
        let nests = self.characters.comments_nest;
        let mut depth = 0usize;
        while !self.at_end() {
            match (self.byte(self.pos), self.byte(self.pos + 1)) {
                (b'/', b'*') if nests || depth == 0 => {
                    depth += 1;
                    self.pos += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.pos += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => self.pos += 1,
            }
        }
        Err(Step::Unclosed { what: Unclosed::Comment, start })
    }

    /// The next token. Blanks and comments before it must have been skipped.
    pub(crate) fn token(&mut self) -> Step {
        let start = self.pos;
        let byte = self.byte(start);
        if self.at_end() {
            return Step::End;
        }
        match byte {
            b'\'' => self.quoted(start, start, byte, Kind::Text),
            b'"' if self.characters.double_quotes_are_text => {
                self.quoted(start, start, byte, Kind::Text)
            }
            b'"' | b'`' => self.quoted(start, start, byte, Kind::Quoted),
            b'[' if self.characters.brackets_quote => self.quoted(start, start, b']', Kind::Quoted),
            b'$' => self.dollar(start),
            b'@' => self.variable(start),
            // Not behind a name: `label:BEGIN`, `x::text`.
            b':' if is_name_start(self.byte(start + 1))
                && self.byte(start.wrapping_sub(1)) != b':'
                && !is_name(self.byte(start.wrapping_sub(1))) =>
            {
                self.variable(start)
            }
            b'0'..=b'9' => self.number(start),
            b'.' if self.byte(start + 1).is_ascii_digit()
                && !is_name(self.byte(start.wrapping_sub(1))) =>
            {
                self.number(start)
            }
            b'#' if self.characters.hash_names => self.word(start),
            0xe2 if self.typographic().is_some() => {
                self.pos += 3;
                Step::Typographic { start, end: self.pos }
            }
            _ if is_name_start(byte) => self.prefixed_or_word(start),
            _ => {
                self.pos += 1;
                self.finish(Kind::Symbol(byte), start)
            }
        }
    }

    fn finish(&self, kind: Kind, start: usize) -> Step {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Step::Token(Token { kind, start: offset(start), end: offset(self.pos) })
    }

    fn typographic(&self) -> Option<char> {
        let found = self.rest().chars().next()?;
        matches!(found, '\u{2018}'..='\u{201f}').then_some(found)
    }

    /// `N'..'`, `E'..'`, `X'..'`, `U&'..'`, `_utf8'..'` are one token; all else is a word.
    fn prefixed_or_word(&mut self, start: usize) -> Step {
        let next = self.byte(start + 1);
        let prefix = self.byte(start).to_ascii_lowercase();
        if start > 0 && self.byte(start - 1) == b'\'' {
            // Right behind a string: the sign of a quote that was not closed.
            return self.word(start);
        }
        if next == b'\'' && matches!(prefix, b'n' | b'e' | b'x' | b'b' | b'r') {
            return self.quoted(start, start + 1, b'\'', Kind::Text);
        }
        if prefix == b'u' && next == b'&' && self.characters.unicode_prefix {
            match self.byte(start + 2) {
                b'\'' => return self.quoted(start, start + 2, b'\'', Kind::Text),
                b'"' => return self.quoted(start, start + 2, b'"', Kind::Quoted),
                _ => {}
            }
        }
        self.word(start)
    }

    /// Whether the delimiter begins here.
    fn stops(&self) -> bool {
        let Some(stop) = &self.stop else { return false };
        stop.as_bytes().first() == Some(&self.byte(self.pos)) && self.rest().starts_with(stop)
    }

    fn word(&mut self, start: usize) -> Step {
        self.pos += 1;
        // A typographic quote is no part of a name, and begins with a byte that few names have.
        let goes_on =
            |lexer: &Self, byte| is_name(byte) && (byte != 0xe2 || lexer.typographic().is_none());
        while goes_on(self, self.byte(self.pos)) && !self.stops() {
            self.pos += 1;
        }
        if self.characters.hash_names {
            let goes_on = |byte| matches!(byte, b'#' | b'@') || is_name(byte);
            while goes_on(self.byte(self.pos)) && !self.stops() {
                self.pos += 1;
            }
        }
        self.finish(Kind::Word, start)
    }

    fn variable(&mut self, start: usize) -> Step {
        self.pos += 1;
        while self.byte(self.pos) == b'@' && !self.stops() {
            self.pos += 1;
        }
        if self.pos == start + 1 && !is_name(self.byte(self.pos)) {
            return self.finish(Kind::Symbol(self.byte(start)), start);
        }
        while is_name(self.byte(self.pos)) && !self.stops() {
            self.pos += 1;
        }
        self.finish(Kind::Variable, start)
    }

    fn number(&mut self, start: usize) -> Step {
        let goes_on = |byte| is_name(byte) || byte == b'.';
        // Its first byte may begin no delimiter: that is looked for before.
        while goes_on(self.byte(self.pos)) && (self.pos == start || !self.stops()) {
            let exponent = matches!(self.byte(self.pos), b'e' | b'E');
            self.pos += 1;
            if exponent
                && matches!(self.byte(self.pos), b'+' | b'-')
                && self.byte(self.pos + 1).is_ascii_digit()
            {
                self.pos += 1;
            }
        }
        // MySQL and ClickHouse allow names that begin with a digit.
        let digits = self.text.get(start..self.pos).unwrap_or_default();
        let is_number = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            || digits.bytes().any(|b| b == b'.')
            || !digits.bytes().any(|b| b.is_ascii_alphabetic() && !b"eExXbBoOuUlL".contains(&b))
            || digits.starts_with("0x")
            || digits.starts_with("0X");
        self.finish(if is_number { Kind::Number } else { Kind::Word }, start)
    }

    /// A quoted token whose opening quote is at `quote_at`; doubling the quote escapes it.
    fn quoted(&mut self, start: usize, quote_at: usize, quote: u8, kind: Kind) -> Step {
        self.pos = quote_at + 1;
        if self.closed_at_line_end == Some(start) {
            self.pos = quote_at
                + self.text.get(quote_at..).map_or(0, |rest| {
                    rest.split('\n')
                        .next()
                        .unwrap_or_default()
                        .trim_end()
                        .trim_end_matches([',', ';'])
                        .len()
                });
            return self.finish(kind, start);
        }
        let backslash = match self.characters.backslash {
            Backslash::No => false,
            Backslash::Strings => kind == Kind::Text,
            Backslash::All => true,
            Backslash::Marked => matches!(self.byte(start), b'e' | b'E'),
        };
        while !self.at_end() {
            let byte = self.byte(self.pos);
            if byte == quote {
                self.pos += 1;
                if self.byte(self.pos) != quote
                    || (quote == b']' && !self.characters.brackets_double)
                {
                    return self.finish(kind, start);
                }
            } else if byte == b'\\' && backslash {
                self.pos += 1;
            }
            self.pos += 1;
        }
        self.pos = self.text.len();
        let what = if kind == Kind::Text { Unclosed::Text } else { Unclosed::Quoted };
        Step::Unclosed { what, start }
    }

    /// `$1`, `$tag$ ... $tag$`, or a lone `$`.
    fn dollar(&mut self, start: usize) -> Step {
        if self.byte(start + 1).is_ascii_digit() {
            return self.variable(start);
        }
        let quotes = self.characters.dollar_quotes;
        let mut end = start + 1;
        while is_name(self.byte(end)) && self.byte(end) != b'$' {
            end += 1;
        }
        if !quotes || self.byte(end) != b'$' {
            self.pos += 1;
            return self.finish(Kind::Symbol(b'$'), start);
        }
        let tag = self.text.get(start..=end).unwrap_or_default();
        match self.text.get(end + 1..).and_then(|body| body.find(tag)) {
            Some(length) => {
                self.pos = end + 1 + length + tag.len();
                self.finish(Kind::Text, start)
            }
            None => {
                self.pos = self.text.len();
                Step::Unclosed { what: Unclosed::Dollar, start }
            }
        }
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_name(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit() || byte == b'$'
}
