//! Brings a matte from working size to the photo's full size along the photo's own edges.
//!
//! He and Sun, "Fast guided filter", 2015, with a colour guide: at working size alpha is fitted as a linear function of
//! colour in each window; the function, not alpha, is enlarged and applied to the full-size colours, row by row.

use super::plane::Plane;
use image::RgbImage;

/// Variance below which a window counts as flat (values 0-1).
const EPSILON: f32 = 2e-4;

/// `alpha`, which belongs to `small` (values 0-1), at the size of `full`.
pub(super) fn enlarge(alpha: &Plane, small: &[[f32; 3]], full: &RgbImage, radius: usize) -> Plane {
    let coefficients = fit(alpha, small, radius);
    let (width, height) = (full.width() as usize, full.height() as usize);
    let mut out = Plane::new(width, height);
    let (sx, sy) = (alpha.width as f32 / width as f32, alpha.height as f32 / height as f32);
    for (y, line) in out.data.chunks_exact_mut(width).enumerate() {
        let v = (y as f32 + 0.5) * sy - 0.5;
        for (x, value) in line.iter_mut().enumerate() {
            let u = (x as f32 + 0.5) * sx - 0.5;
            let plain = alpha.sample(u, v);
            let colour = full.get_pixel(x as u32, y as u32).0.map(|c| f32::from(c) / 255.0);
            let [a, b, c, d] = [0, 1, 2, 3].map(|k: usize| coefficients[k].sample(u, v));
            let guided = a * colour[0] + b * colour[1] + c * colour[2] + d;
            // Where all around is settled, the guide has nothing to add.
            *value = if plain <= 0.0 || plain >= 1.0 { plain } else { guided.clamp(0.0, 1.0) };
        }
    }
    out
}

/// The linear function of each pixel's surroundings: three slopes and an offset.
fn fit(alpha: &Plane, colours: &[[f32; 3]], radius: usize) -> [Plane; 4] {
    let (w, h) = (alpha.width, alpha.height);
    let plane = |value: &dyn Fn(usize) -> f32| {
        Plane { width: w, height: h, data: (0..w * h).map(value).collect() }.box_mean(radius)
    };
    let mean = [0, 1, 2].map(|k: usize| plane(&|i| colours[i][k]));
    let mean_alpha = alpha.box_mean(radius);
    let cross = [0, 1, 2].map(|k: usize| plane(&|i| colours[i][k] * alpha.data[i]));
    let pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)];
    let square = pairs.map(|(j, k): (usize, usize)| plane(&|i| colours[i][j] * colours[i][k]));
    let mut out = [0; 4].map(|_| Plane::new(w, h));
    for i in 0..w * h {
        let m = [0, 1, 2].map(|k: usize| mean[k].data[i]);
        let mut cov = [0.0_f64; 6];
        for (slot, ((j, k), plane)) in cov.iter_mut().zip(pairs.iter().zip(&square)) {
            let ridge = if j == k { EPSILON } else { 0.0 };
            *slot = f64::from(plane.data[i] - m[*j] * m[*k] + ridge);
        }
        let target = [0, 1, 2].map(|k: usize| f64::from(cross[k].data[i] - m[k] * mean_alpha.data[i]));
        let slope = solve(cov, target);
        for k in 0..3 {
            out[k].data[i] = slope[k];
        }
        out[3].data[i] = mean_alpha.data[i] - slope[0] * m[0] - slope[1] * m[1] - slope[2] * m[2];
    }
    out.map(|plane| plane.box_mean(radius))
}

fn solve([a, b, c, d, e, f]: [f64; 6], t: [f64; 3]) -> [f32; 3] {
    let (ca, cb, cc) = (d * f - e * e, c * e - b * f, b * e - c * d);
    let det = (a * ca + b * cb + c * cc).max(1e-18);
    [
        (ca * t[0] + cb * t[1] + cc * t[2]) / det,
        (cb * t[0] + (a * f - c * c) * t[1] + (b * c - a * e) * t[2]) / det,
        (cc * t[0] + (b * c - a * e) * t[1] + (a * d - b * b) * t[2]) / det,
    ]
    .map(|v| v as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn an_edge_becomes_as_sharp_as_the_photos() {
        let full = RgbImage::from_fn(128, 64, |x, _| if x < 61 { Rgb([20, 40, 200]) } else { Rgb([230, 120, 30]) });
        let small = image::imageops::thumbnail(&full, 32, 16);
        let colours = super::super::plane::colours(&small);
        let alpha = Plane {
            width: 32,
            height: 16,
            data: colours.iter().map(|c| (c[0] - 20.0 / 255.0) / (210.0 / 255.0)).collect(),
        };
        let out = enlarge(&alpha, &colours, &full, 2);
        for (i, value) in out.data.iter().enumerate() {
            let truth = if i % 128 < 61 { 0.0 } else { 1.0 };
            assert!((value - truth).abs() < 0.06, "{} {value}", i % 128);
        }
    }
}
