//! The contact sheet: every scene with its stills and what it was made of.

use super::{
    history::Origin,
    html::{Prose, Text, clock, money, took},
    page::{Page, SceneView},
    words::{motion, placement, role, transition},
};
use crate::{
    project::{Background, Degradation, Scene},
    text::shown_words,
};
use std::fmt;

/// The section of all scenes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scenes<'a>(pub(super) &'a Page);

impl fmt::Display for Scenes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scenes = self.0.project.scenes.as_deref().unwrap_or_default();
        f.write_str("<section aria-labelledby=\"scenes\"><h2 id=\"scenes\">Scenes</h2>\n")?;
        if scenes.is_empty() {
            f.write_str("<p class=\"muted\">The project has no scenes.</p>")?;
        }
        f.write_str("<div class=\"sheet\">\n")?;
        for (index, (scene, view)) in scenes.iter().zip(&self.0.scenes).enumerate() {
            // The underscore at the end keeps scene 1 and scene 10 apart.
            let own = format!("scene_{}_", index + 1);
            let is_own = |found: &&Degradation| found.products().any(|product| product.starts_with(&own));
            let degraded = self.0.state.degradations.iter().filter(is_own).collect();
            let language = &self.0.project.brief.language;
            write!(f, "{}", Card { number: index + 1, scene, view, degraded, language })?;
        }
        f.write_str("</div></section>\n")
    }
}

struct Card<'a> {
    number: usize,
    scene: &'a Scene,
    view: &'a SceneView,
    degraded: Vec<&'a Degradation>,
    language: &'a str,
}

impl fmt::Display for Card<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, scene, view, language, .. } = self;
        let role = role(scene.role);
        write!(f, "<article class=\"card scene\" id=\"scene-{number}\"><div class=\"stills\">")?;
        if view.stills.is_empty() {
            f.write_str("<p class=\"muted\">No stills</p>")?;
        }
        for still in &view.stills {
            let time = clock(still.time_s);
            let alt = format!("Scene {number}, {role}, at {time}");
            write!(f, "<figure>{}<figcaption>{time}</figcaption></figure>", still.picture.img(&alt))?;
        }
        let end_s = view.start_s + view.duration_s;
        write!(
            f,
            "</div><div class=\"body\"><h3><span class=\"number\">{number}</span> {role} \
             <small>{} – {} · {}</small></h3>",
            clock(view.start_s),
            clock(end_s),
            took(view.duration_s)
        )?;
        match scene.caption.as_deref().map(shown_words).filter(|caption| !caption.is_empty()) {
            Some(caption) => {
                write!(f, "<p class=\"caption\" dir=\"auto\" lang=\"{}\">{}</p>", Text(language), Text(&caption))?;
            }
            None => f.write_str("<p class=\"caption muted\">No caption</p>")?,
        }
        self.badges(f)?;
        match &scene.background {
            // Prompts are written in English, whatever the captions are in.
            Some(Background::Generate(wanted)) => {
                write!(f, "<h4>Prompt</h4>{}", Prose { text: &wanted.prompt, language: "en" })?;
            }
            Some(Background::File(asset)) => write!(f, "<h4>Clip</h4><p><code>{}</code></p>", Text(asset.as_str()))?,
            None => {}
        }
        f.write_str("</div></article>\n")
    }
}

impl Card<'_> {
    fn badges(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<ul class=\"badges\">")?;
        match &self.view.origin {
            Origin::Own(_) => f.write_str("<li>Own clip</li>")?,
            Origin::Local => f.write_str("<li>Made on this machine</li>")?,
            Origin::Provider(name) => {
                write!(f, "<li class=\"remote\">{} · {}</li>", Text(name), money(self.view.cost_usd))?;
            }
            Origin::Fallback(_) => {}
        }
        for degradation in &self.degraded {
            write!(f, "<li class=\"bad\">Fallback: {}</li>", Text(&degradation.fallback))?;
        }
        write!(f, "<li>{}</li>", transition(self.scene.transition))?;
        match &self.scene.product {
            Some(layer) => write!(f, "<li>Product: {}, {}</li>", placement(layer.placement), motion(layer.motion))?,
            None => f.write_str("<li>Without the product</li>")?,
        }
        f.write_str("</ul>")
    }
}
