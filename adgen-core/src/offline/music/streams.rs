//! The composer's streams of random numbers. Depends on `random`.

use crate::random::Random;

/// A stream of its own for each `purpose`, so that one more draw for the drums does not change the melody.
pub(crate) fn stream(seed: u64, purpose: u64) -> Random {
    // Not `Random::new`: every seed keeps its piece.
    let mut first = Random::from_state(seed ^ purpose.wrapping_mul(0xD6E8_FEB8_6659_FD93));
    first.bits();
    Random::from_state(first.bits())
}
