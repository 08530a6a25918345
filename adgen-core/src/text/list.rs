//! Lists: signs and numbers before items, whether each stands on a line of its own or all on one.

use super::{
    count,
    picture::{is_bullet, is_no, is_picture},
};

/// Whether a line begins as an item of a list does.
pub(super) fn is_item(line: &str) -> bool {
    dash(line).is_some() || line.starts_with(|c: char| is_bullet(c) || is_picture(c)) || count::begins(line)
}

/// The number with a full stop at which a line begins, behind the signs before it.
pub(super) fn number(line: &str) -> Option<u32> {
    count::first(without_signs(line))
}

/// The items of a line, without those whose sign denies them; the line itself where it is no list. `numbers` are those at which lines of the text begin.
pub(super) fn items(line: &str, numbers: &[u32]) -> Vec<String> {
    let sign = line.trim_start().chars().next();
    let mut denied = vec![sign.is_some_and(is_no)];
    let line = without_signs(line);
    let marks = count::marks(line, numbers);
    let mut items = vec![String::new()];
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        if let Some((_, length)) = marks.list.iter().find(|(start, _)| *start == at) {
            if marks.leads && items.len() == 1 {
                // As "How it works:" does, it says nothing without what follows.
                items[0] = format!("{}:", items[0].trim_end());
            }
            items.push(String::new());
            denied.push(false);
            at += length;
            continue;
        }
        if splits(line, at, c, sign) {
            let bare = items.last().is_some_and(|item| item.trim().is_empty());
            // "❌" and what makes a picture of it are one sign.
            let before = denied.last().copied().unwrap_or(false);
            denied.push(is_no(c) || (bare && before && is_picture(c)));
            items.push(String::new());
        } else {
            items.last_mut().into_iter().for_each(|item| item.push(c));
        }
        at += c.len_utf8();
    }
    items.into_iter().zip(denied).filter(|(_, denied)| !denied).map(|(item, _)| item).collect()
}

/// Whether the sign `c` at `at` stands between two items; `sign` is what the line began with.
fn splits(line: &str, at: usize, c: char, sign: Option<char>) -> bool {
    let before = line[..at].chars().next_back();
    let after = line[at..].chars().nth(1);
    let gap = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || is_picture(c) || is_bullet(c));
    let apart = gap(before) && gap(after);
    match c {
        '|' | '¦' => true,
        '·' => apart,
        '/' | '→' | '»' | '～' | '+' => false,
        // "Rated 5★", "コーヒー・ミル": signs that stand inside of texts part items only where the first began so.
        '✗' | '✘' => gap(before) && sign.is_some_and(|sign| is_bullet(sign) || is_picture(sign)),
        '★' | '☆' | '・' | '※' => sign == Some(c) && gap(before),
        c if is_bullet(c) => true,
        // "I ❤ coffee" is a sentence, "soft 🐶 Safe" are two.
        c if is_picture(c) => !inside(line, at),
        _ => false,
    }
}

/// Without the signs before an item: "- ", "– ", "* ", "• ".
fn without_signs(line: &str) -> &str {
    let line = line.trim();
    let line = dash(line).map_or(line, |length| line[length..].trim_start());
    // "»Leicht!«" is quoted, "» Leicht" is an item.
    let quoted = line.starts_with('»') && !line['»'.len_utf8()..].starts_with(char::is_whitespace);
    if quoted { line } else { line.trim_start_matches(|c: char| c.is_whitespace() || is_bullet(c)) }
}

/// The length of a mark of punctuation at the beginning of a line: "- ", "– ", "* ".
fn dash(line: &str) -> Option<usize> {
    let mut chars = line.char_indices();
    let (_, first) = chars.next()?;
    let (next, second) = chars.next()?;
    if !matches!(first, '-' | '–' | '—' | '*' | '+') || !second.is_whitespace() {
        return None;
    }
    // "+ 20 %" and "- 20 °C" are figures.
    let figure =
        matches!(first, '+' | '-' | '–') && line[next..].trim_start().starts_with(|c: char| c.is_ascii_digit());
    let bullet = first == '-' && figure && line[next..].chars().filter(|c| c.is_alphabetic()).count() > 8;
    (!figure || bullet).then_some(next)
}

/// Whether a picture stands for a word or belongs to a figure: "I ❤️ coffee", "Made with ❤️ in Italy", "5⭐ by users". A small
/// letter goes on behind it, unless pictures part all of a line: "soft on skin ✨ vegan ✨ light".
fn inside(line: &str, at: usize) -> bool {
    let picture = |c: char| c.is_whitespace() || is_picture(c) || c == '\u{200D}';
    let before = line[..at].trim_end_matches(picture);
    let after = line[at..].trim_start_matches(picture);
    let start = before.rfind(|c: char| is_picture(c) || matches!(c, '.' | '!' | '?' | '\n')).map_or(0, |at| at + 1);
    let words = before.get(start..).unwrap_or(before).split_whitespace().count();
    let figure = line[..at].trim_end_matches(is_picture).ends_with(|c: char| c.is_ascii_digit());
    let groups = line.split(|c: char| !picture(c)).filter(|gap| gap.contains(is_picture)).count();
    let small = after.starts_with(char::is_lowercase);
    figure && !after.is_empty() || count::leans(before) || (small && (words <= 1 || groups == 1))
}
