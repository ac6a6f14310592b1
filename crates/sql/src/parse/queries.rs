//! SQL that an application runs -> the tables and columns that each statement names.
//!
//! In: texts of queries, also with parameters (`$1`, `?`, `:name`, `@p`) and with sqlc's comments and
//! functions. Out: one [`Query`] a statement. Nothing is said to be wrong here: what is not understood
//! is kept as [`Unread`], with its place.

use smol_str::{SmolStr, StrExt};

use crate::definition::{Ident, ObjectName};
use crate::dialect::Dialect;
use crate::parse::read::unquote;
use crate::parse::split::{Piece, split};
use crate::parse::token::{Kind, Token};
use crate::parse::{Budget, tokens};
use crate::query::{Certainty, ColumnUse, Insert, Query, Relation, Scope, Unread, UsedColumn};
use crate::source::{Excerpt, Span};
use crate::word::{is, is_any};

/// How deep queries and parentheses may be nested.
const MAX_DEPTH: usize = 48;
/// The most tables of one `FROM`.
const MAX_RELATIONS: usize = 64;

/// Reads every statement of a text. False if the text is larger than one schema may be: then nothing
/// of it is read.
pub fn queries(text: &Excerpt, dialect: Dialect, each: &mut dyn FnMut(Query)) -> bool {
    if text.text.len() > Budget::SCHEMA {
        return false;
    }
    let split = split(&text.text, dialect);
    for piece in &split.pieces {
        if let Some(query) = query(text, tokens(&split, piece), piece) {
            each(query);
        }
    }
    true
}

/// Statements that name no table: of transactions, sessions and clients.
const SILENT: &[&str] = &[
    "BEGIN",
    "START",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "END",
    "ABORT",
    "SET",
    "RESET",
    "SHOW",
    "USE",
    "PRAGMA",
    "LISTEN",
    "NOTIFY",
    "UNLISTEN",
    "DISCARD",
    "DEALLOCATE",
    "GO",
    "CHECKPOINT",
    "FETCH",
    "CLOSE",
    "KILL",
];

/// Statements that change the schema.
const DEFINING: &[&str] = &["CREATE", "ALTER", "DROP", "RENAME", "GRANT", "REVOKE", "COMMENT"];

fn query(text: &Excerpt, tokens: &[Token], piece: &Piece) -> Option<Query> {
    let span = text.locate(piece.bytes.clone());
    let query = Query { span, scopes: Vec::new(), inserts: Vec::new(), unread: Vec::new() };
    let mut reader = Reader { text, tokens, at: 0, query, with: Vec::new(), depth: 0 };
    while reader.eat("EXPLAIN") || reader.eat("ANALYZE") || reader.eat("VERBOSE") {
        // `EXPLAIN (ANALYZE, COSTS off) SELECT`.
        if reader.symbol(0, b'(') && !reader.begins_query(1) {
            reader.skip_group();
        }
    }
    let first = reader.word(0);
    if first.is_empty() && !reader.symbol(0, b'(') || is_any(first, SILENT) {
        return None;
    }
    reader.statement(None, Tail::Own);
    if reader.at < tokens.len() {
        reader.unread(Unread::Syntax);
    }
    Some(reader.query)
}

/// Whether what follows a query is a part of the `INSERT` around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    Own,
    OfInsert,
}

/// Where in a query something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clause {
    /// The results, where names can be given.
    Select,
    /// The tables.
    From,
    /// What is assigned.
    Set,
    /// Everything else.
    Other,
}

/// What words stand between operands: no name of a column without quotes is one of them.
const RESERVED: &[&str] = &[
    "SELECT",
    "DISTINCT",
    "ALL",
    "FROM",
    "WHERE",
    "GROUP",
    "BY",
    "HAVING",
    "ORDER",
    "LIMIT",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "JOIN",
    "ON",
    "USING",
    "LEFT",
    "RIGHT",
    "FULL",
    "INNER",
    "OUTER",
    "CROSS",
    "NATURAL",
    "AND",
    "OR",
    "NOT",
    "IN",
    "IS",
    "LIKE",
    "ILIKE",
    "RLIKE",
    "REGEXP",
    "SIMILAR",
    "BETWEEN",
    "EXISTS",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "AS",
    "SET",
    "VALUES",
    "RETURNING",
    "WITH",
    "ASC",
    "DESC",
    "INTO",
    "DEFAULT",
    "FOR",
    "LATERAL",
    "WINDOW",
    "STRAIGHT_JOIN",
    "COLLATE",
    "ESCAPE",
    "XOR",
    "DIV",
    "ISNULL",
    "NOTNULL",
    "QUALIFY",
    "PREWHERE",
    "ARRAY",
    "CAST",
    "SOME",
    "ANY",
    "INTERVAL",
    "FETCH",
    "ASOF",
    "GLOB",
    "OFFSET",
    "CONFLICT",
    "DUPLICATE",
    "UPDATE",
    "DELETE",
    "INSERT",
];

/// Words that are values.
const VALUES: &[&str] = &[
    "NULL",
    "TRUE",
    "FALSE",
    "UNKNOWN",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "CURRENT_USER",
    "SESSION_USER",
    "UTC_TIMESTAMP",
    "UTC_DATE",
    "UTC_TIME",
    "END",
];

/// Words that are a part of the language in some places, and names in others.
const PERHAPS: &[&str] = &[
    "YEAR",
    "MONTH",
    "DAY",
    "HOUR",
    "MINUTE",
    "SECOND",
    "WEEK",
    "QUARTER",
    "MICROSECOND",
    "DOW",
    "DOY",
    "EPOCH",
    "FIRST",
    "LAST",
    "NEXT",
    "PRIOR",
    "ROW",
    "ROWS",
    "RANGE",
    "GROUPS",
    "ONLY",
    "TIES",
    "NULLS",
    "PARTITION",
    "OVER",
    "FILTER",
    "WITHIN",
    "PRECEDING",
    "FOLLOWING",
    "UNBOUNDED",
    "CURRENT",
    "EXCLUDE",
    "OTHERS",
    "NO",
    "KEY",
    "SHARE",
    "SKIP",
    "LOCKED",
    "NOWAIT",
    "OF",
    "DO",
    "NOTHING",
    "CONSTRAINT",
    "BOTH",
    "LEADING",
    "TRAILING",
    "SEPARATOR",
    "SYMMETRIC",
    "ASYMMETRIC",
    "TO",
    "MATCHED",
    "OVERRIDING",
    "SYSTEM",
    "USER",
    "VALUE",
    "RECURSIVE",
    "MATERIALIZED",
    "ROLLUP",
    "CUBE",
    "GROUPING",
    "SETS",
    "ORDINALITY",
    "TABLE",
    "TOP",
    "PERCENT",
    "MODE",
    "LOCK",
    "BINARY",
    "MOD",
    "MATCH",
    "AGAINST",
    "BOOLEAN",
    "LANGUAGE",
    "NATURAL",
    "QUERY",
    "EXPANSION",
    "OUTPUT",
    "SOUNDS",
    "OVERLAPS",
    "OPERATOR",
    "DOCUMENT",
    "CONTENT",
    "UNIQUE",
    "IGNORE",
    "RESPECT",
    "SQL_CALC_FOUND_ROWS",
    "HIGH_PRIORITY",
    "BREADTH",
    "DEPTH",
    "SEARCH",
    "CYCLE",
    "FINAL",
    "SAMPLE",
    "SETTINGS",
    "FORMAT",
    "MINUS",
];

/// Those of them behind which an operand may stand.
const CONNECTING: &[&str] = &[
    "ROWS",
    "RANGE",
    "GROUPS",
    "ONLY",
    "NULLS",
    "PARTITION",
    "OVER",
    "FILTER",
    "WITHIN",
    "EXCLUDE",
    "OF",
    "DO",
    "BOTH",
    "LEADING",
    "TRAILING",
    "SEPARATOR",
    "SYMMETRIC",
    "ASYMMETRIC",
    "TO",
    "BINARY",
    "MOD",
    "MATCH",
    "AGAINST",
    "SOUNDS",
    "OVERLAPS",
    "OPERATOR",
    "UNIQUE",
    "MATCHED",
    "OVERRIDING",
    "TOP",
];

/// The most `WITH`s that can be named at once: each table is looked for among them.
const MAX_WITH: usize = 256;

struct Reader<'a> {
    text: &'a Excerpt,
    tokens: &'a [Token],
    at: usize,
    query: Query,
    /// The names of the `WITH`s that can be named here, in lower case.
    with: Vec<SmolStr>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn token(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    fn written(&self, token: Token) -> &'a str {
        self.text.text.get(token.range()).unwrap_or_default()
    }

    /// A bare word further on.
    fn word(&self, ahead: usize) -> &'a str {
        let token = self.token(ahead).filter(|token| token.kind == Kind::Word);
        token.map_or("", |token| self.written(token))
    }

    /// The bare word just before.
    fn word_before(&self) -> &'a str {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).copied();
        let before = before.filter(|token| token.kind == Kind::Word);
        before.map_or("", |token| self.written(token))
    }

    fn symbol(&self, ahead: usize, symbol: u8) -> bool {
        self.token(ahead).is_some_and(|token| token.kind == Kind::Symbol(symbol))
    }

    fn eat(&mut self, keyword: &str) -> bool {
        let is_it = is(self.word(0), keyword);
        self.at += usize::from(is_it);
        is_it
    }

    fn eat_any(&mut self, keywords: &[&str]) -> bool {
        let is_one = is_any(self.word(0), keywords);
        self.at += usize::from(is_one);
        is_one
    }

    fn eat_symbol(&mut self, symbol: u8) -> bool {
        let is_it = self.symbol(0, symbol);
        self.at += usize::from(is_it);
        is_it
    }

    fn unread(&mut self, why: Unread) {
        let token = self.token(0).or(self.tokens.last().copied());
        let span = token.map_or(self.query.span, |token| self.text.locate(token.range()));
        if !self.query.unread.iter().any(|(_, other)| *other == why) {
            self.query.unread.push((span, why));
        }
    }

    /// A name here, which is not read if it is a reserved word.
    fn ident(&mut self) -> Option<Ident> {
        let token = self.token(0)?;
        let written = self.written(token);
        let quoted = match token.kind {
            Kind::Word => false,
            Kind::Quoted => true,
            // MySQL with ANSI_QUOTES.
            Kind::Text if written.starts_with('"') => true,
            Kind::Text | Kind::Number | Kind::Variable | Kind::Symbol(_) => return None,
        };
        self.at += 1;
        let text = if quoted { unquote(written) } else { written.into() };
        Some(Ident { text, quoted, span: self.text.locate(token.range()) })
    }

    /// A name of up to four parts, of which the last two are kept.
    fn name(&mut self) -> Option<ObjectName> {
        let mut name = ObjectName { schema: None, name: self.ident()? };
        while self.symbol(0, b'.') && self.token(1).is_some_and(|token| token.is_word()) {
            self.at += 1;
            name = ObjectName { schema: Some(name.name), name: self.ident()? };
        }
        Some(name)
    }

    /// Passes over `( ... )`, or the rest if it is not closed.
    fn skip_group(&mut self) {
        let mut depth = 0usize;
        while let Some(token) = self.token(0) {
            match token.kind {
                Kind::Symbol(b'(') => depth += 1,
                Kind::Symbol(b')') if depth == 0 => return,
                Kind::Symbol(b')') => depth -= 1,
                Kind::Word
                | Kind::Quoted
                | Kind::Text
                | Kind::Number
                | Kind::Variable
                | Kind::Symbol(_) => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Passes over everything up to the end of the group that this is in.
    fn skip_rest(&mut self) {
        while self.token(0).is_some() && !self.symbol(0, b')') {
            match self.symbol(0, b'(') {
                true => self.skip_group(),
                false => self.at += 1,
            }
        }
    }

    /// Whether a query begins further on, perhaps in more parentheses.
    fn begins_query(&self, ahead: usize) -> bool {
        let open = (ahead..).take(MAX_DEPTH).take_while(|at| self.symbol(*at, b'(')).count();
        let word = self.word(ahead + open);
        is_any(word, &["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE"])
            || is(word, "VALUES") && (open == 0 || self.symbol(ahead + open + 1, b'('))
            || is(word, "TABLE") && !self.symbol(ahead + open + 1, b'(')
    }

    fn scope(&mut self, parent: Option<usize>) -> usize {
        self.query.scopes.push(Scope { parent, ..Scope::default() });
        self.query.scopes.len() - 1
    }

    /// The next query of a `UNION`.
    fn next_scope(&mut self, scope: usize) -> usize {
        let before = self.query.scopes.get(scope);
        let first = before.and_then(|it| it.first).or(Some(scope));
        let parent = before.and_then(|it| it.parent);
        self.query.scopes.push(Scope { parent, first, ..Scope::default() });
        self.query.scopes.len() - 1
    }

    fn add_relation(&mut self, scope: usize, relation: Relation) {
        let Some(found) = self.query.scopes.get_mut(scope) else { return };
        if found.relations.len() < MAX_RELATIONS {
            return found.relations.push(relation);
        }
        self.unread(Unread::TooMuch);
    }

    fn add_column(&mut self, scope: usize, used: ColumnUse) {
        if let Some(found) = self.query.scopes.get_mut(scope) {
            found.columns.push(used);
        }
    }

    fn add_output(&mut self, scope: usize, name: &str) {
        if let Some(found) = self.query.scopes.get_mut(scope) {
            found.outputs.push(name.to_lowercase_smolstr());
        }
    }

    /// A statement, up to the end of the group that it stands in.
    fn statement(&mut self, parent: Option<usize>, tail: Tail) {
        if self.depth >= MAX_DEPTH {
            self.unread(Unread::TooMuch);
            return self.skip_rest();
        }
        self.depth += 1;
        let n_with = self.with.len();
        if self.eat("WITH") {
            self.withs(parent);
        }
        let word = self.word(0);
        if is_any(word, &["SELECT", "VALUES"]) || self.symbol(0, b'(') {
            let scope = self.scope(parent);
            self.walk(scope, Clause::Other, tail);
        } else if is(word, "TABLE") {
            self.at += 1;
            let scope = self.scope(parent);
            let span = self.token(0).map_or(self.query.span, |it| self.text.locate(it.range()));
            self.relation(scope);
            let every = UsedColumn::Every;
            let certainty = Certainty::Column;
            self.add_column(scope, ColumnUse { of: None, column: every, span, certainty });
            self.walk(scope, Clause::Other, tail);
        } else if is_any(word, &["INSERT", "REPLACE"]) {
            self.insert(parent);
        } else if is(word, "UPDATE") {
            self.at += 1;
            while self.eat_any(&["LOW_PRIORITY", "IGNORE"]) || self.or_action() {}
            let scope = self.scope(parent);
            self.relation(scope);
            self.walk(scope, Clause::From, Tail::Own);
        } else if is(word, "DELETE") {
            self.delete(parent);
        } else if is(word, "MERGE") {
            self.at += 1;
            self.eat("INTO");
            let scope = self.scope(parent);
            self.relation(scope);
            self.walk(scope, Clause::From, Tail::Own);
        } else if is(word, "TRUNCATE") {
            self.at += 1;
            let scope = self.scope(parent);
            self.relation(scope);
            while self.eat_symbol(b',') {
                self.relation(scope);
            }
            self.skip_rest();
        } else if is(word, "COPY") {
            self.copy(parent);
        } else {
            let is_defining = is_any(word, DEFINING);
            self.unread(if is_defining { Unread::Definition } else { Unread::Statement });
            self.skip_rest();
        }
        self.with.truncate(n_with);
        self.depth -= 1;
    }

    /// SQLite's `OR IGNORE`.
    fn or_action(&mut self) -> bool {
        let actions = ["ABORT", "FAIL", "IGNORE", "REPLACE", "ROLLBACK"];
        let is_one = is(self.word(0), "OR") && is_any(self.word(1), &actions);
        self.at += 2 * usize::from(is_one);
        is_one
    }

    /// `WITH a AS (...), b (x, y) AS (...)`.
    fn withs(&mut self, parent: Option<usize>) {
        self.eat("RECURSIVE");
        loop {
            let Some(name) = self.ident() else { return self.unread(Unread::Syntax) };
            if self.symbol(0, b'(') {
                self.skip_group();
            }
            self.eat("AS");
            self.eat("NOT");
            self.eat("MATERIALIZED");
            if self.with.len() >= MAX_WITH {
                self.unread(Unread::TooMuch);
                return self.skip_rest();
            }
            // A recursive one names itself.
            self.with.push(name.text.to_lowercase_smolstr());
            if !self.eat_symbol(b'(') {
                return self.unread(Unread::Syntax);
            }
            self.statement(parent, Tail::Own);
            self.eat_symbol(b')');
            while !self.symbol(0, b',') && is_any(self.word(0), &["SEARCH", "CYCLE"]) {
                // They name columns of its own results.
                while self.token(0).is_some()
                    && !self.symbol(0, b',')
                    && !is_any(self.word(0), &["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"])
                {
                    self.at += 1;
                }
            }
            if !self.eat_symbol(b',') {
                return;
            }
        }
    }

    fn insert(&mut self, parent: Option<usize>) {
        let start = self.token(0);
        self.at += 1;
        let modifiers = ["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "OVERWRITE"];
        while self.eat_any(&modifiers) || self.or_action() {}
        self.eat("INTO");
        self.eat("TABLE");
        let Some(table) = self.name() else {
            self.unread(Unread::Syntax);
            return self.skip_rest();
        };
        let span = start.map_or(self.query.span, |token| self.text.locate(token.range()));
        let scope = self.scope(parent);
        let relation = |alias| Relation { alias, table: Some(table.clone()) };
        self.add_relation(scope, relation(None));
        if self.eat("AS")
            || self.is_name()
                && !is_any(self.word(0), &["PARTITION", "VALUE", "OVERRIDING", "OUTPUT"])
        {
            let alias = self.ident();
            self.add_relation(scope, relation(alias));
        }
        if self.eat("PARTITION") {
            self.skip_group();
        }
        let mut columns = None;
        if self.symbol(0, b'(') && !self.begins_query(1) {
            columns = Some(self.column_list());
        }
        // What the statement may say of the row that it inserts.
        for name in ["excluded", "inserted", "new"] {
            let alias = Ident { text: name.into(), quoted: false, span };
            self.add_relation(scope, relation(Some(alias)));
        }
        if self.eat("OVERRIDING") {
            self.eat_any(&["SYSTEM", "USER"]);
            self.eat("VALUE");
        }
        if is(self.word(0), "SET") {
            let first = self.query.scopes.get(scope).map_or(0, |it| it.columns.len());
            self.walk(scope, Clause::Other, Tail::OfInsert);
            columns = self.query.scopes.get_mut(scope).map(|it| {
                let is_assigned = |it: &ColumnUse| it.certainty == Certainty::Assigned;
                let (assigned, others) =
                    it.columns.split_off(first).into_iter().partition(is_assigned);
                it.columns.extend::<Vec<ColumnUse>>(others);
                let assigned: Vec<ColumnUse> = assigned;
                let name = |it: ColumnUse| match it.column {
                    UsedColumn::Named(name) => Some(name),
                    UsedColumn::Every => None,
                };
                assigned.into_iter().filter_map(name).collect()
            });
        } else if self.begins_query(0) && !is(self.word(0), "VALUES") {
            self.statement(parent, Tail::OfInsert);
        } else if is(self.word(0), "DEFAULT") && is(self.word(1), "VALUES") {
            self.at += 2;
            columns = Some(Vec::new());
        }
        self.query.inserts.push(Insert { table, columns, span });
        self.walk(scope, Clause::Other, Tail::Own);
    }

    /// `(a, t.b, "c")`.
    fn column_list(&mut self) -> Vec<Ident> {
        let mut columns = Vec::new();
        self.eat_symbol(b'(');
        while let Some(name) = self.name() {
            columns.push(name.name);
            if !self.eat_symbol(b',') {
                break;
            }
        }
        if !self.eat_symbol(b')') {
            self.unread(Unread::Syntax);
            self.skip_rest();
            self.eat_symbol(b')');
        }
        columns
    }

    fn delete(&mut self, parent: Option<usize>) {
        self.at += 1;
        while self.eat_any(&["LOW_PRIORITY", "QUICK", "IGNORE"]) {}
        // `DELETE a, b FROM a JOIN b`: what stands before are names of what follows.
        while !is(self.word(0), "FROM") && self.token(0).is_some() && !self.symbol(0, b')') {
            self.at += 1;
        }
        self.eat("FROM");
        let scope = self.scope(parent);
        self.relation(scope);
        self.walk(scope, Clause::From, Tail::Own);
    }

    /// `COPY t (a, b) FROM STDIN`, `COPY t TO STDOUT`, `COPY (SELECT ...) TO ...`.
    fn copy(&mut self, parent: Option<usize>) {
        let start = self.token(0);
        self.at += 1;
        if self.eat_symbol(b'(') {
            self.statement(parent, Tail::Own);
            self.eat_symbol(b')');
            return self.skip_rest();
        }
        let span = start.map_or(self.query.span, |token| self.text.locate(token.range()));
        let Some(table) = self.name() else {
            self.unread(Unread::Syntax);
            return self.skip_rest();
        };
        let columns = self.symbol(0, b'(').then(|| self.column_list());
        if is(self.word(0), "FROM") {
            self.query.inserts.push(Insert { table, columns, span });
        } else {
            let scope = self.scope(parent);
            self.add_relation(scope, Relation { alias: None, table: Some(table) });
            let certainty = Certainty::Column;
            let all = match columns {
                None => vec![UsedColumn::Every],
                Some(columns) => columns.into_iter().map(UsedColumn::Named).collect(),
            };
            for column in all {
                self.add_column(scope, ColumnUse { of: None, column, span, certainty });
            }
        }
        self.skip_rest();
    }

    /// Whether a name stands here that may be an alias.
    fn is_name(&self) -> bool {
        let Some(token) = self.token(0) else { return false };
        match token.kind {
            Kind::Quoted => true,
            Kind::Word => {
                let word = self.written(token);
                let after = [
                    "USE",
                    "FORCE",
                    "IGNORE",
                    "TABLESAMPLE",
                    "FINAL",
                    "SAMPLE",
                    "PREWHERE",
                    "ARRAY",
                ];
                !is_any(word, RESERVED) && !is_any(word, &after)
            }
            Kind::Text | Kind::Number | Kind::Variable | Kind::Symbol(_) => false,
        }
    }

    /// A table, a query or a function of a `FROM`, with its alias.
    fn relation(&mut self, scope: usize) {
        while self.eat_any(&["LATERAL", "ONLY"]) {}
        if is(self.word(0), "TABLE") && !self.symbol(1, b'.') && !is_any(self.word(1), &["", "AS"])
        {
            self.at += 1;
        }
        let mut table = None;
        let mut is_renamed = false;
        if self.symbol(0, b'(') {
            if self.begins_query(1) {
                self.at += 1;
                self.statement(Some(scope), Tail::Own);
                self.eat_symbol(b')');
            } else if self.depth >= MAX_DEPTH {
                self.unread(Unread::TooMuch);
                return self.skip_group();
            } else {
                // `FROM (a JOIN b ON ...)`.
                self.at += 1;
                self.depth += 1;
                self.relation(scope);
                self.walk(scope, Clause::From, Tail::Own);
                self.depth -= 1;
                self.eat_symbol(b')');
                return;
            }
        } else {
            let Some(name) = self.name() else { return self.unread(Unread::Syntax) };
            if self.symbol(0, b'(') {
                self.group(scope);
                if self.eat("WITH") {
                    self.eat("ORDINALITY");
                }
            } else {
                let is_with = name.schema.is_none()
                    && self.with.contains(&name.name.text.to_lowercase_smolstr());
                let alias = name.name.clone();
                table = (!is_with).then_some(name);
                if is_with && !is(self.word(0), "AS") && !self.is_name() {
                    return self.add_relation(scope, Relation { alias: Some(alias), table });
                }
            }
        }
        self.eat_symbol(b'*');
        if self.eat("PARTITION") {
            self.skip_group();
        }
        let mut alias = None;
        if self.eat("AS") || self.is_name() && !self.is_clause() {
            alias = self.ident();
            if self.symbol(0, b'(') {
                is_renamed = true;
                self.skip_group();
            }
        }
        if is_renamed && table.is_some() {
            self.unread(Unread::RenamedColumns);
        }
        self.add_relation(scope, Relation { alias, table });
        loop {
            if is_any(self.word(0), &["USE", "FORCE", "IGNORE"])
                && is_any(self.word(1), &["INDEX", "KEY"])
            {
                while self.token(0).is_some() && !self.symbol(0, b'(') {
                    self.at += 1;
                }
                self.skip_group();
            } else if is(self.word(0), "WITH") && self.symbol(1, b'(')
                || is(self.word(0), "TABLESAMPLE")
            {
                self.at += 1;
                // `TABLESAMPLE bernoulli (1)`.
                self.at += usize::from(!self.symbol(0, b'('));
                self.skip_group();
            } else if !self.eat("FINAL") {
                return;
            }
        }
    }

    /// Whether a clause begins here with a word that may be a name elsewhere.
    fn is_clause(&self) -> bool {
        is_any(self.word(0), &["MINUS", "LOCK", "SETTINGS", "FORMAT", "OUTPUT", "CONNECT", "PIVOT"])
            && !self.symbol(1, b',')
    }

    /// The rest of a query or of a part of it, up to the end of the group that it stands in.
    fn walk(&mut self, mut scope: usize, mut clause: Clause, tail: Tail) {
        // Whether an operand stands just before.
        let mut is_after = clause == Clause::From;
        while let Some(token) = self.token(0) {
            match token.kind {
                Kind::Symbol(b')') => return,
                Kind::Symbol(b'(') => {
                    if clause == Clause::Set && !is_after && self.assigned_list(scope) {
                        continue;
                    }
                    self.group(scope);
                    is_after = true;
                }
                Kind::Symbol(b',') => {
                    self.at += 1;
                    is_after = false;
                    match clause {
                        Clause::From => {
                            self.relation(scope);
                            is_after = true;
                        }
                        Clause::Set => self.assigned(scope),
                        Clause::Select | Clause::Other => {}
                    }
                }
                Kind::Symbol(_) => is_after = self.sign(scope, is_after, clause == Clause::Select),
                Kind::Text | Kind::Number | Kind::Variable => {
                    // In MySQL `"a"` may be a name.
                    self.at += 1;
                    is_after = true;
                }
                Kind::Quoted => is_after = self.operand(scope, is_after, clause),
                Kind::Word => {
                    let word = self.word(0);
                    if tail == Tail::OfInsert
                        && (is(word, "RETURNING")
                            || is(word, "ON") && is_any(self.word(1), &["CONFLICT", "DUPLICATE"]))
                    {
                        return;
                    }
                    if is_any(word, &["UNION", "INTERSECT", "EXCEPT", "MINUS"])
                        && (self.begins_query(1) || is_any(self.word(1), &["ALL", "DISTINCT"]))
                    {
                        self.at += 1;
                        self.eat_any(&["ALL", "DISTINCT"]);
                        scope = self.next_scope(scope);
                        (clause, is_after) = (Clause::Other, false);
                        continue;
                    }
                    match self.keyword(scope, clause, is_after) {
                        Some((now, after)) => (clause, is_after) = (now, after),
                        None => is_after = self.operand(scope, is_after, clause),
                    }
                }
            }
        }
    }

    /// A word that begins or divides a clause: what clause it is then, and whether an operand has just
    /// been read.
    fn keyword(&mut self, scope: usize, clause: Clause, is_after: bool) -> Option<(Clause, bool)> {
        let word = self.word(0);
        if self.symbol(1, b'.') {
            return None;
        }
        let eat = |reader: &mut Reader<'_>, n: usize| reader.at += n;
        if is(word, "SELECT") || is(word, "RETURNING") {
            eat(self, 1);
            self.eat_any(&["ALL", "DISTINCT", "STRAIGHT_JOIN", "SQL_CALC_FOUND_ROWS"]);
            if self.eat("ON") && self.symbol(0, b'(') {
                self.group(scope);
            }
            if is(self.word(0), "TOP")
                && (self.symbol(1, b'(') || self.token(1).is_some_and(|it| it.kind == Kind::Number))
            {
                eat(self, 1);
                if self.symbol(0, b'(') { self.skip_group() } else { eat(self, 1) }
            }
            return Some((Clause::Select, false));
        }
        if is(word, "FROM") && is(self.word_before(), "DISTINCT") {
            // `IS DISTINCT FROM`.
            eat(self, 1);
            return Some((clause, false));
        }
        if is(word, "FROM") || is_any(word, &["JOIN", "STRAIGHT_JOIN"]) {
            eat(self, 1);
            self.relation(scope);
            return Some((Clause::From, true));
        }
        if is(word, "USING") && clause == Clause::From {
            eat(self, 1);
            if self.symbol(0, b'(') && !self.begins_query(1) {
                self.group(scope);
            } else {
                self.relation(scope);
                while self.eat_symbol(b',') {
                    self.relation(scope);
                }
            }
            return Some((Clause::From, true));
        }
        if is(word, "NATURAL") && clause == Clause::From {
            self.unread(Unread::Natural);
            eat(self, 1);
            return Some((clause, false));
        }
        if is(word, "SET") && !is_after || is(word, "SET") && clause == Clause::From {
            eat(self, 1);
            if !self.symbol(0, b'(') {
                self.assigned(scope);
            }
            return Some((Clause::Set, false));
        }
        if is(word, "ON") && is(self.word(1), "DUPLICATE") {
            eat(self, 4);
            self.assigned(scope);
            return Some((Clause::Set, false));
        }
        if is(word, "ON") && is(self.word(1), "CONFLICT") {
            eat(self, 2);
            if is(self.word(0), "ON") && is(self.word(1), "CONSTRAINT") {
                eat(self, 3);
            }
            return Some((Clause::Other, false));
        }
        if is(word, "UPDATE") && is(self.word(1), "SET") {
            // `DO UPDATE SET`, and `THEN UPDATE SET` of a MERGE.
            eat(self, 1);
            return Some((Clause::Other, false));
        }
        if is(word, "INSERT") && is(self.word_before(), "THEN") {
            // `WHEN NOT MATCHED THEN INSERT (a, b) VALUES (...)`.
            let span = self.token(0).map_or(self.query.span, |it| self.text.locate(it.range()));
            eat(self, 1);
            let columns = self.symbol(0, b'(').then(|| self.column_list());
            let target = self.query.scopes.get(scope).and_then(|it| it.relations.first());
            if let Some(table) = target.and_then(|target| target.table.clone()) {
                self.query.inserts.push(Insert { table, columns, span });
            }
            return Some((Clause::Other, true));
        }
        if is(word, "FOR") || is(word, "LOCK") && is(self.word(1), "IN") {
            // `FOR NO KEY UPDATE OF t SKIP LOCKED`: it names tables that are there already.
            eat(self, 1);
            while self.token(0).is_some_and(|token| token.is_word())
                || self.symbol(0, b',')
                || self.symbol(0, b'.')
            {
                if is_any(
                    self.word(0),
                    &["UNION", "LIMIT", "OFFSET", "FETCH", "FOR", "ON", "RETURNING"],
                ) {
                    break;
                }
                eat(self, 1);
            }
            return Some((Clause::Other, true));
        }
        if is(word, "WINDOW")
            && self.token(1).is_some_and(|token| token.is_word())
            && is(self.word(2), "AS")
        {
            eat(self, 1);
            return Some((Clause::Other, false));
        }
        if is(word, "AS") {
            eat(self, 1);
            if self
                .token(0)
                .is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Quoted | Kind::Text))
                && !self.symbol(1, b'(')
            {
                let name = self.token(0).map_or("", |token| self.written(token));
                self.add_output(scope, &unquote(name));
                // MySQL's `VALUES (...) AS new`.
                if clause == Clause::Other
                    && let Some(alias) = self.ident()
                {
                    self.add_relation(scope, Relation { alias: Some(alias), table: None });
                    return Some((clause, true));
                }
                eat(self, 1);
            }
            return Some((clause, true));
        }
        if is(word, "WHEN") && (is(self.word(1), "MATCHED") || is(self.word(2), "MATCHED")) {
            eat(self, 1);
            return Some((Clause::Other, false));
        }
        let ends_clause = [
            "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FETCH", "QUALIFY", "PREWHERE",
        ];
        if is_any(word, &ends_clause) {
            eat(self, 1);
            if is(word, "FETCH") {
                // `FETCH FIRST 10 ROWS ONLY`.
                let is_one =
                    |it: Token| matches!(it.kind, Kind::Word | Kind::Number | Kind::Variable);
                while self.token(0).is_some_and(is_one) {
                    eat(self, 1);
                }
            }
            return Some((Clause::Other, false));
        }
        if is(word, "OUTPUT") && !is_after {
            eat(self, 1);
            return Some((Clause::Other, false));
        }
        None
    }

    /// One sign; whether it ends an operand.
    fn sign(&mut self, scope: usize, is_after: bool, is_select: bool) -> bool {
        if self.symbol(0, b'*') && !is_after {
            if is_select {
                let token = self.token(0);
                let span = token.map_or(self.query.span, |it| self.text.locate(it.range()));
                let (column, certainty) = (UsedColumn::Every, Certainty::Column);
                self.add_column(scope, ColumnUse { of: None, column, span, certainty });
            }
            self.at += 1;
            return true;
        }
        if self.symbol(0, b':') && self.symbol(1, b':') {
            self.at += 2;
            self.type_name();
            return true;
        }
        let ends = self.symbol(0, b'?') || self.symbol(0, b']') || self.symbol(0, b'}');
        // `a ? b` of JSON: an operator, as something stands before it.
        let ends = ends && !(self.symbol(0, b'?') && is_after);
        self.at += 1;
        ends
    }

    /// A type, as behind `::`.
    fn type_name(&mut self) {
        self.name();
        let more = ["PRECISION", "VARYING", "WITH", "WITHOUT"];
        while is_any(self.word(0), &more) {
            self.at += 1;
            if self.eat("TIME") {
                self.eat("ZONE");
            }
        }
        if self.symbol(0, b'(') {
            self.skip_group();
        }
        while self.symbol(0, b'[') {
            while self.token(0).is_some() && !self.eat_symbol(b']') {
                self.at += 1;
            }
        }
    }

    /// `( ... )`: a query, or expressions.
    fn group(&mut self, scope: usize) {
        if self.depth >= MAX_DEPTH {
            self.unread(Unread::TooMuch);
            return self.skip_group();
        }
        self.at += 1;
        if self.begins_query(0) {
            self.statement(Some(scope), Tail::Own);
            self.eat_symbol(b')');
            return;
        }
        self.depth += 1;
        let mut is_after = false;
        while let Some(token) = self.token(0) {
            match token.kind {
                Kind::Symbol(b')') => break,
                Kind::Symbol(b'(') => {
                    self.group(scope);
                    is_after = true;
                }
                Kind::Symbol(b',') => {
                    self.at += 1;
                    is_after = false;
                }
                Kind::Symbol(_) => is_after = self.sign(scope, is_after, false),
                Kind::Text | Kind::Number | Kind::Variable => {
                    self.at += 1;
                    is_after = true;
                }
                Kind::Word if is(self.word(0), "AS") => {
                    // `CAST(a AS numeric(10, 2))`.
                    self.skip_rest();
                }
                Kind::Word if is(self.word(0), "USING") => {
                    // `CONVERT(a USING utf8mb4)`.
                    self.at += 2;
                    is_after = true;
                }
                Kind::Word | Kind::Quoted => {
                    is_after = self.operand(scope, is_after, Clause::Other);
                }
            }
        }
        self.depth -= 1;
        if !self.eat_symbol(b')') {
            self.unread(Unread::Syntax);
        }
    }

    /// A name or a word in an expression; whether it ends an operand.
    fn operand(&mut self, scope: usize, is_after: bool, clause: Clause) -> bool {
        let Some(token) = self.token(0) else { return false };
        let is_word = token.kind == Kind::Word;
        let word = self.word(0);
        let is_qualified = self.symbol(1, b'.');
        if is_word && !is_qualified {
            if is_any(word, RESERVED) {
                self.at += 1;
                if is(word, "COLLATE") {
                    self.name();
                    return true;
                }
                return is_after && is_any(word, &["ISNULL", "NOTNULL", "ASC", "DESC"]);
            }
            if is_any(word, VALUES) && !self.symbol(1, b'(') {
                self.at += 1;
                return true;
            }
            if is_after && is(word, "AT") && is(self.word(1), "TIME") && is(self.word(2), "ZONE") {
                self.at += 3;
                return false;
            }
            if is(word, "OVER") && !self.symbol(1, b'(') && is_after {
                // `OVER w`.
                self.at += 2;
                return true;
            }
        }
        let of_group = is(self.word(1), "AS") && self.symbol(2, b'(');
        if of_group && !is_qualified {
            // `WINDOW w AS (...)`.
            self.at += 2;
            return false;
        }
        let Some((of, column)) = self.chain() else { return self.sign(scope, is_after, false) };
        let span = self.text.locate(token.range());
        if self.symbol(0, b'(') {
            return self.call(scope, of.as_ref(), &column, span);
        }
        let is_literal = self.token(0).is_some_and(|it| it.kind == Kind::Text);
        if is_word && !is_qualified && is_literal && !is_after && !is_any(word, PERHAPS) {
            // `bytea '...'`, `E'...'`.
            return false;
        }
        if is_after && !is_qualified {
            let UsedColumn::Named(name) = &column else { return true };
            if clause == Clause::Select && !is_any(word, PERHAPS) {
                self.add_output(scope, &name.text);
                return true;
            }
            if is_word && is_any(word, PERHAPS) {
                return !is_any(word, CONNECTING);
            }
            self.at -= 1;
            self.unread(Unread::Syntax);
            self.at += 1;
            return true;
        }
        let perhaps = is_word && !is_qualified && is_any(word, PERHAPS);
        let certainty = if perhaps { Certainty::Perhaps } else { Certainty::Column };
        self.add_column(scope, ColumnUse { of, column, span, certainty });
        !(perhaps && is_any(word, CONNECTING))
    }

    /// `a`, `t.a`, `s.t.a`, `t.*`.
    fn chain(&mut self) -> Option<(Option<ObjectName>, UsedColumn)> {
        let mut column = self.ident()?;
        let mut of: Option<ObjectName> = None;
        while self.symbol(0, b'.') {
            let before = of.take().map(|of| of.name);
            of = Some(ObjectName { schema: before, name: column.clone() });
            self.at += 1;
            if self.eat_symbol(b'*') {
                return Some((of, UsedColumn::Every));
            }
            column = self.ident()?;
        }
        Some((of, UsedColumn::Named(column)))
    }

    /// The arguments of a function.
    fn call(
        &mut self,
        scope: usize,
        of: Option<&ObjectName>,
        name: &UsedColumn,
        span: Span,
    ) -> bool {
        let UsedColumn::Named(name) = name else { return true };
        let is_sqlc = of.is_some_and(|of| is(&of.name.text, "sqlc"));
        if is_sqlc && is(&name.text, "embed") {
            self.at += 1;
            if let Some(table) = self.name() {
                let (column, certainty) = (UsedColumn::Every, Certainty::Column);
                self.add_column(scope, ColumnUse { of: Some(table), column, span, certainty });
            }
            self.eat_symbol(b')');
        } else if is_sqlc {
            // `sqlc.arg(name)`: a parameter.
            self.skip_group();
        } else if is(&name.text, "EXTRACT") {
            // `EXTRACT(year FROM a)`.
            let is_field =
                self.token(1).is_some_and(|it| it.kind == Kind::Word) && is(self.word(2), "FROM");
            if is_field {
                // `group` passes over one token: here it is the `FROM`.
                self.at += 2;
            }
            self.group(scope);
        } else {
            self.group(scope);
        }
        true
    }

    /// The column that an assignment begins with.
    fn assigned(&mut self, scope: usize) {
        if self.symbol(0, b'(') {
            return;
        }
        let Some(token) = self.token(0) else { return };
        let span = self.text.locate(token.range());
        let Some((of, column)) = self.chain() else { return self.unread(Unread::Syntax) };
        let certainty = Certainty::Assigned;
        self.add_column(scope, ColumnUse { of, column, span, certainty });
        while self.symbol(0, b'[') {
            while self.token(0).is_some() && !self.eat_symbol(b']') {
                self.at += 1;
            }
        }
    }

    /// `(a, b) =` of a `SET`; nothing is read if it is none.
    fn assigned_list(&mut self, scope: usize) -> bool {
        let before = self.at;
        let n_unread = self.query.unread.len();
        let span = self.token(0).map_or(self.query.span, |it| self.text.locate(it.range()));
        if self.begins_query(1) {
            return false;
        }
        let columns = self.column_list();
        if !self.symbol(0, b'=') || self.query.unread.len() > n_unread {
            self.query.unread.truncate(n_unread);
            self.at = before;
            return false;
        }
        self.at += 1;
        for column in columns {
            let (of, certainty) = (None, Certainty::Assigned);
            let column = UsedColumn::Named(column);
            self.add_column(scope, ColumnUse { of, column, span, certainty });
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    /// What a text names, in one line: `t.a, b; into t (a, b); !Syntax`.
    fn check(dialect: Dialect, text: &str, expected: &str) {
        let mut sources = Sources::default();
        let file = sources.add("a.sql", text);
        let mut found = Vec::new();
        let is_read = queries(&Excerpt::of_file(file, text), dialect, &mut |query| {
            let scopes = query.scopes.iter().map(|scope| {
                let relation = |it: &Relation| {
                    let table = it.table.as_ref().map_or("()", |it| it.name.text.as_str());
                    let alias = it.alias.as_ref().map(|it| format!(" {}", it.text));
                    format!("{table}{}", alias.unwrap_or_default())
                };
                let column = |it: &ColumnUse| {
                    let of =
                        it.of.as_ref().map(|it| format!("{}.", it.name.text)).unwrap_or_default();
                    let name = match &it.column {
                        UsedColumn::Named(name) => name.text.as_str(),
                        UsedColumn::Every => "*",
                    };
                    let mark = match it.certainty {
                        Certainty::Column => "",
                        Certainty::Assigned => "=",
                        Certainty::Perhaps => "?",
                    };
                    format!("{of}{name}{mark}")
                };
                let of_insert = |it: &&Relation| {
                    it.alias.as_ref().is_none_or(|it| {
                        !matches!(it.text.as_str(), "excluded" | "inserted" | "new")
                    })
                };
                let relations: Vec<String> =
                    scope.relations.iter().filter(of_insert).map(relation).collect();
                let columns: Vec<String> = scope.columns.iter().map(column).collect();
                format!("{}: {}", relations.join(", "), columns.join(" "))
            });
            let mut parts: Vec<String> = scopes.collect();
            parts.extend(query.inserts.iter().map(|it| {
                let columns = it.columns.as_ref().map_or("all".to_owned(), |all| {
                    all.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(" ")
                });
                format!("into {}({columns})", it.table.name.text)
            }));
            parts.extend(query.unread.iter().map(|(_, why)| format!("!{why:?}")));
            found.push(parts.join("; "));
        });
        assert!(is_read);
        assert_eq!(found.join(" | "), expected, "{text}");
    }

    #[test]
    fn selects_name_tables_and_columns() {
        let check = |text: &str, expected: &str| check(Dialect::Postgres, text, expected);
        check(
            "select id, u.email as mail from users u where u.id = $1",
            "users u: id u.email u.id",
        );
        check(
            "select a.x, b.y z from a join b on b.id = a.b_id, c where c.k = :k",
            "a, b, c: a.x b.y b.id a.b_id c.k",
        );
        check("select count(*), max(total) from orders group by user_id", "orders: total user_id");
        check("select * from t", "t: *");
        check("select t.*, extract(year from at) from t", "t: t.* at");
        check("with r as (select id from a) select r.id from r", "a: id; () r: r.id");
        check(
            "with recursive r(n) as (select 1 union all select n + 1 from r) select n from r",
            ": ; () r: n; () r: n",
        );
        check(
            "select a from t where exists (select 1 from u where u.id = t.id)",
            "t: a; u: u.id t.id",
        );
        check(
            "select a from t where b is distinct from c order by d desc nulls last limit 5 offset 3",
            "t: a b c d last?",
        );
        check("select x::numeric(10, 2)[], cast(y as double precision) from t", "t: x y");
        check("select row_number() over (partition by a order by b) from t", "t: partition? a b");
        check("select a from t1 union select b from t2 order by a", "t1: a; t2: b a");
        check("select id from t for update of t skip locked", "t: id");
        check("select sqlc.embed(users), sqlc.arg(x)::text from users", "users: users.*");
        check("select q.n from (select name n from p) q", "() q: q.n; p: name");
        check("select data->>'a', tags[1] from t where data @> @p", "t: data tags data");
        check("select at at time zone 'utc', interval '1 day', date '2020-01-01' from t", "t: at");
        check("select g from generate_series(1, 10) g", "() g: g");
        check("begin; select 1; commit", ": ");
        check("create table t (a int)", "!Definition");
        check("call f(1)", "!Statement");
        check("select a from t natural join u", "t, u: a; !Natural");
        check("select a from t x(p, q)", "t x: a; !RenamedColumns");
        check("select a b c from t", "t: a");
    }

    #[test]
    fn changes_of_rows_name_what_they_write() {
        let pg = |text: &str, expected: &str| check(Dialect::Postgres, text, expected);
        pg("insert into t (a, b) values ($1, $2) returning id", "t: id; into t(a b)");
        pg(
            "insert into t (a, b) select x, y from s on conflict (a) do update set b = excluded.b, n = t.n + 1",
            "t: a b= excluded.b n= t.n; s: x y; into t(a b)",
        );
        pg("insert into t default values", "t: ; into t()");
        pg("insert into t values (1)", "t: ; into t(all)");
        pg("update t set a = 1, (b, c) = (2, d) where id = any($1)", "t: a= b= c= d id");
        pg("update t set a = s.a from s where s.id = t.id", "t, s: a= s.a s.id t.id");
        pg("delete from t using u where u.id = t.id", "t, u: u.id t.id");
        pg(
            "with d as (delete from a returning id) insert into b (id) select id from d",
            "a: id; b: ; () d: id; into b(id)",
        );
        pg(
            "merge into t using s on s.id = t.id when matched then update set a = s.a when not matched then insert (id, a) values (s.id, s.a)",
            "t, s: s.id t.id matched? a= s.a matched? s.id s.a; into t(id a)",
        );
        pg("copy t (a, b) from stdin", "into t(a b)");
        let my = |text: &str, expected: &str| check(Dialect::MySql, text, expected);
        my(
            "insert ignore into t set a = 1, b = ? on duplicate key update n = n + 1",
            "t: n= n; into t(a b)",
        );
        my("replace into t (a) values (?)", "t: ; into t(a)");
        my(
            "insert into t (a) values (1) on duplicate key update a = values(a)",
            "t: a= a; into t(a)",
        );
        my(
            "update t join u on u.id = t.u_id set t.a = u.a, t.b = 2",
            "t, u: u.id t.u_id t.a= u.a t.b=",
        );
        my("delete a from a join b on b.id = a.id where b.x = 1", "a, b: b.id a.id b.x");
        my("select a from t use index (i) where x > now() - interval 1 day", "t: a x");
    }

    #[test]
    fn any_part_of_a_query_is_read_without_trouble() {
        let texts = [
            "with r(n) as (select 1 union all select n + 1 from r) select t.*, count(*) from t join (a cross join b) \
             on (a.x = b.y) where exists (select 1 from u where u.id = t.id) order by 1 for update of t",
            "insert into t (a, \"b\") select x, `y` from s on conflict (a) do update set (b, c) = (excluded.b, 1) returning *",
            "merge into t using s on s.id = t.id when not matched then insert (id) values (s.id)",
            "copy t (a) from stdin; explain (analyze) delete a from a using (b) where x[1]::int[] = any($1)",
        ];
        for text in texts {
            let ends = text.char_indices().map(|(at, _)| at);
            for at in ends {
                for part in [text.get(..at), text.get(at..)].into_iter().flatten() {
                    let excerpt = Excerpt::opaque(part.to_owned(), Span::new(file(), 0..0));
                    for dialect in
                        [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite, Dialect::SqlServer]
                    {
                        assert!(queries(&excerpt, dialect, &mut |_| ()));
                    }
                    let _ = crate::parse::embedded(&format!("'{part}' \"{part} <<{part}"));
                }
            }
        }
    }

    fn file() -> crate::source::FileId {
        Sources::default().add_virtual("a.sql", "")
    }
}
