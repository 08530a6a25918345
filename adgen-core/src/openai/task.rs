//! What is left to plan in a request, and how a model's answer becomes the plan. What a person has written stays.

use super::{
    draft::{Draft, DraftProduct, DraftStyle},
    durations,
    figures::Figures,
    schema::Wanted,
};
use crate::{
    project::{Background, Placement, ProductLayer, Rgb, Scene, Style, outline},
    provider::{
        Plan, PlanRequest, PlannedScene,
        names::{Names, plain},
        prompt_rules::{names_of, unnamed, unnamed_style},
    },
};

/// The colours of an ad of which none is known, and the most that a palette has.
const NEUTRAL: [Rgb; 2] = [Rgb([0xE8, 0xE6, 0xE1]), Rgb([0x2B, 0x2A, 0x28])];
const MOST_COLOURS: usize = 12;

/// A request, with the outline of its scenes as the structure of the plan.
#[derive(Debug)]
pub(super) struct Task<'a> {
    pub(super) request: &'a PlanRequest,
    /// Each with its duration.
    pub(super) outline: Vec<Scene>,
    pub(super) names: Names,
    pub(super) figures: Figures,
    pub(super) wanted: Wanted,
}

impl<'a> Task<'a> {
    pub(super) fn new(request: &'a PlanRequest) -> Self {
        let outline = outline(request.scenes.as_deref(), request.brief.duration_s);
        let open = outline.iter().enumerate().filter(|(_, scene)| scene.background.is_none());
        let wanted = Wanted {
            style: request.style.is_none(),
            scenes: open.map(|(index, scene)| field(index, &scene.id)).collect(),
            written: request.scenes.as_ref().is_some_and(|scenes| !scenes.is_empty()),
        };
        let names = names_of(&request.brief, &request.brand);
        let figures = Figures::of(&request.brief, &request.brand);
        Self { request, outline, names, figures, wanted }
    }

    /// The scene that a person has written under the name of one of the outline.
    pub(super) fn own(&self, outlined: &Scene) -> Option<&'a Scene> {
        self.request.scenes.iter().flatten().find(|own| own.id == outlined.id)
    }

    /// The plan, from an answer that was checked.
    pub(super) fn plan(&self, draft: &Draft) -> Plan {
        let style = match (&self.request.style, &draft.global_style) {
            (Some(own), _) => own.clone(),
            (None, Some(drafted)) => self.style(drafted),
            (None, None) => unnamed_style(&self.names, plain_style(self.request)),
        };
        let durations = self.durations(draft);
        let scenes = durations.into_iter().enumerate();
        let mut notes = Vec::new();
        let scenes =
            scenes.map(|(index, duration_s)| self.scene(index, duration_s, draft, &style, &mut notes)).collect();
        Plan { scenes, music_prompt: Self::music(&draft.music_prompt), style, cost_usd: 0.0, notes }
    }

    fn scene(
        &self,
        index: usize,
        duration_s: f64,
        draft: &Draft,
        style: &Style,
        notes: &mut Vec<String>,
    ) -> PlannedScene {
        let outlined = &self.outline[index];
        let own = self.own(outlined);
        let mut scene = PlannedScene {
            id: outlined.id.clone(),
            role: outlined.role,
            duration_s,
            prompt: String::new(),
            product: outlined.product.clone(),
            caption: outlined.caption.clone(),
            transition: outlined.transition,
        };
        if let Some(Background::Generate(own)) = &outlined.background {
            scene.prompt = own.prompt.clone();
            return scene;
        }
        // A clip of the person's own needs no prompt, and is described all the same: every scene of a plan is.
        let drafted = outlined.background.is_none().then(|| draft.scenes.get(&field(index, &outlined.id))).flatten();
        let Some(drafted) = drafted else {
            scene.prompt = self.prompt("an empty seamless studio set", scene.product.as_ref(), style);
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
            scene.transition = if index == 0 { outlined.transition } else { drafted.transition };
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
        unnamed(&self.names, prompt)
    }

    fn style(&self, drafted: &DraftStyle) -> Style {
        let plain_style = unnamed_style(&self.names, plain_style(self.request));
        // The style is one sentence with semicolons between its parts.
        let text = |text: &str, other: &str| {
            let line = plain(&text.replace([';', '"', '#'], ","));
            let line = line.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '.'));
            if line.is_empty() { other.to_owned() } else { line.to_owned() }
        };
        let mut palette: Vec<Rgb> = Vec::new();
        for colour in drafted.palette.iter().filter_map(|colour| colour.trim().parse().ok()) {
            if !palette.contains(&colour) && palette.len() < MOST_COLOURS {
                palette.push(colour);
            }
        }
        Style {
            lighting: text(&drafted.lighting, &plain_style.lighting),
            camera: text(&drafted.camera, &plain_style.camera),
            texture: text(&drafted.texture, &plain_style.texture),
            mood: text(&drafted.mood, &plain_style.mood),
            palette: if palette.is_empty() { plain_style.palette.clone() } else { palette },
            grade: text(&drafted.grade, &plain_style.grade),
        }
    }

    /// Given durations stay; the others get the rest of the time in the proportions that the model wishes, as long as that
    /// buys no more seconds of video than the outline's own, by which the ad's cost was estimated.
    fn durations(&self, draft: &Draft) -> Vec<f64> {
        let outline = &self.outline;
        let open: Vec<usize> = (0..outline.len())
            .filter(|&index| self.own(&outline[index]).is_none_or(|own| own.duration_s.is_none()))
            .collect();
        let mut durations: Vec<f64> = outline.iter().map(|scene| scene.duration_s.unwrap_or_default()).collect();
        let wishes: Vec<f64> = open
            .iter()
            .map(|&index| {
                let drafted = draft.scenes.get(&field(index, &outline[index].id));
                drafted.map_or(durations[index], |scene| scene.duration_s)
            })
            .collect();
        // The outline's own durations fit already.
        let time: f64 = open.iter().map(|&index| durations[index]).sum();
        // Its sum may miss the brief's by a rounding error, which would show in the last digits.
        let time = (time * 1e6).round() / 1e6;
        let fitted = durations::fitted(&wishes, time);
        let outlined = durations.clone();
        if (fitted.iter().sum::<f64>() - time).abs() < 1e-6 {
            open.iter().zip(fitted).for_each(|(&index, duration)| durations[index] = duration);
        }
        if durations::bought_s(&durations) > durations::bought_s(&outlined) { outlined } else { durations }
    }

    fn music(drafted: &str) -> String {
        let music = plain(drafted);
        if music.to_lowercase().contains("instrumental") {
            music
        } else {
            format!("{}, instrumental without vocals", music.trim_end_matches(['.', ',', ' ']))
        }
    }
}

/// What stands where a model says nothing that can be used of the style.
pub(super) fn plain_style(request: &PlanRequest) -> Style {
    let known = [&request.brand.colors, &request.product_palette].into_iter().find(|colours| !colours.is_empty());
    match known {
        Some(colours) => Style::new(colours.iter().take(MOST_COLOURS).copied()),
        None => Style::new(NEUTRAL),
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
