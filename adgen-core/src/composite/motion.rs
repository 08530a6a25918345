//! How the product moves through its scene. A function of time alone: any frame rate gives the same movement.
//!
//! Every scene begins with a short entrance and every motion ends at rest.

use super::easing::{cubic_out, expo_out, sine_out, smooth};
use crate::project::{Motion, Role};

/// How the product is shown at one moment, against its box at rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pose {
    /// Size against the layout's, at most 1.
    pub(super) scale: f32,
    /// Turned by this many radians, clockwise.
    pub(super) angle: f32,
    /// Moved by this many pixels.
    pub(super) dx: f32,
    pub(super) dy: f32,
    /// How far above its ground it is, 0-1, for the shadow.
    pub(super) lift: f32,
    pub(super) opacity: f32,
}

/// The movement of one scene.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ProductMotion {
    pub(super) kind: Motion,
    pub(super) standing: bool,
    /// Length of the scene in seconds.
    pub(super) seconds: f32,
    pub(super) is_first: bool,
    pub(super) is_last: bool,
    /// Height of the product's box in pixels.
    pub(super) height: f32,
    /// Distance that takes it out of the picture sideways; negative to the left.
    pub(super) exit: f32,
}

/// Seconds that the last scene stands still at its end.
pub(super) const HOLD: f32 = 0.8;
/// Seconds of the entrance.
const ENTRANCE: f32 = 0.75;
/// A product turns by up to this many radians: 3.4 degrees; half of it where it stands on something.
const TURN: f32 = 0.06;
/// Height of the hovering against the product's.
const FLOAT: f32 = 0.016;

/// The motion that `Auto` stands for.
pub(super) fn resolve(motion: Motion, role: Role, standing: bool, seed: u32, scene_index: usize) -> Motion {
    if motion != Motion::Auto {
        return motion;
    }
    let odd = !(seed as usize + scene_index).is_multiple_of(2);
    match (role, standing) {
        (Role::Hook, _) => Motion::PushIn,
        (Role::Showcase, false) => Motion::Float,
        (Role::Showcase, true) => {
            if odd {
                Motion::SlideIn
            } else {
                Motion::PushIn
            }
        }
        (Role::Benefit, _) => {
            if odd {
                Motion::PullOut
            } else {
                Motion::SlideIn
            }
        }
        (Role::Proof, true) => {
            if odd {
                Motion::PushIn
            } else {
                Motion::PullOut
            }
        }
        (Role::Proof, false) => {
            if odd {
                Motion::Rotate
            } else {
                Motion::Float
            }
        }
        (Role::CallToAction, _) => Motion::PushIn,
    }
}

impl ProductMotion {
    /// Seconds after which nothing moves any more.
    fn active(&self) -> f32 {
        let hold = if self.is_last { HOLD.min(self.seconds * 0.25) } else { 0.0 };
        (self.seconds - hold).max(0.1)
    }

    /// The pose `time` seconds into the scene.
    pub(super) fn pose(&self, time: f32) -> Pose {
        let active = self.active();
        let progress = time / active;
        let mut pose = Pose { scale: 1.0, angle: 0.0, dx: 0.0, dy: 0.0, lift: 0.0, opacity: 1.0 };
        match self.kind {
            Motion::PushIn => pose.scale = 0.93 + 0.07 * sine_out(progress),
            Motion::PullOut => pose.scale = 1.0 - 0.07 * sine_out(progress),
            Motion::Float => {
                // Whole periods of about three seconds, so that it begins and ends where it stands.
                let periods = (active / 3.0).round().max(1.0);
                let wave = 0.5 - 0.5 * (progress.clamp(0.0, 1.0) * periods * std::f32::consts::TAU).cos();
                // The first rise is part of the entrance and starts as gently.
                pose.lift = wave;
                pose.dy = -wave * FLOAT * self.height;
                pose.scale = 0.985;
            }
            Motion::SlideIn => {
                pose.dx = self.exit * (1.0 - expo_out(time / 1.1f32.min(active)));
                pose.scale = 0.965 + 0.035 * sine_out(progress);
            }
            Motion::Rotate => {
                let (from, to) = if self.standing { (-TURN * 0.5, 0.0) } else { (-TURN, TURN * 0.6) };
                pose.angle = from + (to - from) * smooth(progress);
                pose.scale = 0.96;
            }
            Motion::None | Motion::Auto => {}
        }
        if self.kind != Motion::SlideIn {
            self.enter(time, &mut pose);
        }
        pose
    }

    fn enter(&self, time: f32, pose: &mut Pose) {
        let length = ENTRANCE.min(self.active() * 0.5);
        let settled = cubic_out(time / length);
        let (grow, rise) = match (self.kind, self.standing) {
            (Motion::None, _) => (0.0, 0.0),
            // What stands on the ground does not rise out of it.
            (_, true) => (0.05, 0.0),
            (_, false) => (0.03, 0.035),
        };
        pose.scale *= 1.0 - grow * (1.0 - settled);
        pose.dy += rise * self.height * (1.0 - settled);
        // The first frame of an ad is its thumbnail: the product is on it.
        pose.opacity = if self.is_first { 1.0 } else { smooth(time / (length * 0.55)) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Motion; 6] =
        [Motion::None, Motion::PushIn, Motion::PullOut, Motion::Float, Motion::SlideIn, Motion::Rotate];

    fn motion(kind: Motion, standing: bool, seconds: f32) -> ProductMotion {
        ProductMotion { kind, standing, seconds, is_first: false, is_last: true, height: 1000.0, exit: 900.0 }
    }

    #[test]
    fn moves_smoothly_and_ends_at_rest() {
        for kind in ALL {
            for standing in [false, true] {
                for seconds in [0.5f32, 2.0, 6.0, 30.0] {
                    let motion = motion(kind, standing, seconds);
                    let step = 1.0 / 240.0;
                    let count = (seconds / step) as usize;
                    let poses: Vec<Pose> = (0..=count).map(|i| motion.pose(i as f32 * step)).collect();
                    let travel = |a: &Pose, b: &Pose| {
                        (a.dx - b.dx).abs()
                            + (a.dy - b.dy).abs()
                            + 1000.0 * ((a.scale - b.scale).abs() + (a.angle - b.angle).abs())
                    };
                    let speeds: Vec<f32> = poses.windows(2).map(|pair| travel(&pair[0], &pair[1])).collect();
                    let slide = if kind == Motion::SlideIn { 70.0 } else { 8.0 };
                    assert!(speeds.iter().all(|&speed| speed < slide / seconds.min(1.0)), "{kind:?} {seconds}");
                    assert!(speeds[speeds.len() - 1] < 0.02, "rests: {kind:?} {seconds} {:?}", speeds.last());
                    let jerks = speeds.windows(2).map(|pair| (pair[1] - pair[0]).abs()).skip(1).fold(0.0, f32::max);
                    assert!(jerks < slide / seconds.min(1.0) * 0.12, "smooth: {kind:?} {standing} {seconds} {jerks}");
                    assert!(poses.iter().all(|pose| pose.scale <= 1.0 && (0.0..=1.0).contains(&pose.opacity)));
                }
            }
        }
    }

    #[test]
    fn does_not_depend_on_the_frame_rate() {
        let motion = motion(Motion::PushIn, true, 6.0);
        assert_eq!(motion.pose(60.0 / 30.0), motion.pose(120.0 / 60.0));
    }

    #[test]
    fn the_first_frame_of_the_ad_shows_the_product() {
        let first = ProductMotion { is_first: true, ..motion(Motion::PushIn, false, 6.0) };
        assert_eq!(first.pose(0.0).opacity, 1.0);
    }
}
