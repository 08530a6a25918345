//! Where words may be hyphenated: by their language's patterns (F. M. Liang's method), and never names, addresses or
//! words with capitals inside. Words in capitals are divided as in small letters.

use super::language::Language;
use icu_normalizer::DecomposingNormalizerBorrowed;

/// Shorter words stay whole.
const SHORTEST_WORD: usize = 8;
/// Letters that stay before and after a hyphen, at the least: in large type shorter stumps look like mistakes.
const SHORTEST_PART: usize = 3;

/// Byte offsets in `text` at which a word may be divided with a hyphen, in order.
///
/// `names` are words that stay whole, in any case. A word in which the author put soft hyphens (`soft`, offsets in
/// `text`) is divided there and nowhere else.
pub(super) fn points(text: &str, language: &Language, names: &[String], soft: &[usize]) -> Vec<usize> {
    let Some(patterns) = language.hyphenation() else { return Vec::new() };
    let names: Vec<String> = names.iter().flat_map(|name| words(name).map(|(_, word)| word.to_lowercase())).collect();
    let (left, right) = patterns.bounds();
    let mut points = Vec::new();
    for (token_start, token) in tokens(text) {
        if is_address(token) {
            continue;
        }
        for (start, word) in words(token).map(|(start, word)| (token_start + start, word)) {
            let own = soft.iter().any(|&at| at > start && at < start + word.len());
            if own || is_whole(word) || names.contains(&word.to_lowercase()) {
                continue;
            }
            // Patterns are of small letters; the crate takes capitals for them.
            let parts = hypher::hyphenate_bounded(word, patterns, left.max(SHORTEST_PART), right.max(SHORTEST_PART));
            let parts = whole_syllables(parts);
            let mut at = start;
            for part in &parts[..parts.len().saturating_sub(1)] {
                at += part.len();
                points.push(at);
            }
        }
    }
    points
}

/// The parts that patterns found, without those that cannot be spoken: in long compounds they sometimes leave "sch" alone.
fn whole_syllables<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut whole: Vec<String> = Vec::new();
    for part in parts {
        match whole.last_mut() {
            Some(last) if !is_spoken(part) || !is_spoken(last) => last.push_str(part),
            _ => whole.push(part.to_owned()),
        }
    }
    whole
}

/// Whether it has a vowel, or is in a script of which that is not known here.
fn is_spoken(part: &str) -> bool {
    let plain = DecomposingNormalizerBorrowed::new_nfd().normalize(part).to_lowercase();
    let known = plain.chars().any(|c| c.is_ascii_alphabetic());
    !known || plain.contains(['a', 'e', 'i', 'o', 'u', 'y', 'æ', 'ø', 'œ', 'ı'])
}

/// What stands between spaces.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    pieces(text, |c| !c.is_whitespace())
}

/// Runs of letters, with their marks.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    pieces(text, |c| c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}'))
}

fn pieces(text: &str, inside: impl Fn(char) -> bool) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(&inside)?;
        let end = text[start..].find(|c| !inside(c)).map_or(text.len(), |length| start + length);
        rest = end;
        Some((start, &text[start..end]))
    })
}

/// Addresses, file names and handles: a hyphen would become a part of them.
fn is_address(token: &str) -> bool {
    let inner = token.trim_matches(|c: char| !c.is_alphanumeric());
    token.starts_with(['#', '@']) || inner.contains(['@', '/', '\\', '_', '.', ':'])
}

fn is_whole(word: &str) -> bool {
    // Capitals among small letters: a name such as "PowerBook", or an abbreviation with an ending.
    let mixed = word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    word.chars().count() < SHORTEST_WORD || mixed || word.chars().any(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hyphenated(text: &str, language: &str, names: &[&str]) -> String {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut shown = text.to_owned();
        for &at in points(text, &Language::parse(language), &names, &[]).iter().rev() {
            shown.insert(at, '-');
        }
        shown
    }

    #[test]
    fn compounds_are_divided_between_their_syllables() {
        let word = "Rindfleischetikettierungsüberwachung";
        let shown = hyphenated(word, "de", &[]);
        assert!(shown.contains("Rind-fleisch") && shown.contains("über-wa"), "{shown}");
        assert!(shown.split('-').next().unwrap().len() >= 3 && shown.split('-').next_back().unwrap().len() >= 3);
        let shouted = hyphenated("RINDFLEISCHETIKETTIERUNGSÜBERWACHUNG", "de", &[]);
        assert!(shouted.starts_with("RIND-FLEISCH"), "{shouted}");
        for (small, language) in [
            ("geschwindigkeitsbegrenzung", "de"),
            ("straßenbahnhaltestellen", "de"),
            ("extraordinarily", "en"),
            ("достопримечательности", "ru"),
            ("työpaikkaruokala", "fi"),
        ] {
            let capitals = small.replace('ß', "\u{1e9e}").to_uppercase();
            let shown = hyphenated(&capitals, language, &[]);
            assert!(shown.contains('-') && shown.replace('-', "") == capitals, "{shown}");
        }
        assert_eq!(hyphenated("GESCHWINDIGKEIT", "de", &[]).to_lowercase(), hyphenated("geschwindigkeit", "de", &[]),);
        assert!(hyphenated("selvbetjeningsvaskeri", "nb", &[]).contains('-'));
        assert!(hyphenated("extraordinarily", "en-GB", &[]).contains('-'));
        assert!(hyphenated("достопримечательности", "ru", &[]).contains('-'));
    }

    #[test]
    fn names_and_addresses_stay_whole() {
        for text in [
            "UNICEF",
            "KUNDENzentrum",
            "PowerBookExtraordinary",
            "www.waschmaschinen.example/angebote",
            "service@waschmaschinen.example",
            "#waschmaschinenfest",
            "Kaffee",
            "ab12345678cd",
        ] {
            assert_eq!(hyphenated(text, "de", &[]), text);
        }
        assert_eq!(hyphenated("Kaffeemaschinenwelt", "de", &["Die Kaffeemaschinenwelt"]), "Kaffeemaschinenwelt");
        assert_eq!(hyphenated("KAFFEEMASCHINENWELT", "de", &["Kaffeemaschinenwelt"]), "KAFFEEMASCHINENWELT");
        assert_eq!(hyphenated("Waschmaschinen", "sw", &[]), "Waschmaschinen");
    }
}
