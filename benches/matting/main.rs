//! Mattes against the truth: the shipped photos were rendered together with their true masks.
//!
//! Beside them rembg, with the same model on the same photos: its mask, and its alpha matting.

mod peer;

use adgen::matte::{
    self, BackgroundRemover, DEFAULT_MODEL, ModelStore, OnnxRemover, Photo, Runtime, SearchRoots, by_model,
    metric::{MatteError, compare},
};
use adgen_benches::{Outcome, Row, Runs, bench, file, jobs, median, root, seconds};
use image::GrayImage;
use peer::Theirs;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

const SHIPPED: [&str; 6] = ["bottle_studio", "bottle_busy", "box_studio", "box_busy", "can_studio", "can_busy"];
/// What the raw mask may differ from rembg's, of 255.
const RAW_LIMIT: f64 = 1.0;

fn main() -> ExitCode {
    bench(measure)
}

/// One photo's figures.
struct Measured {
    ours: MatteError,
    raw: Option<MatteError>,
    closed: Option<MatteError>,
    took_s: f64,
    theirs_s: Option<(f64, f64)>,
}

fn measure(runs: Runs) -> Outcome {
    let remover = remover()?;
    let shipped: Vec<PathBuf> =
        SHIPPED.iter().map(|name| file(&format!("examples/assets/{name}.jpg"))).collect::<Outcome<_>>()?;
    let photos: Vec<PathBuf> = shipped.iter().cloned().chain(shared()).collect();
    let theirs = peer::mattes(&photos)?;
    let all = shipped
        .iter()
        .zip(SHIPPED)
        .map(|(path, name)| one(path, name, &remover, theirs.get(name), runs))
        .collect::<Outcome<Vec<_>>>()?;
    for (name, measured) in SHIPPED.iter().zip(&all) {
        row(&format!("cut-out of `{name}` against its true mask: mean absolute error / gradient error"), &[measured]);
    }
    row("the same, mean of the six", &all.iter().collect::<Vec<_>>());
    time(&all);
    raw_masks(&photos, &theirs, &remover)
}

fn remover() -> Outcome<OnnxRemover> {
    let runtime = Runtime::load(&SearchRoots::from_env())?;
    let model = ModelStore::from_env()?.locate(DEFAULT_MODEL)?;
    let info = matte::find_model(DEFAULT_MODEL).ok_or("the default model is not known")?;
    Ok(OnnxRemover::load(&runtime, &model, info, jobs().min(4))?)
}

/// Photos beside the repository, on machines that have them.
fn shared() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root().join("../shared/media")) else { return Vec::new() };
    let mut photos: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "jpg" || end == "png"))
        .collect();
    photos.sort();
    photos
}

fn load(path: &Path) -> Outcome<Photo> {
    Ok(Photo::load(&fs::read(path)?).map_err(|error| error.with_context("path", path.display()))?)
}

fn one(path: &Path, name: &str, remover: &OnnxRemover, theirs: Option<&Theirs>, runs: Runs) -> Outcome<Measured> {
    let photo = load(path)?;
    let truth = image::open(file(&format!("examples/assets/masks/{name}.png"))?)?.into_luma8();
    let against = |mask: &GrayImage| compare(mask, &truth).ok_or_else(|| format!("{name}: sizes differ"));
    let made = runs.collect(|_| {
        let began = Instant::now();
        let cut = by_model(&photo, remover, &|| false)?;
        Ok((cut.mask, began.elapsed().as_secs_f64()))
    })?;
    let ours = made.first().map(|(mask, _)| against(mask)).ok_or("nothing was measured")??;
    let raw = theirs.map(|theirs| against(&theirs.raw)).transpose()?;
    let closed = theirs.and_then(|theirs| theirs.closed.as_ref()).map(against).transpose()?;
    eprintln!("{name}: ours {ours:?}, rembg {raw:?}, its alpha matting {closed:?}");
    let took_s = median(made.iter().map(|(_, took)| *took));
    Ok(Measured { ours, raw, closed, took_s, theirs_s: theirs.and_then(|theirs| theirs.took_s) })
}

/// Prints the mean of some photos.
fn row(figure: &str, photos: &[&Measured]) {
    let error = |of: &dyn Fn(&Measured) -> Option<MatteError>| {
        // Only the photos that rembg's figure is there for can be compared.
        let all: Option<Vec<_>> = photos.iter().map(|photo| of(photo)).collect();
        all.map(|all| {
            let mean = |part: fn(&MatteError) -> f64| all.iter().map(part).sum::<f64>() / all.len() as f64;
            (mean(|error| error.absolute), mean(|error| error.gradient))
        })
    };
    let cell = |(absolute, gradient): (f64, f64)| format!("{:.3} % / {gradient:.5}", absolute * 100.0);
    let Some(ours) = error(&|photo| Some(photo.ours)) else { return };
    let mut line = Row::new("matting", figure).adgen(cell(ours));
    if let Some(raw) = error(&|photo| photo.raw) {
        let mut compared = format!("rembg {}", cell(raw));
        let mut ratios = vec![(ours.0, raw.0), (ours.1, raw.1)];
        if let Some(closed) = error(&|photo| photo.closed) {
            compared += &format!("; its alpha matting {}", cell(closed));
            ratios.extend([(ours.0, closed.0), (ours.1, closed.1)]);
        }
        line = line.compared(compared).ratios(&ratios);
    }
    line.print();
}

fn time(all: &[Measured]) {
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let ours = mean(all.iter().map(|photo| photo.took_s).collect());
    let theirs: Option<Vec<_>> = all.iter().map(|photo| photo.theirs_s).collect();
    let mut line = Row::new("matting", "time of a cut-out, 1200x1600, mean of the six").adgen(seconds(ours));
    if let Some(theirs) = theirs {
        let raw = mean(theirs.iter().map(|times| times.0).collect());
        let closed = mean(theirs.iter().map(|times| times.1).collect());
        line = line
            .compared(format!("rembg's alpha matting {} (its mask alone {})", seconds(closed), seconds(raw)))
            .ratio(ours, closed);
    }
    line.print();
}

/// Compares the model's mask, before any refinement, with rembg's of the same photos.
fn raw_masks(photos: &[PathBuf], theirs: &BTreeMap<String, Theirs>, remover: &OnnxRemover) -> Outcome {
    let mut differences = Vec::new();
    for path in photos {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let Some(theirs) = theirs.get(name.as_ref()) else { continue };
        let ours = remover.coarse_mask(load(path)?.rgb(), &|| false)?;
        let error = compare(&ours, &theirs.raw).ok_or_else(|| format!("{name}: rembg's mask has another size"))?;
        eprintln!("{name}: raw mask {:.4} of 255 from rembg's", error.absolute * 255.0);
        differences.push(error.absolute * 255.0);
    }
    let worst = differences.iter().copied().fold(0.0, f64::max);
    if !differences.is_empty() {
        Row::new("matting", format!("raw mask against rembg's, same model, worst of {} photos", differences.len()))
            .adgen(format!("{worst:.4} of 255"))
            .compared(format!("limit {RAW_LIMIT} of 255"))
            .ratio(worst, RAW_LIMIT)
            .print();
    }
    Ok(())
}
