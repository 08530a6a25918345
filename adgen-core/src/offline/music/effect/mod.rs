//! What shapes sound after the voices: filters, space and dynamics. Each is a small state machine that takes one stereo frame.

pub(crate) mod delay;
pub(crate) mod dynamics;
pub(crate) mod filter;
pub(crate) mod loudness;
pub(crate) mod reverb;

/// One stereo frame: left, right.
pub(crate) type Frame = [f32; 2];
