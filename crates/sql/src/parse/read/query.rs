//! The query of a view, in what all dialects have in common: columns, joins, conditions, calls,
//! `CASE`, `UNION`. Nearly all queries are such, and `sqlparser`, which takes far longer, need not be
//! asked about them. Whatever else is in one - a word or a sign that is not known here - it is asked.
//!
//! This tells queries apart and makes nothing of them, so that precedence does not matter.

use crate::parse::read::cursor::Cursor;
use crate::parse::token::Kind;
use crate::parse::words;
use crate::word::is_any;

/// Whether the rest of the statement is a query that is understood to its last token. The cursor
/// stays where it is.
pub(crate) fn is_understood(cursor: &mut Cursor<'_>) -> bool {
    cursor.look_ahead(|cursor| {
        let mut reader = Reader { cursor, depth: 0 };
        reader.query() && reader.cursor.at_end()
    })
}

/// Deeper queries are left to `sqlparser`, which counts too.
const DEPTH: usize = 40;

/// Every method reads one thing, and says whether it was there.
struct Reader<'c, 'a> {
    cursor: &'c mut Cursor<'a>,
    depth: usize,
}

impl Reader<'_, '_> {
    fn query(&mut self) -> bool {
        self.nested(|reader| {
            if !reader.select() {
                return false;
            }
            while reader.cursor.eat_any(&["UNION", "INTERSECT", "EXCEPT"]) {
                reader.cursor.eat_any(&["ALL", "DISTINCT"]);
                if !reader.select() {
                    return false;
                }
            }
            (!reader.cursor.eat("ORDER") || reader.eat("BY") && reader.list(Self::order))
                && (!reader.cursor.eat("LIMIT") || reader.number())
                && (!reader.cursor.eat("OFFSET") || reader.number())
        })
    }

    fn select(&mut self) -> bool {
        if !self.eat("SELECT") {
            return false;
        }
        self.cursor.eat_any(&["DISTINCT", "ALL"]);
        self.list(Self::item)
            && (!self.cursor.eat("FROM") || self.list(Self::source))
            && (!self.cursor.eat("WHERE") || self.expression())
            && (!self.cursor.eat("GROUP") || self.eat("BY") && self.list(Self::expression))
            && (!self.cursor.eat("HAVING") || self.expression())
    }

    /// `*`, `t.*`, or an expression with the name that it gets.
    fn item(&mut self) -> bool {
        if self.cursor.eat_symbol(b'*') {
            return true;
        }
        if self.cursor.symbol_at(1, b'.') && self.cursor.symbol_at(2, b'*') {
            return self.name() && self.symbol(b'.') && self.symbol(b'*');
        }
        self.expression() && self.alias()
    }

    /// A table or a query in parentheses, and what is joined to it.
    fn source(&mut self) -> bool {
        if !self.table() {
            return false;
        }
        loop {
            let crosses = self.cursor.eat("CROSS");
            if !crosses && !self.cursor.eat("INNER") && self.cursor.eat_any(&["LEFT", "RIGHT"]) {
                self.cursor.eat("OUTER");
            }
            if !self.cursor.eat("JOIN") {
                // Nothing else may follow such a word.
                return !is_any(
                    self.cursor.word_back(1),
                    &["CROSS", "INNER", "LEFT", "RIGHT", "OUTER"],
                );
            }
            let joins = self.table() && (crosses || self.condition());
            if !joins {
                return false;
            }
        }
    }

    fn condition(&mut self) -> bool {
        if self.cursor.eat("USING") {
            return self.symbol(b'(') && self.list(Self::name) && self.symbol(b')');
        }
        self.eat("ON") && self.expression()
    }

    fn table(&mut self) -> bool {
        if self.cursor.eat_symbol(b'(') {
            return self.query() && self.symbol(b')') && self.alias();
        }
        self.path() && self.alias()
    }

    /// `AS x`, or `x`, or nothing.
    fn alias(&mut self) -> bool {
        if self.cursor.eat("AS") {
            return self.name();
        }
        let _ = self.name();
        true
    }

    fn order(&mut self) -> bool {
        if !self.expression() {
            return false;
        }
        self.cursor.eat_any(&["ASC", "DESC"]);
        true
    }

    /// Conditions with `AND` and `OR` between them.
    fn expression(&mut self) -> bool {
        self.nested(|reader| {
            loop {
                while reader.cursor.eat("NOT") {}
                if !reader.comparison() {
                    return false;
                }
                if !reader.cursor.eat_any(&["AND", "OR"]) {
                    return true;
                }
            }
        })
    }

    fn comparison(&mut self) -> bool {
        if !self.sum() {
            return false;
        }
        if self.cursor.eat("IS") {
            self.cursor.eat("NOT");
            return self.eat("NULL");
        }
        if self.compares() {
            return self.sum();
        }
        let negates = self.cursor.eat("NOT");
        if self.cursor.eat("LIKE") {
            return self.sum();
        }
        if self.cursor.eat("BETWEEN") {
            return self.sum() && self.eat("AND") && self.sum();
        }
        if self.cursor.eat("IN") {
            return self.symbol(b'(') && self.query_or_list() && self.symbol(b')');
        }
        !negates
    }

    /// `=`, `<>`, `!=`, `<`, `<=`, `>`, `>=`.
    fn compares(&mut self) -> bool {
        let second: &[u8] = match self.cursor.kind() {
            Some(Kind::Symbol(b'=')) => b"",
            Some(Kind::Symbol(b'<')) => b"=>",
            Some(Kind::Symbol(b'>')) => b"=",
            Some(Kind::Symbol(b'!')) if self.cursor.touches(b'=') => b"=",
            Some(_) | None => return false,
        };
        let is_double = second.iter().any(|&symbol| self.cursor.touches(symbol));
        self.cursor.skip();
        if is_double {
            self.cursor.skip();
        }
        true
    }

    /// Values with signs of arithmetic, or `||`, between them.
    fn sum(&mut self) -> bool {
        loop {
            if matches!(self.cursor.kind(), Some(Kind::Symbol(b'-' | b'+'))) {
                self.cursor.skip();
            }
            if !self.value() {
                return false;
            }
            match self.cursor.kind() {
                Some(Kind::Symbol(b'+' | b'-' | b'*' | b'/' | b'%')) => self.cursor.skip(),
                Some(Kind::Symbol(b'|')) if self.cursor.touches(b'|') => {
                    self.cursor.skip();
                    self.cursor.skip();
                }
                Some(_) | None => return true,
            }
        }
    }

    fn value(&mut self) -> bool {
        let found = match self.cursor.kind() {
            Some(Kind::Number | Kind::Text) => {
                self.cursor.skip();
                true
            }
            Some(Kind::Symbol(b'(')) => {
                self.cursor.skip();
                self.query_or_list() && self.symbol(b')')
            }
            Some(Kind::Word) if self.cursor.eat_any(&["NULL", "TRUE", "FALSE"]) => true,
            Some(Kind::Word) if self.cursor.eat("CASE") => self.case(),
            Some(Kind::Word) if self.cursor.eat("EXISTS") => {
                self.symbol(b'(') && self.query() && self.symbol(b')')
            }
            Some(Kind::Word) if self.cursor.eat("CAST") => {
                self.symbol(b'(')
                    && self.expression()
                    && self.eat("AS")
                    && self.data_type()
                    && self.symbol(b')')
            }
            Some(Kind::Word | Kind::Quoted) => {
                self.path() && (!self.cursor.next_is(b'(') || self.arguments())
            }
            Some(Kind::Variable | Kind::Symbol(_)) | None => false,
        };
        found && self.casts()
    }

    /// `::int`, as often as it is there.
    fn casts(&mut self) -> bool {
        while self.cursor.next_is(b':') && self.cursor.touches(b':') {
            self.cursor.skip();
            self.cursor.skip();
            if !self.data_type() {
                return false;
            }
        }
        true
    }

    /// Behind `CASE`.
    fn case(&mut self) -> bool {
        if !is_any(self.cursor.word(), &["WHEN"]) && !self.expression() {
            return false;
        }
        let mut n_branches = 0;
        while self.cursor.eat("WHEN") {
            n_branches += 1;
            if !(self.expression() && self.eat("THEN") && self.expression()) {
                return false;
            }
        }
        n_branches > 0 && (!self.cursor.eat("ELSE") || self.expression()) && self.eat("END")
    }

    /// `(*)`, `(DISTINCT a)`, `(a, b)`, `()`.
    fn arguments(&mut self) -> bool {
        if !self.symbol(b'(') {
            return false;
        }
        if self.cursor.eat_symbol(b')') {
            return true;
        }
        if !self.cursor.eat_symbol(b'*') {
            self.cursor.eat("DISTINCT");
            if !self.list(Self::expression) {
                return false;
            }
        }
        self.symbol(b')')
    }

    fn query_or_list(&mut self) -> bool {
        if is_any(self.cursor.word(), &["SELECT"]) {
            return self.query();
        }
        self.list(Self::expression)
    }

    /// `numeric(12, 2)`: a type of one word.
    fn data_type(&mut self) -> bool {
        let mut known = self.cursor.grammar.types.names.iter();
        let is_known = known.any(|known| known.eq_ignore_ascii_case(self.cursor.word()));
        if !is_known {
            return false;
        }
        self.cursor.skip();
        !self.cursor.eat_symbol(b'(') || self.list(Self::number) && self.symbol(b')')
    }

    fn list(&mut self, mut part: impl FnMut(&mut Self) -> bool) -> bool {
        loop {
            if !part(self) {
                return false;
            }
            if !self.cursor.eat_symbol(b',') {
                return true;
            }
        }
    }

    /// `a`, `t.a`, `s.t.a`.
    fn path(&mut self) -> bool {
        if !self.name() {
            return false;
        }
        for _ in 0..2 {
            if !self.cursor.eat_symbol(b'.') {
                break;
            }
            if !self.name() {
                return false;
            }
        }
        !self.cursor.next_is(b'.')
    }

    fn name(&mut self) -> bool {
        let is_name = match self.cursor.kind() {
            Some(Kind::Word) => {
                let word = self.cursor.word();
                !is_any(word, words::QUERY_WORDS) && !self.cursor.grammar.is_reserved(word)
            }
            Some(Kind::Quoted) => true,
            Some(Kind::Text | Kind::Number | Kind::Variable | Kind::Symbol(_)) | None => false,
        };
        if is_name {
            self.cursor.skip();
        }
        is_name
    }

    fn number(&mut self) -> bool {
        self.cursor.eat_kind(Kind::Number)
    }

    fn eat(&mut self, keyword: &str) -> bool {
        self.cursor.eat(keyword)
    }

    fn symbol(&mut self, symbol: u8) -> bool {
        self.cursor.eat_symbol(symbol)
    }

    /// Something in which the same may stand again.
    fn nested(&mut self, read: impl FnOnce(&mut Self) -> bool) -> bool {
        self.depth += 1;
        let found = self.depth <= DEPTH && read(self);
        self.depth -= 1;
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::is_understood;
    use crate::dialect::Dialect;
    use crate::parse::read::Cursor;
    use crate::parse::split::split;
    use crate::parse::verdict::{Verdict, Verdicts};
    use crate::source::{Excerpt, Sources};

    /// Queries of every shape that is read here.
    const QUERIES: [&str; 12] = [
        "SELECT o.id, u.email, p.title FROM orders o JOIN users u ON u.id = o.user_id \
         JOIN products p ON p.id = o.product_id WHERE o.state <> 'done'",
        "SELECT * FROM shop.orders AS o, users WHERE NOT o.a IS NOT NULL AND (o.b >= 1 OR o.c != -2)",
        "SELECT DISTINCT a.*, b AS c FROM a LEFT OUTER JOIN b USING (id, no) CROSS JOIN d",
        "SELECT count(*), sum(DISTINCT x) total, now() FROM t GROUP BY a, b.c HAVING count(*) > 3",
        "SELECT CASE WHEN a THEN 'x' WHEN b = 1 THEN c ELSE NULL END FROM t ORDER BY 1 DESC, b LIMIT 5",
        "SELECT CASE a WHEN 1 THEN 2 END x FROM (SELECT a FROM t) AS s INNER JOIN u ON s.a = u.a",
        "SELECT a + b * (c - 1) / 2 % 3 FROM t WHERE a IN (1, 2) AND b NOT IN (SELECT b FROM u)",
        "SELECT CAST(a AS decimal(12, 2)) FROM t WHERE a BETWEEN 1 AND 2 AND b NOT LIKE 'x%'",
        "SELECT a FROM t UNION ALL SELECT b FROM u UNION SELECT c FROM v ORDER BY a ASC",
        "SELECT (SELECT max(a) FROM t) m, f(g(a), 'x') FROM t WHERE EXISTS (SELECT 1 FROM u)",
        "SELECT a || b FROM t RIGHT JOIN u ON t.a < u.a AND t.b > u.b OR t.c <= u.c LIMIT 3 OFFSET 4",
        "SELECT upper(coalesce(a, 'none')) FROM t WHERE a = TRUE AND b IS NULL",
    ];

    fn reads(text: &str, dialect: Dialect) -> bool {
        let file = Sources::default().add("v.sql", text);
        let excerpt = Excerpt::of_file(file, text);
        let split = split(text, dialect);
        let [piece] = split.pieces.as_slice() else { return false };
        let tokens = &split.tokens[piece.tokens.clone()];
        is_understood(&mut Cursor::new(&excerpt, tokens, dialect))
    }

    #[test]
    fn common_queries_are_read_in_every_dialect() {
        for query in QUERIES {
            for &dialect in Dialect::ALL {
                assert!(reads(query, dialect), "{dialect:?}: {query}");
            }
        }
        assert!(reads("SELECT a::int::numeric(3) FROM t", Dialect::Postgres));
    }

    #[test]
    fn what_is_not_known_is_left_alone() {
        for query in [
            "",
            "SELECT",
            "SELECT FROM t",
            "SELECT a, FROM t",
            "SELECT a b c FROM t",
            "SELECT a FROM",
            "SELECT a FROM t WHERE",
            "SELECT a FROM t JOIN u",
            "SELECT a FROM t LEFT",
            "SELECT a FROM t WHERE a = = 1",
            "SELECT a FROM t WHERE a < > 1",
            "SELECT a FROM t WHERE a ! = 1",
            "SELECT a FROM t WHERE a NOT 1",
            "SELECT (a FROM t",
            "SELECT a) FROM t",
            "SELECT a FROM t GROUP a",
            "SELECT a FROM t WHERE a IN ()",
            "SELECT CASE END FROM t",
            "SELECT a FROM (SELECT a FROM t",
            "SELECT a FROM t; SELECT b FROM t",
            "SELECT 'a' 'b' FROM t",
            "SELECT extract(year FROM a) FROM t",
            "SELECT a FROM t WINDOW w AS (PARTITION BY a)",
            "SELCT a FROM t",
        ] {
            for &dialect in Dialect::ALL {
                assert!(!reads(query, dialect), "{dialect:?}: {query}");
            }
        }
        let deep = format!("SELECT {}1{}", "(".repeat(10_000), ")".repeat(10_000));
        assert!(!reads(&deep, Dialect::Postgres));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// Queries with tokens taken out, put in or moved: what is read here, `sqlparser` reads too.
        #[test]
        fn nothing_is_read_that_sqlparser_refuses(
            query in 0..QUERIES.len(),
            edits in prop::collection::vec((0..3, 0..40usize, 0..QUERIES.len(), 0..40usize), 0..4),
            dialect in 0..Dialect::ALL.len(),
        ) {
            let tokens = |query: usize| -> Vec<&str> {
                let text = QUERIES[query];
                let split = split(text, Dialect::Generic);
                split.tokens.iter().filter_map(|token| text.get(token.range())).collect()
            };
            let mut words = tokens(query);
            for (kind, at, other, from) in edits {
                let (at, others) = (at % (words.len() + 1), tokens(other));
                match kind {
                    0 if at < words.len() => drop(words.remove(at)),
                    1 => words.insert(at, others[from % others.len()]),
                    _ if at < words.len() => words[at] = others[from % others.len()],
                    _ => {}
                }
            }
            // Signs of two characters are two tokens.
            let mut text = String::new();
            for word in words {
                let sign = |c: Option<char>| c.is_some_and(|c| "<>!=|".contains(c));
                if !(sign(text.chars().last()) && sign(word.chars().next())) {
                    text.push(' ');
                }
                text.push_str(word);
            }
            let dialect = Dialect::ALL[dialect];
            if reads(&text, dialect) {
                let said = Verdicts::default().of(vec![text.clone()], dialect);
                prop_assert_eq!(said, [Verdict::Accepts], "{:?}: {}", dialect, text);
            }
        }
    }
}
