//! Mattes against the truth: the shipped photos were rendered together with their true masks.

use adgen::matte::{
    self, BackgroundRemover, DEFAULT_MODEL, ModelStore, OnnxRemover, Photo, Runtime, SearchRoots, by_backdrop,
    by_model, metric,
};
use adgen_tests::{root, shipped_photo};
use image::GrayImage;
use std::fs;

const SHIPPED: [&str; 6] = ["bottle_studio", "bottle_busy", "box_studio", "box_busy", "can_studio", "can_busy"];
/// What the refined mattes must stay below: mean absolute error and gradient error, from a measurement with some room.
const LIMITS: [(&str, f64, f64); 6] = [
    ("bottle_studio", 0.002, 0.0008),
    ("bottle_busy", 0.0038, 0.00075),
    ("box_studio", 0.0009, 0.0004),
    ("box_busy", 0.0023, 0.00065),
    ("can_studio", 0.001, 0.0004),
    ("can_busy", 0.0021, 0.00055),
];

fn never() -> bool {
    false
}

fn photo(name: &str) -> Photo {
    let bytes = fs::read(shipped_photo(name)).expect("the photo is readable");
    Photo::load(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn mask(path: &str) -> GrayImage {
    let path = root().join(path);
    let picture = image::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    picture.into_luma8()
}

fn remover() -> OnnxRemover {
    let runtime = Runtime::load(&SearchRoots::from_env())
        .unwrap_or_else(|error| panic!("ONNX Runtime is missing: run `make setup` ({error})"));
    let store = ModelStore::from_env().expect("the tests have a home");
    let file =
        store.locate(DEFAULT_MODEL).unwrap_or_else(|error| panic!("the model is missing: run `make setup` ({error})"));
    let info = matte::find_model(DEFAULT_MODEL).expect("the default is known");
    OnnxRemover::load(&runtime, &file, info, 2).expect("the model loads")
}

#[test]
fn refined_mattes_are_close_to_the_truth_and_closer_than_the_raw_mask() {
    let remover = remover();
    let mut wrong = Vec::new();
    for (name, absolute, gradient) in LIMITS {
        let (photo, truth) = (photo(name), mask(&format!("examples/assets/masks/{name}.png")));
        let raw = remover.coarse_mask(photo.rgb(), &never).expect("the model runs");
        let cutout = by_model(&photo, &remover, &never).unwrap_or_else(|error| panic!("{name}: {error}"));
        let raw = metric::compare(&raw, &truth).expect("of the same size");
        let refined = metric::compare(&cutout.mask, &truth).expect("of the same size");
        eprintln!("{name}: raw {raw:?}, refined {refined:?}");
        for (what, refined, raw, limit) in [
            ("mean absolute error", refined.absolute, raw.absolute, absolute),
            ("gradient error", refined.gradient, raw.gradient, gradient),
        ] {
            if refined >= raw {
                wrong.push(format!("{name}: the {what} is {refined:.5}, no better than the raw mask's {raw:.5}"));
            }
            if refined > limit {
                wrong.push(format!("{name}: the {what} is {refined:.5}, above {limit}"));
            }
        }
        // Opaque pixels are the photo's own: the product is never repainted.
        let changed = cutout
            .image
            .enumerate_pixels()
            .filter(|(x, y, pixel)| pixel[3] == 255 && pixel.0[..3] != photo.rgb().get_pixel(*x, *y).0);
        assert_eq!(changed.count(), 0, "{name}: opaque pixels are not the photo's own");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_raw_mask_is_that_of_rembg() {
    let remover = remover();
    let mut compared = 0;
    for name in SHIPPED {
        let golden = format!("tests/golden/rembg/{name}.png");
        if !root().join(&golden).is_file() {
            continue;
        }
        let ours = remover.coarse_mask(photo(name).rgb(), &never).expect("the model runs");
        let golden = mask(&golden);
        let error =
            metric::compare(&ours, &golden).unwrap_or_else(|| panic!("{name}: another size than the golden mask"));
        let codes = error.absolute * 255.0;
        eprintln!("{name}: {codes:.4} of 255");
        assert!(
            codes <= 1.0,
            "{name}: the raw mask differs from rembg's by {codes:.3} of 255 on average; 1 is allowed"
        );
        compared += 1;
    }
    assert!(compared >= 3, "only {compared} golden masks are in tests/golden/rembg: make.py there makes them");
}

#[test]
fn a_plain_backdrop_needs_no_model() {
    let mut wrong = Vec::new();
    for name in ["bottle_studio", "box_studio", "can_studio"] {
        let truth = mask(&format!("examples/assets/masks/{name}.png"));
        let cutout = by_backdrop(&photo(name), &never).unwrap_or_else(|error| panic!("{name}: {error}"));
        let error = metric::compare(&cutout.mask, &truth).expect("of the same size");
        eprintln!("{name}: by the backdrop {error:?}");
        if error.absolute > 0.03 {
            wrong.push(format!("{name}: the mean absolute error is {:.4}, above 0.03", error.absolute));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_cancelled_cut_out_stops() {
    let always = || true;
    let error = by_model(&photo("bottle_studio"), &remover(), &always).expect_err("was cancelled");
    assert_eq!(error.kind(), adgen::ErrorKind::Cancelled);
}
