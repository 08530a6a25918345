//! Whether the scenes' texts can be shown as they are written.
//!
//! May depend on `compose`, `project` and its neighbours.

use super::{art::Art, brand::Brand};
use crate::{
    compose::{SceneComposer, SceneSpec, TextFault},
    error::Result,
    project::Lack,
};
use std::path::Path;

/// What stands in the place of a text that no font can show, or that is too long for its box.
const TEXT_IN_PART: &str = "text as far as it can be shown";

/// What a scene with these faults lacks. A word that goes on in the next line is all there.
pub(crate) fn lacks_of(faults: &[TextFault]) -> Vec<Lack> {
    let lacking = faults.iter().filter(|fault| !matches!(fault, TextFault::Broken { .. }));
    lacking.map(|fault| Lack { fallback: TEXT_IN_PART.to_owned(), cause: fault.to_string() }).collect()
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
    let (product, logo) = (product.as_deref(), logo.as_deref().map(|(logo, _)| logo));
    let foresee = |(name, spec): (String, SceneSpec)| {
        let faults = SceneComposer::foreseen_faults(&spec, product, logo, &mut fonts)?;
        Ok((name, lacks_of(&faults)))
    };
    scenes.into_iter().map(foresee).collect()
}
