//! Which colour text has over a background, and how much the background must give way so that it can be read.
//!
//! Contrast after WCAG 2.1: (L1 + 0.05) / (L2 + 0.05) of the relative luminances; 4.5 is its limit for body text.

use super::geometry::Rect;
use crate::media::{
    Frame,
    color::{linear_to_srgb, srgb_to_linear, ycbcr_to_rgb},
};
use crate::project::Rgb;

/// Aimed at a little above the limit: backgrounds move.
const WANTED_CONTRAST: f32 = 5.2;
/// Luminance of dark text.
const DARK: f32 = 0.012;

/// Relative luminance, 0-1.
pub(super) fn luminance(color: Rgb) -> f32 {
    let [r, g, b] = color.0.map(|c| srgb_to_linear(f32::from(c) / 255.0));
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Contrast of two relative luminances, 1-21.
pub(super) fn contrast(a: f32, b: f32) -> f32 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// White or black, whichever can be read better on `color`; one of them always has 4.5.
pub(super) fn label_color(color: Rgb) -> Rgb {
    let ground = luminance(color);
    // White is kept on strong colours as long as it can be read: that is how buttons look.
    let candidates = [Rgb([255; 3]), Rgb([17, 17, 20])];
    // Between the two, black has at least 4.6.
    candidates.into_iter().find(|&ink| contrast(luminance(ink), ground) >= 4.5).unwrap_or(Rgb([0; 3]))
}

/// How bright a part of a picture is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Brightness {
    /// Relative luminance that 5 % of the pixels stay below.
    pub(super) dark: f32,
    pub(super) mean: f32,
    /// Relative luminance that 5 % of the pixels are above.
    pub(super) bright: f32,
}

impl Brightness {
    /// Measures `area` of `frame`.
    pub(super) fn of(frame: &Frame, area: &Rect) -> Self {
        let clamp = |value: f32, limit: usize| (value.max(0.0) as usize).min(limit.saturating_sub(1));
        let (left, right) = (clamp(area.x, frame.width()), clamp(area.right(), frame.width()));
        let (top, bottom) = (clamp(area.y, frame.height()), clamp(area.bottom(), frame.height()));
        let step = ((right - left).max(bottom - top) / 64).max(1);
        let mut values = Vec::new();
        for y in (top..=bottom).step_by(step) {
            for x in (left..=right).step_by(step) {
                let chroma = y / 2 * frame.chroma_width() + x / 2;
                let code = [frame.y[y * frame.width() + x], frame.u[chroma], frame.v[chroma]].map(f32::from);
                let [r, g, b] = ycbcr_to_rgb(code).map(|c| srgb_to_linear(c.clamp(0.0, 1.0)));
                values.push(0.2126 * r + 0.7152 * g + 0.0722 * b);
            }
        }
        values.sort_by(f32::total_cmp);
        let at = |part: f32| values[((values.len() - 1) as f32 * part) as usize];
        Self { dark: at(0.05), mean: values.iter().sum::<f32>() / values.len() as f32, bright: at(0.95) }
    }
}

/// The colour of a text and how far the background behind it is taken towards its opposite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ink {
    pub(super) color: Rgb,
    /// Whether the text is light.
    pub(super) light: bool,
    /// 0: the background stays; 1: it becomes black (light text) or white (dark text).
    pub(super) scrim: f32,
}

impl Ink {
    /// Chooses by what is behind; `palette` tints dark text.
    pub(super) fn choose(behind: &Brightness, palette: &[Rgb]) -> Self {
        let light = 1.05 / WANTED_CONTRAST - 0.05;
        let light_scrim = 1.0 - (light / behind.bright.max(1e-4)).min(1.0).powf(1.0 / 2.2);
        let needed = linear_to_srgb((DARK + 0.05) * WANTED_CONTRAST - 0.05);
        let code = linear_to_srgb(behind.dark);
        let dark_scrim = ((needed - code) / (1.0 - code).max(1e-4)).max(0.0);
        // Light text may cost a little: it keeps the picture's depth, where a white veil would wash it out.
        if light_scrim <= dark_scrim + 0.12 {
            Self { color: Rgb([255; 3]), light: true, scrim: light_scrim }
        } else {
            Self { color: tinted_dark(palette), light: false, scrim: dark_scrim }
        }
    }
}

/// A near-black with the hue of the first colour.
fn tinted_dark(palette: &[Rgb]) -> Rgb {
    let base = palette.first().copied().unwrap_or(Rgb([24, 24, 28]));
    let light = base.0.map(|c| srgb_to_linear(f32::from(c) / 255.0));
    let scale = DARK / luminance(base).max(0.002);
    // Half the hue, half neutral: fully tinted darks look like a colour cast.
    Rgb(light.map(|c| (linear_to_srgb((c * scale * 0.5 + DARK * 0.5).clamp(0.0, 1.0)) * 255.0 + 0.5) as u8))
}

/// The button's colour: of the palette, but one that stands out from what is behind.
pub(super) fn button_color(palette: &[Rgb], behind: &Brightness) -> Rgb {
    let saturation = |color: Rgb| {
        let (least, most) = color.0.iter().fold((255u8, 0u8), |(a, b), &c| (a.min(c), b.max(c)));
        f32::from(most - least) / f32::from(most.max(1))
    };
    let standing_out = palette.iter().copied().find(|&color| {
        contrast(luminance(color), behind.mean) >= 1.9 && saturation(color) >= 0.25 && luminance(color) > 0.004
    });
    standing_out.unwrap_or(if behind.mean > 0.25 { tinted_dark(palette) } else { Rgb([255; 3]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_can_be_read_on_every_colour() {
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for b in (0..=255).step_by(15) {
                    let color = Rgb([r as u8, g as u8, b as u8]);
                    assert!(contrast(luminance(label_color(color)), luminance(color)) >= 4.5, "{color}");
                }
            }
        }
    }

    #[test]
    fn text_can_be_read_on_every_background() {
        let palette = [Rgb([200, 16, 46])];
        for value in 0..=255u8 {
            let level = srgb_to_linear(f32::from(value) / 255.0);
            for spread in [0.0, 0.1, 0.5] {
                let behind =
                    Brightness { dark: (level - spread).max(0.0), mean: level, bright: (level + spread).min(1.0) };
                let ink = Ink::choose(&behind, &palette);
                let worst = if ink.light {
                    srgb_to_linear(linear_to_srgb(behind.bright) * (1.0 - ink.scrim))
                } else {
                    let code = linear_to_srgb(behind.dark);
                    srgb_to_linear(code + (1.0 - code) * ink.scrim)
                };
                let got = contrast(luminance(ink.color), worst);
                assert!(got >= 4.5, "{behind:?} {ink:?}: {got}");
            }
        }
    }
}
