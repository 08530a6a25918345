//! From a file or bytes of a PNG, JPEG, WebP (HEIF) picture to a photo.
//!
//! Untrusted bytes: sizes are judged by the header, before anything is allocated. Depends on `format`, the decoders, `subject`
//! and `asset` (files that are open).

use super::{
    bounds::{MAX_FILE_BYTES, MAX_WHOLE_FILE_BYTES},
    format::{Format, HEAD_BYTES},
    jpeg,
    photo::Photo,
    png,
    subject::Subject,
    webp,
};
use crate::{
    asset::PlainFile,
    error::{Error, Result},
};
use std::{
    fs::File,
    io::{BufRead, BufReader, Cursor, Read, Seek},
    path::Path,
};

impl Photo {
    /// Opens and decodes a file as [`Photo::read`] does. `what` is how errors call it, such as `the photo` or `the logo`.
    ///
    /// # Errors
    /// As [`Photo::read`]; `ErrorKind::InvalidInput` where it cannot be read or is no plain file.
    pub fn open(path: &Path, what: &str) -> Result<Self> {
        let subject = Subject::pixels(what);
        let named = |error: Error| error.with_context("path", path.display());
        let (file, bytes) = subject.open(path).map_err(named)?;
        Self::read(file, bytes, what).map_err(named)
    }

    /// Decodes the bytes of a PNG, JPEG or WebP file, as [`Photo::read`] does; errors call it "the photo".
    ///
    /// # Errors
    /// As [`Photo::read`].
    pub fn load(bytes: &[u8]) -> Result<Self> {
        Self::read(Cursor::new(bytes), bytes.len() as u64, "the photo")
    }

    /// Decodes a PNG, JPEG or WebP file of `bytes` bytes. EXIF orientation and the file's colour space are applied;
    /// transparency is kept; pictures larger than `WORKING_SIDE` or `WORKING_PIXELS` are made smaller.
    ///
    /// Memory: PNG and baseline JPEG of up to `MAX_PIXELS` and other pictures of up to `MAX_WHOLE_PIXELS` take at most
    /// 450 MB while they are decoded, and at most 51 MB afterwards. Larger ones are decoded one at a time in a process.
    ///
    /// # Errors
    /// `ErrorKind::InvalidInput` with what is allowed, where the bytes are not such a file, are truncated, or the
    /// picture is larger than `MAX_PIXELS`, `MAX_SIDE` or [`MAX_FILE_BYTES`] or smaller than `MIN_SIDE`.
    pub fn read(source: impl BufRead + Seek, bytes: u64, what: &str) -> Result<Self> {
        Self::of(source, bytes, Subject::pixels(what))
    }

    /// As [`Photo::read`], of what `subject` says.
    pub(super) fn of(mut source: impl BufRead + Seek, bytes: u64, subject: Subject<'_>) -> Result<Self> {
        subject.check_bytes(bytes, MAX_FILE_BYTES)?;
        let unreadable = |error: std::io::Error| subject.invalid("cannot be read").with_source(error);
        let decoded = match subject.format(&mut source)? {
            Format::Png => png::decode(source, subject)?,
            Format::Jpeg => {
                subject.check_bytes(bytes, MAX_WHOLE_FILE_BYTES)?;
                let mut whole = Vec::with_capacity(bytes as usize);
                source.take(MAX_WHOLE_FILE_BYTES).read_to_end(&mut whole).map_err(unreadable)?;
                jpeg::decode(&whole, subject)?
            }
            Format::WebP => {
                subject.check_bytes(bytes, MAX_WHOLE_FILE_BYTES)?;
                webp::decode(source, subject)?
            }
            #[cfg(feature = "heif")]
            Format::Heif(_) if super::heif::is_there() => {
                subject.check_bytes(bytes, MAX_WHOLE_FILE_BYTES)?;
                let mut whole = Vec::with_capacity(bytes as usize);
                source.take(MAX_WHOLE_FILE_BYTES).read_to_end(&mut whole).map_err(unreadable)?;
                super::heif::decode(&whole, subject)?
            }
            other => return Err(other.refusal(subject).with_context("bytes", bytes)),
        };
        Ok(Self::upright(decoded))
    }
}

impl Subject<'_> {
    pub(super) fn open(self, path: &Path) -> Result<(BufReader<File>, u64)> {
        let file = PlainFile::open(path).map_err(|error| {
            let message = format!("{} cannot be read: {}", self.what, error.message());
            error.with_message(message).with_operation("picture")
        })?;
        let bytes = file.bytes();
        Ok((BufReader::with_capacity(1 << 16, file.into_file()), bytes))
    }

    /// What the source is, which stands at its beginning before and after.
    pub(super) fn format(self, source: &mut (impl BufRead + Seek)) -> Result<Format> {
        let unreadable = |error: std::io::Error| self.invalid("cannot be read").with_source(error);
        let mut head = Vec::new();
        source.by_ref().take(HEAD_BYTES).read_to_end(&mut head).map_err(unreadable)?;
        source.rewind().map_err(unreadable)?;
        Ok(Format::of(&head))
    }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
