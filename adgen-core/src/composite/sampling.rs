//! Resampling of 8-bit planes under an affine map, in two one-dimensional passes with a Catmull-Rom kernel.
//!
//! Two passes cost 4 + 4 taps instead of 16. For the few degrees that a product turns, the shear between the passes
//! loses nothing (Catmull & Smith 1980, "3-D transformations of images in scanline order").
//! All arithmetic is in integers, so that every machine gives the same bytes.

use std::sync::LazyLock;

/// Positions are kept with this many fractional bits: an error of 2^-32 a column is far below one code value.
const POSITION_BITS: u32 = 32;
/// The kernel is tabulated at 256 phases: steps of 1/256 pixel are invisible.
const PHASES: usize = 256;
/// Weights sum to 2^14, the largest power of two that fits `i16`.
const WEIGHT_BITS: u32 = 14;
/// Rows between the passes carry 6 fractional bits: 255 * 64 with the kernel's overshoot (9/8 each way) fits `i16`.
const ROW_BITS: u32 = 6;

static KERNEL: LazyLock<[[i16; 4]; PHASES]> = LazyLock::new(|| {
    std::array::from_fn(|phase| {
        let t = phase as f64 / PHASES as f64;
        // Catmull-Rom: Keys' cubic with a = -1/2.
        let weights = [
            t * (-0.5 + t * (1.0 - 0.5 * t)),
            1.0 + t * t * (-2.5 + 1.5 * t),
            t * (0.5 + t * (2.0 - 1.5 * t)),
            t * t * (-0.5 + 0.5 * t),
        ];
        let one = f64::from(1 << WEIGHT_BITS);
        let mut fixed = weights.map(|weight| (weight * one).round() as i16);
        // Rounding must not brighten or darken flat areas.
        let sum: i16 = fixed.iter().fold(0, |sum, &weight| sum.wrapping_add(weight));
        let heaviest = if t < 0.5 { 1 } else { 2 };
        fixed[heaviest] += (1 << WEIGHT_BITS) - sum;
        fixed
    })
});

/// One 8-bit plane, rows without padding.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane<'a> {
    pub(super) data: &'a [u8],
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Source to frame: `x = a*u + b*v + tx`, `y = c*u + d*v + ty`, pixel centres at +0.5.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Affine {
    pub(super) a: f64,
    pub(super) b: f64,
    pub(super) c: f64,
    pub(super) d: f64,
    pub(super) tx: f64,
    pub(super) ty: f64,
}

impl Affine {
    /// Scales by `scale` and turns by `angle` radians (clockwise on screen) about the source point `pivot`, which comes
    /// to lie on `at`.
    pub(super) fn about(pivot: (f64, f64), at: (f64, f64), scale: f64, angle: f64) -> Self {
        let (sin, cos) = angle.sin_cos();
        let (a, b, c, d) = (scale * cos, -scale * sin, scale * sin, scale * cos);
        Self { a, b, c, d, tx: at.0 - a * pivot.0 - b * pivot.1, ty: at.1 - c * pivot.0 - d * pivot.1 }
    }

    pub(super) fn apply(&self, (u, v): (f64, f64)) -> (f64, f64) {
        (self.a * u + self.b * v + self.tx, self.c * u + self.d * v + self.ty)
    }

    /// The same map between planes of half the size.
    pub(super) fn halved(&self) -> Self {
        Self { tx: self.tx / 2.0, ty: self.ty / 2.0, ..*self }
    }

    /// Whether it moves by whole, even pixels only, so that luma and chroma can be copied.
    pub(super) fn whole_even_shift(&self) -> Option<(i64, i64)> {
        let even = |value: f64| value.rem_euclid(2.0) == 0.0 && value.abs() < 1e6;
        let shift = (self.a, self.b, self.c, self.d) == (1.0, 0.0, 0.0, 1.0) && even(self.tx) && even(self.ty);
        shift.then_some((self.tx as i64, self.ty as i64))
    }
}

/// The part of the frame that is to be sampled, in pixels of the plane at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Columns over which the source index grows by exactly one a step: there the taps are neighbours in memory.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    start: usize,
    length: usize,
    source: usize,
}

/// One plane being resampled; keeps its buffers from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Resampler {
    rows: Vec<i16>,
    first_row: i64,
    stride: usize,
    window: Option<Window>,
    map: Option<Affine>,
    stretches: Vec<Stretch>,
    weights: [Vec<i16>; 4],
    clamped: Vec<usize>,
    /// For each row between the passes, the columns of the window that are known to be 255 throughout.
    solid: Vec<(usize, usize)>,
}

fn fixed(value: f64) -> i64 {
    (value * (1i64 << POSITION_BITS) as f64).round() as i64
}

/// Whole part and phase of a position.
#[inline]
fn split(position: i64) -> (i64, usize) {
    // Rounded to the nearest phase, so that whole positions stay exact.
    let rounded = position + (1 << (POSITION_BITS - 9));
    (rounded >> POSITION_BITS, (rounded >> (POSITION_BITS - 8)) as usize & (PHASES - 1))
}

#[inline]
fn to_row(sum: i32) -> i16 {
    ((sum + (1 << (WEIGHT_BITS - ROW_BITS - 1))) >> (WEIGHT_BITS - ROW_BITS)) as i16
}

#[inline]
fn to_byte(sum: i32) -> u8 {
    ((sum + (1 << (WEIGHT_BITS + ROW_BITS - 1))) >> (WEIGHT_BITS + ROW_BITS)).clamp(0, 255) as u8
}

impl Resampler {
    /// First pass: every source row that `window` needs, resampled along its length. `cores` names for every source row
    /// a range of columns that are all 255, which need no work; empty where nothing is known.
    pub(super) fn prepare(&mut self, plane: Plane<'_>, map: &Affine, window: Window, cores: &[(u32, u32)]) {
        let upright = map.b == 0.0 && map.c == 0.0;
        let shear = map.c / map.a;
        let rise = map.d - map.c * map.b / map.a;
        let row_of = |x: f64, y: f64| (y - map.ty - shear * (x - map.tx)) / rise - 0.5;
        let (left, right) = (window.x as f64 + 0.5, (window.x + window.width) as f64 - 0.5);
        let (top, bottom) = (window.y as f64 + 0.5, (window.y + window.height) as f64 - 0.5);
        let lowest = row_of(left, top).min(row_of(right, top)).floor() as i64 - 1;
        let highest = row_of(left, bottom).max(row_of(right, bottom)).floor() as i64 + 3;
        let count = (highest - lowest + 1).max(1) as usize;
        self.first_row = lowest;
        self.stride = window.width;
        self.window = Some(window);
        self.map = Some(*map);
        self.rows.resize(count * window.width, 0);
        let step = fixed(1.0 / map.a);
        if upright {
            self.lay_out_columns(plane.width, fixed((left - map.tx) / map.a - 0.5), step);
        }
        self.solid.clear();
        for index in 0..count {
            let line = lowest + index as i64;
            let v = line.clamp(0, plane.height as i64 - 1) as usize;
            let source = &plane.data[v * plane.width..][..plane.width];
            let (start, end) = (index * window.width, (index + 1) * window.width);
            let slant = if upright { 0.0 } else { map.b * (line as f64 + 0.5) };
            let first = fixed((left - slant - map.tx) / map.a - 0.5);
            let solid = cores.get(v).map_or((0, 0), |&core| solid_columns(core, first, step, window.width));
            self.solid.push(solid);
            self.rows[start + solid.0..start + solid.1].fill(255 << ROW_BITS);
            if upright {
                self.row_by_stretches(source, start, solid);
            } else {
                row_by_phase(source, first, step, &mut self.rows[start..start + solid.0]);
                let after = first + step * solid.1 as i64;
                row_by_phase(source, after, step, &mut self.rows[start + solid.1..end]);
            }
        }
    }

    /// The columns that are solid in all four rows from `begin` on.
    fn common_solid(&self, begin: usize) -> (usize, usize) {
        let (from, to) = self.solid[begin..begin + 4]
            .iter()
            .fold((0, usize::MAX), |(from, to), &(first, last)| (from.max(first), to.min(last)));
        if from < to { (from, to) } else { (0, 0) }
    }

    /// Column positions and weights, the same for every row of an upright map.
    fn lay_out_columns(&mut self, source_width: usize, first: i64, step: i64) {
        self.stretches.clear();
        self.clamped.clear();
        for weights in &mut self.weights {
            weights.clear();
        }
        let mut position = first;
        for x in 0..self.stride {
            let (index, phase) = split(position);
            for (weights, &weight) in self.weights.iter_mut().zip(&KERNEL[phase]) {
                weights.push(weight);
            }
            let begin = index - 1;
            if begin >= 0 && begin + 4 <= source_width as i64 {
                let source = begin as usize;
                match self.stretches.last_mut() {
                    Some(last) if last.start + last.length == x && last.source + last.length == source => {
                        last.length += 1;
                    }
                    _ => self.stretches.push(Stretch { start: x, length: 1, source }),
                }
            } else {
                // Beyond the edge the outermost pixel stands for all: sprites have a transparent border.
                self.clamped.push(x);
                self.clamped.push(index.clamp(0, source_width as i64 - 1) as usize);
            }
            position += step;
        }
    }

    fn row_by_stretches(&mut self, source: &[u8], start: usize, solid: (usize, usize)) {
        let row = &mut self.rows[start..start + self.stride];
        let [w0, w1, w2, w3] = &self.weights;
        let pieces = self.stretches.iter().flat_map(|stretch| {
            let (start, end) = (stretch.start, stretch.start + stretch.length);
            [(start, end.min(solid.0), stretch), (start.max(solid.1), end, stretch)]
        });
        for (start, end, stretch) in pieces.filter(|&(start, end, _)| start < end) {
            let (range, length, from) = (start..end, end - start, stretch.source + start - stretch.start);
            let out = &mut row[range.clone()];
            let (w0, w1, w2, w3) = (&w0[range.clone()], &w1[range.clone()], &w2[range.clone()], &w3[range]);
            let (s0, s1) = (&source[from..][..length], &source[from + 1..][..length]);
            let (s2, s3) = (&source[from + 2..][..length], &source[from + 3..][..length]);
            for i in 0..length {
                let sum = i32::from(s0[i]) * i32::from(w0[i])
                    + i32::from(s1[i]) * i32::from(w1[i])
                    + i32::from(s2[i]) * i32::from(w2[i])
                    + i32::from(s3[i]) * i32::from(w3[i]);
                out[i] = to_row(sum);
            }
        }
        for pair in self.clamped.chunks_exact(2) {
            row[pair[0]] = i16::from(source[pair[1]]) << ROW_BITS;
        }
    }

    /// Second pass: one row of the window, `row` counted from its top, into `out` (`window.width` bytes).
    pub(super) fn row(&self, row: usize, out: &mut [u8]) {
        let (Some(window), Some(map)) = (self.window, self.map) else { return };
        let y = (window.y + row) as f64 + 0.5;
        let x = window.x as f64 + 0.5;
        let shear = map.c / map.a;
        let rise = map.d - map.c * map.b / map.a;
        let first = fixed((y - map.ty - shear * (x - map.tx)) / rise - 0.5);
        let last_row = (self.rows.len() / self.stride.max(1)) as i64 - 4;
        if shear == 0.0 {
            let (index, phase) = split(first);
            let begin = (index - 1 - self.first_row).clamp(0, last_row) as usize;
            let [w0, w1, w2, w3] = KERNEL[phase].map(i32::from);
            let solid = self.common_solid(begin);
            out[solid.0..solid.1].fill(255);
            for (from, to) in [(0, solid.0), (solid.1, self.stride.min(out.len()))] {
                let line = |k: usize| &self.rows[(begin + k) * self.stride + from..(begin + k) * self.stride + to];
                let (r0, r1, r2, r3) = (line(0), line(1), line(2), line(3));
                for ((((out, &a), &b), &c), &d) in out[from..to].iter_mut().zip(r0).zip(r1).zip(r2).zip(r3) {
                    let sum = i32::from(a) * w0 + i32::from(b) * w1 + i32::from(c) * w2 + i32::from(d) * w3;
                    *out = to_byte(sum);
                }
            }
            return;
        }
        self.sloping_row(first, fixed(-shear / rise), last_row, out);
    }

    /// The second pass of a turned map: the source row changes every few columns; between, the taps are whole slices.
    fn sloping_row(&self, first: i64, step: i64, last_row: i64, out: &mut [u8]) {
        let length = self.stride.min(out.len());
        let kernel = &*KERNEL;
        let mut position = first;
        let mut x = 0;
        while x < length {
            let (index, _) = split(position);
            let steps = if step > 0 {
                // Columns until the next row: the position is rounded to the nearest phase, as `split` does.
                (((index + 1) << POSITION_BITS) - (1 << (POSITION_BITS - 9)) - position + step - 1) / step
            } else {
                (position + (1 << (POSITION_BITS - 9)) - (index << POSITION_BITS)) / -step + 1
            };
            let end = length.min(x + steps.clamp(1, 1 << 20) as usize);
            let begin = (index - 1 - self.first_row).clamp(0, last_row) as usize;
            let solid = self.common_solid(begin);
            if solid.0 <= x && end <= solid.1 {
                out[x..end].fill(255);
                position += step * (end - x) as i64;
                x = end;
                continue;
            }
            let begin = begin * self.stride;
            let line = |k: usize| &self.rows[begin + k * self.stride + x..begin + k * self.stride + end];
            let (r0, r1, r2, r3) = (line(0), line(1), line(2), line(3));
            for ((((out, &a), &b), &c), &d) in out[x..end].iter_mut().zip(r0).zip(r1).zip(r2).zip(r3) {
                let [w0, w1, w2, w3] = kernel[split(position).1].map(i32::from);
                *out = to_byte(i32::from(a) * w0 + i32::from(b) * w1 + i32::from(c) * w2 + i32::from(d) * w3);
                position += step;
            }
            x = end;
        }
    }
}

/// The columns whose four taps all lie in the source columns `core`.
fn solid_columns(core: (u32, u32), first: i64, step: i64, columns: usize) -> (usize, usize) {
    // One source pixel more on either side than the taps need: positions are rounded to phases.
    let (low, high) = (i64::from(core.0) + 2, i64::from(core.1) - 4);
    if step <= 0 || high <= low {
        return (0, 0);
    }
    let column = |source: i64| ((i128::from(source) << POSITION_BITS) - i128::from(first)).div_euclid(i128::from(step));
    let from = (column(low) + 1).clamp(0, columns as i128) as usize;
    let to = column(high).clamp(0, columns as i128) as usize;
    if from < to { (from, to) } else { (0, 0) }
}

/// A row whose columns lie anywhere.
fn row_by_phase(source: &[u8], first: i64, step: i64, out: &mut [i16]) {
    let last = source.len() as i64 - 1;
    let kernel = &*KERNEL;
    let mut position = first;
    for out in out {
        let (index, phase) = split(position);
        *out = match usize::try_from(index - 1).ok().and_then(|begin| source.get(begin..begin + 4)) {
            Some(taps) => {
                let [w0, w1, w2, w3] = kernel[phase].map(i32::from);
                let [a, b, c, d] = [taps[0], taps[1], taps[2], taps[3]].map(i32::from);
                to_row(a * w0 + b * w1 + c * w2 + d * w3)
            }
            None => i16::from(source[index.clamp(0, last) as usize]) << ROW_BITS,
        };
        position += step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(map: Affine, plane: Plane<'_>, window: Window) -> Vec<u8> {
        let mut resampler = Resampler::default();
        resampler.prepare(plane, &map, window, &[]);
        let mut out = vec![0; window.width * window.height];
        for (y, row) in out.chunks_exact_mut(window.width).enumerate() {
            resampler.row(y, row);
        }
        out
    }

    fn texture(width: usize, height: usize) -> Vec<u8> {
        let value = |x: usize, y: usize| 128.0 + 60.0 * (x as f64 * 0.21).sin() + 50.0 * (y as f64 * 0.17).cos();
        (0..width * height).map(|i| value(i % width, i / width) as u8).collect()
    }

    #[test]
    fn weights_sum_to_one() {
        for weights in KERNEL.iter() {
            assert_eq!(weights.iter().map(|&weight| i32::from(weight)).sum::<i32>(), 1 << WEIGHT_BITS);
        }
    }

    #[test]
    fn a_whole_shift_copies() {
        let data = texture(40, 30);
        let plane = Plane { data: &data, width: 40, height: 30 };
        let map = Affine::about((0.0, 0.0), (5.0, 7.0), 1.0, 0.0);
        let out = sample(map, plane, Window { x: 5, y: 7, width: 40, height: 30 });
        assert_eq!(out, data);
    }

    #[test]
    fn known_solid_parts_change_nothing() {
        let (width, height) = (120, 90);
        let mut data = vec![0u8; width * height];
        let mut cores = Vec::new();
        for (y, row) in data.chunks_exact_mut(width).enumerate() {
            let half = (((45.0 - (y as f64 - 45.0).abs()) * 1.2) as usize).min(50);
            row[60 - half..60 + half].fill(255);
            cores.push(((60 - half) as u32, (60 + half) as u32));
        }
        let plane = Plane { data: &data, width, height };
        for (scale, angle) in [(1.0, 0.0), (0.91, 0.0), (0.97, 0.05), (0.95, -0.07)] {
            let map = Affine::about((60.0, 45.0), (70.3, 50.6), scale, angle);
            let window = Window { x: 4, y: 2, width: 130, height: 96 };
            let mut resampler = Resampler::default();
            resampler.prepare(plane, &map, window, &cores);
            let mut row = vec![0; window.width];
            for (y, wanted) in sample(map, plane, window).chunks_exact(window.width).enumerate() {
                resampler.row(y, &mut row);
                assert_eq!(row, wanted, "{scale} {angle} row {y}");
            }
        }
    }

    #[test]
    fn follows_the_continuous_picture_when_scaled_and_turned() {
        let (width, height) = (200, 160);
        let data = texture(width, height);
        let plane = Plane { data: &data, width, height };
        for (scale, angle) in [(0.93, 0.0), (1.0, 0.06), (0.97, -0.09)] {
            let map = Affine::about((100.0, 80.0), (103.3, 79.2), scale, angle);
            let window = Window { x: 40, y: 40, width: 120, height: 80 };
            let out = sample(map, plane, window);
            let (sin, cos) = angle.sin_cos();
            for y in 0..window.height {
                for x in 0..window.width {
                    let (dx, dy) = ((x + 40) as f64 + 0.5 - 103.3, (y + 40) as f64 + 0.5 - 79.2);
                    let u = (cos * dx + sin * dy) / scale + 100.0 - 0.5;
                    let v = (-sin * dx + cos * dy) / scale + 80.0 - 0.5;
                    let wanted = 128.0 + 60.0 * (u * 0.21).sin() + 50.0 * (v * 0.17).cos() - 0.5;
                    let got = f64::from(out[y * window.width + x]);
                    assert!((got - wanted).abs() < 2.0, "{scale} {angle} at {x},{y}: {got} {wanted}");
                }
            }
        }
    }
}
