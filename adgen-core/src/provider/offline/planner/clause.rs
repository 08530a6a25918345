//! A sentence in parts that can stand alone: split where a new thought begins, cut only where nothing else is left.

use super::{
    language::{conjunctions, hangs},
    phrase::{WIDEST, width},
};

/// English verbs that begin a promise: "keeps your coffee hot".
const VERBS: &str = "keeps gives makes lasts removes helps brings lets fits saves protects cleans delivers turns stays holds charges \
                     offers provides reduces adds blocks cuts soothes nourishes hydrates wakes warms cools folds packs runs works \
                     melts lifts supports adapts cushions absorbs fights restores repels connects locks calms cleanses \
                     strengthens softens brightens heats feels smells tastes grows glides weighs resists withstands wipes dries";
/// English clauses that talk to the agency or about the film, not to the viewer.
const META: &[&str] = &[
    "we want",
    "we need",
    "we would",
    "we'd",
    "i want",
    "i need",
    "i would",
    "make a",
    "make an",
    "make it",
    "create ",
    "please",
    "the ad ",
    "the video",
    "this ad",
    "this video",
    "an ad ",
    "a video",
    "our target",
    "target ",
    "the target",
    "audience",
    "avoid",
    "don't",
    "do not",
    "show ",
    "use ",
    "keep it",
    "should",
    "must ",
    "ideally",
    "the tone",
    "tone ",
    "the mood",
    "the goal",
    "aimed at",
    "think ",
    "no stock",
    "the brief",
    "brief:",
];
/// A part of a sentence.
#[derive(Debug)]
pub(super) struct Clause {
    pub(super) text: String,
    /// Its end was left out.
    pub(super) cut: bool,
    /// It stood after "is a".
    pub(super) naming: bool,
}

impl Clause {
    fn whole(text: &str) -> Self {
        Self { text: text.trim().to_owned(), cut: false, naming: false }
    }

    /// A half of a sentence that was split in two: without the small words at which it was.
    fn half(text: &str, language: &str) -> Self {
        let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        while words.len() > 1 && words.last().is_some_and(|word| hangs(language, word)) {
            words.pop();
        }
        Self::whole(&words.join(" "))
    }
}

pub(super) fn is_verb(word: &str) -> bool {
    VERBS.split(' ').any(|verb| verb == word)
}

/// A sentence's clauses: the whole where it is short, else its parts.
pub(super) fn clauses(sentence: &str, language: &str) -> Vec<Clause> {
    let english = language == "en";
    let lower = sentence.to_lowercase();
    let meta = |text: &str| english && META.iter().any(|lead| text.to_lowercase().starts_with(lead));
    if ["http", "www.", "@", "{", "</", "\\"].iter().any(|mark| lower.contains(mark)) || meta(sentence) {
        return Vec::new();
    }
    let several = english && sentence.matches(", ").count() > 1;
    let parts = if width(sentence) <= WIDEST && !several { vec![sentence.to_owned()] } else { at_marks(sentence) };
    let mut all = Vec::new();
    for whole in parts.iter().map(|part| part.trim()) {
        let part = if english { without_subject(whole) } else { whole };
        let before = all.len();
        match and_verb(part).filter(|_| english) {
            Some(at) => {
                fit(&part[..at], language, &mut all);
                fit(&part[at + " and ".len()..], language, &mut all);
            }
            None => fit(part, language, &mut all),
        }
        if let (true, Some(first)) = (part.len() < whole.len(), all.get_mut(before)) {
            first.naming = true;
        }
    }
    all.retain(|part| !meta(&part.text));
    all
}

/// The parts of a sentence between commas, dashes, colons and brackets.
fn at_marks(sentence: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let chars: Vec<char> = sentence.chars().collect();
    let figure = |at: Option<&char>| at.is_some_and(|c| c.is_ascii_digit());
    for (index, &c) in chars.iter().enumerate() {
        // Not in "1,000".
        let between = figure(index.checked_sub(1).and_then(|at| chars.get(at))) && figure(chars.get(index + 1));
        match c {
            ',' | '،' | '，' | '、' | '–' | '—' | '(' | ')' | ':' | '：' if !between => {
                parts.push(String::new())
            }
            c => parts.last_mut().into_iter().for_each(|part| part.push(c)),
        }
    }
    parts
}

/// "HydroFlow is an insulated bottle": the caption stands beside the product, so its name says nothing new.
fn without_subject(part: &str) -> &str {
    let found = [" is a ", " is an ", " is the ", " are "].iter().filter_map(|verb| Some((part.find(verb)?, verb)));
    let Some((at, verb)) = found.min_by_key(|(at, _)| *at) else { return part };
    let article = verb.trim_end().rfind(' ').filter(|&space| space > 0).map_or(verb.len(), |space| space + 1);
    let rest = &part[at + article..];
    if part[..at].split(' ').count() <= 5 && rest.split(' ').count() >= 2 { rest } else { part }
}

/// Where " and " leads to a verb that the words before do not begin with: "breathable and weighs only 290 g".
fn and_verb(part: &str) -> Option<usize> {
    let at = part.find(" and ")?;
    let verb = part[at + " and ".len()..].split(' ').next().is_some_and(|word| is_verb(&word.to_lowercase()));
    let before = part[..at].split(' ').any(|word| is_verb(&word.to_lowercase()));
    (verb && !before).then_some(at)
}

fn fit(part: &str, language: &str, all: &mut Vec<Clause>) {
    match width(part) > WIDEST {
        true => split_long(part, language, all),
        false => all.push(Clause::whole(part)),
    }
}

/// Splits a long clause where a new thought begins.
fn split_long(part: &str, language: &str, all: &mut Vec<Clause>) {
    let english = language == "en";
    let turns: &[&str] = if english {
        &[
            " that ",
            " which ",
            " who ",
            " so you ",
            " thanks to ",
            " designed to ",
            " made from ",
            " made of ",
            " built to ",
            " with ",
        ]
    } else {
        &[]
    };
    // English first looks for the verb: "Our cup | keeps your coffee hot".
    if english {
        let mut at = 0;
        for (index, word) in part.split(' ').enumerate() {
            if index >= 1 && is_verb(&word.to_lowercase()) {
                let (subject, rest) = part.split_at(at);
                all.push(Clause::half(subject, language));
                return half(rest.trim(), language, all);
            }
            at += word.len() + 1;
        }
    }
    let enough = |text: &str| text.split(' ').count() >= if english { 2 } else { 3 };
    let joints = conjunctions(language).iter().chain(turns);
    let found = joints.filter_map(|word| {
        part.find(word).filter(|&at| enough(&part[..at]) && enough(&part[at + word.len()..])).map(|at| (at, *word))
    });
    match found.min_by_key(|(at, _)| *at) {
        Some((at, word)) => {
            let keep = if conjunctions(language).contains(&word) { word.len() } else { 1 };
            half(&part[..at], language, all);
            half(&part[at + keep..], language, all);
        }
        None => beginning(part, language, all),
    }
}

fn half(text: &str, language: &str, all: &mut Vec<Clause>) {
    match width(text) > WIDEST {
        true => beginning(text, language, all),
        false => all.push(Clause::half(text, language)),
    }
}

/// The last resort: the beginning of a clause, up to a conjunction or else a preposition.
fn beginning(part: &str, language: &str, all: &mut Vec<Clause>) {
    let words: Vec<&str> = part.split(' ').collect();
    let joint = |word: &str| conjunctions(language).iter().any(|and| and.trim() == word);
    let ends = |count: &usize| {
        let count = *count;
        count >= 3 && width(&words[..count].join(" ")) <= WIDEST && !hangs(language, words[count - 1])
    };
    // Before the first conjunction that is far enough: what follows it would hang.
    let joined = (1..words.len()).filter(|&count| joint(words[count])).find(|count| ends(count));
    let found = joined
        .or_else(|| (1..words.len()).rev().filter(|&count| hangs(language, words[count])).find(|count| ends(count)));
    all.extend(found.map(|count| Clause { text: words[..count].join(" "), cut: joined.is_none(), naming: false }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sentence: &str, language: &str) -> Vec<String> {
        clauses(sentence, language).into_iter().map(|clause| clause.text).collect()
    }

    #[test]
    fn splits_where_a_new_thought_begins() {
        let long =
            "HydroFlow is an insulated stainless steel bottle that keeps drinks cold for 24 hours and hot for 12";
        assert_eq!(texts(long, "en"), ["an insulated stainless steel bottle", "keeps drinks cold for 24 hours"]);
        assert_eq!(
            texts("It is fully waterproof, breathable and weighs 1,290 grams with everything in it", "en").len(),
            3
        );
        let german = "Schont die Messer und ist von Natur aus antibakteriell";
        assert_eq!(texts(german, "de"), ["Schont die Messer", "ist von Natur aus antibakteriell"]);
        assert_eq!(texts("濃厚なのに後味すっきり、毎朝の一杯に、砂糖不使用、1袋で20杯分の抹茶ラテです", "ja").len(), 4);
    }

    #[test]
    fn what_is_meant_for_the_agency_is_left_out() {
        for sentence in
            ["We want a dynamic ad", "Target audience: commuters", "See www.example.com", "mail a@b.example"]
        {
            assert_eq!(texts(sentence, "en"), [""; 0], "{sentence}");
        }
    }
}
