//! Base 64 (RFC 4648, with padding) as it is written, so that a video needs no memory of its own size.

use base64::{display::Base64Display, engine::general_purpose::STANDARD, write::EncoderWriter};
use std::{
    fmt,
    io::{self, Read, Write},
};

/// Bytes that are encoded at a time.
const BLOCK: usize = 3 << 14;

/// Bytes that show themselves in base 64.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base64<'a>(pub(super) &'a [u8]);

impl fmt::Display for Base64<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Base64Display::new(self.0, &STANDARD).fmt(f)
    }
}

/// Copies everything that `source` gives to `target` in base 64. `keep_on` is asked before each block; where it says no
/// the copy ends with `Interrupted`.
pub(super) fn copy(source: &mut dyn Read, target: &mut dyn Write, keep_on: &dyn Fn() -> bool) -> io::Result<u64> {
    let mut encoder = EncoderWriter::new(target, &STANDARD);
    let mut block = Vec::with_capacity(BLOCK);
    let mut total = 0;
    loop {
        if !keep_on() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        block.clear();
        let read = Read::take(&mut *source, BLOCK as u64).read_to_end(&mut block)?;
        encoder.write_all(&block)?;
        total += read as u64;
        if read < BLOCK {
            encoder.finish()?;
            return Ok(total);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_gives_what_a_slice_gives() {
        /// Gives as little as a reader may.
        struct Slow<'a>(&'a [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let count = self.0.len().min(buffer.len()).min(1000);
                buffer[..count].copy_from_slice(&self.0[..count]);
                self.0 = &self.0[count..];
                Ok(count)
            }
        }
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 2] {
            let bytes: Vec<u8> = (0..length).map(|index| (index * 31 % 251) as u8).collect();
            let mut out = Vec::new();
            let known = base64::Engine::encode(&STANDARD, &bytes);
            assert_eq!(Base64(&bytes).to_string(), known);
            assert_eq!(copy(&mut Slow(&bytes), &mut out, &|| true).unwrap(), length as u64);
            assert_eq!(out, known.into_bytes(), "{length}");
        }
    }

    #[test]
    fn a_copy_can_be_stopped() {
        let error = copy(&mut &[0; 10][..], &mut Vec::new(), &|| false).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::Interrupted);
    }
}
