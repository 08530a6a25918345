//! Which typefaces there are: two embedded ones, so that text never fails, and those of the system, of folders, and of bytes.
//!
//! May depend on `bundle`, `error` and `file_type`. The order of typefaces does not depend on the order in which a file system lists its files.

use crate::{
    bundle,
    error::{Error, ErrorKind, Result},
    file_type::FileType,
};
use cosmic_text::fontdb::{Database, FaceInfo, Family, Source};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

/// Headlines: Inter Display Bold, SIL Open Font Licence 1.1.
static DISPLAY: &[u8] = include_bytes!("../../assets/fonts/InterDisplay-Bold.otf");
/// Everything small: Inter SemiBold, SIL Open Font Licence 1.1.
static TEXT: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
pub(super) const DISPLAY_FAMILY: &str = "Inter Display";
pub(super) const TEXT_FAMILY: &str = "Inter";
/// How many faces are embedded: the first ones of every library.
pub(super) const EMBEDDED_FACES: usize = 2;

/// A larger font file is refused before it is read: the largest families of Han characters have some 20 MB a file.
pub const MAX_FONT_BYTES: u64 = 50_000_000;

/// Where typefaces come from, beside the two that are embedded. Where several have a family of the same name, that of bytes
/// counts before that of a folder, a folder's before those of later ones, and the system's last.
///
/// As JSON it is `{"system": true, "folders": []}`, or a part of that: what was given as bytes is neither written nor read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FontSources {
    /// Whether every font that the system has is there, and those of the package that adgen came in.
    system: bool,
    /// Folders whose font files are there, with those of their subfolders.
    folders: Vec<PathBuf>,
    #[serde(skip)]
    data: Vec<Arc<[u8]>>,
}

impl Default for FontSources {
    /// The system's fonts, and those of the package that adgen came in.
    fn default() -> Self {
        Self { system: true, ..Self::none() }
    }
}

impl fmt::Debug for FontSources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FontSources")
            .field("system", &self.system)
            .field("folders", &self.folders)
            .field("data", &self.data.iter().map(|bytes| bytes.len()).collect::<Vec<_>>())
            .finish()
    }
}

impl FontSources {
    /// The embedded typefaces alone: Latin, Greek and Cyrillic, the same on every machine. Others can be added.
    pub fn none() -> Self {
        Self { system: false, folders: Vec::new(), data: Vec::new() }
    }

    /// Whether every font that the system has is there, and, after those, what the package that adgen came in brings along
    /// ([`bundle`](crate::bundle)).
    #[must_use]
    pub fn with_system(mut self, system: bool) -> Self {
        self.system = system;
        self
    }

    pub(super) fn has_system(&self) -> bool {
        self.system
    }

    /// Adds the font files (`.ttf`, `.otf`, `.ttc`, `.otc`) of a folder and its subfolders. Files are read when they are
    /// needed: they must stay where they are.
    #[must_use]
    pub fn with_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folders.push(folder.into());
        self
    }

    /// Adds a font file by its bytes, at most 50 MB.
    #[must_use]
    pub fn with_data(mut self, bytes: impl Into<Arc<[u8]>>) -> Self {
        self.data.push(bytes.into());
        self
    }
}

/// The typefaces that there are, found once and shared: reading a system's fonts takes up to seconds.
#[derive(Clone)]
pub struct FontLibrary {
    database: Arc<Database>,
}

impl fmt::Debug for FontLibrary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FontLibrary").field("faces", &self.database.len()).finish()
    }
}

impl FontLibrary {
    /// Everything that `sources` name. Looks through folders, which may take seconds: call it where blocking is allowed.
    ///
    /// # Errors
    /// `InvalidConfig` for a folder that cannot be read or holds no font, and for bytes that are no font.
    pub fn new(sources: &FontSources) -> Result<Self> {
        if sources.folders.is_empty() && sources.data.is_empty() {
            return Ok(if sources.system { Self::system() } else { Self::embedded() });
        }
        let mut database = embedded_database();
        for (index, bytes) in sources.data.iter().enumerate() {
            load(&mut database, Arc::clone(bytes)).map_err(|error| {
                let message = format!("font {} of those that were given as bytes: {}", index + 1, error.message());
                Error::new(ErrorKind::InvalidConfig, message).with_operation("composite")
            })?;
        }
        for folder in &sources.folders {
            for face in faces_below(folder)? {
                database.push_face_info(face);
            }
        }
        let given = Self { database: Arc::new(database) };
        Ok(if sources.system { given.beside_system() } else { given })
    }

    /// These typefaces, which begin with the embedded ones, and every font that the system has.
    pub(super) fn beside_system(&self) -> Self {
        let system = Self::system();
        if self.database.len() == EMBEDDED_FACES {
            return system;
        }
        let mut database = Database::clone(&self.database);
        for face in system.database.faces().skip(EMBEDDED_FACES) {
            database.push_face_info(face.clone());
        }
        name_generic_families(&mut database, &system.database);
        Self { database: Arc::new(database) }
    }

    /// The embedded typefaces alone: Latin, Greek and Cyrillic, the same on every machine.
    pub fn embedded() -> Self {
        Self { database: Arc::new(embedded_database()) }
    }

    /// The embedded typefaces, every font that the system has, and those of the package that adgen came in. It is looked through once a process, when it is asked for
    /// first: fonts that are installed later are not seen.
    pub fn system() -> Self {
        static SYSTEM: OnceLock<FontLibrary> = OnceLock::new();
        SYSTEM.get_or_init(|| Self::scan(bundle::part("fonts").as_deref())).clone()
    }

    fn scan(bundled: Option<&Path>) -> Self {
        let mut found = Database::new();
        // What the system calls "sans serif", if anything; drawings with text of that family are set in it.
        found.set_sans_serif_family(TEXT_FAMILY);
        found.load_system_fonts();
        let mut database = embedded_database();
        name_generic_families(&mut database, &found);
        for face in in_order(&found) {
            database.push_face_info(face);
        }
        if let Some(folder) = bundled {
            let mut found = Database::new();
            found.load_fonts_dir(folder);
            for face in in_order(&found) {
                database.push_face_info(face);
            }
        }
        Self { database: Arc::new(database) }
    }

    /// How many faces there are, the embedded ones included.
    pub fn faces(&self) -> usize {
        self.database.len()
    }

    /// The typefaces as a database, for drawings that hold text.
    pub fn database(&self) -> Arc<Database> {
        Arc::clone(&self.database)
    }
}

/// Adds the faces of a font file by its bytes. Gives the name of the first one's family.
pub(super) fn load(database: &mut Database, bytes: Arc<[u8]>) -> Result<String> {
    let refused = |message: String| Error::new(ErrorKind::InvalidInput, message).with_operation("composite");
    if FileType::of(&bytes) == Some(FileType::Woff) {
        let next = "ask for the font's desktop files, or unpack it with a font converter";
        return Err(refused("the file is a web font (WOFF); a .ttf or .otf file is needed".to_owned()).with_hint(next));
    }
    if bytes.len() as u64 > MAX_FONT_BYTES {
        let most = MAX_FONT_BYTES / 1_000_000;
        return Err(refused(format!("the font has {} bytes; at most {most} MB are read", bytes.len())));
    }
    let ids = database.load_font_source(Source::Binary(Arc::new(bytes)));
    let family = ids.first().and_then(|&id| database.face(id)?.families.first().map(|(name, _)| name.clone()));
    family.ok_or_else(|| refused("the file is not a font: .ttf and .otf can be read".to_owned()))
}

/// The faces of a folder and its subfolders.
fn faces_below(folder: &Path) -> Result<Vec<FaceInfo>> {
    let refused = |message: String| {
        Error::new(ErrorKind::InvalidConfig, message)
            .with_operation("composite")
            .with_context("path", folder.display())
            .with_hint("name a folder with .ttf, .otf or .ttc files that can be read")
    };
    std::fs::read_dir(folder)
        .map_err(|error| refused("the folder of fonts cannot be read".to_owned()).with_source(error))?;
    let mut found = Database::new();
    found.load_fonts_dir(folder);
    if found.is_empty() {
        return Err(refused("the folder of fonts holds none that can be read".to_owned()));
    }
    Ok(in_order(&found))
}

/// The faces by their files' paths and their places within them.
fn in_order(database: &Database) -> Vec<FaceInfo> {
    let mut faces: Vec<FaceInfo> = database.faces().cloned().collect();
    let path = |face: &FaceInfo| match &face.source {
        Source::File(path) | Source::SharedFile(path, _) => path.clone(),
        Source::Binary(_) => PathBuf::new(),
    };
    faces.sort_by_cached_key(|face| (path(face), face.index));
    faces
}

/// What the system means by "serif" and the like.
fn name_generic_families(database: &mut Database, system: &Database) {
    database.set_serif_family(system.family_name(&Family::Serif));
    database.set_sans_serif_family(system.family_name(&Family::SansSerif));
    database.set_cursive_family(system.family_name(&Family::Cursive));
    database.set_fantasy_family(system.family_name(&Family::Fantasy));
    database.set_monospace_family(system.family_name(&Family::Monospace));
}

fn embedded_database() -> Database {
    let mut database = Database::new();
    for bytes in [DISPLAY, TEXT] {
        database.load_font_source(Source::Binary(Arc::new(bytes)));
    }
    database.set_sans_serif_family(TEXT_FAMILY);
    database
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn families(library: &FontLibrary) -> Vec<(String, String)> {
        let path = |face: &FaceInfo| match &face.source {
            Source::File(path) | Source::SharedFile(path, _) => {
                path.file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
            Source::Binary(_) => "bytes".to_owned(),
        };
        library.database.faces().map(|face| (face.families[0].0.clone(), path(face))).collect()
    }

    fn entry(family: &str, file: &str) -> (String, String) {
        (family.to_owned(), file.to_owned())
    }

    #[test]
    fn embedded_faces_have_the_names_that_are_asked_for() {
        let library = FontLibrary::new(&FontSources::none()).unwrap();
        for (family, weight) in [(DISPLAY_FAMILY, 700), (TEXT_FAMILY, 600)] {
            let mut faces = library.database.faces();
            let is_it =
                |face: &FaceInfo| face.weight.0 == weight && face.families.iter().any(|(name, _)| name == family);
            assert!(faces.any(is_it), "{family} {weight}");
        }
        assert_eq!(library.faces(), EMBEDDED_FACES);
    }

    #[test]
    fn the_system_is_looked_through_once() {
        let (first, second) = (FontLibrary::system(), FontLibrary::new(&FontSources::default()).unwrap());
        assert!(Arc::ptr_eq(&first.database, &second.database));
        let own = FontLibrary::new(&FontSources::default().with_data(DISPLAY)).unwrap();
        assert_eq!(own.faces(), first.faces() + 1);
        let generic = |library: &FontLibrary| library.database.family_name(&Family::Serif).to_owned();
        assert_eq!(generic(&own), generic(&first));
    }

    #[test]
    fn the_systems_fonts_come_in_the_order_of_their_files() {
        let faces = in_order(&FontLibrary::system().database);
        let system: Vec<_> = FontLibrary::system().database.faces().map(|face| face.post_script_name.clone()).collect();
        assert_eq!(faces.iter().map(|face| face.post_script_name.clone()).collect::<Vec<_>>()[2..], system[2..]);
    }

    #[test]
    fn what_the_package_brings_along_comes_after_the_systems_fonts() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a.otf"), TEXT).unwrap();
        let (system, all) = (FontLibrary::scan(None), FontLibrary::scan(Some(root.path())));
        assert_eq!(all.faces(), system.faces() + 1);
        assert_eq!(families(&all).last(), Some(&entry(TEXT_FAMILY, "a.otf")));
        assert_eq!(FontLibrary::scan(Some(&root.path().join("nowhere"))).faces(), system.faces());
    }

    #[test]
    fn folders_and_bytes_are_there_in_a_fixed_order() {
        let root = tempfile::tempdir().unwrap();
        let (first, second) = (root.path().join("first"), root.path().join("second"));
        fs::create_dir_all(first.join("deeper")).unwrap();
        fs::create_dir_all(&second).unwrap();
        // Written in no order.
        for (path, bytes) in [
            (first.join("z.otf"), TEXT),
            (first.join("b.ttf"), DISPLAY),
            (first.join("deeper/a.otf"), DISPLAY),
            (first.join("c.otf"), TEXT),
            (second.join("a.otf"), DISPLAY),
        ] {
            fs::write(path, bytes).unwrap();
        }
        fs::write(first.join("notes.txt"), "no font").unwrap();
        let sources = FontSources::none().with_folder(&second).with_folder(&first).with_data(TEXT);
        let library = FontLibrary::new(&sources).unwrap();
        let expected = [
            entry(DISPLAY_FAMILY, "bytes"),
            entry(TEXT_FAMILY, "bytes"),
            entry(TEXT_FAMILY, "bytes"),
            entry(DISPLAY_FAMILY, "a.otf"),
            entry(DISPLAY_FAMILY, "b.ttf"),
            entry(TEXT_FAMILY, "c.otf"),
            entry(DISPLAY_FAMILY, "a.otf"),
            entry(TEXT_FAMILY, "z.otf"),
        ];
        assert_eq!(families(&library), expected);
        assert_eq!(families(&FontLibrary::new(&sources.clone()).unwrap()), expected);
    }

    #[test]
    fn what_is_no_source_of_fonts_is_named() {
        let root = tempfile::tempdir().unwrap();
        let refused = |sources: FontSources| {
            let error = FontLibrary::new(&sources).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidConfig);
            error.to_string()
        };
        let missing = refused(FontSources::none().with_folder(root.path().join("nowhere")));
        assert!(missing.contains("cannot be read") && missing.contains("nowhere"), "{missing}");
        let empty = refused(FontSources::none().with_folder(root.path()));
        assert!(empty.contains("holds none"), "{empty}");
        let bytes = refused(FontSources::none().with_data(TEXT).with_data(*b"not a font"));
        assert!(bytes.contains("font 2 of those") && bytes.contains("not a font"), "{bytes}");
        let web = refused(FontSources::none().with_data(*b"wOF2...."));
        assert!(web.contains("web font"), "{web}");
    }
}
