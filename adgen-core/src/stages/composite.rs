//! The composite stage: the product, the captions and the logo over the background, frame by frame, into one segment.
//!
//! May depend on `composite`, `media`, `project`, `error` and its neighbours.

use super::{
    art::Art,
    brand::Brand,
    fidelity,
    glance::glance,
    key::content_key,
    layers::{Layers, SceneSource, has_words, no_backdrop, room, transit},
    lettering::lacks_of,
    playback::Playback,
    tail::Tail,
    timeline::Slot,
    work::{Made, Recipe, Work, picture_mb},
};
use crate::{
    composite::{Backdrop, FontFacts, TextFault},
    error::Result,
    media::{Frame, VideoEncoder, VideoSettings},
    project::Stage,
};
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

/// Grows when the same parameters give other pictures.
const VERSION: u32 = 6;

/// Everything that a segment is made from.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub(crate) source: SceneSource,
    /// The scene before, where that dissolves into this one.
    pub(crate) before: Option<SceneSource>,
    /// The product cut out, and its key.
    pub(crate) cutout: Option<(PathBuf, String)>,
    pub(crate) brand: Brand,
    /// What of the studio's typefaces the texts are drawn by.
    pub(crate) fonts: Option<FontFacts>,
    pub(crate) settings: VideoSettings,
    /// What the clip looks like, and that of the scene before.
    pub(crate) backdrops: (SharedBackdrop, Option<SharedBackdrop>),
    pub(crate) art: Arc<Art>,
}

impl Segment {
    /// How the segment is made, as `artifact`.
    pub(crate) fn recipe(self, artifact: &str) -> Recipe {
        let key_of = |pair: Option<&(PathBuf, String)>| pair.map(|(_, key)| key.clone()).unwrap_or_default();
        let before = key_of(self.before.as_ref().map(|source| &source.clip));
        let logo = self.brand.logo.as_ref().map(|(key, _)| key.clone()).unwrap_or_default();
        let font = self.brand.font.as_ref().map(|(key, _)| key.clone()).unwrap_or_default();
        let parameters = parameters(&self.source, self.before.as_ref(), &self.settings, self.fonts.as_ref());
        let inputs = [&self.source.clip.1, &before, &key_of(self.cutout.as_ref()), &logo, &font];
        let key = content_key("composite", VERSION, &parameters, &inputs.map(String::as_str));
        let megabytes = picture_mb(self.settings.width as u32, self.settings.height as u32);
        let name = format!("{artifact}.mp4");
        Recipe::new(Stage::Composite, artifact, key, move |work| self.run(work, &name)).weighing(megabytes)
    }
}

/// What a segment is made from, beside files.
fn parameters(
    source: &SceneSource,
    before: Option<&SceneSource>,
    settings: &VideoSettings,
    fonts: Option<&FontFacts>,
) -> Value {
    let mut parameters = json!({
        "scene": source.spec,
        "before": before.map(|source| &source.spec),
        "slot": source.slot,
        "before_frames": before.map(|source| source.slot.frames),
        "encoder": settings,
    });
    // Nothing where nothing was given: such scenes stay what they were.
    if let (Some(fonts), Value::Object(fields)) = (fonts, &mut parameters) {
        fields.insert("fonts".to_owned(), json!(fonts));
    }
    parameters
}

/// What a scene's clip looks like: found by the first who needs it, for its own segment or for the crossfade out of it, and
/// kept for the other alone.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedBackdrop(Arc<Mutex<Option<Arc<Backdrop>>>>);

impl SharedBackdrop {
    fn of(&self, source: &SceneSource) -> Result<Arc<Backdrop>> {
        // A poisoned lock holds either nothing or a whole backdrop.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(backdrop) = known.take() {
            return Ok(backdrop);
        }
        // Nothing may stand over it whose colour would follow from it.
        let backdrop = if has_words(&source.spec) { glance(&source.clip.0, room(source))? } else { no_backdrop() };
        let backdrop = Arc::new(backdrop);
        if source.slot.tail > 0 {
            *known = Some(Arc::clone(&backdrop));
        }
        Ok(backdrop)
    }
}

impl Segment {
    fn run(self, work: &Work, name: &str) -> Result<Made> {
        let mut fonts = self.brand.typefaces()?;
        let art = self.cutout.as_ref().map(|(path, _)| self.art.product(path)).transpose()?;
        let logo = self.brand.logo.as_ref().map(|(_, path)| self.art.logo(path)).transpose()?;
        let (art, logo) = (art.as_deref(), logo.as_deref().map(|logo| &logo.art));
        let Slot { frames, crossfade: fade, .. } = self.source.slot;
        let (width, height) = (self.settings.width, self.settings.height);
        let mut before = match &self.before {
            Some(source) => {
                let backdrop = self.backdrops.1.clone().unwrap_or_default();
                let mut layers = Layers::new(clip_of(source)?, source, art, logo, &mut fonts, &*backdrop.of(source)?)?;
                layers.go_to(source.slot.frames)?;
                Some(Tail::draw(work.folder(), fade.min(frames), (width, height), |frame| {
                    work.step(0.0)?;
                    layers.next(frame)
                })?)
            }
            None => None,
        };
        let mut scene = Layers::new(
            clip_of(&self.source)?,
            &self.source,
            art,
            logo,
            &mut fonts,
            &*self.backdrops.0.of(&self.source)?,
        )?;
        let path = work.folder().join("segment.mp4");
        let mut encoder = VideoEncoder::create(&path, self.settings.clone())?;
        let mut frame = Frame::black(width, height);
        for index in 0..frames {
            work.step(index as f64 / frames as f64)?;
            scene.next(&mut frame)?;
            let old = before.as_mut().map(Tail::next).transpose()?.flatten();
            transit(&self.source, index, old, &mut frame);
            encoder.write(&frame)?;
        }
        encoder.finish()?;
        let (clip, compositor) = scene.into_parts();
        let mut notes: Vec<String> = clip.note().into_iter().collect();
        notes.extend(clip.conversions());
        // Another one is decoded now.
        drop(clip);
        let broken = compositor.faults().iter().filter(|fault| matches!(fault, TextFault::Broken { .. }));
        notes.extend(broken.map(ToString::to_string));
        let lacks = lacks_of(compositor.faults());
        let fidelity = fidelity::measure(&path, &compositor, &self.source.slot)?;
        Ok(Made { notes, lacks, fidelity, ..Made::file(name, path) })
    }
}

fn clip_of(source: &SceneSource) -> Result<Playback> {
    Playback::open(&source.clip.0, room(source))
}

#[cfg(test)]
#[path = "composite_tests.rs"]
mod tests;
