//! From another Y'CbCr matrix (BT.601, BT.2020) to BT.709, straight on 4:2:0 planes.
//!
//! Pure functions on [`Frame`]. FFmpeg's scaler would go through 8-bit RGB for this, which clips and costs four times
//! as much. Both spaces share their grey axis, so chroma depends on chroma alone and luma needs only a small correction.

use super::frame::Frame;

const SHIFT: u32 = 14;
const HALF: i32 = 1 << (SHIFT - 1);

/// The correction from one matrix to BT.709, in fixed point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ToBt709 {
    luma: [i32; 2],
    cb: [i32; 2],
    cr: [i32; 2],
}

impl ToBt709 {
    /// From the luma weights of red and blue of the source: BT.601 is (0.299, 0.114), BT.2020 is (0.2627, 0.0593).
    pub(super) fn from_weights(kr: f64, kb: f64) -> Self {
        let (to_kr, to_kb) = (0.2126, 0.0722);
        let kg = 1.0 - kr - kb;
        // Cb and Cr (±0.5) of the source to R'G'B' differences from luma, then to luma and chroma of BT.709.
        let convert = |cb: f64, cr: f64| {
            let (r, b) = (cr * 2.0 * (1.0 - kr), cb * 2.0 * (1.0 - kb));
            let g = -(kr * r + kb * b) / kg;
            let y = to_kr * r + (1.0 - to_kr - to_kb) * g + to_kb * b;
            [y, (b - y) / (2.0 * (1.0 - to_kb)), (r - y) / (2.0 * (1.0 - to_kr))]
        };
        let (of_cb, of_cr) = (convert(1.0, 0.0), convert(0.0, 1.0));
        let fixed = |value: f64| (value * f64::from(1 << SHIFT)).round() as i32;
        // Luma spans 219 steps where chroma spans 224.
        let luma = |value: f64| fixed(value * 219.0 / 224.0);
        Self {
            luma: [luma(of_cb[0]), luma(of_cr[0])],
            cb: [fixed(of_cb[1]), fixed(of_cr[1])],
            cr: [fixed(of_cb[2]), fixed(of_cr[2])],
        }
    }

    /// Converts a frame in place.
    pub(super) fn apply(&self, frame: &mut Frame) {
        let (width, chroma_width) = (frame.width(), frame.chroma_width());
        let [luma, blue, red] = frame.planes_mut();
        let rows = blue.chunks_exact_mut(chroma_width).zip(red.chunks_exact_mut(chroma_width));
        for ((u_row, v_row), luma) in rows.zip(luma.chunks_exact_mut(2 * width)) {
            let (upper, lower) = luma.split_at_mut(width);
            let luma = upper.chunks_exact_mut(2).zip(lower.chunks_exact_mut(2));
            for ((u, v), (upper, lower)) in u_row.iter_mut().zip(v_row).zip(luma) {
                let (cb, cr) = (i32::from(*u) - 128, i32::from(*v) - 128);
                let dot = |weights: [i32; 2]| (weights[0] * cb + weights[1] * cr + HALF) >> SHIFT;
                let correction = dot(self.luma);
                for value in upper.iter_mut().chain(lower) {
                    *value = (i32::from(*value) + correction).clamp(0, 255) as u8;
                }
                *u = (dot(self.cb) + 128).clamp(0, 255) as u8;
                *v = (dot(self.cr) + 128).clamp(0, 255) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::color::rgb_to_ycbcr;

    #[test]
    fn bt601_primaries_become_bt709_primaries() {
        // BT.601 limited-range codes of red, green, blue, white.
        let cases = [
            ([1.0, 0.0, 0.0], (81, 90, 240)),
            ([0.0, 1.0, 0.0], (145, 54, 34)),
            ([0.0, 0.0, 1.0], (41, 240, 110)),
            ([1.0, 1.0, 1.0], (235, 128, 128)),
        ];
        let matrix = ToBt709::from_weights(0.299, 0.114);
        for (rgb, code) in cases {
            let mut frame = Frame::black(4, 4);
            frame.fill(code);
            matrix.apply(&mut frame);
            let got = [frame.y()[5], frame.u()[1], frame.v()[1]].map(f32::from);
            for (got, want) in got.iter().zip(rgb_to_ycbcr(rgb)) {
                assert!((got - want).abs() <= 1.5, "{rgb:?}: {got} for {want}");
            }
        }
    }

    #[test]
    fn same_matrix_changes_nothing() {
        let matrix = ToBt709::from_weights(0.2126, 0.0722);
        let mut frame = Frame::black(8, 8);
        frame.fill((99, 77, 200));
        let before = frame.clone();
        matrix.apply(&mut frame);
        assert_eq!(frame, before);
    }
}
