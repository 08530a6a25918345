//! The planner that needs neither key nor network: scenes, style, captions and music from templates and the brief itself.
//!
//! A pure function of the request. Depends on the document's types, the planner's contract and the looks' names.

mod abbreviation;
mod arc;
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
    project::{Background, Role, Scene, Transition},
    provider::{CallContext, Plan, PlanRequest, PlannedScene, Planner, ProviderInfo, names::Names},
};
use async_trait::async_trait;

pub(crate) use arc::clean_seconds;
pub use language::default_call_to_action;
pub use setting::{look_of, look_phrase, mood_of};

/// Plans from templates and the brief's own words; the same request gives the same plan.
#[derive(Debug, Clone)]
pub struct TemplatePlanner {
    info: ProviderInfo,
}

impl TemplatePlanner {
    /// The planner; it has no settings.
    pub fn new() -> Self {
        Self { info: ProviderInfo::free("offline", "template-3") }
    }

    /// Plans an ad. Whatever a person has written in the request stays as it is.
    pub fn plan_now(&self, request: &PlanRequest) -> Plan {
        let PlanRequest { brief, brand, seed, .. } = request;
        let seed = *seed;
        let forbidden = Names::of([brief.product_name.as_str(), brand.name.as_str()]);
        let wanted = request.style.as_ref().map_or(brief.mood.as_str(), |style| style.mood.as_str());
        let mood = style::mood(wanted, &brief.description);
        let style = request
            .style
            .clone()
            .unwrap_or_else(|| style::style(mood, wanted, &brand.colors, &request.product_palette, seed, &forbidden));
        // A document that was not checked must not make durations of nonsense.
        let seconds = if brief.duration_s.is_finite() { brief.duration_s.clamp(3.0, 180.0) } else { 30.0 };
        let written = request.scenes.as_deref().filter(|scenes| !scenes.is_empty());
        let (drafts, note) = match written {
            Some(scenes) => (Draft::complete(scenes, seconds), None),
            None => Draft::all(request, mood, seconds),
        };
        let looks = Looks::new(mood, seed, &forbidden);
        let count = drafts.len();
        let scenes = drafts.into_iter().enumerate().map(|(index, draft)| {
            let look = looks.scene(index, count);
            let product = draft.product.unwrap_or_else(|| Some(setting::layer(look, draft.role, seed)));
            let prompt = draft.prompt.unwrap_or_else(|| {
                let prompt = setting::prompt(look, mood, draft.role, product.as_ref(), &style, seed, &forbidden);
                // A product may be called like one of the words that no prompt does without, or stand in a person's style.
                if forbidden.in_text(&prompt).is_some() { forbidden.removed_from(&prompt) } else { prompt }
            });
            PlannedScene {
                id: draft.id,
                role: draft.role,
                duration_s: draft.duration_s,
                prompt,
                product,
                caption: draft.caption,
                transition: draft.transition,
            }
        });
        let music_prompt = music::prompt(mood, seconds, seed);
        let notes = note.into_iter().collect();
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

/// A scene before its picture is described.
struct Draft {
    id: String,
    role: Role,
    duration_s: f64,
    prompt: Option<String>,
    /// `None`: still to be decided. `Some(None)`: a scene without the product.
    product: Option<Option<crate::project::ProductLayer>>,
    caption: Option<String>,
    transition: Transition,
}

impl Draft {
    /// Every scene of an ad of which no scene is written, and what somebody should know about its captions.
    fn all(request: &PlanRequest, mood: Mood, seconds: f64) -> (Vec<Self>, Option<String>) {
        let roles = arc::roles(seconds);
        let durations = arc::durations(seconds, roles);
        let scenes: Vec<(Role, f64)> = roles.iter().copied().zip(durations.iter().copied()).collect();
        let captions = caption::captions(&request.brief, &request.brand, request.seed, &scenes);
        let scenes = roles.iter().zip(durations).zip(captions.list).enumerate();
        let drafts = scenes
            .map(|(index, ((&role, duration_s), caption))| Self {
                id: scene_id(role, &roles[..index]),
                role,
                duration_s,
                prompt: None,
                product: None,
                caption,
                transition: if index == 0 { Transition::Cut } else { transition(mood, role) },
            })
            .collect();
        (drafts, captions.note)
    }

    /// The scenes that a person has written, with the durations that they lack.
    fn complete(scenes: &[Scene], seconds: f64) -> Vec<Self> {
        let given: f64 = scenes.iter().filter_map(|scene| scene.duration_s).sum();
        let open: Vec<Role> =
            scenes.iter().filter(|scene| scene.duration_s.is_none()).map(|scene| scene.role).collect();
        let mut shares = arc::durations((seconds - given).max(0.0), &open).into_iter();
        let draft = |scene: &Scene| Self {
            id: scene.id.clone(),
            role: scene.role,
            duration_s: scene.duration_s.or_else(|| shares.next()).unwrap_or(0.5),
            prompt: match &scene.background {
                Some(Background::Generate(background)) => Some(background.prompt.clone()),
                Some(Background::File(_)) | None => None,
            },
            product: Some(scene.product.clone()),
            caption: scene.caption.clone(),
            transition: scene.transition,
        };
        scenes.iter().map(draft).collect()
    }
}

/// `hook`, `benefit`, `benefit_2`.
fn scene_id(role: Role, before: &[Role]) -> String {
    let name = match role {
        Role::Hook => "hook",
        Role::Showcase => "showcase",
        Role::Benefit => "benefit",
        Role::Proof => "proof",
        Role::CallToAction => "call_to_action",
    };
    match before.iter().filter(|&&other| other == role).count() {
        0 => name.to_owned(),
        earlier => format!("{name}_{}", earlier + 1),
    }
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
