//! A still as a moving background: a slow camera over a picture.
//!
//! Depends on `random`, `sampling` and on `media`'s frames. The picture is turned into a frame's planes once; per frame
//! these are resampled at positions of 1/256 pixel, so that nothing jumps or shimmers.

use super::sampling::{Affine, Plane, Resampler, Window};
use crate::{media::Frame, random::hash};

/// How much closer the camera comes in a second, and at the most.
const ZOOM_A_SECOND: f64 = 0.016;
const MOST_ZOOM: f64 = 0.09;
/// The most that it travels along the longer side of a picture of another shape, as a share of the frame's side.
const MOST_TRAVEL: f64 = 0.10;

/// Which way the camera moves over a still, and how far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StillCamera {
    /// Factor between the widest and the closest view, less 1.
    zoom: f64,
    closer: bool,
    /// -1 or 1: where it travels to, if there is room.
    direction: f64,
}

impl StillCamera {
    /// A move for a scene of `duration_s` seconds; `seed` picks its direction.
    pub fn new(duration_s: f64, seed: u64) -> Self {
        let zoom = (ZOOM_A_SECOND * duration_s.max(0.0)).min(MOST_ZOOM);
        // Two bits that every bit of the seed has a say in.
        let bits = hash(seed);
        Self { zoom, closer: bits & 1 == 0, direction: if bits & 2 == 0 { 1.0 } else { -1.0 } }
    }

    /// The size of picture, in pixels, that it wants for frames of `width` x `height`: then the closest view is pixel for pixel.
    /// `aspect` is the picture's width over its height; where it has more to show than the frame, the camera travels.
    pub fn wanted_size(&self, width: usize, height: usize, aspect: f64) -> (usize, usize) {
        let sides = [width, height].map(|side| side as f64 * (1.0 + self.zoom));
        // What a picture that covers the frame has beyond it.
        let room = [sides[1] * aspect - sides[0], sides[0] / aspect - sides[1]];
        let [wide, high] =
            [0, 1].map(|axis| sides[axis] + room[axis].clamp(0.0, MOST_TRAVEL * [width, height][axis] as f64));
        (wide.ceil() as usize, high.ceil() as usize)
    }
}

/// A still on its way to frames.
#[derive(Debug)]
pub struct Still {
    picture: Frame,
    camera: StillCamera,
    size: (usize, usize),
    frames: u64,
    resampler: Resampler,
}

impl Still {
    /// `frames` frames of `width` x `height` of a picture that has the size that the camera wants, or a larger one.
    pub fn new(picture: Frame, camera: StillCamera, (width, height): (usize, usize), frames: u64) -> Self {
        Self { picture, camera, size: (width, height), frames: frames.max(1), resampler: Resampler::default() }
    }

    /// Frame `index`, into `frame`, which gets the still's size if it has another.
    pub fn draw(&mut self, index: u64, frame: &mut Frame) {
        let (width, height) = self.size;
        if (frame.width(), frame.height()) != (width, height) {
            *frame = Frame::black(width, height);
        }
        let map = self.map(index as f64 / self.frames as f64);
        let (source_width, source_height) = (self.picture.width(), self.picture.height());
        let (width, height) = (frame.width(), frame.height());
        let maps = [(map, 0), (map.halved(), 1), (map.halved(), 1)];
        let planes = self.picture.planes().into_iter().zip(frame.planes_mut());
        for ((data, target), (map, shift)) in planes.zip(maps) {
            let plane = Plane { data, width: source_width >> shift, height: source_height >> shift };
            let window = Window { x: 0, y: 0, width: width >> shift, height: height >> shift };
            self.resampler.prepare(plane, &map, window, &[]);
            for (row, out) in target.chunks_exact_mut(width >> shift).enumerate() {
                self.resampler.row(row, out);
            }
        }
    }

    /// From the picture to the frame at `progress` 0-1.
    fn map(&self, progress: f64) -> Affine {
        let StillCamera { zoom, closer, direction } = self.camera;
        let p = eased(progress);
        let closeness = if closer { p } else { 1.0 - p };
        // Equal steps in the logarithm look like an even speed.
        let scale = (1.0 + zoom).powf(closeness - 1.0);
        let size = [self.picture.width() as f64, self.picture.height() as f64];
        let frame = [self.size.0 as f64, self.size.1 as f64];
        let middle = [0, 1].map(|axis| {
            let room = (size[axis] - frame[axis] * (1.0 + zoom)).clamp(0.0, MOST_TRAVEL * frame[axis]);
            size[axis] / 2.0 + direction * (p - 0.5) * room
        });
        Affine::about((middle[0], middle[1]), (frame[0] / 2.0, frame[1] / 2.0), scale, 0.0)
    }
}

/// Mostly even, gentle at both ends, so that a cut never lands on a standing picture.
fn eased(p: f64) -> f64 {
    let p = p.clamp(0.0, 1.0);
    0.75 * p + 0.25 * p * p * (3.0 - 2.0 * p)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};
    use proptest::prelude::*;

    use super::*;

    /// Where the soft dot on a dark picture lies in a frame, as the centre of its light.
    fn dot(frame: &Frame) -> (f64, f64) {
        let (mut sum, mut x, mut y) = (0.0, 0.0, 0.0);
        for (i, &value) in frame.y().iter().enumerate() {
            let light = f64::from(value.saturating_sub(40));
            sum += light;
            x += light * (i % frame.width()) as f64;
            y += light * (i / frame.width()) as f64;
        }
        (x / sum, y / sum)
    }

    fn still(seed: u64, aspect: f64) -> Still {
        let (size, camera) = ((180, 320), StillCamera::new(4.0, seed));
        let (width, height) = camera.wanted_size(size.0, size.1, aspect);
        let picture = RgbImage::from_fn(width as u32, height as u32, |x, y| {
            let (dx, dy) = (f64::from(x) - width as f64 * 0.4, f64::from(y) - height as f64 * 0.3);
            Rgb([(30.0 + 200.0 * (-(dx * dx + dy * dy) / 300.0).exp()) as u8; 3])
        });
        Still::new(Frame::from_rgb(&picture).expect("a picture"), camera, size, 120)
    }

    #[test]
    fn the_camera_moves_evenly_by_parts_of_pixels() {
        for seed in 0..4 {
            for aspect in [0.5625, 1.5] {
                let mut still = still(seed, aspect);
                let mut frame = Frame::black(2, 2);
                let mut at = Vec::new();
                for index in 0..120 {
                    still.draw(index, &mut frame);
                    at.push(dot(&frame));
                }
                let steps: Vec<(f64, f64)> = at.windows(2).map(|w| (w[1].0 - w[0].0, w[1].1 - w[0].1)).collect();
                for pair in steps.windows(2) {
                    let jerk = (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1);
                    assert!(jerk < 0.12, "seed {seed}, aspect {aspect}: {pair:?}");
                }
                let way: f64 = steps.iter().map(|step| step.0.hypot(step.1)).sum();
                assert!((1.5..40.0).contains(&way), "seed {seed}, aspect {aspect}: {way}");
            }
        }
    }

    #[test]
    fn frames_are_the_same_in_any_order() {
        let (mut one, mut other) = (still(3, 1.0), still(3, 1.0));
        let [mut a, mut b] = [Frame::black(2, 2), Frame::black(2, 2)];
        for index in 0..10 {
            one.draw(index, &mut a);
        }
        other.draw(9, &mut b);
        assert_eq!(a, b);
    }

    proptest! {
        #[test]
        fn no_view_leaves_the_picture(seed: u64, duration in 0.1..60.0f64, aspect in 0.05..20.0f64, w in 20_usize..400, h in 20_usize..400) {
            let (size, camera) = ((w * 2, h * 2), StillCamera::new(duration, seed));
            let (width, height) = camera.wanted_size(size.0, size.1, aspect);
            let still = Still::new(Frame::black(width, height), camera, size, 90);
            let (width, height) = (still.picture.width(), still.picture.height());
            for index in 0..=90 {
                let map = still.map(index as f64 / 90.0);
                for (u, v, x, y) in [(0.0, 0.0, 0.0, 0.0), (width as f64, height as f64, size.0 as f64, size.1 as f64)] {
                    let (left, top) = map.apply((u, v));
                    if x == 0.0 {
                        prop_assert!(left <= 1e-6 && top <= 1e-6, "{left} {top}");
                    } else {
                        prop_assert!(left >= x - 1e-6 && top >= y - 1e-6, "{left} {top}");
                    }
                }
            }
        }
    }
}
