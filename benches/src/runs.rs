//! How often something is measured, and the middle of what came out.

use crate::Outcome;

/// How often each figure is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runs(usize);

/// Names the number of runs.
const RUNS: &str = "ADGEN_BENCH_RUNS";

impl Runs {
    /// From `ADGEN_BENCH_RUNS`, 1 to 99; 3 where it is not set.
    ///
    /// # Errors
    /// For any other value.
    pub fn from_env() -> Outcome<Self> {
        let Some(value) = std::env::var_os(RUNS).filter(|value| !value.is_empty()) else { return Ok(Self(3)) };
        let count = value.to_str().and_then(|value| value.parse().ok()).filter(|count| (1..=99).contains(count));
        count.map(Self).ok_or_else(|| format!("{RUNS} is {value:?}; 1 to 99 are allowed").into())
    }

    /// How many.
    pub fn count(self) -> usize {
        self.0
    }

    /// Measures as often as was asked for.
    ///
    /// # Errors
    /// The first one of `measure`.
    pub fn collect<T>(self, mut measure: impl FnMut(usize) -> Outcome<T>) -> Outcome<Vec<T>> {
        (0..self.0).map(&mut measure).collect()
    }
}

/// The middle value, or the mean of the two in the middle; 0 of nothing.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / 2.0,
    }
}
