//! A plain file that is open for reading: what was opened is what was judged.
//!
//! Depends on `error` and `pseudo`.

use super::pseudo;
use crate::error::{Error, ErrorKind, Result};
use std::{
    fs::{File, FileType, Metadata},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// A plain file that is open for reading.
#[derive(Debug)]
pub(crate) struct PlainFile {
    file: File,
    bytes: u64,
    path: PathBuf,
}

impl PlainFile {
    /// Opens a file that a person named, wherever links lead.
    ///
    /// # Errors
    /// As [`PlainFile::open_exactly`].
    pub(crate) fn open(path: &Path) -> Result<Self> {
        // Where the kernel's own links lead (`/dev/stdin`), no path tells.
        check_folder(path)?;
        Self::open_exactly(&path.canonicalize().map_err(unreadable)?)
    }

    /// Opens the file at `path`, in which no part is a link: one that came in the meantime is an error. Never waits, as
    /// opening a pipe would.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for what is missing, may not be read, or is no plain file: a folder, a pipe, a socket, a
    /// device, a file that the kernel makes up.
    pub(crate) fn open_exactly(path: &Path) -> Result<Self> {
        check_folder(path)?;
        // Before it is opened, for opening a device can do something.
        check_type(std::fs::symlink_metadata(path).map_err(unreadable)?.file_type())?;
        let file = open_without_links(path).map_err(unreadable)?;
        let facts = file.metadata().map_err(unreadable)?;
        check_type(facts.file_type())?;
        if let Some(name) = pseudo::file_system(&file) {
            return Err(refused(format!("it lies in {name}, a file system that the kernel makes up")));
        }
        Ok(Self { file, bytes: facts.len(), path: path.to_owned() })
    }

    /// The file's size when it was opened.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where it lies, without links.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses a file of more than `max` bytes.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] with both numbers.
    pub(crate) fn check_size(&self, max: u64) -> Result<()> {
        if self.bytes <= max {
            return Ok(());
        }
        let message = format!("it has {} bytes; at most {} MB ({max} bytes) are allowed", self.bytes, max / 1_000_000);
        Err(refused(message))
    }

    /// The first bytes, at most `length`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] where it cannot be read.
    pub(crate) fn head(&mut self, length: usize) -> Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let mut head = Vec::new();
        (&self.file).take(length as u64).read_to_end(&mut head).map_err(unreadable)?;
        Ok(head)
    }

    /// Hands the content over, from its beginning, in pieces of at most a megabyte.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for a file that grew, shrank or failed while it was read; the error of `take`.
    pub(crate) fn read(&mut self, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let mut buffer = vec![0; 1 << 20];
        let mut seen = 0;
        loop {
            let read = match self.file.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map_err(unreadable)?,
            };
            seen += read as u64;
            // A file that somebody still writes to need not end: nothing beyond its first size is read.
            if seen > self.bytes || (read == 0 && seen < self.bytes) {
                let message = format!("it changed while it was read: {} bytes at first, then {seen}", self.bytes);
                return Err(refused(message).with_hint("wait until it is written, then run again"));
            }
            if read == 0 {
                return Ok(());
            }
            take(&buffer[..read])?;
        }
    }

    /// The open file itself, for decoders that read piece by piece.
    pub(crate) fn into_file(self) -> File {
        self.file
    }

    /// The whole content, of at most `max` bytes.
    ///
    /// # Errors
    /// As [`PlainFile::check_size`] and [`PlainFile::read`].
    pub(crate) fn read_whole(&mut self, max: u64) -> Result<Vec<u8>> {
        self.check_size(max)?;
        let mut content = Vec::with_capacity(self.bytes as usize);
        self.read(|piece| {
            content.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(content)
    }
}

fn check_folder(path: &Path) -> Result<()> {
    match pseudo::folder(path) {
        Some(folder) => Err(refused(format!("it lies in {folder}, where the kernel shows its own matters"))),
        None => Ok(()),
    }
}

fn check_type(kind: FileType) -> Result<()> {
    if kind.is_file() {
        return Ok(());
    }
    Err(refused(format!("it is {}", described(kind))))
}

fn described(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a named pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
    }
    match kind {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_symlink() => "a symbolic link",
        _ => "no plain file",
    }
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("{message}; a plain file is needed"))
}

fn unreadable(error: io::Error) -> Error {
    let message = match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "there is no such file",
        io::ErrorKind::PermissionDenied => "this user may not read it",
        _ => "it cannot be read",
    };
    Error::new(ErrorKind::InvalidInput, message).with_source(error)
}

#[cfg(target_os = "linux")]
fn open_without_links(path: &Path) -> io::Result<File> {
    use rustix::{
        fs::{CWD, Mode, OFlags, ResolveFlags, openat2},
        io::Errno,
    };
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    match openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS) {
        Ok(file) => Ok(File::from(file)),
        // Linux before 5.6 does not know the call, and some sandboxes forbid it.
        Err(Errno::NOSYS | Errno::PERM) => open_and_compare(path),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn open_without_links(path: &Path) -> io::Result<File> {
    open_and_compare(path)
}

/// Without the system's help: the file that was opened must be the one that the path, still without links, leads to.
#[cfg_attr(target_os = "linux", allow(dead_code, reason = "the way out on old kernels; tested everywhere"))]
fn open_and_compare(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW | libc::O_NOCTTY);
    }
    let file = options.open(path)?;
    let whole = path.canonicalize()?;
    if whole != path || !same(&file.metadata()?, &std::fs::symlink_metadata(&whole)?) {
        return Err(io::Error::other("another file came in its place while it was opened"));
    }
    Ok(file)
}

#[cfg(unix)]
fn same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn same(one: &Metadata, other: &Metadata) -> bool {
    (one.len(), one.modified().ok()) == (other.len(), other.modified().ok())
}

#[cfg(test)]
#[path = "plain_file_tests.rs"]
mod tests;
