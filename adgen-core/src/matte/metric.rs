//! How far a matte is from the true one: the two error measures of the alpha-matting benchmark.
//!
//! Rhemann et al., "A perceptually motivated online benchmark for image matting", CVPR 2009. Pure functions; used by
//! tests and benches.

use super::plane::Plane;
use image::GrayImage;

/// How far a matte is from the truth; smaller is better, 0 is equal.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct MatteError {
    /// Mean absolute difference of alpha, 0-1.
    pub absolute: f64,
    /// Mean absolute difference of the gradient's magnitude (Gaussian derivative, sigma 1.4), in alpha a pixel.
    pub gradient: f64,
}

/// The deviation that the benchmark uses.
const SIGMA: f64 = 1.4;

/// Measures `matte` against `truth`. `None` where they are of different sizes or empty.
pub fn compare(matte: &GrayImage, truth: &GrayImage) -> Option<MatteError> {
    if matte.dimensions() != truth.dimensions() || matte.as_raw().is_empty() {
        return None;
    }
    let count = matte.as_raw().len() as f64;
    let absolute = matte.as_raw().iter().zip(truth.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>();
    let (a, b) = (gradient(&Plane::from_gray(matte)), gradient(&Plane::from_gray(truth)));
    let gradient = a.data.iter().zip(&b.data).map(|(a, b)| f64::from((a - b).abs())).sum::<f64>();
    Some(MatteError { absolute: absolute as f64 / 255.0 / count, gradient: gradient / count })
}

/// Magnitude of the gradient by derivatives of a Gaussian; values outside the picture repeat its border.
fn gradient(plane: &Plane) -> Plane {
    let radius = (3.0 * SIGMA).ceil() as i32;
    let smooth: Vec<f64> = (-radius..=radius).map(|i| (-f64::from(i * i) / (2.0 * SIGMA * SIGMA)).exp()).collect();
    let total: f64 = smooth.iter().sum();
    let smooth: Vec<f64> = smooth.iter().map(|v| v / total).collect();
    let slope: Vec<f64> = (-radius..=radius).zip(&smooth).map(|(i, v)| f64::from(i) / (SIGMA * SIGMA) * v).collect();
    let dx = convolve(&convolve(plane, &slope, true), &smooth, false);
    let dy = convolve(&convolve(plane, &smooth, true), &slope, false);
    let data = dx.data.iter().zip(&dy.data).map(|(x, y)| x.hypot(*y)).collect();
    Plane { width: plane.width, height: plane.height, data }
}

fn convolve(plane: &Plane, kernel: &[f64], along_rows: bool) -> Plane {
    let (w, h, radius) = (plane.width as isize, plane.height as isize, kernel.len() as isize / 2);
    let mut out = Plane::new(plane.width, plane.height);
    for y in 0..h {
        for x in 0..w {
            let mut sum = 0.0;
            for (k, weight) in kernel.iter().enumerate() {
                let offset = k as isize - radius;
                let (u, v) = if along_rows { (x + offset, y) } else { (x, y + offset) };
                let at = v.clamp(0, h - 1) * w + u.clamp(0, w - 1);
                sum += weight * f64::from(plane.data[at as usize]);
            }
            out.data[(y * w + x) as usize] = sum as f32;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn step(at: u32) -> GrayImage {
        GrayImage::from_fn(64, 32, |x, _| Luma([if x >= at { 255 } else { 0 }]))
    }

    #[test]
    fn equal_mattes_have_no_error() {
        assert_eq!(compare(&step(30), &step(30)), Some(MatteError { absolute: 0.0, gradient: 0.0 }));
    }

    #[test]
    fn a_shifted_edge_costs_its_shift() {
        let error = compare(&step(30), &step(32)).expect("same size");
        assert!((error.absolute - 2.0 / 64.0).abs() < 1e-9);
        assert!(error.gradient > 0.0);
    }

    #[test]
    fn the_gradient_of_a_ramp_is_its_slope() {
        let ramp = Plane { width: 64, height: 8, data: (0..64 * 8).map(|i| (i % 64) as f32 / 64.0).collect() };
        let slope = gradient(&ramp);
        assert!((slope.data[4 * 64 + 32] - 1.0 / 64.0).abs() < 1e-4);
    }

    #[test]
    fn different_sizes_cannot_be_compared() {
        assert_eq!(compare(&step(1), &GrayImage::new(3, 3)), None);
    }
}
