//! SQL texts -> scripts: statements, what each defines and needs, and what is wrong with it.
//!
//! In: the texts of one database's schema, in its dialect. Out: one [`Script`] a text, in the same
//! order. A false error here would block a deployment, so the policy is strict: an error is only
//! what the database or Atlas refuses for certain; what is merely not understood is a warning in
//! dialects whose grammar is known here, and a note in the others. Nothing here knows more than one
//! statement at a time: that is for the catalogue.

mod token;
mod print;
mod split;
mod join;
mod words;
mod read;
mod uses;
mod effects;
mod facts;
mod runs;
mod mentions;
mod plain;
mod queries;
mod embedded;
mod verdict;

use std::ops::Range;

use smol_str::StrExt;

use crate::definition::{Definition, ObjectKind, ParseStatus, Script, Statement};
use crate::dialect::Dialect;
use crate::problem::{self, Sink, Stray, TooLong};
use crate::source::{Excerpt, Span};
use crate::word::{is, is_any};
pub use embedded::{Embedded, embedded};
pub use join::{joined, lines};
pub use queries::queries;
use read::{Lint, Parsed};
use split::{Flaw, FlawKind, Piece, Split};
use token::{Kind, Token};
use verdict::Verdict;
pub use verdict::Verdicts;

/// How much of what is not understood a problem holds, in characters.
const MAX_FOUND: usize = 2_000;

/// What reading SQL may still cost, for all schemas of a run together.
#[derive(Clone, Debug)]
pub struct Budget {
    bytes: usize,
    statements: usize,
    words: usize,
    /// Bytes about which `sqlparser` may still be asked.
    asked: usize,
    /// Statements in `DO` blocks that may still be looked at.
    in_blocks: usize,
    /// What of the limits there was at first.
    at_first: [usize; 4],
}

impl Budget {
    /// Bytes of SQL. Of a single schema Kubernetes stores a mebibyte.
    pub const BYTES: usize = 8 << 20;
    /// Statements: each costs memory until the end, however short it is.
    pub const STATEMENTS: usize = 20_000;
    /// Words and names in quotes, of which all else is made that costs memory: columns, keys, what
    /// a view reads. Values, as in an `INSERT`, are none.
    pub const WORDS: usize = 300_000;
    /// Bytes of the SQL of one schema.
    pub const SCHEMA: usize = 2 << 20;
    /// Words of the SQL of one schema.
    pub const SCHEMA_WORDS: usize = 150_000;
    /// Bytes of a delimiter, with which each token is compared; `mysql` itself takes 15.
    pub const DELIMITER: usize = 256;
    /// Bytes of the statements about which `sqlparser` is asked, which takes it longer than all else.
    /// No more is asked then: what our own reader makes of a statement counts.
    const ASKED: usize = 2 << 20;
    /// Statements in `DO` blocks: those beyond are not looked at.
    const IN_BLOCKS: usize = 10_000;

    /// A part of each limit.
    pub fn within(part: impl Fn(usize) -> usize) -> Budget {
        let budget = Budget {
            bytes: part(Budget::BYTES),
            statements: part(Budget::STATEMENTS),
            words: part(Budget::WORDS),
            asked: part(Budget::ASKED),
            in_blocks: Budget::IN_BLOCKS,
            at_first: [0; 4],
        };
        Budget { at_first: budget.left(), ..budget }
    }

    fn left(&self) -> [usize; 4] {
        [self.bytes, self.statements, self.words, self.asked]
    }

    /// What is used of each limit, and the limit.
    pub fn used(&self) -> [(usize, usize); 4] {
        let limits = [Budget::BYTES, Budget::STATEMENTS, Budget::WORDS, Budget::ASKED];
        let mut used = limits.map(|limit| (0, limit));
        for ((used, _), (first, left)) in used.iter_mut().zip(self.at_first.iter().zip(self.left()))
        {
            *used = first.saturating_sub(left);
        }
        used
    }

    /// Cuts the texts of one schema into statements, or says which bound they go beyond.
    fn split(&mut self, texts: &[&Excerpt], dialect: Dialect) -> Result<Vec<Split>, TooLong> {
        let (mut bytes, mut words) = (Budget::SCHEMA, Budget::SCHEMA_WORDS);
        let mut splits = Vec::with_capacity(texts.len());
        for text in texts {
            let take = |left: &mut usize, taken: usize, limit: usize, of: &'static str| {
                let too_long = TooLong { primary: text.span, limit, of };
                *left = left.checked_sub(taken).ok_or(too_long)?;
                Ok(())
            };
            let length = text.text.len();
            take(&mut bytes, length, Budget::SCHEMA, "bytes of SQL in one schema")?;
            take(&mut self.bytes, length, Budget::BYTES, "bytes of SQL")?;
            let split = split::split(&text.text, dialect);
            let n_pieces = split.pieces.len();
            take(&mut self.statements, n_pieces, Budget::STATEMENTS, "SQL statements")?;
            let n_words = split.tokens.iter().filter(|token| token.is_word()).count();
            take(&mut words, n_words, Budget::SCHEMA_WORDS, "words of SQL in one schema")?;
            take(&mut self.words, n_words, Budget::WORDS, "words of SQL")?;
            splits.push(split);
        }
        Ok(splits)
    }
}

impl Default for Budget {
    fn default() -> Budget {
        Budget::within(|limit| limit)
    }
}

/// Reads the texts of one schema, as far as the bounds allow.
pub fn scripts(texts: &[Excerpt], dialect: Dialect, sink: &mut dyn Sink) -> Vec<Script> {
    let texts: Vec<&Excerpt> = texts.iter().collect();
    let (budget, verdicts) = (&mut Budget::default(), &mut Verdicts::default());
    let read = scripts_within(&texts, dialect, budget, verdicts, sink);
    read.unwrap_or_else(|| texts.iter().map(|_| Script::default()).collect())
}

/// Reads the texts of one schema of several; nothing if that goes beyond a bound.
pub fn scripts_within(
    texts: &[&Excerpt],
    dialect: Dialect,
    budget: &mut Budget,
    verdicts: &mut Verdicts,
    sink: &mut dyn Sink,
) -> Option<Vec<Script>> {
    let splits = match budget.split(texts, dialect) {
        Ok(splits) => splits,
        Err(exceeded) => {
            sink.report(exceeded);
            return None;
        }
    };
    // All of it before anything is judged: a word that is missing in one text may be in another.
    let read = texts.iter().zip(splits).map(|(text, split)| ReadText::of(text, split, dialect));
    let read: Vec<ReadText<'_>> = read.collect();
    let said = &mut verdicts.of(questions(&read, dialect, &mut budget.asked), dialect).into_iter();
    let in_blocks = &mut budget.in_blocks;
    Some(read.into_iter().map(|text| text.judge(dialect, said, in_blocks, sink)).collect())
}

/// How a statement begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// Its first words and signs, words in lower case and names without quotes.
    pub words: Vec<String>,
    /// Where it is.
    pub span: Span,
}

/// How each statement of a text begins; nothing of a text that is too long.
pub fn beginnings(text: &Excerpt, dialect: Dialect) -> Vec<Beginning> {
    /// The most words of a statement.
    const MAX_WORDS: usize = 12;
    let Ok(splits) = Budget::default().split(&[text], dialect) else { return Vec::new() };
    let word = |token: &Token| {
        let word = text.text.get(token.range()).unwrap_or_default();
        let quotes = ['"', '`', '[', ']'];
        word.trim_matches(quotes).to_ascii_lowercase()
    };
    let beginning = |split: &Split, piece: &Piece| Beginning {
        words: tokens(split, piece).iter().take(MAX_WORDS).map(word).collect(),
        span: text.locate(piece.bytes.clone()),
    };
    let all = splits.iter().flat_map(|split| split.pieces.iter().map(move |it| (split, it)));
    all.map(|(split, piece)| beginning(split, piece)).collect()
}

/// A text after our own reader.
struct ReadText<'a> {
    excerpt: &'a Excerpt,
    split: Split,
    parsed: Vec<Parsed>,
}

fn tokens<'a>(split: &'a Split, piece: &Piece) -> &'a [Token] {
    split.tokens.get(piece.tokens.clone()).unwrap_or_default()
}

/// Whether `sqlparser` is asked: about a query, and about what our reader had trouble with.
fn is_question(reading: &Parsed) -> bool {
    reading.defines && reading.lints.is_empty() && (reading.has_query || !reading.complete())
}

/// The statements about which it is asked, as far as that does not take too long.
fn questions(read: &[ReadText<'_>], dialect: Dialect, left: &mut usize) -> Vec<String> {
    let mut questions = Vec::new();
    for text in read {
        let parsed = text.split.pieces.iter().zip(&text.parsed);
        for (piece, _) in parsed.filter(|(_, reading)| is_question(reading)) {
            let Some(rest) = left.checked_sub(piece.bytes.len()) else {
                *left = 0;
                return questions;
            };
            *left = rest;
            let tokens = tokens(&text.split, piece);
            questions.push(plain::plain(text.excerpt, piece.bytes.clone(), tokens, dialect));
        }
    }
    questions
}

impl<'a> ReadText<'a> {
    fn of(excerpt: &'a Excerpt, split: Split, dialect: Dialect) -> ReadText<'a> {
        let read = |piece| read::statement(excerpt, tokens(&split, piece), dialect);
        let parsed = split.pieces.iter().map(read).collect();
        ReadText { excerpt, split, parsed }
    }

    /// `said` is what `sqlparser` says about each statement that is a question; `in_blocks` bounds the
    /// statements that are looked at inside of others.
    fn judge(
        self,
        dialect: Dialect,
        said: &mut impl Iterator<Item = Verdict>,
        in_blocks: &mut usize,
        sink: &mut dyn Sink,
    ) -> Script {
        for flaw in &self.split.flaws {
            report_flaw(self.excerpt, flaw, sink);
        }
        let mut flaws: Vec<&Range<usize>> =
            self.split.flaws.iter().map(|flaw| &flaw.bytes).collect();
        flaws.sort_by_key(|bytes| bytes.start);
        let flawed = |piece: &Range<usize>| {
            let from = flaws.partition_point(|bytes| bytes.start < piece.start).saturating_sub(1);
            flaws.iter().skip(from).take(2).any(|bytes| overlaps(bytes, piece))
        };
        let mut script = Script { includes: self.split.includes, ..Script::default() };
        let mut after_routine = false;
        for (piece, reading) in self.split.pieces.iter().zip(self.parsed) {
            let verdict = if is_question(&reading) { said.next() } else { None };
            let check = StatementCheck {
                excerpt: self.excerpt,
                dialect,
                piece,
                tokens: tokens(&self.split, piece),
                reading: &reading,
                verdict: verdict.unwrap_or(Verdict::None),
                flawed: flawed(&piece.bytes),
                after_routine: after_routine && dialect.grammar().scripts.bodies_may_be_cut,
            };
            let status = check.report(sink);
            let definition = reading.definition.as_ref();
            let uses = uses::uses(self.excerpt, check.tokens, dialect, definition);
            let makes = uses::makes(self.excerpt, check.tokens, dialect, definition);
            let effects = effects::effects(self.excerpt, check.tokens, dialect, in_blocks);
            let known = (definition, status);
            let facts = facts::facts(self.excerpt, check.tokens, dialect, &effects, known);
            let runs = runs::runs(self.excerpt, check.tokens, dialect);
            let mentions = mentions::mentions(self.excerpt, check.tokens, dialect, definition);
            let needs_dropped = mentions::dropped(self.excerpt, check.tokens, dialect, definition);
            after_routine = routine_goes_on(after_routine, &check, definition);
            check.note_unread(status, &mut script);
            let span = self.excerpt.locate(piece.bytes.clone());
            script.statements.push(Statement {
                span,
                definition: reading.definition,
                uses,
                makes,
                effects,
                facts,
                runs,
                mentions,
                needs_dropped,
                status,
            });
        }
        script
    }
}

fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// A routine's body may have been cut into pieces that look like statements of their own.
fn routine_goes_on(
    before: bool,
    check: &StatementCheck<'_>,
    definition: Option<&Definition>,
) -> bool {
    match definition {
        Some(Definition::Object { kind: ObjectKind::Function | ObjectKind::Trigger, .. }) => true,
        Some(_) => false,
        None => {
            let routine = check.is("CREATE")
                && check.words(6).any(|word| {
                    is_any(word, &["EVENT", "PROC", "PACKAGE", "PROCEDURE", "FUNCTION", "TRIGGER"])
                });
            routine || (before && !check.is("CREATE"))
        }
    }
}

fn report_flaw(excerpt: &Excerpt, flaw: &Flaw, sink: &mut dyn Sink) {
    let primary = excerpt.locate(flaw.bytes.clone());
    let mut stray = |what| sink.report(problem::StrayText { primary, what });
    match flaw.what {
        FlawKind::Unclosed(what) => {
            sink.report(problem::Unterminated { primary, what: what.words() });
        }
        FlawKind::Typographic => stray(Stray::Typographic),
        FlawKind::ConflictMarker => stray(Stray::ConflictMarker),
        FlawKind::Fence => stray(Stray::Fence),
        FlawKind::LongDelimiter => {
            sink.report(problem::LongDelimiter { primary, limit: Budget::DELIMITER });
        }
    }
}

/// A statement with everything that is known about it.
struct StatementCheck<'a> {
    excerpt: &'a Excerpt,
    dialect: Dialect,
    piece: &'a Piece,
    tokens: &'a [Token],
    reading: &'a Parsed,
    verdict: Verdict,
    /// Something is wrong with its characters: what follows from that is not reported.
    flawed: bool,
    after_routine: bool,
}

impl StatementCheck<'_> {
    fn text(&self, range: Range<usize>) -> &str {
        self.excerpt.text.get(range).unwrap_or_default()
    }

    /// Whether it begins with this, in any case.
    fn text_begins(&self, prefix: &str) -> bool {
        let head = self.text(self.piece.bytes.clone()).get(..prefix.len());
        head.is_some_and(|head| is(head, prefix))
    }

    fn words(&self, count: usize) -> impl Iterator<Item = &str> {
        self.tokens.iter().take(count).map(|token| match token.kind {
            Kind::Word => self.text(token.range()),
            Kind::Quoted | Kind::Text | Kind::Number | Kind::Variable | Kind::Symbol(_) => "",
        })
    }

    fn is(&self, first: &str) -> bool {
        self.words(1).any(|word| is(word, first))
    }

    /// Reports what is wrong with it, and says how well it was understood.
    fn report(&self, sink: &mut dyn Sink) -> ParseStatus {
        let reading = self.reading;
        let unbalanced = self.unbalanced();
        if !self.flawed {
            for lint in &reading.lints {
                self.report_lint(lint, sink);
            }
            if let Some((partnerless, opening)) = unbalanced.clone()
                && reading.lints.is_empty()
            {
                let noticed = match &reading.error {
                    Some(error) => error.at.clone(),
                    None if opening => self.tokens.last().map_or(0..0, |token| token.range()),
                    None => partnerless.clone(),
                };
                sink.report(problem::Unbalanced {
                    primary: self.excerpt.locate(noticed),
                    partnerless: self.excerpt.locate(partnerless),
                    opening,
                });
            }
        }
        if !reading.defines {
            return ParseStatus::Passed;
        }
        if !reading.lints.is_empty() || unbalanced.is_some() {
            // A word that cannot be a bare name and the like: the rest was read.
            let read = reading.complete()
                && unbalanced.is_none()
                && reading
                    .lints
                    .iter()
                    .all(|lint| !matches!(lint, Lint::Misspelt { .. } | Lint::MissingComma { .. }));
            return if read { ParseStatus::Read } else { ParseStatus::Unread };
        }
        match (self.verdict, &reading.error) {
            (Verdict::Accepts, None) => ParseStatus::Read,
            (Verdict::Accepts, Some(error)) => {
                if let Some(word) = self.foreign_word(error.at.clone()).filter(|_| !self.flawed) {
                    let dialect = self.dialect.name();
                    sink.report(problem::Refused {
                        primary: self.excerpt.locate(error.at.clone()),
                        other: None,
                        why: problem::Refusal::ForeignWord { word, dialect },
                        is_certain: false,
                    });
                }
                ParseStatus::Accepted
            }
            (Verdict::Refuses(_) | Verdict::None, None) if !reading.has_query => ParseStatus::Read,
            (Verdict::None, None) => ParseStatus::Accepted,
            (Verdict::Refuses(_) | Verdict::None, _) => {
                if !self.flawed {
                    self.report_not_understood(sink);
                }
                ParseStatus::Unread
            }
        }
    }

    /// The word at a place, if it is one that only another database has: `sqlparser` takes many of them in
    /// every dialect.
    fn foreign_word(&self, at: Range<usize>) -> Option<String> {
        let words = self.dialect.grammar().refuses.foreign_words;
        let word = self.text(at);
        let first = word.get(..1).unwrap_or_default();
        (is_any(word, words) || !first.is_empty() && words.contains(&first))
            .then(|| beginning(word))
    }

    fn report_not_understood(&self, sink: &mut dyn Sink) {
        let place = match (&self.reading.error, self.verdict) {
            (Some(error), _) => error.at.clone(),
            (None, Verdict::Refuses(Some(within))) => {
                let at = self.piece.bytes.start + within;
                self.tokens
                    .iter()
                    .find(|token| token.end as usize > at)
                    .or(self.tokens.last())
                    .map_or(0..0, |token| token.range())
            }
            (None, Verdict::Refuses(None) | Verdict::Accepts | Verdict::None) => {
                self.tokens.first().map_or(0..0, |token| token.range())
            }
        };
        sink.report(problem::NotUnderstood {
            primary: self.excerpt.locate(place.clone()),
            found: beginning(self.text(place)),
            expected: self.reading.error.as_ref().and_then(|error| error.expected),
            known_dialect: self.dialect.grammar().is_known,
            dialect: self.dialect.name(),
        });
    }

    /// The first parenthesis without a partner, and whether it is an opening one.
    fn unbalanced(&self) -> Option<(Range<usize>, bool)> {
        let mut open: Vec<Token> = Vec::new();
        for token in self.tokens {
            match token.kind {
                Kind::Symbol(b'(') => open.push(*token),
                Kind::Symbol(b')') => {
                    if open.pop().is_none() {
                        return Some((token.range(), false));
                    }
                }
                Kind::Word
                | Kind::Quoted
                | Kind::Text
                | Kind::Number
                | Kind::Variable
                | Kind::Symbol(_) => {}
            }
        }
        open.first().map(|token| (token.range(), true))
    }

    fn report_lint(&self, lint: &Lint, sink: &mut dyn Sink) {
        let locate = |range: &Range<usize>| self.excerpt.locate(range.clone());
        match lint {
            Lint::Misspelt { at, keyword: "" } => {
                if !self.after_routine {
                    let word = self.text(at.clone()).to_owned();
                    sink.report(problem::UnknownVerb { primary: locate(at), word });
                }
            }
            Lint::Misspelt { at, keyword } => {
                let leading = at.start == self.piece.bytes.start;
                let follows = self.words(2).nth(1).unwrap_or_default();
                if !(leading && self.after_routine) || is_any(follows, words::CREATABLE) {
                    let word = self.text(at.clone()).to_owned();
                    sink.report(problem::Misspelt { primary: locate(at), word, keyword });
                }
            }
            Lint::OddType { at, keyword } => sink.report(problem::UnknownType {
                primary: locate(at),
                name: self.text(at.clone()).to_owned(),
                nearest: Some((*keyword).to_owned()),
                dialect: self.dialect.name(),
            }),
            Lint::StrayComma { at } => {
                sink.report(problem::StrayComma { primary: locate(at) });
            }
            Lint::MissingComma { before, after } => {
                sink.report(problem::MissingComma { primary: locate(before), next: locate(after) });
            }
            Lint::MissingType { column } => sink.report(problem::MissingType {
                primary: column.span,
                column: column.text.to_string(),
            }),
            Lint::Reserved { at } => {
                let word = self.text(at.clone()).to_owned();
                let quoted = self.dialect.grammar().quoted(&word);
                let dialect = self.dialect.name();
                sink.report(problem::ReservedWord { primary: locate(at), word, quoted, dialect });
            }
            Lint::Refused { at, why, is_certain } => sink.report(problem::Refused {
                primary: locate(at),
                other: None,
                why: why.clone(),
                is_certain: *is_certain,
            }),
            Lint::KeyColumnCount { at, columns, referred } => {
                sink.report(problem::ForeignKeyColumns {
                    primary: locate(at),
                    columns: *columns,
                    referred: *referred,
                });
            }
        }
    }

    /// Keeps the words of what may create tables without our knowing.
    fn note_unread(&self, status: ParseStatus, script: &mut Script) {
        let mut first = self.words(3);
        let mut next = || first.next().unwrap_or_default();
        let (one, two, three) = (next(), next(), next());
        // What these make of a view or a table is not followed.
        let is_change = is(one, "ALTER") && is_any(two, &["VIEW", "MATERIALIZED", "SCHEMA"])
            || is(one, "CREATE") && is(two, "OR") && is(three, "REPLACE") && {
                self.words(4).nth(3).is_some_and(|word| is(word, "TABLE"))
            };
        let dynamic = is_change
            || is_any(
                one,
                &[
                    "DO", "EXEC", "EXECUTE", "PREPARE", "CALL", "SELECT", "DECLARE", "IF", "BEGIN",
                    "IMPORT", "RESTORE",
                ],
            )
            || (is(one, "CREATE") && is_any(two, &["EXTENSION", "VIRTUAL", "SYNONYM", "FOREIGN"]))
            || self.dialect.grammar().server.any_statement_may_create
                && status == ParseStatus::Passed
                && !is_any(one, &["INSERT", "GO"]);
        if is(one, "SET") && self.words(4).any(|word| is(word, "FOREIGN_KEY_CHECKS"))
            || self.text_begins("SET @@FOREIGN_KEY_CHECKS")
        {
            script.unchecked_foreign_keys = true;
        }
        if status != ParseStatus::Unread && !dynamic {
            return;
        }
        for token in self.tokens {
            let text = self.text(token.range());
            script.unread_words.extend(
                text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
                    .filter(|word| !word.is_empty())
                    .map(StrExt::to_lowercase_smolstr),
            );
        }
    }
}

/// The beginning of a text, for a message, which cuts it once more. It is cut further on than it is shown:
/// what comes later may tell that a part of it is a secret.
fn beginning(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(MAX_FOUND).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;
    use crate::source::Sources;

    /// The problems of one text, in the order of their places: `line: name`.
    fn check(dialect: Dialect, text: &str, expected: &[&str]) {
        let mut sources = Sources::default();
        let file = sources.add("a.sql", text);
        let mut problems: Vec<Problem> = Vec::new();
        scripts(&[Excerpt::of_file(file, text)], dialect, &mut problems);
        problems.sort_by_key(Problem::primary);
        let line = |problem: &Problem| sources.position(problem.primary()).line;
        let found: Vec<String> =
            problems.iter().map(|found| format!("{}: {}", line(found), found.name())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn certain_mistakes_are_errors_in_their_line() {
        let all = [Dialect::MySql, Dialect::Postgres, Dialect::Sqlite];
        for dialect in all {
            check(dialect, "craete table a (x int);", &["1: Misspelt"]);
            check(dialect, "create tabel a (x int);", &["1: Misspelt"]);
            check(dialect, "create table a (\nx int not nul,\ny int);", &["2: Misspelt"]);
            check(dialect, "create table a (\nx int,\nprimay key (x));", &["3: Misspelt"]);
            check(dialect, "create table a (\nx int,\ny int referencs b (x));", &["3: Misspelt"]);
            check(dialect, "create table a (\nx int,\n);", &["2: StrayComma"]);
            check(dialect, "create table a (\nx int,,\ny int);", &["2: StrayComma"]);
            check(dialect, "create table a (\nx int not null\ny int);", &["2: MissingComma"]);
            check(dialect, "create table a (\nx int\n;\nselect 1;", &["2: Unbalanced"]);
            check(dialect, "create table a (\nx varchar(10 not null,\ny int);", &["2: Unbalanced"]);
            check(
                dialect,
                "create table a (\nx text default 'a,\ny text default 'b');",
                &["2: Unterminated"],
            );
            check(dialect, "create table a (x int);\n<<<<<<< HEAD\n", &["2: StrayText"]);
            check(dialect, "create table a (x int, order int);", &["1: ReservedWord"]);
            check(dialect, "foobar baz;", &["1: UnknownVerb"]);
        }
    }
}
