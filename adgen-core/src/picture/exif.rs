//! The two things that EXIF data tell of a photo here: how it is to be turned, and whether its colours are Adobe RGB.
//!
//! EXIF 2.32 and DCF 2.0 (JEITA CP-3451, CP-3461): cameras mark Adobe RGB by `ColorSpace` "uncalibrated" (65535, some 2)
//! together with the interoperability index `R03`. Reads untrusted bytes; pure functions.
//! `image` reads the turning and nothing else; the colours' two entries are looked up by hand, for `kamadak-exif` would be one more
//! parser, of every entry there is, for untrusted bytes.

use image::metadata::Orientation;

const COLOR_SPACE: u16 = 0xa001;
const EXIF_IFD: u16 = 0x8769;
const INTEROP_IFD: u16 = 0xa005;
const INTEROP_INDEX: u16 = 0x0001;

/// How the picture must be turned to stand upright.
pub(super) fn orientation(exif: &[u8]) -> Orientation {
    Orientation::from_exif_chunk(tiff_part(exif)).unwrap_or(Orientation::NoTransforms)
}

/// Whether a camera says that the colours are Adobe RGB (1998).
pub(super) fn is_adobe_rgb(exif: &[u8]) -> bool {
    let exif = tiff_part(exif);
    let Some(tiff) = Tiff::new(exif) else { return false };
    let Some(details) = tiff.first().and_then(|first| tiff.long(first, EXIF_IFD)) else { return false };
    let space = tiff.entry(details, COLOR_SPACE).and_then(|at| tiff.u16(at + 8));
    let index = tiff
        .long(details, INTEROP_IFD)
        .and_then(|folder| tiff.entry(folder, INTEROP_INDEX))
        .and_then(|at| exif.get(at + 8..at + 11));
    match space {
        // Not in the standard, but what some cameras and programs write.
        Some(2) => true,
        Some(0xffff) | None => index == Some(b"R03"),
        Some(_) => false,
    }
}

/// Some files repeat the JPEG segment's own mark before the TIFF data.
fn tiff_part(exif: &[u8]) -> &[u8] {
    exif.strip_prefix(b"Exif\0\0").unwrap_or(exif)
}

struct Tiff<'a> {
    bytes: &'a [u8],
    big: bool,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let big = match bytes.get(..4)? {
            b"II*\0" => false,
            b"MM\0*" => true,
            _ => return None,
        };
        Some(Self { bytes, big })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let two = *self.bytes.get(at..)?.first_chunk::<2>()?;
        Some(if self.big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let four = *self.bytes.get(at..)?.first_chunk::<4>()?;
        Some(if self.big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    }

    fn first(&self) -> Option<usize> {
        self.u32(4).map(|at| at as usize)
    }

    /// Where the entry `tag` of the folder at `folder` begins.
    fn entry(&self, folder: usize, tag: u16) -> Option<usize> {
        let count = usize::from(self.u16(folder)?);
        (0..count).map(|index| folder + 2 + index * 12).find(|at| self.u16(*at) == Some(tag))
    }

    fn long(&self, folder: usize, tag: u16) -> Option<usize> {
        self.u32(self.entry(folder, tag)? + 8).map(|value| value as usize)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// EXIF data with a colour space and an interoperability index.
    pub(in super::super) fn marked(space: u16, index: &[u8; 3]) -> Vec<u8> {
        let mut exif = b"MM\0*\0\0\0\x08".to_vec();
        // At 8: the first folder, which names the one with the details at 26.
        exif.extend([0, 1, 0x87, 0x69, 0, 4, 0, 0, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0]);
        // At 26: two entries; the second names the interoperability folder at 56.
        exif.extend([0, 2, 0xa0, 0x01, 0, 3, 0, 0, 0, 1]);
        exif.extend(space.to_be_bytes());
        exif.extend([0, 0, 0xa0, 0x05, 0, 4, 0, 0, 0, 1, 0, 0, 0, 56, 0, 0, 0, 0]);
        // At 56.
        exif.extend([0, 1, 0, 1, 0, 2, 0, 0, 0, 4]);
        exif.extend(index);
        exif.extend([0, 0, 0, 0, 0]);
        exif
    }

    #[test]
    fn adobe_rgb_is_known_by_both_marks() {
        assert!(is_adobe_rgb(&marked(0xffff, b"R03")));
        assert!(is_adobe_rgb(&[b"Exif\0\0".to_vec(), marked(0xffff, b"R03")].concat()));
        assert!(is_adobe_rgb(&marked(2, b"R98")));
        assert!(!is_adobe_rgb(&marked(1, b"R98")) && !is_adobe_rgb(&marked(0xffff, b"R98")));
        assert!(!is_adobe_rgb(&marked(1, b"R03")));
    }

    #[test]
    fn cut_and_foreign_data_say_nothing() {
        let whole = marked(0xffff, b"R03");
        for cut in 0..whole.len() - 6 {
            assert!(!is_adobe_rgb(&whole[..cut]), "{cut}");
        }
        assert!(!is_adobe_rgb(&[0xff; 200]));
        // A folder that names itself.
        let mut circle = whole;
        circle[20..24].copy_from_slice(&[0, 0, 0, 8]);
        assert!(!is_adobe_rgb(&circle));
    }
}
