//! The bytes of one media file on their way to FFmpeg: from a plain file, and no more of them than were agreed on.
//!
//! FFmpeg opens nothing itself. What it reads goes through here, so that a crafted file can neither name further files nor
//! addresses, and so that no demuxer reads on and on (into memory, often) without giving a packet. Depends on FFmpeg's
//! I/O layer alone.

use std::{
    cell::Cell,
    ffi::{c_char, c_int, c_void},
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::Path,
    ptr,
};

use ffmpeg_next::ffi;

/// The largest media file that is read, in bytes: 4 GiB.
pub const MAX_FILE_BYTES: u64 = 4 << 30;

/// How many bytes may be read until the streams of a file are known, and again from one packet to the next: 40 MiB. The
/// index of a film of many hours has some MB, a picture in 4K without compression (10 bits, 4:2:2) 33. FFmpeg may keep six
/// times as much in memory while it looks for the beginning of a picture.
pub(super) const MAX_BYTES_WITHOUT_PACKET: u64 = 40 << 20;

/// What FFmpeg reads at once.
const BUFFER_BYTES: usize = 64 << 10;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unopened {
    /// It is not there, or the operating system says no.
    #[error("the media file cannot be opened")]
    System(#[from] io::Error),
    #[error("a folder is not a media file")]
    Folder,
    #[error("a device, pipe or socket is not a media file")]
    NoFile,
    #[error("the media file is empty (0 bytes)")]
    Empty,
    #[error("the media file has {0} bytes; at most {MAX_FILE_BYTES} (4 GiB) are read")]
    TooLarge(u64),
}

/// A file that FFmpeg reads through callbacks.
pub(super) struct Source {
    file: File,
    length: u64,
    /// Bytes read since the last packet.
    read: Cell<u64>,
    exceeded: Cell<bool>,
    /// The operating system's last error.
    failed: Cell<Option<i32>>,
    /// Where bytes are read to before FFmpeg, whose buffer may not hold any yet, gets them.
    scratch: Cell<Vec<u8>>,
}

impl Source {
    /// Opens a plain file that is neither empty nor too large.
    pub(super) fn open(path: &Path) -> Result<Self, Unopened> {
        let plain = |metadata: std::fs::Metadata| match metadata.is_file() {
            true => Ok(metadata.len()),
            false if metadata.is_dir() => Err(Unopened::Folder),
            false => Err(Unopened::NoFile),
        };
        // Opening a pipe would wait for its other end: looked at before, and once more when it is open.
        plain(std::fs::metadata(path)?)?;
        let file = File::open(path)?;
        let length = match plain(file.metadata()?)? {
            0 => return Err(Unopened::Empty),
            length if length > MAX_FILE_BYTES => return Err(Unopened::TooLarge(length)),
            length => length,
        };
        let scratch = Cell::new(vec![0; BUFFER_BYTES]);
        Ok(Self { file, length, read: Cell::new(0), exceeded: Cell::new(false), failed: Cell::new(None), scratch })
    }

    /// The file's size in bytes when it was opened.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The first bytes, at most as many as `head` holds.
    pub(super) fn head(&self, head: &mut [u8]) -> usize {
        let mut file = &self.file;
        let mut filled = 0;
        if file.rewind().is_ok() {
            while let Some(rest) = head.get_mut(filled..).filter(|rest| !rest.is_empty()) {
                match file.read(rest) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => filled += count,
                }
            }
        }
        // Whoever reads next begins at the front.
        let _ = file.rewind();
        filled
    }

    /// A packet came: the next one may cost as much again.
    pub(super) fn renew(&self) {
        self.read.set(0);
    }

    /// Whether reading was ended because nothing came of it.
    pub(super) fn is_exceeded(&self) -> bool {
        self.exceeded.get()
    }

    /// The operating system's error that ended reading, if one did.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.failed.get().map(io::Error::from_raw_os_error)
    }

    fn fill(&self, buffer: &mut [u8]) -> c_int {
        if self.read.get() >= MAX_BYTES_WITHOUT_PACKET {
            self.exceeded.set(true);
            return ffi::AVERROR_EXIT;
        }
        match (&self.file).read(buffer) {
            Ok(0) => ffi::AVERROR_EOF,
            Ok(count) => {
                self.read.set(self.read.get().saturating_add(count as u64));
                c_int::try_from(count).unwrap_or(c_int::MAX)
            }
            Err(error) => {
                let code = error.raw_os_error().unwrap_or(libc::EIO);
                self.failed.set(Some(code));
                ffi::AVERROR(code)
            }
        }
    }

    fn go_to(&self, offset: i64, whence: c_int) -> i64 {
        // The flag only asks for effort.
        let target = match (whence & !(ffi::AVSEEK_FORCE as c_int), u64::try_from(offset)) {
            (whence, _) if whence == ffi::AVSEEK_SIZE as c_int => {
                return i64::try_from(self.length).unwrap_or(i64::MAX);
            }
            (libc::SEEK_SET, Ok(offset)) => SeekFrom::Start(offset),
            (libc::SEEK_CUR, _) => SeekFrom::Current(offset),
            (libc::SEEK_END, _) => SeekFrom::End(offset),
            _ => return i64::from(ffi::AVERROR(libc::EINVAL)),
        };
        match (&self.file).seek(target) {
            Ok(position) => i64::try_from(position).unwrap_or(i64::MAX),
            Err(error) => i64::from(ffi::AVERROR(error.raw_os_error().unwrap_or(libc::EINVAL))),
        }
    }
}

/// A [`Source`] as FFmpeg's I/O context.
pub(super) struct Io {
    context: *mut ffi::AVIOContext,
    /// Made from a box, and only ever used through shared references: by this value and by FFmpeg's callbacks.
    source: *mut Source,
}

// SAFETY: both pointers are owned by this value alone, a file may be read by any thread, and nobody shares the value: it is
// not `Sync`.
unsafe impl Send for Io {}

impl Io {
    /// `None` where there is no memory.
    pub(super) fn new(source: Source) -> Option<Self> {
        let source = Box::into_raw(Box::new(source));
        let mut this = Self { context: ptr::null_mut(), source };
        // SAFETY: the buffer is FFmpeg's own from here on, the callbacks suit the pointer that they are given, and the
        // source outlives the context (see `drop`).
        unsafe {
            let buffer = ffi::av_malloc(BUFFER_BYTES).cast::<u8>();
            if buffer.is_null() {
                return None;
            }
            let size = BUFFER_BYTES as c_int;
            this.context = ffi::avio_alloc_context(buffer, size, 0, source.cast(), Some(read), None, Some(seek));
            if this.context.is_null() {
                ffi::av_free(buffer.cast());
                return None;
            }
        }
        Some(this)
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut ffi::AVIOContext {
        self.context
    }

    pub(super) fn source(&self) -> &Source {
        // SAFETY: the source lives as long as this value and is never borrowed mutably.
        unsafe { &*self.source }
    }
}

impl Drop for Io {
    fn drop(&mut self) {
        // SAFETY: the demuxer that used the context is gone (see `Input`); FFmpeg may have replaced the buffer, so it is
        // taken from the context. The source came from a box.
        unsafe {
            if !self.context.is_null() {
                ffi::av_freep((&raw mut (*self.context).buffer).cast());
                ffi::avio_context_free(&mut self.context);
            }
            drop(Box::from_raw(self.source));
        }
    }
}

unsafe extern "C" fn read(opaque: *mut c_void, buffer: *mut u8, size: c_int) -> c_int {
    if buffer.is_null() || size <= 0 {
        return ffi::AVERROR(libc::EINVAL);
    }
    // SAFETY: `opaque` is the source that `Io::new` handed over. FFmpeg gives a buffer of `size` bytes, of which no more are
    // written than were read: what lies there may still be needed.
    unsafe {
        let source = &*opaque.cast::<Source>();
        let mut bytes = source.scratch.take();
        let room = bytes.len().min(size as usize);
        let count = source.fill(&mut bytes[..room]);
        if count > 0 {
            ptr::copy_nonoverlapping(bytes.as_ptr(), buffer, count as usize);
        }
        source.scratch.set(bytes);
        count
    }
}

unsafe extern "C" fn seek(opaque: *mut c_void, offset: i64, whence: c_int) -> i64 {
    // SAFETY: `opaque` is the source that `Io::new` handed over.
    unsafe { (*opaque.cast::<Source>()).go_to(offset, whence) }
}

/// Refuses what a demuxer would open besides its own file: other parts, playlists' entries, keys, addresses.
pub(super) unsafe extern "C" fn refuse_to_open(
    _format: *mut ffi::AVFormatContext,
    _io: *mut *mut ffi::AVIOContext,
    _address: *const c_char,
    _flags: c_int,
    _options: *mut *mut ffi::AVDictionary,
) -> c_int {
    ffi::AVERROR(libc::EPERM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_ends_where_nothing_comes_of_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("zeros");
        File::create(&path).and_then(|file| file.set_len(MAX_BYTES_WITHOUT_PACKET * 2)).expect("a file");
        let source = Source::open(&path).expect("opens");
        let mut buffer = vec![1; 1 << 20];
        let blocks = std::iter::repeat_with(|| source.fill(&mut buffer)).take_while(|count| *count > 0).count();
        assert_eq!(blocks as u64, MAX_BYTES_WITHOUT_PACKET >> 20);
        assert!(source.is_exceeded() && source.failure().is_none());
        source.renew();
        assert!(source.fill(&mut buffer) > 0);
        assert_eq!(source.go_to(0, ffi::AVSEEK_SIZE as c_int), 2 * MAX_BYTES_WITHOUT_PACKET as i64);
        assert_eq!(source.go_to(-5, libc::SEEK_END), 2 * MAX_BYTES_WITHOUT_PACKET as i64 - 5);
        assert!(source.go_to(-5, libc::SEEK_SET) < 0 && source.go_to(0, 77) < 0);
    }

    #[test]
    fn plain_files_alone_are_opened() {
        let refusal = |path: &Path| Source::open(path).err().expect("is not opened");
        assert!(matches!(refusal(Path::new("/")), Unopened::Folder));
        for path in ["/dev/zero", "/dev/null"] {
            assert!(matches!(refusal(Path::new(path)), Unopened::NoFile), "{path}");
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("file");
        assert!(matches!(refusal(&path), Unopened::System(error) if error.kind() == io::ErrorKind::NotFound));
        let file = File::create(&path).expect("a file");
        assert!(matches!(refusal(&path), Unopened::Empty));
        file.set_len(MAX_FILE_BYTES + 1).expect("a hole");
        assert!(matches!(refusal(&path), Unopened::TooLarge(length) if length == MAX_FILE_BYTES + 1));
        file.set_len(MAX_FILE_BYTES).expect("a hole");
        assert!(Source::open(&path).is_ok());
    }
}
