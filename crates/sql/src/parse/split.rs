//! Text -> statements: where each begins and ends, with its tokens.
//!
//! Knows what a client program knows beside SQL: `DELIMITER` (in every dialect, as Atlas does),
//! `-- atlas:delimiter`, `GO`, a lone
//! `/`, psql's `\` commands, `COPY ... FROM stdin` data; and the bodies of routines, whose inner
//! semicolons end nothing (`BEGIN ... END`, `BEGIN ATOMIC`, `CASE ... END`). The rules were checked
//! against Atlas's own scanner (`sql/migrate/lex.go`). One pass; two passes of the text are added
//! at most, one for an unclosed string and one for an unclosed `BEGIN`.

use std::ops::Range;

use crate::dialect::Dialect;
use crate::dialect::grammar::{Blocks, Grammar};
use crate::parse::Budget;
use crate::parse::token::{Kind, Lexer, Step, Token, Unclosed};
use crate::word::{is, is_any};

/// A text cut into statements.
#[derive(Debug, Default)]
pub(crate) struct Split {
    /// Every token of the text.
    pub(crate) tokens: Vec<Token>,
    /// The statements, in order.
    pub(crate) pieces: Vec<Piece>,
    /// What is wrong with the characters themselves.
    pub(crate) flaws: Vec<Flaw>,
    /// Whether a client command reads another file (`\i`, `SOURCE`): anything may be defined there.
    pub(crate) includes: bool,
    /// What matters to a text that follows this one.
    pub(crate) ends: Ends,
}

/// How a text begins and ends, for one that stands before or after it in the same script.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    /// The bytes of a first line that sets the delimiter: `-- atlas:delimiter`.
    pub(crate) directive: usize,
    /// The delimiter at the beginning.
    pub(crate) first_delimiter: String,
    /// The delimiter at the end.
    pub(crate) last_delimiter: String,
    /// Where the last statement stops, if the delimiter does not end it.
    pub(crate) open: Option<usize>,
    /// Where a statement stops that only the command `DELIMITER` ends, and the delimiter that it
    /// needs: the `mysql` client takes that, Atlas does not.
    pub(crate) cut: Vec<(usize, String)>,
    /// Whether there is something after the last `GO`.
    pub(crate) open_batch: bool,
    /// Whether lines with `/` alone end statements.
    pub(crate) slashes: bool,
    /// Whether the data of a `COPY` go on to the end.
    pub(crate) open_data: bool,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Its tokens, as indexes into [`Split::tokens`].
    pub(crate) tokens: Range<usize>,
    /// Its bytes, from its first token to its last, without the delimiter.
    pub(crate) bytes: Range<usize>,
    /// Whether a delimiter ended it, rather than the end of the text.
    pub(crate) ended: bool,
}

/// Something wrong with the characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) what: FlawKind,
    pub(crate) bytes: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlawKind {
    Unclosed(Unclosed),
    Typographic,
    ConflictMarker,
    Fence,
    LongDelimiter,
}

/// Cuts a text into statements.
pub(crate) fn split(text: &str, dialect: Dialect) -> Split {
    let grammar = dialect.grammar();
    let mut outcome = Splitter::new(text, grammar, Allowances::default()).run();
    if outcome.open_block.is_some() {
        let allowances = Allowances { no_blocks_from: outcome.open_block, unclosed: None };
        outcome = Splitter::new(text, grammar, allowances).run();
    }
    let suspicious = outcome.suspicious.then_some(Unclosed::Text);
    let Some(what) = outcome.unclosed.or(suspicious) else { return outcome.split };
    // Which quote is it? Each string over several lines is tried: closed in its first line, it
    // should leave the fewest such strings behind.
    let mut best: Option<Outcome> = None;
    for start in outcome.candidates.iter().take(CANDIDATES) {
        let allowances =
            Allowances { unclosed: Some((what, *start)), no_blocks_from: outcome.open_block };
        let tried = Splitter::new(text, grammar, allowances).run();
        let better = |best: &Outcome| tried.badness() < best.badness();
        if tried.badness() < outcome.badness() && best.as_ref().is_none_or(better) {
            best = Some(tried);
        }
    }
    match best {
        Some(best) => best.split,
        None => outcome.split,
    }
}

/// What begins the first line of a text that sets its delimiter.
pub(crate) const DIRECTIVE: &str = "-- atlas:delimiter ";

/// How many strings over several lines are tried for a missing quote: the work stays linear.
const CANDIDATES: usize = 12;

/// What an earlier pass has found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Allowances {
    /// The quote at this offset is never closed: it is taken to end with its line.
    unclosed: Option<(Unclosed, usize)>,
    /// From here on a `BEGIN` opens no block: one of them was not closed.
    no_blocks_from: Option<usize>,
}

struct Outcome {
    split: Split,
    /// A string or quoted name is not closed.
    unclosed: Option<Unclosed>,
    /// A string over several lines is followed by a word without a blank.
    suspicious: bool,
    /// A `BEGIN` that is not closed.
    open_block: Option<usize>,
    /// Strings over several lines, and the one that is not closed.
    candidates: Vec<usize>,
}

impl Outcome {
    fn badness(&self) -> (bool, bool, usize) {
        (self.unclosed.is_some(), self.suspicious, self.candidates.len())
    }
}

/// What is known of the statement being read.
#[derive(Default)]
struct Current {
    first_token: usize,
    /// The kind of object that a `CREATE` or `ALTER` is about has been seen.
    object_seen: bool,
    /// It has a body: a routine, a trigger or an event.
    routine: bool,
    /// A rewrite rule, whose actions stand in parentheses with semicolons between them.
    rule: bool,
    /// Open `BEGIN`s and `CASE`s.
    blocks: usize,
    first_block: usize,
    had_block: bool,
    /// Open parentheses.
    parens: usize,
    after_end: bool,
}

/// What ends a statement.
struct Delimiter {
    /// All of it.
    text: String,
    /// How many blanks it begins with.
    n_blanks: usize,
}

impl Delimiter {
    fn of(text: String) -> Delimiter {
        let n_blanks = text.bytes().take_while(|byte| is_blank(*byte)).count();
        Delimiter { text, n_blanks }
    }

    fn is_semicolon(&self) -> bool {
        self.text == ";"
    }
}

struct Splitter<'a> {
    lexer: Lexer<'a>,
    text: &'a str,
    grammar: &'static Grammar,
    delimiter: Delimiter,
    /// The delimiter where it may end a token.
    stop: Option<String>,
    allowances: Allowances,
    out: Split,
    now: Current,
    /// There is something after the last delimiter.
    pending: bool,
    /// Where that stops.
    last: usize,
    /// A string over several lines is followed by a word without a blank: a quote before it is
    /// likely not closed.
    suspicious: bool,
    candidates: Vec<usize>,
}

impl<'a> Splitter<'a> {
    fn new(text: &'a str, grammar: &'static Grammar, allowances: Allowances) -> Splitter<'a> {
        let mut lexer = Lexer::new(text, grammar);
        lexer.closed_at_line_end = allowances.unclosed.map(|(_, start)| start);
        let mut splitter = Splitter {
            lexer,
            text,
            grammar,
            delimiter: Delimiter::of(";".to_owned()),
            stop: None,
            allowances,
            out: Split::default(),
            now: Current::default(),
            pending: false,
            last: 0,
            suspicious: false,
            candidates: Vec::new(),
        };
        let begin = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Some(directive) = begin.strip_prefix(DIRECTIVE) {
            // As Atlas reads it: blanks at its end belong to it, and quotes mean nothing.
            let line = directive.split('\n').next().unwrap_or_default();
            splitter.set_delimiter(line.trim_start_matches(' ').trim_end_matches('\r'));
            splitter.lexer.skip_line();
            splitter.out.ends.directive = splitter.lexer.pos;
        }
        splitter.out.ends.first_delimiter = splitter.delimiter.text.clone();
        splitter
    }

    fn run(mut self) -> Outcome {
        if let Some((what, start)) = self.allowances.unclosed {
            let length = first_line(self.text, start).len();
            self.flaw(FlawKind::Unclosed(what), start..start + length);
        }
        let mut unclosed = None;
        loop {
            match self.next() {
                Ok(true) => {}
                Ok(false) => {
                    if let Some(start) = self.lexer.conditional {
                        let length = first_line(self.text, start).len();
                        let what = FlawKind::Unclosed(Unclosed::Comment);
                        self.flaw(what, start..start + length);
                    }
                    break;
                }
                Err((what, start)) => {
                    if matches!(what, Unclosed::Text | Unclosed::Quoted) {
                        unclosed = Some(what);
                        self.candidates.push(start);
                    }
                    let shown = first_line(self.text, start).len();
                    self.flaw(FlawKind::Unclosed(what), start..start + shown.max(1));
                    break;
                }
            }
        }
        let open = self.now.blocks > 0 && self.allowances.no_blocks_from.is_none();
        let open_block = open.then_some(self.now.first_block);
        self.end_statement(false);
        self.out.ends.last_delimiter.clone_from(&self.delimiter.text);
        self.out.ends.open = self.pending.then(|| self.last.max(self.lexer.conditional_end));
        Outcome {
            split: self.out,
            unclosed,
            suspicious: self.suspicious,
            open_block: open_block.or(self.allowances.no_blocks_from),
            candidates: self.candidates,
        }
    }

    /// One step; `false` at the end of the text.
    fn next(&mut self) -> Result<bool, (Unclosed, usize)> {
        let unclosed = |step| match step {
            Step::Unclosed { what, start } => (what, start),
            Step::Token(_) | Step::Typographic { .. } | Step::End => (Unclosed::Comment, 0),
        };
        // A delimiter may be written in blanks, or as a comment is.
        loop {
            if self.delimiter_of_lines() || self.at_delimiter() {
                return Ok(true);
            }
            if !self.lexer.skip_blank().map_err(unclosed)? {
                break;
            }
        }
        if self.lexer.at_end() {
            return Ok(false);
        }
        if self.client_command() || self.stray_line() {
            return Ok(true);
        }
        let token = self.next_token();
        match token {
            Step::Token(token) => self.take(token),
            Step::Typographic { start, end } => self.flaw(FlawKind::Typographic, start..end),
            step @ Step::Unclosed { .. } => return Err(unclosed(step)),
            Step::End => return Ok(false),
        }
        Ok(true)
    }

    /// A delimiter ends a statement wherever it stands outside quotes and parentheses, in `END$$` too.
    fn next_token(&mut self) -> Step {
        let stop = self.stop.take();
        let (kept, looked_for) = if self.now.parens == 0 { (None, stop) } else { (stop, None) };
        self.lexer.stop = looked_for;
        let token = self.lexer.token();
        self.stop = self.lexer.stop.take().or(kept);
        token
    }

    /// A delimiter that begins with a line break (`-- atlas:delimiter \n\n`) stands among the
    /// blanks, which are passed over when it is not there: nobody reads them twice.
    fn delimiter_of_lines(&mut self) -> bool {
        let Delimiter { text, n_blanks } = &self.delimiter;
        let possible = *n_blanks > 0 && self.now.parens == 0;
        let Some((blanks, sign)) = text.split_at_checked(*n_blanks).filter(|_| possible) else {
            return false;
        };
        let rest = self.lexer.rest();
        let n_before = rest.bytes().take_while(|byte| is_blank(*byte)).count();
        let (before, after) = rest.split_at_checked(n_before).unwrap_or_default();
        let found = match sign {
            "" => before.contains(blanks),
            sign => after.starts_with(sign) && before.ends_with(blanks),
        };
        if found {
            self.lexer.pos += n_before + sign.len();
            self.end_statement(true);
            self.pending = false;
        }
        found
    }

    /// Whether a delimiter other than `;` begins at this byte. Atlas looks for none in parentheses.
    fn is_custom_delimiter(&self, at: usize) -> bool {
        let Delimiter { text, n_blanks } = &self.delimiter;
        !self.delimiter.is_semicolon()
            && *n_blanks == 0
            && self.now.parens == 0
            && text.as_bytes().first() == Some(&self.lexer.byte(at))
            && self.text.get(at..).is_some_and(|rest| rest.starts_with(text))
    }

    fn at_delimiter(&mut self) -> bool {
        let at = self.lexer.pos;
        if self.is_custom_delimiter(at) {
            self.lexer.pos += self.delimiter.text.len();
            self.end_statement(true);
            self.pending = false;
            return true;
        }
        if self.lexer.byte(at) != b';' {
            return false;
        }
        if !self.delimiter.is_semicolon() {
            // Under a delimiter of its own a script may still send several statements at once.
            (self.pending, self.last) = (true, at + 1);
            if !self.inside_body() {
                self.lexer.pos += 1;
                self.end_statement(true);
                return true;
            }
            if self.now.rule {
                return false;
            }
            // Nothing but the delimiter ends a body, so that its tokens need no account.
            self.lexer.pos += 1;
            return true;
        }
        if self.inside_body() {
            return false;
        }
        self.lexer.pos += 1;
        let copies = self.copies_from_stdin();
        self.end_statement(true);
        self.pending = false;
        if copies {
            self.skip_copy_data();
        }
        true
    }

    /// Whether a semicolon here belongs to a body.
    fn inside_body(&self) -> bool {
        let now = &self.now;
        now.blocks > 0
            || (now.rule && now.parens > 0)
            || (!self.delimiter.is_semicolon() && now.routine)
            || (self.grammar.scripts.bodies_need_no_block
                && now.routine
                && !(now.had_block && now.after_end))
    }

    /// What the client program takes, rather than the server.
    fn client_command(&mut self) -> bool {
        let scripts = &self.grammar.scripts;
        let at_statement_start = self.now.first_token == self.out.tokens.len();
        let byte = self.lexer.byte(self.lexer.pos);
        if byte == b'\\' && scripts.backslash_commands {
            let line = self.lexer.line();
            self.out.includes |= line.starts_with("\\i") || line.contains("\\gexec");
            self.end_statement(true);
            self.pending = false;
            self.lexer.skip_line();
            return true;
        }
        if byte == b'/'
            && scripts.slash_lines
            && self.lexer.at_line_start()
            && self.lexer.line().trim() == "/"
        {
            self.end_statement(true);
            self.pending = false;
            self.out.ends.slashes = true;
            self.lexer.skip_line();
            return true;
        }
        if byte.eq_ignore_ascii_case(&b'g')
            && scripts.go_lines
            && self.lexer.at_line_start()
            && is_go(self.lexer.line())
        {
            self.now.blocks = 0;
            self.end_statement(true);
            self.pending = false;
            self.out.ends.open_batch = false;
            self.lexer.skip_line();
            return true;
        }
        if !at_statement_start {
            return false;
        }
        if byte.eq_ignore_ascii_case(&b'd') {
            // The line is looked for behind the word alone: it may hold all statements of the text.
            if strip_word(self.lexer.rest(), "delimiter").is_some() {
                self.delimiter_command();
                return true;
            }
        }
        if matches!(byte, b'.' | b'#') && scripts.dot_commands && self.lexer.at_line_start() {
            self.out.includes |= self.lexer.line().starts_with(".read");
            self.lexer.skip_line();
            return true;
        }
        if scripts.source_command
            && byte.eq_ignore_ascii_case(&b's')
            && strip_word(self.lexer.rest(), "source").is_some()
        {
            self.out.includes = true;
            self.lexer.skip_line();
            return true;
        }
        false
    }

    /// Lines that no SQL has: conflict markers and Markdown fences.
    fn stray_line(&mut self) -> bool {
        let byte = self.lexer.byte(self.lexer.pos);
        if !matches!(byte, b'<' | b'>' | b'=' | b'|' | b'`') || !self.lexer.at_line_start() {
            return false;
        }
        let line = self.lexer.line().trim_end();
        let marks = |mark: &str| {
            line.strip_prefix(mark).is_some_and(|r| r.is_empty() || r.starts_with(' '))
        };
        let what = if ["<<<<<<<", ">>>>>>>", "=======", "|||||||"].into_iter().any(marks) {
            FlawKind::ConflictMarker
        } else if line.starts_with("```") && !line.get(3..).unwrap_or_default().contains('`') {
            FlawKind::Fence
        } else {
            return false;
        };
        let start = self.lexer.pos;
        self.flaw(what, start..start + line.len());
        self.lexer.skip_line();
        true
    }

    fn flaw(&mut self, what: FlawKind, bytes: Range<usize>) {
        self.out.flaws.push(Flaw { what, bytes });
    }

    fn word(&self, token: Token) -> &'a str {
        match token.kind {
            Kind::Word => self.text.get(token.range()).unwrap_or_default(),
            Kind::Quoted | Kind::Text | Kind::Number | Kind::Variable | Kind::Symbol(_) => "",
        }
    }

    /// Adds a token to the statement and keeps account of the blocks that it opens or closes.
    fn take(&mut self, token: Token) {
        (self.pending, self.last) = (true, token.end as usize);
        self.out.ends.open_batch = true;
        let word = self.word(token);
        self.suspect_string(token);
        if self.grammar.scripts.semicolons_optional && self.begins_unseparated(token) {
            self.end_statement(true);
        }
        let previous = self.previous();
        let previous_word = previous.map_or("", |previous| self.word(previous));
        let after_dot = previous.is_some_and(|previous| previous.kind == Kind::Symbol(b'.'));
        if self.now.first_token == self.out.tokens.len() {
            self.now.rule = false;
        }
        self.out.tokens.push(token);
        match token.kind {
            Kind::Symbol(b'(') => self.now.parens += 1,
            Kind::Symbol(b')') => self.now.parens = self.now.parens.saturating_sub(1),
            Kind::Word if !after_dot => self.account(word, previous_word, token.start as usize),
            Kind::Word
            | Kind::Quoted
            | Kind::Text
            | Kind::Number
            | Kind::Variable
            | Kind::Symbol(_) => {}
        }
        self.now.after_end =
            is(word, "END") || (self.now.after_end && (is(word, "TRY") || is(word, "CATCH")));
        self.skip_inline_data(word);
    }

    fn previous(&self) -> Option<Token> {
        let tokens = self.out.tokens.get(self.now.first_token..)?;
        tokens.last().copied()
    }

    fn account(&mut self, word: &str, previous: &str, start: usize) {
        let first = self.out.tokens.get(self.now.first_token).map_or("", |first| self.word(*first));
        if !self.now.object_seen
            && (is(first, "CREATE") || is(first, "ALTER") || is(first, "REPLACE"))
        {
            if is_any(word, ROUTINES) {
                self.now.object_seen = true;
                self.now.routine = true;
            } else if is_any(word, OTHER_OBJECTS) {
                self.now.object_seen = true;
                self.now.rule = is(word, "RULE");
            }
        }
        if !self.delimiter.is_semicolon()
            || self.allowances.no_blocks_from.is_some_and(|from| start >= from)
        {
            return;
        }
        let (inside, routine) = (self.now.blocks > 0, self.now.routine);
        let begins = is(word, "BEGIN") || (is(word, "CASE") && !is(previous, "END"));
        let (opens, everywhere) = match self.grammar.scripts.blocks {
            Blocks::Everywhere => (begins, true),
            Blocks::Routines => ((routine || inside) && begins, false),
            Blocks::RoutinesAndNotAtomic if routine || inside => (begins, false),
            Blocks::RoutinesAndNotAtomic => {
                (is(first, "BEGIN") && is(word, "NOT") && is(previous, "BEGIN"), false)
            }
            Blocks::Atomic => {
                let atomic = routine && is(word, "ATOMIC") && is(previous, "BEGIN");
                (atomic || (inside && is(word, "CASE")), false)
            }
        };
        if opens {
            if self.now.blocks == 0 {
                self.now.first_block = start;
            }
            self.now.blocks += 1;
            self.now.had_block = true;
        } else if is(word, "END") && self.now.blocks > 0 {
            self.now.blocks -= 1;
        } else if everywhere && is(previous, "BEGIN") && is_any(word, TRANSACTIONS) {
            self.now.blocks = self.now.blocks.saturating_sub(1);
        } else if is(previous, "END") && self.now.had_block && !everywhere && is_any(word, LOOPS) {
            // `END IF` closes an `IF`, which was not counted.
            self.now.blocks += 1;
        }
    }

    /// Scripts for SQL Server often have no semicolons: a statement ends where a line begins
    /// another.
    fn begins_unseparated(&self, token: Token) -> bool {
        let now = &self.now;
        if now.routine || now.blocks > 0 || now.parens > 0 || self.previous().is_none() {
            return false;
        }
        let word = self.word(token);
        let before = self.text.get(..token.start as usize).unwrap_or_default();
        if !is_any(word, &["CREATE", "ALTER", "DROP", "INSERT"])
            || !before.trim_end_matches([' ', '\t']).ends_with('\n')
        {
            return false;
        }
        let after = self.text.get(token.end as usize..).unwrap_or_default().trim_start();
        let next = after.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        is(word, "CREATE")
            || is(word, "INSERT")
            || (is_any(next, &["TABLE", "VIEW", "PROCEDURE", "PROC", "TYPE", "SCHEMA", "SEQUENCE"])
                && !self.previous().is_some_and(|previous| is_any(self.word(previous), &["OR"])))
    }

    fn suspect_string(&mut self, token: Token) {
        let over_lines = |token: &Token| {
            let body = self.text.get(token.range()).unwrap_or_default();
            matches!(token.kind, Kind::Text | Kind::Quoted)
                && body.contains('\n')
                && !body.starts_with('$')
        };
        if over_lines(&token) {
            self.candidates.push(token.start as usize);
        }
        let Some(previous) = self.out.tokens.last() else { return };
        if !self.suspicious
            && previous.end == token.start
            && matches!(token.kind, Kind::Word | Kind::Number)
            && over_lines(previous)
        {
            self.suspicious = true;
        }
    }

    fn end_statement(&mut self, ended: bool) {
        let first = self.now.first_token;
        let last = self.out.tokens.len();
        let tokens = self.out.tokens.get(first..).unwrap_or_default();
        if let (Some(begin), Some(end)) = (tokens.first(), tokens.last()) {
            let bytes = begin.start as usize..end.end as usize;
            self.out.pieces.push(Piece { tokens: first..last, bytes, ended });
        }
        self.now = Current { first_token: last, ..Current::default() };
    }

    /// `DELIMITER //`, whose argument may stand in quotes.
    fn delimiter_command(&mut self) {
        if self.pending {
            let end = self.last.max(self.lexer.conditional_end);
            self.out.ends.cut.push((end, self.delimiter.text.clone()));
            self.pending = false;
        }
        let line = self.lexer.line();
        let given = strip_word(line, "delimiter").unwrap_or_default().trim();
        let quoted = |quote: char| given.strip_prefix(quote)?.strip_suffix(quote);
        match (quoted('\''), quoted('"')) {
            (Some(inner), _) => self.set_delimiter(&inner.replace("''", "'")),
            (None, Some(inner)) => self.set_delimiter(inner),
            (None, None) => self.set_delimiter(given),
        }
        self.lexer.skip_line();
    }

    fn set_delimiter(&mut self, given: &str) {
        let delimiter = given.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t");
        if delimiter.len() > Budget::DELIMITER {
            let start = self.lexer.pos;
            let length = self.lexer.line().trim_end().len();
            self.flaw(FlawKind::LongDelimiter, start..start + length);
        } else if !delimiter.trim_matches(' ').is_empty() {
            self.delimiter = Delimiter::of(delimiter);
            let Delimiter { text, n_blanks } = &self.delimiter;
            self.stop = (text != ";" && *n_blanks == 0).then(|| text.clone());
        }
    }

    fn copies_from_stdin(&self) -> bool {
        if !self.grammar.scripts.copy_data {
            return false;
        }
        let tokens = self.out.tokens.get(self.now.first_token..).unwrap_or_default();
        let starts = tokens.first().is_some_and(|first| is(self.word(*first), "COPY"));
        starts && tokens.iter().rev().take(64).any(|token| is(self.word(*token), "STDIN"))
    }

    fn skip_copy_data(&mut self) {
        self.lexer.skip_line();
        while !self.lexer.at_end() && self.lexer.line().trim_end() != "\\." {
            self.lexer.skip_line();
        }
        self.out.ends.open_data = self.lexer.at_end();
        self.lexer.skip_line();
    }

    /// `INSERT INTO t FORMAT CSV` is followed by the data itself.
    fn skip_inline_data(&mut self, word: &str) {
        if !self.grammar.scripts.insert_data || word.is_empty() || is(word, "VALUES") {
            return;
        }
        let tokens = self.out.tokens.get(self.now.first_token..).unwrap_or_default();
        let [.., format, _] = tokens else { return };
        let inserts = tokens.first().is_some_and(|first| is(self.word(*first), "INSERT"));
        if inserts && is(self.word(*format), "FORMAT") {
            let rest = self.lexer.rest();
            self.lexer.pos += rest.find("\n\n").unwrap_or(rest.len());
            self.end_statement(true);
            self.pending = false;
        }
    }
}

const ROUTINES: &[&str] = &["PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "EVENT", "PACKAGE"];

const OTHER_OBJECTS: &[&str] = &[
    // `CREATE PARTITION FUNCTION` (SQL Server) is followed by no function body.
    "PARTITION",
    "TABLE",
    "VIEW",
    "INDEX",
    "DATABASE",
    "SCHEMA",
    "TYPE",
    "SEQUENCE",
    "USER",
    "ROLE",
    "SERVER",
    "EXTENSION",
    "DOMAIN",
    "RULE",
    "POLICY",
    "AGGREGATE",
    "OPERATOR",
    "CAST",
    "COLLATION",
    "LANGUAGE",
    "PUBLICATION",
    "SUBSCRIPTION",
    "STATISTICS",
    "TABLESPACE",
    "LOGIN",
    "SYNONYM",
    "DICTIONARY",
];

const LOOPS: &[&str] = &["IF", "LOOP", "WHILE", "REPEAT", "FOR"];

const TRANSACTIONS: &[&str] = &["TRAN", "TRANSACTION", "DISTRIBUTED", "DIALOG", "CONVERSATION"];

/// Whether the lexer passes over a byte by itself.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

/// The line from a position on, without blanks at its end.
fn first_line(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    rest.split('\n').next().unwrap_or_default().trim_end()
}

/// `GO`, or `GO 5`.
fn is_go(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.next().is_some_and(|word| is(word.trim_end_matches(';'), "GO"))
        && words.next().is_none_or(|count| {
            count.bytes().all(|byte| byte.is_ascii_digit()) || count.starts_with("--")
        })
}

/// What follows a word and a blank.
fn strip_word<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let (head, rest) = (line.get(..word.len())?, line.get(word.len()..)?);
    (is(head, word) && rest.starts_with([' ', '\t'])).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the statements that a text is cut into.
    fn check(dialect: Dialect, text: &str, expected: &[&str]) {
        let split = split(text, dialect);
        let found: Vec<&str> =
            split.pieces.iter().map(|piece| text.get(piece.bytes.clone()).unwrap()).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn quotes_and_comments_hide_semicolons() {
        check(Dialect::Postgres, "a ';' b; -- c;\n/* ; /* ; */ ; */ d", &["a ';' b", "d"]);
        check(Dialect::MySql, "a '\\';' b; # c;\nd `;`", &["a '\\';' b", "d `;`"]);
        check(
            Dialect::Postgres,
            "do $$ a; b; $$; c $x$;$$;$x$",
            &["do $$ a; b; $$", "c $x$;$$;$x$"],
        );
        check(Dialect::SqlServer, "select [a;b]; go", &["select [a;b]", "go"]);
        check(Dialect::Sqlite, "a\\';' ; b", &["a\\';'", "b"]);
    }

    #[test]
    fn bodies_keep_their_semicolons() {
        let trigger = "create trigger t after insert on x begin select case when 1 then 2 end; delete from y; end";
        check(Dialect::Sqlite, &format!("{trigger}; select 1"), &[trigger, "select 1"]);
        let procedure =
            "create procedure p() begin if a then b; end if; case x when 1 then y; end case; end";
        check(Dialect::MySql, &format!("{procedure}; select 1"), &[procedure, "select 1"]);
        let atomic =
            "create function f() begin atomic select 1; select case when a then b end; end";
        check(Dialect::Postgres, &format!("{atomic}; begin; commit"), &[atomic, "begin", "commit"]);
        let rule = "create rule r as on insert to t do also (delete from a; delete from b)";
        check(Dialect::Postgres, &format!("{rule}; x"), &[rule, "x"]);
    }

    #[test]
    fn clients_have_commands_of_their_own() {
        check(
            Dialect::MySql,
            "DELIMITER //\ncreate procedure a; b//\nDELIMITER ;\nc; d",
            &["create procedure a; b", "c", "d"],
        );
        check(Dialect::Postgres, "-- atlas:delimiter \\n\\n\na b\n\nc", &["a b", "c"]);
        check(
            Dialect::SqlServer,
            "create proc p as select 1; select 2\nGO\nx\ngo 5\ny",
            &["create proc p as select 1; select 2", "x", "y"],
        );
        check(
            Dialect::Postgres,
            "\\set x 1\ncopy t from stdin;\n1;'\n\\.\na;",
            &["copy t from stdin", "a"],
        );
        check(Dialect::Generic, "begin a; end;\n/\nb", &["begin a", "end", "b"]);
        check(Dialect::MySql, "/*!40101 SET a=1 */;b", &["SET a=1", "b"]);
    }

    #[test]
    fn delimiters_of_lines_stand_among_blanks() {
        let text = "-- atlas:delimiter \\nEND\na\n  \nEND b\nEND\nc";
        check(Dialect::Postgres, text, &["a", "b", "c"]);
        check(Dialect::Postgres, "-- atlas:delimiter \\n\\n\na\nb\n \n\nc", &["a\nb", "c"]);
        let long = format!("delimiter {}\na; b", "/".repeat(Budget::DELIMITER + 1));
        check(Dialect::MySql, &long, &["a", "b"]);
        assert_eq!(split(&long, Dialect::MySql).flaws[0].what, FlawKind::LongDelimiter);
    }

    #[test]
    fn a_delimiter_ends_a_statement_at_any_character() {
        let text = "DELIMITER $$\na END$$\nb c1$$ d @x$$ e '$$' \"$$\" /* $$ */ f.$$;g";
        let expected = ["a END", "b c1", "d @x", "e '$$' \"$$\" /* $$ */ f.", "g"];
        check(Dialect::MySql, text, &expected);
        check(
            Dialect::Postgres,
            "DELIMITER '$$'\na END$$b $x$ $$ $x$$$c",
            &["a END", "b $x$ $$ $x$", "c"],
        );
        check(Dialect::Sqlite, "delimiter end\nspend ends", &["sp", "s"]);
        check(Dialect::MySql, "delimiter #\na#b -- #\nc", &["a", "b -- #\nc"]);
        check(Dialect::Postgres, "-- atlas:delimiter -- end\na; b\n-- end\nc", &["a", "b", "c"]);
        // Atlas looks for no delimiter in parentheses, and a comment takes its line end with it.
        let lines = "-- atlas:delimiter \\n\\n\na (b\n\nc)\n\nd -- e\n\nf\n\ng";
        check(Dialect::Postgres, lines, &["a (b\n\nc)", "d -- e\n\nf", "g"]);
    }

    #[test]
    fn a_conditional_comment_is_closed() {
        let text = "/*!40101 create table a (x int);";
        assert_eq!(
            split(text, Dialect::MySql).flaws[0].what,
            FlawKind::Unclosed(Unclosed::Comment)
        );
        assert_eq!(split(text, Dialect::MySql).flaws[0].bytes, 0..text.len());
    }

    #[test]
    fn a_slash_ends_a_statement_on_a_line_of_its_own_alone() {
        check(Dialect::Generic, "select 1 / 2 /\n 3 /\n/\nb", &["select 1 / 2 /\n 3 /", "b"]);
    }

    #[test]
    fn an_unclosed_begin_swallows_nothing() {
        check(
            Dialect::Sqlite,
            "create trigger t begin a; b; c",
            &["create trigger t begin a", "b", "c"],
        );
    }

    #[test]
    fn an_unclosed_string_is_found_where_it_begins() {
        let text = "a 'b,\nc 'd',\ne 'f';\ng";
        let split = split(text, Dialect::Postgres);
        assert_eq!(split.flaws.len(), 1);
        assert_eq!(split.flaws[0].bytes, 2..5);
        assert_eq!(split.pieces.len(), 2);
    }
}
