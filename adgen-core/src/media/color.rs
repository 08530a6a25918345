//! The one place where colours change their space: sRGB, linear light, BT.709 limited-range Y'CbCr, OKLab.
//!
//! Pure functions. Coefficients: ITU-R BT.709-6 (Kr 0.2126, Kb 0.0722); transfer: IEC 61966-2-1 (sRGB).
//! Video and stills share the sRGB curve here, as players in practice show both.

use std::sync::LazyLock;

const KR: f32 = 0.2126;
const KB: f32 = 0.0722;
const KG: f32 = 1.0 - KR - KB;

/// sRGB-coded R'G'B', each 0-1, to limited-range Y'CbCr as real numbers (Y' 16-235, Cb/Cr 16-240).
#[inline]
pub fn rgb_to_ycbcr([r, g, b]: [f32; 3]) -> [f32; 3] {
    let luma = KR * r + KG * g + KB * b;
    [
        16.0 + 219.0 * luma,
        128.0 + 224.0 * (b - luma) / (2.0 * (1.0 - KB)),
        128.0 + 224.0 * (r - luma) / (2.0 * (1.0 - KR)),
    ]
}

/// Limited-range Y'CbCr to sRGB-coded R'G'B'; not clamped.
#[inline]
pub fn ycbcr_to_rgb([y, cb, cr]: [f32; 3]) -> [f32; 3] {
    let luma = (y - 16.0) / 219.0;
    let b = luma + (cb - 128.0) / 224.0 * 2.0 * (1.0 - KB);
    let r = luma + (cr - 128.0) / 224.0 * 2.0 * (1.0 - KR);
    [r, (luma - KR * r - KB * b) / KG, b]
}

/// sRGB-coded value 0-1 to linear light 0-1.
#[inline]
pub fn srgb_to_linear(value: f32) -> f32 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// Linear light 0-1 to the sRGB-coded value 0-1.
#[inline]
pub fn linear_to_srgb(value: f32) -> f32 {
    if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 }
}

/// Linear light to OKLab, in which equal distances look about equally different: lightness 0-1, two opponent colours
/// about -0.4 to 0.4. B. Ottosson, "A perceptual color space for image processing", 2020.
#[inline]
pub fn linear_to_oklab([r, g, b]: [f32; 3]) -> [f32; 3] {
    let l = (0.412_221_47 * r + 0.536_332_54 * g + 0.051_445_993 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_84 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

/// OKLab to linear light; outside 0-1 where sRGB has no such colour. The inverse of [`linear_to_oklab`].
#[inline]
pub fn oklab_to_linear([l, a, b]: [f32; 3]) -> [f32; 3] {
    let long = (l + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let medium = (l - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let short = (l - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    [
        4.076_741_7 * long - 3.307_711_6 * medium + 0.230_969_93 * short,
        -1.268_438 * long + 2.609_757_4 * medium - 0.341_319_4 * short,
        -0.004_196_086_3 * long - 0.703_418_6 * medium + 1.707_614_7 * short,
    ]
}

const STEPS: usize = 4096;

static TO_LINEAR: LazyLock<Vec<f32>> =
    LazyLock::new(|| (0..=STEPS).map(|i| srgb_to_linear(i as f32 / STEPS as f32)).collect());
static TO_SRGB: LazyLock<Vec<f32>> = LazyLock::new(|| {
    // Indexed by the square root of the light, where the curve is nearly straight: small tables stay exact in the shadows.
    (0..=STEPS).map(|i| linear_to_srgb((i as f32 / STEPS as f32).powi(2))).collect()
});

/// [`srgb_to_linear`] from a table, for per-pixel work; clamps to 0-1.
#[inline]
pub fn srgb_to_linear_fast(value: f32) -> f32 {
    TO_LINEAR[(value.clamp(0.0, 1.0) * STEPS as f32 + 0.5) as usize]
}

/// [`linear_to_srgb`] from a table, for per-pixel work; clamps to 0-1.
#[inline]
pub fn linear_to_srgb_fast(value: f32) -> f32 {
    TO_SRGB[(value.clamp(0.0, 1.0).sqrt() * STEPS as f32 + 0.5) as usize]
}

/// An 8-bit sRGB colour as 8-bit limited-range Y'CbCr.
pub fn rgb8_to_ycbcr8(rgb: [u8; 3]) -> (u8, u8, u8) {
    let [y, u, v] = rgb_to_ycbcr(rgb.map(|c| f32::from(c) / 255.0)).map(|c| c.round().clamp(0.0, 255.0) as u8);
    (y, u, v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_black_and_primaries_match_bt709() {
        assert_eq!(rgb8_to_ycbcr8([255, 255, 255]), (235, 128, 128));
        assert_eq!(rgb8_to_ycbcr8([0, 0, 0]), (16, 128, 128));
        // BT.709 limited-range primaries as every reference table lists them.
        assert_eq!(rgb8_to_ycbcr8([255, 0, 0]), (63, 102, 240));
        assert_eq!(rgb8_to_ycbcr8([0, 255, 0]), (173, 42, 26));
        assert_eq!(rgb8_to_ycbcr8([0, 0, 255]), (32, 240, 118));
    }

    #[test]
    fn oklab_has_the_published_values() {
        // White, and sRGB red as CSS Color 4 gives it: oklab(62.8% 0.225 0.126).
        for (colour, expected) in [([1.0; 3], [1.0, 0.0, 0.0]), ([1.0, 0.0, 0.0], [0.628, 0.225, 0.126])] {
            for (a, b) in linear_to_oklab(colour).iter().zip(expected) {
                assert!((a - b).abs() < 1e-3, "{a} {b}");
            }
        }
    }

    #[test]
    fn conversions_are_inverse() {
        for r in (0..=255).step_by(51) {
            for g in (0..=255).step_by(51) {
                for b in (0..=255).step_by(51) {
                    let rgb = [r, g, b].map(|c| c as f32 / 255.0);
                    let back = ycbcr_to_rgb(rgb_to_ycbcr(rgb));
                    for (a, b) in rgb.iter().zip(back) {
                        assert!((a - b).abs() < 1e-5);
                    }
                    for (a, b) in rgb.iter().zip(oklab_to_linear(linear_to_oklab(rgb))) {
                        assert!((a - b).abs() < 1e-4);
                    }
                }
            }
        }
    }

    #[test]
    fn tables_follow_the_curves() {
        for i in 0..=1000 {
            let value = i as f32 / 1000.0;
            assert!((srgb_to_linear_fast(value) - srgb_to_linear(value)).abs() < 4e-4);
            assert!((linear_to_srgb_fast(value) - linear_to_srgb(value)).abs() < 2e-3);
        }
    }
}
