//! One frame of a planned ad as a picture, before anything is composited: what the finished video will show at a moment, by
//! the same layers in the same places.
//!
//! Data in, data out: whoever asks brings the clip and the cut-out, where there are any, and keeps what was found out about the
//! clip for the next moment of the same scene. Without a clip the scene stands over a calm ground in the plan's colours. It
//! blocks; call it off an async runtime. May depend on `composite`, `media`, `matte` (resampling), `project`, `error` and its
//! neighbours.

use super::{
    art::Art,
    brand::Brand,
    glance::glimpse,
    ground::ground_of,
    layers::{SceneSource, has_words, no_backdrop, room, transit},
    playback::Playback,
    scene::scene_spec,
    timeline::Slot,
};
use crate::{
    composite::{Backdrop, LogoArt, ProductArt, SceneCompositor},
    error::{Error, ErrorKind, Result},
    matte::resize_rgb,
    media::{Fps, Frame, color::rgb8_to_ycbcr8},
    project::{AdProject, Aspect, Ground, Rgb},
};
use image::{
    ImageEncoder, RgbImage,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{path::PathBuf, sync::Arc};

/// Where in a scene it is shown, as a share of its length: the product and all words have come, and nothing goes yet.
const TELLING: f64 = 0.6;
/// The sides that may be asked for, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 16..=4320;
/// How much lighter the calm ground is above and how much darker below, of 255.
const SLOPE: i16 = 22;

/// A moment of an ad.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum At {
    /// A scene, by its place from 0, where it shows most: the product and all words are there.
    Scene(usize),
    /// Seconds from the ad's beginning.
    Seconds(f64),
}

/// How large a preview is, in pixels, 16-4320. It has the shape of the video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PreviewSize {
    /// Its width.
    Width(u32),
    /// The shorter of its sides.
    ShortSide(u32),
}

/// A moment as frames of scenes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Place of the scene that is shown.
    scene: usize,
    /// Number of its frame.
    frame: u64,
    /// The frame of the scene before that still shows, where that dissolves into this one.
    before: Option<u64>,
}

impl Moment {
    /// The moment on a timeline of so many frames a second.
    ///
    /// # Errors
    /// `InvalidInput` for a scene or time that the ad does not have.
    pub(crate) fn of(at: At, slots: &[Slot], fps: u32) -> Result<Self> {
        let Some(last) = slots.last() else {
            return Err(invalid("the ad has no scenes yet: plan it first".to_owned()));
        };
        let fps = Fps::from(fps);
        let total = last.start + last.frames;
        let (scene, frame) = match at {
            At::Scene(scene) => {
                let Some(slot) = slots.get(scene) else {
                    let most = slots.len() - 1;
                    return Err(invalid(format!("there is no scene {scene}: 0 to {most} are allowed")));
                };
                (scene, (slot.frames as f64 * TELLING) as u64)
            }
            At::Seconds(time_s) => {
                let most_s = fps.seconds(total);
                if !(0.0..=most_s).contains(&time_s) {
                    // Not more digits than are allowed.
                    let most_s = (most_s * 1000.0).floor() / 1000.0;
                    return Err(invalid(format!("the ad has no moment {time_s} s: 0 to {most_s} s are allowed")));
                }
                // A time between two frames shows the earlier one, and the end the last one.
                let frame = ((time_s * fps.as_f64() + 1e-6) as u64).min(total.saturating_sub(1));
                let scene = slots.iter().rposition(|slot| slot.start <= frame).unwrap_or_default();
                (scene, frame - slots[scene].start)
            }
        };
        let fades = frame < slots[scene].crossfade;
        let before = scene.checked_sub(1).filter(|_| fades).map(|before| slots[before].frames + frame);
        Ok(Self { scene, frame, before })
    }

    /// Place of the scene that is shown.
    pub(crate) fn scene(&self) -> usize {
        self.scene
    }

    /// Place of the scene before, whose clip is seen, too.
    pub(crate) fn scene_before(&self) -> Option<usize> {
        self.before.and_then(|_| self.scene.checked_sub(1))
    }
}

/// The clip of a scene, and what is known of it.
#[derive(Debug, Clone)]
pub(crate) struct PreviewClip {
    pub(crate) path: PathBuf,
    /// Where a product can stand in it.
    pub(crate) ground: Option<Ground>,
    /// What it looks like, from an earlier preview of the scene in this shape, or from its composite.
    pub(crate) seen: Option<Seen>,
}

/// What a clip looks like over its time: the colours of texts follow from it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) backdrop: Arc<Backdrop>,
    /// Whether it is what the finished video goes by.
    pub(crate) is_final: bool,
}

/// What a preview is drawn from.
#[derive(Debug, Clone)]
pub(crate) struct Preview {
    /// A planned one.
    pub(crate) project: Arc<AdProject>,
    /// Its scenes in frames.
    pub(crate) slots: Vec<Slot>,
    pub(crate) moment: Moment,
    pub(crate) aspect: Aspect,
    pub(crate) size: PreviewSize,
    /// The clip of the moment's scene, where it is there.
    pub(crate) clip: Option<PreviewClip>,
    /// That of the scene before, where the moment has one.
    pub(crate) clip_before: Option<PreviewClip>,
    /// The product cut out; without it, a preview without the product.
    pub(crate) cutout: Option<PathBuf>,
    pub(crate) brand: Brand,
    pub(crate) art: Arc<Art>,
}

/// A preview.
#[derive(Debug, Clone)]
pub(crate) struct Previewed {
    pub(crate) png: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// What the clip looks like, and that of the scene before: to be handed in with the next moment of the same scenes in the
    /// same shape.
    pub(crate) seen: Option<Seen>,
    pub(crate) seen_before: Option<Seen>,
    /// Whether the colours of the texts are surely those of the finished video. They are chosen over the whole clip, of which
    /// a preview decodes key pictures alone: where those are rare, or there is no clip yet, the choice may be another one.
    pub(crate) is_final: bool,
}

/// One scene's part of it.
struct Drawn {
    source: SceneSource,
    frame: Frame,
    seen: Seen,
}

impl Preview {
    /// The picture: drawn in the video's own size, so that every line breaks as it will, and made smaller then; a larger one is
    /// drawn as large as it is asked for.
    ///
    /// # Errors
    /// `InvalidInput` for a size out of range and a moment of another timeline, `Media` for a clip, cut-out or logo that
    /// cannot be read, and what is wrong with the brand's font.
    pub(crate) fn draw(&self) -> Result<Previewed> {
        let moment = self.moment;
        if moment.scene >= self.slots.len().min(self.project.scenes.as_ref().map_or(0, Vec::len)) {
            return Err(invalid(format!("the moment's scene {} is none of the ad's", moment.scene)));
        }
        let own = self.project.output.size(self.aspect);
        let (width, height) = size(self.size, own)?;
        // Frames have even sides; what is added to odd ones is cut off again.
        let even = |side: u32, own: u32| side.max(own).next_multiple_of(2) as usize;
        let drawn_size = (even(width, own.0), even(height, own.1));
        let art = self.cutout.as_deref().map(|path| self.art.product(path)).transpose()?;
        let logo = self.brand.logo.as_ref().map(|(_, path)| self.art.logo(path)).transpose()?;
        let logo = logo.as_deref().map(|logo| &logo.art);
        let scene = |scene, frame, clip| self.scene((scene, frame), clip, (art.as_deref(), logo), drawn_size);
        // Two scenes are drawn at a time.
        let (before, shown) = std::thread::scope(|threads| {
            let before = moment.scene_before().zip(moment.before);
            let before = before.map(|(number, frame)| {
                let clip = self.clip_before.as_ref();
                threads.spawn(move || scene(number, frame, clip))
            });
            let shown = scene(moment.scene, moment.frame, self.clip.as_ref());
            let before = before.map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            (before, shown)
        });
        let (before, mut shown) = (before.transpose()?, shown?);
        transit(&shown.source, moment.frame, before.as_ref().map(|before| &before.frame), &mut shown.frame);
        let picture = shown.frame.to_rgb();
        let picture = match width < own.0 {
            true => resize_rgb(&picture, width, height)?,
            false if picture.dimensions() != (width, height) => {
                image::imageops::crop_imm(&picture, 0, 0, width, height).to_image()
            }
            false => picture,
        };
        Ok(Previewed {
            png: png(&picture)?,
            width,
            height,
            is_final: shown.seen.is_final && before.as_ref().is_none_or(|before| before.seen.is_final),
            seen: self.clip.is_some().then_some(shown.seen),
            seen_before: before.map(|before| before.seen).filter(|_| self.clip_before.is_some()),
        })
    }

    /// A frame of a scene, over its clip or a calm ground, without transitions.
    fn scene(
        &self,
        (scene, index): (usize, u64),
        clip: Option<&PreviewClip>,
        (art, logo): (Option<&ProductArt>, Option<&LogoArt>),
        (width, height): (usize, usize),
    ) -> Result<Drawn> {
        let ground = clip.and_then(|clip| clip.ground);
        let mut spec = scene_spec(&self.project, &self.slots, scene, self.aspect, ground);
        (spec.width, spec.height) = (width, height);
        let path = clip.map(|clip| clip.path.clone()).unwrap_or_default();
        let source = SceneSource { spec, clip: (path, String::new()), slot: self.slots[scene] };
        let (mut frame, seen) = match clip {
            Some(clip) => footage(clip, &source, index)?,
            None => {
                let frame = calm(ground_of(&source.spec.palette), width, height);
                let backdrop = Arc::new(Backdrop::still(frame.clone()));
                (frame, Seen { backdrop, is_final: !has_words(&source.spec) })
            }
        };
        let mut fonts = self.brand.typefaces()?;
        SceneCompositor::new(&source.spec, art, logo, &mut fonts, &seen.backdrop)?.draw(index, &mut frame)?;
        Ok(Drawn { source, frame, seen })
    }
}

/// Frame `index` of a scene's clip with nothing over it, and what the clip looks like.
fn footage(clip: &PreviewClip, source: &SceneSource, index: u64) -> Result<(Frame, Seen)> {
    let room = room(source);
    let seen = match &clip.seen {
        Some(seen) => seen.clone(),
        None if !has_words(&source.spec) => Seen { backdrop: Arc::new(no_backdrop()), is_final: true },
        None => {
            let (backdrop, is_final) = glimpse(&clip.path, room)?;
            Seen { backdrop: Arc::new(backdrop), is_final }
        }
    };
    let mut playback = Playback::hastened(&clip.path, room)?;
    playback.go_to(index)?;
    let mut frame = Frame::black(room.width, room.height);
    playback.next(&mut frame)?;
    Ok((frame, seen))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidInput, message).with_operation("preview")
}

/// Width and height in pixels, in the shape of a video of `own` size.
fn size(wanted: PreviewSize, own: (u32, u32)) -> Result<(u32, u32)> {
    let (name, side, by) = match wanted {
        PreviewSize::Width(width) => ("width", width, own.0),
        PreviewSize::ShortSide(side) => ("shorter side", side, own.0.min(own.1)),
    };
    if !SIDES.contains(&side) {
        let message =
            format!("a {name} of {side} pixels is asked for: {} to {} are allowed", SIDES.start(), SIDES.end());
        return Err(invalid(message));
    }
    let scaled = |own: u32| ((f64::from(own) * f64::from(side) / f64::from(by.max(1))).round() as u32).max(1);
    Ok((scaled(own.0), scaled(own.1)))
}

/// A ground of one colour, a little lighter above.
fn calm(colour: Rgb, width: usize, height: usize) -> Frame {
    let mut frame = Frame::black(width, height);
    let (width, chroma_width, height) = (frame.width(), frame.chroma_width(), frame.height());
    let at = |row: usize| {
        let shade = SLOPE - (2 * i32::from(SLOPE) * row as i32 / height.max(1) as i32) as i16;
        rgb8_to_ycbcr8(colour.0.map(|value| (i16::from(value) + shade).clamp(0, 255) as u8))
    };
    let [luma, blue, red] = frame.planes_mut();
    luma.chunks_exact_mut(width).enumerate().for_each(|(row, line)| line.fill(at(row).0));
    blue.chunks_exact_mut(chroma_width).enumerate().for_each(|(row, line)| line.fill(at(2 * row).1));
    red.chunks_exact_mut(chroma_width).enumerate().for_each(|(row, line)| line.fill(at(2 * row).2));
    frame
}

/// Quick rather than small: somebody waits for it.
fn png(picture: &RgbImage) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let (width, height) = picture.dimensions();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Sub)
        .write_image(picture.as_raw(), width, height, image::ExtendedColorType::Rgb8)
        .map_err(|error| Error::media("a picture cannot be encoded as PNG").with_source(error))?;
    Ok(bytes)
}

#[cfg(test)]
#[path = "preview_tests.rs"]
mod tests;
