//! Short phrases out of a brief's free text: whole clauses, cut only between words, in any script.

use super::{
    clause::{Clause, clauses, is_verb},
    language::{benefits, conjunctions, hangs, proofs},
};

/// The widest caption, in letters; ideographs and kana are twice as wide.
pub(super) const WIDEST: usize = 42;
/// The most of a text that is read: nobody's tenth paragraph makes a caption.
const READ: usize = 6000;

/// A phrase that could be a caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) text: String,
    /// How good it is as a promise; comparable within one brief.
    pub(super) benefit: i32,
    /// How much it proves; 0 for nothing.
    pub(super) proof: i32,
    /// It was a question or a call in the brief.
    pub(super) question: bool,
    /// It says what the product is, rather than what it does.
    pub(super) naming: bool,
    /// How many of its words stand in the product's name; for the caller to fill in.
    pub(super) echo: i32,
}

/// English words that lead into a clause and say nothing at a caption's start.
const LEADS: &[&str] = &[
    "and", "but", "so", "that", "which", "because", "while", "then", "it", "it's", "they", "also", "plus", "thanks",
    "yet", "or", "who", "this", "is", "are", "comes", "it’s", "they're", "you'll", "with",
];

/// Every phrase of `text`, in its order.
pub(super) fn phrases(text: &str, language: &str) -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = Vec::new();
    for (sentence, question) in sentences(text) {
        for Clause { text: clause, cut, naming } in clauses(&sentence, language) {
            let Some(text) = finished(&clause, language) else { continue };
            if phrases.iter().any(|known| known.text.to_lowercase() == text.to_lowercase()) {
                continue;
            }
            let early = 3 - i32::try_from(phrases.len()).unwrap_or(i32::MAX).min(3);
            let (promises, proof) = (benefits(language, &text), proofs(language, &text));
            let words = text.split(' ').count();
            let wide = width(&text);
            let length = if (12..=36).contains(&wide) { 3 } else { 0 } - if words < 2 && wide < 8 { 6 } else { 0 };
            let verb = language == "en" && starts_with_verb(&text);
            let start = if verb { 4 } else { -3 * i32::from(starts_weakly(&text, language)) };
            phrases.push(Phrase {
                benefit: early + length + 2 * small(promises.min(3)) + start
                    - if cut { 5 } else { 0 }
                    - if cut && unfinished(&text) { 5 } else { 0 },
                proof: small(proof),
                question: question && clause == sentence,
                naming: language == "en" && !verb && (naming || names(&clause)),
                echo: 0,
                text,
            });
        }
    }
    phrases
}

fn small(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn starts_with_verb(text: &str) -> bool {
    text.split(' ').next().is_some_and(|word| is_verb(&word.to_lowercase()))
}

/// "A handmade ceramic cup": an article and no verb.
fn names(clause: &str) -> bool {
    let first = clause.split(' ').next().unwrap_or_default().to_lowercase();
    ["a", "an", "the", "our", "your"].contains(&first.as_str())
}

/// "From the first snow", "Ist antibakteriell": the rest of a sentence rather than one. "No sugar" is none of these.
fn starts_weakly(text: &str, language: &str) -> bool {
    let first = text.split(' ').next().unwrap_or_default().to_lowercase();
    let strong = "no not without every all more most only just ohne mehr sans plus sin más senza più sem mais zonder meer utan bez";
    hangs(language, &first) && !strong.split(' ').any(|word| word == first)
}

/// "Our shell has been designed": a sentence that was cut after its verb, where "ceramic cup" would have stood alone.
fn unfinished(text: &str) -> bool {
    text.split(' ').any(|word| ["has", "have", "been", "is", "are", "was", "were", "can", "will"].contains(&word))
}

/// How wide a text is in letters.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// East Asian wide characters, by block (Unicode Standard Annex 11, coarsely).
fn wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFF60
        | 0x20000..=0x3FFFD)
}

/// One line of words: control characters, emoji and their joiners gone, white space collapsed.
pub(super) fn plain(text: &str) -> String {
    let mut joined = false;
    let blank = |c: char| {
        // A joiner holds an emoji together; in Persian and Hindi it is part of the word.
        let gone = picture(c) || (joined && c == '\u{200D}');
        joined = gone;
        gone || c.is_control() || matches!(c, '*' | '_' | '`' | '~' | '|' | '•' | '·')
    };
    let kept = text.replace(blank, " ");
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Emoji and what belongs to them: text fonts have none, and a box is worse than nothing.
fn picture(c: char) -> bool {
    matches!(u32::from(c), 0x2600..=0x27BF | 0x2B00..=0x2BFF | 0xFE00..=0xFE0F | 0x20E3 | 0x1F000..=0x1FAFF | 0xE0000..=0xE01EF)
}

/// Sentences without their final mark, and whether it was a question mark.
fn sentences(text: &str) -> Vec<(String, bool)> {
    let chars: Vec<char> = text.chars().take(READ).collect();
    let (mut list, mut current) = (Vec::new(), String::new());
    for (index, &c) in chars.iter().enumerate() {
        let next = chars.get(index + 1).copied();
        let gap = next.is_none_or(|next| next.is_whitespace() || next == '"' || next == '”' || picture(next));
        let short = current.rsplit(' ').next().is_some_and(|word| word.chars().count() <= 1 && !current.is_empty());
        let ends = match c {
            // Not in "1.5", and not after an initial or an "e.g".
            '.' => gap && !short,
            '!' | '?' | '؟' => gap,
            ';' | '\n' | '…' | '。' | '！' | '？' | '；' | '؛' | '।' | '•' | '·' | '|' => true,
            c => picture(c),
        };
        if ends {
            list.push((plain(&current), matches!(c, '?' | '？' | '؟')));
            current.clear();
        } else {
            current.push(c);
        }
    }
    list.push((plain(&current), false));
    // Where the reading stopped in the middle of a long text, the last piece is none.
    if chars.len() == READ {
        list.pop();
    }
    list.retain(|(sentence, _)| !sentence.is_empty());
    list
}

/// A clause as a caption: no lead-in, no hanging end, no stray quotes, a capital first. `None` where nothing is left.
fn finished(clause: &str, language: &str) -> Option<String> {
    let mut words: Vec<&str> = clause.split(' ').filter(|word| !word.is_empty()).collect();
    if language == "en" {
        while words.first().is_some_and(|word| LEADS.contains(&word.to_lowercase().as_str())) && words.len() > 2 {
            words.remove(0);
        }
        let article = |word: &&str| ["a", "an"].contains(&word.to_lowercase().as_str());
        if words.len() > 2 && words.first().is_some_and(article) {
            words.remove(0);
        }
    } else {
        let joint = |word: &&str| conjunctions(language).iter().any(|and| and.trim() == word.to_lowercase());
        while words.len() > 2 && words.first().is_some_and(joint) {
            words.remove(0);
        }
    }
    while words.len() > 1 && words.last().is_some_and(|word| !word.chars().any(char::is_alphanumeric)) {
        words.pop();
    }
    let text = tidy(&words.join(" "));
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    // Two ideographs are a phrase, two Latin letters none; and whatever is still too wide has no place to break.
    let enough = letters >= if text.chars().any(wide) { 2 } else { 4 };
    (enough && width(&text) <= WIDEST).then(|| sentence_case(&text, language))
}

/// Without marks around it, and without quotes and brackets that stand alone.
fn tidy(text: &str) -> String {
    let edges = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '.' | ','
                    | ';'
                    | ':'
                    | '!'
                    | '-'
                    | '–'
                    | '—'
                    | '/'
                    | '\\'
                    | '#'
                    | '+'
                    | '"'
                    | '\''
                    | '“'
                    | '”'
                    | '„'
                    | '‘'
                    | '«'
                    | '»'
                    | '>'
                    | '<'
                    | '='
                    | '&'
                    | '('
                    | '['
                    | '{'
                    | '}'
                    | '。'
                    | '，'
                    | '、'
                    | '،'
            )
    };
    let mut text = text.trim_matches(edges).trim_end_matches(|c| c == ')' && !text.contains('(')).to_owned();
    for quote in ['"', '“', '”', '„', '«', '»'] {
        if text.matches(quote).count() % 2 == 1 || (quote != '"' && text.contains(quote)) {
            text = text.replace(quote, "");
        }
    }
    plain(&text)
}

/// A capital first, and nothing shouted.
pub(super) fn sentence_case(text: &str, language: &str) -> String {
    let (upper, lower) =
        (text.chars().filter(|c| c.is_uppercase()).count(), text.chars().filter(|c| c.is_lowercase()).count());
    let text = if upper > 10 && upper > lower * 3 { text.to_lowercase() } else { text.to_owned() };
    let first_word = text.split(' ').next().unwrap_or_default();
    // "iPhone" and "e.l.f." know how they are written.
    if first_word.chars().skip(1).any(char::is_uppercase) || first_word.contains('.') {
        return text;
    }
    let mut rest = text.chars();
    match (rest.next(), language) {
        (Some('i'), "tr" | "az") => format!("İ{}", rest.as_str()),
        (Some(first), _) if first.is_lowercase() => first.to_uppercase().chain(rest).collect(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_end() {
        let found = sentences("It holds 1.5 l. Cold? Yes!  Made by J. Doe… 静かです。軽い！ End");
        let texts: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(texts, ["It holds 1.5 l. Cold", "Yes", "Made by J. Doe", "静かです", "軽い", "End"]);
        assert!(found[0].1 && !found[1].1);
    }

    #[test]
    fn captions_are_plain_and_in_sentence_case() {
        assert_eq!(plain(" a\u{7}b\n👩‍🚀 **c** "), "a b c");
        assert_eq!(tidy("\"Soft\" 'n' light..."), "Soft 'n' light");
        assert_eq!(tidy("5\" wide and (very"), "5 wide and (very");
        assert_eq!(sentence_case("iPhone case", "en"), "iPhone case");
        assert_eq!(sentence_case("istanbul", "tr"), "İstanbul");
        assert_eq!(sentence_case("WHITENS TEETH FAST", "en"), "Whitens teeth fast");
        assert_eq!((width("abc"), width("抹茶")), (3, 4));
    }
}
