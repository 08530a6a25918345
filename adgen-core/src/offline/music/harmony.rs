//! Chords and how their voices move: chord kinds, close voicings, and the smoothest way from one to the next.
//!
//! Depends on nothing. Pitches are MIDI numbers (60 = middle C, 69 = A4 = 440 Hz).

/// What stands above the root, in semitones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Maj,
    Min,
    Add9,
    MinAdd9,
    Maj7,
    Min7,
    Maj9,
    Min9,
    Six,
    Sus2,
    Sus4,
    Seven,
    NineSus,
}

impl Kind {
    /// Semitones above the root; the root first.
    pub(crate) fn intervals(self) -> &'static [i32] {
        match self {
            Self::Maj => &[0, 4, 7],
            Self::Min => &[0, 3, 7],
            Self::Add9 => &[0, 4, 7, 14],
            Self::MinAdd9 => &[0, 3, 7, 14],
            Self::Maj7 => &[0, 4, 7, 11],
            Self::Min7 => &[0, 3, 7, 10],
            Self::Maj9 => &[0, 4, 7, 11, 14],
            Self::Min9 => &[0, 3, 7, 10, 14],
            Self::Six => &[0, 4, 7, 9],
            Self::Sus2 => &[0, 2, 7],
            Self::Sus4 => &[0, 5, 7],
            Self::Seven => &[0, 4, 7, 10],
            Self::NineSus => &[0, 5, 7, 10, 14],
        }
    }
}

/// A chord relative to the key: `root` in semitones above the tonic (0..12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chord {
    pub(crate) root: i32,
    pub(crate) kind: Kind,
}

/// Shorthand for the tables.
pub(crate) const fn chord(root: i32, kind: Kind) -> Chord {
    Chord { root, kind }
}

impl Chord {
    /// Whether `pitch` (MIDI) belongs to the chord in the key whose tonic has pitch class `key`.
    pub(crate) fn contains(self, pitch: i32, key: i32) -> bool {
        self.kind.intervals().iter().any(|interval| (key + self.root + interval - pitch).rem_euclid(12) == 0)
    }

    /// The chord tone nearest to `pitch`; the lower of two.
    pub(crate) fn nearest(self, pitch: i32, key: i32) -> i32 {
        (0..12).flat_map(|d| [pitch - d, pitch + d]).find(|&candidate| self.contains(candidate, key)).unwrap_or(pitch)
    }

    /// The root in the octave that starts at `low`.
    pub(crate) fn root_from(self, low: i32, key: i32) -> i32 {
        low + (key + self.root - low).rem_euclid(12)
    }
}

/// Semitones above the tonic of the scale that melodies walk on.
pub(crate) type Scale = &'static [i32];

pub(crate) const MAJOR: Scale = &[0, 2, 4, 5, 7, 9, 11];
pub(crate) const LYDIAN: Scale = &[0, 2, 4, 6, 7, 9, 11];
pub(crate) const MIXOLYDIAN: Scale = &[0, 2, 4, 5, 7, 9, 10];
pub(crate) const DORIAN: Scale = &[0, 2, 3, 5, 7, 9, 10];
pub(crate) const MINOR: Scale = &[0, 2, 3, 5, 7, 8, 10];

/// The pitch `steps` scale steps away from `pitch`, which is first moved onto the scale.
pub(crate) fn walk(pitch: i32, steps: i32, scale: Scale, key: i32) -> i32 {
    let count = scale.len() as i32;
    let relative = pitch - key;
    let class = relative.rem_euclid(12);
    let here = scale.iter().enumerate().min_by_key(|(_, step)| (*step - class).abs()).map_or(0, |(index, _)| index);
    let target = here as i32 + steps;
    key + relative.div_euclid(12) * 12 + target.div_euclid(count) * 12 + scale[target.rem_euclid(count) as usize]
}

/// Four voices for `chord`, near `centre`, moving as little as possible from `previous`.
///
/// Every close position and every drop-2 position within reach is tried (standard keyboard voicings); a close second at the
/// bottom is forbidden because it sounds muddy there. A five-note chord leaves the root to the bass.
pub(crate) fn voicing(chord: Chord, key: i32, centre: i32, previous: &[i32]) -> Vec<i32> {
    let mut classes: Vec<i32> = chord.kind.intervals().iter().map(|i| (key + chord.root + i).rem_euclid(12)).collect();
    if classes.len() > 4 {
        classes.remove(0);
    }
    classes.sort_unstable();
    let mut best: (i64, Vec<i32>) = (i64::MAX, Vec::new());
    for lowest in centre - 14..=centre + 2 {
        let Some(first) = classes.iter().position(|class| (lowest - class).rem_euclid(12) == 0) else { continue };
        let mut close = vec![lowest];
        for step in 1..4 {
            let class = classes[(first + step) % classes.len()];
            let below = close[step - 1];
            close.push(below + 1 + (class - below - 1).rem_euclid(12));
        }
        let mut dropped = close.clone();
        dropped[2] -= 12;
        dropped.sort_unstable();
        for voices in [close, dropped] {
            let cost = cost(&voices, centre, previous);
            if cost < best.0 {
                best = (cost, voices);
            }
        }
    }
    best.1
}

fn cost(voices: &[i32], centre: i32, previous: &[i32]) -> i64 {
    let middle = voices.iter().sum::<i32>() / voices.len() as i32;
    let motion: i32 = previous.iter().zip(voices).map(|(a, b)| (a - b).abs()).sum();
    let muddy = i32::from(voices[1] - voices[0] < 3 && voices[0] < 58) * 12;
    let cluster = voices.windows(2).filter(|pair| pair[1] - pair[0] == 1).count() as i32 * 3;
    let low = (50 - voices[0]).max(0) * 4;
    i64::from(motion * 2 + (middle - centre).abs() * 2 + muddy + cluster + low)
}

/// The frequency of a MIDI pitch in Hz, equal temperament on A4 = 440 Hz.
pub(crate) fn frequency(pitch: f32) -> f32 {
    440.0 * ((pitch - 69.0) / 12.0).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voicings_hold_only_chord_tones_and_move_little() {
        let loops = [chord(0, Kind::Maj9), chord(9, Kind::Min7), chord(5, Kind::Add9), chord(7, Kind::Sus4)];
        for key in 0..12 {
            let mut previous = Vec::new();
            for (index, chord) in loops.iter().cycle().take(12).enumerate() {
                let voices = voicing(*chord, key, 62, &previous);
                assert_eq!(voices.len(), 4);
                assert!(voices.windows(2).all(|pair| pair[0] < pair[1]), "{voices:?}");
                assert!(voices.iter().all(|voice| chord.contains(*voice, key)), "{voices:?} not in {chord:?}");
                if index > 0 {
                    let motion: i32 = previous.iter().zip(&voices).map(|(a, b): (&i32, &i32)| (a - b).abs()).sum();
                    assert!(motion <= 16, "{previous:?} to {voices:?}");
                }
                previous = voices;
            }
        }
    }

    #[test]
    fn walking_stays_on_the_scale_and_back() {
        for start in 48..72 {
            let on = walk(start, 0, DORIAN, 2);
            assert_eq!(walk(walk(on, 5, DORIAN, 2), -5, DORIAN, 2), on);
            assert_eq!(walk(on, 7, DORIAN, 2), on + 12);
        }
    }

    #[test]
    fn nearest_is_a_chord_tone() {
        let c = chord(9, Kind::Min);
        assert_eq!(c.nearest(61, 0), 60);
        assert_eq!(c.root_from(36, 0), 45);
        assert!((frequency(69.0) - 440.0).abs() < 1e-3);
    }
}
