//! Brings a document and the files that it names into the storage, where the project is then whole by itself.

use super::{context::Context, key::content_key};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{AssetRules, fetch_asset},
    project::{AdProject, Asset, AssetLocation, Background, Music},
    store::{JournalEntry, hash_file},
};
use serde_json::json;
use std::path::{Path, PathBuf};

/// A larger file is refused before it is copied: no clip of an ad is as long.
const MAX_FILE_BYTES: u64 = 4 << 30;

/// Where a run's document comes from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// From a caller; relative assets are taken from the folder.
    Document(Box<AdProject>, PathBuf),
    /// From the storage.
    Stored,
}

/// The document that a run works on. A document that came before, unchanged, gives the stored one with a person's edits.
pub(crate) async fn import(context: &Context, source: Source) -> Result<AdProject> {
    match source {
        Source::Stored => stored(context).await?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "there is no such project in the storage")
                .with_context("file", context.files.display("project.json"))
        }),
        Source::Document(document, folder) => {
            document.validate()?;
            let hash = source_hash(&document, &folder).await?;
            let same = context.journal.lock().await.imported_source() == Some(hash.as_str());
            if same && let Some(project) = stored(context).await? {
                return Ok(project);
            }
            let project = bring_in(context, *document, &folder).await?;
            context.files.write("project.json", project.to_json()).await?;
            context.record(JournalEntry::Imported { source: hash }).await?;
            Ok(project)
        }
    }
}

async fn stored(context: &Context) -> Result<Option<AdProject>> {
    let Some(bytes) = context.files.read("project.json").await? else { return Ok(None) };
    let in_file = |error: Error| error.with_context("file", context.files.display("project.json"));
    let json = std::str::from_utf8(&bytes).map_err(|error| {
        in_file(Error::new(ErrorKind::InvalidProject, "the document is not UTF-8").with_source(error))
    })?;
    AdProject::from_json(json).map(Some).map_err(in_file)
}

/// Every asset of a document with the name, without extension, that it gets in the storage.
fn assets(project: &mut AdProject) -> Vec<(String, &mut Asset)> {
    let mut all = vec![("product_original".to_owned(), &mut project.product.image)];
    all.extend(project.product.cutout.as_mut().map(|asset| ("product_cutout".to_owned(), asset)));
    all.extend(project.brand.logo.as_mut().map(|asset| ("brand_logo".to_owned(), asset)));
    for (index, scene) in project.scenes.iter_mut().flatten().enumerate() {
        if let Some(Background::File(asset)) = &mut scene.background {
            all.push((format!("scene_{}_source", index + 1), asset));
        }
    }
    if let Some(Music::File(asset)) = &mut project.audio.music {
        all.push(("music_source".to_owned(), asset));
    }
    all
}

/// A font file is named like a family; only one that ends like a font file is one.
fn font_file(project: &AdProject) -> Option<PathBuf> {
    let font = project.brand.font.as_deref()?;
    let lower = font.to_ascii_lowercase();
    [".ttf", ".otf", ".ttc", ".otc"].iter().any(|end| lower.ends_with(end)).then(|| PathBuf::from(font))
}

async fn source_hash(document: &AdProject, folder: &Path) -> Result<String> {
    let mut document = document.clone();
    let json = serde_json::to_value(&document).unwrap_or_default();
    let font = font_file(&document);
    let mut hashes = Vec::new();
    let paths = assets(&mut document).into_iter().map(|(_, asset)| asset.path_in(folder)).collect::<Vec<_>>();
    for path in paths.into_iter().chain([font.map(|font| folder.join(font))]).flatten() {
        let plain = tokio::fs::metadata(&path).await.map_err(|error| missing(&path, error.into()))?;
        if !plain.is_file() || plain.len() > MAX_FILE_BYTES {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "a file that the project names has {} bytes; a plain file of at most 4 GB is needed",
                    plain.len()
                ),
            )
            .with_context("path", path.display()));
        }
        hashes.push(hash_file(&path).await.map_err(|error| missing(&path, error))?.1);
    }
    let inputs: Vec<&str> = hashes.iter().map(String::as_str).collect();
    Ok(content_key("source", 1, &json!({ "document": json }), &inputs))
}

async fn bring_in(context: &Context, mut project: AdProject, folder: &Path) -> Result<AdProject> {
    for (name, asset) in assets(&mut project) {
        let path = match asset.location() {
            AssetLocation::File(path) => folder.join(path),
            AssetLocation::Url(url) => fetch(context, &name, &url).await?,
        };
        let stored_as = format!("{name}.{}", extension(&path).await?);
        context.files.store_file(&stored_as, &path).await?;
        *asset = Asset::from(stored_as);
    }
    if let Some(font) = font_file(&project) {
        let path = folder.join(&font);
        let end = font.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
        let stored_as = format!("brand_font.{end}");
        context.files.store_file(&stored_as, &path).await?;
        project.brand.font = Some(stored_as);
    }
    Ok(project)
}

async fn fetch(context: &Context, name: &str, url: &str) -> Result<PathBuf> {
    if !context.network {
        return Err(Error::new(ErrorKind::Unsupported, "the project names a file on the web, and this run is offline")
            .with_context("url", url)
            .with_context("next", "download it, name the local file in the document, or run without --offline"));
    }
    let target = context.scratch.join(format!("{name}.download"));
    let rules = AssetRules { allow_private: context.private_urls, ..AssetRules::untrusted() };
    tokio::select! {
        fetched = fetch_asset(url, &target, rules) => fetched.map(|()| target.clone()),
        () = context.cancel.cancelled() => Err(Error::cancelled()),
    }
}

/// The file's extension by its first bytes, so that a wrong or missing one misleads nobody.
async fn extension(path: &Path) -> Result<String> {
    use tokio::io::AsyncReadExt;
    let named = |error: std::io::Error| missing(path, error.into());
    let mut head = [0; 16];
    let mut file = tokio::fs::File::open(path).await.map_err(named)?;
    let length = file.read(&mut head).await.map_err(named)?;
    let head = &head[..length];
    let known = match head {
        [0xFF, 0xD8, 0xFF, ..] => "jpg",
        [0x89, b'P', b'N', b'G', ..] => "png",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "webp",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => "wav",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "mp4",
        [b'I', b'D', b'3', ..] | [0xFF, 0xF3 | 0xFB | 0xF2 | 0xFA, ..] => "mp3",
        _ => "",
    };
    if !known.is_empty() {
        return Ok(known.to_owned());
    }
    let own = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain = !own.is_empty() && own.len() <= 8 && own.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Ok(if plain { own } else { "bin".to_owned() })
}

fn missing(path: &Path, error: Error) -> Error {
    Error::new(ErrorKind::InvalidInput, "cannot read a file that the project names")
        .with_context("path", path.display())
        .with_source(error)
}
