//! Between [`Frame`] and RGB pictures: for posters, contact sheets and stills. Not for the way from decoder to encoder.
//!
//! Depends on `color`, `error` and the `image` crate. Chroma lies on the left pixel of each pair and between the two rows, as
//! H.264 has it by default.

use image::RgbImage;

use super::{
    color::{rgb_to_ycbcr, ycbcr_to_rgb},
    frame::Frame,
};
use crate::error::{Error, ErrorKind, Result};

impl Frame {
    /// The picture in sRGB, chroma interpolated smoothly.
    pub fn to_rgb(&self) -> RgbImage {
        let (width, height) = (self.width(), self.height());
        let chroma_width = self.chroma_width();
        let luma = self.y();
        let mut out = RgbImage::new(width as u32, height as u32);
        let mut chroma = [vec![0.0_f32; chroma_width], vec![0.0_f32; chroma_width]];
        for (y, row) in out.as_mut().chunks_exact_mut(width * 3).enumerate() {
            // Rows of chroma lie at 0.5, 2.5, …: three quarters of the nearest, one of the next.
            let near = y / 2;
            let far = if y % 2 == 0 { near.saturating_sub(1) } else { (near + 1).min(self.chroma_height() - 1) };
            for (plane, blended) in [self.u(), self.v()].into_iter().zip(&mut chroma) {
                let [near, far] = [near, far].map(|row| &plane[row * chroma_width..(row + 1) * chroma_width]);
                for ((blended, near), far) in blended.iter_mut().zip(near).zip(far) {
                    *blended = 0.75 * f32::from(*near) + 0.25 * f32::from(*far);
                }
            }
            for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
                let i = x / 2;
                let next = if x % 2 == 0 { i } else { (i + 1).min(chroma_width - 1) };
                let [cb, cr] = [&chroma[0], &chroma[1]].map(|row| (row[i] + row[next]) / 2.0);
                let rgb = ycbcr_to_rgb([f32::from(luma[y * width + x]), cb, cr]);
                for (target, value) in pixel.iter_mut().zip(rgb) {
                    *target = (value * 255.0).round().clamp(0.0, 255.0) as u8;
                }
            }
        }
        out
    }

    /// An sRGB picture as a frame. An odd last row or column is repeated, as 4:2:0 needs even sides.
    ///
    /// # Errors
    /// `InvalidInput` where a side is 0 or longer than [`Frame::MAX_SIDE`].
    pub fn from_rgb(image: &RgbImage) -> Result<Self> {
        let (width, height) = (image.width() as usize, image.height() as usize);
        if width.min(height) == 0 || width.max(height) > Self::MAX_SIDE {
            let most = Self::MAX_SIDE;
            let message = format!("a picture of {width}x{height} is no frame; allowed are 1 to {most} pixels a side");
            return Err(Error::new(ErrorKind::InvalidInput, message).with_operation("media::frame"));
        }
        let mut frame = Self::black(width, height);
        let (out_width, chroma_width, out_height) = (frame.width(), frame.chroma_width(), frame.height());
        let [luma, blue, red] = frame.planes_mut();
        let mut sums = vec![[0.0_f32; 2]; out_width];
        let pixels = image.as_raw();
        for y in 0..out_height {
            let row = &pixels[y.min(height - 1) * width * 3..][..width * 3];
            for (x, sum) in sums.iter_mut().enumerate() {
                let at = x.min(width - 1) * 3;
                let rgb = [row[at], row[at + 1], row[at + 2]].map(|value| f32::from(value) / 255.0);
                let [code, cb, cr] = rgb_to_ycbcr(rgb);
                luma[y * out_width + x] = code.round().clamp(0.0, 255.0) as u8;
                *sum = if y % 2 == 0 { [cb, cr] } else { [sum[0] + cb, sum[1] + cr] };
            }
            if y % 2 == 1 {
                for i in 0..chroma_width {
                    // A tent over three pixels, centred on the left one of the pair; each sum holds two rows.
                    let [left, middle, right] = [(2 * i).saturating_sub(1), 2 * i, 2 * i + 1].map(|x| sums[x]);
                    let blend = |c: usize| ((left[c] + 2.0 * middle[c] + right[c]) / 8.0).round() as u8;
                    blue[y / 2 * chroma_width + i] = blend(0);
                    red[y / 2 * chroma_width + i] = blend(1);
                }
            }
        }
        Ok(frame)
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn smooth_pictures_survive_both_ways() {
        let image = RgbImage::from_fn(64, 48, |x, y| Rgb([(x * 4) as u8, (y * 5) as u8, (255 - x * 2 - y) as u8]));
        let back = Frame::from_rgb(&image).expect("a frame").to_rgb();
        for (a, b) in image.pixels().zip(back.pixels()) {
            for (a, b) in a.0.iter().zip(b.0) {
                assert!(a.abs_diff(b) <= 6, "{a} became {b}");
            }
        }
    }

    #[test]
    fn odd_sizes_grow_by_one() {
        let frame = Frame::from_rgb(&RgbImage::from_pixel(5, 3, Rgb([255, 0, 0]))).expect("a frame");
        assert_eq!((frame.width(), frame.height()), (6, 4));
        assert!(frame.y().iter().all(|y| *y == 63) && frame.v().iter().all(|v| *v == 240));
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        for size in [(0, 0), (0, 4), (4, 0), (Frame::MAX_SIDE as u32 + 1, 1), (1, Frame::MAX_SIDE as u32 + 1)] {
            let error = Frame::from_rgb(&RgbImage::new(size.0, size.1)).expect_err("no frame");
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.to_string().contains(&format!("{}x{}", size.0, size.1)), "{error}");
        }
        let line = RgbImage::from_pixel(1, Frame::MAX_SIDE as u32, Rgb([9, 9, 9]));
        assert_eq!(Frame::from_rgb(&line).expect("a frame").height(), Frame::MAX_SIDE);
    }

    proptest! {
        #[test]
        fn plain_colours_come_back(r: u8, g: u8, b: u8) {
            let back = Frame::from_rgb(&RgbImage::from_pixel(4, 4, Rgb([r, g, b]))).expect("a frame").to_rgb();
            for (got, want) in back.get_pixel(2, 2).0.into_iter().zip([r, g, b]) {
                prop_assert!(got.abs_diff(want) <= 2);
            }
        }
    }
}
