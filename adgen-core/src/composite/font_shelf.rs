//! The typefaces of a studio: those that it was given are looked through at once, the system's when somebody first needs
//! them; and what of the given ones decides how a text is drawn, for content keys.
//!
//! May depend on `error` and its neighbours `faces` and `font_library`.

use super::{
    faces::held,
    font_library::{EMBEDDED_FACES, FontLibrary, FontSources},
};
use crate::error::Result;
use cosmic_text::fontdb::{FaceInfo, ID};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Mutex, OnceLock, PoisonError},
};

/// The typefaces of a studio.
pub(crate) struct FontShelf {
    /// The embedded ones and those that were given.
    given: FontLibrary,
    /// Whether the system's are there.
    system: bool,
    whole: OnceLock<FontLibrary>,
    /// Hashes of the given ones, as far as somebody asked.
    hashes: Mutex<HashMap<ID, Option<String>>>,
}

/// What of a studio's typefaces decides how something is drawn, as far as a key can see it: which typefaces a system has is
/// not, for they change without the studio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FontFacts {
    /// Each face that can be used by its content, in the order in which they come.
    given: Vec<String>,
    /// Whether the system's are looked at, too.
    system: bool,
}

impl fmt::Debug for FontShelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FontShelf").field("given", &self.given).field("system", &self.system).finish_non_exhaustive()
    }
}

impl Default for FontShelf {
    /// The embedded ones and the system's.
    fn default() -> Self {
        Self::of(FontLibrary::embedded(), true)
    }
}

impl FontShelf {
    /// What `sources` name. Looks through their folders, and not yet through the system's.
    ///
    /// # Errors
    /// `InvalidConfig` for a folder that cannot be read or holds no font, and for bytes that are no font.
    pub(crate) fn new(sources: &FontSources) -> Result<Self> {
        let given = FontLibrary::new(&sources.clone().with_system(false))?;
        Ok(Self::of(given, sources.has_system()))
    }

    fn of(given: FontLibrary, system: bool) -> Self {
        Self { given, system, whole: OnceLock::new(), hashes: Mutex::default() }
    }

    /// All of them. Slow the first time, where the system's are looked through.
    pub(crate) fn library(&self) -> &FontLibrary {
        let whole = || if self.system { self.given.beside_system() } else { self.given.clone() };
        self.whole.get_or_init(whole)
    }

    /// Whether nothing was given and the system's are there: then there is nothing that a key could see.
    pub(crate) fn is_the_systems(&self) -> bool {
        self.system && self.given.faces() == EMBEDDED_FACES
    }

    /// What decides how `chars` are drawn, which the ad's own typeface does not have: every given face that has one of them.
    /// `None` where no key can see anything of it. Reads files.
    pub(crate) fn facts_of_chars(&self, chars: &BTreeSet<char>) -> Option<FontFacts> {
        let chars: Vec<char> = chars.iter().copied().collect();
        let database = self.given.database();
        match chars.as_slice() {
            [] => None,
            chars => self.facts(|face| held(&database, face.id, chars).contains(&true)),
        }
    }

    /// What decides how a text in the family `name` is drawn.
    pub(crate) fn facts_of_family(&self, name: &str) -> Option<FontFacts> {
        self.facts(|face| face.families.iter().any(|(family, _)| family.eq_ignore_ascii_case(name.trim())))
    }

    /// What decides how a drawing is drawn that may hold any text in any family.
    pub(crate) fn facts_of_all(&self) -> Option<FontFacts> {
        self.facts(|_| true)
    }

    fn facts(&self, is_used: impl Fn(&FaceInfo) -> bool) -> Option<FontFacts> {
        let database = self.given.database();
        // One that cannot be read is in no picture.
        let used = database.faces().skip(EMBEDDED_FACES).filter(|face| is_used(face));
        let given: Vec<String> = used.filter_map(|face| self.hash_of(face)).collect();
        (!given.is_empty() || !self.system).then_some(FontFacts { given, system: self.system })
    }

    /// SHA-256 of a face's file, with its place in it.
    fn hash_of(&self, face: &FaceInfo) -> Option<String> {
        let mut known = self.hashes.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = |data: &[u8], index: u32| {
            let hash = Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            if index == 0 { hash } else { format!("{hash}#{index}") }
        };
        known.entry(face.id).or_insert_with(|| self.given.database().with_face_data(face.id, hash)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::Fonts;

    const DISPLAY: &[u8] = include_bytes!("../../assets/fonts/InterDisplay-Bold.otf");
    const TEXT: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");

    fn shelf(sources: FontSources) -> FontShelf {
        FontShelf::new(&sources).unwrap()
    }

    fn chars(text: &str) -> BTreeSet<char> {
        text.chars().collect()
    }

    #[test]
    fn a_shelf_holds_what_was_given_and_the_systems_unless_nobody_wants_them() {
        let alone = shelf(FontSources::none().with_data(DISPLAY));
        assert_eq!((alone.library().faces(), alone.is_the_systems()), (3, false));
        let beside = shelf(FontSources::default().with_data(DISPLAY));
        assert_eq!(beside.library().faces(), FontLibrary::system().faces() + 1);
        let default = FontShelf::default();
        assert!(default.is_the_systems() && !shelf(FontSources::none()).is_the_systems());
        assert_eq!(default.library().faces(), FontLibrary::system().faces());
        assert!(FontShelf::new(&FontSources::none().with_data(*b"no font")).is_err());
    }

    #[test]
    fn facts_hold_what_can_be_used_and_no_more() {
        // As every studio was before: nothing that a key could see.
        let default = FontShelf::default();
        assert_eq!(default.facts_of_chars(&chars("茶")), None);
        assert_eq!((default.facts_of_family("Inter"), default.facts_of_all()), (None, None));
        // Without the system's, that itself decides.
        let none = shelf(FontSources::none());
        assert_eq!(none.facts_of_chars(&chars("茶")), Some(FontFacts { given: vec![], system: false }));
        assert_eq!(none.facts_of_chars(&chars("")), None);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("own.otf");
        std::fs::write(&file, DISPLAY).unwrap();
        let own = || shelf(FontSources::default().with_folder(folder.path()).with_data(TEXT));
        let first = own();
        // Neither has the one, both have the other.
        assert_eq!(first.facts_of_chars(&chars("茶")), None);
        let both = first.facts_of_chars(&chars("茶a")).unwrap();
        assert_eq!((both.given.len(), both.system), (2, true));
        assert!(both.given[0] != both.given[1] && both.given.iter().all(|hash| hash.len() == 64));
        assert_eq!(first.facts_of_family(" inter display").unwrap().given, both.given[1..]);
        assert_eq!(first.facts_of_all(), Some(both.clone()));
        // By content, not by place.
        std::fs::rename(&file, folder.path().join("renamed.otf")).unwrap();
        assert_eq!(own().facts_of_chars(&chars("a")), Some(both.clone()));
        let other = shelf(FontSources::default().with_data(TEXT).with_data(DISPLAY)).facts_of_all();
        assert_eq!(other, Some(both));
    }

    #[test]
    fn other_faces_are_sought_only_for_what_the_ads_own_lacks() {
        let mut fonts = Fonts::embedded();
        for text in ["Warm & café, naïve \u{2014} 100 %", "Жизнь, Ελλάδα", "e\u{2011}mail\u{a0}x", "Cafe\u{301}", ""]
        {
            assert_eq!(fonts.sought_elsewhere(text), chars(""), "{text}");
        }
        assert_eq!(fonts.sought_elsewhere("Green tea 茶"), chars("茶"));
        // Emoji are looked for in fonts of emoji, though the own one has the plain sign.
        assert!(fonts.sought_elsewhere("Go ♥\u{fe0f}").contains(&'♥'));
        assert!(!fonts.sought_elsewhere("Go ♥").contains(&'o'));
    }
}
