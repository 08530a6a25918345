//! The planner's seeded choices: a pure function of seed and purpose, so that one more choice does not change another.

use crate::random::hash;

/// What is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Floor,
    Air,
    Third,
    Detail,
    Hook,
    Line,
    Motion,
    Music,
    Colour,
}

/// One of `items`; `None` where there are none.
pub(super) fn pick<T>(seed: u32, purpose: Purpose, items: &[T]) -> Option<&T> {
    let count = u64::try_from(items.len()).ok().filter(|&count| count > 0)?;
    items.get(usize::try_from(mix(seed, purpose) % count).ok()?)
}

/// An index below `count`, or 0.
pub(super) fn index(seed: u32, purpose: Purpose, count: usize) -> usize {
    usize::try_from(mix(seed, purpose) % (count.max(1) as u64)).unwrap_or_default()
}

fn mix(seed: u32, purpose: Purpose) -> u64 {
    hash(u64::from(seed) | (purpose as u64) << 32) >> 8
}
