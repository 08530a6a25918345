//! The plucked string: Karplus and Strong's loop (1983) with Jaffe and Smith's tuning and pick position, and a wooden body.

use super::super::effect::filter::{OnePole, Svf, flush};
use super::super::frame::{Frame, SAMPLE_RATE};
use super::contract::{Tone, Voice, pan};
use crate::random::Random;

/// One plucked note of a nylon guitar.
#[derive(Debug)]
pub(crate) struct Guitar {
    line: Vec<f32>,
    at: usize,
    /// All-pass coefficient for the fraction of a sample that the line cannot hold.
    fraction: f32,
    pass: Frame,
    last: f32,
    damping: f32,
    feedback: f32,
    muted: f32,
    gate: u32,
    body: [Svf; 2],
    block: OnePole,
    gain: f32,
    pan: Frame,
    age: u32,
    envelope: f32,
}

impl Guitar {
    pub(crate) fn new(tone: Tone, rng: &mut Random) -> Self {
        let period = SAMPLE_RATE / tone.frequency;
        // The averaging filter (1-d) x + d x' delays by d samples at low tones.
        let damping = 0.42 - 0.22 * tone.bright;
        let exact = period - damping;
        let mut whole = exact.floor();
        let mut rest = exact - whole;
        // The all-pass is well behaved for delays of 0.3 to 1.3 samples.
        if rest < 0.3 {
            whole -= 1.0;
            rest += 1.0;
        }
        let length = (whole as usize).max(2);
        // Noise, softened by the finger, minus itself a seventh of the string later: the pick's place.
        let mut soft = OnePole::new(1400.0 + 6500.0 * tone.velocity * (0.4 + tone.bright));
        let raw: Vec<f32> = (0..length * 2).map(|_| soft.low(rng.signed())).skip(length).collect();
        let pick = (length / 7).max(1);
        let mut line: Vec<f32> = (0..length).map(|n| raw[n] - raw[(n + length - pick) % length]).collect();
        let mean = line.iter().sum::<f32>() / length as f32;
        let power = line.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / length as f32;
        let scale = 0.4 / power.sqrt().max(1e-6);
        for value in &mut line {
            *value = (*value - mean) * scale;
        }
        let ring = 1.5 * (220.0 / tone.frequency).powf(0.4);
        Self {
            line,
            at: 0,
            fraction: (1.0 - rest) / (1.0 + rest),
            pass: [0.0; 2],
            last: 0.0,
            damping,
            feedback: (-period / SAMPLE_RATE / ring).exp(),
            muted: (-period / SAMPLE_RATE / 0.07).exp(),
            gate: (tone.length_s * SAMPLE_RATE) as u32,
            body: [Svf::new(112.0, 3.0), Svf::new(235.0, 2.5)],
            block: OnePole::new(60.0),
            gain: 0.75 * tone.velocity,
            pan: pan(tone.pan),
            age: 0,
            envelope: 1.0,
        }
    }
}

impl Voice for Guitar {
    fn add(&mut self, out: &mut [Frame]) -> bool {
        for frame in out {
            let value = self.line[self.at];
            let feedback = if self.gate > 0 { self.feedback } else { self.muted };
            self.gate = self.gate.saturating_sub(1);
            let soft = ((1.0 - self.damping) * value + self.damping * self.last) * feedback;
            self.last = value;
            let tuned = self.fraction * (soft - self.pass[1]) + self.pass[0];
            self.pass = [soft, flush(tuned)];
            self.line[self.at] = self.pass[1];
            self.at += 1;
            if self.at == self.line.len() {
                self.at = 0;
            }
            let wood = value + 0.5 * self.body[0].band(value) + 0.6 * self.body[1].band(value);
            let rise = (self.age as f32 / 72.0).min(1.0);
            self.age += 1;
            let sound = self.block.high(wood) * self.gain * rise;
            self.envelope = (self.envelope * 0.9997).max(sound.abs());
            frame[0] += sound * self.pan[0];
            frame[1] += sound * self.pan[1];
        }
        self.envelope > 1e-4
    }
}
