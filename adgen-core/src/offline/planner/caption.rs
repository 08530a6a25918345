//! The captions: the brief's own sentences and clauses first, each in the scene where it works; then a greeting or an
//! invitation that claims nothing. A scene with nothing to say shows the product alone, and nothing is said twice.

use super::{
    draw::{self, Purpose},
    invitation::invitations,
    language,
    measure::{LONGEST, WHOLE, WIDEST, width},
    phrase::{Phrase, Saying, sayings, sentence_case},
};
use crate::{
    project::{Brand, Brief, Role},
    text::{self, primary},
};
use icu_normalizer::ComposingNormalizerBorrowed;

/// Scenes below this many seconds have time for a glance only.
const GLANCE_S: f64 = 2.5;
/// Scenes above it have time for a long sentence.
const LONG_S: f64 = 3.0;

/// Letters that are read in a second, at ease: subtitles have 15 to 20.
const READ_A_SECOND: f64 = 18.0;

/// The captions of an ad.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Captions {
    /// One for each scene, in order; `None` for a scene that needs no words.
    pub(super) list: Vec<Option<String>>,
    /// What somebody should know about them.
    pub(super) note: Option<String>,
}

/// The captions of scenes with these roles and lengths in seconds.
pub(super) fn captions(brief: &Brief, brand: &Brand, seed: u32, scenes: &[(Role, f64)]) -> Captions {
    let language = primary(&brief.language);
    let names = Names::new(brief, brand, &language);
    let slots: Vec<usize> = (0..scenes.len()).filter(|&index| scenes[index].0 != Role::CallToAction).collect();
    let shortest = slots.iter().map(|&index| scenes[index].1).fold(f64::INFINITY, f64::min);
    let longest = slots.iter().map(|&index| scenes[index].1).fold(0.0, f64::max);
    let limit = if shortest < GLANCE_S { WIDEST } else { WHOLE };
    let known = [names.product.clone(), names.brand.clone(), text::shown_name(&brief.product_name)];
    let mut sayings = sayings(&brief.description, &language, limit, &known);
    let most = if longest < LONG_S { WHOLE } else { LONGEST };
    for saying in &mut sayings {
        saying.long = saying.long.take().filter(|phrase| width(&phrase.text) <= most);
        saying.parts.retain(|phrase| width(&phrase.text) <= most);
    }
    let chosen = chosen(pool(&sayings, slots.len(), &names), slots.len(), &names, limit);
    let said = brief.description.chars().any(char::is_alphabetic);
    let note = (said && chosen.is_empty() && !slots.is_empty()).then(|| {
        format!(
            "the description gives no caption: every sentence of it, read in {:?}, is wider than {most} letters and cannot be \
             divided, or is left out, as those with footnotes and what speaks to the agency; write shorter sentences, or \
             the scenes' captions",
            brief.language
        )
    });
    let mut list = vec![None; scenes.len()];
    place(chosen, scenes, &slots, limit, &mut list);
    own_words(&names, &language, seed, scenes, &mut list);
    for index in (0..scenes.len()).filter(|&index| scenes[index].0 == Role::CallToAction) {
        list[index] = names.closing(&list);
    }
    Captions { list, note }
}

/// The names of product and brand as they may stand on screen.
struct Names {
    product: String,
    /// Empty where it is part of the product's name, or the product's of it.
    maker: String,
    brand: String,
    /// The product's has no capital: "oat & honey granola".
    is_common: bool,
}

impl Names {
    fn new(brief: &Brief, brand: &Brand, language: &str) -> Self {
        let line = text::shown_name(&brief.product_name);
        let product = short(&line, language);
        let brand = short(&text::shown_name(&brand.name), language);
        let (low, other) = (folded(&product), folded(&brand));
        let apart = !low.contains(&other) && !other.contains(&low);
        let maker = if apart { brand.clone() } else { String::new() };
        Self { product, maker, brand, is_common: !line.chars().any(char::is_uppercase) }
    }

    /// How often the product's name stands in `text`, 0 or 1.
    fn in_text(&self, text: &str) -> bool {
        !self.product.is_empty() && folded(text).contains(&folded(&self.product))
    }

    /// Whether a phrase is nothing but a name.
    fn is(&self, text: &str) -> bool {
        let bare = text.trim_end_matches(|c: char| !c.is_alphanumeric() && c != ')');
        same(bare, &self.product) || same(bare, &self.brand)
    }

    /// The last scene's words: the product's name, unless it was said; then the brand's.
    fn closing(&self, list: &[Option<String>]) -> Option<String> {
        let said = list.iter().flatten().filter(|caption| self.in_text(caption)).count();
        let name = match said {
            0 => &self.product,
            _ if !self.maker.is_empty() => &self.maker,
            1 => &self.product,
            _ => return None,
        };
        let new = !name.is_empty() && !list.iter().flatten().any(|caption| same(caption, name));
        new.then(|| name.clone())
    }
}

/// What the brief says, as phrases: sentences where they are enough for `slots` scenes, else the parts of those that have
/// some.
fn pool(sayings: &[Saying], slots: usize, names: &Names) -> Vec<Phrase> {
    let mut groups: Vec<Vec<Phrase>> = sayings
        .iter()
        .map(|saying| {
            let whole = saying.whole.iter().cloned();
            match (&saying.whole, &saying.long) {
                (Some(_), _) => whole.collect(),
                (None, Some(long)) if !saying.is_divided() => vec![long.clone()],
                (None, _) => saying.parts.clone(),
            }
        })
        .collect();
    let count = |groups: &[Vec<Phrase>]| distinct(groups, names).len();
    for (index, saying) in sayings.iter().enumerate() {
        if saying.whole.is_some() && saying.is_divided() && count(&groups) < slots {
            groups[index].clone_from(&saying.parts);
        }
    }
    distinct(&groups, names)
}

/// Every phrase once, without those that are names.
fn distinct(groups: &[Vec<Phrase>], names: &Names) -> Vec<Phrase> {
    let mut all: Vec<Phrase> = Vec::new();
    for phrase in groups.iter().flatten().filter(|phrase| !names.is(&phrase.text)) {
        if !all.iter().any(|known| same(bare(&known.text), bare(&phrase.text))) {
            all.push(phrase.clone());
        }
    }
    all
}

/// The best phrases, as many as there are scenes, in the brief's order. One that says nearly what another says, or the
/// product's name once more, comes after the others, but before any word that is not the brief's.
fn chosen(pool: Vec<Phrase>, slots: usize, names: &Names, limit: usize) -> Vec<Phrase> {
    const REPEATED: i32 = 30;
    let mut taken: Vec<usize> = Vec::new();
    while taken.len() < slots {
        let named = taken.iter().filter(|&&index| names.in_text(&pool[index].text)).count();
        let worth = |index: usize| {
            let phrase = &pool[index];
            let alike = taken.iter().any(|&other| alike(&pool[other].text, &phrase.text));
            let again = names.in_text(&phrase.text) && named > 0;
            // What is too long for a glance is better than nothing.
            let long = width(&phrase.text) > limit;
            let asked = taken.iter().any(|&other| pool[other].question);
            phrase.worth + if phrase.question && !asked { 10 } else { 0 }
                - if long { REPEATED / 3 } else { 0 }
                - if alike || again { REPEATED } else { 0 }
                - if within(&phrase.text, &names.product) { REPEATED / 2 } else { 0 }
        };
        let open = (0..pool.len()).filter(|index| !taken.contains(index));
        // Twice is enough: three times the name is no ad.
        let open = open.filter(|&index| named < 2 || !names.in_text(&pool[index].text));
        let Some(best) = open.min_by_key(|&index| (-worth(index), index)) else { break };
        taken.push(best);
    }
    taken.sort_unstable();
    let keep = |(index, phrase)| taken.contains(&index).then_some(phrase);
    pool.into_iter().enumerate().filter_map(keep).collect()
}

/// Puts phrases into scenes in the brief's order, for one may lead to the next. With fewer phrases than scenes the one that
/// presents the product is the first to do without.
fn place(chosen: Vec<Phrase>, scenes: &[(Role, f64)], slots: &[usize], limit: usize, list: &mut [Option<String>]) {
    let need = |role: Role| match role {
        Role::Hook => 0,
        Role::Benefit => 1,
        Role::Proof => 2,
        Role::Showcase | Role::CallToAction => 3,
    };
    let mut open = slots.to_vec();
    open.sort_by_key(|&index| (need(scenes[index].0), index));
    open.truncate(chosen.len());
    open.sort_unstable();
    let mut order = chosen;
    // A long sentence needs a long scene: the longest, where its own is too short to read it.
    let longest = (0..open.len()).max_by(|&a, &b| scenes[open[a]].1.total_cmp(&scenes[open[b]].1));
    let longer = |phrase: &Phrase| width(&phrase.text) > limit;
    let hurried = |at: usize| {
        let seconds = open.get(at).map_or(0.0, |&index| scenes[index].1);
        width(&order[at].text) as f64 > seconds * READ_A_SECOND
    };
    let one = order.iter().filter(|phrase| longer(phrase)).count() == 1;
    let long = order.iter().position(longer).filter(|&at| one && hurried(at));
    if let (Some(long), Some(to)) = (long, longest) {
        let phrase = order.remove(long);
        order.insert(to.min(order.len()), phrase);
    }
    for (index, phrase) in open.into_iter().zip(order) {
        list[index] = Some(phrase.text);
    }
}

/// A greeting where the brief says nothing at all, and an invitation to look at the product where it is presented.
fn own_words(names: &Names, language: &str, seed: u32, scenes: &[(Role, f64)], list: &mut [Option<String>]) {
    let own = invitations(language);
    let empty = list.iter().all(Option::is_none);
    let slot = |role: Role, list: &[Option<String>]| {
        (0..scenes.len()).find(|&index| scenes[index].0 == role && list[index].is_none())
    };
    if let Some(index) = slot(Role::Hook, list).filter(|_| empty && !names.product.is_empty()) {
        let greetings = own.map_or(&[][..], |own| if names.is_common { own.common } else { own.greetings });
        let name = if names.is_common { names.product.to_lowercase() } else { names.product.clone() };
        let greetings: Vec<String> = greetings.iter().map(|greeting| greeting.replace("{name}", &name)).collect();
        let greetings: Vec<&String> = greetings.iter().filter(|greeting| width(greeting) <= WIDEST).collect();
        let greeting = draw::pick(seed, Purpose::Hook, &greetings).map(|greeting| (*greeting).clone());
        // The name alone opens an ad that the brand's closes.
        list[index] = greeting.or_else(|| (!names.maker.is_empty()).then(|| names.product.clone()));
    }
    if let (Some(index), Some(own)) = (slot(Role::Showcase, list), own) {
        list[index] = draw::pick(seed, Purpose::Line, own.looks).map(|look| (*look).to_owned());
    }
}

/// A name on one line. A long one ends between words; a single word stays whole.
fn short(text: &str, language: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let fits = |count: &usize| width(&words[..*count].join(" ")) <= WIDEST;
    let mut count = (1..=words.len()).rev().find(fits).unwrap_or(1);
    while count < words.len() && count > 1 && language::hangs(language, words[count - 1]) {
        count -= 1;
    }
    let text = words[..count].join(" ");
    let cut = count < words.len();
    let text = if cut { text.trim_end_matches(|c: char| !c.is_alphanumeric() && c != ')').to_owned() } else { text };
    if text.chars().any(char::is_uppercase) { text } else { sentence_case(&text, language) }
}

fn bare(text: &str) -> &str {
    text.trim_end_matches(['.', '!', '。', '！', '।'])
}

fn same(a: &str, b: &str) -> bool {
    folded(a) == folded(b)
}

/// However the letters are composed, and whatever their case.
fn folded(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfkc().normalize(&text.to_lowercase()).into_owned()
}

/// Whether two captions say the same: more than half of the shorter one's telling words stand in the other.
fn alike(a: &str, b: &str) -> bool {
    let (a_words, b_words) = (telling(a), telling(b));
    let (few, many) = if a_words.len() <= b_words.len() { (&a_words, &b_words) } else { (&b_words, &a_words) };
    same(a, b) || shared(few, many) * 2 > few.len()
}

/// Whether most of what `text` tells stands in `name`.
fn within(text: &str, name: &str) -> bool {
    let words = telling(text);
    shared(&words, &telling(name)) * 2 > words.len()
}

fn shared(few: &[String], many: &[String]) -> usize {
    few.iter().filter(|word| many.contains(word)).count()
}

/// The longer words by their first letters, so that "keep" and "keeps" are one.
fn telling(text: &str) -> Vec<String> {
    let text = folded(text);
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 3);
    words.map(|word| word.chars().take(5).collect()).collect()
}

#[cfg(test)]
#[path = "caption_tests.rs"]
mod tests;
