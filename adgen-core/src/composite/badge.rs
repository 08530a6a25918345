//! Plates with rounded corners: the button with its label, and the plate below a logo that could not be seen otherwise.

use super::{
    fonts::Fonts,
    ink::label_color,
    sprite::Sprite,
    text::TextBlock,
    type_layer::{InkedWord, ink, over},
};
use crate::project::Rgb;

/// Coverage of a rounded box of `width` x `height` at the pixel (`x`, `y`): 1 inside, smooth over one pixel at the edge.
pub(super) fn rounded(x: usize, y: usize, width: f32, height: f32, radius: f32) -> f32 {
    (0.5 - beyond(x, y, width, height, radius)).clamp(0.0, 1.0)
}

/// How far the pixel (`x`, `y`) lies beyond the edge of the box; less than 0 inside.
fn beyond(x: usize, y: usize, width: f32, height: f32, radius: f32) -> f32 {
    let (px, py) = (x as f32 + 0.5 - width / 2.0, y as f32 + 0.5 - height / 2.0);
    let (qx, qy) = (px.abs() - width / 2.0 + radius, py.abs() - height / 2.0 + radius);
    qx.max(0.0).hypot(qy.max(0.0)) + qx.max(qy).min(0.0) - radius
}

fn unit_color(color: Rgb) -> [f32; 3] {
    color.0.map(|c| f32::from(c) / 255.0)
}

/// A plain plate.
pub(super) fn plate(width: usize, height: usize, radius: f32, color: Rgb, alpha: f32) -> Sprite {
    let [r, g, b] = unit_color(color);
    Sprite::new(width, height, |x, y| [r, g, b, alpha * rounded(x, y, width as f32, height as f32, radius)])
}

/// The button of `width` x `height` pixels, and its coverage for the shadow. The outline, with its width in pixels, lies
/// within its edge.
pub(super) fn button(
    fonts: &mut Fonts,
    label: &TextBlock,
    (width, height): (usize, usize),
    fill: Rgb,
    outline: Option<(Rgb, f32)>,
) -> (Sprite, Vec<u8>) {
    let (wide, high) = (width as f32, height as f32);
    let (x, y) = ((wide - label.width) / 2.0, (high - label.height) / 2.0);
    let words: Vec<InkedWord> = ink(fonts, label, x, y, label_color(fill));
    let (color, ring) = outline.unwrap_or((fill, 0.0));
    let (inner, outer) = (unit_color(fill), unit_color(color));
    // A button of several lines keeps the corners of one with a single line: its text must not reach into them.
    let radius = (high / 2.0).min(1.25 * label.size).max(high / 3.0);
    let corner = if label.lines > 1 { radius } else { high / 2.0 };
    let pixel = |x: usize, y: usize| {
        let edge = beyond(x, y, wide, high, corner);
        let within = if ring > 0.0 { (0.5 - edge - ring).clamp(0.0, 1.0) } else { 1.0 };
        let [r, g, b] = [0, 1, 2].map(|c| outer[c] + (inner[c] - outer[c]) * within);
        [r, g, b, (0.5 - edge).clamp(0.0, 1.0)]
    };
    let mut pixels: Vec<[f32; 4]> = (0..width * height).map(|i| pixel(i % width, i / width)).collect();
    for word in &words {
        for row in 0..word.height {
            for column in 0..word.width {
                let (px, py) = (word.x + column as i32, word.y + row as i32);
                if (0..width as i32).contains(&px) && (0..height as i32).contains(&py) {
                    let under = &mut pixels[py as usize * width + px as usize];
                    *under = over(word.pixels[row * word.width + column], *under);
                }
            }
        }
    }
    let coverage = pixels.iter().map(|pixel| (pixel[3] * 255.0 + 0.5) as u8).collect();
    (Sprite::new(width, height, |x, y| pixels[y * width + x]), coverage)
}
