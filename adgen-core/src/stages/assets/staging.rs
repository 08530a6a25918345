//! Files on their way into the storage: copied into the working folder, looked at there, and only then moved to their place.
//!
//! So the bytes that were looked at are the bytes that are stored, and what is refused was never in the storage: the working
//! folder goes with the run.

use super::{asset_use::AssetUse, check};
use crate::{
    asset::PlainFile,
    composite::FontShelf,
    error::{Error, Result},
    picture::HEAD_BYTES,
    store::hex,
};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};
use tokio_util::sync::CancellationToken;

/// A file in the working folder that was looked at.
#[derive(Debug)]
pub(crate) struct Staged {
    /// The name in the storage.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// SHA-256 of a file, read through the handle that was judged.
pub(crate) fn hash(file: &mut PlainFile, cancel: &CancellationToken) -> Result<String> {
    let mut hash = Sha256::new();
    file.read(|piece| {
        hash.update(piece);
        go_on(cancel)
    })?;
    Ok(hex(&hash.finalize()))
}

/// Copies a file into `folder` and looks at the copy. What cannot be used is removed again.
pub(crate) fn stage(
    used: AssetUse,
    named: &str,
    file: &mut PlainFile,
    folder: &Path,
    fonts: &FontShelf,
    cancel: &CancellationToken,
) -> Result<Staged> {
    let head = file.head(HEAD_BYTES as usize)?;
    let name = format!("{}.{}", used.stem(), check::extension(&head, named));
    let path = folder.join(&name);
    match copy(file, &path, cancel).and_then(|()| check::check(used, &path, fonts)) {
        Ok(()) => Ok(Staged { name, path }),
        Err(error) => {
            // What cannot be removed now goes with the working folder.
            drop(std::fs::remove_file(&path));
            Err(error)
        }
    }
}

fn copy(file: &mut PlainFile, target: &Path, cancel: &CancellationToken) -> Result<()> {
    let named = |error: std::io::Error| Error::from(error).with_context("path", target.display());
    let mut copy = File::create(target).map_err(named)?;
    file.read(|piece| {
        copy.write_all(piece).map_err(named)?;
        go_on(cancel)
    })
}

fn go_on(cancel: &CancellationToken) -> Result<()> {
    if cancel.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_known_by_its_content_whatever_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let staged = |named: &str, bytes: &[u8]| {
            let path = folder.path().join(named);
            std::fs::write(&path, bytes).unwrap();
            let mut file = PlainFile::open(&path).unwrap();
            let (fonts, cancel) = (FontShelf::default(), CancellationToken::new());
            stage(AssetUse::Logo, named, &mut file, folder.path(), &fonts, &cancel).map(|staged| staged.name)
        };
        let drawing = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- {} -->\n\
             <svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"40\"><rect width=\"20\" height=\"40\"/></svg>",
            "by hand ".repeat(900)
        );
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(drawing.as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        for named in ["mark.txt", "mark", "mark.png"] {
            assert_eq!(staged(named, drawing.as_bytes()).unwrap(), "brand_logo.svg", "{named}");
            assert_eq!(staged(named, &packed).unwrap(), "brand_logo.svgz", "{named}");
        }
        assert!(staged("mark.svg", b"no drawing").is_err());
    }
}
