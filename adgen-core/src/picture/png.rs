//! PNG: rows as they come, in the colours that the file means.
//!
//! W3C's third edition. Of two chunks that say what colours mean the one with precedence counts: `cICP`, `iCCP`, `sRGB`,
//! then `gAMA` and `cHRM`. Texts are skipped unread, and the profile is bounded before it is inflated.

use super::{
    bounds::{MAX_PROFILE_BYTES, MAX_WHOLE_PIXELS},
    decoded::{Decoded, turn},
    exif,
    reduce::{Reduced, Reducer},
    srgb::{Chromaticities, ToSrgb},
    subject::Subject,
};
use crate::error::Result;
use image::metadata::Orientation;
use png::{BitDepth, ColorType, Info, InterlaceInfo, Limits, Transformations};
use std::io::{BufRead, Read, Seek, SeekFrom};

/// What chunks that are kept may take, the profile before and after it is inflated among them.
const METADATA_BYTES: usize = 3 * MAX_PROFILE_BYTES;
const SIGNATURE_BYTES: u64 = 8;
/// More chunks than this before the picture are refused.
const MAX_CHUNKS: usize = 10_000;

/// What stands before the picture's data.
#[derive(Debug, Default)]
struct Survey {
    size: (u32, u32),
    /// Bytes of the compressed profile.
    profile: Option<u32>,
    /// Bytes of the EXIF data.
    exif: u32,
    /// The chunks that say what colours mean, the profile aside: the decoder passes over one that is damaged in silence.
    colours: Vec<[u8; 4]>,
    apple: bool,
}

pub(super) fn decode(mut source: impl BufRead + Seek, subject: Subject<'_>) -> Result<Decoded> {
    let survey = survey(&mut source).map_err(|error| subject.damaged("Png", error))?;
    if survey.apple {
        return Err(subject
            .invalid("is a PNG as Xcode packs it into iPhone apps (CgBI), which no other program reads")
            .with_hint(
                "take the picture from the app's sources, or convert it with `pngcrush -revert-iphone-optimizations`",
            ));
    }
    let (width, height) = survey.size;
    let smaller = subject.check_size(width, height)?;
    if survey.exif as usize > MAX_PROFILE_BYTES {
        return Err(subject.invalid(format!(
            "carries {} bytes of EXIF data; at most {} MB are allowed",
            survey.exif,
            MAX_PROFILE_BYTES >> 20
        )));
    }
    source.rewind().map_err(|error| subject.damaged("Png", error))?;
    let broken = |error: png::DecodingError| subject.damaged("Png", error);
    let mut decoder = png::Decoder::new_with_limits(source, Limits { bytes: METADATA_BYTES });
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(survey.profile.is_none_or(|bytes| bytes as usize > MAX_PROFILE_BYTES));
    let mut reader = decoder.read_info().map_err(broken)?;
    let mut notes = Vec::new();
    let colours = meaning(reader.info(), &survey, subject, &mut notes);
    let orientation = reader.info().exif_metadata.as_deref().map_or(Orientation::NoTransforms, exif::orientation);
    let (color, depth) = reader.output_color_type();
    let has_alpha = matches!(color, ColorType::GrayscaleAlpha | ColorType::Rgba);
    let interlaced = reader.info().interlaced;
    if interlaced {
        subject.check_whole(width, height, "interlaced PNG files", MAX_WHOLE_PIXELS)?;
    }
    let _turn = turn(width, height);
    let mut reducer = Reducer::new(survey.size, smaller, has_alpha);
    let mut rows = Rows { color, depth, colours, pixels: Vec::new(), room: Vec::new(), wide: Vec::new() };
    let channels = if has_alpha { 4 } else { 3 };
    let stride = width as usize * channels;
    let mut whole = vec![0; if interlaced { stride * height as usize } else { 0 }];
    while let Some(row) = reader.next_interlaced_row().map_err(broken)? {
        let pixels = rows.convert(row.data());
        match row.interlace() {
            InterlaceInfo::Adam7(place) => {
                png::expand_interlaced_row(&mut whole, stride, pixels, place, 8 * channels as u8);
            }
            InterlaceInfo::Null(_) => reducer.push(pixels),
        }
    }
    whole.chunks_exact(stride).for_each(|row| reducer.push(row));
    drop(whole);
    let picture: Reduced = reducer.finish().ok_or_else(|| subject.damaged("Png", "rows are missing"))?;
    Ok(Decoded { picture, orientation, notes })
}

/// Walks the chunks before the picture's data without reading them.
fn survey(source: &mut (impl Read + Seek)) -> std::io::Result<Survey> {
    let mut found = Survey::default();
    source.seek(SeekFrom::Start(SIGNATURE_BYTES))?;
    for _ in 0..MAX_CHUNKS {
        let mut head = [0; 8];
        source.read_exact(&mut head)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let mut skip = u64::from(length) + 4;
        match &head[4..] {
            b"IHDR" => {
                let mut size = [0; 8];
                source.read_exact(&mut size)?;
                skip = skip.saturating_sub(8);
                let [a, b, c, d, e, f, g, h] = size;
                found.size = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
            }
            b"CgBI" => found.apple = true,
            b"iCCP" => found.profile = Some(length),
            b"eXIf" => found.exif = length,
            &[a, b, c, d] if matches!(&head[4..], b"cICP" | b"sRGB" | b"gAMA" | b"cHRM") => {
                found.colours.push([a, b, c, d]);
            }
            b"IDAT" | b"IEND" => return Ok(found),
            _ => {}
        }
        if found.apple {
            return Ok(found);
        }
        source.seek(SeekFrom::Current(skip as i64))?;
    }
    Err(std::io::Error::other("too many chunks before the picture"))
}

/// What the file's colours mean.
fn meaning(info: &Info<'_>, survey: &Survey, subject: Subject<'_>, notes: &mut Vec<String>) -> ToSrgb {
    let has_profile = survey.profile.is_some();
    let grey = matches!(info.color_type, ColorType::Grayscale | ColorType::GrayscaleAlpha);
    let what = subject.what;
    let lost = |name: &[u8; 4], is_read: bool| {
        let said = || format!("{what}'s {} chunk is damaged: left out of account", name.escape_ascii());
        (survey.colours.contains(name) && !is_read).then(said)
    };
    notes.extend(lost(b"cICP", info.coding_independent_code_points.is_some()));
    if let Some(points) = info.coding_independent_code_points {
        match ToSrgb::by_code_points(points.color_primaries, points.transfer_function) {
            Ok(by) => {
                let name = format!("{}/{}", points.color_primaries, points.transfer_function);
                if by.is_hdr() {
                    notes.push(format!("{what} is HDR (cICP {name}): what is brighter than reference white was cut"));
                } else if !by.is_same() {
                    notes.push(format!("{what}'s colours (cICP {name}) were converted to sRGB"));
                }
                return by;
            }
            Err(reason) => notes.push(format!("{what}'s cICP chunk {reason}: left out of account")),
        }
    }
    if has_profile {
        // What the decoder does not give was damaged or would have become too large.
        let by = info
            .icc_profile
            .as_deref()
            .map_or(Err("cannot be read, or is larger than 4 MB"), |profile| ToSrgb::by_profile(profile, grey));
        match by {
            Ok(by) => {
                if !by.is_same() {
                    notes.push(format!("{what}'s colour profile was converted to sRGB"));
                }
                return by;
            }
            Err(reason) => notes.push(format!("{what}'s colour profile {reason}: left out of account")),
        }
    }
    if info.srgb.is_some() {
        return ToSrgb::Same;
    }
    notes.extend(lost(b"sRGB", false));
    notes.extend(lost(b"gAMA", info.gama_chunk.is_some()));
    notes.extend(lost(b"cHRM", info.chrm_chunk.is_some()));
    // In hundred-thousandths, as in the file.
    let gamma = info.gama_chunk.map(|gamma| f64::from(gamma.into_scaled()) / 1e5);
    let chromaticities = info.chrm_chunk.map(|chrm| {
        let of = |(x, y): (png::ScaledFloat, png::ScaledFloat)| (f64::from(x.into_value()), f64::from(y.into_value()));
        Chromaticities { white: of(chrm.white), primaries: [of(chrm.red), of(chrm.green), of(chrm.blue)] }
    });
    // Each for itself: what is senseless does not take the other along.
    let mut sane = |gamma: Option<f64>, chromaticities: Option<Chromaticities>| {
        let reason = ToSrgb::by_gamma(gamma, chromaticities).err();
        notes.extend(reason.map(|reason| format!("{what} {reason} in its PNG header: left out of account")));
        reason.is_none()
    };
    let gamma = gamma.filter(|gamma| sane(Some(*gamma), None));
    let chromaticities = chromaticities.filter(|points| sane(None, Some(*points)));
    let name = match (gamma, chromaticities) {
        (Some(gamma), None) => format!("gamma {gamma}"),
        (Some(gamma), Some(_)) => format!("gamma {gamma}, own primaries"),
        _ => "own primaries".to_owned(),
    };
    match ToSrgb::by_gamma(gamma, chromaticities) {
        Ok(by) => {
            if !by.is_same() {
                notes.push(format!("{what}'s colours ({name}) were converted to sRGB"));
            }
            by
        }
        Err(reason) => {
            notes.push(format!("{what} {reason} in its PNG header ({name}): taken as sRGB"));
            ToSrgb::Same
        }
    }
}

/// Turns rows of any kind into RGB or RGBA of 8 bits, sRGB.
struct Rows {
    color: ColorType,
    depth: BitDepth,
    colours: ToSrgb,
    pixels: Vec<u8>,
    room: Vec<u8>,
    wide: Vec<u16>,
}

impl Rows {
    fn convert(&mut self, row: &[u8]) -> &[u8] {
        let samples = self.color.samples();
        let has_alpha = matches!(self.color, ColorType::GrayscaleAlpha | ColorType::Rgba);
        let grey = samples <= 2;
        let bytes = if self.depth == BitDepth::Sixteen { 2 } else { 1 };
        let pixels = row.len() / (samples * bytes);
        // Colours alone first, for alpha has no colour space.
        let mut colours = std::mem::take(&mut self.room);
        colours.clear();
        if bytes == 2 {
            self.wide.clear();
            for pixel in row.chunks_exact(samples * 2) {
                let value = |at: usize| u16::from_be_bytes([pixel[2 * at], pixel[2 * at + 1]]);
                self.wide.extend(if grey { [value(0); 3] } else { [value(0), value(1), value(2)] });
            }
            colours.resize(pixels * 3, 0);
            self.colours.sixteen(&self.wide, &mut colours);
        } else {
            match (grey, has_alpha) {
                (false, false) => colours.extend_from_slice(row),
                _ => row.chunks_exact(samples).for_each(|pixel| {
                    colours.extend(if grey { [pixel[0]; 3] } else { [pixel[0], pixel[1], pixel[2]] });
                }),
            }
            self.colours.eight(&mut colours, &mut self.pixels);
        }
        self.pixels.clear();
        if has_alpha {
            let alpha = row.chunks_exact(samples * bytes).map(|pixel| match bytes {
                2 => super::srgb::narrowed(u16::from_be_bytes([pixel[2 * samples - 2], pixel[2 * samples - 1]])),
                _ => pixel[samples - 1],
            });
            for (rgb, alpha) in colours.chunks_exact(3).zip(alpha) {
                self.pixels.extend([rgb[0], rgb[1], rgb[2], alpha]);
            }
        } else {
            self.pixels.extend_from_slice(&colours);
        }
        self.room = colours;
        &self.pixels
    }
}

#[cfg(test)]
#[path = "png_tests.rs"]
mod tests;
