//! The composite stage: the product, the captions and the logo over the background, frame by frame, into one segment.

use super::{
    build::Build,
    clip::Clip,
    context::{Made, Product, Work},
    extract::Cutout,
    fidelity,
    glance::glance,
    ground::ground_of,
    import::AssetUse,
    key::content_key,
    lettering::lacks_of,
    pictures::Art,
    playback::{Playback, Room},
    scene::scene_spec,
    tail::Tail,
    timeline::Slot,
    turn::picture_mb,
};
use crate::{
    compose::{Backdrop, FontLibrary, Fonts, LogoArt, ProductArt, SceneComposer, SceneSpec, TextFault, crossfade, dip},
    error::{Error, ErrorKind, Result},
    media::{Frame, VideoEncoder, VideoSettings},
    project::{Aspect, Background, Quality, Rgb, Role, Stage},
};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// Grows when the same parameters give other pictures.
const VERSION: u32 = 5;

/// The encoder's settings of every segment: equal ones, or they could not be joined.
pub(crate) fn video_settings(build: &Build, aspect: Aspect) -> VideoSettings {
    let output = &build.project.output;
    let (width, height) = output.size(aspect);
    let (preset, crf) = match output.quality {
        Quality::Draft => ("superfast", 26.0),
        Quality::Standard => ("veryfast", 20.0),
        Quality::High => ("medium", 17.0),
    };
    let mut settings = VideoSettings::new(width as usize, height as usize, output.fps);
    settings.preset = preset.to_owned();
    settings.crf = crf;
    settings
}

/// What one scene looks like, without its pictures.
#[derive(Debug, Clone)]
struct Look {
    spec: SceneSpec,
    clip: PathBuf,
    slot: Slot,
}

/// The segment of scene `index` in `aspect`.
pub(crate) async fn composite(build: &Build, index: usize, aspect: Aspect) -> Result<Product> {
    let clip = build.clip(index, aspect).await?;
    let before = match build.slots[index].crossfade {
        0 => None,
        _ => Some(build.clip(index - 1, aspect).await?),
    };
    let cutout = build.cutout().await?;
    let product = build.composite_name(index, aspect);
    let first = with_product(build, index, aspect, &clip, before.as_ref(), cutout.as_ref(), &product).await;
    match first.map_err(|error| own_clips_fault(build, index, error)) {
        Ok(made) => Ok(made),
        // A clip of the person's own that is broken is broken without the product, too.
        Err(error) if cutout.is_some() && error.kind() != ErrorKind::InvalidInput => {
            build.context.degrade(Stage::Composite, &product, "background alone", error)?;
            with_product(build, index, aspect, &clip, before.as_ref(), None, &product).await
        }
        Err(error) => Err(error),
    }
}

/// Where a clip that the person brought turns out to be broken beyond its beginning, that is bad input, by its own name.
fn own_clips_fault(build: &Build, index: usize, error: Error) -> Error {
    let path = error.context().iter().find(|(key, _)| *key == "path").map(|(_, path)| PathBuf::from(path));
    let (Some(file), ErrorKind::Media) = (path.as_deref().and_then(Path::file_name), error.kind()) else {
        return error;
    };
    let own = [Some(index), index.checked_sub(1)].into_iter().flatten().find_map(|index| {
        match build.scenes().get(index).and_then(|scene| scene.background.as_ref()) {
            Some(Background::File(asset)) if file == asset.as_str() => Some((index, asset.as_str())),
            _ => None,
        }
    });
    match own {
        Some((index, stored)) => build.context.about(AssetUse::Clip(index), stored, error),
        None => error,
    }
}

async fn with_product(
    build: &Build,
    index: usize,
    aspect: Aspect,
    clip: &Clip,
    before: Option<&Clip>,
    cutout: Option<&Cutout>,
    product: &str,
) -> Result<Product> {
    let context = &build.context;
    let look = look(build, index, aspect, clip).await?;
    let before_look = match before {
        Some(clip) => Some(self::look(build, index - 1, aspect, clip).await?),
        None => None,
    };
    let settings = video_settings(build, aspect);
    let (logo_key, logo) = build.brand.logo.clone().unzip();
    let (font_key, font) = build.brand.font.clone().unzip();
    let (logo_key, font_key) = (logo_key.unwrap_or_default(), font_key.unwrap_or_default());
    let parameters = parameters(&look, before_look.as_ref(), &settings);
    let cutout_key = cutout.map(|cutout| cutout.key.clone()).unwrap_or_default();
    let before_key = before.map(|clip| clip.key.clone()).unwrap_or_default();
    let key =
        content_key("composite", VERSION, &parameters, &[&clip.key, &before_key, &cutout_key, &logo_key, &font_key]);
    let art = match cutout {
        Some(cutout) => Some(context.path_of(&cutout.file).await?),
        None => None,
    };
    let name = format!("{product}.mp4");
    let backdrops = (build.backdrop(index, aspect), index.checked_sub(1).map(|before| build.backdrop(before, aspect)));
    let fonts = build.brand.fonts.clone();
    let pictures = Arc::clone(&context.art);
    let job = Job { look, before: before_look, art, logo, font, settings, backdrops, fonts, pictures };
    let megabytes = picture_mb(job.settings.width as u32, job.settings.height as u32);
    context.make_weighing(megabytes, Stage::Composite, product, &key, move |work| job.run(work, &name)).await
}

/// What a segment is made from, beside files.
fn parameters(look: &Look, before: Option<&Look>, settings: &VideoSettings) -> Value {
    json!({
        "scene": look.spec,
        "before": before.map(|look| &look.spec),
        "slot": look.slot,
        "before_frames": before.map(|look| look.slot.frames),
        "encoder": settings,
    })
}

async fn look(build: &Build, index: usize, aspect: Aspect, clip: &Clip) -> Result<Look> {
    let spec = scene_spec(build, index, aspect, clip.ground);
    Ok(Look { spec, clip: build.context.path_of(&clip.file).await?, slot: build.slots[index] })
}

struct Job {
    look: Look,
    before: Option<Look>,
    art: Option<PathBuf>,
    logo: Option<PathBuf>,
    font: Option<String>,
    settings: VideoSettings,
    /// Of the scene and of the one before.
    backdrops: (SharedBackdrop, Option<SharedBackdrop>),
    fonts: Arc<OnceLock<FontLibrary>>,
    pictures: Arc<Art>,
}

/// What a scene's clip looks like: found by the first who needs it, for its own segment or for the crossfade out of it, and
/// kept for the other alone.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedBackdrop(Arc<Mutex<Option<Arc<Backdrop>>>>);

impl SharedBackdrop {
    fn of(&self, look: &Look) -> Result<Arc<Backdrop>> {
        // A poisoned lock holds either nothing or a whole backdrop.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(backdrop) = known.take() {
            return Ok(backdrop);
        }
        let spec = &look.spec;
        let branded = matches!(spec.role, Role::Hook | Role::CallToAction);
        let backdrop = if branded || spec.caption.is_some() || spec.call_to_action.is_some() {
            glance(&look.clip, room(look))?
        } else {
            // Nothing stands over it whose colour would follow from it.
            Backdrop::still(Frame::black(2, 2))
        };
        let backdrop = Arc::new(backdrop);
        if look.slot.tail > 0 {
            *known = Some(Arc::clone(&backdrop));
        }
        Ok(backdrop)
    }
}

impl Job {
    fn run(self, work: &Work, name: &str) -> Result<Made> {
        let mut fonts = Fonts::from(self.fonts.get_or_init(FontLibrary::system));
        if let Some(font) = &self.font {
            fonts.set_brand_font(font)?;
        }
        let art = self.art.as_deref().map(|path| self.pictures.product(path)).transpose()?;
        let logo = self.logo.as_deref().map(|path| self.pictures.logo(path)).transpose()?;
        let (art, logo) = (art.as_deref(), logo.as_deref().map(|(logo, _)| logo));
        let Slot { frames, crossfade: fade, dip_in, dip_out, .. } = self.look.slot;
        let (width, height) = (self.settings.width, self.settings.height);
        let mut before = match &self.before {
            Some(look) => {
                let backdrop = self.backdrops.1.as_ref().unwrap_or(&self.backdrops.0);
                let mut layers = Layers::new(look, art, logo, &mut fonts, backdrop)?;
                layers.go_to(look.slot.frames)?;
                Some(Tail::draw(work.folder(), fade.min(frames), (width, height), |frame| {
                    work.step(0.0)?;
                    layers.next(frame)
                })?)
            }
            None => None,
        };
        let mut scene = Layers::new(&self.look, art, logo, &mut fonts, &self.backdrops.0)?;
        let path = work.folder().join("segment.mp4");
        let mut encoder = VideoEncoder::create(&path, self.settings.clone())?;
        let mut frame = Frame::black(width, height);
        let dark = dark_of(&self.look.spec.palette);
        for index in 0..frames {
            work.step(index as f64 / frames as f64)?;
            scene.next(&mut frame)?;
            if let Some(old) = before.as_mut().map(Tail::next).transpose()?.flatten() {
                crossfade(old, &mut frame, eased((index + 1) as f32 / (fade + 1) as f32));
            }
            if index < dip_in {
                dip(&mut frame, eased((dip_in - index) as f32 / (dip_in + 1) as f32), dark);
            }
            if index + dip_out >= frames {
                dip(&mut frame, eased((index + dip_out + 1 - frames) as f32 / (dip_out + 1) as f32), dark);
            }
            encoder.write(&frame)?;
        }
        encoder.finish()?;
        let Layers { clip, composer, .. } = scene;
        let mut notes: Vec<String> = clip.note().into_iter().collect();
        notes.extend(clip.conversions());
        // Another one is decoded now.
        drop(clip);
        let broken = composer.faults().iter().filter(|fault| matches!(fault, TextFault::Broken { .. }));
        notes.extend(broken.map(ToString::to_string));
        let lacks = lacks_of(composer.faults());
        let fidelity = fidelity::measure(&path, &composer, &self.look.slot)?;
        Ok(Made { notes, lacks, fidelity, ..Made::file(name, path) })
    }
}

/// One scene's background and everything over it.
struct Layers {
    clip: Playback,
    composer: SceneComposer,
    index: u64,
}

impl Layers {
    fn new(
        look: &Look,
        art: Option<&ProductArt>,
        logo: Option<&LogoArt>,
        fonts: &mut Fonts,
        backdrop: &SharedBackdrop,
    ) -> Result<Self> {
        let backdrop = backdrop.of(look)?;
        let clip = Playback::open(&look.clip, room(look))?;
        Ok(Self { clip, composer: SceneComposer::new(&look.spec, art, logo, fonts, &backdrop)?, index: 0 })
    }

    fn go_to(&mut self, index: u64) -> Result<()> {
        self.index = index;
        self.clip.go_to(index)
    }

    fn next(&mut self, frame: &mut Frame) -> Result<()> {
        self.clip.next(frame)?;
        self.composer.draw(self.index, frame)?;
        self.index += 1;
        Ok(())
    }
}

fn room(look: &Look) -> Room {
    let SceneSpec { width, height, fps, frames, .. } = look.spec;
    Room { width, height, fps, frames, ground: ground_of(&look.spec.palette).0 }
}

/// The darkest colour of the palette, darker still: what a dip goes through.
fn dark_of(palette: &[Rgb]) -> Rgb {
    let luma = |rgb: &Rgb| u32::from(rgb.0[0]) * 2 + u32::from(rgb.0[1]) * 7 + u32::from(rgb.0[2]);
    palette.iter().min_by_key(|rgb| luma(rgb)).map_or(Rgb([8, 8, 10]), |rgb| Rgb(rgb.0.map(|value| value / 6)))
}

fn eased(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
#[path = "composite_tests.rs"]
mod tests;
