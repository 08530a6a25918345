//! The page that people look at after a run: `report.html`, whole by itself.
//!
//! Made from data alone: document, state, history and files of a project, so that it can be made again at any time. [`page`]
//! is what it shows, [`document`] how; this file gathers the data. May depend on `store` (the history), `media`, `picture`, `composite`
//! (fonts), `text` and `project`. Fails only where the run itself would: what cannot be shown is
//! left out, and a note says so.

mod document;
mod drawing;
mod element;
mod facts;
mod history;
mod numbers;
mod origin;
mod overview;
mod page;
mod picture;
mod scenes;
mod sound;
mod sound_section;
mod stills;
mod words;
mod work;

#[cfg(test)]
mod tests;

pub(crate) use stills::Span;

use self::{
    history::{History, Origin},
    page::{Page, SceneView},
    picture::Picture,
    sound::Sketch,
    stills::Still,
};
use crate::{
    composite::FontShelf,
    error::{Error, ErrorKind, Result},
    media::{Fps, decode_audio_until, probe},
    project::{AdProject, Asset, State},
    store::HistoryRecord,
};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio_util::sync::CancellationToken;

/// The page's name in the project's folder.
pub(crate) const NAME: &str = "report.html";
/// The cut-out as the pipeline stores it.
const CUTOUT: &str = "product_masked.png";
/// How a note about the page itself begins.
const LACKS: &str = "the report lacks the";
/// The most bytes of the poster and of the captions that come into the page. Ours are a few hundred kB.
const MAX_PART_BYTES: u64 = 8 << 20;

/// The ad that a report is about.
#[derive(Debug)]
pub(crate) struct Ad<'a> {
    pub(crate) project: &'a AdProject,
    pub(crate) state: State,
    pub(crate) records: Vec<HistoryRecord>,
    /// One for each scene.
    pub(crate) spans: Vec<Span>,
    /// The main video's name in the project's folder.
    pub(crate) video: &'a str,
    /// What the logo's texts are set in.
    pub(crate) fonts: Arc<FontShelf>,
}

/// The files of the project, by the names that people know.
pub(crate) trait Files {
    /// Where one of them can be opened; `None` where there is none.
    fn path(&self, name: &str) -> impl Future<Output = Result<Option<PathBuf>>>;

    /// Stores a file that lies in `scratch`.
    fn store(&self, name: &str, path: &Path, scratch: &Path) -> impl Future<Output = Result<()>>;
}

/// Where heavy work is done: off the async runtime, in its turn among all other, until somebody stops it.
pub(crate) trait Turns {
    /// How many threads one piece of work may use.
    fn threads(&self) -> usize;

    /// Does the work, which is told when to stop.
    fn take<T: Send + 'static>(
        &self,
        work: impl FnOnce(&CancellationToken) -> Result<T> + Send + 'static,
    ) -> impl Future<Output = Result<T>>;
}

/// Writes the report of an ad that is finished. `scratch` is an empty folder of this machine. Gives what the report lacks,
/// each thing in one line.
pub(crate) async fn write(ad: Ad<'_>, files: &impl Files, scratch: &Path, turns: &impl Turns) -> Result<Vec<String>> {
    let Ad { project, mut state, records, spans, video, fonts } = ad;
    let path = files.path(video).await?.ok_or_else(|| {
        Error::new(ErrorKind::NotFound, "the video that the report is about is missing").with_context("file", video)
    })?;
    let has_cutout = state.assets.values().any(|asset| asset.file == CUTOUT);
    let cutout = has_cutout.then(|| Asset::from(CUTOUT));
    let fps = Fps::from(project.output.fps);
    // Side by side: an ad is not there before its report is.
    let (sheet, sketch, info, photo, cutout, logo, poster, captions) = futures_util::join!(
        turns.take({
            let (path, spans, threads) = (path.clone(), spans.clone(), turns.threads());
            move |cancel| stills::contact_sheet(&path, &spans, fps, threads, &|| cancel.is_cancelled())
        }),
        turns.take({
            let path = path.clone();
            move |cancel| {
                let cancel: &dyn Fn() -> bool = &|| cancel.is_cancelled();
                Sketch::of(&decode_audio_until(&path, None, cancel)?, cancel)
            }
        }),
        turns.take({
            let path = path.clone();
            move |_| probe(&path)
        }),
        picture(files, turns, Some(&project.product.image), stills::photo),
        picture(files, turns, cutout.as_ref(), stills::transparent),
        picture(files, turns, project.brand.logo.as_ref(), move |path| stills::logo(path, &fonts)),
        part(files, "poster.jpg"),
        part(files, "captions.vtt"),
    );
    // What an earlier page of this run lacked may be there now.
    state.notes.retain(|note| !note.starts_with(LACKS));
    let mut lacks = Lacks::default();
    let sheet = lacks.shown("contact sheet", sheet)?.unwrap_or_default();
    let sketch = lacks.shown("sound's drawing", sketch)?;
    let info = lacks.shown("video's facts", info)?;
    let photo = lacks.shown(&format!("picture {}", project.product.image), photo)?.flatten();
    let cutout = lacks.shown("cut-out", cutout)?.flatten();
    let logo = lacks.shown("logo", logo)?.flatten();
    let poster = lacks.shown("poster", poster)?.flatten().and_then(stills::as_it_is);
    let captions = lacks.shown("captions", captions)?.flatten();
    let bytes =
        std::fs::metadata(&path).map_err(|error| Error::from(error).with_context("path", path.display()))?.len();

    state.notes.extend(lacks.notes.iter().cloned());
    let artifacts = history::artifacts(project, &state, &records);
    let history = History::of(&records, state.run_id.as_deref(), &artifacts);
    let page = Page {
        scenes: scenes(project, &spans, &state, &records, sheet),
        version: history.version.clone(),
        history,
        files: artifacts.into_iter().map(|(name, _, file)| (name, file)).collect(),
        project: project.clone(),
        state,
        video: (video.to_owned(), bytes),
        info,
        sketch,
        poster,
        photo,
        cutout,
        logo,
        captions,
    };
    let target = scratch.join(NAME);
    let written = {
        let target = target.clone();
        turns.take(move |cancel| save(&page, &path, &target, &|| !cancel.is_cancelled()))
    };
    written.await?;
    files.store(NAME, &target, scratch).await?;
    Ok(lacks.notes)
}

/// The finished ad is worth more than its report: what cannot be shown is left out, and said.
#[derive(Default)]
struct Lacks {
    notes: Vec<String>,
}

impl Lacks {
    fn shown<T>(&mut self, what: &str, made: Result<T>) -> Result<Option<T>> {
        match made {
            Ok(made) => Ok(Some(made)),
            Err(error) if error.kind() == ErrorKind::Cancelled => Err(error),
            Err(error) => {
                self.notes.push(format!("{LACKS} {what}: {error}"));
                Ok(None)
            }
        }
    }
}

fn save(page: &Page, video: &Path, target: &Path, keep_on: &dyn Fn() -> bool) -> Result<()> {
    let named = |path: &Path, error: std::io::Error| match keep_on() {
        true => Error::from(error).with_operation("write the report").with_context("path", path.display()),
        false => Error::cancelled(),
    };
    let mut video_file = File::open(video).map_err(|error| named(video, error))?;
    let mut out = BufWriter::with_capacity(1 << 16, File::create(target).map_err(|error| named(target, error))?);
    let written = document::write(page, &mut video_file, &mut out, keep_on).and_then(|()| out.flush());
    written.map_err(|error| named(target, error))
}

/// A picture of the project, made small; `None` where there is none.
async fn picture(
    files: &impl Files,
    turns: &impl Turns,
    asset: Option<&Asset>,
    make: impl FnOnce(&Path) -> Result<Picture> + Send + 'static,
) -> Result<Option<Picture>> {
    let Some(asset) = asset else { return Ok(None) };
    let Some(path) = files.path(asset.as_str()).await? else { return Ok(None) };
    turns.take(move |_| make(&path)).await.map(Some)
}

/// A small file that comes into the page as it is; `None` where there is none.
async fn part(files: &impl Files, name: &str) -> Result<Option<Vec<u8>>> {
    let Some(path) = files.path(name).await? else { return Ok(None) };
    let named = |error: Error| error.with_context("file", path.display());
    let bytes = tokio::fs::metadata(&path).await.map_err(|error| named(error.into()))?.len();
    if bytes > MAX_PART_BYTES {
        let message = format!("it has {bytes} bytes; at most {MAX_PART_BYTES} come into the page");
        return Err(named(Error::new(ErrorKind::Io, message)));
    }
    tokio::fs::read(&path).await.map(Some).map_err(|error| named(error.into()))
}

fn scenes(
    project: &AdProject,
    spans: &[Span],
    state: &State,
    records: &[HistoryRecord],
    sheet: Vec<Vec<Still>>,
) -> Vec<SceneView> {
    let fps = Fps::from(project.output.fps);
    let mut sheet = sheet.into_iter();
    let scenes = project.scenes.iter().flatten().zip(spans).enumerate();
    scenes
        .map(|(index, (scene, span))| SceneView {
            start_s: fps.seconds(span.start),
            duration_s: fps.seconds(span.start + span.frames) - fps.seconds(span.start),
            origin: Origin::of(index, scene, state, records),
            cost_usd: history::cost_of(&format!("scene_{}_bg", index + 1), state, records),
            stills: sheet.next().unwrap_or_default(),
        })
        .collect()
}
