//! Whether an animation is meant to be repeated, by what its file says of it: GIF and animated PNG.
//!
//! Depends on `source`, and on `file_type`.

use std::path::Path;

use super::source::Source;
use crate::file_type::FileType;

/// Both formats say it before their first picture; tables of colours and texts may come before that.
const HEAD_BYTES: usize = 64 << 10;
/// The bytes of a PNG before its first chunk.
const PNG_SIGNATURE: usize = 8;

/// Whether a file is an animation that asks players to show its pictures more than once. Files of other formats do not, nor
/// does one that cannot be opened.
pub fn is_looping(path: &Path) -> bool {
    Source::open(path).is_ok_and(|source| {
        let mut head = vec![0; HEAD_BYTES];
        let length = source.head(&mut head);
        is_meant_to_loop(head.get(..length).unwrap_or_default())
    })
}

fn is_meant_to_loop(head: &[u8]) -> bool {
    match FileType::of(head) {
        Some(FileType::Gif) => gif_loops(head).unwrap_or(false),
        Some(FileType::Png) => head.get(PNG_SIGNATURE..).and_then(png_loops).unwrap_or(false),
        _ => false,
    }
}

/// A GIF says how often it is played again in an extension of Netscape's; 0 stands for ever. Without, it is played once.
fn gif_loops(head: &[u8]) -> Option<bool> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + table(*head.get(10)?);
    // Extensions, up to the first picture or the end.
    while *head.get(at)? == 0x21 {
        if matches!(head.get(at + 1..at + 14)?, [0xFF, 11, name @ ..] if matches!(name, b"NETSCAPE2.0" | b"ANIMEXTS1.0"))
        {
            return Some(true);
        }
        at += 2;
        loop {
            let length = usize::from(*head.get(at)?);
            at += 1 + length;
            if length == 0 {
                break;
            }
        }
    }
    Some(false)
}

/// An animated PNG says how often it is played; 0 stands for ever.
fn png_loops(mut chunks: &[u8]) -> Option<bool> {
    loop {
        let (length, kind) = (chunks.first_chunk::<4>()?, chunks.get(4..8)?);
        match kind {
            b"acTL" => return Some(chunks.get(12..16)? != [0, 0, 0, 1]),
            b"IDAT" => return Some(false),
            _ => {}
        }
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        // Length, kind and checksum lie around the content.
        chunks = chunks.get(length.checked_add(12)?..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::testing::ffmpeg;

    #[test]
    fn what_is_to_be_repeated_says_so() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let source = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=0.5"];
        for (name, arguments, wanted) in [
            ("ever.gif", &["-loop", "0"][..], true),
            ("often.gif", &["-loop", "3"], true),
            ("once.gif", &["-loop", "-1"], false),
            ("ever.apng", &["-plays", "0"], true),
            ("often.apng", &["-plays", "2"], true),
            ("once.apng", &["-plays", "1"], false),
            ("film.mp4", &["-c:v", "mpeg4"], false),
        ] {
            let all: Vec<&str> = source.iter().chain(arguments).copied().collect();
            assert_eq!(is_looping(&ffmpeg(&all, &folder.path().join(name))), wanted, "{name}");
        }
    }

    #[test]
    fn damaged_heads_say_nothing() {
        let gif = b"GIF89a\x02\0\x02\0\0\0\0\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0\0";
        assert!(is_meant_to_loop(gif));
        assert!((0..gif.len() - 8).all(|length| !is_meant_to_loop(&gif[..length])));
        assert!(!is_meant_to_loop(b"\x89PNG\r\n\x1A\n\xFF\xFF\xFF\xFFtEXt"));
        assert!(!is_meant_to_loop(b""));
        assert!(!is_looping(Path::new("/nonexistent.gif")));
    }
}
