//! The technical facts: captions, streams, hashes, files.

use super::{
    element::{code, fact, section},
    numbers::{clock, size, took},
    page::{Page, SceneView},
};
use crate::{media::MediaInfo, project::Scene, text::shown_words};
use maud::{Markup, html};

/// The sections of captions and technical facts.
pub(super) fn sections(page: &Page) -> Markup {
    let facts = html! { (facts(page)) (files(page)) };
    html! { (section("captions", "Captions", &captions(page))) (section("facts", "Technical facts", &facts)) }
}

fn captions(page: &Page) -> Markup {
    let scenes = page.project.scenes.iter().flatten().zip(&page.scenes);
    let caption = |(scene, view): (&Scene, &SceneView)| {
        let text = scene.caption.as_deref().map(shown_words).filter(|text| !text.is_empty())?;
        Some((clock(view.start_s), clock(view.start_s + view.duration_s), text))
    };
    let captions: Vec<_> = scenes.filter_map(caption).collect();
    if captions.is_empty() {
        return html! { p.muted { "None." } };
    }
    html! {
        div.card.scroll {
            table {
                thead { tr { th { "From" } th { "To" } th { "Text" } } }
                tbody {
                    @for (from, to, text) in captions {
                        tr {
                            td { (from) } td { (to) }
                            td.words dir="auto" lang=(page.language()) { (text) }
                        }
                    }
                }
            }
        }
    }
}

fn facts(page: &Page) -> Markup {
    let Page { video: (name, bytes), state, .. } = page;
    let main = page.files.iter().find(|(_, asset)| asset.file == *name);
    html! {
        dl.card.facts.two {
            (fact("File", format!("{name} · {}", size(*bytes))))
            @if let Some(info) = &page.info { (streams(info, *bytes)) }
            @if let Some(fidelity) = &state.fidelity {
                (fact("Product fidelity", format!(
                    "luma differs by {:.2} of 255, worst {:.2}, {} frames",
                    fidelity.mean_luma_error, fidelity.worst_luma_error, fidelity.frames
                )))
            }
            @if let Some((_, asset)) = main {
                (fact("SHA-256", code(&asset.sha256)))
                (fact("Content key", code(&asset.key)))
            }
            (fact("Seed", page.project.seed.to_string()))
            (fact("adgen", &page.version))
        }
    }
}

fn streams(info: &MediaInfo, bytes: u64) -> Markup {
    html! {
        (fact("Length", format!("{:.3} s", info.duration_s)))
        @if let Some(video) = &info.video {
            @let rate = if video.variable_frame_rate { "variable" } else { "constant" };
            (fact("Picture", format!(
                "{}×{}, {} frames a second ({rate}), {} frames",
                video.width, video.height, video.fps, video.frame_count
            )))
            (fact("Picture codec", format!("{}, {}, {} bit", video.codec, video.pixel_format, video.bit_depth)))
        }
        @match &info.audio {
            Some(audio) => (fact("Sound", format!(
                "{}, {} Hz, {} channels", audio.codec, audio.sample_rate, audio.channels
            ))),
            None => (fact("Sound", "none")),
        }
        @if info.duration_s > 0.0 {
            (fact("Bit rate", format!("{:.2} Mb/s", bytes as f64 * 8.0 / 1e6 / info.duration_s)))
        }
    }
}

fn files(page: &Page) -> Markup {
    let total: u64 = page.files.iter().map(|(_, asset)| asset.bytes).sum();
    html! {
        @if !page.files.is_empty() {
            details.card.files {
                summary {
                    "All " (page.files.len()) " artifacts of this run, " (size(total)) " · " (took(page.took_s()))
                }
                div.scroll {
                    table {
                        thead { tr { th { "File" } th { "Size" } th { "SHA-256" } } }
                        tbody {
                            @for (_, asset) in &page.files {
                                tr {
                                    td { (asset.file) }
                                    td.n { (size(asset.bytes)) }
                                    td { code { (asset.sha256.chars().take(16).collect::<String>()) "…" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
