//! Marks of punctuation in captions: pairs are whole, and the blanks that belong to marks hold them.

/// Without brackets and quotes that stand alone, their other half being in another sentence.
pub(super) fn whole_pairs(text: &str) -> String {
    let mut text = text.to_owned();
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{", "}"), ("“", "”"), ("„", "“"), ("«", "»"), ("「", "」"), ("『", "』")]
    {
        // The bracket of "a)" is no half of a pair.
        let half = |text: &str, at: usize, mark: &str| mark != ")" || !is_mark(&text[..at]);
        let count = |mark: &str| text.match_indices(mark).filter(|(at, _)| half(&text, *at, mark)).count();
        // German quotes end with what opens English ones.
        if open == "“" && text.contains('„') || open == "„" && !text.contains('„') {
            continue;
        }
        let closes = count(close) + if open == "„" { count("”") } else { 0 };
        if count(open) != closes {
            for mark in [open, close] {
                let marks = text.match_indices(mark).filter(|(at, _)| half(&text, *at, mark));
                let places: Vec<usize> = marks.map(|(at, _)| at).collect();
                places.iter().rev().for_each(|&at| text.replace_range(at..at + mark.len(), ""));
            }
        }
    }
    // Hebrew abbreviations have one inside: "ד"ר".
    let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let quotes: Vec<usize> = text
        .match_indices('"')
        .map(|(at, _)| at)
        .filter(|&at| !(letter(text[..at].chars().next_back()) && letter(text[at + 1..].chars().next())))
        .collect();
    if let (&[first, ..], 1) = (quotes.as_slice(), quotes.len() % 2) {
        // Inches stay: 5".
        if !text[..first].ends_with(|c: char| c.is_ascii_digit()) {
            quotes.iter().rev().for_each(|&at| text.replace_range(at..=at, ""));
        }
    }
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether the bracket behind a text closes none: behind the letter or figure of "a)", "2)", with no bracket before it.
fn is_mark(before: &str) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    // ":)" closes nothing either.
    if matches!(word, ":" | ";" | ":-" | ";-") {
        return true;
    }
    let counts = |all: fn(char) -> bool| word.chars().all(all) && word.chars().count() <= 3;
    let mark = word.chars().count() == 1 && word.chars().all(char::is_alphanumeric)
        || counts(char::is_numeric)
        || counts(|c| matches!(c, 'i' | 'v' | 'x'));
    mark && !word.is_empty() && !is_open(before)
}

/// Whether a bracket that was opened is still open at the end of a text.
fn is_open(text: &str) -> bool {
    text.rfind('(') > text.rfind(')')
}

/// French sets blanks before its marks and inside its quotes: "Léger : dit « oui »". No line may break there.
pub(super) fn with_fixed_blanks(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let word = |at: Option<&char>| at.is_some_and(|c| !c.is_whitespace());
    let fixed = |(at, &c): (usize, &char)| {
        let (before, mark, after) =
            (at.checked_sub(1).and_then(|at| chars.get(at)), chars.get(at + 1), chars.get(at + 2));
        let closes = matches!(mark, Some('!' | '?' | ':' | ';' | '»'))
            && word(before)
            && !after.is_some_and(|c| c.is_alphanumeric());
        // Where German closes with the same sign, no blank stands before it.
        let apart =
            at.checked_sub(2).and_then(|at| chars.get(at)).is_none_or(|c| !c.is_alphanumeric() && !"!?.".contains(*c));
        let opens = before == Some(&'«') && apart && word(mark);
        match c {
            ' ' if closes && matches!(mark, Some('!' | '?' | ';')) => '\u{202F}',
            ' ' if closes || opens => '\u{A0}',
            c => c,
        }
    };
    chars.iter().enumerate().map(fixed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_pairs_go_and_other_brackets_stay() {
        for (text, expected) in [
            ("Soft) too", "Soft too"),
            ("(Soft", "Soft"),
            ("(made by 2) hands", "(made by 2) hands"),
            ("In size a) small and ii) large", "In size a) small and ii) large"),
            ("Great :) Soft) too", "Great :) Soft too"),
            ("\u{201E}Sehr gut\u{201C}", "\u{201E}Sehr gut\u{201C}"),
            ("\"Soft", "Soft"),
        ] {
            assert_eq!(whole_pairs(text), expected);
        }
    }

    #[test]
    fn blanks_beside_marks_are_fixed() {
        for (text, expected) in [
            ("Voici : un café", "Voici\u{A0}: un café"),
            ("« Léger ! » dit Anna", "«\u{A0}Léger\u{202F}!\u{A0}» dit Anna"),
            ("Il a dit « oui ».", "Il a dit «\u{A0}oui\u{A0}»."),
            ("»Leicht!« sagt Anna, das »Beste« hier", "»Leicht!« sagt Anna, das »Beste« hier"),
            ("3 : 2", "3\u{A0}: 2"),
        ] {
            assert_eq!(with_fixed_blanks(text), expected);
        }
    }
}
