//! The typefaces: the brand's own, the system's for every script, and two embedded ones, so that text never fails.

use super::language::HanForm;
use crate::{
    asset::PlainFile,
    error::{Error, ErrorKind, Result},
};
use cosmic_text::{FontSystem, SwashCache, fontdb};
use std::{
    collections::HashMap,
    fmt,
    path::Path,
    sync::{Arc, OnceLock},
};

/// Headlines: Inter Display Bold, SIL Open Font Licence 1.1.
static DISPLAY: &[u8] = include_bytes!("../../assets/fonts/InterDisplay-Bold.otf");
/// Everything small: Inter SemiBold, SIL Open Font Licence 1.1.
static TEXT: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
const DISPLAY_FAMILY: &str = "Inter Display";
const TEXT_FAMILY: &str = "Inter";

/// A larger font file is refused before it is read: the largest families of Han characters have some 20 MB a file.
pub const MAX_FONT_BYTES: u64 = 50_000_000;

/// What a text is for; decides on typeface and weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Voice {
    /// Large lines.
    Headline,
    /// Buttons and the brand's name.
    Label,
}

/// The typefaces that there are, found once and shared: reading a system's fonts takes up to seconds.
#[derive(Clone)]
pub struct FontLibrary {
    database: Arc<fontdb::Database>,
}

impl fmt::Debug for FontLibrary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FontLibrary").field("faces", &self.database.len()).finish()
    }
}

impl FontLibrary {
    /// The embedded typefaces alone: Latin, Greek and Cyrillic, the same on every machine.
    pub fn embedded() -> Self {
        Self { database: Arc::new(embedded_database()) }
    }

    /// The embedded typefaces and every font that the system has. It is looked through once a process, when it is asked for
    /// first: fonts that are installed later are not seen.
    pub fn system() -> Self {
        static SYSTEM: OnceLock<FontLibrary> = OnceLock::new();
        let scan = || {
            let mut database = embedded_database();
            database.load_system_fonts();
            Self { database: Arc::new(database) }
        };
        SYSTEM.get_or_init(scan).clone()
    }

    /// The embedded typefaces and those of a folder, with its subfolders; nothing of the system.
    pub fn folder(path: &Path) -> Self {
        let mut database = embedded_database();
        database.load_fonts_dir(path);
        Self { database: Arc::new(database) }
    }
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
        let system = FontSystem::new_with_locale_and_db("en-US".to_owned(), fontdb::Database::clone(&library.database));
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
        let is_file = Path::new(font).extension().is_some_and(|extension| {
            ["ttf", "otf", "ttc", "otc", "woff", "woff2"].iter().any(|known| extension.eq_ignore_ascii_case(known))
        });
        if is_file {
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
            .with_operation("compose")),
        }
    }

    /// Uses the brand's typeface from a font file of at most [`MAX_FONT_BYTES`].
    ///
    /// # Errors
    /// `InvalidInput` for what is no plain file, too large, or no font; the typefaces stay as they were.
    pub fn set_brand_font_file(&mut self, path: &Path) -> Result<()> {
        let named = |error: Error| error.with_operation("compose").with_context("path", path.display());
        let bytes = PlainFile::open(path).and_then(|mut file| file.read_whole(MAX_FONT_BYTES)).map_err(named)?;
        self.set_brand_font_data(bytes).map_err(named)
    }

    /// Uses the brand's typeface from the bytes of a font file.
    pub fn set_brand_font_data(&mut self, bytes: Vec<u8>) -> Result<()> {
        if bytes.starts_with(b"wOFF") || bytes.starts_with(b"wOF2") {
            let message = "the file is a web font (WOFF); a .ttf or .otf file is needed";
            let next = "ask for the font's desktop files, or unpack it with a font converter";
            return Err(Error::new(ErrorKind::InvalidInput, message).with_operation("compose").with_hint(next));
        }
        let ids = self.system.db_mut().load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
        self.orders.clear();
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
    fn the_system_is_looked_through_once() {
        let (first, second) = (FontLibrary::system(), FontLibrary::system());
        assert!(Arc::ptr_eq(&first.database, &second.database));
        // What one brings along is not in the others.
        let mut fonts = Fonts::from(&first);
        fonts.set_brand_font_data(DISPLAY.to_vec()).unwrap();
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
