//! The bass: a sine for the weight, a filtered saw for the ear to follow it on small loudspeakers.

use super::super::effect::filter::Svf;
use super::super::frame::{Frame, SAMPLE_RATE};
use super::contract::{Instrument, Tone, Voice};
use super::envelope::Envelope;
use super::osc::{Saw, sine};

/// One bass note, in the middle of the stereo field.
#[derive(Debug)]
pub(crate) struct Bass {
    phase: f32,
    step: f32,
    second: f32,
    saws: [Saw; 2],
    saw_level: f32,
    filter: Svf,
    cutoff: f32,
    sweep: f32,
    sweep_s: f32,
    loudness: Envelope,
    drive: f32,
    gain: f32,
    age: u32,
}

impl Bass {
    pub(crate) fn new(instrument: Instrument, tone: Tone) -> Self {
        let f = tone.frequency;
        let (saw_level, cutoff, sweep, sweep_s, decay, sustain, release, second, drive) = match instrument {
            Instrument::SubBass => (0.07, 300.0, 0.5, 0.2, 1.6, 0.7, 0.09, 0.42, 1.2),
            Instrument::SawBass => (0.55, 480.0 + 700.0 * tone.bright, 1.8, 0.09, 0.35, 0.6, 0.03, 0.1, 1.5),
            _ => (0.34, 360.0 + 420.0 * tone.bright, 1.6, 0.07, 0.6, 0.35, 0.05, 0.22, 1.3),
        };
        let (decay, sustain) = if tone.ringing { (tone.length_s * 0.4, 0.0) } else { (decay, sustain) };
        Self {
            phase: 0.0,
            step: f / SAMPLE_RATE,
            second,
            saws: [Saw::new(f * 1.0012, 0.5), Saw::new(f * 0.9988, 0.5)],
            saw_level,
            filter: Svf::new(cutoff, 0.8),
            cutoff: cutoff * (0.6 + 0.5 * tone.velocity),
            sweep,
            sweep_s,
            loudness: Envelope::new(0.005, decay, sustain, release, tone.length_s),
            drive,
            gain: if instrument == Instrument::SawBass { 0.33 } else { 0.4 } * tone.velocity,
            age: 0,
        }
    }
}

impl Voice for Bass {
    fn add(&mut self, out: &mut [Frame]) -> bool {
        for frame in out {
            if self.age.is_multiple_of(16) {
                let seconds = self.age as f32 / SAMPLE_RATE;
                self.filter.set(self.cutoff * (1.0 + self.sweep * (-seconds / self.sweep_s).exp()), 0.8);
            }
            self.age += 1;
            self.phase += self.step;
            self.phase -= self.phase.floor();
            let saw = self.saws[0].next() + self.saws[1].next();
            let wave = sine(self.phase) + self.second * sine(self.phase * 2.0) + self.saw_level * self.filter.low(saw);
            // A gentle curve adds the odd harmonics of a driven amplifier; its order is low enough not to alias.
            let x = (wave * self.drive * 0.6).clamp(-1.5, 1.5);
            let warm = x - x * x * x * (4.0 / 27.0);
            let value = warm * self.loudness.next() * self.gain * 1.3;
            frame[0] += value;
            frame[1] += value;
        }
        !self.loudness.is_over()
    }
}
