//! Mistakes that a person makes in SQL, put into real schemas: each changes one place of one statement.
//!
//! The words are cut here once more, by rules that share no code with the product.

use sql::dialect::Dialect;

/// A text with one mistake in it.
pub struct Mistake {
    pub kind: &'static str,
    /// The line of the mistake, from 1.
    pub line: usize,
    pub text: String,
}

/// At most `each` of every kind, spread over the text.
pub fn mistakes(dialect: Dialect, text: &str, each: usize) -> Vec<Mistake> {
    let tokens = tokens(dialect, text);
    let statements = statements(text, &tokens);
    let mut out = Vec::new();
    for (kind, dialects, make) in KINDS {
        if !dialects.contains(&dialect) {
            continue;
        }
        let mut edits: Vec<Edit> = Vec::new();
        for tokens in &statements {
            make(&Statement { dialect, text, tokens, all: &statements }, &mut edits);
        }
        edits.retain(|(start, end, with)| text[*start..*end] != *with);
        let step = edits.len().div_ceil(each.max(1)).max(1);
        for (start, end, with) in edits.into_iter().step_by(step) {
            let line = text[..start].matches('\n').count() + 1;
            let text = format!("{}{with}{}", &text[..start], &text[end..]);
            out.push(Mistake { kind, line, text });
        }
    }
    out
}

/// How many kinds there are.
pub fn kinds() -> usize {
    KINDS.len()
}

/// Where it begins, where it ends, and what stands there instead.
type Edit = (usize, usize, String);
type Make = fn(&Statement<'_>, &mut Vec<Edit>);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Word,
    Quoted,
    Text,
    Number,
    Symbol,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    kind: Kind,
    start: usize,
    end: usize,
}

fn tokens(dialect: Dialect, text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let is_mysql = matches!(dialect, Dialect::MySql | Dialect::MariaDb);
    let mut out = Vec::new();
    let mut at = 0;
    let until = |from: usize, what: &str| {
        text[from..].find(what).map_or(text.len(), |found| from + found + what.len())
    };
    while at < bytes.len() {
        let start = at;
        let rest = &text[at..];
        let kind = match bytes[at] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'-' if rest.starts_with("--") => {
                at = until(at, "\n");
                continue;
            }
            b'#' if is_mysql => {
                at = until(at, "\n");
                continue;
            }
            b'/' if rest.starts_with("/*") => {
                at = until(at + 2, "*/");
                continue;
            }
            quote @ (b'\'' | b'"' | b'`') => {
                at += 1;
                while at < bytes.len() {
                    if bytes[at] == b'\\' && is_mysql && quote != b'`' {
                        at += 1;
                    } else if bytes[at] == quote {
                        if bytes.get(at + 1) != Some(&quote) {
                            break;
                        }
                        at += 1;
                    }
                    at += 1;
                }
                at = (at + 1).min(bytes.len());
                while !text.is_char_boundary(at) {
                    at += 1;
                }
                if quote == b'\'' { Kind::Text } else { Kind::Quoted }
            }
            b'$' if dialect == Dialect::Postgres && rest[1..].contains('$') => {
                let tag = 1 + rest[1..].find('$').unwrap_or(0) + 1;
                let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
                if rest[..tag].bytes().all(word) {
                    at = until(at + tag, &rest[..tag]);
                    Kind::Text
                } else {
                    at += 1;
                    Kind::Symbol
                }
            }
            byte if byte.is_ascii_digit() => {
                while at < bytes.len() && (bytes[at].is_ascii_digit() || bytes[at] == b'.') {
                    at += 1;
                }
                Kind::Number
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii() => {
                while at < bytes.len()
                    && (bytes[at].is_ascii_alphanumeric()
                        || matches!(bytes[at], b'_' | b'$')
                        || !bytes[at].is_ascii())
                {
                    at += 1;
                }
                Kind::Word
            }
            _ => {
                at += 1;
                Kind::Symbol
            }
        };
        out.push(Token { kind, start, end: at });
    }
    out
}

/// The statements, as far as semicolons tell.
fn statements<'a>(text: &str, tokens: &'a [Token]) -> Vec<&'a [Token]> {
    tokens
        .split(|token| token.kind == Kind::Symbol && &text[token.start..token.end] == ";")
        .filter(|statement| !statement.is_empty())
        .collect()
}

struct Statement<'a> {
    dialect: Dialect,
    text: &'a str,
    tokens: &'a [Token],
    all: &'a [&'a [Token]],
}

impl<'a> Statement<'a> {
    fn at(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| &self.text[token.start..token.end])
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.at(at + ahead).eq_ignore_ascii_case(word))
    }

    fn is_name(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Quoted))
    }

    fn any(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(at, &[word]))
    }

    /// Every place behind these words.
    fn behind(&self, words: &[&str]) -> Vec<usize> {
        let found = (0..self.tokens.len()).filter(|at| self.is(*at, words));
        found.map(|at| at + words.len()).collect()
    }

    /// The parenthesis that closes the one here.
    fn close(&self, open: usize) -> Option<usize> {
        let mut depth = 0usize;
        for at in open..self.tokens.len() {
            match self.at(at) {
                "(" => depth += 1,
                ")" => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The last part of the name here.
    fn last_part(&self, at: usize) -> usize {
        let mut at = at;
        while self.at(at + 1) == "." && self.is_name(at + 2) {
            at += 2;
        }
        at
    }

    /// Another word in the place of the token here.
    fn put(&self, at: usize, with: impl Into<String>, out: &mut Vec<Edit>) {
        if let Some(token) = self.tokens.get(at) {
            out.push((token.start, token.end, with.into()));
        }
    }

    fn put_before(&self, at: usize, with: &str, out: &mut Vec<Edit>) {
        if let Some(token) = self.tokens.get(at) {
            out.push((token.start, token.start, with.to_owned()));
        }
    }

    fn put_behind(&self, at: usize, with: &str, out: &mut Vec<Edit>) {
        if let Some(token) = self.tokens.get(at) {
            out.push((token.end, token.end, with.to_owned()));
        }
    }

    fn remove(&self, at: usize, out: &mut Vec<Edit>) {
        self.put(at, "", out);
    }

    /// The name here with a slip of the keyboard.
    fn misspell(&self, at: usize, out: &mut Vec<Edit>) {
        if self.is_name(at) {
            self.put(at, misspelt(self.at(at)), out);
        }
    }

    /// The end of the name of what is created here: a table, say.
    fn created(&self, words: &[&str]) -> Option<usize> {
        let mut at = 0;
        if !self.is(0, &["CREATE"]) {
            return None;
        }
        at += 1;
        while self.any(at, &["OR", "REPLACE", "TEMPORARY", "TEMP", "UNLOGGED", "UNIQUE", "FORCE"]) {
            at += 1;
        }
        if !self.is(at, words) {
            return None;
        }
        at += words.len();
        while self.any(at, &["CONCURRENTLY", "IF", "NOT", "EXISTS"]) {
            at += 1;
        }
        self.is_name(at).then(|| self.last_part(at))
    }

    /// The elements of a `CREATE TABLE`, from their first token to behind their last.
    fn elements(&self) -> Vec<(usize, usize)> {
        let Some(name) = self.created(&["TABLE"]) else { return Vec::new() };
        if self.at(name + 1) != "(" {
            return Vec::new();
        }
        let Some(close) = self.close(name + 1) else { return Vec::new() };
        let (mut out, mut depth, mut start) = (Vec::new(), 0usize, name + 2);
        for at in name + 2..=close {
            match self.at(at) {
                "(" => depth += 1,
                "," if depth == 0 => {
                    out.push((start, at));
                    start = at + 1;
                }
                ")" if depth == 0 => out.push((start, at)),
                ")" => depth -= 1,
                _ => {}
            }
        }
        out
    }

    /// The columns of a `CREATE TABLE`.
    fn columns(&self) -> Vec<(usize, usize)> {
        let elements = [
            "PRIMARY",
            "FOREIGN",
            "UNIQUE",
            "CONSTRAINT",
            "CHECK",
            "KEY",
            "INDEX",
            "LIKE",
            "EXCLUDE",
            "FULLTEXT",
            "SPATIAL",
        ];
        let mut columns = self.elements();
        columns.retain(|(start, end)| {
            end > start && self.is_name(*start) && !self.any(*start, &elements)
        });
        columns
    }

    fn has(&self, from: usize, to: usize, words: &[&str]) -> bool {
        (from..to).any(|at| self.is(at, words))
    }

    /// The plain names in the parentheses here, each with its place.
    fn names_in(&self, open: usize) -> Vec<usize> {
        if self.at(open) != "(" {
            return Vec::new();
        }
        let Some(close) = self.close(open) else { return Vec::new() };
        let plain = |at: &usize| {
            self.is_name(*at)
                && matches!(self.at(at - 1), "(" | ",")
                && (matches!(self.at(at + 1), ")" | ",") || self.any(at + 1, &["ASC", "DESC"]))
        };
        (open + 1..close).filter(plain).collect()
    }

    fn table_named(&self, name: &str) -> Option<Statement<'a>> {
        let other = self.all.iter().map(|tokens| Statement { tokens, ..*self });
        let mut other = other.filter(|other| other.created(&["TABLE"]).is_some());
        other.find(|other| {
            other.created(&["TABLE"]).is_some_and(|at| bare(other.at(at)) == bare(name))
        })
    }

    /// Every statement of the text.
    fn is_first(&self) -> bool {
        self.all.first().is_some_and(|first| first.as_ptr() == self.tokens.as_ptr())
    }
}

fn bare(name: &str) -> String {
    name.trim_matches(['`', '"', '[', ']']).to_ascii_lowercase()
}

/// A name with two letters swapped, or one more.
fn misspelt(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let middle = letters.len() / 2;
    let pair = (middle..letters.len().saturating_sub(1)).chain(1..middle).find(|at| {
        let (a, b) = (letters[*at], letters[at + 1]);
        a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && !a.eq_ignore_ascii_case(&b)
    });
    let mut letters = letters;
    match pair {
        Some(at) => letters.swap(at, at + 1),
        None => {
            let at = letters.len() - usize::from(name.ends_with(['"', '`']));
            letters.insert(at, 'x');
        }
    }
    letters.into_iter().collect()
}

const MY: &[Dialect] = &[Dialect::MySql];
const PG: &[Dialect] = &[Dialect::Postgres];
const LITE: &[Dialect] = &[Dialect::Sqlite];
const SERVERS: &[Dialect] = &[Dialect::MySql, Dialect::Postgres];
const ALL: &[Dialect] = &[Dialect::MySql, Dialect::Postgres, Dialect::Sqlite];

fn is_integer(word: &str) -> bool {
    let names = ["int", "integer", "bigint", "smallint", "int4", "int8", "tinyint", "mediumint"];
    names.iter().any(|name| word.eq_ignore_ascii_case(name))
}

fn is_sized(word: &str) -> bool {
    let names = ["varchar", "char", "character", "numeric", "decimal", "varbinary", "nvarchar"];
    names.iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// The words of another keyword, with a slip, wherever they stand in statements that begin like this.
fn slip(s: &Statement<'_>, begins: &[&str], word: &str, with: &str, out: &mut Vec<Edit>) {
    let here = s.is(0, &["CREATE"])
        && (1..5).any(|at| s.any(at, begins))
        && !(1..5).any(|at| s.any(at, &["FUNCTION", "PROCEDURE"]) && !begins.contains(&"FUNCTION"));
    if here {
        for at in 1..s.tokens.len() {
            if s.is(at, &[word]) && s.tokens[at].kind == Kind::Word {
                s.put(at, with, out);
            }
        }
    }
}

const KINDS: &[(&str, &[Dialect], Make)] = &[
    ("column of an index misspelt", ALL, |s, out| {
        if s.created(&["INDEX"]).is_some() {
            for at in s.behind(&["ON"]) {
                let open = (at..at + 8).find(|at| s.at(*at) == "(").unwrap_or(at);
                s.names_in(open).into_iter().for_each(|at| s.misspell(at, out));
            }
        }
    }),
    ("column of an expression index misspelt", ALL, |s, out| {
        if s.created(&["INDEX"]).is_some() {
            for word in ["lower", "upper", "coalesce"] {
                s.behind(&[word, "("]).into_iter().for_each(|at| s.misspell(at, out));
            }
        }
    }),
    ("column of an index's predicate misspelt", &[Dialect::Postgres, Dialect::Sqlite], |s, out| {
        if s.created(&["INDEX"]).is_some() {
            for at in s.behind(&["WHERE"]) {
                let at = if s.at(at) == "(" { at + 1 } else { at };
                if !s.any(at, &["NOT"]) && s.at(at + 1) != "(" {
                    s.misspell(at, out);
                }
            }
        }
    }),
    ("included column misspelt", PG, |s, out| {
        for at in s.behind(&["INCLUDE"]) {
            s.names_in(at).into_iter().for_each(|at| s.misspell(at, out));
        }
    }),
    ("table of an index misspelt", ALL, |s, out| {
        if s.created(&["INDEX"]).is_some() {
            for at in s.behind(&["ON"]).into_iter().take(1) {
                let at = if s.is(at, &["ONLY"]) { at + 1 } else { at };
                s.misspell(s.last_part(at), out);
            }
        }
    }),
    ("index without ON", ALL, |s, out| {
        if s.created(&["INDEX"]).is_some() {
            s.behind(&["ON"]).into_iter().take(1).for_each(|at| s.remove(at - 1, out));
        }
    }),
    ("index method misspelt", PG, |s, out| {
        if s.created(&["INDEX"]).is_some() {
            s.behind(&["USING"]).into_iter().take(1).for_each(|at| s.misspell(at, out));
        }
    }),
    ("column of a foreign key misspelt", SERVERS, |s, out| {
        for at in s.behind(&["FOREIGN", "KEY"]) {
            s.names_in(at).into_iter().for_each(|at| s.misspell(at, out));
        }
    }),
    ("referenced column misspelt", SERVERS, |s, out| {
        for at in s.behind(&["REFERENCES"]) {
            let end = s.last_part(at);
            s.names_in(end + 1).into_iter().for_each(|at| s.misspell(at, out));
        }
    }),
    ("referenced table misspelt", SERVERS, |s, out| {
        s.behind(&["REFERENCES"]).into_iter().for_each(|at| s.misspell(s.last_part(at), out));
    }),
    ("foreign key to more columns", SERVERS, |s, out| {
        for at in s.behind(&["REFERENCES"]) {
            let names = s.names_in(s.last_part(at) + 1);
            names.into_iter().take(1).for_each(|at| {
                s.put_behind(at, &format!(", {}", s.at(at)), out);
            });
        }
    }),
    ("foreign key to a column that is not unique", PG, |s, out| {
        for at in s.behind(&["REFERENCES"]) {
            let name = s.last_part(at);
            let names = s.names_in(name + 1);
            let Some(table) = s.table_named(s.at(name)) else { continue };
            let key = |(start, end): &(usize, usize)| {
                table.has(*start, *end, &["PRIMARY"])
                    || table.has(*start, *end, &["UNIQUE"])
                    || !is_integer(table.at(start + 1))
                    || names.first().is_some_and(|at| bare(s.at(*at)) == bare(table.at(*start)))
            };
            let other = table.columns().into_iter().find(|column| !key(column));
            if let ([only], Some((start, _))) = (names.as_slice(), other) {
                s.put(*only, table.at(start), out);
            }
        }
    }),
    ("foreign key of another type", SERVERS, |s, out| {
        for (start, end) in s.columns() {
            let name = bare(s.at(start));
            let refers = s.has(start, end, &["REFERENCES"])
                || s.behind(&["FOREIGN", "KEY"])
                    .into_iter()
                    .any(|at| s.names_in(at).len() == 1 && bare(s.at(at + 1)) == name);
            if refers && is_integer(s.at(start + 1)) && s.at(start + 2) != "(" {
                s.put(start + 1, "date", out);
            }
        }
    }),
    ("foreign key of another size", MY, |s, out| {
        for (start, _) in s.columns() {
            let name = bare(s.at(start));
            let refers = s
                .behind(&["FOREIGN", "KEY"])
                .into_iter()
                .any(|at| s.names_in(at).len() == 1 && bare(s.at(at + 1)) == name);
            if refers && s.any(start + 1, &["int", "integer", "bigint"]) {
                s.put(start + 1, if s.is(start + 1, &["bigint"]) { "int" } else { "bigint" }, out);
            }
        }
    }),
    ("ON DELETE misspelt", SERVERS, |s, out| {
        s.behind(&["ON", "DELETE"]).into_iter().for_each(|at| s.put(at - 1, "DELTE", out));
    }),
    ("SET NULL misspelt", SERVERS, |s, out| {
        s.behind(&["DELETE", "SET", "NULL"]).into_iter().for_each(|at| s.put(at - 1, "NUL", out));
    }),
    ("altered table misspelt", ALL, |s, out| {
        if s.is(0, &["ALTER", "TABLE"]) {
            let at = if s.is(2, &["ONLY"]) { 3 } else { 2 };
            if !s.is(at, &["IF"]) {
                s.misspell(s.last_part(at), out);
            }
        }
    }),
    ("altered column misspelt", SERVERS, |s, out| {
        if s.is(0, &["ALTER", "TABLE"]) && !s.has(0, s.tokens.len(), &["EXISTS"]) {
            for words in [["ALTER", "COLUMN"], ["DROP", "COLUMN"], ["RENAME", "COLUMN"]] {
                s.behind(&words).into_iter().for_each(|at| s.misspell(at, out));
            }
            s.behind(&["MODIFY"]).into_iter().for_each(|at| {
                s.misspell(if s.is(at, &["COLUMN"]) { at + 1 } else { at }, out);
            });
        }
    }),
    ("column added that is there", ALL, |s, out| {
        let Some(name) = s.created(&["TABLE"]) else { return };
        let Some((start, _)) =
            s.columns().into_iter().find(|(start, _)| is_integer(s.at(start + 1)))
        else {
            return;
        };
        if let Some(last) = s.tokens.last() {
            let added = format!(";\nALTER TABLE {} ADD COLUMN {} int", s.at(name), s.at(start));
            out.push((last.end, last.end, added));
        }
    }),
    ("action of ALTER misspelt", ALL, |s, out| {
        if s.is(0, &["ALTER", "TABLE"]) {
            for (word, with) in [("ADD", "AD"), ("DROP", "DORP"), ("MODIFY", "MODFY")] {
                s.behind(&[word]).into_iter().take(1).for_each(|at| s.put(at - 1, with, out));
            }
        }
    }),
    ("table of a view misspelt", SERVERS, |s, out| {
        if s.created(&["VIEW"]).is_some() {
            for word in ["FROM", "JOIN"] {
                for at in s.behind(&[word]) {
                    s.misspell(s.last_part(at), out);
                }
            }
        }
    }),
    ("column of a view misspelt", SERVERS, |s, out| {
        if s.created(&["VIEW"]).is_some() {
            let start = s.behind(&["SELECT"]).first().copied().unwrap_or(s.tokens.len());
            for at in start..s.tokens.len() {
                let qualified = s.at(at + 1) == "."
                    && s.is_name(at)
                    && s.is_name(at + 2)
                    && !matches!(s.at(at + 3), "." | "(");
                if qualified
                    && s.at(at.wrapping_sub(1)) != "."
                    && !s.any(at.wrapping_sub(1), &["FROM", "JOIN"])
                {
                    s.misspell(at + 2, out);
                }
            }
        }
    }),
    ("bare column of a view misspelt", SERVERS, |s, out| {
        if s.created(&["VIEW"]).is_some() && s.behind(&["SELECT"]).len() == 1 {
            let start = s.behind(&["SELECT"])[0];
            for at in start..s.tokens.len() {
                if s.is(at, &["FROM"]) {
                    break;
                }
                let plain = s.is_name(at)
                    && (at == start || s.at(at - 1) == ",")
                    && (s.at(at + 1) == "," || s.any(at + 1, &["FROM", "AS"]));
                if plain {
                    s.misspell(at, out);
                }
            }
        }
    }),
    ("alias of a view misspelt", SERVERS, |s, out| {
        if s.created(&["VIEW"]).is_some() {
            let start = s.behind(&["SELECT"]).first().copied().unwrap_or(s.tokens.len());
            for at in start..s.tokens.len() {
                let prefix = s.at(at.wrapping_sub(1));
                if s.at(at + 1) == "."
                    && s.is_name(at)
                    && prefix != "."
                    && !s.any(at - 1, &["FROM", "JOIN"])
                {
                    s.put(at, format!("{}x", s.at(at).trim_end_matches(['"', '`'])), out);
                }
            }
        }
    }),
    ("SELECT misspelt", ALL, |s, out| slip(s, &["VIEW"], "SELECT", "SELCT", out)),
    ("FROM misspelt", ALL, |s, out| slip(s, &["VIEW"], "FROM", "FORM", out)),
    ("JOIN misspelt", ALL, |s, out| slip(s, &["VIEW"], "JOIN", "JION", out)),
    ("WHERE misspelt", ALL, |s, out| slip(s, &["VIEW"], "WHERE", "WEHRE", out)),
    ("GROUP BY misspelt", ALL, |s, out| slip(s, &["VIEW"], "GROUP", "GROPU", out)),
    ("VIEW misspelt", ALL, |s, out| {
        if s.created(&["VIEW"]).is_some() {
            let view = s.behind(&["VIEW"])[0];
            s.put(view - 1, "VEIW", out);
        }
    }),
    ("view twice", SERVERS, |s, out| {
        if s.created(&["VIEW"]).is_some() && s.is(1, &["VIEW"]) {
            let (first, last) = (s.tokens[0], s.tokens[s.tokens.len() - 1]);
            out.push((last.end, last.end, format!(";\n{}", &s.text[first.start..last.end])));
        }
    }),
    ("table twice", ALL, |s, out| {
        if s.created(&["TABLE"]).is_some() && s.is(1, &["TABLE"]) && !s.is(2, &["IF"]) {
            let (first, last) = (s.tokens[0], s.tokens[s.tokens.len() - 1]);
            out.push((last.end, last.end, format!(";\n{}", &s.text[first.start..last.end])));
        }
    }),
    ("index twice", ALL, |s, out| {
        if s.created(&["INDEX"]).is_some() && !s.has(0, 8, &["IF"]) && !s.is(2, &["ON"]) {
            let (first, last) = (s.tokens[0], s.tokens[s.tokens.len() - 1]);
            out.push((last.end, last.end, format!(";\n{}", &s.text[first.start..last.end])));
        }
    }),
    ("index name twice in a table", MY, |s, out| {
        let names: Vec<usize> = s
            .elements()
            .into_iter()
            .filter(|(start, _)| s.any(*start, &["KEY", "INDEX"]) && s.is_name(start + 1))
            .map(|(start, _)| start + 1)
            .collect();
        for pair in names.windows(2) {
            s.put(pair[1], s.at(pair[0]), out);
        }
    }),
    ("constraint name twice", SERVERS, |s, out| {
        let names: Vec<usize> = s
            .elements()
            .into_iter()
            .filter(|(start, _)| s.is(*start, &["CONSTRAINT"]))
            .map(|(start, _)| start + 1)
            .collect();
        for pair in names.windows(2) {
            s.put(pair[1], s.at(pair[0]), out);
        }
    }),
    ("type twice", PG, |s, out| {
        if s.created(&["TYPE"]).is_some() {
            let (first, last) = (s.tokens[0], s.tokens[s.tokens.len() - 1]);
            out.push((last.end, last.end, format!(";\n{}", &s.text[first.start..last.end])));
        }
    }),
    ("sequence twice", PG, |s, out| {
        if s.created(&["SEQUENCE"]).is_some() && !s.is(2, &["IF"]) {
            let (first, last) = (s.tokens[0], s.tokens[s.tokens.len() - 1]);
            out.push((last.end, last.end, format!(";\n{}", &s.text[first.start..last.end])));
        }
    }),
    ("enum label twice", SERVERS, |s, out| {
        for at in s.behind(&["ENUM", "("]) {
            s.put_behind(at, &format!(", {}", s.at(at)), out);
        }
    }),
    ("enum label without quotes", SERVERS, |s, out| {
        for at in s.behind(&["ENUM", "("]) {
            let label = s.at(at).trim_matches('\'');
            if label.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                s.put(at, label, out);
            }
        }
    }),
    ("comma missing in an enum", SERVERS, |s, out| {
        for at in s.behind(&["ENUM", "("]) {
            if s.at(at + 1) == "," && s.tokens[at].kind == Kind::Text {
                s.put(at + 1, " ", out);
            }
        }
    }),
    ("enum without labels", SERVERS, |s, out| {
        for at in s.behind(&["ENUM"]) {
            if let Some(close) = s.close(at).filter(|_| s.at(at) == "(") {
                let (start, end) = (s.tokens[at].end, s.tokens[close].start);
                out.push((start, end, String::new()));
            }
        }
    }),
    ("two primary keys", ALL, |s, out| {
        let elements = s.elements();
        let has = elements.iter().any(|(start, end)| s.has(*start, *end, &["PRIMARY", "KEY"]));
        if let (true, Some((column, _)), Some((_, end))) =
            (has, s.columns().last(), elements.last())
        {
            s.put_before(*end, &format!(", PRIMARY KEY ({})", s.at(*column)), out);
        }
    }),
    ("second primary key added", SERVERS, |s, out| {
        let elements = s.elements();
        let has = elements.iter().any(|(start, end)| s.has(*start, *end, &["PRIMARY", "KEY"]));
        let (name, column) = (s.created(&["TABLE"]), s.columns().first().copied());
        if let (true, Some(name), Some((column, _)), Some(last)) =
            (has, name, column, s.tokens.last())
        {
            let added = format!(";\nALTER TABLE {} ADD PRIMARY KEY ({})", s.at(name), s.at(column));
            out.push((last.end, last.end, added));
        }
    }),
    ("column twice in a key", SERVERS, |s, out| {
        if s.created(&["TABLE"]).is_some() {
            for at in s.behind(&["PRIMARY", "KEY"]) {
                let names = s.names_in(at);
                names.into_iter().take(1).for_each(|at| {
                    s.put_behind(at, &format!(", {}", s.at(at)), out);
                });
            }
        }
    }),
    ("key without columns", ALL, |s, out| {
        if s.created(&["TABLE"]).is_some() {
            for at in s.behind(&["PRIMARY", "KEY"]) {
                if let Some(close) = s.close(at).filter(|_| s.at(at) == "(") {
                    out.push((s.tokens[at].end, s.tokens[close].start, String::new()));
                }
            }
        }
    }),
    ("KEY missing", ALL, |s, out| {
        if s.created(&["TABLE"]).is_some() {
            s.behind(&["PRIMARY", "KEY"]).into_iter().for_each(|at| s.remove(at - 1, out));
        }
    }),
    ("column of a unique key misspelt", ALL, |s, out| {
        if s.created(&["TABLE"]).is_some() {
            for at in s.behind(&["UNIQUE"]) {
                s.names_in(at).into_iter().for_each(|at| s.misspell(at, out));
            }
        }
    }),
    ("column of a check misspelt", ALL, |s, out| {
        if s.created(&["TABLE"]).is_some() {
            for at in s.behind(&["CHECK", "("]) {
                let at = (at..at + 4).find(|at| s.is_name(*at) && s.at(at + 1) != "(");
                at.into_iter().for_each(|at| s.misspell(at, out));
            }
        }
    }),
    ("check without its parentheses", ALL, |s, out| {
        if s.created(&["TABLE"]).is_some() {
            for at in s.behind(&["CHECK"]) {
                if let Some(close) = s.close(at).filter(|_| s.at(at) == "(") {
                    let inner = s.text[s.tokens[at].end..s.tokens[close].start].to_owned();
                    out.push((s.tokens[at].start, s.tokens[close].end, inner));
                }
            }
        }
    }),
    ("column of a generated column misspelt", ALL, |s, out| {
        if s.created(&["TABLE"]).is_some() {
            for at in s.behind(&["AS", "("]) {
                let at = (at..at + 4).find(|at| s.is_name(*at) && s.at(at + 1) != "(");
                at.into_iter().for_each(|at| s.misspell(at, out));
            }
        }
    }),
    ("length missing in its parentheses", ALL, |s, out| {
        for (start, _) in s.columns() {
            if is_sized(s.at(start + 1)) && s.at(start + 2) == "(" && s.at(start + 4) == ")" {
                s.remove(start + 3, out);
            }
        }
    }),
    ("length missing", MY, |s, out| {
        for (start, _) in s.columns() {
            if s.any(start + 1, &["varchar", "varbinary"]) && s.at(start + 4) == ")" {
                let (from, to) = (s.tokens[start + 2].start, s.tokens[start + 4].end);
                out.push((from, to, String::new()));
            }
        }
    }),
    ("length is a word", SERVERS, |s, out| {
        for (start, _) in s.columns() {
            if is_sized(s.at(start + 1)) && s.at(start + 2) == "(" {
                s.put(start + 3, "abc", out);
            }
        }
    }),
    ("length of nothing", PG, |s, out| {
        for (start, _) in s.columns() {
            if is_sized(s.at(start + 1)) && s.at(start + 2) == "(" && s.at(start + 4) == ")" {
                s.put(start + 3, "0", out);
            }
        }
    }),
    ("length that the type does not have", SERVERS, |s, out| {
        for (start, _) in s.columns() {
            let types: &[&str] = if s.dialect == Dialect::Postgres {
                &["int", "integer", "bigint", "text", "boolean", "date", "uuid"]
            } else {
                &["date"]
            };
            if s.any(start + 1, types) && s.at(start + 2) != "(" {
                s.put_behind(start + 1, "(11)", out);
            }
        }
    }),
    ("scale above precision", MY, |s, out| {
        for (start, _) in s.columns() {
            if s.any(start + 1, &["decimal", "numeric"]) && s.at(start + 4) == "," {
                s.put(start + 5, "29", out);
            }
        }
    }),
    ("type of another database", SERVERS, |s, out| {
        let other = if s.dialect == Dialect::Postgres {
            ["datetime", "tinyint", "mediumtext", "nvarchar(10)"]
        } else {
            ["timestamptz", "bytea", "jsonb", "int4range"]
        };
        for (nth, (start, end)) in s.columns().into_iter().enumerate() {
            let end = (start + 2..end).find(|at| {
                s.any(
                    *at,
                    &["NOT", "NULL", "DEFAULT", "PRIMARY", "UNIQUE", "REFERENCES", "COMMENT"],
                )
            });
            if let Some(end) = end {
                let (from, to) = (s.tokens[start + 1].start, s.tokens[end - 1].end);
                out.push((from, to, other[nth % other.len()].to_owned()));
            }
        }
    }),
    ("type of one's own misspelt", PG, |s, out| {
        let made: Vec<String> = s
            .all
            .iter()
            .map(|tokens| Statement { tokens, ..*s })
            .filter_map(|other| {
                let at = other.created(&["TYPE"]).or_else(|| other.created(&["DOMAIN"]))?;
                Some(bare(other.at(at)))
            })
            .collect();
        for (start, _) in s.columns() {
            let at = s.last_part(start + 1);
            if made.contains(&bare(s.at(at))) {
                s.misspell(at, out);
            }
        }
    }),
    ("type left out", SERVERS, |s, out| {
        for (start, end) in s.columns() {
            if end == start + 2 {
                s.remove(start + 1, out);
            }
        }
    }),
    ("default of another type", SERVERS, |s, out| {
        for (start, end) in s.columns() {
            if is_integer(s.at(start + 1)) || s.any(start + 1, &["boolean", "timestamp"]) {
                for at in s.behind(&["DEFAULT"]) {
                    let alone = at + 1 == end || s.any(at + 1, &["NOT", "NULL", "COMMENT"]);
                    if (start..end).contains(&at) && alone && !s.is(at, &["NULL"]) {
                        s.put(at, "'abc'", out);
                    }
                }
            }
        }
    }),
    ("default without a value", SERVERS, |s, out| {
        for (start, end) in s.columns() {
            for at in s.behind(&["DEFAULT"]) {
                if (start..end).contains(&at) && at + 1 == end {
                    s.remove(at, out);
                }
            }
        }
    }),
    ("two defaults", PG, |s, out| {
        for (start, end) in s.columns() {
            for at in s.behind(&["DEFAULT"]) {
                if (start..end).contains(&at) && at + 1 == end {
                    s.put_behind(at, &format!(" DEFAULT {}", s.at(at)), out);
                }
            }
        }
    }),
    ("NOT NULL and NULL", PG, |s, out| {
        if s.created(&["TABLE"]).is_some() {
            s.behind(&["NOT", "NULL"]).into_iter().for_each(|at| {
                s.put_behind(at - 1, " NULL", out);
            });
        }
    }),
    ("NOT NULL with DEFAULT NULL", MY, |s, out| {
        for (start, end) in s.columns() {
            if s.has(start, end, &["NOT", "NULL"]) && !s.has(start, end, &["DEFAULT"]) {
                if s.has(start, end, &["AUTO_INCREMENT"]) || s.has(start, end, &["PRIMARY"]) {
                    continue;
                }
                s.behind(&["NOT", "NULL"]).into_iter().for_each(|at| {
                    if (start..=end).contains(&at) {
                        s.put_behind(at - 1, " DEFAULT NULL", out);
                    }
                });
            }
        }
    }),
    ("NOT without NULL", ALL, |s, out| {
        for (start, end) in s.columns() {
            s.behind(&["NOT", "NULL"]).into_iter().for_each(|at| {
                if (start..=end).contains(&at) {
                    s.remove(at - 1, out);
                }
            });
        }
    }),
    ("AUTO_INCREMENT without a key", MY, |s, out| {
        let elements = s.elements();
        for (nth, (start, end)) in elements.iter().enumerate() {
            let inline = s.has(*start, *end, &["AUTO_INCREMENT", "PRIMARY", "KEY"]);
            let numbered = s.has(0, s.tokens.len(), &["AUTO_INCREMENT"]);
            if inline {
                let at = s.behind(&["AUTO_INCREMENT"])[0];
                out.push((s.tokens[at].start, s.tokens[at + 1].end, String::new()));
            } else if numbered && s.is(*start, &["PRIMARY", "KEY"]) && nth > 0 {
                let from = s.tokens[elements[nth - 1].1].start;
                out.push((from, s.tokens[*end - 1].end, String::new()));
            }
        }
    }),
    ("two AUTO_INCREMENT", MY, |s, out| {
        let columns = s.columns();
        if s.has(0, s.tokens.len(), &["AUTO_INCREMENT"])
            && let Some((start, end)) = columns.iter().find(|(start, end)| {
                is_integer(s.at(start + 1)) && !s.has(*start, *end, &["AUTO_INCREMENT"])
            })
        {
            s.put_behind(end - 1, " AUTO_INCREMENT", out);
            let _ = start;
        }
    }),
    ("AUTO_INCREMENT in another database", &[Dialect::Postgres, Dialect::Sqlite], |s, out| {
        for (start, end) in s.columns() {
            if is_integer(s.at(start + 1)) {
                s.put_behind(end - 1, " AUTO_INCREMENT", out);
            }
        }
    }),
    ("backticks in PostgreSQL", PG, |s, out| {
        for (start, _) in s.columns() {
            s.put(start, format!("`{}`", bare(s.at(start))), out);
        }
    }),
    ("double quotes in MySQL", MY, |s, out| {
        for (start, _) in s.columns() {
            s.put(start, format!("\"{}\"", bare(s.at(start))), out);
        }
    }),
    ("KEY in PostgreSQL's table", PG, |s, out| {
        let elements = s.elements();
        if let (Some((column, _)), Some((_, end))) = (s.columns().first(), elements.last()) {
            s.put_before(*end, &format!(", KEY idx_a ({})", s.at(*column)), out);
        }
    }),
    ("ENGINE in another database", &[Dialect::Postgres, Dialect::Sqlite], |s, out| {
        if s.created(&["TABLE"]).is_some() && s.at(s.tokens.len() - 1) == ")" {
            s.put_behind(s.tokens.len() - 1, " ENGINE=InnoDB", out);
        }
    }),
    ("UNSIGNED in PostgreSQL", PG, |s, out| {
        for (start, _) in s.columns() {
            if is_integer(s.at(start + 1)) {
                s.put_behind(start + 1, " UNSIGNED", out);
            }
        }
    }),
    ("array in MySQL", MY, |s, out| {
        for (start, _) in s.columns() {
            if s.any(start + 1, &["text", "int"]) && s.at(start + 2) != "(" {
                s.put_behind(start + 1, "[]", out);
            }
        }
    }),
    ("cast of PostgreSQL in MySQL", MY, |s, out| {
        for (start, end) in s.columns() {
            for at in s.behind(&["DEFAULT"]) {
                if (start..end).contains(&at) && s.tokens[at].kind == Kind::Text {
                    s.put_behind(at, "::text", out);
                }
            }
        }
    }),
    ("ENGINE misspelt", MY, |s, out| {
        if s.created(&["TABLE"]).is_some() {
            for at in s.behind(&["ENGINE", "="]) {
                s.misspell(at, out);
            }
        }
    }),
    ("CHARSET misspelt", MY, |s, out| {
        for at in s.behind(&["CHARSET", "="]).into_iter().chain(s.behind(&["CHARACTER", "SET"])) {
            if s.is_name(at) {
                s.put(at, "utfmb4", out);
            }
        }
    }),
    ("collation misspelt", SERVERS, |s, out| {
        if s.created(&["TABLE"]).is_some() {
            for at in s.behind(&["COLLATE"]) {
                s.misspell(s.last_part(if s.at(at) == "=" { at + 1 } else { at }), out);
            }
        }
    }),
    ("table of a trigger misspelt", SERVERS, |s, out| {
        if s.created(&["TRIGGER"]).is_some() {
            s.behind(&["ON"]).into_iter().take(1).for_each(|at| {
                s.misspell(s.last_part(at), out);
            });
        }
    }),
    ("function of a trigger misspelt", PG, |s, out| {
        if s.created(&["TRIGGER"]).is_some() {
            for word in ["FUNCTION", "PROCEDURE"] {
                s.behind(&["EXECUTE", word]).into_iter().for_each(|at| {
                    s.misspell(s.last_part(at), out);
                });
            }
        }
    }),
    ("time of a trigger misspelt", ALL, |s, out| {
        slip(s, &["TRIGGER"], "BEFORE", "BEFOER", out);
        slip(s, &["TRIGGER"], "AFTER", "ATFER", out);
    }),
    ("EXECUTE misspelt", PG, |s, out| slip(s, &["TRIGGER"], "EXECUTE", "EXCEUTE", out)),
    ("FOR EACH ROW misspelt", ALL, |s, out| slip(s, &["TRIGGER"], "EACH", "ECAH", out)),
    ("TRIGGER misspelt", ALL, |s, out| {
        if s.created(&["TRIGGER"]).is_some() {
            s.put(s.behind(&["TRIGGER"])[0] - 1, "TRIGER", out);
        }
    }),
    ("FUNCTION misspelt", SERVERS, |s, out| {
        if s.created(&["FUNCTION"]).is_some() {
            s.put(s.behind(&["FUNCTION"])[0] - 1, "FUNCTON", out);
        }
    }),
    ("RETURNS misspelt", SERVERS, |s, out| {
        if s.created(&["FUNCTION"]).is_some() {
            s.behind(&["RETURNS"]).into_iter().take(1).for_each(|at| s.put(at - 1, "RETRUNS", out));
        }
    }),
    ("LANGUAGE misspelt", PG, |s, out| {
        if s.created(&["FUNCTION"]).is_some() {
            s.behind(&["LANGUAGE"]).into_iter().take(1).for_each(|at| s.put(at, "plpgsq", out));
        }
    }),
    ("type of an argument misspelt", PG, |s, out| {
        if let Some(name) = s.created(&["FUNCTION"])
            && s.is_name(name + 3)
            && matches!(s.at(name + 4), "," | ")")
        {
            s.misspell(name + 3, out);
        }
    }),
    ("granted table misspelt", SERVERS, |s, out| {
        if s.is(0, &["GRANT"]) {
            for at in s.behind(&["ON"]).into_iter().take(1) {
                let at = if s.is(at, &["TABLE"]) { at + 1 } else { at };
                if !s.any(at, &["SCHEMA", "SEQUENCE", "FUNCTION", "ALL"]) && s.at(at) != "*" {
                    s.misspell(s.last_part(at), out);
                }
            }
        }
    }),
    ("privilege misspelt", SERVERS, |s, out| {
        if s.is(0, &["GRANT"]) {
            s.misspell(1, out);
        }
    }),
    ("commented table misspelt", PG, |s, out| {
        if s.is(0, &["COMMENT", "ON", "TABLE"]) {
            s.misspell(s.last_part(3), out);
        }
    }),
    ("commented column misspelt", PG, |s, out| {
        if s.is(0, &["COMMENT", "ON", "COLUMN"]) {
            s.misspell(s.last_part(3), out);
        }
    }),
    ("table of a commented column misspelt", PG, |s, out| {
        if s.is(0, &["COMMENT", "ON", "COLUMN"]) {
            s.misspell(s.last_part(3).saturating_sub(2), out);
        }
    }),
    ("comment without IS", PG, |s, out| {
        if s.is(0, &["COMMENT", "ON"]) {
            s.behind(&["IS"]).into_iter().take(1).for_each(|at| s.remove(at - 1, out));
        }
    }),
    ("column of a partition key misspelt", SERVERS, |s, out| {
        for by in ["RANGE", "LIST", "HASH"] {
            for at in s.behind(&["PARTITION", "BY", by]) {
                s.names_in(at).into_iter().for_each(|at| s.misspell(at, out));
            }
        }
    }),
    ("parent of a partition misspelt", PG, |s, out| {
        for at in s.behind(&["PARTITION", "OF"]) {
            s.misspell(s.last_part(at), out);
        }
    }),
    ("inherited table misspelt", PG, |s, out| {
        for at in s.behind(&["INHERITS", "("]) {
            s.misspell(s.last_part(at), out);
        }
    }),
    ("sequence of a default misspelt", PG, |s, out| {
        if s.created(&["TABLE"]).is_some() {
            for at in s.behind(&["NEXTVAL", "("]) {
                if s.tokens[at].kind == Kind::Text {
                    s.put(at, misspelt(s.at(at)), out);
                }
            }
        }
    }),
    ("owner of a sequence misspelt", PG, |s, out| {
        for at in s.behind(&["OWNED", "BY"]) {
            if !s.is(at, &["NONE"]) {
                s.misspell(s.last_part(at), out);
            }
        }
    }),
    ("unknown schema", PG, |s, out| {
        if let Some(name) = s.created(&["TABLE"])
            && s.at(name - 1) != "."
        {
            s.put_before(name, "nowhere.", out);
        }
    }),
    ("unknown table dropped", ALL, |s, out| {
        if s.is(0, &["DROP", "TABLE"]) && !s.is(2, &["IF"]) {
            s.misspell(s.last_part(2), out);
        } else if s.is_first() {
            let end = s.tokens[s.tokens.len() - 1].end;
            out.push((end, end, ";\nDROP TABLE nowhere".to_owned()));
        }
    }),
    ("table of an INSERT misspelt", ALL, |s, out| {
        if s.is(0, &["INSERT", "INTO"]) {
            s.misspell(s.last_part(2), out);
        }
    }),
    ("column of an INSERT misspelt", ALL, |s, out| {
        if s.is(0, &["INSERT", "INTO"]) {
            let names = s.names_in(s.last_part(2) + 1);
            names.into_iter().take(1).for_each(|at| s.misspell(at, out));
        }
    }),
    ("value too many", ALL, |s, out| {
        if s.is(0, &["INSERT", "INTO"]) {
            s.behind(&["VALUES", "("]).into_iter().take(1).for_each(|at| {
                s.put_before(at, "NULL, ", out);
            });
        }
    }),
    ("VALUES misspelt", ALL, |s, out| {
        if s.is(0, &["INSERT", "INTO"]) {
            s.behind(&["VALUES"]).into_iter().take(1).for_each(|at| s.put(at - 1, "VALEUS", out));
        }
    }),
    ("INTO misspelt", SERVERS, |s, out| {
        if s.is(0, &["INSERT", "INTO"]) {
            s.put(1, "ITNO", out);
        }
    }),
    ("semicolon missing", ALL, |s, out| {
        if s.created(&["TABLE"]).is_some()
            && let Some(last) = s.tokens.last()
            && s.text[last.end..].starts_with(';')
        {
            out.push((last.end, last.end + 1, String::new()));
        }
    }),
    ("one ) too many", ALL, |s, out| {
        if s.created(&["TABLE"]).is_some() && s.at(s.tokens.len() - 1) == ")" {
            s.put_behind(s.tokens.len() - 1, ")", out);
        }
    }),
    ("table name reserved", SERVERS, |s, out| {
        if let Some(name) = s.created(&["TABLE"]) {
            s.put(name, "order", out);
        }
    }),
    ("column name with a dash", SERVERS, |s, out| {
        for (start, _) in s.columns() {
            if s.at(start).contains('_') && s.tokens[start].kind == Kind::Word {
                s.put(start, s.at(start).replace('_', "-"), out);
            }
        }
    }),
    ("column name with a blank", SERVERS, |s, out| {
        for (start, _) in s.columns() {
            if s.at(start).contains('_') && s.tokens[start].kind == Kind::Word {
                s.put(start, s.at(start).replacen('_', " ", 1), out);
            }
        }
    }),
    ("EXISTS misspelt", ALL, |s, out| {
        if s.created(&["TABLE"]).is_some() {
            s.behind(&["IF", "NOT", "EXISTS"])
                .into_iter()
                .for_each(|at| s.put(at - 1, "EXIST", out));
        }
    }),
    ("words after a column", SERVERS, |s, out| {
        for (start, end) in s.columns() {
            if end > start + 1 {
                s.put_behind(end - 1, " please", out);
            }
        }
    }),
    ("table without columns' parentheses", ALL, |s, out| {
        if let Some(name) = s.created(&["TABLE"])
            && s.at(name + 1) == "("
        {
            s.remove(name + 1, out);
        }
    }),
    ("STRICT with another type", LITE, |s, out| {
        if s.created(&["TABLE"]).is_some() && s.at(s.tokens.len() - 1) == ")" {
            s.put_behind(s.tokens.len() - 1, " STRICT", out);
        }
    }),
    ("WITHOUT ROWID without a key", LITE, |s, out| {
        if s.created(&["TABLE"]).is_some()
            && s.at(s.tokens.len() - 1) == ")"
            && !s.has(0, s.tokens.len(), &["PRIMARY"])
        {
            s.put_behind(s.tokens.len() - 1, " WITHOUT ROWID", out);
        }
    }),
    ("AUTOINCREMENT of another type", LITE, |s, out| {
        for (start, end) in s.columns() {
            if s.has(start, end, &["PRIMARY", "KEY"]) && !s.is(start + 1, &["INTEGER"]) {
                s.behind(&["PRIMARY", "KEY"]).into_iter().for_each(|at| {
                    if (start..=end).contains(&at) {
                        s.put_behind(at - 1, " AUTOINCREMENT", out);
                    }
                });
            }
        }
    }),
];
