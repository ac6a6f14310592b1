//! Texts and places in them.
//!
//! [`Sources`] owns every text that a run looks at; a [`Span`] is a range of bytes in one of them.
//! Values that do not come from a file (plugin parameters, flags) enter as virtual files, so that
//! every diagnostic has a place to point at. Nothing here reads a disk: `read` fills it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::{Bound, Range};
use std::sync::OnceLock;

/// Names one text in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(u32);

/// A range of bytes in one source, always on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The text that it lies in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of `range` in `file`.
    pub fn new(file: FileId, range: Range<usize>) -> Span {
        let clamp = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { file, start: clamp(range.start), end: clamp(range.end.max(range.start)) }
    }

    /// The bytes that it covers.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A text in which everything can be seen: nothing that a terminal would act on, that turns the
/// direction of what stands beside it, that some reader takes for the end of a line, or that takes no
/// room and makes two texts look the same.
pub fn printable<'a>(text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
    let text = text.into();
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text;
    }
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            character if character.is_control() => printable.extend(character.escape_debug()),
            character if is_unseen(character) => printable.extend(character.escape_unicode()),
            character => printable.push(character),
        }
    }
    Cow::Owned(printable)
}

/// The longest part of a name, and the longest path, that is shown in bytes: everything that refers to
/// it shows it again. Longer names are not valid in Kubernetes.
pub const MAX_SHOWN_LEN: usize = 253;

/// A name or path without its middle where it is longer than [`MAX_SHOWN_LEN`], whatever it costs to
/// look at all of it.
pub fn shortly(text: &str) -> Cow<'_, str> {
    const MARK: &str = "...";
    if text.len() <= MAX_SHOWN_LEN {
        return Cow::Borrowed(text);
    }
    let n_end = (MAX_SHOWN_LEN - MARK.len()) / 3;
    let n_begin = MAX_SHOWN_LEN - MARK.len() - n_end;
    // A character has at most four bytes.
    let begin = (0..=n_begin).rev().take(4).find_map(|end| text.get(..end));
    let end = (text.len() - n_end..).take(4).find_map(|begin| text.get(begin..));
    Cow::Owned(format!("{}{MARK}{}", begin.unwrap_or_default(), end.unwrap_or_default()))
}

/// Whether a character is invisible but not a control character: a line or paragraph separator,
/// an annotation, or what Unicode says to ignore where it cannot be shown
/// (`Default_Ignorable_Code_Point`: direction marks, joiners, fillers, variation selectors, tags).
pub fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A value and where it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value with its place.
    pub fn new(value: T, span: Span) -> Spanned<T> {
        Spanned { value, span }
    }

    /// The same place, another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }

    /// Borrows the value.
    pub fn as_ref(&self) -> Spanned<&T> {
        Spanned { value: &self.value, span: self.span }
    }
}

/// A line and a column as people count them: both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One text and its name.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path below the project directory with `/` between its parts, or the name of a virtual file.
    pub path: String,
    /// The whole text; `None` while only the file's name and size are known.
    text: Option<String>,
    /// How many bytes it has: of its text, once that is loaded, and on disk before.
    pub size: u64,
    /// Whether it is no file of the project, so that no path leads to it.
    is_virtual: bool,
    /// Whether its text is only there to be shown.
    is_broken: bool,
    /// Where lines begin; found out when somebody asks, since nobody does of most SQL.
    line_starts: OnceLock<Vec<u32>>,
    /// How many characters stand before each [`Source::STRETCH`] of the text, found out when somebody asks
    /// for a place in a long line.
    characters: OnceLock<Vec<u32>>,
}

impl Source {
    /// Bytes between two places of which it is known how many characters stand before them.
    const STRETCH: usize = 1024;

    /// How many lines there are, an empty last one included.
    pub fn n_lines(&self) -> usize {
        self.line_starts().len()
    }

    /// The range of bytes from the beginning of one line to the end of another, both from 1.
    pub fn lines(&self, first: usize, last: usize) -> Range<usize> {
        let start = |line: usize| self.line_starts().get(line).map(|&start| start as usize);
        let from = start(first.saturating_sub(1)).unwrap_or(0);
        from..start(last).unwrap_or(self.text().len()).max(from)
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let is_end = |byte: &u8| *byte == b'\n';
            let bytes = self.text().as_bytes();
            let mut starts =
                Vec::with_capacity(1 + bytes.iter().filter(|byte| is_end(byte)).count());
            // A text that is not there has no lines.
            starts.extend(self.is_loaded().then_some(0));
            starts.extend((1..).zip(bytes).filter(|(_, byte)| is_end(byte)).map(|(at, _)| at));
            starts
        })
    }

    /// The text, empty while it has not been loaded.
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Whether the text has been loaded.
    pub fn is_loaded(&self) -> bool {
        self.text.is_some()
    }

    /// Whether it is a file of the project, and not a parameter, a flag or the directory itself.
    pub fn is_in_project(&self) -> bool {
        !self.is_virtual
    }

    /// Whether there is a text to read.
    pub fn is_readable(&self) -> bool {
        self.is_loaded() && !self.is_broken
    }

    /// Line and column of a byte offset; an offset past the end counts as the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.boundary(offset);
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start as usize <= offset).max(1);
        let start = starts.get(line - 1).map_or(0, |&start| start as usize);
        Position { line, column: self.n_characters(start..offset) + 1 }
    }

    /// The end of the text, or the beginning of the character in which an offset lies.
    pub fn boundary(&self, offset: usize) -> usize {
        let text = self.text();
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// A minified file is one line, in which every diagnostic and every object asks for its column: that must
    /// not read the line from its beginning each time.
    fn n_characters(&self, range: Range<usize>) -> usize {
        let bytes = self.text().as_bytes();
        let count = |range| bytes.get(range).map_or(0, n_characters);
        if range.len() <= 2 * Source::STRETCH {
            return count(range);
        }
        let before = self.characters.get_or_init(|| {
            let counts = bytes.chunks(Source::STRETCH).map(n_characters);
            let sum = counts.scan(0, |sum, count| {
                let before = *sum;
                *sum += u32::try_from(count).unwrap_or(u32::MAX);
                Some(before)
            });
            sum.collect()
        });
        // A text that is as long as some stretches has none that begins at its end.
        let up_to = |offset: usize| {
            let stretch = (offset / Source::STRETCH).min(before.len().saturating_sub(1));
            let known = before.get(stretch).map_or(0, |count| *count as usize);
            known + count(stretch * Source::STRETCH..offset)
        };
        up_to(range.end) - up_to(range.start)
    }
}

/// How many characters begin in these bytes of a text.
fn n_characters(bytes: &[u8]) -> usize {
    let is_first = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
    bytes.iter().filter(is_first).count()
}

/// Every text of a run, files of the project first, sorted by path.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
    /// The files of the project; of two with one path the first.
    by_path: BTreeMap<String, FileId>,
    /// How the project's directory is called from where the person stands, with a `/` at its end; empty
    /// there.
    base: String,
}

impl Sources {
    /// Adds a text under a name and returns its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let text = text.into();
        let id = self.add_listed(path, text.len() as u64);
        self.load(id, text);
        id
    }

    /// Adds a file of which only name and size are known so far.
    pub fn add_listed(&mut self, path: impl Into<String>, size: u64) -> FileId {
        let path = path.into();
        let id = self.push(path.clone(), size, false);
        self.by_path.entry(path).or_insert(id);
        id
    }

    fn push(&mut self, path: String, size: u64, is_virtual: bool) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let (line_starts, characters) = (OnceLock::new(), OnceLock::new());
        let (text, is_broken) = (None, false);
        self.files.push(Source {
            path,
            text,
            size,
            is_virtual,
            is_broken,
            line_starts,
            characters,
        });
        id
    }

    /// Adds a text that is not a file, under a name that is shown but that no path in a spec refers to:
    /// the directory itself, a parameter, a flag.
    pub fn add_virtual(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let text = text.into();
        let id = self.push(name.into(), text.len() as u64, true);
        self.load(id, text);
        id
    }

    /// Gives a listed file its text.
    pub fn load(&mut self, id: FileId, text: String) {
        if let Some(file) = self.files.get_mut(id.0 as usize) {
            file.line_starts = OnceLock::new();
            file.characters = OnceLock::new();
            file.size = text.len() as u64;
            file.text = Some(text);
        }
    }

    /// Gives a listed file a text that is shown around what is wrong with it and read by no one.
    pub fn load_broken(&mut self, id: FileId, text: String) {
        self.load(id, text);
        if let Some(file) = self.files.get_mut(id.0 as usize) {
            file.is_broken = true;
        }
    }

    /// Says how the project's directory is called from where the person stands.
    pub fn set_base(&mut self, dir: &str) {
        let dir = dir.strip_prefix("./").unwrap_or(dir).trim_end_matches('/');
        self.base = match dir {
            "" | "." => String::new(),
            dir => format!("{dir}/"),
        };
    }

    /// A path below the project's directory, from where the person stands.
    pub fn from_here(&self, path: &str) -> String {
        format!("{}{}", self.base, path.strip_prefix("./").unwrap_or(path))
    }

    /// The path of a file from the folder in which the command runs. What is not a file of the project
    /// keeps its name.
    pub fn shown_path(&self, file: FileId) -> Cow<'_, str> {
        let source = self.get(file);
        match source.is_virtual || self.base.is_empty() {
            true => Cow::Borrowed(&source.path),
            false => Cow::Owned(self.from_here(&source.path)),
        }
    }

    /// The file of an id.
    pub fn get(&self, id: FileId) -> &Source {
        #[expect(clippy::indexing_slicing, reason = "ids are handed out by `add` alone")]
        &self.files[id.0 as usize]
    }

    /// The files of the project with their ids, in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.iter().filter(|(_, source)| !source.is_virtual)
    }

    /// All texts with their ids, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().zip(0u32..).map(|(file, id)| (FileId(id), file))
    }

    /// The file of the project with exactly this path.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// The files of the project whose paths begin with this, by path.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, FileId)> {
        let from = self.by_path.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        let found = from.map(|(path, file)| (path.as_str(), *file));
        found.take_while(move |(path, _)| path.starts_with(prefix))
    }

    /// The text that a span covers.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file).text().get(span.range()).unwrap_or_default()
    }

    /// Line and column of a span's first byte.
    pub fn position(&self, span: Span) -> Position {
        self.get(span.file).position(span.start as usize)
    }

    /// `path:line` of a span's start, as people write it; a path may hold anything that a file system
    /// takes. It is shown [`shortly`].
    pub fn place(&self, span: Span) -> String {
        let path = printable(shortly(&self.get(span.file).path));
        format!("{path}:{}", self.position(span).line)
    }
}

/// A text that stands inside a file, in which places can be found again: a whole `.sql` file, or
/// SQL written inline in a YAML scalar (whose indentation is not part of the text).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The text itself.
    pub text: String,
    /// All of it, as it stands in the file.
    pub span: Span,
    /// For every line of `text`: where in `text` it begins, and where that is in the file. Empty
    /// when the text was escaped or folded, so that no place inside it is known.
    lines: Vec<(u32, u32)>,
}

impl Excerpt {
    /// A text that is the whole of a file.
    pub fn of_file(file: FileId, text: &str) -> Excerpt {
        let span = Span::new(file, 0..text.len());
        Excerpt { text: text.to_owned(), span, lines: vec![(0, 0)] }
    }

    /// A text of whose inside no place is known: every span in it is the span of the whole.
    pub fn opaque(text: String, span: Span) -> Excerpt {
        Excerpt { text, span, lines: Vec::new() }
    }

    /// A text whose lines stand in the file as they are, each after some indentation. `lines` has,
    /// in order, the offset of a line in `text` and the offset of the same character in the file.
    pub fn by_lines(text: String, span: Span, lines: Vec<(u32, u32)>) -> Excerpt {
        Excerpt { text, span, lines }
    }

    /// Where a range of the text stands in the file.
    pub fn locate(&self, range: Range<usize>) -> Span {
        if self.lines.is_empty() {
            return self.span;
        }
        let start = self.offset(range.start);
        let end = self.offset(range.end).max(start);
        Span::new(self.span.file, start..end)
    }

    fn offset(&self, within: usize) -> usize {
        let after = self.lines.partition_point(|&(start, _)| start as usize <= within);
        match self.lines.get(after.saturating_sub(1)) {
            Some(&(start, place)) => place as usize + within.saturating_sub(start as usize),
            None => self.span.start as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_shown_without_its_middle() {
        assert_eq!(shortly("a"), "a");
        assert_eq!(shortly(&"x".repeat(MAX_SHOWN_LEN)), "x".repeat(MAX_SHOWN_LEN));
        for character in ["x", "é", "€", "\u{1f600}"] {
            for before in 0..4 {
                let long = format!("{}begin{}end", "a".repeat(before), character.repeat(1_000));
                let shown = shortly(&long);
                assert!(shown.len() <= MAX_SHOWN_LEN && shown.len() > MAX_SHOWN_LEN - 8, "{shown}");
                assert!(shown.contains("begin") && shown.ends_with("end"), "{shown}");
            }
        }
    }

    #[test]
    fn positions_count_characters_from_one() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "é: x\nkey: värde\n");
        let at = |offset| sources.get(file).position(offset);
        assert_eq!(at(0), Position { line: 1, column: 1 });
        assert_eq!(at(2), Position { line: 1, column: 2 });
        assert_eq!(at(6), Position { line: 2, column: 1 });
        assert_eq!(at(1000), Position { line: 3, column: 1 });
        // In the middle of a character.
        assert_eq!(at(1), Position { line: 1, column: 1 });
    }

    #[test]
    fn columns_of_a_long_line_are_counted_as_those_of_a_short_one() {
        for line in ["aé\u{1f600}\u{301}".repeat(700), "x".repeat(4096), "é".repeat(4096)] {
            let mut sources = Sources::default();
            let file = sources.add("a.yaml", format!("ä\n{line}\nend"));
            let counted = line.char_indices().map(|(at, _)| at).chain([line.len()]).enumerate();
            for (before, at) in counted {
                let expected = Position { line: 2, column: before + 1 };
                assert_eq!(sources.get(file).position(3 + at), expected);
            }
        }
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(printable("shop é ❤"), "shop é ❤");
        assert_eq!(printable("a\u{1b}[31m\n\u{9b}"), "a\\u{1b}[31m\\n\\u{9b}");
        assert_eq!(printable("a\u{202e}b\u{200b}c"), "a\\u{202e}b\\u{200b}c");
        assert_eq!(printable("\u{3164}\u{e0041}\u{ad}"), "\\u{3164}\\u{e0041}\\u{ad}");
    }

    #[test]
    fn an_indented_excerpt_finds_its_place_in_the_file() {
        let file_text = "sql: |\n  create\n  table\n";
        let mut sources = Sources::default();
        let file = sources.add("s.yaml", file_text);
        let whole = Span::new(file, 5..file_text.len());
        let excerpt = Excerpt::by_lines("create\ntable\n".into(), whole, vec![(0, 9), (7, 18)]);
        assert_eq!(sources.slice(excerpt.locate(7..12)), "table");
        assert_eq!(sources.slice(excerpt.locate(0..6)), "create");
    }
}
