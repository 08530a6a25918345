//! The drum kit: each drum is synthesised a few times with small differences, then played back, as samplers do.

use super::super::effect::filter::Svf;
use super::super::frame::{Frame, SAMPLE_RATE};
use super::contract::{Voice, pan};
use super::osc::sine;
use crate::random::Random;
use std::rc::Rc;

/// Every unpitched sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drum {
    Kick,
    SoftKick,
    Snare,
    Clap,
    Snap,
    Rim,
    Hat,
    OpenHat,
    Shaker,
    Brush,
    Tambourine,
    Tom,
    Crash,
    /// The low boom under the last chord.
    Boom,
    /// A swell of noise that leads into a section; loudest `RISE_S` after its start.
    Riser,
}

const ALL: [Drum; 15] = [
    Drum::Kick,
    Drum::SoftKick,
    Drum::Snare,
    Drum::Clap,
    Drum::Snap,
    Drum::Rim,
    Drum::Hat,
    Drum::OpenHat,
    Drum::Shaker,
    Drum::Brush,
    Drum::Tambourine,
    Drum::Tom,
    Drum::Crash,
    Drum::Boom,
    Drum::Riser,
];

impl Drum {
    /// Whether it belongs to the low end: kept dry and in the middle.
    pub(crate) fn is_low(self) -> bool {
        matches!(self, Self::Kick | Self::SoftKick | Self::Boom)
    }

    /// The length of its sample in seconds.
    pub(crate) fn seconds(self) -> f32 {
        match self {
            Self::Kick => 0.45,
            Self::SoftKick => 0.40,
            Self::Snare | Self::Clap | Self::Tambourine => 0.35,
            Self::Snap | Self::Brush => 0.25,
            Self::Rim | Self::Hat => 0.12,
            Self::Shaker => 0.16,
            Self::OpenHat => 0.35,
            Self::Tom => 0.6,
            Self::Crash => 2.6,
            Self::Boom => 2.4,
            Self::Riser => 3.0,
        }
    }
}

/// How long the riser swells, in seconds.
pub(crate) const RISE_S: f32 = 2.8;

/// The rendered samples, several takes of each drum.
#[derive(Debug)]
pub(crate) struct Kit {
    takes: Vec<[Rc<[f32]>; 3]>,
}

impl Kit {
    pub(crate) fn new(rng: &mut Random) -> Self {
        Self { takes: ALL.iter().map(|drum| [(); 3].map(|()| render(*drum, rng).into())).collect() }
    }

    /// Strikes a drum: `velocity` 0..1, `place` -1 left .. 1 right.
    pub(crate) fn strike(&self, drum: Drum, velocity: f32, place: f32, rng: &mut Random) -> Hit {
        let take = &self.takes[drum as usize][rng.index(3)];
        let gains = pan(place);
        Hit { sample: Rc::clone(take), at: 0, gains: [gains[0] * velocity * 1.41, gains[1] * velocity * 1.41] }
    }
}

/// A sample that plays.
#[derive(Debug)]
pub(crate) struct Hit {
    sample: Rc<[f32]>,
    at: usize,
    gains: Frame,
}

impl Voice for Hit {
    fn add(&mut self, out: &mut [Frame]) -> bool {
        for (frame, value) in out.iter_mut().zip(&self.sample[self.at..]) {
            frame[0] += value * self.gains[0];
            frame[1] += value * self.gains[1];
        }
        self.at = (self.at + out.len()).min(self.sample.len());
        self.at < self.sample.len()
    }
}

fn render(drum: Drum, rng: &mut Random) -> Vec<f32> {
    let seconds = drum.seconds();
    let vary = rng.range(0.97, 1.03);
    let mut sample = match drum {
        Drum::Kick => kick(seconds, 51.0 * vary, 190.0, 0.028, 0.16, 0.55, rng),
        Drum::SoftKick => kick(seconds, 52.0 * vary, 95.0, 0.03, 0.11, 0.18, rng),
        Drum::Snare => snare(seconds, vary, rng),
        Drum::Clap => clap(seconds, vary, rng),
        Drum::Snap => noise(seconds, &[(1900.0 * vary, 2.2, 0.8), (3400.0, 2.0, 0.3)], 0.001, 0.028, rng),
        Drum::Rim => rim(seconds, vary),
        Drum::Hat => hat(seconds, 0.018, vary, rng),
        Drum::OpenHat => hat(seconds, 0.11, vary, rng),
        Drum::Shaker => noise(seconds, &[(6200.0 * vary, 1.1, 0.5)], 0.018, 0.028, rng),
        Drum::Brush => noise(seconds, &[(2600.0 * vary, 0.6, 0.35)], 0.012, 0.055, rng),
        Drum::Tambourine => tambourine(seconds, vary, rng),
        Drum::Tom => kick(seconds, 92.0 * vary, 60.0, 0.06, 0.2, 0.12, rng),
        Drum::Crash => crash(seconds, vary, rng),
        Drum::Boom => boom(seconds, rng),
        Drum::Riser => riser(seconds, rng),
    };
    // Both ends at exactly zero: no drum ever clicks.
    let fade = (0.012 * SAMPLE_RATE) as usize;
    let length = sample.len();
    for index in 0..fade.min(length) {
        sample[length - 1 - index] *= index as f32 / fade as f32;
    }
    for (index, value) in sample.iter_mut().take(24).enumerate() {
        *value *= index as f32 / 24.0;
    }
    sample
}

fn frames(seconds: f32) -> usize {
    (seconds * SAMPLE_RATE) as usize
}

/// A sine that falls from `base + sweep` to `base` Hz, with a felt or plastic tick.
fn kick(seconds: f32, base: f32, sweep: f32, sweep_s: f32, ring_s: f32, tick: f32, rng: &mut Random) -> Vec<f32> {
    let mut phase = 0.0;
    let mut filter = Svf::new(2600.0, 0.7);
    (0..frames(seconds))
        .map(|n| {
            let t = n as f32 / SAMPLE_RATE;
            phase += (base + sweep * (-t / sweep_s).exp()) / SAMPLE_RATE;
            let body = sine(phase) * (-t / ring_s).exp();
            let click = filter.band(rng.signed()) * (-t / 0.004).exp() * tick;
            // Odd harmonics let small loudspeakers suggest the low tone.
            let x = (body * 1.25).clamp(-1.5, 1.5);
            (x - x * x * x * (4.0 / 27.0)) * 0.85 + click
        })
        .collect()
}

fn snare(seconds: f32, vary: f32, rng: &mut Random) -> Vec<f32> {
    let (mut low, mut high) = (Svf::new(1400.0, 0.6), Svf::new(5200.0, 0.7));
    (0..frames(seconds))
        .map(|n| {
            let t = n as f32 / SAMPLE_RATE;
            let shell = 0.42 * sine(t * 186.0 * vary + 0.6 * (1.0 - (-t / 0.02).exp())) * (-t / 0.07).exp()
                + 0.2 * sine(t * 332.0 * vary) * (-t / 0.04).exp();
            let white = rng.signed();
            let wires = (0.55 * low.high(white) - 0.25 * high.high(white)) * (-t / 0.085).exp();
            shell + wires * 0.62
        })
        .collect()
}

/// Several hands, a few milliseconds apart, then the room.
fn clap(seconds: f32, vary: f32, rng: &mut Random) -> Vec<f32> {
    let mut filters = [Svf::new(1250.0 * vary, 1.3), Svf::new(2500.0 * vary, 1.0)];
    let hands = [0.0, 0.009 * vary, 0.019, 0.027 * vary];
    (0..frames(seconds))
        .map(|n| {
            let t = n as f32 / SAMPLE_RATE;
            let level: f32 = hands.iter().filter(|start| t >= **start).map(|start| (-(t - start) / 0.005).exp()).sum();
            let tail = if t > 0.027 { 0.55 * (-(t - 0.027) / 0.07).exp() } else { 0.0 };
            let white = rng.signed() * (level * 0.8 + tail);
            filters[0].band(white) * 0.75 + filters[1].band(white) * 0.45
        })
        .collect()
}

/// Noise through band-pass filters `(Hz, Q, level)` with a rise and a fall in seconds.
fn noise(seconds: f32, bands: &[(f32, f32, f32)], rise: f32, fall: f32, rng: &mut Random) -> Vec<f32> {
    let mut filters: Vec<(Svf, f32)> = bands.iter().map(|&(hz, q, level)| (Svf::new(hz, q), level)).collect();
    (0..frames(seconds))
        .map(|n| {
            let t = n as f32 / SAMPLE_RATE;
            let level = if t < rise { (t / rise) * (t / rise) } else { (-(t - rise) / fall).exp() };
            let white = rng.signed() * level;
            filters.iter_mut().map(|(filter, gain)| filter.band(white) * *gain).sum()
        })
        .collect()
}

fn rim(seconds: f32, vary: f32) -> Vec<f32> {
    (0..frames(seconds))
        .map(|n| {
            let t = n as f32 / SAMPLE_RATE;
            (0.5 * sine(t * 1690.0 * vary) + 0.35 * sine(t * 820.0 * vary)) * (-t / 0.014).exp()
                + 0.2 * sine(t * 2730.0 * vary) * (-t / 0.005).exp()
        })
        .collect()
}

/// The clang of six inharmonic tones (as in analogue drum machines, but sines, so that nothing folds) in filtered noise.
fn hat(seconds: f32, fall: f32, vary: f32, rng: &mut Random) -> Vec<f32> {
    const TONES: [f32; 6] = [5130.0, 6170.0, 7010.0, 8390.0, 9470.0, 10_900.0];
    let mut filter = Svf::new(7000.0, 0.8);
    let mut soft = Svf::new(13_000.0, 0.6);
    (0..frames(seconds))
        .map(|n| {
            let t = n as f32 / SAMPLE_RATE;
            let clang: f32 = TONES.iter().map(|hz| sine(t * hz * vary)).sum::<f32>() * 0.05;
            let hiss = soft.low(filter.high(rng.signed())) * 0.5;
            (hiss + clang) * (0.8 * (-t / fall).exp() + 0.2 * (-t / (fall * 2.5)).exp())
        })
        .collect()
}

fn tambourine(seconds: f32, vary: f32, rng: &mut Random) -> Vec<f32> {
    const JINGLES: [f32; 5] = [4830.0, 6210.0, 7690.0, 9120.0, 10_400.0];
    let mut filter = Svf::new(6500.0, 0.9);
    (0..frames(seconds))
        .map(|n| {
            let t = n as f32 / SAMPLE_RATE;
            let jingles: f32 = JINGLES.iter().map(|hz| sine(t * hz * vary)).sum::<f32>() * 0.06;
            let hiss = filter.band(rng.signed()) * 0.45;
            let level = 0.7 * (-t / 0.02).exp() + 0.4 * (1.0 - (-t / 0.004).exp()) * (-t / 0.09).exp();
            (jingles + hiss) * level
        })
        .collect()
}

fn crash(seconds: f32, vary: f32, rng: &mut Random) -> Vec<f32> {
    const TONES: [f32; 7] = [2310.0, 3170.0, 4090.0, 5230.0, 6610.0, 8070.0, 9730.0];
    let mut high = Svf::new(3200.0, 0.6);
    let mut soft = Svf::new(11_000.0, 0.6);
    (0..frames(seconds))
        .map(|n| {
            let t = n as f32 / SAMPLE_RATE;
            let tones: f32 = TONES.iter().map(|hz| sine(t * hz * vary)).sum::<f32>() * 0.025 * (-t / 0.5).exp();
            let hiss = soft.low(high.high(rng.signed())) * 0.4;
            let level = (1.0 - (-t / 0.003).exp()) * (0.6 * (-t / 0.12).exp() + 0.4 * (-t / 0.7).exp());
            hiss * level + tones
        })
        .collect()
}

fn boom(seconds: f32, rng: &mut Random) -> Vec<f32> {
    let mut phase = 0.0;
    let mut filter = Svf::new(160.0, 0.6);
    (0..frames(seconds))
        .map(|n| {
            let t = n as f32 / SAMPLE_RATE;
            phase += (38.0 + 34.0 * (-t / 0.09).exp()) / SAMPLE_RATE;
            let rise = 1.0 - (-t / 0.006).exp();
            (sine(phase) * (-t / 0.55).exp() * 0.75 + filter.low(rng.signed()) * (-t / 0.3).exp() * 0.7) * rise
        })
        .collect()
}

fn riser(seconds: f32, rng: &mut Random) -> Vec<f32> {
    let mut filter = Svf::new(500.0, 1.4);
    (0..frames(seconds))
        .map(|n| {
            let t = n as f32 / SAMPLE_RATE;
            let x = (t / RISE_S).min(1.0);
            let fall = (-(t - RISE_S).max(0.0) / 0.05).exp();
            if n % 32 == 0 {
                filter.set(450.0 * (3.4 * x).exp(), 1.3);
            }
            filter.band(rng.signed()) * x * x * x * 0.5 * fall
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::super::streams::stream, *};

    #[test]
    fn every_drum_starts_and_ends_at_zero_without_offset() {
        let mut rng = stream(3, 3);
        for drum in ALL {
            let sample = render(drum, &mut rng);
            let peak = sample.iter().fold(0f32, |peak, v| peak.max(v.abs()));
            assert!((0.1..1.3).contains(&peak), "{drum:?} peaks at {peak}");
            assert_eq!((sample[0], sample[sample.len() - 1]), (0.0, 0.0), "{drum:?}");
            let mean = sample.iter().sum::<f32>() / sample.len() as f32;
            assert!(mean.abs() < 0.02, "{drum:?} has an offset of {mean}");
        }
    }

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (index, drum) in ALL.iter().enumerate() {
            assert_eq!(*drum as usize, index);
        }
    }
}
