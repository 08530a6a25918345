//! What is wrong with a model's answer, in words that it can act on.

use super::{draft::Draft, task::Task};
use crate::{
    project::Rgb,
    provider::{names::plain, prompt_rules::shown_in},
};

/// A style's field and a music prompt, in characters, as the document allows.
const STYLE: usize = 300;
const MUSIC: usize = 1_900;
/// A background: with the style in it, it has to fit into a prompt of 4,000.
const BACKGROUND: (usize, usize) = (12, 1_200);
/// A caption is read in a few seconds; a longer one is still drawn, up to the second figure.
const CAPTION: (usize, usize) = (60, 120);

/// What is wrong.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Faults {
    /// These break the plan.
    pub(super) hard: Vec<String>,
    /// These make it worse, and are worth one repair but not the plan.
    pub(super) soft: Vec<String>,
}

impl Faults {
    /// All of them, one a line.
    pub(super) fn listed(&self) -> String {
        let lines: Vec<String> = self.hard.iter().chain(&self.soft).map(|fault| format!("- {fault}")).collect();
        lines.join("\n")
    }

    pub(super) fn is_empty(&self) -> bool {
        self.hard.is_empty() && self.soft.is_empty()
    }
}

/// Of the plans in one answer the last without a fault, else the last that can be used, else the last, with its faults.
/// There is at least one.
pub(super) fn best(task: &Task<'_>, drafts: Vec<Draft>) -> (Draft, Faults) {
    let checked = drafts.into_iter().map(|draft| {
        let faults = faults(task, &draft);
        (draft, faults)
    });
    let rank = |faults: &Faults| (!faults.hard.is_empty(), !faults.soft.is_empty());
    let mut checked: Vec<(Draft, Faults)> = checked.collect();
    checked.sort_by_key(|(_, faults)| rank(faults));
    checked.swap_remove(0)
}

/// Checks an answer against what was asked.
pub(super) fn faults(task: &Task<'_>, draft: &Draft) -> Faults {
    let mut faults = Faults::default();
    if task.wanted.style {
        style(task, draft, &mut faults);
    }
    let music = plain(&draft.music_prompt).chars().count();
    if !(1..=MUSIC).contains(&music) {
        faults.hard.push(format!("music_prompt has {music} characters; 1 to {MUSIC} are allowed"));
    }
    for id in &task.wanted.scenes {
        let Some(scene) = draft.scenes.get(id) else {
            faults.hard.push(format!("scenes.{id} is missing"));
            continue;
        };
        let path = format!("scenes.{id}.background");
        length(&path, &scene.background, BACKGROUND, &mut faults);
        named(task, &path, &scene.background, &mut faults);
        if let Some(word) = shown_in(&scene.background) {
            faults
                .soft
                .push(format!("{path} shows \"{word}\"; the set is empty, without people, lettering or packaging"));
        }
        let caption = scene.caption.as_deref().map(|caption| plain(caption).chars().count()).unwrap_or_default();
        if caption > CAPTION.0 && !task.wanted.written {
            let list = if caption > CAPTION.1 { &mut faults.hard } else { &mut faults.soft };
            list.push(format!("scenes.{id}.caption has {caption} characters; at most {} are allowed", CAPTION.0));
        }
        if let Some(figure) = scene.caption.as_deref().and_then(|caption| task.figures.invented_in(caption)) {
            faults.soft.push(format!(
                "scenes.{id}.caption says {figure}, a figure that the brief does not give; a caption claims what the brief says, \
                 nothing else"
            ));
        }
    }
    if let Some(id) = draft.scenes.keys().find(|id| !task.wanted.scenes.contains(id)) {
        faults.soft.push(format!("scenes.{} was not asked for", plain(id).chars().take(64).collect::<String>()));
    }
    faults
}

fn style(task: &Task<'_>, draft: &Draft, faults: &mut Faults) {
    let Some(style) = &draft.global_style else {
        faults.hard.push("global_style is missing".to_owned());
        return;
    };
    let texts = [
        ("camera", &style.camera),
        ("grade", &style.grade),
        ("lighting", &style.lighting),
        ("mood", &style.mood),
        ("texture", &style.texture),
    ];
    for (name, text) in texts {
        let path = format!("global_style.{name}");
        length(&path, text, (1, STYLE), faults);
        named(task, &path, text, faults);
    }
    let colours = style.palette.iter().filter(|colour| colour.trim().parse::<Rgb>().is_ok()).count();
    // Without any colour the brand's or the product's own stay.
    if colours == 0 || colours < style.palette.len() {
        faults
            .soft
            .push("global_style.palette has entries that are no colours like #1A2B3C, or none at all".to_owned());
    }
}

fn length(path: &str, text: &str, (least, most): (usize, usize), faults: &mut Faults) {
    let count = plain(text).chars().count();
    if !(least..=most).contains(&count) {
        faults.hard.push(format!("{path} has {count} characters; {least} to {most} are allowed"));
    }
}

fn named(task: &Task<'_>, path: &str, text: &str, faults: &mut Faults) {
    if let Some(name) = task.names.in_text(text) {
        faults.hard.push(format!(
            "{path} holds \"{name}\"; say it in other words: it is a name, or a part of one, and may not appear, not even inside another word"
        ));
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
