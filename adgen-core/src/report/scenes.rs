//! The contact sheet: every scene with its stills and what it was made of.

use super::{
    element::{self, code, prose},
    history::Origin,
    numbers::{clock, money, took},
    page::{Page, SceneView},
    words::{motion, placement, role, transition},
};
use crate::{
    project::{Background, Degradation, Scene},
    text::shown_words,
};
use maud::{Markup, html};

/// The section of all scenes.
pub(super) fn section(page: &Page) -> Markup {
    let scenes = page.project.scenes.as_deref().unwrap_or_default();
    let cards = scenes.iter().zip(&page.scenes).enumerate();
    let content = html! {
        @if scenes.is_empty() { p.muted { "The project has no scenes." } }
        div.sheet { @for (index, (scene, view)) in cards { (card(page, index + 1, scene, view)) } }
    };
    element::section("scenes", "Scenes", &content)
}

fn card(page: &Page, number: usize, scene: &Scene, view: &SceneView) -> Markup {
    let (role, end_s) = (role(scene.role), view.start_s + view.duration_s);
    let caption = scene.caption.as_deref().map(shown_words).filter(|caption| !caption.is_empty());
    html! {
        article.card.scene id={ "scene-" (number) } {
            div.stills {
                @if view.stills.is_empty() { p.muted { "No stills" } }
                @for still in &view.stills {
                    @let time = clock(still.time_s);
                    figure {
                        (still.picture.img(&format!("Scene {number}, {role}, at {time}")))
                        figcaption { (time) }
                    }
                }
            }
            div.body {
                h3 {
                    span.number { (number) } " " (role) " "
                    small { (clock(view.start_s)) " – " (clock(end_s)) " · " (took(view.duration_s)) }
                }
                @match caption {
                    Some(caption) => p.caption dir="auto" lang=(page.language()) { (caption) },
                    None => p.caption.muted { "No caption" },
                }
                (badges(page, number, scene, view))
                @match &scene.background {
                    // Prompts are written in English, whatever the captions are in.
                    Some(Background::Generate(wanted)) => { h4 { "Prompt" } (prose(&wanted.prompt, "en")) }
                    Some(Background::File(asset)) => { h4 { "Clip" } p { (code(asset.as_str())) } }
                    None => {}
                }
            }
        }
    }
}

fn badges(page: &Page, number: usize, scene: &Scene, view: &SceneView) -> Markup {
    // The underscore at the end keeps scene 1 and scene 10 apart.
    let own = format!("scene_{number}_");
    let is_own = |found: &&Degradation| found.artifacts().any(|artifact| artifact.starts_with(&own));
    html! {
        ul.badges {
            @match &view.origin {
                Origin::Own(_) => li { "Own clip" },
                Origin::Local => li { "Made on this machine" },
                Origin::Provider(name) => li.remote { (name) " · " (money(view.cost_usd)) },
                Origin::Fallback(_) => {}
            }
            @for degradation in page.state.degradations.iter().filter(is_own) {
                li.bad { "Fallback: " (degradation.fallback) }
            }
            li { (transition(scene.transition)) }
            @match &scene.product {
                Some(layer) => li { "Product: " (placement(layer.placement)) ", " (motion(layer.motion)) },
                None => li { "Without the product" },
            }
        }
    }
}
