//! A clip of a picture that somebody brings as a background: a slow camera over it, in the size of the video.

use super::{
    animation::Animation,
    encoding::with_clip_encoder,
    file_kind::FileKind,
    ground::ground_of,
    key::content_key,
    timeline::Slot,
    work::{Made, Recipe, Work},
};
use crate::{
    composite::{Still, StillCamera},
    error::{Error, Result},
    matte::{Photo, resize_rgb},
    media::{
        Fps, Frame, VideoEncoder, VideoReader, VideoSettings, VideoTarget,
        color::{linear_to_srgb_fast, srgb_to_linear_fast},
    },
    project::{AdProject, Aspect, Stage},
};
use image::{Rgb, RgbImage, RgbaImage, imageops};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Grows when the same picture gives another clip.
const VERSION: u32 = 1;
/// A picture is enlarged this much at the most; beyond, its pixels would be seen as such.
const MOST_ENLARGED: f64 = 4.0;
/// From here on a note says that it will look soft.
const SOFT: f64 = 1.5;
/// The blurred picture around one that is too small is made at this share of its size.
const BLURRED: u32 = 16;

/// The clip of a picture at `path` with this hash, for a scene in videos of `aspect`.
pub(crate) fn still(
    project: &AdProject,
    slot: Slot,
    aspect: Aspect,
    artifact: &str,
    (path, hash): (&Path, &str),
    kind: FileKind,
) -> Recipe {
    let (width, height) = project.output.size(aspect);
    let Slot { frames, tail, .. } = slot;
    let ground = project.style.as_ref().map_or(ground_of(&[]), |style| ground_of(&style.palette)).0;
    // By the picture, so that scenes may be moved and it is still the same clip.
    let seed = u64::from_str_radix(hash.get(..8).unwrap_or_default(), 16).unwrap_or_default() ^ u64::from(project.seed);
    let fps = project.output.fps;
    let parameters = with_clip_encoder(json!([width, height, fps, frames + tail, seed, ground]));
    let key = content_key("still", VERSION, &parameters, &[hash]);
    let (path, name) = (path.to_owned(), format!("{artifact}.mp4"));
    let draw = Drawing { size: (width as usize, height as usize), fps, frames: frames + tail, seed, ground, kind };
    Recipe::new(Stage::Scenes, artifact, key, move |work| draw.run(&path, name, work))
}

struct Drawing {
    size: (usize, usize),
    fps: u32,
    frames: u64,
    seed: u64,
    ground: [u8; 3],
    kind: FileKind,
}

impl Drawing {
    fn run(&self, path: &Path, name: String, work: &Work) -> Result<Made> {
        if self.kind == FileKind::MovingWebp {
            let mut animation = Animation::open(path)?;
            let fps = Fps::from(self.fps);
            let (width, height) = (self.size.0 as u32, self.size.1 as u32);
            let out = self.write(work, |index, frame| {
                let (picture, changed) = animation.at(fps.seconds(index))?;
                if changed || index == 0 {
                    *frame = Frame::from_rgb(&covering(&over(picture, self.ground), width, height)?)?;
                }
                Ok(())
            })?;
            return Ok(Made::file(name, out));
        }
        let picture = open(path, self.kind, self.ground)?;
        let (width, height) = self.size;
        let camera = StillCamera::new(Fps::from(self.fps).seconds(self.frames), self.seed);
        let aspect = f64::from(picture.width()) / f64::from(picture.height());
        let wanted = camera.wanted_size(width, height, aspect);
        let (canvas, enlarged) = canvas(&picture, wanted)?;
        let mut notes = Vec::new();
        if enlarged > SOFT {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let most = enlarged.min(MOST_ENLARGED);
            let around = if enlarged > MOST_ENLARGED { ", over a blurred copy of itself" } else { "" };
            notes.push(format!(
                "{file} has {}x{} pixels, which is little for a background of {width}x{height}: it is enlarged {most:.1} \
                 times{around} and looks soft",
                picture.width(),
                picture.height(),
            ));
        }
        let mut still = Still::new(Frame::from_rgb(&canvas)?, camera, self.size, self.frames);
        let out = self.write(work, |index, frame| {
            still.draw(index, frame);
            Ok(())
        })?;
        Ok(Made { notes, ..Made::file(name, out) })
    }

    /// Writes the clip, frame by frame.
    fn write(&self, work: &Work, mut draw: impl FnMut(u64, &mut Frame) -> Result<()>) -> Result<PathBuf> {
        let (width, height) = self.size;
        let out = work.folder().join("still.mp4");
        let mut settings = VideoSettings::new(width, height, self.fps);
        // Nearly lossless, and quick: the clip is encoded once more in its scene.
        settings.crf = 14.0;
        settings.preset = "ultrafast".to_owned();
        let mut encoder = VideoEncoder::create(&out, settings)?;
        let mut frame = Frame::black(width, height);
        for index in 0..self.frames {
            work.step(index as f64 / self.frames as f64)?;
            draw(index, &mut frame)?;
            encoder.write(&frame)?;
        }
        encoder.finish()?;
        Ok(out)
    }
}

/// Reads the picture as it will be drawn.
pub(crate) fn accept_still(path: &Path, kind: FileKind) -> Result<()> {
    match kind {
        FileKind::MovingWebp => Animation::open(path)?.at(0.0).map(drop),
        FileKind::Picture | FileKind::Gif | FileKind::Video => open(path, kind, [0; 3]).map(drop),
    }
}

/// The picture, upright, in sRGB, laid over the ground where it is transparent.
fn open(path: &Path, kind: FileKind, ground: [u8; 3]) -> Result<RgbImage> {
    if kind == FileKind::Gif {
        let target = VideoTarget { ground, ..VideoTarget::native() };
        let mut frame = Frame::black(2, 2);
        return match VideoReader::open(path, target)?.read(&mut frame)? {
            true => Ok(frame.to_rgb()),
            false => Err(Error::media("the picture is empty").with_context("path", path.display())),
        };
    }
    let photo = Photo::open(path, "the background")?;
    let Some(alpha) = photo.alpha() else { return Ok(photo.rgb().clone()) };
    let mut picture = photo.rgb().clone();
    for (pixel, alpha) in picture.pixels_mut().zip(alpha.pixels()) {
        lay_over(pixel, alpha.0[0], ground);
    }
    Ok(picture)
}

fn over(picture: &RgbaImage, ground: [u8; 3]) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, alpha] = picture.get_pixel(x, y).0;
        let mut pixel = Rgb([r, g, b]);
        lay_over(&mut pixel, alpha, ground);
        pixel
    })
}

/// In linear light, as layers are.
fn lay_over(pixel: &mut Rgb<u8>, alpha: u8, ground: [u8; 3]) {
    if alpha == u8::MAX {
        return;
    }
    let alpha = f32::from(alpha) / 255.0;
    for (value, ground) in pixel.0.iter_mut().zip(ground) {
        let [own, ground] = [*value, ground].map(|value| srgb_to_linear_fast(f32::from(value) / 255.0));
        *value = (linear_to_srgb_fast(own * alpha + ground * (1.0 - alpha)) * 255.0).round() as u8;
    }
}

/// The middle of the picture in the wanted size, and how much it would have to be enlarged to cover that.
fn canvas(picture: &RgbImage, (width, height): (usize, usize)) -> Result<(RgbImage, f64)> {
    let (width, height) = (width as u32, height as u32);
    let scale = |picture: &RgbImage| {
        (f64::from(width) / f64::from(picture.width())).max(f64::from(height) / f64::from(picture.height()))
    };
    let enlarged = scale(picture);
    if enlarged <= MOST_ENLARGED {
        return Ok((covering(picture, width, height)?, enlarged));
    }
    let small = covering(picture, (width / BLURRED).max(1), (height / BLURRED).max(1))?;
    let mut canvas = resize_rgb(&imageops::blur(&small, 2.5), width, height)?;
    let sized = [picture.width(), picture.height()].map(|side| (f64::from(side) * MOST_ENLARGED).round() as u32);
    let own = covering(picture, sized[0].min(width), sized[1].min(height))?;
    let (x, y) = ((width - own.width()) / 2, (height - own.height()) / 2);
    imageops::replace(&mut canvas, &own, i64::from(x), i64::from(y));
    Ok((canvas, enlarged))
}

/// The middle of the picture, scaled so that it covers the size.
fn covering(picture: &RgbImage, width: u32, height: u32) -> Result<RgbImage> {
    let scale = (f64::from(width) / f64::from(picture.width())).max(f64::from(height) / f64::from(picture.height()));
    let part = |side: u32, whole: u32| ((f64::from(side) / scale).round() as u32).clamp(1, whole);
    let (w, h) = (part(width, picture.width()), part(height, picture.height()));
    let (x, y) = ((picture.width() - w) / 2, (picture.height() - h) / 2);
    let cut = imageops::crop_imm(picture, x, y, w, h).to_image();
    resize_rgb(&cut, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canvas_is_the_middle_of_the_picture() {
        let picture = RgbImage::from_fn(400, 200, |x, _| Rgb([(x * 255 / 400) as u8, 0, 0]));
        let (canvas, enlarged) = canvas(&picture, (100, 200)).expect("scales");
        assert_eq!(canvas.dimensions(), (100, 200));
        assert!((enlarged - 1.0).abs() < 1e-9);
        assert!(canvas.get_pixel(50, 100).0[0].abs_diff(127) <= 2);
        assert!(canvas.get_pixel(0, 100).0[0].abs_diff(95) <= 3);
    }

    #[test]
    fn a_tiny_picture_is_not_enlarged_absurdly() {
        let picture = RgbImage::from_fn(16, 16, |x, _| Rgb(if x < 8 { [255, 0, 0] } else { [0, 0, 255] }));
        let (canvas, enlarged) = canvas(&picture, (360, 640)).expect("scales");
        assert_eq!((canvas.dimensions(), enlarged), ((360, 640), 40.0));
        // Four times its size in the middle, itself blurred around.
        assert!(canvas.get_pixel(180 - 20, 320).0[0] > 240 && canvas.get_pixel(180 + 20, 320).0[2] > 240);
        let edge = canvas.get_pixel(180, 20).0;
        assert!(edge[0] > 60 && edge[2] > 60, "{edge:?}");
    }

    #[test]
    fn every_shape_of_picture_gives_a_canvas() {
        for (w, h) in [(16, 4000), (4000, 16), (17, 19), (4096, 4096)] {
            let picture = RgbImage::from_pixel(w, h, Rgb([9, 99, 199]));
            let (canvas, _) = canvas(&picture, (118, 209)).expect("scales");
            assert!(canvas.pixels().all(|pixel| *pixel == Rgb([9, 99, 199])), "{w}x{h}");
        }
    }
}
