//! Which language a text is to be read in: the brief's, unless its letters are none of that language.

use super::word_list::holds;
use icu_properties::{CodePointMapData, props::Script};

/// A script that tells of a language, where the brief names one that is never written in it.
const TELLING: &[(Script, &str, &str)] = &[
    (Script::Thai, "th", "th"),
    (Script::Lao, "lo", "lo"),
    (Script::Khmer, "km", "km"),
    (Script::Myanmar, "my", "my"),
    (Script::Hangul, "ko", "ko"),
    (Script::Hiragana, "ja", "ja"),
    (Script::Katakana, "ja", "ja"),
    (Script::Han, "zh", "zh yue ja ko"),
    (Script::Cyrillic, "ru", "ru uk be bg mk sr kk ky mn tg"),
    (Script::Greek, "el", "el"),
    (Script::Arabic, "ar", "ar fa ur ps ckb sd ug"),
    (Script::Hebrew, "he", "he iw yi"),
    (Script::Devanagari, "hi", "hi mr ne sa"),
];
/// Languages that are not written in Latin letters.
const NOT_LATIN: &str = "th lo km my ko ja zh yue ru uk be bg mk el ar fa ur he hi mr ne bn ta te am hy ka";

/// The primary subtag by which `text` is read, with `tag` as the brief's.
pub(super) fn language_of<'a>(tag: &'a str, text: &str) -> &'a str {
    let scripts = CodePointMapData::<Script>::new();
    let letters: Vec<Script> = text.chars().filter(|c| c.is_alphabetic()).map(|c| scripts.get(c)).collect();
    let most = |of: &dyn Fn(Script) -> bool| letters.iter().filter(|&&script| of(script)).count() * 2 > letters.len();
    // Japanese is written in three scripts, and the kana alone tell it from Chinese.
    let kana = |script| matches!(script, Script::Hiragana | Script::Katakana);
    if letters.iter().any(|&script| kana(script)) && most(&|script| kana(script) || script == Script::Han) {
        return "ja";
    }
    for &(script, language, tags) in TELLING {
        if most(&|found| found == script) && !holds(tags, tag) {
            return language;
        }
    }
    if most(&|script| script == Script::Latin) && holds(NOT_LATIN, tag) {
        return "en";
    }
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_decide_where_the_tag_cannot_be_right() {
        for (tag, text, language) in [
            ("en", "ครีมนี้ปราศจากสารเคมี", "th"),
            ("en", "砂糖不使用です", "ja"),
            ("zh", "砂糖不使用です", "ja"),
            ("ja", "保温二十分钟", "ja"),
            ("en", "保温二十分钟", "zh"),
            ("ja", "Never leaks", "en"),
            ("de", "Never leaks", "de"),
            ("uk", "Не протікає", "uk"),
            ("en", "Δεν στάζει", "el"),
            ("fr", "2 × 3", "fr"),
        ] {
            assert_eq!(language_of(tag, text), language, "{text}");
        }
    }
}
