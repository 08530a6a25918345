//! Drawings of a sound: its envelope, and its loudness over time. Pure.

use super::sound::Sketch;
use maud::{Markup, html};

/// What the curve's axis shows, in LUFS.
const AXIS_LUFS: (f64, f64) = (-36.0, -6.0);
/// The size of the drawings in their own units; they are stretched to the page.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 100.0;

/// The envelope.
pub(super) fn envelope(sketch: &Sketch) -> Markup {
    let (peaks, middle) = (&sketch.peaks, HEIGHT / 2.0);
    let bars = peaks.iter().enumerate().map(|(index, peak)| {
        let x = (index as f64 + 0.5) * WIDTH / peaks.len() as f64;
        let half = (f64::from(*peak) * (middle - 3.0)).max(0.3);
        format!("M{x:.1} {:.1}V{:.1}", middle - half, middle + half)
    });
    let bars: String = bars.collect();
    drawing("envelope", "Envelope of the sound: its peaks over time", &html! { path.bars d=(bars) {} })
}

/// The loudness over time, with a line at the target.
pub(super) fn curve(sketch: &Sketch, target_lufs: f64) -> Markup {
    let line = |lufs: f64| format!("M0 {:.1}H{WIDTH}", y_of(lufs));
    let curve = sketch.loudness.iter().enumerate().map(|(index, (time_s, lufs))| {
        let x = time_s / sketch.duration_s.max(1e-9) * WIDTH;
        format!("{}{x:.1} {:.1}", if index == 0 { 'M' } else { 'L' }, y_of(*lufs))
    });
    let curve: String = curve.collect();
    let lines = html! {
        @for (lufs, _) in axis() { path.grid d=(line(lufs)) {} }
        path.target d=(line(target_lufs)) {}
        path.curve d=(curve) {}
    };
    drawing("loudness", "Short-term loudness over time in LUFS, with the wanted loudness as a dashed line", &lines)
}

/// The lines of the curve's axis in LUFS, and how far from the top each is, in percent.
pub(super) fn axis() -> impl Iterator<Item = (f64, f64)> {
    [-10.0, -20.0, -30.0].into_iter().map(|lufs| (lufs, y_of(lufs) * 100.0 / HEIGHT))
}

fn drawing(class: &str, label: &str, lines: &Markup) -> Markup {
    let view = format!("0 0 {WIDTH} {HEIGHT}");
    html! { svg class=(class) viewBox=(view) preserveAspectRatio="none" role="img" aria-label=(label) { (lines) } }
}

/// Silence is minus infinity and lies on the floor.
fn y_of(lufs: f64) -> f64 {
    let (least, most) = AXIS_LUFS;
    (most - if lufs.is_nan() { least } else { lufs.clamp(least, most) }) / (most - least) * HEIGHT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Samples;

    #[test]
    fn silence_moments_and_nothing_are_harmless() {
        for frames in [0, 5, 48_000, 7 * 48_000] {
            let sketch = Sketch::of(&Samples::from_fn(frames, |_| [0.0; 2]), &|| false).unwrap();
            assert!(sketch.is_silent());
            let drawn = format!("{}{}", envelope(&sketch).into_string(), curve(&sketch, f64::NAN).into_string());
            assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        }
    }
}
