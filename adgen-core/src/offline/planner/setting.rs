//! What is to be seen behind the product: the looks of a mood, their sequence over the scenes, and the prompts.
//!
//! The one place that knows the phrases by which the offline studio recognises a look in a prompt. They are ordinary
//! words, so the same prompt works for a video model.

use super::draw::{self, Purpose};
use crate::{
    offline::look::{Look, Mood},
    project::{Placement, ProductLayer, Role, Style},
    provider::names::Names,
};

/// The words for `look` in a prompt.
pub fn look_phrase(look: Look) -> &'static str {
    match look {
        Look::StudioSweep => "seamless studio sweep",
        Look::Bokeh => "bokeh lights",
        Look::GradientWaves => "flowing silk gradient waves",
        Look::Rays => "volumetric light rays",
        Look::Particles => "floating particles",
        Look::Surface => "textured surface with a horizon",
        Look::Podium => "round podium in front of a niche",
        Look::Water => "sunlit rippling water",
    }
}

/// The look whose phrase stands first in `prompt`, in any case.
pub fn look_of(prompt: &str) -> Option<Look> {
    let prompt = prompt.to_lowercase();
    let found = Look::ALL.iter().filter_map(|&look| Some((prompt.find(look_phrase(look))?, look)));
    found.min_by_key(|(at, _)| *at).map(|(_, look)| look)
}

/// The mood of a prompt: from the style's own part of it where it carries a style, else from all its words.
pub fn mood_of(prompt: &str) -> Mood {
    let style = prompt.rsplit_once("; mood: ").and_then(|(_, rest)| rest.split(';').next());
    Mood::from_text(style.unwrap_or(prompt))
}

/// Whether the product stands on something there.
fn stands(look: Look) -> bool {
    match look {
        Look::StudioSweep | Look::Surface | Look::Podium => true,
        Look::Bokeh | Look::GradientWaves | Look::Rays | Look::Particles | Look::Water => false,
    }
}

/// The looks of an ad: a ground to stand on, an air to float in, and a third that is one of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Looks {
    floor: Look,
    air: Look,
    third: Look,
}

impl Looks {
    /// Chosen by mood and seed; a look whose phrase would name the product is left out.
    pub(super) fn new(mood: Mood, seed: u32, forbidden: &Names) -> Self {
        let (floors, airs) = candidates(mood);
        let clean = |looks: &[Look]| -> Vec<Look> {
            let clean: Vec<Look> =
                looks.iter().copied().filter(|&look| !forbidden.any_word_in(look_phrase(look))).collect();
            if clean.is_empty() { looks.to_vec() } else { clean }
        };
        let (floors, airs) = (clean(floors), clean(airs));
        let floor = draw::pick(seed, Purpose::Floor, &floors).copied().unwrap_or(Look::StudioSweep);
        let air = draw::pick(seed, Purpose::Air, &airs).copied().unwrap_or(Look::GradientWaves);
        let rest: Vec<Look> = floors.iter().chain(&airs).copied().filter(|look| ![floor, air].contains(look)).collect();
        let third = draw::pick(seed, Purpose::Third, &rest).copied().unwrap_or(floor);
        Self { floor, air, third }
    }

    /// The look of scene `index` of `count`: never the same twice in a row, and the last one on a ground.
    pub(super) fn scene(&self, index: usize, count: usize) -> Look {
        let at = |index: usize| match (stands(self.third), index) {
            (true, index) => [self.air, self.floor, self.air, self.third][index % 4],
            (false, index) => [self.floor, self.air, self.third, self.air, self.third][index % 5],
        };
        if index + 1 < count {
            at(index)
        } else if index == 0 || at(index - 1) != self.floor {
            self.floor
        } else if stands(self.third) {
            self.third
        } else {
            self.air
        }
    }
}

/// The looks that suit a mood, those with a ground first, the best of each first.
fn candidates(mood: Mood) -> (&'static [Look], &'static [Look]) {
    use Look::{Bokeh, GradientWaves, Particles, Podium, Rays, StudioSweep, Surface, Water};
    match mood {
        Mood::Calm => (&[StudioSweep, Surface, Podium], &[GradientWaves, Water, Rays]),
        Mood::Fresh => (&[StudioSweep, Surface, Podium], &[Water, GradientWaves, Rays]),
        Mood::Warm => (&[Surface, StudioSweep], &[Bokeh, Rays, Particles]),
        Mood::Luxury => (&[Surface, Podium, StudioSweep], &[Bokeh, GradientWaves, Particles, Rays]),
        Mood::Energetic => (&[StudioSweep, Podium], &[Rays, GradientWaves, Particles]),
        Mood::Playful => (&[Podium, StudioSweep], &[Bokeh, GradientWaves, Particles]),
        Mood::Tech => (&[StudioSweep, Surface], &[Particles, Rays, GradientWaves]),
        Mood::Natural => (&[Surface, StudioSweep], &[Rays, Water, Bokeh]),
    }
}

/// The product's way of standing in a scene with that look.
pub(super) fn layer(look: Look, role: Role, seed: u32) -> ProductLayer {
    use crate::project::Motion;
    let motions: &[Motion] = match (stands(look), role) {
        (true, Role::Hook) => &[Motion::PushIn, Motion::SlideIn],
        (true, Role::CallToAction) => &[Motion::PushIn],
        (true, _) => &[Motion::PullOut, Motion::PushIn],
        (false, Role::Hook) => &[Motion::PushIn, Motion::Float],
        (false, Role::CallToAction) => &[Motion::Float],
        (false, _) => &[Motion::Float, Motion::Rotate],
    };
    let motion = draw::pick(seed.wrapping_add(role as u32), Purpose::Motion, motions).copied().unwrap_or_default();
    ProductLayer { motion, shadow: stands(look), ..ProductLayer::default() }
}

/// The prompt of a scene. It carries the whole style, and never the product.
pub(super) fn prompt(
    look: Look,
    mood: Mood,
    role: Role,
    product: Option<&ProductLayer>,
    style: &Style,
    seed: u32,
    forbidden: &Names,
) -> String {
    let all = details(look, mood);
    let clean: Vec<&&str> = all.iter().filter(|detail| !forbidden.any_word_in(detail)).collect();
    let detail = draw::pick(seed, Purpose::Detail, &clean).map(|detail| format!(", {detail}")).unwrap_or_default();
    let space = match product.map(|layer| layer.placement) {
        None => "an open, balanced composition",
        Some(Placement::Left) => "a wide empty area on the left",
        Some(Placement::Right) => "a wide empty area on the right",
        Some(Placement::Top) => "a wide empty area in the upper half",
        Some(Placement::Bottom) => "a wide empty area in the lower half",
        Some(_) if stands(look) => "a wide empty area in the centre with clear ground below it",
        Some(_) => "a wide empty area in the centre",
    };
    let moment = match role {
        Role::Hook => "the light comes up as the scene opens",
        Role::Showcase => "the light glides slowly across",
        Role::Benefit => "gentle movement throughout",
        Role::Proof => "steady, almost still",
        Role::CallToAction => "coming to rest, room for lettering",
    };
    format!(
        "Empty background plate: {}{detail}; {space}; {moment}. {} No text, no logos, no people, no product.",
        look_phrase(look),
        style.to_prompt()
    )
}

/// What the look is made of in that mood; one is chosen.
fn details(look: Look, mood: Mood) -> &'static [&'static str] {
    use Mood::{Calm, Energetic, Fresh, Luxury, Natural, Playful, Tech, Warm};
    match (look, mood) {
        (Look::Surface, Calm) => &["pale limestone", "washed linen"],
        (Look::Surface, Fresh) => &["white marble", "pale concrete"],
        (Look::Surface, Warm) => &["oiled walnut", "terracotta clay"],
        (Look::Surface, Luxury) => &["black slate", "dark veined marble"],
        (Look::Surface, Energetic) => &["polished concrete", "painted wood"],
        (Look::Surface, Playful) => &["pastel terrazzo", "painted wood"],
        (Look::Surface, Tech) => &["dark concrete", "anthracite stone"],
        (Look::Surface, Natural) => &["weathered oak", "raw linen", "rough sandstone"],
        (Look::StudioSweep, Luxury | Tech) => {
            &["dark paper with a pool of light", "a dim cove with a sheen on the floor"]
        }
        (Look::StudioSweep, _) => &["a pool of light on the floor", "paper cove with a soft falloff"],
        (Look::Podium, Luxury | Tech) => &["dark plaster and one spot", "smoked stone"],
        (Look::Podium, _) => &["tinted plaster", "smooth painted plaster"],
        (Look::Bokeh, Luxury | Tech) => &["city night far out of focus", "small lamps far out of focus"],
        (Look::Bokeh, _) => &["large discs far out of focus", "evening garlands far out of focus"],
        (Look::GradientWaves, _) => &["slow folds of satin", "long draped folds"],
        (Look::Rays, _) => &["thin drifting haze", "shafts through a high window"],
        (Look::Particles, Tech) => &["fine glints in the dark", "a slow drift of sparks"],
        (Look::Particles, _) => &["fine dust in a sunbeam", "slowly sinking glints"],
        (Look::Water, _) => &["caustics over a pale ground", "small slow ripples"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_phrase_is_recognised_and_no_detail_is_mistaken_for_one() {
        let style = crate::offline::planner::style::style(Mood::Fresh, "", &[], &[], 0, &Names::default());
        for &look in Look::ALL {
            for &mood in Mood::ALL {
                for seed in 0..4 {
                    let prompt = prompt(look, mood, Role::Hook, None, &style, seed, &Names::default());
                    assert_eq!(look_of(&prompt.to_uppercase()), Some(look), "{prompt}");
                    assert_eq!(mood_of(&prompt), Mood::Fresh, "{prompt}");
                }
            }
        }
        assert_eq!(look_of("a beach"), None);
        assert_eq!(mood_of("a calm beach"), Mood::Calm);
    }

    #[test]
    fn an_ad_has_two_or_three_looks_and_both_grounds_and_air() {
        for &mood in Mood::ALL {
            let mut ads = BTreeSet::new();
            for (seed, count) in (0..120).map(|i| (i / 3, 3 + i as usize % 4)) {
                let looks = Looks::new(mood, seed, &Names::default());
                let scenes: Vec<Look> = (0..count).map(|index| looks.scene(index, count)).collect();
                let names: BTreeSet<&str> = scenes.iter().map(|look| look.as_str()).collect();
                assert!((2..=3).contains(&names.len()), "{scenes:?}");
                assert!(scenes.iter().any(|&look| stands(look)) && scenes.iter().any(|&look| !stands(look)));
                assert!(scenes.windows(2).all(|pair| pair[0] != pair[1]), "{scenes:?}");
                assert!(stands(scenes[count - 1]), "{scenes:?}");
                ads.insert(format!("{scenes:?}"));
            }
            assert!(ads.len() >= 4, "{mood:?} has only {} ads", ads.len());
        }
    }

    #[test]
    fn a_phrase_that_names_the_product_is_avoided() {
        let silk = Names::of(["Silk Serum", "Lights & Co"]);
        for seed in 0..40 {
            let looks = Looks::new(Mood::Luxury, seed, &silk);
            for look in [looks.floor, looks.air, looks.third] {
                assert!(![Look::GradientWaves, Look::Bokeh].contains(&look), "{looks:?}");
            }
        }
    }
}
