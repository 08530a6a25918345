//! Whether a file that serves as a background is a picture, by its content: names and types lie.
//!
//! May depend on `file_type`, and on `media`, which knows what it can read.

use crate::{error::Result, file_type::FileType, media::still_format};
use std::{fs::File, io::Read, path::Path};

/// What a background file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// One picture that `matte::Photo` knows or names.
    Picture,
    /// One picture, as a GIF.
    Gif,
    /// An animated WebP.
    MovingWebp,
    /// Anything else: it is read as a video.
    Video,
}

/// Looks at a file.
pub(crate) fn kind_of(path: &Path) -> Result<FileKind> {
    let mut head = Vec::new();
    File::open(path)?.take(21).read_to_end(&mut head)?;
    // The second bit of an extended WebP's flags says that it moves.
    if FileType::of(&head) == Some(FileType::WebP)
        && let [.., b'V', b'P', b'8', b'X', _, _, _, _, flags] = head.as_slice()
        && flags & 2 != 0
    {
        return Ok(FileKind::MovingWebp);
    }
    Ok(match still_format(path)? {
        Some("GIF") => FileKind::Gif,
        Some(_) => FileKind::Picture,
        None => FileKind::Video,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_told_from_what_moves() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("file.mp4");
        let of = |bytes: &[u8]| {
            std::fs::write(&path, bytes).expect("a file");
            kind_of(&path).expect("is read")
        };
        for format in [image::ImageFormat::Png, image::ImageFormat::Jpeg, image::ImageFormat::WebP] {
            let mut bytes = std::io::Cursor::new(Vec::new());
            image::RgbImage::new(40, 30).write_to(&mut bytes, format).expect("encodes");
            assert_eq!(of(&bytes.into_inner()), FileKind::Picture, "{format:?}");
        }
        assert_eq!(of(b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\0\0\0\0"), FileKind::MovingWebp);
        assert_eq!(of(b"\0\0\0\x18ftypisom\0\0\0\0isommp42"), FileKind::Video);
    }
}
