//! YAML text -> `syntax::node`: every value of a file with its place, read as Argo CD reads it.
//!
//! granit-parser yields events with byte spans; the [`Reader`] builds the tree from them with a
//! stack of its own, expands aliases and merge keys, and gives plain scalars the meaning that
//! `sigs.k8s.io/yaml` gives them. The directory is untrusted: every copy that an alias asks for is
//! taken out of a [`Budget`] before it is made, so that a bomb costs no more than honest input.
//! Nothing here knows what a document is about.

mod explain;
mod plain;
mod text;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Tag, options};

use smol_str::SmolStr;

use crate::diag::problems::yaml::{
    DuplicateKey, InvalidAlias, InvalidKey, InvalidMerge, LimitExceeded, MissingSeparator,
    UnprintableText, UnsupportedTag,
};
use crate::diag::{Diagnostic, Diagnostics};
use crate::effort::Effort;
use crate::source::{FileId, Span, Spanned};
use crate::syntax::node::{Data, Entry, Meaning, Node, Scalar};

/// Reads all documents of a file; empty ones are left out.
///
/// Every problem is reported; a document that is not YAML is left out, and the documents after it
/// are still read. Once the budget is used up, nothing more is read.
pub fn documents(
    file: FileId,
    text: &str,
    budget: &mut Budget,
    diagnostics: &mut Diagnostics,
) -> Vec<Node> {
    if budget.exhausted {
        return Vec::new();
    }
    let options = options! {
        emit_comments: false,
        // An unknown alias is then one problem of its document and not the end of it.
        emit_unresolved_aliases: true,
        flow_nesting_limit: Budget::DEPTH,
        block_nesting_limit: Budget::DEPTH,
    };
    // Argo CD and kubectl end every line of a file before they read it (`LineReader` of
    // k8s.io/apimachinery): a block scalar at the very end has its last line end either way.
    let ended: String;
    let lines = match text.ends_with('\n') {
        true => text,
        false => {
            ended = format!("{text}\n");
            &ended
        }
    };
    let mut parser = Parser::new_from_str_with_options(lines, options);
    let mut reader = Reader::new(file, text, budget, diagnostics);
    loop {
        let step = match parser.next_event() {
            None => break,
            Some(Ok((event, span))) => {
                let within =
                    |range: Range<usize>| range.start.min(text.len())..range.end.min(text.len());
                let range = span.byte_range().map(within).unwrap_or_default();
                let tag = span.tag_span().and_then(|span| span.byte_range()).map(within);
                reader.event(event, range, tag)
            }
            Some(Err(error)) => reader.syntax_error(&error),
        };
        match step {
            Step::On => {}
            Step::NextDocument => {
                reader.abandon();
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
            Step::Stop => break,
        }
    }
    reader.documents
}

/// What reading may still cost, for all files of a run together.
#[derive(Clone, Debug)]
pub struct Budget {
    nodes: usize,
    bytes: usize,
    copied_nodes: usize,
    copied_bytes: usize,
    documents: usize,
    problems: usize,
    exhausted: bool,
    /// What of the limits there was at first.
    room: Effort,
}

impl Budget {
    /// Values in all documents, keys included, after aliases and merge keys have been expanded.
    pub const NODES: usize = 1_000_000;
    /// Bytes of text in all scalars and keys, after aliases and merge keys have been expanded.
    pub const BYTES: usize = 16 << 20;
    /// Values that aliases may add to what is written: enough for honest reuse, and so few that a
    /// bomb is refused within milliseconds.
    pub const COPIED_NODES: usize = 100_000;
    /// Bytes of text that aliases may add to what is written.
    pub const COPIED_BYTES: usize = 8 << 20;
    /// Documents in all files.
    pub const DOCUMENTS: usize = 20_000;
    /// Lists and mappings inside one another.
    pub const DEPTH: usize = 100;
    /// Problems in all files, after which the rest is not looked at.
    pub const PROBLEMS: usize = 500;

    /// A part of the limits.
    pub fn within(room: Effort) -> Budget {
        Budget {
            nodes: room.of(Budget::NODES),
            bytes: room.of(Budget::BYTES),
            copied_nodes: Budget::COPIED_NODES,
            copied_bytes: Budget::COPIED_BYTES,
            documents: room.of(Budget::DOCUMENTS),
            problems: Budget::PROBLEMS,
            exhausted: false,
            room,
        }
    }

    /// Adds what has been read so far.
    pub fn add_to(&self, effort: &mut Effort) {
        let room = self.room;
        for (left, limit) in [
            (self.nodes, Budget::NODES),
            (self.bytes, Budget::BYTES),
            (self.documents, Budget::DOCUMENTS),
        ] {
            effort.add(room.of(limit).saturating_sub(left), limit);
        }
    }

    fn take_copy(&mut self, cost: Cost) -> Result<(), Exceeded> {
        let Cost { nodes, bytes, depth: _ } = cost;
        let exceeded = Exceeded::COPIED_NODES;
        self.copied_nodes = self.copied_nodes.checked_sub(nodes).ok_or(exceeded)?;
        let exceeded = Exceeded::COPIED_BYTES;
        self.copied_bytes = self.copied_bytes.checked_sub(bytes).ok_or(exceeded)?;
        self.take(cost)
    }

    fn take(&mut self, cost: Cost) -> Result<(), Exceeded> {
        let Cost { nodes, bytes, depth: _ } = cost;
        self.nodes = self.nodes.checked_sub(nodes).ok_or(Exceeded::NODES)?;
        self.bytes = self.bytes.checked_sub(bytes).ok_or(Exceeded::BYTES)?;
        Ok(())
    }
}

impl Default for Budget {
    fn default() -> Budget {
        Budget::within(Effort::MOST)
    }
}

/// A bound that was reached.
struct Exceeded {
    bound: &'static str,
    limit: usize,
}

impl Exceeded {
    const NODES: Exceeded = Exceeded { bound: "YAML values", limit: Budget::NODES };
    const BYTES: Exceeded = Exceeded { bound: "bytes of YAML text", limit: Budget::BYTES };
    const COPIED_NODES: Exceeded =
        Exceeded { bound: "YAML values copied by aliases", limit: Budget::COPIED_NODES };
    const COPIED_BYTES: Exceeded =
        Exceeded { bound: "bytes of YAML text copied by aliases", limit: Budget::COPIED_BYTES };
    const DOCUMENTS: Exceeded = Exceeded { bound: "YAML documents", limit: Budget::DOCUMENTS };
    const DEPTH: Exceeded = Exceeded { bound: "levels of YAML nesting", limit: Budget::DEPTH };
    const PROBLEMS: Exceeded = Exceeded { bound: "problems in YAML", limit: Budget::PROBLEMS };
}

/// What a tree takes out of the budget when it is copied.
#[derive(Clone, Copy, Default)]
struct Cost {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

impl Cost {
    fn text(bytes: usize) -> Cost {
        Cost { nodes: 1, bytes, depth: 0 }
    }

    fn of(node: &Node) -> Cost {
        match &node.data {
            Data::Scalar(scalar) => {
                Cost::text(scalar.text.len() + size_of_val(scalar.lines.as_slice()))
            }
            Data::Sequence(items) => {
                let cost = Cost { nodes: 1, bytes: 0, depth: 1 };
                items.iter().fold(cost, |cost, item| cost.around(Cost::of(item)))
            }
            Data::Mapping(entries) => {
                let cost = Cost { nodes: 1, bytes: 0, depth: 1 };
                entries.iter().fold(cost, |cost, entry| {
                    cost.around(Cost::text(entry.key.value.len())).around(Cost::of(&entry.value))
                })
            }
        }
    }

    fn around(self, child: Cost) -> Cost {
        Cost {
            nodes: self.nodes.saturating_add(child.nodes),
            bytes: self.bytes.saturating_add(child.bytes),
            depth: self.depth.max(child.depth.saturating_add(1)),
        }
    }
}

/// How to go on after an event.
enum Step {
    On,
    NextDocument,
    Stop,
}

impl Step {
    fn and(self, next: impl FnOnce() -> Step) -> Step {
        match self {
            Step::On => next(),
            Step::NextDocument | Step::Stop => self,
        }
    }
}

/// A collection whose end has not been seen yet.
struct Frame {
    children: Children,
    anchor: usize,
    /// Where its own event stands: the bracket of a flow collection.
    opened: Range<usize>,
    /// From its first to its last child.
    covers: Option<Range<usize>>,
}

/// The children that have been read, as those of [`Reader::items`] or [`Reader::entries`] from a number
/// on.
enum Children {
    Sequence {
        from: usize,
    },
    Mapping {
        from: usize,
        /// Which of the entries a merge key brought in.
        merged: Vec<Range<usize>>,
        key: Option<Key>,
    },
}

/// A key whose value has not been read yet.
enum Key {
    Text(Spanned<SmolStr>),
    /// `<<`.
    Merge,
    /// It has been reported; its value is read and dropped.
    Broken,
}

/// A value that has just been completed.
struct Done {
    node: Node,
    written: Written,
}

/// How a value stands in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Out,
    ByAlias,
    /// A bare `<<`, which merges if it is a key.
    Merge,
    /// Its tag was refused, so nothing more is said about it.
    Refused,
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    budget: &'a mut Budget,
    diagnostics: &'a mut Diagnostics,
    documents: Vec<Node>,
    stack: Vec<Frame>,
    /// The items of all sequences in `stack`, so that each gets a vector of just its size in the end.
    items: Vec<Node>,
    /// The entries of all mappings in `stack`.
    entries: Vec<Entry>,
    /// Anchored nodes of this document with what a copy costs; `None` while one is being read.
    anchors: BTreeMap<usize, Option<(Node, Cost)>>,
    /// The keys that this document has twice.
    duplicates: Vec<DuplicateKey>,
    /// The values of those that are overwritten, which no node has.
    overwritten: Vec<Span>,
    /// The end of what has been read so far: a block scalar's header lies behind it.
    read_to: usize,
    /// The last plain scalar, for the explanation of a syntax error right behind it.
    last_plain: Range<usize>,
    /// The rest of a line about which everything has been said: an alias that is text.
    explained: Range<usize>,
}

impl<'a> Reader<'a> {
    fn new(
        file: FileId,
        text: &'a str,
        budget: &'a mut Budget,
        diagnostics: &'a mut Diagnostics,
    ) -> Reader<'a> {
        Reader {
            file,
            text,
            budget,
            diagnostics,
            documents: Vec::new(),
            stack: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
            anchors: BTreeMap::new(),
            duplicates: Vec::new(),
            overwritten: Vec::new(),
            read_to: 0,
            last_plain: 0..0,
            explained: 0..0,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "granit-parser may add metadata events")]
    fn event(
        &mut self,
        event: Event<'_>,
        range: Range<usize>,
        tag_range: Option<Range<usize>>,
    ) -> Step {
        let tag_span = self.span(tag_range.unwrap_or_else(|| range.clone()));
        let step = match event {
            Event::DocumentStart(explicit, _) => {
                // One that no `---` begins is said to begin where its first value does, and of a block
                // scalar that is behind the header.
                if explicit {
                    self.read_to = range.end;
                }
                return self.start_document(&range);
            }
            Event::DocumentEnd => {
                self.anchors.clear();
                Step::On
            }
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref().map(|tag| Spanned::new(tag, tag_span));
                self.scalar(text, style, anchor, tag, range.clone())
            }
            Event::SequenceStart(_, anchor, tag) => {
                let opened = range.clone();
                self.collection_tag(tag.as_deref(), "seq", tag_span).and(|| {
                    self.open(Children::Sequence { from: self.items.len() }, anchor, opened)
                })
            }
            Event::MappingStart(_, anchor, tag) => {
                let from = self.entries.len();
                let mapping = Children::Mapping { from, merged: Vec::new(), key: None };
                let opened = range.clone();
                self.collection_tag(tag.as_deref(), "map", tag_span)
                    .and(|| self.open(mapping, anchor, opened))
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range.clone()),
            Event::Alias(id) => self.alias(id, range.clone()),
            Event::UnresolvedAlias(name) => {
                let primary = self.span(range.clone());
                let is_word =
                    |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
                let rest = self.text.get(range.end..).unwrap_or_default();
                let line = rest.split(['\n', '\r']).next().unwrap_or_default().trim_start();
                let is_text = !name.chars().all(is_word)
                    || !(line.is_empty() || line.starts_with([',', ']', '}', '#', ':']));
                let quoted = is_text.then(|| explain::quoted_at(self.text, range.start)).flatten();
                if is_text {
                    self.explained = range.end..range.end + line.len() + 1;
                }
                let name = text::shortened(&name);
                let problem = InvalidAlias::Unknown { primary, name, quoted };
                self.report(problem).and(|| {
                    let node = null(primary);
                    self.complete(Done { node, written: Written::Refused }, 0)
                })
            }
            _ => Step::On,
        };
        self.read_to = self.read_to.max(range.end);
        step
    }

    fn start_document(&mut self, range: &Range<usize>) -> Step {
        self.duplicates.clear();
        self.overwritten.clear();
        match self.budget.documents.checked_sub(1) {
            Some(left) => {
                self.budget.documents = left;
                Step::On
            }
            None => self.exceeded(&Exceeded::DOCUMENTS, range.clone()),
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<Spanned<&Tag>>,
        range: Range<usize>,
    ) -> Step {
        // granit-parser calls an absent value `~`.
        let absent = range.is_empty() && style == ScalarStyle::Plain;
        let text = if absent { SmolStr::default() } else { SmolStr::from(text) };
        if absent && anchor == 0 && tag.is_none() && self.stack.is_empty() {
            return Step::On;
        }
        let (range, lines) = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let range = text::block_range(self.text, self.read_to, range);
                let lines = match style {
                    ScalarStyle::Literal => text::literal_lines(self.text, range.start, &text),
                    ScalarStyle::Plain
                    | ScalarStyle::SingleQuoted
                    | ScalarStyle::DoubleQuoted
                    | ScalarStyle::Folded => Vec::new(),
                };
                (range, lines)
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let lines = text::quoted_lines(self.text, &range, &text);
                (range, lines)
            }
            ScalarStyle::Plain => {
                self.last_plain = range.clone();
                (range, Vec::new())
            }
        };
        let cost = Cost::text(text.len() + size_of_val(lines.as_slice()));
        if let Err(exceeded) = self.budget.take(cost) {
            return self.exceeded(&exceeded, range);
        }
        let span = self.span(range.clone());
        let mut step = Step::On;
        if let Some((place, character)) = text::unprintable(self.text, &range, &text) {
            let primary = self.span(place);
            step = self.report(UnprintableText { primary, character });
        }
        let plain = style == ScalarStyle::Plain;
        let (meaning, written) = match tag {
            None if plain && text == "<<" => (Meaning::String, Written::Merge),
            None if plain => (plain::meaning(&text), Written::Out),
            None => (Meaning::String, Written::Out),
            Some(tag) => match tagged(tag, &text, plain) {
                Ok(found) => found,
                Err(problem) => {
                    step = step.and(|| self.report(problem));
                    (Meaning::String, Written::Refused)
                }
            },
        };
        let is_line_end = |byte| matches!(byte, b'\n' | b'\r');
        let raw = self.text.get(range).unwrap_or_default();
        let plain = plain && !raw.bytes().any(is_line_end);
        let scalar = Scalar { text, meaning, plain, lines };
        let node = Node { data: Data::Scalar(scalar), span };
        step.and(|| self.complete(Done { node, written }, anchor))
    }

    fn collection_tag(&mut self, tag: Option<&Tag>, own: &str, primary: Span) -> Step {
        match tag {
            Some(tag) if !tag.is_yaml_core_schema_tag(own) && tag.original() != "!" => {
                let tag = text::shortened(&tag.original());
                self.report(UnsupportedTag::Unknown { primary, tag })
            }
            Some(_) | None => Step::On,
        }
    }

    fn open(&mut self, children: Children, anchor: usize, opened: Range<usize>) -> Step {
        if self.stack.len() >= Budget::DEPTH {
            return self.too_deep(opened);
        }
        if let Err(exceeded) = self.budget.take(Cost::text(0)) {
            return self.exceeded(&exceeded, opened);
        }
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
        self.stack.push(Frame { children, anchor, opened, covers: None });
        Step::On
    }

    fn close(&mut self, end: Range<usize>) -> Step {
        let Some(Frame { children, anchor, opened, covers }) = self.stack.pop() else {
            return Step::On;
        };
        let span = self.span(covers.unwrap_or(opened.start..end.end));
        let data = match children {
            Children::Sequence { from } => Data::Sequence(self.items.drain(from..).collect()),
            Children::Mapping { from, merged, key: _ } => {
                let entries = self.entries.drain(from..).collect();
                let (entries, duplicates) = settle(entries, &merged, &mut self.overwritten);
                if self.stack.is_empty()
                    && let Some(missing) = documents_run_together(&duplicates)
                {
                    let node = Node { data: Data::Mapping(entries), span };
                    return self.report_run_together(&node, missing);
                }
                self.duplicates.extend(duplicates);
                Data::Mapping(entries)
            }
        };
        let node = Node { data, span };
        let step = match self.stack.is_empty() {
            true => {
                self.conceal_overwritten(&node);
                self.report_duplicates(is_plain(&node))
            }
            false => Step::On,
        };
        step.and(|| self.complete(Done { node, written: Written::Out }, anchor))
    }

    /// What a Secret held before the same key came again is a secret as well, and in no tree.
    fn conceal_overwritten(&mut self, document: &Node) {
        let overwritten = std::mem::take(&mut self.overwritten);
        let text = self.text.get(document.span.range()).unwrap_or_default();
        let is_secret = |(at, word): (usize, &str)| {
            let value = text.get(at + word.len()..).unwrap_or_default();
            let value = value.trim_start_matches(['"', '\'', ' ', '\t', ':']);
            let length = value.bytes().take_while(u8::is_ascii_alphanumeric).count();
            value.get(..length).is_some_and(|kind| kind.ends_with("Secret"))
        };
        if !overwritten.is_empty() && text.match_indices("kind").any(is_secret) {
            overwritten.into_iter().for_each(|span| self.diagnostics.conceal(span));
        }
    }

    /// Reports where `---` is missing, once for each document that begins there. Nothing else is said of
    /// what the documents hold; of plain objects the last one is read, as Argo CD does.
    fn report_run_together(&mut self, node: &Node, missing: Vec<(Span, Span)>) -> Step {
        let is_ours = |span: &Span| {
            self.text.get(span.range()).is_some_and(|text| text.starts_with(super::API_GROUP))
        };
        let is_plain = is_plain(node) && !self.overwritten.iter().any(is_ours);
        self.duplicates.clear();
        self.conceal_overwritten(node);
        let mut step = Step::On;
        for (primary, first) in missing {
            step = step.and(|| self.report(MissingSeparator { primary, first, is_plain }));
        }
        match is_plain {
            true => {
                step.and(|| self.complete(Done { node: node.clone(), written: Written::Out }, 0))
            }
            false => step,
        }
    }

    /// Reports the keys that the document has twice.
    fn report_duplicates(&mut self, is_plain: bool) -> Step {
        let mut step = Step::On;
        for duplicate in std::mem::take(&mut self.duplicates) {
            step = step.and(|| self.report(DuplicateKey { is_plain, ..duplicate }));
        }
        step
    }

    fn alias(&mut self, id: usize, range: Range<usize>) -> Step {
        let span = self.span(range.clone());
        let (original, cost) = match self.anchors.get(&id) {
            Some(Some(anchored)) => (&anchored.0, anchored.1),
            Some(None) | None => {
                let problem = InvalidAlias::Recursive { primary: span };
                return self.report(problem).and(|| {
                    self.complete(Done { node: null(span), written: Written::Refused }, 0)
                });
            }
        };
        if self.stack.len() + cost.depth > Budget::DEPTH {
            return self.too_deep(range);
        }
        if let Err(exceeded) = self.budget.take_copy(cost) {
            return self.exceeded(&exceeded, range);
        }
        let mut node = Node { data: original.data.clone(), span };
        // The alias is where the value stands; places inside a text are where the text stands.
        if let Data::Scalar(scalar) = &mut node.data
            && scalar.lines.is_empty()
            && scalar.plain
        {
            scalar.lines.push((0, original.span.start));
        }
        self.complete(Done { node, written: Written::ByAlias }, 0)
    }

    /// Hands a value to the collection that it stands in.
    fn complete(&mut self, done: Done, anchor: usize) -> Step {
        if anchor != 0 {
            let cost = Cost::of(&done.node);
            if let Err(exceeded) = self.budget.take(cost) {
                return self.exceeded(&exceeded, done.node.span.range());
            }
            self.anchors.insert(anchor, Some((done.node.clone(), cost)));
        }
        let Some(frame) = self.stack.last_mut() else {
            self.documents.push(done.node);
            return Step::On;
        };
        let Range { start, end } = done.node.span.range();
        frame.covers = Some(match frame.covers.take() {
            Some(covers) => covers.start.min(start)..covers.end.max(end),
            None => start..end,
        });
        let (from, merged, key) = match &mut frame.children {
            Children::Sequence { from: _ } => {
                self.items.push(done.node);
                return Step::On;
            }
            Children::Mapping { from, merged, key } => (*from, merged, key),
        };
        match key.take() {
            None => {
                let (found, problem) = as_key(done, self.text);
                *key = Some(found);
                problem.map_or(Step::On, |problem| self.report(problem))
            }
            Some(Key::Text(key)) => {
                self.entries.push(Entry { key, value: done.node });
                Step::On
            }
            Some(Key::Merge) => match mergeable(done) {
                Ok(brought) => {
                    let start = self.entries.len();
                    self.entries.extend(brought);
                    merged.push(start - from..self.entries.len() - from);
                    Step::On
                }
                Err(problem) => self.report(problem),
            },
            Some(Key::Broken) => Step::On,
        }
    }

    fn abandon(&mut self) {
        self.stack.clear();
        self.items.clear();
        self.entries.clear();
        self.anchors.clear();
    }

    fn syntax_error(&mut self, error: &ScanError) -> Step {
        let at = error.marker().byte_offset().unwrap_or(self.read_to);
        if *error.kind() == ErrorKind::RecursionLimitExceeded {
            return self.too_deep(at..at);
        }
        if self.explained.contains(&at) {
            return Step::NextDocument;
        }
        let is_bracket = |frame: &&Frame| {
            self.text.get(frame.opened.start..).is_some_and(|rest| rest.starts_with(['[', '{']))
        };
        let open = self.stack.iter().rev().find(is_bracket).map(|frame| frame.opened.start);
        let last_plain = &self.last_plain;
        let problem = explain::problem(self.file, self.text, error, at, last_plain, open);
        self.report(problem).and(|| Step::NextDocument)
    }

    fn too_deep(&mut self, at: Range<usize>) -> Step {
        let Exceeded { bound, limit } = Exceeded::DEPTH;
        let primary = self.span(at);
        self.report(LimitExceeded { primary, bound, limit }).and(|| Step::NextDocument)
    }

    fn exceeded(&mut self, exceeded: &Exceeded, at: Range<usize>) -> Step {
        let Exceeded { bound, limit } = *exceeded;
        let primary = self.span(at);
        self.budget.exhausted = true;
        self.diagnostics.report(LimitExceeded { primary, bound, limit });
        Step::Stop
    }

    fn report(&mut self, problem: impl Into<Diagnostic>) -> Step {
        let problem = problem.into();
        match self.budget.problems.checked_sub(1) {
            Some(left) => {
                self.budget.problems = left;
                self.diagnostics.report(problem);
                Step::On
            }
            None => self.exceeded(&Exceeded::PROBLEMS, problem.primary.range()),
        }
    }

    fn span(&self, range: Range<usize>) -> Span {
        text::span(self.file, self.text, range)
    }
}

fn null(span: Span) -> Node {
    let meaning = Meaning::Null;
    let scalar = Scalar { text: SmolStr::default(), meaning, plain: true, lines: Vec::new() };
    Node { data: Data::Scalar(scalar), span }
}

/// What a tagged scalar means: go-yaml resolves it as if it were plain and refuses what comes out
/// as another type (`resolve.go`, the deferred function in `resolve`).
///
/// go-yaml reads a scalar with an unknown tag as a string and decodes `!!binary`. Both are refused
/// here, since whoever writes them wants something that a manifest cannot carry.
fn tagged(
    tag: Spanned<&Tag>,
    text: &str,
    plain: bool,
) -> Result<(Meaning, Written), UnsupportedTag> {
    let (tag, primary) = (tag.value, tag.span);
    if tag.original() == "!" {
        return Ok((Meaning::String, Written::Out));
    }
    let wanted = tag.suffix_in_namespace("tag:yaml.org,2002:");
    let found = plain::meaning(text);
    let meaning = match (wanted.as_deref(), found) {
        (Some("str"), _) => Meaning::String,
        (Some("merge"), _) if plain && text == "<<" => return Ok((found, Written::Merge)),
        (Some("null"), Meaning::Null)
        | (Some("bool"), Meaning::Bool(_))
        | (Some("int"), Meaning::Int)
        | (Some("float"), Meaning::Float) => found,
        (Some("float"), Meaning::Int) => Meaning::Float,
        (Some("null" | "bool" | "int" | "float"), _) => {
            let tag = text::shortened(&tag.original());
            return Err(UnsupportedTag::Mismatch { primary, tag });
        }
        _ => {
            return Err(UnsupportedTag::Unknown { primary, tag: text::shortened(&tag.original()) });
        }
    };
    Ok((meaning, Written::Out))
}

fn as_key(done: Done, source: &str) -> (Key, Option<InvalidKey>) {
    let (primary, kind) = (done.node.span, done.node.kind());
    match (done.node.data, done.written) {
        (_, Written::Refused) => (Key::Broken, None),
        (_, Written::Merge) => (Key::Merge, None),
        (Data::Scalar(Scalar { text, meaning: Meaning::String, .. }), _) => {
            (Key::Text(Spanned::new(text, primary)), None)
        }
        (Data::Scalar(scalar), Written::Out | Written::ByAlias) => {
            match plain::key(&scalar.text, scalar.meaning) {
                Some(text) => (Key::Text(Spanned::new(text.into(), primary)), None),
                None if scalar.meaning == Meaning::Null => {
                    (Key::Broken, Some(InvalidKey::Null { primary }))
                }
                None => {
                    let key = text::shortened(&scalar.text);
                    (Key::Broken, Some(InvalidKey::TooLarge { primary, key }))
                }
            }
        }
        (Data::Sequence(_) | Data::Mapping(_), Written::Out | Written::ByAlias) => {
            let before = source.get(..primary.range().start).unwrap_or_default();
            let is_template = before.trim_end().ends_with("{{");
            (Key::Broken, Some(InvalidKey::Collection { primary, kind, is_template }))
        }
    }
}

/// The entries that the value of a merge key brings in (`decode.go`, `merge`): those of a mapping,
/// or of a list of mappings with the last first, because what comes later overrides and the first
/// mapping of the list shall win.
fn mergeable(done: Done) -> Result<Vec<Entry>, InvalidMerge> {
    let Done { node: Node { data, span: primary }, written } = done;
    match data {
        _ if written == Written::Refused => Ok(Vec::new()),
        Data::Mapping(entries) => Ok(entries),
        Data::Sequence(items) if written == Written::Out => {
            let mut brought = Vec::new();
            for item in items.into_iter().rev() {
                let Data::Mapping(entries) = item.data else {
                    return Err(InvalidMerge { primary: item.span });
                };
                brought.extend(entries);
            }
            Ok(brought)
        }
        Data::Sequence(_) | Data::Scalar(_) => Err(InvalidMerge { primary }),
    }
}

/// Whether a document is an object of Kubernetes and holds none of ours: of its keys Argo CD's reader
/// takes the last one, and so must we.
fn is_plain(document: &Node) -> bool {
    let version = |node: &Node| node.get("apiVersion").and_then(Node::str).map(str::to_owned);
    let is_ours = |version: &str| version.split('/').next() == Some(super::API_GROUP);
    let items = document.get("items").and_then(Node::items).unwrap_or_default();
    let has_ours = items.iter().filter_map(version).any(|version| is_ours(&version));
    version(document).is_some_and(|version| !is_ours(&version)) && !has_ours
}

/// Where another document begins although no `---` stands before it: `apiVersion` or `kind` comes again. Each
/// with the key of the same name before it.
fn documents_run_together(duplicates: &[DuplicateKey]) -> Option<Vec<(Span, Span)>> {
    let mut again: Vec<(&str, Span, Span)> = duplicates
        .iter()
        .map(|duplicate| (duplicate.key.as_str(), duplicate.primary, duplicate.first))
        .collect();
    again.sort_by_key(|(_, primary, _)| *primary);
    let is_told = ["apiVersion", "kind"].iter().all(|key| again.iter().any(|it| it.0 == *key));
    let mut seen: Vec<&str> = Vec::new();
    let mut begins = Vec::new();
    for (key, primary, first) in again {
        if seen.is_empty() || seen.contains(&key) {
            seen.clear();
            begins.push((primary, first));
        }
        // Beyond so many keys nobody repeats whole objects.
        if seen.len() < 32 {
            seen.push(key);
        }
    }
    is_told.then_some(begins)
}

/// Gives every key once. A key that was written twice is a problem; between written and merged
/// ones the last wins, wherever it stands (`decode.go`, `mapping`: every entry is set in turn, and
/// a merge sets as well). The values of the others are handed over.
fn settle(
    entries: Vec<Entry>,
    merged: &[Range<usize>],
    overwritten: &mut Vec<Span>,
) -> (Vec<Entry>, Vec<DuplicateKey>) {
    if merged.is_empty() && are_few_and_distinct(&entries) {
        return (entries, Vec::new());
    }
    let mut order: Vec<(&str, usize)> =
        entries.iter().enumerate().map(|(index, entry)| (&*entry.key.value, index)).collect();
    order.sort_unstable();
    let groups = || order.chunk_by(|(a, _), (b, _)| a == b);
    if groups().all(|group| group.len() == 1) {
        return (entries, Vec::new());
    }
    let is_merged = |index: usize| {
        let after = merged.partition_point(|range| range.end <= index);
        merged.get(after).is_some_and(|range| range.contains(&index))
    };
    let mut duplicates = Vec::new();
    // For every entry: where it is to stand, if it is to stand at all.
    let mut places: Vec<Option<usize>> = vec![None; entries.len()];
    for group in groups() {
        let (Some(&(_, first)), Some(&(_, last))) = (group.first(), group.last()) else { continue };
        if let Some(place) = places.get_mut(last) {
            *place = Some(first);
        }
        let mut written = group.iter().filter(|(_, index)| !is_merged(*index));
        let Some(first) = written.next().and_then(|(_, index)| entries.get(*index)) else {
            continue;
        };
        duplicates.extend(written.filter_map(|(_, index)| entries.get(*index)).map(|second| {
            let key = text::shortened(&second.key.value);
            let (primary, first) = (second.key.span, first.key.span);
            DuplicateKey { primary, first, key, is_plain: false }
        }));
    }
    let mut kept: Vec<(usize, Entry)> = entries
        .into_iter()
        .zip(places)
        .filter_map(|(entry, place)| match place {
            Some(place) => Some((place, entry)),
            None => {
                overwritten.push(entry.value.span);
                None
            }
        })
        .collect();
    kept.sort_unstable_by_key(|(place, _)| *place);
    (kept.into_iter().map(|(_, entry)| entry).collect(), duplicates)
}

/// Whether there are few keys, and none of them twice: nearly all mappings are such, and so few are told
/// apart without a list of their own.
fn are_few_and_distinct(entries: &[Entry]) -> bool {
    let is_new = |(at, entry): (usize, &Entry)| {
        entries.iter().take(at).all(|before| before.key.value != entry.key.value)
    };
    entries.len() <= MAX_ENTRIES_COMPARED && entries.iter().enumerate().all(is_new)
}

const MAX_ENTRIES_COMPARED: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use crate::value::Value;

    /// Reads a text; on problems, gives one line for each with its place and the text under it.
    fn read(text: &str) -> Result<Vec<Node>, Vec<String>> {
        let mut sources = Sources::default();
        let file = sources.add("app.yaml", text);
        let mut diagnostics = Diagnostics::default();
        let nodes = documents(file, text, &mut Budget::default(), &mut diagnostics);
        if diagnostics.is_empty() {
            return Ok(nodes);
        }
        let line = |found: &&Diagnostic| {
            let at = sources.position(found.primary);
            let slice = sources.slice(found.primary);
            let (code, message) = (found.code.name(), &found.message);
            format!("{}:{} {code} `{slice}`: {message}", at.line, at.column)
        };
        Err(diagnostics.sorted().iter().map(line).collect())
    }

    fn refuses(text: &str, expected: &str) {
        assert_eq!(read(text).expect_err(text), [expected], "{text}");
    }

    fn helps(text: &str, expected: &str) {
        let mut diagnostics = Diagnostics::default();
        let file = Sources::default().add("app.yaml", text);
        documents(file, text, &mut Budget::default(), &mut diagnostics);
        let helps: Vec<_> =
            diagnostics.sorted().iter().flat_map(|found| found.help.clone()).collect();
        assert!(helps.iter().any(|help| help.contains(expected)), "{text}: {helps:?}");
    }

    fn value(text: &str) -> Value {
        let nodes = read(text).expect(text);
        assert_eq!(nodes.len(), 1, "{text}");
        Value::from(&nodes[0])
    }

    /// What the text of a document stands for, as one line.
    fn check(text: &str, expected: &str) {
        assert_eq!(short(&value(text)), expected, "{text}");
    }

    fn short(value: &Value) -> String {
        match value {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Number(text) => text.to_string(),
            Value::String(text) => format!("{text:?}"),
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(short).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Map(map) => {
                let entries: Vec<_> =
                    map.iter().map(|(key, value)| format!("{key}: {}", short(value))).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    fn slice(text: &str, span: Span) -> &str {
        text.get(span.range()).expect("inside the text")
    }

    /// The source text of every scalar, key and collection, outermost first.
    fn slices(text: &str) -> Vec<String> {
        fn walk(node: &Node, text: &str, into: &mut Vec<String>) {
            into.push(slice(text, node.span).to_owned());
            for entry in node.entries().unwrap_or_default() {
                into.push(slice(text, entry.key.span).to_owned());
                walk(&entry.value, text, into);
            }
            node.items().unwrap_or_default().iter().for_each(|item| walk(item, text, into));
        }
        let mut slices = Vec::new();
        read(text).expect(text).iter().for_each(|node| walk(node, text, &mut slices));
        slices
    }

    #[test]
    fn documents_are_read_and_empty_ones_left_out() {
        let text = "# only a comment\n---\n---\na: 1\n...\n---\n# none\n---\nb: 2\n";
        let documents: Vec<_> = read(text).unwrap().iter().map(|n| short(&n.into())).collect();
        assert_eq!(documents, ["{a: 1}", "{b: 2}"]);
        assert_eq!(read("").unwrap(), []);
    }

    #[test]
    fn byte_order_mark_crlf_and_json_are_read() {
        check("\u{feff}a: é\r\nb: |\r\n  x\r\n  y\r\n", r#"{a: "é", b: "x\ny\n"}"#);
        check("{\t\"a\":\t[1, true],\n\t\"b\": null}\n", "{a: [1, true], b: null}");
    }

    #[test]
    fn spans_cover_what_is_written() {
        let text = "a: \"x\\ny\"\nb:\n  - 'it''s'\n  - []\nc:\n";
        let whole = text.trim_end_matches(":\n");
        let expected = [whole, "a", "\"x\\ny\"", "b", "'it''s'\n  - []", "'it''s'", "[]", "c", ""];
        assert_eq!(slices(text), expected);
    }

    #[test]
    fn block_scalars_are_covered_with_their_header() {
        let text = "a: &x|y !!str # | >\n  |-\n\n  one\n   two  \n\n\nb: >+\n  three\n\n# end\n";
        let expected = ["a", "|-\n\n  one\n   two", "b", ">+\n  three"];
        assert_eq!(slices(text)[1..], expected);
        let literal = read(text).unwrap()[0].get("a").unwrap().clone();
        let excerpt = literal.excerpt().unwrap();
        assert_eq!(excerpt.text, "\none\n two  ");
        assert_eq!(slice(text, excerpt.locate(1..4)), "one");
        assert_eq!(slice(text, excerpt.locate(6..9)), "two");
    }

    #[test]
    fn places_are_found_inside_one_line_texts() {
        for text in ["env: ${db.url}", "env: \"${db.url}\"", "env: '${db.url}'"] {
            let excerpt = read(text).unwrap()[0].get("env").unwrap().excerpt().unwrap();
            assert_eq!(slice(text, excerpt.locate(2..4)), "db", "{text}");
        }
    }

    #[test]
    fn places_inside_an_aliased_text_are_where_it_is_written() {
        let text = "c: &xyz four\nd: *xyz\n";
        let node = read(text).unwrap()[0].get("d").unwrap().clone();
        assert_eq!(slice(text, node.span), "*xyz");
        let excerpt = node.excerpt().unwrap();
        assert_eq!(slice(text, excerpt.locate(0..4)), "four");
    }

    #[test]
    fn a_broken_document_does_not_hide_the_others() {
        let text = "a: [1\n---\nb: 1\nb: 2\n---\nc: \"x\n";
        assert_eq!(
            read(text).unwrap_err(),
            [
                "1:4 yaml-syntax `[`: `[` is never closed",
                "4:1 duplicate-key `b`: duplicate key `b`",
                "6:4 yaml-syntax `\"`: this quote is never closed",
            ]
        );
    }

    #[test]
    fn keys_are_spelled_as_go_spells_them() {
        check(
            "y: 1\nno: 2\n012: 3\n1.50: 4\n1e6: 5\n.inf: 6",
            "{true: 1, false: 2, 10: 3, 1.5: 4, 1e+06: 5, .inf: 6}",
        );
        check("'y': 1\n!!str on: 2\n\"012\": 3", "{y: 1, on: 2, 012: 3}");
        refuses("yes: 1\n\"true\": 2", "2:1 duplicate-key `\"true\"`: duplicate key `true`");
        refuses("null: 1", "1:1 invalid-key `null`: null cannot be a key");
        refuses("? [a]\n: b", "1:4 invalid-key `a`: a list cannot be a key");
        refuses(
            "18446744073709551615: 1",
            "1:1 invalid-key `18446744073709551615`: the number `18446744073709551615` is too large for a key",
        );
    }

    #[test]
    fn merge_keys_follow_go() {
        check("<<: {a: 2}\na: 1", "{a: 1}");
        // Also where the specification would have it the other way round.
        check("a: 1\n<<: {a: 2, b: 3}", "{a: 2, b: 3}");
        check("x: &x {a: 1}\nz: {<<: [*x, {a: 2, b: 2}]}", "{x: {a: 1}, z: {a: 1, b: 2}}");
        check("z: {<<: {a: 1}, <<: {b: 2}}", "{z: {a: 1, b: 2}}");
        check("z: {<<: [{a: 1}, {<<: {a: 3, c: 4}, b: 2}]}", "{z: {a: 1, c: 4, b: 2}}");
        check("\"<<\": {a: 1}\nb: <<", r#"{<<: {a: 1}, b: "<<"}"#);
        let expected = "`<<` needs a mapping or a list of mappings";
        refuses("<<: null", &format!("1:5 invalid-merge `null`: {expected}"));
        refuses("x: &l [{a: 1}]\ny: {<<: *l}", &format!("2:9 invalid-merge `*l`: {expected}"));
    }

    #[test]
    fn aliases_are_expanded() {
        check(
            "a: &x {b: [1]}\nc: *x\nd: &x 5\ne: *x\n*x : f",
            r#"{a: {b: [1]}, c: {b: [1]}, d: 5, e: 5, 5: "f"}"#,
        );
        assert_eq!(slices("a: &x {b: 1}\nc: *x")[5..], ["c", "*x", "b", "1"]);
        refuses(
            "a: *zz",
            "1:4 invalid-alias `*zz`: the anchor `&zz` is not defined before this alias",
        );
        refuses(
            "a: &q [*q]",
            "1:8 invalid-alias `*q`: this alias is inside the value that it refers to",
        );
        refuses(
            "a: &x 1\n---\nb: *x",
            "3:4 invalid-alias `*x`: the anchor `&x` is not defined before this alias",
        );
    }

    #[test]
    fn tags_force_a_type() {
        check(
            "a: !!str 012\nb: !!int '12'\nc: !!float 3\nd: !!bool yes\ne: !!null ''\nf: ! 12\ng: !!str\nh: !!map {}\ni: !!seq []",
            r#"{a: "012", b: 12, c: 3, d: true, e: null, f: "12", g: "", h: {}, i: []}"#,
        );
        refuses("a: !!int x", "1:4 unsupported-tag `!!int`: the value cannot be read as `!!int`");
        refuses(
            "a: !!binary aGk=",
            "1:4 unsupported-tag `!!binary`: the tag `!!binary` is not supported in manifests",
        );
        refuses(
            "a: !Ref b",
            "1:4 unsupported-tag `!Ref`: the tag `!Ref` is not supported in manifests",
        );
        refuses(
            "a: !!set {b}",
            "1:4 unsupported-tag `!!set`: the tag `!!set` is not supported in manifests",
        );
    }

    #[test]
    fn text_that_argo_cd_loses_is_refused_where_it_stands() {
        refuses(
            "a: x\u{7f}y",
            "1:5 unprintable-text `\u{7f}`: Argo CD cannot pass on the character U+007F",
        );
        refuses(
            "a: \"x\u{1}y\"",
            "1:6 unprintable-text `\u{1}`: Argo CD cannot pass on the character U+0001",
        );
        refuses(
            "a: \"\\\\x7f\\u0085\"",
            "1:10 unprintable-text `\\u0085`: Argo CD cannot pass on the character U+0085",
        );
        refuses(
            "\"\\e\": 1",
            "1:2 unprintable-text `\\e`: Argo CD cannot pass on the character U+001B",
        );
        refuses(
            "a: |\n  b\u{ffff}",
            "2:4 unprintable-text `\u{ffff}`: Argo CD cannot pass on the character U+FFFF",
        );
        check("a: \"\\t\\r\\n\u{2028}\u{a0}😀\"", r#"{a: "\t\r\n\u{2028}\u{a0}😀"}"#);
    }

    #[test]
    fn common_mistakes_are_explained() {
        refuses(
            "a:\n\tb: 1",
            "2:1 yaml-syntax `\t`: a tab indents this line: YAML allows only spaces",
        );
        helps("a:\n\tb: 1", "indent with spaces");
        refuses(
            "key:value\nb: 1",
            "1:1 yaml-syntax `key:value`: `key:value` is one word, not a key and a value",
        );
        helps("key:value\nb: 1", "`key: value`");
        refuses("a: b: c\nd: 1", "1:5 yaml-syntax `:`: a second `: ` in one line");
        helps("a: b: c\nd: 1", "`a: \"b: c\"`");
        helps("a: 1\n b: 2", "align `b` with `a`: `b: 2`");
        refuses("a: @x\nb: 1", "1:4 yaml-syntax `@x`: a plain value cannot start with `@`");
        helps("a: %x\nb: 1", "`\"%x\"`");
        helps("a: `x`\nb: 1", "quote it");
        helps("{{- if x }}\na: 1\n{{- end }}", "helm template");
        helps("a: {{ .Values.x }}", "helm template");
        helps("image: {{ .x }}:{{ .y }}", "helm template");
        helps("{% if x %}\na: 1", "helm template");
        helps("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x", "marker lines");
    }

    #[test]
    fn a_key_has_an_end() {
        let key = "x".repeat(1025);
        let expected = "yaml-syntax `\"`: the key has more than 1024 characters";
        refuses(&format!("a:\n  \"{key}\": 1"), &format!("2:3 {expected}"));
        refuses(&format!("{{a: 1, \"{key}\": 1}}"), &format!("1:8 {expected}"));
        refuses(&format!("a: {key} b: 1"), "1:1031 yaml-syntax `:`: a key cannot stand here");
        read(&format!("{}: 1", "x".repeat(1000))).unwrap();
    }

    #[test]
    fn problems_are_limited() {
        for flood in ["- !foo []\n", "- !foo a\n", "- *x\n", "- {~: 1}\n", "--- [\n", "- \"\\e\"\n"]
        {
            let errors = read(&flood.repeat(2_000)).unwrap_err();
            assert_eq!(errors.len(), Budget::PROBLEMS + 1, "{flood}");
        }
    }

    #[test]
    fn bombs_are_refused() {
        let nine: String = (1..9)
            .map(|level| {
                let inner = vec![format!("*a{}", level - 1); 9].join(", ");
                format!("a{level}: &a{level} [{inner}]\n")
            })
            .collect();
        let bomb = format!("a0: &a0 [lol, lol]\n{nine}");
        let errors = read(&bomb).unwrap_err();
        assert!(
            errors[0].contains("limit-exceeded") && errors[0].contains("100000 YAML values"),
            "{errors:?}"
        );

        let deep = "[".repeat(100_000);
        let errors = read(&deep).unwrap_err();
        assert!(errors[0].contains("more than 100 levels of YAML nesting"), "{errors:?}");

        let text = format!("a: &a {}\nb:\n{}", "x".repeat(96 << 10), "- *a\n".repeat(20_000));
        let errors = read(&text).unwrap_err();
        assert!(errors[0].contains("bytes of YAML text"), "{errors:?}");
    }
}
