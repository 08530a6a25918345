//! The planner's seeded choices: a pure function of seed and purpose, so that one more choice does not change another.

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

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
fn mix(seed: u32, purpose: Purpose) -> u64 {
    let mut z = (u64::from(seed) | (purpose as u64) << 32).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) >> 8
}
