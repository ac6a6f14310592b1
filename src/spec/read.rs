//! Takes a mapping apart by its rows of the table, with an error for everything that is not as it
//! should be: unknown names, wrong types, what is missing, what cannot stand together.

use crate::diag::problems::spec::{
    ConflictingFields, MissingField, NothingChosen, OtherForm, OverlaidConflict, UnknownField,
    WrongType,
};
use crate::diag::{Diagnostics, Message, message, nearest};
use crate::source::{FileId, Span, Spanned};
use crate::spec::elsewhere::{self, Advice, Place};
use crate::spec::{
    Field, FieldType, KINDS, KindOfSpec, Like, Record, Rule, meant_by, rewrite, shape,
};
use crate::syntax::node::{Data, Entry, Meaning, Node, Scalar};
use crate::syntax::{Shaped, Text};

/// What can be the value of a field.
pub(crate) trait Part: Sized {
    /// What it has to look like.
    const FIELD_TYPE: FieldType;

    /// Reads it; `name` is the field's, for messages.
    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Self>;
}

/// A mapping that is being taken apart.
pub(crate) struct Fields<'a, 'd> {
    entries: &'a [Entry],
    span: Span,
    /// What the mapping is, for messages: `App`, `storage`.
    of: &'a str,
    records: &'a [&'static Record],
    /// Those with an error of their own: no rule is held against them as well.
    broken: Vec<&'static str>,
    /// Those that have to be there and are not.
    missing: Vec<&'static str>,
    /// The kind and the name of the spec, where these are its fields.
    whose: Option<(&'static str, &'a str)>,
    diagnostics: &'d mut Diagnostics,
}

impl<'a, 'd> Fields<'a, 'd> {
    /// The fields of a mapping; anything else is an error.
    pub(crate) fn of(
        node: &'a Node,
        of: &'a str,
        records: &'a [&'static Record],
        diagnostics: &'d mut Diagnostics,
    ) -> Option<Fields<'a, 'd>> {
        let Some(entries) = node.entries() else {
            diagnostics.report(WrongType::new(node, of, "a mapping"));
            return None;
        };
        let (broken, missing, whose) = (Vec::new(), Vec::new(), None);
        Some(Fields { entries, span: node.span, of, records, broken, missing, whose, diagnostics })
    }

    /// The fields of a mapping within this one.
    pub(crate) fn within<'b>(
        &'b mut self,
        node: &'b Node,
        of: &'b str,
        records: &'b [&'static Record],
    ) -> Option<Fields<'b, 'b>> {
        Fields::of(node, of, records, self.diagnostics)
    }

    /// The same, as the fields of a spec of this kind and name.
    pub(crate) fn of_spec(self, kind: &'static str, name: &'a str) -> Fields<'a, 'd> {
        Fields { whose: Some((kind, name)), ..self }
    }

    /// The place of the whole mapping.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// A short place that stands for the whole mapping: its first key.
    pub(crate) fn place(&self) -> Span {
        self.entries.first().map_or(self.span, |entry| entry.key.span)
    }

    fn entry(&self, name: &str) -> Option<&'a Entry> {
        debug_assert!(self.rows().any(|row| row.name == name), "`{name}` is no row of the table");
        self.entries.iter().find(|entry| entry.key.value == name)
    }

    fn rows(&self) -> impl Iterator<Item = &'static Field> {
        self.records.iter().flat_map(|record| record.fields)
    }

    /// Reads a field; one without a value is an error.
    fn read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Node, &mut Diagnostics) -> Option<T>,
    ) -> Option<T> {
        let node = &self.entry(name)?.value;
        if !node.is_null()
            && self.diagnostics.are_few()
            && let Some(right) = rewrite::field(name, node, self.entries)
        {
            self.diagnostics.report(OtherForm { node, name, right });
            self.broken.push(name);
            return None;
        }
        let before = self.diagnostics.len();
        // `~` is a text that people mean (FACTS 6.2); `null` and nothing at all are no value.
        let value = if node.is_null() && !is_tilde(node) {
            self.diagnostics.report(WrongType::new(node, name, "a value"));
            None
        } else {
            read(node, self.diagnostics)
        };
        if self.diagnostics.len() > before {
            self.broken.push(name);
        }
        value
    }

    /// A field that need not be there.
    pub(crate) fn optional<T: Part>(&mut self, name: &'static str) -> Option<T> {
        self.read(name, |node, diagnostics| T::read(node, name, diagnostics))
    }

    /// A field that has to be there.
    pub(crate) fn required<T: Part>(&mut self, name: &'static str) -> Option<T> {
        let value = self.optional(name);
        self.demand(name);
        value
    }

    /// A part that has a shape which somebody else gives it.
    pub(crate) fn like<L: Like>(&mut self, name: &'static str) -> Option<Shaped> {
        self.read(name, |node, diagnostics| shape::read(node, name, &L::FIELD_TYPE, diagnostics))
    }

    /// The same where it has to be there.
    pub(crate) fn required_like<L: Like>(&mut self, name: &'static str) -> Option<Shaped> {
        let value = self.like::<L>(name);
        self.demand(name);
        value
    }

    /// A text with a shape: one of some words, an amount. It is read even where it is none of them, so
    /// that nothing else is said about the field.
    pub(crate) fn word<L: Like>(&mut self, name: &'static str) -> Option<Text> {
        self.read(name, |node, diagnostics| word::<L>(node, name, diagnostics))
    }

    /// The same where it has to be there.
    pub(crate) fn required_word<L: Like>(&mut self, name: &'static str) -> Option<Text> {
        let word = self.word::<L>(name);
        self.demand(name);
        word
    }

    /// A list of such words.
    pub(crate) fn words<L: Like>(&mut self, name: &'static str) -> Vec<Text> {
        let words = self.read(name, |node, diagnostics| {
            let Some(items) = node.items() else {
                diagnostics.report(WrongType::new(node, name, "a list"));
                return None;
            };
            Some(items.iter().filter_map(|item| word::<L>(item, name, diagnostics)).collect())
        });
        words.unwrap_or_default()
    }

    fn demand(&mut self, name: &'static str) {
        if self.entry(name).is_none() {
            self.missing.push(name);
        }
    }

    /// What an unknown name stands for: the help, and the fields that are then not missing.
    fn meant(&self, entry: &Entry) -> (Option<Message>, Vec<&'static str>) {
        let name = entry.key.value.as_str();
        let rows: Vec<&'static Field> = self.rows().collect();
        if let Some((kind, spec)) = self.whose {
            let place = Place { kind, name: spec, fields: self.entries };
            if let Some(Advice { help, covers }) = elsewhere::advice(name, &entry.value, &place) {
                return (Some(help), covers.to_vec());
            }
        }
        if let Some(meant) = meant_by(name, self.records) {
            let row = rows.iter().find(|row| row.name == meant);
            let right = row.and_then(|row| rewrite::field(row.name, &entry.value, self.entries));
            let help = match (&right, row) {
                (Some(right), Some(row)) => message!(
                    "`{name}` is called `{meant}` here: `{meant}: {right}`",
                    name,
                    meant = row.name,
                    right
                ),
                _ => message!("`{name}` is called `{meant}` here", name, meant),
            };
            return (Some(help), row.map(|row| row.name).into_iter().collect());
        }
        let known = rows.iter().map(|row| row.name);
        if let Some(near) = nearest(name, known) {
            let row = rows.iter().find(|row| row.name == near);
            return (None, row.map(|row| row.name).into_iter().collect());
        }
        let of_kind = |kind: &&KindOfSpec| kind.own.fields.iter().any(|field| field.name == name);
        if let Some((own, _)) = self.whose
            && let Some(kind) = KINDS.iter().find(of_kind)
        {
            let help = message!(
                "`{name}` is a field of `{kind}`, not of `{own}`",
                name,
                kind = kind.name,
                own
            );
            return (Some(help), Vec::new());
        }
        (None, Vec::new())
    }

    /// What a missing field would be, from what stands beside it.
    fn hint(&self, name: &str) -> Option<String> {
        let image = self.entry_of("image").filter(|_| name == "engine")?.value.str()?;
        let engine = image.rsplit('/').next()?.split(':').next()?;
        Some(engine.to_owned())
            .filter(|engine| ["postgres", "mysql", "mariadb"].contains(&engine.as_str()))
    }

    fn entry_of(&self, name: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.key.value == name)
    }

    /// Reports every field that is no row of the table, and what the rules say.
    pub(crate) fn finish(self) {
        // What stands for a field under another name.
        let mut covered: Vec<&'static str> = Vec::new();
        for entry in self.entries {
            let name = entry.key.value.as_str();
            if self.rows().all(|row| row.name != name) {
                let known: Vec<&str> = self.rows().map(|row| row.name).collect();
                // Beyond the first few, nobody reads them.
                let is_read = self.diagnostics.are_few();
                let (meant, covers) = if is_read { self.meant(entry) } else { Default::default() };
                covered.extend(covers);
                let (primary, of) = (entry.key.span, self.of);
                self.diagnostics.report(UnknownField { primary, name, of, meant, known: &known });
            }
        }
        for name in self.missing.iter().copied().filter(|name| !covered.contains(name)) {
            let (primary, of, hint) = (self.place(), self.of, self.hint(name));
            self.diagnostics.report(MissingField { primary, of, name, hint });
        }
        let rules = self.records.iter().flat_map(|record| record.rules);
        // That of the base, where an environment adds fields: it comes first.
        let base = self.place().file;
        let mut told = Vec::new();
        for rule in rules {
            match *rule {
                Rule::OneOf { fields, .. } if fields.iter().any(|it| covered.contains(it)) => {}
                Rule::OneOf { of, purpose, fields } => {
                    one_of(self.entries, self.place(), of, purpose, fields, self.diagnostics);
                }
                Rule::Excludes { by, fields, why } => {
                    let there = |name: &&'static str| {
                        let is_whole = !self.broken.contains(name);
                        is_whole.then(|| there(self.entries, name)).flatten()
                    };
                    let Some(other) = by.iter().find_map(there) else { continue };
                    let found: Vec<&Entry> = fields.iter().filter_map(there).collect();
                    if report_overlaid(&found, other, base, self.diagnostics) {
                        continue;
                    }
                    for found in found {
                        if !told.contains(&found.key.span) {
                            told.push(found.key.span);
                            conflict(found, other, why, self.diagnostics);
                        }
                    }
                }
            }
        }
    }

    /// What the mapping has beside its rows.
    pub(crate) fn rest(self) -> Vec<Entry> {
        let is_other = |entry: &&Entry| self.rows().all(|row| row.name != entry.key.value);
        self.entries.iter().filter(is_other).cloned().collect()
    }
}

fn word<L: Like>(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Text> {
    let word = Text::read(node, name, diagnostics)?;
    shape::read(node, name, &L::FIELD_TYPE, diagnostics);
    Some(word)
}

/// A field that says something: not `false`, not empty.
fn there<'a>(entries: &'a [Entry], name: &str) -> Option<&'a Entry> {
    let entry = entries.iter().find(|entry| entry.key.value == name)?;
    let says_nothing = match &entry.value.data {
        Data::Scalar(scalar) => matches!(scalar.meaning, Meaning::Bool(false) | Meaning::Null),
        Data::Sequence(items) => items.is_empty(),
        Data::Mapping(entries) => entries.is_empty(),
    };
    (!says_nothing).then_some(entry)
}

fn one_of(
    entries: &[Entry],
    place: Span,
    of: &'static str,
    purpose: &'static str,
    fields: &[&'static str],
    diagnostics: &mut Diagnostics,
) {
    // Readable or not: what is wrong with it has been said.
    let is_one = |name: &&&str| entries.iter().any(|entry| entry.key.value == **name);
    let mut written = fields.iter().filter(is_one);
    let Some(first) = written.next() else {
        return diagnostics.report(NothingChosen { primary: place, of, purpose, choices: fields });
    };
    let entry = |name: &str| entries.iter().find(|entry| entry.key.value == name);
    for name in written {
        if let (Some(found), Some(other)) = (entry(name), entry(first)) {
            conflict(found, other, "both define the same thing", diagnostics);
        }
    }
}

/// Reports what an environment sets although the base sets what excludes it, and whether that is so: the environment
/// can remove it.
fn report_overlaid(
    found: &[&Entry],
    other: &Entry,
    base: FileId,
    diagnostics: &mut Diagnostics,
) -> bool {
    let file = |entry: &Entry| entry.key.span.file;
    let of_base: Vec<&Entry> = found.iter().copied().filter(|it| file(it) == base).collect();
    let (removed, set) = match (file(other) == base, found.first()) {
        (false, _) if !of_base.is_empty() => (of_base, other),
        (true, Some(set)) if found.iter().all(|it| file(it) != base) => (vec![other], *set),
        _ => return false,
    };
    let names: Vec<&str> = removed.iter().map(|entry| entry.key.value.as_str()).collect();
    let Some(first) = removed.first() else { return false };
    diagnostics.report(OverlaidConflict {
        primary: set.key.span,
        set: &set.key.value,
        base: first.key.span,
        names: &names,
    });
    true
}

fn conflict(found: &Entry, other: &Entry, why: &'static str, diagnostics: &mut Diagnostics) {
    diagnostics.report(ConflictingFields {
        primary: found.key.span,
        name: &found.key.value,
        other_span: other.key.span,
        other: &other.key.value,
        why,
    });
}

impl Part for Text {
    const FIELD_TYPE: FieldType = FieldType::Text;

    /// The scalar's text as it was written.
    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Text> {
        match &node.data {
            Data::Scalar(scalar) if scalar.meaning != Meaning::Null || is_tilde(node) => {
                Some(Spanned::new(scalar.text.clone(), node.span))
            }
            Data::Scalar(_) | Data::Sequence(_) | Data::Mapping(_) => {
                diagnostics.report(WrongType::new(node, name, "a string"));
                None
            }
        }
    }
}

impl Part for Spanned<i64> {
    const FIELD_TYPE: FieldType = FieldType::Int;

    /// A whole number in plain decimal notation: `010` is 8 to some readers and 10 to others.
    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Spanned<i64>> {
        let scalar = node.scalar().filter(|scalar| scalar.meaning == Meaning::Int);
        let number = scalar.and_then(decimal);
        if number.is_none() {
            diagnostics.report(WrongType::new(node, name, "a whole number"));
        }
        number.map(|number| Spanned::new(number, node.span))
    }
}

impl Part for Spanned<bool> {
    const FIELD_TYPE: FieldType = FieldType::Bool;

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Spanned<bool>> {
        match node.scalar().map(|scalar| scalar.meaning) {
            Some(Meaning::Bool(value)) => Some(Spanned::new(value, node.span)),
            _ => {
                diagnostics.report(WrongType::new(node, name, "`true` or `false`"));
                None
            }
        }
    }
}

impl<T: Part> Part for Vec<T> {
    const FIELD_TYPE: FieldType = FieldType::List(&T::FIELD_TYPE);

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Vec<T>> {
        let Some(items) = node.items() else {
            diagnostics.report(WrongType::new(node, name, "a list"));
            return None;
        };
        Some(items.iter().filter_map(|item| T::read(item, name, diagnostics)).collect())
    }
}

impl<T: Part> Part for Spanned<Vec<T>> {
    const FIELD_TYPE: FieldType = Vec::<T>::FIELD_TYPE;

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Spanned<Vec<T>>> {
        Some(Spanned::new(Vec::read(node, name, diagnostics)?, node.span))
    }
}

/// A mapping with names of the user's own, in the order in which it was written.
impl<T: Part> Part for Vec<(Text, T)> {
    const FIELD_TYPE: FieldType = FieldType::Map(&T::FIELD_TYPE);

    fn read(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Vec<(Text, T)>> {
        let Some(entries) = node.entries() else {
            diagnostics.report(WrongType::new(node, name, "a mapping"));
            return None;
        };
        let pair = |entry: &Entry| {
            Some((entry.key.clone(), T::read(&entry.value, &entry.key.value, diagnostics)?))
        };
        Some(entries.iter().filter_map(pair).collect())
    }
}

fn decimal(scalar: &Scalar) -> Option<i64> {
    let digits = scalar.text.strip_prefix('-').unwrap_or(&scalar.text);
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let has_leading_zero = digits.len() > 1 && digits.starts_with('0');
    if is_plain && !has_leading_zero { scalar.text.parse().ok() } else { None }
}

fn is_tilde(node: &Node) -> bool {
    node.scalar().is_some_and(|scalar| scalar.text == "~")
}
