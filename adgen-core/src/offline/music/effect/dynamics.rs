//! Level control: the ducking of the kick, the bus compressor, and the look-ahead limiter of the last pass.

use super::super::SAMPLE_RATE;
use super::Frame;
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

/// Scales `samples` (interleaved stereo) by `gain` and holds every peak at or below `ceiling`, without clipping.
///
/// The gain that each frame needs is spread backwards over `LOOK` frames and comes back slowly; a frame is
/// never above the ceiling, because the gain reaches its minimum at or before the peak.
pub(crate) fn limit(samples: &mut [f32], gain: f32, ceiling: f32) {
    const LOOK: usize = 240;
    let frames = samples.len() / 2;
    let release = 1.0 - decay(0.080);
    let need = |frame: usize, samples: &[f32]| {
        let peak = samples[frame * 2].abs().max(samples[frame * 2 + 1].abs()) * gain;
        if peak > ceiling { ceiling / peak } else { 1.0 }
    };
    // The minimum over the window ahead, by a monotonic queue, then a moving mean over the same window: a ramp that ends in time.
    let mut queue: std::collections::VecDeque<(usize, f32)> = std::collections::VecDeque::new();
    let mut window = std::collections::VecDeque::from(vec![1.0f64; LOOK]);
    let mut sum = LOOK as f64;
    let mut held = 1f32;
    let mut ahead = 0;
    for frame in 0..frames {
        while ahead < frames && ahead <= frame + LOOK {
            let value = need(ahead, samples);
            while queue.back().is_some_and(|(_, last)| *last >= value) {
                queue.pop_back();
            }
            queue.push_back((ahead, value));
            ahead += 1;
        }
        while queue.front().is_some_and(|(index, _)| *index < frame) {
            queue.pop_front();
        }
        let least = queue.front().map_or(1.0, |(_, value)| *value);
        held = if least < held { least } else { held + release * (least - held) };
        sum += f64::from(held) - window.pop_front().unwrap_or(1.0);
        window.push_back(f64::from(held));
        let smooth = gain * (sum / LOOK as f64) as f32;
        for sample in &mut samples[frame * 2..frame * 2 + 2] {
            *sample = (*sample * smooth).clamp(-ceiling, ceiling);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limiter_holds_the_ceiling_and_leaves_quiet_sound_alone() {
        let mut loud: Vec<f32> =
            (0..9600).flat_map(|n| [(n as f32 * 0.05).sin() * if n > 4000 { 1.7 } else { 0.3 }; 2]).collect();
        let quiet = loud[2 * 1000];
        limit(&mut loud, 1.0, 0.8);
        assert!(loud.iter().all(|v| v.abs() <= 0.8));
        assert!((loud[2 * 1000] - quiet).abs() < 1e-6);
        // Gain moves smoothly: the clamp has nothing to do, so the wave stays round at its top.
        let top = loud[12_000..].iter().filter(|v| v.abs() >= 0.7999).count();
        assert!(top < 400, "{top} samples are flat");
    }

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
