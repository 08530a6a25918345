//! Echoes that answer left and right in turn (ping-pong), each duller than the one before.

use super::super::frame::{Frame, SAMPLE_RATE};
use super::filter::OnePole;

/// A ping-pong delay.
#[derive(Debug, Clone)]
pub(crate) struct Delay {
    lines: [Vec<f32>; 2],
    at: usize,
    feedback: f32,
    low: [OnePole; 2],
    high: [OnePole; 2],
}

impl Delay {
    /// An echo every `seconds`, each `feedback` (0..0.9) times the last.
    pub(crate) fn new(seconds: f32, feedback: f32) -> Self {
        let length = ((seconds * SAMPLE_RATE) as usize).clamp(480, 2 * SAMPLE_RATE as usize);
        Self {
            lines: [vec![0.0; length], vec![0.0; length]],
            at: 0,
            feedback,
            low: [OnePole::new(3800.0); 2],
            high: [OnePole::new(280.0); 2],
        }
    }

    /// The wet signal alone.
    #[inline]
    pub(crate) fn next(&mut self, input: Frame) -> Frame {
        let mono = 0.5 * (input[0] + input[1]);
        let out = [self.lines[0][self.at], self.lines[1][self.at]];
        let back = self.high[1].high(self.low[1].low(out[1])) * self.feedback;
        let over = self.high[0].high(self.low[0].low(out[0])) * self.feedback;
        self.lines[0][self.at] = mono + back;
        self.lines[1][self.at] = over;
        self.at += 1;
        if self.at == self.lines[0].len() {
            self.at = 0;
        }
        out
    }
}
