//! Text of a project in Markdown: always as a code span, out of which nothing leads.
//!
//! In a code span nothing is HTML, a link, a mention, a reference to an issue or an emoji. So nothing
//! of a project is ever written outside of one, and there is no other function for it than these.

use crate::source::printable;

/// The longest text of a code span, in characters.
pub const MAX_SPAN_LEN: usize = 500;

/// A code span that shows a text.
pub fn code(text: &str) -> String {
    let shown = shortened(&printable(text), MAX_SPAN_LEN);
    span(&shown)
}

/// A code span that shows a text in a table: GitHub takes a `|` there for the end of the cell, in code
/// as well, unless a backslash stands before it, and not where two of them do.
pub fn code_in_table(text: &str) -> String {
    let shown = shortened(&printable(text), MAX_SPAN_LEN);
    let mut escaped = String::with_capacity(shown.len());
    for character in shown.chars() {
        match character {
            '|' if escaped.ends_with('\\') => escaped.push_str("\\u{7c}"),
            '|' => escaped.push_str("\\|"),
            character => escaped.push(character),
        }
    }
    span(&escaped)
}

/// Backticks in a row that a code span may hold: cmark gives up beyond 80 in its fence.
const BACKTICKS: usize = 8;

/// A text of one line between fences that are longer than any in it.
fn span(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    if longest > BACKTICKS {
        return span(&text.replace('`', "\\u{60}"));
    }
    if text.is_empty() {
        // Without anything in it there is no code span.
        return "` `".to_owned();
    }
    let fence = "`".repeat(longest + 1);
    // One space on each side is taken off again, unless all are spaces.
    let is_edge = |character| matches!(character, '`' | ' ');
    let is_padded = text.contains('`') || text.starts_with(is_edge) || text.ends_with(is_edge);
    match is_padded && !text.chars().all(|character| character == ' ') {
        true => format!("{fence} {text} {fence}"),
        false => format!("{fence}{text}{fence}"),
    }
}

/// A text of at most so many characters; what is cut is cut in the middle, and says how long it was.
pub fn shortened(text: &str, most: usize) -> String {
    // A byte is no less than a character.
    let n_characters = if text.len() <= most { most } else { text.chars().count() };
    if n_characters <= most {
        return text.to_owned();
    }
    let mark = format!("...({n_characters} characters)...");
    let n_kept = most.saturating_sub(mark.len());
    let n_end = n_kept / 3;
    let begin: String = text.chars().take(n_kept - n_end).collect();
    let end: String = text.chars().skip(n_characters - n_end).collect();
    format!("{begin}{mark}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_what_is_in_it() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code(" a"), "`  a `");
        assert_eq!(code("  "), "`  `");
        assert_eq!(code(""), "` `");
        assert_eq!(code("a\nb"), "`a\\nb`");
        assert_eq!(code(&"`".repeat(9)), format!("`{}`", "\\u{60}".repeat(9)));
    }

    #[test]
    fn no_cell_ends_in_code() {
        assert_eq!(code_in_table("a|b"), "`a\\|b`");
        assert_eq!(code_in_table("a\\|b"), "`a\\\\u{7c}b`");
        assert_eq!(code_in_table("||"), "`\\|\\|`");
    }

    #[test]
    fn a_long_text_says_how_long_it_was() {
        assert_eq!(shortened("abc", 3), "abc");
        let short = shortened(&"é".repeat(1_000), 60);
        assert!(short.starts_with("éé") && short.ends_with("éé"), "{short}");
        assert!(short.contains("...(1000 characters)..."), "{short}");
        assert_eq!(short.chars().count(), 60);
    }
}
