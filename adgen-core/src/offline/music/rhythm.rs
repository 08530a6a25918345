//! Time within the bar: sixteenth steps, swing, the drum grooves and the rhythms of melodies. Depends on the drum names only.
//!
//! A pattern is 16 characters, one a sixteenth. Drums and chords: `1`..`9` is the velocity, `.` nothing. Melodies: `x` starts
//! a note, `-` holds it. Bass: `1` root, `5` fifth, `8` octave, `-` holds. Arpeggios: the digit is the chord voice.

use super::voice::drum::Drum;

/// Sixteenths a bar of four beats.
pub(crate) const STEPS: usize = 16;

/// How many notes a melody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Density {
    Slow,
    Medium,
    Lively,
}

/// How much of the groove plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    None,
    Light,
    Half,
    Full,
}

/// One drum of a groove, from which level on it plays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lane {
    pub(crate) drum: Drum,
    pub(crate) steps: &'static str,
    pub(crate) from: Level,
    /// -1 left .. 1 right.
    pub(crate) pan: f32,
}

/// A drum pattern of one bar.
pub(crate) type Groove = &'static [Lane];

const fn lane(drum: Drum, steps: &'static str, from: Level, pan: f32) -> Lane {
    Lane { drum, steps, from, pan }
}

pub(crate) const CALM: Groove = &[
    lane(Drum::Shaker, "3...2...3...2...", Level::Full, 0.3),
    lane(Drum::SoftKick, "4...............", Level::Full, 0.0),
];
pub(crate) const FOUR_LIGHT: Groove = &[
    lane(Drum::Kick, "8...7...8...7...", Level::Half, 0.0),
    lane(Drum::Clap, "....7.......7...", Level::Full, 0.0),
    lane(Drum::Snap, "....6.......6...", Level::Half, 0.15),
    lane(Drum::Hat, "..6...6...6...6.", Level::Half, -0.25),
    lane(Drum::Shaker, "5.354.355.354.35", Level::Light, 0.4),
    lane(Drum::Tambourine, "....4.......4...", Level::Full, -0.4),
];
pub(crate) const POP: Groove = &[
    lane(Drum::Kick, "9.....5.8..6....", Level::Half, 0.0),
    lane(Drum::Snare, "....7.......7...", Level::Full, 0.0),
    lane(Drum::Clap, "....5.......5...", Level::Half, 0.1),
    lane(Drum::Hat, "6.4.6.4.6.4.6.4.", Level::Half, -0.25),
    lane(Drum::OpenHat, "..............5.", Level::Full, -0.25),
    lane(Drum::Shaker, "4.3.4.3.4.3.4.3.", Level::Light, 0.4),
];
pub(crate) const LAID_BACK: Groove = &[
    lane(Drum::SoftKick, "8......5..7.....", Level::Half, 0.0),
    lane(Drum::Rim, "....6.......6..3", Level::Half, 0.1),
    lane(Drum::Snare, "....3.......3...", Level::Full, 0.0),
    lane(Drum::Hat, "5.4.5.435.4.5.4.", Level::Full, -0.25),
    lane(Drum::Shaker, "4.3.4.3.4.3.4.3.", Level::Light, 0.35),
];
pub(crate) const BRUSHES: Groove = &[
    lane(Drum::SoftKick, "7.........6.....", Level::Half, 0.0),
    lane(Drum::Snap, "....6.......6...", Level::Half, 0.1),
    lane(Drum::Brush, "3.2.5.2.3.2.5.23", Level::Light, -0.1),
    lane(Drum::Hat, "..4...4...4...4.", Level::Full, -0.3),
];
pub(crate) const HALF_TIME: Groove = &[
    lane(Drum::Kick, "8.........5.....", Level::Half, 0.0),
    lane(Drum::Clap, "........6.......", Level::Full, 0.0),
    lane(Drum::Rim, "........5.......", Level::Half, 0.1),
    lane(Drum::Hat, "4.3.4.3.4.334.3.", Level::Full, -0.3),
    lane(Drum::Shaker, "..3...3...3...3.", Level::Light, 0.4),
];
pub(crate) const SPARSE: Groove = &[
    lane(Drum::SoftKick, "8.....4.........", Level::Half, 0.0),
    lane(Drum::Snap, "........6.......", Level::Half, 0.1),
    lane(Drum::Hat, "..4...4...4..34.", Level::Full, -0.3),
    lane(Drum::Tom, "............4.3.", Level::Full, -0.35),
];
pub(crate) const FOUR_HARD: Groove = &[
    lane(Drum::Kick, "9...9...9...9...", Level::Half, 0.0),
    lane(Drum::Clap, "....8.......8...", Level::Full, 0.0),
    lane(Drum::Snare, "....5.......5..3", Level::Full, 0.0),
    lane(Drum::OpenHat, "..6...6...6...6.", Level::Full, -0.2),
    lane(Drum::Hat, "5.545.545.545.54", Level::Half, 0.2),
    lane(Drum::Shaker, "4343434343434343", Level::Light, 0.45),
];
pub(crate) const DRIVE: Groove = &[
    lane(Drum::Kick, "9...9..59...9...", Level::Half, 0.0),
    lane(Drum::Snare, "....8.......8...", Level::Full, 0.0),
    lane(Drum::Clap, "....6.......6...", Level::Half, 0.1),
    lane(Drum::Hat, "6.5.6.5.6.5.6.5.", Level::Half, 0.2),
    lane(Drum::OpenHat, "..6...6...6...6.", Level::Full, -0.2),
    lane(Drum::Tambourine, "4.3.4.3.4.3.4.3.", Level::Light, 0.45),
];
pub(crate) const SNAPS: Groove = &[
    lane(Drum::SoftKick, "8.......7.......", Level::Half, 0.0),
    lane(Drum::Snap, "....8.......8...", Level::Light, 0.1),
    lane(Drum::Clap, "....5.......5...", Level::Full, -0.1),
    lane(Drum::Shaker, "5.3.5.345.3.5.34", Level::Half, 0.4),
    lane(Drum::Rim, "......4.......4.", Level::Full, -0.4),
];
pub(crate) const STOMP: Groove = &[
    lane(Drum::Kick, "8.....5.8.......", Level::Half, 0.0),
    lane(Drum::Clap, "....7.......7...", Level::Half, 0.0),
    lane(Drum::Snap, "..4...4...4...4.", Level::Light, 0.3),
    lane(Drum::Tambourine, "5.3.5.3.5.3.5.3.", Level::Full, -0.4),
];
pub(crate) const PULSE: Groove = &[
    lane(Drum::Kick, "9...8...9...8...", Level::Half, 0.0),
    lane(Drum::Clap, "....6.......6...", Level::Full, 0.0),
    lane(Drum::Rim, "...4..4....4..4.", Level::Full, -0.45),
    lane(Drum::Hat, "..6...6...6...65", Level::Half, 0.2),
    lane(Drum::Shaker, "3434343434343434", Level::Light, 0.45),
];
pub(crate) const BROKEN: Groove = &[
    lane(Drum::Kick, "9..6..5...8.....", Level::Half, 0.0),
    lane(Drum::Snare, "....6.......6...", Level::Full, 0.0),
    lane(Drum::Snap, "....5.......5...", Level::Half, 0.15),
    lane(Drum::Hat, "545.545.545.5454", Level::Half, 0.25),
    lane(Drum::Rim, ".......4.....4..", Level::Full, -0.45),
    lane(Drum::Shaker, "..4...4...4...4.", Level::Light, -0.4),
];
pub(crate) const SHAKERS: Groove = &[
    lane(Drum::Shaker, "5.345.345.345.34", Level::Light, 0.35),
    lane(Drum::SoftKick, "7.......6.5.....", Level::Half, 0.0),
    lane(Drum::Rim, "....4.......4...", Level::Half, -0.2),
    lane(Drum::Tambourine, "....4.......4...", Level::Full, -0.4),
    lane(Drum::Brush, "....5.......5...", Level::Full, 0.0),
];
pub(crate) const FOLK: Groove = &[
    lane(Drum::SoftKick, "8.......8.......", Level::Half, 0.0),
    lane(Drum::Clap, "....4.......4...", Level::Full, 0.1),
    lane(Drum::Snap, "....4.......4...", Level::Half, -0.1),
    lane(Drum::Shaker, "4.3.5.3.4.3.5.3.", Level::Light, 0.35),
    lane(Drum::Tom, "......4.......43", Level::Full, -0.3),
];

/// The melodic rhythms of one bar, by density: those that ask, and those that answer.
pub(crate) fn melodic(density: Density) -> (&'static [&'static str], &'static [&'static str]) {
    match density {
        Density::Slow => (
            &["x-------x---x---", "x---x---x-------", "....x---x-------", "x-----x-x-------", "x-----------x---"],
            &["x---------------", "x---x-----------", "....x-----------"],
        ),
        Density::Medium => (
            &["x---x-x---x-----", "x-x-x---x---x---", "..x-x---x-x-x---", "x--x--x---x-x---", "x---..x-x---x-x-"],
            &["x---x-------....", "x-----------....", "x-x-x-----------", "x-x-x---........"],
        ),
        Density::Lively => (
            &["x-x-..x-x-x-x---", "x--x--x-x--x--x-", "x-x-xxx-..x-x-x-", "..x-x-x-x--x--x-", "x-xxx-x-..x-x---"],
            &["x-x-x---........", "x--x--x---......", "x---x---x-......", "x-x-x-x-x---...."],
        ),
    }
}

/// The notes of a pattern: step, length in steps up to the next note or rest, and the character.
pub(crate) fn steps(pattern: &str) -> Vec<(usize, usize, char)> {
    let mut notes: Vec<(usize, usize, char)> = Vec::new();
    let mut open = false;
    for (step, mark) in pattern.chars().enumerate() {
        match mark {
            '-' => {
                if let Some(last) = notes.last_mut().filter(|_| open) {
                    last.1 += 1;
                }
            }
            '.' => open = false,
            mark => {
                notes.push((step, 1, mark));
                open = true;
            }
        }
    }
    notes
}

/// Where a step lies, in beats from the bar's start, with the off-beat sixteenths late by `swing` of a step.
pub(crate) fn step_beats(step: usize, swing: f64) -> f64 {
    (step as f64 + if step % 2 == 1 { swing } else { 0.0 }) / 4.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offline::look::Mood;

    #[test]
    fn every_pattern_is_one_bar() {
        for mood in [
            Mood::Calm,
            Mood::Fresh,
            Mood::Warm,
            Mood::Luxury,
            Mood::Energetic,
            Mood::Playful,
            Mood::Tech,
            Mood::Natural,
        ] {
            let style = super::super::style::style(mood);
            let lanes = style.grooves.iter().flat_map(|groove| groove.iter().map(|lane| lane.steps));
            let (ask, answer) = melodic(style.density);
            let all = lanes.chain(style.comping.iter().copied()).chain(style.arpeggios.iter().copied());
            for pattern in all.chain(style.bass_lines.iter().copied()).chain(ask.iter().chain(answer).copied()) {
                assert_eq!(pattern.len(), STEPS, "{mood:?}: {pattern}");
            }
        }
    }

    #[test]
    fn steps_know_their_length() {
        assert_eq!(steps("x--.x.-x"), [(0, 3, 'x'), (4, 1, 'x'), (7, 1, 'x')]);
        assert!((step_beats(1, 1.0 / 3.0) - 1.0 / 3.0).abs() < 1e-12);
    }
}
