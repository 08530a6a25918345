//! Where lines of a text may end, and how well: Unicode's line breaking (UAX #14) with the rules of the language.
//!
//! Thai, Lao, Khmer and Burmese are divided into words where the segmenter's model and its dictionary agree; Japanese and
//! Chinese into phrases; Korean between its spaces alone. Longer words have their hyphenation points.

use super::{
    bonds, compounds, hyphens,
    language::{HanForm, Language, is_east_asian, script},
    phrases,
};
use icu_properties::props::Script;
use icu_segmenter::{
    GraphemeClusterSegmenter, LineSegmenter,
    options::{LineBreakOptions, LineBreakWordOption},
};
use std::collections::BTreeSet;

/// How far a break goes. A text is set with the first level that lets it fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Between words; in Japanese and Chinese between phrases.
    Words,
    /// Within words at hyphenation points; in Japanese, Chinese and Korean within phrases.
    Parts,
    /// Between any two characters. For what fits in no other way.
    Anywhere,
}

/// A place at which a line may end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Break {
    /// Byte offset of the next line's beginning.
    pub(super) at: usize,
    pub(super) level: Level,
    /// What it costs, in squares of the width: 0 for a space between two words.
    pub(super) cost: f32,
    /// Whether a hyphen is drawn.
    pub(super) hyphen: bool,
    /// Whether the line must end here.
    pub(super) forced: bool,
}

/// What a text's breaks depend on beside the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) language: &'a Language,
    /// Words that are never hyphenated.
    pub(super) names: &'a [String],
    /// Where the author put soft hyphens.
    pub(super) soft: &'a [usize],
    /// Where the author put zero-width spaces.
    pub(super) zero: &'a [usize],
}

/// Characters of a title in brackets that is kept on one line.
const SHORT_TITLE: usize = 10;
/// Thai and Lao signs that belong to the word before them.
const ITERATION: [char; 4] = ['ๆ', 'ฯ', 'ໆ', 'ຯ'];

/// Every place at which a line of `text` may end, in order; the end of the text is none of them.
pub(super) fn find(text: &str, rules: &Rules<'_>) -> Vec<Break> {
    let mut breaks: Vec<Break> = Vec::new();
    let mut add = |at: usize, level: Level, cost: f32, hyphen: bool| {
        if at > 0 && at < text.len() {
            breaks.push(Break { at, level, cost, hyphen, forced: false });
        }
    };
    let han = rules.language.han_form(text);
    let keeps_words = han == HanForm::Korean;
    let phrased = !keeps_words && text.chars().any(is_east_asian);
    let japanese = han == HanForm::Japanese;
    let (words, phrase_ends, joints) = match phrased {
        true => (phrases::words(text), phrases::ends(text, japanese), phrases::joints(text, japanese)),
        false => (Vec::new(), Vec::new(), Vec::new()),
    };
    let mut options = LineBreakOptions::default();
    // Loose lines of Korean break between its syllables; headlines do not.
    options.word_option = Some(if keeps_words { LineBreakWordOption::KeepAll } else { LineBreakWordOption::Normal });
    let dictionary = if text.chars().any(needs_model) { compounds::by_dictionary(text) } else { BTreeSet::new() };
    for at in LineSegmenter::new_lstm(options).segment_str(text) {
        let (before, after) = (text[..at].chars().next_back(), text[at..].chars().next());
        let (Some(before), Some(after)) = (before, after) else { continue };
        if ITERATION.contains(&after) || (before == ' ' && !bonds::may_break(text, at)) || is_tight(text, at) {
            continue;
        }
        if is_counted(before, after) {
            continue;
        }
        let modelled = needs_model(before) && needs_model(after);
        if modelled && is_marked(text, at, rules.zero) {
            continue;
        }
        let spaced = before.is_whitespace();
        // Also behind a bracket, a sign or a foreign word.
        if !spaced && !ends_clause(text, at) && joints.contains(&at) {
            continue;
        }
        let east = is_east_asian(before) || is_east_asian(after);
        let within = !spaced && east && !is_sign(before);
        let (level, cost) = if modelled && (!dictionary.contains(&at) || compounds::is_inside(text, at)) {
            (Level::Parts, 0.06)
        } else if within && !phrase_ends.contains(&at) {
            // Within a word only where nothing else is left.
            if phrased && !words.contains(&at) {
                continue;
            }
            (Level::Parts, 0.1)
        } else if is_short_title(text, at) {
            (Level::Parts, 0.12)
        } else if spaced && bonds::ends_with_single_letter(text, at) {
            (Level::Words, 0.06)
        } else if ends_clause(text, at) {
            (Level::Words, -0.02)
        } else if before == '-' || before == '/' {
            (Level::Words, 0.03)
        } else {
            (Level::Words, 0.0)
        };
        add(at, level, cost, false);
    }
    for &at in rules.zero {
        add(at, Level::Words, -0.01, false);
    }
    for &at in rules.soft {
        add(at, Level::Parts, 0.05, true);
    }
    for at in hyphens::points(text, rules.language, rules.names, rules.soft) {
        add(at, Level::Parts, 0.08, true);
    }
    if keeps_words {
        for at in LineSegmenter::new_lstm(LineBreakOptions::default()).segment_str(text) {
            let (before, after) = (text[..at].chars().next_back(), text[at..].chars().next());
            if !before.zip(after).is_some_and(|(before, after)| is_counted(before, after)) {
                add(at, Level::Parts, 0.1, false);
            }
        }
    }
    for at in GraphemeClusterSegmenter::new().segment_str(text) {
        // A break before a space would begin the next line with it.
        if !text[at..].starts_with(char::is_whitespace) {
            add(at, Level::Anywhere, 0.2, false);
        }
    }
    for (at, _) in text.match_indices('\n') {
        let forced = Break { at: at + 1, level: Level::Words, cost: 0.0, hyphen: false, forced: true };
        if at + 1 < text.len() {
            breaks.push(forced);
        }
    }
    breaks.sort_by(|a, b| {
        a.at.cmp(&b.at).then(b.forced.cmp(&a.forced)).then(a.level.cmp(&b.level)).then(a.cost.total_cmp(&b.cost))
    });
    breaks.dedup_by_key(|found| found.at);
    breaks
}

/// Whether both sides of `at` belong together although the rules have a break: "2.4-second", "and/or", "24/7".
fn is_tight(text: &str, at: usize) -> bool {
    let mut before = text[..at].chars().rev();
    let sign = before.next();
    let (previous, next) = (before.next(), text[at..].chars().next());
    let digit = |c: Option<char>| c.is_some_and(char::is_numeric);
    matches!(sign, Some('/' | '-' | '–' | '+' | '×')) && digit(previous) && digit(next)
}

/// Whether a number goes on in the letters of East Asia: 20分, 24小时, 20분.
fn is_counted(before: char, after: char) -> bool {
    before.is_numeric() && after.is_alphabetic() && is_east_asian(after)
}

/// Whether words of a character's script are found by a model, where the author does not mark them.
fn needs_model(c: char) -> bool {
    matches!(script(c), Script::Thai | Script::Lao | Script::Khmer | Script::Myanmar)
}

/// Whether the author marked words, with zero-width spaces, in the piece between two blanks around `at`.
fn is_marked(text: &str, at: usize, zero: &[usize]) -> bool {
    let start = text[..at].rfind(char::is_whitespace).map_or(0, |blank| blank + 1);
    let end = text[at..].find(char::is_whitespace).map_or(text.len(), |blank| at + blank);
    zero.iter().any(|&mark| mark > start && mark < end)
}

/// Whether `at` lies within a short title between brackets of East Asia: 《咖啡时光》.
fn is_short_title(text: &str, at: usize) -> bool {
    // Quotation marks are those of other scripts, too.
    let beside = [text[..at].trim_end().chars().next_back(), text[at..].chars().next()];
    let east = beside.into_iter().flatten().any(is_east_asian);
    let opening = |c: char| matches!(c, '「' | '『' | '（' | '《' | '〈' | '【') || (east && c == '“');
    let closing = |c: char| matches!(c, '」' | '』' | '）' | '》' | '〉' | '】') || (east && c == '”');
    let before = text[..at].chars().rev().take(SHORT_TITLE).position(|c| opening(c) || closing(c));
    let after = text[at..].chars().take(SHORT_TITLE).position(|c| opening(c) || closing(c));
    let (Some(before), Some(after)) = (before, after) else { return false };
    text[..at].chars().rev().nth(before).is_some_and(opening)
        && text[at..].chars().nth(after).is_some_and(closing)
        && before + after <= SHORT_TITLE
}

fn is_sign(c: char) -> bool {
    !c.is_alphanumeric() && !c.is_whitespace()
}

fn ends_clause(text: &str, at: usize) -> bool {
    let last = text[..at].trim_end().chars().next_back();
    last.is_some_and(|c| ",;:.!?–—…、。，！？；：،؛؟।".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, language: &str, level: Level) -> Vec<String> {
        let language = Language::parse(language);
        let rules = Rules { language: &language, names: &[], soft: &[], zero: &[] };
        let mut start = 0;
        let mut parts = Vec::new();
        for found in find(text, &rules).iter().filter(|found| found.level <= level) {
            parts.push(text[start..found.at].trim().to_owned());
            start = found.at;
        }
        parts.push(text[start..].to_owned());
        parts
    }

    #[test]
    fn words_without_spaces_are_found() {
        let thai = parts("ผลิตภัณฑ์ดูแลผิวจากธรรมชาติที่อ่อนโยน", "th", Level::Words);
        for word in ["ผลิตภัณฑ์", "ดูแล", "ผิว", "จาก", "ธรรมชาติ"]
        {
            assert!(thai.iter().any(|part| part == word), "{word}: {thai:?}");
        }
        assert!(parts("ເຄື່ອງດື່ມກາເຟຮ້ອນໆ", "lo", Level::Words).len() > 1);
        assert!(parts("កាហ្វេក្តៅឆ្ងាញ់", "km", Level::Words).len() > 1);
        assert!(parts("ကော်ဖီပူပူလေးသောက်ပါ", "my", Level::Words).len() > 1);
        let repeated = parts("ร้อนๆทุกวัน", "th", Level::Words);
        assert!(repeated.iter().all(|part| !part.starts_with('ๆ')), "{repeated:?}");
    }

    #[test]
    fn words_that_the_author_marked_are_not_divided() {
        let language = Language::parse("th");
        // A name that no model knows, between two words.
        let marked = "ชา|โรสโซ่เวรานา|หอม";
        let zero: Vec<usize> = marked.match_indices('|').enumerate().map(|(index, (at, _))| at - index).collect();
        let text = marked.replace('|', "");
        let rules = Rules { language: &language, names: &[], soft: &[], zero: &zero };
        let ends = |text: &str, rules: &Rules<'_>| -> Vec<usize> {
            find(text, rules).iter().filter(|found| found.level == Level::Words).map(|found| found.at).collect()
        };
        assert_eq!(ends(&text, &rules), zero);
        // What stands beyond a blank is not marked.
        let longer = format!("{text} ผลิตภัณฑ์ดูแลผิว");
        assert!(ends(&longer, &rules).len() > zero.len() + 1);
    }

    #[test]
    fn words_of_katakana_and_short_titles_stay_whole() {
        for text in ["本格エスプレッソマシン", "毎朝のカフェラテを、ゆっくりと。"] {
            let found = parts(text, "ja", Level::Parts);
            assert!(found.iter().any(|part| part.contains("エスプレッソ") || part.contains("カフェラテ")), "{found:?}");
        }
        for whole in ["ﾌﾟﾚﾐｱﾑｺｰﾋｰ", "コーヒー", "カフェラテ"] {
            assert_eq!(parts(whole, "ja", Level::Parts), [whole]);
        }
        let title = parts("今晚看《咖啡时光》，好吗", "zh", Level::Words);
        assert!(title.iter().any(|part| part.contains("《咖啡时光》")), "{title:?}");
        let title = parts("今晚看“咖啡时光”，好吗", "zh", Level::Words);
        assert!(title.iter().any(|part| part.contains("“咖啡时光”")), "{title:?}");
        // Quotation marks alone make no title of other words.
        assert_eq!(parts("the “slow tea” way", "en", Level::Words), ["the", "“slow", "tea”", "way"]);
    }

    #[test]
    fn no_line_begins_with_a_particle() {
        let particles = ['は', 'が', 'を', 'に', 'へ', 'と', 'で', 'も', 'の', 'や', 'か'];
        for text in [
            "「朝の一杯」をゆっくり",
            "毎朝Rossoのコーヒーで",
            "水温60℃を保ち、50%の節約",
            "コーヒーが好きな人へ、極上の一杯を",
            "Rosso™は香りの店",
        ] {
            for level in [Level::Words, Level::Parts] {
                let found = parts(text, "ja", level);
                assert!(found.len() > 1 && found.iter().all(|part| !part.starts_with(particles)), "{found:?}");
            }
        }
    }

    #[test]
    fn numbers_keep_their_counters() {
        for (text, language, whole) in [
            ("保温20分钟以上", "zh", "20分钟"),
            ("满24小时送500毫升装", "zh", "24小时"),
            ("満足度は99点でした", "ja", "99点"),
            ("단 20분 만에 완성", "ko", "20분"),
        ] {
            for level in [Level::Words, Level::Parts] {
                let found = parts(text, language, level);
                assert!(found.len() > 1 && found.iter().any(|part| part.contains(whole)), "{level:?}: {found:?}");
            }
        }
    }

    #[test]
    fn korean_is_broken_at_its_spaces() {
        assert_eq!(parts("더 나은 아침을 위한 커피", "ko", Level::Words), ["더", "나은", "아침을", "위한", "커피"]);
        assert!(parts("더나은아침", "ko", Level::Parts).len() > 1);
    }

    #[test]
    fn signs_stay_where_they_belong() {
        let japanese = parts("「朝の一杯」を、もっと楽しく。", "ja", Level::Parts);
        assert!(japanese.iter().all(|part| !part.starts_with(['」', '、', '。', 'っ', 'ー'])), "{japanese:?}");
        assert!(japanese.iter().all(|part| !part.ends_with('「')), "{japanese:?}");
        let chinese = parts("好茶，好心情！（限时）", "zh", Level::Parts);
        assert!(
            chinese.iter().all(|part| !part.starts_with(['，', '！', '）']) && !part.ends_with('（')),
            "{chinese:?}"
        );
        assert_eq!(parts("Rosso™ (إيطاليا)", "ar", Level::Words), ["Rosso™", "(إيطاليا)"]);
    }

    #[test]
    fn the_authors_own_joints_hold() {
        for joint in ['\u{a0}', '\u{202f}', '\u{2007}', '\u{2060}', '\u{2011}'] {
            let text = format!("only 10{joint}off today");
            assert_eq!(parts(&text, "en", Level::Words), ["only", &format!("10{joint}off"), "today"]);
        }
        assert_eq!(parts("open 24/7 for 10-20 people", "en", Level::Words).len(), 5);
    }

    #[test]
    fn emoji_and_marks_are_never_pulled_apart() {
        for cluster in ["👩🏽‍🚀", "1️⃣", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "e\u{301}\u{323}", "한"]
        {
            let text = format!("a{cluster}b");
            let shown = parts(&text, "en", Level::Anywhere);
            assert_eq!(shown, ["a", cluster, "b"]);
        }
    }
}
