//! From any light to what BT.709 can show: highlights rolled off, colours outside of the gamut drawn in, hues kept.
//!
//! Pure functions on numbers; depends on `color` and `colorimetry`.

use super::{
    color::{linear_to_oklab, linear_to_srgb, oklab_to_linear, srgb_to_linear},
    colorimetry::{Colorimetry, apply},
};

/// Up to this coded value nothing is changed: what is graded for SDR stays so. Diffuse white comes to lie at 95 %.
const KNEE: f32 = 0.9;
/// The light of [`KNEE`].
pub(super) const KNEE_LIGHT: f32 = 0.787_412_3;
/// Steps of Newton's method when a colour is drawn into the gamut.
const STEPS: usize = 4;

/// One kind of source, ready to be converted.
#[derive(Debug, Clone, Copy)]
pub(super) struct ToneMap {
    source: Colorimetry,
    to_bt709: [[f32; 3]; 3],
    /// The brightest coded value, 1 being diffuse white; at most 1 for SDR.
    peak: f32,
}

impl ToneMap {
    pub(super) fn new(source: Colorimetry) -> Self {
        let peak = if source.hdr().is_some() { encode_beyond(source.peak()) } else { 1.0 };
        Self { source, to_bt709: source.primaries.to_bt709(), peak }
    }

    /// Y' 0-1 and Cb, Cr ±0.5 of the source to R'G'B' of BT.709, 0-1.
    pub(super) fn convert(&self, ycbcr: [f32; 3]) -> [f32; 3] {
        let light = self.rolled_off(self.source.to_linear(ycbcr));
        into_gamut(apply(&self.to_bt709, light)).map(linear_to_srgb)
    }

    /// All three by the same factor, which the largest decides: neither hue nor saturation moves, and nothing clips.
    fn rolled_off(&self, light: [f32; 3]) -> [f32; 3] {
        let gain = self.gain(light.into_iter().fold(0.0, f32::max));
        light.map(|value| value * gain)
    }

    /// What all three are multiplied by if this is the largest of them.
    pub(super) fn gain(&self, largest: f32) -> f32 {
        if self.peak <= 1.0 || largest <= KNEE_LIGHT {
            return 1.0;
        }
        srgb_to_linear(roll_off(encode_beyond(largest), self.peak)) / largest
    }
}

/// sRGB's curve, which goes on beyond 1.
fn encode_beyond(light: f32) -> f32 {
    linear_to_srgb(light)
}

/// The shoulder: the identity up to [`KNEE`], then a hyperbola that leaves it without a bend and reaches 1 at `peak`.
///
/// ITU-R BT.2390's spline does the same from a knee that follows from the peak: for 1000 cd/m² it would begin at 95 cd/m², and
/// darken most of what is no highlight at all.
fn roll_off(value: f32, peak: f32) -> f32 {
    if value <= KNEE {
        return value;
    }
    let (over, room, all) = (value - KNEE, 1.0 - KNEE, peak - KNEE);
    (KNEE + over / (1.0 + (1.0 / room - 1.0 / all) * over)).min(1.0)
}

/// The nearest colour that BT.709 has: too bright a one is dimmed, and one that is too saturated loses chroma, its lightness
/// and hue (OKLab) kept.
pub(super) fn into_gamut(light: [f32; 3]) -> [f32; 3] {
    let largest = light[0].max(light[1]).max(light[2]);
    if largest <= 0.0 || !largest.is_finite() {
        return [0.0; 3];
    }
    let light = if largest > 1.0 { light.map(|value| value / largest) } else { light };
    if light[0].min(light[1]).min(light[2]) >= 0.0 {
        return light;
    }
    let [lightness, a, b] = linear_to_oklab(light);
    if lightness <= 0.0 {
        return [0.0; 3];
    }
    // How much of the chroma is kept: where the smallest component is 0, by the secant through grey and what was found last.
    // That component is a cubic of the share, which falls all the way.
    let grey = lightness.powi(3);
    let (mut kept, mut smallest) = (1.0, light[0].min(light[1]).min(light[2]));
    let mut low = (0.0, grey);
    let mut drawn = light;
    for _ in 0..STEPS {
        let next = low.0 + (kept - low.0) * low.1 / (low.1 - smallest);
        drawn = oklab_to_linear([lightness, a * next, b * next]);
        let found = drawn[0].min(drawn[1]).min(drawn[2]);
        if found.abs() < 1e-4 {
            break;
        }
        if found > 0.0 { low = (next, found) } else { (kept, smallest) = (next, found) }
    }
    drawn.map(|value| value.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::media::colorimetry::{Matrix, Primaries, Transfer};

    #[test]
    fn sdr_in_hdr_stays_and_highlights_keep_their_order() {
        let peak = encode_beyond(1000.0 / 203.0);
        let mut last = -1.0;
        for i in 0..=1000 {
            let value = peak * i as f32 / 1000.0;
            let mapped = roll_off(value, peak);
            assert!(mapped > last && mapped <= 1.0, "at {value}");
            assert!(value > KNEE || mapped == value);
            last = mapped;
        }
        assert!((roll_off(1.0, peak) - 0.95).abs() < 0.01);
        assert!((roll_off(peak, peak) - 1.0).abs() < 1e-5);
        // A file that says that it has no highlights keeps its white.
        assert!((roll_off(1.0, 1.0001) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn bt2020_red_is_drawn_in_along_its_hue() {
        let red = apply(&Primaries::BT2020.to_bt709(), [0.5, 0.0, 0.0]);
        let drawn = into_gamut(red);
        let [before, after] = [red, drawn].map(linear_to_oklab);
        assert!((before[2].atan2(before[1]) - after[2].atan2(after[1])).abs() < 0.02);
        assert!((before[0] - after[0]).abs() < 0.01 && drawn[0] > 0.6 && drawn[1] < 0.06, "{drawn:?}");
    }

    proptest! {
        #[test]
        fn every_code_has_a_colour(y in -0.1..1.1f32, cb in -0.6..0.6f32, cr in -0.6..0.6f32, hlg: bool) {
            let transfer = if hlg { Transfer::Hlg } else { Transfer::Pq(4000.0) };
            let source = Colorimetry { matrix: Matrix::BT2020, primaries: Primaries::BT2020, transfer };
            for value in ToneMap::new(source).convert([y, cb, cr]) {
                prop_assert!((0.0..=1.0).contains(&value), "{value}");
            }
        }
    }
}
