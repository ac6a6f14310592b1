//! What a line says, and what it says about the next.

use std::ops::Range;

use crate::diag::secrets::addresses::{urls, webhooks};
use crate::diag::secrets::assigned::{defaults, values};
use crate::diag::secrets::commands::{Arguments, is_command};
use crate::diag::secrets::files::Files;
use crate::diag::secrets::headers::schemes;
use crate::diag::secrets::names::is_name;
use crate::diag::secrets::prose::said;
use crate::diag::secrets::rules::{READERS, WEBHOOKS};
use crate::diag::secrets::shell::{inputs, words};
use crate::diag::secrets::values::is_harmless;

/// What a line says about the next.
#[derive(Default)]
pub(super) struct Line {
    /// A secret began here; lines that stand further in than this column go on with it.
    pub(super) value: Option<usize>,
    /// The secret itself is still to come.
    pub(super) is_open: bool,
    /// It has the name of a variable whose value is a secret.
    pub(super) has_secret_name: bool,
    /// It has a name.
    pub(super) has_name: bool,
    /// The quote in which a value goes on that began in this line.
    pub(super) quote: Option<char>,
    /// A value whose name is still to come.
    pub(super) value_here: Option<Range<usize>>,
    /// How many lines ago the name was that goes on to be known.
    n_lines: u8,
}

/// What is nowhere in a text is looked for in none of its lines.
#[derive(Clone, Copy, Default)]
struct Has {
    variables: bool,
    addresses: bool,
    schemes: bool,
    webhooks: bool,
    inputs: bool,
    commands: bool,
    defaults: bool,
    sentences: bool,
}

impl Has {
    fn of(text: &str) -> Has {
        const SCHEMES: [&str; 8] =
            ["earer", "asic", "uthorization", "ookie", "EARER", "ASIC", "UTHORIZATION", "OOKIE"];
        let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
        Has {
            variables: text.contains("variable "),
            addresses: text.contains('@'),
            schemes: has(&SCHEMES),
            webhooks: has(WEBHOOKS),
            inputs: has(READERS) && (text.contains('|') || text.contains("<<")),
            commands: has_command(text),
            defaults: has(&["||", "??", " or "]),
            sentences: text.contains(" is"),
        }
    }
}

/// Whether a word of a text is a command that takes secrets.
fn has_command(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let mut start = None;
    text.bytes().chain([b' ']).enumerate().any(|(at, byte)| {
        match (start, is_part(byte)) {
            (None, true) => start = Some(at),
            (Some(begin), false) => {
                start = None;
                return text.get(begin..at).is_some_and(is_command);
            }
            _ => {}
        }
        false
    })
}

/// A value in quotes that is longer is none: its quote is another's.
const MAX_QUOTED_LINES: u8 = 60;

/// Whether a value is not over with its line. With a space before the `\\` it is the command that goes on.
fn goes_on_below(content: &str) -> bool {
    content.strip_suffix('\\').is_some_and(|before| !before.ends_with([' ', '\t', '\\', '=']))
}

/// What goes on over many lines.
#[derive(Default)]
struct Lines {
    has: Has,
    last: Line,
    arguments: Arguments,
    /// Within `variable "db_password" {`, and how many braces deep.
    secret_block: Option<usize>,
    /// The line before ends with `\\`.
    is_continued: bool,
    /// The value goes on in the next line, for its own ends with `\\`.
    is_value_continued: bool,
    /// How many lines a value has gone on in its quotes.
    n_quoted: u8,
    /// The lines are what a command reads, up to one of a single word.
    is_input: bool,
    files: Files,
}

/// Hands over the places of secrets, by line.
pub(super) fn secrets(text: &str, is_known: impl Fn(usize) -> bool, found: &mut Vec<Range<usize>>) {
    let mut lines = Lines { has: Has::of(text), ..Lines::default() };
    let mut start = 0;
    let mut value_before: Option<Range<usize>> = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let mut add = |range: Range<usize>| {
            let place = start + range.start;
            let is_new = range.start < range.end && !is_known(place);
            if is_new {
                found.push(place..start + range.end);
            }
            is_new
        };
        lines.line(content, &mut add);
        let bare = content.trim_start();
        // `- value: x` above `name: DB_PASSWORD`
        if bare.starts_with('-') || bare.is_empty() {
            value_before = None;
        }
        if let Some(range) = value_before.take_if(|_| lines.last.has_name)
            && lines.last.has_secret_name
            && !is_known(range.start)
        {
            found.push(range);
        }
        if let Some(range) = lines.last.value_here.take() {
            value_before = Some(start + range.start..start + range.end);
        }
        start += line.len();
    }
}

impl Lines {
    fn line(&mut self, content: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
        let bare = content.trim_start();
        let indent = content.len() - bare.len();
        let goes_on = match self.last.value {
            None => false,
            Some(column) => content.is_empty() || indent > column,
        };
        let is_reference =
            ["valueFrom", "secretKeyRef", "value:", "type:", "description:", "{", "["]
                .iter()
                .any(|start| bare.starts_with(start));
        let goes_on = goes_on && !(self.last.is_open && is_reference);
        // The items of a list stand as far in as its name, or further.
        let is_item = self.last.is_open
            && self.last.value == Some(indent)
            && bare.starts_with("- ")
            && !bare.contains(": ");
        let goes_on = goes_on || is_item;
        let is_list =
            goes_on && self.last.is_open && bare.starts_with("- ") && !bare.contains(": ");
        let begins_quoted = content.trim_start_matches([' ', '\t', '=']).starts_with(['"', '\'']);
        let goes_on_quoted = self.last.is_open && begins_quoted;
        // The arguments of a command go on as items of a list.
        let is_item = bare.starts_with(['-', '"', '\'', ',', '[', ']'])
            || ["args:", "command:", "\"args\"", "\"command\""]
                .iter()
                .any(|key| bare.starts_with(key));
        if !is_item && !bare.is_empty() && !self.arguments.is_pending() && !self.is_continued {
            self.arguments.end();
        }
        self.is_continued = content.ends_with('\\') || (self.is_continued && bare.is_empty());
        if bare.is_empty() && !goes_on {
            self.files.end();
            self.last.quote = None;
            self.is_value_continued = false;
            return;
        }
        if let Some(quote) = self.last.quote {
            self.n_quoted += 1;
            // All up to the quote.
            let end = content.find(quote);
            add(indent..end.unwrap_or(content.len()));
            self.last.quote = (end.is_none() && self.n_quoted < MAX_QUOTED_LINES).then_some(quote);
            return;
        }
        if std::mem::take(&mut self.is_value_continued) {
            add(indent..content.len());
            self.is_value_continued = goes_on_below(content);
            return;
        }
        if goes_on || goes_on_quoted {
            // What says where the secret is; what is a mapping has fields of its own.
            if !(self.last.is_open && is_harmless(bare)) {
                add(indent..content.len());
            }
            self.last.is_open &= content.is_empty() || is_list;
            return;
        }
        if self.block(content, add) {
            return;
        }
        let before = std::mem::take(&mut self.last);
        // `password:` above `value: x`
        let is_value = before.is_open && before.value.is_some() && bare.starts_with("value:");
        let mut hidden_to = 0;
        let mut add_value = |range: Range<usize>| {
            let (end, is_new) = (range.end, add(range));
            hidden_to = hidden_to.max(if is_new { end } else { 0 });
            is_new
        };
        self.n_quoted = 0;
        values(content, before.has_secret_name || is_value, &mut self.last, &mut add_value);
        self.is_value_continued = hidden_to == content.len() && goes_on_below(content);
        if content.ends_with('\\') && !self.last.is_open {
            self.last.value = None;
        }
        if self.has.sentences {
            said(content, add);
        }
        if self.has.defaults {
            defaults(content, add);
        }
        // The name of an item goes for all of its fields.
        if before.has_secret_name
            && !self.last.has_name
            && before.n_lines < 6
            && !bare.starts_with(['-', '}', ']', '<'])
        {
            (self.last.has_secret_name, self.last.n_lines) = (true, before.n_lines + 1);
        }
        let column = content.len() - content.trim_start_matches([' ', '-']).len();
        self.last.value = self.last.value.map(|_| column);
        if self.has.addresses {
            urls(content, add);
        }
        if self.has.webhooks {
            webhooks(content, add);
        }
        if self.has.schemes {
            schemes(content, add);
        }
        if self.has.inputs {
            self.input(content, add);
        }
        let may_be_command = content.contains('-')
            || content.ends_with('\\')
            || bare.starts_with(['"', '\'', '[', '`'])
            || self.arguments.is_pending()
            || self.has.commands;
        if may_be_command {
            words(&mut self.arguments, content, add);
        }
        self.files.line(content, add);
    }

    /// What a command reads that takes a secret from its input.
    fn input(&mut self, content: &str, add: &mut impl FnMut(Range<usize>) -> bool) {
        let bare = content.trim();
        if self.is_input {
            self.is_input = bare.contains(':');
            if let Some(colon) = content.find(':').filter(|_| !is_harmless(bare)) {
                add(colon + 1..content.len());
            }
            return;
        }
        self.is_input = inputs(content, add);
    }

    /// `variable "db_password" { default = "x" }`; says whether the line is done.
    fn block(&mut self, content: &str, add: &mut impl FnMut(Range<usize>) -> bool) -> bool {
        let begins = |(at, _): &(usize, &str)| {
            let before = content.get(..*at).unwrap_or_default();
            before.is_empty() || before.ends_with([' ', '\t', '"', '\'', '`', '}', 'n'])
        };
        if !self.has.variables {
            return false;
        }
        let places = content.match_indices("variable ").filter(begins).take(64);
        let mut begin = None;
        for (at, word) in places {
            let rest = content.get(at + word.len()..).unwrap_or_default();
            let name = rest.trim_start_matches(['"', '\\', ' ']);
            let name = name.split(['"', '\\', ' ', '{']).next().unwrap_or_default();
            if is_name(name) {
                begin = Some(at + word.len());
                break;
            }
        }
        let depth_of = |text: &str| {
            let count = |sign: u8| text.bytes().filter(|byte| *byte == sign).count();
            (count(b'{'), count(b'}'))
        };
        if let Some(begin) = begin {
            let rest = content.get(begin..).unwrap_or_default();
            if let Some(at) = rest.find("default") {
                let value = rest.get(at + "default".len()..).unwrap_or_default();
                let value = value.trim_start_matches([' ', '=', '\t']);
                if !is_harmless(value) {
                    add(content.len() - value.len()..content.len());
                }
            }
            let (opened, closed) = depth_of(rest);
            self.secret_block = opened.checked_sub(closed).filter(|depth| *depth > 0);
            return self.secret_block.is_some();
        }
        let Some(depth) = self.secret_block else { return false };
        let bare = content.trim_start();
        let (opened, closed) = depth_of(bare);
        self.secret_block = (depth + opened).checked_sub(closed).filter(|depth| *depth > 0);
        const OTHERS: [&str; 7] = [
            "type",
            "description",
            "sensitive",
            "nullable",
            "validation",
            "condition",
            "error_message",
        ];
        if !OTHERS.iter().any(|field| bare.starts_with(field)) && !bare.starts_with('}') {
            let value = bare.strip_prefix("default").unwrap_or(bare);
            let value = value.trim_start_matches([' ', '=', '\t']);
            if !value.is_empty() && !is_harmless(value) {
                add(content.len() - value.len()..content.len());
            }
        }
        true
    }
}
