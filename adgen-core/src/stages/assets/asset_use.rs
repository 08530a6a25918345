//! What a document's files are for: how each is called, how large it may be, and under which name it is stored.
//!
//! May depend on `project`, `matte`, `composite` and `error`.

use crate::{
    composite::MAX_FONT_BYTES,
    error::{Error, ErrorKind},
    matte::MAX_FILE_BYTES,
    project::{AdProject, Asset, Background, Music},
};

/// A larger clip is refused before it is read: four gigabytes are an hour as cameras record it.
pub(crate) const MAX_CLIP_BYTES: u64 = 4 << 30;
/// A larger track is refused before it is read: a gigabyte is an hour and a half of uncompressed stereo.
pub(crate) const MAX_MUSIC_BYTES: u64 = 1 << 30;

/// What one of a document's files is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AssetUse {
    Photo,
    Cutout,
    Logo,
    /// The background of the scene of this index.
    Clip(usize),
    Music,
    Font,
}

impl AssetUse {
    /// As a message calls it.
    pub(crate) fn label(self) -> String {
        match self {
            Self::Photo => "the photo".to_owned(),
            Self::Cutout => "the cut-out".to_owned(),
            Self::Logo => "the logo".to_owned(),
            Self::Clip(index) => format!("the clip of scene {}", index + 1),
            Self::Music => "the music".to_owned(),
            Self::Font => "the brand's font".to_owned(),
        }
    }

    /// Where a document names it.
    pub(crate) fn field(self) -> String {
        match self {
            Self::Photo => "product.image".to_owned(),
            Self::Cutout => "product.cutout".to_owned(),
            Self::Logo => "brand.logo".to_owned(),
            Self::Clip(index) => format!("scenes[{index}].background.file"),
            Self::Music => "audio.music.file".to_owned(),
            Self::Font => "brand.font".to_owned(),
        }
    }

    /// A larger file is refused before it is read.
    pub(crate) fn max_bytes(self) -> u64 {
        match self {
            Self::Photo | Self::Cutout | Self::Logo => MAX_FILE_BYTES,
            Self::Clip(_) => MAX_CLIP_BYTES,
            Self::Music => MAX_MUSIC_BYTES,
            Self::Font => MAX_FONT_BYTES,
        }
    }

    /// Whether an ad is made without it where it is no good. Everything else is what the ad is made of.
    pub(crate) fn may_be_left_out(self) -> bool {
        matches!(self, Self::Logo | Self::Font)
    }

    /// The name in the storage, without extension.
    pub(crate) fn stem(self) -> String {
        match self {
            Self::Photo => "product_original".to_owned(),
            Self::Cutout => "product_cutout".to_owned(),
            Self::Logo => "brand_logo".to_owned(),
            Self::Clip(index) => format!("scene_{}_source", index + 1),
            Self::Music => "music_source".to_owned(),
            Self::Font => "brand_font".to_owned(),
        }
    }

    /// What stands in the stored document in the place of a logo or font that was no good.
    pub(crate) fn left_out_name(self) -> String {
        format!("{}.left_out", self.stem())
    }

    /// An error about such a file, in words for whoever named it so in the document: what it is, its name, bad input.
    pub(crate) fn error(self, named: &str, error: Error) -> Error {
        let label = self.label();
        let kind = match error.kind() {
            // What fails for the run as a whole is not the file's fault.
            ErrorKind::Cancelled | ErrorKind::Io | ErrorKind::Locked | ErrorKind::Unexpected => return error,
            ErrorKind::Media | ErrorKind::NotFound => ErrorKind::InvalidInput,
            kind => kind,
        };
        let error = match error.message().starts_with(&label) {
            true => error,
            false => {
                let message = format!("{label} cannot be used: {}", error.message());
                error.with_message(message)
            }
        };
        error.with_kind(kind).without_context("path").with_context("file", named)
    }
}

/// Every file that a document names, in a fixed order, as it names them.
pub(crate) fn inventory(project: &AdProject) -> Vec<(AssetUse, String)> {
    let mut all = vec![(AssetUse::Photo, project.product.image.to_string())];
    all.extend(project.product.cutout.iter().map(|asset| (AssetUse::Cutout, asset.to_string())));
    all.extend(project.brand.logo.iter().map(|asset| (AssetUse::Logo, asset.to_string())));
    for (index, scene) in project.scenes.iter().flatten().enumerate() {
        if let Some(Background::File(asset)) = &scene.background {
            all.push((AssetUse::Clip(index), asset.to_string()));
        }
    }
    if let Some(Music::File(asset)) = &project.audio.music {
        all.push((AssetUse::Music, asset.to_string()));
    }
    all.extend(font_file(project).map(|font| (AssetUse::Font, font.to_owned())));
    all
}

/// A font file is named like a family; only one that ends like a font file is one.
fn font_file(project: &AdProject) -> Option<&str> {
    let font = project.brand.font.as_deref()?.trim();
    let lower = font.to_ascii_lowercase();
    // Web fonts are refused by name where they are opened.
    [".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2"].iter().any(|end| lower.ends_with(end)).then_some(font)
}

/// Names another file in a document.
pub(crate) fn rename(project: &mut AdProject, used: AssetUse, name: String) {
    match used {
        AssetUse::Photo => project.product.image = Asset::from(name),
        AssetUse::Cutout => project.product.cutout = Some(Asset::from(name)),
        AssetUse::Logo => project.brand.logo = Some(Asset::from(name)),
        AssetUse::Music => project.audio.music = Some(Music::File(Asset::from(name))),
        AssetUse::Font => project.brand.font = Some(name),
        AssetUse::Clip(index) => {
            if let Some(scene) = project.scenes.iter_mut().flatten().nth(index) {
                scene.background = Some(Background::File(Asset::from(name)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Scene;
    use serde_json::json;

    fn project() -> AdProject {
        let mut project = AdProject::new("p", "Oil", "photo.jpg");
        project.product.cutout = Some(Asset::from("cut.png"));
        project.brand.logo = Some(Asset::from("logo.png"));
        project.brand.font = Some(" fonts/Brand.OTF ".to_owned());
        let scene = |file: &str| {
            let background = json!({ "file": file });
            serde_json::from_value::<Scene>(json!({ "id": "a", "background": background })).unwrap()
        };
        let drawn = serde_json::from_value(json!({ "id": "b", "background": { "generate": { "prompt": "x" } } }));
        project.scenes = Some(vec![scene("1.mp4"), drawn.unwrap(), scene("3.mp4")]);
        project.audio.music = Some(Music::File(Asset::from("song.mp3")));
        project
    }

    #[test]
    fn every_file_is_listed_and_can_be_renamed() {
        let mut project = project();
        let names: Vec<String> = inventory(&project).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["photo.jpg", "cut.png", "logo.png", "1.mp4", "3.mp4", "song.mp3", "fonts/Brand.OTF"]);
        for (used, _) in inventory(&project) {
            rename(&mut project, used, format!("{}.ttf", used.stem()));
        }
        let names: Vec<String> = inventory(&project).into_iter().map(|(_, name)| name).collect();
        let stems: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix(".ttf")).collect();
        assert_eq!(
            stems,
            [
                "product_original",
                "product_cutout",
                "brand_logo",
                "scene_1_source",
                "scene_3_source",
                "music_source",
                "brand_font",
            ]
        );
        // A family is no file, and neither is what stands for a font that was left out.
        for family in ["Inter", "Font.ttf Sans", &AssetUse::Font.left_out_name()] {
            project.brand.font = Some(family.to_owned());
            assert_eq!(inventory(&project).len(), 6, "{family}");
        }
    }

    #[test]
    fn an_error_speaks_of_the_file_as_the_document_names_it() {
        let inner = Error::media("no sound").with_context("path", "/storage/music_source.mp3");
        let error = AssetUse::Music.error("songs/a.mp3", inner);
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.to_string(), "invalid_input: the music cannot be used: no sound (file: songs/a.mp3)");
        let named = AssetUse::Clip(1).error("x", Error::media("the clip of scene 2 is black"));
        assert_eq!(named.message(), "the clip of scene 2 is black");
    }
}
