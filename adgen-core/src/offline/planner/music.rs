//! The words for the music. The mood's own word stands in every prompt: the offline synthesiser reads it out again.

use super::draw::{self, Purpose};
use crate::offline::look::Mood;

/// What the music of an ad of `seconds` should sound like.
pub(super) fn prompt(mood: Mood, seconds: f64, seed: u32) -> String {
    let (genres, tempo, instruments) = words(mood);
    let genre = draw::pick(seed, Purpose::Music, genres).copied().unwrap_or_default();
    let seconds = (seconds * 10.0).round() / 10.0;
    format!(
        "{} {genre}, {tempo} BPM, {instruments}, instrumental without vocals, short intro, a build, and an ending that \
         resolves at {seconds} seconds",
        mood.as_str(),
    )
}

fn words(mood: Mood) -> (&'static [&'static str; 2], u32, &'static str) {
    match mood {
        Mood::Calm => {
            (&["ambient piano", "ambient chill-out"], 74, "felt piano, slow pads, sparse bells, calm and spacious")
        }
        Mood::Fresh => (&["indie pop", "acoustic pop"], 112, "plucked guitar, piano, hand claps, fresh and uplifting"),
        Mood::Warm => (&["acoustic folk", "neo-soul"], 88, "nylon guitar, electric piano, brushed drums, warm bass"),
        Mood::Luxury => {
            (&["deep house", "cinematic downtempo"], 96, "sub bass, muted piano, strings, elegant and spare")
        }
        Mood::Energetic => {
            (&["electro house", "drum-led pop"], 126, "driving drums, synth bass, bold stabs, energetic drop")
        }
        Mood::Playful => (&["ukulele pop", "toy-box pop"], 116, "ukulele, glockenspiel, finger snaps, playful melody"),
        Mood::Tech => (&["minimal electronica", "synthwave"], 110, "arpeggiated synths, tight drums, futuristic pads"),
        Mood::Natural => {
            (&["organic folk", "earthy acoustic"], 94, "acoustic guitar, marimba, shaker, natural room sound")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mood_can_be_read_out_again() {
        for &mood in Mood::ALL {
            for seed in 0..6 {
                let prompt = prompt(mood, 30.0, seed);
                assert_eq!(Mood::from_text(&prompt), mood, "{prompt}");
            }
        }
    }
}
