//! Shadows: soft maps that darken what is behind, colour and all.
//!
//! A shadow takes away light: the code values' distance from black and from neutral is multiplied, which for a power-law
//! transfer is the same as multiplying linear light, and keeps the hue of the ground.

use super::geometry::Rect;
use crate::media::Frame;

/// A map of densities around an anchor.
#[derive(Debug, Clone)]
pub(super) struct Shade {
    width: usize,
    height: usize,
    /// Pixels of the art per cell.
    cell: f32,
    /// Where the map's first cell lies, from the anchor, in pixels of the art.
    left: f32,
    top: f32,
    density: Vec<f32>,
    columns: Vec<(usize, f32)>,
    row: Vec<f32>,
}

/// The art's coverage, reduced to cells.
struct Cells {
    width: usize,
    height: usize,
    cover: Vec<f32>,
}

impl Cells {
    fn new(coverage: &[u8], width: usize, height: usize, cell: usize) -> Self {
        let (cells_wide, cells_high) = (width.div_ceil(cell), height.div_ceil(cell));
        let mut cover = vec![0.0; cells_wide * cells_high];
        for (index, row) in coverage.chunks_exact(width).enumerate() {
            for (x, &a) in row.iter().enumerate() {
                cover[index / cell * cells_wide + x / cell] += f32::from(a);
            }
        }
        let full = 255.0 * (cell * cell) as f32;
        for cover in &mut cover {
            *cover /= full;
        }
        Self { width: cells_wide, height: cells_high, cover }
    }

    /// The lowest covered cell of each column.
    fn feet(&self) -> Vec<Option<usize>> {
        let covered = |x: usize, y: usize| self.cover[y * self.width + x] > 0.4;
        (0..self.width).map(|x| (0..self.height).rev().find(|&y| covered(x, y))).collect()
    }
}

impl Shade {
    /// Where a product of `width` x `height` pixels touches the ground: a dark core along its foot, a penumbra, and the
    /// wide shade that it takes from the surrounding light. The anchor is the middle of the art's lower edge.
    pub(super) fn contact(coverage: &[u8], width: usize, height: usize, cell: usize) -> Self {
        let cells = Cells::new(coverage, width, height, cell);
        let feet = cells.feet();
        let floor = feet.iter().flatten().copied().max().unwrap_or(cells.height.saturating_sub(1)) as f32;
        let lift = |foot: usize| floor - foot as f32;
        let near = 0.12 * cells.width.min(cells.height) as f32;
        let touching: Vec<f32> = feet
            .iter()
            .enumerate()
            .filter_map(|(x, foot)| foot.filter(|&foot| lift(foot) <= near).map(|_| x as f32))
            .collect();
        let (first, last) = match (touching.first(), touching.last()) {
            (Some(&first), Some(&last)) => (first, last + 1.0),
            _ => (0.0, cells.width as f32),
        };
        let (middle, span) = ((first + last) / 2.0, (last - first).max(2.0));
        let (side, above, below) = (span * 0.42 + 6.0, span * 0.3 + 6.0, span * 0.26 + 6.0);
        let (left, top) = ((first - side).floor(), (floor - above).floor());
        let map_width = (span + 2.0 * side).ceil() as usize + 1;
        let map_height = (above + below).ceil() as usize + 1;
        let at = |x: usize, y: usize| (x as f32 + left + 0.5, y as f32 + top + 0.5);
        // The ground is seen at a flat angle: everything round becomes an ellipse about a fifth as high as wide.
        let (radius_x, radius_y) = (span * 0.54, span * 0.12);
        let mut ambient = fill(map_width, map_height, |x, y| {
            let (x, y) = at(x, y);
            let (dx, dy) = ((x - middle) / radius_x, (y - floor - radius_y * 0.15) / radius_y);
            ((1.12 - (dx * dx + dy * dy).sqrt()) * 4.0).clamp(0.0, 1.0)
        });
        blur(&mut ambient, map_width, map_height, span * 0.055);
        let along_foot = |thick: f32, drop: f32, reach: f32| {
            let feet = &feet;
            move |x: usize, y: usize| {
                let (x, y) = at(x, y);
                let Some(&Some(foot)) = (x >= 0.0).then(|| feet.get(x as usize)).flatten() else { return 0.0 };
                let depth = y - foot as f32 - 0.5;
                let weight = (-lift(foot) / reach).exp();
                if depth > -thick && depth <= drop { weight } else { 0.0 }
            }
        };
        let mut penumbra = fill(map_width, map_height, along_foot(span * 0.1, span * 0.022 + 1.0, near * 1.1 + 1.0));
        blur(&mut penumbra, map_width, map_height, (span * 0.022).max(1.2));
        let mut core = fill(map_width, map_height, along_foot(span * 0.05, span * 0.005 + 0.6, near * 0.35 + 0.5));
        blur(&mut core, map_width, map_height, (span * 0.007).max(0.8));
        let density = ambient
            .iter()
            .zip(&penumbra)
            .zip(&core)
            .map(|((&ambient, &penumbra), &core)| {
                1.0 - (1.0 - 0.38 * ambient) * (1.0 - 0.54 * penumbra) * (1.0 - 0.62 * core)
            })
            .collect();
        let scale = cell as f32;
        Self::build(
            map_width,
            map_height,
            scale,
            (left * scale - width as f32 / 2.0, top * scale - height as f32),
            density,
        )
    }

    /// The soft shadow of something that hovers: its silhouette, blurred and lower. The anchor is the art's middle.
    pub(super) fn drop(coverage: &[u8], width: usize, height: usize, cell: usize, depth: f32, strength: f32) -> Self {
        let cells = Cells::new(coverage, width, height, cell);
        let sigma = (depth / cell as f32).max(0.8);
        let margin = (sigma * 3.0).ceil() as usize + 1;
        let (map_width, map_height) = (cells.width + 2 * margin, cells.height + 2 * margin);
        let mut density = fill(map_width, map_height, |x, y| {
            let inside = x >= margin && y >= margin && x < margin + cells.width && y < margin + cells.height;
            if inside { cells.cover[(y - margin) * cells.width + x - margin] * strength } else { 0.0 }
        });
        blur(&mut density, map_width, map_height, sigma);
        let (scale, margin) = (cell as f32, (margin * cell) as f32);
        let origin = (-margin - width as f32 / 2.0, -margin - height as f32 / 2.0 + depth * 0.9);
        Self::build(map_width, map_height, scale, origin, density)
    }

    fn build(width: usize, height: usize, cell: f32, (left, top): (f32, f32), density: Vec<f32>) -> Self {
        Self { width, height, cell, left, top, density, columns: Vec::new(), row: Vec::new() }
    }

    /// The box that it darkens with its anchor at (`x`, `y`).
    pub(super) fn bounds(&self, x: f32, y: f32, scale: f32) -> Rect {
        let size = |cells: usize| cells as f32 * self.cell * scale;
        Rect { x: x + self.left * scale, y: y + self.top * scale, width: size(self.width), height: size(self.height) }
    }

    /// Darkens `frame` with the anchor at (`x`, `y`); `strength` 0-1.
    pub(super) fn draw(&mut self, frame: &mut Frame, x: f32, y: f32, scale: f32, strength: f32) {
        let bounds = self.bounds(x, y, scale);
        let first = |edge: f32| (edge / 2.0).floor().max(0.0) as usize;
        let last = |edge: f32, limit: usize| ((edge / 2.0).ceil().max(0.0) as usize).min(limit);
        let (left, right) = (first(bounds.x), last(bounds.right(), frame.chroma_width()));
        let (top, bottom) = (first(bounds.y), last(bounds.bottom(), frame.chroma_height()));
        if strength <= 0.0 || left >= right || top >= bottom {
            return;
        }
        let cells = |position: f32, origin: f32| (position - origin) / (self.cell * scale) - 0.5;
        // Columns are the same in every row; luma columns, two to a block.
        self.columns.clear();
        for column in 2 * left..2 * right {
            let position = cells(column as f32 + 0.5, bounds.x).clamp(0.0, (self.width - 1) as f32 - 0.001);
            self.columns.push((position as usize, position.fract()));
        }
        let (stride, half) = (frame.width(), frame.chroma_width());
        self.row.resize(self.columns.len(), 0.0);
        let [luma, blue, red] = frame.planes_mut();
        for block in top..bottom {
            let middle = (2 * block + 1) as f32;
            let position = cells(middle, bounds.y).clamp(0.0, (self.height - 1) as f32 - 0.001);
            let (line, part) = (position as usize, position.fract());
            let upper = &self.density[line * self.width..][..self.width];
            let lower = &self.density[(line + 1).min(self.height - 1) * self.width..][..self.width];
            for (factor, &(index, fraction)) in self.row.iter_mut().zip(&self.columns) {
                let next = (index + 1).min(self.width - 1);
                let above = upper[index] + (upper[next] - upper[index]) * fraction;
                let below = lower[index] + (lower[next] - lower[index]) * fraction;
                *factor = 1.0 - strength * (above + (below - above) * part);
            }
            for y in [2 * block, 2 * block + 1] {
                let luma = &mut luma[y * stride + 2 * left..y * stride + 2 * right];
                for (value, &factor) in luma.iter_mut().zip(&self.row) {
                    *value = darker(*value, 16.0, factor);
                }
            }
            for plane in [&mut *blue, &mut *red] {
                let chroma = &mut plane[block * half + left..block * half + right];
                for (value, factor) in chroma.iter_mut().zip(self.row.iter().step_by(2)) {
                    *value = darker(*value, 128.0, *factor);
                }
            }
        }
    }
}

#[inline]
fn darker(value: u8, neutral: f32, factor: f32) -> u8 {
    // Values are between the byte's and the neutral one's, so the cast cannot leave the range.
    (neutral + (f32::from(value) - neutral) * factor + 0.5) as i32 as u8
}

fn fill(width: usize, height: usize, value: impl Fn(usize, usize) -> f32) -> Vec<f32> {
    (0..width * height).map(|index| value(index % width, index / width)).collect()
}

/// Blurs in place with three box passes, which come close to a Gaussian of `sigma` cells.
fn blur(map: &mut [f32], width: usize, height: usize, sigma: f32) {
    // Three boxes of width w have the variance (w^2 - 1) / 4.
    let radius = (((4.0 * sigma * sigma + 1.0).sqrt() - 1.0) / 2.0).round().max(1.0) as usize;
    let mut line = vec![0.0f32; width.max(height)];
    for _ in 0..3 {
        for y in 0..height {
            let row = &mut map[y * width..(y + 1) * width];
            line[..width].copy_from_slice(row);
            box_pass(&line[..width], radius, |x, value| row[x] = value);
        }
        for x in 0..width {
            for y in 0..height {
                line[y] = map[y * width + x];
            }
            box_pass(&line[..height], radius, |y, value| map[y * width + x] = value);
        }
    }
}

/// Mean over `2 * radius + 1` values, with nothing beyond the ends.
fn box_pass(values: &[f32], radius: usize, mut set: impl FnMut(usize, f32)) {
    let full = (2 * radius + 1) as f64;
    let mut sum: f64 = values.iter().take(radius).map(|&value| f64::from(value)).sum();
    for index in 0..values.len() {
        if let Some(&entering) = values.get(index + radius) {
            sum += f64::from(entering);
        }
        if index > radius {
            sum -= f64::from(values[index - radius - 1]);
        }
        set(index, (sum / full).max(0.0) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blur_keeps_the_sum_and_spreads_it() {
        let mut map = vec![0.0; 61 * 61];
        map[30 * 61 + 30] = 1.0;
        blur(&mut map, 61, 61, 4.0);
        assert!((map.iter().sum::<f32>() - 1.0).abs() < 1e-3);
        let variance: f32 = map.iter().enumerate().map(|(i, v)| v * ((i % 61) as f32 - 30.0).powi(2)).sum();
        assert!((variance.sqrt() - 4.0).abs() < 0.6, "{}", variance.sqrt());
    }

    #[test]
    fn a_contact_shadow_is_darkest_at_the_foot_and_only_darkens() {
        let mut shade = Shade::contact(&[255; 200 * 300], 200, 300, 2);
        let mut frame = Frame::black(400, 500);
        frame.fill((180, 100, 150));
        shade.draw(&mut frame, 200.0, 400.0, 1.0, 1.0);
        let at = |x: usize, y: usize| frame.y()[y * 400 + x];
        assert!(at(200, 402) < 110, "{}", at(200, 402));
        assert!(at(200, 402) < at(200, 415) && at(200, 415) < at(200, 440));
        assert!(frame.y().iter().all(|&y| y <= 180) && frame.u().iter().all(|&u| (100..=128).contains(&u)));
        assert_eq!((at(2, 2), at(398, 498)), (180, 180));
        let jump = (0..399).map(|x| at(x, 410).abs_diff(at(x + 1, 410))).max();
        assert!(jump < Some(12), "soft: {jump:?}");
    }
}
