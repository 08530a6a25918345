//! Struck things as sums of decaying sines: piano, marimba, kalimba, vibraphone, bell, glass. Nothing here can alias.

use super::super::effect::filter::{Svf, decay, flush};
use super::super::frame::{Frame, SAMPLE_RATE};
use super::contract::{Instrument, Tone, Voice, pan};
use super::osc::sine;
use crate::random::Random;
use std::f32::consts::TAU;

/// Partials that are computed side by side: each alone would wait for its own last result.
const LANES: usize = 8;

/// Sines that rotate and shrink: one complex multiplication a sample each.
#[derive(Debug, Clone, Copy, Default)]
struct Bank {
    re: [f32; LANES],
    im: [f32; LANES],
    turn: [[f32; LANES]; 2],
    /// The turn once the key is let go.
    damped: [[f32; LANES]; 2],
    gain: [[f32; LANES]; 2],
}

impl Bank {
    /// Adds a run of frames to `sums`, lane by lane.
    #[inline]
    fn add(&mut self, held: bool, sums: &mut [[[f32; LANES]; 2]]) {
        let [c, s] = if held { self.turn } else { self.damped };
        let (mut re, mut im) = (self.re, self.im);
        for sum in sums {
            for lane in 0..LANES {
                let next = re[lane] * c[lane] - im[lane] * s[lane];
                im[lane] = re[lane] * s[lane] + im[lane] * c[lane];
                re[lane] = next;
                sum[0][lane] += im[lane] * self.gain[0][lane];
                sum[1][lane] += im[lane] * self.gain[1][lane];
            }
        }
        (self.re, self.im) = (re, im);
    }

    /// Silences the partials that are below -90 dB, which would also slow the processor down later (denormal numbers);
    /// whether any is left.
    fn settle(&mut self) -> bool {
        let mut alive = false;
        for lane in 0..LANES {
            let gain = self.gain[0][lane].abs().max(self.gain[1][lane].abs());
            if (self.re[lane].abs() + self.im[lane].abs()) * gain > 3e-5 {
                alive = true;
            } else {
                (self.re[lane], self.im[lane]) = (0.0, 0.0);
            }
        }
        alive
    }
}

/// One struck note.
#[derive(Debug)]
pub(crate) struct Modal {
    banks: Vec<Bank>,
    count: usize,
    gate: u32,
    hammer: f32,
    hammer_decay: f32,
    hammer_filter: Svf,
    hammer_gain: f32,
    noise: Random,
    tremolo: f32,
    tremolo_phase: f32,
    attack: f32,
    age: u32,
}

/// Frequency ratio, level, seconds to 1/e.
type Mode = (f32, f32, f32);

// Bars tuned as makers tune them (4:1 and 10:1 for marimba and vibraphone), a clamped-free tine for the kalimba,
// and the strike tones of a small bell.
const MARIMBA: &[Mode] = &[(1.0, 1.0, 0.30), (3.98, 0.32, 0.09), (9.6, 0.10, 0.03)];
const KALIMBA: &[Mode] = &[(1.0, 1.0, 0.55), (2.0, 0.13, 0.35), (5.4, 0.16, 0.09), (3.0, 0.06, 0.2)];
const VIBES: &[Mode] = &[(1.0, 1.0, 1.6), (4.0, 0.22, 0.55), (10.0, 0.05, 0.12)];
const BELL: &[Mode] =
    &[(1.0, 0.8, 1.5), (2.0, 0.45, 1.0), (2.99, 0.22, 0.7), (4.17, 0.16, 0.45), (5.43, 0.10, 0.3), (0.5, 0.2, 1.6)];
const GLASS: &[Mode] = &[(1.0, 1.0, 0.6), (2.0, 0.35, 0.4), (3.0, 0.2, 0.22), (5.0, 0.12, 0.12), (7.0, 0.06, 0.06)];

impl Modal {
    pub(crate) fn new(instrument: Instrument, tone: Tone, rng: &mut Random) -> Self {
        let mut voice = Self {
            banks: Vec::new(),
            count: 0,
            gate: (tone.length_s * SAMPLE_RATE) as u32,
            hammer: 1.0,
            hammer_decay: decay(0.006),
            hammer_filter: Svf::new((tone.frequency * 3.5).clamp(500.0, 4000.0), 0.7),
            hammer_gain: 0.05 * tone.velocity,
            noise: rng.clone(),
            tremolo: 0.0,
            tremolo_phase: rng.unit(),
            attack: 1.0 / (0.0012 * SAMPLE_RATE),
            age: 0,
        };
        let modes = match instrument {
            Instrument::Marimba => MARIMBA,
            Instrument::Kalimba => KALIMBA,
            Instrument::Vibes => VIBES,
            Instrument::Glass => GLASS,
            Instrument::Bell => BELL,
            _ => {
                voice.strings(tone, rng);
                return voice;
            }
        };
        // Trims that make the instruments equally loud to the ear (K-weighted, measured on repeated notes).
        let trim = match instrument {
            Instrument::Marimba => 0.46,
            Instrument::Kalimba => 0.33,
            Instrument::Vibes => 0.25,
            _ => 0.28,
        };
        // Half of the strokes start the other way, so that repeated notes do not cancel or pile up.
        let way = if rng.chance(0.5) { 1.0 } else { -1.0 };
        voice.tremolo = if instrument == Instrument::Vibes { 0.22 } else { 0.0 };
        if instrument == Instrument::Bell || instrument == Instrument::Glass {
            voice.hammer_gain *= 0.3;
            voice.attack = 1.0 / (0.003 * SAMPLE_RATE);
        }
        // High bars ring shorter, about as the root of the pitch.
        let key = (262.0 / tone.frequency).sqrt().clamp(0.5, 1.6);
        let rings = matches!(instrument, Instrument::Vibes | Instrument::Bell);
        for &(ratio, level, seconds) in modes {
            let hardness = if ratio > 1.5 { (0.35 + 0.65 * tone.velocity) * (0.5 + 0.7 * tone.bright) } else { 1.0 };
            let seconds = seconds * key;
            let damped = if rings { seconds * 0.35 } else { seconds };
            let place = pan(tone.pan + rng.signed() * 0.12);
            voice.push(tone.frequency * ratio, way * trim * level * hardness * tone.velocity, (seconds, damped), place);
        }
        voice
    }

    /// Piano strings: slightly sharp harmonics (Fletcher's inharmonicity), two strings a note that beat against each other,
    /// a felt hammer at an eighth of the length, and two-stage decay.
    fn strings(&mut self, tone: Tone, rng: &mut Random) {
        let f = tone.frequency;
        let stiffness = 0.000_35 * (f / 262.0).powf(0.8);
        let ring = 3.2 * (262.0 / f).powf(0.55).clamp(0.25, 2.2);
        self.hammer_gain = 0.09 * tone.velocity;
        let count = ((7500.0 / f) as usize).clamp(3, 14);
        let softness = 1.35 - 0.55 * tone.velocity - 0.3 * tone.bright;
        let position = (f / 262.0).log2() * 0.22;
        for n in 1..=count {
            let k = n as f32;
            let hz = f * k * (1.0 + stiffness * k * k).sqrt();
            let strike = (sine(k / 16.0)).abs().max(0.08);
            let level = 0.34 * strike * (-softness * 0.34 * (k - 1.0)).exp() / k.powf(0.3) * tone.velocity;
            let seconds = ring / (1.0 + 0.28 * (k - 1.0));
            // The two strings lean left and right: width, and a beating that lives.
            for (cents, side, share, stage) in [(-0.5, -0.32, 1.0, 0.35), (0.6, 0.32, 0.8, 1.0)] {
                let place = pan(position + tone.pan + side + rng.signed() * 0.05);
                let hz = hz * (cents / 1200.0 * (1.0 + rng.unit())).exp2();
                self.push(hz, level * share, (seconds * stage, 0.11), place);
            }
        }
    }

    fn push(&mut self, hz: f32, level: f32, (seconds, damped_s): (f32, f32), place: Frame) {
        if hz > SAMPLE_RATE * 0.42 || level.abs() < 1e-5 {
            return;
        }
        let (sin, cos) = (hz / SAMPLE_RATE * TAU).sin_cos();
        let (ring, stop) = (decay(seconds), decay(damped_s.min(seconds)));
        let lane = self.count % LANES;
        if lane == 0 {
            self.banks.push(Bank::default());
        }
        self.count += 1;
        if let Some(bank) = self.banks.last_mut() {
            bank.re[lane] = 1.0;
            for (axis, part) in [cos, sin].into_iter().enumerate() {
                bank.turn[axis][lane] = part * ring;
                bank.damped[axis][lane] = part * stop;
                bank.gain[axis][lane] = place[axis] * level;
            }
        }
    }
}

impl Voice for Modal {
    fn add(&mut self, out: &mut [Frame]) -> bool {
        // The partials first, each over a run of frames: the inner loop stays small.
        for run in out.chunks_mut(64) {
            let mut sums = [[[0f32; LANES]; 2]; 64];
            let held = self.gate > 0;
            self.gate = self.gate.saturating_sub(run.len() as u32);
            for bank in &mut self.banks {
                bank.add(held, &mut sums[..run.len()]);
            }
            for (frame, sums) in run.iter_mut().zip(sums) {
                let wave = sums.map(|lanes| lanes.iter().sum::<f32>());
                let rise = (self.age as f32 * self.attack).min(1.0);
                self.age += 1;
                self.hammer = flush(self.hammer * self.hammer_decay);
                let knock = self.hammer_filter.band(self.noise.signed() * self.hammer) * self.hammer_gain;
                self.tremolo_phase += 4.6 / SAMPLE_RATE;
                let swell = self.tremolo * sine(self.tremolo_phase);
                frame[0] += (wave[0] * (1.0 + swell) + knock) * rise;
                frame[1] += (wave[1] * (1.0 - swell) + knock) * rise;
            }
        }
        self.banks.retain_mut(Bank::settle);
        !self.banks.is_empty()
    }
}
