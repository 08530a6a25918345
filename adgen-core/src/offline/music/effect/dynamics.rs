//! Level control: the ducking of the kick and the bus compressor.

use super::super::frame::{Frame, SAMPLE_RATE};
use super::filter::{decay, flush};

/// Makes room for the kick: a gain that dips within milliseconds and comes back over about half a beat.
#[derive(Debug, Clone)]
pub(crate) struct Duck {
    depth: f32,
    fall: f32,
    attack: f32,
    state: f32,
    rising: u32,
}

impl Duck {
    pub(crate) fn new(depth: f32, recovery_s: f32) -> Self {
        Self { depth, fall: decay(recovery_s), attack: 1.0 - decay(0.0025), state: 0.0, rising: 0 }
    }

    /// The kick strikes now.
    pub(crate) fn strike(&mut self) {
        self.rising = (0.010 * SAMPLE_RATE) as u32;
    }

    #[inline]
    pub(crate) fn next(&mut self) -> f32 {
        if self.rising > 0 {
            self.rising -= 1;
            self.state += self.attack * (1.0 - self.state);
        } else {
            self.state = flush(self.state * self.fall);
        }
        1.0 - self.depth * self.state
    }
}

/// A feed-forward bus compressor with a soft knee: glue, not loudness.
#[derive(Debug, Clone)]
pub(crate) struct Compressor {
    threshold_db: f32,
    ratio: f32,
    attack: f32,
    release: f32,
    power: f32,
    gain: f32,
    countdown: u32,
    target: f32,
}

impl Compressor {
    pub(crate) fn new(threshold_db: f32, ratio: f32) -> Self {
        Self {
            threshold_db,
            ratio,
            attack: 1.0 - decay(0.020),
            release: 1.0 - decay(0.180),
            power: 0.0,
            gain: 1.0,
            countdown: 0,
            target: 1.0,
        }
    }

    #[inline]
    pub(crate) fn next(&mut self, [left, right]: Frame) -> Frame {
        let now = 0.5 * (left * left + right * right);
        self.power = flush(self.power + 0.0015 * (now - self.power));
        if self.countdown == 0 {
            // The detector is slow; sixteen samples are soon enough, and save the logarithm.
            self.countdown = 16;
            let over = 10.0 * (self.power + 1e-12).log10() - self.threshold_db;
            let knee = 6.0;
            let soft = if over > knee {
                over
            } else if over > -knee {
                (over + knee) * (over + knee) / (4.0 * knee)
            } else {
                0.0
            };
            self.target = 10f32.powf(-soft * (1.0 - 1.0 / self.ratio) / 20.0);
        }
        self.countdown -= 1;
        let speed = if self.target < self.gain { self.attack } else { self.release };
        self.gain += speed * (self.target - self.gain);
        [left * self.gain, right * self.gain]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ducking_dips_and_returns_without_a_jump() {
        let mut duck = Duck::new(0.5, 0.15);
        duck.strike();
        let gains: Vec<f32> = (0..48_000).map(|_| duck.next()).collect();
        assert!(gains.iter().copied().fold(1.0, f32::min) < 0.52);
        assert!(gains[47_999] > 0.99);
        assert!(gains.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.01));
    }
}
