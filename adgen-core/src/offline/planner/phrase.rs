//! What a brief says, as captions: whole sentences where they fit, else their clauses, in its own words.

use super::{
    clause::{clauses, is_order, is_verb},
    conjunction::without_end,
    denial::denies_list,
    language::{benefits, hangs},
    mark::{whole_pairs, with_fixed_blanks},
    measure::{LONGEST, WIDEST, is_wide, width},
    script::language_of,
    sentence::{Sentence, asks, is_greek_question, sentences},
    word_list::holds,
    wrapping::unwrapped,
};
use crate::text::{Line, is_picture, lines};

/// A phrase that could be a caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) text: String,
    /// How good it is; comparable within one brief.
    pub(super) worth: i32,
    /// It was a question in the brief.
    pub(super) question: bool,
}

/// A sentence of the brief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Saying {
    /// All of it, where it fits.
    pub(super) whole: Option<Phrase>,
    /// What it says in parts, each of which is true alone.
    pub(super) parts: Vec<Phrase>,
    /// All of it where it is longer than one likes.
    pub(super) long: Option<Phrase>,
}

impl Saying {
    /// Whether the parts say all that the sentence says, but for the words between them.
    pub(super) fn is_divided(&self) -> bool {
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        let parts: usize = self.parts.iter().map(|part| letters(&part.text)).sum();
        let all = self.whole.as_ref().or(self.long.as_ref()).map_or(0, |phrase| letters(&phrase.text));
        self.parts.len() >= 2 && parts * 10 >= all * 8
    }
}

/// English words that lead into a clause and say nothing at a caption's start.
const LEADS: &[&str] = &[
    "and", "so", "that", "which", "because", "it", "it's", "it’s", "they", "also", "plus", "who", "this", "is", "are",
];

/// A sentence and where it stands.
struct Said<'a> {
    sentence: Sentence,
    heading: bool,
    /// What it is read in.
    language: &'a str,
}

/// The sentences of a text. What takes back a part of the one before it stays with it, also on a line of its own; items of what
/// is denied are none.
fn said<'a>(text: &str, tag: &'a str) -> Vec<Said<'a>> {
    let mut all: Vec<Said> = Vec::new();
    for Line { text, heading, item, lead } in unwrapped(lines(text), tag) {
        let language = language_of(tag, &text);
        if lead.is_some_and(|lead| denies_list(language_of(tag, &lead), &lead)) {
            continue;
        }
        for (index, sentence) in sentences(&text, language).into_iter().enumerate() {
            match all.last_mut().filter(|last| index == 0 && sentence.goes_back_to(&last.sentence, language, item)) {
                Some(last) => last.sentence = last.sentence.with(&sentence),
                None => all.push(Said { sentence, heading, language }),
            }
        }
    }
    all
}

/// Everything that `text` says, in its order. `limit` is the width of the widest whole sentence that fits; `names` are those of
/// product and brand.
pub(super) fn sayings(text: &str, language: &str, limit: usize, names: &[String]) -> Vec<Saying> {
    let mut sayings: Vec<Saying> = Vec::new();
    for Said { sentence, heading, language } in said(text, language) {
        let text = sentence.whole();
        // "50 % less*": the star leads to a condition that the caption would leave out.
        // What leads to a list says nothing without it: "Comes with:".
        let leads = text.trim_end().ends_with([':', '：']);
        if leads || is_order(&text, language) || has_footnote(&text) {
            continue;
        }
        let rank = Rank { early: 3 - i32::try_from(sayings.len().min(3)).unwrap_or(3), heading };
        let said = |text: &str| rank.phrase(finished(text, language)?, sentence.question, language);
        let fits = |phrase: &Phrase, limit: usize| width(&phrase.text) <= limit;
        let all = said(&text);
        let whole = all.clone().filter(|phrase| fits(phrase, limit));
        let mut parts = parts(&sentence, language, limit, names, rank);
        if parts.is_empty() && all.as_ref().is_some_and(|phrase| !fits(phrase, LONGEST)) {
            parts = self::parts(&sentence, language, LONGEST, names, rank);
        }
        let long = all.filter(|phrase| whole.is_none() && fits(phrase, LONGEST));
        if whole.is_some() || long.is_some() || !parts.is_empty() {
            sayings.push(Saying { whole, parts, long });
        }
    }
    sayings
}

fn parts(sentence: &Sentence, language: &str, limit: usize, names: &[String], rank: Rank) -> Vec<Phrase> {
    // A part of a question asks nothing, wherever in the sentence it is asked.
    if sentence.held || sentence.question || sentence.pieces.iter().any(|piece| asks(piece)) {
        return Vec::new();
    }
    let clause = |text: &String| rank.phrase(clause(text, language, limit)?, false, language);
    let mut parts = Vec::new();
    for piece in &sentence.pieces {
        let whole = finished(piece, language).filter(|text| width(text) <= limit && sentence.pieces.len() > 1);
        match whole {
            Some(text) => parts.extend(rank.phrase(text, false, language)),
            None => {
                let clauses: Vec<Phrase> =
                    clauses(bare(piece), language, limit, names).iter().filter_map(clause).collect();
                let long = finished(piece, language).filter(|text| width(text) <= LONGEST && sentence.pieces.len() > 1);
                match (clauses.is_empty(), long) {
                    (true, Some(text)) => parts.extend(rank.phrase(text, false, language)),
                    _ => parts.extend(clauses),
                }
            }
        }
    }
    parts
}

/// What the place of a phrase in the brief is worth.
#[derive(Clone, Copy)]
struct Rank {
    early: i32,
    heading: bool,
}

impl Rank {
    fn phrase(self, text: String, question: bool, language: &str) -> Option<Phrase> {
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let figure = text.chars().any(char::is_numeric) && text.contains(is_unit);
        if letters < 2 && !figure {
            return None;
        }
        let promises = small(benefits(language, &text).min(3));
        let (words, wide) = (text.split(' ').count(), width(&text));
        let length = if (12..=WIDEST).contains(&wide) { 3 } else { 0 } - if words < 2 && wide < 8 { 6 } else { 0 };
        let verb = language == "en" && text.split(' ').next().is_some_and(is_verb);
        let address = ["://", "www.", "@"].iter().any(|mark| text.contains(mark));
        let less = if self.heading { 6 } else { 0 } + if address { 8 } else { 0 };
        let worth = self.early + length + 2 * promises + if verb { 4 } else { 0 } - less;
        Some(Phrase { text, worth, question })
    }
}

fn small(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn has_footnote(text: &str) -> bool {
    let star = |c: char| matches!(c, '*' | '†' | '‡');
    let mut marks = text.match_indices(star);
    text.starts_with(star)
        || text.starts_with(['¹', '²', '³', '⁴', '⁵'])
        || has_numbered_footnote(text)
        || marks.any(|(at, mark)| {
            let before = text[..at].chars().next_back();
            let after = text[at + mark.len()..].chars().next();
            before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '%' | '!' | '.' | ')'))
                && after.is_none_or(|c| !c.is_alphanumeric())
        })
}

/// "50 % less heat lost¹", "germs[1]", "germs (1).": a figure behind a word leads to a note. "30 m²" has none.
fn has_numbered_footnote(text: &str) -> bool {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = text.match_indices(RAISED).any(|(at, _)| {
        let before = text[..at].trim_end_matches(RAISED);
        let letters = before.chars().rev().take_while(|c| c.is_alphabetic()).count();
        letters > 2 || before.ends_with(['%', '.', '!', ',', ')', '"', '”'])
    });
    let number = |inner: &str| {
        let digits = inner.trim_start_matches('^');
        !digits.is_empty() && digits.len() <= 2 && digits.chars().all(|c| c.is_ascii_digit())
    };
    let bracketed = [('[', ']'), ('(', ')')].into_iter().any(|(open, close)| {
        text.match_indices(open).any(|(at, _)| {
            let Some((inner, after)) = text[at + 1..].split_once(close) else { return false };
            // "(2)" before a word counts something, at the end it leads to a note.
            let ends = at == 0 || open == '[' || !after.trim_start().starts_with(char::is_alphanumeric);
            number(inner) && ends
        })
    });
    raised || bracketed
}

/// A sentence as a caption: the author's words and final mark, once, with a capital first. `None` where nothing is left.
fn finished(text: &str, language: &str) -> Option<String> {
    let text = whole_pairs(text.trim_start_matches(|c: char| begins_nothing(c)).trim_end());
    let text = without_end(&text, language);
    // A semicolon ends a Greek question, and begins nothing where it stands elsewhere.
    let greek = text.ends_with([';', '\u{37E}']) && is_greek_question(text, language);
    let text = text.trim_end_matches([',', ';', '\u{37E}', ':', '-', '–', '—', '،', '；', '؛', '、', '，', ' ']);
    let mark = text.chars().next_back()?;
    // "!!!" and "?!" once; an ellipsis is three stops.
    let text = match mark {
        _ if greek => format!("{text};"),
        '!' | '?' | '！' | '？' | '؟' => {
            let blank = |c: char| matches!(c, ' ' | '\u{A0}' | '\u{202F}');
            let bare = text.trim_end_matches(|c| matches!(c, '!' | '?' | '！' | '？' | '؟') || blank(c));
            let question = text[bare.len()..].chars().find(|c| matches!(c, '?' | '？' | '؟'));
            // French sets a narrow blank before the mark; no line may break there.
            let spaced = text[bare.len()..].starts_with(blank) && matches!(mark, '!' | '?');
            format!("{bare}{}{}", if spaced { "\u{202F}" } else { "" }, question.unwrap_or(mark))
        }
        _ => text.to_owned(),
    };
    let text = with_fixed_blanks(&text);
    text.chars().any(char::is_alphanumeric).then(|| sentence_case(text.trim(), language))
}

/// A clause as a caption: no lead-in, no hanging end, no mark, a capital first. `None` where too little is left.
fn clause(text: &str, language: &str, limit: usize) -> Option<String> {
    let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    if language == "en" {
        while words.len() > 2 && words.first().is_some_and(|word| LEADS.contains(&word.to_lowercase().as_str())) {
            words.remove(0);
        }
        if words.len() > 2 && words.first().is_some_and(|word| ["a", "an"].contains(&word.to_lowercase().as_str())) {
            words.remove(0);
        }
    }
    // "30 %" keeps its unit.
    let nothing = |word: &str| !word.chars().any(|c| c.is_alphanumeric() || is_unit(c));
    while words.len() > 1 && words.last().is_some_and(|word| nothing(word) || hangs(language, word)) {
        words.pop();
    }
    let joined = words.join(" ");
    let text = whole_pairs(bare(joined.trim_start_matches(|c: char| begins_nothing(c))));
    let text = without_end(&text, language).to_owned();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let enough = letters >= if text.chars().any(is_wide) { 2 } else { 4 };
    (enough && width(&text) <= limit).then(|| sentence_case(&text, language))
}

/// Signs that a figure needs: per cent, degrees, inches, and the world's money.
fn is_unit(c: char) -> bool {
    matches!(
        c,
        '%' | '‰'
            | '٪'
            | '°'
            | '℃'
            | '℉'
            | '′'
            | '″'
            | '$'
            | '£'
            | '¥'
            | '¢'
            | '€'
            | '₹'
            | '₽'
            | '₩'
            | '₺'
            | '₫'
            | '₪'
            | '฿'
            | '₴'
            | '￥'
    )
}

/// Without the marks at the end.
fn bare(text: &str) -> &str {
    let marks = |c: char| c.is_whitespace() || ".,;:!?…-–—/。，、；：！？،؛؟।։።၊။".contains(c);
    let bare = text.trim_end_matches(marks);
    // "etc." and "Inc." keep theirs.
    let short = bare
        .rsplit(' ')
        .next()
        .is_some_and(|word| word.contains('.') || matches!(word, "etc" | "Inc" | "Ltd" | "Co" | "usw" | "ecc"));
    if short && text[bare.len()..].starts_with('.') { &text[..=bare.len()] } else { bare }
}

/// What stands before a sentence and is none of it.
fn begins_nothing(c: char) -> bool {
    c.is_whitespace() || ",;:!?.…)]}–—/\\=|_~·•。，、；：！？،؛؟".contains(c) || (is_picture(c) && c != '\u{20E3}')
}

fn is_georgian(c: char) -> bool {
    matches!(u32::from(c), 0x10D0..=0x10FF)
}

/// Words that are written in capitals everywhere.
const ACRONYMS: &str = "AC AI BPA CE CD CPU DC DIY DNA DVD EU FDA FSC GOTS GPS GPU HD HDMI HDR IP ISO LA LCD LED LSF LTE NASA NFC NYC OEKO \
                        OLED PC PDF PFAS PVC RAM RFID SPF SSD TSA TV UHD UK UPF US USA USB UV VIP VR WLAN XL XXL XS";

/// A capital first, and nothing shouted.
pub(super) fn sentence_case(text: &str, language: &str) -> String {
    let (upper, lower) =
        (text.chars().filter(|c| c.is_uppercase()).count(), text.chars().filter(|c| c.is_lowercase()).count());
    let shouted = upper > 10 && upper > lower * 3;
    let quiet = |word: &str| {
        // "USB-C" and "IP67" are no shouting.
        let sign = word.chars().any(|c| c.is_numeric() || c == '-');
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if sign || holds(ACRONYMS, bare) { word.to_owned() } else { word.to_lowercase() }
    };
    let text = if shouted { text.split(' ').map(quiet).collect::<Vec<_>>().join(" ") } else { text.to_owned() };
    let first_word = text.split(' ').next().unwrap_or_default();
    // "iPhone", "e.l.f." and "rosso.example" know how they are written.
    if first_word.chars().skip(1).any(char::is_uppercase) || first_word.trim_end_matches(['.', '!', '?']).contains('.')
    {
        return text;
    }
    let mut rest = text.chars();
    match (rest.next(), language) {
        (Some('i'), "tr" | "az") => format!("İ{}", rest.as_str()),
        // Dutch has one letter of two.
        (Some('i'), "nl") if rest.as_str().starts_with('j') => format!("IJ{}", &rest.as_str()[1..]),
        // Georgian capitals are for texts of capitals alone, and "ß" and the digraphs of Croatian begin no capital of one.
        (Some(first), _) if first.is_lowercase() && !is_georgian(first) && first.to_uppercase().count() == 1 => {
            first.to_uppercase().chain(rest).collect()
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wholes(text: &str, language: &str) -> Vec<String> {
        sayings(text, language, 60, &[])
            .into_iter()
            .filter_map(|saying| saying.whole)
            .map(|phrase| phrase.text)
            .collect()
    }

    #[test]
    fn sentences_stay_as_they_were_written() {
        assert_eq!(
            wholes(
                "Keeps its heat for twenty minutes. Glazed by hand. so soft!!! Really?! “Lovely.” (Made in Faenza.)",
                "en"
            ),
            [
                "Keeps its heat for twenty minutes.",
                "Glazed by hand.",
                "So soft!",
                "Really?",
                "“Lovely.”",
                "(Made in Faenza.)"
            ]
        );
        assert_eq!(wholes("Half the weight*. *of the old one\nHot.", "en"), ["Hot."]);
        assert_eq!(wholes("5\" wide. \"Soft.", "en"), ["5\" wide.", "Soft."]);
        assert_eq!(wholes("Works great :) Soft) too.", "en"), ["Works great\u{A0}:) Soft too."]);
    }

    #[test]
    fn questions_and_their_marks_stay() {
        assert_eq!(wholes("Κρύο; Ναι. Ζεστό\u{37E} Καλό;", "el"), ["Κρύο; Ναι.", "Ζεστό;", "Καλό;"]);
        assert_eq!(
            wholes("Chaud ? Très léger ! Doux\u{A0}!! Fin!", "fr"),
            ["Chaud\u{202F}? Très léger\u{202F}!", "Doux\u{202F}!", "Fin!"]
        );
        assert_eq!(wholes("¿Frío? ¡Sí! Caliente;", "es"), ["¿Frío? ¡Sí!", "Caliente"]);
        assert!(sayings("Κρύο; Ζεστό;", "el", 60, &[]).iter().all(|saying| saying.parts.is_empty()));
        // Whatever language the brief says it is in.
        assert_eq!(wholes("Κρύο; Ζεστό\u{37E} With β; soft", "en"), ["Κρύο;", "Ζεστό;", "With β; soft"]);
        assert_eq!(wholes("هل هو بارد؟! دافئ.", "ar"), ["هل هو بارد؟", "دافئ."]);
        assert_eq!(wholes("ቀዝቃዛ ነው፧ ሙቀት ይጠብቃል።", "am"), ["ቀዝቃዛ ነው፧ ሙቀት ይጠብቃል።"]);
        for (text, language) in [
            ("Really?!", "en"),
            ("Cold‽", "en"),
            ("Cold❓", "en"),
            ("Cold?…", "en"),
            ("Ինչո՞ւ է տաք։", "hy"),
            ("هل هو بارد؟", "ar"),
            ("冷吗？！", "zh"),
            ("¿Frío", "es"),
        ] {
            let phrase = sayings(text, language, 60, &[]).remove(0).whole.expect("a phrase");
            assert!(phrase.question, "{text}");
        }
        // No part of what asks is a claim.
        let text =
            "It keeps the heat of your coffee (why not of your tea?), it folds flat, it weighs next to nothing at all.";
        assert!(sayings(text, "en", 60, &[]).iter().all(|saying| saying.parts.is_empty()));
    }

    #[test]
    fn french_blanks_hold_their_marks() {
        assert_eq!(
            wholes("Voici : un café. « Léger ! » dit Anna. Il a dit « oui ».", "fr"),
            ["Voici\u{A0}: un café.", "«\u{A0}Léger\u{202F}!\u{A0}» dit Anna.", "Il a dit «\u{A0}oui\u{A0}»."]
        );
        assert_eq!(
            wholes("»Leicht!« sagt Anna. Das »Beste« hier.", "de"),
            ["»Leicht!« sagt Anna.", "Das »Beste« hier."]
        );
    }

    #[test]
    fn what_leads_to_a_list_is_no_caption() {
        assert_eq!(wholes("Great for tea. Comes with: a) lid, b) spoon.", "en"), ["Great for tea.", "Lid", "Spoon."]);
    }

    #[test]
    fn no_caption_ends_with_a_conjunction() {
        assert_eq!(wholes("- A cup and\n- A lid &", "en"), ["A cup", "A lid"]);
        assert_eq!(wholes("Eine Tasse und", "de"), ["Eine Tasse"]);
        assert_eq!(wholes("แก้วเซรามิกทำมือและ", "th"), ["แก้วเซรามิกทำมือ"]);
        assert_eq!(wholes("In size a) small and b) large.", "en"), ["In size a) small and b) large."]);
    }

    #[test]
    fn captions_are_in_sentence_case() {
        assert_eq!(sentence_case("iPhone case", "en"), "iPhone case");
        assert_eq!(sentence_case("istanbul", "tr"), "İstanbul");
        assert_eq!(sentence_case("ოცი წუთი", "ka"), "ოცი წუთი");
        assert_eq!(sentence_case("ijskoud", "nl"), "IJskoud");
        assert_eq!(sentence_case("ßüß", "de"), "ßüß");
        assert_eq!(sentence_case("BPA FREE AND USB-C CHARGING", "en"), "BPA free and USB-C charging");
        assert_eq!(sentence_case("WHITENS TEETH WITH USB-C FAST", "en"), "Whitens teeth with USB-C fast");
        assert_eq!(sentence_case("rosso.example", "en"), "rosso.example");
    }

    #[test]
    fn long_sentences_are_shown_in_parts_or_whole() {
        let text = "It visibly reduces fine lines in four weeks, softens the skin and restores its glow overnight.";
        let saying = &sayings(text, "en", 60, &[])[0];
        assert_eq!(saying.whole, None);
        assert_eq!(saying.parts[0].text, "Visibly reduces fine lines in four weeks");
        let text = "Never leaks, breaks or fades, whatever the weather may bring on the way to work.";
        let saying = &sayings(text, "en", 60, &[])[0];
        assert_eq!((&saying.whole, saying.parts.len()), (&None, 0));
        assert_eq!(saying.long.as_ref().map(|phrase| phrase.text.as_str()), Some(text));
    }
}
