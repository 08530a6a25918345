//! Lines that were only wrapped: half a sentence may say the opposite of all of it.

use super::{
    language::hangs,
    restriction::{divisible, is_known},
    script::language_of,
};
use crate::text::Line;

/// `lines` with those joined that are one sentence.
pub(super) fn unwrapped(lines: Vec<Line>, tag: &str) -> Vec<Line> {
    let mut all: Vec<Line> = Vec::new();
    let mut lines = lines.into_iter().peekable();
    while let Some(line) = lines.next() {
        let rest: Vec<&Line> = std::iter::once(&line).chain(lines.peek()).collect();
        let ends_soon = rest.iter().any(|line| is_ended(&line.text));
        match all.last_mut().filter(|before| goes_on(before, &line, ends_soon, tag)) {
            Some(before) => {
                match before.text.strip_suffix('-') {
                    // "bat-" and "ches": the hyphen belongs to the line's end.
                    Some(half) if half.ends_with(char::is_alphabetic) => before.text = half.to_owned(),
                    _ => before.text.push(' '),
                }
                before.text.push_str(&line.text);
            }
            None => all.push(line),
        }
    }
    all
}

/// Whether `next` goes on with the sentence of `before`; `ends_soon`: it or the line behind it ends as sentences do.
fn goes_on(before: &Line, next: &Line, ends_soon: bool, tag: &str) -> bool {
    if before.heading || next.heading || next.item || is_ended(&before.text) {
        return false;
    }
    let language = language_of(tag, &before.text);
    let small = next.text.starts_with(char::is_lowercase);
    if before.text.ends_with('-') {
        return small;
    }
    let last = before.text.split_whitespace().next_back().unwrap_or_default();
    let limits = |text: &str| is_known(language) && !divisible(language, text);
    // "Waterproof for up to", "Safe for children only", "Sie enthält keine".
    let open = hangs(language, last) || limits(last);
    let prose = before.text.starts_with(char::is_uppercase) && before.text.split(' ').count() >= 3 && ends_soon;
    open || (small && (prose || limits(&before.text)))
}

fn is_ended(text: &str) -> bool {
    text.ends_with(['.', '!', '?', ':', ';', '…', '。', '！', '？', '：', '।', '؟', '"', '”', ')'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::lines;

    fn texts(text: &str, language: &str) -> Vec<String> {
        unwrapped(lines(text), language).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn wrapped_lines_are_one() {
        for (language, text, whole) in [
            ("en", "Contains no<br>parabens or sulphates.", "Contains no parabens or sulphates."),
            ("en", "Waterproof for up to\n30 minutes.", "Waterproof for up to 30 minutes."),
            ("en", "Safe for children only\nif they are twelve.", "Safe for children only if they are twelve."),
            ("en", "Do not\n\nmachine wash.", "Do not machine wash."),
            ("en", "The lamp must not be used\nin bathrooms", "The lamp must not be used in bathrooms"),
            ("en", "Poured in small bat-\nches.", "Poured in small batches."),
            (
                "en",
                "This candle burns\nfor 50 hours and\nsmells of fig.",
                "This candle burns for 50 hours and smells of fig.",
            ),
            ("de", "Sie enthält keine\nParabene.", "Sie enthält keine Parabene."),
            ("fr", "Livraison offerte sauf en\nCorse", "Livraison offerte sauf en Corse"),
        ] {
            assert_eq!(texts(text, language), [whole], "{text}");
        }
        for text in
            ["Soft on skin\nVegan\nMade in Ohio", "soft on skin\nvegan\nlight", "Soft.\nlight", "- Soft on\n- skin"]
        {
            assert!(texts(text, "en").len() >= 2, "{text}");
        }
    }
}
