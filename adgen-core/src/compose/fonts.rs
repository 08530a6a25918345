//! The typefaces: the brand's own, the system's for every script, and two embedded ones, so that text never fails.

use crate::error::{Error, ErrorKind, Result};
use cosmic_text::{Attrs, CacheKeyFlags, Family, FontSystem, SwashCache, Weight, fontdb};
use std::{fmt, path::Path, sync::Arc};

/// Headlines: Inter Display Bold, SIL Open Font Licence 1.1.
static DISPLAY: &[u8] = include_bytes!("../../assets/fonts/InterDisplay-Bold.otf");
/// Everything small: Inter SemiBold, SIL Open Font Licence 1.1.
static TEXT: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
const DISPLAY_FAMILY: &str = "Inter Display";
const TEXT_FAMILY: &str = "Inter";

/// What a text is for; decides on typeface and weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// Large lines.
    Headline,
    /// Buttons and the brand's name.
    Label,
}

/// The typefaces, and what shapes and draws them. Costly to make: make one and use it for every scene.
pub struct Fonts {
    pub(super) system: FontSystem,
    pub(super) glyphs: SwashCache,
    brand: Option<String>,
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fonts").field("faces", &self.system.db().len()).field("brand", &self.brand).finish()
    }
}

impl Fonts {
    /// The embedded typefaces alone: Latin, Greek and Cyrillic, the same on every machine.
    pub fn embedded() -> Self {
        Self::from_database(embedded_database())
    }

    /// The embedded typefaces and every font that the system has.
    pub fn system() -> Self {
        let mut database = embedded_database();
        database.load_system_fonts();
        Self::from_database(database)
    }

    fn from_database(database: fontdb::Database) -> Self {
        // A fixed locale: it only decides between national forms of Han characters, and the environment must not.
        let system = FontSystem::new_with_locale_and_db("en-US".to_owned(), database);
        Self { system, glyphs: SwashCache::new(), brand: None }
    }

    /// Uses the brand's typeface: the name of a family that is there, or the path of a font file (`.ttf`, `.otf`, `.ttc`).
    ///
    /// On an error the typefaces stay as they were: the caller reports it and goes on with the embedded ones.
    pub fn set_brand_font(&mut self, font: &str) -> Result<()> {
        let font = font.trim();
        let is_file = Path::new(font).extension().is_some_and(|extension| {
            ["ttf", "otf", "ttc", "otc"].iter().any(|known| extension.eq_ignore_ascii_case(known))
        });
        if is_file {
            let bytes = std::fs::read(font)
                .map_err(|error| Error::from(error).with_operation("compose").with_context("font", font))?;
            return self.set_brand_font_data(bytes).map_err(|error| error.with_context("font", font));
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
            .with_operation("compose")),
        }
    }

    /// Uses the brand's typeface from the bytes of a font file.
    pub fn set_brand_font_data(&mut self, bytes: Vec<u8>) -> Result<()> {
        let ids = self.system.db_mut().load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
        let family =
            ids.first().and_then(|&id| self.system.db().face(id)?.families.first().map(|(name, _)| name.clone()));
        match family {
            Some(name) => {
                self.brand = Some(name);
                Ok(())
            }
            None => Err(Error::new(ErrorKind::InvalidInput, "the file is not a font: .ttf and .otf can be read")
                .with_operation("compose")),
        }
    }

    /// How many faces there are, the embedded ones included.
    pub fn faces(&self) -> usize {
        self.system.db().len()
    }

    /// The family of the brand, where one is in use.
    pub fn brand_family(&self) -> Option<&str> {
        self.brand.as_deref()
    }

    /// How texts of `voice` are set. `tracking` is extra space between letters in em.
    pub(super) fn attributes(&self, voice: Voice, tracking: f32) -> Attrs<'_> {
        let (family, weight) = match voice {
            Voice::Headline => (DISPLAY_FAMILY, Weight::BOLD),
            Voice::Label => (TEXT_FAMILY, Weight::SEMIBOLD),
        };
        let family = self.brand.as_deref().unwrap_or(family);
        let attributes = Attrs::new().family(Family::Name(family)).weight(weight);
        // Hinting snaps stems to pixels: text that moves would shiver.
        let attributes = attributes.cache_key_flags(CacheKeyFlags::DISABLE_HINTING);
        if tracking == 0.0 { attributes } else { attributes.letter_spacing(tracking) }
    }
}

fn embedded_database() -> fontdb::Database {
    let mut database = fontdb::Database::new();
    for bytes in [DISPLAY, TEXT] {
        database.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
    }
    database.set_sans_serif_family(TEXT_FAMILY);
    database
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_faces_have_the_names_that_are_asked_for() {
        let fonts = Fonts::embedded();
        for (family, weight) in [(DISPLAY_FAMILY, 700), (TEXT_FAMILY, 600)] {
            let found = fonts
                .system
                .db()
                .faces()
                .any(|face| face.weight.0 == weight && face.families.iter().any(|(name, _)| name == family));
            assert!(found, "{family} {weight}");
        }
    }

    #[test]
    fn a_missing_brand_font_is_reported_and_changes_nothing() {
        let mut fonts = Fonts::embedded();
        assert_eq!(fonts.set_brand_font("No Such Family").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(fonts.set_brand_font("/no/such/file.ttf").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(fonts.set_brand_font_data(b"not a font".to_vec()).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(fonts.brand_family(), None);
        fonts.set_brand_font("inter").unwrap();
        assert_eq!(fonts.brand_family(), Some("Inter"));
    }
}
