//! The parts of a sentence that can stand alone: split where a new thought begins, never cut.

use super::{
    conjunction::{dangles, is_and},
    language::{conjunctions, hangs},
    measure::width,
    restriction::divisible,
};
use icu_segmenter::WordSegmenter;
use std::ops::Range;

/// English verbs that begin a promise: "keeps your coffee hot".
const VERBS: &str = "keeps gives makes lasts removes helps brings lets fits saves protects cleans delivers turns stays holds charges \
                     offers provides reduces adds blocks cuts soothes nourishes hydrates wakes warms cools folds packs runs works \
                     melts lifts supports adapts cushions absorbs fights restores repels connects locks calms cleanses \
                     strengthens softens brightens heats feels smells tastes grows glides weighs resists withstands wipes dries";
/// English words after which an enumeration's last part says something of all of them: "cotton, wool and silk are woven".
const JOINT_VERBS: &str =
    "is are was were has have had can will do does come comes go goes get gets become meet melt make keep give";
/// English subjects that are not the product: what is said of them is not said of it.
const OTHERS: &str =
    "you your they who what every each some many most others other people competitors nobody everybody i we he she";
/// The starts of English sentences that talk to the agency, not to the viewer.
const ORDERS: &str = "we want,we need,we would,we'd like,i want,i need,i would,please,the ad ,the video,this ad,this video,an ad ,a video,\
                      our target,target audience,target group,the target,audience:,ideally,the tone,tone:,tone of,the mood,mood:,the goal,\
                      aimed at,no stock,the brief,brief:";
/// Starts that may be either, and the words of the trade that tell.
const PERHAPS: &str =
    "make ,create ,avoid ,don't ,do not ,show ,use ,keep ,must ,should ,it should ,it must ,add ,include ";
const TRADE: &str = "ad ads advert video videos clip clips footage voice-over voiceover captions viewer viewers soundtrack storyboard \
                     slow-motion hashtag hashtags cta";
/// What an order may add, and a sentence to the viewer does not.
const ADDED: &str = "music logo animation shots transitions";

pub(super) fn is_verb(word: &str) -> bool {
    holds(VERBS, &word.to_lowercase())
}

fn holds(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

/// Whether a sentence is meant for the agency.
pub(super) fn is_order(sentence: &str, language: &str) -> bool {
    if language != "en" {
        return false;
    }
    let lower = sentence.to_lowercase().replace('’', "'");
    let begins = |list: &str| list.split(',').any(|lead| lower.starts_with(lead));
    let any = |list: &str| lower.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| holds(list, word));
    begins(ORDERS) || (begins(PERHAPS) && any(TRADE)) || (begins("use ,add ,include ") && any(ADDED))
}

/// The parts of a sentence, each with fewer words than it and at most `limit` wide; none where it has to stay whole.
pub(super) fn clauses(sentence: &str, language: &str, limit: usize) -> Vec<String> {
    let address = ["://", "www.", "@"].iter().any(|mark| sentence.contains(mark));
    if address || !divisible(language, sentence) || sentence.contains(['"', '“', '”', '„', '«', '»', '「', '」', '*'])
    {
        return Vec::new();
    }
    let parts = at_marks(sentence);
    if parts.len() > 1 && is_enumeration(&parts, language) {
        return Vec::new();
    }
    let several = parts.len() > 1;
    let mut all = Vec::new();
    for part in parts {
        let text = part.trim();
        if width(text) > limit {
            all.extend(split_long(text, language, limit));
        } else if several {
            all.push(text.to_owned());
        }
    }
    let mut all: Vec<String> = all.iter().map(|part| without_joint(part, language).to_owned()).collect();
    all.retain(|part| stands(part, language));
    all
}

/// Without the conjunction that a part begins with.
fn without_joint<'a>(part: &'a str, language: &str) -> &'a str {
    let Some((first, rest)) = part.split_once(' ') else { return part };
    let lower = first.to_lowercase();
    if is_and(language, &lower) || conjunctions(language).iter().any(|word| word.trim() == lower) { rest } else { part }
}

/// Whether a part says something by itself: it does not begin in the middle of a thought.
fn stands(part: &str, language: &str) -> bool {
    let first = part.split(' ').next().unwrap_or_default().to_lowercase();
    let last = part.split(' ').next_back().unwrap_or_default();
    let leads = "every all more most ohne mehr plus más più mais meer with mit avec con com med met z since seit depuis desde dal dalla \
                 sinds sedan it its this these they you your our the a an der die das ein eine le la les un une el los las lo il gli o os uma de het een en ett";
    // Nor with "e.g." or "d. h.".
    let begins = (!hangs(language, &first) || holds(leads, &first)) && !first.ends_with('.');
    let full = part.split(' ').count() >= 2 || width(part) >= 8;
    begins && full && !hangs(language, last) && !dangles(part, language)
}

/// Whether the parts are the members of one: "cotton, wool and silk are woven by hand".
fn is_enumeration(parts: &[String], language: &str) -> bool {
    let Some(last) = parts.last() else { return false };
    let joint = conjunctions(language).iter().filter(|word| word.trim().chars().all(char::is_alphabetic));
    let found = joint.filter_map(|word| {
        let padded = format!(" {last}");
        padded.find(*word).map(|at| padded[at + word.len()..].to_owned())
    });
    let Some(rest) = found.min_by_key(|rest| std::cmp::Reverse(rest.len())) else { return false };
    if language != "en" {
        return true;
    }
    // "Fits sizes S, M and L".
    if last.split_whitespace().count() <= 4 && !last.split_whitespace().next().is_some_and(is_verb) {
        return true;
    }
    let joint = |text: &str| text.split(' ').any(|word| holds(JOINT_VERBS, &word.to_lowercase()));
    let verb = rest.split(' ').next().is_some_and(is_verb);
    // "Our cups are thrown by hand, and each is glazed" are two sentences.
    let first = parts[..parts.len() - 1].iter().any(|part| joint(part) || part.split(' ').any(is_verb));
    !verb && !first && joint(&rest)
}

/// The parts of a sentence between commas, dashes, colons and brackets.
fn at_marks(sentence: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let chars: Vec<char> = sentence.chars().collect();
    let figure = |at: Option<&char>| at.is_some_and(char::is_ascii_digit);
    let blank = |at: Option<&char>| at.is_none_or(|c| c.is_whitespace());
    // The bracket of "a)" parts nothing.
    let paired = sentence.matches(['(', '（']).count() == sentence.matches([')', '）']).count();
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|at| chars.get(at));
        // Not in "1,000", "10:30" and "5–7".
        let between = figure(before) && figure(chars.get(index + 1));
        let splits = match c {
            ',' | '،' | '，' | '、' | '፣' | '၊' | '：' => !between,
            '(' | ')' | '（' | '）' => !between && paired,
            ':' => !between && blank(chars.get(index + 1)),
            '–' | '—' => !between,
            '-' => blank(before) && blank(chars.get(index + 1)),
            _ => false,
        };
        if splits {
            parts.push(String::new());
        } else {
            parts.last_mut().into_iter().for_each(|part| part.push(c));
        }
    }
    parts.retain(|part| part.chars().any(char::is_alphanumeric));
    parts
}

/// A long part where a new thought begins: "our cup | keeps your coffee hot", "… | and weighs only 290 g".
fn split_long(part: &str, language: &str, limit: usize) -> Vec<String> {
    let english = language == "en";
    // What begins with its verb has no subject to go without.
    let begins = part.split(' ').next().is_some_and(is_verb);
    if english && let Some(at) = verb(part).filter(|_| !begins) {
        let subject = half(&part[..at], language);
        let first = subject.split(' ').next().unwrap_or_default().to_lowercase();
        if holds(OTHERS, &first) || (first == "the" && subject.split(' ').count() > 6) {
            return Vec::new();
        }
        let rest = &part[at..];
        let mut all: Vec<String> = Vec::new();
        let named = without_subject(&subject);
        if named.len() < subject.len() {
            all.push(named.to_owned());
        }
        if width(rest) <= limit {
            all.push(rest.to_owned());
        } else if let Some(cut) = joint(rest, language) {
            all.push(half(&rest[..cut.start], language));
            // "… for 24 hours | and hot for 12" lives by the verb before.
            let second = &rest[cut.end..];
            let first = second.trim_start().split(' ').next().unwrap_or_default();
            if cut.len() == 1 || is_verb(first) {
                all.push(second.to_owned());
            }
        }
        all.retain(|part| width(part) <= limit);
        return all;
    }
    let part = if english { without_subject(part) } else { part };
    if width(part) <= limit {
        return vec![part.to_owned()];
    }
    let Some(cut) = joint(part, language).or_else(|| unspaced_joint(part, language)) else { return Vec::new() };
    let mut all = vec![half(&part[..cut.start], language), half(&part[cut.end..], language)];
    all.retain(|part| width(part) <= limit);
    all
}

/// Where the first verb of a promise stands that is not the first word, with its adverb: "visibly reduces".
fn verb(part: &str) -> Option<usize> {
    let (mut at, mut adverb) = (0, None);
    for (index, word) in part.split(' ').enumerate() {
        if index >= 1 && is_verb(word) {
            return Some(adverb.unwrap_or(at));
        }
        adverb = (index >= 1 && word.ends_with("ly")).then_some(adverb.unwrap_or(at));
        at += word.len() + 1;
    }
    None
}

/// The word at which a long part is two: a conjunction, which goes, or what leads to how it is made, which stays.
fn joint(part: &str, language: &str) -> Option<Range<usize>> {
    let english = language == "en";
    let turns: &[&str] = if english {
        &[" so you ", " thanks to ", " designed to ", " made from ", " made of ", " built to ", " with "]
    } else {
        &[]
    };
    let least = if english { 2 } else { 3 };
    let enough = |text: &str| text.split_whitespace().count() >= least;
    let found =
        conjunctions(language).iter().map(|word| (*word, word.len())).chain(turns.iter().map(|word| (*word, 1)));
    let found = found.filter_map(|(word, gone)| {
        let at = part.find(word).filter(|&at| enough(&part[..at]) && enough(&part[at + word.len()..]))?;
        Some(at..at + gone)
    });
    found.min_by_key(|range| range.start)
}

/// The same in a language that sets no blanks between words: at a conjunction, found by its dictionary or model of words.
fn unspaced_joint(part: &str, language: &str) -> Option<Range<usize>> {
    // Those that go, and those that stay.
    let (gone, kept): (&str, &str) = match language {
        "th" => ("และ แล้ว", "พร้อม เพื่อ โดย ซึ่ง"),
        "lo" => ("ແລະ", "ເພື່ອ ໂດຍ"),
        "km" => ("និង ហើយ", "ដើម្បី ដោយ"),
        _ => return None,
    };
    // A shorter half is a member of an enumeration: "for tea and coffee".
    const LEAST: usize = 14;
    let mut start = 0;
    for end in WordSegmenter::new_lstm(Default::default()).segment_str(part).filter(|&end| end > 0) {
        let word = &part[start..end];
        let cut = if holds(gone, word) { Some(start..end) } else { holds(kept, word).then_some(start..start) };
        if let Some(cut) = cut.filter(|cut| width(&part[..cut.start]) >= LEAST && width(&part[cut.end..]) >= LEAST) {
            return Some(cut);
        }
        start = end;
    }
    None
}

/// A half without the small words at which it was split.
fn half(text: &str, language: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    while words.len() > 1 && words.last().is_some_and(|word| hangs(language, word)) {
        words.pop();
    }
    words.join(" ")
}

/// "HydroFlow is an insulated bottle": the caption stands beside the product, so its name says nothing new.
fn without_subject(part: &str) -> &str {
    let found = [" is a ", " is an ", " are "].iter().filter_map(|verb| Some((part.find(verb)?, verb)));
    let Some((at, verb)) = found.min_by_key(|(at, _)| *at) else { return part };
    let article = verb.trim_end().rfind(' ').filter(|&space| space > 0).map_or(verb.len(), |space| space + 1);
    let (subject, rest) = (&part[..at], &part[at + article..]);
    // A name, or "it" and "this": of anything else it would be said of the product.
    let named =
        subject.split(' ').all(|word| word.starts_with(|c: char| c.is_uppercase() || c.is_numeric()) || word == "the");
    let named = named && !holds(OTHERS, &subject.split(' ').next().unwrap_or_default().to_lowercase());
    if named && subject.split(' ').count() <= 5 && rest.split(' ').count() >= 2 { rest } else { part }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sentence: &str, language: &str) -> Vec<String> {
        clauses(sentence, language, 42)
    }

    #[test]
    fn splits_where_a_new_thought_begins() {
        let long =
            "HydroFlow is an insulated stainless steel bottle that keeps drinks cold for 24 hours and hot for 12";
        assert_eq!(texts(long, "en"), ["an insulated stainless steel bottle", "keeps drinks cold for 24 hours"]);
        let german = "Schont die Messer und ist von Natur aus antibakteriell";
        // "Ist von Natur aus antibakteriell" would be a question.
        assert_eq!(texts(german, "de"), ["Schont die Messer"]);
        assert_eq!(
            texts("It visibly reduces fine lines, softens the skin of the whole face and restores its glow", "en"),
            ["It visibly reduces fine lines", "softens the skin of the whole face", "restores its glow",]
        );
        assert_eq!(
            texts("濃厚なのに後味すっきり、毎朝の一杯に、砂糖ひかえめ、1袋で20杯分の抹茶ラテです", "ja").len(),
            4
        );
        assert_eq!(texts("Weighs 1,290 grams, open 10:30, fits bags of 5–7 l", "en").len(), 3);
    }

    #[test]
    fn what_means_another_thing_alone_stays_whole() {
        for (language, sentence) in [
            ("en", "Cotton, fine wool and raw silk are woven by hand"),
            ("en", "Your skin stays soft and smooth for hours, whatever the weather may bring"),
            ("fr", "Le figuier vert, la bergamote et le cèdre se fondent en un sillage léger"),
            ("en", "“The cup I use every day,” says Anna"),
            ("en", "Order at www.rosso.example, we ship today"),
            ("en", "50 % less heat lost*, dishwasher safe"),
            ("en", "Fits sizes S, M and L"),
            ("sw", "Kikombe cha kauri, kilichotengenezwa kwa mkono"),
        ] {
            assert_eq!(texts(sentence, language), [""; 0], "{sentence}");
        }
    }

    #[test]
    fn what_is_meant_for_the_agency_is_known() {
        for order in
            ["We want a dynamic ad", "Target audience: commuters", "Use warm music", "Don’t show people in the video"]
        {
            assert!(is_order(order, "en"), "{order}");
        }
        for said in ["Use it every day", "Create your own scent", "Keep it simple", "Wir lieben Kaffee"] {
            assert!(!is_order(said, "en"), "{said}");
        }
    }
}
