//! What of a scene's texts could not be shown as it was written.

use super::{coverage::LeftOut, language::scripts, text::TextBlock};
use std::fmt;

/// Which text of a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TextPlace {
    /// The caption.
    Caption,
    /// The label of the button.
    CallToAction,
    /// The brand's name.
    BrandName,
}

/// One thing that is missing from a text, or other than it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextFault {
    /// No font has some characters (with their marks) or emoji; all else of the text is shown.
    LeftOut {
        /// The text that they belong to.
        place: TextPlace,
        /// What was written, with blanks between.
        written: String,
        /// What of it is shown; empty where nothing is.
        shown: String,
    },
    /// Nothing of the text is shown: no font has most of its letters.
    Unshown {
        /// The text.
        place: TextPlace,
        /// What was written.
        written: String,
    },
    /// The text is longer than its box, and ends with an ellipsis.
    Cut {
        /// The text.
        place: TextPlace,
    },
    /// A word is longer than its box, and goes on in the next line without a hyphen.
    Broken {
        /// The text.
        place: TextPlace,
    },
}

impl TextFault {
    /// The text that is concerned.
    pub fn place(&self) -> TextPlace {
        match self {
            Self::LeftOut { place, .. }
            | Self::Unshown { place, .. }
            | Self::Cut { place }
            | Self::Broken { place } => *place,
        }
    }
}

impl fmt::Display for TextPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Caption => "caption",
            Self::CallToAction => "call to action",
            Self::BrandName => "brand name",
        })
    }
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeftOut { place, written, shown } if shown.is_empty() => {
                write!(f, "missing glyphs in the {place}: no font has {written}; it is left out")
            }
            Self::LeftOut { place, written, shown } => {
                write!(f, "missing glyphs in the {place}: no font has {written}; it is shown as {shown}")
            }
            Self::Unshown { place, written } => {
                let (what, font) = needed(written);
                write!(
                    f,
                    "missing glyphs: no font has {what} of the {place}, which is left out as a whole; install one that \
                     has, such as {font}, or name one as brand.font"
                )
            }
            Self::Cut { place } => write!(f, "the {place} is too long for its box and was cut"),
            Self::Broken { place } => write!(f, "a word of the {place} is too long for its box and was broken"),
        }
    }
}

/// What is missing from a text that is `wanted`, or other than it; `block` is how it is set, if at all.
pub(super) fn faults_in(place: TextPlace, block: Option<&TextBlock>, wanted: Option<&str>) -> Vec<TextFault> {
    let Some(block) = block else {
        let visible = |c: char| !c.is_whitespace() && !c.is_control();
        let unshown = wanted.filter(|text| text.chars().any(visible));
        return unshown.map(|text| TextFault::Unshown { place, written: text.to_owned() }).into_iter().collect();
    };
    // One for what went and one for what became another, however much it is.
    let (gone, other): (Vec<&LeftOut>, Vec<&LeftOut>) = block.left_out.iter().partition(|lost| lost.shown.is_empty());
    let left_out = [gone, other].into_iter().filter(|lost| !lost.is_empty()).map(|lost| {
        let listed = |part: fn(&LeftOut) -> &str| lost.iter().map(|lost| part(lost)).collect::<Vec<_>>().join(" ");
        let (written, shown) = (listed(|lost| &lost.written), listed(|lost| &lost.shown));
        TextFault::LeftOut { place, written, shown: shown.trim().to_owned() }
    });
    let cut = block.truncated.then_some(TextFault::Cut { place });
    left_out.chain(cut).chain(block.broken.then_some(TextFault::Broken { place })).collect()
}

/// What of a text no font has, and a font that would.
fn needed(written: &str) -> (String, String) {
    // The built-in typefaces have these.
    let scripts: Vec<&str> =
        scripts(written).into_iter().filter(|script| !["Latin", "Greek", "Cyrillic"].contains(script)).collect();
    let font = match scripts.first() {
        Some(&("Han" | "Hiragana" | "Katakana" | "Hangul" | "Bopomofo")) => "Noto Sans CJK".to_owned(),
        Some(&"Tibetan") => "Noto Serif Tibetan".to_owned(),
        Some(script) => format!("Noto Sans {}", script.replace('_', " ")),
        None => "Noto Color Emoji or Noto Sans Symbols".to_owned(),
    };
    let what = match scripts.as_slice() {
        [] => "the signs".to_owned(),
        scripts => format!("the letters ({})", scripts.join(", ")),
    };
    (what, font)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_a_font_names_its_script_and_a_font() {
        for (written, script, font) in [
            ("20분 동안 따뜻합니다!", "(Hangul)", "Noto Sans CJK"),
            ("20分、熱々のコーヒー", "(Han, Hiragana, Katakana)", "Noto Sans CJK"),
            ("Rosso: 20 मिनट", "(Devanagari)", "Noto Sans Devanagari"),
            ("ཞོགས་པ", "(Tibetan)", "Noto Serif Tibetan"),
            ("🔥 !", "the signs", "Noto Color Emoji"),
        ] {
            let fault = TextFault::Unshown { place: TextPlace::Caption, written: written.to_owned() };
            let told = fault.to_string();
            assert!(told.contains(script) && told.contains(font) && told.contains("caption"), "{told}");
            assert_eq!(fault.place(), TextPlace::Caption);
        }
    }
}
