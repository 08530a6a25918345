//! The words on the button where nobody gave any. They claim nothing about the product. Depends on nothing of adgen.

use super::language::primary;

/// The words on the button where the brief has none: in the language of the captions, English where it is not known.
pub(crate) fn default_call_to_action(language: &str) -> &'static str {
    let language = primary(language);
    BUTTONS.iter().find(|(tag, _)| *tag == language).map_or("Shop now", |(_, words)| words)
}

/// Every language's words for the button, with its tag.
#[cfg(test)]
pub(crate) fn buttons() -> impl Iterator<Item = (&'static str, &'static str)> {
    BUTTONS.iter().copied()
}

/// By the primary subtag.
const BUTTONS: &[(&str, &str)] = &[
    ("en", "Shop now"),
    ("de", "Jetzt entdecken"),
    ("fr", "Découvrir"),
    ("es", "Descubre más"),
    ("it", "Scopri di più"),
    ("pt", "Saiba mais"),
    ("nl", "Ontdek nu"),
    ("sv", "Upptäck nu"),
    ("pl", "Odkryj teraz"),
    ("da", "Køb nu"),
    ("no", "Oppdag nå"),
    ("nb", "Oppdag nå"),
    ("fi", "Tutustu"),
    ("cs", "Objevte více"),
    ("tr", "Keşfet"),
    ("ru", "Узнать больше"),
    ("uk", "Дізнатися більше"),
    ("el", "Ανακαλύψτε το"),
    ("ar", "اكتشف الآن"),
    ("he", "לגלות עוד"),
    ("fa", "بیشتر بدانید"),
    ("hi", "अभी खरीदें"),
    ("ja", "詳しくはこちら"),
    ("ko", "지금 만나보세요"),
    ("zh", "立即选购"),
    ("id", "Beli sekarang"),
    ("vi", "Khám phá ngay"),
    ("th", "ดูเพิ่มเติม"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_button_speaks_the_language_of_the_captions() {
        for (language, words) in [
            ("en", "Shop now"),
            ("de-AT", "Jetzt entdecken"),
            ("FR_ca", "Découvrir"),
            ("zh-Hans-CN", "立即选购"),
            ("tlh", "Shop now"),
            ("", "Shop now"),
        ] {
            assert_eq!(default_call_to_action(language), words, "{language}");
        }
    }

    #[test]
    fn languages_stand_once() {
        let mut tags: Vec<&str> = BUTTONS.iter().map(|(tag, _)| *tag).collect();
        tags.sort_unstable();
        tags.dedup();
        assert_eq!(tags.len(), BUTTONS.len());
    }
}
