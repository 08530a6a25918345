//! Where a line may end in languages that set no blanks between words, as Thai, Lao, Khmer and Burmese: two ways of finding words
//! disagree now and then, and both part compounds.

use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed, options::LineBreakOptions};
use std::{collections::BTreeSet, sync::LazyLock};

/// Words that are half a word before another one: "water" before "weight", what makes a noun of a verb.
const LEADING: &str = "ความ การ น้ำ ผู้ นัก เครื่อง ชาว ໃຈ ຄວາມ ການ ນ້ຳ ຜູ້ ເຄື່ອງ ការ សេចក្តី អ្នក";
/// Words that are half a word behind another one: the ending of superlatives, of verbs, of the plural.
const TRAILING: &str = "ဆုံး သည် များ သော မှု ခြင်း เหนอะหนะ แพ้ง่าย";
/// Words that both ways part.
const WHOLE: &str = "ทำความสะอาด น้ำหนัก กันแดด ล้างจาน เครื่องล้างจาน สโนว์ สุขภาพดี อายุการใช้งาน သောက်သုံး";

/// Finds words by a dictionary; the other way is by a model, which knows words that are in no dictionary.
static DICTIONARY: LazyLock<LineSegmenterBorrowed<'static>> =
    LazyLock::new(|| LineSegmenter::new_dictionary(LineBreakOptions::default()));

/// The places between words by the dictionary.
pub(super) fn by_dictionary(text: &str) -> BTreeSet<usize> {
    DICTIONARY.segment_str(text).collect()
}

/// Whether `at` is inside of a compound.
pub(super) fn is_inside(text: &str, at: usize) -> bool {
    let (before, after) = text.split_at(at);
    LEADING.split_whitespace().any(|word| before.ends_with(word))
        || TRAILING.split_whitespace().any(|word| after.starts_with(word))
        || WHOLE.split_whitespace().any(|word| {
            word.char_indices()
                .skip(1)
                .any(|(cut, _)| before.ends_with(&word[..cut]) && after.starts_with(&word[cut..]))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compounds_are_known_from_both_sides() {
        for (text, word) in [("รองเท้าวิ่งน้ำหนักเบา", "หนัก"), ("ทำความสะอาดง่าย", "สะอาด"), ("အကောင်းဆုံး", "ဆုံး")]
        {
            assert!(is_inside(text, text.find(word).unwrap()), "{text}");
        }
        assert!(!is_inside("รองเท้าวิ่ง", "รองเท้า".len()));
        let text = "ผิวบอบบาง";
        assert!(!by_dictionary(text).contains(&"ผิวบอบ".len()) && by_dictionary(text).contains(&"ผิว".len()));
    }
}
