//! Which face shows each character of a text, and what has to be left out because none does.
//!
//! Everything is decided by grapheme cluster, so that a letter and its marks, or the parts of an emoji, share a face. A
//! mark that no font has is left out by itself; an emoji that no font has as a whole becomes its base, or goes. So no
//! glyph ever stands for "missing".

use super::{
    faces::Face,
    fonts::{Fonts, Voice},
    language::{HanForm, Language, is_east_asian, script},
};
use cosmic_text::{Buffer, Metrics, Shaping};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::{
    CodePointSetData,
    props::{DefaultIgnorableCodePoint, EmojiModifier, EmojiPresentation, RegionalIndicator, Script},
};
use icu_segmenter::GraphemeClusterSegmenter;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

const KEYCAP: char = '\u{20e3}';
const TEXT_STYLE: char = '\u{fe0e}';
const EMOJI_STYLE: char = '\u{fe0f}';
const JOINER: char = '\u{200d}';

/// Characters that could not be shown as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// What the author wrote: one character with its marks, or one emoji.
    pub(super) written: String,
    /// What of it is shown; empty where nothing is.
    pub(super) shown: String,
}

/// A text of which every character has a face.
#[derive(Debug, Clone, Default)]
pub(super) struct Covered {
    pub(super) text: String,
    /// In order, without gaps.
    pub(super) spans: Vec<(Range<usize>, Face)>,
    /// Each once.
    pub(super) left_out: Vec<LeftOut>,
}

/// Finds a face for each character of `text`. Where more than a third of its letters would be missing, or what is left are
/// signs alone, nothing of it is kept: that would be debris.
pub(super) fn cover(fonts: &mut Fonts, text: &str, voice: Voice, language: &Language) -> Covered {
    let mut cover = Cover {
        primary: fonts.primary(voice),
        han: language.han_form(text),
        emoji: fonts.emoji_faces(),
        fonts,
        voice,
        by_script: BTreeMap::new(),
        covered: Covered::default(),
        blank: String::new(),
        letter: None,
        letters: 0,
        lost: 0,
        incomplete: false,
    };
    let bounds: Vec<usize> = GraphemeClusterSegmenter::new().segment_str(text).collect();
    let clusters: Vec<&str> = bounds.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
    cover.choose_families(&clusters);
    for cluster in clusters {
        cover.add(cluster);
    }
    cover.finish()
}

impl Fonts {
    /// The characters of a text for which other faces than the ad's own are looked at: those that it lacks, and emoji; where
    /// one of a character and its marks is lacking, all of them.
    pub(crate) fn sought_elsewhere(&mut self, text: &str) -> BTreeSet<char> {
        let own = [Voice::Headline, Voice::Label].map(|voice| self.primary(voice).id);
        let mut has = |chars: &[char]| own.iter().all(|&id| self.covers(id, chars));
        let mut sought = BTreeSet::new();
        if !text.is_empty() {
            // What may be added where lines end.
            sought.extend(['-', '…'].into_iter().filter(|&c| !has(&[c])));
        }
        let bounds: Vec<usize> = GraphemeClusterSegmenter::new().segment_str(text).collect();
        for cluster in bounds.windows(2).map(|pair| &text[pair[0]..pair[1]]) {
            let composed = visible(&ComposingNormalizerBorrowed::new_nfc().normalize(cluster));
            let apart = visible(&DecomposingNormalizerBorrowed::new_nfd().normalize(cluster));
            if is_emoji(cluster) || !(has(&composed) || has(&apart)) {
                sought.extend(visible(cluster).into_iter().chain(composed).chain(apart));
            }
        }
        sought
    }
}

struct Cover<'a> {
    fonts: &'a mut Fonts,
    voice: Voice,
    han: HanForm,
    primary: Face,
    /// One face for all characters of a script, where there is one.
    by_script: BTreeMap<Script, Face>,
    /// Faces of emoji.
    emoji: Vec<Face>,
    covered: Covered,
    /// Spaces at the very beginning, which wait for a face.
    blank: String,
    /// The face of the last letter.
    letter: Option<Face>,
    /// How many letters there were, and how many of them are missing. Figures are in every font; those of other scripts
    /// count as letters.
    letters: usize,
    lost: usize,
    /// Whether anything is missing.
    incomplete: bool,
}

impl Cover<'_> {
    fn choose_families(&mut self, clusters: &[&str]) {
        let mut wanted: BTreeMap<Script, Vec<char>> = BTreeMap::new();
        for cluster in clusters.iter().filter(|cluster| !is_emoji(cluster)) {
            let chars = visible(cluster);
            let Some(&base) = chars.first() else { continue };
            if !self.fonts.covers(self.primary.id, &chars) {
                let known = wanted.entry(script(base)).or_default();
                known.extend(chars.into_iter().filter(|c| !known.contains(c)).collect::<Vec<_>>());
            }
        }
        for (script, chars) in wanted {
            let han = chars.iter().copied().any(is_east_asian).then_some(self.han);
            if let Some(face) = self.fonts.face_for(self.voice, han, &chars) {
                self.by_script.insert(script, face);
            }
        }
    }

    fn add(&mut self, cluster: &str) {
        if visible(cluster).is_empty() {
            match self.covered.spans.last_mut() {
                // Spaces are as wide as those between the letters: in a font of emoji they are as wide as its pictures.
                Some(_) if cluster.chars().all(char::is_whitespace) => {
                    let face = self.face_of_blanks();
                    self.push(cluster, face);
                }
                // Joiners take the face of what is before them: they never part it.
                Some((range, _)) => {
                    self.covered.text.push_str(cluster);
                    range.end = self.covered.text.len();
                }
                None => self.blank.push_str(cluster),
            }
            return;
        }
        let pictured = is_emoji(cluster);
        let found = if pictured { self.emoji(cluster) } else { self.letters(cluster) };
        let (shown, face) = found.map_or((String::new(), None), |(shown, face)| (shown, Some(face)));
        self.incomplete |= face.is_none();
        let first = cluster.chars().next().filter(|_| !pictured);
        if first.is_some_and(|c| c.is_alphanumeric() && !c.is_ascii_digit()) {
            self.letters += 1;
            self.lost += usize::from(face.is_none());
        }
        if face.is_some() && first.is_some_and(char::is_alphabetic) {
            self.letter.clone_from(&face);
        }
        // Without a colour font an emoji's plain form is the emoji.
        if shown.trim_end_matches(EMOJI_STYLE) != cluster.trim_end_matches(EMOJI_STYLE) {
            let lost = LeftOut { written: cluster.to_owned(), shown: shown.clone() };
            if !self.covered.left_out.contains(&lost) {
                self.covered.left_out.push(lost);
            }
        }
        if let Some(face) = face {
            let blank = std::mem::take(&mut self.blank);
            if !blank.is_empty() {
                let face = self.face_of_blanks();
                self.push(&blank, face);
            }
            self.push(&shown, face);
        }
    }

    fn face_of_blanks(&self) -> Face {
        self.letter.as_ref().unwrap_or(&self.primary).clone()
    }

    fn push(&mut self, text: &str, face: Face) {
        let start = self.covered.text.len();
        self.covered.text.push_str(text);
        let end = self.covered.text.len();
        match self.covered.spans.last_mut() {
            Some((range, last)) if *last == face => range.end = end,
            _ => self.covered.spans.push((start..end, face)),
        }
    }

    /// A letter with its marks: whole in one face, else without the marks that none has beside it.
    fn letters(&mut self, cluster: &str) -> Option<(String, Face)> {
        if let Some(face) = self.face_of(cluster) {
            return Some((cluster.to_owned(), face));
        }
        let mut kept = String::new();
        let mut found = None;
        for c in DecomposingNormalizerBorrowed::new_nfd().normalize(cluster).chars() {
            kept.push(c);
            match self.face_of(&kept) {
                Some(face) => found = Some(face),
                None => {
                    kept.pop();
                }
            }
        }
        let kept = ComposingNormalizerBorrowed::new_nfc().normalize(&kept).into_owned();
        // A mark without its letter says nothing.
        let base = visible(cluster).first().copied();
        let first = DecomposingNormalizerBorrowed::new_nfd().normalize(&kept).chars().next();
        let same = base
            .map(String::from)
            .is_some_and(|base| DecomposingNormalizerBorrowed::new_nfd().normalize(&base).chars().next() == first);
        found.filter(|_| same).map(|face| (kept, face))
    }

    fn face_of(&mut self, cluster: &str) -> Option<Face> {
        let composed = visible(&ComposingNormalizerBorrowed::new_nfc().normalize(cluster));
        let apart = visible(&DecomposingNormalizerBorrowed::new_nfd().normalize(cluster));
        let base = *composed.first()?;
        let of_script = self.by_script.get(&script(base)).cloned();
        for face in std::iter::once(self.primary.clone()).chain(of_script) {
            if self.fonts.covers(face.id, &composed) || self.fonts.covers(face.id, &apart) {
                return Some(face);
            }
        }
        let han = is_east_asian(base).then_some(self.han);
        let face = self.fonts.face_for(self.voice, han, &composed);
        face.or_else(|| self.fonts.face_for(self.voice, han, &apart))
    }

    /// An emoji: whole in a colour font, else less of it, else its base as a plain character.
    fn emoji(&mut self, cluster: &str) -> Option<(String, Face)> {
        for variant in variants(cluster) {
            for face in self.emoji.clone() {
                if self.draws_one_glyph(&face, &variant) {
                    return Some((variant, face));
                }
            }
        }
        if cluster.chars().any(|c| CodePointSetData::new::<RegionalIndicator>().contains(c)) {
            // Two boxed letters are no flag.
            return None;
        }
        let base = visible(cluster).first()?.to_string();
        self.face_of(&base).map(|face| (base, face))
    }

    fn draws_one_glyph(&mut self, face: &Face, text: &str) -> bool {
        let chars: Vec<char> = visible(text).into_iter().filter(|&c| c != KEYCAP).collect();
        if !self.fonts.covers(face.id, &chars) {
            return false;
        }
        let mut buffer = Buffer::new_empty(Metrics::new(20.0, 24.0));
        buffer.set_text(text, &face.attributes(0.0), Shaping::Advanced, None);
        buffer.set_size(None, None);
        buffer.shape_until_scroll(&mut self.fonts.system, false);
        let mut glyphs = 0;
        for glyph in buffer.layout_runs().flat_map(|run| run.glyphs.to_vec()) {
            if glyph.glyph_id == 0 || glyph.font_id != face.id {
                return false;
            }
            glyphs += usize::from(glyph.w > 0.0);
        }
        glyphs == 1
    }

    fn finish(self) -> Covered {
        let signs = self.incomplete && !self.covered.text.chars().any(char::is_alphanumeric);
        if self.lost * 3 > self.letters || signs { Covered::default() } else { self.covered }
    }
}

/// What of a cluster needs a glyph: neither spaces, which every font has, nor marks that are never drawn.
fn visible(cluster: &str) -> Vec<char> {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let joint = |c: char| match c {
        // The shaper takes the plain hyphen where a font has no other.
        '\u{2011}' => '\u{2010}',
        c => c,
    };
    let needed = |c: &char| !c.is_whitespace() && !ignorable.contains(*c);
    cluster.chars().filter(needed).map(joint).map(|c| if c == '\u{2010}' { '-' } else { c }).collect()
}

fn is_emoji(cluster: &str) -> bool {
    let mut chars = cluster.chars();
    let Some(first) = chars.next() else { return false };
    if cluster.contains(TEXT_STYLE) {
        return false;
    }
    cluster.contains([EMOJI_STYLE, KEYCAP])
        || CodePointSetData::new::<RegionalIndicator>().contains(first)
        || CodePointSetData::new::<EmojiPresentation>().contains(first)
        || chars.any(|c| CodePointSetData::new::<EmojiModifier>().contains(c))
}

/// An emoji and what is left of it where fonts do not have it: without its skin tones, its first person or thing alone.
fn variants(cluster: &str) -> Vec<String> {
    let modifiers = CodePointSetData::new::<EmojiModifier>();
    let mut variants = vec![cluster.to_owned()];
    let mut add = |variant: String| {
        if !variant.is_empty() && !variants.contains(&variant) {
            variants.push(variant);
        }
    };
    if cluster.contains(KEYCAP) {
        return variants;
    }
    let untoned: String = cluster.chars().filter(|&c| !modifiers.contains(c)).collect();
    let untagged: String = untoned.chars().filter(|c| !('\u{e0020}'..='\u{e007f}').contains(c)).collect();
    let first = untagged.split(JOINER).next().unwrap_or_default().to_owned();
    for variant in [untoned, untagged, first] {
        add(variant);
    }
    variants
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, language: &str) -> (String, Vec<(String, String)>) {
        let mut fonts = Fonts::embedded();
        let covered = cover(&mut fonts, text, Voice::Headline, &Language::parse(language));
        let ends = covered.spans.windows(2).all(|pair| pair[0].0.end == pair[1].0.start);
        assert!(ends && covered.spans.last().is_none_or(|(range, _)| range.end == covered.text.len()), "{covered:?}");
        (covered.text, covered.left_out.into_iter().map(|lost| (lost.written, lost.shown)).collect())
    }

    #[test]
    fn a_mark_without_a_font_goes_alone() {
        let (text, lost) = shown("Here e\u{1ab0} we see the best tea ever", "en");
        assert_eq!(text, "Here e we see the best tea ever");
        assert_eq!(lost, [("e\u{1ab0}".to_owned(), "e".to_owned())]);
        // One that the font has stays.
        assert_eq!(shown("Plain a\u{363} banana cake", "en"), ("Plain a\u{363} banana cake".to_owned(), vec![]));
        let (text, lost) = shown("A\u{301}\u{1ab0} e\u{1ab0} e\u{1ab0}", "en");
        assert_eq!((text.as_str(), lost.len()), ("\u{c1} e e", 2));
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same() {
        for text in ["Café crème brûlée", "Cafe\u{301} cre\u{300}me bru\u{302}le\u{301}e", "Å A\u{30a} Ṩ ế"] {
            let (kept, lost) = shown(text, "fr");
            assert_eq!(kept, text);
            assert!(lost.is_empty(), "{lost:?}");
        }
    }

    #[test]
    fn emoji_without_a_font_become_their_base_or_go() {
        assert_eq!(shown("1\u{fe0f}\u{20e3} Pour", "en").0, "1 Pour");
        assert_eq!(shown("#\u{20e3} Tag", "en").0, "# Tag");
        let (text, lost) = shown("Fly 🚀 to 🇩🇪 with 👩🏽\u{200d}🚀", "en");
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), ["Fly", "to", "with"]);
        assert_eq!(lost.len(), 3);
        assert_eq!(shown("Rosso™ ©", "en").1, []);
        assert_eq!(shown("2 ™\u{fe0f}", "en").1, []);
    }

    #[test]
    fn spaces_and_joints_need_no_font() {
        for text in ["10\u{a0}%", "1\u{202f}299\u{a0}€", "a\u{2007}b", "a\u{2060}b", "e\u{2011}mail", " \u{200e}x"] {
            let (kept, lost) = shown(text, "en");
            assert!(lost.is_empty(), "{text:?}: {lost:?}");
            assert_eq!(kept, text);
        }
    }

    #[test]
    fn what_is_mostly_missing_goes_as_a_whole() {
        for (text, language) in [
            ("日本", "ja"),
            ("20 분 동안 따뜻합니다!", "ko"),
            ("20 मिनट तक गरम।", "hi"),
            ("20分、熱々。Café", "ja"),
            ("Tea ชาร้อนทุกวัน 100 %", "th"),
            // Figures of another script, and what stands around emoji.
            ("२० %", "hi"),
            ("🔥 🇮🇹 !", "en"),
        ] {
            assert_eq!(shown(text, language), (String::new(), vec![]), "{text}");
        }
        // A foreign word in a text of another script is left out by itself, and figures alone are a text.
        let (text, lost) = shown("Green tea 茶 for slow mornings", "en");
        assert_eq!((text.split_whitespace().count(), lost.len()), (5, 1));
        assert_eq!(shown("100 %", "ja").0, "100 %");
    }

    /// The embedded fonts, with one of them once more as a font of emoji.
    fn with_emoji() -> Fonts {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
        let mut bytes = include_bytes!("../../assets/fonts/InterDisplay-Bold.otf").to_vec();
        let (name, other) = (wide("Inter Display"), wide("Display Emoji"));
        let places: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(&name)).collect();
        places.into_iter().for_each(|at| bytes[at..at + name.len()].copy_from_slice(&other));
        let mut fonts = Fonts::embedded();
        fonts.system.db_mut().load_font_source(cosmic_text::fontdb::Source::Binary(std::sync::Arc::new(bytes)));
        assert_eq!(fonts.emoji_faces().len(), 1);
        fonts
    }

    #[test]
    fn blanks_beside_emoji_are_those_of_the_letters() {
        let mut fonts = with_emoji();
        for text in [
            "Tea ♥\u{fe0f} now",
            "♥\u{fe0f} now",
            "\u{a0}♥\u{fe0f}\u{a0}5 ♥\u{fe0f} ♥\u{fe0f} go",
            "10 ♥\u{fe0f}\u{202f}!",
        ] {
            let covered = cover(&mut fonts, text, Voice::Label, &Language::parse("en"));
            assert_eq!((covered.text.as_str(), covered.left_out.len()), (text, 0));
            let pictures: Vec<&str> = covered
                .spans
                .iter()
                .filter(|(_, face)| face.family() == "Display Emoji")
                .map(|(range, _)| &text[range.clone()])
                .collect();
            assert!(!pictures.is_empty() && pictures.iter().all(|shown| *shown == "♥\u{fe0f}"), "{text}: {pictures:?}");
            assert!(covered.spans.iter().all(|(_, face)| ["Display Emoji", "Inter"].contains(&face.family())));
        }
    }
}
