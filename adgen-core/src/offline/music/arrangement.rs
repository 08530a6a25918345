//! Who plays what when: turns a style, a form and a seed into a score. Depends on everything but the sound.

use super::form::{Bar, Form, Section};
use super::harmony::{Chord, voicing};
use super::melody::Tune;
use super::rhythm::{Groove, Level, STEPS, step_beats, steps};
use super::score::{Harmony, Note, Part, Score, Stroke};
use super::streams::stream;
use super::style::Style;
use super::voice::contract::Instrument;
use super::voice::drum::{Drum, RISE_S};
use crate::random::Random;

/// The choices that hold for the whole piece.
struct Band<'a> {
    style: &'a Style,
    form: &'a Form,
    key: i32,
    keys: Instrument,
    arp: Instrument,
    lead: Instrument,
    comping: Vec<(usize, usize, char)>,
    arpeggio: Vec<(usize, usize, char)>,
    bass_line: Vec<(usize, usize, char)>,
    groove: Groove,
    tune: Tune,
    rng: Random,
    score: Score,
}

/// Writes the piece.
pub(crate) fn arrange(style: &Style, form: &Form, seed: u64) -> Score {
    let mut rng = stream(seed, 11);
    // Every key, but the tonic stays where basses and pads sound full.
    let key = rng.index(12) as i32;
    let chosen = style.loops[rng.index(style.loops.len())];
    let (keys, arp, lead) = (rng.pick(style.keys), rng.pick(style.arp), rng.pick(style.lead));
    let centre = match lead {
        Instrument::Guitar | Instrument::SynthLead => 69,
        Instrument::Bell | Instrument::Whistle | Instrument::Glass => 76,
        _ => 73,
    };
    let mut band = Band {
        style,
        form,
        key,
        keys,
        arp,
        lead,
        comping: steps(rng.pick(style.comping)),
        arpeggio: steps(rng.pick(style.arpeggios)),
        bass_line: steps(rng.pick(style.bass_lines)),
        groove: rng.pick(style.grooves),
        tune: Tune::new(style.density, centre, &mut stream(seed, 12)),
        rng: stream(seed, 13),
        score: Score { key, beat_s: form.beat_s, final_s: form.final_beat as f64 * form.beat_s, ..Score::default() },
    };
    let mut pad = Vec::new();
    let mut comp = Vec::new();
    let mut sung = None;
    for (number, bar) in form.bars.iter().enumerate() {
        let chord = harmony(style, &chosen, form, number);
        band.score.harmony.push(Harmony { start_s: band.at(bar.beat as f64), chord });
        pad = voicing(chord, key, 61, &pad);
        comp = voicing(chord, key, 65, &comp);
        let next = form.bars.get(number + 1).map_or(style.home, |_| harmony(style, &chosen, form, number + 1));
        band.pad(bar, &pad);
        band.comp(bar, &comp);
        band.arp(bar, &comp);
        band.bass(bar, chord, next);
        sung = band.lead(bar, chord, sung);
        band.drums(bar);
    }
    band.ending(&pad, &comp);
    let mut score = band.score;
    score.notes.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    score.strokes.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    score
}

/// The chord of a bar: the loop, and the two chords that lead home at the end.
fn harmony(style: &Style, chosen: &[Chord; 4], form: &Form, number: usize) -> Chord {
    let left = form.bars.len() - number;
    let bar = &form.bars[number];
    match left {
        1 => style.approach[1],
        2 if form.bars.len() > 2 => style.approach[0],
        _ => {
            // Intro and build are the way into the loop: it starts anew, at its first chord, where the main section does.
            let main = form.bars.iter().position(|bar| bar.section == Section::Main).unwrap_or(0);
            if number < main { chosen[(number + main * 3) % 4] } else { chosen[bar.index % 4] }
        }
    }
}

impl Band<'_> {
    /// Seconds of a beat.
    fn at(&self, beat: f64) -> f64 {
        beat * self.form.beat_s
    }

    /// Seconds of a sixteenth of a bar, swung, and as loose as a player: a few milliseconds.
    fn moment(&mut self, bar: &Bar, step: usize, loose_ms: f32) -> f64 {
        let loose = f64::from(self.rng.signed() * loose_ms / 1000.0);
        // The very first sound may not be cut off, so nobody is early there.
        (self.at(bar.beat as f64 + step_beats(step, self.style.swing)) + loose).max(0.0)
    }

    fn note(&mut self, part: Part, instrument: Instrument, start_s: f64, length_s: f64, pitch: i32, velocity: f32) {
        let place = match part {
            Part::Bass | Part::Pad | Part::Low | Part::Drums => 0.0,
            Part::Keys => -0.22,
            Part::Arp => 0.4,
            Part::Lead => 0.06,
        };
        let velocity = (velocity * self.rng.range(0.93, 1.05)).clamp(0.05, 1.0);
        self.score.notes.push(Note {
            part,
            instrument,
            start_s,
            length_s,
            pitch,
            velocity,
            bright: self.style.bright,
            pan: place,
            ringing: false,
        });
    }

    /// How strongly a section is played.
    fn force(&self, bar: &Bar) -> f32 {
        match bar.section {
            Section::Intro => 0.62,
            Section::Break => 0.66,
            Section::Build => 0.68 + 0.12 * bar.index as f32 / bar.of as f32,
            Section::Main => 0.96,
        }
    }

    fn pad(&mut self, bar: &Bar, voices: &[i32]) {
        let length = self.at(bar.beats as f64);
        let start = self.at(bar.beat as f64);
        let force = self.force(bar);
        // The filter opens with the piece: the same chord sounds nearer later on.
        let bright = self.style.bright * (0.35 + 0.65 * force);
        for &pitch in voices {
            self.note(Part::Pad, self.style.pad, start, length, pitch, 0.8 * force);
            if let Some(note) = self.score.notes.last_mut() {
                note.bright = bright;
            }
        }
    }

    fn comp(&mut self, bar: &Bar, voices: &[i32]) {
        // A stabbing synthesiser waits for the build; an acoustic chord carries the intro.
        let synthetic = matches!(self.keys, Instrument::SuperSaw | Instrument::Pluck);
        if synthetic && bar.section == Section::Intro && bar.of > 1 && bar.index == 0 {
            return;
        }
        let pattern = self.comping.clone();
        let force = self.force(bar);
        let sparse = matches!(bar.section, Section::Intro | Section::Break);
        for (number, &(step, _, mark)) in pattern.iter().enumerate() {
            if step >= bar.beats * 4 || (sparse && number % 2 == 1 && !synthetic) {
                continue;
            }
            let until = pattern.get(number + 1).map_or(STEPS, |next| next.0);
            let hold = match self.keys {
                Instrument::SuperSaw => 1.4,
                Instrument::Pluck => 2.0,
                _ => (until - step) as f64 * 0.98 + 0.6,
            };
            let start = self.moment(bar, step, 5.0);
            let length = hold * self.form.beat_s / 4.0;
            let velocity = digit(mark) * force;
            for (voice, &pitch) in voices.iter().enumerate() {
                let spread = f64::from(self.style.strum_s) * voice as f64;
                let softer = 1.0 - 0.06 * voice as f32;
                self.note(Part::Keys, self.keys, start + spread, length, pitch, velocity * softer);
            }
        }
    }

    fn arp(&mut self, bar: &Bar, voices: &[i32]) {
        let acoustic = matches!(self.arp, Instrument::Guitar | Instrument::Kalimba | Instrument::Marimba);
        if bar.section == Section::Intro && !(acoustic || self.arp == Instrument::Pluck) {
            return;
        }
        // Where it sparkles it lies an octave above the chords.
        let octave = if matches!(self.arp, Instrument::Guitar) { 0 } else { 12 };
        let force = self.force(bar);
        for (step, _, mark) in self.arpeggio.clone() {
            let sparse = bar.section == Section::Intro || bar.section == Section::Break;
            if step >= bar.beats * 4 || (sparse && step % 4 == 3) {
                continue;
            }
            let index = mark.to_digit(10).unwrap_or(0) as usize % voices.len();
            let start = self.moment(bar, step, 4.0);
            let accent = if step % 4 == 0 { 0.8 } else { 0.62 };
            let length = 2.4 * self.form.beat_s / 4.0;
            let side = if step % 8 < 4 { 0.45 } else { -0.35 };
            self.note(Part::Arp, self.arp, start, length.max(0.25), voices[index] + octave, accent * force);
            if let Some(note) = self.score.notes.last_mut() {
                note.pan = side;
                note.bright *= 0.4 + 0.6 * force;
            }
        }
    }

    fn bass(&mut self, bar: &Bar, chord: Chord, next: Chord) {
        if bar.section == Section::Intro && bar.of > 1 {
            return;
        }
        let root = chord.root_from(31, self.key);
        let force = self.force(bar);
        let long = [(0, STEPS, '1')];
        let pattern =
            if matches!(bar.section, Section::Intro | Section::Break) { long.to_vec() } else { self.bass_line.clone() };
        let walks = bar.section == Section::Main && self.style.swing > 0.1 && self.rng.chance(0.4);
        for (step, length, mark) in pattern {
            if step >= bar.beats * 4 {
                continue;
            }
            let mut pitch = match mark {
                '5' => root + 7,
                '8' => root + 12,
                _ => root,
            };
            let steps = length.min(bar.beats * 4 - step);
            if walks && step >= 12 {
                // A step below the next root pulls towards it.
                pitch = next.root_from(31, self.key) - if self.rng.chance(0.5) { 1 } else { 2 };
            }
            let start = self.moment(bar, step, 2.5);
            let velocity = if step % 4 == 0 { 0.92 } else { 0.8 };
            let seconds = steps as f64 * self.form.beat_s / 4.0 * 0.94;
            self.note(Part::Bass, self.style.bass, start, seconds, pitch, velocity * (0.35 + 0.65 * force));
        }
    }

    /// Plays the tune's bar; returns the last pitch.
    fn lead(&mut self, bar: &Bar, chord: Chord, last: Option<i32>) -> Option<i32> {
        let silent = match bar.section {
            // The intro hints at the tune; the build leaves the stage for it.
            Section::Intro => bar.of > 1 && bar.index % 2 == 1,
            Section::Build => bar.of > 2 && bar.index + 2 < bar.of,
            Section::Break => bar.index % 4 > 1,
            Section::Main => false,
        };
        if silent {
            return last;
        }
        let notes = self.tune.bar(bar.index, chord, (self.key, self.style.scale), last);
        let force = self.force(bar);
        for note in &notes {
            if note.step >= bar.beats * 4 {
                break;
            }
            let start = self.moment(bar, note.step, 6.0);
            let accent = if note.step % 8 == 0 { 0.9 } else { 0.76 };
            let length = note.length as f64 * self.form.beat_s / 4.0 * 0.95;
            self.note(Part::Lead, self.lead, start, length, note.pitch, accent * force);
            // From the second half of a long main section on, the tune is doubled.
            let doubled = bar.section == Section::Main && bar.of >= 6 && bar.index * 2 >= bar.of;
            if doubled && self.style.grand {
                let high =
                    note.pitch > 74 || matches!(self.lead, Instrument::Whistle | Instrument::Bell | Instrument::Glass);
                let octave = if high { -12 } else { 12 };
                self.note(Part::Lead, self.lead, start, length, note.pitch + octave, accent * force * 0.42);
            }
        }
        notes.last().map(|note| note.pitch).or(last)
    }

    fn stroke(&mut self, drum: Drum, start_s: f64, velocity: f32, pan: f32) {
        self.score.strokes.push(Stroke { drum, start_s: start_s.max(0.0), velocity: velocity.clamp(0.0, 1.0), pan });
    }

    fn drums(&mut self, bar: &Bar) {
        let level = match bar.section {
            Section::Intro if bar.index == 0 && bar.of > 1 => Level::None,
            Section::Intro | Section::Break => Level::Light,
            Section::Build => Level::Half,
            Section::Main => Level::Full,
        };
        let force = self.force(bar);
        let fill = bar.is_last() && bar.section != Section::Intro && bar.beats == 4 && self.style.grand;
        for lane in self.groove {
            if lane.from > level {
                continue;
            }
            for (step, _, mark) in steps(lane.steps) {
                // The last beat before something new belongs to the fill.
                if step >= bar.beats * 4 || (fill && step >= 12 && !lane.drum.is_low() && lane.drum != Drum::Shaker) {
                    continue;
                }
                let low = lane.drum.is_low();
                let start = self.moment(bar, step, if low { 0.0 } else { 3.5 });
                let loose = if low { 0.04 } else { 0.14 };
                let velocity = digit(mark) * force * (1.0 + self.rng.signed() * loose);
                self.stroke(lane.drum, start, velocity, lane.pan);
            }
        }
        if fill {
            self.fill(bar, force);
        }
        let grand = self.style.grand;
        if bar.section == Section::Main && bar.index == 0 && grand && bar.beat > 0 {
            let start = self.at(bar.beat as f64);
            self.stroke(Drum::Crash, start, 0.34, 0.25);
        }
        if bar.is_last() && bar.section != Section::Intro {
            self.riser(bar.beat as f64 + bar.beats as f64, if bar.section == Section::Build { 0.5 } else { 0.3 });
        }
    }

    /// A swell that ends on `beat`.
    fn riser(&mut self, beat: f64, velocity: f32) {
        let start = self.at(beat) - f64::from(RISE_S);
        if start > 0.0 {
            self.stroke(Drum::Riser, start, velocity * self.style.bright, 0.0);
        }
    }

    fn fill(&mut self, bar: &Bar, force: f32) {
        let drum = match self.rng.index(3) {
            0 => Drum::Tom,
            1 => Drum::Snare,
            _ => self.groove.iter().map(|lane| lane.drum).find(|drum| *drum == Drum::Clap).unwrap_or(Drum::Tom),
        };
        let pattern = self.rng.pick(&["............4.67", "............5.6.", "............45.7"]);
        let soft = if self.style.bright < 0.5 { 0.6 } else { 0.9 };
        for (index, (step, _, mark)) in steps(pattern).into_iter().enumerate() {
            let start = self.moment(bar, step, 3.0);
            self.stroke(drum, start, digit(mark) * force * soft, -0.3 + 0.25 * index as f32);
        }
    }

    /// The last chord: everyone once, on the downbeat, ringing out.
    fn ending(&mut self, pad: &[i32], comp: &[i32]) {
        let home = self.style.home;
        let start = self.score.final_s;
        let ring = self.at(self.form.ring_beats as f64);
        self.score.harmony.push(Harmony { start_s: start, chord: home });
        let first = self.score.notes.len();
        let pad = voicing(home, self.key, 61, pad);
        let comp = voicing(home, self.key, 65, comp);
        for &pitch in &pad {
            self.note(Part::Pad, self.style.pad, start, ring, pitch, 1.0);
        }
        let spread = f64::from(self.style.strum_s).max(0.012).min(ring / 40.0);
        for (voice, &pitch) in comp.iter().enumerate() {
            self.note(Part::Keys, self.keys, start + spread * voice as f64, ring, pitch, 0.85);
        }
        let root = home.root_from(31, self.key);
        self.note(Part::Bass, self.style.bass, start, ring, root, 0.9);
        let top = home.nearest(comp.last().copied().unwrap_or(72) + 7, self.key);
        self.note(Part::Lead, self.lead, start, ring, top, 0.8);
        // The arpeggio answers once more and is left hanging.
        if ring > 1.2 {
            for (index, &pitch) in comp.iter().enumerate() {
                let late = self.form.beat_s * 0.5 * (index + 1) as f64;
                if late < ring * 0.55 {
                    self.note(Part::Arp, self.arp, start + late, ring - late, pitch + 12, 0.5 - 0.07 * index as f32);
                }
            }
        }
        for note in &mut self.score.notes[first..] {
            note.ringing = true;
        }
        let grand = self.style.grand;
        self.stroke(Drum::Boom, start, if grand { 0.55 } else { 0.6 }, 0.0);
        if grand {
            let kick = self.groove.iter().map(|lane| lane.drum).find(|drum| drum.is_low()).unwrap_or(Drum::SoftKick);
            self.stroke(kick, start, 0.8, 0.0);
            self.stroke(Drum::Crash, start, 0.3 + 0.15 * self.style.bright, -0.2);
        }
    }
}

/// A velocity mark as a velocity.
fn digit(mark: char) -> f32 {
    mark.to_digit(10).unwrap_or(6) as f32 / 9.0
}

#[cfg(test)]
mod tests {
    use super::super::style::style;
    use super::*;
    use crate::offline::look::Mood;

    fn score(mood: Mood, duration: f64, seed: u64) -> Score {
        let style = style(mood);
        arrange(&style, &Form::fit(duration, style.tempo, style.tempo.0), seed)
    }

    #[test]
    fn notes_lie_inside_the_piece_and_the_last_chord_is_struck_together() {
        for mood in [Mood::Calm, Mood::Energetic, Mood::Playful] {
            for duration in [0.5, 3.0, 15.0, 30.0] {
                let score = score(mood, duration, 5);
                assert!(score.notes.iter().all(|n| n.start_s >= 0.0 && n.start_s < duration && n.length_s > 0.0));
                assert!(score.strokes.iter().all(|s| s.start_s >= 0.0 && s.start_s < duration));
                let last = score.notes.iter().filter(|n| (n.start_s - score.final_s).abs() < 0.15).count();
                assert!(last >= 10, "{mood:?} {duration}: {last}");
            }
        }
    }

    #[test]
    fn the_main_section_is_fuller_than_the_intro() {
        let score = score(Mood::Fresh, 30.0, 1);
        let bar = score.beat_s * 4.0;
        let count = |from: f64, to: f64| {
            score.notes.iter().filter(|n| n.start_s >= from && n.start_s < to).count()
                + score.strokes.iter().filter(|s| s.start_s >= from && s.start_s < to).count()
        };
        assert!(count(0.0, bar) * 2 < count(score.final_s - bar * 2.0, score.final_s - bar));
    }

    #[test]
    fn seeds_change_the_piece() {
        let tunes: Vec<Vec<i32>> =
            (0..6).map(|seed| score(Mood::Warm, 15.0, seed).notes.iter().map(|note| note.pitch).collect()).collect();
        assert!((1..6).all(|index| tunes[index] != tunes[0]));
    }
}
