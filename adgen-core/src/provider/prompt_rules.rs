//! What no prompt of a background may hold, whoever wrote it: the names of product and brand, since a video model would draw
//! a second product; and the words by which pictures show, or filters suspect, what is not wanted. The one list of each.
//!
//! May depend on `project` and its neighbours.

use super::{names::Names, planner::Plan};
use crate::project::{Brand, Brief, Scene, Style};

/// For models that take such words: the product is put over the clip, and nothing may look like it or compete with it.
pub(crate) const NOT_WANTED: &str =
    "product, bottle, packaging, text, letters, captions, logo, watermark, people, hands, faces";

/// What a background must not show.
const SHOWN: &[&str] = &[
    "person",
    "people",
    "woman",
    "women",
    "man",
    "men",
    "girl",
    "boy",
    "child",
    "children",
    "crowd",
    "hand",
    "hands",
    "fingers",
    "logo",
    "logos",
    "lettering",
    "signage",
    "caption",
    "packaging",
    "package",
    "watermark",
];
/// Unless it says that it does not.
const DENIED: &[&str] = &["no", "without", "free", "never", "nor", "zero"];

/// Beginnings of words that content filters commonly refuse: people, bodies, harm, brands' neighbours.
const RISKY: &[&str] = &[
    "alcohol", "baby", "bare", "beach", "beer", "bikini", "blade", "blood", "body", "bodies", "boy", "burn",
    "celebrit", "child", "cigar", "crowd", "dead", "death", "drug", "explo", "face", "fight", "fire", "flame", "flesh",
    "girl", "gun", "hand", "hot", "kid", "kill", "kiss", "knife", "lips", "lover", "man", "model", "naked", "nude",
    "people", "person", "pill", "portrait", "seduc", "sensual", "sexy", "skin", "smok", "sweat", "teen", "tobacco",
    "touch", "violen", "vodka", "wet", "whisk", "wine", "wom", "wound", "young",
];

/// The names that no prompt of an ad may hold.
pub(crate) fn names_of(brief: &Brief, brand: &Brand) -> Names {
    Names::of([brief.product_name.as_str(), brand.name.as_str()])
}

/// Where a plan holds one of the names, and which: in its style or in a prompt. What a person has written, `style` and the
/// backgrounds of `scenes`, stands as it is; a prompt that repeats such a style holds its names all the same.
pub(crate) fn named_in<'n>(
    names: &'n Names,
    plan: &Plan,
    style: Option<&Style>,
    scenes: Option<&[Scene]>,
) -> Option<(String, &'n str)> {
    let parts = style.is_none().then(|| texts_of(&plan.style)).into_iter().flatten();
    let parts = parts.map(|(part, text)| (format!("the style's {part}"), text));
    let is_own = |id: &str| scenes.into_iter().flatten().any(|own| own.id == id && own.background.is_some());
    let planned = plan.scenes.iter().filter(|scene| !is_own(&scene.id));
    let prompts = planned.map(|scene| (format!("the prompt of scene {}", scene.id), scene.prompt.as_str()));
    parts.chain(prompts).find_map(|(place, text)| Some((place, names.in_text(text)?)))
}

/// A prompt without the names. One that holds none stays as it is, to the letter.
pub(crate) fn unnamed(names: &Names, prompt: String) -> String {
    if names.in_text(&prompt).is_some() { names.removed_from(&prompt) } else { prompt }
}

/// A style without the names.
pub(crate) fn unnamed_style(names: &Names, style: Style) -> Style {
    let without = |text: String| {
        let text = unnamed(names, text);
        // A document takes no style with an empty part.
        if text.trim().is_empty() { "-".to_owned() } else { text }
    };
    Style {
        lighting: without(style.lighting),
        camera: without(style.camera),
        texture: without(style.texture),
        mood: without(style.mood),
        grade: without(style.grade),
        palette: style.palette,
    }
}

/// The parts of a style that become part of every prompt.
fn texts_of(style: &Style) -> [(&'static str, &str); 5] {
    [
        ("lighting", style.lighting.as_str()),
        ("camera", style.camera.as_str()),
        ("texture", style.texture.as_str()),
        ("mood", style.mood.as_str()),
        ("grade", style.grade.as_str()),
    ]
}

/// What a background shows that it must not, unless it says that it does not.
pub(crate) fn shown_in(background: &str) -> Option<String> {
    let lower = background.to_lowercase();
    lower.split(['.', ';']).find_map(|sentence| {
        let words: Vec<&str> = sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let at = words.iter().position(|word| SHOWN.contains(word))?;
        (!words[..at].iter().any(|word| DENIED.contains(word))).then(|| words[at].to_owned())
    })
}

/// Whether content filters may stumble over a clause.
pub(crate) fn is_risky(clause: &str) -> bool {
    let lower = clause.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.any(|word| RISKY.iter().any(|risky| word.starts_with(risky) && word.len() <= risky.len() + 5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        offline::TemplatePlanner,
        project::{Background, GeneratedBackground},
        provider::PlanRequest,
    };

    #[test]
    fn names_are_found_wherever_a_planner_may_have_put_them() {
        let request = PlanRequest::new(Brief::new("Satin Serum"), Brand::default());
        let names = names_of(&request.brief, &request.brand);
        let good = TemplatePlanner::new().plan_now(&request);
        assert_eq!(named_in(&names, &good, None, None), None);
        let mut plan = good.clone();
        plan.scenes[1].prompt.push_str(" a serum on a shelf");
        assert_eq!(named_in(&names, &plan, None, None), Some(("the prompt of scene showcase".to_owned(), "serum")));
        // A scene that a person has begun, and whose background is left to the planner.
        let mut own = crate::project::outline(None, 30.0);
        assert!(named_in(&names, &plan, None, Some(&own)).is_some());
        own[1].background =
            Some(Background::Generate(GeneratedBackground { prompt: "a serum".to_owned(), seed: None }));
        assert_eq!(named_in(&names, &plan, None, Some(&own)), None);
        let mut plan = good;
        plan.style.mood = "calm as the satin SERUM".to_owned();
        assert_eq!(named_in(&names, &plan, None, None), Some(("the style's mood".to_owned(), "satin serum")));
        assert_eq!(named_in(&names, &plan, Some(&plan.style), None), None);
        assert_eq!(
            named_in(&names, &Plan { style: unnamed_style(&names, plan.style.clone()), ..plan }, None, None),
            None
        );
    }

    #[test]
    fn the_template_names_nothing_even_where_its_own_words_are_the_name() {
        for name in ["Satin", "Daylight", "Concrete", "Slow Push", "Grain", "Studio", "Marble"] {
            for seed in 0..20 {
                let request = PlanRequest { seed, ..PlanRequest::new(Brief::new(name), Brand::default()) };
                let plan = TemplatePlanner::new().plan_now(&request);
                assert_eq!(named_in(&names_of(&request.brief, &request.brand), &plan, None, None), None, "{name}");
            }
        }
    }

    #[test]
    fn what_is_shown_is_told_from_what_is_denied() {
        assert_eq!(shown_in("a market with many people behind a stall").as_deref(), Some("people"));
        assert_eq!(shown_in("an empty market street without people or logos"), None);
        assert!(is_risky("a woman's bare hands") && !is_risky("soft mist"));
    }
}
