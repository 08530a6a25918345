//! Tags of languages. Depends on nothing.

/// The primary subtag of a BCP 47 tag, in lower case.
pub(crate) fn primary(language: &str) -> String {
    language.split(['-', '_']).next().unwrap_or_default().trim().to_lowercase()
}
