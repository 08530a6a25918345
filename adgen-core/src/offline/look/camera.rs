//! The slow camera: a few per cent of the frame over the clip, eased, never jumping.
//!
//! Depends on nothing. Positions are measured from the frame's middle in units of its shorter side.

use std::f32::consts::PI;

use serde::{Deserialize, Serialize};

/// How the camera moves over the clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CameraMove {
    /// Slowly closer.
    #[default]
    PushIn,
    /// Slowly back.
    PullOut,
    /// The camera travels to the left.
    PanLeft,
    /// The camera travels to the right.
    PanRight,
    /// Around the product, as far as a flat picture can: near and far layers move against each other.
    Orbit,
    /// A hand-held float, barely felt.
    Drift,
}

impl CameraMove {
    /// Every move.
    pub const ALL: &'static [Self] =
        &[Self::PushIn, Self::PullOut, Self::PanLeft, Self::PanRight, Self::Orbit, Self::Drift];

    /// The name as it stands in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PushIn => "push_in",
            Self::PullOut => "pull_out",
            Self::PanLeft => "pan_left",
            Self::PanRight => "pan_right",
            Self::Orbit => "orbit",
            Self::Drift => "drift",
        }
    }
}

/// The most that the camera zooms in, as a factor.
pub(super) const ZOOM: f32 = 0.065;
/// The most that the camera moves sideways from its middle position.
pub(super) const TRAVEL: f32 = 0.028;

/// Where the camera stands at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    zoom: f32,
    x: f32,
    y: f32,
    anchor_y: f32,
}

/// One layer as the camera sees it: scene = screen * `scale` + offset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer {
    pub(super) scale: f32,
    pub(super) x: f32,
    pub(super) y: f32,
}

impl View {
    /// The view of a `camera` move at `t_s` of `duration_s`; zooms keep the height `anchor_y` in place, on which the product stands.
    pub(super) fn new(camera: CameraMove, t_s: f32, duration_s: f32, anchor_y: f32) -> Self {
        let p = ease(t_s / duration_s.max(0.1));
        let side = 2.0 * p - 1.0;
        // Two slow sines that share no period: alive, and without a beat.
        let (sway, bob) = ((t_s * 0.53).sin(), (t_s * 0.41 + 1.0).sin());
        let (zoom, x, y) = match camera {
            CameraMove::PushIn => (ZOOM * p, 0.002 * sway, 0.0),
            CameraMove::PullOut => (ZOOM * (1.0 - p), 0.002 * sway, 0.0),
            CameraMove::PanLeft => (0.4 * ZOOM, -TRAVEL * side, 0.0),
            CameraMove::PanRight => (0.4 * ZOOM, TRAVEL * side, 0.0),
            CameraMove::Orbit => (ZOOM * (0.3 + 0.3 * (PI * p).sin()), TRAVEL * 0.9 * side, 0.0),
            CameraMove::Drift => (ZOOM * (0.3 + 0.15 * bob), 0.010 * sway, 0.004 * bob),
        };
        Self { zoom: 1.0 + zoom, x, y, anchor_y }
    }

    /// How a layer is seen; `nearness` is 0 at infinity, 1 at the product, more in front of it.
    pub(super) fn layer(&self, nearness: f32) -> Layer {
        // Even a far wall grows a little as one walks up to it.
        let scale = 1.0 / (1.0 + (self.zoom - 1.0) * (0.35 + 0.65 * nearness));
        Layer { scale, x: self.x * nearness, y: self.anchor_y * (1.0 - scale) + self.y * nearness }
    }
}

impl Layer {
    /// Screen to scene.
    #[inline]
    pub(super) fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (x * self.scale + self.x, y * self.scale + self.y)
    }

    /// Scene to screen.
    #[inline]
    pub(super) fn project(&self, x: f32, y: f32) -> (f32, f32) {
        ((x - self.x) / self.scale, (y - self.y) / self.scale)
    }
}

/// Progress 0-1 to position 0-1: mostly even, gentle at both ends, so that a cut never lands on a standing picture.
/// A clip that runs on beyond its time slows down without a jump.
fn ease(p: f32) -> f32 {
    let smooth = |p: f32| 0.75 * p + 0.25 * p * p * (3.0 - 2.0 * p);
    if p <= 0.0 {
        0.0
    } else if p <= 1.0 {
        smooth(p)
    } else {
        // The slope at 1 is 0.75; it decays from there, by at most another 7 per cent.
        1.0 + 0.07 * (1.0 - (-(p - 1.0) * 0.75 / 0.07).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ease_is_monotonic_and_smooth() {
        let mut last = ease(0.0);
        for i in 1..=2000 {
            let value = ease(i as f32 * 1e-3);
            assert!(value >= last && value - last < 1.3e-3, "at {i}");
            last = value;
        }
        assert!((ease(1.0) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn every_move_is_small_and_keeps_the_ground() {
        for &camera in CameraMove::ALL {
            for i in 0..=100 {
                let layer = View::new(camera, i as f32 * 0.06, 6.0, 0.3).layer(1.0);
                assert!((0.93..=1.0).contains(&layer.scale), "{camera:?}");
                let (x, y) = layer.project(0.0, 0.3);
                assert!(x.abs() < 0.035 && (y - 0.3).abs() < 0.01, "{camera:?}: {x} {y}");
                let (sx, sy) = layer.at(x, y);
                assert!(sx.abs() < 1e-5 && (sy - 0.3).abs() < 1e-5);
            }
        }
    }
}
