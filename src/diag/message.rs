//! Texts of diagnostics, which know what in them is quoted.
//!
//! A [`Message`] is made of our own words and of what it quotes. Our own words are shown as they are written
//! in the source; what looks like a secret in a text of the project is masked, by that text alone,
//! where it becomes a part of the message. A `String` is never a message: it may hold anything.

use std::borrow::Cow;
use std::fmt;

use smol_str::SmolStr;

use crate::diag::secrets;

/// The longest text of a diagnostic, in characters; it may quote what a file holds.
pub const TEXT: usize = 800;

/// How much of a text is searched for secrets, as a multiple of what is shown of it: what tells a
/// password may come after it.
const SEARCHED: usize = 4;

/// A text for people, in which nothing has to be masked any more. It comes from a literal or from
/// [`message!`](crate::diag::message!).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Message(Cow<'static, str>);

impl Message {
    /// For [`message!`](crate::diag::message!) alone, which quotes each argument.
    pub(crate) fn of_quoted(text: fmt::Arguments<'_>) -> Message {
        Message(text.as_str().map_or_else(|| text.to_string().into(), Cow::Borrowed))
    }

    /// Several texts with our own words between them.
    pub(crate) fn joined<T: Quote>(
        texts: impl IntoIterator<Item = T>,
        between: &'static str,
    ) -> Message {
        let texts: Vec<String> = texts.into_iter().map(|text| text.quote().into_owned()).collect();
        Message(texts.join(between).into())
    }

    /// The beginning of a text of the project. What is left out has told its part of what is secret.
    pub(crate) fn beginning_of(text: &str, most: usize) -> Message {
        let quoted = text.quote();
        match beginning(&quoted, most) {
            (_, true) => Message(quoted.into_owned().into()),
            (kept, false) => Message(format!("{kept}…").into()),
        }
    }

    /// As it is.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Our own words.
impl From<&'static str> for Message {
    fn from(text: &'static str) -> Message {
        Message(Cow::Borrowed(text))
    }
}

/// Something that a message can quote.
pub(crate) trait Quote {
    /// As it is shown, without secrets.
    fn quote(&self) -> Cow<'_, str>;
}

/// Anything may be in a text: all that is known to be ours comes as a [`Message`].
impl Quote for str {
    fn quote(&self) -> Cow<'_, str> {
        let (searched, is_whole) = beginning(self, TEXT * SEARCHED);
        let hidden = secrets::hidden(searched);
        match beginning(&hidden, TEXT) {
            (_, true) if is_whole => hidden.into(),
            (kept, _) => format!("{kept}…").into(),
        }
    }
}

impl Quote for Message {
    fn quote(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.as_str())
    }
}

impl<T: Quote + ?Sized> Quote for &T {
    fn quote(&self) -> Cow<'_, str> {
        (**self).quote()
    }
}

impl Quote for String {
    fn quote(&self) -> Cow<'_, str> {
        self.as_str().quote()
    }
}

impl Quote for SmolStr {
    fn quote(&self) -> Cow<'_, str> {
        self.as_str().quote()
    }
}

impl Quote for Cow<'_, str> {
    fn quote(&self) -> Cow<'_, str> {
        (**self).quote()
    }
}

impl Quote for std::str::EscapeDebug<'_> {
    fn quote(&self) -> Cow<'_, str> {
        let text: String = self.clone().take(TEXT * SEARCHED + 1).collect();
        text.quote().into_owned().into()
    }
}

impl Quote for std::char::EscapeDebug {
    fn quote(&self) -> Cow<'_, str> {
        self.to_string().into()
    }
}

/// What cannot hold a secret.
macro_rules! shown_as_it_is {
    ($($type:ty),*) => {
        $(impl Quote for $type {
            fn quote(&self) -> Cow<'_, str> {
                self.to_string().into()
            }
        })*
    };
}
shown_as_it_is!(char, i64, u32, u64, usize);

/// Puts a [`Message`] into words, like `format!`. Each argument is named after the text, as `name` or
/// `name = value`, and is quoted: nothing reaches the message past [`Quote`], not even a variable
/// that the text alone names.
macro_rules! message {
    (@value $name:ident = $value:expr) => { $value };
    (@value $name:ident) => { $name };
    ($text:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        // Through `concat!`, `format_args!` takes no variable by itself.
        $crate::diag::Message::of_quoted(format_args!(
            concat!($text),
            $($name = $crate::diag::Quote::quote(
                &$crate::diag::message!(@value $name $(= $value)?)
            )),*
        ))
    };
}
pub(crate) use message;

/// The first characters of a text, and whether that is all of it.
pub(super) fn beginning(text: &str, most: usize) -> (&str, bool) {
    match text.char_indices().nth(most) {
        None => (text, true),
        Some((end, _)) => (text.get(..end).unwrap_or_default(), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_masked_and_our_own_words_are_not() {
        let written = "password: hunter2";
        let check = |message: Message, expected: &str| assert_eq!(message.as_str(), expected);
        check("write `password: hunter2`".into(), "write `password: hunter2`");
        check(message!("write `password: hunter2`"), "write `password: hunter2`");
        check(message!("not `{written}`", written), "not `password: ***`");
        check(message!("password: {port}", port = 5432_i64), "password: 5432");
        let quoted = message!("`{written}`", written = written.to_owned());
        check(
            message!("password: {quoted}, token: x", quoted),
            "password: `password: ***`, token: x",
        );
        let lines = ["token=abc", "b"];
        check(Message::joined(lines, " and password: "), "token=*** and password: b");
        let long = format!("a {}", "x".repeat(9_000));
        let expected = format!("`a {}…`", "x".repeat(TEXT - 2));
        check(message!("`{long}`", long), &expected);
    }
}
