//! A picture with transparency in the planes that the frame has, ready to be put over it at any place, size and angle.

use super::{
    blend::{FrameRows, LayerRows, blend_rows},
    geometry::Rect,
    sampling::{Affine, Plane, Resampler, Window},
};
use crate::media::{Frame, color::rgb_to_ycbcr};

/// Transparent pixels around every sprite, so that the kernel (2 pixels wide) ends in nothing.
pub(super) const BORDER: usize = 2;
/// Below this coverage a pixel's own colour is mostly noise of the cut-out: its neighbours' is taken.
const FAINT: u8 = 24;

/// Straight (not premultiplied) colour, which goes on beyond the edges, and coverage apart: opaque pixels are the
/// source's own, and the kernel never mixes in the colour of nothing.
#[derive(Debug, Clone)]
pub(super) struct Sprite {
    width: usize,
    height: usize,
    y: Vec<u8>,
    a: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
    /// The longest opaque part of each row, as columns: there the coverage needs no resampling.
    cores: Vec<(u32, u32)>,
}

/// Buffers that drawing reuses from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    planes: [Resampler; 4],
    rows: [Vec<u8>; 6],
}

/// The luma and the coverage of a drawn sprite, for measuring.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sampled {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    luma: Vec<u8>,
    coverage: Vec<u8>,
}

impl Sampled {
    /// A region of `width` columns with its upper left corner at (`x`, `y`). A last row that is not whole, in either
    /// plane, is dropped.
    pub(crate) fn new(x: usize, y: usize, width: usize, mut luma: Vec<u8>, mut coverage: Vec<u8>) -> Self {
        let height = luma.len().min(coverage.len()).checked_div(width).unwrap_or(0);
        luma.truncate(width * height);
        coverage.truncate(width * height);
        Self { x, y, width, height, luma, coverage }
    }

    /// Left edge in luma pixels of the frame; even.
    pub fn x(&self) -> usize {
        self.x
    }

    /// Upper edge; even.
    pub fn y(&self) -> usize {
        self.y
    }

    /// Width of the region in luma pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height of the region.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Luma (limited range), `width * height` bytes, row by row.
    pub fn luma(&self) -> &[u8] {
        &self.luma
    }

    /// Coverage, `width * height` bytes: 255 where the frame shows the product's own pixel and nothing else.
    pub fn coverage(&self) -> &[u8] {
        &self.coverage
    }

    /// Says that the product covers nothing.
    pub(super) fn uncover(&mut self) {
        self.coverage.fill(0);
    }
}

impl Sprite {
    /// A sprite of `width` x `height` content pixels. `pixel` gives straight sRGB-coded colour and alpha, each 0-1.
    pub(super) fn new(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [f32; 4]) -> Self {
        let (full_width, full_height) =
            ((width + 2 * BORDER).next_multiple_of(2), (height + 2 * BORDER).next_multiple_of(2));
        let mut a = vec![0u8; full_width * full_height];
        let mut color = vec![[16.0f32, 128.0, 128.0]; full_width * full_height];
        for row in 0..height {
            for column in 0..width {
                let [r, g, b, alpha] = pixel(column, row);
                let index = (row + BORDER) * full_width + column + BORDER;
                a[index] = (alpha.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
                color[index] = rgb_to_ycbcr([r, g, b]);
            }
        }
        let mut known: Vec<bool> = a.iter().map(|&a| a >= FAINT).collect();
        spread(&mut color, &mut known, full_width, 3);
        let half = full_width / 2;
        let mut chroma = vec![[128.0f32; 3]; half * full_height / 2];
        let mut known = vec![false; chroma.len()];
        for (index, chroma) in chroma.iter_mut().enumerate() {
            let first = index / half * 2 * full_width + index % half * 2;
            let block = [first, first + 1, first + full_width, first + full_width + 1];
            let weight: f32 = block.iter().map(|&i| f32::from(a[i])).sum();
            if weight > 0.0 {
                let mean = |c: usize| block.iter().map(|&i| color[i][c] * f32::from(a[i])).sum::<f32>() / weight;
                *chroma = [0.0, mean(1), mean(2)];
                known[index] = true;
            }
        }
        spread(&mut chroma, &mut known, half, 2);
        let byte = |value: f32| (value + 0.5).clamp(0.0, 255.0) as u8;
        let cores = a.chunks_exact(full_width).map(longest_opaque).collect();
        Self {
            cores,
            width: full_width,
            height: full_height,
            y: color.iter().map(|c| byte(c[0])).collect(),
            a,
            u: chroma.iter().map(|c| byte(c[1])).collect(),
            v: chroma.iter().map(|c| byte(c[2])).collect(),
        }
    }

    /// The box that the sprite covers under `map`, border included.
    pub(super) fn bounds(&self, map: &Affine) -> Rect {
        let (w, h) = (self.width as f64, self.height as f64);
        let corners = [(0.0, 0.0), (w, 0.0), (0.0, h), (w, h)].map(|corner| map.apply(corner));
        let least = |pick: fn(&(f64, f64)) -> f64| corners.iter().map(pick).fold(f64::INFINITY, f64::min) as f32;
        let most = |pick: fn(&(f64, f64)) -> f64| corners.iter().map(pick).fold(f64::NEG_INFINITY, f64::max) as f32;
        Rect::from_edges(least(|c| c.0), least(|c| c.1), most(|c| c.0), most(|c| c.1))
    }

    /// The even-aligned part of a frame that `map` touches, in luma pixels.
    fn window(&self, map: &Affine, frame_width: usize, frame_height: usize) -> Option<Window> {
        let bounds = self.bounds(map);
        let low = |value: f32| (value.floor().max(0.0) as usize) & !1;
        let high = |value: f32, limit: usize| (value.ceil().max(0.0) as usize).next_multiple_of(2).min(limit);
        let (x, y) = (low(bounds.x), low(bounds.y));
        let (right, bottom) = (high(bounds.right(), frame_width), high(bounds.bottom(), frame_height));
        (right > x && bottom > y).then(|| Window { x, y, width: right - x, height: bottom - y })
    }

    fn plane<'a>(&self, data: &'a [u8], shift: u32) -> Plane<'a> {
        Plane { data, width: self.width >> shift, height: self.height >> shift }
    }

    /// Puts the sprite over `frame`; `opacity` 0-1 fades it as a whole.
    pub(super) fn draw(&self, scratch: &mut Scratch, map: &Affine, opacity: f32, frame: &mut Frame) {
        let opacity = (opacity.clamp(0.0, 1.0) * 256.0 + 0.5) as i32;
        let Some(window) = self.window(map, frame.width(), frame.height()) else { return };
        if opacity == 0 {
            return;
        }
        let (frame_width, chroma_width) = (frame.width(), frame.chroma_width());
        let shift = map.whole_even_shift();
        if shift.is_none() {
            self.prepare(scratch, map, window);
        }
        let Scratch { planes, rows } = scratch;
        let [luma, blue, red] = frame.planes_mut();
        for row in (0..window.height).step_by(2) {
            let y = window.y + row;
            let (top, bottom) = luma[y * frame_width..(y + 2) * frame_width].split_at_mut(frame_width);
            let wide = window.x..window.x + window.width;
            let narrow = y / 2 * chroma_width + window.x / 2..y / 2 * chroma_width + (window.x + window.width) / 2;
            let under = FrameRows {
                y: [&mut top[wide.clone()], &mut bottom[wide]],
                u: &mut blue[narrow.clone()],
                v: &mut red[narrow],
            };
            let layer = match shift {
                Some((dx, dy)) => {
                    // The window lies inside the shifted sprite, so the differences are not negative.
                    let (sx, sy) = ((window.x as i64 - dx) as usize, (y as i64 - dy) as usize);
                    let line = |data| self.line(data, self.width, sx, sy, window.width);
                    let next = |data| self.line(data, self.width, sx, sy + 1, window.width);
                    let half = |data| self.line(data, self.width / 2, sx / 2, sy / 2, window.width / 2);
                    LayerRows {
                        y: [line(&self.y), next(&self.y)],
                        a: [line(&self.a), next(&self.a)],
                        u: half(&self.u),
                        v: half(&self.v),
                    }
                }
                None => {
                    let [y0, y1, a0, a1, u, v] = &mut *rows;
                    planes[0].row(row, y0);
                    planes[0].row(row + 1, y1);
                    planes[1].row(row, a0);
                    planes[1].row(row + 1, a1);
                    planes[2].row(row / 2, u);
                    planes[3].row(row / 2, v);
                    LayerRows { y: [y0, y1], a: [a0, a1], u, v }
                }
            };
            blend_rows(layer, under, opacity);
        }
    }

    fn line<'a>(&self, data: &'a [u8], stride: usize, x: usize, y: usize, length: usize) -> &'a [u8] {
        &data[y * stride + x..][..length]
    }

    fn prepare(&self, scratch: &mut Scratch, map: &Affine, window: Window) {
        let half = Window { x: window.x / 2, y: window.y / 2, width: window.width / 2, height: window.height / 2 };
        let [y, a, u, v] = &mut scratch.planes;
        y.prepare(self.plane(&self.y, 0), map, window, &[]);
        a.prepare(self.plane(&self.a, 0), map, window, &self.cores);
        u.prepare(self.plane(&self.u, 1), &map.halved(), half, &[]);
        v.prepare(self.plane(&self.v, 1), &map.halved(), half, &[]);
        for (index, row) in scratch.rows.iter_mut().enumerate() {
            row.resize(if index < 4 { window.width } else { half.width }, 0);
        }
    }

    /// What [`Sprite::draw`] puts over a frame of this size, luma and coverage.
    pub(super) fn sampled(&self, scratch: &mut Scratch, map: &Affine, size: (usize, usize)) -> Sampled {
        let Some(window) = self.window(map, size.0, size.1) else { return Sampled::default() };
        // Sampling a whole even shift copies as well: the kernel is exact at whole positions.
        self.prepare(scratch, map, window);
        let mut luma = vec![0; window.width * window.height];
        let mut coverage = luma.clone();
        for row in 0..window.height {
            let range = row * window.width..(row + 1) * window.width;
            scratch.planes[0].row(row, &mut luma[range.clone()]);
            scratch.planes[1].row(row, &mut coverage[range]);
        }
        Sampled::new(window.x, window.y, window.width, luma, coverage)
    }
}

/// The longest run of full coverage.
fn longest_opaque(row: &[u8]) -> (u32, u32) {
    let mut best = (0, 0);
    let mut start = 0;
    for run in row.chunk_by(|a, b| (*a == 255) == (*b == 255)) {
        if run[0] == 255 && run.len() as u32 > best.1 - best.0 {
            best = (start, start + run.len() as u32);
        }
        start += run.len() as u32;
    }
    best
}

/// Lets known colours grow into unknown pixels, `rounds` pixels far.
fn spread(color: &mut [[f32; 3]], known: &mut [bool], width: usize, rounds: usize) {
    let height = color.len() / width.max(1);
    let mut found: Vec<(usize, [f32; 3])> = Vec::new();
    for _ in 0..rounds {
        found.clear();
        for y in 0..height {
            for x in 0..width {
                if known[y * width + x] {
                    continue;
                }
                let (mut sum, mut count) = ([0.0f32; 3], 0.0f32);
                for ny in y.saturating_sub(1)..(y + 2).min(height) {
                    for nx in x.saturating_sub(1)..(x + 2).min(width) {
                        if known[ny * width + nx] {
                            let near = color[ny * width + nx];
                            sum = [sum[0] + near[0], sum[1] + near[1], sum[2] + near[2]];
                            count += 1.0;
                        }
                    }
                }
                if count > 0.0 {
                    found.push((y * width + x, sum.map(|sum| sum / count)));
                }
            }
        }
        for &(index, value) in &found {
            color[index] = value;
            known[index] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::color::{rgb8_to_ycbcr8, srgb_to_linear};

    fn identity(x: f64, y: f64) -> Affine {
        Affine::about((BORDER as f64, BORDER as f64), (x, y), 1.0, 0.0)
    }

    #[test]
    fn opaque_pixels_are_the_sources_own() {
        let pixel = |x: usize, y: usize| [(x * 7 % 256) as u8, (y * 5 % 256) as u8, ((x + y) * 3 % 256) as u8];
        let sprite = Sprite::new(60, 40, |x, y| {
            let [r, g, b] = pixel(x, y).map(|c| f32::from(c) / 255.0);
            [r, g, b, 1.0]
        });
        for at in [(10.0, 10.0), (11.0, 13.0)] {
            let mut frame = Frame::black(100, 80);
            sprite.draw(&mut Scratch::default(), &identity(at.0, at.1), 1.0, &mut frame);
            for y in 0..40 {
                for x in 0..60 {
                    let (wanted, _, _) = rgb8_to_ycbcr8(pixel(x, y));
                    let got = frame.y()[(y + at.1 as usize) * 100 + x + at.0 as usize];
                    assert!(got.abs_diff(wanted) <= 1, "{x},{y}: {got} {wanted}");
                }
            }
        }
    }

    #[test]
    fn the_chroma_of_opaque_pixels_is_the_mean_of_four() {
        // The primaries and their complements, side by side: planes that are swapped, shifted or mirrored show.
        let colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 255, 255], [255, 0, 255], [255, 255, 0]];
        // As every table of BT.709 in limited range has them.
        let known = [(102, 240), (42, 26), (240, 118), (154, 16), (214, 230), (16, 138)];
        for (colour, wanted) in colours.iter().zip(known) {
            let (_, u, v) = rgb8_to_ycbcr8(*colour);
            assert_eq!((u, v), wanted, "{colour:?}");
        }
        // Fields of 4x4 pixels, and one of stripes, of which each block has two colours.
        let pixel = |x: usize, y: usize| match y < 16 {
            true => colours[(x / 4 + y / 4 * 5) % 6],
            false => colours[x % 2 * 3],
        };
        let sprite = Sprite::new(24, 20, |x, y| {
            let [r, g, b] = pixel(x, y).map(|c| f32::from(c) / 255.0);
            [r, g, b, 1.0]
        });
        let mean = |x: usize, y: usize, plane: fn([f32; 3]) -> f32| {
            let block = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| {
                plane(crate::media::color::rgb_to_ycbcr(pixel(x * 2 + dx, y * 2 + dy).map(|c| f32::from(c) / 255.0)))
            });
            block.iter().sum::<f32>() / 4.0
        };
        let near = |got: u8, wanted: f32, most: f32, at: (usize, usize)| {
            assert!((f32::from(got) - wanted).abs() <= most, "{at:?}: {got} {wanted}");
        };
        let half = sprite.width / 2;
        for (x, y) in (0..10).flat_map(|y| (0..12).map(move |x| (x, y))) {
            let index = (y + BORDER / 2) * half + x + BORDER / 2;
            // Rounding to a whole number loses half of one.
            near(sprite.u[index], mean(x, y, |c| c[1]), 0.501, (x, y));
            near(sprite.v[index], mean(x, y, |c| c[2]), 0.501, (x, y));
        }
        // Over a frame, and at a place that chroma has; blending in linear light rounds once more.
        let mut frame = Frame::black(40, 40);
        sprite.draw(&mut Scratch::default(), &identity(8.0, 6.0), 1.0, &mut frame);
        let [_, blue, red] = frame.planes_mut();
        for (x, y) in (0..10).flat_map(|y| (0..12).map(move |x| (x, y))) {
            let index = (y + 3) * 20 + x + 4;
            near(blue[index], mean(x, y, |c| c[1]), 1.501, (x, y));
            near(red[index], mean(x, y, |c| c[2]), 1.501, (x, y));
        }
    }

    #[test]
    fn the_chroma_of_an_edge_is_that_of_what_covers_it() {
        // A red disc on the blue of nothing: a block's colour is weighed by coverage, so no blue comes in.
        let (_, u, v) = rgb8_to_ycbcr8([255, 0, 0]);
        let sprite = Sprite::new(16, 16, |x, y| {
            let distance = ((x as f64 - 7.5).powi(2) + (y as f64 - 7.5).powi(2)).sqrt();
            if distance < 6.2 { [1.0, 0.0, 0.0, 1.0] } else { [0.0, 0.0, 1.0, 0.0] }
        });
        let half = sprite.width / 2;
        for block in 0..sprite.u.len() {
            let first = block / half * 2 * sprite.width + block % half * 2;
            let covered = [0, 1, sprite.width, sprite.width + 1].iter().any(|offset| sprite.a[first + offset] > 0);
            if covered {
                assert_eq!((sprite.u[block], sprite.v[block]), (u, v), "block {block}");
            }
        }
    }

    #[test]
    fn a_white_disc_over_black_has_no_rim() {
        let distance = |x: f64, y: f64| ((x - 40.0).powi(2) + (y - 40.0).powi(2)).sqrt();
        let cover = |x: f64, y: f64| (30.5 - distance(x, y)).clamp(0.0, 1.0) as f32;
        // The colour of transparent pixels is deliberately wrong: it must never show.
        let sprite = Sprite::new(80, 80, |x, y| {
            let a = cover(x as f64 + 0.5, y as f64 + 0.5);
            if a > 0.0 { [1.0, 1.0, 1.0, a] } else { [1.0, 0.0, 0.0, 0.0] }
        });
        for (dx, dy, angle) in [(0.0, 0.0, 0.0), (0.37, 0.61, 0.0), (0.5, 0.25, 0.05)] {
            let mut frame = Frame::black(120, 120);
            let map = Affine::about((42.0, 42.0), (60.0 + dx, 60.0 + dy), 1.0, angle);
            sprite.draw(&mut Scratch::default(), &map, 1.0, &mut frame);
            assert!(frame.u().iter().chain(frame.v()).all(|c| c.abs_diff(128) <= 1), "no colour anywhere");
            for y in 0..120 {
                for x in 0..120 {
                    let (cx, cy) = (x as f64 + 0.5 - 20.0 - dx, y as f64 + 0.5 - 20.0 - dy);
                    let got = f32::from(frame.y()[y * 120 + x]);
                    // In light: the curve makes the faintest trace of coverage over black look like much.
                    let light = srgb_to_linear((got - 16.0) / 219.0);
                    let range = [-0.55, 0.55].map(|slack| (30.5 - distance(cx, cy) as f32 + slack).clamp(0.0, 1.0));
                    assert!(light >= range[0] - 0.03 && light <= range[1] + 0.03, "{x},{y}: {light} {range:?}");
                    assert!((16.0..=235.0).contains(&got), "neither brighter than white nor darker than black");
                }
            }
        }
    }

    #[test]
    fn drawing_outside_of_the_frame_is_harmless() {
        let sprite = Sprite::new(30, 30, |_, _| [0.5, 0.2, 0.1, 0.7]);
        for (x, y) in [(-100.0, 5.0), (-15.5, -15.25), (90.0, 70.0), (500.0, 0.0), (-14.0, 66.0)] {
            let mut frame = Frame::black(100, 80);
            sprite.draw(&mut Scratch::default(), &identity(x, y), 0.8, &mut frame);
        }
    }

    #[test]
    fn sampled_is_what_is_drawn() {
        let sprite = Sprite::new(50, 40, |x, y| [x as f32 / 50.0, y as f32 / 40.0, 0.3, 1.0]);
        let map = Affine::about((20.0, 20.0), (50.3, 41.7), 0.95, 0.03);
        let mut frame = Frame::black(100, 80);
        sprite.draw(&mut Scratch::default(), &map, 1.0, &mut frame);
        let sampled = sprite.sampled(&mut Scratch::default(), &map, (100, 80));
        let mut seen = 0;
        for y in 0..sampled.height() {
            for x in 0..sampled.width() {
                if sampled.coverage()[y * sampled.width() + x] == 255 {
                    let drawn = frame.y()[(y + sampled.y()) * 100 + x + sampled.x()];
                    assert_eq!(drawn, sampled.luma()[y * sampled.width() + x]);
                    seen += 1;
                }
            }
        }
        assert!(seen > 1000);
    }
}
