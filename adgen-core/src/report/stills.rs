//! The small pictures of the page: stills of every scene from the finished video, and the product's own.
//!
//! Heavy work: callers run it where that may be. Depends on `media`, `picture` and `composite` (fonts).

use super::picture::Picture;
use crate::{
    composite::FontShelf,
    error::{Error, Result},
    media::{Fps, Frame, VideoReader, VideoTarget, probe},
    picture::Photo,
};
use image::{
    DynamicImage, ExtendedColorType, ImageBuffer, ImageEncoder, Pixel, RgbImage, Rgba, RgbaImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
};
use std::path::Path;

/// Shorter side of a still in pixels: sharp enough for a third of a card.
const STILL_SIDE: usize = 270;
const JPEG_QUALITY: u8 = 80;
/// Longest side of the pictures of product and logo, in pixels.
const THUMB_SIDE: u32 = 420;

/// A moment of the finished video.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Still {
    pub(super) time_s: f64,
    pub(super) picture: Picture,
}

/// When a scene is shown, in frames of the video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// Number of its first frame.
    pub(crate) start: u64,
    pub(crate) frames: u64,
    /// Frames at its beginning and at its end during which it is not alone in the picture.
    pub(crate) lead_in: u64,
    pub(crate) lead_out: u64,
}

/// Beginning, middle and end of every scene.
pub(super) fn contact_sheet(
    video: &Path,
    spans: &[Span],
    fps: Fps,
    threads: usize,
    cancel: &dyn Fn() -> bool,
) -> Result<Vec<Vec<Still>>> {
    let found = probe(video)?.video.ok_or_else(|| Error::media("the video has no picture"))?;
    let (width, height) = still_size(found.width, found.height);
    let target = VideoTarget { threads: Some(threads), ..VideoTarget::cover(width, height, fps) };
    let mut reader = VideoReader::open(video, target)?;
    let mut frame = Frame::black(width, height);
    let mut sheet = Vec::with_capacity(spans.len());
    for span in spans {
        let mut stills = Vec::with_capacity(3);
        for number in moments(span, fps) {
            if cancel() {
                return Err(Error::cancelled());
            }
            let time_s = fps.seconds(number);
            reader.seek(time_s)?;
            if reader.read(&mut frame)? {
                stills.push(Still { time_s, picture: jpeg(&frame.to_rgb())? });
            }
        }
        sheet.push(stills);
    }
    Ok(sheet)
}

/// The frames of a scene that are shown. The first is behind the transition and the last before it, where the scene is
/// alone in the picture, and things that come in have begun to. In a scene that is long enough they are key frames, of
/// which every segment has one each half second from its beginning: no other has to be decoded for them.
fn moments(span: &Span, fps: Fps) -> [u64; 3] {
    let last = span.frames.saturating_sub(1);
    let first = (span.lead_in + span.frames / 12).min(last);
    let end = last.saturating_sub(span.lead_out + 1).max(first);
    let step = fps.frames(0.5).max(1);
    let middle = span.frames / 2;
    let offsets = match end - first >= 3 * step {
        true => {
            let (from, to) = (first.div_ceil(step) * step, end / step * step);
            [from, (middle / step * step).clamp(from, to), to]
        }
        false => [first, middle.clamp(first, end), end],
    };
    offsets.map(|offset| span.start + offset)
}

fn still_size(width: usize, height: usize) -> (usize, usize) {
    let short = width.min(height).max(1);
    let scaled = |side: usize| (side * STILL_SIDE / short).next_multiple_of(2);
    // Never larger than the video is.
    if short <= STILL_SIDE { (width, height) } else { (scaled(width), scaled(height)) }
}

/// The user's photo, small.
pub(super) fn photo(path: &Path) -> Result<Picture> {
    let photo = Photo::open(path, "the photo")?;
    jpeg(&thumbnail(photo.rgb()))
}

/// A picture with transparency, small.
pub(super) fn transparent(path: &Path) -> Result<Picture> {
    packed(&Photo::open(path, "the cut-out")?)
}

/// The logo, small.
pub(super) fn logo(path: &Path, fonts: &FontShelf) -> Result<Picture> {
    packed(&Photo::open_logo(path, &|| fonts.library().database())?)
}

fn packed(photo: &Photo) -> Result<Picture> {
    let picture = match photo.alpha() {
        None => DynamicImage::ImageRgb8(thumbnail(photo.rgb())).into_rgba8(),
        Some(alpha) => {
            let (rgb, alpha) = (photo.rgb(), alpha.clone());
            thumbnail(&RgbaImage::from_fn(rgb.width(), rgb.height(), |x, y| {
                let [r, g, b] = rgb.get_pixel(x, y).0;
                Rgba([r, g, b, alpha.get_pixel(x, y)[0]])
            }))
        }
    };
    let (width, height) = picture.dimensions();
    let mut bytes = Vec::new();
    let written = PngEncoder::new(&mut bytes).write_image(&picture, width, height, ExtendedColorType::Rgba8);
    written.map_err(|error| Error::media("a picture cannot be encoded as PNG").with_source(error))?;
    Ok(Picture { mime: "image/png", bytes, width, height })
}

/// The size of a JPEG file, which is taken as it is.
pub(super) fn as_it_is(bytes: Vec<u8>) -> Option<Picture> {
    let size = image::ImageReader::with_format(std::io::Cursor::new(&bytes), image::ImageFormat::Jpeg);
    let (width, height) = size.into_dimensions().ok()?;
    Some(Picture { mime: "image/jpeg", bytes, width, height })
}

fn thumbnail<P: Pixel<Subpixel = u8> + 'static>(picture: &ImageBuffer<P, Vec<u8>>) -> ImageBuffer<P, Vec<u8>> {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= THUMB_SIDE {
        return picture.clone();
    }
    let side = |side: u32| {
        ((u64::from(side) * u64::from(THUMB_SIDE) + u64::from(longest) / 2) / u64::from(longest)).max(1) as u32
    };
    image::imageops::thumbnail(picture, side(width), side(height))
}

fn jpeg(picture: &RgbImage) -> Result<Picture> {
    let mut bytes = Vec::new();
    picture
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY))
        .map_err(|error| Error::media("a picture cannot be encoded as JPEG").with_source(error))?;
    Ok(Picture { mime: "image/jpeg", bytes, width: picture.width(), height: picture.height() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{VideoEncoder, VideoSettings};

    fn span(start: u64, frames: u64) -> Span {
        Span { start, frames, lead_in: 0, lead_out: 0 }
    }

    #[test]
    fn moments_are_inside_the_scene_and_in_order() {
        for frames in 1..200 {
            for (lead_in, lead_out) in [(0, 0), (frames / 3, 0), (frames / 6, frames / 6)] {
                let span = Span { lead_in, lead_out, ..span(50, frames) };
                let moments = moments(&span, Fps::from(30));
                assert!(moments.is_sorted(), "{span:?} {moments:?}");
                assert!(moments[0] >= 50 && moments[2] < 50 + frames, "{span:?} {moments:?}");
                let alone = 50 + lead_in..50 + frames - lead_out;
                assert!(frames < 10 || moments.iter().all(|moment| alone.contains(moment)), "{span:?} {moments:?}");
                assert!(frames < 10 || moments[0] < moments[2], "{span:?} {moments:?}");
            }
        }
    }

    #[test]
    fn stills_show_their_own_scene() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("video.mp4");
        let mut encoder = VideoEncoder::create(&path, VideoSettings::new(96, 160, 30)).unwrap();
        let lumas = [40_u8, 120, 200];
        for luma in lumas {
            let mut frame = Frame::black(96, 160);
            frame.fill((luma, 128, 128));
            for _ in 0..20 {
                encoder.write(&frame).unwrap();
            }
        }
        encoder.finish().unwrap();
        let spans = [span(0, 20), span(20, 20), span(40, 20)];
        let sheet = contact_sheet(&path, &spans, Fps::from(30), 1, &|| false).unwrap();
        assert_eq!(sheet.len(), 3);
        for (stills, luma) in sheet.iter().zip(lumas) {
            assert_eq!(stills.len(), 3);
            for still in stills {
                let picture = image::load_from_memory(&still.picture.bytes).unwrap().to_rgb8();
                let wanted = ((f64::from(luma) - 16.0) / 219.0 * 255.0) as i32;
                let got = i32::from(picture.get_pixel(48, 80).0[1]);
                assert!((got - wanted).abs() < 12, "{got} at {} s, not {wanted}", still.time_s);
            }
        }
        let stopped = contact_sheet(&path, &spans, Fps::from(30), 1, &|| true).unwrap_err();
        assert_eq!(stopped.kind(), crate::ErrorKind::Cancelled);
    }

    #[test]
    fn sizes_keep_the_shape() {
        assert_eq!(still_size(1080, 1920), (270, 480));
        assert_eq!(still_size(1920, 1080), (480, 270));
        assert_eq!(still_size(240, 240), (240, 240));
    }

    #[test]
    fn transparency_is_kept() {
        let source = image::RgbaImage::from_fn(900, 300, |x, _| image::Rgba([200, 10, 10, (x / 4) as u8]));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cutout.png");
        source.save(&path).unwrap();
        let picture = transparent(&path).unwrap();
        assert_eq!(logo(&path, &FontShelf::default()).unwrap(), picture);
        assert_eq!((picture.width, picture.height), (420, 140));
        let back = image::load_from_memory(&picture.bytes).unwrap().to_rgba8();
        assert!(back.get_pixel(0, 70).0[3] < 5 && back.get_pixel(419, 70).0[3] > 215);
        std::fs::write(&path, b"no picture").unwrap();
        assert!(transparent(&path).is_err() && photo(&path).is_err());
        assert!(logo(&path, &FontShelf::default()).is_err());
        assert_eq!(as_it_is(b"no picture".to_vec()), None);
    }
}
