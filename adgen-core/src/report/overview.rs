//! The top of the page: title, what matters most in numbers, and whether anything is humbler than asked for.

use super::{
    numbers::{clock, count, money, signed, size, took},
    page::Page,
    words::role,
};
use crate::text::shown_name;
use maud::{Markup, html};

/// The page's head.
pub(super) fn header(page: &Page) -> Markup {
    let Page { project, history, .. } = page;
    let (colors, language) = (project.style.as_ref().map(|style| &style.palette), page.language());
    let [brand, title, product] =
        [project.brand.name.as_str(), project.title(), &project.brief.product_name].map(shown_name);
    let began = history.began_at.get(..10).zip(history.began_at.get(11..16));
    html! {
        @if let Some(colors) = colors.filter(|colors| !colors.is_empty()) {
            div.ribbon aria-hidden="true" { @for color in colors { i style={ "background:" (color) } {} } }
        }
        header {
            p.eyebrow {
                "Ad report"
                @if !brand.is_empty() { " · " span dir="auto" lang=(language) { (brand) } }
            }
            h1 dir="auto" lang=(language) { (title) }
            p.meta {
                @if title != product { bdi lang=(language) { (product) } " · " }
                "Project " code { (project.id) }
                @if let Some((day, time)) = began {
                    " · " time datetime=(history.began_at) { (day) " " (time) " UTC" }
                }
            }
        }
    }
}

/// What stands beside the video.
pub(super) fn summary(page: &Page) -> Markup {
    html! {
        div.summary { (verdict(page)) (figures(page)) (storyboard(page)) (notes(page)) (downloads(page)) }
    }
}

fn verdict(page: &Page) -> Markup {
    let degradations = &page.state.degradations;
    if degradations.is_empty() {
        return html! {
            div.verdict.good {
                h2 { "Degradations: none" }
                p { "Every part was made as asked for; no fallback took its place." }
            }
        };
    }
    html! {
        div.verdict.bad {
            h2 { (count(degradations.len(), "degradation")) }
            p { "Here the ad is humbler than what was asked for:" }
            ul {
                @for degradation in degradations {
                    li {
                        b { (degradation.artifacts().collect::<Vec<_>>().join(", ")) }
                        " " span.arrow aria-hidden="true" { "→" } " " (degradation.fallback)
                        br; small { (degradation.cause.to_string()) }
                    }
                }
            }
        }
    }
}

fn figures(page: &Page) -> Markup {
    let Page { project, state, .. } = page;
    let video = page.info.as_ref().and_then(|info| info.video.as_ref());
    let shape = project.output.aspects.first().map(ToString::to_string).unwrap_or_default();
    let (made, reused) = (page.history.made.len(), page.history.reused.len());
    let run_usd: f64 = state.stages.values().map(|stage| stage.cost_usd).sum();
    let limit = project.policy.max_usd.map(|limit| format!(", limit {}", money(limit))).unwrap_or_default();
    let estimate = state.estimate.filter(|cost| cost.high_usd > 0.0);
    let estimate = estimate.map(|cost| format!(", estimated {cost}")).unwrap_or_default();
    html! {
        dl.figures {
            (figure("Length", &took(page.duration_s()), &count(page.scenes.len(), "scene")))
            @if let Some(video) = video {
                (figure("Picture", &format!("{}×{}", video.width, video.height), &format!("{shape}, {} fps", video.fps)))
            }
            @if let Some(loudness) = &state.loudness {
                @match loudness.integrated_lufs {
                    Some(lufs) => {
                        @let target = format!("LUFS, wanted {}", signed(project.audio.loudness_lufs));
                        (figure("Loudness", &signed(lufs), &target))
                    }
                    None => (figure("Loudness", "silent", "no sound to measure")),
                }
                @if let Some(peak) = loudness.true_peak_dbtp {
                    (figure("True peak", &signed(peak), "dBTP, at most \u{2212}1.0"))
                }
            }
            @if let Some(fidelity) = &state.fidelity {
                @let measured = count(fidelity.frames as usize, "frame");
                (figure(
                    "Product fidelity",
                    &format!("{:.2}", fidelity.mean_luma_error),
                    &format!("mean luma error of 255, {measured} measured"),
                ))
            }
            (figure("Took", &took(page.took_s()), &format!("{made} made, {reused} reused")))
            (figure("Cost", &money(state.cost_usd), &format!("{} in this run{estimate}{limit}", money(run_usd))))
            (figure("File", &size(page.video.1), "MP4"))
        }
    }
}

fn figure(label: &str, value: &str, more: &str) -> Markup {
    html! { div { dt { (label) } dd { (value) " " small { (more) } } } }
}

/// The scenes as a bar, each as wide as it is long.
fn storyboard(page: &Page) -> Markup {
    let scenes = page.project.scenes.as_deref().unwrap_or_default();
    html! {
        @if !scenes.is_empty() {
            ol.storyboard aria-label="Scenes" {
                @for (number, (scene, view)) in (1..).zip(scenes.iter().zip(&page.scenes)) {
                    @let role = role(scene.role);
                    @let place = format!("{number}. {role}, from {}, {}", clock(view.start_s), took(view.duration_s));
                    li style=(format!("flex-grow:{:.3}", view.duration_s.max(0.01))) {
                        a href={ "#scene-" (number) } title=(place) aria-label=(place) {
                            b { (number) } " " span { (role) }
                        }
                    }
                }
            }
        }
    }
}

fn notes(page: &Page) -> Markup {
    let notes = &page.state.notes;
    html! {
        @if notes.is_empty() {
            p.notes { b { "Notes:" } " none" }
        } @else {
            div.notes { b { "Notes" } ul { @for note in notes { li { (note) } } } }
        }
    }
}

fn downloads(page: &Page) -> Markup {
    let main = &page.video.0;
    let videos = page.files.iter().map(|(_, asset)| asset.file.as_str());
    let mut files = vec![main.as_str()];
    files.extend(videos.filter(|file| file.starts_with("final_video") && file != main));
    if page.captions.is_some() {
        files.extend(["captions.srt", "captions.vtt"]);
    }
    if page.poster.is_some() {
        files.push("poster.jpg");
    }
    html! { p.links { b { "In this folder:" } @for file in files { " " a href=(file) { (file) } } } }
}
