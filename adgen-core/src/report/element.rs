//! Elements that more than one section uses. Depends on `maud` and the colours of `project`.

use crate::project::Rgb;
use maud::{Markup, Render, html};

/// Characters of a text that stand there unfolded.
const SHORT: usize = 420;
/// Characters of a folded text that can be seen.
const TEASER: usize = 280;

/// A section of the page under a heading. `id` is an anchor of its own.
pub(super) fn section(id: &str, heading: &str, content: &Markup) -> Markup {
    html! { section aria-labelledby=(id) { h2 id=(id) { (heading) } (content) } }
}

/// One line of a list of facts.
pub(super) fn fact(label: &str, value: impl Render) -> Markup {
    html! { div { dt { (label) } dd { (value) } } }
}

/// Something in the writing of machines: a hash, a path.
pub(super) fn code(text: &str) -> Markup {
    html! { code { (text) } }
}

/// Text that a person wrote, in its own language and direction. Long ones fold.
pub(super) fn prose(text: &str, language: &str) -> Markup {
    let text = text.trim();
    if text.chars().count() <= SHORT {
        return html! { p.prose dir="auto" lang=(language) { (text) } };
    }
    let teaser: String = text.chars().take(TEASER).collect();
    html! {
        details.prose lang=(language) {
            summary dir="auto" { span { (teaser.trim_end()) "…" } " " b { "more" } }
            p dir="auto" { (text) }
        }
    }
}

/// Colours, each with its name.
pub(super) fn swatches(colors: &[Rgb]) -> Markup {
    html! {
        ul.swatches {
            @for color in colors { li { i style={ "background:" (color) } {} code { (color) } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_prose_folds_between_characters() {
        let text = "é<".repeat(2000);
        let html = prose(&text, "fr\"><").into_string();
        assert!(html.starts_with("<details") && html.contains(&"é&lt;".repeat(2000)) && !html.contains("\"><\""));
        assert!(html.contains("lang=\"fr&quot;&gt;&lt;\""));
        assert!(prose("short", "en").into_string().starts_with("<p "));
    }
}
