//! How strong the veil behind text is in each frame: as strong as legibility asks there, and never in jumps of its own.
//!
//! The strength follows from two things, both independent of which frames were drawn before: an envelope over the
//! scene's [`Backdrop`], which rises before the background asks for it and falls after, and what the frame itself asks
//! for, which is the least that it gets. So a flash between two pictures of the backdrop is veiled in the frame in
//! which it comes.
//!
//! It comes and goes with the words: where none can be seen, the picture is its own.

use super::{
    backdrop::Backdrop,
    geometry::Rect,
    ink::{DARK, Ink, tinted_dark},
    scrim::Scrim,
};
use crate::media::{
    Frame,
    color::{linear_to_srgb, srgb_to_linear, srgb_to_linear_fast, ycbcr_to_rgb},
};
use crate::project::Rgb;

/// Contrast that the envelope aims at, after WCAG 2.1; its limit for text is 4.5.
const WANTED_CONTRAST: f32 = 5.6;
/// Contrast that every frame has, whatever the envelope says: the encoder takes a little away.
const LEAST_CONTRAST: f32 = 5.1;
/// Standard deviation of the code values behind letters (0-1) above which a pattern disturbs them.
const BUSY: f32 = 0.11;
/// Seconds by which the envelope rises early and falls late.
const REACH_S: f32 = 0.5;
/// Samples a side of one cell.
const SIDE: usize = 6;
/// Which of a cell's samples in order of brightness counts as its bright end; the dark end is as far from the other.
const BRIGHT: usize = SIDE * SIDE - 4;
/// Cells of an area at the most, so that the measurement costs the same in every size.
const MOST_CELLS: f32 = 180.0;

/// The strength of a veil (0-1) that light text and dark text need.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Demand {
    pub(super) light: f32,
    pub(super) dark: f32,
}

impl Demand {
    /// What letters about `letter` pixels large need over `area` of `frame` for a contrast.
    ///
    /// The area is measured in cells as large as half a letter, and the worst one counts: one bright lamp behind one
    /// letter is enough to lose it.
    pub(super) fn of(frame: &Frame, area: &Rect, letter: f32, contrast: f32) -> Self {
        let right = (frame.width() - 1) as f32;
        let bottom = (frame.height() - 1) as f32;
        let area = Rect::from_edges(
            area.x.clamp(0.0, right),
            area.y.clamp(0.0, bottom),
            area.right().clamp(0.0, right),
            area.bottom().clamp(0.0, bottom),
        );
        let cell = (letter / 2.0).max((area.width * area.height / MOST_CELLS).sqrt()).max(4.0);
        let across = (area.width / cell).ceil().max(1.0) as usize;
        let down = (area.height / cell).ceil().max(1.0) as usize;
        let (wide, high) = (area.width / across as f32, area.height / down as f32);
        let (mut brightest, mut darkest, mut busiest) = (0.0f32, 1.0f32, 0.0f32);
        for row in 0..down {
            for column in 0..across {
                let corner = (area.x + column as f32 * wide, area.y + row as f32 * high);
                let (bright, dark, deviation) = measure(frame, corner, (wide, high));
                brightest = brightest.max(bright);
                darkest = darkest.min(dark);
                busiest = busiest.max(deviation);
            }
        }
        let calm = if busiest > BUSY { 1.0 - BUSY / busiest } else { 0.0 };
        // A veil multiplies code values: so the bright end goes down to where white has the contrast.
        let allowed = linear_to_srgb((1.05 / contrast - 0.05).max(0.0));
        let light = 1.0 - (allowed / linear_to_srgb(brightest).max(1e-4)).min(1.0);
        // Or their distance from white: so the dark end goes up.
        let needed = linear_to_srgb((DARK + 0.05) * contrast - 0.05);
        let dark = ((needed - darkest) / (1.0 - darkest).max(1e-4)).clamp(0.0, 1.0);
        Self { light: light.max(calm), dark: dark.max(calm) }
    }

    fn of_ink(self, light: bool) -> f32 {
        if light { self.light } else { self.dark }
    }
}

/// The bright end (relative luminance), the dark end and the deviation (code values) of one cell.
///
/// The dark end is taken from luma alone: no colour of that luma is darker than its grey.
fn measure(frame: &Frame, (left, top): (f32, f32), (wide, high): (f32, f32)) -> (f32, f32, f32) {
    let mut luminance = [0.0f32; SIDE * SIDE];
    let mut luma = [0.0f32; SIDE * SIDE];
    for row in 0..SIDE {
        let y = (top + (row as f32 + 0.5) * high / SIDE as f32) as usize;
        for column in 0..SIDE {
            let x = (left + (column as f32 + 0.5) * wide / SIDE as f32) as usize;
            let chroma = y / 2 * frame.chroma_width() + x / 2;
            let code = [frame.y()[y * frame.width() + x], frame.u()[chroma], frame.v()[chroma]].map(f32::from);
            let [r, g, b] = ycbcr_to_rgb(code).map(srgb_to_linear_fast);
            luminance[row * SIDE + column] = 0.2126 * r + 0.7152 * g + 0.0722 * b;
            luma[row * SIDE + column] = ((code[0] - 16.0) / 219.0).clamp(0.0, 1.0);
        }
    }
    let mean = luma.iter().sum::<f32>() / luma.len() as f32;
    let variance = luma.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / luma.len() as f32;
    let (_, bright, _) = luminance.select_nth_unstable_by(BRIGHT, f32::total_cmp);
    let (_, dark, _) = luma.select_nth_unstable_by(SIDE * SIDE - 1 - BRIGHT, f32::total_cmp);
    (*bright, *dark, variance.sqrt())
}

/// The veil behind a scene's text.
#[derive(Debug, Clone)]
pub(super) struct Veil {
    scrim: Scrim,
    light: bool,
    zone: Rect,
    letter: f32,
    every: u64,
    /// Strengths at frames 0, `every` and so on.
    envelope: Vec<f32>,
}

/// What stands over a background: where, how large its letters are, and how far from one frame to the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) zone: Rect,
    /// Size of the letters in pixels.
    pub(super) letter: f32,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) fps: f32,
}

impl Veil {
    /// Chooses the ink for the whole scene, and how strong the veil is over its time; `scrim` gets told whether it goes
    /// to white.
    pub(super) fn choose(
        backdrop: &Backdrop,
        standing: &Standing,
        palette: &[Rgb],
        scrim: impl FnOnce(bool) -> Scrim,
    ) -> (Ink, Self) {
        let Standing { zone, letter, width, height, fps } = *standing;
        let demands: Vec<Demand> = backdrop
            .parts(zone, width, height)
            .map(|(frame, part)| {
                Demand::of(frame, &part, letter * frame.width() as f32 / width as f32, WANTED_CONTRAST)
            })
            .collect();
        let light = prefers_light(&demands);
        let color = if light { Rgb([255; 3]) } else { tinted_dark(palette) };
        let strengths: Vec<f32> = demands.iter().map(|demand| demand.of_ink(light)).collect();
        let reach = (REACH_S * fps / backdrop.every() as f32).round().max(1.0) as usize;
        let envelope = envelope(&strengths, reach);
        (Ink { color, light }, Self { scrim: scrim(!light), light, zone, letter, every: backdrop.every(), envelope })
    }

    /// The strength in frame `index`, of which `frame` is the background.
    pub(super) fn strength(&self, index: u64, frame: &Frame) -> f32 {
        let least = Demand::of(frame, &self.zone, self.letter, LEAST_CONTRAST).of_ink(self.light);
        self.planned(index).max(least)
    }

    fn planned(&self, index: u64) -> f32 {
        let last = self.envelope.len() - 1;
        let at = usize::try_from(index / self.every).unwrap_or(last).min(last);
        let part = if at < last { (index % self.every) as f32 / self.every as f32 } else { 0.0 };
        self.envelope[at] + (self.envelope[(at + 1).min(last)] - self.envelope[at]) * part
    }

    /// What a relative luminance at a place of the frame becomes under the veil that is planned for frame `index`.
    pub(super) fn over(&self, index: u64, (x, y): (f32, f32), luminance: f32) -> f32 {
        let (weight, code) = (self.planned(index) * self.scrim.at(x, y), linear_to_srgb(luminance));
        srgb_to_linear(if self.light { code * (1.0 - weight) } else { code + (1.0 - code) * weight })
    }

    /// Veils `frame`, the background of frame `index`, as far as the words are there (`presence`, 0-1).
    pub(super) fn draw(&self, index: u64, presence: f32, frame: &mut Frame) {
        if presence <= 0.0 {
            return;
        }
        let strength = self.strength(index, frame) * presence.min(1.0);
        if strength > 0.01 {
            self.scrim.draw(frame, strength);
        }
    }
}

/// Whether light text costs the picture less over the whole scene than dark text.
fn prefers_light(demands: &[Demand]) -> bool {
    let price = |light: bool| {
        let strengths = demands.iter().map(|demand| demand.of_ink(light));
        let most = strengths.clone().fold(0.0, f32::max);
        0.5 * most + 0.5 * strengths.sum::<f32>() / demands.len().max(1) as f32
    };
    // It may cost a little more: it keeps the picture's depth, where a white veil would wash it out.
    price(true) <= price(false) + 0.12
}

/// The strengths, each spread over its neighbours and then smoothed as far: nowhere less than asked for.
fn envelope(strengths: &[f32], reach: usize) -> Vec<f32> {
    let around = |values: &[f32], at: usize| {
        let from = at.saturating_sub(reach);
        (from, (at + reach + 1).min(values.len()))
    };
    let spread: Vec<f32> = (0..strengths.len())
        .map(|at| {
            let (from, to) = around(strengths, at);
            strengths[from..to].iter().copied().fold(0.0, f32::max)
        })
        .collect();
    (0..spread.len())
        .map(|at| {
            let (from, to) = around(&spread, at);
            spread[from..to].iter().sum::<f32>() / (to - from) as f32
        })
        .collect()
}

#[cfg(test)]
mod tests;
