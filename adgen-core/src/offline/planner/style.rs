//! The one look of all scenes, from mood, brand and product.

use super::{
    draw::{self, Purpose},
    palette::palette,
};
use crate::{
    offline::look::Mood,
    project::{Rgb, Style},
    provider::names::Names,
};

/// The characters of a mood in the user's own words that the style repeats.
const OWN_MOOD: usize = 120;

/// The mood of the ad: from the brief's mood where it says anything, else from what it says about the product.
pub(super) fn mood(wanted: &str, description: &str) -> Mood {
    Mood::from_text(if wanted.trim().is_empty() { description } else { wanted })
}

/// The style. `forbidden` are the words that name the product or brand: the user's words about the mood are left out where
/// they hold one, since the style becomes part of every prompt.
pub(super) fn style(mood: Mood, wanted: &str, brand: &[Rgb], product: &[Rgb], seed: u32, forbidden: &Names) -> Style {
    let words = words(mood);
    let own = wanted.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    // The style is one sentence with semicolons between its parts.
    let own = own.collect::<Vec<_>>().join(" ").replace([';', '"', '#'], ",");
    let own = own.trim_matches(|c: char| !c.is_alphanumeric());
    let fits = !own.is_empty() && own.chars().count() <= OWN_MOOD && !forbidden.any_word_in(own);
    let mood_text = if fits { format!("{}, {own}", words.mood) } else { words.mood.to_owned() };
    let camera = draw::pick(seed, Purpose::Detail, words.camera).copied().unwrap_or_default();
    Style {
        lighting: words.lighting.to_owned(),
        camera: camera.to_owned(),
        texture: words.texture.to_owned(),
        mood: mood_text,
        palette: palette(brand, product, mood, seed),
        grade: words.grade.to_owned(),
    }
}

struct StyleWords {
    lighting: &'static str,
    camera: &'static [&'static str; 2],
    texture: &'static str,
    /// Begins with the mood's own word, which the offline studio looks for.
    mood: &'static str,
    grade: &'static str,
}

fn words(mood: Mood) -> StyleWords {
    match mood {
        Mood::Calm => StyleWords {
            lighting: "soft diffused daylight from a large window on the left",
            camera: &["very slow push-in, shallow depth of field", "slow lateral drift, shallow depth of field"],
            texture: "matte, powdery, fine grain",
            mood: "calm, quiet, serene",
            grade: "low contrast, lifted shadows, muted tones",
        },
        Mood::Fresh => StyleWords {
            lighting: "clean, bright morning key from the upper left with airy fill",
            camera: &["slow push-in, shallow depth of field", "slow upward drift, crisp focus falling off softly"],
            texture: "smooth and clean with a fine grain",
            mood: "fresh, uplifting, optimistic",
            grade: "bright, clear whites, gentle contrast",
        },
        Mood::Warm => StyleWords {
            lighting: "low golden-hour sun from the side with long gentle shadows",
            camera: &["slow push-in, shallow depth of field", "slow orbit to the right, shallow depth of field"],
            texture: "tactile, organic surfaces, fine film grain",
            mood: "warm, cosy, inviting",
            grade: "warm shadows, amber highlights, gentle contrast",
        },
        Mood::Luxury => StyleWords {
            lighting: "low-key studio lighting, one narrow key and a precise rim from behind",
            camera: &["slow precise push-in, shallow depth of field", "slow glide to the left, shallow depth of field"],
            texture: "satin and stone with a subtle film grain",
            mood: "luxury, elegant, refined",
            grade: "deep blacks, controlled highlights, rich contrast",
        },
        Mood::Energetic => StyleWords {
            lighting: "hard key from the upper right with a coloured edge",
            camera: &["confident push-in, wide lens", "quick smooth glide that eases out, wide lens"],
            texture: "crisp and glossy with little grain",
            mood: "energetic, bold, dynamic",
            grade: "saturated colours, strong contrast",
        },
        Mood::Playful => StyleWords {
            lighting: "bright even studio lighting with soft coloured shadows",
            camera: &["gentle push-in, bouncy easing", "slow sideways drift, deep focus"],
            texture: "smooth pastel paper and plastic, hardly any grain",
            mood: "playful, cheerful, joyful",
            grade: "candy colours, bright midtones",
        },
        Mood::Tech => StyleWords {
            lighting: "cool strip lights from both sides and a thin rim on a dark set",
            camera: &["slow motorised push-in, shallow depth of field", "slow linear slide, sharp focus"],
            texture: "brushed metal and frosted glass, clean shadows",
            mood: "tech, futuristic, precise",
            grade: "cool shadows, neutral highlights, high contrast",
        },
        Mood::Natural => StyleWords {
            lighting: "dappled daylight through leaves from the upper left",
            camera: &["slow push-in, shallow depth of field", "slow handheld drift, shallow depth of field"],
            texture: "untreated wood, stone and linen, fine grain",
            mood: "natural, honest, earthy",
            grade: "true greens, soft highlights, medium contrast",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_speaks_of_its_mood_first() {
        let none = Names::default();
        for &mood in Mood::ALL {
            let style = style(mood, "", &[], &[], 3, &none);
            assert!(style.mood.starts_with(mood.as_str()));
            assert_eq!(Mood::from_text(&style.mood), mood, "{}", style.mood);
        }
    }

    #[test]
    fn own_words_stay_unless_they_name_the_product_or_are_a_novel() {
        let names = Names::of(["Rosso Espresso Cup"]);
        let mood = |wanted: &str| style(Mood::Warm, wanted, &[], &[], 0, &names).mood;
        assert_eq!(mood("  slow\nSunday; \"quiet\" "), "warm, cosy, inviting, slow Sunday, ,quiet");
        assert_eq!(mood("like a rosso sunset"), "warm, cosy, inviting");
        assert_eq!(mood(&"cosy ".repeat(100)), "warm, cosy, inviting");
    }

    #[test]
    fn without_a_mood_the_description_speaks() {
        assert_eq!(mood(" ", "An organic soap with herbs"), Mood::Natural);
        assert_eq!(mood("dark, premium", "An organic soap"), Mood::Luxury);
    }
}
