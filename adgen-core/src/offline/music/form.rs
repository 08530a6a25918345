//! The form of a piece: how many bars, at which tempo, in which sections, so that the last chord lands on a downbeat and
//! rings out exactly when the film ends. Depends on nothing.

/// What a bar is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Intro,
    Build,
    Main,
    Break,
}

/// One bar of the body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bar {
    pub(crate) section: Section,
    /// The bar's first beat, counted from the start of the piece.
    pub(crate) beat: usize,
    /// 4, or 2 for the pick-up of a very short piece.
    pub(crate) beats: usize,
    /// The bar's place within its section, from 0.
    pub(crate) index: usize,
    /// How many bars its section has.
    pub(crate) of: usize,
}

impl Bar {
    /// Whether another section, or the ending, follows.
    pub(crate) fn is_last(&self) -> bool {
        self.index + 1 == self.of
    }
}

/// The grid: bars of the body, then the final chord.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Form {
    pub(crate) bars: Vec<Bar>,
    /// Seconds a beat.
    pub(crate) beat_s: f64,
    /// The beat on which the last chord is struck; always the first beat of a bar.
    pub(crate) final_beat: usize,
    /// How long it rings, in beats.
    pub(crate) ring_beats: usize,
}

impl Form {
    /// The form for `duration_s` with a tempo near `target` within `range` (beats a minute).
    ///
    /// Every candidate grid is scored: tempo near the target, body in whole phrases of four bars, a ring of two to four
    /// seconds, whole bars. Only a piece of a few seconds leaves the range, or starts with half a bar.
    pub(crate) fn fit(duration_s: f64, range: (f64, f64), target: f64) -> Self {
        let wanted_ring = (duration_s * 0.42).min(3.4);
        let most = (duration_s * range.1 * 1.3 / 60.0).ceil().max(1.0) as usize;
        let least = ((duration_s * range.0 * 0.7 / 60.0).floor() as usize).max(1);
        let mut best = (f64::INFINITY, 1, 0, 1);
        for total in least..=most.max(least) {
            let tempo = total as f64 * 60.0 / duration_s;
            let outside = (range.0 / tempo).max(tempo / range.1).max(1.0);
            for ring in 1..=8.min(total) {
                let body = total - ring;
                // A pick-up of two beats only where a whole bar would not fit well.
                if body % 2 != 0 || (body % 4 == 2 && duration_s > 12.0) || (ring % 4 != 0 && duration_s > 12.0) {
                    continue;
                }
                let ring_s = ring as f64 * 60.0 / tempo;
                let phrase = match (body / 4) % 4 {
                    _ if body < 16 => 0.0,
                    0 => 0.0,
                    2 => 0.15,
                    _ => 0.3,
                };
                let cost = (tempo / target).ln().abs() * 4.0
                    + outside.ln() * 40.0
                    + (ring_s / wanted_ring).ln().abs() * 0.5
                    + phrase
                    + if body % 4 == 2 { 0.12 } else { 0.0 }
                    + if ring % 2 == 1 { 0.1 } else { 0.0 };
                if cost < best.0 {
                    best = (cost, total, body, ring);
                }
            }
        }
        let (_, total, body, ring) = best;
        Self { bars: bars(body), beat_s: duration_s / total as f64, final_beat: body, ring_beats: ring }
    }

    /// Beats a minute.
    #[cfg(test)]
    pub(crate) fn tempo(&self) -> f64 {
        60.0 / self.beat_s
    }
}

/// Divides the body into sections.
fn bars(body: usize) -> Vec<Bar> {
    let pickup = body % 4;
    let mut bars = Vec::new();
    let mut beat = 0;
    if pickup > 0 {
        bars.push(Bar { section: Section::Build, beat, beats: pickup, index: 0, of: 1 });
        beat += pickup;
    }
    for (section, of) in sections((body - pickup) / 4) {
        for index in 0..of {
            bars.push(Bar { section, beat, beats: 4, index, of });
            beat += 4;
        }
    }
    bars
}

/// Sections with their lengths in bars; they add up to `count`.
fn sections(count: usize) -> Vec<(Section, usize)> {
    use Section::{Break, Build, Intro, Main};
    match count {
        0 => Vec::new(),
        1 => vec![(Main, 1)],
        2 => vec![(Build, 1), (Main, 1)],
        3..=5 => vec![(Intro, 1), (Build, 1), (Main, count - 2)],
        6..=11 => vec![(Intro, 2), (Build, 2), (Main, count - 4)],
        12..=23 => {
            let intro = if count < 16 { 2 } else { 4 };
            let build = if count.is_multiple_of(4) && count < 16 { 2 } else { 4 };
            vec![(Intro, intro), (Build, build), (Main, count - intro - build)]
        }
        _ => {
            let mut all = vec![(Intro, 4), (Build, 4)];
            let mut left = count - 8;
            // Each further round gives the ear a rest before the theme returns.
            while left >= 36 {
                all.extend([(Main, 16), (Break, 4), (Build, 4)]);
                left -= 24;
            }
            if left >= 20 {
                let first = (left - 4) / 8 * 4;
                all.extend([(Main, first), (Break, 4), (Main, left - 4 - first)]);
            } else {
                all.push((Main, left));
            }
            all
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_and_ring_fill_the_duration_exactly() {
        for tenths in 5..=900 {
            let duration = f64::from(tenths) / 10.0;
            let form = Form::fit(duration, (84.0, 100.0), 92.0);
            let beats = form.final_beat + form.ring_beats;
            assert!((beats as f64 * form.beat_s - duration).abs() < 1e-9);
            assert_eq!(form.bars.iter().map(|bar| bar.beats).sum::<usize>(), form.final_beat);
            let mut beat = 0;
            for bar in &form.bars {
                assert_eq!(bar.beat, beat);
                beat += bar.beats;
            }
            if duration >= 12.5 {
                assert!((83.9..100.1).contains(&form.tempo()), "{duration} s: {}", form.tempo());
                assert_eq!(form.final_beat % 4, 0);
                assert_eq!(form.ring_beats % 4, 0);
            }
        }
    }

    #[test]
    fn usual_lengths_are_full_pieces() {
        for duration in [15.0, 30.0, 60.0, 300.0, 600.0] {
            let form = Form::fit(duration, (104.0, 120.0), 112.0);
            let at = |section| form.bars.iter().position(|bar| bar.section == section);
            assert!(at(Section::Intro) < at(Section::Build) && at(Section::Build) < at(Section::Main));
            assert_eq!(form.bars.last().map(|bar| bar.section), Some(Section::Main));
        }
        assert!(Form::fit(0.5, (66.0, 84.0), 75.0).ring_beats >= 1);
        let three = Form::fit(3.0, (104.0, 120.0), 112.0);
        assert!(three.final_beat >= 2 && three.ring_beats >= 2, "{three:?}");
    }
}
