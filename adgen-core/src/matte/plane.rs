//! One plane of real numbers, and the O(N) filters that the matte is made with.
//!
//! Pure functions; sums run in a fixed order, so results do not depend on threads. At the photo's border windows are cut
//! off and their means taken over what is left: the border is no edge of the product.

use image::{GrayImage, RgbImage};

/// A plane of `f32`, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) data: Vec<f32>,
}

impl Plane {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, height, data: vec![0.0; width * height] }
    }

    /// A mask as values 0-1.
    pub(super) fn from_gray(mask: &GrayImage) -> Self {
        let data = mask.as_raw().iter().map(|v| f32::from(*v) / 255.0).collect();
        Self { width: mask.width() as usize, height: mask.height() as usize, data }
    }

    /// Values 0-1 as a mask.
    pub(super) fn to_gray(&self) -> GrayImage {
        let (width, height) = (self.width as u32, self.height as u32);
        GrayImage::from_fn(width, height, |x, y| {
            let value = self.data[y as usize * self.width + x as usize];
            image::Luma([(value * 255.0 + 0.5).clamp(0.0, 255.0) as u8])
        })
    }

    /// Mean over the square window of `2 * radius + 1` pixels, cut off at the border.
    pub(super) fn box_mean(&self, radius: usize) -> Self {
        let mut rows = Self::new(self.width, self.height);
        for (line, out) in self.data.chunks_exact(self.width).zip(rows.data.chunks_exact_mut(self.width)) {
            sliding_mean(self.width, radius, |i| line[i], |i, v| out[i] = v);
        }
        // Columns side by side: one running sum a column keeps the memory access in rows.
        let mut sums = vec![0.0_f64; self.width];
        let mut out = Self::new(self.width, self.height);
        let (w, h) = (self.width, self.height);
        for y in 0..radius.min(h) {
            add(&mut sums, &rows.data[y * w..][..w], 1.0);
        }
        for y in 0..h {
            if y + radius < h {
                add(&mut sums, &rows.data[(y + radius) * w..][..w], 1.0);
            }
            if y > radius {
                add(&mut sums, &rows.data[(y - radius - 1) * w..][..w], -1.0);
            }
            let count = (y + radius).min(h - 1) - y.saturating_sub(radius) + 1;
            let scale = 1.0 / count as f64;
            for (value, sum) in out.data[y * w..][..w].iter_mut().zip(&sums) {
                *value = (sum * scale) as f32;
            }
        }
        out
    }

    /// Bilinear value at continuous pixel coordinates, where 0.0 is the first pixel's centre; clamped at the border.
    #[inline]
    pub(super) fn sample(&self, x: f32, y: f32) -> f32 {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = ((x0 + 1).min(self.width - 1), (y0 + 1).min(self.height - 1));
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let at = |x: usize, y: usize| self.data[y * self.width + x];
        let top = at(x0, y0) + (at(x1, y0) - at(x0, y0)) * fx;
        let bottom = at(x0, y1) + (at(x1, y1) - at(x0, y1)) * fx;
        top + (bottom - top) * fy
    }
}

fn add(sums: &mut [f64], line: &[f32], sign: f64) {
    for (sum, value) in sums.iter_mut().zip(line) {
        *sum += f64::from(*value) * sign;
    }
}

fn sliding_mean(length: usize, radius: usize, get: impl Fn(usize) -> f32, mut put: impl FnMut(usize, f32)) {
    let mut sum: f64 = (0..radius.min(length)).map(|i| f64::from(get(i))).sum();
    for i in 0..length {
        if i + radius < length {
            sum += f64::from(get(i + radius));
        }
        if i > radius {
            sum -= f64::from(get(i - radius - 1));
        }
        let count = (i + radius).min(length - 1) - i.saturating_sub(radius) + 1;
        put(i, (sum / count as f64) as f32);
    }
}

/// A picture as values 0-1, channels together.
pub(super) fn colours(picture: &RgbImage) -> Vec<[f32; 3]> {
    picture.pixels().map(|pixel| pixel.0.map(|c| f32::from(c) / 255.0)).collect()
}

/// Distance in pixels of every pixel to the nearest one for which `inside` holds (chamfer 3-4, within 8 % of the true
/// one); infinite where there is none. Pixels outside the picture count as neither.
pub(super) fn distance_to(width: usize, height: usize, inside: impl Fn(usize) -> bool) -> Vec<f32> {
    const STRAIGHT: f32 = 1.0;
    const DIAGONAL: f32 = 4.0 / 3.0;
    let mut far: Vec<f32> = (0..width * height).map(|i| if inside(i) { 0.0 } else { f32::INFINITY }).collect();
    let relax = |far: &mut [f32], at: usize, from: usize, step: f32| far[at] = far[at].min(far[from] + step);
    for y in 0..height {
        for x in 0..width {
            let i = y * width + x;
            if x > 0 {
                relax(&mut far, i, i - 1, STRAIGHT);
            }
            if y > 0 {
                relax(&mut far, i, i - width, STRAIGHT);
                if x > 0 {
                    relax(&mut far, i, i - width - 1, DIAGONAL);
                }
                if x + 1 < width {
                    relax(&mut far, i, i - width + 1, DIAGONAL);
                }
            }
        }
    }
    for y in (0..height).rev() {
        for x in (0..width).rev() {
            let i = y * width + x;
            if x + 1 < width {
                relax(&mut far, i, i + 1, STRAIGHT);
            }
            if y + 1 < height {
                relax(&mut far, i, i + width, STRAIGHT);
                if x + 1 < width {
                    relax(&mut far, i, i + width + 1, DIAGONAL);
                }
                if x > 0 {
                    relax(&mut far, i, i + width - 1, DIAGONAL);
                }
            }
        }
    }
    far
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slow_mean(plane: &Plane, radius: usize) -> Plane {
        let mut out = Plane::new(plane.width, plane.height);
        for y in 0..plane.height {
            for x in 0..plane.width {
                let (mut sum, mut n) = (0.0, 0.0);
                for v in y.saturating_sub(radius)..=(y + radius).min(plane.height - 1) {
                    for u in x.saturating_sub(radius)..=(x + radius).min(plane.width - 1) {
                        sum += plane.data[v * plane.width + u];
                        n += 1.0;
                    }
                }
                out.data[y * plane.width + x] = sum / n;
            }
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn box_mean_is_the_mean_of_the_window(w in 1_usize..20, h in 1_usize..20, radius in 0_usize..25, seed in 0_u32..999) {
            let mut plane = Plane::new(w, h);
            for (i, v) in plane.data.iter_mut().enumerate() {
                *v = ((i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed * 97) % 1000) as f32 / 1000.0;
            }
            let (fast, slow) = (plane.box_mean(radius), slow_mean(&plane, radius));
            for (a, b) in fast.data.iter().zip(&slow.data) {
                prop_assert!((a - b).abs() < 1e-4, "{a} {b}");
            }
        }
    }

    #[test]
    fn distance_is_zero_inside_and_near_the_true_one_outside() {
        let far = distance_to(41, 41, |i| i == 20 * 41 + 20);
        assert_eq!(far[20 * 41 + 20], 0.0);
        for (i, d) in far.iter().enumerate() {
            let (dx, dy) = ((i % 41) as f32 - 20.0, (i / 41) as f32 - 20.0);
            let true_one = dx.hypot(dy);
            assert!((d - true_one).abs() <= 0.08 * true_one + 1e-3);
        }
        assert!(distance_to(3, 3, |_| false).iter().all(|d| d.is_infinite()));
    }
}
