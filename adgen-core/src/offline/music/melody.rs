//! The tune: a motif of two bars that is stated, repeated on the next chords, varied and answered. Depends on `random`,
//! `harmony` and `rhythm`.

use super::harmony::{Chord, Scale, walk};
use super::rhythm::{Density, STEPS, melodic, steps};
use crate::random::Random;

/// One note of the tune within its bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MelodyNote {
    /// Sixteenth within the bar, 0..16.
    pub(crate) step: usize,
    /// Sixteenths.
    pub(crate) length: usize,
    /// MIDI.
    pub(crate) pitch: i32,
}

/// A bar of the motif: rhythm, and the contour as scale steps from the bar's first note.
#[derive(Debug, Clone)]
struct Cell {
    rhythm: Vec<(usize, usize, char)>,
    contour: Vec<i32>,
}

impl Cell {
    fn new(rhythm: &str, rng: &mut Random) -> Self {
        let rhythm = steps(rhythm);
        let mut contour = vec![0];
        let mut direction = if rng.chance(0.5) { 1 } else { -1 };
        while contour.len() < rhythm.len() {
            let last = contour[contour.len() - 1];
            // Mostly steps, sometimes a third or a repeated note; a leap is followed by its way back.
            let size = rng.pick(&[0, 1, 1, 1, 1, 2, 2, 3]);
            contour.push((last + direction * size).clamp(-4, 5));
            if size >= 2 || rng.chance(0.3) {
                direction = -direction;
            }
        }
        Self { rhythm, contour }
    }
}

/// What a piece says, again and again, in new ways.
#[derive(Debug, Clone)]
pub(crate) struct Tune {
    call: [Cell; 2],
    answer: Cell,
    close: Cell,
    second: [Cell; 2],
    /// The middle of the range, MIDI.
    centre: i32,
}

impl Tune {
    pub(crate) fn new(density: Density, centre: i32, rng: &mut Random) -> Self {
        let (asks, answers) = melodic(density);
        let first = rng.index(asks.len());
        let other = (first + 1 + rng.index(asks.len() - 1)) % asks.len();
        let call = [Cell::new(asks[first], rng), Cell::new(asks[other], rng)];
        let second = [Cell::new(asks[other], rng), Cell::new(asks[first], rng)];
        Self {
            call,
            answer: Cell::new(rng.pick(answers), rng),
            close: Cell::new(rng.pick(answers), rng),
            second,
            centre,
        }
    }

    /// The tune over one bar. `bar` counts from the start of the section; phrases are four bars: call, reply, call again,
    /// answer; every second phrase closes, every fourth brings the second idea.
    pub(crate) fn bar(
        &self,
        bar: usize,
        chord: Chord,
        (key, scale): (i32, Scale),
        previous: Option<i32>,
    ) -> Vec<MelodyNote> {
        let phrase = bar / 4;
        let other = phrase % 4 == 2;
        let cell = match bar % 4 {
            3 if phrase % 2 == 1 => &self.close,
            3 => &self.answer,
            1 if other => &self.second[1],
            1 => &self.call[1],
            _ if other => &self.second[0],
            _ => &self.call[0],
        };
        // Start near where the last bar ended, but drift back to the middle.
        let lift = if other { 2 } else { 0 };
        let near = previous.map_or(self.centre, |last| (last + self.centre + lift) / 2);
        let start = chord.nearest(near, key);
        let mut notes: Vec<MelodyNote> = Vec::new();
        let closing = bar % 4 == 3;
        for (index, &(step, length, _)) in cell.rhythm.iter().enumerate() {
            let wish = walk(start, cell.contour[index], scale, key);
            let last = index + 1 == cell.rhythm.len();
            let strong = step % 8 == 0 || length >= 3 || (last && closing);
            let mut pitch = if strong { chord.nearest(wish, key) } else { wish };
            // A borrowed chord's tone next to the scale's would rub: take the chord's.
            if !strong && (chord.contains(pitch + 1, key) || chord.contains(pitch - 1, key)) && length > 1 {
                pitch = chord.nearest(pitch, key);
            }
            // Where the chord has pulled a step back onto the note before it, go on to the chord's next tone instead.
            let before = index.checked_sub(1).map(|last| (notes[last].pitch, cell.contour[last]));
            if let Some((before, from)) =
                before.filter(|(before, from)| *before == pitch && *from != cell.contour[index])
            {
                let way = (cell.contour[index] - from).signum();
                pitch = (1..12).map(|d| before + way * d).find(|p| chord.contains(*p, key)).unwrap_or(pitch);
            }
            while pitch > self.centre + 10 {
                pitch -= 12;
            }
            while pitch < self.centre - 9 {
                pitch += 12;
            }
            notes.push(MelodyNote { step, length: length.min(STEPS - step), pitch });
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::super::harmony::{Kind, MAJOR, chord};
    use super::{super::streams::stream, *};

    #[test]
    fn the_motif_returns_and_long_notes_fit_the_chord() {
        let loops = [chord(0, Kind::Maj), chord(9, Kind::Min), chord(5, Kind::Maj), chord(7, Kind::Maj)];
        for seed in 0..40 {
            let tune = Tune::new(Density::Medium, 74, &mut stream(seed, 9));
            let mut last = None;
            let mut bars = Vec::new();
            for bar in 0..8 {
                let notes = tune.bar(bar, loops[bar % 4], (2, MAJOR), last);
                last = notes.last().map(|note| note.pitch);
                for note in &notes {
                    assert!((60..=90).contains(&note.pitch), "{note:?}");
                    assert!(note.length < 3 || loops[bar % 4].contains(note.pitch, 2), "{note:?} over {bar}");
                }
                bars.push(notes);
            }
            let rhythm = |bar: usize| bars[bar].iter().map(|note| (note.step, note.length)).collect::<Vec<_>>();
            assert_eq!(rhythm(0), rhythm(4));
            assert_eq!(rhythm(0), rhythm(2));
        }
    }
}
