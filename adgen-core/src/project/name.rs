//! Names that become names of files: those of projects and scenes. Depends on nothing.

/// The pattern of such names. Checked by [`is_name`].
pub(super) const NAME_PATTERN: &str = "^[a-z0-9][a-z0-9_-]{0,63}$";

/// Whether `text` may be the name of a project or scene.
pub(super) fn is_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.len() <= 64
        && text.bytes().next().is_some_and(allowed)
        && text.bytes().all(|b| allowed(b) || matches!(b, b'_' | b'-'))
}
