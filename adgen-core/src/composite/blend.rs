//! Puts a sampled layer over the frame: copied where it is opaque, in linear light where it is not.
//!
//! Edges are blended in linear light because that is what a camera's pixel does: it adds light. Blending code values
//! would leave a dark rim between two bright areas. Every 2x2 block is done as a whole, so that the chroma that the
//! block shares is the mean of its four blended pixels, and never of pixels outside of the layer.

use crate::media::color::{linear_to_srgb_fast, rgb_to_ycbcr, srgb_to_linear_fast, ycbcr_to_rgb};

/// Two rows of a layer as they come from the resampler: straight colour and coverage.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayerRows<'a> {
    pub(super) y: [&'a [u8]; 2],
    pub(super) a: [&'a [u8]; 2],
    pub(super) u: &'a [u8],
    pub(super) v: &'a [u8],
}

/// The rows of the frame that they cover, each as long as the layer's.
#[derive(Debug)]
pub(super) struct FrameRows<'a> {
    pub(super) y: [&'a mut [u8]; 2],
    pub(super) u: &'a mut [u8],
    pub(super) v: &'a mut [u8],
}

#[inline]
fn linear([y, u, v]: [u8; 3]) -> [f32; 3] {
    ycbcr_to_rgb([f32::from(y), f32::from(u), f32::from(v)]).map(srgb_to_linear_fast)
}

#[inline]
fn code(value: f32) -> u8 {
    (value + 0.5).clamp(0.0, 255.0) as u8
}

#[inline]
fn fade(under: u8, over: u8, opacity: i32) -> u8 {
    (i32::from(under) + (((i32::from(over) - i32::from(under)) * opacity + 128) >> 8)) as u8
}

/// Blends two rows. `opacity` 0-256 fades the whole layer in code values, as a dissolve does.
pub(super) fn blend_rows(layer: LayerRows<'_>, frame: FrameRows<'_>, opacity: i32) {
    let FrameRows { y: [top, bottom], u, v } = frame;
    let blocks = u.len();
    let mut block = 0;
    while block < blocks {
        let (a0, a1) = (&layer.a[0][2 * block..2 * block + 2], &layer.a[1][2 * block..2 * block + 2]);
        let coverage = [a0[0], a0[1], a1[0], a1[1]];
        if coverage == [0; 4] {
            block = next_unlike(layer.a, block, blocks, 0);
        } else if coverage == [255; 4] {
            let end = next_unlike(layer.a, block, blocks, 255);
            let wide = 2 * block..2 * end;
            copy(&layer.y[0][wide.clone()], &mut top[wide.clone()], opacity);
            copy(&layer.y[1][wide.clone()], &mut bottom[wide], opacity);
            copy(&layer.u[block..end], &mut u[block..end], opacity);
            copy(&layer.v[block..end], &mut v[block..end], opacity);
            block = end;
        } else {
            let luma = [&layer.y[0][2 * block..2 * block + 2], &layer.y[1][2 * block..2 * block + 2]];
            let over = [luma[0][0], luma[0][1], luma[1][0], luma[1][1]];
            let under = [top[2 * block], top[2 * block + 1], bottom[2 * block], bottom[2 * block + 1]];
            let chroma = [(layer.u[block], layer.v[block]), (u[block], v[block])];
            let (luma, (cb, cr)) = mix_block(over, under, coverage, chroma);
            top[2 * block] = fade(under[0], luma[0], opacity);
            top[2 * block + 1] = fade(under[1], luma[1], opacity);
            bottom[2 * block] = fade(under[2], luma[2], opacity);
            bottom[2 * block + 1] = fade(under[3], luma[3], opacity);
            u[block] = fade(u[block], cb, opacity);
            v[block] = fade(v[block], cr, opacity);
            block += 1;
        }
    }
}

/// The first block from `block` on that is not wholly of coverage `value`.
fn next_unlike(a: [&[u8]; 2], block: usize, blocks: usize, value: u8) -> usize {
    let wide = 2 * block..2 * blocks;
    let run = |row: &[u8]| {
        // Eight at a time: this decides how fast the empty and the opaque parts go.
        let chunks = row.chunks_exact(8).take_while(|chunk| **chunk == [value; 8]).count() * 8;
        chunks + row[chunks..].iter().take_while(|&&a| a == value).count()
    };
    block + run(&a[0][wide.clone()]).min(run(&a[1][wide])) / 2
}

fn copy(over: &[u8], under: &mut [u8], opacity: i32) {
    if opacity >= 256 {
        under.copy_from_slice(over);
    } else {
        for (under, &over) in under.iter_mut().zip(over) {
            *under = fade(*under, over, opacity);
        }
    }
}

/// One partly covered 2x2 block: new luma of its pixels, new chroma.
fn mix_block(over: [u8; 4], under: [u8; 4], coverage: [u8; 4], chroma: [(u8, u8); 2]) -> ([u8; 4], (u8, u8)) {
    let [(fu, fv), (bu, bv)] = chroma;
    let mut luma = under;
    let mut sum = [0.0f32; 2];
    for i in 0..4 {
        match coverage[i] {
            0 => {
                sum[0] += f32::from(bu);
                sum[1] += f32::from(bv);
            }
            255 => {
                luma[i] = over[i];
                sum[0] += f32::from(fu);
                sum[1] += f32::from(fv);
            }
            a => {
                let alpha = f32::from(a) / 255.0;
                let (f, b) = (linear([over[i], fu, fv]), linear([under[i], bu, bv]));
                let mixed = std::array::from_fn(|c| linear_to_srgb_fast(b[c] + (f[c] - b[c]) * alpha));
                let [y, u, v] = rgb_to_ycbcr(mixed);
                luma[i] = code(y);
                sum[0] += u;
                sum[1] += v;
            }
        }
    }
    (luma, (code(sum[0] / 4.0), code(sum[1] / 4.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::color::{linear_to_srgb, srgb_to_linear};

    #[test]
    fn grey_edges_follow_linear_light() {
        for a in [1u8, 32, 64, 128, 200, 254] {
            let (luma, (u, v)) = mix_block([235; 4], [16; 4], [a; 4], [(128, 128); 2]);
            let wanted = 16.0 + 219.0 * linear_to_srgb(f32::from(a) / 255.0);
            assert!((f32::from(luma[0]) - wanted).abs() <= 1.0, "{a}: {} {wanted}", luma[0]);
            assert_eq!((u, v), (128, 128));
        }
    }

    #[test]
    fn coloured_edges_match_a_reference_in_rgb() {
        let rgb = |c: [u8; 3]| ycbcr_to_rgb(c.map(f32::from)).map(|v| srgb_to_linear(v.clamp(0.0, 1.0)));
        for (over, under) in [([63u8, 102, 240], [173u8, 42, 26]), ([235, 128, 128], [32, 240, 118])] {
            for a in [20u8, 90, 180, 240] {
                let alpha = f32::from(a) / 255.0;
                let chroma = [(over[1], over[2]), (under[1], under[2])];
                let (luma, (u, v)) = mix_block([over[0]; 4], [under[0]; 4], [a; 4], chroma);
                let (f, b) = (rgb(over), rgb(under));
                let mixed = std::array::from_fn(|c| linear_to_srgb(f[c] * alpha + b[c] * (1.0 - alpha)));
                for (got, wanted) in [luma[0], u, v].into_iter().zip(rgb_to_ycbcr(mixed)) {
                    assert!((f32::from(got) - wanted).abs() <= 1.5, "{a}: {got} {wanted}");
                }
            }
        }
    }
}
