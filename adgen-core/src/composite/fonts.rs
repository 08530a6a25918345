//! The typefaces of a library with the brand's own, and what shapes and draws them.
//!
//! Depends on `font_library`, and on `asset` (files that are open).

use super::{
    font_library::{DISPLAY_FAMILY, FontLibrary, MAX_FONT_BYTES, TEXT_FAMILY, load},
    language::HanForm,
};
use crate::{
    asset::PlainFile,
    error::{Error, ErrorKind, Result},
};
use cosmic_text::{FontSystem, SwashCache, fontdb};
use std::{collections::HashMap, fmt, path::Path, sync::Arc};

/// What a text is for; decides on typeface and weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Voice {
    /// Large lines.
    Headline,
    /// Buttons and the brand's name.
    Label,
}

/// The typefaces, and what shapes and draws them. Made from a [`FontLibrary`] in no time.
pub struct Fonts {
    pub(super) system: FontSystem,
    pub(super) glyphs: SwashCache,
    /// Which characters faces have, as far as it was asked.
    pub(super) known: HashMap<(fontdb::ID, char), bool>,
    /// In which order faces are tried.
    pub(super) orders: HashMap<(Voice, Option<HanForm>), Arc<[fontdb::ID]>>,
    brand: Option<String>,
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fonts").field("faces", &self.system.db().len()).field("brand", &self.brand).finish()
    }
}

impl From<&FontLibrary> for Fonts {
    fn from(library: &FontLibrary) -> Self {
        // A fixed locale: it only decides between fallbacks that are chosen here, and the environment must not.
        let system =
            FontSystem::new_with_locale_and_db("en-US".to_owned(), fontdb::Database::clone(&library.database()));
        Self { system, glyphs: SwashCache::new(), known: HashMap::new(), orders: HashMap::new(), brand: None }
    }
}

impl Fonts {
    /// The embedded typefaces alone: Latin, Greek and Cyrillic, the same on every machine.
    pub fn embedded() -> Self {
        Self::from(&FontLibrary::embedded())
    }

    /// The embedded typefaces and every font that the system has ([`FontLibrary::system`]).
    pub fn system() -> Self {
        Self::from(&FontLibrary::system())
    }

    /// Uses the brand's typeface: the name of a family that is there, or the path of a font file (`.ttf`, `.otf`, `.ttc`).
    ///
    /// On an error the typefaces stay as they were: the caller reports it and goes on with the embedded ones.
    pub fn set_brand_font(&mut self, font: &str) -> Result<()> {
        let font = font.trim();
        if Self::is_file(font) {
            return self.set_brand_font_file(Path::new(font));
        }
        let found = self.system.db().faces().find_map(|face| {
            face.families.iter().map(|(name, _)| name).find(|name| name.eq_ignore_ascii_case(font)).cloned()
        });
        match found {
            Some(name) => {
                self.brand = Some(name);
                Ok(())
            }
            None => Err(Error::new(
                ErrorKind::NotFound,
                format!("the font {font:?} is not installed: give the path of a .ttf or .otf file, or install it"),
            )
            .with_operation("composite")),
        }
    }

    /// Whether a font is named by its file, not by its family.
    pub(crate) fn is_file(font: &str) -> bool {
        Path::new(font).extension().is_some_and(|extension| {
            ["ttf", "otf", "ttc", "otc", "woff", "woff2"].iter().any(|known| extension.eq_ignore_ascii_case(known))
        })
    }

    /// Uses the brand's typeface from a font file of at most [`MAX_FONT_BYTES`].
    ///
    /// # Errors
    /// `InvalidInput` for what is no plain file, too large, or no font; the typefaces stay as they were.
    pub fn set_brand_font_file(&mut self, path: &Path) -> Result<()> {
        let named = |error: Error| error.with_operation("composite").with_context("path", path.display());
        let bytes = PlainFile::open(path).and_then(|mut file| file.read_whole(MAX_FONT_BYTES)).map_err(named)?;
        self.set_brand_font_data(bytes).map_err(named)
    }

    /// Uses the brand's typeface from the bytes of a font file.
    pub fn set_brand_font_data(&mut self, bytes: Vec<u8>) -> Result<()> {
        let family = load(self.system.db_mut(), bytes.into())?;
        self.orders.clear();
        self.brand = Some(family);
        Ok(())
    }

    /// The typefaces as a database, for drawings that hold text.
    pub fn database(&self) -> fontdb::Database {
        self.system.db().clone()
    }

    /// How many faces there are, the embedded ones included.
    pub fn faces(&self) -> usize {
        self.system.db().len()
    }

    /// The family of the brand, where one is in use.
    pub fn brand_family(&self) -> Option<&str> {
        self.brand.as_deref()
    }

    /// The ad's own family for `voice`.
    pub(super) fn family(&self, voice: Voice) -> &str {
        self.brand.as_deref().unwrap_or(match voice {
            Voice::Headline => DISPLAY_FAMILY,
            Voice::Label => TEXT_FAMILY,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_brings_along_is_not_in_the_others() {
        let mut fonts = Fonts::from(&FontLibrary::system());
        fonts.set_brand_font_data(include_bytes!("../../assets/fonts/InterDisplay-Bold.otf").to_vec()).unwrap();
        assert_eq!((Fonts::system().faces() + 1, Fonts::system().brand_family()), (fonts.faces(), None));
    }

    #[test]
    fn a_missing_brand_font_is_reported_and_changes_nothing() {
        let mut fonts = Fonts::embedded();
        assert_eq!(fonts.set_brand_font("No Such Family").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(fonts.set_brand_font("/no/such/file.ttf").unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(fonts.set_brand_font_data(b"not a font".to_vec()).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(fonts.brand_family(), None);
        fonts.set_brand_font("inter").unwrap();
        assert_eq!(fonts.brand_family(), Some("Inter"));
    }
}
