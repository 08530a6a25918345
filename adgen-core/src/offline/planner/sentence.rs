//! Where sentences end: by Unicode's rules (UAX #29, `icu_segmenter`), with the languages' own abbreviations, and with what
//! those rules leave open in careless texts.

use super::{
    abbreviation::{Stop, is_vowel, stop},
    back::{Back, back},
    conjunction::{leads, trails},
    denial::denies_members,
    measure::{LONGEST, is_unspaced, is_wide, width},
    restriction::divisible,
};
use icu_segmenter::SentenceSegmenter;

/// A sentence with its own mark at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// More than one where a full stop may be an abbreviation's or the sentence's.
    pub(super) pieces: Vec<String>,
    pub(super) question: bool,
    /// One part of it restricts another: it may be shown whole or not at all.
    pub(super) held: bool,
}

impl Sentence {
    /// All of it.
    pub(super) fn whole(&self) -> String {
        self.pieces.join(" ")
    }

    /// Whether it takes back a part of `before`, the last sentence of the line before; items of a list do where they say so.
    pub(super) fn goes_back_to(&self, before: &Self, language: &str, item: bool) -> bool {
        let text = self.whole();
        match back(language, &text) {
            Back::Restricts => true,
            Back::MayRestrict => !item && width(&before.whole()) + 2 + width(&text) <= LONGEST,
            Back::Not => false,
        }
    }

    /// Both as one that may not be divided.
    pub(super) fn with(&self, next: &Self) -> Self {
        let mut first = self.clone();
        if let Some(last) = first.pieces.last_mut().filter(|last| last.ends_with(char::is_alphanumeric)) {
            last.push('.');
        }
        joined(&[first, next.clone()])
    }
}

/// The sentences of a line. Where a language sets no full stops, its blanks part the pieces of one.
pub(super) fn sentences(line: &str, language: &str) -> Vec<Sentence> {
    let mut sentences = held_together(ended(line, language), language);
    for sentence in &mut sentences {
        let unspaced = |text: &str| text.chars().filter(|&c| is_unspaced(c)).count() * 2 > text.chars().count();
        if !sentence.held && sentence.pieces.iter().any(|piece| unspaced(piece)) {
            sentence.pieces = sentence.pieces.iter().flat_map(|piece| at_blanks(piece, language)).collect();
        } else {
            // An end that may be none parts no limit from what it limits.
            sentence.held |= sentence.pieces.len() > 1 && !divisible(language, &sentence.whole());
        }
    }
    sentences
}

/// What lives by its neighbour stays with it: halves around a semicolon where one of them restricts the other ("Half the
/// price; unless it is sold out"), a sentence that takes back a part of the one before ("Free delivery. Except on Sundays."), and
/// the answer of a question.
fn held_together(ended: Vec<Sentence>, language: &str) -> Vec<Sentence> {
    let mut all: Vec<Sentence> = Vec::new();
    for halves in ended.chunk_by(|half, _| ends_with_semicolon(&half.whole(), language)) {
        let whole = joined(halves);
        let restricted = halves.len() > 1 && !divisible(language, &whole.whole());
        let parts = if restricted { std::slice::from_ref(&whole) } else { halves };
        for part in parts {
            let text = part.whole();
            let answer = |last: &Sentence| is_asked(last, language) && !part.question && is_answer(&text);
            let fits = |last: &Sentence| width(&last.whole()) + 1 + width(&text) <= LONGEST;
            let last = all.last_mut().filter(|last| match back(language, &text) {
                Back::Restricts => true,
                Back::MayRestrict => fits(last) || answer(last),
                Back::Not => answer(last),
            });
            match last {
                Some(last) => *last = joined(&[last.clone(), part.clone()]),
                None => all.push(part.clone()),
            }
        }
    }
    all
}

/// Whether a sentence ends with a question that nobody has answered.
fn is_asked(sentence: &Sentence, language: &str) -> bool {
    let text = sentence.whole();
    let text = text.trim_end_matches(|c: char| closes(c) || c.is_whitespace());
    sentence.question && (text.ends_with(ASKING) || is_greek_question(text, language))
}

/// "Is it dishwasher safe? No.": so short a sentence behind a question answers it.
fn is_answer(text: &str) -> bool {
    text.split_whitespace().count() <= 4 && width(text) <= 24
}

/// One sentence that may not be divided.
fn joined(sentences: &[Sentence]) -> Sentence {
    let text = sentences.iter().map(Sentence::whole).reduce(|mut text, next| {
        // Chinese and Japanese set no blank behind their marks.
        text.push_str(if text.ends_with(is_wide) { "" } else { " " });
        text.push_str(&next);
        text
    });
    Sentence {
        pieces: text.into_iter().collect(),
        question: sentences.iter().any(|sentence| sentence.question),
        held: true,
    }
}

fn ends_with_semicolon(text: &str, language: &str) -> bool {
    let bare = text.trim_end_matches(|c: char| closes(c) || c.is_whitespace());
    bare.ends_with([';', '；', '؛', '⋅', '·']) && !is_greek_question(text, language)
}

/// The pieces between blanks of a text without full stops. A figure, a foreign word or a short piece belongs to the one
/// before it, for a blank stands around figures and between the members of a list too: what follows a word that denies may be
/// what is denied.
fn at_blanks(text: &str, language: &str) -> Vec<String> {
    const SHORT: usize = 10;
    // In Burmese that word stands behind the members.
    if language == "my" && denies_members(text) {
        return vec![text.to_owned()];
    }
    let mut pieces: Vec<String> = Vec::new();
    let mut open = false;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let foreign = !word.chars().any(is_unspaced);
        let short = width(word) < SHORT || leads(word);
        match pieces.last_mut().filter(|_| open || foreign || short) {
            Some(last) => {
                last.push(' ');
                last.push_str(word);
            }
            None => pieces.push(word.to_owned()),
        }
        let hangs = |piece: &String| width(piece) < SHORT || trails(piece) || denies_members(piece);
        open = foreign || pieces.last().is_some_and(hangs);
    }
    pieces
}

fn ended(line: &str, language: &str) -> Vec<Sentence> {
    let segmenter = SentenceSegmenter::new(Default::default());
    let mut ends: Vec<usize> = segmenter.segment_str(line).filter(|&at| at > 0).collect();
    ends.extend(own_ends(line, language));
    ends.sort_unstable();
    ends.dedup();
    let mut sentences: Vec<Sentence> = Vec::new();
    let (mut start, mut open) = (0, false);
    for end in ends {
        // "軽い！「毎朝": a bracket without a blank before it opens what follows.
        let end = if end < line.len() { start.max(line[..end].trim_end_matches(opens).len()) } else { end };
        let end = end + closing_quote(&line[end..]);
        let verdict = if end == line.len() { Some(false) } else { verdict(line, start, end, language) };
        let Some(soft) = verdict else { continue };
        let piece = line[start..end].trim().to_owned();
        start = end;
        if piece.is_empty() {
            continue;
        }
        let question = is_question(&piece, language);
        match sentences.last_mut().filter(|_| open) {
            Some(last) => {
                let few = |text: &str| text.split_whitespace().count() < 3;
                match last.pieces.last_mut().filter(|last| few(last) || few(&piece)) {
                    // "Sold in U.S. | Army stores": too little to be a sentence.
                    Some(last) => *last = format!("{last} {piece}"),
                    None => last.pieces.push(piece),
                }
                last.question |= question;
            }
            None => sentences.push(Sentence { pieces: vec![piece], question, held: false }),
        }
        open = soft;
    }
    sentences
}

/// The length of a French quote's end at the beginning of `text`, which a blank parts from what is quoted: "« Léger ! »".
fn closing_quote(text: &str) -> usize {
    let rest = text.trim_start();
    match rest.strip_prefix('»') {
        Some(after) if !after.starts_with(char::is_alphanumeric) => text.len() - after.len(),
        _ => 0,
    }
}

fn is_question(text: &str, language: &str) -> bool {
    let text = text.trim_end_matches(|c: char| closes(c) || c.is_whitespace());
    // "Really?!", "Cold?…"
    let end = text.trim_end_matches(['!', '！', '.', '…', '?', '？', '؟', ' ', '\u{A0}', '\u{202F}']).len();
    // Armenian sets its mark inside a word, and Spanish opens what a careless author does not close.
    asks(&text[end..]) || text.ends_with(ASKING) || text.contains(['՞', '¿']) || is_greek_question(text, language)
}

/// The marks of questions: Latin, wide, Arabic, Armenian, Ethiopic, Vai, and those of two signs.
const ASKING: [char; 14] = ['?', '？', '؟', '՞', '፧', '\u{37E}', '¿', '⁇', '⁈', '⁉', '‽', '⸮', '﹖', '꘏'];

/// Whether something is asked in `text`.
pub(super) fn asks(text: &str) -> bool {
    text.contains(ASKING)
}

/// Whether a semicolon ends `text` as Greek's mark of questions: behind Greek letters, whatever the brief's language.
pub(super) fn is_greek_question(text: &str, language: &str) -> bool {
    let text = text.trim_end_matches(|c: char| closes(c) || c.is_whitespace());
    let bare = text.trim_end_matches([';', '\u{37E}', ' ', '\u{A0}', '\u{202F}']);
    let greek = |c: char| matches!(u32::from(c), 0x370..=0x3FF | 0x1F00..=0x1FFF);
    // "β;" is no word of Greek.
    let word = bare.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let greek = word.chars().count() > 1 && word.chars().all(greek);
    text.ends_with('\u{37E}') || (text.ends_with(';') && (language == "el" || greek))
}

fn closes(c: char) -> bool {
    matches!(c, '"' | '”' | '“' | '’' | '\'' | '»' | '«' | ')' | ']' | '」' | '』' | '）')
}

fn opens(c: char) -> bool {
    matches!(c, '「' | '『' | '（' | '(' | '[' | '“' | '«' | '¿' | '¡' | '《' | '【')
}

/// Ends that Unicode's rules do not know: semicolons, an ellipsis, Tibetan's and Greek's marks, a full stop before a small
/// letter, before a figure that a small letter follows (its rule SB8), or without a blank behind it.
fn own_ends(line: &str, language: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    for (at, c) in line.char_indices() {
        let end = at + c.len_utf8();
        let after = &line[end..];
        let (blank, next) = (after.starts_with(char::is_whitespace), after.trim_start().chars().next());
        let ends_here = match c {
            ';' | '؛' | '\u{37E}' => blank,
            '；' | '།' | '༎' | '⋅' => true,
            '…' => blank && next.is_some_and(|c| !c.is_lowercase()),
            '.' if blank => match next {
                Some(next) if next.is_lowercase() => is_word(word_before(&line[..at]), 4, language),
                Some(next) if next.is_numeric() => is_word(word_before(&line[..at]), 3, language),
                _ => false,
            },
            '.' => is_glued(&line[..at], after),
            _ => false,
        };
        if ends_here {
            ends.push(end);
        }
    }
    ends
}

fn word_before(text: &str) -> &str {
    text.rsplit(char::is_whitespace).next().unwrap_or_default()
}

/// "glazed by hand. fired twice": whether `word` is one, rather than an abbreviation that nobody listed. Those have fewer
/// letters than `least`, or no vowel.
fn is_word(word: &str, least: usize, language: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let latin = word.chars().all(|c| c.is_alphabetic());
    let vowel = word.to_lowercase().contains(is_vowel);
    letters >= least && latin && vowel && stop(language, "", word, "a") == Stop::Sentence
}

/// "Keeps its heat.Glazed by hand": two words without a blank, and neither an address nor a file.
fn is_glued(before: &str, after: &str) -> bool {
    let word = word_before(before);
    let next: String = after.chars().take_while(|c| c.is_alphabetic()).collect();
    let small = word.len() >= 3 && word.chars().all(|c| c.is_alphabetic()) && word.ends_with(char::is_lowercase);
    let capital = next.starts_with(char::is_uppercase) && next.chars().skip(1).all(char::is_lowercase);
    let goes_on = after[next.len()..].starts_with(|c: char| c.is_whitespace() || c == ',');
    small && capital && goes_on
}

/// Whether the word around `at` is an address.
fn in_address(line: &str, at: usize) -> bool {
    let word = word_before(&line[..at]);
    let rest = line[at..].split(char::is_whitespace).next().unwrap_or_default();
    [word, rest].iter().any(|part| part.contains(['/', '=', '@', '&', '_']) || part.contains("www."))
}

/// Whether the text ends a sentence at `end`: `None` for no, `Some(true)` for perhaps.
fn verdict(line: &str, start: usize, end: usize, language: &str) -> Option<bool> {
    let after = line[end..].trim_start();
    let piece = line[start..end].trim_end();
    let bare = piece.trim_end_matches(closes);
    let bare = if piece.ends_with('»') { bare.trim_end() } else { bare };
    // "“So soft!” she said": a quotation goes on with its speaker.
    let goes_on = after.starts_with(char::is_lowercase)
        || (piece.ends_with(['」', '』']) && !after.starts_with(opens) && !after.is_empty());
    if bare.len() < piece.len() && !piece.ends_with([')', ']', '）']) && goes_on {
        return None;
    }
    // Not in "rosso.example/cup?a=1", but in "Fast?Yes!".
    let blank = line[..end].ends_with(char::is_whitespace) || line[end..].starts_with(char::is_whitespace);
    if !blank && bare.ends_with(['!', '?']) && in_address(line, end) {
        return None;
    }
    // "Trusted by Yahoo! users".
    if bare.ends_with('!') && after.starts_with(char::is_lowercase) {
        return None;
    }
    let Some(text) = bare.strip_suffix('.') else { return Some(false) };
    if !blank && !is_glued(text, after) {
        return None;
    }
    // "…": not in the middle of a thought.
    if text.ends_with('.') {
        return (!after.starts_with(char::is_lowercase)).then_some(false);
    }
    let mut words = text.rsplit(char::is_whitespace);
    let (word, before) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match stop(language, before, word, after) {
        Stop::Word => None,
        Stop::Either => (!after.starts_with(char::is_lowercase)).then_some(true),
        Stop::Sentence => Some(false),
    }
}

#[cfg(test)]
#[path = "sentence_tests.rs"]
mod tests;
