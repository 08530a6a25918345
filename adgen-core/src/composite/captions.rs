//! A line of text that comes in word by word and then stands still.

use super::{
    easing::{cubic_out, smooth},
    fonts::Fonts,
    geometry::Rect,
    ink::Ink,
    sampling::Affine,
    shade::Shade,
    sprite::{BORDER, Scratch},
    text::TextBlock,
    type_layer::{Word, ink, words},
};
use crate::media::Frame;

/// A text in its place, with its entrance.
#[derive(Debug)]
pub(super) struct Caption {
    words: Vec<Word>,
    shade: Option<(Shade, (f32, f32))>,
    /// Seconds at which the first word begins.
    start: f32,
    /// Seconds between two words.
    stagger: f32,
    /// Seconds that one word takes.
    length: f32,
    /// Pixels that a word rises.
    rise: f32,
}

impl Caption {
    /// `seconds` is the length of the scene: the entrance never takes more than a part of it.
    pub(super) fn new(
        fonts: &mut Fonts,
        block: &TextBlock,
        rect: Rect,
        ink: &Ink,
        start: f32,
        seconds: f32,
        unit: f32,
    ) -> Self {
        let words = words(fonts, block, rect.x, rect.y, ink.color);
        let patience = (seconds / 3.0).min(1.0);
        let stagger = (0.07f32).min(0.5 / words.len().max(1) as f32) * patience;
        let shade = ink.light.then(|| shadow(fonts, block, rect, ink, unit));
        Self { words, shade, start: start * patience, stagger, length: 0.55 * patience, rise: block.size * 0.42 }
    }

    /// No word before `seconds`.
    pub(super) fn not_before(mut self, seconds: f32) -> Self {
        self.start = self.start.max(seconds);
        self
    }

    /// How much of it is there as it comes, 0-1: as much as of the word that can be seen best.
    pub(super) fn presence(&self, time: f32) -> f32 {
        // The first word is never behind the others.
        if self.words.is_empty() { 0.0 } else { appeared((time - self.start) / self.length) }
    }

    /// `opacity` is that of the whole text, 0-1.
    pub(super) fn draw(&mut self, time: f32, opacity: f32, scratch: &mut Scratch, frame: &mut Frame) {
        let whole = self.length + self.stagger * self.words.len() as f32;
        if let Some((shade, (x, y))) = &mut self.shade {
            shade.draw(frame, *x, *y, 1.0, opacity * smooth((time - self.start) / whole));
        }
        for (index, word) in self.words.iter().enumerate() {
            let progress = (time - self.start - self.stagger * index as f32) / self.length;
            let down = self.rise * (1.0 - cubic_out(progress));
            let at = (f64::from(word.x), f64::from(word.y) + f64::from(down));
            let map = Affine::about((0.0, 0.0), at, 1.0, 0.0);
            word.sprite.draw(scratch, &map, opacity * appeared(progress), frame);
        }
    }
}

/// Opacity of a word at a part of its way: it can be seen before it has come to rest.
fn appeared(progress: f32) -> f32 {
    smooth(progress / 0.7)
}

/// A soft dark halo, so that light letters keep their edge where the background is bright.
fn shadow(fonts: &mut Fonts, block: &TextBlock, rect: Rect, color: &Ink, unit: f32) -> (Shade, (f32, f32)) {
    let margin = BORDER as f32 + block.size * 0.3;
    let (left, top) = ((rect.x - margin).floor(), (rect.y - margin).floor());
    let (width, height) = ((rect.width + 2.0 * margin).ceil() as usize, (rect.height + 2.0 * margin).ceil() as usize);
    let mut coverage = vec![0u8; width * height];
    for word in ink(fonts, block, rect.x, rect.y, color.color) {
        for row in 0..word.height {
            for column in 0..word.width {
                let (x, y) = (word.x + column as i32 - left as i32, word.y + row as i32 - top as i32);
                if (0..width as i32).contains(&x) && (0..height as i32).contains(&y) {
                    coverage[y as usize * width + x as usize] =
                        (word.pixels[row * word.width + column][3] * 255.0) as u8;
                }
            }
        }
    }
    let cell = ((4.0 * unit).round() as usize).max(1);
    let shade = Shade::drop(&coverage, width, height, cell, (block.size * 0.11).max(2.0), 0.5);
    (shade, (left + width as f32 / 2.0, top + height as f32 / 2.0))
}
