//! Pictures of any colours to BT.709, in one pass over 10-bit Y'CbCr 4:2:0.
//!
//! Depends on `color`, `colorimetry` and `tone_map`. What is costly about a conversion, its curves, is tabulated once; per pixel
//! remain a few multiplications and looks into tables.

use super::{
    color::linear_to_srgb,
    colorimetry::{Colorimetry, Matrix},
    tone_map::{ToneMap, into_gamut},
};

/// Steps of a coded value from 0 to 1; half of one is an eighth of a step of 10 bits.
const STEPS: f32 = 4095.0;
/// Coded values on their way to a table's entry have so many fractional bits.
const FRACTION_BITS: u32 = 16;
/// Entries of every table. Coded values go beyond 1, for codes above the nominal peak.
const ENTRIES: usize = 8192;
/// Light finds its entry by its exponent, from 2^-16 on, and the next 8 bits: within 0.2 %, a fifth of a step of 8 bits.
const LIGHT_SHIFT: u32 = f32::MANTISSA_DIGITS - 1 - 8;
const LEAST_LIGHT: f32 = 1.0 / 65536.0;
/// 10-bit codes of luma within which a conversion is taken to be straight.
const NEAR: u16 = 24;
const ONE: f32 = (1 << FRACTION_BITS) as f32;

/// A conversion, ready to be used.
#[derive(Debug)]
pub(super) struct ColorPass {
    source: Colorimetry,
    /// By coded value: light.
    decoded: Box<Table>,
    /// By coded value: what the largest of three is to be multiplied by to be rolled off.
    gains: Box<Table>,
    /// By light: the coded value.
    encoded: Box<Table>,
    to_bt709: [[f32; 3]; 3],
    tone_map: ToneMap,
}

type Table = [f32; ENTRIES];

/// Three planes of 4:2:0, rows one after the other.
#[derive(Debug)]
pub(super) struct Rows<'a, T> {
    pub(super) y: Vec<&'a [T]>,
    pub(super) u: Vec<&'a [T]>,
    pub(super) v: Vec<&'a [T]>,
}

impl ColorPass {
    pub(super) fn new(source: Colorimetry) -> Self {
        let tone_map = ToneMap::new(source);
        let decoded = table(|index| source.light_of(index as f32 / STEPS));
        let gains = table(|index| tone_map.gain(decoded[index]));
        let encoded = table(|index| linear_to_srgb(light_of(index)));
        let to_bt709 = source.primaries.to_bt709();
        Self { source, decoded, gains, encoded, to_bt709, tone_map }
    }

    /// Converts a picture of 10-bit limited-range codes into one of 8 bits; `out` has the same rows and lengths.
    pub(super) fn apply(&self, source: &Rows<'_, u16>, mut out: [Vec<&mut [u8]>; 3]) {
        let [out_y, out_u, out_v] = &mut out;
        let chroma_rows = source.u.iter().zip(&source.v).zip(out_u.iter_mut().zip(out_v.iter_mut()));
        let luma_rows = source.y.chunks_exact(2).zip(out_y.chunks_exact_mut(2));
        for (((u, v), (out_u, out_v)), (luma, out_luma)) in chroma_rows.zip(luma_rows) {
            let [upper, lower] = out_luma else { continue };
            let pairs = luma[0].as_chunks::<2>().0.iter().zip(luma[1].as_chunks::<2>().0);
            let out_pairs = upper.as_chunks_mut::<2>().0.iter_mut().zip(lower.as_chunks_mut::<2>().0);
            let chroma = u.iter().zip(*v).zip(out_u.iter_mut().zip(out_v.iter_mut()));
            for (((&cb, &cr), (out_cb, out_cr)), ((above, below), (out_above, out_below))) in
                chroma.zip(pairs.zip(out_pairs))
            {
                // A damaged stream may give codes that 10 bits do not have.
                let codes = [above[0], above[1], below[0], below[1]].map(|code| code.min(1023));
                let (cb, cr) = (cb.min(1023), cr.min(1023));
                let [luma, chroma] = self.block(codes, cb, cr);
                *out_above = [luma[0], luma[1]];
                *out_below = [luma[2], luma[3]];
                [*out_cb, *out_cr] = [chroma[0], chroma[1]];
            }
        }
    }

    /// Four pixels that share their chroma.
    #[inline]
    fn block(&self, luma: [u16; 4], cb: u16, cr: u16) -> [[u8; 4]; 2] {
        let (cb, cr) = ((f32::from(cb) - 512.0) / 896.0, (f32::from(cr) - 512.0) / 896.0);
        let mut sum = [0.0; 3];
        let mut codes = [0; 4];
        let offsets = match self.source.matrix {
            Matrix::Weights(kr, kb) => {
                let (r, b) = (2.0 * (1.0 - kr) * cr, 2.0 * (1.0 - kb) * cb);
                Some([r, -(kr * r + kb * b) / (1.0 - kr - kb), b])
            }
            Matrix::Ycgco => Some([cr - cb, cb, -cb - cr]),
            Matrix::ConstantLuminance | Matrix::Ictcp => None,
        };
        let offsets =
            offsets.map(|offsets| offsets.map(|offset| (offset * STEPS * ONE) as i32 + (1 << (FRACTION_BITS - 1))));
        let convert = |y: u16| match offsets {
            Some(offsets) => {
                let y = (i32::from(y) - 64) * (STEPS / 876.0 * ONE) as i32;
                self.pixel(offsets.map(|offset| (((y + offset) >> FRACTION_BITS).max(0) as usize).min(ENTRIES - 1)))
            }
            None => self.tone_map.convert([(f32::from(y) - 64.0) / 876.0, cb, cr]),
        };
        let code_of = |rgb: [f32; 3]| 16.5 + 219.0 * (0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]);
        let (least, most) = luma.iter().fold((u16::MAX, 0), |(least, most), &y| (least.min(y), most.max(y)));
        let count = if most - least <= NEAR {
            // So near each other, what lies between two is on the straight line.
            let low = convert(least);
            let high = if most > least { convert(most) } else { low };
            let (start, end) = (code_of(low), code_of(high));
            let slope = (end - start) / f32::from((most - least).max(1));
            for (code, y) in codes.iter_mut().zip(luma) {
                *code = (start + slope * f32::from(y - least)) as i32 as u8;
            }
            sum = [low[0] + high[0], low[1] + high[1], low[2] + high[2]];
            2.0
        } else {
            for (code, y) in codes.iter_mut().zip(luma) {
                let rgb = convert(y);
                *code = code_of(rgb) as i32 as u8;
                sum = [sum[0] + rgb[0], sum[1] + rgb[1], sum[2] + rgb[2]];
            }
            4.0
        };
        let [r, g, b] = sum.map(|value| value / count);
        let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        let chroma = [(b - y) / 1.8556, (r - y) / 1.5748].map(|value| (128.5 + 224.0 * value) as i32 as u8);
        [codes, [chroma[0], chroma[1], 0, 0]]
    }

    /// R'G'B' of the source, as entries of the tables, to R'G'B' of BT.709.
    #[inline(always)]
    fn pixel(&self, index: [usize; 3]) -> [f32; 3] {
        let light = index.map(|index| self.decoded[index % ENTRIES]);
        let gain = self.gains[index[0].max(index[1]).max(index[2]) % ENTRIES];
        let m = &self.to_bt709;
        let row = |i: usize| gain * (m[i][0] * light[0] + m[i][1] * light[1] + m[i][2] * light[2]);
        let mut out = [row(0), row(1), row(2)];
        if out[0].min(out[1]).min(out[2]) < 0.0 || out[0].max(out[1]).max(out[2]) > 1.0 {
            out = into_gamut(out);
        }
        out.map(|value| self.encoded[entry_of(value)])
    }
}

fn table(entry: impl Fn(usize) -> f32) -> Box<Table> {
    Box::new(std::array::from_fn(entry))
}

/// The entry of light that is not below 0.
#[inline]
fn entry_of(light: f32) -> usize {
    let lowest = LEAST_LIGHT.to_bits() >> LIGHT_SHIFT;
    ((light.to_bits() & 0x7FFF_FFFF) >> LIGHT_SHIFT).saturating_sub(lowest) as usize % ENTRIES
}

/// The light in the middle of an entry.
fn light_of(index: usize) -> f32 {
    let lowest = LEAST_LIGHT.to_bits() >> LIGHT_SHIFT;
    if index == 0 {
        return 0.0;
    }
    f32::from_bits(((lowest + index as u32) << LIGHT_SHIFT) | (1 << (LIGHT_SHIFT - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{
        color::rgb_to_ycbcr,
        colorimetry::{Primaries, Transfer},
    };

    fn source(transfer: Transfer) -> Colorimetry {
        Colorimetry { matrix: Matrix::BT2020, primaries: Primaries::BT2020, transfer }
    }

    /// One colour through the pass.
    fn converted(pass: &ColorPass, [y, cb, cr]: [u16; 3]) -> [u8; 3] {
        let [luma, chroma] = pass.block([y; 4], cb, cr);
        [luma[3], chroma[0], chroma[1]]
    }

    #[test]
    fn the_pass_follows_the_exact_conversion() {
        let matrices = [Matrix::BT2020, Matrix::Ictcp, Matrix::Ycgco];
        for transfer in [Transfer::Hlg, Transfer::Pq(1000.0), Transfer::Sdr, Transfer::Linear] {
            for matrix in matrices {
                let source = Colorimetry { matrix, ..source(transfer) };
                let (pass, map) = (ColorPass::new(source), ToneMap::new(source));
                for y in (64..=940).step_by(29) {
                    for cb in (392..=632).step_by(24) {
                        for cr in (392..=632).step_by(24) {
                            let decoded = [f32::from(y) - 64.0, f32::from(cb) - 512.0, f32::from(cr) - 512.0];
                            let decoded = [decoded[0] / 876.0, decoded[1] / 896.0, decoded[2] / 896.0];
                            let exact = rgb_to_ycbcr(map.convert(decoded));
                            for (got, exact) in converted(&pass, [y, cb, cr]).iter().zip(exact) {
                                let error = (f32::from(*got) - exact).abs();
                                assert!(error < 2.5, "{transfer:?} {matrix:?} {y} {cb} {cr}: {got} for {exact}");
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn greys_stay_grey() {
        let pass = ColorPass::new(source(Transfer::Hlg));
        for y in (0..1024).step_by(11) {
            let [_, cb, cr] = converted(&pass, [y, 512, 512]);
            assert_eq!((cb, cr), (128, 128), "at {y}");
        }
        assert_eq!(converted(&pass, [64, 512, 512])[0], 16);
    }
}
