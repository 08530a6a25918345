//! OKLab, in which equal distances look about equally different. Björn Ottosson, 2020. Pure functions.

/// An sRGB-coded colour, each 0-1, as OKLab: lightness 0-1, two opponent colours about -0.4 to 0.4.
pub(super) fn from_srgb(colour: [f32; 3]) -> [f32; 3] {
    let [r, g, b] = colour.map(crate::media::color::srgb_to_linear);
    let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_published_values() {
        // White, and sRGB red as CSS Color 4 gives it: oklab(62.8% 0.225 0.126).
        for (colour, expected) in [([1.0; 3], [1.0, 0.0, 0.0]), ([1.0, 0.0, 0.0], [0.628, 0.225, 0.126])] {
            for (a, b) in from_srgb(colour).iter().zip(expected) {
                assert!((a - b).abs() < 1e-3, "{a} {b}");
            }
        }
    }
}
