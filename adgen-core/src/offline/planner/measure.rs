//! How long a caption is to the eye: in grapheme clusters, those of East Asia counted twice.

use icu_segmenter::GraphemeClusterSegmenter;

/// The width of a caption that is read at a glance: parts of sentences are at most as wide.
pub(super) const WIDEST: usize = 42;
/// The widest whole sentence where a scene lasts long enough to read it.
pub(super) const WHOLE: usize = 60;
/// The widest sentence that is shown whole because it has no parts.
pub(super) const LONGEST: usize = 90;

/// How wide a text is in letters. A cluster counts once, however many code points make it: Thai vowels stand above their
/// letter.
pub(super) fn width(text: &str) -> usize {
    let mut start = 0;
    let mut width = 0;
    for end in GraphemeClusterSegmenter::new().segment_str(text).filter(|&end| end > 0) {
        width += if text[start..end].chars().next().is_some_and(is_wide) { 2 } else { 1 };
        start = end;
    }
    width
}

/// East Asian wide characters, by block (Unicode Standard Annex 11, coarsely).
pub(super) fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFF60
        | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD)
}

/// Letters of languages that set no blanks between words: Thai, Lao, Burmese, Khmer (Line_Break=SA of UAX #14, the living
/// ones).
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c), 0x0E01..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_count_once_and_ideographs_twice() {
        assert_eq!((width("abc"), width("抹茶"), width("น้ำ"), width("👩‍🚀"), width("e\u{301}")), (3, 4, 1, 2, 1));
    }
}
