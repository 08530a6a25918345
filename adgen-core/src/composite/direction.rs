//! The invisible marks that make a line of a longer text read as it would inside of it (Unicode's bidirectional
//! algorithm, UAX #9): each line is shaped alone, but its direction and its open embeddings are the whole text's.

use super::language::{Strong, strong};

const LEFT_MARK: char = '\u{200e}';
const RIGHT_MARK: char = '\u{200f}';
const ARABIC_MARK: char = '\u{61c}';
const POP: char = '\u{202c}';
const POP_ISOLATE: char = '\u{2069}';

/// Begins an isolate that reads from left to right.
const LEFT_ISOLATE: char = '\u{2066}';
/// A telephone number has at least so many digits; fewer with blanks between them are several figures.
const TELEPHONE_DIGITS: usize = 6;

/// A text that reads from right to left, with what reads from left to right all the same kept so: the groups of a telephone
/// number, which the algorithm would put in the order of words, and the signs of a foreign name ("C++", "Rosso™").
pub(super) fn isolated(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let fresh = !out.ends_with(|c: char| c.is_alphanumeric());
        if let Some(length) = telephone(rest).filter(|_| fresh) {
            out.push(LEFT_ISOLATE);
            out.push_str(&rest[..length]);
            out.push(POP_ISOLATE);
            rest = &rest[length..];
            continue;
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
        let sign = |c: char| matches!(c, '+' | '#' | '™' | '®' | '©' | '℠');
        let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || sign(c));
        let name = out.trim_end_matches(sign);
        if sign(c) && ends && name.ends_with(|c| strong(c) == Some(Strong::Left)) {
            out.push(LEFT_MARK);
        }
    }
    out
}

/// The length of a telephone number at the beginning of `text`: "+49 30 123456", "030-123456".
fn telephone(text: &str) -> Option<usize> {
    const BETWEEN: [char; 8] = [' ', '-', '(', ')', '/', '\u{A0}', '\u{2011}', '\u{2013}'];
    let (mut digits, mut end) = (0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '0'..='9' => (digits, end) = (digits + 1, at + 1),
            '+' if at == 0 => {}
            c if digits > 0 && BETWEEN.contains(&c) => {}
            _ => break,
        }
    }
    // One group is one number, which is in order by itself.
    let grouped = text[..end].starts_with('+') || text[..end].contains(BETWEEN);
    (digits >= TELEPHONE_DIGITS && grouped).then_some(end)
}

/// What stands before and after a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) before: String,
    pub(super) after: String,
}

/// The marks of the line that begins at byte `start` and ends at `end` of `text`.
pub(super) fn marks(text: &str, start: usize, end: usize, right_to_left: bool) -> Marks {
    let plain = |c: char| strong(c).is_none_or(|strong| strong == Strong::Left) && !is_explicit(c);
    if !right_to_left && text.chars().all(plain) {
        return Marks::default();
    }
    let mut before = String::new();
    before.push(match (right_to_left, text[..start].chars().rev().find_map(strong)) {
        (false, _) => LEFT_MARK,
        // Numbers after Arabic letters are arranged otherwise: so are those of a line that follows such a letter.
        (true, Some(Strong::Arabic)) => ARABIC_MARK,
        (true, _) => RIGHT_MARK,
    });
    before.extend(open(&text[..start]));
    let after = open(&text[..end]).into_iter().rev().map(|c| if is_isolate(c) { POP_ISOLATE } else { POP }).collect();
    Marks { before, after }
}

/// The embeddings and isolates that are open at the end of `text`, the outermost first.
fn open(text: &str) -> Vec<char> {
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            // A line feed ends a paragraph, and with it everything that is open.
            '\n' => open.clear(),
            POP if open.last().is_some_and(|&last| !is_isolate(last)) => {
                open.pop();
            }
            // It closes nothing.
            POP => {}
            POP_ISOLATE => {
                if let Some(at) = open.iter().rposition(|&last| is_isolate(last)) {
                    open.truncate(at);
                }
            }
            c if is_explicit(c) => open.push(c),
            _ => {}
        }
    }
    open
}

fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2066}'..='\u{2068}')
}

fn is_explicit(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_texts_direction() {
        let text = "Rosso: قهوة 20";
        assert_eq!(marks(text, 0, text.len(), true).before, "\u{200f}");
        let second = text.find("20").unwrap();
        assert_eq!(marks(text, second, text.len(), true).before, "\u{61c}");
        assert_eq!(marks("say שלום", 0, 3, false).before, "\u{200e}");
        assert_eq!(marks("plain text", 0, 5, false), Marks::default());
    }

    #[test]
    fn telephone_numbers_and_foreign_names_are_kept_in_order() {
        for (text, expected) in [
            ("اتصل بنا: +49 30 123456 الآن", "اتصل بنا: \u{2066}+49 30 123456\u{2069} الآن"),
            ("فون: 030-123456", "فون: \u{2066}030-123456\u{2069}"),
            ("C++ و Rosso™ (جديد)", "C++\u{200e} و Rosso™\u{200e} (جديد)"),
            ("20 30 دقيقة، 2024", "20 30 دقيقة، 2024"),
            ("AB123456 7", "AB123456 7"),
        ] {
            assert_eq!(isolated(text), expected);
        }
    }

    #[test]
    fn what_is_open_is_closed_and_opened_again() {
        let text = "a \u{2067}ב ג\u{2069} \u{202b}ד ה\u{202c}";
        let second = text.find('ג').unwrap();
        let first = marks(text, 0, second, false);
        assert_eq!(first.after, "\u{2069}");
        assert_eq!(marks(text, second, text.len(), false).before, "\u{200e}\u{2067}");
        assert_eq!(marks(text, second, text.len(), false).after, "");
    }
}
