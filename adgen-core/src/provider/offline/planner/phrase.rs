//! What a brief says, as captions: whole sentences where they fit, else their clauses, in its own words.

use super::{
    clause::{clauses, is_order, is_verb},
    conjunction::without_end,
    language::{benefits, hangs, proofs},
    mark::{whole_pairs, with_fixed_blanks},
    measure::{LONGEST, WIDEST, is_wide, width},
    reading::{is_picture, lines},
    sentence::{Sentence, asks, is_greek_question, sentences},
};

/// A phrase that could be a caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) text: String,
    /// How good it is; comparable within one brief.
    pub(super) worth: i32,
    /// How much it proves; 0 for nothing.
    pub(super) proof: i32,
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

/// Everything that `text` says, in its order. `limit` is the width of the widest whole sentence that fits.
pub(super) fn sayings(text: &str, language: &str, limit: usize) -> Vec<Saying> {
    let mut sayings: Vec<Saying> = Vec::new();
    for line in lines(text) {
        for sentence in sentences(&line.text, language) {
            let text = sentence.whole();
            // "50 % less*": the star leads to a condition that the caption would leave out.
            // What leads to a list says nothing without it: "Comes with:".
            let leads = text.trim_end().ends_with([':', '：']);
            if leads || is_order(&text, language) || has_footnote(&text) {
                continue;
            }
            let rank = Rank { early: 3 - i32::try_from(sayings.len().min(3)).unwrap_or(3), heading: line.heading };
            let said = |text: &str| rank.phrase(finished(text, language)?, sentence.question, language);
            let fits = |phrase: &Phrase, limit: usize| width(&phrase.text) <= limit;
            let all = said(&text);
            let whole = all.clone().filter(|phrase| fits(phrase, limit));
            let mut parts = parts(&sentence, language, limit, rank);
            if parts.is_empty() && all.as_ref().is_some_and(|phrase| !fits(phrase, LONGEST)) {
                parts = self::parts(&sentence, language, LONGEST, rank);
            }
            let long = all.filter(|phrase| whole.is_none() && fits(phrase, LONGEST));
            if whole.is_some() || long.is_some() || !parts.is_empty() {
                sayings.push(Saying { whole, parts, long });
            }
        }
    }
    sayings
}

fn parts(sentence: &Sentence, language: &str, limit: usize, rank: Rank) -> Vec<Phrase> {
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
                let clauses: Vec<Phrase> = clauses(bare(piece), language, limit).iter().filter_map(clause).collect();
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
        if letters < 2 {
            return None;
        }
        let (promises, proof) = (small(benefits(language, &text).min(3)), small(proofs(language, &text)));
        let (words, wide) = (text.split(' ').count(), width(&text));
        let length = if (12..=WIDEST).contains(&wide) { 3 } else { 0 } - if words < 2 && wide < 8 { 6 } else { 0 };
        let verb = language == "en" && text.split(' ').next().is_some_and(is_verb);
        let address = ["://", "www.", "@"].iter().any(|mark| text.contains(mark));
        let less = if self.heading { 6 } else { 0 } + if address { 8 } else { 0 };
        let worth = self.early + length + 2 * promises + if verb { 4 } else { 0 } - less;
        Some(Phrase { text, worth, proof, question })
    }
}

fn small(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn has_footnote(text: &str) -> bool {
    let star = |c: char| matches!(c, '*' | '†' | '‡');
    let mut marks = text.match_indices(star);
    text.starts_with(star)
        || marks.any(|(at, mark)| {
            let before = text[..at].chars().next_back();
            let after = text[at + mark.len()..].chars().next();
            before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '%' | '!' | '.' | ')'))
                && after.is_none_or(|c| !c.is_alphanumeric())
        })
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
    } else {
        let joint =
            |word: &&str| super::language::conjunctions(language).iter().any(|and| and.trim() == word.to_lowercase());
        while words.len() > 2 && words.first().is_some_and(joint) {
            words.remove(0);
        }
    }
    while words.len() > 1
        && words.last().is_some_and(|word| !word.chars().any(char::is_alphanumeric) || hangs(language, word))
    {
        words.pop();
    }
    let joined = words.join(" ");
    let text = whole_pairs(bare(joined.trim_start_matches(|c: char| begins_nothing(c))));
    let text = without_end(&text, language).to_owned();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let enough = letters >= if text.chars().any(is_wide) { 2 } else { 4 };
    (enough && width(&text) <= limit).then(|| sentence_case(&text, language))
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

/// A capital first, and nothing shouted.
pub(super) fn sentence_case(text: &str, language: &str) -> String {
    let (upper, lower) =
        (text.chars().filter(|c| c.is_uppercase()).count(), text.chars().filter(|c| c.is_lowercase()).count());
    let shouted = upper > 10 && upper > lower * 3;
    let quiet = |word: &str| match word.chars().any(|c| c.is_numeric() || c == '-') {
        // "USB-C" and "IP67" are no shouting.
        true => word.to_owned(),
        false => word.to_lowercase(),
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
        (Some(first), _) if first.is_lowercase() => first.to_uppercase().chain(rest).collect(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wholes(text: &str, language: &str) -> Vec<String> {
        sayings(text, language, 60).into_iter().filter_map(|saying| saying.whole).map(|phrase| phrase.text).collect()
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
        assert_eq!(wholes("Κρύο; Ναι. Ζεστό\u{37E} Καλό;", "el"), ["Κρύο;", "Ναι.", "Ζεστό;", "Καλό;"]);
        assert_eq!(
            wholes("Chaud ? Très léger ! Doux\u{A0}!! Fin!", "fr"),
            ["Chaud\u{202F}?", "Très léger\u{202F}!", "Doux\u{202F}!", "Fin!"]
        );
        assert_eq!(wholes("¿Frío? ¡Sí! Caliente;", "es"), ["¿Frío?", "¡Sí!", "Caliente"]);
        assert!(sayings("Κρύο; Ζεστό;", "el", 60).iter().all(|saying| saying.parts.is_empty()));
        // Whatever language the brief says it is in.
        assert_eq!(wholes("Κρύο; Ζεστό\u{37E} With β; soft", "en"), ["Κρύο;", "Ζεστό;", "With β", "Soft"]);
        assert_eq!(wholes("هل هو بارد؟! دافئ.", "ar"), ["هل هو بارد؟", "دافئ."]);
        assert_eq!(wholes("ቀዝቃዛ ነው፧ ሙቀት ይጠብቃል።", "am"), ["ቀዝቃዛ ነው፧", "ሙቀት ይጠብቃል።"]);
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
            let phrase = sayings(text, language, 60).remove(0).whole.expect("a phrase");
            assert!(phrase.question, "{text}");
        }
        // No part of what asks is a claim.
        let text =
            "It keeps the heat of your coffee (why not of your tea?), it folds flat, it weighs next to nothing at all.";
        assert!(sayings(text, "en", 60).iter().all(|saying| saying.parts.is_empty()));
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
        assert_eq!(sentence_case("WHITENS TEETH WITH USB-C FAST", "en"), "Whitens teeth with USB-C fast");
        assert_eq!(sentence_case("rosso.example", "en"), "rosso.example");
    }

    #[test]
    fn long_sentences_are_shown_in_parts_or_whole() {
        let text = "It visibly reduces fine lines in four weeks, softens the skin and restores its glow overnight.";
        let saying = &sayings(text, "en", 60)[0];
        assert_eq!(saying.whole, None);
        assert_eq!(saying.parts[0].text, "Visibly reduces fine lines in four weeks");
        let text = "Never leaks, breaks or fades, whatever the weather may bring on the way to work.";
        let saying = &sayings(text, "en", 60)[0];
        assert_eq!((&saying.whole, saying.parts.len()), (&None, 0));
        assert_eq!(saying.long.as_ref().map(|phrase| phrase.text.as_str()), Some(text));
    }
}
