//! Pictures that move, of a kind that FFmpeg's oldest supported version cannot decode: animated WebP.
//!
//! Depends on `error`, `matte` and the `image` crate.

use crate::{
    error::{Error, ErrorKind, Result},
    matte::MAX_FILE_BYTES,
};
use image::{AnimationDecoder, Frames, ImageDecoder, RgbaImage, codecs::webp::WebPDecoder};
use std::{io::Cursor, path::Path, sync::Arc};

/// A larger picture is refused: several of its size are held at once.
const MOST_PIXELS: u64 = 4096 * 4096;
/// Players show a picture that asks for less than [`LEAST_DELAY_MS`], in milliseconds, for this long.
const USUAL_DELAY_MS: u64 = 100;
const LEAST_DELAY_MS: u64 = 11;
/// How far the time of a frame, a fraction, may lie beside the millisecond that it stands for.
const ROUNDING_MS: f64 = 0.01;

/// A moving picture that starts anew when it ends.
pub(crate) struct Animation {
    bytes: Arc<[u8]>,
    frames: Frames<'static>,
    shown: RgbaImage,
    /// When the next picture is due, in milliseconds from the beginning: a sum of fractions would miss the frames that begin
    /// with a picture, now and then.
    until_ms: u64,
}

impl Animation {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let named = |error: Error| error.with_context("path", path.display());
        let io =
            |error: std::io::Error| named(Error::new(ErrorKind::Io, "the picture cannot be read").with_source(error));
        let size = std::fs::metadata(path).map_err(io)?.len();
        if size > MAX_FILE_BYTES {
            return Err(named(invalid(format!(
                "the moving picture has {size} bytes; at most {} MB are allowed",
                MAX_FILE_BYTES >> 20
            ))));
        }
        Self::new(std::fs::read(path).map_err(io)?.into()).map_err(named)
    }

    fn new(bytes: Arc<[u8]>) -> Result<Self> {
        let frames = decode(&bytes)?;
        let mut this = Self { bytes, frames, shown: RgbaImage::new(1, 1), until_ms: 0 };
        match this.advance()? {
            true => Ok(this),
            false => Err(invalid("the moving picture is empty")),
        }
    }

    /// The picture that is shown at `time_s`, and whether it is another than at the call before. Time does not go back.
    pub(crate) fn at(&mut self, time_s: f64) -> Result<(&RgbaImage, bool)> {
        let mut changed = false;
        while time_s * 1000.0 + ROUNDING_MS >= self.until_ms as f64 {
            if !self.advance()? {
                self.frames = decode(&self.bytes)?;
                if !self.advance()? {
                    break;
                }
            }
            changed = true;
        }
        Ok((&self.shown, changed))
    }

    /// Takes the next picture; `false` at the end.
    fn advance(&mut self) -> Result<bool> {
        let Some(frame) = self.frames.next() else { return Ok(false) };
        let frame = frame.map_err(|error| invalid("the moving picture is damaged or cut off").with_source(error))?;
        let (num, den) = frame.delay().numer_denom_ms();
        let delay_ms = u64::from(num / den.max(1));
        self.until_ms = self.until_ms.saturating_add(if delay_ms < LEAST_DELAY_MS { USUAL_DELAY_MS } else { delay_ms });
        self.shown = frame.into_buffer();
        Ok(true)
    }
}

fn decode(bytes: &Arc<[u8]>) -> Result<Frames<'static>> {
    let broken = |error: image::ImageError| invalid("the moving picture is damaged or cut off").with_source(error);
    let decoder = WebPDecoder::new(Cursor::new(Arc::clone(bytes))).map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(invalid(format!(
            "the moving picture is {width}x{height} pixels; at most {} megapixels are allowed",
            MOST_PIXELS / 1_000_000
        )));
    }
    Ok(decoder.into_frames())
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message).with_operation("picture")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A film of a WebP's own coding, each picture one plain colour for `delay_ms`.
    fn film(delay_ms: u32, pictures: u8) -> Vec<u8> {
        let chunk = |name: &[u8; 4], content: &[u8]| {
            let mut chunk = name.to_vec();
            chunk.extend((content.len() as u32).to_le_bytes());
            chunk.extend(content);
            chunk.resize(chunk.len().next_multiple_of(2), 0);
            chunk
        };
        let mut body = b"WEBP".to_vec();
        // It moves; 16 x 16 pixels, counted from 0. White behind, for ever.
        body.extend(chunk(b"VP8X", &[2, 0, 0, 0, 15, 0, 0, 15, 0, 0]));
        body.extend(chunk(b"ANIM", &[255, 255, 255, 255, 0, 0]));
        for n in 0..pictures {
            let mut still = Cursor::new(Vec::new());
            let picture = image::RgbImage::from_pixel(16, 16, image::Rgb([n * 20, 0, 0]));
            picture.write_to(&mut still, image::ImageFormat::WebP).expect("encodes");
            // The still's only chunk, behind the names of the container.
            let still = &still.into_inner()[12..];
            let mut frame = vec![0, 0, 0, 0, 0, 0, 15, 0, 0, 15, 0, 0];
            frame.extend(&delay_ms.to_le_bytes()[..3]);
            // Drawn over what was there, without blending.
            frame.push(2);
            frame.extend(still);
            body.extend(chunk(b"ANMF", &frame));
        }
        chunk(b"RIFF", &body)
    }

    #[test]
    fn each_picture_is_shown_as_often_as_the_others() {
        // Three frames of 30 a second, and two of 25; round after round.
        for (delay_ms, fps, each) in [(100, 30.0, 3), (80, 25.0, 2), (200, 60.0, 12)] {
            let mut animation = Animation::new(film(delay_ms, 10).into()).expect("opens");
            for index in 0..1200_u32 {
                let (picture, changed) = animation.at(f64::from(index) / fps).expect("plays");
                let wanted = (index / each % 10) as u8 * 20;
                assert_eq!(picture.get_pixel(5, 5).0[0], wanted, "frame {index} at {fps} a second");
                assert_eq!(changed, index > 0 && index.is_multiple_of(each), "frame {index} at {fps} a second");
            }
        }
    }

    #[test]
    fn pictures_without_a_delay_are_shown_as_players_do() {
        let mut animation = Animation::new(film(0, 3).into()).expect("opens");
        for (time_s, wanted) in [(0.0, 0), (0.09, 0), (0.1, 20), (0.25, 40), (0.3, 0)] {
            assert_eq!(animation.at(time_s).expect("plays").0.get_pixel(0, 0).0[0], wanted, "{time_s} s");
        }
    }
}
