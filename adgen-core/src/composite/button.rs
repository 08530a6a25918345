//! The button of a call to action: its colours over the clip, its entrance, and how it breathes.

use super::{
    backdrop::Backdrop,
    badge,
    easing::{cubic_out, smooth},
    fonts::Fonts,
    geometry::{Rect, even},
    ink::{ButtonInk, passed},
    motion::HOLD,
    sampling::Affine,
    shade::Shade,
    spec::SceneSpec,
    sprite::{BORDER, Scratch, Sprite},
    text::TextBlock,
    veil::Veil,
};
use crate::media::Frame;

/// Seconds at which it comes; sooner in short scenes.
const START_S: f32 = 0.75;
/// The surroundings are looked at in so many parts, across and down: one that is lost before a dark half is lost.
const PARTS: (usize, usize) = (3, 2);

/// A button in its place.
#[derive(Debug)]
pub(super) struct Button {
    sprite: Sprite,
    shade: Shade,
    center: (f64, f64),
    middle: (f64, f64),
    /// Seconds at which it begins to come, and from which it rests.
    start: f32,
    end: f32,
}

impl Button {
    /// The button with `label` at `rect`, over a clip and over the veil of the scene's text.
    pub(super) fn new(
        fonts: &mut Fonts,
        label: &TextBlock,
        rect: Rect,
        spec: &SceneSpec,
        backdrop: &Backdrop,
        veil: Option<&Veil>,
    ) -> Self {
        let unit = spec.unit();
        let start = START_S.min(spec.seconds() * 0.3).max(spec.words_from());
        let end = spec.seconds() - if spec.is_last { HOLD } else { 0.0 };
        let ink = ButtonInk::choose(&spec.palette, &grounds(&rect, spec, start, backdrop, veil));
        let (width, height) = (rect.width.round().max(2.0) as usize, rect.height.round().max(2.0) as usize);
        let outline = ink.outline.map(|color| (color, (4.0 * unit).max(2.0)));
        let (sprite, coverage) = badge::button(fonts, label, (width, height), ink.fill, outline);
        let shade = Shade::drop(&coverage, width, height, ((4.0 * unit).round() as usize).max(1), 14.0 * unit, 0.34);
        let middle = (BORDER as f64 + width as f64 / 2.0, BORDER as f64 + height as f64 / 2.0);
        let center = (even(rect.x) + width as f64 / 2.0, even(rect.y) + height as f64 / 2.0);
        Self { sprite, shade, center, middle, start, end }
    }

    /// Pops in, then breathes, then rests. `opacity` 0-1 is that of everything that is written.
    pub(super) fn draw(&mut self, time: f32, opacity: f32, scratch: &mut Scratch, frame: &mut Frame) {
        const POP: f32 = 0.45;
        const BREATH: f32 = 1.7;
        let since = time - self.start;
        let opacity = opacity * smooth(since / (POP * 0.6));
        let breaths = ((self.end - self.start - POP - 0.2) / BREATH).floor().max(0.0);
        let phase = ((since - POP - 0.2) / BREATH).clamp(0.0, breaths);
        let breath = 0.5 - 0.5 * (phase * std::f32::consts::TAU).cos();
        // It shrinks while it breathes: at rest it is exactly itself and as sharp.
        let scale = (0.86 + 0.14 * cubic_out(since / POP)) * (1.0 - 0.028 * breath);
        let (x, y) = (self.center.0 as f32, self.center.1 as f32);
        self.shade.draw(frame, x, y, scale, opacity);
        let map = Affine::about(self.middle, self.center, f64::from(scale), 0.0);
        self.sprite.draw(scratch, &map, opacity, frame);
    }
}

/// The luminances of what lies around the button at `rect`, as long as it is shown.
fn grounds(rect: &Rect, spec: &SceneSpec, start: f32, backdrop: &Backdrop, veil: Option<&Veil>) -> Vec<f32> {
    let area = rect.grown(rect.height * 0.3);
    let (wide, high) = (area.width / PARTS.0 as f32, area.height / PARTS.1 as f32);
    // The picture before it comes is the first one that is behind it.
    let first = (f64::from(start) * f64::from(spec.fps)) as u64 / backdrop.every();
    let mut all = Vec::new();
    for part in 0..PARTS.0 * PARTS.1 {
        let (column, row) = ((part % PARTS.0) as f32, (part / PARTS.0) as f32);
        let part = Rect { x: area.x + column * wide, y: area.y + row * high, width: wide, height: high };
        let mut seen = backdrop.brightness(part, spec.width, spec.height);
        if let Some(veil) = veil {
            let at = (part.center_x(), part.center_y());
            for (number, ground) in seen.iter_mut().enumerate() {
                *ground = veil.over((number as u64).saturating_mul(backdrop.every()), at, *ground);
            }
        }
        let first = usize::try_from(first).unwrap_or(usize::MAX).min(seen.len().saturating_sub(1));
        all.extend(passed(&seen[first..]));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        media::color::rgb8_to_ycbcr8,
        project::{Aspect, Role},
    };

    fn spec() -> SceneSpec {
        SceneSpec::new(270, 480, Aspect::Portrait9x16, Role::CallToAction, 90)
    }

    fn grey(value: u8) -> Frame {
        let mut frame = Frame::black(54, 96);
        frame.fill(rgb8_to_ycbcr8([value; 3]));
        frame
    }

    const PLACE: Rect = Rect { x: 60.0, y: 200.0, width: 150.0, height: 30.0 };

    fn range(grounds: &[f32]) -> (f32, f32) {
        grounds.iter().fold((1.0, 0.0), |(least, most), &ground| (ground.min(least), ground.max(most)))
    }

    #[test]
    fn what_was_there_before_the_button_does_not_count() {
        let clip = |dark: usize| (0..18).map(|i| grey(if i < dark { 0 } else { 255 })).collect::<Vec<Frame>>();
        let of = |dark: usize| {
            let backdrop = Backdrop::new(5, clip(dark)).expect("pictures");
            range(&grounds(&PLACE, &spec(), 0.75, &backdrop, None))
        };
        // Frame 22 is the first with a button; picture 4 shows frame 20.
        assert!(of(4).0 > 0.9, "{:?}", of(4));
        assert!(of(5).0 < 0.1, "{:?}", of(5));
        // One picture stands for all of the time.
        let still = Backdrop::still(grey(0));
        assert!(range(&grounds(&PLACE, &spec(), 0.75, &still, None)).1 < 0.1);
    }

    #[test]
    fn a_ground_of_two_halves_counts_as_both() {
        let mut halves = grey(255);
        for row in halves.y_mut().chunks_exact_mut(54) {
            row[..27].fill(16);
        }
        let (least, most) = range(&grounds(&PLACE, &spec(), 0.75, &Backdrop::still(halves), None));
        assert!(least < 0.05 && most > 0.9, "{least} {most}");
    }
}
