//! WebP: decoded as a whole; of an animation the first picture.

use super::{
    bounds::{MAX_PROFILE_BYTES, MAX_WHOLE_PIXELS},
    decoded::{Decoded, turn},
    exif,
    reduce::Reducer,
    srgb::ToSrgb,
    subject::Subject,
};
use crate::error::Result;
use image::{ColorType, ImageDecoder, Limits, codecs::webp::WebPDecoder, metadata::Orientation};
use std::io::{BufRead, Seek};

/// What the decoder itself may take: two copies of the largest picture.
const MAX_DECODE_BYTES: u64 = 8 * MAX_WHOLE_PIXELS;
/// An animation keeps three copies of its picture.
const MAX_ANIMATED_PIXELS: u64 = MAX_WHOLE_PIXELS / 2;

pub(super) fn decode(source: impl BufRead + Seek, subject: Subject<'_>) -> Result<Decoded> {
    let broken = |error: image::ImageError| subject.damaged("WebP", error);
    let mut decoder = WebPDecoder::new(source).map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let smaller = subject.check_size(width, height)?;
    match decoder.has_animation() {
        true => subject.check_whole(width, height, "animated WebP files", MAX_ANIMATED_PIXELS)?,
        false => subject.check_whole(width, height, "WebP files", MAX_WHOLE_PIXELS)?,
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODE_BYTES);
    decoder.set_limits(limits).map_err(broken)?;
    let mut notes = Vec::new();
    let what = subject.what;
    let colours = match decoder.icc_profile().ok().flatten().filter(|profile| !profile.is_empty()) {
        None => ToSrgb::Same,
        Some(profile) => match ToSrgb::by_profile(&profile, false) {
            Ok(by) => {
                if !by.is_same() {
                    notes.push(format!("{what}'s colour profile was converted to sRGB"));
                }
                by
            }
            Err(reason) => {
                notes.push(format!("{what}'s colour profile {reason}: taken as sRGB"));
                ToSrgb::Same
            }
        },
    };
    let exif = decoder.exif_metadata().ok().flatten().filter(|exif| exif.len() <= MAX_PROFILE_BYTES);
    let orientation = exif.as_deref().map_or(Orientation::NoTransforms, exif::orientation);
    let channels = match decoder.color_type() {
        ColorType::Rgba8 => 4,
        ColorType::Rgb8 => 3,
        other => return Err(subject.damaged("WebP", format!("its pixels are {other:?}"))),
    };
    let _turn = turn(width, height);
    let stride = width as usize * channels;
    let mut pixels = vec![0; stride * height as usize];
    decoder.read_image(&mut pixels).map_err(broken)?;
    let mut reducer = Reducer::new((width, height), smaller, channels == 4);
    let (mut row, mut room) = (Vec::new(), Vec::new());
    for line in pixels.chunks_exact_mut(stride) {
        if channels == 3 {
            colours.eight(line, &mut room);
        } else if !colours.is_same() {
            row.clear();
            row.extend(line.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]));
            colours.eight(&mut row, &mut room);
            line.chunks_exact_mut(4).zip(row.chunks_exact(3)).for_each(|(pixel, rgb)| pixel[..3].copy_from_slice(rgb));
        }
        reducer.push(line);
    }
    drop(pixels);
    let picture = reducer.finish().ok_or_else(|| subject.damaged("WebP", "rows are missing"))?;
    Ok(Decoded { picture, orientation, notes })
}
