//! What a background should feel like, read from the brief's own words.
//!
//! Depends on nothing. The numbers behind each mood are the art direction of every look.

use serde::{Deserialize, Serialize};

/// The feeling of a background: decides lightness, saturation, light temperature, pace and grain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mood {
    /// Light, quiet, slow.
    Calm,
    /// Bright and clean.
    #[default]
    Fresh,
    /// Late sun, soft earth tones.
    Warm,
    /// Dark, low-key, precise light.
    Luxury,
    /// Saturated, contrasty, quicker.
    Energetic,
    /// Bright pastels.
    Playful,
    /// Dark and cool.
    Tech,
    /// Daylight on natural neutrals.
    Natural,
}

/// Word stems and the mood for which they speak. Stems, so that "freshness" and "energetically" count too.
const WORDS: &[(Mood, &[&str])] = &[
    (
        Mood::Calm,
        &[
            "calm", "sooth", "serene", "relax", "peace", "quiet", "gentle", "soft", "zen", "minimal", "tranquil",
            "sleep",
        ],
    ),
    (
        Mood::Fresh,
        &["fresh", "clean", "uplift", "bright", "crisp", "airy", "light", "optimis", "pure", "cool", "summer"],
    ),
    (Mood::Warm, &["warm", "cozy", "cosy", "autumn", "golden", "home", "comfort", "sunset", "nostalg", "romantic"]),
    (
        Mood::Luxury,
        &[
            "luxur",
            "premium",
            "elegan",
            "dark",
            "sophisticat",
            "exclusive",
            "opulen",
            "noir",
            "refined",
            "high-end",
            "dramatic",
        ],
    ),
    (
        Mood::Energetic,
        &["energ", "dynamic", "bold", "power", "sport", "intens", "exciting", "vibrant", "fast", "upbeat", "active"],
    ),
    (
        Mood::Playful,
        &["playful", "fun", "joy", "happy", "cheer", "kid", "child", "colorful", "colourful", "quirky", "party"],
    ),
    (Mood::Tech, &["tech", "futur", "digital", "modern", "innovat", "sleek", "cyber", "electr", "gadget", "smart"]),
    (
        Mood::Natural,
        &[
            "natur",
            "organic",
            "earth",
            "botanic",
            "forest",
            "herbal",
            "eco",
            "sustainab",
            "rustic",
            "green",
            "outdoor",
            "wood",
        ],
    ),
];

impl Mood {
    /// Every mood.
    pub const ALL: &'static [Self] =
        &[Self::Calm, Self::Fresh, Self::Warm, Self::Luxury, Self::Energetic, Self::Playful, Self::Tech, Self::Natural];

    /// The name as it stands in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Fresh => "fresh",
            Self::Warm => "warm",
            Self::Luxury => "luxury",
            Self::Energetic => "energetic",
            Self::Playful => "playful",
            Self::Tech => "tech",
            Self::Natural => "natural",
        }
    }

    /// The mood of which free text such as `"dark, premium"` speaks most; the word that comes first settles a tie, and text
    /// without any known word is [`Mood::Fresh`].
    pub fn from_text(text: &str) -> Self {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
        let mut best = (0, usize::MAX, Self::default());
        for &(mood, stems) in WORDS {
            let hits = words.iter().enumerate().filter(|(_, word)| stems.iter().any(|stem| word.starts_with(stem)));
            let (count, first) = hits.fold((0, usize::MAX), |(count, first), (at, _)| (count + 1, first.min(at)));
            if count > best.0 || (count == best.0 && count > 0 && first < best.1) {
                best = (count, first, mood);
            }
        }
        best.2
    }

    /// The art direction.
    pub(super) const fn direction(self) -> Direction {
        match self {
            Self::Calm => Direction::light(0.86, 0.034, 0.20, 0.55, 85.0, 0.010, 0.7, 0.8, &[215.0, 160.0, 60.0]),
            Self::Fresh => Direction::light(0.89, 0.058, 0.22, 0.62, 100.0, 0.012, 1.0, 0.8, &[195.0, 155.0, 125.0]),
            Self::Warm => Direction::light(0.80, 0.058, 0.30, 0.80, 70.0, 0.040, 0.85, 1.1, &[55.0, 40.0, 75.0]),
            Self::Luxury => Direction::dark(0.255, 0.030, 0.16, 1.00, 78.0, 0.040, 0.7, 1.3, &[75.0, 30.0, 300.0]),
            Self::Energetic => Direction::light(0.765, 0.088, 0.30, 0.95, 90.0, 0.014, 1.5, 1.1, &[45.0, 25.0, 275.0]),
            Self::Playful => Direction::light(0.83, 0.090, 0.22, 0.60, 90.0, 0.012, 1.25, 0.8, &[355.0, 85.0, 300.0]),
            Self::Tech => Direction::dark(0.25, 0.055, 0.17, 0.95, 235.0, 0.026, 1.0, 1.1, &[255.0, 285.0, 205.0]),
            Self::Natural => Direction::light(0.80, 0.040, 0.26, 0.70, 88.0, 0.024, 0.8, 1.0, &[115.0, 80.0, 140.0]),
        }
    }
}

/// The numbers of a mood. Lightness and chroma are OKLCH's (lightness 0-1, chroma 0 to about 0.3), hues are in degrees.
#[derive(Debug, Clone, Copy)]
pub(super) struct Direction {
    /// A low-key picture: light on darkness rather than shade on light.
    pub(super) dark: bool,
    /// Lightness of the lit backdrop.
    pub(super) lightness: f32,
    /// The most chroma that the backdrop may have.
    pub(super) chroma: f32,
    /// How far the shadows lie below the backdrop, in lightness.
    pub(super) depth: f32,
    /// Strength of light and shade, 0-1.
    pub(super) contrast: f32,
    /// Hue of the key light.
    pub(super) light_hue: f32,
    /// Chroma of the key light.
    pub(super) light_chroma: f32,
    /// Pace of all movement; 1 is normal.
    pub(super) pace: f32,
    /// Standard deviation of the grain in 8-bit code values.
    pub(super) grain: f32,
    /// Hues to choose from where the palette has none.
    pub(super) hues: &'static [f32],
}

impl Direction {
    #[expect(clippy::too_many_arguments, reason = "a table's row")]
    const fn light(
        lightness: f32,
        chroma: f32,
        depth: f32,
        contrast: f32,
        light_hue: f32,
        light_chroma: f32,
        pace: f32,
        grain: f32,
        hues: &'static [f32],
    ) -> Self {
        Self { dark: false, lightness, chroma, depth, contrast, light_hue, light_chroma, pace, grain, hues }
    }

    #[expect(clippy::too_many_arguments, reason = "a table's row")]
    const fn dark(
        lightness: f32,
        chroma: f32,
        depth: f32,
        contrast: f32,
        light_hue: f32,
        light_chroma: f32,
        pace: f32,
        grain: f32,
        hues: &'static [f32],
    ) -> Self {
        Self { dark: true, lightness, chroma, depth, contrast, light_hue, light_chroma, pace, grain, hues }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_finds_its_mood() {
        for (text, mood) in [
            ("fresh uplifting", Mood::Fresh),
            ("dark, premium", Mood::Luxury),
            ("Cozy autumn evening", Mood::Warm),
            ("high-end & elegant", Mood::Luxury),
            ("ENERGETIC, sporty", Mood::Energetic),
            ("fun for kids", Mood::Playful),
            ("futuristic gadget", Mood::Tech),
            ("organic, earthy", Mood::Natural),
            ("soothing, zen", Mood::Calm),
            ("playful but calm", Mood::Playful),
            ("", Mood::Fresh),
            ("???", Mood::Fresh),
            ("désinvolte", Mood::Fresh),
        ] {
            assert_eq!(Mood::from_text(text), mood, "{text:?}");
        }
    }

    #[test]
    fn every_mood_reads_its_own_name() {
        for &mood in Mood::ALL {
            assert_eq!(Mood::from_text(mood.as_str()), mood);
            assert_eq!(serde_json::to_value(mood).expect("a plain enum"), mood.as_str());
        }
    }
}
