//! Emoji and other small pictures, by block (Unicode Standard 17, coarsely).

/// Emoji and what belongs to them.
pub(crate) fn is_picture(c: char) -> bool {
    matches!(u32::from(c), 0x231A..=0x231B | 0x23E9..=0x23FA | 0x2600..=0x27BF | 0x2B00..=0x2BFF | 0xFE00..=0xFE0F | 0x20E3
        | 0x1F000..=0x1FAFF | 0xE0000..=0xE01EF)
}

/// Signs of what the product has not or is not.
pub(super) fn is_no(c: char) -> bool {
    matches!(c, '❌' | '❎' | '✗' | '✘' | '✖' | '🚫' | '⛔' | '🙅' | '👎' | '☒')
}

/// Signs that stand before an item of a list.
pub(super) fn is_bullet(c: char) -> bool {
    matches!(
        c,
        '•' | '‣'
            | '⁃'
            | '∙'
            | '▪'
            | '▫'
            | '●'
            | '○'
            | '◦'
            | '◆'
            | '◇'
            | '■'
            | '□'
            | '▶'
            | '►'
            | '▸'
            | '➤'
            | '➔'
            | '→'
            | '»'
            | '✓'
            | '✔'
            | '✅'
            | '☑'
            | '★'
            | '☆'
            | '❖'
            | '♦'
            | '✦'
            | '✧'
            | '✗'
            | '✘'
            | '※'
            | '・'
    )
}
