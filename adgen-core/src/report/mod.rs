//! The page that people look at after a run: `report.html`, whole by itself.
//!
//! [`page`] is the page as plain data; this file gathers that data. May depend on `pipeline`, `store`, `media`,
//! `picture`, `compose` (fonts) and `project`. Fails only where the run itself would: what cannot be shown is left out, and a note says so.

mod base64;
mod facts;
mod history;
mod html;
mod look;
mod overview;
mod page;
mod scenes;
mod sound;
mod sound_section;
mod stills;
mod words;
mod work;

#[cfg(test)]
mod tests;

use self::{
    history::{History, Origin},
    html::Picture,
    page::{Page, SceneView},
    sound::Sketch,
    stills::Still,
};
use crate::{
    engine::Parts,
    error::{Error, ErrorKind, Result},
    event::Event,
    media::{Fps, decode_audio, probe},
    project::{AdProject, Asset, Stage, State, StateAsset},
    stages::timeline,
    store::JournalRecord,
};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

/// The page's name in the project's folder.
pub(crate) const NAME: &str = "report.html";
/// The cut-out as the pipeline stores it.
const CUTOUT: &str = "product_masked.png";

/// Writes the report of the run that is about to end. `video` is the main video's name in the project's folder.
pub(crate) async fn write(parts: &Parts, project: &AdProject, video: &str) -> Result<()> {
    let path = parts.products.path_of(video).await?;
    let has_cutout = parts.progress.state().assets.values().any(|asset| asset.file == CUTOUT);
    let cutout = has_cutout.then(|| Asset::from(CUTOUT));
    // Side by side: an ad is not there before its report is.
    let (sheet, sketch, photo, cutout, logo) = futures_util::join!(
        sheet(parts, project, &path),
        sketch(parts, &path),
        picture(parts, Some(&project.product.image), stills::photo),
        picture(parts, cutout.as_ref(), stills::transparent),
        picture(parts, project.brand.logo.as_ref(), stills::logo),
    );
    let (sheet, sketch) = (shown(parts, "contact sheet", sheet)?, shown(parts, "sound's drawing", sketch)?);
    let (photo, cutout, logo) = (photo?, cutout?, logo?);
    let poster = parts.products.files().read("poster.jpg").await?.and_then(|bytes| stills::as_it_is(bytes.to_vec()));
    let captions = parts.products.files().read("captions.vtt").await?.map(|bytes| bytes.to_vec());
    let info = parts.turns.cpu({
        let path = path.clone();
        move |_| probe(&path)
    });
    let info = shown(parts, "video's facts", info.await)?;
    let bytes =
        std::fs::metadata(&path).map_err(|error| Error::from(error).with_context("path", path.display()))?.len();

    let events = past_events(parts);
    let records = parts.products.journal().lock().await.records().to_vec();
    // Last, so that the notes of this very stage are in it.
    let state = parts.progress.state();
    let page = Page {
        scenes: scenes(project, &state, &records, sheet.unwrap_or_default()),
        history: History::of(&records, &events),
        files: files(&state, &events),
        project: project.clone(),
        state,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        video: (video.to_owned(), bytes),
        info,
        run_cost_usd: parts.progress.run_cost_usd(),
        sketch,
        poster,
        photo,
        cutout,
        logo,
        captions,
    };
    let folder = parts.products.work_folder("report").await?;
    let target = folder.join(NAME);
    let written = {
        let target = target.clone();
        parts.turns.cpu(move |cancel| store(&page, &path, &target, &|| !cancel.is_cancelled()))
    };
    written.await?;
    parts.products.files().adopt_file(NAME, &target, &folder).await.map(drop)
}

fn store(page: &Page, video: &Path, target: &Path, keep_on: &dyn Fn() -> bool) -> Result<()> {
    let named = |path: &Path, error: std::io::Error| match keep_on() {
        true => Error::from(error).with_operation("write the report").with_context("path", path.display()),
        false => Error::cancelled(),
    };
    let mut video_file = File::open(video).map_err(|error| named(video, error))?;
    let mut out = BufWriter::with_capacity(1 << 16, File::create(target).map_err(|error| named(target, error))?);
    let written = page.render(&mut video_file, &mut out, keep_on).and_then(|()| out.flush());
    written.map_err(|error| named(target, error))
}

async fn sheet(parts: &Parts, project: &AdProject, video: &Path) -> Result<Vec<Vec<Still>>> {
    let (slots, fps, path) = (timeline(project), Fps::from(project.output.fps), video.to_owned());
    let threads = parts.turns.jobs();
    parts.turns.cpu(move |cancel| stills::contact_sheet(&path, &slots, fps, threads, &|| cancel.is_cancelled())).await
}

async fn sketch(parts: &Parts, video: &Path) -> Result<Sketch> {
    let path = video.to_owned();
    parts.turns.cpu(move |_| Sketch::of(&decode_audio(&path, None)?)).await
}

/// A picture of the project, made small; `None` where there is none or it cannot be read.
async fn picture(parts: &Parts, asset: Option<&Asset>, make: fn(&Path) -> Result<Picture>) -> Result<Option<Picture>> {
    let Some(asset) = asset else { return Ok(None) };
    let path = match parts.products.path_of(asset.as_str()).await {
        Ok(path) => path,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return shown(parts, &format!("picture {asset}"), Err(error)),
    };
    shown(parts, &format!("picture {asset}"), parts.turns.cpu(move |_| make(&path)).await)
}

/// The finished ad is worth more than its report: what cannot be shown is left out, and said.
fn shown<T>(parts: &Parts, what: &str, made: Result<T>) -> Result<Option<T>> {
    match made {
        Ok(made) => Ok(Some(made)),
        Err(error) if error.kind() == ErrorKind::Cancelled => Err(error),
        Err(error) => {
            parts.progress.note(Stage::Render, format!("the report lacks the {what}: {error}"));
            Ok(None)
        }
    }
}

fn past_events(parts: &Parts) -> Vec<Event> {
    parts.progress.history().into_iter().map(|record| record.event).collect()
}

fn scenes(project: &AdProject, state: &State, records: &[JournalRecord], sheet: Vec<Vec<Still>>) -> Vec<SceneView> {
    let fps = Fps::from(project.output.fps);
    let mut sheet = sheet.into_iter();
    let scenes = project.scenes.iter().flatten().zip(timeline(project)).enumerate();
    scenes
        .map(|(index, (scene, slot))| SceneView {
            start_s: fps.seconds(slot.start),
            duration_s: fps.seconds(slot.start + slot.frames) - fps.seconds(slot.start),
            origin: Origin::of(index, scene, state, records),
            cost_usd: history::cost_of(&format!("scene_{}_bg", index + 1), state, records),
            stills: sheet.next().unwrap_or_default(),
        })
        .collect()
}

/// The files that this run made or found there; the state also knows those of earlier ones.
fn files(state: &State, events: &[Event]) -> Vec<(String, StateAsset)> {
    let mut products: Vec<&str> = events
        .iter()
        .filter_map(|event| match event {
            Event::ProductReused { product, .. } | Event::ProductReady { product, .. } => Some(product.as_str()),
            _ => None,
        })
        .collect();
    products.sort_unstable();
    // A product of many files is listed as `product:file`.
    let of = |name: &str| name.split(':').next().is_some_and(|product| products.binary_search(&product).is_ok());
    state.assets.iter().filter(|(name, _)| of(name)).map(|(name, asset)| (name.clone(), asset.clone())).collect()
}
