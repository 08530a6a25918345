//! What shapes sound after the voices: filters, space and dynamics. Each is a small state machine that takes one stereo frame.

pub(crate) mod delay;
pub(crate) mod dynamics;
pub(crate) mod filter;
pub(crate) mod reverb;
