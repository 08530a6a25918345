//! "And", "or" and "but" in the languages that the planner reads: no caption ends with one, and none is cut beside one.

use super::word_list::holds;

/// Conjunctions that stand between blanks, by primary subtags: those that add, which a part of a sentence may go without, and
/// the others.
const SPACED: &[(&str, &str, &str)] = &[
    ("en", "and", "or but nor"),
    ("de", "und sowie", "oder aber"),
    ("fr", "et", "ou mais ni"),
    ("es", "y e", "o u ni pero"),
    ("ca", "i", "o però"),
    ("gl", "e", "ou pero"),
    ("it", "e ed", "o oppure ma né"),
    ("pt", "e", "ou mas nem"),
    ("ro", "și şi si", "sau dar"),
    ("nl", "en", "of maar"),
    ("sv", "och samt", "eller men"),
    ("da no nb nn", "og samt", "eller men"),
    ("is", "og", "eða en"),
    ("fi", "ja sekä", "tai mutta"),
    ("et", "ja ning", "või"),
    ("lt", "ir bei", "arba"),
    ("lv", "un", "vai"),
    ("pl", "i oraz", "lub albo ale a"),
    ("cs", "a i", "nebo ale"),
    ("sk", "a i", "alebo ale"),
    ("hu", "és", "vagy de"),
    ("hr sr bs", "i te и", "ili ali или али"),
    ("sl", "in ter", "ali"),
    ("ru", "и", "или но а"),
    ("uk", "і й та", "або чи але"),
    ("bg mk", "и", "или но"),
    ("el", "και κι", "ή αλλά"),
    ("tr az", "ve və", "veya ama"),
    ("ar", "و", "أو ثم"),
    ("fa", "و", "یا"),
    ("ur", "اور", "یا"),
    ("he", "", "או אבל"),
    ("hi mr ne", "और तथा एवं आणि र", "या किंवा"),
    ("bn", "এবং", "বা"),
    ("ko", "그리고 및", "또는"),
    ("am", "እና", "ወይም"),
    ("hy", "և ու", "կամ"),
    ("ka", "და", "ან"),
    ("id ms", "dan serta", "atau tetapi"),
    ("vi", "và", "hoặc nhưng"),
    ("fil tl", "at", "o ngunit"),
    ("sw", "na", "au lakini"),
];

/// Conjunctions of languages without blanks between words: those that no other word ends with, and what may lead a clause.
const UNSPACED: &[(&str, &str, &str)] = &[
    ("th", "และ หรือ", "และ หรือ แต่ กับ แล้ว เพราะ เพื่อ โดย ซึ่ง รวมถึง ทั้ง"),
    ("lo", "ແລະ ຫຼື ຫລື", "ແລະ ຫຼື ຫລື ແຕ່ ເພື່ອ ໂດຍ"),
    ("km", "និង ឬ", "និង ហើយ ឬ ដើម្បី ដោយ"),
    ("my", "နှင့် သို့မဟုတ်", "နှင့် သို့မဟုတ် ဒါမှမဟုတ်"),
    (
        "ja",
        "および または そして かつ 及び 並びに",
        "および または そして かつ 及び 並びに また さらに しかも それに そのうえ なおかつ",
    ),
    ("zh yue", "以及 并且 而且 或者 並且 並", "以及 并且 而且 或者 並且 和 与 與 及 或 并 且"),
];

/// Whether `word` joins what it stands between, so that a part of a sentence may go without it.
pub(super) fn is_and(language: &str, word: &str) -> bool {
    word == "&" || SPACED.iter().any(|(tags, and, _)| holds(tags, language) && holds(and, word))
}

/// Whether `word` is a conjunction of the language, in lower case.
pub(super) fn is_conjunction(language: &str, word: &str) -> bool {
    is_and(language, word) || SPACED.iter().any(|(tags, _, other)| holds(tags, language) && holds(other, word))
}

/// Without the conjunctions at the end of a text that has no mark there: "a cup and".
pub(super) fn without_end<'a>(text: &'a str, language: &str) -> &'a str {
    let marks = |c: char| c.is_whitespace() || matches!(c, ',' | '،' | '、' | '，');
    let unspaced = UNSPACED.iter().find(|(tags, ..)| holds(tags, language)).map_or("", |(_, ends, _)| ends);
    let mut rest = text;
    loop {
        let bare = rest.trim_end_matches(marks);
        let word = bare.rsplit(char::is_whitespace).next().unwrap_or_default();
        let shorter = if is_conjunction(language, word) {
            bare.strip_suffix(word)
        } else {
            unspaced.split_whitespace().find_map(|word| bare.strip_suffix(word))
        };
        match shorter.filter(|shorter| shorter.chars().any(char::is_alphanumeric)) {
            Some(shorter) => rest = shorter.trim_end_matches(marks),
            None => return rest,
        }
    }
}

/// Whether a word of a language without blanks begins or ends with what may lead a clause, whatever the brief's language is
/// said to be.
pub(super) fn leads(word: &str) -> bool {
    unspaced().any(|joint| word.starts_with(joint))
}

/// The same for the end.
pub(super) fn trails(text: &str) -> bool {
    unspaced().any(|joint| text.ends_with(joint))
}

fn unspaced() -> impl Iterator<Item = &'static str> {
    let blanks = UNSPACED.iter().filter(|(tags, ..)| !matches!(*tags, "ja" | "zh yue"));
    blanks.flat_map(|(_, _, starts)| starts.split_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_with_and() {
        for (language, text, expected) in [
            ("en", "a cup, and", "a cup"),
            ("en", "a cup &", "a cup"),
            ("de", "eine Tasse und", "eine Tasse"),
            ("fr", "une tasse et", "une tasse"),
            ("es", "una taza y", "una taza"),
            ("pl", "kubek i", "kubek"),
            ("cs", "hrnek a", "hrnek"),
            ("ru", "чашка и", "чашка"),
            ("el", "φλιτζάνι και", "φλιτζάνι"),
            ("tr", "bardak ve", "bardak"),
            ("id", "cangkir dan", "cangkir"),
            ("hu", "csésze és", "csésze"),
            ("ar", "كوب و", "كوب"),
            ("hi", "कप और", "कप"),
            ("th", "แก้วเซรามิกและ", "แก้วเซรามิก"),
            ("lo", "ຈອກແລະ", "ຈອກ"),
            ("km", "ពែងនិង", "ពែង"),
            ("my", "ခွက်နှင့်", "ခွက်"),
            ("ja", "カップおよび", "カップ"),
            ("zh", "杯子以及", "杯子"),
            // A letter by which things are called, a word that only ends so, and nothing but the word.
            ("it", "Vitamina E", "Vitamina E"),
            ("zh", "口感柔和", "口感柔和"),
            ("en", "and", "and"),
            ("en", "made by hand.", "made by hand."),
        ] {
            assert_eq!(without_end(text, language), expected, "{text}");
        }
    }

    #[test]
    fn clauses_without_blanks_are_not_cut_beside_a_conjunction() {
        assert!(is_and("cs", "a") && !is_and("cs", "nebo") && is_conjunction("cs", "nebo"));
    }
}
