//! What the ad's language decides about setting text: direction, national forms of Han characters, hyphenation.
//!
//! Pure functions over BCP 47 tags and Unicode properties.

use hypher::Lang;
use icu_properties::{
    CodePointMapData, PropertyNamesLong,
    props::{BidiClass, Script},
};

/// Languages that are written from right to left where their tag names no script.
const RIGHT_TO_LEFT: [&str; 14] =
    ["ar", "arc", "arz", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "syr", "ug", "ur", "yi"];

/// Which national forms Han characters take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum HanForm {
    Japanese,
    Korean,
    Simplified,
    Traditional,
}

/// A content language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Language {
    primary: String,
    /// Further subtags, in lower case.
    rest: Vec<String>,
}

/// The direction of characters that have one of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strong {
    Left,
    Right,
    /// Arabic letters: numbers after them behave otherwise than after Hebrew.
    Arabic,
}

impl Language {
    /// Reads a BCP 47 tag; what cannot be read is no language.
    pub(super) fn parse(tag: &str) -> Self {
        let mut parts = tag.split(['-', '_']).map(|part| part.trim().to_ascii_lowercase());
        Self { primary: parts.next().unwrap_or_default(), rest: parts.collect() }
    }

    fn has(&self, subtag: &str) -> bool {
        self.rest.iter().any(|part| part == subtag)
    }

    /// Whether it is written from right to left; `None` where the tag says nothing.
    fn right_to_left(&self) -> Option<bool> {
        if ["arab", "hebr", "syrc", "thaa", "nkoo", "adlm"].iter().any(|script| self.has(script)) {
            return Some(true);
        }
        if self.has("latn") || self.has("cyrl") {
            return Some(false);
        }
        (!self.primary.is_empty() && self.primary != "und").then(|| RIGHT_TO_LEFT.contains(&self.primary.as_str()))
    }

    /// The direction of a paragraph: of its own letters where all have the same one, else the language's.
    ///
    /// So a caption that is an English name alone reads as English in an Arabic ad, too, while a mixed one is Arabic
    /// whatever it begins with.
    pub(super) fn is_right_to_left(&self, text: &str) -> bool {
        let mut first = None;
        let (mut left, mut right) = (false, false);
        for strong in text.chars().filter_map(strong) {
            first.get_or_insert(strong);
            match strong {
                Strong::Left => left = true,
                Strong::Right | Strong::Arabic => right = true,
            }
        }
        match (left, right) {
            (true, false) => false,
            (false, true) => true,
            (true, true) => self.right_to_left().unwrap_or(first != Some(Strong::Left)),
            (false, false) => self.right_to_left().unwrap_or(false),
        }
    }

    /// The national forms of the Han characters in `text`: of the language, else of the script that stands beside them.
    pub(super) fn han_form(&self, text: &str) -> HanForm {
        match self.primary.as_str() {
            "ja" => return HanForm::Japanese,
            "ko" => return HanForm::Korean,
            "zh" | "yue" | "cmn" | "nan" | "wuu" => {
                let traditional = self.primary == "yue" || ["hant", "tw", "hk", "mo"].iter().any(|tag| self.has(tag));
                return if traditional && !self.has("hans") { HanForm::Traditional } else { HanForm::Simplified };
            }
            _ => {}
        }
        let any = |wanted: &[Script]| text.chars().any(|c| wanted.contains(&script(c)));
        if any(&[Script::Hiragana, Script::Katakana]) {
            HanForm::Japanese
        } else if any(&[Script::Hangul]) {
            HanForm::Korean
        } else {
            HanForm::Simplified
        }
    }

    /// Its hyphenation patterns, where there are any.
    pub(super) fn hyphenation(&self) -> Option<Lang> {
        let primary = match self.primary.as_str() {
            // Norwegian without saying which is written Bokmål.
            "no" => "nb",
            other => other,
        };
        Lang::from_iso(<[u8; 2]>::try_from(primary.as_bytes()).ok()?)
    }
}

/// The direction of a character; `None` for numbers, spaces and signs, which follow what stands around them.
pub(super) fn strong(c: char) -> Option<Strong> {
    match CodePointMapData::<BidiClass>::new().get(c) {
        BidiClass::LeftToRight => Some(Strong::Left),
        BidiClass::RightToLeft => Some(Strong::Right),
        BidiClass::ArabicLetter => Some(Strong::Arabic),
        _ => None,
    }
}

/// The script of a character.
pub(super) fn script(c: char) -> Script {
    CodePointMapData::<Script>::new().get(c)
}

/// Whether a character is katakana, with the marks that are said to belong to kana in common.
pub(super) fn is_katakana(c: char) -> bool {
    script(c) == Script::Katakana || matches!(c, 'ー' | 'ｰ' | 'ﾞ' | 'ﾟ')
}

/// The scripts of a text's letters, by their names in English, in the order in which they come; not those that every
/// script shares.
pub(super) fn scripts(text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for script in text.chars().filter(|c| c.is_alphanumeric()).map(script) {
        let name = match script {
            Script::Common | Script::Inherited | Script::Unknown => None,
            script => PropertyNamesLong::<Script>::new().get(script),
        };
        found.extend(name.filter(|name| !found.contains(name)));
    }
    found
}

/// Whether a character belongs to the typefaces of East Asia: Han, kana, Hangul and their punctuation.
pub(super) fn is_east_asian(c: char) -> bool {
    matches!(u32::from(c), 0x3000..=0x30ff | 0xff00..=0xffef)
        || [Script::Han, Script::Hiragana, Script::Katakana, Script::Hangul, Script::Bopomofo].contains(&script(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_decides_where_letters_of_both_directions_stand() {
        let right = |language: &str, text: &str| Language::parse(language).is_right_to_left(text);
        for language in ["ar", "ar-EG", "he", "fa-IR", "ur", "az-Arab"] {
            assert!(right(language, "Rosso: قهوة ساخنة!"), "{language}");
            assert!(right(language, "20 %"), "{language}");
            assert!(!right(language, "Rosso!"), "{language}");
        }
        for language in ["en", "de", "sr-Latn", "en_US"] {
            assert!(!right(language, "שלום means hello"), "{language}");
            assert!(right(language, "שלום!"), "{language}");
        }
        assert!(right("", "שלום means hello") && !right("", "hello means שלום"));
    }

    #[test]
    fn han_characters_take_the_forms_of_their_country() {
        let form = |language: &str, text: &str| Language::parse(language).han_form(text);
        assert_eq!(form("ja", "直"), HanForm::Japanese);
        assert_eq!(form("zh", "直"), HanForm::Simplified);
        assert_eq!(form("zh-Hant-HK", "直"), HanForm::Traditional);
        assert_eq!(form("zh_TW", "直"), HanForm::Traditional);
        assert_eq!(form("ko-KR", "直"), HanForm::Korean);
        assert_eq!(form("en", "朝の直"), HanForm::Japanese);
        assert_eq!(form("en", "直"), HanForm::Simplified);
    }

    #[test]
    fn scripts_have_names() {
        assert_eq!(scripts("20分、熱々のコーヒー。Café"), ["Han", "Hiragana", "Katakana", "Latin"]);
        assert_eq!(scripts("20 मिनट तक"), ["Devanagari"]);
        assert!(scripts("🔥 100 %").is_empty());
        assert!("コーヒー".chars().all(is_east_asian) && "コーヒー".chars().all(is_katakana));
    }

    #[test]
    fn hyphenation_knows_the_languages_that_have_patterns() {
        for language in ["de", "de-AT", "en", "fr", "sv", "no", "fi", "hu", "ru", "pl"] {
            assert!(Language::parse(language).hyphenation().is_some(), "{language}");
        }
        for language in ["", "ja", "th", "x", "german"] {
            assert!(Language::parse(language).hyphenation().is_none(), "{language}");
        }
    }
}
