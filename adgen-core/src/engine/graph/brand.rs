//! The brand's logo and font: an ad is made without them where they are no good, and that is told once, before anything is
//! spent.

use super::{context::Context, import::AssetUse};
use crate::{
    compose::{FontLibrary, Fonts},
    error::{Error, ErrorKind, Result},
    project::{AdProject, Stage},
};
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock, PoisonError},
};

/// What every scene takes of the brand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Brand {
    /// Hash and place of the logo.
    pub(crate) logo: Option<(String, PathBuf)>,
    /// What the font's look depends on, and its family or file.
    pub(crate) font: Option<(String, String)>,
    /// The machine's typefaces: read once for the whole run, as soon as somebody needs them.
    pub(crate) fonts: Arc<OnceLock<FontLibrary>>,
}

/// Looks at logo and font. What is no good is left out as a degradation.
pub(crate) async fn brand(context: &Arc<Context>, project: &AdProject) -> Result<Brand> {
    let fonts = Arc::default();
    Ok(Brand { logo: logo(context, project).await?, font: font(context, project, &fonts).await?, fonts })
}

/// Tells that the ad goes without its logo or font.
///
/// # Errors
/// Where the policy denies it, and what fails for the run as a whole.
pub(super) fn left_out(context: &Context, used: AssetUse, error: Error) -> Result<()> {
    context.left_out.lock().unwrap_or_else(PoisonError::into_inner).push(used);
    let (product, fallback, next) = match used {
        AssetUse::Font => ("brand_font", "program's own font", "give a font that is there, or none"),
        _ => ("brand_logo", "ad without the logo", "give a logo that can be read, or none"),
    };
    let error = if error.hint().is_some() { error } else { error.with_hint(next) };
    context.degrade(Stage::Composite, product, fallback, error)
}

/// Whether it was left out when the document came in, which is told if it was not yet.
fn was_left_out(context: &Context, used: AssetUse, named: &str) -> Result<bool> {
    if named != used.left_out_name() {
        return Ok(false);
    }
    if context.left_out.lock().unwrap_or_else(PoisonError::into_inner).contains(&used) {
        return Ok(true);
    }
    let message = format!("{} was no good when the document came in", used.label());
    left_out(context, used, Error::new(ErrorKind::InvalidInput, message)).map(|()| true)
}

async fn logo(context: &Arc<Context>, project: &AdProject) -> Result<Option<(String, PathBuf)>> {
    let Some(asset) = &project.brand.logo else { return Ok(None) };
    let file = asset.as_str();
    if was_left_out(context, AssetUse::Logo, file)? {
        return Ok(None);
    }
    let found = async {
        let path = context.path_of(file).await?;
        let hash = context.files.hash(file).await?.map(|(_, hash)| hash).unwrap_or_default();
        let (art, looked_at) = (Arc::clone(&context.art), path.clone());
        let notes = context.cpu(move |_| art.logo(&looked_at).map(|logo| logo.1.clone())).await?;
        // Here and nowhere else: every scene in every shape shows the same logo.
        for note in notes {
            context.tracker.note(Stage::Composite, note);
        }
        Ok((hash, path))
    };
    match found.await {
        Ok(found) => Ok(Some(found)),
        Err(error) => left_out(context, AssetUse::Logo, context.about(AssetUse::Logo, file, error)).map(|()| None),
    }
}

async fn font(
    context: &Arc<Context>,
    project: &AdProject,
    fonts: &Arc<OnceLock<FontLibrary>>,
) -> Result<Option<(String, String)>> {
    let Some(font) = project.brand.font.as_deref() else { return Ok(None) };
    if was_left_out(context, AssetUse::Font, font)? {
        return Ok(None);
    }
    let is_file = font.starts_with("brand_font.");
    let found = async {
        let (key, font) = match is_file {
            true => {
                let hash = context.files.hash(font).await?.map(|(_, hash)| hash).unwrap_or_default();
                (hash, context.path_of(font).await?.display().to_string())
            }
            false => (font.to_owned(), font.to_owned()),
        };
        let (asked, fonts) = (font.clone(), Arc::clone(fonts));
        let look = move || match is_file {
            true => Fonts::embedded().set_brand_font(&asked),
            false => Fonts::from(fonts.get_or_init(FontLibrary::system)).set_brand_font(&asked),
        };
        context.cpu(move |_| look()).await?;
        Ok((key, font))
    };
    match found.await {
        Ok(found) => Ok(Some(found)),
        Err(error) => {
            let error = match is_file {
                true => context.about(AssetUse::Font, font, error),
                false => {
                    let message = format!("the brand's font cannot be used: {}", error.message());
                    error.with_message(message)
                }
            };
            left_out(context, AssetUse::Font, error).map(|()| None)
        }
    }
}
