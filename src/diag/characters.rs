//! Characters that look like others, or like nothing, by name: what a person cannot see has to be named.

use crate::source::is_unseen;

/// The first character of a text that looks like another one or like nothing: its offset, itself and its
/// name.
pub(crate) fn odd(text: &str) -> Option<(usize, char, &'static str)> {
    if text.is_ascii() {
        return None;
    }
    text.char_indices().find_map(|(at, character)| Some((at, character, name(character)?)))
}

/// What such a character is called.
pub(crate) fn name(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{200b}' => "zero-width space",
        '\u{200c}' => "zero-width non-joiner",
        '\u{200d}' => "zero-width joiner",
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "direction mark"
        }
        '\u{2060}' => "word joiner",
        '\u{feff}' => "byte-order mark",
        '\u{2028}' => "line separator",
        '\u{2029}' => "paragraph separator",
        '\u{202f}' => "narrow no-break space",
        '\u{2000}'..='\u{200a}' | '\u{205f}' | '\u{3000}' => "wide space",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "dash that is not `-`",
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' => "typographic quote",
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => "typographic quote",
        '\u{ff1a}' => "full-width colon",
        '\u{ff0c}' => "full-width comma",
        '\u{400}'..='\u{4ff}' => "Cyrillic letter",
        '\u{370}'..='\u{3ff}' => "Greek letter",
        character if is_unseen(character) => "invisible character",
        _ => return None,
    })
}

/// What to type in place of such a character; nothing where it is removed.
pub(crate) fn meant(character: char) -> Option<&'static str> {
    match character {
        '\u{a0}' | '\u{202f}' | '\u{2000}'..='\u{200a}' | '\u{205f}' | '\u{3000}' => {
            Some("a space")
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some("`-`"),
        '\u{2018}'..='\u{201b}' => Some("`'`"),
        '\u{201c}'..='\u{201e}' | '\u{ab}' | '\u{bb}' => Some("`\"`"),
        '\u{ff1a}' => Some("`: `"),
        '\u{ff0c}' => Some("`,`"),
        '\u{400}'..='\u{4ff}' | '\u{370}'..='\u{3ff}' => Some("the Latin letter"),
        _ => None,
    }
}

/// `U+00A0`.
pub(crate) fn number(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}
