//! Which files are still pictures, by their first bytes: they are read by `picture`, not here.
//!
//! Depends on `source`, and on `file_type`.

use super::source::Source;
use crate::file_type::FileType;

/// The name of a format of still pictures; `None` for other files.
fn name_of(kind: FileType, head: &[u8]) -> Option<&'static str> {
    Some(match kind {
        FileType::Jpeg => "JPEG",
        FileType::Png => "PNG",
        FileType::WebP => "WebP",
        FileType::Bmp => "BMP",
        FileType::Tiff | FileType::BigTiff | FileType::CanonRaw => "TIFF",
        FileType::Photoshop => "Photoshop (PSD)",
        FileType::IsoMedia => match head.get(8..12)? {
            b"heic" | b"heix" => "HEIC",
            b"mif1" => "HEIF",
            b"avif" => "AVIF",
            _ => return None,
        },
        FileType::JpegXl => "JPEG XL",
        FileType::Jpeg2000 => "JPEG 2000",
        FileType::JpegXr => "JPEG XR",
        FileType::Qoi => "QOI",
        FileType::Dds => "DDS",
        FileType::Gimp => "GIMP (XCF)",
        FileType::Icon => "ICO",
        FileType::OpenExr => "OpenEXR",
        FileType::Dpx => "DPX",
        FileType::RadianceHdr => "Radiance HDR",
        FileType::SunRaster => "Sun Raster",
        FileType::Sgi => "SGI",
        FileType::Farbfeld => "farbfeld",
        FileType::Fits => "FITS",
        FileType::FujifilmRaw | FileType::SigmaRaw | FileType::OlympusRaw | FileType::PanasonicRaw => {
            "camera's raw data"
        }
        _ => return None,
    })
}

/// The name of the format if the file is a still picture that is no film: a GIF with one picture counts, one with
/// several does not, nor does an APNG.
pub(super) fn still(source: &Source) -> Option<&'static str> {
    let mut head = vec![0; 64 << 10];
    let length = source.head(&mut head);
    let found = still_of(&head[..length]);
    if found == Some("JPEG") && is_motion_jpeg(source) { None } else { found }
}

/// Whether a file that begins with a JPEG picture goes on with others of the same kind, one behind the other, as some
/// cameras write films. Pictures with a list of further ones (MPF: previews, depth, other exposures) are stills.
pub(super) fn is_motion_jpeg(source: &Source) -> bool {
    /// More than the first picture of any film of that kind.
    const MOST: usize = 8 << 20;
    let mut head = [0; 32];
    let length = source.head(&mut head);
    if FileType::of(&head[..length]) != Some(FileType::Jpeg) {
        return false;
    }
    let mut bytes = vec![0; MOST.min(usize::try_from(source.length()).unwrap_or(MOST))];
    let length = source.head(&mut bytes);
    jpeg_goes_on(&bytes[..length]).unwrap_or(false)
}

/// Whether another picture follows the first; `None` where the first does not end within `bytes`.
fn jpeg_goes_on(bytes: &[u8]) -> Option<bool> {
    let mut at = 2;
    loop {
        // A marker, with any number of filling bytes before it (ITU-T T.81, B.1.1.2).
        while *bytes.get(at)? == 0xFF && *bytes.get(at + 1)? == 0xFF {
            at += 1;
        }
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        at += 2;
        match marker {
            0xD9 => {
                let rest = bytes.get(at..)?;
                let filled = rest.iter().take(64).take_while(|byte| **byte == 0 || **byte == 0xFF).count();
                // The byte before the marker's second half may have been counted as filling.
                // Not the beginning of a file, and cut short perhaps: the table is for those.
                return Some(
                    (0..=filled).any(|skip| rest.get(skip..).is_some_and(|r| r.starts_with(&[0xFF, 0xD8, 0xFF]))),
                );
            }
            0x01 | 0xD0..=0xD7 => continue,
            _ => {}
        }
        let length = usize::from(*bytes.get(at)?) << 8 | usize::from(*bytes.get(at + 1)?);
        if marker == 0xE2 && bytes.get(at + 2..)?.starts_with(b"MPF\0") {
            return Some(false);
        }
        at += length.max(2);
        if marker == 0xDA {
            // Coded data up to the next marker that is not a restart and not a stuffed byte.
            while *bytes.get(at)? != 0xFF || matches!(*bytes.get(at + 1)?, 0 | 0xFF | 0xD0..=0xD7) {
                at += 1;
            }
        }
    }
}

/// The same by the first bytes alone.
pub(super) fn still_of(head: &[u8]) -> Option<&'static str> {
    let kind = FileType::of(head);
    if kind == Some(FileType::Gif) {
        return (gif_pictures(head) == Some(1)).then_some("GIF");
    }
    if kind == Some(FileType::Png) && head.windows(8).any(|window| window.ends_with(b"acTL")) {
        return None;
    }
    if is_netpbm(head) {
        return Some("Netpbm (PNM)");
    }
    if is_targa(head) {
        return Some("TGA");
    }
    let text = String::from_utf8_lossy(head.get(..head.len().min(1024)).unwrap_or_default()).to_ascii_lowercase();
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') && text.contains("<svg") {
        return Some("SVG");
    }
    name_of(kind?, head)
}

/// PBM, PGM, PPM, PAM and PFM: a letter, a kind, and numbers or remarks behind any white space.
fn is_netpbm(head: &[u8]) -> bool {
    let [b'P', kind, space, rest @ ..] = head else { return false };
    if !space.is_ascii_whitespace() {
        return false;
    }
    let first = rest.iter().find(|byte| !byte.is_ascii_whitespace());
    match kind {
        b'1'..=b'6' | b'F' | b'f' => first.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'#'),
        b'7' => first.is_some_and(|byte| byte.is_ascii_uppercase() || *byte == b'#'),
        _ => false,
    }
}

/// TGA has no signature at its beginning: the fields of its header have to fit each other.
fn is_targa(head: &[u8]) -> bool {
    let Some(&[_, map, kind, m0, m1, m2, m3, map_depth, _, _, _, _, w0, w1, h0, h1, depth, flags]) =
        head.first_chunk::<18>()
    else {
        return false;
    };
    let suits = match (map, kind) {
        (0, 2 | 3 | 10 | 11) => [m0, m1, m2, m3, map_depth] == [0; 5],
        (1, 1 | 9) => (m2, m3) != (0, 0) && matches!(map_depth, 15 | 16 | 24 | 32) && depth == 8,
        _ => false,
    };
    suits && [w0, w1] != [0; 2] && [h0, h1] != [0; 2] && matches!(depth, 8 | 15 | 16 | 24 | 32) && flags & 0xC0 == 0
}

/// How many pictures of a GIF lie within `head`: counted up to 2; `None` where its first one goes on behind it.
fn gif_pictures(head: &[u8]) -> Option<usize> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + table(*head.get(10)?);
    let mut pictures = 0;
    loop {
        match *head.get(at)? {
            0x21 => at += 2,
            0x2C => {
                pictures += 1;
                if pictures > 1 {
                    return Some(2);
                }
                at += 11 + table(*head.get(at + 9)?);
            }
            0x3B => return Some(pictures),
            _ => return None,
        }
        // Blocks, each with its length, up to an empty one.
        loop {
            let length = usize::from(*head.get(at)?);
            at += 1 + length;
            if length == 0 {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of a TGA of 320 x 200 pixels.
    fn targa(map: u8, kind: u8, map_fields: [u8; 5], depth: u8) -> Vec<u8> {
        [&[0, map, kind][..], &map_fields, &[0, 0, 0, 0, 64, 1, 200, 0, depth, 0]].concat()
    }

    #[test]
    fn stills_are_told_from_films() {
        let gif = |pictures: usize| {
            let mut bytes = b"GIF89a\x02\0\x02\0\x80\0\0\0\0\0\xFF\xFF\xFF".to_vec();
            for _ in 0..pictures {
                bytes.extend(b"\x21\xF9\x04\0\x0A\0\0\0\x2C\0\0\0\0\x02\0\x02\0\0\x02\x02\x44\x51\0");
            }
            bytes.push(0x3B);
            bytes
        };
        assert_eq!(still_of(&gif(1)), Some("GIF"));
        assert_eq!(still_of(&gif(2)), None);
        assert_eq!(still_of(&gif(1)[..20]), None);
        assert_eq!(still_of(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR"), Some("PNG"));
        assert_eq!(still_of(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR....\0\0\0\x08acTL"), None);
        assert_eq!(still_of(b"<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"/>"), Some("SVG"));
        assert_eq!(still_of(b"RIFF\0\0\0\0WEBPVP8 "), Some("WebP"));
        assert_eq!(still_of(b"\0\0\0\x18ftypisom"), None);
        assert_eq!(still_of(b""), None);
        for head in [&b"P6\n4 4\n255\n"[..], b"P6 4 4 255 ", b"P5\r\n# by hand\n", b"P7\nWIDTH 4\n", b"Pf\n4 4\n-1.0\n"]
        {
            assert_eq!(still_of(head), Some("Netpbm (PNM)"), "{head:?}");
        }
        assert_eq!(still_of(b"P1 is the first of the players"), None);
        // True colours, with and without runs; a map of colours; grey.
        for (map, kind, map_fields, depth) in [(0, 2, [0; 5], 24), (0, 10, [0; 5], 32), (0, 3, [0; 5], 8)] {
            assert_eq!(still_of(&targa(map, kind, map_fields, depth)), Some("TGA"));
        }
        assert_eq!(still_of(&targa(1, 1, [0, 0, 0, 1, 24], 8)), Some("TGA"));
        assert_eq!(still_of(&targa(0, 9, [0; 5], 8)), None);
        assert_eq!(still_of(&targa(0, 2, [0, 0, 0, 1, 0], 24)), None);
        assert_eq!(still_of(b"\0\0\x01\xBA\x44\0\x04\0\x04\x01\0\0\x03\xF8\0\0\x01\xBB"), None);
        let jpeg = b"\xFF\xD8\xFF\xE0\0\x04JF\xFF\xDA\0\x02\x12\xFF\0\x34\xFF\xD9";
        assert_eq!(jpeg_goes_on(jpeg), Some(false));
        assert_eq!(jpeg_goes_on(&jpeg[..jpeg.len() - 2]), None);
        assert_eq!(jpeg_goes_on(&[&jpeg[..], jpeg].concat()), Some(true));
        assert_eq!(jpeg_goes_on(&[&jpeg[..], b"\0\0\0", jpeg].concat()), Some(true));
        let with_previews = b"\xFF\xD8\xFF\xE2\0\x06MPF\0\xFF\xDA\0\x02\x12\xFF\xD9";
        assert_eq!(jpeg_goes_on(&[&with_previews[..], jpeg].concat()), Some(false));
    }
}
