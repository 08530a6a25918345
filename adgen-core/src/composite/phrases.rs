//! Where Japanese and Chinese lines may end: between phrases, not between a word and the particle that belongs to it.
//!
//! Words come from the segmenter's dictionary; particles, endings and closing signs are joined to the word before, and
//! prefixes to the word after. What that leaves are about the phrases (Japanese: bunsetsu) at which careful typesetters
//! break headlines.

use super::language::{is_katakana, script};
use icu_properties::props::Script;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed, options::WordBreakInvariantOptions};
use std::sync::LazyLock;

static WORDS: LazyLock<WordSegmenterBorrowed<'static>> =
    LazyLock::new(|| WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()));

/// Japanese particles and endings, which never begin a line. Longer ones are found by their beginning.
const JAPANESE_JOINED: &[&str] = &[
    "は",
    "が",
    "を",
    "に",
    "へ",
    "と",
    "で",
    "も",
    "の",
    "や",
    "か",
    "ね",
    "よ",
    "な",
    "わ",
    "さ",
    "ぞ",
    "ば",
    "て",
    "た",
    "だ",
    "れ",
    "せ",
    "ず",
    "ぬ",
    "ん",
    "し",
    "き",
    "く",
    "け",
    "い",
    "う",
    "り",
    "る",
    "み",
    "え",
    "お",
    "っ",
    "から",
    "まで",
    "より",
    "だけ",
    "など",
    "ほど",
    "しか",
    "さえ",
    "でも",
    "には",
    "では",
    "とは",
    "へは",
    "のは",
    "のに",
    "ので",
    "けど",
    "って",
    "たら",
    "なら",
    "ながら",
    "です",
    "でし",
    "ます",
    "まし",
    "ませ",
    "ない",
    "なく",
    "なかっ",
    "たい",
    "たく",
    "たち",
    "する",
    "した",
    "して",
    "しく",
    "しい",
    "され",
    "させ",
    "られ",
    "れる",
    "せる",
    "いる",
    "いた",
    "いて",
    "ある",
    "あり",
    "ください",
    "くださ",
    "ましょ",
    "でしょ",
    "だろ",
    "だっ",
    "よう",
    "そう",
    "らしい",
    "っぽい",
    "がら",
    "さん",
    "さま",
    "ちゃん",
    "くん",
    "つつ",
    "とか",
    "こと",
    "もの",
    "ため",
    "かも",
    "だから",
    "にも",
    "とも",
    "かな",
];
/// Japanese prefixes, which never end a line.
const JAPANESE_PREFIXES: &[&str] = &["お", "ご", "御", "全", "各", "毎", "新", "大", "小", "約", "第"];
/// Chinese particles and suffixes, which never begin a line.
const CHINESE_JOINED: &[&str] = &[
    "的", "了", "吗", "嗎", "呢", "吧", "啊", "呀", "着", "著", "过", "過", "地", "得", "们", "們", "儿", "兒", "性",
    "者", "们的", "里", "裡", "上", "下", "中", "个", "個", "次", "年", "月", "日", "天", "号", "號", "元", "款", "种",
    "種",
];
/// Chinese words that never end a line.
const CHINESE_PREFIXES: &[&str] =
    &["第", "不", "很", "更", "最", "每", "这", "這", "那", "一", "让", "讓", "与", "與", "和"];
/// Particles behind which a phrase may end although hiragana go on. Anywhere else between two hiragana, the dictionary may
/// have taken a word in inflection apart.
const JAPANESE_ENDS: [&str; 30] = [
    "は",
    "が",
    "を",
    "に",
    "へ",
    "と",
    "で",
    "も",
    "の",
    "や",
    "か",
    "て",
    "から",
    "まで",
    "より",
    "だけ",
    "など",
    "には",
    "では",
    "とは",
    "へは",
    "でも",
    "にも",
    "とも",
    "ので",
    "のに",
    "けど",
    "たら",
    "なら",
    "ながら",
];
/// Japanese words that belong to the name before them.
const SUFFIXES: [&str; 11] = ["区", "市", "県", "町", "村", "駅", "店", "産", "製", "さん", "様"];

/// Byte offsets at which a word of Japanese or Chinese ends, in order, as the dictionary has them; none within katakana, of
/// which it knows few words.
pub(super) fn words(text: &str) -> Vec<usize> {
    let katakana = |c: Option<char>| c.is_some_and(is_katakana);
    let within = |at: usize| katakana(text[..at].chars().next_back()) && katakana(text[at..].chars().next());
    WORDS.segment_str(text).filter(|&at| !within(at)).collect()
}

/// Byte offsets at which a particle or an ending of Japanese or Chinese begins, in order: no line begins there.
pub(super) fn joints(text: &str, japanese: bool) -> Vec<usize> {
    let joined = if japanese { JAPANESE_JOINED } else { CHINESE_JOINED };
    let pairs: Vec<usize> = words(text);
    let begins =
        |pair: &&[usize]| joined.contains(&&text[pair[0]..pair[1]]) && !(japanese && is_polite(&text[pair[0]..]));
    pairs.windows(2).filter(begins).map(|pair| pair[0]).collect()
}

/// Byte offsets at which a phrase of Japanese or Chinese ends, in order.
pub(super) fn ends(text: &str, japanese: bool) -> Vec<usize> {
    let (bounds, joints) = (words(text), joints(text, japanese));
    let word = |index: usize| text.get(*bounds.get(index)?..*bounds.get(index + 1)?);
    let mut ends = Vec::new();
    for index in 0..bounds.len().saturating_sub(1) {
        let at = bounds[index + 1];
        let (Some(before), Some(after)) = (word(index), word(index + 1)) else { break };
        let prefixes = if japanese { JAPANESE_PREFIXES } else { CHINESE_PREFIXES };
        // What a place or a person is called by: 渋谷区, 田中さん.
        let suffix = japanese && SUFFIXES.contains(&after) && is_letter(before);
        // One character of kana between others is the rest of a word that the dictionary did not know.
        let stump = japanese && is_kana(after) && after.chars().count() == 1;
        // A verb or an adjective goes on in kana behind its character: 淹れる.
        let ending = japanese && is_hiragana(after) && is_han(before) && after.chars().count() <= 2;
        let alone = prefixes.contains(&before) && after.starts_with(char::is_alphanumeric);
        let inflected = japanese && is_between_hiragana(text, at) && !JAPANESE_ENDS.contains(&before);
        let joined = suffix || stump || ending || inflected;
        if !alone && !joints.contains(&at) && (!joined || (japanese && is_polite(&text[at..]))) {
            ends.push(at);
        }
    }
    ends
}

fn is_between_hiragana(text: &str, at: usize) -> bool {
    let hiragana = |c: Option<char>| c.is_some_and(|c| script(c) == Script::Hiragana);
    hiragana(text[..at].trim_end_matches('ー').chars().next_back()) && hiragana(text[at..].chars().next())
}

/// Whether a text begins with a prefix that makes the word behind it polite: お試し, ご注文.
fn is_polite(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| matches!(c, 'お' | 'ご' | '御'))
        && chars.next().is_some_and(|c| script(c) == Script::Han || is_katakana(c))
}

fn all(text: &str, wanted: &[Script]) -> bool {
    !text.is_empty() && text.chars().all(|c| wanted.contains(&script(c)) || c == 'ー')
}

fn is_kana(text: &str) -> bool {
    all(text, &[Script::Hiragana, Script::Katakana])
}

fn is_hiragana(text: &str) -> bool {
    all(text, &[Script::Hiragana])
}

fn is_han(text: &str) -> bool {
    all(text, &[Script::Han])
}

fn is_letter(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases(text: &str, japanese: bool) -> Vec<&str> {
        let mut start = 0;
        let mut parts = Vec::new();
        for end in ends(text, japanese).into_iter().chain([text.len()]) {
            parts.push(&text[start..end]);
            start = end;
        }
        parts
    }

    #[test]
    fn no_phrase_begins_with_a_particle() {
        for text in [
            "朝の時間をもっとていねいに",
            "毎日のコーヒーを特別な一杯に",
            "二十分たってもまだ温かい",
            "職人が手で仕上げた器です",
            "今すぐお試しください",
            "肌にやさしい自然の力で",
        ] {
            let parts = phrases(text, true);
            assert!(parts.len() > 1, "{parts:?}");
            for part in &parts[1..] {
                let first = part.chars().next().unwrap();
                assert!(!"はがをにへのー".contains(first), "{parts:?}");
            }
        }
        assert_eq!(phrases("今すぐお試しください", true), ["今すぐ", "お試しください"]);
        assert_eq!(phrases("もっとたのしく", true).len(), 1);
        assert!(phrases("渋谷区の店で", true).iter().all(|part| !part.starts_with('区')));
        assert_eq!(phrases("毎日のコーヒーを特別な一杯に", true).concat(), "毎日のコーヒーを特別な一杯に");
    }

    #[test]
    fn katakana_are_never_divided() {
        for (text, word) in [
            ("毎朝のコーヒーが好き", "コーヒー"),
            ("60度をキープする", "キープ"),
            ("本格エスプレッソマシンとスペシャルティコーヒーを", "スペシャルティコーヒー"),
            ("香るｺｰﾋｰの朝", "ｺｰﾋｰ"),
            ("ボーダーレスなラグジュアリーウォッチ", "ラグジュアリーウォッチ"),
        ] {
            let parts = phrases(text, true);
            assert!(parts.iter().any(|part| part.contains(word)), "{parts:?}");
            let bounds = words(text);
            let inner = text.find(word).map(|at| at + 1..at + word.len());
            assert!(
                bounds.iter().all(|at| inner.as_ref().is_some_and(|inner| !inner.contains(at))),
                "{text}: {bounds:?}"
            );
        }
    }

    #[test]
    fn chinese_is_divided_between_words() {
        let parts = phrases("二十分钟后依然温热的咖啡", false);
        assert!(parts.contains(&"咖啡"), "{parts:?}");
        assert!(parts.iter().all(|part| !part.starts_with('的')), "{parts:?}");
    }
}
