//! Which part of a picture covers a wanted shape, and how large it becomes on the way.
//!
//! Pure functions on sizes.

/// What is cut out of the source, what it becomes, and where in that the wanted picture lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Covering {
    pub(super) crop: [usize; 4],
    pub(super) scaled: [usize; 2],
    pub(super) offset: [usize; 2],
}

/// Covers `wanted` with the middle of a picture of `size` whose pixels are `aspect` times as wide as high.
///
/// The crop is rounded outwards to even numbers and the rest cut off after scaling, so that the scale stays exact.
pub(super) fn covering(size: [usize; 2], aspect: f64, wanted: [usize; 2]) -> Covering {
    let scale = (wanted[0] as f64 / (size[0] as f64 * aspect)).max(wanted[1] as f64 / size[1] as f64);
    // An odd row or column that 4:2:0 cannot hold is cropped, not squeezed in.
    let trimmed = aspect == 1.0 && size.map(|side| side / 2 * 2) == wanted;
    let scale = if trimmed { 1.0 } else { scale };
    let scales = [scale * aspect, scale];
    let mut covering = Covering { crop: [0; 4], scaled: wanted, offset: [0; 2] };
    for axis in 0..2 {
        let needed = (wanted[axis] as f64 / scales[axis] - 1e-6).ceil().max(1.0) as usize;
        let needed = needed.next_multiple_of(2);
        if needed >= size[axis] {
            covering.crop[axis + 2] = size[axis];
        } else {
            covering.crop[axis] = (size[axis] - needed) / 2 / 2 * 2;
            covering.crop[axis + 2] = needed;
        }
        let scaled = (covering.crop[axis + 2] as f64 * scales[axis]).round() as usize;
        covering.scaled[axis] = scaled.max(wanted[axis]).next_multiple_of(2);
        covering.offset[axis] = (covering.scaled[axis] - wanted[axis]) / 2 / 2 * 2;
    }
    covering
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn same_shape_needs_no_crop() {
        let covering = covering([720, 1280], 1.0, [1080, 1920]);
        assert_eq!(covering, Covering { crop: [0, 0, 720, 1280], scaled: [1080, 1920], offset: [0, 0] });
    }

    #[test]
    fn landscape_to_portrait_takes_the_middle() {
        let covering = covering([1920, 1080], 1.0, [1080, 1920]);
        assert_eq!(covering.crop, [656, 0, 608, 1080]);
        assert_eq!(covering.scaled, [1082, 1920]);
    }

    proptest! {
        #[test]
        fn covering_fills_and_keeps_the_shape(
            w in 16_usize..4000, h in 16_usize..4000, aspect in 0.5_f64..2.0,
            to_w in 8_usize..1100, to_h in 8_usize..1100,
        ) {
            let wanted = [to_w * 2, to_h * 2];
            let covering = covering([w, h], aspect, wanted);
            for axis in 0..2 {
                prop_assert!(covering.crop[axis] + covering.crop[axis + 2] <= [w, h][axis]);
                prop_assert!(covering.offset[axis] + wanted[axis] <= covering.scaled[axis]);
                prop_assert_eq!(covering.offset[axis] % 2, 0);
                prop_assert_eq!(covering.scaled[axis] % 2, 0);
            }
            let scale = (wanted[0] as f64 / (w as f64 * aspect)).max(wanted[1] as f64 / h as f64);
            for (axis, scale) in [scale * aspect, scale].into_iter().enumerate() {
                // Never more than two pixels off over the whole width: no visible distortion.
                let exact = covering.crop[axis + 2] as f64 * scale;
                prop_assert!((covering.scaled[axis] as f64 - exact).abs() <= 2.0 + scale);
            }
        }
    }
}
