//! The brand's logo and font: an ad is made without them where they are no good, and that is told once, before anything is
//! spent.
//!
//! May depend on `project`, the engine's parts, `stages` and `composite` (fonts).

use crate::{
    composite::{FontFacts, Fonts},
    engine::parts::Parts,
    error::Result,
    project::{AdProject, Stage},
    stages::{AssetUse, Brand, content_key},
};
use serde_json::json;
use std::{path::PathBuf, sync::Arc};

/// Looks at logo and font. What is no good is left out as a degradation.
pub(super) async fn brand(parts: &Parts, project: &AdProject) -> Result<Brand> {
    let fonts = Arc::clone(&parts.extensions.fonts);
    Ok(Brand { logo: logo(parts, project).await?, font: font(parts, project).await?, fonts })
}

/// What looks otherwise with other typefaces is known by those, too, as far as a key can see them.
fn lettered(plain: String, facts: Option<FontFacts>) -> String {
    match facts {
        Some(facts) => content_key("lettered", 1, &json!([plain, facts]), &[]),
        None => plain,
    }
}

async fn logo(parts: &Parts, project: &AdProject) -> Result<Option<(String, PathBuf)>> {
    let Some(asset) = &project.brand.logo else { return Ok(None) };
    let file = asset.as_str();
    if parts.own_files.was_left_out(AssetUse::Logo, file)? {
        return Ok(None);
    }
    let found = async {
        let path = parts.artifacts.path_of(file).await?;
        let hash = parts.artifacts.hash_of(file).await?;
        let (art, fonts, looked_at) = (Arc::clone(&parts.art), Arc::clone(&parts.extensions.fonts), path.clone());
        let look = move || {
            let logo = art.logo(&looked_at)?;
            Ok((logo.notes.clone(), logo.is_lettered.then(|| fonts.facts_of_all()).flatten()))
        };
        let (notes, facts) = parts.turns.cpu(move |_| look()).await?;
        // Here and nowhere else: every scene in every shape shows the same logo.
        for note in notes {
            parts.progress.note(Stage::Composite, note);
        }
        Ok((lettered(hash, facts), path))
    };
    match found.await {
        Ok(found) => Ok(Some(found)),
        Err(error) => {
            parts.own_files.leave_out(AssetUse::Logo, parts.own_files.about(AssetUse::Logo, file, error)).map(|()| None)
        }
    }
}

async fn font(parts: &Parts, project: &AdProject) -> Result<Option<(String, String)>> {
    let Some(font) = project.brand.font.as_deref() else { return Ok(None) };
    if parts.own_files.was_left_out(AssetUse::Font, font)? {
        return Ok(None);
    }
    let is_file = font.starts_with("brand_font.");
    let found = async {
        let (key, font) = match is_file {
            true => {
                let hash = parts.artifacts.hash_of(font).await?;
                (hash, parts.artifacts.path_of(font).await?.display().to_string())
            }
            false => (font.to_owned(), font.to_owned()),
        };
        let (asked, fonts) = (font.clone(), Arc::clone(&parts.extensions.fonts));
        let look = move || match is_file {
            true => Fonts::embedded().set_brand_font(&asked).map(|()| None),
            false => {
                Fonts::from(fonts.library()).set_brand_font(&asked)?;
                Ok(fonts.facts_of_family(&asked))
            }
        };
        let facts = parts.turns.cpu(move |_| look()).await?;
        Ok((lettered(key, facts), font))
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
