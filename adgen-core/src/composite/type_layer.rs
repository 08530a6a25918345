//! A set text as sprites, one a word, so that words can come in one after the other.

use super::{
    fonts::Fonts,
    sprite::{BORDER, Sprite},
    text::TextBlock,
};
use crate::project::Rgb;
use cosmic_text::{SwashContent, SwashImage};

/// One word of a text.
#[derive(Debug)]
pub(super) struct Word {
    pub(super) sprite: Sprite,
    /// Where the sprite's upper left corner (border included) lies in the frame at rest; even.
    pub(super) x: i32,
    pub(super) y: i32,
}

/// One word as pixels: straight colour and alpha, each 0-1. Its upper left corner is even.
#[derive(Debug)]
pub(super) struct InkedWord {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<[f32; 4]>,
}

/// One drawn glyph before the words are put together.
struct Glyph {
    image: SwashImage,
    x: i32,
    y: i32,
}

/// Draws the text with the block's upper left corner at (`x`, `y`), in reading order.
pub(super) fn ink(fonts: &mut Fonts, block: &TextBlock, x: f32, y: f32, color: Rgb) -> Vec<InkedWord> {
    let mut words = Vec::new();
    for (run, baseline) in block.buffer.layout_runs().zip(&block.baselines) {
        let mut glyphs: Vec<(usize, Glyph)> = Vec::new();
        for glyph in run.glyphs {
            let before = run.text.get(..glyph.start).unwrap_or_default();
            let word = before.split_whitespace().count()
                - usize::from(!before.is_empty() && !before.ends_with(char::is_whitespace));
            let place = glyph.physical((x, y + baseline), 1.0);
            if let Some(image) = fonts.glyphs.get_image(&mut fonts.system, place.cache_key) {
                let (width, height) = (image.placement.width, image.placement.height);
                if width > 0 && height > 0 {
                    let (left, top) = (place.x + image.placement.left, place.y - image.placement.top);
                    glyphs.push((word, Glyph { image: image.clone(), x: left, y: top }));
                }
            }
        }
        // Stable, so that overlapping glyphs keep their order; in reading order for right-to-left text as well.
        glyphs.sort_by_key(|(word, _)| *word);
        for group in glyphs.chunk_by(|a, b| a.0 == b.0) {
            words.push(word(group.iter().map(|(_, glyph)| glyph), color));
        }
    }
    words
}

fn word<'a>(glyphs: impl Iterator<Item = &'a Glyph> + Clone, color: Rgb) -> InkedWord {
    let edge = |pick: fn(&Glyph) -> i32, largest: bool| {
        let values = glyphs.clone().map(pick);
        if largest { values.max().unwrap_or(0) } else { values.min().unwrap_or(0) }
    };
    let even = |value: i32| value - value.rem_euclid(2);
    let (left, top) = (even(edge(|g| g.x, false)), even(edge(|g| g.y, false)));
    let right = edge(|g| g.x + g.image.placement.width as i32, true);
    let bottom = edge(|g| g.y + g.image.placement.height as i32, true);
    let (width, height) = ((right - left).max(1) as usize, (bottom - top).max(1) as usize);
    let ink = color.0.map(|c| f32::from(c) / 255.0);
    let mut pixels = vec![[ink[0], ink[1], ink[2], 0.0f32]; width * height];
    for glyph in glyphs {
        let (w, h) = (glyph.image.placement.width as usize, glyph.image.placement.height as usize);
        let (dx, dy) = ((glyph.x - left) as usize, (glyph.y - top) as usize);
        for row in 0..h {
            for column in 0..w {
                let index = row * w + column;
                let source = match glyph.image.content {
                    SwashContent::Mask => {
                        let a = glyph.image.data.get(index).copied().unwrap_or(0);
                        [ink[0], ink[1], ink[2], f32::from(a) / 255.0]
                    }
                    SwashContent::Color | SwashContent::SubpixelMask => {
                        let value = |c: usize| glyph.image.data.get(4 * index + c).copied().unwrap_or(0);
                        [0, 1, 2, 3].map(|c| f32::from(value(c)) / 255.0)
                    }
                };
                let under = &mut pixels[(dy + row) * width + dx + column];
                *under = over(source, *under);
            }
        }
    }
    InkedWord { x: left, y: top, width, height, pixels }
}

/// The words of a text as sprites.
pub(super) fn words(fonts: &mut Fonts, block: &TextBlock, x: f32, y: f32, color: Rgb) -> Vec<Word> {
    let inked = ink(fonts, block, x, y, color);
    let sprite = |word: &InkedWord| Sprite::new(word.width, word.height, |x, y| word.pixels[y * word.width + x]);
    inked
        .iter()
        .map(|word| Word { sprite: sprite(word), x: word.x - BORDER as i32, y: word.y - BORDER as i32 })
        .collect()
}

/// Straight-alpha "over" of two colours of one glyph run.
pub(super) fn over(source: [f32; 4], under: [f32; 4]) -> [f32; 4] {
    let alpha = source[3] + under[3] * (1.0 - source[3]);
    if alpha <= 0.0 {
        return under;
    }
    let mix = |c: usize| (source[c] * source[3] + under[c] * under[3] * (1.0 - source[3])) / alpha;
    [mix(0), mix(1), mix(2), alpha]
}
