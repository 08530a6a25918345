//! The brand's logo and font: an ad is made without them where they are no good, and that is told once, before anything is
//! spent.
//!
//! May depend on the engine's parts, `stages` and `compose` (fonts).

use crate::{
    compose::{FontLibrary, Fonts},
    engine::parts::Parts,
    error::Result,
    project::{AdProject, Stage},
    stages::{AssetUse, Brand},
};
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

/// Looks at logo and font. What is no good is left out as a degradation.
pub(super) async fn brand(parts: &Parts, project: &AdProject) -> Result<Brand> {
    let fonts = Arc::default();
    Ok(Brand { logo: logo(parts, project).await?, font: font(parts, project, &fonts).await?, fonts })
}

async fn logo(parts: &Parts, project: &AdProject) -> Result<Option<(String, PathBuf)>> {
    let Some(asset) = &project.brand.logo else { return Ok(None) };
    let file = asset.as_str();
    if parts.own_files.was_left_out(AssetUse::Logo, file)? {
        return Ok(None);
    }
    let found = async {
        let path = parts.products.path_of(file).await?;
        let hash = parts.products.hash_of(file).await?;
        let (art, looked_at) = (Arc::clone(&parts.art), path.clone());
        let notes = parts.turns.cpu(move |_| art.logo(&looked_at).map(|logo| logo.1.clone())).await?;
        // Here and nowhere else: every scene in every shape shows the same logo.
        for note in notes {
            parts.progress.note(Stage::Composite, note);
        }
        Ok((hash, path))
    };
    match found.await {
        Ok(found) => Ok(Some(found)),
        Err(error) => {
            parts.own_files.leave_out(AssetUse::Logo, parts.own_files.about(AssetUse::Logo, file, error)).map(|()| None)
        }
    }
}

async fn font(
    parts: &Parts,
    project: &AdProject,
    fonts: &Arc<OnceLock<FontLibrary>>,
) -> Result<Option<(String, String)>> {
    let Some(font) = project.brand.font.as_deref() else { return Ok(None) };
    if parts.own_files.was_left_out(AssetUse::Font, font)? {
        return Ok(None);
    }
    let is_file = font.starts_with("brand_font.");
    let found = async {
        let (key, font) = match is_file {
            true => {
                let hash = parts.products.hash_of(font).await?;
                (hash, parts.products.path_of(font).await?.display().to_string())
            }
            false => (font.to_owned(), font.to_owned()),
        };
        let (asked, fonts) = (font.clone(), Arc::clone(fonts));
        let look = move || match is_file {
            true => Fonts::embedded().set_brand_font(&asked),
            false => Fonts::from(fonts.get_or_init(FontLibrary::system)).set_brand_font(&asked),
        };
        parts.turns.cpu(move |_| look()).await?;
        Ok((key, font))
    };
    match found.await {
        Ok(found) => Ok(Some(found)),
        Err(error) => {
            let error = match is_file {
                true => parts.own_files.about(AssetUse::Font, font, error),
                false => {
                    let message = format!("the brand's font cannot be used: {}", error.message());
                    error.with_message(message)
                }
            };
            parts.own_files.leave_out(AssetUse::Font, error).map(|()| None)
        }
    }
}
