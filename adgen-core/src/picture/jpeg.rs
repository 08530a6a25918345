//! JPEG: decoded as a whole, in the colours that the file means; and what the decoder does not tell: whether the file is
//! complete, CMYK, or of a kind that no photo program writes.
//!
//! The decoder fills a truncated picture with grey; a half-grey product photo must be an error instead. Marker codes:
//! ITU-T T.81, annex B.

use super::{
    bounds::MAX_WHOLE_PIXELS,
    decoded::{Decoded, turn},
    exif,
    reduce::Reducer,
    srgb::ToSrgb,
    subject::Subject,
};
use crate::error::Result;
use image::metadata::Orientation;
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

/// What the markers of a JPEG file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct JpegFacts {
    /// The end-of-image marker is where the picture's data ends.
    complete: bool,
    /// The marker of the frame header (0xc0-0xcf), 0 where it is missing.
    process: u8,
    /// Bits a value, 0 where the frame header is missing.
    precision: u8,
    /// Colour channels, 0 where the frame header is missing. Four: CMYK or YCCK.
    channels: u8,
    /// Parts that the picture comes in. More than one: the decoder has to keep all of it at once.
    scans: usize,
}

pub(super) fn decode(bytes: &[u8], subject: Subject<'_>) -> Result<Decoded> {
    let facts = inspect(bytes).unwrap_or_default();
    if let Some(kind) = facts.foreign() {
        return Err(subject
            .invalid(format!("is {kind}, which cannot be read"))
            .with_hint("save it as a baseline or progressive JPEG of 8 bits, or as PNG"));
    }
    if !facts.complete {
        return Err(subject.invalid("is truncated: its JPEG data ends before the picture does"));
    }
    let broken = |error: zune_jpeg::errors::DecodeErrors| subject.damaged("Jpeg", error);
    let options = DecoderOptions::default().set_strict_mode(false).set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(broken)?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let size = (side(width), side(height));
    let smaller = subject.check_size(size.0, size.1)?;
    if facts.scans > 1 {
        subject.check_whole(size.0, size.1, "progressive JPEG files", MAX_WHOLE_PIXELS)?;
    }
    let exif = decoder.exif().cloned().unwrap_or_default();
    let orientation = if exif.is_empty() { Orientation::NoTransforms } else { exif::orientation(&exif) };
    let grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    let mut notes = Vec::new();
    let colours =
        meaning(&facts, decoder.icc_profile().filter(|profile| !profile.is_empty()), &exif, grey, subject, &mut notes);
    decoder.set_options(options.jpeg_set_out_colorspace(if grey { ColorSpace::Luma } else { ColorSpace::RGB }));

    let _turn = turn(size.0, size.1);
    let channels = if grey { 1 } else { 3 };
    let stride = width * channels;
    let mut pixels = vec![0; stride * height];
    decoder.decode_into(&mut pixels).map_err(broken)?;
    drop(decoder);
    let mut reducer = Reducer::new(size, smaller, false);
    let (mut row, mut room) = (Vec::with_capacity(width * 3), Vec::new());
    for line in pixels.chunks_exact(stride) {
        row.clear();
        match grey {
            true => row.extend(line.iter().flat_map(|value| [*value; 3])),
            false => row.extend_from_slice(line),
        }
        colours.eight(&mut row, &mut room);
        reducer.push(&row);
    }
    drop(pixels);
    let picture = reducer.finish().ok_or_else(|| subject.damaged("Jpeg", "rows are missing"))?;
    Ok(Decoded { picture, orientation, notes })
}

/// What the file's colours mean: its profile, else what the camera says.
fn meaning(
    facts: &JpegFacts,
    profile: Option<Vec<u8>>,
    exif: &[u8],
    grey: bool,
    subject: Subject<'_>,
    notes: &mut Vec<String>,
) -> ToSrgb {
    let what = subject.what;
    if facts.channels == 4 {
        // The decoder gives RGB by the device formula; a CMYK profile no longer fits what it gave.
        notes.push(format!("{what} is CMYK: converted to RGB without its press profile"));
        return ToSrgb::Same;
    }
    if let Some(profile) = profile {
        match ToSrgb::by_profile(&profile, grey) {
            Ok(by) => {
                if !by.is_same() {
                    notes.push(format!("{what}'s colour profile was converted to sRGB"));
                }
                return by;
            }
            Err(reason) => notes.push(format!("{what}'s colour profile {reason}: taken as sRGB")),
        }
        return ToSrgb::Same;
    }
    if !grey
        && exif::is_adobe_rgb(exif)
        && let Ok(by) = ToSrgb::adobe_rgb()
    {
        notes.push(format!("{what}'s colours (Adobe RGB, says its camera) were converted to sRGB"));
        return by;
    }
    ToSrgb::Same
}

impl JpegFacts {
    /// The name of a kind of JPEG that the decoder does not read.
    fn foreign(&self) -> Option<String> {
        match self.process {
            0xc3 => Some("a lossless JPEG".to_owned()),
            0xc5..=0xc7 => Some("a hierarchical JPEG".to_owned()),
            0xc9..=0xcf => Some("a JPEG with arithmetic coding".to_owned()),
            _ if !matches!(self.precision, 0 | 8) => Some(format!("a JPEG of {} bits a value", self.precision)),
            _ => None,
        }
    }
}

const SOI: [u8; 2] = [0xff, 0xd8];
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;

/// Walks the markers of `bytes`; `None` where it is not a JPEG file at all.
fn inspect(bytes: &[u8]) -> Option<JpegFacts> {
    let mut rest = bytes.strip_prefix(&SOI)?;
    let mut facts = JpegFacts::default();
    loop {
        // Between segments any number of bytes may stand until the next marker; inside a scan, 0xff00 is a data byte
        // and 0xffd0-0xffd7 are restart markers.
        let Some(at) =
            rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0x01 | 0xff | 0xd0..=0xd7))
        else {
            return Some(facts);
        };
        let marker = rest[at + 1];
        rest = &rest[at + 2..];
        if marker == EOI {
            facts.complete = true;
            return Some(facts);
        }
        let Some(length) = rest.first_chunk::<2>().map(|two| usize::from(u16::from_be_bytes(*two))) else {
            return Some(facts);
        };
        // SOF0-SOF15 without DHT (c4), JPG (c8) and DAC (cc).
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            facts.process = marker;
            facts.precision = rest.get(2).copied().unwrap_or(0);
            facts.channels = rest.get(7).copied().unwrap_or(0);
        }
        let Some(after) = rest.get(length.max(2)..) else {
            return Some(facts);
        };
        rest = after;
        facts.scans += usize::from(marker == SOS);
        if marker == SOS && rest.is_empty() {
            return Some(facts);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};

    fn jpeg() -> Vec<u8> {
        let pixels: Vec<u8> = (0..64 * 48 * 3).map(|i| (i * 31 % 251) as u8).collect();
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 90)
            .write_image(&pixels, 64, 48, ExtendedColorType::Rgb8)
            .expect("encodes");
        bytes
    }

    #[test]
    fn a_whole_file_is_complete_and_every_cut_one_is_not() {
        let whole = jpeg();
        let wanted = JpegFacts { complete: true, process: 0xc0, precision: 8, channels: 3, scans: 1 };
        assert_eq!(inspect(&whole), Some(wanted));
        for cut in (2..whole.len() - 1).step_by(7) {
            assert!(!inspect(&whole[..cut]).is_some_and(|facts| facts.complete), "cut at {cut}");
        }
    }

    #[test]
    fn trailing_bytes_do_not_matter() {
        let mut bytes = jpeg();
        bytes.extend([0; 100]);
        assert!(inspect(&bytes).is_some_and(|facts| facts.complete));
    }

    #[test]
    fn other_files_are_not_jpeg() {
        assert_eq!(inspect(b"\x89PNG\r\n"), None);
        assert_eq!(inspect(b""), None);
    }
}
