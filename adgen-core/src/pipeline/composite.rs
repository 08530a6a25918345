//! The composite stage: the product, the captions and the logo over the background, frame by frame, into one segment.

use super::{
    build::Build,
    clip::Clip,
    context::{Made, Product, Work},
    extract::Cutout,
    fidelity,
    key::content_key,
    timeline::Slot,
};
use crate::{
    compose::{Fonts, LogoArt, ProductArt, SceneComposer, SceneSpec, crossfade, dip},
    error::{Error, Result},
    media::{Fps, Frame, VideoEncoder, VideoReader, VideoSettings, VideoTarget, probe},
    project::{Aspect, Quality, Rgb, Role, Stage},
    provider::offline::planner::default_call_to_action,
};
use image::RgbaImage;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Grows when the same parameters give other pictures.
const VERSION: u32 = 1;
/// A clip that is too short is slowed down to this share of its speed before it is repeated.
const SLOWEST: f64 = 0.5;

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
    match first {
        Ok(made) => Ok(made),
        Err(error) if cutout.is_some() => {
            build.context.degrade(Stage::Composite, &product, "background alone", error)?;
            with_product(build, index, aspect, &clip, before.as_ref(), None, &product).await
        }
        Err(error) => Err(error),
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
    let (logo_key, logo) = match &build.project.brand.logo {
        Some(asset) => {
            let hash = context.files.hash(asset.as_str()).await?.map(|(_, hash)| hash).unwrap_or_default();
            (hash, Some(context.path_of(asset.as_str()).await?))
        }
        None => (String::new(), None),
    };
    let (font_key, font) = match build.project.brand.font.as_deref() {
        Some(file) if file.starts_with("brand_font.") => {
            let hash = context.files.hash(file).await?.map(|(_, hash)| hash).unwrap_or_default();
            (hash, Some(context.path_of(file).await?.display().to_string()))
        }
        Some(family) => (family.to_owned(), Some(family.to_owned())),
        None => (String::new(), None),
    };
    let parameters = json!({
        "scene": format!("{:?}", look.spec),
        "before": before_look.as_ref().map(|look| format!("{:?}", look.spec)),
        "slot": format!("{:?}", look.slot),
        "before_frames": before_look.as_ref().map(|look| look.slot.frames),
        "encoder": format!("{settings:?}"),
    });
    let cutout_key = cutout.map(|cutout| cutout.key.clone()).unwrap_or_default();
    let before_key = before.map(|clip| clip.key.clone()).unwrap_or_default();
    let key =
        content_key("composite", VERSION, &parameters, &[&clip.key, &before_key, &cutout_key, &logo_key, &font_key]);
    let art = match cutout {
        Some(cutout) => Some(context.path_of(&cutout.file).await?),
        None => None,
    };
    let name = format!("{product}.mp4");
    let job = Job { look, before: before_look, art, logo, font, settings };
    context.make(Stage::Composite, product, &key, move |work| job.run(work, &name)).await
}

async fn look(build: &Build, index: usize, aspect: Aspect, clip: &Clip) -> Result<Look> {
    let project = &build.project;
    let scene = &build.scenes()[index];
    let slot = build.slots[index];
    let (width, height) = project.output.size(aspect);
    let call = (scene.role == Role::CallToAction).then(|| {
        let own = project.brief.call_to_action.as_deref().map(str::trim);
        match own {
            // An empty call is a wish for none.
            Some(own) => own.to_owned(),
            None => default_call_to_action(&project.brief.language).to_owned(),
        }
    });
    let caption = scene.caption.clone().filter(|caption| !caption.trim().is_empty());
    let says_brand = caption
        .as_ref()
        .is_some_and(|caption| caption.trim().to_lowercase() == project.brand.name.trim().to_lowercase());
    let spec = SceneSpec {
        width: width as usize,
        height: height as usize,
        fps: project.output.fps,
        frames: slot.frames + slot.tail,
        aspect,
        role: scene.role,
        product: scene.product.clone(),
        // A number and its percent sign belong on one line.
        caption: caption.map(|caption| caption.replace(" %", "\u{a0}%")),
        call_to_action: call.filter(|call| !call.is_empty()),
        // A caption that says nothing but the brand's name says it for both.
        brand_name: if says_brand { String::new() } else { project.brand.name.clone() },
        palette: project.style.as_ref().map(|style| style.palette.clone()).unwrap_or_default(),
        ground_line: clip.ground.map(|ground| ground.line),
        ground_centered: clip.ground.is_some_and(|ground| ground.centered),
        seed: project.seed,
        scene_index: index,
        is_first: index == 0,
        is_last: index + 1 == build.slots.len(),
    };
    Ok(Look { spec, clip: build.context.path_of(&clip.file).await?, slot })
}

struct Job {
    look: Look,
    before: Option<Look>,
    art: Option<PathBuf>,
    logo: Option<PathBuf>,
    font: Option<String>,
    settings: VideoSettings,
}

impl Job {
    fn run(self, work: &Work, name: &str) -> Result<Made> {
        let mut notes = Vec::new();
        let mut fonts = Fonts::system();
        if let Some(font) = &self.font {
            let set = fonts.set_brand_font(font);
            notes.extend(set.err().map(|error| format!("the brand's font is replaced by Inter: {}", error.message())));
        }
        let art =
            self.art.as_deref().map(open_picture).transpose()?.map(|image| ProductArt::new(&image)).transpose()?;
        // A logo that cannot be read costs the ad its logo, not its scene.
        let logo = self.logo.as_deref().and_then(|path| {
            let logo = open_picture(path).and_then(|image| LogoArt::new(&image));
            logo.map_err(|error| notes.push(format!("the logo is left out: {error}"))).ok()
        });
        let mut scene = Layers::new(&self.look, art.as_ref(), logo.as_ref(), &mut fonts)?;
        let mut before = match &self.before {
            Some(look) => {
                let mut layers = Layers::new(look, art.as_ref(), logo.as_ref(), &mut fonts)?;
                layers.go_to(look.slot.frames)?;
                Some(layers)
            }
            None => None,
        };
        notes.extend(scene.clip.note());
        notes.extend(scene.composer.notes().iter().cloned());
        let path = work.folder().join("segment.mp4");
        let mut encoder = VideoEncoder::create(&path, self.settings.clone())?;
        let Slot { frames, crossfade: fade, dip_in, dip_out, .. } = self.look.slot;
        let (width, height) = (self.settings.width, self.settings.height);
        let mut frame = Frame::black(width, height);
        let mut old = Frame::black(if fade > 0 { width } else { 2 }, if fade > 0 { height } else { 2 });
        let dark = dark_of(&self.look.spec.palette);
        for index in 0..frames {
            work.step(index as f64 / frames as f64)?;
            scene.next(&mut frame)?;
            if let Some(before) = before.as_mut().filter(|_| index < fade) {
                before.next(&mut old)?;
                crossfade(&old, &mut frame, eased((index + 1) as f32 / (fade + 1) as f32));
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
        let fidelity = fidelity::measure(&path, &scene.composer, &self.look.slot)?;
        Ok(Made { notes, fidelity, ..Made::file(name, path) })
    }
}

/// One scene's background and everything over it.
struct Layers {
    clip: Footage,
    composer: SceneComposer,
    index: u64,
}

impl Layers {
    fn new(look: &Look, art: Option<&ProductArt>, logo: Option<&LogoArt>, fonts: &mut Fonts) -> Result<Self> {
        // The colours of text are chosen by the first picture, which is then read once more.
        let mut first = Frame::black(look.spec.width, look.spec.height);
        Footage::open(&look.clip, &look.spec)?.next(&mut first)?;
        let clip = Footage::open(&look.clip, &look.spec)?;
        Ok(Self { clip, composer: SceneComposer::new(&look.spec, art, logo, fonts, &first)?, index: 0 })
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

/// A clip that lasts as long as its scene: trimmed, or slowed down, or repeated where even that is not enough.
struct Footage {
    path: PathBuf,
    target: VideoTarget,
    reader: VideoReader,
    speed: f64,
    repeats: bool,
    shown: u64,
}

impl Footage {
    fn open(path: &Path, spec: &SceneSpec) -> Result<Self> {
        let fps = Fps::from(spec.fps);
        let needed = fps.seconds(spec.frames);
        let info = probe(path)?;
        // Half a frame of rounding is no reason to change the speed.
        let lacking = info.duration_s + 0.5 / fps.as_f64() < needed;
        let speed = if lacking { (info.duration_s / needed).clamp(SLOWEST, 1.0) } else { 1.0 };
        let repeats = lacking && info.duration_s / SLOWEST < needed;
        // Asked for more frames a second than are shown, a clip plays slower.
        let rate = Fps::new((f64::from(spec.fps) * 1000.0 / speed).round() as u32, 1000);
        let target = VideoTarget::cover(spec.width, spec.height, rate);
        let reader = VideoReader::open(path, target)?;
        Ok(Self { path: path.to_owned(), target, reader, speed, repeats, shown: 0 })
    }

    fn note(&self) -> Option<String> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match (self.speed < 1.0, self.repeats) {
            (_, true) => Some(format!("{name} is much shorter than its scene: it is slowed down by half and repeated")),
            (true, _) => {
                Some(format!("{name} is shorter than its scene: it plays at {:.0} % of its speed", self.speed * 100.0))
            }
            _ => None,
        }
    }

    fn go_to(&mut self, index: u64) -> Result<()> {
        self.shown = index;
        self.reader.seek(self.reader.fps().seconds(index))
    }

    fn next(&mut self, frame: &mut Frame) -> Result<()> {
        if self.reader.read(frame)? {
            self.shown += 1;
            return Ok(());
        }
        if self.repeats {
            self.reader = VideoReader::open(&self.path, self.target)?;
            if self.reader.read(frame)? {
                return Ok(());
            }
        }
        // The last frame stays, which can only be one more frame than the clip has.
        match self.shown {
            0 => Err(Error::media("a background clip has no pictures").with_context("path", self.path.display())),
            _ => Ok(()),
        }
    }
}

fn open_picture(path: &Path) -> Result<RgbaImage> {
    let photo = crate::matte::Photo::open(path)?;
    let mut picture = RgbaImage::new(photo.width(), photo.height());
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let alpha = photo.alpha().map_or(255, |alpha| alpha.get_pixel(x, y).0[0]);
        let [r, g, b] = photo.rgb().get_pixel(x, y).0;
        pixel.0 = [r, g, b, alpha];
    }
    Ok(picture)
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
