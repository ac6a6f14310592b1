//! Takes a mapping apart, field by field, with an error for everything that is not as it should
//! be: unknown names, wrong types, missing values. Knows the names it was asked for, so that a
//! misspelt one can be answered with the nearest.

use crate::diag::Diagnostics;
use crate::diag::problems::spec::{MissingField, UnknownField, WrongType};
use crate::parse::shape::{self, Shape};
use crate::source::{Span, Spanned};
use crate::syntax::node::{Data, Entry, Meaning, Node, Scalar};
use crate::syntax::{Shaped, Text, TextMap};

/// A mapping that is being taken apart.
pub(crate) struct Fields<'a, 'd> {
    entries: &'a [Entry],
    /// Where the mapping stands, for fields that are missing from it.
    span: Span,
    /// What the mapping is, for messages: `App`, `storage`.
    of: &'static str,
    asked: Vec<&'static str>,
    pub(crate) diagnostics: &'d mut Diagnostics,
}

impl<'a, 'd> Fields<'a, 'd> {
    /// The fields of a mapping; anything else is an error.
    pub(crate) fn of(
        node: &'a Node,
        of: &'static str,
        diagnostics: &'d mut Diagnostics,
    ) -> Option<Fields<'a, 'd>> {
        let Some(entries) = node.entries() else {
            diagnostics.report(WrongType::new(node, of, "a mapping"));
            return None;
        };
        // Most kinds of mappings have fewer fields, and an App a few more.
        let asked = Vec::with_capacity(16);
        Some(Fields { entries, span: node.span, of, asked, diagnostics })
    }

    /// The place of the whole mapping.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// The node of a field; a field without a value is an error.
    pub(crate) fn node(&mut self, name: &'static str) -> Option<&'a Node> {
        let node = &self.entry(name)?.value;
        // `~` is a text that people mean (FACTS 6.2); `null` and nothing at all are no value.
        if node.is_null() && !is_tilde(node) {
            self.diagnostics.report(WrongType::new(node, name, "a value"));
            return None;
        }
        Some(node)
    }

    fn entry(&mut self, name: &'static str) -> Option<&'a Entry> {
        self.asked.push(name);
        self.entries.iter().find(|entry| entry.key.value == name)
    }

    /// Where a field's name stands, whatever its value is.
    pub(crate) fn key(&mut self, name: &'static str) -> Option<Span> {
        self.entry(name).map(|entry| entry.key.span)
    }

    /// Says that a field has to be there.
    pub(crate) fn require<T>(&mut self, name: &'static str, value: Option<T>) -> Option<T> {
        let there = self.entries.iter().any(|entry| entry.key.value == name);
        if value.is_none() && !there {
            let (primary, of) = (self.place(), self.of);
            self.diagnostics.report(MissingField { primary, of, name });
        }
        value
    }

    /// A short place that stands for the whole mapping: its first key.
    pub(crate) fn place(&self) -> Span {
        self.entries.first().map_or(self.span, |entry| entry.key.span)
    }

    /// A string: the scalar's text as it was written.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<Text> {
        let node = self.node(name)?;
        text(node, name, self.diagnostics)
    }

    /// A string that has to be there.
    pub(crate) fn required_text(&mut self, name: &'static str) -> Option<Text> {
        let value = self.text(name);
        self.require(name, value)
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, name: &'static str) -> Option<Spanned<i64>> {
        let node = self.node(name)?;
        integer(node, name, self.diagnostics)
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, name: &'static str) -> Option<Spanned<bool>> {
        let node = self.node(name)?;
        match node.scalar().map(|scalar| scalar.meaning) {
            Some(Meaning::Bool(value)) => Some(Spanned::new(value, node.span)),
            _ => {
                self.diagnostics.report(WrongType::new(node, name, "`true` or `false`"));
                None
            }
        }
    }

    /// A list of strings.
    pub(crate) fn texts(&mut self, name: &'static str) -> Option<Vec<Text>> {
        let items = self.list(name)?;
        Some(items.iter().filter_map(|item| text(item, name, self.diagnostics)).collect())
    }

    /// A list.
    pub(crate) fn list(&mut self, name: &'static str) -> Option<&'a [Node]> {
        let node = self.node(name)?;
        let items = node.items();
        if items.is_none() {
            self.diagnostics.report(WrongType::new(node, name, "a list"));
        }
        items
    }

    /// A mapping with names of the user's own.
    pub(crate) fn map(&mut self, name: &'static str) -> Option<&'a [Entry]> {
        let node = self.node(name)?;
        let entries = node.entries();
        if entries.is_none() {
            self.diagnostics.report(WrongType::new(node, name, "a mapping"));
        }
        entries
    }

    /// A map of strings.
    pub(crate) fn text_map(&mut self, name: &'static str) -> TextMap {
        let entries = self.map(name).unwrap_or_default();
        entries
            .iter()
            .filter_map(|entry| {
                Some((entry.key.clone(), text(&entry.value, name, self.diagnostics)?))
            })
            .collect()
    }

    /// A mapping with fields of its own.
    pub(crate) fn nested<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(Fields<'a, '_>) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(name)?;
        read(Fields::of(node, name, self.diagnostics)?)
    }

    /// A part that has the shape which Kubernetes gives it.
    pub(crate) fn shaped(&mut self, name: &'static str, shape: &Shape) -> Option<Shaped> {
        let node = self.node(name)?;
        shape::read(node, name, shape, self.diagnostics)
    }

    /// Reports every field that was not asked for.
    pub(crate) fn finish(self) {
        #[cfg(test)]
        tests::ASKED.with_borrow_mut(|all| all.push((self.of, self.asked.clone())));
        for entry in self.entries {
            let name = entry.key.value.as_str();
            if !self.asked.contains(&name) {
                let (primary, of) = (entry.key.span, self.of);
                self.diagnostics.report(UnknownField { primary, name, of, known: &self.asked });
            }
        }
    }

    /// What the mapping has beside the fields that were asked for.
    pub(crate) fn rest(self) -> Vec<Entry> {
        let others = self.entries.iter().filter(|entry| !self.asked.contains(&&*entry.key.value));
        others.cloned().collect()
    }
}

/// The text of a scalar as it was written.
pub(crate) fn text(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<Text> {
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

/// A whole number in plain decimal notation: `010` is 8 to some readers and 10 to others.
pub(crate) fn integer(
    node: &Node,
    name: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<i64>> {
    let number = node.scalar().filter(|scalar| scalar.meaning == Meaning::Int).and_then(decimal);
    if number.is_none() {
        diagnostics.report(WrongType::new(node, name, "a whole number"));
    }
    number.map(|number| Spanned::new(number, node.span))
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

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::RefCell;

    thread_local! {
        /// Which fields every mapping was asked for, for tests of what describes the fields.
        pub(crate) static ASKED: RefCell<Vec<(&'static str, Vec<&'static str>)>> =
            const { RefCell::new(Vec::new()) };
    }
}
