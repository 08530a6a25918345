//! What is left to plan in a request, and how a model's answer becomes the plan. What a person has written stays.

use super::{
    draft::{Draft, DraftProduct, DraftStyle},
    durations,
    figures::Figures,
    schema::Wanted,
};
use crate::{
    offline::TemplatePlanner,
    project::{Placement, ProductLayer, Rgb, Scene, Style},
    provider::{
        Plan, PlanRequest, PlannedScene,
        names::{Names, plain},
    },
};

/// A request, with the offline planner's plan of it as the structure and the fallback for every detail.
#[derive(Debug)]
pub(super) struct Task<'a> {
    pub(super) request: &'a PlanRequest,
    pub(super) template: Plan,
    pub(super) names: Names,
    pub(super) figures: Figures,
    pub(super) wanted: Wanted,
}

impl<'a> Task<'a> {
    pub(super) fn new(request: &'a PlanRequest) -> Self {
        let template = TemplatePlanner::new().plan_now(request);
        let written = request.scenes.as_deref().filter(|scenes| !scenes.is_empty());
        let open = template.scenes.iter().enumerate().filter(|(index, _)| match written {
            Some(scenes) => scenes.get(*index).is_some_and(|scene| scene.background.is_none()),
            None => true,
        });
        let wanted = Wanted {
            style: request.style.is_none(),
            scenes: open.map(|(index, scene)| field(index, &scene.id)).collect(),
            written: written.is_some(),
        };
        let names = Names::of([request.brief.product_name.as_str(), request.brand.name.as_str()]);
        let figures = Figures::of(&request.brief, &request.brand);
        Self { request, template, names, figures, wanted }
    }

    /// The scene that a person has written under the name of a planned one.
    pub(super) fn own(&self, planned: &PlannedScene) -> Option<&'a Scene> {
        self.request.scenes.iter().flatten().find(|own| own.id == planned.id)
    }

    /// The plan, from an answer that was checked: whatever is missing in it is taken from the template.
    pub(super) fn plan(&self, draft: &Draft) -> Plan {
        let style = match (&self.request.style, &draft.global_style) {
            (Some(own), _) => own.clone(),
            (None, Some(drafted)) => self.style(drafted),
            (None, None) => self.template.style.clone(),
        };
        let durations = self.durations(draft);
        let scenes = durations.into_iter().enumerate();
        let mut notes = Vec::new();
        let scenes =
            scenes.map(|(index, duration_s)| self.scene(index, duration_s, draft, &style, &mut notes)).collect();
        Plan { scenes, music_prompt: self.music(&draft.music_prompt), style, cost_usd: 0.0, notes }
    }

    fn scene(
        &self,
        index: usize,
        duration_s: f64,
        draft: &Draft,
        style: &Style,
        notes: &mut Vec<String>,
    ) -> PlannedScene {
        let planned = &self.template.scenes[index];
        let own = self.own(planned);
        let mut scene = PlannedScene { duration_s, ..planned.clone() };
        if own.is_some_and(|own| own.background.is_some()) {
            return scene;
        }
        let Some(drafted) = draft.scenes.get(&field(index, &planned.id)) else {
            scene.prompt = self.prompt("an empty seamless studio set", planned.product.as_ref(), style);
            return scene;
        };
        if own.is_none() {
            scene.product = Some(layer(&drafted.product));
            scene.caption = drafted.caption.as_deref().map(plain).filter(|caption| !caption.is_empty());
            // What the model would not take back after it was told is not shown: nobody claims it.
            if let Some(figure) = scene.caption.as_deref().and_then(|caption| self.figures.invented_in(caption)) {
                let caption = scene.caption.take().unwrap_or_default();
                notes.push(format!(
                    "{}: the caption {caption:?} is left out: the brief does not say {figure}",
                    scene.id
                ));
            }
            scene.transition = if index == 0 { planned.transition } else { drafted.transition };
        }
        scene.prompt = self.prompt(&drafted.background, scene.product.as_ref(), style);
        scene
    }

    /// The whole prompt of a scene: the same style in all of them, word for word, and no name.
    fn prompt(&self, background: &str, product: Option<&ProductLayer>, style: &Style) -> String {
        let background = plain(background);
        let background = background.trim_end_matches(['.', ' ', ';', ',']);
        let space = match product {
            None => "An open, balanced composition",
            Some(layer) => match layer.placement {
                Placement::Left => "A wide empty area on the left",
                Placement::Right => "A wide empty area on the right",
                Placement::Top => "A wide empty area in the upper half",
                Placement::Bottom => "A wide empty area in the lower half",
                Placement::Auto | Placement::Center if layer.shadow => {
                    "A wide empty area in the centre with clear ground below it"
                }
                Placement::Auto | Placement::Center => "A wide empty area in the centre",
            },
        };
        let style = style.to_prompt();
        let prompt =
            format!("Empty background plate: {background}. {space}. {style} No text, no logos, no people, no product.");
        // The model's words were checked; a style that a person wrote may name the product, and a product may be
        // called like one of the words above.
        if self.names.in_text(&prompt).is_some() { self.names.removed_from(&prompt) } else { prompt }
    }

    fn style(&self, drafted: &DraftStyle) -> Style {
        let template = &self.template.style;
        // The style is one sentence with semicolons between its parts.
        let text = |text: &str, other: &String| {
            let line = plain(&text.replace([';', '"', '#'], ","));
            let line = line.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '.'));
            if line.is_empty() { other.clone() } else { line.to_owned() }
        };
        let mut palette: Vec<Rgb> = Vec::new();
        for colour in drafted.palette.iter().filter_map(|colour| colour.trim().parse().ok()) {
            if !palette.contains(&colour) && palette.len() < 12 {
                palette.push(colour);
            }
        }
        Style {
            lighting: text(&drafted.lighting, &template.lighting),
            camera: text(&drafted.camera, &template.camera),
            texture: text(&drafted.texture, &template.texture),
            mood: text(&drafted.mood, &template.mood),
            palette: if palette.is_empty() { template.palette.clone() } else { palette },
            grade: text(&drafted.grade, &template.grade),
        }
    }

    /// Given durations stay; the others get the rest of the time in the proportions that the model wishes, as long as that
    /// buys no more seconds of video than the template's own, by which the ad's cost was estimated.
    fn durations(&self, draft: &Draft) -> Vec<f64> {
        let planned = &self.template.scenes;
        let open: Vec<usize> = (0..planned.len())
            .filter(|&index| self.own(&planned[index]).is_none_or(|own| own.duration_s.is_none()))
            .collect();
        let wishes: Vec<f64> = open
            .iter()
            .map(|&index| {
                let drafted = draft.scenes.get(&field(index, &planned[index].id));
                drafted.map_or(planned[index].duration_s, |scene| scene.duration_s)
            })
            .collect();
        let mut durations: Vec<f64> = planned.iter().map(|scene| scene.duration_s).collect();
        // The template's own durations fit already.
        let time: f64 = open.iter().map(|&index| durations[index]).sum();
        // Its sum may miss the brief's by a rounding error, which would show in the last digits.
        let time = (time * 1e6).round() / 1e6;
        let fitted = durations::fitted(&wishes, time);
        let template = durations.clone();
        if (fitted.iter().sum::<f64>() - time).abs() < 1e-6 {
            open.iter().zip(fitted).for_each(|(&index, duration)| durations[index] = duration);
        }
        if durations::bought_s(&durations) > durations::bought_s(&template) { template } else { durations }
    }

    fn music(&self, drafted: &str) -> String {
        let music = plain(drafted);
        if music.is_empty() {
            self.template.music_prompt.clone()
        } else if music.to_lowercase().contains("instrumental") {
            music
        } else {
            format!("{}, instrumental without vocals", music.trim_end_matches(['.', ',', ' ']))
        }
    }
}

/// A scene's name in the form. Models write the fields in the order of the form, which is alphabetical, and an ad is
/// to be told from its beginning.
pub(super) fn field(index: usize, id: &str) -> String {
    format!("{:02}_{id}", index + 1)
}

fn layer(drafted: &DraftProduct) -> ProductLayer {
    use crate::project::Motion;
    // What stands on the ground neither hovers nor turns.
    let motion = match drafted.motion {
        Motion::Float | Motion::Rotate if drafted.grounded => Motion::PushIn,
        motion => motion,
    };
    ProductLayer { placement: drafted.placement, motion, shadow: drafted.grounded, ..ProductLayer::default() }
}
