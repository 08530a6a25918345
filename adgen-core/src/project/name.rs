//! Names that become names of files: those of projects and scenes. And what a version calls a thing. Depends on nothing.

/// The pattern of such names. Checked by [`is_name`].
pub(super) const NAME_PATTERN: &str = "^[a-z0-9][a-z0-9_-]{0,63}$";

/// Whether `text` may be the name of a project or scene.
pub(super) fn is_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.len() <= 64
        && text.bytes().next().is_some_and(allowed)
        && text.bytes().all(|b| allowed(b) || matches!(b, b'_' | b'-'))
}

/// Whether some version may call a stage, a status or the like so: `voice_over`, `COMPLETED`. What is none was never written.
pub(crate) fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
