//! The room: an eight-line feedback delay network (Jot and Chaigne 1991) behind diffusing all-passes, stereo in and out.

use super::super::frame::{Frame, SAMPLE_RATE};
use super::filter::{OnePole, flush};

/// Lengths in samples at 48 kHz: primes without common echoes, 23 to 71 ms.
const LINES: [usize; 8] = [1123, 1361, 1597, 1889, 2243, 2617, 3001, 3407];
const DIFFUSERS: [[usize; 3]; 2] = [[229, 373, 613], [251, 397, 577]];
const PRE_DELAY: usize = 960;

#[derive(Debug, Clone)]
struct Line {
    buffer: Vec<f32>,
    at: usize,
}

impl Line {
    fn new(length: usize) -> Self {
        Self { buffer: vec![0.0; length], at: 0 }
    }

    #[inline]
    fn read(&self) -> f32 {
        self.buffer[self.at]
    }

    #[inline]
    fn write(&mut self, value: f32) {
        self.buffer[self.at] = flush(value);
        self.at += 1;
        if self.at == self.buffer.len() {
            self.at = 0;
        }
    }

    /// The line as a Schroeder all-pass.
    #[inline]
    fn diffuse(&mut self, input: f32) -> f32 {
        let delayed = self.read();
        let inner = input - 0.6 * delayed;
        self.write(inner);
        delayed + 0.6 * inner
    }
}

/// A hall of one size, set by its reverberation time.
#[derive(Debug, Clone)]
pub(crate) struct Reverb {
    pre: [Line; 2],
    diffusers: [[Line; 3]; 2],
    lines: [Line; 8],
    damping: [OnePole; 8],
    feedback: [f32; 8],
    low_cut: [OnePole; 2],
}

impl Reverb {
    /// `rt60_s`: seconds until the tail is 60 dB down; high tones fall faster, above `damping_hz`.
    pub(crate) fn new(rt60_s: f32, damping_hz: f32) -> Self {
        Self {
            pre: [Line::new(PRE_DELAY), Line::new(PRE_DELAY + 131)],
            diffusers: DIFFUSERS.map(|side| side.map(Line::new)),
            lines: LINES.map(Line::new),
            damping: [OnePole::new(damping_hz); 8],
            feedback: LINES.map(|length| 10f32.powf(-3.0 * length as f32 / SAMPLE_RATE / rt60_s)),
            low_cut: [OnePole::new(180.0); 2],
        }
    }

    /// The wet signal alone.
    #[inline]
    pub(crate) fn next(&mut self, input: Frame) -> Frame {
        let mut feed = [0.0; 2];
        for side in 0..2 {
            // Low tones in the room are mud.
            let dry = self.low_cut[side].high(input[side]);
            let mut value = self.pre[side].read();
            self.pre[side].write(dry);
            for diffuser in &mut self.diffusers[side] {
                value = diffuser.diffuse(value);
            }
            feed[side] = value;
        }
        let mut taps = [0.0; 8];
        for (index, tap) in taps.iter_mut().enumerate() {
            *tap = self.damping[index].low(self.lines[index].read()) * self.feedback[index];
        }
        let out = [taps[0] + taps[2] - taps[4] + taps[6], taps[1] + taps[3] - taps[5] + taps[7]];
        // A Hadamard matrix mixes the lines without changing their energy.
        for span in [1, 2, 4] {
            for index in 0..8 {
                if index & span == 0 {
                    let (a, b) = (taps[index], taps[index | span]);
                    taps[index] = a + b;
                    taps[index | span] = a - b;
                }
            }
        }
        let scale = 1.0 / 8f32.sqrt();
        for index in 0..8 {
            self.lines[index].write(taps[index] * scale + feed[index % 2]);
        }
        [out[0] * 0.5, out[1] * 0.5]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_falls_by_sixty_decibels_in_its_time() {
        let mut room = Reverb::new(1.5, 20_000.0);
        let mut energy = Vec::new();
        for n in 0..96_000 {
            let hit = if n == 0 { [1.0, 0.5] } else { [0.0; 2] };
            let [left, right] = room.next(hit);
            energy.push(f64::from(left * left + right * right));
        }
        let mean = |from: usize| (energy[from..from + 4800].iter().sum::<f64>() / 4800.0).log10() * 10.0;
        let fall = mean(9_600) - mean(57_600);
        assert!((25.0..50.0).contains(&fall), "fell {fall} dB in one second");
        let mut silent = 0f32;
        for _ in 0..48_000 * 6 {
            silent = room.next([0.0; 2])[0].abs();
        }
        assert!(silent < 1e-5);
    }
}
