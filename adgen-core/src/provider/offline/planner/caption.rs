//! The captions: the brief's own best phrases, each in the scene where it works, and modest words of our own where the
//! brief has none. Words of our own are English, so in other languages names and the brief's text have to do.

use super::{
    draw::{self, Purpose},
    language,
    phrase::{Phrase, WIDEST, phrases, plain, sentence_case, width},
};
use crate::{
    project::{Brand, Brief, Role},
    provider::offline::look::Mood,
};

/// One caption for each of `roles`, in order; `None` for a scene that needs no words.
pub(super) fn captions(brief: &Brief, brand: &Brand, mood: Mood, seed: u32, roles: &[Role]) -> Vec<Option<String>> {
    let language = language::primary(&brief.language);
    let name = name(&brief.product_name, &language);
    let maker = Some(line(&brand.name))
        .filter(|brand| !brand.is_empty())
        .map_or_else(|| name.clone(), |brand| short(&brand, &language));
    let mut phrases = phrases(&brief.description, &language);
    // What says little more than the name, which is on screen anyway.
    phrases.retain(|phrase| !within(&phrase.text, &name) && !same(&phrase.text, &maker));
    for phrase in &mut phrases {
        let whole = phrase.text.to_lowercase().contains(&name.to_lowercase());
        let words = shared(&telling(&phrase.text), &telling(&name));
        phrase.echo = if whole { ECHO } else { i32::try_from(words).unwrap_or(ECHO) };
    }
    let mut copy = Copy { phrases, used: Vec::new(), english: language == "en", seed };
    let lower = !brief.product_name.chars().any(char::is_uppercase);
    let called = if lower { format!("our {}", name.to_lowercase()) } else { name.clone() };
    let hook = copy.hook(&name, &called, mood);
    // The scenes choose in the order of how much a fitting phrase matters to them.
    let mut captions: Vec<Option<String>> = vec![None; roles.len()];
    let mut named = hook.to_lowercase().contains(&name.to_lowercase());
    for wanted in [Role::Hook, Role::CallToAction, Role::Proof, Role::Benefit, Role::Showcase] {
        for index in (0..roles.len()).filter(|&index| roles[index] == wanted) {
            let caption = match wanted {
                Role::Hook if captions.iter().all(Option::is_none) => Some(hook.clone()),
                Role::CallToAction => Some(maker.clone()),
                Role::Showcase if !named => {
                    named = true;
                    Some(name.clone())
                }
                Role::Showcase => copy.showcase(),
                Role::Proof => copy.proof(),
                Role::Hook | Role::Benefit => copy.benefit(&brief.audience),
            };
            captions[index] = caption;
        }
    }
    captions
}

/// The echo of a phrase that holds the whole name.
const ECHO: i32 = 9;

struct Copy {
    phrases: Vec<Phrase>,
    used: Vec<String>,
    english: bool,
    seed: u32,
}

impl Copy {
    /// A question of the brief, or the product's name, or a line in the ad's mood.
    fn hook(&mut self, name: &str, called: &str, mood: Mood) -> String {
        if let Some(question) = self.take(|phrase| i32::from(phrase.question)) {
            return question;
        }
        let hook = if self.english {
            let mut hooks = vec![
                format!("Meet {called}"),
                format!("Say hello to {called}"),
                format!("This is {called}"),
                name.to_owned(),
            ];
            hooks.extend(mood_lines(mood).iter().map(|line| (*line).to_owned()));
            hooks.retain(|hook| width(hook) <= WIDEST);
            draw::pick(self.seed, Purpose::Hook, &hooks).cloned()
        } else {
            None
        };
        hook.unwrap_or_else(|| name.to_owned())
    }

    fn proof(&mut self) -> Option<String> {
        self.take(|phrase| phrase.proof * 4 + i32::from(phrase.proof > 0) * phrase.benefit / 4)
            .or_else(|| self.own(&["Made with care", "Made to last", "Every detail considered", "Quality you can see"]))
    }

    fn benefit(&mut self, audience: &str) -> Option<String> {
        self.take(|phrase| if phrase.naming { 0 } else { phrase.benefit - 3 * phrase.echo })
            .or_else(|| self.take(|phrase| phrase.benefit))
            .or_else(|| self.for_whom(audience))
            .or_else(|| {
                self.own(&["Made for every day", "Simply good", "A small joy, every day", "You will want to keep it"])
            })
    }

    fn showcase(&mut self) -> Option<String> {
        self.take(|phrase| if phrase.naming && phrase.echo < ECHO { phrase.benefit } else { 0 })
            .or_else(|| self.take(|phrase| phrase.benefit))
            .or_else(|| self.own(&["Take a closer look", "Every detail counts", "From every angle", "Look closer"]))
    }

    /// The phrase with the highest score above 0 that says something new; the earlier one at a tie.
    fn take(&mut self, score: impl Fn(&Phrase) -> i32) -> Option<String> {
        let used = &self.used;
        let new =
            self.phrases.iter().enumerate().filter(|(_, phrase)| !used.iter().any(|other| alike(other, &phrase.text)));
        let scored = new.map(|(index, phrase)| (score(phrase), index)).filter(|(score, _)| *score > 0);
        let (_, index) = scored.min_by_key(|(score, index)| (-score, *index))?;
        let phrase = self.phrases.remove(index);
        let text = if phrase.question {
            format!("{}?", phrase.text.trim_end_matches(['?', '？', '؟']))
        } else {
            phrase.text
        };
        self.used.push(text.clone());
        Some(text)
    }

    /// "Made for coffee lovers", where the audience is that short.
    fn for_whom(&mut self, audience: &str) -> Option<String> {
        let first = plain(audience.split([',', ';', '.', '(', '/']).next().unwrap_or_default());
        let words = first.split(' ').count();
        let plainly = self.english && (1..=4).contains(&words) && !first.chars().any(char::is_numeric);
        let letters = first.chars().filter(|c| c.is_alphabetic()).count() >= 3;
        let line = format!("Made for {}", first.to_lowercase().trim_start_matches("for "));
        (plainly && letters && width(&line) <= WIDEST && !self.used.contains(&line)).then(|| {
            self.used.push(line.clone());
            line
        })
    }

    /// Words of our own.
    fn own(&mut self, lines: &[&str]) -> Option<String> {
        let free: Vec<&&str> = lines.iter().filter(|line| !self.used.iter().any(|used| used == **line)).collect();
        let line = draw::pick(self.seed, Purpose::Line, &free).filter(|_| self.english)?;
        self.used.push((**line).to_string());
        Some((**line).to_string())
    }
}

fn mood_lines(mood: Mood) -> &'static [&'static str] {
    match mood {
        Mood::Calm => &["Take a quiet moment", "Slow down"],
        Mood::Fresh => &["Something fresh", "A fresh start"],
        Mood::Warm => &["Feel at home", "The good kind of warm"],
        Mood::Luxury => &["Less, but better", "For those who notice"],
        Mood::Energetic => &["Ready when you are", "Let's go"],
        Mood::Playful => &["Well, hello there", "Guess who's here"],
        Mood::Tech => &["The next step", "Rethought from the start"],
        Mood::Natural => &["Back to what matters", "As nature meant it"],
    }
}

/// A name on one line. A long one ends between words; a single word stays whole.
fn name(text: &str, language: &str) -> String {
    short(&line(text), language)
}

fn line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

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

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
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
    same(text, name) || shared(&words, &telling(name)) * 2 > words.len()
}

fn shared(few: &[String], many: &[String]) -> usize {
    few.iter().filter(|word| many.contains(word)).count()
}

/// The longer words by their first letters, so that "keep" and "keeps" are one.
fn telling(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 3);
    words.map(|word| word.to_lowercase().chars().take(5).collect()).collect()
}

#[cfg(test)]
#[path = "caption_tests.rs"]
mod tests;
