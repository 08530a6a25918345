//! The synthesiser: detuned saws through a moving low-pass. Pads, stabs, plucks, leads, and the whistle.

use super::super::effect::filter::Svf;
use super::super::frame::{Frame, SAMPLE_RATE};
use super::contract::{Instrument, Tone, Voice, pan};
use super::envelope::Envelope;
use super::osc::{Saw, sine};
use crate::random::Random;

/// How an instrument sets the synthesiser up.
#[derive(Debug, Clone, Copy)]
struct Patch {
    /// Cents of each saw against the note, and its place in the stereo field.
    saws: &'static [(f32, f32)],
    /// Level of a pure sine on the note.
    body: f32,
    /// Attack, decay, sustain, release.
    loudness: (f32, f32, f32, f32),
    /// Cut-off at rest and its sweep, in multiples of the note at brightness 0 and 1.
    cutoff: (f32, f32),
    sweep: f32,
    sweep_s: f32,
    q: f32,
    vibrato: f32,
    gain: f32,
}

const WARM_PAD: Patch = Patch {
    saws: &[(-9.0, -0.9), (8.0, 0.9), (-4.0, 0.5), (5.0, -0.5), (0.0, 0.0)],
    body: 0.35,
    loudness: (0.45, 1.0, 1.0, 0.45),
    cutoff: (2.6, 11.0),
    sweep: 0.6,
    sweep_s: 1.2,
    q: 0.6,
    vibrato: 0.0,
    gain: 0.16,
};
const BRIGHT_PAD: Patch = Patch {
    saws: &[(-11.0, -0.9), (12.0, 0.9), (-5.0, 0.6), (4.0, -0.6), (0.0, 0.0)],
    body: 0.2,
    loudness: (0.18, 1.0, 0.9, 0.3),
    cutoff: (4.0, 15.0),
    sweep: 0.8,
    sweep_s: 0.8,
    q: 0.7,
    vibrato: 0.0,
    gain: 0.15,
};
const SUPER_SAW: Patch = Patch {
    saws: &[(-18.0, -1.0), (17.0, 1.0), (-11.0, 0.6), (10.0, -0.6), (-5.0, -0.3), (4.0, 0.3), (0.0, 0.0)],
    body: 0.1,
    loudness: (0.006, 0.4, 0.75, 0.09),
    cutoff: (5.0, 24.0),
    sweep: 1.0,
    sweep_s: 0.25,
    q: 0.7,
    vibrato: 0.0,
    gain: 0.2,
};
const PLUCK: Patch = Patch {
    saws: &[(-5.0, -0.35), (5.0, 0.35)],
    body: 0.4,
    loudness: (0.002, 0.22, 0.0, 0.08),
    cutoff: (1.6, 3.6),
    sweep: 6.0,
    sweep_s: 0.07,
    q: 0.9,
    vibrato: 0.0,
    gain: 0.34,
};
const SYNTH_LEAD: Patch = Patch {
    saws: &[(-8.0, -0.4), (8.0, 0.4), (0.0, 0.0)],
    body: 0.3,
    loudness: (0.012, 0.5, 0.65, 0.12),
    cutoff: (3.0, 7.0),
    sweep: 1.2,
    sweep_s: 0.2,
    q: 0.8,
    vibrato: 5.0,
    gain: 0.2,
};
const WHISTLE: Patch = Patch {
    saws: &[],
    body: 1.0,
    loudness: (0.035, 0.5, 0.85, 0.06),
    cutoff: (8.0, 8.0),
    sweep: 0.0,
    sweep_s: 0.1,
    q: 0.7,
    vibrato: 12.0,
    gain: 0.15,
};

/// Cut-off changes and slow movements are computed once in so many samples.
const CONTROL: u32 = 32;

/// One note of the synthesiser.
#[derive(Debug)]
pub(crate) struct Synth {
    patch: Patch,
    saws: Vec<(Saw, Frame)>,
    filters: [Svf; 2],
    loudness: Envelope,
    phase: f32,
    frequency: f32,
    step: f32,
    age: u32,
    cutoff: f32,
    wander: f32,
    pan: Frame,
    gain: f32,
    breath: Option<(Random, Svf)>,
}

impl Synth {
    pub(crate) fn new(instrument: Instrument, tone: Tone, rng: &mut Random) -> Self {
        let mut patch = match instrument {
            Instrument::BrightPad => BRIGHT_PAD,
            Instrument::SuperSaw => SUPER_SAW,
            Instrument::Pluck => PLUCK,
            Instrument::SynthLead => SYNTH_LEAD,
            Instrument::Whistle => WHISTLE,
            _ => WARM_PAD,
        };
        let (attack, mut decay, mut sustain, release) = patch.loudness;
        if tone.ringing {
            (decay, sustain) = (tone.length_s * 0.45, 0.0);
            patch.sweep_s = tone.length_s * 0.5;
        }
        let attack = if tone.ringing { attack.min(0.06) } else { attack.min(tone.length_s * 0.5) };
        let saws: Vec<_> = patch
            .saws
            .iter()
            .map(|&(cents, place)| {
                (Saw::new(tone.frequency * (cents / 1200.0).exp2(), rng.unit()), pan(place + tone.pan * 0.5))
            })
            .collect();
        let bright = patch.cutoff.0 + (patch.cutoff.1 - patch.cutoff.0) * tone.bright * (0.5 + 0.5 * tone.velocity);
        // Half key follow: low notes keep some harmonics, high ones do not get shrill.
        let cutoff = (tone.frequency * 262.0).sqrt() * bright;
        Self {
            saws,
            filters: [Svf::new(cutoff, patch.q); 2],
            loudness: Envelope::new(attack, decay, sustain, release, tone.length_s),
            phase: 0.0,
            frequency: tone.frequency,
            step: tone.frequency / SAMPLE_RATE,
            age: 0,
            cutoff,
            wander: rng.unit(),
            pan: pan(tone.pan),
            gain: patch.gain * tone.velocity / (patch.saws.len().max(1) as f32).sqrt() * 1.6,
            breath: (instrument == Instrument::Whistle)
                .then(|| (rng.clone(), Svf::new((tone.frequency * 2.0).min(9000.0), 3.0))),
            patch,
        }
    }

    fn control(&mut self) {
        let seconds = self.age as f32 / SAMPLE_RATE;
        let sweep = 1.0 + self.patch.sweep * (-seconds / self.patch.sweep_s).exp();
        let wander = 1.0 + 0.12 * sine(seconds * 0.21 + self.wander);
        self.filters[0].set((self.cutoff * sweep * wander).min(15_000.0), self.patch.q);
        let [left, right] = &mut self.filters;
        right.follow(left);
        if self.patch.vibrato > 0.0 {
            // It comes in late, as a player's does.
            let depth = self.patch.vibrato * (seconds * 2.5 - 0.4).clamp(0.0, 1.0);
            let bend = (depth * sine(seconds * 5.3) / 1200.0).exp2();
            self.step = self.frequency * bend / SAMPLE_RATE;
        }
    }
}

impl Voice for Synth {
    fn add(&mut self, out: &mut [Frame]) -> bool {
        for frame in out {
            if self.age.is_multiple_of(CONTROL) {
                self.control();
            }
            self.age += 1;
            let mut wave = [0.0; 2];
            for (saw, place) in &mut self.saws {
                let value = saw.next();
                wave[0] += value * place[0];
                wave[1] += value * place[1];
            }
            self.phase += self.step;
            self.phase -= self.phase.floor();
            let mut body = sine(self.phase) * self.patch.body;
            if let Some((noise, filter)) = &mut self.breath {
                body += 0.09 * sine(self.phase * 2.0) + 0.05 * filter.band(noise.signed());
            }
            let level = self.loudness.next() * self.gain;
            for side in 0..2 {
                frame[side] += (self.filters[side].low(wave[side]) + body * self.pan[side] * 1.4) * level;
            }
        }
        !self.loudness.is_over()
    }
}
