//! What the ad was made from: style, brief, brand and product.

use super::{
    element::{code, fact, prose, section, swatches},
    page::Page,
};
use crate::project::Music;
use maud::{Markup, html};

/// The sections of style and brief.
pub(super) fn sections(page: &Page) -> Markup {
    let brief = html! { div.columns { (product(page)) (brief(page)) (brand(page)) } };
    html! { (section("style", "Style", &style(page))) (section("brief", "Brief and brand", &brief)) }
}

fn style(page: &Page) -> Markup {
    let Some(style) = &page.project.style else { return html! { p.muted { "The project has no style." } } };
    html! {
        (swatches(&style.palette))
        dl.card.facts.three {
            (fact("Lighting", &style.lighting))
            (fact("Camera", &style.camera))
            (fact("Texture", &style.texture))
            (fact("Mood", &style.mood))
            (fact("Grade", &style.grade))
            @match &page.project.audio.music {
                Some(Music::Generate(music)) => (fact("Music", music.prompt.as_deref().unwrap_or("–"))),
                Some(Music::File(asset)) => (fact("Music", code(asset.as_str()))),
                None => (fact("Music", "none")),
            }
        }
    }
}

fn product(page: &Page) -> Markup {
    let Page { photo, cutout, .. } = page;
    html! {
        @if photo.is_some() || cutout.is_some() {
            div.card.product {
                @if let Some(photo) = photo {
                    figure { (photo.img("The product's photo")) figcaption { "Photo" } }
                }
                @if let Some(cutout) = cutout {
                    figure.clear { (cutout.img("The product cut out of the photo")) figcaption { "Cut-out" } }
                }
            }
        }
    }
}

fn brief(page: &Page) -> Markup {
    let (brief, language) = (&page.project.brief, page.language());
    let call_to_action = brief.call_to_action.as_deref().unwrap_or_default();
    let texts = [
        ("Description", brief.description.as_str()),
        ("Audience", &brief.audience),
        ("Mood", &brief.mood),
        ("Call to action", call_to_action),
    ];
    html! {
        dl.card.facts {
            (fact("Product", prose(&brief.product_name, language)))
            @for (label, text) in texts {
                @if !text.trim().is_empty() { (fact(label, prose(text, language))) }
            }
            (fact("Language", language))
        }
    }
}

fn brand(page: &Page) -> Markup {
    let (brand, language) = (&page.project.brand, page.language());
    let has_words = [&brand.name, &brand.guidelines].map(|text| !text.trim().is_empty());
    if has_words == [false, false] && brand.colors.is_empty() && page.logo.is_none() && brand.font.is_none() {
        return html! {};
    }
    html! {
        dl.card.facts {
            @if has_words[0] { (fact("Brand", prose(&brand.name, language))) }
            @if let Some(logo) = &page.logo {
                (fact("Logo", html! { span.logo { (logo.img("The brand's logo")) } }))
            }
            @if !brand.colors.is_empty() { (fact("Colours", swatches(&brand.colors))) }
            @if let Some(font) = &brand.font { (fact("Typeface", font)) }
            @if has_words[1] { (fact("Guidelines", prose(&brand.guidelines, language))) }
        }
    }
}
