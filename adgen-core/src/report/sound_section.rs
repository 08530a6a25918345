//! What the ad sounds like: envelope, loudness over time, and the figures.

use super::{
    drawing, element,
    numbers::{clock, signed},
    page::Page,
    sound::Sketch,
};
use maud::{Markup, html};

/// The section of the sound.
pub(super) fn section(page: &Page) -> Markup {
    let content = html! {
        div.card.sound {
            (figures(page))
            @match &page.sketch {
                None => p.muted { "The sound could not be drawn." },
                Some(sketch) if sketch.is_silent() => p.muted { "The ad is silent." },
                Some(sketch) => (drawings(sketch, page.project.audio.loudness_lufs)),
            }
        }
    };
    element::section("sound", "Sound", &content)
}

fn drawings(sketch: &Sketch, target_lufs: f64) -> Markup {
    let has_curve = !sketch.loudness.is_empty();
    html! {
        div.plot { (drawing::envelope(sketch)) }
        @if has_curve {
            div.plot {
                (drawing::curve(sketch, target_lufs))
                @for (lufs, top) in drawing::axis() {
                    span.tick style=(format!("top:{top:.1}%")) { (signed(lufs)) }
                }
            }
        }
        p.times {
            span { (clock(0.0)) } span { (clock(sketch.duration_s / 2.0)) } span { (clock(sketch.duration_s)) }
        }
        @if has_curve {
            p.legend {
                i.solid {} " short-term loudness in LUFS (3 s) "
                i.dashed {} " wanted loudness of the whole"
            }
        }
    }
}

fn figures(page: &Page) -> Markup {
    let Some(loudness) = &page.state.loudness else {
        return html! { p.muted { "The loudness was not measured." } };
    };
    let or_silence = |value: Option<f64>, unit: &str| match value {
        Some(value) => format!("{} {unit}", signed(value)),
        None => "silence".to_owned(),
    };
    html! {
        p {
            "Integrated loudness " b { (or_silence(loudness.integrated_lufs, "LUFS")) }
            " (wanted " (signed(page.project.audio.loudness_lufs)) " LUFS), true peak "
            b { (or_silence(loudness.true_peak_dbtp, "dBTP")) }
            ", measured on the decoded sound of the finished video (EBU R 128)."
        }
    }
}
