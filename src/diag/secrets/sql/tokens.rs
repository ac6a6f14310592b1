//! Tokens of SQL, read from any place of a text that may be something else: a quote that is not
//! closed ends with its line, and what is nowhere below a place is not looked for twice.

use std::cell::Cell;
use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a name.
    Word,
    /// What is in `"`, in backticks or in brackets: a name, or a string of MySQL.
    Name,
    /// A string.
    Text,
    Number,
    Sign(u8),
}

/// A token, and what is inside its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
    pub(super) content: Range<usize>,
}

/// Reads a text from left to right, and from earlier places again.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// From where on there is no `'`, no end of a string in dollars, and no `*/`.
    no_quote: usize,
    no_dollar: usize,
    no_comment: usize,
    /// White space and comments that were gone past last.
    blank: Range<usize>,
    /// How many bytes may still be looked at: statements within statements are read again, and a text
    /// that is made for it would be read without end.
    left: Cell<usize>,
}

/// How often each byte of a text may be looked at, in the mean.
const MAX_READS: usize = 6;

pub(super) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Cursor<'a> {
        let none = usize::MAX;
        let left = Cell::new(MAX_READS * text.len() + (64 << 10));
        let (at, blank) = (0, 0..0);
        Cursor { text, at, no_quote: none, no_dollar: none, no_comment: none, blank, left }
    }

    fn spend(&self, n_bytes: usize) {
        self.left.set(self.left.get().saturating_sub(n_bytes + 1));
    }

    /// Whether the text was given up: what is secret in it is not known then.
    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn part(&self, range: &Range<usize>) -> &'a str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    pub(super) fn line_end(&self, from: usize) -> usize {
        if self.is_spent() {
            return self.text.len().max(from);
        }
        let rest = self.text.get(from..).unwrap_or_default();
        let length = rest.find('\n').unwrap_or(rest.len());
        self.spend(length);
        from + length
    }

    /// Goes past white space, comments, line ends of a text in quotes, and some signs.
    pub(super) fn skip(&mut self, signs: &[u8]) {
        let start = self.at;
        while let Some(byte) = self.byte(self.at) {
            if self.blank.contains(&self.at) {
                self.at = self.blank.end;
                continue;
            }
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'\\' if matches!(self.byte(self.at + 1), Some(b'n' | b't' | b'r')) => self.at += 2,
                byte if signs.contains(&byte) => self.at += 1,
                _ => match self.comment_end() {
                    Some(end) => self.at = end,
                    None => break,
                },
            }
        }
        if signs.is_empty() {
            self.blank = start..self.at;
        }
    }

    /// Where the comment ends that begins here. `#` begins one in MySQL; elsewhere it is an operator, or
    /// the beginning of a name.
    fn comment_end(&mut self) -> Option<usize> {
        let (first, second) = (self.byte(self.at)?, self.byte(self.at + 1));
        match (first, second) {
            (b'-', Some(b'-')) => Some(self.line_end(self.at)),
            (b'#', None | Some(b' ' | b'\t' | b'\n' | b'\r')) => Some(self.line_end(self.at)),
            (b'/', Some(b'*')) if self.at < self.no_comment => {
                let end = self.text.get(self.at + 2..).and_then(|rest| rest.find("*/"));
                if end.is_none() {
                    self.no_comment = self.at;
                }
                end.map(|length| self.at + 2 + length + 2)
            }
            _ => None,
        }
    }

    /// The next token, which is gone past.
    pub(super) fn token(&mut self) -> Option<Token> {
        if self.is_spent() {
            self.at = self.text.len();
            return None;
        }
        self.skip(b"");
        let (start, first) = (self.at, self.byte(self.at)?);
        if let Some((end, content)) = self.literal_end(start).filter(|(end, _)| *end > start) {
            self.at = end;
            return Some(Token { kind: Kind::Text, range: start..end, content });
        }
        let is_part = |byte: u8| is_letter(byte) || byte >= 0x80;
        let bytes = self.text.as_bytes().get(start..)?;
        let kind = match first {
            b'0'..=b'9' => Kind::Number,
            first if is_part(first) => Kind::Word,
            b'"' | b'`' | b'[' | b'\\' => return Some(self.name(start)),
            sign => Kind::Sign(sign),
        };
        let length = match kind {
            Kind::Sign(_) => 1,
            Kind::Word | Kind::Name | Kind::Text | Kind::Number => {
                bytes.iter().take_while(|byte| is_part(**byte)).count()
            }
        };
        self.at = start + length;
        self.spend(length);
        Some(Token { kind, range: start..self.at, content: start..self.at })
    }

    /// A name in quotes, which may be escaped. One that is not closed in its line is a sign.
    fn name(&mut self, start: usize) -> Token {
        let open = start + usize::from(self.byte(start) == Some(b'\\'));
        let close = match self.byte(open) {
            Some(b'[') => ']',
            Some(b'`') => '`',
            _ => '"',
        };
        let inside = self.text.get(open + 1..).unwrap_or_default();
        let line = inside.bytes().take(MAX_QUOTED_LEN).position(|byte| byte == b'\n');
        let line = inside.get(..line.unwrap_or(MAX_QUOTED_LEN.min(inside.len())));
        let is_name = self.byte(open).is_some_and(|byte| matches!(byte, b'"' | b'`' | b'['));
        match line.and_then(|line| line.find(close)).filter(|_| is_name) {
            Some(length) => {
                self.at = open + 1 + length + 1;
                let content = open + 1..open + 1 + length;
                Token { kind: Kind::Name, range: start..self.at, content }
            }
            None => {
                self.at = start + 1;
                let sign = self.byte(start).unwrap_or_default();
                Token { kind: Kind::Sign(sign), range: start..self.at, content: start..self.at }
            }
        }
    }

    /// The next token, which stays.
    pub(super) fn peek(&mut self) -> Option<Token> {
        let from = self.at;
        let token = self.token();
        self.at = from;
        token
    }

    /// Goes past a word, if that is what comes next.
    pub(super) fn word_is(&mut self, expected: &str) -> bool {
        self.skip(b"");
        let rest = self.rest();
        let is = rest.get(..expected.len()).is_some_and(|word| word.eq_ignore_ascii_case(expected))
            && !rest.as_bytes().get(expected.len()).is_some_and(|byte| is_letter(*byte));
        if is {
            self.at += expected.len();
        }
        is
    }

    pub(super) fn sign_is(&mut self, expected: u8) -> bool {
        self.skip(b"");
        let is = self.byte(self.at) == Some(expected);
        self.at += usize::from(is);
        is
    }

    /// Where the string ends that begins at a place, and what is in it. It may have a prefix, or stand
    /// in dollars.
    pub(super) fn literal_end(&mut self, start: usize) -> Option<(usize, Range<usize>)> {
        let rest = self.text.get(start..)?;
        let prefix = prefix_len(rest);
        let begin = start + prefix;
        let body = rest.get(prefix..)?;
        match body.as_bytes().first()? {
            b'\'' => Some(self.quoted_end(begin + 1)),
            b'\\' if body.starts_with("\\'") => Some(self.quoted_end(begin + 2)),
            b'$' if prefix == 0 => self.dollar_end(begin, body),
            _ => None,
        }
    }

    fn quoted_end(&mut self, begin: usize) -> (usize, Range<usize>) {
        let bytes = self.text.as_bytes();
        // `''x''` in a text of YAML.
        if bytes.get(begin) == Some(&b'\'')
            && bytes.get(begin + 1).is_some_and(|next| is_letter(*next))
        {
            // In one pass: the end of the line may be a megabyte away.
            let rest = bytes.get(begin + 1..).unwrap_or_default();
            let ends = |byte: &u8| matches!(byte, b'\n' | b'\'');
            let length = rest.iter().position(ends).unwrap_or(rest.len());
            self.spend(length);
            let end = begin + 1 + length;
            return ((end + 2).min(self.text.len()), begin + 1..end);
        }
        if self.is_spent() {
            let end = self.text.len();
            return (end, begin.min(end)..end);
        }
        let mut at = begin;
        while begin < self.no_quote
            && let Some(&byte) = bytes.get(at)
        {
            match byte {
                b'\\' => at += 2,
                b'\'' if bytes.get(at + 1) == Some(&b'\'') && at > begin => at += 2,
                b'\'' => {
                    self.spend(at - begin);
                    return (at + 1, begin..at);
                }
                _ => at += 1,
            }
        }
        self.no_quote = self.no_quote.min(begin);
        let end = self.line_end(begin.min(self.text.len()));
        (end, begin.min(end)..end)
    }

    fn dollar_end(&mut self, begin: usize, body: &str) -> Option<(usize, Range<usize>)> {
        let tag = body.get(1..)?;
        let length = tag.bytes().take(64).position(|byte| byte == b'$')?;
        let is_tag = tag.get(..length)?.bytes().all(is_letter)
            && !tag.starts_with(|c: char| c.is_ascii_digit());
        let tag = body.get(..length + 2).filter(|_| is_tag)?;
        let inside = begin + tag.len();
        let end = match inside >= self.no_dollar {
            true => None,
            false => self.text.get(inside..)?.find(tag),
        };
        if let Some(end) = end {
            return Some((inside + end + tag.len(), inside..inside + end));
        }
        self.no_dollar = self.no_dollar.min(inside);
        Some((self.line_end(inside), inside..self.line_end(inside)))
    }
}

/// No name is longer, in bytes; a string of MySQL in `"` may be.
const MAX_QUOTED_LEN: usize = 512;

/// How long the prefix of a string is: `N'x'`, `U&'x'`, `_utf8mb4'x'`.
fn prefix_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    match (bytes.first(), bytes.get(1)) {
        (Some(b'U' | b'u'), Some(b'&')) => 2,
        (Some(b'E' | b'e' | b'N' | b'n' | b'B' | b'b' | b'X' | b'x'), Some(b'\'')) => 1,
        (Some(b'_'), _) => {
            let length = bytes.iter().take(16).take_while(|byte| is_letter(**byte)).count();
            if bytes.get(length) == Some(&b'\'') { length } else { 0 }
        }
        _ => 0,
    }
}
