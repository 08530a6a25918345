//! The rise and fall of a note's loudness.

use super::super::effect::filter::decay;
use super::super::frame::SAMPLE_RATE;

/// Attack, decay to a sustain level, release after the gate closes.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    attack: f32,
    decay: f32,
    sustain: f32,
    release: f32,
    gate: u32,
    level: f32,
    rising: bool,
}

impl Envelope {
    /// Times in seconds; decay and release are time constants (to 1/e).
    pub(crate) fn new(attack_s: f32, decay_s: f32, sustain: f32, release_s: f32, length_s: f32) -> Self {
        Self {
            attack: 1.0 / (attack_s.max(0.001) * SAMPLE_RATE),
            decay: decay(decay_s),
            sustain,
            release: decay(release_s.max(0.004)),
            gate: (length_s.max(0.005) * SAMPLE_RATE) as u32,
            level: 0.0,
            rising: true,
        }
    }

    #[inline]
    pub(crate) fn next(&mut self) -> f32 {
        if self.gate == 0 {
            self.level *= self.release;
        } else {
            self.gate -= 1;
            if self.rising {
                self.level += self.attack;
                if self.level >= 1.0 {
                    self.level = 1.0;
                    self.rising = false;
                }
            } else {
                self.level = self.sustain + (self.level - self.sustain) * self.decay;
            }
        }
        self.level
    }

    /// Whether nothing will be heard any more (80 dB down).
    pub(crate) fn is_over(&self) -> bool {
        self.level < 1e-4 && !(self.gate > 0 && self.rising)
    }
}
