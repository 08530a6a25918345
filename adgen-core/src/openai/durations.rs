//! Durations that somebody wishes for, fitted to the time that there is.

use crate::project::{LONGEST_S, SHORTEST_S, clean_seconds};

/// As near to `wishes` as possible: their sum is `total_s` (to 1e-9), each is 0.5-60 s, and all but one are whole
/// tenths of a second. What does not fit the grid goes to the longest. A wish that is no number counts as an average
/// one.
///
/// Where `total_s` cannot be met within those bounds the scenes are equally long.
pub(super) fn fitted(wishes: &[f64], total_s: f64) -> Vec<f64> {
    let count = wishes.len();
    if count == 0 {
        return Vec::new();
    }
    let equal = total_s / count as f64;
    if !(SHORTEST_S..=LONGEST_S).contains(&equal) {
        return vec![if equal.is_finite() { equal.max(SHORTEST_S) } else { SHORTEST_S }; count];
    }
    let wishes: Vec<f64> = wishes
        .iter()
        .map(|wish| if wish.is_finite() && *wish > 0.0 { wish.clamp(SHORTEST_S, LONGEST_S) } else { equal })
        .collect();
    let scale = total_s / wishes.iter().sum::<f64>();
    let exact: Vec<f64> = wishes.iter().map(|wish| wish * scale * 10.0).collect();
    let (least, most) = ((SHORTEST_S * 10.0) as i64, (LONGEST_S * 10.0) as i64);
    let mut tenths: Vec<i64> = exact.iter().map(|tenths| (tenths.round() as i64).clamp(least, most)).collect();
    // The rest that is no whole tenth is added below, so a scene at its upper bound must be able to give one back.
    let total = (total_s * 10.0 + 1e-6).floor() as i64;
    loop {
        let missing = total - tenths.iter().sum::<i64>();
        let step = missing.signum();
        if step == 0 {
            break;
        }
        let free = (0..count).filter(|&i| (least..=most).contains(&(tenths[i] + step)));
        // The one that is farthest behind (or ahead of) its wish.
        let behind = |i: usize| (exact[i] - tenths[i] as f64) * step as f64;
        let Some(index) = free.max_by(|&a, &b| behind(a).total_cmp(&behind(b)).then(b.cmp(&a))) else { break };
        tenths[index] += step;
    }
    let mut durations: Vec<f64> = tenths.iter().map(|&tenths| tenths as f64 / 10.0).collect();
    let roomy = (0..count).filter(|&i| tenths[i] < most).max_by_key(|&i| (tenths[i], count - i));
    if let Some(index) = roomy {
        let others: f64 = (0..count).filter(|&i| i != index).map(|i| durations[i]).sum();
        durations[index] = clean_seconds(total_s - others);
    }
    durations
}

/// Whole seconds of video that scenes of these lengths need at the most: every one but the last shows half a second more while
/// the next one dissolves in, and clips are sold by the second.
pub(super) fn bought_s(durations: &[f64]) -> f64 {
    let last = durations.len().saturating_sub(1);
    let needed = durations.iter().enumerate().map(|(index, duration)| duration + if index < last { 0.5 } else { 0.0 });
    needed.map(|seconds| (seconds - 1e-6).ceil()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wishes_that_fit_stay() {
        assert_eq!(fitted(&[4.5, 7.5, 7.0, 6.0, 5.0], 30.0), [4.5, 7.5, 7.0, 6.0, 5.0]);
        assert_eq!(fitted(&[1.0, 2.0], 6.0), [2.0, 4.0]);
        assert_eq!(fitted(&[1.0, 1.0, 1.0], 10.0), [3.4, 3.3, 3.3]);
        assert_eq!(fitted(&[f64::NAN, 5.0, -3.0], 15.0), [5.0, 5.0, 5.0]);
        assert_eq!(fitted(&[1e300, 1e-300], 10.0), [9.5, 0.5]);
        assert_eq!(fitted(&[], 10.0), [0.0; 0]);
        assert_eq!(fitted(&[7.0], 0.2), [0.5]);
    }

    #[test]
    fn seconds_are_bought_whole() {
        assert_eq!(bought_s(&[4.5, 7.5, 6.5, 6.5, 5.0]), 32.0);
        assert_eq!(bought_s(&[4.6, 7.4, 6.5, 6.5, 5.0]), 33.0);
        assert_eq!(bought_s(&[]), 0.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_sum_is_right_and_the_bounds_hold(
            wishes in prop::collection::vec(prop_oneof![0.1..100.0f64, Just(f64::NAN), any::<f64>()], 1..=20),
            part in 0.0..=1.0f64, grid in any::<bool>(),
        ) {
            let count = wishes.len() as f64;
            let (least, most) = (SHORTEST_S * count, LONGEST_S * count);
            let exact = least + part * (most - least);
            let total = if grid { ((exact * 10.0).round() / 10.0).clamp(least, most) } else { exact };
            let durations = fitted(&wishes, total);
            prop_assert_eq!(durations.len(), wishes.len());
            prop_assert!((durations.iter().sum::<f64>() - total).abs() < 1e-6, "{:?} for {}", durations, total);
            let bounds = SHORTEST_S - 1e-9..=LONGEST_S + 1e-9;
            prop_assert!(durations.iter().all(|duration| bounds.contains(duration)), "{:?}", durations);
            let whole = durations.iter().filter(|d| (*d * 10.0 - (*d * 10.0).round()).abs() < 1e-6).count();
            prop_assert!(whole + 1 >= durations.len(), "{:?}", durations);
            // A longer wish never gets the shorter scene, but for the odd tenth.
            for (a, x) in wishes.iter().zip(&durations) {
                for (b, y) in wishes.iter().zip(&durations) {
                    prop_assert!(!(a > b && x + 0.2001 < *y && *b > 0.0), "{:?} {:?}", wishes, durations);
                }
            }
        }
    }
}
