//! Words of one kind as a text with blanks between them, so that a table of languages stays readable.

/// Whether `word` is one of `list`.
pub(super) fn holds(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}
