//! One stereo frame, and how many of them make a second. Depends on nothing.

/// Frames a second, as a float because every formula needs it so.
pub(crate) const SAMPLE_RATE: f32 = 48_000.0;

/// One stereo frame: left, right.
pub(crate) type Frame = [f32; 2];
