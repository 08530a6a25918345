//! What a scene shows, as the compositor needs it.

use super::timeline::Slot;
use crate::{
    composite::SceneSpec,
    project::{AdProject, Aspect, Ground, Role},
    text::{default_call_to_action, shown_name, shown_words},
};
use icu_normalizer::ComposingNormalizerBorrowed;

/// Scene `index` in `aspect`, over a background with this ground.
pub(crate) fn scene_spec(
    project: &AdProject,
    slots: &[Slot],
    index: usize,
    aspect: Aspect,
    ground: Option<Ground>,
) -> SceneSpec {
    let scene = &project.scenes.as_deref().unwrap_or_default()[index];
    let slot = slots[index];
    let (width, height) = project.output.size(aspect);
    let call = (scene.role == Role::CallToAction).then(|| {
        let own = project.brief.call_to_action.as_deref().map(str::trim);
        match own {
            // An empty call is a wish for none.
            Some(own) => shown_name(own),
            None => default_call_to_action(&project.brief.language).to_owned(),
        }
    });
    let caption = scene.caption.as_deref().map(shown_words).filter(|caption| !caption.is_empty());
    let brand_name = shown_name(&project.brand.name);
    let says_brand = caption.as_deref().is_some_and(|caption| is_same_name(caption, &brand_name));
    // Only those that stand in the scene: it is not drawn anew for others.
    let said =
        format!("{} {}", caption.as_deref().unwrap_or_default(), call.as_deref().unwrap_or_default()).to_lowercase();
    let names = [shown_name(&project.brief.product_name), brand_name.clone()];
    let names = names.iter().flat_map(|name| name.split_whitespace());
    let names = names.filter(|name| said.contains(&name.to_lowercase())).map(str::to_owned).collect();
    SceneSpec {
        width: width as usize,
        height: height as usize,
        fps: project.output.fps,
        frames: slot.frames + slot.tail,
        crossfade_in: slot.crossfade,
        crossfade_out: slot.tail,
        aspect,
        role: scene.role,
        product: scene.product.clone(),
        caption,
        call_to_action: call.filter(|call| !call.is_empty()),
        // A caption that says nothing but the brand's name says it for both.
        brand_name: if says_brand { String::new() } else { brand_name },
        language: project.brief.language.clone(),
        names,
        palette: project.style.as_ref().map(|style| style.palette.clone()).unwrap_or_default(),
        ground_line: ground.map(|ground| ground.line),
        ground_centered: ground.is_some_and(|ground| ground.centered),
        seed: project.seed,
        scene_index: index,
        is_first: index == 0,
        is_last: index + 1 == slots.len(),
    }
}

/// Whether two texts are the same words, however their letters are composed and whatever their case.
fn is_same_name(a: &str, b: &str) -> bool {
    let plain =
        |text: &str| ComposingNormalizerBorrowed::new_nfkc().normalize(&text.trim().to_lowercase()).into_owned();
    plain(a) == plain(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_however_it_is_written() {
        assert!(is_same_name("CAFFE\u{300} Rosso ", "Caff\u{E8} rosso"));
        assert!(!is_same_name("Caffe Rosso", "Caff\u{E8} Rosso") && !is_same_name("Rosso", "Caff\u{E8} Rosso"));
    }
}
