//! Whether the scenes' texts can be shown as they are written, and which typefaces decide how.
//!
//! May depend on `composite`, `project` and its neighbours.

use super::{art::Art, brand::Brand};
use crate::{
    composite::{FontFacts, SceneCompositor, SceneSpec, TextFault},
    error::Result,
    project::{Lack, Role},
};
use std::{collections::BTreeSet, path::Path};

/// What stands in the place of a text that no font can show, or that is too long for its box.
const TEXT_IN_PART: &str = "text as far as it can be shown";

/// What a scene with these faults lacks. A word that goes on in the next line is all there.
pub(crate) fn lacks_of(faults: &[TextFault]) -> Vec<Lack> {
    let lacking = faults.iter().filter(|fault| !matches!(fault, TextFault::Broken { .. }));
    lacking.map(|fault| Lack { fallback: TEXT_IN_PART.to_owned(), cause: fault.to_string() }).collect()
}

/// What of the studio's typefaces decides how the texts of these scenes are drawn, beside the ad's own; `None` where no key
/// can see anything of it. Reads files.
///
/// # Errors
/// Where the brand's font is none.
pub(crate) fn typefaces_of(specs: &[&SceneSpec], brand: &Brand) -> Result<Option<FontFacts>> {
    if brand.fonts.is_the_systems() {
        return Ok(None);
    }
    let mut fonts = brand.own_typefaces()?;
    let mut sought = BTreeSet::new();
    for spec in specs {
        let named = brand.logo.is_none() && matches!(spec.role, Role::Hook | Role::CallToAction);
        let name = named.then_some(spec.brand_name.as_str());
        for text in [spec.caption.as_deref(), spec.call_to_action.as_deref(), name].into_iter().flatten() {
            sought.append(&mut fonts.sought_elsewhere(text));
        }
    }
    Ok(brand.fonts.facts_of_chars(&sought))
}

/// What scenes will lack of their texts, before anything is made for them.
pub(crate) fn foreseen_lacks(
    scenes: Vec<(String, SceneSpec)>,
    cutout: Option<&Path>,
    brand: &Brand,
    art: &Art,
) -> Result<Vec<(String, Vec<Lack>)>> {
    let mut fonts = brand.typefaces()?;
    let product = cutout.map(|path| art.product(path)).transpose()?;
    let logo = brand.logo.as_ref().map(|(_, path)| art.logo(path)).transpose()?;
    let (product, logo) = (product.as_deref(), logo.as_deref().map(|logo| &logo.art));
    let foresee = |(name, spec): (String, SceneSpec)| {
        let faults = SceneCompositor::foreseen_faults(&spec, product, logo, &mut fonts)?;
        Ok((name, lacks_of(&faults)))
    };
    scenes.into_iter().map(foresee).collect()
}
