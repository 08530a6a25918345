//! What the JPEG decoder does not tell: whether the file is complete, and whether it is CMYK.
//!
//! The decoder fills a truncated picture with grey; a half-grey product photo must be an error instead. Pure functions
//! over bytes. Marker codes: ITU-T T.81, annex B.

/// What the markers of a JPEG file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct JpegFacts {
    /// The end-of-image marker is where the picture's data ends.
    pub(super) complete: bool,
    /// Colour channels, 0 where the frame header is missing. Four: CMYK or YCCK.
    pub(super) channels: u8,
}

const SOI: [u8; 2] = [0xff, 0xd8];
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;

/// Walks the markers of `bytes`; `None` where it is not a JPEG file at all.
pub(super) fn inspect(bytes: &[u8]) -> Option<JpegFacts> {
    let mut rest = bytes.strip_prefix(&SOI)?;
    let mut facts = JpegFacts { complete: false, channels: 0 };
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
            facts.channels = rest.get(7).copied().unwrap_or(0);
        }
        let Some(after) = rest.get(length.max(2)..) else {
            return Some(facts);
        };
        rest = after;
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
        assert_eq!(inspect(&whole), Some(JpegFacts { complete: true, channels: 3 }));
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
