//! Cutting out without a model, where the backdrop is plain: what differs from the backdrop is the product.
//!
//! The backdrop's colour is fitted to the photo's border as a quadratic surface in OKLab (studio backdrops shade
//! smoothly), robustly, as the product may touch the border; then it is flooded from the border inwards.

use super::{plane, plane::Plane, refine, regions, resample};
use crate::{
    error::{Error, ErrorKind, Result},
    media::color::{linear_to_oklab, srgb_to_linear},
};
use image::{GrayImage, RgbImage};

/// The longer side at which the backdrop is found.
const SIDE: u32 = 400;
/// The border's width as a share of the shorter side.
const BORDER: f32 = 0.03;
/// At least this share of the border must fit the backdrop.
const PLAIN_SHARE: f64 = 0.8;
/// How far a backdrop's colour may lie from the fit (OKLab distance; 0.02 is just noticeable).
const PLAIN: f32 = 0.035;

/// A change from one pixel to the next that is shading, not an edge.
const SLOW: f32 = 0.012;
/// How far shading may lead away from the fitted backdrop.
const SHADED: f32 = 0.22;

/// The matte of a product before a plain backdrop, refined, of the photo's size.
///
/// # Errors
/// [`ErrorKind::Unsupported`] where the backdrop is not plain; [`ErrorKind::Cancelled`].
pub(super) fn matte(photo: &RgbImage, cancel: &dyn Fn() -> bool) -> Result<GrayImage> {
    let longest = photo.width().max(photo.height());
    let side = |full: u32| (full * SIDE).div_ceil(longest.max(SIDE)).max(1);
    let small = resample::resize_rgb(photo, side(photo.width()), side(photo.height()))?;
    let (width, height) = (small.width() as usize, small.height() as usize);
    let colours: Vec<[f32; 3]> =
        plane::colours(&small).into_iter().map(|rgb| linear_to_oklab(rgb.map(srgb_to_linear))).collect();
    let backdrop = Backdrop::fit(&colours, width, height).ok_or_else(|| {
        Error::new(
            ErrorKind::Unsupported,
            "the photo's background is not plain enough to cut the product out by colour",
        )
    })?;
    let tolerance = (3.0 * backdrop.spread).clamp(0.02, PLAIN * 1.3);
    let off =
        (0..width * height).map(|i| distance(colours[i], backdrop.at(i % width, i / width, width, height))).collect();
    let off = Plane { width, height, data: off };
    // Backdrop is what is like it and reaches the border; what is like it inside the product is the product's own.
    let (labels, parts) = regions::label(&off, |d| d < tolerance);
    let flooded = |i: usize| labels[i] > 0 && parts[labels[i] as usize - 1].touches_border;
    let backdrop = spread((0..width * height).map(flooded).collect(), &colours, &off);
    let mut mask = Plane::new(width, height);
    for (value, backdrop) in mask.data.iter_mut().zip(backdrop) {
        *value = if backdrop { 0.0 } else { 1.0 };
    }
    let mask = resample::resize_gray(&mask.to_gray(), photo.width(), photo.height())?;
    refine::refine(photo, &mask, width.max(height) as u32, &refine::RefineOptions::default(), cancel)
}

/// Lets the backdrop go on where its colour changes slowly: a cove's bend, a soft shadow. A product's edge is a step.
fn spread(mut backdrop: Vec<bool>, colours: &[[f32; 3]], off: &Plane) -> Vec<bool> {
    let (w, h) = (off.width, off.height);
    let mut rim: Vec<usize> = (0..w * h).filter(|i| backdrop[*i]).collect();
    while let Some(i) = rim.pop() {
        let (x, y) = (i % w, i / w);
        let neighbours =
            [(x > 0).then(|| i - 1), (x + 1 < w).then(|| i + 1), (y > 0).then(|| i - w), (y + 1 < h).then(|| i + w)];
        for next in neighbours.into_iter().flatten() {
            if !backdrop[next] && distance(colours[i], colours[next]) < SLOW && off.data[next] < SHADED {
                backdrop[next] = true;
                rim.push(next);
            }
        }
    }
    backdrop
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f32>().sqrt()
}

const TERMS: usize = 6;

/// 1, x, y, x², xy, y² with x and y from -1 to 1 over the photo.
fn terms(x: usize, y: usize, width: usize, height: usize) -> [f64; TERMS] {
    let u = (x as f64 + 0.5) / width as f64 * 2.0 - 1.0;
    let v = (y as f64 + 0.5) / height as f64 * 2.0 - 1.0;
    [1.0, u, v, u * u, u * v, v * v]
}

struct Backdrop {
    coefficients: [[f64; TERMS]; 3],
    /// Root mean square distance of the border's pixels that fit.
    spread: f32,
}

impl Backdrop {
    fn fit(colours: &[[f32; 3]], width: usize, height: usize) -> Option<Self> {
        let rim = ((width.min(height) as f32 * BORDER) as usize).max(2);
        let border: Vec<usize> = (0..width * height)
            .filter(|i| {
                let (x, y) = (i % width, i / width);
                x < rim || y < rim || x + rim >= width || y + rim >= height
            })
            .collect();
        let mut keep = border.clone();
        let mut backdrop = None;
        // Trimmed least squares: fit, drop what is far off, fit again.
        for limit in [0.30_f32, 0.15, 0.08, PLAIN, PLAIN] {
            let fitted = Self::least_squares(colours, &keep, width, height)?;
            keep = border
                .iter()
                .copied()
                .filter(|i| distance(colours[*i], fitted.at(i % width, i / width, width, height)) < limit)
                .collect();
            if keep.len() < 4 * TERMS {
                return None;
            }
            backdrop = Some(fitted);
        }
        let mut backdrop = backdrop?;
        if (keep.len() as f64) < PLAIN_SHARE * border.len() as f64 {
            return None;
        }
        let square: f64 = keep
            .iter()
            .map(|i| f64::from(distance(colours[*i], backdrop.at(i % width, i / width, width, height)).powi(2)))
            .sum();
        backdrop.spread = (square / keep.len() as f64).sqrt() as f32;
        Some(backdrop)
    }

    fn least_squares(colours: &[[f32; 3]], keep: &[usize], width: usize, height: usize) -> Option<Self> {
        let mut normal = [[0.0; TERMS]; TERMS];
        let mut right = [[0.0; TERMS]; 3];
        for i in keep {
            let t = terms(i % width, i / width, width, height);
            for j in 0..TERMS {
                for k in 0..TERMS {
                    normal[j][k] += t[j] * t[k];
                }
                for c in 0..3 {
                    right[c][j] += t[j] * f64::from(colours[*i][c]);
                }
            }
        }
        // A little ridge: a border of one side alone leaves some terms undetermined.
        for (j, row) in normal.iter_mut().enumerate() {
            row[j] += 1e-6 * keep.len() as f64;
        }
        let [a, b, c] = right.map(|r| solve(normal, r));
        Some(Self { coefficients: [a?, b?, c?], spread: 0.0 })
    }

    fn at(&self, x: usize, y: usize, width: usize, height: usize) -> [f32; 3] {
        let t = terms(x, y, width, height);
        self.coefficients.map(|c| c.iter().zip(t).map(|(c, t)| c * t).sum::<f64>() as f32)
    }
}

/// Gaussian elimination with pivots; `None` where the system is singular.
fn solve(mut m: [[f64; TERMS]; TERMS], mut r: [f64; TERMS]) -> Option<[f64; TERMS]> {
    for column in 0..TERMS {
        let pivot = (column..TERMS).max_by(|a, b| m[*a][column].abs().total_cmp(&m[*b][column].abs()))?;
        if m[pivot][column].abs() < 1e-12 {
            return None;
        }
        m.swap(column, pivot);
        r.swap(column, pivot);
        for row in column + 1..TERMS {
            let factor = m[row][column] / m[column][column];
            let above = m[column];
            for (value, above) in m[row].iter_mut().zip(above).skip(column) {
                *value -= factor * above;
            }
            r[row] -= factor * r[column];
        }
    }
    let mut x = [0.0; TERMS];
    for row in (0..TERMS).rev() {
        let rest: f64 = (row + 1..TERMS).map(|k| m[row][k] * x[k]).sum();
        x[row] = (r[row] - rest) / m[row][row];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matte::metric;
    use image::{Luma, Rgb};

    fn noise(i: u32) -> i32 {
        (i.wrapping_mul(2_654_435_761) >> 16) as i32 % 5 - 2
    }

    /// A dark blue disc on a light backdrop that shades towards one corner.
    fn studio() -> (RgbImage, GrayImage) {
        let truth = GrayImage::from_fn(300, 240, |x, y| {
            let far = (x as f32 - 150.0).hypot(y as f32 - 130.0);
            Luma([((80.0 - far + 0.5).clamp(0.0, 1.0) * 255.0) as u8])
        });
        let photo = RgbImage::from_fn(300, 240, |x, y| {
            let a = f32::from(truth.get_pixel(x, y)[0]) / 255.0;
            let light = 235.0 - 0.15 * x as f32 - 0.1 * y as f32;
            let mix = |front: f32, k: u32| {
                ((front * a + light * (1.0 - a)) as i32 + noise(x * 7919 + y * 31 + k)).clamp(0, 255) as u8
            };
            Rgb([mix(40.0, 0), mix(60.0, 1), mix(130.0, 2)])
        });
        (photo, truth)
    }

    #[test]
    fn a_product_on_a_shaded_backdrop_is_cut_out() {
        let (photo, truth) = studio();
        let matte = matte(&photo, &|| false).expect("plain");
        let error = metric::compare(&matte, &truth).expect("same size");
        assert!(error.absolute < 0.004, "{error:?}");
    }

    #[test]
    fn a_busy_background_is_refused() {
        let photo = RgbImage::from_fn(200, 200, |x, y| {
            Rgb([(x * 37 % 256) as u8, (y * 53 % 256) as u8, ((x * y) % 256) as u8])
        });
        assert_eq!(matte(&photo, &|| false).expect_err("busy").kind(), ErrorKind::Unsupported);
    }
}
