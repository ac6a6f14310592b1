//! How words are compared: keywords mean the same in any case.

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
