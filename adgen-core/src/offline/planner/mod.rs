//! The planner that needs neither key nor network: scenes, style, captions and music from templates and the brief itself.
//!
//! A pure function of the request. May depend on `provider` (the contract), `project`, `media`
//! (colours), `text`, `random`, `error` and the looks' names.

mod abbreviation;
mod back;
mod caption;
mod clause;
mod conjunction;
mod denial;
mod draw;
mod invitation;
mod language;
mod mark;
mod measure;
mod music;
mod palette;
mod phrase;
mod restriction;
mod script;
mod sentence;
mod setting;
mod style;
mod word_list;
mod wrapping;

use self::setting::Looks;
use super::look::Mood;
use crate::{
    error::Result,
    project::{Background, Role, Scene, Transition, outline, planned_s},
    provider::{
        CallContext, Plan, PlanRequest, PlannedScene, Planner, ProviderInfo,
        prompt_rules::{names_of, unnamed, unnamed_style},
    },
};
use async_trait::async_trait;

pub use setting::{look_of, look_phrase, mood_of};

/// Plans from templates and the brief's own words; the same request gives the same plan.
#[derive(Debug, Clone)]
pub struct TemplatePlanner {
    info: ProviderInfo,
}

impl TemplatePlanner {
    /// The planner; it has no settings.
    pub fn new() -> Self {
        Self { info: ProviderInfo::free("offline", "template-4") }
    }

    /// Plans an ad. Whatever a person has written in the request stays as it is.
    pub fn plan_now(&self, request: &PlanRequest) -> Plan {
        let PlanRequest { brief, brand, seed, .. } = request;
        let seed = *seed;
        let forbidden = names_of(brief, brand);
        let wanted = request.style.as_ref().map_or(brief.mood.as_str(), |style| style.mood.as_str());
        let mood = style::mood(wanted, &brief.description);
        let style = request.style.clone().unwrap_or_else(|| {
            let style = style::style(mood, wanted, &brand.colors, &request.product_palette, seed, &forbidden);
            unnamed_style(&forbidden, style)
        });
        let written = request.scenes.as_deref().is_some_and(|scenes| !scenes.is_empty());
        let mut outline = outline(request.scenes.as_deref(), brief.duration_s);
        let notes = if written { Vec::new() } else { fill(&mut outline, request, mood) };
        let looks = Looks::new(mood, seed, &forbidden);
        let count = outline.len();
        let scenes = outline.into_iter().enumerate().map(|(index, scene)| {
            let look = looks.scene(index, count);
            let product = if written { scene.product } else { Some(setting::layer(look, scene.role, seed)) };
            let prompt = match scene.background {
                Some(Background::Generate(own)) => own.prompt,
                Some(Background::File(_)) | None => {
                    let prompt = setting::prompt(look, mood, scene.role, product.as_ref(), &style, seed, &forbidden);
                    // A product may be called like one of the words that no prompt does without, or stand in a person's
                    // style.
                    unnamed(&forbidden, prompt)
                }
            };
            PlannedScene {
                id: scene.id,
                role: scene.role,
                duration_s: scene.duration_s.unwrap_or_default(),
                prompt,
                product,
                caption: scene.caption,
                transition: scene.transition,
            }
        });
        let music_prompt = music::prompt(mood, planned_s(brief.duration_s), seed);
        Plan { scenes: scenes.collect(), music_prompt, style, cost_usd: 0.0, notes }
    }
}

impl Default for TemplatePlanner {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Planner for TemplatePlanner {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    async fn plan(&self, _: &CallContext, request: &PlanRequest) -> Result<Plan> {
        Ok(self.plan_now(request))
    }
}

/// Captions and transitions of scenes that nobody has written, and what somebody should know about them.
fn fill(outline: &mut [Scene], request: &PlanRequest, mood: Mood) -> Vec<String> {
    let timed: Vec<(Role, f64)> =
        outline.iter().map(|scene| (scene.role, scene.duration_s.unwrap_or_default())).collect();
    let captions = caption::captions(&request.brief, &request.brand, request.seed, &timed);
    for (index, (scene, caption)) in outline.iter_mut().zip(captions.list).enumerate() {
        scene.caption = caption;
        scene.transition = if index == 0 { Transition::Cut } else { transition(mood, scene.role) };
    }
    captions.note.into_iter().collect()
}

/// Quiet moods dissolve, lively ones cut; a premium ad comes to its name out of the dark.
fn transition(mood: Mood, role: Role) -> Transition {
    match (mood, role) {
        (Mood::Luxury, Role::CallToAction) => Transition::Dip,
        (Mood::Calm | Mood::Warm | Mood::Luxury | Mood::Natural, _) | (_, Role::CallToAction) => Transition::Crossfade,
        (Mood::Fresh | Mood::Energetic | Mood::Playful | Mood::Tech, _) => Transition::Cut,
    }
}

#[cfg(test)]
mod tests;
