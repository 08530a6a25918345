//! The arc of an ad: which scenes it has, and how long each lasts. What every planner of ours begins with.
//!
//! Depends on the document's types alone.

use super::{ProductLayer, Role, Scene, Transition};

/// The shortest and the longest scene in seconds that a document may hold.
pub(crate) const SHORTEST_S: f64 = 0.5;
pub(crate) const LONGEST_S: f64 = 60.0;
/// The lengths of an ad in seconds that a document may ask for, and what is taken where it asks for no number at all.
const AD_S: (f64, f64) = (3.0, 180.0);
const USUAL_S: f64 = 30.0;

/// An ad's length as it is planned: `seconds`, within what a document may ask for. One that was not checked must not make
/// durations of nonsense.
pub(crate) fn planned_s(seconds: f64) -> f64 {
    if seconds.is_finite() { seconds.clamp(AD_S.0, AD_S.1) } else { USUAL_S }
}

/// The scenes of an ad of `seconds` before anything of them is described, each with its duration: those that a person has
/// `written`, or, where there are none, those of the usual arc, which begin with a cut and show the product.
pub(crate) fn outline(written: Option<&[Scene]>, seconds: f64) -> Vec<Scene> {
    let seconds = planned_s(seconds);
    let Some(written) = written.filter(|scenes| !scenes.is_empty()) else {
        let roles = roles(seconds);
        let timed = roles.iter().zip(durations(seconds, roles)).enumerate();
        let scene = |(index, (&role, duration_s)): (usize, (&Role, f64))| Scene {
            id: scene_id(role, &roles[..index]),
            role,
            duration_s: Some(duration_s),
            background: None,
            product: Some(ProductLayer::default()),
            caption: None,
            transition: Transition::Cut,
        };
        return timed.map(scene).collect();
    };
    let given: f64 = written.iter().filter_map(|scene| scene.duration_s).sum();
    let open: Vec<Role> = written.iter().filter(|scene| scene.duration_s.is_none()).map(|scene| scene.role).collect();
    let mut shares = durations((seconds - given).max(0.0), &open).into_iter();
    let timed = |scene: &Scene| Scene {
        duration_s: scene.duration_s.or_else(|| shares.next()).or(Some(SHORTEST_S)),
        ..scene.clone()
    };
    written.iter().map(timed).collect()
}

/// `hook`, `benefit`, `benefit_2`.
fn scene_id(role: Role, before: &[Role]) -> String {
    let name = match role {
        Role::Hook => "hook",
        Role::Showcase => "showcase",
        Role::Benefit => "benefit",
        Role::Proof => "proof",
        Role::CallToAction => "call_to_action",
    };
    match before.iter().filter(|&&other| other == role).count() {
        0 => name.to_owned(),
        earlier => format!("{name}_{}", earlier + 1),
    }
}

/// The roles of an ad of `seconds`. A short ad drops the proof first, then the benefit: who it is and what to do stay.
fn roles(seconds: f64) -> &'static [Role] {
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
fn durations(seconds: f64, roles: &[Role]) -> Vec<f64> {
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

    #[test]
    fn scenes_have_names_and_what_was_written_stays() {
        let ids: Vec<String> = outline(None, 60.0).into_iter().map(|scene| scene.id).collect();
        assert_eq!(ids, ["hook", "showcase", "benefit", "benefit_2", "proof", "call_to_action"]);
        assert_eq!(outline(Some(&[]), f64::NAN).len(), outline(None, 30.0).len());
        let mut written = outline(None, 12.0);
        (written[1].caption, written[1].duration_s) = (Some("Mine".to_owned()), None);
        let again = outline(Some(&written), 20.0);
        assert_eq!((again[0].duration_s, again[1].caption.as_deref()), (written[0].duration_s, Some("Mine")));
        assert!((again.iter().filter_map(|scene| scene.duration_s).sum::<f64>() - 20.0).abs() < 1e-9);
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
