//! The electric piano: two operators of frequency modulation (Chowning 1973), a tine that rings out, and an auto-pan.

use super::super::effect::filter::{decay, flush};
use super::super::frame::{Frame, SAMPLE_RATE};
use super::contract::{Tone, Voice, pan};
use super::envelope::Envelope;
use super::osc::sine;

/// One note.
#[derive(Debug)]
pub(crate) struct ElectricPiano {
    phase: f32,
    step: f32,
    index: f32,
    index_rest: f32,
    index_decay: f32,
    tine: f32,
    tine_phase: f32,
    tine_step: f32,
    tine_decay: f32,
    loudness: Envelope,
    gain: f32,
    pan: Frame,
    sway: f32,
}

impl ElectricPiano {
    pub(crate) fn new(tone: Tone) -> Self {
        let key = (262.0 / tone.frequency).sqrt().clamp(0.4, 1.5);
        let hard = tone.velocity * tone.velocity;
        // The tine sounds far above the note, but never where it would hiss.
        let tine = (7.0f32).min(5200.0 / tone.frequency).floor().max(1.0);
        Self {
            phase: 0.0,
            step: tone.frequency / SAMPLE_RATE,
            index: (0.9 * hard + 0.25 * tone.bright) * key.min(1.1),
            index_rest: 0.10 + 0.12 * tone.bright,
            index_decay: decay(0.35 * key),
            tine: 0.16 * hard,
            tine_phase: 0.0,
            tine_step: tone.frequency * tine / SAMPLE_RATE,
            tine_decay: decay(0.06),
            loudness: Envelope::new(0.002, 1.5 * key, 0.0, 0.12, tone.length_s),
            gain: 0.26 * tone.velocity,
            pan: pan(tone.pan),
            sway: 0.0,
        }
    }
}

impl Voice for ElectricPiano {
    fn add(&mut self, out: &mut [Frame]) -> bool {
        for frame in out {
            self.phase += self.step;
            self.phase -= self.phase.floor();
            self.tine_phase += self.tine_step;
            self.tine_phase -= self.tine_phase.floor();
            self.index = flush(self.index * self.index_decay);
            self.tine = flush(self.tine * self.tine_decay);
            self.sway += 3.1 / SAMPLE_RATE;
            let modulation = (self.index + self.index_rest) * 0.32 * sine(self.phase);
            let wave = sine(self.phase + modulation) + self.tine * sine(self.tine_phase);
            let level = self.loudness.next() * self.gain;
            let sway = 0.16 * sine(self.sway);
            frame[0] += wave * level * self.pan[0] * 1.4 * (1.0 + sway);
            frame[1] += wave * level * self.pan[1] * 1.4 * (1.0 - sway);
        }
        !self.loudness.is_over()
    }
}
