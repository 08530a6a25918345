//! Makes a picture smaller while its rows come in, so that only the small one is ever in memory.
//!
//! Every pixel of the result is the mean of the area that it covers, weighted by opacity: exact in integers, so that the
//! result does not depend on the machine. Pure arithmetic.

use super::bounds::{WORKING_PIXELS, WORKING_SIDE};
use image::{GrayImage, RgbImage};

/// The size at which a picture of `width` x `height` pixels is worked with: its own, or the largest with the same shape
/// that keeps to [`WORKING_SIDE`] and [`WORKING_PIXELS`].
pub(super) fn reduced_size(width: u32, height: u32) -> (u32, u32) {
    let (wide, high) = (u64::from(width), u64::from(height));
    let longest = wide.max(high).max(1);
    if longest <= u64::from(WORKING_SIDE) && wide * high <= WORKING_PIXELS {
        return (width, height);
    }
    // The longer side decides; the other follows from it.
    let mut side = u64::from(WORKING_SIDE).min(longest);
    let sized = |side: u64| {
        let scaled = |own: u64| ((own * side + longest / 2) / longest).max(1);
        (scaled(wide), scaled(high))
    };
    if sized(side).0 * sized(side).1 > WORKING_PIXELS {
        let fitting = (WORKING_PIXELS as f64 * longest as f64 / wide.min(high).max(1) as f64).sqrt() as u64;
        side = side.min(fitting);
        while sized(side).0 * sized(side).1 > WORKING_PIXELS {
            side -= 1;
        }
    }
    let (wide, high) = sized(side);
    (wide as u32, high as u32)
}

/// A picture of working size.
#[derive(Debug)]
pub(super) struct Reduced {
    pub(super) rgb: RgbImage,
    /// `None` where the picture is opaque everywhere.
    pub(super) alpha: Option<GrayImage>,
    /// Width and height before.
    pub(super) original: (u32, u32),
}

/// Takes the rows of a picture from top to bottom.
#[derive(Debug)]
pub(super) struct Reducer {
    from: (usize, usize),
    to: (usize, usize),
    /// Values a pixel of a row: 3 (RGB) or 4 (RGBA).
    channels: usize,
    rgb: Vec<u8>,
    alpha: Vec<u8>,
    opaque: bool,
    rows: usize,
    /// One row at the new width: colours times alpha and alpha, each up to 255 * 255.
    line: Vec<u64>,
    /// Sums of such rows, weighted by how much of each falls into the row of the result that is being made.
    sums: Vec<u64>,
}

/// The largest value of a channel in `line`.
const FULL: u64 = 255 * 255;

impl Reducer {
    /// For rows of `from` pixels to a picture of `to`, which is not larger. `has_alpha`: rows are RGBA, else RGB.
    pub(super) fn new(from: (u32, u32), to: (u32, u32), has_alpha: bool) -> Self {
        let size = |(width, height): (u32, u32)| (width as usize, height as usize);
        let (from, to) = (size(from), size(to));
        let channels = if has_alpha { 4 } else { 3 };
        let pixels = to.0 * to.1;
        Self {
            from,
            to,
            channels,
            rgb: Vec::with_capacity(pixels * 3),
            alpha: Vec::with_capacity(if has_alpha { pixels } else { 0 }),
            opaque: true,
            rows: 0,
            line: vec![0; to.0 * channels],
            sums: vec![0; to.0 * channels],
        }
    }

    /// The next row: as many pixels as the picture is wide.
    pub(super) fn push(&mut self, row: &[u8]) {
        debug_assert_eq!(row.len(), self.from.0 * self.channels);
        if self.channels == 4 && self.opaque {
            self.opaque = row.chunks_exact(4).all(|pixel| pixel[3] == u8::MAX);
        }
        if self.from == self.to {
            self.keep(row);
            return;
        }
        match self.channels {
            3 => self.narrow::<3>(row),
            _ => self.narrow::<4>(row),
        }
        // Row `y` covers y*to..(y+1)*to of a height that is measured in from*to; a row of the result, `from` each.
        let (start, end) = (self.rows * self.to.1, (self.rows + 1) * self.to.1);
        self.rows += 1;
        let edge = (start / self.from.1 + 1) * self.from.1;
        self.add((edge.min(end) - start) as u64);
        if end >= edge {
            self.finish_row();
            self.add((end - edge) as u64);
        }
    }

    fn keep(&mut self, row: &[u8]) {
        self.rows += 1;
        match self.channels {
            3 => self.rgb.extend_from_slice(row),
            _ => {
                for pixel in row.chunks_exact(4) {
                    self.rgb.extend_from_slice(&pixel[..3]);
                    self.alpha.push(pixel[3]);
                }
            }
        }
    }

    /// Averages one row to the new width.
    fn narrow<const CHANNELS: usize>(&mut self, row: &[u8]) {
        let (from, to) = (self.from.0 as u64, self.to.0 as u64);
        self.line.fill(0);
        let mut cells = self.line.chunks_exact_mut(CHANNELS);
        let Some(mut cell) = cells.next() else { return };
        // How much of the cell is still free; a pixel takes `to` of it.
        let mut room = from;
        for pixel in row.chunks_exact(CHANNELS) {
            let mut values = [0_u64; CHANNELS];
            let opacity = if CHANNELS == 4 { u64::from(pixel[3]) } else { 255 };
            for (value, channel) in values.iter_mut().zip(&pixel[..3]) {
                *value = u64::from(*channel) * opacity;
            }
            if CHANNELS == 4 {
                values[3] = opacity * 255;
            }
            let first = room.min(to);
            cell.iter_mut().zip(values).for_each(|(sum, value)| *sum += value * first);
            room -= first;
            if room == 0 {
                room = from;
                let Some(next) = cells.next() else { break };
                cell = next;
            }
            if first < to {
                cell.iter_mut().zip(values).for_each(|(sum, value)| *sum += value * (to - first));
                room -= to - first;
            }
        }
        for sum in &mut self.line {
            *sum = (*sum + from / 2) / from;
        }
    }

    fn add(&mut self, weight: u64) {
        if weight > 0 {
            self.sums.iter_mut().zip(&self.line).for_each(|(sum, value)| *sum += value * weight);
        }
    }

    fn finish_row(&mut self) {
        let whole = FULL * self.from.1 as u64;
        for cell in self.sums.chunks_exact_mut(self.channels) {
            // What the colours were multiplied with: an opaque row's alpha, or the area's own.
            let weight = if self.channels == 4 { cell[3] } else { whole };
            for value in &cell[..3] {
                let mean = (value * 255 + weight / 2).checked_div(weight).unwrap_or(0);
                self.rgb.push(mean.min(255) as u8);
            }
            if self.channels == 4 {
                self.alpha.push(((cell[3] * 255 + whole / 2) / whole).min(255) as u8);
            }
            cell.fill(0);
        }
    }

    /// The picture; `None` where rows are missing.
    pub(super) fn finish(self) -> Option<Reduced> {
        let (width, height) = (self.to.0 as u32, self.to.1 as u32);
        let rgb = RgbImage::from_raw(width, height, self.rgb)?;
        let alpha = match self.channels == 4 && !self.opaque {
            true => Some(GrayImage::from_raw(width, height, self.alpha)?),
            false => None,
        };
        Some(Reduced { rgb, alpha, original: (self.from.0 as u32, self.from.1 as u32) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduced(from: (u32, u32), to: (u32, u32), alpha: bool, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Reduced {
        let mut reducer = Reducer::new(from, to, alpha);
        for y in 0..from.1 {
            let row: Vec<u8> =
                (0..from.0).flat_map(|x| pixel(x, y).into_iter().take(if alpha { 4 } else { 3 })).collect();
            reducer.push(&row);
        }
        reducer.finish().expect("all rows came")
    }

    #[test]
    fn sizes_keep_the_shape_and_the_bounds() {
        for (size, wanted) in [
            ((4032, 3024), (4032, 3024)),
            ((3072, 4096), (3072, 4096)),
            ((5000, 40), (4096, 33)),
            ((10_000, 10_000), (3547, 3547)),
            ((12_000, 8_000), (4096, 2731)),
            ((20_000, 16), (4096, 3)),
        ] {
            assert_eq!(reduced_size(size.0, size.1), wanted, "{size:?}");
        }
        for width in (16..20_000).step_by(613) {
            for height in (16..20_000).step_by(577) {
                let (w, h) = reduced_size(width, height);
                assert!(w <= width && h <= height && w.max(h) <= WORKING_SIDE, "{width}x{height}: {w}x{h}");
                assert!(u64::from(w) * u64::from(h) <= WORKING_PIXELS, "{width}x{height}: {w}x{h}");
            }
        }
    }

    #[test]
    fn a_flat_colour_stays_itself_at_every_ratio() {
        for (from, to) in [((40, 30), (39, 29)), ((41, 37), (7, 5)), ((20, 20), (10, 10)), ((97, 3), (96, 1))] {
            for alpha in [false, true] {
                let picture = reduced(from, to, alpha, |_, _| [200, 3, 254, 255]);
                assert!(picture.rgb.pixels().all(|pixel| pixel.0 == [200, 3, 254]), "{from:?} {to:?}");
                assert!(picture.alpha.is_none());
            }
        }
    }

    #[test]
    fn means_are_of_the_area_that_a_pixel_covers() {
        // Three columns to two: each takes one and a half.
        let picture =
            reduced((3, 1), (2, 1), false, |x, _| [[0, 0, 0, 0], [90, 90, 90, 0], [240, 240, 240, 0]][x as usize]);
        assert_eq!(picture.rgb.as_raw(), &[30, 30, 30, 190, 190, 190]);
        let picture =
            reduced((1, 3), (1, 2), false, |_, y| [[0, 0, 0, 0], [90, 90, 90, 0], [240, 240, 240, 0]][y as usize]);
        assert_eq!(picture.rgb.as_raw(), &[30, 30, 30, 190, 190, 190]);
    }

    #[test]
    fn what_cannot_be_seen_lends_no_colour() {
        let picture = reduced((2, 2), (1, 1), true, |x, _| if x == 0 { [200, 100, 0, 255] } else { [0, 255, 255, 0] });
        assert_eq!(picture.rgb.as_raw(), &[200, 100, 0]);
        assert_eq!(picture.alpha.expect("is transparent").as_raw(), &[128]);
    }

    #[test]
    fn a_picture_that_is_small_enough_is_kept_as_it_is() {
        let picture = reduced((5, 4), (5, 4), true, |x, y| [x as u8, y as u8, 7, (x * 50) as u8]);
        assert_eq!(picture.rgb.get_pixel(3, 2).0, [3, 2, 7]);
        assert_eq!(picture.alpha.expect("is transparent").get_pixel(3, 2).0, [150]);
    }
}
