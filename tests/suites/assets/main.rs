//! What a document may bring in: which files, of what kind and size, by which name; and that what is refused leaves nothing
//! behind.

mod bounds;
mod brand;
mod names;
mod places;
mod special;
mod storage;
mod stored;

use adgen_tests::{
    command::{Ran, adgen, run},
    document, pictures,
    storage::Project,
};
use serde_json::{Value, json};
use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// A value that is nowhere but in the command's environment.
const SECRET: &str = "s3cr3t-0f-th3-3nv1r0nm3nt";

/// A folder with a usable photo, a usable logo and a storage.
struct Desk {
    folder: TempDir,
    photo: PathBuf,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let photo = pictures::ready_photo(folder.path());
        Self { folder, photo }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder is the test's own");
        fs::write(&path, bytes).expect("the folder is the test's own");
        path
    }

    /// The least work, with relative names.
    fn least(&self, id: &str) -> Value {
        document::least(id, Path::new("product.png"))
    }

    /// `adgen generate <id>.json`, not yet started.
    fn command(&self, document: &Value, more: &[&str]) -> Command {
        let path = document::save(document, self.path());
        let mut command = adgen(["generate", "--offline", "--storage"]);
        command.arg(self.path().join("storage")).arg(path).args(more).env("TEST_SECRET", SECRET);
        command
    }

    fn generate(&self, document: &Value, more: &[&str]) -> Ran {
        run(self.command(document, more)).expect_no_panic()
    }

    /// `adgen generate ID`, which goes on with what is stored.
    fn resume(&self, id: &str) -> Ran {
        let storage = self.path().join("storage");
        let arguments = [OsStr::new("generate"), OsStr::new(id), OsStr::new("--offline"), OsStr::new("--storage")];
        let mut command = adgen(arguments);
        command.arg(storage).env("TEST_SECRET", SECRET);
        run(command).expect_no_panic()
    }

    fn project(&self, id: &str) -> Project {
        Project::new(&self.path().join("storage"), id)
    }

    /// Panics where a file of the storage holds `text`, or one of the document's own files lies in it.
    #[track_caller]
    fn expect_nothing_stored(&self, what: &str, text: &str) {
        for file in files_below(&self.path().join("storage")) {
            let bytes = fs::read(&file).expect("a file of the test's own");
            let held = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!held, "{what}: {} holds what was refused", file.display());
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let own = ["product_original", "product_cutout", "brand_logo", "brand_font", "music_source", "scene_"];
            assert!(!own.iter().any(|stem| name.starts_with(stem)), "{what} left {} behind", file.display());
        }
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => files.extend(files_below(&path)),
            path => files.push(path),
        }
    }
    files
}

/// Every place in which a document names a file, and what a message calls it.
const PLACES: [(&str, &str); 6] = [
    ("photo", "the photo"),
    ("cutout", "the cut-out"),
    ("logo", "the logo"),
    ("clip", "the clip of scene 1"),
    ("music", "the music"),
    ("font", "the brand's font"),
];

/// The document with `file` in one of the places.
fn naming(mut document: Value, place: &str, file: &str) -> Value {
    match place {
        "photo" => document["product"]["image"] = file.into(),
        "cutout" => document["product"]["cutout"] = file.into(),
        "logo" => document["brand"]["logo"] = file.into(),
        "clip" => document["scenes"][0]["background"] = json!({ "file": file }),
        "music" => document["audio"]["music"] = json!({ "file": file }),
        _ => document["brand"]["font"] = file.into(),
    }
    document
}

/// A font is known by how its name ends.
fn name_for(place: &str, name: &str) -> String {
    if place == "font" { format!("{name}.ttf") } else { name.to_owned() }
}
