//! What each mood means in music: tempo, scale, progressions, instruments, groove and space. Data only.
//!
//! Depends on the chord and groove tables beside it and on the mood.

use super::harmony::{Chord, DORIAN, Kind::*, LYDIAN, MAJOR, MINOR, MIXOLYDIAN, Scale, chord};
use super::rhythm::{Density, Groove};
use super::voice::contract::Instrument;
use crate::offline::look::Mood;

/// Levels of the parts in dB, as faders would stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Levels {
    pub(crate) pad: f32,
    pub(crate) keys: f32,
    pub(crate) arp: f32,
    pub(crate) lead: f32,
    pub(crate) bass: f32,
    pub(crate) drums: f32,
    pub(crate) kick: f32,
}

/// Everything that a mood decides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// Beats a minute, slowest and fastest.
    pub(crate) tempo: (f64, f64),
    pub(crate) scale: Scale,
    /// Loops of four chords, one a bar.
    pub(crate) loops: &'static [[Chord; 4]],
    /// The two chords that lead home.
    pub(crate) approach: [Chord; 2],
    /// The last chord.
    pub(crate) home: Chord,
    /// How far the off-beat sixteenths are late: 0 straight, 1/3 triplets.
    pub(crate) swing: f64,
    pub(crate) density: Density,
    pub(crate) grooves: &'static [Groove],
    pub(crate) pad: Instrument,
    pub(crate) keys: &'static [Instrument],
    /// Chord rhythms, see `rhythm::steps`; and whether the chord is spread (strummed) over time, in seconds a voice.
    pub(crate) comping: &'static [&'static str],
    pub(crate) strum_s: f32,
    pub(crate) arp: &'static [Instrument],
    pub(crate) arpeggios: &'static [&'static str],
    pub(crate) lead: &'static [Instrument],
    pub(crate) bass: Instrument,
    pub(crate) bass_lines: &'static [&'static str],
    pub(crate) levels: Levels,
    /// How deep the kick ducks pad and bass, 0..1.
    pub(crate) duck: f32,
    /// Reverberation time in seconds.
    pub(crate) reverb_s: f32,
    /// Brightness of pad and plucks, 0..1.
    pub(crate) bright: f32,
    /// Whether there are fills, cymbals and a kick on the last chord.
    pub(crate) grand: bool,
}

/// The style of `mood`.
pub(crate) fn style(mood: Mood) -> Style {
    match mood {
        Mood::Calm => CALM,
        Mood::Fresh => FRESH,
        Mood::Warm => WARM,
        Mood::Luxury => LUXURY,
        Mood::Energetic => ENERGETIC,
        Mood::Playful => PLAYFUL,
        Mood::Tech => TECH,
        Mood::Natural => NATURAL,
    }
}

const CALM: Style = Style {
    tempo: (66.0, 82.0),
    scale: LYDIAN,
    loops: &[
        [chord(0, Maj9), chord(2, Add9), chord(9, Min7), chord(7, Add9)],
        [chord(0, Add9), chord(4, Min7), chord(9, Min7), chord(2, Sus2)],
        [chord(9, Min7), chord(7, Add9), chord(0, Maj9), chord(2, Sus2)],
    ],
    approach: [chord(9, Min7), chord(7, Add9)],
    home: chord(0, Maj9),
    swing: 0.0,
    density: Density::Slow,
    grooves: &[super::rhythm::CALM],
    pad: Instrument::WarmPad,
    keys: &[Instrument::Piano, Instrument::ElectricPiano],
    comping: &["7.......5.......", "7..............."],
    strum_s: 0.035,
    arp: &[Instrument::Bell, Instrument::Vibes],
    arpeggios: &["0...2...3...2...", "....3...2...1...", "0.....2.....3..."],
    lead: &[Instrument::Piano, Instrument::Vibes],
    bass: Instrument::SubBass,
    bass_lines: &["1---------------", "1-------5-------"],
    levels: Levels { pad: -4.4, keys: -3.6, arp: -3.9, lead: -0.2, bass: -5.9, drums: -10.9, kick: -6.2 },
    duck: 0.0,
    reverb_s: 3.0,
    bright: 0.42,
    grand: false,
};

const FRESH: Style = Style {
    tempo: (104.0, 120.0),
    scale: MAJOR,
    loops: &[
        [chord(0, Add9), chord(7, Maj), chord(9, Min7), chord(5, Add9)],
        [chord(5, Maj7), chord(0, Add9), chord(7, Maj), chord(9, Min7)],
        [chord(0, Maj), chord(4, Min7), chord(5, Add9), chord(7, Sus4)],
        [chord(9, Min7), chord(5, Add9), chord(0, Add9), chord(7, Maj)],
    ],
    approach: [chord(5, Add9), chord(7, Sus4)],
    home: chord(0, Add9),
    swing: 0.06,
    density: Density::Lively,
    grooves: &[super::rhythm::FOUR_LIGHT, super::rhythm::POP],
    pad: Instrument::BrightPad,
    keys: &[Instrument::Pluck, Instrument::Piano],
    comping: &["..7...6...7...6.", "8..6..7...7..6..", "7...7..6..7..6.."],
    strum_s: 0.0,
    arp: &[Instrument::Marimba, Instrument::Kalimba],
    arpeggios: &["0.2.1.3.2.1.3.2.", "0..2..3.1..2..3.", "0.1.2.3.0.1.2.3."],
    lead: &[Instrument::Kalimba, Instrument::Pluck, Instrument::Bell],
    bass: Instrument::RoundBass,
    bass_lines: &["1-..1-.1--1-..8-", "1-----1-..1-5-1-", "1-1-..1-1-..1-8-"],
    levels: Levels { pad: -6.2, keys: -8.0, arp: -2.2, lead: -0.9, bass: -4.1, drums: -2.3, kick: -2.9 },
    duck: 0.4,
    reverb_s: 1.5,
    bright: 0.75,
    grand: true,
};

const WARM: Style = Style {
    tempo: (78.0, 94.0),
    scale: MAJOR,
    loops: &[
        [chord(0, Maj9), chord(9, Min9), chord(2, Min9), chord(7, NineSus)],
        [chord(5, Maj7), chord(4, Min7), chord(2, Min7), chord(0, Maj9)],
        [chord(0, Maj7), chord(5, Maj9), chord(4, Min7), chord(9, Min7)],
    ],
    approach: [chord(2, Min9), chord(7, NineSus)],
    home: chord(0, Maj9),
    swing: 0.22,
    density: Density::Medium,
    grooves: &[super::rhythm::LAID_BACK, super::rhythm::BRUSHES],
    pad: Instrument::WarmPad,
    keys: &[Instrument::ElectricPiano],
    comping: &["8.....5...6.....", "8......6..5.....", "7...5..7....5..."],
    strum_s: 0.012,
    arp: &[Instrument::Guitar],
    arpeggios: &["0.1.2.3...2.1...", "..1.2.3.2.1.2...", "0..1..2.3..2..1."],
    lead: &[Instrument::Vibes, Instrument::Guitar, Instrument::Piano],
    bass: Instrument::RoundBass,
    bass_lines: &["1-----.11---5-8-", "1---..1-5---..1-", "1------11---..5-"],
    levels: Levels { pad: -6.4, keys: -3.1, arp: -5.0, lead: -1.6, bass: -2.8, drums: -2.1, kick: -2.8 },
    duck: 0.2,
    reverb_s: 1.8,
    bright: 0.4,
    grand: true,
};

const LUXURY: Style = Style {
    tempo: (74.0, 90.0),
    scale: MINOR,
    loops: &[
        [chord(0, Min9), chord(8, Maj7), chord(5, Min9), chord(7, Min7)],
        [chord(0, MinAdd9), chord(3, Maj7), chord(8, Maj9), chord(10, Add9)],
        [chord(8, Maj9), chord(10, Six), chord(0, Min9), chord(3, Maj7)],
    ],
    approach: [chord(8, Maj7), chord(7, Min7)],
    home: chord(0, Min9),
    swing: 0.0,
    density: Density::Slow,
    grooves: &[super::rhythm::HALF_TIME, super::rhythm::SPARSE],
    pad: Instrument::WarmPad,
    keys: &[Instrument::Piano, Instrument::ElectricPiano],
    comping: &["8...............", "8.........5.....", "7.....6........."],
    strum_s: 0.025,
    arp: &[Instrument::Bell, Instrument::Vibes],
    arpeggios: &["0..1..2...3.....", "....3..2..1.....", "0.....3.....2..."],
    lead: &[Instrument::Piano, Instrument::Bell],
    bass: Instrument::SubBass,
    bass_lines: &["1---------1-----", "1-------------1-", "1-----1---------"],
    levels: Levels { pad: -5.2, keys: -4.7, arp: -4.2, lead: -0.6, bass: -3.3, drums: -1.7, kick: -3.2 },
    duck: 0.35,
    reverb_s: 2.6,
    bright: 0.42,
    grand: true,
};

const ENERGETIC: Style = Style {
    tempo: (118.0, 130.0),
    scale: MINOR,
    loops: &[
        [chord(8, Maj), chord(10, Maj), chord(0, Min), chord(3, Maj)],
        [chord(0, Min), chord(8, Maj), chord(3, Maj), chord(10, Maj)],
        [chord(0, MinAdd9), chord(3, Maj), chord(10, Maj), chord(5, Min7)],
    ],
    approach: [chord(8, Add9), chord(10, Maj)],
    home: chord(0, MinAdd9),
    swing: 0.0,
    density: Density::Lively,
    grooves: &[super::rhythm::FOUR_HARD, super::rhythm::DRIVE],
    pad: Instrument::SuperSaw,
    keys: &[Instrument::SuperSaw],
    comping: &["8..8..8...8..8..", "8..7..8..7..8.7.", "8.....8..8..8..."],
    strum_s: 0.0,
    arp: &[Instrument::Pluck],
    arpeggios: &["0123012301230123", "0.12.30.12.30.12", "0.2.3.2.0.2.3.1."],
    lead: &[Instrument::SynthLead, Instrument::Pluck],
    bass: Instrument::SawBass,
    bass_lines: &["..1-..1-..1-..1-", "1-1-1-1-1-1-1-8-", "..11..11..11..18"],
    levels: Levels { pad: -6.5, keys: -5.2, arp: -7.2, lead: -2.7, bass: -3.4, drums: -3.2, kick: -2.3 },
    duck: 0.65,
    reverb_s: 1.4,
    bright: 0.9,
    grand: true,
};

const PLAYFUL: Style = Style {
    tempo: (104.0, 120.0),
    scale: MAJOR,
    loops: &[
        [chord(0, Six), chord(9, Min), chord(2, Min7), chord(7, Seven)],
        [chord(0, Maj), chord(5, Maj), chord(0, Maj), chord(7, Seven)],
        [chord(0, Six), chord(5, Six), chord(2, Min7), chord(7, Seven)],
    ],
    approach: [chord(2, Min7), chord(7, Seven)],
    home: chord(0, Six),
    swing: 0.3,
    density: Density::Lively,
    grooves: &[super::rhythm::SNAPS, super::rhythm::STOMP],
    pad: Instrument::BrightPad,
    keys: &[Instrument::Guitar],
    comping: &["7...5.6.7...5.6.", "..7...7...7...7.", "7..5..7...7.5..."],
    strum_s: 0.011,
    arp: &[Instrument::Marimba],
    arpeggios: &["0...2...1...2...", "0.2...3.0.2...1.", "....3.2.....1.2."],
    lead: &[Instrument::Marimba, Instrument::Whistle, Instrument::Kalimba],
    bass: Instrument::RoundBass,
    bass_lines: &["1-......5-......", "1-..1-..5-..5-..", "1-.....15-....1-"],
    levels: Levels { pad: -10.1, keys: -6.3, arp: -1.5, lead: -0.1, bass: -3.2, drums: -2.8, kick: -2.5 },
    duck: 0.15,
    reverb_s: 1.1,
    bright: 0.65,
    grand: true,
};

const TECH: Style = Style {
    tempo: (108.0, 124.0),
    scale: DORIAN,
    loops: &[
        [chord(0, Min7), chord(0, MinAdd9), chord(10, Add9), chord(5, Sus2)],
        [chord(0, MinAdd9), chord(3, Maj7), chord(10, Sus2), chord(5, Add9)],
        [chord(5, Add9), chord(0, Min7), chord(10, Add9), chord(0, Sus2)],
    ],
    approach: [chord(5, Add9), chord(10, Add9)],
    home: chord(0, MinAdd9),
    swing: 0.0,
    density: Density::Medium,
    grooves: &[super::rhythm::PULSE, super::rhythm::BROKEN],
    pad: Instrument::BrightPad,
    keys: &[Instrument::Pluck],
    comping: &["7.....7.....7...", "...7.....7......", "7..........7...."],
    strum_s: 0.0,
    arp: &[Instrument::Pluck, Instrument::Glass],
    arpeggios: &["0213021302130213", "0.21.30.21.30.21", "01.20.3201.20.32"],
    lead: &[Instrument::Glass, Instrument::SynthLead],
    bass: Instrument::SawBass,
    bass_lines: &["1-.11-.11-.11-.1", "1-1-..1-1-1-..5-", "1---..1-..1---1-"],
    levels: Levels { pad: -5.5, keys: -7.1, arp: -2.9, lead: -1.4, bass: -3.3, drums: -2.5, kick: -3.2 },
    duck: 0.5,
    reverb_s: 1.9,
    bright: 0.6,
    grand: true,
};

const NATURAL: Style = Style {
    tempo: (84.0, 100.0),
    scale: MIXOLYDIAN,
    loops: &[
        [chord(0, Add9), chord(5, Add9), chord(9, Min7), chord(5, Maj7)],
        [chord(0, Maj), chord(10, Add9), chord(5, Add9), chord(0, Sus2)],
        [chord(9, Min7), chord(5, Add9), chord(0, Add9), chord(7, Sus4)],
    ],
    approach: [chord(5, Add9), chord(7, Sus4)],
    home: chord(0, Add9),
    swing: 0.08,
    density: Density::Medium,
    grooves: &[super::rhythm::SHAKERS, super::rhythm::FOLK],
    pad: Instrument::WarmPad,
    keys: &[Instrument::Guitar],
    comping: &["8...............", "8.......6......."],
    strum_s: 0.022,
    arp: &[Instrument::Guitar],
    arpeggios: &["0.2.1.3.2.1.3.2.", "0.1.2.3.2.1.2.1.", "0..2.1.3..2.1.2."],
    lead: &[Instrument::Piano, Instrument::Kalimba, Instrument::Whistle],
    bass: Instrument::RoundBass,
    bass_lines: &["1-------1---5---", "1-----1-5-------", "1-----------..5-"],
    levels: Levels { pad: -6.5, keys: -5.6, arp: -2.7, lead: 0.7, bass: -3.8, drums: -1.8, kick: -2.9 },
    duck: 0.1,
    reverb_s: 1.9,
    bright: 0.45,
    grand: true,
};
