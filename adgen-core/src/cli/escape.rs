//! Text for terminals: what would command a terminal, or turn what is around it round, is shown as its number instead.
//!
//! Names and texts come from documents, file names and services. A terminal takes the control characters of ISO/IEC 6429
//! (C0, DEL, and C1, of which U+009B alone begins a sequence) for commands, and the explicit controls of the bidirectional
//! algorithm (UAX #9) reorder whatever follows them on the line.

use std::borrow::Cow;

/// Whether a terminal must not see this character. Line feeds and tabs are shown as they are.
fn commands(c: char) -> bool {
    let control = c.is_control() && !matches!(c, '\n' | '\t');
    let bidirectional = matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let separator = matches!(c, '\u{2028}' | '\u{2029}');
    control || bidirectional || separator
}

/// The same text, with `\u{9b}` for U+009B and so on.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    escaped(text, |out, c| match c {
        '\r' => out.push_str("\\r"),
        c => out.extend(c.escape_unicode()),
    })
}

/// The same JSON, with `\u009b` for U+009B and so on: it reads back as the same values.
pub(super) fn json(text: &str) -> Cow<'_, str> {
    // All of them are in the Basic Multilingual Plane.
    escaped(text, |out, c| out.push_str(&format!("\\u{:04x}", u32::from(c))))
}

/// As [`plain`], and every further line is indented, so that no text can pass for a line of ours.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    let text = plain(text);
    match text.contains('\n') {
        true => Cow::Owned(text.replace('\n', "\n  ")),
        false => text,
    }
}

fn escaped(text: &str, escape: impl Fn(&mut String, char)) -> Cow<'_, str> {
    if !text.contains(commands) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match commands(c) {
            true => escape(&mut out, c),
            false => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_commands_a_terminal_gets_through() {
        let evil = "\u{0}a\u{1b}[31m\u{7f}\u{80}\u{9b}2J\u{9f}\u{202a}\u{202e}\u{2066}\u{2069}\u{2028}\u{2029}\r";
        assert_eq!(
            plain(evil),
            "\\u{0}a\\u{1b}[31m\\u{7f}\\u{80}\\u{9b}2J\\u{9f}\\u{202a}\\u{202e}\\u{2066}\\u{2069}\\u{2028}\\u{2029}\\r"
        );
        for c in (0..=0x2100).filter_map(char::from_u32).filter(|&c| commands(c)) {
            assert!(!plain(&c.to_string()).contains(c), "U+{:04X} gets through", u32::from(c));
        }
    }

    #[test]
    fn what_people_write_stays() {
        for text in
            ["żółć 🍋", "緑茶", "שלום\u{200f}!", "قهوة", "a\tb\nc", "👩\u{200d}🚀", "soft\u{ad}hyphen", "10\u{a0}%"]
        {
            assert!(matches!(plain(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    #[test]
    fn json_reads_back_as_the_same() {
        let value = serde_json::json!({ "a\u{9b}": ["\u{1b}[0m \u{85} \u{202e}x\u{2066}\r\n", 1.5] });
        for text in [value.to_string(), serde_json::to_string_pretty(&value).expect("is JSON")] {
            let shown = json(&text);
            assert!(!shown.contains(commands), "{shown:?}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).expect("is JSON still"), value);
        }
    }

    #[test]
    fn no_text_passes_for_a_line_of_ours() {
        assert_eq!(lines("a\ncompleted after 1 s"), "a\n  completed after 1 s");
        assert_eq!(lines("a\r\nb"), "a\\r\n  b");
    }
}
