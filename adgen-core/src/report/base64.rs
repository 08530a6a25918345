//! Base 64 (RFC 4648, with padding) as it is written, so that a video needs no memory of its own size.
//!
//! Depends on nothing.

use std::{
    fmt,
    io::{self, Read, Write},
};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Bytes that are encoded at a time; whole groups of three, so that padding can only come at the very end.
const BLOCK: usize = 3 << 14;

/// Bytes that show themselves in base 64.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base64<'a>(pub(super) &'a [u8]);

impl fmt::Display for Base64<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chunks(BLOCK).try_for_each(|block| f.write_str(&encode(block)))
    }
}

/// Copies everything that `source` gives to `target` in base 64. `keep_on` is asked before each block; where it says no
/// the copy ends with `Interrupted`.
pub(super) fn copy(source: &mut dyn Read, target: &mut dyn Write, keep_on: &dyn Fn() -> bool) -> io::Result<u64> {
    let mut block = Vec::with_capacity(BLOCK);
    let mut total = 0;
    loop {
        if !keep_on() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        block.clear();
        let read = Read::take(&mut *source, BLOCK as u64).read_to_end(&mut block)?;
        target.write_all(encode(&block).as_bytes())?;
        total += read as u64;
        if read < BLOCK {
            return Ok(total);
        }
    }
}

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |index: usize| group.get(index).copied().map_or(0, u32::from);
        let value = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            // One byte fills two digits, two fill three.
            let letter = if digit <= group.len() { ALPHABET[(value >> (18 - 6 * digit) & 63) as usize] } else { b'=' };
            out.push(char::from(letter));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_standard() {
        // RFC 4648, section 10.
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(Base64(plain.as_bytes()).to_string(), coded);
        }
        assert_eq!(Base64(&[0xfb, 0xff]).to_string(), "+/8=");
    }

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
            assert_eq!(copy(&mut Slow(&bytes), &mut out, &|| true).unwrap(), length as u64);
            assert_eq!(out, Base64(&bytes).to_string().into_bytes(), "{length}");
        }
    }

    #[test]
    fn a_copy_can_be_stopped() {
        let error = copy(&mut &[0; 10][..], &mut Vec::new(), &|| false).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::Interrupted);
    }
}
