//! How words are compared - keywords mean the same in any case - and those that begin an element of
//! a table.

/// What may begin a constraint of a table.
pub(crate) const CONSTRAINT_WORDS: &[&str] =
    &["PRIMARY", "UNIQUE", "FOREIGN", "CONSTRAINT", "CHECK"];

/// What may begin a constraint or an index of a table, in some dialect.
pub(crate) const ELEMENT_WORDS: &[&str] =
    &["PRIMARY", "UNIQUE", "FOREIGN", "CONSTRAINT", "CHECK", "INDEX", "KEY", "FULLTEXT", "SPATIAL"];

/// Whether two words are the same keyword.
#[inline]
pub(crate) fn is(word: &str, keyword: &str) -> bool {
    word.eq_ignore_ascii_case(keyword)
}

/// Whether a word is one of these keywords.
#[inline]
pub(crate) fn is_any(word: &str, keywords: &[&str]) -> bool {
    !word.is_empty() && keywords.iter().any(|keyword| is(word, keyword))
}
