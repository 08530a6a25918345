//! A small linear-light picture, and its development into a full-size 8-bit frame.
//!
//! Looks paint soft light at a half or a quarter of the size. Developing applies a filmic tone curve, goes to Y'CbCr,
//! enlarges with a cubic kernel, multiplies full-size texture in, and adds grain before it rounds to 8 bit.
//! Depends on `grain`, `media::Frame`, `media::color`.

use super::{
    grain::{Grain, GrainAt},
    shade::Rgb,
};
use crate::media::{Frame, color};

/// Samples around the picture that the enlarging kernel reads beyond its edge.
pub(super) const PAD: usize = 2;

/// A linear-light picture at 1/`divisor` of the frame's size, with [`PAD`] samples of margin on all sides.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    /// Columns, margin included.
    pub(super) width: usize,
    /// Rows, margin included.
    pub(super) height: usize,
    /// Frame samples per canvas sample: 2 or 4.
    pub(super) divisor: usize,
    /// `width * height` colours, row by row.
    pub(super) pixels: Vec<Rgb>,
    frame_width: f32,
    frame_height: f32,
    unit: f32,
}

impl Canvas {
    /// A black canvas for frames of that size.
    pub(super) fn new(frame_width: usize, frame_height: usize, divisor: usize) -> Self {
        let width = frame_width.div_ceil(divisor) + 2 * PAD;
        let height = frame_height.div_ceil(divisor) + 2 * PAD;
        Self {
            width,
            height,
            divisor,
            pixels: vec![[0.0; 3]; width * height],
            frame_width: frame_width as f32,
            frame_height: frame_height as f32,
            unit: frame_width.min(frame_height) as f32,
        }
    }

    /// The x position of a column: from the frame's middle, in units of its shorter side.
    #[inline]
    pub(super) fn x(&self, column: usize) -> f32 {
        ((column as f32 - PAD as f32 + 0.5) * self.divisor as f32 - 0.5 * self.frame_width) / self.unit
    }

    /// The y position of a row, likewise; down is positive.
    #[inline]
    pub(super) fn y(&self, row: usize) -> f32 {
        ((row as f32 - PAD as f32 + 0.5) * self.divisor as f32 - 0.5 * self.frame_height) / self.unit
    }

    /// A position in canvas samples (the centre of the first sample is 0).
    #[inline]
    pub(super) fn sample(&self, x: f32, y: f32) -> (f32, f32) {
        let d = self.divisor as f32;
        let shift = PAD as f32 - 0.5;
        ((x * self.unit + 0.5 * self.frame_width) / d + shift, (y * self.unit + 0.5 * self.frame_height) / d + shift)
    }

    /// Canvas samples per unit.
    pub(super) fn density(&self) -> f32 {
        self.unit / self.divisor as f32
    }

    /// Paints every sample: `paint(x, y)` gives its colour.
    pub(super) fn fill(&mut self, mut paint: impl FnMut(f32, f32) -> Rgb) {
        for row in 0..self.height {
            let y = self.y(row);
            for column in 0..self.width {
                let x = self.x(column);
                self.pixels[row * self.width + column] = paint(x, y);
            }
        }
    }

    /// Paints from a quarter of this canvas's resolution, enlarged bilinearly: for light without any edge.
    /// `coarse` is scratch space that lives across frames.
    pub(super) fn fill_coarse(&mut self, coarse: &mut Vec<Rgb>, mut paint: impl FnMut(f32, f32) -> Rgb) {
        const STEP: usize = 4;
        let (cw, ch) = (self.width.div_ceil(STEP) + 1, self.height.div_ceil(STEP) + 1);
        coarse.resize(cw * ch, [0.0; 3]);
        for row in 0..ch {
            let y = self.y(row * STEP);
            for column in 0..cw {
                coarse[row * cw + column] = paint(self.x(column * STEP), y);
            }
        }
        let mut line = vec![[0.0; 3]; cw];
        for (row, out) in self.pixels.chunks_exact_mut(self.width).enumerate() {
            let (top, k) = (row / STEP * cw, (row % STEP) as f32 / STEP as f32);
            for (i, value) in line.iter_mut().enumerate() {
                *value = super::shade::mix(coarse[top + i], coarse[top + cw + i], k);
            }
            for (chunk, pair) in out.chunks_mut(STEP).zip(line.windows(2)) {
                for (i, pixel) in chunk.iter_mut().enumerate() {
                    *pixel = super::shade::mix(pair[0], pair[1], i as f32 / STEP as f32);
                }
            }
        }
    }
}

/// Entries of the tone table.
const TONES: usize = 2048;
/// The brightest light that the tone table tells apart.
const BRIGHTEST: f32 = 8.0;

/// Develops canvases into frames.
#[derive(Debug)]
pub(super) struct Developer {
    tones: Vec<f32>,
    planes: [Vec<f32>; 3],
    kernel: Vec<[f32; 5]>,
    chroma_kernel: Vec<[f32; 5]>,
    grain: Grain,
    amount: f32,
    line: Vec<f32>,
    row: Vec<f32>,
    gain: Vec<f32>,
}

/// Fills a row of factors for the frame's luma row `y`; false means that the row has no texture.
pub(super) type Texture<'a> = &'a mut dyn FnMut(usize, &mut [f32]) -> bool;

impl Developer {
    /// For canvases like `canvas`; `amount` is the grain's standard deviation in code values.
    pub(super) fn new(canvas: &Canvas, seed: u64, amount: f32) -> Self {
        let count = canvas.pixels.len();
        Self {
            tones: (0..=TONES + 1).map(|i| tone((i as f32 / TONES as f32).powi(2) * BRIGHTEST)).collect(),
            planes: std::array::from_fn(|_| vec![0.0; count]),
            kernel: kernel(canvas.divisor, canvas.divisor > 2),
            chroma_kernel: kernel(canvas.divisor / 2, canvas.divisor > 2),
            grain: Grain::new(seed),
            amount,
            line: vec![0.0; canvas.width],
            row: Vec::new(),
            gain: Vec::new(),
        }
    }

    /// Writes the frame. The frame must have the size for which the canvas was made.
    pub(super) fn develop(&mut self, canvas: &Canvas, index: u64, out: &mut Frame, texture: Texture<'_>) {
        let [luma, blue, red] = &mut self.planes;
        for (i, &rgb) in canvas.pixels.iter().enumerate() {
            let [y, cb, cr] = color::rgb_to_ycbcr(rgb.map(|c| {
                let at = (c.clamp(0.0, BRIGHTEST) * (1.0 / BRIGHTEST)).sqrt() * TONES as f32;
                let k = at as usize;
                let (a, b) = (self.tones[k], self.tones[k + 1]);
                a + (b - a) * (at - k as f32)
            }));
            (luma[i], blue[i], red[i]) = (y, cb, cr);
        }

        let (width, height) = (out.width(), out.height());
        let chroma_size = (out.chroma_width(), out.chroma_height());
        self.row.resize(width.div_ceil(canvas.divisor) * canvas.divisor, 0.0);
        self.gain.resize(width, 0.0);
        // Grain is a little stronger than the dither needs; where it is turned off, dither stays.
        let amount = self.amount.max(0.5);
        let grain = self.grain.at(index, 0);
        let [out_luma, out_blue, out_red] = out.planes_mut();
        for y in 0..height {
            enlarge(&self.planes[0], canvas, &self.kernel, y, &mut self.line, &mut self.row);
            if texture(y, &mut self.gain) {
                for (value, gain) in self.row.iter_mut().zip(&self.gain) {
                    *value = 16.0 + (*value - 16.0) * gain;
                }
            }
            quantise(&self.row, &mut out_luma[y * width..][..width], grain, y, (amount, 16.0, 235.0), true);
        }
        let (width, height) = chroma_size;
        let chroma = 0.45 + 0.12 * self.amount;
        for (plane, target) in [(1usize, out_blue), (2, out_red)] {
            let grain = self.grain.at(index, plane as u64);
            for y in 0..height {
                enlarge(&self.planes[plane], canvas, &self.chroma_kernel, y, &mut self.line, &mut self.row);
                quantise(&self.row, &mut target[y * width..][..width], grain, y, (chroma, 16.0, 240.0), false);
            }
        }
    }
}

/// Linear light to the sRGB-coded value: straight up to 0.6, then a soft shoulder that reaches white only at infinity.
fn tone(light: f32) -> f32 {
    const KNEE: f32 = 0.6;
    let light =
        if light <= KNEE { light } else { KNEE + (1.0 - KNEE) * (1.0 - (-(light - KNEE) / (1.0 - KNEE)).exp()) };
    color::linear_to_srgb(light)
}

/// Weights of the five nearest samples for each of `factor` positions inside a sample.
fn kernel(factor: usize, soft: bool) -> Vec<[f32; 5]> {
    // Mitchell & Netravali 1988: B = C = 1/3 is their recommended filter; B = 1, C = 0 is the B-spline, which shows no grid at all.
    let (b, c) = if soft { (1.0, 0.0) } else { (1.0 / 3.0, 1.0 / 3.0) };
    let cubic = |x: f32| -> f32 {
        let x = x.abs();
        if x < 1.0 {
            ((12.0 - 9.0 * b - 6.0 * c) * x * x * x + (-18.0 + 12.0 * b + 6.0 * c) * x * x + 6.0 - 2.0 * b) / 6.0
        } else if x < 2.0 {
            let cube = (-b - 6.0 * c) * x * x * x + (6.0 * b + 30.0 * c) * x * x;
            (cube + (-12.0 * b - 48.0 * c) * x + 8.0 * b + 24.0 * c) / 6.0
        } else {
            0.0
        }
    };
    (0..factor)
        .map(|phase| {
            if factor == 1 {
                return [0.0, 0.0, 1.0, 0.0, 0.0];
            }
            let offset = (phase as f32 + 0.5) / factor as f32 - 0.5;
            std::array::from_fn(|tap| cubic(tap as f32 - 2.0 - offset))
        })
        .collect()
}

/// Row `y` of the enlarged plane into `row`.
fn enlarge(plane: &[f32], canvas: &Canvas, kernel: &[[f32; 5]], y: usize, line: &mut [f32], row: &mut [f32]) {
    let (factor, width) = (kernel.len(), canvas.width);
    let weights = kernel[y % factor];
    let top = y / factor;
    let rows: [&[f32]; 5] = std::array::from_fn(|i| &plane[(top + i) * width..][..width]);
    for (i, value) in line.iter_mut().enumerate() {
        *value = (0..5).map(|k| rows[k][i] * weights[k]).sum();
    }
    match factor {
        4 => stretch::<4>(line, kernel, row),
        2 => stretch::<2>(line, kernel, row),
        _ => stretch::<1>(line, kernel, row),
    }
}

fn stretch<const N: usize>(line: &[f32], kernel: &[[f32; 5]], row: &mut [f32]) {
    // By tap, then by position: the inner loop is one vector operation.
    let taps: [[f32; N]; 5] = std::array::from_fn(|tap| std::array::from_fn(|phase| kernel[phase][tap]));
    for (out, five) in row.chunks_exact_mut(N).zip(line.windows(5)) {
        let mut sum = [0.0; N];
        for (tap, &value) in taps.iter().zip(five) {
            for (s, weight) in sum.iter_mut().zip(tap) {
                *s += value * weight;
            }
        }
        out.copy_from_slice(&sum);
    }
}

/// Adds noise and rounds. `(amount, low, high)`: standard deviation and the legal range.
fn quantise(
    row: &[f32],
    out: &mut [u8],
    grain: GrainAt<'_>,
    y: usize,
    (amount, low, high): (f32, f32, f32),
    shaped: bool,
) {
    for (block, out) in out.chunks_mut(GrainAt::step()).enumerate() {
        let start = block * GrainAt::step();
        let (row, noise) = (&row[start..start + out.len()], &grain.run(start, y)[..out.len()]);
        for ((out, &value), &noise) in out.iter_mut().zip(row).zip(noise) {
            // Film shows its grain in the middle tones; half a code value remains everywhere, as dither.
            let middle = (value - 126.0) * (1.0 / 115.0);
            let amount = if shaped { 0.5 + (amount - 0.5) * (1.0 - 0.75 * middle * middle) } else { amount };
            *out = (value + noise * amount + 0.5).clamp(low, high) as i32 as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn develop(width: usize, height: usize, divisor: usize, paint: impl FnMut(f32, f32) -> Rgb) -> Frame {
        let mut canvas = Canvas::new(width, height, divisor);
        canvas.fill(paint);
        let mut out = Frame::black(width, height);
        Developer::new(&canvas, 1, 0.0).develop(&canvas, 0, &mut out, &mut |_, _| false);
        out
    }

    #[test]
    fn flat_grey_comes_out_as_itself_at_any_size() {
        for divisor in [2, 4] {
            for (width, height) in [(2, 2), (6, 2), (18, 34), (640, 24)] {
                let frame = develop(width, height, divisor, |_, _| [0.18; 3]);
                // 18 % grey is sRGB 0.461, so Y' = 16 + 219 * 0.461 = 117.
                let mean = frame.y().iter().map(|&y| f64::from(y)).sum::<f64>() / frame.y().len() as f64;
                assert!((mean - 117.0).abs() < 1.0, "{mean}");
                assert!(frame.u().iter().chain(frame.v()).all(|&c| (125..=131).contains(&c)));
            }
        }
    }

    #[test]
    fn a_slow_ramp_shows_no_bands() {
        // 6 code values over 480 columns: without dither, steps of 80 columns would stand there.
        let frame = develop(480, 64, 4, |x, _| [0.18 + 0.01 * x / 7.5; 3]);
        for x0 in (0..440).step_by(40) {
            let distinct =
                (0..64).flat_map(|y| (x0..x0 + 40).map(move |x| (x, y))).map(|(x, y)| frame.y()[y * 480 + x]);
            let levels = distinct.collect::<std::collections::BTreeSet<_>>();
            assert!(levels.len() >= 3, "columns from {x0}: {levels:?}");
        }
        for row in frame.y().chunks(480) {
            let longest = row.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0);
            assert!(longest < 44, "a run of {longest}");
        }
    }

    #[test]
    fn developing_keeps_shapes_in_place() {
        for divisor in [2, 4] {
            let frame = develop(64, 64, divisor, |x, y| [if x > 0.0 && y > 0.0 { 0.6 } else { 0.02 }; 3]);
            let at = |x: usize, y: usize| frame.y()[y * 64 + x];
            assert!(at(44, 44) > 150 && at(20, 44) < 60 && at(44, 20) < 60);
            // The edge's middle lies between columns 31 and 32.
            let (left, right) = (i32::from(at(31, 50)), i32::from(at(32, 50)));
            assert!((left + right - i32::from(at(44, 44)) - i32::from(at(20, 44))).abs() < 30, "{left} {right}");
        }
    }

    #[test]
    fn the_tone_curve_rises_and_stays_below_white() {
        let curve: Vec<f32> = (0..400).map(|i| tone(i as f32 * 0.02)).collect();
        assert!(curve.windows(2).all(|w| w[1] >= w[0]) && curve.iter().all(|&v| v <= 1.0));
    }
}
