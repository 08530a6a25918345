//! The tests that need the model and ONNX Runtime. They fail, not skip, where one is missing: `make setup` installs
//! both.

use super::*;
use image::{GrayImage, ImageFormat};
use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn remover() -> OnnxRemover {
    let runtime = Runtime::load(&SearchRoots::from_env()).expect("ONNX Runtime is needed: run `make setup`");
    let store = ModelStore::from_env().expect("a folder for models");
    let path = store.locate(DEFAULT_MODEL).expect("the model is needed: run `make setup`");
    OnnxRemover::load(&runtime, &path, find_model(DEFAULT_MODEL).expect("is known"), 2).expect("the model loads")
}

fn asset(name: &str) -> Photo {
    let path = root().join("examples/assets").join(name);
    Photo::load(&std::fs::read(&path).expect("the asset is there")).expect("the asset is a photo")
}

fn mask(path: &str) -> GrayImage {
    let bytes = std::fs::read(root().join(path)).expect("the mask is there");
    image::load_from_memory_with_format(&bytes, ImageFormat::Png).expect("a PNG").into_luma8()
}

/// `tests/golden/rembg/*.png` are rembg's own masks by the same model.
#[test]
fn the_raw_mask_is_rembgs() {
    let remover = remover();
    for name in ["bottle_busy", "box_studio", "can_busy"] {
        let ours = remover.coarse_mask(asset(&format!("{name}.jpg")).rgb(), &|| false).expect("runs");
        let theirs = mask(&format!("tests/golden/rembg/{name}.png"));
        let error = metric::compare(&ours, &theirs).expect("of one size");
        assert!(error.absolute <= 1.0 / 255.0, "{name}: {error:?}");
    }
}

/// The golden masks stand for rembg's result: the refined matte must be nearer to the rendered truth, by both measures.
#[test]
fn the_refined_matte_is_nearer_to_the_truth_than_rembgs() {
    let remover = remover();
    for name in ["box_studio", "can_busy"] {
        let cutout = by_model(&asset(&format!("{name}.jpg")), &remover, &|| false).expect("cuts out");
        let truth = mask(&format!("examples/assets/masks/{name}.png"));
        let ours = metric::compare(&cutout.mask, &truth).expect("of one size");
        let theirs = metric::compare(&mask(&format!("tests/golden/rembg/{name}.png")), &truth).expect("of one size");
        assert!(ours.absolute < theirs.absolute && ours.gradient < theirs.gradient, "{name}: {ours:?} {theirs:?}");
    }
}

#[test]
fn a_file_that_is_no_model_is_an_error() {
    let runtime = Runtime::load(&SearchRoots::from_env()).expect("ONNX Runtime is needed: run `make setup`");
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), b"not a model").expect("writes");
    let info = find_model(DEFAULT_MODEL).expect("is known");
    let error = OnnxRemover::load(&runtime, file.path(), info, 1).expect_err("is no model");
    assert_eq!(error.kind(), crate::error::ErrorKind::Model);
}

#[test]
fn a_model_at_work_is_stopped_and_works_again() {
    let remover = remover();
    let photo = asset("box_studio.jpg");
    let asked = AtomicU32::new(0);
    // The first answer lets it begin.
    let cancel = || asked.fetch_add(1, Ordering::Relaxed) > 0;
    let error = remover.coarse_mask(photo.rgb(), &cancel).expect_err("was stopped");
    assert_eq!(error.kind(), crate::error::ErrorKind::Cancelled);
    assert!(asked.into_inner() > 1);
    let mask = remover.coarse_mask(photo.rgb(), &|| false).expect("runs");
    assert!(mask.as_raw().iter().any(|a| *a == 255));
}

#[test]
fn a_remover_serves_several_threads_alike() {
    let remover: std::sync::Arc<dyn BackgroundRemover> = std::sync::Arc::new(remover());
    let photo = asset("box_studio.jpg");
    let once = || remover.coarse_mask(photo.rgb(), &|| false).expect("runs");
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(once);
        (once(), other.join().expect("ends"))
    });
    assert_eq!(first, second);
    assert_eq!((remover.name(), remover.version().len()), (DEFAULT_MODEL, 64));
}
