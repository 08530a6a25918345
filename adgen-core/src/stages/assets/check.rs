//! Checks a file before it is stored: whether it is what it is to be used for, and can be decoded.
//!
//! May depend on `picture`, `composite`, `file_type` and `error`.

use super::asset_use::AssetUse;
use crate::{
    composite::{FontShelf, Fonts},
    error::{Error, ErrorKind, Result},
    file_type::FileType,
    picture::{Format, Photo},
    stages::{
        art::open_logo,
        clip::accept_clip,
        file_kind::{FileKind, kind_of},
        sound::accept_track,
        still::accept_still,
    },
};
use std::path::Path;

/// Decodes the file as the stages will; drawings set their texts in `fonts`.
///
/// # Errors
/// Why it cannot be used, in words of the part that reads it.
pub(super) fn check(used: AssetUse, path: &Path, fonts: &FontShelf) -> Result<()> {
    match used {
        AssetUse::Photo => shows_something(&Photo::open(path, "the photo")?, "the photo"),
        AssetUse::Cutout => shows_something(&Photo::open(path, "the cut-out")?, "the cut-out"),
        AssetUse::Logo => open_logo(path, fonts).map(drop),
        AssetUse::Clip(_) => match kind_of(path)? {
            FileKind::Video => accept_clip(path),
            kind => accept_still(path, kind),
        },
        AssetUse::Music => accept_track(path),
        AssetUse::Font => Fonts::embedded().set_brand_font_file(path),
    }
}

fn shows_something(photo: &Photo, what: &str) -> Result<()> {
    if photo.alpha().is_some_and(|alpha| alpha.pixels().all(|pixel| pixel[0] == 0)) {
        return Err(Error::new(ErrorKind::InvalidInput, format!("{what} is transparent everywhere"))
            .with_hint("use another one, on which something can be seen"));
    }
    Ok(())
}

/// The file's extension by its first bytes, so that a wrong or missing one misleads nobody; else its own.
pub(super) fn extension(head: &[u8], named: &str) -> String {
    let drawing = || (Format::of(head) == Format::Svg).then_some("svg");
    if let Some(known) = FileType::of(head).and_then(FileType::extension).or_else(drawing) {
        return known.to_owned();
    }
    let own = Path::new(named).extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain = !own.is_empty() && own.len() <= 8 && own.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { own } else { "bin".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_follow_the_content() {
        for (head, named, expected) in [
            (&b"\xFF\xD8\xFF\xE0"[..], "x.png", "jpg"),
            (b"\0\0\0\x18ftypmp42", "x", "mp4"),
            (b"\x1A\x45\xDF\xA3", "clips/Take One.WEBM", "webm"),
            (b"RIFF\x10\0\0\0AVI LIST", "film.mp4", "avi"),
            (b"\xFF\xF1\x50\x80", "song", "aac"),
            (b"\x1F\x8B\x08", "logo", "svgz"),
            (b"OTTO\0\x0B", "f.ttf", "otf"),
            (b"<?xml version=\"1.0\"?><!-- by hand --><svg xmlns=\"http://www.w3.org/2000/svg\">", "logo.txt", "svg"),
            (b"", "no-end", "bin"),
            (b"", "odd.\u{E9}nd", "bin"),
            (b"", "long.abcdefghi", "bin"),
        ] {
            assert_eq!(extension(head, named), expected, "{named}");
        }
    }
}
