//! Where a sound begins and ends to be heard, in blocks of 20 ms.
//!
//! Pure functions on [`Samples`].

use super::samples::{CHANNELS, SAMPLE_RATE, Samples};

/// Samples a channel of one block: 20 ms, shorter than any note.
pub(super) const BLOCK: usize = SAMPLE_RATE as usize / 50;

/// What is quieter is taken for silence: -50 dBFS, the effective value of the louder channel over one block. The noise of
/// a tape or a cheap converter lies at -60; the quietest passage of pop music, before it is raised, at -40.
pub(super) const SILENCE: f32 = 0.003_162_3;

/// What never rises above this holds nothing, however far it is raised: -90 dBFS, about the least bit of 16.
pub(super) const NOTHING: f32 = 3.162_3e-5;

/// Of a track that is quiet throughout, what is quieter than its loudest block by this factor (20 dB) is silence.
pub(super) const QUIET_TRACK: f32 = 0.1;

/// A sound has so many blocks (100 ms): what is shorter is a click, as a needle, a switch or an editing program leaves it.
pub(super) const LASTING: usize = 5;

/// A sound is over after so many silent blocks (half a second): a shorter silence is part of it.
const REST: usize = 25;

/// The effective value of the louder channel of interleaved samples, each around its own mean: an offset is not heard.
pub(super) fn level(block: &[f32]) -> f32 {
    let mut sums = [[0.0_f64; 2]; CHANNELS];
    for frame in block.chunks_exact(CHANNELS) {
        for ([sum, squares], value) in sums.iter_mut().zip(frame) {
            *sum += f64::from(*value);
            *squares += f64::from(*value) * f64::from(*value);
        }
    }
    let frames = (block.len() / CHANNELS).max(1) as f64;
    let powers = sums.into_iter().map(|[sum, squares]| squares / frames - (sum / frames).powi(2));
    powers.fold(0.0, f64::max).sqrt() as f32
}

/// Finds where a sound that lasts begins, block by block, in either direction.
#[derive(Debug)]
pub(super) struct Onset {
    /// Where the sound began that may not last.
    begin: Option<usize>,
    heard: usize,
    silent: usize,
    least: usize,
}

impl Onset {
    /// For sounds of at least so many blocks, silences of less than half a second within them not counted.
    pub(super) fn new(least: usize) -> Self {
        Self { begin: None, heard: 0, silent: 0, least }
    }

    /// Where the sound began that may not last.
    pub(super) fn begin(&self) -> Option<usize> {
        self.begin
    }

    /// Takes the next block, which lies at `at`, and tells where the sound began that lasts up to it.
    pub(super) fn add(&mut self, at: usize, is_heard: bool) -> Option<usize> {
        if !is_heard {
            self.silent += 1;
            if self.silent > REST {
                (self.begin, self.heard) = (None, 0);
            }
            return None;
        }
        (self.silent, self.heard) = (0, self.heard + 1);
        let begin = *self.begin.get_or_insert(at);
        (self.heard >= self.least).then_some(begin)
    }
}

/// Cuts off silence of more than half a second at the end, clicks in it included, all but a tenth of a second. For a track
/// that is to be repeated.
pub fn trim_end(samples: &mut Samples) {
    let blocks = || samples.as_interleaved().chunks(BLOCK * CHANNELS);
    let loudest = blocks().map(level).fold(0.0, f32::max);
    let threshold = SILENCE.min(loudest * QUIET_TRACK);
    if threshold < NOTHING * QUIET_TRACK {
        return;
    }
    let silent_blocks = |least: usize| {
        let mut onset = Onset::new(least);
        blocks().rev().enumerate().find_map(|(at, block)| onset.add(at, level(block) >= threshold))
    };
    // A track of nothing but clicks ends with the last of them.
    let silent = silent_blocks(LASTING).or_else(|| silent_blocks(1)).unwrap_or(0) * BLOCK;
    let [most, kept] = [SAMPLE_RATE as usize / 2, SAMPLE_RATE as usize / 10];
    if silent > most {
        samples.resize(samples.frames().saturating_sub(silent - kept).max(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_louder_channel_counts() {
        assert_eq!(level(&[0.0, 0.5, 0.0, -0.5]), 0.5);
        assert_eq!(level(&[0.25, 0.0, -0.25, 0.0]), 0.25);
        assert_eq!(level(&[]), 0.0);
        // Beside zero, and beside zero alone.
        assert_eq!(level(&[0.75, 0.5, 0.25, 0.5]), 0.25);
        assert_eq!(level(&[0.5; 4]), 0.0);
    }

    #[test]
    fn what_is_short_does_not_last() {
        let first = |heard: &[usize], least: usize| {
            let mut onset = Onset::new(least);
            (0..400).find_map(|at| onset.add(at, heard.contains(&at)))
        };
        assert_eq!(first(&[10, 11, 200, 201, 202, 203, 204], LASTING), Some(200));
        assert_eq!(first(&[10, 11, 200], LASTING), None);
        assert_eq!(first(&[10, 11, 200], 1), Some(10));
        // Beats are a sound, although each is short.
        assert_eq!(first(&[10, 11, 35, 36, 60], LASTING), Some(10));
    }

    #[test]
    fn long_silence_at_the_end_is_cut() {
        let sounding = |heard: usize, all: usize, gain: f32| {
            Samples::from_fn(
                all,
                |i| if i < heard { [gain * if i % 2 == 0 { 1.0 } else { -1.0 }, 0.0] } else { [0.0; 2] },
            )
        };
        for (heard, all, left) in [(48_000, 192_000, 52_800), (48_000, 60_000, 60_000), (0, 96_000, 96_000)] {
            let mut samples = sounding(heard, all, 0.5);
            trim_end(&mut samples);
            assert_eq!(samples.frames(), left);
        }
        // Quiet music is no silence.
        let mut quiet = sounding(96_000, 96_000, 0.001);
        trim_end(&mut quiet);
        assert_eq!(quiet.frames(), 96_000);
        trim_end(&mut Samples::default());
        // A click in the silence, and nothing but one.
        for (heard, left) in [(96_000, 100_800), (0, 173_760)] {
            let click = |i: usize| (168_000..168_480).contains(&i);
            let mut samples = Samples::from_fn(288_000, |i| {
                if i < heard || click(i) { [if i % 2 == 0 { 0.5 } else { -0.5 }, 0.0] } else { [0.0; 2] }
            });
            trim_end(&mut samples);
            assert_eq!(samples.frames(), left);
        }
    }
}
