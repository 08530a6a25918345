//! Light and shade: the small formulas of which the looks are made, and a coarse buffer for slow, soft light.
//!
//! Depends on nothing. Colours are linear-light RGB, 1.0 = diffuse white.

use std::f32::consts::FRAC_1_PI;

/// Linear-light RGB.
pub(super) type Rgb = [f32; 3];

/// From `a` at 0 to `b` at 1.
#[inline]
pub(super) fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// From `a` at 0 to `b` at 1, in light.
#[inline]
pub(super) fn mix(a: Rgb, b: Rgb, t: f32) -> Rgb {
    [lerp(a[0], b[0], t), lerp(a[1], b[1], t), lerp(a[2], b[2], t)]
}

/// A colour times a brightness.
#[inline]
pub(super) fn scale(a: Rgb, k: f32) -> Rgb {
    [a[0] * k, a[1] * k, a[2] * k]
}

/// A colour under coloured light.
#[inline]
pub(super) fn tint(a: Rgb, b: Rgb) -> Rgb {
    [a[0] * b[0], a[1] * b[1], a[2] * b[2]]
}

/// `a + b * k`.
#[inline]
pub(super) fn add(a: Rgb, b: Rgb, k: f32) -> Rgb {
    [a[0] + b[0] * k, a[1] + b[1] * k, a[2] + b[2] * k]
}

/// 0 below `low`, 1 above `high`, smooth in between; falls where `low > high`.
#[inline]
pub(super) fn smooth(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A pool of light that fades like a soft source's: 1 in the middle, 1/4 at one radius. `d2` is the squared distance in radii.
#[inline]
pub(super) fn pool(d2: f32) -> f32 {
    let k = 1.0 / (1.0 + d2);
    k * k
}

/// Sine by a polynomial, error below 0.0011: a background's waves need no more, and it vectorises.
#[inline]
pub(super) fn wave(x: f32) -> f32 {
    // Bring x to half turns from -1 to 1. Then the parabola 4t(1-|t|), refined once.
    let turns = x * (0.5 * FRAC_1_PI);
    let t = 2.0 * (turns - (turns + 0.5).floor());
    let y = 4.0 * t * (1.0 - t.abs());
    y * (0.775 + 0.225 * y.abs())
}

/// How much light the lens loses towards the corners; `x`, `y` from the middle in half diagonals.
#[inline]
pub(super) fn vignette(x: f32, y: f32, strength: f32) -> f32 {
    let d2 = x * x + y * y;
    1.0 - strength * d2 * (0.35 + 0.65 * d2)
}

/// A box blur of radius `r` samples, applied three times along both axes: nearly Gaussian.
pub(super) fn blur(values: &mut [f32], width: usize, height: usize, r: usize) {
    if r == 0 || width == 0 || height == 0 {
        return;
    }
    let mut line = vec![0.0; width.max(height)];
    for _ in 0..3 {
        for y in 0..height {
            box_line(values, &mut line, y * width, 1, width, r);
        }
        for x in 0..width {
            box_line(values, &mut line, x, width, height, r);
        }
    }
}

fn box_line(values: &mut [f32], line: &mut [f32], start: usize, step: usize, count: usize, r: usize) {
    for i in 0..count {
        line[i] = values[start + i * step];
    }
    let edge = |i: isize| line[i.clamp(0, count as isize - 1) as usize];
    let r = r as isize;
    let mut sum: f64 = (-r..=r).map(|i| f64::from(edge(i))).sum();
    for i in 0..count as isize {
        values[start + i as usize * step] = (sum / (2 * r + 1) as f64) as f32;
        sum += f64::from(edge(i + r + 1)) - f64::from(edge(i - r));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wave_follows_the_sine() {
        for i in -2000..2000 {
            let x = i as f32 * 0.01;
            assert!((wave(x) - x.sin()).abs() < 1.2e-3, "at {x}");
        }
    }

    #[test]
    fn blur_keeps_a_constant_and_spreads_a_point() {
        let mut flat = vec![0.7; 12];
        blur(&mut flat, 4, 3, 2);
        assert!(flat.iter().all(|v| (v - 0.7).abs() < 1e-6));
        let mut point = vec![0.0; 21 * 21];
        point[10 * 21 + 10] = 1.0;
        blur(&mut point, 21, 21, 1);
        assert!((point.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        assert!(point[10 * 21 + 10] < 0.1 && point[10 * 21 + 12] > 0.0);
    }

    #[test]
    fn smooth_works_in_both_directions() {
        assert_eq!((smooth(1.0, 2.0, 0.0), smooth(1.0, 2.0, 3.0)), (0.0, 1.0));
        assert_eq!((smooth(2.0, 1.0, 0.0), smooth(2.0, 1.0, 3.0)), (1.0, 0.0));
    }
}
