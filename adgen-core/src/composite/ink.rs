//! The colours of text and buttons over a background.
//!
//! Contrast after WCAG 2.1: (L1 + 0.05) / (L2 + 0.05) of the relative luminances; 4.5 is its limit for body text.

use super::geometry::Rect;
use crate::media::{
    Frame,
    color::{linear_to_srgb, srgb_to_linear, ycbcr_to_rgb},
};
use crate::project::Rgb;

/// Relative luminance of dark text.
pub(super) const DARK: f32 = 0.012;

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

/// The mean relative luminance of `area` of `frame`.
pub(super) fn mean_luminance(frame: &Frame, area: &Rect) -> f32 {
    let clamp = |value: f32, limit: usize| (value.max(0.0) as usize).min(limit.saturating_sub(1));
    let (left, right) = (clamp(area.x, frame.width()), clamp(area.right(), frame.width()));
    let (top, bottom) = (clamp(area.y, frame.height()), clamp(area.bottom(), frame.height()));
    let step = ((right - left).max(bottom - top) / 64).max(1);
    let (mut sum, mut count) = (0.0f32, 0.0f32);
    for y in (top..=bottom).step_by(step) {
        for x in (left..=right).step_by(step) {
            let chroma = y / 2 * frame.chroma_width() + x / 2;
            let code = [frame.y()[y * frame.width() + x], frame.u()[chroma], frame.v()[chroma]].map(f32::from);
            let [r, g, b] = ycbcr_to_rgb(code).map(|c| srgb_to_linear(c.clamp(0.0, 1.0)));
            sum += 0.2126 * r + 0.7152 * g + 0.0722 * b;
            count += 1.0;
        }
    }
    sum / count
}

/// The colour of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ink {
    pub(super) color: Rgb,
    /// Whether the text is light.
    pub(super) light: bool,
}

/// A near-black with the hue of the first colour.
pub(super) fn tinted_dark(palette: &[Rgb]) -> Rgb {
    let base = palette.first().copied().unwrap_or(Rgb([24, 24, 28]));
    let light = base.0.map(|c| srgb_to_linear(f32::from(c) / 255.0));
    let scale = DARK / luminance(base).max(0.002);
    // Half the hue, half neutral: fully tinted darks look like a colour cast.
    Rgb(light.map(|c| (linear_to_srgb((c * scale * 0.5 + DARK * 0.5).clamp(0.0, 1.0)) * 255.0 + 0.5) as u8))
}

/// Contrast that the edge of a button has with what is behind it. WCAG 2.1 (1.4.11) asks for 3, and the encoder takes a
/// little away.
const EDGE: f32 = 3.2;
/// Contrast from which a colour of the palette is taken for a button; below [`EDGE`] it is outlined.
const STANDS_OUT: f32 = 1.9;
/// Contrast of two grounds between which no third one is looked at.
const STEP: f32 = 1.1;
const WHITE: Rgb = Rgb([255; 3]);

/// The luminances that a ground goes through between those that were `seen` one after the other: a colour that stands out
/// before a fade and after it may be lost on the way.
pub(super) fn passed(seen: &[f32]) -> Vec<f32> {
    let mut all: Vec<f32> = seen.first().copied().into_iter().collect();
    for pair in seen.windows(2) {
        let ratio = (pair[1] + 0.05) / (pair[0] + 0.05);
        let steps = (ratio.ln().abs() / STEP.ln()).ceil().max(1.0);
        all.extend((1..=steps as usize).map(|step| (pair[0] + 0.05) * ratio.powf(step as f32 / steps) - 0.05));
    }
    all
}

/// The colours of a button.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ButtonInk {
    pub(super) fill: Rgb,
    /// That of its outline, where the button would be lost without one at some time.
    pub(super) outline: Option<Rgb>,
}

impl ButtonInk {
    /// The first colour of the palette that can be told from every one of the `grounds`, by itself or by an outline; else
    /// white or a near-black with an outline in its label's colour, one of which can be told from any ground.
    pub(super) fn choose(palette: &[Rgb], grounds: &[f32]) -> Self {
        let dark = tinted_dark(palette);
        let from = |color: Rgb, ground: f32| contrast(luminance(color), ground);
        let least = |color: Rgb| grounds.iter().map(|&ground| from(color, ground)).fold(f32::INFINITY, f32::min);
        let with_edge = |fill: Rgb| {
            if least(fill) >= EDGE {
                return Some(Self { fill, outline: None });
            }
            let seen =
                |outline: Rgb| grounds.iter().all(|&ground| from(fill, ground).max(from(outline, ground)) >= EDGE);
            let outlines = [label_color(fill), dark, WHITE];
            outlines.into_iter().find(|&outline| seen(outline)).map(|outline| Self { fill, outline: Some(outline) })
        };
        let vivid = |color: Rgb| saturation(color) >= 0.25 && luminance(color) > 0.004;
        let mut own = palette.iter().copied().filter(|&color| vivid(color) && least(color) >= STANDS_OUT);
        own.find_map(&with_edge).unwrap_or_else(|| {
            let fill = if least(dark) > least(WHITE) { dark } else { WHITE };
            with_edge(fill).unwrap_or(Self { fill, outline: Some(label_color(fill)) })
        })
    }
}

fn saturation(color: Rgb) -> f32 {
    let (least, most) = color.0.iter().fold((255u8, 0u8), |(a, b), &c| (a.min(c), b.max(c)));
    f32::from(most - least) / f32::from(most.max(1))
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
    fn dark_text_is_as_dark_as_it_counts_for() {
        for color in [[200, 16, 46], [255, 255, 0], [0, 0, 255], [255; 3], [0; 3]] {
            let ink = luminance(tinted_dark(&[Rgb(color)]));
            assert!(ink <= DARK * 1.15, "{color:?}: {ink}");
        }
    }

    const RED: Rgb = Rgb([200, 16, 46]);

    fn plain(fill: Rgb) -> ButtonInk {
        ButtonInk { fill, outline: None }
    }

    #[test]
    fn buttons_stand_out_before_and_after_a_change() {
        assert_eq!(ButtonInk::choose(&[RED], &[0.9]), plain(RED));
        assert_eq!(ButtonInk::choose(&[], &[0.9, 0.8]), plain(tinted_dark(&[])));
        assert_eq!(ButtonInk::choose(&[], &[0.01, 0.1]), plain(Rgb([255; 3])));
        let changing = ButtonInk::choose(&[RED], &passed(&[0.9, 0.1]));
        assert_eq!(changing.fill, tinted_dark(&[RED]));
        // The palette's own colour is kept where an outline is enough.
        let outlined = ButtonInk::choose(&[RED], &[0.34]);
        assert!(outlined.fill == RED && outlined.outline.is_some(), "{outlined:?}");
    }

    #[test]
    fn the_edge_of_a_button_can_be_seen_over_every_ground() {
        let palettes = [vec![], vec![RED], vec![Rgb([250, 220, 60]), RED], vec![Rgb([120; 3])], vec![Rgb([0, 0, 255])]];
        let steps = |from: f32, to: f32, count: usize| {
            (0..count).map(move |i| from + (to - from) * i as f32 / (count - 1) as f32).collect::<Vec<f32>>()
        };
        let mut clips = vec![steps(1.0, 0.0, 31), steps(0.0, 1.0, 3), steps(0.25, 0.12, 6), vec![0.0, 1.0]];
        clips.extend(steps(0.0, 1.0, 41).into_iter().map(|ground| vec![ground]));
        for palette in &palettes {
            for clip in &clips {
                let grounds = passed(clip);
                let ink = ButtonInk::choose(palette, &grounds);
                let colors = [Some(ink.fill), ink.outline];
                for ground in grounds {
                    let seen = colors.into_iter().flatten().map(|color| contrast(luminance(color), ground));
                    let seen = seen.fold(0.0, f32::max);
                    assert!(seen >= 3.0, "{palette:?} over {clip:?}: {ink:?} has {seen} at {ground}");
                }
                assert!(contrast(luminance(label_color(ink.fill)), luminance(ink.fill)) >= 4.5, "{ink:?}");
            }
        }
    }

    #[test]
    fn grounds_between_two_pictures_are_passed() {
        let passed = passed(&[0.8, 0.0, 0.0]);
        assert!((passed[0] - 0.8).abs() < 1e-6 && passed.last().is_some_and(|last| last.abs() < 1e-4));
        assert!(passed.windows(2).all(|pair| contrast(pair[0].max(0.0), pair[1].max(0.0)) <= STEP + 1e-3));
        assert!(super::passed(&[]).is_empty());
        assert_eq!(super::passed(&[0.4]), [0.4]);
    }
}
