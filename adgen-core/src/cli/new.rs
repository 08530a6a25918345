//! `adgen new`: a document from a photo and a product's name.

use super::{numbers, output};
use crate::{
    asset::with_similar_name,
    composite::FontShelf,
    error::{Error, ErrorKind, Result},
    picture::Photo,
    project::{AdProject, Aspect, Asset, Rgb},
    stages::open_logo,
};
use clap::Args;
use std::{
    fs::{File, Metadata},
    io::Write,
    path::{Path, PathBuf},
};

#[derive(Debug, Args)]
pub(super) struct New {
    /// The product's photo: JPEG, PNG or WebP.
    photo: PathBuf,
    /// The product's name as it may stand on screen.
    #[arg(long, value_name = "NAME")]
    product: String,
    /// What it is and why somebody wants it.
    #[arg(long, value_name = "TEXT")]
    brief: Option<String>,
    /// For whom it is.
    #[arg(long, value_name = "TEXT")]
    audience: Option<String>,
    /// How the ad should feel: "fresh, uplifting".
    #[arg(long, value_name = "TEXT")]
    mood: Option<String>,
    /// The brand's name.
    #[arg(long, value_name = "NAME")]
    brand: Option<String>,
    /// A colour of the brand; the most important first.
    #[arg(long, value_name = "#RRGGBB", value_parser = |text: &str| text.parse::<Rgb>())]
    color: Vec<Rgb>,
    /// The brand's logo: an SVG, PNG, WebP or JPEG, best with transparency.
    #[arg(long, value_name = "FILE")]
    logo: Option<PathBuf>,
    /// What the viewer should do; shown as a button at the end.
    #[arg(long, value_name = "TEXT")]
    cta: Option<String>,
    /// Language of the captions, a BCP 47 tag.
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Length of the ad in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, allow_hyphen_values = true, value_parser = numbers::seconds)]
    duration: f64,
    /// A shape of the video: 9:16, 4:5, 1:1 or 16:9. Once for each video; the first is the main one.
    #[arg(long, value_name = "W:H", value_parser = |text: &str| text.parse::<Aspect>())]
    aspect: Vec<Aspect>,
    /// Title of the ad.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Where to write the document; standard output where missing or `-`.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite the document that is there.
    #[arg(long)]
    force: bool,
}

impl New {
    pub(super) fn run(self) -> Result<()> {
        // A picture that cannot be used is better found now than after the scenes were paid for.
        there(&self.photo, "the photo")?;
        Photo::open(&self.photo, "the photo")?;
        if let Some(logo) = &self.logo {
            there(logo, "the logo")?;
            open_logo(logo, &FontShelf::default())?;
        }
        let target = self.output.filter(|path| path.as_os_str() != "-");
        let folder = match target.as_deref().and_then(Path::parent) {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let mut project = AdProject::new(id_for(&self.product), self.product, asset(&self.photo, &folder)?);
        project.title = self.title;
        project.brief.description = self.brief.unwrap_or_default();
        project.brief.audience = self.audience.unwrap_or_default();
        project.brief.mood = self.mood.unwrap_or_default();
        project.brief.call_to_action = self.cta;
        project.brief.duration_s = self.duration;
        if let Some(language) = self.language {
            project.brief.language = language;
        }
        project.brand.name = self.brand.unwrap_or_default();
        project.brand.colors = self.color;
        project.brand.logo = self.logo.as_deref().map(|logo| asset(logo, &folder)).transpose()?;
        if !self.aspect.is_empty() {
            project.output.aspects = self.aspect;
        }
        project.validate()?;
        let Some(path) = target else {
            output::json_text(project.to_json().trim_end());
            return Ok(());
        };
        let inputs = [Some(self.photo), self.logo];
        write(&path, &project.to_json(), self.force, inputs.iter().flatten())?;
        output::note(format!("{} is the ad of {}: adgen generate {0}", path.display(), project.brief.product_name));
        Ok(())
    }
}

/// Writes the document where none is yet, or over the one that is there where `force` says so; never over its own inputs.
fn write<'a>(path: &Path, json: &str, force: bool, mut inputs: impl Iterator<Item = &'a PathBuf>) -> Result<()> {
    let refuse = |message: &str| Err(Error::new(ErrorKind::InvalidInput, message).with_context("path", path.display()));
    let failed = |error: std::io::Error| {
        Error::new(ErrorKind::Io, "cannot write the document").with_context("path", path.display()).with_source(error)
    };
    let there = path.metadata().ok();
    if there.as_ref().is_some_and(Metadata::is_dir) {
        return refuse("the document cannot be written: this is a folder; name a file in it");
    }
    // What cannot be compared is not there.
    if inputs.any(|input| same_file::is_same_file(input, path).unwrap_or(false)) {
        return refuse("the document cannot be written over the photo or the logo that it names");
    }
    // Nothing is lost in a pipe or a terminal.
    if force || there.is_some_and(|there| !there.is_file()) {
        return std::fs::write(path, json).map_err(failed);
    }
    // The system looks and makes it in one step: neither a file of the same moment nor what a link points to is overwritten.
    let mut file = match File::create_new(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return refuse(
                "there is something of this name already: choose another name, or overwrite it with --force",
            );
        }
        Err(error) => return Err(failed(error)),
    };
    file.write_all(json.as_bytes()).map_err(|error| {
        // Half a document is worse than none; where it cannot be removed, the error tells of it.
        drop(std::fs::remove_file(path));
        failed(error)
    })
}

/// Says what is not there, and what could have been meant.
fn there(path: &Path, what: &str) -> Result<()> {
    match path.metadata() {
        Ok(_) => Ok(()),
        Err(error) => {
            let message = format!("{what} cannot be found");
            let error =
                Error::new(ErrorKind::InvalidInput, message).with_context("path", path.display()).with_source(error);
            Err(with_similar_name(error, path))
        }
    }
}

/// A file as the document names it: relative where it lies beside or below the document, so that the folder can be moved.
fn asset(file: &Path, folder: &Path) -> Result<Asset> {
    let real = |path: &Path| {
        path.canonicalize().map_err(|error| {
            Error::new(ErrorKind::InvalidInput, "cannot find a folder or a file")
                .with_context("path", path.display())
                .with_source(error)
        })
    };
    let file = real(file)?;
    let folder = real(folder)?;
    Ok(Asset::from(file.strip_prefix(&folder).unwrap_or(&file)))
}

/// A name for the project that a person recognises and no other project has.
fn id_for(product: &str) -> String {
    let mut slug = String::new();
    for c in product.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 40 {
            break;
        }
    }
    let unique = uuid::Uuid::new_v4().simple().to_string();
    let slug = slug.trim_end_matches('-');
    format!("{}-{}", if slug.is_empty() { "ad" } else { slug }, &unique[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_valid_whatever_the_name() {
        for name in ["Rosso Espresso Cup", "緑茶", "  \"50 %\" \\ off\n", &"x".repeat(500), "É"] {
            let id = id_for(name);
            assert!(AdProject::new(&id, "x", "x.png").validate().is_ok(), "{id}");
        }
        assert!(id_for("Rosso Espresso Cup").starts_with("rosso-espresso-cup-"));
    }
}
