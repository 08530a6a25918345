//! Whether the scenes' texts can be shown as they are written. Where the policy denies less, that is asked before anything is
//! bought for them.

use super::{build::Build, scene::scene_spec};
use crate::{
    compose::{FontLibrary, Fonts, SceneComposer, SceneSpec, TextFault},
    error::Result,
    project::{Lack, Stage},
};
use std::sync::Arc;

/// What stands in the place of a text that no font can show, or that is too long for its box.
const TEXT_IN_PART: &str = "text as far as it can be shown";

/// What a scene with these faults lacks. A word that goes on in the next line is all there.
pub(super) fn lacks_of(faults: &[TextFault]) -> Vec<Lack> {
    let lacking = faults.iter().filter(|fault| !matches!(fault, TextFault::Broken { .. }));
    lacking.map(|fault| Lack { fallback: TEXT_IN_PART.to_owned(), cause: fault.to_string() }).collect()
}

/// Foresees the texts of every scene in every shape where fallbacks are denied.
///
/// # Errors
/// `FallbackDenied` for a text that cannot be shown as it is written, or a product that cannot be cut out.
pub(super) async fn check(build: &Build) -> Result<()> {
    let context = &build.context;
    if !context.denies_fallbacks() {
        return Ok(());
    }
    let cutout = match build.cutout().await? {
        Some(cutout) => Some(context.path_of(&cutout.file).await?),
        None => None,
    };
    let each = build.project.output.aspects.iter().flat_map(|&a| (0..build.slots.len()).map(move |index| (index, a)));
    let scenes: Vec<(String, SceneSpec)> =
        each.map(|(index, a)| (build.composite_name(index, a), scene_spec(build, index, a, None))).collect();
    let (logo, font) = (build.brand.logo.clone(), build.brand.font.clone());
    let (art, fonts) = (Arc::clone(&context.art), Arc::clone(&build.brand.fonts));
    let foreseen = move || {
        let mut fonts = Fonts::from(fonts.get_or_init(FontLibrary::system));
        if let Some((_, font)) = &font {
            fonts.set_brand_font(font)?;
        }
        let product = cutout.map(|path| art.product(&path)).transpose()?;
        let logo = logo.map(|(_, path)| art.logo(&path)).transpose()?;
        let (product, logo) = (product.as_deref(), logo.as_deref().map(|(logo, _)| logo));
        let foresee = |(name, spec)| Ok((name, SceneComposer::foreseen_faults(&spec, product, logo, &mut fonts)?));
        scenes.into_iter().map(foresee).collect::<Result<Vec<_>>>()
    };
    for (product, faults) in context.cpu(move |_| foreseen()).await? {
        context.lacks(Stage::Composite, &product, &lacks_of(&faults))?;
    }
    Ok(())
}
