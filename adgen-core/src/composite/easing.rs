//! Curves from 0 to 1 over time. All clamp their input to 0-1.

/// Starts and ends at rest (Hermite, 3t^2 - 2t^3).
pub(super) fn smooth(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Starts fast and settles gently: 1 - 2^(-10t), stretched so that it ends at exactly 1.
pub(super) fn expo_out(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    (1.0 - (-10.0 * t).exp2()) / (1.0 - (-10.0f32).exp2())
}

/// Starts fast and settles, less abruptly than [`expo_out`].
pub(super) fn cubic_out(t: f32) -> f32 {
    let left = 1.0 - t.clamp(0.0, 1.0);
    1.0 - left * left * left
}

/// A slow camera move: it begins at once and comes to rest at the end.
pub(super) fn sine_out(t: f32) -> f32 {
    (t.clamp(0.0, 1.0) * std::f32::consts::FRAC_PI_2).sin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_run_from_zero_to_one_and_never_back() {
        for curve in [smooth, expo_out, cubic_out, sine_out] {
            assert!(curve(-1.0).abs() < 1e-6 && (curve(2.0) - 1.0).abs() < 1e-6);
            let values: Vec<f32> = (0..=100).map(|i| curve(i as f32 / 100.0)).collect();
            assert!(values.windows(2).all(|pair| pair[1] >= pair[0] - 1e-6));
            let end = values[100] - values[99];
            assert!(end < 0.002, "settles: {end}");
        }
    }
}
