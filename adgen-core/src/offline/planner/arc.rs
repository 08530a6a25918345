//! The arc of an ad: which scenes it has, and how long each lasts. Depends on the document's types alone.

use crate::project::Role;

/// The shortest and the longest scene in seconds that a document may hold.
const SHORTEST_S: f64 = 0.5;
const LONGEST_S: f64 = 60.0;

/// The roles of an ad of `seconds`. A short ad drops the proof first, then the benefit: who it is and what to do stay.
pub(super) fn roles(seconds: f64) -> &'static [Role] {
    use Role::{Benefit, CallToAction, Hook, Proof, Showcase};
    match seconds {
        s if s < 10.0 => &[Hook, Showcase, CallToAction],
        s if s < 18.0 => &[Hook, Showcase, Benefit, CallToAction],
        s if s <= 40.0 => &[Hook, Showcase, Benefit, Proof, CallToAction],
        _ => &[Hook, Showcase, Benefit, Benefit, Proof, CallToAction],
    }
}

/// Durations in seconds for scenes of these roles, which add up to `seconds` (to 1e-9). Where there is room, a scene lasts half
/// a second less than a whole number, and the last one a whole number: clips are sold by the second, and every scene but the
/// last shows half a second more while the next one dissolves in. Shorter scenes last tenths. What does not fit the grid goes
/// to the longest scene.
pub(super) fn durations(seconds: f64, roles: &[Role]) -> Vec<f64> {
    let count = roles.len();
    let Some(longest) = (0..count).rev().max_by(|&a, &b| weight(roles[a]).total_cmp(&weight(roles[b]))) else {
        return Vec::new();
    };
    let equal = seconds / count as f64;
    let sum: f64 = roles.iter().map(|&role| weight(role)).sum();
    let mut durations: Vec<f64> = roles
        .iter()
        .enumerate()
        .map(|(index, &role)| {
            let share = (seconds * weight(role) / sum).clamp(SHORTEST_S, most(role));
            match index + 1 == count {
                _ if equal < 2.0 => (share * 10.0).round() / 10.0,
                true => share.round().max(1.0),
                false => (share - 0.5).round().max(0.0) + 0.5,
            }
        })
        .collect();
    // The other scenes' sum in grid steps is a whole number, so this is exact where `seconds` lies on the grid.
    let others: f64 = (0..count).filter(|&index| index != longest).map(|index| durations[index]).sum();
    durations[longest] = clean_seconds(seconds - others);
    if durations.iter().all(|duration| (SHORTEST_S..=LONGEST_S).contains(duration)) {
        durations
    } else {
        vec![equal.clamp(SHORTEST_S, LONGEST_S); count]
    }
}

/// A scene's share of the ad against the others'.
fn weight(role: Role) -> f64 {
    match role {
        Role::Hook => 0.75,
        Role::Showcase => 1.2,
        Role::Benefit => 1.15,
        Role::Proof => 1.0,
        Role::CallToAction => 0.85,
    }
}

/// A hook that takes longer is none, and a button is read once.
fn most(role: Role) -> f64 {
    match role {
        Role::Hook => 6.0,
        Role::CallToAction => 9.0,
        _ => LONGEST_S,
    }
}

/// 4.1 rather than 4.1000000000000014.
pub(crate) fn clean_seconds(seconds: f64) -> f64 {
    let tidy = (seconds * 1e6).round() / 1e6;
    if (tidy - seconds).abs() < 1e-11 { tidy } else { seconds }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_thirty_second_ad_has_the_classic_arc() {
        let roles = roles(30.0);
        assert_eq!(roles.len(), 5);
        let durations = durations(30.0, roles);
        assert_eq!(durations, [4.5, 7.5, 6.5, 6.5, 5.0]);
        assert!((4.0..=6.0).contains(&durations[4]));
    }

    #[test]
    fn the_number_of_scenes_grows_with_the_ad() {
        for (seconds, count) in [(3.0, 3), (6.0, 3), (12.0, 4), (15.0, 4), (20.0, 5), (60.0, 6), (180.0, 6)] {
            assert_eq!(roles(seconds).len(), count, "{seconds}");
        }
    }

    fn fits(seconds: f64, durations: &[f64]) {
        let sum: f64 = durations.iter().sum();
        assert!((sum - seconds).abs() < 1e-9, "{durations:?} for {seconds}");
        assert!(durations.iter().all(|d| (SHORTEST_S..=LONGEST_S).contains(d)), "{durations:?} for {seconds}");
        for fps in [24.0, 25.0, 30.0, 50.0, 60.0] {
            let (mut end, mut frames) = (0.0, 0.0);
            for duration in durations {
                let start: f64 = f64::round(end * fps);
                end += duration;
                let count = (end * fps).round() - start;
                assert!(count >= 1.0);
                frames += count;
            }
            // Half a frame may fall to either side by the last digit.
            let exact = seconds * fps;
            assert!((frames - exact).abs() <= 0.5 + 1e-6, "{frames} frames for {exact}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn durations_add_up(seconds in 3.0..=180.0f64, tenths in 30..=1800u32) {
            for seconds in [seconds, f64::from(tenths) / 10.0] {
                fits(seconds, &durations(seconds, roles(seconds)));
            }
        }

        #[test]
        fn any_number_of_open_scenes_is_filled(
            roles in prop::collection::vec(prop::sample::select(vec![Role::Hook, Role::Benefit, Role::CallToAction]), 1..=20),
            part in 0.0..=1.0f64,
        ) {
            let (least, most) = (SHORTEST_S * roles.len() as f64, (LONGEST_S * roles.len() as f64).min(180.0));
            let seconds = least + part * (most - least);
            fits(seconds, &durations(seconds, &roles));
        }
    }
}
