//! WAV files as they arrive: with headers that were written before anybody knew the length.
//!
//! By hand, for those lengths are what has to be mended, and the crate `hound` takes them at their word. Depends on nothing.

/// A WAV file read.
#[derive(Debug, PartialEq)]
pub(super) struct Wav<'a> {
    /// The `fmt ` chunk's content.
    format: &'a [u8],
    /// The samples, whole frames only.
    data: &'a [u8],
    bytes_per_second: u32,
}

impl<'a> Wav<'a> {
    /// Reads a file. A streamed one says 0xFFFFFFFF, or 0, where its lengths should stand: then its samples go to the
    /// end.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes.get(12..)?;
        let mut format: Option<&[u8]> = None;
        loop {
            let (name, length) = (rest.get(..4)?, number(rest, 4)?);
            let content = rest.get(8..)?;
            let whole = content.get(..usize::try_from(length).ok()?);
            if name == b"data" {
                let format = format?;
                let frame = usize::from(u16::from_le_bytes([*format.get(12)?, *format.get(13)?]));
                let data = whole.filter(|data| !data.is_empty()).unwrap_or(content);
                let data = &data[..data.len() - data.len().checked_rem(frame)?];
                let bytes_per_second = number(format, 8).filter(|rate| *rate > 0)?;
                return Some(Self { format, data, bytes_per_second });
            }
            let whole = whole?;
            if name == b"fmt " && whole.len() >= 16 {
                format = Some(whole);
            }
            // Chunks begin at even places.
            rest = content.get(whole.len() + whole.len() % 2..)?;
        }
    }

    /// In seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.data.len() as f64 / f64::from(self.bytes_per_second)
    }

    /// The file anew, with its true lengths. `None` for one of 4 GB.
    pub(super) fn to_bytes(&self) -> Option<Vec<u8>> {
        let (format, data) = (u32::try_from(self.format.len()).ok()?, u32::try_from(self.data.len()).ok()?);
        let padding = format % 2;
        let total = 20u32.checked_add(format + padding)?.checked_add(data)?.checked_add(data % 2)?;
        let mut out = Vec::with_capacity(total as usize + 8);
        out.extend_from_slice(b"RIFF");
        out.extend_from_slice(&total.to_le_bytes());
        out.extend_from_slice(b"WAVEfmt ");
        out.extend_from_slice(&format.to_le_bytes());
        out.extend_from_slice(self.format);
        out.resize(out.len() + padding as usize, 0);
        out.extend_from_slice(b"data");
        out.extend_from_slice(&data.to_le_bytes());
        out.extend_from_slice(self.data);
        out.resize(out.len() + (data % 2) as usize, 0);
        Some(out)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 24 kHz, 16 bits, mono, with the lengths that the header claims.
    fn wav(data: &[u8], claimed: u32) -> Vec<u8> {
        let mut out = b"RIFF\xFF\xFF\xFF\xFFWAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x01\0".to_vec();
        out.extend(24_000u32.to_le_bytes());
        out.extend(48_000u32.to_le_bytes());
        out.extend([2, 0, 16, 0]);
        out.extend(b"data");
        out.extend(claimed.to_le_bytes());
        out.extend(data);
        out
    }

    #[test]
    fn streamed_headers_get_their_lengths() {
        let samples = vec![7; 48_000];
        for claimed in [u32::MAX, 0, 48_001, 48_000] {
            let file = wav(&samples, claimed);
            let read = Wav::read(&file).unwrap();
            assert_eq!(read.seconds(), 1.0);
            let repaired = read.to_bytes().unwrap();
            assert_eq!(number(&repaired, 4), Some(repaired.len() as u32 - 8));
            assert_eq!(number(&repaired, 40), Some(48_000));
            assert_eq!(Wav::read(&repaired).map(|again| again.data), Some(&samples[..]));
        }
        assert_eq!(Wav::read(&wav(&samples[..4_801], u32::MAX)).unwrap().data.len(), 4_800);
    }

    #[test]
    fn what_is_no_wav_is_none() {
        for bytes in [&b""[..], b"RIFF", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEdata\0\0\0\0", b"<html>"] {
            assert_eq!(Wav::read(bytes), None);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn damaged_headers_never_panic(at in 0..100usize, value in any::<u8>(), cut in 0..130usize) {
            let mut bytes = wav(&[1; 64], u32::MAX);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
            bytes.truncate(cut);
            if let Some(wav) = Wav::read(&bytes) {
                prop_assert!(wav.seconds().is_finite() && wav.to_bytes().is_some());
            }
        }
    }
}
