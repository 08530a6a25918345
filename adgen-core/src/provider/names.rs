//! The names of product and brand, which no prompt may hold: a video model would draw a second product.
//!
//! The one rule for every planner, ours and others'. Names are compared without case, accents, spacing and punctuation.
//! Depends on nothing of adgen.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Names that must not stand in a prompt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// Whole names, folded, the longest first.
    whole: Vec<String>,
    /// Words that name by themselves, as their stems: "verlun" of "Verlune Oil".
    telling: Vec<String>,
    /// All words of the names that are long enough, common ones too.
    words: Vec<String>,
}

/// Shorter names are let through: "On" and "One" stand in every other sentence. Scripts in which a sign is a syllable or a
/// word need fewer.
const SHORTEST: usize = 4;
const SHORTEST_WIDE: usize = 2;

/// Words of light, colour, material, place and time that a prompt cannot do without: they may stand in it though they are
/// part of a longer name. What a product is ("oil", "cup", "lamp") is not among them.
const COMMON: &str = "above across action advert against airy alive almost amber amid angle anthracite area areas around atmosphere autumn \
    away back background backdrop balanced bare beach beam behind below beneath beside best better between beyond black bloom blue blur \
    blurred bokeh bold bottom bouncy breeze bright brightness brilliant bronze brown brushed calm camera candle candy caustics cave \
    cedar centre center chalk charcoal cheerful cinematic city classic clay clean clear close cloud clouds coast cobalt colour colours color \
    colors coloured colored comes coming composition concrete confident contrast controlled cool copper coral cosy cozy cove cream crisp \
    crystal curtain daily dappled dark dawn daylight deep deluxe depth desert design diffused dim discs distance distant down drape draped drift drifting dust \
    dusk dynamic early earth earthy ease easing eases east edge edges elegant emerald empty energetic energy evening even every falloff falling falls \
    field fill film fine finest fire fires firm floating floor flow flowing flower flowers focus fog fold folds forest frame fresh frost \
    frosted frozen futuristic full fume garden garland garlands gentle glide glides glass gleam glints glossy glow glowing gold golden good grade gradient \
    grain grand granite grass gravel great green grey gray ground half hand handheld hard hardly haze hazy heat heaven high highlight highlights \
    hill hills home honest honey horizon hour house huge icon inside indigo inviting iron island ivory jade joyful jungle just juniper lake \
    lamps land large late lateral lavender layer leaf leaves left lens lettering lifted light lights lilac lily lime limestone line linear \
    linen little logos logo long lounge love lunar lush luxury magic mahogany marble marine matte meadow medium mellow metal metallic midnight midtones \
    mild mineral minimal mint mirror mist modern moment mood moon more morning moss most motion motorised mountain mountains move movement \
    moving muted narrow nature natural near neutral neutrals never niche night noon nordic north oaken ocean olive onyx open optimistic opal orange orbit \
    orchid organic original outside over pale palette paper part particles pastel path peach pearl people perfect photographic pine pink place plain plant plants plaster plate \
    playful plastic platinum podium polar polished pool powder powdery precise premium prime product proof pull pulse pure purple push quartz quick quiet rain rainbow raised raw rays ready \
    refined refreshing rest resting rich right rim ripples rippling rising river road rock rocks room rose rough round royal ruby running rural rustic saffron \
    sage salt same sand sandstone sapphire satin saturated savanna scene scarlet seamless season seaside serene shade shades shadow \
    shadows shafts shallow sharp sheen shimmer shine shining shiny shore side sides silent silhouette silk silken silver simple sinking skies slate slide slow slowly small smoke smoked \
    smooth snow soft softly solar solid sound south space spark sparks special spice spot spring spruce square star stars start statement steady steel stem still stone stones storm straight \
    strip stripe strong studio style subtle summer summit sunbeam sunlit sunny sunrise sunset sunshine super sweep swift table tactile tall terracotta terrace terrazzo text texture textured thin third \
    through throughout tide tinted tone tones tools towards tower town trail tree trees tropical true turquoise twilight ultra under uplifting upper upward urban \
    untreated valley vanilla vein veined velvet vertical very violet vivid volumetric walk wall walls walnut warm warmth washed water watery \
    wave waves weathered west wheat white wide wild willow wind window winter with wood wooden woods wool world yellow zenith both from front lighting oiled painted sideways \
    surface surfaces tech that";

impl Names {
    /// Of a product and a brand; those of fewer than four letters are left out.
    pub(crate) fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for name in names {
            let folded = Folded::of(name).text;
            let folded = folded.trim();
            if is_long(&folded.replace(' ', "")) {
                all.whole.push(folded.to_owned());
            }
            let words: Vec<&str> = folded.split(' ').filter(|word| is_long(word)).collect();
            all.words.extend(words.iter().map(|word| (*word).to_owned()));
            // A name of one word is a whole name.
            if folded.contains(' ') {
                let telling = words.iter().filter(|word| !is_common(word) && !word.chars().all(char::is_numeric));
                all.telling.extend(telling.map(|word| stem(word).to_owned()));
            }
        }
        for list in [&mut all.whole, &mut all.telling, &mut all.words] {
            // The longest first, so that removing one leaves no rest of it.
            list.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
            list.dedup();
        }
        all
    }

    /// The name, or the part of one that names by itself, which stands in `text`, in lower case.
    pub(crate) fn in_text(&self, text: &str) -> Option<&str> {
        let folded = Folded::of(text);
        let whole = self.whole.iter().find(|name| folded.find(name).is_some());
        whole.or_else(|| self.telling.iter().find(|word| folded.find_word(word).is_some())).map(String::as_str)
    }

    /// Whether any word of a name stands in `text`, also as a plural or as the beginning of a compound, be it a common one:
    /// for a planner that can choose other words.
    pub(crate) fn any_word_in(&self, text: &str) -> bool {
        let folded = Folded::of(text);
        self.words.iter().any(|word| folded.find_word(stem(word)).is_some())
            || self.whole.iter().any(|name| folded.find(name).is_some())
    }

    /// `text` on one line without the names.
    pub(crate) fn removed_from(&self, text: &str) -> String {
        let mut text = plain(text);
        loop {
            let folded = Folded::of(&text);
            let whole = self.whole.iter().find_map(|name| folded.find(name));
            let found = whole.or_else(|| self.telling.iter().find_map(|word| folded.find_word(word)));
            let Some((start, end)) = found else { return text };
            // A blank in its place, so that what stood around it does not become a name.
            text = plain(&format!("{} {}", &text[..start], &text[end..]));
        }
    }
}

/// On one line, with single blanks and without control characters.
pub(crate) fn plain(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn is_common(word: &str) -> bool {
    COMMON.split_whitespace().any(|common| common == word || word.strip_suffix('s') == Some(common))
}

fn is_long(word: &str) -> bool {
    let wide = word.chars().any(|c| matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1000..=0x11FF | 0x1780..=0x17FF | 0x2E80..=0xD7FF | 0x20000..=0x3FFFF));
    word.chars().count() >= if wide { SHORTEST_WIDE } else { SHORTEST }
}

/// What a word and its plural begin with: "berr" of "berry" and "berries".
fn stem(word: &str) -> &str {
    let cut = ["y", "s"].iter().find_map(|end| word.strip_suffix(end)).filter(|stem| stem.chars().count() >= SHORTEST);
    cut.unwrap_or(word)
}

/// A text to compare: lower case, without accents, one blank for whatever is no letter or figure, and where each byte of it
/// came from.
struct Folded {
    text: String,
    /// The first byte in the original and the one after the last.
    origin: Vec<(usize, usize)>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), origin: Vec::with_capacity(text.len()) };
        let normalizer = DecomposingNormalizerBorrowed::new_nfkd();
        for (at, letter) in text.char_indices() {
            let end = at + letter.len_utf8();
            for part in normalizer.normalize_iter(std::iter::once(letter)).flat_map(char::to_lowercase) {
                folded.push(part, (at, end));
            }
        }
        folded
    }

    fn push(&mut self, letter: char, origin: (usize, usize)) {
        let letter = match letter {
            // Accents, soft hyphens and what joins letters or keeps them apart.
            '\u{300}'..='\u{36F}'
            | '\u{AD}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2060}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' => return,
            // Whether a sigma is final depends on where it stands.
            'ς' => 'σ',
            // "Straße" and "Strasse", which capitals cannot tell apart.
            'ß' => return ['s', 's'].into_iter().for_each(|letter| self.push(letter, origin)),
            'ı' => 'i',
            'ø' => 'o',
            'ł' => 'l',
            'đ' => 'd',
            // Apostrophes stand inside words.
            '\'' | '’' | 'ʼ' | '`' => return,
            letter if letter.is_alphanumeric() || is_mark(letter) => letter,
            _ if self.text.ends_with(' ') => return,
            _ => ' ',
        };
        self.text.push(letter);
        self.origin.extend(std::iter::repeat_n(origin, letter.len_utf8()));
    }

    /// Where a whole name stands, be it inside another word, or written in one word or with other signs between its words.
    fn find(&self, name: &str) -> Option<(usize, usize)> {
        if let Some(start) = self.text.find(name) {
            return self.range(start, start + name.len());
        }
        if !name.contains(' ') {
            return self.find_spaced(name);
        }
        let joined = name.replace(' ', "");
        self.find_word(&joined).or_else(|| self.find_spaced(&joined))
    }

    /// Where a word begins with `stem`.
    fn find_word(&self, stem: &str) -> Option<(usize, usize)> {
        let found = self.text.match_indices(stem).map(|(at, _)| at);
        let starts = |at: usize| self.text[..at].chars().next_back().is_none_or(|c| c == ' ' || is_syllable(c));
        let start = found.into_iter().find(|&at| starts(at))?;
        let end = self.text[start..].find(' ').map_or(self.text.len(), |length| start + length);
        // Of a script without blanks only the name itself.
        let end = if stem.chars().any(is_syllable) { start + stem.len() } else { end };
        self.range(start, end)
    }

    /// Where words that together are `joined` stand side by side: "Hydro Flow" of "HydroFlow".
    fn find_spaced(&self, joined: &str) -> Option<(usize, usize)> {
        let starts =
            self.text.char_indices().filter(|&(at, c)| c != ' ' && (at == 0 || self.text[..at].ends_with(' ')));
        starts.into_iter().find_map(|(start, _)| {
            let mut rest = joined;
            for (at, c) in self.text[start..].char_indices() {
                if rest.is_empty() {
                    return (c == ' ').then(|| self.range(start, start + at)).flatten();
                }
                if c != ' ' {
                    rest = rest.strip_prefix(c)?;
                }
            }
            rest.is_empty().then(|| self.range(start, self.text.len())).flatten()
        })
    }

    fn range(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        Some((self.origin.get(start)?.0, self.origin.get(end.checked_sub(1)?)?.1))
    }
}

/// Vowel signs of Indic scripts and the like, which belong to their letter.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x0590..=0x05CF | 0x0610..=0x061A | 0x064B..=0x065F | 0x0900..=0x0DFF | 0x0E30..=0x0E4F | 0x0EB0..=0x0ECF
        | 0x1000..=0x109F | 0x1780..=0x17D3)
}

/// Scripts that set no blanks between words.
fn is_syllable(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x2E80..=0xABFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        offline::TemplatePlanner,
        project::{Brand, Brief},
        provider::PlanRequest,
    };
    use proptest::prelude::*;

    #[test]
    fn names_are_found_in_any_case_spacing_and_form() {
        let names = Names::of(["Glow", "Café  Nero", "ONE", " "]);
        assert_eq!(names.in_text("a soft GLOWING light"), Some("glow"));
        assert_eq!(names.in_text("the CAFÉ\nNERO wall"), Some("cafe nero"));
        assert_eq!(names.in_text("one stone, a light wall"), None);
        assert!(Names::of(["ΟΔΟΣ"]).in_text("η οδος εδώ").is_some());
        assert_eq!(names.removed_from("a Glow of light, one beam"), "a of light, one beam");
        assert_eq!(Names::default().in_text("anything"), None);
        for (name, text) in [
            ("Rosso Espresso Cup", "two ROSSO-ESPRESSO-CUPS on a table"),
            ("Rosso Espresso Cup", "a rossoespressocup"),
            ("Rosso Espresso Cup", "espressos on a shelf"),
            ("HydroFlow", "a hydro flow beside the sea"),
            ("Café Nero", "the cafe nero"),
            ("Wild Berry", "berries on a plate"),
            ("Weiße Straße", "WEISSE STRASSE"),
            ("L’Oréal", "a loreal wall"),
            ("茶の庭", "静かな茶の庭の朝"),
            ("ชาเขียว", "สวนชาเขียวยามเช้า"),
            ("Ve\u{AD}rlune", "a verlune light"),
            ("Nin\u{303}o Azul", "the niño azul"),
        ] {
            assert!(Names::of([name]).in_text(text).is_some(), "{name} in {text}");
        }
        for (name, text) in [
            ("Silk Glow Serum", "flowing silk in a soft glow"),
            ("Desk Lamp No. 7", "seven stones, no text"),
            ("Co La", "a chocolate wall"),
            ("Rosso Espresso Cup", "a cupola, rows of light"),
            ("On", "one stone on another"),
        ] {
            assert_eq!(Names::of([name]).in_text(text), None, "{name} in {text}");
        }
    }

    #[test]
    fn a_planner_that_can_choose_avoids_common_words_too() {
        let names = Names::of(["Silk Serum", "Lights & Co"]);
        assert!(names.any_word_in("flowing silk waves") && names.any_word_in("a light wall"));
        assert!(!names.any_word_in("stone and water") && !Names::default().any_word_in("anything"));
    }

    #[test]
    fn our_own_prompts_hold_common_words_only() {
        let mut words = std::collections::BTreeSet::new();
        for mood in ["calm", "fresh", "warm", "luxury", "energetic", "playful", "tech", "natural"] {
            for seed in 0..60 {
                let mut brief = Brief::new("x");
                brief.mood = mood.to_owned();
                let request = PlanRequest { seed, ..PlanRequest::new(brief, Brand::default()) };
                for scene in TemplatePlanner::new().plan_now(&request).scenes {
                    words.extend(Folded::of(&scene.prompt).text.split(' ').map(str::to_owned));
                }
            }
        }
        let colour = |word: &str| word.len() == 6 && word.chars().all(|c| c.is_ascii_hexdigit());
        let unknown: Vec<&String> =
            words.iter().filter(|word| is_long(word) && !is_common(word) && !colour(word)).collect();
        assert!(unknown.is_empty(), "these belong into COMMON: {unknown:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_of_a_name_survives(
            name in "[a-zA-Z%ßİς ]{1,12}", around in "[a-zA-Z%ßİς ]{0,20}", upper in any::<bool>(),
        ) {
            let shown = if upper { name.to_uppercase() } else { name.clone() };
            let names = Names::of([name.as_str()]);
            for text in [format!("{around}{shown}{around}"), format!("{around} {shown} {around}")] {
                let clean = names.removed_from(&text);
                prop_assert_eq!(names.in_text(&clean), None, "{:?} in {:?}", &name, &clean);
                let folded = Folded::of(&name).text;
                let is_short = folded.replace(' ', "").chars().count() < SHORTEST;
                prop_assert!(is_short || !Folded::of(&clean).text.contains(folded.trim()), "{:?} in {:?}", name, clean);
            }
        }

        #[test]
        fn no_text_breaks_it(name in "\\PC{0,40}", text in "\\PC{0,80}") {
            let names = Names::of([name.as_str()]);
            prop_assert_eq!(names.in_text(&names.removed_from(&format!("{text}{name}{text}"))), None);
        }
    }
}
