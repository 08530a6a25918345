//! rembg with the same model: run beside us where `ADGEN_REMBG_PYTHON` names a Python that has it, else its stored masks.

use adgen::matte::{DEFAULT_MODEL, ModelStore};
use adgen_benches::{Outcome, root, run};
use image::GrayImage;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

/// Names a Python interpreter with rembg.
const PYTHON: &str = "ADGEN_REMBG_PYTHON";

/// What rembg gave for one photo.
#[derive(Debug)]
pub(crate) struct Theirs {
    /// Its mask, as it comes from the model.
    pub(crate) raw: GrayImage,
    /// The alpha of its alpha matting; `None` for stored masks.
    pub(crate) closed: Option<GrayImage>,
    /// Seconds for each, where it ran.
    pub(crate) took_s: Option<(f64, f64)>,
}

/// rembg's mattes by the photos' names.
pub(crate) fn mattes(photos: &[PathBuf]) -> Outcome<BTreeMap<String, Theirs>> {
    match std::env::var_os(PYTHON).filter(|python| !python.is_empty()) {
        Some(python) => fresh(Path::new(&python), photos),
        None => {
            eprintln!("matting: {PYTHON} is not set, so rembg's stored masks of three photos are compared");
            stored(photos)
        }
    }
}

fn fresh(python: &Path, photos: &[PathBuf]) -> Outcome<BTreeMap<String, Theirs>> {
    let folder = tempfile::tempdir()?;
    let store = ModelStore::from_env()?;
    store.locate(DEFAULT_MODEL)?;
    let mut command = Command::new(python);
    command.arg(root().join("benches/matting/rembg_mattes.py")).arg(folder.path()).args(photos);
    let ran = run(command.env("U2NET_HOME", store.dir()))?;
    let mut all = BTreeMap::new();
    for line in ran.stdout.lines().filter(|line| line.starts_with('{')) {
        let line: serde_json::Value = serde_json::from_str(line)?;
        let name = line["name"].as_str().ok_or("rembg's answer has no name")?;
        let open = |kind: &str| image::open(folder.path().join(format!("{name}.{kind}.png")));
        let took_s = line["raw_s"].as_f64().zip(line["closed_s"].as_f64());
        let theirs = Theirs { raw: open("raw")?.into_luma8(), closed: Some(open("closed")?.into_luma8()), took_s };
        all.insert(name.to_owned(), theirs);
    }
    Ok(all)
}

fn stored(photos: &[PathBuf]) -> Outcome<BTreeMap<String, Theirs>> {
    let mut all = BTreeMap::new();
    for photo in photos {
        let name = photo.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mask = root().join(format!("tests/golden/rembg/{name}.png"));
        if mask.is_file() {
            all.insert(name, Theirs { raw: image::open(mask)?.into_luma8(), closed: None, took_s: None });
        }
    }
    Ok(all)
}
