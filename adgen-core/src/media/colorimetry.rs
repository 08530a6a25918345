//! What a picture's code values mean: matrix, primaries and transfer as its tags say (ITU-T H.273), guessed where they do
//! not, and the way from there to light.
//!
//! Pure functions on numbers; depends on `color` and on FFmpeg's names of the tags.

use ffmpeg_next::ffi;

use super::color::srgb_to_linear;

/// Luminance of diffuse white in HDR, in cd/m²: ITU-R BT.2408-7, section 2.1.
pub(super) const REFERENCE_WHITE_NITS: f32 = 203.0;
/// Peak of the display that HLG is shown on, in cd/m², for which its system gamma is 1.2: ITU-R BT.2100-2, table 5.
const HLG_PEAK_NITS: f32 = 1000.0;
const HLG_GAMMA: f32 = 1.2;

/// How Y'CbCr is made of R'G'B'.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Matrix {
    /// By the luma weights of red and blue.
    Weights(f32, f32),
    /// BT.2020 constant luminance.
    ConstantLuminance,
    /// BT.2100 ICtCp.
    Ictcp,
    /// YCgCo.
    Ycgco,
}

impl Matrix {
    pub(super) const BT709: Self = Self::Weights(0.2126, 0.0722);
    pub(super) const BT601: Self = Self::Weights(0.299, 0.114);
    pub(super) const BT2020: Self = Self::Weights(0.2627, 0.0593);
}

/// Which red, green, blue and white are meant, as CIE 1931 x and y.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Primaries {
    rgb: [[f32; 2]; 3],
    white: [f32; 2],
}

const D65: [f32; 2] = [0.3127, 0.3290];

impl Primaries {
    pub(super) const BT709: Self = Self { rgb: [[0.64, 0.33], [0.30, 0.60], [0.15, 0.06]], white: D65 };
    pub(super) const BT2020: Self = Self { rgb: [[0.708, 0.292], [0.170, 0.797], [0.131, 0.046]], white: D65 };

    /// Linear light of these primaries to that of BT.709, rows first. Another white is adapted to (Bradford).
    pub(super) fn to_bt709(self) -> [[f32; 3]; 3] {
        let to_xyz = |primaries: Self| -> [[f64; 3]; 3] {
            let column = |[x, y]: [f32; 2]| [f64::from(x / y), 1.0, f64::from((1.0 - x - y) / y)];
            let columns = transposed(primaries.rgb.map(column));
            let scale = apply64(inverse(columns), column(primaries.white));
            columns.map(|row| [row[0] * scale[0], row[1] * scale[1], row[2] * scale[2]])
        };
        // Bradford's cone responses, from the ICC specification's annex E.
        const CONES: [[f64; 3]; 3] = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];
        let white = |[x, y]: [f32; 2]| apply64(CONES, [f64::from(x / y), 1.0, f64::from((1.0 - x - y) / y)]);
        let (from, to) = (white(self.white), white(D65));
        let gains = [0, 1, 2].map(|i| {
            let mut row = [0.0; 3];
            row[i] = to[i] / from[i];
            row
        });
        let adapted = product(inverse(CONES), product(gains, product(CONES, to_xyz(self))));
        product(inverse(to_xyz(Self::BT709)), adapted).map(|row| row.map(|value| value as f32))
    }
}

/// How light is coded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Transfer {
    /// BT.709, BT.601, sRGB and all that players show alike: see `color`.
    Sdr,
    /// A plain power.
    Gamma(f32),
    /// Linear light.
    Linear,
    /// SMPTE ST 2084, to a peak in cd/m².
    Pq(f32),
    /// ARIB STD-B67, as BT.2100 has it.
    Hlg,
}

/// All that is needed to see a picture as it is meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Colorimetry {
    pub(super) matrix: Matrix,
    pub(super) primaries: Primaries,
    pub(super) transfer: Transfer,
}

/// The tags of a picture and what else tells how it is coded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tags {
    pub(super) matrix: ffi::AVColorSpace,
    pub(super) primaries: ffi::AVColorPrimaries,
    pub(super) transfer: ffi::AVColorTransferCharacteristic,
    /// Whether the samples are R'G'B', whatever the matrix says.
    pub(super) rgb: bool,
    pub(super) width: i32,
    pub(super) height: i32,
    /// The light of the brightest pixel in cd/m², where the file tells.
    pub(super) peak_nits: Option<f32>,
}

/// Peak of PQ that does not tell: what most of it is graded for.
const USUAL_PEAK_NITS: f32 = 1000.0;

impl Colorimetry {
    pub(super) fn of(tags: Tags) -> Self {
        use ffi::{AVColorPrimaries as P, AVColorSpace as M, AVColorTransferCharacteristic as T};
        let transfer = match tags.transfer {
            T::AVCOL_TRC_SMPTE2084 => Transfer::Pq(tags.peak_nits.unwrap_or(USUAL_PEAK_NITS)),
            T::AVCOL_TRC_ARIB_STD_B67 => Transfer::Hlg,
            T::AVCOL_TRC_LINEAR => Transfer::Linear,
            T::AVCOL_TRC_GAMMA28 => Transfer::Gamma(2.8),
            T::AVCOL_TRC_SMPTE428 => Transfer::Gamma(2.6),
            _ => Transfer::Sdr,
        };
        let hdr = matches!(transfer, Transfer::Pq(_) | Transfer::Hlg);
        let wide_matrix = matches!(tags.matrix, M::AVCOL_SPC_BT2020_NCL | M::AVCOL_SPC_BT2020_CL | M::AVCOL_SPC_ICTCP);
        let wide = tags.primaries == P::AVCOL_PRI_BT2020
            || (!is_known(tags.primaries) && (wide_matrix || (hdr && tags.matrix != M::AVCOL_SPC_BT709)));
        let matrix = match tags.matrix {
            // RGB becomes Y'CbCr on the way, by the matrix of BT.709.
            _ if tags.rgb => Matrix::BT709,
            M::AVCOL_SPC_BT709 => Matrix::BT709,
            M::AVCOL_SPC_BT470BG | M::AVCOL_SPC_SMPTE170M => Matrix::BT601,
            M::AVCOL_SPC_FCC => Matrix::Weights(0.30, 0.11),
            M::AVCOL_SPC_SMPTE240M => Matrix::Weights(0.212, 0.087),
            M::AVCOL_SPC_BT2020_NCL => Matrix::BT2020,
            M::AVCOL_SPC_BT2020_CL => Matrix::ConstantLuminance,
            M::AVCOL_SPC_ICTCP if hdr => Matrix::Ictcp,
            M::AVCOL_SPC_YCGCO => Matrix::Ycgco,
            // Untagged, or tagged with what these samples cannot be: by the other tags, else by size, as players guess
            // (mpv: width >= 1280 or height > 576 is HD).
            _ if wide => Matrix::BT2020,
            _ if tags.width >= 1280 || tags.height > 576 => Matrix::BT709,
            _ => Matrix::BT601,
        };
        let primaries = if wide { Primaries::BT2020 } else { named(tags.primaries) };
        Self { matrix, primaries, transfer }
    }

    /// Whether only the matrix differs from BT.709's.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.matrix, Matrix::Weights(..))
            && self.primaries == Primaries::BT709
            && self.transfer == Transfer::Sdr
    }

    /// The name of the HDR system; `None` for SDR.
    pub(super) fn hdr(&self) -> Option<&'static str> {
        match self.transfer {
            Transfer::Pq(_) => Some("PQ"),
            Transfer::Hlg => Some("HLG"),
            _ => None,
        }
    }

    /// The brightest light there is, in units of diffuse white.
    pub(super) fn peak(&self) -> f32 {
        match self.transfer {
            Transfer::Pq(nits) => nits / REFERENCE_WHITE_NITS,
            Transfer::Hlg => HLG_PEAK_NITS / REFERENCE_WHITE_NITS,
            _ => 1.0,
        }
    }

    /// Y' 0-1 and Cb, Cr ±0.5 to linear light of the source's primaries, 1 being diffuse white. Codes that no R'G'B' has
    /// give light below 0 or above the peak.
    pub(super) fn to_linear(self, [y, cb, cr]: [f32; 3]) -> [f32; 3] {
        match self.matrix {
            Matrix::Weights(kr, kb) => {
                let (r, b) = (y + 2.0 * (1.0 - kr) * cr, y + 2.0 * (1.0 - kb) * cb);
                self.light([r, (y - kr * r - kb * b) / (1.0 - kr - kb), b])
            }
            Matrix::Ycgco => {
                let base = y - cb;
                self.light([base + cr, y + cb, base - cr])
            }
            Matrix::ConstantLuminance => {
                // ITU-R BT.2020-2, table 4.
                let b = y + cb * if cb <= 0.0 { 1.9404 } else { 1.5816 };
                let r = y + cr * if cr <= 0.0 { 1.7184 } else { 0.9936 };
                let [y, r, b] = [y, r, b].map(|value| self.decode(value));
                self.shown([r, (y - 0.2627 * r - 0.0593 * b) / 0.6780, b])
            }
            Matrix::Ictcp => {
                // The inverses of ITU-R BT.2100-2, table 7.
                let lms = match self.transfer {
                    Transfer::Hlg => [
                        y + 0.015_719 * cb + 0.209_581 * cr,
                        y - 0.015_719 * cb - 0.209_581 * cr,
                        y + 1.021_271 * cb - 0.605_274_5 * cr,
                    ],
                    _ => [
                        y + 0.008_609 * cb + 0.111_029_6 * cr,
                        y - 0.008_609 * cb - 0.111_029_6 * cr,
                        y + 0.560_031_3 * cb - 0.320_627_2 * cr,
                    ],
                };
                let [l, m, s] = lms.map(|value| self.decode(value));
                self.shown([
                    3.436_607 * l - 2.506_452 * m + 0.069_845_4 * s,
                    -0.791_329_6 * l + 1.983_600_5 * m - 0.192_270_9 * s,
                    -0.025_949_9 * l - 0.098_913_7 * m + 1.124_863_6 * s,
                ])
            }
        }
    }

    fn light(self, rgb: [f32; 3]) -> [f32; 3] {
        self.shown(rgb.map(|value| self.decode(value)))
    }

    /// One coded value to light; of the scene for HLG, of the display for all else.
    fn decode(self, value: f32) -> f32 {
        match self.transfer {
            Transfer::Sdr => srgb_to_linear(value.max(0.0)),
            Transfer::Gamma(gamma) => value.max(0.0).powf(gamma),
            Transfer::Linear => value.max(0.0),
            Transfer::Pq(_) => pq_to_nits(value) / REFERENCE_WHITE_NITS,
            Transfer::Hlg => hlg_to_scene(value),
        }
    }

    /// From what [`Colorimetry::decode`] gives to light of the display.
    ///
    /// HLG codes light of the scene. An SDR camera and display, BT.709's OETF and BT.1886's EOTF one after the other, raise
    /// each component of that to a power of about 1.2, which is also HLG's at its usual peak; so does this, for a picture
    /// that looks as SDR would have looked (the scene-light conversion of ITU-R BT.2408-7). BT.2100's own OOTF, for HDR
    /// displays, applies the power to luminance alone and leaves colours paler.
    fn shown(self, rgb: [f32; 3]) -> [f32; 3] {
        if self.transfer != Transfer::Hlg {
            return rgb;
        }
        rgb.map(|value| HLG_PEAK_NITS / REFERENCE_WHITE_NITS * value.max(0.0).powf(HLG_GAMMA))
    }

    /// One component of R'G'B' to light.
    pub(super) fn light_of(self, value: f32) -> f32 {
        self.shown([self.decode(value); 3])[0]
    }
}

/// SMPTE ST 2084: coded value 0-1 to cd/m².
fn pq_to_nits(value: f32) -> f32 {
    const M1: f32 = 2610.0 / 16384.0;
    const M2: f32 = 2523.0 / 4096.0 * 128.0;
    const C1: f32 = 3424.0 / 4096.0;
    const C2: f32 = 2413.0 / 4096.0 * 32.0;
    const C3: f32 = 2392.0 / 4096.0 * 32.0;
    let root = value.clamp(0.0, 1.0).powf(1.0 / M2);
    10_000.0 * ((root - C1).max(0.0) / (C2 - C3 * root)).powf(1.0 / M1)
}

/// ARIB STD-B67: coded value to scene light, 1 at the nominal peak.
fn hlg_to_scene(value: f32) -> f32 {
    const A: f32 = 0.178_832_77;
    const B: f32 = 0.284_668_92;
    const C: f32 = 0.559_910_7;
    // Beyond the nominal peak the curve goes on to 109 %.
    let value = value.clamp(0.0, 1.09);
    if value <= 0.5 { value * value / 3.0 } else { (((value - C) / A).exp() + B) / 12.0 }
}

fn is_known(primaries: ffi::AVColorPrimaries) -> bool {
    use ffi::AVColorPrimaries as P;
    !matches!(primaries, P::AVCOL_PRI_UNSPECIFIED | P::AVCOL_PRI_RESERVED0 | P::AVCOL_PRI_RESERVED)
}

/// ITU-T H.273, table 2; BT.709 for what it does not know.
fn named(primaries: ffi::AVColorPrimaries) -> Primaries {
    use ffi::AVColorPrimaries as P;
    const C: [f32; 2] = [0.310, 0.316];
    let (rgb, white) = match primaries {
        P::AVCOL_PRI_BT470M => ([[0.67, 0.33], [0.21, 0.71], [0.14, 0.08]], C),
        P::AVCOL_PRI_BT470BG => ([[0.64, 0.33], [0.29, 0.60], [0.15, 0.06]], D65),
        P::AVCOL_PRI_SMPTE170M | P::AVCOL_PRI_SMPTE240M => ([[0.630, 0.340], [0.310, 0.595], [0.155, 0.070]], D65),
        P::AVCOL_PRI_FILM => ([[0.681, 0.319], [0.243, 0.692], [0.145, 0.049]], C),
        P::AVCOL_PRI_BT2020 => return Primaries::BT2020,
        P::AVCOL_PRI_SMPTE431 => ([[0.680, 0.320], [0.265, 0.690], [0.150, 0.060]], [0.314, 0.351]),
        P::AVCOL_PRI_SMPTE432 => ([[0.680, 0.320], [0.265, 0.690], [0.150, 0.060]], D65),
        P::AVCOL_PRI_EBU3213 => ([[0.630, 0.340], [0.295, 0.605], [0.155, 0.077]], D65),
        _ => return Primaries::BT709,
    };
    Primaries { rgb, white }
}

/// A matrix, rows first, times a column.
pub(super) fn apply(matrix: &[[f32; 3]; 3], column: [f32; 3]) -> [f32; 3] {
    matrix.map(|row| row[0] * column[0] + row[1] * column[1] + row[2] * column[2])
}

fn apply64(matrix: [[f64; 3]; 3], column: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row[0] * column[0] + row[1] * column[1] + row[2] * column[2])
}

fn transposed(m: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    std::array::from_fn(|row| std::array::from_fn(|column| m[column][row]))
}

fn product(a: [[f64; 3]; 3], b: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    std::array::from_fn(|row| std::array::from_fn(|column| (0..3).map(|k| a[row][k] * b[k][column]).sum()))
}

fn inverse(m: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let minor = |r: usize, c: usize| {
        let [r0, r1] = [(r + 1) % 3, (r + 2) % 3];
        let [c0, c1] = [(c + 1) % 3, (c + 2) % 3];
        m[r0][c0] * m[r1][c1] - m[r0][c1] * m[r1][c0]
    };
    let determinant: f64 = (0..3).map(|c| m[0][c] * minor(0, c)).sum();
    std::array::from_fn(|row| std::array::from_fn(|column| minor(column, row) / determinant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_of_primaries_have_the_published_values() {
        // ITU-R BT.2087-0 gives the inverse; this is the matrix of BT.2407-0, section 2.
        let expected = [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]];
        for (row, expected) in Primaries::BT2020.to_bt709().iter().zip(expected) {
            for (got, expected) in row.iter().zip(expected) {
                assert!((got - expected).abs() < 2e-4, "{got} for {expected}");
            }
        }
        // Whatever the white, white stays white.
        for primaries in [ffi::AVColorPrimaries::AVCOL_PRI_SMPTE431, ffi::AVColorPrimaries::AVCOL_PRI_BT470M] {
            for value in apply(&named(primaries).to_bt709(), [1.0; 3]) {
                assert!((value - 1.0).abs() < 1e-3, "{primaries:?}: {value}");
            }
        }
    }

    #[test]
    fn transfers_have_the_published_values() {
        // BT.2408-7, table 1: reference white is 58 % of PQ and 75 % of HLG; BT.2100's ends.
        assert!((pq_to_nits(0.5807) - 203.0).abs() < 1.0);
        assert!((pq_to_nits(1.0) - 10_000.0).abs() < 1.0 && pq_to_nits(0.0).abs() < 1e-3);
        let hlg = Colorimetry { matrix: Matrix::BT2020, primaries: Primaries::BT2020, transfer: Transfer::Hlg };
        assert!((hlg.to_linear([0.75, 0.0, 0.0])[1] - 1.0).abs() < 0.01);
        assert!((hlg.to_linear([1.0, 0.0, 0.0])[1] * REFERENCE_WHITE_NITS - 1000.0).abs() < 1.0);
    }

    #[test]
    fn all_matrices_share_their_greys() {
        for transfer in [Transfer::Sdr, Transfer::Pq(1000.0), Transfer::Hlg] {
            for matrix in [Matrix::BT709, Matrix::BT2020, Matrix::ConstantLuminance, Matrix::Ictcp, Matrix::Ycgco] {
                let colorimetry = Colorimetry { matrix, primaries: Primaries::BT2020, transfer };
                let want = Colorimetry { matrix: Matrix::BT709, ..colorimetry }.to_linear([0.4, 0.0, 0.0]);
                for (got, want) in colorimetry.to_linear([0.4, 0.0, 0.0]).iter().zip(want) {
                    assert!((got - want).abs() < 1e-3, "{matrix:?} {transfer:?}: {got} for {want}");
                }
            }
        }
    }
}
